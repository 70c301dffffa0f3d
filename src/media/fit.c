// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/fit.h"

#include "core/digest.h"
#include "core/error.h"
#include "core/file-name.h"
#include "core/film.h"
#include "core/media.h"
#include "core/opus.h"
#include "core/still.h"
#include "core/words.h"
#include "media/convert.h"
#include "media/files.h"
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
    CoexFit how;
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
    coex_error_say(error, COEX_ERROR_STORE, _("The copy of it could not be changed: %s."),
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

static char *
dup_size(guint width, guint height)
{
    /* Translators: width and height of a picture, in pixels */
    return g_strdup_printf(_("%u x %u"), width, height);
}

static char *
describe_made(const CoexPicture *picture)
{
    const char *type = strcmp(picture->mime, "image/png") == 0 ? "PNG" : "JPEG";
    g_autofree char *size = dup_size(picture->width, picture->height);
    g_autofree char *full = dup_size(picture->full_width, picture->full_height);

    if (picture->width != picture->full_width)
        return picture->dropped_notes
                   /* Translators: these four follow “a.jpg” is too large for WhatsApp: */
                   ? coex_say(_("it goes as %s, %s instead of %s, without its place data."), type,
                              size, full)
                   : coex_say(_("it goes as %s, %s instead of %s."), type, size, full);
    return picture->dropped_notes
               ? coex_say(_("it goes as %s, %s, without its place data."), type, size)
               : coex_say(_("it goes as %s, %s."), type, size);
}

static char *
describe(const CoexMedia *media, const CoexPicture *picture)
{
    gboolean is_taken =
        g_str_equal(media->mime, "image/jpeg") || g_str_equal(media->mime, "image/png");
    g_autofree char *made = describe_made(picture);

    if (media->kind == COEX_MEDIA_STICKER)
        /* Translators: a file's name, and how it goes, with the full stop; so in the next ones */
        return coex_say(_("“%s” is too large for a sticker: %s"), media->name, made);
    if (media->kind == COEX_MEDIA_IMAGE && media->size > COEX_FILE_IMAGE_MAX)
        return coex_say(_("“%s” is too large for WhatsApp: %s"), media->name, made);
    if (is_taken)
        return coex_say(_("“%s” has other colours than 8-bit RGB, which WhatsApp asks for: %s"),
                        media->name, made);
    return coex_say(_("“%s” is of no type that WhatsApp shows: %s"), media->name, made);
}

/* ---- pictures ---- */

/* "a.heic" is "a.jpg" then. Free with g_free(). */
static char *
dup_name(const char *name, CoexMediaKind kind, const char *mime)
{
    const char *dot = strrchr(name, '.');
    g_autofree char *stem =
        g_strndup(name, dot != NULL && dot > name ? (gsize)(dot - name) : strlen(name));

    return coex_file_name_make(stem, coex_media_get_type(kind), mime);
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
    media->name = dup_name(name, media->kind, media->mime);
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

/* ---- sound and film ---- */

/* What the program made is what was wanted, and all of it. */
static gboolean
check_made(CoexMedia *made, GMappedFile *file, CoexFit how, GError **error)
{
    const guint8 *bytes = (const guint8 *)g_mapped_file_get_contents(file);
    gsize length = g_mapped_file_get_length(file);
    gsize tail = MIN(length, COEX_OPUS_TAIL);
    CoexFilm film;

    made->size = (gint64)length;
    if (!coex_file_type_find(made, bytes, MIN(length, COEX_FILE_HEAD), error))
        return FALSE;
    if (how == COEX_FIT_VOICE ? made->voice &&
                                    coex_opus_read_seconds(bytes, MIN(length, COEX_OPUS_HEAD),
                                                           bytes + length - tail, tail) > 0 &&
                                    coex_opus_is_whole(bytes, MIN(length, COEX_OPUS_HEAD),
                                                       bytes + length - tail, tail)
                              : made->kind == COEX_MEDIA_VIDEO &&
                                    coex_film_read(bytes, length, &film) && film.playable)
        return TRUE;
    g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, _("ffmpeg has made nothing of it."));
    return FALSE;
}

static gboolean
read_made(const char *path, CoexFit how, CoexMedia *made, GError **error)
{
    int fd = g_open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    g_autoptr(GMappedFile) file = fd >= 0 ? g_mapped_file_new_from_fd(fd, FALSE, NULL) : NULL;
    g_autoptr(CoexHash) hash = coex_hash_new(NULL);
    CoexDigest digest;
    gboolean is_safe = file != NULL && (fdatasync(fd) == 0 || errno == EINVAL);

    if (fd >= 0)
        close(fd);
    if (!is_safe)
        return set_error(error, errno);
    if (!check_made(made, file, how, error))
        return FALSE;
    coex_hash_update(hash, g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
    if (!coex_hash_finish(hash, &digest))
        return set_error(error, ENOMEM);
    made->sha256 = coex_digest_dup_hex(&digest);
    return TRUE;
}

/* In the place of the copy. @as_is: only packed anew. FALSE: all is as it was. */
static gboolean
convert(Fitting *fitting, gboolean as_is, GError **error)
{
    g_autofree char *to = g_strconcat(fitting->path, ".new", NULL);
    g_autoptr(CoexMedia) made = g_new0(CoexMedia, 1);
    const CoexConversion what = {
        fitting->path, to, fitting->media->mime, COEX_FILE_FILM_MAX, fitting->how == COEX_FIT_VOICE,
        as_is
    };

    if (!coex_convert(&what, fitting->cancellable, error) ||
        !read_made(to, fitting->how, made, error) ||
        (g_rename(to, fitting->path) != 0 && !set_error(error, errno))) {
        g_unlink(to);
        return FALSE;
    }
    made->name = dup_name(fitting->media->name, made->kind, made->mime);
    coex_media_free(fitting->media);
    fitting->media = g_steal_pointer(&made);
    return TRUE;
}

static char *
describe_film(const CoexMedia *was, const CoexMedia *is, gboolean had_notes)
{
    g_autofree char *full = coex_files_dup_size(was->size);
    g_autofree char *size = coex_files_dup_size(is->size);
    g_autofree char *made = NULL;

    if (was->size > COEX_FILE_FILM_MAX) {
        made = coex_say(
            /* Translators: a size, and the one before; after a colon, as the next ones */
            had_notes ? _("it goes as MP4 of %s instead of %s, without its place data.")
                      : _("it goes as MP4 of %s instead of %s."),
            size, full);
        return coex_say(_("“%s” is too large for WhatsApp: %s"), was->name, made);
    }
    made = coex_say(had_notes ? _("it goes as MP4, %s, without its place data.")
                              : _("it goes as MP4, %s."),
                    size);
    return coex_say(_("“%s” is of no type that WhatsApp plays: %s"), was->name, made);
}

/* It was not tried, or not to its end: @why, NULL. */
static gboolean
is_not_now(const Fitting *fitting, const GError *why, GError **error)
{
    if (g_cancellable_set_error_if_cancelled(fitting->cancellable, error))
        return TRUE;
    if (!g_error_matches(why, G_IO_ERROR, G_IO_ERROR_BUSY))
        return FALSE;
    g_propagate_error(error, g_error_copy(why));
    return TRUE;
}

static gboolean
fit_film(Fitting *fitting, GError **error)
{
    CoexMedia *media = fitting->media;
    g_autoptr(CoexMedia) was = coex_media_copy(media);
    gboolean is_large = media->size > COEX_FILE_FILM_MAX;
    g_autoptr(GError) why = NULL;
    CoexFilm film;
    gboolean is_whole = coex_film_read((const guint8 *)g_mapped_file_get_contents(fitting->file),
                                       g_mapped_file_get_length(fitting->file), &film);

    if (media->kind == COEX_MEDIA_VIDEO && !is_large && (!is_whole || film.playable))
        return TRUE;
    if (coex_convert_is_possible(media->mime) &&
        convert(fitting, is_whole && film.playable && !is_large, &why)) {
        fitting->done = describe_film(was, fitting->media, film.has_notes);
        return TRUE;
    }
    if (is_not_now(fitting, why, error) || !leave(fitting, error))
        return FALSE;
    if (is_whole && !film.playable)
        media->kind = COEX_MEDIA_DOCUMENT; /* WhatsApp would refuse it later */
    return TRUE;
}

/* What moves is a film for WhatsApp, too. */
static gboolean
fit_moving(Fitting *fitting, GError **error)
{
    g_autoptr(CoexMedia) was = coex_media_copy(fitting->media);
    g_autoptr(GError) why = NULL;

    if (coex_still_moves((const guint8 *)g_mapped_file_get_contents(fitting->file),
                         g_mapped_file_get_length(fitting->file), was->mime) &&
        coex_convert_is_possible(was->mime) && convert(fitting, FALSE, &why)) {
        fitting->done = describe_film(was, fitting->media, FALSE);
        return TRUE;
    }
    return !is_not_now(fitting, why, error) && leave(fitting, error);
}

static gboolean
fit_picture(Fitting *fitting, GError **error)
{
    g_auto(CoexPicture) picture = { 0 };
    const guint8 *bytes = (const guint8 *)g_mapped_file_get_contents(fitting->file);
    gsize length = g_mapped_file_get_length(fitting->file);
    gboolean made = coex_picture_fit(bytes, length, fitting->media->mime, COEX_FILE_IMAGE_MAX,
                                     fitting->cancellable, &picture);

    if (g_cancellable_set_error_if_cancelled(fitting->cancellable, error))
        return FALSE;
    return made ? write_picture(fitting, &picture, error) : fit_moving(fitting, error);
}

static gboolean
fit_voice(Fitting *fitting, GError **error)
{
    g_autofree char *name = g_strdup(fitting->media->name);

    if (!coex_convert_is_possible(fitting->media->mime)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("To make it a voice message takes ffmpeg, which is not on this computer. "
                      "Install it, or send it as a file."));
        return FALSE;
    }
    if (!convert(fitting, FALSE, error))
        return FALSE;
    fitting->done = coex_say(_("“%s” goes as a voice message: Opus in mono."), name);
    return TRUE;
}

static gboolean
fit(Fitting *fitting, GError **error)
{
    switch (fitting->how) {
    case COEX_FIT_PICTURE:
        return fit_picture(fitting, error);
    case COEX_FIT_FILM:
        return fit_film(fitting, error);
    case COEX_FIT_VOICE:
        return fit_voice(fitting, error);
    case COEX_FIT_NONE:
        break;
    }
    return TRUE;
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
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
        g_unlink(fitting->path);
    g_task_return_error(task, error);
}

void
coex_fit_async(const char *path, const CoexMedia *media, CoexFit how, GCancellable *cancellable,
               GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    Fitting *fitting = g_new0(Fitting, 1);

    fitting->path = g_strdup(path);
    fitting->fd = -1;
    fitting->media = coex_media_copy(media);
    fitting->how = how;
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
