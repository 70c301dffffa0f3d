// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/engine.h"
#include "account/people.h"
#include "account/skew.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/text.h"
#include "send/slips.h"
#include <string.h>

#define HOLD_MAX_S (7 * 24 * 60 * 60) /* after that a held text asks instead of leaving */
#define STALE_S (60 * 60)             /* after that an unsent text asks at login */
#define EXCERPT 60
#define KEPT "Not sent yet; it waits until WhatsApp accepts the account's access again: %s"

/* Calls @change for the person's slips in @state, in order; it may remove the slip. Those of which
 * a status just says that they have arrived are left alone. Returns how many there were. */
static guint
each_slip(CoexOutbox *outbox, gint64 person_id, CoexOutboxState state,
          void (*change)(CoexSlip *slip, gpointer data), gpointer data)
{
    CoexLane *lane = coex_outbox_lane(outbox, person_id);
    guint n = 0;

    for (GList *item = lane->slips.head, *next; item != NULL; item = next) {
        CoexSlip *slip = item->data;

        next = item->next;
        if (slip->row->state != state || slip->accepted)
            continue;
        n++;
        change(slip, data);
    }
    return n;
}

static char
verb_mark(CoexOutbox *outbox)
{
    return outbox->account->verb_mark;
}

/* ---- sending ---- */

static void
collect_text(CoexSlip *slip, gpointer data)
{
    GString *texts = data;

    if (texts->len > 0)
        g_string_append_c(texts, '\n');
    g_string_append(texts, slip->row->text);
}

void
coex_outbox_prompt(CoexOutbox *outbox, CoexPerson *person)
{
    g_autoptr(GString) texts = g_string_new(NULL);
    const char *reason =
        coex_account_window(outbox->account, person).expires_at == 0
            ? "This person has not written yet. WhatsApp lets a business begin only with a "
              "template."
            : "The 24-hour window is closed. Only a template can be sent until this person writes.";

    if (each_slip(outbox, person->id, COEX_OUTBOX_PARKED, collect_text, texts) > 0)
        coex_account_tell_prompt(outbox->account, person, texts->str, reason);
    coex_skew_doubt(outbox->account);
}

static void
tell_held(CoexOutbox *outbox, CoexPerson *person, const char *text)
{
    g_autofree char *excerpt = coex_text_excerpt(text, EXCERPT);
    g_autofree char *title = coex_account_dup_title(outbox->account, person);

    coex_account_tell_notice(outbox->account, person,
                             "Held until %s writes (%cdiscard drops it): %s", title,
                             verb_mark(outbox), excerpt);
}

/* Why a text that has just been typed does not leave at once; below its own line. */
static void
put_obstacle(CoexSlip *slip, CoexBatch *batch)
{
    CoexOutbox *outbox = slip->outbox;
    gint64 person_id = slip->row->person_id;
    g_autofree char *excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    g_autofree char *line = NULL;

    if (outbox->locked_out)
        line = g_strdup_printf(KEPT, excerpt);
    else if (coex_outbox_count(outbox, person_id, COEX_OUTBOX_UNCERTAIN) > 0)
        line = g_strconcat("Waits until it is clear whether the text before it was sent: ", excerpt,
                           NULL);
    if (line == NULL)
        return;
    coex_slip_put_owed(slip, batch);
    coex_batch_add_line(batch, person_id, COEX_FEED_NOTICE, line, NULL, slip->row->created_at);
}

void
coex_outbox_send_text(CoexOutbox *outbox, CoexPerson *person, const char *text, CoexSendWay way)
{
    CoexAccount *account = outbox->account;
    CoexWindow window = coex_account_window(account, person);
    CoexOutboxState state = window.open ? COEX_OUTBOX_QUEUED : COEX_OUTBOX_PARKED;
    g_auto(GStrv) parts = coex_text_split(text, COEX_TEXT_MAX);
    CoexBatch *batch = coex_account_batch(account);
    CoexSlip *first = NULL;

    if (way == COEX_SEND_HELD)
        state = COEX_OUTBOX_HELD;
    coex_batch_put_person(batch, person);
    for (guint i = 0; parts[i] != NULL; i++) {
        CoexSlip *slip = coex_slip_new(outbox, person->id, parts[i]);

        slip->row->typed = TRUE;
        coex_slip_set_state(slip, state);
        slip->row->shown = way == COEX_SEND_SHOWN;
        slip->feeds = state == COEX_OUTBOX_QUEUED && !slip->row->shown;
        coex_slip_put(slip, batch);
        first = first != NULL ? first : slip;
    }
    if (state == COEX_OUTBOX_QUEUED && first != NULL)
        put_obstacle(first, batch);
    coex_outbox_commit(outbox, batch, person);
    if (outbox->locked_out)
        coex_outbox_check_access(outbox);
    if (state == COEX_OUTBOX_PARKED)
        coex_outbox_prompt(outbox, person);
    if (state == COEX_OUTBOX_HELD)
        tell_held(outbox, person, text);
}

