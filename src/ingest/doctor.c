// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/doctor.h"

#include "core/backend.h"
#include "core/doctor.h"
#include "core/error.h"
#include "core/proxy.h"
#include "core/report.h"
#include "core/timer.h"
#include "core/words.h"
#include "ingest/receiver.h"
#include "net/disk.h"
#include "net/http.h"
#include <string.h>

#define BODY "{\"object\":\"whatsapp_business_account\",\"entry\":[]}"
#define ANSWER_MAX 300 /* bytes looked at of what answers a trial */

struct CoexDoctor {
    guint refs; /* its own, and one of each answer that is awaited */
    gboolean over;
    CoexDoctorSpec spec;
    const CoexDoctorFace *face;
    gpointer user_data;
    char *folder;
    CoexReport *report;
    CoexVerifier *verifier;
    CoexHttp *http;
    CoexHttp *local; /* to our own listener, whatever the proxy is */
    GCancellable *cancellable;
    CoexReceiver *receiver; /* ours, borrowed; NULL: none */
    CoexReceiver *own;      /* NULL: somebody else listens, or nobody */
    gboolean listens;       /* what is tried can arrive */
    gboolean left;          /* its own listener, to a login */
    char *nonce;
    char *address;     /* the public one; NULL: none to try */
    gboolean led;      /* it leads here, as far as it was tried */
    const char *tried; /* the folder whose disk is waited for; NULL: none */
    GSource *timer;    /* of that */
    GSource *begin;    /* also of what follows coex_doctor_leave() */
    guint step;
};

static void go_on(CoexDoctor *doctor);

static CoexDoctor *
ref(CoexDoctor *doctor)
{
    doctor->refs++;
    return doctor;
}

static void
unref(CoexDoctor *doctor)
{
    if (--doctor->refs > 0)
        return;
    coex_case_free(doctor->spec.c);
    coex_report_free(doctor->report);
    coex_verifier_unref(doctor->verifier);
    g_object_unref(doctor->cancellable);
    g_free(doctor->folder);
    g_free(doctor->nonce);
    g_free(doctor->address);
    g_free(doctor);
}

static CoexReceiver *
get_receiver(const CoexDoctor *doctor)
{
    return doctor->own != NULL ? doctor->own : doctor->receiver;
}

/* ---- questions to the provider ---- */

static const CoexQuestion *get_question(const CoexDoctor *doctor);

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CoexDoctor *doctor = user_data;
    CoexCase *c = doctor->spec.c;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);

    if (!doctor->over) {
        c->again = FALSE;
        if (response != NULL)
            coex_doctor_note_date(c, response->date, doctor->face->now(doctor->user_data));
        get_question(doctor)->read(c, response, error, doctor->report);
        doctor->step += c->again ? 0 : 1;
        go_on(doctor);
    }
    unref(doctor);
}

/* TRUE: an answer is awaited. */
static gboolean
ask(CoexDoctor *doctor, const CoexQuestion *question)
{
    g_autoptr(CoexRequest) request =
        question->ask(doctor->spec.c, doctor->spec.facts, doctor->report);

    if (request == NULL)
        return FALSE;
    coex_http_send_async(doctor->http, request, doctor->cancellable, on_answer, ref(doctor));
    return TRUE;
}

/* ---- trials ---- */

typedef void (*Tried)(CoexDoctor *doctor, const CoexTrial *trial);

typedef struct {
    CoexDoctor *doctor;
    Tried tried;
    gboolean own; /* it was to arrive at the doctor's own listener */
} Attempt;

static void
on_tried(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Attempt *attempt = user_data;
    CoexDoctor *doctor = attempt->doctor;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);
    g_auto(CoexArrival) arrival = { 0 };
    g_autofree char *body = NULL;
    CoexTrial trial = { .error = error != NULL ? error->message : "",
                        .certificate = coex_error_is_of_certificate(error),
                        .body = "" };

    if (doctor->over) {
        unref(doctor);
        return;
    }
    if (get_receiver(doctor) != NULL)
        coex_receiver_read_arrival(get_receiver(doctor), doctor->nonce, &arrival);
    if (response != NULL) {
        body = g_strndup(g_bytes_get_data(response->body, NULL),
                         MIN(g_bytes_get_size(response->body), ANSWER_MAX));
        trial.status = response->status;
        trial.body = body != NULL ? body : "";
        trial.server = response->server;
    }
    trial.arrived = arrival.arrived;
    trial.path = arrival.path;
    trial.verdict = arrival.verdict;
    /* what was taken away in the middle tells nothing */
    if (!attempt->own || doctor->own != NULL)
        attempt->tried(doctor, &trial);
    doctor->step++;
    go_on(doctor);
    unref(doctor);
}

