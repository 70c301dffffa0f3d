// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/news.h"

CoexNews *
coex_news_new(CoexNewsKind kind, CoexSession *session)
{
    CoexNews *news = g_new0(CoexNews, 1);

    news->kind = kind;
    news->session = session;
    return news;
}

void
coex_news_free(CoexNews *news)
{
    g_clear_pointer(&news->person, coex_person_view_unref);
    g_clear_pointer(&news->item, coex_feed_item_unref);
    g_clear_pointer(&news->lines, g_ptr_array_unref);
    g_clear_pointer(&news->catalogue, coex_catalogue_unref);
    g_clear_error(&news->error);
    g_free(news->text);
    g_free(news->detail);
    g_free(news);
}
