// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A WebSocket that rings: somebody there says that something is new. Hides libsoup, the greeting,
 * the connecting again after every end of the connection, and the bounds: a frame beyond its limit
 * or a flood of them ends the connection. What is lost here costs time only. Belongs to the thread
 * (and its default main context) that made it. */

typedef struct CoexBell CoexBell;
typedef struct CoexProxy CoexProxy;

typedef struct {
    const char *url;        /* wss, or ws on loopback */
    const char *greeting;   /* said first; a secret */
    gsize frame_max;        /* bytes */
    const CoexProxy *proxy; /* NULL: straight */
    /* The connection is there: what was missed before may be fetched. */
    void (*opened)(gpointer data);
    void (*rings)(const char *bytes, gsize length, gpointer data);
    gpointer data;
} CoexBellSpec;

/* Strings are copied. Free with coex_bell_free(): nothing is called any more. */
CoexBell *coex_bell_new(const CoexBellSpec *spec);
void coex_bell_free(CoexBell *bell);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBell, coex_bell_free)

/* The connection may be dead without knowing it, as after a suspend: another at once. */
void coex_bell_renew(CoexBell *bell);
gboolean coex_bell_is_open(const CoexBell *bell);
/* Why the last connection ended or was not made, for the doctor; NULL: it did not. Borrowed. */
const char *coex_bell_get_fault(const CoexBell *bell);
