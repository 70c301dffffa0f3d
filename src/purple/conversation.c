// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/conversation.h"
#include "core/message.h"
#include "core/text.h"
#include "purple/contact.h"
#include "purple/dialogue.h"
#include "purple/display.h"
#include "purple/host.h"
#include "purple/notice.h"
#include "purple/roster.h"
#include "purple/unseen.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define OLD_S (5 * 60) /* an echo older than this is shown as one that comes late */

#define EXCERPT 100

/* Before what was typed at the phone: by somebody else, maybe, or long ago. */
#define FROM_PHONE "[phone] "

/* Ours to set; whatever else came with a typed line goes back with its echo. */
#define OWN_FLAGS                                                                                  \
    (PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_RECV | PURPLE_MESSAGE_REMOTE_SEND |                      \
     PURPLE_MESSAGE_DELAYED | PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_ERROR)

/* Opened when there is none. NULL where another plugin closed it at once, or ended the login. The
 * caller has a reference to that. */
static PurpleConversation *
ensure_conversation(CoexConnection *login, const char *who)
{
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, login->account);

    if (conv != NULL)
        return conv;
    login->opening = TRUE;
    purple_conversation_new(PURPLE_CONV_TYPE_IM, login->account, who);
    login->opening = FALSE;
    if (login->over)
        return NULL;
    return purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, login->account);
}

/* ---- lines of ours ---- */

/* @flags: how it looks in a system line, and whether the log gets it. */
static void
write_part(CoexConnection *login, const char *who, const char *html, PurpleMessageFlags flags)
{
    PurpleMessageFlags more =
        flags & ~(PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_NICK);
    PurpleConversation *conv;
    time_t now = time(NULL);

    switch (coex_host_get()->notice) {
    case COEX_NOTICE_SYSTEM:
        conv = ensure_conversation(login, who);
        if (conv != NULL)
            purple_conversation_write(conv, NULL, html, flags, now);
        break;
    case COEX_NOTICE_IM:
        serv_got_im(login->gc, who, html, PURPLE_MESSAGE_SYSTEM | more, now);
        break;
    case COEX_NOTICE_MESSAGE:
        serv_got_im(login->gc, who, html, PURPLE_MESSAGE_RECV | more, now);
        break;
    }
}

static void
write_line(CoexConnection *written_in, const char *name, const char *text, PurpleMessageFlags flags)
{
    g_autoptr(CoexConnection) login = coex_login_ref(written_in);

    if (login->over)
        return;
    g_autofree char *who = g_strdup(coex_roster_get_name(login, name));
    g_autoptr(GPtrArray) lines = coex_display_line(coex_host_get(), who, text, &flags);

    for (guint i = 0; i < lines->len && !login->over; i++)
        write_part(login, who, g_ptr_array_index(lines, i), flags);
}

void
coex_conversation_notice(CoexConnection *login, const char *name, const char *text)
{
    write_line(login, name, text, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG);
}

void
coex_conversation_notice_of_old(CoexConnection *login, const char *name, const char *text)
{
    write_line(login, name, text,
               PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG | PURPLE_MESSAGE_DELAYED);
}

/* ---- out ---- */

/* Called by libpurple for a line that is typed, and not for one that another plugin hands over: who
 * does that writes it into the conversation. */
static void
on_sending(PurpleAccount *account, const char *who, char **message, CoexConnection *login)
{
    if (account == login->account)
        login->typed = *message != NULL && **message != '\0';
}

int
coex_conversation_send(PurpleConnection *gc, const char *who, const char *markup,
                       PurpleMessageFlags flags)
{
    CoexConnection *typed_in = coex_login_of(gc);
    g_autoptr(CoexConnection) login = NULL;
    g_autoptr(GError) error = NULL;

    if (typed_in == NULL)
        return -ENOTCONN;

    login = coex_login_ref(typed_in);
    gboolean (*send)(CoexSession *, const char *, const char *, GError **) =
        login->typed ? coex_session_send : coex_session_send_shown;
    gboolean typed = login->typed;
    login->typed = FALSE;
    if (coex_notice_is_own(login, who)) {
        coex_notice_answer(login, markup);
        return 0;
    }

    coex_unseen_note_typed(login);
    if (login->over)
        return -ENOTCONN;

    g_autofree char *name = coex_login_dup_name(login, who);
    if (typed && coex_host_get()->tells_seen)
        coex_session_mark_seen(login->session, name);
    g_autofree char *changed = NULL;
    g_autofree char *joined = coex_host_get()->cuts_lines ? coex_text_join_cut(markup) : NULL;
    if (joined != NULL)
        markup = joined;
    if (!coex_host_get()->has_commands && coex_dialogue_take(login, name, markup, &changed))
        return 0;

    g_autofree char *text = g_strdup(changed != NULL ? changed : markup);
    if (changed == NULL && purple_message_meify(text, -1)) {
        g_autofree char *action = g_steal_pointer(&text);
        text = g_strconcat("<i>", action, "</i>", NULL);
    }
    coex_contact_of(login, name)->typed_flags = flags & ~OWN_FLAGS;
    if (!send(login->session, name, text, &error)) {
        g_autofree char *plain = coex_text_from_markup(markup);
        g_autofree char *line = g_strdup_printf("Not sent: “%s”. %s", plain, error->message);
        coex_conversation_notice(login, name, line);
    }
    return 0;
}

