// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/facts.h"

#include "account/account.h"
#include "account/events.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/person-view.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "session/sends.h"
#include "store/store.h"

#define SEND_COLUMNS 54  /* beside "Sent 2026-11-30 14:02: " */
#define WORDS_COLUMNS 24 /* of these so many are its first words' at least */

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

/* With its newest state alone, on one line of a terminal: /status tells of all. */
static void
add_sends(GStrvBuilder *facts, GPtrArray *sends, gint64 now)
{
    for (guint i = 0; i < sends->len; i++) {
        const CoexSend *send = g_ptr_array_index(sends, i);
        g_autofree char *words = coex_sends_dup_words(send);
        g_autofree char *newest = coex_sends_describe_newest(send, now);
        glong n_words = MIN(g_utf8_strlen(words, -1), WORDS_COLUMNS);
        g_autofree char *state = coex_text_excerpt(newest, (gsize)(SEND_COLUMNS - 2 - n_words));
        /* Translators: what became of a message, and its first words. */
        g_autofree char *line = coex_say(_("%s: %s"), state, words);
        g_autofree char *at = dup_time(send->time);
        /* Translators: a label; %s is a day and a time. */
        g_autofree char *label = coex_say(_("Sent %s"), at != NULL ? at : "");

        add(facts, label, coex_text_excerpt(line, SEND_COLUMNS));
    }
}

static char **
dup_facts(const CoexAccount *account, const CoexPerson *person, const CoexFigures *figures)
{
    g_autoptr(GStrvBuilder) facts = g_strv_builder_new();
    const CoexPeer *peer = &person->peer;

    add(facts, _("Number"), peer->wa_id != NULL ? g_strconcat("+", peer->wa_id, NULL) : NULL);
    add(facts, _("User id"), g_strdup(peer->user_id));
    add(facts, _("User name"),
        peer->username != NULL ? g_strconcat("@", peer->username, NULL) : NULL);
    add(facts, _("In the phone's book"), g_strdup(person->book_name));
    add(facts, _("By the profile"), g_strdup(person->alias));
    if (person->free_until > coex_account_now(account))
        add(facts, _("Templates are free until"), dup_time(person->free_until));
    add(facts, _("First message"), dup_time(figures->first_at));
    add(facts, _("Newest message"), dup_time(figures->last_at));
    add(facts, _("Messages"),
        /* Translators: these count messages. */
        g_strdup_printf(*account->relay != '\0'
                            ? _("%u from them, %u from here, %u from the phone or another desk")
                            : _("%u from them, %u from here, %u from the phone"),
                        figures->n_messages[COEX_INBOUND], figures->n_messages[COEX_OUTBOUND],
                        figures->n_messages[COEX_ECHO]));
    add(facts, _("Came by an ad"), dup_time(figures->ad_at));
    add(facts, _("Click on it (ctwa_clid)"), g_strdup(figures->ad_click));
    add_sends(facts, figures->sends, coex_account_now(account));
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
                            coex_people_now(account->people, person)->id, COEX_SENDS_MAX,
                            on_figures, question);
}
