// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/options.h"

#include "account/account.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/inbox.h"
#include "core/relay.h"
#include "core/words.h"
#include "net/address.h"
#include "session/config.h"
#include <string.h>

char *
coex_option_dup(const char *value, const char *if_empty)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(value != NULL ? value : ""));

    return *trimmed != '\0' ? g_steal_pointer(&trimmed) : g_strdup(if_empty);
}

void
coex_options_take(CoexAccount *account, const CoexSessionConfig *config)
{
    account->endpoint.backend = config->backend;
    account->endpoint.base_url = coex_option_dup(config->api_url, "");
    account->endpoint.key = coex_option_dup(config->key, "");
    account->endpoint.phone_number_id = coex_option_dup(config->phone_number_id, "");
    account->endpoint.waba_id = coex_option_dup(config->waba_id, "");
    account->endpoint.app_secret = coex_option_dup(config->app_secret, "");
    account->listen = coex_option_dup(config->listen, "off");
    account->webhook_path = coex_option_dup(config->webhook_path, "/webhook");
    account->webhook_header = coex_option_dup(config->webhook_header, "");
    account->verify_token = coex_option_dup(config->verify_token, "");
    account->public_url = coex_option_dup(config->public_url, "");
    account->relay = coex_option_dup(config->relay, "");
    account->relay_key = coex_option_dup(config->relay_key, "");
    account->inbox_url = coex_option_dup(config->inbox_url, "");
    account->inbox_token = coex_option_dup(config->inbox_token, "");
}

void
coex_options_clear(CoexAccount *account)
{
    coex_endpoint_clear(&account->endpoint);
    g_free(account->listen);
    g_free(account->webhook_path);
    g_free(account->webhook_header);
    g_free(account->verify_token);
    g_free(account->public_url);
    g_free(account->relay);
    g_free(account->relay_key);
    g_free(account->inbox_url);
    g_free(account->inbox_token);
}

/* Whether a byte stands inside that no value of its kind has. */
static gboolean
has_odd(const char *value, gboolean takes_blanks)
{
    for (const char *p = value; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p) || (*p == ' ' && !takes_blanks))
            return TRUE;
    return FALSE;
}

static gboolean
check_pasted(const CoexAccount *account, GError **error)
{
    const struct {
        const char *key;
        const char *value;
        gboolean takes_blanks;
    } options[] = {
        { "app-secret", account->endpoint.app_secret, FALSE },
        { "verify-token", account->verify_token, TRUE },
        { "webhook-header", account->webhook_header, TRUE },
        { "phone-number-id", account->endpoint.phone_number_id, FALSE },
        { "waba-id", account->endpoint.waba_id, FALSE },
        { "public-url", account->public_url, FALSE },
        { "relay", account->relay, FALSE },
        { "relay-key", account->relay_key, FALSE },
        { "inbox-url", account->inbox_url, FALSE },
        { "inbox-token", account->inbox_token, FALSE },
        { "listen", account->listen, FALSE },
        { "webhook-path", account->webhook_path, FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (!has_odd(options[i].value, options[i].takes_blanks))
            continue;
        coex_error_say(
            error, COEX_ERROR_INVALID_INPUT,
            options[i].takes_blanks
                ? _("Option {@%s}: there is a line end inside, which cannot be meant. Paste "
                    "or type it again, in one piece.")
                : _("Option {@%s}: there is a blank or a line end inside, which cannot be "
                    "meant. Paste or type it again, in one piece."),
            options[i].key);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_id(const char *key, const char *id, GError **error)
{
    if (id[strspn(id, "0123456789")] == '\0')
        return TRUE;
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT,
        _("Option {@%s}: it takes the digits of an id, as WhatsApp Manager shows it, not “%s”."),
        key, id);
    return FALSE;
}

static gboolean
check_listen(CoexAccount *account, GError **error)
{
    const char *colon = strrchr(account->listen, ':');
    gboolean is_loopback;

    if (g_ascii_strcasecmp(account->listen, "off") == 0) {
        g_free(account->listen);
        account->listen = g_strdup("off");
        return TRUE;
    }
    if (!coex_address_check(account->listen, &is_loopback, error))
        return FALSE;
    if (colon[1 + strspn(colon + 1, "0")] != '\0')
        return TRUE;
    g_set_error(
        error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
        _("Option {@listen}: port 0 would be another one at each login, and no webhook could "
          "be led to it. Choose one, as in 127.0.0.1:8480."));
    return FALSE;
}

static gboolean
check_base_url(CoexAccount *account, GError **error)
{
    char *url = coex_api_check_base_url(account->endpoint.base_url, error);

    if (url == NULL)
        return FALSE;
    g_free(account->endpoint.base_url);
    account->endpoint.base_url = url;
    return TRUE;
}

static gboolean
check_path(CoexAccount *account, GError **error)
{
    g_autofree char *path = g_steal_pointer(&account->webhook_path);

    account->webhook_path = *path == '/' ? g_strdup(path) : g_strconcat("/", path, NULL);
    if (strstr(path, "://") == NULL && strpbrk(path, "?#") == NULL)
        return TRUE;
    g_set_error(
        error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
        _("Option {@webhook-path}: it takes the path alone, as in /webhook, without ? or #. A "
          "whole address belongs into {@public-url}."));
    return FALSE;
}

static gboolean
check_relay(CoexAccount *account, GError **error)
{
    char *url = coex_relay_check_url(account->relay, error);

    if (url == NULL)
        return FALSE;
    g_free(account->relay);
    account->relay = url;
    if (*url == '\0' || *account->relay_key != '\0')
        return TRUE;
    g_set_error(
        error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
        _("Option {@relay-key}: it is empty, and the relay hands out nothing without it. Copy "
          "the desk-key from the relay's configuration."));
    return FALSE;
}

static gboolean
check_inbox(CoexAccount *account, GError **error)
{
    char *url = coex_inbox_check_url(account->inbox_url, error);

    if (url == NULL)
        return FALSE;
    g_free(account->inbox_url);
    account->inbox_url = url;
    if (*url == '\0')
        return TRUE;
    if (!account->endpoint.backend->has_inbox)
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("Option {@inbox-url}: only numbers at 360dialog have an Inbox. Empty it, or "
                      "correct the option {@provider}."));
    else if (*account->inbox_token == '\0')
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("Option {@inbox-token}: it is empty, and the Inbox hands out nothing without "
                      "it. Copy the token of a user of the Inbox, from its admin panel."));
    else
        return TRUE;
    return FALSE;
}

gboolean
coex_options_check(CoexAccount *account, GError **error)
{
    return check_base_url(account, error) && check_pasted(account, error) &&
           check_id("phone-number-id", account->endpoint.phone_number_id, error) &&
           check_id("waba-id", account->endpoint.waba_id, error) && check_listen(account, error) &&
           check_path(account, error) && check_relay(account, error) && check_inbox(account, error);
}

gboolean
coex_options_check_config(const CoexSessionConfig *config, GError **error)
{
    CoexAccount none = { 0 };
    gboolean fits;

    coex_options_take(&none, config);
    fits = coex_options_check(&none, error);
    coex_options_clear(&none);
    return fits;
}
