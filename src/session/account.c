// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/account.h"

#define SKEW_S 120 /* between the provider's clock and ours before it counts */
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
    account->endpoint.base_url = g_strdup(config->api_url != NULL ? config->api_url : "");
    account->endpoint.key = g_strdup(config->key);
    account->endpoint.phone_number_id = g_strdup(config->phone_number_id);
    account->endpoint.waba_id = g_strdup(config->waba_id);
    account->endpoint.app_secret = g_strdup(config->app_secret != NULL ? config->app_secret : "");
    account->number = g_strdup(config->number);
    account->listen = g_strdup(config->listen);
    account->webhook_path = g_strdup(config->webhook_path);
    account->webhook_header = g_strdup(config->webhook_header);
    account->verify_token = g_strdup(config->verify_token);
    account->public_url = g_strdup(config->public_url);
    account->template_language = g_strdup(config->template_language);
    account->program = g_strdup(config->program);
    account->receipts = config->receipts;
    account->list_everybody = config->list_everybody;
    account->verb_mark = config->verb_mark != '\0' ? config->verb_mark : '/';
    account->clock = config->clock;
    account->clock_data = config->clock_data;
    coex_clock_start(&account->system_clock);
    account->history_progress = -1;
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
    g_clear_pointer(&account->views, g_hash_table_unref);
    g_clear_pointer(&account->states, g_hash_table_unref);
    g_clear_pointer(&account->catalogue, coex_catalogue_unref);
    g_clear_pointer(&account->verifier, coex_verifier_unref);
    g_clear_pointer(&account->feed_backlog, g_ptr_array_unref);
    g_clear_pointer(&account->wabas, g_strfreev);
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
    g_clear_object(&account->login_cancellable);
    g_free(account->unreachable_at_login);
    g_free(account->realms);
    g_free(account->number);
    g_free(account->listen);
    g_free(account->webhook_path);
    g_free(account->webhook_header);
    g_free(account->verify_token);
    g_free(account->public_url);
    g_free(account->template_language);
    g_free(account->program);
    g_free(account);
}

void
coex_account_close(CoexAccount *account)
{
    account->dead = TRUE;
    account->online = FALSE;
    coex_timer_clear(&account->login_timeout);
    coex_timer_clear(&account->presence_timer);
    coex_timer_clear(&account->deaf_timer);
    if (account->store != NULL)
        coex_hub_detach(account->hub, account);
    if (account->outbox != NULL)
        coex_outbox_stop(account->outbox);
    if (account->cancellable != NULL) {
        g_cancellable_cancel(account->login_cancellable);
        g_cancellable_cancel(account->cancellable);
    }
    g_clear_pointer(&account->http, coex_http_free);
}

