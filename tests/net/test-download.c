// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "net/download.h"

#include "asking.h"
#include "tools/hang.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
#define ABC HEAD "Content-Length: 3\r\n\r\nabc"
#define ABC_HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_BASE64 "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
#define LIMIT 100000

/* A folder with nothing in it, and what a download into it needs. */
typedef struct {
    char *dir;
    char *path;
    CoexHttp *http;
    CoexEndpoint endpoint;
} Place;

static Place *
place_new(guint timeout_s)
{
    Place *place = g_new0(Place, 1);

    place->dir = g_dir_make_tmp("coex-download-XXXXXX", NULL);
    place->path = g_build_filename(place->dir, "part", NULL);
    place->http = coex_http_new(timeout_s, NULL);
    place->endpoint.backend = coex_backend_lookup("meta");
    place->endpoint.base_url = g_strdup("http://127.0.0.1:1");
    place->endpoint.key = g_strdup(SECRET);
    return place;
}

/* Nothing is left but what the test took. */
static void
place_free(Place *place)
{
    g_assert_cmpint(g_rmdir(place->dir), ==, 0);
    coex_http_free(place->http);
    coex_endpoint_clear(&place->endpoint);
    g_free(place->dir);
    g_free(place->path);
    g_free(place);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Place, place_free)

static char *
dup_url(Server *server, const char *path)
{
    return g_strdup_printf("http://127.0.0.1:%u%s", server_get_port(server), path);
}

