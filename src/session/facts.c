// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/facts.h"

#include "account/account.h"
#include "account/events.h"
#include "account/people.h"
#include "account/person.h"
#include "account/phone.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/backend.h"
#include "core/person-view.h"
#include "core/text.h"
#include "core/window.h"
#include "send/outbox.h"
#include "store/store.h"

#define N_SENDS 10
#define EXCERPT 60

typedef struct {
    CoexAccount *account;
    gint64 person_id;
} Question;

/* Takes @text; NULL or 0 is not told. */
static void
add(GStrvBuilder *facts, const char *label, char *text)
{
    if (text == NULL)
        return;
    g_strv_builder_add(facts, label);
    g_strv_builder_add(facts, text);
    g_free(text);
}

static char *
dup_time(gint64 at)
{
    return at > 0 ? coex_window_dup_time(at) : NULL;
}

static void
add_sends(GStrvBuilder *facts, GPtrArray *sends)
{
    for (guint i = 0; i < sends->len; i++) {
        const CoexSend *send = g_ptr_array_index(sends, i);
        g_autofree char *words = coex_text_excerpt(send->text != NULL ? send->text : "", EXCERPT);
        g_autofree char *at = dup_time(send->time);
        g_autofree char *label = g_strdup_printf("Sent %s", at != NULL ? at : "");

        add(facts, label, g_strdup_printf("%s: %s", coex_state_get_name(send->state), words));
    }
}

static char **
dup_facts(const CoexAccount *account, const CoexPerson *person, const CoexFigures *figures)
{
    g_autoptr(GStrvBuilder) facts = g_strv_builder_new();
    const CoexPeer *peer = &person->peer;

    add(facts, "Number", peer->wa_id != NULL ? g_strconcat("+", peer->wa_id, NULL) : NULL);
    add(facts, "User id", g_strdup(peer->user_id));
    add(facts, "User name", peer->username != NULL ? g_strconcat("@", peer->username, NULL) : NULL);
    add(facts, "In the phone's book", g_strdup(person->book_name));
    add(facts, "By the profile", g_strdup(person->alias));
    if (person->free_until > coex_account_now(account))
        add(facts, "Templates are free until", dup_time(person->free_until));
    add(facts, "First message", dup_time(figures->first_at));
    add(facts, "Newest message", dup_time(figures->last_at));
    add(facts, "Messages",
        g_strdup_printf("%u from them, %u from here, %u from the phone",
                        figures->n_messages[COEX_INBOUND], figures->n_messages[COEX_OUTBOUND],
                        figures->n_messages[COEX_ECHO]));
    add(facts, "Came by an ad", dup_time(figures->ad_at));
    add(facts, "Click on it (ctwa_clid)", g_strdup(figures->ad_click));
    add_sends(facts, figures->sends);
    return g_strv_builder_end(facts);
}

static void
on_figures(const CoexFigures *figures, const GError *error, gpointer user_data)
{
    g_autofree Question *question = user_data;
    g_autoptr(CoexAccount) account = question->account;
    CoexPerson *person;
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        return;
    }
    person = coex_people_by_id(account->people, question->person_id);
    event = coex_account_event_new(account, COEX_SESSION_FACTS);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->facts = dup_facts(account, coex_people_now(account->people, person), figures);
    coex_account_tell(account, event);
}

void
coex_facts_ask(CoexAccount *account, CoexPerson *person)
{
    Question *question = g_new(Question, 1);

    *question = (Question){ coex_account_ref(account), person->id };
    coex_store_read_figures(account->store, account->id,
                            coex_people_now(account->people, person)->id, N_SENDS, on_figures,
                            question);
}

/* ---- the account ---- */

static char *
dup_webhook(const CoexAccount *account)
{
    g_autofree char *last = dup_time(account->last_delivery_at);
    g_autofree char *place = NULL;

    if (!coex_account_listens(account))
        return g_strdup("receiving is switched off");
    place = g_strdup_printf(*account->public_url != '\0' ? "%s%s, registered is %s" : "%s%s",
                            account->listen, account->webhook_path, account->public_url);
    return g_strdup_printf(last != NULL ? "%s; the last one came at %s" : "%s; none came yet",
                           place, last);
}

/* Nobody counts twice who turned out to be another. */
static void
add_windows(GStrvBuilder *facts, CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    gint64 now = coex_account_now(account);
    guint n_open = 0, n_closed = 0, n_waiting = 0, n_held = 0, n_parked = 0;

    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(people, i);
        CoexWindow window = coex_account_window(account, person);

        if (person->same_as != 0)
            continue;
        n_open += window.open;
        n_closed += !window.open && window.expires_at > 0;
        n_waiting += coex_person_waits_since(person, now) > 0;
        n_held += coex_outbox_count(account->outbox, person->id, COEX_OUTBOX_HELD);
        n_parked += coex_outbox_count(account->outbox, person->id, COEX_OUTBOX_PARKED);
    }
    add(facts, "Windows", g_strdup_printf("%u open, %u closed", n_open, n_closed));
    add(facts, "Wait for an answer", g_strdup_printf("%u", n_waiting));
    if (n_held + n_parked > 0)
        add(facts, "Texts that wait",
            g_strdup_printf("%u until they write, %u for your choice", n_held, n_parked));
}

void
coex_facts_tell_account(CoexAccount *account)
{
    g_autoptr(GStrvBuilder) facts = g_strv_builder_new();
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_FACTS);

    add(facts, "Number", g_strconcat("+", account->number, NULL));
    add(facts, "Provider", g_strdup(account->endpoint.backend->label));
    add(facts, "Webhook", dup_webhook(account));
    if (coex_outbox_get_unlinked_at(account) > 0)
        add(facts, "Not connected with the API since",
            dup_time(coex_outbox_get_unlinked_at(account)));
    add(facts, "Phone", coex_phone_describe(account));
    add_windows(facts, account);
    event->facts = g_strv_builder_end(facts);
    coex_account_tell(account, event);
}
