// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/views.h"

#include "account/account.h"
#include "account/events.h"
#include "account/nicks.h"
#include "account/people.h"
#include "account/person.h"
#include "account/titles.h"
#include "core/country.h"
#include "core/nick.h"
#include "core/person-view.h"
#include "core/text.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"

#define EXCERPT 40
#define TOLD_AT_ONCE 128 /* so many fit between two turns of the chat program's main loop */
/* Another time (a test's clock may jump, the system's does not) is noticed within this. */
#define TIMER_MAX_S 60

struct CoexViews {
    CoexTitles *titles;  /* who is called how */
    gint64 listed_since; /* who was active since then stands in the buddy list */
    const CoexViewsAbove *above;
    GPtrArray *told; /* views on their way, while many are told; NULL */
    GSource *timer;  /* the nearest change of a window */
    gint64 timer_at;
};

CoexViews *
coex_views_new(CoexTitles *titles, gint64 listed_since, const CoexViewsAbove *above)
{
    CoexViews *views = g_new0(CoexViews, 1);

    views->titles = titles;
    views->listed_since = listed_since;
    views->above = above;
    return views;
}

void
coex_views_stop(CoexViews *views)
{
    coex_timer_clear(&views->timer);
}

void
coex_views_free(CoexViews *views)
{
    coex_views_stop(views);
    coex_titles_free(views->titles);
    g_free(views);
}

/* ---- views ---- */

static CoexPersonEntry *
entry_of(const CoexAccount *account, const CoexPerson *person)
{
    return coex_people_get_entry(account->people, person->id);
}

/* As the user calls who has no name, if not by the number: a nick with letters in it. */
static char *
dup_unnamed(const CoexAccount *account, const CoexPerson *person)
{
    g_autofree char *letters = account->nick_style != COEX_NICKS_NONE && person->nick != NULL
                                   ? coex_nick_letters(account->nick_style, person->nick)
                                   : g_strdup("");

    return *letters != '\0' ? g_strdup(person->nick) : coex_peer_dup_display(&person->peer);
}

char *
coex_account_dup_title(const CoexAccount *account, const CoexPerson *person)
{
    const char *title = coex_titles_get(account->views->titles, person->id);
    const char *name = coex_person_get_name(person);

    if (name == NULL)
        return dup_unnamed(account, person);
    return g_strdup(title != NULL ? title : name);
}

char *
coex_account_dup_called(const CoexAccount *account, const CoexPerson *person)
{
    return account->nick_style != COEX_NICKS_NONE && person->nick != NULL
               ? g_strdup(person->nick)
               : coex_account_dup_title(account, person);
}

gint64
coex_account_waits_since(const CoexAccount *account, const CoexPerson *person)
{
    if (account->views->above->is_blocked(account, person))
        return 0;
    return coex_person_waits_since(person, coex_account_now(account));
}

static gboolean
person_is_listed(const CoexAccount *account, const CoexPerson *person)
{
    if (person->pinned)
        return TRUE;
    if (person->hidden)
        return FALSE;
    if (person->active_at >= account->views->listed_since)
        return TRUE;
    /* Who was nothing but an entry of the phone's book goes with it. */
    return account->list_everybody &&
           (person->active_at > 0 || person->book_at == 0 || person->book_name != NULL);
}

static const CoexPerson *
get_now(const CoexAccount *account, const CoexPerson *person)
{
    return coex_people_now(account->people, (CoexPerson *)person);
}

/* Where nicks tell people apart, the name is the person's own. */
static const char *
get_alias(const CoexAccount *account, const CoexPerson *person)
{
    const char *title = account->nick_style == COEX_NICKS_NONE
                            ? coex_titles_get(account->views->titles, person->id)
                            : NULL;

    if (title == NULL)
        title = coex_person_get_name(person);
    return title != NULL ? title : person->peer.username;
}

/* How the newest message of ours stands, since when, and its first words; NULL: there is none. */
static char *
dup_last_state(const CoexPersonEntry *entry)
{
    const char *clock = entry->last_clock;
    const char *excerpt = entry->last_text;

    if (clock == NULL)
        return NULL;
    switch (entry->last_state) {
    case COEX_STATE_PENDING:
        /* Translators: of a message; a time, and its first words, as in the next ones */
        return coex_say(_("accepted %s: %s"), clock, excerpt);
    case COEX_STATE_SENT:
        return coex_say(_("sent %s: %s"), clock, excerpt);
    case COEX_STATE_DELIVERED:
        return coex_say(_("delivered %s: %s"), clock, excerpt);
    case COEX_STATE_READ:
        return coex_say(_("read %s: %s"), clock, excerpt);
    case COEX_STATE_PLAYED:
        return coex_say(_("played %s: %s"), clock, excerpt);
    case COEX_STATE_FAILED:
        return coex_say(_("failed %s: %s"), clock, excerpt);
    case COEX_STATE_UNCONFIRMED:
        return coex_say(_("not confirmed %s: %s"), clock, excerpt);
    case COEX_STATE_UNKNOWN:
        break;
    }
    return coex_say(_("unknown %s: %s"), clock, excerpt);
}

