// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/rescue.h"

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"
#include "store/carry.h"
#include "store/db.h"
#include "store/head.h"
#include "store/schema.h"
#include "store/shown.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *path;
    char *new_path;
    char *kept_path;
    sqlite3 *from;
    sqlite3 *to;
    gint64 version;
    gboolean is_known; /* ours, and not newer */
    gboolean is_empty; /* met while it was made: nothing is in it yet */
    gint64 n_webhooks_lost;
    char *texts_lost; /* of those whose addressee is unknown now, NULL */
} Rescue;

static void
rescue_clear(Rescue *rescue)
{
    sqlite3_close_v2(rescue->from);
    sqlite3_close_v2(rescue->to);
    g_free(rescue->new_path);
    g_free(rescue->kept_path);
    g_free(rescue->texts_lost);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rescue, rescue_clear)

static gboolean
fail(const Rescue *rescue, const char *why, GError **error)
{
    coex_error_say(
        error, COEX_ERROR_STORE,
        _("%s is damaged, and what can be read of it could not be carried into a new file: "
          "%s. Nothing was changed. Check that disk, its free space and the rights of the "
          "folder, and log in again."),
        rescue->path, why);
    return FALSE;
}

/* ---- the two databases ---- */

static gint64
get_int(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *query = NULL;
    gint64 value = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW)
        value = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return value;
}

