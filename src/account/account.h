// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/clock.h"
#include "account/events.h"
#include "core/api.h"
#include "core/media.h"
#include "core/nick.h"
#include "core/receipts.h"
#include <gio/gio.h>

/* One account in the engine thread: what all its parts share, the disk, and the way to the main
 * half. Each part has a header of its own and keeps its inside behind a pointer here: whoever
 * includes this sees the ground, and not the parts. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexCatalogue CoexCatalogue;
typedef struct CoexPerson CoexPerson;
typedef struct CoexProfile CoexProfile;
typedef struct CoexPutBack CoexPutBack;
typedef struct CoexStore CoexStore;
typedef struct CoexVerifier CoexVerifier;
typedef struct CoexWindow CoexWindow;

/* Its life, a step after the other; each is entered by coex_account_enter() alone:
 *
 *     NEW --> OPENING --> CHECKING --> LISTENING --> ONLINE
 *      |         |            |            |           |
 *      +---------+------------+------------+-----------+--> ENDED
 */
typedef enum {
    COEX_ACCOUNT_NEW,
    COEX_ACCOUNT_OPENING,   /* waits for the database (session/login) */
    COEX_ACCOUNT_CHECKING,  /* asks for its ids and whether its access is good (session/login) */
    COEX_ACCOUNT_LISTENING, /* that was answered, or given up on (session/login) */
    COEX_ACCOUNT_ONLINE,    /* the user sees it (session/login) */
    COEX_ACCOUNT_ENDED,     /* failed, or closed by the user; nothing is told (session/life) */
} CoexAccountState;

/* Where events go: the main half of the session. */
typedef struct {
    struct CoexMailbox *mailbox;
    void (*deliver)(gpointer event); /* main thread, with a CoexSessionEvent */
    CoexSession
        *session; /* never dereferenced here; valid in the main loop while the mailbox is open */
} CoexTarget;

/* What the rooms above do for an account; static. */
typedef struct {
    void (*close)(CoexAccount *account);           /* ends all work; nothing is told any more */
    void (*free)(CoexAccount *account);            /* the last reference is gone */
    void (*clock_corrected)(CoexAccount *account); /* while online */
    /* Once the clocks agree: times of what waits to leave. */
    void (*put_back)(CoexAccount *account, const CoexPutBack *back);
    void (*heard)(CoexAccount *account); /* a webhook came */
    /* The provider did, to what was asked at @asked_at by our own clock. */
    void (*answered)(CoexAccount *account, const struct CoexResponse *response, gint64 asked_at);
    /* Earlier lines are told, and among them what waits to leave. */
    void (*told_waiting)(CoexAccount *account, CoexPerson *person);
} CoexAccountAbove;

struct CoexAccount {
    guint refs; /* engine thread only */
    struct CoexHub *hub;
    CoexTarget target;
    const CoexAccountAbove *above;

    /* As the user set it up; no string is NULL. The login fills in what is empty and known. */
    CoexEndpoint endpoint;
    char *number; /* own, digits */
    char *listen;
    char *webhook_path;
    char *webhook_header;
    char *verify_token;
    char *public_url;
    char *relay; /* "": none */
    char *relay_key;
    char *inbox_url; /* "": none */
    char *inbox_token;
    char *desk_name;         /* as the others on this number see it */
    struct CoexProxy *proxy; /* NULL: none */
    CoexReceipts receipts;
    CoexTicks ticks;
    gboolean typing;
    char *rate_card;     /* path; "": none */
    char *opt_out_words; /* with commas between; "": none */
    gboolean list_everybody;
    gboolean remind;
    gboolean tells_seen;
    gint64 run;
    guint recall;
    GQueue tellings;    /* of account/lines, in their order; the first waits for what is earlier */
    char *media_folder; /* "": no file is fetched */
    CoexMediaAuto media_auto;
    gint64 media_limit; /* bytes */
    gboolean media_for_group;
    gboolean media_is_served;
    char *outgoing; /* folder of the files that wait to leave */
    CoexNickStyle nick_style;
    char verb_mark; /* what a user types before a verb: / or ! */

    gint64 (*clock)(gpointer clock_data);
    gpointer clock_data;
    CoexClock system_clock; /* where there is no other */
    gint64 skew_s;          /* the provider's clock minus ours; 0 within two minutes */

