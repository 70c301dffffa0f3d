// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/cluster.h"

#include "core/error.h"
#include "core/retry.h"
#include "relay/broker.h"
#include "relay/config.h"
#include "store/shared-log.h"
#include <string.h>

#define PAUSE_MAX_MS 2000               /* between two tries */
#define LOOK_US (2 * G_USEC_PER_SEC)    /* between looks at the log as a whole */
#define LASTING_US (3 * G_USEC_PER_SEC) /* so long a trouble is nobody's matter */
/* After which what did not come back is put again, also where there is always something new. */
#define AGAIN_US ((gint64)10 * G_USEC_PER_SEC)
#define ANEW_US ((gint64)60 * G_USEC_PER_SEC)
#define N_SHORT 3    /* a broker that has just become the first may not know its last yet */
#define N_FLYING 512 /* on their way to the disk */
#define CLOCKS_MS ((gint64)60 * 60 * 1000) /* that other relays may be ahead by */

typedef enum {
    FOLLOWER,
    FORWARDER,
    N_ROLES,
} Role;

/* What keeps a thread from its work. */
typedef struct {
    char *text; /* NULL: nothing */
    gint64 since_us;
    gboolean is_told;
} Trouble;

struct CoexCluster {
    CoexClusterSpec spec;
    GHashTable *tenants; /* path without the first / -> index + 1 */
    GThread *threads[N_ROLES];
    gboolean has_greeted;     /* the follower's */
    gboolean lost_parts_told; /* likewise */
    gboolean refused_told;    /* the forwarder's */

    GMutex lock;
    GCond changed;
    gboolean ended;
    CoexBroker *brokers[N_ROLES]; /* NULL: not connected */
    Trouble troubles[N_ROLES];
    char *url;
    gboolean is_caught_up; /* all that the brokers have is here */
    gboolean is_woken;     /* something waits that the forwarder has not seen */
    guint n_joined;        /* logs that were begun anew */
    guint n_flying;
    GError *failure; /* of one of them */
};

/* ---- what is said ---- */

typedef struct {
    void (*say)(const char *line);
    char *line;
} Saying;

static void
saying_free(gpointer data)
{
    Saying *saying = data;

    g_free(saying->line);
    g_free(saying);
}

static gboolean
on_say(gpointer data)
{
    const Saying *saying = data;

    saying->say(saying->line);
    return G_SOURCE_REMOVE;
}

/* Takes @line. */
static void
say(CoexCluster *cluster, char *line)
{
    Saying *saying = g_new(Saying, 1);

    *saying = (Saying){ cluster->spec.say, line };
    g_idle_add_full(G_PRIORITY_DEFAULT, on_say, g_steal_pointer(&saying), saying_free);
    /* cppcheck-suppress memleak ; saying_free() frees it */
}

static void
note_trouble(CoexCluster *cluster, Role role, const GError *error)
{
    Trouble *trouble = &cluster->troubles[role];
    gint64 now = g_get_monotonic_time();
    gboolean is_due, ended;

    g_mutex_lock(&cluster->lock);
    if (g_strcmp0(trouble->text, error->message) != 0) {
        g_free(trouble->text);
        *trouble = (Trouble){ g_strdup(error->message), now, FALSE };
    }
    is_due = !trouble->is_told &&
             (error->code == COEX_ERROR_INVALID_INPUT || now - trouble->since_us >= LASTING_US);
    trouble->is_told |= is_due;
    ended = cluster->ended;
    g_mutex_unlock(&cluster->lock);
    if (is_due && !ended)
        say(cluster, g_strdup_printf("%s Until then what comes is kept here.", error->message));
}

static void
end_trouble(CoexCluster *cluster, Role role)
{
    Trouble *trouble = &cluster->troubles[role];
    gboolean was_told;

    g_mutex_lock(&cluster->lock);
    was_told = trouble->is_told;
    g_free(trouble->text);
    *trouble = (Trouble){ 0 };
    g_mutex_unlock(&cluster->lock);
    if (was_told)
        say(cluster, g_strdup(role == FOLLOWER ? "The brokers' log is read again."
                                               : "What came is put into the brokers' log again."));
}

