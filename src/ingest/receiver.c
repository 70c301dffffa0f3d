// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/receiver.h"

#include "net/exchange.h"
#include "net/listener.h"
#include "store/rows.h"
#include <string.h>

/* All but opening, adding and removing runs in the listener's thread. */

typedef struct {
    gatomicrefcount refs;
    CoexSource *source;
    char *path;
    char *number; /* own, digits */
    char *verify_token;
    CoexRefusals refusals; /* under the receiver's lock */
} Endpoint;

struct CoexReceiver {
    CoexReceiverGround ground;
    char *address;
    CoexListener *listener;
    GMutex lock;
    GPtrArray *endpoints; /* Endpoint; changed by the context's thread under the lock */
    GHashTable *probes;   /* nonce -> CoexArrival; under the lock */
};

/* What the body of one delivery is checked against while it arrives. */
typedef struct {
    Endpoint *endpoint;
    CoexBodyHash *hash;
    char *proof;
} Candidate;

static void
endpoint_unref(Endpoint *endpoint)
{
    if (!g_atomic_ref_count_dec(&endpoint->refs))
        return;
    coex_source_unref(endpoint->source);
    g_free(endpoint->path);
    g_free(endpoint->number);
    g_free(endpoint->verify_token);
    g_free(endpoint);
}

static CoexVerifier *
get_verifier(const Endpoint *endpoint)
{
    return coex_source_get_verifier(endpoint->source);
}

static Candidate *
candidate_new(Endpoint *endpoint, const char *proof)
{
    Candidate *candidate = g_new0(Candidate, 1);

    g_atomic_ref_count_inc(&endpoint->refs);
    candidate->endpoint = endpoint;
    candidate->hash = coex_body_hash_new(get_verifier(endpoint));
    candidate->proof = g_strdup(proof);
    return candidate;
}

static void
candidate_free(Candidate *candidate)
{
    coex_body_hash_free(candidate->hash);
    endpoint_unref(candidate->endpoint);
    g_free(candidate->proof);
    g_free(candidate);
}

static GPtrArray *
receiver_find(CoexReceiver *receiver, const char *path)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_unref);

    g_mutex_lock(&receiver->lock);
    for (guint i = 0; i < receiver->endpoints->len; i++) {
        Endpoint *endpoint = g_ptr_array_index(receiver->endpoints, i);

        if (!g_str_equal(endpoint->path, path))
            continue;
        g_atomic_ref_count_inc(&endpoint->refs);
        g_ptr_array_add(found, endpoint);
    }
    g_mutex_unlock(&receiver->lock);
    return found;
}

/* ---- probes and what is remembered ---- */

static void
arrival_free(gpointer data)
{
    coex_arrival_clear(data);
    g_free(data);
}

void
coex_arrival_clear(CoexArrival *arrival)
{
    g_clear_pointer(&arrival->path, g_free);
}

/* Whether the exchange is a probe; noted with @verdict. */
static gboolean
note_probe(CoexReceiver *receiver, CoexExchange *exchange, CoexVerdict verdict)
{
    const char *nonce = coex_exchange_get_query(exchange, COEX_RECEIVER_PROBE);
    CoexArrival *arrival;

    if (nonce == NULL)
        return FALSE;
    g_mutex_lock(&receiver->lock);
    arrival = g_hash_table_lookup(receiver->probes, nonce);
    if (arrival != NULL) {
        coex_arrival_clear(arrival);
        *arrival = (CoexArrival){ TRUE, g_strdup(coex_exchange_get_path(exchange)), verdict };
    }
    g_mutex_unlock(&receiver->lock);
    return arrival != NULL;
}

static void
remember_refusal(CoexReceiver *receiver, Endpoint *endpoint, CoexVerdict verdict)
{
    g_mutex_lock(&receiver->lock);
    endpoint->refusals.refused_at = g_get_real_time() / G_USEC_PER_SEC;
    endpoint->refusals.verdict = verdict;
    g_mutex_unlock(&receiver->lock);
}

