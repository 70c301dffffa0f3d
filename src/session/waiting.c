// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/waiting.h"

#include "session/account.h"

#define NAMED_MAX 5 /* people in one line */
#define REMIND_S (60 * 60)
#define QUIET_S (10 * 60) /* a network that comes and goes is not news of those who wait */

/* A mark on one of our messages or a change of one of theirs asks for nothing. */
static gboolean
wants_answer(CoexContentKind kind)
{
    return coex_content_opens_window(kind) && kind != COEX_CONTENT_REACTION;
}

void
coex_waiting_note_inbound(CoexPerson *person, CoexContentKind kind, gint64 time)
{
    if (!wants_answer(kind) || time <= person->answered_at)
        return;
    if (person->waiting_since == 0 || time < person->waiting_since)
        person->waiting_since = time;
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
coex_waiting_note_answer(CoexPerson *person, gint64 time)
{
    if (time <= person->answered_at)
        return FALSE;
    person->answered_at = time;
    end_wait(person, time);
    return TRUE;
}

gboolean
coex_waiting_note_proof(CoexPerson *person, gint64 time)
{
    return coex_waiting_note_answer(person, time) || end_wait(person, time);
}

void
coex_waiting_share_answer(CoexAccount *account, CoexPerson *person, gint64 time)
{
    CoexPerson *now = coex_people_now(account->people, person);

    if (now == person || !coex_waiting_note_answer(now, time))
        return;
    coex_account_store_person(account, now);
    coex_views_tell(account, now);
}

gboolean
coex_waiting_note_failure(CoexPerson *person, gint64 time)
{
    if (person->waiting_since > 0 || person->last_inbound_at == 0 ||
        person->last_inbound_at > time || person->last_echo_at >= person->last_inbound_at)
        return FALSE;
    person->waiting_since = person->last_inbound_at;
    return TRUE;
}

gint64
coex_waiting_since(const CoexPerson *person, gint64 now)
{
    return person->waiting_since + COEX_WAITING_MAX_S > now ? person->waiting_since : 0;
}

/* ---- lines ---- */

static char *
dup_duration(gint64 seconds)
{
    gint64 minutes = seconds / 60;

    if (minutes < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " min", MAX(minutes, 1));
    if (minutes < 48 * 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " h", minutes / 60);
    return g_strdup_printf("%" G_GINT64_FORMAT " days", minutes / (24 * 60));
}

static gint
compare_waiting(gconstpointer a, gconstpointer b)
{
    const CoexPerson *one = *(const CoexPerson *const *)a;
    const CoexPerson *other = *(const CoexPerson *const *)b;

    return (one->waiting_since > other->waiting_since) -
           (one->waiting_since < other->waiting_since);
}

static gboolean
was_told(CoexAccount *account)
{
    const char *told = coex_account_get_setting(account, "waiting-told");
    gint64 ago = coex_account_now(account) - (told != NULL ? g_ascii_strtoll(told, NULL, 10) : 0);

    return ago >= 0 && ago < QUIET_S;
}

static void
note_told(CoexAccount *account)
{
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, coex_account_now(account));

    coex_account_put_setting(account, "waiting-told", now);
}

/* Borrowed people, who waits longest first. */
static GPtrArray *
list_waiting(CoexAccount *account)
{
    g_autoptr(GPtrArray) everybody = coex_people_by_activity(account->people);
    GPtrArray *waiting = g_ptr_array_new();
    gint64 now = coex_account_now(account);

    for (guint i = 0; i < everybody->len; i++)
        if (coex_waiting_since(g_ptr_array_index(everybody, i), now) > 0)
            g_ptr_array_add(waiting, g_ptr_array_index(everybody, i));
    g_ptr_array_sort(waiting, compare_waiting);
    return waiting;
}

void
coex_waiting_tell(CoexAccount *account)
{
    g_autoptr(GPtrArray) waiting = list_waiting(account);
    g_autoptr(GString) names = g_string_new(NULL);
    g_autofree char *longest = NULL;

    if (waiting->len == 0 || was_told(account))
        return;
    note_told(account);
    for (guint i = 0; i < MIN(waiting->len, NAMED_MAX); i++) {
        g_autofree char *title = coex_account_dup_title(account, g_ptr_array_index(waiting, i));

        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", title);
    }
    if (waiting->len > NAMED_MAX)
        g_string_append_printf(names, " and %u more", waiting->len - NAMED_MAX);
    longest = dup_duration(coex_account_now(account) -
                           ((CoexPerson *)g_ptr_array_index(waiting, 0))->waiting_since);
    if (waiting->len == 1)
        coex_account_tell_notice(account, NULL, "1 person waits for an answer, for %s: %s.",
                                 longest, names->str);
    else
        coex_account_tell_notice(account, NULL,
                                 "%u people wait for an answer, the longest for %s: %s.",
                                 waiting->len, longest, names->str);
}

void
coex_waiting_remind(CoexAccount *account, const CoexPerson *person)
{
    CoexWindow window = coex_account_window(account, person);
    gint64 now = coex_account_now(account);
    gint64 since = coex_waiting_since(person, now);
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_local(window.expires_at);
    g_autofree char *clock = end != NULL ? g_date_time_format(end, "%H:%M") : NULL;
    gint64 *told = g_hash_table_lookup(account->views.reminded, &person->id);
    g_autofree char *waited = dup_duration(now - since);
    g_autofree char *title = coex_account_dup_title(account, person);

    if (!account->remind || since == 0 || !window.open || clock == NULL ||
        window.expires_at - now > REMIND_S || (told != NULL && *told == window.expires_at))
        return;
    g_hash_table_replace(account->views.reminded, g_memdup2(&person->id, sizeof person->id),
                         g_memdup2(&window.expires_at, sizeof window.expires_at));
    coex_account_tell_notice(account, NULL,
                             "%s waits for an answer, for %s now. The 24-hour window closes at %s: "
                             "after that only templates can be sent.",
                             title, waited, clock);
}
