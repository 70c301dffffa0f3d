// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/set-up.h"

#include "core/backend.h"
#include "purple/host.h"
#include "purple/options.h"
#include "session/config.h"

void
coex_set_up_read(PurpleAccount *account, const char *const *words, CoexSessionConfig *config)
{
    config->backend = coex_backend_lookup(coex_options_get(account, "provider"));
    config->key = words[0];
    config->api_url = coex_options_get(account, "api-url");
    config->phone_number_id = coex_options_get(account, "phone-number-id");
    config->waba_id = coex_options_get(account, "waba-id");
    config->app_secret = coex_options_get_secret(account, words, "app-secret");
    config->verify_token = coex_options_get_secret(account, words, "verify-token");
    config->listen = coex_options_get(account, "listen");
    config->webhook_path = coex_options_get(account, "webhook-path");
    config->webhook_header = coex_options_get_secret(account, words, "webhook-header");
    config->public_url = coex_options_get(account, "public-url");
    config->relay = coex_options_get(account, "relay");
    config->desk_name = coex_options_get(account, "desk-name");
    config->relay_key = coex_options_get_secret(account, words, "relay-key");
    config->inbox_url = coex_options_get(account, "inbox-url");
    config->inbox_token = coex_options_get_secret(account, words, "inbox-token");
    config->verb_mark = coex_host_get_mark()[0];
    config->program = coex_host_get()->label;
}

char *
coex_set_up_dup_database(void)
{
    const char *folder =
        coex_host_get()->temporary_folder ? g_get_user_data_dir() : purple_user_dir();

    return g_build_filename(folder, "coex", "coex.db", NULL);
}
