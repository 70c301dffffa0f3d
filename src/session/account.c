// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/account.h"

#include "core/mask.h"
#include <string.h>

/* Without an error of the disk, before the next one is news. */
#define STORE_QUIET_US (60 * G_USEC_PER_SEC)

/* ---- life ---- */

CoexAccount *
coex_account_new(CoexHub *hub, const CoexSessionConfig *config, CoexTarget target)
{
    CoexAccount *account = g_new0(CoexAccount, 1);

    account->refs = 1;
    account->hub = hub;
    account->target = (CoexTarget){ coex_mailbox_ref(target.mailbox), target.session };
    account->endpoint.backend = config->backend;
    account->endpoint.base_url = coex_option_dup(config->api_url, "");
    account->endpoint.key = coex_option_dup(config->key, "");
    account->endpoint.phone_number_id = coex_option_dup(config->phone_number_id, "");
    account->endpoint.waba_id = coex_option_dup(config->waba_id, "");
    account->endpoint.app_secret = coex_option_dup(config->app_secret, "");
    account->number = coex_option_dup(config->number, "");
    account->listen = coex_option_dup(config->listen, "off");
    account->webhook_path = coex_option_dup(config->webhook_path, "/webhook");
    account->webhook_header = coex_option_dup(config->webhook_header, "");
    account->verify_token = coex_option_dup(config->verify_token, "");
    account->public_url = coex_option_dup(config->public_url, "");
    account->proxy = coex_proxy_copy(config->proxy);
    account->receipts = config->receipts;
    account->list_everybody = config->list_everybody;
    account->remind = config->remind;
    account->tells_seen = config->tells_seen;
    account->run = config->run;
    account->recall = config->recall;
    account->nick_style = config->nick_style;
    account->verb_mark = config->verb_mark != '\0' ? config->verb_mark : '/';
    account->clock = config->clock;
    account->clock_data = config->clock_data;
    coex_clock_start(&account->system_clock);
    account->inbox.history_progress = -1;
    return account;
}

CoexAccount *
coex_account_ref(CoexAccount *account)
{
    account->refs++;
    return account;
}

static void
account_clear_state(CoexAccount *account)
{
    g_clear_pointer(&account->outbox, coex_outbox_free);
    g_clear_pointer(&account->people, coex_people_free);
    g_clear_pointer(&account->settings, g_hash_table_unref);
    coex_views_clear(&account->views);
    g_clear_pointer(&account->catalogue, coex_catalogue_unref);
    g_clear_pointer(&account->verifier, coex_verifier_unref);
    coex_login_state_clear(&account->login);
    coex_inbox_clear(&account->inbox);
    coex_ids_clear(&account->ids);
    coex_registration_clear(&account->registration);
}

void
coex_account_unref(CoexAccount *account)
{
    if (--account->refs > 0)
        return;
    account_clear_state(account);
    coex_mailbox_unref(account->target.mailbox);
    coex_endpoint_clear(&account->endpoint);
    g_clear_object(&account->cancellable);
    g_free(account->realms);
    g_free(account->stray_realms);
    g_free(account->number);
    g_free(account->listen);
    g_free(account->webhook_path);
    g_free(account->webhook_header);
    g_free(account->verify_token);
    g_free(account->public_url);
    coex_proxy_free(account->proxy);
    g_free(account);
}

void
coex_account_close(CoexAccount *account)
{
    account->dead = TRUE;
    account->online = FALSE;
    coex_login_state_stop(&account->login);
    coex_views_stop(&account->views);
    coex_skew_stop(&account->skew);
    coex_strangers_keep(account);
    if (account->store != NULL)
        coex_hub_detach(account->hub, account);
    if (account->outbox != NULL)
        coex_outbox_stop(account->outbox);
    g_cancellable_cancel(account->cancellable);
    g_clear_pointer(&account->http, coex_http_free);
}

gboolean
coex_account_had_realm(const CoexAccount *account, const char *realm)
{
    return strstr(account->realms, realm) != NULL ||
           (account->stray_realms != NULL && strstr(account->stray_realms, realm) != NULL);
}

/* ---- time ---- */

gint64
coex_account_now(const CoexAccount *account)
{
    gint64 now = account->clock != NULL ? account->clock(account->clock_data)
                                        : coex_clock_get(&account->system_clock);

    return now + account->skew.seconds;
}

/* ---- telling ---- */

static void
deliver_call(gpointer data)
{
    coex_session_deliver(data);
}

static CoexNews *
news_new(CoexAccount *account, CoexNewsKind kind)
{
    return coex_news_new(kind, account->target.session);
}

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
    const char *secrets[] = { key, account->endpoint.app_secret, account->verify_token,
                              get_header_value(account->webhook_header), NULL };

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
mask_news(const CoexAccount *account, CoexNews *news)
{
    g_autofree char *detail = news->item != NULL ? mask(account, news->item->detail) : NULL;
    CoexFeedItem *item;

    if (news->kind == COEX_NEWS_NOTICE || news->kind == COEX_NEWS_PROGRESS)
        mask_member(account, &news->text);
    if (news->error != NULL)
        mask_member(account, &news->error->message);
    if (detail == NULL)
        return;
    item = coex_feed_item_copy(news->item, detail);
    coex_feed_item_unref(news->item);
    news->item = item;
}

void
coex_account_tell(CoexAccount *account, CoexNews *news)
{
    if (account->dead) {
        coex_news_free(news);
        return;
    }
    mask_news(account, news);
    coex_mailbox_post(account->target.mailbox, deliver_call, news, (GDestroyNotify)coex_news_free);
}

