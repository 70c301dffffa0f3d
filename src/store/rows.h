// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include "core/which.h"
#include "core/message.h"
#include <glib.h>

/* The values that the store keeps and gives back. */

typedef struct CoexPayload CoexPayload;

typedef struct CoexDelivery {
    guint8 key[32];        /* of the raw body: one row per key */
    const char *secret_id; /* which secret proved it (core/verifier.h) */
    gint64 received_at;    /* seconds since 1970 */
    GBytes *body;

    const char *path; /* to which it came, NULL: not kept */

    /* What a log of deliveries (store/log.h) keeps besides. */
    const char *header; /* that proves it, and its value; NULL: none came */
    const char *proof;
    guint tenant;
    gboolean is_send; /* no delivery, but what a desk tells of a message that it sent */
    gint64 place;     /* its number in the shared log, 0: it came here */
    gint64 follows;   /* the number before that, which is here already; 0: none is */
} CoexDelivery;

/* So much of them may wait for the disk. */
#define COEX_STORE_QUEUE_BYTES (32 * 1024 * 1024)

/* In the writer's thread, after the commit (NULL) or its failure (COEX_ERROR_STORE). */
typedef void (*CoexStoreAcked)(const GError *error, gpointer user_data);

typedef struct CoexDeliveryRow {
    gint64 id;
    char *secret_id;
    gint64 received_at;
    GBytes *body;
} CoexDeliveryRow;
void coex_delivery_row_free(CoexDeliveryRow *row);

/* A person, one internal id; several addresses lead to one person. Ids are given by the caller, who
 * owns the account: next id = highest + 1. */
typedef struct CoexPerson {
    gint64 id;
    char *name;               /* buddy name, the first address seen; never changes */
    char *alias;              /* profile name, NULL */
    char *book_name;          /* in the phone's address book, NULL: not there, or not known */
    gint64 book_at;           /* as of when that is known, 0 */
    gint64 marketing_at;      /* as of when no_marketing is known, 0 */
    char *nick;               /* core/nick.h, NULL: none was given */
    CoexPeer peer;            /* the current addresses */
    gint64 last_inbound_at;   /* newest customer timestamp that opens the window, 0 */
    gint64 ahead_at;          /* such a timestamp that lay ahead of our clock when it came, 0 */
    gint64 free_until;        /* end of a free entry point, 0 */
    char *last_inbound_wamid; /* for read marks, NULL */
    gint64 read_up_to;        /* time of the newest inbound message marked read */
    gint64 last_echo_at;      /* newest message from the phone */
    gint64 active_at;         /* newest message in either direction */
    gint64 answered_at;       /* newest message to the person, 0 */
    gint64 waiting_since;     /* oldest message of theirs that was not answered, 0 */
    gint64 unread_since;      /* oldest message of theirs that was not seen, 0 */
    gint64 renewed_at;        /* by our clock: the number got another BSUID unexplained, 0 */
    gint64 same_as;         /* id of who this turned out to be, to whom its addresses lead now; 0 */
    guint no_marketing : 1; /* wants no marketing messages */
    guint hidden : 1;       /* removed from the buddy list until the person writes */
    guint pinned : 1;       /* added by hand: always in the buddy list */
    guint in_doubt : 1;     /* not stored: renewed, and nobody was told yet */
    guint renamed : 1;      /* the same: the number alone says that it is the same person */
    guint unsaved : 1;      /* not stored: the last commit with it failed */
    guint forgotten : 1;    /* not stored, and nothing of it is from now on */
} CoexPerson;
CoexPerson *coex_person_new(void);
CoexPerson *coex_person_copy(const CoexPerson *person);
void coex_person_free(CoexPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexPerson, coex_person_free)

/* One block of memory: there are two for nearly everybody. */
typedef struct CoexAddress {
    gint64 person_id;
    gint64 gone_at; /* a number: the person gave it up then; 0: not */
    char address[]; /* wa_id digits, BSUID or parent BSUID */
} CoexAddress;
/* Copies @address. Free with g_free(). */
CoexAddress *coex_address_new(const char *address, gint64 person_id, gint64 gone_at);

