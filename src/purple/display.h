// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <conversation.h>

/* Text on its way to the screen: what a person wrote, and lines of ours, as HTML of which the chat
 * program shows every letter as it was written. Hides what each of them does to a line that is too
 * long, has too many tags or too many addresses. */

typedef struct CoexHost CoexHost;

/* A person's text. @name is the conversation's. Flags that the chat program must be told with it
 * are added to @flags. Free with g_free(). */
char *coex_display_text(const CoexHost *host, const char *name, const char *text,
                        PurpleMessageFlags *flags);

/* Who wrote an echo, from the mark that it is kept with before its text: "[by a bot]", in the
 * user's language. @ret_length: of the mark that is kept, in bytes. NULL: it has none. Free with
 * g_free().
 */
char *coex_display_dup_author(const char *text, gsize *ret_length);

/* Text of ours for the same conversation, without any formatting: strings of HTML, to be written
 * one after the other, each with @flags, to which is added as above. */
GPtrArray *coex_display_line(const CoexHost *host, const char *name, const char *text,
                             PurpleMessageFlags *flags);
