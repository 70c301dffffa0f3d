// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Two desks that write to one person at about the same time. Writer thread. */

typedef struct CoexApply CoexApply;

/* See coex_batch_read_answers(): into the change's result. */
gboolean coex_apply_answers(CoexApply *apply, GError **error);
