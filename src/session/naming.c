// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/naming.h"

#include "account/events.h"
#include "core/feed.h"
#include <glib.h>

static void
write_in(char **text, CoexOptionNamer dup_name)
{
    char *named = coex_option_names_write(*text, dup_name);

    g_free(*text);
    *text = named;
}

/* Of a line that is ours the text, of one about what a person wrote the reason. */
static void
write_item(CoexSessionEvent *event, CoexOptionNamer dup_name)
{
    CoexFeedItem *item;

    switch (event->item->kind) {
    case COEX_FEED_FAILED:
    case COEX_FEED_UNCONFIRMED:
    case COEX_FEED_NOTICE:
        break;
    case COEX_FEED_INBOUND:
    case COEX_FEED_ECHO:
    case COEX_FEED_TYPED:
    case COEX_FEED_SENT:
    case COEX_FEED_ARRIVED:
    case COEX_FEED_RECORD:
    case COEX_FEED_FILE:
        return;
    }
    item = coex_feed_item_copy(event->item, event->item->detail);
    if (item->kind == COEX_FEED_NOTICE)
        write_in(&item->text, dup_name);
    else
        write_in(&item->detail, dup_name);
    coex_feed_item_unref(event->item);
    event->item = item;
}

/* A person's are their own words. */
static void
write_facts(CoexSessionEvent *event, CoexOptionNamer dup_name)
{
    for (char **fact = event->person == NULL ? event->facts : NULL; fact != NULL && *fact != NULL;
         fact++)
        write_in(fact, dup_name);
}

void
coex_naming_write(CoexSessionEvent *event, CoexOptionNamer dup_name)
{
    switch (event->kind) {
    case COEX_SESSION_FEED:
        write_item(event, dup_name);
        break;
    case COEX_SESSION_CATALOGUE:
        if (event->error != NULL)
            write_in(&event->error->message, dup_name);
        break;
    case COEX_SESSION_PROGRESS:
    case COEX_SESSION_NOTICE:
    case COEX_SESSION_EXAMINED:
    case COEX_SESSION_ASK_SYNC:
        write_in(&event->text, dup_name);
        write_in(&event->detail, dup_name);
        break;
    case COEX_SESSION_PROMPT:
        write_in(&event->detail, dup_name);
        break;
    case COEX_SESSION_FACTS:
        write_facts(event, dup_name);
        break;
    case COEX_SESSION_FAILED: /* with its marks, for who tells what to do */
    case COEX_SESSION_ONLINE:
    case COEX_SESSION_PERSON:
    case COEX_SESSION_PEOPLE:
    case COEX_SESSION_PROMPT_OVER:
    case COEX_SESSION_TICK:
    case COEX_SESSION_PAST:
    case COEX_SESSION_PAST_LOG:
    case COEX_SESSION_PAST_LOG_BEGUN:
    case COEX_SESSION_FOUND:
    case COEX_SESSION_ASK_WEBHOOK:
    case COEX_SESSION_BLOCKS:
    case COEX_SESSION_ASK_BROADCAST:
    case COEX_SESSION_BROADCAST:
    case COEX_SESSION_FORGET:
    case COEX_SESSION_TRANSFER:
    case COEX_SESSION_FETCH:
    case COEX_SESSION_NAME:
    case COEX_SESSION_PICTURE:
    case COEX_SESSION_COSTS:
    case COEX_SESSION_SKEW:
        break;
    }
}
