// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"

#include "account/mailbox.h"
#include "account/events.h"
#include "account/people.h"
#include "core/feed.h"
#include "core/mask.h"
#include "core/person-view.h"
#include "core/verifier.h"
#include "core/window.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"
#include <string.h>

/* Without an error of the disk, before the next one is news. */
#define STORE_QUIET_US (60 * G_USEC_PER_SEC)

/* ---- life ---- */

CoexAccount *
coex_account_ref(CoexAccount *account)
{
    account->refs++;
    return account;
}

void
coex_account_unref(CoexAccount *account)
{
    if (--account->refs == 0)
        account->above->free(account);
}

void
coex_account_enter(CoexAccount *account, CoexAccountState state)
{
    static const char *const names[] = {
        [COEX_ACCOUNT_NEW] = "new",
        [COEX_ACCOUNT_OPENING] = "opening the database",
        [COEX_ACCOUNT_CHECKING] = "checking the access",
        [COEX_ACCOUNT_LISTENING] = "listening",
        [COEX_ACCOUNT_ONLINE] = "online",
        [COEX_ACCOUNT_ENDED] = "ended",
    };

    g_debug("+%s: %s", account->number, names[state]);
    if (state <= account->state && state != COEX_ACCOUNT_ENDED)
        g_critical("%s after %s", names[state], names[account->state]);
    account->state = state;
}

gboolean
coex_account_had_secret(const CoexAccount *account, const char *secret_id)
{
    return strstr(account->secret_ids, secret_id) != NULL ||
           (account->stray_secret_ids != NULL &&
            strstr(account->stray_secret_ids, secret_id) != NULL);
}

gint64
coex_account_own_now(const CoexAccount *account)
{
    return account->clock != NULL ? account->clock(account->clock_data)
                                  : coex_clock_get(&account->system_clock);
}

gint64
coex_account_now(const CoexAccount *account)
{
    return coex_account_own_now(account) + account->skew_s;
}

CoexWindow
coex_account_window(const CoexAccount *account, const CoexPerson *person)
{
    gint64 now = coex_account_now(account);
    gint64 last = coex_window_extend(person->last_inbound_at, person->ahead_at, now);
    CoexWindow window = coex_window_at(last, person->free_until, now);

    if (window.open || person->ahead_at == 0)
        return window;
    return coex_window_at(MAX(last, person->ahead_at), person->free_until, now);
}

gboolean
coex_account_listens(const CoexAccount *account)
{
    return !g_str_equal(account->listen, "off");
}

gboolean
coex_account_hears(const CoexAccount *account)
{
    return coex_verifier_get_header(account->verifier) != NULL &&
           (coex_account_listens(account) || *account->relay != '\0' ||
            *account->inbox_url != '\0');
}

char *
coex_account_dup_entrance(const CoexAccount *account)
{
    if (*account->relay != '\0' && !coex_account_listens(account))
        /* Translators: %s is its address; it stands where the address of a listener may stand */
        return coex_say(_("the relay, %s"), account->relay);
    if (*account->inbox_url != '\0' && !coex_account_listens(account))
        /* Translators: as of the relay; the Inbox is a product of 360dialog */
        return coex_say(_("the Inbox, %s"), account->inbox_url);
    return g_strconcat(account->listen, account->webhook_path, NULL);
}

/* ---- telling ---- */

/* What a secret header consists of after its name. */
static const char *
get_header_value(const char *header)
{
    const char *colon = strchr(header, ':');

    return colon != NULL ? colon + 1 + strspn(colon + 1, " \t") : header;
}

/* The text that may be told in the place of @text, NULL when it is the same. */
static char *
mask(const CoexAccount *account, const char *text)
{
    g_autofree char *key = coex_endpoint_dup_key(&account->endpoint);
    const char *secrets[] = { key,
                              account->endpoint.app_secret,
                              account->verify_token,
                              account->relay_key,
                              account->inbox_token,
                              get_header_value(account->webhook_header),
                              NULL };

    return text != NULL ? coex_mask(text, secrets) : NULL;
}

