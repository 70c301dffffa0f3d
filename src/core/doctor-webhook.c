// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/backend.h"
#include "core/doctor-private.h"
#include "core/error.h"
#include "core/json.h"
#include "core/report.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define NAME_MAX_CHARS 40

static gboolean
may_ask(const CoexCase *c)
{
    return !c->unreachable && !c->refused;
}

/* ---- Meta: the app and its fields ---- */

static CoexRequest *
ask_subscribed(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (!may_ask(c) || !c->endpoint.backend->needs_waba)
        return NULL;
    if (*c->endpoint.waba_id != '\0')
        return coex_api_get(&c->endpoint, "/{waba}/subscribed_apps");
    coex_report_add(
        report, COEX_FINDING_UNCHECKED,
        _("Whether the app is subscribed: the option {@waba-id} is empty, and the access "
          "token does not tell it."));
    return NULL;
}

static char *
dup_others(const CoexJsonAt *apps, const char *app_id, gboolean *ret_ours)
{
    GString *others = g_string_new(NULL);

    *ret_ours = app_id == NULL && coex_json_length(apps) > 0;
    for (guint i = 0; i < coex_json_length(apps); i++) {
        CoexJsonAt app = coex_json_element(apps, i);
        CoexJsonAt about = coex_json_member(&app, "whatsapp_business_api_data");
        const char *id = coex_json_member_text(&about, "id");
        const char *name = coex_json_member_text(&about, "name");
        g_autofree char *shown = coex_text_excerpt(name != NULL ? name : "", NAME_MAX_CHARS);

        if (app_id != NULL && g_strcmp0(id, app_id) == 0) {
            *ret_ours = TRUE;
            continue;
        }
        coex_text_list_add(others, _("“%s”"), shown);
    }
    return g_string_free(others, FALSE);
}

/* @others: which are, "": none. */
static void
tell_unsubscribed(const char *others, CoexReport *report)
{
    g_autofree char *only = *others != '\0' ? coex_say(_("Subscribed is only: %s"), others) : NULL;

    coex_report_add(report, COEX_FINDING_WRONG, only != NULL ? "%s %s" : "%s",
                    _("The app of the access token is not subscribed to the WhatsApp account, so "
                      "it is told nothing: subscribe it, once, with a POST to "
                      "WABA-ID/subscribed_apps (README, “At Meta”)."),
                    only);
}

static void
read_subscribed(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_autoptr(CoexJson) doc = response != NULL ? coex_doctor_open(response, &refusal) : NULL;
    g_autofree char *others = NULL;
    gboolean ours;
    CoexJsonAt root, apps;

    if (doc == NULL) {
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("Whether the app is subscribed: %s"),
                        response != NULL ? refusal->message : error->message);
        return;
    }
    root = coex_json_root(doc);
    apps = coex_json_member(&root, "data");
    others = dup_others(&apps, c->app_id, &ours);
    if (!ours)
        tell_unsubscribed(others, report);
    else if (*others != '\0' && c->app_id != NULL)
        coex_report_add(
            report, COEX_FINDING_OK,
            _("The app is subscribed to the WhatsApp account; others get the same: %s."), others);
    else
        coex_report_add(report, COEX_FINDING_OK,
                        _("The app is subscribed to the WhatsApp account."));
}

const CoexQuestion coex_question_subscribed = { ask_subscribed, read_subscribed };

static const struct {
    const char *name;
    const char *lack;
} fields[] = {
    { "messages", N_("The webhook field messages is not subscribed, so nothing that customers "
                     "write comes, and no status.") },
    { "smb_message_echoes", N_("The webhook field smb_message_echoes is not subscribed, so nothing "
                               "that is written on the phone comes.") },
    { "smb_app_state_sync", N_("The webhook field smb_app_state_sync is not subscribed, so the "
                               "phone's address book does not come.") },
    { "history", N_("The webhook field history is not subscribed, so the phone's earlier chats do "
                    "not come.") },
    { "user_preferences", N_("The webhook field user_preferences is not subscribed, so who wants "
                             "no marketing is not told.") },
    { "account_update", N_("The webhook field account_update is not subscribed, so it is not told "
                           "when the number is disconnected.") },
};

