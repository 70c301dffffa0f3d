// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/text.h"
#include "purple/display.h"
#include "purple/host.h"
#include <string.h>
#include <util.h>

/* What a person wrote, and what the user then reads: our HTML after each chat program's own
 * treatment of it, read in the source of Pidgin 2.14.12, Finch 2.14.12 and BitlBee 3.6. */

#define NAME "12025550101"
#define LONG 3000 /* bytes: a short text over and over again comes to the bounds */
#define PIDGIN_TAGS 100
#define PIDGIN_LINE 4096
#define BITLBEE_LINE 425

static const CoexHost pidgin = { .max_tags = 80, .max_line = 3500, .strikes = TRUE };
static const CoexHost finch = { .notice = COEX_NOTICE_SYSTEM };
static const CoexHost bitlbee = { .notice = COEX_NOTICE_IM };

/* All that is seen but marks, which become style; a bullet may stand for a star. */
static char *
dup_letters(const char *text)
{
    GString *letters = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        /* What would look like a quote, also where a long line is cut, begins with a bar. */
        if (c == 0x2502 || c == 0xfe65 || c == 0xff1e)
            c = '>';
        if (!coex_text_is_unseen(c) && c != 0x2022 && strchr("*_~`", *p) == NULL && c != 0x066d &&
            c != 0x204e && c != 0x2217 && c != 0x2731 && c != 0xfe61 && c != 0xff0a)
            g_string_append_unichar(letters, c);
    }
    return g_string_free(letters, FALSE);
}

static void
check_letters(const char *text, const char *screen)
{
    g_autofree char *written = dup_letters(text);
    g_autofree char *read = dup_letters(screen);

    g_assert_cmpstr(read, ==, written);
}

static guint
count(const char *text, char wanted)
{
    guint n = 0;

    for (const char *p = text; *p != '\0'; p++)
        n += *p == wanted;
    return n;
}

/* ---- Pidgin ---- */

/* One tag at *@p: ours or a link, nothing else. */
static void
read_tag(const char **p, GString *screen, GString *link)
{
    static const char *const ours[] = { "b", "i", "s", "/b", "/i", "/s" };
    const char *end = strchr(*p, '>');
    g_autofree char *tag = NULL;

    g_assert_nonnull(end);
    tag = g_strndup(*p + 1, (gsize)(end - *p) - 1);
    *p = end + 1;
    if (g_str_equal(tag, "br")) {
        g_string_append_c(screen, '\n');
    } else if (g_str_has_prefix(tag, "A HREF=\"")) {
        g_autofree char *target = g_strndup(tag + 8, strlen(tag + 8) - 1);
        g_autofree char *opened = purple_unescape_html(target);

        g_string_printf(link, "%" G_GSIZE_FORMAT " %s", screen->len, opened);
    } else if (g_str_equal(tag, "/A")) {
        gsize start = (gsize)g_ascii_strtoull(link->str, NULL, 10);

        g_assert_true(g_str_has_suffix(link->str, screen->str + start));
        g_string_truncate(link, 0);
    } else {
        guint row = 0;

        while (row < G_N_ELEMENTS(ours) && !g_str_equal(tag, ours[row]))
            row++;
        g_assert_cmpuint(row, <, G_N_ELEMENTS(ours));
    }
}

/* What stands in the conversation; a link whose words are not its target aborts. */
static char *
dup_pidgin_screen(const char *html, PurpleMessageFlags flags)
{
    g_autofree char *shown =
        flags & PURPLE_MESSAGE_NO_LINKIFY ? g_strdup(html) : purple_markup_linkify(html);
    g_autoptr(GString) link = g_string_new(NULL);
    GString *screen = g_string_new(NULL);

    if (count(shown, '<') > PIDGIN_TAGS) {
        char *stripped = purple_markup_strip_html(shown);
        g_free(shown);
        shown = stripped;
    }
    if (flags & PURPLE_MESSAGE_SYSTEM)
        g_assert_cmpuint(strlen(shown) + 300, <, PIDGIN_LINE);
    for (const char *p = shown; *p != '\0';) {
        int length;
        const char *entity = purple_markup_unescape_entity(p, &length);

        if (*p == '<') {
            read_tag(&p, screen, link);
        } else if (entity != NULL) {
            g_string_append(screen, entity);
            p += length;
        } else {
            g_string_append_c(screen, *p++);
        }
    }
    return g_string_free(screen, FALSE);
}

static void
check_pidgin(const char *text)
{
    PurpleMessageFlags flags = PURPLE_MESSAGE_RECV;
    g_autofree char *html = coex_display_text(&pidgin, NAME, text, &flags);
    g_autofree char *screen = dup_pidgin_screen(html, flags);
    PurpleMessageFlags line_flags = PURPLE_MESSAGE_SYSTEM;
    g_autoptr(GPtrArray) lines = coex_display_line(&pidgin, NAME, text, &line_flags);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *clean = coex_text_clean(text);

    check_letters(clean, screen);
    g_assert_cmpuint(count(screen, '\n'), ==, count(clean, '\n'));
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *part = dup_pidgin_screen(g_ptr_array_index(lines, i), line_flags);
        g_string_append(line, part);
    }
    check_letters(clean, line->str);
    g_assert_cmpuint(count(line->str, '*'), ==, count(clean, '*'));
}

