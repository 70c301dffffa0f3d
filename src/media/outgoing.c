// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/outgoing.h"

#include "account/account.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/file-name.h"
#include "core/file-type.h"
#include "core/media.h"
#include "core/words.h"
#include "net/http.h"
#include "net/upload.h"
#include "net/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAUSE_S 30 /* in an upload, without a byte */

static char *
dup_path(const char *folder, const char *name)
{
    return g_build_filename(folder, name, NULL);
}

void
coex_outgoing_drop(const char *folder, const char *name)
{
    g_autofree char *path = dup_path(folder, name);

    g_unlink(path);
}

void
coex_outgoing_clear(const char *folder, GHashTable *kept)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *stem = g_strndup(name, strcspn(name, "."));

        if (!g_hash_table_contains(kept, stem))
            coex_outgoing_drop(folder, name);
    }
}

/* ---- taking one in ---- */

/* Belongs to its GTask. */
typedef struct {
    char *folder;
    char *path;
    GBytes *content; /* NULL: what is there */
    char *copy;      /* path of it */
    GStatBuf found;
    int from;
    int to;
    CoexMedia *media;
    gboolean as_voice;
    CoexFit fit;
    CoexHash *hash;
    GCancellable *cancellable;
} Taking;

static void
taking_free(Taking *taking)
{
    if (taking->from >= 0)
        close(taking->from);
    if (taking->to >= 0)
        close(taking->to);
    coex_media_free(taking->media);
    coex_hash_free(taking->hash);
    g_free(taking->folder);
    g_free(taking->path);
    g_clear_pointer(&taking->content, g_bytes_unref);
    g_free(taking->copy);
    g_free(taking);
}

static gboolean
set_read_error(GError **error, const char *why)
{
    coex_error_say(error, COEX_ERROR_STORE, _("It cannot be read: %s."), why);
    return FALSE;
}

static gboolean
set_open_error(GError **error, int code)
{
    if (code != ENOENT)
        return set_read_error(error, g_strerror(code));
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_STORE,
                        _("It cannot be read: there is no such file. A path with a blank stands in "
                          "quotation marks."));
    return FALSE;
}

static gboolean
set_changed_error(GError **error)
{
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_STORE,
                        _("It cannot be read: it was changed just now. Send it again."));
    return FALSE;
}

static gboolean
set_copy_error(GError **error, const Taking *taking, int code)
{
    gboolean full = code == ENOSPC || code == EDQUOT || code == EFBIG;

    coex_error_say(error, COEX_ERROR_STORE,
                   /* Translators: a folder, and the system's reason */
                   full ? _("It could not be copied to %s: %s. Make room there, and send it again.")
                        : _("It could not be copied to %s: %s."),
                   taking->folder, g_strerror(code));
    return FALSE;
}

/* What is in memory, as a file that nobody else has; -1 with errno. */
static int
open_content(GBytes *content)
{
    gsize length;
    const void *bytes = g_bytes_get_data(content, &length);
    int file = memfd_create("coex", MFD_CLOEXEC);

    if (file >= 0 && (!coex_worker_write(file, bytes, length) || lseek(file, 0, SEEK_SET) != 0)) {
        close(file);
        return -1;
    }
    return file;
}

static gboolean
open_original(Taking *taking, GError **error)
{
    taking->from = taking->content != NULL
                       ? open_content(taking->content)
                       : g_open(taking->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    if (taking->from < 0 || fstat(taking->from, &taking->found) != 0)
        return set_open_error(error, errno);
    if (S_ISDIR(taking->found.st_mode))
        return set_read_error(error, _("it is a folder"));
    if (!S_ISREG(taking->found.st_mode))
        return set_read_error(error, _("it is no file"));
    if (taking->found.st_size == 0)
        return set_read_error(error, _("it is empty"));
    taking->media->size = taking->found.st_size;
    return TRUE;
}

static gboolean
check_sound(Taking *taking, GError **error)
{
    if (coex_file_type_is_sound(taking->media)) {
        taking->fit = COEX_FIT_VOICE;
        return TRUE;
    }
    g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                _("It is no sound that can be made a voice message. Send it as a file."));
    return FALSE;
}

