// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <sqlite3.h>
#include <string.h>

static void
test_smoke(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "Hello there");
    desk_send(desk, "ada", "Good <b>day</b>");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Good *day*");
    request = desk_wait_sent(desk, "ada", "Good *day*");
    desk_wait_state(desk, "ada", "delivered *: Good *day*");
}

/* A customer with a new number goes on in the same conversation, and is answered there. */
static void
test_new_number(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "Soon I move");
    g_free(coex_sim_customer_sends_type(
        desk->sim, "ada", "system",
        "{\"type\":\"user_changed_number\",\"body\":\"User Ada changed\","
        "\"wa_id\":\"12025550188\",\"user_id\":\"US.70199887766554433221\"}"));
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada changed*");
    desk_restart(desk);
    coex_sim_add_customer(desk->sim, "moved", "+12025550188", "US.70199887766554433221",
                          "Ada Lovelace");
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Here I am"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Here I am");
    desk_send(desk, "ada", "Welcome");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Welcome");
    request = desk_wait_sent(desk, "moved", "Welcome");
    g_assert_cmpstr(request->to, ==, "+12025550188");
    desk_wait_state(desk, "ada", "delivered *: Welcome");
}

/* Nobody takes over another's conversation by a change of number: the number goes, and what is
 * typed for whom had it does not leave. */
static void
test_taken_number(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "dana", "This is mine");
    desk_hear(desk, "ada", "Soon I move");
    g_free(coex_sim_customer_sends_type(
        desk->sim, "ada", "system",
        "{\"type\":\"user_changed_number\",\"body\":\"User Ada changed\","
        "\"wa_id\":\"493023125017\"}"));
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada changed*");
    g_free(coex_sim_customer_sends(desk->sim, "dana", "This is Ada"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "This is Ada");
    desk_send(desk, "dana", "For Dana alone");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "For Dana alone");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "For Dana alone");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 0);
}

static void
test_shown_once(Desk *desk)
{
    desk_login(desk);
    coex_sim_duplicate_next(desk->sim, 2);
    desk_hear(desk, "ada", "Only once");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_delivered(desk->sim), >=, 3);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 1);
    g_assert_cmpstr(desk_view(desk, "ada")->alias, ==, "Ada Lovelace");
    g_assert_cmpstr(desk_view(desk, "ada")->display, ==, "+12025550101");
    g_assert_true(desk_view(desk, "ada")->listed);
}

static void
test_batch(Desk *desk)
{
    desk_login(desk);
    coex_sim_begin_batch(desk->sim);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "One"));
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Two"));
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Three"));
    coex_sim_end_batch(desk->sim);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "One");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Three");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "Two");
}

static void
test_reversed(Desk *desk)
{
    desk_login(desk);
    coex_sim_hold(desk->sim);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "First"));
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Second"));
    coex_sim_release(desk->sim, COEX_SIM_REVERSED);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "Second");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "First");
}

static void
test_echo(Desk *desk)
{
    desk_login(desk);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_wait_window(desk, "ada", FALSE);
}

static void
test_number_withheld(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    desk_hear(desk, "carla", "I have no number");
    g_assert_cmpstr(desk_view(desk, "carla")->name, ==, desk_name("carla"));
    g_assert_cmpstr(desk_view(desk, "carla")->alias, ==, "Carla");
    desk_send(desk, "carla", "Never mind");
    desk_wait_feed(desk, COEX_FEED_TYPED, "carla", "Never mind");
    request = desk_wait_sent(desk, "carla", "Never mind");
    g_assert_null(request->to);
    g_assert_cmpstr(request->recipient, ==, desk_name("carla"));
    desk_wait_state(desk, "carla", "delivered*");
    g_free(coex_sim_phone_sends(desk->sim, "carla", "And by phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "carla", "And by phone");
}

/* The number goes, the person stays. */
static void
test_number_hidden_later(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    coex_sim_hide_number(desk->sim, "ada", TRUE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Now you do not"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Now you do not");
    desk_send(desk, "ada", "Fine");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Fine");
    request = desk_wait_sent(desk, "ada", "Fine");
}

static void
test_placeholder(Desk *desk)
{
    g_autofree char *wamid = NULL;

    desk_login(desk);
    wamid = coex_sim_customer_sends_unavailable(desk->sim, "ada");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "*");
    coex_sim_customer_sends_again(desk->sim, "ada", wamid, "The real text");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "The real text");
    coex_sim_redeliver_last(desk->sim);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 2);
}

