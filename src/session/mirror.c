// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/mirror.h"

#include "account/events.h"
#include "core/peer.h"
#include "core/person-view.h"

GHashTable *
coex_mirror_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                 (GDestroyNotify)coex_person_view_unref);
}

void
coex_mirror_take(GHashTable *mirror, const CoexSessionEvent *event)
{
    /* The key lives in the view, so it is replaced with it. */
    if (event->kind == COEX_SESSION_PERSON)
        g_hash_table_replace(mirror, (char *)event->person->name,
                             coex_person_view_ref(event->person));
    for (guint i = 0; event->kind == COEX_SESSION_FORGET && event->names[i] != NULL; i++)
        g_hash_table_remove(mirror, event->names[i]);
}

const CoexPersonView *
coex_mirror_find(GHashTable *mirror, const char *name)
{
    const CoexPersonView *view = g_hash_table_lookup(mirror, name);
    g_auto(CoexPeer) peer = { 0 };
    g_autofree char *key = NULL;
    g_auto(GStrv) forms = NULL;

    if (view != NULL || !coex_peer_parse(name, &peer, NULL))
        return view;
    key = coex_peer_dup_name(&peer);
    view = g_hash_table_lookup(mirror, key);
    if (view != NULL || peer.wa_id == NULL)
        return view;
    forms = coex_number_list_forms(peer.wa_id);
    for (guint i = 0; forms[i] != NULL && view == NULL; i++)
        view = g_hash_table_lookup(mirror, forms[i]);
    return view;
}
