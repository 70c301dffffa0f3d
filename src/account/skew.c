// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/skew.h"

#include "account/account.h"
#include "account/call.h"
#include "account/events.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"

#define SKEW_S 120 /* between the provider's clock and ours before it counts */
#define MINUTE_S 60
#define HOUR_S (60 * MINUTE_S)
#define ASK_EVERY_US (2 * G_USEC_PER_SEC)
#define AGAIN_MS (5 * 60 * 1000)
#define SETTING "clock-skew"

struct CoexSkew {
    gint64 candidate;   /* a difference by one witness only, 0: none */
    gboolean told;      /* that the clock is wrong */
    gboolean looked;    /* for times ahead, since there may be some */
    gboolean asking;    /* for the next answer */
    gint64 asked_at_us; /* monotonic, 0: never */
    GSource *again;
};

static gboolean
is_near(gint64 a, gint64 b)
{
    return ABS(a - b) <= SKEW_S;
}

static gboolean
is_in_doubt(const CoexAccount *account)
{
    return account->skew_s != 0 || account->skew->candidate != 0;
}

/* ---- asking for another witness ---- */

static void ask(CoexAccount *account);

/* Its date was noted, and what was in doubt by it could not be asked yet. */
static void
on_answer(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    account->skew->asking = FALSE;
    if (response != NULL && response->date > 0 && account->skew->candidate != 0)
        ask(account);
}

static void
on_again(gpointer data)
{
    CoexAccount *account = data;

    if (is_in_doubt(account))
        ask(account);
}

static void
ask_later(CoexAccount *account, gint64 delay_ms)
{
    coex_timer_start(&account->skew->again, delay_ms, on_again, account);
}

/* Any answer does; this one changes nothing. */
static void
ask(CoexAccount *account)
{
    CoexSkew *skew = account->skew;
    gint64 now = g_get_monotonic_time();
    g_autoptr(CoexRequest) request = NULL;

    if (account->state == COEX_ACCOUNT_ENDED || skew->asking ||
        (account->endpoint.backend->needs_number_id && *account->endpoint.phone_number_id == '\0'))
        return;
    if (skew->asked_at_us > 0 && now - skew->asked_at_us < ASK_EVERY_US) {
        ask_later(account, ASK_EVERY_US / 1000);
        return;
    }
    ask_later(account, AGAIN_MS);
    skew->asking = TRUE;
    skew->asked_at_us = now;
    request = coex_api_check_login(&account->endpoint);
    coex_account_call(account, request, on_answer, NULL, NULL);
}

/* ---- what counts ---- */

static int
round_to(gint64 seconds, int unit)
{
    return (int)((seconds + unit / 2) / unit);
}

/* More than one of the unit, and the nearest: clocks agree within two minutes, and a Date has no
 * parts of a second. */
static char *
dup_amount(gint64 seconds)
{
    int minutes = round_to(seconds, MINUTE_S);
    int hours = round_to(seconds, HOUR_S);
    int days = round_to(seconds, 24 * HOUR_S);

    if (minutes < 2 * 60)
        /* Translators: all three in “This computer's clock is %s behind WhatsApp's.” */
        return g_strdup_printf(COEX_PLURAL("%d minute", "%d minutes", minutes), minutes);
    if (hours < 48)
        return g_strdup_printf(COEX_PLURAL("%d hour", "%d hours", hours), hours);
    return g_strdup_printf(COEX_PLURAL("%d day", "%d days", days), days);
}

static void
tell(CoexAccount *account)
{
    g_autofree char *amount = dup_amount(ABS(account->skew_s));

    coex_account_tell_notice(account, NULL,
                             account->skew_s > 0
                                 /* Translators: %s is as “3 hours” */
                                 ? _("This computer's clock is %s behind WhatsApp's. WhatsApp's "
                                     "time is used for the 24-hour window; please set the clock.")
                                 : _("This computer's clock is %s ahead of WhatsApp's. WhatsApp's "
                                     "time is used for the 24-hour window; please set the clock."),
                             amount);
}

/* ---- times of a clock that was ahead ---- */

/* By how much the clock by which something was written may have been ahead; over restarts, too. */
static gint64
get_written(CoexAccount *account)
{
    const char *kept = coex_account_get_setting(account, SETTING);

    return MAX(kept != NULL ? g_ascii_strtoll(kept, NULL, 10) : 0, account->skew_s);
}

static void
keep_written(CoexAccount *account, gint64 seconds)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, seconds);

    coex_account_put_setting(account, SETTING, seconds != 0 ? text : NULL);
}

