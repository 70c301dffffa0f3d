// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* A file from the disk to the provider, read while it is sent. Hides the form around it. */

typedef struct CoexEndpoint CoexEndpoint;
typedef struct CoexHttp CoexHttp;

typedef struct {
    const CoexEndpoint *endpoint;
    const char *path; /* nobody changes the file meanwhile */
    const char *mime;
    void (*wrote)(gpointer user_data, gsize n_bytes); /* so many more have left, the form's too */
} CoexUpload;

/* @what is copied. @callback runs in the thread's default context, always. */
void coex_upload_async(CoexHttp *http, const CoexUpload *what, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data);

/* The file's id at the provider; free with g_free(). NULL on error: COEX_ERROR_STORE: it cannot be
 * opened; else as coex_http_send_finish(), or the provider's refusal. @ret_wait_s: before it may be
 * tried again, 0. */
char *coex_upload_finish(GAsyncResult *result, gint64 *ret_wait_s, GError **error);
