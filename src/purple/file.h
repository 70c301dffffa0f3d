// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include <purple.h>

/* Files of messages as the user meets them: the options about them, and the line that says where
 * one is. Nothing opens them. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexFeedItem CoexFeedItem;

/* The options media-folder, media-auto, media-limit, media-mode, media-url. */
typedef struct {
    char *folder; /* absolute */
    char *url;    /* where a web server shows the folder, without a slash at its end; "": nowhere */
    gboolean for_group;
    CoexMediaAuto media_auto;
    gint64 limit; /* bytes */
} CoexFileOptions;
void coex_file_options_clear(CoexFileOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexFileOptions, coex_file_options_clear)

/* FALSE and COEX_ERROR_INVALID_INPUT for a value that cannot work. */
gboolean coex_file_options_read(PurpleAccount *account, CoexFileOptions *ret_options,
                                GError **error);

/* What a file of @account is, and where. Free with g_free(). */
char *coex_file_dup_line(PurpleAccount *account, const CoexFeedItem *item);

/* The verbs "get" and "play": @which as in core/which.h. */
void coex_file_get(CoexConnection *connection, const char *name, const char *which);
void coex_file_play(CoexConnection *connection, const char *name, const char *which);

/* Shows a line with COEX_LINE_GET; a click on its command fetches the file where there are such
 * links. */
void coex_file_offer(CoexConnection *connection, const CoexFeedItem *item, const char *name);

/* Shows that in the person's conversation, and where a chat program shows pictures the picture, as
 * soon as there is one. */
void coex_file_show(CoexConnection *connection, const CoexFeedItem *item, const char *name);
