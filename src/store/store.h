// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/feed.h"
#include "core/message.h"
#include <glib.h>

/* Everything that must outlive the process: raw deliveries, people, messages, what waits to be
 * shown, what waits to be sent, settings. Hides SQLite, its schema and the one writer thread that
 * owns the only connection (WAL, synchronous=FULL, group commit), the lock file beside the
 * database, and the file that marks what has been shown. All calls but open and close return
 * at once. */

typedef struct CoexStore CoexStore;

/* Opens or creates @path (0600; its folder 0700), takes the lock, migrates, starts the writer with
 * signals blocked. Blocks on disk: not for the main thread. COEX_ERROR_LOCKED: another process
 * holds it, or this one already does; the text names that program and pid. COEX_ERROR_STORE:
 * anything else, with path and remedy (a newer schema is refused). Where damage was met before,
 * what can be read is carried into a new database first. @program: this process's name
 * for the lock file. */
CoexStore *coex_store_open(const char *path, const char *program, GError **error);

/* What the opening, or an earlier one, had to tell of a damaged database: a sentence for people,
 * once, then NULL. Free with g_free(). Not from two threads. */
char *coex_store_take_report(CoexStore *store);
/* It was shown: the next opening has nothing to tell. Until then each has. Any thread. */
void coex_store_forget_report(CoexStore *store);

/* Commits what is queued, answers every delivery, hands every other callback to its context, ends
 * the writer, releases the lock. Blocks. No delivery watch is called afterwards; other callbacks
 * still are where their context runs, and are freed with it where not. NULL is allowed. */
void coex_store_close(CoexStore *store);

/* ---- raw deliveries: durability before the 200 ---- */

#define COEX_STORE_QUEUE_BYTES (32 * 1024 * 1024)

typedef struct {
    guint8 key[32];     /* of the raw body: one row per key */
    const char *realm;  /* which secret proved it (core/webhook.h) */
    gint64 received_at; /* seconds since 1970 */
    GBytes *body;
} CoexDelivery;

/* In the writer's thread, after the commit (NULL) or its failure (COEX_ERROR_STORE). */
typedef void (*CoexStoreAcked)(const GError *error, gpointer user_data);

/* Queues a delivery for the next group commit; a known key is acknowledged and not stored again.
 * Any thread. FALSE, and no callback, when more than COEX_STORE_QUEUE_BYTES wait. */
gboolean coex_store_add_delivery(CoexStore *store, const CoexDelivery *delivery,
                                 CoexStoreAcked acked, gpointer user_data);

/* Calls @callback in @context (NULL: the default one; calls are coalesced) whenever committed
 * deliveries wait to be applied, and once now if some do. One watch at a time: a new one replaces
 * the old, a NULL @callback ends it. What @callback returns does not matter. */
void coex_store_watch_deliveries(CoexStore *store, GMainContext *context, GSourceFunc callback,
                                 gpointer user_data);

typedef struct {
    gint64 id;
    char *realm;
    gint64 received_at;
    GBytes *body;
} CoexDeliveryRow;
void coex_delivery_row_free(CoexDeliveryRow *row);

/* Completion of a read, in the thread-default context that asked. @rows: array of CoexDeliveryRow,
 * owned by the callee until it returns unless it takes a reference; NULL on error. */
typedef void (*CoexStoreDeliveries)(GPtrArray *rows, const GError *error, gpointer user_data);

/* The oldest unapplied deliveries with an id above @after: at most 64 rows and, beyond the first
 * row, 1 MB. Sees every commit that was queued before. */
void coex_store_read_deliveries(CoexStore *store, gint64 after, CoexStoreDeliveries done,
                                gpointer user_data);
/* Those kept for the number @phone_number_id (or, for rows without one, @number) because its
 * account was off or unknown; ids above @after, same bounds. While @phone_number_id is not known
 * yet (NULL) the number alone decides. */
