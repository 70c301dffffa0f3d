// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include <string.h>

/* What time and the disk do to a relay: a disk that takes nothing more, clocks that jump, entries
 * that grow old. What was acknowledged is there. */

#define DAY_S (24 * 3600)

static guint
deliver(Rig *rig, const char *id)
{
    g_autofree char *body = g_strdup_printf("{\"id\":\"%s\"}", id);

    return rig_deliver(rig, "/bakery", body);
}

static void
assert_body(const Batch *batch, guint index, const char *id)
{
    g_autofree char *body = g_strdup_printf("{\"id\":\"%s\"}", id);

    g_assert_cmpstr(batch_get(batch, index)->body, ==, body);
}

/* As the provider does: until it is acknowledged. */
static void
deliver_until_taken(Rig *rig, const char *id)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;
    guint status;

    while ((status = deliver(rig, id)) != 200) {
        g_assert_cmpuint(status, ==, 503);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

/* Nothing is acknowledged while the disk takes nothing, and all goes on when there is room again.
 */
static void
test_full(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);

    g_assert_cmpuint(deliver(rig, "before"), ==, 200);
    rig_limit_files(rig, 4096);
    for (guint i = 0; i < 5; i++)
        g_assert_cmpuint(deliver(rig, "meanwhile"), ==, 503);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", "Authorization: Bearer " RIG_KEY "\r\n",
                                    "{\"desk\":\"till\",\"local_id\":\"1\"}"),
                     ==, 503);
    rig_limit_files(rig, RLIM_INFINITY);
    deliver_until_taken(rig, "meanwhile");
    rig_kill(rig);
    rig_start(rig);
    g_autoptr(Batch) all = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(all->entries->len, ==, 2);
    assert_body(all, 0, "before");
    assert_body(all, 1, "meanwhile");
    g_autofree char *said = rig_dup_said(rig);
    g_assert_null(strstr(said, "meanwhile"));
}

static gpointer
wait_for_more(gpointer rig)
{
    return rig_poll(rig, "/bakery", RIG_KEY, 2, 60);
}

/* Ahead by more than a year and back by more than two: nothing is old for that, who waits hears of
 * what comes, and the order stays. */
static void
test_jumps(void)
{
    static const gint64 jumps[] = { 400, -800, 40000, 0 };
    g_autoptr(Rig) rig = rig_new_with_clock("keep-days=1\n", RIG_BAKERY);
    GThread *desk;

    if (rig == NULL)
        return;
    g_assert_cmpuint(deliver(rig, "0"), ==, 200);
    g_assert_cmpuint(deliver(rig, "1"), ==, 200);
    desk = g_thread_new("desk", wait_for_more, rig);
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        g_autofree char *id = g_strdup_printf("%u", i + 2);

        rig_set_clock(rig, jumps[i] * DAY_S);
        g_assert_cmpuint(deliver(rig, id), ==, 200);
    }
    g_autoptr(Batch) more = g_thread_join(desk);
    g_assert_cmpuint(more->entries->len, >=, 1);
    assert_body(more, 0, "2");
    g_autoptr(Batch) all = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    g_assert_cmpuint(all->entries->len, ==, 2 + G_N_ELEMENTS(jumps));
    for (guint i = 0; i < all->entries->len; i++) {
        g_autofree char *id = g_strdup_printf("%u", i);

        assert_body(all, i, id);
        g_assert_cmpint(batch_get(all, i)->sequence, ==, i + 1);
    }
}

/* What is older than keep-days goes, a desk is told what is the oldest, and numbers go on. */
static void
test_retention(void)
{
    g_autoptr(Rig) rig = rig_new_with_clock("keep-days=3\n", RIG_BAKERY);
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;
    gint64 oldest = 0;

    if (rig == NULL)
        return;
    g_assert_cmpuint(deliver(rig, "old"), ==, 200);
    g_assert_cmpuint(deliver(rig, "old too"), ==, 200);
    rig_stop(rig);
    rig_set_clock(rig, 2 * DAY_S);
    rig_start(rig);
    g_assert_cmpuint(deliver(rig, "kept"), ==, 200);
    rig_stop(rig);
    rig_set_clock(rig, 4 * DAY_S);
    rig_start(rig);
    while (oldest != 3) {
        g_autoptr(Batch) all = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);

        g_assert_cmpint(g_get_monotonic_time(), <, until);
        oldest = all->oldest;
    }
    g_assert_cmpuint(deliver(rig, "new"), ==, 200);
    g_autoptr(Batch) all = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(all->entries->len, ==, 2);
    assert_body(all, 0, "kept");
    assert_body(all, 1, "new");
    g_assert_cmpint(batch_get(all, 1)->sequence, ==, 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/disk/full", test_full);
    g_test_add_func("/disk/jumps", test_jumps);
    g_test_add_func("/disk/retention", test_retention);
    return g_test_run();
}
