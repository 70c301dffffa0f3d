// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/feed.h"

#include "core/feed.h"
#include "core/media.h"
#include "store/batch-private.h"
#include "store/db.h"

gboolean
coex_apply_feed(CoexApply *a, const CoexFeedItem *line, GError **error)
{
    if (a->quiet)
        return TRUE;
    /* A line without a time would be shown as of 1970. */
    CoexFeedItem item = { .account_id = a->change->account_id,
                          .person_id = line->person_id,
                          .kind = line->kind,
                          .time = line->time > 0 ? line->time : g_get_real_time() / G_USEC_PER_SEC,
                          .flags = line->flags,
                          .message_id = line->message_id };
    const char *text = line->text != NULL ? line->text : "";
    if (!coex_db_run(a->db,
                     "INSERT INTO feed(account, person, kind, time, text, detail, flags, message,"
                     " quote) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     COEX_VALUES(coex_int(item.account_id), coex_int(item.person_id),
                                 coex_int(item.kind), coex_int(item.time), coex_text(text),
                                 coex_text(line->detail), coex_int(item.flags),
                                 coex_int(item.message_id), coex_text(line->quote)),
                     error))
        return FALSE;

    item.seq = coex_db_last_id(a->db);
    item.text = g_strdup(text);
    item.detail = g_strdup(line->detail);
    item.quote = g_strdup(line->quote);
    item.media = coex_media_copy(line->media);
    g_ptr_array_add(a->batch->feed, g_atomic_rc_box_dup(sizeof item, &item));
    return TRUE;
}
