// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/events.h"
#include "core/feed.h"
#include "core/retry.h"
#include "send/outbox.h"
#include "store/rows.h"
#include <gio/gio.h>

/* The outbox's inside, shared by queue.c (the items and their commits), wire.c (their life with the
 * network), accepted.c (its good end), taking.c, not-taken.c, files.c and cards.c (their files),
 * pace.c (when they go), compose.c (what waits for a person's decision), stuck.c (what failed),
 * held.c (what waits, one by one), about.c (what is about another message), unite.c (who it is
 * for), trouble.c (what concerns all that leaves), silence.c (whether webhooks tell of it) and
 * access.c (the key). An item is one outbox row in memory; a queue holds one person's items in
 * order. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexPersonEntry CoexPersonEntry;
typedef struct CoexRequest CoexRequest;
typedef struct CoexSent CoexSent;
typedef struct CoexTemplate CoexTemplate;

/* The life of an item. Its states are those of its row (store/rows.h):
 *
 *        .------- new -------.---> TAKING --> QUEUED, PARKED, HELD
 *        |         |         |
 *        v         v         v
 *     PARKED --> HELD <--> QUEUED <--> SENDING --> UNCERTAIN --> UNCONFIRMED
 *        ^         ^                    | | |                        ^
 *        |         '--------------------' | '------------------------'
 *        '--------------------------------'
 *
 *     QUEUED, SENDING, PARKED, HELD --> FAILED
 *
 *   TAKING       a file that is being copied, or is to be (taking), or the message that is meant is
 *                being looked for (about); those behind it wait
 *   PARKED       the window is closed: when it is typed (compose), sent again (stuck), refused for
 *                that (wire)
 *   HELD         typed so, or chosen (compose); released, and the window is closed again (wire)
 *   QUEUED       typed (compose), sent again (stuck), released by what they write (compose); to be
 *                tried again (wire); of which nothing has left at the end (queue)
 *   SENDING      its turn has come; on disk before the first byte leaves (wire)
 *   UNCERTAIN    there was no clear answer (wire), or the program ended before it (queue)
 *   UNCONFIRMED  nor a status (wire)
 *   FAILED       refused (wire), overtaken by time, the phone or an open window (compose),
 *                somebody else's number now (stuck)
 *
 * From SENDING on it may be accepted at any time, by the answer or by a status (wire): then it is
 * gone once that is written down. FAILED and UNCONFIRMED last until they are sent again, as a new
 * item, dropped by the user, or turn out to have arrived (stuck). */

/* A full bucket beside the steady rate would make more than the allowed rate in its first second.
 */
#define COEX_NUMBER_BURST 1

#define COEX_DOUBTED _("It was written before, and this may be somebody else now.")

#define COEX_NO_MARKS                                                                              \
    _("The 24-hour window is closed, and WhatsApp takes reactions only while it is open.")

#define COEX_STORE_RETRY_MS 1000 /* after the disk refused */

/* The picture or video of a carousel's card that was given by its path. */
typedef struct {
    int card;         /* from 0 */
    CoexMedia *media; /* what its copy is; until that is made, without sha256, what is wanted */
    char *path;       /* NULL: it is copied, or is being copied */
    char *done;       /* to its copy, for the user; NULL: nothing */
    gboolean id_is_new;
} CoexOutboxCard;

