// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/verbs.h"

#include "core/text.h"
#include "core/payload-typed.h"
#include "core/payload.h"
#include "core/typed-line.h"
#include "core/which.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/broadcast.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/doctor.h"
#include "purple/file.h"
#include "purple/host.h"
#include "purple/forget.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/options.h"
#include "purple/notice.h"
#include "purple/page.h"
#include "purple/pictures.h"
#include "purple/recall.h"
#include "purple/shared.h"
#include "purple/synchronise.h"
#include "purple/template-chat.h"
#include "purple/template-picker.h"
#include "purple/transfer.h"
#include "purple/whom.h"
#include "session/session.h"
#include <string.h>

/* One of the functions is set. @words: what follows the verb as plain text, "" for nothing;
 * @markup: the same in the host's markup. */
typedef struct {
    const char *name;
    const char *words;  /* how the rest is shown in a help text, NULL: takes none */
    const char *format; /* libpurple's code of the rest: "s" plain, "S" markup; NULL: no command */
    const char *help;
    void (*run)(CoexConnection *connection, const char *name, const char *words,
                const char *markup);
    void (*take)(CoexConnection *connection, const char *name, const char *words);
    void (*ask)(CoexPicker *picker, const char *words);
    void (*answer)(CoexPicker *picker);
    void (*command)(CoexSession *session, const char *name);
} Verb;

static void run_help(CoexConnection *connection, const char *name, const char *words,
                     const char *markup);

static void
run_hold(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autoptr(GError) error = NULL;

    if (coex_pictures_send(connection, name, markup, COEX_PICTURES_HELD))
        return;
    if (words[0] == '\0')
        coex_picker_hold(coex_contact_get_picker(connection, name));
    else if (!coex_session_hold_text(connection->session, name, markup, &error))
        coex_lines_notice(connection, name, error->message);
}

static void
run_cancel(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_lines_notice(connection, name,
                      coex_picker_cancel(coex_contact_get_picker(connection, name))
                          ? _("Cancelled: no template was sent.")
                          : _("There is nothing to cancel."));
}

static void
run_window(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autofree char *line = coex_session_describe_window(connection->session, name);

    coex_lines_notice(connection, name, line);
}

static void
run_cost(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autofree char *lines = coex_session_describe_costs(connection->session);

    coex_lines_notice(connection, name, lines);
}

static void
run_account(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_connection_describe(connection);
}

/* With its marks: bold stays bold. */
static void
run_reply(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autofree char *text = coex_text_from_markup(markup);

    if (coex_pictures_are_in(markup))
        coex_lines_notice(connection, name,
                          _("Nothing was sent: a reply takes a text and no picture."));
    else
        coex_session_reply(connection->session, name, text);
}

static void
run_react(CoexConnection *connection, const char *name, const char *words)
{
    coex_session_react(connection->session, name, words);
}

static void
run_unreact(CoexConnection *connection, const char *name, const char *words)
{
    coex_session_unreact(connection->session, name, words);
}

static void
say_not_sent(CoexConnection *connection, const char *name, const GError *error)
{
    g_autofree char *line = coex_say(_("Nothing was sent: %s"), error->message);

    coex_lines_notice(connection, name, line);
}

/* @payload: NULL where it could not be made. */
static void
send_payload(CoexConnection *connection, const char *name, CoexPayload *payload, GError **error)
{
    if (payload == NULL || !coex_session_send_payload(connection->session, name, payload, error))
        say_not_sent(connection, name, *error);
}

static void
run_location(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = coex_text_from_markup(markup);
    g_autoptr(CoexPayload) payload = coex_payload_parse_location(text, &error);

    send_payload(connection, name, payload, &error);
}

static void
run_buttons(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = coex_text_from_markup(markup);
    g_autoptr(CoexPayload) payload = coex_payload_parse_buttons(text, &error);

    send_payload(connection, name, payload, &error);
}

static void
run_list(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = coex_text_from_markup(markup);
    g_autoptr(CoexPayload) payload = coex_payload_parse_list(text, &error);

    send_payload(connection, name, payload, &error);
}

static void
run_contact(CoexConnection *connection, const char *name, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexPayload) payload = coex_whom_make_card(connection, words, &error);

    send_payload(connection, name, payload, &error);
}

static void
run_forward(CoexConnection *connection, const char *name, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_auto(CoexWhich) which = { 0 };
    g_auto(CoexWhom) whom = { 0 };
    const char *typed = coex_which_split(words, &which);
    g_autofree char *first = g_strndup(words, (gsize)(typed - words));

    if (coex_whom_find(connection, typed, &whom, &error))
        coex_session_forward(connection->session, name, first, whom.name);
    else
        say_not_sent(connection, name, error);
}

