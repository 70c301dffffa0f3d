// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How far each account's feed was shown, where kill -9 cannot take it: a small file, one 64-bit
 * number per account, written without a sync. The database learns of it by the feed's deletion.
 * Whatever somebody does to the file meanwhile: at worst lines are shown again. */

#define COEX_SHOWN_ACCOUNTS 1024 /* highest account id */
#define COEX_SHOWN_ID_BYTES 16

typedef struct CoexShown CoexShown;

/* Reads @path, made (0600) or begun anew when it does not belong to the database @id. Marks above
 * @newest_seq, the newest feed item that ever was, come from a later state of a database that has
 * been put back since: they are cut to it. COEX_ERROR_STORE. Free with coex_shown_close(). Both
 * block, under the database's lock: before the writer starts, and after it has ended. */
CoexShown *coex_shown_open(const char *path, const guint8 id[COEX_SHOWN_ID_BYTES],
                           gint64 newest_seq, GError **error);
void coex_shown_close(CoexShown *shown);

/* Any thread; a mark never goes back. */
void coex_shown_mark(CoexShown *shown, gint64 account_id, gint64 seq);
gint64 coex_shown_get(const CoexShown *shown, gint64 account_id);
