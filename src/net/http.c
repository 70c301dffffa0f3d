// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/http.h"

#include "core/api.h"
#include "core/error.h"
#include "core/proxy.h"
#include "core/words.h"
#include "net/body.h"
#include "net/cause.h"
#include "net/guard.h"
#include "net/posting.h"
#include "net/request.h"
#include "net/sessions.h"

#define READ_SIZE (64 * 1024)
#define STREAM_READ_SIZE (256 * 1024) /* of what is large */
#define PROGRESS_MS 100               /* between two looks at an upload's progress */
#define INTERIM_MAX 32                /* answers of 1xx before the answer */

struct CoexHttp {
    CoexSessions *sessions;
    guint timeout_s;
    CoexProxy *proxy; /* NULL: none */
    CoexGuard *guard;
    GCancellable *end;
    GQueue jobs; /* of Job, borrowed; the oldest first */
};

/* One request under way; belongs to its GTask. While a thread of its own sends it and reads the
 * answer (coex_http_upload_async()), its loop only stops it and counts what was sent. */
typedef struct {
    CoexHttp *http;    /* NULL when that was freed */
    GList *link;       /* in its jobs */
    gconstpointer tag; /* the caller's user_data: names the request */
    SoupSession *session;
    SoupMessage *message;
    CoexGuard *guard;
    char *host;
    char *proxy; /* its address; NULL: the host is reached without one */
    char *key;   /* secret; NULL without one */
    guint timeout_s;
    gint64 began_us;
    gint64 deadline_us;
    CoexHttpTake take;                                /* NULL: the body is collected */
    void (*wrote)(gpointer user_data, gsize n_bytes); /* NULL: it is no upload */
    gsize n_wrote;                                    /* and not told yet; atomic */
    char *content_type;                               /* of what is said; NULL: nothing */
    GBytes *said;
    gsize n_taken;
    GTask *full;    /* itself, while nobody takes what comes: its I/O rests; NULL */
    gint64 full_us; /* since when */
    gboolean is_send;
    gboolean is_post;
    gboolean written; /* its headers, completely: from here on the server may act */
    gboolean expired;
    guint n_interim;
    guint n_cuts;       /* by the guard, before it began */
    gboolean stopping;  /* the caller's, the deadline's or coex_http_free()'s wish */
    gboolean answering; /* the answer's headers are there, on_headers() is due */
    GCancellable *stop; /* of the I/O, by job_stop() */
    GSource *on_cancelled;
    GSource *on_deadline;
    GSource *on_progress; /* NULL: it is no upload */
    GInputStream *stream;
    GByteArray *body;
} Job;

static void on_headers(GObject *source, GAsyncResult *result, gpointer user_data);
static void on_bytes(GObject *source, GAsyncResult *result, gpointer user_data);
static void on_closed(GObject *source, GAsyncResult *result, gpointer user_data);
static void on_posted(GObject *source, GAsyncResult *result, gpointer user_data);
static void job_break(GTask *task, const GError *cause);

CoexHttp *
coex_http_new(guint timeout_s, const CoexProxy *proxy)
{
    CoexHttp *http = g_new0(CoexHttp, 1);

    http->timeout_s = timeout_s;
    http->proxy = coex_proxy_copy(proxy);
    http->guard = coex_guard_new();
    http->end = g_cancellable_new();
    http->sessions = coex_sessions_new(proxy);
    g_queue_init(&http->jobs);
    return http;
}

static void
guard_jobs(CoexHttp *http)
{
    gint64 first = 0;

    for (GList *item = http->jobs.head; item != NULL; item = item->next) {
        const Job *job = item->data;

        if (job->full == NULL)
            first = first == 0 ? job->deadline_us : MIN(first, job->deadline_us);
    }
    coex_guard_set_deadline(http->guard, first);
}

/* What holds the job to its surroundings; afterwards only its I/O can be left. */
static void
job_detach(Job *job)
{
    if (job->http != NULL) {
        g_queue_delete_link(&job->http->jobs, job->link);
        guard_jobs(job->http);
    }
    job->http = NULL;
    g_source_destroy(job->on_cancelled);
    g_source_destroy(job->on_deadline);
    if (job->on_progress != NULL)
        g_source_destroy(job->on_progress);
}

/* libsoup 3.4 to 3.6 ends a request twice, and so frees it too early, when it is cancelled between
 * its answer's headers and their completion (heap-use-after-free, mended in 3.7.1: "'finishing'
 * queue item twice"). No waiting lies between the two: on_headers() cancels then. */
