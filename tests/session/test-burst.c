// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* What comes in a burst: several reactions to one message are one line, told once, and an album is
 * shown in order. */

#define FROM_ADA "\"from\":\"12025550101\","
#define TEXT(text) "\"type\":\"text\",\"text\":{\"body\":\"" text "\"}"
#define REACT(emoji)                                                                               \
    "\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid.open\",\"emoji\":\"" emoji "\"}"

static void
wait_record(Desk *desk, const char *text)
{
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", text);
}

/* What they react to. */
static char *
say_open(Desk *desk)
{
    char *wamid = coex_sim_phone_sends(desk->sim, "ada", "We are open");

    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "We are open");
    return wamid;
}

static void
ada_reacts(Desk *desk, const char *wamid, const char *emoji)
{
    g_free(coex_sim_reacts(desk->sim, COEX_SIM_CUSTOMER, "ada", wamid, emoji));
}

static void
phone_reacts(Desk *desk, const char *wamid, const char *emoji)
{
    g_free(coex_sim_reacts(desk->sim, COEX_SIM_PHONE, "ada", wamid, emoji));
}

/* What she writes next is the next line, in this login and in another. */
static void
assert_no_more(Desk *desk)
{
    for (guint i = 0; i < 2; i++) {
        g_assert_true(coex_sim_wait_delivered(desk->sim, 10000));
        if (i > 0)
            desk_restart(desk);
        g_free(coex_sim_customer_sends(desk->sim, "ada", "No more"));
        desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "No more");
    }
}

/* The last of each side counts, in whichever order they come. */
static void
test_changed(Desk *desk)
{
    g_autofree char *open = NULL;

    desk_login(desk);
    open = say_open(desk);
    coex_sim_begin_batch(desk->sim);
    ada_reacts(desk, open, "👍");
    ada_reacts(desk, open, "😂");
    ada_reacts(desk, open, "❤️");
    coex_sim_end_batch(desk->sim);
    wait_record(desk, "They reacted with ❤️ to “We are open”.");
    coex_sim_begin_batch(desk->sim);
    ada_reacts(desk, open, "😮");
    ada_reacts(desk, open, NULL);
    coex_sim_end_batch(desk->sim);
    wait_record(desk, "They took back their reaction ❤️ to “We are open”.");
    ada_reacts(desk, open, "🎉");
    wait_record(desk, "They reacted with 🎉 to “We are open”.");
    /* back again before anybody saw it */
    coex_sim_begin_batch(desk->sim);
    ada_reacts(desk, open, "😮");
    ada_reacts(desk, open, "🎉");
    coex_sim_end_batch(desk->sim);
    assert_no_more(desk);
    coex_session_recall(desk->session, desk_name("ada"), 20, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "phone: We are open\nnotice: They reacted with ❤️ to “We are open”.\n"
                   "notice: They took back their reaction ❤️ to “We are open”.\n"
                   "notice: They reacted with 🎉 to “We are open”.\nin: No more\nin: No more");
}

/* Both sides' stand in one line; another message's in another. */
static void
test_both_sides(Desk *desk)
{
    g_autofree char *open = NULL;
    g_autofree char *hello = NULL;

    desk_login(desk);
    open = say_open(desk);
    hello = coex_sim_customer_sends(desk->sim, "ada", "Hello");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    coex_sim_begin_batch(desk->sim);
    ada_reacts(desk, open, "👍");
    phone_reacts(desk, hello, "👋");
    phone_reacts(desk, open, "😂");
    phone_reacts(desk, open, "🙏");
    coex_sim_end_batch(desk->sim);
    wait_record(desk, "Reacted on the phone with 👋 to “Hello”.");
    wait_record(desk, "They reacted with 👍 to “We are open”. Reacted on the phone with 🙏 to “We "
                      "are open”.");
    assert_no_more(desk);
}