static void
run_held(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autofree char *text = coex_text_from_markup(markup);

    if (*words == '\0')
        coex_session_list_held(connection->session, name);
    else
        coex_session_change_held(connection->session, name, text);
}

static void
run_search(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_session_search(connection->session, name, words);
}

static void
run_synchronise(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_synchronise_run(connection, words);
}

static void
run_doctor(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_doctor_run(connection, words);
}

static void
run_block(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_session_block(connection->session, name, TRUE);
}

static void
run_unblock(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_session_block(connection->session, name, FALSE);
}

/* In the dialogue about templates the word alone ends it. */
static void
run_send(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    if (*words == '\0' && !coex_host_get()->has_commands)
        coex_template_chat_send(coex_contact_get_picker(connection, name));
    else
        coex_transfer_send_typed(connection, name, words);
}

static void
run_caption(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    coex_transfer_set_caption(connection, name, words);
}

static const Verb verbs[] = {
    { "template", N_("[name[:language]] [value | value …]"), "s", N_("send an approved template"),
      .ask = coex_picker_start },
    { "find", N_("words"), NULL, N_("list the templates with these words"),
      .ask = coex_picker_search },
    /* Translators: in such lines | … [ ] stay as they are, and what is between may be translated */
    { "fill", N_("value | value"), NULL, N_("give the values that a template still needs"),
      .ask = coex_template_chat_fill },
    { "more", NULL, NULL, N_("list more templates"), .answer = coex_template_chat_more },
    { "refresh", NULL, NULL, N_("fetch the templates again"), .answer = coex_picker_refresh },
    { "send", N_("path|link [caption]"), "s",
      N_("send a file; without one, the template that was shown"), .run = run_send },
    { "caption", N_("[words]"), "S", N_("the words beside the next file that you send"),
      .run = run_caption },
    { "voice", N_("[path|link]"), "s",
      N_("send any sound as a voice message; alone: the next file"),
      .take = coex_transfer_send_voice },
    { "reply", N_("[which] text"), "S", N_("answer one message, which is quoted"),
      .run = run_reply },
    { "react", N_("[which] emoji"), "s", N_("react to a message of theirs, as in :thumbsup:"),
      .take = run_react },
    { "unreact", N_("[which]"), "s", N_("take a reaction back"), .take = run_unreact },
    /* Translators: ask is typed as it stands */
    { "location", N_("latitude longitude [name] | ask question"), "S",
      N_("send a place, or ask for theirs"), .run = run_location },
    { "contact", N_("number|buddy"), "s", N_("send somebody's name and number"),
      .take = run_contact },
    { "forward", N_("[which] number|buddy"), "s",
      N_("send a message of theirs or ours on to somebody"), .take = run_forward },
    { "buttons", N_("text | a | b | c"), "S",
      N_("ask with up to 3 answers to tap; text | label link: a button with a link"),
      .run = run_buttons },
    { "list", N_("text | label | a | b: about b | …"), "S",
      N_("ask with up to 10 choices in a list"), .run = run_list },
    { "hold", N_("[text]"), "S", N_("keep the waiting text, or this one, until they write"),
      .run = run_hold },
    /* Translators: edit, drop and send are typed as they stand */
    { "held", N_("[2 edit text | 2 drop | 2 send]"), "S",
      N_("list what is held; change, drop or send the second"), .run = run_held },
    { "cancel", NULL, "", N_("send no template; the waiting text comes back"), .run = run_cancel },
    { "resend", NULL, "", N_("send again what failed last"), .command = coex_session_resend },
    { "discard", NULL, "", N_("forget the last text that failed or is held"),
      .command = coex_session_discard },
    { "history", N_("[number]"), "s", N_("show the last lines with this person"),
      .take = coex_recall_run },
    { "search", N_("[words]"), "s",
      N_("find words in the messages with anybody; alone: more of them"), .run = run_search },
    { "get", N_("[which]"), "s", N_("fetch a file, or show where it is"), .take = coex_file_get },
    { "play", N_("[which]"), "s", N_("open a file with the program of the option {@media-open}"),
      .take = coex_file_play },
    /* Translators: stop is typed as it stands */
    { "broadcast", N_("[group template[:language] [value | value …] | stop]"), "s",
      N_("send a template to a group of the buddy list; alone: what became of it"),
      .take = coex_broadcast_run },
    { "block", NULL, "", N_("block this person at WhatsApp, within 24 hours after they wrote"),
      .run = run_block },
    /* Translators: the blocking of a person */
    { "unblock", NULL, "", N_("end that"), .run = run_unblock },
    { "forget", "[yes]", "s", N_("forget this person: messages, files, logs"),
      .take = coex_forget_ask },
    { "status", NULL, "", N_("how far the last texts came: sent, delivered, read"),
      .command = coex_session_list_sends },
    { "cost", NULL, "", N_("what this month's messages cost, by class"), .run = run_cost },
    { "window", NULL, "", N_("until when free text can be sent"), .run = run_window },
    { "account", NULL, "", N_("what is known of this number: quality, limits, webhook, profile"),
      .run = run_account },
    { "doctor", "[stop]", "s",
      N_("check the whole connection, and say what is wrong and what to do"), .run = run_doctor },
    /* Translators: all but the last word is typed as it stands */
    { "profile", N_("[about|address|description|mail|web|vertical text]"), "S",
      N_("show or change what customers see of the business"), .run = coex_page_run_profile },
    { "synchronise", "[yes]", "s", N_("ask WhatsApp for the phone's contacts and history, once"),
      .run = run_synchronise },
    { "log", N_("[number]"), "s", N_("show again what was told of the account, with its times"),
      .take = coex_notice_list },
    { "help", N_("[topic]"), NULL, N_("this list, or what of it is about something"),
      .run = run_help },
};

