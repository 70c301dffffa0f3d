// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/desks.h"

#include "core/relay.h"
#include "net/exchange.h"
#include "net/listener.h"
#include "relay/cluster.h"
#include "relay/config.h"
#include "relay/counts.h"
#include "relay/keys.h"
#include "relay/status.h"
#include "relay/wire.h"
#include "store/log.h"
#include <string.h>

/* Requests come in the listener's thread; what is read and committed, in the log's; waiting ends in
 * the context's. The lock is over all of it. */

/* What may be on its way to desks, read or about to be. */
#define FLYING_MAX (32 * 1024 * 1024)
#define TENANT_FLYING_MAX (8 * 1024 * 1024) /* of that */

typedef struct {
    CoexDesks *desks;
    guint index;     /* in the log */
    GPtrArray *keys; /* CoexDeskKey */
    GQueue waiting;  /* Poll */
    gsize n_flying;  /* bytes */
} Tenant;

/* A desk that asks what there is. */
typedef struct {
    Tenant *tenant;
    CoexExchange *exchange;
    CoexDeskKey *key;
    gint64 after;
    gint64 until; /* monotonic */
    gsize n_flying;
    GString *text;
    gint64 next; /* cursor */
} Poll;

static void
poll_free(Poll *poll)
{
    coex_desk_key_unref(poll->key);
    if (poll->text != NULL)
        g_string_free(poll->text, TRUE);
    g_free(poll);
}

struct CoexDesks {
    CoexLog *log;
    CoexCluster *cluster; /* NULL: the relay is alone */
    const CoexRelayConfig *config;
    CoexCounts *counts; /* of each tenant; borrowed */
    GPtrArray *tenants; /* Tenant, as in the configuration; never changes */
    GSource *timer;

    GMutex lock;
    GQueue thirsty; /* Poll: to be read as soon as there is room */
    gsize n_flying;
    gboolean ended;
};

static const CoexLogReader reader;

/* ---- answers ---- */

typedef struct {
    Tenant *tenant;
    GString *text;
} Answer;

static void start_thirsty(CoexDesks *desks);

static void
land(Tenant *tenant, gsize n_bytes)
{
    g_mutex_lock(&tenant->desks->lock);
    tenant->n_flying -= n_bytes;
    tenant->desks->n_flying -= n_bytes;
    g_mutex_unlock(&tenant->desks->lock);
    start_thirsty(tenant->desks);
}

static void
on_sent(gpointer data)
{
    Answer *answer = data;

    land(answer->tenant, answer->text->len);
    g_string_free(answer->text, TRUE);
    g_free(answer);
}

/* Takes @poll, which is in no queue and has nothing flying. */
static void
refuse_poll(Poll *poll)
{
    coex_exchange_respond(poll->exchange, 503);
    poll_free(poll);
}

/* Takes @poll, which is in no queue and has nothing flying but its text. In a shared log a cursor
 * beyond what there is may be another relay's, which is ahead; but none is where nothing can be. */
static void
answer_poll(Poll *poll, const CoexLogFigures *figures)
{
    Tenant *tenant = poll->tenant;
    gboolean is_ahead = tenant->desks->cluster != NULL && poll->next < COEX_RELAY_SEQUENCE_MAX;
    gint64 newest = is_ahead ? MAX(figures->newest, poll->next) : figures->newest;
    Answer *answer = g_new(Answer, 1);
    g_autoptr(GBytes) bytes = NULL;
    gsize n_before = poll->n_flying;

    coex_wire_end(poll->text, figures->id, MIN(poll->next, newest), figures->oldest, newest);
    *answer = (Answer){ tenant, g_steal_pointer(&poll->text) };
    g_mutex_lock(&tenant->desks->lock);
    tenant->n_flying += answer->text->len - n_before;
    tenant->desks->n_flying += answer->text->len - n_before;
    g_mutex_unlock(&tenant->desks->lock);
    bytes = g_bytes_new_with_free_func(answer->text->str, answer->text->len, on_sent, answer);
    coex_exchange_set_answer(poll->exchange, bytes, COEX_WIRE_TYPE);
    coex_exchange_respond(poll->exchange, 200);
    poll_free(poll);
}

/* Numbers of a shared log mean nothing before it is known which that is. */
static gboolean
has_numbers(const CoexLogFigures *figures)
{
    return figures->id[0] != '\0';
}

