// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"
#include "sim/sim.h"

#include <string.h>

/* `coex-relay check` beside a relay that runs, and a simulated provider whose number is its tenant:
 * what is wrong is named, and the exit status says whether anything is. */

typedef struct {
    CoexSim *sim;
    Rig *rig;
    char *text; /* what the last check said */
    int status; /* and how it ended */
} Place;

static char *
dup_secret(CoexSim *sim)
{
    return coex_sim_get_provider(sim) == COEX_SIM_META
               ? g_strdup_printf("app-secret=%s\n", coex_sim_get_app_secret(sim))
               : g_strdup_printf("webhook-header=%s\n", coex_sim_get_webhook_header(sim));
}

/* Without its token. @secret: lines that prove a delivery. */
static char *
dup_tenant(CoexSim *sim, const char *secret, const char *key)
{
    return g_strdup_printf("[tenant bakery]\npath=/bakery\nprovider=%s\nnumber=%s\napi-url=%s\n"
                           "desk-key=%s\n%s",
                           coex_sim_get_provider_name(sim), coex_sim_get_number(sim),
                           coex_sim_get_url(sim), key, secret);
}

static void
set_up(Place *place, CoexSimProvider provider)
{
    g_autofree char *secret = NULL;
    g_autofree char *tenant = NULL;
    g_autofree char *url = NULL;

    *place = (Place){ .sim = coex_sim_new(provider) };
    secret = dup_secret(place->sim);
    tenant = dup_tenant(place->sim, secret, RIG_KEY);
    place->rig = rig_new(NULL, tenant);
    url = g_strdup_printf("http://127.0.0.1:%u/bakery", place->rig->port);
    coex_sim_set_webhook(place->sim, url);
}

static void
clear(Place *place)
{
    rig_free(place->rig);
    coex_sim_assert_no_complaints(place->sim);
    coex_sim_free(place->sim);
    g_free(place->text);
}

static void
assert_tells_no_secret(const Place *place)
{
    const char *const secrets[] = { coex_sim_get_key(place->sim),
                                    coex_sim_get_app_secret(place->sim),
                                    strchr(coex_sim_get_webhook_header(place->sim), ' ') + 1,
                                    RIG_KEY, coex_sim_get_number(place->sim) + 1 };

    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        g_assert_null(strstr(place->text, secrets[i]));
}

/* @tenants: in the file that is checked, NULL: those that run. @token: in the environment, NULL. */
static void
check(Place *place, const char *tenants, const char *token)
{
    g_free(place->text);
    place->text = rig_dup_check(place->rig, tenants, token, &place->status);
    assert_tells_no_secret(place);
}

