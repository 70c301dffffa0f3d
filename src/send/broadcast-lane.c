// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/call.h"
#include "account/engine.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/api.h"
#include "core/broadcast-id.h"
#include "core/error.h"
#include "core/template.h"
#include "core/words.h"
#include "send/broadcast-plan.h"
#include "send/broadcast-private.h"
#include "send/broadcast-record.h"
#include "send/queue.h"
#include "store/batch.h"
#include "store/store.h"

/* How the messages of a broadcast leave: a few a second, behind all that waits in the outbox. */

#define FLYING_MAX 16     /* that are being sent at once */
#define REFUSED_MAX 5     /* one after the other, for whatever reason that is not the person's */
#define STALE_S (60 * 60) /* so long after it was interrupted nobody expects it any more */
#define NO_CATALOGUE_US G_USEC_PER_SEC /* between looks whether there is one */

/* The message to one person, from its turn to its end. */
typedef struct {
    char *local_id;
    gint64 person_id;
    gint64 reached_id; /* as whom it has had its turn */
    char *name;
    guint run;
    guint n_tries;
    gboolean again;     /* it waits for another turn, and is in that list */
    CoexOutboxRow *row; /* as it was written down, NULL: it was not */
    char *obstacle;     /* why it does not leave, NULL: it may */
    gconstpointer call; /* names the request to the HTTP client; NULL: it has none now */
    gint64 left_at_us;  /* monotonic */
    gint64 due_us;      /* monotonic time of its next turn */
} Part;

static void
part_free(gpointer data)
{
    Part *part = data;

    g_free(part->local_id);
    g_free(part->name);
    g_free(part->obstacle);
    coex_outbox_row_free(part->row);
    g_free(part);
}

CoexBroadcasts *
coex_broadcasts_new(void)
{
    CoexBroadcasts *broadcasts = g_new0(CoexBroadcasts, 1);

    broadcasts->reached = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    broadcasts->elsewhere = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    broadcasts->parts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, part_free);
    coex_broadcast_outcomes_init(broadcasts);
    return broadcasts;
}

void
coex_broadcasts_free(CoexBroadcasts *broadcasts)
{
    coex_broadcast_outcomes_clear(broadcasts);
    g_clear_pointer(&broadcasts->plan, coex_broadcast_plan_free);
    g_clear_pointer(&broadcasts->running, coex_broadcast_record_free);
    g_queue_clear(&broadcasts->again);
    g_hash_table_unref(broadcasts->reached);
    g_hash_table_unref(broadcasts->elsewhere);
    g_hash_table_unref(broadcasts->parts);
    g_free(broadcasts);
}

/* Whether its broadcast has not ended. */
static gboolean
runs(const CoexBroadcasts *broadcasts, const Part *part)
{
    return broadcasts->running != NULL && part->run == broadcasts->n_runs;
}

/* ---- what became of one ---- */

static CoexStatus *
make_status(CoexAccount *account, const Part *part, CoexState state, int code)
{
    CoexStatus *status = coex_status_new();

    status->opaque = g_strdup(part->local_id);
    status->state = state;
    status->time = coex_account_now(account);
    status->error_code = code;
    return status;
}

static CoexStatus *
make_left_out(CoexAccount *account, const Part *part)
{
    return make_status(account, part, COEX_STATE_FAILED, COEX_BROADCAST_LEFT_OUT);
}

static CoexPerson *
find_person(const CoexAccount *account, gint64 person_id)
{
    CoexPerson *person = coex_people_by_id(account->people, person_id);

    return person != NULL ? coex_people_now(account->people, person) : NULL;
}

/* To whom it goes, where a conversation with them is open; else NULL. */
static const CoexPerson *
find_open(const CoexAccount *account, const Part *part)
{
    const CoexPerson *person = find_person(account, part->person_id);

    return person != NULL && coex_people_get_entry(account->people, person->id)->is_open ? person
                                                                                         : NULL;
}