/* What of the person's own still waits; not of who turned out to be somebody else. */
static void
count_waiting(CoexAccount *account, const CoexPerson *person, CoexPersonView *view)
{
    const CoexPersonEntry *entry = entry_of(account, person);

    view->n_parked = entry->n_parked;
    view->n_held = entry->n_held;
    for (guint kind = 0; kind <= COEX_MEDIA_CARD; kind++)
        view->held_kinds |= entry->n_held_files[kind] > 0 ? 1u << kind : 0;
    view->n_resend = account->views->above->count_resend(account, person);
}

static CoexPersonView *
view_new(CoexAccount *account, const CoexPerson *person)
{
    const CoexPerson *now = get_now(account, person);
    g_autofree char *display = coex_peer_dup_display(&now->peer);
    g_autofree char *last_state = dup_last_state(entry_of(account, now));
    g_autofree char *same_as = now != person ? coex_account_dup_title(account, now) : NULL;
    CoexPersonView view = {
        .id = person->id,
        .name = person->name,
        .alias = get_alias(account, now),
        .given = coex_person_get_name(now),
        .display = display,
        .nick = person->nick,
        .same_as = same_as,
        .last_state = last_state,
        .country = coex_country_of_peer(&now->peer),
        .window = coex_account_window(account, now),
        .told_at = coex_account_now(account),
        .waiting_since = coex_account_waits_since(account, person),
        .unread_since = account->tells_seen ? person->unread_since : 0,
        .no_marketing = now->no_marketing,
        .blocked = account->views->above->is_blocked(account, now),
        .listed = person_is_listed(account, person),
    };

    if (now == person)
        count_waiting(account, person, &view);
    return coex_person_view_new(&view);
}

static void watch_window(CoexAccount *account, const CoexPersonView *view);

/* Kept before it is told, so that it stays the person's. */
static void
name_listed(CoexAccount *account, gint64 person_id)
{
    CoexPerson *person = coex_people_by_id(account->people, person_id);

    if (person != NULL && person_is_listed(account, person) &&
        coex_account_give_nick(account, person))
        coex_account_store_person(account, person);
}

static void tell_view(CoexAccount *account, const CoexPerson *person);

/* The others of a name have been told by another title. */
static void
name(CoexAccount *account, const CoexPerson *person)
{
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(gint64));

    coex_titles_update(account->views->titles, person, changed);
    for (guint i = 0; i < changed->len; i++) {
        const CoexPersonEntry *other =
            coex_people_get_entry(account->people, g_array_index(changed, gint64, i));

        if (other != NULL && other->told != NULL)
            tell_view(account, other->person);
    }
}

static void
tell_with_others(CoexAccount *account, const CoexPerson *person)
{
    const GPtrArray *others = entry_of(account, person)->others;

    tell_view(account, person);
    for (guint i = 0; others != NULL && i < others->len; i++)
        tell_view(account, others->pdata[i]);
}

void
coex_views_tell(CoexAccount *account, const CoexPerson *person)
{
    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    name(account, person);
    if (person->forgotten)
        return;
    tell_with_others(account, person);
}

/* Those who wait to be told, in one event. */
static void
tell_people(CoexAccount *account)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_PEOPLE);

    event->people = g_steal_pointer(&account->views->told);
    coex_account_tell(account, event);
}

static void
tell_many(CoexAccount *account, const GPtrArray *people)
{
    CoexViews *views = account->views;

    for (guint i = 0; i < people->len; i++) {
        if (views->told == NULL)
            views->told =
                g_ptr_array_new_full(TOLD_AT_ONCE, (GDestroyNotify)coex_person_view_unref);
        tell_with_others(account, g_ptr_array_index(people, i));
        if (views->told->len >= TOLD_AT_ONCE || i + 1 == people->len)
            tell_people(account);
    }
}

void
coex_views_tell_all(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    g_autoptr(GPtrArray) listed = g_ptr_array_new();
    g_autoptr(GPtrArray) others = g_ptr_array_sized_new(people->len);

    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);

        g_ptr_array_add(person_is_listed(account, person) ? listed : others, person);
    }
    coex_people_sort_by_activity(listed);
    tell_many(account, listed);
    tell_many(account, others);
}

