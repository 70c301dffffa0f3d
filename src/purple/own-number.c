// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/own-number.h"

#include "core/text.h"
#include <string.h>

#define ALIAS_CHARS 20
#define TAIL_MIN 4 /* digits that people know a number by */

/* NULL: none, or an empty one, which Finch stores. */
static const char *
get_alias(PurpleAccount *account)
{
    const char *alias = purple_account_get_alias(account);

    return alias != NULL && *alias != '\0' ? alias : NULL;
}

static gboolean
has_alias(PurpleAccount *account, const char *alias)
{
    const char *other = get_alias(account);

    return other != NULL && g_utf8_collate(alias, other) == 0;
}

/* The other enabled ones. Free with g_slist_free(). */
static GSList *
list_others(PurpleAccount *account)
{
    const char *protocol = purple_account_get_protocol_id(account);
    GSList *others = NULL;

    for (GList *l = purple_accounts_get_all(); l != NULL; l = l->next)
        if (l->data != account && purple_account_get_enabled(l->data, purple_core_get_ui()) &&
            strcmp(purple_account_get_protocol_id(l->data), protocol) == 0)
            others = g_slist_prepend(others, l->data);
    return others;
}

/* No other's number ends so. */
static const char *
find_tail(PurpleAccount *account, GSList *others)
{
    const char *number = purple_account_get_username(account);
    gsize length = strlen(number);
    const char *tail = number + length - MIN(TAIL_MIN, length);

    for (GSList *l = others; l != NULL; l = l->next)
        while (tail > number && g_str_has_suffix(purple_account_get_username(l->data), tail))
            tail--;
    return tail;
}

/* NULL: it is the only one. */
static char *
dup_mark(PurpleAccount *account)
{
    g_autoptr(GSList) others = list_others(account);
    const char *alias = get_alias(account);

    if (others == NULL)
        return NULL;
    for (GSList *l = others; l != NULL && alias != NULL; l = l->next)
        if (has_alias(l->data, alias))
            alias = NULL;
    return alias != NULL ? coex_text_excerpt(alias, ALIAS_CHARS)
                         : g_strdup(find_tail(account, others));
}

char *
coex_own_number_mark(PurpleAccount *account, const char *name)
{
    g_autofree char *mark = dup_mark(account);

    return mark != NULL ? g_strdup_printf("%s [%s]", name, mark) : g_strdup(name);
}

/* Bytes before the mark, all where there is none. */
static gsize
count_unmarked(const char *name)
{
    const char *mark = g_str_has_suffix(name, "]") ? g_strrstr(name, " [") : NULL;

    return mark != NULL ? (gsize)(mark - name) : strlen(name);
}

gboolean
coex_own_number_is_same(const char *one, const char *other)
{
    if (one == NULL || other == NULL)
        return one == other;
    gsize length = count_unmarked(one);

    return length == count_unmarked(other) && strncmp(one, other, length) == 0;
}

char *
coex_own_number_dup_title(PurpleAccount *account)
{
    const char *number = purple_account_get_username(account);
    const char *alias = get_alias(account);

    return alias != NULL ? g_strdup_printf("%s (%s)", number, alias) : g_strdup(number);
}
