// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* The index of the first event of that kind and text. */
static guint
find(Desk *desk, DeskKind kind, const char *text)
{
    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        if (event->kind == kind && g_pattern_match_simple(text, event->text))
            return i;
    }
    desk_fail(desk, "\"%s\" was not told", text);
    return 0;
}

/* A conversation of every kind of line. */
static void
talk(Desk *desk)
{
    desk->config.recall = 4;
    desk->strict &= ~(1u << DESK_FEED);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Too old to be told");
    desk_hear(desk, "ada", "Is my bike ready?");
    desk_send(desk, "ada", "Yes, it is");
    desk_take(desk, "ada", "Yes, it is");
    desk_wait_state(desk, "ada", "delivered*");
    desk_advance(desk, 5);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "Come by at five"));
    desk_wait_any_feed(desk, COEX_FEED_ECHO, "ada", "Come by at five");
    desk_advance(desk, 5);
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_send(desk, "ada", "Or at six");
    desk_wait_any_feed(desk, COEX_FEED_FAILED, "ada", "Or at six");
    desk_advance(desk, 5);
}

static const char told[] =
    "in: Is my bike ready?\nout: Yes, it is\nphone: Come by at five\nfailed: Or at six";

/* Right before the first line after a login, once; not for who is new. */
static void
test_first_line(Desk *desk)
{
    talk(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PAST, "ada", "?*"), ==, 0);
    desk_restart(desk);
    desk_hear(desk, "ada", "Thank you");
    desk_wait_past(desk, "ada", told);
    g_assert_cmpuint(find(desk, DESK_PAST, "*") + 1, ==, find(desk, DESK_FEED, "Thank you"));
    desk_hear(desk, "ada", "Really");
    desk_hear(desk, "ben", "Hello");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PAST, NULL, "?*"), ==, 1);

    /* the conversation was closed in between */
    coex_session_note_open(desk->session, desk_name("ada"), FALSE);
    desk_advance(desk, 5);
    desk_hear(desk, "ada", "See you");
    desk_wait_past(desk, "ada",
                   "phone: Come by at five\nfailed: Or at six\nin: Thank you\n"
                   "in: Really");
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "See you"), ==, 1);
}

static void
test_asked(Desk *desk)
{
    talk(desk);
    coex_session_recall(desk->session, desk_name("ada"), 2, 0, TRUE);
    desk_wait_past(desk, "ada", "phone: Come by at five\nfailed: Or at six");
    coex_session_recall(desk->session, desk_name("ada"), 50, 0, TRUE);
    desk_wait_past(desk, "ada", "in: Too old to be told\n*failed: Or at six");
    coex_session_hold_text(desk->session, desk_name("carla"), "Held", NULL);
    desk_wait_notice(desk, "carla", "Held *");
    coex_session_recall(desk->session, desk_name("carla"), 50, 0, TRUE);
    desk_wait_past(desk, "carla", "out (held until they write): Held");
    coex_session_discard(desk->session, desk_name("carla"));
    desk_wait_notice(desk, "carla", "Discarded: Held");
    coex_session_recall(desk->session, desk_name("carla"), 50, 0, FALSE);
    coex_session_recall(desk->session, desk_name("carla"), 50, 0, TRUE);
    desk_wait_notice(desk, "carla", "Nothing is stored of this conversation yet.");
    coex_session_recall(desk->session, "499999999", 50, 0, TRUE);
    desk_wait_notice(desk, NULL, "Nothing is known of *499999999.");
}

static void
test_switched_off(Desk *desk)
{
    talk(desk);
    desk_logout(desk);
    desk->config.recall = 0;
    desk_login(desk);
    desk_hear(desk, "ada", "Thank you");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PAST, NULL, "*"), ==, 0);
}

/* What somebody withdrew is a line of ours: nobody can make one by typing it. */
static void
test_withdrawn(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "[deleted a message]");
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "revoke",
                                        "{\"original_message_id\":\"wamid.bm9uZQ==\"}"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They deleted [a message not seen here].");
    coex_session_recall(desk->session, desk_name("ada"), 5, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "in: ?deleted a message?\nnotice: They deleted [a message not seen here].");
}

/* What may not have been seen comes with the next login, and with no other. */
static void
test_kept(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_session_keep_line(desk->session, NULL, "of the account");
    coex_session_keep_line(desk->session, NULL, "and another");
    coex_session_keep_line(desk->session, desk_name("ada"), "of a person");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "of the account\nand another");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "of a person");
    desk_restart(desk);
    desk_hear(desk, "ada", "Still there?");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*of the account*"), ==, 0);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "of a person"), ==, 0);
}

