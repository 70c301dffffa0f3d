// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Looks for the message of a conversation that somebody means (core/which.h). */

typedef struct CoexDb CoexDb;
typedef struct CoexMeant CoexMeant;
typedef struct CoexMeantQuery CoexMeantQuery;

/* See coex_store_find_meant(). NULL and an error, or one that is to be freed with
 * coex_meant_free(). */
CoexMeant *coex_meant_find(CoexDb *db, const CoexMeantQuery *query, GError **error);
