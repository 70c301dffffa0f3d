// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

static const CoexSimIdentity second = {
    .number = "+447700900200",
    .phone_number_id = "318800000000200",
    .key = "made-up-other-key",
};

static void
spoil_page(Desk *desk, gint64 page)
{
    g_autofree char *garbage = g_strnfill(4096, 'x');
    int fd = open(desk->config.database, O_RDWR);
    g_assert_cmpint(pwrite(fd, garbage, 4096, (page - 1) * 4096), ==, 4096);
    close(fd);
}

/* The first page of @table is rubbish from now on. Logged out. */
static void
spoil(Desk *desk, const char *table)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT pageno FROM dbstat WHERE name = '%s' AND pagetype = 'leaf'", table);
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &query, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
    gint64 page = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    spoil_page(desk, page);
}

/* What comes before the damage to @table is noticed is kept and shown after the next login, what
 * comes later stays with WhatsApp until then; what waited still waits, and leaves. */
static void
go_on(Desk *desk, const char *table, const char *report)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    g_assert_true(
        coex_session_hold_text(desk->session, desk_name("carla"), "Held for Carla", NULL));
    desk_wait_notice(desk, "carla", "Held until *");
    desk_logout(desk);
    spoil(desk, table);

    desk_login(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Accepted"));
    desk_wait_notice(desk, NULL, "*coex.db is damaged*log in again*");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Refused"));
    g_assert_true(coex_sim_wait_refused(desk->sim, 1, DESK_PATIENCE_MS));
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    desk_restart(desk);
    desk_wait_notice(desk, NULL, report);
    /* where both are delivered again, in whichever order */
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "Accepted");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "Refused");
    desk_send(desk, "ada", "Yes, it is");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Yes, it is");
    desk_take(desk, "ada", "Yes, it is");
    g_free(coex_sim_customer_sends(desk->sim, "carla", "Hi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "carla", "Held for Carla");
    desk_take(desk, "carla", "Held for Carla");
    desk_wait_state(desk, "ada", "delivered*");
    desk_wait_state(desk, "carla", "delivered*");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "The database*"), ==, 0);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

/* The index of words reads the newest messages at each login: all that comes may be later. */
static void
test_messages(Desk *desk)
{
    go_on(desk, "messages",
          "The database was damaged.*1 text that waits*Lost: 1 message of the past. The old one is "
          "kept*");
}

/* Where they stand is unreadable, and needed for the first that comes. */
static void
test_index(Desk *desk)
{
    go_on(desk, "messages_token",
          "The database was damaged.*1 message of the past, 1 text that waits*1 webhook not read "
          "yet. Nothing is known to be lost. The old one is kept*");
}

/* What is damaged can be had again, twice: what waited leaves once, what was said is known. */
static void
come_back(Desk *desk, void (*damage)(Desk *))
{
    static const char *const answers[] = { "Yes, it is", "Still" };

    desk_login(desk);
    desk_hear(desk, "ada", "Is my bike ready?");
    g_assert_true(
        coex_session_hold_text(desk->session, desk_name("carla"), "Held for Carla", NULL));
    desk_wait_notice(desk, "carla", "Held until *");
    desk_logout(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Well?"));
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autofree char *state = NULL;

        damage(desk);
        desk_login(desk);
        desk_wait_notice(desk, NULL,
                         "The database was damaged.*1 text that waits*Nothing is known to be lost*"
                         "The old one is kept*");
        if (i == 0)
            desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Well?");
        desk_send(desk, "ada", answers[i]);
        desk_wait_feed(desk, COEX_FEED_TYPED, "ada", answers[i]);
        desk_take(desk, "ada", answers[i]);
        state = g_strconcat("delivered*: ", answers[i], NULL);
        desk_wait_state(desk, "ada", state);
        desk_logout(desk);
    }
    desk_login(desk);
    g_free(coex_sim_customer_sends(desk->sim, "carla", "Hi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "carla", "Held for Carla");
    desk_take(desk, "carla", "Held for Carla");
    desk_wait_state(desk, "carla", "delivered*");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "The database*"), ==, 0);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

static void
damage_first_page(Desk *desk)
{
    spoil_page(desk, 1);
}

/* The beginning of the file is gone, and with it where everything is. */
static void
test_first_page(Desk *desk)
{
    come_back(desk, damage_first_page);
}

static void
damage_tables(Desk *desk)
{
    g_autofree char *mark = g_strconcat(desk->config.database, ".damaged", NULL);
    spoil(desk, "people");
    spoil(desk, "addresses");
    spoil(desk, "outbox");
    spoil(desk, "settings");
    g_assert_true(g_file_set_contents(mark, "", 0, NULL)); /* as one who met it left it */
}

/* All of the small tables is gone: they stand elsewhere a second time. */
static void
test_small_tables(Desk *desk)
{
    come_back(desk, damage_tables);
}

/* Met by the login itself: the next one mends it, for all numbers of the program. */
static void
test_beside(Desk *desk)
{
    g_autoptr(Desk) other = desk_new_beside(desk, &second);

    desk_login(other);
    desk_hear(other, "ben", "Hello");
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
    desk_logout(other);
    spoil(desk, "feed");

    desk_ignore(desk, "*is damaged*");
    desk_ignore(other, "*is damaged*");
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_STORE, "*is damaged*");
    desk_logout(desk);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The database was damaged.*");
    desk_login(other);
    desk_hear(desk, "ada", "Again");
    desk_hear(other, "ben", "Again");
    desk_send(other, "ben", "Good to hear");
    desk_wait_feed(other, COEX_FEED_TYPED, "ben", "Good to hear");
    desk_take(other, "ben", "Good to hear");
}

static gboolean
is_told_or_ended(Desk *desk)
{
    return desk->session == NULL || desk_count(desk, DESK_NOTICE, NULL, "The database was*") > 0;
}

/* Ended at any moment before the line was shown, it comes with the next login; shown, not again. */
static void
test_report(Desk *desk)
{
    guint n_ended = 0;

    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
    spoil_page(desk, 1);
    desk->strict = 0;
    for (gboolean is_told = FALSE; !is_told; n_ended++) {
        desk->quit_after = n_ended + 1;
        desk_start(desk);
        desk_wait_until(desk, is_told_or_ended, "the line or the end");
        is_told = desk_count(desk, DESK_NOTICE, NULL, "The database was*") > 0;
        desk_logout(desk);
    }
    g_assert_cmpuint(n_ended, >, 3);
    desk->quit_after = 0;
    desk_login(desk); /* ended by the line itself: once more */
    desk_hear(desk, "ada", "Again");
    desk_restart(desk);
    desk_hear(desk, "ada", "And again");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "The database was*"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/damage/messages", test_messages);
    desk_add("/damage/index", test_index);
    desk_add("/damage/first-page", test_first_page);
    desk_add("/damage/small-tables", test_small_tables);
    desk_add("/damage/beside", test_beside);
    desk_add("/damage/report", test_report);
    return g_test_run();
}
