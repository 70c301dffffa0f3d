// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Makes this relay one of several: what waits in its log (store/shared-log.h) is put into that of
 * the brokers, and what comes from there, its own and the others', gets its number here. So each
 * relay has all, on its own disk, and a desk goes on at any of them where it was. Hides the two
 * threads that talk with brokers, what they do while none answers, and how a log that was lost
 * there is put together again. */

typedef struct CoexCluster CoexCluster;
typedef struct CoexLog CoexLog;
typedef struct CoexRelayConfig CoexRelayConfig;

/* All is borrowed; @config has nats=. @say is called in the default context, @placed in the log's
 * thread, when the tenant with that index has something new. */
typedef struct {
    const CoexRelayConfig *config;
    CoexLog *log;
    void (*say)(const char *line);
    void (*placed)(guint tenant, gpointer data);
    gpointer data;
} CoexClusterSpec;

CoexCluster *coex_cluster_new(const CoexClusterSpec *spec);
/* Its threads begin. */
void coex_cluster_start(CoexCluster *cluster);
/* Something new waits. Any thread, until the log's end. */
void coex_cluster_wake(CoexCluster *cluster);
/* Ends them, which takes some seconds at most; before the log's end. NULL is allowed, also next. */
void coex_cluster_stop(CoexCluster *cluster);
/* After the log's end, which wakes it for what is committed last. */
void coex_cluster_free(CoexCluster *cluster);

typedef struct {
    gboolean is_there; /* a broker answers, and all that it has is here */
    char *broker;      /* which; NULL: none */
    char *trouble;     /* a sentence; NULL: none */
} CoexClusterFigures;
/* Any thread. */
void coex_cluster_get_figures(CoexCluster *cluster, CoexClusterFigures *ret_figures);
void coex_cluster_figures_clear(CoexClusterFigures *figures);
