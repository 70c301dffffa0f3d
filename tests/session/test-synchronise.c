// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* Asking WhatsApp for the phone's contacts and its earlier chats: once, and in time. */

static void
test_asked_for(Desk *desk)
{
    desk_login(desk);
    coex_session_synchronise(desk->session, FALSE);
    desk_wait_ask(desk, "*once only*24 hours*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "sync"), ==, 0);
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL, "WhatsApp was asked for the phone's contacts. *sync-contacts-1)");
    desk_wait_notice(desk, NULL,
                     "WhatsApp was asked for the phone's earlier chats. *sync-history-1)");
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL,
                     "WhatsApp does not send the phone's contacts: *asked for once*connect the "
                     "number again*2593107*");
    desk_wait_notice(desk, NULL, "WhatsApp does not send the phone's earlier chats: *2593107*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "sync"), ==, 4);
}

/* What goes wrong on the way leaves the history for another time. */
static void
test_asked_too_late(Desk *desk)
{
    desk_login(desk);
    coex_sim_aim(desk->sim, "sync");
    coex_sim_fail_next(desk->sim, 2593108);
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL,
                     "WhatsApp does not send the phone's contacts: *within 24 hours*2593108*");
    coex_sim_drop_next(desk->sim, FALSE);
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL, "WhatsApp does not send the phone's contacts: *");
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL, "WhatsApp was asked for the phone's contacts. *");
    desk_wait_notice(desk, NULL, "WhatsApp was asked for the phone's earlier chats. *");
}

/* It is sent once: not into the void. */
static void
test_cannot_hear(Desk *desk)
{
    desk->config.listen = "off";
    desk_login(desk);
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL, "Nothing was asked for: no webhook can come in here*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "sync"), ==, 0);
}

static void
test_asked_by_the_partner(Desk *desk)
{
    desk_login(desk);
    coex_session_synchronise(desk->session, TRUE);
    desk_wait_notice(desk, NULL, "360dialog asks for *by itself*partner*support*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add_at(DESK_ONLY_META, "/synchronise/asked-for", test_asked_for);
    desk_add_at(DESK_ONLY_META, "/synchronise/asked-too-late", test_asked_too_late);
    desk_add_at(DESK_ONLY_META, "/synchronise/cannot-hear", test_cannot_hear);
    desk_add_at(DESK_ONLY_360DIALOG, "/synchronise/asked-by-the-partner",
                test_asked_by_the_partner);
    return g_test_run();
}
