// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include <string.h>

#define TEXT "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"%s\"}]}"
#define KEY_HEAD "Authorization: Bearer " RIG_KEY "\r\n"
#define OTHERS                                                                                     \
    "[tenant cafe]\npath=/cafe\nnumber=+493023125018\napp-secret=" RIG_SECRET                      \
    "\ndesk-key-till=key-of-the-till-01\ndesk-key-home=key-at-home-000001\n"                       \
    "[tenant open]\npath=/open\nnumber=+493023125019\ndesk-key=key-of-the-open-01\n"               \
    "[tenant gateway]\nprovider=360dialog\npath=/gateway\nnumber=+493023125020\n"                  \
    "webhook-header=X-Shared: long word\ndesk-key=key-of-gateway-001\n"

static char *
dup_body(const char *id)
{
    return g_strdup_printf(TEXT, id);
}

static guint
deliver(Rig *rig, const char *path, const char *id)
{
    g_autofree char *body = dup_body(id);

    return rig_deliver(rig, path, body);
}

static void
assert_is(const Batch *batch, guint index, const char *id)
{
    g_autofree char *body = dup_body(id);

    g_assert_cmpstr(batch_get(batch, index)->body, ==, body);
}

static void
test_receives(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autoptr(Answer) challenge = rig_ask(
        rig, "/bakery?hub.mode=subscribe&hub.verify_token=hello&hub.challenge=4711", NULL, NULL);
    gint64 before = g_get_real_time() / 1000;

    g_assert_cmpuint(challenge->status, ==, 200);
    g_assert_cmpmem(g_bytes_get_data(challenge->body, NULL), g_bytes_get_size(challenge->body),
                    "4711", 4);
    g_assert_cmpuint(rig_ask_status(rig,
                                    "/bakery?hub.mode=subscribe&hub.verify_token=x"
                                    "&hub.challenge=1",
                                    NULL, NULL),
                     ==, 403);
    g_assert_cmpuint(deliver(rig, "/bakery", "first"), ==, 200);
    g_assert_cmpuint(deliver(rig, "/bakery", "second"), ==, 200);
    /* without a proof, with a wrong one, to nobody */
    g_assert_cmpuint(rig_ask_status(rig, "/bakery", NULL, "{}"), ==, 401);
    g_assert_cmpuint(
        rig_ask_status(rig, "/bakery",
                       "X-Hub-Signature-256: sha256="
                       "0000000000000000000000000000000000000000000000000000000000000000"
                       "\r\n",
                       "{}"),
        ==, 401);
    g_assert_cmpuint(deliver(rig, "/nobody", "third"), ==, 404);

    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 2);
    assert_is(batch, 0, "first");
    assert_is(batch, 1, "second");
    g_assert_cmpint(batch_get(batch, 0)->sequence, ==, 1);
    g_assert_cmpint(batch_get(batch, 1)->sequence, ==, 2);
    g_assert_true(g_str_has_prefix(batch_get(batch, 0)->signature, "sha256="));
    g_assert_null(batch_get(batch, 0)->kind);
    g_assert_cmpint(batch_get(batch, 0)->received_at, >=, before);
    g_assert_cmpint(batch_get(batch, 0)->received_at, <=, g_get_real_time() / 1000);
    g_assert_cmpint(batch->after, ==, 2);
    g_assert_cmpint(batch->oldest, ==, 1);
    g_assert_cmpint(batch->newest, ==, 2);

    g_autofree char *said = rig_dup_said(rig);
    g_assert_nonnull(strstr(said, "bakery: refused"));
    g_assert_null(strstr(said, RIG_SECRET));
}

