// SPDX-License-Identifier: GPL-2.0-or-later
#include "examined.h"
#include "inboxed.h"

#include <string.h>

#define HOUR ((gint64)3600)
#define DAY (24 * HOUR)

/* ---- what comes ---- */

static void
test_comes(Desk *desk)
{
    G_GNUC_UNUSED g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Good morning");
    desk_wait_state(desk, "ada", "delivered*");
    coex_sim_customer_reads(desk->sim, "ada");
    desk_wait_state(desk, "ada", "read*");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_hear(desk, "carla", "I have no number");
    desk_logout(desk);
}

static void
test_silent(Desk *desk)
{
    inboxed_assert_comes(desk, COEX_SIM_BELL_SILENT);
}

static void
test_deaf(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    coex_sim_inbox_set_bell(inbox, COEX_SIM_BELL_DEAF);
    desk_hear(desk, "ada", "Hello");
    coex_sim_inbox_set_bell(inbox, COEX_SIM_BELL_RINGS);
    g_assert_true(coex_sim_inbox_wait_greeted(inbox, 2, DESK_PATIENCE_MS));
    desk_hear(desk, "ada", "Are you there?");
    desk_logout(desk);
}

/* What cannot be written is told, and read again when there is room. */
static void
test_full_disk(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    desk_ignore(desk, "*cannot be used after an error of its disk; it is tried again shortly.");
    desk_limit_files(1024);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Meanwhile"));
    desk_wait_notice(desk, NULL, "Reading or writing *");
    g_assert_true(
        coex_sim_inbox_wait_asked(inbox, coex_sim_inbox_n_asked(inbox) + 1, DESK_PATIENCE_MS));
    desk_limit_files(0);
    desk_ignore(desk, "Reading or writing *");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Meanwhile");
    desk_say(desk, "ada", "It is here");
    desk_wait_state(desk, "ada", "delivered*");
    desk_restart(desk);
    desk_hear(desk, "ada", "Afterwards");
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Meanwhile"), ==, 0);
    desk_logout(desk);
}

static void
test_bare(Desk *desk)
{
    inboxed_assert_comes(desk, COEX_SIM_BELL_BARE);
}

/* What the API has sent is a row there too, and is no line of another's. */
static void
test_own(Desk *desk)
{
    G_GNUC_UNUSED g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);
    g_autofree char *wamid = NULL;

    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Good morning");
    desk_wait_state(desk, "ada", "delivered*");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    g_free(coex_sim_echo_sent(desk->sim, wamid));
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    inboxed_assert_shown(desk, 3);
    desk_logout(desk);
}

/* The row is there before the answer is. */
static void
test_own_early(Desk *desk)
{
    G_GNUC_UNUSED g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);
    g_autofree char *wamid = NULL;

    desk_hear(desk, "ada", "Hello");
    coex_sim_aim(desk->sim, "messages");
    coex_sim_delay_next(desk->sim, 700);
    desk_send(desk, "ada", "Good morning");
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ada", 1, DESK_PATIENCE_MS));
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    g_free(coex_sim_echo_sent(desk->sim, wamid));
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Good morning");
    desk_wait_state(desk, "ada", "delivered*");
    inboxed_assert_shown(desk, 2);
    desk_logout(desk);
}

/* ---- a desk that sleeps ---- */

/* In order, with the times they have, once. */
static void
test_asleep(Desk *desk)
{
    G_GNUC_UNUSED g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);
    gint64 last = 0;

    desk_hear(desk, "ada", "Before");
    desk_say(desk, "ada", "Sent before");
    desk_wait_state(desk, "ada", "delivered*");
    desk_logout(desk);
    coex_sim_customer_reads(desk->sim, "ada");
    for (guint i = 0; i < 7; i++) {
        g_autofree char *text = g_strdup_printf("Day %u", i);

        desk_advance(desk, DAY);
        inboxed_write(desk, text);
    }
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    inboxed_let_arrive(desk);
    inboxed_login(desk);
    for (guint i = 0; i < 7; i++) {
        g_autofree char *text = g_strdup_printf("Day %u", i);
        const DeskEvent *line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);

        g_assert_cmpint(line->item->time - last, >=, i > 0 ? DAY : 0);
        last = line->item->time;
    }
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    inboxed_assert_shown(desk, 8);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    inboxed_assert_shown(desk, 0);
    desk_logout(desk);
}

/* In more pages than one, from an Inbox that gives less than is asked for and takes the ends of a
 * span out of it. */
