// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulated WhatsApp Business number: both providers' HTTP API and the source of their
 * webhooks, on loopback, strict where the real ones are lenient or silent. It shares no code with
 * the plugin, so that a mistake on one side is not mirrored on the other. It lives on its own
 * thread: every verb may be called from any thread, does its work before it returns and never needs
 * the caller's main loop, so a test may block.
 *
 * People are named by a short handle ("ada"). Functions that return `char *` give the caller
 * ownership; `const char *` belongs to the simulator. Timeouts are in milliseconds; a wait that
 * times out returns FALSE or NULL. An unknown handle is a mistake in the test and ends the program
 * with a message.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CoexSim CoexSim;

typedef enum {
    COEX_SIM_360DIALOG,
    COEX_SIM_META,
} CoexSimProvider;

typedef enum {
    COEX_SIM_SIGN_GOOD,
    COEX_SIM_SIGN_WRONG,
    COEX_SIM_SIGN_NONE,
} CoexSimSigning;

typedef enum {
    COEX_SIM_IN_ORDER,
    COEX_SIM_REVERSED,
} CoexSimOrder;

/* Who the number is; members left NULL take the defaults. All values are made up. */
typedef struct {
    const char *number;          /* "+447700900100" */
    const char *key;             /* API key (360dialog) or access token (Meta) */
    const char *app_secret;      /* Meta: key of X-Hub-Signature-256 */
    const char *verify_token;    /* Meta: the GET challenge's token */
    const char *webhook_header;  /* 360dialog: "Name: value" that each delivery carries */
    const char *phone_number_id; /* "318800000000042" */
    const char *waba_id;         /* "215500000000001" */
    guint port;                  /* 0: chosen by the system */
} CoexSimIdentity;

/*
 * One request that reached the API. `what` says which call it was: "messages" (a send), "read",
 * "typing", "templates", "health", "number", "numbers", "token", "me", "waba", "webhook-get",
 * "webhook-set", "sync" (smb_app_data), "history" (message_history), "fields" (subscriptions),
 * "media" (where a file is), "download" (its bytes), "upload", "profile", "profile-set", "block",
 * "unblock", "blocked" (the list), "unknown".
 */
typedef struct {
    char *what;
    char *method;
    char *path;
    char *query;  /* raw, or NULL */
    char *body;   /* as it came, valid UTF-8, "" if none */
    guint status; /* HTTP status answered; 0 if the connection was cut */
    int code;     /* Graph code answered, 0 if none */
    char *who;    /* handle of the addressee, or NULL */
    char *to;     /* the rest: as in the body, or NULL */
    char *recipient;
    char *type;
    char *text; /* text body; of a file "image image/jpeg 5000", as in "voice …" with " name=…"
                   and " caption=…" where there are any; of what else there is, its type and
                   words, as in "location 52.5 13.4 Name", "reaction 👍" ("none"), "button Body | A
                   | B", "list Body [Label] # Section | Row: description" */
    char *message_id;    /* of a read mark, or in a send of `context` or `reaction` */
    char *callback_data; /* biz_opaque_callback_data */
    char *template_name;
    char *template_language;
    char **values;  /* text values of a template in the order sent; "name=value" where named; never
                       NULL */
    char *wamid;    /* given to an accepted send, or NULL */
    gint64 time_us; /* on the simulated clock */
} CoexSimRequest;

/* One readable line for each thing that happens; called on the simulator's thread, must not call
 * verbs. */
typedef void (*CoexSimLogFunc)(const char *line, gpointer user_data);

/* --- life ------------------------------------------------------------------------------------- */

/* Starts a number with the default identity on a free loopback port; never NULL. */
CoexSim *coex_sim_new(CoexSimProvider provider);
/* The same with another identity (a second account); NULL if the port is taken. */
CoexSim *coex_sim_new_full(CoexSimProvider provider, const CoexSimIdentity *identity);
/* Stops the thread and drops what is undelivered; asserts nothing; accepts NULL. */
void coex_sim_free(CoexSim *sim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexSim, coex_sim_free)

void coex_sim_set_log(CoexSim *sim, CoexSimLogFunc func, gpointer user_data);

CoexSimProvider coex_sim_get_provider(CoexSim *sim);
/* "meta" or "360dialog": the value of the account option `provider`. */
const char *coex_sim_get_provider_name(CoexSim *sim);
/* "http://127.0.0.1:PORT": Meta's paths follow as /v26.0/..., 360dialog's as /messages and so on.
 */
