// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/conversation.h"

#include "core/message.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/broadcast.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/display.h"
#include "purple/file.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/notice.h"
#include "purple/options.h"
#include "purple/pictures.h"
#include "purple/shared.h"
#include "purple/unseen.h"
#include "purple/verbs.h"
#include "session/session.h"
#include <errno.h>
#include <string.h>
#include <time.h>

#define OLD_S (5 * 60) /* an echo older than this is shown as one that comes late */

#define EXCERPT 100

#define TYPING_S 20 /* WhatsApp shows it for 25 */

/* Ours to set; whatever else came with a typed line goes back with its echo. */
#define OWN_FLAGS                                                                                  \
    (PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_RECV | PURPLE_MESSAGE_REMOTE_SEND |                      \
     PURPLE_MESSAGE_DELAYED | PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_ERROR |                       \
     PURPLE_MESSAGE_IMAGES)

/* ---- out ---- */

/* Called by libpurple for a line that is typed, and not for one that another plugin hands over: who
 * does that writes it into the conversation. */
static void
on_sending(PurpleAccount *account, const char *who, char **message, CoexConnection *connection)
{
    if (account == connection->account)
        connection->typed = *message != NULL && **message != '\0';
}

static gboolean
admit(CoexConnection *connection, const char *who, const char *markup)
{
    g_autofree char *text = coex_text_from_markup(markup);

    return coex_shared_admit(connection, who, text);
}

int
coex_conversation_send(PurpleConnection *gc, const char *who, const char *markup,
                       PurpleMessageFlags flags)
{
    CoexConnection *typed_in = coex_connection_of(gc);
    g_autoptr(CoexConnection) connection = NULL;
    g_autoptr(GError) error = NULL;

    if (typed_in == NULL)
        return -ENOTCONN;

    connection = coex_connection_ref(typed_in);
    gboolean (*send)(CoexSession *, const char *, const char *, GError **) =
        connection->typed ? coex_session_send : coex_session_send_shown;
    gboolean typed = connection->typed;
    connection->typed = FALSE;
    if (coex_connection_is_own(connection, who)) {
        coex_ask_note_typed(connection, who);
        if (!coex_broadcast_take(connection, markup))
            coex_notice_answer(connection, markup);
        return 0;
    }

    coex_unseen_note_typed(connection);
    if (connection->over)
        return -ENOTCONN;

    if (typed && !admit(connection, who, markup))
        return 0;

    g_autofree char *name = coex_connection_dup_name(connection, who);
    if (typed && coex_host_get()->tells_seen)
        coex_session_mark_seen(connection->session, name);
    g_autofree char *changed = NULL;
    g_autofree char *joined = coex_host_get()->cuts_lines ? coex_text_join_cut(markup) : NULL;
    if (joined != NULL)
        markup = joined;
    if (!coex_host_get()->has_commands && coex_verbs_take(connection, name, markup, &changed))
        return 0;

    g_autofree char *text = g_strdup(changed != NULL ? changed : markup);
    if (changed == NULL && purple_message_meify(text, -1)) {
        g_autofree char *action = g_steal_pointer(&text);

        text = g_strconcat("<i>", action, "</i>", NULL);
    }
    coex_contact_of(connection, name)->typed_flags = flags & ~OWN_FLAGS;
    if (coex_pictures_send(connection, name, text,
                           typed ? COEX_PICTURES_TYPED : COEX_PICTURES_SHOWN))
        return 0;
    if (!send(connection->session, name, text, &error)) {
        g_autofree char *plain = coex_text_from_markup(markup);
        g_autofree char *line = coex_say(_("Not sent: “%s”. %s"), plain, error->message);

        coex_lines_notice(connection, name, line);
    }
    return 0;
}

unsigned int
coex_conversation_note_typing(PurpleConnection *gc, const char *who, PurpleTypingState state)
{
    CoexConnection *connection = coex_connection_of(gc);

    if (connection != NULL)
        coex_shared_note_typing(connection, who, state);
    if (connection == NULL || state != PURPLE_TYPING || coex_connection_is_own(connection, who) ||
        strcmp(coex_options_get(connection->account, "typing"), "yes") != 0)
        return 0;
    g_autofree char *name = coex_connection_dup_name(connection, who);
    coex_session_note_typing(connection->session, name);
    return TYPING_S;
}

