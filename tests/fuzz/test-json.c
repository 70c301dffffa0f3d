// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/json.h"
#include <string.h>

static void check_value(const CoexJsonAt *at);

static void
check_members(const CoexJsonAt *object)
{
    g_autofree const char **keys = coex_json_keys(object);

    g_assert_true(coex_json_at_is_empty(object) == (keys[0] == NULL));
    for (guint i = 0; keys[i] != NULL; i++) {
        CoexJsonAt member = coex_json_member(object, keys[i]);

        fuzz_check_utf8(keys[i]);
        check_value(&member);
    }
}

static void
check_elements(const CoexJsonAt *array)
{
    guint n = coex_json_length(array);

    g_assert_true(coex_json_at_is_empty(array) == (n == 0));
    for (guint i = 0; i < n; i++) {
        CoexJsonAt element = coex_json_element(array, i);

        check_value(&element);
    }
}

static void
check_value(const CoexJsonAt *at)
{
    fuzz_check_utf8(coex_json_text(at));
    coex_json_int(at, 0);
    if (coex_json_at_is_object(at))
        check_members(at);
    else if (coex_json_at_is_array(at))
        check_elements(at);
}

/* What is kept of a document says the same as the document, and is kept as it is. */
int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    gsize length;
    g_autofree char *bytes = fuzz_take_bytes(&input, &length);
    GError *error = NULL;
    g_autoptr(CoexJson) doc = coex_json_parse(bytes, length, &error);
    g_autoptr(CoexJson) again = NULL;
    g_autofree char *kept = NULL;
    g_autofree char *kept_again = NULL;
    CoexJsonAt root;

    fuzz_check_error(doc != NULL, error);
    if (doc == NULL)
        return 0;
    root = coex_json_root(doc);
    check_value(&root);
    kept = coex_json_dup(&root);
    fuzz_check_utf8(kept);
    again = coex_json_parse(kept, strlen(kept), NULL);
    g_assert_nonnull(again);
    root = coex_json_root(again);
    kept_again = coex_json_dup(&root);
    g_assert_cmpstr(kept, ==, kept_again);
    return 0;
}