/* What waits to leave, or failed to. The numbers are the file format. */
typedef enum {
    COEX_OUTBOX_QUEUED,
    COEX_OUTBOX_SENDING,     /* the request may be on its way; found so at start: uncertain */
    COEX_OUTBOX_UNCERTAIN,   /* may have been accepted: waits for its status */
    COEX_OUTBOX_PARKED,      /* window closed: waits for the user's choice */
    COEX_OUTBOX_HELD,        /* leaves when the person writes */
    COEX_OUTBOX_FAILED,      /* for /resend and /discard */
    COEX_OUTBOX_UNCONFIRMED, /* no status came: for /resend and /discard */
    COEX_OUTBOX_TAKING,      /* something of it is still missing: never on disk */
} CoexOutboxState;

/* For people: "waits to be sent", "held until they write". Static; NULL for what has ended. */
const char *coex_outbox_state_describe(CoexOutboxState state);
#define COEX_OUTBOX_KEPT _("not sent, and kept") /* FAILED, without anything having gone wrong */

typedef struct CoexOutboxRow {
    gint64 position; /* order; given by the caller, increasing */
    char *local_id;  /* uuid, biz_opaque_callback_data */
    gint64 person_id;
    CoexOutboxState state;
    char *text;          /* WhatsApp text; of a template: its preview; of a file: what it is */
    char *template_name; /* NULL: free text */
    char *template_language;
    char *template_values; /* JSON array of strings, NULL */
    gint64 created_at;
    gint64 state_at; /* when it came into this state */
    guint attempts;
    gboolean typed;    /* typed in this client: shown as a plain local echo */
    gboolean shown;    /* its own line has been put into the feed */
    gboolean released; /* was held: a closed window puts it back */
    gboolean owed;     /* it was told that it waits: its end is told too */
    gint64 not_before; /* FAILED: it may not be sent again earlier; 0: it may */
    char *origin;      /* local id of what failed first and is sent again with this, NULL */
    CoexMedia *media;  /* a file; its id at the provider is not stored here. NULL: none */
    char *file;        /* what its copy is called among those that wait to leave, NULL: no more */
    CoexPayload *payload; /* what it is if no text, template or file; NULL */
    char *context;        /* wamid of the message that it quotes, or marks; NULL */
} CoexOutboxRow;
CoexOutboxRow *coex_outbox_row_new(void);
CoexOutboxRow *coex_outbox_row_copy(const CoexOutboxRow *row);
void coex_outbox_row_free(CoexOutboxRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexOutboxRow, coex_outbox_row_free)

/* Whether it is a text, which a template can carry where the window is closed. */
gboolean coex_outbox_row_is_text(const CoexOutboxRow *row);

/* What a line about a failure with Graph's @error_code (0: none) offers, with @row kept for it
 * (NULL: none). */
int coex_outbox_row_get_offer(const CoexOutboxRow *row, int error_code);

/* What was sent, or is to be, and what became of it. Figures tell neither id nor person, snapshots
 * nothing of the last five. */
typedef struct CoexSend {
    gint64 id;
    gint64 person_id;
    gint64 time;
    gint64 state_at;
    CoexState state;
    char *text;        /* NULL */
    gint64 told_at[4]; /* from SENT to PLAYED; 0: it was not told, or not kept yet */
    char *why;         /* it failed, NULL */
    gint waits;        /* CoexOutboxState: it is in the outbox; -1: it is not */
    int error_code;    /* Graph's, of the failure, 0 */
    char *local_id;    /* of a broadcast's, NULL */
    char *desk;        /* of a template: which other one sent it, "": that is not known, NULL: this
                          one */
} CoexSend;
void coex_send_free(CoexSend *send);

/* A conversation in figures, see coex_store_read_figures(). */
typedef struct CoexFigures {
    guint n_messages[COEX_ECHO + 1]; /* by CoexDirection */
    guint n_failed;                  /* of those sent here */
    gint64 first_at;                 /* the oldest message, 0 */
    gint64 last_at;
    gint64 ad_at;     /* the newest message that came by an ad whose click was told, 0 */
    char *ad_click;   /* its id, NULL */
    GPtrArray *sends; /* CoexSend, the newest first */
} CoexFigures;

/* A nick of any account of the database. */
typedef struct {
    gint64 account_id;
    gint64 person_id;
    char *nick;
} CoexNickRow;

