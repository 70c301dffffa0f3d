// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/file-type.h"
#include <gio/gio.h>

/* Copies of files on their way out that WhatsApp would not take, or not as what they are, made to
 * fit. Engine thread; the work is done beside it, and the user's own file is not touched. */

/* Of the copy at @path, which is @media and may be of more bytes than WhatsApp takes. @callback
 * runs in the thread's default context, always. */
void coex_fit_async(const char *path, const CoexMedia *media, CoexFit how,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* What the copy is now; free with coex_media_free(). @ret_done: what was done to it, a sentence
 * with its name, free with g_free(); NULL: it did not work out, and the copy is as it was. NULL on
 * error, and then there is no copy: COEX_ERROR_TOO_LARGE, COEX_ERROR_INVALID_INPUT: it did not work
 * out; COEX_ERROR_STORE; G_IO_ERROR_CANCELLED. G_IO_ERROR_BUSY: another one is being converted
 * (coex_convert_is_busy()); the copy is as it was, and may be tried again. */
CoexMedia *coex_fit_finish(GAsyncResult *result, char **ret_done, GError **error);
