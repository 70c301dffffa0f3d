// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/account.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/peer.h"
#include "core/proxy.h"
#include "core/text.h"
#include "core/verifier.h"
#include "core/words.h"
#include "purple/actions.h"
#include "purple/ask.h"
#include "purple/broadcast.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/conversation.h"
#include "purple/doctor.h"
#include "purple/fetching.h"
#include "purple/file.h"
#include "purple/forget.h"
#include "purple/found.h"
#include "purple/host.h"
#include "purple/icon.h"
#include "purple/lines.h"
#include "purple/nick.h"
#include "purple/notice.h"
#include "purple/options.h"
#include "purple/privacy.h"
#include "purple/page.h"
#include "purple/proxy.h"
#include "purple/past-log.h"
#include "purple/recall.h"
#include "purple/roster.h"
#include "purple/set-up.h"
#include "purple/template-chat.h"
#include "purple/template-form.h"
#include "purple/template-picker.h"
#include "purple/synchronise.h"
#include "purple/transfer.h"
#include "purple/typed-path.h"
#include "purple/unseen.h"
#include "session/session.h"

#define ERROR_COLUMNS 72

/* ---- what the session tells ---- */

static void
show_progress(CoexConnection *connection, const CoexSessionEvent *event)
{
    guint step = MIN(event->step, event->n_steps);

    if (!connection->online)
        purple_connection_update_progress(connection->gc, event->text, step, event->n_steps + 1);
}

static void
go_online(CoexConnection *connection)
{
    connection->online = TRUE;
    purple_connection_set_state(connection->gc, PURPLE_CONNECTED);
    if (connection->over)
        return;
    coex_conversation_watch(connection);
    coex_recall_watch(connection);
    coex_notice_watch(connection);
    coex_roster_start(connection);
    if (!connection->over)
        coex_notice_end_error(connection);
}

static PurpleConnectionError
connection_error(const GError *error)
{
    if (error->domain != COEX_ERROR)
        return PURPLE_CONNECTION_ERROR_OTHER_ERROR;

    switch ((CoexErrorCode)error->code) {
    case COEX_ERROR_AUTH:
        return PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED;
    case COEX_ERROR_INVALID_INPUT:
        return PURPLE_CONNECTION_ERROR_INVALID_SETTINGS;
    case COEX_ERROR_NETWORK: /* the chat program tries again after this one only */
    case COEX_ERROR_LOCKED:
    case COEX_ERROR_LISTEN:
    case COEX_ERROR_RETRY:
    case COEX_ERROR_RATE_LIMITED:
        return PURPLE_CONNECTION_ERROR_NETWORK_ERROR;
    case COEX_ERROR_STORE:
    case COEX_ERROR_PROTOCOL:
    case COEX_ERROR_UNCERTAIN:
    case COEX_ERROR_WINDOW_CLOSED:
    case COEX_ERROR_RECIPIENT:
    case COEX_ERROR_TEMPLATE:
    case COEX_ERROR_TOO_LARGE:
        break;
    }
    return PURPLE_CONNECTION_ERROR_OTHER_ERROR;
}

/* With a key that is refused, whose it looks like: the first in the list of providers is often the
 * wrong one. Where options are typed, the line to type; so, too, with an address that is taken. */
static char *
dup_failure(CoexConnection *connection, const GError *error)
{
    const char *key = purple_connection_get_password(connection->gc);
    const CoexBackend *backend =
        coex_backend_lookup(coex_options_get(connection->account, "provider"));
    g_autofree char *named = coex_options_dup_named(error->message);
    g_autofree char *sentence = NULL;
    g_autofree char *question = NULL;
    const CoexBackend *other;

    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT))
        return coex_options_dup_remedy(connection->account, error->message);
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_LISTEN))
        /* Translators: what stands for the address in “account coex set listen ADDRESS:PORT” */
        return coex_options_add_typed(connection->account, named, "listen", _("ADDRESS:PORT"));
    if (!g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH) || key == NULL || backend == NULL)
        return g_steal_pointer(&named);
    other = coex_backend_list()[backend == coex_backend_list()[0] ? 1 : 0];
    if (coex_host_get()->splits_values) {
        /* Translators: two names of companies */
        question =
            coex_say(_("The provider is %s. Or is it %s?"), _(backend->label), _(other->label));
        sentence = g_strconcat(named, " ", question, NULL);
        return coex_options_add_typed(connection->account, sentence, "provider", other->id);
    }
    key += strspn(key, " \t\r\n");
    if (backend->key_prefix != NULL
            ? g_str_has_prefix(key, backend->key_prefix)
            : other->key_prefix == NULL || !g_str_has_prefix(key, other->key_prefix))
        return g_steal_pointer(&named);
    /* Translators: the key does not look like one of this company's; the name of another one */
    question = coex_say(_("It does not look like %s's: is the provider %s?"), _(backend->label),
                        _(other->label));
    return g_strconcat(named, " ", question, NULL);
}