/* Without anything. */
static void
dismiss(Poll *poll)
{
    CoexLogFigures figures;

    coex_log_get_figures(poll->tenant->desks->log, poll->tenant->index, &figures);
    if (has_numbers(&figures))
        answer_poll(poll, &figures);
    else
        refuse_poll(poll);
}

static void
dismiss_all(GQueue *polls)
{
    Poll *poll;

    while ((poll = g_queue_pop_head(polls)) != NULL)
        dismiss(poll);
}

/* ---- waiting ---- */

/* With the lock held. */
static void
set_timer(CoexDesks *desks, gint64 until)
{
    gint64 at = g_source_get_ready_time(desks->timer);

    if (at < 0 || until < at)
        g_source_set_ready_time(desks->timer, until);
}

/* With the lock held: moves those whose time is over, and tells when the next one's is. */
static void
take_late(GQueue *polls, gint64 now, GQueue *late, gint64 *next)
{
    for (GList *item = polls->head, *after = NULL; item != NULL; item = after) {
        const Poll *poll = item->data;

        after = item->next;
        if (poll->until > now) {
            *next = MIN(*next, poll->until);
            continue;
        }
        g_queue_unlink(polls, item);
        g_queue_push_tail_link(late, item);
    }
}

static gboolean
on_timer(gpointer data)
{
    CoexDesks *desks = data;
    g_auto(GQueue) late = G_QUEUE_INIT;
    gint64 now = g_get_monotonic_time();
    gint64 next = G_MAXINT64;

    g_mutex_lock(&desks->lock);
    take_late(&desks->thirsty, now, &late, &next);
    for (guint i = 0; i < desks->tenants->len; i++)
        take_late(&((Tenant *)g_ptr_array_index(desks->tenants, i))->waiting, now, &late, &next);
    g_source_set_ready_time(desks->timer, next == G_MAXINT64 ? -1 : next);
    g_mutex_unlock(&desks->lock);
    dismiss_all(&late);
    return G_SOURCE_CONTINUE;
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    return callback(data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch };

/* ---- reading ---- */

/* With the lock held: whether @poll may read now, for which room is taken then. */
static gboolean
take_off(Poll *poll)
{
    Tenant *tenant = poll->tenant;

    if (tenant->n_flying + COEX_LOG_BATCH_BYTES > TENANT_FLYING_MAX ||
        tenant->desks->n_flying + COEX_LOG_BATCH_BYTES > FLYING_MAX)
        return FALSE;
    poll->n_flying = COEX_LOG_BATCH_BYTES;
    tenant->n_flying += poll->n_flying;
    tenant->desks->n_flying += poll->n_flying;
    return TRUE;
}

static void
read_log(Poll *poll)
{
    coex_log_read(poll->tenant->desks->log, poll->tenant->index, poll->after, &reader, poll);
}

static void
start(Poll *poll)
{
    CoexDesks *desks = poll->tenant->desks;
    gboolean ok, ended;

    g_mutex_lock(&desks->lock);
    ended = desks->ended;
    ok = !ended && take_off(poll);
    if (!ended && !ok) {
        g_queue_push_tail(&desks->thirsty, poll);
        set_timer(desks, poll->until);
    }
    g_mutex_unlock(&desks->lock);
    if (ended)
        dismiss(poll);
    else if (ok)
        read_log(poll);
}

static void
start_thirsty(CoexDesks *desks)
{
    g_auto(GQueue) ready = G_QUEUE_INIT;
    Poll *poll;

    g_mutex_lock(&desks->lock);
    for (GList *item = desks->thirsty.head, *after = NULL; item != NULL; item = after) {
        after = item->next;
        if (!take_off(item->data))
            continue;
        g_queue_unlink(&desks->thirsty, item);
        g_queue_push_tail_link(&ready, item);
    }
    g_mutex_unlock(&desks->lock);
    while ((poll = g_queue_pop_head(&ready)) != NULL)
        read_log(poll);
}

static void
on_row(const CoexLogRow *row, gpointer user_data)
{
    Poll *poll = user_data;

    coex_wire_add(poll->text, row);
    poll->next = row->sequence;
}

/* With the lock held: with @added so many of its key wait that the oldest has to go. */
static Poll *
take_surplus(const Poll *added)
{
    GQueue *const queues[] = { &added->tenant->waiting, &added->tenant->desks->thirsty };
    GQueue *queue = NULL;
    GList *oldest = NULL;
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(queues); i++) {
        for (GList *item = queues[i]->head; item != NULL; item = item->next) {
            const Poll *poll = item->data;

            if (poll->key != added->key)
                continue;
            queue = oldest == NULL ? queues[i] : queue;
            oldest = oldest == NULL ? item : oldest;
            n++;
        }
    }
    if (n <= COEX_DESKS_PER_KEY)
        return NULL;
    Poll *poll = oldest->data;
    g_queue_delete_link(queue, oldest);
    return poll;
}