const char *coex_sim_get_url(CoexSim *sim);
const char *coex_sim_get_number(CoexSim *sim);
const char *coex_sim_get_key(CoexSim *sim);
const char *coex_sim_get_app_secret(CoexSim *sim);
const char *coex_sim_get_verify_token(CoexSim *sim);
/* "Name: value", see CoexSimIdentity. */
const char *coex_sim_get_webhook_header(CoexSim *sim);
const char *coex_sim_get_phone_number_id(CoexSim *sim);
const char *coex_sim_get_waba_id(CoexSim *sim);

/*
 * Where deliveries go: at Meta the app's callback, at 360dialog the number's URL (deliveries carry
 * the identity's header). The API calls that register a webhook override it. Without a URL
 * deliveries wait.
 */
void coex_sim_set_webhook(CoexSim *sim, const char *url);
/* 360dialog: what somebody else registered with the same URL, a JSON object of names and values. */
void coex_sim_set_webhook_headers(CoexSim *sim, const char *json);
/* The URL deliveries go to now, or NULL. */
char *coex_sim_dup_webhook(CoexSim *sim);

/* --- people ----------------------------------------------------------------------------------- */

/* number "+12025550101" or NULL (number withheld); user_id "US.70..." or NULL; window closed until
 * they write. */
void coex_sim_add_customer(CoexSim *sim, const char *who, const char *number, const char *user_id,
                           const char *name);
/* The profile name that comes with the next message; NULL leaves `profile` out. */
void coex_sim_set_name(CoexSim *sim, const char *who, const char *name);
void coex_sim_set_username(CoexSim *sim, const char *who, const char *username);
/* From now on the person's BSUID; no webhook tells it by itself. */
void coex_sim_set_user_id(CoexSim *sim, const char *who, const char *user_id);
/* TRUE: no wa_id, from or recipient_id any more; needs a user_id. */
void coex_sim_hide_number(CoexSim *sim, const char *who, gboolean hidden);
/* Hidden, and free for somebody else. */
void coex_sim_give_up_number(CoexSim *sim, const char *who);
/* What `wa_id` and `from` read where it differs from the number dialled (Brazil, Mexico). */
void coex_sim_set_wa_id(CoexSim *sim, const char *who, const char *wa_id);
/* FALSE: sends are accepted and then fail with a 131026 status. */
void coex_sim_set_reachable(CoexSim *sim, const char *who, gboolean reachable);
/* By the number, elsewhere: what they write then is dropped, and nothing may be sent to them. */
void coex_sim_set_blocked(CoexSim *sim, const char *who, gboolean blocked);
gboolean coex_sim_is_blocked(CoexSim *sim, const char *who);
gboolean coex_sim_has_customer(CoexSim *sim, const char *who);
/* One readable line per person: handle, number or user_id, name, state of the window. */
char *coex_sim_dup_people(CoexSim *sim);

/* --- what customers and the phone do; each returns the wamid of its webhook --------------------
 */

char *coex_sim_customer_sends(CoexSim *sim, const char *who, const char *text);
/* With a timestamp in Unix seconds; the window opens from that time. */
char *coex_sim_customer_sends_at(CoexSim *sim, const char *who, const char *text,
                                 gint64 timestamp_s);
/* Any type; content is the JSON of the object or array under the type's key, NULL to leave it out.
 */
char *coex_sim_customer_sends_type(CoexSim *sim, const char *who, const char *type,
                                   const char *content);
/* Taps a quick reply of template message `wamid`. */
char *coex_sim_customer_taps(CoexSim *sim, const char *who, const char *wamid, const char *label);
/* A placeholder `unsupported` with code 131060 (the client must let a later message of that id
 * replace it). */
char *coex_sim_customer_sends_unavailable(CoexSim *sim, const char *who);
/* The real text of a placeholder: the same wamid again, this time with content. */
void coex_sim_customer_sends_again(CoexSim *sim, const char *who, const char *wamid,
                                   const char *text);
/* Reads everything the API sent to them: `read` statuses. */
void coex_sim_customer_reads(CoexSim *sim, const char *who);
/* The business writes on its phone: an echo (field smb_message_echoes). */
char *coex_sim_phone_sends(CoexSim *sim, const char *who, const char *text);
char *coex_sim_phone_sends_type(CoexSim *sim, const char *who, const char *type,
                                const char *content);
/* The API's own message `wamid` comes as an echo too, with another wamid string but the same token.
 */
