// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_CUSTOMERS 50
#define HISTORY_SIZE (3 * 1024 * 1024)
#define PATIENCE_US (120 * (gint64)G_USEC_PER_SEC)
/* The index of words follows a second after the last message. */
#define REST_US (1500 * (gint64)1000)

/* ---- a child ---- */

Child *
child_new(const char *const *argv, guint sync_ms)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autoptr(GError) error = NULL;
    g_autofree char *shim = bench_program("slowsync.so");
    g_autofree char *delay = g_strdup_printf("%u", sync_ms);
    Child *child = g_new0(Child, 1);

    if (sync_ms > 0) {
        g_subprocess_launcher_setenv(launcher, "LD_PRELOAD", shim, TRUE);
        g_subprocess_launcher_setenv(launcher, "BENCH_SYNC_MS", delay, TRUE);
    }
    child->process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    if (child->process == NULL)
        g_error("%s: %s", argv[0], error->message);
    child->in = g_subprocess_get_stdin_pipe(child->process);
    child->out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(child->process));
    return child;
}

gint64
child_ask(Child *child, const char *command, const char *word)
{
    g_autofree char *line = NULL;

    if (command != NULL)
        g_output_stream_printf(child->in, NULL, NULL, NULL, "%s\n", command);
    line = g_data_input_stream_read_line(child->out, NULL, NULL, NULL);
    if (line == NULL || !g_str_has_prefix(line, word))
        g_error("\"%s\" was expected of a child, not \"%s\"", word, line != NULL ? line : "");
    return g_ascii_strtoll(line + strlen(word), NULL, 10);
}

void
child_free(Child *child)
{
    g_output_stream_close(child->in, NULL, NULL);
    g_subprocess_wait(child->process, NULL, NULL);
    g_object_unref(child->out);
    g_object_unref(child->process);
    g_free(child);
}

/* ---- the rig ---- */

static Screen *
make_screen(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    Screen *screen;

    if (fd < 0 || ftruncate(fd, sizeof *screen) < 0)
        g_error("%s cannot be made", path);
    screen = mmap(NULL, sizeof *screen, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert(screen != MAP_FAILED);
    close(fd);
    return screen;
}

static void
add_customers(CoexSim *sim)
{
    for (guint i = 0; i < N_CUSTOMERS; i++) {
        g_autofree char *who = g_strdup_printf("c%u", i);
        g_autofree char *number = g_strdup_printf("+1202555%04u", i);
        g_autofree char *user_id = g_strdup_printf("US.70214458810936%04u", i);
        g_autofree char *name = g_strdup_printf("Customer %u", i);

        coex_sim_add_customer(sim, who, number, user_id, name);
    }
}

Rig *
rig_new(void)
{
    Rig *rig = g_new0(Rig, 1);
    g_autofree char *screen = NULL;
    g_autofree char *folder = NULL;

    rig->dir = g_dir_make_tmp("coex-bench-XXXXXX", NULL);
    g_assert(rig->dir != NULL);
    screen = g_build_filename(rig->dir, "screen", NULL);
    folder = g_build_filename(rig->dir, "coex", NULL);
    rig->screen = make_screen(screen);
    rig->database = g_build_filename(folder, "coex.db", NULL);
    rig->sim = coex_sim_new(COEX_SIM_META);
    add_customers(rig->sim);
    return rig;
}

guint
rig_find_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&address, length) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        g_error("no port is free");
    close(fd);
    return ntohs(address.sin_port);
}

