// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/download.h"

#include "core/api.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/words.h"
#include "net/http.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define REDIRECTS_MAX 3
#define MB (1024 * 1024)
#define GATHERED_MAX 2 /* pieces of what came, up to 256 KB each, beside those being written */

/* Belongs to its GTask. */
typedef struct {
    CoexHttp *http;
    GCancellable *http_end; /* of which @http is no more */
    CoexEndpoint endpoint;  /* backend, base URL and key */
    CoexRequest *request;   /* the first; NULL once it was sent */
    char *url;              /* of the request under way */
    char *path;
    gint64 limit;
    gint64 size;
    CoexDigest digest;
    gboolean has_digest;
    int fd;
    gint64 n_bytes;
    GPtrArray *gathered;  /* GBytes that came, and are to be written */
    GPtrArray *writing;   /* those that are, by another thread, as `hash` is; NULL: none */
    CoexHttpStream *full; /* waits until they are; NULL */
    CoexHash *hash;
    guint n_redirects;
    guint status;
    gboolean answered; /* all has come that will */
    GError *error;     /* it has failed with that */
    CoexWorkerSlow slow;
    void (*wrote)(gpointer user_data, gint64 n_bytes);
    gpointer user_data;
    gint64 n_written;
} Job;

static void
job_close(Job *job)
{
    if (job->fd >= 0)
        close(job->fd);
    job->fd = -1;
}

static void
job_free(Job *job)
{
    job_close(job);
    g_object_unref(job->http_end);
    coex_endpoint_clear(&job->endpoint);
    g_ptr_array_unref(job->gathered);
    g_clear_pointer(&job->writing, g_ptr_array_unref);
    g_clear_object(&job->full);
    coex_hash_free(job->hash);
    g_clear_pointer(&job->request, coex_request_free);
    g_clear_error(&job->error);
    g_free(job->url);
    g_free(job->path);
    g_free(job);
}

static void
set_disk_error(GError **error, const Job *job, int code)
{
    g_autofree char *folder = g_path_get_dirname(job->path);

    /* Translators: a folder, and the system's reason */
    coex_error_say(error, COEX_ERROR_STORE, _("It could not be written to %s: %s."), folder,
                   g_strerror(code));
}

static gboolean
job_open(Job *job, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(job->path);

    unlink(job->path);
    if (g_mkdir_with_parents(folder, 0700) == 0)
        job->fd = g_open(job->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (job->fd < 0)
        set_disk_error(error, job, errno);
    return job->fd >= 0;
}

/* ---- the disk, in other threads ---- */

static void
on_slow(gpointer data)
{
    const Job *job = g_task_get_task_data(data);

    if (job->slow != NULL)
        job->slow(job->user_data);
}

/* @part: of the work on @task, which lives as long. */
static void
run_part(GTask *part, GTask *task, GTaskThreadFunc work)
{
    coex_worker_watch(part, on_slow, task);
    coex_worker_run(part, work);
}

/* Of no use to anybody. */
static void
job_drop(Job *job)
{
    if (job->fd >= 0)
        unlink(job->path);
    job_close(job);
}

static void
run_drop(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Job *job = task_data;

    job_drop(job);
    g_task_return_error(task, g_steal_pointer(&job->error));
}

/* What is renamed must be whole, also after a power cut. */
static void
run_sync(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Job *job = task_data;
    GError *error = NULL;

    if (fdatasync(job->fd) != 0 && errno != EINVAL) {
        set_disk_error(&error, job, errno);
        job_drop(job);
        g_task_return_error(task, error);
        return;
    }
    job_close(job);
    g_task_return_int(task, job->n_bytes);
}

static void
run_write(GTask *write, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    const Job *job = g_task_get_task_data(task_data);
    GError *error = NULL;

    for (guint i = 0; error == NULL && i < job->writing->len; i++) {
        gsize length;
        const void *bytes = g_bytes_get_data(job->writing->pdata[i], &length);

        coex_hash_update(job->hash, bytes, length);
        if (!coex_worker_write(job->fd, bytes, length))
            set_disk_error(&error, job, errno);
    }
    if (error != NULL)
        g_task_return_error(write, error);
    else
        g_task_return_boolean(write, TRUE);
}

/* ---- the bytes ---- */

static void conclude(GTask *task);
static void write_gathered(GTask *task);

static GPtrArray *
new_pieces(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static void
job_tell_written(Job *job)
{
    for (guint i = 0; i < job->writing->len; i++)
        job->n_written += (gint64)g_bytes_get_size(job->writing->pdata[i]);
    if (job->wrote != NULL)
        job->wrote(job->user_data, job->n_written);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = g_object_ref(user_data);
    Job *job = g_task_get_task_data(task);
    g_autoptr(GTask) full = g_steal_pointer(&job->full);

    job_tell_written(job);
    g_clear_pointer(&job->writing, g_ptr_array_unref);
    g_task_propagate_boolean(G_TASK(result), job->error == NULL ? &job->error : NULL);
    if (job->answered)
        conclude(task);
    else if (job->gathered->len > 0 && job->error == NULL)
        write_gathered(task);
    if (full != NULL)
        coex_http_read_on(full);
}

/* Beside which more may come. */
static void
write_gathered(GTask *task)
{
    Job *job = g_task_get_task_data(task);
    g_autoptr(GTask) write = g_task_new(NULL, NULL, on_written, task);

    job->writing = g_steal_pointer(&job->gathered);
    job->gathered = new_pieces();
    g_task_set_task_data(write, g_object_ref(task), g_object_unref);
    run_part(write, task, run_write);
}

static gboolean
job_count(Job *job, gsize length, GError **error)
{
    job->n_bytes += (gint64)length;
    if (job->size >= 0 && job->n_bytes > job->size) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    COEX_PLURAL("More came than the %" PRId64 " byte that was told.",
                                "More came than the %" PRId64 " bytes that were told.", job->size),
                    job->size);
        return FALSE;
    }
    if (job->n_bytes > job->limit) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_TOO_LARGE,
                    _("It is larger than the %" PRId64 " MB of the option {@media-limit}."),
                    job->limit / MB);
        return FALSE;
    }
    return TRUE;
}

