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
/* Another time (a test's clock may jump, the system's does not) is noticed within this. */
#define TIMER_MAX_S 60

struct CoexViews {
    CoexTitles *titles;  /* who is called how */
    gint64 listed_since; /* who was active since then stands in the buddy list */
    const CoexViewsAbove *above;
    GSource *timer; /* the nearest change of a window */
    gint64 timer_at;
};

CoexViews *
coex_views_new(gint64 listed_since, const CoexViewsAbove *above)
{
    CoexViews *views = g_new0(CoexViews, 1);

    views->titles = coex_titles_new();
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

static void
set_label(CoexAccount *account, CoexPersonView *view, const CoexPerson *person,
          const CoexPerson *same)
{
    gint64 now = coex_account_now(account);
    g_autofree char *title = NULL;

    view->stage = coex_window_get_stage(view->window, now);
    view->label_end =
        view->stage == COEX_WINDOW_FREE ? view->window.free_until : view->window.expires_at;
    if (same == person) {
        view->label = coex_window_dup_label(view->window, now);
        return;
    }
    title = coex_account_dup_title(account, same);
    /* Translators: %s is a person's name */
    view->label = g_strdup_printf(_("Same person as %s"), title);
}

/* Where nicks tell people apart, the name is the person's own. */
static char *
dup_alias(const CoexAccount *account, const CoexPerson *person)
{
    const char *title = account->nick_style == COEX_NICKS_NONE
                            ? coex_titles_get(account->views->titles, person->id)
                            : NULL;

    if (title == NULL)
        title = coex_person_get_name(person);
    return g_strdup(title != NULL ? title : person->peer.username);
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
        return g_strdup_printf(_("accepted %s: %s"), clock, excerpt);
    case COEX_STATE_SENT:
        return g_strdup_printf(_("sent %s: %s"), clock, excerpt);
    case COEX_STATE_DELIVERED:
        return g_strdup_printf(_("delivered %s: %s"), clock, excerpt);
    case COEX_STATE_READ:
        return g_strdup_printf(_("read %s: %s"), clock, excerpt);
    case COEX_STATE_PLAYED:
        return g_strdup_printf(_("played %s: %s"), clock, excerpt);
    case COEX_STATE_FAILED:
        return g_strdup_printf(_("failed %s: %s"), clock, excerpt);
    case COEX_STATE_UNCONFIRMED:
        return g_strdup_printf(_("not confirmed %s: %s"), clock, excerpt);
    case COEX_STATE_UNKNOWN:
        break;
    }
    return g_strdup_printf(_("unknown %s: %s"), clock, excerpt);
}

static CoexPersonView *
view_new(CoexAccount *account, const CoexPerson *person)
{
    CoexPersonView *view = g_atomic_rc_box_new0(CoexPersonView);
    const CoexPersonEntry *entry = entry_of(account, person);
    const CoexPerson *now = get_now(account, person);

    view->id = person->id;
    view->name = g_strdup(person->name);
    view->alias = dup_alias(account, now);
    view->given = g_strdup(coex_person_get_name(now));
    view->display = coex_peer_dup_display(&now->peer);
    view->nick = g_strdup(person->nick);
    view->window = coex_account_window(account, now);
    set_label(account, view, person, now);
    view->last_state = dup_last_state(entry_of(account, now));
    view->waiting_since = coex_account_waits_since(account, person);
    view->unread_since = account->tells_seen ? person->unread_since : 0;
    view->no_marketing = now->no_marketing;
    view->blocked = account->views->above->is_blocked(account, now);
    view->country = coex_country_of_peer(&now->peer);
    view->listed = person_is_listed(account, person);
    if (now != person)
        return view;
    view->n_parked = entry->n_parked;
    view->n_held = entry->n_held;
    for (guint kind = 0; kind <= COEX_MEDIA_CARD; kind++)
        view->held_kinds |= entry->n_held_files[kind] > 0 ? 1u << kind : 0;
    view->n_resend = account->views->above->count_resend(account, person);
    return view;
}

static gboolean
view_equal(const CoexPersonView *a, const CoexPersonView *b)
{
    return g_strcmp0(a->alias, b->alias) == 0 && g_strcmp0(a->given, b->given) == 0 &&
           g_str_equal(a->display, b->display) && g_strcmp0(a->nick, b->nick) == 0 &&
           a->window.open == b->window.open && a->window.expires_at == b->window.expires_at &&
           a->window.free_until == b->window.free_until && a->stage == b->stage &&
           g_str_equal(a->label, b->label) && a->waiting_since == b->waiting_since &&
           a->unread_since == b->unread_since && g_strcmp0(a->last_state, b->last_state) == 0 &&
           a->no_marketing == b->no_marketing && a->blocked == b->blocked &&
           a->country == b->country && a->listed == b->listed && a->n_parked == b->n_parked &&
           a->n_held == b->n_held && a->held_kinds == b->held_kinds && a->n_resend == b->n_resend;
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

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
    const CoexPerson *one = *(CoexPerson *const *)a;
    const CoexPerson *two = *(CoexPerson *const *)b;

    return (one->id > two->id) - (one->id < two->id);
}

void
coex_views_name_all(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);

    g_ptr_array_sort(people, compare_ids);
    for (guint i = 0; i < people->len; i++)
        coex_titles_update(account->views->titles, g_ptr_array_index(people, i), NULL);
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

void
coex_views_tell(CoexAccount *account, const CoexPerson *person)
{
    const GPtrArray *others;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    name(account, person);
    if (person->forgotten)
        return;
    tell_view(account, person);
    others = entry_of(account, person)->others;
    for (guint i = 0; others != NULL && i < others->len; i++)
        tell_view(account, others->pdata[i]);
}

static void
tell_view(CoexAccount *account, const CoexPerson *person)
{
    CoexPersonEntry *entry = entry_of(account, person);
    g_autoptr(CoexPersonView) view = NULL;
    CoexSessionEvent *event;

    name_listed(account, person->id);
    view = view_new(account, person);
    if (entry->told != NULL && view_equal(entry->told, view))
        return;
    event = coex_account_event_new(account, COEX_SESSION_PERSON);
    event->person = coex_person_view_ref(view);
    coex_account_tell(account, event);
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
            view->stage != coex_window_get_stage(window, now))
            g_ptr_array_add(changed, person);
        else
            watch_window(account, view);
    }
    for (guint i = 0; i < changed->len; i++) {
        coex_views_tell(account, changed->pdata[i]);
        account->views->above->stage_changed(account, changed->pdata[i]);
    }
}