static void
greet(CoexCluster *cluster)
{
    g_auto(GStrv) urls = g_strsplit(cluster->spec.config->nats, ",", -1);

    for (guint i = 0; urls[i] != NULL && !cluster->has_greeted; i++) {
        CoexBrokerGreeting greeting;

        if (!coex_broker_greet(urls[i], &greeting, NULL))
            continue;
        if (!coex_broker_can_sync(greeting.version))
            say(cluster,
                g_strdup_printf("The broker at %s is nats-server %s, which acknowledges before its "
                                "disk has it: what came last can be lost there when the power "
                                "fails. The relays keep it, and put it there again.",
                                urls[i], greeting.version));
        coex_broker_greeting_clear(&greeting);
    }
    cluster->has_greeted = TRUE;
}

/* ---- a thread and its connection ---- */

static gboolean
is_ended(CoexCluster *cluster)
{
    gboolean ended;

    g_mutex_lock(&cluster->lock);
    ended = cluster->ended;
    g_mutex_unlock(&cluster->lock);
    return ended;
}

/* @broker NULL: none any more. FALSE: it is all over. */
static gboolean
hold(CoexCluster *cluster, Role role, CoexBroker *broker)
{
    gboolean ended;

    g_mutex_lock(&cluster->lock);
    cluster->brokers[role] = broker;
    if (role == FOLLOWER) {
        g_free(cluster->url);
        cluster->url = broker != NULL ? coex_broker_dup_url(broker) : NULL;
        cluster->is_caught_up = FALSE;
    }
    ended = cluster->ended;
    g_mutex_unlock(&cluster->lock);
    return !ended;
}

static void
rest(CoexCluster *cluster, guint n_failures)
{
    gint64 ms = coex_retry_delay_ms(COEX_RETRY_BACKOFF, MIN(n_failures, 10), g_random_double());
    gint64 until = g_get_monotonic_time() + MIN(ms / 4, PAUSE_MAX_MS) * 1000;

    g_mutex_lock(&cluster->lock);
    while (!cluster->ended && g_cond_wait_until(&cluster->changed, &cluster->lock, until))
        continue;
    g_mutex_unlock(&cluster->lock);
}

/* FALSE with @error, or TRUE: it is to be done anew at once. */
typedef gboolean (*Work)(CoexCluster *cluster, CoexBroker *broker, guint *n_failures,
                         GError **error);

static void
run(CoexCluster *cluster, Role role, Work work)
{
    guint n_failures = 0;

    while (!is_ended(cluster)) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexBroker) broker = coex_broker_connect(cluster->spec.config, &error);

        if (broker != NULL && hold(cluster, role, broker)) {
            while (work(cluster, broker, &n_failures, &error) && !is_ended(cluster))
                continue;
        }
        hold(cluster, role, NULL);
        if (error != NULL)
            note_trouble(cluster, role, error);
        rest(cluster, n_failures++);
    }
}

/* ---- what the brokers' log has: the follower ---- */

typedef struct {
    CoexCluster *cluster;
    guint tenant;
} Flight;

/* In the log's thread. */
static void
on_landed(const GError *error, gpointer data)
{
    g_autofree Flight *flight = data;
    CoexCluster *cluster = flight->cluster;

    if (error == NULL)
        cluster->spec.placed(flight->tenant, cluster->spec.data);
    g_mutex_lock(&cluster->lock);
    if (error != NULL && cluster->failure == NULL)
        cluster->failure = g_error_copy(error);
    cluster->n_flying--;
    g_cond_broadcast(&cluster->changed);
    g_mutex_unlock(&cluster->lock);
}

/* Until not more than @n are on their way to the disk. */
static gboolean
let_land(CoexCluster *cluster, guint n, GError **error)
{
    g_mutex_lock(&cluster->lock);
    while (cluster->n_flying > n)
        g_cond_wait(&cluster->changed, &cluster->lock);
    if (cluster->failure != NULL)
        g_propagate_error(error, g_steal_pointer(&cluster->failure));
    g_mutex_unlock(&cluster->lock);
    return *error == NULL;
}