typedef struct {
    CoexOutboxRow *row;
    gboolean committed;        /* its newest state is on disk */
    gboolean stored;           /* some state of it is on disk */
    guint64 commit;            /* number of the commit that carries its newest state */
    gboolean unsaved;          /* that commit failed: it is made again */
    gboolean feeds;            /* its own line is shown with its newest state */
    CoexFeedKind why_kind;     /* FAILED or UNCONFIRMED, with `why` */
    char *why;                 /* the line that its newest state needs, NULL */
    gboolean unsent;           /* FAILED, with `why`: before anything of it had left */
    int code;                  /* Graph's, of that failure; 0 */
    gboolean too_fast;         /* its last try came too soon after others to this person */
    gboolean wait_told;        /* asked for too early, and not again until all others are gone */
    gboolean loaded;           /* an earlier session left it */
    gboolean proven;           /* on its way when what it is a copy of turned out to have arrived */
    gboolean doubted;          /* being tried when the person came into doubt: not tried again */
    gboolean accepted;         /* the API took it; being written down */
    char *wamid;               /* of that */
    gconstpointer request;     /* names it to the HTTP client; NULL until it was started */
    gint64 left_at_us;         /* monotonic time at which it was called */
    gint64 due_us;             /* monotonic time before which it does not go */
    GSource *confirm;          /* while uncertain */
    guint n_waits;             /* how often that was begun anew */
    GCancellable *work;        /* its file is being copied or uploaded; NULL: neither */
    GSource *copying;          /* until it is said that the copy takes long */
    char *path;                /* of its file, whose turn to be copied has not come; else NULL */
    CoexOutboxRow *instead_of; /* held until this took its file; held again if the disk refuses */
    GBytes *content;           /* of that, NULL: what is there */
    gboolean as_voice;         /* to be a voice message */
    guint number;         /* by which the user names it while it is held; 0: it was not listed */
    gboolean on_hold;     /* a file that is to wait until they write, whatever the window is */
    CoexMedia *to_fit;    /* what its copy is that is to be made to fit, or is just; else NULL */
    guint fit;            /* how, CoexFit */
    gboolean placeless;   /* it waits to be converted, or is, and has no place among the copies */
    CoexMedia *taken;     /* what its copy is, until those before it are taken, too; else NULL */
    char *done;           /* to that, for the user; NULL: nothing */
    guint n_uploads;      /* begun */
    gint64 n_uploaded;    /* bytes, by the one under way */
    guint transfer;       /* who gave the file wants to know of it by this; 0: nobody */
    gboolean kept_told;   /* that it leaves later; its progress is not told any more */
    gint64 n_told;        /* bytes of it that were told */
    gboolean id_is_new;   /* the file was uploaded for this one */
    GPtrArray *cards;     /* CoexOutboxCard, by their order; NULL: not looked at yet */
    CoexOutboxCard *card; /* whose file is being copied or uploaded; NULL: the item's own */
    CoexOutbox *outbox;
} CoexOutboxItem;

typedef struct CoexOutboxQueue {
    CoexPersonEntry *entry; /* whose it is, borrowed */
    GQueue items;           /* CoexOutboxItem, by position */
    CoexPace pace;
    GSource *pacing;    /* until it is said why they wait */
    gboolean pace_told; /* it was, and they still do */
    GSource *slow;      /* until "waiting for WhatsApp" is said */
    gboolean slow_told; /* it was said, and nothing has left since */
    guint last_number;  /* of those held that were listed */
    GSource *save;      /* until what the disk refused is written again */
    GPtrArray *gone;    /* char *, local ids that must not be found on disk */
    CoexOutbox *outbox;
} CoexOutboxQueue;

struct CoexOutbox {
    CoexAccount *account; /* borrowed: it owns this */
    const CoexOutboxEvents *events;
    GPtrArray *queues; /* CoexOutboxQueue; each also hangs in its person's entry */
    GHashTable *by_id; /* local_id -> CoexOutboxItem, borrowed */
    GPtrArray *united; /* borrowed CoexPerson, see coex_outbox_get_united() */
    GSList *forwards;  /* Forward (about), under way, borrowed */
    gint64 last_position;
    guint64 n_commits;
    CoexPace pace;
    gint64 pause_due_us;      /* nothing goes before this: the network or the number has trouble */
    guint n_failures;         /* of all together, since the last accepted send */
    gboolean checking_access; /* nothing goes until the login check has answered */
    gboolean access_proven;   /* it has answered well once since the last accepted send */
    gboolean locked_out;   /* it said that the key is dead: nothing goes until another says else */
    gboolean unlinked;     /* the number is not connected with the API: nothing goes */
    gboolean catches_up;   /* what an earlier session left may have left: it waits */
    GSource *unlock;       /* until it is asked again */
    struct CoexHttp *http; /* for files: they hold up nothing else. NULL before the first */
    guint n_uploading;
    guint next_turn;           /* of the queues, whose files are uploaded first */
    struct CoexTurns *to_take; /* local ids of those whose file is to be copied */
    guint n_taking;
    gboolean converts; /* what has waited for it, or looks whether it can */
    GSource *turn;     /* until that is looked at again */
    GHashTable
        *slow_copies; /* char *, local ids of those under way that do not count in n_taking */
    GSource *pump;
    gint64 pump_at_us;
    GSource *silence;      /* until "no webhook reaches" is said */
    gint64 silent_from_us; /* monotonic */
    gint64 status_at_us;   /* monotonic time of the last status of any text */
    gboolean silence_told;
    gboolean stopped;
};