/* ---- in ---- */

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
        g_autofree char *today = g_date_time_format(now, "[%Y-%m-%d] ");
        day = then != NULL ? g_date_time_format(then, "[%Y-%m-%d] ") : NULL;
        if (g_strcmp0(day, today) == 0)
            g_clear_pointer(&day, g_free);
    }
    return g_strconcat(day != NULL ? day : "", shield, html, NULL);
}

static void
show_inbound(CoexConnection *shown_in, const CoexFeedItem *item, const char *name)
{
    g_autoptr(CoexConnection) login = coex_login_ref(shown_in);
    g_autofree char *who = g_strdup(coex_roster_get_name(login, name));
    PurpleMessageFlags flags = PURPLE_MESSAGE_RECV;
    g_autofree char *html = make_html(who, item->text, item->time, &flags);
    PurpleConversation *conv;

    serv_got_im(login->gc, who, html, flags, (time_t)item->time);

    /* A line that arrives under the user's eyes raises no signal. Other plugins were called
     * meanwhile. */
    if (login->over || !coex_host_get()->tells_seen)
        return;
    conv = purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, login->account);
    if (conv != NULL && purple_conversation_has_focus(conv))
        coex_session_mark_seen(login->session, name);
    else
        coex_session_mark_unseen(login->session, name, item->time);
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
write_own_text(CoexConnection *shown_in, const char *name, const char *text, gint64 at,
               PurpleMessageFlags flags)
{
    g_autoptr(CoexConnection) login = coex_login_ref(shown_in);
    g_autofree char *who = g_strdup(coex_roster_get_name(login, name));
    g_autofree char *html = make_html(who, text, at, &flags);
    PurpleConversation *conv;

    drop_empty_alias(login->account);
    conv = login->over ? NULL : ensure_conversation(login, who);
    if (conv == NULL)
        return;
    purple_conv_im_write(PURPLE_CONV_IM(conv), who, html, flags, (time_t)at);
}

static void
write_own(CoexConnection *login, const CoexFeedItem *item, const char *name,
          PurpleMessageFlags flags)
{
    write_own_text(login, name, item->text, item->time, flags);
}

/* The mark on every line, where each is shown as a message of its own. */
static void
show_echo(CoexConnection *login, const CoexFeedItem *item, const char *name)
{
    gboolean is_old = item->time < (gint64)time(NULL) - OLD_S;
    gboolean apart = coex_host_get()->notice == COEX_NOTICE_IM;
    const char *author = coex_echo_get_author(item->text);
    const char *mark = author != NULL ? author : FROM_PHONE;
    const char *said = author != NULL ? item->text + strlen(author) : item->text;
    g_autofree char *next = g_strconcat("\n", mark, NULL);
    g_auto(GStrv) lines = g_strsplit(said, "\n", apart ? -1 : 1);
    g_autofree char *marked = g_strjoinv(next, lines);
    g_autofree char *text = g_strconcat(mark, marked, NULL);

    write_own_text(login, name, text, item->time,
                   PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_REMOTE_SEND |
                       (is_old ? PURPLE_MESSAGE_DELAYED : 0));
}

/* What can be done about a line's text, as a sentence of its own; "" for nothing. @n_resend: what
 * goes together, this text with it. */
static char *
make_offer(CoexLineFlags flags, guint n_resend)
{
    const char *mark = coex_host_get_mark();
    g_autoptr(GString) offer = g_string_new(NULL);

    if (flags & COEX_LINE_RESEND && n_resend > 2)
        g_string_append_printf(offer, ", %sresend sends it and %u others again", mark,
                               n_resend - 1);
    else if (flags & COEX_LINE_RESEND)
        g_string_append_printf(offer, ", %sresend sends it%s again", mark,
                               n_resend == 2 ? " and another one" : "");
    if (flags & COEX_LINE_TEMPLATE)
        g_string_append_printf(offer, ", %stemplate offers the templates", mark);
    if (flags & COEX_LINE_KEPT)
        g_string_append_printf(offer, ", %sdiscard drops it", mark);
    return offer->len > 0 ? g_strdup_printf("\n%s.", offer->str + 2) : g_strdup("");
}

/* Where the text stands above, its beginning tells which one is meant. */
static char *
quote(const CoexFeedItem *item)
{
    return item->flags & COEX_LINE_SHOWN ? coex_text_excerpt(item->text, EXCERPT)
                                         : g_strdup(item->text);
}

