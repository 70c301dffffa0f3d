// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/relay-source.h"

#include "core/api.h"
#include "core/error.h"
#include "core/relay.h"
#include "core/retry.h"
#include "core/timer.h"
#include "core/trouble.h"
#include "core/window.h"
#include "core/words.h"
#include "net/http.h"
#include "net/suspend.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"
#include <string.h>

#define WAIT_S 50     /* that the relay may wait for something new */
#define ANSWER_S 20   /* and that its answer may take beside that */
#define LOOK_MS 10000 /* between looks whether the computer was suspended */
#define SUSPEND_US (5 * G_USEC_PER_SEC)
#define AWAY_FAILURES 3 /* a relay that is only started anew is not worth a line */
#define SOON 20         /* tries that are not more than 2^SOON_ATTEMPT seconds apart */
#define SOON_ATTEMPT 1
#define QUIET_US (600 * (gint64)G_USEC_PER_SEC) /* between two lines of one kind */
#define AGE_MAX_S (400 * (gint64)24 * 60 * 60)  /* older nothing is that came by a relay */

/* What is wrong with the relay, each told once until it is well again. */
typedef enum {
    WELL,
    AWAY,
    STRANGE, /* it answers, but not as a relay */
    WRONG_KEY,
    WRONG_PATH,
} Trouble;

struct CoexRelaySource {
    guint refs; /* its own, and one of each answer or commit that is awaited */
    gboolean over;
    CoexSource *source;
    CoexRelaySpec spec; /* its strings owned by the following */
    char *url;
    char *key;
    char *host;
    CoexHttp *http;
    GCancellable *cancellable; /* of the question under way */

    /* Where the log was read to. */
    char *log; /* its name; NULL: not known yet */
    gint64 cursor;
    gint64 refused_from; /* the first that the present secret did not prove; 0: none */

    /* The question under way. */
    CoexRelayReader *reader;
    CoexBatch *batch;
    gint64 asked_us;
    guint wait_s;
    gint64 last; /* sequence */
    guint n_genuine;
    guint n_refused;
    guint n_sends; /* copies of what desks sent */
    gint64 oldest_at;
    gboolean woken; /* it was given up, to ask anew at once */

    GSource *next;
    GSource *look;
    gint64 slept_us;  /* by coex_suspend_get_us(), when it was asked */
    guint n_failures; /* in a row */
    guint n_idle;     /* answers in a row that brought nothing and did not wait */
    guint n_resets;
    CoexTrouble trouble;
    gint64 reset_us; /* when it was told that the log is another one */
    gboolean has_caught_up;
    gboolean was_away; /* since then: */
    guint n_meanwhile;
    gint64 oldest_meanwhile;
};

static void ask(CoexRelaySource *relay, guint wait_s);

static CoexRelaySource *
ref(CoexRelaySource *relay)
{
    relay->refs++;
    return relay;
}

static void
drop_answer(CoexRelaySource *relay)
{
    g_clear_pointer(&relay->reader, coex_relay_reader_free);
    g_clear_pointer(&relay->batch, coex_batch_free);
}

static void
unref(CoexRelaySource *relay)
{
    if (--relay->refs > 0)
        return;
    drop_answer(relay);
    coex_source_unref(relay->source);
    g_clear_object(&relay->cancellable);
    g_free(relay->url);
    g_free(relay->key);
    g_free(relay->host);
    g_free(relay->log);
    g_free(relay);
}

/* ---- the place ---- */

/* "log cursor refused-from secret-id". With another secret what the one before did not prove may be
 * genuine. */
static void
read_place(CoexRelaySource *relay, const char *place)
{
    g_auto(GStrv) words = g_strsplit(place != NULL ? place : "", " ", 4);
    const char *secret_id = coex_verifier_get_secret_id(coex_source_get_verifier(relay->source));

    if (g_strv_length(words) != 4)
        return;
    relay->log = g_strdup(words[0]);
    relay->cursor = g_ascii_strtoll(words[1], NULL, 10);
    relay->refused_from = g_ascii_strtoll(words[2], NULL, 10);
    if (g_str_equal(words[3], secret_id) || relay->refused_from == 0)
        return;
    relay->cursor = MIN(relay->cursor, relay->refused_from - 1);
    relay->refused_from = 0;
}

