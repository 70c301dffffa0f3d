// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a person leaves in the tables, and how it goes. What is deleted is overwritten
 * (store/db.c). */

typedef struct CoexApply CoexApply;
typedef struct CoexDb CoexDb;

/* The change is FORGOTTEN: all rows of the person go, and a row is left that says whose deliveries
 * are to be looked for. */
gboolean coex_apply_forgotten(CoexApply *a, GError **error);

/* The change is DELIVERY_FORGOTTEN. */
gboolean coex_apply_delivery_forgotten(CoexApply *a, GError **error);

/* The body of a delivery goes; the key stays, so that it does not come again. */
gboolean coex_forget_body(CoexDb *db, gint64 delivery_id, GError **error);

/* A small step of that, within a transaction of the caller's: deletes bodies, and at the end the
 * row. @ret_n grows by what was done, 0 for nothing; @ret_ended: the row is gone. */
gboolean coex_forget_step(CoexDb *db, guint *ret_n, gboolean *ret_ended, GError **error);
