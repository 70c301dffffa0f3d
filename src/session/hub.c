// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/hub.h"

#include "account/engine.h"
#include "core/nick.h"
#include "ingest/receiver.h"
#include "net/http.h"
#include "receive/intake.h"
#include "receive/strangers.h"
#include "store/store.h"

struct CoexHub {
    guint n_members;
    char *database;
    char *program;
    CoexEngine *engine;

    CoexStore *store; /* written by the engine thread, read by main */
    GPtrArray *receivers;
    CoexIntake *intake;
    CoexNicks *nicks;
    CoexStrangers strangers;
    void (*leave)(gpointer data); /* ends a trial; NULL: there is none */
    gpointer leave_data;
};

/* ---- joining and leaving: main thread ---- */

static GPtrArray *hubs;

CoexHub *
coex_hub_join(const char *database, const char *program)
{
    CoexHub *hub;

    if (hubs == NULL)
        hubs = g_ptr_array_new();
    for (guint i = 0; i < hubs->len; i++) {
        hub = g_ptr_array_index(hubs, i);
        if (g_str_equal(hub->database, database)) {
            hub->n_members++;
            return hub;
        }
    }
    hub = g_new0(CoexHub, 1);
    hub->n_members = 1;
    hub->database = g_strdup(database);
    hub->program = g_strdup(program);
    hub->engine = coex_engine_start();
    hub->receivers = g_ptr_array_new_with_free_func((GDestroyNotify)coex_receiver_free);
    hub->intake = coex_intake_new();
    hub->nicks = coex_nicks_new();
    g_ptr_array_add(hubs, hub);
    return hub;
}

CoexEngine *
coex_hub_get_engine(CoexHub *hub)
{
    return hub->engine;
}

void
coex_hub_mark_shown(CoexHub *hub, gint64 account_id, gint64 seq)
{
    CoexStore *store = g_atomic_pointer_get(&hub->store);

    if (store != NULL)
        coex_store_mark_shown(store, account_id, seq);
}

void
coex_hub_forget_report(CoexHub *hub)
{
    CoexStore *store = g_atomic_pointer_get(&hub->store);

    if (store != NULL)
        coex_store_forget_report(store);
}

/* ---- the store and the listeners: engine thread ---- */

CoexStore *
coex_hub_open_store(CoexHub *hub, GError **error)
{
    if (hub->store == NULL)
        g_atomic_pointer_set(&hub->store, coex_store_open(hub->database, hub->program, error));
    return hub->store;
}

CoexNicks *
coex_hub_get_nicks(CoexHub *hub)
{
    return hub->nicks;
}

CoexStrangers *
coex_hub_get_strangers(CoexHub *hub)
{
    return &hub->strangers;
}

CoexIntake *
coex_hub_get_intake(CoexHub *hub)
{
    return hub->intake;
}

CoexReceiver *
coex_hub_find_receiver(CoexHub *hub, const char *address)
{
    for (guint i = 0; i < hub->receivers->len; i++) {
        CoexReceiver *receiver = g_ptr_array_index(hub->receivers, i);

        if (g_str_equal(coex_receiver_get_address(receiver), address))
            return receiver;
    }
    return NULL;
}

void
coex_hub_set_trial(CoexHub *hub, void (*leave)(gpointer data), gpointer data)
{
    hub->leave = leave;
    hub->leave_data = data;
}

gboolean
coex_hub_has_trial(const CoexHub *hub)
{
    return hub->leave != NULL;
}

char *
coex_hub_dup_folder(const CoexHub *hub)
{
    return g_path_get_dirname(hub->database);
}

static CoexReceiver *
hub_get_receiver(CoexHub *hub, const char *address, GError **error)
{
    CoexReceiver *receiver = coex_hub_find_receiver(hub, address);

    if (receiver != NULL)
        return receiver;
    if (hub->leave != NULL)
        hub->leave(hub->leave_data);
    receiver = coex_receiver_open(address, hub->store, error);
    if (receiver != NULL)
        g_ptr_array_add(hub->receivers, receiver);
    return receiver;
}

gboolean
coex_hub_listen(CoexHub *hub, const char *address, const CoexReceiverSpec *spec, GError **error)
{
    CoexReceiver *receiver = hub_get_receiver(hub, address, error);

    if (receiver == NULL)
        return FALSE;
    coex_receiver_add(receiver, spec);
    return TRUE;
}

void
coex_hub_detach(CoexHub *hub, CoexAccount *account)
{
    for (guint i = hub->receivers->len; i > 0; i--)
        if (coex_receiver_remove(g_ptr_array_index(hub->receivers, i - 1), account))
            g_ptr_array_remove_index(hub->receivers, i - 1);
    coex_intake_detach(hub->intake, account);
}

static void
drain_call(gpointer data)
{
    CoexHub *hub = data;

    coex_intake_drain(hub->intake);
}

void
coex_hub_wake(CoexHub *hub)
{
    coex_engine_call(hub->engine, drain_call, hub, NULL);
}

/* ---- the end ---- */

static void
shut_down(gpointer data)
{
    CoexHub *hub = data;
    CoexStore *store = hub->store;

    coex_intake_stop(hub->intake);
    g_ptr_array_set_size(hub->receivers, 0);
    g_atomic_pointer_set(&hub->store, NULL);
    if (store != NULL)
        coex_store_close(store);
}

void
coex_hub_leave(CoexHub *hub)
{
    if (--hub->n_members > 0)
        return;
    g_ptr_array_remove(hubs, hub);
    coex_engine_call(hub->engine, shut_down, hub, NULL);
    coex_http_hurry(coex_engine_get_context(hub->engine));
    coex_engine_stop(hub->engine);
    coex_http_hurry(NULL);
    g_ptr_array_unref(hub->receivers);
    coex_intake_free(hub->intake);
    coex_nicks_free(hub->nicks);
    g_free(hub->database);
    g_free(hub->program);
    g_free(hub);
}
