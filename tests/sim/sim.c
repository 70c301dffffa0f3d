// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <stdarg.h>
#include <string.h>

static const CoexSimIdentity default_identity = {
    .number = "+447700900100",
    .key = "made-up-api-key-5f2c81d09be7",
    .app_secret = "made-up-app-secret-93b1",
    .verify_token = "made-up-verify-token-17",
    .webhook_header = "X-Coex-Secret: made-up-webhook-secret-4c",
    .phone_number_id = "318800000000042",
    .waba_id = "215500000000001",
};

void
sim_log(CoexSim *sim, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    if (!sim->log)
        return;
    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    sim->log(line, sim->log_data);
}

void
sim_complain(CoexSim *sim, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(sim->complaints, text);
    sim_log(sim, "!! %s", text);
}

gint64
sim_now_us(CoexSim *sim)
{
    return g_get_real_time() + sim->clock_offset_us;
}

gint64
sim_now_s(CoexSim *sim)
{
    return sim_now_us(sim) / G_USEC_PER_SEC;
}

typedef struct {
    CoexSim *sim;
    void (*func)(CoexSim *sim);
    gboolean done;
} SimErrand;

static gboolean
on_errand(gpointer user_data)
{
    SimErrand *errand = user_data;
    CoexSim *sim = errand->sim;

    errand->func(sim);
    g_mutex_lock(&sim->lock);
    errand->done = TRUE;
    g_cond_broadcast(&sim->cond);
    g_mutex_unlock(&sim->lock);
    return G_SOURCE_REMOVE;
}

void
sim_run(CoexSim *sim, void (*func)(CoexSim *sim))
{
    SimErrand errand = { sim, func, FALSE };
    g_autoptr(GSource) source = g_idle_source_new();

    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_errand, &errand, NULL);
    g_source_attach(source, sim->context);
    g_mutex_lock(&sim->lock);
    while (!errand.done)
        g_cond_wait(&sim->cond, &sim->lock);
    g_mutex_unlock(&sim->lock);
}

gboolean
sim_wait(CoexSim *sim, gboolean (*func)(CoexSim *sim, gpointer data), gpointer data,
         guint timeout_ms)
{
    gint64 end_us = g_get_monotonic_time() + timeout_ms * G_TIME_SPAN_MILLISECOND;

    while (!func(sim, data))
        if (!g_cond_wait_until(&sim->cond, &sim->lock, end_us))
            return func(sim, data);
    return TRUE;
}

/* --- the thread ---------------------------------------------------------------------------------
 */

static gboolean
reserve_port(CoexSim *sim)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new(loopback, (guint16)sim->port);
    g_autoptr(GSocketAddress) bound = NULL;

    sim->reserve =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    if (!sim->reserve || !g_socket_bind(sim->reserve, wanted, TRUE, NULL))
        return FALSE;
    bound = g_socket_get_local_address(sim->reserve, NULL);
    if (!bound)
        return FALSE;
    sim->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    return TRUE;
}