static CoexHttpTaken
on_take(gpointer user_data, CoexHttpStream *stream, GBytes *bytes, GError **error)
{
    Job *job = g_task_get_task_data(user_data);

    if (job->error != NULL) {
        g_propagate_error(error, g_error_copy(job->error));
        return COEX_HTTP_FAILED;
    }
    if (!job_count(job, g_bytes_get_size(bytes), error))
        return COEX_HTTP_FAILED;
    g_ptr_array_add(job->gathered, g_bytes_ref(bytes));
    if (job->writing == NULL)
        write_gathered(user_data);
    if (job->gathered->len < GATHERED_MAX)
        return COEX_HTTP_TAKEN;
    job->full = g_object_ref(stream);
    return COEX_HTTP_FULL;
}

/* Whether what came is what was promised. */
static gboolean
job_check(Job *job, GError **error)
{
    CoexDigest digest;

    if (job->size >= 0 && job->n_bytes != job->size) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    COEX_PLURAL("%" PRId64 " byte came in the place of %" PRId64 ".",
                                "%" PRId64 " bytes came in the place of %" PRId64 ".",
                                job->n_bytes),
                    job->n_bytes, job->size);
        return FALSE;
    }
    if (!coex_hash_finish(job->hash, &digest) ||
        (job->has_digest && memcmp(&digest, &job->digest, sizeof digest) != 0)) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                            _("What came is not the file that was sent (its SHA-256 differs)."));
        return FALSE;
    }
    return TRUE;
}

/* ---- the requests ---- */

static void send_request(GTask *task, const CoexRequest *request);

static gboolean
is_redirect(const CoexResponse *response)
{
    return response->status >= 300 && response->status < 400 && response->location != NULL;
}

/* Takes the reference on @task, and @error. */
static void
fail(GTask *task, GError *error)
{
    Job *job = g_task_get_task_data(task);

    job->error = error;
    run_part(task, task, run_drop);
    g_object_unref(task);
}

/* All has come, and nothing is being written. */
static void
conclude(GTask *task)
{
    Job *job = g_task_get_task_data(task);
    GError *error = g_steal_pointer(&job->error);

    if (error == NULL && job->gathered->len > 0)
        write_gathered(task);
    else if (error == NULL && job_check(job, &error))
        run_part(task, task, run_sync);
    else
        fail(g_object_ref(task), error);
}

