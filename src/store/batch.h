// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/feed.h"
#include "core/media.h"
#include "core/message.h"

/* Several changes, one transaction: what is to change is put in, coex_store_commit() takes it, and
 * the outcomes can be asked for afterwards. */

typedef struct CoexBatch CoexBatch;
typedef struct CoexDelivery CoexDelivery;
typedef struct CoexOutboxRow CoexOutboxRow;
typedef struct CoexPerson CoexPerson;
typedef struct CoexPutBack CoexPutBack;
typedef struct CoexUnlogged CoexUnlogged;

CoexBatch *coex_batch_new(void);
void coex_batch_free(CoexBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBatch, coex_batch_free)
gboolean coex_batch_is_empty(const CoexBatch *batch);

/* The account of the following changes. */
void coex_batch_set_account(CoexBatch *batch, gint64 account_id);

/* Inserts or replaces a person (copied; the name of a known one stays) and links all addresses of
 * its peer to it (a link of another person moves over; links once made stay). A nick that somebody
 * else has in any account is taken from them. Of who is forgotten nothing is stored. */
void coex_batch_put_person(CoexBatch *batch, const CoexPerson *person);
/* @other turned out to be @person: stores both, and all that stands under @other's id stands under
 * @person's from now on. */
void coex_batch_unite_people(CoexBatch *batch, const CoexPerson *other, const CoexPerson *person);
/* Notes when @number, a former address of whom it leads to, was given up (CoexAddress.gone_at). */
void coex_batch_give_up_number(CoexBatch *batch, const char *number, gint64 at);

/* All that stands under the person's id goes, and under the ids of those who turned out to be this
 * one. The bodies of deliveries to the account's number, or @phone_number_id (NULL: not known),
 * that tell of their addresses and nobody else's go afterwards, in small steps, also after a
 * restart. @at, seconds since 1970, is kept under coex_forgotten_list_keys() of each address. */
void coex_batch_forget_person(CoexBatch *batch, gint64 person_id, const char *phone_number_id,
                              gint64 at);

typedef enum {
    COEX_ADDED,
    COEX_DUPLICATE, /* nothing changed, no feed item */
    COEX_REPLACED,  /* one without content of its own got it */
    COEX_CHANGED,   /* a status advanced, or an echo turned out to be another desk's broadcast */
    COEX_UNKNOWN,   /* a status for no known message: kept for it */
} CoexOutcome;

/* A message, once per (conversation, way it went, token), and its feed item (INBOUND, ECHO, or
 * NOTICE for a system message, with the content's text) when it is new or has what the version
 * before it lacked; nothing is fed when the content has no text.
 * @time: to show and sort. Statuses that came before an echo are applied to it. Returns the
 * change's index for coex_batch_get_result(). */
guint coex_batch_add_message(CoexBatch *batch, gint64 person_id, const CoexMessage *message,
                             gint64 time);

/* A message of the phone's history, which makes no feed item: what comes as new later under the
 * same id does. One that is known gets what it lacked, and the state. @person_id 0: nobody knows
 * whose it is, and only one that is known is completed; else COEX_UNKNOWN. */
guint coex_batch_add_past(CoexBatch *batch, gint64 person_id, const CoexMessage *message,
                          gint64 time);

/* A status for a message of ours: by wamid within the account, else by token within the
 * conversation of the status's person, else by token where it is the only one of the account
 * (the layout of a wamid). When it advances to FAILED a feed item FAILED is added with the
 * message's text and @explanation, and what can be sent again becomes an outbox row in state
 * FAILED (coex_batch_get_failures()). When it proves that one that was FAILED or dropped as
 * UNCONFIRMED has arrived, that row and its copies go but for those on their way, and a feed item
 * ARRIVED is added. COEX_CHANGED, COEX_DUPLICATE (no advance) or COEX_UNKNOWN (kept 7 days, with
 * @explanation, for a message that comes later). */
guint coex_batch_apply_status(CoexBatch *batch, const CoexStatus *status, const char *explanation);

/* Inserts or replaces an outbox row by local_id (copied). With @feed, adds its own line to the feed
 * unless it has been added before (TYPED or SENT by row->typed, time @now). */
