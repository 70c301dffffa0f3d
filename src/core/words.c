// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/words.h"

#include "core/text.h"
#include <string.h>

#define LRM "\xe2\x80\x8e" /* as a letter written from left to right that nobody sees */
#define RLM "\xe2\x80\x8f" /* as one from right to left */
#define FSI "\xe2\x81\xa8" /* begins a part that has the direction of its own first letter */
#define PDI "\xe2\x81\xa9" /* ends it */

/* Around what is put in, until all of it is in: control characters, of which coex_text_clean()
 * leaves none in a text. */
#define BEGIN "\x01"
#define END "\x02"

typedef enum {
    NO_DIRECTION,
    LEFT_TO_RIGHT,
    RIGHT_TO_LEFT,
} Direction;

/* Where Unicode has Hebrew, Arabic and all other scripts of that direction (UAX #9, 3.2), and its
 * mark of it. */
static gboolean
is_right_to_left(gunichar c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff) || c == 0x200f;
}

static Direction
direction_of(gunichar c)
{
    if (is_right_to_left(c))
        return RIGHT_TO_LEFT;
    return g_unichar_isalpha(c) || c == 0x200e ? LEFT_TO_RIGHT : NO_DIRECTION;
}

/* That of the first letter. */
static Direction
find_direction(const char *text)
{
    Direction found = NO_DIRECTION;

    for (; found == NO_DIRECTION && *text != '\0'; text = g_utf8_next_char(text))
        found = direction_of(g_utf8_get_char(text));
    return found;
}

static gboolean
is_plain(const char *text)
{
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = (guchar)*text < 0x80 ? 0 : g_utf8_get_char(text);

        if (is_right_to_left(c) || coex_text_is_bidi_control(c))
            return FALSE;
    }
    return TRUE;
}

/* ---- what is put in ---- */

static gsize
measure_conversion(const char *percent)
{
    const char *end = percent + 1 + strspn(percent + 1, "0123456789$-+ #'.*hlzjt");

    return (gsize)(end - percent) + (*end != '\0');
}

/* The format with marks around each text. @ret_direction: of its own letters. */
static char *
mark_texts(const char *format, Direction *ret_direction)
{
    GString *marked = g_string_sized_new(strlen(format));

    *ret_direction = NO_DIRECTION;
    for (gsize n; *format != '\0'; format += n) {
        gboolean is_conversion = *format == '%';
        gboolean is_text;

        n = is_conversion ? measure_conversion(format) : (gsize)(g_utf8_next_char(format) - format);
        is_text = is_conversion && strchr("sc", format[n - 1]) != NULL;
        g_string_append(marked, is_text ? BEGIN : "");
        g_string_append_len(marked, format, (gssize)n);
        g_string_append(marked, is_text ? END : "");
        if (!is_conversion && *ret_direction == NO_DIRECTION)
            *ret_direction = direction_of(g_utf8_get_char(format));
    }
    return g_string_free(marked, FALSE);
}

static gboolean
has_word(const char *text)
{
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        if (g_unichar_isalnum(g_utf8_get_char(text)))
            return TRUE;
    }
    return FALSE;
}

/* A mark alone, as the one of commands, belongs to the word behind it. */
static void
append_text(GString *sentence, const char *text, Direction around)
{
    g_autofree char *clean = coex_text_clean(text);
    gboolean turns = around == RIGHT_TO_LEFT || !is_plain(text);

    if (!turns)
        g_string_append(sentence, text);
    else if (has_word(clean))
        g_string_append_printf(sentence, FSI "%s" PDI, clean);
    else
        g_string_append_printf(sentence, "%s%s", around == RIGHT_TO_LEFT ? LRM : "", clean);
}

static char *
isolate_texts(const char *marked, Direction around)
{
    GString *sentence = g_string_sized_new(strlen(marked));
    Direction first;
    const char *begin;
    const char *end;

    while ((begin = strstr(marked, BEGIN)) != NULL && (end = strstr(begin, END)) != NULL) {
        g_autofree char *text = g_strndup(begin + strlen(BEGIN), end - begin - strlen(BEGIN));

        g_string_append_len(sentence, marked, begin - marked);
        append_text(sentence, text, around);
        marked = end + strlen(END);
    }
    g_string_append(sentence, marked);
    /* Chat programs take the direction of a whole line from its first letter. */
    first = find_direction(sentence->str);
    if (first != NO_DIRECTION && first != around)
        g_string_prepend(sentence, around == RIGHT_TO_LEFT ? RLM : LRM);
    return g_string_free(sentence, FALSE);
}

/* ---- sentences ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
char *
coex_say_args(const char *format, va_list args)
{
    g_autofree char *marked = NULL;
    g_autofree char *with_marks = NULL;
    g_autofree char *plain = NULL;
    Direction around;
    va_list again;

    va_copy(again, args);
    plain = g_strdup_vprintf(format, args);
    if (!is_plain(plain)) {
        marked = mark_texts(format, &around);
        with_marks = g_strdup_vprintf(marked, again);
    }
    va_end(again);
    if (with_marks == NULL)
        return g_steal_pointer(&plain);
    /* The words of the user's language tell its direction. */
    if (around == NO_DIRECTION)
        around = find_direction(_("Template"));
    return isolate_texts(with_marks, around);
}
#pragma GCC diagnostic pop

char *
coex_say(const char *format, ...)
{
    char *sentence;
    va_list args;

    va_start(args, format);
    sentence = coex_say_args(format, args);
    va_end(args);
    return sentence;
}

void
coex_say_more(GString *text, const char *format, ...)
{
    g_autofree char *sentence = NULL;
    va_list args;

    va_start(args, format);
    sentence = coex_say_args(format, args);
    va_end(args);
    g_string_append(text, sentence);
}