static char *
dup_place(const CoexRelaySource *relay)
{
    return g_strdup_printf("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s", relay->log,
                           relay->cursor, relay->refused_from,
                           coex_verifier_get_secret_id(coex_source_get_verifier(relay->source)));
}

/* ---- what is told ---- */

G_GNUC_PRINTF(2, 3)
static void
tell(CoexRelaySource *relay, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    va_start(args, format);
    line = coex_say_args(format, args);
    va_end(args);
    relay->spec.tell(line, relay->spec.source.data);
}

static void
explain(CoexRelaySource *relay, Trouble trouble, const char *why)
{
    switch (trouble) {
    case WELL:
        break;
    case AWAY:
        tell(relay,
             /* Translators: %s is a sentence: why */
             _("The relay cannot be asked: %s What comes for this number waits there, and is "
               "fetched as soon as that works."),
             why);
        break;
    case STRANGE:
        tell(relay,
             _("What answers at the option {@relay} is no relay, or a broken one: %s. Nothing of "
               "that "
               "was taken. Look there, or correct the option and log in again."),
             why);
        break;
    case WRONG_KEY:
        tell(
            relay,
            /* Translators: relay-key and desk-key are typed so: leave them */
            _("The relay %s refuses the option {@relay-key}, so nothing comes from it. Copy the "
              "desk-key from its configuration and log in again; what came meanwhile waits there."),
            relay->host);
        break;
    case WRONG_PATH:
        tell(relay,
             _("The relay %s has nothing at the path of the option {@relay}. Correct it, as in "
               "https://relay.example.org/bakery, and log in again."),
             relay->host);
        break;
    }
}

static void
tell_trouble(CoexRelaySource *relay, Trouble trouble, const char *why)
{
    if (!coex_trouble_note(&relay->trouble, trouble, g_get_monotonic_time()))
        return;
    relay->was_away |= trouble == AWAY;
    explain(relay, trouble, why);
}

/* All that it had is here. */
static void
note_end(CoexRelaySource *relay)
{
    g_autofree char *time = coex_window_dup_known_time(relay->oldest_meanwhile);

    if (!relay->has_caught_up)
        relay->spec.caught_up(relay->spec.source.data);
    relay->has_caught_up = TRUE;
    if (!relay->was_away)
        return;
    relay->was_away = FALSE;
    if (relay->n_meanwhile == 0)
        tell(relay, _("The relay answers again. Nothing came meanwhile."));
    else
        tell(relay,
             /* Translators: %s is a day and a time */
             COEX_PLURAL("The relay answers again. %u delivery came meanwhile, at %s.",
                         "The relay answers again. %u deliveries came meanwhile, the oldest at %s.",
                         relay->n_meanwhile),
             relay->n_meanwhile, time);
    relay->n_meanwhile = 0;
}

/* ---- when to ask next ---- */

static void
on_next(gpointer data)
{
    CoexRelaySource *relay = data;

    ask(relay, relay->n_failures > 0 ? 0 : WAIT_S);
}

/* One that is started anew is back soon: it is asked often at first. */
static void
ask_after(CoexRelaySource *relay, guint n_times)
{
    coex_timer_start(&relay->next,
                     coex_retry_eager_ms(n_times, SOON, SOON_ATTEMPT, g_random_double()), on_next,
                     relay);
}

static void
fail(CoexRelaySource *relay, Trouble trouble, const char *why)
{
    relay->n_failures++;
    if (trouble != AWAY || relay->n_failures >= AWAY_FAILURES)
        tell_trouble(relay, trouble, why);
    ask_after(relay, relay->n_failures - 1);
}

