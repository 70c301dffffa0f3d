// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/upload.h"

#include "core/api.h"
#include "core/error.h"
#include "core/words.h"
#include "net/body.h"
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
    int fd;
    gint64 size; /* of the file */
    GBytes *tail;
    gsize n_head; /* taken of it */
    gint64 n_file;
    gsize n_tail;
} Form;

typedef struct {
    GInputStreamClass parent;
} FormClass;

GType coex_upload_form_get_type(void);
G_DEFINE_TYPE(Form, coex_upload_form, G_TYPE_INPUT_STREAM)

static gssize
take_bytes(GBytes *from, gsize *n_taken, void *buffer, gsize count)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(from, &length);
    gsize n = MIN(count, length - *n_taken);

    memcpy(buffer, bytes + *n_taken, n);
    *n_taken += n;
    return (gssize)n;
}

static gssize
take_file(Form *form, void *buffer, gsize count, GError **error)
{
    gssize n;

    do
        n = pread(form->fd, buffer, (gsize)MIN((gint64)count, form->size - form->n_file),
                  form->n_file);
    while (n < 0 && errno == EINTR);
    if (n <= 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("the copy of it cannot be read: %s"),
                    n < 0 ? g_strerror(errno) : _("it has become shorter"));
        return -1;
    }
    form->n_file += n;
    return n;
}

static gssize
form_read(GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
          GError **error)
{
    Form *form = (Form *)stream;
    gssize n = take_bytes(form->head, &form->n_head, buffer, count);

    if (n > 0)
        return n;
    if (form->n_file < form->size)
        return take_file(form, buffer, count, error);
    return take_bytes(form->tail, &form->n_tail, buffer, count);
}

static void
form_finalize(GObject *object)
{
    Form *form = (Form *)object;

    close(form->fd);
    g_bytes_unref(form->head);
    g_bytes_unref(form->tail);
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
}

/* ---- the request ---- */

/* Belongs to its GTask. */
typedef struct {
    GBytes *head;
    GBytes *tail;
    char *path;
    gpointer user_data;
    void (*wrote)(gpointer user_data, gsize n_bytes);
    gint64 wait_s;
} Job;

static void
job_free(gpointer data)
{
    Job *job = data;

    g_bytes_unref(job->head);
    g_bytes_unref(job->tail);
    g_free(job->path);
    g_free(job);
}

static GInputStream *
open_form(gpointer data, gint64 *ret_length, GError **error)
{
    const Job *job = data;
    int fd = g_open(job->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    GStatBuf found;
    Form *form;

    if (fd < 0 || fstat(fd, &found) != 0) {
        coex_error_say(error, COEX_ERROR_STORE,
                       _("The copy of it cannot be read: %s. Send the file again."),
                       g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    form = g_object_new(coex_upload_form_get_type(), NULL);
    form->head = g_bytes_ref(job->head);
    form->fd = fd;
    form->size = found.st_size;
    form->tail = g_bytes_ref(job->tail);
    *ret_length =
        (gint64)(g_bytes_get_size(job->head) + g_bytes_get_size(job->tail)) + found.st_size;
    return (GInputStream *)form;
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

void
coex_upload_async(CoexHttp *http, const CoexUpload *what, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    g_autofree char *boundary = g_uuid_string_random();
    Job *job = g_new0(Job, 1);
    const CoexBody body = { open_form, job, on_wrote };
    g_autoptr(CoexRequest) request =
        coex_api_upload_media(what->endpoint, what->mime, boundary, &job->head, &job->tail);

    job->path = g_strdup(what->path);
    job->user_data = user_data;
    job->wrote = what->wrote;
    g_task_set_task_data(task, job, job_free);
    g_task_set_check_cancellable(task, FALSE);
    coex_http_upload_async(http, request, &body, cancellable, on_answer, task);
}

char *
coex_upload_finish(GAsyncResult *result, gint64 *ret_wait_s, GError **error)
{
    GTask *task = G_TASK(result);
    const Job *job = g_task_get_task_data(task);

    *ret_wait_s = job->wait_s;
    return g_task_propagate_pointer(task, error);
}
