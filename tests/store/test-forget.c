// SPDX-License-Identifier: GPL-2.0-or-later
#include "damage.h"
#include "fixture.h"

#include "core/forgotten.h"
#include "store/db.h"
#include "store/retention.h"
#include "store/schema.h"
#include "tools/look.h"
#include <string.h>

/* Who is forgotten is nowhere in the file any more, and nothing brings it back. */

#define N_DELIVERIES 700 /* more than two steps look at */
#define ADA "4917010001"
#define BEN "4917010002"

static gint64
get_now(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

static void
commit(Fixture *f, CoexBatch *batch)
{
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);

    g_assert_no_error(committed->error);
}

static char *
dup_message(const char *from, guint n)
{
    return g_strdup_printf("{\"from\":\"%s\",\"id\":\"wamid.%s%u\",\"type\":\"text\",\"text\":{"
                           "\"body\":\"the words of %s\"}}",
                           from, from, n, from);
}

/* One after the other of Ada's and of Ben's, and one of both. */
static char *
dup_body(guint n)
{
    g_autofree char *ada = dup_message(ADA, n);
    g_autofree char *ben = dup_message(BEN, n);

    return g_strdup_printf(
        "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":{\"metadata\":{"
        "\"phone_number_id\":\"42\"},\"messages\":[%s%s%s]}}]}]}",
        n % 2 == 0 || n == 1 ? ada : "", n == 1 ? "," : "", n % 2 == 1 ? ben : "");
}

static void
deliver_all(Fixture *f)
{
    for (guint i = 0; i < N_DELIVERIES; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        g_autofree char *body = dup_body(i);

        g_assert_true(fixture_deliver(f, name, body, get_now()));
    }
}

static void
fill(Fixture *f)
{
    const char *const numbers[] = { ADA, BEN };
    g_autoptr(CoexSnapshot) snapshot = NULL;
    CoexBatch *batch;

    fixture_open(f);
    snapshot = fixture_load(f, "4930");
    deliver_all(f);
    batch = test_batch(snapshot->account_id);
    for (gint64 i = 0; i < 2; i++) {
        g_autoptr(CoexPerson) person = test_person(i + 1, numbers[i], NULL);
        g_autofree char *words = g_strconcat("the words of ", numbers[i], NULL);
        CoexMessage *message = test_message(COEX_INBOUND, numbers[i], "T", words);
        CoexOutboxRow *row = test_outbox_row(i + 1, person->id, numbers[i], words);

        coex_batch_put_person(batch, person);
        coex_batch_add_message(batch, person->id, message, TEST_NOW);
        coex_batch_put_outbox(batch, row, FALSE, TEST_NOW);
        coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, words, NULL, TEST_NOW);
        coex_message_unref(message);
        coex_outbox_row_free(row);
    }
    for (gint64 i = 1; i <= N_DELIVERIES; i++)
        coex_batch_delivery_applied(batch, i, FALSE);
    commit(f, batch);
    batch = test_batch(snapshot->account_id);
    coex_batch_forget_person(batch, 1, "42", TEST_NOW);
    commit(f, batch);
}

/* Each step as the only one that a process comes to. */
static guint
end_it(Fixture *f)
{
    gboolean more = TRUE;
    guint n = 0;

    fixture_close(f);
    for (; more; n++) {
        CoexDb *db = coex_schema_open(f->path, FALSE, NULL);

        g_assert_nonnull(db);
        g_assert_true(coex_retention_step(db, get_now(), &more, NULL));
        coex_db_close(db);
    }
    return n;
}

/* In the database, its log, its head, and what a rescue has kept. */
static guint
count_files_with(Fixture *f, const char *words)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    guint n = 0;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        n += file_has(path, words);
    }
    return n;
}

static void
assert_forgotten(Fixture *f)
{
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM bodies"), ==, N_DELIVERIES / 2);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries"), ==, N_DELIVERIES);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM people"), ==, 1);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"), ==, 1);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM forgotten"), ==, 0);
}

static void
test_gone(void)
{
    g_autoptr(Fixture) f = fixture_new();

    fill(f);
    g_assert_cmpuint(end_it(f), >=, 3);
    assert_forgotten(f);
    /* the one delivery of both is not hers alone: take it away, and there is nothing */
    g_assert_cmpuint(count_files_with(f, ADA), ==, 1);
    fixture_exec_raw(f, "PRAGMA secure_delete = ON; DELETE FROM bodies WHERE delivery = 2; "
                        "PRAGMA wal_checkpoint(TRUNCATE)");
    g_assert_cmpuint(count_files_with(f, ADA), ==, 0);
    g_assert_cmpuint(count_files_with(f, "the words of " BEN), ==, 1);

    /* what WhatsApp delivers once more is known */
    fixture_open(f);
    deliver_all(f);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, 0);
}

/* Letters of no other text here, and of each two that follow one another what the index has of them
 * whatever stands before. */
#define RUNES "ᚠᚢᚦᚨᚱᚲᚷᚹ"
static const char *const PAIRS[] = { "\xa2\xe1\x9a\xa6", "\xa6\xe1\x9a\xa8", "\xa8\xe1\x9a\xb1",
                                     "\xb1\xe1\x9a\xb2", "\xb2\xe1\x9a\xb7" };

