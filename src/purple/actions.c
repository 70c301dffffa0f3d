// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/actions.h"

#include "core/text.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/doctor.h"
#include "purple/forget.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/notice.h"
#include "purple/options.h"
#include "purple/synchronise.h"
#include "purple/template-picker.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <string.h>

/* ---- the account's menu ---- */

static void
list_held(CoexConnection *connection)
{
    coex_session_list_held(connection->session, NULL);
}

static void
synchronise(CoexConnection *connection)
{
    coex_synchronise_run(connection, "");
}

static void
check_connection(CoexConnection *connection)
{
    coex_doctor_run(connection, "");
}

/* As a page where the chat program has some. */
static void
show_costs(CoexConnection *connection)
{
    const char *number = purple_account_get_username(connection->account);
    g_autofree char *lines = coex_session_describe_costs(connection->session);
    g_autofree char *html = coex_text_escape(lines);

    if (coex_host_get()->has_own_conversation)
        purple_notify_formatted(connection->gc, _("What messages cost"), number, NULL, html, NULL,
                                NULL);
    else
        coex_unseen_tell(connection, lines);
}

typedef struct {
    const char *label;
    void (*run)(CoexConnection *connection);
} Action;

static const Action actions[] = {
    { N_("Refresh templates"), coex_connection_refresh_templates },
    { N_("Show held texts"), list_held },
    { N_("Check the connection"), check_connection },
    { N_("Account information..."), coex_connection_describe },
    { N_("Costs of this month"), show_costs },
    { N_("Show account messages"), coex_notice_open },
    { N_("Register webhook again..."), coex_connection_register_webhook },
    { N_("Synchronise contacts and history..."), synchronise },
    { N_("More options..."), coex_options_open_page },
    { N_("Options for files..."), coex_options_open_files_page },
};

static gboolean
is_offered(const Action *action)
{
    if (action->run == coex_notice_open)
        return coex_host_get()->has_own_conversation;
    if (action->run == coex_options_open_page || action->run == coex_options_open_files_page)
        return coex_host_get()->splits_options;
    return TRUE;
}

static void
on_action(PurplePluginAction *chosen)
{
    const Action *action = chosen->user_data;
    CoexConnection *connection = coex_connection_of(chosen->context);

    if (connection == NULL)
        return;
    coex_ask_note_typed(connection, NULL);
    action->run(connection);
}

GList *
coex_actions_list(PurplePlugin *plugin, gpointer context)
{
    GList *list = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        PurplePluginAction *made;

        if (!is_offered(&actions[i]))
            continue;
        made = purple_plugin_action_new(_(actions[i].label), on_action);
        made->user_data = (gpointer)&actions[i];
        list = g_list_append(list, made);
    }
    return list;
}

void
coex_actions_take_catalogue(CoexConnection *connection, const GError *error)
{
    CoexCatalogue *catalogue = coex_session_get_catalogue(connection->session);

    if (!connection->tell_catalogue)
        return;

    connection->tell_catalogue = FALSE;
    if (error != NULL || catalogue == NULL) {
        g_autofree char *line =
            error != NULL ? coex_say(_("The templates could not be fetched: %s"), error->message)
                          : g_strdup(_("The templates could not be fetched: no answer"));

        coex_unseen_tell(connection, line);
        return;
    }
    g_autoptr(GPtrArray) all = coex_catalogue_search(catalogue, NULL, NULL);
    g_autofree char *line = g_strdup_printf(
        COEX_PLURAL("There is %u approved template.", "There are %u approved templates.", all->len),
        all->len);
    coex_unseen_tell(connection, line);
}

/* ---- texts that are asked for ---- */

static void
tell_not_held(CoexConnection *connection, const char *name, const char *text, const char *why)
{
    /* Translators: a text that was typed, and a sentence that says why */
    g_autofree char *line = coex_say(_("Not held: “%s”. %s"), text, why);

    coex_lines_notice(connection, name, line);
}

