// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* How far what was sent has come: lines of the option `ticks`, and the list of /status. */

#define HOUR_S (60 * 60)

static void
log_in(Desk *desk, CoexTicks ticks)
{
    desk->config.ticks = ticks;
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
}

/* Sent and accepted. Its wamid. */
static char *
say(Desk *desk, const char *who, const char *text)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree char *accepted = g_strconcat("accepted*: ", text, NULL);

    desk_say(desk, who, text);
    request = desk_wait_sent(desk, who, text);
    desk_wait_state(desk, who, accepted);
    return g_steal_pointer(&request->wamid);
}

/* The last one. */
static void
read_last(Desk *desk, const char *who)
{
    g_autofree char *wamid = coex_sim_dup_last_sent(desk->sim, who);

    coex_sim_status(desk->sim, wamid, "read");
}

static void
assert_ticks(Desk *desk, const char *who, guint n)
{
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_TICK, who, "*"), ==, n);
}

/* ---- lines ---- */

static void
test_failures(Desk *desk)
{
    g_autofree char *wamid = NULL;

    log_in(desk, COEX_TICKS_FAILURES);
    wamid = say(desk, "ada", "Yes, until six.");
    coex_sim_status(desk->sim, wamid, "sent");
    coex_sim_status(desk->sim, wamid, "delivered");
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_state(desk, "ada", "read*");
    assert_ticks(desk, "ada", 0);
}

static void
test_read(Desk *desk)
{
    g_autofree char *one = NULL;
    g_autofree char *two = NULL;

    log_in(desk, COEX_TICKS_READ);
    one = say(desk, "ada", "Yes, until six.");
    two = say(desk, "ada", "On Sundays until noon.");
    coex_sim_status(desk->sim, one, "delivered");
    coex_sim_status(desk->sim, two, "delivered");
    coex_sim_status(desk->sim, one, "read");
    assert_ticks(desk, "ada", 0);
    coex_sim_status(desk->sim, two, "read");
    desk_wait_tick(desk, "ada", "Read ??:??.");
    /* once in a turn */
    g_free(say(desk, "ada", "And on holidays."));
    read_last(desk, "ada");
    desk_wait_state(desk, "ada", "read*: And on holidays.");
    assert_ticks(desk, "ada", 1);
    /* which their answer ends */
    desk_hear(desk, "ada", "Thank you");
    g_free(say(desk, "ada", "Any time"));
    read_last(desk, "ada");
    desk_wait_tick(desk, "ada", "Read ??:??.");
    assert_ticks(desk, "ada", 2);
}

/* Several that are read at once make one line, in whatever order that is told. */
static void
test_read_at_once(Desk *desk)
{
    g_auto(GStrv) wamids = g_new0(char *, 4);

    log_in(desk, COEX_TICKS_READ);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *text = g_strdup_printf("Number %u", i);

        wamids[i] = say(desk, "ada", text);
    }
    coex_sim_hold(desk->sim);
    for (guint i = 0; i < 3; i++)
        coex_sim_status(desk->sim, wamids[i], "read");
    coex_sim_release(desk->sim, COEX_SIM_REVERSED);
    desk_wait_tick(desk, "ada", "Read ??:??.");
    assert_ticks(desk, "ada", 1);
}

/* A reaction is no answer, and none of ours is a message. */
static void
test_reactions(Desk *desk)
{
    g_autofree char *wamid = NULL;

    log_in(desk, COEX_TICKS_READ);
    wamid = say(desk, "ada", "Yes, until six.");
    read_last(desk, "ada");
    desk_wait_tick(desk, "ada", "Read ??:??.");
    g_free(coex_sim_reacts(desk->sim, COEX_SIM_CUSTOMER, "ada", wamid, "👍"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They reacted with 👍*");
    coex_session_react(desk->session, desk_name("ada"), "👍");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "You reacted with 👍*");
    desk_take(desk, "ada", "reaction 👍");
    g_free(say(desk, "ada", "See you"));
    read_last(desk, "ada");
    desk_wait_state(desk, "ada", "read*: See you");
    assert_ticks(desk, "ada", 1);
}

/* What follows at once makes one line, what comes later the next. */
static void
test_all(Desk *desk)
{
    g_autofree char *wamid = NULL;

    log_in(desk, COEX_TICKS_ALL);
    wamid = say(desk, "ada", "Yes, until six.");
    coex_sim_begin_batch(desk->sim);
    coex_sim_status(desk->sim, wamid, "sent");
    coex_sim_status(desk->sim, wamid, "delivered");
    coex_sim_end_batch(desk->sim);
    desk_wait_tick(desk, "ada", "Delivered ??:??.");
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_tick(desk, "ada", "Read ??:??.");
    coex_sim_status(desk->sim, wamid, "played");
    desk_wait_tick(desk, "ada", "Played ??:??.");
    /* late, or once more */
    coex_sim_status(desk->sim, wamid, "delivered");
    coex_sim_status(desk->sim, wamid, "played");
    assert_ticks(desk, "ada", 3);
    desk_hear(desk, "ada", "Thank you");
    g_free(say(desk, "ada", "Any time"));
    g_free(wamid);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_status(desk->sim, wamid, "sent");
    desk_wait_tick(desk, "ada", "Sent ??:??.");
    assert_ticks(desk, "ada", 4);
}

/* Told before the answer to the send, and after a restart. */
static void
test_odd_times(Desk *desk)
{
    g_autofree char *wamid = NULL;

    log_in(desk, COEX_TICKS_ALL);
    coex_sim_set_auto_status(desk->sim, TRUE);
    coex_sim_set_early_status(desk->sim, TRUE);
    desk_say(desk, "ada", "Yes, until six.");
    desk_take(desk, "ada", "Yes, until six.");
    desk_wait_state(desk, "ada", "delivered*");
    desk_wait_tick(desk, "ada", "Delivered ??:??.");
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_restart(desk);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_tick(desk, "ada", "Read ??:??.");
    assert_ticks(desk, "ada", 1);
}

/* A colleague's message on the phone is not what was sent here. */
static void
test_phone(Desk *desk)
{
    g_autofree char *wamid = NULL;

    log_in(desk, COEX_TICKS_ALL);
    wamid = coex_sim_phone_sends(desk->sim, "ada", "I am at the shop");
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "I am at the shop");
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_state(desk, "ada", "read*");
    assert_ticks(desk, "ada", 0);
}

