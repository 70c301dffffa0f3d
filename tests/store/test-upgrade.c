// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "store/schema.h"

#include <string.h>

/* The databases of tests/data/store were written by version 0.1.0 at each provider. */
static const char *const versions[] = { "version-1.meta.sql", "version-1.360dialog.sql" };

/* Everything that schema 1 holds, in its words or by the second ones in those of schema 2. */
static const char *const queries[][2] = {
    { "SELECT key, hex(value) FROM meta ORDER BY key" },
    { "SELECT id, provider, number FROM accounts ORDER BY id" },
    { "SELECT id, hex(key), realm, received_at, state, reason FROM deliveries ORDER BY id",
      "SELECT id, hex(key), secret_id AS realm, received_at, state, reason FROM deliveries"
      " ORDER BY id" },
    { "SELECT delivery, hex(body) FROM bodies ORDER BY delivery" },
    { "SELECT delivery, phone_number_id, number FROM waiting ORDER BY delivery" },
    { "SELECT account, id, name, alias, wa_id, user_id, parent_user_id, username, last_inbound_at,"
      " free_until, last_inbound_wamid, read_up_to, last_echo_at, active_at, hidden, pinned"
      " FROM people ORDER BY account, id" },
    { "SELECT account, address, person FROM addresses ORDER BY account, address" },
    { "SELECT id, account, person, direction, wamid, token, time, kind, type, text, state,"
      " state_at, error_code, local_id FROM messages ORDER BY id",
      "SELECT id, account, person, direction, wamid, token, time, kind, type, text,"
      " CASE WHEN direction = 0 AND state = 7 THEN 0 ELSE state END AS state,"
      " state_at, error_code, local_id FROM messages ORDER BY id" },
    { "SELECT id, account, wamid, token, person, state, time, error_code, explanation, saved_at"
      " FROM early_statuses ORDER BY id" },
    { "SELECT seq, account, person, kind, time, text, detail FROM feed ORDER BY seq" },
    { "SELECT account, local_id, position, person, state, text, template_name, template_language,"
      " template_values, created_at, state_at, attempts, typed, shown"
      " FROM outbox ORDER BY account, local_id" },
    { "SELECT account, key, value FROM settings ORDER BY account, key",
      "SELECT account, CASE key WHEN 'secret-ids' THEN 'realms' ELSE key END AS key, value"
      " FROM settings ORDER BY account, key" },
    { "SELECT name, seq FROM sqlite_sequence ORDER BY name" },
};

static int
append_row(void *text, int n_columns, char **values, char **names)
{
    for (int i = 0; i < n_columns; i++)
        g_string_append_printf(text, "%s=%s|", names[i], values[i] != NULL ? values[i] : "NULL");
    g_string_append_c(text, '\n');
    return 0;
}

static char *
dump(Fixture *f)
{
    GString *text = g_string_new(NULL);
    gboolean is_new = fixture_query_raw(f, "PRAGMA user_version") > 1;
    sqlite3 *db = fixture_open_raw(f);
    for (guint i = 0; i < G_N_ELEMENTS(queries); i++) {
        const char *query = is_new && queries[i][1] != NULL ? queries[i][1] : queries[i][0];
        gsize before = text->len;
        g_assert_cmpint(sqlite3_exec(db, query, append_row, text, NULL), ==, SQLITE_OK);
        g_assert_cmpuint(text->len, >, before); /* the old database holds something of each kind */
    }
    sqlite3_close(db);
    return g_string_free(text, FALSE);
}

/* A status that waits for its message is kept for 7 days: it came just now. */
static const char RENEW[] = "UPDATE early_statuses SET saved_at = strftime('%s', 'now');"
                            "UPDATE deliveries SET received_at = strftime('%s', 'now');";

static Fixture *
restore(const char *version)
{
    Fixture *f = fixture_new();
    fixture_restore(f, version);
    fixture_exec_raw(f, RENEW);
    return f;
}

