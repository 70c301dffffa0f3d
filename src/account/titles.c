// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/titles.h"

#include "account/people.h"
#include "account/person.h"
#include "core/text.h"
#include "store/rows.h"
#include <string.h>

#define TAIL_MIN 4 /* digits that people know a number by */

/* Those of one name. Nearly everybody is the only one of theirs: what several need is made for
 * them. */
typedef struct {
    struct Bearer *only; /* NULL: there are several, or none */
    GPtrArray *bearers;  /* the several, borrowed, by id; NULL: there is one */
    GHashTable *tails;   /* set of the ends that tell them apart; NULL while there is one */
    char key[];
} Group;

typedef struct Bearer {
    gint64 id;
    Group *group; /* borrowed */
    char *title;  /* NULL: the alias */
    char alias[]; /* and the number behind it */
} Bearer;

struct CoexTitles {
    GHashTable *bearers; /* set of Bearer, by id */
    GHashTable *groups;  /* set of the keys of Group */
};

static Group *
group_of_key(char *key)
{
    return (Group *)(key - G_STRUCT_OFFSET(Group, key));
}

static void
free_group(gpointer key)
{
    Group *group = group_of_key(key);

    g_clear_pointer(&group->bearers, g_ptr_array_unref);
    g_clear_pointer(&group->tails, g_hash_table_unref);
    g_free(group);
}

static Bearer *
bearer_new(gint64 id, const char *alias, const char *number)
{
    gsize alias_size = strlen(alias) + 1;
    gsize number_size = strlen(number) + 1;
    Bearer *bearer = g_malloc(sizeof *bearer + alias_size + number_size);

    bearer->id = id;
    bearer->group = NULL;
    bearer->title = NULL;
    memcpy(bearer->alias, alias, alias_size);
    memcpy(bearer->alias + alias_size, number, number_size);
    return bearer;
}

static const char *
get_number(const Bearer *bearer)
{
    return bearer->alias + strlen(bearer->alias) + 1;
}

static void
free_bearer(gpointer data)
{
    Bearer *bearer = data;

    g_free(bearer->title);
    g_free(bearer);
}

