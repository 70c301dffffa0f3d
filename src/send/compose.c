// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/engine.h"
#include "account/people.h"
#include "account/skew.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/catalogue.h"
#include "core/json.h"
#include "core/payload.h"
#include "core/template.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "send/queue.h"
#include "send/templates.h"
#include "store/batch.h"
#include <string.h>

#define HOLD_MAX_S (7 * 24 * 60 * 60) /* after that a held text asks instead of leaving */
#define STALE_S (60 * 60)             /* after that an unsent text asks at login */
#define EXCERPT 60
/* Translators: %s is the first words of the message, as in all that ends so. */
#define KEPT _("Not sent yet; it waits until WhatsApp accepts the account's access again: %s")
#define UNLINKED _("Not sent yet; it waits until this number is connected with the API again: %s")

/* Calls @change for the person's items in @state, in order; it may remove the item. Those of which
 * a status just says that they have arrived are left alone. Returns how many there were. */
static guint
each_item(CoexOutbox *outbox, gint64 person_id, CoexOutboxState state,
          void (*change)(CoexOutboxItem *item, gpointer data), gpointer data)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person_id);
    guint n = 0;

    for (GList *link = queue->items.head, *next; link != NULL; link = next) {
        CoexOutboxItem *item = link->data;

        next = link->next;
        if (item->row->state != state || item->accepted)
            continue;
        n++;
        change(item, data);
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
collect_text(CoexOutboxItem *item, gpointer data)
{
    GString *texts = data;

    if (texts->len > 0)
        g_string_append_c(texts, '\n');
    g_string_append(texts, item->row->text);
}

void
coex_outbox_prompt(CoexOutbox *outbox, CoexPerson *person)
{
    g_autoptr(GString) texts = g_string_new(NULL);
    const char *reason = coex_account_window(outbox->account, person).expires_at == 0
                             ? _("This person has not written yet. WhatsApp lets a business begin "
                                 "only with a template.")
                             : _("The 24-hour window is closed. Only a template can be sent until "
                                 "this person writes.");

    if (each_item(outbox, person->id, COEX_OUTBOX_PARKED, collect_text, texts) > 0)
        coex_account_tell_prompt(outbox->account, person, texts->str, reason);
    coex_skew_doubt(outbox->account);
}

void
coex_outbox_tell_held(CoexOutbox *outbox, CoexPerson *person, const char *text)
{
    g_autofree char *excerpt = coex_text_excerpt(text, EXCERPT);
    g_autofree char *title = coex_account_dup_title(outbox->account, person);

    coex_account_tell_notice(outbox->account, person,
                             _("Held until %s writes (%cdiscard drops it): %s"), title,
                             verb_mark(outbox), excerpt);
}

void
coex_outbox_item_put_obstacle(CoexOutboxItem *item, CoexBatch *batch)
{
    CoexOutbox *outbox = item->outbox;
    gint64 person_id = item->row->person_id;
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    g_autofree char *line = NULL;

    if (outbox->unlinked)
        line = coex_say(UNLINKED, excerpt);
    else if (outbox->locked_out)
        line = coex_say(KEPT, excerpt);
    else if (coex_outbox_count(outbox, person_id, COEX_OUTBOX_UNCERTAIN) > 0)
        line =
            coex_say(_("Waits until it is clear whether the text before it was sent: %s"), excerpt);
    if (line == NULL)
        return;
    coex_outbox_item_put_owed(item, batch);
    coex_batch_add_line(batch, person_id, COEX_FEED_NOTICE, line, NULL, item->row->created_at);
}

/* A file that is held can go at once as the header of a template, if there is one that shows such.
 */
static void
tell_header(CoexOutbox *outbox, CoexPerson *person, CoexMediaKind kind)
{
    const CoexCatalogue *catalogue = outbox->account->catalogue;
    g_autoptr(GPtrArray) all =
        catalogue != NULL ? coex_catalogue_search(catalogue, NULL, NULL) : g_ptr_array_new();

    for (guint i = 0; i < all->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(all, i);
        CoexMediaKind shown;

        if (template_->obstacle != NULL || !coex_template_shows_file(template_, -1, &shown) ||
            shown != kind)
            continue;
        coex_account_tell_notice(
            outbox->account, person,
            /* Translators: /template and a name, which are typed, and a sign that is typed. */
            _("It can go now in a template that shows one: %ctemplate %s. There %s stands for the "
              "file that is held."),
            verb_mark(outbox), template_->name, COEX_VALUE_HELD);
        return;
    }
}

static void
tell_held_item(CoexOutboxItem *item)
{
    CoexPerson *person = coex_outbox_item_person(item);

    coex_outbox_tell_held(item->outbox, person, item->row->text);
    if (item->row->media != NULL)
        tell_header(item->outbox, person, item->row->media->kind);
}

void
coex_outbox_item_admit(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    gboolean open = !item->on_hold && coex_account_window(outbox->account, person).open;
    gboolean is_mark = coex_payload_is_mark(item->row->payload);
    CoexOutboxState else_ =
        coex_outbox_row_is_text(item->row) ? COEX_OUTBOX_PARKED : COEX_OUTBOX_HELD;
    CoexBatch *batch;

    if (is_mark && !open) {
        coex_outbox_item_drop(item, COEX_NO_MARKS);
        return;
    }
    batch = coex_account_batch(outbox->account);
    coex_batch_put_person(batch, person);
    coex_outbox_item_set_state(item, open ? COEX_OUTBOX_QUEUED : else_);
    item->feeds = open && !is_mark && !item->row->shown;
    coex_outbox_item_put(item, batch);
    if (open)
        coex_outbox_item_put_obstacle(item, batch);
    else if (item->row->shown)
        coex_outbox_item_put_record(item, batch, _("Not sent yet, and held until they write"));
    coex_outbox_commit(outbox, batch, person);
    if (outbox->locked_out)
        coex_outbox_check_access(outbox);
    if (item->row->state == COEX_OUTBOX_PARKED)
        coex_outbox_prompt(outbox, person);
    if (item->row->state == COEX_OUTBOX_HELD && !item->row->shown)
        tell_held_item(item);
}

void
coex_outbox_send_payload(CoexOutbox *outbox, CoexPerson *person, const CoexPayload *payload)
{
    g_autofree char *line = coex_payload_dup_line(payload);
    CoexOutboxItem *item = coex_outbox_item_new(outbox, person->id, line);

    item->row->payload = coex_payload_copy(payload);
    coex_outbox_item_admit(item);
}

void
coex_outbox_send_text(CoexOutbox *outbox, CoexPerson *person, const char *text, CoexSendWay way)
{
    CoexAccount *account = outbox->account;
    CoexWindow window = coex_account_window(account, person);
    CoexOutboxState state = window.open ? COEX_OUTBOX_QUEUED : COEX_OUTBOX_PARKED;
    g_auto(GStrv) parts = coex_text_split(text, COEX_TEXT_MAX);
    CoexBatch *batch = coex_account_batch(account);
    CoexOutboxItem *first = NULL;

    if (way == COEX_SEND_HELD)
        state = COEX_OUTBOX_HELD;
    coex_batch_put_person(batch, person);
    for (guint i = 0; parts[i] != NULL; i++) {
        CoexOutboxItem *item = coex_outbox_item_new(outbox, person->id, parts[i]);

        item->row->typed = way != COEX_SEND_ELSEWHERE;
        coex_outbox_item_set_state(item, state);
        item->row->shown = way == COEX_SEND_SHOWN;
        item->feeds = state == COEX_OUTBOX_QUEUED && !item->row->shown;
        coex_outbox_item_put(item, batch);
        first = first != NULL ? first : item;
    }
    if (state == COEX_OUTBOX_QUEUED && first != NULL)
        coex_outbox_item_put_obstacle(first, batch);
    coex_outbox_commit(outbox, batch, person);
    if (outbox->locked_out)
        coex_outbox_check_access(outbox);
    if (state == COEX_OUTBOX_PARKED)
        coex_outbox_prompt(outbox, person);
    if (state == COEX_OUTBOX_HELD)
        coex_outbox_tell_held(outbox, person, text);
}

/* ---- templates ---- */

typedef struct {
    CoexBatch *batch;
    const CoexTemplate *template_; /* NULL: nothing was used */
    const char *const *values;
    gboolean all_used; /* it carries all the texts together */
} Return;

static gboolean
was_used(const Return *back, const char *text)
{
    return back->template_ != NULL && coex_template_carries(back->template_, back->values, text);
}

/* The prompt offers all parked texts as one value. */
static gboolean
were_used(CoexOutbox *outbox, CoexPerson *person, const Return *back)
{
    g_autoptr(GString) texts = g_string_new(NULL);

    each_item(outbox, person->id, COEX_OUTBOX_PARKED, collect_text, texts);
    return was_used(back, texts->str);
}

/* Takes a parked item out, with its text as a line unless a template carried it. */
static void
return_item(CoexOutboxItem *item, gpointer data)
{
    Return *back = data;
    gint64 now = coex_account_now(item->outbox->account);

    if (!back->all_used && !was_used(back, item->row->text)) {
        gboolean is_reply = item->row->context != NULL;
        g_autofree char *line = coex_say(
            is_reply ? _("Your reply was not sent: %s") : _("Not sent: %s"), item->row->text);

        /* What was shown stands in the log as if it had been sent. */
        coex_batch_add_line(back->batch, item->row->person_id,
                            item->row->shown ? COEX_FEED_RECORD : COEX_FEED_NOTICE, line, NULL,
                            now);
    } else if (item->row->shown) {
        coex_outbox_item_put_record(item, back->batch, _("Sent in the template"));
    } else if (!back->all_used) {
        g_autofree char *line = coex_say(_("Sent in the template: %s"), item->row->text);

        coex_batch_add_line(back->batch, item->row->person_id, COEX_FEED_NOTICE, line, NULL, now);
    }
    coex_batch_remove_outbox(back->batch, item->row->local_id);
    coex_outbox_item_remove(item);
}

/* What waited for the choice is over with it. */
static void
put_template(CoexOutboxItem *item, CoexBatch *batch, const CoexTemplate *template_,
             const char *const *values)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    Return back = { batch, template_, values, FALSE };

    back.all_used = were_used(outbox, person, &back);
    each_item(outbox, person->id, COEX_OUTBOX_PARKED, return_item, &back);
    coex_batch_put_person(batch, person);
    coex_outbox_item_put_shown(item, batch);
    coex_outbox_commit(outbox, batch, person);
    coex_account_tell_prompt_over(outbox->account, person);
}

