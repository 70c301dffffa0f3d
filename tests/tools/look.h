// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>
#include <string.h>

/* Whether words stand anywhere in a file, or in a folder: in a name, or in a file below it. */

static inline gboolean
file_has(const char *path, const char *words)
{
    g_autofree char *content = NULL;
    gsize length = 0;

    return g_file_get_contents(path, &content, &length, NULL) &&
           memmem(content, length, words, strlen(words)) != NULL;
}

static inline gboolean
folder_has(const char *path, const char *words)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);

        if (strstr(name, words) != NULL || file_has(inside, words) || folder_has(inside, words))
            return TRUE;
    }
    return FALSE;
}
