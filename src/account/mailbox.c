// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/mailbox.h"

#include <glib-unix.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The default context has a wake-up of its own, but a program that forks (BitlBee, for each
 * connection) shares it with its children: another process may take the wake-up, and our letters
 * lie until something else stirs the loop. Hence a descriptor that only this process knows. */
struct CoexMailbox {
    gatomicrefcount refs;
    int wake_fd;  /* -1: there was none left; then the context's own must do */
    guint source; /* of the main thread; waits for wake_fd */
    GMutex lock;
    GQueue letters;
    gboolean scheduled; /* woken, and not yet empty again */
    gboolean was_full;
    gboolean closed;
    CoexCall drained;
    gpointer drained_data;
};

static gboolean on_wake(int fd, GIOCondition condition, gpointer data);

CoexMailbox *
coex_mailbox_new(CoexCall drained, gpointer data)
{
    CoexMailbox *mailbox = g_new0(CoexMailbox, 1);

    mailbox->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_atomic_ref_count_init(&mailbox->refs);
    g_mutex_init(&mailbox->lock);
    g_queue_init(&mailbox->letters);
    mailbox->drained = drained;
    mailbox->drained_data = data;
    /* Below the priority of drawing, so that a storm of messages leaves the window alive. */
    if (mailbox->wake_fd >= 0)
        mailbox->source =
            g_unix_fd_add_full(G_PRIORITY_DEFAULT_IDLE, mailbox->wake_fd, G_IO_IN, on_wake,
                               coex_mailbox_ref(mailbox), (GDestroyNotify)coex_mailbox_unref);
    return mailbox;
}

CoexMailbox *
coex_mailbox_ref(CoexMailbox *mailbox)
{
    g_atomic_ref_count_inc(&mailbox->refs);
    return mailbox;
}

void
coex_mailbox_unref(CoexMailbox *mailbox)
{
    if (!g_atomic_ref_count_dec(&mailbox->refs))
        return;
    g_queue_clear_full(&mailbox->letters, (GDestroyNotify)coex_letter_free);
    g_mutex_clear(&mailbox->lock);
    if (mailbox->wake_fd >= 0)
        close(mailbox->wake_fd);
    g_free(mailbox);
}

static CoexLetter *
mailbox_take(CoexMailbox *mailbox)
{
    CoexLetter *letter;

    g_mutex_lock(&mailbox->lock);
    letter = g_queue_pop_head(&mailbox->letters);
    if (letter == NULL)
        mailbox->scheduled = FALSE;
    g_mutex_unlock(&mailbox->lock);
    return letter;
}

static gboolean
mailbox_has_drained(CoexMailbox *mailbox)
{
    gboolean drained = FALSE;

    g_mutex_lock(&mailbox->lock);
    if (mailbox->was_full && mailbox->letters.length < COEX_MAILBOX_HIGH / 2) {
        mailbox->was_full = FALSE;
        drained = !mailbox->closed && mailbox->drained != NULL;
    }
    g_mutex_unlock(&mailbox->lock);
    return drained;
}

static gboolean
on_slice(gpointer data)
{
    CoexMailbox *mailbox = data;
    gint64 end = g_get_monotonic_time() + COEX_MAILBOX_SLICE_US;
    gboolean empty = FALSE;

    while (!empty && g_get_monotonic_time() < end) {
        CoexLetter *letter = mailbox_take(mailbox);

        empty = letter == NULL;
        if (empty)
            break;
        /* Only the main thread closes, so an unlocked look is enough here. */
        if (!mailbox->closed)
            letter->call(letter->data);
        coex_letter_free(letter);
    }
    if (mailbox_has_drained(mailbox))
        mailbox->drained(mailbox->drained_data);
    return empty ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* Cannot fail: the counter is far from full. */
static void
wake(CoexMailbox *mailbox)
{
    if (mailbox->wake_fd >= 0)
        eventfd_write(mailbox->wake_fd, 1);
    else
        g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_slice, coex_mailbox_ref(mailbox),
                        (GDestroyNotify)coex_mailbox_unref);
}

static gboolean
on_wake(int fd, GIOCondition condition, gpointer data)
{
    eventfd_t count;

    /* Before the letters are taken: whoever posts after that wakes again. */
    eventfd_read(fd, &count);
    if (on_slice(data) == G_SOURCE_CONTINUE)
        wake(data);
    return G_SOURCE_CONTINUE;
}

void
coex_mailbox_post(CoexMailbox *mailbox, CoexCall call, gpointer data, GDestroyNotify destroy)
{
    CoexLetter *letter = coex_letter_new(call, data, destroy);
    gboolean schedule;

    g_mutex_lock(&mailbox->lock);
    if (mailbox->closed) {
        g_mutex_unlock(&mailbox->lock);
        coex_letter_free(letter);
        return;
    }
    g_queue_push_tail(&mailbox->letters, letter);
    if (mailbox->letters.length >= COEX_MAILBOX_HIGH)
        mailbox->was_full = TRUE;
    schedule = !mailbox->scheduled;
    mailbox->scheduled = TRUE;
    g_mutex_unlock(&mailbox->lock);
    if (schedule)
        wake(mailbox);
}

gboolean
coex_mailbox_is_full(CoexMailbox *mailbox)
{
    gboolean full;

    g_mutex_lock(&mailbox->lock);
    full = mailbox->letters.length >= COEX_MAILBOX_HIGH;
    g_mutex_unlock(&mailbox->lock);
    return full;
}

void
coex_mailbox_close(CoexMailbox *mailbox)
{
    GQueue letters = G_QUEUE_INIT;
    CoexLetter *letter;

    g_mutex_lock(&mailbox->lock);
    mailbox->closed = TRUE;
    letters = mailbox->letters;
    g_queue_init(&mailbox->letters);
    g_mutex_unlock(&mailbox->lock);
    while ((letter = g_queue_pop_head(&letters)) != NULL)
        coex_letter_free(letter);
    if (mailbox->source != 0)
        g_source_remove(mailbox->source);
    mailbox->source = 0;
}

gboolean
coex_mailbox_is_closed(CoexMailbox *mailbox)
{
    return mailbox->closed;
}