static void
assert_line(const Place *place, const char *glob)
{
    g_auto(GStrv) lines = g_strsplit(place->text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        if (g_pattern_match_simple(glob, lines[i]))
            return;
    g_error("no line is “%s”:\n%s", glob, place->text);
}

static void
assert_well(const Place *place)
{
    if (place->status != 0 || strstr(place->text, "wrong: ") != NULL)
        g_error("a false alarm, status %d:\n%s", place->status, place->text);
}

/* Exactly this. */
static void
assert_wrong(const Place *place, const char *glob)
{
    const char *first = strstr(place->text, "wrong: ");
    g_autofree char *whole = g_strconcat("wrong: ", glob, NULL);

    assert_line(place, whole);
    g_assert_cmpint(place->status, ==, 1);
    if (strstr(first + 1, "wrong: ") != NULL)
        g_error("more is told as wrong than “%s”:\n%s", glob, place->text);
}

/* ---- all is well ---- */

static void
test_well(gconstpointer data)
{
    g_autofree char *tenant = NULL;
    g_autofree char *secret = NULL;
    g_autofree char *with_token = NULL;
    Place place;

    set_up(&place, GPOINTER_TO_INT(data));
    check(&place, NULL, coex_sim_get_key(place.sim));
    assert_well(&place);
    assert_line(&place, "[relay]");
    assert_line(&place, "ok: The relay runs.");
    assert_line(&place, "ok: The database's disk takes what is written, *");
    assert_line(&place, "[tenant bakery]");
    assert_line(&place, "ok: A desk with desk-key is served.");
    assert_line(&place, "ok: Webhooks are delivered to http://127.0.0.1:*/bakery*");
    assert_line(&place, "ok: http://127.0.0.1:*/bakery leads to a relay that has this path.");
    secret = dup_secret(place.sim);
    tenant = dup_tenant(place.sim, secret, RIG_KEY);
    with_token = g_strdup_printf("%stoken=%s\n", tenant, coex_sim_get_key(place.sim));
    check(&place, with_token, "not-this-one");
    assert_well(&place);
    clear(&place);
}

/* Who checks is no desk: how far the desks are is told as before. */
static void
test_no_desk(void)
{
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    Place place;
    int status;

    set_up(&place, COEX_SIM_META);
    check(&place, NULL, coex_sim_get_key(place.sim));
    assert_line(&place, "ok: A desk with desk-key is served.");
    before = rig_dup_status(place.rig, TRUE, &status);
    g_assert_nonnull(strstr(before, "desk (any): did not ask yet"));
    coex_sim_add_customer(place.sim, "ada", "12025550101", NULL, "Ada Lovelace");
    g_free(coex_sim_customer_sends(place.sim, "ada", "Hello"));
    g_autoptr(Batch) batch = rig_poll(place.rig, "/bakery", RIG_KEY, 0, 60);
    g_assert_cmpuint(batch->entries->len, ==, 1);
    check(&place, NULL, NULL);
    after = rig_dup_status(place.rig, TRUE, &status);
    g_assert_nonnull(strstr(after, ", 1 it does not have"));
    clear(&place);
}

/* What cannot be asked is no fault. */
static void
test_without_token(void)
{
    Place place;

    set_up(&place, COEX_SIM_META);
    check(&place, NULL, NULL);
    assert_well(&place);
    assert_line(&place, "not checked: Access, number, subscriptions, * token= *COEX_TOKEN*");
    clear(&place);
}

/* The desks prove what comes. */
static void
test_without_secret(void)
{
    g_autofree char *tenant = NULL;
    Place place;

    set_up(&place, COEX_SIM_META);
    tenant = dup_tenant(place.sim, "", RIG_KEY);
    check(&place, tenant, coex_sim_get_key(place.sim));
    assert_well(&place);
    assert_line(&place, "not checked: The app secret: it is not in the configuration, *");
    clear(&place);
}

/* ---- something is wrong ---- */

static void
test_not_running(void)
{
    Place place;

    set_up(&place, COEX_SIM_META);
    rig_stop(place.rig);
    check(&place, NULL, NULL);
    assert_wrong(&place, "The relay does not run, so nothing is taken: start it.");
    rig_start(place.rig);
    check(&place, NULL, NULL);
    assert_well(&place);
    clear(&place);
}

/* The file was changed, and the relay does not know. */
static void
test_other_key(void)
{
    g_autofree char *secret = NULL;
    g_autofree char *tenant = NULL;
    Place place;

    set_up(&place, COEX_SIM_META);
    secret = dup_secret(place.sim);
    tenant = dup_tenant(place.sim, secret, "another-desk-key-0002");
    check(&place, tenant, NULL);
    assert_wrong(&place, "A desk with desk-key is refused (HTTP 401): *Restart it.");
    g_assert_null(strstr(place.text, "another-desk-key-0002"));
    rig_reload(place.rig, tenant);
    check(&place, NULL, NULL);
    assert_well(&place);
    clear(&place);
}

static void
test_token(void)
{
    Place place;

    set_up(&place, COEX_SIM_META);
    check(&place, NULL, "EAAmistyped");
    assert_wrong(&place, "The access token is not accepted: *");
    g_assert_null(strstr(place.text, "EAAmistyped"));
    clear(&place);
}

static void
test_address(void)
{
    g_autofree char *elsewhere = NULL;
    g_autofree char *nowhere = NULL;
    Place place;

    set_up(&place, COEX_SIM_META);
    elsewhere = g_strdup_printf("http://127.0.0.1:%u/cafe", place.rig->port);
    nowhere = g_strdup_printf("http://127.0.0.1:%u/bakery", coex_sim_find_port());
    coex_sim_set_webhook(place.sim, elsewhere);
    check(&place, NULL, coex_sim_get_key(place.sim));
    assert_wrong(&place, "http://127.0.0.1:*/cafe is not answered by a relay *HTTP 404*");
    coex_sim_set_webhook(place.sim, nowhere);
    check(&place, NULL, coex_sim_get_key(place.sim));
    assert_wrong(&place, "http://127.0.0.1:*/bakery is not reached: *");
    clear(&place);
}

static void
test_subscribed(void)
{
    Place place;

    set_up(&place, COEX_SIM_META);
    coex_sim_set_subscribed(place.sim, FALSE);
    check(&place, NULL, coex_sim_get_key(place.sim));
    assert_wrong(&place, "The app of the access token is not subscribed *");
    clear(&place);
}

static void
test_header(void)
{
    Place place;

    set_up(&place, COEX_SIM_360DIALOG);
    coex_sim_set_webhook_headers(place.sim, "{\"X-Coex-Secret\":\"another\"}");
    check(&place, NULL, coex_sim_get_key(place.sim));
    assert_wrong(&place, "Webhooks are delivered to *, but with another secret than *");
    clear(&place);
}

/* Its name is not this computer's, so desks are not played there. */
static void
test_certificate(void)
{
    g_autoptr(Rig) rig = rig_new_with_tls(RIG_BAKERY);
    int status;
    g_autofree char *text = rig_dup_check(rig, NULL, NULL, &status);

    /* tomorrow */
    g_assert_cmpint(status, ==, 1);
    g_assert_nonnull(strstr(text, "\nwrong: The certificate ends on "));
    g_assert_nonnull(strstr(text, "\nnot checked: Whether desks are served: "));
    rig_put(rig, "cert.pem", "no certificate");
    g_free(text);
    text = rig_dup_check(rig, NULL, NULL, &status);
    g_assert_cmpint(status, ==, 1);
    g_assert_nonnull(strstr(text, "cert.pem"));
}

/* ---- the file ---- */

static void
test_arguments(void)
{
    g_autofree char *said = NULL;

    g_assert_cmpint(rig_try("[relay]\nlisten=127.0.0.1:1\ndatabase=/tmp/x.db\n" RIG_BAKERY
                            "api-url=http://example.org\n",
                            &said),
                    ==, 2);
    g_assert_nonnull(strstr(said, "api-url"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/check/well-meta", GINT_TO_POINTER(COEX_SIM_META), test_well);
    g_test_add_data_func("/check/well-360dialog", GINT_TO_POINTER(COEX_SIM_360DIALOG), test_well);
    g_test_add_func("/check/no-desk", test_no_desk);
    g_test_add_func("/check/without-token", test_without_token);
    g_test_add_func("/check/without-secret", test_without_secret);
    g_test_add_func("/check/not-running", test_not_running);
    g_test_add_func("/check/other-key", test_other_key);
    g_test_add_func("/check/token", test_token);
    g_test_add_func("/check/address", test_address);
    g_test_add_func("/check/subscribed", test_subscribed);
    g_test_add_func("/check/header", test_header);
    g_test_add_func("/check/certificate", test_certificate);
    g_test_add_func("/check/arguments", test_arguments);
    return g_test_run();
}
