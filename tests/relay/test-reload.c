// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The relay over HTTPS, and what is read again on SIGHUP while it runs: certificates, secrets and
 * keys. */

#define HEAD "[tenant bakery]\npath=/bakery\nnumber=+493023125017\n"
#define SECRET "app-secret=" RIG_SECRET "\n"
#define TILL "desk-key-till=key-of-the-till-01\n"
#define HOME "desk-key-home=key-at-home-000001\n"
#define POLL                                                                                       \
    "GET /bakery/deliveries?after=0&wait=0 HTTP/1.1\r\nHost: x\r\n"                                \
    "Authorization: Bearer " RIG_KEY "\r\nConnection: %s\r\n\r\n"

static void
assert_said(Rig *rig, const char *words)
{
    g_autofree char *said = rig_dup_said(rig);

    if (strstr(said, words) == NULL)
        g_error("“%s” is missing in: %s", words, said);
}

static guint
poll_status(Rig *rig, const char *key)
{
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", key, 0, 0);

    return batch->status;
}

static void
test_https(void)
{
    g_autoptr(Rig) rig = rig_new_with_tls(RIG_BAKERY);
    g_autofree char *filler = g_strnfill(200000, 'x');
    g_autofree char *large = g_strdup_printf("{\"id\":\"%s\"}", filler);

    for (guint i = 0; i < 20; i++) {
        g_autofree char *body = g_strdup_printf("{\"id\":%u}", i);

        g_assert_cmpuint(rig_deliver(rig, "/bakery", body), ==, 200);
        g_assert_cmpuint(rig_deliver(rig, "/bakery", large), ==, 200);
    }
    g_autoptr(Batch) all = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    g_assert_cmpuint(all->entries->len, ==, 21);
    g_assert_cmpstr(batch_get(all, 1)->body, ==, large);
    g_assert_cmpuint(poll_status(rig, "another"), ==, 401);
    g_assert_cmpstr(rig->shown, ==, "CN=first");
    assert_said(rig, "The certificate ends on ");

    /* plain HTTP gets nothing */
    rig->has_tls = FALSE;
    g_assert_cmpuint(rig_ask_status(rig, "/bakery", NULL, "{}"), ==, 0);
    rig->has_tls = TRUE;
}

/* Who is there stays, who comes sees the new one; a broken one changes nothing and is told. */
static void
test_certificates(void)
{
    g_autoptr(Rig) rig = rig_new_with_tls(RIG_BAKERY);
    g_autoptr(GIOStream) kept = rig_dial(rig);
    g_autofree char *first = g_strdup_printf(POLL, "keep-alive");
    g_autofree char *last = g_strdup_printf(POLL, "close");
    g_autofree char *rest = NULL;
    gsize length;

    stream_say(kept, first);
    g_assert_cmpuint(stream_hear(kept), ==, 200);
    rig_renew(rig, "second");
    rig_reload(rig, NULL);
    g_assert_cmpuint(poll_status(rig, RIG_KEY), ==, 200);
    g_assert_cmpstr(rig->shown, ==, "CN=second");

    rig_put(rig, "cert.pem", "no certificate");
    rig_reload(rig, NULL);
    assert_said(rig, "The certificate stays the one that it was: ");
    assert_said(rig, "cert.pem holds no certificate in PEM");
    g_assert_cmpuint(poll_status(rig, RIG_KEY), ==, 200);
    g_assert_cmpstr(rig->shown, ==, "CN=second");

    rig_renew(rig, "third");
    rig_reload(rig, NULL);
    g_assert_cmpuint(poll_status(rig, RIG_KEY), ==, 200);
    g_assert_cmpstr(rig->shown, ==, "CN=third");

    stream_say(kept, last);
    rest = g_malloc0(4096);
    g_input_stream_read_all(g_io_stream_get_input_stream(kept), rest, 4095, &length, NULL, NULL);
    g_assert_nonnull(strstr(rest, "HTTP/1.1 200"));
}