static CoexLogTaking
take_off(CoexCluster *cluster, guint tenant, const CoexDelivery *delivery)
{
    Flight *flight = g_new(Flight, 1);
    CoexLogTaking taking;

    *flight = (Flight){ cluster, tenant };
    g_mutex_lock(&cluster->lock);
    cluster->n_flying++;
    g_mutex_unlock(&cluster->lock);
    taking = coex_log_add(cluster->spec.log, tenant, delivery, on_landed, flight);
    if (taking == COEX_LOG_TAKEN)
        return taking;
    g_mutex_lock(&cluster->lock);
    cluster->n_flying--;
    g_mutex_unlock(&cluster->lock);
    g_free(flight);
    return taking;
}

static void
tell_lost_part(CoexCluster *cluster, const CoexBrokerMessage *message)
{
    if (!cluster->lost_parts_told)
        say(cluster, g_strdup_printf("A large delivery for /%s is not whole in the brokers' log: "
                                     "desks find it at the relay that took it.",
                                     message->tenant));
    cluster->lost_parts_told = TRUE;
}

/* Of a tenant that this relay has. */
static gboolean
take(CoexCluster *cluster, const CoexBrokerMessage *message, gint64 *position, GError **error)
{
    guint index = message->tenant != NULL
                      ? GPOINTER_TO_UINT(g_hash_table_lookup(cluster->tenants, message->tenant))
                      : 0;
    gint64 latest = g_get_real_time() / 1000 + CLOCKS_MS;
    CoexDelivery delivery = { .received_at = CLAMP(message->received_at, 0, latest),
                              .body = message->body,
                              .header = message->header,
                              .proof = message->proof,
                              .is_send = message->is_send,
                              .place = message->sequence,
                              .follows = *position };

    if (index == 0)
        return TRUE;
    if (message->body == NULL) {
        tell_lost_part(cluster, message);
        return TRUE;
    }
    memcpy(delivery.key, message->key, sizeof delivery.key);
    if (!let_land(cluster, N_FLYING, error))
        return FALSE;
    while (take_off(cluster, index - 1, &delivery) != COEX_LOG_TAKEN) {
        if (!let_land(cluster, 0, error) || is_ended(cluster))
            return FALSE;
        rest(cluster, 0);
    }
    *position = message->sequence;
    return TRUE;
}

/* Whether the brokers' log is still the same, has all that was read of it, and that is here. */
static gboolean
look_again(CoexCluster *cluster, CoexBroker *broker, gint64 position, gboolean *ret_same,
           GError **error)
{
    CoexBrokerLog log;
    CoexLogPlace place;

    if (!let_land(cluster, 0, error) || !coex_broker_look(broker, &log, error) ||
        !coex_log_get_place(cluster->spec.log, &place, error))
        return FALSE;
    *ret_same = g_str_equal(log.id, place.id) && log.last >= position && place.place == position;
    return TRUE;
}

static gboolean
read_on(CoexCluster *cluster, CoexBroker *broker, gint64 position, GError **error)
{
    gint64 looked_us = g_get_monotonic_time();
    gboolean same = TRUE;

    while (same && !is_ended(cluster)) {
        CoexBrokerMessage message;
        gboolean more = FALSE;
        CoexBrokerRead status = coex_broker_read(broker, &message, &more, error);
        gboolean ok = status != COEX_BROKER_FAILED;

        if (status == COEX_BROKER_MESSAGE)
            ok = take(cluster, &message, &position, error);
        coex_broker_message_clear(&message);
        if (ok && !more)
            ok = let_land(cluster, 0, error);
        if (!ok)
            return FALSE;
        g_mutex_lock(&cluster->lock);
        cluster->is_caught_up |= !more;
        if (!more)
            g_cond_broadcast(&cluster->changed);
        g_mutex_unlock(&cluster->lock);
        if (g_get_monotonic_time() - looked_us < LOOK_US)
            continue;
        looked_us = g_get_monotonic_time();
        if (!look_again(cluster, broker, position, &same, error))
            return FALSE;
    }
    return TRUE;
}

