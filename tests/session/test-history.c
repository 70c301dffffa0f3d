// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"
#include "desk.h"

#include <sqlite3.h>
#include <string.h>

/* The chats that the phone had before. They are in the store and in what is shown of the past, and
 * nobody is told of them as new. */

#define DAY_S CHUNK_DAY_S

static void
wait_past(Desk *desk, const char *who, const char *lines)
{
    coex_session_recall(desk->session, desk_name(who), 20, 0, TRUE);
    desk_wait_past(desk, who, lines);
}

static void
assert_nothing_new(Desk *desk, const char *who)
{
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, who, "*"), ==, 0);
    g_assert_cmpuint(desk_count(desk, DESK_PROMPT, who, "*"), ==, 0);
}

/* ---- what it is ---- */

/* Newest first, of both sides, without the addressee: it is in the past and nowhere else. The
 * window of who wrote a minute before stays closed, nobody waits, and an answer asks. */
static void
test_both_ways(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    chunk_open_chat(chunk, "ada");
    chunk_theirs(desk, chunk, "H3", "ada", 60, "Are you open?");
    chunk_ours(desk, chunk, "H2", DAY_S, "Your bike is ready");
    chunk_theirs(desk, chunk, "H1", "ada", 2 * DAY_S, "How is my bike?");
    chunk_deliver_last(desk, chunk);
    assert_nothing_new(desk, "ada");
    wait_past(desk, "ada", "in: How is my bike?\nphone: Your bike is ready\nin: Are you open?");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, ==, 0);
    g_assert_cmpint(desk_view(desk, "ada")->unread_since, ==, 0);
    g_assert_false(desk_view(desk, "ada")->window.open);
    g_assert_true(desk_view(desk, "ada")->listed);
    desk_restart(desk);
    assert_nothing_new(desk, "ada");
    wait_past(desk, "ada", "in: How is my bike?\nphone: Your bike is ready\nin: Are you open?");
    desk_send(desk, "ada", "Yes, until six");
    desk_wait_prompt(desk, "ada", "Yes, until six");
    coex_session_hold(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Held until *");
    desk_wait_prompt_over(desk, "ada");
    desk_hear(desk, "ada", "Hello?");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Yes, until six");
    desk_take(desk, "ada", "Yes, until six");
}

/* Chunks come in any order and more than once; each line of the account once. */
static void
test_any_order(Desk *desk)
{
    Chunk *one = chunk_new();
    Chunk *two = chunk_new();
    Chunk *again = chunk_new();

    desk_login(desk);
    chunk_open_chat(two, "ben");
    chunk_ours(desk, two, "H5", 3 * DAY_S, "Good morning");
    chunk_theirs(desk, two, "H4", "ben", 4 * DAY_S, "Hello");
    chunk_deliver(desk, two, 55);
    desk_wait_notice(desk, NULL, "WhatsApp is sending *earlier chats: 55 % have arrived.");
    chunk_open_chat(one, "ben");
    chunk_theirs(desk, one, "H7", "ben", DAY_S, "Thanks");
    chunk_deliver(desk, one, 30);
    chunk_open_chat(again, "ben");
    chunk_theirs(desk, again, "H7", "ben", DAY_S, "Thanks");
    chunk_ours(desk, again, "H6", 2 * DAY_S, "Done");
    chunk_deliver_last(desk, again);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*earlier chats*"), ==, 2);
    wait_past(desk, "ben", "in: Hello\nphone: Good morning\nphone: Done\nin: Thanks");
}

/* A thread without an id, with a hidden number, and one in which nothing but the messages tells
 * whose it is; messages without an id, without an address, and to oneself. */
