// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "relay/broker.h"
#include <nats/nats.h>

/* What the files of a broker's connection share. */

#define BROKER_STREAM "COEX"
#define BROKER_ENTRIES "coex.in."
#define BROKER_PARTS "coex.part." /* of bodies that are larger than a message may be */
#define BROKER_WAIT_MS 4000       /* for one answer */

struct CoexBroker {
    const CoexRelayConfig *config;
    natsConnection *connection;
    jsCtx *stream;
    natsSubscription *answers; /* to what was put */
    char *inbox;               /* whose they are */
    guint64 n_put;
    guint n_refused;           /* of these, for good */
    natsSubscription *reading; /* NULL: coex_broker_begin() comes first */
    char *reader;              /* the consumer's name, NULL: likewise */
    guint64 n_read;            /* since then */
    guint64 n_left;            /* behind that */
    gint64 heard_us;           /* when something came last, also that nothing does */
    gboolean is_configured;    /* the stream is as the configuration says */
};

/* Of what libnats returned: @status, and @code where a stream was asked. FALSE. */
gboolean coex_broker_fail(CoexBroker *broker, natsStatus status, jsErrCode code, GError **error);
