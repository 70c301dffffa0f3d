// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/message.h"

#include <string.h>

static void
test_tokens(void)
{
    static const char *const rows[][2] = {
        { "wamid.HBgLMTIwMjU1NTAxNDcVAgASGBQzQTE2RDRBRkEyNzBGRjkwNTIyMQA=",
          "3A16D4AFA270FF905221" },
        { "wamid.HBgLMTIwMjU1NTAxNDcVAgARGBIzOTdCNjZFNTcwQzgzMzZGQ0QA", "397B66E570C8336FCD" },
        /* The same message, its id built with the BSUID instead of the number. */
        { "wamid.HBgXVVMuNzAyMTQ0NTg4MTA5MzY2NTIwNzEVAgARGBIzOTdCNjZFNTcwQzgzMzZGQ0QA",
          "397B66E570C8336FCD" },
        { "wamid.HBgLMTIwMjU1NTAxNDcVAgARGA9wcm9kdWN0X2lucXVpcnkA", "product_inquiry" },
        { "wamid.HBgLMTIwMjU1NTAxNDcVAgASGAoyMDkzMzE3NDUwAA==", "2093317450" },
        /* Without padding. */
        { "wamid.HBgLMTIwMjU1NTAxNDcVAgASGBQzQTE2RDRBRkEyNzBGRjkwNTIyMQA", "3A16D4AFA270FF905221" },
    };
    static const char *const whole[] = {
        "",
        "wamid.",
        "wamid.A",
        "wamid.====",
        "M0",
        "wacid.ABGGEgIFVQFHAgo1ZXhhbXBsZQ",
        "ABGGFlA5FpafAgo6tHcNmNjXmuSf",
        /* A character that is no Base64, a cut id, one of another layout. */
        "wamid.HBgLMTIw MjU1NTAxNDcVAgASGBQzQTE2RDRBRkEyNzBGRjkwNTIyMQA=",
        "wamid.HBgLMTIwMjU1NTAxNDcVAgASGBQzQTE2RDRBRkEyNzB=",
        "wamid.HBgLMTIwMjU1NTAxNDcVAgE=",
        "wamid.HRgLMTIwMjU1NTAxNDcVAgASGBQzQTE2RDRBRkEyNzBGRjkwNTIyMQA=",
        "wamid.HBj/MTIwMjU1NTAxNDcVAgASGBQzQTE2RDRBRkEyNzBGRjkwNTIyMQA=",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *token = coex_wamid_dup_token(rows[i][0]);

        g_assert_cmpstr(token, ==, rows[i][1]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(whole); i++) {
        g_autofree char *token = coex_wamid_dup_token(whole[i]);

        g_assert_cmpstr(token, ==, whole[i]);
    }
    g_assert_null(coex_wamid_dup_token(NULL));
}

/* An id of random bytes may look like anything; reading it stays inside of it. */
static void
test_random_tokens(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);

    for (guint n = 0; n < 20000; n++) {
        guint8 bytes[40] = { 0x1c, 0x18, 0, 0x15, 0x02, 0x00, 0x12, 0x18 };
        gsize length = (gsize)g_rand_int_range(rand, 0, sizeof bytes);
        g_autofree char *base64 = NULL;
        g_autofree char *wamid = NULL;
        g_autofree char *token = NULL;

        for (gsize i = n % 2 == 0 ? 0 : 8; i < length; i++)
            bytes[i] = (guint8)g_rand_int_range(rand, 0, n % 3 == 0 ? 48 : 128);
        base64 = g_base64_encode(bytes, length);
        wamid = g_strconcat("wamid.", base64, NULL);
        token = coex_wamid_dup_token(wamid);
        g_assert_cmpstr(token, !=, "");
        g_assert_true(g_utf8_validate(token, -1, NULL));
    }
}

static void
test_states(void)
{
    /* By rows: what is there; by columns: what comes. */
    static const char advances[8][9] = {
        ".#####..", /* pending */
        "..####..", /* sent */
        "...##...", /* delivered */
        "....#...", /* read */
        "........", /* played */
        "..###...", /* failed */
        ".#####..", /* not confirmed */
        ".#####..", /* unknown */
    };

    for (CoexState current = COEX_STATE_PENDING; current <= COEX_STATE_UNKNOWN; current++) {
        for (CoexState next = COEX_STATE_PENDING; next <= COEX_STATE_UNKNOWN; next++)
            if (next != COEX_STATE_UNCONFIRMED) /* is never told */
                g_assert_cmpint(coex_state_advances(current, next), ==,
                                advances[current][next] == '#');
    }
    g_assert_cmpstr(coex_state_get_name(COEX_STATE_PENDING), ==, "accepted");
    g_assert_cmpstr(coex_state_get_name(COEX_STATE_FAILED), ==, "failed");
}

static void
test_window(void)
{
    for (CoexContentKind kind = COEX_CONTENT_TEXT; kind <= COEX_CONTENT_UNKNOWN; kind++) {
        gboolean shut =
            kind == COEX_CONTENT_EDIT || kind == COEX_CONTENT_REVOKE || kind == COEX_CONTENT_SYSTEM;

        g_assert_cmpint(coex_content_opens_window(kind), ==, !shut);
    }
}

static gpointer
count_thread(gpointer data)
{
    for (guint i = 0; i < 10000; i++)
        coex_message_unref(coex_message_ref(data));
    return NULL;
}

static void
test_counting(void)
{
    g_autoptr(CoexEvent) event = coex_event_new(COEX_EVENT_MESSAGE);
    CoexMessage *message = coex_message_new();
    GThread *threads[2];

    g_assert_cmpint(event->history_progress, ==, -1);
    message->wamid = g_strdup("wamid.x");
    message->content.text = g_strdup("hi");
    coex_peer_set(&message->peer, "12025550147", NULL, NULL);
    event->message = message;
    event->status = coex_status_new();
    event->status->opaque = g_strdup("x");
    coex_status_unref(coex_status_ref(event->status));
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("count", count_thread, message);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpstr(event->message->content.text, ==, "hi");
    coex_event_free(NULL);
    coex_message_unref(NULL);
    coex_status_unref(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/tokens", test_tokens);
    g_test_add_func("/message/random-tokens", test_random_tokens);
    g_test_add_func("/message/states", test_states);
    g_test_add_func("/message/window", test_window);
    g_test_add_func("/message/counting", test_counting);
    return g_test_run();
}
