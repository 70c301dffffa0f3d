// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/lines.h"

#include "core/text.h"
#include "purple/connection.h"
#include "purple/display.h"
#include "purple/host.h"
#include <string.h>
#include <time.h>

PurpleConversation *
coex_lines_open(CoexConnection *connection, const char *who)
{
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, connection->account);

    if (conv != NULL)
        return conv;
    connection->opening = TRUE;
    purple_conversation_new(PURPLE_CONV_TYPE_IM, connection->account, who);
    connection->opening = FALSE;
    if (connection->over)
        return NULL;
    return purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, connection->account);
}

void
coex_lines_receive(CoexConnection *connection, const char *who, const char *html,
                   PurpleMessageFlags flags, time_t at)
{
    PurpleConversation *conv;

    if (purple_privacy_check(connection->account, who)) {
        serv_got_im(connection->gc, who, html, flags, at);
        return;
    }
    conv = coex_lines_open(connection, who);
    if (conv != NULL)
        purple_conv_im_write(PURPLE_CONV_IM(conv), who, html, flags, at);
}

static void
write_part(CoexConnection *connection, const char *who, const char *html, PurpleMessageFlags flags)
{
    PurpleMessageFlags more =
        flags & ~(PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_NICK);
    PurpleConversation *conv;
    time_t now = time(NULL);

    switch (coex_host_get()->notice) {
    case COEX_NOTICE_SYSTEM:
        conv = coex_lines_open(connection, who);
        if (conv != NULL)
            purple_conversation_write(conv, NULL, html, flags, now);
        break;
    case COEX_NOTICE_IM:
        coex_lines_receive(connection, who, html, PURPLE_MESSAGE_SYSTEM | more, now);
        break;
    case COEX_NOTICE_MESSAGE:
        coex_lines_receive(connection, who, html, PURPLE_MESSAGE_RECV | more, now);
        break;
    }
}

/* In a line of HTML. */
typedef struct {
    const char *words; /* the last that are these */
    const char *target;
} Link;

static char *
add_link(const char *html, const Link *link)
{
    g_autofree char *words = coex_text_escape(link->words);
    g_autofree char *target = coex_text_escape(link->target);
    const char *at = g_strrstr(html, words);

    return at == NULL ? g_strdup(html)
                      : g_strdup_printf("%.*s<A HREF=\"%s\">%s</A>%s", (int)(at - html), html,
                                        target, words, at + strlen(words));
}

/* @link: NULL for none. */
static void
write_line(CoexConnection *written_in, const char *name, const char *text, const Link *link,
           PurpleMessageFlags flags)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(written_in);

    if (connection->over)
        return;
    g_autofree char *who = g_strdup(coex_connection_get_buddy_name(connection, name));
    g_autoptr(GPtrArray) lines = coex_display_line(coex_host_get(), who, text, &flags);

    for (guint i = 0; i < lines->len && !connection->over; i++) {
        const char *plain = g_ptr_array_index(lines, i);
        g_autofree char *html = link != NULL && i == lines->len - 1 ? add_link(plain, link) : NULL;

        write_part(connection, who, html != NULL ? html : plain, flags);
    }
}

void
coex_lines_write(CoexConnection *connection, const char *name, const char *text,
                 PurpleMessageFlags flags)
{
    write_line(connection, name, text, NULL, flags);
}

void
coex_lines_notice(CoexConnection *connection, const char *name, const char *text)
{
    coex_lines_write(connection, name, text, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG);
}

void
coex_lines_notice_linked(CoexConnection *connection, const char *name, const char *text,
                         const char *words, const char *target)
{
    const Link link = { words, target };

    write_line(connection, name, text, target != NULL ? &link : NULL,
               PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG);
}

void
coex_lines_whisper(CoexConnection *connection, const char *name, const char *text)
{
    const char *who = coex_connection_get_buddy_name(connection, name);

    switch (coex_host_get()->notice) {
    case COEX_NOTICE_SYSTEM:
        if (purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, connection->account))
            coex_lines_notice(connection, name, text);
        break;
    case COEX_NOTICE_IM:
        coex_lines_notice(connection, name, text);
        break;
    case COEX_NOTICE_MESSAGE:
        break;
    }
}

void
coex_lines_write_picture(CoexConnection *written_in, const char *name, GBytes *png)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(written_in);
    gsize length = g_bytes_get_size(png);
    int id =
        purple_imgstore_add_with_id(g_memdup2(g_bytes_get_data(png, NULL), length), length, NULL);
    g_autofree char *html = g_strdup_printf("<img id=\"%d\">", id);
    g_autofree char *who = g_strdup(coex_connection_get_buddy_name(connection, name));

    if (id == 0)
        return;
    write_part(connection, who, html,
               PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_IMAGES | PURPLE_MESSAGE_NO_LOG);
    purple_imgstore_unref_by_id(id);
}
