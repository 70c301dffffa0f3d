// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/proxy.h"

#include "core/api.h"
#include <string.h>

CoexProxy *
coex_proxy_copy(const CoexProxy *proxy)
{
    CoexProxy *copy;

    if (proxy == NULL)
        return NULL;
    copy = g_new(CoexProxy, 1);
    *copy = *proxy;
    copy->host = g_strdup(proxy->host);
    copy->user = g_strdup(proxy->user);
    copy->password = g_strdup(proxy->password);
    return copy;
}

void
coex_proxy_clear(CoexProxy *proxy)
{
    g_clear_pointer(&proxy->host, g_free);
    g_clear_pointer(&proxy->user, g_free);
    g_clear_pointer(&proxy->password, g_free);
    proxy->kind = COEX_PROXY_NONE;
}

void
coex_proxy_free(CoexProxy *proxy)
{
    if (proxy == NULL)
        return;
    coex_proxy_clear(proxy);
    g_free(proxy);
}

gboolean
coex_proxy_is_complete(const CoexProxy *proxy)
{
    if (proxy->kind == COEX_PROXY_NONE)
        return TRUE;
    if (proxy->host == NULL || *proxy->host == '\0' || proxy->port == 0 ||
        proxy->port > G_MAXUINT16)
        return FALSE;
    if (g_hostname_is_ip_address(proxy->host))
        return TRUE;
    for (const char *at = proxy->host; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at) || strchr(" /:@?#[]%\\", *at) != NULL)
            return FALSE;
    }
    return g_utf8_validate(proxy->host, -1, NULL);
}

gboolean
coex_proxy_leads_to(const CoexProxy *proxy, const char *host)
{
    if (proxy == NULL || proxy->kind == COEX_PROXY_NONE)
        return FALSE;
    return !proxy->spares_loopback || !coex_api_is_loopback(host);
}

char *
coex_proxy_dup_address(const CoexProxy *proxy)
{
    gboolean is_ipv6 = strchr(proxy->host, ':') != NULL;

    return g_strdup_printf(is_ipv6 ? "[%s]:%u" : "%s:%u", proxy->host, proxy->port);
}
