// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/backend.h"
#include "core/doctor-private.h"
#include "core/error.h"
#include "core/json.h"
#include "core/report.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include <string.h>

/* Meta: whatsapp-message-history. The two edges have words of their own for one thing: both are
 * taken. */
#define FIELDS                                                                                     \
    "fields=id,message_id,events{delivery_status,webhook_update_state,timestamp,application{id},"  \
    "webhook_uri,error_description}"
#define LATELY 25 /* messages */
#define REASON_MAX_CHARS 160

typedef struct {
    const char *status; /* NULL where it is not told; so with all of them */
    const char *update;
    const char *uri;
    const char *app;
    const char *reason;
    gint64 at;
} Event;

static Event
read_event(const CoexJsonAt *at)
{
    CoexJsonAt time = coex_json_member(at, "timestamp");
    CoexJsonAt app = coex_json_member(at, "application");

    return (Event){ .status = coex_json_member_text(at, "delivery_status"),
                    .update = coex_json_member_text(at, "webhook_update_state"),
                    .uri = coex_json_member_text(at, "webhook_uri"),
                    .app = coex_json_member_text(&app, "id"),
                    .reason = coex_json_member_text(at, "error_description"),
                    .at = coex_json_int(&time, 0) };
}

static gboolean
is_lost(const Event *event)
{
    return g_strcmp0(event->update, "FAILED") == 0 || g_strcmp0(event->update, "ERROR") == 0 ||
           g_strcmp0(event->update, "RETRYING") == 0;
}

/* A list, or one in `data`. */
static CoexJsonAt
get_list(const CoexJsonAt *object, const char *name)
{
    CoexJsonAt list = coex_json_member(object, name);

    return coex_json_at_is_array(&list) ? list : coex_json_member(&list, "data");
}

static char *
dup_reason(const Event *event)
{
    g_autofree char *reason = coex_text_excerpt(
        event->reason != NULL ? event->reason : _("no reason is told"), REASON_MAX_CHARS);
    g_autofree char *time = coex_window_dup_known_time(event->at);

    const char *address = event->uri != NULL ? event->uri : _("an address that is not told");

    if (event->app == NULL)
        /* Translators: an address in the web, what WhatsApp says, and a date with a time */
        return coex_say(_("%s: “%s” (at %s)"), address, reason, time);
    /* Translators: an address in the web, an app's id, what WhatsApp says, a date with a time */
    return coex_say(_("%s of the app %s: “%s” (at %s)"), address, event->app, reason, time);
}

/* ---- what became of webhooks lately ---- */

static CoexRequest *
ask_history(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (c->unreachable || c->refused)
        return NULL;
    if (c->endpoint.backend->needs_number_id)
        return coex_api_get(&c->endpoint,
                            "/{number}/message_history?limit=" G_STRINGIFY(LATELY) "&" FIELDS);
    coex_report_add(report, COEX_FINDING_UNCHECKED,
                    _("What became of the webhooks that were sent: %s has no such list."),
                    c->endpoint.backend->label);
    return NULL;
}

typedef struct {
    guint n_messages;
    guint n_lost;
    guint n_taken;
    Event last_lost;
    Event last_taken;
} Count;

static void
count_events(const CoexJsonAt *message, Count *count)
{
    CoexJsonAt events = get_list(message, "events");

    count->n_messages++;
    for (guint i = 0; i < coex_json_length(&events); i++) {
        CoexJsonAt at = coex_json_element(&events, i);
        Event event = read_event(&at);
        Event *last = is_lost(&event) ? &count->last_lost : &count->last_taken;

        if (event.update == NULL && event.reason == NULL)
            continue;
        if (is_lost(&event) || event.reason != NULL)
            count->n_lost++;
        else
            count->n_taken++;
        if (event.reason != NULL)
            last = &count->last_lost;
        if (event.at >= last->at)
            *last = event;
    }
}

static void
tell_history(const Count *count, CoexReport *report)
{
    g_autofree char *reason = dup_reason(&count->last_lost);
    g_autofree char *time = coex_window_dup_known_time(count->last_taken.at);
    const char *uri = count->last_taken.uri;

    if (count->n_lost > 0)
        coex_report_add(report,
                        count->last_lost.at >= count->last_taken.at ? COEX_FINDING_WRONG
                                                                    : COEX_FINDING_OK,
                        count->last_lost.at >= count->last_taken.at
                            /* Translators: %s is an address in the web, and what happened */
                            ? _("WhatsApp could not deliver webhooks: %u of the newest %u. The "
                                "last to %s. What that address answers has to be mended there.")
                            : _("WhatsApp could not deliver webhooks for a while, %u of the newest "
                                "%u, and can again. The last to %s."),
                        count->n_lost, count->n_lost + count->n_taken, reason);
    else if (count->n_taken > 0)
        coex_report_add(
            report, COEX_FINDING_OK,
            COEX_PLURAL("WhatsApp could deliver the newest %u webhook; it went to %s at %s.",
                        "WhatsApp could deliver the newest %u webhooks; the last went to %s at %s.",
                        count->n_taken),
            count->n_taken, uri != NULL ? uri : _("an address that is not told"), time);
    else
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        count->n_messages > 0
                            ? _("What became of the webhooks: WhatsApp lists messages, but of no "
                                "webhook what became of it.")
                            : _("What became of the webhooks: WhatsApp lists no message lately."));
}