static void
on_hold_typed(gpointer token, const char *text)
{
    g_autofree char *name = NULL;
    CoexConnection *connection = coex_ask_take(token, &name);
    g_autofree char *markup = NULL;
    g_autoptr(GError) error = NULL;

    if (connection == NULL || coex_text_is_blank(text))
        return;
    markup = coex_text_escape(text);
    if (!coex_session_hold_text(connection->session, name, markup, &error))
        tell_not_held(connection, name, text, error->message);
}

static void
on_reply_typed(gpointer token, const char *text)
{
    g_autofree char *name = NULL;
    CoexConnection *connection = coex_ask_take(token, &name);

    if (connection != NULL && !coex_text_is_blank(text))
        coex_session_reply(connection->session, name, text);
}

static void
on_not_typed(gpointer token, const char *text)
{
    coex_ask_take(token, NULL);
}

typedef struct {
    CoexAskTopic topic;
    const char *primary;
    const char *secondary;
    void (*typed)(gpointer token, const char *text);
} TextQuestion;

static void
ask_text(CoexConnection *connection, const char *name, const char *title,
         const TextQuestion *question)
{
    const char *who = coex_connection_get_buddy_name(connection, name);
    g_autofree char *secondary = coex_text_wrap(_(question->secondary), 56);
    gpointer token;

    coex_ask_close(connection, question->topic, name);
    token = coex_ask_new(connection, question->topic, name, PURPLE_REQUEST_INPUT);
    coex_ask_opened(token, purple_request_input(
                               connection->gc, title, _(question->primary), secondary, NULL, TRUE,
                               FALSE, NULL, _("OK"), G_CALLBACK(question->typed), _("Cancel"),
                               G_CALLBACK(on_not_typed), connection->account, who, NULL, token));
}

/* ---- a buddy's menu ---- */

static void
send_template(CoexConnection *connection, const char *name)
{
    coex_picker_start(coex_contact_get_picker(connection, name), NULL);
}

static void
hold(CoexConnection *connection, const char *name)
{
    static const TextQuestion question = {
        COEX_ASK_HOLD, N_("A text that is kept until they write"),
        N_("It leaves by itself when a message of theirs opens the window."), on_hold_typed
    };
    g_autofree char *person = coex_connection_dup_title(connection, name);
    /* Translators: the title of a window; %s is a person's name */
    g_autofree char *title = coex_say(_("Hold: %s"), person);

    ask_text(connection, name, title, &question);
}

static void
reply(CoexConnection *connection, const char *name)
{
    static const TextQuestion question = {
        COEX_ASK_REPLY, N_("An answer that quotes their last message"),
        N_("Another message is quoted where the text begins with what names it: -2 for the last "
           "but one, 14:46, or words of it in quotes."),
        on_reply_typed
    };
    g_autofree char *person = coex_connection_dup_title(connection, name);
    /* Translators: the title of a window; %s is a person's name */
    g_autofree char *title = coex_say(_("Reply: %s"), person);

    ask_text(connection, name, title, &question);
}

static void
forget(CoexConnection *connection, const char *name)
{
    coex_forget_ask(connection, name, "");
}

static void
act_on(PurpleBlistNode *node, void (*act)(CoexConnection *connection, const char *name))
{
    PurpleBuddy *buddy = (PurpleBuddy *)node;
    CoexConnection *connection = coex_connection_of_account(purple_buddy_get_account(buddy));

    if (connection == NULL)
        return;
    g_autofree char *name = coex_connection_dup_name(connection, purple_buddy_get_name(buddy));
    coex_ask_note_typed(connection, NULL);
    act(connection, name);
}

static void
on_send_template(PurpleBlistNode *node, gpointer data)
{
    act_on(node, send_template);
}

static void
on_hold(PurpleBlistNode *node, gpointer data)
{
    act_on(node, hold);
}

static void
on_reply(PurpleBlistNode *node, gpointer data)
{
    act_on(node, reply);
}

