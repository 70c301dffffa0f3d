// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Keeps secrets out of what people are told: a provider's answer may quote the request that it
 * refuses. */

#define COEX_MASK_MIN 6 /* a shorter secret is not looked for: it would be found in any word */

/* A copy of @text with "***" in the place of each of @secrets (NULL-terminated; empty ones are
 * none), as it is, as in a URL or as in a string of JSON, and of the beginning of one (8 bytes or
 * more) where the text is cut after it. NULL when there is none. Free with g_free(). */
char *coex_mask(const char *text, const char *const *secrets);
