// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/relay.h"

#include <string.h>

#define END(after, newest)                                                                         \
    "{\"relay\":\"r-1\",\"after\":" after ",\"oldest\":1,\"newest\":" newest "}\n"

static void
on_delivery(const CoexRelayDelivery *delivery, gpointer data)
{
    gsize length;
    const char *bytes = g_bytes_get_data(delivery->body, &length);

    g_string_append_printf(
        data, "%" G_GINT64_FORMAT "@%" G_GINT64_FORMAT " %s%s %.*s|", delivery->sequence,
        delivery->received_at, delivery->is_send ? "send " : "",
        delivery->proof != NULL ? delivery->proof : "-", (int)length, length > 0 ? bytes : "");
}

/* Whatever the pieces are. */
static void
test_batch(void)
{
    static const char batch[] =
        "{\"sequence\":7,\"received_at\":1796010938123,\"length\":5,\"headers\":{\"x-secret\":"
        "\"s\",\"Other\":\"o\"}}\na\nb{}\n"
        "{\"sequence\":9,\"length\":0,\"kind\":\"send\"}\n\n" END("11", "12");

    for (gsize size = 1; size <= sizeof batch; size++) {
        g_autoptr(GString) taken = g_string_new(NULL);
        g_autoptr(CoexRelayReader) reader =
            coex_relay_reader_new(5, "X-Secret", on_delivery, taken);
        g_autoptr(GError) error = NULL;
        const CoexRelayEnd *end;

        for (gsize at = 0; at < strlen(batch); at += size)
            g_assert_true(
                coex_relay_reader_feed(reader, batch + at, MIN(size, strlen(batch) - at), &error));
        end = coex_relay_reader_finish(reader, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(taken->str, ==, "7@1796010938 s a\nb{}|9@0 send - |");
        g_assert_cmpstr(end->relay, ==, "r-1");
        g_assert_cmpint(end->after, ==, 11);
        g_assert_cmpint(end->oldest, ==, 1);
        g_assert_cmpint(end->newest, ==, 12);
    }
}

static void
test_refused(void)
{
    static const char *const batches[] = {
        "",
        "{}\n",
        "[]\n",
        "nothing\n",
        "{\"sequence\":5,\"length\":0}\n\n" END("5", "5"),
        "{\"sequence\":6,\"length\":-1}\n\n" END("6", "6"),
        "{\"sequence\":6}\n\n" END("6", "6"),
        "{\"sequence\":9007199254740992,\"length\":0}\n\n" END("6", "6"),
        "{\"sequence\":6,\"length\":9000000}\n",
        "{\"sequence\":6,\"length\":1}\nab\n" END("6", "6"),
        "{\"sequence\":6,\"length\":2}\na\n" END("6", "6"),
        "{\"sequence\":8,\"length\":0}\n\n" END("7", "9"),
        END("8", "7"),
        END("5", "9007199254740992"),
        "{\"relay\":\"\",\"after\":5,\"oldest\":1,\"newest\":9}\n",
        "{\"relay\":\"a b\",\"after\":5,\"oldest\":1,\"newest\":9}\n",
        END("5", "5") "\n",
    };

    for (guint i = 0; i < G_N_ELEMENTS(batches); i++) {
        g_autoptr(GString) taken = g_string_new(NULL);
        g_autoptr(CoexRelayReader) reader = coex_relay_reader_new(5, NULL, on_delivery, taken);
        g_autoptr(GError) error = NULL;

        if (coex_relay_reader_feed(reader, batches[i], strlen(batches[i]), &error))
            g_assert_null(coex_relay_reader_finish(reader, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
        g_clear_error(&error);
        g_assert_false(coex_relay_reader_feed(reader, "\n", 1, NULL) &&
                       coex_relay_reader_finish(reader, NULL) != NULL);
    }
}

/* The desk's place is beyond all that a log has which was put back. */
static void
test_older_log(void)
{
    g_autoptr(GString) taken = g_string_new(NULL);
    g_autoptr(CoexRelayReader) reader = coex_relay_reader_new(50, NULL, on_delivery, taken);

    g_assert_true(coex_relay_reader_feed(reader, END("50", "7"), strlen(END("50", "7")), NULL));
    g_assert_cmpint(coex_relay_reader_finish(reader, NULL)->newest, ==, 7);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/batch", test_batch);
    g_test_add_func("/relay/refused", test_refused);
    g_test_add_func("/relay/older-log", test_older_log);
    return g_test_run();
}
