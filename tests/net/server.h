// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* A server that reads whole requests and then does what a script says, misdeeds included. */

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

typedef enum {
    SERVER_ANSWERS,       /* the text, and goes on listening */
    SERVER_ANSWERS_CLOSE, /* the text, then closes */
    SERVER_RESETS,
    SERVER_WAITS,  /* the text, then nothing until the client leaves */
    SERVER_DRIPS,  /* the text, then a byte now and then until the client leaves */
    SERVER_FLOODS, /* the text, then bytes until the client leaves */
    SERVER_REPEATS /* the text to its first \f, then the rest again and again, without a pause */
} ServerDeed;

typedef struct {
    ServerDeed deed;
    const char *text; /* NULL: none */
    gsize length;     /* 0: a string */
} ServerStep;

typedef struct {
    GSocket *socket;
    GThread *thread;
    GCancellable *stop;
    GTlsCertificate *certificate; /* NULL: plain */
    const ServerStep *steps;      /* one for each request, the last for all that follow */
    guint n_steps;
    GMutex lock;
    GPtrArray *requests; /* char *: head and body, as they came */
    guint n_connections;
    gint n_answered; /* texts that have left to their end; atomic */
    GPtrArray *threads;
} Server;

/* On a free port of 127.0.0.1. All is borrowed; @certificate NULL: no TLS. */
Server *server_new(const ServerStep *steps, guint n_steps, GTlsCertificate *certificate);
void server_free(Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)
guint server_count_requests(Server *server);
guint server_count_connections(Server *server);
guint server_get_port(Server *server);
