// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/message.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

/* The databases of tests/data/store were written by version 0.1.0, at this moment, while the
 * network was down and the second number off. */
#define WRITTEN_AT G_GINT64_CONSTANT(1795914395)

/* Those of crowd.sql. */
#define CROWD 50000

static const CoexSimIdentity second = {
    .number = "+447700900200",
    .phone_number_id = "318800000000200",
    .key = "made-up-other-key",
};

static void
exec_file(sqlite3 *db, const char *name)
{
    g_autofree char *source = g_build_filename(g_getenv("COEX_TEST_DATA"), "store", name, NULL);
    g_autofree char *sql = NULL;
    g_autoptr(GError) error = NULL;

    g_file_get_contents(source, &sql, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* @more: what is put into it besides, NULL. */
static void
restore_with(Desk *desk, const char *more)
{
    g_autofree char *name =
        g_strdup_printf("version-1.%s.sql", coex_sim_get_provider_name(desk->sim));
    g_autofree char *folder = g_path_get_dirname(desk->config.database);
    sqlite3 *db = NULL;

    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    exec_file(db, name);
    if (more != NULL)
        exec_file(db, more);
    /* what forgets old things goes by the true clock */
    g_assert_cmpint(sqlite3_exec(db,
                                 "UPDATE early_statuses SET saved_at = strftime('%s', 'now');"
                                 "UPDATE deliveries SET received_at = strftime('%s', 'now')",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    sqlite3_close(db);
    /* this simulated number never saw the messages of the old one */
    desk->config.receipts = COEX_RECEIPTS_NEVER;
    desk_advance(desk, WRITTEN_AT + 60 - desk->config.clock(desk->config.clock_data));
}

static void
restore(Desk *desk)
{
    restore_with(desk, NULL);
}

/* The customers' windows, which the number's own side knew at the time. */
static void
open_windows(Desk *desk)
{
    coex_sim_open_window(desk->sim, "ada");
    coex_sim_open_window(desk->sim, "ben");
}

static void
test_shown(Desk *desk)
{
    restore(desk);
    open_windows(desk);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Unread one");
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "Unread echo");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "Unread two");
    desk_take(desk, "ben", "Queued for Ben");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ben", "Sent at *: Queued for Ben");
    g_assert_true(desk_view(desk, "ada")->window.open);
    g_assert_cmpstr(desk_view(desk, "ada")->alias, ==, "Ada Lovelace");
    g_assert_cmpuint(desk_view(desk, "carla")->n_held, ==, 1);
    /* of each send only the last state's time was kept */
    coex_session_list_sends(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "*\n* “Yes, it is”: read *??:??*");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hello Dana");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

static void
test_sent(Desk *desk)
{
    restore(desk);
    open_windows(desk);
    desk->strict &= ~(1u << DESK_FEED);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_take(desk, "ben", "Queued for Ben");

    coex_session_resend(desk->session, desk_name("ben"));
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ben", "Refused by WhatsApp");
    desk_take(desk, "ben", "Refused by WhatsApp");

    g_free(coex_sim_customer_sends(desk->sim, "carla", "Hi"));
    desk_wait_any_feed(desk, COEX_FEED_SENT, "carla", "Held for Carla");
    desk_take(desk, "carla", "Held for Carla");

    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_prompt(desk, "dana", "Hello Dana");
    coex_session_cancel(desk->session, desk_name("dana"));
    desk_wait_prompt_over(desk, "dana");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 3);
}

/* No status came for what nobody knows of: it is asked about, and goes when it is told to. */
static void
test_uncertain(Desk *desk)
{
    restore(desk);
    open_windows(desk);
    desk->strict &= ~(1u << DESK_FEED);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_take(desk, "ben", "Queued for Ben");
    desk_wait_any_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "Into the void");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", "Into the void");
    desk_take(desk, "ada", "Into the void");
}

/* What overtook its message is merged into it when it comes. */
static void
test_early_status(Desk *desk)
{
    g_autofree char *wamid = NULL;
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GString) text = NULL;
    g_autoptr(GBytes) raw = NULL;

    restore(desk);
    open_windows(desk);
    desk->strict &= ~(1u << DESK_FEED);
    desk_login(desk);
    desk_take(desk, "ben", "Queued for Ben");
    desk_fence(desk);
    wamid = coex_sim_phone_sends(desk->sim, "ada", "Overtaken");
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    body = coex_sim_last_body(desk->sim);
    text = g_string_new_len(g_bytes_get_data(body, NULL), (gssize)g_bytes_get_size(body));
    g_assert_cmpuint(g_string_replace(text, wamid, "wamid.EARLY", 0), >, 0);
    g_string_replace(text, "Overtaken", "Came later", 0);
    raw = g_bytes_new(text->str, text->len);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, raw, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_wait_any_feed(desk, COEX_FEED_ECHO, "ada", "Came later");
    desk_logout(desk);

    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db,
                                       "SELECT state, (SELECT count(*) FROM early_statuses)"
                                       " FROM messages WHERE wamid = 'wamid.EARLY'",
                                       -1, &query, NULL),
                    ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
    g_assert_cmpint(sqlite3_column_int(query, 0), ==, COEX_STATE_READ);
    g_assert_cmpint(sqlite3_column_int(query, 1), ==, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
}

