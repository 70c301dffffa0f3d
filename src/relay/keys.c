// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/keys.h"

#include "core/verifier.h"
#include "net/exchange.h"
#include "relay/config.h"

static void
clear_key(gpointer data)
{
    CoexDeskKey *key = data;

    g_free(key->desk);
    g_free(key->text);
    coex_guests_unref(key->guests);
}

CoexDeskKey *
coex_desk_key_ref(CoexDeskKey *key)
{
    return g_atomic_rc_box_acquire(key);
}

void
coex_desk_key_unref(CoexDeskKey *key)
{
    g_atomic_rc_box_release_full(key, clear_key);
}

static CoexDeskKey *
make_key(const CoexRelayKey *config, const GPtrArray *before)
{
    CoexDeskKey *key = before != NULL ? coex_desk_keys_find(before, config->key) : NULL;

    if (key != NULL && g_str_equal(key->desk, config->desk)) {
        key->withdrawn = FALSE;
        return coex_desk_key_ref(key);
    }
    key = g_atomic_rc_box_new0(CoexDeskKey);
    key->desk = g_strdup(config->desk);
    key->text = g_strdup(config->key);
    key->guests = coex_guests_new(COEX_DESK_KEY_CONNECTIONS);
    return key;
}

GPtrArray *
coex_desk_keys_new(const GPtrArray *config, const GPtrArray *before)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)coex_desk_key_unref);

    for (guint i = 0; before != NULL && i < before->len; i++)
        ((CoexDeskKey *)g_ptr_array_index(before, i))->withdrawn = TRUE;
    for (guint i = 0; i < config->len; i++)
        g_ptr_array_add(keys, make_key(g_ptr_array_index(config, i), before));
    return keys;
}

CoexDeskKey *
coex_desk_keys_find(const GPtrArray *keys, const char *shown)
{
    CoexDeskKey *found = NULL;

    for (guint i = 0; i < keys->len; i++) {
        CoexDeskKey *key = g_ptr_array_index(keys, i);

        if (coex_secret_is_same(shown, key->text))
            found = key;
    }
    return found;
}
