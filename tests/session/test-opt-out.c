// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* The hint beside what somebody wrote who may want no more messages. */

#define HINT "“*” is one of the opt-out words*"

static void
hear(Desk *desk, const char *who, const char *text)
{
    g_free(coex_sim_customer_sends(desk->sim, who, text));
    desk_wait_feed(desk, COEX_FEED_INBOUND, who, text);
}

static void
wait_hint(Desk *desk, const char *who, const char *word)
{
    g_autofree char *line = g_strdup_printf("“%s” is one of the opt-out words*", word);

    desk_wait_feed(desk, COEX_FEED_NOTICE, who, line);
}

static void
assert_hints(Desk *desk, const char *who, guint n)
{
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, who, HINT), ==, n);
}

/* Once until they write something else, also in another session; and nothing is different then. */
static void
test_once(Desk *desk)
{
    desk->config.opt_out_words = "STOP";
    desk_login(desk);
    hear(desk, "ada", "STOP");
    wait_hint(desk, "ada", "STOP");
    hear(desk, "ada", "stop!");
    assert_hints(desk, "ada", 1);
    hear(desk, "ben", " Stop.");
    wait_hint(desk, "ben", "STOP");
    desk_restart(desk);
    hear(desk, "ada", "STOP");
    assert_hints(desk, "ada", 0);
    hear(desk, "ada", "Or rather not");
    hear(desk, "ada", "Stop");
    wait_hint(desk, "ada", "STOP");
    g_assert_false(desk_view(desk, "ada")->no_marketing);
    desk_say(desk, "ada", "As you like");
    desk_take(desk, "ada", "As you like");
    desk_wait_state(desk, "ada", "delivered*");
}

/* The same delivery once more is nothing new. */
static void
test_again(Desk *desk)
{
    desk->config.opt_out_words = "STOP";
    desk_login(desk);
    coex_sim_duplicate_next(desk->sim, 2);
    hear(desk, "ada", "STOP");
    wait_hint(desk, "ada", "STOP");
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    assert_hints(desk, "ada", 1);
}

static void
test_own_words(Desk *desk)
{
    desk->config.opt_out_words = "stop, Abmelden,No more messages ,";
    desk_login(desk);
    hear(desk, "ada", "Please stop");
    hear(desk, "ada", "Stop it");
    assert_hints(desk, "ada", 0);
    hear(desk, "ada", "„ABMELDEN“");
    wait_hint(desk, "ada", "Abmelden");
    hear(desk, "ben", "no  more\nmessages 🙏");
    wait_hint(desk, "ben", "No more messages");
    hear(desk, "carla", "…");
    hear(desk, "carla", ",");
    assert_hints(desk, "carla", 0);
    /* a tap on a button */
    g_free(coex_sim_customer_sends_type(desk->sim, "carla", "button",
                                        "{\"payload\":\"x\",\"text\":\"Stop\"}"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "*Stop");
    wait_hint(desk, "carla", "stop");
    /* what the phone writes is no customer's */
    g_free(coex_sim_phone_sends(desk->sim, "dana", "STOP"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "dana", "STOP");
    assert_hints(desk, "dana", 0);
}

static void
test_off(Desk *desk)
{
    desk->config.opt_out_words = "";
    desk_login(desk);
    hear(desk, "ada", "STOP");
    assert_hints(desk, "ada", 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/opt-out/once", test_once);
    desk_add("/opt-out/again", test_again);
    desk_add("/opt-out/own-words", test_own_words);
    desk_add("/opt-out/off", test_off);
    return g_test_run();
}
