// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/batch.h"

#include "core/feed.h"
#include "store/batch-private.h"

static void
clear_result(CoexResult *result)
{
    g_free(result->text);
    g_free(result->local_id);
    g_free(result->origin);
    g_free(result->explanation);
    g_free(result->proven_wamid);
    g_free(result->template_name);
    g_free(result->desk);
    *result = (CoexResult){ .outcome = COEX_ADDED, .state = COEX_STATE_UNKNOWN };
}

/* Of DELIVERY, and of what becomes of one. */
static void
clear_delivery(CoexChange *change)
{
    if (change->kind == COEX_CHANGE_DELIVERY) {
        g_free((char *)change->raw.secret_id);
        g_bytes_unref(change->raw.body);
        return;
    }
    g_free(change->delivery.phone_number_id);
    g_free(change->delivery.number);
    g_free(change->delivery.waba_id);
    g_free(change->delivery.secret_id);
    g_free(change->delivery.reason);
}

static void
free_change(gpointer data)
{
    CoexChange *change = data;
    switch (change->kind) {
    case COEX_CHANGE_PERSON:
        coex_person_free(change->person);
        break;
    case COEX_CHANGE_GIVEN_UP:
        g_free(change->given_up.address);
        break;
    case COEX_CHANGE_FORGOTTEN:
        g_free(change->forgotten.phone_number_id);
        break;
    case COEX_CHANGE_MESSAGE:
        coex_message_unref(change->message.message);
        break;
    case COEX_CHANGE_STATUS:
        coex_status_unref(change->status.status);
        g_free(change->status.explanation);
        break;
    case COEX_CHANGE_OUTBOX:
    case COEX_CHANGE_ACCEPTED:
        coex_outbox_row_free(change->outbox.row);
        g_free(change->outbox.wamid);
        break;
    case COEX_CHANGE_OUTBOX_REMOVED:
    case COEX_CHANGE_UNSENT:
        g_free(change->local_id);
        break;
    case COEX_CHANGE_LINE:
        g_free(change->line.local_id);
        g_free(change->line.text);
        g_free(change->line.detail);
        break;
    case COEX_CHANGE_SETTING:
        g_free(change->setting.key);
        g_free(change->setting.value);
        break;
    case COEX_CHANGE_DELIVERY:
    case COEX_CHANGE_DELIVERY_APPLIED:
    case COEX_CHANGE_DELIVERY_FORGOTTEN:
    case COEX_CHANGE_DELIVERY_WAITS:
    case COEX_CHANGE_DELIVERY_WAITS_FOR_WABA:
    case COEX_CHANGE_DELIVERY_WAITED:
    case COEX_CHANGE_DELIVERY_QUARANTINED:
        clear_delivery(change);
        break;
    case COEX_CHANGE_MEDIA:
        g_free(change->media.path);
        break;
    case COEX_CHANGE_LOGGED:
    case COEX_CHANGE_UNITED:
    case COEX_CHANGE_UNTOLD:
    case COEX_CHANGE_PAST:
    case COEX_CHANGE_ANSWERS:
    case COEX_CHANGE_TIMES:
    case COEX_CHANGE_COSTS:
        break;
    }
    clear_result(&change->result);
    g_free(change);
}

static void
free_failure(gpointer data)
{
    CoexFailure *failure = data;
    g_free(failure->text);
    coex_outbox_row_free(failure->row);
    coex_media_free(failure->media);
    g_free(failure);
}

static void
unref_feed_item(gpointer item)
{
    coex_feed_item_unref(item);
}

static void
free_past(gpointer data)
{
    CoexPast *past = data;
    g_ptr_array_unref(past->lines);
    g_free(past);
}

CoexBatch *
coex_batch_new(void)
{
    CoexBatch *batch = g_new0(CoexBatch, 1);
    batch->changes = g_ptr_array_new_with_free_func(free_change);
    batch->feed = g_ptr_array_new_with_free_func(unref_feed_item);
    batch->failures = g_ptr_array_new_with_free_func(free_failure);
    batch->pasts = g_ptr_array_new_with_free_func(free_past);
    return batch;
}

