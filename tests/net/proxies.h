// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/proxy.h"
#include <gio/gio.h>

/* Proxies: the real microsocks and tinyproxy, each in a process of its own, and a witness that
 * speaks SOCKS 4, 4a and 5 and notes what it was asked for. And a name server that knows every name
 * and notes who was asked for: nobody may be, where names belong to the proxy. */

/* Whether the program is installed; else the test is skipped. */
gboolean proxy_is_there(const char *program);

typedef struct {
    GSubprocess *process;
    char *folder;
    CoexProxy way; /* to it, with its login */
} Proxy;

/* On a free port of 127.0.0.1; waits until it listens. @user, @password: NULL for a proxy without.
 * @rules: lines of tinyproxy's configuration. */
Proxy *proxy_new_socks(const char *user, const char *password);
Proxy *proxy_new_http(const char *user, const char *password, const char *rules);
void proxy_free(Proxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Proxy, proxy_free)

typedef struct {
    GSocket *socket;
    GThread *thread;
    GCancellable *stop;
    GPtrArray *threads;
    GMutex lock;
    GPtrArray *heard; /* char *: "4a user host:port" */
} Witness;

/* Whatever host it is asked for, it connects to that port of 127.0.0.1. */
Witness *witness_new(void);
void witness_free(Witness *witness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Witness, witness_free)
guint witness_get_port(Witness *witness);

/* From here on no name of this process is looked up by the system: each is 127.0.0.1. */
void names_watch(void);
/* How many were looked up so far. */
guint names_count(void);