static void
put_back_person(CoexAccount *account, CoexPerson *person, const CoexPutBack *back)
{
    g_autoptr(CoexBatch) batch = NULL;

    if (!coex_person_put_back(person, back))
        return;
    batch = coex_account_batch(account);
    coex_batch_put_person(batch, person);
    coex_batch_put_back_times(batch, person->id, back);
    coex_account_commit(account, g_steal_pointer(&batch));
    if (account->state == COEX_ACCOUNT_ONLINE)
        coex_views_tell(account, person);
}

static void
put_back_times(CoexAccount *account, gint64 ahead_s)
{
    gint64 now = coex_account_now(account);
    const CoexPutBack back = { now + COEX_WINDOW_AHEAD_S, ahead_s, now };
    g_autoptr(GPtrArray) people = coex_people_list(account->people);

    for (guint i = 0; i < people->len; i++)
        put_back_person(account, g_ptr_array_index(people, i), &back);
    account->above->put_back(account, &back);
    coex_put_back(&back, &account->last_delivery_at);
}

static void
change(CoexAccount *account)
{
    CoexSkew *skew = account->skew;
    gint64 seconds = account->skew_s;
    CoexSessionEvent *event;

    g_debug("+%s: the clocks differ by %" G_GINT64_FORMAT " s", account->number, seconds);
    ask_later(account, AGAIN_MS);
    event = coex_account_event_new(account, COEX_SESSION_SKEW);
    event->skew = seconds;
    coex_account_tell(account, event);
    if (account->state == COEX_ACCOUNT_ONLINE)
        account->above->clock_corrected(account);
    if (skew->told && seconds == 0)
        coex_account_tell_notice(account, NULL,
                                 _("This computer's clock and WhatsApp's agree again."));
    else if (!skew->told && seconds != 0)
        tell(account);
    skew->told = seconds != 0;
}

static void
set(CoexAccount *account, gint64 seconds)
{
    CoexSkew *skew = account->skew;
    gint64 written = get_written(account);
    gboolean changed;

    skew->candidate = 0;
    if (is_near(seconds, 0))
        seconds = 0;
    changed = ABS(seconds - account->skew_s) > SKEW_S / 2;
    if (skew->looked && !changed)
        return;
    if (changed)
        account->skew_s = seconds;
    /* Where the two clocks differ, the one that counts may be the wrong one. */
    skew->looked = seconds == 0;
    if (skew->looked)
        put_back_times(account, written);
    keep_written(account, skew->looked ? 0 : MAX(written, seconds));
    if (changed)
        change(account);
}

void
coex_skew_note_answer(CoexAccount *account, gint64 date, gint64 asked_at)
{
    CoexSkew *skew = account->skew;
    gint64 now = coex_account_own_now(account);
    gint64 seconds = date - now;

    if (date <= 0 || !is_near(now, asked_at))
        return;
    if (is_near(seconds, 0) || (account->skew_s != 0 && is_near(seconds, account->skew_s)) ||
        (skew->candidate != 0 && is_near(seconds, skew->candidate))) {
        set(account, seconds);
        return;
    }
    skew->candidate = seconds;
    ask(account);
}

void
coex_skew_note_message(CoexAccount *account, gint64 time)
{
    CoexSkew *skew = account->skew;
    gint64 seconds = time - coex_account_own_now(account);

    /* No message comes from the future: one of the two clocks is wrong. */
    if (time > coex_skew_get_latest(account) + COEX_WINDOW_AHEAD_S) {
        skew->looked = FALSE;
        ask(account);
    }
    if (time <= 0 || !is_in_doubt(account))
        return;
    if (is_near(seconds, 0) || (skew->candidate != 0 && is_near(seconds, skew->candidate)))
        set(account, seconds);
    else if (!is_near(seconds, account->skew_s))
        ask(account);
}

void
coex_skew_doubt(CoexAccount *account)
{
    if (is_in_doubt(account))
        ask(account);
}

gint64
coex_skew_get_latest(const CoexAccount *account)
{
    const CoexSkew *skew = account->skew;

    return coex_account_own_now(account) + MAX(0, MAX(account->skew_s, skew->candidate));
}

void
coex_skew_stop(CoexSkew *skew)
{
    coex_timer_clear(&skew->again);
}

CoexSkew *
coex_skew_new(void)
{
    return g_new0(CoexSkew, 1);
}

void
coex_account_take_times(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    gint64 latest = coex_skew_get_latest(account);

    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);

        if (coex_person_reach_ahead(person, latest))
            coex_account_store_person(account, person);
    }
}