char *coex_sim_echo_sent(CoexSim *sim, const char *wamid);
/* Any change of any field; value is the JSON of `value`, without metadata these are added. */
void coex_sim_change(CoexSim *sim, const char *field, const char *value);

/* --- messages about a message -----------------------------------------------------------------
 */

typedef enum {
    COEX_SIM_CUSTOMER,
    COEX_SIM_PHONE,
    COEX_SIM_NUMBER, /* on the phone or through the API */
    COEX_SIM_N_AUTHORS,
} CoexSimAuthor;

/* The wamid of the last message in the conversation with that person that this one wrote, or NULL.
 * What is said about a message is none itself. */
char *coex_sim_dup_last(CoexSim *sim, CoexSimAuthor author, const char *who);
/* What the customer or the phone does with `wamid`, whoever's it is: a text that quotes it, a
 * reaction (NULL: it is taken back), a new text, a deletion. Each returns the wamid of its webhook.
 */
char *coex_sim_customer_replies(CoexSim *sim, const char *who, const char *text, const char *wamid);
char *coex_sim_phone_replies(CoexSim *sim, const char *who, const char *text, const char *wamid);
char *coex_sim_reacts(CoexSim *sim, CoexSimAuthor author, const char *who, const char *wamid,
                      const char *emoji);
char *coex_sim_edits(CoexSim *sim, CoexSimAuthor author, const char *who, const char *wamid,
                     const char *text);
char *coex_sim_deletes(CoexSim *sim, CoexSimAuthor author, const char *who, const char *wamid);

/* --- what else is told of people --------------------------------------------------------------
 */

/* `other`, known by a BSUID alone, turns out to be `who`, whose former BSUID is given up: a system
 * message says so. From now on there is only `who`. FALSE if one of them has no BSUID,
 * or both are one. */
gboolean coex_sim_unite(CoexSim *sim, const char *who, const char *other);
/* A chunk of the phone's history, the last of it: one text of the customer's, so many seconds old.
 */
void coex_sim_tell_history(CoexSim *sim, const char *who, gint64 age_s, const char *text);

/* --- the business's profile -------------------------------------------------------------------
 */

/* All that it holds: the members of `data[0]`, without messaging_product. */
void coex_sim_set_profile(CoexSim *sim, const char *json);
/* Changes are taken from now on, and nothing changes: only the phone can. */
void coex_sim_leave_profile(CoexSim *sim);
/* Puts a picture where nobody needs a key, and where none is taken. Returns its address. */
char *coex_sim_add_picture(CoexSim *sim, const char *mime, GBytes *content);
/* Where its picture is; "" for none. */
void coex_sim_set_picture(CoexSim *sim, const char *url);

/* --- files ------------------------------------------------------------------------------------ */

/* What is wrong with a file, or with the way to it. */
typedef enum {
    COEX_SIM_FILE_GOOD,
    COEX_SIM_FILE_REDIRECTED, /* leads to another address, which must not get the key */
    COEX_SIM_FILE_EXPIRED,    /* the first link is too old, the next holds */
    COEX_SIM_FILE_ALWAYS_EXPIRED,
    COEX_SIM_FILE_GONE,    /* the id is too old */
    COEX_SIM_FILE_ASTRAY,  /* leads to a host that is none of the provider's */
    COEX_SIM_FILE_SHORT,   /* the size that is told is too large by one */
    COEX_SIM_FILE_FORGED,  /* the SHA-256 that is told is another's */
    COEX_SIM_FILE_STALLED, /* does not come, unless it is changed */
    COEX_SIM_FILE_SLOW,    /* a tenth of it comes at once, the rest seconds later */
} CoexSimFileState;

/* A file that a message brings. Returns the object under the message's type, to which the caller
 * adds nothing: id, mime_type, sha256 and, unless they are NULL, filename and caption. */
char *coex_sim_add_file(CoexSim *sim, const char *mime, const char *filename, const char *caption,
                        GBytes *content);
/* Of all files that come to be from now on. */
void coex_sim_set_file_state(CoexSim *sim, CoexSimFileState state);
/* Those that are there are as this from now on. */
void coex_sim_change_files(CoexSim *sim, CoexSimFileState state);
/* What was uploaded last, NULL: nothing. Free with g_bytes_unref(). */
GBytes *coex_sim_get_upload(CoexSim *sim);
/* The ids of all that was uploaded are not known any more. */
void coex_sim_forget_uploads(CoexSim *sim);

/* --- statuses --------------------------------------------------------------------------------- */

