// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/upload.h"

#include "core/api.h"
#include "core/error.h"
#include "net/http.h"
#include "net/read-ahead.h"
#include "net/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the body: what stands before the file, the file, what stands behind it ---- */

typedef struct {
    GInputStream parent;
    GBytes *head;
    CoexReadAhead *file;
    GBytes *tail;
    gsize n_head;   /* taken of it */
    gsize n_tail;   /* the same */
    gboolean ended; /* all of the file was taken */
} Form;

typedef struct {
    GInputStreamClass parent;
} FormClass;

GType coex_upload_form_get_type(void);
static void form_pollable_init(GPollableInputStreamInterface *pollable);
G_DEFINE_TYPE_WITH_CODE(Form, coex_upload_form, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, form_pollable_init))

static gsize
take_bytes(GBytes *from, gsize *n_taken, void *buffer, gsize count)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(from, &length);
    gsize n = MIN(count, length - *n_taken);

    memcpy(buffer, bytes + *n_taken, n);
    *n_taken += n;
    return n;
}

static gssize
form_read(GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
          GError **error)
{
    Form *form = (Form *)stream;
    gssize n;

    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return -1;
    n = (gssize)take_bytes(form->head, &form->n_head, buffer, count);
    if (n > 0)
        return n;
    if (!form->ended) {
        n = coex_read_ahead_take(form->file, buffer, count, error);
        form->ended = n == 0;
    }
    return n != 0 ? n : (gssize)take_bytes(form->tail, &form->n_tail, buffer, count);
}

/* ---- what is there is handed over at once ---- */

/* libsoup leaves the body to g_output_stream_splice_async(), which takes 8 KB at a time, with a
 * turn of the loop for each read and one for each write. A read that is answered before it returns
 * spares half of them: nothing there relies on a later answer. */
typedef struct {
    GObject parent;
    GObject *stream;
    gpointer user_data;
    gssize n_bytes;
} Taken;

typedef GObjectClass TakenClass;

GType coex_upload_taken_get_type(void);
static void taken_implement(GAsyncResultIface *face);
G_DEFINE_TYPE_WITH_CODE(Taken, coex_upload_taken, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(G_TYPE_ASYNC_RESULT, taken_implement))

static void
coex_upload_taken_class_init(TakenClass *class)
{
}

static void
coex_upload_taken_init(Taken *taken)
{
}

static gpointer
taken_get_user_data(GAsyncResult *result)
{
    return ((Taken *)result)->user_data;
}

static GObject *
taken_get_source(GAsyncResult *result)
{
    return g_object_ref(((Taken *)result)->stream);
}

static void
taken_implement(GAsyncResultIface *face)
{
    face->get_user_data = taken_get_user_data;
    face->get_source_object = taken_get_source;
}

/* the signature is GIO's */
static void
form_read_async(GInputStream *stream, void *buffer, gsize count, int priority,
                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GObject) result = NULL;
    gssize n = form_read(stream, buffer, count, cancellable, NULL);
    Taken *taken;

    if (n <= 0) {
        G_INPUT_STREAM_CLASS(coex_upload_form_parent_class)
            ->read_async(stream, buffer, count, priority, cancellable, callback, user_data);
        return;
    }
    result = g_object_new(coex_upload_taken_get_type(), NULL);
    taken = (Taken *)result;
    taken->stream = G_OBJECT(stream);
    taken->user_data = user_data;
    taken->n_bytes = n;
    callback(taken->stream, G_ASYNC_RESULT(result), user_data);
}

static gssize
form_read_finish(GInputStream *stream, GAsyncResult *result, GError **error)
{
    if (G_TYPE_CHECK_INSTANCE_TYPE(result, coex_upload_taken_get_type()))
        return ((Taken *)result)->n_bytes;
    return G_INPUT_STREAM_CLASS(coex_upload_form_parent_class)->read_finish(stream, result, error);
}

/* ---- what is not, is waited for ---- */

static gboolean
form_is_readable(GPollableInputStream *stream)
{
    const Form *form = (const Form *)stream;

    return form->n_head < g_bytes_get_size(form->head) || form->ended ||
           coex_read_ahead_is_ready(form->file);
}

static GSource *
form_create_source(GPollableInputStream *stream, GCancellable *cancellable)
{
    const Form *form = (const Form *)stream;
    g_autoptr(GSource) ready = form->n_head < g_bytes_get_size(form->head) || form->ended
                                   ? g_timeout_source_new(0)
                                   : coex_read_ahead_source_new(form->file);

    return g_pollable_source_new_full(stream, ready, cancellable);
}

static void
form_pollable_init(GPollableInputStreamInterface *pollable)
{
    pollable->is_readable = form_is_readable;
    pollable->create_source = form_create_source;
}

static void
form_finalize(GObject *object)
{
    Form *form = (Form *)object;

    g_bytes_unref(form->head);
    coex_read_ahead_free(form->file);
    g_bytes_unref(form->tail);
    G_OBJECT_CLASS(coex_upload_form_parent_class)->finalize(object);
}

