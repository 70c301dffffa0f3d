// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What 360dialog's Inbox and a desk say to each other, as values (360dialog: inbox/inbox-api): the
 * Inbox keeps the number's messages, and hands them out in pages, the newest first. It has neither
 * sequence nor cursor: rows are known by the message's own id. What its pages do not say, or not
 * surely, stands here as one constant each. No I/O. */

typedef struct CoexRequest CoexRequest;
typedef struct CoexResponse CoexResponse;

#define COEX_INBOX_PAGE                                                                            \
    100 /* rows asked for at once; the server may give less (not documented)                       \
         */
/* Both ends of a span are asked for one second wider: it is not documented whether they count. */
#define COEX_INBOX_EDGE_S 1
#define COEX_INBOX_FRAME_MAX (256 * 1024)    /* of the WebSocket */
#define COEX_INBOX_BELL_PREFIX "websockets-" /* before the host (seen in their web client) */

/* Checks the option `inbox-url`: as coex_api_check_base_url(), and a path "/api/v1" or one of the
 * web page's is left out where it was copied too. */
char *coex_inbox_check_url(const char *url, GError **error);
/* Who that is, for sentences: the host. Free with g_free(). */
char *coex_inbox_dup_host(const char *url);

typedef struct {
    char *url; /* from coex_inbox_check_url() */
    char *token;
} CoexInbox;

CoexRequest *coex_inbox_ask_user(const CoexInbox *inbox);
CoexRequest *coex_inbox_ask_number(const CoexInbox *inbox);

/* Rows of messages between two moments, seconds since 1970. */
typedef struct {
    gint64 since;
    gint64 before; /* 0: no end */
    guint limit;
    guint offset; /* from the newest */
} CoexInboxSpan;
CoexRequest *coex_inbox_ask_rows(const CoexInbox *inbox, const CoexInboxSpan *span);
/* One row of that very second, as the first and the last of a span. */
CoexRequest *coex_inbox_ask_moment(const CoexInbox *inbox, gint64 at);

/* "wss://websockets-…/", "ws://" on loopback. Free with g_free(). */
char *coex_inbox_dup_bell(const char *url);
/* What is said there first: holds the token. Free with g_free(). */
char *coex_inbox_dup_greeting(const CoexInbox *inbox);

/* ---- answers ---- */

/* Whether the user behind the token may read all conversations, or it is not told. FALSE and
 * COEX_ERROR_PROTOCOL: this is no Inbox. */
gboolean coex_inbox_read_user(const CoexResponse *response, gboolean *ret_reads_all,
                              GError **error);
/* The number's digits; NULL and COEX_ERROR_PROTOCOL: it cannot be read. Free with g_free(). */
char *coex_inbox_read_number(const CoexResponse *response, GError **error);

/* Whose number the rows are. */
typedef struct {
    const char *number;          /* own, digits */
    const char *phone_number_id; /* NULL or "": not known */
} CoexInboxOwner;

typedef struct {
    gint64 count; /* of all in the span, as the server says */
    guint n_rows; /* so many came */
    gint64 newest;
    gint64 oldest;      /* both 0: no row has a time */
    GPtrArray *bodies;  /* GBytes, the oldest row's first: each as a webhook would bring it */
    guint n_foreign;    /* rows that are another number's: left out */
    guint n_unreadable; /* customers' rows without an id: left out */
} CoexInboxPage;

void coex_inbox_page_clear(CoexInboxPage *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexInboxPage, coex_inbox_page_clear)
/* COEX_ERROR_PROTOCOL: what no Inbox says. */
gboolean coex_inbox_read_page(const CoexResponse *response, const CoexInboxOwner *owner,
                              CoexInboxPage *ret_page, GError **error);

/* What stands in a frame of the WebSocket: statuses as a webhook would bring them, NULL: there are
 * none, or nothing of it can be read. Unref with g_bytes_unref(). */
GBytes *coex_inbox_read_frame(const char *bytes, gsize length, const CoexInboxOwner *owner);
