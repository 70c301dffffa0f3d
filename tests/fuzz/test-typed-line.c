// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/typed-line.h"
#include "core/text.h"
#include <string.h>

/* What a person sees of a text but for blanks and line ends, of which some go on the way. */
static char *
dup_seen(const char *text)
{
    g_autofree char *html = coex_text_escape(text);
    GString *seen = g_string_new(html);

    g_string_replace(seen, "<br>", "", 0);
    g_string_replace(seen, " ", "", 0);
    g_string_replace(seen, "\t", "", 0);
    return g_string_free(seen, FALSE);
}

static char *
dup_seen_of_markup(const char *markup)
{
    g_autofree char *text = coex_text_from_markup(markup);

    return dup_seen(text);
}

static void
check_verb(const CoexTypedLine *line)
{
    g_autofree char *words = dup_seen(line->words);
    g_autofree char *markup = dup_seen_of_markup(line->markup);
    g_auto(GStrv) values = coex_typed_line_split_values(line->words, "text that waits");
    guint number = 0;

    g_assert_cmpstr(line->word, !=, "");
    g_assert_null(strpbrk(line->word, " \t\r\n"));
    g_assert_true((values != NULL) == (line->words[0] != '\0'));
    if (markup[0] != '\0')
        g_assert_cmpstr(words, ==, markup);
    if (coex_typed_line_get_number(line, &number))
        g_assert_true(g_ascii_isdigit(line->word[0]));
}

/* A line that begins with a mark is a message only when the mark was doubled; one of the two goes,
 * and nothing else. */
static void
check_message(const char *plain, const CoexTypedLine *line)
{
    g_autofree char *wanted = NULL;
    g_autofree char *sent = NULL;

    g_assert_null(line->word);
    if (line->markup == NULL)
        return;
    g_assert_true((plain[0] == '!' || plain[0] == '/') && plain[1] == plain[0]);
    wanted = dup_seen(plain + 1);
    sent = dup_seen_of_markup(line->markup);
    g_assert_cmpstr(sent, ==, wanted);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    g_autofree char *typed = fuzz_take_string(&input);
    g_autofree char *plain = coex_text_from_markup(typed);
    g_auto(CoexTypedLine) line = { 0 };

    coex_typed_line_read(typed, &line);
    switch (line.kind) {
    case COEX_TYPED_MESSAGE:
        check_message(plain, &line);
        break;
    case COEX_TYPED_VERB:
        g_assert_true(plain[0] == '!');
        check_verb(&line);
        break;
    case COEX_TYPED_SLASH:
        g_assert_true(plain[0] == '/');
        g_assert_true(g_str_has_prefix(plain, line.word));
        break;
    }
    return 0;
}