static void
test_missing_members(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    chunk_open_thread(chunk, "\"context\":{\"user_id\":\"DE.40817263549081726354\","
                             "\"username\":\"carla.k\"},");
    g_string_append(chunk, "{\"from_user_id\":\"DE.40817263549081726354\",\"id\":\"wamid.H1\","
                           "\"timestamp\":\"1760000000\",\"type\":\"text\","
                           "\"text\":{\"body\":\"Hidden\"}},");
    chunk_ours(desk, chunk, "H2", DAY_S, "Seen");
    chunk_open_thread(chunk, "");
    chunk_ours(desk, chunk, "H3", DAY_S, "Whose is this?");
    chunk_theirs(desk, chunk, "H4", "ada", 60, "Mine");
    g_string_append(chunk, "{\"type\":\"text\",\"text\":{\"body\":\"No id\"}},7,");
    chunk_open_thread(chunk, "");
    chunk_ours(desk, chunk, "H5", DAY_S, "To nobody");
    chunk_open_thread(chunk, "\"id\":\"447700900100\",");
    chunk_ours(desk, chunk, "H6", DAY_S, "To myself");
    chunk_deliver_last(desk, chunk);
    assert_nothing_new(desk, "ada");
    wait_past(desk, "carla", "in: Hidden\nphone: Seen");
    wait_past(desk, "ada", "phone: Whose is this?\nin: Mine");
    g_assert_null(coex_session_find_person(desk->session, "447700900100"));
}

#define HUGE (300 * 1000)

/* An element that is no message, or hardly one, takes nothing from those beside it; of what a
 * message tells twice the last counts. */
static void
test_odd_elements(Desk *desk)
{
    Chunk *chunk = chunk_new();
    g_autofree char *open = g_strnfill(50, '[');
    g_autofree char *close = g_strnfill(50, ']');
    g_autofree char *huge = g_strnfill(HUGE, 'x');
    g_autofree char *lines =
        g_strdup_printf("in: First\nphone: Second\nin: 7\nin: %s\nin: Last", huge);
    g_autofree char *twice = g_strdup_printf(
        "\"id\":\"wamid.H2\",\"type\":\"image\",\"type\":\"text\",\"timestamp\":\"1\","
        "\"timestamp\":%" G_GINT64_FORMAT ",\"text\":{\"body\":\"First\",\"body\":\"Second\"},"
        "\"history_context\":{\"from_me\":true}",
        coex_sim_now(desk->sim) - 8 * DAY_S);

    desk_login(desk);
    chunk_open_chat(chunk, "ada");
    chunk_theirs(desk, chunk, "H1", "ada", 9 * DAY_S, "First");
    g_string_append(chunk, "null,7,-0.5,true,\"H0\",[],{},[{\"id\":\"wamid.H0\"}],");
    g_string_append_printf(chunk, "%s%s,", open, close);
    g_string_append(chunk, "{\"id\":[\"wamid.H0\"],\"from\":{},\"timestamp\":[],\"type\":7},");
    chunk_add(desk, chunk, "H0", desk_name("ada"), 60, twice);
    chunk_add(desk, chunk, "H3", desk_name("ada"), 7 * DAY_S,
              "\"type\":\"text\",\"context\":[],\"text\":{\"body\":7},\"history_context\":1");
    chunk_add_text(desk, chunk, "H4", desk_name("ada"), 6 * DAY_S, huge);
    chunk_theirs(desk, chunk, "H5", "ada", 5 * DAY_S, "Last");
    chunk_deliver_last(desk, chunk);
    assert_nothing_new(desk, "ada");
    wait_past(desk, "ada", lines);
    desk_restart(desk);
    wait_past(desk, "ada", lines);
}

#define TEXT "\"type\":\"text\",\"text\":{\"body\":\"Are you there?\"},"

static void
test_states(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    chunk_open_chat(chunk, "ada");
    chunk_add(desk, chunk, "H1", desk->number, DAY_S, TEXT CHUNK_STATE("error"));
    chunk_add(desk, chunk, "H2", desk->number, 60, TEXT CHUNK_STATE("delivered"));
    chunk_deliver_last(desk, chunk);
    wait_past(desk, "ada", "failed: Are you there?\nphone: Are you there?");
    coex_sim_status(desk->sim, "wamid.H2", "read");
    desk_fence(desk);
    desk_wait_state(desk, "ada", "read *: Are you there?");
}

/* ---- beside what is new ---- */

