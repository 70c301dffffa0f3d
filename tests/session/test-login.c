// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "store/store.h"

#include <gio/gio.h>
#include <sqlite3.h>
#include <string.h>

static void
test_good(Desk *desk)
{
    desk_login(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, "Opening the database"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, "Checking the access"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, "Listening for webhooks"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, "No webhook has come yet"), ==, 1);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    desk_restart(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, "The last webhook came at *"), ==, 1);
    /* The fence's person waits, as far as is known here. */
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*"), ==,
                     desk_count(desk, DESK_NOTICE, NULL, "1 person waits for an answer*"));
}

static void
test_wrong_key(Desk *desk)
{
    desk->config.key = "not-the-key";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_AUTH, "*password*");
}

static void
test_wrong_number(Desk *desk)
{
    desk->config.number = "447700900199";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*+447700900100*+447700900199*user name*");
}

static void
test_bad_address(Desk *desk)
{
    desk->config.api_url = "http://example.org/plain";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*");
    desk_logout(desk);
    desk->config.api_url = coex_sim_get_url(desk->sim);
    desk->config.listen = "nowhere";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*nowhere*");
}

static void
test_api_down_first(Desk *desk)
{
    coex_sim_set_down(desk->sim, TRUE);
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_NETWORK, "Could not reach 127.0.0.1*");
}

static void
test_api_fails_first(Desk *desk)
{
    coex_sim_aim(desk->sim, NULL);
    coex_sim_fail_next_http(desk->sim, 503, "<html>Service Unavailable</html>");
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_NETWORK, "*");
}

static void
test_api_down_known(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_ignore(desk, "Waiting for WhatsApp*");
    desk_ignore(desk, "Sent:*");
    desk_login(desk);
    desk_hear(desk, "ada", "Anybody there?");
    desk_logout(desk);
    coex_sim_set_down(desk->sim, TRUE);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Could not reach *Webhooks are received meanwhile*");
    desk_hear(desk, "ada", "Still here");
    desk_send(desk, "ada", "One moment");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "One moment");
    desk_run_ms(desk, 300);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
    coex_sim_set_down(desk->sim, FALSE);
    request = desk_wait_sent(desk, "ada", "One moment");
    desk_wait_notice(desk, NULL, "*answers again*leaves now*");
}

/* A portal before the network answers everything with its own page. */
static void
test_api_nonsense_known(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    coex_sim_aim(desk->sim, NULL);
    for (guint i = 0; i < 3; i++)
        coex_sim_fail_next_http(desk->sim, 200, "<html>Please log in to the network</html>");
    desk_login(desk);
    desk_wait_notice(desk, NULL, "*cannot be read*Webhooks are received meanwhile*");
    desk_hear(desk, "ada", "Still here");
}

static void
test_api_nonsense_first(Desk *desk)
{
    coex_sim_aim(desk->sim, NULL);
    coex_sim_fail_next_http(desk->sim, 200, "<html>Wrong address</html>");
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_PROTOCOL, "*");
}

static void
test_port_taken(Desk *desk)
{
    g_autoptr(GSocketListener) taken = g_socket_listener_new();
    g_autoptr(GError) error = NULL;
    guint port = g_socket_listener_add_any_inet_port(taken, NULL, &error);
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%u", port);
    g_autofree char *glob = g_strdup_printf("*%u*listen*", port);

    g_assert_no_error(error);
    desk->config.listen = listen;
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_LISTEN, glob);
    desk_logout(desk);
    desk->config.listen = desk->listen;
    desk_login(desk);
}

static void
test_listen_off(Desk *desk)
{
    desk->config.listen = "off";
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "No webhook has ever*"), ==, 0);
}

static gboolean
is_told_locked(Desk *desk)
{
    return desk_count(
               desk, DESK_PROGRESS, NULL,
               "Waiting for another program's end: This profile is in use by Pidgin (pid *)*") > 0;
}

