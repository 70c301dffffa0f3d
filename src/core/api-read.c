// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/json.h"
#include "core/api-error.h"
#include "core/profile.h"
#include "core/template.h"
#include "core/verifier.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define REQUEST_ID_MAX 80
#define MEDIA_ID_MAX 256
#define NAME_MAX_CHARS 120

void
coex_response_free(CoexResponse *response)
{
    if (!response)
        return;
    g_clear_pointer(&response->body, g_bytes_unref);
    g_free(response->location);
    g_free(response->server);
    g_free(response);
}

void
coex_number_info_clear(CoexNumberInfo *info)
{
    g_clear_pointer(&info->phone_number_id, g_free);
    g_clear_pointer(&info->waba_id, g_free);
    g_clear_pointer(&info->number, g_free);
    g_clear_pointer(&info->name, g_free);
    g_clear_pointer(&info->can_send, g_free);
    g_clear_pointer(&info->health_problem, g_free);
}

void
coex_sent_clear(CoexSent *sent)
{
    g_clear_pointer(&sent->wamid, g_free);
    g_clear_pointer(&sent->wa_id, g_free);
    g_clear_pointer(&sent->user_id, g_free);
    g_clear_pointer(&sent->message_status, g_free);
}

CoexJson *
coex_response_parse(const CoexResponse *response)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(response->body, &length);

    return coex_json_parse(bytes, length, NULL);
}

/* The document of an answer to a read, NULL and @error when it tells an error or is no JSON. */
static CoexJson *
open_answer(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);

    if (!coex_api_error_check(response->status, doc, FALSE, error))
        return NULL;
    if (!doc) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider's answer cannot be read. Check api-url in the account's "
                      "options. (HTTP %u)"),
                    response->status);
        return NULL;
    }
    return g_steal_pointer(&doc);
}

gboolean
coex_api_read_done(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);
    CoexJsonAt root;

    if (!coex_api_error_check(response->status, doc, FALSE, error))
        return FALSE;
    if (!doc)
        return TRUE;
    root = coex_json_root(doc);
    if (g_strcmp0(coex_json_member_text(&root, "success"), "false") != 0)
        return TRUE;
    g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                _("The provider did not do it and gives no reason. Try again later. (HTTP %u)"),
                response->status);
    return FALSE;
}

char *
coex_api_read_sync(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root;
    const char *id;

    if (!coex_api_read_done(response, error))
        return NULL;
    doc = coex_response_parse(response);
    if (doc == NULL)
        return g_strdup("");
    root = coex_json_root(doc);
    id = coex_json_member_text(&root, "request_id");
    return coex_text_excerpt(id != NULL ? id : "", REQUEST_ID_MAX);
}

/* The digits of a number in any notation, NULL when there are none. */
static char *
dup_digits(const char *text)
{
    GString *digits = g_string_new(NULL);

    for (const char *p = text ? text : ""; *p; p++) {
        if (g_ascii_isdigit(*p))
            g_string_append_c(digits, *p);
    }
    return g_string_free(digits, digits->len == 0);
}

typedef struct {
    const char *entity_type;
    const char *id;
    CoexJsonAt errors;
    CoexJsonAt additional_info;
} HealthEntity;

