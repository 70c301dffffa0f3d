// SPDX-License-Identifier: GPL-2.0-or-later
#include "asking.h"

#include "core/api.h"
#include "core/backend.h"
#include "net/upload.h"

#include <string.h>
#include <unistd.h>

const char certificate_pem[] = "-----BEGIN CERTIFICATE-----\n"
                               "MIIBfzCCASWgAwIBAgIUUM6EcwfeHGHSAUNxsKd1wbdxNDowCgYIKoZIzj0EAwIw\n"
                               "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE4NDg0OFoYDzIxMjYxMDI5\n"
                               "MTg0ODQ4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
                               "PQMBBwNCAAR/EOzgrBJlU7zvonXO1CD9waw7Zy8669R+LC5qY04Z+yWZ4e/dcM8x\n"
                               "n5KcBIgeL3nqY+0GQ6vodriitZLQfkrTo1MwUTAdBgNVHQ4EFgQU+NcWQloWaFjx\n"
                               "2QOgNkviHbq4kpwwHwYDVR0jBBgwFoAU+NcWQloWaFjx2QOgNkviHbq4kpwwDwYD\n"
                               "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA9mIrvl6BjYsQ5kUyApR9\n"
                               "aHueguo2K4qQHlz1e/axl3kCIGye909y9Qpgokul1XXXVJfpX5arfKLbQSdSNxgO\n"
                               "PqSU\n"
                               "-----END CERTIFICATE-----\n"
                               "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgY0fbL4L9SaJbqKrD\n"
                               "oATHRKDhaRKjN4G3awiiGlg56GKhRANCAAR/EOzgrBJlU7zvonXO1CD9waw7Zy86\n"
                               "69R+LC5qY04Z+yWZ4e/dcM8xn5KcBIgeL3nqY+0GQ6vodriitZLQfkrT\n"
                               "-----END PRIVATE KEY-----\n";

CoexRequest *
make_request(const char *base, gboolean is_send)
{
    CoexRequest *request = g_new0(CoexRequest, 1);

    request->method = is_send ? "POST" : "GET";
    request->url = g_strdup_printf("%s/v1/messages?input_token=" SECRET, base);
    request->auth_header = g_strdup("D360-API-KEY");
    request->auth_value = g_strdup(SECRET);
    if (is_send) {
        request->content_type = g_strdup("application/json");
        request->body = g_bytes_new_static("{\"n\":1}", 7);
    }
    request->is_send = is_send;
    return request;
}

CoexRequest *
request_to(Server *server, gboolean is_send)
{
    g_autofree char *base = g_strdup_printf(
        "%s://127.0.0.1:%u", server->certificate ? "https" : "http", server_get_port(server));

    return make_request(base, is_send);
}

void
on_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GAsyncResult **slot = user_data;

    g_assert_null(source);
    *slot = g_object_ref(result);
}

CoexResponse *
wait_for(GAsyncResult **slot, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    CoexResponse *response;

    while (*slot == NULL)
        g_main_context_iteration(NULL, TRUE);
    result = g_steal_pointer(slot);
    response = coex_http_send_finish(result, error);
    g_assert_true((response == NULL) != (*error == NULL));
    if (*error != NULL) {
        g_test_message("%s", (*error)->message);
        g_assert_null(strstr((*error)->message, SECRET));
    }
    return response;
}

CoexResponse *
perform(CoexHttp *http, const CoexRequest *request, GError **error)
{
    GAsyncResult *result = NULL;

    coex_http_send_async(http, request, NULL, on_done, &result);
    return wait_for(&result, error);
}

void
assert_status(CoexHttp *http, const CoexRequest *request, guint status)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = perform(http, request, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(response->status, ==, status);
}

static void
on_uploaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    ((Upload *)user_data)->result = g_object_ref(result);
}

static void
on_wrote(gpointer user_data, gsize n_bytes)
{
    ((Upload *)user_data)->n_bytes += n_bytes;
}

void
upload_start(Upload *upload, CoexHttp *http, const char *base, const char *path,
             GCancellable *cancellable)
{
    CoexEndpoint endpoint = { .backend = coex_backend_lookup("meta"),
                              .base_url = (char *)base,
                              .key = (char *)SECRET,
                              .phone_number_id = (char *)"1" };
    const CoexUpload what = { &endpoint, path, "text/plain", on_wrote };

    coex_upload_async(http, &what, cancellable, on_uploaded, upload);
}

char *
upload_wait(Upload *upload, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    gint64 wait_s = 0;

    while (upload->result == NULL)
        g_main_context_iteration(NULL, TRUE);
    result = g_steal_pointer(&upload->result);
    return coex_upload_finish(result, &wait_s, error);
}

char *
upload(CoexHttp *http, const char *base, const char *path, GError **error)
{
    Upload upload = { 0 };

    upload_start(&upload, http, base, path, NULL);
    return upload_wait(&upload, error);
}

/* From a file, which is read at each use. */
char *
trust_tests(void)
{
    char *path = NULL;
    g_autoptr(GTlsDatabase) database = NULL;
    int fd = g_file_open_tmp("coex-trust-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_file_set_contents(path, certificate_pem, -1, NULL));
    close(fd);
    database = g_tls_file_database_new(path, NULL);
    g_assert_nonnull(database);
    g_tls_backend_set_default_database(g_tls_backend_get_default(), database);
    return path;
}
