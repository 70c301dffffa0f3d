// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "send/queue.h"
#include "store/batch.h"
#include <string.h>

/* What waits, for people: listed, and what is held changed, dropped or sent one by one, by the
 * number that it has from the first list that shows it on. */

#define EXCERPT 60

static gboolean
is_held(const CoexOutboxItem *item)
{
    return item->row->state == COEX_OUTBOX_HELD && !item->accepted;
}

/* No other has the same until the user has seen that nothing is held. */
static guint
get_number(CoexOutboxQueue *queue, CoexOutboxItem *item)
{
    if (item->number == 0)
        item->number = ++queue->last_number;
    return item->number;
}

/* @number: of what is held. NULL: it is not listed, or with what waits for a choice. */
static char *
dup_list_line(const CoexOutboxItem *item, const char *title, guint number)
{
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    char mark = item->outbox->account->verb_mark;

    if (item->accepted)
        return NULL;
    switch (item->row->state) {
    case COEX_OUTBOX_HELD:
        /* Translators: a person's name, a number to name it by, its first words. */
        return coex_say(_("Held for %s (%u): %s"), title, number, excerpt);
    case COEX_OUTBOX_QUEUED:
    case COEX_OUTBOX_SENDING:
        return coex_say(_("Waits to be sent to %s: %s"), title, excerpt);
    case COEX_OUTBOX_UNCERTAIN:
        return coex_say(
            _("It is not clear whether this was sent to %s, and its confirmation is awaited: %s"),
            title, excerpt);
    case COEX_OUTBOX_FAILED:
    case COEX_OUTBOX_UNCONFIRMED:
        return coex_say(_("Kept for %s; %cresend sends it: %s"), title, mark, excerpt);
    case COEX_OUTBOX_PARKED:
    case COEX_OUTBOX_TAKING:
        return NULL;
    }
    return NULL;
}

static guint
list_queue(CoexOutbox *outbox, CoexOutboxQueue *queue, gboolean name_person)
{
    CoexPerson *person = queue->entry->person;
    CoexPerson *where = name_person ? NULL : person;
    g_autofree char *title = coex_account_dup_title(outbox->account, person);
    guint n_held = 0;
    guint n = 0;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;
        guint number = is_held(item) ? get_number(queue, item) : 0;
        g_autofree char *line = dup_list_line(item, title, number);

        if (line != NULL)
            coex_account_tell_notice(outbox->account, where, "%s", line);
        n_held += number > 0;
        n += line != NULL;
    }
    if (n_held == 0)
        queue->last_number = 0;
    return n;
}

/* What was typed while the window is closed. */
static guint
list_parked(CoexOutbox *outbox, CoexPerson *person)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);
    char mark = outbox->account->verb_mark;
    guint n = 0;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;
        g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);

        if (item->row->state != COEX_OUTBOX_PARKED)
            continue;
        coex_account_tell_notice(outbox->account, person,
                                 _("Waits for your choice (%ctemplate, %chold or %ccancel): %s"),
                                 mark, mark, mark, excerpt);
        n++;
    }
    return n;
}

void
coex_outbox_list_held(CoexOutbox *outbox, CoexPerson *person)
{
    guint n = 0;

    if (person != NULL) {
        n = list_queue(outbox, coex_outbox_get_queue(outbox, person->id), FALSE);
    } else {
        for (guint i = 0; i < outbox->queues->len; i++)
            n += list_queue(outbox, outbox->queues->pdata[i], TRUE);
    }
    if (person != NULL)
        n += list_parked(outbox, person);
    if (n == 0)
        coex_account_tell_notice(outbox->account, person, _("Nothing is held."));
}

static gboolean
is_leaving(const CoexOutboxItem *item)
{
    return item->row->state == COEX_OUTBOX_QUEUED || item->row->state == COEX_OUTBOX_SENDING ||
           item->row->state == COEX_OUTBOX_UNCERTAIN;
}

void
coex_outbox_note_told(CoexOutbox *outbox, CoexPerson *person)
{
    const CoexOutboxQueue *queue =
        coex_people_get_entry(outbox->account->people, person->id)->queue;
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);

    for (GList *link = queue != NULL ? queue->items.head : NULL; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (item->row->shown && !item->row->owed && !item->accepted && is_leaving(item))
            coex_outbox_item_put_owed(item, batch);
    }
    if (!coex_batch_is_empty(batch))
        coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
}

/* ---- one of them ---- */

static CoexOutboxItem *
find_number(const CoexOutboxQueue *queue, guint64 number)
{
    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (is_held(item) && item->number == number)
            return item;
    }
    return NULL;
}

/* NULL: it can stand in its place. */
static const char *
find_fault(const CoexOutboxItem *item, const char *text)
{
    if (!coex_outbox_row_is_text(item->row))
        return _("Only a text can be changed. Drop it, and send another.");
    if (coex_text_is_blank(text))
        return _("There is no text to put in its place.");
    if (g_utf8_strlen(text, -1) > COEX_TEXT_MAX)
        return _("A text has at most 4096 characters.");
    return NULL;
}

