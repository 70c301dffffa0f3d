// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* What stands in menus, and what concerns the whole account. */

typedef struct CoexConnection CoexConnection;

/* The plugin's `actions`, for an account's menu. */
GList *coex_actions_list(PurplePlugin *plugin, gpointer context);
/* The protocol's `blist_node_menu`. */
GList *coex_actions_list_buddy(PurpleBlistNode *node);

/* Tells the user who asked for the templates from a menu. */
void coex_actions_take_catalogue(CoexConnection *connection, const GError *error);

/* Asks whether @our_url may replace @registered_url. */
void coex_actions_ask_webhook(CoexConnection *connection, const char *registered_url,
                              const char *our_url);
