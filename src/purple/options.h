// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The account's options: how each is asked for, and what counts where nothing is given. */

typedef struct CoexConnection CoexConnection;

/* For the protocol's `protocol_options`; where forms do not scroll, those needed for the first
 * login. Owned by libpurple from then on. */
GList *coex_options_make_list(void);

/* What the user chose for @key, one of ours, else its default; also where the chat program stored
 * NULL, as Pidgin does for a list in which nothing is chosen. Of a list the value as it is offered,
 * whatever letters it was typed in; the default where it is none of them. Borrowed. */
const char *coex_options_get(PurpleAccount *account, const char *key);

/* The key in a password, and behind it secret options, which need not stand in a line that an IRC
 * client logs then: "KEY,app-secret=…,verify-token=…" (irssi cuts its /oper at a blank). Anything
 * else is one word, the key. Free with g_strfreev(); never empty. */
char **coex_options_split_password(const char *password);

/* A CoexOptionNamer (core/option-name.h): the label that the user sees, in quotes; NULL where
 * options are known by their keys. */
char *coex_options_dup_name(const char *key);
/* @sentence with its options called so. Free with g_free(). */
char *coex_options_dup_named(const char *sentence);

/* @sentence, called so, and where the first option in it is changed while the account is offline:
 * what is typed, in BitlBee, or the account's form, which has the option from then on. Free with
 * g_free(). */
char *coex_options_dup_remedy(PurpleAccount *account, const char *sentence);

/* @sentence, and in BitlBee behind it the line by which its user sets the option of this account.
 * Free with g_free(). */
char *coex_options_add_typed(PurpleAccount *account, const char *sentence, const char *key,
                             const char *value);

/* The secret option @key: as it stands behind the key in @words, else coex_options_get(). Borrowed.
 */
const char *coex_options_get_secret(PurpleAccount *account, const char *const *words,
                                    const char *key);

/* FALSE and COEX_ERROR_INVALID_INPUT for a list's value that is none, marking the option, with the
 * values there are. */
gboolean coex_options_check_lists(PurpleAccount *account, GError **error);

/* Opens a form with those that do not stand there, of the second those about files. What
 * would keep the account from logging in is told, and none of the form is kept. */
void coex_options_open_page(CoexConnection *connection);
void coex_options_open_files_page(CoexConnection *connection);
