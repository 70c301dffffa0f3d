// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/request.h"

#include "core/api.h"
#include "core/error.h"
#include "core/words.h"
#include "net/header-time.h"
#include <string.h>

#define KEY_MIN 8 /* shorter is no key, and may be a word of any answer */

static gboolean
is_header_value(const char *text)
{
    for (; *text != '\0'; text++) {
        if (g_ascii_iscntrl(*text))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_http(GUri *uri)
{
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

    return host != NULL && *host != '\0' &&
           (g_str_equal(g_uri_get_scheme(uri), "https") ||
            g_str_equal(g_uri_get_scheme(uri), "http"));
}

SoupMessage *
coex_http_message_new(const CoexRequest *request, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(request->url, SOUP_HTTP_URI_FLAGS, NULL);
    g_autoptr(SoupMessage) message = NULL;

    if (!is_http(uri)) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                            _("The address of the API is not valid. Check the option {@api-url}."));
        return NULL;
    }
    if (request->auth_value != NULL && !is_header_value(request->auth_value)) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_AUTH,
                            _("The account's password holds a character that no key has. Enter the "
                              "API key or access token again."));
        return NULL;
    }
    message = soup_message_new_from_uri(request->method, uri);
    /* IDEMPOTENT makes a POST share kept connections (and TLS handshakes); it does not make libsoup
     * send one again (measured) */
    soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
    /* else libsoup would collect the body of a 401 without a limit, to ask again with a password */
    soup_message_disable_feature(message, SOUP_TYPE_AUTH_MANAGER);
    if (request->auth_header != NULL && request->auth_value != NULL)
        soup_message_headers_replace(soup_message_get_request_headers(message),
                                     request->auth_header, request->auth_value);
    return g_steal_pointer(&message);
}

char *
coex_http_dup_key(const CoexRequest *request)
{
    const char *space = request->auth_value != NULL ? strrchr(request->auth_value, ' ') : NULL;

    return g_strdup(space != NULL ? space + 1 : request->auth_value);
}

/* Graph quotes a key that it cannot read ("Malformed access token ..."), and what the provider says
 * is shown to the user and stands in the host's debug output. @key may be NULL. */
static void
hide_key(GByteArray *body, const char *key)
{
    gsize length = key != NULL ? strlen(key) : 0;
    guint8 *end = body->data + body->len;
    guint8 *found;

    if (length < KEY_MIN || body->len == 0)
        return;
    for (guint8 *at = body->data; (found = memmem(at, (gsize)(end - at), key, length)) != NULL;
         at = found + length)
        memset(found, '*', length);
}

CoexResponse *
coex_http_response_new(SoupMessage *message, GByteArray *body, const char *key)
{
    SoupMessageHeaders *headers = soup_message_get_response_headers(message);
    CoexResponse *response = g_new0(CoexResponse, 1);

    response->status = soup_message_get_status(message);
    hide_key(body, key);
    response->body = g_byte_array_free_to_bytes(body);
    response->location = g_strdup(soup_message_headers_get_one(headers, "Location"));
    response->server = g_strdup(soup_message_headers_get_one(headers, "Server"));
    response->date = coex_header_read_date(soup_message_headers_get_one(headers, "Date"));
    response->retry_after_s = coex_header_read_retry_after(
        soup_message_headers_get_one(headers, "Retry-After"), response->date);
    return response;
}
