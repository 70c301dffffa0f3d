// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/fit.h"

#include "core/digest.h"
#include "core/error.h"
#include "core/file-name.h"
#include "core/file-type.h"
#include "core/media.h"
#include "media/picture.h"
#include "net/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Belongs to its GTask. */
typedef struct {
    char *path;
    int fd;
    GMappedFile *file;
    CoexMedia *media; /* what it was, and then what it is */
    char *done;
    GCancellable *cancellable;
} Fitting;

static void
fitting_free(Fitting *fitting)
{
    if (fitting->fd >= 0)
        close(fitting->fd);
    g_clear_pointer(&fitting->file, g_mapped_file_unref);
    coex_media_free(fitting->media);
    g_free(fitting->path);
    g_free(fitting->done);
    g_free(fitting);
}

static gboolean
set_error(GError **error, int code)
{
    g_set_error(error, COEX_ERROR, COEX_ERROR_STORE, "The copy of it could not be changed: %s.",
                g_strerror(code));
    return FALSE;
}

/* The copy is nobody else's: what is mapped stays. */
static gboolean
open_copy(Fitting *fitting, GError **error)
{
    fitting->fd = g_open(fitting->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fitting->fd < 0)
        return set_error(error, errno);
    fitting->file = g_mapped_file_new_from_fd(fitting->fd, FALSE, NULL);
    return fitting->file != NULL || set_error(error, errno);
}

/* ---- what is said ---- */

/* 4,032: with a mark before each three digits. Free with g_free(). */
static char *
dup_number(guint number)
{
    g_autofree char *rest = number >= 1000 ? dup_number(number / 1000) : NULL;

    return rest != NULL ? g_strdup_printf("%s,%03u", rest, number % 1000)
                        : g_strdup_printf("%u", number);
}

static char *
dup_size(guint width, guint height)
{
    g_autofree char *x = dup_number(width);
    g_autofree char *y = dup_number(height);

    return g_strdup_printf("%s x %s", x, y);
}

static char *
describe(const CoexMedia *media, const CoexPicture *picture)
{
    gboolean is_large = media->kind == COEX_MEDIA_IMAGE && media->size > COEX_FILE_IMAGE_MAX;
    gboolean is_smaller = picture->width != picture->full_width;
    g_autofree char *size = dup_size(picture->width, picture->height);
    g_autofree char *full = dup_size(picture->full_width, picture->full_height);

    return g_strdup_printf("“%s” %s: it goes as %s, %s%s%s%s.", media->name,
                           media->kind == COEX_MEDIA_STICKER ? "is too large for a sticker"
                           : is_large                        ? "is too large for WhatsApp"
                                                             : "is of no type that WhatsApp shows",
                           strcmp(picture->mime, "image/png") == 0 ? "PNG" : "JPEG", size,
                           is_smaller ? " instead of " : "", is_smaller ? full : "",
                           picture->dropped_notes ? ", without its place data" : "");
}

/* ---- pictures ---- */

/* "a.heic" is "a.jpg" then. Free with g_free(). */
static char *
dup_name(const char *name, const char *mime)
{
    const char *dot = strrchr(name, '.');
    g_autofree char *stem =
        g_strndup(name, dot != NULL && dot > name ? (gsize)(dot - name) : strlen(name));

    return coex_file_name_make(stem, coex_media_get_type(COEX_MEDIA_IMAGE), mime);
}

static gboolean
write_picture(Fitting *fitting, const CoexPicture *picture, GError **error)
{
    gsize length;
    const void *bytes = g_bytes_get_data(picture->bytes, &length);
    g_autoptr(CoexHash) hash = coex_hash_new(NULL);
    CoexDigest digest;
    CoexMedia *media = fitting->media;

    if (lseek(fitting->fd, 0, SEEK_SET) != 0 || !coex_worker_write(fitting->fd, bytes, length) ||
        ftruncate(fitting->fd, (off_t)length) != 0 ||
        (fdatasync(fitting->fd) != 0 && errno != EINVAL))
        return set_error(error, errno);
    coex_hash_update(hash, bytes, length);
    if (!coex_hash_finish(hash, &digest))
        return set_error(error, ENOMEM);
    fitting->done = describe(media, picture);
    media->kind = COEX_MEDIA_IMAGE;
    media->size = (gint64)length;
    g_free(media->sha256);
    media->sha256 = coex_digest_dup_hex(&digest);
    g_free(media->mime);
    media->mime = g_strdup(picture->mime);
    g_autofree char *name = g_steal_pointer(&media->name);
    media->name = dup_name(name, media->mime);
    return TRUE;
}

/* It stays what it was, if that is carried at all. */
static gboolean
leave(Fitting *fitting, GError **error)
{
    const guint8 *head = (const guint8 *)g_mapped_file_get_contents(fitting->file);
    gsize length = MIN(g_mapped_file_get_length(fitting->file), COEX_FILE_HEAD);

    return coex_file_type_find(fitting->media, head, length, error);
}

static gboolean
fit(Fitting *fitting, GError **error)
{
    g_auto(CoexPicture) picture = { NULL };
    const guint8 *bytes = (const guint8 *)g_mapped_file_get_contents(fitting->file);
    gsize length = g_mapped_file_get_length(fitting->file);
    gboolean made = coex_picture_fit(bytes, length, fitting->media->mime, COEX_FILE_IMAGE_MAX,
                                     fitting->cancellable, &picture);

    if (g_cancellable_set_error_if_cancelled(fitting->cancellable, error))
        return FALSE;
    return made ? write_picture(fitting, &picture, error) : leave(fitting, error);
}

static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Fitting *fitting = task_data;
    GError *error = NULL;

    if (open_copy(fitting, &error) && fit(fitting, &error)) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    g_unlink(fitting->path);
    g_task_return_error(task, error);
}

void
coex_fit_async(const char *folder, const char *name, const CoexMedia *media,
               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    Fitting *fitting = g_new0(Fitting, 1);

    fitting->path = g_build_filename(folder, name, NULL);
    fitting->fd = -1;
    fitting->media = coex_media_copy(media);
    fitting->cancellable = cancellable;
    g_task_set_task_data(task, fitting, (GDestroyNotify)fitting_free);
    g_task_set_check_cancellable(task, FALSE);
    coex_worker_run(task, run);
}

CoexMedia *
coex_fit_finish(GAsyncResult *result, char **ret_done, GError **error)
{
    Fitting *fitting = g_task_get_task_data(G_TASK(result));

    if (!g_task_propagate_boolean(G_TASK(result), error))
        return NULL;
    *ret_done = g_steal_pointer(&fitting->done);
    return g_steal_pointer(&fitting->media);
}
