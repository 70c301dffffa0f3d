// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"
#include "core/error.h"

#include "answers.h"

#define META "https://graph.facebook.com/v26.0"
#define GATEWAY "https://waba-v2.360dialog.io"

#define KEY "secret"

static void
test_find_media(void)
{
    static const char *const urls[][2] = {
        { "360dialog", GATEWAY "/99%2F1%3F" },
        { "meta", META "/99%2F1%3F?phone_number_id=109876543210987" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(urls[i][0], KEY);
        g_autoptr(CoexRequest) request = coex_api_find_media(&endpoint, "99/1?");

        g_assert_cmpstr(request->method, ==, "GET");
        g_assert_cmpstr(request->url, ==, urls[i][1]);
        g_assert_nonnull(request->auth_value);
        g_assert_false(request->is_send);
    }
}

static void
test_read_media(void)
{
    g_autoptr(CoexResponse) good = answer_new_quoted(
        200, "{'messaging_product':'whatsapp','url':'https:\\/\\/lookaside.fbsbx.com\\/a?b=1',"
             "'mime_type':'image/jpeg','sha256':'abc','file_size':'303833','id':'9'}");
    g_autoptr(CoexResponse) bare = answer_new_quoted(200, "{'url':'https://x/'}");
    g_autoptr(CoexResponse) without = answer_new_quoted(200, "{'id':'9'}");
    g_autoptr(CoexResponse) gone = answer_new_quoted(
        400, "{'error':{'message':'(#100) Object with ID 9 does not exist','code':100}}");
    g_autoptr(CoexResponse) coded =
        answer_new_quoted(400, "{'error':{'message':'(#100) No','code':100,'error_subcode':33}}");
    g_autoptr(CoexResponse) bad =
        answer_new_quoted(400, "{'error':{'message':'(#100) Bad parameter','code':100}}");
    g_autoptr(CoexResponse) broken = answer_new_quoted(500, "");
    g_auto(CoexMediaLink) link = { 0 };
    g_auto(CoexMediaLink) small = { 0 };
    g_autoptr(GError) error = NULL;

    g_assert_true(coex_api_read_media(good, &link, &error));
    g_assert_cmpstr(link.url, ==, "https://lookaside.fbsbx.com/a?b=1");
    g_assert_cmpstr(link.mime, ==, "image/jpeg");
    g_assert_cmpstr(link.sha256, ==, "abc");
    g_assert_cmpint(link.size, ==, 303833);
    g_assert_true(coex_api_read_media(bare, &small, &error));
    g_assert_cmpint(small.size, ==, -1);
    g_assert_null(small.sha256);
    g_assert_false(coex_api_read_media(without, &link, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    g_assert_false(coex_api_is_gone(without, error));
    g_clear_error(&error);
    g_assert_false(coex_api_read_media(gone, &link, &error));
    g_assert_true(coex_api_is_gone(gone, error));
    g_clear_error(&error);
    g_assert_false(coex_api_read_media(coded, &link, &error));
    g_assert_true(coex_api_is_gone(coded, error));
    g_clear_error(&error);
    g_assert_false(coex_api_read_media(bad, &link, &error));
    g_assert_false(coex_api_is_gone(bad, error));
    g_clear_error(&error);
    g_assert_false(coex_api_read_media(broken, &link, &error));
    g_assert_false(coex_api_is_gone(broken, error));
}

/* Where from, to what, with the key. */
static void
test_fetch_media(void)
{
    static const struct {
        const char *provider;
        const char *base;
        const char *told;
        const char *url; /* NULL: refused */
    } rows[] = {
        { "meta", "", "https://lookaside.fbsbx.com/a/?mid=1&hash=%2B",
          "https://lookaside.fbsbx.com/a/?mid=1&hash=%2B" },
        { "meta", "", "https://scontent.xx.fbcdn.net/a", "https://scontent.xx.fbcdn.net/a" },
        { "meta", "", "https://fbsbx.com.evil.example/a", NULL },
        { "meta", "", "https://evilfbsbx.com/a", NULL },
        { "meta", "", "https://lookaside.fbsbx.com@evil.example/a", NULL },
        { "meta", "", "https://user:word@lookaside.fbsbx.com/a", NULL },
        { "meta", "", "https://lookaside.fbsbx.com:8443/a", NULL },
        { "meta", "", "http://lookaside.fbsbx.com/a", NULL },
        { "meta", "", "file:///etc/passwd", NULL },
        { "meta", "", "https://127.0.0.1/a", NULL },
        { "meta", "", "https://169.254.169.254/a", NULL },
        { "meta", "", "http://[::1]/a", NULL },
        { "meta", "", "https://lookaside.fbsbx.com/a b", NULL },
        { "meta", "", "", NULL },
        { "meta", "http://127.0.0.1:8080", "http://127.0.0.1:9090/a", "http://127.0.0.1:9090/a" },
        { "meta", "http://127.0.0.1:8080", "https://lookaside.fbsbx.com/a", NULL },
        { "meta", "http://127.0.0.1:8080", "http://10.0.0.1/a", NULL },
        { "meta", "http://127.0.0.1:8080", "file://localhost/etc/passwd", NULL },
        { "meta", "https://graph.example:444", "https://graph.example:444/a",
          "https://graph.example:444/a" },
        { "meta", "https://graph.example:444", "https://graph.example/a", NULL },
        { "360dialog", "", "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&h=%2B",
          GATEWAY "/whatsapp_business/attachments/?mid=1&h=%2B" },
        { "360dialog", "", "https://evil.example/a?b", GATEWAY "/a?b" },
        { "360dialog", "", "https://evil.example", NULL },
        { "360dialog", "", "https://evil.example?.evil.example/", NULL },
        { "360dialog", "", "/a", NULL },
        { "360dialog", "http://127.0.0.1:8080", "https://lookaside.fbsbx.com/a",
          "http://127.0.0.1:8080/a" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(rows[i].provider, KEY);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexRequest) request = NULL;

        g_free(endpoint.base_url);
        endpoint.base_url = g_strdup(rows[i].base);
        request = coex_api_fetch_media(&endpoint, rows[i].told, &error);
        g_assert_cmpstr(request ? request->url : NULL, ==, rows[i].url);
        if (request)
            g_assert_nonnull(request->auth_value);
        else
            g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    }
}

/* Never with the key. */
static void
test_follow_media(void)
{
    static const struct {
        const char *provider;
        const char *from;
        const char *location;
        const char *url;
    } rows[] = {
        { "meta", "https://lookaside.fbsbx.com/a/b", "https://scontent.xx.fbcdn.net/c",
          "https://scontent.xx.fbcdn.net/c" },
        { "meta", "https://lookaside.fbsbx.com/a/b", "c?d=%2F",
          "https://lookaside.fbsbx.com/a/c?d=%2F" },
        { "meta", "https://lookaside.fbsbx.com/a/b", "//evil.example/c", NULL },
        { "meta", "https://lookaside.fbsbx.com/a/b", "http://lookaside.fbsbx.com/c", NULL },
        { "meta", "https://lookaside.fbsbx.com/a/b", "file:///etc/passwd", NULL },
        { "meta", "https://lookaside.fbsbx.com/a/b", "http://127.0.0.1/c", NULL },
        { "meta", "https://lookaside.fbsbx.com/a/b", "", "https://lookaside.fbsbx.com/a/b" },
        { "360dialog", GATEWAY "/a", "https://lookaside.fbsbx.com/c", NULL },
        { "360dialog", GATEWAY "/a", "https://cdn.360dialog.io/c", "https://cdn.360dialog.io/c" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(rows[i].provider, KEY);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexRequest) request =
            coex_api_follow_media(&endpoint, rows[i].from, rows[i].location, &error);

        g_assert_cmpstr(request ? request->url : NULL, ==, rows[i].url);
        if (request)
            g_assert_null(request->auth_value);
        else
            g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/find-media", test_find_media);
    g_test_add_func("/api/read-media", test_read_media);
    g_test_add_func("/api/fetch-media", test_fetch_media);
    g_test_add_func("/api/follow-media", test_follow_media);
    return g_test_run();
}
