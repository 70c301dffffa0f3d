// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/files.h"

#include "core/error.h"
#include "core/file-name.h"
#include "core/media.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PART ".coex-%s-"
#define SAME_NAME_MAX 10000

static gboolean
set_error(GError **error, const char *path, int code)
{
    g_set_error(error, COEX_ERROR, COEX_ERROR_STORE,
                "It could not be put into %s: %s. See the option \"media-folder\".", path,
                g_strerror(code));
    return FALSE;
}

gboolean
coex_files_prepare(const char *base, GError **error)
{
    return g_mkdir_with_parents(base, 0700) == 0 || set_error(error, base, errno);
}

char *
coex_files_dup_part(const char *base, const char *tag, gint64 message_id)
{
    g_autofree char *name = g_strdup_printf(PART "%" G_GINT64_FORMAT ".part", tag, message_id);

    return g_build_filename(base, name, NULL);
}

void
coex_files_clear_parts(const char *base, const char *tag)
{
    g_autofree char *prefix = g_strdup_printf(PART, tag);
    g_autoptr(GDir) dir = g_dir_open(base, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, ".part")) {
            g_autofree char *path = g_build_filename(base, name, NULL);

            g_unlink(path);
        }
    }
}

/* ---- the place ---- */

char *
coex_files_dup_size(gint64 size)
{
    if (size < 1000)
        return g_strdup_printf("%d bytes", (int)size);
    if (size < 1000 * 1000)
        return g_strdup_printf("%d KB", (int)((size + 500) / 1000));
    if (size < 10 * 1000 * 1000)
        return g_strdup_printf("%.1f MB", (double)size / 1e6);
    return g_strdup_printf("%" G_GINT64_FORMAT " MB", (size + 500000) / 1000000);
}

/* "image 2026-11-29 14.22.05", where the message tells no name. */
static char *
dup_name(const CoexFilesPlace *place)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(place->time);
    g_autofree char *clock = when != NULL ? g_date_time_format(when, " %Y-%m-%d %H.%M.%S") : NULL;
    g_autofree char *plain =
        g_strconcat(coex_media_get_label(place->media), clock != NULL ? clock : "", NULL);

    return coex_file_name_make(place->media->name, plain, place->media->mime);
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

/* Takes a name that nobody has; NULL with errno. */
static char *
claim_name(int folder, const char *wanted)
{
    for (guint i = 1; i < SAME_NAME_MAX; i++) {
        g_autofree char *name = i == 1 ? g_strdup(wanted) : coex_file_name_number(wanted, i);
        int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd >= 0) {
            close(fd);
            return g_steal_pointer(&name);
        }
        if (errno != EEXIST)
            return NULL;
    }
    errno = EEXIST;
    return NULL;
}

/* @part takes the place of the empty file that holds its name. */
static char *
move_into(int folder, const char *part, const char *wanted)
{
    g_autofree char *name = claim_name(folder, wanted);
    int code;

    if (name == NULL)
        return NULL;
    if (renameat(AT_FDCWD, part, folder, name) == 0) {
        fsync(folder);
        return g_steal_pointer(&name);
    }
    code = errno;
    unlinkat(folder, name, 0);
    errno = code;
    return NULL;
}

char *
coex_files_take(const char *part, const CoexFilesPlace *place, GError **error)
{
    g_autofree char *who = coex_file_name_make_folder(place->title);
    g_autofree char *path = g_build_filename(place->base, who, NULL);
    g_autofree char *wanted = dup_name(place);
    g_autofree char *name = NULL;
    int folder = open_folder(path, error);

    if (folder >= 0) {
        name = move_into(folder, part, wanted);
        if (name == NULL)
            set_error(error, path, errno);
        close(folder);
    }
    if (name == NULL)
        g_unlink(part);
    return name != NULL ? g_build_filename(path, name, NULL) : NULL;
}