    /* From the login on. */
    CoexStore *store; /* borrowed from the hub */
    struct CoexHttp *http;
    GCancellable *cancellable;
    gint64 id;            /* in the store */
    GHashTable *settings; /* as stored */
    CoexCatalogue *catalogue;
    CoexProfile *profile;        /* as it was found last; NULL: not yet */
    gboolean fetching_templates; /* another catalogue is on its way */
    gboolean awaits_templates;   /* the user does, and wants to hear of a failure */
    CoexVerifier *verifier;
    /* Of all secrets it ever had: a delivery may have waited since an older one. */
    char *secret_ids;
    /* Of accounts whose number was never heard, so that it may have been ours, mistyped; NULL. */
    char *stray_secret_ids;
    gboolean own_secret;       /* the webhook header is of our own making */
    gboolean secret_corrected; /* by the user, and it is not known yet whether well */
    CoexNicks *nicks;          /* of all accounts of the database, borrowed from the hub */

    CoexAccountState state;
    gboolean waiting_told;   /* in this login: who waits */
    gboolean receiving;      /* a delivery came in this session */
    gint64 heard_at_us;      /* when the last one came, monotonic; 0 */
    gint64 last_delivery_at; /* also of an earlier one */
    gboolean no_way_told;    /* in this login: that nothing can arrive */
    gint64 store_error_us;   /* when the disk failed last */

    /* The parts, from below. */
    struct CoexPeople *people;
    struct CoexSkew *skew;
    struct CoexViews *views;
    struct CoexTicker *ticker;
    struct CoexCosts *costs; /* spending; NULL before they were read */
    struct CoexPhone *phone;
    struct CoexBlocks *blocks;
    struct CoexBroadcasts *broadcasts;
    struct CoexOutbox *outbox;
    struct CoexFetch *fetch;
    struct CoexMatcher *match;
    struct CoexFinder *finder;
    struct CoexPastLog *past_log;
    struct CoexStrangers *strangers; /* of all accounts of the database, borrowed from the hub */
    struct CoexRegistration *registration;
    struct CoexProfileWatch *profile_watch;
    struct CoexExamination *examination;
    struct CoexLoginState *login;
    struct CoexRelaySource *relay_source; /* NULL: none */
    struct CoexInboxSource *inbox_source; /* likewise */
    struct CoexDeskSends *desk_sends;
};

/* Each pending completion holds a reference; one of the store looks at the state first, one of the
 * provider's answers comes no more then (account/call.h). */
CoexAccount *coex_account_ref(CoexAccount *account);
void coex_account_unref(CoexAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexAccount, coex_account_unref)

/* Steps go up only; ENDED may be entered again. */
void coex_account_enter(CoexAccount *account, CoexAccountState state);

/* Seconds since 1970, corrected by the provider's clock. */
gint64 coex_account_now(const CoexAccount *account);
/* The same by our own clock, whatever the provider's says. */
gint64 coex_account_own_now(const CoexAccount *account);
CoexWindow coex_account_window(const CoexAccount *account, const CoexPerson *person);

/* Whether the secret named by @secret_id is, was or may have been this account's. */
gboolean coex_account_had_secret(const CoexAccount *account, const char *secret_id);
gboolean coex_account_listens(const CoexAccount *account);
/* Whether a webhook may come in: the account listens, or has a relay or an
 * Inbox, and has the secret. */
gboolean coex_account_hears(const CoexAccount *account);
/* Where webhooks are to arrive, for sentences: the listener, or else the relay or the Inbox. Free
 * with g_free(). */
char *coex_account_dup_entrance(const CoexAccount *account);

/* An event of this account; give it to coex_account_tell(). */
CoexSessionEvent *coex_account_event_new(CoexAccount *account, CoexSessionEventKind kind);
/* Takes @event to the main half, with this account's secrets masked in what is ours or a
 * provider's; frees it once the account is dead, and where it is about somebody forgotten. At once:
 * what is read in a conversation goes by account/lines. */
void coex_account_tell(CoexAccount *account, CoexSessionEvent *event);

/* A new batch for this account. */
CoexBatch *coex_account_batch(CoexAccount *account);
/* Told once, and again only after a minute without such errors. */
void coex_account_tell_store_error(CoexAccount *account, const GError *error);
/* Commits, ignoring all but errors: those are told as above. */
void coex_account_commit(CoexAccount *account, CoexBatch *batch);
/* Stores one person. */
void coex_account_store_person(CoexAccount *account, const CoexPerson *person);
const char *coex_account_get_setting(const CoexAccount *account, const char *key);
/* Known at once, on disk with @batch, which is the caller's to commit. @value NULL: none any more.
 */
void coex_account_note_setting(CoexAccount *account, CoexBatch *batch, const char *key,
                               const char *value);
/* The same in a commit of its own, unless it is so already. */
void coex_account_put_setting(CoexAccount *account, const char *key, const char *value);

/* Puts a copy of @value in the place of an option that was empty or is outdated, and keeps it for
 * the next login. */
void coex_account_learn(CoexAccount *account, char **member, const char *key, const char *value);
