// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"
#include "sim/hostile.h"

#include <string.h>

/* What the plugin's listener has to refuse is refused by the relay as well, without TLS and with
 * it, and what is no good request reaches no desk. */

#define KEY "key-of-the-open-01"
/* It is left to the desk what is genuine: nothing but the request itself is refused. */
#define OPEN "[tenant open]\npath=/webhook\nnumber=+493023125019\ndesk-key=" KEY "\n"
#define START "POST /webhook HTTP/1.1\r\nHost: x\r\n"
#define GOOD START "Content-Length: 2\r\n\r\n{}"

#define BODY_MAX (8 * 1024 * 1024)

static gboolean
say(GIOStream *stream, const char *bytes, gsize length)
{
    return g_output_stream_write_all(g_io_stream_get_output_stream(stream), bytes, length, NULL,
                                     NULL, NULL);
}

static void
assert_closes(GIOStream *stream)
{
    g_autoptr(GError) error = NULL;
    char bytes[4096];

    while (g_input_stream_read(g_io_stream_get_input_stream(stream), bytes, sizeof bytes, NULL,
                               &error) > 0)
        continue;
    g_assert_false(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
}

static guint
count_kept(Rig *rig)
{
    g_autoptr(Batch) batch = rig_read_all(rig, "/webhook", KEY, 0);

    return batch->entries->len;
}

static void
assert_good(Rig *rig, const char *id)
{
    g_autofree char *body = g_strdup_printf("{\"id\":\"%s\"}", id);

    g_assert_cmpuint(rig_ask_status(rig, "/webhook", NULL, body), ==, 200);
}

/* ---- the table ---- */

static void
refuse_all(Rig *rig)
{
    for (guint i = 0; i < coex_sim_n_hostile; i++) {
        const CoexSimHostile *row = &coex_sim_hostile[i];
        g_autoptr(GIOStream) stream = rig_dial(rig);
        guint status;

        g_test_message("%s", row->name);
        say(stream, row->request, row->length ? row->length : strlen(row->request));
        status = stream_hear(stream);
        if (row->status != 0)
            g_assert_cmpuint(status, ==, row->status);
        else
            g_assert_cmpuint(status, !=, 200);
        if (row->closes)
            assert_closes(stream);
    }
    g_assert_cmpuint(count_kept(rig), ==, COEX_SIM_NUL_STATUS == 200 ? 1 : 0);
    assert_good(rig, "one");
}

static void
test_table(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, OPEN);

    refuse_all(rig);
}

static void
test_table_with_tls(void)
{
    g_autoptr(Rig) rig = rig_new_with_tls(OPEN);

    refuse_all(rig);
}

/* ---- sizes ---- */

static void
test_head_size(void)
{
    static const guint sizes_kb[] = { 8, 32, 70, 1000 };
    g_autoptr(Rig) rig = rig_new(NULL, OPEN);

    for (guint i = 0; i < G_N_ELEMENTS(sizes_kb); i++) {
        g_autoptr(GIOStream) stream = rig_dial(rig);
        g_autofree char *filling = g_strnfill(sizes_kb[i] * 1024, 'a');
        g_autofree char *request =
            g_strdup_printf(START "X-A: %s\r\nContent-Length: 8\r\n\r\n{\"id\":%u}", filling, i);
        guint status;

        say(stream, request, strlen(request));
        status = stream_hear(stream);
        if (sizes_kb[i] < 64)
            g_assert_cmpuint(status, ==, 200);
        else
            /* the reset may overtake the answer */
            g_assert_true(status == 431 || status == 0);
    }
    g_assert_cmpuint(count_kept(rig), ==, 2);
    assert_good(rig, "one");
}

/* The largest that there may be reaches the desk, and one that never ends is cut off. */
static void
test_body_size(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, OPEN);
    g_autoptr(GIOStream) endless = rig_dial(rig);
    g_autoptr(GIOStream) largest = rig_dial(rig);
    g_autofree char *chunk = g_strnfill(65536, 'a');
    g_autofree char *filling = g_strnfill(BODY_MAX - strlen("{\"a\":\"\"}"), 'a');
    g_autofree char *request =
        g_strdup_printf(START "Content-Length: %d\r\n\r\n{\"a\":\"%s\"}", BODY_MAX, filling);
    guint n = 0;

    stream_say(endless, START "Transfer-Encoding: chunked\r\n\r\n");
    while (say(endless, "10000\r\n", 7) && say(endless, chunk, 65536) && say(endless, "\r\n", 2))
        g_assert_cmpuint(n++, <, 1000);
    assert_closes(endless);
    g_assert_cmpuint(count_kept(rig), ==, 0);
    g_assert_true(say(largest, request, strlen(request)));
    g_assert_cmpuint(stream_hear(largest), ==, 200);
    g_autoptr(Batch) batch = rig_read_all(rig, "/webhook", KEY, 0);
    g_assert_cmpuint(batch->entries->len, ==, 1);
    g_assert_cmpuint(batch_get(batch, 0)->length, ==, BODY_MAX);
}

/* ---- the slow ---- */

/* More of them than places, of each kind: no delivery waits for the end of their time, who was
 * there before keeps its place, and they are shown out. */
static void
test_slow(void)
{
    static const char *const beginnings[] = { "",
                                              START "X-A: ", START "Content-Length: 999\r\n\r\n{",
                                              START "Transfer-Encoding: chunked\r\n\r\n5\r\n" };
    g_autoptr(Rig) rig = rig_new(NULL, OPEN);
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GIOStream) kept = rig_dial(rig);
    g_autoptr(GIOStream) late = NULL;

    stream_say(kept, GOOD);
    g_assert_cmpuint(stream_hear(kept), ==, 200);
    for (guint i = 0; i < 600; i++) {
        g_ptr_array_add(crowd, rig_dial(rig));
        say(crowd->pdata[i], beginnings[i % G_N_ELEMENTS(beginnings)],
            strlen(beginnings[i % G_N_ELEMENTS(beginnings)]));
    }
    for (guint i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("%u", i);

        assert_good(rig, id);
    }
    g_assert_cmpuint(count_kept(rig), ==, 21);
    late = rig_dial(rig);
    stream_say(late, START "X-A: ");
    assert_closes(late);
    assert_good(rig, "last");
}

/* Who leaves in the middle of a body, or before the answer, leaves nothing but what was whole. */
static void
test_leaving(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, OPEN);

    for (guint i = 0; i < 100; i++) {
        g_autoptr(GIOStream) stream = rig_dial(rig);

        stream_say(stream, i % 2 == 0 ? START "Content-Length: 10\r\n\r\n{}"
                                      : START "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
    }
    assert_good(rig, "one");
    g_assert_cmpuint(count_kept(rig), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/requests/table", test_table);
    g_test_add_func("/requests/table-with-tls", test_table_with_tls);
    g_test_add_func("/requests/head-size", test_head_size);
    g_test_add_func("/requests/body-size", test_body_size);
    g_test_add_func("/requests/slow", test_slow);
    g_test_add_func("/requests/leaving", test_leaving);
    return g_test_run();
}
