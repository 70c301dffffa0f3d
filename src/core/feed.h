// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

typedef struct CoexMedia CoexMedia;

/* What waits to be shown: the one ordered, durable way from the store to people's eyes. Immutable,
 * counted, for any thread. The numbers are the file format. */
typedef enum {
    COEX_FEED_INBOUND,
    COEX_FEED_ECHO,   /* sent from the phone */
    COEX_FEED_TYPED,  /* sent here, typed in this client */
    COEX_FEED_SENT,   /* sent here, but not typed just now: a template, a released hold, a resend */
    COEX_FEED_FAILED, /* `text` could not be delivered: `detail` */
    COEX_FEED_NOTICE, /* a line of ours in the conversation */
    COEX_FEED_UNCONFIRMED, /* nobody knows whether `text` arrived: `detail` */
    COEX_FEED_ARRIVED,     /* `text` was told as failed or unconfirmed, but it has arrived */
    COEX_FEED_RECORD, /* as NOTICE, of what became of a text that the log has, whoever did it */
    COEX_FEED_FILE,   /* the file of a message is here: `text` names it, `detail` is its path */
} CoexFeedKind;

/* What lines say of their text, together: FAILED, UNCONFIRMED, ARRIVED, and those of the past. File
 * format too. */
typedef enum {
    COEX_LINE_RESEND = 1 << 0,   /* it is kept, and sending it again makes sense now */
    COEX_LINE_TEMPLATE = 1 << 1, /* a template, or another one, would help */
    COEX_LINE_KEPT = 1 << 2,     /* it is kept (ARRIVED: was, and is not any more) */
    COEX_LINE_UNSENT = 1 << 4,   /* FAILED: nothing of it has left */
    COEX_LINE_TWICE = 1 << 5,    /* ARRIVED: and may arrive once more, since it was sent again */
    COEX_LINE_SHOWN = 1 << 3,    /* all of it stands in the conversation already */
    COEX_LINE_THEIRS = 1 << 8,  /* RECORD: the customer did it, and it is unread like their words */
    COEX_LINE_EDITED = 1 << 6,  /* of the past: the text is not the first one */
    COEX_LINE_DELETED = 1 << 7, /* of the past: it was taken back */
    COEX_LINE_ASKED = 1 << 9,   /* FILE: the user asked for it */
    COEX_LINE_PLAY = 1 << 10,   /* FILE: and wants it opened */
    COEX_LINE_GET = 1 << 11,    /* NOTICE: the file that it names first can be fetched */
    COEX_LINE_BROADCAST = 1 << 12, /* SENT, and those of the past: many got the same */
} CoexLineFlags;

typedef struct CoexFeedItem {
    gint64 seq; /* increasing within the database, never given twice; 0: of the past, not new */
    gint64 account_id;
    gint64 person_id;
    CoexFeedKind kind;
    gint64 time;  /* seconds since 1970, never 0 */
    char *text;   /* never NULL */
    char *detail; /* NULL */
    CoexLineFlags flags;
    gint64 message_id; /* what it tells of, 0: of none that is stored */
    char *quote;       /* first words of the message that it quotes, NULL */
    CoexMedia *media;  /* the message's file, NULL */
} CoexFeedItem;
CoexFeedItem *coex_feed_item_ref(const CoexFeedItem *item);
void coex_feed_item_unref(CoexFeedItem *item);
/* A new line like @item, but with @detail (copied, NULL). Free with coex_feed_item_unref(). */
CoexFeedItem *coex_feed_item_copy(const CoexFeedItem *item, const char *detail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexFeedItem, coex_feed_item_unref)