/* The same again is acknowledged and not there twice, also after a restart. */
static void
test_again(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);

    g_assert_cmpuint(deliver(rig, "/bakery", "one"), ==, 200);
    g_assert_cmpuint(deliver(rig, "/bakery", "one"), ==, 200);
    g_autoptr(Batch) before = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpint(before->newest, ==, 1);

    rig_stop(rig);
    rig_start(rig);
    g_assert_cmpuint(deliver(rig, "/bakery", "one"), ==, 200);
    g_assert_cmpuint(deliver(rig, "/bakery", "two"), ==, 200);
    g_autoptr(Batch) after = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(after->entries->len, ==, 2);
    assert_is(after, 1, "two");
    g_assert_cmpstr(after->relay, ==, before->relay);

    /* a cursor of another log */
    g_autoptr(Batch) beyond = rig_poll(rig, "/bakery", RIG_KEY, G_MAXINT64, 60);
    g_assert_cmpuint(beyond->entries->len, ==, 0);
    g_assert_cmpint(beyond->newest, ==, 2);
    g_assert_cmpint(beyond->after, <=, 2);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/deliveries?after=-1", KEY_HEAD, NULL), ==, 400);
    g_assert_cmpuint(
        rig_ask_status(rig, "/bakery/deliveries?after=99999999999999999999", KEY_HEAD, NULL), ==,
        400);
}

typedef struct {
    Rig *rig;
    const char *key;
    gint64 after;
} Waiting;

static gpointer
wait_for_one(gpointer data)
{
    const Waiting *waiting = data;

    return rig_poll(waiting->rig, "/cafe", waiting->key, waiting->after, 60);
}

/* Two desks wait; both hear of what comes, whoever was first. */
static void
test_waits(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, OTHERS);
    Waiting till = { rig, "key-of-the-till-01", 0 }, home = { rig, "key-at-home-000001", 0 };

    for (gint64 i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, i);
        GThread *one, *other;

        till.after = home.after = i;
        one = g_thread_new("till", wait_for_one, &till);
        other = g_thread_new("home", wait_for_one, &home);
        g_assert_cmpuint(deliver(rig, "/cafe", id), ==, 200);
        g_autoptr(Batch) first = g_thread_join(one);
        g_autoptr(Batch) second = g_thread_join(other);
        assert_is(first, 0, id);
        assert_is(second, 0, id);
    }

    g_autoptr(Batch) nothing = rig_poll(rig, "/cafe", till.key, 20, 1);
    g_assert_cmpuint(nothing->status, ==, 200);
    g_assert_cmpuint(nothing->entries->len, ==, 0);
    g_assert_cmpint(nothing->after, ==, 20);
}

static void
test_keys(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY OTHERS);
    static const char *const wrong[] = { "wrong", RIG_KEY "x", "key-of-the-till-01", "",
                                         RIG_SECRET };

    g_assert_cmpuint(deliver(rig, "/bakery", "secret"), ==, 200);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Batch) batch = rig_poll(rig, "/bakery", wrong[i], 0, 60);

        g_assert_cmpuint(batch->status, ==, 401);
    }
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/deliveries?after=0", NULL, NULL), ==, 401);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", NULL, "{}"), ==, 401);
    g_assert_cmpuint(rig_ask_status(rig, "/cafe/sends", KEY_HEAD, "{}"), ==, 401);
    g_assert_cmpuint(rig_ask_status(rig, "/nobody/deliveries", KEY_HEAD, NULL), ==, 404);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/deliveries", KEY_HEAD, "{}"), ==, 405);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, NULL), ==, 405);

    g_autoptr(Batch) own = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_autoptr(Batch) other = rig_poll(rig, "/cafe", "key-at-home-000001", 0, 0);
    g_assert_cmpuint(own->entries->len, ==, 1);
    g_assert_cmpuint(other->status, ==, 200);
    g_assert_cmpuint(other->entries->len, ==, 0);
    g_assert_cmpint(other->newest, ==, 0);
    g_assert_cmpint(other->oldest, ==, 1);
}

#define SEND "{\"desk\":\"till\",\"local_id\":\"a1\",\"text\":\"Gr\xc3\xbc\xc3\x9f\" ,  \"x\":1}"
#define OTHER_SEND "{\"desk\":\"till\",\"local_id\":\"a2\",\"text\":\"\"}"

