// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/api-error.h"
#include "core/backend.h"
#include "core/doctor-private.h"
#include "core/error.h"
#include "core/json.h"
#include "core/report.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define NO_TOKEN 2500     /* Graph's code for a request without one, of a version that it has */
#define TOKEN_EXPIRED 463 /* subcode */
#define EXPIRES_SOON_S (14 * 24 * 60 * 60)
#define PROBLEMS_MAX 8

#define MAKE_TOKEN                                                                                 \
    N_("Make one in Meta's Business settings, Users › System users, with the permissions "       \
       "whatsapp_business_messaging and whatsapp_business_management, and enter it as the "        \
       "account's password.")

/* ---- a case ---- */

CoexCase *
coex_case_new(void)
{
    return g_new0(CoexCase, 1);
}

void
coex_case_free(CoexCase *c)
{
    if (c == NULL)
        return;
    coex_endpoint_clear(&c->endpoint);
    g_free(c->number);
    g_free(c->relay);
    g_free(c->relay_key);
    g_free(c->inbox.url);
    g_free(c->inbox.token);
    g_free(c->inbox_bell);
    g_free(c->listen);
    g_free(c->webhook_path);
    g_free(c->webhook_header);
    g_free(c->verify_token);
    g_free(c->public_url);
    g_free(c->app_id);
    g_strfreev(c->wabas);
    g_free(c->in_force);
    for (guint i = 0; i < COEX_LEVELS; i++)
        g_free(c->addresses[i]);
    g_clear_pointer(&c->health, g_ptr_array_unref);
    g_free(c->can_send);
    g_free(c->lost);
    g_free(c);
}

CoexJson *
coex_doctor_open(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);

    if (!coex_api_error_check(response->status, doc, FALSE, error))
        return NULL;
    if (doc == NULL)
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("What answers there is not WhatsApp: its answer cannot be read (HTTP %u)."),
                    response->status);
    return g_steal_pointer(&doc);
}

char *
coex_doctor_dup_day(gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at);

    /* Translators: strftime, a day */
    return time != NULL ? g_date_time_format(time, _("%Y-%m-%d")) : g_strdup(_("an unknown day"));
}

static gboolean
is_meta(const CoexCase *c)
{
    return c->endpoint.backend->needs_number_id;
}

/* "" for what it is not. */
static char *
dup_host(const CoexCase *c)
{
    const char *base = c->endpoint.base_url != NULL && *c->endpoint.base_url != '\0'
                           ? c->endpoint.base_url
                           : c->endpoint.backend->base_url;
    g_autoptr(GUri) uri = g_uri_parse(base, G_URI_FLAGS_NONE, NULL);

    return g_strdup(uri != NULL && g_uri_get_host(uri) != NULL ? g_uri_get_host(uri) : base);
}

static void
tell_unreachable(CoexCase *c, const char *why, CoexReport *report)
{
    c->unreachable = TRUE;
    coex_report_add(report, COEX_FINDING_WRONG, "%s", why);
    coex_report_add(
        report, COEX_FINDING_UNCHECKED,
        _("Access, number, subscriptions and the registered address: %s cannot be asked."),
        c->endpoint.backend->label);
}

/* What was not read is no finding about the account. */
static void
tell_unread(const char *what, const GError *error, CoexReport *report)
{
    coex_report_add(report, COEX_FINDING_UNCHECKED, "%s: %s", what, error->message);
}

static gboolean
may_ask(const CoexCase *c)
{
    return is_meta(c) && !c->unreachable && !c->refused;
}

/* ---- reachability and version ---- */

static CoexRequest *
ask_version(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    CoexRequest *request;

    if (!is_meta(c))
        return NULL;
    request = coex_api_get(&c->endpoint, "/me");
    g_clear_pointer(&request->auth_header, g_free);
    g_clear_pointer(&request->auth_value, g_free);
    return request;
}

static void
read_version(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autofree char *host = dup_host(c);
    const char *version = c->endpoint.backend->version_path + 1;
    g_autoptr(GError) refusal = NULL;
    g_autoptr(CoexJson) doc = NULL;
    int code;

    if (response == NULL) {
        tell_unreachable(c, error->message, report);
        return;
    }
    doc = coex_doctor_open(response, &refusal);
    code = coex_error_get_graph_code(refusal);
    if (code == NO_TOKEN)
        coex_report_add(report, COEX_FINDING_OK, _("%s is reached, and Graph %s is in service."),
                        host, version);
    else if (code != 0)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("%s is reached, but does not know Graph %s as it should (%s) A newer "
                          "version of this program may help."),
                        host, version, refusal->message);
    else
        tell_unreachable(c,
                         doc != NULL ? _("What answers in WhatsApp's place is somebody else. Check "
                                         "the option {@api-url}, and what stands between.")
                                     : refusal->message,
                         report);
}

