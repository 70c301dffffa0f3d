// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* How a sentence names an option of the account: by its key between marks, "{@listen}". What it is
 * called where the user changes it, a key that is typed or the label of a field, knows only who
 * shows the sentence. */

/* What stands for the option @key in a sentence; NULL: it is not known. Free with g_free(). */
typedef char *(*CoexOptionNamer)(const char *key);

/* @text with each mark replaced by what @dup_name says, by the key where that is NULL or says NULL.
 * NULL for NULL. Free with g_free(). */
char *coex_option_names_write(const char *text, CoexOptionNamer dup_name);

/* The key in the first mark of @text; NULL: there is none. Free with g_free(). */
char *coex_option_names_find_first(const char *text);