/* ---- /status ---- */

static void
wait_list(Desk *desk, const char *who, const char *glob)
{
    coex_session_list_sends(desk->session, desk_name(who));
    desk_wait_notice(desk, who, glob);
}

static void
test_list(Desk *desk)
{
    g_autofree char *one = NULL;
    g_autofree char *two = NULL;
    const char *held = "Sent to *, the newest last:\n??:?? “Any time”: held until they write";
    const char *all = "Sent to Ada Lovelace, the newest last:\n"
                      "??:?? “Yes, until six.”: sent ??:??, delivered ??:??, read ??:??\n"
                      "??:?? “On Sundays until noon.”: sent ??:??, failed ??:??: *(code 131026)\n"
                      "??:?? “And on holidays.”: failed ??:??: *(code 100*)";

    log_in(desk, COEX_TICKS_FAILURES);
    wait_list(desk, "ada", "Nothing was sent to Ada Lovelace from here.");
    one = say(desk, "ada", "Yes, until six.");
    wait_list(desk, "ada",
              "*\n??:?? “Yes, until six.”: accepted by WhatsApp, and nothing else is known yet");
    coex_sim_status(desk->sim, one, "sent");
    /* overtaken, and yet told */
    coex_sim_status(desk->sim, one, "read");
    coex_sim_status(desk->sim, one, "delivered");
    desk_wait_state(desk, "ada", "read*");
    desk_fence(desk);
    two = say(desk, "ada", "On Sundays until noon.");
    coex_sim_status(desk->sim, two, "sent");
    coex_sim_status_failed(desk->sim, two, 131026, NULL, NULL);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "On Sundays until noon.");
    coex_sim_fail_next(desk->sim, 100);
    desk_say(desk, "ada", "And on holidays.");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "And on holidays.");
    g_assert_true(coex_session_hold_text(desk->session, desk_name("dana"), "Any time", NULL));
    desk_wait_notice(desk, "dana", "*Any time*");
    wait_list(desk, "ada", all);
    wait_list(desk, "dana", held);
    desk_restart(desk);
    wait_list(desk, "ada", all);
    wait_list(desk, "dana", held);
    coex_session_describe(desk->session, desk_name("ada"));
    desk_wait_facts(desk, "ada",
                    "*\nSent 20* ??:??: failed ??:??: *: On Sundays until noon.\n"
                    "Sent 20* ??:??: read ??:??: Yes, until six.\n");
}

/* The last ten, and of another day with the day. */
static void
test_list_long(Desk *desk)
{
    g_autoptr(GString) all = g_string_new("Sent to Ada Lovelace, the newest last:");

    log_in(desk, COEX_TICKS_FAILURES);
    for (guint i = 0; i < 12; i++) {
        g_autofree char *text = g_strdup_printf("Number %u", i);

        g_free(say(desk, "ada", text));
        if (i >= 2)
            g_string_append_printf(all, "\n* ??:?? “%s”: accepted*", text);
    }
    desk_advance(desk, 30 * HOUR_S);
    wait_list(desk, "ada", all->str);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/ticks/failures", test_failures);
    desk_add("/ticks/read", test_read);
    desk_add("/ticks/read-at-once", test_read_at_once);
    desk_add("/ticks/reactions", test_reactions);
    desk_add("/ticks/all", test_all);
    desk_add("/ticks/odd-times", test_odd_times);
    desk_add("/ticks/phone", test_phone);
    desk_add("/ticks/list", test_list);
    desk_add("/ticks/list-long", test_list_long);
    return g_test_run();
}
