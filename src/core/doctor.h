// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/api.h"
#include "core/inbox.h"
#include "core/verifier.h"

/* What is wrong with a number's connection, read from what was asked and tried: each function adds
 * its lines to the report. Pure: whoever asks (ingest/doctor.h) has the network and the clock.
 *
 * A case is one number. Its first half is as configured, the second fills up on the way: one check
 * leads to the next, and what cannot be known any more is said to be not checked. */

#define COEX_LEVELS 3

typedef struct CoexReport CoexReport;

typedef struct CoexCase {
    CoexEndpoint endpoint; /* the ids are filled in where they can be found */
    char *number;          /* own, digits */
    char *listen;
    char *webhook_path;
    char *webhook_header; /* 360dialog, secret */
    char *verify_token;   /* secret */
    char *public_url;
    char *relay;                 /* "": none */
    char *relay_key;             /* secret */
    gint64 relay_place;          /* up to which its log is here; -1: that is not known */
    CoexInbox inbox;             /* its URL "": none; the token is secret */
    char *inbox_bell;            /* why its bell is silent, "": it is not; NULL: not known */
    gboolean has_unknown_secret; /* maybe of its own making, which only a login knows */
    gboolean is_relays;          /* a relay asks, which has no option public-url */
    const char *registering;     /* a sentence: how the user has the webhook registered; static */
    gint64 now;                  /* by this computer's clock */

    gboolean unreachable; /* the provider: nothing more can be asked of it */
    gboolean refused;     /* the key, or it leads to no number */
    gboolean again;      /* the question that was just answered goes on with the next of its kind */
    char *app_id;        /* the access token's, NULL */
    gboolean app_proven; /* the app secret is that of the app */
    char **wabas;        /* which the access token may manage, NULL */
    guint next;          /* of those, or of the unconfirmed */
    char *addresses[COEX_LEVELS]; /* Meta: for the number, the WhatsApp account, the app; NULL */
    gboolean has_addresses;       /* they were told */
    char *in_force;    /* the address that the provider delivers to, "": none; NULL: not told */
    GPtrArray *health; /* lines, what WhatsApp complains of; NULL: not told */
    char *can_send;    /* AVAILABLE, LIMITED, BLOCKED; NULL */
    gint64 skews[2];   /* the provider's clock less ours, of its first answers, seconds */
    guint n_skews;
    gboolean asks_account; /* 360dialog: the number has no address of its own */
    gboolean asks_unconfirmed;
    gint64 last_delivery_at; /* 0 */
    gboolean inbox_ends;     /* nothing more can be asked of the Inbox */
    gint64 inbox_newest;     /* when its newest message is of, 0: not known */
    guint n_settled[4]; /* of sends without a status, what WhatsApp says: see doctor-history.c */
    char *lost;         /* the reason why one of their statuses did not come, NULL */
} CoexCase;

CoexCase *coex_case_new(void);
void coex_case_free(CoexCase *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexCase, coex_case_free)

/* What is known here of an account, as far as it is. Strings are borrowed. All times are seconds
 * since 1970, 0: never. */
typedef struct CoexFacts {
    gboolean known;          /* else only the two refusals count */
    gint64 last_delivery_at; /* of any kind */
    gint64 inbound_at;
    gint64 echo_at;
    gint64 status_at;
    const char *const *unconfirmed; /* wamids of sends of the last days of which no status came */
    guint n_unconfirmed;            /* of all of them, also those that are not in the list */
    gint64 failed_at;               /* the newest send that failed for a reason of the account's */
    int failed_code;                /* Graph's */
    gint64 phone_at;                /* the newest sign of the phone */
    const char *phone_sign;         /* what it was */
    gint64 refused_at;              /* a delivery was turned away */
    CoexVerdict refused_as;
    gint64 challenge_refused_at; /* somebody asked for the challenge with another verify token */
} CoexFacts;

/* ---- asked of the provider ---- */

/* A question and what is read from the answer. @ask: NULL where it cannot or need not be asked,
 * which may be a line of its own. @read: @response NULL: none came, @error says why. Both with the
 * facts that were known from the start. */
typedef struct {
    CoexRequest *(*ask)(CoexCase *c, const CoexFacts *facts, CoexReport *report);
    void (*read)(CoexCase *c, const CoexResponse *response, const GError *error,
                 CoexReport *report);
} CoexQuestion;

