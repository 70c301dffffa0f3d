// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

#include <string.h>

/* The markup is read into characters that each know their style; the marks are then set around the
 * runs. So nesting, overlap, tags left open and IRC toggles need no rules of their own. */

typedef enum {
    STYLE_BOLD = 1 << 0,
    STYLE_ITALIC = 1 << 1,
    STYLE_STRIKE = 1 << 2,
    STYLE_MONO = 1 << 3,
} Style;

#define N_STYLES 4
#define LINE_STYLES                                                                                \
    (STYLE_BOLD | STYLE_ITALIC | STYLE_STRIKE) /* they do not reach over a line's end */

static const char *const style_marks[N_STYLES] = { "*", "_", "~", "```" };

typedef struct {
    gunichar c;
    guint8 style;
} StyledChar;

typedef enum {
    TAG_STYLE,
    TAG_SPAN, /* its style attribute tells */
    TAG_LINK,
    TAG_BREAK, /* has no end tag */
    TAG_IMAGE, /* has no end tag */
    TAG_BLOCK, /* begins and ends a line */
} TagKind;

typedef struct {
    const char *name;
    TagKind kind;
    guint8 style;
} TagRow;

static const TagRow tag_rows[] = {
    { "b", TAG_STYLE, STYLE_BOLD },
    { "strong", TAG_STYLE, STYLE_BOLD },
    { "i", TAG_STYLE, STYLE_ITALIC },
    { "em", TAG_STYLE, STYLE_ITALIC },
    { "s", TAG_STYLE, STYLE_STRIKE },
    { "strike", TAG_STYLE, STYLE_STRIKE },
    { "del", TAG_STYLE, STYLE_STRIKE },
    { "tt", TAG_STYLE, STYLE_MONO },
    { "code", TAG_STYLE, STYLE_MONO },
    { "pre", TAG_STYLE, STYLE_MONO },
    { "kbd", TAG_STYLE, STYLE_MONO },
    { "samp", TAG_STYLE, STYLE_MONO },
    { "span", TAG_SPAN, 0 },
    { "a", TAG_LINK, 0 },
    { "br", TAG_BREAK, 0 },
    { "img", TAG_IMAGE, 0 },
    { "p", TAG_BLOCK, 0 },
    { "div", TAG_BLOCK, 0 },
    { "hr", TAG_BLOCK, 0 },
    { "ul", TAG_BLOCK, 0 },
    { "ol", TAG_BLOCK, 0 },
    { "li", TAG_BLOCK, 0 },
    { "tr", TAG_BLOCK, 0 },
    { "blockquote", TAG_BLOCK, 0 },
    { "h1", TAG_BLOCK, 0 },
    { "h2", TAG_BLOCK, 0 },
    { "h3", TAG_BLOCK, 0 },
};

