// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/typed-path.h"

#include "core/typed-line.h"
#include "core/words.h"
#include "purple/host.h"
#include <errno.h>
#include <purple.h>
#include <stdlib.h>

/* BitlBee may have been told of a relative one, and puts another slash behind it. */
char *
coex_typed_path_dup_folder(void)
{
    return g_canonicalize_filename(purple_user_dir(), NULL);
}

static gboolean
is_below(const char *folder, const char *path)
{
    g_autofree char *inside = folder != NULL ? g_strconcat(folder, "/", NULL) : NULL;

    return inside != NULL && path != NULL && g_str_has_prefix(path, inside);
}

/* By its name first: a disk that is gone would hold up everything. */
gboolean
coex_typed_path_may_read(const char *path)
{
    g_autofree char *spelled = coex_typed_path_dup_folder();
    g_autofree char *folder = NULL;
    g_autofree char *named = NULL;
    g_autofree char *real = NULL;

    if (coex_host_opens_files())
        return TRUE;
    folder = realpath(spelled, NULL);
    named = g_canonicalize_filename(path, NULL);
    if (!is_below(spelled, named) && !is_below(folder, named))
        return FALSE;
    real = realpath(path, NULL);
    if (real != NULL || errno != ENOENT)
        return is_below(folder, real);
    /* What is not there is said where it is to be read. */
    g_autofree char *parent = g_path_get_dirname(named);
    real = realpath(parent, NULL);
    return g_strcmp0(real, folder) == 0 || is_below(folder, real);
}

char *
coex_typed_path_dup(const char *typed)
{
    if (g_str_has_prefix(typed, "file://"))
        return g_filename_from_uri(typed, NULL, NULL);
    if (g_str_has_prefix(typed, "~/")) {
        g_autofree char *folder =
            coex_host_opens_files() ? g_strdup(g_get_home_dir()) : coex_typed_path_dup_folder();

        return g_build_filename(folder, typed + 2, NULL);
    }
    return g_path_is_absolute(typed) ? g_strdup(typed) : NULL;
}

char *
coex_typed_path_dup_allowed(const char *typed, char **ret_why)
{
    const char *rest;
    g_autofree char *unquoted =
        *typed == '"' || *typed == '\'' ? coex_typed_line_dup_path(typed, &rest) : g_strdup(typed);
    g_autofree char *path = unquoted != NULL ? coex_typed_path_dup(unquoted) : NULL;

    *ret_why = NULL;
    if (path == NULL)
        return g_strdup(typed);
    if (coex_typed_path_may_read(path))
        return g_steal_pointer(&path);
    g_autofree char *folder = coex_typed_path_dup_folder();
    *ret_why = coex_say(_("By its path only a file below %s can be sent here. Send it by "
                          "DCC: while it is held, = stands for it."),
                        folder);
    return NULL;
}