/* libpurple closes the connection later, from its main loop: the session survives this call. */
static void
fail(CoexConnection *connection, const GError *error)
{
    PurpleConnection *gc = connection->gc;
    PurpleConnectionError reason = connection_error(error);
    g_autofree char *sentence = dup_failure(connection, error);

    coex_ask_close(connection, COEX_ASK_ANYTHING, NULL);
    coex_past_log_stop(connection);
    connection->over = TRUE;
    if (coex_host_get()->hides_retries && !purple_connection_error_is_fatal(reason))
        coex_notice_tell_error(connection, sentence);
    /* Other plugins were called meanwhile. */
    if (!PURPLE_CONNECTION_IS_VALID(gc) || purple_connection_get_protocol_data(gc) != connection)
        return;

    /* A line of Finch's window is as wide as it comes. */
    g_autofree char *wrapped =
        coex_host_get()->breaks_words ? coex_text_wrap(sentence, ERROR_COLUMNS) : NULL;
    /* What was typed at this login only is asked for again at the next one. */
    if (reason == PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED &&
        !purple_account_get_remember_password(connection->account))
        purple_account_set_password(connection->account, NULL);
    purple_connection_error_reason(gc, reason, wrapped != NULL ? wrapped : sentence);
}

static void
log_in(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_ONLINE)
        go_online(connection);
    else if (event->kind == COEX_SESSION_FAILED)
        fail(connection, event->error);
    else
        show_progress(connection, event);
}

/* What WhatsApp did not accept is told in any case. */
static gboolean
is_hidden(const CoexConnection *connection, const CoexFeedItem *item)
{
    return connection->hides_failures && item->kind == COEX_FEED_FAILED && item->message_id > 0;
}

static void
show_line(CoexConnection *connection, const CoexFeedItem *item, const CoexPersonView *person)
{
    if (is_hidden(connection, item))
        return;
    coex_roster_show(connection, person);
    if (!connection->over)
        coex_unseen_check(connection);
    if (connection->over)
        return;
    if (item->kind == COEX_FEED_FAILED)
        coex_picker_note_failed(coex_contact_get_picker(connection, person->name), item->text);
    connection->line_at = item->time;
    coex_conversation_show(connection, item, person);
    if (connection->over)
        return;
    connection->line_at = 0;
    /* The account's own lines were told, and noted, as notices; what was typed stands where it was
     * typed. */
    if (item->kind != COEX_FEED_TYPED && !coex_connection_is_own(connection, person->name))
        coex_unseen_note(connection, item, person->name);
}

static void
show_notice(CoexConnection *connection, const CoexPersonView *person, const char *text)
{
    if (person == NULL || coex_connection_is_own(connection, person->name)) {
        coex_unseen_tell(connection, text);
        return;
    }
    coex_roster_show(connection, person);
    if (!connection->over)
        coex_lines_notice(connection, person->name, text);
}

static void
show_passing(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_TICK)
        coex_lines_whisper(connection, event->person->name, event->text);
    else
        show_notice(connection, event->person, event->text);
}

static void
ask_for_template(CoexConnection *connection, const CoexSessionEvent *event)
{
    coex_roster_show(connection, event->person);
    if (!connection->over)
        coex_picker_park(coex_contact_get_picker(connection, event->person->name), event->text,
                         event->detail);
}

static void
take_prompt(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_PROMPT)
        ask_for_template(connection, event);
    else
        coex_picker_unpark(coex_contact_get_picker(connection, event->person->name));
}

