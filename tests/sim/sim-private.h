// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the simulator's files share. One lock guards all state; libsoup's objects are touched on the
 * simulator's thread only. Functions named sim_* expect the lock to be held unless they say
 * otherwise; the public coex_sim_* verbs take it.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "sim.h"

#define SIM_APP_ID "770088009900110"

typedef struct {
    char *who;
    char *name;
    char *username;
    char *digits; /* as dialled, NULL if there is no number */
    char *wa_id;  /* NULL: digits */
    char *user_id;
    gboolean hidden;
    gboolean reachable;
    gboolean blocked;
    gint64 last_inbound_s;          /* 0: never wrote */
    char *last[COEX_SIM_N_AUTHORS]; /* wamids, NULL: none */
    double pair_tokens;
    gint64 pair_time_us;
} SimPerson;

typedef struct {
    char *wamid;
    char *token;
    SimPerson *person; /* NULL: nobody has that address */
    char *address;
    char *callback_data;
    char *text;
    const char *category; /* interned, pricing.category */
    const char *status;   /* literal */
    gboolean by_user_id;
    gboolean silent; /* accepted and lost: never a status */
    gboolean mark;   /* a reaction: a `sent` status alone (Meta: messages/reaction-messages) */
    int fail_code;   /* 0: goes well */
} SimSent;

typedef struct {
    CoexSimRequest request;
    gboolean taken;
    gboolean sent_taken;
} SimRecord;

typedef enum {
    SIM_FAULT_CODE,
    SIM_FAULT_HTTP,
    SIM_FAULT_DELAY,
    SIM_FAULT_DROP,
    SIM_FAULT_DATE,
} SimFaultKind;

typedef struct {
    SimFaultKind kind;
    char *what; /* NULL: any call */
    int code;
    guint status;
    char *body;
    guint delay_ms;
    gint64 date_ahead_s;
    gboolean accepted;
} SimFault;

typedef struct {
    GBytes *body;
    char *label;
    guint attempt;
    guint copies;
} SimDelivery;

/* One API call from the request read to the answer written. */
typedef struct {
    CoexSim *sim;
    SoupServerMessage *message;
    CoexSimRequest *request; /* owned until recorded, then the record's */
    JsonObject *json;        /* request body, NULL if it is not an object */
    GHashTable *query;       /* NULL if there is none */
    guint status;
    char *body;
    GBytes *bytes; /* in its place, of this type (borrowed) */
    const char *type;
    SimSent *sent; /* an accepted send whose statuses are still to come */
    GSource *delay;
    gboolean answer_later; /* the handler finishes the call itself */
    gboolean waiting;      /* for Meta's challenge to be answered */
    gboolean gone;         /* the connection ended first */
    gint64 date_ahead_s;   /* of the answer's Date */
    char *pending_url;     /* webhook being verified */
    char **pending_slot;
    char *challenge;
} SimCall;

/* Holds the lock to the end of the block; stands among its declarations. */
#define SIM_LOCK(sim)                                                                              \
    g_autoptr(GMutexLocker) sim_locker G_GNUC_UNUSED = g_mutex_locker_new(&(sim)->lock)

struct _CoexSim {
    CoexSimProvider provider;
    char *url;
    char *number;
    char *digits;
    char *key;
    char *app_secret;
    char *verify_token;
    char *webhook_header;
    char *phone_number_id;
    char *waba_id;
    guint port;

    GMutex lock;
    GCond cond;
    GThread *thread;
    GMainContext *context;
    GMainLoop *loop;
    SoupServer *server;
    SoupSession *session;
    GSocket *reserve; /* bound, never listening: keeps the port while the server is down */
    GCancellable *cancellable;
    gboolean started;
    gboolean failed;
    gboolean stopping;

    CoexSimLogFunc log;
    gpointer log_data;
    gint64 clock_offset_us;
    guint next_challenge;

    GPtrArray *people;
    GPtrArray *records;
    GPtrArray *sent;
    GPtrArray *complaints;
    GPtrArray *templates; /* JsonObject, Meta's shape */
    GHashTable *inbound_ids;
    GPtrArray *files;   /* files.c */
    GPtrArray *uploads; /* upload.c */
    CoexSimFileState file_state;

    GQueue faults;
    GQueue async_codes;
    char *aim;
    gboolean token_revoked;
    gboolean coexistence;
    gboolean token_expired;
    gint64 token_ends_at;    /* 0: never */
    gboolean unsubscribed;   /* the app, from the WABA */
    GPtrArray *withheld;     /* permissions and webhook fields that lack */
    char *webhook_error;     /* what message_history says of every webhook, NULL: delivered */
    gboolean contacts_asked; /* smb_app_data, each once */
    gboolean history_asked;
    gboolean auto_status;
    gboolean early_status;
    gboolean hides_callback_data;
    gboolean async_window;
    const char *message_status; /* of accepted templates; static */
    GQueue send_times;
    GPtrArray *held_calls;
    guint n_answers_due; /* accepted sends whose statuses are not queued yet */

