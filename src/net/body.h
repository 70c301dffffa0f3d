// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* A request's body of any length, that is read by the thread that sends it (net/posting.h), which
 * has no loop. */
typedef struct CoexBody {
    /* In that thread, before anything is sent, and where the server wants the request again: all of
     * it from the beginning, and its length. To unref; NULL on error: COEX_ERROR, which becomes
     * the request's. Where reading it fails, the request was not answered. */
    GInputStream *(*open)(gpointer data, gint64 *ret_length, GError **error);
    gpointer data; /* stays until the request's callback */
    /* In the loop, with what the request was started with: @n_bytes more have left. */
    void (*wrote)(gpointer user_data, gsize n_bytes);
} CoexBody;
