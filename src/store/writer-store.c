// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/writer.h"

#include "store/apply.h"
#include "store/retention.h"
#include "store/schema.h"

static CoexDb *
open_store(const char *path, gpointer data, GError **error)
{
    return coex_schema_open(path, FALSE, error);
}

static gboolean
add_to_store(CoexDb *db, const CoexDelivery *delivery, gpointer data, gboolean *ret_added,
             GError **error)
{
    return coex_apply_delivery(db, delivery, ret_added, error);
}

static gboolean
retain_in_store(CoexDb *db, gint64 now, gpointer data, gboolean *ret_more, GError **error)
{
    return coex_retention_step(db, now, ret_more, error);
}

const CoexWriterKind coex_writer_store = { open_store, add_to_store, retain_in_store,
                                           COEX_RETENTION_EVERY_S, TRUE };