static void
run(const Verb *verb, CoexConnection *connection, const char *name, const char *words,
    const char *markup)
{
    /* A name that was copied from one of our lines comes with them. */
    g_autofree char *plain = coex_text_without_isolates(words);

    if (verb->ask != NULL)
        verb->ask(coex_contact_get_picker(connection, name), plain);
    else if (verb->answer != NULL)
        verb->answer(coex_contact_get_picker(connection, name));
    else if (verb->command != NULL)
        verb->command(connection->session, name);
    else if (verb->take != NULL)
        verb->take(connection, name, plain);
    else
        verb->run(connection, name, plain, markup);
}

static const Verb *
find_verb(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (g_ascii_strcasecmp(name, verbs[i].name) == 0)
            return &verbs[i];
    }
    return NULL;
}

/* ---- what they are ---- */

/* Nothing is opened at somebody else's computer. */
static gboolean
is_offered(const Verb *verb)
{
    return verb->take != coex_file_play || !coex_host_get()->serves_others;
}

static void
append_help(GString *lines, const Verb *verb)
{
    g_autofree char *about = coex_options_dup_named(_(verb->help));

    if (is_offered(verb))
        g_string_append_printf(lines, "%s!%s%s%s: %s", lines->len > 0 ? "\n" : "", verb->name,
                               verb->words != NULL ? " " : "",
                               verb->words != NULL ? _(verb->words) : "", about);
}

static gboolean
is_about(const Verb *verb, const char *topic)
{
    g_autofree char *help = g_utf8_casefold(_(verb->help), -1);
    g_autofree char *valid = g_utf8_make_valid(topic, -1);
    g_autofree char *word = g_utf8_casefold(valid, -1);

    /* A file is no part of a profile. */
    for (const char *at = strstr(help, word); at != NULL; at = strstr(at + 1, word))
        if (at == help || !g_unichar_isalnum(g_utf8_get_char(g_utf8_prev_char(at))))
            return TRUE;
    return FALSE;
}

/* The command of that name, else those whose help has the word. */
static void
tell_topic(CoexConnection *connection, const char *name, const char *words)
{
    const char *topic = words + (*words == '!' || *words == '/');
    const Verb *named = find_verb(topic);
    g_autoptr(GString) lines = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (named != NULL ? &verbs[i] == named : is_about(&verbs[i], topic))
            append_help(lines, &verbs[i]);
    }
    if (lines->len == 0)
        coex_say_more(lines, _("No command is about “%s”. !help lists all of them."), topic);
    coex_lines_notice(connection, name, lines->str);
}

static void
run_help(CoexConnection *connection, const char *name, const char *words, const char *markup)
{
    g_autoptr(GString) lines = NULL;

    if (*words != '\0') {
        tell_topic(connection, name, words);
        return;
    }
    lines = g_string_new(_("!1 [value | value …]: choose template 1 of the list"));
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        append_help(lines, &verbs[i]);
    g_string_append_printf(lines, "\n%s", _("A message that begins with ! is typed with !!."));
    coex_lines_notice(connection, name, lines->str);
}