typedef struct CoexSnapshot {
    gint64 account_id;
    gboolean provider_changed; /* it was another provider's until now */
    GPtrArray *people;         /* CoexPerson */
    GPtrArray *addresses;      /* CoexAddress */
    GPtrArray *outbox;         /* CoexOutboxRow, by position */
    GPtrArray *feed;           /* CoexFeedItem not yet shown, by seq */
    GPtrArray *sends;       /* CoexSend: the last one to each of those written to lately, here or on
                               the phone, unless a later one failed and is kept */
    GPtrArray *nicks;       /* CoexNickRow */
    GHashTable *settings;   /* char * -> char * */
    char *strangers;        /* the newest setting of that name of all accounts, NULL: none */
    char *stray_secret_ids; /* the setting `secret-ids` of the provider's other accounts that never
                               learned their phone_number_id, joined; NULL: none */
} CoexSnapshot;
void coex_snapshot_free(CoexSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexSnapshot, coex_snapshot_free)

/* Some more of the account's people, in the order of their ids; the callee takes them out of the
 * array, or they are freed. In the thread-default context that asked. */
typedef void (*CoexStorePeople)(GPtrArray *people, gpointer user_data);
/* @snapshot is the callee's to free; NULL on error. In the thread-default context that asked. */
typedef void (*CoexStoreLoaded)(CoexSnapshot *snapshot, const GError *error, gpointer user_data);

typedef struct CoexPastQuery {
    gint64 account_id;
    gint64 person_id;
    gint64 before; /* seconds since 1970 */
    guint limit;
    gboolean only_told; /* not what broadcasts sent and stands in no conversation yet */
} CoexPastQuery;

/* All @words, in whichever order, in messages with anybody, the newest first: those before the
 * message @before_id of the time @before; both G_MAXINT64: from the newest on. */
typedef struct CoexSearchQuery {
    gint64 account_id;
    const char *words; /* as typed */
    gint64 before;     /* seconds since 1970 */
    gint64 before_id;
    guint limit;
} CoexSearchQuery;

/* Messages of the phone's history that are in no log of the chat program's, with one person, of one
 * day by this computer's clock. */
typedef struct CoexUnlogged {
    gint64 person_id; /* 0: there are none */
    gint64 before;    /* the end of the day */
    gint64 last_id;   /* of the newest of them in the store */
    GPtrArray *lines; /* CoexFeedItem, oldest first; empty where nothing is to be shown */
} CoexUnlogged;

/* Times that a wrong clock wrote. */
typedef struct CoexPutBack {
    gint64 after; /* seconds since 1970: what lies later was not right */
    gint64 by;    /* by how much that clock was ahead, as far as is known; 0 or more */
    gint64 now;   /* and nothing is later than this */
} CoexPutBack;
/* Whether @time changed. */
gboolean coex_put_back(const CoexPutBack *back, gint64 *time);

/* A file of a message. */
typedef struct CoexMediaRow {
    gint64 message_id;
    gint64 person_id;
    gint64 time; /* of the message */
    CoexMediaState state;
    char *path; /* NULL */
    CoexMedia *media;
} CoexMediaRow;

/* Those of one account: of a @person_id the one that is meant, the customer's before ours, where
 * bare "last" and "-2" count the customer's; or with an empty `which` all whose files are here and
 * nobody else's; without a @person_id all that are NEW or WANTED and have an id, so many at most:
 * the WANTED first, then everybody's oldest, everybody's next, and so on. */
#define COEX_STORE_MEDIA_MAX 2000
typedef struct CoexMediaQuery {
    gint64 account_id;
    gint64 person_id;
    CoexWhich which; /* with a @person_id */
} CoexMediaQuery;

/* A message of a conversation that somebody means: the customer's before ours. */
typedef struct CoexMeantQuery {
    gint64 account_id;
    gint64 person_id;
    CoexWhich which; /* the newest of those that fit; bare "last" and "-2" count the customer's */
    gboolean with_reaction; /* only what we have reacted to */
} CoexMeantQuery;

typedef struct CoexMeant {
    gint64 id; /* 0: there is none */
    gint64 time;
    CoexDirection direction;
    CoexContentKind kind;
    CoexState state;
    char *wamid; /* NULL: WhatsApp gave it none, as far as is known */
    char *text;
    char *own_reaction; /* of ours to it, NULL */
    CoexMedia *media;   /* NULL */
    char *path;         /* of its file, if that is here; NULL */
    char *type;
    char *payload;        /* of ours: as it left (core/payload.h), NULL */
    gboolean is_template; /* of ours; with @media its text's first line names that */
    gboolean deleted;
} CoexMeant;
void coex_meant_free(CoexMeant *meant);
