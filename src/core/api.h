// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Cloud API operations as values: a request is built from an operation, a result is read from a
 * response. Hides paths, bodies, paging and error shapes of both providers (Meta:
 * about-the-platform). No I/O. Each builder returns a request to free with coex_request_free().
 * Readers fill their `ret_` values on success only. */

typedef struct CoexBackend CoexBackend;
typedef struct CoexJson CoexJson;
typedef struct CoexMedia CoexMedia;
typedef struct CoexPayload CoexPayload;
typedef struct CoexPeer CoexPeer;
typedef struct CoexProfile CoexProfile;
typedef struct CoexTemplate CoexTemplate;

typedef struct CoexRequest {
    const char *method; /* static */
    char *url;          /* absolute; its query may hold the key: log coex_request_dup_label() */
    char *auth_header;  /* name */
    char *auth_value;   /* secret: never log */
    char *content_type; /* NULL without body */
    GBytes *body;       /* NULL */
    gboolean is_send;   /* an unanswered one is uncertain; others may simply be repeated */
} CoexRequest;

void coex_request_free(CoexRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexRequest, coex_request_free)

/* Method and path without host and query, for logs: no secret in it. Free with g_free(). */
char *coex_request_dup_label(const CoexRequest *request);

typedef struct CoexResponse {
    guint status;
    GBytes *body;         /* never NULL; bounded by the HTTP layer */
    gint64 date;          /* of the Date header, seconds since 1970; 0 */
    gint64 retry_after_s; /* 0 */
    char *location;       /* where a redirect leads, NULL */
    char *server;         /* what answered, as it calls itself, NULL */
} CoexResponse;

void coex_response_free(CoexResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexResponse, coex_response_free)
/* Its body; NULL: that is no JSON. Free with coex_json_free(). */
CoexJson *coex_response_parse(const CoexResponse *response);

/* Where and as whom to call. Owned strings; `base_url` "" means the backend's, else it went through
 * coex_api_check_base_url(). */
typedef struct CoexEndpoint {
    const CoexBackend *backend;
    char *base_url;
    char *key; /* API key or access token; white space that came with pasting is left out */
    char *phone_number_id;
    char *waba_id;
    char *app_secret; /* Meta, may be "": proves deliveries, never sent */
} CoexEndpoint;

void coex_endpoint_clear(CoexEndpoint *endpoint);
/* The key as a header carries it: a secret. Free with g_free(). */
char *coex_endpoint_dup_key(const CoexEndpoint *endpoint);

/* Whether @host is this computer: 127/8, ::1, localhost. */
gboolean coex_api_is_loopback(const char *host);

/* Checks an address that was configured as @option, for which @example stands: as the next one. */
char *coex_api_check_url(const char *url, const char *option, const char *example, GError **error);

/* Checks a configured base URL: https, or http to a loopback address only (127/8, ::1, localhost);
 * no user, query or fragment; trailing slash removed. NULL and COEX_ERROR_INVALID_INPUT naming
 * `api-url`. "" gives "". Free with g_free(). */
char *coex_api_check_base_url(const char *url, GError **error);

/* GET of @path behind base and version, `{number}` and `{waba}` in it filled in. */
CoexRequest *coex_api_get(const CoexEndpoint *endpoint, const char *path);

/* Login check. Meta: the number's fields (needs phone_number_id); 360dialog: GET /health_status. */
CoexRequest *coex_api_check_login(const CoexEndpoint *endpoint);

typedef struct {
    char *phone_number_id; /* NULL if not told */
    char *waba_id;         /* NULL */
    char *number;          /* digits of display_phone_number, NULL */
    char *name;            /* verified_name, under which customers see the business; NULL */
    int on_business_app;   /* is_on_biz_app: 1, 0, -1 not told */
    char *can_send;        /* health: AVAILABLE, LIMITED, BLOCKED, NULL */
    char *health_problem;  /* first error or additional info, NULL */
} CoexNumberInfo;

void coex_number_info_clear(CoexNumberInfo *info);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexNumberInfo, coex_number_info_clear)
gboolean coex_api_read_login(const CoexResponse *response, CoexNumberInfo *ret_info,
                             GError **error);

/* What is told of the number beside that, for coex_number_state_read(); 360dialog tells its health
 * alone. */
CoexRequest *coex_api_ask_number(const CoexEndpoint *endpoint);