void
coex_batch_free(CoexBatch *batch)
{
    if (batch == NULL)
        return;
    g_ptr_array_unref(batch->changes);
    g_ptr_array_unref(batch->feed);
    g_ptr_array_unref(batch->failures);
    g_ptr_array_unref(batch->pasts);
    g_clear_pointer(&batch->costs, g_ptr_array_unref);
    g_free(batch);
}

gboolean
coex_batch_is_empty(const CoexBatch *batch)
{
    return batch->changes->len == 0;
}

void
coex_batch_set_account(CoexBatch *batch, gint64 account_id)
{
    batch->account_id = account_id;
}

/* ---- changes ---- */

static CoexChange *
add_change(CoexBatch *batch, CoexChangeKind kind)
{
    CoexChange *change = g_new0(CoexChange, 1);
    change->kind = kind;
    change->account_id = batch->account_id;
    g_ptr_array_add(batch->changes, change);
    return change;
}

void
coex_batch_put_person(CoexBatch *batch, const CoexPerson *person)
{
    if (!person->forgotten)
        add_change(batch, COEX_CHANGE_PERSON)->person = coex_person_copy(person);
}

void
coex_batch_unite_people(CoexBatch *batch, const CoexPerson *other, const CoexPerson *person)
{
    coex_batch_put_person(batch, other);
    coex_batch_put_person(batch, person);
    CoexChange *change = add_change(batch, COEX_CHANGE_UNITED);
    change->united.from = other->id;
    change->united.to = person->id;
}

void
coex_batch_give_up_number(CoexBatch *batch, const char *number, gint64 at)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_GIVEN_UP);
    change->given_up.address = g_strdup(number);
    change->given_up.at = at;
}

void
coex_batch_forget_person(CoexBatch *batch, gint64 person_id, const char *phone_number_id, gint64 at)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_FORGOTTEN);
    change->forgotten.person_id = person_id;
    change->forgotten.phone_number_id = g_strdup(phone_number_id);
    change->forgotten.at = at;
    batch->forgets = TRUE;
}

guint
coex_batch_add_message(CoexBatch *batch, gint64 person_id, const CoexMessage *message, gint64 time)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_MESSAGE);
    change->message.person_id = person_id;
    change->message.message = coex_message_ref(message);
    change->message.time = time;
    return batch->changes->len - 1;
}

guint
coex_batch_add_past(CoexBatch *batch, gint64 person_id, const CoexMessage *message, gint64 time)
{
    guint index = coex_batch_add_message(batch, person_id, message, time);
    CoexChange *change = g_ptr_array_index(batch->changes, index);
    change->message.past = TRUE;
    return index;
}

guint
coex_batch_apply_status(CoexBatch *batch, const CoexStatus *status, const char *explanation)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_STATUS);
    change->status.status = coex_status_ref(status);
    change->status.explanation = g_strdup(explanation);
    return batch->changes->len - 1;
}

void
coex_batch_put_outbox(CoexBatch *batch, const CoexOutboxRow *row, gboolean feed, gint64 now)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_OUTBOX);
    change->outbox.row = coex_outbox_row_copy(row);
    change->outbox.feed = feed;
    change->outbox.now = now;
}

guint
coex_batch_outbox_accepted(CoexBatch *batch, const CoexOutboxRow *row, const char *wamid,
                           gint64 now)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_ACCEPTED);
    change->outbox.row = coex_outbox_row_copy(row);
    change->outbox.wamid = g_strdup(wamid);
    change->outbox.now = now;
    return batch->changes->len - 1;
}

void
coex_batch_remove_outbox(CoexBatch *batch, const char *local_id)
{
    add_change(batch, COEX_CHANGE_OUTBOX_REMOVED)->local_id = g_strdup(local_id);
}

