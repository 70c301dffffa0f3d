// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* What the user cancels in the moment in which the account ends. */

static gboolean
is_taken_or_over(Desk *desk)
{
    return desk_count(desk, DESK_FEED, "ada", "*offer.txt") > 0 ||
           desk_count(desk, DESK_FAILED, NULL, "*") > 0;
}

/* A file is given, as it may be, while a login goes on that then fails. Whether it was taken in
 * before that. */
static gboolean
give_and_fail(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "offer.txt", NULL);
    const char *check = desk_is_meta(desk) ? "number" : "health";
    guint n_checks = coex_sim_n_requests(desk->sim, check);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, "bread 4", -1, NULL));
    coex_sim_aim(desk->sim, check);
    coex_sim_delay_next(desk->sim, 1500);
    desk_start(desk);
    desk_wait_requests(desk, check, n_checks + 1);
    coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 3, &error);
    g_assert_no_error(error);
    desk_wait_until(desk, is_taken_or_over, "the file is taken in");
    desk_wait_failed(desk, COEX_ERROR_AUTH, "*password*");
    if (desk_count(desk, DESK_FEED, "ada", "*offer.txt") == 0)
        return FALSE;
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.txt");
    return TRUE;
}

/* It does not leave at the next login, which says so. */
static void
test_file(Desk *desk)
{
    const char *key = desk->config.key;
    gboolean taken;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
    desk->config.key = "not-the-key";
    taken = give_and_fail(desk);
    coex_session_cancel_file(desk->session, 3);
    desk_logout(desk);
    desk->config.key = key;
    desk_login(desk);
    desk_wait_catalogue(desk);
    if (taken)
        desk_wait_feed(desk, COEX_FEED_RECORD, "ada",
                       "Not sent, and discarded: [document] offer.txt");
    else /* the machine was slow */
        desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent: the file “offer.txt”. *");
    desk_say(desk, "ada", "Another one");
    desk_take(desk, "ada", "Another one");
    desk_wait_state(desk, "ada", "*delivered*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/cancel/file", test_file);
    return g_test_run();
}
