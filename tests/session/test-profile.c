// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* What customers see of the business. */

static void
test_asked_for(Desk *desk)
{
    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    desk_restart(desk);
    desk_wait_requests(desk, "profile", 2);
}

/* Whatever is wrong with it, nobody is told, and all goes on. */
static void
test_refused(Desk *desk)
{
    coex_sim_aim(desk->sim, "profile");
    coex_sim_fail_next(desk->sim, 100);
    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    coex_sim_fail_next_http(desk->sim, 200, "<html>Sign in</html>");
    desk_restart(desk);
    desk_wait_requests(desk, "profile", 2);
    coex_sim_drop_next(desk->sim, FALSE);
    desk_restart(desk);
    desk_wait_requests(desk, "profile", 3);
    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Good morning");
    desk_take(desk, "ada", "Good morning");
    desk_wait_state(desk, "ada", "delivered*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/profile/asked-for", test_asked_for);
    desk_add("/profile/refused", test_refused);
    return g_test_run();
}