static void
remember_challenge(CoexReceiver *receiver, GPtrArray *endpoints)
{
    g_mutex_lock(&receiver->lock);
    for (guint i = 0; i < endpoints->len; i++)
        ((Endpoint *)g_ptr_array_index(endpoints, i))->refusals.challenge_at =
            g_get_real_time() / G_USEC_PER_SEC;
    g_mutex_unlock(&receiver->lock);
}

static void
note_refusal(CoexReceiver *receiver, Endpoint *endpoint, CoexVerdict verdict)
{
    remember_refusal(receiver, endpoint, verdict);
    coex_source_refuse(endpoint->source, verdict);
}

/* ---- a request ---- */

static guint
answer_challenge(CoexReceiver *receiver, CoexExchange *exchange, GPtrArray *endpoints)
{
    gboolean is_probe = note_probe(receiver, exchange, COEX_VERDICT_GENUINE);
    const char *challenge = coex_exchange_get_query(exchange, "hub.challenge");
    gboolean any = FALSE;

    for (guint i = 0; i < endpoints->len; i++) {
        Endpoint *endpoint = g_ptr_array_index(endpoints, i);

        if (endpoint->verify_token == NULL)
            continue;
        any = TRUE;
        if (coex_webhook_challenge(coex_exchange_get_query(exchange, "hub.mode"),
                                   coex_exchange_get_query(exchange, "hub.verify_token"), challenge,
                                   endpoint->verify_token)) {
            coex_exchange_set_text(exchange, challenge);
            return 200;
        }
    }
    if (any && !is_probe && coex_exchange_get_query(exchange, "hub.verify_token") != NULL)
        remember_challenge(receiver, endpoints);
    return any ? 403 : 405;
}

/* How well a refusal fits an endpoint: a wrong proof is one of its kind, and where there is none a
 * signed delivery was meant for who wants signatures. */
static guint
rate_refusal(const Endpoint *endpoint, CoexVerdict verdict, gboolean is_signed)
{
    gboolean fits =
        is_signed == (coex_verifier_get_proof(get_verifier(endpoint)) == COEX_PROOF_SIGNATURE);

    if (verdict == COEX_VERDICT_WRONG)
        return 3;
    return fits ? 2 : 1;
}

static guint
answer_other(CoexReceiver *receiver, CoexExchange *exchange)
{
    const CoexReceiverGround *ground = &receiver->ground;

    if (ground->others == NULL)
        return 404;
    coex_exchange_hand_over(exchange, ground->others, ground->others_data);
    return ground->others->head(exchange, ground->others_data);
}

static guint
on_head(CoexExchange *exchange, gpointer user_data)
{
    CoexReceiver *receiver = user_data;
    g_autoptr(GPtrArray) endpoints = receiver_find(receiver, coex_exchange_get_path(exchange));
    g_autoptr(GPtrArray) candidates =
        g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free);
    const char *signature =
        coex_exchange_get_header(exchange, coex_verifier_get_signature_header(), NULL);
    CoexVerdict worst = COEX_VERDICT_MISSING;
    Endpoint *refused;
    guint best = 0;

    if (endpoints->len == 0) {
        note_probe(receiver, exchange, COEX_VERDICT_MISSING);
        return answer_other(receiver, exchange);
    }
    if (g_str_equal(coex_exchange_get_method(exchange), "GET"))
        return answer_challenge(receiver, exchange, endpoints);
    refused = g_ptr_array_index(endpoints, 0);
    for (guint i = 0; i < endpoints->len; i++) {
        Endpoint *endpoint = g_ptr_array_index(endpoints, i);
        const char *name = coex_verifier_get_header(get_verifier(endpoint));
        const char *proof = name != NULL ? coex_exchange_get_header(exchange, name, NULL) : NULL;
        CoexVerdict verdict = coex_verifier_check_head(get_verifier(endpoint), proof);

        if (verdict == COEX_VERDICT_GENUINE && coex_verifier_proves_head(get_verifier(endpoint)))
            coex_exchange_set_proven(exchange);
        if (verdict == COEX_VERDICT_GENUINE) {
            g_ptr_array_add(candidates, candidate_new(endpoint, proof));
        } else if (rate_refusal(endpoint, verdict, signature != NULL) > best) {
            best = rate_refusal(endpoint, verdict, signature != NULL);
            refused = endpoint;
            worst = verdict;
        }
    }
    if (candidates->len == 0) {
        if (!note_probe(receiver, exchange, worst))
            note_refusal(receiver, refused, worst);
        return 401;
    }
    coex_exchange_set_data(exchange, g_steal_pointer(&candidates),
                           (GDestroyNotify)g_ptr_array_unref);
    return 0;
}

