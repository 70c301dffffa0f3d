// SPDX-License-Identifier: GPL-2.0-or-later
#include "irc.h"

#include <sys/socket.h>
#include <unistd.h>

#define SHUTDOWN 8

/* The first members of BitlBee's irc_t. */
static struct {
    int fd;
    int status;
    double last_pong;
} irc = { .fd = -1 };

__attribute__((visibility("default"))) GSList *irc_connection_list;

static void
take_connection(void)
{
    int before = irc.fd;

    irc.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    irc.last_pong = (double)g_get_real_time() / G_USEC_PER_SEC;
    if (before >= 0)
        close(before);
}

void
irc_start(void)
{
    take_connection();
    irc_connection_list = g_slist_append(NULL, &irc);
}

gboolean
irc_act(const char *act)
{
    if (g_str_equal(act, "takeover"))
        take_connection();
    else if (g_str_equal(act, "leave"))
        irc.status |= SHUTDOWN;
    else
        return FALSE;
    return TRUE;
}