const CoexQuestion coex_question_version = { ask_version, read_version };

/* ---- the access token ---- */

static CoexRequest *
ask_token(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (!may_ask(c))
        return NULL;
    if (*c->endpoint.key != '\0')
        return coex_api_find_wabas(&c->endpoint);
    c->refused = TRUE;
    coex_report_add(report, COEX_FINDING_WRONG, "%s %s", _("There is no access token."),
                    _(MAKE_TOKEN));
    return NULL;
}

/* Meta: debug_token answers for a token that has ended with the code of all refusals, and a subcode
 * or a word that tells it from others. */
static gboolean
tells_expiry(const CoexResponse *response)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);
    CoexJsonAt root, data, error, subcode;
    const char *message;

    if (doc == NULL)
        return FALSE;
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    error = coex_json_member(coex_json_at_exists(&data) ? &data : &root, "error");
    subcode = coex_json_member(&error, "error_subcode");
    if (!coex_json_at_exists(&subcode))
        subcode = coex_json_member(&error, "subcode");
    message = coex_json_member_text(&error, "message");
    return coex_json_int(&subcode, 0) == TOKEN_EXPIRED ||
           (message != NULL && strstr(message, "Session has expired") != NULL);
}

static void
tell_foreign(const char *prefix, CoexReport *report)
{
    /* Translators: %s is a few letters, such as EAA */
    g_autofree char *foreign =
        coex_say(_("The access token is not accepted, and does not begin with %s as Meta's "
                   "do: is it another provider's, or cut?"),
                 prefix);

    coex_report_add(report, COEX_FINDING_WRONG, "%s %s", foreign, _(MAKE_TOKEN));
}

static void
tell_refused(CoexCase *c, const CoexResponse *response, CoexReport *report)
{
    const char *prefix = c->endpoint.backend->key_prefix;
    g_autofree char *key = coex_endpoint_dup_key(&c->endpoint);

    c->refused = TRUE;
    if (tells_expiry(response))
        coex_report_add(report, COEX_FINDING_WRONG, "%s %s %s", _("The access token has expired."),
                        _(MAKE_TOKEN), _("It can be chosen there that the token never expires."));
    else if (prefix != NULL && !g_str_has_prefix(key, prefix))
        tell_foreign(prefix, report);
    else
        coex_report_add(report, COEX_FINDING_WRONG, "%s %s",
                        _("The access token is not accepted: it is mistyped, or was withdrawn. If "
                          "it is not accepted when you enter it again, another is needed."),
                        _(MAKE_TOKEN));
    coex_report_add(report, COEX_FINDING_UNCHECKED,
                    _("Number, Coexistence, subscriptions and the registered address: they need an "
                      "access token that is accepted."));
}

static gboolean
has_text(const CoexJsonAt *array, const char *text)
{
    for (guint i = 0; i < coex_json_length(array); i++) {
        CoexJsonAt element = coex_json_element(array, i);

        if (g_strcmp0(coex_json_text(&element), text) == 0)
            return TRUE;
    }
    return FALSE;
}

/* FALSE: something lacks, and was told. */
static gboolean
check_permissions(const CoexJsonAt *data, CoexReport *report)
{
    static const struct {
        const char *name;
        const char *lack;
    } permissions[] = {
        { "whatsapp_business_messaging",
          N_("The access token lacks the permission whatsapp_business_messaging: nothing can be "
             "sent.") },
        { "whatsapp_business_management",
          N_("The access token lacks the permission whatsapp_business_management: templates, the "
             "number and the webhook's address cannot be read.") },
    };
    CoexJsonAt scopes = coex_json_member(data, "scopes");
    gboolean good = TRUE;

    for (guint i = 0; i < G_N_ELEMENTS(permissions); i++) {
        if (has_text(&scopes, permissions[i].name))
            continue;
        good = FALSE;
        coex_report_add(report, COEX_FINDING_WRONG, "%s %s", _(permissions[i].lack), _(MAKE_TOKEN));
    }
    return good;
}

