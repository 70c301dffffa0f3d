// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/engine.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/broadcast-id.h"
#include "core/error.h"
#include "core/person-view.h"
#include "core/template.h"
#include "core/words.h"
#include "send/broadcast-order.h"
#include "send/broadcast-plan.h"
#include "send/broadcast-private.h"
#include "send/broadcast-record.h"
#include "send/queue.h"
#include "send/templates.h"
#include "store/batch.h"
#include "store/store.h"

/* A broadcast from the order to its end. */

#define PEOPLE_MAX 10000
#define ANSWER_S (10 * 60) /* so long a question holds */

/* Who is told, for a completion that may find the person gone. */
typedef struct {
    CoexAccount *account;
    gint64 person_id; /* 0: nobody */
    guint run;        /* which one it is about */
} Place;

static gint64
get_place(const CoexPerson *person)
{
    return person != NULL ? person->id : 0;
}

static CoexPerson *
find_place(const Place *place)
{
    return place->person_id > 0 ? coex_people_by_id(place->account->people, place->person_id)
                                : NULL;
}

/* ---- asking ---- */

static gboolean
is_busy(CoexAccount *account, const CoexPerson *person)
{
    const CoexBroadcastRecord *running = account->broadcasts->running;
    guint n;

    if (running == NULL)
        return FALSE;
    n = coex_broadcast_lane_count(account->broadcasts);
    coex_account_tell_notice(
        account, person,
        /* Translators: a template's name, the name of a group of people, how many of them. */
        COEX_PLURAL("Nothing was sent: the broadcast of %s to “%s” still runs, with %u person to "
                    "go. Wait for its end; %cbroadcast stop ends it.",
                    "Nothing was sent: the broadcast of %s to “%s” still runs, with %u people to "
                    "go. Wait for its end; %cbroadcast stop ends it.",
                    n),
        running->template_name, running->group, n, account->verb_mark);
    return TRUE;
}

/* An order while it is found out who got the same before. */
typedef struct {
    Place place;
    guint number;
    char *group;
    CoexTemplate *template_;
    char **values;
    char **buddies;
} Order;

static void
order_free(Order *order)
{
    coex_account_unref(order->place.account);
    g_free(order->group);
    coex_template_unref(order->template_);
    g_strfreev(order->values);
    g_strfreev(order->buddies);
    g_free(order);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Order, order_free)

static void
ask(CoexAccount *account, const CoexPerson *person)
{
    const CoexBroadcastPlan *plan = account->broadcasts->plan;
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_ASK_BROADCAST);

    event->person = person != NULL
                        ? coex_person_view_ref((CoexPersonView *)coex_views_get(account, person))
                        : NULL;
    event->id = g_strdup(plan->record->id);
    event->text = coex_broadcast_plan_dup_question(plan);
    event->detail = coex_broadcast_plan_dup_details(plan, account);
    coex_account_tell_in_turn(account, event);
}

static void
on_sends(const CoexFigures *figures, const GError *store_error, gpointer user_data)
{
    g_autoptr(Order) order = user_data;
    CoexAccount *account = order->place.account;
    CoexBroadcasts *broadcasts = account->broadcasts;
    const CoexBroadcastOrder what = { order->group, order->template_,
                                      (const char *const *)order->values,
                                      (const char *const *)order->buddies };
    g_autoptr(GError) error = NULL;

    if (account->state == COEX_ACCOUNT_ENDED || order->number != broadcasts->n_orders)
        return;
    if (store_error != NULL)
        g_propagate_error(&error, g_error_copy(store_error));
    else
        broadcasts->plan = coex_broadcast_plan_new(account, &what, figures->sends, &error);
    if (error != NULL)
        coex_account_tell_notice(account, find_place(&order->place), _("Nothing was sent: %s"),
                                 error->message);
    else
        ask(account, find_place(&order->place));
}