/* Older ones that come later, in one delivery and in several. */
static void
test_shuffled(Desk *desk)
{
    desk_login(desk);
    desk_deliver(desk, "", "hi", 60, FROM_ADA TEXT("Hello there"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello there");
    coex_sim_begin_batch(desk->sim);
    desk_deliver(desk, "", "r3", 30, FROM_ADA REACT("❤️"));
    desk_deliver(desk, "", "r1", 50, FROM_ADA REACT("👍"));
    coex_sim_end_batch(desk->sim);
    desk_deliver(desk, "", "r2", 40, FROM_ADA REACT("😂"));
    desk_deliver(desk, "", "r3", 30, FROM_ADA REACT("❤️"));
    wait_record(desk, "They reacted with ❤️ to [a message not seen here].");
    desk_deliver(desk, "", "r3", 30, FROM_ADA REACT("❤️"));
    desk_deliver(desk, "", "r2", 40, FROM_ADA REACT("😂"));
    assert_no_more(desk);
}

/* Each in a delivery of its own: it takes luck that the second comes while the first is held. */
#define TRIES 40

static gboolean
react_apart(Desk *desk)
{
    g_autofree char *open = say_open(desk);
    guint n_lines = 0;
    const DeskEvent *line;

    ada_reacts(desk, open, "👍");
    ada_reacts(desk, open, "❤️");
    do {
        line = desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They reacted with *");
        n_lines++;
    } while (!g_str_has_prefix(line->text, "They reacted with ❤️"));
    return n_lines == 1;
}

static void
test_apart(Desk *desk)
{
    guint n = 0;

    desk_login(desk);
    while (!react_apart(desk))
        g_assert_cmpuint(++n, <, TRIES);
    assert_no_more(desk);
}

/* What the same person writes next comes after it. */
static void
test_amid(Desk *desk)
{
    g_autofree char *open = NULL;

    desk_login(desk);
    open = say_open(desk);
    coex_sim_begin_batch(desk->sim);
    ada_reacts(desk, open, "👍");
    ada_reacts(desk, open, "❤️");
    coex_sim_end_batch(desk->sim);
    desk_hear(desk, "ben", "I do not wait");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Nor do I"));
    wait_record(desk, "They reacted with ❤️ to “We are open”.");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Nor do I");
    assert_no_more(desk);
}

/* The account goes and comes, most likely while it is held: nothing is lost, and it is one line. */
static void
test_restart(Desk *desk)
{
    const char *line = "They reacted with ❤️ to “We are open”.";
    g_autofree char *open = NULL;
    guint n_before;

    desk_login(desk);
    open = say_open(desk);
    coex_sim_begin_batch(desk->sim);
    ada_reacts(desk, open, "👍");
    ada_reacts(desk, open, "❤️");
    coex_sim_end_batch(desk->sim);
    g_assert_true(coex_sim_wait_delivered(desk->sim, 10000));
    desk_logout(desk);
    n_before = desk_count(desk, DESK_FEED, "ada", "They reacted*");
    desk_login(desk);
    if (n_before == 0)
        wait_record(desk, line);
    assert_no_more(desk);
}

/* ---- albums ---- */

#define PICTURE(caption)                                                                           \
    "\"type\":\"image\",\"image\":{\"id\":\"1\",\"mime_type\":\"image/"                            \
    "jpeg\",\"caption\":\"" caption "\"}"

static void
wait_line(Desk *desk, const char *text)
{
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);
}

/* Its pictures are shown in the order of their times, and what was written meanwhile among them;
 * nobody waits for more after that. */
static void
test_album(Desk *desk)
{
    desk_login(desk);
    coex_sim_begin_batch(desk->sim);
    desk_deliver(desk, "", "p3", 10, FROM_ADA PICTURE("third"));
    desk_deliver(desk, "", "p1", 12, FROM_ADA PICTURE("first"));
    desk_deliver(desk, "", "p2", 11, FROM_ADA PICTURE("second"));
    coex_sim_end_batch(desk->sim);
    wait_line(desk, "*first");
    wait_line(desk, "*second");
    wait_line(desk, "*third");
    coex_sim_begin_batch(desk->sim);
    desk_deliver(desk, "", "p5", 5, FROM_ADA PICTURE("fifth"));
    desk_deliver(desk, "", "p4", 6, FROM_ADA PICTURE("fourth"));
    coex_sim_end_batch(desk->sim);
    desk_deliver(desk, "", "t1", 4, FROM_ADA TEXT("Which one is best?"));
    desk_hear(desk, "ben", "I do not wait");
    wait_line(desk, "*fourth");
    wait_line(desk, "*fifth");
    wait_line(desk, "Which one is best?");
    assert_no_more(desk);
}

static gboolean
show_apart(Desk *desk, guint n)
{
    g_autofree char *second = g_strdup_printf("second-%u", n);
    g_autofree char *first = g_strdup_printf("first-%u", n);
    const DeskEvent *line;

    desk_deliver(desk, "", second, 10, FROM_ADA PICTURE("second"));
    desk_deliver(desk, "", first, 11, FROM_ADA PICTURE("first"));
    line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "*");
    if (g_str_has_suffix(line->text, "first")) {
        wait_line(desk, "*second");
        return TRUE;
    }
    wait_line(desk, "*first");
    return FALSE;
}

static void
test_album_apart(Desk *desk)
{
    guint n = 0;

    desk_login(desk);
    while (!show_apart(desk, n))
        g_assert_cmpuint(++n, <, TRIES);
    assert_no_more(desk);
}

/* The account goes and comes amid an album, of which some come after that. */
static void
test_album_and_restart(Desk *desk)
{
    desk_login(desk);
    coex_sim_begin_batch(desk->sim);
    desk_deliver(desk, "", "p1", 12, FROM_ADA PICTURE("first"));
    desk_deliver(desk, "", "p2", 11, FROM_ADA PICTURE("second"));
    coex_sim_end_batch(desk->sim);
    g_assert_true(coex_sim_wait_delivered(desk->sim, 10000));
    desk_logout(desk);
    guint n_before = desk_count(desk, DESK_FEED, "ada", "*first") +
                     desk_count(desk, DESK_FEED, "ada", "*second");
    desk_login(desk);
    desk_deliver(desk, "", "p3", 10, FROM_ADA PICTURE("third"));
    if (n_before < 1)
        wait_line(desk, "*first");
    if (n_before < 2)
        wait_line(desk, "*second");
    wait_line(desk, "*third");
    assert_no_more(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/burst/changed", test_changed);
    desk_add("/burst/both-sides", test_both_sides);
    desk_add("/burst/shuffled", test_shuffled);
    desk_add("/burst/apart", test_apart);
    desk_add("/burst/amid", test_amid);
    desk_add("/burst/restart", test_restart);
    desk_add("/burst/album", test_album);
    desk_add("/burst/album-apart", test_album_apart);
    desk_add("/burst/album-and-restart", test_album_and_restart);
    return g_test_run();
}
