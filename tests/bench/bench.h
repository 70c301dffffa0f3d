// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "screen.h"
#include "sim/sim.h"
#include <gio/gio.h>

/* What the sections of the table share: the table itself, the programs that are measured, the
 * webhooks they get and the load that brings them. A fault of the bench itself ends it; a figure
 * that falls short never does. */

/* ---- the table: bench.c ---- */

typedef enum {
    DEMAND_NONE,
    DEMAND_AT_LEAST,
    DEMAND_AT_MOST,
    DEMAND_RATIO_AT_LEAST, /* of ours to the base */
    DEMAND_RATIO_AT_MOST,
} Demand;

/* What has nothing to be compared with. */
typedef struct {
    const char *what;
    const char *unit;
    double value;
    Demand demand;
    double limit;
} Figure;

#define BENCH_PAIRS 5

/* What was measured of ours and, right before or after it, of the base. */
typedef struct {
    double ours[BENCH_PAIRS];
    double base[BENCH_PAIRS];
} Pairs;

typedef struct {
    const char *what;
    const char *unit;
    const Pairs *pairs;
    Demand demand; /* of the median */
    double limit;
} Comparison;

/* One of the two that are compared; notes in @data what it measured, as the pair @pair. */
typedef void (*Measure)(gpointer data, guint pair);

void bench_section(const char *title);
void bench_figure(const Figure *figure);
/* Calls both; which one is first changes from pair to pair. */
void bench_pair(guint pair, Measure ours, Measure base, gpointer data);
/* Prints the medians of ours, of the base and of the pairs' ratios, and the ratios' extremes. */
void bench_compare(const Comparison *comparison);

/* A connection to the port on loopback that delays nothing; -1, and errno. close() it. */
int bench_connect(guint port);

/* A program built beside the bench, as a path; g_free(). */
char *bench_program(const char *name);
/* A copy of a file beside it, as a path; g_free(). Who has a database open lets nobody else in. */
char *bench_copy(const char *path);

/* @part of 1000 of the sorted @times; sorts them. 0 for none. */
gint64 bench_quantile(GArray *times, guint part);
/* @n in @us microseconds, a second. */
double bench_rate(guint n, gint64 us);

/* ---- the sections ---- */

void bench_ack(void);     /* receive.c */
void bench_mixed(void);   /* receive.c */
void bench_show(void);    /* receive.c */
void bench_start(void);   /* start.c: with many people */
void bench_memory(void);  /* start.c */
void bench_send(void);    /* send.c */
void bench_media(void);   /* media.c */
void bench_past(void);    /* past.c */
void bench_search(void);  /* past.c */
void bench_crowd(void);   /* crowd.c */
void bench_relay(void);   /* relay.c */
void bench_brokers(void); /* brokers.c */

/* ---- a program with one line of answer to each line of command: rig.c ---- */

typedef struct {
    GSubprocess *process;
    GOutputStream *in;
    GDataInputStream *out;
} Child;

/* @sync_ms: how long each fsync takes at least. */
Child *child_new(const char *const *argv, guint sync_ms);
/* The number after @word in the next line; sends @command first unless it is NULL. */
gint64 child_ask(Child *child, const char *command, const char *word);
void child_free(Child *child); /* ends it in order */

/* ---- the chat program with its simulated number: rig.c ---- */

typedef struct {
    CoexSim *sim;
    Child *host;
    Screen *screen;
    char *dir;
    char *database;
    guint port;                 /* where it takes webhooks */
    guint n_made;               /* numbered messages so far */
    const char *const *options; /* more of them, borrowed, set before the start; NULL */
    gint64 bare_kb;             /* private memory before the plugin was loaded */
    gint64 online_us;           /* how long the login took */
} Rig;

Rig *rig_new(void);
guint rig_find_port(void);               /* that nobody uses now */
void rig_start(Rig *rig, guint sync_ms); /* the program, not logged in yet */
void rig_login(Rig *rig);
/* A login at an API whose certificate nobody trusts: what TLS costs is in memory from then on. */
void rig_meet_tls(Rig *rig);
void rig_stop(Rig *rig); /* the program, if it runs; it may be started again */
void rig_free(Rig *rig);
/* Until so many messages were shown; the time of the last of them. */
gint64 rig_wait_shown(Rig *rig, guint n);
/* Until the program has done nothing for a while: else it takes time from what is measured next. */
void rig_rest(Rig *rig);
/* Until so many files came or left. */
void rig_wait_files(Rig *rig, guint n);
gint64 rig_get_memory(Rig *rig); /* KB */
/* The bare receiver on a fresh database in the rig's folder. */
Child *rig_start_base(Rig *rig, guint sync_ms, guint *ret_port);

/* The next @n numbered texts as signed HTTP requests: an array of GBytes. */
GPtrArray *rig_make_texts(Rig *rig, guint n);
/* Chunks of a chat history, 3 MB each, as signed HTTP requests. */
GPtrArray *rig_make_history(Rig *rig, guint n);
/* The same without a message that was in one before, in @n_people chats; the last says that it is
 * the last. @ret_n: messages in all. */
GPtrArray *rig_make_past(Rig *rig, guint n, guint n_people, guint *ret_n);

/* ---- the load: load.c ---- */

typedef struct {
    guint port;
    guint n_connections;
    guint rate;          /* a second; 0: as fast as answers come */
    GPtrArray *requests; /* borrowed */
    gint *stop;          /* atomic, may be NULL: not 0 ends it early */

    guint n_done;
    gint64 took_us;
    gint64 *sent_at; /* of each request; 0: not sent */
    gint64 *acked_at;
} Load;

/* Sends the requests over kept connections and takes the times; each must be answered 200. */
void load_run(Load *load);
void load_clear(Load *load);
/* From sent to answered, each; g_array_unref(). */
GArray *load_get_times(const Load *load);
/* Of the messages @first and following, which @load brought: from @since to shown; g_array_unref().
 */
GArray *rig_get_show_times(const Rig *rig, const Load *load, guint first, const gint64 *since);

/* ---- an API that accepts everything: server.c ---- */

typedef struct {
    struct MHD_Daemon *daemon;
    gint n_connections; /* atomic; with TLS each is a handshake */
    char *url;
    guint64 n_taken;   /* bytes of bodies; told with their answer */
    GBytes *file;      /* what a GET is answered with, set before the start; NULL */
    char *certificate; /* PEM, made for this server; NULL without TLS */
} Server;

void server_start(Server *server, gboolean tls);
void server_stop(Server *server);