/* The log has the text: without this line it would look as if it had arrived. */
static void
show_failed(CoexConnection *login, const CoexFeedItem *item, const CoexPersonView *person)
{
    const char *failed = item->flags & COEX_LINE_UNSENT ? "Not sent" : "Not delivered";
    const char *what = item->kind == COEX_FEED_FAILED ? failed : "Not confirmed";
    const char *detail = item->detail != NULL ? item->detail : "WhatsApp gave no reason.";
    g_autofree char *text = quote(item);
    g_autofree char *offer = make_offer(item->flags, person->n_resend);
    g_autofree char *line = g_strdup_printf("%s: “%s”. %s%s", what, text, detail, offer);

    write_line(login, person->name, line, PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_NICK);
}

static void
show_arrived(CoexConnection *login, const CoexFeedItem *item, const char *name)
{
    g_autofree char *text = quote(item);
    g_autofree char *line = g_strdup_printf(
        "Arrived after all%s: “%s”.%s",
        item->flags & COEX_LINE_KEPT ? ", and not kept any more" : "", text,
        item->flags & COEX_LINE_TWICE ? " It was sent again, too, so it may stand there twice."
                                      : "");

    write_line(login, name, line, PURPLE_MESSAGE_SYSTEM);
}

/* What names the account's own number as the other side is no conversation. */
static void
show_own(CoexConnection *login, const CoexFeedItem *item)
{
    g_autofree char *line =
        g_strdup_printf("This number itself is told as the other side of: “%s”", item->text);

    coex_login_notice(login, line);
}

void
coex_conversation_show(CoexConnection *login, const CoexFeedItem *item,
                       const CoexPersonView *person)
{
    const CoexContact *contact = coex_contact_of(login, person->name);

    if (coex_notice_is_own(login, person->name)) {
        show_own(login, item);
        return;
    }

    switch (item->kind) {
    case COEX_FEED_INBOUND:
        show_inbound(login, item, person->name);
        break;
    case COEX_FEED_ECHO:
        show_echo(login, item, person->name);
        break;
    case COEX_FEED_TYPED:
        write_own(login, item, person->name, contact->typed_flags | PURPLE_MESSAGE_SEND);
        break;
    case COEX_FEED_SENT:
        write_own(login, item, person->name,
                  PURPLE_MESSAGE_SEND |
                      (coex_host_get()->hides_sent ? PURPLE_MESSAGE_REMOTE_SEND : 0));
        break;
    case COEX_FEED_FAILED:
    case COEX_FEED_UNCONFIRMED:
        show_failed(login, item, person);
        break;
    case COEX_FEED_NOTICE:
        coex_conversation_notice(login, person->name, item->text);
        break;
    case COEX_FEED_ARRIVED:
        show_arrived(login, item, person->name);
        break;
    case COEX_FEED_RECORD:
        write_line(login, person->name, item->text, PURPLE_MESSAGE_SYSTEM);
        break;
    }
}

/* ---- what the user looks at ---- */

/* Pidgin says so as well when a conversation comes up behind what the user does. */
static void
on_conversation_updated(PurpleConversation *conv, PurpleConvUpdateType type, CoexConnection *login)
{
    if (login->opening || login->line_at != 0)
        return;
    if (type != PURPLE_CONV_UPDATE_UNSEEN || login->over ||
        purple_conversation_get_account(conv) != login->account ||
        purple_conversation_get_type(conv) != PURPLE_CONV_TYPE_IM ||
        GPOINTER_TO_INT(purple_conversation_get_data(conv, "unseen-count")) != 0)
        return;

    g_autofree char *name = coex_login_dup_name(login, purple_conversation_get_name(conv));
    coex_session_mark_seen(login->session, name);
}

void
coex_conversation_watch(CoexConnection *login)
{
    void *handle = purple_conversations_get_handle();

    /* Last of all: another plugin may take the line away. */
    purple_signal_connect_priority(handle, "sending-im-msg", login->gc, PURPLE_CALLBACK(on_sending),
                                   login, PURPLE_SIGNAL_PRIORITY_HIGHEST);
    if (coex_host_get()->tells_seen)
        purple_signal_connect(handle, "conversation-updated", login->gc,
                              PURPLE_CALLBACK(on_conversation_updated), login);
}

/* ---- files ---- */

gboolean
coex_conversation_takes_files(PurpleConnection *gc, const char *who)
{
    return coex_host_get()->takes_files;
}

void
coex_conversation_send_file(PurpleConnection *gc, const char *who, const char *path)
{
    CoexConnection *login = coex_login_of(gc);

    if (login == NULL || path == NULL)
        return;

    g_autofree char *name = coex_login_dup_name(login, who);
    g_autofree char *file = g_filename_display_basename(path);
    g_autofree char *line =
        g_strdup_printf("Not sent: the file “%s”, whatever %s says of it. This version sends text "
                        "only; send files from the phone.",
                        file, coex_host_get()->label);
    coex_conversation_notice(login, name, line);
}
