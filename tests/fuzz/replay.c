// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <string.h>

/* Runs a target over its corpus, tests/fuzz/corpus/NAME for the program test-NAME: each file is one
 * test. Also over files named on the command line, as libFuzzer leaves them after a finding. */

static void
test_file(gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize length;

    g_file_get_contents(data, &bytes, &length, &error);
    g_assert_no_error(error);
    LLVMFuzzerTestOneInput((const guint8 *)bytes, length);
}

static void
test_nothing(void)
{
    LLVMFuzzerTestOneInput((const guint8 *)"", 0);
}

static void
add_corpus(const char *program)
{
    g_autofree char *base = g_path_get_basename(program);
    g_autofree char *folder =
        g_test_build_filename(G_TEST_DIST, "fuzz", "corpus", base + strlen("test-"), NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    const char *name;

    g_assert_no_error(error);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *test = g_strconcat("/", base + strlen("test-"), "/", name, NULL);

        g_test_add_data_func_full(test, g_build_filename(folder, name, NULL), test_file, g_free);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    LLVMFuzzerInitialize(&argc, &argv);
    g_test_add_func("/nothing", test_nothing);
    for (int i = 1; i < argc; i++) {
        g_autofree char *test = g_strdup_printf("/argument/%d", i);

        g_test_add_data_func(test, argv[i], test_file);
    }
    if (argc == 1)
        add_corpus(argv[0]);
    return g_test_run();
}
