// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* Copying all rows that can be read from one database to another of the same schema, around the
 * pages that cannot. */

typedef struct {
    gint64 n_carried;
    gint64 n_lost;
    gboolean at_most;   /* so many: numbers between the readable rows that may have been rows */
    gboolean more_lost; /* rows that cannot be counted */
} CoexCarry;

/* Within @to's open transaction. By table: char * -> CoexCarry; NULL: @to cannot be written. */
GHashTable *coex_carry_all(sqlite3 *from, sqlite3 *to);
