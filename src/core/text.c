// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

#include <string.h>

#define ISOLATE_END 0x2069
#define ISOLATES_MAX 16 /* one in another */

static gboolean
begins_isolate(gunichar c)
{
    return c >= 0x2066 && c < ISOLATE_END;
}

static gboolean
is_override(gunichar c)
{
    return c >= 0x202a && c <= 0x202e;
}

gboolean
coex_text_is_bidi_control(gunichar c)
{
    return is_override(c) || begins_isolate(c) || c == ISOLATE_END;
}

/* An isolate ends with its line, and an end without a beginning goes. */
static void
append_isolated(GString *shown, gunichar c, guint *n_open)
{
    if (begins_isolate(c) && *n_open < ISOLATES_MAX)
        (*n_open)++;
    else if (c == ISOLATE_END && *n_open > 0)
        (*n_open)--;
    else
        return;
    g_string_append_unichar(shown, c);
}

static void
close_isolates(GString *shown, guint *n_open)
{
    for (; *n_open > 0; (*n_open)--)
        g_string_append_unichar(shown, ISOLATE_END);
}

static void
append_clean(GString *shown, const char *p, guint *n_open)
{
    gunichar c = g_utf8_get_char(p);

    if ((c == '\r' && p[1] != '\n') || c == 0x85 || c == 0x2028 || c == 0x2029)
        c = '\n';
    if (c == '\n')
        close_isolates(shown, n_open);
    if (coex_text_is_bidi_control(c))
        append_isolated(shown, c, n_open);
    else if (c == '\v' || c == '\f')
        g_string_append_c(shown, ' ');
    else if (c == '\n' || c == '\t' || !g_unichar_iscntrl(c))
        g_string_append_unichar(shown, c);
}

char *
coex_text_clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    GString *shown = g_string_sized_new(strlen(valid));
    const char *p = valid;
    guint n_open = 0;

    while (*p) {
        const char *plain = p;

        while (g_ascii_isprint(*p))
            p++;
        g_string_append_len(shown, plain, p - plain);
        if (*p) {
            append_clean(shown, p, &n_open);
            p = g_utf8_next_char(p);
        }
    }
    close_isolates(shown, &n_open);
    return g_string_free(shown, FALSE);
}

/* @text without the characters that @is_left_out tells. */
static char *
dup_without(const char *text, gboolean (*is_left_out)(gunichar c))
{
    GString *rest = g_string_sized_new(strlen(text));

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        if (!is_left_out(g_utf8_get_char(p)))
            g_string_append_unichar(rest, g_utf8_get_char(p));
    }
    return g_string_free(rest, FALSE);
}

static gboolean
is_bidi_mark(gunichar c)
{
    return coex_text_is_bidi_control(c) || c == 0x200e || c == 0x200f || c == 0x61c;
}

char *
coex_text_without_bidi(const char *text)
{
    return dup_without(text, is_bidi_mark);
}

char *
coex_text_without_isolates(const char *text)
{
    return dup_without(text, coex_text_is_bidi_control);
}

static void
append_escaped(GString *html, const char *text, const char *end, CoexTextFlags flags)
{
    for (; text < end; text++) {
        switch (*text) {
        case '&':
            g_string_append(html, "&amp;");
            break;
        case '<':
            g_string_append(html, "&lt;");
            break;
        case '>':
            g_string_append(html, "&gt;");
            break;
        case '"':
            g_string_append(html, "&quot;");
            break;
        case '\n':
            g_string_append(html, flags & COEX_TEXT_RAW_BREAKS ? "\n" : "<br>");
            break;
        default:
            g_string_append_c(html, *text);
            break;
        }
    }
}

char *
coex_text_escape(const char *text)
{
    return coex_text_to_html_as(text, COEX_TEXT_NO_MARKS);
}

/* The marks that format on one line, and their tags. */
static const struct {
    char mark;
    const char *open;
    const char *close;
} mark_rows[] = {
    { '*', "<b>", "</b>" },
    { '_', "<i>", "</i>" },
    { '~', "<s>", "</s>" },
};

/* A text on its way to HTML. */
typedef struct {
    const char *text; /* its beginning: what stands before a mark counts */
    GString *html;
    CoexTextFlags flags;
    guint open; /* bit per open row: a mark does not nest in itself */
    const char *hopeless[G_N_ELEMENTS(mark_rows)]; /* before this no end mark was found */
    const char *no_block;                          /* the same for ``` */
    const char *no_code;                           /* the same for ` */
} Marked;

