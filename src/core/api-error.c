// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api-error.h"

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define TRACE_MAX 100
#define SAID_MAX 300 /* characters of the provider's own words in a sentence */

/* What an answer says of an error, whatever its shape. */
typedef struct {
    gboolean found;
    gboolean has_code; /* a numeric code: the request was understood and refused */
    int code;
    char *said; /* words for people, NULL */
    char *trace;
} Refusal;

static void
refusal_clear(Refusal *refusal)
{
    g_free(refusal->said);
    g_free(refusal->trace);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Refusal, refusal_clear)

static void
refusal_say(Refusal *refusal, const char *said, const char *trace)
{
    refusal->found = TRUE;
    if (said && *said) {
        g_free(refusal->said);
        refusal->said = g_strdup(said);
    }
    if (trace && *trace) {
        g_free(refusal->trace);
        refusal->trace = coex_text_excerpt(trace, TRACE_MAX);
    }
}

static void
refusal_set_code(Refusal *refusal, gint64 code)
{
    if (code < 0 || code >= COEX_GRAPH_CODE_UNLISTED)
        return;
    refusal->has_code = TRUE;
    refusal->code = (int)code;
}

static const char *
first_text(const char *a, const char *b, const char *c)
{
    if (a && *a)
        return a;
    return b && *b ? b : c;
}

typedef struct {
    gint64 code;
    gint64 subcode;
    const char *message;
    const char *user_msg;
    const char *trace;
    CoexJsonAt data;
} GraphError;

