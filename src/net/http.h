// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Runs requests against a provider. Hides libsoup: connection reuse for POST, limits, timeouts,
 * TLS, no redirects, and the one distinction that matters for a send: whether a byte of it may have
 * reached the server. An answer that never pauses cannot keep the loop, and so not the deadline
 * either. Belongs to the thread (and its default main context) that made it. */

typedef struct CoexBody CoexBody;
typedef struct CoexProxy CoexProxy;
typedef struct CoexRequest CoexRequest;
typedef struct CoexResponse CoexResponse;

#define COEX_HTTP_BODY_MAX (8 * 1024 * 1024) /* of an answer, unpacked */

typedef struct CoexHttp CoexHttp;

/* @timeout_s: per request, from start to the end of the answer. @proxy: the way there, copied; NULL
 * is none. Free with coex_http_free(). */
CoexHttp *coex_http_new(guint timeout_s, const CoexProxy *proxy);

/* Cancels what is under way; its callbacks run with G_IO_ERROR_CANCELLED before this returns or
 * later in the same context, never touching the CoexHttp. */
void coex_http_free(CoexHttp *http);
/* Is cancelled by that: for who comes back from another thread. Borrowed. */
GCancellable *coex_http_get_end(CoexHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexHttp, coex_http_free)

/* Starts a request; it is copied. @callback runs in the thread's default context, always, also when
 * cancelled, and with a NULL source object. */
void coex_http_send_async(CoexHttp *http, const CoexRequest *request, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);

/* An answer whose body is being read; counted by g_object_ref(). */
typedef GTask CoexHttpStream;

typedef enum {
    COEX_HTTP_FAILED, /* ends the request with the error */
    COEX_HTTP_TAKEN,
    COEX_HTTP_FULL, /* taken; no more is read before coex_http_read_on() */
} CoexHttpTaken;

/* Takes bytes of an answer's body as they come. */
typedef CoexHttpTaken (*CoexHttpTake)(gpointer user_data, CoexHttpStream *stream, GBytes *bytes,
                                      GError **error);

/* As coex_http_send_async() for a body of any length: of an answer of 2xx it goes to @take, with
 * @user_data, and not into memory. The time per request is what each pause may last; all of it may
 * take COEX_HTTP_STREAM_TIMES as long. While @take is full no time counts. */
#define COEX_HTTP_STREAM_TIMES 40
void coex_http_stream_async(CoexHttp *http, const CoexRequest *request, CoexHttpTake take,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);

/* There is room again; a no-op unless COEX_HTTP_FULL was said since, and after the end. */
void coex_http_read_on(CoexHttpStream *stream);

/* As coex_http_send_async() with @body, which is copied, in the place of the request's. The time
 * per request is what each pause of it may last. By HTTP/1.1. */
void coex_http_upload_async(CoexHttp *http, const CoexRequest *request, const CoexBody *body,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);

/* Whether the request started with @user_data is under way and its headers have not been written
 * completely: once it is cancelled in the same turn of the main loop, the server can never act on
 * it. */
gboolean coex_http_is_unwritten(CoexHttp *http, gconstpointer user_data);

/* Main thread, before it waits for one in which requests run by @loop: none of them holds it up
 * now, not even with an answer that never pauses; those of other loops go on. NULL afterwards. */
void coex_http_hurry(GMainContext *loop);

/* The answer, whatever its status (redirects too: they are not followed); free with
 * coex_response_free(). NULL on error:
 * COEX_ERROR_NETWORK: nothing was written (DNS, connect, proxy, TLS; before the last header byte),
 * the text names host, proxy and cause; whatever the proxy answers is this;
 * COEX_ERROR_UNCERTAIN: a send was written and not answered in full, or beyond the limit;
 * COEX_ERROR_RETRY: another request was written and not answered in full;
 * COEX_ERROR_TOO_LARGE: its answer is beyond the limit;
 * COEX_ERROR_INVALID_INPUT, COEX_ERROR_AUTH: address or key hold what no request can carry;
 * G_IO_ERROR_CANCELLED: cancelled.
 * Neither an error text nor an answer's body contains the key, nor the proxy's password. */
CoexResponse *coex_http_send_finish(GAsyncResult *result, GError **error);
