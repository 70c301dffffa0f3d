// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <gio/gio.h>
#include <string.h>

#define SCENARIO_S (100 * TEST_SLOWNESS) /* the longest that one may take */

typedef struct {
    char *path;
    char *here; /* path of the same in its own process */
    const char *ui_id;
    CoexSimProvider provider;
    WorldScenario run;
} Scenario;

static GPtrArray *scenarios; /* Scenario */

static void
scenario_free(gpointer data)
{
    Scenario *scenario = data;
    g_free(scenario->path);
    g_free(scenario->here);
    g_free(scenario);
}

char *
world_free_address(void)
{
    return g_strdup_printf("127.0.0.1:%u", coex_sim_find_port());
}

static void
add_people(CoexSim *sim)
{
    coex_sim_add_customer(sim, "ada", "+" ADA, "US.7000000000000101", "Ada Lovelace");
    coex_sim_add_customer(sim, "ben", "+" BEN, "US.7000000000000102", "Ben Nevis");
    coex_sim_add_customer(sim, "carla", NULL, CARLA, "Carla Lane");
    coex_sim_add_customer(sim, "nora", "+" NORA, "US.7000000000000105", "Nora North");
}

static void
add_account(const World *world, Host *host, CoexSim *sim, const char *path)
{
    const char *number = coex_sim_get_number(sim);

    host_account(host, number, coex_sim_get_key(sim), "provider", coex_sim_get_provider_name(sim),
                 "api-url", coex_sim_get_url(sim), "listen", world->listen, "webhook-path", path,
                 NULL);
    if (coex_sim_get_provider(sim) == COEX_SIM_META) {
        host_set_option(host, number, "app-secret", coex_sim_get_app_secret(sim));
        host_set_option(host, number, "verify-token", coex_sim_get_verify_token(sim));
        host_set_option(host, number, "phone-number-id", coex_sim_get_phone_number_id(sim));
        host_set_option(host, number, "waba-id", coex_sim_get_waba_id(sim));
    } else {
        host_set_option(host, number, "webhook-header", coex_sim_get_webhook_header(sim));
    }
}

static void
set_webhook(const World *world, CoexSim *sim, const char *path)
{
    g_autofree char *url = g_strdup_printf("http://%s%s", world->listen, path);

    coex_sim_set_webhook(sim, url);
}

/* On the simulator's thread. */
static void
on_sim_line(const char *line, gpointer user_data)
{
    World *world = user_data;

    g_mutex_lock(&world->log_lock);
    g_string_append_printf(world->log, "# sim: %s\n", line);
    g_mutex_unlock(&world->log_lock);
}

static void
print_sim_log(gpointer user_data)
{
    World *world = user_data;

    g_mutex_lock(&world->log_lock);
    g_printerr("%s", world->log->str);
    g_mutex_unlock(&world->log_lock);
}

static World *
world_new(const Scenario *scenario)
{
    World *world = g_new0(World, 1);
    world->sim = coex_sim_new(scenario->provider);
    world->host = host_new(scenario->ui_id, NULL);
    world->bitlbee = g_strcmp0(scenario->ui_id, "BitlBee") == 0;
    world->log = g_string_new(NULL);
    g_mutex_init(&world->log_lock);
    coex_sim_set_log(world->sim, on_sim_line, world);
    host_set_witness(world->host, print_sim_log, world);
    world->listen = world_free_address();
    world->webhook = g_strdup_printf("http://%s/webhook", world->listen);
    add_people(world->sim);
    add_account(world, world->host, world->sim, "/webhook");
    set_webhook(world, world->sim, "/webhook");
    return world;
}