/* WhatsApp may write one id in two ways; it is one message all the same. */
static void
test_known(Desk *desk)
{
    Chunk *chunk = chunk_new();
    g_autofree char *heard = NULL;
    g_autofree char *sent = NULL;
    g_autofree char *phone = NULL;

    desk_login(desk);
    heard = coex_sim_customer_sends(desk->sim, "ada", "I am new");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "I am new");
    phone = coex_sim_phone_sends(desk->sim, "ada", "Welcome");
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "Welcome");
    desk_say(desk, "ada", "Good day");
    desk_take(desk, "ada", "Good day");
    desk_wait_state(desk, "ada", "delivered*");
    sent = coex_sim_dup_last_sent(desk->sim, "ada");
    chunk_open_chat(chunk, "ada");
    chunk_ours(desk, chunk, sent + strlen("wamid."), 60, "Good day");
    chunk_ours(desk, chunk, phone + strlen("wamid."), 60, "Welcome");
    chunk_theirs(desk, chunk, heard + strlen("wamid."), "ada", 60, "I am new");
    chunk_theirs(desk, chunk, "H1", "ada", DAY_S, "I am old");
    chunk_deliver_last(desk, chunk);
    wait_past(desk, "ada", "in: I am old\nin: I am new\nphone: Welcome\nout: Good day");
    desk_wait_window(desk, "ada", TRUE);
}

/* What overtook its own webhook is shown when that comes, and opens the window. */
static void
test_before_it_was_new(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    chunk_open_chat(chunk, "ada");
    chunk_theirs(desk, chunk, "H1", "ada", 60, "Quick question");
    chunk_deliver_last(desk, chunk);
    assert_nothing_new(desk, "ada");
    desk_deliver(desk, "", "H1", 60,
                 "\"from\":\"12025550101\",\"type\":\"text\",\"text\":{\"body\":\"Quick "
                 "question\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Quick question");
    desk_wait_window(desk, "ada", TRUE);
    desk_fence(desk);
    wait_past(desk, "ada", "in: Quick question");
    coex_sim_open_window(desk->sim, "ada");
    desk_say(desk, "ada", "Go on");
    desk_take(desk, "ada", "Go on");
    desk_wait_state(desk, "ada", "delivered*");
}

/* The customer goes on with what was said before: the quote is found, the edit and the deletion
 * are made. */
static void
test_goes_on(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    chunk_open_chat(chunk, "ada");
    chunk_ours(desk, chunk, "H1", DAY_S, "We open at nine");
    chunk_theirs(desk, chunk, "H2", "ada", DAY_S / 2, "At ten?");
    chunk_theirs(desk, chunk, "H3", "ada", DAY_S / 4, "Forget it");
    chunk_deliver_last(desk, chunk);
    desk_deliver(desk, "", "N1", 3,
                 "\"from\":\"12025550101\",\"type\":\"text\",\"text\":{\"body\":\"Really?\"},"
                 "\"context\":{\"id\":\"wamid.H1\"}");
    g_assert_cmpstr(desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Really?")->item->quote, ==,
                    "We open at nine");
    desk_deliver(desk, "", "N2", 2,
                 "\"from\":\"12025550101\",\"type\":\"edit\",\"edit\":{\"original_message_id\":"
                 "\"wamid.H2\",\"message\":{\"type\":\"text\",\"text\":{\"body\":\"At nine?\"}}}");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They edited: “At nine?” (before: “At ten?”).");
    desk_deliver(desk, "", "N3", 1,
                 "\"from\":\"12025550101\",\"type\":\"revoke\",\"revoke\":{"
                 "\"original_message_id\":\"wamid.H3\"}");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They deleted “Forget it”.");
    desk_restart(desk);
    wait_past(desk, "ada",
              "phone: We open at nine\nin (edited): At nine?\n"
              "in (deleted): Forget it\nin (to We open at nine): Really?");
}

/* ---- files ---- */

