// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include "store/batch.h"
#include "store/rows.h"

/* What a batch is inside the store: a list of changes as the caller gave them, each with room for
 * its outcome. Built in the caller's thread, applied in the writer's, read and
 * freed in the caller's again; freed in the writer's where nobody asked or is left to be told. */

typedef enum {
    COEX_CHANGE_PERSON,
    COEX_CHANGE_UNITED,
    COEX_CHANGE_GIVEN_UP,
    COEX_CHANGE_FORGOTTEN,
    COEX_CHANGE_MESSAGE,
    COEX_CHANGE_STATUS,
    COEX_CHANGE_OUTBOX,
    COEX_CHANGE_ACCEPTED,
    COEX_CHANGE_OUTBOX_REMOVED,
    COEX_CHANGE_UNSENT,
    COEX_CHANGE_UNTOLD,
    COEX_CHANGE_LINE,
    COEX_CHANGE_SETTING,
    COEX_CHANGE_DELIVERY,
    COEX_CHANGE_DELIVERY_APPLIED,
    COEX_CHANGE_DELIVERY_FORGOTTEN,
    COEX_CHANGE_DELIVERY_WAITS,
    COEX_CHANGE_DELIVERY_WAITS_FOR_WABA,
    COEX_CHANGE_DELIVERY_WAITED,
    COEX_CHANGE_DELIVERY_QUARANTINED,
    COEX_CHANGE_PAST,
    COEX_CHANGE_ANSWERS,
    COEX_CHANGE_TIMES,
    COEX_CHANGE_MEDIA,
    COEX_CHANGE_LOGGED,
    COEX_CHANGE_COSTS,
} CoexChangeKind;

/* The member of the union is the one named by the kind. */
typedef struct CoexChange {
    CoexChangeKind kind;
    gboolean overtaken; /* PERSON: all of it is in a later one of the same transaction */
    gint64 account_id;
    union {
        CoexPerson *person;
        struct {
            gint64 from;
            gint64 to;
        } united;
        struct {
            char *address;
            gint64 at;
        } given_up;
        struct {
            gint64 person_id;
            char *phone_number_id; /* NULL */
            gint64 at;
        } forgotten;
        struct {
            gint64 person_id;
            CoexMessage *message;
            gint64 time;
            gboolean past;
            gboolean more; /* reactions to the same message follow in the batch */
            CoexUntold untold;
        } message;
        struct {
            CoexStatus *status;
            char *explanation;
        } status;
        struct { /* OUTBOX, ACCEPTED */
            CoexOutboxRow *row;
            gboolean feed;
            char *wamid;
            gint64 now;
        } outbox;
        char *local_id; /* OUTBOX_REMOVED, UNSENT */
        struct {
            gint64 person_id;
            CoexUntold which;
        } untold;
        struct {
            gint64 person_id;
            CoexFeedKind kind;
            char *local_id; /* of a row of the outbox, of which the detail is kept; NULL */
            char *text;
            char *detail;
            CoexLineFlags flags;
            gint64 now;
        } line;
        struct {
            char *key;
            char *value;
        } setting;
        CoexDelivery raw; /* DELIVERY; owns secret_id and body */
        struct {          /* DELIVERY_... */
            gint64 id;
            gboolean keep_raw;
            char *phone_number_id;
            char *number; /* or what stands in its place */
            char *waba_id;
            char *secret_id;
            char *reason;
        } delivery;
        CoexPastQuery past;
        struct {
            gint64 person_id;
            gint64 at;
        } answers;
        guint costs_from; /* month */
        struct {
            gint64 person_id;
            CoexPutBack back;
        } times;
        CoexUnlogged logged; /* without lines */
        struct {
            gint64 message_id;
            CoexMediaState state;
            char *path;
        } media;
    };

    CoexResult result;
} CoexChange;

struct CoexBatch {
    gint64 account_id;
    GPtrArray *changes;  /* CoexChange */
    GPtrArray *feed;     /* CoexFeedItem */
    GPtrArray *failures; /* CoexFailure */
    GPtrArray *pasts;    /* CoexPast */
    GPtrArray *costs;    /* CoexCost, NULL: not asked for */
    gboolean forgets;    /* somebody, or what a delivery told of them */
    gboolean delivers;   /* a raw delivery is in it */
    guint n_delivered;   /* so many of these were not there yet */
};

/* After a rollback: as if nothing had been tried. */
void coex_batch_forget_outcome(CoexBatch *batch);
