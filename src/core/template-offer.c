// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-offer.h"

#include "core/template-match.h"
#include "core/template.h"
#include "core/text.h"
#include <string.h>

#define NAME_WORDS 3
#define SENTENCE_WORDS 3
#define NAME_BYTES 80

/* What stands before a name, in the languages most templates are written in. */
static const char *const greetings[] = {
    "hi",     "hello",  "hey",      "dear",     "welcome",  "thanks",     "you",       "sorry",
    "mr",     "mrs",    "ms",       "morning",  "evening",  "day",        "afternoon", "customer",
    "hallo",  "moin",   "liebe",    "lieber",   "tag",      "morgen",     "abend",     "danke",
    "herr",   "frau",   "hola",     "estimado", "estimada", "querido",    "querida",   "gracias",
    "buenos", "buenas", "días",     "tardes",   "bonjour",  "bonsoir",    "salut",     "cher",
    "chère",  "merci",  "madame",   "monsieur", "olá",      "oi",         "prezado",   "prezada",
    "caro",   "cara",   "obrigado", "obrigada", "ciao",     "buongiorno", "salve",     "gentile",
    "grazie", "beste",  "geachte",  "hoi",      "merhaba",  "sayın",      "selam",     "cześć",
    "witaj",  "halo",   NULL,
};
static const char *const titles[] = { "mr", "mrs", "ms", "dr", "sr", "sra", "hr", "fr", NULL };

/* Words with a capital that are nobody's name. */
static const char *const dates[] = {
    "monday",  "tuesday",   "wednesday", "thursday", "friday",   "saturday",   "sunday",
    "today",   "tomorrow",  "montag",    "dienstag", "mittwoch", "donnerstag", "freitag",
    "samstag", "sonnabend", "sonntag",   "heute",    "january",  "february",   "march",
    "june",    "july",      "september", "october",  "november", "december",   "januar",
    "februar", "juni",      "juli",      "oktober",  "dezember", NULL,
};

/* Parts of a parameter's name that mean a person's, and those that mean another thing's. */
static const char *const name_parts[] = { "name", "nombre", "nome", NULL };
static const char *const thing_parts[] = { "product", "company", "business", "shop",  "store",
                                           "brand",   "event",   "file",     "item",  "service",
                                           "team",    "agent",   "sender",   "staff", "template",
                                           "street",  "city",    "plan",     NULL };
static const char *const person_words[] = { "customer", "guest", "client", "kunde",  "cliente",
                                            "person",   "gast",  "nom",    "prenom", NULL };
static const char *const text_parts[] = { "text",    "message", "note",      "reason",    "comment",
                                          "info",    "detail",  "hinweis",   "nachricht", "grund",
                                          "mensaje", "motivo",  "messaggio", NULL };

static gboolean
has_part(const char *text, const char *const *parts)
{
    for (; *parts; parts++)
        if (strstr(text, *parts))
            return TRUE;
    return FALSE;
}

static const char *
get_text(const CoexTemplate *template_, const CoexTemplateVariable *variable)
{
    return variable->in_body ? template_->body : template_->header;
}

/* The first place of `{{name}}` in its text. */
static gboolean
find_place(const CoexTemplate *template_, const CoexTemplateVariable *variable,
           const char **ret_start, const char **ret_end)
{
    gsize length = strlen(variable->name);
    const char *start = get_text(template_, variable);

    while (start && (start = strstr(start, "{{"))) {
        const char *name = start + 2 + strspn(start + 2, " ");
        const char *end = name + length;

        if (g_str_has_prefix(name, variable->name)) {
            end += strspn(end, " ");
            if (g_str_has_prefix(end, "}}")) {
                *ret_start = start;
                *ret_end = end + 2;
                return TRUE;
            }
        }
        start += 2;
    }
    return FALSE;
}

/* Whether the last word before @end, marks aside, goes before a name. */
static gboolean
is_greeted(const char *text, const char *end)
{
    g_autofree char *word = NULL;
    const char *stop = end;
    const char *start;
    gboolean abbreviated;

    while (stop > text && strchr(" *_~", stop[-1]) != NULL)
        stop--;
    abbreviated = stop > text && stop[-1] == '.';
    stop -= abbreviated;
    for (start = stop; start > text;) {
        const char *before = g_utf8_prev_char(start);

        if (!g_unichar_isalpha(g_utf8_get_char(before)))
            break;
        start = before;
    }
    word = g_utf8_strdown(start, stop - start);
    return g_strv_contains(titles, word) || (!abbreviated && g_strv_contains(greetings, word));
}

/* "Hi {{1}}", "{{1}}, your order", "How was it, {{1}}?" */
static gboolean
is_addressed(const CoexTemplate *template_, const CoexTemplateVariable *variable)
{
    const char *text = get_text(template_, variable);
    const char *start, *end;
    gsize n_before;

    if (!find_place(template_, variable, &start, &end))
        return FALSE;
    if (is_greeted(text, start))
        return TRUE;
    n_before = (gsize)(start - text);
    while (n_before > 0 && strchr(" *_~\n", text[n_before - 1]) != NULL)
        n_before--;
    end += strspn(end, "*_~");
    if (n_before > 0 && text[n_before - 1] != ',')
        return FALSE;
    return *end != '\0' && strchr(n_before > 0 ? "!?:" : ",!?", *end) != NULL;
}

