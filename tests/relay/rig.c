// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include "sim/certificate.h"
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* ---- the program ---- */

static char *
dup_program(void)
{
    return g_build_filename(g_getenv("COEX_BUILD_DIR"), "coex-relay", NULL);
}

guint
rig_find_port(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;

    g_assert_no_error(error);
    g_socket_bind(socket, any, FALSE, &error);
    g_assert_no_error(error);
    bound = g_socket_get_local_address(socket, &error);
    g_assert_no_error(error);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

void
rig_put(Rig *rig, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(rig->folder, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_config(Rig *rig, const char *name, gboolean has_metrics)
{
    g_autofree char *metrics = g_strdup_printf("metrics=127.0.0.1:%u\n", rig->metrics_port);
    g_autofree char *tls =
        g_strdup_printf("certificate=%s/cert.pem\nkey=%s/key.pem\n", rig->folder, rig->folder);
    g_autofree char *text = g_strdup_printf(
        "[relay]\nlisten=127.0.0.1:%u\ndatabase=%s/db/relay.db\n%s%s%s\n%s", rig->port, rig->folder,
        has_metrics ? metrics : "", rig->has_tls ? tls : "", rig->options, rig->tenants);

    rig_put(rig, name, text);
}

/* A test that fails leaves nothing behind. */
void
rig_end_with_test(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* what is too large for a limit is an error then, as on a full disk */
    signal(SIGXFSZ, SIG_IGN);
}

static GSubprocess *
spawn(const char *folder, const char *notify, const char *clock, GError **error)
{
    g_autofree char *shim = g_build_filename(g_getenv("COEX_BUILD_DIR"), "torture-clock.so", NULL);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autofree char *program = dup_program();
    g_autofree char *file = g_build_filename(folder, "relay.conf", NULL);
    g_autofree char *said = g_build_filename(folder, "said", NULL);

    g_subprocess_launcher_set_stderr_file_path(launcher, said);
    g_subprocess_launcher_set_child_setup(launcher, rig_end_with_test, NULL, NULL);
    if (clock != NULL) {
        g_subprocess_launcher_setenv(launcher, "LD_PRELOAD", shim, TRUE);
        g_subprocess_launcher_setenv(launcher, "COEX_CLOCK", clock, TRUE);
    }
    if (notify != NULL)
        g_subprocess_launcher_setenv(launcher, "NOTIFY_SOCKET", notify, TRUE);
    return g_subprocess_launcher_spawn(launcher, error, program, "--config", file, NULL);
}

/* FALSE: it has ended instead. */
static gboolean
wait_until_ready(Rig *rig)
{
    char state[256];

    for (;;) {
        g_autoptr(GError) error = NULL;
        gssize length = g_socket_receive(rig->notify, state, sizeof state - 1, NULL, &error);

        if (length < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
            if (g_subprocess_get_identifier(rig->process) == NULL)
                return FALSE;
            continue;
        }
        g_assert_no_error(error);
        state[length] = '\0';
        if (strstr(state, "READY=1") != NULL)
            return TRUE;
    }
}

void
rig_start(Rig *rig)
{
    g_autofree char *path = g_build_filename(rig->folder, "notify", NULL);
    g_autofree char *clock = g_build_filename(rig->folder, "clock", NULL);
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;

    do {
        g_clear_object(&rig->process);
        if (rig->port == 0) {
            rig->port = rig_find_port();
            rig->metrics_port = rig_find_port();
        }
        write_config(rig, "relay.conf", TRUE);
        rig->process = spawn(rig->folder, path, rig->has_clock ? clock : NULL, &error);
        g_assert_no_error(error);
        if (wait_until_ready(rig))
            return;
        /* another test may have got the port meanwhile */
        g_free(said);
        said = rig_dup_said(rig);
        g_assert_nonnull(strstr(said, "another program uses this port"));
        rig->port = 0;
    } while (TRUE);
}

/* A name as short as a socket's must be. */
static void
listen_to_notes(Rig *rig)
{
    g_autofree char *path = g_build_filename(rig->folder, "notify", NULL);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) error = NULL;

    rig->notify = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM,
                               G_SOCKET_PROTOCOL_DEFAULT, &error);
    g_assert_no_error(error);
    g_socket_bind(rig->notify, address, FALSE, &error);
    g_assert_no_error(error);
    g_socket_set_timeout(rig->notify, 1);
}

static Rig *
rig_prepare(const char *options, const char *tenants)
{
    Rig *rig = g_new0(Rig, 1);

    rig->folder = g_dir_make_tmp("relay-XXXXXX", NULL);
    rig->tenants = g_strdup(tenants);
    rig->options = g_strdup(options != NULL ? options : "");
    listen_to_notes(rig);
    return rig;
}

Rig *
rig_new(const char *options, const char *tenants)
{
    Rig *rig = rig_prepare(options, tenants);

    rig_start(rig);
    return rig;
}

Rig *
rig_new_with_tls(const char *tenants)
{
    Rig *rig = rig_prepare(NULL, tenants);

    rig->has_tls = TRUE;
    rig_renew(rig, "first");
    rig_start(rig);
    return rig;
}

Rig *
rig_new_with_clock(const char *options, const char *tenants)
{
    const char *variant = g_getenv("COEX_VARIANT");
    Rig *rig;

    if (variant != NULL && *variant != '\0' && !g_str_equal(variant, "plain")) {
        g_test_skip("what watches the memory must be loaded before the clock");
        return NULL;
    }
    rig = rig_prepare(options, tenants);
    rig->has_clock = TRUE;
    rig_set_clock(rig, 0);
    rig_start(rig);
    return rig;
}

/* In place: it is mapped. See tests/torture/clock.c. */
void
rig_set_clock(Rig *rig, gint64 ahead_s)
{
    const gint64 settings[] = { 1, ahead_s, 0 };
    g_autofree char *path = g_build_filename(rig->folder, "clock", NULL);
    int fd = g_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(pwrite(fd, settings, sizeof settings, 0), ==, sizeof settings);
    g_assert_true(g_close(fd, NULL));
}

void
rig_limit_files(Rig *rig, guint64 max)
{
    pid_t pid = (pid_t)g_ascii_strtoll(g_subprocess_get_identifier(rig->process), NULL, 10);
    struct rlimit limit;

    g_assert_cmpint(prlimit(pid, RLIMIT_FSIZE, NULL, &limit), ==, 0);
    limit.rlim_cur = max;
    g_assert_cmpint(prlimit(pid, RLIMIT_FSIZE, &limit, NULL), ==, 0);
}

void
rig_renew(Rig *rig, const char *name)
{
    g_autofree char *key = NULL, *certificate = NULL;

    coex_sim_make_certificate(name, &key, &certificate);
    rig_put(rig, "key.pem", key);
    rig_put(rig, "cert.pem", certificate);
}

void
rig_reload(Rig *rig, const char *tenants)
{
    if (tenants != NULL) {
        g_free(rig->tenants);
        rig->tenants = g_strdup(tenants);
    }
    write_config(rig, "relay.conf", TRUE);
    g_subprocess_send_signal(rig->process, SIGHUP);
    g_assert_true(wait_until_ready(rig));
}

void
rig_stop(Rig *rig)
{
    g_autoptr(GError) error = NULL;

    g_subprocess_send_signal(rig->process, SIGTERM);
    g_subprocess_wait(rig->process, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(rig->process));
    g_assert_cmpint(g_subprocess_get_exit_status(rig->process), ==, 0);
    g_clear_object(&rig->process);
}

void
rig_kill(Rig *rig)
{
    g_subprocess_force_exit(rig->process);
    g_subprocess_wait(rig->process, NULL, NULL);
    g_clear_object(&rig->process);
}

void
rig_free(Rig *rig)
{
    if (rig->process != NULL)
        rig_stop(rig);
    g_object_unref(rig->notify);
    g_free(rig->folder);
    g_free(rig->tenants);
    g_free(rig->options);
    g_free(rig->shown);
    g_free(rig);
}

char *
rig_dup_said(Rig *rig)
{
    g_autofree char *path = g_build_filename(rig->folder, "said", NULL);
    char *said = NULL;

    g_assert_true(g_file_get_contents(path, &said, NULL, NULL));
    return said;
}

int
rig_try(const char *text, char **ret_said)
{
    g_autofree char *folder = g_dir_make_tmp("relay-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "relay.conf", NULL);
    g_autofree char *said = g_build_filename(folder, "said", NULL);
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(file, text, -1, NULL));
    process = spawn(folder, NULL, NULL, &error);
    g_assert_no_error(error);
    g_subprocess_wait(process, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(said, ret_said, NULL, NULL));
    g_assert_true(g_subprocess_get_if_exited(process));
    return g_subprocess_get_exit_status(process);
}

/* ---- requests ---- */

void
answer_free(Answer *answer)
{
    g_free(answer->head);
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_free(answer);
}

static GBytes *
read_to_end(GInputStream *stream)
{
    GByteArray *all = g_byte_array_new();
    guint8 bytes[65536];
    gssize length;

    while ((length = g_input_stream_read(stream, bytes, sizeof bytes, NULL, NULL)) > 0)
        g_byte_array_append(all, bytes, (guint)length);
    return g_byte_array_free_to_bytes(all);
}

static void
split_answer(Answer *answer, GBytes *all)
{
    gsize length;
    const char *text = g_bytes_get_data(all, &length);
    const char *end = length > 0 ? g_strstr_len(text, (gssize)length, "\r\n\r\n") : NULL;

    if (end == NULL)
        return;
    answer->head = g_strndup(text, (gsize)(end - text));
    g_assert_true(g_str_has_prefix(answer->head, "HTTP/1.1 "));
    answer->status = (guint)g_ascii_strtoull(answer->head + strlen("HTTP/1.1 "), NULL, 10);
    answer->body =
        g_bytes_new_from_bytes(all, (gsize)(end + 4 - text), length - (gsize)(end + 4 - text));
}

/* Whatever is shown is believed, and noted. */
static gboolean
on_certificate(GTlsConnection *connection, GTlsCertificate *certificate,
               GTlsCertificateFlags errors, gpointer user_data)
{
    Rig *rig = user_data;

    g_free(rig->shown);
    rig->shown = g_tls_certificate_get_subject_name(certificate);
    return TRUE;
}

static void
on_event(GSocketClient *client, GSocketClientEvent event, GSocketConnectable *connectable,
         GIOStream *stream, gpointer user_data)
{
    if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
        g_signal_connect(stream, "accept-certificate", G_CALLBACK(on_certificate), user_data);
}

/* NULL: nobody is there. */
static GIOStream *
connect_to(Rig *rig)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();

    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, RIG_PATIENCE_S * 2);
    g_socket_client_set_tls(client, rig->has_tls);
    g_signal_connect(client, "event", G_CALLBACK(on_event), rig);
    return G_IO_STREAM(
        g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)rig->port, NULL, NULL));
}

