// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Connections through a proxy. SOCKS is GIO's; CONNECT is made here, before libsoup has the
 * connection: so what a proxy answers can never be taken for the provider's answer, and is bounded
 * in size. */

typedef struct CoexProxy CoexProxy;

/* For a GSocketClient or SoupSession. @proxy is only read; NULL: go straight. Connecting then fails
 * with G_IO_ERROR: PROXY_NEED_AUTH, PROXY_AUTH_FAILED, PROXY_NOT_ALLOWED, or PROXY_FAILED with a
 * text that says what the proxy did. Neither contains user name or password. Free with
 * g_object_unref(). */
GProxyResolver *coex_tunnel_resolver_new(const CoexProxy *proxy);
