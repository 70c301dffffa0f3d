// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"
#include "core/error.h"
#include "core/profile.h"

#include "answers.h"

#define FIELDS                                                                                     \
    "/whatsapp_business_profile?fields=about,address,description,email,profile_picture_url,"       \
    "websites,vertical"

static void
test_request(void)
{
    static const char *const urls[][2] = {
        { "360dialog", "https://waba-v2.360dialog.io" FIELDS },
        { "meta", "https://graph.facebook.com/v26.0/109876543210987" FIELDS },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(urls[i][0], "secret");
        g_autoptr(CoexRequest) request = coex_api_get_profile(&endpoint);

        g_assert_cmpstr(request->method, ==, "GET");
        g_assert_cmpstr(request->url, ==, urls[i][1]);
        g_assert_nonnull(request->auth_value);
        g_assert_false(request->is_send);
    }
}

static void
test_read(void)
{
    g_autoptr(CoexResponse) answer = answer_new_quoted(
        200, "{'data':[{'about':'Bicycles','address':'Berlin','description':'Workshop',"
             "'email':'a@b.example','profile_picture_url':'https:\\/\\/pps.whatsapp.net\\/x.jpg',"
             "'websites':['https://a.example/','','https://b.example/','https://c.example/'],"
             "'vertical':'RETAIL','messaging_product':'whatsapp'}]}");
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexProfile) profile = coex_api_read_profile(answer, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(profile->about, ==, "Bicycles");
    g_assert_cmpstr(profile->address, ==, "Berlin");
    g_assert_cmpstr(profile->description, ==, "Workshop");
    g_assert_cmpstr(profile->email, ==, "a@b.example");
    g_assert_cmpstr(profile->vertical, ==, "RETAIL");
    g_assert_cmpstr(profile->picture_url, ==, "https://pps.whatsapp.net/x.jpg");
    g_assert_cmpuint(g_strv_length(profile->websites), ==, COEX_PROFILE_WEBSITES_MAX);
    g_assert_cmpstr(profile->websites[1], ==, "https://b.example/");
}

/* Nobody has filled in anything yet, or what came is of no type that fits. */
static void
test_read_empty(void)
{
    static const char *const bodies[] = {
        "{'data':[]}",
        "{'data':[{'messaging_product':'whatsapp'}]}",
        "{'data':[{'about':{},'websites':'https://a.example/','email':null}]}",
        "{'data':['none']}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(CoexResponse) answer = answer_new_quoted(200, bodies[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexProfile) profile = coex_api_read_profile(answer, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(profile->about, ==, "");
        g_assert_cmpstr(profile->email, ==, "");
        g_assert_cmpstr(profile->picture_url, ==, "");
        g_assert_cmpuint(g_strv_length(profile->websites), ==, 0);
    }
}

static void
test_read_refused(void)
{
    g_autoptr(CoexResponse) refused =
        answer_new_quoted(400, "{'error':{'message':'(#100) Unsupported get request','code':100}}");
    g_autoptr(CoexResponse) page = answer_new(200, "<html>");
    g_autoptr(CoexResponse) other = answer_new_quoted(200, "{'data':{'about':'x'}}");
    g_autoptr(GError) error = NULL;

    g_assert_null(coex_api_read_profile(refused, &error));
    g_assert_cmpint(coex_error_get_graph_code(error), ==, 100);
    g_clear_error(&error);
    g_assert_null(coex_api_read_profile(page, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    g_clear_error(&error);
    g_assert_null(coex_api_read_profile(other, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
}

/* Without the key, wherever it is; at both providers it is Meta's. */
static void
test_fetch_picture(void)
{
    static const struct {
        const char *from;
        const char *url;
        const char *target; /* NULL: refused */
    } cases[] = {
        { NULL, "https://pps.whatsapp.net/v/x.jpg?ccb=1%2F2",
          "https://pps.whatsapp.net/v/x.jpg?ccb=1%2F2" },
        { NULL, "https://scontent.fbcdn.net/x", "https://scontent.fbcdn.net/x" },
        { "https://pps.whatsapp.net/v/x.jpg", "/y.jpg", "https://pps.whatsapp.net/y.jpg" },
        { "https://pps.whatsapp.net/x", "https://mmg.whatsapp.net/y",
          "https://mmg.whatsapp.net/y" },
        { "https://pps.whatsapp.net/x", "http://pps.whatsapp.net/x", NULL },
        { "https://pps.whatsapp.net/x", "//files.example/x", NULL },
        { "https://pps.whatsapp.net/x", "file:///etc/passwd", NULL },
        { NULL, "/x.jpg", NULL },
        { NULL, "https://evilwhatsapp.net/x", NULL },
        { NULL, "https://127.0.0.1/x", NULL },
    };

    for (gsize i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        g_auto(CoexEndpoint) endpoint = endpoint_make(i % 2 == 0 ? "meta" : "360dialog", "secret");
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexRequest) request =
            coex_api_fetch_picture(&endpoint, cases[i / 2].from, cases[i / 2].url, &error);

        if (cases[i / 2].target == NULL) {
            g_assert_null(request);
            g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpstr(request->method, ==, "GET");
        g_assert_cmpstr(request->url, ==, cases[i / 2].target);
        g_assert_null(request->auth_header);
        g_assert_null(request->auth_value);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/request", test_request);
    g_test_add_func("/profile/read", test_read);
    g_test_add_func("/profile/read-empty", test_read_empty);
    g_test_add_func("/profile/read-refused", test_read_refused);
    g_test_add_func("/profile/fetch-picture", test_fetch_picture);
    return g_test_run();
}
