// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/backend.h"
#include "core/words.h"

static const char *const hosts_360dialog[] = { "360dialog.io", NULL };
static const char *const hosts_meta[] = { "fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net",
                                          NULL };

#define PROFILE "/whatsapp_business_profile"
#define FIELDS "?fields=about,address,description,email,profile_picture_url,websites,vertical"

/* 360dialog: messaging-api/api-reference, messaging/media */
static const CoexBackend backend_360dialog = {
    .id = "360dialog",
    .label = "360dialog",
    .base_url = "https://waba-v2.360dialog.io",
    .version_path = "",
    .auth_header = "D360-API-KEY",
    .auth_prefix = "",
    .password_missing = N_("The password is missing: it is the API key from 360dialog."),
    .learns_number_id = TRUE,
    .has_inbox = TRUE,
    .has_challenge = FALSE,
    .proof = COEX_PROOF_HEADER,
    .secret_option = "webhook-header",
    .messages_path = "/messages",
    .login_path = "/health_status",
    .number_path = "/health_status",
    .templates_path = "/v1/configs/templates?limit=1000",
    .page_key = "offset",
    .first_page = "0",
    .templates_key = "waba_templates",
    .pages_by_offset = TRUE,
    .webhook_path = "/v1/configs/webhook",
    .webhook_set_path = "/v1/configs/webhook",
    .webhook_is_flat = TRUE,
    .profile_path = PROFILE FIELDS,
    .profile_set_path = PROFILE,
    .upload_path = "/media",
    .blocked_path = "/block_users",
    .media_query = "",
    .media_hosts = hosts_360dialog,
    .picture_hosts = hosts_meta,
    .media_through_gateway = TRUE,
    .media_failures_max = 20,
};

/* Meta: about-the-platform, business-phone-numbers/media */
static const CoexBackend backend_meta = {
    .id = "meta",
    .label = "Meta Cloud API",
    .base_url = "https://graph.facebook.com",
    .version_path = "/v26.0",
    .auth_header = "Authorization",
    .auth_prefix = "Bearer ",
    .password_missing = N_("The password is missing: it is the access token from Meta Cloud API."),
    .key_prefix = "EAA",
    .finds_ids = TRUE,
    .needs_number_id = TRUE,
    .needs_waba = TRUE,
    .tells_number = TRUE,
    .has_challenge = TRUE,
    .proof = COEX_PROOF_SIGNATURE,
    .secret_option = "app-secret",
    .messages_path = "/{number}/messages",
    .login_path = "/{number}?fields=id,display_phone_number,verified_name,is_on_biz_app,"
                  "health_status",
    .number_path = "/{number}?fields=verified_name,name_status,quality_rating,status,throughput,"
                   "whatsapp_business_manager_messaging_limit,is_on_biz_app,health_status",
    .templates_path = "/{waba}/message_templates?fields=id,name,language,status,category,"
                      "parameter_format,components&limit=100",
    .page_key = "after",
    .first_page = NULL,
    .templates_key = "data",
    .webhook_path = "/{number}?fields=webhook_configuration",
    .webhook_set_path = "/{number}",
    .sync_path = "/{number}/smb_app_data",
    .profile_path = "/{number}" PROFILE FIELDS,
    .profile_set_path = "/{number}" PROFILE,
    .upload_path = "/{number}/media",
    .blocked_path = "/{number}/block_users",
    .media_query = "?phone_number_id={number}",
    .media_hosts = hosts_meta,
    .picture_hosts = hosts_meta,
};

static const CoexBackend *const backends[] = { &backend_360dialog, &backend_meta, NULL };

const CoexBackend *
coex_backend_lookup(const char *id)
{
    for (const CoexBackend *const *backend = backends; *backend; backend++) {
        if (g_strcmp0((*backend)->id, id) == 0)
            return *backend;
    }
    return NULL;
}

const CoexBackend *const *
coex_backend_list(void)
{
    return backends;
}
