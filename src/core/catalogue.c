// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/catalogue.h"

#include "core/error.h"
#include "core/json.h"
#include "core/template-match.h"
#include "core/template.h"
#include "core/words.h"
#include <stdlib.h>
#include <string.h>

struct CoexCatalogue {
    GPtrArray *templates; /* CoexTemplate */
    gint64 fetched_at;
    char **recent; /* never NULL */
};

#define RECENT_MAX 8

CoexCatalogue *
coex_catalogue_new(GPtrArray *templates, gint64 fetched_at)
{
    CoexCatalogue *self = g_atomic_rc_box_new0(CoexCatalogue);

    self->templates = templates;
    self->fetched_at = fetched_at;
    self->recent = g_new0(char *, 1);
    return self;
}

CoexCatalogue *
coex_catalogue_ref(CoexCatalogue *catalogue)
{
    return g_atomic_rc_box_acquire(catalogue);
}

static void
catalogue_clear(gpointer data)
{
    CoexCatalogue *self = data;

    g_ptr_array_unref(self->templates);
    g_strfreev(self->recent);
}

void
coex_catalogue_unref(CoexCatalogue *catalogue)
{
    if (catalogue)
        g_atomic_rc_box_release_full(catalogue, catalogue_clear);
}

gint64
coex_catalogue_get_fetched_at(const CoexCatalogue *catalogue)
{
    return catalogue->fetched_at;
}

/* How well a language serves the preferred one: 0 exactly, 1 another region of it, 2 not. */
static int
rank_language(const char *language, const char *preferred)
{
    gsize n_base;

    if (!preferred || !*preferred)
        return 0;
    if (g_ascii_strcasecmp(language, preferred) == 0)
        return 0;
    n_base = strcspn(preferred, "_-");
    if (strcspn(language, "_-") == n_base && g_ascii_strncasecmp(language, preferred, n_base) == 0)
        return 1;
    return 2;
}

/* For comparing without regard to case or composition; never NULL. */
static char *
fold(const char *text)
{
    g_autofree char *normal = g_utf8_normalize(text ? text : "", -1, G_NORMALIZE_ALL);

    return g_utf8_casefold(normal ? normal : "", -1);
}

/* A search as typed, made ready to compare with. */
typedef struct {
    char *phrase; /* folded */
    char **words; /* folded */
} Query;

static void
query_init(Query *query, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);

    query->phrase = g_strstrip(fold(valid));
    query->words = g_strsplit_set(query->phrase, " \t\r\n", -1);
}

