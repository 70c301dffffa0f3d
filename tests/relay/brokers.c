// SPDX-License-Identifier: GPL-2.0-or-later
#include "brokers.h"

#include "rig.h"
#include <signal.h>
#include <string.h>

static char *
dup_path(Brokers *brokers, guint index, const char *end)
{
    return g_strdup_printf("%s/broker-%u%s", brokers->folder, index, end);
}

static void
run_shell(const char *program, const char *option, const char *a, const char *b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, program, option, a, b, NULL);

    g_assert_no_error(error);
    g_subprocess_wait_check(process, NULL, &error);
    g_assert_no_error(error);
}

static void
write_config(Brokers *brokers, guint index)
{
    g_autofree char *path = dup_path(brokers, index, ".conf");
    g_autofree char *store = dup_path(brokers, index, "");
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "listen: \"127.0.0.1:%u\"\nserver_name: broker-%u\n%s\n",
                           brokers->ports[index], index, brokers->options);
    if (strstr(brokers->options, "jetstream") == NULL)
        g_string_append_printf(text, "jetstream { store_dir: \"%s\" }\n", store);
    if (brokers->n > 1) {
        g_string_append_printf(text, "cluster { name: test, listen: \"127.0.0.1:%u\", routes: [",
                               brokers->routes[index]);
        for (guint i = 0; i < brokers->n; i++)
            g_string_append_printf(text, "%s\"nats://127.0.0.1:%u\"", i > 0 ? ", " : "",
                                   brokers->routes[i]);
        g_string_append(text, "] }\n");
    }
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
}

/* FALSE: it ended instead. */
static gboolean
wait_until_it_listens(Brokers *brokers, guint index)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    while (g_subprocess_get_identifier(brokers->processes[index]) != NULL) {
        g_autoptr(GSocketClient) client = g_socket_client_new();
        g_autoptr(GSocketConnection) connection = NULL;

        g_socket_client_set_enable_proxy(client, FALSE);
        connection = g_socket_client_connect_to_host(client, "127.0.0.1",
                                                     (guint16)brokers->ports[index], NULL, NULL);
        if (connection != NULL)
            return TRUE;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_main_context_iteration(NULL, FALSE);
        g_poll(NULL, 0, 2);
    }
    return FALSE;
}

void
broker_start(Brokers *brokers, guint index)
{
    g_autofree char *config = dup_path(brokers, index, ".conf");
    g_autofree char *journal = dup_path(brokers, index, ".log");
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GError) error = NULL;

    write_config(brokers, index);
    g_subprocess_launcher_set_stderr_file_path(launcher, journal);
    g_subprocess_launcher_set_child_setup(launcher, rig_end_with_test, NULL, NULL);
    brokers->processes[index] =
        g_subprocess_launcher_spawn(launcher, &error, "nats-server", "-c", config, NULL);
    g_assert_no_error(error);
    g_assert_true(wait_until_it_listens(brokers, index));
}

void
broker_reload(Brokers *brokers, guint index)
{
    write_config(brokers, index);
    g_subprocess_send_signal(brokers->processes[index], SIGHUP);
}

void
broker_kill(Brokers *brokers, guint index)
{
    g_subprocess_force_exit(brokers->processes[index]);
    g_subprocess_wait(brokers->processes[index], NULL, NULL);
    g_clear_object(&brokers->processes[index]);
}

void
broker_forget(Brokers *brokers, guint index)
{
    g_autofree char *store = dup_path(brokers, index, "");

    run_shell("rm", "-rf", store, store);
}

void
broker_save(Brokers *brokers, guint index)
{
    g_autofree char *store = dup_path(brokers, index, "");
    g_autofree char *saved = dup_path(brokers, index, ".saved");

    run_shell("cp", "-r", store, saved);
}

void
broker_restore(Brokers *brokers, guint index)
{
    g_autofree char *store = dup_path(brokers, index, "");
    g_autofree char *saved = dup_path(brokers, index, ".saved");

    broker_forget(brokers, index);
    run_shell("mv", "-T", saved, store);
}

