// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/exchange.h"
#include "net/listener.h"

#include <gio/gio.h>

/* A listener whose handler notes what it is told, and clients that write bytes, right or wrong, and
 * read what comes. Paths: /webhook takes bodies, /proven too and trusts the headers, /echo tells
 * what it got, /secret is 401. */

#define PATIENCE_S (30 * TEST_SLOWNESS)
#define START "POST /webhook HTTP/1.1\r\nHost: x\r\n"
#define GOOD START "Content-Length: 2\r\n\r\n{}"
#define REFUSED "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"

typedef struct {
    CoexListener *listener;
    GMutex lock;
    GCond changed;
    gboolean hold;       /* complete exchanges stay in @sleeping */
    GPtrArray *sleeping; /* CoexExchange */
    guint n_complete;
    gsize n_bytes; /* in pieces */
    gint n_data;   /* living handler data; atomic */
    GBytes *body;  /* the last complete one */
} World;

extern const CoexListenerHandler world_handler;

World *world_new(void);

/* Every exchange must have been answered, and its data be gone. */
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

/* Whether complete exchanges sleep until wake_all(), or get 200 at once. */
void world_hold(World *world, gboolean hold);
void wait_for_sleeping(World *world, guint count);
void wait_for_bytes(World *world, gsize count);
gsize count_bytes(World *world);
/* Answers all that sleep, from this thread. */
void wake_all(World *world, guint status);

typedef struct {
    GSocket *socket;
    GString *heard; /* and not used yet */
} Client;

Client *dial(World *world);
void hang_up(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, hang_up)

/* FALSE when the other side has closed. */
gboolean say_bytes(Client *client, const char *bytes, gsize length);
gboolean say(Client *client, const char *text);
gboolean say_many(Client *client, char byte, gsize count);
/* FALSE at the end, and at a reset. */
gboolean hear_more(Client *client);
/* The status of the next answer, 0 when the connection was closed instead. */
guint hear(Client *client, char **ret_head, char **ret_body);
guint hear_status(Client *client);
void assert_closed(Client *client);

void assert_good(World *world);
guint count_fds(void);
/* The listener's side of a closed connection ends a moment later; each try is a request. */
void assert_fds_back(World *world, guint before);
