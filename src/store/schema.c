// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/schema.h"

#include "core/error.h"
#include "core/words.h"
#include "store/db.h"
#include "store/head.h"

/* "COEX": tells our databases from other programs'. */
#define APPLICATION_ID 0x434f4558

/* A body has a table of its own, so that a delivery of megabytes changes its state without being
 * rewritten. The indexes on states are partial: a row is in one only while it waits there. CHECKs
 * on account and person catch a change that was queued without them. */
static const char SCHEMA_1[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO meta VALUES('id', randomblob(16));"

    "CREATE TABLE accounts(id INTEGER PRIMARY KEY, provider TEXT NOT NULL, number TEXT NOT NULL,"
    " UNIQUE(provider, number)) STRICT;"

    "CREATE TABLE deliveries(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, realm TEXT NOT NULL,"
    " received_at INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, reason TEXT) STRICT;"
    "CREATE INDEX deliveries_new ON deliveries(state) WHERE state = 0;"
    "CREATE INDEX deliveries_applied ON deliveries(received_at) WHERE state = 1;"
    "CREATE INDEX deliveries_spent ON deliveries(received_at) WHERE state = 4;"
    "CREATE TABLE bodies(delivery INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"
    "CREATE TABLE waiting(delivery INTEGER NOT NULL, phone_number_id TEXT NOT NULL,"
    " number TEXT NOT NULL, PRIMARY KEY(delivery, phone_number_id, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX waiting_phone_number_id ON waiting(phone_number_id);"
    "CREATE INDEX waiting_number ON waiting(number);"

    "CREATE TABLE people(account INTEGER NOT NULL CHECK(account > 0),"
    " id INTEGER NOT NULL CHECK(id > 0), name TEXT NOT NULL, alias TEXT,"
    " wa_id TEXT, user_id TEXT, parent_user_id TEXT, username TEXT,"
    " last_inbound_at INTEGER NOT NULL, free_until INTEGER NOT NULL, last_inbound_wamid TEXT,"
    " read_up_to INTEGER NOT NULL, last_echo_at INTEGER NOT NULL, active_at INTEGER NOT NULL,"
    " hidden INTEGER NOT NULL, pinned INTEGER NOT NULL,"
    " PRIMARY KEY(account, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE addresses(account INTEGER NOT NULL, address TEXT NOT NULL,"
    " person INTEGER NOT NULL, PRIMARY KEY(account, address)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE messages(id INTEGER PRIMARY KEY, account INTEGER NOT NULL CHECK(account > 0),"
    " person INTEGER NOT NULL CHECK(person > 0), direction INTEGER NOT NULL, wamid TEXT,"
    " token TEXT NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, type TEXT, text TEXT,"
    " state INTEGER NOT NULL, state_at INTEGER NOT NULL, error_code INTEGER NOT NULL DEFAULT 0,"
    " local_id TEXT, UNIQUE(account, token, person)) STRICT;"
    "CREATE INDEX messages_wamid ON messages(account, wamid);"
    "CREATE TABLE early_statuses(id INTEGER PRIMARY KEY, account INTEGER NOT NULL"
    " CHECK(account > 0), wamid TEXT NOT NULL, token TEXT NOT NULL, person INTEGER NOT NULL,"
    " state INTEGER NOT NULL, time INTEGER NOT NULL, error_code INTEGER NOT NULL,"
    " explanation TEXT, saved_at INTEGER NOT NULL, UNIQUE(account, token, wamid, state)) STRICT;"
    "CREATE INDEX early_statuses_wamid ON early_statuses(account, wamid);"
    "CREATE INDEX early_statuses_age ON early_statuses(saved_at);"

    "CREATE TABLE feed(seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account INTEGER NOT NULL CHECK(account > 0), person INTEGER NOT NULL CHECK(person > 0),"
    " kind INTEGER NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL, detail TEXT) STRICT;"
    "CREATE TABLE outbox(account INTEGER NOT NULL CHECK(account > 0), local_id TEXT NOT NULL,"
    " position INTEGER NOT NULL, person INTEGER NOT NULL CHECK(person > 0),"
    " state INTEGER NOT NULL, text TEXT, template_name TEXT, template_language TEXT,"
    " template_values TEXT, created_at INTEGER NOT NULL, state_at INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, typed INTEGER NOT NULL, shown INTEGER NOT NULL,"
    " PRIMARY KEY(account, local_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE settings(account INTEGER NOT NULL CHECK(account > 0), key TEXT NOT NULL,"
    " value TEXT NOT NULL, PRIMARY KEY(account, key)) STRICT, WITHOUT ROWID;";

/* Once per direction: a customer may send a message under the token that one of ours has, but what
 * was sent here and what the phone tells of it are one message. SQLite cannot drop the old rule, so
 * the table is written anew. Pending is what WhatsApp accepted; it stood also at a customer's
 * message, of which no state is ever told. */
static const char SCHEMA_2[] =
    "ALTER TABLE deliveries RENAME COLUMN realm TO secret_id;"
    "UPDATE settings SET key = 'secret-ids' WHERE key = 'realms';"

    "CREATE TABLE messages_2(id INTEGER PRIMARY KEY, account INTEGER NOT NULL CHECK(account > 0),"
    " person INTEGER NOT NULL CHECK(person > 0), direction INTEGER NOT NULL, wamid TEXT,"
    " token TEXT NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, type TEXT, text TEXT,"
    " state INTEGER NOT NULL, state_at INTEGER NOT NULL, error_code INTEGER NOT NULL DEFAULT 0,"
    " local_id TEXT, template_name TEXT, template_language TEXT, template_values TEXT,"
    " lacks INTEGER NOT NULL DEFAULT 0, origin TEXT, context TEXT, context_token TEXT, said TEXT,"
    " old_text TEXT, changed_at INTEGER NOT NULL DEFAULT 0,"
    " deleted_at INTEGER NOT NULL DEFAULT 0, past INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO messages_2(id, account, person, direction, wamid, token, time, kind, type, text,"
    " state, state_at, error_code, local_id, lacks)"
    " SELECT id, account, person, direction, wamid, token, time, kind, type, text,"
    " CASE direction WHEN 0 THEN 7 ELSE state END, state_at, error_code, local_id,"
    " CASE WHEN kind IN (12, 13) THEN 2 WHEN kind = 14 THEN 1 ELSE 0 END FROM messages;"
    "DROP TABLE messages;"
    "ALTER TABLE messages_2 RENAME TO messages;"
    "CREATE UNIQUE INDEX messages_token ON messages(account, token, person, direction = 0);"
    "CREATE INDEX messages_wamid ON messages(account, wamid);"
    "CREATE INDEX messages_local_id ON messages(account, local_id) WHERE local_id IS NOT NULL;"
    "CREATE INDEX messages_origin ON messages(account, origin) WHERE origin IS NOT NULL;"
    /* reactions, edits and withdrawals, by what they are about: the message may come after them */
    "CREATE INDEX messages_context ON messages(account, person, context_token)"
    " WHERE kind IN (4, 10, 11);"

    /* what the history brought and no log has */
    "CREATE INDEX messages_past ON messages(account, person, time) WHERE past = 1;"

    /* the lines with somebody, and who waits: answered by the newest message to them, waiting since
     * the oldest from them after it that is no reaction, system line, edit or withdrawal */
    "CREATE INDEX messages_person ON messages(account, person, time);"
    "ALTER TABLE people ADD COLUMN answered_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE people ADD COLUMN waiting_since INTEGER NOT NULL DEFAULT 0;"
    "UPDATE people SET answered_at = max(last_echo_at, coalesce((SELECT max(time) FROM messages AS "
    "m"
    " WHERE m.account = people.account AND m.person = people.id AND direction <> 0), 0));"
    "UPDATE people SET waiting_since = coalesce((SELECT min(time) FROM messages AS m"
    " WHERE m.account = people.account AND m.person = people.id AND direction = 0"
    "  AND time > answered_at AND kind NOT IN (4, 8, 10, 11)), 0);"

    /* what was not seen here; of before nobody knows */
    "ALTER TABLE people ADD COLUMN unread_since INTEGER NOT NULL DEFAULT 0;"

    /* beside last_inbound_at: it opens the window as soon as the clock has reached it */
    "ALTER TABLE people ADD COLUMN ahead_at INTEGER NOT NULL DEFAULT 0;"
    /* since when the number has another BSUID than before, which nobody explained */
    "ALTER TABLE people ADD COLUMN renewed_at INTEGER NOT NULL DEFAULT 0;"
    /* of who turned out to be another: the id of that one, to whom all of it belongs */
    "ALTER TABLE people ADD COLUMN same_as INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE people ADD COLUMN nick TEXT;"
    /* the name in the phone's address book, and as of when that is known, also that there is none
     */
    "ALTER TABLE people ADD COLUMN book_name TEXT;"
    "ALTER TABLE people ADD COLUMN book_at INTEGER NOT NULL DEFAULT 0;"
    /* whether marketing messages are not wanted, and as of when that is known */
    "ALTER TABLE people ADD COLUMN no_marketing INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE people ADD COLUMN marketing_at INTEGER NOT NULL DEFAULT 0;"
    "CREATE UNIQUE INDEX people_nick ON people(nick) WHERE nick IS NOT NULL;"
    /* a number whose owner has given it up, then: who writes from it later is somebody else */
    "ALTER TABLE addresses ADD COLUMN gone_at INTEGER NOT NULL DEFAULT 0;"

    "ALTER TABLE outbox ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN released INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;"
    /* of a copy, here and as a message: the local id of what it was made of first */
    "ALTER TABLE outbox ADD COLUMN origin TEXT;"
    /* thousands may fail together, and each asks for the last place and for its copies */
    "CREATE INDEX outbox_position ON outbox(account, position);"
    "CREATE INDEX outbox_origin ON outbox(account, origin) WHERE origin IS NOT NULL;"
    /* of a file: what is known of it, and what it is called among those that wait to leave */
    "ALTER TABLE outbox ADD COLUMN media_kind INTEGER;"
    "ALTER TABLE outbox ADD COLUMN media_mime TEXT;"
    "ALTER TABLE outbox ADD COLUMN media_sha256 TEXT;"
    "ALTER TABLE outbox ADD COLUMN media_size INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN media_name TEXT;"
    "ALTER TABLE outbox ADD COLUMN media_caption TEXT;"
    "ALTER TABLE outbox ADD COLUMN media_voice INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN media_animated INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN file TEXT;"
    "ALTER TABLE feed ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN message INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN quote TEXT;"

    /* the files of messages, and what became of them here */
    "CREATE TABLE media(message INTEGER PRIMARY KEY, kind INTEGER NOT NULL, id TEXT, url TEXT,"
    " mime TEXT, sha256 TEXT, size INTEGER NOT NULL, name TEXT, caption TEXT,"
    " voice INTEGER NOT NULL, animated INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " path TEXT) STRICT;"
    "CREATE TRIGGER messages_gone AFTER DELETE ON messages"
    " BEGIN DELETE FROM media WHERE message = old.id;"
    "  INSERT OR IGNORE INTO stale VALUES(old.id); END;"

    /* the index of words (store/search.c), and what it has not as it is */
    "CREATE TABLE stale(message INTEGER PRIMARY KEY) STRICT;"
    "INSERT INTO stale SELECT id FROM messages WHERE text <> '';"
    "CREATE TABLE words(place INTEGER PRIMARY KEY, message INTEGER NOT NULL UNIQUE,"
    " folded TEXT NOT NULL) STRICT;"
    "CREATE VIRTUAL TABLE word_index USING fts5(folded, content = 'words',"
    " content_rowid = 'place', tokenize = 'trigram case_sensitive 1');"
    "CREATE TRIGGER messages_new AFTER INSERT ON messages WHEN new.text <> ''"
    " BEGIN INSERT OR IGNORE INTO stale VALUES(new.id); END;"
    "CREATE TRIGGER messages_changed AFTER UPDATE OF text, time, deleted_at ON messages"
    " BEGIN INSERT OR IGNORE INTO stale VALUES(new.id); END;"

    "CREATE INDEX media_left ON media(message) WHERE state < 2;"

    /* of whom the bodies of deliveries, from `next` to `last`, must not be kept any more */
    "CREATE TABLE forgotten(id INTEGER PRIMARY KEY, number TEXT NOT NULL, phone_number_id TEXT,"
    " addresses TEXT NOT NULL, next INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;"

    /* all columns: what cannot be had again stands on other pages a second time, for a rescue */
    "CREATE INDEX people_copy ON people(account, id, name, alias, wa_id, user_id, parent_user_id,"
    " username, last_inbound_at, free_until, last_inbound_wamid, read_up_to, last_echo_at,"
    " active_at, hidden, pinned, answered_at, waiting_since, unread_since, ahead_at, renewed_at,"
    " same_as, nick, book_name, book_at, no_marketing, marketing_at);"
    "CREATE INDEX addresses_copy ON addresses(account, address, person, gone_at);"
    "CREATE INDEX outbox_copy ON outbox(account, local_id, position, person, state, text,"
    " template_name, template_language, template_values, created_at, state_at, attempts, typed,"
    " shown, not_before, released, owed, origin, media_kind, media_mime, media_sha256, media_size,"
    " media_name, media_caption, media_voice, media_animated, file);"
    "CREATE INDEX settings_copy ON settings(account, key, value);"
    "CREATE INDEX meta_copy ON meta(key, value);";