/* ---- in ---- */

/* Below the words that it answers. Nobody can write a line that looks like these. */
static char *
add_quote(const char *quote, const char *written)
{
    g_autofree char *text = coex_text_guard_quotes(written);

    return quote != NULL ? g_strdup_printf("> %s\n%s", quote, text) : g_steal_pointer(&text);
}

/* The text as the host's HTML, of which it shows every letter. */
static char *
make_html(const char *name, const char *text, gint64 at, PurpleMessageFlags *flags)
{
    const CoexHost *host = coex_host_get();
    g_autofree char *html = coex_display_text(host, name, text, flags);
    /* A zero-width space keeps "/me" from being taken as a command to the display. */
    const char *shield =
        host->notice == COEX_NOTICE_SYSTEM && coex_text_is_action(text) ? COEX_TEXT_SHIELD : "";
    g_autofree char *day = NULL;

    if (host->lacks_dates) {
        g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(at);
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        /* Translators: strftime, before a line of another day */
        const char *format = _("[%Y-%m-%d]");
        g_autofree char *today = g_date_time_format(now, format);

        day = then != NULL ? g_date_time_format(then, format) : NULL;
        if (g_strcmp0(day, today) == 0)
            g_clear_pointer(&day, g_free);
    }
    return day != NULL ? g_strconcat(day, " ", shield, html, NULL)
                       : g_strconcat(shield, html, NULL);
}

/* A line that arrives under the user's eyes raises no signal. */
static void
note_unseen(CoexConnection *connection, const CoexFeedItem *item, const char *who, const char *name)
{
    PurpleConversation *conv;

    if (connection->over || !coex_host_get()->tells_seen)
        return;
    conv = purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, connection->account);
    if (conv != NULL && purple_conversation_has_focus(conv))
        coex_session_mark_seen(connection->session, name);
    else
        coex_session_mark_unseen(connection->session, name, item->time);
}

static void
show_inbound(CoexConnection *shown_in, const CoexFeedItem *item, const char *name)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(shown_in);
    g_autofree char *who = g_strdup(coex_connection_get_buddy_name(connection, name));
    PurpleMessageFlags flags = PURPLE_MESSAGE_RECV;
    g_autofree char *text = add_quote(item->quote, item->text);
    g_autofree char *html = make_html(who, text, item->time, &flags);

    coex_lines_receive(connection, who, html, flags, (time_t)item->time);
    note_unseen(connection, item, who, name);
}

static void
show_record(CoexConnection *shown_in, const CoexFeedItem *item, const char *name)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(shown_in);

    coex_lines_write(connection, name, item->text, PURPLE_MESSAGE_SYSTEM);
    if (item->flags & COEX_LINE_THEIRS && !connection->over)
        note_unseen(connection, item, coex_connection_get_buddy_name(connection, name), name);
}

/* Finch stores an empty alias for its form's empty field, and then signs lines of ours with the
 * customer's number. */
static void
drop_empty_alias(PurpleAccount *account)
{
    const char *alias = purple_account_get_alias(account);

    if (alias != NULL && *alias == '\0')
        purple_account_set_alias(account, NULL);
}

static void
write_own(CoexConnection *shown_in, const char *name, const char *text, gint64 at,
          PurpleMessageFlags flags)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(shown_in);
    g_autofree char *who = g_strdup(coex_connection_get_buddy_name(connection, name));
    g_autofree char *html = make_html(who, text, at, &flags);
    PurpleConversation *conv;

    drop_empty_alias(connection->account);
    conv = connection->over ? NULL : coex_lines_open(connection, who);
    if (conv == NULL)
        return;
    purple_conv_im_write(PURPLE_CONV_IM(conv), who, html, flags, (time_t)at);
}

