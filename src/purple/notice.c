// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/notice.h"

#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/display.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "session/session.h"
#include <string.h>

#define LINES_MAX 100 /* kept, to be read again after their conversation was closed */
#define LISTED 10     /* where no number is given */
#define EXCERPT 400
#define COLUMNS 50 /* what a window takes without wrapping once more */

/* ---- telling ---- */

/* Whether the login is there still: what is written runs other plugins' code. */
static gboolean
is_alive(CoexConnection *connection, PurpleConnection *gc)
{
    return PURPLE_CONNECTION_IS_VALID(gc) && purple_connection_get_protocol_data(gc) == connection;
}

/* NULL: there is none, or the login is over. */
static PurpleConversation *
find_conversation(CoexConnection *connection, PurpleConnection *gc)
{
    if (!is_alive(connection, gc))
        return NULL;
    return purple_find_conversation_with_account(
        PURPLE_CONV_TYPE_IM, purple_account_get_username(connection->account), connection->account);
}

static void
name(CoexConnection *connection, PurpleConversation *conv)
{
    g_autofree char *title =
        /* Translators: %s is a phone number */
        coex_say(_("Account %s"), purple_account_get_username(connection->account));

    if (g_strcmp0(purple_conversation_get_title(conv), title) != 0)
        purple_conversation_set_title(conv, title);
}

/* NULL where another plugin closed it at once, or ended the login. The caller has a reference to
 * that. */
static PurpleConversation *
ensure_conversation(CoexConnection *connection)
{
    PurpleConnection *gc = connection->gc;
    const char *number = purple_account_get_username(connection->account);
    PurpleConversation *conv = find_conversation(connection, gc);

    if (conv == NULL) {
        purple_conversation_new(PURPLE_CONV_TYPE_IM, connection->account, number);
        conv = find_conversation(connection, gc);
    }
    if (conv == NULL)
        return NULL;
    name(connection, conv);
    return find_conversation(connection, gc);
}

/* Pidgin names it by its number again once it is looked at. */
static void
on_updated(PurpleConversation *conv, PurpleConvUpdateType type, CoexConnection *connection)
{
    if (type == PURPLE_CONV_UPDATE_TITLE && !connection->over &&
        conv == find_conversation(connection, connection->gc))
        name(connection, conv);
}

void
coex_notice_watch(CoexConnection *connection)
{
    if (coex_host_get()->has_own_conversation)
        purple_signal_connect(purple_conversations_get_handle(), "conversation-updated",
                              connection->gc, PURPLE_CALLBACK(on_updated), connection);
}

static void
keep(CoexConnection *connection, const char *text)
{
    const CoexFeedItem line = { .kind = COEX_FEED_NOTICE,
                                .time = time(NULL),
                                .text = (char *)text };

    if (connection->notices == NULL)
        connection->notices = g_ptr_array_new_with_free_func((GDestroyNotify)coex_feed_item_unref);
    g_ptr_array_add(connection->notices, coex_feed_item_copy(&line, NULL));
    if (connection->notices->len > LINES_MAX)
        g_ptr_array_remove_index(connection->notices, 0);
}

static void
write_line(CoexConnection *told_in, const char *text, PurpleMessageFlags flags, time_t at)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(told_in);
    PurpleConnection *gc = connection->gc;
    const char *number = purple_account_get_username(connection->account);
    g_autoptr(GPtrArray) lines = coex_display_line(coex_host_get(), number, text, &flags);

    for (guint i = 0; i < lines->len && is_alive(connection, gc); i++) {
        PurpleConversation *conv = ensure_conversation(connection);

        if (conv != NULL)
            purple_conversation_write(conv, NULL, g_ptr_array_index(lines, i), flags, at);
    }
}

static void
tell(CoexConnection *connection, const char *text)
{
    if (coex_host_get()->has_account_line) {
        purple_connection_notice(connection->gc, text);
        return;
    }
    if (coex_host_get()->has_own_conversation) {
        /* NICK colours the tab, where a system line alone is hardly seen. */
        write_line(connection, text, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NICK, time(NULL));
        return;
    }
    g_autofree char *wrapped = coex_text_wrap(text, COLUMNS);
    purple_notify_message(connection->gc, PURPLE_NOTIFY_MSG_INFO, _("WhatsApp Business"),
                          purple_account_get_username(connection->account), wrapped, NULL, NULL);
}