static void
test_sends(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autofree char *large = g_strnfill(70000, 'x');
    g_autofree char *too_large =
        g_strdup_printf("{\"desk\":\"till\",\"local_id\":\"b\",\"text\":\"%s\"}", large);
    static const char *const bad[] = { "",
                                       "[]",
                                       "{",
                                       "{\"desk\":\"till\"}",
                                       "{\"local_id\":\"a\"}",
                                       "[1]",
                                       "[[]]",
                                       "[{}]",
                                       "[" SEND ",null]",
                                       "[" SEND ",{\"desk\":\"till\"}]",
                                       "{\"sends\":[" SEND "]}" };

    g_assert_cmpuint(deliver(rig, "/bakery", "one"), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, SEND), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, SEND), ==, 200);
    g_assert_cmpuint(
        rig_ask_status(rig, "/bakery/sends", KEY_HEAD, "{\"desk\":\"home\",\"local_id\":\"a1\"}"),
        ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, too_large), ==, 413);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, bad[i]), ==, 400);

    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 3);
    g_assert_cmpstr(batch_get(batch, 1)->kind, ==, "send");
    g_assert_cmpstr(batch_get(batch, 1)->body, ==, SEND);
    g_assert_null(batch_get(batch, 1)->signature);
    g_assert_cmpstr(batch_get(batch, 2)->kind, ==, "send");
}

/* Several at once stay so, byte for byte; the same again is not there twice. */
static void
test_joined(void)
{
    static const char *const joined[] = { "[\n" SEND ",\n" OTHER_SEND "\n]",
                                          "[\n" OTHER_SEND ",\n" SEND "\n]", "[" SEND "]" };
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);

    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, SEND), ==, 200);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(joined); i++)
        g_assert_cmpuint(
            rig_ask_status(rig, "/bakery/sends", KEY_HEAD, joined[i % G_N_ELEMENTS(joined)]), ==,
            200);
    rig_stop(rig);
    rig_start(rig);
    g_assert_cmpuint(rig_ask_status(rig, "/bakery/sends", KEY_HEAD, joined[0]), ==, 200);

    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 1 + G_N_ELEMENTS(joined));
    for (guint i = 0; i < G_N_ELEMENTS(joined); i++) {
        g_assert_cmpstr(batch_get(batch, 1 + i)->kind, ==, "send");
        g_assert_cmpstr(batch_get(batch, 1 + i)->body, ==, joined[i]);
    }
}

/* Without a secret the desk alone proves; a wrong proof does not stand in the way of the right. */
static void
test_proven_elsewhere(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, OTHERS);

    g_assert_cmpuint(
        rig_ask_status(rig, "/open", "X-Hub-Signature-256: wr\"o\\ng\r\n", "{\"a\":1}"), ==, 200);
    g_assert_cmpuint(rig_deliver(rig, "/open", "{\"a\":1}"), ==, 200);
    g_assert_cmpuint(rig_deliver(rig, "/open", "{\"a\":1}"), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/open", NULL, "{\"a\":2}"), ==, 200);
    g_assert_cmpuint(rig_ask_status(rig, "/open", NULL, "{\"a\":1"), ==, 400);
    g_assert_cmpuint(rig_ask_status(rig, "/open", NULL, "[1]"), ==, 400);
    g_assert_cmpuint(rig_ask_status(rig, "/open", NULL, ""), ==, 400);

    g_autoptr(Batch) batch = rig_poll(rig, "/open", "key-of-the-open-01", 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 3);
    g_assert_null(batch_get(batch, 2)->signature);
    g_assert_cmpstr(batch_get(batch, 0)->signature, ==, "wr\"o\\ng");
    g_assert_true(g_str_has_prefix(batch_get(batch, 1)->signature, "sha256="));

    g_assert_cmpuint(rig_ask_status(rig, "/gateway", "X-Shared: short\r\n", "{}"), ==, 401);
    g_assert_cmpuint(rig_ask_status(rig, "/gateway", "x-shared: long word\r\n", "{}"), ==, 200);
    g_autoptr(Answer) raw = rig_ask(rig, "/gateway/deliveries?after=0",
                                    "Authorization: Bearer key-of-gateway-001\r\n", NULL);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(raw->body, NULL), g_bytes_get_size(raw->body));
    g_assert_nonnull(strstr(text, "\"headers\":{\"X-Shared\":\"long word\"}"));
}

