// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <libsoup/soup.h>

/* A request, and its answer, as libsoup knows them: for net/http.c alone. */

typedef struct CoexRequest CoexRequest;
typedef struct CoexResponse CoexResponse;

/* @request without its body: no redirect is followed and no password tried. To unref. NULL on
 * error: COEX_ERROR_INVALID_INPUT, COEX_ERROR_AUTH: address or key hold what no request can carry.
 */
SoupMessage *coex_http_message_new(const CoexRequest *request, GError **error);

/* Its key, without the word that says what it is ("Bearer"); NULL: none. Free with g_free(). */
char *coex_http_dup_key(const CoexRequest *request);

/* The answer to it, without the key; takes @body. @key may be NULL. */
CoexResponse *coex_http_response_new(SoupMessage *message, GByteArray *body, const char *key);
