// SPDX-License-Identifier: GPL-2.0-or-later
#include "client.h"
#include "forms.h"
#include "list.h"
#include "plugin.h"
#include "proxy-info.h"
#include "privacy.h"
#include "screen.h"
#include "transfers.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <purple.h>
#include <string.h>

#define UI_ID "coex-headless"
#define PROTOCOL "prpl-coex"

static struct {
    char *ui_id;
    char *profile;
    char *protocol;
    gboolean bitlbee;
    ClientEventFunc on_event;
    gpointer user_data;
    GThread *main_thread;
    FILE *debug_log;
    int n_timers;
    int n_inputs;
} client;

void
client_tell(HostEvent *event)
{
    client.on_event(event, client.user_data);
    host_event_free(event);
}

/* ---- libpurple's event loop: GLib's, with a count of what is still attached ---- */

typedef struct {
    GSourceFunc func;
    gpointer data;
} Timer;

typedef struct {
    PurpleInputFunction func;
    gpointer data;
} Input;

static gboolean
on_timer(gpointer data)
{
    Timer *timer = data;
    return timer->func(timer->data);
}

static void
timer_free(gpointer data)
{
    client.n_timers--;
    g_free(data);
}

static Timer *
timer_new(GSourceFunc func, gpointer data)
{
    Timer *timer = g_new(Timer, 1);
    *timer = (Timer){ func, data };
    client.n_timers++;
    return timer;
}

static guint
add_timer(guint interval, GSourceFunc func, gpointer data)
{
    return g_timeout_add_full(G_PRIORITY_DEFAULT, interval, on_timer, timer_new(func, data),
                              timer_free);
}

static guint
add_timer_seconds(guint interval, GSourceFunc func, gpointer data)
{
    return g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, interval, on_timer, timer_new(func, data),
                                      timer_free);
}

static gboolean
on_input(GIOChannel *source, GIOCondition condition, gpointer data)
{
    Input *input = data;
    int purple_condition = 0;

    if ((condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0)
        purple_condition |= PURPLE_INPUT_READ;
    if ((condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL)) != 0)
        purple_condition |= PURPLE_INPUT_WRITE;
    input->func(input->data, g_io_channel_unix_get_fd(source), purple_condition);
    return G_SOURCE_CONTINUE;
}

static void
input_free(gpointer data)
{
    client.n_inputs--;
    g_free(data);
}

static guint
add_input(int fd, PurpleInputCondition condition, PurpleInputFunction func, gpointer data)
{
    Input *input = g_new(Input, 1);
    GIOChannel *channel = g_io_channel_unix_new(fd);
    GIOCondition io = G_IO_HUP | G_IO_ERR | G_IO_NVAL;

    *input = (Input){ func, data };
    client.n_inputs++;
    if ((condition & PURPLE_INPUT_READ) != 0)
        io |= G_IO_IN;
    if ((condition & PURPLE_INPUT_WRITE) != 0)
        io |= G_IO_OUT;
    guint id = g_io_add_watch_full(channel, G_PRIORITY_DEFAULT, io, on_input, input, input_free);
    g_io_channel_unref(channel);
    return id;
}

static PurpleEventLoopUiOps event_loop_ops = {
    .timeout_add = add_timer,
    .timeout_remove = g_source_remove,
    .input_add = add_input,
    .input_remove = g_source_remove,
    .timeout_add_seconds = add_timer_seconds,
};

/* ---- the log, and GLib's warnings ---- */

static void
on_debug(PurpleDebugLevel level, const char *category, const char *text)
{
    fprintf(client.debug_log, "%s: %s", category != NULL ? category : "", text);
    fflush(client.debug_log);
}

static PurpleDebugUiOps debug_ops = { .print = on_debug };

static gboolean
tell_critical_in_main_thread(gpointer data)
{
    client_tell(data);
    return G_SOURCE_REMOVE;
}

static GLogWriterOutput
on_glib_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
    g_autofree char *text = g_log_writer_format_fields(level, fields, n_fields, FALSE);

    fprintf(client.debug_log, "%s\n", text);
    fflush(client.debug_log);
    if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0)
        return G_LOG_WRITER_HANDLED;

    HostEvent *event = host_event_new(EVENT_CRITICAL, NULL, NULL, "glib", text);
    if (g_thread_self() == client.main_thread)
        client_tell(event);
    else
        g_idle_add(tell_critical_in_main_thread, event);
    return G_LOG_WRITER_HANDLED;
}

