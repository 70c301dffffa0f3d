// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/waiting.h"

#include "account/account.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/feed.h"
#include "core/nick.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "store/rows.h"

#define NAMED_MAX 5 /* people in one line */
#define REMIND_S (60 * 60)
#define CLOCKS_APART_S 120  /* so much they may differ without being wrong */
#define QUIET_S (10 * 60)   /* who comes and goes as fast as that has the line still */
#define TOLD "waiting-told" /* when, in which run, and since when who was the last waited */

void
coex_waiting_note_unread(CoexAccount *account, CoexPerson *person, gint64 time)
{
    CoexPerson *now = person != NULL ? coex_people_now(account->people, person) : NULL;

    if (now != NULL && account->tells_seen && coex_person_note_unread(now, time))
        coex_account_store_person(account, now);
}

void
coex_waiting_note_backlog(CoexAccount *account, const GPtrArray *backlog)
{
    for (guint i = 0; i < backlog->len; i++) {
        const CoexFeedItem *item = g_ptr_array_index(backlog, i);

        if (item->kind == COEX_FEED_INBOUND || item->flags & COEX_LINE_THEIRS)
            coex_waiting_note_unread(account, coex_people_by_id(account->people, item->person_id),
                                     item->time);
    }
}

void
coex_waiting_note_seen(CoexAccount *account, CoexPerson *person)
{
    CoexPerson *now = coex_people_now(account->people, person);

    if (!coex_person_note_seen(now))
        return;
    coex_account_store_person(account, now);
    coex_views_tell(account, now);
}

/* ---- lines ---- */

static char *
dup_duration(gint64 seconds)
{
    int minutes = (int)(seconds / 60);
    int days = minutes / (24 * 60);

    if (minutes < 60)
        /* Translators: minutes; so long somebody waits, as in “for 5 min” */
        return g_strdup_printf(_("%d min"), MAX(minutes, 1));
    /* Translators: hours */
    if (minutes < 48 * 60)
        return g_strdup_printf(_("%d h"), minutes / 60);
    return g_strdup_printf(COEX_PLURAL("%d day", "%d days", days), days);
}

static gint
compare_waiting(gconstpointer a, gconstpointer b)
{
    const CoexPerson *one = *(const CoexPerson *const *)a;
    const CoexPerson *other = *(const CoexPerson *const *)b;

    if (one->waiting_since != other->waiting_since)
        return one->waiting_since > other->waiting_since ? 1 : -1;
    return (one->id > other->id) - (one->id < other->id);
}

/* Who waits, longest first, and of whom something is not read; borrowed people. */
typedef struct {
    GPtrArray *waiting;
    GPtrArray *unread;
    gint64 newest; /* since when the last of them does */
} Everybody;

static void
everybody_clear(Everybody *all)
{
    g_clear_pointer(&all->waiting, g_ptr_array_unref);
    g_clear_pointer(&all->unread, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Everybody, everybody_clear)

static void
find_everybody(CoexAccount *account, Everybody *ret_all)
{
    g_autoptr(GPtrArray) people = coex_people_by_activity(account->people);

    *ret_all = (Everybody){ .waiting = g_ptr_array_new(), .unread = g_ptr_array_new() };
    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);
        gint64 since = coex_account_waits_since(account, person);
        gint64 unread_since = account->tells_seen ? person->unread_since : 0;

        if (since > 0)
            g_ptr_array_add(ret_all->waiting, person);
        if (unread_since > 0)
            g_ptr_array_add(ret_all->unread, person);
        ret_all->newest = MAX(ret_all->newest, MAX(since, unread_since));
    }
    g_ptr_array_sort(ret_all->waiting, compare_waiting);
}

/* Windows in which people are seen to be read end with the program, and the line with them. */
static gboolean
was_told(CoexAccount *account, const Everybody *all)
{
    const char *told = coex_account_get_setting(account, TOLD);
    g_auto(GStrv) words = g_strsplit(told != NULL ? told : "", " ", -1);
    gint64 ago;

    if (g_strv_length(words) != 3 || all->newest > g_ascii_strtoll(words[2], NULL, 10))
        return FALSE;
    ago = coex_account_now(account) - g_ascii_strtoll(words[0], NULL, 10);
    return account->run == g_ascii_strtoll(words[1], NULL, 10) ||
           (!account->tells_seen && ago >= 0 && ago < QUIET_S);
}

