// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/file-type.h"
#include "net/worker.h"

typedef struct CoexAccount CoexAccount;
typedef struct CoexHttp CoexHttp;
typedef struct CoexMedia CoexMedia;

/* Copies of the files that wait to leave, in a folder of the account's: the user may change or
 * delete his own, and a chat program does. Readable by nobody else; each goes when its message has
 * ended. Engine thread; the copying is done beside it. */

/* A file of the user's: what is at @path, or, called so, @content (NULL: none). */
typedef struct CoexOriginal {
    const char *path;
    GBytes *content;
    gboolean as_voice; /* to be a voice message, whatever sound it is */
} CoexOriginal;

/* Copies it to @name in @folder (made where it is missing), and finds out what it is. @callback
 * runs in the thread's default context, always. */
void coex_outgoing_take_async(const char *folder, const char *name, const CoexOriginal *original,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);

/* What the copy is, with its SHA-256 in hex; free with coex_media_free(). @ret_fit: to what it is
 * to be made to fit first, by coex_fit_async(). NULL on error, and then there is no copy:
 * COEX_ERROR_STORE: it cannot be read or written; COEX_ERROR_INVALID_INPUT, COEX_ERROR_TOO_LARGE:
 * WhatsApp does not carry it; G_IO_ERROR_CANCELLED. */
CoexMedia *coex_outgoing_take_finish(GAsyncResult *result, CoexFit *ret_fit, GError **error);

/* Finds out what the file at @path is, and copies nothing; then coex_outgoing_take_finish(). @slow:
 * as in media/files. Any thread with a loop. */
void coex_outgoing_look_async(const char *path, CoexWorkerSlow slow, GAsyncReadyCallback callback,
                              gpointer user_data);

void coex_outgoing_drop(const char *folder, const char *name);
/* Drops all but those whose names are in the set @kept, and what is made of those. */
void coex_outgoing_clear(const char *folder, GHashTable *kept);

/* ---- to the provider ---- */

typedef struct {
    const char *name;
    const char *mime;
    void (*wrote)(gpointer user_data, gsize n_bytes); /* so many more have left */
} CoexOutgoing;

/* Uploads a copy, with connections of its own at @http, made where it is NULL. Members of @what are
 * copied. @callback runs in the thread's default context, always. */
void coex_outgoing_upload_async(CoexAccount *account, CoexHttp **http, const CoexOutgoing *what,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
/* As coex_upload_finish(). */
char *coex_outgoing_upload_finish(GAsyncResult *result, gint64 *ret_wait_s, GError **error);
/* Ends all that is under way there. */
void coex_outgoing_stop(CoexHttp **http);
