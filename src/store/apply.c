// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/db.h"
#include "store/feed.h"
#include "store/media.h"
#include "store/apply.h"

#include "store/answers.h"
#include "store/batch-private.h"
#include "store/costs.h"
#include "store/forget.h"
#include "store/messages.h"
#include "store/past.h"
#include "store/refer.h"
#include "store/schema.h"
#include "store/untold.h"

/* ---- people ---- */

static gboolean
link_address(CoexApply *a, const char *address, gint64 person_id, GError **error)
{
    if (address == NULL)
        return TRUE;
    return coex_db_run(
        a->db,
        "INSERT INTO addresses(account, address, person) VALUES(?, ?, ?)"
        " ON CONFLICT(account, address) DO UPDATE SET person = excluded.person, gone_at = 0"
        " WHERE person <> excluded.person OR gone_at <> 0",
        COEX_VALUES(coex_int(a->change->account_id), coex_text(address), coex_int(person_id)),
        error);
}

/* One nick, one person, over all accounts: the newest claim counts. */
static gboolean
free_nick(CoexApply *a, const CoexPerson *p, GError **error)
{
    if (p->nick == NULL)
        return TRUE;
    return coex_db_run(
        a->db, "UPDATE people SET nick = NULL WHERE nick = ? AND (account <> ? OR id <> ?)",
        COEX_VALUES(coex_text(p->nick), coex_int(a->change->account_id), coex_int(p->id)), error);
}

static gboolean
link_addresses(CoexApply *a, const CoexPerson *p, GError **error)
{
    return link_address(a, p->peer.wa_id, p->id, error) &&
           link_address(a, p->peer.other_wa_id, p->id, error) &&
           link_address(a, p->peer.user_id, p->id, error) &&
           link_address(a, p->peer.parent_user_id, p->id, error);
}

static gboolean
apply_person(CoexApply *a, GError **error)
{
    const CoexPerson *p = a->change->person;
    return free_nick(a, p, error) &&
           coex_db_run(
               a->db,
               "INSERT INTO people(account, id, name, alias, wa_id, user_id, parent_user_id,"
               " username, last_inbound_at, free_until, last_inbound_wamid, read_up_to,"
               " last_echo_at, active_at, hidden, pinned, nick, answered_at,"
               " waiting_since, ahead_at, renewed_at, unread_since, same_as, book_name,"
               " book_at, no_marketing, marketing_at)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
               " ?, ?, ?, ?)"
               " ON CONFLICT(account, id) DO UPDATE SET alias = excluded.alias,"
               " wa_id = excluded.wa_id, user_id = excluded.user_id,"
               " parent_user_id = excluded.parent_user_id, username = excluded.username,"
               " last_inbound_at = excluded.last_inbound_at, free_until = excluded.free_until,"
               " last_inbound_wamid = excluded.last_inbound_wamid,"
               " read_up_to = excluded.read_up_to, last_echo_at = excluded.last_echo_at,"
               " active_at = excluded.active_at, hidden = excluded.hidden,"
               " pinned = excluded.pinned, nick = excluded.nick,"
               " answered_at = excluded.answered_at, waiting_since = excluded.waiting_since,"
               " ahead_at = excluded.ahead_at, renewed_at = excluded.renewed_at,"
               " unread_since = excluded.unread_since, same_as = excluded.same_as,"
               " book_name = excluded.book_name, book_at = excluded.book_at,"
               " no_marketing = excluded.no_marketing, marketing_at = excluded.marketing_at",
               COEX_VALUES(
                   coex_int(a->change->account_id), coex_int(p->id), coex_text(p->name),
                   coex_text(p->alias), coex_text(p->peer.wa_id), coex_text(p->peer.user_id),
                   coex_text(p->peer.parent_user_id), coex_text(p->peer.username),
                   coex_int(p->last_inbound_at), coex_int(p->free_until),
                   coex_text(p->last_inbound_wamid), coex_int(p->read_up_to),
                   coex_int(p->last_echo_at), coex_int(p->active_at), coex_int(p->hidden),
                   coex_int(p->pinned), coex_text(p->nick), coex_int(p->answered_at),
                   coex_int(p->waiting_since), coex_int(p->ahead_at), coex_int(p->renewed_at),
                   coex_int(p->unread_since), coex_int(p->same_as), coex_text(p->book_name),
                   coex_int(p->book_at), coex_int(p->no_marketing), coex_int(p->marketing_at)),
               error) &&
           (p->same_as != 0 || link_addresses(a, p, error));
}