/* "Bob", "Ada Lovelace", "J. R. O'Neill": a few words of letters, each with a capital where there
 * are some. */
static gboolean
is_like_name(const char *example)
{
    g_auto(GStrv) words = NULL;
    g_autofree char *lower = g_ascii_strdown(example, -1);
    guint n_words = 0;

    if (strlen(example) > NAME_BYTES || g_strv_contains(dates, lower))
        return FALSE;
    words = g_strsplit(example, " ", -1);
    for (guint i = 0; words[i]; i++) {
        if (!*words[i])
            continue;
        n_words++;
        if (g_unichar_islower(g_utf8_get_char(words[i])))
            return FALSE;
        for (const char *p = words[i]; *p; p = g_utf8_next_char(p)) {
            gunichar c = g_utf8_get_char(p);

            if (!g_unichar_isalpha(c) && !g_unichar_ismark(c) && !strchr(".'-", (int)MIN(c, 127)))
                return FALSE;
        }
    }
    return n_words > 0 && n_words <= NAME_WORDS;
}

static gboolean
wants_name(const CoexTemplate *template_, const CoexTemplateVariable *variable)
{
    g_autofree char *lower = g_ascii_strdown(variable->name, -1);
    gboolean example_fits =
        !variable->example || !*variable->example || is_like_name(variable->example);

    if (variable->kind != COEX_VALUE_TEXT || variable->card >= 0 || !example_fits ||
        (template_->named && has_part(lower, thing_parts)))
        return FALSE;
    if (template_->named && (has_part(lower, name_parts) || g_strv_contains(person_words, lower)))
        return TRUE;
    return is_addressed(template_, variable);
}

/* @ret_n_lower: how many of them begin with a small letter, which in dates and places none does. */
static guint
count_words(const char *text, guint *ret_n_lower)
{
    guint n = 0;
    gboolean inside = FALSE;

    *ret_n_lower = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        gboolean blank = g_ascii_isspace(*text);
        gboolean begins = !blank && !inside;

        n += begins;
        *ret_n_lower += begins && g_unichar_islower(g_utf8_get_char(text));
        inside = !blank;
    }
    return n;
}

/* How well a sentence fits, 0: not. */
static guint
rate_for_text(const CoexTemplate *template_, const CoexTemplateVariable *variable, guint n_others)
{
    const char *example = variable->example ? variable->example : "";
    g_autofree char *lower = g_ascii_strdown(variable->name, -1);
    guint n_lower;
    guint n_words = count_words(example, &n_lower);

    if (variable->kind != COEX_VALUE_TEXT || variable->card >= 0)
        return 0;
    if (template_->named && has_part(lower, text_parts))
        return 1000 + n_words;
    if (n_words >= SENTENCE_WORDS && n_lower > 1)
        return n_words;
    /* The only one, and nothing says that it is a date, a number or a name. */
    return n_others == 0 && (n_words == 0 || (g_unichar_islower(g_utf8_get_char(example)) &&
                                              strpbrk(example, "0123456789") == NULL));
}

/* The index of the variable that takes the text, -1 if none does. */
static int
find_for_text(const CoexTemplate *template_, const gboolean *taken, guint n_free)
{
    guint best = 0;
    int index = -1;

    for (guint i = 0; i < template_->variables->len; i++) {
        guint rate = taken[i] ? 0
                              : rate_for_text(template_, g_ptr_array_index(template_->variables, i),
                                              n_free - 1);

        if (rate > best) {
            best = rate;
            index = (int)i;
        }
    }
    return index;
}

/* Of a text that is the template's, the values in it; @values keeps what it does not tell. */
static gboolean
take_from_text(const CoexTemplate *template_, const char *text, char **values)
{
    g_auto(GStrv) found = coex_template_match_values(template_, text);

    for (guint i = 0; found && found[i]; i++) {
        if (!*found[i])
            continue;
        g_free(values[i]);
        values[i] = g_strdup(found[i]);
    }
    return found != NULL;
}

char **
coex_template_offer(const CoexTemplate *template_, const char *name, const char *text)
{
    guint n_variables = template_->variables->len;
    char **values = g_new0(char *, n_variables + 1);
    g_autofree gboolean *taken = g_new0(gboolean, n_variables);
    guint n_free = 0;
    int index;

    for (guint i = 0; i < n_variables; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        taken[i] = wants_name(template_, variable);
        values[i] = g_strdup(taken[i] && name ? name : "");
        n_free += !taken[i] && !variable->unasked;
    }
    if (text && *text && take_from_text(template_, text, values))
        return values;
    index = text && *text ? find_for_text(template_, taken, n_free) : -1;
    if (index >= 0) {
        g_free(values[index]);
        values[index] = coex_text_excerpt(text, COEX_TEXT_MAX);
    }
    return values;
}
