// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/error.h"
#include "core/json.h"
#include <glib.h>

/* What an answer says when something went wrong. Hides the error shapes of both providers
 * (outbound.md 1.4) and the meaning of a bare HTTP status (outbound.md 7.5, 7.6, limits.md C4). */

/* TRUE when an answer with HTTP @status and body @doc (NULL: no JSON) tells no error. Else FALSE
 * and the error.
 * @is_send: what leaves open whether the message went is COEX_ERROR_UNCERTAIN, not
 * COEX_ERROR_RETRY. */
gboolean coex_refusal_check(guint status, CoexJson *doc, gboolean is_send, GError **error);