/* A message that both have is one. */
static gboolean
apply_united(CoexApply *a, GError **error)
{
    static const char *const changes[] = {
        "UPDATE OR IGNORE messages SET person = ?3 WHERE account = ?1 AND person = ?2",
        "UPDATE early_statuses SET person = ?3 WHERE account = ?1 AND person = ?2",
        "UPDATE outbox SET person = ?3 WHERE account = ?1 AND person = ?2",
        "UPDATE addresses SET person = ?3 WHERE account = ?1 AND person = ?2",
    };
    const CoexChange *change = a->change;
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (!coex_db_run(a->db, changes[i],
                         COEX_VALUES(coex_int(change->account_id), coex_int(change->united.from),
                                     coex_int(change->united.to)),
                         error))
            return FALSE;
    }
    return coex_db_run(a->db, "DELETE FROM messages WHERE account = ? AND person = ?",
                       COEX_VALUES(coex_int(change->account_id), coex_int(change->united.from)),
                       error);
}

static gboolean
apply_given_up(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    return coex_db_run(a->db, "UPDATE addresses SET gone_at = ? WHERE account = ? AND address = ?",
                       COEX_VALUES(coex_int(change->given_up.at), coex_int(change->account_id),
                                   coex_text(change->given_up.address)),
                       error);
}

/* ---- lines, settings, deliveries ---- */

static gboolean
apply_line(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    const CoexFeedItem item = { .person_id = change->line.person_id,
                                .kind = change->line.kind,
                                .time = change->line.now,
                                .text = change->line.text,
                                .detail = change->line.detail,
                                .flags = change->line.flags };
    return (change->line.local_id == NULL ||
            coex_db_run(a->db, "UPDATE outbox SET why = ? WHERE account = ? AND local_id = ?",
                        COEX_VALUES(coex_text(change->line.detail), coex_int(change->account_id),
                                    coex_text(change->line.local_id)),
                        error)) &&
           coex_apply_feed(a, &item, error);
}

static gboolean
apply_setting(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    if (change->setting.value == NULL)
        return coex_db_run(
            a->db, "DELETE FROM settings WHERE account = ? AND key = ?",
            COEX_VALUES(coex_int(change->account_id), coex_text(change->setting.key)), error);
    return coex_db_run(a->db,
                       "INSERT OR REPLACE INTO settings(account, key, value) VALUES(?, ?, ?)",
                       COEX_VALUES(coex_int(change->account_id), coex_text(change->setting.key),
                                   coex_text(change->setting.value)),
                       error);
}

