// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * base-ingest DATABASE SECRET: the base rate of receiving. A bare libmicrohttpd in its own epoll
 * thread, HMAC while the body arrives, one writer thread that groups rows into a transaction (WAL,
 * synchronous=FULL), 200 after the commit. Nothing behind the row, no deadline but silence. Prints
 * its port; ends at the end of its input.
 */
#include <glib.h>
#include <gnutls/crypto.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define GROUP_ROWS 512
#define HEADERS_MAX (64 * 1024)
#define IDLE_S 15u
#define CONNECTIONS_MAX 100 /* 0.9.75 sleeps for ever with exactly 128 in this mode */

typedef struct {
    struct MHD_Connection *connection;
    GByteArray *body;
    gnutls_hmac_hd_t hmac;
    char key[65]; /* hex */
    guint status; /* 0: not decided */
    gboolean waits;
} Request;

static struct {
    const char *secret;
    sqlite3 *db;
    sqlite3_stmt *insert;
    GAsyncQueue *queue;
    struct MHD_Response *answer;
} base;

static void
run(const char *sql)
{
    if (sqlite3_exec(base.db, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(base.db));
}

static void
insert(const Request *request)
{
    sqlite3_bind_text(base.insert, 1, request->key, -1, SQLITE_STATIC);
    sqlite3_bind_blob(base.insert, 2, request->body->data, (int)request->body->len, SQLITE_STATIC);
    if (sqlite3_step(base.insert) != SQLITE_DONE)
        g_error("insert: %s", sqlite3_errmsg(base.db));
    sqlite3_reset(base.insert);
}

static gpointer
writer_main(gpointer data)
{
    Request *group[GROUP_ROWS];

    for (;;) {
        Request *request = g_async_queue_pop(base.queue);
        guint n = 0;

        run("BEGIN IMMEDIATE");
        while (request != NULL) {
            insert(request);
            group[n++] = request;
            request = n < GROUP_ROWS ? g_async_queue_try_pop(base.queue) : NULL;
        }
        run("COMMIT");
        for (guint i = 0; i < n; i++) {
            group[i]->status = MHD_HTTP_OK;
            MHD_resume_connection(group[i]->connection);
        }
    }
    return NULL;
}

static gboolean
is_signed(Request *request)
{
    const char *header =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "X-Hub-Signature-256");
    guint8 digest[32];

    gnutls_hmac_deinit(g_steal_pointer(&request->hmac), digest);
    for (guint i = 0; i < sizeof digest; i++)
        g_snprintf(request->key + 2 * i, 3, "%02x", digest[i]);
    return header != NULL && g_str_has_prefix(header, "sha256=") &&
           g_str_equal(header + strlen("sha256="), request->key);
}

static enum MHD_Result
finish(Request *request)
{
    if (!request->waits) {
        if (!is_signed(request))
            return MHD_NO;
        request->waits = TRUE;
        MHD_suspend_connection(request->connection);
        g_async_queue_push(base.queue, request);
        return MHD_YES;
    }
    return MHD_queue_response(request->connection, request->status, base.answer);
}

/* the signature is libmicrohttpd's */
static enum MHD_Result
on_request(void *user_data, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *bytes, size_t *length, void **state)
{
    Request *request = *state;

    if (request == NULL) {
        *state = request = g_new0(Request, 1);
        request->connection = connection;
        request->body = g_byte_array_new();
        gnutls_hmac_init(&request->hmac, GNUTLS_MAC_SHA256, base.secret, strlen(base.secret));
        return MHD_YES;
    }
    if (*length == 0)
        return finish(request);
    g_byte_array_append(request->body, (const guint8 *)bytes, (guint)*length);
    gnutls_hmac(request->hmac, bytes, *length);
    *length = 0;
    return MHD_YES;
}

static void
on_over(void *user_data, struct MHD_Connection *connection, void **state,
        enum MHD_RequestTerminationCode code)
{
    Request *request = g_steal_pointer(state);

    if (request == NULL)
        return;
    if (request->hmac != NULL)
        gnutls_hmac_deinit(request->hmac, NULL);
    g_byte_array_unref(request->body);
    g_free(request);
}

static void
open_database(const char *path)
{
    if (sqlite3_open(path, &base.db) != SQLITE_OK)
        g_error("%s cannot be opened", path);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE inbox(seq INTEGER PRIMARY KEY, key TEXT UNIQUE, body BLOB);");
    sqlite3_prepare_v2(base.db, "INSERT OR IGNORE INTO inbox(key, body) VALUES(?, ?)", -1,
                       &base.insert, NULL);
}

int
main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct MHD_Daemon *daemon;

    if (argc != 3)
        g_error("base-ingest DATABASE SECRET");
    base.secret = argv[2];
    base.queue = g_async_queue_new();
    base.answer = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    open_database(argv[1]);
    g_thread_unref(g_thread_new("writer", writer_main, NULL));
    daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, NULL,
        MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, on_over, NULL,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    if (daemon == NULL)
        g_error("libmicrohttpd does not start");
    printf("port %u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}
