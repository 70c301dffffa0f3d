// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/json.h"
#include "core/media.h"
#include "core/payload.h"
#include "core/peer.h"
#include "core/template.h"
#include "core/words.h"
#include <string.h>

void
coex_request_free(CoexRequest *request)
{
    if (!request)
        return;
    g_free(request->url);
    g_free(request->auth_header);
    g_free(request->auth_value);
    g_free(request->content_type);
    g_clear_pointer(&request->body, g_bytes_unref);
    g_free(request);
}

char *
coex_request_dup_label(const CoexRequest *request)
{
    const char *path = strstr(request->url, "://");

    path = path ? strchr(path + 3, '/') : NULL;
    if (!path)
        return g_strdup(request->method);
    return g_strdup_printf("%s %.*s", request->method, (int)strcspn(path, "?"), path);
}

void
coex_endpoint_clear(CoexEndpoint *endpoint)
{
    g_clear_pointer(&endpoint->base_url, g_free);
    g_clear_pointer(&endpoint->key, g_free);
    g_clear_pointer(&endpoint->phone_number_id, g_free);
    g_clear_pointer(&endpoint->waba_id, g_free);
    g_clear_pointer(&endpoint->app_secret, g_free);
}

gboolean
coex_api_is_loopback(const char *host)
{
    if (g_ascii_strcasecmp(host, "localhost") == 0 || g_strcmp0(host, "::1") == 0)
        return TRUE;
    return g_hostname_is_ip_address(host) && g_str_has_prefix(host, "127.");
}

char *
coex_endpoint_dup_key(const CoexEndpoint *endpoint)
{
    GString *key = g_string_new(NULL);

    for (const char *p = endpoint->key ? endpoint->key : ""; *p; p++) {
        if ((guchar)*p > ' ' && *p != 0x7f)
            g_string_append_c(key, *p);
    }
    return g_string_free(key, FALSE);
}

static gboolean
has_blank(const char *text)
{
    for (; *text; text++) {
        if ((guchar)*text <= ' ' || *text == 0x7f)
            return TRUE;
    }
    return FALSE;
}

/* What is wrong with an address, NULL if nothing. */
static const char *
find_url_fault(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *scheme;

    if (!uri || has_blank(url) || !g_uri_get_host(uri) || !*g_uri_get_host(uri))
        return _("it is not a web address");
    scheme = g_uri_get_scheme(uri);
    if (g_uri_get_userinfo(uri) || g_uri_get_query(uri) || g_uri_get_fragment(uri))
        return _("it must end after the path, without user name, ? or #");
    if (g_strcmp0(scheme, "https") == 0)
        return NULL;
    if (g_strcmp0(scheme, "http") != 0)
        return _("it must begin with https://");
    if (!coex_api_is_loopback(g_uri_get_host(uri)))
        return _(
            "http:// is allowed to this computer only (127.0.0.1, ::1, localhost); use https://");
    return NULL;
}

char *
coex_api_check_url(const char *url, const char *option, const char *example, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(url ? url : ""));
    const char *fault;

    if (!*trimmed)
        return g_steal_pointer(&trimmed);
    fault = find_url_fault(trimmed);
    if (fault) {
        coex_error_say(
            error, COEX_ERROR_INVALID_INPUT,
            _("The account option {@%s} cannot be used: %s. Write it in full, as in %s."), option,
            fault, example);
        return NULL;
    }
    while (g_str_has_suffix(trimmed, "/"))
        trimmed[strlen(trimmed) - 1] = '\0';
    return g_steal_pointer(&trimmed);
}

char *
coex_api_check_base_url(const char *url, GError **error)
{
    return coex_api_check_url(url, "api-url", "https://waba-v2.360dialog.io", error);
}

static void
append_escaped(GString *url, const char *text)
{
    g_autofree char *escaped = g_uri_escape_string(text ? text : "", NULL, FALSE);

    g_string_append(url, escaped);
}

