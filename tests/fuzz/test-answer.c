// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/api.h"
#include "core/backend.h"
#include "core/retry.h"
#include "core/template.h"
#include <stdlib.h>
#include <string.h>

/* Input: the HTTP status, then the body. */

static void
read_number(const CoexResponse *response)
{
    g_auto(CoexNumberInfo) info = { 0 };
    GError *error = NULL;
    gboolean done = coex_api_read_login(response, &info, &error);

    fuzz_check_error(done, error);
    g_assert_true(done || info.phone_number_id == NULL);
    fuzz_check_utf8(info.phone_number_id);
    fuzz_check_utf8(info.health_problem);
    g_assert_true(info.number == NULL || strspn(info.number, "0123456789") == strlen(info.number));
}

static void
read_ids(const CoexResponse *response)
{
    GError *error = NULL;
    g_auto(GStrv) wabas = coex_api_read_wabas(response, &error);
    g_autofree char *id = NULL;

    fuzz_check_error(wabas != NULL, error);
    error = NULL;
    id = coex_api_read_number_id(response, "493023125017", &error);
    g_assert_true(id == NULL || error == NULL);
    g_clear_error(&error);
}

/* Whatever is not surely refused may have been sent: then it is not repeated without the user. */
static void
read_sent(const CoexResponse *response)
{
    g_auto(CoexSent) sent = { 0 };
    GError *error = NULL;
    gboolean done = coex_api_read_sent(response, &sent, &error);

    g_assert_true(!done || (response->status / 100 == 2 && sent.wamid != NULL));
    if (coex_retry_kind(error) != COEX_RETRY_NEVER)
        g_assert_true(g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY) ||
                      g_error_matches(error, COEX_ERROR, COEX_ERROR_RATE_LIMITED));
    /* Without an error's code (0 is one too, AUTH) only a status that refuses tells that nothing
     * went.
     */
    if (error != NULL && coex_error_get_graph_code(error) == 0 &&
        !g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH))
        g_assert_true(response->status / 100 == 3 || response->status / 100 == 4 ||
                      g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN));
    fuzz_check_error(done, error);
    error = NULL;
    done = coex_api_read_done(response, &error);
    fuzz_check_error(done, error);
}

static void
read_lists(const CoexEndpoint *endpoint, const CoexResponse *response)
{
    g_autoptr(GPtrArray) templates =
        g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    g_autofree char *cursor = NULL;
    g_auto(CoexWebhook) webhook = { 0 };
    GError *error = NULL;
    gboolean done = coex_api_read_templates(endpoint, response, templates, &cursor, &error);

    fuzz_check_error(done, error);
    if (cursor != NULL) {
        g_autoptr(CoexRequest) next = coex_api_list_templates(endpoint, cursor);

        g_assert_true(g_uri_is_valid(next->url, G_URI_FLAGS_NONE, NULL));
    }
    error = NULL;
    done = coex_api_read_webhook(endpoint, response, &webhook, &error);
    fuzz_check_error(done, error);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    g_autofree char *status = fuzz_take_line(&input);
    gsize length;
    char *body = fuzz_take_bytes(&input, &length);
    g_autoptr(CoexResponse) response = g_new0(CoexResponse, 1);

    response->status = (guint)strtoul(status, NULL, 10) % 600;
    response->body = g_bytes_new_take(body, length);
    read_number(response);
    read_ids(response);
    read_sent(response);
    for (const CoexBackend *const *backend = coex_backend_list(); *backend != NULL; backend++) {
        CoexEndpoint endpoint = { .backend = *backend, .base_url = (char *)"", .key = (char *)"k" };

        endpoint.waba_id = endpoint.phone_number_id = endpoint.app_secret = (char *)"1";
        read_lists(&endpoint, response);
    }
    return 0;
}
