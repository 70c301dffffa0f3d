// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "sim/inbox.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

/* What the files of the simulated Inbox share. */

/* A message, as it is handed out. */
typedef struct {
    gint64 time;
    guint arrival;
    char *wamid;
    JsonObject *json;
} CoexSimInboxRow;

struct CoexSimInbox {
    char *number;
    char *token;
    guint port;
    const char *url;
    const char *webhook;
    GThread *thread;
    GMainContext *context;
    GMainLoop *loop;
    SoupServer *server;
    GMutex lock;
    GCond cond;
    CoexSimInboxMood mood;
    CoexSimBellMood bell;
    guint clamp;
    gboolean exclusive;
    gboolean withholds;
    GPtrArray *rows;    /* CoexSimInboxRow */
    GPtrArray *sockets; /* SoupWebsocketConnection; its thread's own */
    guint n_greeted;
    guint n_asked;
    guint n_complaints;
};

/* ---- inbox-rows.c ---- */

void coex_sim_inbox_row_free(gpointer row);
/* Takes what a webhook brings; called with the lock. */
void coex_sim_inbox_take(CoexSimInbox *inbox, JsonObject *root);
/* Free with g_free(). */
char *coex_sim_inbox_print(JsonObject *object);
JsonObject *coex_sim_inbox_parse(const char *text, gssize length);
const char *coex_sim_inbox_get_string(JsonObject *object, const char *name);
