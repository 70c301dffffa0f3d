// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/sends.h"

#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "store/store.h"

#define EXCERPT 60

/* ---- one of them ---- */

static const char *
get_state_words(CoexState state)
{
    switch (state) {
    case COEX_STATE_SENT:
        /* Translators: what became of a message; when stands behind it, as in “sent 14:10”. */
        return C_("message", "sent");
    case COEX_STATE_DELIVERED:
        return C_("message", "delivered");
    case COEX_STATE_READ:
        return C_("message", "read");
    case COEX_STATE_PLAYED:
        return C_("message", "played");
    case COEX_STATE_FAILED:
        return C_("message", "failed");
    case COEX_STATE_UNCONFIRMED:
        return _("not confirmed");
    case COEX_STATE_PENDING:
    case COEX_STATE_UNKNOWN:
        break;
    }
    return _("accepted by WhatsApp, and nothing else is known yet");
}

static void
add(GString *line, CoexState state, gint64 at, gint64 now)
{
    g_autofree char *time = at > 0 ? coex_window_describe_time(at, now) : NULL;

    if (line->len > 0)
        g_string_append(line, ", ");
    g_string_append(line, get_state_words(state));
    if (time != NULL)
        g_string_append_printf(line, " %s", time);
}

static void
add_why(GString *line, const char *why)
{
    if (why != NULL)
        g_string_append_printf(line, ": %s", why);
}

/* Of what is in the outbox. */
static void
add_waiting(GString *line, const CoexSend *send, gint64 now)
{
    const char *what = coex_outbox_state_describe((CoexOutboxState)send->waits);

    if (what != NULL) {
        g_string_append(line, what);
    } else if (send->waits == COEX_OUTBOX_FAILED && send->why == NULL) {
        g_string_append(line, COEX_OUTBOX_KEPT);
    } else if (send->waits == COEX_OUTBOX_FAILED) {
        add(line, COEX_STATE_FAILED, send->state_at, now);
        add_why(line, send->why);
    } else {
        add(line, COEX_STATE_UNCONFIRMED, 0, now);
    }
}

static void
add_told(GString *line, const CoexSend *send, gint64 now)
{
    for (guint i = 0; i < G_N_ELEMENTS(send->told_at); i++) {
        CoexState state = (CoexState)(COEX_STATE_SENT + i);

        if (send->told_at[i] > 0)
            add(line, state, send->told_at[i], now);
        else if (state == send->state)
            add(line, state, send->state_at, now);
    }
}

/* Of these the last alone. */
static void
add_last_told(GString *line, const CoexSend *send, gint64 now)
{
    for (guint i = G_N_ELEMENTS(send->told_at); i > 0; i--) {
        CoexState state = (CoexState)(COEX_STATE_SENT + i - 1);
        gint64 at = send->told_at[i - 1] > 0 ? send->told_at[i - 1] : send->state_at;

        if (send->told_at[i - 1] == 0 && state != send->state)
            continue;
        add(line, state, at, now);
        return;
    }
}

/* @newest: what was told before a failure, or before what was told last, is left out. */
static char *
describe(const CoexSend *send, gboolean newest, gint64 now)
{
    GString *line = g_string_new(NULL);

    if (send->waits >= 0) {
        add_waiting(line, send, now);
        return g_string_free(line, FALSE);
    }
    if (!newest)
        add_told(line, send, now);
    else if (send->state != COEX_STATE_FAILED)
        add_last_told(line, send, now);
    if (send->state == COEX_STATE_UNCONFIRMED) {
        add(line, COEX_STATE_UNCONFIRMED, 0, now);
    } else if (send->state == COEX_STATE_FAILED) {
        add(line, COEX_STATE_FAILED, send->state_at, now);
        add_why(line, send->why);
    } else if (line->len == 0) {
        add(line, COEX_STATE_PENDING, 0, now);
    }
    return g_string_free(line, FALSE);
}

char *
coex_sends_describe_newest(const CoexSend *send, gint64 now)
{
    return describe(send, TRUE, now);
}

char *
coex_sends_dup_words(const CoexSend *send)
{
    return coex_text_excerpt(send->text != NULL ? send->text : "", EXCERPT);
}

/* ---- the list ---- */

typedef struct {
    CoexAccount *account;
    gint64 person_id;
} Question;

static void
add_line(GString *lines, const CoexSend *send, gint64 now)
{
    g_autofree char *at = coex_window_describe_time(send->time, now);
    g_autofree char *words = coex_sends_dup_words(send);
    g_autofree char *state = describe(send, FALSE, now);

    g_string_append_c(lines, '\n');
    /* Translators: a time, the first words of a message, what became of it. */
    coex_say_more(lines, _("%s “%s”: %s"), at, words, state);
}

static void
on_figures(const CoexFigures *figures, const GError *error, gpointer user_data)
{
    g_autofree Question *question = user_data;
    g_autoptr(CoexAccount) account = question->account;
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autofree char *title = NULL;
    const CoexPerson *person;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        return;
    }
    person = coex_people_by_id(account->people, question->person_id);
    title = coex_account_dup_title(account, person);
    coex_say_more(lines,
                  figures->sends->len > 0 ? _("Sent to %s, the newest last:")
                                          : _("Nothing was sent to %s from here."),
                  title);
    for (guint i = figures->sends->len; i > 0; i--)
        add_line(lines, g_ptr_array_index(figures->sends, i - 1), coex_account_now(account));
    coex_account_tell_notice(account, person, "%s", lines->str);
}

void
coex_sends_list(CoexAccount *account, CoexPerson *person)
{
    Question *question = g_new(Question, 1);

    *question = (Question){ coex_account_ref(account), person->id };
    coex_store_read_figures(account->store, account->id, person->id, COEX_SENDS_MAX, on_figures,
                            question);
}
