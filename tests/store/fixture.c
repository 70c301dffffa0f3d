// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/error.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* ---- the store ---- */

Fixture *
fixture_new(void)
{
    g_autoptr(GError) error = NULL;
    Fixture *f = g_new0(Fixture, 1);
    f->folder = g_dir_make_tmp("coex-store-XXXXXX", &error);
    g_assert_no_error(error);
    f->path = g_build_filename(f->folder, "coex", "coex.db", NULL);
    return f;
}

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_folder(child);
        else
            g_remove(child);
    }
    g_rmdir(path);
}

void
fixture_free(Fixture *f)
{
    fixture_close(f);
    remove_folder(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f);
}

void
fixture_open(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    f->store = coex_store_open(f->path, "test", &error);
    g_assert_no_error(error);
    g_assert_nonnull(f->store);
}

void
fixture_close(Fixture *f)
{
    g_clear_pointer(&f->store, coex_store_close);
}

void
fixture_reopen(Fixture *f)
{
    fixture_close(f);
    fixture_open(f);
}

/* ---- deliveries ---- */

typedef struct {
    GMutex lock;
    GCond wake;
    gboolean answered;
    gboolean committed;
} Ack;

static void
on_acked(const GError *error, gpointer user_data)
{
    Ack *ack = user_data;
    g_mutex_lock(&ack->lock);
    ack->answered = TRUE;
    ack->committed = error == NULL;
    g_cond_signal(&ack->wake);
    g_mutex_unlock(&ack->lock);
}

void
fixture_fill_delivery(CoexDelivery *delivery, const char *name, GBytes *body)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = sizeof delivery->key;
    *delivery = (CoexDelivery){ .secret_id = "secret_id", .received_at = TEST_NOW, .body = body };
    g_checksum_update(checksum, (const guchar *)name, -1);
    g_checksum_get_digest(checksum, delivery->key, &length);
}

gboolean
fixture_deliver(Fixture *f, const char *name, const char *body, gint64 received_at)
{
    Ack ack = { 0 };
    CoexDelivery delivery;
    g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
    g_mutex_init(&ack.lock);
    g_cond_init(&ack.wake);
    fixture_fill_delivery(&delivery, name, bytes);
    delivery.received_at = received_at;
    g_assert_true(coex_store_add_delivery(f->store, &delivery, on_acked, &ack));

    g_mutex_lock(&ack.lock);
    while (!ack.answered)
        g_cond_wait(&ack.wake, &ack.lock);
    g_mutex_unlock(&ack.lock);
    g_mutex_clear(&ack.lock);
    g_cond_clear(&ack.wake);
    return ack.committed;
}

typedef struct {
    gboolean answered;
    gpointer value;
} Answer;

static gpointer
wait_for(Answer *answer)
{
    while (!answer->answered)
        g_main_context_iteration(NULL, TRUE);
    return answer->value;
}

static void
on_rows(GPtrArray *rows, const GError *error, gpointer user_data)
{
    Answer *answer = user_data;
    g_assert_no_error(error);
    answer->value = g_ptr_array_ref(rows);
    answer->answered = TRUE;
}

GPtrArray *
fixture_read(Fixture *f, gint64 after)
{
    Answer answer = { 0 };
    coex_store_read_deliveries(f->store, after, on_rows, &answer);
    return wait_for(&answer);
}

GPtrArray *
fixture_read_waiting(Fixture *f, const char *phone_number_id, const char *number, gint64 after)
{
    Answer answer = { 0 };
    coex_store_read_waiting(f->store, phone_number_id, number, after, on_rows, &answer);
    return wait_for(&answer);
}

/* ---- accounts and batches ---- */

static void
on_loaded(CoexSnapshot *snapshot, const GError *error, gpointer user_data)
{
    Answer *answer = user_data;
    g_assert_no_error(error);
    answer->value = snapshot;
    answer->answered = TRUE;
}

CoexSnapshot *
fixture_load(Fixture *f, const char *number)
{
    return fixture_load_at(f, "meta", number);
}

gint64
snapshot_get_address(const CoexSnapshot *snapshot, const char *address)
{
    for (guint i = 0; i < snapshot->addresses->len; i++) {
        const CoexAddress *a = g_ptr_array_index(snapshot->addresses, i);
        if (g_str_equal(a->address, address))
            return a->person_id;
    }
    return 0;
}

CoexSnapshot *
fixture_load_at(Fixture *f, const char *provider, const char *number)
{
    Answer answer = { 0 };
    coex_store_load_account(f->store, provider, number, NULL, on_loaded, &answer);
    return wait_for(&answer);
}

static void
unref_feed_item(gpointer item)
{
    coex_feed_item_unref(item);
}

void
committed_free(Committed *committed)
{
    g_clear_error(&committed->error);
    g_array_unref(committed->outcomes);
    g_array_unref(committed->people);
    g_ptr_array_unref(committed->texts);
    g_ptr_array_unref(committed->feed);
    g_free(committed);
}