/* ---- one delivery ---- */

/* The row of @body, and whether @delivery's proof is its. */
static CoexVerdict
make_row(CoexRelaySource *relay, const CoexRelayDelivery *delivery, GBytes *body,
         CoexDelivery *ret_row)
{
    const CoexVerifier *verifier = coex_source_get_verifier(relay->source);
    g_autoptr(CoexBodyHash) hash = coex_body_hash_new(verifier);
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    gsize length;
    const void *bytes = g_bytes_get_data(body, &length);

    *ret_row =
        (CoexDelivery){ .secret_id = coex_verifier_get_secret_id(verifier),
                        .received_at = delivery->received_at > 0
                                           ? CLAMP(delivery->received_at, now - AGE_MAX_S, now)
                                           : now,
                        .body = body };
    coex_body_hash_update(hash, bytes, length);
    return coex_body_hash_finish(hash, delivery->proof, ret_row->key);
}

static void
note_refused(CoexRelaySource *relay, const CoexRelayDelivery *delivery, CoexVerdict verdict)
{
    relay->n_refused++;
    if (relay->refused_from == 0)
        relay->refused_from = delivery->sequence;
    coex_source_refuse(relay->source, verdict);
}

/* It is proven in its own way. */
static void
take_send(CoexRelaySource *relay, const CoexRelayDelivery *delivery)
{
    g_autoptr(GBytes) body = relay->spec.read_send(delivery->body, relay->spec.source.data);
    CoexDelivery row;

    if (body == NULL) {
        note_refused(relay, delivery, COEX_VERDICT_WRONG);
        return;
    }
    relay->n_sends++;
    make_row(relay, delivery, body, &row);
    coex_batch_add_delivery(relay->batch, &row);
}

static void
on_delivery(const CoexRelayDelivery *delivery, gpointer data)
{
    CoexRelaySource *relay = data;
    CoexDelivery row;
    CoexVerdict verdict;

    relay->last = delivery->sequence;
    if (delivery->is_send) {
        take_send(relay, delivery);
        return;
    }
    verdict = make_row(relay, delivery, delivery->body, &row);
    if (verdict != COEX_VERDICT_GENUINE) {
        note_refused(relay, delivery, verdict);
        return;
    }
    if (relay->n_genuine++ == 0)
        relay->oldest_at = row.received_at;
    relay->oldest_at = MIN(relay->oldest_at, row.received_at);
    coex_batch_add_delivery(relay->batch, &row);
}

/* ---- one answer ---- */

static void
go_on(CoexRelaySource *relay, gboolean has_more)
{
    gboolean is_early =
        (g_get_monotonic_time() - relay->asked_us) / G_USEC_PER_SEC < (gint64)relay->wait_s / 2;
    gboolean is_idle =
        relay->n_genuine + relay->n_sends == 0 && (relay->n_refused > 0 || has_more || is_early);

    relay->n_idle = is_idle ? relay->n_idle + 1 : 0;
    if (is_idle)
        ask_after(relay, relay->n_idle - 1);
    else
        ask(relay, has_more ? 0 : WAIT_S);
}

typedef struct {
    CoexRelaySource *relay;
    gint64 cursor; /* from now on */
    gboolean has_more;
    char *why; /* the answer was broken behind it, NULL */
} Kept;

static void
on_kept(CoexBatch *batch, const GError *error, gpointer data)
{
    g_autofree Kept *kept = data;
    CoexRelaySource *relay = kept->relay;
    g_autofree char *why = kept->why;

    if (!relay->over && error != NULL) {
        relay->spec.source.lost(error, relay->spec.source.data);
        relay->n_failures++;
        ask_after(relay, relay->n_failures - 1);
    } else if (!relay->over) {
        relay->n_meanwhile += relay->was_away ? relay->n_genuine : 0;
        if (relay->n_meanwhile > 0 && relay->n_meanwhile == relay->n_genuine)
            relay->oldest_meanwhile = relay->oldest_at;
        relay->cursor = kept->cursor;
        if (why != NULL)
            fail(relay, STRANGE, why);
        else if (!kept->has_more)
            note_end(relay);
        if (why == NULL)
            go_on(relay, kept->has_more);
    }
    unref(relay);
}

