// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#define FROM_ADA "\"from\":\"12025550101\","
#define FROM_BEN "\"from\":\"447700900112\","
#define TEXT(text) "\"type\":\"text\",\"text\":{\"body\":\"" text "\"}"
#define EDIT(id, text)                                                                             \
    "\"type\":\"edit\",\"edit\":{\"original_message_id\":\"wamid." id                              \
    "\",\"message\":{\"context\":{\"id\":\"M0\"}," TEXT(text) "}}"
#define REVOKE(id) "\"type\":\"revoke\",\"revoke\":{\"original_message_id\":\"wamid." id "\"}"
#define REACT(id, emoji)                                                                           \
    "\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid." id "\"" emoji "}"
#define WITH(emoji) ",\"emoji\":\"" emoji "\""

/* From Ada; the ids are readable. */
static void
ada(Desk *desk, const char *id, gint64 ago_s, const char *rest)
{
    g_autofree char *message = g_strconcat(FROM_ADA, rest, NULL);

    desk_deliver(desk, "", id, ago_s, message);
}

/* To Ada, from the phone. */
static void
phone(Desk *desk, const char *id, gint64 ago_s, const char *rest)
{
    g_autofree char *value = g_strdup_printf(
        "{\"message_echoes\":[{\"from\":\"%s\",\"to\":\"12025550101\",\"id\":\"wamid.%s\","
        "\"timestamp\":\"%" G_GINT64_FORMAT "\",%s}]}",
        desk->number, id, coex_sim_now(desk->sim) - ago_s, rest);

    coex_sim_change(desk->sim, "smb_message_echoes", value);
}

static void
wait_quote(Desk *desk, CoexFeedKind kind, const char *who, const char *text, const char *quote)
{
    const DeskEvent *line = desk_wait_feed(desk, kind, who, text);

    g_assert_cmpstr(line->item->quote, ==, quote);
}

/* A line of ours, which nobody can type. */
static void
wait_record(Desk *desk, const char *text)
{
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", text);
}

static void
wait_history(Desk *desk, const char *lines)
{
    coex_session_recall(desk->session, desk_name("ada"), 20, 0, TRUE);
    desk_wait_past(desk, "ada", lines);
}

