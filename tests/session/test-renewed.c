// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* The number of somebody known has another BSUID than before. */

#define OLD_ID "US.70214458810936652071"
#define NEW_ID "US.70199887766554433221"
#define OLD_NUMBER "12025550101"
#define BENS_ID "GB.31877200459163380254"
#define TEXT(body) "\"type\":\"text\",\"text\":{\"body\":\"" body "\"}"

/* Ada's number has another BSUID, and nothing says why. */
static void
renew_ada(Desk *desk, const char *text)
{
    coex_sim_set_user_id(desk->sim, "ada", NEW_ID);
    desk_advance(desk, 60);
    g_free(coex_sim_customer_sends(desk->sim, "ada", text));
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada",
                       "This may be somebody else now*+" OLD_NUMBER "*");
}

static void
answer_by_number(Desk *desk, const char *text)
{
    g_autofree char *delivered = g_strconcat("delivered *: ", text, NULL);
    g_autoptr(CoexSimRequest) request = NULL;

    desk_say(desk, "ada", text);
    request = desk_wait_sent(desk, "ada", text);
    g_assert_cmpstr(request->to, ==, "+" OLD_NUMBER);
    desk_wait_state(desk, "ada", delivered);
}

/* What was held for who had the number asks; what is typed from now on goes. */
static void
test_renewed(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    const DeskEvent *line;

    desk_login(desk);
    desk_hear(desk, "ada", "This is Ada");
    coex_session_hold_text(desk->session, desk_name("ada"), "For Ada alone", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Held until *");
    desk_wait_catalogue(desk);
    renew_ada(desk, "Who is this?");
    line = desk_wait_any_feed(desk, COEX_FEED_FAILED, "ada", "For Ada alone");
    g_assert_nonnull(strstr(line->detail, "may be somebody else"));
    g_assert_cmpuint(desk_get_offers(line), ==, COEX_LINE_RESEND | COEX_LINE_KEPT);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Who is this?");
    answer_by_number(desk, "A shop");
    desk_restart(desk);
    desk_hear(desk, "ada", "Which one?");
    answer_by_number(desk, "Yours");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "For Ada alone");
    desk_take(desk, "ada", "For Ada alone");
    desk_wait_state(desk, "ada", "delivered *: For Ada alone");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "This may be somebody else*"), ==, 0);
}

/* What failed before is asked about once more, and then goes. */
static void
test_renewed_resend(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "This is Ada");
    desk_say_in_vain(desk, "ada", "For Ada alone", 131026);
    desk_wait_catalogue(desk);
    renew_ada(desk, "Who is this?");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Who is this?");
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_notice(desk, "ada", "Not sent again yet*somebody else*/resend once more*For Ada*");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "For Ada alone");
    desk_take(desk, "ada", "For Ada alone");
    desk_wait_state(desk, "ada", "delivered *: For Ada alone");
}

/* WhatsApp says, late, that it is the same person. */
static void
test_renewed_and_explained(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "This is Ada");
    desk_say_in_vain(desk, "ada", "For Ada alone", 131026);
    desk_wait_catalogue(desk);
    renew_ada(desk, "It is me");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "It is me");
    desk_deliver(
        desk, "", "moved", 0,
        "\"from\":\"" OLD_NUMBER "\",\"type\":\"system\",\"system\":{\"type\":"
        "\"user_changed_user_id\",\"body\":\"User Ada changed\",\"previous_user_id\":\"" OLD_ID
        "\",\"user_id\":\"" NEW_ID "\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada changed*");
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "For Ada alone");
    desk_take(desk, "ada", "For Ada alone");
    desk_wait_state(desk, "ada", "delivered *: For Ada alone");
    answer_by_number(desk, "As ever");
}

/* A status tells it first, while a text waits for the network. */
static void
test_renewed_by_status(Desk *desk)
{
    g_autofree char *wamid = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "This is Ada");
    answer_by_number(desk, "Hello Ada");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_wait_catalogue(desk);
    coex_sim_set_down(desk->sim, TRUE);
    desk_say(desk, "ada", "For Ada alone");
    coex_sim_set_user_id(desk->sim, "ada", NEW_ID);
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "This may be somebody else now*");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "For Ada alone");
    coex_sim_set_down(desk->sim, FALSE);
    desk_restart(desk);
    desk_hear(desk, "ada", "Who is this?");
    answer_by_number(desk, "A shop");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

