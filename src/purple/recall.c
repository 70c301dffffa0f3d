// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/recall.h"

#include "core/error.h"
#include "core/message.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/display.h"
#include "purple/file.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/options.h"
#include "session/session.h"
#include <string.h>

#define LIMIT_PRESET 10
#define LIMIT_MAX 200
#define ASKED_PRESET 20
#define EXCERPT 400 /* of one message */

/* ---- how many ---- */

static gboolean
is_number(const char *text, guint64 *ret_number)
{
    return g_ascii_string_to_unsigned(text, 10, 0, LIMIT_MAX, ret_number, NULL);
}

/* Pidgin's History plugin shows the end of the log, which is the same. */
static gboolean
has_history_plugin(void)
{
    return purple_plugins_find_with_id("gtk-history") != NULL &&
           purple_plugin_is_loaded(purple_plugins_find_with_id("gtk-history"));
}

guint
coex_recall_get_limit(PurpleAccount *account)
{
    g_autofree char *value = g_strstrip(g_strdup(coex_options_get(account, "recall")));
    guint64 limit;

    if (is_number(value, &limit))
        return (guint)limit;
    return has_history_plugin() ? 0 : LIMIT_PRESET;
}

gboolean
coex_recall_check(PurpleAccount *account, GError **error)
{
    g_autofree char *value = g_strstrip(g_strdup(coex_options_get(account, "recall")));
    guint64 limit;

    if (*value == '\0' || is_number(value, &limit))
        return TRUE;
    coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                   _("Option {@recall}: “%s” is none. It takes a number from 0 to %d, or nothing."),
                   value, LIMIT_MAX);
    return FALSE;
}

/* ---- lines ---- */

static char *
dup_time(gint64 time)
{
    g_autofree char *whole = coex_window_dup_time(time);

    return whole != NULL ? coex_window_describe_time(time, g_get_real_time() / G_USEC_PER_SEC)
                         : g_strdup("?");
}

static void
add_note(GString *notes, const char *note)
{
    g_string_append_printf(notes, "%s ", note);
}

/* Before who wrote it, so that nobody can write it. @numbered: also what has no file can be named
 * by its number. */
static char *
dup_notes(const CoexFeedItem *item, gboolean numbered)
{
    GString *notes = g_string_new(NULL);

    if (item->flags & COEX_LINE_DELETED)
        add_note(notes, _("(deleted)"));
    else if (item->flags & COEX_LINE_EDITED)
        add_note(notes, _("(edited)"));
    if (item->flags & COEX_LINE_BROADCAST)
        add_note(notes, _("(broadcast)"));
    if ((item->media != NULL || numbered) && item->message_id > 0)
        g_string_append_printf(notes, "(#%" G_GINT64_FORMAT ") ", item->message_id);
    return g_string_free(notes, FALSE);
}

/* After who wrote it, since the words quoted are somebody's. */
static char *
dup_quote(const CoexFeedItem *item)
{
    /* Translators: the message that this one answers */
    g_autofree char *quote = item->quote != NULL ? coex_say(_("(to “%s”)"), item->quote) : NULL;

    return quote != NULL ? g_strconcat(" ", quote, NULL) : g_strdup("");
}

/* From the phone, or as the mark before it says. */
static void
append_echo(GString *all, const char *text, const char *quote)
{
    gsize length;
    g_autofree char *author = coex_display_dup_author(text, &length);

    g_string_append_printf(all, "→ %s%s: %s", author != NULL ? author : _("from the phone"), quote,
                           text + length);
}

/* One message, one line: nobody's text can begin another. The arrow tells who wrote; a name could
 * be made up. */
