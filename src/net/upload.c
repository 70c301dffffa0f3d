// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/upload.h"

#include "core/api.h"
#include "core/error.h"
#include "net/http.h"
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
    GBytes *tail;
    gint64 size; /* of the file */
    gint64 at;   /* of all of it */
    int fd;
} Form;

typedef struct {
    GInputStreamClass parent;
} FormClass;

GType coex_upload_form_get_type(void);
static void form_pollable_init(GPollableInputStreamInterface *pollable);
G_DEFINE_TYPE_WITH_CODE(Form, coex_upload_form, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, form_pollable_init))

static gssize
take_bytes(GBytes *from, gint64 at, void *buffer, gsize count)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(from, &length);
    gsize n = MIN(count, length - (gsize)at);

    memcpy(buffer, bytes + at, n);
    return (gssize)n;
}

static gssize
take_file(Form *form, void *buffer, gsize count, GError **error)
{
    gssize n;

    do
        n = pread(form->fd, buffer, count, form->at - (gint64)g_bytes_get_size(form->head));
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        g_set_error(error, COEX_ERROR, COEX_ERROR_STORE, "The copy of it cannot be read: %s.",
                    n < 0 ? g_strerror(errno) : "it has become shorter");
    return n > 0 ? n : -1;
}

static gssize
form_read(GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
          GError **error)
{
    Form *form = (Form *)stream;
    gint64 head = (gint64)g_bytes_get_size(form->head);
    gint64 tail = head + form->size;
    gssize n;

    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return -1;
    if (form->at < head)
        n = take_bytes(form->head, form->at, buffer, count);
    else if (form->at < tail)
        n = take_file(form, buffer, MIN(count, (gsize)(tail - form->at)), error);
    else
        n = take_bytes(form->tail, form->at - tail, buffer, count);
    form->at += MAX(n, 0);
    return n;
}

/* Its bytes are always there, without another thread: a few KB, mostly read ahead. libsoup up
 * to 3.6 loses sight of a read that is under way when HTTP/2 ends the request (use after free), so
 * none ever is. */
static gboolean
form_is_readable(GPollableInputStream *stream)
{
    return TRUE;
}

static GSource *
form_create_source(GPollableInputStream *stream, GCancellable *cancellable)
{
    g_autoptr(GSource) now = g_timeout_source_new(0);

    return g_pollable_source_new_full(stream, now, cancellable);
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

    g_clear_pointer(&form->head, g_bytes_unref);
    g_clear_pointer(&form->tail, g_bytes_unref);
    if (form->fd >= 0)
        close(form->fd);
    G_OBJECT_CLASS(coex_upload_form_parent_class)->finalize(object);
}

static void
coex_upload_form_class_init(FormClass *class)
{
    G_OBJECT_CLASS(class)->finalize = form_finalize;
    G_INPUT_STREAM_CLASS(class)->read_fn = form_read;
}

static void
coex_upload_form_init(Form *form)
{
    form->fd = -1;
}

static gboolean
form_open(Form *form, const char *path, GError **error)
{
    GStatBuf found;

    form->fd = g_open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (form->fd < 0 || fstat(form->fd, &found) != 0) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_STORE,
                    "The copy of it cannot be read: %s. Send the file again.", g_strerror(errno));
        return FALSE;
    }
    form->size = found.st_size;
    posix_fadvise(form->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    posix_fadvise(form->fd, 0, 0, POSIX_FADV_WILLNEED);
    return TRUE;
}

/* Of the same open file. */
static GInputStream *
form_again(GInputStream *stream)
{
    const Form *form = (const Form *)stream;
    Form *again = g_object_new(coex_upload_form_get_type(), NULL);

    again->head = g_bytes_ref(form->head);
    again->tail = g_bytes_ref(form->tail);
    again->size = form->size;
    again->fd = fcntl(form->fd, F_DUPFD_CLOEXEC, 0);
    return (GInputStream *)again;
}

/* ---- the request ---- */

/* Belongs to its GTask. */
typedef struct {
    gpointer user_data;
    void (*wrote)(gpointer user_data, gsize n_bytes);
    gint64 wait_s;
} Job;

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

void
coex_upload_async(CoexHttp *http, const CoexUpload *what, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_autoptr(GInputStream) stream = g_object_new(coex_upload_form_get_type(), NULL);
    Form *form = (Form *)stream;
    g_autofree char *boundary = g_uuid_string_random();
    g_autoptr(CoexRequest) request =
        coex_api_upload_media(what->endpoint, what->mime, boundary, &form->head, &form->tail);
    CoexHttpBody body = { .stream = stream, .again = form_again, .wrote = on_wrote };
    Job *job = g_new0(Job, 1);
    GError *error = NULL;

    job->user_data = user_data;
    job->wrote = what->wrote;
    g_task_set_task_data(task, job, g_free);
    g_task_set_check_cancellable(task, FALSE);
    if (!form_open(form, what->path, &error)) {
        g_task_return_error(task, error);
        return;
    }
    body.length =
        (gint64)(g_bytes_get_size(form->head) + g_bytes_get_size(form->tail)) + form->size;
    coex_http_upload_async(http, request, &body, cancellable, on_answer, g_steal_pointer(&task));
}

char *
coex_upload_finish(GAsyncResult *result, gint64 *ret_wait_s, GError **error)
{
    GTask *task = G_TASK(result);
    const Job *job = g_task_get_task_data(task);

    *ret_wait_s = job->wait_s;
    return g_task_propagate_pointer(task, error);
}
