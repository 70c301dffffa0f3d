// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/retry.h"
#include "net/http.h"
#include "session/clock.h"
#include "session/hub.h"
#include "session/news.h"
#include "session/people.h"
#include "session/session.h"

/* An account's state in the engine thread, shared by the files of this layer and nobody else:
 * account.c logs in and tells, inbox.c applies deliveries, outbox.c sends, sync.c keeps templates
 * and the webhook registration. Everything here runs in the engine thread. */

typedef struct CoexOutbox CoexOutbox;

/* NULL error: the credentials are good. */
typedef void (*CoexAccountChecked)(CoexAccount *account, const GError *error);

/* Where events go: the main half of the session. */
typedef struct {
    CoexMailbox *mailbox;
    CoexSession
        *session; /* never dereferenced here; valid in the main loop while the mailbox is open */
} CoexTarget;

struct CoexAccount {
    guint refs; /* engine thread only */
    CoexHub *hub;
    CoexTarget target;
    CoexEndpoint endpoint;
    char *number; /* own, digits */
    char *listen;
    char *webhook_path;
    char *webhook_header;
    char *verify_token;
    char *public_url;
    char *template_language;
    char *program;
    CoexReceipts receipts;
    gboolean list_everybody;
    char verb_mark; /* what a user types before a verb: / or ! */
    gint64 (*clock)(gpointer clock_data);
    gpointer clock_data;
    CoexClock system_clock; /* where there is no other */

    CoexStore *store; /* borrowed from the hub, NULL before the login's first step */
    CoexHttp *http;
    GCancellable *cancellable;
    CoexVerifier *verifier;
    char *realms; /* of all secrets it ever had: a delivery may have waited since an older one */
    gint64 id;    /* in the store */
    CoexPeople *people;
    GHashTable *settings; /* as stored */
    GHashTable *views;    /* gint64 person id -> CoexPersonView told last */
    GHashTable *states;   /* gint64 person id -> tooltip line */
    CoexCatalogue *catalogue;
    CoexOutbox *outbox;
    GPtrArray *feed_backlog; /* CoexFeedItem of the snapshot, until online */

    gboolean online;
    gboolean dead; /* failed was told */
    guint login_step;
    gint64 skew; /* provider's clock minus ours, seconds; 0 within two minutes */
    gboolean skew_told;
    gint64 last_delivery_at;
    gint64 last_delivery_stored_at;
    gint64 last_refusal_told_at;
    gint64 mismatch_told_at;
    gint64 unreadable_told_at;
    gboolean receiving; /* a delivery came in this session */
    int history_progress;
    GSource *login_timeout;
    GCancellable *login_cancellable;
    gboolean login_over;        /* the access was checked, or given up on */
    char *unreachable_at_login; /* sentence, NULL */
    gint64 listed_since;        /* who was active since then stands in the buddy list */
    CoexAccountChecked recheck_done;
    CoexAccountChecked ids_done;
    GSource *presence_timer;
    GSource *deaf_timer; /* until it is said that no webhook ever came */
    gint64 presence_at;
    gint64 store_error_us; /* when it failed last */
    gboolean refreshing;
    gboolean user_waits;    /* a refresh the user asked for is running */
    gboolean wants_webhook; /* the registration was asked for by hand */
    char **wabas;           /* while ids are searched */
    guint next_waba;
};

/* ---- account.c ---- */

/* Main thread; from then on the engine's. One reference. */
CoexAccount *coex_account_new(CoexHub *hub, const CoexSessionConfig *config, CoexTarget target);
/* Each pending completion holds a reference and looks at `dead` first. */
CoexAccount *coex_account_ref(CoexAccount *account);
void coex_account_unref(CoexAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexAccount, coex_account_unref)
/* Ends all work; nothing is told any more. The caller's reference stays. */
void coex_account_close(CoexAccount *account);
void coex_account_login(CoexAccount *account); /* login.c */

gint64 coex_account_now(const CoexAccount *account);
/* Takes over the provider's clock from an answer. */
void coex_account_note_date(CoexAccount *account, const CoexResponse *response);

/* A new batch for this account. */
CoexBatch *coex_account_batch(CoexAccount *account);
/* Told once, and again only after a minute without such errors. */
void coex_account_tell_store_error(CoexAccount *account, const GError *error);
/* Commits, ignoring all but errors: those are told as above. */
void coex_account_commit(CoexAccount *account, CoexBatch *batch);
/* Stores one person. */
void coex_account_store_person(CoexAccount *account, const CoexPerson *person);
const char *coex_account_get_setting(const CoexAccount *account, const char *key);
void coex_account_put_setting(CoexAccount *account, const char *key, const char *value);

/* login.c: the API said no, or nothing, before the account was online. */
void coex_login_refused(CoexAccount *account, const GError *error);

/* Takes @news to the main half; frees it once the account is dead. */
void coex_account_tell(CoexAccount *account, CoexNews *news);
/* Tells the main half; each is a no-op once the account is dead. */
void coex_account_tell_notice(CoexAccount *account, const CoexPerson *person, const char *format,
                              ...) G_GNUC_PRINTF(3, 4);