void
coex_outbox_item_accept_template(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    const CoexOutboxRow *row = item->row;
    g_auto(GStrv) values = coex_outbox_row_read_values(row);
    const CoexTemplate *template_ =
        account->catalogue != NULL
            ? coex_catalogue_find(account->catalogue, row->template_name, row->template_language)
            : NULL;

    coex_outbox_item_set_state(item, COEX_OUTBOX_QUEUED);
    put_template(item, coex_account_batch(account), template_, (const char *const *)values);
}

static void
keep_name(char **value, const char *path)
{
    char *name = g_filename_display_basename(path);

    g_free(*value);
    *value = name;
}

/* A file's path, that of the message's own is @path, is nobody else's business: only its name is
 * kept. */
static char **
dup_kept_values(const CoexTemplate *template_, const char *const *values, const char *path)
{
    char **kept = g_strdupv((char **)values);
    int file = coex_template_find_file(template_, -1, values);

    if (file >= 0)
        keep_name(&kept[file], path);
    for (guint i = 0; i < coex_template_count_cards(template_); i++) {
        file = coex_template_find_file(template_, (int)i, values);
        if (file >= 0)
            keep_name(&kept[file], values[file]);
    }
    return kept;
}

/* The newest; NULL: there is none of that kind. */
static CoexOutboxItem *
find_held_file(CoexOutbox *outbox, CoexPerson *person, CoexMediaKind kind)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);

    for (GList *link = queue->items.tail; link != NULL; link = link->prev) {
        CoexOutboxItem *item = link->data;

        if (item->row->state == COEX_OUTBOX_HELD && !item->accepted && item->row->media != NULL &&
            item->row->media->kind == kind)
            return item;
    }
    return NULL;
}

