// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"

#include <string.h>

/* One template to many: who gets it and who does not, that nobody gets it twice, what ends it, and
 * what is told. */

#define HOUR_S (60 * 60)
#define STOPPED_AT_ONCE                                                                            \
    "The broadcast of order_update to “Bakers” was stopped: WhatsApp has taken it for 0 of 3 " \
    "people, 3 not sent. /broadcast lists them, and the same command sends it to the others "      \
    "alone."

/* Each has the own name; in no conversation a line of it stands, and nobody's waiting is over. */
static void
test_to_a_group(Desk *desk)
{
    static const char *const sent[] = { "Ada Lovelace|A-17", "Ben Whitaker|A-17", "Carla|A-17",
                                        NULL };
    const DeskEvent *ask;
    const char *const buddies[] = {
        desk_name("ada"),
        "",
        desk_name("ben"),
        "Benny",
        desk_name("ada"),
        "Ada again",
        desk_name("carla"),
        "",
        desk_name("dana"),
        "",
        "somebody",
        "The shop",
        NULL,
    };

    desk->config.ticks = COEX_TICKS_ALL;
    open_shop(desk);
    plan_for(desk, "order_update", order_values, buddies);
    ask = desk_wait_ask(desk, "Send order_update (en_US) to 3 people of “Bakers”?");
    g_assert_nonnull(strstr(ask->detail, "Each is billed as utility."));
    g_assert_nonnull(strstr(ask->detail, "Left out (no name is known): +493023125017."));
    g_assert_nonnull(strstr(ask->detail, "Left out (no number): The shop."));
    g_assert_nonnull(strstr(ask->detail, "To Ada Lovelace:\nHi Ada Lovelace, your order A-17"));
    assert_nothing_sent(desk);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS "3 people.*");
    take_in_any_order(desk, sent);
    desk_wait_notice(desk, NULL,
                     "The broadcast of order_update to “Bakers” is done: WhatsApp has "
                     "taken it for 3 of 3 people. /broadcast lists them.");
    wait_report(desk, "*: 3 people, 3 delivered.\nDelivered: Ada Lovelace, Ben Whitaker, Carla*");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, >, 0);
    g_assert_cmpuint(desk_count(desk, DESK_TICK, "ada", "*"), ==, 0);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "read"), ==, 0);
    coex_session_recall(desk->session, desk_name("ada"), 10, 0, TRUE);
    desk_wait_past(desk, "ada", "*out (broadcast): Hi Ada Lovelace, your order A-17 is ready.*");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to send again.");
}

/* Within a day, also after another login. */
static void
test_the_same_again(Desk *desk)
{
    open_shop(desk);
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 3 people, 3 delivered.\n*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    plan_order(desk);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it* the same *");
    desk_wait_catalogue(desk); /* the one that was kept came before */
    desk_wait_picture(desk, "none");
    desk_wait_blocks(desk, NULL, "");
    desk_advance(desk, 25 * HOUR_S);
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people of “Bakers”?");
    assert_each_got(desk, 1);
}

