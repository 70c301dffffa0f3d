// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/ticker.h"

#include "account/account.h"
#include "account/events.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/views.h"
#include "core/person-view.h"
#include "core/receipts.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"

/* That a message was sent and that it was delivered is mostly told within a second. */
#define DELAY_MS 1500

struct CoexTicker {
    GHashTable *due; /* person ids */
    GSource *timer;
};

CoexTicker *
coex_ticker_new(void)
{
    CoexTicker *ticker = g_new0(CoexTicker, 1);

    ticker->due = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return ticker;
}

void
coex_ticker_stop(CoexTicker *ticker)
{
    coex_timer_clear(&ticker->timer);
}

void
coex_ticker_free(CoexTicker *ticker)
{
    coex_ticker_stop(ticker);
    g_hash_table_unref(ticker->due);
    g_free(ticker);
}

/* NULL: it has none. */
static char *
dup_line(CoexState state, gint64 at, gint64 now)
{
    g_autofree char *clock = coex_window_describe_time(at, now);

    switch ((guint)state) {
    case COEX_STATE_SENT:
        /* Translators: of a message; %s is the time of day, at times with the day before it */
        return coex_say(_("Sent %s."), clock);
    case COEX_STATE_DELIVERED:
        return coex_say(_("Delivered %s."), clock);
    case COEX_STATE_READ:
        return coex_say(_("Read %s."), clock);
    case COEX_STATE_PLAYED:
        /* Translators: of a voice message */
        return coex_say(_("Played %s."), clock);
    default:
        return NULL;
    }
}

/* Whether it is worth a line, and none of its turn told as much. */
static gboolean
is_news(const CoexAccount *account, const CoexPersonEntry *entry)
{
    CoexState state = entry->tick_state;

    if (state < COEX_STATE_SENT || state > COEX_STATE_PLAYED ||
        (entry->tick_told > 0 && state <= entry->tick_told))
        return FALSE;
    if (account->ticks == COEX_TICKS_READ)
        return state >= COEX_STATE_READ && entry->tick_told < COEX_STATE_READ;
    return account->ticks == COEX_TICKS_ALL;
}

static void
tell(CoexAccount *account, CoexPersonEntry *entry)
{
    CoexSessionEvent *event;

    if (!is_news(account, entry) || entry->person->forgotten)
        return;
    entry->tick_told = entry->tick_state;
    event = coex_account_event_new(account, COEX_SESSION_TICK);
    event->person = coex_person_view_ref(coex_views_get(account, entry->person));
    event->text = dup_line(entry->tick_state, entry->tick_at, coex_account_now(account));
    coex_account_tell_in_turn(account, event);
}

static void
on_due(gpointer data)
{
    CoexAccount *account = data;
    GHashTable *due = account->ticker->due;
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        CoexPersonEntry *entry = coex_people_get_entry(account->people, *(gint64 *)id);

        if (entry != NULL)
            tell(account, entry);
    }
    g_hash_table_remove_all(due);
}

void
coex_ticker_note(CoexAccount *account, const CoexPerson *person, const CoexResult *result)
{
    CoexPersonEntry *entry = coex_people_get_entry(account->people, person->id);
    CoexTicker *ticker = account->ticker;

    entry->tick_state = result->state;
    entry->tick_at = result->state_at > 0 ? result->state_at : coex_account_now(account);
    if (!is_news(account, entry))
        return;
    if (entry->tick_state >= COEX_STATE_READ) {
        tell(account, entry);
        return;
    }
    g_hash_table_add(ticker->due, g_memdup2(&person->id, sizeof person->id));
    if (ticker->timer == NULL)
        coex_timer_start(&ticker->timer, DELAY_MS, on_due, account);
}

void
coex_ticker_end_turn(CoexAccount *account, const CoexPerson *person)
{
    CoexPersonEntry *entry = coex_people_get_entry(account->people, person->id);

    entry->tick_state = COEX_STATE_PENDING;
    entry->tick_told = COEX_STATE_PENDING;
}
