// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a desk and its relay say to each other, as values: the relay takes webhooks while the desk
 * sleeps, and hands them out in their order. Nothing of it is trusted: whether a delivery is
 * genuine its proof alone tells. No I/O. */

typedef struct CoexRequest CoexRequest;

#define COEX_RELAY_SEQUENCE_MAX ((G_GINT64_CONSTANT(1) << 53) - 1) /* more no JSON keeps */
#define COEX_RELAY_BODY_MAX (8 * 1024 * 1024)                      /* of one delivery */
#define COEX_RELAY_ANSWER_MAX (16 * 1024 * 1024)                   /* of one batch */
#define COEX_RELAY_DELIVERIES_MAX 256                              /* in one batch */
#define COEX_RELAY_LINE_MAX (16 * 1024)

/* Checks the option `relay`, as coex_api_check_base_url(). */
char *coex_relay_check_url(const char *url, GError **error);
/* Who that is, for sentences: the host. Free with g_free(). */
char *coex_relay_dup_host(const char *url);

/* GET of what is behind @after, which may wait @wait_s seconds for it. Behind
 * COEX_RELAY_SEQUENCE_MAX is nothing: who asks for that looks whether desks are served, and is not
 * counted as one. */
CoexRequest *coex_relay_ask(const char *url, const char *key, gint64 after, guint wait_s);

/* POST of a copy of what a desk sent (core/desk-send.h). */
CoexRequest *coex_relay_post(const char *url, const char *key, const char *copy);

/* One of a batch; all borrowed. */
typedef struct {
    gint64 sequence;    /* greater than that of the one before */
    gint64 received_at; /* by the relay, seconds since 1970; 0: it told no time that can be */
    gboolean is_send;   /* what another desk sent, not a webhook */
    const char *proof;  /* in the header that was named, NULL */
    GBytes *body;
} CoexRelayDelivery;

/* The last line of a batch. */
typedef struct {
    char *relay;   /* names the log */
    gint64 after;  /* where the next batch begins */
    gint64 oldest; /* 0: it has none */
    gint64 newest; /* 0 */
} CoexRelayEnd;

/* Reads a batch as it comes, in pieces of any size. */
typedef struct CoexRelayReader CoexRelayReader;
typedef void (*CoexRelayTake)(const CoexRelayDelivery *delivery, gpointer data);

/* Of what is behind @after; @header: that of the proof, copied. Free with coex_relay_reader_free().
 */
CoexRelayReader *coex_relay_reader_new(gint64 after, const char *header, CoexRelayTake take,
                                       gpointer data);
void coex_relay_reader_free(CoexRelayReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexRelayReader, coex_relay_reader_free)
/* COEX_ERROR_PROTOCOL: what no relay says, or beyond the limits; then nothing more is taken. */
gboolean coex_relay_reader_feed(CoexRelayReader *reader, const char *bytes, gsize length,
                                GError **error);
/* All has come. Borrowed; NULL and COEX_ERROR_PROTOCOL: it has no end. */
const CoexRelayEnd *coex_relay_reader_finish(const CoexRelayReader *reader, GError **error);
