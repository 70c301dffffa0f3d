// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/inbox.h"
#include "core/json.h"
#include "core/report.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define PROBED 500      /* rows to ask for: more than one page gives, maybe */
#define NAMES_CHARS 400 /* of names that are listed */

gboolean
coex_doctor_has_only_inbox(const CoexCase *c)
{
    return *c->inbox.url != '\0' && strchr(c->listen, ':') == NULL;
}

/* ---- whether it answers ---- */

static CoexRequest *
ask_user(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    return *c->inbox.url != '\0' ? coex_inbox_ask_user(&c->inbox) : NULL;
}

/* TRUE: there is an answer to be read. Else the reason is a line, and the rest is not asked. */
static gboolean
check_answer(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autofree char *host = coex_inbox_dup_host(c->inbox.url);

    c->inbox_ends = response == NULL || response->status != 200;
    if (response == NULL)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The Inbox: %s What comes for this number waits there."), error->message);
    else if (response->status == 401 || response->status == 403)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("The Inbox %s refuses the option {@inbox-token} (HTTP %u): copy the token "
              "of a user of the Inbox, not the API key, and log in again."),
            host, response->status);
    else if (response->status == 404)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("There is no Inbox at %s: open the Inbox at 360dialog, copy its address "
                          "from the browser into the option {@inbox-url}, and log in again."),
                        c->inbox.url);
    else if (response->status != 200)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The Inbox %s answers with HTTP %u: look at it in the browser."), host,
                        response->status);
    return !c->inbox_ends;
}

static void
tell_strange(CoexCase *c, const GError *error, CoexReport *report)
{
    c->inbox_ends = TRUE;
    coex_report_add(report, COEX_FINDING_WRONG,
                    _("What answers at %s is no Inbox: %s. Correct the option {@inbox-url}."),
                    c->inbox.url, error->message);
}

static void
read_user(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autofree char *host = coex_inbox_dup_host(c->inbox.url);
    g_autoptr(GError) strange = NULL;
    gboolean reads_all = TRUE;

    if (!check_answer(c, response, error, report))
        return;
    if (!coex_inbox_read_user(response, &reads_all, &strange))
        tell_strange(c, strange, report);
    else if (reads_all)
        coex_report_add(report, COEX_FINDING_OK,
                        _("The Inbox %s answers, and takes the option {@inbox-token}."), host);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The user behind the option {@inbox-token} may read a part of the "
                          "conversations only: let an admin of the Inbox allow it to read all."));
}

const CoexQuestion coex_question_inbox = { ask_user, read_user };

static CoexRequest *
ask_number(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    return *c->inbox.url != '\0' && !c->inbox_ends ? coex_inbox_ask_number(&c->inbox) : NULL;
}

static void
read_number(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autofree char *number = NULL;
    g_autoptr(GError) strange = NULL;

    if (response != NULL && response->status == 200)
        number = coex_inbox_read_number(response, &strange);
    if (number == NULL)
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("Whose number the Inbox is for: %s."),
                        strange != NULL    ? strange->message
                        : response != NULL ? _("it has no such page")
                                           : error->message);
    else if (g_str_equal(number, c->number))
        coex_report_add(report, COEX_FINDING_OK, _("The Inbox is that of +%s."), number);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The Inbox is that of +%s, but the account is named +%s: correct the "
                          "options {@inbox-url} and {@inbox-token}."),
                        number, c->number);
}

const CoexQuestion coex_question_inbox_number = { ask_number, read_number };

/* ---- what it hands out ---- */

/* What can be seen in a page of what its documentation does not say. */
typedef struct {
    guint n_rows, n_from_us, n_by_users, n_marked, n_without_id, n_with_status;
    gint64 newest, last;
    gboolean is_sorted;
    GHashTable *names; /* of a row's members, borrowed */
    GHashTable *types; /* of messages, borrowed */
} Sight;

static void
note_names(GHashTable *names, const CoexJsonAt *object)
{
    g_autofree const char **keys = coex_json_keys(object);

    for (guint i = 0; keys[i] != NULL; i++)
        g_hash_table_add(names, (gpointer)keys[i]);
}

static gboolean
has_status(const CoexJsonAt *row)
{
    CoexJsonAt statuses = coex_json_member(row, "waba_statuses");

    return coex_json_member_text(&statuses, "sent") != NULL ||
           coex_json_member_text(&statuses, "delivered") != NULL ||
           coex_json_member_text(&statuses, "read") != NULL;
}

static void
look_at_row(Sight *sight, const CoexJsonAt *row)
{
    CoexJsonAt payload = coex_json_member(row, "waba_payload");
    CoexJsonAt told = coex_json_member(&payload, "timestamp");
    CoexJsonAt sender = coex_json_member(row, "sender");
    const char *type = coex_json_member_text(&payload, "type");
    gint64 time = coex_json_int(&told, 0);

    note_names(sight->names, row);
    if (type != NULL)
        g_hash_table_add(sight->types, (gpointer)type);
    sight->n_from_us += g_strcmp0(coex_json_member_text(row, "from_us"), "true") == 0;
    sight->n_by_users += coex_json_at_is_object(&sender);
    sight->n_marked += g_strcmp0(coex_json_member_text(&payload, "is_echo"), "true") == 0;
    sight->n_without_id += coex_json_member_text(&payload, "id") == NULL;
    sight->n_with_status += has_status(row);
    sight->is_sorted &= sight->n_rows == 0 || time <= sight->last;
    sight->newest = MAX(sight->newest, time);
    sight->last = time;
    sight->n_rows++;
}

