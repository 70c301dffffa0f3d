// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/files.h"

#include "core/error.h"
#include "core/file-name.h"
#include "core/media.h"
#include "core/opus.h"
#include "core/text.h"
#include "core/words.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PART ".coex-%s-"
#define SAME_NAME_MAX 10000
#define BLOCK (64 * 1024)
#define CAPTION_EXCERPT 40 /* characters */

static void
set_error(GError **error, const char *path, int code)
{
    coex_error_say(error, COEX_ERROR_STORE,
                   _("It could not be put into %s: %s. See the option {@media-folder}."), path,
                   g_strerror(code));
}

char *
coex_files_dup_part(const char *base, const char *tag, gint64 message_id)
{
    static gint n_parts;
    g_autofree char *name = g_strdup_printf(PART "%" G_GINT64_FORMAT "-%d.part", tag, message_id,
                                            g_atomic_int_add(&n_parts, 1));

    return g_build_filename(base, name, NULL);
}

/* As coex_worker_run(), for who waits with @user_data. */
static void
run_told(GTask *task, GTaskThreadFunc work, CoexWorkerSlow slow, gpointer user_data)
{
    if (slow != NULL)
        coex_worker_watch(task, slow, user_data);
    coex_worker_run(task, work);
}

static void
clear_parts(const char *base, const char *prefix)
{
    g_autoptr(GDir) dir = g_dir_open(base, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, ".part")) {
            g_autofree char *path = g_build_filename(base, name, NULL);

            g_unlink(path);
        }
    }
}

static void
run_clear(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    char **words = task_data;

    clear_parts(words[0], words[1]);
    g_task_return_boolean(task, TRUE);
}

void
coex_files_clear_parts_async(const char *base, const char *tag, CoexWorkerSlow slow,
                             GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    g_autofree char *prefix = g_strdup_printf(PART, tag);
    const char *const words[] = { base, prefix, NULL };

    g_task_set_task_data(task, g_strdupv((char **)words), (GDestroyNotify)g_strfreev);
    run_told(task, run_clear, slow, user_data);
}

static guint
read_seconds(int fd, gint64 size)
{
    gsize length = (gsize)MIN(size, COEX_OPUS_TAIL);
    guint8 head[COEX_OPUS_HEAD];
    gssize n_head = pread(fd, head, sizeof head, 0);
    g_autofree guint8 *tail = NULL;
    gssize n_tail;

    if (n_head < 4 || memcmp(head, "OggS", 4) != 0)
        return 0;
    tail = g_malloc(length);
    n_tail = pread(fd, tail, length, size - (gint64)length);
    return n_tail > 0 ? coex_opus_read_seconds(head, (gsize)n_head, tail, (gsize)n_tail) : 0;
}

static gboolean
read_facts(const char *path, CoexFileFacts *ret_facts)
{
    int fd = g_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    GStatBuf found;
    gboolean is_file = fd >= 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode);

    if (is_file)
        *ret_facts = (CoexFileFacts){ found.st_size, read_seconds(fd, found.st_size) };
    if (fd >= 0)
        close(fd);
    return is_file;
}

static void
run_measure(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    CoexFileFacts facts;

    if (read_facts(task_data, &facts))
        g_task_return_pointer(task, g_memdup2(&facts, sizeof facts), g_free);
    else
        g_task_return_pointer(task, NULL, NULL);
}

void
coex_files_measure_async(const char *path, CoexWorkerSlow slow, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);

    g_task_set_task_data(task, g_strdup(path), g_free);
    run_told(task, run_measure, slow, user_data);
}

gboolean
coex_files_measure_finish(GAsyncResult *result, CoexFileFacts *ret_facts)
{
    g_autofree CoexFileFacts *facts = g_task_propagate_pointer(G_TASK(result), NULL);

    if (facts != NULL)
        *ret_facts = *facts;
    return facts != NULL;
}

static void
run_remove(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    char **paths = task_data;

    for (guint i = 0; paths[i] != NULL; i++) {
        g_autofree char *folder = g_path_get_dirname(paths[i]);

        g_unlink(paths[i]);
        g_rmdir(folder);
    }
    g_task_return_boolean(task, TRUE);
}

void
coex_files_remove_async(const char *const *paths, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);

    g_task_set_task_data(task, g_strdupv((char **)paths), (GDestroyNotify)g_strfreev);
    coex_worker_run(task, run_remove);
}

static void
run_remove_part(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    g_unlink(task_data);
    g_task_return_boolean(task, TRUE);
}

void
coex_files_remove_part_async(const char *part)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, NULL, NULL);

    g_task_set_task_data(task, g_strdup(part), g_free);
    coex_worker_run(task, run_remove_part);
}

