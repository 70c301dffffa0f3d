// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Somebody whom the user names within a command: by number, or as the chat program calls them. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPayload CoexPayload;

typedef struct {
    char *name;   /* the buddy name, or what stands for a number that is none's */
    char *title;  /* what to call them; of an unknown number, that */
    char *number; /* digits, NULL: hidden */
    gboolean known;
} CoexWhom;

void coex_whom_clear(CoexWhom *whom);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexWhom, coex_whom_clear)

/* A card with whom the user names, or with a number and behind it a name. NULL as below, and for
 * whose number is hidden. Free with coex_payload_free(). */
CoexPayload *coex_whom_make_card(CoexConnection *connection, const char *typed, GError **error);

/* FALSE and COEX_ERROR_INVALID_INPUT for who is nobody here and no number, and for a name that
 * several have. */
gboolean coex_whom_find(CoexConnection *connection, const char *typed, CoexWhom *ret_whom,
                        GError **error);
