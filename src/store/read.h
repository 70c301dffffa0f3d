// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The rows of the tables as values. Runs in the writer, outside its transactions. */

typedef struct CoexDb CoexDb;
typedef struct CoexShown CoexShown;
typedef struct CoexSnapshot CoexSnapshot;

typedef struct CoexAccountQuery {
    const CoexShown *shown;
    const char *provider;
    const char *number;
} CoexAccountQuery;

/* Takes @people, a part of them. */
typedef void (*CoexReadPeople)(GPtrArray *people, gpointer data);
/* Finds or creates the account, and all of it. NULL on error. Unless @people is NULL it is called
 * with all but the last of the people. */
CoexSnapshot *coex_read_account(CoexDb *db, const CoexAccountQuery *query, CoexReadPeople people,
                                gpointer data, GError **error);

/* As coex_store_read_deliveries() and coex_store_read_waiting(); arrays own their rows. */
GPtrArray *coex_read_deliveries(CoexDb *db, gint64 after, GError **error);
GPtrArray *coex_read_waiting(CoexDb *db, const char *phone_number_id, const char *number,
                             gint64 after, GError **error);

/* Whether any delivery waits to be applied. */
gboolean coex_read_has_deliveries(CoexDb *db);