/* Nothing is there: it waits, unless its time is over. */
static gboolean
wait_for_more(Poll *poll)
{
    CoexDesks *desks = poll->tenant->desks;
    Poll *surplus = NULL;
    gboolean waits;

    g_mutex_lock(&desks->lock);
    waits = !desks->ended && !poll->key->withdrawn && poll->until > g_get_monotonic_time();
    if (waits) {
        g_queue_push_tail(&poll->tenant->waiting, poll);
        set_timer(desks, poll->until);
        surplus = take_surplus(poll);
    }
    g_mutex_unlock(&desks->lock);
    if (surplus != NULL)
        dismiss(surplus);
    return waits;
}

/* A cursor beyond what there is is of another log, or of a relay that has more of a shared one. */
static void
on_read(const CoexLogFigures *figures, const GError *error, gpointer user_data)
{
    Poll *poll = user_data;
    Tenant *tenant = poll->tenant;
    gsize n_flying = poll->n_flying;

    if (error != NULL || !has_numbers(figures)) {
        refuse_poll(poll);
        land(tenant, n_flying);
        return;
    }
    if (poll->text->len > 0) {
        answer_poll(poll, figures);
        return;
    }
    poll->n_flying = 0;
    if ((tenant->desks->cluster == NULL && poll->after > figures->newest) || !wait_for_more(poll))
        answer_poll(poll, figures);
    land(tenant, n_flying);
}

static const CoexLogReader reader = { on_row, on_read };

void
coex_desks_wake(CoexDesks *desks, guint index)
{
    Tenant *tenant = g_ptr_array_index(desks->tenants, index);
    GQueue woken;
    Poll *poll;

    g_mutex_lock(&desks->lock);
    woken = tenant->waiting;
    g_queue_init(&tenant->waiting);
    g_mutex_unlock(&desks->lock);
    while ((poll = g_queue_pop_head(&woken)) != NULL)
        start(poll);
}

void
coex_desks_note(CoexDesks *desks, guint index)
{
    if (desks->cluster != NULL)
        coex_cluster_wake(desks->cluster);
    else
        coex_desks_wake(desks, index);
}

/* ---- requests: the listener's thread ---- */

typedef struct {
    Tenant *tenant;
    CoexDeskKey *key;
    gint64 after;
    guint wait_s;
} Request;

static void
request_free(gpointer data)
{
    Request *request = data;

    coex_desk_key_unref(request->key);
    g_free(request);
}

static Tenant *
find_tenant(CoexDesks *desks, const char *path, const char *end)
{
    const CoexRelayTenant *found;
    g_autofree char *own = NULL;

    if (!g_str_has_suffix(path, end))
        return NULL;
    own = g_strndup(path, strlen(path) - strlen(end));
    found = g_hash_table_lookup(desks->config->by_path, own);
    return found != NULL ? g_ptr_array_index(desks->tenants, found->place) : NULL;
}

#define BEARER "Bearer "

/* NULL: none that it has. */
static CoexDeskKey *
take_key(const Tenant *tenant, CoexExchange *exchange)
{
    const char *value = coex_exchange_get_header(exchange, "Authorization", NULL);
    CoexDeskKey *key;

    if (value == NULL || g_ascii_strncasecmp(value, BEARER, strlen(BEARER)) != 0)
        return NULL;
    g_mutex_lock(&tenant->desks->lock);
    key = coex_desk_keys_find(tenant->keys, value + strlen(BEARER));
    if (key != NULL)
        coex_desk_key_ref(key);
    g_mutex_unlock(&tenant->desks->lock);
    return key;
}

static guint
refuse(CoexExchange *exchange, guint status, const char *text)
{
    coex_exchange_set_text(exchange, text);
    return status;
}

static gboolean
read_query(CoexExchange *exchange, Request *request)
{
    const char *after = coex_exchange_get_query(exchange, "after");
    const char *wait = coex_exchange_get_query(exchange, "wait");
    guint64 number = 0;

    if (after != NULL && !g_ascii_string_to_unsigned(after, 10, 0, G_MAXINT64, &number, NULL))
        return FALSE;
    request->after = (gint64)number;
    number = 0;
    if (wait != NULL && !g_ascii_string_to_unsigned(wait, 10, 0, G_MAXUINT64, &number, NULL))
        return FALSE;
    request->wait_s = (guint)MIN(number, COEX_DESKS_WAIT_MAX_S);
    return TRUE;
}

