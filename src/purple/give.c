// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/give.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define BLOCK 2048 /* what BitlBee takes at once */

/* Belongs to its transfer. */
typedef struct {
    char *path;
    int fd;       /* -1: not begun */
    guint source; /* 0: the chat program has enough for now */
} Gift;

/* Any of the ways in which a transfer ends; some hosts tell of one twice. */
static void
on_over(PurpleXfer *xfer)
{
    Gift *gift = g_steal_pointer(&xfer->data);

    if (gift == NULL)
        return;
    if (gift->source != 0)
        purple_timeout_remove(gift->source);
    if (gift->fd >= 0)
        close(gift->fd);
    g_free(gift->path);
    g_free(gift);
}

static gboolean
on_ready(gpointer data)
{
    PurpleXfer *xfer = data;
    Gift *gift = xfer->data;

    gift->source = 0;
    purple_xfer_prpl_ready(xfer);
    return G_SOURCE_REMOVE;
}

static void
offer_more(PurpleXfer *xfer)
{
    Gift *gift = xfer->data;

    if (gift->source == 0)
        gift->source = purple_timeout_add(0, on_ready, xfer);
}

static gssize
on_read(guchar **ret_bytes, PurpleXfer *xfer)
{
    const Gift *gift = xfer->data;
    gssize n;

    *ret_bytes = g_malloc(BLOCK);
    do
        n = read(gift->fd, *ret_bytes, BLOCK);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return -1; /* it has become shorter */
    /* libpurple sees the end by itself only where it reads itself */
    if (purple_xfer_get_bytes_sent(xfer) + (gsize)n >= purple_xfer_get_size(xfer))
        purple_xfer_set_completed(xfer, TRUE);
    else
        offer_more(xfer);
    return n;
}

static void
on_init(PurpleXfer *xfer)
{
    Gift *gift = xfer->data;

    gift->fd = g_open(gift->path, O_RDONLY | O_CLOEXEC, 0);
    if (gift->fd < 0) {
        purple_xfer_error(PURPLE_XFER_RECEIVE, purple_xfer_get_account(xfer), xfer->who,
                          g_strerror(errno));
        purple_xfer_cancel_local(xfer);
        return;
    }
    purple_xfer_start(xfer, -1, NULL, 0);
    offer_more(xfer);
}

/* A blank in it breaks DCC, which quotes nothing. */
static char *
dup_plain_name(const char *path)
{
    g_autofree char *name = g_filename_display_basename(path);

    return g_strdelimit(g_steal_pointer(&name), " ", '_');
}

void
coex_give_file(PurpleAccount *account, const char *who, const char *path)
{
    GStatBuf found;
    PurpleXfer *xfer = g_stat(path, &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0
                           ? purple_xfer_new(account, PURPLE_XFER_RECEIVE, who)
                           : NULL;
    g_autofree char *name = NULL;
    Gift *gift;

    if (xfer == NULL)
        return;
    name = dup_plain_name(path);
    gift = g_new0(Gift, 1);
    gift->path = g_strdup(path);
    gift->fd = -1;
    xfer->data = gift;
    purple_xfer_set_filename(xfer, name);
    purple_xfer_set_size(xfer, (size_t)found.st_size);
    purple_xfer_set_init_fnc(xfer, on_init);
    purple_xfer_set_read_fnc(xfer, on_read);
    purple_xfer_set_end_fnc(xfer, on_over);
    purple_xfer_set_cancel_recv_fnc(xfer, on_over);
    purple_xfer_set_request_denied_fnc(xfer, on_over);
    purple_xfer_request(xfer);
}