/* Whose number went on to somebody known does not get it back by a late status. */
static void
test_renewed_overtaken(Desk *desk)
{
    static const char bens[] = "447700900112";
    g_autofree char *status = NULL;
    g_autoptr(CoexSimRequest) first = NULL;
    g_autoptr(CoexSimRequest) second = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "This is Ada");
    desk_hear(desk, "ben", "This is Ben");
    desk_wait_catalogue(desk);
    desk_advance(desk, 60);
    desk_deliver(desk, "", "ben", 0,
                 "\"from\":\"" OLD_NUMBER "\",\"from_user_id\":\"" BENS_ID
                 "\"," TEXT("I have Ada's number"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "I have Ada's number");
    status = g_strdup_printf("{\"statuses\":[{\"id\":\"wamid.x\",\"status\":\"read\",\"timestamp\":"
                             "\"%" G_GINT64_FORMAT "\",\"recipient_id\":\"" OLD_NUMBER "\","
                             "\"recipient_user_id\":\"" OLD_ID "\"}]}",
                             coex_sim_now(desk->sim) - 90);
    coex_sim_change(desk->sim, "messages", status);
    desk_fence(desk);
    coex_sim_give_up_number(desk->sim, "ada");
    desk_say(desk, "ada", "Only Ada");
    first = desk_wait_sent(desk, "ada", "Only Ada");
    g_assert_cmpstr(first->recipient, ==, OLD_ID);
    desk_wait_state(desk, "ada", "delivered *");
    desk_restart(desk);
    coex_sim_add_customer(desk->sim, "new ben", "+" OLD_NUMBER, NULL, "Ben");
    coex_sim_open_window(desk->sim, "new ben");
    desk_say(desk, bens, "Only Ben");
    second = desk_wait_sent(desk, "new ben", "Only Ben");
    desk_wait_state(desk, bens, "delivered *");
}

/* Who is known by the number alone, and calls herself Eva Brandt. */
#define EVA "447700900600"

static void
hold_for_eva(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    coex_sim_add_customer(desk->sim, EVA, "+" EVA, NULL, "Eva Brandt");
    desk_hear(desk, EVA, "This is Eva");
    coex_session_hold_text(desk->session, EVA, "For Eva alone", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, EVA, "Held until *");
    desk_wait_catalogue(desk);
    desk_advance(desk, 60);
}

/* With another name altogether nothing leaves by itself; the user decides. */
static void
test_renamed(Desk *desk)
{
    const DeskEvent *line;

    hold_for_eva(desk);
    coex_sim_set_name(desk->sim, EVA, "Quentin Other");
    g_free(coex_sim_customer_sends(desk->sim, EVA, "Hi, what is this about?"));
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, EVA,
                       "This may be somebody else now*+" EVA " has another name than before.");
    line = desk_wait_any_feed(desk, COEX_FEED_FAILED, EVA, "For Eva alone");
    g_assert_nonnull(strstr(line->detail, "may be somebody else"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, EVA, "Hi, what is this about?");
    desk_say(desk, EVA, "Who are you?");
    desk_take(desk, EVA, "Who are you?");
    desk_wait_state(desk, EVA, "delivered *: Who are you?");
    desk_restart(desk);
    desk_hear(desk, EVA, "Quentin");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, EVA), ==, 1);
    desk_resend(desk, EVA);
    desk_wait_feed(desk, COEX_FEED_SENT, EVA, "For Eva alone");
    desk_take(desk, EVA, "For Eva alone");
    desk_wait_state(desk, EVA, "delivered *: For Eva alone");
}

/* A name that is partly the same is hers, and so is any where nothing waits. */
static void
test_renamed_a_little(Desk *desk)
{
    hold_for_eva(desk);
    coex_sim_set_name(desk->sim, EVA, "eva huber");
    desk_hear(desk, EVA, "Married!");
    desk_wait_feed(desk, COEX_FEED_SENT, EVA, "For Eva alone");
    desk_take(desk, EVA, "For Eva alone");
    desk_wait_state(desk, EVA, "delivered *: For Eva alone");
    coex_sim_set_name(desk->sim, EVA, "Mama");
    desk_hear(desk, EVA, "And more");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, EVA, "This may be somebody else*"), ==, 0);
}

/* Her BSUID says that it is she. */
static void
test_renamed_by_id(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "This is Ada");
    coex_session_hold_text(desk->session, desk_name("ada"), "For Ada alone", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Held until *");
    desk_advance(desk, 60);
    coex_sim_set_name(desk->sim, "ada", "Countess");
    desk_hear(desk, "ada", "It is me");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "For Ada alone");
    desk_take(desk, "ada", "For Ada alone");
    desk_wait_state(desk, "ada", "delivered *: For Ada alone");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/renewed/held", test_renewed);
    desk_add("/renewed/resend", test_renewed_resend);
    desk_add("/renewed/and-explained", test_renewed_and_explained);
    desk_add("/renewed/by-status", test_renewed_by_status);
    desk_add("/renewed/overtaken", test_renewed_overtaken);
    desk_add("/renewed/name", test_renamed);
    desk_add("/renewed/name/a-little", test_renamed_a_little);
    desk_add("/renewed/name/by-id", test_renamed_by_id);
    return g_test_run();
}
