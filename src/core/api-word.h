/* SPDX-License-Identifier: GPL-2.0-or-later
 * The words in capitals of WhatsApp's interface (Meta: business-phone-numbers, webhooks), in the
 * user's language.
 */
#pragma once

#include <glib.h>

typedef enum {
    COEX_API_WORD_QUALITY,     /* of a number */
    COEX_API_WORD_LIMIT,       /* of people who are written to first */
    COEX_API_WORD_LEVEL,       /* of throughput */
    COEX_API_WORD_REVIEW,      /* of a name; "" where nothing needs to be said */
    COEX_API_WORD_HEALTH,      /* can_send_message */
    COEX_API_WORD_ENTITY,      /* of which a health is told */
    COEX_API_WORD_STATE,       /* of a number */
    COEX_API_WORD_VERTICAL,    /* line of business */
    COEX_API_WORD_RESTRICTION, /* of a business account */
    COEX_API_WORD_SEVERITY,    /* of an alert */
    COEX_API_WORD_REJECTION,   /* of a template: why */
} CoexApiWordKind;

/* What the word says; one that is not known as it came, cleaned and at most 60 characters of it.
 * NULL for NULL. Free with g_free(). */
char *coex_api_word_dup(CoexApiWordKind kind, const char *word);

/* The words of that kind one after the other; NULL: there is no such. Static. */
const char *coex_api_word_get(CoexApiWordKind kind, guint index);