/* Made when new; of who turned out to be another (coex_people_now()), that one's. The person must
 * be known. */
CoexOutboxQueue *coex_outbox_get_queue(CoexOutbox *outbox, gint64 person_id);
/* Nothing there waits for WhatsApp any more, or another line says so. */
void coex_outbox_queue_forget_slow(CoexOutboxQueue *queue);
/* Moves what @other, who turned out to be another just now, has in a queue to that one's, in order;
 * the queue is gone then. */
void coex_outbox_unite_queues(CoexOutbox *outbox, const CoexPerson *other);
CoexPerson *coex_outbox_item_person(CoexOutboxItem *item);

/* A new item at the end of the person's queue, not yet committed. */
CoexOutboxItem *coex_outbox_item_new(CoexOutbox *outbox, gint64 person_id, const char *text);
/* Out of memory only. */
void coex_outbox_item_remove(CoexOutboxItem *item);
/* Out of memory, and out of the store with the person's next commits, until one has succeeded. */
void coex_outbox_item_discard(CoexOutboxItem *item);
/* The one way into a state, by an arrow of the picture above; its row is to be put then. */
void coex_outbox_item_set_state(CoexOutboxItem *item, CoexOutboxState state);
/* Being sent, or with an end that is not known or not yet written down. */
gboolean coex_outbox_item_is_on_its_way(const CoexOutboxItem *item);

/* Who asked, for a completion that may find everything changed. */
typedef struct {
    CoexAccount *account;
    char *local_id;
    gint64 person_id;
    guint64 commit;     /* its number */
    guint change;       /* index of the acceptance in its batch */
    GPtrArray *gone;    /* char *, local ids that a commit of the queue removes, NULL */
    gboolean placeless; /* of an item that is */
    char *copy;         /* that is being made, NULL */
} CoexTicket;

CoexTicket *coex_ticket_new(CoexOutbox *outbox, const char *local_id, gint64 person_id);
void coex_ticket_free(CoexTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexTicket, coex_ticket_free)
/* NULL when the account has ended or the item is gone. */
CoexOutboxItem *coex_ticket_get_item(const CoexTicket *ticket);

/* The pace of sending to the person begins where it was when the program ended (pace). */
void coex_outbox_queue_start_pace(CoexOutboxQueue *queue);
/* Keeps with @batch how far the pace is used up. */
void coex_outbox_queue_note_pace(CoexOutboxQueue *queue, CoexBatch *batch);
/* WhatsApp says that it is: one try, and then one message after the other. */
void coex_outbox_queue_spend_pace(CoexOutboxQueue *queue);
/* When @item, the queue's next, may go in monotonic time; 0: now, and its turn is taken. */
gint64 coex_outbox_queue_take_turn(CoexOutboxQueue *queue, const CoexOutboxItem *item,
                                   gint64 now_us);