static void
test_left_out(Desk *desk)
{
    static const char *const picture[] = { "/tmp/photo.jpg", "Ada", "7", NULL };
    const char *const buddies[] = {
        desk_name("ada"), "", desk_name("ben"), "", desk_name("carla"), "", NULL,
    };
    static const char *const too_many[] = { "Ada", "B", "C", NULL };
    const char *const carla[] = { desk_name("carla"), "", NULL };
    const char *const others[] = { desk_name("ada"), "", desk_name("carla"), "", NULL };
    const char *const left[] = { desk_name("ada"), "", desk_name("ben"), "", NULL };
    const DeskEvent *ask;

    open_shop(desk);
    coex_session_block(desk->session, desk_name("ben"), TRUE);
    desk_wait_notice(desk, "ben", "* is blocked *");
    desk_wait_blocks(desk, "ben", "blocked");
    plan_for(desk, "we_miss_you", no_values, buddies);
    ask = desk_wait_ask(desk, "Send we_miss_you (en_US) to 1 person of “Bakers”?");
    g_assert_nonnull(strstr(ask->detail, "Each is billed as marketing."));
    g_assert_nonnull(strstr(ask->detail, "Left out (no marketing reaches +1): Ada Lovelace."));
    g_assert_nonnull(strstr(ask->detail, "Left out (blocked): Ben Whitaker."));
    plan_for(desk, "order_update", no_values, others);
    desk_wait_notice(desk, NULL, "Nothing was sent: A value for {{1}} is missing.*");
    plan_for(desk, "order_update", too_many, buddies);
    desk_wait_notice(desk, NULL,
                     "Nothing was sent: the template “order_update” takes 2 values, not 3.");
    plan_for(desk, "we_miss_you", too_many, buddies);
    desk_wait_notice(desk, NULL, "Nothing was sent: the template “we_miss_you” takes no values.");
    plan_for(desk, "we_miss_you", no_values, left);
    desk_wait_notice(desk, NULL,
                     "Nothing was sent: nobody of “Bakers” would get it.\n"
                     "Left out (no marketing reaches +1): Ada Lovelace.\n"
                     "Left out (blocked): Ben Whitaker.");
    plan_for(desk, "we_miss_you", no_values, left + 2);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it: blocked.");
    plan_for(desk, "we_miss_you", no_values, left + 4);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody in “Bakers” is of this account.");
    coex_session_plan_broadcast(desk->session, NULL, "Bakers",
                                desk_template(desk, "pickup_ready_v2", "de"), picture,
                                g_strdupv((char **)carla));
    desk_wait_notice(desk, NULL,
                     "Nothing was sent: *file by its address, which begins with https*");
    assert_nothing_sent(desk);
}

static void
test_prices(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "prices.csv", NULL);
    const char *const buddies[] = {
        ERIK, "", FRIDA, "", "4366412345601", "", desk_name("ada"), "", NULL,
    };
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    const DeskEvent *ask;

    g_assert_true(g_file_set_contents(
        path, "country,category,currency,price\nDE,marketing,EUR,0.1131\n", -1, NULL));
    desk->config.rate_card = path;
    open_shop(desk);
    /* the card is read beside the login */
    do {
        plan_for(desk, "we_miss_you", no_values, buddies);
        ask = desk_wait_ask(desk, "Send we_miss_you (en_US) to 3 people of “Bakers”?");
        desk_fence(desk);
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "%s", ask->detail);
    } while (strstr(ask->detail, "Each is billed as marketing. Prices: 2 at EUR 0.1131.") == NULL);
}

/* ---- the question ---- */

static void
test_yes_to_what_was_asked(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };
    static const char *const other[] = { "{name}", "B-1", NULL };
    g_autofree char *first = NULL;

    open_shop(desk);
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    first = g_strdup(desk->asked_id);
    plan_for(desk, "order_update", other, ada);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person*");
    coex_session_broadcast(desk->session, NULL, COEX_BROADCAST_BEGIN, first);
    desk_wait_notice(desk, NULL, OVER);
    assert_nothing_sent(desk);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS "1 person.*");
    take_part(desk, "Ada Lovelace|B-1");
    desk_wait_notice(desk, NULL, DONE);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, OVER);

    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    broadcast_step(desk, COEX_BROADCAST_CANCEL);
    desk_wait_notice(desk, NULL, "The broadcast of order_update to “Bakers” was not sent.");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, OVER);
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    desk_wait_state(desk, "ada", "delivered*");
    desk_advance(desk, 11 * 60);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, "Nothing was sent: the question is more than ten minutes old.*");
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, OVER);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

static void
refresh(Desk *desk)
{
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
}

static void
test_template_changed_since(Desk *desk)
{
    open_shop(desk);
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    coex_sim_add_template(desk->sim,
                          "{\"name\":\"order_update\",\"language\":\"en_US\",\"category\":"
                          "\"MARKETING\",\"status\":\"APPROVED\",\"parameter_format\":"
                          "\"POSITIONAL\",\"components\":[{\"type\":\"BODY\",\"text\":\"Hi {{1}}, "
                          "your order {{2}} is ready.\"},{\"type\":\"FOOTER\",\"text\":\"Radhaus "
                          "Mitte\"}]}");
    refresh(desk);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL,
                     "Nothing was sent: since the question something has changed. WhatsApp has "
                     "made the template order_update, which was utility, one of marketing. *");
    plan_marketing(desk);
    coex_sim_pause_template(desk->sim, "we_miss_you");
    refresh(desk);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, "Nothing was sent: *WhatsApp does not offer the template *");
    assert_nothing_sent(desk);
}

