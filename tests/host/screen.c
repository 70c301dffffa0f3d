// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen.h"
#include <purple.h>

static struct {
    gboolean bitlbee;
    ScreenTell tell;
    PurpleConversation *focused;
    char *own_name;
    GHashTable *windows; /* ui_data -> the conversation to which what is typed there goes */
    guint last_window;
} screen;

static const struct {
    PurpleMessageFlags flag;
    const char *name;
} flag_names[] = {
    { PURPLE_MESSAGE_SEND, "SEND" },
    { PURPLE_MESSAGE_RECV, "RECV" },
    { PURPLE_MESSAGE_SYSTEM, "SYSTEM" },
    { PURPLE_MESSAGE_AUTO_RESP, "AUTO_RESP" },
    { PURPLE_MESSAGE_NICK, "NICK" },
    { PURPLE_MESSAGE_NO_LOG, "NO_LOG" },
    { PURPLE_MESSAGE_ERROR, "ERROR" },
    { PURPLE_MESSAGE_DELAYED, "DELAYED" },
    { PURPLE_MESSAGE_RAW, "RAW" },
    { PURPLE_MESSAGE_IMAGES, "IMAGES" },
    { PURPLE_MESSAGE_NOTIFY, "NOTIFY" },
    { PURPLE_MESSAGE_NO_LINKIFY, "NO_LINKIFY" },
    { PURPLE_MESSAGE_REMOTE_SEND, "REMOTE_SEND" },
};

static const char *const reason_names[] = {
    [PURPLE_CONNECTION_ERROR_NETWORK_ERROR] = "NETWORK_ERROR",
    [PURPLE_CONNECTION_ERROR_INVALID_USERNAME] = "INVALID_USERNAME",
    [PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED] = "AUTHENTICATION_FAILED",
    [PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE] = "AUTHENTICATION_IMPOSSIBLE",
    [PURPLE_CONNECTION_ERROR_NO_SSL_SUPPORT] = "NO_SSL_SUPPORT",
    [PURPLE_CONNECTION_ERROR_ENCRYPTION_ERROR] = "ENCRYPTION_ERROR",
    [PURPLE_CONNECTION_ERROR_NAME_IN_USE] = "NAME_IN_USE",
    [PURPLE_CONNECTION_ERROR_INVALID_SETTINGS] = "INVALID_SETTINGS",
};

static char *
flags_text(PurpleMessageFlags flags)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++) {
        if ((flags & flag_names[i].flag) != 0)
            g_string_append_printf(out, "%s%s", out->len > 0 ? "|" : "", flag_names[i].name);
    }
    return g_string_free(out, FALSE);
}

/* purple_markup_strip_html() turns a raw line break into a blank, so they become <br> before. */
static char *
plain_text(const char *html)
{
    g_autofree char *with_breaks = purple_strdup_withhtml(html);
    return purple_markup_strip_html(with_breaks);
}

static const char *
number_of(PurpleAccount *account)
{
    return account != NULL ? purple_account_get_username(account) : "";
}

/* ---- conversations ---- */

static void
tell_message(PurpleConversation *conv, const char *who, const char *html, PurpleMessageFlags flags,
             time_t mtime)
{
    const char *number = number_of(purple_conversation_get_account(conv));
    gboolean of_account = g_str_equal(who, number) && (flags & PURPLE_MESSAGE_SYSTEM) != 0;
    g_autofree char *names = flags_text(flags);
    g_autofree char *text = plain_text(html);
    HostEvent *event =
        host_event_new(of_account ? EVENT_NOTICE : EVENT_MESSAGE, number, who, names, text);

    event->time = mtime;
    g_free(event->extra);
    event->extra = g_strdup(html);
    screen.tell(event);
}

/* Pidgin counts what was not looked at, and says so through this signal. */
static void
count_unseen(PurpleConversation *conv, PurpleMessageFlags flags)
{
    if ((flags & PURPLE_MESSAGE_RECV) == 0 || conv == screen.focused)
        return;

    int n = GPOINTER_TO_INT(purple_conversation_get_data(conv, "unseen-count"));
    purple_conversation_set_data(conv, "unseen-count", GINT_TO_POINTER(n + 1));
    purple_conversation_update(conv, PURPLE_CONV_UPDATE_UNSEEN);
}