GIOStream *
rig_dial(Rig *rig)
{
    GIOStream *stream = connect_to(rig);

    g_assert_nonnull(stream);
    return stream;
}

void
stream_say(GIOStream *stream, const char *text)
{
    g_output_stream_write_all(g_io_stream_get_output_stream(stream), text, strlen(text), NULL, NULL,
                              NULL);
}

guint
stream_hear(GIOStream *stream)
{
    char text[16] = "";
    gsize length = 0;

    g_input_stream_read_all(g_io_stream_get_input_stream(stream), text, strlen("HTTP/1.1 200"),
                            &length, NULL, NULL);
    return length < strlen("HTTP/1.1 200")
               ? 0
               : (guint)g_ascii_strtoull(text + strlen("HTTP/1.1 "), NULL, 10);
}

Answer *
rig_ask(Rig *rig, const char *target, const char *head, const char *body)
{
    g_autoptr(GIOStream) stream = connect_to(rig);
    g_autoptr(GString) request = g_string_new(NULL);
    g_autoptr(GBytes) all = NULL;
    Answer *answer = g_new0(Answer, 1);

    if (stream == NULL)
        return answer;
    g_string_append_printf(request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s",
                           body != NULL ? "POST" : "GET", target, head != NULL ? head : "");
    if (body != NULL)
        g_string_append_printf(request, "Content-Length: %zu\r\n", strlen(body));
    g_string_append_printf(request, "\r\n%s", body != NULL ? body : "");
    stream_say(stream, request->str);
    all = read_to_end(g_io_stream_get_input_stream(stream));
    split_answer(answer, all);
    return answer;
}