/* Takes @why. */
static void
keep(CoexRelaySource *relay, gint64 cursor, gboolean has_more, char *why)
{
    Kept *kept = g_new(Kept, 1);
    gint64 before = relay->cursor;
    g_autofree char *place = NULL;

    *kept = (Kept){ ref(relay), cursor, has_more, why };
    relay->cursor = cursor;
    place = dup_place(relay);
    relay->cursor = before;
    relay->spec.note(relay->batch, place, relay->spec.source.data);
    coex_store_commit(relay->spec.store, g_steal_pointer(&relay->batch), on_kept, kept);
}

/* What it calls itself is another log, or one that was put back: places in ours mean nothing
 * there. */
static void
begin_anew(CoexRelaySource *relay, const char *log)
{
    gint64 now_us = g_get_monotonic_time();

    g_free(relay->log);
    relay->log = g_strdup(log);
    relay->refused_from = 0;
    relay->n_genuine = 0;
    relay->n_refused = 0;
    relay->n_sends = 0;
    g_clear_pointer(&relay->batch, coex_batch_free);
    relay->batch = relay->spec.begin(relay->spec.source.data);
    if (relay->n_resets++ == 0 || now_us - relay->reset_us >= QUIET_US) {
        relay->reset_us = now_us;
        tell(relay,
             _("The relay began a new log, so all that it has is read once more. What is here "
               "already stays, and is not shown again. What relays still have on their disks comes "
               "again; only what no desk had fetched and no relay has any more is lost."));
    }
    keep(relay, 0, TRUE, NULL);
}

static void
take_answer(CoexRelaySource *relay, const CoexRelayEnd *end)
{
    if (relay->log != NULL &&
        (!g_str_equal(relay->log, end->relay) || end->newest < relay->cursor)) {
        begin_anew(relay, end->relay);
        return;
    }
    if (relay->cursor > 0 && end->oldest > relay->cursor + 1)
        tell(relay, _("The relay keeps deliveries for a while only, and some went before this desk "
                      "came to fetch them. Look at the phone for what is missing here."));
    if (relay->log == NULL)
        relay->log = g_strdup(end->relay);
    relay->n_failures = 0;
    coex_trouble_end(&relay->trouble);
    if (end->after > relay->cursor) {
        keep(relay, end->after, end->after < end->newest, NULL);
        return;
    }
    note_end(relay);
    go_on(relay, FALSE);
}

static void
take_status(CoexRelaySource *relay, const CoexResponse *response)
{
    gboolean is_away = response->status == 429 || response->status >= 500;
    g_autofree char *why =
        coex_say(is_away ? _("%s answered with HTTP %u.") : _("%s answered with HTTP %u"),
                 relay->host, response->status);

    if (response->status == 401 || response->status == 403)
        fail(relay, WRONG_KEY, NULL);
    else if (response->status == 404)
        fail(relay, WRONG_PATH, NULL);
    else
        fail(relay, is_away ? AWAY : STRANGE, why);
}

/* What came whole before it broke off is kept: else a bad place would hold up all before it. */
static void
take_break(CoexRelaySource *relay, const GError *error)
{
    gboolean is_strange = g_error_matches(error, COEX_ERROR, COEX_ERROR_PROTOCOL);

    if (relay->log == NULL || relay->last <= relay->cursor ||
        relay->n_genuine + relay->n_sends == 0)
        fail(relay, is_strange ? STRANGE : AWAY, error->message);
    else
        keep(relay, relay->last, TRUE, is_strange ? g_strdup(error->message) : NULL);
}

