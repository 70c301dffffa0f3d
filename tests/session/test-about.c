// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "example.h"
#include <string.h>

/* What is sent about another message: replies, which quote it, and reactions. */

#define DAY_S (24 * 60 * 60)

/* That of the examples of tests/data/api, as Dana's number. */
#define DANAS "HBgMNDkzMDIzMTI1MDE3FQIAEhgUM0E1QzBFNzdEMUIyOTQ2RjgxQUEA"

static void
reply(Desk *desk, const char *who, const char *words)
{
    coex_session_reply(desk->session, desk_name(who), words);
}

static void
react(Desk *desk, const char *who, const char *words)
{
    coex_session_react(desk->session, desk_name(who), words);
}

static void
unreact(Desk *desk, const char *who, const char *words)
{
    coex_session_unreact(desk->session, desk_name(who), words);
}

/* It is shown with the words that it quotes, and left with the id of @wamid. */
static void
wait_reply(Desk *desk, const char *who, const char *text, const char *quote, const char *wamid)
{
    const DeskEvent *line = desk_wait_feed(desk, COEX_FEED_SENT, who, text);
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, who, text);

    g_assert_cmpstr(line->item->quote, ==, quote);
    g_assert_cmpstr(request->message_id, ==, wamid);
}

static void
wait_reaction(Desk *desk, const char *who, const char *line, const char *text, const char *wamid)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, who, text);

    g_assert_cmpstr(request->message_id, ==, wamid);
    desk_wait_feed(desk, COEX_FEED_RECORD, who, line);
}

static void
wait_refused(Desk *desk, const char *who, const char *line)
{
    desk_wait_feed(desk, COEX_FEED_NOTICE, who, line);
}

/* The number of the line, which /history shows. */
static char *
hear(Desk *desk, const char *who, const char *text, char **ret_wamid)
{
    const DeskEvent *line;

    *ret_wamid = coex_sim_customer_sends(desk->sim, who, text);
    line = desk_wait_feed(desk, COEX_FEED_INBOUND, who, text);
    return g_strdup_printf("#%" G_GINT64_FORMAT, line->item->message_id);
}

/* ---- as the examples say ---- */

static void
test_examples(Desk *desk)
{
    g_autoptr(CoexSimRequest) quoting = NULL;
    g_autoptr(CoexSimRequest) reaction = NULL;
    g_autoptr(CoexSimRequest) removal = NULL;

    desk_login(desk);
    desk_deliver(desk, "", DANAS, 0,
                 "\"from\":\"493023125017\",\"type\":\"text\",\"text\":{\"body\":\"Open?\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Open?");
    coex_sim_open_window(desk->sim, "dana");
    reply(desk, "dana", "Yes, until 18:30.");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Yes, until 18:30.");
    quoting = desk_wait_sent(desk, "dana", "Yes, until 18:30.");
    example_assert(quoting, "05_send_text_quoted.request.json", NULL);
    react(desk, "dana", "👍");
    reaction = desk_wait_sent(desk, "dana", "reaction 👍");
    example_assert(reaction, "12_send_reaction.request.json", NULL);
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "You reacted with 👍 to “Open?”.");
    unreact(desk, "dana", "");
    removal = desk_wait_sent(desk, "dana", "reaction none");
    example_assert(removal, "13_remove_reaction.request.json", NULL);
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "You took back your reaction 👍 to “Open?”.");
}

/* ---- replies ---- */