static void
listen_now(CoexSim *sim)
{
    g_autoptr(GError) error = NULL;

    if (soup_server_get_listeners(sim->server))
        return;
    if (soup_server_listen_local(sim->server, sim->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
        return;
    sim->failed = TRUE;
    g_printerr("coex-sim: port %u: %s\n", sim->port, error->message);
}

static void
go_down(CoexSim *sim)
{
    soup_server_disconnect(sim->server);
}

static void
build(CoexSim *sim)
{
    sim->server = soup_server_new("server-header", "coex-sim", NULL);
    /* No proxy: everything is on loopback, whatever the environment says. */
    sim->session = soup_session_new_with_options("timeout", 5, "idle-timeout", 10, "max-conns", 64,
                                                 "max-conns-per-host", 64, "proxy-resolver", NULL,
                                                 "user-agent", "facebookexternalua", NULL);
    sim_api_attach(sim);
    if (reserve_port(sim))
        listen_now(sim);
    else
        sim->failed = TRUE;
}

static void
tear_down(CoexSim *sim)
{
    go_down(sim);
    g_cancellable_cancel(sim->cancellable);
    soup_session_abort(sim->session);
    for (gboolean busy = TRUE; busy;) {
        g_mutex_lock(&sim->lock);
        busy = sim->n_in_flight > 0;
        g_mutex_unlock(&sim->lock);
        g_main_context_iteration(sim->context, busy);
    }
    while (g_main_context_iteration(sim->context, FALSE))
        continue;
    g_clear_object(&sim->server);
    g_clear_object(&sim->session);
    while (g_main_context_iteration(sim->context, FALSE))
        continue;
    g_clear_object(&sim->reserve);
}

static gpointer
sim_thread(gpointer user_data)
{
    CoexSim *sim = user_data;

    g_main_context_push_thread_default(sim->context);
    build(sim);
    g_mutex_lock(&sim->lock);
    sim->started = TRUE;
    g_cond_broadcast(&sim->cond);
    g_mutex_unlock(&sim->lock);
    if (!sim->failed)
        g_main_loop_run(sim->loop);
    tear_down(sim);
    g_main_context_pop_thread_default(sim->context);
    return NULL;
}

/* --- life ---------------------------------------------------------------------------------------
 */

static char *
choose(const char *wanted, const char *fallback)
{
    return g_strdup(wanted ? wanted : fallback);
}

static void
set_identity(CoexSim *sim, const CoexSimIdentity *identity)
{
    const CoexSimIdentity *standard = &default_identity;

    sim->number = choose(identity->number, standard->number);
    sim->digits = g_strdup(sim->number + (*sim->number == '+'));
    sim->key = choose(identity->key, standard->key);
    sim->app_secret = choose(identity->app_secret, standard->app_secret);
    sim->verify_token = choose(identity->verify_token, standard->verify_token);
    sim->webhook_header = choose(identity->webhook_header, standard->webhook_header);
    sim->phone_number_id = choose(identity->phone_number_id, standard->phone_number_id);
    sim->waba_id = choose(identity->waba_id, standard->waba_id);
    sim->port = identity->port;
}

static void
set_state(CoexSim *sim)
{
    sim->people = g_ptr_array_new_with_free_func((GDestroyNotify)sim_person_free);
    sim->records = g_ptr_array_new_with_free_func((GDestroyNotify)sim_record_free);
    sim->sent = g_ptr_array_new_with_free_func((GDestroyNotify)sim_sent_free);
    sim->complaints = g_ptr_array_new_with_free_func(g_free);
    sim->templates = g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
    sim->inbound_ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sim->files = g_ptr_array_new_with_free_func(sim_file_free);
    sim->uploads = g_ptr_array_new_with_free_func(sim_upload_free);
    sim->held_calls = g_ptr_array_new();
    sim->webhook_headers = json_object_new();
    sim->profile = sim_profile_new();
    g_queue_init(&sim->faults);
    g_queue_init(&sim->async_codes);
    g_queue_init(&sim->send_times);
    g_queue_init(&sim->deliveries);
    sim->aim = g_strdup("messages");
    sim->coexistence = TRUE;
    sim->auto_status = TRUE;
    sim->parallel = 1;
    sim->message_status = "accepted";
    sim->next_challenge = 730114422;
    sim_set_header_line(sim, sim->webhook_header);
    sim_templates_load(sim);
}

CoexSim *
coex_sim_new(CoexSimProvider provider)
{
    CoexSimIdentity identity = { 0 };
    CoexSim *sim = coex_sim_new_full(provider, &identity);

    g_assert_nonnull(sim);
    return sim;
}

CoexSim *
coex_sim_new_full(CoexSimProvider provider, const CoexSimIdentity *identity)
{
    CoexSim *sim = g_new0(CoexSim, 1);

    g_mutex_init(&sim->lock);
    g_cond_init(&sim->cond);
    sim->provider = provider;
    sim->context = g_main_context_new();
    sim->loop = g_main_loop_new(sim->context, FALSE);
    sim->cancellable = g_cancellable_new();
    set_identity(sim, identity);
    set_state(sim);
    sim->thread = g_thread_new("coex-sim", sim_thread, sim);
    g_mutex_lock(&sim->lock);
    while (!sim->started)
        g_cond_wait(&sim->cond, &sim->lock);
    sim->url = g_strdup_printf("http://127.0.0.1:%u", sim->port);
    g_mutex_unlock(&sim->lock);
    if (sim->failed)
        g_clear_pointer(&sim, coex_sim_free);
    return sim;
}

static void
quit(CoexSim *sim)
{
    g_mutex_lock(&sim->lock);
    sim->stopping = TRUE;
    g_mutex_unlock(&sim->lock);
    g_main_loop_quit(sim->loop);
}

static void
free_strings(CoexSim *sim)
{
    char **strings[] = {
        &sim->url,        &sim->number,       &sim->digits,         &sim->key,
        &sim->app_secret, &sim->verify_token, &sim->webhook_header, &sim->phone_number_id,
        &sim->waba_id,    &sim->aim,          &sim->app_url,        &sim->waba_url,
        &sim->phone_url
    };

    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(*strings[i]);
}

void
coex_sim_free(CoexSim *sim)
{
    if (!sim)
        return;
    if (!sim->failed)
        sim_run(sim, quit);
    g_thread_join(sim->thread);
    sim_deliver_clear(sim);
    sim_checks_clear(sim);
    g_ptr_array_unref(sim->sent);
    g_ptr_array_unref(sim->people);
    g_ptr_array_unref(sim->records);
    g_ptr_array_unref(sim->complaints);
    g_ptr_array_unref(sim->templates);
    g_ptr_array_unref(sim->held_calls);
    g_hash_table_unref(sim->inbound_ids);
    g_ptr_array_unref(sim->files);
    g_ptr_array_unref(sim->uploads);
    g_queue_clear_full(&sim->faults, (GDestroyNotify)sim_fault_free);
    g_queue_clear(&sim->async_codes);
    g_queue_clear_full(&sim->send_times, g_free);
    json_object_unref(sim->webhook_headers);
    g_clear_pointer(&sim->number_changes, json_object_unref);
    json_object_unref(sim->profile);
    g_object_unref(sim->cancellable);
    g_main_loop_unref(sim->loop);
    g_main_context_unref(sim->context);
    free_strings(sim);
    g_mutex_clear(&sim->lock);
    g_cond_clear(&sim->cond);
    g_free(sim);
}

void
coex_sim_set_log(CoexSim *sim, CoexSimLogFunc func, gpointer user_data)
{
    SIM_LOCK(sim);

    sim->log = func;
    sim->log_data = user_data;
}

CoexSimProvider
coex_sim_get_provider(CoexSim *sim)
{
    return sim->provider;
}

const char *
coex_sim_get_provider_name(CoexSim *sim)
{
    return sim->provider == COEX_SIM_META ? "meta" : "360dialog";
}

const char *
coex_sim_get_url(CoexSim *sim)
{
    return sim->url;
}

const char *
coex_sim_get_number(CoexSim *sim)
{
    return sim->number;
}

const char *
coex_sim_get_key(CoexSim *sim)
{
    return sim->key;
}

const char *
coex_sim_get_app_secret(CoexSim *sim)
{
    return sim->app_secret;
}

const char *
coex_sim_get_verify_token(CoexSim *sim)
{
    return sim->verify_token;
}

const char *
coex_sim_get_webhook_header(CoexSim *sim)
{
    return sim->webhook_header;
}

const char *
coex_sim_get_phone_number_id(CoexSim *sim)
{
    return sim->phone_number_id;
}

const char *
coex_sim_get_waba_id(CoexSim *sim)
{
    return sim->waba_id;
}

/* --- faults, clock, switches
 * ---------------------------------------------------------------------- */

void
coex_sim_aim(CoexSim *sim, const char *what)
{
    SIM_LOCK(sim);

    g_free(sim->aim);
    sim->aim = g_strdup(what);
}

static void
push_fault(CoexSim *sim, SimFault fault)
{
    SIM_LOCK(sim);

    fault.what = g_strdup(sim->aim);
    g_queue_push_tail(&sim->faults, g_memdup2(&fault, sizeof fault));
}

void
coex_sim_fail_next(CoexSim *sim, int code)
{
    push_fault(sim, (SimFault){ .kind = SIM_FAULT_CODE, .code = code });
}

void
coex_sim_fail_next_late(CoexSim *sim, int code, guint ms)
{
    push_fault(sim, (SimFault){ .kind = SIM_FAULT_CODE, .code = code, .delay_ms = ms });
}

void
coex_sim_fail_next_http(CoexSim *sim, guint status, const char *body)
{
    push_fault(
        sim,
        (SimFault){ .kind = SIM_FAULT_HTTP, .status = status, .body = g_strdup(body ? body : "") });
}

void
coex_sim_delay_next(CoexSim *sim, guint ms)
{
    push_fault(sim, (SimFault){ .kind = SIM_FAULT_DELAY, .delay_ms = ms });
}

void
coex_sim_misdate_next(CoexSim *sim, gint64 seconds)
{
    push_fault(sim, (SimFault){ .kind = SIM_FAULT_DATE, .date_ahead_s = seconds });
}

void
coex_sim_drop_next(CoexSim *sim, gboolean accepted)
{
    push_fault(sim, (SimFault){ .kind = SIM_FAULT_DROP, .accepted = accepted });
}

void
coex_sim_set_down(CoexSim *sim, gboolean down)
{
    sim_run(sim, down ? go_down : listen_now);
}

static void
set_flag(CoexSim *sim, gboolean *flag, gboolean value)
{
    SIM_LOCK(sim);

    *flag = value;
}

void
coex_sim_revoke_token(CoexSim *sim)
{
    set_flag(sim, &sim->token_revoked, TRUE);
}

void
coex_sim_restore_token(CoexSim *sim)
{
    set_flag(sim, &sim->token_revoked, FALSE);
}

void
coex_sim_set_coexistence(CoexSim *sim, gboolean coexistence)
{
    set_flag(sim, &sim->coexistence, coexistence);
}

void
coex_sim_set_auto_status(CoexSim *sim, gboolean automatic)
{
    set_flag(sim, &sim->auto_status, automatic);
}

void
coex_sim_set_callback_data(CoexSim *sim, gboolean told)
{
    set_flag(sim, &sim->hides_callback_data, !told);
}

void
coex_sim_set_early_status(CoexSim *sim, gboolean early)
{
    set_flag(sim, &sim->early_status, early);
}

void
coex_sim_set_message_status(CoexSim *sim, const char *status)
{
    SIM_LOCK(sim);

    sim->message_status = g_intern_string(status);
}

void
coex_sim_set_async_window(CoexSim *sim, gboolean async_window)
{
    set_flag(sim, &sim->async_window, async_window);
}

void
coex_sim_fail_next_async(CoexSim *sim, int code)
{
    SIM_LOCK(sim);

    g_queue_push_tail(&sim->async_codes, GINT_TO_POINTER(code));
}

void
coex_sim_advance_clock(CoexSim *sim, gint64 seconds)
{
    SIM_LOCK(sim);

    sim->clock_offset_us += seconds * G_USEC_PER_SEC;
}

gint64
coex_sim_now(CoexSim *sim)
{
    SIM_LOCK(sim);

    return sim_now_s(sim);
}

/* --- complaints
 * ------------------------------------------------------------------------------------ */

char **
coex_sim_take_complaints(CoexSim *sim)
{
    SIM_LOCK(sim);
    char **complaints;

    g_ptr_array_add(sim->complaints, NULL);
    complaints = (char **)g_ptr_array_steal(sim->complaints, NULL);
    return complaints;
}

void
coex_sim_assert_no_complaints(CoexSim *sim)
{
    g_auto(GStrv) complaints = coex_sim_take_complaints(sim);
    g_autofree char *text = g_strjoinv("\n", complaints);

    g_assert_cmpstr(text, ==, "");
}