#define IMAGE                                                                                      \
    "\"type\":\"image\",\"image\":{\"id\":\"9912\",\"mime_type\":\"image/jpeg\","                  \
    "\"sha256\":\"b1fe816a4ee3e1d36c8f079a86c0ea4b46d82ba10e45420fb73222886a3599e6\","             \
    "\"caption\":\"The leak\"}"

static void
deliver_file(Desk *desk, const char *list, const char *token, const char *members)
{
    g_autofree char *value = g_strdup_printf(
        "{\"%s\":[{%s\"id\":\"wamid.%s\",\"timestamp\":\"%" G_GINT64_FORMAT "\"," IMAGE "}]}", list,
        members, token, coex_sim_now(desk->sim));

    coex_sim_change(desk->sim, "history", value);
}

/* A file comes after its place, before it, or as the other side's; in each case it is one message,
 * at the time of the first. */
static void
test_files(Desk *desk)
{
    Chunk *chunk = chunk_new();
    const char *place = "\"type\":\"media_placeholder\"," CHUNK_STATE("READ");

    desk_login(desk);
    deliver_file(desk, "messages", "F2", "\"from\":\"12025550101\",");
    chunk_open_chat(chunk, "ada");
    chunk_theirs(desk, chunk, "H0", "ada", 5 * DAY_S, "Look:");
    chunk_add(desk, chunk, "F1", desk_name("ada"), 4 * DAY_S, place);
    chunk_add(desk, chunk, "F2", desk_name("ada"), 3 * DAY_S, place);
    chunk_add(desk, chunk, "F3", desk_name("ada"), 2 * DAY_S, place);
    chunk_add(desk, chunk, "F4", desk_name("ada"), DAY_S, place);
    chunk_deliver_last(desk, chunk);
    wait_past(desk, "ada",
              "in: Look:\nin: ?file not available here*\nin: ?file*\n"
              "in: ?file*\nin: ?image? The leak");
    deliver_file(desk, "messages", "F1", "\"from\":\"12025550101\",");
    deliver_file(desk, "message_echoes", "F3", "\"to\":\"12025550101\",");
    deliver_file(desk, "message_echoes", "F4", "");
    assert_nothing_new(desk, "ada");
    wait_past(desk, "ada",
              "in: Look:\nin: ?image? The leak\nin: ?image? The leak\n"
              "in: ?image? The leak\nin: ?image? The leak");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 0);
}

/* ---- much of it ---- */

#define N_MANY 3000

static gint
count_messages(Desk *desk)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    gint n;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, "SELECT count(*) FROM messages WHERE text LIKE 'Line %'",
                                       -1, &statement, NULL),
                    ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    n = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return n;
}

/* @n messages with Ada and Ben, the ids from @first on. */
static Chunk *
many(Desk *desk, guint first, guint n)
{
    Chunk *chunk = chunk_new();

    for (guint i = first; i < first + n; i++) {
        g_autofree char *token = g_strdup_printf("M%u", i);
        g_autofree char *text = g_strdup_printf("Line %u", i);
        const char *who = i - first < n / 2 ? "ada" : "ben";

        if ((i - first) % (n / 2) == 0)
            chunk_open_chat(chunk, who);
        chunk_add_text(desk, chunk, token, i % 3 == 0 ? desk->number : desk_name(who),
                       10 * DAY_S + (N_MANY - i), text);
    }
    return chunk;
}

/* Who logs off or is killed in the middle has all of it afterwards, once; and what comes meanwhile
 * is shown. */