static void
test_which(Desk *desk)
{
    g_autofree char *rye = NULL;
    g_autofree char *white = NULL;
    g_autofree char *number = NULL;
    g_autofree char *other = NULL;
    g_autofree char *own = NULL;
    g_autofree char *phone = NULL;
    g_autofree char *by_number = NULL;

    desk_login(desk);
    number = hear(desk, "ada", "Do you have rye bread?", &rye);
    other = hear(desk, "ada", "And white?", &white);
    reply(desk, "ada", "Yes");
    wait_reply(desk, "ada", "Yes", "And white?", white);
    own = coex_sim_dup_last_sent(desk->sim, "ada");
    /* an echo of it, under another id, is not shown once more */
    g_free(coex_sim_echo_sent(desk->sim, own));
    reply(desk, "ada", "-2 Two kinds");
    wait_reply(desk, "ada", "Two kinds", "Do you have rye bread?", rye);
    reply(desk, "ada", "\"RYE\" Until noon");
    wait_reply(desk, "ada", "Until noon", "Do you have rye bread?", rye);
    by_number = g_strconcat(number, " By number", NULL);
    reply(desk, "ada", by_number);
    wait_reply(desk, "ada", "By number", "Do you have rye bread?", rye);
    /* our own, and the phone's; theirs would come first */
    reply(desk, "ada", "\"yes\" Of course");
    wait_reply(desk, "ada", "Of course", "Yes", own);
    phone = coex_sim_phone_sends(desk->sim, "ada", "Fresh from the oven");
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "Fresh from the oven");
    reply(desk, "ada", "\"oven\" Come soon");
    wait_reply(desk, "ada", "Come soon", "Fresh from the oven", phone);
    desk_wait_state(desk, "ada", "delivered*: Come soon");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    coex_session_recall(desk->session, desk_name("ada"), 20, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "in: Do you have rye bread?\nin: And white?\nout (to And white?): Yes\n"
                   "out (to Do you have rye bread?): Two kinds\n"
                   "out (to Do you have rye bread?): Until noon\n"
                   "out (to Do you have rye bread?): By number\nout (to Yes): Of course\n"
                   "phone: Fresh from the oven\nout (to Fresh from the oven): Come soon");
}

static void
test_minute(Desk *desk)
{
    g_autofree char *early = NULL;
    g_autofree char *late = NULL;
    g_autofree char *words = NULL;
    g_autoptr(GDateTime) at = NULL;
    const DeskEvent *line;

    desk_login(desk);
    desk_wait_catalogue(desk);
    early = coex_sim_customer_sends(desk->sim, "ada", "At ten?");
    line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "At ten?");
    at = g_date_time_new_from_unix_local(line->item->time);
    desk_advance(desk, 120);
    late = coex_sim_customer_sends(desk->sim, "ada", "Or at noon?");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Or at noon?");
    words = g_date_time_format(at, "%H:%M Ten is fine");
    reply(desk, "ada", words);
    wait_reply(desk, "ada", "Ten is fine", "At ten?", early);
}

/* A text typed right behind a reply does not overtake it. */
static void
test_order(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    number = hear(desk, "ada", "Which one?", &wamid);
    reply(desk, "ada", "The red one");
    desk_send(desk, "ada", "Or the blue one");
    react(desk, "ada", ":eyes:");
    desk_send(desk, "ada", "Look");
    desk_take(desk, "ada", "The red one");
    desk_take(desk, "ada", "Or the blue one");
    desk_take(desk, "ada", "reaction 👀");
    desk_take(desk, "ada", "Look");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", "The red one");
    desk_wait_any_feed(desk, COEX_FEED_TYPED, "ada", "Or the blue one");
    desk_wait_any_feed(desk, COEX_FEED_TYPED, "ada", "Look");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "You reacted with 👀 to “Which one?”.");
}

