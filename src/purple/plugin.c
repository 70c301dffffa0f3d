// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/words.h"
#include "purple/account.h"
#include "purple/actions.h"
#include "purple/connection.h"
#include "purple/doctor.h"
#include "purple/conversation.h"
#include "purple/give.h"
#include "purple/icon.h"
#include "purple/keep.h"
#include "purple/link.h"
#include "purple/log.h"
#include "purple/options.h"
#include "purple/privacy.h"
#include "purple/roster.h"
#include "purple/shared.h"
#include "purple/transfer.h"
#include "purple/verbs.h"

#include <dlfcn.h>

/* The plugin as libpurple sees it: the tables, load and unload. */

/* ---- load ---- */

/* libsoup 2 and 3 register the same types: the second one hangs the whole program. */
static gboolean
has_old_libsoup(void)
{
    void *library = dlopen("libsoup-2.4.so.1", RTLD_LAZY | RTLD_NOLOAD);

    if (library == NULL)
        return FALSE;
    dlclose(library);
    return g_type_from_name("SoupSession") != 0;
}

static gboolean
on_load(PurplePlugin *plugin)
{
    if (has_old_libsoup()) {
        plugin->error = g_strdup(_("Another plugin has loaded libsoup 2, beside which libsoup 3 "
                                   "cannot run. Disable that plugin (often Chime) and restart."));
        return FALSE;
    }
    coex_log_start();
    coex_give_start();
    coex_verbs_register();
    coex_link_start();
    return TRUE;
}

static gboolean
on_unload(PurplePlugin *plugin)
{
    coex_doctor_stop();
    coex_link_stop();
    coex_verbs_unregister();
    coex_keep_stop();
    coex_shared_stop();
    coex_give_stop();
    coex_log_stop();
    return TRUE;
}

/* ---- the protocol ---- */

static const char *
list_icon(PurpleAccount *account, PurpleBuddy *buddy)
{
    return "coex";
}

static gboolean
takes_offline_messages(const PurpleBuddy *buddy)
{
    return TRUE;
}

static GHashTable *
account_texts(PurpleAccount *account)
{
    GHashTable *texts = g_hash_table_new(g_str_hash, g_str_equal);

    g_hash_table_insert(texts, (gpointer) "login_label", (gpointer)_("Business number, +49…"));
    return texts;
}

static PurplePluginProtocolInfo protocol_info = {
    .options = (PurpleProtocolOptions)(OPT_PROTO_SLASH_COMMANDS_NATIVE | OPT_PROTO_IM_IMAGE),
    /* without one Pidgin shows none of an account's */
    .icon_spec = { (char *)"png,jpeg", 0, 0, 640, 640, 0, PURPLE_ICON_SCALE_DISPLAY },
    .set_buddy_icon = coex_icon_chosen,
    .list_icon = list_icon,
    .status_text = coex_roster_status_text,
    .tooltip_text = coex_roster_tooltip,
    .status_types = coex_roster_status_types,
    .blist_node_menu = coex_actions_list_buddy,
    .login = coex_connection_open,
    .close = coex_connection_close,
    .send_im = coex_conversation_send,
    .send_typing = coex_conversation_note_typing,
    .get_info = coex_roster_get_info,
    .add_buddy = coex_roster_add_buddy,
    .remove_buddy = coex_roster_remove_buddy,
    .add_deny = coex_privacy_block,
    .rem_deny = coex_privacy_unblock,
    .set_permit_deny = coex_privacy_set_rule,
    .group_buddy = coex_roster_move_buddy,
    .rename_group = coex_roster_rename_group,
    .normalize = coex_connection_normalize,
    .can_receive_file = coex_transfer_is_possible,
    .send_file = coex_transfer_send,
    .new_xfer = coex_transfer_new,
    .offline_message = takes_offline_messages,
    .struct_size = sizeof(PurplePluginProtocolInfo),
    .get_account_text_table = account_texts,
};

static PurplePluginInfo info = {
    .magic = PURPLE_PLUGIN_MAGIC,
    .major_version = PURPLE_MAJOR_VERSION,
    .minor_version = 10, /* the oldest libpurple 2 that has all we call */
    .type = PURPLE_PLUGIN_PROTOCOL,
    .priority = PURPLE_PRIORITY_DEFAULT,
    .id = (char *)"prpl-coex",
    .name = (char *)N_("WhatsApp Business (Coexistence)"),
    .version = (char *)COEX_VERSION,
    .summary = (char *)N_("One WhatsApp Business number on the phone and here"),
    .description = (char *)N_("Messages of a WhatsApp Business number in Coexistence, through the "
                              "Cloud API at Meta or 360dialog."),
    .author = (char *)N_("The purple-coex authors"),
    .load = on_load,
    .unload = on_unload,
    .extra_info = &protocol_info,
    .actions = coex_actions_list,
};

/* From here on sentences are found in the user's language: by catalogues beside the plugin, where a
 * user put it or it was just built, or else by those of the system. */
static void
bind_catalogues(const PurplePlugin *plugin)
{
    g_autofree char *folder = g_path_get_dirname(plugin->path);
    g_autofree char *beside = g_build_filename(folder, "locale", NULL);
    gboolean has_own = g_file_test(beside, G_FILE_TEST_IS_DIR);

    bindtextdomain(GETTEXT_PACKAGE, has_own ? beside : COEX_LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
}

static void
init_plugin(PurplePlugin *plugin)
{
    bind_catalogues(plugin);
    info.name = _(info.name);
    info.summary = _(info.summary);
    info.description = _(info.description);
    info.author = _(info.author);
    protocol_info.protocol_options = coex_options_make_list();
}

PURPLE_INIT_PLUGIN(coex, init_plugin, info)