guint
rig_ask_status(Rig *rig, const char *target, const char *head, const char *body)
{
    g_autoptr(Answer) answer = rig_ask(rig, target, head, body);

    return answer->status;
}

Answer *
rig_ask_console(Rig *rig, const char *target, const char *body)
{
    Rig console = { .port = rig->metrics_port };

    return rig_ask(&console, target, NULL, body);
}

/* What the program says when it is told @verb with the configuration @name. */
static char *
dup_told(Rig *rig, const char *name, const char *verb, const char *token, int *ret_status)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
    g_autofree char *program = dup_program();
    g_autofree char *file = g_build_filename(rig->folder, name, NULL);
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    if (token != NULL)
        g_subprocess_launcher_setenv(launcher, "COEX_TOKEN", token, TRUE);
    process = g_subprocess_launcher_spawn(launcher, &error, program, "--config", file, verb, NULL);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, &text, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(process));
    *ret_status = g_subprocess_get_exit_status(process);
    return text;
}

char *
rig_dup_status(Rig *rig, gboolean metrics, int *ret_status)
{
    write_config(rig, "status.conf", metrics);
    return dup_told(rig, "status.conf", "status", NULL, ret_status);
}

char *
rig_dup_check(Rig *rig, const char *tenants, const char *token, int *ret_status)
{
    char *running = rig->tenants;

    rig->tenants = (char *)(tenants != NULL ? tenants : running);
    write_config(rig, "check.conf", TRUE);
    rig->tenants = running;
    return dup_told(rig, "check.conf", "check", token, ret_status);
}