/* The part has come to its end, and is gone. Takes @status; NULL: it has surely not left. */
static void
settle(CoexAccount *account, Part *part, CoexStatus *status, const char *why)
{
    gboolean taken = status != NULL && status->state == COEX_STATE_PENDING;

    coex_broadcast_note_outcome(account->broadcasts, part->local_id, status, why,
                                taken ? find_open(account, part) : NULL, taken ? part->row : NULL);
    g_hash_table_remove(account->broadcasts->parts, part->local_id);
}

/* ---- who has had a turn ---- */

void
coex_broadcast_lane_note_reached(CoexBroadcasts *broadcasts, const CoexPerson *person)
{
    g_hash_table_add(broadcasts->reached, g_memdup2(&person->id, sizeof person->id));
}

static gboolean
had_turn(const CoexBroadcasts *broadcasts, const CoexPerson *person, gint64 own_id)
{
    return person->id != own_id && g_hash_table_contains(broadcasts->reached, &person->id);
}

/* Also as somebody who turned out to be this person since, but not as @own_id, 0: nobody. */
static gboolean
was_reached(const CoexBroadcasts *broadcasts, const CoexPerson *person, gint64 own_id)
{
    const GPtrArray *others =
        coex_people_get_entry(broadcasts->account->people, person->id)->others;

    if (had_turn(broadcasts, person, own_id))
        return TRUE;
    for (guint i = 0; others != NULL && i < others->len; i++)
        if (had_turn(broadcasts, others->pdata[i], own_id))
            return TRUE;
    return FALSE;
}

/* Which other desk sent them the same, also as somebody who turned out to be this person since;
 * NULL: none did. */
static const char *
get_elsewhere(const CoexBroadcasts *broadcasts, const CoexPerson *person)
{
    const GPtrArray *others =
        coex_people_get_entry(broadcasts->account->people, person->id)->others;
    const char *desk = g_hash_table_lookup(broadcasts->elsewhere, &person->id);

    for (guint i = 0; desk == NULL && others != NULL && i < others->len; i++)
        desk =
            g_hash_table_lookup(broadcasts->elsewhere, &((const CoexPerson *)others->pdata[i])->id);
    return desk;
}

static Part *
part_new(CoexBroadcasts *broadcasts, guint i)
{
    const CoexBroadcastRecord *record = broadcasts->running;
    gint64 id = g_array_index(record->people, gint64, i);
    const CoexPerson *person = find_person(broadcasts->account, id);
    Part *part;

    if (person == NULL || person->forgotten || was_reached(broadcasts, person, 0))
        return NULL;
    coex_broadcast_lane_note_reached(broadcasts, person);
    part = g_new0(Part, 1);
    part->local_id = coex_broadcast_dup_local_id(record->id, id);
    part->person_id = person->id;
    part->reached_id = person->id;
    part->name = g_strdup(g_ptr_array_index(record->names, i));
    part->run = broadcasts->n_runs;
    g_hash_table_insert(broadcasts->parts, part->local_id, part);
    return part;
}

/* The person has got it, or will, by another one, as somebody who turned out to be the same since.
 */
static gboolean
is_double(const CoexBroadcasts *broadcasts, const Part *part)
{
    return was_reached(broadcasts, find_person(broadcasts->account, part->person_id),
                       part->reached_id);
}

/* It has had no turn: the other one must not go for it, too. */
static void
give_up_turn(CoexBroadcasts *broadcasts, const Part *part)
{
    g_hash_table_remove(broadcasts->reached, &part->reached_id);
}

/* Those that wait for another turn come before those that had none. NULL: nobody's has come. */
static Part *
take_next(CoexBroadcasts *broadcasts, gint64 now_us)
{
    Part *part = g_queue_peek_head(&broadcasts->again);

    if (part != NULL && part->due_us <= now_us) {
        g_queue_pop_head(&broadcasts->again);
        part->again = FALSE;
        return part;
    }
    part = NULL;
    while (part == NULL && broadcasts->next < broadcasts->running->people->len)
        part = part_new(broadcasts, broadcasts->next++);
    return part;
}

static gint
compare_due(gconstpointer a, gconstpointer b, gpointer data)
{
    gint64 one = ((const Part *)a)->due_us, two = ((const Part *)b)->due_us;

    return (one > two) - (one < two);
}