static gunichar
char_before(const char *text, const char *p)
{
    return p > text ? g_utf8_get_char(g_utf8_prev_char(p)) : 0;
}

static gboolean
is_blank(gunichar c)
{
    return c == 0 || g_unichar_isspace(c);
}

/* Letters and signs of Unicode that are drawn as nothing, which people make blank names of. */
static gboolean
is_filler(gunichar c)
{
    return c == 0x115f || c == 0x1160 || c == 0x2800 || c == 0x3164 || c == 0xffa0;
}

gboolean
coex_text_is_unseen(gunichar c)
{
    return !g_unichar_isgraph(c) || g_unichar_iszerowidth(c) || is_filler(c);
}

gboolean
coex_text_is_blank(const char *text)
{
    g_autofree char *shown = coex_text_clean(text);

    for (const char *p = shown; *p; p = g_utf8_next_char(p)) {
        if (!coex_text_is_unseen(g_utf8_get_char(p)))
            return FALSE;
    }
    return TRUE;
}

gboolean
coex_text_is_for_address(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isalnum(*p) && strchr("-._~:/?#[]@!$&'()*+,;=%", *p) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gsize
match_scheme(const char *p)
{
    if (g_ascii_strncasecmp(p, "http://", 7) == 0)
        return 7;
    return g_ascii_strncasecmp(p, "https://", 8) == 0 ? 8 : 0;
}

/* Behind the web address at @p, or @p when there is none. Marks and punctuation at its end are not
 * its own. */
static const char *
skip_address(const char *text, const char *p)
{
    gsize n_scheme = match_scheme(p);
    const char *end = p + n_scheme;

    if (n_scheme == 0 || g_unichar_isalnum(char_before(text, p)))
        return p;
    while (*end && !strchr("<>\"`", *end) && !g_unichar_isspace(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    while (end > p + n_scheme && strchr("*_~.,;:!?)'", end[-1]))
        end--;
    return end > p + n_scheme ? end : p;
}

/* Behind the monospace part at @p, which formats nothing inside, or @p when there is none. */
static const char *
skip_monospace(Marked *marked, const char *p)
{
    const char *end;

    if (strncmp(p, "```", 3) == 0) {
        end = p < marked->no_block ? NULL : strstr(p + 3, "```");
        if (end && end > p + 3)
            return end + 3;
        if (!end)
            marked->no_block = p + strlen(p);
        return p + (end ? 6 : 0);
    }
    if (*p != '`' || p < marked->no_code)
        return p;
    end = p + 1 + strcspn(p + 1, "`\n");
    if (*end != '`')
        marked->no_code = end;
    return *end == '`' && end > p + 1 ? end + 1 : p;
}

/* The mark that ends what @p begins, on the same line and before @end; NULL when it begins nothing.
 */
static const char *
find_end_mark(Marked *marked, const char *p, const char *end, guint row)
{
    const char *q = p + 1;

    if (p < marked->hopeless[row] || g_unichar_isalnum(char_before(marked->text, p)) || q >= end ||
        *q == *p || is_blank(g_utf8_get_char(q)))
        return NULL;
    while (q < end && *q != '\n') {
        const char *after = skip_monospace(marked, q);

        if (after == q)
            after = skip_address(marked->text, q);
        if (memchr(q, '\n', (gsize)(after - q)))
            break;
        if (after == q && *q == *p && !is_blank(char_before(marked->text, q)) &&
            !g_unichar_isalnum(g_utf8_get_char(q + 1)))
            return q;
        q = after > q ? after : g_utf8_next_char(q);
    }
    marked->hopeless[row] = MIN(q, end);
    return NULL;
}

static void append_marked(Marked *marked, const char *p, const char *end);

/* Writes the formatted part that begins with the mark at @p; returns what follows it, or @p when
 * the mark is just a character. */
static const char *
append_formatted(Marked *marked, const char *p, const char *end)
{
    for (guint row = 0; row < G_N_ELEMENTS(mark_rows); row++) {
        const char *close;

        if (*p != mark_rows[row].mark || (marked->open & (1u << row)) ||
            (*p == '~' && (marked->flags & COEX_TEXT_NO_STRIKE)))
            continue;
        close = find_end_mark(marked, p, end, row);
        if (!close)
            return p;
        marked->open |= 1u << row;
        g_string_append(marked->html, mark_rows[row].open);
        append_marked(marked, p + 1, close);
        g_string_append(marked->html, mark_rows[row].close);
        marked->open &= ~(1u << row);
        return close + 1;
    }
    return p;
}

static void
append_marked(Marked *marked, const char *p, const char *end)
{
    while (p < end) {
        const char *after = skip_monospace(marked, p);

        if (after == p)
            after = skip_address(marked->text, p);
        if (after > p && after <= end) {
            append_escaped(marked->html, p, after, marked->flags);
            p = after;
            continue;
        }
        after = append_formatted(marked, p, end);
        if (after == p) {
            after = g_utf8_next_char(p);
            append_escaped(marked->html, p, after, marked->flags);
        }
        p = after;
    }
}

char *
coex_text_to_html_as(const char *text, CoexTextFlags flags)
{
    g_autofree char *shown = coex_text_clean(text);
    Marked marked = { .text = shown, .html = g_string_sized_new(strlen(shown)), .flags = flags };

    if (flags & COEX_TEXT_NO_MARKS)
        append_escaped(marked.html, shown, shown + strlen(shown), flags);
    else
        append_marked(&marked, shown, shown + strlen(shown));
    return g_string_free(marked.html, FALSE);
}

gboolean
coex_text_is_action(const char *text)
{
    g_autofree char *shown = coex_text_clean(text);
    const char *p = shown + strspn(shown, "*_~");

    return g_ascii_strncasecmp(p, "/me ", 4) == 0;
}

static gboolean
is_regional(gunichar c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Whether a cut before @p (not the beginning) leaves grapheme clusters whole; close to UAX 29 for
 * what people write: combining marks, emoji sequences, flags, Hangul. */
static gboolean
is_cluster_border(const char *text, const char *p)
{
    gunichar c = g_utf8_get_char(p);
    gunichar before = char_before(text, p);
    guint n_regional = 0;

    if (g_unichar_ismark(c) || c == 0x200d || before == 0x200d)
        return FALSE;
    if ((c >= 0x1f3fb && c <= 0x1f3ff) || (c >= 0xe0020 && c <= 0xe007f) ||
        (c >= 0x1160 && c <= 0x11ff))
        return FALSE;
    if (!is_regional(c) || !is_regional(before))
        return TRUE;
    for (const char *q = p; q > text && is_regional(char_before(text, q)); q = g_utf8_prev_char(q))
        n_regional++;
    return n_regional % 2 == 0;
}

#define CLUSTER_MAX 64 /* characters to look back for a cluster's border */

/* Where to cut at @p or somewhat before it when no word border will do. */
static const char *
find_hard_cut(const char *text, const char *p)
{
    const char *cut = p;

    for (guint i = 0; i < CLUSTER_MAX && cut > text; i++) {
        if (is_cluster_border(text, cut))
            return cut;
        cut = g_utf8_prev_char(cut);
    }
    return p;
}

/* How good a cut before @p is: 0 none, 1 word, 2 sentence, 3 line, 4 paragraph. */
static int
rate_cut(const char *text, const char *p)
{
    gunichar c = g_utf8_get_char(p);
    gunichar before = char_before(text, p);

    if (c == '\n')
        return p[1] == '\n' ? 4 : 3;
    if (before == 0x3002 || before == 0xff01 || before == 0xff1f) /* 。！？ need no blank */
        return 2;
    if (!g_unichar_isspace(c) || c == 0xa0 || c == 0x202f)
        return 0;
    return before < 0x80 && strchr(".!?:;", (int)before) ? 2 : 1;
}

/* Where to cut at or before @limit: the best border in the second half, else the last one at all.
 */
static const char *
find_cut(const char *text, const char *limit, gsize max_chars)
{
    const char *best = NULL;
    const char *p = limit;
    int best_rate = 0;

    for (gsize n_back = 0; p > text && (n_back <= max_chars / 2 || !best); n_back++) {
        int rate = rate_cut(text, p);

        if (rate > best_rate) {
            best = p;
            best_rate = rate;
        }
        p = g_utf8_prev_char(p);
    }
    return best ? best : find_hard_cut(text, limit);
}

static const char *
skip_blanks(const char *p)
{
    while (*p && g_unichar_isspace(g_utf8_get_char(p)))
        p = g_utf8_next_char(p);
    return p;
}

static const char *
trim_end(const char *start, const char *end)
{
    while (end > start && g_unichar_isspace(char_before(start, end)))
        end = g_utf8_prev_char(end);
    return end;
}

/* @n_chars characters behind @p, or the end of the text. */
static const char *
advance(const char *p, gsize n_chars)
{
    while (*p && n_chars-- > 0)
        p = g_utf8_next_char(p);
    return p;
}

char **
coex_text_split(const char *text, gsize max_chars)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    GPtrArray *parts = g_ptr_array_new();
    const char *p = valid;

    max_chars = MAX(max_chars, 1);
    while (*skip_blanks(p)) {
        const char *limit = advance(p, max_chars);
        const char *cut = *limit ? find_cut(p, limit, max_chars) : limit;
        const char *end = *limit ? trim_end(p, cut) : limit;

        if (end > p)
            g_ptr_array_add(parts, g_strndup(p, (gsize)(end - p)));
        p = *cut ? skip_blanks(cut) : cut;
    }
    g_ptr_array_add(parts, NULL);
    return (char **)g_ptr_array_free(parts, FALSE);
}

/* @text on one line with single blanks. */
static char *
dup_line(const char *text)
{
    g_autofree char *shown = coex_text_clean(text);
    GString *line = g_string_new(NULL);

    for (const char *p = skip_blanks(shown); *p;) {
        const char *next = g_utf8_next_char(p);

        if (is_bidi_mark(g_utf8_get_char(p))) {
            p = next;
            continue;
        }
        if (!g_unichar_isspace(g_utf8_get_char(p))) {
            g_string_append_len(line, p, next - p);
        } else {
            next = skip_blanks(p);
            if (*next)
                g_string_append_c(line, ' ');
        }
        p = next;
    }
    return g_string_free(line, FALSE);
}

char *
coex_text_excerpt(const char *text, gsize max_chars)
{
    g_autofree char *line = dup_line(text);
    const char *cut;

    max_chars = MAX(max_chars, 1);
    if (!*advance(line, max_chars))
        return g_steal_pointer(&line);
    cut = advance(line, max_chars - 1);
    for (const char *p = cut; p > line && (gsize)(cut - p) <= (gsize)(cut - line) / 2;
         p = g_utf8_prev_char(p)) {
        if (*p == ' ')
            return g_strdup_printf("%.*s…", (int)(p - line), line);
    }
    cut = find_hard_cut(line, cut);
    return g_strdup_printf("%.*s…", (int)(cut - line), line);
}

static gsize
get_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

/* Appends a word from @column on, in pieces when it is too wide; returns the column behind it. */
static gsize
append_word(GString *out, const char *word, const char *end, gsize columns, gsize column)
{
    for (const char *p = word; p < end;) {
        const char *next = g_utf8_next_char(p);
        gsize width = get_width(g_utf8_get_char(p));

        while (next < end && !is_cluster_border(p, next)) {
            width += get_width(g_utf8_get_char(next));
            next = g_utf8_next_char(next);
        }
        if (column > 0 && column + width > columns) {
            g_string_append_c(out, '\n');
            column = 0;
        }
        g_string_append_len(out, p, next - p);
        column += width;
        p = next;
    }
    return column;
}

static gsize
measure(const char *p, const char *end)
{
    gsize width = 0;

    for (; p < end; p = g_utf8_next_char(p))
        width += get_width(g_utf8_get_char(p));
    return width;
}

static void
append_wrapped(GString *out, const char *line, gsize columns)
{
    gsize column = 0;

    for (const char *p = line; *p;) {
        const char *word = p + strspn(p, " \t");
        const char *end = word + strcspn(word, " \t");
        gsize n_blank = measure(p, word);
        gsize width = measure(word, end);

        if (word == end)
            break;
        if (p > line && column + n_blank + width > columns) {
            g_string_append_c(out, '\n');
            column = 0;
        } else {
            g_string_append_len(out, p, word - p);
            column += n_blank;
        }
        column = append_word(out, word, end, columns, column);
        p = end;
    }
}

char *
coex_text_wrap(const char *text, gsize columns)
{
    g_autofree char *shown = coex_text_clean(text);
    g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);
    GString *out = g_string_new(NULL);

    for (char **line = lines; *line; line++) {
        if (line > lines)
            g_string_append_c(out, '\n');
        append_wrapped(out, *line, MAX(columns, 1));
    }
    return g_string_free(out, FALSE);
}