/* Whether @next, the queue's, waits for nothing else. */
gboolean coex_outbox_queue_is_paced(const CoexOutboxQueue *queue, const CoexOutboxItem *next);
/* Says so, once as long as anything waits, if that is for long. */
void coex_outbox_queue_tell_pace(CoexOutboxQueue *queue, gint64 wait_us);
/* Forgets those that are over. */
void coex_outbox_forget_paces(CoexOutbox *outbox);

/* Drops the files that nothing waits to send, tells of those that were being copied when the
 * program ended, and forgets ids of uploads that have grown old. */
void coex_outbox_clear_files(CoexOutbox *outbox);
/* Tells of those files that were being copied when the last session ended. */
void coex_outbox_tell_lost_files(CoexOutbox *outbox);
/* What the file at hand is called. Borrowed. */
const char *coex_outbox_item_get_file_name(const CoexOutboxItem *item);
/* With @batch it is known that its files are to be copied, until that is forgotten. */
void coex_outbox_item_note_taking(const CoexOutboxItem *item, CoexBatch *batch);
void coex_outbox_forget_taking(CoexAccount *account, const char *local_id);
/* Tells why the file at hand, and with it the item, is not sent. */
void coex_outbox_item_tell_not_taken(CoexOutboxItem *item, const char *why);
/* At the next login, if nobody hears it now, tells that the account went offline before a file was
 * copied, or all of the item's were. */
void coex_outbox_put_too_late(CoexAccount *account, CoexBatch *batch, CoexPerson *person,
                              const char *name, const char *caption);
void coex_outbox_item_put_too_late(CoexOutboxItem *item, CoexBatch *batch);
/* Takes those in whose turn has come, and copies more. */
void coex_outbox_take_next(CoexOutbox *outbox);
/* Tells who gave the item's file what became of it, once. */
void coex_outbox_item_end_transfer(CoexOutboxItem *item, CoexTransferState state);
/* The item goes: nothing is told of it as of a file that was being copied. */
void coex_outbox_item_forget_taking(const CoexOutboxItem *item);
/* What the item took the file of is held again, with it, and written once more, since a commit that
 * failed may still be found after a crash. */
void coex_outbox_item_put_held_back(CoexOutboxItem *item);
/* By which a queue's items are sorted; GCompareDataFunc. */
gint coex_outbox_compare_positions(gconstpointer a, gconstpointer b, gpointer data);
/* The account ends: what was not taken in is told with @batch. */
void coex_outbox_item_stop_taking(CoexOutboxItem *item, CoexBatch *batch);
/* The same of what was about a message that was still looked for. */
void coex_outbox_item_stop_looking(CoexOutboxItem *item, CoexBatch *batch);
/* The same of what was to be passed on. */
void coex_outbox_stop_forwards(CoexOutbox *outbox, CoexBatch *batch);
/* Whether the account has ended: then @text is told as not sent, at the next login. */
gboolean coex_outbox_is_too_late(CoexOutbox *outbox, CoexPerson *person, const char *text);
/* Whether it has no file that is still to be uploaded. */
gboolean coex_outbox_item_is_ready(CoexOutboxItem *item);
/* Uploads its file, as soon as there is room; pumps afterwards. */
void coex_outbox_item_upload(CoexOutboxItem *item);
/* The provider does not know the id any more under which @media was uploaded. */
void coex_outbox_forget_upload(CoexOutbox *outbox, const CoexMedia *media);
/* Whether the provider may have refused it, with @error, for its file's id, and the file can be
 * uploaded once more: the id is forgotten. */
gboolean coex_outbox_item_renew_upload(CoexOutboxItem *item, const GError *error);
/* What was still missing is in the row: queues it. Where the window is closed, a text is parked, a
 * mark dropped and all else held, as is what is to be on hold. */
void coex_outbox_item_admit(CoexOutboxItem *item);
/* The same of a template with a file, which goes at once. */
void coex_outbox_item_accept_template(CoexOutboxItem *item);
/* Takes in the file at @path (NULL: none) for the header of a template, and those of its cards;
 * but for them the row is complete. */