static void
note_told(CoexAccount *account, const Everybody *all)
{
    g_autofree char *told =
        g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                        coex_account_now(account), account->run, all->newest);

    coex_account_put_setting(account, TOLD, told);
}

static char *
dup_names(const CoexAccount *account, const GPtrArray *people)
{
    guint n_more = people->len > NAMED_MAX ? people->len - NAMED_MAX : 0;
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < MIN(people->len, NAMED_MAX); i++) {
        g_autofree char *called = coex_account_dup_called(account, g_ptr_array_index(people, i));

        coex_text_list_add(names, "%s", called);
    }
    return coex_text_list_end(names->str, n_more);
}

/* "" for nobody. */
static char *
dup_unread(const CoexAccount *account, const GPtrArray *people)
{
    g_autofree char *names = dup_names(account, people);

    /* Translators: names of people */
    return people->len > 0 ? coex_say(_("Not read yet: %s."), names) : g_strdup("");
}

static char *
dup_waiting(const CoexAccount *account, const GPtrArray *waiting)
{
    g_autofree char *names = dup_names(account, waiting);
    g_autofree char *longest = NULL;
    gint64 waited;

    if (waiting->len == 0)
        return g_strdup("");
    waited =
        coex_account_now(account) - ((CoexPerson *)g_ptr_array_index(waiting, 0))->waiting_since;
    /* Our clock is behind, and WhatsApp has not told its time yet. */
    if (waited < -CLOCKS_APART_S)
        return coex_say(COEX_PLURAL("%u person waits for an answer: %s.",
                                    "%u people wait for an answer: %s.", waiting->len),
                        waiting->len, names);
    longest = dup_duration(waited);
    /* Translators: how long the first of them waits, as “5 min” or “3 days”, and their names */
    return coex_say(COEX_PLURAL("%u person waits for an answer, for %s: %s.",
                                "%u people wait for an answer, the longest for %s: %s.",
                                waiting->len),
                    waiting->len, longest, names);
}

void
coex_waiting_tell(CoexAccount *account)
{
    g_auto(Everybody) all = { 0 };
    g_autofree char *waiting = NULL;
    g_autofree char *unread = NULL;

    if (account->waiting_told)
        return;
    account->waiting_told = TRUE;
    find_everybody(account, &all);
    if (all.newest == 0 || was_told(account, &all))
        return;
    note_told(account, &all);
    waiting = dup_waiting(account, all.waiting);
    unread = dup_unread(account, all.unread);
    coex_account_tell_notice(account, NULL, "%s%s%s", waiting,
                             *waiting != '\0' && *unread != '\0' ? " " : "", unread);
}

void
coex_waiting_remind(CoexAccount *account, const CoexPerson *person)
{
    CoexWindow window = coex_account_window(account, person);
    gint64 now = coex_account_now(account);
    gint64 since = coex_account_waits_since(account, person);
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_local(window.expires_at);
    /* Translators: a time of day, by strftime */
    g_autofree char *clock = end != NULL ? g_date_time_format(end, _("%H:%M")) : NULL;
    CoexPersonEntry *entry = coex_people_get_entry(account->people, person->id);
    g_autofree char *waited = dup_duration(now - since);
    g_autofree char *called = coex_account_dup_called(account, person);

    if (!account->remind || since == 0 || !window.open || clock == NULL ||
        window.expires_at - now > REMIND_S || entry->reminded_of == window.expires_at)
        return;
    entry->reminded_of = window.expires_at;
    coex_account_tell_notice(
        account, NULL,
        /* Translators: a person's name, how long, as “5 min”, and a time of day */
        _("%s waits for an answer, for %s now. The 24-hour window closes at "
          "%s: after that only templates can be sent."),
        called, waited, clock);
}