/* More than one batch, in order. */
static void
test_batches(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autofree char *filler = g_strnfill(150000, 'x');

    for (guint i = 0; i < 300; i++) {
        g_autofree char *id = g_strdup_printf("%u%s", i, i % 20 == 0 ? filler : "");

        g_assert_cmpuint(deliver(rig, "/bakery", id), ==, 200);
    }
    g_autoptr(Batch) first = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(first->entries->len, <=, 256);
    g_assert_cmpint(first->after, ==, first->entries->len);
    g_assert_cmpint(first->newest, ==, 300);
    g_autoptr(Batch) all = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    g_assert_cmpuint(all->entries->len, ==, 300);
    for (guint i = 0; i < 300; i++) {
        g_autofree char *id = g_strdup_printf("%u%s", i, i % 20 == 0 ? filler : "");

        g_assert_cmpint(batch_get(all, i)->sequence, ==, i + 1);
        assert_is(all, i, id);
    }
}

/* Who waits when the relay ends is answered, and nothing is lost. */
static void
test_ends(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, OTHERS);
    Waiting till = { rig, "key-of-the-till-01", 1 };
    GThread *one;

    g_assert_cmpuint(deliver(rig, "/cafe", "last"), ==, 200);
    one = g_thread_new("till", wait_for_one, &till);
    rig_stop(rig);
    g_autoptr(Batch) batch = g_thread_join(one);
    g_assert_cmpuint(batch->entries->len, ==, 0);
    rig_start(rig);
    g_autoptr(Batch) again = rig_poll(rig, "/cafe", till.key, 0, 0);
    assert_is(again, 0, "last");
}

/* One tenant fills what there is; it is told so, and the other goes on. */
static void
test_full(void)
{
    g_autoptr(Rig) rig = rig_new("disk-limit-mb=1\n", RIG_BAKERY OTHERS);
    g_autofree char *filler = g_strnfill(60000, 'x');
    guint status = 200, n_kept = 0;

    for (guint i = 0; status == 200; i++) {
        g_autofree char *id = g_strdup_printf("%u%s", i, filler);

        status = deliver(rig, "/bakery", id);
        n_kept += status == 200 ? 1 : 0;
    }
    g_assert_cmpuint(status, ==, 503);
    g_assert_cmpuint(n_kept, >=, 8);
    g_assert_cmpuint(n_kept, <=, 17);
    g_assert_cmpuint(deliver(rig, "/cafe", "fits"), ==, 200);
    g_autoptr(Batch) all = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    g_assert_cmpuint(all->entries->len, ==, n_kept);
}

/* ---- the configuration ---- */

#define HEAD "[relay]\nlisten=127.0.0.1:8480\ndatabase=/nowhere/relay.db\n"

