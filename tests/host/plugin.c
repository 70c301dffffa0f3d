// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin.h"
#include <gio/gio.h>
#include <glib/gstdio.h>

static gboolean
link_into(const char *folder, const char *target, GError **error)
{
    g_autofree char *name = g_path_get_basename(target);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GFile) file = g_file_new_for_path(path);

    g_unlink(path);
    /* Of a profile that was copied, with what its links led to. */
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE;
    return g_file_make_symbolic_link(file, target, NULL, error);
}

char *
plugin_link(const char *profile, const char *plugin, GError **error)
{
    g_autofree char *target = g_canonicalize_filename(plugin, NULL);
    g_autofree char *beside = g_path_get_dirname(target);
    g_autofree char *catalogues = g_build_filename(beside, "locale", NULL);
    char *folder = g_build_filename(profile, "plugins", NULL);

    g_mkdir_with_parents(folder, 0700);
    if (!link_into(folder, target, error) || !link_into(folder, catalogues, error))
        g_clear_pointer(&folder, g_free);
    return folder;
}