/* ---- its end ---- */

/* None of it can leave, and the first of it has been tried. */
static void
begin_in_vain(Desk *desk)
{
    open_shop(desk);
    coex_sim_revoke_token(desk->sim);
    begin_order(desk);
    desk_wait_notice(desk, NULL, "Nothing can be sent: *");
    assert_nothing_sent(desk);
}

static void
test_stopped(Desk *desk)
{
    begin_in_vain(desk);
    plan_order(desk);
    desk_wait_notice(desk, NULL, "Nothing was sent: the broadcast * still runs, with 3 people *");
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, STOPPED_AT_ONCE);
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, "No broadcast runs.");
    wait_report(desk, "*: 3 people, 3 not sent. It was stopped.\nNot sent: Ada Lovelace, *");
    coex_sim_restore_token(desk->sim);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_nothing_sent(desk);
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    assert_each_got(desk, 1);
}

/* Before it is on disk that it begins. */
static void
test_stopped_at_once(Desk *desk)
{
    open_shop(desk);
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, STOPPED_AT_ONCE);
    assert_nothing_sent(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_nothing_sent(desk);
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
}

/* It is at WhatsApp, which is slow to refuse it. */
static void
test_stopped_while_it_is_sent(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };

    open_shop(desk);
    coex_sim_fail_next_late(desk->sim, 130429, 1000 * TEST_SLOWNESS);
    plan_for(desk, "order_update", order_values, ada);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person*");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    desk_wait_requests(desk, "messages", 1);
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, "* was stopped: WhatsApp has taken it for 0 of 1 person, 1 not *");
    wait_report(desk, "*: 1 person, 1 not sent. It was stopped.\nNot sent: Ada Lovelace\n");
    desk_say(desk, "ada", "Do not mind");
    desk_take(desk, "ada", "Do not mind");
    desk_wait_state(desk, "ada", "delivered*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

static void
fill_disk(Desk *desk, gboolean full)
{
    desk_ignore(desk, "*cannot be used after an error of its disk; it is tried again shortly.");
    desk_ignore(desk, "*disk*full*");
    desk_ignore(desk, "*could not be written*");
    desk_ignore(desk, "Reading or writing * failed: *");
    desk_limit_files(full ? 1024 : 0);
}

/* That it was stopped cannot be written down any more, and holds. */
static void
test_stopped_on_a_full_disk(Desk *desk)
{
    begin_in_vain(desk);
    fill_disk(desk, TRUE);
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, "The broadcast of order_update to “Bakers” was stopped: *");
    desk_logout(desk);
    fill_disk(desk, FALSE);
    coex_sim_restore_token(desk->sim);
    desk_login(desk);
    desk_wait_notice(desk, NULL, STOPPED_AT_ONCE);
    desk_wait_catalogue(desk);
    assert_nothing_sent(desk);
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, "No broadcast runs.");
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    assert_each_got(desk, 1);
}

/* WhatsApp has taken it, and that cannot be written down at first: it is, once there is room. */
static void
test_taken_on_a_full_disk(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };

    open_shop(desk);
    coex_sim_delay_next(desk->sim, 2000 * TEST_SLOWNESS);
    coex_sim_set_auto_status(desk->sim, FALSE);
    plan_for(desk, "order_update", order_values, ada);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person*");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    desk_wait_requests(desk, "messages", 1);
    fill_disk(desk, TRUE);
    desk_wait_notice(desk, NULL, DONE);
    fill_disk(desk, FALSE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Thank you"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Hi Ada Lovelace, *");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Thank you");
    wait_report(desk, "*: 1 person, 1 sent.\nSent: Ada Lovelace\n");
    take_part(desk, NULL);
    plan_for(desk, "order_update", order_values, ada);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it: *");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "* is done: WhatsApp has taken it for 1 of 1 person. *");
    desk_wait_catalogue(desk);
    wait_report(desk, "*: 1 person, 1 sent.\nSent: Ada Lovelace\n");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

static void
test_goes_on_after_a_restart(Desk *desk)
{
    begin_in_vain(desk);
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The broadcast * goes on, with 3 people to go.*");
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 3 people, 3 delivered.*");
    assert_each_got(desk, 1);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    assert_each_got(desk, 1);
}

