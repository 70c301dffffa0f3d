// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "event.h"

/* A chat program without a screen: a real libpurple with the plugin, run by GLib's default main
 * context. Everything a user would see becomes an event, told before the plugin's call returns.
 * libpurple starts once in a process, so there is one client and no handle to it. */

typedef void (*ClientEventFunc)(const HostEvent *event, gpointer user_data);

typedef struct {
    const char
        *ui_id; /* NULL: "coex-headless". "BitlBee": behaves towards the plugin as that does */
    const char *profile;  /* libpurple's user directory, made if missing */
    const char *plugin;   /* path of the plugin */
    const char *protocol; /* NULL: "prpl-coex" */
    ClientEventFunc on_event;
    gpointer user_data;
} ClientConfig;

/* FALSE with a GError (G_IO_ERROR's message is for the user) if libpurple or the plugin fails. The
 * plugin is taken from PROFILE/plugins, where it is linked to. The config's strings are copied. */
gboolean client_start(const ClientConfig *config, GError **error);

/* Logs off, ends libpurple and tells EVENT_LEFT: "timers=0 inputs=0 requests=0 threads=0" when the
 * plugin left nothing behind. */
void client_stop(void);

/* An account of the profile, made if it is not there; later verbs name it by its number. */
void client_add_account(const char *number, const char *password);
/* Sets an account option by the plugin's own type for it; FALSE if it has none of that name. Two
 * are libpurple's: "@proxy" of the account and "@program-proxy" of the program take
 * "TYPE://[USER:PASSWORD@]HOST:PORT", where TYPE is http, socks4, socks5, tor, env or none. */
gboolean client_set_option(const char *number, const char *key, const char *value);

/* Whether the account talks to a simulated number on this machine, by its option api-url. */
gboolean client_is_simulated(const char *number);

void client_login(const char *number);
void client_logout(const char *number);

/* What a user types and sends off: a line that begins with / is a command where the host has those,
 * anything else goes out as the host would write it in markup. */
void client_type(const char *number, const char *who, const char *text);
/* The same for formatted text, as an entry box with formatting gives it. */
void client_type_html(const char *number, const char *who, const char *html);
/* As Pidgin's buddy pounce does it: shown by who sends it. */
void client_pounce(const char *number, const char *who, const char *text);
/* As BitlBee does it with what came by DCC. */
void client_send_file(const char *number, const char *who, const char *path);
/* And cancels it when it has left, of which the screen does not know yet: once FILE_LEFT is in the
 * profile. Why it could not be done, or NULL. */
const char *client_regret_file(const char *number, const char *who, const char *path);
/* By the user, in the window of transfers: all that there are. */
void client_cancel_transfers(void);

/* The conversation that has the focus; NULL for none. */
void client_look(const char *number, const char *who);
/* Picks the entry from the buddy's menu, or from the account's; tells EVENT_MENU if there is none.
 */
void client_pick_buddy_menu(const char *number, const char *who, const char *label);
void client_pick_account_menu(const char *number, const char *label);
/* Tells the buddy's tooltip, one event for each pair. */
void client_tell_tooltip(const char *number, const char *who);
/* Tells the account's buddies, each as listed and with status. */
void client_tell_buddies(const char *number);
/* The user removes the buddy from the list. */
void client_remove_buddy(const char *number, const char *who);
/* As the chat program's own entries and commands do it. */
void client_block(const char *number, const char *who);
void client_unblock(const char *number, const char *who);
/* The user begins to type; tells, as EVENT_COMMAND, when the chat program says so again. */
void client_begin_typing(const char *number, const char *who);
/* In Pidgin's window about privacy: @rule "everybody" or "nobody" may write. */
void client_set_privacy(const char *number, const char *rule);
/* The user adds somebody, as typed. */
void client_add_buddy(const char *number, const char *who);
/* See list.h. */
gboolean client_touch(const char *number, const char *gesture, const char *who);
void client_spoil(const char *number, const char *signal, const char *act);

/* What a buddy is called, or @who itself. Valid until the alias changes. */
const char *client_get_alias(const char *number, const char *who);

/* Tells an event of somebody else's making; takes it. */
void client_tell(HostEvent *event);