/* Only the app itself may ask (Meta: graph-api/webhooks/subscriptions-edge). */
static CoexRequest *
ask_fields(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    CoexRequest *request;
    g_autofree char *path = NULL;

    if (!may_ask(c) || !c->endpoint.backend->needs_waba)
        return NULL;
    if (!c->app_proven) {
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("The subscribed fields: they are read with the app secret. "
                          "smb_message_echoes and messages must be among them, in the App "
                          "dashboard, WhatsApp › Configuration."));
        return NULL;
    }
    path = g_strdup_printf("/%s/subscriptions", c->app_id);
    request = coex_api_get(&c->endpoint, path);
    g_free(request->auth_value);
    request->auth_value =
        g_strconcat(c->endpoint.backend->auth_prefix, c->app_id, "|", c->endpoint.app_secret, NULL);
    return request;
}

/* Objects with a name, or names. */
static gboolean
has_field(const CoexJsonAt *list, const char *name)
{
    for (guint i = 0; i < coex_json_length(list); i++) {
        CoexJsonAt field = coex_json_element(list, i);
        const char *text = coex_json_at_is_object(&field) ? coex_json_member_text(&field, "name")
                                                          : coex_json_text(&field);

        if (g_strcmp0(text, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
check_fields(const CoexJsonAt *list, CoexReport *report)
{
    gboolean good = TRUE;

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (has_field(list, fields[i].name))
            continue;
        good = FALSE;
        coex_report_add(report, COEX_FINDING_WRONG, "%s %s", _(fields[i].lack),
                        _("Subscribe it in the App dashboard, WhatsApp › Configuration."));
    }
    if (good)
        coex_report_add(report, COEX_FINDING_OK,
                        _("All webhook fields are subscribed, smb_message_echoes too."));
}

static void
read_fields(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_autoptr(CoexJson) doc = response != NULL ? coex_doctor_open(response, &refusal) : NULL;
    CoexJsonAt root, data;

    if (doc == NULL) {
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("The subscribed fields: %s"),
                        response != NULL ? refusal->message : error->message);
        return;
    }
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    for (guint i = 0; i < coex_json_length(&data); i++) {
        CoexJsonAt entry = coex_json_element(&data, i);
        CoexJsonAt list = coex_json_member(&entry, "fields");

        if (g_strcmp0(coex_json_member_text(&entry, "object"), "whatsapp_business_account") != 0)
            continue;
        if (g_strcmp0(coex_json_member_text(&entry, "active"), "false") == 0)
            coex_report_add(report, COEX_FINDING_WRONG,
                            _("The app's webhook is switched off: verify its address anew in the "
                              "App dashboard, WhatsApp › Configuration."));
        check_fields(&list, report);
        return;
    }
    coex_report_add(report, COEX_FINDING_WRONG,
                    _("The app has no webhook for WhatsApp, so nothing comes: enter the address "
                      "and subscribe the fields in the App dashboard, WhatsApp › Configuration."));
}

const CoexQuestion coex_question_fields = { ask_fields, read_fields };

/* ---- the address in force ---- */

static void
tell_elsewhere(const CoexCase *c, const char *set_at, CoexReport *report)
{
    /* Translators: an address in the web, "at the number" or the like, the address that should be,
     * and a sentence */
    coex_report_add(report, COEX_FINDING_WRONG,
                    _("Webhooks are delivered to %s, which is set %s, and not to %s (option "
                      "{@public-url}): another system gets the messages. %s"),
                    c->in_force, set_at, c->public_url, c->registering);
}

/* TRUE: it is the one of the option, and nothing was said. */
static gboolean
check_address(const CoexCase *c, const char *set_at, CoexReport *report)
{
    if (c->is_relays && *c->in_force != '\0')
        return TRUE;
    if (*c->in_force == '\0' && *c->public_url == '\0' && !c->is_relays)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("%s has no address to deliver webhooks to: fill in the option {@public-url} "
              "with the address that leads here, and log in again."),
            c->endpoint.backend->label);
    else if (*c->in_force == '\0')
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("%s has no address to deliver webhooks to. %s"),
                        c->endpoint.backend->label, c->registering);
    else if (*c->public_url == '\0')
        coex_report_add(
            report, COEX_FINDING_OK,
            _("Webhooks are delivered to %s, which is set %s; the option {@public-url} is "
              "empty, so it is not compared."),
            c->in_force, set_at);
    else if (!g_str_equal(c->in_force, c->public_url))
        tell_elsewhere(c, set_at, report);
    else
        return TRUE;
    return FALSE;
}

