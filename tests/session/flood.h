// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* An API whose answers have no end and no pause. */
typedef struct {
    GSocket *socket;
    GThread *thread;
    GPtrArray *visits; /* GThread */
    GCancellable *stop;
    char *url;
    gint n_blocks; /* sent, of 64 KB; atomic */
} Flood;

Flood *flood_new(void);
void flood_free(Flood *flood);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Flood, flood_free)
