// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/lines.h"

#include "account/account.h"
#include "account/events.h"
#include "account/people.h"
#include "account/views.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

#define AHEAD_MAX 100 /* people of one feed, of whom what is earlier does not come later */

/* What is told at once: lines or an event. */
typedef struct {
    GPtrArray *feed; /* CoexFeedItem, or NULL */
    CoexSessionEvent *event;
    GPtrArray *pasts; /* events to be told before */
    guint n_awaited;  /* of those */
} Telling;

static Telling *
telling_new(GPtrArray *feed, CoexSessionEvent *event)
{
    Telling *telling = g_rc_box_new0(Telling);

    telling->feed = feed != NULL ? g_ptr_array_ref(feed) : NULL;
    telling->event = event;
    telling->pasts = g_ptr_array_new_with_free_func((GDestroyNotify)coex_session_event_free);
    return telling;
}

static void
telling_clear(gpointer data)
{
    Telling *telling = data;

    g_clear_pointer(&telling->feed, g_ptr_array_unref);
    g_clear_pointer(&telling->event, coex_session_event_free);
    g_ptr_array_unref(telling->pasts);
}

static void
telling_unref(gpointer telling)
{
    g_rc_box_release_full(telling, telling_clear);
}

/* ---- telling ---- */

static void
tell_feed(CoexAccount *account, const GPtrArray *feed)
{
    for (guint i = 0; i < feed->len; i++) {
        const CoexFeedItem *item = g_ptr_array_index(feed, i);
        const CoexPerson *person;
        CoexSessionEvent *event;

        if (account->state == COEX_ACCOUNT_ENDED || item->account_id != account->id)
            continue;
        person = coex_people_by_id(account->people, item->person_id);
        if (person == NULL || person->forgotten)
            continue;
        event = coex_account_event_new(account, COEX_SESSION_FEED);
        event->person = coex_person_view_ref(coex_views_get(account, person));
        event->item = coex_feed_item_ref(item);
        coex_account_tell(account, event);
    }
}

static void
tell(CoexAccount *account, Telling *telling)
{
    while (telling->pasts->len > 0)
        coex_account_tell(account, g_ptr_array_steal_index(telling->pasts, 0));
    if (telling->feed != NULL)
        tell_feed(account, telling->feed);
    if (telling->event != NULL)
        coex_account_tell(account, g_steal_pointer(&telling->event));
}

/* What is told meanwhile comes behind the one that is being told. */
static void
tell_first(CoexAccount *account)
{
    tell(account, g_queue_peek_head(&account->tellings));
    telling_unref(g_queue_pop_head(&account->tellings));
}

static void
tell_queue(CoexAccount *account)
{
    Telling *first;

    while ((first = g_queue_peek_head(&account->tellings)) != NULL && first->n_awaited == 0)
        tell_first(account);
}

/* ---- what is earlier ---- */

typedef struct {
    CoexAccount *account;
    Telling *telling;
    gint64 person_id;
} Ahead;

/* Only lines about what has not left have a detail. */
static gboolean
has_waiting(const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        if (((const CoexFeedItem *)g_ptr_array_index(lines, i))->detail != NULL)
            return TRUE;
    return FALSE;
}

CoexSessionEvent *
coex_account_past_new(CoexAccount *account, CoexPerson *person, GPtrArray *lines)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_PAST);

    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->lines = g_ptr_array_ref(lines);
    if (has_waiting(lines))
        account->above->told_waiting(account, person);
    return event;
}

static void
on_ahead(GPtrArray *read, const GError *error, gpointer user_data)
{
    g_autofree Ahead *ahead = user_data;
    g_autoptr(CoexAccount) account = ahead->account;
    g_autoptr(GPtrArray) lines = read;
    CoexPerson *person = account->state != COEX_ACCOUNT_ENDED
                             ? coex_people_by_id(account->people, ahead->person_id)
                             : NULL;

    /* Without them the rest comes all the same. */
    if (person != NULL && lines != NULL)
        g_ptr_array_add(ahead->telling->pasts, coex_account_past_new(account, person, lines));
    ahead->telling->n_awaited--;
    telling_unref(ahead->telling);
    tell_queue(account);
}