static void
on_piece(CoexExchange *exchange, const void *bytes, gsize length, gpointer user_data)
{
    GPtrArray *candidates = coex_exchange_get_data(exchange);

    for (guint i = 0; i < candidates->len; i++) {
        Candidate *candidate = g_ptr_array_index(candidates, i);

        coex_body_hash_update(candidate->hash, bytes, length);
    }
}

/* In the writer's thread. */
static void
on_kept(const GError *error, gpointer exchange)
{
    coex_exchange_respond(exchange, error == NULL ? 200 : 503);
}

/* Of several whose signature it could have been, who is named in it: enough to tell it where it is
 * of use. */
static Endpoint *
find_named(const GPtrArray *candidates, GBytes *body)
{
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);

    for (guint i = 0; i < candidates->len; i++) {
        Endpoint *endpoint = ((Candidate *)g_ptr_array_index(candidates, i))->endpoint;

        if (memmem(bytes, length, endpoint->number, strlen(endpoint->number)) != NULL)
            return endpoint;
    }
    return ((Candidate *)g_ptr_array_index(candidates, 0))->endpoint;
}

static void
on_complete(CoexExchange *exchange, GBytes *body, gpointer user_data)
{
    CoexReceiver *receiver = user_data;
    GPtrArray *candidates = coex_exchange_get_data(exchange);
    CoexVerdict verdict = COEX_VERDICT_WRONG;
    Endpoint *endpoint = NULL;
    CoexDelivery delivery = { .received_at = g_get_real_time() / G_USEC_PER_SEC, .body = body };
    const CoexReceiverGround *ground = &receiver->ground;
    guint status;

    for (guint i = 0; i < candidates->len; i++) {
        Candidate *candidate = g_ptr_array_index(candidates, i);

        endpoint = candidate->endpoint;
        verdict = coex_body_hash_finish(candidate->hash, candidate->proof, delivery.key);
        delivery.secret_id = coex_verifier_get_secret_id(get_verifier(endpoint));
        delivery.path = endpoint->path;
        delivery.header = coex_verifier_get_header(get_verifier(endpoint));
        delivery.proof = candidate->proof;
        if (verdict == COEX_VERDICT_GENUINE)
            break;
    }
    if (note_probe(receiver, exchange, verdict)) {
        coex_exchange_respond(exchange, verdict == COEX_VERDICT_GENUINE ? 200 : 401);
        return;
    }
    if (verdict != COEX_VERDICT_GENUINE) {
        note_refusal(receiver, find_named(candidates, body), verdict);
        coex_exchange_respond(exchange, 401);
        return;
    }
    status = coex_source_keep(endpoint->source, ground->keep, ground->keep_data, &delivery, on_kept,
                              exchange);
    if (status != 0)
        coex_exchange_respond(exchange, status);
}

static const CoexListenerHandler handler = {
    .head = on_head,
    .piece = on_piece,
    .complete = on_complete,
};

/* ---- the context's thread ---- */

void
coex_receiver_free(CoexReceiver *receiver)
{
    coex_listener_free(receiver->listener);
    g_ptr_array_unref(receiver->endpoints);
    g_hash_table_unref(receiver->probes);
    g_mutex_clear(&receiver->lock);
    g_free(receiver->address);
    g_free(receiver);
}

