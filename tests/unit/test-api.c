// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/json.h"
#include "core/peer.h"
#include "core/template.h"

#include "answers.h"
#include <stdlib.h>
#include <string.h>

#define META "https://graph.facebook.com/v26.0"
#define GATEWAY "https://waba-v2.360dialog.io"

#define KEY " se/cr et\n"

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* JSON with sorted keys, so that texts can be compared. */
static void
append_sorted(GString *out, const CoexJsonAt *at)
{
    g_autofree const char **keys = NULL;
    gsize n_keys = 0;

    if (coex_json_at_is_array(at)) {
        for (guint i = 0; i < coex_json_length(at); i++) {
            CoexJsonAt element = coex_json_element(at, i);

            g_string_append_c(out, i == 0 ? '[' : ',');
            append_sorted(out, &element);
        }
        g_string_append_c(out, ']');
        return;
    }
    if (!coex_json_at_is_object(at)) {
        g_autofree char *text = coex_json_dup(at);

        g_string_append(out, text);
        return;
    }
    keys = coex_json_keys(at);
    while (keys[n_keys])
        n_keys++;
    qsort(keys, n_keys, sizeof *keys, compare_names);
    for (gsize i = 0; i < n_keys; i++) {
        CoexJsonAt member = coex_json_member(at, keys[i]);

        g_string_append_printf(out, "%c\"%s\":", i == 0 ? '{' : ',', keys[i]);
        append_sorted(out, &member);
    }
    g_string_append_c(out, '}');
}

static char *
dup_sorted(const char *json, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexJson) doc = coex_json_parse(json, length, &error);
    GString *out = g_string_new(NULL);
    CoexJsonAt root;

    g_assert_no_error(error);
    root = coex_json_root(doc);
    append_sorted(out, &root);
    return g_string_free(out, FALSE);
}

static void
assert_body(const CoexRequest *request, const char *expected)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(request->body, &length);
    g_autofree char *is = dup_sorted(bytes, length);
    g_autofree char *should = dup_sorted(expected, strlen(expected));

    g_assert_cmpstr(is, ==, should);
    g_assert_cmpstr(request->content_type, ==, "application/json");
    g_assert_cmpstr(request->method, ==, "POST");
}

/* Takes @request and checks what it asks for. */
static void
check_get(CoexRequest *request, const char *url)
{
    g_assert_cmpstr(request->method, ==, "GET");
    g_assert_cmpstr(request->url, ==, url);
    g_assert_null(request->body);
    g_assert_null(request->content_type);
    g_assert_false(request->is_send);
    coex_request_free(request);
}

static void
test_backends(void)
{
    const CoexBackend *const *list = coex_backend_list();
    guint n_backends = 0;

    for (; list[n_backends]; n_backends++) {
        g_assert_true(coex_backend_lookup(list[n_backends]->id) == list[n_backends]);
        g_assert_true(g_str_has_prefix(list[n_backends]->base_url, "https://"));
        g_assert_false(g_str_has_suffix(list[n_backends]->base_url, "/"));
    }
    g_assert_cmpuint(n_backends, ==, 2);
    g_assert_cmpstr(list[0]->id, ==, "360dialog");
    g_assert_null(coex_backend_lookup("aol"));
    g_assert_null(coex_backend_lookup(NULL));
}

static void
test_urls_of_meta(void)
{
    g_auto(CoexEndpoint) meta = endpoint_make("meta", KEY);
    g_autoptr(CoexRequest) request = coex_api_mark_read(&meta, "wamid.x=");

    g_assert_cmpstr(request->url, ==, META "/109876543210987/messages");
    g_assert_cmpstr(request->auth_header, ==, "Authorization");
    g_assert_cmpstr(request->auth_value, ==, "Bearer se/cret");
    check_get(coex_api_check_login(&meta), META "/109876543210987?fields=id,display_phone_number,"
                                                "verified_name,is_on_biz_app,health_status");
    check_get(coex_api_find_wabas(&meta), META "/debug_token?input_token=se%2Fcret");
    check_get(coex_api_list_numbers(&meta, "7/8"),
              META "/7%2F8/phone_numbers?fields=id,display_phone_number&limit=100");
    check_get(coex_api_list_templates(&meta, NULL),
              META "/220033004400550/message_templates?fields=id,name,language,status,category,"
                   "parameter_format,components&limit=100");
    check_get(coex_api_list_templates(&meta, "a&b=c"),
              META "/220033004400550/message_templates?fields=id,name,language,status,category,"
                   "parameter_format,components&limit=100&after=a%26b%3Dc");
    check_get(coex_api_get_webhook(&meta), META "/109876543210987?fields=webhook_configuration");
}