static void
read_history(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_autoptr(CoexJson) doc = response != NULL ? coex_doctor_open(response, &refusal) : NULL;
    CoexJsonAt root, data;
    Count count = { 0 };

    if (doc == NULL) {
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("What became of the webhooks: %s"),
                        response != NULL ? refusal->message : error->message);
        return;
    }
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    for (guint i = 0; i < coex_json_length(&data); i++) {
        CoexJsonAt message = coex_json_element(&data, i);

        count_events(&message, &count);
    }
    tell_history(&count, report);
}

const CoexQuestion coex_question_history = { ask_history, read_history };

/* ---- of sends without a status ---- */

enum { SETTLED_DELIVERED, SETTLED_FAILED, SETTLED_PENDING, SETTLED_UNTOLD };

static CoexRequest *
ask_unconfirmed(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    g_autofree char *id = NULL;
    g_autofree char *path = NULL;

    if (c->unreachable || c->refused || !c->endpoint.backend->needs_number_id ||
        facts->unconfirmed == NULL || facts->unconfirmed[0] == NULL)
        return NULL;
    if (!c->asks_unconfirmed) {
        c->asks_unconfirmed = TRUE;
        c->next = 0;
    }
    if (facts->unconfirmed[c->next] == NULL)
        return NULL;
    id = g_uri_escape_string(facts->unconfirmed[c->next++], NULL, FALSE);
    path = g_strdup_printf("/{number}/message_history?message_id=%s&" FIELDS, id);
    return coex_api_get(&c->endpoint, path);
}

/* How far it came, by the newest word. */
static guint
settle(CoexCase *c, const CoexJsonAt *message)
{
    CoexJsonAt events = get_list(message, "events");
    guint settled = SETTLED_UNTOLD;

    for (guint i = 0; i < coex_json_length(&events); i++) {
        CoexJsonAt at = coex_json_element(&events, i);
        Event event = read_event(&at);

        if (g_strcmp0(event.status, "DELIVERED") == 0 || g_strcmp0(event.status, "READ") == 0)
            settled = SETTLED_DELIVERED;
        else if (settled != SETTLED_DELIVERED &&
                 (g_strcmp0(event.status, "FAILED") == 0 || g_strcmp0(event.status, "ERROR") == 0))
            settled = SETTLED_FAILED;
        else if (settled == SETTLED_UNTOLD)
            settled = SETTLED_PENDING;
        if (is_lost(&event)) {
            g_free(c->lost);
            c->lost = dup_reason(&event);
        }
    }
    return settled;
}

static void
read_unconfirmed(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(CoexJson) doc = response != NULL ? coex_doctor_open(response, NULL) : NULL;
    CoexJsonAt root, data, message;

    c->again = TRUE;
    if (doc == NULL) {
        c->n_settled[SETTLED_UNTOLD]++;
        return;
    }
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    message = coex_json_element(&data, 0);
    c->n_settled[settle(c, &message)]++;
}

const CoexQuestion coex_question_unconfirmed = { ask_unconfirmed, read_unconfirmed };

static void
tell_settled(const CoexCase *c, guint n, CoexReport *report)
{
    g_autofree char *settled = g_strdup_printf(
        COEX_PLURAL("Of %u message that was sent lately, no status has come. WhatsApp itself says: "
                    "%u delivered, %u failed, %u on its way, %u not told.",
                    "Of %u messages that were sent lately, no status has come. WhatsApp itself "
                    "says of the newest: %u delivered, %u failed, %u on their way, %u not told.",
                    n),
        n, c->n_settled[SETTLED_DELIVERED], c->n_settled[SETTLED_FAILED],
        c->n_settled[SETTLED_PENDING], c->n_settled[SETTLED_UNTOLD]);
    /* Translators: %s is an address in the web, and what happened */
    g_autofree char *lost =
        c->lost != NULL ? coex_say(_("Their webhooks went to %s."), c->lost) : NULL;

    coex_report_add(report, COEX_FINDING_WRONG, lost != NULL ? "%s %s" : "%s", settled, lost);
}

void
coex_doctor_tell_unconfirmed(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (!facts->known)
        return;
    if (facts->n_unconfirmed == 0)
        coex_report_add(report, COEX_FINDING_OK,
                        _("Of each message that WhatsApp took lately, a status has come."));
    else if (!c->asks_unconfirmed)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            COEX_PLURAL("Of %u message that was sent lately, no status has come: webhooks do not "
                        "arrive, or it was not delivered; the phone shows it.",
                        "Of %u messages that were sent lately, no status has come: webhooks do not "
                        "arrive, or those messages were not delivered; the phone shows which.",
                        facts->n_unconfirmed),
            facts->n_unconfirmed);
    else
        tell_settled(c, facts->n_unconfirmed, report);
}