void
coex_broadcast_plan(CoexAccount *account, const CoexPerson *person, const CoexBroadcastOrder *what)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    Order *order;

    g_clear_pointer(&broadcasts->plan, coex_broadcast_plan_free);
    if (is_busy(account, person))
        return;
    g_hash_table_remove_all(broadcasts->elsewhere);
    if (g_strv_length((char **)what->buddies) / 2 > PEOPLE_MAX) {
        coex_account_tell_notice(
            account, person,
            COEX_PLURAL("Nothing was sent: “%s” has more than %d person, the most that one "
                        "broadcast reaches. Make smaller groups of them.",
                        "Nothing was sent: “%s” has more than %d people, the most that one "
                        "broadcast reaches. Make smaller groups of them.",
                        PEOPLE_MAX),
            what->group, PEOPLE_MAX);
        return;
    }
    order = g_new0(Order, 1);
    order->place = (Place){ coex_account_ref(account), get_place(person), 0 };
    order->number = ++broadcasts->n_orders;
    order->group = g_strdup(what->group);
    order->template_ = coex_template_ref(what->template_);
    order->values = g_strdupv((char **)what->values);
    order->buddies = g_strdupv((char **)what->buddies);
    coex_store_read_template(account->store, account->id, what->template_->name,
                             coex_account_now(account) - COEX_BROADCAST_LATELY_S, on_sends, order);
}

/* Whether that is the last question, and it is open. */
static gboolean
is_asked(const CoexBroadcastPlan *plan, const char *id)
{
    return plan != NULL && g_str_equal(plan->record->id, id);
}

void
coex_broadcast_cancel(CoexAccount *account, const CoexPerson *person, const char *id)
{
    CoexBroadcastPlan **plan = &account->broadcasts->plan;

    if (!is_asked(*plan, id))
        return;
    coex_account_tell_notice(account, person, _("The broadcast of %s to “%s” was not sent."),
                             (*plan)->record->template_name, (*plan)->record->group);
    g_clear_pointer(plan, coex_broadcast_plan_free);
}

/* ---- beginning ---- */

/* Why what was asked about cannot begin now, a sentence; NULL: it can. Free with g_free(). */
static char *
dup_too_late(CoexAccount *account, const CoexBroadcastPlan *plan, const char *id)
{
    g_autofree char *objection = NULL;

    if (!is_asked(plan, id))
        return g_strdup(_("this question is over: it was answered, or another one came after it."));
    if (ABS(coex_account_now(account) - plan->record->at) > ANSWER_S)
        return g_strdup(_("the question is more than ten minutes old."));
    objection = coex_broadcast_record_dup_objection(plan->record, account, NULL);
    return objection != NULL
               ? coex_say(_("since the question something has changed. %s"), objection)
               : NULL;
}

static void
not_begun(const Place *place, const GError *error)
{
    CoexAccount *account = place->account;
    CoexBroadcasts *broadcasts = account->broadcasts;

    coex_account_tell_notice(
        account, find_place(place),
        _("The broadcast to “%s” was not sent, since it could not be saved: %s"),
        broadcasts->running->group, error->message);
    coex_broadcast_forbid(account);
    coex_broadcast_lane_close(broadcasts);
    g_clear_pointer(&broadcasts->running, coex_broadcast_record_free);
}

static void
on_begun(CoexBatch *batch, const GError *store_error, gpointer user_data)
{
    g_autofree Place *place = user_data;
    g_autoptr(CoexAccount) account = place->account;
    CoexBroadcasts *broadcasts = account->broadcasts;
    CoexBroadcastRecord *record = broadcasts->running;
    g_autoptr(GError) error = NULL;

    /* It may have been stopped already. */
    if (account->state == COEX_ACCOUNT_ENDED || record == NULL || place->run != broadcasts->n_runs)
        return;
    if (store_error != NULL || !coex_broadcast_record_permit(record, account, &error)) {
        not_begun(place, store_error != NULL ? store_error : error);
        return;
    }
    coex_account_tell_notice(account, find_place(place),
                             COEX_PLURAL("The broadcast to “%s” begins, for %u person. %cbroadcast "
                                         "tells how far it is, %cbroadcast stop ends it.",
                                         "The broadcast to “%s” begins, for %u people. %cbroadcast "
                                         "tells how far it is, %cbroadcast stop ends it.",
                                         record->people->len),
                             record->group, record->people->len, account->verb_mark,
                             account->verb_mark);
    broadcasts->goes = TRUE;
    coex_outbox_pump(account->outbox);
}