/* ---- start and stop ---- */

static void
on_debug_ui_init(void)
{
    purple_debug_set_ui_ops(&debug_ops);
}

static void
on_ui_init(void)
{
    screen_init(client.bitlbee, client_tell);
    forms_init(client.bitlbee, client_tell);
    privacy_init(client_tell);
    transfers_init(client.bitlbee, client_tell);
}

static PurpleCoreUiOps core_ops = {
    .debug_ui_init = on_debug_ui_init,
    .ui_init = on_ui_init,
};

/* BitlBee keeps accounts to itself; what libpurple saved of them is gone at its next start. */
static void
forget_accounts(void)
{
    static const char *const names[] = { "accounts.xml", "blist.xml", "status.xml" };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(client.profile, names[i], NULL);
        g_unlink(path);
    }
}

/* A leak is reported at the very end: where it came from can be named only while that is mapped. */
static void
keep_plugins_mapped(void)
{
    for (GList *p = purple_plugins_get_all(); p != NULL; p = p->next) {
        PurplePlugin *plugin = p->data;
        if (plugin->handle != NULL)
            g_module_make_resident(plugin->handle);
    }
}

static gboolean
check_plugin(const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    PurplePlugin *prpl = purple_find_prpl(client.protocol);

    if (prpl != NULL) {
        client_tell(host_event_new(EVENT_READY, NULL, NULL, prpl->path, prpl->info->name));
        return TRUE;
    }
    for (GList *p = purple_plugins_get_all(); p != NULL; p = p->next) {
        PurplePlugin *plugin = p->data;
        if (plugin->path == NULL || strstr(plugin->path, name) == NULL || plugin->error == NULL)
            continue;
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path, plugin->error);
        return FALSE;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s is no plugin for %s", path,
                client.protocol);
    return FALSE;
}

gboolean
client_start(const ClientConfig *config, GError **error)
{
    client.ui_id = g_strdup(config->ui_id != NULL ? config->ui_id : UI_ID);
    client.profile = g_canonicalize_filename(config->profile, NULL);
    client.protocol = g_strdup(config->protocol != NULL ? config->protocol : PROTOCOL);
    client.bitlbee = g_str_equal(client.ui_id, "BitlBee");
    client.on_event = config->on_event;
    client.user_data = config->user_data;
    client.main_thread = g_thread_self();

    g_autofree char *folder = plugin_link(client.profile, config->plugin, error);
    if (folder == NULL)
        return FALSE;
    g_autofree char *log_path = g_build_filename(client.profile, "debug.log", NULL);
    client.debug_log = fopen(log_path, "ae");
    if (client.debug_log == NULL) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write %s", log_path);
        return FALSE;
    }
    if (client.bitlbee)
        forget_accounts();

    g_log_set_writer_func(on_glib_log, NULL, NULL);
    g_autofree char *name = g_path_get_basename(client.profile);
    /* As with `bitlbee -d FOLDER`, which may be relative. */
    if (client.bitlbee && g_chdir(client.profile) == 0 && g_chdir("..") == 0)
        purple_util_set_user_dir(name);
    else
        purple_util_set_user_dir(client.profile);
    purple_core_set_ui_ops(&core_ops);
    purple_eventloop_set_ui_ops(&event_loop_ops);
    purple_plugins_add_search_path(folder);
    if (!purple_core_init(client.ui_id)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "libpurple does not start");
        return FALSE;
    }
    keep_plugins_mapped();
    purple_set_blist(purple_blist_new());
    purple_blist_load();
    return check_plugin(config->plugin, error);
}

/* Threads that the plugin named, or that belong to its listener; one without a name of its own has
 * the program's. */
static guint
count_threads(void)
{
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    const char *task = NULL;
    g_autofree char *program = NULL;
    guint n = 0;

    g_file_get_contents("/proc/self/comm", &program, NULL, NULL);
    while (tasks != NULL && (task = g_dir_read_name(tasks)) != NULL) {
        g_autofree char *path = g_build_filename("/proc/self/task", task, "comm", NULL);
        g_autofree char *name = NULL;
        if (!g_file_get_contents(path, &name, NULL, NULL) || g_strcmp0(name, program) == 0)
            continue;
        n += g_str_has_prefix(name, "coex") || g_str_has_prefix(name, "MHD");
    }
    return n;
}