static void
test_other_types(Desk *desk)
{
    const DeskEvent *line;

    desk_login(desk);
    g_free(coex_sim_customer_sends_type(
        desk->sim, "ada", "image",
        "{\"mime_type\":\"image/jpeg\",\"sha256\":\"x\",\"id\":\"1\",\"caption\":\"My bike\"}"));
    line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "*My bike*");
    g_assert_cmpint(line->item->message_id, >, 0);
    g_assert_cmpstr(line->item->media->id, ==, "1");
    g_assert_cmpstr(line->item->media->caption, ==, "My bike");
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "hologram", "{\"depth\":3}"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "*hologram*");
    desk_wait_window(desk, "ada", TRUE);
    g_free(coex_sim_phone_sends_type(
        desk->sim, "ada", "document",
        "{\"mime_type\":\"application/pdf\",\"id\":\"2\",\"filename\":\"offer.pdf\"}"));
    line = desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "*offer.pdf*");
    g_assert_cmpint(line->item->media->kind, ==, COEX_MEDIA_DOCUMENT);
    g_assert_cmpstr(line->item->media->name, ==, "offer.pdf");
}

static void
test_unsigned(Desk *desk)
{
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "From a stranger");

    desk_login(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_NONE), ==, 401);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*without the secret of*");
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_WRONG), ==, 401);
    desk_fence(desk);
    desk_advance(desk, 2 * 60 * 60);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_WRONG), ==, 401);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*is not that of*");
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "From a stranger");
}

static guint
get(Desk *desk, const char *rest)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, rest, NULL);

    return coex_sim_deliver_raw_to(desk->sim, "GET", url, NULL, COEX_SIM_SIGN_NONE);
}

static void
test_challenge(Desk *desk)
{
    g_autofree char *good =
        g_strconcat("/webhook?hub.mode=subscribe&hub.challenge=77&hub.verify_token=",
                    coex_sim_get_verify_token(desk->sim), NULL);

    desk_login(desk);
    g_assert_cmpuint(get(desk, good), ==, desk_is_meta(desk) ? 200 : 405);
    g_assert_cmpuint(
        get(desk, "/webhook?hub.mode=subscribe&hub.challenge=77&hub.verify_token=wrong"), ==,
        desk_is_meta(desk) ? 403 : 405);
    g_assert_cmpuint(get(desk, "/elsewhere"), ==, 404);
}

/* A number of the same business whose account is off: kept, and applied when it logs in. */
static void
test_unknown_number_kept(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = "+447700900200",
        .phone_number_id = "318800000000200",
        .key = "made-up-other-key",
        .port = 0,
    };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);

    desk_login(desk);
    g_free(coex_sim_customer_sends(other->sim, "ada", "To the other number"));
    g_assert_true(coex_sim_wait_delivered(other->sim, DESK_PATIENCE_MS));
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    desk_login(other);
    desk_wait_feed(other, COEX_FEED_INBOUND, "ada", "To the other number");
    desk_hear(other, "ada", "And once more");
    desk_restart(other);
    desk_fence(other);
    g_assert_cmpuint(desk_count(other, DESK_FEED, "ada", "*"), ==, 0);
}

static void
test_other_number_refused(Desk *desk)
{
    desk->config.number = "447700900199";
    desk_login(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Wrong address"));
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Wrong again"));
    desk_wait_notice(desk, NULL, "*+447700900100*+447700900199*");
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    desk_logout(desk);
    /* with the right name it is all there */
    desk->config.number = desk->number;
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Wrong address");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Wrong again");
}

static void
test_statuses(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_send(desk, "ada", "Coming");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Coming");
    request = desk_wait_sent(desk, "ada", "Coming");
    coex_sim_status(desk->sim, request->wamid, "read");
    desk_wait_state(desk, "ada", "read *: Coming");
    coex_sim_status(desk->sim, request->wamid, "delivered");
    coex_sim_status(desk->sim, request->wamid, "sent");
    coex_sim_status(desk->sim, "wamid.bm90IGtub3duIHRvIGFueWJvZHk=", "delivered");
    desk_fence(desk);
    g_assert_true(g_str_has_prefix(desk_view(desk, "ada")->last_state, "read"));
}

static void
test_failed_later(Desk *desk)
{
    const DeskEvent *line;
    g_autoptr(CoexSimRequest) first = NULL;
    g_autoptr(CoexSimRequest) second = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_send(desk, "ada", "Are you there?");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Are you there?");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Are you there?");
    g_assert_true(strstr(line->detail, "131026") != NULL);
    desk_wait_state(desk, "ada", "failed*");
    first = desk_wait_sent(desk, "ada", "Are you there?");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Are you there?");
    second = desk_wait_sent(desk, "ada", "Are you there?");
    g_assert_cmpstr(first->callback_data, !=, second->callback_data);
    desk_wait_state(desk, "ada", "delivered*");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to send again.");
}

