// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* Proxies set in the chat program: the real microsocks and tinyproxy. */

#define USER "eva"
#define PASSWORD "proxy-password-31"

typedef struct {
    GSubprocess *process;
    char *address;
    char *folder; /* of tinyproxy's configuration; NULL: microsocks */
} Proxy;

static const char *
number(World *world)
{
    return coex_sim_get_number(world->sim);
}

/* Also with one whose test has failed. */
static void
end_with_parent(gpointer user_data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void
run_proxy(World *world, Proxy *proxy, const char *const *argv)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    gint64 until = g_get_monotonic_time() + HOST_PATIENCE_MS * 1000;
    gboolean listening = FALSE;

    g_subprocess_launcher_set_child_setup(launcher, end_with_parent, NULL, NULL);
    proxy->process = g_subprocess_launcher_spawnv(launcher, argv, NULL);
    host_assert(world->host, proxy->process != NULL, "the proxy is installed");
    g_socket_client_set_enable_proxy(client, FALSE);
    while (!listening) {
        g_autoptr(GSocketConnection) connection =
            g_socket_client_connect_to_host(client, proxy->address, 0, NULL, NULL);

        listening = connection != NULL;
        host_assert(world->host, g_get_monotonic_time() < until, "the proxy listens");
    }
}

/* Takes its port from proxy->address, so that it comes back where it was. */
static void
run_microsocks(World *world, Proxy *proxy)
{
    if (proxy->address == NULL)
        proxy->address = world_free_address();
    run_proxy(world, proxy,
              (const char *const[]){ "microsocks", "-i", "127.0.0.1", "-p",
                                     strchr(proxy->address, ':') + 1, "-u", USER, "-P", PASSWORD,
                                     NULL });
}

static void
run_tinyproxy(World *world, Proxy *proxy, const char *rules)
{
    g_autofree char *text = NULL;
    g_autofree char *path = NULL;

    if (proxy->address == NULL) {
        proxy->address = world_free_address();
        proxy->folder = g_dir_make_tmp("coex-proxy-XXXXXX", NULL);
    }
    path = g_build_filename(proxy->folder, "tinyproxy.conf", NULL);
    text = g_strdup_printf("Port %s\nListen 127.0.0.1\nAllow 127.0.0.1\nBasicAuth " USER
                           " " PASSWORD "\n%s",
                           strchr(proxy->address, ':') + 1, rules);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    run_proxy(world, proxy, (const char *const[]){ "tinyproxy", "-d", "-c", path, NULL });
}

static void
stop_proxy(Proxy *proxy)
{
    g_subprocess_force_exit(proxy->process);
    g_subprocess_wait(proxy->process, NULL, NULL);
    g_clear_object(&proxy->process);
}

static void
clear_proxy(Proxy *proxy)
{
    stop_proxy(proxy);
    if (proxy->folder != NULL) {
        g_autofree char *path = g_build_filename(proxy->folder, "tinyproxy.conf", NULL);

        g_remove(path);
        g_rmdir(proxy->folder);
    }
    g_free(proxy->folder);
    g_free(proxy->address);
}

static void
set_proxy(World *world, const char *key, const char *scheme, const Proxy *proxy)
{
    g_autofree char *uri = g_strdup_printf("%s://" USER ":" PASSWORD "@%s", scheme, proxy->address);

    host_set_option(world->host, number(world), key, uri);
}

static void
assert_answers(World *world, const char *text)
{
    host_type(world->host, ADA, text);

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, text) == 0);
}

/* The proxy dies: what is typed waits, leaves by itself, and leaves once. */
static void
socks_comes_and_goes(World *world)
{
    Proxy proxy = { 0 };

    run_microsocks(world, &proxy);
    set_proxy(world, "@proxy", "socks5", &proxy);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    assert_answers(world, "One");
    stop_proxy(&proxy);
    host_type(world->host, ADA, "Two");
    host_wait_logged(world->host, "through the proxy");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
    run_microsocks(world, &proxy);

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Two") == 0);
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 2);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*may have*") == 0);
    host_assert_kept(world->host, PASSWORD);
    clear_proxy(&proxy);
}

