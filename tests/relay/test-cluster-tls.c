// SPDX-License-Identifier: GPL-2.0-or-later
#include "brokers.h"
#include "rig.h"
#include "sim/certificate.h"
#include "world.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* A relay and its broker over TLS, and who may come there: what is wrong is told rightly, what came
 * meanwhile is kept, and goes into the log once it is mended. */

#define NOT_BELIEVED "This relay does not believe the broker's certificate ("
#define NOT_LET_IN "The broker does not let this relay in: "
#define NO_TLS "The broker and this relay do not agree on TLS: "
#define DAY_S 86400

static const guint8 here[] = { 127, 0, 0, 1 };
static const guint8 elsewhere[] = { 127, 0, 0, 9 };

typedef struct {
    Brokers *brokers; /* NULL: the test is skipped */
    Rig *rig;
    Desk desk;
    guint n; /* that came */
} Way;

static void
put(Brokers *brokers, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(brokers->folder, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The broker's from now on, once it is started anew; @trusted: the relay's nats-ca=, too. */
static void
certify(Brokers *brokers, const guint8 *address, gint64 left_s, gboolean trusted)
{
    g_autofree char *key = NULL;
    g_autofree char *certificate = NULL;

    coex_sim_make_certificate_for("broker", address, left_s, &key, &certificate);
    put(brokers, "key.pem", key);
    put(brokers, "cert.pem", certificate);
    if (trusted)
        put(brokers, "ca.pem", certificate);
}

static char *
dup_tls(const Brokers *brokers)
{
    return g_strdup_printf("tls { cert_file: \"%s/cert.pem\", key_file: \"%s/key.pem\" }",
                           brokers->folder, brokers->folder);
}

static void
set_options(Brokers *brokers, char *options)
{
    g_free(brokers->options);
    brokers->options = options;
}

/* Anew, and the broker is another process, with the same log. */
static void
restart_broker(Way *way)
{
    broker_kill(way->brokers, 0);
    broker_start(way->brokers, 0);
}

static void
way_begin(Way *way, const char *scheme, const char *options)
{
    g_autofree char *all = NULL;

    *way = (Way){ .brokers = brokers_prepare(1, NULL) };
    if (way->brokers == NULL)
        return;
    certify(way->brokers, here, DAY_S, TRUE);
    set_options(way->brokers, dup_tls(way->brokers));
    broker_start(way->brokers, 0);
    all = g_strdup_printf("nats=%s127.0.0.1:%u\nreplicas=1\ndisk-limit-mb=64\n%s%s%s", scheme,
                          way->brokers->ports[0], g_str_equal(scheme, "tls://") ? "nats-ca=" : "#",
                          way->brokers->folder, "/ca.pem\n");
    way->rig = rig_new(all, RIG_BAKERY);
    g_free(way->rig->options);
    way->rig->options = g_strconcat(all, options, NULL);
    desk_begin(&way->desk, "/bakery", RIG_KEY);
}

static void
way_end(Way *way)
{
    desk_end(&way->desk);
    rig_free(way->rig);
    brokers_free(way->brokers);
}

/* What comes is taken, and shared. */
static void
pass(Way *way)
{
    deliver(way->rig, "/bakery", way->n, 2);
    way->n += 2;
    desk_read(&way->desk, way->rig, way->n);
    assert_counts(&way->desk, way->n);
}

/* What comes is taken, and waits; the relay says why, and so does `check`. */
static void
wait_until_wrong(Way *way, const char *why)
{
    g_autofree char *wrong = g_strconcat("wrong: ", why, NULL);
    g_autofree char *check = NULL;
    int how;

    deliver(way->rig, "/bakery", way->n, 2);
    way->n += 2;
    wait_until_said(way->rig, why);
    check = rig_dup_check(way->rig, NULL, NULL, &how);
    if (strstr(check, wrong) == NULL)
        g_error("not “%s” but:\n%s", wrong, check);
}

static void
mend(Way *way)
{
    certify(way->brokers, here, DAY_S, TRUE);
    restart_broker(way);
    desk_read(&way->desk, way->rig, way->n);
    assert_counts(&way->desk, way->n);
}

static void
test_certificates(void)
{
    Way way;

    way_begin(&way, "tls://", "");
    if (way.brokers == NULL)
        return;
    pass(&way);
    certify(way.brokers, here, DAY_S, FALSE);
    restart_broker(&way);
    wait_until_wrong(&way, NOT_BELIEVED);
    mend(&way);
    way_end(&way);
}

static void
test_name(void)
{
    Way way;

    way_begin(&way, "tls://", "");
    if (way.brokers == NULL)
        return;
    certify(way.brokers, elsewhere, DAY_S, TRUE);
    restart_broker(&way);
    wait_until_wrong(&way, NOT_BELIEVED "IP address mismatch)");
    mend(&way);
    way_end(&way);
}

static void
test_expired(void)
{
    Way way;

    way_begin(&way, "tls://", "");
    if (way.brokers == NULL)
        return;
    pass(&way);
    certify(way.brokers, here, -60, TRUE);
    restart_broker(&way);
    wait_until_wrong(&way, NOT_BELIEVED "certificate has expired)");
    mend(&way);
    way_end(&way);
}

/* One of the two speaks TLS. */
static void
test_one_sided(void)
{
    Way way;

    way_begin(&way, "tls://", "");
    if (way.brokers == NULL)
        return;
    pass(&way);
    set_options(way.brokers, g_strdup(""));
    restart_broker(&way);
    wait_until_wrong(&way, NO_TLS);
    set_options(way.brokers, dup_tls(way.brokers));
    mend(&way);
    way_end(&way);
    way_begin(&way, "nats://", "");
    wait_until_wrong(&way, NOT_BELIEVED);
    set_options(way.brokers, g_strdup(""));
    mend(&way);
    way_end(&way);
}

static void
admit(Way *way, const char *password)
{
    g_autofree char *tls = dup_tls(way->brokers);

    set_options(way->brokers, g_strdup_printf("%s\nauthorization { user: relay, password: \"%s\" }",
                                              tls, password));
}

/* The password is changed at the broker while the relay is connected. */
static void
test_revoked(void)
{
    Way way;

    way_begin(&way, "tls://", "nats-user=relay\nnats-password=a-good-word\n");
    if (way.brokers == NULL)
        return;
    admit(&way, "a-good-word");
    restart_broker(&way);
    rig_stop(way.rig);
    rig_start(way.rig);
    pass(&way);
    admit(&way, "another-word");
    broker_reload(way.brokers, 0);
    wait_until_wrong(&way, NOT_LET_IN);
    admit(&way, "a-good-word");
    mend(&way);
    way_end(&way);
}

/* A file that is not there, or that everybody can read. */
static void
test_files(void)
{
    g_autofree char *path = NULL;
    g_autofree char *line = NULL;
    g_autofree char *readers = NULL;
    Way way;

    way_begin(&way, "tls://", "");
    if (way.brokers == NULL)
        return;
    path = g_build_filename(way.rig->folder, "relay.creds", NULL);
    line = g_strdup_printf("%snats-credentials=%s\n", way.rig->options, path);
    readers = g_strdup_printf("Everybody on this computer can read the secrets in %s", path);
    rig_stop(way.rig);
    g_free(way.rig->options);
    way.rig->options = g_steal_pointer(&line);
    rig_start(way.rig);
    wait_until_wrong(&way, "nats-credentials= cannot be read: ");
    rig_stop(way.rig);
    rig_put(way.rig, "relay.creds", "no credentials");
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    rig_start(way.rig);
    wait_until_said(way.rig, readers);
    way_end(&way);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cluster-tls/certificates", test_certificates);
    g_test_add_func("/cluster-tls/name", test_name);
    g_test_add_func("/cluster-tls/expired", test_expired);
    g_test_add_func("/cluster-tls/one-sided", test_one_sided);
    g_test_add_func("/cluster-tls/revoked", test_revoked);
    g_test_add_func("/cluster-tls/files", test_files);
    return g_test_run();
}
