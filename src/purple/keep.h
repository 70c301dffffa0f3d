// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* What the user made of the buddy list: aliases, merged contacts, notes, icons, groups. Whom we
 * listed and the user left alone is written to disk only where that is cheap, and goes when it
 * grows old; whatever the user touched is saved and stays. Hides which of libpurple's marks are on
 * which node: the flag that keeps a contact out of the file would take other protocols' buddies in
 * it along. */

/* The group for new people: ours, by whatever name the user gave it; made when there is none. NULL
 * where another plugin does not let it be. May call other plugins. */
PurpleGroup *coex_keep_get_group(void);
/* Our group was merged into @group. */
void coex_keep_merge_group(PurpleGroup *group);

/* Whether the user made anything of the buddy, so that it must stay. */
gboolean coex_keep_is_touched(PurpleBuddy *buddy);

/* A buddy in a contact of its own that is not in the list yet: it is not for the file. */
void coex_keep_hide(PurpleBuddy *buddy, PurpleContact *contact);
/* It is. */
void coex_keep_save(PurpleBuddy *buddy);

/* Saves those of the account that the user has touched. */
void coex_keep_review(PurpleAccount *account);

/* Until unload, sees to it that what is merged with others is saved. */
void coex_keep_start(void);
void coex_keep_stop(void);