/* What the proxy answers is no word of WhatsApp's: neither about the text nor about the key. */
static void
tinyproxy_refuses(World *world)
{
    static const char *const refusals[] = { "ConnectPort 2\n", "Upstream http 127.0.0.1:1\n" };
    Proxy proxy = { 0 };

    run_tinyproxy(world, &proxy, "");
    set_proxy(world, "@proxy", "http", &proxy);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    assert_answers(world, "One");
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *text = g_strdup_printf("Text %u", i);

        stop_proxy(&proxy);
        run_tinyproxy(world, &proxy, refusals[i]);
        host_type(world->host, ADA, text);
        host_wait_logged(world->host, i == 0 ? "proxy does not allow" : "HTTP status 50");
        stop_proxy(&proxy);
        run_tinyproxy(world, &proxy, "");

        g_autoptr(CoexSimRequest) sent = world_next_sent(world);
        host_check(world->host, g_strcmp0(sent->text, text) == 0);
    }
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 3);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*may have*") == 0);
    host_check(world->host, host_count(world->host, EVENT_DISCONNECTED, NULL, NULL) == 0);
    host_assert_kept(world->host, PASSWORD);
    clear_proxy(&proxy);
}

/* At the first login: the network is at fault, not the key, so that it is tried again. */
static void
refused_login(World *world)
{
    Proxy proxy = { 0 };

    run_tinyproxy(world, &proxy, "ConnectPort 2\n");
    set_proxy(world, "@proxy", "http", &proxy);
    host_login(world->host);

    const HostEvent *end =
        host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "*the proxy does not allow*");
    host_check(world->host, g_str_equal(end->detail, "NETWORK_ERROR"));
    stop_proxy(&proxy);
    run_tinyproxy(world, &proxy, "");
    host_go_online(world->host);
    clear_proxy(&proxy);
}

/* Nothing of these leaves the computer: no proxy is there. */
static void
program_wide(World *world)
{
    static const char *const schemes[] = { "http", "env", "socks4", "socks5", "tor" };
    Proxy proxy = { .address = world_free_address() };

    g_autofree char *pattern = g_strdup_printf("*through the proxy %s*", proxy.address);
    g_autofree char *environment =
        g_strdup_printf("http://" USER ":" PASSWORD "@%s", proxy.address);
    g_setenv("http_proxy", environment, TRUE);
    g_unsetenv("HTTP_PROXY");
    host_set_option(world->host, number(world), "api-url", "https://127.example.invalid");
    for (guint i = 0; i < G_N_ELEMENTS(schemes); i++) {
        set_proxy(world, "@program-proxy", schemes[i], &proxy);
        host_login(world->host);
        const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
        host_check(world->host, g_str_equal(end->detail, "NETWORK_ERROR"));
        if (!g_str_equal(schemes[i], "socks4")) /* it looks for the address first */
            host_check(world->host, g_pattern_match_simple(pattern, end->text));
        host_quit(world->host);
    }
    /* the account says otherwise, and this computer is not behind a proxy */
    host_set_option(world->host, number(world), "@proxy", "none://x");
    host_login(world->host);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "*127.example.invalid: *");
    host_quit(world->host);
    set_proxy(world, "@program-proxy", "http", &proxy);
    host_set_option(world->host, number(world), "api-url", coex_sim_get_url(world->sim));
    host_go_online(world->host);
    g_free(proxy.address);
}

static void
incomplete_proxy(World *world)
{
    static const char *const incomplete[] = { "http://:80", "socks5://proxy.example",
                                              "tor://in%20valid:9050" };

    for (guint i = 0; i < G_N_ELEMENTS(incomplete); i++) {
        host_set_option(world->host, number(world), "@proxy", incomplete[i]);
        host_login(world->host);
        const HostEvent *end =
            host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "*the account's proxy settings*");
        host_check(world->host, g_str_equal(end->detail, "INVALID_SETTINGS"));
        host_quit(world->host);
    }
    host_set_option(world->host, number(world), "@proxy", "none://x");
    host_go_online(world->host);
}

static void
add_all(void)
{
    world_add("proxy/socks-comes-and-goes", NULL, socks_comes_and_goes);
    world_add("proxy/tinyproxy-refuses", NULL, tinyproxy_refuses);
    world_add("proxy/refused-login", NULL, refused_login);
    world_add("proxy/program-wide", "BitlBee", program_wide);
    world_add("proxy/incomplete", NULL, incomplete_proxy);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
