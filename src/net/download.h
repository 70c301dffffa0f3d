// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/worker.h"

/* A file from the provider to the disk: streamed, bounded, hashed on the way, and gone again unless
 * it is what was promised. Hides redirects, which lead to the provider's own hosts only and never
 * take the key along. */

typedef struct CoexEndpoint CoexEndpoint;
typedef struct CoexHttp CoexHttp;

typedef struct {
    const CoexEndpoint *endpoint; /* its hosts are the provider's */
    const char *url;              /* as the provider told it */
    const char *path;             /* where the file is made, 0600, its folder too, 0700; what stands
                                     there is replaced */
    gint64 limit;                 /* bytes */
    gint64 size;                  /* that were told, -1: none */
    const char *sha256;           /* that was told, base64 or hex; NULL or "": none */
    /* The disk has not answered for COEX_WORKER_SLOW_MS; may come again. NULL: nobody asks */
    CoexWorkerSlow slow;
    void (*wrote)(gpointer user_data, gint64 n_bytes); /* so many are on disk; NULL: nobody asks */
} CoexDownload;

/* @what is copied. @callback runs in the thread's default context, once the disk answers, which
 * alone waits for it: little more is read than what was written. @user_data: for all in @what,
 * too. */
void coex_download_async(CoexHttp *http, const CoexDownload *what, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);

/* The file's size, -1 on error: then there is no file. @ret_status (may be NULL): of the last
 * answer, 0 for none. COEX_ERROR_TOO_LARGE: beyond the limit; COEX_ERROR_PROTOCOL: not what was
 * promised, or an address that is none of the provider's; COEX_ERROR_STORE: the disk; else as
 * coex_http_send_finish(), or the provider's own refusal. */
gint64 coex_download_finish(GAsyncResult *result, guint *ret_status, GError **error);
