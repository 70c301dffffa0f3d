// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/verbs.h"
#include "core/text.h"
#include "purple/choice.h"
#include "purple/conversation.h"
#include "purple/dialogue.h"
#include "purple/notice.h"
#include "purple/recall.h"

/* @words: what follows the verb as plain text, "" for nothing; @markup: the same in the host's
 * markup. */
typedef void (*VerbFunc)(CoexConnection *login, const char *name, const char *words,
                         const char *markup);

typedef struct {
    const char *name;
    const char *words;  /* how the rest is shown in a help text, NULL: takes none */
    const char *format; /* libpurple's code of the rest: "s" plain, "S" markup; NULL: no command */
    const char *help;
    VerbFunc run;
} Verb;

static void run_help(CoexConnection *login, const char *name, const char *words,
                     const char *markup);

static void
run_template(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_choice_start(coex_choice_of(login, name), words);
}

static void
run_find(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_choice_search(coex_choice_of(login, name), words);
}

static void
run_more(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_dialogue_more(coex_choice_of(login, name));
}

static void
run_refresh(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_choice_refresh(coex_choice_of(login, name));
}

static void
run_send(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_dialogue_send(coex_choice_of(login, name));
}

static void
run_hold(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    g_autoptr(GError) error = NULL;

    if (words[0] == '\0')
        coex_choice_hold(coex_choice_of(login, name));
    else if (!coex_session_hold_text(login->session, name, markup, &error))
        coex_conversation_notice(login, name, error->message);
}

static void
run_held(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_session_list_held(login->session, name);
}

static void
run_cancel(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_conversation_notice(login, name,
                             coex_choice_cancel(coex_choice_of(login, name))
                                 ? "Cancelled: no template was sent."
                                 : "There is nothing to cancel.");
}

static void
run_resend(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_session_resend(login->session, name);
}

static void
run_discard(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_session_discard(login->session, name);
}

static void
run_window(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    g_autofree char *line = coex_session_describe_window(login->session, name);

    coex_conversation_notice(login, name, line);
}

static void
run_history(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    coex_recall_run(login, name, words);
}

static const Verb verbs[] = {
    { "template", "[name] [value | value …]", "s", "send an approved template", run_template },
    { "find", "words", NULL, "list the templates with these words", run_find },
    { "more", NULL, NULL, "list more templates", run_more },
    { "refresh", NULL, NULL, "fetch the templates again", run_refresh },
    { "send", NULL, NULL, "send the template that was shown", run_send },
    { "hold", "[text]", "S", "keep the waiting text, or this one, until they write", run_hold },
    { "held", NULL, "", "list the texts that are held", run_held },
    { "cancel", NULL, "", "send no template; the waiting text comes back", run_cancel },
    { "resend", NULL, "", "send again what failed last", run_resend },
    { "discard", NULL, "", "forget the last text that failed or is held", run_discard },
    { "history", "[number]", "s", "show the last lines with this person", run_history },
    { "window", NULL, "", "until when free text can be sent", run_window },
    { "help", NULL, NULL, "this list", run_help },
};

static void
run_help(CoexConnection *login, const char *name, const char *words, const char *markup)
{
    g_autoptr(GString) lines = g_string_new("!1 [value | value …]: choose template 1 of the list");

    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        g_string_append_printf(lines, "\n!%s%s%s: %s", verbs[i].name,
                               verbs[i].words != NULL ? " " : "",
                               verbs[i].words != NULL ? verbs[i].words : "", verbs[i].help);
    g_string_append(lines, "\nA message that begins with ! is typed with !!.");
    coex_conversation_notice(login, name, lines->str);
}

/* ---- "!" ---- */

void
coex_verbs_run_line(CoexConnection *login, const char *name, const CoexTypedLine *line)
{
    guint number;

    if (coex_typed_line_get_number(line, &number)) {
        coex_dialogue_pick(coex_choice_of(login, name), number, line->words);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (g_ascii_strcasecmp(line->word, verbs[i].name) == 0) {
            verbs[i].run(login, name, line->words, line->markup);
            return;
        }
    }

    g_autofree char *answer =
        g_strdup_printf("Nothing was sent: there is no command !%s. !help lists them; !!%s sends "
                        "the text itself.",
                        line->word, line->word);
    coex_conversation_notice(login, name, answer);
}

/* ---- "/" ---- */

static PurpleCmdId commands[G_N_ELEMENTS(verbs)];

static PurpleCmdRet
on_command(PurpleConversation *conv, const gchar *command, gchar **args, gchar **error, void *data)
{
    const Verb *verb = data;
    CoexConnection *login = coex_login_of(purple_conversation_get_gc(conv));
    const char *rest = args != NULL && verb->format[0] != '\0' && args[0] != NULL ? args[0] : "";

    if (login == NULL) {
        *error = g_strdup("The account is not connected.");
        return PURPLE_CMD_RET_FAILED;
    }

    if (coex_notice_is_own(login, purple_conversation_get_name(conv))) {
        coex_notice_answer(login, verb->name);
        return PURPLE_CMD_RET_OK;
    }

    g_autofree char *name = coex_login_dup_name(login, purple_conversation_get_name(conv));
    g_autofree char *words =
        verb->format[0] == 'S' ? coex_text_from_markup(rest) : g_strstrip(g_strdup(rest));
    verb->run(login, name, words, rest);
    return PURPLE_CMD_RET_OK;
}

void
coex_verbs_register(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        const Verb *verb = &verbs[i];
        if (verb->format == NULL)
            continue;

        g_autofree char *help =
            g_strdup_printf("%s%s%s:  %s", verb->name, verb->words != NULL ? " " : "",
                            verb->words != NULL ? verb->words : "", verb->help);
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
