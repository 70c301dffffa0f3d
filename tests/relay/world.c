// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <string.h>

void
world_begin(World *world, guint n_brokers, const char *tenants)
{
    g_autofree char *options = NULL;

    *world = (World){ .brokers = brokers_new(n_brokers, NULL) };
    if (world->brokers == NULL)
        return;
    options = brokers_dup_options(world->brokers);
    world->a = rig_new(options, tenants);
    world->b = rig_new(options, tenants);
}

void
world_end(World *world)
{
    rig_free(world->a);
    rig_free(world->b);
    brokers_free(world->brokers);
}

void
deliver(Rig *rig, const char *path, guint from, guint n)
{
    for (guint i = from; i < from + n; i++) {
        g_autofree char *body = g_strdup_printf("{\"n\":%u}", i);

        g_assert_cmpuint(rig_deliver(rig, path, body), ==, 200);
    }
}

GIOStream *
begin_copy(Rig *rig, const char *copy)
{
    g_autofree char *request =
        g_strdup_printf("POST /bakery/sends HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " RIG_KEY
                        "\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(copy), copy);
    GIOStream *stream = rig_dial(rig);

    stream_say(stream, request);
    return stream;
}

void
desk_begin(Desk *desk, const char *path, const char *key)
{
    *desk = (Desk){ .path = path, .key = key, .bodies = g_ptr_array_new_with_free_func(g_free) };
}

void
desk_end(Desk *desk)
{
    g_free(desk->log);
    g_ptr_array_unref(desk->bodies);
}

gboolean
desk_has(const Desk *desk, const char *body)
{
    return g_ptr_array_find_with_equal_func(desk->bodies, body, g_str_equal, NULL);
}

/* As the plugin does: another log is read from its first, and what is known is not taken again. */
static void
desk_take(Desk *desk, const Batch *batch)
{
    if (g_strcmp0(desk->log, batch->relay) != 0) {
        gboolean is_other = desk->log != NULL;

        g_free(desk->log);
        desk->log = g_strdup(batch->relay);
        desk->after = is_other ? 0 : desk->after;
        if (is_other)
            return;
    }
    g_assert_cmpint(batch->newest, >=, desk->after);
    for (guint i = 0; i < batch->entries->len; i++) {
        const Entry *entry = batch_get(batch, i);

        g_assert_cmpint(entry->sequence, >, desk->after);
        desk->after = entry->sequence;
        if (!desk_has(desk, entry->body))
            g_ptr_array_add(desk->bodies, g_strdup(entry->body));
    }
    desk->after = batch->after;
}

static void
poll_once(Desk *desk, Rig *rig, gint64 until)
{
    g_autoptr(Batch) batch = rig_poll(rig, desk->path, desk->key, desk->after, 1);

    if (g_get_monotonic_time() > until) {
        g_autofree char *said = rig_dup_said(rig);
        int how;
        g_autofree char *status = rig_dup_status(rig, TRUE, &how);

        g_error("only %u came; the relay said:\n%s%s", desk->bodies->len, said, status);
    }
    if (batch->status == 200)
        desk_take(desk, batch);
    else
        g_poll(NULL, 0, 20);
}

void
desk_read(Desk *desk, Rig *rig, guint n)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    while (desk->bodies->len < n)
        poll_once(desk, rig, until);
    g_assert_cmpuint(desk->bodies->len, ==, n);
}

void
desk_read_until(Desk *desk, Rig *rig, const char *body)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    while (!desk_has(desk, body))
        poll_once(desk, rig, until);
}

void
assert_counts(const Desk *desk, guint n)
{
    g_assert_cmpuint(desk->bodies->len, ==, n);
    for (guint i = 0; i < n; i++) {
        g_autofree char *body = g_strdup_printf("{\"n\":%u}", i);

        g_assert_true(desk_has(desk, body));
    }
}

void
wait_until_said(Rig *rig, const char *text)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    for (;;) {
        g_autofree char *said = rig_dup_said(rig);

        if (strstr(said, text) != NULL)
            return;
        if (g_get_monotonic_time() > until)
            g_error("not said: %s\nbut:\n%s", text, said);
        g_poll(NULL, 0, 20);
    }
}
