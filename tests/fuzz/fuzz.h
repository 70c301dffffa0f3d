// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the fuzz targets share. Each test-*.c here is one target: a function that takes any bytes,
 * gives them to a face of core, and aborts when what comes back breaks that face's promises.
 * `make fuzz` links it with libFuzzer, which invents bytes; the tests link it with replay.c, which
 * takes them from the target's corpus. */

/* Called by libFuzzer (https://llvm.org/docs/LibFuzzer.html). The first makes every GLib warning
 * fatal. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* An input that holds more than one value: lines first, then the rest. */
typedef struct {
    const char *at;
    gsize left;
} FuzzInput;

/* The next line without its end; "" when nothing is left. Free with g_free(). */
char *fuzz_take_line(FuzzInput *input);

/* All that is left as a string, up to a NUL in it. Free with g_free(). */
char *fuzz_take_string(FuzzInput *input);

/* All that is left in a block of exactly its length, so that a sanitizer sees a byte read too far.
 * Free with g_free(). */
char *fuzz_take_bytes(FuzzInput *input, gsize *ret_length);

/* Aborts unless @text is valid UTF-8; NULL is. */
void fuzz_check_utf8(const char *text);

/* Aborts unless a call that returned @success set its error accordingly, to one that can be shown;
 * frees it. */
void fuzz_check_error(gboolean success, GError *error);