    char *app_url;
    char *waba_url;
    char *phone_url;
    JsonObject *number_changes; /* NULL: none */
    JsonObject *profile;
    gboolean profile_is_phones;  /* what is changed here changes nothing */
    JsonObject *webhook_headers; /* 360dialog: sent with each delivery */
    GQueue deliveries;
    GPtrArray *batch; /* open batch of JsonObject changes, or NULL */
    GBytes *last_body;
    gboolean holding;
    guint parallel;
    guint n_in_flight;
    guint n_backing_off;
    guint n_delivered;
    guint n_refused;
    guint duplicates;
};

/* sim.c */
void sim_log(CoexSim *sim, const char *format, ...) G_GNUC_PRINTF(2, 3);
void sim_complain(CoexSim *sim, const char *format, ...) G_GNUC_PRINTF(2, 3);
gint64 sim_now_us(CoexSim *sim);
gint64 sim_now_s(CoexSim *sim);
/* Runs func on the simulator's thread, without the lock, and waits for it; the caller holds no
 * lock. */
void sim_run(CoexSim *sim, void (*func)(CoexSim *sim));
/* Waits until func is TRUE or the time is over; returns func's last word. */
gboolean sim_wait(CoexSim *sim, gboolean (*func)(CoexSim *sim, gpointer data), gpointer data,
                  guint timeout_ms);

/* wire.c */
/* Pairs of key and value, ended by NULL; a pair whose value is NULL is left out. */
JsonObject *sim_strings(const char *key, ...) G_GNUC_NULL_TERMINATED;
/* Takes the object; an array of it alone. */
JsonArray *sim_array_of(JsonObject *object);
JsonNode *sim_parse(const char *text);
JsonObject *sim_parse_object(const char *text);
/* NULL if absent or of another type. */
const char *sim_member(JsonObject *object, const char *key);
JsonObject *sim_member_object(JsonObject *object, const char *key);
JsonArray *sim_member_array(JsonObject *object, const char *key);
gboolean sim_member_true(JsonObject *object, const char *key);
/* The i-th element if it is an object, else NULL; accepts a NULL array. */
JsonObject *sim_element(JsonArray *array, guint i);
guint sim_length(JsonArray *array);
JsonObject *sim_copy_object(JsonObject *object);
/* Compact JSON; takes the object. */
char *sim_print(JsonObject *object);
/* As Meta writes webhooks: compact, non-ASCII as \uXXXX in lower case, slashes escaped; takes the
 * object. */
GBytes *sim_wire(JsonObject *object);
/* the layout of a wamid; token NULL makes one: 20 hex digits for a phone, 18 for the API. */
char *sim_wamid(const char *peer, gboolean from_customer, gboolean by_api, char **ret_token);
char *sim_wamid_with_token(const char *peer, gboolean from_customer, const char *token);

/* people.c */
SimPerson *sim_person(CoexSim *sim, const char *who);
SimPerson *sim_find_person(CoexSim *sim, const char *who);
SimPerson *sim_find_person_by_address(CoexSim *sim, const char *digits_or_user_id);
const char *sim_person_wa_id(SimPerson *person);
const char *sim_person_address(SimPerson *person);
gboolean sim_person_window_is_open(CoexSim *sim, SimPerson *person);
/* contacts[] for a webhook; profile and username as asked. */
JsonArray *sim_person_contacts(SimPerson *person, gboolean with_profile, gboolean with_username);
void sim_person_free(SimPerson *person);
/* Of what the phone sends it is the number's, too. */
void sim_note_last(SimPerson *person, CoexSimAuthor author, const char *wamid);
/* Both take content: the members that follow the type. Timestamp 0 is now, wamid NULL (taken) makes
 * one; returns it. */
char *sim_customer_sends(CoexSim *sim, const char *who, const char *type, JsonObject *content,
                         gint64 timestamp_s);
char *sim_phone_sends(CoexSim *sim, SimPerson *person, const char *type, JsonObject *content,
                      char *wamid);

/* status.c */
SimSent *sim_find_sent(CoexSim *sim, const char *wamid);
void sim_sent_free(SimSent *sent);
void sim_queue_status(CoexSim *sim, SimSent *sent, const char *status);
void sim_queue_failure(CoexSim *sim, SimSent *sent, int code);
/* Queues what follows an accepted send by itself. */
void sim_follow_up(CoexSim *sim, SimSent *sent);