static void
query_clear(Query *query)
{
    g_free(query->phrase);
    g_strfreev(query->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Query, query_clear)

static gboolean
has_all_words(const char *folded, char **words)
{
    for (char **word = words; *word; word++) {
        if (!strstr(folded, *word))
            return FALSE;
    }
    return TRUE;
}

/* 0 the name itself, 1 its beginning, 2 words in the name, 3 words anywhere, -1 no match. */
static int
rank_match(const CoexTemplate *template_, const Query *query)
{
    g_autofree char *name = NULL;
    g_autofree char *labels = NULL;
    g_autofree char *all = NULL;
    g_autofree char *folded = NULL;

    if (!*query->phrase)
        return 0;
    name = fold(template_->name);
    if (g_strcmp0(name, query->phrase) == 0)
        return 0;
    if (g_str_has_prefix(name, query->phrase))
        return 1;
    if (has_all_words(name, query->words))
        return 2;
    labels = g_strjoinv("\n", template_->buttons);
    all = g_strjoin("\n", template_->name, template_->header ? template_->header : "",
                    template_->body, template_->footer ? template_->footer : "", labels, NULL);
    folded = fold(all);
    return has_all_words(folded, query->words) ? 3 : -1;
}

typedef struct {
    const CoexTemplate *template_;
    gboolean has_obstacle;
    int language;
    int match;
} Hit;

static int
compare_hits(gconstpointer a, gconstpointer b)
{
    const Hit *left = a;
    const Hit *right = b;
    int order;

    if (left->has_obstacle != right->has_obstacle)
        return left->has_obstacle - right->has_obstacle;
    if (left->language != right->language)
        return left->language - right->language;
    if (left->match != right->match)
        return left->match - right->match;
    order = strcmp(left->template_->name, right->template_->name);
    return order ? order : strcmp(left->template_->language, right->template_->language);
}

GPtrArray *
coex_catalogue_search(const CoexCatalogue *catalogue, const char *query, const char *language)
{
    g_auto(Query) wanted = { 0 };
    g_autoptr(GArray) hits = g_array_new(FALSE, FALSE, sizeof(Hit));
    GPtrArray *found = g_ptr_array_new();

    query_init(&wanted, query);
    for (guint i = 0; i < catalogue->templates->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(catalogue->templates, i);
        Hit hit = { .template_ = template_ };

        if (!coex_template_is_listed(template_))
            continue;
        hit.match = rank_match(template_, &wanted);
        hit.has_obstacle = template_->obstacle != NULL;
        hit.language = rank_language(template_->language, language);
        if (hit.match >= 0)
            g_array_append_val(hits, hit);
    }
    g_array_sort(hits, compare_hits);
    for (guint i = 0; i < hits->len; i++)
        g_ptr_array_add(found, (gpointer)g_array_index(hits, Hit, i).template_);
    return found;
}

/* ---- by what was typed and sent ---- */

void
coex_catalogue_set_recent(CoexCatalogue *catalogue, const char *const *recent)
{
    g_strfreev(catalogue->recent);
    catalogue->recent = g_strdupv((char **)recent);
}

const char *const *
coex_catalogue_get_recent(const CoexCatalogue *catalogue)
{
    return (const char *const *)catalogue->recent;
}

char *
coex_catalogue_dup_recent_name(const CoexTemplate *template_)
{
    return g_strconcat(template_->name, "/", template_->language, NULL);
}

char **
coex_catalogue_add_recent(const char *const *recent, const char *name)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();

    g_ptr_array_add(list, g_strdup(name));
    for (; recent != NULL && *recent != NULL && list->len < RECENT_MAX; recent++) {
        if (strcmp(*recent, name) != 0)
            g_ptr_array_add(list, g_strdup(*recent));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_steal(list, NULL);
}

/* Its place among the recent ones, their number if it is none. */
static guint
find_recent(const CoexTemplate *template_, const char *const *recent)
{
    g_autofree char *name = coex_catalogue_dup_recent_name(template_);
    guint i = 0;

    while (recent != NULL && recent[i] != NULL && strcmp(recent[i], name) != 0)
        i++;
    return i;
}

typedef struct {
    gpointer template_;
    gboolean has_obstacle;
    guint match;
    guint recent;
    guint before; /* its place until now */
} Place;

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const Place *left = a;
    const Place *right = b;

    if (left->has_obstacle != right->has_obstacle)
        return left->has_obstacle - right->has_obstacle;
    if (left->match != right->match)
        return left->match > right->match ? -1 : 1;
    if (left->recent != right->recent)
        return left->recent < right->recent ? -1 : 1;
    return left->before < right->before ? -1 : 1;
}

void
coex_catalogue_rank(GPtrArray *found, const char *text, const char *const *recent)
{
    g_autofree Place *places = g_new0(Place, found->len + 1);

    for (guint i = 0; i < found->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(found, i);

        places[i].template_ = found->pdata[i];
        places[i].has_obstacle = template_->obstacle != NULL;
        places[i].match = text != NULL ? coex_template_match(template_, text) : 0;
        places[i].recent = find_recent(template_, recent);
        places[i].before = i;
    }
    qsort(places, found->len, sizeof *places, compare_places);
    for (guint i = 0; i < found->len; i++)
        found->pdata[i] = places[i].template_;
}

const CoexTemplate *
coex_catalogue_find(const CoexCatalogue *catalogue, const char *name, const char *language)
{
    Hit best = { 0 };

    for (guint i = 0; i < catalogue->templates->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(catalogue->templates, i);
        Hit hit = { .template_ = template_ };

        if (!coex_template_is_approved(template_) || g_strcmp0(template_->name, name) != 0)
            continue;
        hit.language = rank_language(template_->language, language);
        if (!best.template_ || compare_hits(&hit, &best) < 0)
            best = hit;
    }
    return best.template_;
}