static void
test_many(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    coex_sim_inbox_clamp(inbox, 7);
    coex_sim_inbox_set_exclusive(inbox, TRUE);
    desk_hear(desk, "ada", "Before");
    desk_logout(desk);
    for (guint i = 0; i < 120; i++) {
        g_autofree char *text = g_strdup_printf("Number %u", i);

        inboxed_write(desk, text);
    }
    inboxed_let_arrive(desk);
    inboxed_login(desk);
    for (guint i = 0; i < 120; i++) {
        g_autofree char *text = g_strdup_printf("Number %u", i);

        desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);
    }
    inboxed_assert_shown(desk, 120);
    desk_logout(desk);
}

/* What WhatsApp delivered late stands before what was read. */
static void
test_late(Desk *desk)
{
    G_GNUC_UNUSED g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    desk_advance(desk, 3 * HOUR);
    desk_hear(desk, "ada", "After");
    desk_logout(desk);
    inboxed_login(desk);
    desk_fence(desk);
    desk_logout(desk);
    g_free(
        coex_sim_customer_sends_at(desk->sim, "ada", "Late", coex_sim_now(desk->sim) - 2 * HOUR));
    inboxed_let_arrive(desk);
    inboxed_login(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Late");
    inboxed_assert_shown(desk, 1);
    desk_logout(desk);
}

/* ---- the Inbox is away ---- */

static void
test_away(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_AWAY);
    inboxed_write(desk, "One");
    desk_wait_notice(desk, NULL, "The Inbox cannot be asked: 127.0.0.1 answered with HTTP 503. *");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_HONEST);
    inboxed_write(desk, "Two");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "One");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Two");
    desk_wait_notice(desk, NULL, "The Inbox answers again. What came meanwhile is here.");
    inboxed_assert_shown(desk, 3);
    desk_logout(desk);
}

/* One that is only started anew is not worth a line. */
static void
test_restarted(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    coex_sim_inbox_kill(inbox);
    coex_sim_inbox_restart(inbox);
    g_assert_true(coex_sim_inbox_wait_greeted(inbox, 2, DESK_PATIENCE_MS));
    desk_hear(desk, "ada", "After");
    inboxed_assert_shown(desk, 2);
    desk_logout(desk);
}

/* It is left alone for a while, and not told of. */
static void
test_busy(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);
    guint n_asked;

    desk_hear(desk, "ada", "Before");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_BUSY);
    n_asked = coex_sim_inbox_n_asked(inbox);
    inboxed_write(desk, "Hello");
    g_assert_true(coex_sim_inbox_wait_asked(inbox, n_asked + 1, DESK_PATIENCE_MS));
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_HONEST);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    desk_logout(desk);
}

/* ---- the user's mistakes ---- */

static void
test_wrong_token(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_new(desk);

    desk->config.inbox_token = "another-token-0000";
    inboxed_login(desk);
    desk_wait_notice(desk, NULL, "The Inbox 127.0.0.1 refuses the option inbox-token, *");
    inboxed_write(desk, "Hello");
    inboxed_let_arrive(desk);
    g_assert_cmpuint(coex_sim_inbox_n_greeted(inbox), ==, 0);
    desk_logout(desk);
    desk->config.inbox_token = INBOXED_TOKEN;
    inboxed_login(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    inboxed_assert_shown(desk, 1);
    desk_logout(desk);
}

static void
test_expired(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_begin(desk);

    desk_hear(desk, "ada", "Before");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_REFUSES);
    inboxed_write(desk, "During");
    desk_wait_notice(desk, NULL, "The Inbox 127.0.0.1 refuses the option inbox-token, *");
    coex_sim_inbox_set_mood(inbox, COEX_SIM_INBOX_HONEST);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "During");
    inboxed_assert_shown(desk, 2);
    desk_logout(desk);
}

static void
test_wrong_number(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = coex_sim_inbox_new("4915550001111", INBOXED_TOKEN);

    inboxed_set_up(desk, inbox);
    inboxed_login(desk);
    inboxed_write(desk, "Hello");
    inboxed_let_arrive(desk);
    desk_wait_notice(desk, NULL, "The Inbox 127.0.0.1 is that of +4915550001111, but *");
    g_assert_cmpuint(coex_sim_inbox_n_asked(inbox), ==, 0);
    desk_logout(desk);
}

static void
test_part(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = inboxed_new(desk);

    coex_sim_inbox_withhold(inbox);
    inboxed_login(desk);
    desk_wait_notice(desk, NULL, "The user behind the option inbox-token may read a part of *");
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
}