static void
test_urls_of_360dialog(void)
{
    g_auto(CoexEndpoint) gateway = endpoint_make("360dialog", KEY);
    g_autoptr(CoexRequest) request = coex_api_mark_read(&gateway, "wamid.x=");

    g_assert_cmpstr(request->url, ==, GATEWAY "/messages");
    g_assert_cmpstr(request->auth_header, ==, "D360-API-KEY");
    g_assert_cmpstr(request->auth_value, ==, "se/cret");
    check_get(coex_api_check_login(&gateway), GATEWAY "/health_status");
    check_get(coex_api_list_templates(&gateway, NULL),
              GATEWAY "/v1/configs/templates?limit=1000&offset=0");
    check_get(coex_api_list_templates(&gateway, "1000"),
              GATEWAY "/v1/configs/templates?limit=1000&offset=1000");
    check_get(coex_api_get_webhook(&gateway), GATEWAY "/v1/configs/webhook");
}

static void
test_own_base(void)
{
    g_auto(CoexEndpoint) gateway = endpoint_make("360dialog", KEY);
    g_auto(CoexEndpoint) meta = endpoint_make("meta", KEY);

    g_free(gateway.base_url);
    gateway.base_url = g_strdup("https://waba-sandbox.360dialog.io/v1");
    g_free(meta.base_url);
    meta.base_url = g_strdup("http://127.0.0.1:9000/x");
    g_free(meta.phone_number_id);
    meta.phone_number_id = g_strdup("../{waba}?a#b");
    check_get(coex_api_get_webhook(&gateway),
              "https://waba-sandbox.360dialog.io/v1/configs/webhook");
    check_get(coex_api_check_login(&gateway), "https://waba-sandbox.360dialog.io/v1/health_status");
    check_get(coex_api_get_webhook(&meta),
              "http://127.0.0.1:9000/x/v26.0/..%2F%7Bwaba%7D%3Fa%23b?fields=webhook_configuration");
}

static void
test_label(void)
{
    g_auto(CoexEndpoint) meta = endpoint_make("meta", KEY);
    g_autoptr(CoexRequest) find = coex_api_find_wabas(&meta);
    g_autofree char *label = coex_request_dup_label(find);
    CoexRequest odd = { .method = "GET", .url = (char *)"https://x" };
    g_autofree char *odd_label = coex_request_dup_label(&odd);

    g_assert_cmpstr(label, ==, "GET /v26.0/debug_token");
    g_assert_cmpstr(odd_label, ==, "GET");
}