static void
tell_person(CoexAccount *account, const CoexPersonView *view)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_PERSON);

    event->person = coex_person_view_ref(view);
    coex_account_tell(account, event);
}

static void
tell_view(CoexAccount *account, const CoexPerson *person)
{
    CoexPersonEntry *entry = entry_of(account, person);
    g_autoptr(CoexPersonView) view = NULL;

    name_listed(account, person->id);
    view = view_new(account, person);
    if (entry->told != NULL && coex_person_view_equal(entry->told, view))
        return;
    if (account->views->told != NULL)
        g_ptr_array_add(account->views->told, coex_person_view_ref(view));
    else
        tell_person(account, view);
    watch_window(account, view);
    g_clear_pointer(&entry->told, coex_person_view_unref);
    entry->told = g_steal_pointer(&view);
}

const CoexPersonView *
coex_views_get(CoexAccount *account, const CoexPerson *person)
{
    const CoexPersonEntry *entry = entry_of(account, person);

    if (entry->told == NULL)
        coex_views_tell(account, person);
    return entry->told;
}

static void
note_text(CoexPersonEntry *entry, const char *text)
{
    g_free(entry->last_text);
    entry->last_text = coex_text_excerpt(text != NULL ? text : "", EXCERPT);
}

static void
note(CoexAccount *account, CoexPersonEntry *entry, gint64 message_id, CoexState state, gint64 at,
     const char *text)
{
    g_free(entry->last_clock);
    entry->last_clock = coex_window_describe_time(at, coex_account_now(account));
    entry->last_state = state;
    entry->last_message = message_id;
    note_text(entry, text);
}

gboolean
coex_views_note_state(CoexAccount *account, const CoexPerson *person, const CoexResult *result)
{
    CoexPersonEntry *entry = entry_of(account, person);
    gint64 now = coex_account_now(account);

    /* a mark on another message is none */
    if (result->message_id == 0)
        return FALSE;
    if (entry->last_clock != NULL && result->message_id < entry->last_message)
        return FALSE;
    note(account, entry, result->message_id, result->state,
         result->state_at > 0 ? MIN(result->state_at, now) : now, result->text);
    return result->is_from_here;
}

void
coex_views_note_edit(CoexAccount *account, const CoexPerson *person, gint64 message_id,
                     const char *text)
{
    CoexPersonEntry *entry = entry_of(account, person);

    if (entry->last_clock != NULL && entry->last_message == message_id)
        note_text(entry, text);
}

void
coex_views_note_earlier(CoexAccount *account, const CoexSend *send)
{
    CoexPerson *person = coex_people_by_id(account->people, send->person_id);

    if (person != NULL)
        note(account, entry_of(account, coex_people_now(account->people, person)), send->id,
             send->state, send->state_at > 0 ? send->state_at : send->time, send->text);
}

void
coex_views_note_refused(CoexAccount *account, const CoexPerson *person, const char *text)
{
    CoexPersonEntry *entry = entry_of(account, person);

    note(account, entry, entry->last_clock != NULL ? entry->last_message + 1 : 0, COEX_STATE_FAILED,
         coex_account_now(account), text);
}

/* ---- presence: one timer for the nearest change ---- */

static void on_change(gpointer data);

static void
wake_at(CoexAccount *account, gint64 when)
{
    gint64 delay_s = CLAMP(when - coex_account_now(account), 0, TIMER_MAX_S);

    if (account->views->timer != NULL && account->views->timer_at <= when)
        return;
    account->views->timer_at = when;
    coex_timer_start(&account->views->timer, delay_s * 1000, on_change, account);
}

static void
watch_window(CoexAccount *account, const CoexPersonView *view)
{
    gint64 next = coex_window_next_change(view->window, coex_account_now(account));

    if (next > 0)
        wake_at(account, next);
}

void
coex_views_recheck(CoexAccount *account)
{
    coex_timer_clear(&account->views->timer);
    wake_at(account, coex_account_now(account));
}

static void
on_change(gpointer data)
{
    CoexAccount *account = data;
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    gint64 now = coex_account_now(account);

    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);
        const CoexPersonView *view = entry_of(account, person)->told;
        /* Not the one that was told: with the clock corrected it may be open again. */
        CoexWindow window = coex_account_window(account, get_now(account, person));

        if (view == NULL)
            continue;
        if (window.open != view->window.open || window.expires_at != view->window.expires_at ||
            coex_person_view_get_stage(view) != coex_window_get_stage(window, now))
            g_ptr_array_add(changed, person);
        else
            watch_window(account, view);
    }
    for (guint i = 0; i < changed->len; i++) {
        coex_views_tell(account, changed->pdata[i]);
        account->views->above->stage_changed(account, changed->pdata[i]);
    }
}