/* POST with @proof in the provider's header, NULL: without; or, without a body, GET. */
static void
attempt_request(CoexDoctor *doctor, CoexHttp *http, const char *url, const char *proof, Tried tried)
{
    g_autoptr(CoexRequest) request = g_new0(CoexRequest, 1);
    Attempt *attempt = g_new(Attempt, 1);

    request->method = "POST";
    request->url = g_strdup_printf("%s%c" COEX_RECEIVER_PROBE "=%s", url,
                                   strchr(url, '?') != NULL ? '&' : '?', doctor->nonce);
    request->auth_header =
        proof != NULL ? g_strdup(coex_verifier_get_header(doctor->verifier)) : NULL;
    request->auth_value = g_strdup(proof);
    request->content_type = g_strdup("application/json");
    request->body = g_bytes_new_static(BODY, strlen(BODY));
    *attempt = (Attempt){ ref(doctor), tried, doctor->own != NULL };
    coex_http_send_async(http, request, doctor->cancellable, on_tried, attempt);
}

static void
attempt_challenge(CoexDoctor *doctor, const char *url, Tried tried)
{
    g_autoptr(CoexRequest) request = g_new0(CoexRequest, 1);
    Attempt *attempt = g_new(Attempt, 1);
    g_autofree char *token = g_uri_escape_string(doctor->spec.c->verify_token, NULL, FALSE);

    request->method = "GET";
    request->url = g_strdup_printf("%s?hub.mode=subscribe&hub.verify_token=%s&hub.challenge=%s"
                                   "&" COEX_RECEIVER_PROBE "=%s",
                                   url, token, doctor->nonce, doctor->nonce);
    *attempt = (Attempt){ ref(doctor), tried, doctor->own != NULL };
    coex_http_send_async(doctor->local, request, doctor->cancellable, on_tried, attempt);
}

/* What the provider would send with the body; NULL: there is no secret. */
static char *
dup_proof(const CoexDoctor *doctor)
{
    const char *colon = strchr(doctor->spec.c->webhook_header, ':');
    g_autoptr(CoexBodyHash) hash = NULL;
    GString *hex;
    guint8 key[32] = { 0 };

    if (coex_verifier_get_header(doctor->verifier) == NULL)
        return NULL;
    if (coex_verifier_get_proof(doctor->verifier) == COEX_PROOF_HEADER)
        return colon != NULL ? g_strstrip(g_strdup(colon + 1)) : NULL;
    hash = coex_body_hash_new(doctor->verifier);
    coex_body_hash_update(hash, BODY, strlen(BODY));
    coex_body_hash_finish(hash, NULL, key);
    hex = g_string_new("sha256=");
    for (guint i = 0; i < sizeof key; i++)
        g_string_append_printf(hex, "%02x", key[i]);
    return g_string_free(hex, FALSE);
}

/* A proof of a stranger's: what leaves the computer may hold no secret. */
static const char *
get_false_proof(const CoexDoctor *doctor)
{
    if (coex_verifier_get_header(doctor->verifier) == NULL)
        return NULL;
    return coex_verifier_get_proof(doctor->verifier) == COEX_PROOF_HEADER
               ? "a-look-from-outside"
               : "sha256=0000000000000000000000000000000000000000000000000000000000000000";
}

/* Where our own listener is reached from here. */
static char *
dup_local_url(const CoexDoctor *doctor)
{
    const CoexCase *c = doctor->spec.c;
    const char *colon = strrchr(c->listen, ':');
    g_autofree char *host = g_strndup(c->listen, (gsize)(colon - c->listen));
    g_autofree char *path = g_uri_escape_string(c->webhook_path, "/", FALSE);
    const char *to = host;

    if (*host == '\0' || g_str_equal(host, "0.0.0.0"))
        to = "127.0.0.1";
    else if (g_str_equal(host, "[::]"))
        to = "[::1]";
    return g_strconcat("http://", to, colon, path, NULL);
}

