// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/keep.h"

#include "purple/host.h"

#define GROUP "WhatsApp"
#define HOME_KEY "coex-new-people" /* of a group's settings, so that it survives a new name */

static gboolean watching;

/* ---- the group ---- */

static PurpleGroup *
find_marked(void)
{
    PurpleBlistNode *node = purple_blist_get_root();

    for (; node != NULL; node = purple_blist_node_get_sibling_next(node))
        if (PURPLE_BLIST_NODE_IS_GROUP(node) && purple_blist_node_get_bool(node, HOME_KEY))
            return PURPLE_GROUP(node);
    return NULL;
}

static PurpleGroup *
find_home(void)
{
    PurpleGroup *group = find_marked();

    return group != NULL ? group : purple_find_group(GROUP);
}

static void
mark(PurpleGroup *group)
{
    PurpleBlistNode *node = (PurpleBlistNode *)group;

    if (!coex_host_get()->forgets_list && !purple_blist_node_get_bool(node, HOME_KEY))
        purple_blist_node_set_bool(node, HOME_KEY, TRUE);
}

PurpleGroup *
coex_keep_get_group(void)
{
    PurpleGroup *group = find_home();

    if (group == NULL) {
        purple_blist_add_group(purple_group_new(GROUP), NULL);
        group = find_home();
    }
    if (group != NULL)
        mark(group);
    return group;
}

void
coex_keep_merge_group(PurpleGroup *group)
{
    if (find_home() == NULL)
        mark(group);
}

/* ---- what the user touched ---- */

/* All but what libpurple notes by itself. */
static gboolean
has_settings(PurpleBlistNode *node)
{
    guint n = g_hash_table_size(node->settings);

    return n > (g_hash_table_contains(node->settings, "last_seen") ? 1 : 0);
}

gboolean
coex_keep_is_touched(PurpleBuddy *buddy)
{
    PurpleBlistNode *node = (PurpleBlistNode *)buddy;
    PurpleContact *contact = purple_buddy_get_contact(buddy);
    PurpleGroup *group = purple_buddy_get_group(buddy);

    if (contact == NULL || group == NULL)
        return TRUE;
    return purple_buddy_get_local_buddy_alias(buddy) != NULL || contact->alias != NULL ||
           node->prev != NULL || node->next != NULL || group != find_home() || has_settings(node) ||
           has_settings((PurpleBlistNode *)contact);
}

/* ---- the file ---- */

static gboolean
is_hidden(PurpleBlistNode *node)
{
    return (purple_blist_node_get_flags(node) & PURPLE_BLIST_NODE_FLAG_NO_SAVE) != 0;
}

static void
set_hidden(PurpleBlistNode *node, gboolean hidden)
{
    PurpleBlistNodeFlags flags = purple_blist_node_get_flags(node);

    purple_blist_node_set_flags(node, hidden ? flags | PURPLE_BLIST_NODE_FLAG_NO_SAVE
                                             : flags & ~PURPLE_BLIST_NODE_FLAG_NO_SAVE);
}

void
coex_keep_hide(PurpleBuddy *buddy, PurpleContact *contact)
{
    set_hidden((PurpleBlistNode *)buddy, TRUE);
    set_hidden((PurpleBlistNode *)contact, TRUE);
}

void
coex_keep_save(PurpleBuddy *buddy)
{
    PurpleBlistNode *node = (PurpleBlistNode *)buddy;
    PurpleBlistNode *contact = (PurpleBlistNode *)purple_buddy_get_contact(buddy);

    if (coex_host_get()->forgets_list || contact == NULL ||
        (!is_hidden(node) && !is_hidden(contact)))
        return;
    set_hidden(node, FALSE);
    set_hidden(contact, FALSE);
    purple_blist_schedule_save();
}

void
coex_keep_review(PurpleAccount *account)
{
    g_autoptr(GSList) buddies = purple_find_buddies(account, NULL);

    for (GSList *l = buddies; l != NULL; l = l->next)
        if (is_hidden(l->data) && coex_keep_is_touched(l->data))
            coex_keep_save(l->data);
}

/* ---- while nobody else looks ---- */

static gboolean
is_ours(PurpleBlistNode *node)
{
    PurpleAccount *account;

    if (!PURPLE_BLIST_NODE_IS_BUDDY(node))
        return FALSE;
    account = purple_buddy_get_account((PurpleBuddy *)node);
    return strcmp(purple_account_get_protocol_id(account), "prpl-coex") == 0;
}

/* One of somebody else's among them, and the contact is in the file. */
static void
review_contact(PurpleBlistNode *contact)
{
    PurpleBlistNode *node = purple_blist_node_get_first_child(contact);
    gboolean has_others = FALSE;

    for (; node != NULL; node = purple_blist_node_get_sibling_next(node)) {
        if (!is_ours(node))
            has_others = TRUE;
        else if (is_hidden(node) && coex_keep_is_touched((PurpleBuddy *)node))
            coex_keep_save((PurpleBuddy *)node);
    }
    if (has_others && is_hidden(contact)) {
        set_hidden(contact, FALSE);
        purple_blist_schedule_save();
    }
}

static void
on_buddy_added(PurpleBuddy *buddy, gpointer user_data)
{
    PurpleContact *contact = purple_buddy_get_contact(buddy);

    if (contact != NULL)
        review_contact((PurpleBlistNode *)contact);
}

static void
on_aliased(PurpleBlistNode *node, const char *old_alias, gpointer user_data)
{
    if (PURPLE_BLIST_NODE_IS_BUDDY(node))
        node = purple_blist_node_get_parent(node);
    if (node != NULL && PURPLE_BLIST_NODE_IS_CONTACT(node))
        review_contact(node);
}

void
coex_keep_start(void)
{
    void *list = purple_blist_get_handle();

    if (watching || coex_host_get()->forgets_list)
        return;
    watching = TRUE;
    /* The lowest is called first: before another plugin frees what it is told of. */
    purple_signal_connect_priority(list, "buddy-added", &watching, PURPLE_CALLBACK(on_buddy_added),
                                   NULL, PURPLE_SIGNAL_PRIORITY_LOWEST);
    purple_signal_connect_priority(list, "blist-node-aliased", &watching,
                                   PURPLE_CALLBACK(on_aliased), NULL,
                                   PURPLE_SIGNAL_PRIORITY_LOWEST);
}

void
coex_keep_stop(void)
{
    if (watching)
        purple_signals_disconnect_by_handle(&watching);
    watching = FALSE;
}
