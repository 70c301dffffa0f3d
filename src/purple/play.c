// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/play.h"

gboolean
coex_play_file(const char *program, const char *path, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) first = NULL;

    if (!g_shell_parse_argv(program, NULL, &first, error))
        return FALSE;
    for (char **word = first; *word != NULL; word++)
        g_ptr_array_add(words, g_strdup(*word));
    g_ptr_array_add(words, g_strdup(path));
    g_ptr_array_add(words, NULL);
    return g_spawn_async(NULL, (char **)words->pdata, NULL,
                         G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                             G_SPAWN_STDERR_TO_DEV_NULL,
                         NULL, NULL, NULL, error);
}