void
coex_broadcast_begin(CoexAccount *account, const CoexPerson *person, const char *id)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    g_autofree char *too_late = dup_too_late(account, broadcasts->plan, id);
    g_autoptr(CoexBroadcastPlan) plan = NULL;
    CoexBatch *batch;
    Place *place;

    if (too_late != NULL) {
        coex_account_tell_notice(account, person,
                                 _("Nothing was sent: %s Give the command again to be asked anew."),
                                 too_late);
        if (is_asked(broadcasts->plan, id))
            g_clear_pointer(&broadcasts->plan, coex_broadcast_plan_free);
        return;
    }
    if (is_busy(account, person))
        return;
    plan = g_steal_pointer(&broadcasts->plan);
    broadcasts->running = g_steal_pointer(&plan->record);
    broadcasts->goes = FALSE;
    broadcasts->was_left = FALSE;
    broadcasts->moved_at = coex_account_now(account);
    coex_broadcast_lane_open(broadcasts);
    batch = coex_account_batch(account);
    coex_broadcast_record_put(broadcasts->running, account, batch);
    coex_templates_note_used(account, plan->template_);
    place = g_new(Place, 1);
    *place = (Place){ coex_account_ref(account), get_place(person), broadcasts->n_runs };
    coex_store_commit(account->store, batch, on_begun, place);
}

/* ---- its end ---- */

/* The file says so even where the disk is full. */
static void
put_end(CoexAccount *account, CoexBroadcastRecord *record, const char *why)
{
    CoexBatch *batch = coex_account_batch(account);

    coex_broadcast_forbid(account);
    g_free(record->end);
    record->end = g_strdup(why);
    coex_broadcast_record_put(record, account, batch);
    coex_account_commit(account, batch);
}

void
coex_broadcast_end(CoexAccount *account, const CoexPerson *person, const char *why)
{
    CoexBroadcastRecord *record = g_steal_pointer(&account->broadcasts->running);

    coex_broadcast_lane_close(account->broadcasts);
    put_end(account, record, why);
    coex_broadcast_tell_end(account, person, record);
}

void
coex_broadcast_stop(CoexAccount *account, const CoexPerson *person)
{
    if (account->broadcasts->running == NULL)
        coex_account_tell_notice(account, person, _("No broadcast runs."));
    else
        coex_broadcast_end(account, person, COEX_BROADCAST_STOPPED);
}

void
coex_broadcast_finish(CoexAccount *account)
{
    coex_broadcast_end(account, NULL, "");
}

/* ---- in conversations ---- */

void
coex_broadcast_note_open(CoexAccount *account, CoexPerson *person, gboolean open)
{
    person = coex_people_now(account->people, person);
    coex_people_get_entry(account->people, person->id)->is_open = open;
    coex_broadcast_tell_open(account, person);
}

CoexUntold
coex_broadcast_get_untold(const CoexAccount *account, const CoexPerson *person)
{
    if (!coex_broadcast_was_any(account))
        return COEX_UNTOLD_NOTHING;
    return coex_broadcast_lane_has(account->broadcasts, person) ? COEX_UNTOLD_SENT
                                                                : COEX_UNTOLD_ALL;
}

void
coex_broadcast_tell_open(CoexAccount *account, const CoexPerson *person)
{
    CoexUntold untold = coex_broadcast_get_untold(account, person);
    CoexBatch *batch;

    if (!coex_people_get_entry(account->people, person->id)->is_open ||
        untold == COEX_UNTOLD_NOTHING)
        return;
    batch = coex_account_batch(account);
    coex_batch_tell_broadcasts(batch, person->id, untold);
    coex_store_commit(account->store, batch, coex_account_take_lines, coex_account_ref(account));
}

/* ---- what other desks send ---- */

static void
note_elsewhere(CoexBroadcasts *broadcasts, const CoexPerson *person, const char *desk)
{
    g_hash_table_replace(broadcasts->elsewhere, g_memdup2(&person->id, sizeof person->id),
                         g_strdup(desk));
}

void
coex_broadcast_note_elsewhere(CoexAccount *account, const CoexPerson *person, const char *local_id,
                              const char *desk, gint64 at)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    const CoexBroadcastRecord *running = broadcasts->running;
    const CoexBroadcastRecord *record = running != NULL            ? running
                                        : broadcasts->plan != NULL ? broadcasts->plan->record
                                                                   : NULL;
    g_autofree char *why = NULL;

    if (record == NULL || !coex_broadcast_says_the_same(local_id, record->id) ||
        at < record->at - COEX_BROADCAST_DAY_S)
        return;
    /* This desk sent it, before it was put back from a backup. */
    if (running != NULL && coex_broadcast_compare(local_id, running->id) == 0) {
        coex_broadcast_lane_note_reached(broadcasts, person);
        return;
    }
    note_elsewhere(broadcasts, person, desk);
    if (running == NULL || at < running->at || coex_broadcast_compare(local_id, running->id) > 0)
        return;
    why = coex_say(_("The desk “%s” sends the same just now, and goes on with it."), desk);
    coex_broadcast_end(account, NULL, why);
}