/* ---- our own listener ---- */

static void
on_refused(CoexVerdict verdict, guint n, gpointer data)
{
}

static void
on_lost(const GError *error, gpointer data)
{
}

/* Nobody is logged in who would listen: it is tried by ourselves, and nothing is taken. */
static void
open_listener(CoexDoctor *doctor)
{
    const CoexCase *c = doctor->spec.c;
    const CoexReceiverSpec spec = {
        .source = { doctor->verifier, g_main_context_get_thread_default(), on_refused, on_lost,
                    doctor },
        .path = c->webhook_path,
        .number = c->number,
        .verify_token =
            c->endpoint.backend->has_challenge && *c->verify_token != '\0' ? c->verify_token : NULL,
    };
    g_autoptr(GError) error = NULL;

    doctor->own = coex_receiver_open(c->listen, NULL, &error);
    if (doctor->own == NULL) {
        coex_doctor_judge_no_listener(c, error, doctor->report);
        return;
    }
    coex_receiver_add(doctor->own, &spec);
    doctor->face->own(TRUE, doctor->user_data);
}

/* No longer than it is tried: a login may want the address. */
static void
close_listener(CoexDoctor *doctor)
{
    if (doctor->own == NULL)
        return;
    coex_receiver_remove(doctor->own, doctor);
    g_clear_pointer(&doctor->own, coex_receiver_free);
    doctor->face->own(FALSE, doctor->user_data);
}

/* What is still on its way from outside comes to the new one, as no stranger's. */
static gboolean
on_left(gpointer user_data)
{
    CoexDoctor *doctor = user_data;
    CoexReceiver *found = NULL;

    coex_timer_clear(&doctor->begin);
    doctor->face->find(&found, doctor->user_data);
    if (found != NULL)
        coex_receiver_expect(found, doctor->nonce);
    return G_SOURCE_REMOVE;
}

void
coex_doctor_leave(CoexDoctor *doctor)
{
    if (doctor->own == NULL)
        return;
    close_listener(doctor);
    doctor->begin = g_idle_source_new();
    g_source_set_priority(doctor->begin, G_PRIORITY_HIGH);
    g_source_set_callback(doctor->begin, on_left, doctor, NULL);
    g_source_attach(doctor->begin, g_main_context_get_thread_default());
    doctor->left = TRUE;
    doctor->listens = FALSE;
    doctor->led = FALSE;
    coex_report_add(doctor->report, COEX_FINDING_UNCHECKED,
                    _("The listener at %s, and the way to it: an account logs in, and needs it. "
                      "Check again after that."),
                    doctor->spec.c->listen);
}

static gboolean
start_listener(CoexDoctor *doctor)
{
    const char *listen = doctor->spec.c->listen;
    CoexReceiver *found = NULL;

    if (strrchr(listen, ':') == NULL) {
        coex_doctor_judge_no_listener(doctor->spec.c, NULL, doctor->report);
        return FALSE;
    }
    switch (doctor->face->find(&found, doctor->user_data)) {
    case COEX_LISTENER_OURS:
        doctor->receiver = found;
        break;
    case COEX_LISTENER_NOBODY:
        open_listener(doctor);
        break;
    case COEX_LISTENER_OTHERS:
        coex_report_add(doctor->report, COEX_FINDING_UNCHECKED,
                        _("The listener at %s: another account has it. Log in, and check again."),
                        listen);
        break;
    case COEX_LISTENER_SOON:
        coex_report_add(doctor->report, COEX_FINDING_UNCHECKED,
                        _("The listener at %s: the login is under way. Check again after it."),
                        listen);
        break;
    }
    doctor->listens = get_receiver(doctor) != NULL;
    /* what comes there is no stranger's with others, either */
    if (found != NULL || doctor->own != NULL)
        coex_receiver_expect(found != NULL ? found : doctor->own, doctor->nonce);
    return FALSE;
}