static void
test_interrupted_for_long(Desk *desk)
{
    begin_in_vain(desk);
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_advance(desk, 2 * HOUR_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL,
                     "The broadcast * has ended early: WhatsApp has taken it for 0 of 3 people, "
                     "3 not sent. It was interrupted for more than an hour.\n*");
    desk_wait_catalogue(desk);
    assert_nothing_sent(desk);
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    assert_each_got(desk, 1);
}

/* What was sent before then lies ahead: it goes on, and nobody gets it again. */
static void
test_clock_set_back(Desk *desk)
{
    begin_in_vain(desk);
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_advance(desk, -3 * HOUR_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The broadcast * goes on, with 3 people to go.*");
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 3 people, 3 delivered.*");
    desk_wait_catalogue(desk);
    desk_wait_picture(desk, "none");
    desk_wait_blocks(desk, NULL, "");
    desk_advance(desk, -3 * HOUR_S);
    plan_order(desk);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it: *");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    assert_each_got(desk, 1);
}

/* ---- what WhatsApp says ---- */

/* In nobody's conversation, and not for /resend; the same command is for those alone. */
static void
test_failed(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    coex_sim_fail_next(desk->sim, 131021);
    begin_order(desk);
    take_parts(desk, 2);
    desk_wait_notice(desk, NULL, "The broadcast * is done: *");
    wait_report(desk, "*: 3 people, 1 delivered, 2 failed.\n*(code 1310*(code 1310*Delivered: *");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to send again.");
    coex_session_resend(desk->session, desk_name("ben"));
    desk_wait_notice(desk, "ben", "There is nothing to send again.");
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person*");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS "*");
    take_part(desk, NULL);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 1 person, 1 delivered.*");
}

/* ---- without an answer ---- */

/* A status settles it; what has none may have arrived, and is not sent again. */
static void
test_no_answer(Desk *desk)
{
    open_shop(desk);
    coex_sim_drop_next(desk->sim, TRUE);
    coex_sim_drop_next(desk->sim, FALSE);
    begin_order(desk);
    take_parts(desk, 2);
    desk_wait_notice(desk, NULL, "* is done: WhatsApp has taken it for * of 3 people, *");
    wait_report(desk, "*: 3 people, 2 delivered, 1 not confirmed.\n*may have arrived: *");
    coex_session_resend(desk->session, desk_name("ben"));
    desk_wait_notice(desk, "ben", "There is nothing to send again.");
    plan_order(desk);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it: *");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 2);
}

/* Statuses that name the message by WhatsApp's id alone, and before the answer. */
static void
test_early_statuses(Desk *desk)
{
    open_shop(desk);
    coex_sim_set_early_status(desk->sim, TRUE);
    coex_sim_set_callback_data(desk->sim, FALSE);
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 3 people, 3 delivered.\n*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/broadcast/to-a-group", test_to_a_group);
    desk_add("/broadcast/left-out", test_left_out);
    desk_add("/broadcast/prices", test_prices);
    desk_add("/broadcast/yes-to-what-was-asked", test_yes_to_what_was_asked);
    desk_add("/broadcast/template-changed-since", test_template_changed_since);
    desk_add("/broadcast/stopped", test_stopped);
    desk_add("/broadcast/stopped-at-once", test_stopped_at_once);
    desk_add("/broadcast/stopped-while-it-is-sent", test_stopped_while_it_is_sent);
    desk_add("/broadcast/stopped-on-a-full-disk", test_stopped_on_a_full_disk);
    desk_add("/broadcast/taken-on-a-full-disk", test_taken_on_a_full_disk);
    desk_add("/broadcast/goes-on-after-a-restart", test_goes_on_after_a_restart);
    desk_add("/broadcast/interrupted-for-long", test_interrupted_for_long);
    desk_add("/broadcast/clock-set-back", test_clock_set_back);
    desk_add("/broadcast/failed", test_failed);
    desk_add("/broadcast/no-answer", test_no_answer);
    desk_add("/broadcast/early-statuses", test_early_statuses);
    desk_add("/broadcast/the-same-again", test_the_same_again);
    return g_test_run();
}