/* Under which name lines of ours stand. */
static void
tell_name(PurpleConversation *conv, const char *name, PurpleMessageFlags flags)
{
    if ((flags & PURPLE_MESSAGE_SEND) == 0 || g_strcmp0(name, screen.own_name) == 0)
        return;
    g_free(screen.own_name);
    screen.own_name = g_strdup(name);
    screen.tell(host_event_new(EVENT_NAME, number_of(purple_conversation_get_account(conv)), NULL,
                               NULL, name));
}

/* ---- windows: one for all who stand in one contact ---- */

static void
go_over(PurpleConversation *conv)
{
    g_hash_table_insert(screen.windows, conv->ui_data, conv);
}

static PurpleConversation *
find_beside(PurpleConversation *conv)
{
    PurpleBuddy *buddy = purple_find_buddy(purple_conversation_get_account(conv),
                                           purple_conversation_get_name(conv));
    PurpleContact *contact = buddy != NULL ? purple_buddy_get_contact(buddy) : NULL;
    PurpleBlistNode *node =
        contact != NULL ? purple_blist_node_get_first_child((PurpleBlistNode *)contact) : NULL;

    for (; node != NULL; node = purple_blist_node_get_sibling_next(node)) {
        PurpleBuddy *other = (PurpleBuddy *)node;
        PurpleConversation *found = purple_find_conversation_with_account(
            PURPLE_CONV_TYPE_IM, purple_buddy_get_name(other), purple_buddy_get_account(other));

        if (found != NULL && found != conv)
            return found;
    }
    return NULL;
}

static void
take_window(PurpleConversation *conv)
{
    PurpleConversation *other = find_beside(conv);

    if (screen.windows == NULL)
        screen.windows = g_hash_table_new(NULL, NULL);
    conv->ui_data = other != NULL ? other->ui_data : GUINT_TO_POINTER(++screen.last_window);
    go_over(conv);
}

static void
leave_window(PurpleConversation *conv)
{
    if (screen.windows == NULL || g_hash_table_lookup(screen.windows, conv->ui_data) != conv)
        return;
    g_hash_table_remove(screen.windows, conv->ui_data);
    for (GList *l = purple_get_ims(); l != NULL; l = l->next)
        if (l->data != conv && ((PurpleConversation *)l->data)->ui_data == conv->ui_data)
            go_over(l->data);
}

void *
screen_find_addressee(void *conversation)
{
    PurpleConversation *conv = conversation;

    return screen.windows != NULL ? g_hash_table_lookup(screen.windows, conv->ui_data) : conv;
}

void
screen_choose(void *conversation)
{
    go_over(conversation);
}

static void
on_write_conv(PurpleConversation *conv, const char *name, const char *alias, const char *message,
              PurpleMessageFlags flags, time_t mtime)
{
    tell_name(conv, alias, flags);
    if ((flags & (PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_RECV)) != 0)
        go_over(conv);
    tell_message(conv, purple_conversation_get_name(conv), message, flags, mtime);
    count_unseen(conv, flags);
}

static void
on_bitlbee_write_im(PurpleConversation *conv, const char *who, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
    const PurpleMessageFlags passed = PURPLE_MESSAGE_DELAYED | PURPLE_MESSAGE_REMOTE_SEND;

    if ((flags & PURPLE_MESSAGE_SEND) != 0 && (flags & passed) == 0)
        return;
    tell_message(conv, who != NULL ? who : purple_conversation_get_name(conv), message, flags,
                 mtime);
}

static void
on_bitlbee_write_conv(PurpleConversation *conv, const char *name, const char *alias,
                      const char *message, PurpleMessageFlags flags, time_t mtime)
{
    if ((flags & PURPLE_MESSAGE_SEND) == 0)
        return;
    tell_message(conv, name != NULL ? name : purple_conversation_get_name(conv), message, flags,
                 mtime);
}

static void
on_destroy_conversation(PurpleConversation *conv)
{
    leave_window(conv);
    if (screen.focused == conv)
        screen.focused = NULL;
}

static gboolean
on_has_focus(PurpleConversation *conv)
{
    return conv == screen.focused;
}

void
screen_focus(void *conversation)
{
    screen.focused = conversation;
    if (screen.focused == NULL)
        return;

    purple_conversation_set_data(screen.focused, "unseen-count", NULL);
    purple_conversation_update(screen.focused, PURPLE_CONV_UPDATE_UNSEEN);
}

/* As Pidgin does, whoever opens it. */
static void
on_create_conversation(PurpleConversation *conv)
{
    take_window(conv);
    purple_conversation_update(conv, PURPLE_CONV_UPDATE_UNSEEN);
}

