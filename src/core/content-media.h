// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What a message object of a webhook tells of its file (Meta: webhooks/reference/messages, image,
 * video, audio, document, sticker). */

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexMedia CoexMedia;

/* @type: WhatsApp's name, one of those; @body: the object of that name. Never NULL; free with
 * coex_media_free(). */
CoexMedia *coex_content_media_read(const char *type, const CoexJsonAt *body);

/* The words for it: what it is, its name, its caption. Free with g_free(). */
char *coex_content_media_dup_line(const CoexMedia *media);
