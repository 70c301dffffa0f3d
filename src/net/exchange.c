// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/exchange.h"

#include "net/exchange-private.h"
#include "net/framing.h"
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

CoexPostbox *
coex_postbox_new(void)
{
    CoexPostbox *postbox = g_new0(CoexPostbox, 1);

    g_atomic_ref_count_init(&postbox->refs);
    g_mutex_init(&postbox->lock);
    g_queue_init(&postbox->answered);
    postbox->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return postbox;
}

static CoexPostbox *
postbox_ref(CoexPostbox *postbox)
{
    g_atomic_ref_count_inc(&postbox->refs);
    return postbox;
}

void
coex_postbox_unref(CoexPostbox *postbox)
{
    if (!g_atomic_ref_count_dec(&postbox->refs))
        return;
    if (postbox->wake_fd >= 0)
        close(postbox->wake_fd);
    g_mutex_clear(&postbox->lock);
    g_free(postbox);
}

void
coex_postbox_wake(CoexPostbox *postbox)
{
    /* can only fail when it is set already */
    (void)!eventfd_write(postbox->wake_fd, 1);
}

CoexExchange *
coex_exchange_new(CoexPeer *peer, CoexPostbox *postbox, struct MHD_Connection *connection,
                  const char *path, gboolean is_get)
{
    CoexExchange *exchange = g_new0(CoexExchange, 1);

    g_atomic_ref_count_init(&exchange->refs);
    exchange->postbox = postbox_ref(postbox);
    exchange->peer = peer;
    exchange->connection = connection;
    exchange->path = g_strdup(path);
    exchange->is_get = is_get;
    peer->exchange = exchange;
    return exchange;
}

void
coex_exchange_unref(CoexExchange *exchange)
{
    if (!g_atomic_ref_count_dec(&exchange->refs))
        return;
    if (exchange->destroy != NULL)
        exchange->destroy(exchange->data);
    g_clear_pointer(&exchange->body, g_byte_array_unref);
    g_clear_pointer(&exchange->values, g_ptr_array_unref);
    coex_postbox_unref(exchange->postbox);
    g_free(exchange->path);
    g_clear_pointer(&exchange->answer, g_bytes_unref);
    g_free(exchange);
}

const char *
coex_exchange_get_method(const CoexExchange *exchange)
{
    return exchange->is_get ? "GET" : "POST";
}

const char *
coex_exchange_get_path(const CoexExchange *exchange)
{
    return exchange->path;
}

static const char *
exchange_strip(CoexExchange *exchange, const char *value)
{
    gsize length = coex_framing_measure_value(value);

    if (value[length] == '\0')
        return value;
    if (exchange->values == NULL)
        exchange->values = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(exchange->values, g_strndup(value, length));
    return exchange->values->pdata[exchange->values->len - 1];
}

const char *
coex_exchange_get_header(CoexExchange *exchange, const char *name, gboolean *ret_single)
{
    CoexHeader header = coex_framing_find_header(exchange->connection, name);

    if (ret_single != NULL)
        *ret_single = header.count <= 1;
    return header.count == 1 ? exchange_strip(exchange, header.value) : NULL;
}

const char *
coex_exchange_get_query(const CoexExchange *exchange, const char *name)
{
    const char *value =
        MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);

    return value != NULL && g_utf8_validate(value, -1, NULL) ? value : NULL;
}

void
coex_exchange_set_data(CoexExchange *exchange, gpointer data, GDestroyNotify destroy)
{
    if (exchange->destroy != NULL)
        exchange->destroy(exchange->data);
    exchange->data = data;
    exchange->destroy = destroy;
}

gpointer
coex_exchange_get_data(const CoexExchange *exchange)
{
    return exchange->data;
}

void
coex_exchange_set_proven(CoexExchange *exchange)
{
    exchange->peer->place.proven = TRUE;
}

void
coex_exchange_set_text(CoexExchange *exchange, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    coex_exchange_set_answer(exchange, bytes, "text/plain; charset=utf-8");
}

void
coex_exchange_set_answer(CoexExchange *exchange, GBytes *bytes, const char *type)
{
    g_clear_pointer(&exchange->answer, g_bytes_unref);
    exchange->answer = g_bytes_ref(bytes);
    exchange->type = type;
}

void
coex_exchange_hand_over(CoexExchange *exchange, const CoexListenerHandler *handler,
                        gpointer user_data)
{
    exchange->handler = handler;
    exchange->user_data = user_data;
}

CoexGuests *
coex_guests_new(guint max)
{
    CoexGuests *guests = g_new0(CoexGuests, 1);

    g_atomic_ref_count_init(&guests->refs);
    guests->max = max;
    return guests;
}

static CoexGuests *
guests_ref(CoexGuests *guests)
{
    g_atomic_ref_count_inc(&guests->refs);
    return guests;
}

void
coex_guests_unref(CoexGuests *guests)
{
    if (g_atomic_ref_count_dec(&guests->refs))
        g_free(guests);
}

void
coex_peer_leave_guests(CoexPeer *peer)
{
    if (peer->guests == NULL)
        return;
    --*peer->n_guests;
    peer->guests->n--;
    g_clear_pointer(&peer->guests, coex_guests_unref);
}

gboolean
coex_exchange_make_guest(CoexExchange *exchange, CoexGuests *guests)
{
    CoexPeer *peer = exchange->peer;

    if (peer->guests == guests)
        return TRUE;
    coex_peer_leave_guests(peer);
    if (*peer->n_guests >= COEX_EXCHANGE_GUESTS || guests->n >= guests->max) {
        exchange->closes = TRUE;
        return FALSE;
    }
    peer->guests = guests_ref(guests);
    guests->n++;
    ++*peer->n_guests;
    coex_exchange_set_proven(exchange);
    return TRUE;
}

void
coex_exchange_respond(CoexExchange *exchange, guint status)
{
    CoexPostbox *postbox = postbox_ref(exchange->postbox);
    gboolean closed, first;

    g_mutex_lock(&postbox->lock);
    closed = postbox->closed;
    first = g_queue_is_empty(&postbox->answered);
    if (!closed) {
        exchange->verdict =
            status >= 200 && status <= 599 ? status : MHD_HTTP_INTERNAL_SERVER_ERROR;
        g_queue_push_tail(&postbox->answered, exchange);
    }
    g_mutex_unlock(&postbox->lock);
    if (closed)
        coex_exchange_unref(exchange);
    else if (first)
        coex_postbox_wake(postbox);
    coex_postbox_unref(postbox);
}
