// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <sqlite3.h>

/* What leads a new account to its first message, and ends with it. */

#define READY "This account is ready for its first message. Write to +447700900100 *"
#define NO_ADDRESS "One thing may be missing before messages arrive: *public-url is empty*"
#define NO_WAY "No message can arrive here: *"
#define CAME "The first message has arrived, from *"

static void
assert_hints(Desk *desk, guint n)
{
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, READY) +
                         desk_count(desk, DESK_NOTICE, NULL, NO_ADDRESS) +
                         desk_count(desk, DESK_NOTICE, NULL, NO_WAY),
                     ==, n);
}

static void
go_public(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/webhook", NULL);

    coex_sim_set_webhook(desk->sim, NULL);
    desk->config.public_url = g_intern_string(url);
    desk_ignore(desk, "Webhooks are registered to come to *");
}

/* Until the registered address was read at the login @n, and what follows from it is told. */
static void
wait_checked(Desk *desk, guint n)
{
    desk_wait_requests(desk, desk_is_meta(desk) ? "number" : "webhook-get", n);
    desk_wait_catalogue(desk);
}

static void
login_again(Desk *desk, guint n_checked)
{
    desk_restart(desk);
    wait_checked(desk, n_checked);
}

/* It is told once, and nothing of all this comes again, whatever is restarted. */
static void
hear_first(Desk *desk)
{
    desk_hear(desk, "ada", "Hello?");
    desk_wait_notice(desk, NULL, "The first message has arrived, from Ada*/help*");
    desk_hear(desk, "ada", "And another");
    desk_hear(desk, "ben", "Hello from me too");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, CAME), ==, 1);
    desk->config.run++;
    desk_restart(desk);
    desk_hear(desk, "ada", "Good morning");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, CAME), ==, 0);
    assert_hints(desk, 0);
}

/* Said once in each run of the chat program, not with each connection. */
static void
test_ready(Desk *desk)
{
    go_public(desk);
    desk->config.run = 1;
    desk_login(desk);
    desk_wait_notice(desk, NULL, READY "another phone*Check the connection*");
    login_again(desk, desk_is_meta(desk) ? 4 : 2);
    assert_hints(desk, 0);
    desk->config.run = 2;
    desk_restart(desk);
    desk_wait_notice(desk, NULL, READY);
    assert_hints(desk, 1);
    hear_first(desk);
}

/* What is missing is filled in, and then the next step is told at once. */
static void
test_no_address(Desk *desk)
{
    desk_login(desk);
    desk_wait_notice(desk, NULL,
                     "*the option public-url is empty*unless * delivers to 127.0.0.1:*/webhook "
                     "already. Then write to +447700900100 *");
    go_public(desk);
    desk_restart(desk);
    desk_wait_notice(desk, NULL, READY);
    hear_first(desk);
}

/* An address that was registered by hand is one, too. */
static void
test_by_hand(Desk *desk)
{
    desk_login(desk);
    desk_wait_notice(desk, NULL, NO_ADDRESS);
    hear_first(desk);
}

/* Who receives nothing, and may mean it, reads it once. */
static void
test_no_way(Desk *desk)
{
    const char *listen = desk->config.listen;

    desk->config.listen = "off";
    desk_login(desk);
    desk_wait_notice(desk, NULL, NO_WAY "listen is off*relay and inbox-url*");
    desk->config.run = 2;
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_hints(desk, 0);
    desk->config.listen = listen;
    desk_restart(desk);
    desk_wait_notice(desk, NULL, NO_ADDRESS);
    hear_first(desk);
}

/* Who received before and cannot any more hears of it at each login. */
static void
test_no_way_any_more(Desk *desk)
{
    const char *listen = desk->config.listen;

    desk_login(desk);
    desk_hear(desk, "ada", "Good morning");
    desk->config.listen = "off";
    for (guint i = 0; i < 2; i++) {
        desk_restart(desk);
        desk_wait_notice(desk, NULL, NO_WAY);
        desk_wait_catalogue(desk);
        g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, NO_WAY), ==, 1);
    }
    desk->config.listen = listen;
    desk_restart(desk);
    desk_hear(desk, "ada", "Still there?");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, NO_WAY), ==, 0);
}

