// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/retry.h"
#include "core/timer.h"
#include "core/words.h"
#include "send/queue.h"
#include "store/batch.h"
#include <string.h>

/* The pace of sending: of the number, and of each person, to whom WhatsApp takes one message in 6
 * seconds once 45 went quickly (Meta: throughput). How many may still go quickly to somebody
 * outlives the program: setting "pace PERSON", "THOUSANDTHS SECONDS". */

#define PACE_SETTING "pace "
#define PERSON_PER_S (1.0 / COEX_PACE_PERSON_S)
#define UNNOTED 5 /* so many may have gone without that being written down */
#define NOTED_BELOW (COEX_PACE_PERSON_BURST - UNNOTED)
#define TOLD_MS 1000 /* more may be typed until then; a wait of not even twice that is none */
#define FORGOTTEN_S (COEX_PACE_PERSON_BURST * COEX_PACE_PERSON_S) /* all may go again then */

static char *
dup_key(const CoexOutboxQueue *queue)
{
    return g_strdup_printf(PACE_SETTING "%" G_GINT64_FORMAT, queue->entry->person->id);
}

/* @value: of the setting. */
static gint64
read_time(const char *value)
{
    const char *time = strchr(value, ' ');

    return time != NULL ? g_ascii_strtoll(time, NULL, 10) : 0;
}

void
coex_outbox_queue_start_pace(CoexOutboxQueue *queue)
{
    CoexAccount *account = queue->outbox->account;
    g_autofree char *key = dup_key(queue);
    const char *value = coex_account_get_setting(account, key);
    double tokens = NOTED_BELOW;

    if (value != NULL) {
        gint64 passed_s = MAX(coex_account_now(account) - read_time(value), 0);

        tokens =
            MIN((double)g_ascii_strtoll(value, NULL, 10) / 1000 + (double)passed_s * PERSON_PER_S,
                NOTED_BELOW);
    }
    coex_pace_init(&queue->pace, MAX(tokens, 0), g_get_monotonic_time());
}

void
coex_outbox_queue_note_pace(CoexOutboxQueue *queue, CoexBatch *batch)
{
    CoexAccount *account = queue->outbox->account;
    g_autofree char *key = dup_key(queue);
    g_autofree char *value = g_strdup_printf(
        "%d %" G_GINT64_FORMAT, (int)(queue->pace.tokens * 1000), coex_account_now(account));

    if (queue->pace.tokens < NOTED_BELOW)
        coex_account_note_setting(account, batch, key, value);
}

void
coex_outbox_forget_paces(CoexOutbox *outbox)
{
    CoexAccount *account = outbox->account;
    g_autoptr(GList) keys = g_hash_table_get_keys(account->settings);

    for (GList *link = keys; link != NULL; link = link->next) {
        g_autofree char *key = g_strdup(link->data);

        if (g_str_has_prefix(key, PACE_SETTING) &&
            read_time(coex_account_get_setting(account, key)) <
                coex_account_now(account) - FORGOTTEN_S)
            coex_account_put_setting(account, key, NULL);
    }
}

void
coex_outbox_queue_spend_pace(CoexOutboxQueue *queue)
{
    queue->pace.tokens = MIN(queue->pace.tokens, 1);
}

gint64
coex_outbox_queue_take_turn(CoexOutboxQueue *queue, const CoexOutboxItem *item, gint64 now_us)
{
    CoexOutbox *outbox = queue->outbox;
    gint64 wait_us;

    if (MAX(item->due_us, outbox->pause_due_us) > now_us)
        return MAX(item->due_us, outbox->pause_due_us);
    wait_us = coex_pace_peek(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    if (wait_us > 0)
        return now_us + wait_us;
    wait_us = coex_pace_take(&queue->pace, PERSON_PER_S, COEX_PACE_PERSON_BURST, now_us);
    if (wait_us > 0)
        return now_us + wait_us;
    coex_pace_take(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    return 0;
}

/* ---- why they wait ---- */

static gboolean
is_waiting(const CoexOutboxItem *item)
{
    return item->row->state == COEX_OUTBOX_QUEUED && !item->accepted;
}

/* How many wait; @ret_last: the last of them. */
static guint
count_waiting(const CoexOutboxQueue *queue, CoexOutboxItem **ret_last)
{
    guint n = 0;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        if (!is_waiting(link->data))
            continue;
        *ret_last = link->data;
        n++;
    }
    return n;
}

/* When the last of so many leaves. */
static char *
dup_end(guint n_items)
{
    guint minutes = (n_items * COEX_PACE_PERSON_S + 59) / 60;

    if (minutes <= 1)
        return g_strdup(_("The last one leaves within a minute."));
    return g_strdup_printf(COEX_PLURAL("The last one leaves in about %u minute.",
                                       "The last one leaves in about %u minutes.", minutes),
                           minutes);
}

/* @n: at least two. */
static char *
dup_waiting(guint n)
{
    g_autofree char *end = dup_end(n);
    g_autofree char *line = g_strdup_printf(
        COEX_PLURAL("The last %u message waits for its turn: after so many at once, WhatsApp takes "
                    "one in %d seconds to one person. They leave by themselves, in their order.",
                    "The last %u messages wait for their turn: after so many at once, WhatsApp "
                    "takes one in %d seconds to one person. They leave by themselves, in their "
                    "order.",
                    n),
        n, COEX_PACE_PERSON_S);

    return g_strjoin(" ", line, end, NULL);
}

/* The last one's end is told. */
static void
on_paced(gpointer data)
{
    CoexOutboxQueue *queue = data;
    CoexAccount *account = queue->outbox->account;
    CoexOutboxItem *last = NULL;
    guint n = count_waiting(queue, &last);
    g_autofree char *line = dup_waiting(n);
    CoexBatch *batch;

    if (n == 0 || queue->outbox->locked_out || queue->outbox->unlinked)
        return;
    queue->pace_told = TRUE;
    batch = coex_account_batch(account);
    coex_outbox_item_put_owed(last, batch);
    coex_outbox_commit(queue->outbox, batch, coex_outbox_item_person(last));
    if (n == 1)
        coex_account_tell_notice(
            account, coex_outbox_item_person(last),
            _("The last message waits for its turn: after so many at once, WhatsApp takes one in "
              "%d seconds to one person. It leaves by itself."),
            COEX_PACE_PERSON_S);
    else
        coex_account_tell_notice(account, coex_outbox_item_person(last), "%s", line);
}

gboolean
coex_outbox_queue_is_paced(const CoexOutboxQueue *queue, const CoexOutboxItem *next)
{
    return queue->outbox->n_failures == 0 &&
           (next->too_fast || coex_pace_peek(&queue->pace, PERSON_PER_S, COEX_PACE_PERSON_BURST,
                                             g_get_monotonic_time()) > 0);
}

void
coex_outbox_queue_tell_pace(CoexOutboxQueue *queue, gint64 wait_us)
{
    if (!queue->pace_told && queue->pacing == NULL && wait_us >= 2 * TOLD_MS * 1000)
        coex_timer_start(&queue->pacing, TOLD_MS, on_paced, queue);
}
