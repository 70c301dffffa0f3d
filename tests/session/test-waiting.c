// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#define MINUTE_S 60
#define HOUR_S (60 * MINUTE_S)
#define DAY_S (24 * HOUR_S)

static gboolean
waits(Desk *desk, const char *who)
{
    return desk_view(desk, who)->waiting_since > 0;
}

static gboolean
nobody_waits(Desk *desk)
{
    return !waits(desk, "ada") && !waits(desk, "ben");
}

/* Answered from here, from the phone, by a template; asked again; over restarts. */
static void
test_who(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };
    gint64 since;

    desk->strict &= ~(1u << DESK_FEED);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    desk_hear(desk, "ben", "And mine?");
    since = desk_view(desk, "ada")->waiting_since;
    g_assert_cmpint(since, >, 0);
    desk_advance(desk, 3 * HOUR_S);
    desk_hear(desk, "ada", "Hello?");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, ==, since);
    desk_restart(desk);
    desk_wait_notice(desk, NULL,
                     "2 people wait for an answer, the longest for 3 h: Ada Lovelace, "
                     "Ben Whitaker.");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, ==, since);

    desk_wait_catalogue(desk);
    desk_send(desk, "ada", "Yes, it is");
    desk_take(desk, "ada", "Yes, it is");
    desk_advance(desk, MINUTE_S);
    g_free(coex_sim_phone_sends(desk->sim, "ben", "Yours too"));
    desk_wait_until(desk, nobody_waits, "the answers");
    desk_restart(desk);
    g_assert_true(nobody_waits(desk));
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*Ada*"), ==, 0);

    desk_wait_catalogue(desk);
    desk_advance(desk, MINUTE_S);
    desk_hear(desk, "ben", "Thank you!");
    g_assert_true(waits(desk, "ben"));
    coex_session_send_template(desk->session, desk_name("ben"),
                               desk_template(desk, "order_update", "en_US"), values, NULL);
    desk_wait_until(desk, nobody_waits, "the template");
}

/* A thumb up asks for nothing; what did not arrive is no answer; after a week nobody counts. */
static void
test_what(Desk *desk)
{
    desk->strict &= ~(1u << DESK_FEED);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends_type(
        desk->sim, "ada", "reaction",
        "{\"message_id\":\"wamid.bm90IGtub3duIHRvIGFueWJvZHk=\",\"emoji\":\"\xf0\x9f\x91\x8d\"}"));
    desk_wait_window(desk, "ada", TRUE);
    g_assert_false(waits(desk, "ada"));
    desk_hear(desk, "ben", "Hello");
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_send(desk, "ben", "Nobody hears this");
    desk_wait_any_feed(desk, COEX_FEED_FAILED, "ben", "Nobody hears this");
    desk_fence(desk);
    g_assert_true(waits(desk, "ben"));
    desk_ignore(desk, "The last webhook came *");
    desk_advance(desk, 8 * DAY_S);
    desk_restart(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*Ben*"), ==, 0);
    g_assert_false(waits(desk, "ben"));
}

/* ---- not read ---- */

static gboolean
is_unread(Desk *desk, const char *who)
{
    return desk_view(desk, who)->unread_since > 0;
}

static gboolean
ada_is_unread(Desk *desk)
{
    return is_unread(desk, "ada");
}

static gboolean
ada_is_read(Desk *desk)
{
    return !is_unread(desk, "ada");
}

static gboolean
ben_is_unread(Desk *desk)
{
    return is_unread(desk, "ben");
}

static gboolean
ben_is_read(Desk *desk)
{
    return !is_unread(desk, "ben");
}

static void
look_at_ada(Desk *desk)
{
    desk_wait_until(desk, ada_is_unread, "the mark");
    coex_session_mark_seen(desk->session, desk_name("ada"));
    desk_wait_until(desk, ada_is_read, "the look");
}

static guint
count_lines(Desk *desk)
{
    desk_fence(desk);
    return desk_count(desk, DESK_NOTICE, NULL, "*for an answer*") +
           desk_count(desk, DESK_NOTICE, NULL, "Not read yet*");
}

/* Until it is looked at, here or on the phone; what comes once more is not new; over restarts. */
static void
test_unread(Desk *desk)
{
    desk->strict &= ~(1u << DESK_FEED);
    desk->config.tells_seen = TRUE;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    look_at_ada(desk);
    coex_sim_redeliver_last(desk->sim);
    desk_hear(desk, "ben", "And mine?");
    desk_wait_until(desk, ben_is_unread, "the mark");
    g_assert_false(is_unread(desk, "ada"));
    g_assert_true(waits(desk, "ada"));
    desk_restart(desk);
    desk_wait_notice(desk, NULL,
                     "2 people wait for an answer, the longest for *: Ada Lovelace, Ben Whitaker. "
                     "Not read yet: Ben Whitaker.");
    g_assert_true(is_unread(desk, "ben"));
    desk_wait_catalogue(desk);
    desk_advance(desk, MINUTE_S);
    g_free(coex_sim_phone_sends(desk->sim, "ben", "Yours too"));
    desk_wait_until(desk, ben_is_read, "the answer on the phone");
    /* a mark on one of our messages asks for no answer, but was not seen */
    g_free(coex_sim_customer_sends_type(
        desk->sim, "ben", "reaction",
        "{\"message_id\":\"wamid.bm90IGtub3duIHRvIGFueWJvZHk=\",\"emoji\":\"\xf0\x9f\x91\x8d\"}"));
    desk_wait_until(desk, ben_is_unread, "the mark");
    g_assert_false(waits(desk, "ben"));
    desk_send(desk, "ada", "Yes, it is");
    desk_take(desk, "ada", "Yes, it is");
    desk_wait_state(desk, "ada", "delivered*");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "Not read yet: Ben Whitaker.");
}