static void
on_challenged(CoexDoctor *doctor, const CoexTrial *trial)
{
    coex_doctor_judge_challenge(doctor->spec.c, trial, doctor->nonce, doctor->report);
}

static gboolean
start_challenge(CoexDoctor *doctor)
{
    g_autofree char *url = NULL;

    if (!doctor->listens || !doctor->spec.c->endpoint.backend->has_challenge)
        return FALSE;
    if (*doctor->spec.c->verify_token == '\0') {
        coex_report_add(doctor->report, COEX_FINDING_UNCHECKED,
                        _("The challenge: the option {@verify-token} is empty, which matters only "
                          "where the address is entered by hand in the App dashboard."));
        return FALSE;
    }
    url = dup_local_url(doctor);
    attempt_challenge(doctor, url, on_challenged);
    return TRUE;
}

static void
on_delivered(CoexDoctor *doctor, const CoexTrial *trial)
{
    coex_doctor_judge_delivery(doctor->spec.c, trial, doctor->report);
}

static gboolean
start_delivery(CoexDoctor *doctor)
{
    g_autofree char *proof = dup_proof(doctor);
    g_autofree char *url = NULL;

    if (!doctor->listens)
        return FALSE;
    if (doctor->spec.c->has_unknown_secret) {
        coex_report_add(doctor->report, COEX_FINDING_UNCHECKED,
                        _("A delivery to the listener: the option {@webhook-header} is empty, and "
                          "a secret of the "
                          "account's own making is known only while it is logged in."));
        return FALSE;
    }
    url = dup_local_url(doctor);
    attempt_request(doctor, doctor->local, url, proof, on_delivered);
    return TRUE;
}

/* ---- the public address ---- */

static void
on_outside(CoexDoctor *doctor, const CoexTrial *trial)
{
    doctor->led =
        coex_doctor_judge_outside(doctor->spec.c, trial, TRUE, doctor->listens, doctor->report);
}

static gboolean
start_outside(CoexDoctor *doctor)
{
    if (doctor->left || coex_doctor_has_only_inbox(doctor->spec.c))
        return FALSE;
    doctor->address = g_strdup(coex_doctor_get_address(doctor->spec.c, doctor->report));
    if (doctor->address == NULL ||
        coex_doctor_leads_to_relay(doctor->spec.c, doctor->address, doctor->report))
        return FALSE;
    attempt_request(doctor, doctor->http, doctor->address, get_false_proof(doctor), on_outside);
    return TRUE;
}

static void
on_signed(CoexDoctor *doctor, const CoexTrial *trial)
{
    doctor->led =
        coex_doctor_judge_outside(doctor->spec.c, trial, FALSE, doctor->listens, doctor->report);
}

/* A signature of this one body is no secret, while a secret header is. */
static gboolean
start_signed(CoexDoctor *doctor)
{
    g_autofree char *proof = NULL;

    if (!doctor->led || !doctor->listens ||
        coex_verifier_get_proof(doctor->verifier) != COEX_PROOF_SIGNATURE)
        return FALSE;
    proof = dup_proof(doctor);
    if (proof == NULL)
        return FALSE;
    attempt_request(doctor, doctor->http, doctor->address, proof, on_signed);
    return TRUE;
}

static gboolean
tell_outside(CoexDoctor *doctor)
{
    close_listener(doctor);
    if (doctor->led)
        coex_doctor_tell_outside(doctor->spec.c, doctor->listens, doctor->report);
    return FALSE;
}

/* ---- the disk ---- */

/* FALSE: that folder's answer is not waited for any more. */
static gboolean
end_trial(CoexDoctor *doctor, const char *folder)
{
    if (doctor->over || doctor->tried != folder)
        return FALSE;
    coex_timer_clear(&doctor->timer);
    doctor->tried = NULL;
    doctor->step++;
    return TRUE;
}

static gboolean
on_disk_late(gpointer user_data)
{
    CoexDoctor *doctor = user_data;

    coex_doctor_tell_slow_disk(doctor->tried, COEX_DOCTOR_CHECK_S,
                               doctor->tried == doctor->spec.files, doctor->report);
    end_trial(doctor, doctor->tried);
    go_on(doctor);
    return G_SOURCE_REMOVE;
}