static const CoexJsonField health_entity_fields[] = {
    { "entity_type", COEX_JSON_STRING, G_STRUCT_OFFSET(HealthEntity, entity_type),
      COEX_JSON_OPTIONAL },
    { "id", COEX_JSON_TEXT, G_STRUCT_OFFSET(HealthEntity, id), COEX_JSON_OPTIONAL },
    { "errors", COEX_JSON_ARRAY, G_STRUCT_OFFSET(HealthEntity, errors), COEX_JSON_OPTIONAL },
    { "additional_info", COEX_JSON_ARRAY, G_STRUCT_OFFSET(HealthEntity, additional_info),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* "What is wrong. What helps." of an entity's first error, else its first additional info; NULL. */
static char *
dup_entity_problem(const HealthEntity *entity, gboolean *ret_is_error)
{
    CoexJsonAt error = coex_json_element(&entity->errors, 0);
    const char *description = coex_json_member_text(&error, "error_description");
    const char *solution = coex_json_member_text(&error, "possible_solution");
    CoexJsonAt info = coex_json_element(&entity->additional_info, 0);

    *ret_is_error = description != NULL;
    if (!description)
        return g_strdup(coex_json_text(&info));
    if (!solution)
        return g_strdup(description);
    return g_strconcat(description, " ", solution, NULL);
}

typedef struct {
    const char *can_send_message;
    CoexJsonAt entities;
} Health;

static const CoexJsonField health_fields[] = {
    { "can_send_message", COEX_JSON_STRING, G_STRUCT_OFFSET(Health, can_send_message),
      COEX_JSON_OPTIONAL },
    { "entities", COEX_JSON_ARRAY, G_STRUCT_OFFSET(Health, entities), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* Reads `health_status` (Meta: support/health-status). FALSE when it is not there. */
static gboolean
read_health(const CoexJsonAt *at, CoexNumberInfo *info)
{
    Health health = { 0 };
    gboolean has_error = FALSE;

    if (!coex_json_at_is_object(at) || !coex_json_read(at, health_fields, &health, NULL))
        return FALSE;
    info->can_send = g_strdup(health.can_send_message);
    for (guint i = 0; i < coex_json_length(&health.entities); i++) {
        CoexJsonAt element = coex_json_element(&health.entities, i);
        HealthEntity entity = { 0 };
        gboolean is_error = FALSE;
        char *problem;

        if (!coex_json_read(&element, health_entity_fields, &entity, NULL))
            continue;
        if (!info->phone_number_id && g_strcmp0(entity.entity_type, "PHONE_NUMBER") == 0)
            info->phone_number_id = g_strdup(entity.id);
        if (!info->waba_id && g_strcmp0(entity.entity_type, "WABA") == 0)
            info->waba_id = g_strdup(entity.id);
        problem = dup_entity_problem(&entity, &is_error);
        if (problem && (!info->health_problem || (is_error && !has_error))) {
            g_free(info->health_problem);
            info->health_problem = g_steal_pointer(&problem);
        }
        has_error |= is_error;
        g_free(problem);
    }
    return TRUE;
}

typedef struct {
    const char *id;
    const char *display_phone_number;
    const char *verified_name;
    gboolean is_on_biz_app;
    CoexJsonAt health;
} NumberFields;

static const CoexJsonField number_fields[] = {
    { "id", COEX_JSON_TEXT, G_STRUCT_OFFSET(NumberFields, id), COEX_JSON_OPTIONAL },
    { "display_phone_number", COEX_JSON_TEXT, G_STRUCT_OFFSET(NumberFields, display_phone_number),
      COEX_JSON_OPTIONAL },
    { "verified_name", COEX_JSON_TEXT, G_STRUCT_OFFSET(NumberFields, verified_name),
      COEX_JSON_OPTIONAL },
    { "is_on_biz_app", COEX_JSON_BOOL, G_STRUCT_OFFSET(NumberFields, is_on_biz_app),
      COEX_JSON_OPTIONAL },
    { "health_status", COEX_JSON_OBJECT, G_STRUCT_OFFSET(NumberFields, health),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

gboolean
coex_api_read_login(const CoexResponse *response, CoexNumberInfo *ret_info, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    NumberFields number = { .is_on_biz_app = -1 };
    CoexNumberInfo info = { 0 };
    CoexJsonAt root;
    gboolean has_health;

    if (!doc)
        return FALSE;
    root = coex_json_root(doc);
    if (!coex_json_read(&root, number_fields, &number, error))
        return FALSE;
    has_health = read_health(&number.health, &info);
    if (!has_health && !number.id) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider's answer says nothing about the number. Check api-url in the "
                      "account's options. (HTTP %u)"),
                    response->status);
        return FALSE;
    }
    if (!info.phone_number_id)
        info.phone_number_id = g_strdup(number.id);
    info.number = dup_digits(number.display_phone_number);
    info.name =
        number.verified_name ? coex_text_excerpt(number.verified_name, NAME_MAX_CHARS) : NULL;
    info.on_business_app = number.is_on_biz_app;
    *ret_info = info;
    return TRUE;
}

typedef struct {
    gboolean is_valid;
    CoexJsonAt error;
    CoexJsonAt granular_scopes;
} TokenData;

static const CoexJsonField token_data_fields[] = {
    { "is_valid", COEX_JSON_BOOL, G_STRUCT_OFFSET(TokenData, is_valid), COEX_JSON_OPTIONAL },
    { "error", COEX_JSON_OBJECT, G_STRUCT_OFFSET(TokenData, error), COEX_JSON_OPTIONAL },
    { "granular_scopes", COEX_JSON_ARRAY, G_STRUCT_OFFSET(TokenData, granular_scopes),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

#define WABAS_MAX 100 /* of one token; each costs a request */

static void
add_targets(const CoexJsonAt *scope, GPtrArray *ids)
{
    CoexJsonAt targets = coex_json_member(scope, "target_ids");
    const char *name = coex_json_member_text(scope, "scope");

    /* business_management names businesses, not WhatsApp accounts. */
    if (!name || !g_str_has_prefix(name, "whatsapp_business_"))
        return;
    for (guint i = 0; i < coex_json_length(&targets) && ids->len < WABAS_MAX; i++) {
        CoexJsonAt target = coex_json_element(&targets, i);
        const char *id = coex_json_text(&target);

        if (id && !g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
            g_ptr_array_add(ids, g_strdup(id));
    }
}

char **
coex_api_read_wabas(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    TokenData token = { .is_valid = TRUE };
    CoexJsonAt root, data;

    if (!doc)
        return NULL;
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    if (!coex_json_read(&data, token_data_fields, &token, error))
        return NULL;
    if (!token.is_valid) {
        coex_error_set_graph(error, 190, coex_json_member_text(&token.error, "message"), NULL,
                             FALSE);
        return NULL;
    }
    for (guint i = 0; i < coex_json_length(&token.granular_scopes); i++) {
        CoexJsonAt scope = coex_json_element(&token.granular_scopes, i);

        add_targets(&scope, ids);
    }
    g_ptr_array_add(ids, NULL);
    return (char **)g_ptr_array_steal(ids, NULL);
}

char *
coex_api_read_number_id(const CoexResponse *response, const char *number, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    g_autofree char *wanted = dup_digits(number);
    CoexJsonAt root, data;

    if (!doc)
        return NULL;
    root = coex_json_root(doc);
    data = coex_json_member(&root, "data");
    for (guint i = 0; i < coex_json_length(&data); i++) {
        CoexJsonAt element = coex_json_element(&data, i);
        NumberFields fields = { 0 };
        g_autofree char *digits = NULL;

        if (!coex_json_read(&element, number_fields, &fields, error))
            return NULL;
        digits = dup_digits(fields.display_phone_number);
        if (digits && g_strcmp0(digits, wanted) == 0)
            return g_strdup(fields.id);
    }
    return NULL;
}

gboolean
coex_api_read_sent(const CoexResponse *response, CoexSent *ret_sent, GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);
    CoexJsonAt root, list, message, contact;
    const char *wamid;

    if (!coex_api_error_check(response->status, doc, TRUE, error))
        return FALSE;
    root = doc ? coex_json_root(doc) : (CoexJsonAt){ 0 };
    list = coex_json_member(&root, "messages");
    message = coex_json_element(&list, 0);
    wamid = coex_json_member_text(&message, "id");
    if (!wamid || !*wamid) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_UNCERTAIN,
                    _("The provider's answer cannot be read, so it is open whether the message "
                      "went. Look at the phone before you send it again. (HTTP %u)"),
                    response->status);
        return FALSE;
    }
    list = coex_json_member(&root, "contacts");
    contact = coex_json_element(&list, 0);
    *ret_sent = (CoexSent){
        .wamid = g_strdup(wamid),
        .wa_id = g_strdup(coex_json_member_text(&contact, "wa_id")),
        .user_id = g_strdup(coex_json_member_text(&contact, "user_id")),
        .message_status = g_strdup(coex_json_member_text(&message, "message_status")),
    };
    return TRUE;
}

typedef struct {
    CoexJsonAt paging;
    gint64 offset;
    gint64 total;
} TemplatePage;

static const CoexJsonField template_page_fields[] = {
    { "paging", COEX_JSON_OBJECT, G_STRUCT_OFFSET(TemplatePage, paging), COEX_JSON_OPTIONAL },
    { "offset", COEX_JSON_INT, G_STRUCT_OFFSET(TemplatePage, offset), COEX_JSON_OPTIONAL },
    { "total", COEX_JSON_INT, G_STRUCT_OFFSET(TemplatePage, total), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* The cursor of the page after this one; never a URL that the answer names. */
static char *
dup_next_cursor(const CoexBackend *backend, const TemplatePage *page, guint n_read)
{
    CoexJsonAt cursors;

    if (!backend->pages_by_offset) {
        if (!coex_json_member_text(&page->paging, "next"))
            return NULL;
        cursors = coex_json_member(&page->paging, "cursors");
        return g_strdup(coex_json_member_text(&cursors, "after"));
    }
    if (n_read == 0 || page->offset < 0 || page->offset > G_MAXINT ||
        page->offset + n_read >= page->total)
        return NULL;
    return g_strdup_printf("%" G_GINT64_FORMAT, page->offset + n_read);
}

gboolean
coex_api_read_templates(const CoexEndpoint *endpoint, const CoexResponse *response,
                        GPtrArray *templates, char **ret_cursor, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    TemplatePage page = { 0 };
    CoexJsonAt root, list;

    if (!doc)
        return FALSE;
    root = coex_json_root(doc);
    if (!coex_json_read(&root, template_page_fields, &page, error))
        return FALSE;
    list = coex_json_member(&root, endpoint->backend->templates_key);
    if (!coex_json_at_is_array(&list)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider's answer holds no list of templates. (HTTP %u)"),
                    response->status);
        return FALSE;
    }
    for (guint i = 0; i < coex_json_length(&list); i++) {
        CoexJsonAt definition = coex_json_element(&list, i);
        CoexTemplate *template_ = coex_template_parse(&definition, NULL);

        if (template_)
            g_ptr_array_add(templates, template_);
    }
    *ret_cursor = dup_next_cursor(endpoint->backend, &page, coex_json_length(&list));
    return TRUE;
}

void
coex_webhook_clear(CoexWebhook *webhook)
{
    g_clear_pointer(&webhook->url, g_free);
    g_clear_pointer(&webhook->headers, g_strfreev);
}

/* The members of `headers` as lines (360dialog: messaging/webhook); NULL when it is not there. */
static char **
dup_headers(const CoexJsonAt *headers)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    const char **names;

    if (!coex_json_at_is_object(headers))
        return NULL;
    names = coex_json_keys(headers);
    for (guint i = 0; names[i]; i++) {
        const char *value = coex_json_member_text(headers, names[i]);

        g_ptr_array_add(lines, g_strconcat(names[i], ": ", value ? value : "", NULL));
    }
    g_free(names);
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_steal(lines, NULL);
}

gboolean
coex_api_read_webhook(const CoexEndpoint *endpoint, const CoexResponse *response,
                      CoexWebhook *ret_webhook, GError **error)
{
    /* The nearest wins (Meta: webhooks/override): whoever gets the deliveries now would lose them.
     */
    static const char *const levels[] = { "phone_number", "whatsapp_business_account",
                                          "application" };
    g_autoptr(CoexJson) doc = open_answer(response, error);
    CoexJsonAt root, webhooks, headers;
    const char *url = NULL;

    if (!doc)
        return FALSE;
    root = coex_json_root(doc);
    headers = coex_json_member(&root, "headers");
    if (endpoint->backend->webhook_is_flat)
        url = coex_json_member_text(&root, "url");
    webhooks = coex_json_member(&root, "webhook_configuration");
    for (guint i = 0; i < G_N_ELEMENTS(levels) && (!url || !*url); i++)
        url = coex_json_member_text(&webhooks, levels[i]);
    ret_webhook->url = g_strdup(url ? url : "");
    ret_webhook->headers =
        endpoint->backend->proof == COEX_PROOF_HEADER ? dup_headers(&headers) : NULL;
    return TRUE;
}

char *
coex_api_read_upload(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    CoexJsonAt root;
    const char *id;

    if (!doc)
        return NULL;
    root = coex_json_root(doc);
    id = coex_json_member_text(&root, "id");
    if (!id || !*id)
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_RETRY,
                            _("The provider took the file and told no id. Try again in a moment."));
    else if (strpbrk(id, " \t\r\n") != NULL || strlen(id) > MEDIA_ID_MAX) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                            _("The provider took the file, and what it told is no id."));
        return NULL;
    }
    return id && *id ? g_strdup(id) : NULL;
}

