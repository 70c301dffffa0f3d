// SPDX-License-Identifier: GPL-2.0-or-later
#include "inboxed.h"

void
inboxed_set_up(Desk *desk, CoexSimInbox *inbox)
{
    desk->config.listen = "off";
    desk->config.webhook_header = NULL;
    desk->config.inbox_url = coex_sim_inbox_get_url(inbox);
    desk->config.inbox_token = INBOXED_TOKEN;
    coex_sim_set_webhook(desk->sim, coex_sim_inbox_get_webhook(inbox));
}

CoexSimInbox *
inboxed_new(Desk *desk)
{
    CoexSimInbox *inbox = coex_sim_inbox_new(coex_sim_get_number(desk->sim) + 1, INBOXED_TOKEN);

    inboxed_set_up(desk, inbox);
    return inbox;
}

void
inboxed_login(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
}

CoexSimInbox *
inboxed_begin(Desk *desk)
{
    CoexSimInbox *inbox = inboxed_new(desk);

    inboxed_login(desk);
    g_assert_true(coex_sim_inbox_wait_greeted(inbox, 1, DESK_PATIENCE_MS));
    return inbox;
}

void
inboxed_write(Desk *desk, const char *text)
{
    g_free(coex_sim_customer_sends(desk->sim, "ada", text));
}

void
inboxed_let_arrive(Desk *desk)
{
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
}

void
inboxed_assert_shown(Desk *desk, guint n)
{
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, n);
}

void
inboxed_assert_comes(Desk *desk, CoexSimBellMood mood)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_new(desk);
    g_autofree char *sent = NULL;
    g_autofree char *row = NULL;

    coex_sim_inbox_set_bell(inbox, mood);
    inboxed_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_say(desk, "ada", "Good morning");
    desk_wait_state(desk, "ada", "accepted*");
    sent = coex_sim_dup_last_sent(desk->sim, "ada");
    row = coex_sim_echo_sent(desk->sim, sent);
    coex_sim_status(desk->sim, row, "delivered");
    desk_wait_state(desk, "ada", "delivered*");
    desk_logout(desk);
}
