// SPDX-License-Identifier: GPL-2.0-or-later
#include "brokers.h"
#include "rig.h"
#include "world.h"

#include <string.h>

/* A relay ends while its disk is slow: what is committed last finds all that it tells of it. What
 * watches the memory sees when it does not. */

#define SLOW "inject=fdatasync,fsync:delay_enter=4000000:when=1"

/* The first sync of the relay's disk from now on takes seconds; NULL: strace may not do that here.
 */
static GSubprocess *
slow_down(Rig *rig, const char *log)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) strace = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, "strace", "-f", "-o", log, "-e",
        "trace=fdatasync,fsync", "-e", SLOW, "-p", g_subprocess_get_identifier(rig->process), NULL);
    g_autoptr(GDataInputStream) lines = NULL;
    g_autofree char *line = NULL;

    if (strace == NULL)
        return NULL;
    lines = g_data_input_stream_new(g_subprocess_get_stderr_pipe(strace));
    line = g_data_input_stream_read_line(lines, NULL, NULL, NULL);
    return line != NULL && strstr(line, " attached") != NULL ? g_steal_pointer(&strace) : NULL;
}

static void
wait_until_it_syncs(const char *log)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;
    gboolean syncs = FALSE;

    while (!syncs) {
        g_autofree char *text = NULL;

        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_poll(NULL, 0, 2);
        syncs = g_file_get_contents(log, &text, NULL, NULL) && strstr(text, "sync(") != NULL;
    }
}

static void
test_slow_disk(void)
{
    g_autofree char *log = NULL;
    g_autoptr(GSubprocess) strace = NULL;
    g_autoptr(GIOStream) stream = NULL;
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 1);
    desk_read(&desk, world.a, 1);
    log = g_build_filename(world.a->folder, "strace", NULL);
    strace = slow_down(world.a, log);
    if (strace != NULL) {
        stream = begin_copy(world.a, "{\"desk\":\"counter\",\"local_id\":\"1\"}");
        wait_until_it_syncs(log);
        rig_stop(world.a);
        g_subprocess_wait(strace, NULL, NULL);
        rig_start(world.a);
        desk_read(&desk, world.b, 2);
    } else {
        g_test_skip("strace may not attach here");
    }
    desk_end(&desk);
    world_end(&world);
}

/* Leaks cannot be looked for in what is traced. */
static void
leave_leaks(void)
{
    const char *before = g_getenv("ASAN_OPTIONS");
    g_autofree char *options = g_strconcat(before != NULL ? before : "", before != NULL ? ":" : "",
                                           "detect_leaks=0", NULL);

    g_setenv("ASAN_OPTIONS", options, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    leave_leaks();
    g_test_add_func("/cluster-ends/slow-disk", test_slow_disk);
    return g_test_run();
}