void coex_batch_put_outbox(CoexBatch *batch, const CoexOutboxRow *row, gboolean feed, gint64 now);
/* The row was accepted: it leaves the outbox and becomes an OUTBOUND message in state PENDING;
 * statuses that came before are applied, lowest rank first (FAILED ones feed the explanation kept
 * with them). COEX_ADDED or COEX_DUPLICATE (an echo with this token is there: only the outbox row
 * goes). */
guint coex_batch_outbox_accepted(CoexBatch *batch, const CoexOutboxRow *row, const char *wamid,
                                 gint64 now);
/* A row that is UNCONFIRMED becomes a message in that state: a status with its local id, also one
 * that is PENDING, tells what became of it. */
void coex_batch_remove_outbox(CoexBatch *batch, const char *local_id);
/* Such a message was surely not sent: it goes. */
void coex_batch_remove_unsent(CoexBatch *batch, const char *local_id);

/* What broadcasts sent to the person and stands in no conversation yet: which of it is told. */
typedef enum {
    COEX_UNTOLD_NOTHING, /* there is none, and nobody looks */
    COEX_UNTOLD_SENT,
    COEX_UNTOLD_ALL, /* also what may have arrived: none of it is on its way any more */
} CoexUntold;

/* A conversation with the person is there: adds the lines of it (SENT, or ECHO of what
 * another desk sent, COEX_LINE_BROADCAST). */
void coex_batch_tell_broadcasts(CoexBatch *batch, gint64 person_id, CoexUntold which);
/* The same before the line of the message with this index, once that has one: without it, nothing
 * is told with a message. */
void coex_batch_tell_broadcasts_before(CoexBatch *batch, guint index, CoexUntold which);

/* A feed item of kind FAILED, UNCONFIRMED or ARRIVED about the text of @row. @detail may be NULL,
 * and is kept with the row as long as that stays as it is. */
void coex_batch_add_outcome(CoexBatch *batch, const CoexOutboxRow *row, CoexFeedKind kind,
                            const char *detail, CoexLineFlags flags, gint64 now);
/* All that @unlogged tells of is in the log. */
void coex_batch_note_logged(CoexBatch *batch, const CoexUnlogged *unlogged);
/* What became of the file of a message. @path may be NULL. */
void coex_batch_put_media(CoexBatch *batch, gint64 message_id, CoexMediaState state,
                          const char *path);
/* The file of a message is at @path, and @text names it; NULL: it is not here, and @text says what
 * fetches it. */
void coex_batch_add_file(CoexBatch *batch, gint64 person_id, const char *text, const char *path,
                         CoexLineFlags flags, gint64 now);
/* A feed item of kind NOTICE or RECORD. */
void coex_batch_add_line(CoexBatch *batch, gint64 person_id, CoexFeedKind kind, const char *text,
                         const char *detail, gint64 now);

/* @value NULL removes. */
void coex_batch_put_setting(CoexBatch *batch, const char *key, const char *value);

/* A raw delivery (copied), to be applied as one of coex_store_add_delivery(): with what says up to
 * where its source has handed them over. Where the database is damaged the batch fails. */
void coex_batch_add_delivery(CoexBatch *batch, const CoexDelivery *delivery);
/* After the commit: so many of these were not there yet. */
guint coex_batch_count_delivered(const CoexBatch *batch);

/* A delivery is applied: it is read no more. With @keep_raw its body stays until a version can
 * apply all of it, else it goes after 30 days. */
void coex_batch_delivery_applied(CoexBatch *batch, gint64 delivery_id, gboolean keep_raw);
/* It tells of people who are forgotten, and of nobody else: its body goes at once, unless a part of
 * it waits. */
void coex_batch_delivery_forgotten(CoexBatch *batch, gint64 delivery_id);
/* A part of it is for a number without a running account: kept for that number. The delivery itself
 * still ends with coex_batch_delivery_applied(); its body stays as long as a part of it waits. */
void coex_batch_delivery_waits(CoexBatch *batch, gint64 delivery_id, const char *phone_number_id,
                               const char *number);
/* A part of it concerns all numbers of the WABA @waba_id: kept under "@key:NUMBER" for each account
 * that had the secret @secret_id and whose setting `wabas` names it, or under @key when there is no
 * such. */