/* What leaves quotes another message or is about one, and may be neither text, template nor file:
 * then it is kept as it will leave, and beside the message for sending it again. */
static const char SCHEMA_3[] =
    "ALTER TABLE outbox ADD COLUMN context TEXT;"
    "ALTER TABLE outbox ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN type TEXT;"
    "ALTER TABLE outbox ADD COLUMN payload TEXT;"
    "ALTER TABLE messages ADD COLUMN payload TEXT;"
    "DROP INDEX outbox_copy;"
    "CREATE INDEX outbox_copy ON outbox(account, local_id, position, person, state, text,"
    " template_name, template_language, template_values, created_at, state_at, attempts, typed,"
    " shown, not_before, released, owed, origin, media_kind, media_mime, media_sha256, media_size,"
    " media_name, media_caption, media_voice, media_animated, file, context, kind, type, payload);";

/* A history brings messages by the hundred thousand, and each of these was written for each: the
 * index of words knows new ones by their ids, which grow, and one id has one token. */
static const char SCHEMA_4[] = "CREATE TABLE indexed(up_to INTEGER NOT NULL) STRICT;"
                               "INSERT INTO indexed SELECT coalesce(max(id), 0) FROM messages;"
                               "DROP TRIGGER messages_new;"
                               "DROP INDEX messages_wamid;";

