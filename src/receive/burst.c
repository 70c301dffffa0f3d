// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/burst.h"

#include "account/engine.h"
#include "core/message.h"
#include "core/peer.h"
#include "receive/application.h"
#include "store/rows.h"
#include "store/store.h"

#define HOLD_MS 1000
#define HELD_MAX 64

struct CoexBurst {
    GPtrArray *held; /* CoexApplication */
    GSource *end;
    CoexBurstRelease release;
    gpointer data;
};

CoexBurst *
coex_burst_new(CoexBurstRelease release, gpointer data)
{
    CoexBurst *burst = g_new0(CoexBurst, 1);

    burst->held = g_ptr_array_new_with_free_func((GDestroyNotify)coex_application_free);
    burst->release = release;
    burst->data = data;
    return burst;
}

void
coex_burst_free(CoexBurst *burst)
{
    coex_timer_clear(&burst->end);
    g_ptr_array_unref(burst->held);
    g_free(burst);
}

gboolean
coex_burst_has(const CoexBurst *burst, gint64 delivery_id)
{
    for (guint i = 0; i < burst->held->len; i++)
        if (coex_application_get_row(g_ptr_array_index(burst->held, i))->id == delivery_id)
            return TRUE;
    return FALSE;
}

static gboolean
is_same(const char *one, const char *other)
{
    return one != NULL && g_strcmp0(one, other) == 0;
}

static gboolean
is_about(const CoexApplication *application, const CoexPeer *peer)
{
    GPtrArray *events = coex_application_get_events(application);

    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);

        if (event->message != NULL &&
            (coex_number_is_same(event->message->peer.wa_id, peer->wa_id) ||
             is_same(event->message->peer.user_id, peer->user_id)))
            return TRUE;
    }
    return FALSE;
}

static gboolean
concerns(const CoexBurst *burst, const CoexApplication *application)
{
    GPtrArray *events = coex_application_get_events(application);

    for (guint i = 0; burst->held->len > 0 && i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);

        for (guint j = 0; event->message != NULL && j < burst->held->len; j++)
            if (is_about(g_ptr_array_index(burst->held, j), &event->message->peer))
                return TRUE;
    }
    return FALSE;
}

static int
compare_rows(gconstpointer one, gconstpointer other)
{
    gint64 a = (*(CoexDeliveryRow *const *)one)->id;
    gint64 b = (*(CoexDeliveryRow *const *)other)->id;

    return a < b ? -1 : a > b;
}

static GPtrArray *
take(CoexBurst *burst)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)coex_delivery_row_free);

    for (guint i = 0; i < burst->held->len; i++)
        g_ptr_array_add(rows, coex_application_steal_row(g_ptr_array_index(burst->held, i)));
    g_ptr_array_set_size(burst->held, 0);
    coex_timer_clear(&burst->end);
    g_ptr_array_sort(rows, compare_rows);
    return rows;
}

static void
on_end(gpointer data)
{
    CoexBurst *burst = data;
    g_autoptr(GPtrArray) rows = take(burst);

    burst->release(rows, burst->data);
}

gint64
coex_burst_drop(CoexBurst *burst)
{
    g_autoptr(GPtrArray) rows = take(burst);

    return rows->len > 0 ? ((const CoexDeliveryRow *)rows->pdata[0])->id : G_MAXINT64;
}

static gboolean
fits(const CoexApplication *application)
{
    GPtrArray *events = coex_application_get_events(application);

    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);

        if (event->kind != COEX_EVENT_MESSAGE ||
            event->message->content.kind != COEX_CONTENT_REACTION)
            return FALSE;
    }
    return events->len > 0 && coex_application_get_only_account(application) != NULL;
}

gboolean
coex_burst_hold(CoexBurst *burst, CoexApplication *application)
{
    if (!fits(application)) {
        if (concerns(burst, application))
            on_end(burst);
        return FALSE;
    }
    g_ptr_array_add(burst->held, application);
    if (burst->held->len >= HELD_MAX)
        on_end(burst);
    else if (burst->end == NULL)
        coex_timer_start(&burst->end, HOLD_MS, on_end, burst);
    return TRUE;
}