static void
check_expiry(const CoexCase *c, gint64 expires_at, gboolean good, CoexReport *report)
{
    g_autofree char *day = coex_doctor_dup_day(expires_at);
    g_autofree char *ends =
        coex_say(_("The access token ends on %s: another is needed before."), day);

    if (expires_at > 0 && expires_at < c->now + EXPIRES_SOON_S)
        coex_report_add(report, COEX_FINDING_WRONG, "%s %s", ends, _(MAKE_TOKEN));
    else if (good && expires_at > 0)
        coex_report_add(report, COEX_FINDING_OK,
                        _("The access token is accepted, has both permissions, and ends on %s."),
                        day);
    else if (good)
        coex_report_add(
            report, COEX_FINDING_OK,
            _("The access token is accepted, has both permissions, and does not expire."));
}

/* The WhatsApp account that is configured must be one that the token may manage. */
static void
check_waba(CoexCase *c, CoexReport *report)
{
    if (c->wabas[0] == NULL)
        return;
    if (*c->endpoint.waba_id == '\0' && c->wabas[1] == NULL) {
        g_free(c->endpoint.waba_id);
        c->endpoint.waba_id = g_strdup(c->wabas[0]);
    } else if (*c->endpoint.waba_id != '\0' &&
               !g_strv_contains((const char *const *)c->wabas, c->endpoint.waba_id)) {
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The access token was not made for the WhatsApp account %s (option "
                          "{@waba-id}): correct the option, or assign that account to the token's "
                          "user in Meta's Business settings, Accounts › WhatsApp accounts."),
                        c->endpoint.waba_id);
    }
}

static void
read_token(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root, data, expiry;

    if (response == NULL) {
        tell_unread(_("The access token"), error, report);
        return;
    }
    c->wabas = coex_api_read_wabas(response, &refusal);
    if (c->wabas == NULL) {
        if (g_error_matches(refusal, COEX_ERROR, COEX_ERROR_AUTH))
            tell_refused(c, response, report);
        else
            tell_unread(_("The access token"), refusal, report);
        return;
    }
    doc = coex_doctor_open(response, NULL);
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    expiry = coex_json_member(&data, "expires_at");
    c->app_id = g_strdup(coex_json_member_text(&data, "app_id"));
    check_expiry(c, coex_json_int(&expiry, 0), check_permissions(&data, report), report);
    check_waba(c, report);
}

const CoexQuestion coex_question_token = { ask_token, read_token };

/* ---- the app secret ---- */

/* Asked as the app, whose token is made of both (Meta: about-the-platform). */
static CoexRequest *
as_app(const CoexCase *c, CoexRequest *request)
{
    g_free(request->auth_value);
    request->auth_value =
        g_strconcat(c->endpoint.backend->auth_prefix, c->app_id, "|", c->endpoint.app_secret, NULL);
    return request;
}

static CoexRequest *
ask_secret(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (is_meta(c) && *c->endpoint.app_secret == '\0') {
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("The option {@app-secret} is empty, so no delivery can be accepted: copy it "
              "from the App dashboard, App settings › Basic."));
        return NULL;
    }
    if (!may_ask(c))
        return NULL;
    if (c->app_id != NULL)
        return as_app(c, coex_api_find_wabas(&c->endpoint));
    coex_report_add(report, COEX_FINDING_UNCHECKED,
                    _("The app secret: it was not told which app the access token is of."));
    return NULL;
}

static void
read_secret(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_auto(GStrv) wabas = NULL;

    if (response == NULL) {
        tell_unread(_("The app secret"), error, report);
        return;
    }
    wabas = coex_api_read_wabas(response, &refusal);
    c->app_proven = wabas != NULL;
    if (wabas != NULL)
        coex_report_add(report, COEX_FINDING_OK, _("The app secret is that of the token's app."));
    else if (g_error_matches(refusal, COEX_ERROR, COEX_ERROR_AUTH))
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The app secret is not that of the access token's app, so every delivery "
                          "is turned away (401): copy it from the App dashboard of the app %s, App "
                          "settings › Basic, into the option {@app-secret}."),
                        c->app_id);
    else
        tell_unread(_("The app secret"), refusal, report);
}

const CoexQuestion coex_question_secret = { ask_secret, read_secret };

/* ---- the number ---- */

static CoexRequest *
ask_ids(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    const char *waba = NULL;

    if (!may_ask(c) || *c->endpoint.phone_number_id != '\0')
        return NULL;
    if (*c->endpoint.waba_id != '\0')
        waba = c->next == 0 ? c->endpoint.waba_id : NULL;
    else if (c->wabas != NULL && c->next < g_strv_length(c->wabas))
        waba = c->wabas[c->next];
    if (waba != NULL) {
        c->next++;
        return coex_api_list_numbers(&c->endpoint, waba);
    }
    c->refused = TRUE;
    coex_report_add(report, COEX_FINDING_WRONG,
                    _("The id of +%s is not found with this access token: fill in the option "
                      "{@phone-number-id}, "
                      "which stands in WhatsApp Manager, Account tools › Phone numbers."),
                    c->number);
    return NULL;
}