/* The kernel takes a joined thread off its list a moment after the join. */
static guint
count_lasting_threads(void)
{
    gint64 end = g_get_monotonic_time() + 10 * TEST_SLOWNESS * G_USEC_PER_SEC;
    guint n = count_threads();

    while (n > 0 && g_get_monotonic_time() < end) {
        g_thread_yield();
        n = count_threads();
    }
    return n;
}

void
client_stop(void)
{
    guint n_requests = 0;

    purple_connections_disconnect_all();
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    n_requests = forms_count();
    guint n_threads = count_lasting_threads();
    screen_uninit();
    purple_core_quit();
    while (g_main_context_iteration(NULL, FALSE))
        continue;

    g_autofree char *text =
        g_strdup_printf("timers=%d inputs=%d requests=%u threads=%u", client.n_timers,
                        client.n_inputs, n_requests, n_threads);
    client_tell(host_event_new(EVENT_LEFT, NULL, NULL, NULL, text));
}

/* ---- accounts ---- */

static PurpleAccount *
find_account(const char *number)
{
    return purple_accounts_find(number, client.protocol);
}

static PurpleConnection *
find_connection(const char *number)
{
    PurpleAccount *account = find_account(number);
    return account != NULL ? purple_account_get_connection(account) : NULL;
}

void
client_add_account(const char *number, const char *password)
{
    PurpleAccount *account = find_account(number);

    if (account == NULL) {
        account = purple_account_new(number, client.protocol);
        purple_accounts_add(account);
    }
    if (password != NULL)
        purple_account_set_password(account, password);
    /* Or libpurple forgets it at the first logoff. */
    purple_account_set_remember_password(account, TRUE);
}

gboolean
client_set_option(const char *number, const char *key, const char *value)
{
    PurpleAccount *account = find_account(number);

    if (g_str_equal(key, "@proxy"))
        purple_account_set_proxy_info(account, proxy_info_new(value));
    if (g_str_equal(key, "@program-proxy"))
        purple_global_proxy_set_info(proxy_info_new(value));
    if (g_str_equal(key, "@forget-password"))
        purple_account_set_remember_password(account, FALSE);
    if (key[0] == '@')
        return TRUE;

    PurplePluginProtocolInfo *info = PURPLE_PLUGIN_PROTOCOL_INFO(purple_find_prpl(client.protocol));

    for (GList *o = info->protocol_options; account != NULL && o != NULL; o = o->next) {
        if (g_strcmp0(purple_account_option_get_setting(o->data), key) != 0)
            continue;
        switch (purple_account_option_get_type(o->data)) {
        case PURPLE_PREF_BOOLEAN:
            purple_account_set_bool(account, key, g_str_equal(value, "1"));
            return TRUE;
        case PURPLE_PREF_INT:
            purple_account_set_int(account, key, (int)g_ascii_strtoll(value, NULL, 10));
            return TRUE;
        default:
            purple_account_set_string(account, key, value);
            return TRUE;
        }
    }
    /* One that stands on another page. */
    if (account == NULL || (g_strcmp0(purple_core_get_ui(), "gnt-purple") != 0 &&
                            g_strcmp0(purple_core_get_ui(), "gtk-gaim") != 0))
        return FALSE;
    purple_account_set_string(account, key, value);
    return TRUE;
}

gboolean
client_is_simulated(const char *number)
{
    PurpleAccount *account = find_account(number);
    const char *url = account != NULL ? purple_account_get_string(account, "api-url", "") : "";

    return g_str_has_prefix(url, "http://127.0.0.1:");
}

void
client_login(const char *number)
{
    PurpleAccount *account = find_account(number);

    if (account == NULL || !purple_account_is_disconnected(account))
        return;

    purple_account_clear_current_error(account);
    if (!purple_account_get_enabled(account, client.ui_id))
        purple_account_set_enabled(account, client.ui_id, TRUE);
    if (purple_account_is_disconnected(account)) {
        PurpleStatusType *type =
            purple_account_get_status_type_with_primitive(account, PURPLE_STATUS_AVAILABLE);
        purple_account_set_status(account, purple_status_type_get_id(type), TRUE, NULL);
    }
    if (purple_account_is_disconnected(account))
        purple_account_connect(account);
}

void
client_logout(const char *number)
{
    PurpleAccount *account = find_account(number);

    if (account != NULL && !purple_account_is_disconnected(account))
        purple_account_disconnect(account);
}

/* ---- what a user does ---- */

