// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/posting.h"

#include "core/words.h"
#include "net/worker.h"

#define READ_SIZE (64 * 1024)

/* Belongs to its GTask. */
typedef struct {
    CoexPosting what;
    GError *error; /* for which it was stopped here; NULL */
} Posting;

static void
posting_free(gpointer data)
{
    Posting *posting = data;

    g_clear_error(&posting->error);
    g_free(posting);
}

/* ---- in its thread ---- */

static gboolean
set_body(Posting *posting)
{
    const CoexPosting *what = &posting->what;
    gint64 length = 0;
    g_autoptr(GInputStream) stream = what->body.open(what->body.data, &length, &posting->error);

    if (stream == NULL)
        return FALSE;
    soup_message_set_request_body(what->message, what->content_type, stream, (gssize)length);
    return TRUE;
}

/* libsoup sends it again by itself where the server says that it did not look at it (a 421), and
 * then without the body, which was read. */
static void
on_restarted(SoupMessage *message, gpointer user_data)
{
    Posting *posting = user_data;

    if (!set_body(posting))
        g_cancellable_cancel(posting->what.stop);
}

/* libsoup up to 3.7 can end the program over a body that it sends by HTTP/2. GnuTLS takes whatever
 * the server chooses. */
static void
on_network_event(SoupMessage *message, GSocketClientEvent event, GIOStream *stream,
                 gpointer user_data)
{
    static const char *const plain[] = { "http/1.1", NULL };
    Posting *posting = user_data;
    const char *chosen;

    if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
        g_tls_connection_set_advertised_protocols(G_TLS_CONNECTION(stream), plain);
    if (event != G_SOCKET_CLIENT_TLS_HANDSHAKED)
        return;
    chosen = g_tls_connection_get_negotiated_protocol(G_TLS_CONNECTION(stream));
    if (chosen == NULL || g_str_equal(chosen, plain[0]))
        return;
    g_set_error(&posting->error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                _("it does not speak HTTP/1.1, but \"%s\""), chosen);
    g_cancellable_cancel(posting->what.stop);
}

static GByteArray *
read_answer(const CoexPosting *what, GInputStream *stream, GError **error)
{
    g_autoptr(GByteArray) answer = g_byte_array_new();

    for (;;) {
        g_autoptr(GBytes) bytes = g_input_stream_read_bytes(stream, READ_SIZE, what->stop, error);

        if (bytes == NULL)
            return NULL;
        if (g_bytes_get_size(bytes) == 0)
            return g_steal_pointer(&answer);
        if (answer->len + g_bytes_get_size(bytes) > what->answer_max) {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("Too large"));
            return NULL;
        }
        g_byte_array_append(answer, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    }
}

static GByteArray *
post(Posting *posting, GError **error)
{
    const CoexPosting *what = &posting->what;
    g_autoptr(GInputStream) stream = NULL;

    g_signal_connect(what->message, "restarted", G_CALLBACK(on_restarted), posting);
    g_signal_connect(what->message, "network-event", G_CALLBACK(on_network_event), posting);
    if (set_body(posting))
        stream = soup_session_send(what->session, what->message, what->stop, error);
    return stream != NULL ? read_answer(what, stream, error) : NULL;
}

/* libsoup 3.2 leaves a timer in the thread's default context, which is the host's main loop where
 * there is no other: one that nobody runs has it. */
static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Posting *posting = task_data;
    g_autoptr(GMainContext) context = g_main_context_new();
    GError *error = NULL;
    GByteArray *answer;

    g_main_context_push_thread_default(context);
    answer = post(posting, &error);
    g_signal_handlers_disconnect_by_data(posting->what.message, posting);
    soup_message_set_request_body(posting->what.message, NULL, NULL, 0);
    g_main_context_pop_thread_default(context);
    if (posting->error != NULL) {
        g_clear_error(&error);
        error = g_steal_pointer(&posting->error);
        g_clear_pointer(&answer, g_byte_array_unref);
    }
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, answer, (GDestroyNotify)g_byte_array_unref);
}

/* ---- for its caller ---- */

void
coex_posting_async(const CoexPosting *what, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    Posting *posting = g_new0(Posting, 1);

    posting->what = *what;
    g_task_set_task_data(task, posting, posting_free);
    coex_worker_run(task, run);
}

GByteArray *
coex_posting_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
