// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Message text on its way between the hosts' HTML and WhatsApp's marks (tried in each of them), and
 * its display. Every function takes any bytes (invalid UTF-8 is replaced, NULL is "") and gives
 * valid UTF-8. */

#define COEX_TEXT_MAX 4096 /* characters of a text body (Meta: messages/text-messages) */

/* What a host hands to send_im, to WhatsApp text: bold, italic, strike and monospace tags and IRC
 * control codes become *, _, ~ and ```, set close to the words and line by line (a style that
 * begins or ends inside a word goes: WhatsApp would show its marks); <br> and raw newlines stay
 * line breaks, a link whose text equals its target comes once, another as "text (target)", entities
 * are decoded (named and numeric), all other tags go, control characters too. Blank text gives "".
 * Free with g_free(). */
char *coex_text_from_markup(const char *html);

/* WhatsApp text to a host's HTML: escaped with real characters (never numeric entities), marks at
 * word borders on one line become <b>, <i> and <s>, monospace stays as written, line breaks become
 * <br>, http(s) addresses stay bare text (hosts link them). Control and bidi-override characters
 * go. Never a tag from the text itself. Free with g_free(). */
char *coex_text_to_html(const char *text);

/* Same without any tag but <br>: for lines of our own making that must not be formatted by what a
 * customer wrote. Free with g_free(). */
char *coex_text_escape(const char *text);

/* Splits at a paragraph, line, sentence or word border into parts of at most @max_chars characters,
 * in order, nothing lost but the white space at a cut; grapheme clusters are not torn where
 * avoidable. Blank text gives no part. Free with g_strfreev(). */
char **coex_text_split(const char *text, gsize max_chars);

/* Whether nothing of a text can be seen: no character of it has a shape. */
gboolean coex_text_is_blank(const char *text);

/* First words on one line, at most @max_chars characters with "…" when cut. Free with g_free(). */
char *coex_text_excerpt(const char *text, gsize max_chars);

/* Put before a text that coex_text_is_action(): shows nothing, and the host sees no command. */
#define COEX_TEXT_SHIELD "\xe2\x80\x8b"

/* Whether a customer's text would act as a command in a host (a leading "/me ", also behind marks,
 * which become tags that hosts skip); such text gets COEX_TEXT_SHIELD in front on display. */
gboolean coex_text_is_action(const char *text);

/* Wraps plain text at @columns (wide characters count two) with \n, words kept whole where they
 * fit. Free with g_free(). */
char *coex_text_wrap(const char *text, gsize columns);