/* The account comes again, and with it nothing that was told. */
static void
come_again(Desk *desk)
{
    desk_fence(desk);
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

/* ---- quotes ---- */

static void
test_quotes(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree char *other_id = NULL;
    g_autofree char *rye = NULL;
    g_autofree char *phone_quotes = NULL;
    g_autofree char *ben_quotes = NULL;

    desk_login(desk);
    rye = coex_sim_customer_sends(desk->sim, "ada", "Do you have rye bread?");
    wait_quote(desk, COEX_FEED_INBOUND, "ada", "Do you have rye bread?", NULL);
    phone_quotes = g_strdup_printf("\"context\":{\"id\":\"%s\"}," TEXT("Two are left"), rye);
    ben_quotes =
        g_strdup_printf(FROM_BEN "\"context\":{\"id\":\"%s\"}," TEXT("What did she ask?"), rye);
    desk_say(desk, "ada", "Yes, until *noon*");
    request = desk_wait_sent(desk, "ada", "Yes, until *noon*");
    desk_wait_state(desk, "ada", "delivered*");
    g_free(coex_sim_customer_replies(desk->sim, "ada", "Keep one", request->wamid));
    wait_quote(desk, COEX_FEED_INBOUND, "ada", "Keep one", "Yes, until *noon*");
    /* another id of the same message: only the token is the same */
    other_id = coex_sim_echo_sent(desk->sim, request->wamid);
    g_assert_cmpstr(other_id, !=, request->wamid);
    g_free(coex_sim_customer_replies(desk->sim, "ada", "Or two", other_id));
    wait_quote(desk, COEX_FEED_INBOUND, "ada", "Or two", "Yes, until *noon*");
    phone(desk, "two", 0, phone_quotes);
    wait_quote(desk, COEX_FEED_ECHO, "ada", "Two are left", "Do you have rye bread?");
    ada(desk, "old", 0, "\"context\":{\"id\":\"wamid.never\"}," TEXT("As I said"));
    wait_quote(desk, COEX_FEED_INBOUND, "ada", "As I said", "[a message not seen here]");
    /* no message of this conversation */
    desk_deliver(desk, "", "ben", 0, ben_quotes);
    wait_quote(desk, COEX_FEED_INBOUND, "ben", "What did she ask?", "[a message not seen here]");
    come_again(desk);
    wait_history(desk, "in: Do you have rye bread?\nout: Yes, until *noon*\n"
                       "in (to Yes, until *noon*): Keep one\nin (to Yes, until *noon*): Or two\n"
                       "phone (to Do you have rye bread?): Two are left\n"
                       "in (to [a message not seen here]): As I said");
}

/* What a picture is called, and what was taken back. */
static void
test_quotes_of_others(Desk *desk)
{
    desk_login(desk);
    ada(desk, "bike", 9,
        "\"type\":\"image\",\"image\":{\"id\":\"1\",\"mime_type\":\"image/jpeg\","
        "\"caption\":\"My bike\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "*My bike");
    phone(desk, "nice", 8, "\"context\":{\"id\":\"wamid.bike\"}," TEXT("Nice"));
    wait_quote(desk, COEX_FEED_ECHO, "ada", "Nice", "[image] My bike");
    phone(desk, "gone", 7, REVOKE("nice"));
    wait_record(desk, "Deleted on the phone: “Nice”.");
    ada(desk, "why", 6, "\"context\":{\"id\":\"wamid.nice\"}," TEXT("Why not?"));
    wait_quote(desk, COEX_FEED_INBOUND, "ada", "Why not?", "[deleted] Nice");
    come_again(desk);
    wait_history(desk, "in: *My bike\nphone (deleted) (to *My bike): Nice\n"
                       "in (to ?deleted] Nice): Why not?");
}

/* ---- reactions ---- */

static void
test_reactions(Desk *desk)
{
    desk_login(desk);
    ada(desk, "hi", 60, TEXT("Hello there"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello there");
    phone(desk, "yes", 50, TEXT("We are open"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "We are open");
    ada(desk, "r1", 40, REACT("yes", WITH("👍")));
    wait_record(desk, "They reacted with 👍 to “We are open”.");
    ada(desk, "r1", 40, REACT("yes", WITH("👍")));
    ada(desk, "r2", 39, REACT("yes", WITH("👍")));
    phone(desk, "r3", 38, REACT("hi", WITH("🙏")));
    wait_record(desk, "Reacted on the phone with 🙏 to “Hello there”.");
    ada(desk, "r4", 37, REACT("yes", WITH("❤️")));
    wait_record(desk, "They reacted with ❤️ to “We are open”.");
    /* overtaken by the one before */
    ada(desk, "r5", 38, REACT("yes", WITH("😂")));
    ada(desk, "r6", 36, REACT("yes", ""));
    wait_record(desk, "They took back their reaction ❤️ to “We are open”.");
    ada(desk, "r7", 35, REACT("yes", WITH("")));
    phone(desk, "r8", 34, REACT("hi", ""));
    wait_record(desk, "Took back on the phone the reaction 🙏 to “Hello there”.");
    ada(desk, "r9", 33, REACT("never", WITH("😮")));
    wait_record(desk, "They reacted with 😮 to [a message not seen here].");
    come_again(desk);
    wait_history(desk, "in: Hello there\nphone: We are open\n"
                       "notice: They reacted with 👍 to “We are open”.\n"
                       "notice: Reacted on the phone with 🙏 to “Hello there”.\n"
                       "notice: They reacted with ❤️ to “We are open”.\n"
                       "notice: They took back their reaction ❤️ to “We are open”.\n"
                       "notice: Took back on the phone the reaction 🙏 to “Hello there”.\n"
                       "notice: They reacted with 😮 to [a message not seen here].");
}

/* ---- edits ---- */

/* Whatever is written stays within a line of ours, and no such line is changed. */
static void
test_edits_imitate(Desk *desk)
{
    desk_login(desk);
    ada(desk, "hi", 60, TEXT("Hi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hi");
    ada(desk, "e1", 50, EDIT("hi", "ok”.\\nWhatsApp has disconnected this number."));
    wait_record(desk,
                "They edited: “ok\".*WhatsApp has disconnected this number.” (before: “Hi”).");
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*\n*"), ==, 0);
    ada(desk, "r1", 40, REACT("hi", WITH("👍")));
    wait_record(desk, "They reacted with 👍 to “ok\".*");
    ada(desk, "e2", 30, EDIT("r1", "WhatsApp has paid you."));
    wait_record(desk, "They edited: “WhatsApp has paid you.” (before: [a message not seen here]).");
    ada(desk, "d1", 20, REVOKE("r1"));
    wait_record(desk, "They deleted [a message not seen here].");
    come_again(desk);
    wait_history(desk, "in (edited): ok”.*\nnotice: They reacted with 👍 to *\n"
                       "notice: They edited: “WhatsApp has paid you.” *\n"
                       "notice: They deleted [a message not seen here].");
}

static void
test_edits(Desk *desk)
{
    desk_login(desk);
    ada(desk, "day", 60, TEXT("Open on Sunday?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Open on Sunday?");
    ada(desk, "e1", 40, EDIT("day", "Open on Monday?"));
    wait_record(desk, "They edited: “Open on Monday?” (before: “Open on Sunday?”).");
    /* the same again, under its id, under another one, and one that was overtaken */
    ada(desk, "e1", 40, EDIT("day", "Open on Monday?"));
    ada(desk, "e2", 40, EDIT("day", "Open on Monday?"));
    ada(desk, "e3", 50, EDIT("day", "Open on Saturday?"));
    ada(desk, "e4", 30, "\"type\":\"unsupported\",\"unsupported\":{\"type\":\"edit\"}");
    wait_record(desk, "They edited a message: look at it on the phone.");
    phone(desk, "hours", 20, "\"context\":{\"id\":\"wamid.day\"}," TEXT("Yes, 10 to 16 h"));
    wait_quote(desk, COEX_FEED_ECHO, "ada", "Yes, 10 to 16 h", "Open on Monday?");
    phone(desk, "e5", 10, EDIT("hours", "Yes, 10 to 15 h"));
    wait_record(desk, "Edited on the phone: “Yes, 10 to 15 h” (before: “Yes, 10 to 16 h”).");
    desk_wait_state(desk, "ada", "sent *: Yes, 10 to 15 h");
    come_again(desk);
    desk_wait_state(desk, "ada", "sent *: Yes, 10 to 15 h");
    wait_history(desk, "in (edited): Open on Monday?\n"
                       "notice: They edited a message: look at it on the phone.\n"
                       "phone (edited) (to Open on Monday?): Yes, 10 to 15 h");
}

/* The unsupported form comes again with what it was about. */
static void
test_edit_told_later(Desk *desk)
{
    desk_login(desk);
    ada(desk, "day", 60, TEXT("Open on Sunday?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Open on Sunday?");
    ada(desk, "e1", 40, "\"type\":\"unsupported\",\"unsupported\":{\"type\":\"edit\"}");
    wait_record(desk, "They edited a message: look at it on the phone.");
    ada(desk, "e1", 40, EDIT("day", "Open on Monday?"));
    wait_record(desk, "They edited: “Open on Monday?” (before: “Open on Sunday?”).");
    come_again(desk);
    wait_history(desk, "in (edited): Open on Monday?");
}

/* Before its original, which then has the newest text and says nothing more. */
static void
test_edit_first(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    ada(desk, "e2", 30, EDIT("day", "Open on Tuesday?"));
    wait_record(desk, "They edited: “Open on Tuesday?” (before: [a message not seen here]).");
    ada(desk, "e1", 40, EDIT("day", "Open on Monday?"));
    ada(desk, "e3", 30, EDIT("day", "Open on Tuesday?"));
    desk_fence(desk);
    desk_restart(desk);
    ada(desk, "day", 60, TEXT("Open on Sunday?"));
    come_again(desk);
    wait_history(desk, "in (edited): Open on Tuesday?\nin: Hi");
    /* a file was not shown by the line of its caption */
    ada(desk, "e4", 10, EDIT("bike", "My new bike"));
    wait_record(desk, "They edited: “My new bike” (before: [a message not seen here]).");
    ada(desk, "bike", 20,
        "\"type\":\"image\",\"image\":{\"id\":\"1\",\"mime_type\":\"image/jpeg\","
        "\"caption\":\"My bike\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "My new bike");
}

/* A side changes and takes back only what it wrote itself, in its own conversation. */
static void
test_not_theirs(Desk *desk)
{
    desk_login(desk);
    phone(desk, "price", 60, TEXT("It costs 100"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "It costs 100");
    ada(desk, "fine", 50, TEXT("Fine"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Fine");
    ada(desk, "e1", 40, EDIT("price", "It costs 1"));
    wait_record(desk, "They edited: “It costs 1” (before: [a message not seen here]).");
    ada(desk, "d1", 30, REVOKE("price"));
    wait_record(desk, "They deleted [a message not seen here].");
    desk_deliver(desk, "", "d2", 20, FROM_BEN REVOKE("fine"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ben", "They deleted [a message not seen here].");
    wait_history(desk, "phone: It costs 100\nin: Fine\n*");
}

/* ---- deletions ---- */

static void
test_deletions(Desk *desk)
{
    desk_login(desk);
    ada(desk, "one", 60, TEXT("My address is 4 Mill Lane"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "My address *");
    ada(desk, "d1", 50, REVOKE("one"));
    wait_record(desk, "They deleted “My address is 4 Mill Lane”.");
    ada(desk, "d1", 50, REVOKE("one"));
    ada(desk, "d2", 49, REVOKE("one"));
    ada(desk, "e1", 48, EDIT("one", "Never mind"));
    phone(desk, "two", 40, TEXT("Wrong chat"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "Wrong chat");
    phone(desk, "d3", 30, REVOKE("two"));
    wait_record(desk, "Deleted on the phone: “Wrong chat”.");
    come_again(desk);
    wait_history(desk, "in (deleted): My address is 4 Mill Lane\nphone (deleted): Wrong chat");
}

/* Before what it takes back: that is told as taken back, and nothing of it is lost. */
static void
test_deletion_first(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    ada(desk, "d1", 30, REVOKE("one"));
    wait_record(desk, "They deleted [a message not seen here].");
    ada(desk, "d2", 29, REVOKE("one"));
    ada(desk, "one", 60, TEXT("Call me at home"));
    wait_record(desk, "They deleted “Call me at home”.");
    come_again(desk);
    wait_history(desk, "in (deleted): Call me at home\nin: Hi");
}

/* None of them opens the window but a reaction, and none waits for an answer. */
static void
test_window(Desk *desk)
{
    desk_login(desk);
    ada(desk, "e1", 0, EDIT("day", "Open on Monday?"));
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "They edited*");
    ada(desk, "d1", 0, REVOKE("day"));
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "They deleted*");
    desk_fence(desk);
    g_assert_false(desk_view(desk, "ada")->window.open);
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "reaction",
                                        "{\"message_id\":\"wamid.never\",\"emoji\":\"👍\"}"));
    wait_record(desk, "They reacted with 👍 to [a message not seen here].");
    desk_wait_window(desk, "ada", TRUE);
    desk_say(desk, "ada", "Thank you");
    desk_take(desk, "ada", "Thank you");
    desk_wait_state(desk, "ada", "delivered*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/refer/quotes", test_quotes);
    desk_add("/refer/quotes-of-others", test_quotes_of_others);
    desk_add("/refer/reactions", test_reactions);
    desk_add("/refer/edits", test_edits);
    desk_add("/refer/edits-imitate", test_edits_imitate);
    desk_add("/refer/edit-told-later", test_edit_told_later);
    desk_add("/refer/edit-first", test_edit_first);
    desk_add("/refer/not-theirs", test_not_theirs);
    desk_add("/refer/deletions", test_deletions);
    desk_add("/refer/deletion-first", test_deletion_first);
    desk_add("/refer/window", test_window);
    return g_test_run();
}
