// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/picture.h"

#include "core/api.h"
#include "core/error.h"
#include "core/words.h"
#include "net/http.h"

#define REDIRECTS_MAX 3

/* Belongs to its GTask. */
typedef struct {
    CoexHttp *http;
    GCancellable *http_end; /* of which @http is no more */
    CoexEndpoint endpoint;  /* backend and base URL */
    char *url;              /* of the request under way */
    GByteArray *bytes;
    guint n_redirects;
} Job;

static void
job_free(gpointer data)
{
    Job *job = data;

    g_object_unref(job->http_end);
    coex_endpoint_clear(&job->endpoint);
    g_free(job->url);
    g_byte_array_unref(job->bytes);
    g_free(job);
}

static CoexHttpTaken
on_take(gpointer user_data, CoexHttpStream *stream, GBytes *bytes, GError **error)
{
    Job *job = g_task_get_task_data(user_data);

    if (job->bytes->len + g_bytes_get_size(bytes) > COEX_PICTURE_MAX) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_TOO_LARGE,
                    COEX_PLURAL("The picture is larger than %d byte.",
                                "The picture is larger than %d bytes.", COEX_PICTURE_MAX),
                    COEX_PICTURE_MAX);
        return COEX_HTTP_FAILED;
    }
    g_byte_array_append(job->bytes, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
    return COEX_HTTP_TAKEN;
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer user_data);

/* Takes the reference on @task. */
static void
ask(GTask *task, const char *from, const char *url)
{
    Job *job = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(CoexRequest) request = NULL;

    if (!g_cancellable_set_error_if_cancelled(job->http_end, &error))
        request = coex_api_fetch_picture(&job->endpoint, from, url, &error);
    if (request == NULL) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_free(job->url);
    job->url = g_strdup(request->url);
    coex_http_stream_async(job->http, request, on_take, g_task_get_cancellable(task), on_answer,
                           task);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Job *job = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);
    g_autofree char *from = NULL;

    if (response == NULL) {
        g_task_return_error(task, error);
    } else if (response->status / 100 == 2) {
        g_task_return_pointer(task, g_byte_array_free_to_bytes(g_steal_pointer(&job->bytes)),
                              (GDestroyNotify)g_bytes_unref);
        job->bytes = g_byte_array_new();
    } else if (response->status / 100 == 3 && response->location != NULL &&
               job->n_redirects++ < REDIRECTS_MAX) {
        from = g_strdup(job->url);
        ask(g_steal_pointer(&task), from, response->location);
    } else {
        g_task_return_new_error(task, COEX_ERROR, COEX_ERROR_PROTOCOL,
                                _("The picture is not handed out. (HTTP %u)"), response->status);
    }
}

void
coex_picture_fetch_async(CoexHttp *http, const CoexEndpoint *endpoint, const char *url,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    Job *job = g_new0(Job, 1);

    job->http = http;
    job->http_end = g_object_ref(coex_http_get_end(http));
    job->endpoint.backend = endpoint->backend;
    job->endpoint.base_url = g_strdup(endpoint->base_url);
    job->bytes = g_byte_array_new();
    g_task_set_task_data(task, job, job_free);
    g_task_set_check_cancellable(task, FALSE);
    ask(task, NULL, url);
}

GBytes *
coex_picture_fetch_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