static void
job_stop(Job *job)
{
    g_autoptr(GCancellable) stop = g_object_ref(job->stop);

    job->stopping = TRUE;
    if (job->wrote != NULL)
        coex_guard_cut(job->guard, job->session);
    if (job->full != NULL)
        job_break(g_steal_pointer(&job->full), NULL);
    else if (!job->answering)
        g_cancellable_cancel(stop);
}

gboolean
coex_http_is_unwritten(CoexHttp *http, gconstpointer user_data)
{
    for (GList *item = http->jobs.head; item != NULL; item = item->next) {
        const Job *job = item->data;

        if (job->tag == user_data)
            return !job->written;
    }
    return FALSE;
}

void
coex_http_free(CoexHttp *http)
{
    if (http == NULL)
        return;
    while (http->jobs.head != NULL) {
        Job *job = http->jobs.head->data;

        job_detach(job);
        job_stop(job);
    }
    g_cancellable_cancel(http->end);
    g_object_unref(http->end);
    coex_sessions_free(http->sessions);
    coex_guard_free(http->guard);
    coex_proxy_free(http->proxy);
    g_free(http);
}

GCancellable *
coex_http_get_end(CoexHttp *http)
{
    return http->end;
}

static void
job_free(Job *job)
{
    g_signal_handlers_disconnect_by_data(job->message, job);
    g_clear_object(&job->stream);
    g_clear_pointer(&job->said, g_bytes_unref);
    g_free(job->content_type);
    g_object_unref(job->message);
    g_object_unref(job->session);
    coex_guard_unref(job->guard);
    g_object_unref(job->stop);
    g_source_unref(job->on_cancelled);
    g_source_unref(job->on_deadline);
    g_clear_pointer(&job->on_progress, g_source_unref);
    g_clear_pointer(&job->body, g_byte_array_unref);
    g_free(job->host);
    g_free(job->proxy);
    g_free(job->key);
    g_free(job);
}

/* ---- errors: sentences for a user, none of them with a URL or a header in it ---- */

/* The cause and the way: "Could not reach <host>[ through the proxy <address>]: <cause>." */
static GError *
explain_unreached(Job *job, const char *cause, const char *advice)
{
    if (job->proxy != NULL)
        return g_error_new(COEX_ERROR, COEX_ERROR_NETWORK,
                           _("Could not reach %s through the proxy %s: %s. Check the proxy "
                             "settings and the network."),
                           job->host, job->proxy, cause);
    /* Translators: the name of a host, why, and a sentence: what helps */
    return g_error_new(COEX_ERROR, COEX_ERROR_NETWORK, _("Could not reach %s: %s. %s"), job->host,
                       cause, advice);
}

