// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/titles.h"

#include "account/people.h"
#include "account/person.h"
#include "core/text.h"
#include "store/rows.h"
#include <string.h>

#define TAIL_MIN 4 /* digits that people know a number by */

/* Those of one name. */
typedef struct {
    char *key;
    GPtrArray *bearers; /* Bearer, borrowed, by id */
    GHashTable *tails;  /* set of the ends that tell them apart; NULL while there is one */
} Group;

typedef struct {
    gint64 id;
    char *alias;
    char *number;
    char *title;
    Group *group; /* borrowed */
} Bearer;

struct CoexTitles {
    GHashTable *bearers; /* gint64 id -> Bearer */
    GHashTable *groups;  /* key -> Group */
};

static void
free_group(gpointer data)
{
    Group *group = data;

    g_ptr_array_unref(group->bearers);
    g_clear_pointer(&group->tails, g_hash_table_unref);
    g_free(group->key);
    g_free(group);
}

static void
free_bearer(gpointer data)
{
    Bearer *bearer = data;

    g_free(bearer->alias);
    g_free(bearer->number);
    g_free(bearer->title);
    g_free(bearer);
}

CoexTitles *
coex_titles_new(void)
{
    CoexTitles *titles = g_new0(CoexTitles, 1);

    titles->bearers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_bearer);
    titles->groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_group);
    return titles;
}

void
coex_titles_free(CoexTitles *titles)
{
    if (titles == NULL)
        return;
    g_hash_table_unref(titles->bearers);
    g_hash_table_unref(titles->groups);
    g_free(titles);
}

/* What looks the same is the same. */
static char *
dup_key(const char *alias)
{
    g_autofree char *plain = g_utf8_normalize(alias, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *folded = g_utf8_casefold(plain != NULL ? plain : alias, -1);
    GString *key = g_string_new(NULL);

    for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (g_unichar_isspace(c) || g_unichar_ismark(c) || !coex_text_is_unseen(c))
            g_string_append_unichar(key, c);
    }
    return g_strstrip(g_string_free(key, FALSE));
}

static gboolean
is_bracket(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return type == G_UNICODE_OPEN_PUNCTUATION || type == G_UNICODE_CLOSE_PUNCTUATION;
}

/* Whether a name, as a key, reads as what we say of people: the end of a number behind a name, or
 * an address in a name's place. */
static gboolean
imitates(const char *key)
{
    gboolean has_letter = FALSE;
    gboolean has_bracket = FALSE;
    gboolean has_digit = FALSE;

    for (const char *p = key; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        has_letter |= g_unichar_isalpha(c);
        has_bracket |= is_bracket(c);
        has_digit |= g_unichar_isalnum(c) && !g_unichar_isalpha(c);
    }
    return (has_digit && (has_bracket || !has_letter)) || *key == '@' || *key == '+';
}

static void
set_title(Bearer *bearer, char *title, GArray *ret_changed)
{
    if (g_strcmp0(bearer->title, title) != 0 && ret_changed != NULL)
        g_array_append_val(ret_changed, bearer->id);
    g_free(bearer->title);
    bearer->title = title;
}

static gboolean
has_digit(const char *text)
{
    return strpbrk(text, "0123456789") != NULL;
}

/* The shortest end of the number that none of the name has yet; of other addresses one with a
 * digit, as no word in brackets has. */
static void
claim_tail(Group *group, Bearer *bearer, GArray *ret_changed)
{
    gsize length = strlen(bearer->number);
    gsize n = MIN(TAIL_MIN, length);
    const char *tail = bearer->number + length - n;

    while (tail > bearer->number && (g_hash_table_contains(group->tails, tail) || !has_digit(tail)))
        tail--;
    g_hash_table_add(group->tails, g_strdup(tail));
    set_title(bearer, g_strdup_printf("%s (%s)", bearer->alias, tail), ret_changed);
}

