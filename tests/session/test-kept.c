// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* What several texts that are kept are said to be, and what becomes of them. */

static const char *const texts[] = { "one", "two", "three", "four" };

static void
open_desk(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
type_all(Desk *desk, guint n)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(all, "%s%s", i > 0 ? "\n" : "", texts[i]);
        desk_send(desk, "dana", texts[i]);
        desk_wait_prompt(desk, "dana", all->str);
    }
}

static void
take_all(Desk *desk, guint n)
{
    for (guint i = 0; i < n; i++) {
        desk_wait_feed(desk, COEX_FEED_SENT, "dana", texts[i]);
        desk_take(desk, "dana", texts[i]);
    }
}

static void
ask_status(Desk *desk, const char *glob)
{
    coex_session_list_sends(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", glob);
}

/* Four texts wait for a choice, and the person writes: one line, over a restart one list, and one
 * command for all of them. */
static void
test_opened(Desk *desk)
{
    open_desk(desk);
    type_all(desk, 4);
    desk_hear(desk, "dana", "Hello?");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana",
                   "Not sent yet, and kept: “one”, “two”, “three” and 1 more. The window is open "
                   "again, so they can be sent now: /resend sends them, /discard drops the last.");
    desk_wait_prompt_over(desk, "dana");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "dana", "*"), ==, 2);
    ask_status(desk, "Sent to *“one”: not sent, and kept*“four”: not sent, and kept");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_list_held(desk->session, desk_name("dana"));
    for (guint i = 0; i < 4; i++) {
        g_autofree char *line = g_strdup_printf("Kept for *; /resend sends it: %s", texts[i]);

        desk_wait_notice(desk, "dana", line);
    }
    desk_resend(desk, "dana");
    take_all(desk, 4);
    desk_wait_state(desk, "dana", "delivered*four");
    desk_assert_nothing_kept(desk, "dana");
    coex_session_list_held(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Nothing is held.");
    desk_hear(desk, "dana", "Thanks");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 4);
}

/* The program ended before a choice: one line for all, and one question when they are sent. */
static void
test_undecided(Desk *desk)
{
    open_desk(desk);
    type_all(desk, 4);
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana",
                   "Not sent yet, and kept: “one”, “two”, “three” and 1 more. The 24-hour window "
                   "was closed when they were typed: /template offers the templates, /resend asks "
                   "again, /discard drops the last.");
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "dana", "*"), ==, 1);
    ask_status(desk, "Sent to *“one”: not sent, and kept*“four”: not sent, and kept");
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_prompt(desk, "dana", "one\ntwo\nthree\nfour");
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent yet, and kept: “one”, “two”, *");
    desk_wait_catalogue(desk);
    desk_hear(desk, "dana", "Hello?");
    desk_resend(desk, "dana");
    take_all(desk, 4);
    desk_wait_state(desk, "dana", "delivered*four");
    desk_assert_nothing_kept(desk, "dana");
}

/* One alone; its status gives no good news as a reason. */
static void
test_opened_for_one(Desk *desk)
{
    open_desk(desk);
    type_all(desk, 1);
    desk_hear(desk, "dana", "Hello?");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana",
                   "Not sent yet, and kept: “one”. The window is open again, so it can be sent "
                   "now: /resend sends it, /discard drops it.");
    desk_wait_prompt_over(desk, "dana");
    ask_status(desk, "Sent to *“one”: not sent, and kept");
    desk_restart(desk);
    ask_status(desk, "Sent to *“one”: not sent, and kept");
    coex_session_discard(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Discarded: one");
    desk_assert_nothing_kept(desk, "dana");
}

/* Of one text nothing is known, of the next neither: what is sent again behind it says that it
 * waits, and when it left; what else is kept is said below it. */
static void
test_behind_unclear(Desk *desk)
{
    open_desk(desk);
    desk_hear(desk, "ada", "Hello");
    desk_say_in_vain(desk, "ada", "Older", 131026);
    desk_fence(desk);
    desk_advance(desk, 3 * 60 * 60);
    desk_say_in_vain(desk, "ada", "Again", 131026);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "Unclear");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: Unclear*");
    desk_take(desk, "ada", "Unclear");
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Kept for Ada*; /resend sends it: Older");
    desk_wait_notice(desk, "ada", "Kept for Ada*; /resend sends it: Again");
    desk_wait_notice(desk, "ada",
                     "It is not clear whether this was sent to Ada*, and its confirmation is "
                     "awaited: Unclear");
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Again");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Waits until it is clear *: Again");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Another one is kept; /resend sends it*: Older");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_sim_set_auto_status(desk->sim, TRUE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Are you there?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Are you there?");
    {
        g_autofree char *wamid = coex_sim_dup_last_sent(desk->sim, "ada");

        coex_sim_status(desk->sim, wamid, "delivered");
    }
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Unclear");
    desk_take(desk, "ada", "Again");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Again");
    desk_wait_state(desk, "ada", "delivered*Again");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 4);
}

/* Of several texts a template carries one: each has a line that says where it is. */
static void
test_carried(Desk *desk)
{
    const char *const values[] = { "two", "A-17", NULL };

    open_desk(desk);
    type_all(desk, 3);
    coex_session_send_template(desk->session, desk_name("dana"),
                               desk_template(desk, "order_update", "en_US"), values, NULL);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: one");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Sent in the template: two");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: three");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi two*");
    desk_wait_prompt_over(desk, "dana");
    desk_wait_state(desk, "dana", "delivered*Hi two*");
    desk_hear(desk, "dana", "Thanks");
    desk_assert_nothing_kept(desk, "dana");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/kept/opened", test_opened);
    desk_add("/kept/undecided", test_undecided);
    desk_add("/kept/opened-for-one", test_opened_for_one);
    desk_add("/kept/behind-unclear", test_behind_unclear);
    desk_add("/kept/carried", test_carried);
    return g_test_run();
}