/* Without a certificate that can be read it does not begin. */
static void
test_unreadable(void)
{
    g_autofree char *said = NULL;

    g_assert_cmpint(rig_try("[relay]\nlisten=[::]:0\ndatabase=/nowhere/relay.db\n"
                            "certificate=/nowhere/cert.pem\nkey=/nowhere/key.pem\n" RIG_BAKERY,
                            &said),
                    ==, 2);
    g_assert_nonnull(strstr(said, "/nowhere/cert.pem"));
    g_assert_nonnull(strstr(said, "Name another file"));
}

/* A key that is withdrawn is refused from then on, and those beside it go on. */
static void
test_withdrawn(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, HEAD SECRET TILL HOME);

    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 200);
    g_assert_cmpuint(poll_status(rig, "key-of-the-till-01"), ==, 200);
    rig_reload(rig, HEAD SECRET HOME "desk-key-new=key-of-the-new-001\n");
    g_assert_cmpuint(poll_status(rig, "key-of-the-till-01"), ==, 401);
    g_assert_cmpuint(poll_status(rig, "key-at-home-000001"), ==, 200);
    g_assert_cmpuint(poll_status(rig, "key-of-the-new-001"), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends",
                                    "Authorization: Bearer key-of-the-till-01\r\n",
                                    "{\"desk\":\"till\",\"local_id\":\"1\"}"),
                     ==, 401);

    /* a tenant that is gone takes its keys with it, and comes back whole */
    rig_reload(rig, "[tenant cafe]\npath=/cafe\nnumber=+493023125018\n" TILL);
    g_assert_cmpuint(poll_status(rig, "key-at-home-000001"), ==, 401);
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":2}"), ==, 503);
    assert_said(rig, "One tenant is not in it");
    rig_reload(rig, HEAD SECRET TILL);
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":2}"), ==, 200);
    g_autoptr(Batch) all = rig_poll(rig, "/bakery", "key-of-the-till-01", 0, 0);
    g_assert_cmpuint(all->entries->len, ==, 2);
    g_autofree char *said = rig_dup_said(rig);
    g_assert_null(strstr(said, "key-at-home"));
}

/* Secrets count from then on, and a file with a mistake changes nothing. */
static void
test_secrets(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, HEAD "app-secret=an-older-secret\n" HOME);

    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 401);
    rig_reload(rig, HEAD SECRET HOME);
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":1}"), ==, 200);
    rig_reload(rig, HEAD "app-secret=another\nsecret\n" HOME);
    assert_said(rig, "So nothing was changed.");
    g_assert_cmpuint(rig_deliver(rig, "/bakery", "{\"id\":2}"), ==, 200);

    /* none: the desk alone proves */
    rig_reload(rig, HEAD HOME);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery", NULL, "{\"id\":3}"), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery", NULL, "no JSON"), ==, 400);
    g_autoptr(Batch) all = rig_poll(rig, "/bakery", "key-at-home-000001", 0, 0);
    g_assert_cmpuint(all->status, ==, 200);
    g_assert_cmpuint(all->entries->len, ==, 3);
}

/* Whether it warns after a start with a configuration that is written under this mask. */
static gboolean
warns(Rig *rig, mode_t mask)
{
    g_autofree char *file = g_build_filename(rig->folder, "relay.conf", NULL);
    mode_t before = umask(mask);
    g_autofree char *said = NULL;

    rig_stop(rig);
    g_assert_cmpint(unlink(file), ==, 0);
    rig_start(rig);
    umask(before);
    said = rig_dup_said(rig);
    return strstr(said, "Everybody on this computer can read the secrets in ") != NULL;
}

static void
test_readers(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);

    g_assert_true(warns(rig, 0022));
    g_assert_false(warns(rig, 0027));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reload/https", test_https);
    g_test_add_func("/reload/certificates", test_certificates);
    g_test_add_func("/reload/unreadable", test_unreadable);
    g_test_add_func("/reload/withdrawn", test_withdrawn);
    g_test_add_func("/reload/secrets", test_secrets);
    g_test_add_func("/reload/readers", test_readers);
    return g_test_run();
}