Brokers *
brokers_prepare(guint n, const char *options)
{
    g_autofree char *program = g_find_program_in_path("nats-server");
    Brokers *brokers;

    if (program == NULL) {
        g_test_skip("there is no nats-server here");
        return NULL;
    }
    brokers = g_new0(Brokers, 1);
    brokers->folder = g_dir_make_tmp("brokers-XXXXXX", NULL);
    brokers->options = g_strdup(options != NULL ? options : "");
    brokers->n = n;
    for (guint i = 0; i < n; i++) {
        brokers->ports[i] = rig_find_port();
        brokers->routes[i] = rig_find_port();
    }
    return brokers;
}

Brokers *
brokers_new(guint n, const char *options)
{
    Brokers *brokers = brokers_prepare(n, options);

    for (guint i = 0; brokers != NULL && i < n; i++)
        broker_start(brokers, i);
    return brokers;
}

void
brokers_free(Brokers *brokers)
{
    for (guint i = 0; i < brokers->n; i++)
        if (brokers->processes[i] != NULL)
            broker_kill(brokers, i);
    g_free(brokers->folder);
    g_free(brokers->options);
    g_free(brokers);
}

char *
brokers_dup_options(Brokers *brokers)
{
    GString *text = g_string_new("nats=");

    for (guint i = 0; i < brokers->n; i++)
        g_string_append_printf(text, "%snats://127.0.0.1:%u", i > 0 ? "," : "", brokers->ports[i]);
    g_string_append_printf(text, "\nreplicas=%u\ndisk-limit-mb=256\n", brokers->n);
    return g_string_free(text, FALSE);
}

/* ---- a client ---- */

static GIOStream *
dial(Brokers *brokers)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();

    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, RIG_PATIENCE_S);
    for (guint i = 0; i < brokers->n; i++) {
        GSocketConnection *connection =
            brokers->processes[i] != NULL
                ? g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)brokers->ports[i],
                                                  NULL, NULL)
                : NULL;

        if (connection != NULL)
            return G_IO_STREAM(connection);
    }
    return NULL;
}

/* @command: PUB or HPUB, with its lines. */
static char *
ask(Brokers *brokers, const char *command)
{
    g_autoptr(GIOStream) stream = dial(brokers);
    g_autoptr(GDataInputStream) lines = NULL;
    g_autofree char *request = g_strdup_printf(
        "CONNECT {\"verbose\":false,\"headers\":true}\r\nSUB answer 1\r\n%s\r\nPING\r\n", command);
    char *line;

    if (stream == NULL)
        return NULL;
    lines = g_data_input_stream_new(g_io_stream_get_input_stream(stream));
    g_data_input_stream_set_newline_type(lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
    stream_say(stream, request);
    while ((line = g_data_input_stream_read_line(lines, NULL, NULL, NULL)) != NULL) {
        gboolean is_answer = g_str_has_prefix(line, "MSG answer ");

        g_free(line);
        if (is_answer)
            return g_data_input_stream_read_line(lines, NULL, NULL, NULL);
    }
    return NULL;
}

char *
broker_ask(Brokers *brokers, const char *subject, const char *text)
{
    g_autofree char *command =
        g_strdup_printf("PUB %s answer %zu\r\n%s", subject, strlen(text), text);

    return ask(brokers, command);
}

char *
broker_put(Brokers *brokers, const char *subject, const char *headers, const char *body)
{
    g_autofree char *head = g_strdup_printf("NATS/1.0\r\n%s\r\n", headers);
    g_autofree char *command =
        g_strdup_printf("HPUB %s answer %zu %zu\r\n%s%s", subject, strlen(head),
                        strlen(head) + strlen(body), head, body);

    return ask(brokers, command);
}

gint64
brokers_count(Brokers *brokers)
{
    g_autofree char *info = broker_ask(brokers, "$JS.API.STREAM.INFO.COEX", "");
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *root;

    if (info == NULL || !json_parser_load_from_data(parser, info, -1, NULL))
        return -1;
    root = json_node_get_object(json_parser_get_root(parser));
    if (!json_object_has_member(root, "state"))
        return -1;
    return json_object_get_int_member(json_object_get_object_member(root, "state"), "messages");
}