/* ---- templates ---- */

typedef struct {
    CoexBatch *batch;
    const char *const *values; /* NULL: nothing was used */
    gboolean all_used;         /* one value carries all the texts together */
} Return;

/* The prompt offers all parked texts as one value. */
static gboolean
were_used(CoexOutbox *outbox, CoexPerson *person, const char *const *values)
{
    g_autoptr(GString) texts = g_string_new(NULL);

    each_slip(outbox, person->id, COEX_OUTBOX_PARKED, collect_text, texts);
    return coex_template_values_have(values, texts->str);
}

/* Takes a parked slip out, with its text as a line unless a template carried it. */
static void
return_slip(CoexSlip *slip, gpointer data)
{
    Return *back = data;
    gint64 now = coex_account_now(slip->outbox->account);

    if (!back->all_used && !coex_template_values_have(back->values, slip->row->text)) {
        g_autofree char *line = g_strconcat("Not sent: ", slip->row->text, NULL);

        /* What was shown stands in the log as if it had been sent. */
        coex_batch_add_line(back->batch, slip->row->person_id,
                            slip->row->shown ? COEX_FEED_RECORD : COEX_FEED_NOTICE, line, NULL,
                            now);
    } else if (slip->row->shown) {
        coex_slip_put_record(slip, back->batch, "Sent in the template");
    }
    coex_batch_remove_outbox(back->batch, slip->row->local_id);
    coex_slip_remove(slip);
}

static char *
write_values(const char *const *values)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_array(writer, "values");
    for (guint i = 0; values[i] != NULL; i++)
        coex_json_writer_string(writer, NULL, values[i]);
    return coex_json_writer_finish(writer);
}

void
coex_outbox_send_template(CoexOutbox *outbox, CoexPerson *person, const CoexTemplate *template_,
                          const char *const *values)
{
    CoexBatch *batch = coex_account_batch(outbox->account);
    g_autofree char *preview = coex_template_preview(template_, values);
    Return back = { batch, values, were_used(outbox, person, values) };
    CoexSlip *slip;

    each_slip(outbox, person->id, COEX_OUTBOX_PARKED, return_slip, &back);
    slip = coex_slip_new(outbox, person->id, preview);
    slip->row->template_name = g_strdup(template_->name);
    slip->row->template_language = g_strdup(template_->language);
    slip->row->template_values = write_values(values);
    coex_batch_put_person(batch, person);
    coex_slip_put_shown(slip, batch);
    coex_outbox_commit(outbox, batch, person);
    coex_account_tell_prompt_over(outbox->account, person);
}

/* ---- the user's verbs ---- */

static void
hold_slip(CoexSlip *slip, gpointer data)
{
    CoexBatch *batch = data;

    coex_slip_set_state(slip, COEX_OUTBOX_HELD);
    coex_slip_put(slip, batch);
    if (slip->row->shown)
        coex_slip_put_record(slip, batch, "Not sent yet, and held until they write");
    else
        tell_held(slip->outbox, coex_slip_person(slip), slip->row->text);
}

void
coex_outbox_hold(CoexOutbox *outbox, CoexPerson *person)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);

    /* First: at the line about the text another choice may begin. */
    coex_account_tell_prompt_over(outbox->account, person);
    if (each_slip(outbox, person->id, COEX_OUTBOX_PARKED, hold_slip, batch) == 0) {
        g_autofree char *title = coex_account_dup_title(outbox->account, person);
        coex_account_tell_notice(
            outbox->account, person,
            "There is no text to hold. %chold TEXT keeps a text until %s writes.",
            verb_mark(outbox), title);
        return;
    }
    coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
}