/* TRUE (default): sent and delivered follow each accepted send, read when the customer writes. */
void coex_sim_set_auto_status(CoexSim *sim, gboolean automatic);
/* TRUE: automatic statuses are delivered before the send's HTTP answer is written; needs a webhook.
 */
void coex_sim_set_early_status(CoexSim *sim, gboolean early);
/* FALSE: statuses come without biz_opaque_callback_data. */
void coex_sim_set_callback_data(CoexSim *sim, gboolean told);
/* status: "sent", "delivered", "read", "played"; an unknown wamid is allowed. */
void coex_sim_status(CoexSim *sim, const char *wamid, const char *status);
/* title and details may be NULL: the text of that code. */
void coex_sim_status_failed(CoexSim *sim, const char *wamid, int code, const char *title,
                            const char *details);
/* The next accepted send gets HTTP 200 and then only a failed status with this code. */
void coex_sim_fail_next_async(CoexSim *sim, int code);

/* --- deliveries ------------------------------------------------------------------------------- */

/* Signs as asked, sends once, waits; the HTTP status, or 0 if there was no answer. Never repeated.
 */
guint coex_sim_deliver_raw(CoexSim *sim, GBytes *body, CoexSimSigning signing);
/* The same to another URL and with another method. */
guint coex_sim_deliver_raw_to(CoexSim *sim, const char *method, const char *url, GBytes *body,
                              CoexSimSigning signing);
/* The body of a text from that person, without sending it; opens no window. */
GBytes *coex_sim_render_text(CoexSim *sim, const char *who, const char *text);
/* The last body queued, or NULL. */
GBytes *coex_sim_last_body(CoexSim *sim);
void coex_sim_redeliver_last(CoexSim *sim);
/* The next delivery is made n more times after its first 200. */
void coex_sim_duplicate_next(CoexSim *sim, guint n);
/* What happens between these is one POST with several changes. */
void coex_sim_begin_batch(CoexSim *sim);
void coex_sim_end_batch(CoexSim *sim);
/* Deliveries wait from hold to release, which sends them in this order. */
void coex_sim_hold(CoexSim *sim);
void coex_sim_release(CoexSim *sim, CoexSimOrder order);
/* Deliveries in flight at once; 1 (default) keeps their order as long as each is answered 200. */
void coex_sim_set_parallel(CoexSim *sim, guint n);
/* TRUE when nothing is queued, in flight or waiting to be repeated. */
gboolean coex_sim_wait_delivered(CoexSim *sim, guint timeout_ms);
/* Deliveries answered 200, and attempts answered otherwise or not within 5 s; each since the start.
 */
guint coex_sim_n_delivered(CoexSim *sim);
guint coex_sim_n_refused(CoexSim *sim);
gboolean coex_sim_wait_refused(CoexSim *sim, guint n, guint timeout_ms);

/* --- faults of the API ------------------------------------------------------------------------ */

/* Which call the faults queued from now on hit: a `what` of CoexSimRequest; default "messages";
 * NULL: any. */
void coex_sim_aim(CoexSim *sim, const char *what);
/* Each of the following hits one request; called n times, it hits the next n. */
void coex_sim_fail_next(CoexSim *sim, int code);
void coex_sim_fail_next_late(CoexSim *sim, int code, guint ms);
void coex_sim_fail_next_http(CoexSim *sim, guint status, const char *body);
/* Handled as usual, the answer comes later. */
void coex_sim_delay_next(CoexSim *sim, guint ms);
/* Handled as usual, the answer's Date is off by so much. */
void coex_sim_misdate_next(CoexSim *sim, gint64 seconds);
/* Cut without an answer after the request was read; accepted: the message goes out all the same. */
void coex_sim_drop_next(CoexSim *sim, gboolean accepted);
/* TRUE: connections are refused. The port stays reserved. */
void coex_sim_set_down(CoexSim *sim, gboolean down);
/* The key is dead: every call gets the provider's 401. */
void coex_sim_revoke_token(CoexSim *sim);
void coex_sim_restore_token(CoexSim *sim);
/* FALSE: the number's is_on_biz_app reads false. */
void coex_sim_set_coexistence(CoexSim *sim, gboolean coexistence);

/* Members of the number that read otherwise from now on: an object in the shape of the answer. */
void coex_sim_change_number(CoexSim *sim, const char *json);

/* --- set-ups that are broken (Meta, unless said) -----------------------------------------------
 */

