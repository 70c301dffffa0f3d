// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib-object.h>

/* GdkPixbuf, which decodes pictures, where it is: a plugin must load beside programs that have
 * none. Those of its functions that are used, by the types they have there; a pixbuf and a loader
 * are a GObject. */
typedef struct {
    GObject *(*loader_new_with_type)(const char *type, GError **error);
    GObject *(*loader_new_with_mime_type)(const char *mime, GError **error);
    gboolean (*loader_write)(GObject *loader, const guchar *bytes, gsize length, GError **error);
    gboolean (*loader_close)(GObject *loader, GError **error);
    void (*loader_set_size)(GObject *loader, int width, int height);
    GObject *(*loader_get_pixbuf)(GObject *loader);
    GObject *(*new_from_bytes)(GBytes *pixels, int colours, gboolean has_alpha, int bits, int width,
                               int height, int rowstride);
    GObject *(*apply_embedded_orientation)(GObject *pixbuf);
    const char *(*get_option)(GObject *pixbuf, const char *key);
    gboolean (*get_has_alpha)(GObject *pixbuf);
    int (*get_width)(GObject *pixbuf);
    int (*get_height)(GObject *pixbuf);
    int (*get_rowstride)(GObject *pixbuf);
    const guint8 *(*read_pixels)(GObject *pixbuf);
    GObject *(*scale_simple)(GObject *pixbuf, int width, int height, int how);
    gboolean (*save_to_bufferv)(GObject *pixbuf, char **ret_bytes, gsize *ret_length,
                                const char *type, char **keys, char **values, GError **error);
} CoexPixbuf;

/* From any thread. NULL: it is not there; without @load also where the program has not loaded it by
 * itself. Static. */
const CoexPixbuf *coex_pixbuf_get(gboolean load);
