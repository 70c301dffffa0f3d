// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Names where the chat program calls each person by an IRC nick. What is typed to a nick must reach
 * the same person for ever, so a nick is unique over all accounts, is given once, and never passes
 * on. Hides what a nick may be made of, and how one is told from another that only looks different.
 */

typedef enum {
    COEX_NICKS_NONE,       /* the chat program has none */
    COEX_NICKS_NUMBERS,    /* made of numbers */
    COEX_NICKS_NAMES,      /* made of names, in ASCII */
    COEX_NICKS_NAMES_UTF8, /* made of names in any script */
} CoexNickStyle;

/* Bytes of the longest; BitlBee cuts at 24. */
#define COEX_NICK_MAX 23

/* What of @name (may be NULL) can stand in a nick of @style, at most COEX_NICK_MAX bytes; "" where
 * that is no name: nothing, or digits only, which would be somebody's number. Free with g_free().
 */
char *coex_nick_letters(CoexNickStyle style, const char *name);

/* Whether a chat program that makes nicks of @style can show @nick. */
gboolean coex_nick_fits(CoexNickStyle style, const char *nick);

/* Whether both are one to an IRC client: upper and lower case are. */
gboolean coex_nick_is_same(const char *one, const char *other);

/* Who has which nick. The owner is "account:person" or anything else that names one. */
typedef struct CoexNicks CoexNicks;

CoexNicks *coex_nicks_new(void);
void coex_nicks_free(CoexNicks *nicks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexNicks, coex_nicks_free)

/* Borrowed; NULL: nobody has it. Upper and lower case are one. */
const char *coex_nicks_get_owner(CoexNicks *nicks, const char *nick);
/* From now on @nick is @owner's, whosever it was. */
void coex_nicks_take(CoexNicks *nicks, const char *nick, const char *owner);

/* It is nobody's, if it was @owner's. */
void coex_nicks_drop(CoexNicks *nicks, const char *nick, const char *owner);

/* A nick that nobody has, which is then @owner's: the name; with as many digits of the person's
 * number as it takes; the whole number where the name gives nothing. @address: the number's digits
 * or a BSUID; @own_number: of the business, for a person whom two of its numbers know. Free with
 * g_free(). */
char *coex_nicks_give(CoexNicks *nicks, const char *owner, CoexNickStyle style, const char *name,
                      const char *address, const char *own_number);