static gint64
run(Place *place, const CoexDownload *told, GCancellable *cancellable, GError **error)
{
    CoexDownload what = *told;
    g_autoptr(GAsyncResult) result = NULL;
    gint64 size;

    what.endpoint = &place->endpoint;
    what.path = place->path;
    what.limit = what.limit > 0 ? what.limit : LIMIT;
    coex_download_async(place->http, &what, cancellable, on_done, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    size = coex_download_finish(result, NULL, error);
    if (size < 0) {
        g_test_message("%s", (*error)->message);
        g_assert_null(strstr((*error)->message, SECRET));
        g_assert_false(g_file_test(place->path, G_FILE_TEST_EXISTS));
    }
    return size;
}

static void
assert_file(Place *place, const char *bytes, gsize length)
{
    g_autofree char *read = NULL;
    gsize n_read = 0;
    GStatBuf found;

    g_assert_true(g_file_get_contents(place->path, &read, &n_read, NULL));
    g_assert_cmpmem(read, n_read, bytes, length);
    g_assert_cmpint(g_stat(place->path, &found), ==, 0);
    g_assert_cmpuint(found.st_mode & 0777, ==, 0600);
    g_assert_cmpint(g_unlink(place->path), ==, 0);
}

static void
test_good(void)
{
    static const struct {
        const char *sha256;
        gint64 size;
    } rows[] = { { ABC_HEX, 3 }, { ABC_BASE64, -1 }, { NULL, 3 }, { "", -1 }, { "odd", -1 } };
    static const ServerStep step = { SERVER_ANSWERS, ABC, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(10);
    g_autofree char *url = dup_url(server, "/whatsapp_business/?mid=1&hash=%2B");

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexDownload what = { .url = url, .size = rows[i].size, .sha256 = rows[i].sha256 };
        g_autoptr(GError) error = NULL;

        /* what is left of a crash is no obstacle */
        g_assert_true(g_file_set_contents(place->path, "old and longer", -1, NULL));
        g_assert_cmpint(run(place, &what, NULL, &error), ==, 3);
        g_assert_no_error(error);
        assert_file(place, "abc", 3);
    }
    g_assert_true(g_str_has_prefix(server->requests->pdata[0],
                                   "GET /whatsapp_business/?mid=1&hash=%2B HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(server->requests->pdata[0], "Authorization: Bearer " SECRET "\r\n"));
}

/* More than fits into any buffer, and more than one answer may be. */
#define LARGE (40 * 1024 * 1024)

static ServerStep
make_large(char **ret_text)
{
    char *text = g_malloc0(LARGE + 200);
    gsize n_head = (gsize)g_snprintf(text, 200, HEAD "Content-Length: %d\r\n\r\n", LARGE);

    memset(text + n_head, 'x', LARGE);
    *ret_text = text;
    return (ServerStep){ SERVER_ANSWERS, text, n_head + LARGE };
}

static void
test_large(void)
{
    g_autofree char *text = NULL;
    ServerStep step = make_large(&text);
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(10);
    g_autofree char *url = dup_url(server, "/");
    g_autofree char *sha256 = NULL;
    CoexDownload what = { .url = url, .size = LARGE, .limit = 1 << 30 };
    g_autoptr(GError) error = NULL;

    sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                         (const guchar *)text + step.length - LARGE, LARGE);
    what.sha256 = sha256;
    g_assert_cmpint(run(place, &what, NULL, &error), ==, LARGE);
    g_assert_no_error(error);
    g_assert_cmpint(g_unlink(place->path), ==, 0);
}

static const struct {
    ServerStep step;
    const char *sha256;
    gint64 size;
    int code;
    const char *says;
} lies[] = {
    { { SERVER_ANSWERS, ABC, 0 }, NULL, 2, COEX_ERROR_PROTOCOL, "More came than" },
    { { SERVER_ANSWERS, ABC, 0 }, NULL, 4, COEX_ERROR_PROTOCOL, "3 bytes came" },
    { { SERVER_ANSWERS, HEAD "Content-Length: 3\r\n\r\nabd", 0 },
      ABC_HEX,
      3,
      COEX_ERROR_PROTOCOL,
      "SHA-256" },
    { { SERVER_ANSWERS, HEAD "Content-Length: 3\r\n\r\nabd", 0 },
      ABC_BASE64,
      -1,
      COEX_ERROR_PROTOCOL,
      "SHA-256" },
    { { SERVER_ANSWERS, HEAD "Content-Length: 0\r\n\r\n", 0 },
      ABC_HEX,
      -1,
      COEX_ERROR_PROTOCOL,
      "SHA-256" },
    { { SERVER_FLOODS, HEAD "Content-Length: 2000000000\r\n\r\n", 0 },
      NULL,
      -1,
      COEX_ERROR_TOO_LARGE,
      "media-limit" },
    { { SERVER_FLOODS, HEAD "\r\n", 0 }, NULL, -1, COEX_ERROR_TOO_LARGE, "media-limit" },
    /* cut */
    { { SERVER_ANSWERS_CLOSE, HEAD "Content-Length: 9\r\n\r\nabc", 0 },
      NULL,
      9,
      -1, /* as an end too early, or as too little */
      "" },
    /* noticed as an end too early, or as too little */
    { { SERVER_ANSWERS_CLOSE, HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 0 },
      NULL,
      9,
      -1,
      "" },
    { { SERVER_RESETS, HEAD "Content-Length: 9\r\n\r\nabc", 0 },
      NULL,
      -1,
      COEX_ERROR_RETRY,
      "no full answer" },
    /* no file at all */
    { { SERVER_ANSWERS, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 0 }, NULL, -1, -1, "404" },
    { { SERVER_ANSWERS, "HTTP/1.1 302 No\r\nContent-Length: 0\r\n\r\n", 0 }, NULL, -1, -1, "302" },
    { { SERVER_ANSWERS_CLOSE, "nonsense\r\n\r\n", 0 }, NULL, -1, COEX_ERROR_RETRY, "" },
};

static void
test_lies(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(Server) server = server_new(&lies[i].step, 1, NULL);
        g_autoptr(Place) place = place_new(10);
        g_autofree char *url = dup_url(server, "/");
        CoexDownload what = { .url = url, .size = lies[i].size, .sha256 = lies[i].sha256 };
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(run(place, &what, NULL, &error), ==, -1);
        if (lies[i].code >= 0)
            g_assert_error(error, COEX_ERROR, lies[i].code);
        g_assert_nonnull(strstr(error->message, lies[i].says));
    }
}

/* It comes to nothing in the end: a pause ends it, and so does a drip that goes on and on. */
static void
test_slow(void)
{
    static const ServerStep steps[] = {
        { SERVER_WAITS, NULL, 0 },
        { SERVER_WAITS, HEAD "Content-Length: 9\r\n\r\nabc", 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(Server) server = server_new(&steps[i], 1, NULL);
        g_autoptr(Place) place = place_new(1);
        g_autofree char *url = dup_url(server, "/");
        CoexDownload what = { .url = url, .size = -1 };
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(run(place, &what, NULL, &error), ==, -1);
        g_assert_error(error, COEX_ERROR, COEX_ERROR_RETRY);
        g_assert_nonnull(strstr(error->message, "time ran out"));
    }
}

/* Slow, but it comes: longer than one pause may last. */
static void
test_drips(void)
{
    static const ServerStep step = { SERVER_DRIPS, HEAD "Content-Length: 40\r\n\r\n", 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(1);
    g_autofree char *url = dup_url(server, "/");
    CoexDownload what = { .url = url, .size = 40 };
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(run(place, &what, NULL, &error), ==, 40);
    g_assert_no_error(error);
    g_assert_cmpint(g_unlink(place->path), ==, 0);
}

static void
assert_keyless(Server *server)
{
    g_assert_cmpuint(server_count_requests(server), ==, 1);
    g_assert_null(strstr(server->requests->pdata[0], SECRET));
    g_assert_null(strstr(server->requests->pdata[0], "Authorization"));
}

static void
test_redirect(void)
{
    static const ServerStep target = { SERVER_ANSWERS, ABC, 0 };
    g_autoptr(Server) second = server_new(&target, 1, NULL);
    g_autofree char *location = dup_url(second, "/there");
    g_autofree char *text = g_strdup_printf(
        "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 2\r\n\r\nno", location);
    ServerStep step = { SERVER_ANSWERS, text, 0 };
    g_autoptr(Server) first = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(10);
    g_autofree char *url = dup_url(first, "/");
    CoexDownload what = { .url = url, .size = 3, .sha256 = ABC_HEX };
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(run(place, &what, NULL, &error), ==, 3);
    g_assert_no_error(error);
    assert_file(place, "abc", 3);
    assert_keyless(second);
}

static void
test_led_astray(void)
{
    static const char *const locations[] = {
        "http://evil.invalid/", "https://lookaside.fbsbx.com/",   "file:///etc/passwd",
        "http://10.0.0.1/",     "http://169.254.169.254/",        "//evil.invalid/",
        "ftp://127.0.0.1/",     "http://127.0.0.1@evil.invalid/", "http://[::ffff:10.0.0.1]/",
    };

    for (guint i = 0; i < G_N_ELEMENTS(locations); i++) {
        g_autofree char *text = g_strdup_printf(
            "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", locations[i]);
        ServerStep step = { SERVER_ANSWERS, text, 0 };
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(Place) place = place_new(10);
        g_autofree char *url = dup_url(server, "/");
        CoexDownload what = { .url = url, .size = -1 };
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(run(place, &what, NULL, &error), ==, -1);
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
        g_assert_nonnull(strstr(error->message, "none of the provider's"));
        g_assert_cmpuint(server_count_requests(server), ==, 1);
    }
}

static void
test_round_and_round(void)
{
    static const ServerStep step = {
        SERVER_ANSWERS, "HTTP/1.1 307 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", 0
    };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(10);
    g_autofree char *url = dup_url(server, "/");
    CoexDownload what = { .url = url, .size = -1 };
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(run(place, &what, NULL, &error), ==, -1);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    g_assert_cmpuint(server_count_requests(server), ==, 4);
}

static void
test_no_folder(void)
{
    static const ServerStep step = { SERVER_ANSWERS, ABC, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(10);
    g_autofree char *url = dup_url(server, "/");
    CoexDownload what = { .url = url, .size = 3 };
    g_autofree char *folder = g_build_filename(place->dir, "none", NULL);
    g_autoptr(GError) error = NULL;

    g_free(place->path);
    place->path = g_build_filename(folder, "part", NULL);
    g_assert_true(g_file_set_contents(folder, "in the way", -1, NULL));
    g_assert_cmpint(run(place, &what, NULL, &error), ==, -1);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    g_assert_cmpuint(server_count_requests(server), ==, 0);
    g_clear_error(&error);
    g_assert_cmpint(g_unlink(folder), ==, 0);
    g_assert_cmpint(run(place, &what, NULL, &error), ==, 3);
    g_assert_no_error(error);
    g_assert_cmpint(g_unlink(place->path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* Another's link is not written through. */
static void
test_symlink(void)
{
    static const ServerStep step = { SERVER_ANSWERS, ABC, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(Place) place = place_new(10);
    g_autofree char *url = dup_url(server, "/");
    g_autofree char *aim = g_build_filename(place->dir, "aim", NULL);
    CoexDownload what = { .url = url, .size = 3 };
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(symlink(aim, place->path), ==, 0);
    g_assert_cmpint(run(place, &what, NULL, &error), ==, 3);
    g_assert_false(g_file_test(aim, G_FILE_TEST_EXISTS));
    assert_file(place, "abc", 3);
}

static void
test_cancel(void)
{
    static const ServerStep step = { SERVER_WAITS, HEAD "Content-Length: 9\r\n\r\nabc", 0 };

    for (guint i = 0; i < 2; i++) {
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(Place) place = place_new(30);
        g_autofree char *url = dup_url(server, "/");
        CoexDownload what = { .endpoint = &place->endpoint,
                              .url = url,
                              .path = place->path,
                              .limit = LIMIT,
                              .size = -1 };
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        g_autoptr(GAsyncResult) result = NULL;
        g_autoptr(GError) error = NULL;

        coex_download_async(place->http, &what, cancellable, on_done, &result);
        while (server_count_requests(server) == 0)
            g_main_context_iteration(NULL, FALSE);
        if (i == 0)
            g_cancellable_cancel(cancellable);
        else
            g_clear_pointer(&place->http, coex_http_free);
        while (result == NULL)
            g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(coex_download_finish(result, NULL, &error), ==, -1);
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_clear_object(&result);
    }
}

/* ---- a disk that does not answer ---- */

typedef struct {
    char *text;
    ServerStep step;
    Server *server;
    Place *place;
    GCancellable *cancellable;
    GAsyncResult *result;
} Hang;

/* A large file comes, and the first of it cannot be written. */
static Hang *
hang_new(guint timeout_s)
{
    Hang *hang = g_new0(Hang, 1);
    g_autofree char *url = NULL;
    CoexDownload what = { .size = LARGE, .limit = LARGE };

    hang->step = make_large(&hang->text);
    hang->server = server_new(&hang->step, 1, NULL);
    hang->place = place_new(timeout_s);
    hang->cancellable = g_cancellable_new();
    url = dup_url(hang->server, "/");
    what.url = url;
    what.path = hang->place->path;
    what.endpoint = &hang->place->endpoint;
    hang_begin("write", hang->place->path);
    coex_download_async(hang->place->http, &what, hang->cancellable, on_done, &hang->result);
    while (hang_count() == 0)
        g_main_context_iteration(NULL, FALSE);
    return hang;
}

static gboolean
on_time(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

static void
run_ms(guint ms)
{
    gboolean late = FALSE;

    g_timeout_add(ms, on_time, &late);
    while (!late)
        g_main_context_iteration(NULL, TRUE);
}

/* Longer than all of it takes to come. */
static void
run_idle(void)
{
    run_ms(300);
}

/* The disk answers, with @disk_error. What the download comes to. */
static gint64
hang_finish(Hang *hang, int disk_error, GError **error)
{
    gint64 size;

    hang_end(disk_error);
    while (hang->result == NULL)
        g_main_context_iteration(NULL, TRUE);
    size = coex_download_finish(hang->result, NULL, error);
    g_assert_cmpint(g_file_test(hang->place->path, G_FILE_TEST_EXISTS), ==, size >= 0);
    unlink(hang->place->path);
    g_object_unref(hang->result);
    g_object_unref(hang->cancellable);
    server_free(hang->server);
    place_free(hang->place);
    g_free(hang->text);
    g_free(hang);
    return size;
}

/* The loop goes on meanwhile, little is read ahead, and no time counts. */
static void
test_hangs(void)
{
    Hang *hang = hang_new(1);
    g_autoptr(GError) error = NULL;

    run_idle();
    g_assert_cmpint(g_atomic_int_get(&hang->server->n_answered), ==, 0);
    g_assert_null(hang->result);
    run_ms(1500);
    g_assert_cmpint(hang_finish(hang, 0, &error), ==, LARGE);
    g_assert_no_error(error);
}

static void
test_hangs_in_vain(void)
{
    Hang *hang = hang_new(30);
    g_autoptr(GError) error = NULL;

    run_idle();
    g_assert_cmpint(hang_finish(hang, ENOSPC, &error), ==, -1);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    g_assert_nonnull(strstr(error->message, g_strerror(ENOSPC)));
}

/* Before and after it has read as much as it may. */
static void
test_cancelled_in_hang(void)
{
    for (guint i = 0; i < 4; i++) {
        Hang *hang = hang_new(30);
        g_autoptr(GError) error = NULL;

        if (i % 2 == 1)
            run_idle();
        if (i < 2)
            g_cancellable_cancel(hang->cancellable);
        else
            g_clear_pointer(&hang->place->http, coex_http_free);
        run_idle();
        g_assert_cmpint(hang_finish(hang, 0, &error), ==, -1);
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/download/good", test_good);
    g_test_add_func("/download/large", test_large);
    g_test_add_func("/download/lies", test_lies);
    g_test_add_func("/download/slow", test_slow);
    g_test_add_func("/download/drips", test_drips);
    g_test_add_func("/download/redirect", test_redirect);
    g_test_add_func("/download/led-astray", test_led_astray);
    g_test_add_func("/download/round-and-round", test_round_and_round);
    g_test_add_func("/download/no-folder", test_no_folder);
    g_test_add_func("/download/symlink", test_symlink);
    g_test_add_func("/download/cancel", test_cancel);
    g_test_add_func("/download/hangs", test_hangs);
    g_test_add_func("/download/hangs-in-vain", test_hangs_in_vain);
    g_test_add_func("/download/cancelled-in-hang", test_cancelled_in_hang);
    return g_test_run();
}
