// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What an answer says when something went wrong. Hides the error shapes of both providers
 * (Meta: support/error-codes) and the meaning of a bare HTTP status (360dialog:
 * support/api-error-message-list). */

typedef struct CoexJson CoexJson;

/* TRUE when an answer with HTTP @status and body @doc (NULL: no JSON) tells no error, even if it
 * tells nothing. Else FALSE and the error.
 * @is_send: what leaves open whether the message went is COEX_ERROR_UNCERTAIN, not
 * COEX_ERROR_RETRY. */
gboolean coex_api_error_check(guint status, CoexJson *doc, gboolean is_send, GError **error);