void
rig_start(Rig *rig, guint sync_ms)
{
    CoexSim *sim = rig->sim;
    g_autofree char *host = bench_program("purple-host");
    g_autofree char *plugin = bench_program("../libcoex.so");
    g_autofree char *screen = g_build_filename(rig->dir, "screen", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

    rig->port = rig_find_port();
    g_setenv("BENCH_KEY", coex_sim_get_key(sim), TRUE);
    g_ptr_array_add(argv, g_strdup(host));
    g_ptr_array_add(argv, g_strdup(screen));
    g_ptr_array_add(argv, g_canonicalize_filename(plugin, NULL));
    g_ptr_array_add(argv, g_strdup(rig->dir));
    g_ptr_array_add(argv, g_strdup(coex_sim_get_number(sim)));
    g_ptr_array_add(argv, g_strdup("provider=meta"));
    g_ptr_array_add(argv, g_strconcat("api-url=", coex_sim_get_url(sim), NULL));
    g_ptr_array_add(argv, g_strconcat("app-secret=", coex_sim_get_app_secret(sim), NULL));
    g_ptr_array_add(argv, g_strconcat("phone-number-id=", coex_sim_get_phone_number_id(sim), NULL));
    g_ptr_array_add(argv, g_strconcat("waba-id=", coex_sim_get_waba_id(sim), NULL));
    g_ptr_array_add(argv, g_strdup_printf("listen=127.0.0.1:%u", rig->port));
    g_ptr_array_add(argv, g_strconcat("media-folder=", rig->dir, "/media", NULL));
    g_ptr_array_add(argv, g_strdup("media-auto=all"));
    for (const char *const *option = rig->options; option != NULL && *option != NULL; option++)
        g_ptr_array_add(argv, g_strdup(*option));
    g_ptr_array_add(argv, NULL);
    rig->host = child_new((const char *const *)argv->pdata, sync_ms);
    rig->bare_kb = child_ask(rig->host, NULL, "bare ");
}

void
rig_login(Rig *rig)
{
    rig->online_us = child_ask(rig->host, "login", "online ");
}

void
rig_meet_tls(Rig *rig)
{
    g_autofree char *stranger = NULL;
    g_autofree char *own = g_strconcat("api ", coex_sim_get_url(rig->sim), NULL);
    Server server = { 0 };

    server_start(&server, TRUE);
    stranger = g_strconcat("api ", server.url, NULL);
    child_ask(rig->host, stranger, "memory ");
    child_ask(rig->host, "login", "refused ");
    child_ask(rig->host, own, "memory ");
    server_stop(&server);
}

static void
remove_dir(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_dir(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

void
rig_stop(Rig *rig)
{
    g_autofree char *accounts = g_build_filename(rig->dir, "accounts.xml", NULL);

    g_clear_pointer(&rig->host, child_free);
    g_unlink(accounts); /* or the next one knows the account already, and makes it again */
}

void
rig_free(Rig *rig)
{
    rig_stop(rig);
    coex_sim_free(rig->sim);
    munmap(rig->screen, sizeof *rig->screen);
    remove_dir(rig->dir);
    g_free(rig->dir);
    g_free(rig->database);
    g_free(rig);
}

static gint64
get_last_shown(const Rig *rig)
{
    gint64 last = 0;

    for (guint i = 0; i < rig->n_made; i++)
        last = MAX(last, rig->screen->shown_at[i]);
    return last;
}

gint64
rig_wait_shown(Rig *rig, guint n)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while ((guint)g_atomic_int_get(&rig->screen->n_shown) < n) {
        if (g_get_monotonic_time() > end)
            g_error("%d of %u messages were shown", g_atomic_int_get(&rig->screen->n_shown), n);
        g_poll(NULL, 0, 5);
    }
    return get_last_shown(rig);
}

/* In hundredths of a second. */
static guint64
get_work(Rig *rig)
{
    const char *id = g_subprocess_get_identifier(rig->host->process);
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", id);
    g_autofree char *text = NULL;
    g_auto(GStrv) words = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        g_error("the chat program has ended");
    words = g_strsplit(strrchr(text, ')'), " ", -1);
    /* proc(5): utime and stime, the 14th and 15th; the name is the 2nd */
    return g_ascii_strtoull(words[12], NULL, 10) + g_ascii_strtoull(words[13], NULL, 10);
}

void
rig_rest(Rig *rig)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    gint64 since = g_get_monotonic_time();
    guint64 before = get_work(rig);

    while (g_get_monotonic_time() - since < REST_US && g_get_monotonic_time() < end) {
        guint64 work;

        g_poll(NULL, 0, 100);
        work = get_work(rig);
        if (work > before + 1)
            since = g_get_monotonic_time();
        before = work;
    }
}

GArray *
rig_get_show_times(const Rig *rig, const Load *load, guint first, const gint64 *since)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < load->requests->len; i++) {
        gint64 time = MAX(rig->screen->shown_at[first + i] - since[i], 0);

        g_array_append_val(times, time);
    }
    return times;
}