/* A power failure can take the end of the brokers' log, whose numbers others get then. */
static gboolean
is_same_log(CoexBroker *broker, const CoexBrokerLog *log, const CoexLogLast *last, const char *path,
            gboolean *ret_same, GError **error)
{
    CoexBrokerMessage message;

    if (last->place == 0 || last->place < log->first || path == NULL)
        return TRUE;
    if (!coex_broker_find(broker, last->place, &message, error))
        return FALSE;
    *ret_same = g_strcmp0(message.tenant, path) == 0 &&
                memcmp(message.key, last->key, sizeof message.key) == 0;
    coex_broker_message_clear(&message);
    return TRUE;
}

static const char *
get_word(const CoexRelayConfig *config, guint tenant)
{
    return tenant < config->tenants->len
               ? ((const CoexRelayTenant *)g_ptr_array_index(config->tenants, tenant))->path + 1
               : NULL;
}

/* All that is here is put there again, unless another relay does that before. */
static gboolean
join(CoexCluster *cluster, const CoexBrokerLog *log, const CoexLogPlace *place, GError **error)
{
    gboolean joined = FALSE;

    if (g_str_equal(log->id, place->id))
        return TRUE;
    while (!joined && !is_ended(cluster))
        if (!coex_log_join(cluster->spec.log, log->id, &joined, error))
            return FALSE;
    if (!joined)
        return TRUE;
    if (*place->id != '\0')
        say(cluster, g_strdup("The brokers began a new log: what the relays have is put into it, "
                              "and desks read it once more."));
    g_mutex_lock(&cluster->lock);
    cluster->n_joined++;
    cluster->is_caught_up = FALSE;
    g_cond_broadcast(&cluster->changed);
    g_mutex_unlock(&cluster->lock);
    for (guint i = 0; i < cluster->spec.config->tenants->len; i++)
        cluster->spec.placed(i, cluster->spec.data);
    return TRUE;
}

/* FALSE with @error, or with @ret_same where it is not. */
static gboolean
prove_log(CoexCluster *cluster, CoexBroker *broker, const CoexBrokerLog *log,
          const CoexLogPlace *place, GError **error)
{
    CoexLogLast last;
    gboolean same = TRUE;

    if (!coex_log_get_last(cluster->spec.log, &last, error))
        return FALSE;
    for (guint i = 0; i < N_SHORT && !is_ended(cluster); i++) {
        CoexBrokerLog now;

        if (!coex_broker_look(broker, &now, error))
            return FALSE;
        same = now.last >= place->place;
        if (same && !is_same_log(broker, &now, &last, get_word(cluster->spec.config, last.tenant),
                                 &same, error))
            return FALSE;
        if (same || !g_str_equal(now.id, log->id))
            return TRUE;
        rest(cluster, i);
    }
    if (is_ended(cluster))
        return TRUE;
    say(cluster, g_strdup("The brokers lost what came last. It is put there again."));
    return coex_broker_renew(broker, error);
}

static gboolean
follow_log(CoexCluster *cluster, CoexBroker *broker, guint *n_failures, GError **error)
{
    CoexBrokerLog log;
    CoexLogPlace place;

    greet(cluster);
    if (!coex_broker_look(broker, &log, error) ||
        !coex_log_get_place(cluster->spec.log, &place, error))
        return FALSE;
    if (g_str_equal(log.id, place.id) && !prove_log(cluster, broker, &log, &place, error))
        return FALSE;
    if (!coex_broker_look(broker, &log, error) || !join(cluster, &log, &place, error) ||
        !coex_log_get_place(cluster->spec.log, &place, error) ||
        !coex_broker_begin(broker, place.place, error))
        return FALSE;
    *n_failures = 0;
    end_trouble(cluster, FOLLOWER);
    return read_on(cluster, broker, place.place, error);
}