/* Another chat program has the profile, and ends. */
static void
test_locked_for_a_moment(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    CoexStore *other = coex_store_open(desk->config.database, "Pidgin", &error);

    g_assert_no_error(error);
    desk_start(desk);
    desk_wait_until(desk, is_told_locked, "it is said who has the profile");
    coex_store_close(other);
    desk_hear(desk, "ada", "Hello");
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, "*in use*"), ==, 1);

    /* and one logs off that waits */
    desk_logout(desk);
    other = coex_store_open(desk->config.database, "Pidgin", &error);
    g_assert_no_error(error);
    desk_start(desk);
    desk_wait_until(desk, is_told_locked, "it is said who has the profile");
    desk_logout(desk);
    coex_store_close(other);
    desk_login(desk);
}

static void
test_locked(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    CoexStore *other = coex_store_open(desk->config.database, "Pidgin", &error);

    g_assert_no_error(error);
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_LOCKED, "*Pidgin*");
    coex_store_close(other);
    desk_logout(desk);
    desk_login(desk);
}

static void
test_missing_secret(Desk *desk)
{
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "Hello");

    desk->config.app_secret = NULL;
    desk->config.webhook_header = NULL;
    desk_login(desk);
    desk_wait_notice(desk, NULL,
                     desk_is_meta(desk) ? "*app-secret*empty*" : "*webhook-header*empty*");
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_GOOD), ==, 401);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*no secret in*");
}

static void
test_ids_found(Desk *desk)
{
    desk->config.phone_number_id = NULL;
    desk->config.waba_id = NULL;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    /* kept for the next time */
    desk_wait_requests(desk, "token", 1);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "token"), ==, 1);
}

static void
test_ids_not_found(Desk *desk)
{
    desk->config.phone_number_id = NULL;
    desk->config.waba_id = NULL;
    desk->config.number = "447700900199";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*+447700900199*phone-number-id*");
}

static void
test_number_id_wrong(Desk *desk)
{
    desk->config.phone_number_id = "318800000000099";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*");
}

static void
test_no_coexistence(Desk *desk)
{
    coex_sim_set_coexistence(desk->sim, FALSE);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "*not connected to the WhatsApp Business app*");
}

static void
test_clock_wrong(Desk *desk)
{
    desk_set_clock_ahead(desk, 3 * 60 * 60);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 3 hours ahead of WhatsApp's*");
    desk_hear(desk, "ada", "What time is it?");
    g_assert_cmpint(ABS(coex_session_get_time(desk->session) - coex_sim_now(desk->sim)), <, 60);
}

static void
test_long_silence(Desk *desk)
{
    desk_login(desk);
    desk_fence(desk);
    desk_logout(desk);
    desk_advance(desk, 4 * 24 * 60 * 60);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The last webhook came at *check the way*");
}

/* What came with pasting is left out, and a path gets its slash. */
static void
test_pasted_options(Desk *desk)
{
    CoexSessionConfig good = desk->config;
    g_autofree char *secret = g_strdup_printf(" %s\r\n", good.app_secret);
    g_autofree char *header = g_strdup_printf("\t%s\n", good.webhook_header);
    g_autofree char *token = g_strdup_printf("%s ", good.verify_token);
    g_autofree char *listen = g_strdup_printf(" %s\n", good.listen);
    g_autofree char *id = g_strdup_printf("%s\n", good.phone_number_id);
    g_autofree char *key = g_strdup_printf(" %s\n", good.key);

    desk->config.app_secret = desk_is_meta(desk) ? secret : NULL;
    desk->config.webhook_header = desk_is_meta(desk) ? NULL : header;
    desk->config.verify_token = desk_is_meta(desk) ? token : NULL;
    desk->config.phone_number_id = desk_is_meta(desk) ? id : " ";
    desk->config.key = key;
    desk->config.listen = listen;
    desk->config.webhook_path = "webhook ";
    desk->config.public_url = "\n";
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_send(desk, "ada", "Hi");
    coex_sim_request_free(desk_wait_sent(desk, "ada", "Hi"));
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Hi");
    desk->config = good;
    desk_restart(desk);
    g_assert_true(desk_view(desk, "ada")->window.open);
}