/* The template has the file from now on; words that were beside it come back. */
static void
take_held(CoexOutboxItem *item, CoexOutboxItem *held, const CoexTemplate *template_,
          const char *const *values)
{
    CoexBatch *batch = coex_account_batch(item->outbox->account);
    CoexMedia *media = coex_media_copy(held->row->media);

    if (media->caption != NULL && !coex_template_carries(template_, values, media->caption)) {
        g_autofree char *line = coex_say(_("Not sent: %s"), media->caption);

        coex_batch_add_line(batch, item->row->person_id, COEX_FEED_NOTICE, line, NULL,
                            coex_account_now(item->outbox->account));
    }
    g_clear_pointer(&media->caption, g_free);
    item->row->media = media;
    item->instead_of = coex_outbox_row_copy(held->row);
    item->row->file = g_steal_pointer(&held->row->file);
    if (held->row->shown)
        coex_outbox_item_put_record(held, batch, _("Sent in the template"));
    coex_batch_remove_outbox(batch, held->row->local_id);
    coex_outbox_item_remove(held);
    put_template(item, batch, template_, values);
}

static void
tell_nothing_held(CoexOutbox *outbox, CoexPerson *person)
{
    coex_account_tell_notice(
        outbox->account, person,
        _("Nothing was sent: no file that the template shows is held any more."));
    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED) > 0)
        coex_outbox_prompt(outbox, person);
}

