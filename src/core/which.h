// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Which message a verb means: "last" or nothing, "-2" for the last but one, "#17" or "17" for the
 * one whose line shows that number, "14:46" for the newest of that minute, words in quotation marks
 * for the newest that has them. */
typedef struct {
    guint nth;     /* 1: the newest of those that fit */
    gint64 number; /* 0: any */
    int minute;    /* of the day here, -1: any */
    char *words;   /* NULL: any */
} CoexWhich;

/* FALSE and COEX_ERROR_INVALID_INPUT for anything else: a word without quotation marks is never
 * taken for what a message says. */
gboolean coex_which_parse(const char *words, CoexWhich *ret_which, GError **error);

/* Which message is named by the first word of @words, or by what stands first there in quotation
 * marks: then the rest, within @words, else @words themselves, and "last" is meant. A bare number
 * names none here, nor do quotation marks around all of it. Clear @ret_which. */
const char *coex_which_split(const char *words, CoexWhich *ret_which);

/* Whether what stands first in @words is either no message's name or a good one. Else
 * COEX_ERROR_INVALID_INPUT: it looks like a number or time, and is none. */
gboolean coex_which_check_first(const char *words, GError **error);

/* Copies what @which refers to, for another thread. */
void coex_which_copy(const CoexWhich *which, CoexWhich *ret_copy);
void coex_which_clear(CoexWhich *which);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexWhich, coex_which_clear)

/* Whether a message of @time, in seconds since 1970, that says @text or names the file @name (both
 * may be NULL) is one of those meant; its number is not looked at. */
gboolean coex_which_fits(const CoexWhich *which, gint64 time, const char *text, const char *name);