static gint
count_bodies(Desk *desk, const char *needle)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT count(*) FROM bodies JOIN deliveries ON deliveries.id = bodies.delivery"
        " WHERE state != 1 AND instr(body, CAST('%s' AS BLOB))",
        needle);
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    gint n;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, query, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    n = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return n;
}

/* What this version cannot apply stays for one that can, not as a plainly applied one (state 1). */
static void
test_unknown_field(Desk *desk)
{
    desk_login(desk);
    desk_ignore(desk, "*crystal_ball*");
    coex_sim_change(desk->sim, "crystal_ball", "{\"future\":\"bright\"}");
    desk_fence(desk);
    desk_logout(desk);
    g_assert_cmpint(count_bodies(desk, "crystal_ball"), ==, 1);
    g_assert_cmpint(count_bodies(desk, "fence 0"), ==, 0);
}

/* Not JSON: kept aside, answered 200, and in nobody's way. */
static void
test_garbage(Desk *desk)
{
    g_autoptr(GBytes) garbage = g_bytes_new_static("{\"entry\":[", 10);

    desk_login(desk);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, garbage, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_wait_notice(desk, NULL, "A webhook came that could not be read*");
    desk_restart(desk);
    desk_fence(desk);
}

static void
test_template_event(Desk *desk)
{
    guint n;

    desk_login(desk);
    desk_wait_catalogue(desk);
    n = coex_sim_n_requests(desk->sim, "templates");
    coex_sim_change(desk->sim, "message_template_status_update",
                    "{\"event\":\"PAUSED\",\"message_template_id\":12,"
                    "\"message_template_name\":\"order_update\","
                    "\"message_template_language\":\"en_US\",\"reason\":null}");
    desk_wait_notice(desk, NULL, "*order_update*");
    desk_wait_requests(desk, "templates", n + 1);
    desk_wait_catalogue(desk);
}

/* More than the mailbox holds at once: parsing pauses, nothing is lost, order stays. */
static void
test_many(Desk *desk)
{
    enum { N = 1200 };

    desk_login(desk);
    coex_sim_hold(desk->sim);
    for (guint i = 0; i < N; i += 50) {
        coex_sim_begin_batch(desk->sim);
        for (guint j = i; j < i + 50; j++) {
            g_autofree char *text = g_strdup_printf("Message %u", j);

            g_free(coex_sim_customer_sends(desk->sim, "ada", text));
        }
        coex_sim_end_batch(desk->sim);
    }
    coex_sim_release(desk->sim, COEX_SIM_IN_ORDER);
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    for (guint i = 0; i < N; i++) {
        g_autofree char *text = g_strdup_printf("Message %u", i);

        desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);
    }
}

static void
test_unlisted_until_they_write(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    coex_session_unlist(desk->session, desk_name("ada"));
    desk_fence(desk);
    g_assert_false(desk_view(desk, "ada")->listed);
    desk_restart(desk);
    g_assert_false(desk_view(desk, "ada")->listed);
    desk_hear(desk, "ada", "Me again");
    g_assert_true(desk_view(desk, "ada")->listed);
    coex_session_pin(desk->session, "+49 151 2345678");
    desk_fence(desk);
    g_assert_true(coex_session_find_person(desk->session, "491512345678")->listed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/receive/smoke", test_smoke);
    desk_add("/receive/shown-once", test_shown_once);
    desk_add("/receive/new-number", test_new_number);
    desk_add("/receive/taken-number", test_taken_number);
    desk_add("/receive/batch", test_batch);
    desk_add("/receive/reversed", test_reversed);
    desk_add("/receive/echo", test_echo);
    desk_add("/receive/number-withheld", test_number_withheld);
    desk_add("/receive/number-hidden-later", test_number_hidden_later);
    desk_add("/receive/placeholder", test_placeholder);
    desk_add("/receive/other-types", test_other_types);
    desk_add("/receive/unsigned", test_unsigned);
    desk_add("/receive/challenge", test_challenge);
    desk_add_at(DESK_ONLY_META, "/receive/unknown-number-kept", test_unknown_number_kept);
    desk_add_at(DESK_ONLY_360DIALOG, "/receive/other-number-refused", test_other_number_refused);
    desk_add("/receive/statuses", test_statuses);
    desk_add("/receive/failed-later", test_failed_later);
    desk_add("/receive/unknown-field", test_unknown_field);
    desk_add("/receive/garbage", test_garbage);
    desk_add("/receive/template-event", test_template_event);
    desk_add("/receive/many", test_many);
    desk_add("/receive/unlisted-until-they-write", test_unlisted_until_they_write);
    return g_test_run();
}
