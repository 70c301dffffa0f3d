// SPDX-License-Identifier: GPL-2.0-or-later
#include "answers.h"
#include "core/api.h"
#include "core/retry.h"

#include <string.h>

/* What an answer means to a send and to a read, and whether the send repeats by itself. */
typedef struct {
    guint status;
    const char *body;
    int send;
    int read;
    CoexRetryKind retry;
    int graph_code;
    const char *part; /* of the text, NULL: any */
} ErrorCase;

static const ErrorCase error_cases[] = {
    { 400, "{'error':{'code':131047,'message':'(#131047) Re-engagement message'}}",
      COEX_ERROR_WINDOW_CLOSED, COEX_ERROR_WINDOW_CLOSED, COEX_RETRY_NEVER, 131047,
      "window is closed" },
    { 400, "{'error':{'code':'131056','error_data':{'details':'slow'}}}", COEX_ERROR_RATE_LIMITED,
      COEX_ERROR_RATE_LIMITED, COEX_RETRY_PAIR, 131056, "slow" },
    { 500, "{'error':{'code':131000}}", COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY, COEX_RETRY_NEVER,
      131000, NULL },
    { 503, "{'error':{'code':2,'is_transient':true}}", COEX_ERROR_RETRY, COEX_ERROR_RETRY,
      COEX_RETRY_BACKOFF, 2, NULL },
    { 500, "{'error':{'code':131016}}", COEX_ERROR_RETRY, COEX_ERROR_RETRY, COEX_RETRY_BACKOFF,
      131016, NULL },
    { 200, "{'error':{'code':190,'message':'x'}}", COEX_ERROR_AUTH, COEX_ERROR_AUTH,
      COEX_RETRY_NEVER, 190, NULL },
    { 400, "{'error':{'code':100,'error_subcode':33,'message':'no object'}}",
      COEX_ERROR_INVALID_INPUT, COEX_ERROR_INVALID_INPUT, COEX_RETRY_NEVER, 33, "phone number id" },
    { 404, "{'error':{'code':132001,'error_data':{'details':'de_AT'}}}", COEX_ERROR_TEMPLATE,
      COEX_ERROR_TEMPLATE, COEX_RETRY_NEVER, 132001, "de_AT" },
    { 403, "{'error':{'code':230,'message':'x'}}", COEX_ERROR_AUTH, COEX_ERROR_AUTH,
      COEX_RETRY_NEVER, 230, NULL },
    { 403, "{'error':{'code':368}}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER,
      368, NULL },
    { 400, "{'error':{'code':424242,'message':'New','fbtrace_id':'T1'}}", COEX_ERROR_PROTOCOL,
      COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 424242, "New. (code 424242, trace T1)" },
    { 429, "{'error':{'code':424242,'message':'New'}}", COEX_ERROR_RATE_LIMITED,
      COEX_ERROR_RATE_LIMITED, COEX_RETRY_BACKOFF, 424242, NULL },
    { 500, "{'error':{'code':424242,'message':'New'}}", COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY,
      COEX_RETRY_NEVER, 424242, NULL },
    { 401, "{'error':{'code':424242,'message':'New'}}", COEX_ERROR_AUTH, COEX_ERROR_AUTH,
      COEX_RETRY_NEVER, 0, "(HTTP 401)" },
    { 400, "{'error':{'message':'x','error_user_msg':'For people'}}", COEX_ERROR_PROTOCOL,
      COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, "For people." },
    { 400, "{'error':{'code':-3}}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0,
      NULL },
    { 400, "{'error':{'code':99999999999}}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL,
      COEX_RETRY_NEVER, 0, NULL },
    { 400, "{'error':[]}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, NULL },
    { 429, "", COEX_ERROR_RATE_LIMITED, COEX_ERROR_RATE_LIMITED, COEX_RETRY_BACKOFF, 0, NULL },
    { 400, "{'message':'Rate limit exceeded'}", COEX_ERROR_RATE_LIMITED, COEX_ERROR_RATE_LIMITED,
      COEX_RETRY_BACKOFF, 0, "Rate limit" },
    { 400, "{'errors':[{'code':131047,'title':'t','message':'Too late'}]}",
      COEX_ERROR_WINDOW_CLOSED, COEX_ERROR_WINDOW_CLOSED, COEX_RETRY_NEVER, 131047,
      "says: Too late." },
    { 400, "{'errors':[{'detail':'d'}]}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL,
      COEX_RETRY_NEVER, 0, "says: d." },
    { 400, "{'errors':['plain']}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0,
      "says: plain." },
    { 400, "{'errors':[]}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, NULL },
    { 403, "{'meta':{'developer_message':'Invalid API key','success':false}}", COEX_ERROR_AUTH,
      COEX_ERROR_AUTH, COEX_RETRY_NEVER, 0, NULL },
    { 200, "{'meta':{'developer_message':'No','success':false}}", COEX_ERROR_UNCERTAIN,
      COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, "says: No." },
    { 500, "{'meta':{'developer_message':'Oops','http_code':400,'success':false}}",
      COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY, COEX_RETRY_NEVER, 0, "Oops" },
    { 400, "{'meta':{'developer_message':'bad {json'}}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL,
      COEX_RETRY_NEVER, 0, "bad {json." },
    { 400, "{'meta':{'developer_message':'{} {}'}}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL,
      COEX_RETRY_NEVER, 0, "{} {}." },
    { 404, "{'meta':{'success':false,'http_code':404}}", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL,
      COEX_RETRY_NEVER, 0, "api-url" },
    { 404, "<html>nginx</html>", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0,
      "api-url" },
    { 302, "", COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, "api-url" },
    { 413, "", COEX_ERROR_TOO_LARGE, COEX_ERROR_TOO_LARGE, COEX_RETRY_NEVER, 0, NULL },
    { 408, "", COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY, COEX_RETRY_NEVER, 0, NULL },
    { 500, "", COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY, COEX_RETRY_NEVER, 0, NULL },
    { 502, "<html>", COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY, COEX_RETRY_NEVER, 0, NULL },
    { 555, "{}", COEX_ERROR_UNCERTAIN, COEX_ERROR_RETRY, COEX_RETRY_NEVER, 0, "HTTP 555" },
    { 0, "", COEX_ERROR_UNCERTAIN, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, NULL },
    { 101, "", COEX_ERROR_UNCERTAIN, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0, NULL },
};

static void
check_error(const ErrorCase *expected, const char *body)
{
    g_autoptr(CoexResponse) response = answer_new(expected->status, body);
    g_autoptr(GError) send = NULL;
    g_autoptr(GError) read = NULL;
    CoexSent sent = { .wamid = NULL };

    g_test_message("%u %s", expected->status, body);
    g_assert_false(coex_api_read_sent(response, &sent, &send));
    g_assert_error(send, COEX_ERROR, expected->send);
    g_assert_cmpint(coex_retry_kind(send), ==, expected->retry);
    g_assert_cmpint(coex_error_get_graph_code(send), ==, expected->graph_code);
    g_assert_null(sent.wamid);
    g_assert_false(coex_api_read_done(response, &read));
    g_assert_error(read, COEX_ERROR, expected->read);
    if (expected->part) {
        g_assert_nonnull(strstr(send->message, expected->part));
        g_assert_nonnull(strstr(read->message, expected->part));
    }
    g_assert_true(g_utf8_validate(send->message, -1, NULL));
    g_assert_null(strchr(send->message, '\n'));
    g_assert_false(coex_api_read_done(response, NULL));
}

static void
test_errors(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(error_cases); i++) {
        g_autofree char *body = g_strdelimit(g_strdup(error_cases[i].body), "'", '"');

        check_error(&error_cases[i], body);
    }
}

static const struct {
    const char *file;
    const char *key;
    ErrorCase expected;
} file_cases[] = {
    { "32_errors.meta.json",
      "http_400_130429",
      { 400, NULL, COEX_ERROR_RATE_LIMITED, COEX_ERROR_RATE_LIMITED, COEX_RETRY_BACKOFF, 130429,
        "used up" } },
    { "32_errors.meta.json",
      "http_400_131056",
      { 400, NULL, COEX_ERROR_RATE_LIMITED, COEX_ERROR_RATE_LIMITED, COEX_RETRY_PAIR, 131056,
        NULL } },
    { "32_errors.meta.json",
      "http_400_131047",
      { 400, NULL, COEX_ERROR_WINDOW_CLOSED, COEX_ERROR_WINDOW_CLOSED, COEX_RETRY_NEVER, 131047,
        "trace A131047xMadeUpTrace00" } },
    { "32_errors.meta.json",
      "http_400_132000",
      { 400, NULL, COEX_ERROR_TEMPLATE, COEX_ERROR_TEMPLATE, COEX_RETRY_NEVER, 132000, NULL } },
    { "32_errors.meta.json",
      "http_404_132001",
      { 404, NULL, COEX_ERROR_TEMPLATE, COEX_ERROR_TEMPLATE, COEX_RETRY_NEVER, 132001, NULL } },
    { "32_errors.meta.json",
      "http_400_100_plain",
      { 400, NULL, COEX_ERROR_INVALID_INPUT, COEX_ERROR_INVALID_INPUT, COEX_RETRY_NEVER, 100,
        "4096 characters" } },
    { "32_errors.meta.json",
      "http_400_100_user_fields",
      { 400, NULL, COEX_ERROR_INVALID_INPUT, COEX_ERROR_INVALID_INPUT, COEX_RETRY_NEVER, 33,
        NULL } },
    { "32_errors.meta.json",
      "http_401_190",
      { 401, NULL, COEX_ERROR_AUTH, COEX_ERROR_AUTH, COEX_RETRY_NEVER, 190, "has expired" } },
    { "32_errors.meta.json",
      "http_400_2593108",
      { 400, NULL, COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 2593108, NULL } },
    { "32_errors.meta.json",
      "string_error_data",
      { 400, NULL, COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 131008,
        "The parameter text is required." } },
    { "33_errors.360dialog.json",
      "meta_snake_case",
      { 401, NULL, COEX_ERROR_AUTH, COEX_ERROR_AUTH, COEX_RETRY_NEVER, 0,
        "Invalid api key. (HTTP 401, trace MadeUpTrace0001)" } },
    { "33_errors.360dialog.json",
      "meta_camel_case",
      { 403, NULL, COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0,
        "This path is not allowed." } },
    { "33_errors.360dialog.json",
      "meta_with_nested_meta_error_text",
      { 400, NULL, COEX_ERROR_INVALID_INPUT, COEX_ERROR_INVALID_INPUT, COEX_RETRY_NEVER, 100,
        "Invalid parameter. (code 100, trace AmadeUp)" } },
    { "33_errors.360dialog.json",
      "meta_with_nested_meta_error_text",
      { 401, NULL, COEX_ERROR_AUTH, COEX_ERROR_AUTH, COEX_RETRY_NEVER, 0, "(HTTP 401" } },
    { "33_errors.360dialog.json",
      "errors_array",
      { 400, NULL, COEX_ERROR_RECIPIENT, COEX_ERROR_RECIPIENT, COEX_RETRY_NEVER, 1013,
        "not a valid WhatsApp user" } },
    { "33_errors.360dialog.json",
      "plain_error_string",
      { 400, NULL, COEX_ERROR_PROTOCOL, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER, 0,
        "webhook url is not valid" } },
    { "33_errors.360dialog.json",
      "plain_message",
      { 429, NULL, COEX_ERROR_RATE_LIMITED, COEX_ERROR_RATE_LIMITED, COEX_RETRY_BACKOFF, 0,
        "Rate limit exceeded" } },
    { "33_errors.360dialog.json",
      "passed_through_from_meta",
      { 400, NULL, COEX_ERROR_INVALID_INPUT, COEX_ERROR_INVALID_INPUT, COEX_RETRY_NEVER, 131009,
        "image/gif" } },
};

static void
test_errors_from_files(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(file_cases); i++) {
        g_autofree char *body = answer_load_part(file_cases[i].file, file_cases[i].key, 0);

        check_error(&file_cases[i].expected, body);
    }
}