void coex_outbox_item_take_headers(CoexOutboxItem *item, const char *path, CoexMediaKind kind);
/* The files of a carousel's cards (cards), none for anything else. */
const GPtrArray *coex_outbox_item_get_cards(CoexOutboxItem *item);
/* Those that @values give by their paths; they are still to be copied. */
void coex_outbox_item_set_cards(CoexOutboxItem *item, const CoexTemplate *template_,
                                const char *const *values);
/* Keeps the template's values, and what its cards' files are, in the row. */
void coex_outbox_item_put_values(CoexOutboxItem *item, const char *const *values,
                                 const char *wording);
/* The first whose file has not been copied; NULL: all have. */
CoexOutboxCard *coex_outbox_item_find_uncopied(const CoexOutboxItem *item);
/* Whether files were given with it: else what it takes in is no file. */
gboolean coex_outbox_item_has_files(const CoexOutboxItem *item);
/* What is being copied or uploaded. Borrowed; NULL: nothing. */
CoexMedia *coex_outbox_item_get_media(const CoexOutboxItem *item);
/* The name of the copy of @card's file, NULL: of the item's own, which @file is. Free with
 * g_free(). */
char *coex_outbox_item_dup_copy_name(const char *file, const CoexOutboxCard *card);
/* All that its row names. */
void coex_outbox_item_drop_copies(CoexOutboxItem *item);
/* What is being copied or uploaded, for people: "“a.jpg” of card 2"; its own file is called @name.
 * Free with g_free(). */
char *coex_outbox_item_dup_file_words(const CoexOutboxItem *item, const char *name);
/* "“a.jpg”, “b.jpg”". Free with g_free(). */
char *coex_outbox_item_dup_card_names(const CoexOutboxItem *item);
/* What was refused, or got no answer, is tried again, later or never. */
void coex_outbox_item_refuse(CoexOutboxItem *item, const GError *error, gint64 at_least_ms);

/* Adds the item's state, and the lines that belong to it, to the batch of the next
 * coex_outbox_commit(). */
void coex_outbox_item_put(CoexOutboxItem *item, CoexBatch *batch);
/* Adds the item's state; its own line is shown with it. */
void coex_outbox_item_put_shown(CoexOutboxItem *item, CoexBatch *batch);
/* Adds the item's state; a line of kind @kind (FAILED, UNCONFIRMED) says why it came into it. */
void coex_outbox_item_put_why(CoexOutboxItem *item, CoexBatch *batch, CoexFeedKind kind,
                              const char *why);
/* Adds the item's state; that it waits is told now, and its end will be. */
void coex_outbox_item_put_owed(CoexOutboxItem *item, CoexBatch *batch);
/* Adds a line for the log, which has the item's text already: "@what: EXCERPT". */
void coex_outbox_item_put_record(CoexOutboxItem *item, CoexBatch *batch, const char *what);
/* Writes the item's state down. */
void coex_outbox_item_commit(CoexOutboxItem *item);
/* Commits @batch; afterwards tells its feed, marks its items committed and pumps. When it fails the
 * user gets the texts of the new items back; the state of all others is written later. */
void coex_outbox_commit(CoexOutbox *outbox, CoexBatch *batch, CoexPerson *person);
/* The row and its FAILED line; for /resend. @code: Graph's, what it means for another try; 0. */
void coex_outbox_item_fail(CoexOutboxItem *item, const char *why, int code);
/* Adds the row and its FAILED line to @batch. */
void coex_outbox_item_put_failed(CoexOutboxItem *item, CoexBatch *batch, const char *why, int code);
/* Adds a line that says why the item, which was to leave just now, does not; below its own. */
void coex_outbox_item_put_obstacle(CoexOutboxItem *item, CoexBatch *batch);
/* Keeps what waits for the user's choice for /resend, since the window is @open again, or since the
 * question is gone. One line says so. Returns how many there were. */
guint coex_outbox_keep_parked(CoexOutbox *outbox, CoexPerson *person, CoexBatch *batch,
                              gboolean open);
