// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/address.h"

#include "core/error.h"
#include "core/words.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static GSocketAddress *
parse_address(const char *address, GError **error)
{
    const char *colon = strrchr(address, ':');
    g_autofree char *host = NULL;
    GSocketAddress *parsed = NULL;
    gsize length;
    guint64 port;

    if (colon != NULL && g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
        host = g_strndup(address, colon - address);
        length = strlen(host);
        if (g_ascii_strcasecmp(host, "localhost") == 0)
            parsed = g_inet_socket_address_new_from_string("127.0.0.1", port);
        else if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
            host[length - 1] = '\0';
            parsed = g_inet_socket_address_new_from_string(host + 1, port);
        } else if (strchr(host, ':') == NULL)
            parsed = g_inet_socket_address_new_from_string(host, port);
    }
    if (parsed == NULL)
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("\"%s\" is not an address to listen on. The option {@listen} takes an IP "
                         "address and a port, such as 127.0.0.1:8480 or [::1]:8480, or \"off\"."),
                       address);
    return parsed;
}

static const char *
explain_errno(int number)
{
    switch (number) {
    case EADDRINUSE:
        return _("another program uses this port");
    case EACCES:
    case EPERM:
        return _("this user may not open this port (those below 1024 need special rights)");
    case EADDRNOTAVAIL:
        return _("this computer does not have that address");
    case EMFILE:
    case ENFILE:
        return _("too many files are open");
    default:
        return g_strerror(number);
    }
}

static int
open_socket(GSocketAddress *address, guint *ret_port)
{
    struct sockaddr_storage native;
    socklen_t length = g_socket_address_get_native_size(address);
    g_autoptr(GSocketAddress) bound = NULL;
    const int on = 1;
    int fd, saved;

    if (!g_socket_address_to_native(address, &native, sizeof native, NULL))
        return -1;
    fd = socket(native.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&native, length) != 0 || listen(fd, SOMAXCONN) != 0) {
        saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    length = sizeof native;
    getsockname(fd, (struct sockaddr *)&native, &length);
    bound = g_socket_address_new_from_native(&native, length);
    *ret_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    return fd;
}

gboolean
coex_address_check(const char *address, gboolean *ret_loopback, GError **error)
{
    g_autoptr(GSocketAddress) parsed = parse_address(address, error);

    if (parsed == NULL)
        return FALSE;
    *ret_loopback = g_inet_address_get_is_loopback(
        g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(parsed)));
    return TRUE;
}

static gboolean
is_private(GInetAddress *address)
{
    static const char *const others[] = { "fc00::/7", "100.64.0.0/10" };

    if (g_inet_address_get_is_loopback(address) || g_inet_address_get_is_site_local(address))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string(others[i], NULL);

        if (g_inet_address_mask_matches(mask, address))
            return TRUE;
    }
    return FALSE;
}

gboolean
coex_address_check_private(const char *address, gboolean *ret_private)
{
    g_autoptr(GSocketAddress) parsed = parse_address(address, NULL);

    if (parsed == NULL)
        return FALSE;
    *ret_private = is_private(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(parsed)));
    return TRUE;
}

int
coex_address_listen(const char *address, guint *ret_port, GError **error)
{
    g_autoptr(GSocketAddress) parsed = parse_address(address, error);
    int fd;

    if (parsed == NULL)
        return -1;
    fd = open_socket(parsed, ret_port);
    if (fd < 0)
        coex_error_say(
            error, COEX_ERROR_LISTEN,
            _("Could not listen for webhooks on %s: %s. Choose another address or port for "
              "{@listen}."),
            address, explain_errno(errno));
    return fd;
}