static CoexHttpTaken
on_take(gpointer data, CoexHttpStream *stream, GBytes *bytes, GError **error)
{
    CoexRelaySource *relay = data;
    gsize length;
    const char *piece = g_bytes_get_data(bytes, &length);

    return !relay->over && coex_relay_reader_feed(relay->reader, piece, length, error)
               ? COEX_HTTP_TAKEN
               : COEX_HTTP_FAILED;
}

static void
on_answer(GObject *object, GAsyncResult *result, gpointer data)
{
    CoexRelaySource *relay = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);
    const CoexRelayEnd *end = NULL;

    coex_timer_clear(&relay->look);
    if (relay->over) {
        unref(relay);
        return;
    }
    if (response != NULL && response->status == 200)
        end = coex_relay_reader_finish(relay->reader, &error);
    if (end != NULL)
        take_answer(relay, end);
    else if (relay->woken)
        ask(relay, 0);
    else if (response != NULL && response->status != 200)
        take_status(relay, response);
    else
        take_break(relay, error);
    unref(relay);
}

/* ---- a question ---- */

/* The connection is dead after a suspend, and nobody says so. */
static void
on_look(gpointer data)
{
    CoexRelaySource *relay = data;

    coex_timer_start(&relay->look, LOOK_MS, on_look, relay);
    if (coex_suspend_get_us() - relay->slept_us < SUSPEND_US)
        return;
    relay->woken = TRUE;
    g_cancellable_cancel(relay->cancellable);
}

static void
ask(CoexRelaySource *relay, guint wait_s)
{
    const CoexVerifier *verifier = coex_source_get_verifier(relay->source);
    g_autoptr(CoexRequest) request = coex_relay_ask(relay->url, relay->key, relay->cursor, wait_s);

    drop_answer(relay);
    relay->reader = coex_relay_reader_new(relay->cursor, coex_verifier_get_header(verifier),
                                          on_delivery, relay);
    relay->batch = relay->spec.begin(relay->spec.source.data);
    relay->asked_us = g_get_monotonic_time();
    relay->slept_us = coex_suspend_get_us();
    relay->wait_s = wait_s;
    relay->last = relay->cursor;
    relay->n_genuine = 0;
    relay->n_refused = 0;
    relay->n_sends = 0;
    relay->woken = FALSE;
    g_clear_object(&relay->cancellable);
    relay->cancellable = g_cancellable_new();
    coex_timer_start(&relay->look, LOOK_MS, on_look, relay);
    coex_http_stream_async(relay->http, request, on_take, relay->cancellable, on_answer,
                           ref(relay));
}

static void
on_begin(gpointer data)
{
    ask(data, 0);
}

/* ---- its life ---- */

CoexRelaySource *
coex_relay_source_new(const CoexRelaySpec *spec)
{
    CoexRelaySource *relay = g_new0(CoexRelaySource, 1);

    relay->refs = 1;
    relay->spec = *spec;
    relay->source = coex_source_new(&spec->source);
    relay->url = g_strdup(spec->url);
    relay->key = g_strdup(spec->key);
    relay->host = coex_relay_dup_host(spec->url);
    relay->http = coex_http_new(WAIT_S + ANSWER_S, spec->proxy);
    read_place(relay, spec->place);
    coex_timer_start(&relay->next, 0, on_begin, relay);
    return relay;
}

void
coex_relay_source_stop(CoexRelaySource *relay)
{
    if (relay->over)
        return;
    relay->over = TRUE;
    coex_source_end(relay->source);
    coex_timer_clear(&relay->next);
    coex_timer_clear(&relay->look);
    g_clear_pointer(&relay->http, coex_http_free);
}

void
coex_relay_source_free(CoexRelaySource *relay)
{
    coex_relay_source_stop(relay);
    unref(relay);
}

gint64
coex_relay_source_get_place(const CoexRelaySource *relay)
{
    return relay != NULL && relay->log != NULL ? relay->cursor : -1;
}

gboolean
coex_relay_source_is_ill(const CoexRelaySource *relay)
{
    return relay != NULL && relay->trouble.told != WELL;
}