/* BitlBee takes every conversation that ends for one with several. */
static void
on_bitlbee_destroy_conversation(PurpleConversation *conv)
{
    if (purple_conversation_get_gc(conv) != NULL)
        screen.tell(host_event_new(EVENT_CRITICAL, NULL, NULL, "host",
                                   "a conversation was ended under BitlBee"));
    on_destroy_conversation(conv);
}

static PurpleConversationUiOps conversation_ops = {
    .create_conversation = on_create_conversation,
    .destroy_conversation = on_destroy_conversation,
    .write_conv = on_write_conv,
    .has_focus = on_has_focus,
};

/* It has no focus, and never says what was seen. */
static PurpleConversationUiOps bitlbee_conversation_ops = {
    .destroy_conversation = on_bitlbee_destroy_conversation,
    .write_im = on_bitlbee_write_im,
    .write_conv = on_bitlbee_write_conv,
};

/* ---- the connection ---- */

static void
on_progress(PurpleConnection *gc, const char *text, size_t step, size_t step_count)
{
    g_autofree char *steps =
        g_strdup_printf("%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT, step, step_count);
    screen.tell(host_event_new(EVENT_PROGRESS, number_of(purple_connection_get_account(gc)), NULL,
                               steps, text));
}

static void
on_connected(PurpleConnection *gc)
{
    screen.tell(host_event_new(EVENT_CONNECTED, number_of(purple_connection_get_account(gc)), NULL,
                               NULL, NULL));
}

static void
on_disconnected(PurpleConnection *gc)
{
    PurpleAccount *account = purple_connection_get_account(gc);
    const PurpleConnectionErrorInfo *error = purple_account_get_current_error(account);
    const char *reason = "";

    if (error != NULL)
        reason = (guint)error->type < G_N_ELEMENTS(reason_names) ? reason_names[error->type]
                                                                 : "OTHER_ERROR";
    screen.tell(host_event_new(EVENT_DISCONNECTED, number_of(account), NULL, reason,
                               error != NULL ? error->description : NULL));
}

static void
on_connection_notice(PurpleConnection *gc, const char *text)
{
    screen.tell(host_event_new(EVENT_NOTICE, number_of(purple_connection_get_account(gc)), NULL,
                               "connection", text));
}

static PurpleConnectionUiOps connection_ops = {
    .connect_progress = on_progress,
    .connected = on_connected,
    .disconnected = on_disconnected,
    .notice = on_connection_notice,
};

/* ---- people ---- */

static void
tell_buddy(PurpleBuddy *buddy, const char *detail)
{
    screen.tell(host_event_new(EVENT_BUDDY, number_of(purple_buddy_get_account(buddy)),
                               purple_buddy_get_name(buddy), detail,
                               purple_buddy_get_alias(buddy)));
}

static void
on_buddy_added(PurpleBuddy *buddy, gpointer user_data)
{
    tell_buddy(buddy, "added");
}

static void
on_buddy_removed(PurpleBuddy *buddy, gpointer user_data)
{
    tell_buddy(buddy, "removed");
}

static void
tell_status(PurpleBuddy *buddy)
{
    PurpleStatus *status = purple_presence_get_active_status(purple_buddy_get_presence(buddy));
    PurpleStatusType *type = purple_status_get_type(status);

    screen.tell(host_event_new(
        EVENT_STATUS, number_of(purple_buddy_get_account(buddy)), purple_buddy_get_name(buddy),
        purple_primitive_get_id_from_type(purple_status_type_get_primitive(type)),
        purple_status_get_attr_string(status, "message")));
}

static void
on_buddy_signed(PurpleBuddy *buddy, gpointer user_data)
{
    tell_status(buddy);
}

static void
on_buddy_status_changed(PurpleBuddy *buddy, PurpleStatus *before, PurpleStatus *now,
                        gpointer user_data)
{
    tell_status(buddy);
}

static void
on_aliased(PurpleBlistNode *node, const char *before, gpointer user_data)
{
    if (!PURPLE_BLIST_NODE_IS_BUDDY(node))
        return;

    PurpleBuddy *buddy = PURPLE_BUDDY(node);
    screen.tell(host_event_new(EVENT_ALIAS, number_of(purple_buddy_get_account(buddy)),
                               purple_buddy_get_name(buddy), NULL, purple_buddy_get_alias(buddy)));
}

static void
watch_people(void)
{
    void *blist = purple_blist_get_handle();

    purple_signal_connect(blist, "buddy-added", &screen, PURPLE_CALLBACK(on_buddy_added), NULL);
    purple_signal_connect(blist, "buddy-removed", &screen, PURPLE_CALLBACK(on_buddy_removed), NULL);
    purple_signal_connect(blist, "buddy-signed-on", &screen, PURPLE_CALLBACK(on_buddy_signed),
                          NULL);
    purple_signal_connect(blist, "buddy-signed-off", &screen, PURPLE_CALLBACK(on_buddy_signed),
                          NULL);
    purple_signal_connect(blist, "buddy-status-changed", &screen,
                          PURPLE_CALLBACK(on_buddy_status_changed), NULL);
    purple_signal_connect(blist, "blist-node-aliased", &screen, PURPLE_CALLBACK(on_aliased), NULL);
}

/* ---- files on their way out ---- */

static void
on_transfer(PurpleXfer *xfer, gpointer detail)
{
    g_autofree char *text =
        g_strdup_printf("%s %s", (const char *)detail, purple_xfer_get_filename(xfer));

    screen.tell(host_event_new(EVENT_TRANSFER, number_of(purple_xfer_get_account(xfer)),
                               purple_xfer_get_remote_user(xfer), NULL, text));
}

static void
watch_transfers(void)
{
    static const char *const signals[][2] = {
        { "file-send-start", "started" },     { "file-send-complete", "complete" },
        { "file-send-cancel", "cancelled" },  { "file-recv-start", "started" },
        { "file-recv-complete", "complete" }, { "file-recv-cancel", "cancelled" }
    };

    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        purple_signal_connect(purple_xfers_get_handle(), signals[i][0], (gpointer)signals[i],
                              PURPLE_CALLBACK(on_transfer), (gpointer)signals[i][1]);
}

/* ---- notices ---- */

static void
tell_notice(const char *detail, const char *who, const char *const *parts)
{
    g_autoptr(GPtrArray) present = g_ptr_array_new();

    for (; *parts != NULL; parts++) {
        if (**parts != '\0')
            g_ptr_array_add(present, (gpointer)*parts);
    }
    g_ptr_array_add(present, NULL);

    g_autofree char *text = g_strjoinv(" | ", (char **)present->pdata);
    screen.tell(host_event_new(EVENT_NOTICE, NULL, who, detail, text));
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void *
on_notify_message(PurpleNotifyMsgType type, const char *title, const char *primary,
                  const char *secondary)
{
    static const char *const names[] = { "error", "warning", "info" };
    const char *const parts[] = { or_empty(title), or_empty(primary), or_empty(secondary), NULL };

    tell_notice(names[type], NULL, parts);
    return NULL;
}

static void *
on_notify_formatted(const char *title, const char *primary, const char *secondary, const char *html)
{
    g_autofree char *text = plain_text(or_empty(html));
    const char *const parts[] = { or_empty(title), or_empty(primary), or_empty(secondary), text,
                                  NULL };

    if (!screen.bitlbee)
        tell_notice("formatted", NULL, parts);
    return NULL;
}

static void *
on_notify_userinfo(PurpleConnection *gc, const char *who, PurpleNotifyUserInfo *info)
{
    g_autofree char *html = purple_notify_user_info_get_text_with_newline(info, "\n");
    g_autofree char *text = plain_text(html);
    const char *const parts[] = { text, NULL };

    tell_notice("userinfo", who, parts);
    return NULL;
}

static void *
on_notify_uri(const char *uri)
{
    const char *const parts[] = { uri, NULL };

    tell_notice("uri", NULL, parts);
    return NULL;
}

static PurpleNotifyUiOps notify_ops = {
    .notify_message = on_notify_message,
    .notify_formatted = on_notify_formatted,
    .notify_userinfo = on_notify_userinfo,
    .notify_uri = on_notify_uri,
};

/* libpurple's own way of saving. */
static PurpleBlistUiOps list_ops;

void
screen_init(gboolean bitlbee, ScreenTell tell)
{
    screen.bitlbee = bitlbee;
    screen.tell = tell;
    purple_conversations_set_ui_ops(bitlbee ? &bitlbee_conversation_ops : &conversation_ops);
    purple_connections_set_ui_ops(&connection_ops);
    purple_notify_set_ui_ops(&notify_ops);
    purple_blist_set_ui_ops(&list_ops);
    watch_people();
    watch_transfers();
}

void
screen_uninit(void)
{
    g_clear_pointer(&screen.windows, g_hash_table_unref);
    purple_signals_disconnect_by_handle(&screen);
}
