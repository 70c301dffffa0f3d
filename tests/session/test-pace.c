// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* Many texts to one person: WhatsApp takes 45 at once, and then one in 6 seconds. The simulated
 * number complains about more. */

#define N_TEXTS 50
#define WHY                                                                                        \
    "The last * messages wait for their turn: after so many at once, WhatsApp takes one in 6 *"

static void
open_desk(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
}

static char *
dup_text(guint i)
{
    return g_strdup_printf("Line %u.", i);
}

static void
say_many(Desk *desk, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = dup_text(i);

        desk_send(desk, "ada", text);
    }
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = dup_text(i);

        desk_wait_feed(desk, COEX_FEED_TYPED, "ada", text);
    }
}

/* What leaves: hers in their order, and one of his in between. */
typedef struct {
    guint n_hers;
    guint n_hers_before_his;
    gboolean his;
} Left;

/* Until @n of hers have left. */
static void
take_until(Desk *desk, Left *left, guint n)
{
    while (left->n_hers < n) {
        g_autoptr(CoexSimRequest) request = coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS);
        g_autofree char *text = dup_text(left->n_hers);

        g_assert_nonnull(request);
        if (g_strcmp0(request->who, "ben") == 0) {
            g_assert_false(left->his);
            left->his = TRUE;
            left->n_hers_before_his = left->n_hers;
            continue;
        }
        g_assert_cmpstr(request->who, ==, "ada");
        g_assert_cmpstr(request->text, ==, text);
        left->n_hers++;
    }
}

/* All arrive, once and in their order, over logins that do not begin anew, but know how long it was
 * since; others do not wait; and it is said why these do, and when the last one left. */
static void
test_kept(Desk *desk)
{
    Left left = { 0 };

    open_desk(desk);
    say_many(desk, N_TEXTS);
    desk_say(desk, "ben", "Good morning");
    take_until(desk, &left, 40);
    desk_wait_notice(desk, "ada", WHY);
    /* what is just leaving when the session ends is settled by its status */
    desk_ignore(desk, "It is not clear whether this was sent: Line *");
    desk_ignore(desk, "Waits until it is clear whether the text before it was sent: *");
    desk->strict &= ~(1u << DESK_FEED);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_wait_notice(desk, "ada", WHY);
    desk_logout(desk);
    desk_advance(desk, 10 * 60);
    desk_login(desk);
    desk_wait_catalogue(desk);
    take_until(desk, &left, N_TEXTS);
    g_assert_true(left.his);
    g_assert_cmpuint(left.n_hers_before_his, <, N_TEXTS);
    desk_wait_state(desk, "ada", "delivered*Line 49.");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Line 49.");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, N_TEXTS);
}

/* WhatsApp counts otherwise: what it refuses goes again, and what comes behind goes one by one,
 * without being refused as well. */
static void
test_refused(Desk *desk)
{
    Left left = { 0 };

    open_desk(desk);
    coex_sim_fail_next(desk->sim, 131056);
    say_many(desk, 2);
    desk_wait_requests(desk, "messages", 1);
    desk_say(desk, "ben", "Good morning");
    desk_wait_notice(desk, "ada", "The last message waits for its turn: after so many at once, *");
    take_until(desk, &left, 2);
    g_assert_true(left.his);
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Line 1.");
    desk_wait_state(desk, "ada", "delivered*Line 1.");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add_at(DESK_ONLY_META, "/pace/kept", test_kept);
    desk_add_at(DESK_ONLY_360DIALOG, "/pace/refused", test_refused);
    return g_test_run();
}