/* When each state of what was sent was told, 0: it was not; before this only of the last one, in
 * state_at. Why it failed, also of what WhatsApp did not take at all. */
static const char SCHEMA_5[] =
    "ALTER TABLE messages ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE messages ADD COLUMN delivered_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE messages ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE messages ADD COLUMN played_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE messages ADD COLUMN failure TEXT;"
    "ALTER TABLE outbox ADD COLUMN why TEXT;"
    "DROP INDEX outbox_copy;"
    "CREATE INDEX outbox_copy ON outbox(account, local_id, position, person, state, text,"
    " template_name, template_language, template_values, created_at, state_at, attempts, typed,"
    " shown, not_before, released, owed, origin, media_kind, media_mime, media_sha256, media_size,"
    " media_name, media_caption, media_voice, media_animated, file, context, kind, type, payload,"
    " why);";

/* What messages cost, and which of them count already: by a digest of the id, until no more
 * statuses of them are to come. */
static const char SCHEMA_6[] =
    "CREATE TABLE priced(account INTEGER NOT NULL CHECK(account > 0), key TEXT NOT NULL,"
    " month INTEGER NOT NULL, category TEXT, type TEXT, country TEXT, noted_at INTEGER NOT NULL,"
    " PRIMARY KEY(account, key)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX priced_age ON priced(noted_at);"
    "CREATE TABLE costs(account INTEGER NOT NULL CHECK(account > 0), month INTEGER NOT NULL,"
    " category TEXT NOT NULL, type TEXT NOT NULL, country TEXT NOT NULL, n INTEGER NOT NULL,"
    " PRIMARY KEY(account, month, category, type, country)) STRICT, WITHOUT ROWID;";

