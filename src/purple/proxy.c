// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/proxy.h"

#include "core/error.h"
#include "core/proxy.h"
#include "core/words.h"

/* BitlBee sets it for its "socks4a", and other chat programs for "remote DNS with SOCKS 4". */
#define REMOTE_NAMES_PREF "/purple/proxy/socks4_remotedns"

static CoexProxyKind
get_kind(PurpleProxyType type)
{
    switch (type) {
    case PURPLE_PROXY_USE_GLOBAL:
    case PURPLE_PROXY_NONE:
        return COEX_PROXY_NONE;
    case PURPLE_PROXY_HTTP:
    case PURPLE_PROXY_USE_ENVVAR: /* which knows http_proxy only */
        return COEX_PROXY_HTTP;
    case PURPLE_PROXY_SOCKS4:
        return purple_prefs_exists(REMOTE_NAMES_PREF) && purple_prefs_get_bool(REMOTE_NAMES_PREF)
                   ? COEX_PROXY_SOCKS4A
                   : COEX_PROXY_SOCKS4;
    case PURPLE_PROXY_SOCKS5:
    case PURPLE_PROXY_TOR:
        return COEX_PROXY_SOCKS5;
    }
    return COEX_PROXY_NONE;
}

/* Chosen for this account, and not for everything that the computer does. */
static gboolean
is_own(PurpleAccount *account)
{
    PurpleProxyInfo *own = purple_account_get_proxy_info(account);

    if (own == NULL)
        return FALSE;
    return purple_proxy_info_get_type(own) != PURPLE_PROXY_USE_GLOBAL &&
           purple_proxy_info_get_type(own) != PURPLE_PROXY_USE_ENVVAR;
}

/* NULL for "", too. */
static char *
dup_part(const char *text)
{
    return text != NULL && *text != '\0' ? g_strdup(text) : NULL;
}

/* Forms take it with blanks around, and an IPv6 address in brackets. */
static char *
dup_host(const char *text)
{
    g_autofree char *host = g_strstrip(g_strdup(text != NULL ? text : ""));
    gsize length = strlen(host);

    if (length > 2 && host[0] == '[' && host[length - 1] == ']')
        return g_strndup(host + 1, length - 2);
    return g_steal_pointer(&host);
}

gboolean
coex_proxy_read(PurpleAccount *account, CoexProxy *ret_proxy, GError **error)
{
    PurpleProxyInfo *info = purple_proxy_get_setup(account);

    *ret_proxy = (CoexProxy){ .kind = COEX_PROXY_NONE };
    if (info == NULL)
        return TRUE;
    ret_proxy->kind = get_kind(purple_proxy_info_get_type(info));
    if (ret_proxy->kind == COEX_PROXY_NONE)
        return TRUE;
    ret_proxy->host = dup_host(purple_proxy_info_get_host(info));
    ret_proxy->port = (guint)MAX(purple_proxy_info_get_port(info), 0);
    ret_proxy->user = dup_part(purple_proxy_info_get_username(info));
    ret_proxy->password = dup_part(purple_proxy_info_get_password(info));
    ret_proxy->spares_loopback = !is_own(account);
    if (coex_proxy_is_complete(ret_proxy))
        return TRUE;
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT,
        is_own(account)
            ? _("A proxy is switched on for this account, and its host or port is missing "
                "or wrong (%s:%u). Correct it in the account's proxy settings.")
            : _("A proxy is switched on for this account, and its host or port is missing "
                "or wrong (%s:%u). Correct it in the proxy settings of the chat program."),
        ret_proxy->host, ret_proxy->port);
    return FALSE;
}