/* ---- Finch ---- */

static void
check_finch(const char *text)
{
    PurpleMessageFlags flags = PURPLE_MESSAGE_RECV;
    g_autofree char *html = coex_display_text(&finch, NAME, text, &flags);
    g_autofree char *with_breaks = purple_strdup_withhtml(html);
    g_autofree char *screen = purple_markup_strip_html(with_breaks);
    g_autofree char *clean = coex_text_clean(text);

    check_letters(clean, screen);
    g_assert_cmpuint(count(screen, '\n'), ==, count(clean, '\n'));
    g_assert_cmpuint(count(screen, '~'), ==, count(clean, '~'));
}

/* ---- BitlBee ---- */

/* Marks become control characters, named entities their characters. */
static char *
dup_irc_text(const char *html)
{
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        { "<b>", "\x02" }, { "</b>", "\x02" }, { "<i>", "\x1f" },  { "</i>", "\x1f" },
        { "<s>", "" },     { "</s>", "" },     { "<br>", "\n" },   { "&lt;", "<" },
        { "&gt;", ">" },   { "&amp;", "&" },   { "&quot;", "\"" },
    };
    GString *text = g_string_new(NULL);

    while (*html != '\0') {
        guint row = 0;

        while (row < G_N_ELEMENTS(rows) && !g_str_has_prefix(html, rows[row].in))
            row++;
        if (row < G_N_ELEMENTS(rows)) {
            g_string_append(text, rows[row].out);
            html += strlen(rows[row].in);
        } else {
            g_assert_true(*html != '<' && *html != '&');
            g_string_append_c(text, *html++);
        }
    }
    return g_string_free(text, FALSE);
}

static gboolean
is_blank(gunichar c)
{
    return g_unichar_isspace(c) || c == 0x2800 || c == 0x3164;
}

/* Whether a line of IRC, without its formatting, begins as lines of ours do. */
static gboolean
looks_like_ours(const char *line)
{
    const char *p = line;
    gunichar c;

    for (c = g_utf8_get_char(p); is_blank(c) || g_unichar_iszerowidth(c) || c == 2 || c == 0x1f;
         c = g_utf8_get_char(p))
        p = g_utf8_next_char(p);
    if (c != '*')
        return FALSE;
    do {
        p = g_utf8_next_char(p);
        c = g_utf8_get_char(p);
    } while (g_unichar_iszerowidth(c) || c == 2 || c == 0x1f);
    return is_blank(c);
}

static void
check_bitlbee(const char *text)
{
    PurpleMessageFlags flags = PURPLE_MESSAGE_RECV;
    g_autofree char *html = coex_display_text(&bitlbee, NAME, text, &flags);
    g_autofree char *screen = dup_irc_text(html);
    g_auto(GStrv) lines = g_strsplit(screen, "\n", -1);
    g_autofree char *clean = coex_text_clean(text);
    g_autoptr(GString) all = g_string_new(NULL);

    for (char **line = lines; *line != NULL; line++) {
        /* It wraps no line then, so these are the lines of IRC. */
        g_assert_cmpuint(strlen(*line), <, BITLBEE_LINE);
        g_assert_false(looks_like_ours(*line));
        g_assert_cmpint(g_ascii_strncasecmp(*line, "/me ", 4), !=, 0);
        for (const char *p = *line; *p != '\0'; p++) {
            if (*p != 2 && *p != 0x1f)
                g_string_append_c(all, *p);
        }
    }
    check_letters(clean, all->str);
    g_assert_cmpuint(count(all->str, '~'), ==, count(clean, '~'));
}

static void
check_bitlbee_line(const char *text)
{
    PurpleMessageFlags flags = PURPLE_MESSAGE_SYSTEM;
    g_autoptr(GPtrArray) parts = coex_display_line(&bitlbee, NAME, text, &flags);
    g_autofree char *screen = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert_cmpuint(parts->len, ==, 1);
    screen = dup_irc_text(g_ptr_array_index(parts, 0));
    lines = g_strsplit(screen, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_assert_cmpuint(strlen(*line), <, BITLBEE_LINE);
        g_assert_true(g_str_has_prefix(*line, "* "));
    }
}

static void
check(const char *text)
{
    check_pidgin(text);
    check_finch(text);
    check_bitlbee(text);
    check_bitlbee_line(text);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    g_autofree char *text = fuzz_take_string(&input);
    g_autoptr(GString) often = g_string_new(NULL);

    check(text);
    while (*text != '\0' && often->len < LONG)
        g_string_append(often, text);
    check(often->str);
    return 0;
}