static char *
dup_names(GHashTable *names)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(names), (GCompareFunc)strcmp);
    g_autoptr(GString) all = g_string_new(NULL);

    for (GList *key = keys; key != NULL; key = key->next)
        coex_text_list_add(all, "%s", (char *)key->data);
    return all->len > 0 ? coex_text_excerpt(all->str, NAMES_CHARS) : g_strdup(_("none"));
}

static void
tell_sight(const Sight *sight, gint64 count, CoexReport *report)
{
    g_autofree char *names = dup_names(sight->names);
    g_autofree char *types = dup_names(sight->types);

    coex_report_add(
        report, COEX_FINDING_OK,
        sight->is_sorted
            ? _("The Inbox lists the messages of all conversations together: it counts %" PRId64
                ", and hands out %u where %d are asked for, the newest first.")
            : _("The Inbox lists the messages of all conversations together: it counts %" PRId64
                ", and hands out %u where %d are asked for, in no order."),
        count, sight->n_rows, PROBED);
    coex_report_add(
        report, COEX_FINDING_OK,
        _("Of these the number's own: %u, sent by users of the Inbox: %u, marked as echoes: %u, "
          "with a status: %u; without an id: %u. Kinds: %s. A row has: %s."),
        sight->n_from_us, sight->n_by_users, sight->n_marked, sight->n_with_status,
        sight->n_without_id, types, names);
}

static CoexRequest *
ask_rows(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    const CoexInboxSpan span = { .limit = PROBED };

    return *c->inbox.url != '\0' && !c->inbox_ends ? coex_inbox_ask_rows(&c->inbox, &span) : NULL;
}

static void
read_list(CoexCase *c, const CoexResponse *response, CoexReport *report)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) types = g_hash_table_new(g_str_hash, g_str_equal);
    Sight sight = { .is_sorted = TRUE, .names = names, .types = types };
    CoexJsonAt root, results, count;

    if (doc == NULL) {
        coex_report_add(report, COEX_FINDING_WRONG, _("The Inbox's list of messages is no JSON."));
        return;
    }
    root = coex_json_root(doc);
    results = coex_json_member(&root, "results");
    count = coex_json_member(&root, "count");
    if (!coex_json_at_is_array(&results)) {
        coex_report_add(report, COEX_FINDING_WRONG, _("The Inbox's list of messages is none."));
        return;
    }
    for (guint i = 0; i < coex_json_length(&results); i++) {
        CoexJsonAt row = coex_json_element(&results, i);

        look_at_row(&sight, &row);
    }
    c->inbox_newest = sight.newest;
    tell_sight(&sight, coex_json_int(&count, -1), report);
}

static void
read_rows(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    if (response == NULL)
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("The Inbox's list of messages: %s"),
                        error->message);
    else if (response->status != 200)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("The Inbox does not list the messages of all conversations together (HTTP %u), so "
              "nothing comes from it: report these lines, and receive by webhook meanwhile."),
            response->status);
    else
        read_list(c, response, report);
}

const CoexQuestion coex_question_inbox_rows = { ask_rows, read_rows };

/* ---- whether the ends of a span count ---- */

static CoexRequest *
ask_ends(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    return *c->inbox.url != '\0' && c->inbox_newest > 0
               ? coex_inbox_ask_moment(&c->inbox, c->inbox_newest)
               : NULL;
}

static void
read_ends(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(CoexJson) doc = response != NULL ? coex_response_parse(response) : NULL;
    CoexJsonAt root, count;

    if (doc == NULL) {
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("Whether the ends of a span count."));
        return;
    }
    root = coex_json_root(doc);
    count = coex_json_member(&root, "count");
    coex_report_add(report, COEX_FINDING_OK,
                    coex_json_int(&count, 0) > 0
                        ? _("The ends of a span of time count in the Inbox.")
                        : _("The ends of a span of time do not count in the Inbox."));
}

const CoexQuestion coex_question_inbox_ends = { ask_ends, read_ends };

/* ---- the bell ---- */

static CoexRequest *
tell_bell(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (*c->inbox.url == '\0' || c->inbox_ends)
        return NULL;
    if (c->inbox_bell == NULL)
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("Whether the Inbox says at once that something is new (WebSocket): that "
                          "is known only while the account is logged in."));
    else if (*c->inbox_bell == '\0')
        coex_report_add(report, COEX_FINDING_OK,
                        _("The Inbox says at once that something is new (WebSocket)."));
    else
        coex_report_add(
            report, COEX_FINDING_UNCHECKED,
            _("The Inbox does not say at once that something is new (WebSocket: %s). It is asked "
              "from time to time, so messages come up to half a minute later."),
            c->inbox_bell);
    return NULL;
}

const CoexQuestion coex_question_inbox_bell = { tell_bell, NULL };