/* ---- "!" ---- */

static void
run_line(CoexConnection *connection, const char *name, const CoexTypedLine *line)
{
    const Verb *verb;
    guint number;

    if (coex_typed_line_get_number(line, &number)) {
        coex_template_chat_pick(coex_contact_get_picker(connection, name), number, line->words);
        return;
    }
    verb = find_verb(line->word);
    if (verb != NULL) {
        run(verb, connection, name, line->words, line->markup);
        return;
    }

    g_autofree char *answer = coex_say(_("Nothing was sent: there is no command !%s. !help "
                                         "lists them; !!%s sends the text itself."),
                                       line->word, line->word);
    coex_lines_notice(connection, name, answer);
}

static void
refuse_slash(CoexConnection *connection, const char *name, const char *word)
{
    g_autofree char *line =
        coex_say(_("Nothing was sent: %s looks like a command, and here those begin with !. "
                   "!help lists them; /%s sends the text itself."),
                 word, word);

    coex_lines_notice(connection, name, line);
}

gboolean
coex_verbs_take(CoexConnection *connection, const char *name, const char *markup, char **ret_markup)
{
    g_auto(CoexTypedLine) line = { 0 };

    *ret_markup = NULL;
    coex_typed_line_read(markup, &line);
    switch (line.kind) {
    case COEX_TYPED_MESSAGE:
        *ret_markup = g_steal_pointer(&line.markup);
        return FALSE;
    case COEX_TYPED_VERB:
        run_line(connection, name, &line);
        return TRUE;
    case COEX_TYPED_SLASH:
        refuse_slash(connection, name, line.word);
        return TRUE;
    }
    return FALSE;
}

/* ---- "/" ---- */

static PurpleCmdId commands[G_N_ELEMENTS(verbs)];

/* As if it had been typed there without its mark. */
static void
answer_own(CoexConnection *connection, const Verb *verb, const char *rest)
{
    g_autofree char *line = g_strdup_printf("%s %s", verb->name, rest);

    coex_notice_answer(connection, g_strchomp(line));
}

static PurpleCmdRet
on_command(PurpleConversation *conv, const gchar *command, gchar **args, gchar **error, void *data)
{
    const Verb *verb = data;
    CoexConnection *connection = coex_connection_of(purple_conversation_get_gc(conv));
    const char *rest = args != NULL && verb->format[0] != '\0' && args[0] != NULL ? args[0] : "";

    if (connection == NULL && verb->run == run_doctor) {
        coex_doctor_run_offline(conv, rest);
        return PURPLE_CMD_RET_OK;
    }
    if (connection == NULL) {
        *error = g_strdup(_("The account is not connected."));
        return PURPLE_CMD_RET_FAILED;
    }

    coex_ask_note_typed(connection, purple_conversation_get_name(conv));
    if (coex_connection_is_own(connection, purple_conversation_get_name(conv))) {
        if (verb->run == run_doctor)
            coex_doctor_run(connection, rest);
        else if (verb->take == coex_broadcast_run)
            coex_broadcast_run(connection, NULL, rest);
        else
            answer_own(connection, verb, rest);
        return PURPLE_CMD_RET_OK;
    }

    g_autofree char *name =
        coex_connection_dup_name(connection, purple_conversation_get_name(conv));
    g_autofree char *words =
        verb->format[0] == 'S' ? coex_text_from_markup(rest) : g_strstrip(g_strdup(rest));
    g_autofree char *typed = g_strdup_printf("/%s %s", verb->name, words);
    if (!coex_shared_admit(connection, purple_conversation_get_name(conv), g_strchomp(typed)))
        return PURPLE_CMD_RET_OK;
    run(verb, connection, name, words, rest);
    return PURPLE_CMD_RET_OK;
}

void
coex_verbs_register(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        const Verb *verb = &verbs[i];

        if (verb->format == NULL)
            continue;

        g_autofree char *about = coex_options_dup_named(_(verb->help));
        g_autofree char *help =
            g_strdup_printf("%s%s%s:  %s", verb->name, verb->words != NULL ? " " : "",
                            verb->words != NULL ? _(verb->words) : "", about);
        commands[i] = purple_cmd_register(verb->name, verb->format, PURPLE_CMD_P_PRPL,
                                          PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_PRPL_ONLY |
                                              PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS,
                                          "prpl-coex", on_command, help, (void *)verb);
    }
}

void
coex_verbs_unregister(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (commands[i] != 0)
            purple_cmd_unregister(commands[i]);
        commands[i] = 0;
    }
}