void
coex_outbox_send_template(CoexOutbox *outbox, CoexPerson *person, const CoexTemplate *template_,
                          const char *const *values)
{
    int file = coex_template_find_file(template_, -1, values);
    gboolean is_held = file >= 0 && strcmp(values[file], COEX_VALUE_HELD) == 0;
    CoexMediaKind kind = COEX_MEDIA_DOCUMENT;
    CoexOutboxItem *held = is_held && coex_template_shows_file(template_, -1, &kind)
                               ? find_held_file(outbox, person, kind)
                               : NULL;
    const char *path = held != NULL ? held->row->media->name : file >= 0 ? values[file] : NULL;
    g_auto(GStrv) kept = NULL;
    g_autofree char *preview = NULL;
    g_autofree char *wording = NULL;
    CoexOutboxItem *item;

    if (is_held && held == NULL) {
        tell_nothing_held(outbox, person);
        return;
    }
    kept = dup_kept_values(template_, values, path);
    preview = coex_template_preview(template_, (const char *const *)kept);
    item = coex_outbox_item_new(outbox, person->id, preview);
    item->row->template_name = g_strdup(template_->name);
    item->row->template_language = g_strdup(template_->language);
    wording = coex_template_dup_wording(template_, (const char *const *)kept);
    coex_outbox_item_put_values(item, (const char *const *)kept, wording);
    coex_outbox_item_set_cards(item, template_, values);
    coex_templates_note_used(outbox->account, template_);
    coex_template_shows_file(template_, -1, &kind);
    if (held != NULL)
        take_held(item, held, template_, (const char *const *)kept);
    else if (path != NULL || item->cards->len > 0)
        coex_outbox_item_take_headers(item, path, kind);
    else
        put_template(item, coex_account_batch(outbox->account), template_,
                     (const char *const *)kept);
}

/* ---- the user's verbs ---- */

static void
hold_item(CoexOutboxItem *item, gpointer data)
{
    CoexBatch *batch = data;

    coex_outbox_item_set_state(item, COEX_OUTBOX_HELD);
    coex_outbox_item_put(item, batch);
    if (item->row->shown)
        coex_outbox_item_put_record(item, batch, _("Not sent yet, and held until they write"));
    else
        coex_outbox_tell_held(item->outbox, coex_outbox_item_person(item), item->row->text);
}