extern const CoexQuestion coex_question_version;    /* reachability and Graph version */
extern const CoexQuestion coex_question_token;      /* accepted, permissions, expiry */
extern const CoexQuestion coex_question_secret;     /* the app secret */
extern const CoexQuestion coex_question_ids;        /* number's id, where it is not known */
extern const CoexQuestion coex_question_number;     /* number, Coexistence; health */
extern const CoexQuestion coex_question_subscribed; /* the app, to the WhatsApp account */
extern const CoexQuestion coex_question_fields;     /* of the app's webhook */
extern const CoexQuestion coex_question_webhook;    /* 360dialog: address and header in force */
extern const CoexQuestion coex_question_relay;
extern const CoexQuestion coex_question_inbox; /* answers, and takes the token */
extern const CoexQuestion coex_question_inbox_number;
extern const CoexQuestion coex_question_inbox_rows; /* what a real one is like */
extern const CoexQuestion coex_question_inbox_ends; /* of spans, whether they count */
extern const CoexQuestion coex_question_inbox_bell; /* not asked: whether it rings */
extern const CoexQuestion coex_question_history;    /* what became of webhooks */
extern const CoexQuestion coex_question_unconfirmed;

/* Meta: where webhooks go, by what the number told. */
void coex_doctor_tell_addresses(CoexCase *c, CoexReport *report);
/* After the last of coex_question_unconfirmed. */
void coex_doctor_tell_unconfirmed(CoexCase *c, const CoexFacts *facts, CoexReport *report);
/* The provider's answer came with this Date, 0: none; @now is ours. */
void coex_doctor_note_date(CoexCase *c, gint64 date, gint64 now);

/* ---- tried ---- */

/* What became of a request to our own listener, or to the public address. */
typedef struct {
    guint status;         /* HTTP, 0: no answer */
    const char *error;    /* why there was none, a sentence */
    gboolean certificate; /* and so for the certificate that is there */
    const char *body;     /* of the answer, "" */
    const char *server;   /* who answered, as it calls itself, NULL */
    gboolean arrived;     /* our own listener saw it */
    const char *path;     /* under which, NULL */
    CoexVerdict verdict;  /* of its proof there */
} CoexTrial;

/* The listener is not there: @error NULL: switched off. */
void coex_doctor_judge_no_listener(const CoexCase *c, const GError *error, CoexReport *report);
void coex_doctor_judge_challenge(const CoexCase *c, const CoexTrial *trial, const char *challenge,
                                 CoexReport *report);
/* A delivery that was made as the provider makes them, straight to the listener. */
void coex_doctor_judge_delivery(const CoexCase *c, const CoexTrial *trial, CoexReport *report);
/* The address to try from outside; NULL: there is none, which is a line where it is news. */
const char *coex_doctor_get_address(const CoexCase *c, CoexReport *report);
/* TRUE: it is the relay's, which coex_question_relay is about. */
gboolean coex_doctor_leads_to_relay(const CoexCase *c, const char *address, CoexReport *report);
/* Whether all that comes is fetched from the Inbox, so that no address leads here. */
gboolean coex_doctor_has_only_inbox(const CoexCase *c);
/* What came of it. @is_stranger: it went without the proof, so that a 2xx is somebody else's. TRUE:
 * nothing is wrong yet, and nothing was said. */
gboolean coex_doctor_judge_outside(const CoexCase *c, const CoexTrial *trial, gboolean is_stranger,
                                   gboolean listens, CoexReport *report);
void coex_doctor_tell_outside(const CoexCase *c, gboolean listens, CoexReport *report);

/* What is free where the database is, bytes; @error: it cannot be written to. */
void coex_doctor_judge_disk(const CoexCase *c, const char *folder, guint64 free_bytes,
                            const GError *error, CoexReport *report);

/* The disk of @folder, with @is_files that of coex_doctor_judge_files(), has not answered. */
void coex_doctor_tell_slow_disk(const char *folder, guint seconds, gboolean is_files,
                                CoexReport *report);

/* Where files of messages are put; @error: nothing can be. @closed: through which nobody of its
 * group gets, @folder itself where it is not made yet; NULL: all of it do, or it matters to nobody.
 */
void coex_doctor_judge_files(const char *folder, const char *closed, const GError *error,
                             CoexReport *report);

/* ---- known ---- */

void coex_doctor_tell_deliveries(const CoexCase *c, const CoexFacts *facts, CoexReport *report);
void coex_doctor_tell_clock(const CoexCase *c, CoexReport *report);
void coex_doctor_tell_health(const CoexCase *c, const CoexFacts *facts, CoexReport *report);
void coex_doctor_tell_phone(const CoexCase *c, const CoexFacts *facts, CoexReport *report);