static GError *
explain_not_written(Job *job, const GError *cause)
{
    g_autofree char *late = g_strdup_printf(_("no connection within %u s"), job->timeout_s);

    if (job->expired)
        return explain_unreached(job, late, coex_cause_advise(NULL));
    if (g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
        return coex_error_mark_certificate(g_error_new(
            COEX_ERROR, COEX_ERROR_NETWORK,
            _("Could not reach %s safely: there is a problem with its certificate (%s). Check this "
              "computer's clock, and what stands between it and the network."),
            job->host,
            coex_cause_explain_certificate(
                soup_message_get_tls_peer_certificate_errors(job->message))));
    if (cause != NULL && cause->domain == G_TLS_ERROR)
        return g_error_new(COEX_ERROR, COEX_ERROR_NETWORK,
                           _("Could not reach %s safely: the encryption could not be set up (%s). "
                             "Check what stands between this computer and the network."),
                           job->host, cause->message);
    return explain_unreached(job, coex_cause_explain(cause), coex_cause_advise(cause));
}

static gboolean
job_is_cut(const Job *job)
{
    return coex_guard_count_cuts(job->guard) != job->n_cuts;
}

static GError *
explain_not_answered(Job *job, const GError *cause)
{
    g_autofree char *late = g_strdup_printf(_("time ran out after %u s"), job->timeout_s);
    const char *what = coex_cause_explain(cause);

    if (job->n_interim > INTERIM_MAX)
        what = _("it kept saying that an answer would come");
    else if (job_is_cut(job))
        what = _("what it said had no end");
    else if (job->expired)
        what = late;
    if (job->is_send)
        return g_error_new(
            COEX_ERROR, COEX_ERROR_UNCERTAIN,
            _("%s did not confirm the message: %s. It may have been sent all the same."), job->host,
            what);
    return g_error_new(COEX_ERROR, COEX_ERROR_RETRY,
                       _("%s gave no full answer: %s. Try again in a moment."), job->host, what);
}

static GError *
explain_too_large(Job *job)
{
    return g_error_new(COEX_ERROR, job->is_send ? COEX_ERROR_UNCERTAIN : COEX_ERROR_TOO_LARGE,
                       job->is_send
                           ? _("The answer of %s is too large: over %d MB. The message may "
                               "have been sent all the same.")
                           : _("The answer of %s is too large: over %d MB."),
                       job->host, COEX_HTTP_BODY_MAX / (1024 * 1024));
}

/* ---- the end of a job ---- */

/* Neither the query nor the body: those may hold what nobody else should read. */
static void
job_log(const Job *job, const char *outcome)
{
    g_debug("%s %s: %s, %" G_GINT64_FORMAT " ms", soup_message_get_method(job->message),
            g_uri_get_path(soup_message_get_uri(job->message)), outcome,
            (g_get_monotonic_time() - job->began_us) / 1000);
}

/* Takes the reference on @task. */
static void
job_fail(GTask *task, GError *error)
{
    job_log(g_task_get_task_data(task), error->message);
    job_detach(g_task_get_task_data(task));
    g_task_return_error(task, error);
    g_object_unref(task);
}

static void
job_break(GTask *task, const GError *cause)
{
    Job *job = g_task_get_task_data(task);

    if (!job->expired && job->stopping)
        job_fail(task, g_error_new(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
    else if (job->written)
        job_fail(task, explain_not_answered(job, cause));
    else
        job_fail(task, explain_not_written(job, cause));
}

/* ---- a request, from start to end ---- */

static void
on_wrote_headers(SoupMessage *message, gpointer user_data)
{
    Job *job = user_data;

    job->written = TRUE;
}

/* What goes on may take longer than a whole answer. */
static void
job_extend(Job *job)
{
    gint64 end_us = job->began_us + COEX_HTTP_STREAM_TIMES * job->timeout_s * G_USEC_PER_SEC;

    job->deadline_us = g_get_monotonic_time() + job->timeout_s * G_USEC_PER_SEC;
    /* What is uploaded has an end, however slow the line. */
    if (job->wrote == NULL)
        job->deadline_us = MIN(job->deadline_us, end_us);
    g_source_set_ready_time(job->on_deadline, job->deadline_us);
    if (job->http != NULL)
        guard_jobs(job->http);
}

/* In its thread. */
static void
on_wrote_body(SoupMessage *message, guint n_bytes, gpointer user_data)
{
    Job *job = user_data;

    g_atomic_pointer_add(&job->n_wrote, n_bytes);
}

static gboolean
on_progress(gpointer user_data)
{
    Job *job = user_data;
    gsize n_bytes = g_atomic_pointer_and(&job->n_wrote, 0);

    if (n_bytes > 0 && !job->stopping) {
        job_extend(job);
        job->wrote((gpointer)job->tag, n_bytes);
    }
    return G_SOURCE_CONTINUE;
}

static void
on_got_headers(SoupMessage *message, gpointer user_data)
{
    Job *job = user_data;

    job->answering = TRUE;
}

static void
on_got_informational(SoupMessage *message, gpointer user_data)
{
    Job *job = user_data;

    if (++job->n_interim > INTERIM_MAX)
        g_cancellable_cancel(job->stop);
}

/* In case its bytes never pause. */
static void
on_network_event(SoupMessage *message, GSocketClientEvent event, GIOStream *stream,
                 gpointer user_data)
{
    Job *job = user_data;

    if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION(stream))
        coex_guard_add(job->guard, g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream)),
                       job->session);
}

/* libsoup sends a POST again by itself only where the server says that it did not look at it (a
 * 421, or HTTP/2's REFUSED_STREAM, HTTP_1_1_REQUIRED and a GOAWAY before it), and then without the
 * body, which was read. */
static void
on_restarted(SoupMessage *message, gpointer user_data)
{
    Job *job = user_data;

    job->answering = FALSE;
    if (job->said != NULL)
        soup_message_set_request_body_from_bytes(job->message, job->content_type, job->said);
    if (job->is_post)
        job->written = FALSE;
}

static gboolean
on_deadline(gpointer user_data)
{
    Job *job = user_data;

    job->expired = !job->stopping;
    job_stop(job);
    return G_SOURCE_REMOVE;
}

/* The caller may cancel in the middle of its own work: what follows from it waits for the loop. */
static gboolean
on_cancelled(GCancellable *cancellable, gpointer user_data)
{
    Job *job = user_data;

    job_stop(job);
    return G_SOURCE_REMOVE;
}

