// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/payload-typed.h"
#include "core/payload.h"

/* Buttons and lists, and what the customer chooses. */

static void
send(Desk *desk, CoexPayload *payload, const char *line, const char *text)
{
    g_autoptr(CoexPayload) owned G_GNUC_UNUSED = payload;

    g_assert_nonnull(payload);
    g_assert_true(coex_session_send_payload(desk->session, desk_name("ada"), payload, NULL));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", line);
    desk_take(desk, "ada", text);
}

/* What they tap comes with the id of ours. */
static void
choose(Desk *desk, const char *token, const char *type, const char *title)
{
    g_autofree char *wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    g_autofree char *message = g_strdup_printf(
        "\"from\":\"12025550101\",\"context\":{\"id\":\"%s\"},\"type\":\"interactive\","
        "\"interactive\":{\"type\":\"%s\",\"%s\":{\"id\":\"1\",\"title\":\"%s\"}}",
        wamid, type, type, title);

    desk_deliver(desk, "", token, 0, message);
}

static void
wait_answer(Desk *desk, const char *text, const char *quote)
{
    const DeskEvent *line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);

    g_assert_cmpstr(line->item->quote, ==, quote);
}

static void
test_choices(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    send(desk, coex_payload_parse_buttons("When do you come? | Today | Tomorrow", NULL),
         "When do you come?\n?Today] ?Tomorrow]", "button When do you come? | Today | Tomorrow");
    desk_wait_state(desk, "ada", "delivered*When do you come?*");
    choose(desk, "b1", "button_reply", "Tomorrow");
    wait_answer(desk, "?button] Tomorrow", "When do you come? [Today] [Tomorrow]");
    send(
        desk,
        coex_payload_parse_list("Pick a service | Services | # Repairs | Tyre: new | Brakes", NULL),
        "Pick a service*Tyre: new*Brakes",
        "list Pick a service [Services] # Repairs | Tyre: new | Brakes");
    desk_wait_state(desk, "ada", "delivered*Pick a service*");
    desk_restart(desk);
    choose(desk, "l1", "list_reply", "Tyre");
    wait_answer(desk, "?list choice] Tyre", "Pick a service [Services] Repairs: - Tyre: new -…");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/choice/choices", test_choices);
    return g_test_run();
}