/* Before a template goes to many, it is looked who got it lately. */
static const char SCHEMA_7[] = "CREATE INDEX messages_template ON"
                               " messages(account, template_name, time)"
                               " WHERE template_name IS NOT NULL;";

static const char *const MIGRATIONS[] = {
    SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4, SCHEMA_5, SCHEMA_6, SCHEMA_7,
};

static gboolean
check(CoexDb *db, const char *path, GError **error)
{
    gint64 version = 0;
    gint64 application_id = 0;
    gint64 n_tables = 0;
    if (!coex_db_get_int(db, "PRAGMA user_version", COEX_NO_VALUES, &version, error) ||
        !coex_db_get_int(db, "PRAGMA application_id", COEX_NO_VALUES, &application_id, error) ||
        !coex_db_get_int(db, "SELECT count(*) FROM sqlite_schema", COEX_NO_VALUES, &n_tables,
                         error))
        return FALSE;

    if (n_tables > 0 && application_id != APPLICATION_ID) {
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("%s is the database of another program. Move it away and log in again: a new "
              "one will be made."),
            path);
        return FALSE;
    }
    if (version > (gint64)G_N_ELEMENTS(MIGRATIONS)) {
        coex_error_say(error, COEX_ERROR_STORE,
                       _("%s was written by a newer version of this plugin (schema %" PRId64
                         ", this one knows %u). Install the newer version again, or move the file "
                         "away to start anew."),
                       path, version, (guint)G_N_ELEMENTS(MIGRATIONS));
        return FALSE;
    }
    return TRUE;
}

