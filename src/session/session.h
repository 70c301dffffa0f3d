// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/backend.h"
#include "core/catalogue.h"
#include "core/feed.h"
#include "core/nick.h"
#include "core/person-view.h"
#include "core/proxy.h"
#include "core/receipts.h"
#include <glib.h>

/* One account's life as the chat program sees it. All functions are called, and all observer calls
 * come, in the main thread and its default main context; nothing here blocks on network, disk or
 * parsing. Hides the engine thread, the hub that receives for all accounts of the process, the
 * store and the outbox. */

#define COEX_CATALOGUE_FRESH_S (10 * 60)

typedef struct CoexSession CoexSession;

/* Copied by coex_session_new(); strings may be NULL for "". The meaning of each is that of the
 * account option of the same name. */
typedef struct {
    const CoexBackend *backend;
    const char *number; /* digits */
    const char *key;    /* API key or access token */
    const char *api_url;
    const char *phone_number_id;
    const char *waba_id;
    const char *app_secret;
    const char *verify_token;
    const char *listen; /* address:port or "off" */
    const char *webhook_path;
    const char *webhook_header;
    const char *public_url;
    const CoexProxy *proxy; /* the way to the provider; NULL: straight */
    CoexReceipts receipts;
    gboolean list_everybody; /* `buddies` = all */
    gboolean remind;
    gboolean tells_seen; /* coex_session_mark_seen() is called; else what is shown is seen */
    gint64 run;          /* another number in each run of the chat program */
    guint recall;        /* lines told before the first message of a person, 0: none */
    CoexNickStyle nick_style;
    char verb_mark; /* what the user types before a verb in this host, for lines that name one: '/'
                       (also for 0) or '!' */
    const char *database;                 /* path of coex.db */
    const char *program;                  /* name of the chat program, for the lock file */
    gint64 (*clock)(gpointer clock_data); /* seconds since 1970; NULL: the system's. Any thread,
                                             and until the last session of the program has ended */
    gpointer clock_data;
} CoexSessionConfig;

/* What the session tells. Each member may be NULL. */
typedef struct {
    /* A step of the login. */
    void (*progress)(const char *text, guint step, guint n_steps, gpointer user_data);
    /* Logged in: receiving and sending. The people known so far (person) came before; what was not
     * shown yet (feed) follows. */
    void (*online)(gpointer user_data);
    /* The login failed, or the credentials died later: nothing more will come. The text is a
     * sentence for the user. AUTH: the key; INVALID_INPUT: an option; NETWORK, LOCKED, LISTEN: try
     * again; STORE, PROTOCOL. */
    void (*failed)(const GError *error, gpointer user_data);
    /* A person is new, or something of the view changed. */
    void (*person)(const CoexPersonView *person, gpointer user_data);
    /* The next line of a conversation, in order. After it returns the line counts as shown, for
     * ever. */
    void (*feed)(const CoexFeedItem *item, const CoexPersonView *person, gpointer user_data);
    /* A send met a closed window: `text` (all parked texts of the person, a line each) waits for a
     * choice. `reason`: one sentence. Comes again with all texts when more join. */
    void (*prompt)(const CoexPersonView *person, const char *text, const char *reason,
                   gpointer user_data);
    /* The person's parked texts are gone (sent, held, cancelled): a prompt still open is without
     * object. */
    void (*prompt_over)(const CoexPersonView *person, gpointer user_data);
    /* A passing line: in the conversation with `person`, or for the account (NULL). */
    void (*notice)(const CoexPersonView *person, const char *text, gpointer user_data);
    /* Earlier lines with the person (CoexFeedItem, oldest first; borrowed). Not `asked`: they come
     * right before the first message of this person since the login or
     * coex_session_forget_recalled(), with which a conversation may open. */
    void (*past)(const CoexPersonView *person, GPtrArray *lines, gboolean asked,
                 gpointer user_data);
    /* The template catalogue was loaded or refreshed; `error` when a refresh the user asked for
     * failed (then the old catalogue stays). */
    void (*catalogue)(CoexCatalogue *catalogue, const GError *error, gpointer user_data);
    /* Another address is registered for webhooks, or ours with a secret that somebody else
     * registered (then both are the same): may ours replace it? Answer with
     * coex_session_answer_webhook(). */
    void (*ask_webhook)(const char *registered_url, const char *our_url, gpointer user_data);
} CoexSessionObserver;

