// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/nick.h"
#include "core/text.h"
#include "purple/host.h"

#define KEY_MAX 19     /* BitlBee cuts a nick at 24 bytes, and the end of the number takes 4 */
#define SHORT_CHARS 16 /* of a name before the end of a number */
#define TAIL 4

#define SEVERAL "" /* in place of the one who has a name */

void
coex_nick_init(CoexLogin *login)
{
    login->nicks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void
coex_nick_clear(CoexLogin *login)
{
    g_clear_pointer(&login->nicks, g_hash_table_unref);
}

/* What is left of a name in its nick, roughly: other scripts leave nothing. */
static char *
make_key(const char *alias)
{
    g_autofree char *ascii = g_str_to_ascii(alias, "C");
    GString *key = g_string_new(NULL);

    for (const char *p = ascii; *p != '\0' && key->len < KEY_MAX; p++)
        if (g_ascii_isalnum(*p))
            g_string_append_c(key, g_ascii_tolower(*p));
    return g_string_free(key, FALSE);
}

void
coex_nick_note(CoexLogin *login, const CoexPersonView *person)
{
    if (!coex_host_get()->makes_nicks || person->alias == NULL || !person->listed)
        return;

    g_autofree char *key = make_key(person->alias);
    const char *owner = g_hash_table_lookup(login->nicks, key);
    if (owner == NULL)
        g_hash_table_insert(login->nicks, g_steal_pointer(&key), g_strdup(person->name));
    else if (!login->online && strcmp(owner, person->name) != 0)
        g_hash_table_insert(login->nicks, g_steal_pointer(&key), g_strdup(SEVERAL));
}

char *
coex_nick_dup_alias(CoexLogin *login, const CoexPersonView *person)
{
    if (!coex_host_get()->makes_nicks || person->alias == NULL)
        return g_strdup(person->alias);

    g_autofree char *key = make_key(person->alias);
    coex_nick_note(login, person);
    if (key[0] != '\0' && g_strcmp0(g_hash_table_lookup(login->nicks, key), person->name) == 0)
        return g_strdup(person->alias);

    gsize length = strlen(person->name);
    g_autofree char *words = coex_text_excerpt(person->alias, SHORT_CHARS);
    return g_strdup_printf("%s %s", words, person->name + length - MIN(length, TAIL));
}