void coex_store_read_waiting(CoexStore *store, const char *phone_number_id, const char *number,
                             gint64 after, CoexStoreDeliveries done, gpointer user_data);

/* ---- accounts ---- */

/* A person, one internal id; several addresses lead to one person. Ids are given by the caller, who
 * owns the account: next id = highest + 1. */
typedef struct {
    gint64 id;
    char *name;               /* buddy name, the first address seen; never changes */
    char *alias;              /* profile name, NULL */
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
    gboolean hidden;          /* removed from the buddy list until the person writes */
    gboolean pinned;          /* added by hand: always in the buddy list */
    gboolean in_doubt;        /* not stored: renewed, and nobody was told yet */
    gint64 same_as; /* id of who this turned out to be, to whom its addresses lead now; 0 */
    guint n_parked; /* not stored: texts that wait for the user's choice */
    guint n_held;   /* not stored: texts that wait for the person */
} CoexPerson;
CoexPerson *coex_person_new(void);
CoexPerson *coex_person_copy(const CoexPerson *person);
void coex_person_free(CoexPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexPerson, coex_person_free)

typedef struct {
    char *address; /* wa_id digits, BSUID or parent BSUID */
    gint64 person_id;
    gint64 gone_at; /* a number: the person gave it up then; 0: not */
} CoexAddress;

/* What waits to leave, or failed to. The numbers are the file format. */
typedef enum {
    COEX_OUTBOX_QUEUED,
    COEX_OUTBOX_SENDING,     /* the request may be on its way; found so at start: uncertain */
    COEX_OUTBOX_UNCERTAIN,   /* may have been accepted: waits for its status */
    COEX_OUTBOX_PARKED,      /* window closed: waits for the user's choice */
    COEX_OUTBOX_HELD,        /* leaves when the person writes */
    COEX_OUTBOX_FAILED,      /* for /resend and /discard */
    COEX_OUTBOX_UNCONFIRMED, /* no status came: for /resend and /discard */
} CoexOutboxState;

typedef struct {
    gint64 position; /* order; given by the caller, increasing */
    char *local_id;  /* uuid, biz_opaque_callback_data */
    gint64 person_id;
    CoexOutboxState state;
    char *text;          /* WhatsApp text; of a template: its preview */
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
} CoexOutboxRow;
CoexOutboxRow *coex_outbox_row_new(void);
CoexOutboxRow *coex_outbox_row_copy(const CoexOutboxRow *row);
void coex_outbox_row_free(CoexOutboxRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexOutboxRow, coex_outbox_row_free)

/* What a line about a failure with Graph's @error_code (0: none) offers, with @row kept for it
 * (NULL: none). */
int coex_outbox_row_get_offer(const CoexOutboxRow *row, int error_code);

/* A nick of any account of the database. */
typedef struct {
    gint64 account_id;
    gint64 person_id;
    char *nick;
} CoexNickRow;

typedef struct {
    gint64 account_id;
    gboolean provider_changed; /* it was another provider's until now */
    GPtrArray *people;         /* CoexPerson */
    GPtrArray *addresses;      /* CoexAddress */
    GPtrArray *outbox;         /* CoexOutboxRow, by position */
    GPtrArray *feed;           /* CoexFeedItem not yet shown, by seq */
    GPtrArray *nicks;          /* CoexNickRow */
    GHashTable *settings;      /* char * -> char * */
    char *strangers;           /* the newest setting of that name of all accounts, NULL: none */
    char *stray_realms; /* the setting `realms` of the provider's other accounts that never learned
                           their phone_number_id, joined; NULL: none */
} CoexSnapshot;
void coex_snapshot_free(CoexSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexSnapshot, coex_snapshot_free)

/* @snapshot is the callee's to free; NULL on error. In the thread-default context that asked. */
typedef void (*CoexStoreLoaded)(CoexSnapshot *snapshot, const GError *error, gpointer user_data);

/* Loads everything of the account @provider/@number (digits). One of that number at another
 * provider becomes this one's; else it is created when new. At most 1024 accounts in one
 * database. */