/* Appends @path with `{number}` and `{waba}` filled in. */
static void
append_path(GString *url, const CoexEndpoint *endpoint, const char *path)
{
    while (*path) {
        gsize n_plain = strcspn(path, "{");

        g_string_append_len(url, path, n_plain);
        path += n_plain;
        if (g_str_has_prefix(path, "{number}")) {
            append_escaped(url, endpoint->phone_number_id);
            path += strlen("{number}");
        } else if (g_str_has_prefix(path, "{waba}")) {
            append_escaped(url, endpoint->waba_id);
            path += strlen("{waba}");
        } else if (*path) {
            g_string_append_c(url, *path++);
        }
    }
}

static GString *
start_url(const CoexEndpoint *endpoint, const char *path)
{
    gboolean own = endpoint->base_url && *endpoint->base_url;
    GString *url = g_string_new(own ? endpoint->base_url : endpoint->backend->base_url);

    /* 360dialog's sandbox has every path under /v1, so its address may be given with it. */
    if (g_str_has_suffix(url->str, "/v1") && g_str_has_prefix(path, "/v1/"))
        path += strlen("/v1");
    g_string_append(url, endpoint->backend->version_path);
    append_path(url, endpoint, path);
    return url;
}

static CoexRequest *
request_new(const CoexEndpoint *endpoint, const char *method, GString *url /* transfer full */)
{
    CoexRequest *request = g_new0(CoexRequest, 1);
    g_autofree char *key = coex_endpoint_dup_key(endpoint);

    request->method = method;
    request->url = g_string_free(url, FALSE);
    request->auth_header = g_strdup(endpoint->backend->auth_header);
    request->auth_value = g_strconcat(endpoint->backend->auth_prefix, key, NULL);
    return request;
}

CoexRequest *
coex_api_get(const CoexEndpoint *endpoint, const char *path)
{
    return request_new(endpoint, "GET", start_url(endpoint, path));
}

static CoexRequest *
post_new(const CoexEndpoint *endpoint, const char *path, CoexJsonWriter *writer /* transfer full */)
{
    CoexRequest *request = request_new(endpoint, "POST", start_url(endpoint, path));
    char *json = coex_json_writer_finish(writer);

    request->content_type = g_strdup("application/json");
    request->body = g_bytes_new_take(json, strlen(json));
    return request;
}

CoexRequest *
coex_api_check_login(const CoexEndpoint *endpoint)
{
    return coex_api_get(endpoint, endpoint->backend->login_path);
}

CoexRequest *
coex_api_find_wabas(const CoexEndpoint *endpoint)
{
    GString *url = start_url(endpoint, "/debug_token?input_token=");
    g_autofree char *key = coex_endpoint_dup_key(endpoint);

    append_escaped(url, key);
    return request_new(endpoint, "GET", url);
}

CoexRequest *
coex_api_list_numbers(const CoexEndpoint *endpoint, const char *waba_id)
{
    GString *url = start_url(endpoint, "/");

    append_escaped(url, waba_id);
    g_string_append(url, "/phone_numbers?fields=id,display_phone_number&limit=100");
    return request_new(endpoint, "GET", url);
}

static gboolean
has_web_address(const char *text)
{
    for (const char *p = text; *p; p++) {
        gsize n_scheme = 0;

        if (g_ascii_strncasecmp(p, "http://", 7) == 0)
            n_scheme = 7;
        else if (g_ascii_strncasecmp(p, "https://", 8) == 0)
            n_scheme = 8;
        if (n_scheme > 0 && (guchar)p[n_scheme] > ' ')
            return TRUE;
    }
    return FALSE;
}