static gboolean
is_damage(int rc)
{
    return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

/* What stands in the log is taken into the file first, page by page and without looking into them:
 * one file is left then. Gives SQLite's code: damage where the tables cannot be found. */
static int
connect_old(Rescue *rescue)
{
    sqlite3 **from = &rescue->from;
    int rc = sqlite3_open_v2(rescue->path, from, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*from, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF",
                          NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*from, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    if (rc != SQLITE_OK && !is_damage(rc))
        return rc;
    int log_rc = sqlite3_wal_checkpoint_v2(*from, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc == SQLITE_OK && log_rc != SQLITE_OK)
        return log_rc;
    rescue->version = get_int(*from, "PRAGMA user_version");
    rescue->is_known = coex_schema_knows(get_int(*from, "PRAGMA application_id"), rescue->version);
    rescue->is_empty = rc == SQLITE_OK && rescue->version == 0 &&
                       get_int(*from, "SELECT count(*) FROM sqlite_schema") == 0;
    if (rc != SQLITE_OK || rescue->is_known || rescue->is_empty)
        return rc;
    return SQLITE_CORRUPT;
}

/* With an empty file SQLite would throw the log away. */
static gboolean
is_cut_to_nothing(const char *path)
{
    GStatBuf status;
    return coex_head_is_kept(path) && g_stat(path, &status) == 0 && status.st_size == 0;
}

static gboolean
open_old(Rescue *rescue, GError **error)
{
    int write_errno = 0;
    int rc = is_cut_to_nothing(rescue->path) ? SQLITE_CORRUPT : connect_old(rescue);
    if (is_damage(rc)) {
        g_clear_pointer(&rescue->from, sqlite3_close_v2);
        if (!coex_head_put_back(rescue->path, &write_errno) && write_errno != 0)
            return fail(rescue, g_strerror(write_errno), error);
        rc = connect_old(rescue);
    }
    if (rc == SQLITE_OK || (is_damage(rc) && rescue->is_known))
        return TRUE;
    if (!is_damage(rc))
        return fail(rescue, sqlite3_errmsg(rescue->from), error);
    coex_error_say(error, COEX_ERROR_STORE,
                   _("%s is damaged, and not even its head can be read. Move it away and log in "
                     "again: a new one will be made."),
                   rescue->path);
    return FALSE;
}

/* Of the new one: it is there until all is in it. */
static char *
dup_journal_path(const Rescue *rescue)
{
    return g_strconcat(rescue->new_path, "-journal", NULL);
}

static gboolean
make_new(Rescue *rescue, GError **error)
{
    g_autofree char *journal = dup_journal_path(rescue);
    g_autofree char *schema = coex_schema_dup_sql((guint)rescue->version);
    g_unlink(rescue->new_path);
    g_unlink(journal);
    int fd = open(rescue->new_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail(rescue, g_strerror(errno), error);
    close(fd);
    if (sqlite3_open_v2(rescue->new_path, &rescue->to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(rescue->to, "PRAGMA synchronous = FULL; BEGIN", NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(rescue->to, schema, NULL, NULL, NULL) != SQLITE_OK)
        return fail(rescue, sqlite3_errmsg(rescue->to), error);
    return TRUE;
}

/* ---- what belongs together ---- */

/* In the words of the newest schema. A webhook without its text is lost. A text without its
 * webhook's row is looked at again, which changes nothing where it was applied before; it counts as
 * proven by the secret of all the others, or of all the accounts, and is only kept where there are
 * several. A person whose row is lost is known by the addresses. */
static const char MEND[] =
    "CREATE TEMP TABLE proofs AS SELECT DISTINCT secret_id FROM deliveries;"
    "INSERT INTO proofs SELECT DISTINCT value FROM settings"
    " WHERE key = 'secret-ids' AND NOT EXISTS (SELECT 1 FROM proofs);"
    "INSERT OR IGNORE INTO deliveries(id, key, secret_id, received_at, state, reason)"
    " SELECT delivery, randomblob(32), coalesce((SELECT min(secret_id) FROM proofs), ''), "
    "unixepoch(),"
    "  CASE WHEN (SELECT count(*) FROM proofs) = 1"
    "   AND (SELECT min(secret_id) FROM proofs) NOT LIKE '% %' THEN 0 ELSE 3 END,"
    "  'found without its head'"
    " FROM bodies WHERE delivery NOT IN (SELECT id FROM deliveries);"
    "DROP TABLE proofs;"
    "UPDATE deliveries SET state = 4 WHERE state IN (0, 1, 2, 3)"
    " AND id NOT IN (SELECT delivery FROM bodies);"
    "DELETE FROM waiting WHERE delivery NOT IN (SELECT delivery FROM bodies);"
    "CREATE TEMP TABLE seen(account, person, inbound, latest, PRIMARY KEY(account, person));"
    "INSERT INTO seen SELECT account, person, max(time) FILTER (WHERE direction = 0), max(time)"
    " FROM messages GROUP BY account, person;"
    "INSERT OR IGNORE INTO people(account, id, name, wa_id, user_id, last_inbound_at, free_until,"
    "  read_up_to, last_echo_at, active_at, hidden, pinned)"
    " SELECT a.account, a.person, min(address), min(address) FILTER (WHERE address NOT LIKE '%.%'),"
    "  min(address) FILTER (WHERE address LIKE '%.%'), coalesce(inbound, 0), 0, 0, 0,"
    "  coalesce(latest, 0), 0, 0"
    " FROM addresses AS a LEFT JOIN seen AS s ON s.account = a.account AND s.person = a.person"
    " GROUP BY a.account, a.person;"
    "DROP TABLE seen;"
    "INSERT OR IGNORE INTO accounts(id, provider, number)"
    " SELECT account, substr(value, 1, instr(value, ' ') - 1), substr(value, instr(value, ' ') + 1)"
    "  FROM settings WHERE key = 'account';"
    /* nobody's, and the number is not given to another */
    "INSERT OR IGNORE INTO accounts(id, provider, number)"
    " SELECT account, '?', account FROM people GROUP BY account;"
    "DELETE FROM outbox WHERE NOT EXISTS (SELECT 1 FROM people"
    "  WHERE people.account = outbox.account AND people.id = outbox.person);"
    "INSERT OR IGNORE INTO meta VALUES('id', randomblob(16));";

/* The ids of messages that were lost are given again: nothing may lead to them. From version 2 on.
 */
static const char MEND_REFERENCES[] =
    "DELETE FROM media WHERE message NOT IN (SELECT id FROM messages);"
    "UPDATE feed SET message = 0 WHERE message NOT IN (SELECT id FROM messages);"
    /* the index of words is made anew, of all messages that were carried */
    "DELETE FROM words;";

/* The mark of how far that index goes: the schema writes one, and the old file's was carried. From
 * version 4 on. */
static const char MEND_INDEX[] = "DELETE FROM indexed; INSERT INTO indexed VALUES(0);";

/* After the people were put together. */
static const char SELECT_NAMELESS[] =
    "SELECT group_concat(coalesce(text, template_name), ' | ') FROM outbox"
    " WHERE NOT EXISTS (SELECT 1 FROM addresses WHERE addresses.account = outbox.account"
    "  AND addresses.person = outbox.person)"
    " AND NOT EXISTS (SELECT 1 FROM people WHERE people.account = outbox.account"
    "  AND people.id = outbox.person)";

static const char SELECT_NEWEST_LINE[] = "SELECT max(seq) FROM sqlite_sequence WHERE name = 'feed'";

static char *
dup_text(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *query = NULL;
    char *text = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW)
        text = g_strdup((const char *)sqlite3_column_text(query, 0));
    sqlite3_finalize(query);
    return text;
}

static CoexShown *
open_shown(const Rescue *rescue)
{
    g_autofree char *path = g_strconcat(rescue->path, ".shown", NULL);
    gint64 newest = get_int(rescue->to, SELECT_NEWEST_LINE);
    sqlite3_stmt *query = NULL;
    CoexShown *shown = NULL;
    if (sqlite3_prepare_v2(rescue->to, "SELECT value FROM meta WHERE key = 'id'", -1, &query,
                           NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW && sqlite3_column_bytes(query, 0) == COEX_SHOWN_ID_BYTES)
        shown = coex_shown_open(path, sqlite3_column_blob(query, 0), newest, NULL);
    sqlite3_finalize(query);
    return shown;
}

/* How far each account's lines were shown; none: nobody knows. */
static gboolean
note_marks(Rescue *rescue)
{
    CoexShown *shown = open_shown(rescue);
    g_autoptr(GString) sql = g_string_new("CREATE TEMP TABLE marks(account, seq);");
    sqlite3_stmt *query = NULL;
    if (shown != NULL)
        sqlite3_prepare_v2(rescue->to, "SELECT id FROM accounts WHERE id BETWEEN 1 AND ?", -1,
                           &query, NULL);
    sqlite3_bind_int(query, 1, COEX_SHOWN_ACCOUNTS);
    while (sqlite3_step(query) == SQLITE_ROW) {
        gint64 id = sqlite3_column_int64(query, 0);
        g_string_append_printf(
            sql, "INSERT INTO marks VALUES(%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ");", id,
            coex_shown_get(shown, id));
    }
    sqlite3_finalize(query);
    coex_shown_close(shown);
    return sqlite3_exec(rescue->to, sql->str, NULL, NULL, NULL) == SQLITE_OK;
}

static gboolean
mend_rows(const Rescue *rescue)
{
    g_autoptr(GString) sql = g_string_new(MEND);
    if (rescue->version < 2) {
        g_string_replace(sql, "secret_id", "realm", 0);
        g_string_replace(sql, "secret-ids", "realms", 0);
    } else {
        g_string_append(sql, MEND_REFERENCES);
    }
    if (rescue->version >= 4)
        g_string_append(sql, MEND_INDEX);
    return sqlite3_exec(rescue->to, sql->str, NULL, NULL, NULL) == SQLITE_OK;
}

static gboolean
mend(Rescue *rescue, GError **error)
{
    rescue->texts_lost = dup_text(rescue->to, SELECT_NAMELESS);
    rescue->n_webhooks_lost =
        get_int(rescue->to, "SELECT count(*) FROM deliveries WHERE (state IN (0, 2, 3)"
                            " OR id IN (SELECT delivery FROM waiting))"
                            " AND id NOT IN (SELECT delivery FROM bodies)");
    if (note_marks(rescue) && mend_rows(rescue))
        return TRUE;
    return fail(rescue, sqlite3_errmsg(rescue->to), error);
}

/* ---- what is said ---- */

/* What people would miss. */
typedef enum {
    KIND_PEOPLE,
    KIND_MESSAGES,
    KIND_TEXTS,
    KIND_LINES,
    KIND_WEBHOOKS,
    KIND_SETTINGS,
    KIND_REPORTS,
} Kind;

static const struct {
    const char *table;
    const char *count; /* SQL, NULL: not worth a figure */
} told[] = {
    [KIND_PEOPLE] = { "people", "SELECT count(*) FROM people" },
    [KIND_MESSAGES] = { "messages", "SELECT count(*) FROM messages" },
    [KIND_TEXTS] = { "outbox", "SELECT count(*) FROM outbox" },
    [KIND_LINES] = { "feed",
                     "SELECT count(*) FROM feed WHERE seq >"
                     " coalesce((SELECT seq FROM marks WHERE marks.account = feed.account), 0)" },
    [KIND_WEBHOOKS] = { "deliveries", "SELECT count(*) FROM deliveries WHERE state = 0" },
    [KIND_SETTINGS] = { "settings", NULL },
    [KIND_REPORTS] = { "early_statuses", NULL },
};

static char *
dup_number_of(Kind kind, int n)
{
    switch (kind) {
    case KIND_PEOPLE:
        /* Translators: what was in a damaged database, in a list with commas; also the next ones */
        return g_strdup_printf(COEX_PLURAL("%d person", "%d people", n), n);
    case KIND_MESSAGES:
        return g_strdup_printf(COEX_PLURAL("%d message of the past", "%d messages of the past", n),
                               n);
    case KIND_TEXTS:
        return g_strdup_printf(COEX_PLURAL("%d text that waits", "%d texts that wait", n), n);
    case KIND_LINES:
        return g_strdup_printf(COEX_PLURAL("%d line not shown yet", "%d lines not shown yet", n),
                               n);
    case KIND_WEBHOOKS:
        return g_strdup_printf(
            COEX_PLURAL("%d webhook not read yet", "%d webhooks not read yet", n), n);
    case KIND_SETTINGS:
        return g_strdup_printf(COEX_PLURAL("%d setting", "%d settings", n), n);
    case KIND_REPORTS:
        break;
    }
    return g_strdup_printf(COEX_PLURAL("%d delivery report", "%d delivery reports", n), n);
}

static char *
dup_at_most(Kind kind, int n)
{
    switch (kind) {
    case KIND_PEOPLE:
        return g_strdup_printf(COEX_PLURAL("at most %d person", "at most %d people", n), n);
    case KIND_MESSAGES:
        return g_strdup_printf(
            COEX_PLURAL("at most %d message of the past", "at most %d messages of the past", n), n);
    case KIND_TEXTS:
        return g_strdup_printf(
            COEX_PLURAL("at most %d text that waits", "at most %d texts that wait", n), n);
    case KIND_LINES:
        return g_strdup_printf(
            COEX_PLURAL("at most %d line not shown yet", "at most %d lines not shown yet", n), n);
    case KIND_WEBHOOKS:
        return g_strdup_printf(
            COEX_PLURAL("at most %d webhook not read yet", "at most %d webhooks not read yet", n),
            n);
    case KIND_SETTINGS:
        return g_strdup_printf(COEX_PLURAL("at most %d setting", "at most %d settings", n), n);
    case KIND_REPORTS:
        break;
    }
    return g_strdup_printf(
        COEX_PLURAL("at most %d delivery report", "at most %d delivery reports", n), n);
}

static const char *
get_some(Kind kind)
{
    switch (kind) {
    case KIND_PEOPLE:
        return _("some people");
    case KIND_MESSAGES:
        return _("some messages of the past");
    case KIND_TEXTS:
        return _("some texts that wait");
    case KIND_LINES:
        return _("some lines not shown yet");
    case KIND_WEBHOOKS:
        return _("some webhooks not read yet");
    case KIND_SETTINGS:
        return _("some settings");
    case KIND_REPORTS:
        break;
    }
    return _("some delivery reports");
}

static const CoexCarry *
get_losses(GHashTable *carries, const char *table)
{
    const CoexCarry *carry = g_hash_table_lookup(carries, table);
    return carry != NULL && (carry->n_lost > 0 || carry->more_lost) ? carry : NULL;
}

/* Of webhooks most were read long ago. */
static void
append_lost(GString *lost, const CoexCarry *carry, Kind kind)
{
    int n = (int)carry->n_lost;
    g_autofree char *words = NULL;
    if (n == 0 || carry->more_lost)
        words = g_strdup(get_some(kind));
    else if (carry->at_most || kind == KIND_WEBHOOKS)
        words = dup_at_most(kind, n);
    else
        words = dup_number_of(kind, n);
    coex_text_list_add(lost, "%s", words);
}

/* Of a number that is the mark of an account: lines are numbered without gaps, and only what was
 * shown is deleted, so what is missing beyond it is lost. */
static gint64
count_lines_lost(const Rescue *rescue, const char *mark)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT (%s) - %s(seq) - (SELECT count(*) FROM feed WHERE seq > "
                        "(SELECT %s(seq) FROM marks)) FROM marks",
                        SELECT_NEWEST_LINE, mark, mark);
    return get_int(rescue->to, sql);
}

/* Between the marks of two accounts nobody knows whose they were. */
static void
append_lines_lost(GString *lost, const Rescue *rescue, const CoexCarry *carry)
{
    int least = (int)count_lines_lost(rescue, "max");
    gint64 most = count_lines_lost(rescue, "min");
    g_autofree char *words = NULL;
    if (get_int(rescue->to, "SELECT count(*) FROM marks") == 0) {
        append_lost(lost, carry, KIND_LINES);
        return;
    }
    if (least > 0 && least < most)
        words = g_strdup_printf(
            COEX_PLURAL("at least %d line not shown yet", "at least %d lines not shown yet", least),
            least);
    else if (least > 0)
        words = dup_number_of(KIND_LINES, least);
    else if (most > 0)
        words = g_strdup(_("perhaps some lines not shown yet"));
    if (words != NULL)
        coex_text_list_add(lost, "%s", words);
}

static void
append_webhooks_lost(GString *lost, int n)
{
    g_autofree char *words = g_strdup_printf(
        COEX_PLURAL("%d webhook that was accepted (look at the phone for what came lately)",
                    "%d webhooks that were accepted (look at the phone for what came lately)", n),
        n);
    coex_text_list_add(lost, "%s", words);
}

static void
append_texts_lost(GString *lost, const char *texts)
{
    /* Translators: the first words of each */
    g_autofree char *words = coex_say(_("the addressees of these texts: %s"), texts);
    coex_text_list_add(lost, "%s", words);
}

/* A row of `deliveries` alone is no loss: the text of the webhook is elsewhere. */
static char *
dup_lost(const Rescue *rescue, GHashTable *carries)
{
    GString *lost = g_string_new(NULL);
    gboolean has_bodies = get_losses(carries, "bodies") == NULL;
    for (guint i = 0; i < G_N_ELEMENTS(told); i++) {
        const CoexCarry *carry = get_losses(carries, told[i].table);
        if (carry != NULL && i == KIND_LINES)
            append_lines_lost(lost, rescue, carry);
        else if (carry != NULL && !(i == KIND_WEBHOOKS && has_bodies))
            append_lost(lost, carry, (Kind)i);
    }
    if (rescue->n_webhooks_lost > 0)
        append_webhooks_lost(lost, (int)rescue->n_webhooks_lost);
    if (rescue->texts_lost != NULL)
        append_texts_lost(lost, rescue->texts_lost);
    return g_string_free(lost, FALSE);
}

/* Of each kind, how many were carried over. */
static char *
dup_kept(const Rescue *rescue)
{
    GString *kept = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(told); i++) {
        g_autofree char *words = NULL;
        if (told[i].count == NULL)
            continue;
        words = dup_number_of((Kind)i, (int)get_int(rescue->to, told[i].count));
        coex_text_list_add(kept, "%s", words);
    }
    return g_string_free(kept, FALSE);
}

static char *
dup_report(const Rescue *rescue, GHashTable *carries)
{
    g_autofree char *kept = dup_kept(rescue);
    g_autofree char *lost = dup_lost(rescue, carries);
    g_autofree char *name = g_path_get_basename(rescue->kept_path);
    if (*lost == '\0')
        return coex_say(
            /* Translators: what was carried over, as “300 people, 41 webhooks not read yet”, in the
             * second one what was lost, too, and the name of a file */
            _("The database was damaged. What could be read was carried into a new one: %s. "
              "Nothing is known to be lost. The old one is kept beside it as %s."),
            kept, name);
    return coex_say(_("The database was damaged. What could be read was carried into a new "
                      "one: %s. Lost: %s. The old one is kept beside it as %s."),
                    kept, lost, name);
}

static gboolean
write_report(Rescue *rescue, GHashTable *carries, GError **error)
{
    g_autofree char *report = dup_report(rescue, carries);
    sqlite3_stmt *insert = NULL;
    gboolean ok =
        sqlite3_prepare_v2(rescue->to, "INSERT OR REPLACE INTO meta VALUES('rescued', ?)", -1,
                           &insert, NULL) == SQLITE_OK &&
        sqlite3_bind_blob(insert, 1, report, (int)strlen(report), SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(insert) == SQLITE_DONE;
    sqlite3_finalize(insert);
    g_info("what could be read of the damaged database was carried into a new one");
    ok = ok && sqlite3_exec(rescue->to, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    return ok || fail(rescue, sqlite3_errmsg(rescue->to), error);
}

/* ---- one takes the place of the other ---- */

/* It is empty, and gone as a rule. Nothing of the old one may be taken for the new one's. */
static gboolean
remove_log(const Rescue *rescue, GError **error)
{
    g_autofree char *wal = g_strconcat(rescue->path, "-wal", NULL);
    GStatBuf status;
    if (g_stat(wal, &status) != 0)
        return TRUE;
    if (status.st_size > 0)
        return fail(rescue, _("what stands in its log could not be written into it"), error);
    return g_unlink(wal) == 0 || fail(rescue, g_strerror(errno), error);
}

/* The old file has both names for a moment, so that a crash leaves one of them in its place. Where
 * a disk knows no such names the place is empty for that moment, which coex_rescue_run() mends. */
static gboolean
exchange(const Rescue *rescue, GError **error)
{
    if (!remove_log(rescue, error))
        return FALSE;
    gboolean is_linked = link(rescue->path, rescue->kept_path) == 0;
    if (!is_linked && g_rename(rescue->path, rescue->kept_path) != 0)
        return fail(rescue, g_strerror(errno), error);
    coex_head_forget(rescue->path);
    coex_db_sync_folder(rescue->path);
    if (g_rename(rescue->new_path, rescue->path) != 0) {
        int saved = errno;
        if (is_linked)
            g_unlink(rescue->kept_path);
        else
            g_rename(rescue->kept_path, rescue->path);
        return fail(rescue, g_strerror(saved), error);
    }
    /* before the mark goes: without it the place would be filled anew */
    coex_db_sync_folder(rescue->path);
    coex_db_unmark(rescue->path);
    coex_db_sync_folder(rescue->path);
    return TRUE;
}

static void
name_files(Rescue *rescue, const char *path)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
    rescue->path = path;
    rescue->new_path = g_strconcat(path, ".new", NULL);
    rescue->kept_path = g_strconcat(path, ".damaged-", stamp, NULL);
    for (guint i = 2; g_file_test(rescue->kept_path, G_FILE_TEST_EXISTS); i++) {
        g_free(rescue->kept_path);
        rescue->kept_path = g_strdup_printf("%s.damaged-%s-%u", path, stamp, i);
    }
}

/* The old one has left its place: by exchange(), or by somebody's hand before the new one was done.
 */
static gboolean
take_new(const Rescue *rescue, GError **error)
{
    g_autofree char *journal = dup_journal_path(rescue);

    coex_head_forget(rescue->path);
    if (!g_file_test(journal, G_FILE_TEST_EXISTS)) {
        if (g_rename(rescue->new_path, rescue->path) != 0 && errno != ENOENT)
            return fail(rescue, g_strerror(errno), error);
        coex_db_sync_folder(rescue->path);
        return TRUE;
    }
    g_unlink(rescue->new_path);
    g_unlink(journal);
    return TRUE;
}

gboolean
coex_rescue_run(const char *path, GError **error)
{
    g_auto(Rescue) rescue = { 0 };
    name_files(&rescue, path);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        if (!take_new(&rescue, error))
            return FALSE;
        coex_db_unmark(path);
        return TRUE;
    }
    if (!open_old(&rescue, error))
        return FALSE;
    if (rescue.is_empty) {
        coex_db_unmark(path);
        return TRUE;
    }
    if (!make_new(&rescue, error))
        return FALSE;
    g_autoptr(GHashTable) carries = coex_carry_all(rescue.from, rescue.to);
    if (carries == NULL)
        return fail(&rescue, sqlite3_errmsg(rescue.to), error);
    if (!mend(&rescue, error) || !write_report(&rescue, carries, error))
        return FALSE;
    g_clear_pointer(&rescue.to, sqlite3_close_v2);
    g_clear_pointer(&rescue.from, sqlite3_close_v2);
    return exchange(&rescue, error);
}
