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

/* What a host does not take. */
typedef enum {
    COEX_TEXT_NO_STRIKE = 1 << 0,  /* ~ stays as written: "~10~ 8 EUR" must not read "10 8 EUR" */
    COEX_TEXT_NO_MARKS = 1 << 1,   /* no tag but <br>: coex_text_escape() */
    COEX_TEXT_RAW_BREAKS = 1 << 2, /* line breaks stay raw */
} CoexTextFlags;

/* WhatsApp text to a host's HTML: escaped with real characters (never numeric entities), marks at
 * word borders on one line become <b>, <i> and <s>, monospace stays as written, line breaks become
 * <br>, http(s) addresses stay bare text (hosts link them). Otherwise as coex_text_clean() leaves
 * it. Never a tag from the text itself. Free with g_free(). */
char *coex_text_to_html_as(const char *text, CoexTextFlags flags);

/* That without any tag but <br>: for lines of our own making that must not be formatted by what a
 * customer wrote. Free with g_free(). */
char *coex_text_escape(const char *text);

/* coex_text_to_html_as() for a host that shows each line of a message as one of its own and runs
 * those that begin with "/me ", where lines of ours begin with "* ": on the screen no line of this
 * text does either, whatever marks stand around the star. Lines are wrapped at @max_bytes bytes as
 * they are shown, before the host does it. Free with g_free(). */
char *coex_text_to_html_lines(const char *text, CoexTextFlags flags, gsize max_bytes);

/* @text without a line that could pass for a quote of ours, which is "> " and the first words of
 * another message: WhatsApp shows "> " at a line's beginning as a bar, and so does this. Free with
 * g_free(). */
char *coex_text_guard_quotes(const char *text);

/* A line of ours for such a host: plain text, "* " before each line, none longer than @max_bytes
 * bytes. Free with g_free(). */
char *coex_text_mark_lines(const char *text, gsize max_bytes);

/* A typed text, in a host's markup, without the line ends that an IRC client put into a line too
 * long for IRC, where it can be known: where irssi cuts, behind a blank and before a word that did
 * not fit. Others drop the blank, and then a cut cannot be told from a line end. Free with
 * g_free().
 */
char *coex_text_join_cut(const char *markup);

/* Splits at a paragraph, line, sentence or word border into parts of at most @max_chars characters,
 * in order, nothing lost but the white space at a cut; grapheme clusters are not torn where
 * avoidable. Blank text gives no part. Free with g_strfreev(). */
char **coex_text_split(const char *text, gsize max_chars);

/* @text as it may be shown: line ends as \n, no control characters, nothing that turns the
 * direction of writing of what follows: of Unicode's marks for it (UAX #9) the isolates stay, each
 * closed on its line. Free with g_free(). */
char *coex_text_clean(const char *text);

/* Whether a character begins or ends a part with a direction of its own. */
gboolean coex_text_is_bidi_control(gunichar c);

/* Valid UTF-8 without any mark of direction, as a name is compared; or without those alone that
 * begin and end a part, as coex_say() puts them around it. Free with g_free(). */
char *coex_text_without_bidi(const char *text);
char *coex_text_without_isolates(const char *text);

/* Whether a character is drawn as nothing or as a blank. */
gboolean coex_text_is_unseen(gunichar c);

/* Whether nothing of a text can be seen: no character of it has a shape. */
gboolean coex_text_is_blank(const char *text);

/* Whether each character is one that an address in the web may have, as a blank may not. */
gboolean coex_text_is_for_address(const char *text);

/* First words on one line, without marks of direction, at most @max_chars characters with "…" when
 * cut. Free with g_free(). */
char *coex_text_excerpt(const char *text, gsize max_chars);

/* Adds one more to what stands with commas between. */
void coex_text_list_add(GString *list, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Such a list, and how many more there are than it names. Free with g_free(). */
char *coex_text_list_end(const char *list, guint n_more);

/* Put before a text that coex_text_is_action(): shows nothing, and the host sees no command. */
#define COEX_TEXT_SHIELD "\xe2\x80\x8b"

/* Whether a customer's text would act as a command in a host (a leading "/me ", also behind marks,
 * which become tags that hosts skip); such text gets COEX_TEXT_SHIELD in front on display. */
gboolean coex_text_is_action(const char *text);

/* Wraps plain text at @columns (wide characters count two) with \n, words kept whole where they
 * fit. Free with g_free(). */
char *coex_text_wrap(const char *text, gsize columns);

/* Whether @part stands in @text, in any case of letters. */
gboolean coex_text_contains(const char *text, const char *part);

/* For finding words in any script: of the first @max_bytes, without case, marks and what is not
 * seen, compatible forms as one (NFKD), white space as single blanks. Free with g_free(). */
char *coex_text_fold(const char *text, gsize max_bytes);
