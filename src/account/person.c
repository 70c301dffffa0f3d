// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/person.h"

#include "core/window.h"
#include "store/rows.h"

#define WAITING_MAX_S (7 * 24 * 60 * 60) /* so long an answer is still of use */

gboolean
coex_person_take_over(char **member, const char *news)
{
    if (news == NULL || g_strcmp0(*member, news) == 0)
        return FALSE;
    g_free(*member);
    *member = g_strdup(news);
    return TRUE;
}

/* ---- names ---- */

const char *
coex_person_get_name(const CoexPerson *person)
{
    const char *name = person->book_name != NULL ? person->book_name : person->alias;

    return name != NULL && *name != '\0' ? name : NULL;
}

gboolean
coex_person_note_profile(CoexPerson *person, const char *name)
{
    return coex_person_take_over(&person->alias, name);
}

gboolean
coex_person_note_book(CoexPerson *person, const char *name, gint64 at)
{
    if (at <= 0 || at < person->book_at)
        return FALSE;
    person->book_at = at;
    g_free(person->book_name);
    person->book_name = g_strdup(name);
    return TRUE;
}

void
coex_person_set_nick(CoexPerson *person, const char *nick)
{
    char *copy = g_strdup(nick);

    g_free(person->nick);
    person->nick = copy;
}

/* ---- what the person does ---- */

void
coex_person_note_active(CoexPerson *person, gint64 at)
{
    person->active_at = MAX(person->active_at, at);
}

void
coex_person_note_unsaved(CoexPerson *person, gboolean unsaved)
{
    person->unsaved = unsaved;
}

void
coex_person_note_wrote(CoexPerson *person, const char *newest)
{
    person->hidden = FALSE;
    coex_person_take_over(&person->last_inbound_wamid, newest);
}

/* A mark on one of our messages or a change of one of theirs asks for nothing. */
static gboolean
wants_answer(CoexContentKind kind)
{
    return coex_content_opens_window(kind) && kind != COEX_CONTENT_REACTION;
}

void
coex_person_note_inbound(CoexPerson *person, CoexContentKind kind, gint64 time)
{
    if (!wants_answer(kind) || time <= person->answered_at)
        return;
    if (person->waiting_since == 0 || time < person->waiting_since)
        person->waiting_since = time;
}

gboolean
coex_person_note_marketing(CoexPerson *person, gboolean unwanted, gint64 at)
{
    if (at <= 0 || at < person->marketing_at)
        return FALSE;
    person->marketing_at = at;
    person->no_marketing = unwanted;
    return TRUE;
}

/* ---- the 24-hour window ---- */

/* One far beyond the next one was no clock's. */
void
coex_person_note_window(CoexPerson *person, gint64 time, gint64 latest)
{
    if (time - COEX_WINDOW_AHEAD_S <= latest)
        person->last_inbound_at = coex_window_extend(person->last_inbound_at, time, latest);
    else
        person->ahead_at =
            person->ahead_at - time > COEX_WINDOW_S ? time : MAX(person->ahead_at, time);
}

gboolean
coex_person_reach_ahead(CoexPerson *person, gint64 latest)
{
    if (person->ahead_at == 0 || person->ahead_at - COEX_WINDOW_AHEAD_S > latest)
        return FALSE;
    person->last_inbound_at = MAX(person->last_inbound_at, person->ahead_at);
    person->ahead_at = 0;
    return TRUE;
}

gboolean
coex_person_close_window(CoexPerson *person, gint64 now)
{
    gint64 closed = now - COEX_WINDOW_S;

    if (person->last_inbound_at <= closed && person->ahead_at == 0)
        return FALSE;
    person->last_inbound_at = MIN(person->last_inbound_at, closed);
    person->ahead_at = 0;
    return TRUE;
}

gboolean
coex_person_note_free(CoexPerson *person, gint64 until)
{
    if (until <= person->free_until)
        return FALSE;
    person->free_until = until;
    return TRUE;
}

void
coex_person_share_window(CoexPerson *person, const CoexPerson *other)
{
    person->last_inbound_at = MAX(person->last_inbound_at, other->last_inbound_at);
    person->ahead_at = MAX(person->ahead_at, other->ahead_at);
    person->free_until = MAX(person->free_until, other->free_until);
}

/* ---- who waits for an answer, and what was read ---- */

gint64
coex_person_waits_since(const CoexPerson *person, gint64 now)
{
    return person->waiting_since + WAITING_MAX_S > now ? person->waiting_since : 0;
}

gint64
coex_person_get_answer_time(const CoexPerson *person, gint64 now)
{
    return MAX(now, person->last_inbound_at);
}

/* A late echo answers what came before it. */
static gboolean
end_wait(CoexPerson *person, gint64 time)
{
    if (person->waiting_since == 0 || person->waiting_since > time)
        return FALSE;
    person->waiting_since = person->last_inbound_at > time ? person->last_inbound_at : 0;
    return TRUE;
}