void
coex_outbox_cancel(CoexOutbox *outbox, CoexPerson *person)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    Return back = { batch, NULL, FALSE };

    if (each_slip(outbox, person->id, COEX_OUTBOX_PARKED, return_slip, &back) > 0)
        coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    coex_account_tell_prompt_over(outbox->account, person);
}

static void
owe(CoexSlip *slip, gpointer data)
{
    coex_slip_put_owed(slip, data);
}

void
coex_outbox_tell_kept(CoexOutbox *outbox)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, outbox->lanes);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const CoexLane *lane = value;
        g_autoptr(GString) texts = g_string_new(NULL);
        CoexPerson *person = coex_people_by_id(outbox->account->people, lane->person_id);
        g_autofree char *excerpt = NULL;
        CoexBatch *batch;

        if (each_slip(outbox, lane->person_id, COEX_OUTBOX_QUEUED, collect_text, texts) == 0)
            continue;
        batch = coex_account_batch(outbox->account);
        each_slip(outbox, lane->person_id, COEX_OUTBOX_QUEUED, owe, batch);
        coex_outbox_commit(outbox, batch, person);
        excerpt = coex_text_excerpt(texts->str, EXCERPT);
        coex_account_tell_notice(outbox->account, person, KEPT, excerpt);
    }
}

static guint
list_lane(CoexOutbox *outbox, CoexLane *lane, gboolean name_person)
{
    CoexPerson *person = coex_people_by_id(outbox->account->people, lane->person_id);
    g_autofree char *title =
        person != NULL ? coex_account_dup_title(outbox->account, person) : NULL;
    guint n = 0;

    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;
        gboolean held = slip->row->state == COEX_OUTBOX_HELD;
        gboolean waits = slip->row->state == COEX_OUTBOX_QUEUED ||
                         slip->row->state == COEX_OUTBOX_SENDING; /* between tries, or in one */
        g_autofree char *excerpt = NULL;

        if (!held && (!waits || slip->accepted))
            continue;
        n++;
        excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
        coex_account_tell_notice(outbox->account, name_person ? NULL : person, "%s %s: %s",
                                 held ? "Held for" : "Waits to be sent to", title, excerpt);
    }
    return n;
}

void
coex_outbox_list_held(CoexOutbox *outbox, CoexPerson *person)
{
    GHashTableIter iter;
    gpointer lane;
    guint n = 0;

    if (person != NULL) {
        n = list_lane(outbox, coex_outbox_lane(outbox, person->id), FALSE);
    } else {
        g_hash_table_iter_init(&iter, outbox->lanes);
        while (g_hash_table_iter_next(&iter, NULL, &lane))
            n += list_lane(outbox, lane, TRUE);
    }
    if (n > 0)
        return;
    if (person != NULL && coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED) > 0)
        coex_account_tell_notice(outbox->account, person,
                                 "Nothing is held; what you typed waits for your choice: "
                                 "%ctemplate, %chold or %ccancel.",
                                 verb_mark(outbox), verb_mark(outbox), verb_mark(outbox));
    else
        coex_account_tell_notice(outbox->account, person, "Nothing is held.");
}

/* ---- when the person writes ---- */

typedef struct {
    CoexBatch *batch;
    gint64 wrote_at; /* what was typed to be held after this has not been answered */
} Release;

/* A held text leaves, unless time or the phone has overtaken it: then the user is asked. */
static void
release_slip(CoexSlip *slip, gpointer data)
{
    const Release *release = data;
    CoexBatch *batch = release->batch;
    const CoexPerson *person = coex_slip_person(slip);
    gint64 now = coex_account_now(slip->outbox->account);

    if (slip->row->created_at > release->wrote_at)
        return;
    if (person->last_echo_at > slip->row->created_at) {
        coex_slip_put_failed(slip, batch,
                             "It was held, but meanwhile somebody answered from the phone.", 0);
        return;
    }
    if (now - slip->row->created_at > HOLD_MAX_S) {
        coex_slip_put_failed(slip, batch, "It was held for more than 7 days.", 0);
        return;
    }
    slip->row->typed = FALSE;
    slip->row->released = TRUE;
    slip->row->owed = slip->row->shown;
    coex_slip_set_state(slip, COEX_OUTBOX_QUEUED);
    coex_slip_put_shown(slip, batch);
}