static void
edit(CoexOutboxItem *item, const char *text)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    const char *fault = find_fault(item, text);
    CoexBatch *batch;

    if (fault != NULL) {
        coex_account_tell_notice(outbox->account, person, _("Not changed: %s"), fault);
        return;
    }
    batch = coex_account_batch(outbox->account);
    /* of what the log has as it was */
    if (item->row->shown)
        coex_outbox_item_put_record(item, batch, _("Not sent, and changed"));
    g_free(item->row->text);
    item->row->text = g_strdup(text);
    item->row->shown = FALSE;
    /* no copy of what may have arrived any more */
    g_clear_pointer(&item->row->origin, g_free);
    coex_outbox_item_put(item, batch);
    coex_outbox_commit(outbox, batch, person);
    coex_outbox_tell_held(outbox, person, text);
}

static void
drop(CoexOutboxItem *item, const char *rest)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    CoexBatch *batch = coex_account_batch(outbox->account);
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);

    if (item->row->shown)
        coex_outbox_item_put_record(item, batch, _("Not sent, and discarded"));
    else
        coex_account_tell_notice(outbox->account, person, _("Discarded: %s"), excerpt);
    coex_outbox_item_discard(item);
    coex_outbox_commit(outbox, batch, person);
}

static void
send(CoexOutboxItem *item, const char *rest)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    g_autofree char *title = coex_account_dup_title(outbox->account, person);
    CoexBatch *batch;

    if (!coex_account_window(outbox->account, person).open) {
        coex_account_tell_notice(outbox->account, person,
                                 _("Not sent yet: the 24-hour window is closed. It leaves when %s "
                                   "writes; %ctemplate sends something at once."),
                                 title, outbox->account->verb_mark);
        return;
    }
    batch = coex_account_batch(outbox->account);
    item->row->typed = FALSE;
    item->row->released = TRUE;
    item->row->owed = item->row->shown;
    coex_outbox_item_set_state(item, COEX_OUTBOX_QUEUED);
    coex_outbox_item_put_shown(item, batch);
    coex_outbox_commit(outbox, batch, person);
}

static const struct {
    const char *verb;
    void (*run)(CoexOutboxItem *item, const char *rest);
} verbs[] = {
    { "edit", edit },
    { "drop", drop },
    { "send", send },
};

static void
list_instead(CoexOutbox *outbox, CoexPerson *person, guint64 number)
{
    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_HELD) > 0)
        coex_account_tell_notice(outbox->account, person,
                                 _("Nothing is held under the number %" PRIu64 ". What is:"),
                                 number);
    coex_outbox_list_held(outbox, person);
}

void
coex_outbox_change_held(CoexOutbox *outbox, CoexPerson *person, const char *words)
{
    char *at = NULL;
    guint64 number = g_ascii_isdigit(*words) ? g_ascii_strtoull(words, &at, 10) : 0;
    const char *verb = at != NULL ? at + strspn(at, " \t") : "";
    gsize n = strcspn(verb, " \t\n");
    const char *rest = verb + n + strspn(verb + n, " \t\n");
    CoexOutboxItem *item;

    if (coex_outbox_is_too_late(outbox, person, words))
        return;
    for (guint i = 0; number > 0 && i < G_N_ELEMENTS(verbs); i++) {
        if (n != strlen(verbs[i].verb) || g_ascii_strncasecmp(verb, verbs[i].verb, n) != 0)
            continue;
        item = find_number(coex_outbox_get_queue(outbox, person->id), number);
        if (item != NULL)
            verbs[i].run(item, rest);
        else
            list_instead(outbox, person, number);
        return;
    }
    coex_account_tell_notice(outbox->account, person,
                             /* Translators: edit, drop and send, which are typed, stay English. */
                             _("%cheld lists what is held. %cheld 2 edit TEXT changes number 2, "
                               "%cheld 2 drop drops it, %cheld 2 send sends it now."),
                             outbox->account->verb_mark, outbox->account->verb_mark,
                             outbox->account->verb_mark, outbox->account->verb_mark);
}

/* ---- whose file a template was to have ---- */

void
coex_outbox_item_put_held_back(CoexOutboxItem *item)
{
    g_autoptr(CoexOutboxRow) row = g_steal_pointer(&item->instead_of);
    CoexOutboxQueue *queue = coex_outbox_get_queue(item->outbox, row->person_id);
    CoexOutboxItem *held;

    g_clear_pointer(&item->row->file, g_free);
    coex_outbox_item_adopt(item->outbox, row);
    held = g_queue_pop_tail(&queue->items);
    g_queue_insert_sorted(&queue->items, held, coex_outbox_compare_positions, NULL);
    held->unsaved = TRUE;
}