static void
test_refused(Desk *desk)
{
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    g_autofree char *third = NULL;
    g_autofree char *old = NULL;
    g_autofree char *gone = NULL;
    g_autofree char *fresh = NULL;
    g_autofree char *to_old = NULL;
    g_autofree char *to_fresh = NULL;
    g_autofree char *long_text = g_strnfill(4097, 'x');

    desk_ignore(desk, "Open the WhatsApp Business app*");
    desk_login(desk);
    desk_wait_catalogue(desk);
    old = hear(desk, "ada", "Long ago", &first);
    desk_advance(desk, 31 * DAY_S);
    gone = hear(desk, "ada", "My secret", &second);
    g_free(coex_sim_deletes(desk->sim, COEX_SIM_CUSTOMER, "ada", second));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They deleted “My secret”.");
    reply(desk, "ada", "I saw it");
    wait_refused(desk, "ada", "Not sent: “I saw it”. That message was taken back.");
    react(desk, "ada", "👍");
    wait_refused(desk, "ada", "Not sent: “👍”. That message was taken back.");
    fresh = hear(desk, "ada", "Never mind", &third);
    to_old = g_strconcat(old, " Now as well", NULL);
    reply(desk, "ada", to_old);
    wait_refused(desk, "ada", "Not sent: “Now as well”. That message is older than 30 days*");
    reply(desk, "ada", "\"no such words\" Well");
    wait_refused(desk, "ada", "Not sent: “Well”. There is no such message in this conversation.*");
    reply(desk, "ada", "#999999 Well");
    wait_refused(desk, "ada", "Not sent: “Well”. There is no such message in this conversation.*");
    reply(desk, "ada", "-2");
    desk_wait_notice(desk, "ada", "Nothing was sent: ?reply and a text*");
    reply(desk, "ada", long_text);
    desk_wait_notice(desk, "ada", "Not sent: *at most 4096 characters*");
    unreact(desk, "ada", "");
    desk_wait_notice(desk, "ada", "Nothing was sent: *no reaction of yours in this conversation.");
    unreact(desk, "ada", "last");
    desk_wait_notice(desk, "ada", "Nothing was sent: *no reaction of yours on that message.");
    unreact(desk, "ada", "that one");
    desk_wait_notice(desk, "ada", "Nothing was sent: “that one” names no message.*");
    react(desk, "ada", "whatever");
    desk_wait_notice(desk, "ada", "Nothing was sent: “whatever” is no emoji.*such as thumbsup*");
    react(desk, "ada", "");
    desk_wait_notice(desk, "ada", "Nothing was sent: A reaction is one emoji, such as 👍*");
    /* one to our own */
    desk_say(desk, "ada", "We are here");
    desk_take(desk, "ada", "We are here");
    react(desk, "ada", "\"are here\" 👍");
    wait_refused(desk, "ada",
                 "Not sent: “👍”. WhatsApp lets a business react to what the customer *");
    /* nobody else's */
    desk_hear(desk, "ben", "Hello");
    to_fresh = g_strconcat(fresh, " Well", NULL);
    reply(desk, "ben", to_fresh);
    wait_refused(desk, "ben", "Not sent: “Well”. There is no such message in this conversation.*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
    /* and things go on */
    reply(desk, "ada", "All well");
    wait_reply(desk, "ada", "All well", "Never mind", third);
}

/* Held in a closed window over a restart, it still quotes when it leaves. */
static void
test_held(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    number = hear(desk, "ada", "When is it ready?", &wamid);
    desk_advance(desk, 25 * 60 * 60);
    reply(desk, "ada", "Tomorrow");
    desk_wait_prompt(desk, "ada", "Tomorrow");
    coex_session_hold(desk->session, desk_name("ada"));
    desk_wait_prompt_over(desk, "ada");
    desk_wait_notice(desk, "ada", "Held until *: Tomorrow");
    react(desk, "ada", "👍");
    wait_refused(desk, "ada", "Not sent: “the reaction 👍 to “When is it ready?””. The 24-hour *");
    desk_fence(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello?");
    wait_reply(desk, "ada", "Tomorrow", "When is it ready?", wamid);
    react(desk, "ada", "-2 👍");
    wait_reaction(desk, "ada", "You reacted with 👍 to “When is it ready?”.", "reaction 👍", wamid);
}

/* Refused by WhatsApp afterwards, and sent again: the quote goes along. */
static void
test_again(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    number = hear(desk, "ada", "And mine?", &wamid);
    coex_sim_fail_next_async(desk->sim, 131026);
    reply(desk, "ada", "Here it is");
    wait_reply(desk, "ada", "Here it is", "And mine?", wamid);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Here it is");
    desk_restart(desk);
    desk_resend(desk, "ada");
    wait_reply(desk, "ada", "Here it is", "And mine?", wamid);
    desk_wait_state(desk, "ada", "delivered*: Here it is");
    /* without an answer: its status settles it */
    coex_sim_drop_next(desk->sim, TRUE);
    reply(desk, "ada", "And this");
    wait_reply(desk, "ada", "And this", "And mine?", wamid);
    desk_wait_state(desk, "ada", "delivered*: And this");
    desk_ignore(desk, "It is not clear *");
    desk_ignore(desk, "Sent at *");
    desk->strict &= ~(1u << DESK_FEED);
    desk_assert_nothing_kept(desk, "ada");
    coex_session_recall(desk->session, desk_name("ada"), 2, 0, TRUE);
    desk_wait_past(desk, "ada", "out (to And mine?): Here it is\nout (to And mine?): And this");
}

/* ---- reactions ---- */

static void
test_reactions(Desk *desk)
{
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    g_autofree char *number = NULL;
    g_autofree char *other = NULL;
    g_autofree char *words = NULL;

    desk_login(desk);
    number = hear(desk, "ada", "It fits", &first);
    other = hear(desk, "ada", "Thank you", &second);
    desk_say(desk, "ada", "Welcome");
    desk_take(desk, "ada", "Welcome");
    desk_wait_state(desk, "ada", "delivered*: Welcome");
    react(desk, "ada", ":thumbsup:");
    wait_reaction(desk, "ada", "You reacted with 👍 to “Thank you”.", "reaction 👍", second);
    words = g_strconcat(number, " 🎉", NULL);
    react(desk, "ada", words);
    wait_reaction(desk, "ada", "You reacted with 🎉 to “It fits”.", "reaction 🎉", first);
    /* in the place of the first; the same once more is said, too */
    react(desk, "ada", "last ❤️");
    wait_reaction(desk, "ada", "You reacted with ❤️ to “Thank you”.", "reaction ❤️",
                  second);
    react(desk, "ada", "❤️");
    wait_reaction(desk, "ada", "You reacted with ❤️ to “Thank you”.", "reaction ❤️",
                  second);
    desk_fence(desk);
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    /* what was sent last is a message */
    desk_wait_state(desk, "ada", "delivered*: Welcome");
    unreact(desk, "ada", "");
    wait_reaction(desk, "ada", "You took back your reaction ❤️ to “Thank you”.",
                  "reaction none", second);
    unreact(desk, "ada", "");
    wait_reaction(desk, "ada", "You took back your reaction 🎉 to “It fits”.", "reaction none",
                  first);
    desk_fence(desk);
    g_assert_cmpstr(desk_view(desk, "ada")->last_state, !=, NULL);
    g_assert_nonnull(strstr(desk_view(desk, "ada")->last_state, "Welcome"));
    g_free(coex_sim_reacts(desk->sim, COEX_SIM_CUSTOMER, "ada", first, "👍"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They reacted with 👍 to “It fits”.");
    /* nor are they among what was sent, or counted */
    coex_session_describe(desk->session, desk_name("ada"));
    desk_wait_facts(desk, "ada",
                    "*\nMessages: 2 from them, 1 from here, 0 from the phone\n"
                    "Sent 20*: *: Welcome\n");
    coex_session_recall(desk->session, desk_name("ada"), 20, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "in: It fits\nin: Thank you\nout: Welcome\n"
                   "notice: You reacted with 👍 to “Thank you”.\n"
                   "notice: You reacted with 🎉 to “It fits”.\n"
                   "notice: You reacted with ❤️ to “Thank you”.\n"
                   "notice: You reacted with ❤️ to “Thank you”.\n"
                   "notice: You took back your reaction ❤️ to “Thank you”.\n"
                   "notice: You took back your reaction 🎉 to “It fits”.\n"
                   "notice: They reacted with 👍 to “It fits”.");
}

/* A reply to what is quoted no more is another text: what comes back says which it was. */
static void
test_cancelled(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    number = hear(desk, "ada", "Or at noon?", &wamid);
    desk_advance(desk, 25 * 60 * 60);
    reply(desk, "ada", "Noon is fine");
    desk_wait_prompt(desk, "ada", "*");
    coex_session_cancel(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Your reply was not sent: Noon is fine");
    desk_assert_nothing_kept(desk, "ada");
    desk_hear(desk, "ada", "Hello?");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
}

/* What failed is not sent again after the window has closed. */
static void
test_reaction_too_late(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    number = hear(desk, "ada", "It fits", &wamid);
    coex_sim_fail_next_async(desk->sim, 131026);
    react(desk, "ada", "👍");
    wait_reaction(desk, "ada", "You reacted with 👍 to “It fits”.", "reaction 👍", wamid);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "the reaction 👍 to “It fits”");
    desk_advance(desk, 25 * 60 * 60);
    desk_resend(desk, "ada");
    wait_refused(desk, "ada", "Not sent: *The 24-hour window is closed, and WhatsApp takes reac*");
    desk_assert_nothing_kept(desk, "ada");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello?");
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

/* WhatsApp refuses it afterwards: it is said, kept, and sent again. */
static void
test_reaction_refused(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;
    const DeskEvent *line;

    desk_login(desk);
    number = hear(desk, "ada", "It fits", &wamid);
    coex_sim_fail_next_async(desk->sim, 131026);
    react(desk, "ada", "👍");
    wait_reaction(desk, "ada", "You reacted with 👍 to “It fits”.", "reaction 👍", wamid);
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "the reaction 👍 to “It fits”");
    g_assert_cmpuint(desk_get_offers(line), ==, COEX_LINE_RESEND | COEX_LINE_KEPT);
    coex_session_recall(desk->session, desk_name("ada"), 1, 0, TRUE);
    desk_wait_past(desk, "ada", "failed: the reaction 👍 to “It fits”");
    desk_restart(desk);
    desk_resend(desk, "ada");
    wait_reaction(desk, "ada", "You reacted with 👍 to “It fits”.", "reaction 👍", wamid);
    desk_fence(desk);
    desk_assert_nothing_kept(desk, "ada");
    /* the window turns out to be closed: it is no text that could wait or go as a template */
    coex_sim_close_window(desk->sim, "ada");
    react(desk, "ada", "🎉");
    wait_refused(desk, "ada", "Not sent: “the reaction 🎉 to “It fits””. The 24-hour window *");
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

/* What failed is not there: the same from the phone is news. */
static void
test_reaction_instead(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    number = hear(desk, "ada", "It fits", &wamid);
    coex_sim_fail_next_async(desk->sim, 131026);
    react(desk, "ada", "👍");
    wait_reaction(desk, "ada", "You reacted with 👍 to “It fits”.", "reaction 👍", wamid);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "the reaction 👍 to “It fits”");
    g_free(coex_sim_reacts(desk->sim, COEX_SIM_PHONE, "ada", wamid, "👍"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Reacted on the phone with 👍 to “It fits”.");
    coex_session_recall(desk->session, desk_name("ada"), 9, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "in: It fits\nfailed: the reaction 👍 to “It fits”\n"
                   "notice: Reacted on the phone with 👍 to “It fits”.");
}

/* Dropped while nobody knows whether it arrived, and proven then: it can be taken back. */
static void
test_reaction_proven(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;
    g_autofree char *sent = NULL;
    g_autoptr(CoexSimRequest) first = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    number = hear(desk, "ada", "It fits", &wamid);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    react(desk, "ada", "👍");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: *");
    first = desk_wait_sent(desk, "ada", "reaction 👍");
    sent = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_fence(desk);
    desk_logout(desk);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "the reaction 👍 to “It fits”");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: *reaction*");
    coex_session_recall(desk->session, desk_name("ada"), 1, 0, TRUE);
    desk_wait_past(desk, "ada", "unconfirmed: the reaction 👍 to “It fits”");
    coex_sim_status(desk->sim, sent, "delivered");
    desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "the reaction 👍 to “It fits”");
    coex_session_recall(desk->session, desk_name("ada"), 1, 0, TRUE);
    desk_wait_past(desk, "ada", "notice: You reacted with 👍 to “It fits”.");
    unreact(desk, "ada", "");
    wait_reaction(desk, "ada", "You took back your reaction 👍 to “It fits”.", "reaction none",
                  wamid);
}

/* While nothing can be reached it waits like everything else, over a restart. */
static void
test_reaction_waits(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autofree char *number = NULL;

    desk_login(desk);
    number = hear(desk, "ada", "It fits", &wamid);
    desk_fence(desk);
    coex_sim_set_down(desk->sim, TRUE);
    react(desk, "ada", "👍");
    desk_say(desk, "ada", "Good");
    desk_wait_notice(desk, "ada", "Waiting for WhatsApp: the reaction 👍 to “It fits”");
    desk_logout(desk);
    coex_sim_set_down(desk->sim, FALSE);
    desk_login(desk);
    wait_reaction(desk, "ada", "You reacted with 👍 to “It fits”.", "reaction 👍", wamid);
    desk_take(desk, "ada", "Good");
    desk_wait_state(desk, "ada", "delivered*: Good");
}

static gboolean
is_told_or_sent(Desk *desk)
{
    return coex_sim_n_sent(desk->sim, "ben") > 0 ||
           desk_count(desk, DESK_FEED, "ada", "Not passed on to Ben*") > 0;
}

/* What was typed while the account ended comes back at the next login. */
static void
test_too_late(Desk *desk)
{
    static const char *const lines[] = {
        "Not sent: “-1 Yes, of course”. The account went offline. Send it again.",
        "Not sent: “👍”. The account went offline. Send it again.",
        "Not sent: “taking back a reaction”. The account went offline. Send it again.",
        "Not sent: “1 edit Better”. The account went offline. Send it again.",
        "Not passed on to Ben*: “last”. The account went offline. Do it again.",
    };
    const char *key = desk->config.key;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ben", "Hello");
    desk_hear(desk, "ada", "May I?");
    desk_logout(desk);
    desk->config.key = "not-the-key";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_AUTH, "*password*");
    reply(desk, "ada", "-1 Yes, of course");
    react(desk, "ada", "👍");
    unreact(desk, "ada", "");
    coex_session_change_held(desk->session, desk_name("ada"), "1 edit Better");
    coex_session_forward(desk->session, desk_name("ada"), "last", desk_name("ben"));
    desk_logout(desk);
    desk->config.key = key;
    desk_login(desk);
    desk_wait_catalogue(desk);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", lines[i]);
    /* and what was under way is passed on, or has its line, too */
    desk_ignore(desk, "Passed on to *");
    coex_session_forward(desk->session, desk_name("ada"), "last", desk_name("ben"));
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_wait_until(desk, is_told_or_sent, "the line or the message");
    if (coex_sim_n_sent(desk->sim, "ben") == 0)
        desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", lines[G_N_ELEMENTS(lines) - 1]);
    else
        desk_take(desk, "ben", "May I?");
}

/* What may have been meant for a name is no text. */
static void
test_mistyped(Desk *desk)
{
    g_autoptr(CoexSimRequest) sent = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "At a quarter to three?");
    reply(desk, "ada", "14.46 suits me");
    desk_wait_notice(desk, "ada", "Not sent: “14.46 suits me”. “14.46” names no message*last*");
    reply(desk, "ada", "last 14.46 suits me");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", "14.46 suits me");
    sent = desk_wait_sent(desk, "ada", "14.46 suits me");
    desk_wait_state(desk, "ada", "delivered*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/about/examples", test_examples);
    desk_add("/about/mistyped", test_mistyped);
    desk_add("/about/reply/which", test_which);
    desk_add("/about/reply/minute", test_minute);
    desk_add("/about/reply/order", test_order);
    desk_add("/about/reply/held", test_held);
    desk_add("/about/reply/again", test_again);
    desk_add("/about/reply/cancelled", test_cancelled);
    desk_add("/about/refused", test_refused);
    desk_add("/about/reactions", test_reactions);
    desk_add("/about/reactions/refused", test_reaction_refused);
    desk_add("/about/reactions/instead", test_reaction_instead);
    desk_add("/about/reactions/proven", test_reaction_proven);
    desk_add("/about/reactions/waits", test_reaction_waits);
    desk_add("/about/reactions/too-late", test_reaction_too_late);
    desk_add("/about/too-late", test_too_late);
    return g_test_run();
}