/* Without a chat program that tells, nothing is ever unread. */
static void
test_shown_is_seen(Desk *desk)
{
    desk->strict &= ~(1u << DESK_FEED);
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_fence(desk);
    g_assert_false(is_unread(desk, "ada"));
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "2 people wait *: Ada Lovelace, *.");
    g_assert_false(is_unread(desk, "ada"));
}

/* Who wrote while the account was off stands in the line too. */
static void
test_kept(Desk *desk)
{
    const CoexSimIdentity identity = { .number = "+447700900199",
                                       .phone_number_id = "3188000",
                                       .key = "made-up-other-key" };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);

    desk->strict &= ~(1u << DESK_FEED);
    desk->config.tells_seen = TRUE;
    desk_login(other);
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    look_at_ada(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Is nobody there?"));
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    desk_login(desk);
    desk_wait_notice(desk, NULL,
                     "2 people wait for an answer, *: Ada Lovelace, Ben Whitaker. Not read yet: "
                     "Ben Whitaker.");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ben", "Is nobody there?");
    desk_logout(desk);

    /* its windows are gone with the program, and soon after it is there again */
    desk->config.run++;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "2 people wait for an answer, *");
    desk_logout(desk);
}

/* The same people are told again in a new run only, and in one that flaps not within 10 minutes;
 * somebody new at once. Each as the user calls them. */
static void
test_once(Desk *desk)
{
    desk->strict &= ~(1u << DESK_FEED);
    desk->config.run = 1;
    desk->config.nick_style = COEX_NICKS_NAMES;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "1 person waits for an answer, for *: AdaLovelace.");
    desk_wait_catalogue(desk);
    desk_logout(desk);
    /* the network was away, in the same run: that only time passed is no news */
    desk_advance(desk, 20 * HOUR_S);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(count_lines(desk), ==, 0);
    coex_session_take_nick(desk->session, desk_name("ada"), "countess");
    desk_logout(desk);
    /* a day of absence */
    desk->config.run = 2;
    desk_advance(desk, HOUR_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "2 people wait for an answer, the longest for 21 h: countess, *.");
    desk_wait_catalogue(desk);
    desk_logout(desk);
    desk->config.run = 3;
    desk_advance(desk, 5 * MINUTE_S);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(count_lines(desk), ==, 0);
    desk_hear(desk, "ben", "Hello");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "3 people wait for an answer, *: countess, *, BenWhitaker.");
}

static void
test_remind(Desk *desk)
{
    desk->config.remind = TRUE;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    desk_hear(desk, "ben", "Hello");
    desk_send(desk, "ben", "Hello");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ben", "Hello");
    desk_take(desk, "ben", "Hello");
    desk_wait_state(desk, "ben", "delivered*");
    desk_logout(desk);
    desk_advance(desk, 23 * HOUR_S - 4); /* the hour begins soon after the login */
    desk_login(desk);
    desk_wait_notice(desk, NULL,
                     "Ada Lovelace waits for an answer, for * now. The 24-hour window closes at *");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Ada Lovelace waits*"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Ben Whitaker waits*"), ==, 0);
}

/* Where WhatsApp has not told its time yet, a clock that is behind knows of no time that was
 * waited.
 */
static void
test_clock_behind(Desk *desk)
{
    desk->config.recall = 4;
    desk_ignore(desk, "This computer's clock *");
    desk_ignore(desk, "Could not reach *");
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    desk_hear(desk, "ben", "And mine?");
    desk_logout(desk);
    desk_advance(desk, 3 * HOUR_S);
    coex_sim_set_down(desk->sim, TRUE);
    desk_set_clock_ahead(desk, -25 * HOUR_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "2 people wait for an answer: Ada Lovelace, Ben Whitaker.");
    /* and what was written later than it says stands above what opens a conversation */
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Nothing is held.");
    desk_wait_past(desk, "ada", "in: Is my bike ready?");
    coex_sim_set_down(desk->sim, FALSE);
}

/* Whose name is not known is called as the user calls them, where that is not by the number. */
static void
test_unnamed(Desk *desk)
{
    desk->config.nick_style = COEX_NICKS_NAMES;
    desk_login(desk);
    coex_session_hold_text(desk->session, desk_name("dana"), "Come by", NULL);
    desk_wait_notice(desk, "dana", "Held until +* writes (*): Come by");
    coex_session_take_nick(desk->session, desk_name("dana"), "Bob");
    coex_session_hold_text(desk->session, desk_name("dana"), "At five", NULL);
    desk_wait_notice(desk, "dana", "Held until Bob writes (*): At five");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_hold_text(desk->session, desk_name("dana"), "Or at six", NULL);
    desk_wait_notice(desk, "dana", "Held until Bob writes (*): Or at six");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/waiting/who", test_who);
    desk_add("/waiting/what", test_what);
    desk_add("/waiting/unread", test_unread);
    desk_add("/waiting/shown-is-seen", test_shown_is_seen);
    desk_add_at(DESK_ONLY_META, "/waiting/kept", test_kept);
    desk_add("/waiting/once", test_once);
    desk_add("/waiting/remind", test_remind);
    desk_add("/waiting/clock-behind", test_clock_behind);
    desk_add("/waiting/unnamed", test_unnamed);
    return g_test_run();
}