static gboolean
try_disk(CoexDoctor *doctor, const char *folder, gboolean is_new, GAsyncReadyCallback done)
{
    if (*folder == '\0')
        return FALSE;
    doctor->tried = folder;
    doctor->timer = g_timeout_source_new_seconds(COEX_DOCTOR_CHECK_S);
    g_source_set_callback(doctor->timer, on_disk_late, doctor, NULL);
    g_source_attach(doctor->timer, g_main_context_get_thread_default());
    coex_disk_try_async(folder, is_new, done, ref(doctor));
    return TRUE;
}

static void
on_disk(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CoexDoctor *doctor = user_data;
    g_autoptr(GError) error = NULL;
    guint64 free_bytes;

    coex_disk_try_finish(result, &free_bytes, &error);
    if (end_trial(doctor, doctor->folder)) {
        coex_doctor_judge_disk(doctor->spec.c, doctor->folder, free_bytes, error, doctor->report);
        go_on(doctor);
    }
    unref(doctor);
}

static gboolean
start_disk(CoexDoctor *doctor)
{
    return try_disk(doctor, doctor->folder, doctor->spec.is_new, on_disk);
}

static void
on_files(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CoexDoctor *doctor = user_data;
    const char *closed = doctor->spec.for_group ? coex_disk_get_closed(result) : NULL;
    g_autoptr(GError) error = NULL;
    guint64 free_bytes;

    coex_disk_try_finish(result, &free_bytes, &error);
    if (end_trial(doctor, doctor->spec.files)) {
        coex_doctor_judge_files(doctor->spec.files, closed, error, doctor->report);
        go_on(doctor);
    }
    unref(doctor);
}

static gboolean
start_files(CoexDoctor *doctor)
{
    return try_disk(doctor, doctor->spec.files, TRUE, on_files);
}

/* ---- what is known ---- */

static gboolean
tell_addresses(CoexDoctor *doctor)
{
    coex_doctor_tell_addresses(doctor->spec.c, doctor->report);
    return FALSE;
}

static gboolean
tell_deliveries(CoexDoctor *doctor)
{
    CoexFacts facts = *doctor->spec.facts;
    CoexRefusals refusals = { 0 };

    if (doctor->receiver != NULL)
        coex_receiver_get_refusals(doctor->receiver, doctor->spec.receiver_data, &refusals);
    facts.refused_at = refusals.refused_at;
    facts.refused_as = refusals.verdict;
    facts.challenge_refused_at = refusals.challenge_at;
    coex_doctor_tell_deliveries(doctor->spec.c, &facts, doctor->report);
    return FALSE;
}

static gboolean
tell_unconfirmed(CoexDoctor *doctor)
{
    coex_doctor_tell_unconfirmed(doctor->spec.c, doctor->spec.facts, doctor->report);
    return FALSE;
}

static gboolean
tell_clock(CoexDoctor *doctor)
{
    coex_doctor_tell_clock(doctor->spec.c, doctor->report);
    return FALSE;
}

static gboolean
tell_health(CoexDoctor *doctor)
{
    coex_doctor_tell_health(doctor->spec.c, doctor->spec.facts, doctor->report);
    return FALSE;
}

static gboolean
tell_phone(CoexDoctor *doctor)
{
    coex_doctor_tell_phone(doctor->spec.c, doctor->spec.facts, doctor->report);
    return FALSE;
}

/* ---- the walk ---- */

/* One of the two is set; @run: TRUE when it goes on by itself. */
static const struct {
    const CoexQuestion *question;
    gboolean (*run)(CoexDoctor *doctor);
} steps[] = {
    { .question = &coex_question_version },
    { .question = &coex_question_token },
    { .question = &coex_question_secret },
    { .question = &coex_question_ids },
    { .question = &coex_question_number },
    { .question = &coex_question_subscribed },
    { .question = &coex_question_fields },
    { .run = tell_addresses },
    { .question = &coex_question_webhook },
    { .run = start_listener },
    { .run = start_challenge },
    { .run = start_delivery },
    { .run = start_outside },
    { .run = start_signed },
    { .run = tell_outside },
    { .question = &coex_question_relay },
    { .question = &coex_question_inbox },
    { .question = &coex_question_inbox_number },
    { .question = &coex_question_inbox_rows },
    { .question = &coex_question_inbox_ends },
    { .question = &coex_question_inbox_bell },
    { .run = tell_deliveries },
    { .question = &coex_question_history },
    { .question = &coex_question_unconfirmed },
    { .run = tell_unconfirmed },
    { .run = tell_clock },
    { .run = start_disk },
    { .run = start_files },
    { .run = tell_health },
    { .run = tell_phone },
};