static void
world_free(World *world)
{
    g_autofree char *header_value = g_strdup(strchr(coex_sim_get_webhook_header(world->sim), ' '));

    coex_sim_assert_no_complaints(world->sim);
    host_quit(world->host);
    host_assert_kept(world->host, coex_sim_get_app_secret(world->sim));
    host_assert_kept(world->host, coex_sim_get_verify_token(world->sim));
    host_assert_kept(world->host, g_strstrip(header_value));
    host_free(world->host);
    coex_sim_free(world->sim);
    g_string_free(world->log, TRUE);
    g_mutex_clear(&world->log_lock);
    g_free(world->listen);
    g_free(world->webhook);
    g_free(world);
}

CoexSim *
world_add_number(World *world, const char *number, const char *path)
{
    CoexSimIdentity identity = {
        .number = number,
        .key = "second-key-0123456789abcdef",
        .app_secret = "feedfacefeedfacefeedfacefeedface",
        .webhook_header = "X-Coex-Secret: second-number",
        .phone_number_id = "318800000000099",
        .waba_id = "215500000000099",
    };
    CoexSim *sim = coex_sim_new_full(coex_sim_get_provider(world->sim), &identity);

    add_people(sim);
    add_account(world, world->host, sim, path);
    set_webhook(world, sim, path);
    return sim;
}

Host *
world_new_desk(World *world, const char *ui_id)
{
    Host *host = host_new(ui_id, NULL);

    add_account(world, host, world->sim, "/webhook");
    host_set_option(host, coex_sim_get_number(world->sim), "listen", "off");
    return host;
}

void
world_customer_writes(World *world, const char *who, const char *peer, const char *text)
{
    g_free(coex_sim_customer_sends(world->sim, who, text));
    host_wait_message(world->host, peer, "RECV", text);
}

void
world_writes_long_ago(World *world, const char *name, const char *wa_id)
{
    g_autofree char *token = g_base64_encode((const guchar *)name, strlen(name));
    g_autofree char *json = g_strdup_printf(
        "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"%s\",\"changes\":[{"
        "\"field\":\"messages\",\"value\":{\"messaging_product\":\"whatsapp\","
        "\"metadata\":{\"display_phone_number\":\"%s\",\"phone_number_id\":\"%s\"},"
        "\"contacts\":[{\"profile\":{\"name\":\"%s\"},\"wa_id\":\"%s\"}],"
        "\"messages\":[{\"from\":\"%s\",\"id\":\"wamid.%s\",\"timestamp\":\"1739321024\","
        "\"type\":\"text\",\"text\":{\"body\":\"long ago\"}}]}}]}]}",
        coex_sim_get_waba_id(world->sim), coex_sim_get_number(world->sim) + 1,
        coex_sim_get_phone_number_id(world->sim), name, wa_id, wa_id, token);
    g_autoptr(GBytes) body = g_bytes_new(json, strlen(json));

    host_check(world->host, coex_sim_deliver_raw(world->sim, body, COEX_SIM_SIGN_GOOD) == 200);
    host_wait_message(world->host, wa_id, "RECV", "long ago");
}

void
world_wait_question(World *world, const char *who, const char *text)
{
    g_autofree char *line =
        g_strdup_printf("*This waits for your choice*: “%s”. Choose a template (/template *", text);

    host_wait_message(world->host, who, "SYSTEM", line);
}

void
world_type_closed(World *world, const char *who, const char *text)
{
    guint n_asked = host_count(world->host, EVENT_REQUEST, NULL, NULL);

    host_type(world->host, who, text);
    world_wait_question(world, who, text);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == n_asked);
    host_type(world->host, who, "/template");
}

CoexSimRequest *
world_next_sent(World *world)
{
    CoexSimRequest *request = coex_sim_next_sent(world->sim, HOST_PATIENCE_MS);

    host_assert(world->host, request != NULL, "the API gets a message");
    return request;
}

void
world_settle(World *world)
{
    host_assert(world->host, coex_sim_wait_delivered(world->sim, HOST_PATIENCE_MS),
                "every delivery is answered 200");
}

/* ---- running ---- */

static void
run_here(gconstpointer data)
{
    const Scenario *scenario = data;
    World *world = world_new(scenario);

    scenario->run(world);
    world_free(world);
}

