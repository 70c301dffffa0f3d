// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A copy of what one desk has sent, for the others on the same number: the relay hands it to all of
 * them. It carries a proof of the number's own secret, so that the relay cannot make one up, names
 * that number, since one secret may serve several, and becomes an echo as WhatsApp tells of what is
 * sent on the phone. */

typedef struct CoexMedia CoexMedia;
typedef struct CoexVerifier CoexVerifier;

#define COEX_DESK_NAME_MAX 32    /* characters */
#define COEX_DESK_SEND_MAX 65536 /* bytes of a copy */

/* In an echo of that webhook: the desk, how it calls a message that many got, or another one, and a
 * template. WhatsApp has no such members. */
#define COEX_DESK_MEMBER "coex_desk"
#define COEX_DESK_ID_MEMBER "coex_local_id"
#define COEX_DESK_SEND_MEMBER "coex_send_id"
#define COEX_DESK_TEMPLATE_MEMBER "coex_template"

/* All borrowed; NULL where there is none. */
typedef struct {
    const char *desk;     /* from coex_desk_name_clean() */
    const char *from;     /* the business's number, digits */
    const char *local_id; /* names it among those of its desk */
    const char *wamid;
    const char *number; /* of whom it went to, digits */
    const char *user_id;
    const char *name;       /* of their profile */
    gint64 sent_at;         /* seconds since 1970 */
    const char *type;       /* "text", "template", "image" … */
    const char *text;       /* as people read it */
    const CoexMedia *media; /* a file that WhatsApp has */
    const char *template_name;
    const char *context; /* wamid of what it quotes, or marks */
    const char *mark;    /* JSON of what it is if it is only that */
} CoexDeskSend;

/* What can stand in a mark before a line: one line, no brackets, not too long; NULL: nothing is
 * left of it. Free with g_free(). */
char *coex_desk_name_clean(const char *name);

/* The copy; NULL where it would be too long. Free with g_free(). */
char *coex_desk_send_write(const CoexDeskSend *send, const CoexVerifier *verifier);
/* @copy as it is proven by @verifier's secret, whichever it was written for. Free with g_free(). */
char *coex_desk_send_renew(const char *copy, const CoexVerifier *verifier);
/* Several copies (NULL-terminated) as one, which may be as long as one may. Free with g_free(). */
char *coex_desk_send_join(const char *const *copies);
/* What is in the copies @bytes as a webhook for @number (digits); NULL: one is not proven by
 * @verifier, or of another number. */
GBytes *coex_desk_send_read(GBytes *bytes, const CoexVerifier *verifier, const char *number);