int
bench_connect(guint port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((guint16)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

void
rig_wait_files(Rig *rig, guint n)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while ((guint)g_atomic_int_get(&rig->screen->n_files) < n) {
        if (g_get_monotonic_time() > end)
            g_error("%d of %u files came or left", g_atomic_int_get(&rig->screen->n_files), n);
        g_poll(NULL, 0, 5);
    }
}

gint64
rig_get_memory(Rig *rig)
{
    return child_ask(rig->host, "memory", "memory ");
}

Child *
rig_start_base(Rig *rig, guint sync_ms, guint *ret_port)
{
    static guint n_databases;
    g_autofree char *program = bench_program("base-ingest");
    g_autofree char *name = g_strdup_printf("base-%u.db", n_databases++);
    g_autofree char *database = g_build_filename(rig->dir, name, NULL);
    const char *argv[] = { program, database, coex_sim_get_app_secret(rig->sim), NULL };
    Child *base = child_new(argv, sync_ms);

    *ret_port = (guint)child_ask(base, NULL, "port ");
    return base;
}

/* ---- webhooks ---- */

static GBytes *
make_request(Rig *rig, GBytes *body)
{
    const char *secret = coex_sim_get_app_secret(rig->sim);
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);
    g_autofree char *signature = g_compute_hmac_for_data(
        G_CHECKSUM_SHA256, (const guint8 *)secret, strlen(secret), (const guint8 *)bytes, length);
    GString *request = g_string_new(NULL);

    g_string_append_printf(request,
                           "POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                           "Content-Type: application/json\r\nX-Hub-Signature-256: sha256=%s\r\n"
                           "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                           signature, length);
    g_string_append_len(request, bytes, (gssize)length);
    return g_string_free_to_bytes(request);
}

GPtrArray *
rig_make_texts(Rig *rig, guint n)
{
    GPtrArray *requests = g_ptr_array_new_full(n, (GDestroyNotify)g_bytes_unref);

    g_assert(rig->n_made + n <= SCREEN_MESSAGES);
    for (guint i = 0; i < n; i++) {
        g_autofree char *who = g_strdup_printf("c%u", rig->n_made % N_CUSTOMERS);
        g_autofree char *text = g_strdup_printf(
            SCREEN_TEXT " is the parcel on its way, and could it come on Saturday morning instead?",
            rig->n_made++);
        g_autoptr(GBytes) body = coex_sim_render_text(rig->sim, who, text);

        g_ptr_array_add(requests, make_request(rig, body));
    }
    return requests;
}

/* A chunk of messages: the id of the first, how many there are in all chats of it. */
typedef struct {
    guint order;
    guint progress;
    guint first;
    guint n;
    guint n_people;
} Chunk;

static void
append_history_message(GString *json, const Chunk *chunk, guint who)
{
    guint number = chunk->first + chunk->n;

    g_string_append_printf(
        json,
        "{\"from\":\"1202556%04u\",\"id\":\"wamid.HBgLMTIwMjU1NTAxNDcVAgASGBQzQTA2%08uTkM0OQA=\","
        "\"timestamp\":\"%u\",\"type\":\"text\",\"text\":{\"body\":\"Message %u of a long "
        "conversation about parcels, opening hours and what the weather does to both. "
        "It goes on for years, and nobody has ever deleted a line of it, which is why the chunk "
        "is as large as WhatsApp makes them.\"},\"history_context\":{\"status\":\"READ\"}},",
        who, number, 1700000000 - number, number);
}

static GBytes *
make_chunk(const Rig *rig, Chunk *chunk)
{
    GString *json = g_string_sized_new(HISTORY_SIZE + 1024);

    g_string_append_printf(
        json,
        "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"%s\",\"changes\":[{"
        "\"field\":\"history\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{"
        "\"display_phone_number\":\"%s\",\"phone_number_id\":\"%s\"},\"history\":[{\"metadata\":{"
        "\"phase\":0,\"chunk_order\":%u,\"progress\":%u},\"threads\":[",
        coex_sim_get_waba_id(rig->sim), coex_sim_get_number(rig->sim) + 1,
        coex_sim_get_phone_number_id(rig->sim), chunk->order, chunk->progress);
    for (guint who = 0; who < chunk->n_people; who++) {
        g_string_append_printf(json, "%s{\"id\":\"1202556%04u\",\"messages\":[", who > 0 ? "," : "",
                               who);
        for (; json->len < HISTORY_SIZE / chunk->n_people * (who + 1); chunk->n++)
            append_history_message(json, chunk, who);
        g_string_truncate(json, json->len - 1);
        g_string_append(json, "]}");
    }
    g_string_append(json, "]}]}}]}]}");
    return g_string_free_to_bytes(json);
}

GPtrArray *
rig_make_history(Rig *rig, guint n)
{
    static guint n_chunks;
    GPtrArray *requests = g_ptr_array_new_full(n, (GDestroyNotify)g_bytes_unref);

    for (guint i = 0; i < n; i++) {
        Chunk chunk = { .order = ++n_chunks, .progress = 55, .n_people = 1 };
        g_autoptr(GBytes) body = make_chunk(rig, &chunk);

        g_ptr_array_add(requests, make_request(rig, body));
    }
    return requests;
}

GPtrArray *
rig_make_past(Rig *rig, guint n, guint n_people, guint *ret_n)
{
    GPtrArray *requests = g_ptr_array_new_full(n, (GDestroyNotify)g_bytes_unref);

    *ret_n = 0;
    for (guint i = 0; i < n; i++) {
        Chunk chunk = { i + 1, i + 1 < n ? 55 : 100, *ret_n, 0, n_people };
        g_autoptr(GBytes) body = make_chunk(rig, &chunk);

        *ret_n += chunk.n;
        g_ptr_array_add(requests, make_request(rig, body));
    }
    return requests;
}