/* errors.c */
typedef struct {
    int code;
    guint status;
    const char *message;
    const char *details;
} SimError;

/* Never NULL: an unknown code reads as a generic one with HTTP 400. */
const SimError *sim_error(int code);
/* The provider's body for that code; details NULL: the table's. */
char *sim_error_body(CoexSim *sim, int code, const char *details);

/* deliver.c */
/* value with messaging_product and metadata filled in. */
JsonObject *sim_new_value(CoexSim *sim);
void sim_learn_ids(CoexSim *sim, const char *text);
void sim_queue_change(CoexSim *sim, const char *field, JsonObject *value, const char *label);
GBytes *sim_render_change(CoexSim *sim, const char *field, JsonObject *value);
const char *sim_webhook_url(CoexSim *sim);
void sim_wake(CoexSim *sim);
void sim_set_header_line(CoexSim *sim, const char *line);
void sim_deliver_clear(CoexSim *sim);
/* Meta's GET challenge for call->pending_url; on success stores it in *call->pending_slot and
 * answers. */
void sim_challenge(SimCall *call, const char *verify_token);

/* api.c */
void sim_api_attach(CoexSim *sim);
void sim_call_answer(SimCall *call, guint status, JsonObject *body);
void sim_call_fail(SimCall *call, int code, const char *details);
/* A fault of the client: complained about, as of @what, and refused. FALSE. */
gboolean sim_call_reject(SimCall *call, const char *what, int code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* Records the call and lets its answer go, for handlers that set answer_later. */
void sim_call_finish(SimCall *call);
void sim_fault_free(SimFault *fault);
void sim_record_free(SimRecord *record);
void sim_release_held_calls(CoexSim *sim);

/* records.c */
void sim_describe(CoexSim *sim, CoexSimRequest *request, JsonObject *json);
void sim_request_clear(CoexSimRequest *request);
void sim_record(CoexSim *sim, CoexSimRequest *request);

/* messages.c */
void sim_handle_messages(SimCall *call);

/* calls.c: everything that is not a message */
void sim_handle_number(SimCall *call);
void sim_handle_numbers(SimCall *call);
void sim_handle_waba(SimCall *call);
void sim_handle_me(SimCall *call);
void sim_handle_sync(SimCall *call);
void sim_handle_token(SimCall *call);
void sim_handle_health(SimCall *call);
void sim_handle_webhook_get(SimCall *call);
void sim_handle_webhook_set(SimCall *call);
void sim_handle_webhook_delete(SimCall *call);

/* profile.c */
JsonObject *sim_profile_new(void);
void sim_handle_profile(SimCall *call);
void sim_handle_profile_set(SimCall *call);

/* checks.c */
void sim_checks_clear(CoexSim *sim);
gboolean sim_is_withheld(CoexSim *sim, const char *name);
void sim_handle_subscriptions(SimCall *call);
void sim_handle_history(SimCall *call);
void sim_handle_waba_webhook(SimCall *call);

/* files.c */
void sim_file_free(gpointer file);
void sim_file_add(CoexSim *sim, const char *id, const char *mime, GBytes *content);
void sim_handle_file(SimCall *call);
void sim_handle_download(SimCall *call);
void sim_handle_cdn(SimCall *call);
/* Whether the call is for a file that never comes. */
gboolean sim_file_is_stalled(SimCall *call);
gboolean sim_file_is_gone(SimCall *call);
gboolean sim_file_is_slow(SimCall *call);

/* upload.c */
void sim_upload_free(gpointer upload);
void sim_handle_upload(SimCall *call);
/* Checks what a send has of a file; TRUE, or the call was answered. */
gboolean sim_check_upload(SimCall *call, JsonObject *content);
/* The same of a file in a template, which goes as @type. */
gboolean sim_check_upload_as(SimCall *call, const char *type, JsonObject *content);

/* block.c */
void sim_handle_block(SimCall *call);
void sim_handle_blocked(SimCall *call);

/* payload.c */
/* Checks what is neither text, template nor file; TRUE, or the call was answered. */
gboolean sim_check_payload(SimCall *call);

/* templates.c */
void sim_templates_load(CoexSim *sim);
JsonObject *sim_find_template(CoexSim *sim, const char *name, const char *language);
void sim_handle_templates(SimCall *call);

/* template-check.c */
/* Checks the `template` object of a send against its definition; TRUE, or the call was answered. */
gboolean sim_check_template(SimCall *call, JsonObject *sent, JsonObject *definition);
