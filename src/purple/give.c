// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/give.h"

#include "purple/connection.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 2048 /* what BitlBee takes at once */
#define READ_MAX                                                                                   \
    (1 << 16) /* at once from the disk, which may keep it waiting: by another thread               \
               */

/* Counted: the transfer's, and each read's. */
typedef struct {
    char *path;
    int fd;        /* of reads alone; -1: not opened */
    GBytes *bytes; /* that were read; NULL: none */
    gsize at;      /* so many of them are gone */
    guint source;  /* 0: the chat program has enough for now */
    gboolean over;
} Gift;

static gboolean has_quit; /* libpurple: its transfers are nobody's any more */

static void
clear_gift(gpointer data)
{
    Gift *gift = data;

    if (gift->fd >= 0)
        close(gift->fd);
    g_clear_pointer(&gift->bytes, g_bytes_unref);
    g_free(gift->path);
}

static void
unref_gift(gpointer gift)
{
    g_atomic_rc_box_release_full(gift, clear_gift);
}

/* Any of the ways in which a transfer ends; some hosts tell of one twice. */
static void
on_over(PurpleXfer *xfer)
{
    Gift *gift = g_steal_pointer(&xfer->data);

    if (gift == NULL)
        return;
    if (gift->source != 0)
        purple_timeout_remove(gift->source);
    gift->over = TRUE;
    unref_gift(gift);
}

/* ---- the disk ---- */

static GBytes *
read_bytes(Gift *gift)
{
    g_autofree guchar *bytes = g_malloc(READ_MAX);
    gssize n;

    if (gift->fd < 0)
        gift->fd = g_open(gift->path, O_RDONLY | O_CLOEXEC, 0);
    do
        n = gift->fd >= 0 ? read(gift->fd, bytes, READ_MAX) : -1;
    while (n < 0 && gift->fd >= 0 && errno == EINTR);
    return n > 0 ? g_bytes_new(bytes, (gsize)n) : NULL;
}

static void
run_read(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    g_task_return_pointer(task, read_bytes(task_data), (GDestroyNotify)g_bytes_unref);
}

static void offer_more(PurpleXfer *xfer);

/* NULL: it is gone, or has become shorter. */
static void
on_bytes(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PurpleXfer *xfer = user_data;
    Gift *gift = g_task_get_task_data(G_TASK(result));
    GBytes *bytes = g_task_propagate_pointer(G_TASK(result), NULL);

    if (has_quit) {
        g_clear_pointer(&bytes, g_bytes_unref);
        return;
    }
    if (gift->over) {
        g_clear_pointer(&bytes, g_bytes_unref);
    } else if (bytes == NULL) {
        purple_xfer_cancel_remote(xfer);
    } else {
        gift->bytes = bytes;
        gift->at = 0;
        offer_more(xfer);
    }
    purple_xfer_unref(xfer);
}

static void
read_on(PurpleXfer *xfer)
{
    g_autoptr(GTask) task = NULL;

    purple_xfer_ref(xfer);
    task = g_task_new(NULL, NULL, on_bytes, xfer);
    g_task_set_task_data(task, g_atomic_rc_box_acquire(xfer->data), unref_gift);
    g_task_run_in_thread(task, run_read);
}

/* ---- the chat program ---- */

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
    Gift *gift = xfer->data;
    gsize length = 0;
    const guchar *bytes = gift->bytes != NULL ? g_bytes_get_data(gift->bytes, &length) : NULL;
    gsize n = MIN(length - gift->at, BLOCK);

    *ret_bytes = NULL;
    if (bytes == NULL)
        return 0;
    *ret_bytes = g_memdup2(bytes + gift->at, n);
    gift->at += n;
    if (gift->at == length)
        g_clear_pointer(&gift->bytes, g_bytes_unref);
    /* libpurple sees the end by itself only where it reads itself */
    if (purple_xfer_get_bytes_sent(xfer) + n >= purple_xfer_get_size(xfer))
        purple_xfer_set_completed(xfer, TRUE);
    else if (gift->bytes != NULL)
        offer_more(xfer);
    else
        read_on(xfer);
    return (gssize)n;
}

static void
on_init(PurpleXfer *xfer)
{
    purple_xfer_start(xfer, -1, NULL, 0);
    if (xfer->data != NULL)
        read_on(xfer);
}

/* A blank in it breaks DCC, which quotes nothing. */
static char *
dup_plain_name(const char *path)
{
    g_autofree char *name = g_filename_display_basename(path);

    return g_strdelimit(g_steal_pointer(&name), " ", '_');
}

static void
offer(CoexConnection *connection, const char *who, const char *path, gint64 size)
{
    PurpleXfer *xfer = purple_xfer_new(connection->account, PURPLE_XFER_RECEIVE, who);
    g_autofree char *name = dup_plain_name(path);
    Gift *gift;

    if (xfer == NULL)
        return;
    gift = g_atomic_rc_box_new0(Gift);
    gift->path = g_strdup(path);
    gift->fd = -1;
    xfer->data = gift;
    purple_xfer_set_filename(xfer, name);
    purple_xfer_set_size(xfer, (size_t)size);
    purple_xfer_set_init_fnc(xfer, on_init);
    purple_xfer_set_read_fnc(xfer, on_read);
    purple_xfer_set_end_fnc(xfer, on_over);
    purple_xfer_set_cancel_recv_fnc(xfer, on_over);
    purple_xfer_set_request_denied_fnc(xfer, on_over);
    purple_xfer_request(xfer);
}

typedef struct {
    CoexConnection *connection;
    char *who;
    char *path;
} Offer;

static void
run_measure(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    GStatBuf found;
    gboolean is_file = g_stat(task_data, &found) == 0 && S_ISREG(found.st_mode);

    g_task_return_int(task, is_file ? found.st_size : 0);
}

static void
on_measured(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Offer *what = user_data;
    g_autoptr(CoexConnection) connection = what->connection;
    g_autofree char *who = what->who;
    g_autofree char *path = what->path;
    gint64 size = g_task_propagate_int(G_TASK(result), NULL);

    if (size > 0 && !connection->over)
        offer(connection, who, path, size);
}

static void
on_quitting(void)
{
    has_quit = TRUE;
}

void
coex_give_stop(void)
{
    purple_signals_disconnect_by_handle(&has_quit);
}

void
coex_give_start(void)
{
    purple_signal_connect(purple_get_core(), "quitting", &has_quit, PURPLE_CALLBACK(on_quitting),
                          NULL);
}

void
coex_give_file(CoexConnection *connection, const char *who, const char *path)
{
    Offer *what = g_new(Offer, 1);
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_measured, what);

    *what = (Offer){ coex_connection_ref(connection), g_strdup(who), g_strdup(path) };
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, run_measure);
}