void
coex_slip_hold_again(CoexSlip *slip, const char *why)
{
    CoexBatch *batch = coex_account_batch(slip->outbox->account);
    g_autofree char *line = g_strconcat(why, " It is held again", NULL);

    coex_lane_forget_slow(coex_outbox_lane(slip->outbox, slip->row->person_id));
    slip->row->owed = FALSE;
    coex_slip_set_state(slip, COEX_OUTBOX_HELD);
    coex_slip_put(slip, batch);
    coex_slip_put_record(slip, batch, line);
    coex_outbox_commit(slip->outbox, batch, coex_slip_person(slip));
}

static void
reopen_slip(CoexSlip *slip, gpointer data)
{
    coex_slip_put_failed(slip, data, "The window is open again, so it can be sent now.", 0);
}

static void
open_window(CoexOutbox *outbox, CoexPerson *person, gint64 wrote_at)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    Release release = { batch, wrote_at };
    guint n_parked;

    each_slip(outbox, person->id, COEX_OUTBOX_HELD, release_slip, &release);
    n_parked = each_slip(outbox, person->id, COEX_OUTBOX_PARKED, reopen_slip, batch);
    if (coex_batch_is_empty(batch))
        return;
    coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    if (n_parked > 0)
        coex_account_tell_prompt_over(outbox->account, person);
}

/* No comparison of times here: the person's clock is WhatsApp's, and the message has just come. */
void
coex_outbox_window_opened(CoexOutbox *outbox, CoexPerson *person)
{
    open_window(outbox, person, G_MAXINT64);
}

void
coex_outbox_recheck_windows(CoexOutbox *outbox)
{
    g_autoptr(GList) lanes = g_hash_table_get_values(outbox->lanes);

    for (GList *l = lanes; l != NULL; l = l->next) {
        const CoexLane *lane = l->data;
        CoexPerson *person = coex_people_by_id(outbox->account->people, lane->person_id);

        if (person != NULL && coex_account_window(outbox->account, person).open)
            open_window(outbox, person, person->last_inbound_at);
    }
}

/* ---- what the last session left ---- */

static void
take_up(CoexSlip *slip, CoexBatch *batch)
{
    CoexAccount *account = slip->outbox->account;
    gint64 age = coex_account_now(account) - slip->row->created_at;

    switch (slip->row->state) {
    case COEX_OUTBOX_UNCERTAIN:
        /* From SENDING: its wait begins once, not at every login anew. */
        if (!slip->committed)
            coex_slip_put(slip, batch);
        coex_slip_await_status(slip);
        break;
    case COEX_OUTBOX_QUEUED:
        /* What was held goes, or is held again, as what still is. */
        if (age > STALE_S && !slip->row->released)
            coex_slip_put_failed(slip, batch,
                                 "It has waited for more than an hour and has not been sent.", 0);
        break;
    case COEX_OUTBOX_PARKED:
        coex_slip_put_failed(slip, batch, "The 24-hour window was closed when it was typed.",
                             coex_account_window(account, coex_slip_person(slip)).open
                                 ? 0
                                 : COEX_GRAPH_WINDOW_CLOSED);
        break;
    case COEX_OUTBOX_FAILED:
        /* Its line has been shown, and it must not be sent again. */
        if (slip->row->not_before == COEX_WAIT_FOR_EVER)
            coex_slip_discard(slip);
        break;
    case COEX_OUTBOX_SENDING:
    case COEX_OUTBOX_HELD:
    case COEX_OUTBOX_UNCONFIRMED:
        break;
    }
}

static void
take_up_lane(CoexOutbox *outbox, CoexLane *lane)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    CoexPerson *person = coex_people_by_id(outbox->account->people, lane->person_id);

    for (GList *item = lane->slips.head, *next; item != NULL; item = next) {
        next = item->next;
        take_up(item->data, batch);
    }
    if (!coex_batch_is_empty(batch))
        coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    if (coex_account_window(outbox->account, person).open)
        open_window(outbox, person, person->last_inbound_at);
}

void
coex_outbox_start(CoexOutbox *outbox)
{
    g_autoptr(GList) lanes = NULL;

    coex_outbox_unite(outbox);
    lanes = g_hash_table_get_values(outbox->lanes);
    for (GList *item = lanes; item != NULL; item = item->next)
        take_up_lane(outbox, item->data);
    coex_outbox_pump(outbox);
}