/* The names that hosts and people's clipboards use; others stay as written. */
static const struct {
    const char *name;
    gunichar c;
} entity_rows[] = {
    { "amp", '&' },      { "lt", '<' },        { "gt", '>' },       { "quot", '"' },
    { "apos", '\'' },    { "nbsp", ' ' },      { "copy", 0xa9 },    { "reg", 0xae },
    { "trade", 0x2122 }, { "hellip", 0x2026 }, { "ndash", 0x2013 }, { "mdash", 0x2014 },
    { "lsquo", 0x2018 }, { "rsquo", 0x2019 },  { "sbquo", 0x201a }, { "ldquo", 0x201c },
    { "rdquo", 0x201d }, { "bdquo", 0x201e },  { "laquo", 0xab },   { "raquo", 0xbb },
    { "bull", 0x2022 },  { "middot", 0xb7 },   { "deg", 0xb0 },     { "euro", 0x20ac },
    { "pound", 0xa3 },   { "yen", 0xa5 },      { "cent", 0xa2 },    { "sect", 0xa7 },
    { "para", 0xb6 },    { "times", 0xd7 },    { "divide", 0xf7 },  { "plusmn", 0xb1 },
    { "frac12", 0xbd },  { "frac14", 0xbc },   { "frac34", 0xbe },  { "sup2", 0xb2 },
    { "sup3", 0xb3 },    { "iexcl", 0xa1 },    { "iquest", 0xbf },  { "auml", 0xe4 },
    { "ouml", 0xf6 },    { "uuml", 0xfc },     { "Auml", 0xc4 },    { "Ouml", 0xd6 },
    { "Uuml", 0xdc },    { "szlig", 0xdf },    { "agrave", 0xe0 },  { "aacute", 0xe1 },
    { "acirc", 0xe2 },   { "atilde", 0xe3 },   { "aring", 0xe5 },   { "aelig", 0xe6 },
    { "ccedil", 0xe7 },  { "egrave", 0xe8 },   { "eacute", 0xe9 },  { "ecirc", 0xea },
    { "euml", 0xeb },    { "igrave", 0xec },   { "iacute", 0xed },  { "icirc", 0xee },
    { "iuml", 0xef },    { "ntilde", 0xf1 },   { "ograve", 0xf2 },  { "oacute", 0xf3 },
    { "ocirc", 0xf4 },   { "otilde", 0xf5 },   { "oslash", 0xf8 },  { "ugrave", 0xf9 },
    { "uacute", 0xfa },  { "ucirc", 0xfb },    { "larr", 0x2190 },  { "rarr", 0x2192 },
};

#define MAX_OPEN_TAGS 64

typedef struct {
    const TagRow *row;
    guint8 style;
    guint start; /* of a link's text */
    char *href;  /* as written, NULL */
} OpenTag;

typedef struct {
    GArray *chars; /* StyledChar */
    GArray *open;  /* OpenTag */
    guint8 tag_style;
    guint8 irc_style;
    gboolean line_due;       /* a block began or ended: the next character stands on a new line */
    gboolean no_tag_end;     /* no > is left */
    gboolean no_comment_end; /* no --> is left */
} Reader;

static void
open_tag_clear(gpointer data)
{
    g_free(((OpenTag *)data)->href);
}

static void
append(Reader *reader, gunichar c)
{
    StyledChar styled = { c, reader->tag_style | reader->irc_style };

    if (reader->line_due) {
        StyledChar line_end = { '\n', 0 };

        reader->line_due = FALSE;
        if (g_array_index(reader->chars, StyledChar, reader->chars->len - 1).c != '\n')
            g_array_append_val(reader->chars, line_end);
    }
    g_array_append_val(reader->chars, styled);
}

/* Appends a character of the text unless it is a control character. */
static void
append_clean(Reader *reader, gunichar c)
{
    if (c == 0x2028 || c == 0x2029 || c == 0x85)
        c = '\n';
    if (c == '\n' || c == '\t' || !g_unichar_iscntrl(c))
        append(reader, c);
}

static void
append_text(Reader *reader, const char *text)
{
    for (; *text; text = g_utf8_next_char(text))
        append_clean(reader, g_utf8_get_char(text));
}

static void
end_line(Reader *reader)
{
    reader->line_due = reader->chars->len > 0;
}

/* Decodes "&#8230;" and "&#x2026;" after the &#: the character and its end, or 0. */
static gunichar
decode_number(const char *digits, const char **ret_end)
{
    gboolean is_hex = *digits == 'x' || *digits == 'X';
    char *end = NULL;
    guint64 number;

    digits += is_hex;
    if (!(is_hex ? g_ascii_isxdigit(*digits) : g_ascii_isdigit(*digits)))
        return 0;
    number = g_ascii_strtoull(digits, &end, is_hex ? 16 : 10);
    if (*end != ';' || number == 0 || number > 0x10ffff || !g_unichar_validate((gunichar)number))
        return 0;
    *ret_end = end + 1;
    return (gunichar)number;
}

/* The character of an entity at the & in @text, 0 when it is none. */
static gunichar
decode_entity(const char *text, const char **ret_end)
{
    if (text[1] == '#')
        return decode_number(text + 2, ret_end);
    for (gsize i = 0; i < G_N_ELEMENTS(entity_rows); i++) {
        gsize n_name = strlen(entity_rows[i].name);

        if (strncmp(text + 1, entity_rows[i].name, n_name) == 0 && text[1 + n_name] == ';') {
            *ret_end = text + 1 + n_name + 1;
            return entity_rows[i].c;
        }
    }
    return 0;
}