static void
take_catalogue(CoexConnection *connection, const CoexSessionEvent *event)
{
    g_autoptr(GList) contacts = g_hash_table_get_values(connection->contacts);

    for (GList *l = contacts; l != NULL && !connection->over; l = l->next) {
        CoexPicker *picker = ((CoexContact *)l->data)->picker;

        if (picker != NULL)
            coex_picker_take_catalogue(picker, event->error);
    }
    if (!connection->over)
        coex_actions_take_catalogue(connection, event->error);
}

static void
take_examined(CoexConnection *connection, const CoexSessionEvent *event)
{
    gboolean was_first = connection->examines && event->detail != NULL;

    coex_doctor_show(connection, event);
    if (!was_first || connection->over)
        return;
    connection->examines = FALSE;
    coex_session_start(connection->session);
}

static void
show_facts(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_EXAMINED)
        take_examined(connection, event);
    else if (event->kind == COEX_SESSION_BROADCAST)
        coex_broadcast_show(connection, event);
    else if (event->person != NULL)
        coex_roster_show_facts(connection, event->person, event->facts);
    else
        coex_page_take(connection, event);
}

static void
log_past(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_PAST_LOG_BEGUN)
        coex_past_log_begun(connection);
    else
        coex_past_log_take(connection, event);
}

static void
take_names(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_FORGET)
        coex_forget_take(connection, event->text, event->names);
    else
        coex_privacy_take(connection, event);
}

static void
ask(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_ASK_WEBHOOK)
        coex_actions_ask_webhook(connection, event->text, event->detail);
    else if (event->kind == COEX_SESSION_ASK_BROADCAST)
        coex_broadcast_ask(connection, event);
    else
        coex_synchronise_ask(connection, event->text);
}

static void
show_transfer(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_FETCH)
        coex_fetching_update(connection, event);
    else
        coex_transfer_update(connection, event);
}

static void
show_earlier(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_FOUND)
        coex_found_show(connection, event);
    else
        coex_recall_take(connection, event->person, event->lines, event->asked);
}

/* What customers see of the business. */
static void
show_own(CoexConnection *connection, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_PICTURE)
        coex_icon_take(connection, event->content);
    else if (!connection->over)
        purple_connection_set_display_name(connection->gc, event->text);
}

static void
take_event(CoexConnection *connection, const CoexSessionEvent *event)
{
    switch (event->kind) {
    case COEX_SESSION_PROGRESS:
    case COEX_SESSION_ONLINE:
    case COEX_SESSION_FAILED:
        log_in(connection, event);
        break;
    case COEX_SESSION_PERSON:
        coex_roster_queue(connection, event->person);
        break;
    case COEX_SESSION_FEED:
        show_line(connection, event->item, event->person);
        break;
    case COEX_SESSION_PROMPT:
    case COEX_SESSION_PROMPT_OVER:
        take_prompt(connection, event);
        break;
    case COEX_SESSION_NOTICE:
    case COEX_SESSION_TICK:
        show_passing(connection, event);
        break;
    case COEX_SESSION_PAST:
    case COEX_SESSION_FOUND:
        show_earlier(connection, event);
        break;
    case COEX_SESSION_FACTS:
    case COEX_SESSION_BROADCAST:
    case COEX_SESSION_EXAMINED:
        show_facts(connection, event);
        break;
    case COEX_SESSION_CATALOGUE:
        take_catalogue(connection, event);
        break;
    case COEX_SESSION_PAST_LOG:
    case COEX_SESSION_PAST_LOG_BEGUN:
        log_past(connection, event);
        break;
    case COEX_SESSION_ASK_SYNC:
    case COEX_SESSION_ASK_BROADCAST:
    case COEX_SESSION_ASK_WEBHOOK:
        ask(connection, event);
        break;
    case COEX_SESSION_FORGET:
    case COEX_SESSION_BLOCKS:
        take_names(connection, event);
        break;
    case COEX_SESSION_TRANSFER:
    case COEX_SESSION_FETCH:
        show_transfer(connection, event);
        break;
    case COEX_SESSION_NAME:
    case COEX_SESSION_PICTURE:
        show_own(connection, event);
        break;
    case COEX_SESSION_PEOPLE:
    case COEX_SESSION_COSTS:
    case COEX_SESSION_SKEW: /* the session's own */
        break;
    }
}

