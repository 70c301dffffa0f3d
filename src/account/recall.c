// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/recall.h"

#include "account/account.h"
#include "account/events.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

/* Only lines about what has not left have a detail. */
static gboolean
has_waiting(const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        if (((const CoexFeedItem *)g_ptr_array_index(lines, i))->detail != NULL)
            return TRUE;
    return FALSE;
}

static void
tell(CoexAccount *account, CoexPerson *person, GPtrArray *lines, gboolean asked)
{
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    event = coex_account_event_new(account, COEX_SESSION_PAST);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->lines = g_ptr_array_ref(lines);
    event->asked = asked;
    coex_account_tell(account, event);
    if (has_waiting(lines))
        account->above->told_waiting(account, person);
}

void
coex_recall_prepare(CoexAccount *account, CoexBatch *batch, const CoexPerson *person, gint64 time)
{
    if (account->recall > 0 && !coex_people_get_entry(account->people, person->id)->recalled)
        coex_batch_read_past(batch, person->id, time + 1, account->recall); /* not there yet */
}

/* Of whom there are lines to show; borrowed ids. */
static GHashTable *
find_told(const CoexAccount *account, const CoexBatch *batch)
{
    GHashTable *people = g_hash_table_new(g_int64_hash, g_int64_equal);
    GPtrArray *feed = coex_batch_get_feed(batch);

    for (guint i = 0; i < feed->len; i++) {
        CoexFeedItem *item = g_ptr_array_index(feed, i);

        if (item->account_id == account->id)
            g_hash_table_add(people, &item->person_id);
    }
    return people;
}

void
coex_recall_tell(CoexAccount *account, const CoexBatch *batch)
{
    GPtrArray *pasts = coex_batch_get_pasts(batch);
    g_autoptr(GHashTable) told = find_told(account, batch);

    for (guint i = 0; i < pasts->len; i++) {
        const CoexPast *past = g_ptr_array_index(pasts, i);
        CoexPersonEntry *entry = past->account_id == account->id
                                     ? coex_people_get_entry(account->people, past->person_id)
                                     : NULL;

        if (entry == NULL || !g_hash_table_contains(told, &past->person_id) || entry->recalled)
            continue;
        entry->recalled = TRUE;
        tell(account, entry->person, past->lines, FALSE);
    }
}

/* ---- before other lines ---- */

#define AHEAD_MAX 100 /* people of one feed, of whom what is earlier does not come later */

/* What goes on once all of it has been told. */
typedef struct {
    CoexAccount *account;
    void (*go_on)(CoexAccount *account);
} Following;

static void
following_clear(gpointer data)
{
    Following *following = data;

    following->go_on(following->account);
    coex_account_unref(following->account);
}

typedef struct {
    Following *following;
    gint64 person_id;
} Ahead;

static void
on_ahead(GPtrArray *read, const GError *error, gpointer user_data)
{
    g_autofree Ahead *ahead = user_data;
    CoexAccount *account = ahead->following->account;
    g_autoptr(GPtrArray) lines = read;
    CoexPerson *person = account->state != COEX_ACCOUNT_ENDED
                             ? coex_people_by_id(account->people, ahead->person_id)
                             : NULL;

    /* Without them the lines come all the same. */
    if (person != NULL && lines != NULL)
        tell(account, person, lines, FALSE);
    g_rc_box_release_full(ahead->following, following_clear);
}

/* A message that is shown is none of those before it; what a line tells of is. */
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
        return line->time + 1;
    }
}

/* What is before all lines of that person; the first of whom is number @first. */
static CoexPastQuery
make_query(const CoexAccount *account, const GPtrArray *feed, guint first)
{
    const CoexFeedItem *line = g_ptr_array_index(feed, first);
    CoexPastQuery query = { account->id, line->person_id, G_MAXINT64, account->recall };

    for (guint i = first; i < feed->len; i++) {
        const CoexFeedItem *other = g_ptr_array_index(feed, i);

        if (other->account_id == account->id && other->person_id == line->person_id)
            query.before = MIN(query.before, get_end(other));
    }
    return query;
}

/* Whether nothing was told of the person yet; not again. */
static gboolean
is_first(CoexAccount *account, const CoexFeedItem *line)
{
    CoexPersonEntry *entry = line->account_id == account->id
                                 ? coex_people_get_entry(account->people, line->person_id)
                                 : NULL;

    if (entry == NULL || entry->recalled)
        return FALSE;
    entry->recalled = TRUE;
    return TRUE;
}

gboolean
coex_recall_before(CoexAccount *account, GPtrArray *feed, void (*go_on)(CoexAccount *account))
{
    Following *following = NULL;
    guint n = 0;

    if (account->recall == 0 || account->state == COEX_ACCOUNT_ENDED)
        return FALSE;
    for (guint i = 0; i < feed->len && n < AHEAD_MAX; i++) {
        CoexPastQuery query;
        Ahead *ahead;

        if (!is_first(account, g_ptr_array_index(feed, i)))
            continue;
        if (n++ == 0) {
            following = g_rc_box_new(Following);
            *following = (Following){ coex_account_ref(account), go_on };
        } else {
            g_rc_box_acquire(following);
        }
        query = make_query(account, feed, i);
        ahead = g_new(Ahead, 1);
        *ahead = (Ahead){ following, query.person_id };
        coex_store_read_past(account->store, &query, on_ahead, ahead);
    }
    return n > 0;
}

/* ---- on demand ---- */

typedef struct {
    CoexAccount *account;
    gint64 person_id;
    gboolean on_demand;
} Question;

static void
on_past(GPtrArray *read, const GError *error, gpointer user_data)
{
    g_autofree Question *question = user_data;
    g_autoptr(CoexAccount) account = question->account;
    g_autoptr(GPtrArray) lines = read;
    CoexPerson *person;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    person = coex_people_by_id(account->people, question->person_id);
    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else if (lines->len > 0)
        tell(account, person, lines, TRUE);
    else if (question->on_demand)
        coex_account_tell_notice(account, person, "Nothing is stored of this conversation yet.");
}

void
coex_recall_ask(CoexAccount *account, const CoexPerson *person, guint limit, gint64 before,
                gboolean on_demand)
{
    const CoexPastQuery query = { account->id, person->id, before, limit };
    Question *question = g_new(Question, 1);

    if (!on_demand)
        coex_people_get_entry(account->people, person->id)->recalled = TRUE;
    *question = (Question){ coex_account_ref(account), person->id, on_demand };
    coex_store_read_past(account->store, &query, on_past, question);
}

void
coex_recall_forget(CoexAccount *account, const CoexPerson *person)
{
    coex_people_get_entry(account->people, person->id)->recalled = FALSE;
}
