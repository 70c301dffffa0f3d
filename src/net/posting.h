// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/body.h"
#include <libsoup/soup.h>

/* A request with a body of any length, sent and answered in a thread of its own. libsoup's
 * asynchronous I/O takes a body in pieces of 8 KB, with turns of the loop for each; here nothing
 * but the disk and the line is waited for. By HTTP/1.1 alone. Of use to net/http.c only. */

/* All stays where it is until the callback. */
typedef struct {
    SoupSession *session; /* nobody else's, and has sent nothing in another way */
    SoupMessage *message; /* emits its signals in the thread */
    GCancellable *stop;
    const char *content_type;
    CoexBody body;
    gsize answer_max; /* bytes */
} CoexPosting;

/* @what is copied. @callback runs in the thread's default context. */
void coex_posting_async(const CoexPosting *what, GAsyncReadyCallback callback, gpointer user_data);

/* The answer's body; free with g_byte_array_unref(). NULL on error: COEX_ERROR: that of the body;
 * G_IO_ERROR_MESSAGE_TOO_LARGE: the answer's; else libsoup's or GIO's. */
GByteArray *coex_posting_finish(GAsyncResult *result, GError **error);
