// SPDX-License-Identifier: GPL-2.0-or-later
#include "transfers.h"
#include <purple.h>

static TransfersTell tell_event;

static gboolean
on_accepted(gpointer data)
{
    PurpleXfer *xfer = data;

    purple_xfer_request_accepted(xfer, NULL);
    purple_xfer_unref(xfer);
    return G_SOURCE_REMOVE;
}

/* The struct is empty still: who made it fills it in and returns first. */
static void
on_new(PurpleXfer *xfer)
{
    g_autofree char *path = NULL;

    if (purple_xfer_get_type(xfer) != PURPLE_XFER_RECEIVE)
        return;
    g_autofree char *folder = g_canonicalize_filename(purple_user_dir(), NULL);
    path = g_strdup_printf("%s/transfer-%p", folder, (void *)xfer);
    purple_xfer_set_local_filename(xfer, path);
    purple_xfer_ref(xfer);
    purple_timeout_add(0, on_accepted, xfer);
}

static gboolean
on_written(gpointer data)
{
    PurpleXfer *xfer = data;
    PurpleAccount *account = purple_xfer_get_account(xfer);

    tell_event(host_event_new(EVENT_FILE, purple_account_get_username(account), xfer->who,
                              purple_xfer_get_local_filename(xfer),
                              purple_xfer_get_filename(xfer)));
    purple_xfer_unref(xfer);
    return G_SOURCE_REMOVE;
}

/* Told before the last of it is written. */
static void
on_complete(PurpleXfer *xfer, gpointer user_data)
{
    purple_xfer_ref(xfer);
    purple_timeout_add(0, on_written, xfer);
}

static PurpleXferUiOps bitlbee_ops = { .new_xfer = on_new };

void
transfers_init(gboolean bitlbee, TransfersTell tell)
{
    tell_event = tell;
    if (!bitlbee)
        return;
    purple_xfers_set_ui_ops(&bitlbee_ops);
    purple_signal_connect(purple_xfers_get_handle(), "file-recv-complete", &bitlbee_ops,
                          PURPLE_CALLBACK(on_complete), NULL);
}