gboolean
coex_person_note_answer(CoexPerson *person, gint64 time)
{
    if (time <= person->answered_at)
        return FALSE;
    person->answered_at = time;
    end_wait(person, time);
    return TRUE;
}

gboolean
coex_person_note_echo(CoexPerson *person, gint64 time, gboolean is_bot)
{
    if (time <= person->last_echo_at)
        return FALSE;
    person->last_echo_at = time;
    coex_person_note_answer(person, time);
    if (!is_bot && person->unread_since > 0 && person->unread_since <= time)
        person->unread_since = person->last_inbound_at > time ? person->last_inbound_at : 0;
    return TRUE;
}

gboolean
coex_person_note_elsewhere(CoexPerson *person, gint64 time)
{
    gboolean changed = coex_person_note_answer(person, time);

    if (person->unread_since == 0 || person->unread_since > time)
        return changed;
    person->unread_since = person->last_inbound_at > time ? person->last_inbound_at : 0;
    return TRUE;
}

gboolean
coex_person_note_proof(CoexPerson *person, gint64 time)
{
    return coex_person_note_answer(person, time) || end_wait(person, time);
}

gboolean
coex_person_note_failure(CoexPerson *person, gint64 time)
{
    if (person->waiting_since > 0 || person->last_inbound_at == 0 ||
        person->last_inbound_at > time || person->last_echo_at >= person->last_inbound_at)
        return FALSE;
    person->waiting_since = person->last_inbound_at;
    return TRUE;
}

gboolean
coex_person_note_unread(CoexPerson *person, gint64 time)
{
    if (person->unread_since > 0)
        return FALSE;
    person->unread_since = time;
    return TRUE;
}

gboolean
coex_person_note_seen(CoexPerson *person)
{
    if (person->unread_since == 0)
        return FALSE;
    person->unread_since = 0;
    return TRUE;
}

void
coex_person_note_marked(CoexPerson *person)
{
    person->read_up_to = person->last_inbound_at;
}

/* ---- all of it ---- */

gboolean
coex_person_put_back(CoexPerson *person, const CoexPutBack *back)
{
    gint64 *const times[] = {
        &person->last_inbound_at, &person->last_echo_at, &person->waiting_since,
        &person->unread_since,    &person->read_up_to,   &person->renewed_at,
        &person->book_at,         &person->marketing_at, &person->active_at,
    };
    gboolean answered = coex_put_back(back, &person->answered_at);
    gboolean changed = answered;

    for (guint i = 0; i < G_N_ELEMENTS(times); i++)
        changed |= coex_put_back(back, times[i]);
    if (!changed)
        return FALSE;
    person->active_at = MAX(person->active_at, person->last_inbound_at);
    /* what came after the answer waits */
    if (answered && person->waiting_since == 0 && person->last_inbound_at > person->answered_at)
        person->waiting_since = person->last_inbound_at;
    return TRUE;
}

void
coex_person_list(CoexPerson *person, gboolean listed)
{
    person->pinned = listed;
    person->hidden = !listed;
}

void
coex_person_note_renewed(CoexPerson *person, gint64 at)
{
    person->in_doubt = FALSE;
    person->renamed = FALSE;
    person->renewed_at = at;
}

void
coex_person_note_renamed(CoexPerson *person, gboolean renamed)
{
    person->renamed = renamed;
}

/* The earlier of the two, 0: never. */
static gint64
get_earlier(gint64 one, gint64 other)
{
    return one == 0 || (other > 0 && other < one) ? other : one;
}

void
coex_person_unite(CoexPerson *person, CoexPerson *other)
{
    if (person->alias == NULL)
        coex_person_take_over(&person->alias, other->alias);
    if (person->peer.username == NULL)
        coex_person_take_over(&person->peer.username, other->peer.username);
    coex_person_note_book(person, other->book_name, other->book_at);
    coex_person_note_marketing(person, other->no_marketing, other->marketing_at);
    if (other->last_inbound_at > person->last_inbound_at)
        coex_person_take_over(&person->last_inbound_wamid, other->last_inbound_wamid);
    coex_person_share_window(person, other);
    person->read_up_to = MAX(person->read_up_to, other->read_up_to);
    person->last_echo_at = MAX(person->last_echo_at, other->last_echo_at);
    person->active_at = MAX(person->active_at, other->active_at);
    person->hidden &= other->hidden;
    person->pinned |= other->pinned;
    if (other->waiting_since > person->answered_at)
        person->waiting_since = get_earlier(person->waiting_since, other->waiting_since);
    person->answered_at = MAX(person->answered_at, other->answered_at);
    person->unread_since = get_earlier(person->unread_since, other->unread_since);
    other->waiting_since = 0;
    other->unread_since = 0;
}

void
coex_person_forget(CoexPerson *person)
{
    person->forgotten = TRUE;
    person->waiting_since = 0;
    person->unread_since = 0;
}
