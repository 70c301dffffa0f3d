// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Real nats-servers on loopback, each with a folder of its own: one alone, or several that are a
 * cluster. All calls block. */

#define BROKERS_MAX 3

typedef struct {
    char *folder;
    char *options; /* more lines of the configuration */
    guint n;
    guint ports[BROKERS_MAX], routes[BROKERS_MAX];
    GSubprocess *processes[BROKERS_MAX]; /* NULL: it does not run */
} Brokers;

/* They run, and answer. @options may be NULL. NULL, and the test is skipped: there is none here. */
Brokers *brokers_new(guint n, const char *options);
/* None of them runs. */
Brokers *brokers_prepare(guint n, const char *options);
void brokers_free(Brokers *brokers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Brokers, brokers_free)
void broker_start(Brokers *brokers, guint index);
/* It reads its configuration again. */
void broker_reload(Brokers *brokers, guint index);
void broker_kill(Brokers *brokers, guint index);
/* All that it had is gone. */
void broker_forget(Brokers *brokers, guint index);
/* Keeps what it has now, while it does not run, or takes that back. */
void broker_save(Brokers *brokers, guint index);
void broker_restore(Brokers *brokers, guint index);
/* The lines of a relay's configuration. Free with g_free(). */
char *brokers_dup_options(Brokers *brokers);
/* Asks the first that runs as a client does, and takes what it answers: JSON, NULL: nothing. */
char *broker_ask(Brokers *brokers, const char *subject, const char *text);
/* Puts a message, with more lines of headers, into the log: what is answered. Free with g_free().
 */
char *broker_put(Brokers *brokers, const char *subject, const char *headers, const char *body);
/* What the log has, of its state in STREAM.INFO. -1: there is none. */
gint64 brokers_count(Brokers *brokers);
