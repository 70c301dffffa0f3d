// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What is forgotten, and when. Bodies kept for a later version, unreadable ones
 * and those that wait for an account never go. */

typedef struct CoexDb CoexDb;

#define COEX_RETENTION_BODY_S (30 * 24 * 3600)   /* bodies that were applied */
#define COEX_RETENTION_KEY_S (90 * 24 * 3600)    /* keys of deliveries, against late redelivery */
#define COEX_RETENTION_EARLY_S (7 * 24 * 3600)   /* statuses without a message */
#define COEX_RETENTION_PRICED_S (45 * 24 * 3600) /* which messages count already */
#define COEX_RETENTION_EVERY_S (24 * 3600)

/* One small step, a transaction of its own; @ret_more: whether there may be more to do. @now:
 * seconds since 1970. */
gboolean coex_retention_step(CoexDb *db, gint64 now, gboolean *ret_more, GError **error);