/* ---- as it is typed ---- */

/* The one of that name whose language fits no worse than @rank_max, and @ret_n of them. */
static const CoexTemplate *
find_within(const CoexCatalogue *catalogue, const char *name, const char *language, int rank_max,
            guint *ret_n)
{
    const CoexTemplate *found = NULL;

    *ret_n = 0;
    for (guint i = 0; *language && i < catalogue->templates->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(catalogue->templates, i);

        if (!coex_template_is_approved(template_) || strcmp(template_->name, name) != 0 ||
            rank_language(template_->language, language) > rank_max)
            continue;
        found = template_;
        (*ret_n)++;
    }
    return found;
}

static void
set_no_such_language(const CoexCatalogue *catalogue, const char *name, const char *language,
                     GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < catalogue->templates->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(catalogue->templates, i);

        if (coex_template_is_approved(template_) && strcmp(template_->name, name) == 0)
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", template_->language);
    }
    coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                   /* Translators: a template's name, a language as it was typed, such as de, and
                    * those that there are */
                   _("%s is not approved in the language “%s”, only in: %s."), name, language,
                   list->str);
}

const CoexTemplate *
coex_catalogue_find_typed(const CoexCatalogue *catalogue, const char *words, const char *language,
                          const char **ret_rest, GError **error)
{
    gsize length = strcspn(words, " \t\n");
    g_autofree char *typed = g_strndup(words, length);
    g_auto(GStrv) parts = g_strsplit(typed, ":", 2);
    const char *name = parts[0] ? parts[0] : "";
    char *code = parts[0] ? parts[1] : NULL;
    const CoexTemplate *found;
    guint n = 0;

    *ret_rest = words + length;
    if (!code || !coex_catalogue_find(catalogue, name, NULL))
        return coex_catalogue_find(catalogue, name, language);
    g_strdelimit(code, "-", '_');
    found = find_within(catalogue, name, code, 0, &n);
    if (!found && !strchr(code, '_'))
        found = find_within(catalogue, name, code, 1, &n);
    if (n == 1)
        return found;
    set_no_such_language(catalogue, name, code, error);
    return NULL;
}

/* ---- keeping ---- */

char *
coex_catalogue_dup_json(const CoexCatalogue *catalogue)
{
    GString *json = g_string_new(NULL);

    g_string_printf(json, "{\"fetched_at\":%" G_GINT64_FORMAT ",\"templates\":[",
                    catalogue->fetched_at);
    for (guint i = 0; i < catalogue->templates->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(catalogue->templates, i);

        g_string_append_printf(json, "%s%s", i > 0 ? "," : "",
                               coex_template_get_definition(template_));
    }
    g_string_append(json, "]}");
    return g_string_free(json, FALSE);
}

typedef struct {
    gint64 fetched_at;
    CoexJsonAt templates;
} KeptCatalogue;

static const CoexJsonField kept_catalogue_fields[] = {
    { "fetched_at", COEX_JSON_INT, G_STRUCT_OFFSET(KeptCatalogue, fetched_at), COEX_JSON_REQUIRED },
    { "templates", COEX_JSON_ARRAY, G_STRUCT_OFFSET(KeptCatalogue, templates), COEX_JSON_REQUIRED },
    COEX_JSON_END,
};

CoexCatalogue *
coex_catalogue_parse(const char *json, gsize length, GError **error)
{
    g_autoptr(CoexJson) doc = coex_json_parse(json, length, error);
    KeptCatalogue kept = { 0 };
    GPtrArray *templates;
    CoexJsonAt root;

    if (!doc)
        return NULL;
    root = coex_json_root(doc);
    if (!coex_json_read(&root, kept_catalogue_fields, &kept, error))
        return NULL;
    templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    for (guint i = 0; i < coex_json_length(&kept.templates); i++) {
        CoexJsonAt definition = coex_json_element(&kept.templates, i);
        CoexTemplate *template_ = coex_template_parse(&definition, NULL);

        if (template_)
            g_ptr_array_add(templates, template_);
    }
    return coex_catalogue_new(templates, kept.fetched_at);
}
