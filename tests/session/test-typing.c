// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* That the user types is shown to the person, where the option wants it and WhatsApp takes it. */

#define HOUR_S (60 * 60)

static void
open_shop(Desk *desk)
{
    desk->config.typing = TRUE;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
}

/* A command that is answered comes after it. */
static void
assert_shown(Desk *desk, guint n)
{
    desk_fence(desk);
    desk_wait_requests(desk, "typing", n);
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "typing"), ==, n);
}

static void
test_once_in_twenty_seconds(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree char *wamid = NULL;

    open_shop(desk);
    wamid = coex_sim_dup_last(desk->sim, COEX_SIM_CUSTOMER, "ada");
    for (guint i = 0; i < 3; i++)
        coex_session_note_typing(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "They see that you type. That marks their messages as read*");
    request = coex_sim_wait_request(desk->sim, "typing", DESK_PATIENCE_MS);
    g_assert_nonnull(request);
    g_assert_cmpstr(request->message_id, ==, wamid);
    assert_shown(desk, 1);
    desk_advance(desk, 10);
    coex_session_note_typing(desk->session, desk_name("ada"));
    assert_shown(desk, 1);
    desk_advance(desk, 10);
    coex_session_note_typing(desk->session, desk_name("ada"));
    assert_shown(desk, 2);
    /* what was marked with it is not marked once more by the answer */
    desk_say(desk, "ada", "Yes");
    desk_take(desk, "ada", "Yes");
    desk_wait_state(desk, "ada", "delivered*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "read"), ==, 0);
    desk_hear(desk, "ben", "Hi");
    coex_session_note_typing(desk->session, desk_name("ben"));
    assert_shown(desk, 3);
}

/* Nobody wrote, the window is closed, somebody is blocked. */
static void
test_never_in_vain(Desk *desk)
{
    open_shop(desk);
    coex_session_pin(desk->session, desk_name("dana"));
    coex_session_note_typing(desk->session, desk_name("dana"));
    desk_hear(desk, "ben", "Hello");
    coex_session_block(desk->session, desk_name("ben"), TRUE);
    desk_wait_notice(desk, "ben", "* is blocked *");
    desk_wait_blocks(desk, "ben", "blocked");
    coex_session_note_typing(desk->session, desk_name("ben"));
    desk_advance(desk, 25 * HOUR_S);
    coex_session_note_typing(desk->session, desk_name("ada"));
    assert_shown(desk, 0);
    desk_hear(desk, "ada", "Hello again");
    coex_session_note_typing(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "They see that you type*");
    assert_shown(desk, 1);
}

static void
test_not_wanted(Desk *desk)
{
    desk->config.receipts = COEX_RECEIPTS_NEVER;
    open_shop(desk);
    coex_session_note_typing(desk->session, desk_name("ada"));
    assert_shown(desk, 0);
    desk_logout(desk);
    desk->config.receipts = COEX_RECEIPTS_ANSWER;
    desk->config.typing = FALSE;
    desk_login(desk);
    desk_wait_catalogue(desk);
    coex_session_note_typing(desk->session, desk_name("ada"));
    assert_shown(desk, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/typing/once-in-twenty-seconds", test_once_in_twenty_seconds);
    desk_add("/typing/never-in-vain", test_never_in_vain);
    desk_add("/typing/not-wanted", test_not_wanted);
    return g_test_run();
}