/* ---- the place ---- */

char *
coex_files_dup_size(gint64 size)
{
    if (size < 1000)
        return g_strdup_printf(COEX_PLURAL("%d byte", "%d bytes", size), (int)size);
    if (size < 1000 * 1000)
        /* Translators: kilobytes, of 1,000 bytes each */
        return g_strdup_printf(_("%d KB"), (int)((size + 500) / 1000));
    if (size < 10 * 1000 * 1000)
        /* Translators: megabytes, of 1,000,000 bytes each */
        return g_strdup_printf(_("%.1f MB"), (double)size / 1e6);
    return g_strdup_printf(_("%" PRId64 " MB"), (size + 500000) / 1000000);
}

char *
coex_files_dup_label(const CoexMedia *media, gint64 message_id, const CoexFileFacts *facts)
{
    g_autoptr(GString) label = g_string_new(NULL);

    g_string_printf(label, "[%s #%" G_GINT64_FORMAT, coex_media_get_label(media), message_id);
    if (facts != NULL && facts->seconds > 0)
        g_string_append_printf(label, ", %u:%02u", facts->seconds / 60, facts->seconds % 60);
    if (facts != NULL) {
        g_autofree char *size = coex_files_dup_size(facts->size);

        g_string_append_printf(label, ", %s", size);
    }
    g_string_append_c(label, ']');
    return g_string_free(g_steal_pointer(&label), FALSE);
}

char *
coex_files_dup_title(const CoexMedia *media, gint64 message_id, const CoexFileFacts *facts,
                     char mark)
{
    g_autofree char *label = coex_files_dup_label(media, message_id, facts);
    g_autofree char *caption = NULL;

    if (mark != '!' || media->caption == NULL || coex_text_is_blank(media->caption))
        return g_steal_pointer(&label);
    caption = coex_text_excerpt(media->caption, CAPTION_EXCERPT);
    return g_strdup_printf("%s “%s”", label, caption);
}

/* "image 2026-11-29 14.22.05", where the message tells no name. */
static char *
dup_name(const CoexFilesPlace *place)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(place->time);
    g_autofree char *clock = when != NULL ? g_date_time_format(when, " %Y-%m-%d %H.%M.%S") : NULL;
    g_autofree char *plain =
        g_strconcat(coex_media_get_label(place->media), clock != NULL ? clock : "", NULL);

    g_autofree char *name = coex_file_name_make(place->media->name, plain, place->media->mime);

    return coex_file_name_extend(name, place->mark != NULL ? place->mark : "");
}

/* Lets the group of the folder @base have a part in what is open as @fd. */
static void
share(int fd, const char *base, mode_t mode)
{
    GStatBuf found;

    if (g_stat(base, &found) != 0 || fchown(fd, (uid_t)-1, found.st_gid) != 0 ||
        fchmod(fd, mode) != 0)
        g_info("%s: its group could not be let in: %s", base, g_strerror(errno));
}

/* The folder of a person: ours, and no link to another. -1 on error. */
static int
open_folder(const char *path, GError **error)
{
    int fd;

    if (g_mkdir(path, 0700) != 0 && errno != EEXIST) {
        set_error(error, path, errno);
        return -1;
    }
    fd = g_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        set_error(error, path, errno);
    return fd;
}

static gssize
read_full(int fd, char *bytes, gsize length)
{
    gsize n_bytes = 0;
    gssize n = 1;

    while (n_bytes < length && n != 0) {
        n = read(fd, bytes + n_bytes, length - n_bytes);
        if (n < 0 && errno != EINTR)
            return -1;
        n_bytes += n > 0 ? (gsize)n : 0;
    }
    return (gssize)n_bytes;
}

static gboolean
has_same_bytes(int a, int b)
{
    g_autofree char *of_a = g_malloc(BLOCK);
    g_autofree char *of_b = g_malloc(BLOCK);
    gssize n;

    do {
        n = read_full(a, of_a, BLOCK);
        if (n < 0 || read_full(b, of_b, BLOCK) != n || memcmp(of_a, of_b, (gsize)n) != 0)
            return FALSE;
    } while (n > 0);
    return TRUE;
}

/* Whether @name is a file with what @part has: what a crash left before that was written down, or
 * the same file sent twice. */
static gboolean
is_here(int folder, const char *name, const char *part)
{
    struct stat there;
    struct stat found;
    gboolean same = FALSE;
    int a = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int b = g_open(part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);

    if (a >= 0 && b >= 0 && fstat(a, &there) == 0 && fstat(b, &found) == 0)
        same = S_ISREG(there.st_mode) && there.st_uid == found.st_uid &&
               there.st_size == found.st_size && has_same_bytes(a, b);
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
    return same;
}

