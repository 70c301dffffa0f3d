// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "desk.h"

/* One delivery of the chats that the phone had before: threads, each with its messages. */
typedef GString Chunk;

#define CHUNK_DAY_S ((gint64)24 * 60 * 60)
/* What the phone knew of a message. */
#define CHUNK_STATE(state) "\"history_context\":{\"status\":\"" state "\"}"

Chunk *chunk_new(void);
/* @members: of the thread, with a comma after each. */
void chunk_open_thread(Chunk *chunk, const char *members);
void chunk_open_chat(Chunk *chunk, const char *who);
/* @rest: type, content and what was known of it. */
void chunk_add(Desk *desk, Chunk *chunk, const char *token, const char *from, gint64 ago_s,
               const char *rest);
void chunk_add_text(Desk *desk, Chunk *chunk, const char *token, const char *from, gint64 ago_s,
                    const char *text);
void chunk_theirs(Desk *desk, Chunk *chunk, const char *token, const char *who, gint64 ago_s,
                  const char *text);
void chunk_ours(Desk *desk, Chunk *chunk, const char *token, gint64 ago_s, const char *text);
/* Takes @chunk. WhatsApp delivers it, at 360dialog as partners get it. */
void chunk_deliver(Desk *desk, Chunk *chunk, int progress);
/* The last chunk. */
void chunk_deliver_last(Desk *desk, Chunk *chunk);
