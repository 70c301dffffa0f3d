// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Watches, from a thread of its own, that no connection holds a main loop. libsoup reads for as
 * long as bytes come, in one turn of the loop: an answer that never pauses would keep the loop from
 * its other work, and from the deadline of that very answer. Such a loop's connections are shut, so
 * that reading finds its end. Of use to CoexHttp only. */

typedef struct CoexGuard CoexGuard;

/* For the calling thread's default main context, where the other functions are called too. */
CoexGuard *coex_guard_new(void);
/* Ends the watching; what is told then has no effect. */
void coex_guard_free(CoexGuard *guard);
/* For who may outlive that. From any thread, as the next three. */
CoexGuard *coex_guard_ref(CoexGuard *guard);
void coex_guard_unref(CoexGuard *guard);

/* A connection of this loop, or of a thread beside it; watched until @socket is gone. @owner: whose
 * it is; not looked at. */
void coex_guard_add(CoexGuard *guard, GSocket *socket, gconstpointer owner);

/* Shuts the connections of @owner: who waits for one of them, even to close it, waits no longer. */
void coex_guard_cut(CoexGuard *guard, gconstpointer owner);

/* A request began or ended. @deadline: monotonic, of the first to expire; 0 when none is under way:
 * then nothing is watched. */
void coex_guard_set_deadline(CoexGuard *guard, gint64 deadline);

/* How often it has shut the loop's connections: what was under way then is no whole answer, even if
 * it looks like one. */
guint coex_guard_count_cuts(CoexGuard *guard);

/* How many bytes a connection has received, packed and encrypted; 0 where the kernel does not tell.
 */
guint64 coex_guard_count_received(GSocket *socket);

/* Main thread. It waits for the end of @loop, of which a turn that lasts is not awaited; NULL takes
 * it back. */
void coex_guard_hurry(GMainContext *loop);