static void
run_apart(gconstpointer data)
{
    const Scenario *scenario = data;

    g_test_trap_subprocess(scenario->here, (guint64)SCENARIO_S * G_USEC_PER_SEC,
                           G_TEST_SUBPROCESS_INHERIT_STDERR);
    if (g_test_trap_has_passed())
        return;
    g_test_message("%s", g_test_trap_reached_timeout() ? "takes too long" : "fails, see above");
    g_test_fail();
}

void
world_add_at(CoexSimProvider provider, const char *name, const char *ui_id, WorldScenario run)
{
    Scenario *scenario = g_new0(Scenario, 1);

    g_ptr_array_add(scenarios, scenario);
    scenario->path =
        g_strdup_printf("/host/%s/%s", provider == COEX_SIM_META ? "meta" : "360dialog", name);
    scenario->here = g_strconcat(scenario->path, "/subprocess", NULL);
    scenario->ui_id = ui_id;
    scenario->provider = provider;
    scenario->run = run;
    g_test_add_data_func(scenario->path, scenario, run_apart);
    g_test_add_data_func(scenario->here, scenario, run_here);
}

void
world_add(const char *name, const char *ui_id, WorldScenario run)
{
    world_add_at(COEX_SIM_360DIALOG, name, ui_id, run);
    world_add_at(COEX_SIM_META, name, ui_id, run);
}

static char *
dup_round_text(guint round, guint i)
{
    return g_strdup_printf("message %u.%u.", round, i);
}

void
world_live_and_die(World *world, guint round, guint n, guint n_shown)
{
    static const char *const people[] = { "ada", "ben", "carla" };

    host_login(world->host);
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = dup_round_text(round, i);

        g_free(coex_sim_customer_sends(world->sim, people[i % G_N_ELEMENTS(people)], text));
    }
    for (guint shown = 0; shown < n_shown; shown++)
        host_wait_for(world->host, EVENT_MESSAGE, NULL, "message *");
    if (round % 2 == 0)
        host_wait_for(world->host, EVENT_CONNECTED, NULL, NULL);
    host_kill(world->host);
}

void
world_check_rounds(World *world, guint n_rounds, guint n)
{
    guint n_repeated = 0;

    for (guint round = 0; round < n_rounds; round++) {
        for (guint i = 0; i < n; i++) {
            g_autofree char *text = dup_round_text(round, i);
            guint n_shown = host_count(world->host, EVENT_MESSAGE, NULL, text);

            host_assert(world->host, n_shown >= 1, text);
            host_assert(world->host, n_shown <= 2, "a line is shown at most twice");
            n_repeated += n_shown - 1;
        }
    }
    host_assert(world->host, n_repeated <= n_rounds, "at most one repeated line for each kill");
}

/* The simulated server warns where who connected is killed before it has looked. Nobody else may.
 */
static void
let_libsoup_warn(void)
{
    static const char *const strict[] = { G_LOG_DOMAIN, "GLib", "GLib-GObject", "GLib-GIO",
                                          "Json" };

    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
    for (guint i = 0; i < G_N_ELEMENTS(strict); i++)
        g_log_set_fatal_mask(strict[i],
                             G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
}

int
world_main(int argc, char **argv, void (*add_all)(void))
{
    /* One scenario that fails does not keep the others from being tried. */
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (int i = 0; i < argc; i++)
        g_ptr_array_add(all, argv[i]);
    g_ptr_array_add(all, (gpointer) "-k");
    g_ptr_array_add(all, NULL);
    char **arguments = (char **)all->pdata;
    int n_arguments = argc + 1;

    g_test_init(&n_arguments, &arguments, NULL);
    let_libsoup_warn();
    scenarios = g_ptr_array_new_with_free_func(scenario_free);
    add_all();
    int status = g_test_run();
    g_ptr_array_unref(scenarios);
    return status;
}