/* What is earlier is for what follows at once. */
static void
on_event(const CoexSessionEvent *event, gpointer user_data)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(user_data);

    take_event(connection, event);
    if (event->person != NULL && event->kind != COEX_SESSION_PAST &&
        event->kind != COEX_SESSION_PERSON)
        coex_recall_end(connection, event->person->name);
}

/* ---- log on and off ---- */

static gboolean
check_options(CoexConnection *connection, GError **error)
{
    g_auto(CoexSetUp) set_up = { 0 };

    return coex_set_up_read(connection->account, purple_connection_get_password(connection->gc),
                            &set_up, error);
}

/* The number in one spelling, because chat programs look an account up by it. */
static void
spell_number(PurpleAccount *account, const char *number)
{
    g_autofree char *spelling = g_strconcat("+", number, NULL);

    if (strcmp(purple_account_get_username(account), spelling) != 0)
        purple_account_set_username(account, spelling);
}

static gboolean
read_credentials(const CoexSessionConfig *config, GError **error)
{
    if (config->key[0] == '\0') {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_AUTH,
                            _(config->backend->password_missing));
        return FALSE;
    }
    return TRUE;
}

/* Without the option, the language of the user's own desktop. */
static char *
dup_language(PurpleAccount *account)
{
    const char *option = coex_options_get(account, "template-language");
    const char *locale = option[0] != '\0' ? option : g_get_language_names()[0];

    if (strcmp(locale, "C") == 0 || g_str_has_prefix(locale, "C.") || strcmp(locale, "POSIX") == 0)
        locale = "en";
    return g_strndup(locale, strcspn(locale, ".@"));
}

static gboolean
start_session(CoexConnection *connection, GError **error)
{
    PurpleAccount *account = connection->account;
    g_auto(CoexSetUp) set_up = { 0 };
    const CoexSessionConfig *config = &set_up.config;

    if (!coex_set_up_read(account, purple_connection_get_password(connection->gc), &set_up,
                          error) ||
        !read_credentials(config, error))
        return FALSE;

    spell_number(account, set_up.number);
    connection->language = dup_language(account);
    connection->hides_failures = config->ticks == COEX_TICKS_OFF;
    connection->session = coex_session_new(config, on_event, connection);
    connection->examines = coex_doctor_is_due(account);
    if (connection->examines)
        coex_session_examine(connection->session, TRUE);
    else
        coex_session_start(connection->session);
    return TRUE;
}

void
coex_connection_open(PurpleAccount *account)
{
    PurpleConnection *gc = purple_account_get_connection(account);
    g_autoptr(CoexConnection) connection = g_new0(CoexConnection, 1);
    g_autoptr(GError) error = NULL;

    connection->refs = 1;
    connection->gc = gc;
    connection->account = account;
    connection->contacts = coex_contact_table_new();
    connection->check_options = check_options;
    connection->face = coex_host_has_forms() ? &coex_template_form : &coex_template_chat;
    purple_connection_set_protocol_data(gc, coex_connection_ref(connection));
    gc->flags |=
        PURPLE_CONNECTION_HTML | PURPLE_CONNECTION_NO_BGCOLOR | PURPLE_CONNECTION_NO_FONTSIZE;
    coex_unseen_start(connection);

    if (!start_session(connection, &error))
        fail(connection, error);
}

void
coex_connection_close(PurpleConnection *gc)
{
    CoexConnection *connection = purple_connection_get_protocol_data(gc);

    if (connection == NULL)
        return;

    connection->over = TRUE;
    coex_past_log_stop(connection);
    coex_unseen_stop(connection);
    coex_privacy_stop(connection);
    coex_transfer_stop(connection);
    coex_fetching_stop(connection);
    g_clear_pointer(&connection->session, coex_session_free);
    purple_signals_disconnect_by_handle(gc);
    coex_ask_close(connection, COEX_ASK_ANYTHING, NULL);
    purple_request_close_with_handle(gc);
    purple_notify_close_with_handle(gc);
    coex_roster_stop(connection);
    purple_connection_set_protocol_data(gc, NULL);
    coex_connection_unref(connection);
}