/* For sources that job_detach() ends, so that they never meet a job that has gone. */
static GSource *
start_source(GSource *source, GSourceFunc callback, Job *job)
{
    g_source_set_callback(source, callback, job, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

static Job *
job_new(CoexHttp *http, const CoexRequest *request, SoupMessage *message, GCancellable *cancellable)
{
    Job *job = g_new0(Job, 1);

    job->http = http;
    g_queue_push_tail(&http->jobs, job);
    job->link = http->jobs.tail;
    job->message = g_object_ref(message);
    job->guard = coex_guard_ref(http->guard);
    job->host = g_strdup(g_uri_get_host(soup_message_get_uri(message)));
    if (coex_proxy_leads_to(http->proxy, job->host))
        job->proxy = coex_proxy_dup_address(http->proxy);
    job->key = coex_http_dup_key(request);
    job->timeout_s = http->timeout_s;
    job->began_us = g_get_monotonic_time();
    job->deadline_us = job->began_us + http->timeout_s * G_USEC_PER_SEC;
    job->n_cuts = coex_guard_count_cuts(http->guard);
    guard_jobs(http);
    job->content_type = g_strdup(request->content_type);
    job->said = request->body != NULL ? g_bytes_ref(request->body) : NULL;
    job->is_send = request->is_send;
    job->is_post = g_str_equal(request->method, "POST");
    job->stop = g_cancellable_new();
    job->body = g_byte_array_new();
    job->on_cancelled =
        start_source(g_cancellable_source_new(cancellable), G_SOURCE_FUNC(on_cancelled), job);
    job->on_deadline =
        start_source(g_timeout_source_new_seconds(http->timeout_s), on_deadline, job);
    return job;
}

/* In the loop. */
static void
job_send(GTask *task)
{
    Job *job = g_task_get_task_data(task);

    job->session = coex_sessions_get(job->http->sessions);
    g_signal_connect(job->message, "got-headers", G_CALLBACK(on_got_headers), job);
    soup_session_send_async(job->session, job->message, G_PRIORITY_DEFAULT, job->stop, on_headers,
                            task);
}

/* In a thread. */
static void
job_post(GTask *task, const CoexBody *body)
{
    Job *job = g_task_get_task_data(task);
    CoexPosting posting;

    job->wrote = body->wrote;
    job->on_progress = start_source(g_timeout_source_new(PROGRESS_MS), on_progress, job);
    job->session = coex_sessions_take(job->http->sessions);
    g_signal_connect(job->message, "wrote-body-data", G_CALLBACK(on_wrote_body), job);
    posting = (CoexPosting){ job->session,      job->message, job->stop,
                             job->content_type, *body,        COEX_HTTP_BODY_MAX };
    coex_posting_async(&posting, on_posted, task);
}

/* The caller fills in what the job is about before its loop runs. NULL: it has ended. */
static Job *
start(CoexHttp *http, const CoexRequest *request, const CoexBody *body, GCancellable *cancellable,
      GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_autoptr(SoupMessage) message = NULL;
    GError *error = NULL;
    Job *job;

    g_task_set_source_tag(task, coex_http_stream_async);
    message = coex_http_message_new(request, &error);
    if (message == NULL) {
        g_task_return_error(task, error);
        return NULL;
    }
    job = job_new(http, request, message, cancellable);
    job->tag = user_data;
    if (job->said != NULL)
        soup_message_set_request_body_from_bytes(message, job->content_type, job->said);
    g_task_set_task_data(task, job, (GDestroyNotify)job_free);
    g_signal_connect(message, "wrote-headers", G_CALLBACK(on_wrote_headers), job);
    g_signal_connect(message, "got-informational", G_CALLBACK(on_got_informational), job);
    g_signal_connect(message, "network-event", G_CALLBACK(on_network_event), job);
    g_signal_connect(message, "restarted", G_CALLBACK(on_restarted), job);
    if (body != NULL)
        job_post(g_steal_pointer(&task), body);
    else
        job_send(g_steal_pointer(&task));
    return job;
}

void
coex_http_stream_async(CoexHttp *http, const CoexRequest *request, CoexHttpTake take,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    Job *job = start(http, request, NULL, cancellable, callback, user_data);

    if (job != NULL)
        job->take = take;
}

void
coex_http_send_async(CoexHttp *http, const CoexRequest *request, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
    start(http, request, NULL, cancellable, callback, user_data);
}

void
coex_http_upload_async(CoexHttp *http, const CoexRequest *request, const CoexBody *body,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    start(http, request, body, cancellable, callback, user_data);
}

static gboolean
job_is_stream(const Job *job)
{
    return job->take != NULL && SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(job->message));
}

static void
read_on(GTask *task)
{
    Job *job = g_task_get_task_data(task);

    g_input_stream_read_bytes_async(job->stream, job_is_stream(job) ? STREAM_READ_SIZE : READ_SIZE,
                                    G_PRIORITY_DEFAULT, job->stop, on_bytes, task);
}

static void
on_headers(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    Job *job = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;

    job->stream = soup_session_send_finish(SOUP_SESSION(source), result, &error);
    job->answering = FALSE;
    if (job->stream == NULL || job->stopping)
        job_break(task, error);
    else
        read_on(task);
}

/* As slow as it may be, the time of who takes it is not the server's. */
static void
job_rest(GTask *task)
{
    Job *job = g_task_get_task_data(task);

    job->full = task;
    job->full_us = g_get_monotonic_time();
    g_source_set_ready_time(job->on_deadline, -1);
    if (job->http != NULL)
        guard_jobs(job->http);
}

void
coex_http_read_on(CoexHttpStream *stream)
{
    Job *job = g_task_get_task_data(stream);
    GTask *task = g_steal_pointer(&job->full);

    if (task == NULL)
        return;
    job->began_us += g_get_monotonic_time() - job->full_us;
    job_extend(job);
    read_on(task);
}

static gboolean
job_take(GTask *task, GBytes *bytes, GError **error)
{
    Job *job = g_task_get_task_data(task);
    CoexHttpTaken taken;

    job->n_taken += g_bytes_get_size(bytes);
    job_extend(job);
    taken = job->take((gpointer)job->tag, task, bytes, error);
    if (taken == COEX_HTTP_FULL)
        job_rest(task);
    return taken != COEX_HTTP_FAILED;
}

/* Keeps a part of the body, wherever it goes. */
static gboolean
job_keep(GTask *task, GBytes *bytes, GError **error)
{
    Job *job = g_task_get_task_data(task);
    gsize size = g_bytes_get_size(bytes);

    if (job_is_stream(job))
        return size == 0 || job_take(task, bytes, error);
    if (job->body->len + size > COEX_HTTP_BODY_MAX) {
        g_propagate_error(error, explain_too_large(job));
        return FALSE;
    }
    g_byte_array_append(job->body, g_bytes_get_data(bytes, NULL), size);
    return TRUE;
}

static void
on_bytes(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    Job *job = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = NULL;

    bytes = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
    if (bytes == NULL) {
        job_break(task, error);
        return;
    }
    if (!job_keep(task, bytes, &error))
        job_fail(task, g_steal_pointer(&error));
    else if (job->full != NULL)
        return;
    else if (job_is_cut(job))
        job_break(task, NULL);
    else if (g_bytes_get_size(bytes) > 0)
        read_on(task);
    else
        /* this gives the connection back, for the request that the answer may lead to */
        g_input_stream_close_async(job->stream, G_PRIORITY_DEFAULT, job->stop, on_closed, task);
}

/* The answer is complete. Takes the reference on @task. */
static void
job_finish(GTask *task)
{
    Job *job = g_task_get_task_data(task);
    GByteArray *body = g_steal_pointer(&job->body);
    g_autofree char *outcome =
        g_strdup_printf("%u with %" G_GSIZE_FORMAT " bytes", soup_message_get_status(job->message),
                        body->len + job->n_taken);

    job_log(job, outcome);
    job_detach(job);
    g_task_return_pointer(task, coex_http_response_new(job->message, body, job->key),
                          (GDestroyNotify)coex_response_free);
    g_object_unref(task);
}

/* Whatever that says. */
static void
on_closed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_input_stream_close_finish(G_INPUT_STREAM(source), result, NULL);
    job_finish(user_data);
}

static void
on_posted(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    Job *job = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    gboolean stopped;

    g_byte_array_unref(job->body);
    job->body = coex_posting_finish(result, &error);
    on_progress(job);
    stopped = job->stopping || job_is_cut(job);
    if (!stopped && error == NULL) {
        coex_sessions_give_back(job->http->sessions, job->session);
        job_finish(task);
    } else if (!stopped && error->domain == COEX_ERROR) {
        job_fail(task, g_steal_pointer(&error));
    } else if (!stopped && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE)) {
        job_fail(task, explain_too_large(job));
    } else {
        job_break(task, error);
    }
}

void
coex_http_hurry(GMainContext *loop)
{
    coex_guard_hurry(loop);
}

CoexResponse *
coex_http_send_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