static const CoexQuestion *
get_question(const CoexDoctor *doctor)
{
    return steps[doctor->step].question;
}

static void
go_on(CoexDoctor *doctor)
{
    g_autofree char *end = NULL;

    for (; doctor->step < G_N_ELEMENTS(steps); doctor->step++) {
        if (steps[doctor->step].question != NULL ? ask(doctor, steps[doctor->step].question)
                                                 : steps[doctor->step].run(doctor))
            return;
    }
    end = coex_report_dup_end(doctor->report);
    doctor->face->line(end, doctor->user_data);
    doctor->face->over(doctor->user_data);
}

static void
on_line(const char *line, gpointer user_data)
{
    CoexDoctor *doctor = user_data;

    doctor->face->line(line, doctor->user_data);
}

static gboolean
on_begin(gpointer user_data)
{
    CoexDoctor *doctor = user_data;

    coex_timer_clear(&doctor->begin);
    go_on(doctor);
    return G_SOURCE_REMOVE;
}

static CoexReport *
make_report(CoexDoctor *doctor)
{
    const CoexCase *c = doctor->spec.c;
    g_autofree char *key = coex_endpoint_dup_key(&c->endpoint);
    const char *colon = strchr(c->webhook_header, ':');
    g_autofree char *header = g_strstrip(g_strdup(colon != NULL ? colon + 1 : ""));
    const char *const secrets[] = { key,    c->endpoint.app_secret, c->verify_token,
                                    header, c->relay_key,           c->inbox.token,
                                    NULL };

    return coex_report_new(secrets, on_line, doctor);
}

CoexDoctor *
coex_doctor_new(const CoexDoctorSpec *spec, const CoexDoctorFace *face, gpointer user_data)
{
    CoexDoctor *doctor = g_new0(CoexDoctor, 1);
    const CoexCase *c = spec->c;
    CoexProof proof = c->endpoint.backend->proof;

    doctor->refs = 1;
    doctor->spec = *spec;
    doctor->face = face;
    doctor->user_data = user_data;
    doctor->folder = g_strdup(spec->folder);
    doctor->nonce = g_uuid_string_random();
    doctor->verifier = coex_verifier_new(
        proof, proof == COEX_PROOF_HEADER ? c->webhook_header : c->endpoint.app_secret);
    doctor->report = make_report(doctor);
    doctor->http = coex_http_new(COEX_DOCTOR_CHECK_S, spec->proxy);
    doctor->local = coex_http_new(COEX_DOCTOR_CHECK_S, NULL);
    doctor->cancellable = g_cancellable_new();
    doctor->begin = g_idle_source_new();
    g_source_set_callback(doctor->begin, on_begin, doctor, NULL);
    g_source_attach(doctor->begin, g_main_context_get_thread_default());
    return doctor;
}

/* Whoever listens meanwhile. */
static void
forget_nonce(CoexDoctor *doctor)
{
    CoexReceiver *found = NULL;

    doctor->face->find(&found, doctor->user_data);
    if (found != NULL)
        coex_receiver_forget(found, doctor->nonce);
}

void
coex_doctor_free(CoexDoctor *doctor)
{
    if (doctor == NULL)
        return;
    doctor->over = TRUE;
    coex_timer_clear(&doctor->begin);
    coex_timer_clear(&doctor->timer);
    forget_nonce(doctor);
    g_cancellable_cancel(doctor->cancellable);
    g_clear_pointer(&doctor->http, coex_http_free);
    g_clear_pointer(&doctor->local, coex_http_free);
    close_listener(doctor);
    unref(doctor);
}