static gboolean
follow(CoexCluster *cluster, CoexBroker *broker, guint *n_failures, GError **error)
{
    gboolean ok = follow_log(cluster, broker, n_failures, error);
    g_autoptr(GError) late = NULL;

    let_land(cluster, 0, &late);
    return ok;
}

static gpointer
run_follower(gpointer data)
{
    run(data, FOLLOWER, follow);
    return NULL;
}

/* ---- what waits here: the forwarder ---- */

typedef struct {
    CoexCluster *cluster;
    GArray *messages; /* CoexBrokerMessage */
    gint64 last;      /* of those that wait */
    GError *error;
    gboolean done;
} Waiting;

static void
on_row(const CoexLogRow *row, gpointer data)
{
    Waiting *waiting = data;
    const char *word = get_word(waiting->cluster->spec.config, row->tenant);
    CoexBrokerMessage message = { .received_at = row->received_at,
                                  .is_send = row->is_send,
                                  .tenant = g_strdup(word),
                                  .header = g_strdup(row->header),
                                  .proof = g_strdup(row->proof),
                                  .body = g_bytes_new(row->body, row->length) };

    waiting->last = row->waiting;
    memcpy(message.key, row->key, sizeof message.key);
    if (word != NULL)
        g_array_append_val(waiting->messages, message);
    else
        coex_broker_message_clear(&message);
}

static void
on_rows(const CoexLogFigures *figures, const GError *error, gpointer data)
{
    Waiting *waiting = data;

    g_mutex_lock(&waiting->cluster->lock);
    waiting->error = error != NULL ? g_error_copy(error) : NULL;
    waiting->done = TRUE;
    g_cond_broadcast(&waiting->cluster->changed);
    g_mutex_unlock(&waiting->cluster->lock);
}

static const CoexLogReader waiting_reader = { on_row, on_rows };

static void
tell_refused(CoexCluster *cluster)
{
    if (!cluster->refused_told)
        say(cluster, g_strdup("The brokers take no message as large as one that came here: only "
                              "this relay keeps it. Raise max_payload and max_msg_size there."));
    cluster->refused_told = TRUE;
}

static void
clear_message(gpointer data)
{
    coex_broker_message_clear(data);
}

/* One batch of those behind *after, to which that goes on; @ret_any: there were some. */
static gboolean
forward_some(CoexCluster *cluster, CoexBroker *broker, gint64 *after, gboolean *ret_any,
             GError **error)
{
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(CoexBrokerMessage));
    Waiting waiting = { .cluster = cluster, .messages = messages, .last = *after };
    guint n_refused = 0;

    g_array_set_clear_func(messages, clear_message);
    coex_log_read_waiting(cluster->spec.log, *after, &waiting_reader, &waiting);
    g_mutex_lock(&cluster->lock);
    while (!waiting.done)
        g_cond_wait(&cluster->changed, &cluster->lock);
    g_mutex_unlock(&cluster->lock);
    *ret_any = waiting.last > *after;
    if (waiting.error != NULL) {
        g_propagate_error(error, waiting.error);
        return FALSE;
    }
    if (messages->len > 0 &&
        !coex_broker_put(broker, (const CoexBrokerMessage *)(gpointer)messages->data, messages->len,
                         &n_refused, error))
        return FALSE;
    if (n_refused > 0)
        tell_refused(cluster);
    *after = waiting.last;
    return TRUE;
}

/* TRUE: something new waits. FALSE: the numbers are others, or what was put should be back. */
static gboolean
wait_for_work(CoexCluster *cluster, guint n_joined)
{
    gint64 until = g_get_monotonic_time() + AGAIN_US;
    gboolean is_late = FALSE;
    gboolean is_new;

    g_mutex_lock(&cluster->lock);
    while (!cluster->ended && cluster->n_joined == n_joined &&
           !(cluster->is_caught_up && (cluster->is_woken || is_late))) {
        is_late = is_late || !g_cond_wait_until(&cluster->changed, &cluster->lock, until);
        if (is_late && !cluster->is_caught_up)
            g_cond_wait(&cluster->changed, &cluster->lock);
    }
    is_new = cluster->is_woken && cluster->n_joined == n_joined;
    cluster->is_woken = FALSE;
    g_mutex_unlock(&cluster->lock);
    return is_new;
}

