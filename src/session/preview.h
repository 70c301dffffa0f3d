// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Pictures small enough to stand in a conversation, or beside a name. Only JPEG, PNG and WebP are
 * decoded, told by their own bytes, in another thread and with their size known before, and only
 * where the chat program has loaded GdkPixbuf. Of one that moves stands its first frame. */

#define COEX_PREVIEW_WIDTH 400
#define COEX_PREVIEW_HEIGHT 300
#define COEX_PREVIEW_ICON 192 /* both sides */

/* @callback runs in the main loop, always. */
void coex_preview_make(const char *path, GAsyncReadyCallback callback, gpointer user_data);
/* The same of a picture in memory, @content, for an icon. */
void coex_preview_make_icon(GBytes *content, GAsyncReadyCallback callback, gpointer user_data);
/* A PNG; free with g_bytes_unref(). NULL: there is no preview of this file here. */
GBytes *coex_preview_finish(GAsyncResult *result);
