// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/check.h"

#include "core/backend.h"
#include "core/doctor.h"
#include "core/error.h"
#include "core/relay.h"
#include "core/report.h"
#include "net/certificate.h"
#include "net/disk.h"
#include "net/http.h"
#include "relay/broker.h"
#include "relay/config.h"
#include "relay/desks.h"
#include "relay/relay.h"
#include <string.h>

#define CHECK_S 10 /* for one question */
#define ENDS_SOON_S (14 * 24 * 60 * 60)
#define WRONG "wrong: "

typedef struct {
    const CoexRelayConfig *config;
    void (*say)(const char *line);
    CoexHttp *http;
    gboolean any_wrong;
    gboolean runs;
} Check;

static void
on_line(const char *line, gpointer user_data)
{
    Check *check = user_data;

    check->any_wrong |= g_str_has_prefix(line, WRONG);
    check->say(line);
}

static gint64
get_now(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* ---- waiting ---- */

static void
on_result(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static GAsyncResult *
wait_for(GAsyncResult **result)
{
    while (*result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return *result;
}

static CoexResponse *
ask(const Check *check, const CoexRequest *request, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    coex_http_send_async(check->http, request, NULL, on_result, &result);
    return coex_http_send_finish(wait_for(&result), error);
}

/* ---- the relay itself ---- */

static void
check_running(Check *check, CoexReport *report)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *rest = NULL;

    if (!g_file_test(check->config->database, G_FILE_TEST_EXISTS)) {
        coex_report_add(report, COEX_FINDING_WRONG,
                        "The relay does not run: there is no database yet where the configuration "
                        "says, or this user may not look there. Start it.");
        return;
    }
    rest = coex_relay_dup_rest(check->config, &error);
    check->runs = rest == NULL && g_error_matches(error, COEX_ERROR, COEX_ERROR_LOCKED);
    if (check->runs)
        coex_report_add(report, COEX_FINDING_OK, "The relay runs.");
    else if (rest == NULL)
        coex_report_add(report, COEX_FINDING_UNCHECKED, "Whether the relay runs: %s",
                        error->message);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        "The relay does not run, so nothing is taken: start it.");
}

static void
check_certificate(const Check *check, CoexReport *report)
{
    const CoexRelayConfig *config = check->config;
    g_autoptr(CoexCertificate) certificate = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDateTime) end = NULL;
    g_autofree char *day = NULL;

    if (config->certificate == NULL)
        return;
    certificate = coex_certificate_read(config->certificate, config->key, &error);
    if (certificate == NULL) {
        coex_report_add(report, COEX_FINDING_WRONG, "%s", error->message);
        return;
    }
    end = g_date_time_new_from_unix_local(coex_certificate_get_end(certificate));
    day = end != NULL ? g_date_time_format(end, "%Y-%m-%d") : g_strdup("some day");
    if (coex_certificate_get_end(certificate) < get_now())
        coex_report_add(report, COEX_FINDING_WRONG,
                        "The certificate ended on %s, so nobody delivers here: renew it, and "
                        "reload the relay.",
                        day);
    else if (coex_certificate_get_end(certificate) < get_now() + ENDS_SOON_S)
        coex_report_add(report, COEX_FINDING_WRONG,
                        "The certificate ends on %s: renew it before, and reload the relay.", day);
    else
        coex_report_add(report, COEX_FINDING_OK, "The certificate ends on %s.", day);
}

static void
check_disk(const Check *check, CoexReport *report)
{
    g_autofree char *folder = g_path_get_dirname(check->config->database);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    guint64 free_bytes = 0;

    coex_disk_try_async(folder, TRUE, on_result, &result);
    coex_disk_try_finish(wait_for(&result), &free_bytes, &error);
    coex_doctor_judge_disk(NULL, folder, free_bytes, error, report);
}

/* ---- brokers ---- */

static void
check_broker(const char *url, CoexReport *report)
{
    CoexBrokerGreeting greeting;
    g_autoptr(GError) error = NULL;

    if (!coex_broker_greet(url, &greeting, &error))
        coex_report_add(report, COEX_FINDING_WRONG,
                        "The broker at %s does not answer: %s. Start it, or look at the way there.",
                        url, error->message);
    else if (!greeting.has_stream)
        coex_report_add(report, COEX_FINDING_WRONG,
                        "The broker at %s has no JetStream: write a jetstream block into its "
                        "configuration.",
                        url);
    else if (!coex_broker_can_sync(greeting.version))
        coex_report_add(report, COEX_FINDING_OK,
                        "The broker at %s is nats-server %s, which acknowledges before its disk "
                        "has it: what a power failure takes there, the relays put there again.",
                        url, greeting.version);
    else
        coex_report_add(report, COEX_FINDING_OK,
                        "The broker at %s is nats-server %s. Is sync_interval: always in its "
                        "jetstream block? Then a power failure takes nothing there.",
                        url, greeting.version);
    coex_broker_greeting_clear(&greeting);
}