typedef struct {
    gboolean answered;
    guint n_changes;
    Committed *committed;
} Commit;

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Commit *commit = user_data;
    Committed *c = g_new0(Committed, 1);
    c->error = error != NULL ? g_error_copy(error) : NULL;
    c->outcomes = g_array_new(FALSE, FALSE, sizeof(CoexOutcome));
    c->people = g_array_new(FALSE, FALSE, sizeof(gint64));
    c->texts = g_ptr_array_new_with_free_func(g_free);
    c->feed = g_ptr_array_new_with_free_func(unref_feed_item);
    for (guint i = 0; i < commit->n_changes; i++) {
        const CoexResult *result = coex_batch_get_result(batch, i);
        g_array_append_val(c->outcomes, result->outcome);
        g_array_append_val(c->people, result->person_id);
        g_ptr_array_add(c->texts, g_strdup(result->text));
    }
    GPtrArray *feed = coex_batch_get_feed(batch);
    for (guint i = 0; i < feed->len; i++)
        g_ptr_array_add(c->feed, coex_feed_item_ref(g_ptr_array_index(feed, i)));
    commit->committed = c;
    commit->answered = TRUE;
}

Committed *
fixture_commit(Fixture *f, CoexBatch *batch, guint n_changes)
{
    Commit commit = { .n_changes = n_changes };
    coex_store_commit(f->store, batch, on_committed, &commit);
    while (!commit.answered)
        g_main_context_iteration(NULL, TRUE);
    return commit.committed;
}

void
committed_assert_feed(const Committed *committed, guint i, CoexFeedKind kind, const char *text)
{
    g_assert_cmpuint(i, <, committed->feed->len);
    const CoexFeedItem *item = g_ptr_array_index(committed->feed, i);
    g_assert_cmpint(item->kind, ==, kind);
    g_assert_cmpstr(item->text, ==, text);
    g_assert_cmpint(item->time, >, 0);
    g_assert_cmpint(item->seq, >, 0);
}

/* ---- values ---- */

CoexBatch *
test_batch(gint64 account_id)
{
    CoexBatch *batch = coex_batch_new();
    coex_batch_set_account(batch, account_id);
    return batch;
}

char *
test_wamid(const char *peer, const char *token)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const guint8 head[] = { 0x1c, 0x18, (guint8)strlen(peer) };
    const guint8 middle[] = { 0x15, 0x02, 0x00, 0x11, 0x18, (guint8)strlen(token) };
    const guint8 end = 0;
    g_byte_array_append(bytes, head, sizeof head);
    g_byte_array_append(bytes, (const guint8 *)peer, strlen(peer));
    g_byte_array_append(bytes, middle, sizeof middle);
    g_byte_array_append(bytes, (const guint8 *)token, strlen(token));
    g_byte_array_append(bytes, &end, 1);
    g_autofree char *base64 = g_base64_encode(bytes->data, bytes->len);
    return g_strconcat("wamid.", base64, NULL);
}

CoexMessage *
test_message(CoexDirection direction, const char *peer, const char *token, const char *text)
{
    CoexMessage *message = coex_message_new();
    message->wamid = test_wamid(peer, token);
    message->token = coex_wamid_dup_token(message->wamid);
    message->direction = direction;
    message->time = TEST_NOW;
    message->content.kind = COEX_CONTENT_TEXT;
    message->content.type = g_strdup("text");
    message->content.text = g_strdup(text);
    return message;
}

CoexStatus *
test_status(const char *peer, const char *token, CoexState state)
{
    CoexStatus *status = coex_status_new();
    status->wamid = test_wamid(peer, token);
    status->token = coex_wamid_dup_token(status->wamid);
    status->state = state;
    status->state_name = g_strdup(coex_state_get_name(state));
    status->time = TEST_NOW + 1;
    if (state == COEX_STATE_FAILED)
        status->error_code = 131026;
    return status;
}

CoexPerson *
test_person(gint64 id, const char *wa_id, const char *user_id)
{
    CoexPerson *person = coex_person_new();
    person->id = id;
    person->name = g_strdup(wa_id != NULL ? wa_id : user_id);
    person->peer.wa_id = g_strdup(wa_id);
    person->peer.user_id = g_strdup(user_id);
    return person;
}

CoexOutboxRow *
test_outbox_row(gint64 position, gint64 person_id, const char *local_id, const char *text)
{
    CoexOutboxRow *row = coex_outbox_row_new();
    row->position = position;
    row->person_id = person_id;
    row->local_id = g_strdup(local_id);
    row->text = g_strdup(text);
    row->created_at = TEST_NOW;
    row->state_at = TEST_NOW;
    return row;
}

/* ---- the closed database ---- */

sqlite3 *
fixture_open_raw(Fixture *f)
{
    sqlite3 *db = NULL;
    g_assert_null(f->store);
    g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
    return db;
}

void
fixture_exec_raw(Fixture *f, const char *sql)
{
    sqlite3 *db = fixture_open_raw(f);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

gint64
fixture_query_raw(Fixture *f, const char *sql)
{
    sqlite3 *db = fixture_open_raw(f);
    sqlite3_stmt *query = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &query, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
    gint64 value = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return value;
}

void
fixture_restore(Fixture *f, const char *name)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autofree char *source = g_build_filename(g_getenv("COEX_TEST_DATA"), "store", name, NULL);
    g_autofree char *sql = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(source, &sql, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    fixture_exec_raw(f, sql);
}

/* ---- a disk that ends ---- */

void
fixture_limit_files(guint64 bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, bytes > 0 ? SIG_IGN : SIG_DFL);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

void
fixture_assert_refused(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(coex_store_open(f->path, "test", &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
}
