// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <sqlite3.h>
#include <string.h>

/* The phone's address book: who is called how, since when, and who stands in the buddy list. */

#define ADA "\"phone_number\":\"12025550101\",\"user_id\":\"US.70214458810936652071\""
#define HOUR_S (60 * 60)

/* An entry of the book; @ago_s: when it was changed, < 0: not told. */
static char *
render(Desk *desk, const char *action, gint64 ago_s, const char *contact)
{
    g_autofree char *time =
        ago_s < 0 ? g_strdup("")
                  : g_strdup_printf(",\"metadata\":{\"timestamp\":\"%" G_GINT64_FORMAT "\"}",
                                    coex_sim_now(desk->sim) - ago_s);

    return g_strdup_printf("{\"type\":\"contact\",\"action\":\"%s\",\"contact\":{%s}%s}", action,
                           contact, time);
}

static void
deliver(Desk *desk, const char *entries)
{
    g_autofree char *value = g_strdup_printf("{\"state_sync\":[%s]}", entries);

    coex_sim_change(desk->sim, "smb_app_state_sync", value);
    desk_fence(desk);
}

static void
change(Desk *desk, const char *action, gint64 ago_s, const char *contact)
{
    g_autofree char *entry = render(desk, action, ago_s, contact);

    deliver(desk, entry);
}

static void
assert_alias(Desk *desk, const char *who, const char *alias)
{
    g_assert_cmpstr(desk_view(desk, who)->alias, ==, alias);
}

/* Deliveries whose raw body stays for a later version. */
static int
count_kept(Desk *desk)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    int n;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM deliveries WHERE state = 2", -1, &query, NULL),
        ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
    n = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return n;
}

/* Known before the first message, and nobody's buddy until then; the book's name counts before the
 * profile's, over a restart, and a gone entry leaves the profile's. */
static void
test_before_first_message(Desk *desk)
{
    desk_login(desk);
    change(desk, "add", 100, ADA ",\"full_name\":\"Ada (bikes)\",\"first_name\":\"Ada\"");
    assert_alias(desk, "ada", "Ada (bikes)");
    g_assert_false(desk_view(desk, "ada")->listed);
    desk_hear(desk, "ada", "Is it ready?");
    assert_alias(desk, "ada", "Ada (bikes)");
    g_assert_true(desk_view(desk, "ada")->listed);
    desk_restart(desk);
    assert_alias(desk, "ada", "Ada (bikes)");
    change(desk, "remove", 50, ADA);
    assert_alias(desk, "ada", "Ada Lovelace");
    desk_say(desk, "ada", "At five");
    desk_take(desk, "ada", "At five");
    desk_fence(desk);
    desk_logout(desk);
    g_assert_cmpint(count_kept(desk), ==, 0);
}

/* Deliveries overtake one another: the newest change counts, also over a restart. */
static void
test_order(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    change(desk, "add", 100, ADA ",\"full_name\":\"Second\"");
    assert_alias(desk, "ada", "Second");
    change(desk, "add", 200, ADA ",\"full_name\":\"First\"");
    assert_alias(desk, "ada", "Second");
    change(desk, "remove", 150, ADA);
    assert_alias(desk, "ada", "Second");
    change(desk, "remove", 80, ADA);
    assert_alias(desk, "ada", "Ada Lovelace");
    desk_restart(desk);
    change(desk, "add", 90, ADA ",\"full_name\":\"Before it went\"");
    assert_alias(desk, "ada", "Ada Lovelace");
    change(desk, "add", 70, ADA ",\"full_name\":\"Third\"");
    assert_alias(desk, "ada", "Third");
    /* a phone whose clock is ahead does not have the last word for ever */
    change(desk, "add", -48 * HOUR_S, ADA ",\"full_name\":\"Tomorrow\"");
    assert_alias(desk, "ada", "Tomorrow");
    desk_advance(desk, HOUR_S);
    change(desk, "add", 0, ADA ",\"full_name\":\"Today\"");
    assert_alias(desk, "ada", "Today");
}

/* What is odd is kept and harms nobody beside it. */
static void
test_odd(Desk *desk)
{
    g_autofree char *good =
        render(desk, "add", 10, ADA ",\"full_name\":\" \",\"first_name\":\"A\"");
    g_autofree char *own = NULL;
    g_autofree char *entries = g_strdup_printf(
        "7,{},{\"type\":\"label\",\"action\":\"add\",\"contact\":{" ADA ",\"full_name\":\"L\"}},"
        "{\"type\":\"contact\",\"action\":\"merge\",\"contact\":{" ADA ",\"full_name\":\"M\"}},"
        "{\"type\":\"contact\",\"action\":\"add\",\"contact\":\"x\"},"
        "{\"action\":\"add\",\"contact\":{\"full_name\":\"Nobody\",\"phone_number\":\"../1\"}},%s",
        good);

    desk_login(desk);
    deliver(desk, entries);
    assert_alias(desk, "ada", "A");
    /* nobody stands in the own book's list of customers */
    own = g_strdup_printf("\"phone_number\":\"%s\",\"full_name\":\"Us\"",
                          coex_sim_get_number(desk->sim));
    change(desk, "add", 10, own);
    g_assert_null(coex_session_find_person(desk->session, coex_sim_get_number(desk->sim)));
    desk_hear(desk, "ada", "Hi");
    assert_alias(desk, "ada", "A");
    desk_logout(desk);
    g_assert_cmpint(count_kept(desk), ==, 1);
}

