// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Messages and what is told about them: one row per message however often and by whichever way it
 * comes (the layout of a wamid), statuses merged by rank, statuses that overtake their message kept
 * for it, and the feed items that follow. Runs inside the writer's transaction. */

typedef struct CoexApply CoexApply;
typedef struct CoexOutboxRow CoexOutboxRow;

/* Each fills the change's outcome and adds its feed items to the batch; errors: COEX_ERROR_STORE.
 */
gboolean coex_apply_message(CoexApply *apply, GError **error);
gboolean coex_apply_status(CoexApply *apply, GError **error);
/* Merges the statuses that overtook the message @id, lowest rank first. */
gboolean coex_apply_early(CoexApply *apply, gint64 id, const char *wamid, const char *token,
                          GError **error);
/* The message that an outbox row has become; the row itself is the caller's. */
gboolean coex_apply_accepted(CoexApply *apply, GError **error);

/* Inserts or replaces a row of the outbox: the change's, with its line; another one. */
gboolean coex_apply_outbox(CoexApply *apply, GError **error);
gboolean coex_apply_put_outbox(CoexApply *apply, const CoexOutboxRow *row, GError **error);
/* Removes a row that has become a message. */
gboolean coex_apply_take_outbox(CoexApply *apply, const char *local_id, GError **error);
/* Removes a row for good; one that may have arrived is kept as a message. */
gboolean coex_apply_drop_outbox(CoexApply *apply, const char *local_id, GError **error);
/* Removes such a message again. */
gboolean coex_apply_remove_unsent(CoexApply *apply, const char *local_id, GError **error);
/* Removes a row and all copies of @origin but those on their way, @ret_n of them; what may have
 * arrived is kept as messages. */
gboolean coex_apply_drop_copies(CoexApply *apply, const char *local_id, const char *origin,
                                guint *ret_n, GError **error);
/* How many others made of @origin, or itself, wait, are on their way or have not failed; beside
 * @message_id. */
gboolean coex_apply_find_copies(CoexApply *apply, gint64 message_id, const char *origin,
                                gint64 *ret_n, GError **error);