/* Surely not left: it does not stand there as sent meanwhile. Where the disk refuses that, it is
 * removed right before the next try: later would be too late. */
static void
try_again(CoexAccount *account, Part *part, gint64 delay_ms)
{
    CoexBatch *batch;

    if (!runs(account->broadcasts, part)) {
        settle(account, part, NULL, NULL);
        return;
    }
    part->again = TRUE;
    part->due_us = g_get_monotonic_time() + delay_ms * 1000;
    g_queue_insert_sorted(&account->broadcasts->again, part, compare_due, NULL);
    batch = coex_account_batch(account);
    coex_batch_remove_unsent(batch, part->local_id);
    coex_account_commit(account, batch);
}

/* ---- one send ---- */

/* Whether the next would fail, too, and not for what is in its values, or for the person. */
static gboolean
is_of_all(const GError *error)
{
    int code = coex_error_get_graph_code(error);

    switch ((CoexErrorCode)error->code) {
    case COEX_ERROR_TEMPLATE:
        return code != 132005 && code != 132018;
    case COEX_ERROR_RATE_LIMITED:
        return code != 131056;
    case COEX_ERROR_AUTH:
        return TRUE;
    case COEX_ERROR_PROTOCOL:
        return coex_graph_code_lookup(code)->code != COEX_GRAPH_CODE_UNLISTED && code != 0;
    default:
        return coex_graph_code_is_of_file(code) && code != 100 && code != 131009;
    }
}

/* What befell one would befall the rest, or has befallen too many: it ends. */
static void
note_refused(CoexAccount *account, const GError *error)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    gboolean of_person = g_error_matches(error, COEX_ERROR, COEX_ERROR_RECIPIENT);

    if (!of_person)
        broadcasts->n_refused++;
    if (coex_broadcast_lane_count(broadcasts) > 0 &&
        (is_of_all(error) || broadcasts->n_refused >= REFUSED_MAX))
        coex_broadcast_end(account, NULL, error->message);
}

void
coex_broadcast_note_failure(CoexAccount *account, const char *local_id, int code, const char *why)
{
    const CoexBroadcastRecord *running = account->broadcasts->running;
    g_autofree char *prefix = running != NULL ? coex_broadcast_dup_prefix(running->id) : NULL;
    g_autoptr(GError) error = NULL;

    if (prefix == NULL || !g_str_has_prefix(local_id, prefix))
        return;
    coex_error_set_graph(&error, code, NULL, NULL, TRUE);
    if (why != NULL) {
        g_free(error->message);
        error->message = g_strdup(why);
    }
    note_refused(account, error);
}

static void
refuse(CoexAccount *account, Part *part, const GError *error, gint64 at_least_ms)
{
    gint64 delay_ms;
    gboolean is_running = runs(account->broadcasts, part);

    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN)) {
        /* As which it stands there. */
        g_hash_table_remove(account->broadcasts->parts, part->local_id);
        if (is_running)
            note_refused(account, error);
        return;
    }
    if (coex_outbox_may_retry(account->outbox, error, part->n_tries++, TRUE, &delay_ms)) {
        try_again(account, part, MAX(at_least_ms, delay_ms));
        return;
    }
    settle(account, part,
           make_status(account, part, COEX_STATE_FAILED, coex_error_get_graph_code(error)),
           error->message);
    if (is_running)
        note_refused(account, error);
}

