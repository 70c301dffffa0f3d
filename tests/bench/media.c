// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include "core/api.h"
#include "core/backend.h"
#include "net/download.h"
#include "net/http.h"
#include "net/upload.h"
#include "screen.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that come, from a server on loopback to the disk, where they are safe from a power cut, and
 * files that leave, from the disk's cache to it. Ours that come are hashed on the way; curl's are
 * not. */

#define MB (1000 * 1000)
#define LENGTH (100 * MB)

typedef struct {
    GMainLoop *loop;
    gint64 size;
} Wait;

static void
on_downloaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Wait *wait = user_data;
    g_autoptr(GError) error = NULL;

    wait->size = coex_download_finish(result, NULL, &error);
    if (wait->size < 0)
        g_error("%s", error->message);
    g_main_loop_quit(wait->loop);
}

static double
download_ours(const Server *server, CoexHttp *http, const char *path, const char *sha256)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autofree char *url = g_strconcat(server->url, "/file", NULL);
    CoexEndpoint endpoint = {
        .backend = coex_backend_lookup("meta"),
        .base_url = server->url,
        .key = (char *)"0123456789abcdef0123456789abcdef",
    };
    const CoexDownload what = { .endpoint = &endpoint,
                                .url = url,
                                .path = path,
                                .limit = LENGTH,
                                .size = LENGTH,
                                .sha256 = sha256 };
    Wait wait = { loop, 0 };
    gint64 began = g_get_monotonic_time();

    coex_download_async(http, &what, NULL, on_downloaded, &wait);
    g_main_loop_run(loop);
    return (double)wait.size / (double)(g_get_monotonic_time() - began);
}

static double
download_curl(const Server *server, const char *path)
{
    g_autofree char *url = g_strconcat(server->url, "/file", NULL);
    const char *argv[] = { "curl", "--silent", "--fail", "--output", path, url, NULL };
    gint64 began = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;
    GStatBuf found;
    int status = 1;
    int fd;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                      &status, &error))
        g_error("%s", error->message);
    if (status != 0 || g_stat(path, &found) != 0 || found.st_size != LENGTH)
        g_error("curl did not fetch the file");
    fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fdatasync(fd) != 0)
        g_error("fdatasync: %s", g_strerror(errno));
    close(fd);
    return LENGTH / (double)(g_get_monotonic_time() - began);
}

/* ---- and back ---- */

static void
on_wrote(gpointer user_data, gsize n_bytes)
{
}

static void
on_uploaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Wait *wait = user_data;
    g_autoptr(GError) error = NULL;
    gint64 wait_s;
    g_autofree char *id = coex_upload_finish(result, &wait_s, &error);

    if (id == NULL)
        g_error("%s", error->message);
    g_main_loop_quit(wait->loop);
}

/* All of the file has arrived. */
static double
get_rate(Server *server, gint64 began)
{
    if (server->n_taken < LENGTH)
        g_error("only %" G_GUINT64_FORMAT " bytes were uploaded", server->n_taken);
    server->n_taken = 0;
    return LENGTH / (double)(g_get_monotonic_time() - began);
}

static double
upload_ours(Server *server, CoexHttp *http, const char *path)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    CoexEndpoint endpoint = {
        .backend = coex_backend_lookup("meta"),
        .base_url = server->url,
        .key = (char *)"0123456789abcdef0123456789abcdef",
        .phone_number_id = (char *)"318800000000042",
    };
    const CoexUpload what = { &endpoint, path, "application/pdf", on_wrote };
    Wait wait = { loop, 0 };
    gint64 began = g_get_monotonic_time();

    coex_upload_async(http, &what, NULL, on_uploaded, &wait);
    g_main_loop_run(loop);
    return get_rate(server, began);
}

static double
upload_curl(Server *server, const char *path)
{
    g_autofree char *url = g_strconcat(server->url, "/318800000000042/media", NULL);
    g_autofree char *file = g_strdup_printf("file=@%s;type=application/pdf", path);
    const char *argv[] = { "curl",
                           "--silent",
                           "--fail",
                           "--output",
                           "/dev/null",
                           "--form",
                           "messaging_product=whatsapp",
                           "--form",
                           "type=application/pdf",
                           "--form",
                           file,
                           url,
                           NULL };
    gint64 began = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;
    int status = 1;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                      &status, &error))
        g_error("%s", error->message);
    if (status != 0)
        g_error("curl did not upload the file");
    return get_rate(server, began);
}

/* ---- both, in the chat program ---- */

typedef struct {
    double grown_mb; /* at its largest, above what it had before */
    double turn_ms;  /* the main loop's longest */
    double turn_cpu_ms;
} Strain;

