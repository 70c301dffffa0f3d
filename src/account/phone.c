// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/phone.h"

#include "account/account.h"
#include "account/tell.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include <string.h>

#define DAY_S (24 * 60 * 60)
#define OPEN_DAYS 13 /* within so many the app should be opened */
#define WATCH_MS (3600 * 1000)
#define STEP_S (10 * 60)          /* a newer sign within this is not worth a write */
#define LINKED "3EB0"             /* so begin the tokens of what is written on a linked device */
#define API_TOKEN 18              /* characters of the tokens of what the API sent */
#define SIGN_SETTING "phone-sign" /* kind, blank, seconds since 1970 */
#define WARNED_SETTING "phone-warned" /* seconds of the sign, blank, days */

struct CoexPhone {
    GSource *timer;
};

static const struct {
    const char *kind;
    const char *sentence;
} signs[] = {
    { "echo", N_("a message written on it") },
    { "book", N_("a change of its address book") },
    { "login", N_("this account's first login, since when there was none") },
};

static const int stages[] = { 12, 10 }; /* days after which there is a line */

CoexPhone *
coex_phone_new(void)
{
    return g_new0(CoexPhone, 1);
}

void
coex_phone_stop(CoexPhone *phone)
{
    coex_timer_clear(&phone->timer);
}

gint64
coex_phone_get_sign(const CoexAccount *account, const char **ret_sentence)
{
    const char *kept = coex_account_get_setting(account, SIGN_SETTING);
    const char *time = kept != NULL ? strchr(kept, ' ') : NULL;

    *ret_sentence = _("a sign not told");
    for (guint i = 0; kept != NULL && i < G_N_ELEMENTS(signs); i++) {
        if (g_str_has_prefix(kept, signs[i].kind))
            *ret_sentence = _(signs[i].sentence);
    }
    return time != NULL ? g_ascii_strtoll(time, NULL, 10) : 0;
}

static void
note(CoexAccount *account, const char *kind, gint64 at)
{
    const char *kept = coex_account_get_setting(account, SIGN_SETTING);
    const char *sentence;
    gint64 before = coex_phone_get_sign(account, &sentence);
    gboolean is_same = kept != NULL && g_str_has_prefix(kept, kind);
    g_autofree char *text = NULL;

    at = MIN(at, coex_account_now(account));
    if (at < before + (is_same ? STEP_S : 0))
        return;
    text = g_strdup_printf("%s %" G_GINT64_FORMAT, kind, at);
    coex_account_put_setting(account, SIGN_SETTING, text);
}

void
coex_phone_note_echo(CoexAccount *account, const char *token, gint64 at)
{
    if (!g_str_has_prefix(token, LINKED) && strlen(token) > API_TOKEN)
        note(account, "echo", at);
}

void
coex_phone_note_book(CoexAccount *account, gint64 at)
{
    note(account, "book", at);
}

static char *
dup_day(gint64 at)
{
    char *day = coex_window_dup_time(at);

    return day != NULL ? day : g_strdup(_("long ago"));
}

/* Once for each stage after a sign, also over logins. */
static gboolean
was_told(const CoexAccount *account, gint64 sign, int stage)
{
    const char *kept = coex_account_get_setting(account, WARNED_SETTING);
    const char *days = kept != NULL ? strchr(kept, ' ') : NULL;

    return days != NULL && g_ascii_strtoll(kept, NULL, 10) == sign &&
           g_ascii_strtoll(days, NULL, 10) >= stage;
}

/* Of the two clocks the one that is behind: the other may be wrong. */
static gint64
get_days(const CoexAccount *account, gint64 sign)
{
    gint64 now = coex_account_now(account);

    return (MIN(now, now - account->skew_s) - sign) / DAY_S;
}

static void
check(CoexAccount *account)
{
    const char *sentence;
    gint64 sign = coex_phone_get_sign(account, &sentence);
    gint64 days = get_days(account, sign);
    int stage = 0;
    g_autofree char *told = NULL;
    g_autofree char *day = NULL;
    g_autofree char *end = NULL;
    g_autofree char *due = NULL;
    g_autofree char *last = NULL;

    for (guint i = 0; stage == 0 && i < G_N_ELEMENTS(stages); i++)
        stage = days >= stages[i] ? stages[i] : 0;
    if (stage == 0 || was_told(account, sign, stage))
        return;
    told = g_strdup_printf("%" G_GINT64_FORMAT " %d", sign, stage);
    coex_account_put_setting(account, WARNED_SETTING, told);
    day = dup_day(sign);
    end = dup_day(sign + OPEN_DAYS * (gint64)DAY_S);
    due = coex_say(
        COEX_PLURAL(
            "Open the WhatsApp Business app on the phone before %s: WhatsApp disconnects a number "
            "whose phone is not used for about %d day.",
            "Open the WhatsApp Business app on the phone before %s: WhatsApp disconnects a number "
            "whose phone is not used for about %d days.",
            OPEN_DAYS),
        end, OPEN_DAYS);
    /* Translators: the first %s is what the sign was, as “a message written on it” */
    last = coex_say(COEX_PLURAL("The last sign of it was %s, %d day ago (%s).",
                                "The last sign of it was %s, %d days ago (%s).", days),
                    sentence, (int)days, day);
    coex_account_tell_notice(account, NULL, "%s %s", due, last);
}

static void
on_time(gpointer data)
{
    coex_phone_watch(data);
}

void
coex_phone_watch(CoexAccount *account)
{
    const char *sentence;

    if (coex_phone_get_sign(account, &sentence) == 0)
        note(account, "login", coex_account_now(account));
    check(account);
    if (account->phone->timer == NULL)
        coex_timer_start(&account->phone->timer, WATCH_MS, on_time, account);
}

char *
coex_phone_describe(const CoexAccount *account)
{
    const char *sentence;
    gint64 sign = coex_phone_get_sign(account, &sentence);
    g_autofree char *day = dup_day(sign);
    g_autofree char *end = dup_day(sign + OPEN_DAYS * (gint64)DAY_S);

    if (sign == 0)
        return g_strdup(_("no sign of it yet"));
    /* Translators: a day, what the sign was, as “a message written on it”, and another day */
    return coex_say(_("last sign %s (%s); open the app before %s"), day, sentence, end);
}