void
coex_notice_tell(CoexConnection *connection, const char *text)
{
    keep(connection, text);
    tell(connection, text);
}

static gpointer
copy_line(gconstpointer line, gpointer user_data)
{
    return coex_feed_item_ref(line);
}

void
coex_notice_open(CoexConnection *opened_in)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(opened_in);
    PurpleConnection *gc = connection->gc;
    g_autoptr(GPtrArray) again = NULL;

    if (!coex_host_get()->has_own_conversation)
        return;
    if (connection->notices != NULL && find_conversation(connection, gc) == NULL)
        again = g_ptr_array_copy(connection->notices, copy_line, NULL);
    for (guint i = 0; again != NULL && i < again->len && is_alive(connection, gc); i++) {
        const CoexFeedItem *line = g_ptr_array_index(again, i);

        write_line(connection, line->text, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG,
                   (time_t)line->time);
    }
    PurpleConversation *conv = is_alive(connection, gc) ? ensure_conversation(connection) : NULL;
    if (conv != NULL)
        purple_conversation_present(conv);
}

/* ---- what was told ---- */

static char *
dup_list(const GPtrArray *lines, guint n)
{
    GString *list = g_string_new(_("What was told of the account:"));
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;

    for (guint i = lines->len - MIN(n, lines->len); i < lines->len; i++) {
        const CoexFeedItem *line = g_ptr_array_index(lines, i);
        g_autofree char *when = coex_window_describe_time(line->time, now);
        g_autofree char *text = coex_text_excerpt(line->text, EXCERPT);

        g_string_append_printf(list, "\n%s %s", when, text);
    }
    return g_string_free(list, FALSE);
}

static char *
answer_list(const CoexConnection *connection, const char *words)
{
    guint64 n = LISTED;

    if (*words != '\0' && !g_ascii_string_to_unsigned(words, 10, 1, LINES_MAX, &n, NULL))
        return coex_say(_("“%s” is no number of lines: one from 1 to %d, or none."), words,
                        LINES_MAX);
    if (connection->notices == NULL)
        return g_strdup(_("Nothing was told of the account since the login."));
    return dup_list(connection->notices, (guint)n);
}

void
coex_notice_list(CoexConnection *connection, const char *name, const char *words)
{
    g_autofree char *answer = answer_list(connection, words);

    if (name != NULL)
        coex_lines_notice(connection, name, answer);
    else
        tell(connection, answer);
}

/* ---- what is typed there ---- */

static void
list_held(CoexConnection *connection)
{
    coex_session_list_held(connection->session, NULL);
}

static void
tell_costs(CoexConnection *connection)
{
    g_autofree char *lines = coex_session_describe_costs(connection->session);

    coex_notice_tell(connection, lines);
}

static void
synchronise(CoexConnection *connection)
{
    coex_session_synchronise(connection->session, FALSE);
}

static void
examine(CoexConnection *connection)
{
    coex_session_examine(connection->session, TRUE);
}

static void
end_examination(CoexConnection *connection)
{
    coex_session_examine(connection->session, FALSE);
}

/* What is typed stays as it is in every language. */
static const struct {
    const char *word;
    const char *help;
    void (*run)(CoexConnection *connection);
} words[] = {
    { "held", N_("lists the texts that are held"), list_held },
    { "refresh", N_("fetches the templates again"), coex_connection_refresh_templates },
    { "cost", N_("tells what this month's messages cost"), tell_costs },
    { "account", N_("tells what is known of this number"), coex_connection_describe },
    { "doctor", N_("checks the whole connection, and says what is wrong and what to do"), examine },
    /* Translators: the check of the connection */
    { "doctor stop", N_("ends that"), end_examination },
    { "webhook", N_("registers the webhook again"), coex_connection_register_webhook },
    { "synchronise", N_("asks WhatsApp for the phone's contacts and history, once"), synchronise },
};

