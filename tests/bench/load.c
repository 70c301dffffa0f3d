// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define ANSWER_MAX 2048

typedef struct {
    int fd;
    gboolean busy;
    guint request; /* the one being answered */
    gsize n_read;
    char answer[ANSWER_MAX + 1];
} Connection;

typedef struct {
    Load *load;
    Connection connections[CONNECTIONS_MAX];
    int epoll_fd;
    guint next;
    gint64 began;
} Run;

static int
open_connection(guint port)
{
    int fd = bench_connect(port);

    if (fd < 0)
        g_error("port %u: %s", port, g_strerror(errno));
    return fd;
}

static void
send_request(Run *run, Connection *connection)
{
    Load *load = run->load;
    gsize length;
    const char *bytes = g_bytes_get_data(g_ptr_array_index(load->requests, run->next), &length);

    connection->request = run->next++;
    connection->busy = TRUE;
    connection->n_read = 0;
    load->sent_at[connection->request] = g_get_monotonic_time();
    while (length > 0) {
        gssize n = send(connection->fd, bytes, length, MSG_NOSIGNAL);

        if (n <= 0)
            g_error("send: %s", g_strerror(errno));
        bytes += n;
        length -= (gsize)n;
    }
}

/* Whether the whole answer is there. Ends the bench unless it is a 200. */
static gboolean
is_answered(Connection *connection)
{
    const char *end;
    const char *length;
    gsize n_body;

    connection->answer[connection->n_read] = '\0';
    end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL)
        return FALSE;
    length = strcasestr(connection->answer, "\r\nContent-Length:");
    n_body = length != NULL ? g_ascii_strtoull(length + 17, NULL, 10) : 0;
    if (connection->n_read < (gsize)(end + 4 - connection->answer) + n_body)
        return FALSE;
    if (!g_str_has_prefix(connection->answer, "HTTP/1.1 200"))
        g_error("answered: %.40s", connection->answer);
    return TRUE;
}

static void
read_answer(Run *run, Connection *connection)
{
    gssize n = recv(connection->fd, connection->answer + connection->n_read,
                    ANSWER_MAX - connection->n_read, 0);

    if (n <= 0)
        g_error("connection lost: %s", n < 0 ? g_strerror(errno) : "closed");
    connection->n_read += (gsize)n;
    if (!is_answered(connection))
        return;
    run->load->acked_at[connection->request] = g_get_monotonic_time();
    run->load->n_done++;
    connection->busy = FALSE;
}

static gboolean
is_over(const Run *run)
{
    return run->next >= run->load->requests->len ||
           (run->load->stop != NULL && g_atomic_int_get(run->load->stop) != 0);
}

/* Microseconds until the next request may leave. */
static gint64
get_wait(const Run *run)
{
    gint64 due;

    if (run->load->rate == 0)
        return 0;
    due = run->began + run->next * (gint64)G_USEC_PER_SEC / run->load->rate;
    return MAX(due - g_get_monotonic_time(), 0);
}

static gboolean
send_what_is_due(Run *run)
{
    gboolean any_busy = FALSE;

    for (guint i = 0; i < run->load->n_connections; i++) {
        Connection *connection = &run->connections[i];

        if (!connection->busy && !is_over(run) && get_wait(run) == 0)
            send_request(run, connection);
        any_busy |= connection->busy;
    }
    return any_busy || !is_over(run);
}

static void
wait_for_answers(Run *run)
{
    struct epoll_event events[CONNECTIONS_MAX];
    int timeout = run->load->rate == 0 || is_over(run) ? -1 : (int)((get_wait(run) + 999) / 1000);
    int n = epoll_wait(run->epoll_fd, events, CONNECTIONS_MAX, timeout);

    for (int i = 0; i < n; i++)
        read_answer(run, events[i].data.ptr);
}

void
load_run(Load *load)
{
    g_autofree Run *run = g_new0(Run, 1);

    g_assert(load->n_connections <= CONNECTIONS_MAX);
    load->sent_at = g_new0(gint64, load->requests->len);
    load->acked_at = g_new0(gint64, load->requests->len);
    load->n_done = 0;
    run->load = load;
    run->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (guint i = 0; i < load->n_connections; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &run->connections[i] };

        run->connections[i].fd = open_connection(load->port);
        epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, run->connections[i].fd, &event);
    }
    run->began = g_get_monotonic_time();
    while (send_what_is_due(run))
        wait_for_answers(run);
    load->took_us = g_get_monotonic_time() - run->began;
    for (guint i = 0; i < load->n_connections; i++)
        close(run->connections[i].fd);
    close(run->epoll_fd);
}

void
load_clear(Load *load)
{
    g_clear_pointer(&load->sent_at, g_free);
    g_clear_pointer(&load->acked_at, g_free);
}

GArray *
load_get_times(const Load *load)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < load->requests->len; i++) {
        gint64 time = load->acked_at[i] - load->sent_at[i];

        if (load->acked_at[i] != 0)
            g_array_append_val(times, time);
    }
    return times;
}
