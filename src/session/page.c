// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/page.h"

#include "account/account.h"
#include "account/call.h"
#include "account/events.h"
#include "account/people.h"
#include "account/person.h"
#include "account/phone.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/costs.h"
#include "core/number-state.h"
#include "core/profile-change.h"
#include "core/profile.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "send/outbox.h"
#include "session/profile.h"
#include "store/store.h"

#define URL_MAX 200

/* The page as far as it is made. */
typedef struct {
    CoexAccount *account; /* NULL: borrowed from whoever calls back */
    GStrvBuilder *facts;
    gboolean has_profile; /* the account's is as it stands there now */
    char *no_profile;     /* why it could not be asked, NULL: it was, or nothing was */
} Page;

static Page *
page_new(void)
{
    Page *page = g_new0(Page, 1);

    page->facts = g_strv_builder_new();
    return page;
}

static void
page_free(Page *page)
{
    g_clear_pointer(&page->account, coex_account_unref);
    g_strv_builder_unref(page->facts);
    g_free(page->no_profile);
    g_free(page);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Page, page_free)

/* Takes @text; NULL is not told. */
static void
add(Page *page, const char *label, char *text)
{
    if (text == NULL)
        return;
    g_strv_builder_add(page->facts, label);
    g_strv_builder_add(page->facts, text);
    g_free(text);
}

static char *
dup_time(gint64 at)
{
    return at > 0 ? coex_window_dup_time(at) : NULL;
}

/* ---- what is known here ---- */

static char *
dup_receiving(const CoexAccount *account)
{
    g_autofree char *last = dup_time(account->last_delivery_at);
    g_autofree char *entrance = coex_account_dup_entrance(account);

    if (!coex_account_listens(account) && *account->relay == '\0' && *account->inbox_url == '\0')
        return g_strdup(_("switched off"));
    /* Translators: where webhooks come in, and a day and a time. */
    return coex_say(last != NULL ? _("at %s; the last webhook came at %s")
                                 : _("at %s; no webhook came yet"),
                    entrance, last);
}

static char *
dup_windows(guint n_open, guint n_closed)
{
    g_autofree char *open = g_strdup_printf(COEX_PLURAL("%u open", "%u open", n_open), n_open);
    g_autofree char *closed =
        g_strdup_printf(COEX_PLURAL("%u closed", "%u closed", n_closed), n_closed);

    return g_strjoin(", ", open, closed, NULL);
}

/* Nobody counts twice who turned out to be another. */
static void
add_windows(Page *page, CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    guint n_open = 0, n_closed = 0, n_waiting = 0, n_held = 0, n_parked = 0;

    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(people, i);
        CoexWindow window = coex_account_window(account, person);

        if (person->same_as != 0)
            continue;
        n_open += window.open;
        n_closed += !window.open && window.expires_at > 0;
        n_waiting += coex_account_waits_since(account, person) > 0;
        n_held += coex_outbox_count(account->outbox, person->id, COEX_OUTBOX_HELD);
        n_parked += coex_outbox_count(account->outbox, person->id, COEX_OUTBOX_PARKED);
    }
    add(page, _("Windows"), dup_windows(n_open, n_closed));
    add(page, _("Wait for an answer"), g_strdup_printf("%u", n_waiting));
    if (n_held + n_parked > 0)
        add(page, _("Texts that wait"),
            g_strdup_printf(_("%u until they write, %u for your choice"), n_held, n_parked));
}

static gint64
get_midnight(gint64 now)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(now);
    g_autoptr(GDateTime) day =
        at != NULL ? g_date_time_new_local(g_date_time_get_year(at), g_date_time_get_month(at),
                                           g_date_time_get_day_of_month(at), 0, 0, 0)
                   : NULL;

    return MAX(day != NULL ? g_date_time_to_unix(day) : 0, 1);
}

static char *
dup_today(const CoexAccount *account, const CoexFigures *figures)
{
    guint n_in = figures->n_messages[COEX_INBOUND];
    guint n_out = figures->n_messages[COEX_OUTBOUND];
    guint n_echo = figures->n_messages[COEX_ECHO];
    /* Translators: these count messages. */
    g_autofree char *in = g_strdup_printf(COEX_PLURAL("%u received", "%u received", n_in), n_in);
    g_autofree char *out =
        figures->n_failed > 0
            ? g_strdup_printf(COEX_PLURAL("%u sent from here (%u of them failed)",
                                          "%u sent from here (%u of them failed)", n_out),
                              n_out, figures->n_failed)
            : g_strdup_printf(COEX_PLURAL("%u sent from here", "%u sent from here", n_out), n_out);
    g_autofree char *echo =
        *account->relay != '\0'
            ? g_strdup_printf(COEX_PLURAL("%u sent on the phone or at another desk",
                                          "%u sent on the phone or at another desk", n_echo),
                              n_echo)
            : g_strdup_printf(COEX_PLURAL("%u sent on the phone", "%u sent on the phone", n_echo),
                              n_echo);

    return g_strjoin(", ", in, out, echo, NULL);
}

