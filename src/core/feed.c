// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/feed.h"

#include "core/media.h"

CoexFeedItem *
coex_feed_item_ref(const CoexFeedItem *item)
{
    return g_atomic_rc_box_acquire((CoexFeedItem *)item);
}

static void
clear_feed_item(gpointer data)
{
    CoexFeedItem *item = data;
    g_free(item->text);
    g_free(item->detail);
    g_free(item->quote);
    coex_media_free(item->media);
}

CoexFeedItem *
coex_feed_item_copy(const CoexFeedItem *item, const char *detail)
{
    CoexFeedItem *copy = g_atomic_rc_box_new(CoexFeedItem);

    *copy = *item;
    copy->text = g_strdup(item->text);
    copy->detail = g_strdup(detail);
    copy->quote = g_strdup(item->quote);
    copy->media = coex_media_copy(item->media);
    return copy;
}

void
coex_feed_item_unref(CoexFeedItem *item)
{
    if (item != NULL)
        g_atomic_rc_box_release_full(item, clear_feed_item);
}