/* Meta: the ids behind a token, in two steps: the WABAs (debug_token with the token itself:
 * granular_scopes target_ids), then a WABA's numbers. The first one's URL holds the token. */
CoexRequest *coex_api_find_wabas(const CoexEndpoint *endpoint);

/* Array of WABA ids, NULL-terminated, empty when the token is not bound to any; COEX_ERROR_AUTH for
 * a token that is not valid. Free with g_strfreev(). */
char **coex_api_read_wabas(const CoexResponse *response, GError **error);
CoexRequest *coex_api_list_numbers(const CoexEndpoint *endpoint, const char *waba_id);

/* The phone_number_id whose display number has the digits @number; NULL without error when it is
 * not there. Free with g_free(). */
char *coex_api_read_number_id(const CoexResponse *response, const char *number, GError **error);

/* Free text; `to` = "+digits" when a number is known, else `recipient` = BSUID; @context: wamid of
 * the message that it quotes, NULL: none (Meta: messages/contextual-replies); @local_id goes into
 * biz_opaque_callback_data (at most 512 characters; NULL: none). @to must be addressable. */
CoexRequest *coex_api_send_text(const CoexEndpoint *endpoint, const CoexPeer *to, const char *text,
                                const char *context, const char *local_id);

/* A template without obstacle; @values and @media as for coex_template_write(). */
CoexRequest *coex_api_send_template(const CoexEndpoint *endpoint, const CoexPeer *to,
                                    const CoexTemplate *template_, const char *const *values,
                                    const CoexMedia *const *media, const char *local_id);

/* A file that was uploaded: @media's id, its kind, and what goes with that (Meta: messages/image,
 * video, audio, document, sticker). @context and @local_id as above. */
CoexRequest *coex_api_send_media(const CoexEndpoint *endpoint, const CoexPeer *to,
                                 const CoexMedia *media, const char *context, const char *local_id);

/* What else can be sent (core/payload.h). A mark names what it is on by itself: there @context is
 * left out. NULL: @payload is not what it was made as. */
CoexRequest *coex_api_send_payload(const CoexEndpoint *endpoint, const CoexPeer *to,
                                   const CoexPayload *payload, const char *context,
                                   const char *local_id);

typedef struct CoexSent {
    char *wamid;
    char *wa_id;          /* NULL if not told */
    char *user_id;        /* NULL */
    char *message_status; /* "held_for_quality_assessment", "paused", NULL … */
} CoexSent;

void coex_sent_clear(CoexSent *sent);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexSent, coex_sent_clear)

/* 2xx with a wamid: TRUE. An error object: its CoexError. Anything else after the request was
 * written (5xx without an error object or with an unlisted code, unreadable 2xx):
 * COEX_ERROR_UNCERTAIN. */
gboolean coex_api_read_sent(const CoexResponse *response, CoexSent *ret_sent, GError **error);

/* Marks a customer's message and all before it read (Meta: messages/mark-message-as-read). */
CoexRequest *coex_api_mark_read(const CoexEndpoint *endpoint, const char *wamid);

/* The same, and shows for 25 seconds that somebody types, unless the answer comes before (Meta:
 * typing-indicators). */
CoexRequest *coex_api_show_typing(const CoexEndpoint *endpoint, const char *wamid);

/* Any answer without a result of its own: TRUE on success. An error is found in all shapes of both
 * providers (Meta: support/error-codes); the HTTP status beats inner numbers; COEX_ERROR_RETRY
 * stands for 5xx. */
gboolean coex_api_read_done(const CoexResponse *response, GError **error);

/* One page of the catalogue; @cursor NULL for the first, else what the page before gave. */
CoexRequest *coex_api_list_templates(const CoexEndpoint *endpoint, const char *cursor);

/* Appends to @templates (of CoexTemplate) those that can be read; @ret_cursor NULL after the last
 * page, else g_free(). The caller bounds the number of pages. */
gboolean coex_api_read_templates(const CoexEndpoint *endpoint, const CoexResponse *response,
                                 GPtrArray *templates, char **ret_cursor, GError **error);

/* Where the number's webhooks go now (Meta: by override of the number, else of the WABA, else the
 * app's own address; 360dialog: /v1/configs/webhook). */
CoexRequest *coex_api_get_webhook(const CoexEndpoint *endpoint);

typedef struct {
    char *url;      /* "" when none is set */
    char **headers; /* "Name: value" of what each delivery carries, secrets: never log; NULL where
                       the provider does not tell them */
} CoexWebhook;

