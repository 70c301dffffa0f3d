// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/api.h"
#include "core/relay.h"
#include "core/report.h"
#include "core/window.h"
#include "core/words.h"

/* What is behind the last that there can be: nothing but how far its log goes. */
static CoexRequest *
ask_relay(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (*c->relay == '\0')
        return NULL;
    c->last_delivery_at = facts->known ? facts->last_delivery_at : 0;
    return coex_relay_ask(c->relay, c->relay_key, COEX_RELAY_SEQUENCE_MAX, 0);
}

static void
ignore(const CoexRelayDelivery *delivery, gpointer data)
{
}

/* Not how many are missing: relays that share a log number what comes for all numbers in one row.
 */
static void
tell_place(const CoexCase *c, const CoexRelayEnd *end, CoexReport *report)
{
    g_autofree char *host = coex_relay_dup_host(c->relay);
    g_autofree char *time = coex_window_dup_known_time(c->last_delivery_at);

    if (c->relay_place < 0)
        coex_report_add(report, COEX_FINDING_OK,
                        _("The relay %s answers, and takes the option {@relay-key}."), host);
    else if (end->newest > c->relay_place)
        coex_report_add(
            report, COEX_FINDING_OK,
            _("The relay %s answers, and takes the option {@relay-key}. It has deliveries "
              "that are not here yet."),
            host);
    else
        coex_report_add(
            report, COEX_FINDING_OK,
            _("The relay %s answers, and takes the option {@relay-key}. All that it has "
              "is here; the last delivery came at %s."),
            host, time);
}

static void
read_batch(const CoexCase *c, const CoexResponse *response, CoexReport *report)
{
    g_autoptr(CoexRelayReader) reader =
        coex_relay_reader_new(COEX_RELAY_SEQUENCE_MAX, NULL, ignore, NULL);
    g_autoptr(GError) error = NULL;
    const CoexRelayEnd *end = NULL;
    gsize length;
    const char *bytes = g_bytes_get_data(response->body, &length);

    if (coex_relay_reader_feed(reader, bytes, length, &error))
        end = coex_relay_reader_finish(reader, &error);
    if (end != NULL)
        tell_place(c, end, report);
    else
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("What answers at %s is no relay: %s. Correct the option {@relay}, or look "
              "at what stands before the relay."),
            c->relay, error->message);
}

static void
read_relay(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    if (response == NULL)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The relay: %s What comes for this number waits there."), error->message);
    else if (response->status == 200)
        read_batch(c, response, report);
    else if (response->status == 401 || response->status == 403)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The relay refuses the option {@relay-key}: copy the desk-key from its "
                          "configuration, and log in again."));
    else if (response->status == 404)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("The relay has nothing at the path of the option {@relay}, %s: correct it, "
              "and log in again."),
            c->relay);
    else
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("The relay answers with HTTP %u at %s: look at it, and at what stands before it."),
            response->status, c->relay);
}

const CoexQuestion coex_question_relay = { ask_relay, read_relay };

gboolean
coex_doctor_leads_to_relay(const CoexCase *c, const char *address, CoexReport *report)
{
    gboolean is_same = g_str_equal(address, c->relay);

    if (*c->relay == '\0' || (!is_same && g_strrstr(c->listen, ":") != NULL))
        return FALSE;
    if (!is_same)
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("Whether %s leads to the relay: it is not tried, for the relay would "
                          "keep what comes there. Compare it with the option {@relay}."),
                        address);
    return TRUE;
}