static void
claim_all(Group *group, GArray *ret_changed)
{
    g_clear_pointer(&group->tails, g_hash_table_unref);
    if (group->bearers->len == 1 && !imitates(group->key)) {
        Bearer *only = g_ptr_array_index(group->bearers, 0);

        set_title(only, g_strdup(only->alias), ret_changed);
        return;
    }
    group->tails = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < group->bearers->len; i++)
        claim_tail(group, g_ptr_array_index(group->bearers, i), ret_changed);
}

static Group *
group_of(CoexTitles *titles, const char *alias)
{
    g_autofree char *key = dup_key(alias);
    Group *group = g_hash_table_lookup(titles->groups, key);

    if (group != NULL)
        return group;
    group = g_new0(Group, 1);
    group->key = g_steal_pointer(&key);
    group->bearers = g_ptr_array_new();
    g_hash_table_insert(titles->groups, group->key, group);
    return group;
}

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
    const Bearer *one = *(Bearer *const *)a;
    const Bearer *two = *(Bearer *const *)b;

    return (one->id > two->id) - (one->id < two->id);
}

/* Who is known last changes nobody's title, except that of the only one before. */
static void
join(CoexTitles *titles, Bearer *bearer, GArray *ret_changed)
{
    GPtrArray *bearers = (bearer->group = group_of(titles, bearer->alias))->bearers;
    const Bearer *last = bearers->len > 0 ? g_ptr_array_index(bearers, bearers->len - 1) : NULL;

    g_ptr_array_add(bearers, bearer);
    if (bearer->group->tails != NULL && last != NULL && last->id < bearer->id) {
        claim_tail(bearer->group, bearer, ret_changed);
        return;
    }
    g_ptr_array_sort(bearers, compare_ids);
    claim_all(bearer->group, ret_changed);
}

static void
leave(CoexTitles *titles, Bearer *bearer, GArray *ret_changed)
{
    Group *group = bearer->group;

    g_ptr_array_remove(group->bearers, bearer);
    if (group->bearers->len > 0)
        claim_all(group, ret_changed);
    else
        g_hash_table_remove(titles->groups, group->key);
}

static void
drop_id(GArray *ids, gint64 id)
{
    for (guint i = ids != NULL ? ids->len : 0; i > 0; i--) {
        if (g_array_index(ids, gint64, i - 1) == id)
            g_array_remove_index(ids, i - 1);
    }
}

void
coex_titles_update(CoexTitles *titles, const CoexPerson *person, GArray *ret_changed)
{
    Bearer *bearer = g_hash_table_lookup(titles->bearers, &person->id);
    const char *name = coex_person_get_name(person);
    const char *alias = name != NULL ? name : person->peer.username;
    const char *number = person->peer.wa_id != NULL ? person->peer.wa_id : person->name;

    /* Who turned out to be another stands for that one, and confuses nobody. */
    if (person->same_as != 0 || person->forgotten)
        alias = NULL;
    if (bearer == NULL && alias == NULL)
        return;
    if (bearer != NULL && g_strcmp0(bearer->alias, alias) == 0 &&
        g_str_equal(bearer->number, number))
        return;
    if (bearer != NULL) {
        leave(titles, bearer, ret_changed);
        g_hash_table_remove(titles->bearers, &person->id);
    }
    if (alias != NULL) {
        bearer = g_new0(Bearer, 1);
        bearer->id = person->id;
        bearer->alias = g_strdup(alias);
        bearer->number = g_strdup(number);
        g_hash_table_insert(titles->bearers, &bearer->id, bearer);
        join(titles, bearer, ret_changed);
    }
    drop_id(ret_changed, person->id);
}

const char *
coex_titles_get(const CoexTitles *titles, gint64 person_id)
{
    const Bearer *bearer = g_hash_table_lookup(titles->bearers, &person_id);

    return bearer != NULL ? bearer->title : NULL;
}