static void
take_sent(CoexAccount *account, Part *part, const CoexSent *sent)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    CoexPerson *person = find_person(account, part->person_id);
    CoexStatus *status = make_status(account, part, COEX_STATE_PENDING, 0);
    gboolean is_running = runs(broadcasts, part);
    CoexPerson *changed =
        person != NULL && !person->forgotten
            ? coex_outbox_learn_addressee(account->outbox, person, sent->wa_id, sent->user_id)
            : NULL;

    if (changed != NULL && changed != person)
        coex_account_store_person(account, changed);
    status->wamid = g_strdup(sent->wamid);
    status->token = coex_wamid_dup_token(sent->wamid);
    coex_outbox_note_accepted(account->outbox);
    coex_outbox_watch_for_silence(account->outbox, part->left_at_us);
    settle(account, part, status, NULL);
    if (!is_running)
        return;
    broadcasts->n_refused = 0;
    broadcasts->moved_at = coex_account_now(account);
    if (g_strcmp0(sent->message_status, "paused") == 0)
        coex_broadcast_end(account, NULL,
                           _("WhatsApp has paused this template, and what was sent of it last: "
                             "that may never be delivered. WhatsApp Manager tells why."));
}

static void
on_answer(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree char *local_id = data;
    Part *part = g_hash_table_lookup(account->broadcasts->parts, local_id);
    g_auto(CoexSent) sent = { 0 };

    if (part == NULL || part->call == NULL)
        return;
    part->call = NULL;
    if (response != NULL && coex_api_read_sent(response, &sent, error))
        take_sent(account, part, &sent);
    else
        refuse(account, part, *error, response != NULL ? response->retry_after_s * 1000 : 0);
    coex_outbox_pump(account->outbox);
}

/* The checked values for the person. NULL: it cannot leave, and the part says why. */
static char **
fill(CoexAccount *account, Part *part, const CoexTemplate *template_)
{
    const CoexBroadcastRecord *record = account->broadcasts->running;
    const CoexPerson *person = find_person(account, part->person_id);
    const char *desk = get_elsewhere(account->broadcasts, person);
    const char *obstacle =
        coex_broadcast_get_obstacle(account, person, record->category, record->at);
    g_auto(GStrv) filled = coex_broadcast_record_fill(record, part->name);
    g_autoptr(GError) error = NULL;
    char **checked = NULL;

    g_clear_pointer(&part->obstacle, g_free);
    if (filled == NULL)
        obstacle = _("no name is known");
    if (desk != NULL) {
        part->obstacle = *desk != '\0'
                             ? coex_say(_("Not sent: the desk “%s” sent them the same."), desk)
                             : g_strdup(_("Not sent: another desk sent them the same."));
        return NULL;
    }
    if (obstacle == NULL)
        checked = coex_template_check_values(template_, (const char *const *)filled,
                                             coex_account_now(account), NULL, &error);
    if (checked == NULL && error != NULL)
        part->obstacle = coex_say(_("Not sent: %s"), error->message);
    else if (checked == NULL)
        part->obstacle = coex_say(_("Not sent: %s."), obstacle);
    return checked;
}

/* It is on disk: from here on it may have arrived. */
static void
send_part(CoexAccount *account, Part *part)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    const CoexTemplate *template_ = NULL;
    g_autofree char *objection = NULL;
    g_autoptr(CoexRequest) request = NULL;
    g_auto(GStrv) values = NULL;

    if (!runs(broadcasts, part)) {
        settle(account, part, NULL, NULL);
        return;
    }
    if (is_double(broadcasts, part)) {
        give_up_turn(broadcasts, part);
        settle(account, part, NULL, NULL);
        return;
    }
    objection = coex_broadcast_record_dup_objection(broadcasts->running, account, &template_);
    if (objection != NULL) {
        try_again(account, part, 0);
        coex_broadcast_end(account, NULL, objection);
        return;
    }
    /* Another delivery may have told of it since its turn came. */
    values = fill(account, part, template_);
    if (values == NULL) {
        settle(account, part, make_left_out(account, part), part->obstacle);
        return;
    }
    request =
        coex_api_send_template(&account->endpoint, &find_person(account, part->person_id)->peer,
                               template_, (const char *const *)values, NULL, part->local_id);
    part->left_at_us = g_get_monotonic_time();
    part->call = coex_account_call(account, request, on_answer, g_strdup(part->local_id), g_free);
}

typedef struct {
    CoexAccount *account;
    char *local_id;
} Writing;

