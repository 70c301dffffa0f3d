// SPDX-License-Identifier: GPL-2.0-or-later
#include "proxy-info.h"

static PurpleProxyType
proxy_type(const char *scheme)
{
    static const struct {
        const char *scheme;
        PurpleProxyType type;
    } types[] = { { "http", PURPLE_PROXY_HTTP },
                  { "socks4", PURPLE_PROXY_SOCKS4 },
                  { "socks5", PURPLE_PROXY_SOCKS5 },
                  { "tor", PURPLE_PROXY_TOR },
                  { "env", PURPLE_PROXY_USE_ENVVAR } };

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_str_equal(types[i].scheme, scheme))
            return types[i].type;
    }
    return PURPLE_PROXY_NONE;
}

PurpleProxyInfo *
proxy_info_new(const char *text)
{
    PurpleProxyInfo *info = purple_proxy_info_new();
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_HAS_PASSWORD, NULL);

    purple_proxy_info_set_type(info, proxy_type(g_uri_get_scheme(uri)));
    purple_proxy_info_set_host(info, g_uri_get_host(uri));
    purple_proxy_info_set_port(info, MAX(g_uri_get_port(uri), 0));
    purple_proxy_info_set_username(info, g_uri_get_user(uri));
    purple_proxy_info_set_password(info, g_uri_get_password(uri));
    return info;
}