/* 360dialog tells its partners in an envelope of its own. */
static void
test_partner_envelope(Desk *desk)
{
    g_autofree char *entry = render(desk, "add", 10, ADA ",\"full_name\":\"Ada by partner\"");
    g_autofree char *body = g_strdup_printf(
        "{\"id\":\"a4b1c2d3-0000-4000-8000-000000000002\",\"event\":\"smb_app_state_sync\","
        "\"data\":{\"id\":\"%s\",\"messaging_product\":\"whatsapp\",\"metadata\":{"
        "\"display_phone_number\":\"%s\",\"phone_number_id\":\"%s\"},\"state_sync\":[%s]}}",
        coex_sim_get_waba_id(desk->sim), coex_sim_get_number(desk->sim) + 1,
        coex_sim_get_phone_number_id(desk->sim), entry);
    g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));

    desk_login(desk);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, bytes, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_fence(desk);
    assert_alias(desk, "ada", "Ada by partner");
}

/* With everybody in the list those of the book are, too, as long as they stand in it, whatever
 * comes first. */
static void
test_everybody(Desk *desk)
{
    desk->config.list_everybody = TRUE;
    desk_login(desk);
    change(desk, "add", 100, ADA ",\"full_name\":\"Ada (bikes)\"");
    g_assert_true(desk_view(desk, "ada")->listed);
    change(desk, "remove", 90, ADA);
    g_assert_false(desk_view(desk, "ada")->listed);
    change(desk, "remove", 80, "\"user_id\":\"GB.31877200459163380254\"");
    change(desk, "add", 85, "\"user_id\":\"GB.31877200459163380254\",\"full_name\":\"Ben\"");
    g_assert_false(desk_view(desk, "GB.31877200459163380254")->listed);
    desk_hear(desk, "ada", "I am still there");
    g_assert_true(desk_view(desk, "ada")->listed);
    change(desk, "add", 70, ADA ",\"full_name\":\"Ada again\"");
    change(desk, "remove", 60, ADA);
    g_assert_true(desk_view(desk, "ada")->listed);
}

/* An entry that has both addresses of who was known by one each makes one person of them: what was
 * held for the one leaves, for the other has written. */
static void
test_two_are_one(Desk *desk)
{
    desk_login(desk);
    coex_session_hold_text(desk->session, "12025550101", "By the number", NULL);
    desk_wait_notice(desk, "12025550101", "Held until *");
    coex_sim_hide_number(desk->sim, "ada", TRUE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "By the user id"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "US.70214458810936652071", "By the user id");
    change(desk, "add", 0, ADA ",\"full_name\":\"Ada (bikes)\"");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "12025550101", "*same person*");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "US.70214458810936652071", "By the number");
    desk_take(desk, "ada", "By the number");
    desk_restart(desk);
    g_assert_cmpstr(desk_view(desk, "US.70214458810936652071")->alias, ==, "Ada (bikes)");
}

/* ---- marketing ---- */

static void
wish(Desk *desk, const char *value, gint64 ago_s)
{
    g_autofree char *json = g_strdup_printf(
        "{\"user_preferences\":[{\"wa_id\":\"12025550101\",\"category\":\"marketing_messages\","
        "\"detail\":\"told by them\",\"value\":\"%s\",\"timestamp\":%" G_GINT64_FORMAT "}]}",
        value, coex_sim_now(desk->sim) - ago_s);

    coex_sim_change(desk->sim, "user_preferences", json);
    desk_fence(desk);
}

/* The newest wish counts, is told once, and kept; what it is about leaves all the same. */
static void
test_marketing(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    g_assert_false(desk_view(desk, "ada")->no_marketing);
    wish(desk, "stop", 100);
    desk_wait_notice(desk, NULL, "+12025550101 wants no more marketing messages*");
    wish(desk, "stop", 90);
    wish(desk, "resume", 95);
    g_assert_true(desk_view(desk, "ada")->no_marketing);
    desk_restart(desk);
    g_assert_true(desk_view(desk, "ada")->no_marketing);
    desk_say(desk, "ada", "At five");
    desk_take(desk, "ada", "At five");
    wish(desk, "resume", 50);
    desk_wait_notice(desk, NULL, "+12025550101 accepts marketing messages again*");
    g_assert_false(desk_view(desk, "ada")->no_marketing);
    wish(desk, "stop", 60);
    g_assert_false(desk_view(desk, "ada")->no_marketing);
    desk_logout(desk);
    g_assert_cmpint(count_kept(desk), ==, 0);
}

/* Of somebody who turns out to be another, it is the other's. */
static void
test_marketing_of_one(Desk *desk)
{
    desk_login(desk);
    coex_sim_hide_number(desk->sim, "ada", TRUE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "By the user id"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "US.70214458810936652071", "By the user id");
    wish(desk, "stop", 10);
    desk_wait_notice(desk, NULL, "+12025550101 wants no more marketing messages*");
    g_assert_false(desk_view(desk, "US.70214458810936652071")->no_marketing);
    change(desk, "add", 0, ADA ",\"full_name\":\"Ada (bikes)\"");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "12025550101", "*same person*");
    g_assert_true(desk_view(desk, "US.70214458810936652071")->no_marketing);
    desk_restart(desk);
    g_assert_true(desk_view(desk, "US.70214458810936652071")->no_marketing);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/book/before-first-message", test_before_first_message);
    desk_add("/book/order", test_order);
    desk_add("/book/odd", test_odd);
    desk_add("/book/partner-envelope", test_partner_envelope);
    desk_add("/book/everybody", test_everybody);
    desk_add("/book/two-are-one", test_two_are_one);
    desk_add("/book/marketing", test_marketing);
    desk_add("/book/marketing-of-one", test_marketing_of_one);
    return g_test_run();
}
