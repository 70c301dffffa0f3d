// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/text.h"
#include <string.h>

#define PART_CHARS 40

static void
check_clean(const char *text)
{
    fuzz_check_utf8(text);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        g_assert_true(*p == '\n' || *p == '\t' || !g_unichar_iscntrl(g_utf8_get_char(p)));
}

/* Nothing in a stranger's text becomes a tag; what is opened is closed. */
static void
check_html(const char *html)
{
    static const char *const tags[] = { "<b>", "</b>", "<i>", "</i>", "<s>", "</s>" };
    int depth = 0;

    check_clean(html);
    for (const char *p = strchr(html, '<'); p != NULL; p = strchr(p + 1, '<')) {
        guint row = 0;

        if (g_str_has_prefix(p, "<br>"))
            continue;
        while (row < G_N_ELEMENTS(tags) && !g_str_has_prefix(p, tags[row]))
            row++;
        g_assert_cmpuint(row, <, G_N_ELEMENTS(tags));
        depth += row % 2 == 0 ? 1 : -1;
        g_assert_cmpint(depth, >=, 0);
    }
    g_assert_cmpint(depth, ==, 0);
}

static char *
dup_without_blanks(const char *text)
{
    GString *out = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        if (!g_unichar_isspace(g_utf8_get_char(p)))
            g_string_append_unichar(out, g_utf8_get_char(p));
    }
    return g_string_free(out, FALSE);
}

static void
check_split(const char *text)
{
    g_auto(GStrv) parts = coex_text_split(text, PART_CHARS);
    g_autofree char *joined = g_strjoinv("", parts);
    g_autofree char *before = dup_without_blanks(text);
    g_autofree char *after = dup_without_blanks(joined);

    g_assert_cmpstr(before, ==, after);
    for (char **part = parts; *part != NULL; part++) {
        g_assert_cmpint(g_utf8_strlen(*part, -1), <=, PART_CHARS);
        g_assert_cmpstr(*part, !=, "");
    }
}

/* Escaped text is read back as it was, unless it is blank. */
static void
check_escape(const char *text)
{
    g_autofree char *escaped = coex_text_escape(text);
    g_autofree char *back = coex_text_from_markup(escaped);
    g_autofree char *again = coex_text_escape(back);

    check_clean(escaped);
    if (*back != '\0')
        g_assert_cmpstr(escaped, ==, again);
}

/* What a person reads of a text: all but blanks, marks and what turns directions around. */
static char *
dup_read(const char *text)
{
    GString *read = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean is_turn = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);

        if (!is_turn && !g_unichar_isspace(c) && strchr("*_~`", *p) == NULL)
            g_string_append_len(read, p, g_utf8_next_char(p) - p);
    }
    return g_string_free(read, FALSE);
}

/* What a host shows of a message and sends back says the same. */
static void
check_round_trip(const char *text, const char *html)
{
    g_autofree char *back = coex_text_from_markup(html);
    g_autofree char *read = dup_read(text);
    g_autofree char *read_back = dup_read(back);

    g_assert_cmpstr(read, ==, read_back);
}

/* What a customer writes is never a command of the host's. */
static void
check_shield(const char *text)
{
    g_autofree char *shielded = g_strconcat(COEX_TEXT_SHIELD, text, NULL);

    g_assert_false(coex_text_is_action(shielded));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    g_autofree char *typed = fuzz_take_string(&input);
    g_autofree char *text = coex_text_from_markup(typed);
    g_autofree char *html = coex_text_to_html_as(text, 0);
    g_autofree char *raw_html = coex_text_to_html_as(typed, 0);
    g_autofree char *wrapped = coex_text_wrap(typed, PART_CHARS);
    g_autofree char *excerpt = coex_text_excerpt(typed, PART_CHARS);

    check_clean(text);
    check_html(html);
    check_html(raw_html);
    check_round_trip(text, html);
    check_shield(typed);
    check_split(text);
    check_escape(typed);
    check_clean(wrapped);
    check_clean(excerpt);
    g_assert_cmpint(g_utf8_strlen(excerpt, -1), <=, PART_CHARS);
    g_assert_null(strchr(excerpt, '\n'));
    return 0;
}