static void
assert_sound(Fixture *f)
{
    g_assert_cmpint(fixture_query_raw(f, "PRAGMA user_version"), ==, 7);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM pragma_integrity_check"
                                         " WHERE integrity_check <> 'ok'"),
                    ==, 0);
}

static void
test_everything_stays(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autoptr(Fixture) f = restore(versions[i]);
        g_autofree char *before = dump(f);
        fixture_reopen(f);
        fixture_close(f);
        g_autofree char *after = dump(f);
        g_assert_cmpstr(before, ==, after);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(nick) FROM people"), ==, 0);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(origin) FROM outbox"), ==, 0);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(origin) FROM messages"), ==, 0);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages WHERE lacks <> CASE"
                                             " WHEN kind IN (12, 13) THEN 2 WHEN kind = 14 THEN 1"
                                             " ELSE 0 END"),
                        ==, 0);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"
                                             " WHERE (direction = 0) <> (state = 7)"),
                        ==, 0);
        assert_sound(f);
    }
}

/* The second version, with all that the first had in it; a row of the outbox carries neither quote
 * nor anything else then. */
static void
test_from_second(void)
{
    g_autofree char *first = coex_schema_dup_sql(1);
    g_autofree char *second = coex_schema_dup_sql(2);
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autoptr(Fixture) f = restore(versions[i]);
        fixture_exec_raw(f, second + strlen(first));
        fixture_exec_raw(f, "PRAGMA user_version = 2;"
                            "UPDATE outbox SET media_kind = 0, media_mime = 'image/png',"
                            " file = 'copy' WHERE text = 'Queued for Ben'");
        g_autofree char *before = dump(f);
        fixture_reopen(f);
        fixture_close(f);
        g_autofree char *after = dump(f);
        g_assert_cmpstr(before, ==, after);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM outbox WHERE context IS NULL"
                                             " AND kind = 0 AND type IS NULL AND payload IS NULL"),
                        ==, fixture_query_raw(f, "SELECT count(*) FROM outbox"));
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM outbox WHERE media_kind = 0"
                                             " AND media_mime = 'image/png' AND file = 'copy'"),
                        ==, 1);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(payload) FROM messages"), ==, 0);
        assert_sound(f);
    }
}

/* The fourth, which kept no time of each state, and not why something failed. */
static void
test_from_fourth(void)
{
    g_autofree char *first = coex_schema_dup_sql(1);
    g_autofree char *fourth = coex_schema_dup_sql(4);
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autoptr(Fixture) f = restore(versions[i]);
        fixture_exec_raw(f, fourth + strlen(first));
        fixture_exec_raw(f, "PRAGMA user_version = 4");
        g_autofree char *before = dump(f);
        fixture_reopen(f);
        fixture_close(f);
        g_autofree char *after = dump(f);
        g_assert_cmpstr(before, ==, after);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages WHERE sent_at = 0"
                                             " AND delivered_at = 0 AND read_at = 0"
                                             " AND played_at = 0 AND failure IS NULL"),
                        ==, fixture_query_raw(f, "SELECT count(*) FROM messages"));
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(why) FROM outbox"), ==, 0);
        g_assert_cmpint(fixture_query_raw(f, "SELECT (SELECT count(*) FROM priced)"
                                             " + (SELECT count(*) FROM costs)"),
                        ==, 0);
        assert_sound(f);
    }
}

/* As above, with 50,000 people. */
static void
test_crowd(void)
{
    g_autoptr(Fixture) f = restore(versions[0]);
    g_autofree char *source =
        g_build_filename(g_getenv("COEX_TEST_DATA"), "store", "crowd.sql", NULL);
    g_autofree char *sql = NULL;
    g_assert_true(g_file_get_contents(source, &sql, NULL, NULL));
    fixture_exec_raw(f, sql);
    g_autofree char *before = dump(f);
    fixture_reopen(f);
    fixture_close(f);
    g_autofree char *after = dump(f);
    g_assert_true(g_str_equal(before, after)); /* megabytes: not to be printed */
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM people"), >, 50000);
    assert_sound(f);
}