void
coex_broadcast_note_proof(CoexAccount *account, const CoexPerson *person, const CoexResult *result)
{
    g_autoptr(CoexOutboxRow) row = NULL;
    g_autoptr(CoexStatus) status = NULL;

    /* Its answer tells it as well. */
    if (result->proven_wamid == NULL ||
        coex_broadcast_lane_sends(account->broadcasts, result->local_id))
        return;
    row = coex_outbox_row_new();
    row->local_id = g_strdup(result->local_id);
    row->person_id = person->id;
    row->text = g_strdup(result->text);
    row->template_name = g_strdup(result->template_name);
    status = coex_status_new();
    status->opaque = g_strdup(result->local_id);
    status->wamid = g_strdup(result->proven_wamid);
    status->token = coex_wamid_dup_token(result->proven_wamid);
    status->state = COEX_STATE_PENDING;
    status->time = result->sent_at;
    coex_broadcast_note_outcome(account->broadcasts, row->local_id, g_steal_pointer(&status), NULL,
                                NULL, row);
}

/* ---- over logins ---- */

/* What was sent of the same before. */
static void
go_on_behind(CoexAccount *account, const CoexSend *send, const char *prefix)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    gboolean is_own = send->local_id != NULL && g_str_has_prefix(send->local_id, prefix);
    CoexPerson *person = coex_people_by_id(account->people, send->person_id);

    if (is_own)
        broadcasts->moved_at = MAX(broadcasts->moved_at, send->time);
    if (person == NULL)
        return;
    person = coex_people_now(account->people, person);
    if (is_own)
        coex_broadcast_lane_note_reached(broadcasts, person);
    else if (send->desk != NULL && send->state != COEX_STATE_FAILED &&
             send->time >= broadcasts->running->at - COEX_BROADCAST_DAY_S)
        note_elsewhere(broadcasts, person, send->desk);
}

static void
go_on(CoexAccount *account, GPtrArray *sends)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    CoexBroadcastRecord *record = broadcasts->running;
    g_autofree char *prefix = coex_broadcast_dup_prefix(record->id);
    guint n;

    broadcasts->moved_at = record->at;
    for (guint i = 0; i < sends->len; i++)
        go_on_behind(account, g_ptr_array_index(sends, i), prefix);
    n = record->people->len - MIN(g_hash_table_size(broadcasts->reached), record->people->len);
    broadcasts->goes = TRUE;
    coex_outbox_pump(account->outbox);
    if (broadcasts->running == record)
        coex_account_tell_notice(
            account, NULL,
            COEX_PLURAL(
                "The broadcast of %s to “%s” goes on, with %u person to go. %cbroadcast stop ends "
                "it.",
                "The broadcast of %s to “%s” goes on, with %u people to go. %cbroadcast stop ends "
                "it.",
                n),
            record->template_name, record->group, n, account->verb_mark);
}

static void
on_left(const CoexFigures *figures, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (account->state == COEX_ACCOUNT_ENDED || account->broadcasts->running == NULL)
        return;
    if (error != NULL)
        coex_broadcast_end(account, NULL, error->message);
    else
        go_on(account, figures->sends);
}

void
coex_broadcast_go_on(CoexAccount *account)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    const CoexBroadcastRecord *running = broadcasts->running;
    g_autofree char *content_id = NULL;
    g_autofree char *prefix = NULL;

    if (!broadcasts->was_left)
        return;
    broadcasts->was_left = FALSE;
    if (running == NULL)
        return;
    content_id = coex_broadcast_dup_content_id(running->template_name, running->template_language,
                                               (const char *const *)running->values);
    prefix = coex_broadcast_dup_prefix(content_id);
    coex_store_read_broadcast(account->store, account->id, prefix, 0, on_left,
                              coex_account_ref(account));
}

void
coex_broadcast_take_up(CoexAccount *account)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    g_autoptr(CoexBroadcastRecord) last = coex_broadcast_record_load(account);

    broadcasts->account = account;
    if (last == NULL || last->end != NULL)
        return;
    if (!coex_broadcast_record_is_permitted(last, account)) {
        put_end(account, last, COEX_BROADCAST_STOPPED);
        coex_broadcast_tell_end(account, NULL, g_steal_pointer(&last));
        return;
    }
    broadcasts->running = g_steal_pointer(&last);
    broadcasts->goes = FALSE;
    broadcasts->was_left = TRUE;
    coex_broadcast_lane_open(broadcasts);
    if (!account->outbox->catches_up)
        coex_broadcast_go_on(account);
}