static char *
dup_numbered(const char *wanted, guint number)
{
    g_autofree char *words = number > 1 ? g_strdup_printf(" (%u)", number) : g_strdup("");

    return coex_file_name_extend(wanted, words);
}

/* In two steps, where the file system has no single one: an empty file holds the name. */
static gboolean
claim_and_move(int folder, const char *part, const char *name)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int code;

    if (fd < 0)
        return FALSE;
    close(fd);
    if (renameat(AT_FDCWD, part, folder, name) == 0)
        return TRUE;
    code = errno;
    unlinkat(folder, name, 0);
    errno = code;
    return FALSE;
}

/* FALSE with errno, EEXIST: the name is another's. */
static gboolean
move_as(int folder, const char *part, const char *name)
{
    if (renameat2(AT_FDCWD, part, folder, name, RENAME_NOREPLACE) == 0)
        return TRUE;
    return (errno == EINVAL || errno == ENOSYS) && claim_and_move(folder, part, name);
}

/* @part gets a name that nobody has, or goes where the same file is here already. The name, NULL
 * with errno. */
static char *
move_into(int folder, const char *part, const char *wanted)
{
    for (guint i = 1; i < SAME_NAME_MAX; i++) {
        g_autofree char *name = dup_numbered(wanted, i);

        if (move_as(folder, part, name)) {
            fsync(folder);
            return g_steal_pointer(&name);
        }
        if (errno != EEXIST)
            return NULL;
        if (is_here(folder, name, part)) {
            g_unlink(part);
            return g_steal_pointer(&name);
        }
    }
    errno = EEXIST;
    return NULL;
}

/* Belongs to its GTask. */
typedef struct {
    char *part;
    char *base;
    char *folder;
    char *name;
    char *content; /* NULL */
    gboolean for_group;
    CoexFileFacts facts; /* of the file at its place */
} Move;

static void
move_free(Move *move)
{
    g_free(move->part);
    g_free(move->base);
    g_free(move->folder);
    g_free(move->name);
    g_free(move->content);
    g_free(move);
}

static void
share_part(const Move *move)
{
    int fd = g_open(move->part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);

    if (fd < 0)
        return;
    share(fd, move->base, 0640);
    close(fd);
}

static gboolean
write_content(const Move *move, GError **error)
{
    if (move->content == NULL)
        return TRUE;
    if (g_mkdir_with_parents(move->base, 0700) == 0 &&
        g_file_set_contents_full(move->part, move->content, -1, G_FILE_SET_CONTENTS_NONE, 0600,
                                 NULL))
        return TRUE;
    set_error(error, move->base, errno);
    return FALSE;
}

static char *
take(const Move *move, GError **error)
{
    g_autofree char *name = NULL;
    int folder = write_content(move, error) ? open_folder(move->folder, error) : -1;

    if (folder >= 0 && move->for_group) {
        share(folder, move->base, 0750);
        share_part(move);
    }
    if (folder >= 0) {
        name = move_into(folder, move->part, move->name);
        if (name == NULL)
            set_error(error, move->folder, errno);
        close(folder);
    }
    if (name == NULL)
        g_unlink(move->part);
    return name != NULL ? g_build_filename(move->folder, name, NULL) : NULL;
}

static void
run_take(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    GError *error = NULL;
    Move *move = task_data;
    char *path = take(move, &error);

    if (path != NULL) {
        read_facts(path, &move->facts);
        g_task_return_pointer(task, path, g_free);
    } else {
        g_task_return_error(task, error);
    }
}

void
coex_files_take_async(const char *part, const CoexFilesPlace *place, CoexWorkerSlow slow,
                      GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    g_autofree char *who = coex_file_name_make_folder(place->title);
    Move *move = g_new(Move, 1);

    *move = (Move){
        .part = g_strdup(part),
        .base = g_strdup(place->base),
        .folder = g_build_filename(place->base, who, NULL),
        .name = dup_name(place),
        .content = g_strdup(place->content),
        .for_group = place->for_group,
    };
    g_task_set_task_data(task, move, (GDestroyNotify)move_free);
    run_told(task, run_take, slow, user_data);
}

char *
coex_files_take_finish(GAsyncResult *result, CoexFileFacts *ret_facts, GError **error)
{
    const Move *move = g_task_get_task_data(G_TASK(result));

    *ret_facts = move->facts;
    return g_task_propagate_pointer(G_TASK(result), error);
}
