// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* How people are called: two of one name, imitators, and nicks that pass on. */

static void
assert_alias(Desk *desk, const char *who, const char *alias)
{
    g_assert_cmpstr(desk_view(desk, who)->alias, ==, alias);
}

/* Each carries the end of the number, in every login and whoever wrote last; and the name alone
 * again once the other is called otherwise. */
static void
test_namesakes(Desk *desk)
{
    desk_login(desk);
    coex_sim_set_name(desk->sim, "ada", "Anna Maier");
    coex_sim_set_name(desk->sim, "ben", "Anna Maier");
    desk_hear(desk, "ada", "I am Anna");
    assert_alias(desk, "ada", "Anna Maier");
    desk_hear(desk, "ben", "So am I");
    assert_alias(desk, "ada", "Anna Maier (0101)");
    assert_alias(desk, "ben", "Anna Maier (0112)");
    desk_hear(desk, "ada", "I wrote last");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, "2 people wait *: Anna Maier (01*), Anna Maier (01*).");
    assert_alias(desk, "ada", "Anna Maier (0101)");
    assert_alias(desk, "ben", "Anna Maier (0112)");
    coex_session_hold_text(desk->session, desk_name("ben"), "For the second", NULL);
    desk_wait_notice(desk, "ben", "Held until Anna Maier (0112) writes*");
    coex_sim_set_name(desk->sim, "ben", "Ben");
    desk_hear(desk, "ben", "Married");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ben", "For the second");
    coex_sim_request_free(desk_wait_sent(desk, "ben", "For the second"));
    assert_alias(desk, "ada", "Anna Maier");
    assert_alias(desk, "ben", "Ben");
}

/* As many digits as it takes; the same ones after a login, though the first took the name last. */
static void
test_namesakes_with_one_end(Desk *desk)
{
    coex_sim_add_customer(desk->sim, "moved", "+12025990112", NULL, "Anna Maier");
    desk_ignore(desk, "* wait* for an answer*");
    desk_login(desk);
    desk_hear(desk, "ben", "Not Anna yet");
    coex_sim_set_name(desk->sim, "ada", "anna maier ");
    desk_hear(desk, "ada", "Anna");
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Anna too"));
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "12025990112", "Anna too");
    coex_sim_set_name(desk->sim, "ben", "Anna Maier");
    desk_hear(desk, "ben", "Now Anna");
    for (guint i = 0; i < 2; i++) {
        assert_alias(desk, "ben", "Anna Maier (0112)");
        g_assert_cmpstr(desk_view(desk, "12025990112")->alias, ==, "Anna Maier (90112)");
        desk_restart(desk);
    }
}

/* Whose name reads as what we say of others carries the end of the number as well, also alone. */
static void
test_namesakes_imitated(Desk *desk)
{
    static const char *const names[] = {
        "Anna Maier (0101)",
        "Anna Maier (0101) ",
        "Anna Maier \xef\xbc\x88\xef\xbc\x90\xef\xbc\x91\xef\xbc\x90\xef\xbc\x91\xef\xbc\x89",
        "Anna Maier (0101)\xe2\x80\x8b",
        "+1 202 555 0101",
        "\357\274\21312025550101",
        "12025550101",
        "\xe2\x80\x8b@carla.k",
    };

    desk_ignore(desk, "* wait* for an answer*");
    desk_login(desk);
    coex_sim_set_name(desk->sim, "ada", "Anna Maier");
    desk_hear(desk, "ada", "I am Anna");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        coex_sim_set_name(desk->sim, "ben", names[i]);
        desk_hear(desk, "ben", "So am I");
        g_assert_true(g_str_has_suffix(desk_view(desk, "ben")->alias, " (0112)"));
        assert_alias(desk, "ada", "Anna Maier");
    }
    coex_sim_set_name(desk->sim, "ben", "Anna\xe2\x80\x8b Maier");
    desk_hear(desk, "ben", "Nor with what nobody sees");
    assert_alias(desk, "ada", "Anna Maier (0101)");
    /* nobody's end of a number is only letters, which a name may well end with */
    coex_sim_set_name(desk->sim, "ben", "Anna Maier (Berlin)");
    desk_hear(desk, "ben", "From Berlin");
    assert_alias(desk, "ben", "Anna Maier (Berlin)");
    coex_sim_add_customer(desk->sim, "eve", NULL, "DE.7Q21abcDEFghi", "Anna Maier");
    g_free(coex_sim_customer_sends(desk->sim, "eve", "Without a number"));
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "DE.7Q21abcDEFghi", "Without a number");
    g_assert_cmpstr(desk_view(desk, "DE.7Q21abcDEFghi")->alias, ==, "Anna Maier (1abcDEFghi)");
    coex_sim_set_name(desk->sim, "ben", "Anna Maier (0101)");
    desk_hear(desk, "ben", "I am she");
    desk_restart(desk);
    assert_alias(desk, "ben", "Anna Maier (0101) (0112)");
    assert_alias(desk, "ada", "Anna Maier (0101)");
}