static void
follow(GTask *task, const CoexResponse *response)
{
    Job *job = g_task_get_task_data(task);
    g_autoptr(CoexRequest) request = NULL;
    GError *error = NULL;

    if (++job->n_redirects > REDIRECTS_MAX)
        g_set_error_literal(&error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                            _("The provider led from one address to another without an end."));
    else if (!g_cancellable_set_error_if_cancelled(job->http_end, &error))
        request = coex_api_follow_media(&job->endpoint, job->url, response->location, &error);
    if (request == NULL) {
        fail(task, error);
        return;
    }
    g_free(job->url);
    job->url = g_strdup(request->url);
    send_request(task, request);
}

/* What the provider says, or, where that is no error of the API, that it did. */
static GError *
read_refusal(const CoexResponse *response)
{
    GError *error = NULL;

    coex_api_read_done(response, &error);
    if (error != NULL && (coex_error_get_graph_code(error) != 0 || response->status == 401 ||
                          response->status == 429 || response->status >= 500))
        return error;
    g_clear_error(&error);
    return g_error_new(COEX_ERROR, COEX_ERROR_PROTOCOL,
                       _("The provider did not hand the file out. (HTTP %u)"), response->status);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Job *job = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);

    job->status = response != NULL ? response->status : 0;
    if (response != NULL && is_redirect(response)) {
        follow(g_steal_pointer(&task), response);
        return;
    }
    if (response != NULL && (response->status < 200 || response->status >= 300))
        error = read_refusal(response);
    if (job->error == NULL)
        job->error = g_steal_pointer(&error);
    job->answered = TRUE;
    if (job->writing == NULL)
        conclude(task);
}

static void
send_request(GTask *task, const CoexRequest *request)
{
    Job *job = g_task_get_task_data(task);

    coex_http_stream_async(job->http, request, on_take, g_task_get_cancellable(task), on_answer,
                           task);
}

static void
run_open(GTask *opening, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    GError *error = NULL;

    if (job_open(g_task_get_task_data(task_data), &error))
        g_task_return_boolean(opening, TRUE);
    else
        g_task_return_error(opening, error);
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    Job *job = g_task_get_task_data(task);
    g_autoptr(CoexRequest) request = g_steal_pointer(&job->request);
    GError *error = NULL;

    if (g_task_propagate_boolean(G_TASK(result), &error) &&
        !g_cancellable_set_error_if_cancelled(job->http_end, &error) &&
        !g_cancellable_set_error_if_cancelled(g_task_get_cancellable(task), &error))
        send_request(task, request);
    else
        fail(task, error);
}

void
coex_download_async(CoexHttp *http, const CoexDownload *what, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_autoptr(GTask) opening = NULL;
    Job *job = g_new0(Job, 1);
    GError *error = NULL;

    job->http = http;
    job->http_end = g_object_ref(coex_http_get_end(http));
    job->endpoint.backend = what->endpoint->backend;
    job->endpoint.base_url = g_strdup(what->endpoint->base_url);
    job->endpoint.key = g_strdup(what->endpoint->key);
    job->path = g_strdup(what->path);
    job->limit = what->limit;
    job->size = what->size;
    job->has_digest = coex_digest_read(what->sha256, &job->digest);
    job->fd = -1;
    job->gathered = new_pieces();
    job->slow = what->slow;
    job->wrote = what->wrote;
    job->user_data = user_data;
    job->hash = coex_hash_new(NULL);
    g_task_set_task_data(task, job, (GDestroyNotify)job_free);
    g_task_set_check_cancellable(task, FALSE);
    job->request = coex_api_fetch_media(&job->endpoint, what->url, &error);
    if (job->request == NULL) {
        fail(g_steal_pointer(&task), error);
        return;
    }
    job->url = g_strdup(job->request->url);
    opening = g_task_new(NULL, NULL, on_opened, task);
    g_task_set_task_data(opening, task, NULL);
    run_part(opening, g_steal_pointer(&task), run_open);
}

gint64
coex_download_finish(GAsyncResult *result, guint *ret_status, GError **error)
{
    GTask *task = G_TASK(result);
    const Job *job = g_task_get_task_data(task);

    if (ret_status != NULL)
        *ret_status = job->status;
    return g_task_propagate_int(task, error);
}
