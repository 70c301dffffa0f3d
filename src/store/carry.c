// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/carry.h"

#include <string.h>

/* Looks into the surroundings of damaged pages, for each table; each costs a descent or two. */
#define PROBES_MAX 20000
/* So many of them that give nothing end it where nobody knows the last row, or nothing was read. */
#define VAIN_PROBES_MAX 4000

typedef struct {
    sqlite3 *from;
    sqlite3 *to;
    const char *table;
    char *columns;   /* "a, b, c" */
    char *backwards; /* "x DESC, y DESC": the primary key */
    guint n_columns;
    gboolean has_rowid;
    gint64 last; /* row at most; G_MAXINT64: unknown */
    sqlite3_stmt *insert;
    guint n_probes;
    guint n_vain_probes; /* since a row was read */
    gboolean full;       /* the new database cannot be written */
    CoexCarry *carry;
} Table;

static void
table_clear(Table *table)
{
    g_free(table->columns);
    g_free(table->backwards);
    sqlite3_finalize(table->insert);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

/* ---- a row ---- */

/* Text of a damaged page may be no text any more. */
static int
bind_column(sqlite3_stmt *insert, int index, sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) != SQLITE_TEXT)
        return sqlite3_bind_value(insert, index, sqlite3_column_value(row, column));
    g_autofree char *text = g_utf8_make_valid((const char *)sqlite3_column_text(row, column),
                                              sqlite3_column_bytes(row, column));
    return sqlite3_bind_text(insert, index, text, -1, SQLITE_TRANSIENT);
}

/* What the new table does not take was no row of ours. */
static void
carry_row(Table *table, sqlite3_stmt *row)
{
    for (guint i = 0; i < table->n_columns; i++)
        bind_column(table->insert, (int)i + 1, row, (int)i + 1);
    int rc = sqlite3_step(table->insert);
    sqlite3_reset(table->insert);
    sqlite3_clear_bindings(table->insert);
    if (rc == SQLITE_DONE)
        table->carry->n_carried += sqlite3_changes(table->to);
    else if ((rc & 0xff) == SQLITE_CONSTRAINT || (rc & 0xff) == SQLITE_MISMATCH)
        table->carry->more_lost = TRUE;
    else
        table->full = TRUE;
}

/* ---- a way through a table ---- */

/* Carries what @sql gives until it ends (TRUE) or cannot go on; @ret_last: first column of the last
 * row, unchanged without one. */