static void
read_ids(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autofree char *id =
        response != NULL ? coex_api_read_number_id(response, c->number, NULL) : NULL;

    c->again = id == NULL;
    if (id == NULL)
        return;
    g_free(c->endpoint.phone_number_id);
    c->endpoint.phone_number_id = g_steal_pointer(&id);
    if (*c->endpoint.waba_id != '\0')
        return;
    g_free(c->endpoint.waba_id);
    c->endpoint.waba_id = g_strdup(c->wabas[c->next - 1]);
}

const CoexQuestion coex_question_ids = { ask_ids, read_ids };

static CoexRequest *
ask_number(CoexCase *c, const CoexFacts *facts, CoexReport *report)
{
    if (!is_meta(c))
        return c->unreachable ? NULL : coex_api_check_login(&c->endpoint);
    if (!may_ask(c))
        return NULL;
    return coex_api_get(&c->endpoint,
                        "/{number}?fields=id,display_phone_number,status,platform_type,"
                        "is_on_biz_app,health_status,webhook_configuration");
}

/* @type: of what has it; @said: what WhatsApp says of it, in English as a rule. */
static char *
dup_complaint(const char *type, const char *said)
{
    if (g_strcmp0(type, "PHONE_NUMBER") == 0)
        return coex_say(_("WhatsApp complains of the number: %s (WhatsApp Manager)"), said);
    if (g_strcmp0(type, "WABA") == 0)
        return coex_say(_("WhatsApp complains of the WhatsApp account: %s (WhatsApp Manager)"),
                        said);
    if (g_strcmp0(type, "BUSINESS") == 0)
        return coex_say(_("WhatsApp complains of the business: %s (WhatsApp Manager)"), said);
    if (g_strcmp0(type, "APP") == 0)
        return coex_say(_("WhatsApp complains of the app: %s (WhatsApp Manager)"), said);
    return coex_say(_("WhatsApp complains of the account: %s (WhatsApp Manager)"), said);
}

static void
add_problem(CoexCase *c, const char *type, const char *problem, const char *remedy)
{
    g_autofree char *text = coex_text_excerpt(problem, 200);
    g_autofree char *cure = coex_text_excerpt(remedy != NULL ? remedy : "", 200);
    g_autofree char *said = g_strdup_printf("%s%s%s", text, *cure != '\0' ? " " : "", cure);

    if (c->health->len < PROBLEMS_MAX)
        g_ptr_array_add(c->health, dup_complaint(type, said));
}

static void
note_entity(CoexCase *c, const CoexJsonAt *entity)
{
    const char *type = coex_json_member_text(entity, "entity_type");
    CoexJsonAt errors = coex_json_member(entity, "errors");
    CoexJsonAt infos = coex_json_member(entity, "additional_info");

    for (guint i = 0; i < coex_json_length(&errors); i++) {
        CoexJsonAt error = coex_json_element(&errors, i);
        const char *problem = coex_json_member_text(&error, "error_description");

        add_problem(c, type, problem != NULL ? problem : _("not told what"),
                    coex_json_member_text(&error, "possible_solution"));
    }
    for (guint i = 0; i < coex_json_length(&infos); i++) {
        CoexJsonAt info = coex_json_element(&infos, i);

        if (coex_json_text(&info) != NULL)
            add_problem(c, type, coex_json_text(&info), NULL);
    }
}

static void
note_health(CoexCase *c, const CoexJsonAt *root)
{
    CoexJsonAt health = coex_json_member(root, "health_status");
    CoexJsonAt entities = coex_json_member(&health, "entities");

    if (!coex_json_at_is_object(&health))
        return;
    c->health = g_ptr_array_new_with_free_func(g_free);
    c->can_send = g_strdup(coex_json_member_text(&health, "can_send_message"));
    for (guint i = 0; i < coex_json_length(&entities); i++) {
        CoexJsonAt entity = coex_json_element(&entities, i);

        note_entity(c, &entity);
    }
}

static void
tell_number(CoexCase *c, const CoexNumberInfo *info, const char *status, CoexReport *report)
{
    if (info->number != NULL && !g_str_equal(info->number, c->number)) {
        c->refused = TRUE;
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The phone number id %s is that of +%s, but the account is named +%s: "
                          "correct the account's user name, or the option {@phone-number-id}."),
                        c->endpoint.phone_number_id, info->number, c->number);
    } else if (status != NULL && strcmp(status, "CONNECTED") != 0) {
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("WhatsApp has the number +%s as %s, and not as CONNECTED: look at it in "
                          "WhatsApp Manager, Account tools › Phone numbers."),
                        c->number, status);
    } else {
        coex_report_add(report, COEX_FINDING_OK,
                        _("The number +%s is the one that this access is for, and is connected."),
                        c->number);
    }
}

