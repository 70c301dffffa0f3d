// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A line typed in a chat program whose lines are all messages: whether it is meant for a person or
 * for us. Hides the marks: "!" before a word is ours, "!!" sends the text with one "!"; "/" before
 * a word was meant for a program and reaches nobody, "//" sends it, and so does "/me ". */

typedef enum {
    COEX_TYPED_MESSAGE, /* for the person */
    COEX_TYPED_VERB,    /* for us */
    COEX_TYPED_SLASH,   /* for no one here */
} CoexTypedLineKind;

typedef struct {
    CoexTypedLineKind kind;
    char *word;   /* VERB: the first word without its mark; SLASH: with it; else NULL */
    char *words;  /* VERB: what follows it as plain text, maybe ""; else NULL */
    char *markup; /* VERB: the same in the host's markup; MESSAGE: what to send instead of what was
                     typed, NULL when that is it; SLASH: NULL */
} CoexTypedLine;

void coex_typed_line_clear(CoexTypedLine *line);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexTypedLine, coex_typed_line_clear)

/* Reads a line as the host gave it: any bytes, HTML as for coex_text_from_markup(). */
void coex_typed_line_read(const char *markup, CoexTypedLine *ret_line);

/* Whether the verb is a number, as in "!3 Bob"; one that is too great becomes the greatest int. */
gboolean coex_typed_line_get_number(const CoexTypedLine *line, guint *ret_number);

/* The first word of @words, which may be in quotes of either kind or have \ before a blank in it:
 * a file's path. @ret_rest: what follows it, within @words. NULL: there is none. Free with
 * g_free(). */
char *coex_typed_line_dup_path(const char *words, const char **ret_rest);

/* Values as typed, "one | two", with the blanks at their ends gone; "=" stands for @waiting unless
 * that is NULL. NULL when @text is NULL or empty. Free with g_strfreev(). */
char **coex_typed_line_split_values(const char *text, const char *waiting);