void coex_account_tell_failed(CoexAccount *account, const GError *error); /* and stops all work */
void coex_account_tell_feed(CoexAccount *account, GPtrArray *feed);
void coex_account_tell_prompt(CoexAccount *account, const CoexPerson *person, const char *text,
                              const char *reason);
void coex_account_tell_prompt_over(CoexAccount *account, const CoexPerson *person);
void coex_account_tell_catalogue(CoexAccount *account, const GError *error);
void coex_account_tell_ask_webhook(CoexAccount *account, const char *registered);
/* Tells the person's view if it differs from what was told last. */
void coex_account_tell_person(CoexAccount *account, const CoexPerson *person);
CoexWindow coex_account_window(const CoexAccount *account, const CoexPerson *person);
/* WhatsApp knows better than our timer: the person's window is closed. */
void coex_account_close_window(CoexAccount *account, CoexPerson *person);
/* Display name: alias, username or number. Borrowed. */
const char *coex_account_call_person(const CoexPerson *person);

/* login.c: the login check again, because a send was refused with AUTH. */
void coex_account_recheck(CoexAccount *account, CoexAccountChecked done);

/* One-shot timer in the engine thread; clear it with coex_timer_clear(). */
GSource *coex_timer_new(gint64 delay_ms, GSourceFunc callback, gpointer data);
void coex_timer_clear(GSource **timer);

/* ---- inbox.c ---- */

typedef enum {
    COEX_MATCH_NONE,
    COEX_MATCH_OURS,
    COEX_MATCH_MISMATCH, /* proven by our secret, but for another number */
} CoexMatch;

/* Whether an event proven by @realm is for this account; learns the phone_number_id. */
CoexMatch coex_inbox_match(CoexAccount *account, const char *realm, const CoexEvent *event);
/* Whether an echo among @events may be a send of ours that is still unanswered. */
gboolean coex_inbox_must_wait(CoexAccount *account, GPtrArray *events);
/* Adds all changes of @events (borrowed CoexEvent, all for this account) to @batch. Returns what
 * coex_inbox_applied() needs. */
typedef struct CoexInboxStep CoexInboxStep;
CoexInboxStep *coex_inbox_apply(CoexAccount *account, CoexBatch *batch, GPtrArray *events);
/* After the commit: tells and releases. Frees @step; with @error only frees. */
void coex_inbox_applied(CoexInboxStep *step, CoexBatch *batch, const GError *error);
/* A delivery was refused at the door. */
void coex_inbox_refused(CoexAccount *account, CoexVerdict verdict);
void coex_inbox_mismatch(CoexAccount *account, const CoexEvent *event);
/* A genuine delivery of @realm could not be read; it is kept. */
void coex_inbox_unreadable(CoexAccount *account, const char *realm, const GError *error);

/* ---- outbox.c ---- */

CoexOutbox *coex_outbox_new(CoexAccount *account, GPtrArray *rows);
void coex_outbox_free(CoexOutbox *outbox);
/* No timer and no callback does anything any more. */
void coex_outbox_stop(CoexOutbox *outbox);
/* After going online: looks at what the last session left. */
void coex_outbox_start(CoexOutbox *outbox);
void coex_outbox_send_text(CoexOutbox *outbox, CoexPerson *person, const char *text, gboolean hold);
void coex_outbox_send_template(CoexOutbox *outbox, CoexPerson *person,
                               const CoexTemplate *template_, const char *const *values);
void coex_outbox_hold(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_cancel(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_resend(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_discard(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_list_held(CoexOutbox *outbox, CoexPerson *person);
guint coex_outbox_count(CoexOutbox *outbox, gint64 person_id, CoexOutboxState state);
/* Whether an unanswered send to the person has this text. */
gboolean coex_outbox_is_pending(CoexOutbox *outbox, gint64 person_id, const char *text);
/* A status that carries a local id of ours came, before or instead of the answer: adds the
 * acceptance to @batch. TRUE when the row was known; then coex_outbox_settled() tells the batch's
 * end. */
gboolean coex_outbox_settle(CoexOutbox *outbox, CoexBatch *batch, const CoexStatus *status);
void coex_outbox_settled(CoexOutbox *outbox, const char *local_id, gboolean failed,
                         const GError *error);
/* The person wrote, so that the window is open now: releases what is held. */
void coex_outbox_window_opened(CoexOutbox *outbox, CoexPerson *person);
/* A message failed later: kept for /resend. */
void coex_outbox_keep_failed(CoexOutbox *outbox, CoexPerson *person, const char *text);
/* Any status came: webhooks do arrive. */
void coex_outbox_note_status(CoexOutbox *outbox);

/* ---- sync.c ---- */

/* Finds Meta's ids from the token where they are missing, then goes on with the login. */
void coex_sync_find_ids(CoexAccount *account, CoexAccountChecked done);
void coex_sync_load_catalogue(CoexAccount *account);
void coex_sync_refresh(CoexAccount *account, gboolean user_waits);
void coex_sync_webhook(CoexAccount *account, gboolean by_hand);
/* Marks the newest inbound message of the person read, and with it all before it; failures are
 * harmless. */
void coex_sync_mark_read(CoexAccount *account, CoexPerson *person);
void coex_sync_answer_webhook(CoexAccount *account, const char *registered, gboolean yes);