/* Puts what was released back among the held, with a line that says @why. */
void coex_outbox_item_hold_again(CoexOutboxItem *item, const char *why);
/* Drops one that has surely not left; a line, also after a restart, says @why. */
void coex_outbox_item_drop(CoexOutboxItem *item, const char *why);
/* Drops one that has surely not left, if it is a copy of what has arrived meanwhile. FALSE: it is
 * not. */
gboolean coex_outbox_item_withdraw(CoexOutboxItem *item);
/* Adds the line that says so. */
void coex_outbox_item_put_withdrawn(CoexOutboxItem *item, CoexBatch *batch);
/* Takes in what a commit has put into the outbox (copied). */
void coex_outbox_item_adopt(CoexOutbox *outbox, const CoexOutboxRow *row);
/* What was typed more than an hour ago and has not left does not go by itself any more: meanwhile
 * it may have been answered elsewhere. */
void coex_outbox_ask_stale(CoexOutbox *outbox);
/* One that left then was accepted: webhooks, which may be faster than the answer to it and than the
 * disk, must tell of one before long. */
void coex_outbox_watch_for_silence(CoexOutbox *outbox, gint64 left_at_us);
/* Sends what may go now, sets a timer for the rest. */
void coex_outbox_pump(CoexOutbox *outbox);
/* The same, at the latest at that monotonic time. */
void coex_outbox_pump_at(CoexOutbox *outbox, gint64 when_us);
/* What a send that was refused with @error for the (@n_tries + 1)-th time means for all: those
 * wait, too, where it would befall them (not an upload's), and the key is looked at. Whether it may
 * go again by itself, after @ret_delay_ms. */
gboolean coex_outbox_may_retry(CoexOutbox *outbox, const GError *error, guint n_tries,
                               gboolean befalls_all, gint64 *ret_delay_ms);
/* Its answer came, and is good. */
void coex_outbox_item_take_sent(CoexOutboxItem *item, const CoexSent *sent);
/* A send was accepted: what befell those before it is over. */
void coex_outbox_note_accepted(CoexOutbox *outbox);
/* Of what leaves beside the queues: 0, and a turn of the number's is taken, or the monotonic time
 * of the next. */
gint64 coex_outbox_take_turn(CoexOutbox *outbox);
/* WhatsApp knows by these to whom something for @person was sent. Returns the person whose
 * addresses changed, else NULL. */
CoexPerson *coex_outbox_learn_addressee(CoexOutbox *outbox, CoexPerson *person, const char *wa_id,
                                        const char *user_id);
/* Repeats the login check; nothing goes before it has answered, nor after it was refused. */
void coex_outbox_check_access(CoexOutbox *outbox);
/* Tells the prompt with all parked texts of the person, and why they wait. */
void coex_outbox_prompt(CoexOutbox *outbox, CoexPerson *person);
/* The line that @text waits until they write. */
void coex_outbox_tell_held(CoexOutbox *outbox, CoexPerson *person, const char *text);
/* The line that a login found it on its way, and until when that is unclear. Free with g_free(). */
char *coex_outbox_item_describe_cut_off(const CoexOutboxItem *item);
/* Starts waiting for the status of an uncertain item. */
void coex_outbox_item_await_status(CoexOutboxItem *item);
/* A template's checked values, its @wording (coex_template_dup_wording(); NULL: not known) and
 * @cards (CoexOutboxCard, NULL for none), as they are kept; free with g_free(). */
char *coex_outbox_write_values(const char *const *values, const char *wording,
                               const GPtrArray *cards);
/* The wording, as it was kept; NULL: it was not. Free with g_free(). */
char *coex_outbox_row_read_wording(const CoexOutboxRow *row);
/* The values of a template, as they were kept; free with g_strfreev(). */
char **coex_outbox_row_read_values(const CoexOutboxRow *row);
/* What is sent for it; NULL when its template is not in the catalogue any more as the user saw it.
 * Free with coex_request_free(). */
CoexRequest *coex_outbox_item_build_request(CoexOutboxItem *item);