void
coex_doctor_tell_addresses(CoexCase *c, CoexReport *report)
{
    static const char *const set_at[COEX_LEVELS] = { N_("at the number"),
                                                     N_("at the WhatsApp account"),
                                                     N_("at the app") };
    const char *app = c->addresses[COEX_LEVELS - 1];
    const char *where;
    guint level = 0;

    if (!c->has_addresses)
        return;
    while (level < COEX_LEVELS - 1 && (c->addresses[level] == NULL || *c->addresses[level] == '\0'))
        level++;
    c->in_force = g_strdup(c->addresses[level] != NULL ? c->addresses[level] : "");
    where = _(set_at[level]);
    if (!check_address(c, where, report))
        return;
    if (level == COEX_LEVELS - 1 || g_strcmp0(app, c->in_force) == 0)
        coex_report_add(report, COEX_FINDING_OK,
                        _("Webhooks are delivered to %s, which is set %s."), c->in_force, where);
    else if (app != NULL && *app != '\0')
        coex_report_add(report, COEX_FINDING_OK,
                        _("Webhooks are delivered to %s, which is set %s; account_update, which "
                          "tells of a disconnection, goes to the app's own address, %s."),
                        c->in_force, where, app);
    else
        coex_report_add(report, COEX_FINDING_OK,
                        _("Webhooks are delivered to %s, which is set %s; account_update, which "
                          "tells of a disconnection, goes to the app's own address, and there is "
                          "none."),
                        c->in_force, where);
}

/* ---- 360dialog ---- */

static CoexRequest *
ask_webhook(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (!may_ask(c) || !c->endpoint.backend->webhook_is_flat || coex_doctor_has_only_inbox(c))
        return NULL;
    return c->asks_account ? coex_api_get(&c->endpoint, "/waba_webhook")
                           : coex_api_get_webhook(&c->endpoint);
}

/* Whether a delivery carries our secret, as far as the provider tells. */
typedef enum { HEADER_OURS, HEADER_UNTOLD, HEADER_NONE, HEADER_OTHER } Header;

static Header
judge_header(const CoexCase *c, const CoexWebhook *webhook)
{
    g_autoptr(CoexVerifier) own = coex_verifier_new(COEX_PROOF_HEADER, c->webhook_header);
    Header header = HEADER_NONE;

    for (guint i = 0; webhook->headers != NULL && webhook->headers[i] != NULL; i++) {
        g_autoptr(CoexVerifier) theirs = coex_verifier_new(COEX_PROOF_HEADER, webhook->headers[i]);

        if (g_str_equal(coex_verifier_get_secret_id(own), coex_verifier_get_secret_id(theirs)))
            return HEADER_OURS;
        header = HEADER_OTHER;
    }
    return webhook->headers != NULL ? header : HEADER_UNTOLD;
}

static void
tell_header(const CoexCase *c, Header header, CoexReport *report)
{
    switch (header) {
    case HEADER_OURS:
        coex_report_add(report, COEX_FINDING_OK,
                        _("Webhooks are delivered to %s, with the account's secret header."),
                        c->in_force);
        break;
    case HEADER_UNTOLD:
        coex_report_add(report, COEX_FINDING_OK, _("Webhooks are delivered to %s."), c->in_force);
        break;
    case HEADER_NONE:
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("Webhooks are delivered to %s, but without the secret header, so each is "
                          "turned away (401). %s"),
                        c->in_force, c->registering);
        break;
    case HEADER_OTHER:
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("Webhooks are delivered to %s, but with another secret than the "
                          "account's, so each is turned away (401). %s"),
                        c->in_force, c->registering);
        break;
    }
}

static void
read_webhook(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_auto(CoexWebhook) webhook = { 0 };

    if (response == NULL || !coex_api_read_webhook(&c->endpoint, response, &webhook, &refusal)) {
        coex_report_add(report, COEX_FINDING_UNCHECKED, _("The registered address: %s"),
                        refusal != NULL ? refusal->message : error->message);
        return;
    }
    /* the nearer wins (360dialog: messaging/webhook) */
    c->again = *webhook.url == '\0' && !c->asks_account;
    if (c->again) {
        c->asks_account = TRUE;
        return;
    }
    c->in_force = g_strdup(webhook.url);
    if (!check_address(c, c->asks_account ? _("at the WhatsApp account") : _("at the number"),
                       report))
        return;
    tell_header(c, *c->webhook_header != '\0' ? judge_header(c, &webhook) : HEADER_UNTOLD, report);
}

const CoexQuestion coex_question_webhook = { ask_webhook, read_webhook };