/* The token was good until lately. */
void coex_sim_expire_token(CoexSim *sim);
/* Unix seconds; 0, the default: never. */
void coex_sim_set_token_end(CoexSim *sim, gint64 at);
/* A permission of the token, or a field of the app's webhook, lacks. */
void coex_sim_withhold(CoexSim *sim, const char *name);
/* Where the number's (else, also at 360dialog, the WABA's) own webhook leads, NULL: nowhere. Nobody
 * is asked. */
void coex_sim_override_webhook(CoexSim *sim, gboolean of_number, const char *url);
/* FALSE: the app is not subscribed to the WABA any more. */
void coex_sim_set_subscribed(CoexSim *sim, gboolean subscribed);
/* What message_history tells of every webhook, as in "Webhook endpoint returned HTTP 500"; NULL,
 * the default: they were delivered. */
void coex_sim_set_webhook_error(CoexSim *sim, const char *error);

/* --- clock and customer service window -------------------------------------------------------- */

/* Moves the simulated clock: timestamps, Date header, windows. Negative is allowed. */
void coex_sim_advance_clock(CoexSim *sim, gint64 seconds);
/* Unix seconds on the simulated clock. */
gint64 coex_sim_now(CoexSim *sim);
/* As if the last inbound message was 25 hours ago. */
void coex_sim_close_window(CoexSim *sim, const char *who);
/* Opens it without a webhook. */
void coex_sim_open_window(CoexSim *sim, const char *who);
gboolean coex_sim_window_is_open(CoexSim *sim, const char *who);
/* What accepted templates are answered with as `message_status`; default "accepted". */
void coex_sim_set_message_status(CoexSim *sim, const char *status);
/* TRUE: free text outside the window gets 200 and a failed status 131047; FALSE (default): HTTP
 * 400. */
void coex_sim_set_async_window(CoexSim *sim, gboolean async_window);

/* --- for the tests' own listeners ---------------------------------------------------------------
 */

/* A loopback port that nobody has, below those that outgoing connections take by themselves: it
 * stays free until it is used. */
guint coex_sim_find_port(void);

/* --- templates -------------------------------------------------------------------------------- */

/* A definition in Meta's shape (object); replaces one of the same name and language. */
void coex_sim_add_template(CoexSim *sim, const char *json);
/* Every language of that name. */
void coex_sim_remove_template(CoexSim *sim, const char *name);
void coex_sim_pause_template(CoexSim *sim, const char *name);
void coex_sim_clear_templates(CoexSim *sim);
guint coex_sim_n_templates(CoexSim *sim);

/* --- what the API saw ------------------------------------------------------------------------- */

/* The oldest request of that kind not yet taken (any kind: NULL); waits for one. */
CoexSimRequest *coex_sim_wait_request(CoexSim *sim, const char *what, guint timeout_ms);
/* The oldest accepted send not yet taken by this function; independent of wait_request. */
CoexSimRequest *coex_sim_next_sent(CoexSim *sim, guint timeout_ms);
void coex_sim_request_free(CoexSimRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexSimRequest, coex_sim_request_free)
/* Requests of that kind since the start, taken or not. */
guint coex_sim_n_requests(CoexSim *sim, const char *what);
/* Accepted sends to that person (NULL: to anybody), cut connections included. */
guint coex_sim_n_sent(CoexSim *sim, const char *who);
gboolean coex_sim_wait_n_sent(CoexSim *sim, const char *who, guint n, guint timeout_ms);
/* The wamid of the last accepted send to that person, or NULL. */
char *coex_sim_dup_last_sent(CoexSim *sim, const char *who);
/* The state of a send: "accepted", "sent", "delivered", "read", "failed"; NULL if unknown. */
const char *coex_sim_get_status(CoexSim *sim, const char *wamid);

/*
 * Complaints: what a careful client does not do, whether or not the API lets it pass. Unknown keys,
 * missing or malformed authorisation, wrong Content-Type, token in the query, `to` without "+",
 * BSUID in `to`, text over 4,096 characters, values that cannot be sent (132018), wrong template
 * arity or parameters, no messaging_product, no biz_opaque_callback_data, more than 20 messages/s,
 * unknown call, DELETE of webhooks. Free text outside the window, a wrong token and an unknown or
 * paused template are errors, not complaints.
 */
char **coex_sim_take_complaints(CoexSim *sim);
/* Fails the running GLib test, listing them, if there are any. */
void coex_sim_assert_no_complaints(CoexSim *sim);
/* Fails if a "messages" request was never taken by wait_request or next_sent. */
void coex_sim_assert_all_taken(CoexSim *sim);

G_END_DECLS