/* With more than the word. */
static const struct {
    const char *form;
    const char *help;
} more_words[] = {
    /* Translators: search, log and broadcast are typed as they stand; the rest is what stands for
     * words of one's own */
    { N_("search WORDS"), N_("finds words in the messages with anybody") },
    { N_("log NUMBER"), N_("shows again what was told here, with its times") },
    { N_("broadcast GROUP TEMPLATE value | value"),
      /* Translators: stop is typed as it stands */
      N_("sends a template to a group of the buddy list; stop: ends that; alone: what became of "
         "it") },
    { "help", N_("this list") },
};

/* What follows it; NULL: @line is not about it. */
static const char *
get_rest(const char *line, const char *word)
{
    gsize length = strlen(word);

    return g_ascii_strncasecmp(line, word, length) == 0 &&
                   (line[length] == '\0' || line[length] == ' ')
               ? line + length + strspn(line + length, " ")
               : NULL;
}

static gboolean
obey(CoexConnection *connection, const char *line)
{
    const char *sought = get_rest(line, "search");
    const char *listed = get_rest(line, "log");

    if (sought != NULL) {
        coex_session_search(connection->session, NULL, sought);
        return TRUE;
    }
    if (listed != NULL) {
        coex_notice_list(connection, NULL, listed);
        return TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(line, words[i].word) == 0) {
            words[i].run(connection);
            return TRUE;
        }
    }
    return FALSE;
}

void
coex_notice_answer(CoexConnection *connection, const char *typed)
{
    g_autofree char *plain = coex_text_from_markup(typed);
    g_autofree char *line = g_strstrip(g_strdup(plain));
    const char *word = line + (*line == '/' || *line == '!');
    g_autoptr(GString) answer = g_string_new(NULL);

    if (obey(connection, word))
        return;
    if (get_rest(word, "help") == NULL) {
        coex_say_more(answer, _("Nothing was sent: “%s”."), line);
        g_string_append_c(answer, ' ');
    }
    g_string_append(
        answer,
        _("Here the account tells what concerns no person, and nobody at WhatsApp reads it."));
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        g_string_append_printf(answer, "\n%s: %s", words[i].word, _(words[i].help));
    for (guint i = 0; i < G_N_ELEMENTS(more_words); i++)
        g_string_append_printf(answer, "\n%s: %s", _(more_words[i].form), _(more_words[i].help));
    tell(connection, answer->str);
}

/* ---- why there is no connection ---- */

static GHashTable *told_errors; /* username -> the sentence that was told last; or NULL */

static void
forget_error(PurpleAccount *account)
{
    if (told_errors == NULL ||
        !g_hash_table_remove(told_errors, purple_account_get_username(account)))
        return;
    if (g_hash_table_size(told_errors) > 0)
        return;
    purple_signals_disconnect_by_handle(&told_errors);
    g_clear_pointer(&told_errors, g_hash_table_unref);
}

static void
on_disabled(PurpleAccount *account, gpointer user_data)
{
    if (strcmp(purple_account_get_protocol_id(account), "prpl-coex") == 0)
        forget_error(account);
}

void
coex_notice_tell_error(CoexConnection *connection, const char *sentence)
{
    const char *username = purple_account_get_username(connection->account);

    if (told_errors != NULL && g_strcmp0(g_hash_table_lookup(told_errors, username), sentence) == 0)
        return;

    if (told_errors == NULL) {
        told_errors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        purple_signal_connect(purple_accounts_get_handle(), "account-disabled", &told_errors,
                              PURPLE_CALLBACK(on_disabled), NULL);
    }
    g_hash_table_insert(told_errors, g_strdup(username), g_strdup(sentence));

    g_autofree char *line =
        /* Translators: %s is a sentence that says why */
        coex_say(_("Not connected yet: %s It is tried again by itself."), sentence);
    coex_notice_tell(connection, line);
}

void
coex_notice_end_error(CoexConnection *connection)
{
    const char *username = purple_account_get_username(connection->account);

    if (told_errors == NULL || g_hash_table_lookup(told_errors, username) == NULL)
        return;
    forget_error(connection->account);
    coex_notice_tell(connection, _("Connected again."));
}