static void
assert_refused(Desk *desk, const char *url, const char *token, const char *glob)
{
    desk->config.inbox_url = url;
    desk->config.inbox_token = token;
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, glob);
    desk_logout(desk);
}

static void
test_options(Desk *desk)
{
    assert_refused(desk, "acme1", INBOXED_TOKEN, "*option inbox-url cannot be used: *");
    assert_refused(desk, "http://acme1.example.org", INBOXED_TOKEN,
                   "*option inbox-url cannot be used: *");
    assert_refused(desk, "http://127.0.0.1:9", "", "Option inbox-token: it is empty, *");
    assert_refused(desk, "http://127.0.0.1:9", "two words", "Option inbox-token: *");
}

static void
test_elsewhere(Desk *desk)
{
    assert_refused(desk, "http://127.0.0.1:9", INBOXED_TOKEN,
                   "Option inbox-url: only numbers at 360dialog *");
}

/* ---- the check of the connection ---- */

static CoexSimInbox *
settle(Desk *desk)
{
    CoexSimInbox *inbox = inboxed_begin(desk);

    desk->config.public_url = "";
    desk_hear(desk, "ada", "Hello");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_say(desk, "ada", "Hello, too");
    desk_wait_state(desk, "ada", "*delivered*");
    return inbox;
}

static void
test_examined(Desk *desk)
{
    g_autoptr(CoexSimInbox) inbox = settle(desk);
    const char *report;

    coex_sim_inbox_clamp(inbox, 20);
    report = examined_run(desk);
    g_assert_null(strstr(report, INBOXED_TOKEN));
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "ok: Nothing listens on this computer*from the Inbox.");
    examined_assert_line(desk, report,
                         "ok: The Inbox 127.0.0.1 answers, and takes the option inbox-token.");
    examined_assert_line(desk, report, "ok: The Inbox is that of +44…00.");
    examined_assert_line(desk, report,
                         "ok: The Inbox lists the messages of all conversations together: it "
                         "counts 2, and hands out 2 where 500 are asked for, the newest first.");
    examined_assert_line(desk, report,
                         "ok: Of these the number's own: 1, *Kinds: text. A row has: contact, *");
    examined_assert_line(desk, report, "ok: The ends of a span of time count in the Inbox.");
    examined_assert_line(desk, report, "ok: The Inbox says at once that something is new*");
    coex_sim_inbox_set_exclusive(inbox, TRUE);
    examined_assert_line(desk, examined_run(desk), "ok: The ends of a span of time do not count *");
    desk_logout(desk);
}

static void
test_examined_ill(Desk *desk)
{
    static const struct {
        CoexSimInboxMood mood;
        const char *glob;
    } cases[] = {
        { COEX_SIM_INBOX_REFUSES, "The Inbox 127.0.0.1 refuses the option inbox-token *" },
        { COEX_SIM_INBOX_LOST, "There is no Inbox at http://127.0.0.1:*" },
        { COEX_SIM_INBOX_AWAY, "The Inbox 127.0.0.1 answers with HTTP 503: *" },
        { COEX_SIM_INBOX_PAGE, "What answers at http://127.0.0.1:* is no Inbox: *" },
        { COEX_SIM_INBOX_NO_LIST, "The Inbox does not list the messages of all *" },
    };
    g_autoptr(CoexSimInbox) inbox = settle(desk);

    desk_ignore(desk, "The Inbox *");
    desk_ignore(desk, "There is no Inbox *");
    desk_ignore(desk, "What answers at the option inbox-url *");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        coex_sim_inbox_set_mood(inbox, cases[i].mood);
        examined_assert_wrong(desk, examined_run(desk), cases[i].glob);
    }
    desk_logout(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/comes", test_comes);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/silent", test_silent);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/deaf", test_deaf);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/full-disk", test_full_disk);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/bare", test_bare);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/own", test_own);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/own-early", test_own_early);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/asleep", test_asleep);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/many", test_many);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/late", test_late);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/away", test_away);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/restarted", test_restarted);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/busy", test_busy);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/wrong-token", test_wrong_token);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/expired", test_expired);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/wrong-number", test_wrong_number);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/part", test_part);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/options", test_options);
    desk_add_at(DESK_ONLY_META, "/inbox/elsewhere", test_elsewhere);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/examined", test_examined);
    desk_add_at(DESK_ONLY_360DIALOG, "/inbox/examined-ill", test_examined_ill);
    return g_test_run();
}