static char *
dup_decoded(const char *text)
{
    GString *out = g_string_new(NULL);

    while (*text) {
        const char *end = text + 1;
        gunichar c = *text == '&' ? decode_entity(text, &end) : 0;

        if (c)
            g_string_append_unichar(out, c);
        else
            g_string_append_c(out, *text);
        text = c ? end : text + 1;
    }
    return g_string_free(out, FALSE);
}

/* A tag in the text: its row (NULL: one that goes) and where it ends. */
typedef struct {
    const TagRow *row;
    gboolean is_end;
    const char *attributes;
    const char *after; /* behind the > */
} Tag;

/* Behind the > that ends the tag at @text, quoted ones not counted where the quotes match; NULL if
 * none. */
static const char *
find_tag_end(const char *text)
{
    char quote = '\0';
    const char *plain = strchr(text, '>');

    if (!plain)
        return NULL;
    for (const char *p = text; *p; p++) {
        if (quote && *p == quote)
            quote = '\0';
        else if (!quote && (*p == '"' || *p == '\''))
            quote = *p;
        else if (!quote && *p == '>')
            return p + 1;
    }
    return plain + 1;
}

static gboolean
read_comment(Reader *reader, const char *text, Tag *ret_tag)
{
    const char *end = reader->no_comment_end ? NULL : strstr(text, "-->");

    reader->no_comment_end = !end;
    *ret_tag = (Tag){ .after = end ? end + 3 : NULL };
    return end != NULL;
}

/* Reads a tag at the < in @text; FALSE when it is just a character of the text. */
static gboolean
read_tag(Reader *reader, const char *text, Tag *ret_tag)
{
    const char *name = text + 1;
    gsize n_name = 0;
    Tag tag = { 0 };

    if (strncmp(text, "<!--", 4) == 0)
        return read_comment(reader, text, ret_tag);
    tag.is_end = *name == '/';
    name += tag.is_end || *name == '!' || *name == '?';
    while (g_ascii_isalnum(name[n_name]))
        n_name++;
    /* "<joe@example.org>" is no tag. */
    if (n_name == 0 || !strchr(" \t\r\n/>", name[n_name]) || name[n_name] == '\0')
        return FALSE;
    tag.after = reader->no_tag_end ? NULL : find_tag_end(name);
    reader->no_tag_end = !tag.after;
    if (!tag.after)
        return FALSE;
    tag.attributes = name + n_name;
    for (gsize i = 0; i < G_N_ELEMENTS(tag_rows) && !tag.row; i++) {
        if (strlen(tag_rows[i].name) == n_name &&
            g_ascii_strncasecmp(tag_rows[i].name, name, n_name) == 0)
            tag.row = &tag_rows[i];
    }
    *ret_tag = tag;
    return TRUE;
}

/* The value of an attribute as written, NULL when it is not there. */
static char *
dup_attribute(const Tag *tag, const char *wanted)
{
    const char *p = tag->attributes;
    const char *end = tag->after - 1;

    while (p < end) {
        const char *name = p;
        const char *value;
        gsize n_name;

        p += strcspn(p, "= \t\r\n>");
        n_name = (gsize)(p - name);
        p += strspn(p, " \t\r\n");
        if (*p != '=') {
            p += p == name;
            continue;
        }
        p++;
        p += strspn(p, " \t\r\n");
        value = p;
        if (*p == '"' || *p == '\'') {
            const char *close = strchr(p + 1, *p);

            value = p + 1;
            p = close && close <= end ? close : end;
        } else {
            p += strcspn(p, " \t\r\n>");
        }
        if (n_name == strlen(wanted) && g_ascii_strncasecmp(name, wanted, n_name) == 0)
            return value <= p ? g_strndup(value, (gsize)(p - value)) : NULL;
        p += *p == '"' || *p == '\'';
    }
    return NULL;
}