static gint64
begin_strain(Rig *rig)
{
    gint64 base;

    child_ask(rig->host, "peak", "memory ");
    base = child_ask(rig->host, "peak", "memory ");
    rig->screen->gap_us = rig->screen->gap_cpu_us = 0;
    return base;
}

static Strain
end_strain(Rig *rig, gint64 base)
{
    return (Strain){
        .grown_mb = (double)(child_ask(rig->host, "peak", "memory ") - base) * 1024 / MB,
        .turn_ms = (double)rig->screen->gap_us / 1000,
        .turn_cpu_ms = (double)rig->screen->gap_cpu_us / 1000,
    };
}

static Strain
take_in(Rig *rig, GBytes *file)
{
    g_autofree char *content =
        coex_sim_add_file(rig->sim, "application/pdf", SCREEN_FILE, NULL, file);
    gint64 base = begin_strain(rig);

    g_free(coex_sim_customer_sends_type(rig->sim, "c0", "document", content));
    rig_wait_files(rig, 1);
    return end_strain(rig, base);
}

static Strain
send_out(Rig *rig, GBytes *file)
{
    g_autofree char *path = g_build_filename(rig->dir, SCREEN_FILE, NULL);
    g_autofree char *command = g_strdup_printf("file 12025550000 %s", path);
    gint64 base;

    if (!g_file_set_contents(path, g_bytes_get_data(file, NULL), LENGTH, NULL))
        g_error("%s cannot be written", path);
    base = begin_strain(rig);
    child_ask(rig->host, command, "memory ");
    rig_wait_files(rig, 2);
    return end_strain(rig, base);
}

static void
print_strain(const char *what, const Strain *strain)
{
    g_autofree char *memory = g_strdup_printf("%s: memory beside", what);
    g_autofree char *turn = g_strdup_printf("%s: longest turn of the main loop", what);
    g_autofree char *cpu = g_strdup_printf("%s: processor time of the costliest", what);

    bench_figure(&(Figure){ memory, "MB", strain->grown_mb, DEMAND_AT_MOST, 20 });
    bench_figure(&(Figure){ turn, "ms", strain->turn_ms, DEMAND_AT_MOST, 10 });
    bench_figure(&(Figure){ cpu, "ms", strain->turn_cpu_ms, DEMAND_NONE, 0 });
}

static void
measure_strain(GBytes *file)
{
    Rig *rig = rig_new();
    g_autofree char *webhook = NULL;
    Strain in;
    Strain out;

    bench_section("100 MB in the chat program");
    rig_start(rig, 0);
    rig_login(rig);
    webhook = g_strdup_printf("http://127.0.0.1:%u/webhook", rig->port);
    coex_sim_set_webhook(rig->sim, webhook);
    in = take_in(rig, file);
    out = send_out(rig, file);
    print_strain("in", &in);
    print_strain("out", &out);
    rig_free(rig);
}

/* ---- both, beside curl ---- */

typedef struct {
    Server server;
    CoexHttp *http;
    const char *path;
    const char *sha256; /* of the file */
    Pairs down;
    Pairs up;
} Files;

static void
measure_ours(gpointer data, guint pair)
{
    Files *files = data;

    files->down.ours[pair] = download_ours(&files->server, files->http, files->path, files->sha256);
    files->up.ours[pair] = upload_ours(&files->server, files->http, files->path);
}

static void
measure_base(gpointer data, guint pair)
{
    Files *files = data;

    files->down.base[pair] = download_curl(&files->server, files->path);
    files->up.base[pair] = upload_curl(&files->server, files->path);
}

static GBytes *
make_file(void)
{
    char *bytes = g_malloc(LENGTH);

    for (gsize i = 0; i < LENGTH; i++)
        bytes[i] = (char)(i * 2654435761U >> 13);
    return g_bytes_new_take(bytes, LENGTH);
}

void
bench_media(void)
{
    g_autoptr(GBytes) file = make_file();
    g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file);
    g_autofree char *dir = g_dir_make_tmp("coex-bench-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "file", NULL);
    Files files = {
        .server = { .file = file }, .http = coex_http_new(20, NULL), .path = path, .sha256 = sha256
    };

    bench_section("files from a server on loopback, and to it");
    server_start(&files.server, FALSE);
    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, measure_ours, measure_base, &files);
    bench_compare(&(Comparison){ "a download of 100 MB (base: curl)", "MB/s", &files.down,
                                 DEMAND_RATIO_AT_LEAST, 0.7 });
    bench_compare(&(Comparison){ "an upload of 100 MB (base: curl)", "MB/s", &files.up,
                                 DEMAND_RATIO_AT_LEAST, 0.7 });
    server_stop(&files.server);
    coex_http_free(files.http);
    g_unlink(path);
    g_rmdir(dir);
    measure_strain(file);
}
