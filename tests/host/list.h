// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* What the user makes of the buddy list, and what another plugin does to it at the worst moment. */

/* Gestures: "alias", "contact" (an alias of the contact), "note", "merge" (a buddy of another
 * protocol into theirs), "join" (theirs into that one's), "group" (another name for the group),
 * "move" (to another group), "unlog" ("Enable Logging" is switched off), "info" (looks at what is
 * known), "switch-off" (the tick of the account itself is taken away), "pair" (one contact with all
 * others of the account), "send-to" (chosen in the menu of the window that they share). FALSE if
 * there is no such buddy or gesture. */
gboolean list_touch(PurpleAccount *account, const char *gesture, const char *who);

/* At the next @signal about the account: "disable" it, "delete" it, "remove" the buddy, or "close"
 * the conversation. The list's signals, conversation-created, or wrote-im-msg for a line that did
 * not come in (after one that did, libpurple itself would use what is gone), or "notice" for a
 * notice of ours. */
void list_spoil(PurpleAccount *account, const char *signal, const char *act);
