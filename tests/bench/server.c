// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include "sim/certificate.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

/* An API on loopback that accepts everything. */

static const char answer[] =
    "{\"messaging_product\":\"whatsapp\",\"contacts\":[{\"input\":\"+12025550147\","
    "\"wa_id\":\"12025550147\"}],\"messages\":[{\"id\":"
    "\"wamid.HBgLMTIwMjU1NTAxNDcVAgARGBQzQUJFMTk5ODkwOEMwQTBCN0I1NQA=\"}]}";

static const char id[] = "{\"id\":\"881200000000001\"}"; /* of what was uploaded */

/* the signature is libmicrohttpd's */
static enum MHD_Result
on_request(void *user_data, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *bytes, size_t *length, void **state)
{
    Server *server = user_data;
    gboolean is_file = server->file != NULL && strcmp(method, MHD_HTTP_METHOD_GET) == 0;
    struct MHD_Response *response;
    gsize n_bytes = strlen(answer);
    const void *body = answer;
    enum MHD_Result result;

    if (*state == NULL) {
        *state = user_data;
        return MHD_YES;
    }
    if (*length > 0) {
        server->n_taken += *length;
        *length = 0;
        return MHD_YES;
    }
    if (is_file) {
        body = g_bytes_get_data(server->file, &n_bytes);
    } else if (g_str_has_suffix(url, "/media")) {
        body = id;
        n_bytes = sizeof id - 1;
    }
    response = MHD_create_response_from_buffer(n_bytes, (void *)body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type",
                            is_file ? "application/octet-stream" : "application/json");
    result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static void
on_connection(void *user_data, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    Server *server = user_data;

    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        g_atomic_int_inc(&server->n_connections);
}

void
server_start(Server *server, gboolean tls)
{
    g_autofree char *key = NULL;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct MHD_OptionItem options[3] = { { MHD_OPTION_END, 0, NULL } };

    if (tls) {
        coex_sim_make_certificate("bench", &key, &server->certificate);
        options[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, key };
        options[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate };
        options[2] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
    }
    server->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | (tls ? MHD_USE_TLS : 0), 0,
                                      NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
                                      &address, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
                                      MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (server->daemon == NULL)
        g_error("libmicrohttpd does not start");
    server->url =
        g_strdup_printf("http%s://127.0.0.1:%u", tls ? "s" : "",
                        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

void
server_stop(Server *server)
{
    MHD_stop_daemon(server->daemon);
    g_free(server->certificate);
    g_free(server->url);
}