/* Of one that has the key. */
static guint
admit(CoexExchange *exchange, Request *request)
{
    if (g_str_equal(coex_exchange_get_method(exchange), "GET") && !read_query(exchange, request))
        return refuse(exchange, 400, "after and wait take whole numbers.");
    if (!coex_exchange_make_guest(exchange, request->key->guests))
        return refuse(exchange, 503,
                      "All places for desks are taken, or those for this key. Try again later.");
    return 0;
}

static guint
on_head(CoexExchange *exchange, gpointer user_data)
{
    CoexDesks *desks = user_data;
    const char *path = coex_exchange_get_path(exchange);
    gboolean is_get = g_str_equal(coex_exchange_get_method(exchange), "GET");
    Tenant *tenant = find_tenant(desks, path, is_get ? "/deliveries" : "/sends");
    Request *request;
    CoexDeskKey *key;

    if (tenant == NULL && g_hash_table_contains(desks->config->by_path, path))
        return 503; /* webhooks come in a moment */
    if (tenant == NULL)
        return find_tenant(desks, path, is_get ? "/sends" : "/deliveries") != NULL ? 405 : 404;
    key = take_key(tenant, exchange);
    if (key == NULL)
        coex_count_add(&desks->counts[tenant->index], COEX_COUNT_DESK_KEY, 1);
    if (key == NULL)
        return refuse(exchange, 401, COEX_DESKS_NO_KEY);
    request = g_new0(Request, 1);
    request->tenant = tenant;
    request->key = key;
    coex_exchange_set_data(exchange, request, request_free);
    return admit(exchange, request);
}

static void
note_desk(const Poll *poll)
{
    g_mutex_lock(&poll->tenant->desks->lock);
    poll->key->asked_at = g_get_real_time() / G_USEC_PER_SEC;
    poll->key->after = poll->after;
    g_mutex_unlock(&poll->tenant->desks->lock);
}

static void
begin_poll(CoexDesks *desks, CoexExchange *exchange, const Request *request)
{
    Poll *poll = g_new0(Poll, 1);

    poll->tenant = request->tenant;
    poll->exchange = exchange;
    poll->key = coex_desk_key_ref(request->key);
    poll->after = poll->next = request->after;
    poll->until = g_get_monotonic_time() + request->wait_s * G_USEC_PER_SEC;
    poll->text = g_string_new(NULL);
    if (poll->after < COEX_RELAY_SEQUENCE_MAX)
        note_desk(poll);
    start(poll);
}

/* ---- what a desk sent ---- */

typedef struct {
    Tenant *tenant;
    CoexExchange *exchange;
} Send;

static void
on_send_kept(const GError *error, gpointer user_data)
{
    g_autofree Send *sent = user_data;

    coex_exchange_respond(sent->exchange, error == NULL ? 200 : 503);
    coex_count_add(&sent->tenant->desks->counts[sent->tenant->index],
                   error == NULL ? COEX_COUNT_SENDS : COEX_COUNT_DISK, 1);
    if (error == NULL)
        coex_desks_note(sent->tenant->desks, sent->tenant->index);
}

static guint
keep_send(CoexDesks *desks, CoexExchange *exchange, Tenant *tenant, GBytes *body)
{
    CoexDelivery delivery = { .received_at = g_get_real_time() / 1000,
                              .body = body,
                              .is_send = TRUE };
    Send *sent;

    if (g_bytes_get_size(body) > COEX_DESKS_SEND_MAX)
        return 413;
    if (!coex_wire_make_send_key(body, delivery.key))
        return refuse(
            exchange, 400,
            "This is neither a JSON object with a desk and a local_id nor a list of such.");
    sent = g_new(Send, 1);
    *sent = (Send){ tenant, exchange };
    if (coex_log_add(desks->log, tenant->index, &delivery, on_send_kept, sent) == COEX_LOG_TAKEN)
        return 0;
    g_free(sent);
    return 503;
}

static void
on_piece(CoexExchange *exchange, const void *bytes, gsize length, gpointer user_data)
{
}

static void
on_complete(CoexExchange *exchange, GBytes *body, gpointer user_data)
{
    CoexDesks *desks = user_data;
    const Request *request = coex_exchange_get_data(exchange);
    guint status;

    if (g_str_equal(coex_exchange_get_method(exchange), "GET")) {
        begin_poll(desks, exchange, request);
        return;
    }
    status = keep_send(desks, exchange, request->tenant, body);
    if (status != 0)
        coex_exchange_respond(exchange, status);
}

