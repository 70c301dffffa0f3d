// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

#include <string.h>

/* Texts for hosts that show each line as a message of its own, where a line's beginning tells who
 * wrote it. A line is judged by what will stand on the screen: after the marks are gone. */

#define BULLET "\xe2\x80\xa2" /* WhatsApp shows "* " at a line's beginning so */
/* What fits into IRC's 510 bytes beside the command, both nicks and the user's address, as a client
 * counts them that keeps 63 bytes for the address or knows it: at the least, and at the most. */
#define CUT_MIN 370
#define CUT_MAX 490

#define BAR "\xe2\x94\x82"

/* Marks of WhatsApp's, and what is drawn as nothing or as a blank. */
static const char *
skip_marks(const char *p)
{
    while (*p != '\0' && (strchr("*_~`", *p) != NULL || coex_text_is_unseen(g_utf8_get_char(p))))
        p = g_utf8_next_char(p);
    return p;
}

/* Where a line would look like a quote of ours: its ">" or what is drawn like it; else NULL. */
static const char *
find_quote(const char *line)
{
    const char *mark = skip_marks(line);
    gunichar c = g_utf8_get_char(mark);
    const char *after;

    if (c != '>' && c != 0xfe65 && c != 0xff1e)
        return NULL;
    after = g_utf8_next_char(mark);
    while (*after != '\0' && strchr("*_~`", *after) != NULL)
        after++;
    return *after != '\0' && coex_text_is_unseen(g_utf8_get_char(after)) ? mark : NULL;
}

static void
append_guarded(GString *out, const char *line, gsize length)
{
    g_autofree char *copy = g_strndup(line, length);
    const char *mark = find_quote(copy);

    if (mark == NULL)
        g_string_append(out, copy);
    else
        g_string_append_printf(out, "%.*s" BAR "%s", (int)(mark - copy), copy,
                               g_utf8_next_char(mark));
}

char *
coex_text_guard_quotes(const char *text)
{
    g_autofree char *clean = coex_text_clean(text);
    g_auto(GStrv) lines = g_strsplit(clean, "\n", -1);
    GString *out = g_string_sized_new(strlen(clean));

    for (char **line = lines; *line != NULL; line++) {
        g_string_append(out, line > lines ? "\n" : "");
        append_guarded(out, *line, strlen(*line));
    }
    return g_string_free(out, FALSE);
}

/* As much of @line as stands in one line of at most @max bytes, cut between words. */
static gsize
measure_line(const char *line, gsize max)
{
    gsize length = strnlen(line, max + 1);
    const char *blank;

    if (length <= max)
        return length;
    blank = g_strrstr_len(line, (gssize)max, " ");
    if (blank != NULL && blank > line)
        return (gsize)(blank - line);
    return (gsize)(g_utf8_find_prev_char(line, line + max + 1) - line);
}

/* @text in lines of at most @max bytes, @mark before each of them. A line that begins here has no
 * other mark of ours. */
static char *
wrap_bytes(const char *text, gsize max, const char *mark)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_sized_new(strlen(text));

    for (char **line = lines; *line != NULL; line++) {
        const char *rest = *line;

        do {
            gsize length = measure_line(rest, max);

            g_string_append_printf(out, "%s%s", out->len > 0 || line > lines ? "\n" : "", mark);
            if (rest > *line && *mark == '\0')
                append_guarded(out, rest, length);
            else
                g_string_append_len(out, rest, (gssize)length);
            rest += length;
            rest += *rest == ' ';
        } while (*rest != '\0');
    }
    return g_string_free(out, FALSE);
}

/* The star of ours and those drawn like it. */
static gboolean
is_star(gunichar c)
{
    return c == '*' || c == 0x066d || c == 0x204e || c == 0x2217 || c == 0x2731 || c == 0xfe61 ||
           c == 0xff0a;
}