static void
check_brokers(const Check *check, CoexReport *report)
{
    const char *brokers = check->config->nats;
    g_auto(GStrv) urls = g_strsplit(brokers != NULL ? brokers : "", ",", -1);
    g_autoptr(GError) error = NULL;
    CoexBrokerLog log;

    for (guint i = 0; urls[i] != NULL; i++)
        check_broker(urls[i], report);
    if (brokers == NULL)
        return;
    g_autoptr(CoexBroker) broker = coex_broker_connect(check->config, &error);
    if (broker == NULL || !coex_broker_look(broker, &log, &error))
        coex_report_add(report, COEX_FINDING_WRONG, "%s", error->message);
    else
        coex_report_add(report, COEX_FINDING_OK, "The brokers have the relays' log, on %u of them.",
                        check->config->replicas);
}

static void
check_relay(Check *check)
{
    static const char *const no_secrets[] = { NULL };
    g_autoptr(CoexReport) report = coex_report_new(no_secrets, on_line, check);

    check->say("[relay]");
    check_running(check, report);
    check_certificate(check, report);
    check_disk(check, report);
    check_brokers(check, report);
}

/* ---- one tenant: the way of its desks ---- */

/* Where it listens, seen from here. */
static char *
dup_local_url(const CoexRelayConfig *config, const CoexRelayTenant *tenant)
{
    const char *colon = strrchr(config->listen, ':');
    g_autofree char *host = g_strndup(config->listen, (gsize)(colon - config->listen));
    const char *to = host;

    if (g_str_equal(host, "0.0.0.0"))
        to = "127.0.0.1";
    else if (g_str_equal(host, "[::]"))
        to = "[::1]";
    return g_strconcat("http://", to, colon, tenant->path, NULL);
}

static void
judge_key(const CoexRelayKey *key, const CoexResponse *response, const GError *error,
          CoexReport *report)
{
    g_autofree char *name =
        *key->desk != '\0' ? g_strconcat("desk-key-", key->desk, NULL) : g_strdup("desk-key");

    if (response == NULL)
        coex_report_add(report, COEX_FINDING_WRONG, "A desk with %s is not answered: %s", name,
                        error->message);
    else if (response->status == 200)
        coex_report_add(report, COEX_FINDING_OK, "A desk with %s is served.", name);
    else if (response->status == 401 || response->status == 404)
        coex_report_add(report, COEX_FINDING_WRONG,
                        "A desk with %s is refused (HTTP %u): the relay that runs has another "
                        "configuration than this file. Restart it.",
                        name, response->status);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        "A desk with %s is answered with HTTP %u: look at the relay's journal.",
                        name, response->status);
}

static void
check_desks(const Check *check, const CoexRelayTenant *tenant, CoexReport *report)
{
    g_autofree char *url = dup_local_url(check->config, tenant);

    if (!check->runs)
        return;
    if (check->config->certificate != NULL) {
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        "Whether desks are served: the certificate is for another name than this "
                        "computer has for itself. A desk's /doctor tells.");
        return;
    }
    for (guint i = 0; i < tenant->keys->len; i++) {
        const CoexRelayKey *key = g_ptr_array_index(tenant->keys, i);
        g_autoptr(CoexRequest) request = coex_relay_ask(url, key->key, COEX_RELAY_SEQUENCE_MAX, 0);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = ask(check, request, &error);

        judge_key(key, response, error, report);
    }
}

/* ---- the provider's side ---- */

static void
put(const Check *check, CoexCase *c, const CoexQuestion *question, CoexReport *report)
{
    const CoexFacts facts = { .known = FALSE };

    do {
        g_autoptr(CoexRequest) request = question->ask(c, &facts, report);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = NULL;

        c->again = FALSE;
        if (request == NULL)
            return;
        response = ask(check, request, &error);
        if (response != NULL)
            coex_doctor_note_date(c, response->date, get_now());
        question->read(c, response, error, report);
    } while (c->again);
}

/* A desk proves by the app secret what a relay without one has taken. */
static void
check_secret(const Check *check, CoexCase *c, CoexReport *report)
{
    if (*c->endpoint.app_secret != '\0' || c->endpoint.backend->proof != COEX_PROOF_SIGNATURE)
        put(check, c, &coex_question_secret, report);
    else
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        "The app secret: it is not in the configuration, and desks prove what "
                        "comes.");
}

static void
check_provider(const Check *check, CoexCase *c, CoexReport *report)
{
    if (*c->endpoint.key == '\0') {
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        "Access, number, subscriptions, and where webhooks are delivered: that is "
                        "asked with token= of the tenant, or COEX_TOKEN in the environment, and "
                        "there is neither.");
        return;
    }
    put(check, c, &coex_question_version, report);
    put(check, c, &coex_question_token, report);
    check_secret(check, c, report);
    put(check, c, &coex_question_ids, report);
    put(check, c, &coex_question_number, report);
    put(check, c, &coex_question_subscribed, report);
    put(check, c, &coex_question_fields, report);
    coex_doctor_tell_addresses(c, report);
    put(check, c, &coex_question_webhook, report);
    put(check, c, &coex_question_history, report);
    coex_doctor_tell_clock(c, report);
}