static guint8
read_span_style(const Tag *tag)
{
    g_autofree char *css = dup_attribute(tag, "style");
    g_autofree char *lower = css ? g_ascii_strdown(css, -1) : NULL;
    guint8 style = 0;

    if (!lower)
        return 0;
    style |= strstr(lower, "bold") ? STYLE_BOLD : 0;
    style |= strstr(lower, "italic") ? STYLE_ITALIC : 0;
    style |= strstr(lower, "line-through") ? STYLE_STRIKE : 0;
    return style;
}

static void
update_tag_style(Reader *reader)
{
    reader->tag_style = 0;
    for (guint i = 0; i < reader->open->len; i++)
        reader->tag_style |= g_array_index(reader->open, OpenTag, i).style;
}

static const char *
skip_scheme(const char *address)
{
    static const char *const schemes[] = { "http://", "https://", "mailto:", "tel:" };

    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (g_ascii_strncasecmp(address, schemes[i], strlen(schemes[i])) == 0)
            return address + strlen(schemes[i]);
    }
    return address;
}

/* Whether a link's text is its target, written with or without scheme and last slash. */
static gboolean
is_same_address(const char *text, const char *target)
{
    const char *a = skip_scheme(text);
    const char *b = skip_scheme(target);
    gsize n_a = strlen(a);
    gsize n_b = strlen(b);

    n_a -= n_a > 0 && a[n_a - 1] == '/';
    n_b -= n_b > 0 && b[n_b - 1] == '/';
    return n_a == n_b && g_ascii_strncasecmp(a, b, n_a) == 0;
}

static char *
dup_chars(const Reader *reader, guint start)
{
    GString *text = g_string_new(NULL);

    for (guint i = start; i < reader->chars->len; i++)
        g_string_append_unichar(text, g_array_index(reader->chars, StyledChar, i).c);
    return g_strstrip(g_string_free(text, FALSE));
}

/* Ends a link: its target comes after the text where it says something new. */
static void
end_link(Reader *reader, const OpenTag *link)
{
    g_autofree char *text = NULL;
    g_autofree char *target = NULL;
    const char *shown;

    if (!link->href || !*link->href)
        return;
    text = dup_chars(reader, link->start);
    target = g_strstrip(dup_decoded(link->href));
    if (is_same_address(text, target) || is_same_address(text, link->href))
        return;
    shown = g_ascii_strncasecmp(target, "mailto:", 7) == 0 ? target + 7 : target;
    if (*text)
        append_text(reader, " (");
    append_text(reader, shown);
    if (*text)
        append_text(reader, ")");
}

static void
close_tag(Reader *reader, guint index)
{
    OpenTag tag = g_array_index(reader->open, OpenTag, index);

    g_array_index(reader->open, OpenTag, index).href = NULL;
    g_array_remove_index(reader->open, index);
    update_tag_style(reader);
    if (tag.row->kind == TAG_LINK)
        end_link(reader, &tag);
    g_free(tag.href);
}

static void
close_last(Reader *reader, const TagRow *row)
{
    for (guint i = reader->open->len; i > 0; i--) {
        if (g_array_index(reader->open, OpenTag, i - 1).row == row) {
            close_tag(reader, i - 1);
            return;
        }
    }
}

static void
open_tag(Reader *reader, const Tag *tag)
{
    OpenTag opened = { .row = tag->row, .style = tag->row->style, .start = reader->chars->len };

    if (reader->open->len >= MAX_OPEN_TAGS)
        return;
    if (tag->row->kind == TAG_SPAN)
        opened.style = read_span_style(tag);
    else if (tag->row->kind == TAG_LINK)
        opened.href = dup_attribute(tag, "href");
    g_array_append_val(reader->open, opened);
    update_tag_style(reader);
}