/* On every line, where each is shown as a message of its own. */
static char *
dup_marked(const char *mark, const char *text)
{
    gboolean apart = coex_host_get()->notice == COEX_NOTICE_IM;
    g_autofree char *next = g_strconcat("\n", mark, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", apart ? -1 : 1);
    g_autofree char *marked = g_strjoinv(next, lines);

    return g_strconcat(mark, marked, NULL);
}

/* Before @author, who may be "". Free with g_free(). */
static char *
dup_broadcast_mark(const char *author)
{
    /* Translators: before what many people have got */
    return g_strconcat(_("[broadcast]"), " ", author, *author != '\0' ? " " : "", NULL);
}

static void
show_sent(CoexConnection *connection, const CoexFeedItem *item, const char *name,
          PurpleMessageFlags flags)
{
    g_autofree char *broadcast = dup_broadcast_mark("");
    g_autofree char *text = item->flags & COEX_LINE_BROADCAST ? dup_marked(broadcast, item->text)
                            : item->quote != NULL             ? add_quote(item->quote, item->text)
                                                              : g_strdup(item->text);

    write_own(connection, name, text, item->time, flags | PURPLE_MESSAGE_SEND);
}

static void
show_echo(CoexConnection *connection, const CoexFeedItem *item, const char *name)
{
    gboolean is_old = item->time < (gint64)time(NULL) - OLD_S;
    gsize length;
    g_autofree char *author = coex_display_dup_author(item->text, &length);
    /* Translators: before what was typed at the phone: by somebody else, maybe, or long ago */
    g_autofree char *mark = item->flags & COEX_LINE_BROADCAST
                                ? dup_broadcast_mark(author != NULL ? author : "")
                                : g_strconcat(author != NULL ? author : _("[phone]"), " ", NULL);
    g_autofree char *said = add_quote(item->quote, item->text + length);
    g_autofree char *text = dup_marked(mark, said);

    write_own(connection, name, text, item->time,
              PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_REMOTE_SEND |
                  (is_old ? PURPLE_MESSAGE_DELAYED : 0));
}

static void
add_offer(GString *offers, char *offer)
{
    coex_text_list_add(offers, "%s", offer);
    g_free(offer);
}

/* @n_resend: what goes together, this text with it. */
static char *
dup_resend(guint n_resend)
{
    const char *mark = coex_host_get_mark();

    /* Translators: %s is the / or ! that commands begin with; a part of a list with commas */
    if (n_resend <= 1)
        return coex_say(_("%sresend sends it again"), mark);
    if (n_resend == 2)
        return coex_say(_("%sresend sends it and another one again"), mark);
    return coex_say(COEX_PLURAL("%sresend sends it and %u other again",
                                "%sresend sends it and %u others again", n_resend - 1),
                    mark, n_resend - 1);
}

/* What can be done about a line's text, in a line of its own; "" for nothing. @n_resend: as
 * above. */
static char *
make_offer(CoexLineFlags flags, guint n_resend)
{
    const char *mark = coex_host_get_mark();
    g_autoptr(GString) offers = g_string_new(NULL);
    g_autofree char *sentence = NULL;

    if (flags & COEX_LINE_RESEND)
        add_offer(offers, dup_resend(n_resend));
    /* Translators: %s is the / or ! that commands begin with; a part of a list with commas */
    if (flags & COEX_LINE_TEMPLATE)
        add_offer(offers, coex_say(_("%stemplate offers the templates"), mark));
    /* Translators: %s is the / or ! that commands begin with; a part of a list with commas */
    if (flags & COEX_LINE_KEPT)
        add_offer(offers, coex_say(_("%sdiscard drops it"), mark));
    if (offers->len == 0)
        return g_strdup("");
    /* Translators: the end of a sentence: “/resend sends it again, /discard drops it.” */
    sentence = coex_say(_("%s."), offers->str);
    return g_strconcat("\n", sentence, NULL);
}

/* Where the text stands above, its beginning tells which one is meant. */
static char *
quote(const CoexFeedItem *item)
{
    return item->flags & COEX_LINE_SHOWN ? coex_text_excerpt(item->text, EXCERPT)
                                         : g_strdup(item->text);
}

static char *
dup_failure(const CoexFeedItem *item)
{
    const char *detail = item->detail != NULL ? item->detail : _("WhatsApp gave no reason.");
    g_autofree char *text = quote(item);

    /* Translators: a text that was typed, and a sentence that says why */
    if (item->kind != COEX_FEED_FAILED)
        return coex_say(_("Not confirmed: “%s”. %s"), text, detail);
    if (item->flags & COEX_LINE_UNSENT)
        return coex_say(_("Not sent: “%s”. %s"), text, detail);
    return coex_say(_("Not delivered: “%s”. %s"), text, detail);
}

/* The log has the text: without this line it would look as if it had arrived. */
static void
show_failed(CoexConnection *connection, const CoexFeedItem *item, const CoexPersonView *person)
{
    g_autofree char *failure = dup_failure(item);
    g_autofree char *offer = make_offer(item->flags, person->n_resend);
    g_autofree char *line = g_strconcat(failure, offer, NULL);

    coex_lines_write(connection, person->name, line, PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_NICK);
}

static void
show_arrived(CoexConnection *connection, const CoexFeedItem *item, const char *name)
{
    g_autofree char *text = quote(item);
    g_autofree char *arrived =
        coex_say(item->flags & COEX_LINE_KEPT ? _("Arrived after all, and not kept any more: “%s”.")
                                              : _("Arrived after all: “%s”."),
                 text);
    const char *twice = item->flags & COEX_LINE_TWICE
                            ? _("It was sent again, too, so it may stand there twice.")
                            : NULL;
    g_autofree char *line = g_strjoin(" ", arrived, twice, NULL);

    coex_lines_write(connection, name, line, PURPLE_MESSAGE_SYSTEM);
}

/* What names the account's own number as the other side is no conversation. */
static void
show_own(CoexConnection *connection, const CoexFeedItem *item)
{
    g_autofree char *line =
        coex_say(_("This number itself is told as the other side of: “%s”"), item->text);

    coex_unseen_tell(connection, line);
}

void
coex_conversation_show(CoexConnection *connection, const CoexFeedItem *item,
                       const CoexPersonView *person)
{
    const CoexContact *contact = coex_contact_of(connection, person->name);

    if (coex_connection_is_own(connection, person->name)) {
        show_own(connection, item);
        return;
    }

    switch (item->kind) {
    case COEX_FEED_INBOUND:
        show_inbound(connection, item, person->name);
        break;
    case COEX_FEED_ECHO:
        show_echo(connection, item, person->name);
        break;
    case COEX_FEED_TYPED:
        show_sent(connection, item, person->name, contact->typed_flags);
        break;
    case COEX_FEED_SENT:
        show_sent(connection, item, person->name,
                  coex_host_get()->hides_sent ? PURPLE_MESSAGE_REMOTE_SEND : 0);
        break;
    case COEX_FEED_FAILED:
    case COEX_FEED_UNCONFIRMED:
        show_failed(connection, item, person);
        break;
    case COEX_FEED_NOTICE:
        if (item->flags & COEX_LINE_GET)
            coex_file_offer(connection, item, person->name);
        else
            coex_lines_notice(connection, person->name, item->text);
        break;
    case COEX_FEED_ARRIVED:
        show_arrived(connection, item, person->name);
        break;
    case COEX_FEED_FILE:
        coex_file_show(connection, item, person->name);
        break;
    case COEX_FEED_RECORD:
        show_record(connection, item, person->name);
        break;
    }
}

/* ---- what the user looks at ---- */

/* Pidgin says so as well when a conversation comes up behind what the user does. */
static void
on_conversation_updated(PurpleConversation *conv, PurpleConvUpdateType type,
                        CoexConnection *connection)
{
    if (connection->opening || connection->line_at != 0)
        return;
    if (type != PURPLE_CONV_UPDATE_UNSEEN || connection->over ||
        purple_conversation_get_account(conv) != connection->account ||
        purple_conversation_get_type(conv) != PURPLE_CONV_TYPE_IM ||
        GPOINTER_TO_INT(purple_conversation_get_data(conv, "unseen-count")) != 0)
        return;

    g_autofree char *name =
        coex_connection_dup_name(connection, purple_conversation_get_name(conv));
    coex_session_mark_seen(connection->session, name);
}

void
coex_conversation_watch(CoexConnection *connection)
{
    void *handle = purple_conversations_get_handle();

    coex_shared_start();
    /* Last of all: another plugin may take the line away. */
    purple_signal_connect_priority(handle, "sending-im-msg", connection->gc,
                                   PURPLE_CALLBACK(on_sending), connection,
                                   PURPLE_SIGNAL_PRIORITY_HIGHEST);
    if (coex_host_get()->tells_seen)
        purple_signal_connect(handle, "conversation-updated", connection->gc,
                              PURPLE_CALLBACK(on_conversation_updated), connection);
}