static const CoexJsonField graph_error_fields[] = {
    { "code", COEX_JSON_INT, G_STRUCT_OFFSET(GraphError, code), COEX_JSON_OPTIONAL },
    { "error_subcode", COEX_JSON_INT, G_STRUCT_OFFSET(GraphError, subcode), COEX_JSON_OPTIONAL },
    { "message", COEX_JSON_TEXT, G_STRUCT_OFFSET(GraphError, message), COEX_JSON_OPTIONAL },
    { "error_user_msg", COEX_JSON_TEXT, G_STRUCT_OFFSET(GraphError, user_msg), COEX_JSON_OPTIONAL },
    { "fbtrace_id", COEX_JSON_TEXT, G_STRUCT_OFFSET(GraphError, trace), COEX_JSON_OPTIONAL },
    { "error_data", COEX_JSON_ANY, G_STRUCT_OFFSET(GraphError, data), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* Meta's object, or 360dialog's plain text, under the key `error`. */
static void
read_error_member(const CoexJsonAt *at, Refusal *refusal)
{
    GraphError graph = { .code = -1 };
    CoexJsonAt details;
    const char *data;

    if (!coex_json_at_is_object(at)) {
        const char *text = coex_json_text(at);

        if (text && g_strcmp0(text, "false") != 0)
            refusal_say(refusal, text, NULL);
        return;
    }
    if (!coex_json_read(at, graph_error_fields, &graph, NULL))
        return;
    /* Older answers have a plain string there (32). */
    details = coex_json_member(&graph.data, "details");
    data = coex_json_at_is_object(&graph.data) ? coex_json_text(&details)
                                               : coex_json_text(&graph.data);
    refusal_say(refusal, first_text(data, graph.user_msg, graph.message), graph.trace);
    /* 100 with subcode 33 is no bad parameter but an id that does not exist or may not be used. */
    refusal_set_code(refusal, graph.code == 100 && graph.subcode == 33 ? 33 : graph.code);
}

typedef struct {
    gint64 code;
    const char *title;
    const char *details;
    const char *detail;
    const char *message;
} ListedError;

static const CoexJsonField listed_error_fields[] = {
    { "code", COEX_JSON_INT, G_STRUCT_OFFSET(ListedError, code), COEX_JSON_OPTIONAL },
    { "title", COEX_JSON_TEXT, G_STRUCT_OFFSET(ListedError, title), COEX_JSON_OPTIONAL },
    { "details", COEX_JSON_TEXT, G_STRUCT_OFFSET(ListedError, details), COEX_JSON_OPTIONAL },
    { "detail", COEX_JSON_TEXT, G_STRUCT_OFFSET(ListedError, detail), COEX_JSON_OPTIONAL },
    { "message", COEX_JSON_TEXT, G_STRUCT_OFFSET(ListedError, message), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
read_error_list(const CoexJsonAt *list, Refusal *refusal)
{
    ListedError listed = { .code = -1 };
    CoexJsonAt first = coex_json_element(list, 0);
    const char *text = coex_json_text(&first);

    if (!coex_json_at_exists(&first))
        return;
    if (coex_json_at_is_object(&first) &&
        coex_json_read(&first, listed_error_fields, &listed, NULL)) {
        refusal_set_code(refusal, listed.code);
        text = first_text(listed.details, listed.detail,
                          first_text(listed.message, listed.title, NULL));
    }
    refusal_say(refusal, text, NULL);
}

/* "Invalid payload ({"error":{…}})": Meta's JSON inside a sentence. Whether one was found. */
static gboolean
read_nested_json(const char *text, Refusal *refusal)
{
    const char *start = text ? strchr(text, '{') : NULL;
    const char *end = text ? strrchr(text, '}') : NULL;
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root, error;

    if (!start || !end || end < start)
        return FALSE;
    doc = coex_json_parse(start, (gsize)(end - start) + 1, NULL);
    if (!doc)
        return FALSE;
    root = coex_json_root(doc);
    error = coex_json_member(&root, "error");
    if (!coex_json_at_is_object(&error))
        return FALSE;
    read_error_member(&error, refusal);
    return refusal->found;
}

typedef struct {
    gboolean success;
    const char *developer_message;
    const char *developer_message_camel;
    const char *trace;
} GatewayMeta;

static const CoexJsonField gateway_meta_fields[] = {
    { "success", COEX_JSON_BOOL, G_STRUCT_OFFSET(GatewayMeta, success), COEX_JSON_OPTIONAL },
    { "developer_message", COEX_JSON_TEXT, G_STRUCT_OFFSET(GatewayMeta, developer_message),
      COEX_JSON_OPTIONAL },
    { "developerMessage", COEX_JSON_TEXT, G_STRUCT_OFFSET(GatewayMeta, developer_message_camel),
      COEX_JSON_OPTIONAL },
    { "360dialog_trace_id", COEX_JSON_TEXT, G_STRUCT_OFFSET(GatewayMeta, trace),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* 360dialog's block `meta`, which comes with successes too. */
static void
read_gateway_meta(const CoexJsonAt *at, Refusal *refusal)
{
    GatewayMeta meta = { .success = TRUE };
    const char *text;

    if (!coex_json_read(at, gateway_meta_fields, &meta, NULL))
        return;
    text = first_text(meta.developer_message, meta.developer_message_camel, NULL);
    if (meta.success && !text)
        return;
    if (read_nested_json(text, refusal))
        return;
    refusal_say(refusal, text, meta.trace);
}

typedef struct {
    CoexJsonAt error;
    CoexJsonAt errors;
    CoexJsonAt meta;
    const char *message;
} AnswerErrors;

static const CoexJsonField answer_errors_fields[] = {
    { "error", COEX_JSON_ANY, G_STRUCT_OFFSET(AnswerErrors, error), COEX_JSON_OPTIONAL },
    { "errors", COEX_JSON_ARRAY, G_STRUCT_OFFSET(AnswerErrors, errors), COEX_JSON_OPTIONAL },
    { "meta", COEX_JSON_OBJECT, G_STRUCT_OFFSET(AnswerErrors, meta), COEX_JSON_OPTIONAL },
    { "message", COEX_JSON_STRING, G_STRUCT_OFFSET(AnswerErrors, message), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
read_refusal(CoexJson *doc, gboolean is_success, Refusal *refusal)
{
    AnswerErrors answer = { 0 };
    CoexJsonAt root = coex_json_root(doc);

    if (!coex_json_read(&root, answer_errors_fields, &answer, NULL))
        return;
    read_error_member(&answer.error, refusal);
    if (!refusal->found)
        read_error_list(&answer.errors, refusal);
    if (!refusal->found && coex_json_at_is_object(&answer.meta))
        read_gateway_meta(&answer.meta, refusal);
    if (!refusal->found && !is_success && answer.message)
        refusal_say(refusal, answer.message, NULL);
}

/* Sentences for answers without a usable code, by HTTP status. */
typedef struct {
    guint from;
    guint to;
    CoexErrorCode meaning;
    const char *sentence; /* for _() */
} StatusRow;

#define KEY_REFUSED                                                                                \
    N_("The access token or API key was not accepted. Enter a valid one as the account's "         \
       "password.")

/* The first row that holds the status counts; the last one holds every status. */
static const StatusRow status_rows[] = {
    { 300, 399, COEX_ERROR_PROTOCOL,
      N_("The address leads elsewhere, which is not followed. Check {@api-url} in the account's "
         "options.") },
    { 401, 401, COEX_ERROR_AUTH, KEY_REFUSED },
    { 403, 403, COEX_ERROR_PROTOCOL,
      N_("The provider does not allow this request. Ask there whether it is part of the plan and "
         "the number is live.") },
    { 404, 404, COEX_ERROR_PROTOCOL,
      N_("The provider does not know this address. Check {@api-url} in the account's options.") },
    { 405, 405, COEX_ERROR_PROTOCOL,
      N_("The address does not take such requests. Check {@api-url} in the account's options.") },
    { 408, 408, COEX_ERROR_RETRY, N_("The provider waited too long for the request. Try again.") },
    { 413, 413, COEX_ERROR_TOO_LARGE,
      N_("The request is too large for the provider. Ask there what it takes.") },
    { 429, 429, COEX_ERROR_RATE_LIMITED, N_("Too many requests. Try again in a moment.") },
    { 400, 499, COEX_ERROR_PROTOCOL,
      N_("The provider refused the request. Try again later, or ask the provider.") },
    { 500, 999, COEX_ERROR_RETRY,
      N_("The provider has a temporary problem. Try again in a moment.") },
    { 200, 299, COEX_ERROR_PROTOCOL, N_("The provider reports a problem. Try again later.") },
    { 0, G_MAXUINT, COEX_ERROR_PROTOCOL,
      N_("The provider's answer makes no sense. Check {@api-url} in the account's options.") },
};

static const StatusRow key_row = { 0, 0, COEX_ERROR_AUTH, KEY_REFUSED };
static const StatusRow rate_row = { 0, 0, COEX_ERROR_RATE_LIMITED,
                                    N_("Too many requests. Try again in a moment.") };
static const StatusRow large_row = { 0, 0, COEX_ERROR_TOO_LARGE,
                                     N_("It is too large for the provider. Send it in parts.") };
/* 360dialog: support/api-error-message-list */
static const StatusRow unpaid_row = { 0, 0, COEX_ERROR_PROTOCOL,
                                      N_("The provider sends nothing before its invoices are paid. "
                                         "Pay them there, then send it again.") };
static const StatusRow disabled_row = { 0, 0, COEX_ERROR_PROTOCOL,
                                        N_("The provider has switched off the API for this number. "
                                           "Ask there why, and have it switched on.") };
static const StatusRow uncertain_row = { 0, 0, COEX_ERROR_UNCERTAIN,
                                         N_("The provider failed and left open whether the message "
                                            "went. Look at the phone before you send it again.") };

static gboolean
says(const Refusal *refusal, const char *word)
{
    g_autofree char *folded = refusal->said ? g_ascii_strdown(refusal->said, -1) : NULL;

    return folded && strstr(folded, word);
}

/* Refusals that the gateway tells in words alone. NULL: none of them. */
static const StatusRow *
find_spoken_row(guint status, const Refusal *refusal)
{
    if (status != 400 && status != 402 && status != 403)
        return NULL;
    if (says(refusal, "lack of payment") || says(refusal, "invoice"))
        return &unpaid_row;
    if (status == 400 && says(refusal, "rate limit"))
        return &rate_row;
    return says(refusal, "api") && says(refusal, "disabled") ? &disabled_row : NULL;
}

static const StatusRow *
find_status_row(guint status, const Refusal *refusal, gboolean is_send)
{
    const StatusRow *spoken = find_spoken_row(status, refusal);
    const StatusRow *row = status_rows;

    while (status < row->from || status > row->to)
        row++;
    if (is_send && (row->meaning == COEX_ERROR_RETRY || status < 300 || status > 999))
        return &uncertain_row;
    if (is_send && status == 413)
        return &large_row;
    if (status == 403 && says(refusal, "key"))
        return &key_row;
    return spoken ? spoken : row;
}

static void
set_status_error(GError **error, guint status, const Refusal *refusal, gboolean is_send)
{
    const StatusRow *row = find_status_row(status, refusal, is_send);
    g_autofree char *said = refusal->said ? coex_text_excerpt(refusal->said, SAID_MAX) : NULL;
    g_autoptr(GString) text = g_string_new(_(row->sentence));

    if (said && *said) {
        g_string_append_c(text, ' ');
        /* Translators: %s is what the provider says, in English as a rule */
        coex_say_more(text, _("The provider says: %s"), said);
        if (!g_str_has_suffix(said, "."))
            g_string_append_c(text, '.');
    }
    if (refusal->trace)
        /* Translators: %s is one or more sentences; trace: an id by which they find the request */
        coex_error_say(error, row->meaning, _("%s (HTTP %u, trace %s)"), text->str, status,
                       refusal->trace);
    else
        g_set_error(error, COEX_ERROR, row->meaning, "%s (HTTP %u)", text->str, status);
}

/* What a code means given the HTTP status: an unlisted one is judged by the status. */
static CoexErrorCode
judge_code(const CoexGraphCode *row, guint status, gboolean is_send)
{
    if (row->meaning == COEX_ERROR_UNCERTAIN && !is_send)
        return COEX_ERROR_RETRY;
    if (row->code != COEX_GRAPH_CODE_UNLISTED)
        return row->meaning;
    if (status == 429)
        return COEX_ERROR_RATE_LIMITED;
    if (status >= 500)
        return is_send ? COEX_ERROR_UNCERTAIN : COEX_ERROR_RETRY;
    return row->meaning;
}

gboolean
coex_api_error_check(guint status, CoexJson *doc, gboolean is_send, GError **error)
{
    gboolean is_success = status >= 200 && status < 300;
    g_auto(Refusal) refusal = { 0 };
    const CoexGraphCode *row;
    GError *refused = NULL;

    if (doc)
        read_refusal(doc, is_success, &refusal);
    if (is_success && !refusal.found)
        return TRUE;
    row = coex_graph_code_lookup(refusal.code);
    /* 401 is about the key, whatever the code says */
    if (!refusal.has_code || (status == 401 && row->meaning != COEX_ERROR_AUTH)) {
        set_status_error(error, status, &refusal, is_send);
        return FALSE;
    }
    coex_error_set_graph(&refused, refusal.code, refusal.said, refusal.trace, is_send);
    refused->code = judge_code(row, status, is_send);
    g_propagate_error(error, refused);
    return FALSE;
}