void
coex_batch_tell_broadcasts(CoexBatch *batch, gint64 person_id, CoexUntold which)
{
    CoexChange *change;

    if (which == COEX_UNTOLD_NOTHING)
        return;
    change = add_change(batch, COEX_CHANGE_UNTOLD);
    change->untold.person_id = person_id;
    change->untold.which = which;
}

void
coex_batch_tell_broadcasts_before(CoexBatch *batch, guint index, CoexUntold which)
{
    CoexChange *change = g_ptr_array_index(batch->changes, index);
    change->message.untold = which;
}

void
coex_batch_remove_unsent(CoexBatch *batch, const char *local_id)
{
    add_change(batch, COEX_CHANGE_UNSENT)->local_id = g_strdup(local_id);
}

static CoexChange *
add_line(CoexBatch *batch, const CoexFeedItem *line)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_LINE);
    change->line.person_id = line->person_id;
    change->line.kind = line->kind;
    change->line.text = g_strdup(line->text);
    change->line.detail = g_strdup(line->detail);
    change->line.flags = line->flags;
    change->line.now = line->time;
    return change;
}

void
coex_batch_add_outcome(CoexBatch *batch, const CoexOutboxRow *row, CoexFeedKind kind,
                       const char *detail, CoexLineFlags flags, gint64 now)
{
    const CoexFeedItem line = { .person_id = row->person_id,
                                .kind = kind,
                                .text = row->text,
                                .detail = (char *)detail,
                                .flags = flags,
                                .time = now };
    add_line(batch, &line)->line.local_id = g_strdup(row->local_id);
}

void
coex_batch_add_line(CoexBatch *batch, gint64 person_id, CoexFeedKind kind, const char *text,
                    const char *detail, gint64 now)
{
    add_line(batch, &(CoexFeedItem){ .person_id = person_id,
                                     .kind = kind,
                                     .text = (char *)text,
                                     .detail = (char *)detail,
                                     .time = now });
}

void
coex_batch_add_file(CoexBatch *batch, gint64 person_id, const char *text, const char *path,
                    CoexLineFlags flags, gint64 now)
{
    add_line(batch, &(CoexFeedItem){ .person_id = person_id,
                                     .kind = path != NULL ? COEX_FEED_FILE : COEX_FEED_NOTICE,
                                     .text = (char *)text,
                                     .detail = (char *)path,
                                     .flags = flags,
                                     .time = now });
}

void
coex_batch_put_setting(CoexBatch *batch, const char *key, const char *value)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_SETTING);
    change->setting.key = g_strdup(key);
    change->setting.value = g_strdup(value);
}

void
coex_batch_add_delivery(CoexBatch *batch, const CoexDelivery *delivery)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_DELIVERY);
    change->raw = *delivery;
    change->raw.secret_id = g_strdup(delivery->secret_id);
    change->raw.body = g_bytes_ref(delivery->body);
    batch->delivers = TRUE;
}

guint
coex_batch_count_delivered(const CoexBatch *batch)
{
    return batch->n_delivered;
}

static CoexChange *
add_delivery_change(CoexBatch *batch, CoexChangeKind kind, gint64 delivery_id)
{
    CoexChange *change = add_change(batch, kind);
    change->delivery.id = delivery_id;
    return change;
}

void
coex_batch_delivery_applied(CoexBatch *batch, gint64 delivery_id, gboolean keep_raw)
{
    add_delivery_change(batch, COEX_CHANGE_DELIVERY_APPLIED, delivery_id)->delivery.keep_raw =
        keep_raw;
}

void
coex_batch_delivery_forgotten(CoexBatch *batch, gint64 delivery_id)
{
    add_delivery_change(batch, COEX_CHANGE_DELIVERY_FORGOTTEN, delivery_id);
    batch->forgets = TRUE;
}

void
coex_batch_delivery_waits(CoexBatch *batch, gint64 delivery_id, const char *phone_number_id,
                          const char *number)
{
    CoexChange *change = add_delivery_change(batch, COEX_CHANGE_DELIVERY_WAITS, delivery_id);
    change->delivery.phone_number_id = g_strdup(phone_number_id);
    change->delivery.number = g_strdup(number);
}