/* @observer is static and must outlive the session. Nothing starts yet. */
CoexSession *coex_session_new(const CoexSessionConfig *config, const CoexSessionObserver *observer,
                              gpointer user_data);

/* Starts the login; ends in online or failed within 20 s, and 6 s more where another
 * program has the database and may be about to end. */
void coex_session_start(CoexSession *session);

/* Stops and frees at any moment; no observer call comes any more, not even from within one. What
 * was not finished goes on at the next login. Ends the threads with the last session (under 0.2 s).
 */
void coex_session_free(CoexSession *session);

/* A text typed for @name (digits, BSUID or a typed number; a new person is made) in the host's
 * markup. Everything that follows comes as feed, prompt or notice. FALSE and
 * COEX_ERROR_INVALID_INPUT for a name that is no address or a text that is empty. */
gboolean coex_session_send(CoexSession *session, const char *name, const char *markup,
                           GError **error);

/* The same for a text that whoever sends it shows: no line comes for it. */
gboolean coex_session_send_shown(CoexSession *session, const char *name, const char *markup,
                                 GError **error);

/* Sends an approved template with checked values (one per variable). Parked texts of the person
 * that were used as a value are dropped; others come back as a line. */
gboolean coex_session_send_template(CoexSession *session, const char *name,
                                    const CoexTemplate *template_, const char *const *values,
                                    GError **error);

/* The verbs of /hold, /cancel, /resend, /discard, /held: on the person's parked or last failed
 * texts; each answers with a notice when there is nothing to do. @name of held may be NULL:
 * everybody. */
void coex_session_hold(CoexSession *session, const char *name);
void coex_session_cancel(CoexSession *session, const char *name);
void coex_session_resend(CoexSession *session, const char *name);
void coex_session_discard(CoexSession *session, const char *name);
void coex_session_list_held(CoexSession *session, const char *name);
/* Keeps @markup until the person writes, whatever the window is. */
gboolean coex_session_hold_text(CoexSession *session, const char *name, const char *markup,
                                GError **error);

/* Asks for the newest @limit lines with the person that are older than @before (seconds since 1970,
 * 0: all); `past` follows, or, with @on_demand and where there are none, a notice. */
void coex_session_recall(CoexSession *session, const char *name, guint limit, gint64 before,
                         gboolean on_demand);
/* The conversation is gone: earlier lines come again with the next message. */
void coex_session_forget_recalled(CoexSession *session, const char *name);

/* Keeps a line of ours that is shown in the conversation after the next login; @name NULL: a notice
 * of the account. */
void coex_session_keep_line(CoexSession *session, const char *name, const char *text);

/* The user saw the conversation. */
void coex_session_mark_seen(CoexSession *session, const char *name);
/* What the person wrote at @time was shown where nobody looks. */
void coex_session_mark_unseen(CoexSession *session, const char *name, gint64 time);

/* The user put the person into the buddy list, or took the person out (until the person writes). */
void coex_session_pin(CoexSession *session, const char *name);
void coex_session_unlist(CoexSession *session, const char *name);

/* The chat program calls the person by @nick: the user renamed it, or another protocol's contact
 * has the one that was given. Kept. */
void coex_session_take_nick(CoexSession *session, const char *name, const char *nick);

/* Asks the provider for the templates; `catalogue` follows. */
void coex_session_refresh_templates(CoexSession *session);
/* The newest catalogue, NULL before the first. Borrowed. */
CoexCatalogue *coex_session_get_catalogue(CoexSession *session);
/* Whether it is older than 10 minutes. */
gboolean coex_session_is_catalogue_stale(CoexSession *session);

/* The person by buddy name or any typed form of the number; NULL if unknown. Borrowed until control
 * returns to the main loop. */
const CoexPersonView *coex_session_find_person(CoexSession *session, const char *name);

/* Our time, corrected by the provider's clock. */
gint64 coex_session_get_time(CoexSession *session);

/* One line for /window. Free with g_free(). */
char *coex_session_describe_window(CoexSession *session, const char *name);

/* The user's answer to ask_webhook; a no is remembered for that registered URL. */
void coex_session_answer_webhook(CoexSession *session, const char *registered_url, gboolean yes);
/* Registers again, or asks again, also after a no (account action). */
void coex_session_register_webhook(CoexSession *session);
