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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/waiting/who", test_who);
    desk_add("/waiting/what", test_what);
    desk_add("/waiting/remind", test_remind);
    return g_test_run();
}