/* Opens the body of a message to @to, up to its type (Meta: messages/send-messages). */
static CoexJsonWriter *
start_message(const CoexPeer *to, const char *type, const char *context, const char *local_id)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "messaging_product", "whatsapp");
    coex_json_writer_string(writer, "recipient_type", "individual");
    if (to->wa_id) {
        /* Without the + Meta may put the business number's own country code in front. */
        g_autofree char *number = g_strconcat("+", to->wa_id, NULL);

        coex_json_writer_string(writer, "to", number);
    } else {
        coex_json_writer_string(writer, "recipient",
                                to->user_id ? to->user_id : to->parent_user_id);
    }
    if (context) {
        coex_json_writer_object(writer, "context");
        coex_json_writer_string(writer, "message_id", context);
        coex_json_writer_end(writer);
    }
    coex_json_writer_string(writer, "biz_opaque_callback_data", local_id);
    coex_json_writer_string(writer, "type", type);
    return writer;
}

/* Takes @writer. */
static CoexRequest *
finish_message(const CoexEndpoint *endpoint, CoexJsonWriter *writer)
{
    CoexRequest *request = post_new(endpoint, endpoint->backend->messages_path, writer);

    request->is_send = TRUE;
    return request;
}

CoexRequest *
coex_api_send_text(const CoexEndpoint *endpoint, const CoexPeer *to, const char *text,
                   const char *context, const char *local_id)
{
    CoexJsonWriter *writer;

    g_return_val_if_fail(coex_peer_is_addressable(to), NULL);
    writer = start_message(to, "text", context, local_id);
    coex_json_writer_object(writer, "text");
    coex_json_writer_bool(writer, "preview_url", has_web_address(text));
    coex_json_writer_string(writer, "body", text);
    coex_json_writer_end(writer);
    return finish_message(endpoint, writer);
}

CoexRequest *
coex_api_send_template(const CoexEndpoint *endpoint, const CoexPeer *to,
                       const CoexTemplate *template_, const char *const *values,
                       const CoexMedia *const *media, const char *local_id)
{
    CoexJsonWriter *writer;

    g_return_val_if_fail(coex_peer_is_addressable(to), NULL);
    writer = start_message(to, "template", NULL, local_id);
    coex_template_write(template_, values, media, writer);
    return finish_message(endpoint, writer);
}

CoexRequest *
coex_api_send_media(const CoexEndpoint *endpoint, const CoexPeer *to, const CoexMedia *media,
                    const char *context, const char *local_id)
{
    const char *type = coex_media_get_type(media->kind);
    CoexJsonWriter *writer;

    g_return_val_if_fail(coex_peer_is_addressable(to) && media->id != NULL, NULL);
    writer = start_message(to, type, context, local_id);
    coex_json_writer_object(writer, type);
    coex_json_writer_string(writer, "id", media->id);
    coex_json_writer_string(writer, "caption", media->caption);
    if (media->kind == COEX_MEDIA_DOCUMENT)
        coex_json_writer_string(writer, "filename", media->name);
    if (media->voice)
        coex_json_writer_bool(writer, "voice", TRUE);
    coex_json_writer_end(writer);
    return finish_message(endpoint, writer);
}

CoexRequest *
coex_api_send_payload(const CoexEndpoint *endpoint, const CoexPeer *to, const CoexPayload *payload,
                      const char *context, const char *local_id)
{
    g_autoptr(CoexJson) doc = coex_json_parse(payload->json, strlen(payload->json), NULL);
    CoexJsonWriter *writer;
    CoexJsonAt root;
    CoexJsonAt body;

    g_return_val_if_fail(coex_peer_is_addressable(to), NULL);
    if (!doc)
        return NULL;
    root = coex_json_root(doc);
    body = coex_json_member(&root, payload->type);
    if (!coex_json_at_exists(&body))
        return NULL;
    writer =
        start_message(to, payload->type, coex_payload_is_mark(payload) ? NULL : context, local_id);
    coex_json_writer_value(writer, payload->type, &body);
    return finish_message(endpoint, writer);
}

static CoexJsonWriter *
start_mark(const char *wamid)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "messaging_product", "whatsapp");
    coex_json_writer_string(writer, "status", "read");
    coex_json_writer_string(writer, "message_id", wamid);
    return writer;
}

