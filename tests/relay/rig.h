// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <sys/resource.h>

/* The real coex-relay with a configuration of the test's, providers that deliver to it and desks
 * that ask it. All calls block. */

#define RIG_PATIENCE_S (60 * TEST_SLOWNESS)
#define RIG_SECRET "relay-app-secret"
#define RIG_KEY "desk-key-for-all-0001"
/* A tenant named bakery, at /bakery. */
#define RIG_BAKERY                                                                                 \
    "[tenant bakery]\npath=/bakery\nnumber=+493023125017\napp-secret=" RIG_SECRET                  \
    "\nverify-token=hello\ndesk-key=" RIG_KEY "\n"

typedef struct {
    char *folder;
    char *tenants;
    char *options; /* more lines of [relay] */
    GSubprocess *process;
    GSocket *notify; /* what systemd would hear */
    guint port, metrics_port;
    gboolean has_tls;
    gboolean has_clock;
    char *shown; /* the name in the certificate that was shown last */
} Rig;

/* Started, and ready. @options may be NULL. */
Rig *rig_new(const char *options, const char *tenants);
/* The same over HTTPS, with a certificate for the name "first". */
Rig *rig_new_with_tls(const char *tenants);
/* By a clock of its own, which is right until rig_set_clock(). NULL where that cannot be. */
Rig *rig_new_with_clock(const char *options, const char *tenants);
void rig_set_clock(Rig *rig, gint64 ahead_s);
/* How large a file it can write, bytes; RLIM_INFINITY: any. */
void rig_limit_files(Rig *rig, guint64 max);
/* A port that nobody uses now. */
guint rig_find_port(void);
/* For a child of the test: it ends with it. A GSpawnChildSetupFunc. */
void rig_end_with_test(gpointer data);
/* A file of that name in its folder: cert.pem and key.pem are the certificate's. */
void rig_put(Rig *rig, const char *name, const char *text);
/* Puts another certificate in its place. */
void rig_renew(Rig *rig, const char *name);
/* It must still run, and must end well. */
void rig_free(Rig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)
void rig_start(Rig *rig);
/* By SIGTERM, and well. */
void rig_stop(Rig *rig);
void rig_kill(Rig *rig);
/* By SIGHUP, with @tenants from now on (NULL: those that there are), until it is ready again. */
void rig_reload(Rig *rig, const char *tenants);
/* What it has said so far. Free with g_free(). */
char *rig_dup_said(Rig *rig);
/* Runs it with that file as its configuration until it ends by itself: the exit status. */
int rig_try(const char *text, char **ret_said);

/* ---- requests ---- */

/* A connection of the test's own: g_object_unref() ends it. */
GIOStream *rig_dial(Rig *rig);
void stream_say(GIOStream *stream, const char *text);
/* The status of what is answered next, 0 at the end; its body is not taken. */
guint stream_hear(GIOStream *stream);

typedef struct {
    guint status; /* 0: the connection ended without one */
    char *head;
    GBytes *body;
} Answer;
void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

/* @head: more header lines, each with its end; @body NULL: a GET. */
Answer *rig_ask(Rig *rig, const char *target, const char *head, const char *body);
guint rig_ask_status(Rig *rig, const char *target, const char *head, const char *body);

/* What it tells of itself where metrics= says. */
Answer *rig_ask_console(Rig *rig, const char *target, const char *body);
/* What `coex-relay status` says, and how it ends; without @metrics it cannot ask. */
char *rig_dup_status(Rig *rig, gboolean metrics, int *ret_status);

/* What `coex-relay check` says, and how it ends. @tenants: in the file that is checked; NULL: those
 * that run. @token: in the environment; NULL: none. */
char *rig_dup_check(Rig *rig, const char *tenants, const char *token, int *ret_status);

/* As Meta delivers it: the answer's status. */
guint rig_deliver(Rig *rig, const char *path, const char *body);

/* ---- desks ---- */

typedef struct {
    gint64 sequence;
    gint64 received_at;
    char *kind;      /* NULL */
    char *signature; /* NULL */
    char *body;
    gsize length;
} Entry;

typedef struct {
    guint status;
    GPtrArray *entries; /* Entry */
    char *relay;
    gint64 after, oldest, newest;
} Batch;
void batch_free(Batch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Batch, batch_free)

Batch *rig_poll(Rig *rig, const char *path, const char *key, gint64 after, guint wait_s);
/* All that is there after @after, in as many polls as it takes. */
Batch *rig_read_all(Rig *rig, const char *path, const char *key, gint64 after);
const Entry *batch_get(const Batch *batch, guint index);
