// SPDX-License-Identifier: GPL-2.0-or-later
#include "inboxed.h"

#include <string.h>

/* ---- an Inbox that lies ---- */

static void
assert_survives(Desk *desk, CoexSimInboxMood mood, const char *told)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    coex_sim_inbox_set_mood(inbox, mood);
    inboxed_write(desk, "During");
    desk_wait_notice(desk, NULL, told);
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_HONEST);
    inboxed_write(desk, "After");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "During");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "After");
    inboxed_assert_shown(desk, 3);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, told), ==, 1);
    desk_logout(desk);
}

#define STRANGE "What answers at the option inbox-url is no Inbox, or a broken one: "

static const struct {
    const char *path;
    CoexSimInboxMood mood;
    const char *told;
} lies[] = {
    { "/inbox-lies/page", COEX_SIM_INBOX_PAGE, STRANGE "it answers with no JSON. *" },
    { "/inbox-lies/deep", COEX_SIM_INBOX_DEEP, STRANGE "it answers with no JSON. *" },
    { "/inbox-lies/breaks-off", COEX_SIM_INBOX_BREAKS_OFF, STRANGE "it answers with no JSON. *" },
    { "/inbox-lies/redirects", COEX_SIM_INBOX_REDIRECTS,
      STRANGE "127.0.0.1 answered with HTTP 302. *" },
    { "/inbox-lies/floods", COEX_SIM_INBOX_FLOODS, STRANGE "it hands out more at once than *" },
    { "/inbox-lies/endless", COEX_SIM_INBOX_ENDLESS, STRANGE "its answer has no end. *" },
    { "/inbox-lies/lost", COEX_SIM_INBOX_LOST, "The Inbox 127.0.0.1 does not list the messages *" },
    { "/inbox-lies/no-list", COEX_SIM_INBOX_NO_LIST,
      "The Inbox 127.0.0.1 does not list the messages *" },
    { "/inbox-lies/foreign", COEX_SIM_INBOX_FOREIGN,
      "The Inbox has messages of another number, *" },
    { "/inbox-lies/nameless", COEX_SIM_INBOX_NAMELESS, "The Inbox has a message without an id, *" },
};

static void
test_lie(Desk *desk)
{
    const char *path = g_test_get_path();

    for (guint i = 0; i < G_N_ELEMENTS(lies); i++)
        if (g_str_has_prefix(path, lies[i].path) && path[strlen(lies[i].path)] == '/')
            assert_survives(desk, lies[i].mood, lies[i].told);
}

/* All messages in the name of one, which the oldest is taken for: the others come once they have
 * their own. */
static void
test_one_id(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_ONE_ID);
    inboxed_write(desk, "One");
    inboxed_write(desk, "Two");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Before");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_HONEST);
    inboxed_write(desk, "After");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "One");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "Two");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "After");
    desk_logout(desk);
}

/* The same twice is one line. */
static void
test_repeats(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_REPEATS);
    desk_hear(desk, "ada", "One");
    desk_hear(desk, "ada", "Two");
    inboxed_assert_shown(desk, 2);
    desk_logout(desk);
}

/* It counts what is not there: told once, and what there is comes. */
static void
assert_counted(Desk *desk, CoexSimInboxMood mood)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    coex_sim_inbox_clamp(inbox, 2);
    coex_sim_inbox_set_mood(inbox, mood);
    for (guint i = 0; i < 5; i++)
        inboxed_write(desk, "Hello");
    for (guint i = 0; i < 5; i++)
        desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    desk_wait_notice(desk, NULL, "The Inbox says that it has more messages than it hands out, *");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_HONEST);
    desk_hear(desk, "ada", "After");
    inboxed_assert_shown(desk, 6);
    desk_logout(desk);
}

static void
test_short(Desk *desk)
{
    assert_counted(desk, COEX_SIM_INBOX_SHORT);
}

static void
test_boasts(Desk *desk)
{
    assert_counted(desk, COEX_SIM_INBOX_BOASTS);
}

/* ---- a bell that is none ---- */

/* It comes again, and what was said in between is there. */
static void
assert_hangs_up(Desk *desk, CoexSimBellMood mood)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_new(desk);

    coex_sim_inbox_set_bell(inbox, mood);
    inboxed_login(desk);
    g_assert_true(coex_sim_inbox_wait_greeted(inbox, 1, DESK_PATIENCE_MS));
    inboxed_write(desk, "During");
    g_assert_true(coex_sim_inbox_wait_greeted(inbox, 2, DESK_PATIENCE_MS));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "During");
    coex_sim_inbox_set_bell(inbox, COEX_SIM_BELL_RINGS);
    desk_hear(desk, "ada", "After");
    inboxed_assert_shown(desk, 2);
    desk_logout(desk);
}

static void
test_bell_floods(Desk *desk)
{
    assert_hangs_up(desk, COEX_SIM_BELL_FLOODS);
}

static void
test_bell_pings(Desk *desk)
{
    assert_hangs_up(desk, COEX_SIM_BELL_PINGS);
}

static void
test_bell_oversized(Desk *desk)
{
    assert_hangs_up(desk, COEX_SIM_BELL_OVERSIZED);
}

/* It rings, whatever it says. */
static void
test_bell_junk(Desk *desk)
{
    inboxed_assert_comes(desk, COEX_SIM_BELL_JUNK);
}

static void
test_bell_foreign(Desk *desk)
{
    inboxed_assert_comes(desk, COEX_SIM_BELL_FOREIGN);
}

/* libsoup says something of each ping. */
static void
on_debug(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_handler("libsoup", G_LOG_LEVEL_DEBUG, on_debug, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++)
        desk_add_at(DESK_ONLY_360DIALOG, lies[i].path, test_lie);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/one-id", test_one_id);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/repeats", test_repeats);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/short", test_short);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/boasts", test_boasts);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/bell-floods", test_bell_floods);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/bell-pings", test_bell_pings);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/bell-oversized", test_bell_oversized);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/bell-junk", test_bell_junk);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox-lies/bell-foreign", test_bell_foreign);
    return g_test_run();
}