static gboolean
set_delivery_state(CoexApply *a, int state, const char *reason, GError **error)
{
    return coex_db_run(
        a->db, "UPDATE deliveries SET state = ?, reason = ? WHERE id = ?",
        COEX_VALUES(coex_int(state), coex_text(reason), coex_int(a->change->delivery.id)), error);
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static gboolean
apply_delivery_waits(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    return coex_db_run(a->db,
                       "INSERT OR IGNORE INTO waiting(delivery, phone_number_id, number)"
                       " VALUES(?, ?, ?)",
                       COEX_VALUES(coex_int(change->delivery.id),
                                   coex_text(or_empty(change->delivery.phone_number_id)),
                                   coex_text(or_empty(change->delivery.number))),
                       error);
}

/* `wabas` and `secret-ids` are lists of words. */
static gboolean
apply_delivery_waits_for_waba(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    const CoexValue values[] = { coex_int(change->delivery.id), coex_text(change->delivery.number),
                                 coex_text(change->delivery.waba_id),
                                 coex_text(change->delivery.secret_id) };
    return coex_db_run(a->db,
                       "INSERT OR IGNORE INTO waiting(delivery, phone_number_id, number)"
                       " SELECT ?1, '', ?2 || ':' || n.number FROM accounts AS n"
                       " JOIN settings AS w ON w.account = n.id AND w.key = 'wabas'"
                       " JOIN settings AS r ON r.account = n.id AND r.key = 'secret-ids'"
                       " WHERE instr(' ' || w.value || ' ', ' ' || ?3 || ' ') > 0"
                       " AND instr(r.value, ?4) > 0",
                       values, G_N_ELEMENTS(values), error) &&
           (coex_db_n_changed(a->db) > 0 || apply_delivery_waits(a, error));
}

/* The condition is that of coex_read_waiting(). */
static gboolean
apply_delivery_waited(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    return coex_db_run(a->db,
                       "DELETE FROM waiting WHERE delivery = ?1"
                       " AND ((phone_number_id = ?2 AND ?2 <> '')"
                       "  OR (number = ?3 AND ?3 <> '' AND (phone_number_id = '' OR ?2 = '')))",
                       COEX_VALUES(coex_int(change->delivery.id),
                                   coex_text(or_empty(change->delivery.phone_number_id)),
                                   coex_text(or_empty(change->delivery.number))),
                       error);
}

static gboolean
read_past(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    GPtrArray *lines = coex_past_read(a->db, &change->past, error);
    if (lines == NULL)
        return FALSE;
    CoexPast *past = g_new(CoexPast, 1);
    *past = (CoexPast){ change->account_id, change->past.person_id, lines };
    g_ptr_array_add(a->batch->pasts, past);
    return TRUE;
}

static gboolean
read_costs(CoexApply *a, GError **error)
{
    g_clear_pointer(&a->batch->costs, g_ptr_array_unref);
    a->batch->costs = coex_costs_read(a->db, a->change->account_id, a->change->costs_from, error);
    return a->batch->costs != NULL;
}

static gboolean
put_back_times(CoexApply *a, GError **error)
{
    const CoexPutBack *back = &a->change->times.back;
    return coex_db_run(a->db,
                       "UPDATE messages SET time = min(time - ?4, ?5)"
                       " WHERE account = ?1 AND person = ?2 AND time > ?3",
                       COEX_VALUES(coex_int(a->change->account_id),
                                   coex_int(a->change->times.person_id), coex_int(back->after),
                                   coex_int(back->by), coex_int(back->now)),
                       error);
}

static gboolean
note_logged(CoexApply *a, GError **error)
{
    const CoexUnlogged *logged = &a->change->logged;
    return coex_db_run(a->db,
                       "UPDATE messages SET past = 2"
                       " WHERE account = ? AND person = ? AND past = 1 AND time < ? AND id <= ?",
                       COEX_VALUES(coex_int(a->change->account_id), coex_int(logged->person_id),
                                   coex_int(logged->before), coex_int(logged->last_id)),
                       error);
}

static gboolean
apply_delivery(CoexApply *a, GError **error)
{
    gboolean added = FALSE;
    if (!coex_apply_delivery(a->db, &a->change->raw, &added, error))
        return FALSE;
    a->batch->n_delivered += added ? 1 : 0;
    return TRUE;
}

static gboolean
apply_change(CoexApply *a, GError **error)
{
    CoexChange *change = a->change;
    switch (change->kind) {
    case COEX_CHANGE_PERSON:
        return change->overtaken || apply_person(a, error);
    case COEX_CHANGE_UNITED:
        return apply_united(a, error);
    case COEX_CHANGE_GIVEN_UP:
        return apply_given_up(a, error);
    case COEX_CHANGE_FORGOTTEN:
        return coex_apply_forgotten(a, error);
    case COEX_CHANGE_MESSAGE:
        return coex_apply_message(a, error);
    case COEX_CHANGE_STATUS:
        return coex_costs_apply(a, change->status.status, error) && coex_apply_status(a, error);
    case COEX_CHANGE_OUTBOX:
        return coex_apply_outbox(a, error);
    case COEX_CHANGE_ACCEPTED:
        return coex_apply_take_outbox(a, change->outbox.row->local_id, error) &&
               coex_apply_accepted(a, error);
    case COEX_CHANGE_OUTBOX_REMOVED:
        return coex_apply_drop_outbox(a, change->local_id, error);
    case COEX_CHANGE_UNSENT:
        return coex_apply_remove_unsent(a, change->local_id, error);
    case COEX_CHANGE_UNTOLD:
        return coex_apply_untold(a, change->untold.person_id, change->untold.which, error);
    case COEX_CHANGE_LINE:
        return apply_line(a, error);
    case COEX_CHANGE_SETTING:
        return apply_setting(a, error);
    case COEX_CHANGE_DELIVERY:
        return apply_delivery(a, error);
    case COEX_CHANGE_DELIVERY_APPLIED:
        return set_delivery_state(
            a, change->delivery.keep_raw ? COEX_DELIVERY_KEPT : COEX_DELIVERY_APPLIED, NULL, error);
    case COEX_CHANGE_DELIVERY_FORGOTTEN:
        return coex_apply_delivery_forgotten(a, error);
    case COEX_CHANGE_DELIVERY_WAITS:
        return apply_delivery_waits(a, error);
    case COEX_CHANGE_DELIVERY_WAITS_FOR_WABA:
        return apply_delivery_waits_for_waba(a, error);
    case COEX_CHANGE_DELIVERY_WAITED:
        return apply_delivery_waited(a, error);
    case COEX_CHANGE_PAST:
        return read_past(a, error);
    case COEX_CHANGE_ANSWERS:
        return coex_apply_answers(a, error);
    case COEX_CHANGE_COSTS:
        return read_costs(a, error);
    case COEX_CHANGE_TIMES:
        return put_back_times(a, error);
    case COEX_CHANGE_LOGGED:
        return note_logged(a, error);
    case COEX_CHANGE_MEDIA:
        return coex_media_set_state(a->db, change->media.message_id, change->media.state,
                                    change->media.path, error);
    case COEX_CHANGE_DELIVERY_QUARANTINED:
        return set_delivery_state(a, COEX_DELIVERY_QUARANTINED, change->delivery.reason, error);
    }
    g_return_val_if_reached(FALSE);
}

gboolean
coex_apply_batch(CoexDb *db, CoexBatch *batch, GError **error)
{
    g_autoptr(GHashTable) reactions = coex_refer_plan(batch);
    CoexApply apply = { .db = db, .batch = batch, .reactions = reactions };
    for (guint i = 0; i < batch->changes->len; i++) {
        apply.change = g_ptr_array_index(batch->changes, i);
        apply.quiet = FALSE;
        if (!apply_change(&apply, error))
            return FALSE;
    }
    apply.quiet = FALSE;
    return coex_refer_tell_rest(&apply, error);
}

gboolean
coex_apply_delivery(CoexDb *db, const CoexDelivery *delivery, gboolean *ret_added, GError **error)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(delivery->body, &length);
    *ret_added = FALSE;
    if (!coex_db_run(db,
                     "INSERT INTO deliveries(key, secret_id, received_at) VALUES(?, ?, ?)"
                     " ON CONFLICT(key) DO NOTHING",
                     COEX_VALUES(coex_blob(delivery->key, sizeof delivery->key),
                                 coex_text(delivery->secret_id), coex_int(delivery->received_at)),
                     error))
        return FALSE;
    if (coex_db_n_changed(db) == 0)
        return TRUE;
    *ret_added = TRUE;
    return coex_db_run(db, "INSERT INTO bodies(delivery, body) VALUES(?, ?)",
                       COEX_VALUES(coex_int(coex_db_last_id(db)), coex_blob(bytes, length)), error);
}