static void
apply_tag(Reader *reader, const Tag *tag)
{
    g_autofree char *alt = NULL;

    if (!tag->row)
        return;
    switch (tag->row->kind) {
    case TAG_STYLE:
    case TAG_SPAN:
    case TAG_LINK:
        if (tag->is_end)
            close_last(reader, tag->row);
        else
            open_tag(reader, tag);
        break;
    case TAG_BREAK:
        append(reader, '\n');
        break;
    case TAG_IMAGE:
        alt = dup_attribute(tag, "alt");
        if (alt) {
            g_autofree char *decoded = dup_decoded(alt);

            append_text(reader, decoded);
        }
        break;
    case TAG_BLOCK:
        end_line(reader);
        break;
    }
}

/* Skips up to @max digits of the kind that @is_digit knows. */
static const char *
skip_digits(const char *p, const char *digits, gsize max)
{
    return p + MIN(strspn(p, digits), max);
}

/* Applies an IRC control code at @p (https://modern.ircdocs.horse/formatting); returns what follows
 * it, or NULL when it is none. */
static const char *
apply_irc_code(Reader *reader, const char *p)
{
    switch (*p) {
    case 0x02:
        reader->irc_style ^= STYLE_BOLD;
        return p + 1;
    case 0x1d:
        reader->irc_style ^= STYLE_ITALIC;
        return p + 1;
    case 0x1e:
        reader->irc_style ^= STYLE_STRIKE;
        return p + 1;
    case 0x11:
        reader->irc_style ^= STYLE_MONO;
        return p + 1;
    case 0x0f:
        reader->irc_style = 0;
        return p + 1;
    case 0x03:
        p = skip_digits(p + 1, "0123456789", 2);
        if (p[-1] != 0x03 && *p == ',' && g_ascii_isdigit(p[1]))
            p = skip_digits(p + 1, "0123456789", 2);
        return p;
    case 0x04:
        return skip_digits(p + 1, "0123456789abcdefABCDEF", 6);
    default:
        return NULL;
    }
}

static const char *
read_next(Reader *reader, const char *p)
{
    const char *after = apply_irc_code(reader, p);
    gunichar c;
    Tag tag;

    if (after)
        return after;
    if (*p == '<' && read_tag(reader, p, &tag)) {
        apply_tag(reader, &tag);
        return tag.after;
    }
    if (*p == '&' && (c = decode_entity(p, &after))) {
        append_clean(reader, c);
        return after;
    }
    if (*p == '\r' || *p == '\n') {
        /* Each line was an IRC message of its own. */
        reader->irc_style = 0;
        append(reader, '\n');
        return p + (strncmp(p, "\r\n", 2) == 0 ? 2 : 1);
    }
    append_clean(reader, g_utf8_get_char(p));
    return g_utf8_next_char(p);
}

static StyledChar *
char_at(GArray *chars, guint index)
{
    return &g_array_index(chars, StyledChar, index);
}

/* The end of the run of characters from @start that have @style. */
static guint
find_run_end(GArray *chars, guint start, guint8 style)
{
    guint end = start;

    while (end < chars->len && (char_at(chars, end)->style & style))
        end++;
    return end;
}

/* Takes @style off the blanks at both ends of each run: a mark beside a blank is shown as written.
 */
static void
trim_style(GArray *chars, guint8 style)
{
    guint end;

    for (guint start = 0; start < chars->len; start = end + 1) {
        guint last;

        end = find_run_end(chars, start, style);
        for (; start < end && g_unichar_isspace(char_at(chars, start)->c); start++)
            char_at(chars, start)->style &= (guint8)~style;
        for (last = end; last > start && g_unichar_isspace(char_at(chars, last - 1)->c); last--)
            char_at(chars, last - 1)->style &= (guint8)~style;
    }
}

/* Whether a mark around @styled stands inside a word because of its neighbour @outside; not where
 * that has a style of its own, whose mark comes between. */
static gboolean
is_inside_word(const StyledChar *styled, const StyledChar *outside)
{
    return g_unichar_isalnum(outside->c) && !(outside->style & (guint8)~styled->style);
}

/* Takes @style off the runs that begin or end inside a word: WhatsApp shows marks there as written.
 */