/* Accepted, but by whom and as what? */
static void
test_uncertain(void)
{
    static const char *const bodies[] = { "",
                                          "OK",
                                          "{}",
                                          "[]",
                                          "{'messages':[]}",
                                          "{'messages':[{}]}",
                                          "{'messages':[{'id':''}]}",
                                          "{'messages':[{'id':null}]}",
                                          "{'messages':{'id':'x'}}",
                                          "{'messages':[{'id':'x'}" };

    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(CoexResponse) response = answer_new_quoted(200, bodies[i]);
        g_autoptr(GError) error = NULL;
        CoexSent sent = { 0 };

        g_assert_false(coex_api_read_sent(response, &sent, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_UNCERTAIN);
        g_assert_cmpint(coex_retry_kind(error), ==, COEX_RETRY_NEVER);
    }
}

static void
test_no_errors(void)
{
    static const char *const bodies[] = { "",
                                          "{}",
                                          "{'success':true}",
                                          "{'error':null}",
                                          "{'errors':[]}",
                                          "{'errors':null,'error':false}",
                                          "{'message':'all is well'}",
                                          "{'meta':{'api_status':'stable','version':'2.x'}}",
                                          "{'url':'https://x'}",
                                          "OK" };
    g_autoptr(CoexResponse) refused = answer_new_quoted(200, "{'success':false}");
    g_autoptr(GError) refused_error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(CoexResponse) response = answer_new_quoted(200, bodies[i]);
        g_autoptr(GError) error = NULL;

        g_assert_true(coex_api_read_done(response, &error));
        g_assert_no_error(error);
    }
    g_assert_false(coex_api_read_done(refused, &refused_error));
    g_assert_error(refused_error, COEX_ERROR, COEX_ERROR_PROTOCOL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/refusal/errors", test_errors);
    g_test_add_func("/refusal/errors-from-files", test_errors_from_files);
    g_test_add_func("/refusal/uncertain", test_uncertain);
    g_test_add_func("/refusal/no-errors", test_no_errors);
    return g_test_run();
}
