// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/unite.h"

#include "core/forgotten.h"
#include "store/db.h"
#include "store/shown.h"

/* :ours and :theirs are the accounts, :shown the mark of theirs. A person has a name of its own in
 * each account, and a nick of its own in all of them. */
static const char UNITE[] =
    /* looked up by key: else each of 50,000 people would look at all the others */
    "CREATE TEMP TABLE named(name TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO named SELECT name, min(id) FROM people WHERE account = :ours GROUP BY name;"
    "CREATE TEMP TABLE met(theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);"
    "INSERT INTO met SELECT b.person,"
    "  coalesce(min(a.person) FILTER (WHERE a.address LIKE '%.%'), min(a.person))"
    " FROM addresses AS b CROSS JOIN addresses AS a ON a.account = :ours AND a.address = b.address"
    " WHERE b.account = :theirs GROUP BY b.person;"
    "CREATE TEMP TABLE same(theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL,"
    " known INTEGER NOT NULL, nick TEXT);"
    "INSERT INTO same SELECT p.id, coalesce(m.ours, n.id,"
    "   p.id + (SELECT coalesce(max(id), 0) FROM people WHERE account = :ours)),"
    "  m.ours IS NOT NULL OR n.id IS NOT NULL, p.nick"
    " FROM people AS p LEFT JOIN met AS m ON m.theirs = p.id"
    " LEFT JOIN named AS n ON n.name = p.name WHERE p.account = :theirs;"
    "CREATE INDEX temp.same_ours ON same(ours, nick);"
    "DROP TABLE temp.met;"
    "DROP TABLE temp.named;"

    /* Another provider may know its customers by other BSUIDs. */
    "UPDATE people SET user_id = NULL, parent_user_id = NULL"
    " WHERE account = :theirs AND wa_id IS NOT NULL;"
    "UPDATE people AS p SET last_inbound_wamid = t.wamid, waiting_since = t.waiting"
    " FROM (SELECT ours, max(last_inbound_at) AS inbound, last_inbound_wamid AS wamid,"
    "   waiting_since AS waiting"
    "  FROM people JOIN same ON theirs = id WHERE account = :theirs GROUP BY ours) AS t"
    " WHERE p.account = :ours AND p.id = t.ours AND t.inbound > p.last_inbound_at;"
    "UPDATE people AS p SET alias = coalesce(p.alias, t.alias), wa_id = coalesce(p.wa_id, t.wa_id),"
    "  user_id = coalesce(p.user_id, t.user_id), username = coalesce(p.username, t.username),"
    "  last_inbound_at = max(p.last_inbound_at, t.inbound), free_until = max(p.free_until, t.free),"
    "  read_up_to = max(p.read_up_to, t.read), last_echo_at = max(p.last_echo_at, t.echo),"
    "  active_at = max(p.active_at, t.active), answered_at = max(p.answered_at, t.answered),"
    "  hidden = min(p.hidden, t.hidden), pinned = max(p.pinned, t.pinned)"
    " FROM (SELECT ours, max(alias) AS alias, max(wa_id) AS wa_id, max(user_id) AS user_id,"
    "   max(username) AS username, max(last_inbound_at) AS inbound, max(free_until) AS free,"
    "   max(read_up_to) AS read, max(last_echo_at) AS echo, max(active_at) AS active,"
    "   max(answered_at) AS answered, min(hidden) AS hidden, max(pinned) AS pinned"
    "  FROM people JOIN same ON theirs = id WHERE account = :theirs GROUP BY ours) AS t"
    " WHERE p.account = :ours AND p.id = t.ours;"
    "UPDATE people AS p SET book_name = t.name, book_at = t.at"
    " FROM (SELECT ours, max(book_at) AS at, book_name AS name"
    "  FROM people JOIN same ON theirs = id WHERE account = :theirs GROUP BY ours) AS t"
    " WHERE p.account = :ours AND p.id = t.ours AND t.at > p.book_at;"
    "UPDATE people AS p SET no_marketing = t.none, marketing_at = t.at"
    " FROM (SELECT ours, max(marketing_at) AS at, no_marketing AS none"
    "  FROM people JOIN same ON theirs = id WHERE account = :theirs GROUP BY ours) AS t"
    " WHERE p.account = :ours AND p.id = t.ours AND t.at > p.marketing_at;"
    "UPDATE people SET waiting_since = 0"
    " WHERE account = :ours AND waiting_since <= answered_at;"
    "DELETE FROM people WHERE account = :theirs AND id IN (SELECT theirs FROM same WHERE known);"
    "UPDATE people SET account = :ours, id = (SELECT ours FROM same WHERE theirs = id),"
    " same_as = coalesce((SELECT ours FROM same WHERE theirs = same_as), 0)"
    " WHERE account = :theirs;"
    "UPDATE people AS p SET nick = (SELECT min(nick) FROM same WHERE ours = p.id)"
    " WHERE account = :ours AND nick IS NULL;"

    "UPDATE OR IGNORE addresses SET account = :ours,"
    " person = (SELECT ours FROM same WHERE theirs = person) WHERE account = :theirs;"
    "DELETE FROM addresses WHERE account = :theirs;"
    "UPDATE OR IGNORE messages SET account = :ours,"
    " person = (SELECT ours FROM same WHERE theirs = person) WHERE account = :theirs;"
    "DELETE FROM messages WHERE account = :theirs;"
    "UPDATE OR IGNORE early_statuses SET account = :ours,"
    " person = coalesce((SELECT ours FROM same WHERE theirs = person), 0) WHERE account = :theirs;"
    "DELETE FROM early_statuses WHERE account = :theirs;"
    "INSERT INTO costs(account, month, category, type, country, n)"
    " SELECT :ours, month, category, type, country, n FROM costs WHERE account = :theirs"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n;"
    "DELETE FROM costs WHERE account = :theirs;"
    "UPDATE OR IGNORE priced SET account = :ours WHERE account = :theirs;"
    "DELETE FROM priced WHERE account = :theirs;"
    "UPDATE OR IGNORE outbox SET account = :ours,"
    " person = (SELECT ours FROM same WHERE theirs = person) WHERE account = :theirs;"
    "DELETE FROM outbox WHERE account = :theirs;"
    "INSERT INTO feed(account, person, kind, time, text, detail, flags, message, quote)"
    " SELECT :ours, ours, kind, time, text, detail, flags, message, quote"
    " FROM feed JOIN same ON theirs = person"
    " WHERE account = :theirs AND seq > :shown ORDER BY seq;"
    "DELETE FROM feed WHERE account = :theirs;"

    /* What came with a secret of the other's may still wait to be read. */
    "INSERT INTO settings(account, key, value)"
    " SELECT :ours, key, value FROM settings WHERE account = :theirs AND key = 'secret-ids'"
    " ON CONFLICT(account, key) DO UPDATE SET value = value || ' ' || excluded.value;"
    "INSERT INTO settings(account, key, value)"
    " SELECT :ours, key, value FROM settings WHERE account = :theirs"
    "  AND (key = '" COEX_FORGOTTEN_LAST "' OR key LIKE '" COEX_FORGOTTEN_LAST " %')"
    " ON CONFLICT(account, key) DO UPDATE SET value = max(value, excluded.value);"
    "DELETE FROM settings WHERE account = :theirs;"
    "DELETE FROM accounts WHERE id = :theirs;"
    "DROP TABLE temp.same;";

static void
replace(GString *sql, const char *name, gint64 value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);

    g_string_replace(sql, name, text, 0);
}

static gboolean
unite(CoexDb *db, const CoexShown *shown, gint64 account_id, gint64 other, GError **error)
{
    g_autoptr(GString) sql = g_string_new(UNITE);

    replace(sql, ":ours", account_id);
    replace(sql, ":theirs", other);
    replace(sql, ":shown", coex_shown_get(shown, other));
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) && coex_db_exec(db, sql->str, error) &&
        coex_db_exec(db, "COMMIT", error))
        return TRUE;
    coex_db_rollback(db);
    return FALSE;
}

gboolean
coex_unite_accounts(CoexDb *db, const CoexShown *shown, gint64 account_id, const char *number,
                    GError **error)
{
    const CoexValue which[] = { coex_text(number), coex_int(account_id) };
    gint64 other;

    do {
        if (!coex_db_get_int(db, "SELECT max(id) FROM accounts WHERE number = ? AND id <> ?", which,
                             G_N_ELEMENTS(which), &other, error) ||
            (other > 0 && !unite(db, shown, account_id, other, error)))
            return FALSE;
    } while (other > 0);
    return TRUE;
}
