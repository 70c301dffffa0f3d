// SPDX-License-Identifier: GPL-2.0-or-later
#include "answers.h"

#include "core/backend.h"
#include "core/json.h"
#include <string.h>

CoexEndpoint
endpoint_make(const char *provider, const char *key)
{
    return (CoexEndpoint){
        .backend = coex_backend_lookup(provider),
        .base_url = g_strdup(""),
        .key = g_strdup(key),
        .phone_number_id = g_strdup("109876543210987"),
        .waba_id = g_strdup("220033004400550"),
        .app_secret = g_strdup(""),
    };
}

CoexResponse *
answer_new(guint status, const char *body)
{
    CoexResponse *response = g_new0(CoexResponse, 1);

    response->status = status;
    response->body = g_bytes_new(body, strlen(body));
    return response;
}

CoexResponse *
answer_new_quoted(guint status, const char *quoted)
{
    g_autofree char *body = g_strdelimit(g_strdup(quoted), "'", '"');

    return answer_new(status, body);
}

char *
answer_load(const char *file)
{
    g_autofree char *path = g_build_filename(g_getenv("COEX_TEST_DATA"), "api", file, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

char *
answer_load_part(const char *file, const char *key, guint index)
{
    g_autofree char *text = answer_load(file);
    g_autoptr(CoexJson) doc = coex_json_parse(text, strlen(text), NULL);
    CoexJsonAt root = coex_json_root(doc);
    CoexJsonAt part = key ? coex_json_member(&root, key) : coex_json_element(&root, index);

    g_assert_true(coex_json_at_exists(&part));
    return coex_json_dup(&part);
}