/* From the first that waits, and then once more soon: one may have got lost that was put. */
static gboolean
forward(CoexCluster *cluster, CoexBroker *broker, guint *n_failures, GError **error)
{
    gint64 until = g_get_monotonic_time() + ANEW_US;
    gint64 after = 0;
    gboolean any = TRUE;
    guint n_joined;

    g_mutex_lock(&cluster->lock);
    n_joined = cluster->n_joined;
    cluster->is_woken = TRUE;
    g_mutex_unlock(&cluster->lock);
    while (g_get_monotonic_time() < until && wait_for_work(cluster, n_joined)) {
        do {
            if (!forward_some(cluster, broker, &after, &any, error))
                return FALSE;
            *n_failures = 0;
            end_trouble(cluster, FORWARDER);
        } while (any && !is_ended(cluster) && g_get_monotonic_time() < until);
    }
    return TRUE;
}

static gpointer
run_forwarder(gpointer data)
{
    run(data, FORWARDER, forward);
    return NULL;
}

void
coex_cluster_wake(CoexCluster *cluster)
{
    g_mutex_lock(&cluster->lock);
    cluster->is_woken = TRUE;
    g_cond_broadcast(&cluster->changed);
    g_mutex_unlock(&cluster->lock);
}

/* ---- the beginning and the end ---- */

CoexCluster *
coex_cluster_new(const CoexClusterSpec *spec)
{
    CoexCluster *cluster = g_new0(CoexCluster, 1);

    cluster->spec = *spec;
    cluster->tenants = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < spec->config->tenants->len; i++)
        g_hash_table_insert(cluster->tenants, (char *)get_word(spec->config, i),
                            GUINT_TO_POINTER(i + 1));
    g_mutex_init(&cluster->lock);
    g_cond_init(&cluster->changed);
    return cluster;
}

void
coex_cluster_start(CoexCluster *cluster)
{
    cluster->threads[FOLLOWER] = g_thread_new("relay-follow", run_follower, cluster);
    cluster->threads[FORWARDER] = g_thread_new("relay-forward", run_forwarder, cluster);
}

void
coex_cluster_stop(CoexCluster *cluster)
{
    if (cluster == NULL)
        return;
    g_mutex_lock(&cluster->lock);
    cluster->ended = TRUE;
    for (guint i = 0; i < N_ROLES; i++)
        if (cluster->brokers[i] != NULL)
            coex_broker_end(cluster->brokers[i]);
    g_cond_broadcast(&cluster->changed);
    g_mutex_unlock(&cluster->lock);
    for (guint i = 0; i < N_ROLES; i++)
        if (cluster->threads[i] != NULL)
            g_thread_join(g_steal_pointer(&cluster->threads[i]));
    coex_broker_clean_up();
}

void
coex_cluster_free(CoexCluster *cluster)
{
    if (cluster == NULL)
        return;
    for (guint i = 0; i < N_ROLES; i++)
        g_free(cluster->troubles[i].text);
    g_clear_error(&cluster->failure);
    g_hash_table_unref(cluster->tenants);
    g_free(cluster->url);
    g_mutex_clear(&cluster->lock);
    g_cond_clear(&cluster->changed);
    g_free(cluster);
}

void
coex_cluster_get_figures(CoexCluster *cluster, CoexClusterFigures *ret_figures)
{
    g_mutex_lock(&cluster->lock);
    *ret_figures = (CoexClusterFigures){ cluster->is_caught_up, g_strdup(cluster->url), NULL };
    for (guint i = 0; i < N_ROLES && ret_figures->trouble == NULL; i++)
        ret_figures->trouble = g_strdup(cluster->troubles[i].text);
    g_mutex_unlock(&cluster->lock);
}

void
coex_cluster_figures_clear(CoexClusterFigures *figures)
{
    g_free(figures->broker);
    g_free(figures->trouble);
}
