// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* A small picture from the provider's public places into memory, without the key. */

typedef struct CoexEndpoint CoexEndpoint;
typedef struct CoexHttp CoexHttp;

#define COEX_PICTURE_MAX (1024 * 1024) /* bytes */

/* @callback runs in the thread's default context, always. @url as for coex_api_fetch_picture(),
 * redirects too. */
void coex_picture_fetch_async(CoexHttp *http, const CoexEndpoint *endpoint, const char *url,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);

/* What came, whatever it is; free with g_bytes_unref(). NULL on error: COEX_ERROR_PROTOCOL: another
 * place, or no picture is handed out; COEX_ERROR_TOO_LARGE; else as coex_http_send_finish(). */
GBytes *coex_picture_fetch_finish(GAsyncResult *result, GError **error);