/* The delivery that waited for the second number is shown when that logs in. */
static void
test_waiting(Desk *desk)
{
    g_autoptr(Desk) other = NULL;

    restore(desk);
    other = desk_new_beside(desk, &second);
    desk_advance(other, WRITTEN_AT + 60 - other->config.clock(other->config.clock_data));
    desk_login(other);
    desk_wait_feed(other, COEX_FEED_INBOUND, "ben", "While the second was off");
    desk_restart(other);
    desk_fence(other);
    g_assert_cmpuint(desk_count(other, DESK_FEED, "ben", "*"), ==, 0);
}

/* What waits for somebody is told behind the people. */
static gboolean
are_held(Desk *desk)
{
    for (guint i = 5000; i <= CROWD; i += 5000) {
        g_autofree char *number = g_strdup_printf("1555%07u", i);
        const CoexPersonView *view = desk_view(desk, number);

        if (view == NULL || view->n_held != 1)
            return FALSE;
    }
    return TRUE;
}

/* Of 50,000 people none is missing, and what waits is shown, sent and asked about as ever. */
static void
test_crowd(Desk *desk)
{
    restore_with(desk, "crowd.sql");
    open_windows(desk);
    desk->strict &= ~(1u << DESK_FEED);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_wait_until(desk, are_held, "held texts");
    g_assert_cmpuint(desk_count(desk, DESK_PERSON, NULL, "*"), >=, CROWD);
    for (guint i = 1; i <= CROWD; i++) {
        g_autofree char *number = g_strdup_printf("1555%07u", i);
        g_autofree char *alias = g_strdup_printf("Customer %u", i);
        const CoexPersonView *view = desk_view(desk, number);

        g_assert_nonnull(view);
        g_assert_cmpstr(view->alias, ==, alias);
        g_assert_cmpint(view->window.open, ==, i % 5000 != 0);
        g_assert_cmpuint(view->n_held, ==, i % 5000 == 0);
    }
    for (guint i = 1000; i <= CROWD; i += 1000) {
        g_autofree char *number = g_strdup_printf("1555%07u", i);
        g_autofree char *text = g_strdup_printf("Unread %u", i);

        desk_wait_feed(desk, COEX_FEED_INBOUND, number, text);
    }
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Unread one");
    desk_take(desk, "ben", "Queued for Ben");
    desk_wait_any_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "Into the void");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_take(desk, "ada", "Into the void");
    g_free(coex_sim_customer_sends(desk->sim, "carla", "Hi"));
    desk_take(desk, "carla", "Held for Carla");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, NULL, "*nread*"), ==, 0);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/upgrade/shown", test_shown);
    desk_add("/upgrade/sent", test_sent);
    desk_add("/upgrade/uncertain", test_uncertain);
    desk_add("/upgrade/early-status", test_early_status);
    desk_add("/upgrade/waiting", test_waiting);
    desk_add("/upgrade/crowd", test_crowd);
    return g_test_run();
}
