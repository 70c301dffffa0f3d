// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/which.h"

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define NTH_MAX 10000

/* "14:46", also "9:05". */
static gboolean
read_minute(const char *text, int *ret_minute)
{
    const char *colon = strchr(text, ':');
    g_autofree char *hour = colon != NULL ? g_strndup(text, (gsize)(colon - text)) : NULL;
    guint64 h = 0;
    guint64 m = 0;

    if (hour == NULL || strlen(hour) > 2 || strlen(colon + 1) != 2 ||
        !g_ascii_string_to_unsigned(hour, 10, 0, 23, &h, NULL) ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 0, 59, &m, NULL))
        return FALSE;
    *ret_minute = (int)(h * 60 + m);
    return TRUE;
}

/* Quotation marks, as any keyboard writes them. */
static gboolean
is_mark(gunichar c)
{
    static const char marks[] = "\"“”„«»";

    return c != 0 && g_utf8_strchr(marks, -1, c) != NULL;
}

/* What stands between them; NULL: nothing does. */
static char *
dup_quoted(const char *text)
{
    const char *last = g_utf8_find_prev_char(text, text + strlen(text));
    char *inside;

    if (last == NULL || last == text || !is_mark(g_utf8_get_char(text)) ||
        !is_mark(g_utf8_get_char(last)))
        return NULL;
    text = g_utf8_next_char(text);
    inside = g_strstrip(g_strndup(text, (gsize)(last - text)));
    if (*inside == '\0')
        g_clear_pointer(&inside, g_free);
    return inside;
}

gboolean
coex_which_parse(const char *words, CoexWhich *ret_which, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(words));
    const char *digits = trimmed + (*trimmed == '#' || *trimmed == '-');
    guint64 number = 0;

    *ret_which = (CoexWhich){ .nth = 1, .minute = -1 };
    if (*trimmed == '\0' || g_ascii_strcasecmp(trimmed, "last") == 0 ||
        read_minute(trimmed, &ret_which->minute))
        return TRUE;
    ret_which->words = dup_quoted(trimmed);
    if (ret_which->words != NULL)
        return TRUE;
    if (*trimmed == '-' && g_ascii_string_to_unsigned(digits, 10, 1, NTH_MAX, &number, NULL)) {
        ret_which->nth = (guint)number;
        return TRUE;
    }
    if (*trimmed != '-' && g_ascii_string_to_unsigned(digits, 10, 1, G_MAXINT64, &number, NULL)) {
        ret_which->number = (gint64)number;
        return TRUE;
    }
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT,
        _("“%s” names no message. It takes last, -2 for the last but one, a number such as "
          "#17, a time such as 14:46, or words of it in quotation marks."),
        trimmed);
    return FALSE;
}

/* Length of what stands first, if it may name a message; 0: it does not. */
static gsize
measure_first(const char *words)
{
    gsize n = strcspn(words, " \t\n");

    if (is_mark(g_utf8_get_char(words))) {
        const char *p = g_utf8_next_char(words);

        while (*p != '\0' && !is_mark(g_utf8_get_char(p)))
            p = g_utf8_next_char(p);
        if (*p == '\0')
            return 0;
        n = (gsize)(g_utf8_next_char(p) - words);
        return words[n + strspn(words + n, " \t\n")] != '\0' ? n : 0;
    }
    return g_ascii_isdigit(*words) && memchr(words, ':', n) == NULL ? 0 : n;
}

const char *
coex_which_split(const char *words, CoexWhich *ret_which)
{
    gsize n;
    g_autofree char *first = NULL;

    words += strspn(words, " \t\n");
    n = measure_first(words);
    first = g_strndup(words, n);
    if (!coex_which_parse(first, ret_which, NULL)) {
        coex_which_parse("", ret_which, NULL);
        return words;
    }
    words += n;
    return words + strspn(words, " \t\n");
}

/* "14.46", "25:99", "-", "-x", "#abc": meant for a name, as far as anybody can tell. */
static gboolean
is_like_name(const char *word)
{
    gsize n = strcspn(word, ":.");

    if (*word == '#' || *word == '-')
        return TRUE;
    return n > 0 && n <= 2 && strspn(word, "0123456789") == n && strlen(word) == n + 3 &&
           strspn(word + n + 1, "0123456789") == 2;
}

gboolean
coex_which_check_first(const char *words, GError **error)
{
    g_auto(CoexWhich) which = { 0 };
    g_autofree char *first = NULL;

    words += strspn(words, " \t\n");
    first = g_strndup(words, strcspn(words, " \t\n"));
    if (!is_like_name(first) || coex_which_parse(first, &which, NULL))
        return TRUE;
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT,
        _("“%s” names no message: that may be last, -2, a number such as #17, a time such "
          "as 14:46, or words of it in quotation marks. If it is part of your text, write "
          "last before it."),
        first);
    return FALSE;
}

void
coex_which_copy(const CoexWhich *which, CoexWhich *ret_copy)
{
    *ret_copy = *which;
    ret_copy->words = g_strdup(which->words);
}

void
coex_which_clear(CoexWhich *which)
{
    g_clear_pointer(&which->words, g_free);
}

static gboolean
has_words(const char *text, const char *words)
{
    return text != NULL && coex_text_contains(text, words);
}

gboolean
coex_which_fits(const CoexWhich *which, gint64 time, const char *text, const char *name)
{
    g_autoptr(GDateTime) when = NULL;

    if (which->words != NULL && !has_words(text, which->words) && !has_words(name, which->words))
        return FALSE;
    if (which->minute < 0)
        return TRUE;
    when = g_date_time_new_from_unix_local(time);
    return when != NULL &&
           g_date_time_get_hour(when) * 60 + g_date_time_get_minute(when) == which->minute;
}
