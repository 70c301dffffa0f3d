// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/places.h"

#include <sys/socket.h>

void
coex_place_wait(CoexPlace *place, guint seconds)
{
    place->waiting_since = g_get_monotonic_time();
    place->deadline = place->waiting_since + seconds * G_USEC_PER_SEC;
    place->n_bytes = 0;
    place->busy = FALSE;
}

void
coex_place_sleep(CoexPlace *place)
{
    place->deadline = 0;
    place->busy = TRUE;
}

void
coex_place_take(CoexPlace *place, gsize n_bytes)
{
    place->n_bytes += n_bytes;
    place->deadline += (gint64)n_bytes * G_USEC_PER_SEC / COEX_PLACE_PACE;
}

static void
place_cut(CoexPlace *place)
{
    place->deadline = 0;
    place->cut = TRUE;
    shutdown(place->fd, SHUT_RDWR);
}

void
coex_places_reap(GPtrArray *places, gint64 now)
{
    for (guint i = 0; i < places->len; i++) {
        CoexPlace *place = g_ptr_array_index(places, i);

        if (place->deadline != 0 && place->deadline <= now)
            place_cut(place);
    }
}

static gboolean
is_slow_stranger(const CoexPlace *place, gint64 now)
{
    gint64 waited_us = now - place->waiting_since;

    if (place->proven || place->busy || place->cut || waited_us < COEX_PLACE_GRACE_MS * 1000)
        return FALSE;
    return (gint64)place->n_bytes < waited_us * COEX_PLACE_PACE / G_USEC_PER_SEC;
}

static int
compare_waiting(gconstpointer a, gconstpointer b)
{
    const CoexPlace *const *first = a, *const *second = b;

    return ((*first)->waiting_since > (*second)->waiting_since) -
           ((*first)->waiting_since < (*second)->waiting_since);
}

guint
coex_places_give_way(GPtrArray *places, gint64 now, guint count)
{
    g_autoptr(GPtrArray) slow = g_ptr_array_new();

    for (guint i = 0; i < places->len; i++) {
        CoexPlace *place = g_ptr_array_index(places, i);

        if (is_slow_stranger(place, now))
            g_ptr_array_add(slow, place);
    }
    g_ptr_array_sort(slow, compare_waiting);
    count = MIN(count, slow->len);
    for (guint i = 0; i < count; i++)
        place_cut(g_ptr_array_index(slow, i));
    return count;
}