void
coex_batch_delivery_waits_for_waba(CoexBatch *batch, gint64 delivery_id, const char *key,
                                   const char *waba_id, const char *secret_id)
{
    CoexChange *change =
        add_delivery_change(batch, COEX_CHANGE_DELIVERY_WAITS_FOR_WABA, delivery_id);
    change->delivery.number = g_strdup(key);
    change->delivery.waba_id = g_strdup(waba_id);
    change->delivery.secret_id = g_strdup(secret_id);
}

void
coex_batch_delivery_waited(CoexBatch *batch, gint64 delivery_id, const char *phone_number_id,
                           const char *number)
{
    CoexChange *change = add_delivery_change(batch, COEX_CHANGE_DELIVERY_WAITED, delivery_id);
    change->delivery.phone_number_id = g_strdup(phone_number_id);
    change->delivery.number = g_strdup(number);
}

void
coex_batch_delivery_quarantined(CoexBatch *batch, gint64 delivery_id, const char *reason)
{
    add_delivery_change(batch, COEX_CHANGE_DELIVERY_QUARANTINED, delivery_id)->delivery.reason =
        g_strdup(reason);
}

void
coex_batch_read_past(CoexBatch *batch, gint64 person_id, gint64 before, guint limit)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_PAST);
    change->past = (CoexPastQuery){ batch->account_id, person_id, before, limit, TRUE };
}

guint
coex_batch_read_answers(CoexBatch *batch, gint64 person_id, gint64 at)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_ANSWERS);
    change->answers.person_id = person_id;
    change->answers.at = at;
    return batch->changes->len - 1;
}

void
coex_batch_read_costs(CoexBatch *batch, guint from)
{
    add_change(batch, COEX_CHANGE_COSTS)->costs_from = from;
}

void
coex_batch_put_back_times(CoexBatch *batch, gint64 person_id, const CoexPutBack *back)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_TIMES);
    change->times.person_id = person_id;
    change->times.back = *back;
}

void
coex_batch_note_logged(CoexBatch *batch, const CoexUnlogged *unlogged)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_LOGGED);
    change->logged = *unlogged;
    change->logged.lines = NULL;
}

void
coex_batch_put_media(CoexBatch *batch, gint64 message_id, CoexMediaState state, const char *path)
{
    CoexChange *change = add_change(batch, COEX_CHANGE_MEDIA);
    change->media.message_id = message_id;
    change->media.state = state;
    change->media.path = g_strdup(path);
}

/* ---- outcomes ---- */

GPtrArray *
coex_batch_get_pasts(const CoexBatch *batch)
{
    return batch->pasts;
}

GPtrArray *
coex_batch_get_costs(const CoexBatch *batch)
{
    return batch->costs;
}

void
coex_batch_forget_outcome(CoexBatch *batch)
{
    for (guint i = 0; i < batch->changes->len; i++) {
        CoexChange *change = g_ptr_array_index(batch->changes, i);
        clear_result(&change->result);
    }
    g_ptr_array_set_size(batch->feed, 0);
    g_ptr_array_set_size(batch->failures, 0);
    g_ptr_array_set_size(batch->pasts, 0);
    g_clear_pointer(&batch->costs, g_ptr_array_unref);
    batch->n_delivered = 0;
}

const CoexResult *
coex_batch_get_result(const CoexBatch *batch, guint index)
{
    static const CoexResult none = { .outcome = COEX_DUPLICATE, .state = COEX_STATE_UNKNOWN };
    const CoexChange *change;
    g_return_val_if_fail(index < batch->changes->len, &none);
    change = g_ptr_array_index(batch->changes, index);
    return &change->result;
}

GPtrArray *
coex_batch_get_feed(const CoexBatch *batch)
{
    return batch->feed;
}

GPtrArray *
coex_batch_get_failures(const CoexBatch *batch)
{
    return batch->failures;
}