void coex_store_load_account(CoexStore *store, const char *provider, const char *number,
                             CoexStoreLoaded done, gpointer user_data);

/* Notes that the feed of the account was shown up to @seq. Any thread, no wait for the disk: a
 * kill -9 right after does not lose it. A mark never goes back. Shown items are deleted with later
 * commits. */
void coex_store_mark_shown(CoexStore *store, gint64 account_id, gint64 seq);

/* @lines: of a read of the past, the callee's to unref; NULL on error. */
typedef void (*CoexStorePast)(GPtrArray *lines, const GError *error, gpointer user_data);

typedef struct {
    gint64 account_id;
    gint64 person_id;
    gint64 before; /* seconds since 1970 */
    guint limit;
} CoexPastQuery;

/* The newest messages with a person that are older than @before and have a text, oldest first:
 * CoexFeedItem with seq 0, of kind INBOUND, ECHO, SENT, FAILED where WhatsApp said so, UNCONFIRMED
 * where it said nothing. In the
 * thread-default context that asked. */
void coex_store_read_past(CoexStore *store, const CoexPastQuery *query, CoexStorePast done,
                          gpointer user_data);

/* Times that a wrong clock wrote. */
typedef struct {
    gint64 after; /* seconds since 1970: what lies later was not right */
    gint64 by;    /* by how much that clock was ahead, as far as is known; 0 or more */
    gint64 now;   /* and nothing is later than this */
} CoexPutBack;
/* Whether @time changed. */
gboolean coex_put_back(const CoexPutBack *back, gint64 *time);

/* ---- batches: several changes, one transaction ---- */

typedef struct CoexBatch CoexBatch;

CoexBatch *coex_batch_new(void);
void coex_batch_free(CoexBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBatch, coex_batch_free)
gboolean coex_batch_is_empty(const CoexBatch *batch);

/* The account of the following changes. */
void coex_batch_set_account(CoexBatch *batch, gint64 account_id);

/* Inserts or replaces a person (copied; the name of a known one stays) and links all addresses of
 * its peer to it (a link of another person moves over; links once made stay). A nick that somebody
 * else has in any account is taken from them. */
void coex_batch_put_person(CoexBatch *batch, const CoexPerson *person);
/* @other turned out to be @person: stores both, and all that stands under @other's id stands under
 * @person's from now on. */
void coex_batch_unite_people(CoexBatch *batch, const CoexPerson *other, const CoexPerson *person);
/* Notes when @number, a former address of whom it leads to, was given up (CoexAddress.gone_at). */
void coex_batch_give_up_number(CoexBatch *batch, const char *number, gint64 at);

typedef enum {
    COEX_ADDED,
    COEX_DUPLICATE, /* nothing changed, no feed item */
    COEX_REPLACED,  /* one without content of its own got it */
    COEX_CHANGED,   /* a status advanced */
    COEX_UNKNOWN,   /* a status for no known message: kept for it */
} CoexOutcome;

/* A message, once per (conversation, way it went, token), and its feed item (INBOUND, ECHO, or
 * NOTICE for a system message, with the content's text) when it is new or has what the version
 * before it lacked; nothing is fed when the content has no text.
 * @time: to show and sort. Statuses that came before an echo are applied to it. Returns the
 * change's index for coex_batch_get_outcome(). */