void coex_batch_delivery_waits_for_waba(CoexBatch *batch, gint64 delivery_id, const char *key,
                                        const char *waba_id, const char *secret_id);
/* The kept part for this number has been applied; arguments as in coex_store_read_waiting(). */
void coex_batch_delivery_waited(CoexBatch *batch, gint64 delivery_id, const char *phone_number_id,
                                const char *number);
/* It cannot be parsed: kept, never tried again by this version. */
void coex_batch_delivery_quarantined(CoexBatch *batch, gint64 delivery_id, const char *reason);

/* The times of all messages with the person. */
void coex_batch_put_back_times(CoexBatch *batch, gint64 person_id, const CoexPutBack *back);
/* Reads what coex_store_read_past() does of what was told, as it is at this place of the batch. */
void coex_batch_read_past(CoexBatch *batch, gint64 person_id, gint64 before, guint limit);

/* Two messages to one person so near each other were not meant so. */
#define COEX_AT_ONCE_S 60
/* Reads when this desk, and another one, last answered the person within that of @at, as it is at
 * this place of the batch. Returns the change's index for coex_batch_get_result(). */
guint coex_batch_read_answers(CoexBatch *batch, gint64 person_id, gint64 at);

/* Reads what messages cost in the month @from (202610) and those after it. */
void coex_batch_read_costs(CoexBatch *batch, guint from);

/* ---- after the commit ---- */

/* After the commit or its failure, in the thread-default context that committed; the batch is freed
 * after it returns. */
typedef void (*CoexStoreCommitted)(CoexBatch *batch, const GError *error, gpointer user_data);

/* What became of a change. What is not told for its kind is 0 or NULL. */
typedef struct CoexResult {
    CoexOutcome outcome;
    gint64 person_id; /* whose message it was, 0 unknown */
    char *text;       /* of one of ours, NULL */
    /* Of one of ours that was added, accepted or got a status. */
    gint64 message_id; /* its place among all, 0 unknown */
    CoexState state;
    gint64 state_at;       /* since when, as WhatsApp told it; 0 */
    gboolean is_from_here; /* and not from the phone */
    gint64 edited_id;      /* of an edit of one of ours: the message that it changed; 0 */
    /* Of one of ours that got a status. */
    gint64 sent_at;
    char *local_id;    /* under which a failure of it is kept in the outbox, NULL */
    char *origin;      /* of a copy, the local id of what it was made of first, NULL */
    int error_code;    /* Graph's, of a status that failed; 0 */
    char *explanation; /* with that, NULL */
    /* Of a broadcast's that may have arrived, and has; NULL: another, or that was known. */
    char *proven_wamid;
    char *template_name;
    /* Of coex_batch_read_answers(); 0: there was none. */
    gint64 own_at;
    gint64 other_at;
    char *desk; /* with that: which one */
} CoexResult;

/* Of the change @index. Borrowed. */
const CoexResult *coex_batch_get_result(const CoexBatch *batch, guint index);

typedef struct {
    gint64 account_id;
    gint64 person_id;
    GPtrArray *lines; /* CoexFeedItem */
} CoexPast;
/* In the order asked. Borrowed; array of CoexPast. */
GPtrArray *coex_batch_get_pasts(const CoexBatch *batch);

/* What coex_batch_read_costs() read. Borrowed array of CoexCost; NULL: nothing. */
GPtrArray *coex_batch_get_costs(const CoexBatch *batch);

/* The feed items that the commit made, by seq. Borrowed; NULL-free array of CoexFeedItem. */
GPtrArray *coex_batch_get_feed(const CoexBatch *batch);

/* A message that failed by its status, whenever that came. */
typedef struct {
    gint64 account_id;
    gint64 person_id;
    gint64 sent_at;
    gint64 message_id;
    int error_code;     /* Graph's, 0 */
    char *text;         /* NULL */
    CoexMedia *media;   /* its file, NULL: none */
    CoexOutboxRow *row; /* what is kept for sending it again; NULL where that cannot be done */
} CoexFailure;
/* All that the commit found. Borrowed; NULL-free array of CoexFailure. */
GPtrArray *coex_batch_get_failures(const CoexBatch *batch);
