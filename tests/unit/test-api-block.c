// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api-block.h"
#include "core/api.h"
#include "core/error.h"
#include "core/peer.h"

#include "answers.h"

static void
assert_request(const CoexRequest *request, const char *method, const char *url, const char *quoted)
{
    g_autofree char *body = request->body != NULL ? g_strndup(g_bytes_get_data(request->body, NULL),
                                                              g_bytes_get_size(request->body))
                                                  : g_strdup("");

    g_strdelimit(body, "\"", '\'');
    g_assert_cmpstr(request->method, ==, method);
    g_assert_cmpstr(request->url, ==, url);
    g_assert_cmpstr(body, ==, quoted);
    g_assert_false(request->is_send);
}

static void
test_requests(void)
{
    g_auto(CoexEndpoint) meta = endpoint_make("meta", "secret");
    g_auto(CoexEndpoint) gateway = endpoint_make("360dialog", "secret");
    g_autofree char *base =
        g_strdup_printf("https://graph.facebook.com/v26.0/%s/block_users", meta.phone_number_id);
    g_autofree char *second = g_strconcat(base, "?after=a%2Fb", NULL);
    g_auto(CoexPeer) number = { 0 };
    g_auto(CoexPeer) hidden = { 0 };

    coex_peer_set(&number, "493023125017", "DE.4081", NULL);
    coex_peer_set(&hidden, NULL, "DE.4081", NULL);
    g_autoptr(CoexRequest) block = coex_api_block(&meta, &number, TRUE);
    g_autoptr(CoexRequest) unblock = coex_api_block(&gateway, &hidden, FALSE);
    g_autoptr(CoexRequest) first = coex_api_list_blocked(&meta, NULL);
    g_autoptr(CoexRequest) next = coex_api_list_blocked(&meta, "a/b");
    assert_request(block, "POST", base,
                   "{'messaging_product':'whatsapp','block_users':[{'user':'+493023125017'}]}");
    assert_request(unblock, "DELETE", "https://waba-v2.360dialog.io/block_users",
                   "{'messaging_product':'whatsapp','block_users':[{'user_id':'DE.4081'}]}");
    assert_request(first, "GET", base, "");
    assert_request(next, "GET", second, "");
}

/* Beside who was done may stand who was not: that one's error is told. */
static void
test_changed(void)
{
    g_autoptr(CoexResponse) good = answer_new_quoted(
        200, "{'messaging_product':'whatsapp','block_users':{'removed_users':"
             "[{'input':'493023125017','wa_id':'493023125017'}],'failed_users':[]}}");
    g_autoptr(CoexResponse) mixed = answer_new_quoted(
        400, "{'block_users':{'added_users':[{'input':'1'}],'failed_users':[{'input':'2','errors':"
             "[{'message':'Re-engagement required','code':131047,'error_data':{'details':'Not in "
             "24 hours.'}}]}]},'error':{'message':'(#139100) Failed','code':139100}}");
    g_autoptr(CoexResponse) mute = answer_new_quoted(
        400, "{'block_users':{'failed_users':[{'input':'2'}]},'error':{'code':139101}}");
    g_autoptr(CoexResponse) strange =
        answer_new_quoted(200, "{'block_users':{'failed_users':[{'errors':'no'}]}}");
    g_autoptr(GError) error = NULL;

    g_assert_true(coex_api_read_block(good, &error));
    g_assert_no_error(error);
    g_assert_false(coex_api_read_block(mixed, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_WINDOW_CLOSED);
    g_clear_error(&error);
    g_assert_false(coex_api_read_block(mute, &error));
    g_assert_cmpint(coex_error_get_graph_code(error), ==, 139100);
    g_clear_error(&error);
    g_assert_false(coex_api_read_block(strange, &error));
    g_assert_cmpint(coex_error_get_graph_code(error), ==, 139100);
}

static void
assert_list(const char *quoted, const char *addresses, const char *cursor)
{
    g_autoptr(CoexResponse) answer = answer_new_quoted(200, quoted);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *next = NULL;
    g_autofree char *joined = NULL;

    g_assert_true(coex_api_read_blocked(answer, found, &next, &error));
    g_assert_no_error(error);
    g_ptr_array_add(found, NULL);
    joined = g_strjoinv(" ", (char **)found->pdata);
    g_assert_cmpstr(joined, ==, addresses);
    g_assert_cmpstr(next, ==, cursor);
}

static void
test_list(void)
{
    g_autoptr(CoexResponse) none = answer_new_quoted(200, "{'success':true}");
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *next = NULL;

    assert_list("{'data':[{'block_users':[{'messaging_product':'whatsapp','wa_id':'493023125017'},"
                "{'user_id':'DE.4081','wa_id':12025550101}]}],"
                "'paging':{'cursors':{'before':'a','after':'b'}}}",
                "493023125017 12025550101 DE.4081", "b");
    assert_list("{'data':[{'wa_id':'493023125017'}]}", "493023125017", NULL);
    assert_list("{'data':[],'paging':{'cursors':{'after':'b'}}}", "", NULL);
    assert_list("{'data':[{'block_users':[{'wa_id':'x y'},7,null]},[],3],"
                "'paging':{'cursors':{'after':'b'}}}",
                "", NULL);
    g_assert_false(coex_api_read_blocked(none, found, &next, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api-block/requests", test_requests);
    g_test_add_func("/api-block/changed", test_changed);
    g_test_add_func("/api-block/list", test_list);
    return g_test_run();
}
