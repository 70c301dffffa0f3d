// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/http.h"
#include "account/clock.h"
#include "session/hub.h"
#include "session/ids.h"
#include "session/inbox.h"
#include "session/login.h"
#include "session/news.h"
#include "session/nicks.h"
#include "session/options.h"
#include "session/outbox.h"
#include "account/people.h"
#include "session/recall.h"
#include "session/receipts.h"
#include "session/registration.h"
#include "session/session.h"
#include "session/skew.h"
#include "session/templates.h"
#include "session/views.h"
#include "session/waiting.h"

/* One account in the engine thread: what all its parts share, and the way to the main half. Each
 * part has a header of its own and keeps its inside in a member here. */

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

    /* As the user set it up; no string is NULL. The login fills in what is empty and known. */
    CoexEndpoint endpoint;
    char *number; /* own, digits */
    char *listen;
    char *webhook_path;
    char *webhook_header;
    char *verify_token;
    char *public_url;
    CoexProxy *proxy; /* NULL: none */
    CoexReceipts receipts;
    gboolean list_everybody;
    gboolean remind;
    gboolean tells_seen;
    gint64 run;
    guint recall;
    CoexNickStyle nick_style;
    char verb_mark; /* what a user types before a verb: / or ! */

    gint64 (*clock)(gpointer clock_data);
    gpointer clock_data;
    CoexClock system_clock; /* where there is no other */
    CoexSkew skew;

    /* From the login on. */
    CoexStore *store; /* borrowed from the hub */
    CoexHttp *http;
    GCancellable *cancellable;
    gint64 id;            /* in the store */
    GHashTable *settings; /* as stored */
    CoexPeople *people;
    CoexOutbox *outbox;
    CoexCatalogue *catalogue;
    CoexVerifier *verifier;
    char *realms; /* of all secrets it ever had: a delivery may have waited since an older one */
    /* Of accounts whose number was never heard, so that it may have been ours, mistyped; NULL. */
    char *stray_realms;
    gboolean own_secret;       /* the webhook header is of our own making */
    gboolean secret_corrected; /* by the user, and it is not known yet whether well */

    gboolean online;
    gboolean dead;           /* failed was told */
    gboolean receiving;      /* a delivery came in this session */
    gint64 heard_at_us;      /* when the last one came, monotonic; 0 */
    gint64 last_delivery_at; /* also of an earlier one */
    gint64 store_error_us;   /* when the disk failed last */

    CoexLoginState login;
    CoexIds ids;
    CoexViews views;
    CoexInbox inbox;
    CoexTemplateFetch template_fetch;
    CoexRegistration registration;
};

/* Main thread; from then on the engine's. One reference. */
CoexAccount *coex_account_new(CoexHub *hub, const CoexSessionConfig *config, CoexTarget target);
/* Each pending completion holds a reference and looks at `dead` first. */
CoexAccount *coex_account_ref(CoexAccount *account);
void coex_account_unref(CoexAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexAccount, coex_account_unref)
/* Ends all work; nothing is told any more. The caller's reference stays. */
void coex_account_close(CoexAccount *account);

/* Seconds since 1970, corrected by the provider's clock. */
gint64 coex_account_now(const CoexAccount *account);

/* Whether the secret named by @realm is, was or may have been this account's. */
gboolean coex_account_had_realm(const CoexAccount *account, const char *realm);

/* The answer of a request that was sent with this account; NULL with @error, also once the account
 * has ended. */
CoexResponse *coex_account_finish(CoexAccount *account, GAsyncResult *result, GError **error);

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

/* Puts a copy of @value in the place of an option that was empty or is outdated, and keeps it for
 * the next login. */
void coex_account_learn(CoexAccount *account, char **member, const char *key, const char *value);

/* Takes @news to the main half, with this account's secrets masked in what is ours or a provider's;
 * frees it once the account is dead. */
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
/* Times of messages that lay ahead and do not any more count from now on. */
void coex_account_take_times(CoexAccount *account);
CoexWindow coex_account_window(const CoexAccount *account, const CoexPerson *person);
/* WhatsApp knows better than our timer: the person's window is closed. */
void coex_account_close_window(CoexAccount *account, CoexPerson *person);
/* Display name: alias, with the end of the number where several have it, number or username. Free
 * with g_free(). */
char *coex_account_dup_title(const CoexAccount *account, const CoexPerson *person);