static void
drop_inside_words(GArray *chars, guint8 style)
{
    guint end;

    for (guint start = 0; start < chars->len; start = end + 1) {
        gboolean is_inside = FALSE;

        end = find_run_end(chars, start, style);
        if (start < end && start > 0)
            is_inside = is_inside_word(char_at(chars, start), char_at(chars, start - 1));
        if (start < end && end < chars->len)
            is_inside |= is_inside_word(char_at(chars, end - 1), char_at(chars, end));
        for (guint i = start; is_inside && i < end; i++)
            char_at(chars, i)->style &= (guint8)~style;
    }
}

static void
trim_styles(GArray *chars)
{
    trim_style(chars, STYLE_MONO);
    for (guint i = 0; i < chars->len; i++) {
        StyledChar *styled = char_at(chars, i);

        /* Inside monospace marks would be shown as written. */
        if (styled->c == '\n' || (styled->style & STYLE_MONO))
            styled->style &= (guint8)~LINE_STYLES;
    }
    trim_style(chars, STYLE_BOLD);
    trim_style(chars, STYLE_ITALIC);
    trim_style(chars, STYLE_STRIKE);
    /* Twice, for a run that loses its style may have kept its neighbour's from a word. */
    for (int i = 0; i < 2; i++) {
        drop_inside_words(chars, STYLE_BOLD);
        drop_inside_words(chars, STYLE_ITALIC);
        drop_inside_words(chars, STYLE_STRIKE);
    }
}

/* Marks that are open, outermost first, as indexes of style_marks. */
typedef struct {
    guint8 styles[N_STYLES];
    guint n;
} OpenMarks;

static guint8
get_open_styles(const OpenMarks *marks)
{
    guint8 open = 0;

    for (guint i = 0; i < marks->n; i++)
        open |= (guint8)(1 << marks->styles[i]);
    return open;
}

/* Closes marks until only wanted ones are open. */
static void
close_marks(OpenMarks *marks, guint8 wanted, GString *out)
{
    while (get_open_styles(marks) & (guint8)~wanted)
        g_string_append(out, style_marks[marks->styles[--marks->n]]);
}

/* Opens what is wanted at @index, what ends last outermost. */
static void
open_marks(OpenMarks *marks, GArray *chars, guint index, GString *out)
{
    guint8 missing = char_at(chars, index)->style & (guint8)~get_open_styles(marks);

    while (missing) {
        guint best = 0;
        guint best_end = 0;

        for (guint i = 0; i < N_STYLES; i++) {
            guint end = missing & (1 << i) ? find_run_end(chars, index, (guint8)(1 << i)) : 0;

            if (end > best_end) {
                best = i;
                best_end = end;
            }
        }
        missing &= (guint8) ~(1 << best);
        marks->styles[marks->n++] = (guint8)best;
        g_string_append(out, style_marks[best]);
    }
}

static char *
write_marked(GArray *chars)
{
    GString *out = g_string_sized_new(chars->len);
    OpenMarks marks = { .n = 0 };
    gboolean is_blank = TRUE;

    for (guint i = 0; i < chars->len; i++) {
        const StyledChar *styled = char_at(chars, i);

        close_marks(&marks, styled->style, out);
        /* One that another's end had closed opens again at a word, not at a blank. */
        if (!g_unichar_isspace(styled->c))
            open_marks(&marks, chars, i, out);
        g_string_append_unichar(out, styled->c);
        is_blank = is_blank && g_unichar_isspace(styled->c);
    }
    close_marks(&marks, 0, out);
    if (is_blank)
        g_string_truncate(out, 0);
    return g_string_free(out, FALSE);
}

char *
coex_text_from_markup(const char *html)
{
    g_autofree char *valid = g_utf8_make_valid(html ? html : "", -1);
    g_autoptr(GArray) chars = g_array_new(FALSE, FALSE, sizeof(StyledChar));
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(OpenTag));
    Reader reader = { .chars = chars, .open = open };
    const char *p = valid;

    g_array_set_clear_func(open, open_tag_clear);
    while (*p)
        p = read_next(&reader, p);
    while (open->len > 0)
        close_tag(&reader, open->len - 1);
    trim_styles(chars);
    return write_marked(chars);
}