/* ---- the way from the internet ---- */

static void
judge_outside(const char *address, const CoexResponse *response, const GError *error,
              CoexReport *report)
{
    gsize length = 0;
    const char *body = response != NULL ? g_bytes_get_data(response->body, &length) : NULL;

    if (response == NULL)
        coex_report_add(report, COEX_FINDING_WRONG,
                        "%s is not reached: %s Does the name lead to the relay, and does what "
                        "stands before it run?",
                        address, error->message);
    else if (response->status == 401 && length >= strlen(COEX_DESKS_NO_KEY) &&
             memcmp(body, COEX_DESKS_NO_KEY, strlen(COEX_DESKS_NO_KEY)) == 0)
        coex_report_add(report, COEX_FINDING_OK, "%s leads to a relay that has this path.",
                        address);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        "%s is not answered by a relay that has this path, but with HTTP %u: "
                        "correct the address at the provider, or what stands before the relay.",
                        address, response->status);
}

/* Asked without a key, since whoever stands there may be a stranger. */
static void
check_outside(const Check *check, const CoexCase *c, CoexReport *report)
{
    g_autoptr(CoexRequest) request = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = NULL;
    const char *address;

    if (c->in_force == NULL || *c->in_force == '\0')
        return;
    address = coex_doctor_get_address(c, report);
    if (address == NULL)
        return;
    request = coex_relay_ask(address, "none", COEX_RELAY_SEQUENCE_MAX, 0);
    response = ask(check, request, &error);
    judge_outside(address, response, error, report);
}

/* ---- all ---- */

static CoexCase *
make_case(const CoexRelayTenant *tenant, const char *token)
{
    const char *key = tenant->token != NULL ? tenant->token : token != NULL ? token : "";
    CoexCase *c = coex_case_new();

    c->endpoint = (CoexEndpoint){
        .backend = tenant->backend,
        .base_url = g_strdup(tenant->api_url != NULL ? tenant->api_url : ""),
        .key = g_strdup(key),
        .phone_number_id = g_strdup(""),
        .waba_id = g_strdup(""),
        .app_secret = g_strdup(tenant->app_secret != NULL ? tenant->app_secret : ""),
    };
    c->number = g_strdup(tenant->number);
    c->listen = g_strdup("off");
    c->webhook_path = g_strdup(tenant->path);
    c->webhook_header = g_strdup(tenant->webhook_header != NULL ? tenant->webhook_header : "");
    c->verify_token = g_strdup("");
    c->public_url = g_strdup("");
    c->relay = g_strdup("");
    c->relay_key = g_strdup("");
    c->inbox = (CoexInbox){ g_strdup(""), g_strdup("") };
    c->is_relays = TRUE;
    c->registering = "Register the address of this relay there.";
    c->now = get_now();
    return c;
}

static CoexReport *
make_report(Check *check, const CoexRelayTenant *tenant, const CoexCase *c)
{
    g_autoptr(GPtrArray) secrets = g_ptr_array_new();
    g_autofree char *key = coex_endpoint_dup_key(&c->endpoint);
    const char *colon = strchr(c->webhook_header, ':');
    g_autofree char *header = g_strstrip(g_strdup(colon != NULL ? colon + 1 : ""));

    g_ptr_array_add(secrets, key);
    g_ptr_array_add(secrets, header);
    g_ptr_array_add(secrets, c->endpoint.app_secret);
    for (guint i = 0; i < tenant->keys->len; i++)
        g_ptr_array_add(secrets, ((CoexRelayKey *)g_ptr_array_index(tenant->keys, i))->key);
    g_ptr_array_add(secrets, NULL);
    return coex_report_new((const char *const *)secrets->pdata, on_line, check);
}

static void
check_tenant(Check *check, const CoexRelayTenant *tenant, const char *token)
{
    g_autoptr(CoexCase) c = make_case(tenant, token);
    g_autoptr(CoexReport) report = make_report(check, tenant, c);
    g_autofree char *heading = g_strdup_printf("[tenant %s]", tenant->name);

    check->say(heading);
    check_desks(check, tenant, report);
    check_provider(check, c, report);
    check_outside(check, c, report);
}

gboolean
coex_relay_check(const CoexRelayConfig *config, const char *token, void (*say)(const char *line))
{
    Check check = { .config = config, .say = say, .http = coex_http_new(CHECK_S, NULL) };

    check_relay(&check);
    for (guint i = 0; i < config->tenants->len; i++)
        check_tenant(&check, g_ptr_array_index(config->tenants, i), token);
    coex_http_free(check.http);
    return !check.any_wrong;
}