/* Behind our tags and what is drawn as nothing; with @blanks also behind what leaves a blank. */
static const char *
skip_unseen(const char *html, gboolean blanks)
{
    const char *p = html;

    while (*p != '\0') {
        gunichar c = g_utf8_get_char(p);

        if (c == '<')
            p = strchr(p, '>') + 1;
        else if (g_unichar_iszerowidth(c) || (blanks && coex_text_is_unseen(c)))
            p = g_utf8_next_char(p);
        else
            break;
    }
    return p;
}

/* The star at which a line of HTML would look like one of ours; NULL when it does not. */
static const char *
find_our_star(const char *html)
{
    const char *star = skip_unseen(html, TRUE);
    const char *after;

    if (!is_star(g_utf8_get_char(star)))
        return NULL;
    after = skip_unseen(g_utf8_next_char(star), FALSE);
    return *after != '\0' && coex_text_is_unseen(g_utf8_get_char(after)) ? star : NULL;
}

/* One line, given as text and as HTML. */
static char *
guard_line(const char *line, const char *html)
{
    const char *shield = coex_text_is_action(line) ? COEX_TEXT_SHIELD : "";
    g_autofree char *escaped = NULL;
    const char *star;

    if (find_our_star(html) == NULL)
        return g_strconcat(shield, html, NULL);
    escaped = coex_text_escape(line);
    star = find_our_star(escaped);
    if (star == NULL)
        return g_strconcat(shield, escaped, NULL);
    return g_strconcat(BULLET, g_utf8_next_char(star), NULL);
}

char *
coex_text_to_html_lines(const char *text, CoexTextFlags flags, gsize max_bytes)
{
    gsize max = MAX(max_bytes, 16) - strlen(COEX_TEXT_SHIELD);
    g_autofree char *clean = coex_text_clean(text);
    g_autofree char *wrapped = wrap_bytes(clean, max, "");
    /* Marks work on one line, so each line of the HTML stands alone. */
    g_autofree char *html = coex_text_to_html_as(wrapped, flags | COEX_TEXT_RAW_BREAKS);
    g_auto(GStrv) lines = g_strsplit(wrapped, "\n", -1);
    g_auto(GStrv) html_lines = g_strsplit(html, "\n", -1);

    for (guint i = 0; lines[i] != NULL && html_lines[i] != NULL; i++) {
        char *guarded = guard_line(lines[i], html_lines[i]);

        g_free(html_lines[i]);
        html_lines[i] = guarded;
    }
    return g_strjoinv(flags & COEX_TEXT_RAW_BREAKS ? "\n" : "<br>", html_lines);
}

char *
coex_text_mark_lines(const char *text, gsize max_bytes)
{
    g_autofree char *clean = coex_text_clean(text);

    return wrap_bytes(clean, MAX(max_bytes, 16) - 2, "* ");
}

/* Whether a line of @length bytes before @end, its line end, is one that a client cut: behind the
 * last blank that fitted, which it kept, and before a word that did not fit any more. */
static gboolean
is_cut(gsize length, const char *end)
{
    gsize next_word = strcspn(end + 1, " \n");

    return length > 0 && end[-1] == ' ' && next_word > 0 && length <= CUT_MAX &&
           length + next_word > CUT_MIN;
}

char *
coex_text_join_cut(const char *markup)
{
    GString *joined = g_string_sized_new(strlen(markup));
    gsize length = 0;  /* of the line as it was typed, without tags */
    char until = '\0'; /* which ends the tag or entity */

    for (const char *p = markup; *p != '\0'; p++) {
        if (*p == '\n') {
            gboolean joins = is_cut(length, p);

            length = 0;
            until = '\0';
            if (joins)
                continue;
        } else if (until != '\0') {
            until = *p == until ? '\0' : until;
        } else if (*p == '<') {
            until = '>';
        } else {
            until = *p == '&' ? ';' : '\0';
            length++;
        }
        g_string_append_c(joined, *p);
    }
    return g_string_free(joined, FALSE);
}