static void
test_base_url(void)
{
    static const char *const good[][2] = {
        { "", "" },
        { "  ", "" },
        { "https://proxy.example.org", "https://proxy.example.org" },
        { " https://proxy.example.org:8443/a/b// ", "https://proxy.example.org:8443/a/b" },
        { "HTTPS://x.de/", "HTTPS://x.de" },
        { "http://127.0.0.1:8480", "http://127.0.0.1:8480" },
        { "http://127.9.9.9", "http://127.9.9.9" },
        { "http://[::1]:80/", "http://[::1]:80" },
        { "http://localhost:1", "http://localhost:1" },
        { "http://LocalHost", "http://LocalHost" },
    };
    static const char *const bad[] = {
        "waba-v2.360dialog.io",
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
        "http://[::2]",
        "ftp://127.0.0.1",
        "https://",
        "https:///x",
        "https://user@x.de",
        "https://user:pw@x.de",
        "https://x.de/?a=b",
        "https://x.de/#f",
        "https://x .de",
        "https://x.de/a b",
        "https://x.de:99999",
        "file:///etc/passwd",
        "/v1",
        "https://x.de/\x01",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *url = coex_api_check_base_url(good[i][0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(url, ==, good[i][1]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", bad[i]);
        g_assert_null(coex_api_check_base_url(bad[i], &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_nonnull(strstr(error->message, "api-url"));
    }
}

static void
test_send_text(void)
{
    g_autofree char *expected = answer_load("01_send_text.request.json");
    g_autofree char *expected_bsuid = answer_load("03_send_text_bsuid.request.json");
    g_auto(CoexPeer) ada = { .wa_id = g_strdup("493023125017"), .user_id = g_strdup("DE.1") };
    g_auto(CoexPeer) hidden = { .user_id = g_strdup("DE.40817263549081726354") };
    g_auto(CoexPeer) parent = { .parent_user_id = g_strdup("US.ENT.5") };

    for (const CoexBackend *const *backend = coex_backend_list(); *backend; backend++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make((*backend)->id, KEY);
        g_autoptr(CoexRequest) to_ada = coex_api_send_text(
            &endpoint, &ada, "Your bike is ready, see https://radhaus.example/pickup", NULL,
            "prpl:7f1c22");
        g_autoptr(CoexRequest) to_hidden =
            coex_api_send_text(&endpoint, &hidden, "Hello, thanks for writing.", NULL, NULL);
        g_autoptr(CoexRequest) to_parent = coex_api_send_text(&endpoint, &parent, "x", NULL, NULL);

        assert_body(to_ada, expected);
        assert_body(to_hidden, expected_bsuid);
        assert_body(to_parent, "{\"messaging_product\":\"whatsapp\",\"recipient_type\":"
                               "\"individual\",\"recipient\":\"US.ENT.5\",\"type\":\"text\","
                               "\"text\":{\"preview_url\":false,\"body\":\"x\"}}");
        g_assert_true(to_ada->is_send);
        g_assert_true(g_str_has_suffix(to_ada->url, "/messages"));
    }
}

static void
test_preview_url(void)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        { "none", "false" },          { "http:// x", "false" },      { "see http://x", "true" },
        { "HTTPS://X.DE", "true" },   { "https://", "false" },       { "www.x.de", "false" },
        { "(https://x.de)", "true" }, { "http://http://x", "true" },
    };
    g_auto(CoexEndpoint) endpoint = endpoint_make("meta", KEY);
    g_auto(CoexPeer) ada = { .wa_id = g_strdup("493023125017") };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexRequest) request =
            coex_api_send_text(&endpoint, &ada, cases[i].text, NULL, NULL);
        g_autofree char *body =
            g_strndup(g_bytes_get_data(request->body, NULL), g_bytes_get_size(request->body));
        g_autofree char *member = g_strdup_printf("\"preview_url\":%s", cases[i].json);

        g_assert_nonnull(strstr(body, member));
    }
}

static void
test_send_template(void)
{
    static const char *const values[] = { "Friday", "Jana", "4", NULL };
    static const char *const none[] = { NULL };
    g_autofree char *expected = answer_load("19_template_named.request.json");
    g_autofree char *expected_plain =
        answer_load_part("24_template_flow_and_no_params.requests.json", NULL, 1);
    g_autofree char *page = answer_load("28_templates_list.meta.response.json");
    g_autoptr(CoexResponse) response = answer_new(200, page);
    g_autoptr(GPtrArray) templates =
        g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    g_auto(CoexEndpoint) endpoint = endpoint_make("meta", KEY);
    g_auto(CoexPeer) ada = { .wa_id = g_strdup("493023125017") };
    g_autofree char *cursor = NULL;
    g_autoptr(CoexRequest) named = NULL;
    g_autoptr(CoexRequest) plain = NULL;

    g_assert_true(coex_api_read_templates(&endpoint, response, templates, &cursor, NULL));
    named = coex_api_send_template(&endpoint, &ada, g_ptr_array_index(templates, 1), values, NULL,
                                   NULL);
    assert_body(named, expected);
    plain =
        coex_api_send_template(&endpoint, &ada, g_ptr_array_index(templates, 6), none, NULL, NULL);
    assert_body(plain, expected_plain);
    g_assert_true(named->is_send);
}

static void
test_mark_read(void)
{
    g_autofree char *expected = answer_load_part("26_mark_read_and_typing.requests.json", NULL, 0);
    g_auto(CoexEndpoint) endpoint = endpoint_make("360dialog", KEY);
    g_autoptr(CoexRequest) request = coex_api_mark_read(
        &endpoint, "wamid.HBgMNDkzMDIzMTI1MDE3FQIAEhgUM0E1QzBFNzdEMUIyOTQ2RjgxQUEA");

    assert_body(request, expected);
    g_assert_false(request->is_send);
}

static void
test_set_webhook(void)
{
    g_autofree char *meta_body =
        answer_load_part("41_webhook_overrides.meta.json", "phone_request", 0);
    g_autofree char *gateway_body =
        answer_load_part("42_webhook_config.360dialog.json", "phone_request", 0);
    g_auto(CoexEndpoint) meta = endpoint_make("meta", KEY);
    g_auto(CoexEndpoint) gateway = endpoint_make("360dialog", KEY);
    g_autoptr(CoexRequest) at_meta =
        coex_api_set_webhook(&meta, "https://wa.radhaus.example/hook/p", "made-up-verify-1", NULL);
    g_autoptr(CoexRequest) at_gateway =
        coex_api_set_webhook(&gateway, "https://wa.radhaus.example/hook/360", NULL,
                             "Authorization:  Bearer made-up-shared-secret ");

    assert_body(at_meta, meta_body);
    g_assert_cmpstr(at_meta->url, ==, META "/109876543210987");
    assert_body(at_gateway, gateway_body);
    g_assert_cmpstr(at_gateway->url, ==, GATEWAY "/v1/configs/webhook");
    g_assert_false(at_meta->is_send || at_gateway->is_send);
}

static void
test_read_webhook(void)
{
    static const struct {
        const char *provider;
        const char *body;
        const char *url;     /* NULL: error */
        const char *headers; /* NULL: not told; else joined by | */
    } cases[] = {
        { "meta",
          "{'webhook_configuration':{'phone_number':'https://p','application':'https://a'}}",
          "https://p", NULL },
        { "meta", "{'webhook_configuration':{'application':'https://a'},'id':'1'}", "https://a",
          NULL },
        { "meta",
          "{'webhook_configuration':{'phone_number':'','whatsapp_business_account':'https://w',"
          "'application':'https://a'}}",
          "https://w", NULL },
        { "meta", "{'id':'1'}", "", NULL },
        { "meta", "{'webhook_configuration':{},'headers':{'A':'b'}}", "", NULL },
        { "360dialog", "{'url':'https://p','headers':{}}", "https://p", "" },
        { "360dialog", "{'url':'https://p','headers':[]}", "https://p", NULL },
        { "360dialog", "{'url':'https://p','headers':{'X-A':'one','X-B':null,'X-C':'t:w o'}}",
          "https://p", "X-A: one|X-B: |X-C: t:w o" },
        { "360dialog", "{'url':null}", "", NULL },
        { "360dialog", "not json", NULL, NULL },
        { "meta", "", NULL, NULL },
        { "meta", "{'error':{'message':'(#100) x','code':100}}", NULL, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(cases[i].provider, KEY);
        g_autoptr(CoexResponse) response = answer_new_quoted(200, cases[i].body);
        g_autoptr(GError) error = NULL;
        g_auto(CoexWebhook) webhook = { 0 };
        gboolean read = coex_api_read_webhook(&endpoint, response, &webhook, &error);
        g_autofree char *headers =
            webhook.headers != NULL ? g_strjoinv("|", webhook.headers) : NULL;

        g_assert_cmpstr(webhook.url, ==, cases[i].url);
        g_assert_cmpstr(headers, ==, cases[i].headers);
        g_assert_true(read == (cases[i].url != NULL) && (error == NULL) == read);
    }
}

static void
test_read_login_of_meta(void)
{
    g_autofree char *body = answer_load("37_phone_number_info.response.json");
    g_autoptr(CoexResponse) response = answer_new(200, body);
    g_autoptr(GError) error = NULL;
    CoexNumberInfo info = { 0 };

    g_assert_true(coex_api_read_login(response, &info, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(info.phone_number_id, ==, "109876543210987");
    g_assert_cmpstr(info.number, ==, "493023125900");
    g_assert_cmpint(info.on_business_app, ==, 1);
    g_assert_null(info.can_send);
    g_assert_null(info.health_problem);
    coex_number_info_clear(&info);
}

static void
test_read_login(void)
{
    g_autofree char *limited =
        answer_load_part("38_health_status.responses.json", "meta_limited", 0);
    g_autofree char *blocked =
        answer_load_part("38_health_status.responses.json", "meta_template_blocked", 0);
    struct {
        const char *body;
        const char *id;
        const char *can_send;
        const char *problem;
    } cases[] = {
        { limited, "109876543210987", "LIMITED", "Your display name has not been approved yet." },
        { blocked, "1450000000000017", "BLOCKED",
          "Only approved templates can be sent. Edit the template or appeal." },
        { "{\"health_status\":{\"can_send_message\":\"AVAILABLE\"}}", NULL, "AVAILABLE", NULL },
        { "{\"health_status\":{\"can_send_message\":\"BLOCKED\",\"entities\":[{\"additional_info\":"
          "[\"info\"]},{\"errors\":[{\"error_description\":\"bad\"}]},{\"errors\":"
          "[{\"error_description\":\"worse\"}]},7,{\"entity_type\":\"PHONE_NUMBER\",\"id\":5}]}}",
          "5", "BLOCKED", "bad" },
        { "{\"id\":\"3\",\"is_on_biz_app\":false}", "3", NULL, NULL },
        { "{\"id\":\"3\",\"health_status\":7}", "3", NULL, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexResponse) response = answer_new(200, cases[i].body);
        g_autoptr(GError) error = NULL;
        CoexNumberInfo info = { 0 };

        g_assert_true(coex_api_read_login(response, &info, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(info.phone_number_id, ==, cases[i].id);
        g_assert_cmpstr(info.can_send, ==, cases[i].can_send);
        g_assert_cmpstr(info.health_problem, ==, cases[i].problem);
        g_assert_cmpint(info.on_business_app, ==, i == 4 ? 0 : -1);
        g_assert_null(info.number);
        coex_number_info_clear(&info);
    }
}

static void
test_read_login_fails(void)
{
    static const struct {
        guint status;
        const char *body;
        int code;
    } cases[] = {
        { 200, "<html>Welcome</html>", COEX_ERROR_PROTOCOL },
        { 200, "", COEX_ERROR_PROTOCOL },
        { 200, "{}", COEX_ERROR_PROTOCOL },
        { 200, "[]", COEX_ERROR_PROTOCOL },
        { 401, "", COEX_ERROR_AUTH },
        { 302, "", COEX_ERROR_PROTOCOL },
        { 503, "Unavailable", COEX_ERROR_RETRY },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexResponse) response = answer_new_quoted(cases[i].status, cases[i].body);
        g_autoptr(GError) error = NULL;
        CoexNumberInfo info = { .on_business_app = 77 };

        g_assert_false(coex_api_read_login(response, &info, &error));
        g_assert_error(error, COEX_ERROR, cases[i].code);
        g_assert_cmpint(info.on_business_app, ==, 77);
    }
}

static void
test_read_wabas(void)
{
    static const struct {
        const char *body;
        const char *ids; /* joined with a blank, NULL: error */
    } cases[] = {
        { "{'data':{'is_valid':true,'granular_scopes':[{'scope':'whatsapp_business_management',"
          "'target_ids':['1','2']},{'scope':'whatsapp_business_messaging','target_ids':['2',3]},"
          "{'scope':'business_management','target_ids':['9']},{'scope':'whatsapp_business_"
          "management'}]}}",
          "1 2 3" },
        { "{'data':{'is_valid':true,'scopes':['whatsapp_business_messaging']}}", "" },
        { "{'data':{'granular_scopes':{}}}", "" },
        { "{}", "" },
        { "{'data':{'is_valid':false,'error':{'code':190,'message':'Session has expired'}}}",
          NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexResponse) response = answer_new_quoted(200, cases[i].body);
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) ids = coex_api_read_wabas(response, &error);
        g_autofree char *joined = ids ? g_strjoinv(" ", ids) : NULL;

        g_assert_cmpstr(joined, ==, cases[i].ids);
        if (cases[i].ids)
            continue;
        g_assert_error(error, COEX_ERROR, COEX_ERROR_AUTH);
        g_assert_nonnull(strstr(error->message, "Session has expired"));
    }
}

/* Each costs a request, so a wrong server must not give any number of them. */
static void
test_read_many_wabas(void)
{
    g_autoptr(GString) body = g_string_new("{'data':{'granular_scopes':[{'scope':"
                                           "'whatsapp_business_messaging','target_ids':[0");
    g_autoptr(CoexResponse) response = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) ids = NULL;

    for (guint i = 1; i < 100000; i++)
        g_string_append_printf(body, ",%u", i);
    g_string_append(body, "]}]}}");
    response = answer_new_quoted(200, body->str);
    ids = coex_api_read_wabas(response, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(ids), ==, 100);
    g_assert_cmpstr(ids[99], ==, "99");
}

static void
test_read_number_id(void)
{
    static const struct {
        const char *number;
        const char *id;
    } cases[] = {
        { "493023125900", "11" },
        { "+49 30 23125900", "11" },
        { "15550001111", "12" },
        { "4930", NULL },
        { "", NULL },
        { NULL, NULL },
    };
    static const char body[] =
        "{'data':[{'id':'10'},{'id':'11','display_phone_number':'+49 30 23125900'},"
        "{'id':12,'display_phone_number':'+1 (555) 000-1111'},5]}";

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexResponse) response = answer_new_quoted(200, body);
        g_autoptr(GError) error = NULL;
        g_autofree char *id = coex_api_read_number_id(response, cases[i].number, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(id, ==, cases[i].id);
    }
}

static void
test_read_sent(void)
{
    g_autofree char *plain = answer_load("02_send_text.response.json");
    g_autofree char *bsuid = answer_load("04_send_text_bsuid.response.json");
    g_autofree char *with_meta =
        answer_load_part("33_errors.360dialog.json", "success_meta_is_not_an_error", 0);
    g_autofree char *paced = g_strdelimit(
        g_strdup("{'messages':[{'id':'w','message_status':'held_for_quality_assessment'}]}"), "'",
        '"');
    struct {
        const char *body;
        const char *wamid;
        const char *wa_id;
        const char *user_id;
        const char *message_status;
    } cases[] = {
        { plain, "wamid.HBgMNDkzMDIzMTI1MDE3FQIAERgSOUM0MUQ3RTA2QUIzNUYyODEwAA==", "493023125017",
          NULL, NULL },
        { bsuid, "wamid.HBgUREUuNDA4MTcyNjM1NDkwODE3MjYzNTQVAgARGBI3QjVFMDk0RkQxQzg2QTIzMDAA", NULL,
          "DE.40817263549081726354", NULL },
        { with_meta, "wamid.HBgMNDkzMDIzMTI1MDE3FQIAERgSOUM0MUQ3RTA2QUIzNUYyODEwAA==", NULL, NULL,
          NULL },
        { paced, "w", NULL, NULL, "held_for_quality_assessment" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexResponse) response = answer_new(i == 1 ? 201 : 200, cases[i].body);
        g_autoptr(GError) error = NULL;
        CoexSent sent = { 0 };

        g_assert_true(coex_api_read_sent(response, &sent, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(sent.wamid, ==, cases[i].wamid);
        g_assert_cmpstr(sent.wa_id, ==, cases[i].wa_id);
        g_assert_cmpstr(sent.user_id, ==, cases[i].user_id);
        g_assert_cmpstr(sent.message_status, ==, cases[i].message_status);
        coex_sent_clear(&sent);
    }
}

static void
test_template_pages(void)
{
    static const struct {
        const char *provider;
        const char *body;
        guint n_templates;
        const char *cursor;
    } cases[] = {
        { "meta", "{'data':[]}", 0, NULL },
        { "meta", "{'data':[],'paging':{'cursors':{'after':'x'}}}", 0, NULL },
        { "meta", "{'data':[],'paging':{'cursors':{'after':'x'},'next':'https://evil/'}}", 0, "x" },
        { "meta", "{'data':[],'paging':{'next':'https://evil/'}}", 0, NULL },
        { "meta",
          "{'data':[{'name':'a','language':'en','components':[{'type':'BODY','text':'b'}]},"
          "{'name':'odd'},7]}",
          1, NULL },
        { "360dialog", "{'count':2,'offset':0,'total':5,'waba_templates':[{},{}]}", 0, "2" },
        { "360dialog", "{'count':2,'offset':3,'total':5,'waba_templates':[{},{}]}", 0, NULL },
        { "360dialog", "{'offset':4,'total':9000,'waba_templates':[]}", 0, NULL },
        { "360dialog", "{'offset':-4,'total':9000,'waba_templates':[{}]}", 0, NULL },
        { "360dialog", "{'waba_templates':[{}]}", 0, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(cases[i].provider, KEY);
        g_autoptr(CoexResponse) response = answer_new_quoted(200, cases[i].body);
        g_autoptr(GPtrArray) templates =
            g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
        g_autoptr(GError) error = NULL;
        g_autofree char *cursor = NULL;

        g_assert_true(coex_api_read_templates(&endpoint, response, templates, &cursor, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(templates->len, ==, cases[i].n_templates);
        g_assert_cmpstr(cursor, ==, cases[i].cursor);
    }
}

static void
test_template_page_fails(void)
{
    static const char *const bodies[] = { "", "{}", "{'data':{}}", "{'waba_templates':7}",
                                          "{'error':{'code':4}}" };

    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(i % 2 ? "meta" : "360dialog", KEY);
        g_autoptr(CoexResponse) response = answer_new_quoted(200, bodies[i]);
        g_autoptr(GPtrArray) templates = g_ptr_array_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *cursor = g_strdup("untouched");
        int code = i == 4 ? COEX_ERROR_RATE_LIMITED : COEX_ERROR_PROTOCOL;

        g_assert_false(coex_api_read_templates(&endpoint, response, templates, &cursor, &error));
        g_assert_error(error, COEX_ERROR, code);
        g_assert_cmpstr(cursor, ==, "untouched");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/backends", test_backends);
    g_test_add_func("/api/urls-of-meta", test_urls_of_meta);
    g_test_add_func("/api/urls-of-360dialog", test_urls_of_360dialog);
    g_test_add_func("/api/own-base", test_own_base);
    g_test_add_func("/api/label", test_label);
    g_test_add_func("/api/base-url", test_base_url);
    g_test_add_func("/api/send-text", test_send_text);
    g_test_add_func("/api/preview-url", test_preview_url);
    g_test_add_func("/api/send-template", test_send_template);
    g_test_add_func("/api/mark-read", test_mark_read);
    g_test_add_func("/api/set-webhook", test_set_webhook);
    g_test_add_func("/api/read-webhook", test_read_webhook);
    g_test_add_func("/api/read-login-of-meta", test_read_login_of_meta);
    g_test_add_func("/api/read-login", test_read_login);
    g_test_add_func("/api/read-login-fails", test_read_login_fails);
    g_test_add_func("/api/read-wabas", test_read_wabas);
    g_test_add_func("/api/read-many-wabas", test_read_many_wabas);
    g_test_add_func("/api/read-number-id", test_read_number_id);
    g_test_add_func("/api/read-sent", test_read_sent);
    g_test_add_func("/api/template-pages", test_template_pages);
    g_test_add_func("/api/template-page-fails", test_template_page_fails);
    return g_test_run();
}
