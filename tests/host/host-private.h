// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host.h"

/* What host.c (the process and the user's verbs) and host-events.c (what was shown) share. */

typedef struct {
    char *number;
    char *password;
    GPtrArray *keys;
    GPtrArray *values;
} Account;

struct Host {
    char *ui_id;
    char *profile;
    gboolean own_profile;
    char *plugin;
    char *protocol;
    GPtrArray *accounts; /* Account */
    GPtrArray *events;   /* HostEvent */
    GString *unread;     /* the beginning of a line */
    char *used;          /* number the commands are for; NULL: the first */
    GPid pid;            /* 0: not running */
    int to_child;
    int from_child;
    guint n_syncs;
    void (*print_witness)(gpointer user_data);
    gpointer witness;
};

/* Ends the test with all that is known. */
G_NORETURN void host_fail(Host *host, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Writes to the process; fails the test if it has ended. */
void host_command(Host *host, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Takes what the process says next; FALSE at its end, or at the monotonic time @deadline. */
gboolean host_read_more(Host *host, gint64 deadline);