CoexRequest *
coex_api_mark_read(const CoexEndpoint *endpoint, const char *wamid)
{
    return post_new(endpoint, endpoint->backend->messages_path, start_mark(wamid));
}

CoexRequest *
coex_api_show_typing(const CoexEndpoint *endpoint, const char *wamid)
{
    CoexJsonWriter *writer = start_mark(wamid);

    coex_json_writer_object(writer, "typing_indicator");
    coex_json_writer_string(writer, "type", "text");
    coex_json_writer_end(writer);
    return post_new(endpoint, endpoint->backend->messages_path, writer);
}

CoexRequest *
coex_api_block(const CoexEndpoint *endpoint, const CoexPeer *to, gboolean block)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    CoexRequest *request;

    coex_json_writer_string(writer, "messaging_product", "whatsapp");
    coex_json_writer_array(writer, "block_users");
    coex_json_writer_object(writer, NULL);
    if (to->wa_id) {
        g_autofree char *number = g_strconcat("+", to->wa_id, NULL);

        coex_json_writer_string(writer, "user", number);
    } else {
        coex_json_writer_string(writer, "user_id", to->user_id ? to->user_id : to->parent_user_id);
    }
    request = post_new(endpoint, endpoint->backend->blocked_path, writer);
    if (!block)
        request->method = "DELETE";
    return request;
}

CoexRequest *
coex_api_list_blocked(const CoexEndpoint *endpoint, const char *cursor)
{
    GString *url = start_url(endpoint, endpoint->backend->blocked_path);

    if (cursor) {
        g_string_append(url, "?after=");
        append_escaped(url, cursor);
    }
    return request_new(endpoint, "GET", url);
}

CoexRequest *
coex_api_ask_sync(const CoexEndpoint *endpoint, const char *type)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "messaging_product", "whatsapp");
    coex_json_writer_string(writer, "sync_type", type);
    return post_new(endpoint, endpoint->backend->sync_path, writer);
}

CoexRequest *
coex_api_get_profile(const CoexEndpoint *endpoint)
{
    return coex_api_get(endpoint, endpoint->backend->profile_path);
}

static void
write_websites(CoexJsonWriter *writer, const char *value)
{
    g_auto(GStrv) websites = g_strsplit(value, " ", -1);

    coex_json_writer_array(writer, "websites");
    for (char **website = websites; *website; website++)
        coex_json_writer_string(writer, NULL, *website);
    coex_json_writer_end(writer);
}

CoexRequest *
coex_api_set_profile(const CoexEndpoint *endpoint, const char *const *changes)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "messaging_product", "whatsapp");
    for (guint i = 0; changes[i] && changes[i + 1]; i += 2) {
        if (strcmp(changes[i], "websites") == 0)
            write_websites(writer, changes[i + 1]);
        else
            coex_json_writer_string(writer, changes[i], changes[i + 1]);
    }
    return post_new(endpoint, endpoint->backend->profile_set_path, writer);
}

CoexRequest *
coex_api_list_templates(const CoexEndpoint *endpoint, const char *cursor)
{
    const CoexBackend *backend = endpoint->backend;
    GString *url = start_url(endpoint, backend->templates_path);

    if (!cursor)
        cursor = backend->first_page;
    if (cursor) {
        g_string_append_printf(url, "&%s=", backend->page_key);
        append_escaped(url, cursor);
    }
    return request_new(endpoint, "GET", url);
}

CoexRequest *
coex_api_ask_number(const CoexEndpoint *endpoint)
{
    return coex_api_get(endpoint, endpoint->backend->number_path);
}

CoexRequest *
coex_api_get_webhook(const CoexEndpoint *endpoint)
{
    return coex_api_get(endpoint, endpoint->backend->webhook_path);
}