void coex_webhook_clear(CoexWebhook *webhook);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexWebhook, coex_webhook_clear)

gboolean coex_api_read_webhook(const CoexEndpoint *endpoint, const CoexResponse *response,
                               CoexWebhook *ret_webhook, GError **error);

/* @verify_token for Meta; @header "Name: value" for 360dialog; the other one is not used. */
CoexRequest *coex_api_set_webhook(const CoexEndpoint *endpoint, const char *url,
                                  const char *verify_token, const char *header);

/* Puts the person on the number's block list, or takes the person off it; @to must be addressable
 * (Meta: block-users). The answer is read by coex_api_read_block(). */
CoexRequest *coex_api_block(const CoexEndpoint *endpoint, const CoexPeer *to, gboolean block);
/* One page of that list; @cursor NULL for the first, else what coex_api_read_blocked() gave. */
CoexRequest *coex_api_list_blocked(const CoexEndpoint *endpoint, const char *cursor);

/* Asks for what the phone has, @type "smb_app_state_sync" or "history": it comes by webhook (Meta:
 * embedded-signup/onboarding-business-app-users). The backend must have a `sync_path`. */
CoexRequest *coex_api_ask_sync(const CoexEndpoint *endpoint, const char *type);
/* What the provider's support knows the request by, "" if not told. Free with g_free(). */
char *coex_api_read_sync(const CoexResponse *response, GError **error);

/* What customers see of the business (Meta: business-phone-numbers/business-profiles). */
CoexRequest *coex_api_get_profile(const CoexEndpoint *endpoint);
/* Changes parts of it: names and new values in turn, as coex_profile_check() gives them, which ends
 * with NULL. */
CoexRequest *coex_api_set_profile(const CoexEndpoint *endpoint, const char *const *changes);
/* Free with coex_profile_free(). NULL on error. */
CoexProfile *coex_api_read_profile(const CoexResponse *response, GError **error);
/* Fetches the picture that the profile names, or, where @from led to @url, that; NULL @from:
 * nothing did. Without the key, over https and from a host of Meta's or the provider's; from this
 * computer only where `api-url` is on it. NULL and COEX_ERROR_PROTOCOL for any other address. */
CoexRequest *coex_api_fetch_picture(const CoexEndpoint *endpoint, const char *from, const char *url,
                                    GError **error);

/* Uploads a file of type @mime (Meta: business-phone-numbers/media); the id lives 30 days. The
 * body, which the request lacks, is @ret_head, the file's bytes and @ret_tail; none of those holds
 * @boundary, which is ASCII without a blank. */
CoexRequest *coex_api_upload_media(const CoexEndpoint *endpoint, const char *mime,
                                   const char *boundary, GBytes **ret_head, GBytes **ret_tail);
/* The id; NULL on error. Free with g_free(). */
char *coex_api_read_upload(const CoexResponse *response, GError **error);

/* Asks where a file is (Meta: business-phone-numbers/media): the answer holds for 5 minutes. */
CoexRequest *coex_api_find_media(const CoexEndpoint *endpoint, const char *media_id);

typedef struct {
    char *url;    /* never NULL */
    char *mime;   /* NULL if not told */
    char *sha256; /* base64 or hex, NULL */
    gint64 size;  /* bytes, -1 if not told */
} CoexMediaLink;

void coex_media_link_clear(CoexMediaLink *link);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexMediaLink, coex_media_link_clear)

/* COEX_ERROR_PROTOCOL with Graph's code 100 or HTTP 404: coex_api_is_gone(). */
gboolean coex_api_read_media(const CoexResponse *response, CoexMediaLink *ret_link, GError **error);
/* Whether an answer to coex_api_find_media() says that there is no such file any more. */
gboolean coex_api_is_gone(const CoexResponse *response, const GError *error);

/* Fetches what a link names, with the key: only from the provider's own hosts over https, through
 * its gateway where it has one; from this computer only where `api-url` is on it. NULL and
 * COEX_ERROR_PROTOCOL for any other address. */
CoexRequest *coex_api_fetch_media(const CoexEndpoint *endpoint, const char *url, GError **error);
/* Goes where the answer to a request for @url redirects to, by the same rule and without the key.
 */
CoexRequest *coex_api_follow_media(const CoexEndpoint *endpoint, const char *url,
                                   const char *location, GError **error);
