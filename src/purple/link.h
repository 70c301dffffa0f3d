// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Links in lines of ours that run a command when they are clicked, where the chat program lets a
 * plugin have such (Pidgin). Each is signed: what another person or another plugin makes up, and
 * what an earlier run wrote, does nothing. */

/* With the plugin. */
void coex_link_start(void);
void coex_link_stop(void);

/* Where a click runs @command, such as "get #17", in the account's conversation with the buddy
 * @who. NULL: there are no such links here. Free with g_free(). */
char *coex_link_dup_command(PurpleAccount *account, const char *who, const char *command);