gboolean
coex_schema_knows(gint64 application_id, gint64 version)
{
    return application_id == APPLICATION_ID && version >= 1 &&
           version <= (gint64)G_N_ELEMENTS(MIGRATIONS);
}

static char *
dup_stamp(guint version)
{
    return g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %u;", APPLICATION_ID,
                           version);
}

char *
coex_schema_dup_sql(guint version)
{
    g_autofree char *stamp = dup_stamp(version);
    GString *sql = g_string_new(stamp);
    for (guint i = 0; i < MIN(version, G_N_ELEMENTS(MIGRATIONS)); i++)
        g_string_append(sql, MIGRATIONS[i]);
    return g_string_free(sql, FALSE);
}

static gboolean
apply_migration(CoexDb *db, guint index, GError **error)
{
    g_autofree char *stamp = dup_stamp(index + 1);
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) && coex_db_exec(db, MIGRATIONS[index], error) &&
        coex_db_exec(db, stamp, error) && coex_db_exec(db, "COMMIT", error))
        return TRUE;
    coex_db_rollback(db);
    return FALSE;
}

static gboolean
migrate(CoexDb *db, const char *path, GError **error)
{
    gint64 version = 0;
    if (!coex_db_get_int(db, "PRAGMA user_version", COEX_NO_VALUES, &version, error))
        return FALSE;

    /* what was kept of the old schema must not outlive it */
    if (version < (gint64)G_N_ELEMENTS(MIGRATIONS)) {
        coex_head_forget(path);
        coex_db_sync_folder(path);
    }
    for (guint i = (guint)MAX(version, 0); i < G_N_ELEMENTS(MIGRATIONS); i++) {
        if (!apply_migration(db, i, error))
            return FALSE;
    }
    return TRUE;
}

CoexDb *
coex_schema_open(const char *path, gboolean create, GError **error)
{
    CoexDb *db = coex_db_connect(path, create, error);
    if (db == NULL)
        return NULL;
    if (!check(db, path, error) || !coex_db_begin_log(db, error) || !migrate(db, path, error)) {
        coex_db_close(db);
        return NULL;
    }
    coex_db_keep_head(db);
    return db;
}