char *
coex_account_dup_title(const CoexAccount *account, const CoexPerson *person)
{
    const char *title = coex_titles_get(account->views.titles, person->id);

    if (person->alias == NULL || *person->alias == '\0')
        return coex_peer_dup_display(&person->peer);
    return g_strdup(title != NULL ? title : person->alias);
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

void
coex_account_take_times(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_by_activity(account->people);
    gint64 latest = coex_skew_get_latest(account);

    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);

        if (person->ahead_at == 0 || person->ahead_at - COEX_WINDOW_AHEAD_S > latest)
            continue;
        person->last_inbound_at = MAX(person->last_inbound_at, person->ahead_at);
        person->ahead_at = 0;
        coex_account_store_person(account, person);
    }
}

void
coex_account_close_window(CoexAccount *account, CoexPerson *person)
{
    gint64 closed = coex_account_now(account) - COEX_WINDOW_S;

    if (person->last_inbound_at > closed || person->ahead_at > 0) {
        person->last_inbound_at = MIN(person->last_inbound_at, closed);
        person->ahead_at = 0;
        coex_account_store_person(account, person);
    }
    coex_views_tell(account, person);
}

void
coex_account_tell_notice(CoexAccount *account, const CoexPerson *person, const char *format, ...)
{
    CoexNews *news;
    va_list args;

    if (account->dead)
        return;
    news = news_new(account, COEX_NEWS_NOTICE);
    va_start(args, format);
    news->text = g_strdup_vprintf(format, args);
    va_end(args);
    if (person != NULL)
        news->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell(account, news);
}

void
coex_account_tell_failed(CoexAccount *account, const GError *error)
{
    CoexNews *news;

    if (account->dead)
        return;
    g_debug("+%s: the login has failed, error %d", account->number, error->code);
    news = news_new(account, COEX_NEWS_FAILED);
    news->error = g_error_copy(error);
    coex_account_tell(account, news);
    coex_account_close(account);
}

void
coex_account_tell_feed(CoexAccount *account, GPtrArray *feed)
{
    for (guint i = 0; feed != NULL && i < feed->len; i++) {
        const CoexFeedItem *item = g_ptr_array_index(feed, i);
        const CoexPerson *person;
        CoexNews *news;

        if (account->dead || item->account_id != account->id)
            continue;
        person = coex_people_by_id(account->people, item->person_id);
        if (person == NULL)
            continue;
        news = news_new(account, COEX_NEWS_FEED);
        news->person = coex_person_view_ref(coex_views_get(account, person));
        news->item = coex_feed_item_ref(item);
        coex_account_tell(account, news);
    }
}

void
coex_account_tell_prompt(CoexAccount *account, const CoexPerson *person, const char *text,
                         const char *reason)
{
    CoexNews *news;

    if (account->dead)
        return;
    news = news_new(account, COEX_NEWS_PROMPT);
    news->person = coex_person_view_ref(coex_views_get(account, person));
    news->text = g_strdup(text);
    news->detail = g_strdup(reason);
    coex_account_tell(account, news);
}

void
coex_account_tell_prompt_over(CoexAccount *account, const CoexPerson *person)
{
    CoexNews *news;

    if (account->dead)
        return;
    news = news_new(account, COEX_NEWS_PROMPT_OVER);
    news->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell(account, news);
}

void
coex_account_tell_catalogue(CoexAccount *account, const GError *error)
{
    CoexNews *news = news_new(account, COEX_NEWS_CATALOGUE);

    if (account->catalogue != NULL)
        news->catalogue = coex_catalogue_ref(account->catalogue);
    if (error != NULL)
        news->error = g_error_copy(error);
    coex_account_tell(account, news);
}

void
coex_account_tell_ask_webhook(CoexAccount *account, const char *registered)
{
    CoexNews *news = news_new(account, COEX_NEWS_ASK_WEBHOOK);

    news->text = g_strdup(registered);
    news->detail = g_strdup(account->public_url);
    coex_account_tell(account, news);
}

CoexResponse *
coex_account_finish(CoexAccount *account, GAsyncResult *result, GError **error)
{
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, error);

    if (response == NULL)
        return NULL;
    if (account->dead) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The account has ended.");
        return NULL;
    }
    coex_skew_note_answer(account, response->date);
    return g_steal_pointer(&response);
}

/* ---- the store ---- */

CoexBatch *
coex_account_batch(CoexAccount *account)
{
    CoexBatch *batch = coex_batch_new();

    coex_batch_set_account(batch, account->id);
    return batch;
}

void
coex_account_tell_store_error(CoexAccount *account, const GError *error)
{
    gint64 now = g_get_monotonic_time();
    gint64 before = account->store_error_us;

    account->store_error_us = now;
    if (before == 0 || now - before >= STORE_QUIET_US)
        coex_account_tell_notice(account, NULL, "%s", error->message);
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
coex_account_put_setting(CoexAccount *account, const char *key, const char *value)
{
    CoexBatch *batch;

    if (g_strcmp0(coex_account_get_setting(account, key), value) == 0)
        return;
    if (value != NULL)
        g_hash_table_replace(account->settings, g_strdup(key), g_strdup(value));
    else
        g_hash_table_remove(account->settings, key);
    batch = coex_account_batch(account);
    coex_batch_put_setting(batch, key, value);
    coex_account_commit(account, batch);
}

void
coex_account_learn(CoexAccount *account, char **member, const char *key, const char *value)
{
    g_free(*member);
    *member = g_strdup(value);
    coex_account_put_setting(account, key, value);
}