/* What waits stands at the end, also when its conversation was closed, and in the next login; and
 * when it leaves a line says so, since its own is gone. */
static void
test_waiting(Desk *desk)
{
    static const char waits[] =
        "in: Hello\nout (waits to be sent): First\nout (waits to be sent): Second";

    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_set_down(desk->sim, TRUE);
    desk_say(desk, "ada", "First");
    desk_say(desk, "ada", "Second");
    desk_wait_notice(desk, "ada", "Waiting for WhatsApp: First");
    coex_session_note_open(desk->session, desk_name("ada"), FALSE);
    coex_session_recall(desk->session, desk_name("ada"), 5, 0, FALSE);
    desk_wait_past(desk, "ada", waits);
    coex_sim_set_down(desk->sim, FALSE);
    desk_take(desk, "ada", "First");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: First");
    desk_take(desk, "ada", "Second");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Second");
    desk_wait_state(desk, "ada", "delivered*: Second");
    coex_session_recall(desk->session, desk_name("ada"), 5, 0, TRUE);
    desk_wait_past(desk, "ada", "in: Hello\nout: First\nout: Second");
}

static void
test_waiting_over_logins(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_revoke_token(desk->sim);
    desk_say(desk, "ada", "First");
    desk_wait_notice(desk, "ada", "Not sent yet; it waits until *: First");
    desk_wait_notice(desk, NULL, "Nothing can be sent: *");
    desk_say(desk, "ada", "Second");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet; it waits until *: Second");
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    coex_sim_delay_next(desk->sim, 3000);
    desk_login(desk);
    coex_session_recall(desk->session, desk_name("ada"), 5, 0, FALSE);
    desk_wait_past(desk, "ada",
                   "in: Hello\nout (waits to be sent): First\nout (waits to be sent): Second");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: First");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Second");
    desk_take(desk, "ada", "First");
    desk_take(desk, "ada", "Second");
}

/* Found on its way at the login: nobody types it again in the belief that it never was. */
static void
test_unclear(Desk *desk)
{
    g_autofree char *wamid = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_delay_next(desk->sim, 600000);
    desk_say(desk, "ada", "On its way");
    desk_take(desk, "ada", "On its way");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada",
                   "The connection ended while this was being sent: On its*10 minutes at most;*");
    coex_session_recall(desk->session, desk_name("ada"), 5, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "in: Hello\n"
                   "out (may have been sent, its confirmation is awaited): On its way");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to send again.");
    /* told once */
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "The connection ended*"), ==, 0);
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: On its way");
    desk_say(desk, "ada", "And now?");
    desk_take(desk, "ada", "And now?");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

/* Whatever line opens the conversation, what is earlier stands above it. */
static void
test_any_line(Desk *desk)
{
    g_autofree char *wamid = NULL;
    const DeskEvent *before;
    guint line = 0;

    talk(desk);
    desk_take(desk, "ada", "Or at six");
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_send(desk, "ada", "Or at seven");
    desk_take(desk, "ada", "Or at seven");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_session_note_open(desk->session, desk_name("ada"), FALSE);
    coex_sim_status_failed(desk->sim, wamid, 131026, NULL, NULL);
    g_assert_true(g_ptr_array_find(
        desk->events, desk_wait_any_feed(desk, COEX_FEED_FAILED, "ada", "Or at seven"), &line));
    before = g_ptr_array_index(desk->events, line - 1);
    g_assert_cmpint(before->kind, ==, DESK_PAST);
    g_assert_true(g_str_has_suffix(before->text, "failed: Or at six\nfailed: Or at seven"));
    g_free(coex_sim_customer_sends(desk->sim, "ada", "At seven, then"));
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "At seven, then");
    g_assert_cmpuint(desk_count(desk, DESK_PAST, "ada", "?*"), ==, 1);
}

/* While what is earlier is being read, what follows waits behind: what was shown last is how far
 * all was shown. */