static void
mask_member(const CoexAccount *account, char **member)
{
    char *masked = mask(account, *member);

    if (masked == NULL)
        return;
    g_free(*member);
    *member = masked;
}

/* A provider may quote a request that it refuses, with the secrets in it. */
static void
mask_event(const CoexAccount *account, CoexSessionEvent *event)
{
    g_autofree char *detail = event->item != NULL ? mask(account, event->item->detail) : NULL;
    CoexFeedItem *item;

    if (event->kind == COEX_SESSION_NOTICE || event->kind == COEX_SESSION_PROGRESS)
        mask_member(account, &event->text);
    if (event->error != NULL)
        mask_member(account, &event->error->message);
    if (detail == NULL)
        return;
    item = coex_feed_item_copy(event->item, detail);
    coex_feed_item_unref(event->item);
    event->item = item;
}

CoexSessionEvent *
coex_account_event_new(CoexAccount *account, CoexSessionEventKind kind)
{
    CoexSessionEvent *event = g_new0(CoexSessionEvent, 1);

    event->kind = kind;
    event->session = account->target.session;
    return event;
}

/* What was under way. */
static gboolean
is_of_forgotten(const CoexAccount *account, const CoexSessionEvent *event)
{
    const CoexPerson *person =
        event->person != NULL ? coex_people_by_id(account->people, event->person->id) : NULL;

    return person != NULL && person->forgotten;
}

void
coex_account_tell(CoexAccount *account, CoexSessionEvent *event)
{
    if (account->state == COEX_ACCOUNT_ENDED || is_of_forgotten(account, event)) {
        coex_session_event_free(event);
        return;
    }
    mask_event(account, event);
    coex_mailbox_post(account->target.mailbox, account->target.deliver, event,
                      (GDestroyNotify)coex_session_event_free);
}

/* ---- the store ---- */

CoexBatch *
coex_account_batch(CoexAccount *account)
{
    CoexBatch *batch = coex_batch_new();

    coex_batch_set_account(batch, account->id);
    return batch;
}

static void
tell_line(CoexAccount *account, const char *text)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_NOTICE);

    event->text = g_strdup(text);
    coex_account_tell(account, event);
}

void
coex_account_tell_store_error(CoexAccount *account, const GError *error)
{
    gint64 now = g_get_monotonic_time();
    gint64 before = account->store_error_us;

    account->store_error_us = now;
    if (before == 0 || now - before >= STORE_QUIET_US)
        tell_line(account, error->message);
}

static void
on_plain_commit(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (error != NULL)
        coex_account_tell_store_error(account, error);
}

void
coex_account_commit(CoexAccount *account, CoexBatch *batch)
{
    coex_store_commit(account->store, batch, on_plain_commit, coex_account_ref(account));
}

void
coex_account_store_person(CoexAccount *account, const CoexPerson *person)
{
    CoexBatch *batch = coex_account_batch(account);

    coex_batch_put_person(batch, person);
    coex_account_commit(account, batch);
}

const char *
coex_account_get_setting(const CoexAccount *account, const char *key)
{
    return g_hash_table_lookup(account->settings, key);
}

void
coex_account_note_setting(CoexAccount *account, CoexBatch *batch, const char *key,
                          const char *value)
{
    if (value != NULL)
        g_hash_table_replace(account->settings, g_strdup(key), g_strdup(value));
    else
        g_hash_table_remove(account->settings, key);
    coex_batch_put_setting(batch, key, value);
}

void
coex_account_put_setting(CoexAccount *account, const char *key, const char *value)
{
    CoexBatch *batch;

    if (g_strcmp0(coex_account_get_setting(account, key), value) == 0)
        return;
    batch = coex_account_batch(account);
    coex_account_note_setting(account, batch, key, value);
    coex_account_commit(account, batch);
}

void
coex_account_learn(CoexAccount *account, char **member, const char *key, const char *value)
{
    g_free(*member);
    *member = g_strdup(value);
    coex_account_put_setting(account, key, value);
}
