// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/backend.h"
#include "core/doctor-private.h"
#include "core/error.h"
#include "core/report.h"
#include "core/window.h"
#include "core/words.h"
#include <string.h>

#define DAY_S (24 * 60 * 60)
#define SILENT_DAYS 3
#define PHONE_DAYS 13 /* within so many the app must be opened */
#define PHONE_WARN_DAYS 10
#define SKEW_S 120
#define FAILED_S (7 * (gint64)DAY_S)

/* ---- what came ---- */

/* "a customer's message at …, one from the phone never, a status at …" */
static char *
dup_kinds(const CoexFacts *facts)
{
    g_autofree char *inbound_at = coex_window_dup_known_time(facts->inbound_at);
    g_autofree char *echo_at = coex_window_dup_known_time(facts->echo_at);
    g_autofree char *status_at = coex_window_dup_known_time(facts->status_at);
    /* Translators: this and the next are parts of "Last came: %s", with commas between */
    g_autofree char *inbound = facts->inbound_at > 0
                                   ? coex_say(_("a customer's message at %s"), inbound_at)
                                   : g_strdup(_("a customer's message never"));
    g_autofree char *echo = facts->echo_at > 0 ? coex_say(_("one from the phone at %s"), echo_at)
                                               : g_strdup(_("one from the phone never"));
    g_autofree char *status = facts->status_at > 0 ? coex_say(_("a status at %s"), status_at)
                                                   : g_strdup(_("a status never"));

    return g_strdup_printf("%s, %s, %s", inbound, echo, status);
}

static void
tell_last(const CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    g_autofree char *kinds = dup_kinds(facts);
    gint64 silent = c->now - facts->last_delivery_at;
    gint64 days = silent / DAY_S;

    if (facts->last_delivery_at == 0)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("No webhook has ever arrived here. If nobody has written since the account was set "
              "up, write to the number from another phone; else it is one of the lines above."));
    else if (silent > SILENT_DAYS * DAY_S)
        coex_report_add(report, COEX_FINDING_WRONG,
                        COEX_PLURAL("No webhook has come for %" PRId64
                                    " day. Last came: %s. If customers have written since, it is "
                                    "one of the lines above.",
                                    "No webhook has come for %" PRId64
                                    " days. Last came: %s. If customers have written since, it is "
                                    "one of the lines above.",
                                    (gulong)days),
                        days, kinds);
    else
        coex_report_add(report, COEX_FINDING_OK, _("Webhooks come. Last came: %s."), kinds);
}

static void
tell_turned_away(const CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    g_autofree char *time = coex_window_dup_known_time(facts->refused_at);
    const char *option = c->endpoint.backend->secret_option;
    gboolean is_signed = c->endpoint.backend->proof == COEX_PROOF_SIGNATURE;

    if (facts->refused_at == 0 || (facts->known && facts->last_delivery_at > facts->refused_at))
        return;
    if (facts->refused_as == COEX_VERDICT_MISSING)
        coex_report_add(report, COEX_FINDING_WRONG,
                        is_signed
                            ? _("A delivery was turned away at %s (401): it came without a "
                                "signature. A stranger's, or what stands between does not hand on "
                                "the header.")
                            : _("A delivery was turned away at %s (401): it came without the "
                                "secret header. A stranger's, or what stands between does not hand "
                                "on the header."),
                        time);
    else if (facts->refused_as == COEX_VERDICT_WRONG)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            is_signed
                ? _("A delivery was turned away at %s (401): it is not signed with the "
                    "option {@%s}. Unless it was a stranger's, copy the app secret from the App "
                    "dashboard, App settings › Basic.")
                : _("A delivery was turned away at %s (401): its secret is not that of the "
                    "option {@%s}. Unless it was a stranger's, register the webhook again."),
            time, option);
}

static void
tell_challenge_refused(const CoexFacts *facts, CoexReport *report)
{
    g_autofree char *time = coex_window_dup_known_time(facts->challenge_refused_at);

    if (facts->challenge_refused_at > 0)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("At %s the address was to be verified with another verify token, which "
                          "was turned away (403): enter the same one in the App dashboard, "
                          "WhatsApp › Configuration and in the option {@verify-token}."),
                        time);
}

void
coex_doctor_tell_deliveries(const CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (facts->known)
        tell_last(c, facts, report);
    else
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("What came last, and which messages lack a status: that is known only "
                          "while the account is logged in."));
    tell_turned_away(c, facts, report);
    tell_challenge_refused(facts, report);
}