static void
append_line(CoexConnection *connection, GString *all, const CoexFeedItem *item, const char *title)
{
    g_autofree char *when = dup_time(item->time);
    /* What comes from the feed is shown whole. */
    g_autofree char *text = coex_text_excerpt(item->text, item->seq > 0 ? G_MAXINT : EXCERPT);
    g_autofree char *name = coex_text_excerpt(title, 40);
    g_autofree char *line = NULL;
    g_autofree char *notes = dup_notes(item, FALSE);
    g_autofree char *quote = dup_quote(item);

    g_string_append_printf(all, "\n[%s] %s", when, notes);
    switch (item->kind) {
    case COEX_FEED_INBOUND:
        g_string_append_printf(all, "← %s%s: %s", name, quote, text);
        return;
    case COEX_FEED_ECHO:
        append_echo(all, text, quote);
        return;
    case COEX_FEED_FAILED:
        g_string_append_printf(all, "→ %s%s %s", _("(not delivered)"), quote, text);
        return;
    case COEX_FEED_UNCONFIRMED:
        g_string_append_printf(all, "→ %s%s %s", _("(not confirmed)"), quote, text);
        return;
    case COEX_FEED_NOTICE:
    case COEX_FEED_ARRIVED:
    case COEX_FEED_RECORD:
        /* a new one is our own sentence, in which a stranger's words are one line already */
        g_string_append(all, item->seq > 0 ? item->text : text);
        return;
    case COEX_FEED_FILE:
        line = coex_file_dup_line(connection->account, item);
        g_string_append(all, line);
        return;
    case COEX_FEED_TYPED:
    case COEX_FEED_SENT:
        break;
    }
    /* of the past: why it has not left */
    if (item->seq == 0 && item->detail != NULL)
        g_string_append_printf(all, "→ (%s)%s %s", item->detail, quote, text);
    else
        g_string_append_printf(all, "→%s %s", quote, text);
}

char *
coex_recall_dup_text(CoexConnection *connection, const char *head, const char *name,
                     GPtrArray *lines)
{
    g_autofree char *title = coex_connection_dup_alias(connection, name);
    GString *all = g_string_new(head);

    for (guint i = 0; i < lines->len; i++)
        append_line(connection, all, g_ptr_array_index(lines, i), title);
    return g_string_free(all, FALSE);
}

/* The arrow tells who wrote, as above. */
static void
append_found(GString *all, const CoexFeedItem *item)
{
    g_autofree char *when = dup_time(item->time);
    g_autofree char *text = coex_text_excerpt(item->text, EXCERPT);
    g_autofree char *name = coex_text_excerpt(item->detail, 40);
    g_autofree char *notes = dup_notes(item, item->kind != COEX_FEED_NOTICE);
    const char *arrow = item->kind == COEX_FEED_INBOUND  ? "←"
                        : item->kind == COEX_FEED_NOTICE ? "*"
                                                         : "→";

    g_string_append_printf(all, "\n[%s] %s%s %s: %s", when, notes, arrow, name, text);
}

char *
coex_recall_dup_found(const char *head, GPtrArray *lines)
{
    GString *all = g_string_new(head);

    for (guint i = 0; i < lines->len; i++)
        append_found(all, g_ptr_array_index(lines, i));
    return g_string_free(all, FALSE);
}

static void
show(CoexConnection *connection, const char *name, GPtrArray *lines)
{
    g_autofree char *text = coex_recall_dup_text(connection, _("Earlier:"), name, lines);

    coex_lines_write(connection, name, text, COEX_LINES_OLD);
}

/* ---- a conversation opens ---- */

/* An IRC client's window stays when the account logs off and on again, and has the lines. */
static gboolean
is_begun(CoexConnection *connection, const char *name)
{
    static GHashTable *begun; /* of the process: "number name" */
    g_autofree char *key =
        g_strconcat(purple_account_get_username(connection->account), " ", name, NULL);

    if (coex_host_get()->notice != COEX_NOTICE_IM)
        return FALSE;
    if (begun == NULL)
        begun = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return !g_hash_table_add(begun, g_steal_pointer(&key));
}