static void
on_written(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autofree Writing *writing = user_data;
    g_autoptr(CoexAccount) account = writing->account;
    g_autofree char *local_id = writing->local_id;
    Part *part = g_hash_table_lookup(account->broadcasts->parts, local_id);

    if (account->state == COEX_ACCOUNT_ENDED || part == NULL)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        try_again(account, part, COEX_STORE_RETRY_MS);
    } else if (part->obstacle != NULL) {
        g_hash_table_remove(account->broadcasts->parts, local_id);
    } else {
        send_part(account, part);
    }
    coex_outbox_pump(account->outbox);
}

static CoexOutboxRow *
make_row(CoexAccount *account, const Part *part, const CoexTemplate *template_,
         const char *const *values)
{
    CoexOutboxRow *row = coex_outbox_row_new();
    g_autofree char *wording = coex_template_dup_wording(template_, values);

    row->position = account->outbox->last_position + 1; /* it leaves the outbox at once */
    row->local_id = g_strdup(part->local_id);
    row->person_id = part->person_id;
    row->state = COEX_OUTBOX_UNCONFIRMED;
    row->text = coex_template_preview(template_, values);
    row->template_name = g_strdup(template_->name);
    row->template_language = g_strdup(template_->language);
    row->template_values = coex_outbox_write_values(values, wording, NULL);
    row->created_at = coex_account_now(account);
    row->state_at = row->created_at;
    row->shown = TRUE;
    return row;
}

/* Its turn has come. As what may have arrived it is on disk before the first byte leaves; as what
 * failed where it does not. */
static void
write_part(CoexAccount *account, Part *part, const CoexTemplate *template_)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    const CoexPerson *person = find_person(account, part->person_id);
    g_auto(GStrv) values = NULL;
    CoexOutboxRow *row;
    g_autoptr(CoexStatus) status = NULL;
    CoexBatch *batch;
    Writing *writing;

    if (person->forgotten || is_double(broadcasts, part)) {
        give_up_turn(broadcasts, part);
        g_hash_table_remove(broadcasts->parts, part->local_id);
        return;
    }
    part->person_id = person->id;
    values = fill(account, part, template_);
    row = make_row(account, part, template_,
                   (const char *const *)(values != NULL ? values : broadcasts->running->values));
    coex_outbox_row_free(part->row);
    part->row = row;
    batch = coex_account_batch(account);
    coex_batch_remove_unsent(batch, part->local_id);
    coex_batch_put_person(batch, person);
    coex_batch_put_outbox(batch, row, FALSE, row->created_at);
    coex_batch_remove_outbox(batch, row->local_id);
    if (part->obstacle != NULL) {
        status = make_left_out(account, part);
        coex_batch_apply_status(batch, status, part->obstacle);
    }
    writing = g_new(Writing, 1);
    *writing = (Writing){ coex_account_ref(account), g_strdup(part->local_id) };
    coex_store_commit(account->store, batch, on_written, writing);
}

/* ---- whose turn it is ---- */

/* After a failure that concerns all, one at a time tries whether it is over. */
static gboolean
is_full(const CoexAccount *account)
{
    const CoexBroadcasts *broadcasts = account->broadcasts;
    guint n = g_hash_table_size(broadcasts->parts) - broadcasts->again.length;

    return n >= (account->outbox->n_failures > 0 ? 1 : FLYING_MAX);
}

/* When the next may go, 0 for now (then its turn is taken). */
static gint64
take_turn(CoexAccount *account, gint64 now_us)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    const Part *again = g_queue_peek_head(&broadcasts->again);
    gint64 when_us;

    if (broadcasts->next == broadcasts->running->people->len && again->due_us > now_us)
        return again->due_us;
    when_us = coex_pace_peek(&broadcasts->pace, COEX_BROADCAST_PER_S, 1, now_us);
    if (when_us > 0)
        return now_us + when_us;
    when_us = coex_outbox_take_turn(account->outbox);
    if (when_us == 0)
        coex_pace_take(&broadcasts->pace, COEX_BROADCAST_PER_S, 1, now_us);
    return when_us;
}

static gboolean
has_next(const CoexBroadcasts *broadcasts)
{
    return broadcasts->next < broadcasts->running->people->len || broadcasts->again.length > 0;
}