/* Whether it is taken as it is, or copied to be made to fit. */
static gboolean
check_type(Taking *taking, const guint8 *head, gsize length, GError **error)
{
    g_autoptr(GError) why = NULL;
    gboolean carried = coex_file_type_find(taking->media, head, length, &why);

    if (taking->as_voice && !(carried && taking->media->voice))
        return check_sound(taking, error);
    if (carried || g_error_matches(why, COEX_ERROR, COEX_ERROR_TOO_LARGE))
        taking->fit = coex_file_type_get_fit(taking->media, head, length);
    if (carried || taking->fit != COEX_FIT_NONE)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

/* What it is, before anything of it is copied. */
static gboolean
find_type(Taking *taking, GError **error)
{
    g_autofree guint8 *head = g_malloc(COEX_FILE_HEAD);
    g_autofree char *told = g_filename_display_basename(taking->path);
    gssize n = pread(taking->from, head, COEX_FILE_HEAD, 0);
    CoexMedia *media = taking->media;
    const char *fallback;

    if (n < 0)
        return set_read_error(error, g_strerror(errno));
    media->name = g_strdup(told);
    if (!check_type(taking, head, (gsize)n, error))
        return FALSE;
    g_free(media->name);
    fallback = coex_media_get_type(media->kind);
    media->name = media->kind == COEX_MEDIA_DOCUMENT
                      ? coex_file_name_make_own(told, fallback, media->mime)
                      : coex_file_name_make(told, fallback, media->mime);
    return TRUE;
}

static gboolean
open_copy(Taking *taking, GError **error)
{
    if (g_mkdir_with_parents(taking->folder, 0700) != 0)
        return set_copy_error(error, taking, errno);
    taking->to = g_open(taking->copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return taking->to >= 0 || set_copy_error(error, taking, errno);
}

/* One that grows while it is read has no end. */
static gboolean
copy(Taking *taking, GError **error)
{
    g_autofree guint8 *block = g_malloc(COEX_FILE_HEAD);
    gint64 copied = 0;
    gssize n;

    while ((n = read(taking->from, block, COEX_FILE_HEAD)) > 0 && copied <= taking->media->size) {
        copied += n;
        coex_hash_update(taking->hash, block, (gsize)n);
        if (g_cancellable_set_error_if_cancelled(taking->cancellable, error))
            return FALSE;
        if (!coex_worker_write(taking->to, block, (gsize)n))
            return set_copy_error(error, taking, errno);
    }
    if (n < 0)
        return set_read_error(error, g_strerror(errno));
    return copied == taking->media->size || set_changed_error(error);
}

/* Nobody wrote into it while it was read. */
static gboolean
check_original(const Taking *taking, GError **error)
{
    GStatBuf now;

    if (fstat(taking->from, &now) != 0)
        return set_read_error(error, g_strerror(errno));
    return (now.st_mtim.tv_sec == taking->found.st_mtim.tv_sec &&
            now.st_mtim.tv_nsec == taking->found.st_mtim.tv_nsec &&
            now.st_size == taking->found.st_size) ||
           set_changed_error(error);
}

static gboolean
finish_copy(Taking *taking, GError **error)
{
    CoexDigest digest;

    if (fdatasync(taking->to) != 0 && errno != EINVAL)
        return set_copy_error(error, taking, errno);
    if (!coex_hash_finish(taking->hash, &digest))
        return set_copy_error(error, taking, ENOMEM);
    taking->media->sha256 = coex_digest_dup_hex(&digest);
    return TRUE;
}

static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Taking *taking = task_data;
    GError *error = NULL;

    if (open_original(taking, &error) && find_type(taking, &error) && open_copy(taking, &error) &&
        copy(taking, &error) && check_original(taking, &error) && finish_copy(taking, &error)) {
        g_task_return_pointer(task, g_steal_pointer(&taking->media),
                              (GDestroyNotify)coex_media_free);
        return;
    }
    if (taking->to >= 0)
        g_unlink(taking->copy);
    g_task_return_error(task, error);
}

void
coex_outgoing_take_async(const char *folder, const char *name, const CoexOriginal *original,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    Taking *taking = g_new0(Taking, 1);

    taking->folder = g_strdup(folder);
    taking->path = g_strdup(original->path);
    taking->content = original->content != NULL ? g_bytes_ref(original->content) : NULL;
    taking->as_voice = original->as_voice;
    taking->copy = dup_path(folder, name);
    taking->from = -1;
    taking->to = -1;
    taking->media = g_new0(CoexMedia, 1);
    taking->hash = coex_hash_new(NULL);
    taking->cancellable = cancellable;
    g_task_set_task_data(task, taking, (GDestroyNotify)taking_free);
    g_task_set_check_cancellable(task, FALSE);
    coex_worker_run(task, run);
}

static void
run_look(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Taking *taking = task_data;
    GError *error = NULL;

    if (open_original(taking, &error) && find_type(taking, &error))
        g_task_return_pointer(task, g_steal_pointer(&taking->media),
                              (GDestroyNotify)coex_media_free);
    else
        g_task_return_error(task, error);
}

void
coex_outgoing_look_async(const char *path, CoexWorkerSlow slow, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    Taking *taking = g_new0(Taking, 1);

    taking->path = g_strdup(path);
    taking->from = -1;
    taking->to = -1;
    taking->media = g_new0(CoexMedia, 1);
    g_task_set_task_data(task, taking, (GDestroyNotify)taking_free);
    coex_worker_watch(task, slow, user_data);
    coex_worker_run(task, run_look);
}

CoexMedia *
coex_outgoing_take_finish(GAsyncResult *result, CoexFit *ret_fit, GError **error)
{
    const Taking *taking = g_task_get_task_data(G_TASK(result));

    *ret_fit = taking->fit;
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* ---- to the provider ---- */

void
coex_outgoing_upload_async(CoexAccount *account, CoexHttp **http, const CoexOutgoing *what,
                           GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_autofree char *path = dup_path(account->outgoing, what->name);
    const CoexUpload upload = { &account->endpoint, path, what->mime, what->wrote };

    if (*http == NULL)
        *http = coex_http_new(PAUSE_S, account->proxy);
    coex_upload_async(*http, &upload, cancellable, callback, user_data);
}

char *
coex_outgoing_upload_finish(GAsyncResult *result, gint64 *ret_wait_s, GError **error)
{
    return coex_upload_finish(result, ret_wait_s, error);
}

void
coex_outgoing_stop(CoexHttp **http)
{
    g_clear_pointer(http, coex_http_free);
}