guint
rig_deliver(Rig *rig, const char *path, const char *body)
{
    g_autofree char *hex = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)RIG_SECRET,
                                                     strlen(RIG_SECRET), body, -1);
    g_autofree char *head = g_strdup_printf("X-Hub-Signature-256: sha256=%s\r\n", hex);

    return rig_ask_status(rig, path, head, body);
}

/* ---- desks ---- */

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    g_free(entry->kind);
    g_free(entry->signature);
    g_free(entry->body);
    g_free(entry);
}

void
batch_free(Batch *batch)
{
    g_ptr_array_unref(batch->entries);
    g_free(batch->relay);
    g_free(batch);
}

static JsonObject *
parse_line(JsonParser *parser, const char *line, gsize length)
{
    g_autoptr(GError) error = NULL;

    json_parser_load_from_data(parser, line, (gssize)length, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

static void
read_end(Batch *batch, JsonObject *line)
{
    batch->relay = g_strdup(json_object_get_string_member(line, "relay"));
    batch->after = json_object_get_int_member(line, "after");
    batch->oldest = json_object_get_int_member(line, "oldest");
    batch->newest = json_object_get_int_member(line, "newest");
}

static Entry *
read_entry(JsonObject *line)
{
    Entry *entry = g_new0(Entry, 1);
    JsonObject *headers = json_object_get_object_member(line, "headers");

    entry->sequence = json_object_get_int_member(line, "sequence");
    entry->received_at = json_object_get_int_member(line, "received_at");
    entry->length = (gsize)json_object_get_int_member(line, "length");
    entry->kind = g_strdup(json_object_get_string_member_with_default(line, "kind", NULL));
    entry->signature =
        g_strdup(json_object_get_string_member_with_default(headers, "X-Hub-Signature-256", NULL));
    return entry;
}

static void
read_batch(Batch *batch, GBytes *body)
{
    gsize length;
    const char *at = g_bytes_get_data(body, &length);
    const char *end = at + length;

    while (at < end) {
        g_autoptr(JsonParser) parser = json_parser_new();
        const char *stop = memchr(at, '\n', (gsize)(end - at));
        JsonObject *line;
        Entry *entry;

        g_assert_nonnull(stop);
        line = parse_line(parser, at, (gsize)(stop - at));
        at = stop + 1;
        if (json_object_has_member(line, "relay")) {
            g_assert_true(at == end);
            read_end(batch, line);
            return;
        }
        entry = read_entry(line);
        g_assert_cmpuint(entry->length, <, (gsize)(end - at));
        entry->body = g_strndup(at, entry->length);
        g_assert_cmpint(at[entry->length], ==, '\n');
        at += entry->length + 1;
        g_ptr_array_add(batch->entries, entry);
    }
    g_assert_not_reached();
}

Batch *
rig_poll(Rig *rig, const char *path, const char *key, gint64 after, guint wait_s)
{
    g_autofree char *target =
        g_strdup_printf("%s/deliveries?after=%" G_GINT64_FORMAT "&wait=%u", path, after, wait_s);
    g_autofree char *head = g_strdup_printf("Authorization: Bearer %s\r\n", key);
    g_autoptr(Answer) answer = rig_ask(rig, target, head, NULL);
    Batch *batch = g_new0(Batch, 1);

    batch->status = answer->status;
    batch->entries = g_ptr_array_new_with_free_func(entry_free);
    if (answer->status == 200) {
        g_assert_nonnull(strstr(answer->head, "Content-Type: application/x-coex-deliveries"));
        read_batch(batch, answer->body);
    }
    return batch;
}

Batch *
rig_read_all(Rig *rig, const char *path, const char *key, gint64 after)
{
    Batch *all = rig_poll(rig, path, key, after, 0);

    g_assert_cmpuint(all->status, ==, 200);
    while (all->after < all->newest) {
        g_autoptr(Batch) more = rig_poll(rig, path, key, all->after, 0);

        g_assert_cmpuint(more->status, ==, 200);
        g_assert_cmpuint(more->entries->len, >, 0);
        g_ptr_array_extend_and_steal(all->entries, g_ptr_array_ref(more->entries));
        g_ptr_array_unref(more->entries);
        more->entries = g_ptr_array_new();
        all->after = more->after;
        all->newest = more->newest;
    }
    return all;
}

const Entry *
batch_get(const Batch *batch, guint index)
{
    g_assert_cmpuint(index, <, batch->entries->len);
    return g_ptr_array_index(batch->entries, index);
}
