// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/burst.h"

#include "core/media.h"
#include "core/message.h"
#include "core/peer.h"
#include "core/timer.h"
#include "receive/application.h"
#include "store/rows.h"
#include "store/store.h"

#define HOLD_MS 1000
#define QUIET_MS 300 /* with nothing more of an album */
#define EVENTS_MAX 64

struct CoexBurst {
    GPtrArray *held; /* CoexApplication */
    guint n_events;  /* in them */
    gint64 began_us; /* of the monotonic clock: the first */
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
    burst->n_events = 0;
    coex_timer_clear(&burst->end);
    g_ptr_array_sort(rows, compare_rows);
    return rows;
}

void
coex_burst_end(CoexBurst *burst)
{
    g_autoptr(GPtrArray) rows = take(burst);

    burst->release(rows, burst->data);
}

static void
on_end(gpointer data)
{
    coex_burst_end(data);
}

gint64
coex_burst_drop(CoexBurst *burst)
{
    g_autoptr(GPtrArray) rows = take(burst);

    return rows->len > 0 ? ((const CoexDeliveryRow *)rows->pdata[0])->id : G_MAXINT64;
}

/* Not more than can be compared with what is held at once. */
static gboolean
is_small(const CoexBurst *burst, const CoexApplication *application)
{
    return burst->n_events + coex_application_get_events(application)->len <= EVENTS_MAX;
}

/* Whether all are messages for one account, and @is each of them. */
static gboolean
has_only(const CoexApplication *application, gboolean (*is)(const CoexMessage *message))
{
    GPtrArray *events = coex_application_get_events(application);

    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);

        if (event->kind != COEX_EVENT_MESSAGE || !is(event->message))
            return FALSE;
    }
    return events->len > 0 && coex_application_get_only_account(application) != NULL;
}

static gboolean
is_reaction(const CoexMessage *message)
{
    return message->content.kind == COEX_CONTENT_REACTION;
}

/* Of an album each one comes by itself. */
static gboolean
is_held(const CoexMessage *message)
{
    return is_reaction(message) ||
           (message->content.kind == COEX_CONTENT_MEDIA && message->content.media != NULL &&
            (message->content.media->kind == COEX_MEDIA_IMAGE ||
             message->content.media->kind == COEX_MEDIA_VIDEO));
}

/* An echo may have to wait for something else. */
static gboolean
is_theirs(const CoexMessage *message)
{
    return message->direction == COEX_INBOUND;
}

static void
add(CoexBurst *burst, CoexApplication *application)
{
    if (burst->held->len == 0)
        burst->began_us = g_get_monotonic_time();
    burst->n_events += coex_application_get_events(application)->len;
    g_ptr_array_add(burst->held, application);
}

/* For more reactions as long as may be; for the rest of an album until nothing more comes. */
static void
wait_for_more(CoexBurst *burst, gboolean is_album)
{
    gint64 left_ms = HOLD_MS - (g_get_monotonic_time() - burst->began_us) / 1000;

    if (is_album || burst->end == NULL)
        coex_timer_start(&burst->end, is_album ? MIN(left_ms, QUIET_MS) : left_ms, on_end, burst);
}

gboolean
coex_burst_hold(CoexBurst *burst, CoexApplication *application)
{
    if (!is_small(burst, application))
        on_end(burst);
    if (is_small(burst, application) && has_only(application, is_held)) {
        add(burst, application);
        wait_for_more(burst, !has_only(application, is_reaction));
        return TRUE;
    }
    if (!concerns(burst, application))
        return FALSE;
    if (!has_only(application, is_theirs)) {
        on_end(burst);
        return FALSE;
    }
    add(burst, application);
    on_end(burst);
    return TRUE;
}