CoexTitles *
coex_titles_new(void)
{
    CoexTitles *titles = g_new0(CoexTitles, 1);

    titles->bearers = g_hash_table_new_full(g_int64_hash, g_int64_equal, free_bearer, NULL);
    titles->groups = g_hash_table_new_full(g_str_hash, g_str_equal, free_group, NULL);
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

/* The same of what has no letters beyond ASCII, as nearly all names in many countries: a tenth of
 * the time, which counts when everybody is named at the login. */
static char *
dup_plain_key(const char *alias)
{
    char *key = g_ascii_strdown(alias, -1);
    char *to = key;

    for (const char *from = key; *from != '\0'; from++)
        if (g_ascii_isgraph(*from) || g_ascii_isspace(*from))
            *to++ = *from;
    *to = '\0';
    return g_strstrip(key);
}

/* What looks the same is the same. */
static char *
dup_key(const char *alias)
{
    g_autofree char *plain = NULL;
    g_autofree char *folded = NULL;
    GString *key;

    if (g_str_is_ascii(alias))
        return dup_plain_key(alias);
    plain = g_utf8_normalize(alias, -1, G_NORMALIZE_ALL_COMPOSE);
    folded = g_utf8_casefold(plain != NULL ? plain : alias, -1);
    key = g_string_new(NULL);
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

static const char *
get_title(const Bearer *bearer)
{
    return bearer->title != NULL ? bearer->title : bearer->alias;
}

/* Takes @title. */
static void
set_title(Bearer *bearer, char *title, GArray *ret_changed)
{
    g_autofree char *before = g_steal_pointer(&bearer->title);

    bearer->title = title;
    if (ret_changed != NULL &&
        strcmp(before != NULL ? before : bearer->alias, get_title(bearer)) != 0)
        g_array_append_val(ret_changed, bearer->id);
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
    const char *number = get_number(bearer);
    gsize length = strlen(number);
    gsize n = MIN(TAIL_MIN, length);
    const char *tail = number + length - n;

    while (tail > number && (g_hash_table_contains(group->tails, tail) || !has_digit(tail)))
        tail--;
    g_hash_table_add(group->tails, g_strdup(tail));
    set_title(bearer, g_strdup_printf("%s (%s)", bearer->alias, tail), ret_changed);
}

static void
claim_all(Group *group, GArray *ret_changed)
{
    g_clear_pointer(&group->tails, g_hash_table_unref);
    if (group->only != NULL && !imitates(group->key)) {
        set_title(group->only, NULL, ret_changed);
        return;
    }
    group->tails = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (group->only != NULL)
        claim_tail(group, group->only, ret_changed);
    for (guint i = 0; group->only == NULL && i < group->bearers->len; i++)
        claim_tail(group, g_ptr_array_index(group->bearers, i), ret_changed);
}

static Group *
group_of(CoexTitles *titles, const char *alias)
{
    g_autofree char *key = dup_key(alias);
    char *known = g_hash_table_lookup(titles->groups, key);
    gsize size = strlen(key) + 1;
    Group *group;

    if (known != NULL)
        return group_of_key(known);
    group = g_malloc0(sizeof *group + size);
    memcpy(group->key, key, size);
    g_hash_table_add(titles->groups, group->key);
    return group;
}

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
    const Bearer *one = *(Bearer *const *)a;
    const Bearer *two = *(Bearer *const *)b;

    return (one->id > two->id) - (one->id < two->id);
}

/* Behind all others; the last one before, NULL for none. */
static const Bearer *
put_in(Group *group, Bearer *bearer)
{
    Bearer *last = group->only;

    if (last == NULL && group->bearers == NULL) {
        group->only = bearer;
        return NULL;
    }
    if (last != NULL) {
        group->bearers = g_ptr_array_new();
        g_ptr_array_add(group->bearers, last);
        group->only = NULL;
    }
    last = g_ptr_array_index(group->bearers, group->bearers->len - 1);
    g_ptr_array_add(group->bearers, bearer);
    return last;
}

static void
take_out(Group *group, Bearer *bearer)
{
    if (group->only != NULL) {
        group->only = NULL;
        return;
    }
    g_ptr_array_remove(group->bearers, bearer);
    if (group->bearers->len > 1)
        return;
    group->only = g_ptr_array_index(group->bearers, 0);
    g_clear_pointer(&group->bearers, g_ptr_array_unref);
}

/* Who is known last changes nobody's title, except that of the only one before. */
static void
join(CoexTitles *titles, Bearer *bearer, GArray *ret_changed)
{
    Group *group = group_of(titles, bearer->alias);
    const Bearer *last = put_in(group, bearer);

    bearer->group = group;
    if (group->tails != NULL && last != NULL && last->id < bearer->id) {
        claim_tail(group, bearer, ret_changed);
        return;
    }
    if (group->bearers != NULL)
        g_ptr_array_sort(group->bearers, compare_ids);
    claim_all(group, ret_changed);
}

static void
leave(CoexTitles *titles, Bearer *bearer, GArray *ret_changed)
{
    Group *group = bearer->group;

    take_out(group, bearer);
    if (group->only != NULL || group->bearers != NULL)
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
        g_str_equal(get_number(bearer), number))
        return;
    if (bearer != NULL) {
        leave(titles, bearer, ret_changed);
        g_hash_table_remove(titles->bearers, &person->id);
    }
    if (alias != NULL) {
        bearer = bearer_new(person->id, alias, number);
        g_hash_table_add(titles->bearers, bearer);
        join(titles, bearer, ret_changed);
    }
    drop_id(ret_changed, person->id);
}

/* The id is the first in Bearer. */
const char *
coex_titles_get(const CoexTitles *titles, gint64 person_id)
{
    const Bearer *bearer = g_hash_table_lookup(titles->bearers, &person_id);

    return bearer != NULL ? get_title(bearer) : NULL;
}
