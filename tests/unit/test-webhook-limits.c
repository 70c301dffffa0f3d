// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/message.h"
#include "core/peer.h"
#include "core/webhook.h"

#include <string.h>

/* A delivery of the size that the listener takes never becomes much more than its size. */

#define TEXT "\"type\":\"text\",\"text\":{\"body\":\"hi\"}"

static GPtrArray *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *events = coex_webhook_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    return events;
}

static gsize
length_of(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

/* What stands once in a delivery and belongs to each of its events makes none of them great. */
static void
test_copied_to_each(void)
{
    g_autofree char *great = g_strnfill(1000 * 1000, 'x');
    g_autoptr(GString) messages = g_string_new(NULL);
    g_autofree char *text = NULL;
    g_autoptr(GPtrArray) events = NULL;

    for (guint i = 0; i < 2000; i++)
        g_string_append_printf(messages, "%s{\"from\":\"12025550147\",\"id\":\"m%u\"," TEXT "}",
                               i > 0 ? "," : "", i);
    text = g_strdup_printf(
        "{\"entry\":[{\"id\":\"%s\",\"changes\":[{\"field\":\"%s\",\"value\":{\"metadata\":{"
        "\"phone_number_id\":\"%s\",\"display_phone_number\":\"%s\"},\"contacts\":[{\"wa_id\":"
        "\"12025550147\",\"user_id\":\"%s\",\"profile\":{\"name\":\"%s\",\"username\":\"%s\"}}],"
        "\"messages\":[%s]}}]}]}",
        great, great, great, great, great, great, great, messages->str);
    events = parse(text);
    g_assert_cmpuint(events->len, ==, 2000);
    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = events->pdata[i];

        g_assert_cmpstr(event->field, ==, "messages");
        g_assert_cmpstr(event->message->peer.wa_id, ==, "12025550147");
        g_assert_cmpuint(
            length_of(event->waba_id) + length_of(event->phone_number_id) +
                length_of(event->display_phone_number) + length_of(event->message->profile_name) +
                length_of(event->message->peer.user_id) + length_of(event->message->peer.username),
            <, 1000);
    }
}

/* Elements that are no objects are told once, not each. */
static void
test_odd_elements(void)
{
    g_autoptr(GPtrArray) events = parse(
        "{\"messages\":[1,2,null,\"x\",[],{\"from\":\"12025550147\",\"id\":\"m\"," TEXT "}]}");
    const CoexEvent *last = events->pdata[1];

    g_assert_cmpuint(events->len, ==, 2);
    g_assert_cmpint(last->kind, ==, COEX_EVENT_UNKNOWN);
    g_assert_true(last->keep_raw);
}

/* A time that no calendar can print is none. */
static void
test_times(void)
{
    static const struct {
        const char *told;
        gint64 time;
    } cases[] = {
        { "1795339200", 1795339200 },
        { "\"1795339200\"", 1795339200 },
        { "1795339200.0", 1795339200 },
        { "253402300799", G_GINT64_CONSTANT(253402300799) },
        { "253402300800", 0 },
        { "9223372036854775807", 0 },
        { "\"99999999999999999999\"", 0 },
        { "-1", 0 },
        { "\"-9223372036854775808\"", 0 },
        { "1e300", 0 },
        { "1795339200.5", 0 },
        { "\"1795339200 \"", 0 },
        { "\"0x10\"", 0 },
        { "\"\"", 0 },
        { "true", 0 },
        { "[1795339200]", 0 },
        { "null", 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"messages\":[{\"from\":\"12025550147\",\"id\":\"m\",\"timestamp\":%s," TEXT
            "}],\"statuses\":[{\"id\":\"s\",\"status\":\"sent\",\"timestamp\":%s}]}",
            cases[i].told, cases[i].told);
        g_autoptr(GPtrArray) events = parse(text);
        const CoexEvent *message = events->pdata[0], *status = events->pdata[1];

        g_test_message("%s", cases[i].told);
        g_assert_cmpint(message->message->time, ==, cases[i].time);
        g_assert_cmpint(status->status->time, ==, cases[i].time);
    }
}

/* A person's name becomes the name of a file of the chat program's. */
static void
test_names(void)
{
    static const char *const told[] = {
        "../../x", "..", ".", "/etc/passwd",      "-rf",    "CON",     "DE.",
        "DE...x",  "",   " ", "12025550147/../x", "DE.x/y", "\\u0000", "\\u202e1202",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(told); i++) {
        g_autofree char *text =
            g_strdup_printf("{\"contacts\":[{\"wa_id\":\"%s\",\"user_id\":\"%s\"}],\"messages\":[{"
                            "\"from\":\"%s\",\"from_user_id\":\"%s\",\"id\":\"m\"," TEXT "}]}",
                            told[i], told[i], told[i], told[i]);
        g_autoptr(GPtrArray) events = parse(text);
        const CoexEvent *event = events->pdata[0];
        g_autofree char *name = coex_peer_dup_name(&event->message->peer);

        g_test_message("%s", told[i]);
        g_assert_null(name);
        g_assert_true(event->keep_raw);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/webhook-limits/copied-to-each", test_copied_to_each);
    g_test_add_func("/webhook-limits/odd-elements", test_odd_elements);
    g_test_add_func("/webhook-limits/times", test_times);
    g_test_add_func("/webhook-limits/names", test_names);
    return g_test_run();
}