static void
tell_coexistence(const CoexNumberInfo *info, const char *platform, CoexReport *report)
{
    if (info->on_business_app == 0)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The number does not take part in Coexistence (is_on_biz_app is false): "
                          "nothing from the phone comes here. In the WhatsApp Business app, "
                          "Settings › Account › Business Platform shows whether it is connected; "
                          "whoever connected the number does it again."));
    else if (platform != NULL && strcmp(platform, "CLOUD_API") != 0)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The number is not at the Cloud API (platform_type is %s): whoever "
                          "connected it has to connect it again."),
                        platform);
    else if (info->on_business_app < 0)
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("Coexistence: WhatsApp did not tell whether the number is in the "
                          "WhatsApp Business app."));
    else
        coex_report_add(report, COEX_FINDING_OK,
                        _("The number is in the WhatsApp Business app and at the Cloud API."));
}

static void
tell_number_refused(CoexCase *c, const GError *refusal, CoexReport *report)
{
    int code = coex_error_get_graph_code(refusal);

    c->refused = TRUE;
    if (code == 100 || code == COEX_GRAPH_NO_OBJECT)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("There is no number with the phone number id %s for this access token: "
              "correct the option {@phone-number-id}, or leave it empty; the id stands in "
              "WhatsApp Manager, Account tools › Phone numbers."),
            c->endpoint.phone_number_id);
    else
        coex_report_add(report, COEX_FINDING_WRONG, _("The number cannot be read: %s"),
                        refusal->message);
    coex_report_add(report, COEX_FINDING_UNCHECKED,
                    _("Coexistence, subscriptions and the registered address: the number must be "
                      "found first."));
}

static void
read_gateway(CoexCase *c, const CoexResponse *response, const GError *refusal, CoexReport *report)
{
    g_autofree char *host = dup_host(c);

    coex_report_add(report, COEX_FINDING_OK, _("%s is reached."), host);
    if (g_error_matches(refusal, COEX_ERROR, COEX_ERROR_AUTH)) {
        c->refused = TRUE;
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The API key is not accepted: create one in the 360dialog hub at the "
                          "number +%s, and enter it as the account's password. %s"),
                        c->number, refusal->message);
    } else if (refusal != NULL) {
        c->refused = TRUE;
        coex_report_add(report, COEX_FINDING_WRONG, _("360dialog refuses: %s"), refusal->message);
    } else {
        coex_report_add(report, COEX_FINDING_OK, _("The API key is accepted."));
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("Number, Coexistence and subscriptions: 360dialog does not tell; its hub "
                          "shows them at the number."));
    }
}

static void
note_addresses(CoexCase *c, const CoexJsonAt *root)
{
    static const char *const levels[COEX_LEVELS] = { "phone_number", "whatsapp_business_account",
                                                     "application" };
    CoexJsonAt webhooks = coex_json_member(root, "webhook_configuration");

    for (guint i = 0; i < COEX_LEVELS; i++)
        c->addresses[i] = g_strdup(coex_json_member_text(&webhooks, levels[i]));
    c->has_addresses = TRUE;
}

static void
read_number(CoexCase *c, const CoexResponse *response, const GError *error, CoexReport *report)
{
    g_autoptr(GError) refusal = NULL;
    g_auto(CoexNumberInfo) info = { 0 };
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root;
    gboolean good;

    if (response == NULL && !is_meta(c)) {
        tell_unreachable(c, error->message, report);
        return;
    }
    if (response == NULL) {
        tell_unread(_("The number"), error, report);
        return;
    }
    good = coex_api_read_login(response, &info, &refusal);
    if (!is_meta(c))
        read_gateway(c, response, refusal, report);
    else if (!good)
        tell_number_refused(c, refusal, report);
    if (!good)
        return;
    doc = coex_doctor_open(response, NULL);
    root = coex_json_root(doc);
    note_health(c, &root);
    if (!is_meta(c))
        return;
    tell_number(c, &info, coex_json_member_text(&root, "status"), report);
    if (c->refused)
        return;
    tell_coexistence(&info, coex_json_member_text(&root, "platform_type"), report);
    note_addresses(c, &root);
}

const CoexQuestion coex_question_number = { ask_number, read_number };
