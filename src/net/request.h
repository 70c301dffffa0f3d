// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <libsoup/soup.h>

/* A request as libsoup knows it: for net/http.c alone. */

typedef struct CoexRequest CoexRequest;

/* @request without its body: no redirect is followed and no password tried. To unref. NULL on
 * error: COEX_ERROR_INVALID_INPUT, COEX_ERROR_AUTH: address or key hold what no request can carry.
 */
SoupMessage *coex_http_message_new(const CoexRequest *request, GError **error);

/* Its key, without the word that says what it is ("Bearer"); NULL: none. Free with g_free(). */
char *coex_http_dup_key(const CoexRequest *request);

/* Graph quotes a key that it cannot read ("Malformed access token ..."), and what the provider says
 * is shown to the user and stands in the host's debug output. @key may be NULL. */
void coex_http_hide_key(GByteArray *body, const char *key);

/* Before the handshake of @stream, a GTlsConnection: HTTP/1.1, not 2. Only that lets what is read
 * beside the sending wait without harm: libsoup up to 3.7 ends the program where HTTP/2 finds
 * nothing to read twice, and loses sight of a read that is under way. */
void coex_http_be_plain(GIOStream *stream);