static void
test_order(Desk *desk)
{
    desk->config.recall = 4;
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    desk_restart(desk);
    for (guint i = 0; i < 10; i++) {
        g_autofree char *one = g_strdup_printf("One %u", i);
        g_autofree char *two = g_strdup_printf("Two %u", i);
        g_autofree char *three = g_strdup_printf("Three %u", i);
        g_autofree char *last_of_ada = g_strdup_printf("delivered*: %s", three);
        g_autofree char *last_of_ben = g_strdup_printf("delivered*: %s", two);

        coex_session_note_open(desk->session, desk_name("ada"), FALSE);
        coex_session_note_open(desk->session, desk_name("ben"), FALSE);
        desk_send(desk, "ada", one);
        desk_send(desk, "ben", two);
        desk_send(desk, "ada", three);
        desk_wait_feed(desk, COEX_FEED_TYPED, "ada", one);
        desk_wait_feed(desk, COEX_FEED_TYPED, "ada", three);
        desk_wait_feed(desk, COEX_FEED_TYPED, "ben", two);
        g_assert_cmpuint(find(desk, DESK_FEED, one), <, find(desk, DESK_FEED, two));
        g_assert_cmpuint(find(desk, DESK_FEED, two), <, find(desk, DESK_FEED, three));
        /* what waits still would be among what is earlier in the next round */
        desk_wait_state(desk, "ada", last_of_ada);
        desk_wait_state(desk, "ben", last_of_ben);
    }
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ada", 20, DESK_PATIENCE_MS));
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ben", 10, DESK_PATIENCE_MS));
}

/* A passing line is no exception, and in its turn, too. */
static void
test_passing_line(Desk *desk)
{
    guint line;

    desk->config.recall = 4;
    desk_ignore(desk, "Could not reach *");
    desk_ignore(desk, "Waiting for WhatsApp: Second");
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    coex_sim_set_down(desk->sim, TRUE);
    desk_say(desk, "ada", "First");
    desk_wait_notice(desk, "ada", "Waiting for WhatsApp: First");
    desk_restart(desk);
    desk_wait_notice(desk, "ada", "Waiting for WhatsApp: First");
    line = find(desk, DESK_NOTICE, "Waiting for WhatsApp: First");
    g_assert_cmpuint(find(desk, DESK_PAST, "in: Hello\nout (waits to be sent): First") + 1, ==,
                     line);
    /* the conversation was closed: what is typed there comes after what is asked before */
    coex_session_note_open(desk->session, desk_name("ben"), FALSE);
    coex_session_list_held(desk->session, desk_name("ben"));
    desk_send(desk, "ben", "Second");
    desk_wait_notice(desk, "ben", "Nothing is held.");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ben", "Second");
    line = find(desk, DESK_NOTICE, "Nothing is held.");
    g_assert_cmpuint(line, <, find(desk, DESK_FEED, "Second"));
    g_assert_cmpint(((DeskEvent *)g_ptr_array_index(desk->events, line - 1))->kind, ==, DESK_PAST);
    g_assert_cmpuint(desk_count(desk, DESK_PAST, "ben", "*"), ==, 1);
    coex_sim_set_down(desk->sim, FALSE);
    desk_take(desk, "ada", "First");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: First");
    desk_take(desk, "ben", "Second");
    desk_wait_state(desk, "ada", "delivered*: First");
    desk_wait_state(desk, "ben", "delivered*: Second");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 2);
}

/* What became of the last message is still known after a restart, and goes on; of what failed since
 * nothing older is told in its place. */
static void
test_last_message(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *phone = NULL;
    g_autofree char *revoke = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    desk_say(desk, "ada", "Good day");
    desk_take(desk, "ada", "Good day");
    desk_wait_state(desk, "ada", "delivered ??:??: Good day");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    phone = coex_sim_phone_sends(desk->sim, "ben", "From the phone");
    desk_wait_feed(desk, COEX_FEED_ECHO, "ben", "From the phone");
    /* which is no message */
    revoke = g_strdup_printf("{\"original_message_id\":\"%s\"}", phone);
    g_free(coex_sim_phone_sends_type(desk->sim, "ben", "revoke", revoke));
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ben", "Deleted on the phone*");
    desk_restart(desk);
    desk_wait_state(desk, "ada", "delivered ??:??: Good day");
    desk_wait_state(desk, "ben", "*: From the phone");
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_state(desk, "ada", "read ??:??: Good day");
    desk_say_in_vain(desk, "ada", "It did not arrive", 131026);
    desk_wait_state(desk, "ada", "failed ??:??: It did not arrive");
    desk_restart(desk);
    g_assert_null(desk_view(desk, "ada")->last_state);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/recall/first-line", test_first_line);
    desk_add("/recall/asked", test_asked);
    desk_add("/recall/switched-off", test_switched_off);
    desk_add("/recall/withdrawn", test_withdrawn);
    desk_add("/recall/kept", test_kept);
    desk_add("/recall/last-message", test_last_message);
    desk_add("/recall/waiting", test_waiting);
    desk_add("/recall/waiting-over-logins", test_waiting_over_logins);
    desk_add("/recall/unclear", test_unclear);
    desk_add("/recall/any-line", test_any_line);
    desk_add("/recall/order", test_order);
    desk_add("/recall/passing-line", test_passing_line);
    return g_test_run();
}