static void
coex_upload_form_class_init(FormClass *class)
{
    G_OBJECT_CLASS(class)->finalize = form_finalize;
    G_INPUT_STREAM_CLASS(class)->read_fn = form_read;
    G_INPUT_STREAM_CLASS(class)->read_async = form_read_async;
    G_INPUT_STREAM_CLASS(class)->read_finish = form_read_finish;
}

static void
coex_upload_form_init(Form *form)
{
}

/* Takes @file. */
static GInputStream *
form_new(GBytes *head, CoexReadAhead *file, GBytes *tail)
{
    Form *form = g_object_new(coex_upload_form_get_type(), NULL);

    form->head = g_bytes_ref(head);
    form->file = file;
    form->tail = g_bytes_ref(tail);
    return (GInputStream *)form;
}

/* Of the same open file. */
static GInputStream *
form_again(GInputStream *stream)
{
    const Form *form = (const Form *)stream;

    return form_new(form->head, coex_read_ahead_again(form->file), form->tail);
}

/* ---- the request ---- */

/* Belongs to its GTask. */
typedef struct {
    CoexHttp *http;
    GCancellable *http_end; /* of which @http is no more */
    CoexRequest *request;
    GBytes *head;
    GBytes *tail;
    char *path;
    int fd; /* -1: it is not open, or not ours any more */
    gint64 size;
    gpointer user_data;
    void (*wrote)(gpointer user_data, gsize n_bytes);
    gint64 wait_s;
} Job;

static void
job_free(gpointer data)
{
    Job *job = data;

    if (job->fd >= 0)
        close(job->fd);
    g_object_unref(job->http_end);
    coex_request_free(job->request);
    g_bytes_unref(job->head);
    g_bytes_unref(job->tail);
    g_free(job->path);
    g_free(job);
}

static void
on_wrote(gpointer user_data, gsize n_bytes)
{
    const Job *job = g_task_get_task_data(user_data);

    job->wrote(job->user_data, n_bytes);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Job *job = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);
    char *id = response != NULL ? coex_api_read_upload(response, &error) : NULL;

    job->wait_s = response != NULL ? response->retry_after_s : 0;
    if (id != NULL)
        g_task_return_pointer(task, id, g_free);
    else
        g_task_return_error(task, error);
}

static void
run_open(GTask *opening, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Job *job = g_task_get_task_data(task_data);
    GStatBuf found;

    job->fd = g_open(job->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (job->fd < 0 || fstat(job->fd, &found) != 0) {
        g_task_return_new_error(opening, COEX_ERROR, COEX_ERROR_STORE,
                                "The copy of it cannot be read: %s. Send the file again.",
                                g_strerror(errno));
        return;
    }
    job->size = found.st_size;
    posix_fadvise(job->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    g_task_return_boolean(opening, TRUE);
}

/* Takes the reference on @task. */
static void
send_form(GTask *task)
{
    Job *job = g_task_get_task_data(task);
    CoexReadAhead *file = coex_read_ahead_new(job->fd, job->size);
    g_autoptr(GInputStream) stream = form_new(job->head, file, job->tail);
    const CoexHttpBody body = {
        .stream = stream,
        .length = (gint64)(g_bytes_get_size(job->head) + g_bytes_get_size(job->tail)) + job->size,
        .again = form_again,
        .wrote = on_wrote,
    };

    job->fd = -1;
    coex_http_upload_async(job->http, job->request, &body, g_task_get_cancellable(task), on_answer,
                           task);
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    const Job *job = g_task_get_task_data(task);
    GError *error = NULL;

    if (g_task_propagate_boolean(G_TASK(result), &error) &&
        !g_cancellable_set_error_if_cancelled(job->http_end, &error) &&
        !g_cancellable_set_error_if_cancelled(g_task_get_cancellable(task), &error))
        send_form(g_steal_pointer(&task));
    else
        g_task_return_error(task, error);
}

void
coex_upload_async(CoexHttp *http, const CoexUpload *what, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    g_autoptr(GTask) opening = g_task_new(NULL, NULL, on_opened, task);
    g_autofree char *boundary = g_uuid_string_random();
    Job *job = g_new0(Job, 1);

    job->http = http;
    job->http_end = g_object_ref(coex_http_get_end(http));
    job->request =
        coex_api_upload_media(what->endpoint, what->mime, boundary, &job->head, &job->tail);
    job->path = g_strdup(what->path);
    job->fd = -1;
    job->user_data = user_data;
    job->wrote = what->wrote;
    g_task_set_task_data(task, job, job_free);
    g_task_set_check_cancellable(task, FALSE);
    g_task_set_task_data(opening, task, NULL);
    coex_worker_run(opening, run_open);
}

char *
coex_upload_finish(GAsyncResult *result, gint64 *ret_wait_s, GError **error)
{
    GTask *task = G_TASK(result);
    const Job *job = g_task_get_task_data(task);

    *ret_wait_s = job->wait_s;
    return g_task_propagate_pointer(task, error);
}