void
coex_outbox_hold(CoexOutbox *outbox, CoexPerson *person)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);

    /* First: at the line about the text another choice may begin. */
    coex_account_tell_prompt_over(outbox->account, person);
    if (each_item(outbox, person->id, COEX_OUTBOX_PARKED, hold_item, batch) == 0) {
        g_autofree char *title = coex_account_dup_title(outbox->account, person);
        coex_account_tell_notice(
            outbox->account, person,
            /* Translators: /hold stays English, TEXT stands for what one types. */
            _("There is no text to hold. %chold TEXT keeps a text until %s writes."),
            verb_mark(outbox), title);
        return;
    }
    coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
}

void
coex_outbox_cancel(CoexOutbox *outbox, CoexPerson *person)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    Return back = { batch, NULL, NULL, FALSE };

    if (each_item(outbox, person->id, COEX_OUTBOX_PARKED, return_item, &back) > 0)
        coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    coex_account_tell_prompt_over(outbox->account, person);
}

static void
owe(CoexOutboxItem *item, gpointer data)
{
    coex_outbox_item_put_owed(item, data);
}

void
coex_outbox_tell_kept(CoexOutbox *outbox)
{
    for (guint i = 0; i < outbox->queues->len; i++) {
        const CoexOutboxQueue *queue = outbox->queues->pdata[i];
        g_autoptr(GString) texts = g_string_new(NULL);
        CoexPerson *person = queue->entry->person;
        g_autofree char *excerpt = NULL;
        CoexBatch *batch;

        if (each_item(outbox, person->id, COEX_OUTBOX_QUEUED, collect_text, texts) == 0)
            continue;
        batch = coex_account_batch(outbox->account);
        each_item(outbox, person->id, COEX_OUTBOX_QUEUED, owe, batch);
        coex_outbox_commit(outbox, batch, person);
        excerpt = coex_text_excerpt(texts->str, EXCERPT);
        if (outbox->unlinked)
            coex_account_tell_notice(outbox->account, person, UNLINKED, excerpt);
        else
            coex_account_tell_notice(outbox->account, person, KEPT, excerpt);
    }
}

/* ---- when the person writes ---- */

typedef struct {
    CoexBatch *batch;
    gint64 wrote_at; /* what was typed to be held after this has not been answered */
} Release;

/* A held text leaves, unless time or the phone has overtaken it: then the user is asked. */
static void
release_item(CoexOutboxItem *item, gpointer data)
{
    const Release *release = data;
    CoexBatch *batch = release->batch;
    const CoexPerson *person = coex_outbox_item_person(item);
    gint64 now = coex_account_now(item->outbox->account);

    if (item->row->created_at > release->wrote_at)
        return;
    if (person->last_echo_at > item->row->created_at) {
        coex_outbox_item_put_failed(
            item, batch, _("It was held, but meanwhile somebody answered from the phone."), 0);
        return;
    }
    if (now - item->row->created_at > HOLD_MAX_S) {
        coex_outbox_item_put_failed(item, batch, _("It was held for more than 7 days."), 0);
        return;
    }
    item->row->typed = FALSE;
    item->row->released = TRUE;
    item->row->owed = item->row->shown;
    coex_outbox_item_set_state(item, COEX_OUTBOX_QUEUED);
    coex_outbox_item_put_shown(item, batch);
}

void
coex_outbox_item_hold_again(CoexOutboxItem *item, const char *why)
{
    CoexBatch *batch = coex_account_batch(item->outbox->account);
    g_autofree char *line = g_strjoin(
        " ", why, item->row->released ? _("It is held again") : _("It is held until they write"),
        NULL);

    coex_outbox_queue_forget_slow(coex_outbox_get_queue(item->outbox, item->row->person_id));
    item->row->owed = FALSE;
    coex_outbox_item_set_state(item, COEX_OUTBOX_HELD);
    coex_outbox_item_put(item, batch);
    coex_outbox_item_put_record(item, batch, line);
    coex_outbox_commit(item->outbox, batch, coex_outbox_item_person(item));
}

