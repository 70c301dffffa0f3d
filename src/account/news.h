// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/catalogue.h"
#include "core/feed.h"
#include "core/person-view.h"

typedef struct CoexSession CoexSession;

/* One event on its way from the engine thread to the main half of a session. */

typedef enum {
    COEX_NEWS_PROGRESS,
    COEX_NEWS_ONLINE,
    COEX_NEWS_FAILED,
    COEX_NEWS_PERSON,
    COEX_NEWS_FEED,
    COEX_NEWS_PROMPT,
    COEX_NEWS_PROMPT_OVER,
    COEX_NEWS_NOTICE,
    COEX_NEWS_CATALOGUE,
    COEX_NEWS_ASK_WEBHOOK,
    COEX_NEWS_SKEW,
    COEX_NEWS_PAST,
} CoexNewsKind;

/* Members a kind does not use are NULL or 0; all are owned. */
typedef struct {
    CoexNewsKind kind;
    CoexSession *session; /* borrowed: alive while its mailbox is open */
    CoexPersonView *person;
    CoexFeedItem *item;
    GPtrArray *lines; /* CoexFeedItem */
    gboolean asked;
    gboolean is_report; /* of a rescue: stays in the store until it was shown */
    CoexCatalogue *catalogue;
    GError *error;
    char *text;
    char *detail;
    guint step;
    guint n_steps;
    gint64 skew;
} CoexNews;

CoexNews *coex_news_new(CoexNewsKind kind, CoexSession *session);
void coex_news_free(CoexNews *news);