static PurpleConversation *
open_conversation(const char *number, const char *who)
{
    PurpleAccount *account = find_account(number);
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, account);

    return conv != NULL ? conv : purple_conversation_new(PURPLE_CONV_TYPE_IM, account, who);
}

/* Pidgin's way: a known command runs, an unknown one is refused where the protocol has commands of
 * its own and sent as text elsewhere. */
static gboolean
run_command(PurpleConversation *conv, const char *command, const char *markup)
{
    g_autofree char *error = NULL;
    PurplePlugin *prpl = purple_find_prpl(client.protocol);
    gboolean native =
        (PURPLE_PLUGIN_PROTOCOL_INFO(prpl)->options & OPT_PROTO_SLASH_COMMANDS_NATIVE) != 0;
    const char *said = NULL;

    switch (purple_cmd_do_command(conv, command, markup, &error)) {
    case PURPLE_CMD_STATUS_OK:
        return TRUE;
    case PURPLE_CMD_STATUS_NOT_FOUND:
        if (!native)
            return FALSE;
        said = "Unknown command.";
        break;
    case PURPLE_CMD_STATUS_WRONG_ARGS:
        said = "Syntax Error: the number of arguments is wrong";
        break;
    case PURPLE_CMD_STATUS_FAILED:
        said = error != NULL ? error : "The command failed";
        break;
    case PURPLE_CMD_STATUS_WRONG_PRPL:
    case PURPLE_CMD_STATUS_WRONG_TYPE:
        said = "That command does not work here";
        break;
    }
    client_tell(host_event_new(EVENT_COMMAND,
                               purple_account_get_username(purple_conversation_get_account(conv)),
                               purple_conversation_get_name(conv), NULL, said));
    return TRUE;
}

void
client_type_html(const char *number, const char *who, const char *html)
{
    if (find_connection(number) == NULL)
        return;

    PurpleConversation *conv = open_conversation(number, who);
    g_autofree char *text = purple_markup_strip_html(html);
    if (!client.bitlbee && html[0] == '/' && run_command(conv, text + 1, html + 1))
        return;
    purple_conv_im_send(PURPLE_CONV_IM(conv), html);
}

void
client_type(const char *number, const char *who, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    PurpleConversation *conv = screen_find_addressee(open_conversation(number, who));

    /* a command of Pidgin's and Finch's needs no connection */
    if (!client.bitlbee && text[0] == '/' && text[1] != '/' &&
        run_command(conv, text + 1, escaped + 1))
        return;
    if (find_connection(number) == NULL)
        return;

    if (client.bitlbee) {
        purple_conv_im_send(PURPLE_CONV_IM(conv), escaped);
        return;
    }
    g_auto(GStrv) lines = g_strsplit(escaped, "\n", -1);
    g_autofree char *html = g_strjoinv("<br>", lines);
    purple_conv_im_send(PURPLE_CONV_IM(conv), html);
    /* The entry is empty now. */
    serv_send_typing(find_connection(number), who, PURPLE_NOT_TYPING);
}

void
client_look(const char *number, const char *who)
{
    screen_focus(who != NULL ? open_conversation(number, who) : NULL);
}

static PurpleBuddy *
find_buddy(const char *number, const char *who)
{
    PurpleAccount *account = find_account(number);
    return account != NULL ? purple_find_buddy(account, who) : NULL;
}

static gboolean
labels_match(const char *label, const char *wanted)
{
    g_autofree char *bare = purple_text_strip_mnemonic(label != NULL ? label : "");
    return strstr(bare, wanted) != NULL;
}

static void
tell_no_entry(const char *number, const char *who, GString *labels)
{
    client_tell(host_event_new(EVENT_MENU, number, who, NULL, labels->str));
    g_string_free(labels, TRUE);
}

void
client_pick_buddy_menu(const char *number, const char *who, const char *label)
{
    PurpleBuddy *buddy = find_buddy(number, who);
    PurplePluginProtocolInfo *info = PURPLE_PLUGIN_PROTOCOL_INFO(purple_find_prpl(client.protocol));
    GString *labels = g_string_new(NULL);
    gboolean found = FALSE;
    GList *menu = NULL;

    if (buddy != NULL && info->blist_node_menu != NULL)
        menu = info->blist_node_menu(PURPLE_BLIST_NODE(buddy));
    for (GList *m = menu; m != NULL; m = m->next) {
        PurpleMenuAction *entry = m->data;
        if (entry == NULL)
            continue;
        g_string_append_printf(labels, "%s\n", entry->label);
        if (!found && labels_match(entry->label, label) && entry->callback != NULL) {
            found = TRUE;
            /* Finch has the node in the place of the entry's own data. */
            ((void (*)(PurpleBlistNode *, gpointer))entry->callback)(PURPLE_BLIST_NODE(buddy),
                                                                     buddy);
        }
    }
    for (GList *m = menu; m != NULL; m = m->next)
        if (m->data != NULL)
            purple_menu_action_free(m->data);
    g_list_free(menu);
    if (found)
        g_string_free(labels, TRUE);
    else
        tell_no_entry(number, who, labels);
}