static gboolean
scan(Table *table, const char *sql, const gint64 *range, gint64 *ret_last)
{
    sqlite3_stmt *query = NULL;
    int rc = sqlite3_prepare_v2(table->from, sql, -1, &query, NULL);
    if (rc == SQLITE_OK && range != NULL) {
        sqlite3_bind_int64(query, 1, range[0]);
        sqlite3_bind_int64(query, 2, range[1]);
    }
    table->n_probes++;
    table->n_vain_probes++;
    while (rc == SQLITE_OK && !table->full && (rc = sqlite3_step(query)) == SQLITE_ROW) {
        *ret_last = sqlite3_column_int64(query, 0);
        carry_row(table, query);
        table->n_vain_probes = 0;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(query);
    return rc == SQLITE_DONE;
}

static gboolean
is_in_vain(const Table *table)
{
    gboolean is_hopeless = table->last == G_MAXINT64 || table->carry->n_carried == 0;
    return table->n_probes >= PROBES_MAX ||
           (is_hopeless && table->n_vain_probes >= VAIN_PROBES_MAX);
}

/* From both ends, and then from the middle of what is left between. */
static void
carry_range(Table *table, gint64 first, gint64 last)
{
    gint64 range[2] = { first, last };
    gint64 low = first - 1;
    gint64 high = last + 1;
    if (first > last || table->full)
        return;
    if (is_in_vain(table)) {
        table->carry->more_lost = TRUE;
        return;
    }
    g_autofree char *up = g_strdup_printf("SELECT rowid, %s FROM %s NOT INDEXED WHERE rowid"
                                          " BETWEEN ? AND ? ORDER BY rowid",
                                          table->columns, table->table);
    if (scan(table, up, range, &low))
        return;
    g_autofree char *down = g_strconcat(up, " DESC", NULL);
    range[0] = low + 1;
    if (scan(table, down, range, &high))
        return;
    if (high - low == 2) {
        table->carry->n_lost++;
        table->carry->at_most = TRUE;
        return;
    }
    gint64 middle = low + (high - low) / 2;
    carry_range(table, low + 1, middle);
    carry_range(table, middle + 1, high - 1);
}

/* Of one column that is a whole number. */
G_GNUC_PRINTF(3, 4)
static gboolean
get_number(sqlite3 *db, gint64 *ret_number, const char *format, ...)
{
    va_list args;
    sqlite3_stmt *query = NULL;
    va_start(args, format);
    g_autofree char *sql = g_strdup_vprintf(format, args);
    va_end(args);
    gboolean ok = sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK &&
                  sqlite3_step(query) == SQLITE_ROW &&
                  sqlite3_column_type(query, 0) == SQLITE_INTEGER;
    if (ok)
        *ret_number = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return ok;
}

static char *
dup_index(const Table *table)
{
    sqlite3_stmt *query = NULL;
    char *index = NULL;
    if (sqlite3_prepare_v2(table->to,
                           "SELECT name FROM pragma_index_list(?) WHERE NOT partial LIMIT 1", -1,
                           &query, NULL) == SQLITE_OK)
        sqlite3_bind_text(query, 1, table->table, -1, SQLITE_STATIC);
    if (sqlite3_step(query) == SQLITE_ROW)
        index = g_strdup((const char *)sqlite3_column_text(query, 0));
    sqlite3_finalize(query);
    return index;
}

/* Told by the numbers given so far, an index, or the table's own end: by what can be read of them.
 */
static void
find_last(Table *table)
{
    g_autofree char *index = dup_index(table);
    gint64 last[3] = { 0, 0, 0 };
    get_number(table->from, &last[0], "SELECT seq FROM sqlite_sequence WHERE name = '%s'",
               table->table);
    get_number(table->from, &last[1], "SELECT max(rowid) FROM %s", table->table);
    if (index != NULL)
        get_number(table->from, &last[2], "SELECT max(rowid) FROM %s INDEXED BY %s", table->table,
                   index);
    table->last = MAX(MAX(last[0], last[1]), last[2]);
    if (table->last <= 0)
        table->last = G_MAXINT64;
}

/* Counted over whatever holds all rows, an index as a rule. */
static void
count_lost(Table *table)
{
    gint64 n = 0;
    CoexCarry *carry = table->carry;
    if ((carry->n_lost == 0 && !carry->more_lost) ||
        !get_number(table->from, &n, "SELECT count(*) FROM %s", table->table))
        return;
    carry->n_lost = MAX(n - carry->n_carried, 0);
    carry->at_most = FALSE;
    carry->more_lost = FALSE;
}

/* From both ends. */
static gboolean
carry_along(Table *table, const char *index)
{
    g_autofree char *up =
        g_strdup_printf("SELECT 0, %s FROM %s INDEXED BY %s", table->columns, table->table, index);
    g_autofree char *down = g_strconcat(up, " ORDER BY ", table->backwards, NULL);
    gint64 ignored = 0;
    return scan(table, up, NULL, &ignored) || scan(table, down, NULL, &ignored);
}

/* The primary key's is the table itself. An index of all columns is the table once more, on other
 * pages; one that lacks some only leads to what was met already. */
static void
carry_keyed(Table *table)
{
    sqlite3_stmt *indexes = NULL;
    gboolean is_whole = FALSE;
    if (sqlite3_prepare_v2(table->to,
                           "SELECT name FROM pragma_index_list(?) WHERE NOT partial"
                           " ORDER BY origin = 'pk' DESC",
                           -1, &indexes, NULL) == SQLITE_OK)
        sqlite3_bind_text(indexes, 1, table->table, -1, SQLITE_STATIC);
    while (!is_whole && sqlite3_step(indexes) == SQLITE_ROW)
        is_whole = carry_along(table, (const char *)sqlite3_column_text(indexes, 0));
    sqlite3_finalize(indexes);
    table->carry->more_lost = !is_whole;
}

/* ---- all tables ---- */

static gboolean
prepare_insert(Table *table)
{
    g_autoptr(GString) marks = g_string_new(NULL);
    for (guint i = 0; i < table->n_columns; i++)
        g_string_append(marks, i > 0 ? ", ?" : "?");
    g_autofree char *sql = g_strdup_printf("INSERT OR %s INTO %s(%s) VALUES(%s)",
                                           g_str_equal(table->table, "meta") ? "REPLACE" : "IGNORE",
                                           table->table, table->columns, marks->str);
    return sqlite3_prepare_v2(table->to, sql, -1, &table->insert, NULL) == SQLITE_OK;
}

static gboolean
describe(Table *table)
{
    sqlite3_stmt *query = NULL;
    g_autoptr(GString) columns = g_string_new(NULL);
    g_autoptr(GString) backwards = g_string_new(NULL);
    g_autofree char *sql = g_strdup_printf("SELECT name, pk FROM pragma_table_info('%s')"
                                           " ORDER BY pk = 0, pk, cid",
                                           table->table);
    if (sqlite3_prepare_v2(table->to, sql, -1, &query, NULL) != SQLITE_OK)
        return FALSE;
    while (sqlite3_step(query) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(query, 0);
        g_string_append_printf(columns, "%s%s", columns->len > 0 ? ", " : "", name);
        if (sqlite3_column_int(query, 1) > 0)
            g_string_append_printf(backwards, "%s%s DESC", backwards->len > 0 ? ", " : "", name);
        table->n_columns++;
    }
    sqlite3_finalize(query);
    table->columns = g_strdup(columns->str);
    table->backwards = g_strdup(backwards->str);
    return prepare_insert(table);
}

static gboolean
carry_table(sqlite3 *from, sqlite3 *to, const char *name, gboolean has_rowid, CoexCarry *carry)
{
    g_auto(Table) table = {
        .from = from, .to = to, .table = name, .has_rowid = has_rowid, .carry = carry
    };
    if (!describe(&table))
        return FALSE;
    if (has_rowid) {
        find_last(&table);
        carry_range(&table, 1, MIN(table.last, G_MAXINT64 - 1));
    } else {
        carry_keyed(&table);
    }
    count_lost(&table);
    return !table.full;
}

/* Numbers that were given once are not given again. */
static gboolean
carry_sequence(sqlite3 *from, sqlite3 *to)
{
    sqlite3_stmt *query = NULL;
    sqlite3_stmt *insert = NULL;
    gboolean ok = sqlite3_prepare_v2(to,
                                     "INSERT INTO sqlite_sequence(name, seq)"
                                     " SELECT ?1, max(?2, coalesce((SELECT max(seq) FROM"
                                     "  sqlite_sequence WHERE name = ?1), 0))",
                                     -1, &insert, NULL) == SQLITE_OK;
    sqlite3_prepare_v2(from, "SELECT name, seq FROM sqlite_sequence", -1, &query, NULL);
    while (ok && sqlite3_step(query) == SQLITE_ROW) {
        sqlite3_bind_value(insert, 1, sqlite3_column_value(query, 0));
        sqlite3_bind_int64(insert, 2, sqlite3_column_int64(query, 1));
        sqlite3_step(insert);
        ok = sqlite3_reset(insert) == SQLITE_OK;
    }
    sqlite3_finalize(query);
    sqlite3_finalize(insert);
    return ok && sqlite3_exec(to,
                              "DELETE FROM sqlite_sequence WHERE rowid NOT IN (SELECT max(rowid)"
                              " FROM sqlite_sequence GROUP BY name)",
                              NULL, NULL, NULL) == SQLITE_OK;
}

GHashTable *
coex_carry_all(sqlite3 *from, sqlite3 *to)
{
    g_autoptr(GHashTable) carries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    sqlite3_stmt *tables = NULL;
    gboolean ok = sqlite3_prepare_v2(to,
                                     "SELECT name, wr FROM pragma_table_list WHERE schema = 'main'"
                                     " AND type = 'table' AND name NOT LIKE 'sqlite_%'",
                                     -1, &tables, NULL) == SQLITE_OK;
    while (ok && sqlite3_step(tables) == SQLITE_ROW) {
        CoexCarry *carry = g_new0(CoexCarry, 1);
        char *name = g_strdup((const char *)sqlite3_column_text(tables, 0));
        g_hash_table_insert(carries, name, carry);
        ok = carry_table(from, to, name, sqlite3_column_int(tables, 1) == 0, carry);
    }
    ok = sqlite3_finalize(tables) == SQLITE_OK && ok && carry_sequence(from, to);
    return ok ? g_steal_pointer(&carries) : NULL;
}
