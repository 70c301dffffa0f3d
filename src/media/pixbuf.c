// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/pixbuf.h"

#include <dlfcn.h>

#define LIBRARY "libgdk_pixbuf-2.0.so.0"

static CoexPixbuf pixbuf;

static const struct {
    const char *name;
    gpointer function;
} functions[] = {
    { "gdk_pixbuf_loader_new_with_type", &pixbuf.loader_new_with_type },
    { "gdk_pixbuf_loader_new_with_mime_type", &pixbuf.loader_new_with_mime_type },
    { "gdk_pixbuf_loader_write", &pixbuf.loader_write },
    { "gdk_pixbuf_loader_close", &pixbuf.loader_close },
    { "gdk_pixbuf_loader_set_size", &pixbuf.loader_set_size },
    { "gdk_pixbuf_loader_get_pixbuf", &pixbuf.loader_get_pixbuf },
    { "gdk_pixbuf_new_from_bytes", &pixbuf.new_from_bytes },
    { "gdk_pixbuf_apply_embedded_orientation", &pixbuf.apply_embedded_orientation },
    { "gdk_pixbuf_get_option", &pixbuf.get_option },
    { "gdk_pixbuf_get_has_alpha", &pixbuf.get_has_alpha },
    { "gdk_pixbuf_get_width", &pixbuf.get_width },
    { "gdk_pixbuf_get_height", &pixbuf.get_height },
    { "gdk_pixbuf_get_rowstride", &pixbuf.get_rowstride },
    { "gdk_pixbuf_read_pixels", &pixbuf.read_pixels },
    { "gdk_pixbuf_scale_simple", &pixbuf.scale_simple },
    { "gdk_pixbuf_save_to_bufferv", &pixbuf.save_to_bufferv },
};

static gboolean
find_functions(void *library)
{
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
        gpointer found = dlsym(library, functions[i].name);

        if (found == NULL)
            return FALSE;
        *(gpointer *)functions[i].function = found;
    }
    return TRUE;
}

const CoexPixbuf *
coex_pixbuf_get(gboolean load)
{
    static GMutex lock;
    static gboolean is_here;
    int how = RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE | (load ? 0 : RTLD_NOLOAD);
    void *library;
    gboolean loaded;

    g_mutex_lock(&lock);
    library = dlopen(LIBRARY, how);
    is_here = is_here || (library != NULL && find_functions(library));
    loaded = is_here && library != NULL;
    if (library != NULL)
        dlclose(library);
    g_mutex_unlock(&lock);
    return loaded ? &pixbuf : NULL;
}