/* Last: a page that is too low for all of it has a form for this. */
static void
add_profile(Page *page, const CoexAccount *account)
{
    g_auto(GStrv) facts = page->has_profile ? coex_profile_describe(account->profile) : NULL;

    for (guint i = 0; facts != NULL && facts[i] != NULL; i++)
        g_strv_builder_add(page->facts, facts[i]);
    add(page, _("Profile"), g_steal_pointer(&page->no_profile));
}

static void
on_figures(const CoexFigures *figures, const GError *error, gpointer user_data)
{
    g_autoptr(Page) page = user_data;
    CoexAccount *account = page->account;
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else
        add(page, _("Today"), dup_today(account, figures));
    if (account->costs != NULL)
        add(page, _("This month"), coex_costs_summarize(account->costs, coex_account_now(account)));
    add_profile(page, account);
    event = coex_account_event_new(account, COEX_SESSION_FACTS);
    event->profile = page->has_profile ? coex_profile_copy(account->profile) : NULL;
    event->facts = g_strv_builder_end(page->facts);
    coex_account_tell(account, event);
}

/* Takes @page. */
static void
finish(CoexAccount *account, Page *page)
{
    add(page, _("Receiving"), dup_receiving(account));
    if (coex_outbox_get_unlinked_at(account) > 0)
        add(page, _("Not connected with the API since"),
            dup_time(coex_outbox_get_unlinked_at(account)));
    add(page, _("Phone"), coex_phone_describe(account));
    add_windows(page, account);
    page->account = coex_account_ref(account);
    coex_store_read_figures_since(account->store, account->id,
                                  get_midnight(coex_account_now(account)), on_figures, page);
}

/* ---- what the provider knows ---- */

static void on_number(CoexAccount *account, const CoexResponse *response, GError **error,
                      gpointer data);
static void on_webhook(CoexAccount *account, const CoexResponse *response, GError **error,
                       gpointer data);
static void on_profile(CoexAccount *account, const CoexResponse *response, GError **error,
                       gpointer data);

void
coex_page_ask(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = coex_api_ask_number(&account->endpoint);
    Page *page = page_new();

    add(page, _("Number"),
        /* Translators: a number, and the provider. */
        coex_say(_("+%s, at %s"), account->number, account->endpoint.backend->label));
    coex_account_call(account, request, on_number, page, (GDestroyNotify)page_free);
}

static void
add_number(Page *page, const CoexAccount *account, CoexNumberState *state)
{
    add(page, _("Name"), g_steal_pointer(&state->name));
    add(page, _("Quality"), g_steal_pointer(&state->quality));
    add(page, _("Messaging limit"), g_steal_pointer(&state->limit));
    add(page, _("Throughput"), g_steal_pointer(&state->throughput));
    add(page, _("State"), g_steal_pointer(&state->state));
    if (!account->endpoint.backend->tells_number)
        add(page, _("Name, quality, limits"),
            coex_say(_("%s does not tell them; they stand in its hub and in WhatsApp Manager"),
                     account->endpoint.backend->label));
    add(page, _("Health"), g_steal_pointer(&state->health));
}

static void
on_number(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(Page) page = data;
    g_auto(CoexNumberState) state = { 0 };
    g_autoptr(CoexRequest) next = NULL;

    if (response != NULL && coex_number_state_read(response, &state, error))
        add_number(page, account, &state);
    else
        add(page, _("Number's state"), coex_say(_("cannot be asked: %s"), (*error)->message));
    /* nor would anything else come */
    if (response == NULL) {
        finish(account, g_steal_pointer(&page));
        return;
    }
    next = coex_api_get_webhook(&account->endpoint);
    coex_account_call(account, next, on_webhook, g_steal_pointer(&page), (GDestroyNotify)page_free);
}

static char *
dup_webhook(const CoexAccount *account, const CoexWebhook *webhook)
{
    g_autofree char *url = coex_text_excerpt(webhook->url, URL_MAX);

    if (*url == '\0')
        return g_strdup(_("none is registered: nothing can arrive"));
    if (*account->public_url == '\0' || g_str_equal(webhook->url, account->public_url))
        return g_steal_pointer(&url);
    return coex_say(_("%s, which is not this account's {@public-url}"), url);
}

static void
on_webhook(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(Page) page = data;
    g_auto(CoexWebhook) webhook = { 0 };
    g_autoptr(CoexRequest) next = coex_api_get_profile(&account->endpoint);

    if (response != NULL && coex_api_read_webhook(&account->endpoint, response, &webhook, error))
        add(page, _("Webhook"), dup_webhook(account, &webhook));
    else
        add(page, _("Webhook"), coex_say(_("cannot be asked: %s"), (*error)->message));
    coex_account_call(account, next, on_profile, g_steal_pointer(&page), (GDestroyNotify)page_free);
}

static void
on_profile(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(Page) page = data;
    CoexProfile *profile = response != NULL ? coex_api_read_profile(response, error) : NULL;

    page->has_profile = profile != NULL;
    if (profile != NULL)
        coex_profile_take(account, profile);
    else
        page->no_profile = coex_say(_("cannot be asked: %s"), (*error)->message);
    finish(account, g_steal_pointer(&page));
}
