// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"

/* What people write who want no more messages. It decides nothing: WhatsApp tells by itself who
 * wants no marketing. */

/* The one of @words, which have commas between, that is all of @text, in any letters and whatever
 * punctuation is around it; NULL: none. @kind: of a tap on a button the text has a label before it.
 * Free with g_free(). */
char *coex_opt_out_find(const char *words, CoexContentKind kind, const char *text);