static void
show_earlier(CoexConnection *connection, const char *name)
{
    CoexContact *contact = coex_contact_of(connection, name);
    g_autoptr(GPtrArray) lines = g_steal_pointer(&contact->past);
    guint limit = coex_recall_get_limit(connection->account);

    if (lines != NULL) {
        if (lines->len > 0)
            show(connection, name, lines);
        return;
    }
    if (limit > 0 && coex_session_find_person(connection->session, name) != NULL)
        coex_session_recall(connection->session, name, limit, connection->line_at, FALSE);
}

/* Only a window of this program is seen to be open; a line elsewhere would be a message to all. */
static void
note_open(CoexConnection *connection, const char *name)
{
    if (!connection->over && coex_host_get()->notice == COEX_NOTICE_SYSTEM)
        coex_session_note_open(connection->session, name, TRUE);
}

static void
on_conversation_created(PurpleConversation *conv, CoexConnection *created_in)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(created_in);

    if (connection->over || purple_conversation_get_account(conv) != connection->account ||
        purple_conversation_get_type(conv) != PURPLE_CONV_TYPE_IM)
        return;

    g_autofree char *name =
        coex_connection_dup_name(connection, purple_conversation_get_name(conv));
    if (is_begun(connection, name))
        return;
    show_earlier(connection, name);
    note_open(connection, name);
}

/* What comes next to the person begins a new one. */
static void
on_conversation_deleted(PurpleConversation *conv, CoexConnection *connection)
{
    if (connection->over || purple_conversation_get_account(conv) != connection->account ||
        purple_conversation_get_type(conv) != PURPLE_CONV_TYPE_IM)
        return;

    g_autofree char *name =
        coex_connection_dup_name(connection, purple_conversation_get_name(conv));
    coex_session_note_open(connection->session, name, FALSE);
}

/* What was opened before the login is open still. */
static void
note_all_open(CoexConnection *connection)
{
    for (const GList *link = purple_get_ims(); link != NULL; link = link->next) {
        PurpleConversation *conv = link->data;
        g_autofree char *name = NULL;

        if (purple_conversation_get_account(conv) != connection->account)
            continue;
        name = coex_connection_dup_name(connection, purple_conversation_get_name(conv));
        note_open(connection, name);
    }
}

void
coex_recall_watch(CoexConnection *connection)
{
    void *handle = purple_conversations_get_handle();

    purple_signal_connect(handle, "conversation-created", connection->gc,
                          PURPLE_CALLBACK(on_conversation_created), connection);
    purple_signal_connect(handle, "deleting-conversation", connection->gc,
                          PURPLE_CALLBACK(on_conversation_deleted), connection);
    note_all_open(connection);
}

void
coex_recall_take(CoexConnection *connection, const CoexPersonView *person, GPtrArray *lines,
                 gboolean asked)
{
    CoexContact *contact = coex_contact_of(connection, person->name);

    if (!asked) {
        g_clear_pointer(&contact->past, g_ptr_array_unref);
        contact->past = g_ptr_array_ref(lines);
    } else if (lines->len > 0) {
        show(connection, person->name, lines);
    }
}

void
coex_recall_end(CoexConnection *connection, const char *name)
{
    const char *who;
    CoexContact *contact;

    /* the event may have ended it, and its account may be gone */
    if (connection->over)
        return;
    who = coex_connection_get_buddy_name(connection, name);
    contact = coex_contact_of(connection, name);
    if (contact == NULL || contact->past == NULL)
        return;
    g_clear_pointer(&contact->past, g_ptr_array_unref);
    if (purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, connection->account) ==
        NULL)
        coex_session_note_open(connection->session, name, FALSE);
}

/* ---- on demand ---- */

void
coex_recall_run(CoexConnection *connection, const char *name, const char *words)
{
    guint64 limit = ASKED_PRESET;

    if (*words != '\0' && (!is_number(words, &limit) || limit == 0)) {
        coex_lines_notice(connection, name,
                          _("How many lines? Give a number from 1 to 200, or none for 20."));
        return;
    }
    coex_session_recall(connection->session, name, (guint)limit, 0, TRUE);
}
