// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The tables and the way from each older version of them to the newest. The version stands in
 * PRAGMA user_version; each step is one transaction; steps are only ever appended. */

typedef struct CoexDb CoexDb;

/* Opens @path, and with @create makes it when missing, and brings its schema up to date. A newer
 * schema and other programs' databases are refused before anything in the file is changed. Free
 * with coex_db_close(). COEX_ERROR_LOCKED or COEX_ERROR_STORE with path and remedy. */
CoexDb *coex_schema_open(const char *path, gboolean create, GError **error);

/* Whether a database that says so of itself is ours and not newer. */
gboolean coex_schema_knows(gint64 application_id, gint64 version);

/* What makes an empty file into one of the known schema @version. Free with g_free(). */
char *coex_schema_dup_sql(guint version);

/* States of a row in `deliveries`. The numbers are the file format. */
#define COEX_DELIVERY_NEW 0
#define COEX_DELIVERY_APPLIED 1
#define COEX_DELIVERY_KEPT 2        /* applied in part: the body stays for a later version */
#define COEX_DELIVERY_QUARANTINED 3 /* unreadable: the body stays */
#define COEX_DELIVERY_SPENT 4       /* applied long ago: only the key is left */
