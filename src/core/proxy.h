// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The way to the provider that the user chose in the chat program: none, or through a proxy. A
 * value; says nothing of how a proxy is spoken to. */

typedef enum {
    COEX_PROXY_NONE,    /* straight, whatever the system's own settings are */
    COEX_PROXY_HTTP,    /* CONNECT; names are resolved there */
    COEX_PROXY_SOCKS4,  /* knows addresses only: names are resolved here */
    COEX_PROXY_SOCKS4A, /* names are resolved there */
    COEX_PROXY_SOCKS5,  /* likewise; also Tor */
} CoexProxyKind;

typedef struct CoexProxy {
    CoexProxyKind kind;
    char *host; /* a name, or an IP address without brackets */
    guint port;
    char *user;               /* NULL: none */
    char *password;           /* secret; NULL: none */
    gboolean spares_loopback; /* what is on this computer is reached without it */
} CoexProxy;

/* NULL for NULL. */
CoexProxy *coex_proxy_copy(const CoexProxy *proxy);
void coex_proxy_clear(CoexProxy *proxy);
void coex_proxy_free(CoexProxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexProxy, coex_proxy_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexProxy, coex_proxy_clear)

/* Whether host and port can be what they should: else there is nothing to reach. TRUE for
 * COEX_PROXY_NONE. */
gboolean coex_proxy_is_complete(const CoexProxy *proxy);

/* Whether @host (a name or an IP address without brackets) is reached through it; NULL: no. */
gboolean coex_proxy_leads_to(const CoexProxy *proxy, const char *host);

/* "proxy.example:1080" or "[::1]:1080", for sentences and addresses. Free with g_free(). */
char *coex_proxy_dup_address(const CoexProxy *proxy);
