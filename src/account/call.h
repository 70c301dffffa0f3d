// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What an account asks of its provider. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexRequest CoexRequest;
typedef struct CoexResponse CoexResponse;

/* @response is the answer, borrowed; NULL: none came, and @error is set. What the callee finds
 * wrong with the answer it may put into @error, which is freed afterwards. @data is the callee's.
 */
typedef void (*CoexAnswered)(CoexAccount *account, const CoexResponse *response, GError **error,
                             gpointer data);

/* Sends @request, once, with the account's own connections. @answered (NULL: what it says does not
 * matter) is called once and never within this call, after the answer's date was noted; once the
 * account has ended @destroy (may be NULL) frees @data instead. Returns what names the request to
 * coex_account_is_unwritten() until then. */
gconstpointer coex_account_call(CoexAccount *account, const CoexRequest *request,
                                CoexAnswered answered, gpointer data, GDestroyNotify destroy);

/* The same of somebody who is not the provider: what date the answer has does not matter. */
void coex_account_call_other(CoexAccount *account, const CoexRequest *request,
                             CoexAnswered answered, gpointer data, GDestroyNotify destroy);

/* As coex_http_is_unwritten(); FALSE once the account has no connections any more. */
gboolean coex_account_is_unwritten(const CoexAccount *account, gconstpointer call);