static guint
count_pairs(Fixture *f)
{
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(PAIRS); i++)
        n += count_files_with(f, PAIRS[i]);
    return n;
}

static void
add_words(Fixture *f, gint64 account_id, gint64 person_id, const char *name, const char *words)
{
    CoexBatch *batch = test_batch(account_id);
    g_autoptr(CoexPerson) person = test_person(person_id, name, NULL);
    g_autoptr(CoexMessage) message = test_message(COEX_INBOUND, name, words, words);

    coex_batch_put_person(batch, person);
    coex_batch_add_message(batch, person_id, message, TEST_NOW);
    commit(f, batch);
}

/* The index of words has new parts for what is new, and keeps the old ones for long. */
static void
test_index(void)
{
    g_autoptr(Fixture) f = fixture_new();
    gint64 account_id = 0;
    CoexBatch *batch;

    for (gint64 i = 0; i < 6; i++) {
        g_autofree char *words =
            g_strdup_printf("%s %" G_GINT64_FORMAT, i == 2 ? RUNES : "Hello", i);
        g_autoptr(CoexSnapshot) snapshot = NULL;

        fixture_open(f);
        snapshot = fixture_load(f, "4930");
        account_id = snapshot->account_id;
        add_words(f, account_id, i == 2 ? 1 : 2, i == 2 ? ADA : BEN, words);
        fixture_close(f);
    }
    g_assert_cmpuint(count_pairs(f), >, 0);
    fixture_open(f);
    batch = test_batch(account_id);
    coex_batch_forget_person(batch, 1, "42", TEST_NOW);
    commit(f, batch);
    end_it(f);
    g_assert_cmpuint(count_pairs(f), ==, 0);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM word_index('hello')"), ==, 5);
    fixture_exec_raw(f, "INSERT INTO word_index(word_index, rank) VALUES('integrity-check', 1)");
}

/* A number that another has by now is not forgotten with who had it before. */
static void
test_former_number(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexSnapshot) before = NULL;
    g_autoptr(CoexSnapshot) after = NULL;
    g_auto(GStrv) keys = coex_forgotten_list_keys("4930", ADA);
    CoexBatch *batch;

    fixture_open(f);
    before = fixture_load(f, "4930");
    add_words(f, before->account_id, 1, ADA, "I had it");
    add_words(f, before->account_id, 2, ADA, "I have it");
    batch = test_batch(before->account_id);
    coex_batch_forget_person(batch, 1, "42", TEST_NOW);
    commit(f, batch);
    after = fixture_load(f, "4930");
    g_assert_true(g_hash_table_contains(after->settings, COEX_FORGOTTEN_LAST));
    g_assert_false(g_hash_table_contains(after->settings, keys[0]));
}

/* A file of hers was uploaded: WhatsApp has it for 29 days more, and here is its name. */
static void
test_uploads(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexSnapshot) snapshot = NULL;
    CoexBatch *batch;

    fill(f);
    snapshot = fixture_load(f, "4930");
    fixture_close(f);
    fixture_exec_raw(
        f, "INSERT INTO media(message, kind, mime, sha256, size, voice, animated)"
           " SELECT id, 0, 'image/png', 'c0ffee', 1, 0, 0 FROM messages;"
           "UPDATE outbox SET media_kind = 0, media_mime = 'image/png', media_sha256 = 'decaf';"
           "INSERT INTO settings SELECT id, 'upload c0ffee image/png', 'meta 1 1' FROM accounts;"
           "INSERT INTO settings SELECT id, 'upload decaf image/png', 'meta 2 1' FROM accounts;"
           "INSERT INTO settings SELECT id, 'upload 7ea image/png', 'meta 3 1' FROM accounts");
    fixture_open(f);
    batch = test_batch(snapshot->account_id);
    coex_batch_forget_person(batch, 2, "42", TEST_NOW);
    commit(f, batch);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM settings WHERE key LIKE 'upload%'"),
                    ==, 1);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM settings WHERE key LIKE '%7ea%'"),
                    ==, 1);
}

/* The file is found damaged afterwards: what is carried over has nothing of her either. */
static void
test_rescued(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *report = NULL;

    fill(f);
    end_it(f);
    fixture_exec_raw(f, "PRAGMA secure_delete = ON; DELETE FROM bodies WHERE delivery = 2; "
                        "PRAGMA wal_checkpoint(TRUNCATE)");
    report = damage_rescue(f);
    g_assert_nonnull(report);
    fixture_close(f);
    g_assert_cmpuint(count_files_with(f, ADA), ==, 0);
    g_assert_cmpuint(count_files_with(f, "the words of " BEN), ==, 2);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM people"), ==, 1);
}

/* It is found damaged in the middle: the new file goes on. */
static void
test_rescued_meanwhile(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *report = NULL;

    fill(f);
    fixture_close(f);
    report = damage_rescue(f);
    end_it(f);
    assert_forgotten(f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forget/gone", test_gone);
    g_test_add_func("/forget/former-number", test_former_number);
    g_test_add_func("/forget/index", test_index);
    g_test_add_func("/forget/uploads", test_uploads);
    g_test_add_func("/forget/rescued", test_rescued);
    g_test_add_func("/forget/rescued-meanwhile", test_rescued_meanwhile);
    return g_test_run();
}