const CoexListenerHandler coex_desks_handler = {
    .head = on_head,
    .piece = on_piece,
    .complete = on_complete,
};

/* ---- the beginning and the end ---- */

static void
tenant_free(gpointer data)
{
    Tenant *tenant = data;

    g_ptr_array_unref(tenant->keys);
    g_free(tenant);
}

CoexDesks *
coex_desks_new(const CoexRelayConfig *config, CoexLog *log, CoexCluster *cluster,
               CoexCounts *counts)
{
    CoexDesks *desks = g_new0(CoexDesks, 1);

    desks->log = log;
    desks->cluster = cluster;
    desks->config = config;
    desks->counts = counts;
    g_mutex_init(&desks->lock);
    desks->tenants = g_ptr_array_new_with_free_func(tenant_free);
    for (guint i = 0; i < config->tenants->len; i++) {
        Tenant *tenant = g_new0(Tenant, 1);

        tenant->desks = desks;
        tenant->index = i;
        tenant->keys = coex_desk_keys_new(
            ((const CoexRelayTenant *)g_ptr_array_index(config->tenants, i))->keys, NULL);
        g_ptr_array_add(desks->tenants, tenant);
    }
    desks->timer = g_source_new(&timer_funcs, sizeof(GSource));
    g_source_set_callback(desks->timer, on_timer, desks, NULL);
    g_source_attach(desks->timer, g_main_context_get_thread_default());
    return desks;
}

static void
take_withdrawn(GQueue *polls, GQueue *taken)
{
    for (GList *item = polls->head, *after = NULL; item != NULL; item = after) {
        after = item->next;
        if (!((const Poll *)item->data)->key->withdrawn)
            continue;
        g_queue_unlink(polls, item);
        g_queue_push_tail_link(taken, item);
    }
}

void
coex_desks_set_keys(CoexDesks *desks, guint index, const GPtrArray *config)
{
    Tenant *tenant = g_ptr_array_index(desks->tenants, index);
    g_auto(GQueue) taken = G_QUEUE_INIT;
    g_autoptr(GPtrArray) before = NULL;

    g_mutex_lock(&desks->lock);
    before = tenant->keys;
    tenant->keys = coex_desk_keys_new(config, before);
    take_withdrawn(&tenant->waiting, &taken);
    take_withdrawn(&desks->thirsty, &taken);
    g_mutex_unlock(&desks->lock);
    dismiss_all(&taken);
}

static guint
count_waiting(const GQueue *polls, const CoexDeskKey *key)
{
    guint n = 0;

    for (const GList *item = polls->head; item != NULL; item = item->next)
        n += ((const Poll *)item->data)->key == key ? 1 : 0;
    return n;
}

GArray *
coex_desks_get_figures(CoexDesks *desks, guint index)
{
    const Tenant *tenant = g_ptr_array_index(desks->tenants, index);
    GArray *all = coex_desk_figures_new();

    g_mutex_lock(&desks->lock);
    for (guint i = 0; i < tenant->keys->len; i++) {
        const CoexDeskKey *key = g_ptr_array_index(tenant->keys, i);
        CoexDeskFigures desk = { g_strdup(key->desk), key->asked_at, key->after,
                                 count_waiting(&tenant->waiting, key), 0 };

        g_array_append_val(all, desk);
    }
    g_mutex_unlock(&desks->lock);
    return all;
}

void
coex_desks_end(CoexDesks *desks)
{
    g_auto(GQueue) all = G_QUEUE_INIT;
    Poll *poll;

    g_mutex_lock(&desks->lock);
    desks->ended = TRUE;
    while ((poll = g_queue_pop_head(&desks->thirsty)) != NULL)
        g_queue_push_tail(&all, poll);
    for (guint i = 0; i < desks->tenants->len; i++) {
        Tenant *tenant = g_ptr_array_index(desks->tenants, i);

        while ((poll = g_queue_pop_head(&tenant->waiting)) != NULL)
            g_queue_push_tail(&all, poll);
    }
    g_mutex_unlock(&desks->lock);
    dismiss_all(&all);
}

void
coex_desks_free(CoexDesks *desks)
{
    g_source_destroy(desks->timer);
    g_source_unref(desks->timer);
    g_ptr_array_unref(desks->tenants);
    g_mutex_clear(&desks->lock);
    g_free(desks);
}