/* Who waits for an answer is found in what the old version kept. */
static void
test_who_waits(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autoptr(Fixture) f = restore(versions[i]);
        /* the newest is an echo of the same second */
        fixture_exec_raw(f, "UPDATE messages SET time = time + 5 WHERE text = 'Unread two'");
        fixture_reopen(f);
        fixture_close(f);
        g_assert_cmpint(fixture_query_raw(f, "SELECT answered_at > 0 AND waiting_since = 0"
                                             " FROM people WHERE account = 1 AND id = 1"),
                        ==, 1);
        g_assert_cmpint(fixture_query_raw(f, "SELECT answered_at = 0 AND waiting_since ="
                                             "  (SELECT min(time) FROM messages WHERE account = 1"
                                             "   AND person = 3)"
                                             " FROM people WHERE account = 1 AND id = 3"),
                        ==, 1);
        g_assert_cmpint(fixture_query_raw(f, "SELECT waiting_since FROM people WHERE id = 5"), ==,
                        0);
        g_assert_cmpint(fixture_query_raw(f, "SELECT max(ahead_at) FROM people"), ==, 0);
    }
}

/* Several thousand messages, and a disk that ends in the middle: the old database stays as it was,
 * and the next try finds it. */
static void
test_interrupted(void)
{
    g_autoptr(Fixture) f = restore(versions[0]);
    fixture_exec_raw(f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                        " WHERE i < 5000) INSERT INTO messages(account, person, direction, wamid,"
                        " token, time, kind, type, text, state, state_at)"
                        " SELECT 1, 1, 0, 'w' || i, 't' || i, i, 0, 'text',"
                        " printf('%.500c', 'x'), 0, i FROM n");
    g_autofree char *before = dump(f);
    fixture_limit_files(1024 * 1024);
    fixture_assert_refused(f);
    fixture_limit_files(0);
    g_assert_cmpint(fixture_query_raw(f, "PRAGMA user_version"), ==, 1);
    g_autofree char *between = dump(f);
    g_assert_cmpstr(before, ==, between);
    fixture_reopen(f);
    fixture_close(f);
    g_autofree char *after = dump(f);
    g_assert_cmpstr(before, ==, after);
    assert_sound(f);
}

/* A token counts once for what came in and once for what went out, wherever it was sent. */
static void
test_token_by_direction(void)
{
    static const char insert[] =
        "INSERT INTO messages(account, person, direction, token, time, kind, state, state_at)"
        " VALUES(1, 1, %d, 'one token', 1, 0, 0, 1)";
    g_autoptr(Fixture) f = restore(versions[0]);
    fixture_reopen(f);
    fixture_close(f);
    const struct {
        int direction;
        int rc;
    } cases[] = { { COEX_INBOUND, SQLITE_OK },
                  { COEX_OUTBOUND, SQLITE_OK },
                  { COEX_ECHO, SQLITE_CONSTRAINT },
                  { COEX_INBOUND, SQLITE_CONSTRAINT } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *sql = g_strdup_printf(insert, cases[i].direction);
        sqlite3 *db = fixture_open_raw(f);
        g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, cases[i].rc);
        sqlite3_close(db);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/upgrade/everything-stays", test_everything_stays);
    g_test_add_func("/store/upgrade/from-second", test_from_second);
    g_test_add_func("/store/upgrade/from-fourth", test_from_fourth);
    g_test_add_func("/store/upgrade/crowd", test_crowd);
    g_test_add_func("/store/upgrade/who-waits", test_who_waits);
    g_test_add_func("/store/upgrade/interrupted", test_interrupted);
    g_test_add_func("/store/upgrade/token-by-direction", test_token_by_direction);
    return g_test_run();
}
