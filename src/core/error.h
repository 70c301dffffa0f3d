// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Errors named by what the caller must do, and the one table that turns Graph's numeric codes into
 * such a decision and into a sentence for the user (Meta: support/error-codes). */

/* Graph codes that the rest of the project tells apart. */
#define COEX_GRAPH_WINDOW_CLOSED 131047
#define COEX_GRAPH_TEMPLATE_GONE 132001
#define COEX_GRAPH_FILE_REFUSED 131053
#define COEX_GRAPH_NO_OBJECT 33 /* also 100 with that subcode */

#define COEX_ERROR (coex_error_quark())
GQuark coex_error_quark(void);

typedef enum {
    COEX_ERROR_RETRY,         /* surely not sent or transient: the same request may go again */
    COEX_ERROR_RATE_LIMITED,  /* the same request may go again, later */
    COEX_ERROR_UNCERTAIN,     /* may have been accepted: never resent by itself */
    COEX_ERROR_AUTH,          /* only new credentials help */
    COEX_ERROR_WINDOW_CLOSED, /* only a template can be sent */
    COEX_ERROR_RECIPIENT,     /* this person cannot be reached so */
    COEX_ERROR_TEMPLATE,      /* template or its values must change */
    COEX_ERROR_TOO_LARGE,
    COEX_ERROR_INVALID_INPUT, /* what the user gave is wrong */
    COEX_ERROR_PROTOCOL,      /* the peer's bytes make no sense, or a refusal without remedy */
    COEX_ERROR_STORE,
    COEX_ERROR_LOCKED, /* the database belongs to another process */
    COEX_ERROR_LISTEN,
    COEX_ERROR_NETWORK, /* nothing could be reached; nothing was sent */
} CoexErrorCode;

/* As g_set_error(), with a sentence as coex_say() makes it. */
void coex_error_say(GError **error, CoexErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* How a failed send may be repeated without the user (Meta: support/error-codes). */
typedef enum {
    COEX_RETRY_NEVER,
    COEX_RETRY_BACKOFF, /* exponential with jitter */
    COEX_RETRY_PAIR,    /* 4^n seconds: 131056 */
    COEX_RETRY_QUOTA,   /* minutes: 4, 80007 */
} CoexRetryKind;

#define COEX_GRAPH_CODE_UNLISTED 0x7fffffff

typedef struct {
    int code;              /* Graph's */
    CoexErrorCode meaning; /* what to do */
    CoexRetryKind retry;
    const char *what;   /* sentence, for _(): what happened */
    const char *remedy; /* sentence, for _(): what the user can do */
} CoexGraphCode;

/* The row of a Graph code, never NULL: an unlisted code gives the generic row with code
 * COEX_GRAPH_CODE_UNLISTED; ranges (200-299, 131200-131299) give their first code's row. Borrowed,
 * static. */
const CoexGraphCode *coex_graph_code_lookup(int code);

/* How long after a failure with this code the same message may go again, in seconds: 0 for at once,
 * COEX_WAIT_FOR_EVER where sending it again is what must not be done. */
#define COEX_WAIT_FOR_EVER G_MAXINT64
gint64 coex_graph_code_get_wait_s(int code);

/* Whether it helps to choose a template, or another one. */
gboolean coex_graph_code_wants_template(int code);
/* Whether it may mean that a file's id leads to no file any more. */
gboolean coex_graph_code_is_of_file(int code);

/* Sets @error from a Graph error: the sentence, then @details if it adds something, then "(code N,
 * trace T)". @details and @trace_id may be NULL. Error code is the row's meaning; the numeric code
 * can be read back with coex_error_get_graph_code(), from copies too. @is_send: it was the answer
 * to a message; else the advice speaks of none. */
void coex_error_set_graph(GError **error, int graph_code, const char *details, const char *trace_id,
                          gboolean is_send);

/* Graph's code inside an error made by coex_error_set_graph(), 0 if there is none. */
int coex_error_get_graph_code(const GError *error);

/* @error, of COEX_ERROR: what was reached has a certificate that is refused. */
GError *coex_error_mark_certificate(GError *error);
gboolean coex_error_is_of_certificate(const GError *error);

/* One line for an error in a webhook: what happened, what to do, "(code N)". @graph_code 0: the
 * webhook told none. @title and @details may be NULL. @is_send: of a message's status; else the
 * advice speaks of none. Free with g_free(). */
char *coex_graph_code_explain(int graph_code, const char *title, const char *details,
                              gboolean is_send);