static void
on_forget(PurpleBlistNode *node, gpointer data)
{
    act_on(node, forget);
}

/* Each has a callback of its own: Finch calls it with the node where an entry's data should be. */
static const struct {
    const char *label;
    void (*chosen)(PurpleBlistNode *node, gpointer data);
} buddy_actions[] = {
    { N_("Send template..."), on_send_template },
    { N_("Hold a text..."), on_hold },
    { N_("Reply..."), on_reply },
    { N_("Forget this person..."), on_forget },
};

GList *
coex_actions_list_buddy(PurpleBlistNode *node)
{
    GList *list = NULL;

    if (!PURPLE_BLIST_NODE_IS_BUDDY(node))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(buddy_actions); i++)
        list = g_list_append(list, purple_menu_action_new(_(buddy_actions[i].label),
                                                          PURPLE_CALLBACK(buddy_actions[i].chosen),
                                                          NULL, NULL));
    return list;
}

/* ---- whose webhook ---- */

static void
on_answer(gpointer token, int button)
{
    CoexConnection *connection = coex_ask_take(token, NULL);

    if (connection == NULL)
        return;
    g_autofree char *url = g_steal_pointer(&connection->registered_url);
    coex_session_answer_webhook(connection->session, url, button == COEX_ASK_YES);
    if (button != COEX_ASK_YES)
        coex_unseen_tell(connection, _("The webhook was left as it is."));
}

/* What a yes would do: take the address from another system, or the secret from who registered
 * another with the address that is ours. */
static char *
describe_takeover(const char *registered_url, const char *our_url)
{
    g_autofree char *sentence = NULL;

    if (strcmp(registered_url, our_url) != 0)
        return coex_say(
            _("Messages are delivered to %s now. Once this account has taken over the webhook they "
              "come to %s instead, and no longer to that system."),
            registered_url, our_url);
    sentence = coex_say(
        _("Messages are delivered to %s, but with a secret that another profile or program "
          "registered, so they are turned away here. Once this account has taken over the webhook "
          "its own secret is registered, and the other one gets no messages any more. Two can "
          "share the address by having the same {@webhook-header} among their options."),
        our_url);
    return coex_options_dup_named(sentence);
}

/* A window that nobody asked for would take the keys of who types just then. */
static void
tell_takeover(CoexConnection *connection, const char *takeover)
{
    g_autofree char *line =
        g_strconcat(takeover, " ",
                    /* Translators: webhook is typed as it stands */
                    _("To be asked whether it may, type webhook here, or choose “Register webhook "
                      "again” in the account's menu."),
                    NULL);

    coex_unseen_tell(connection, line);
}

void
coex_actions_ask_webhook(CoexConnection *connection, const char *registered_url,
                         const char *our_url)
{
    const char *primary = _("May this account take over the number's webhook?");
    g_autofree char *title =
        /* Translators: the title of a window; %s is a phone number */
        coex_say(_("Webhook of %s"), purple_account_get_username(connection->account));
    g_autofree char *secondary = describe_takeover(registered_url, our_url);
    g_autofree char *wrapped = coex_text_wrap(secondary, 56);

    if (coex_host_get()->has_own_conversation && !connection->may_ask) {
        tell_takeover(connection, secondary);
        return;
    }
    connection->may_ask = FALSE;
    g_free(connection->registered_url);
    connection->registered_url = g_strdup(registered_url);
    if (coex_ask_yes_no(connection,
                        &(CoexQuestion){ COEX_ASK_WEBHOOK, "", title, primary, wrapped },
                        on_answer))
        return;

    g_autofree char *line =
        coex_say(_("Messages of this number are delivered to %s, and nothing was changed. "
                   "To have them here, set the webhook to %s at the provider, or log in "
                   "once with Pidgin, Finch or BitlBee, which can ask."),
                 registered_url, our_url);
    coex_unseen_tell(connection, line);
}
