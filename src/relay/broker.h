// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The log that the relays of several machines share: a stream of NATS JetStream, over one
 * connection. Hides libnats, how a message is written there, bodies that are larger than one may
 * be, and the stream's making and name. What comes from there is believed no more than what came
 * over the internet: desks prove it. Everything blocks, some seconds at most: for a thread without
 * a loop. Errors: COEX_ERROR_NETWORK, nobody answers; COEX_ERROR_RETRY, it may be otherwise soon;
 * COEX_ERROR_INVALID_INPUT, somebody has to change something. Each is a sentence with its remedy.
 */

typedef struct CoexBroker CoexBroker;
typedef struct CoexRelayConfig CoexRelayConfig;

#define COEX_BROKER_ID_BYTES 33

/* Connects to one of those in @config, which is borrowed. */
CoexBroker *coex_broker_connect(const CoexRelayConfig *config, GError **error);
/* Whoever blocks in it comes back with an error soon, and so does every later call. Any thread. */
void coex_broker_end(CoexBroker *broker);
/* NULL is allowed. */
void coex_broker_free(CoexBroker *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBroker, coex_broker_free)
/* What libnats has for all connections, after the last. */
void coex_broker_clean_up(void);

/* Where that connection leads. Free with g_free(). */
char *coex_broker_dup_url(CoexBroker *broker);

/* ---- the log ---- */

typedef struct {
    char id[COEX_BROKER_ID_BYTES]; /* 32 hex digits: numbers of another are others */
    gint64 first;                  /* number of the oldest; last + 1: none is there */
    gint64 last;                   /* 0: none ever came */
} CoexBrokerLog;

/* Makes it where there is none. */
gboolean coex_broker_look(CoexBroker *broker, CoexBrokerLog *ret_log, GError **error);
/* Its numbers are others from now on, which the other relays see as well. */
gboolean coex_broker_renew(CoexBroker *broker, GError **error);

typedef struct {
    gint64 sequence; /* where it was read */
    char *tenant;    /* its path without the first / */
    guint8 key[32];
    gint64 received_at; /* milliseconds since 1970 */
    gboolean is_send;
    char *header; /* that proves it, and its value; NULL: none came */
    char *proof;
    GBytes *body; /* NULL, where it was read: a part of it is there no more */
} CoexBrokerMessage;
void coex_broker_message_clear(CoexBrokerMessage *message);

/* Returns when all of them are in the log: at most COEX_BROKER_BATCH. One that is there from the
 * last two hours is not put there again. @ret_n_refused: so many were left out, which no broker
 * takes as they are. */
#define COEX_BROKER_BATCH 256
gboolean coex_broker_put(CoexBroker *broker, const CoexBrokerMessage *messages, guint n_messages,
                         guint *ret_n_refused, GError **error);

/* The following messages that are read are those behind the number @after. */
gboolean coex_broker_begin(CoexBroker *broker, gint64 after, GError **error);
typedef enum {
    COEX_BROKER_MESSAGE,
    COEX_BROKER_NONE, /* nothing came for a moment */
    COEX_BROKER_FAILED,
} CoexBrokerRead;
/* @ret_message is to be cleared. @ret_more: there are others behind it, or before NONE. */
CoexBrokerRead coex_broker_read(CoexBroker *broker, CoexBrokerMessage *ret_message,
                                gboolean *ret_more, GError **error);
/* The one with that number: its tenant, NULL where there is none, and its key. */
gboolean coex_broker_find(CoexBroker *broker, gint64 sequence, CoexBrokerMessage *ret_message,
                          GError **error);

/* ---- who answers there ---- */

typedef struct {
    char *version; /* of nats-server, "": it is none */
    gboolean has_stream;
    gint64 max_payload;
} CoexBrokerGreeting;
void coex_broker_greeting_clear(CoexBrokerGreeting *greeting);
/* What the broker at @url says to whoever comes. */
gboolean coex_broker_greet(const char *url, CoexBrokerGreeting *ret_greeting, GError **error);
/* Whether that version can write each message to its disk before it acknowledges it. */
gboolean coex_broker_can_sync(const char *version);
