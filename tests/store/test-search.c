// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/feed.h"
#include "store/rows.h"
#include "store/schema.h"
#include <glib/gstdio.h>

/* Words are found in what is stored, however the index came to it. */

#define ADA "4917010001"
#define BEN "4917010002"

typedef struct {
    GString *texts;
    gboolean done;
} Found;

static void
on_found(GPtrArray *lines, gboolean whole, const GError *error, gpointer user_data)
{
    Found *found = user_data;

    g_assert_no_error(error);
    g_assert_true(whole);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(found->texts, "%s%s", i > 0 ? " | " : "",
                               ((const CoexFeedItem *)lines->pdata[i])->text);
    found->done = TRUE;
}

/* The texts, the newest first. */
static void
assert_found(Fixture *f, const char *words, const char *texts)
{
    const CoexSearchQuery query = {
        .account_id = 1, .words = words, .before = G_MAXINT64, .before_id = G_MAXINT64, .limit = 9
    };
    Found found = { .texts = g_string_new(NULL) };

    coex_store_search(f->store, &query, on_found, &found);
    while (!found.done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpstr(found.texts->str, ==, texts);
    g_string_free(found.texts, TRUE);
}

static void
add(Fixture *f, gint64 person_id, const char *address, const char *text)
{
    g_autoptr(CoexPerson) person = test_person(person_id, address, NULL);
    g_autoptr(CoexMessage) message = test_message(COEX_INBOUND, address, text, text);
    CoexBatch *batch = test_batch(1);

    coex_batch_put_person(batch, person);
    coex_batch_add_message(batch, person_id, message, TEST_NOW);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
}

static void
forget(Fixture *f, gint64 person_id)
{
    CoexBatch *batch = test_batch(1);

    coex_batch_forget_person(batch, person_id, "42", TEST_NOW);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
}

static Fixture *
begin(void)
{
    Fixture *f = fixture_new();
    g_autoptr(CoexSnapshot) snapshot = NULL;

    fixture_open(f);
    snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    return f;
}

/* The id of the last message is given again once that is gone, before the index followed or after.
 */
static void
test_id_again(gconstpointer followed)
{
    g_autoptr(Fixture) f = begin();

    add(f, 1, ADA, "alpha words");
    add(f, 2, BEN, "beta words");
    assert_found(f, "words", "beta words | alpha words");
    forget(f, 2);
    if (followed != NULL)
        assert_found(f, "words", "alpha words");
    add(f, 1, ADA, "gamma words");
    assert_found(f, "words", "gamma words | alpha words");
    assert_found(f, "beta", "");
    fixture_reopen(f);
    add(f, 1, ADA, "delta words");
    assert_found(f, "words", "delta words | gamma words | alpha words");
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT max(id) FROM messages"), ==, 3);
    fixture_exec_raw(f, "INSERT INTO word_index(word_index, rank) VALUES('integrity-check', 1)");
}

/* Of the second version, whose index had followed to the first of two. */
static void
test_upgrade(void)
{
    g_autoptr(Fixture) f = begin();
    g_autofree char *second = coex_schema_dup_sql(2);
    sqlite3 *db = NULL;

    add(f, 1, ADA, "alpha words");
    fixture_close(f);
    g_assert_cmpint(g_unlink(f->path), ==, 0);
    g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
    sqlite3_close(db);
    fixture_exec_raw(f, second);
    fixture_exec_raw(
        f, "INSERT INTO accounts VALUES(1, 'meta', '4930');"
           "INSERT INTO people(account, id, name, wa_id, last_inbound_at, free_until, read_up_to,"
           " last_echo_at, active_at, hidden, pinned)"
           " VALUES(1, 1, '" ADA "', '" ADA "', 0, 0, 0, 0, 0, 0, 0);"
           "INSERT INTO addresses(account, address, person) VALUES(1, '" ADA "', 1);"
           "INSERT INTO messages(id, account, person, direction, wamid, token, time, kind, text,"
           " state, state_at) VALUES(1, 1, 1, 0, 'w1', 'w1', 10, 0, 'alpha words', 7, 0),"
           " (2, 1, 1, 0, 'w2', 'w2', 20, 0, 'beta words', 7, 0);"
           "INSERT INTO words VALUES((10 << 24) | 1, 1, 'alpha words');"
           "INSERT INTO word_index(rowid, folded) VALUES((10 << 24) | 1, 'alpha words');"
           "DELETE FROM stale WHERE message = 1;");
    fixture_open(f);
    add(f, 1, ADA, "gamma words");
    assert_found(f, "words", "gamma words | beta words | alpha words");
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM words"), ==, 3);
    fixture_exec_raw(f, "INSERT INTO word_index(word_index, rank) VALUES('integrity-check', 1)");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/search/id-again", NULL, test_id_again);
    g_test_add_data_func("/search/id-again/followed", "", test_id_again);
    g_test_add_func("/search/upgrade", test_upgrade);
    return g_test_run();
}