static void
test_interrupted(Desk *desk)
{
    desk_login(desk);
    for (guint i = 0; i < 3; i++)
        chunk_deliver(desk, many(desk, i * N_MANY / 3, N_MANY / 3), 10 + (int)i);
    desk_hear(desk, "dana", "Is anybody there?");
    desk_ignore(desk, "WhatsApp is sending *");
    desk_restart(desk);
    desk_hear(desk, "dana", "Hello?");
    desk_restart(desk);
    chunk_deliver(desk, many(desk, 0, N_MANY), 100);
    desk_wait_notice(desk, NULL, "All of this number's earlier chats have arrived. *");
    desk_fence(desk);
    desk_logout(desk);
    g_assert_cmpint(count_messages(desk), ==, N_MANY);
    desk_login(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

/* The account is off while it comes: it is kept for it. */
static void
test_kept(Desk *desk)
{
    g_autoptr(Desk) other = NULL;
    const CoexSimIdentity identity = { .number = "+447700900199",
                                       .phone_number_id = "318800000000099" };

    if (!desk_is_meta(desk))
        return;
    desk_login(desk);
    other = desk_new_beside(desk, &identity);
    desk_login(other);
    desk_logout(desk);
    chunk_deliver(desk, many(desk, 0, N_MANY), 100);
    desk_fence(other);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "All of this number's earlier chats have arrived. *");
    coex_session_recall(desk->session, desk_name("ada"), 1, 0, TRUE);
    desk_wait_past(desk, "ada", "*: Line 1499");
    g_assert_cmpuint(desk_count(other, DESK_NOTICE, NULL, "*earlier chats*"), ==, 0);
}

/* Much of it is kept, and who logs off in the middle has all of it afterwards, once; what is new
 * waits for none of it. */
static void
test_kept_interrupted(Desk *desk)
{
    g_autoptr(Desk) other = NULL;
    const CoexSimIdentity identity = { .number = "+447700900199",
                                       .phone_number_id = "318800000000099" };

    desk_login(desk);
    other = desk_new_beside(desk, &identity);
    desk_login(other);
    desk_logout(desk);
    for (guint i = 0; i < 5; i++)
        chunk_deliver(desk, many(desk, i * N_MANY / 5, N_MANY / 5), 10 + (int)i);
    desk_fence(other);
    desk_ignore(desk, "WhatsApp is sending *");
    for (guint i = 0; i < 4; i++) {
        desk_login(desk);
        desk_hear(desk, "dana", "Is anybody there?");
        desk_logout(desk);
    }
    desk_login(desk);
    chunk_deliver_last(desk, many(desk, 0, N_MANY));
    desk_logout(desk);
    desk_logout(other);
    g_assert_cmpint(count_messages(desk), ==, N_MANY);
}

static void
test_declined(Desk *desk)
{
    desk_login(desk);
    coex_sim_change(desk->sim, "history",
                    "{\"history\":[{\"errors\":[{\"code\":2593109,\"title\":\"History sync is "
                    "turned off\"}]}]}");
    desk_wait_notice(desk, NULL,
                     "The chat history was not shared: *To share them, connect the "
                     "number again in the WhatsApp Business app.*");
}

/* ---- words in it ---- */

static void
wait_found(Desk *desk, const char *who, const char *words, const char *lines)
{
    coex_session_search(desk->session, who != NULL ? desk_name(who) : NULL, words);
    desk_wait_past(desk, who, lines);
}

/* Any script, whatever the case and the marks, in what came, what was sent and what was before. */
static void
test_found(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    chunk_open_chat(chunk, "ben");
    chunk_theirs(desk, chunk, "H1", "ben", 2 * DAY_S, "明日は黒パンをください");
    chunk_ours(desk, chunk, "H2", DAY_S, "The Café in Gàrdèn Street");
    chunk_deliver_last(desk, chunk);
    desk_hear(desk, "ada", "Is the CAFE open on ΣΊΣΥΦΟΣ street?");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "100% \"sure\" it's open"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "100%*");
    desk_say(desk, "ada", "Straße 5 OK");
    desk_take(desk, "ada", "Straße 5 OK");
    desk_wait_state(desk, "ada", "delivered*");
    wait_found(desk, "ada", "黒パン",
               "Found for “黒パン”, the newest first:\nfrom +447700900112: 明日は黒パンをください");
    wait_found(desk, NULL, "street cafe",
               "Found for “street cafe”, the newest first:\n"
               "from Ada Lovelace: Is the CAFE open on ΣΊΣΥΦΟΣ street?\n"
               "to +447700900112: The Café in Gàrdèn Street");
    wait_found(desk, NULL, "σισυφος", "*\nfrom Ada Lovelace: *");
    wait_found(desk, NULL, "STRASSE", "*\nto Ada Lovelace: Straße 5 OK");
    wait_found(desk, NULL, "ok", "*\nto Ada Lovelace: Straße 5 OK");
    wait_found(desk, NULL, "は", "*\nfrom +447700900112: *");
    wait_found(desk, NULL, "100% \"sure\"", "*\nto Ada Lovelace: 100% *");
}