/* ---- the clock ---- */

void
coex_doctor_note_date(CoexCase *c, gint64 date, gint64 now)
{
    if (date > 0 && c->n_skews < G_N_ELEMENTS(c->skews))
        c->skews[c->n_skews++] = date - now;
}

/* One witness may be a proxy. */
void
coex_doctor_tell_clock(const CoexCase *c, CoexReport *report)
{
    gint64 skew = c->skews[0];
    gint64 minutes;

    for (guint i = 1; i < c->n_skews; i++)
        if (ABS(c->skews[i]) < ABS(skew))
            skew = c->skews[i];
    minutes = (ABS(skew) + 30) / 60;
    if (c->n_skews == 0)
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("This computer's clock: the provider told no time."));
    else if (ABS(skew) <= SKEW_S)
        coex_report_add(report, COEX_FINDING_OK, _("This computer's clock is right."));
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        skew > 0 ? COEX_PLURAL("This computer's clock is %" PRId64
                                               " minute behind: set it, best by NTP.",
                                               "This computer's clock is %" PRId64
                                               " minutes behind: set it, best by NTP.",
                                               (gulong)minutes)
                                 : COEX_PLURAL("This computer's clock is %" PRId64
                                               " minute ahead: set it, best by NTP.",
                                               "This computer's clock is %" PRId64
                                               " minutes ahead: set it, best by NTP.",
                                               (gulong)minutes),
                        minutes);
}

/* ---- health and payment ---- */

static void
tell_failure(const CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    g_autofree char *time = coex_window_dup_known_time(facts->failed_at);
    const CoexGraphCode *row = coex_graph_code_lookup(facts->failed_code);

    if (facts->known && facts->failed_at > 0 && c->now - facts->failed_at < FAILED_S)
        coex_report_add(report, COEX_FINDING_WRONG, _("A message failed at %s (code %d): %s %s"),
                        time, facts->failed_code, _(row->what), _(row->remedy));
}

void
coex_doctor_tell_health(const CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    gboolean good = c->can_send == NULL || strcmp(c->can_send, "AVAILABLE") == 0;

    tell_failure(c, facts, report);
    if (c->health == NULL) {
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("Whether WhatsApp restricts the account, and its payment: it was not "
                          "told. WhatsApp Manager shows both."));
        return;
    }
    for (guint i = 0; i < c->health->len; i++)
        coex_report_add(report, COEX_FINDING_WRONG, "%s",
                        (const char *)g_ptr_array_index(c->health, i));
    if (!good)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("WhatsApp reports sending as %s for this number: WhatsApp Manager, "
                          "Account tools, says why."),
                        c->can_send);
    else if (c->health->len == 0)
        coex_report_add(
            report, COEX_FINDING_OK,
            _("WhatsApp restricts neither sending nor the account, and misses no payment."));
}

/* ---- the phone ---- */

void
coex_doctor_tell_phone(const CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    gint64 days = (c->now - facts->phone_at) / DAY_S;
    g_autofree char *day = coex_doctor_dup_day(facts->phone_at);
    g_autofree char *end = coex_doctor_dup_day(facts->phone_at + PHONE_DAYS * (gint64)DAY_S);

    if (!facts->known || facts->phone_at == 0)
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        COEX_PLURAL("The phone: no sign of it is known. Its app must be opened "
                                    "every %d day, or WhatsApp disconnects the number.",
                                    "The phone: no sign of it is known. Its app must be opened "
                                    "every %d days, or WhatsApp disconnects the number.",
                                    PHONE_DAYS),
                        PHONE_DAYS);
    else if (days >= PHONE_WARN_DAYS)
        coex_report_add(report, COEX_FINDING_WRONG,
                        /* Translators: a day, what the sign was, and a day */
                        COEX_PLURAL("The phone gave its last sign %" PRId64
                                    " day ago, on %s (%s): open the WhatsApp Business app on it "
                                    "before %s, or WhatsApp disconnects the number.",
                                    "The phone gave its last sign %" PRId64
                                    " days ago, on %s (%s): open the WhatsApp Business app on it "
                                    "before %s, or WhatsApp disconnects the number.",
                                    (gulong)days),
                        days, day, facts->phone_sign, end);
    else
        coex_report_add(
            report, COEX_FINDING_OK,
            _("The phone gave its last sign on %s (%s); its app is to be opened before %s."), day,
            facts->phone_sign, end);
}