/* What cannot help is not asked for. */
static void
test_no_way_and_no_secret(Desk *desk)
{
    desk->config.app_secret = NULL;
    desk->config.listen = "off";
    desk_login(desk);
    desk_wait_notice(desk, NULL, NO_WAY);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "No webhook can be accepted*"), ==, 0);
}

/* First what nothing works without. */
static void
test_no_secret(Desk *desk)
{
    const char *secret = desk->config.app_secret;

    desk->config.app_secret = NULL;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "No webhook can be accepted, *app-secret*");
    desk_wait_catalogue(desk);
    assert_hints(desk, 0);
    desk->config.app_secret = secret;
    desk_restart(desk);
    desk_wait_notice(desk, NULL, NO_ADDRESS);
}

/* While another system's address is registered nobody is told to wait for a message. */
static void
test_others(Desk *desk)
{
    g_autofree char *theirs = g_strconcat("http://", desk->listen, "/elsewhere", NULL);

    go_public(desk);
    desk->config.public_url = g_intern_string(theirs);
    desk->config.webhook_path = "/elsewhere";
    desk_login(desk);
    desk_wait_notice(desk, NULL, READY);
    desk_logout(desk);
    desk->config.webhook_path = "/webhook";
    go_public(desk);
    coex_sim_set_webhook(desk->sim, theirs);
    desk->config.run = 2;
    desk_login(desk);
    desk_wait_ask(desk, theirs);
    assert_hints(desk, 0);
    coex_session_answer_webhook(desk->session, theirs, TRUE);
    desk_wait_notice(desk, NULL, READY);
    hear_first(desk);
}

/* What the phone wrote, and what became of a text, are no customer's message. */
static void
test_others_words(Desk *desk)
{
    go_public(desk);
    desk_login(desk);
    desk_wait_notice(desk, NULL, READY);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, CAME), ==, 0);
    desk->config.run = 2;
    desk_restart(desk);
    desk_wait_notice(desk, NULL, READY);
    hear_first(desk);
}

/* It came while nobody was there. */
static void
test_came_meanwhile(Desk *desk)
{
    desk_login(desk);
    desk_wait_notice(desk, NULL, NO_ADDRESS);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Hello?"));
    desk->config.run = 2;
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello?");
    desk_wait_notice(desk, NULL, CAME);
}

static void
run_sql(Desk *desk, const char *sql)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_changes(db), ==, 1);
    sqlite3_close(db);
}

/* Of a version that led nobody, and whose messages came all the same. */
static void
test_long_known(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello?");
    desk_fence(desk);
    desk_logout(desk);
    run_sql(desk, "DELETE FROM settings WHERE key = 'first-message'");
    desk->config.run = 2;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Good morning");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, CAME), ==, 0);
    assert_hints(desk, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/first-message/ready", test_ready);
    desk_add("/first-message/no-address", test_no_address);
    desk_add("/first-message/by-hand", test_by_hand);
    desk_add("/first-message/no-way", test_no_way);
    desk_add("/first-message/no-way-any-more", test_no_way_any_more);
    desk_add_at(DESK_ONLY_META, "/first-message/no-way-and-no-secret", test_no_way_and_no_secret);
    desk_add_at(DESK_ONLY_META, "/first-message/no-secret", test_no_secret);
    desk_add_at(DESK_ONLY_360DIALOG, "/first-message/others", test_others);
    desk_add("/first-message/others-words", test_others_words);
    desk_add("/first-message/came-meanwhile", test_came_meanwhile);
    desk_add("/first-message/long-known", test_long_known);
    return g_test_run();
}