CoexReceiver *
coex_receiver_open_on(const char *address, const CoexReceiverGround *ground, GError **error)
{
    CoexReceiver *receiver = g_new0(CoexReceiver, 1);

    receiver->ground = *ground;
    receiver->address = g_strdup(address);
    g_mutex_init(&receiver->lock);
    receiver->endpoints = g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_unref);
    receiver->probes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, arrival_free);
    receiver->listener = coex_listener_new(address, ground->certificate, &handler, receiver, error);
    if (receiver->listener != NULL)
        return receiver;
    coex_receiver_free(receiver);
    return NULL;
}

CoexReceiver *
coex_receiver_open(const char *address, CoexStore *store, GError **error)
{
    const CoexReceiverGround ground = { .keep = coex_source_keep_in_store, .keep_data = store };

    return coex_receiver_open_on(address, &ground, error);
}

void
coex_receiver_set_certificate(CoexReceiver *receiver, CoexCertificate *certificate)
{
    coex_listener_set_certificate(receiver->listener, certificate);
}

const char *
coex_receiver_get_address(const CoexReceiver *receiver)
{
    return receiver->address;
}

void
coex_receiver_add(CoexReceiver *receiver, const CoexReceiverSpec *spec)
{
    Endpoint *endpoint = g_new0(Endpoint, 1);

    g_atomic_ref_count_init(&endpoint->refs);
    endpoint->source = coex_source_new(&spec->source);
    endpoint->path = g_strdup(spec->path);
    endpoint->number = g_strdup(spec->number);
    endpoint->verify_token = g_strdup(spec->verify_token);
    g_mutex_lock(&receiver->lock);
    g_ptr_array_add(receiver->endpoints, endpoint);
    g_mutex_unlock(&receiver->lock);
}

gboolean
coex_receiver_remove(CoexReceiver *receiver, gconstpointer data)
{
    gboolean empty;

    g_mutex_lock(&receiver->lock);
    for (guint i = receiver->endpoints->len; i > 0; i--) {
        Endpoint *endpoint = g_ptr_array_index(receiver->endpoints, i - 1);

        if (coex_source_get_data(endpoint->source) != data)
            continue;
        coex_source_end(endpoint->source);
        g_ptr_array_remove_index(receiver->endpoints, i - 1);
    }
    empty = receiver->endpoints->len == 0;
    g_mutex_unlock(&receiver->lock);
    return empty;
}

void
coex_receiver_expect(CoexReceiver *receiver, const char *nonce)
{
    g_mutex_lock(&receiver->lock);
    g_hash_table_replace(receiver->probes, g_strdup(nonce), g_new0(CoexArrival, 1));
    g_mutex_unlock(&receiver->lock);
}

void
coex_receiver_read_arrival(CoexReceiver *receiver, const char *nonce, CoexArrival *ret_arrival)
{
    CoexArrival *arrival;

    *ret_arrival = (CoexArrival){ 0 };
    g_mutex_lock(&receiver->lock);
    arrival = g_hash_table_lookup(receiver->probes, nonce);
    if (arrival != NULL) {
        *ret_arrival = *arrival;
        *arrival = (CoexArrival){ 0 };
    }
    g_mutex_unlock(&receiver->lock);
}

void
coex_receiver_forget(CoexReceiver *receiver, const char *nonce)
{
    g_mutex_lock(&receiver->lock);
    g_hash_table_remove(receiver->probes, nonce);
    g_mutex_unlock(&receiver->lock);
}

void
coex_receiver_get_refusals(CoexReceiver *receiver, gconstpointer data, CoexRefusals *ret_refusals)
{
    *ret_refusals = (CoexRefusals){ 0 };
    g_mutex_lock(&receiver->lock);
    for (guint i = 0; i < receiver->endpoints->len; i++) {
        const Endpoint *endpoint = g_ptr_array_index(receiver->endpoints, i);

        if (coex_source_get_data(endpoint->source) == data)
            *ret_refusals = endpoint->refusals;
    }
    g_mutex_unlock(&receiver->lock);
}