/* Nothing that is typed is anything but words. */
static void
test_not_found(Desk *desk)
{
    static const char *const hostile[] = { "\"",
                                           "\"\"\"",
                                           "words OR folded:a",
                                           "NEAR(a b)",
                                           "folded:abc",
                                           "abc* -def",
                                           "'; DROP TABLE words; --",
                                           "((((",
                                           "%%%",
                                           "___",
                                           "\xff\xfe\xff" };

    desk_login(desk);
    desk_hear(desk, "ada", "An ordinary message");
    coex_session_search(desk->session, NULL, "");
    desk_wait_notice(desk, NULL, "What are you looking for?*");
    for (guint i = 0; i < G_N_ELEMENTS(hostile); i++) {
        coex_session_search(desk->session, NULL, hostile[i]);
        desk_wait_notice(desk, NULL, "Nothing was found for “*”.");
    }
    wait_found(desk, NULL, "ordinary", "*\nfrom Ada Lovelace: An ordinary message");
    coex_session_search(desk->session, NULL, "  ");
    desk_wait_notice(desk, NULL, "Nothing more was found for “ordinary”.");
}

/* It follows what becomes of a message, also over a restart. */
static void
test_found_as_it_is(Desk *desk)
{
    g_autofree char *bread = NULL;

    desk_login(desk);
    desk_deliver(desk, "", "N1", 3,
                 "\"from\":\"12025550101\",\"type\":\"text\",\"text\":{\"body\":\"Rye bread\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Rye bread");
    desk_hear(desk, "ben", "White bread");
    /* what is done to a message is none itself */
    bread = coex_sim_dup_last(desk->sim, COEX_SIM_CUSTOMER, "ben");
    g_free(coex_sim_reacts(desk->sim, COEX_SIM_CUSTOMER, "ben", bread, "👍"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ben", "They reacted with 👍 to “White bread”*");
    wait_found(desk, NULL, "bread",
               "Found for “bread”, the newest first:\nfrom Ben Whitaker: White bread\n"
               "from +12025550101: Rye bread");
    desk_deliver(desk, "", "N2", 2,
                 "\"from\":\"12025550101\",\"type\":\"edit\",\"edit\":{\"original_message_id\":"
                 "\"wamid.N1\",\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Plum cake\"}}}");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They edited*");
    wait_found(desk, NULL, "bread", "*first:\nfrom Ben Whitaker: White bread");
    wait_found(desk, NULL, "plum", "*\nfrom +12025550101 (edited): Plum cake");
    desk_restart(desk);
    desk_deliver(desk, "", "N3", 1,
                 "\"from\":\"12025550101\",\"type\":\"revoke\",\"revoke\":{"
                 "\"original_message_id\":\"wamid.N1\"}");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They deleted*");
    coex_session_search(desk->session, NULL, "plum");
    desk_wait_notice(desk, NULL, "Nothing was found for “plum”.");
    wait_found(desk, NULL, "bread", "*\nfrom Ben Whitaker: White bread");
}

/* Twenty at a time, to the end, by time and not by when they came. */
static void
test_found_in_parts(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "dana", "Line of today");
    chunk_deliver(desk, many(desk, 0, 40), 100);
    desk_wait_notice(desk, NULL, "All of this number's earlier chats have arrived. *");
    wait_found(desk, NULL, "line",
               "Found for “line”, the newest first:\nfrom Dana Weber: Line of today\n"
               "to +447700900112: Line 39\n*Line 21\n/search alone shows more.");
    wait_found(desk, NULL, "", "*first:\nfrom *: Line 20\n*Line 1\n/search alone shows more.");
    wait_found(desk, NULL, "", "*first:\nto +12025550101: Line 0");
    coex_session_search(desk->session, NULL, "");
    desk_wait_notice(desk, NULL, "Nothing more was found for “line”.");
}

/* ---- the log ---- */

static void
written(Desk *desk)
{
    coex_session_log_next(desk->session, COEX_LOG_WRITTEN, 0);
}

/* A person's day at a time, in order, once all of it has come; what was not written is there again
 * after a restart, and what was is not. */
static void
test_logged(Desk *desk)
{
    Chunk *one = chunk_new();
    Chunk *last = chunk_new();

    desk->logs = TRUE;
    desk_login(desk);
    chunk_open_chat(one, "ada");
    chunk_theirs(desk, one, "H3", "ada", 3 * DAY_S, "Third");
    chunk_deliver(desk, one, 50);
    desk_wait_notice(desk, NULL, "WhatsApp is sending *");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PAST, "ada", "log*"), ==, 0);
    chunk_open_chat(last, "ada");
    chunk_ours(desk, last, "H2", 5 * DAY_S, "Second");
    chunk_theirs(desk, last, "H1", "ada", 5 * DAY_S + 1, "First");
    chunk_open_chat(last, "ben");
    chunk_theirs(desk, last, "H4", "ben", 9 * DAY_S, "Fourth");
    chunk_deliver_last(desk, last);
    desk_wait_past(desk, "ada", "log: First Second");
    desk_restart(desk);
    desk_wait_past(desk, "ada", "log: First Second");
    /* killed while it writes: what is left of it is named until another begins */
    coex_session_log_next(desk->session, COEX_LOG_BEGIN, 1700000000);
    desk_wait_past(desk, NULL, "log begun");
    desk_restart(desk);
    desk_wait_past(desk, "ada", "log: (half of 12025550101 at 1700000000) First Second");
    coex_session_log_next(desk->session, COEX_LOG_SKIP, 0);
    desk_wait_past(desk, "ben", "log: (half of 12025550101 at 1700000000) Fourth");
    coex_session_log_next(desk->session, COEX_LOG_SKIP, 0);
    coex_session_log_next(desk->session, COEX_LOG_ASK, 0);
    desk_wait_past(desk, "ada", "log: (half of 12025550101 at 1700000000) First Second");
    coex_session_log_next(desk->session, COEX_LOG_BEGIN, 1700000001);
    desk_wait_past(desk, NULL, "log begun");
    written(desk);
    desk_wait_past(desk, "ada", "log: Third");
    written(desk);
    desk_wait_past(desk, "ben", "log: Fourth");
    written(desk);
    desk_fence(desk);
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PAST, NULL, "log*"), ==, 0);
    wait_past(desk, "ada", "in: First\nphone: Second\nin: Third");

    /* some come after the one that says that it is the last */
    last = chunk_new();
    chunk_open_chat(last, "ada");
    chunk_theirs(desk, last, "H5", "ada", 7 * DAY_S, "Before all");
    chunk_deliver(desk, last, 90);
    desk_wait_past(desk, "ada", "log: Before all");
    written(desk);
    desk_fence(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/history/both-ways", test_both_ways);
    desk_add("/history/any-order", test_any_order);
    desk_add("/history/missing-members", test_missing_members);
    desk_add("/history/odd-elements", test_odd_elements);
    desk_add("/history/states", test_states);
    desk_add("/history/known", test_known);
    desk_add("/history/before-it-was-new", test_before_it_was_new);
    desk_add("/history/goes-on", test_goes_on);
    desk_add("/history/files", test_files);
    desk_add("/history/interrupted", test_interrupted);
    desk_add_at(DESK_ONLY_META, "/history/kept", test_kept);
    desk_add_at(DESK_ONLY_META, "/history/kept-interrupted", test_kept_interrupted);
    desk_add("/history/declined", test_declined);
    desk_add("/history/found", test_found);
    desk_add("/history/not-found", test_not_found);
    desk_add("/history/found-as-it-is", test_found_as_it_is);
    desk_add("/history/found-in-parts", test_found_in_parts);
    desk_add("/history/logged", test_logged);
    return g_test_run();
}