void
coex_media_link_clear(CoexMediaLink *link)
{
    g_clear_pointer(&link->url, g_free);
    g_clear_pointer(&link->mime, g_free);
    g_clear_pointer(&link->sha256, g_free);
}

typedef struct {
    const char *url;
    const char *mime;
    const char *sha256;
    gint64 size;
} MediaLink;

static const CoexJsonField media_link_fields[] = {
    { "url", COEX_JSON_STRING, G_STRUCT_OFFSET(MediaLink, url), COEX_JSON_OPTIONAL },
    { "mime_type", COEX_JSON_STRING, G_STRUCT_OFFSET(MediaLink, mime), COEX_JSON_OPTIONAL },
    { "sha256", COEX_JSON_STRING, G_STRUCT_OFFSET(MediaLink, sha256), COEX_JSON_OPTIONAL },
    { "file_size", COEX_JSON_INT, G_STRUCT_OFFSET(MediaLink, size), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

gboolean
coex_api_read_media(const CoexResponse *response, CoexMediaLink *ret_link, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    MediaLink link = { .size = -1 };
    CoexJsonAt root;

    if (!doc)
        return FALSE;
    root = coex_json_root(doc);
    coex_json_read(&root, media_link_fields, &link, NULL);
    if (!link.url || !*link.url) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider did not say where the file is. (HTTP %u)"), response->status);
        return FALSE;
    }
    ret_link->url = g_strdup(link.url);
    ret_link->mime = g_strdup(link.mime);
    ret_link->sha256 = g_strdup(link.sha256);
    ret_link->size = link.size >= 0 ? link.size : -1;
    return TRUE;
}

gboolean
coex_api_is_gone(const CoexResponse *response, const GError *error)
{
    int code = coex_error_get_graph_code(error);

    /* Without the subcode the same code is a bad parameter, unless the words say it. */
    return response->status == 404 || response->status == 410 || code == COEX_GRAPH_NO_OBJECT ||
           (code == 100 && strstr(error->message, "does not exist") != NULL);
}

static char *
dup_member(const CoexJsonAt *object, const char *name)
{
    const char *text = coex_json_member_text(object, name);

    return g_strdup(text ? text : "");
}

static char **
dup_websites(const CoexJsonAt *profile)
{
    CoexJsonAt list = coex_json_member(profile, "websites");
    g_autoptr(GStrvBuilder) websites = g_strv_builder_new();
    guint n = 0;

    for (guint i = 0; i < coex_json_length(&list) && n < COEX_PROFILE_WEBSITES_MAX; i++) {
        CoexJsonAt element = coex_json_element(&list, i);
        const char *website = coex_json_text(&element);

        if (!website || !*website)
            continue;
        g_strv_builder_add(websites, website);
        n++;
    }
    return g_strv_builder_end(websites);
}

CoexProfile *
coex_api_read_profile(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = open_answer(response, error);
    CoexJsonAt root, list, at;
    CoexProfile *profile;

    if (!doc)
        return NULL;
    root = coex_json_root(doc);
    list = coex_json_member(&root, "data");
    if (!coex_json_at_is_array(&list)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider's answer holds no profile. (HTTP %u)"), response->status);
        return NULL;
    }
    at = coex_json_element(&list, 0);
    profile = g_new(CoexProfile, 1);
    *profile = (CoexProfile){
        .about = dup_member(&at, "about"),
        .address = dup_member(&at, "address"),
        .description = dup_member(&at, "description"),
        .email = dup_member(&at, "email"),
        .vertical = dup_member(&at, "vertical"),
        .picture_url = dup_member(&at, "profile_picture_url"),
        .websites = dup_websites(&at),
    };
    return profile;
}
