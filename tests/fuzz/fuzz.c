// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    return 0;
}

char *
fuzz_take_line(FuzzInput *input)
{
    const char *end = input->left > 0 ? memchr(input->at, '\n', input->left) : NULL;
    gsize length = end != NULL ? (gsize)(end - input->at) : input->left;
    gsize taken = length + (end != NULL ? 1 : 0);
    char *line = g_strndup(input->at, length);

    input->at += taken;
    input->left -= taken;
    return line;
}

char *
fuzz_take_string(FuzzInput *input)
{
    gsize length;
    g_autofree char *bytes = fuzz_take_bytes(input, &length);

    return length > 0 ? g_strndup(bytes, length) : g_strdup("");
}

char *
fuzz_take_bytes(FuzzInput *input, gsize *ret_length)
{
    char *bytes = g_memdup2(input->at, input->left);

    *ret_length = input->left;
    input->left = 0;
    return bytes;
}

void
fuzz_check_utf8(const char *text)
{
    g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

void
fuzz_check_error(gboolean success, GError *error)
{
    g_assert_true(success == (error == NULL));
    if (error != NULL) {
        g_assert_cmpstr(error->message, !=, "");
        fuzz_check_utf8(error->message);
    }
    g_clear_error(&error);
}