/* Writes "Name: value" as a member of `headers` (360dialog: messaging/webhook). */
static void
write_header(CoexJsonWriter *writer, const char *header)
{
    g_auto(GStrv) parts = g_strsplit(header ? header : "", ":", 2);

    coex_json_writer_object(writer, "headers");
    if (g_strv_length(parts) == 2)
        coex_json_writer_string(writer, g_strstrip(parts[0]), g_strstrip(parts[1]));
    coex_json_writer_end(writer);
}

CoexRequest *
coex_api_set_webhook(const CoexEndpoint *endpoint, const char *url, const char *verify_token,
                     const char *header)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    if (endpoint->backend->webhook_is_flat) {
        coex_json_writer_string(writer, "url", url);
        write_header(writer, header);
    } else {
        coex_json_writer_object(writer, "webhook_configuration");
        coex_json_writer_string(writer, "override_callback_uri", url);
        coex_json_writer_string(writer, "verify_token", verify_token);
        coex_json_writer_end(writer);
    }
    return post_new(endpoint, endpoint->backend->webhook_set_path, writer);
}

/* ---- files ---- */

static void
append_part(GString *form, const char *boundary, const char *name, const char *value)
{
    g_string_append_printf(form,
                           "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n",
                           boundary, name, value);
}

/* The part's own type counts; what it calls the file nobody sees. */
CoexRequest *
coex_api_upload_media(const CoexEndpoint *endpoint, const char *mime, const char *boundary,
                      GBytes **ret_head, GBytes **ret_tail)
{
    CoexRequest *request =
        request_new(endpoint, "POST", start_url(endpoint, endpoint->backend->upload_path));
    GString *head = g_string_new(NULL);
    char *tail = g_strdup_printf("\r\n--%s--\r\n", boundary);

    append_part(head, boundary, "messaging_product", "whatsapp");
    append_part(head, boundary, "type", mime);
    g_string_append_printf(head,
                           "--%s\r\nContent-Disposition: form-data; name=\"file\";"
                           " filename=\"file\"\r\nContent-Type: %s\r\n\r\n",
                           boundary, mime);
    request->content_type = g_strdup_printf("multipart/form-data; boundary=%s", boundary);
    *ret_head = g_string_free_to_bytes(head);
    *ret_tail = g_bytes_new_take(tail, strlen(tail));
    return request;
}

CoexRequest *
coex_api_find_media(const CoexEndpoint *endpoint, const char *media_id)
{
    GString *url = start_url(endpoint, "/");

    append_escaped(url, media_id);
    append_path(url, endpoint, endpoint->backend->media_query);
    return request_new(endpoint, "GET", url);
}

/* Whether @host is @domain or below it. */
static gboolean
is_below(const char *host, const char *domain)
{
    gsize n_host = strlen(host);
    gsize n_domain = strlen(domain);

    if (n_host < n_domain || g_ascii_strcasecmp(host + n_host - n_domain, domain) != 0)
        return FALSE;
    return n_host == n_domain || host[n_host - n_domain - 1] == '.';
}

static gboolean
is_same_place(GUri *uri, GUri *base)
{
    return g_str_equal(g_uri_get_scheme(uri), g_uri_get_scheme(base)) &&
           g_ascii_strcasecmp(g_uri_get_host(uri), g_uri_get_host(base)) == 0 &&
           g_uri_get_port(uri) == g_uri_get_port(base);
}

static gboolean
is_one_of(const char *host, const char *const *domains)
{
    for (; *domains; domains++) {
        if (is_below(host, *domains))
            return TRUE;
    }
    return FALSE;
}