/* Also for those that are still being sent nothing is left to do. */
static gboolean
ends_here(CoexAccount *account, const CoexTemplate **ret_template)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    g_autofree char *objection = NULL;

    /* The clock may have been put back. */
    broadcasts->moved_at = MIN(broadcasts->moved_at, coex_account_now(account));
    if (!has_next(broadcasts)) {
        if (g_hash_table_size(broadcasts->parts) == 0)
            coex_broadcast_finish(account);
        return TRUE;
    }
    if (coex_account_now(account) - broadcasts->moved_at > STALE_S) {
        coex_broadcast_end(account, NULL, _("It was interrupted for more than an hour."));
        return TRUE;
    }
    objection = coex_broadcast_record_dup_objection(broadcasts->running, account, ret_template);
    if (objection != NULL)
        coex_broadcast_end(account, NULL, objection);
    return objection != NULL;
}

void
coex_broadcast_pump(CoexAccount *account)
{
    CoexBroadcasts *broadcasts = account->broadcasts;
    gint64 when_us = 0;

    if (broadcasts->running == NULL || !broadcasts->goes)
        return;
    if (account->catalogue == NULL) {
        coex_outbox_pump_at(account->outbox, g_get_monotonic_time() + NO_CATALOGUE_US);
        return;
    }
    while (when_us == 0 && !is_full(account)) {
        gint64 now_us = g_get_monotonic_time();
        const CoexTemplate *template_ = NULL;
        Part *part;

        if (ends_here(account, &template_))
            return;
        when_us = take_turn(account, now_us);
        part = when_us == 0 ? take_next(broadcasts, now_us) : NULL;
        if (part != NULL)
            write_part(account, part, template_);
    }
    if (when_us > 0)
        coex_outbox_pump_at(account->outbox, when_us);
}

/* ---- its life ---- */

void
coex_broadcast_lane_open(CoexBroadcasts *broadcasts)
{
    broadcasts->n_runs++;
    broadcasts->next = 0;
    broadcasts->n_refused = 0;
    g_hash_table_remove_all(broadcasts->reached);
    coex_pace_init(&broadcasts->pace, 1, g_get_monotonic_time());
}

guint
coex_broadcast_lane_count(const CoexBroadcasts *broadcasts)
{
    return broadcasts->running->people->len - broadcasts->next + broadcasts->again.length;
}

gboolean
coex_broadcast_lane_sends(const CoexBroadcasts *broadcasts, const char *local_id)
{
    return g_hash_table_contains(broadcasts->parts, local_id);
}

gboolean
coex_broadcast_lane_has(const CoexBroadcasts *broadcasts, const CoexPerson *person)
{
    GHashTableIter iter;
    gpointer part;

    g_hash_table_iter_init(&iter, broadcasts->parts);
    while (g_hash_table_iter_next(&iter, NULL, &part))
        if (find_person(broadcasts->account, ((const Part *)part)->person_id) == person)
            return TRUE;
    return FALSE;
}

void
coex_broadcast_lane_close(CoexBroadcasts *broadcasts)
{
    Part *part;

    while ((part = g_queue_pop_head(&broadcasts->again)) != NULL)
        g_hash_table_remove(broadcasts->parts, part->local_id);
}

void
coex_broadcasts_stop(CoexBroadcasts *broadcasts)
{
    CoexAccount *account = broadcasts->account;
    g_autoptr(CoexBatch) batch = NULL;
    GHashTableIter iter;
    gpointer value;

    if (account == NULL || broadcasts->stopped)
        return;
    broadcasts->stopped = TRUE;
    batch = coex_account_batch(account);
    g_hash_table_iter_init(&iter, broadcasts->parts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Part *part = value;

        if (part->call == NULL || coex_account_is_unwritten(account, part->call))
            coex_batch_remove_unsent(batch, part->local_id);
    }
    coex_broadcast_outcomes_stop(broadcasts, batch);
    if (!coex_batch_is_empty(batch))
        coex_store_commit(account->store, g_steal_pointer(&batch), NULL, NULL);
}