GSource *
coex_timer_new(gint64 delay_ms, GSourceFunc callback, gpointer data)
{
    GSource *source = g_timeout_source_new((guint)CLAMP(delay_ms, 0, G_MAXINT));

    g_source_set_callback(source, callback, data, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

void
coex_timer_clear(GSource **timer)
{
    if (*timer == NULL)
        return;
    g_source_destroy(*timer);
    g_source_unref(*timer);
    *timer = NULL;
}

/* ---- time ---- */

gint64
coex_account_now(const CoexAccount *account)
{
    gint64 now = account->clock != NULL ? account->clock(account->clock_data)
                                        : coex_clock_get(&account->system_clock);

    return now + account->skew;
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

void
coex_account_tell(CoexAccount *account, CoexNews *news)
{
    if (account->dead) {
        coex_news_free(news);
        return;
    }
    coex_mailbox_post(account->target.mailbox, deliver_call, news, (GDestroyNotify)coex_news_free);
}

const char *
coex_account_call_person(const CoexPerson *person)
{
    if (person->alias != NULL && *person->alias != '\0')
        return person->alias;
    return person->peer.username != NULL ? person->peer.username : person->name;
}

CoexWindow
coex_account_window(const CoexAccount *account, const CoexPerson *person)
{
    return coex_window_at(person->last_inbound_at, person->free_until, coex_account_now(account));
}

void
coex_account_close_window(CoexAccount *account, CoexPerson *person)
{
    gint64 closed = coex_account_now(account) - COEX_WINDOW_S;

    if (person->last_inbound_at > closed) {
        person->last_inbound_at = closed;
        coex_account_store_person(account, person);
    }
    coex_account_tell_person(account, person);
}

static gboolean
person_is_listed(const CoexAccount *account, const CoexPerson *person)
{
    if (person->pinned)
        return TRUE;
    if (person->hidden)
        return FALSE;
    return account->list_everybody || person->active_at >= account->listed_since;
}

static CoexPersonView *
view_new(CoexAccount *account, const CoexPerson *person)
{
    CoexPersonView *view = g_atomic_rc_box_new0(CoexPersonView);

    view->id = person->id;
    view->name = g_strdup(person->name);
    view->alias = g_strdup(person->alias != NULL ? person->alias : person->peer.username);
    view->display = coex_peer_dup_display(&person->peer);
    view->window = coex_account_window(account, person);
    view->label = coex_window_get_label(view->window, coex_account_now(account));
    view->last_state = g_strdup(g_hash_table_lookup(account->states, &person->id));
    view->listed = person_is_listed(account, person);
    view->n_parked = coex_outbox_count(account->outbox, person->id, COEX_OUTBOX_PARKED);
    view->n_held = coex_outbox_count(account->outbox, person->id, COEX_OUTBOX_HELD);
    return view;
}

static gboolean
view_equal(const CoexPersonView *a, const CoexPersonView *b)
{
    return g_strcmp0(a->alias, b->alias) == 0 && g_str_equal(a->display, b->display) &&
           a->window.open == b->window.open && a->window.expires_at == b->window.expires_at &&
           a->window.free_until == b->window.free_until && a->label == b->label &&
           g_strcmp0(a->last_state, b->last_state) == 0 && a->listed == b->listed &&
           a->n_parked == b->n_parked && a->n_held == b->n_held;
}

static const CoexPersonView *
account_view(CoexAccount *account, const CoexPerson *person)
{
    CoexPersonView *told = g_hash_table_lookup(account->views, &person->id);

    if (told == NULL) {
        coex_account_tell_person(account, person);
        told = g_hash_table_lookup(account->views, &person->id);
    }
    return told;
}

static void presence_watch(CoexAccount *account, const CoexPersonView *view);
static void presence_recheck(CoexAccount *account);

void
coex_account_tell_person(CoexAccount *account, const CoexPerson *person)
{
    g_autoptr(CoexPersonView) view = NULL;
    const CoexPersonView *told;
    CoexNews *news;

    if (account->dead)
        return;
    view = view_new(account, person);
    told = g_hash_table_lookup(account->views, &person->id);
    if (told != NULL && view_equal(told, view))
        return;
    news = news_new(account, COEX_NEWS_PERSON);
    news->person = coex_person_view_ref(view);
    coex_account_tell(account, news);
    g_hash_table_replace(account->views, &view->id, coex_person_view_ref(view));
    presence_watch(account, view);
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
        news->person = coex_person_view_ref(account_view(account, person));
    coex_account_tell(account, news);
}

void
coex_account_tell_failed(CoexAccount *account, const GError *error)
{
    CoexNews *news;

    if (account->dead)
        return;
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
        news->person = coex_person_view_ref(account_view(account, person));
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
    news->person = coex_person_view_ref(account_view(account, person));
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
    news->person = coex_person_view_ref(account_view(account, person));
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

void
coex_account_note_date(CoexAccount *account, const CoexResponse *response)
{
    gint64 ours = coex_account_now(account) - account->skew;
    gint64 skew = response->date - ours;
    CoexNews *news;

    if (response->date <= 0)
        return;
    if (ABS(skew) <= SKEW_S)
        skew = 0;
    if (ABS(skew - account->skew) <= SKEW_S / 2)
        return;
    account->skew = skew;
    news = news_new(account, COEX_NEWS_SKEW);
    news->skew = skew;
    coex_account_tell(account, news);
    if (account->online)
        presence_recheck(account);
    if (skew == 0 || account->skew_told)
        return;
    account->skew_told = TRUE;
    coex_account_tell_notice(account, NULL,
                             "This computer's clock is %" G_GINT64_FORMAT
                             " minutes %s WhatsApp's. WhatsApp's time is used for the 24-hour "
                             "window; please set the clock.",
                             ABS(skew) / 60, skew > 0 ? "behind" : "ahead of");
}

/* ---- presence: one timer for the nearest change ---- */

/* Another time (a test's clock may jump, the system's does not) is noticed within this. */
#define PRESENCE_MAX_S 60

static gboolean on_presence(gpointer data);

static void
presence_wake_at(CoexAccount *account, gint64 when)
{
    gint64 delay_s = CLAMP(when - coex_account_now(account), 0, PRESENCE_MAX_S);

    if (account->presence_timer != NULL && account->presence_at <= when)
        return;
    coex_timer_clear(&account->presence_timer);
    account->presence_at = when;
    account->presence_timer = coex_timer_new(delay_s * 1000, on_presence, account);
}

static void
presence_watch(CoexAccount *account, const CoexPersonView *view)
{
    gint64 next = coex_window_next_change(view->window, coex_account_now(account));

    if (next > 0)
        presence_wake_at(account, next);
}

static void
presence_recheck(CoexAccount *account)
{
    coex_timer_clear(&account->presence_timer);
    presence_wake_at(account, coex_account_now(account));
}

static gboolean
on_presence(gpointer data)
{
    CoexAccount *account = data;
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(gint64));
    gint64 now = coex_account_now(account);
    GHashTableIter iter;
    gpointer value;

    coex_timer_clear(&account->presence_timer);
    g_hash_table_iter_init(&iter, account->views);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const CoexPersonView *view = value;

        if (view->label != coex_window_get_label(view->window, now))
            g_array_append_val(changed, view->id);
        else
            presence_watch(account, view);
    }
    for (guint i = 0; i < changed->len; i++)
        coex_account_tell_person(
            account, coex_people_by_id(account->people, g_array_index(changed, gint64, i)));
    return G_SOURCE_REMOVE;
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