static const struct {
    const char *text;
    const char *says[3];
} broken[] = {
    { "", { "[relay] lacks listen=" } },
    { "[relay]\nlisten=127.0.0.1:8480\n", { "lacks database=" } },
    { HEAD, { "no [tenant NAME]" } },
    { "listen=127.0.0.1:8480\n", { "line 1:", "before any heading" } },
    { HEAD "lisen=1\n" RIG_BAKERY, { "line 4:", "knows no “lisen”", "keep-days" } },
    { HEAD "nonsense\n" RIG_BAKERY, { "line 4:", "neither key=value" } },
    { HEAD "[tenant\n", { "line 4:", "ends with ]" } },
    { HEAD "[people]\n", { "line 4:", "no heading [people]" } },
    { HEAD "keep-days=0\n" RIG_BAKERY, { "line 4:", "keep-days takes a whole number" } },
    { HEAD "disk-limit-mb=lots\n" RIG_BAKERY, { "line 4:", "disk-limit-mb takes" } },
    { HEAD "listen=127.0.0.1:8481\n" RIG_BAKERY, { "line 4:", "there twice" } },
    { "[relay]\nlisten=0.0.0.0:8480\n" RIG_BAKERY, { "line 2:", "others can reach", "127.0.0.1" } },
    { "[relay]\nlisten=[2001:db8::1]:443\n", { "line 2:", "others can reach", "certificate=" } },
    { "[relay]\nlisten=[::]:443\ncertificate=/a/cert.pem\n", { "lacks key=" } },
    { "[relay]\nlisten=[::]:443\nkey=/a/key.pem\n", { "lacks certificate=" } },
    { "[relay]\ncertificate=cert.pem\n", { "line 2:", "begins with /" } },
    { "[relay]\nlisten=8480\n", { "line 2:", "IP address and a port" } },
    { "[relay]\nmetrics=0.0.0.0:9480\n", { "line 2:", "only this computer reaches" } },
    { "[relay]\nmetrics=9480\n", { "line 2:", "only this computer reaches" } },
    { "[relay]\ndatabase=relay.db\n", { "line 2:", "begins with /" } },
    { HEAD "[tenant a]\npath=/a\nnumber=+493023125017\n",
      { "line 4:", "[tenant a] lacks desk-key=", "openssl rand" } },
    { HEAD "[tenant a]\nnumber=+493023125017\n", { "line 4:", "lacks path=" } },
    { HEAD "[tenant a]\npath=/a\n", { "line 4:", "lacks number=" } },
    { HEAD "[tenant a]\npath=a\n", { "line 5:", "begins with /" } },
    { HEAD "[tenant a]\npath=/a/deliveries\n", { "line 5:", "is a desk's" } },
    { HEAD "[tenant a]\nnumber=twelve\n", { "line 5:", "number:" } },
    { HEAD "[tenant a]\nprovider=else\n", { "line 5:", "meta or 360dialog" } },
    { HEAD "[tenant a]\ndesk-key=short\n", { "line 5:", "at least 16" } },
    { HEAD "[tenant a]\ndesk-key=\n", { "line 5:", "has no value" } },
    { HEAD "[tenant a]\nwebhook-header=word\n", { "line 5:", "a name and a value" } },
    { HEAD RIG_BAKERY "[tenant bakery]\n", { "line 10:", "is there already" } },
    { HEAD RIG_BAKERY "[tenant b]\npath=/bakery\n",
      { "line 11:", "that of [tenant bakery]", "from line 4" } },
    { HEAD "[tenant a]\npath=/a\nnumber=+493023125017\nprovider=360dialog\n"
           "desk-key=0123456789abcdef\n",
      { "line 4:", "lacks webhook-header=" } },
    { HEAD RIG_BAKERY "webhook-header=A: b\n", { "line 4:", "is for 360dialog" } },
};

static void
test_config(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *said = NULL;

        g_test_message("%s", broken[i].text);
        g_assert_cmpint(rig_try(broken[i].text, &said), ==, 2);
        for (guint k = 0; k < G_N_ELEMENTS(broken[i].says) && broken[i].says[k] != NULL; k++) {
            if (strstr(said, broken[i].says[k]) == NULL)
                g_error("“%s” is missing in: %s", broken[i].says[k], said);
        }
        g_assert_null(strstr(said, RIG_SECRET));
        g_assert_null(strstr(said, "0123456789abcdef"));
    }
}

/* Two relays do not share a database. */
static void
test_locked(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autofree char *text = g_strdup_printf(
        "[relay]\nlisten=127.0.0.1:8480\ndatabase=%s/db/relay.db\n" RIG_BAKERY, rig->folder);
    g_autofree char *said = NULL;

    g_assert_cmpint(rig_try(text, &said), ==, 1);
    g_assert_nonnull(strstr(said, "coex-relay"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/receives", test_receives);
    g_test_add_func("/relay/again", test_again);
    g_test_add_func("/relay/waits", test_waits);
    g_test_add_func("/relay/keys", test_keys);
    g_test_add_func("/relay/sends", test_sends);
    g_test_add_func("/relay/joined", test_joined);
    g_test_add_func("/relay/proven-elsewhere", test_proven_elsewhere);
    g_test_add_func("/relay/batches", test_batches);
    g_test_add_func("/relay/ends", test_ends);
    g_test_add_func("/relay/full", test_full);
    g_test_add_func("/relay/config", test_config);
    g_test_add_func("/relay/locked", test_locked);
    return g_test_run();
}
