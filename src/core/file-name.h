// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Names of files and folders out of what strangers write: one part of a path, in printable
 * characters, that no system takes for anything else, and whose ending is that of its type. */

#define COEX_FILE_NAME_MAX 120 /* bytes */

/* What stands behind the last path separator of any system; within @path, NULL for NULL. */
const char *coex_file_name_get_last_part(const char *path);

/* @told: what the file is called, NULL or without a usable letter: @fallback, which is ours. @mime:
 * of its content, NULL; a name that ends as another type gets this one's ending. Free with
 * g_free(). */
char *coex_file_name_make(const char *told, const char *fallback, const char *mime);

/* The same of a file of the user's own, whose ending changes only where it is another type's. */
char *coex_file_name_make_own(const char *told, const char *fallback, const char *mime);

/* The folder of somebody who is called @title. Free with g_free(). */
char *coex_file_name_make_folder(const char *title);

/* The name with @words before its ending: "a (2).jpg". Free with g_free(). */
char *coex_file_name_extend(const char *name, const char *words);
