// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What is done about a damaged database: at the next opening after damage was met
 * (coex_db_is_marked()) what can be read of it is carried into a new one. */

/* Carries every row of @path that can be read into a new database, which takes its place; the old
 * file is kept beside it under a name with the date. What was carried and lost is told in the row
 * 'rescued' of the new one's table meta. Ends a rescue that was cut off by a crash as well. Needs
 * the lock, and as much space again. COEX_ERROR_STORE: nothing was changed. */
gboolean coex_rescue_run(const char *path, GError **error);