void
client_pick_account_menu(const char *number, const char *label)
{
    PurpleConnection *gc = find_connection(number);
    PurplePlugin *prpl = purple_find_prpl(client.protocol);
    GString *labels = g_string_new(NULL);
    gboolean found = FALSE;
    GList *actions = NULL;

    if (gc != NULL && PURPLE_PLUGIN_HAS_ACTIONS(prpl))
        actions = PURPLE_PLUGIN_ACTIONS(prpl, gc);
    for (GList *a = actions; a != NULL; a = a->next) {
        PurplePluginAction *action = a->data;
        if (action == NULL)
            continue;
        g_string_append_printf(labels, "%s\n", action->label);
        if (!found && labels_match(action->label, label)) {
            found = TRUE;
            action->plugin = prpl;
            action->context = gc;
            action->callback(action);
        }
        purple_plugin_action_free(action);
    }
    g_list_free(actions);
    if (found)
        g_string_free(labels, TRUE);
    else
        tell_no_entry(number, NULL, labels);
}

void
client_tell_tooltip(const char *number, const char *who)
{
    PurpleBuddy *buddy = find_buddy(number, who);
    PurplePluginProtocolInfo *info = PURPLE_PLUGIN_PROTOCOL_INFO(purple_find_prpl(client.protocol));

    if (buddy == NULL || info->tooltip_text == NULL)
        return;

    PurpleNotifyUserInfo *pairs = purple_notify_user_info_new();
    info->tooltip_text(buddy, pairs, TRUE);
    for (GList *e = purple_notify_user_info_get_entries(pairs); e != NULL; e = e->next)
        client_tell(host_event_new(EVENT_TOOLTIP, number, who,
                                   purple_notify_user_info_entry_get_label(e->data),
                                   purple_notify_user_info_entry_get_value(e->data)));
    purple_notify_user_info_destroy(pairs);
}

void
client_tell_buddies(const char *number)
{
    PurpleAccount *account = find_account(number);
    GSList *buddies = account != NULL ? purple_find_buddies(account, NULL) : NULL;

    for (GSList *b = buddies; b != NULL; b = b->next) {
        PurpleStatus *status =
            purple_presence_get_active_status(purple_buddy_get_presence(b->data));
        PurpleStatusType *type = purple_status_get_type(status);
        client_tell(host_event_new(EVENT_BUDDY, number, purple_buddy_get_name(b->data), "listed",
                                   purple_buddy_get_alias(b->data)));
        client_tell(host_event_new(
            EVENT_STATUS, number, purple_buddy_get_name(b->data),
            purple_primitive_get_id_from_type(purple_status_type_get_primitive(type)),
            purple_status_get_attr_string(status, "message")));
    }
    g_slist_free(buddies);
}

void
client_remove_buddy(const char *number, const char *who)
{
    PurpleBuddy *buddy = find_buddy(number, who);

    if (buddy == NULL)
        return;
    if (find_connection(number) != NULL)
        purple_account_remove_buddy(find_account(number), buddy, purple_buddy_get_group(buddy));
    purple_blist_remove_buddy(buddy);
}

/* Pidgin's way. */
void
client_add_buddy(const char *number, const char *who)
{
    PurpleBuddy *buddy = purple_buddy_new(find_account(number), who, NULL);

    purple_blist_add_buddy(buddy, NULL, NULL, NULL);
    purple_account_add_buddy(find_account(number), buddy);
}

gboolean
client_touch(const char *number, const char *gesture, const char *who)
{
    return list_touch(find_account(number), gesture, who);
}

void
client_spoil(const char *number, const char *signal, const char *act)
{
    list_spoil(find_account(number), signal, act);
}

const char *
client_get_alias(const char *number, const char *who)
{
    PurpleBuddy *buddy = find_buddy(number, who);
    return buddy != NULL ? purple_buddy_get_alias(buddy) : who;
}