/* What can never work is named. */
static void
test_impossible_options(Desk *desk)
{
    const struct {
        const char **member;
        const char *value;
        const char *glob;
    } cases[] = {
        { &desk->config.app_secret, "made-up\nsecret", "Option app-secret:*" },
        { &desk->config.app_secret, "made up", "Option app-secret:*" },
        { &desk->config.verify_token, "made-up\ttoken", "Option verify-token:*line end*" },
        { &desk->config.webhook_header, "X-Secret: a\nb", "Option webhook-header:*" },
        { &desk->config.phone_number_id, "+4930231", "Option phone-number-id:*digits*" },
        { &desk->config.waba_id, "12 34", "Option waba-id:*" },
        { &desk->config.public_url, "https://a.example/ b", "Option public-url:*" },
        { &desk->config.listen, "127.0.0.1:0", "Option listen: port 0*" },
        { &desk->config.listen, "[::1]:00", "Option listen: port 0*" },
        { &desk->config.webhook_path, "https://a.example/webhook", "Option webhook-path:*" },
        { &desk->config.webhook_path, "/webhook?x=1", "Option webhook-path:*" },
        { &desk->config.relay, "relay.example.org", "*option relay cannot be used: *web address*" },
        { &desk->config.relay, "http://relay.example.org/b",
          "*option relay cannot be used: http:*" },
        { &desk->config.relay, "https://relay.example.org/b?x", "*option relay*without*?*" },
        { &desk->config.relay, "https://relay.example.org/b", "Option relay-key: it is empty*" },
        { &desk->config.relay_key, "two words", "Option relay-key:*blank*" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *good = *cases[i].member;

        *cases[i].member = cases[i].value;
        desk_start(desk);
        desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, cases[i].glob);
        desk_logout(desk);
        *cases[i].member = good;
    }
    desk->config.listen = "Off";
    desk_login(desk);
}

/* ---- another provider for the number ---- */

static Desk *
new_at_other_provider(Desk *desk)
{
    CoexSimIdentity identity = { .webhook_header = "X-Coex-Secret: another-provider's" };

    return desk_new_beside_at(desk, desk_is_meta(desk) ? COEX_SIM_360DIALOG : COEX_SIM_META,
                              &identity);
}

static void
hear_and_hold(Desk *desk, const char *who)
{
    desk_hear(desk, who, "Hello");
    if (desk_count(desk, DESK_CATALOGUE, NULL, "*") == 0)
        desk_wait_catalogue(desk);
    desk_advance(desk, 5);
    g_assert_true(coex_session_hold_text(desk->session, desk_name(who), "Later", NULL));
    desk_wait_notice(desk, who, "Held until *");
}

/* The person is known, with an open window, and gets what is held, from this provider on. */
static void
go_on_with(Desk *desk, const char *who)
{
    g_assert_true(desk_view(desk, who)->window.open);
    g_assert_cmpuint(desk_view(desk, who)->n_held, ==, 1);
    g_free(coex_sim_customer_sends(desk->sim, who, "Are you there?"));
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, who, "Are you there?");
    desk_wait_any_feed(desk, COEX_FEED_SENT, who, "Later");
    desk_take(desk, who, "Later");
    desk_wait_state(desk, who, "delivered *: Later");
    desk_say(desk, who, "We are");
    desk_take(desk, who, "We are");
    desk_wait_state(desk, who, "delivered *: We are");
}

/* A number that goes to another provider keeps whom it knows, and what waits for them; who has
 * another BSUID there is not taken for somebody else. */
static void
test_provider_changes(Desk *desk)
{
    g_autoptr(Desk) other = new_at_other_provider(desk);

    desk_login(desk);
    hear_and_hold(desk, "ada");
    desk_logout(desk);
    coex_sim_set_user_id(other->sim, "ada", "US.70199887766554433221");
    desk_login(other);
    go_on_with(other, "ada");
    desk_restart(other);
    desk_hear(other, "ada", "Still there?");
    desk_say(other, "ada", "Always");
    desk_take(other, "ada", "Always");
    desk_wait_state(other, "ada", "delivered *: Always");
}