guint coex_batch_add_message(CoexBatch *batch, gint64 person_id, const CoexMessage *message,
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
/* A row that is UNCONFIRMED becomes a message in that state. */
void coex_batch_remove_outbox(CoexBatch *batch, const char *local_id);

/* A feed item of kind FAILED, UNCONFIRMED or ARRIVED about the text of @row. @detail may be NULL.
 */
void coex_batch_add_outcome(CoexBatch *batch, const CoexOutboxRow *row, CoexFeedKind kind,
                            const char *detail, CoexLineFlags flags, gint64 now);
/* A feed item of kind NOTICE or RECORD. */
void coex_batch_add_line(CoexBatch *batch, gint64 person_id, CoexFeedKind kind, const char *text,
                         const char *detail, gint64 now);

/* @value NULL removes. */
void coex_batch_put_setting(CoexBatch *batch, const char *key, const char *value);

/* A delivery is applied: it is read no more. With @keep_raw its body stays until a version can
 * apply all of it, else it goes after 30 days. */
void coex_batch_delivery_applied(CoexBatch *batch, gint64 delivery_id, gboolean keep_raw);
/* A part of it is for a number without a running account: kept for that number. The delivery itself
 * still ends with coex_batch_delivery_applied(); its body stays as long as a part of it waits. */
void coex_batch_delivery_waits(CoexBatch *batch, gint64 delivery_id, const char *phone_number_id,
                               const char *number);
/* A part of it concerns all numbers of the WABA @waba_id: kept under "@key:NUMBER" for each account
 * that had @realm and whose setting `wabas` names it, or under @key when there is no such. */
void coex_batch_delivery_waits_for_waba(CoexBatch *batch, gint64 delivery_id, const char *key,
                                        const char *waba_id, const char *realm);
/* The kept part for this number has been applied; arguments as in coex_store_read_waiting(). */
void coex_batch_delivery_waited(CoexBatch *batch, gint64 delivery_id, const char *phone_number_id,
                                const char *number);
/* It cannot be parsed: kept, never tried again by this version. */
void coex_batch_delivery_quarantined(CoexBatch *batch, gint64 delivery_id, const char *reason);

/* After the commit or its failure, in the thread-default context that committed; the batch is freed
 * after it returns. */
typedef void (*CoexStoreCommitted)(CoexBatch *batch, const GError *error, gpointer user_data);

/* Queues the batch (transfer full) as one transaction, in the order of the calls. @done may be
 * NULL. A failure (disk full, I/O) rolls all of it back: COEX_ERROR_STORE. */
void coex_store_commit(CoexStore *store, CoexBatch *batch, CoexStoreCommitted done,
                       gpointer user_data);

CoexOutcome coex_batch_get_outcome(const CoexBatch *batch, guint index);
/* Whose message it was, 0 unknown; for one of ours also its text (borrowed, NULL). */
gint64 coex_batch_get_person(const CoexBatch *batch, guint index);
const char *coex_batch_get_text(const CoexBatch *batch, guint index);
/* The same: the id under which a failure of it is kept in the outbox, borrowed, NULL. */
const char *coex_batch_get_local_id(const CoexBatch *batch, guint index);
/* The same: of a copy, the local id of what it was made of first, borrowed, NULL. */
const char *coex_batch_get_origin(const CoexBatch *batch, guint index);
/* The times of all messages with the person. */
void coex_batch_put_back_times(CoexBatch *batch, gint64 person_id, const CoexPutBack *back);

/* Of a message of ours that was added, accepted or got a status: its place among all, 0 unknown,
 * and its state; of one that got a status also when it was sent. */
gint64 coex_batch_get_message(const CoexBatch *batch, guint index);
gint64 coex_batch_get_sent_at(const CoexBatch *batch, guint index);
CoexState coex_batch_get_state(const CoexBatch *batch, guint index);
/* Reads what coex_store_read_past() does, as it is at this place of the batch. */
void coex_batch_read_past(CoexBatch *batch, gint64 person_id, gint64 before, guint limit);
typedef struct {
    gint64 account_id;
    gint64 person_id;
    GPtrArray *lines; /* CoexFeedItem */
} CoexPast;
/* In the order asked. Borrowed; array of CoexPast. */
GPtrArray *coex_batch_get_pasts(const CoexBatch *batch);

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
    CoexOutboxRow *row; /* what is kept for sending it again; NULL where that cannot be done */
} CoexFailure;
/* All that the commit found. Borrowed; NULL-free array of CoexFailure. */
GPtrArray *coex_batch_get_failures(const CoexBatch *batch);
