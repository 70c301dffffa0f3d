// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include <string.h>

/* What a relay tells of itself: to Prometheus, and to who types `coex-relay status`. */

static char *
dup_told(Rig *rig, const char *target)
{
    g_autoptr(Answer) answer = rig_ask_console(rig, target, NULL);

    g_assert_cmpuint(answer->status, ==, 200);
    return g_strndup(g_bytes_get_data(answer->body, NULL), g_bytes_get_size(answer->body));
}

static gboolean
has_line(const char *text, const char *line)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    return g_strv_contains((const char *const *)lines, line);
}

/* What was turned away is counted a moment later. */
static void
wait_for_metric(Rig *rig, const char *line)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    for (;;) {
        g_autofree char *text = dup_told(rig, "/metrics");

        if (has_line(text, line))
            return;
        if (g_get_monotonic_time() > until)
            g_error("%s is missing in:\n%s", line, text);
    }
}

static void
assert_tells_no_secret(const char *text)
{
    static const char *const secrets[] = { RIG_SECRET, RIG_KEY,   "hello",
                                           "493023",   "/bakery", "{\"id\"" };

    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        g_assert_null(strstr(text, secrets[i]));
}

static void
assert_has(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        g_error("“%s” is missing in:\n%s", words, text);
}

static void
test_metrics(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    static const char *const lines[] = {
        "coex_relay_accepted_total{tenant=\"bakery\"} 3",
        "coex_relay_sends_total{tenant=\"bakery\"} 1",
        "coex_relay_stored{tenant=\"bakery\"} 3",
        "coex_relay_refused_total{tenant=\"bakery\",reason=\"no-proof\"} 1",
        "coex_relay_refused_total{tenant=\"bakery\",reason=\"wrong-proof\"} 1",
        "coex_relay_refused_total{tenant=\"bakery\",reason=\"desk-key\"} 1",
        "coex_relay_refused_total{tenant=\"bakery\",reason=\"no-room\"} 0",
        "coex_relay_desks_waiting{tenant=\"bakery\"} 0",
        "coex_relay_desk_behind{tenant=\"bakery\",desk=\"\"} 2",
        "# TYPE coex_relay_accepted_total counter",
    };
    gint64 oldest_s = 0;

    wait_for_metric(rig, "coex_relay_oldest_seconds{tenant=\"bakery\"} 0");
    oldest_s = g_get_real_time() / G_USEC_PER_SEC;
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 200);
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 200);
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":2}"), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", "Authorization: Bearer " RIG_KEY "\r\n",
                                    "{\"desk\":\"till\",\"local_id\":\"1\"}"),
                     ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery", NULL, "{}"), ==, 401);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery", "X-Hub-Signature-256: wrong\r\n", "{}"), ==,
                     401);
    g_autoptr(Batch) refused = rig_poll(rig, "/bakery", "another", 0, 0);
    g_assert_cmpuint(refused->status, ==, 401);
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 1, 0);
    g_assert_cmpuint(batch->entries->len, ==, 2);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        wait_for_metric(rig, lines[i]);

    g_autofree char *text = dup_told(rig, "/metrics");
    assert_tells_no_secret(text);
    assert_has(text, "\ncoex_relay_disk_free_bytes ");
    const char *oldest = strstr(text, "\ncoex_relay_oldest_seconds{tenant=\"bakery\"} ");
    g_assert_nonnull(oldest);
    g_assert_cmpint(g_ascii_strtoll(strchr(oldest, ' '), NULL, 10), >=, oldest_s);

    g_autoptr(Answer) other = rig_ask_console(rig, "/bakery", NULL);
    g_assert_cmpuint(other->status, ==, 404);
    g_autoptr(Answer) posted = rig_ask_console(rig, "/metrics", "{}");
    g_assert_cmpuint(posted->status, ==, 405);
    g_assert_cmpuint(rig_ask_status(rig, "/metrics", NULL, NULL), ==, 404);
}

/* A name may hold what has a meaning in a label. */
static void
test_labels(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, "[tenant a\\b \"c\"]\npath=/a\nnumber=+493023125017\n"
                                       "desk-key-d\"=" RIG_KEY "\n");

    wait_for_metric(rig, "coex_relay_stored{tenant=\"a\\\\b \\\"c\\\"\"} 0");
    g_autoptr(Batch) batch = rig_poll(rig, "/a", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->status, ==, 200);
    wait_for_metric(rig, "coex_relay_desk_behind{tenant=\"a\\\\b \\\"c\\\"\",desk=\"d\\\"\"} 0");
}

static gpointer
wait_for_one(gpointer rig)
{
    return rig_poll(rig, "/bakery", RIG_KEY, 0, 60);
}

static void
test_waiting(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    GThread *desk = g_thread_new("desk", wait_for_one, rig);

    wait_for_metric(rig, "coex_relay_desks_waiting{tenant=\"bakery\"} 1");
    g_autofree char *text = dup_told(rig, "/status");
    assert_has(text, "desk (any): waits, 0 it does not have");
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 200);
    g_autoptr(Batch) batch = g_thread_join(desk);
    g_assert_cmpuint(batch->entries->len, ==, 1);
    wait_for_metric(rig, "coex_relay_desks_waiting{tenant=\"bakery\"} 0");
}

/* Who waits with a key that is withdrawn is let go at once, and refused from then on. */
static void
test_withdrawn(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    GThread *desk = g_thread_new("desk", wait_for_one, rig);
    gint64 began = g_get_monotonic_time();

    wait_for_metric(rig, "coex_relay_desks_waiting{tenant=\"bakery\"} 1");
    rig_reload(rig, "[tenant bakery]\npath=/bakery\nnumber=+493023125017\napp-secret=" RIG_SECRET
                    "\ndesk-key=another-desk-key-01\n");
    g_autoptr(Batch) batch = g_thread_join(desk);
    g_assert_cmpuint(batch->status, ==, 200);
    g_assert_cmpuint(batch->entries->len, ==, 0);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 60 * G_USEC_PER_SEC);
    g_autoptr(Batch) again = rig_poll(rig, "/bakery", RIG_KEY, 0, 60);
    g_assert_cmpuint(again->status, ==, 401);
}

static void
assert_status(Rig *rig, gboolean metrics, int status, const char *const *words)
{
    int ended;
    g_autofree char *text = rig_dup_status(rig, metrics, &ended);

    g_test_message("%s", text);
    g_assert_cmpint(ended, ==, status);
    for (; *words != NULL; words++)
        assert_has(text, *words);
    assert_tells_no_secret(text);
}

static void
test_command(void)
{
    g_autoptr(Rig) rig = rig_new_with_tls(RIG_BAKERY);

    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 200);
    assert_status(rig, TRUE, 0,
                  (const char *const[]){ "Receives on 127.0.0.1:", "The certificate ends on ",
                                         "bakery\n  kept: 1, 0.0 MB, the oldest of 20",
                                         "accepted: 1", "did not ask yet", NULL });
    assert_status(rig, FALSE, 1,
                  (const char *const[]){ "The relay runs", "metrics=127.0.0.1:9480", NULL });
    rig_stop(rig);
    assert_status(rig, TRUE, 0,
                  (const char *const[]){ "It does not run.", "bakery\n  kept: 1, ", NULL });
    rig_start(rig);
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/status/metrics", test_metrics);
    g_test_add_func("/status/labels", test_labels);
    g_test_add_func("/status/waiting", test_waiting);
    g_test_add_func("/status/withdrawn", test_withdrawn);
    g_test_add_func("/status/command", test_command);
    return g_test_run();
}
