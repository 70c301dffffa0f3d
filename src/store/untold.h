// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"

/* What a broadcast sent opens no conversation: its line comes before the next one of that person,
 * or when a conversation with them is there, and only once. Which of the two a message is says its
 * type. Writer thread. */

#define COEX_UNTOLD "broadcast"
#define COEX_UNTOLD_NO_MORE "told broadcast"

typedef struct CoexApply CoexApply;

/* Adds the lines of @which (CoexUntold) was sent to the person like that, and did not fail, to the
 * feed. */
gboolean coex_apply_untold(CoexApply *apply, gint64 person_id, CoexUntold which, GError **error);