/* Nicks tell them apart. */
static void
test_namesakes_with_nicks(Desk *desk)
{
    desk->config.nick_style = COEX_NICKS_NAMES;
    desk_login(desk);
    coex_sim_set_name(desk->sim, "ada", "Anna Maier");
    coex_sim_set_name(desk->sim, "ben", "Anna Maier");
    desk_hear(desk, "ada", "I am Anna");
    desk_hear(desk, "ben", "So am I");
    assert_alias(desk, "ada", "Anna Maier");
    assert_alias(desk, "ben", "Anna Maier");
    g_assert_cmpstr(desk_view(desk, "ada")->nick, !=, desk_view(desk, "ben")->nick);
}

static Desk *
desk_of_nicks(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = "+447700900200",
        .phone_number_id = "318800000000200",
        .key = "made-up-other-key",
        .app_secret = "made-up-second-app-secret",
        .webhook_header = "X-Coex-Secret: made-up-second-secret-5d",
    };
    Desk *other = desk_new_beside(desk, &identity);

    desk_ignore(desk, "* wait* for an answer*");
    desk->config.nick_style = other->config.nick_style = COEX_NICKS_NAMES;
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_login(other);
    desk_hear(other, "ben", "Hello");
    desk_wait_catalogue(other);
    g_assert_cmpstr(desk_view(other, "ben")->nick, ==, "BenWhitaker");
    return other;
}

static gboolean
ada_has_it(Desk *desk)
{
    return g_strcmp0(desk_view(desk, "ada")->nick, "benwhitaker") == 0;
}

/* The user calls somebody by it who is another number's; it goes nowhere else any more. */
static void
give_away(Desk *desk)
{
    coex_session_take_nick(desk->session, desk_name("ada"), "benwhitaker");
    desk_wait_until(desk, ada_has_it, "the nick");
}

static void
assert_given_away(Desk *desk, Desk *other)
{
    g_assert_cmpstr(desk_view(other, "ben")->nick, ==, "BenWhitaker0112");
    desk_hear(other, "ben", "What am I called?");
    desk_logout(desk);
    desk_logout(other);
    desk_login(other);
    desk_login(desk);
    g_assert_cmpstr(desk_view(other, "ben")->nick, ==, "BenWhitaker0112");
    g_assert_true(ada_has_it(desk));
    desk_fence(other);
    desk_logout(other);
}

static void
test_nick_of_somebody_here(Desk *desk)
{
    g_autoptr(Desk) other = desk_of_nicks(desk);

    give_away(desk);
    desk_hear(other, "ben", "And I?");
    assert_given_away(desk, other);
}

static void
test_nick_of_somebody_off(Desk *desk)
{
    g_autoptr(Desk) other = desk_of_nicks(desk);

    desk_logout(other);
    give_away(desk);
    desk_login(other);
    assert_given_away(desk, other);
}

static gboolean
has_loaded(Desk *desk)
{
    return desk_count(desk, DESK_PROGRESS, NULL, "Checking the access") > 0;
}

static gboolean
is_online(Desk *desk)
{
    return desk_count(desk, DESK_ONLINE, NULL, "*") > 0;
}

/* Read before, and online after. */
static void
test_nick_of_somebody_coming(Desk *desk)
{
    g_autoptr(Desk) other = desk_of_nicks(desk);

    desk_logout(other);
    coex_sim_aim(other->sim, NULL);
    coex_sim_delay_next(other->sim, 1000);
    desk_start(other);
    desk_wait_until(other, has_loaded, "its people");
    give_away(desk);
    g_assert_false(is_online(other));
    desk_wait_until(other, is_online, "the login");
    assert_given_away(desk, other);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/names/namesakes", test_namesakes);
    desk_add("/names/namesakes-with-one-end", test_namesakes_with_one_end);
    desk_add("/names/namesakes-imitated", test_namesakes_imitated);
    desk_add("/names/namesakes-with-nicks", test_namesakes_with_nicks);
    desk_add("/names/nick-of-somebody-here", test_nick_of_somebody_here);
    desk_add("/names/nick-of-somebody-off", test_nick_of_somebody_off);
    desk_add("/names/nick-of-somebody-coming", test_nick_of_somebody_coming);
    return g_test_run();
}