static void
open_window(CoexOutbox *outbox, CoexPerson *person, gint64 wrote_at)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    Release release = { batch, wrote_at };
    guint n_parked;

    each_item(outbox, person->id, COEX_OUTBOX_HELD, release_item, &release);
    n_parked = coex_outbox_keep_parked(outbox, person, batch, TRUE);
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
    for (guint i = 0; i < outbox->queues->len; i++) {
        const CoexOutboxQueue *queue = outbox->queues->pdata[i];
        CoexPerson *person = queue->entry->person;

        if (coex_account_window(outbox->account, person).open)
            open_window(outbox, person, person->last_inbound_at);
    }
}

/* ---- what waited long, and what the last session left ---- */

static gboolean
is_stale(const CoexOutboxItem *item)
{
    /* What was held goes, or is held again, as what still is. */
    return !item->row->released &&
           coex_account_now(item->outbox->account) - item->row->created_at > STALE_S;
}

static void
fail_stale(CoexOutboxItem *item, gpointer batch)
{
    if (is_stale(item))
        coex_outbox_item_put_failed(
            item, batch, _("It has waited for more than an hour and has not been sent."), 0);
}

void
coex_outbox_ask_stale(CoexOutbox *outbox)
{
    for (guint i = 0; i < outbox->queues->len; i++) {
        const CoexOutboxQueue *queue = outbox->queues->pdata[i];
        CoexPerson *person = queue->entry->person;
        g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);

        each_item(outbox, person->id, COEX_OUTBOX_QUEUED, fail_stale, batch);
        if (!coex_batch_is_empty(batch))
            coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    }
}

/* Found on its way; the wait begins once, not at every login anew. */
static void
take_up_sending(CoexOutboxItem *item, CoexBatch *batch)
{
    g_autofree char *line = coex_outbox_item_describe_cut_off(item);

    coex_outbox_item_put(item, batch);
    if (!coex_payload_is_mark(item->row->payload))
        coex_batch_add_line(batch, item->row->person_id, COEX_FEED_NOTICE, line, NULL,
                            coex_account_now(item->outbox->account));
}

static void
take_up(CoexOutboxItem *item, CoexBatch *batch)
{
    CoexAccount *account = item->outbox->account;

    switch (item->row->state) {
    case COEX_OUTBOX_UNCERTAIN:
        if (!item->committed)
            take_up_sending(item, batch);
        coex_outbox_item_await_status(item);
        break;
    case COEX_OUTBOX_QUEUED:
        fail_stale(item, batch);
        break;
    case COEX_OUTBOX_PARKED:
        coex_outbox_item_put_failed(item, batch,
                                    _("The 24-hour window was closed when it was typed."),
                                    coex_account_window(account, coex_outbox_item_person(item)).open
                                        ? 0
                                        : COEX_GRAPH_WINDOW_CLOSED);
        break;
    case COEX_OUTBOX_FAILED:
        /* Its line has been shown, and it must not be sent again. */
        if (item->row->not_before == COEX_WAIT_FOR_EVER)
            coex_outbox_item_discard(item);
        break;
    case COEX_OUTBOX_SENDING:
    case COEX_OUTBOX_HELD:
    case COEX_OUTBOX_UNCONFIRMED:
    case COEX_OUTBOX_TAKING:
        break;
    }
}

static void
take_up_queue(CoexOutbox *outbox, CoexOutboxQueue *queue)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    CoexPerson *person = queue->entry->person;
    gboolean open = coex_account_window(outbox->account, person).open;

    /* One alone can be told whole, and be a failure like others. */
    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED) > 1)
        coex_outbox_keep_parked(outbox, person, batch, open);
    for (GList *link = queue->items.head, *next; link != NULL; link = next) {
        next = link->next;
        take_up(link->data, batch);
    }
    if (!coex_batch_is_empty(batch))
        coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    if (open)
        open_window(outbox, person, person->last_inbound_at);
}

void
coex_outbox_start(CoexOutbox *outbox)
{
    outbox->unlinked = coex_outbox_get_unlinked_at(outbox->account) > 0;
    coex_outbox_unite(outbox);
    coex_outbox_clear_files(outbox);
    coex_outbox_forget_paces(outbox);
    for (guint i = 0; i < outbox->queues->len; i++)
        take_up_queue(outbox, outbox->queues->pdata[i]);
    coex_outbox_pump(outbox);
}
