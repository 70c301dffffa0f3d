// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whether the phone is still there: WhatsApp ends Coexistence when its app is not used for about
 * two weeks (PRIMARY_INACTIVITY, Meta: webhooks/reference/account_update). Hides what shows that it
 * was used, and when that is worth a line. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPhone CoexPhone;
/* Free with g_free(), stopped. */
CoexPhone *coex_phone_new(void);
/* No timer does anything any more. */
void coex_phone_stop(CoexPhone *phone);

/* A message with @token was written in an app at @at: on the phone, unless the token shows a
 * linked device or the API. */
void coex_phone_note_echo(CoexAccount *account, const char *token, gint64 at);
/* The phone's address book was changed. */
void coex_phone_note_book(CoexAccount *account, gint64 at);
/* While online: warns when it is time, now and from then on. Without any sign it counts from the
 * first call. */
void coex_phone_watch(CoexAccount *account);
/* The newest sign, seconds since 1970, 0: none; @ret_sentence: what it was, static. */
gint64 coex_phone_get_sign(const CoexAccount *account, const char **ret_sentence);
/* What is known, for people: the newest sign and until when the app is to be opened. Free with
 * g_free(). */
char *coex_phone_describe(const CoexAccount *account);