/* A message that is shown is none of those before it; what a line tells of is, whatever time our
 * clock gave that line. */
static gint64
get_end(const CoexFeedItem *line)
{
    switch (line->kind) {
    case COEX_FEED_INBOUND:
    case COEX_FEED_ECHO:
    case COEX_FEED_TYPED:
    case COEX_FEED_SENT:
        return line->time;
    default:
        return G_MAXINT64;
    }
}

/* Before all lines of that person; the first of whom is number @first. */
static gint64
find_end(const CoexAccount *account, const GPtrArray *feed, guint first)
{
    const CoexFeedItem *line = g_ptr_array_index(feed, first);
    gint64 end = G_MAXINT64;

    for (guint i = first; i < feed->len; i++) {
        const CoexFeedItem *other = g_ptr_array_index(feed, i);

        if (other->account_id == account->id && other->person_id == line->person_id)
            end = MIN(end, get_end(other));
    }
    return end;
}

/* Whether nothing was told of the person yet; not again. */
static gboolean
is_first(CoexAccount *account, gint64 person_id)
{
    CoexPersonEntry *entry = coex_people_get_entry(account->people, person_id);

    if (account->recall == 0 || entry == NULL || entry->recalled)
        return FALSE;
    entry->recalled = TRUE;
    return TRUE;
}

/* Read now, since later it may have what is told later. */
static void
read_ahead(CoexAccount *account, Telling *telling, gint64 person_id, gint64 before)
{
    const CoexPastQuery query = { account->id, person_id, before, account->recall, TRUE };
    Ahead *ahead = g_new(Ahead, 1);

    *ahead = (Ahead){ coex_account_ref(account), g_rc_box_acquire(telling), person_id };
    telling->n_awaited++;
    coex_store_read_past(account->store, &query, on_ahead, ahead);
}

static void
read_ahead_of_feed(CoexAccount *account, Telling *telling)
{
    const GPtrArray *feed = telling->feed;

    for (guint i = 0; i < feed->len && telling->n_awaited < AHEAD_MAX; i++) {
        const CoexFeedItem *line = g_ptr_array_index(feed, i);

        if (line->account_id == account->id && is_first(account, line->person_id))
            read_ahead(account, telling, line->person_id, find_end(account, feed, i));
    }
}

/* Whether a conversation may open with it. */
static gboolean
may_open(const CoexSessionEvent *event)
{
    switch (event->kind) {
    case COEX_SESSION_NOTICE:
    case COEX_SESSION_TICK:
    case COEX_SESSION_PROMPT:
    case COEX_SESSION_FOUND:
    case COEX_SESSION_ASK_BROADCAST:
    case COEX_SESSION_BROADCAST:
        return TRUE;
    default:
        return FALSE;
    }
}

/* ---- in turn ---- */

static void
push(CoexAccount *account, Telling *telling)
{
    g_queue_push_tail(&account->tellings, telling);
    if (account->tellings.length == 1)
        tell_queue(account);
}

/* What was shown last is how far all was shown: none passes another. */
void
coex_account_tell_feed(CoexAccount *account, GPtrArray *feed)
{
    Telling *telling;

    if (feed == NULL || feed->len == 0 || account->state == COEX_ACCOUNT_ENDED)
        return;
    telling = telling_new(feed, NULL);
    read_ahead_of_feed(account, telling);
    push(account, telling);
}

void
coex_account_tell_in_turn(CoexAccount *account, CoexSessionEvent *event)
{
    Telling *telling;

    if (event->person == NULL || account->state == COEX_ACCOUNT_ENDED) {
        coex_account_tell(account, event);
        return;
    }
    telling = telling_new(NULL, event);
    if (may_open(event) && is_first(account, event->person->id))
        read_ahead(account, telling, event->person->id, G_MAXINT64);
    push(account, telling);
}

void
coex_account_tell_rest(CoexAccount *account)
{
    while (account->tellings.length > 0)
        tell_first(account);
}

void
coex_account_take_lines(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else
        coex_account_tell_feed(account, coex_batch_get_feed(batch));
}

void
coex_account_clear_lines(CoexAccount *account)
{
    g_queue_clear_full(&account->tellings, telling_unref);
}