/* Whether a file may be fetched from @uri, @domains being the provider's. */
static gboolean
is_place(const CoexEndpoint *endpoint, GUri *uri, const char *const *domains)
{
    gboolean own = endpoint->base_url && *endpoint->base_url;
    g_autoptr(GUri) base =
        g_uri_parse(own ? endpoint->base_url : endpoint->backend->base_url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;

    if (!host || !*host || g_uri_get_userinfo(uri))
        return FALSE;
    if (base && coex_api_is_loopback(g_uri_get_host(base)))
        return coex_api_is_loopback(host) && (g_str_equal(g_uri_get_scheme(uri), "http") ||
                                              g_str_equal(g_uri_get_scheme(uri), "https"));
    if (!g_str_equal(g_uri_get_scheme(uri), "https"))
        return FALSE;
    if (base && is_same_place(uri, base))
        return TRUE;
    if (g_uri_get_port(uri) != -1 && g_uri_get_port(uri) != 443)
        return FALSE;
    return is_one_of(host, domains);
}

static gboolean
is_media_place(const CoexEndpoint *endpoint, GUri *uri)
{
    return is_place(endpoint, uri, endpoint->backend->media_hosts);
}

static void
set_strange_place(GError **error, GUri *uri)
{
    const char *host = uri ? g_uri_get_host(uri) : NULL;

    coex_error_say(error, COEX_ERROR_PROTOCOL,
                   host && *host
                       ? _("The address of the file is none of the provider's (%s): nothing "
                           "was fetched from there.")
                       : _("The address of the file is none of the provider's: nothing was "
                           "fetched from there."),
                   host);
}

/* Path and query of an address, byte for byte; "" for none. */
static const char *
find_path(const char *url)
{
    const char *host = strstr(url, "://");

    return host ? host + 3 + strcspn(host + 3, "/?#") : "";
}

CoexRequest *
coex_api_fetch_media(const CoexEndpoint *endpoint, const char *url, GError **error)
{
    gboolean through = endpoint->backend->media_through_gateway;
    gboolean own = endpoint->base_url && *endpoint->base_url;
    const char *base = own ? endpoint->base_url : endpoint->backend->base_url;
    GString *target = g_string_new(through ? base : url);
    g_autoptr(GUri) uri = NULL;

    if (through)
        g_string_append(target, find_path(url));
    uri = has_blank(target->str) ? NULL : g_uri_parse(target->str, G_URI_FLAGS_ENCODED, NULL);
    if (!is_media_place(endpoint, uri) || (through && *find_path(url) != '/')) {
        set_strange_place(error, uri);
        g_string_free(target, TRUE);
        return NULL;
    }
    return request_new(endpoint, "GET", target);
}

/* Without the key. Takes @uri and @target, which may be NULL. */
static CoexRequest *
get_plain(char *target, GUri *uri, gboolean allowed, GError **error)
{
    CoexRequest *request = NULL;

    if (allowed) {
        request = g_new0(CoexRequest, 1);
        request->method = "GET";
        request->url = g_steal_pointer(&target);
    } else {
        set_strange_place(error, uri);
    }
    g_clear_pointer(&uri, g_uri_unref);
    g_free(target);
    return request;
}

/* NULL: there is none. */
static char *
dup_target(const char *from, const char *location)
{
    return has_blank(location) ? NULL
                               : g_uri_resolve_relative(from, location, G_URI_FLAGS_ENCODED, NULL);
}

CoexRequest *
coex_api_follow_media(const CoexEndpoint *endpoint, const char *url, const char *location,
                      GError **error)
{
    char *target = dup_target(url, location);
    GUri *uri = target ? g_uri_parse(target, G_URI_FLAGS_ENCODED, NULL) : NULL;

    return get_plain(target, uri, is_media_place(endpoint, uri), error);
}

CoexRequest *
coex_api_fetch_picture(const CoexEndpoint *endpoint, const char *from, const char *url,
                       GError **error)
{
    char *target = dup_target(from, url);
    GUri *uri = target ? g_uri_parse(target, G_URI_FLAGS_ENCODED, NULL) : NULL;
    gboolean allowed =
        is_media_place(endpoint, uri) || is_place(endpoint, uri, endpoint->backend->picture_hosts);

    return get_plain(target, uri, allowed, error);
}
