// SPDX-License-Identifier: GPL-2.0-or-later
#include "example.h"

#include "core/json.h"
#include <string.h>

static void
assert_within(const CoexJsonAt *is, const CoexJsonAt *should, const char *const *without)
{
    g_autofree const char **keys = coex_json_keys(should);

    if (coex_json_at_is_object(should)) {
        for (const char **key = keys; *key != NULL; key++) {
            CoexJsonAt one = coex_json_member(is, *key);
            CoexJsonAt other = coex_json_member(should, *key);

            if (without == NULL || !g_strv_contains(without, *key))
                assert_within(&one, &other, without);
        }
    } else if (coex_json_at_is_array(should)) {
        g_assert_cmpuint(coex_json_length(is), ==, coex_json_length(should));
        for (guint i = 0; i < coex_json_length(should); i++) {
            CoexJsonAt one = coex_json_element(is, i);
            CoexJsonAt other = coex_json_element(should, i);

            assert_within(&one, &other, without);
        }
    } else {
        g_assert_cmpstr(coex_json_text(is), ==, coex_json_text(should));
    }
}

void
example_assert(const CoexSimRequest *request, const char *file, const char *const *without)
{
    example_assert_part(request, file, NULL, without);
}

void
example_assert_part(const CoexSimRequest *request, const char *file, const char *part,
                    const char *const *without)
{
    g_autofree char *path = g_build_filename(g_getenv("COEX_TEST_DATA"), "api", file, NULL);
    g_autofree char *example = NULL;
    g_autoptr(CoexJson) is = coex_json_parse(request->body, strlen(request->body), NULL);
    g_autoptr(CoexJson) should = NULL;
    CoexJsonAt is_root;
    CoexJsonAt should_root;
    CoexJsonAt wanted;

    g_assert_true(g_file_get_contents(path, &example, NULL, NULL));
    should = coex_json_parse(example, strlen(example), NULL);
    is_root = coex_json_root(is);
    should_root = coex_json_root(should);
    wanted = should_root;
    if (part != NULL && coex_json_at_is_array(&should_root))
        wanted = coex_json_element(&should_root, (guint)g_ascii_strtoull(part, NULL, 10));
    else if (part != NULL)
        wanted = coex_json_member(&should_root, part);
    g_assert_true(coex_json_at_is_object(&wanted));
    assert_within(&is_root, &wanted, without);
}
