// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The buddy list: who stands in it, under what name, and that a person is "available" while free
 * text can be sent and "away" while only templates can. Hides that libpurple's groups are slow to
 * search, and that a buddy may be written another way than its person's name. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPersonView CoexPersonView;

/* Whether the option `buddies` asks for everybody. */
gboolean coex_roster_lists_everybody(PurpleAccount *account);

/* After the login: shows those that came before it, in slices. */
void coex_roster_start(CoexConnection *connection);
/* Nothing is done any more. */
void coex_roster_stop(CoexConnection *connection);

/* Shows the person soon; or now, before a line of theirs. */
void coex_roster_queue(CoexConnection *connection, const CoexPersonView *person);
void coex_roster_show(CoexConnection *connection, const CoexPersonView *person);

/* ---- the protocol's operations ---- */

GList *coex_roster_status_types(PurpleAccount *account);
char *coex_roster_status_text(PurpleBuddy *buddy);
void coex_roster_tooltip(PurpleBuddy *buddy, PurpleNotifyUserInfo *info, gboolean full);
void coex_roster_get_info(PurpleConnection *gc, const char *who);
/* Its second half: @facts are labels and texts in turn. */
void coex_roster_show_facts(CoexConnection *connection, const CoexPersonView *person, char **facts);
void coex_roster_add_buddy(PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group);
void coex_roster_remove_buddy(PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group);
void coex_roster_move_buddy(PurpleConnection *gc, const char *who, const char *old_group,
                            const char *new_group);
void coex_roster_rename_group(PurpleConnection *gc, const char *old_name, PurpleGroup *group,
                              GList *moved);