static void
run_sql(Desk *desk, const char *sql)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

/* A database that an earlier version kept twice for one number, once for each provider. */
static void
test_two_providers(Desk *desk)
{
    g_autoptr(Desk) other = new_at_other_provider(desk);

    desk_login(desk);
    hear_and_hold(desk, "ada");
    desk_logout(desk);
    run_sql(desk, "UPDATE accounts SET number = 'x' || number");
    desk_login(other);
    desk_hear(other, "ada", "Hello here");
    hear_and_hold(other, "ben");
    desk_logout(other);
    run_sql(desk, "UPDATE accounts SET number = ltrim(number, 'x')");
    desk_login(other);
    go_on_with(other, "ada");
    go_on_with(other, "ben");
    desk_restart(other);
    desk_hear(other, "ada", "Still there?");
    desk_say(other, "ada", "Always");
    desk_take(other, "ada", "Always");
    desk_wait_state(other, "ada", "delivered *: Always");
    desk_logout(other);
    desk_login(desk);
    g_assert_true(desk_view(desk, "ada")->window.open);
    g_assert_true(desk_view(desk, "ben")->window.open);
}

/* A time as the login tells it. */
static char *
dup_last_webhook(Desk *desk)
{
    g_autoptr(GDateTime) when =
        g_date_time_new_from_unix_local(desk->config.clock(desk->config.clock_data));

    return g_date_time_format(when, "The last webhook came at %Y-%m-%d %H:%M");
}

/* The last one of several within a minute, in the next one of the clock. */
static void
test_last_webhook(Desk *desk)
{
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_advance(desk, 90 - desk->config.clock(desk->config.clock_data) % 60);
    desk_hear(desk, "ada", "At half past");
    desk_advance(desk, 40);
    before = dup_last_webhook(desk);
    desk_hear(desk, "ada", "And later");
    after = dup_last_webhook(desk);
    desk_logout(desk);
    desk_advance(desk, 600);
    desk_login(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PROGRESS, NULL, before) +
                         desk_count(desk, DESK_PROGRESS, NULL, after),
                     >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/login/good", test_good);
    desk_add("/login/wrong-key", test_wrong_key);
    desk_add_at(DESK_ONLY_META, "/login/wrong-number", test_wrong_number);
    desk_add("/login/bad-address", test_bad_address);
    desk_add("/login/api-down-first", test_api_down_first);
    desk_add("/login/api-fails-first", test_api_fails_first);
    desk_add("/login/api-down-known", test_api_down_known);
    desk_add("/login/api-nonsense-known", test_api_nonsense_known);
    desk_add("/login/api-nonsense-first", test_api_nonsense_first);
    desk_add("/login/port-taken", test_port_taken);
    desk_add("/login/listen-off", test_listen_off);
    desk_add("/login/locked", test_locked);
    desk_add("/login/locked-for-a-moment", test_locked_for_a_moment);
    desk_add("/login/last-webhook", test_last_webhook);
    desk_add("/login/missing-secret", test_missing_secret);
    desk_add_at(DESK_ONLY_META, "/login/ids-found", test_ids_found);
    desk_add_at(DESK_ONLY_META, "/login/ids-not-found", test_ids_not_found);
    desk_add_at(DESK_ONLY_META, "/login/number-id-wrong", test_number_id_wrong);
    desk_add_at(DESK_ONLY_META, "/login/no-coexistence", test_no_coexistence);
    desk_add("/login/clock-wrong", test_clock_wrong);
    desk_add("/login/pasted-options", test_pasted_options);
    desk_add("/login/impossible-options", test_impossible_options);
    desk_add("/login/provider-changes", test_provider_changes);
    desk_add("/login/two-providers", test_two_providers);
    desk_add("/login/long-silence", test_long_silence);
    return g_test_run();
}
