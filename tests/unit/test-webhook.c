// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/message.h"
#include "core/webhook.h"
#include "dump.h"

#include <pthread.h>
#include <string.h>

/* Every payload of tests/data/webhook gives the events beside it. A new message type is a payload
 * and its .events; COEX_WRITE_GOLDEN=1 writes the latter anew, to be read before it is kept. */

#define N_PAYLOADS 101
#define N_FLIPS 40 /* for each payload */
#define SMALL_STACK (256 * 1024)

static char *
data_path(const char *name)
{
    const char *root = g_getenv("COEX_TEST_DATA");

    g_assert_nonnull(root);
    return g_build_filename(root, "webhook", name, NULL);
}

static char *
load(const char *name, gsize *ret_length)
{
    g_autofree char *path = data_path(name);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, ret_length, &error);
    g_assert_no_error(error);
    return text;
}

static GPtrArray *
payload_names(void)
{
    g_autofree char *path = data_path("");
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".json"))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, (GCompareFunc)(void (*)(void))g_strcmp0);
    return names;
}

static GPtrArray *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *events = coex_webhook_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    g_assert_nonnull(events);
    return events;
}

/* The dump of one value of field `messages`, to look for phrases in. */
static char *
dump_value(const char *value)
{
    g_autofree char *text =
        g_strdup_printf("{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\","
                        "\"value\":%s}]}]}",
                        value);
    g_autoptr(GPtrArray) events = parse(text);

    return dump_events(events);
}

static void
assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("<%s> is not in <%s>", part, text);
}

/* ---- golden ---------------------------------------------------------------------------------- */

static void
check_strings(const CoexEvent *event)
{
    const CoexMessage *message = event->message;

    g_assert_true(event->line == NULL || g_utf8_validate(event->line, -1, NULL));
    g_assert_true(event->line == NULL || strchr(event->line, '\n') == NULL);
    g_assert_nonnull(event->field);
    g_assert_true((event->kind == COEX_EVENT_MESSAGE || event->kind == COEX_EVENT_PAST) ==
                  (message != NULL));
    g_assert_true((event->kind == COEX_EVENT_STATUS) == (event->status != NULL));
    if (message != NULL) {
        g_assert_nonnull(message->wamid);
        g_assert_nonnull(message->token);
        g_assert_nonnull(message->content.type);
        g_assert_nonnull(message->content.text);
        g_assert_true(g_utf8_validate(message->content.text, -1, NULL));
    }
}

static void
test_golden(gconstpointer data)
{
    g_autofree char *golden_name =
        g_strdup_printf("%.*s.events", (int)(strlen(data) - strlen(".json")), (const char *)data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) events = NULL;
    g_autofree char *text = NULL;
    g_autofree char *dump = NULL;
    g_autofree char *golden = NULL;
    gsize length;

    text = load(data, &length);
    events = coex_webhook_parse(text, length, &error);
    g_assert_no_error(error);
    g_assert_nonnull(events);
    for (guint i = 0; i < events->len; i++)
        check_strings(events->pdata[i]);
    dump = dump_events(events);
    if (g_getenv("COEX_WRITE_GOLDEN") != NULL) {
        g_autofree char *path = data_path(golden_name);

        g_assert_true(g_file_set_contents(path, dump, -1, NULL));
    }
    golden = load(golden_name, &length);
    g_assert_cmpstr(dump, ==, golden);
}

/* ---- envelopes ------------------------------------------------------------------------------- */

static void
test_envelopes(void)
{
    /* Each is the same echo, wrapped otherwise. */
    static const char *const wrappings[] = {
        "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"smb_message_echoes\",\"value\":%s}]}]"
        "}",
        "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"value\":%s,\"field\":\"smb_message_echoes\"}]}],"
        "\"object\":\"whatsapp_business_account\"}",
        "{\"entry\":{\"id\":\"1\",\"changes\":{\"field\":\"smb_message_echoes\",\"value\":%s}}}",
        "{\"entry\":[{\"id\":\"1\",\"field\":\"smb_message_echoes\",\"changes\":[{\"value\":%s}]}]"
        "}",
        "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"value\":%s}]}],\"field\":\"smb_message_"
        "echoes\"}",
        "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"value\":%s}]}]}",
        "{\"entry\":[{\"id\":\"1\",\"changes\":[%s]}]}",
        "{\"entry\":[{\"id\":\"1\",\"field\":\"smb_message_echoes\",\"value\":%s}]}",
        "{\"field\":\"smb_message_echoes\",\"value\":%s}",
        "{\"id\":\"x\",\"event\":\"smb_message_echoes\",\"data\":%s}",
        "%s",
    };
    const char *value = "{\"message_echoes\":[{\"from\":\"447700900100\",\"to\":\"12025550147\","
                        "\"id\":\"wamid.x\",\"timestamp\":1795339200,\"type\":\"text\","
                        "\"text\":{\"body\":\"hi\"}}]}";

    for (gsize i = 0; i < G_N_ELEMENTS(wrappings); i++) {
        g_auto(GStrv) halves = g_strsplit(wrappings[i], "%s", 2);
        g_autofree char *text = g_strconcat(halves[0], value, halves[1], NULL);
        g_autoptr(GPtrArray) events = parse(text);
        const CoexEvent *event = events->pdata[0];

        g_assert_cmpuint(events->len, ==, 1);
        g_assert_cmpint(event->kind, ==, COEX_EVENT_MESSAGE);
        g_assert_cmpstr(event->field, ==, "smb_message_echoes");
        g_assert_cmpint(event->message->direction, ==, COEX_ECHO);
        g_assert_cmpstr(event->message->peer.wa_id, ==, "12025550147");
        g_assert_cmpint(event->message->time, ==, 1795339200);
        g_assert_false(event->keep_raw);
    }
}

static void
test_no_value(void)
{
    static const char *const texts[] = {
        "",
        "   ",
        "[]",
        "{}",
        "{\"entry\":[]}",
        "{\"a\":1}",
        "[{\"entry\":[]}]",
        "\"x\"",
        "null",
        "{\"entry\":null}",
        "not JSON at all",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(coex_webhook_parse(texts[i], strlen(texts[i]), &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    }
}

/* Nothing is lost for being of a wrong type: it is UNKNOWN, and kept. */
static void
test_wrong_types(void)
{
    static const char *const values[] = {
        "null",
        "1",
        "\"x\"",
        "[]",
        "{}",
        "{\"messages\":\"x\"}",
        "{\"messages\":[1]}",
        "{\"messages\":[null]}",
        "{\"messages\":{\"id\":\"x\"}}",
        "{\"messages\":[[]]}",
        "{\"statuses\":[{}]}",
        "{\"statuses\":[{\"id\":{}}]}",
        "{\"statuses\":[{\"id\":\"\"}]}",
        "{\"statuses\":[{\"id\":\"x\",\"status\":\"sent\",\"type\":\"call\"}]}",
        "{\"messages\":[{\"type\":\"text\",\"text\":{\"body\":\"no id\"}}]}",
        "{\"future\":[1]}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *dump = dump_value(values[i]);

        g_assert_true(g_str_has_prefix(dump, "unknown "));
        assert_contains(dump, "keep-raw");
        g_assert_cmpuint(strcspn(dump, "\n"), ==, strlen(dump) - 1);
    }
}

static void
test_one_bad_of_three(void)
{
    g_autofree char *dump = dump_value(
        "{\"messages\":[{\"from\":\"12025550147\",\"id\":\"a\",\"type\":\"text\",\"text\":{"
        "\"body\":"
        "\"one\"}},7,{\"from\":\"12025550147\",\"id\":\"c\",\"timestamp\":[],\"type\":\"text\","
        "\"text\":{\"body\":\"three\"}}]}");

    assert_contains(dump, "text=\"one\"");
    assert_contains(dump, "\nunknown ");
    assert_contains(dump, "text=\"three\"");
    g_assert_null(strstr(dump, "time="));
}

/* ---- details of values ----------------------------------------------------------------------- */

#define TEXT "\"type\":\"text\",\"text\":{\"body\":\"hi\"}"

static void
test_contacts(void)
{
    /* A lone contact with another form of the number belongs to the lone sender. */
    g_autofree char *lone = dump_value(
        "{\"contacts\":[{\"profile\":{\"name\":\"Bia\\nX\",\"username\":\"@bia\"},\"wa_id\":"
        "\"5511912345678\",\"user_id\":\"BR.1\"}],"
        "\"messages\":[{\"from\":\"551112345678\",\"id\":\"a\"," TEXT "}]}");
    /* One of two senders is not in the list: no name by guess. */
    g_autofree char *two =
        dump_value("{\"contacts\":[{\"profile\":{\"name\":\"Bia\"},\"wa_id\":\"5511912345678\"}],"
                   "\"messages\":[{\"from\":\"551112345678\",\"id\":\"a\"," TEXT "},"
                   "{\"from\":\"12025550147\",\"id\":\"b\"," TEXT "}]}");
    /* A lone contact with another BSUID is somebody else. */
    g_autofree char *other =
        dump_value("{\"contacts\":[{\"profile\":{\"name\":\"Bia\"},\"user_id\":\"BR.1\"}],"
                   "\"messages\":[{\"from_user_id\":\"BR.2\",\"id\":\"a\"," TEXT "}]}");
    g_autofree char *matched = dump_value(
        "{\"contacts\":[{\"profile\":{\"name\":\"Ann\"},\"wa_id\":\"12025550147\"},"
        "{\"profile\":{\"name\":\"Ben\"},\"user_id\":\"US.2\",\"parent_user_id\":\"US.ENT.2\"}],"
        "\"messages\":[{\"from_user_id\":\"US.2\",\"id\":\"a\"," TEXT "},"
        "{\"from\":\"+1 202 555 0147\",\"id\":\"b\"," TEXT "}]}");

    assert_contains(lone, "wa_id=\"551112345678\" user_id=\"BR.1\" username=\"bia\" "
                          "name=\"Bia X\"");
    g_assert_null(strstr(two, "Bia"));
    g_assert_null(strstr(other, "Bia"));
    assert_contains(other, "user_id=\"BR.2\"");
    assert_contains(matched, "user_id=\"US.2\" parent_user_id=\"US.ENT.2\" name=\"Ben\"");
    assert_contains(matched, "wa_id=\"12025550147\" name=\"Ann\"");
}

/* A name of which nothing can be seen is none: the person would have no name in a list. */
static void
test_blank_names(void)
{
    static const char *const names[] = { "", "  ", "\\n", "\\u3164", "\\u200e\\u202e" };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *value = g_strdup_printf(
            "{\"contacts\":[{\"profile\":{\"name\":\"%s\"},\"wa_id\":\"12025550147\"}],"
            "\"messages\":[{\"from\":\"12025550147\",\"id\":\"a\"," TEXT "}]}",
            names[i]);
        g_autofree char *dump = dump_value(value);

        g_assert_null(strstr(dump, " name="));
    }
}

static void
test_nobody(void)
{
    g_autofree char *dump =
        dump_value("{\"messages\":[{\"from\":\"../etc\",\"id\":\"a\"," TEXT "}]}");

    g_assert_null(strstr(dump, "etc"));
    assert_contains(dump, "keep-raw");
}

/* Meta's agent's echoes have the shape of what was sent. */
static void
test_standby_addressee(void)
{
    static const struct {
        const char *to;
        const char *peer;
    } cases[] = {
        { "\"to\":\"+12025550147\",\"recipient\":\"US.7\"",
          "wa_id=\"12025550147\" user_id=\"US.7\"" },
        { "\"recipient\":\"US.7\"", "user_id=\"US.7\"" },
        { "\"recipient\":\"12025550147\"", "wa_id=\"12025550147\"" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = g_strdup_printf(
            "{\"standby\":{\"message_echoes\":[{\"id\":\"a\",\"message\":{%s," TEXT "}}]}}",
            cases[i].to);
        g_autofree char *dump = dump_value(value);
        g_autofree char *head =
            g_strdup_printf("message echo text type=\"text\" %s wamid=", cases[i].peer);

        assert_contains(dump, head);
        assert_contains(dump, "text=\"[by the Business Agent] hi\"");
    }
}

/* What an agent of Meta sends while it holds the chat comes among the customer's messages. */
static void
test_standby(void)
{
    g_autoptr(GPtrArray) events = parse(
        "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"standby\",\"value\":{"
        "\"metadata\":{\"display_phone_number\":\"447700900100\",\"phone_number_id\":\"3\"},"
        "\"messages\":[{\"from\":\"447700900100\",\"to\":\"12025550147\",\"id\":\"a\"," TEXT "},"
        "{\"from\":\"12025550147\",\"id\":\"b\"," TEXT "}],"
        "\"statuses\":[{\"id\":\"a\",\"status\":\"sent\"}]}}]}]}");
    const CoexEvent *agent = events->pdata[0], *customer = events->pdata[1];

    g_assert_cmpuint(events->len, ==, 3);
    g_assert_cmpint(agent->message->direction, ==, COEX_ECHO);
    g_assert_cmpstr(agent->message->peer.wa_id, ==, "12025550147");
    g_assert_cmpint(customer->message->direction, ==, COEX_INBOUND);
}

static void
test_lines(void)
{
    static const char *const rows[][2] = {
        { "\"type\":\"text\",\"text\":{}", "unsupported type=\"text\"" },
        { "\"type\":\"text\"", "[message: look at it on the phone]" },
        { "\"type\":\"image\"", "[image: look at it on the phone]" },
        { "\"type\":\"interactive\"", "[answer: look at it on the phone]" },
        { "\"type\":\"interactive\",\"interactive\":{\"nfm_reply\":{\"body\":\"Sent\","
          "\"response_json\":\"{\\\"flow_token\\\":\\\"t\\\",\\\"seats\\\":4}\"}}",
          "[form] Sent\\nseats: 4\"" },
        { "\"type\":\"interactive\",\"interactive\":{\"nfm_reply\":{\"response_json\":"
          "\"[4,5]\"}}",
          "[form] [4,5]" },
        { "\"type\":\"interactive\",\"interactive\":{\"type\":\"product\",\"product\":{\"title\":"
          "\"Lamp\"}}",
          "[unknown answer `product`: look at it on the phone] Lamp" },
        { "\"interactive\":{\"type\":\"call_permission_reply\",\"call_permission_reply\":{"
          "\"response\":\"reject\"}}",
          "interactive type=\"interactive\"" },
        { "\"type\":\"poll\\n`x`\",\"poll\\n`x`\":{\"name\":\"Lunch?\",\"options\":[{\"title\":"
          "\"Soup\"},{\"title\":\"Pie\"}]}",
          "[unknown type `poll__x_`: look at it on the phone] Lunch?, Soup, Pie" },
        { "\"hologram\":{}", "unknown type=\"none\"" },
        { "\"type\":\"document\",\"document\":{\"filename\":\"../../a\\\\b/c.pdf\"}",
          "text=\"[document] c.pdf\"" },
        { "\"type\":\"document\",\"document\":{\"mime_type\":\"application/pdf; x=1\"}",
          "text=\"[document]\"" },
        { "\"type\":\"location\",\"location\":{\"latitude\":\"-33.5\",\"longitude\":151.25}",
          "text=\"[location] (-33.5, 151.25)\"" },
        { "\"type\":\"location\",\"location\":{\"name\":\"Pier 3\"}",
          "text=\"[location] Pier 3\"" },
        { "\"type\":\"contacts\",\"contacts\":[{\"name\":{\"first_name\":\"Ana\",\"last_name\":"
          "\"K\"}},{\"phones\":[{\"phone\":\"1\"},{\"phone\":\"2\"}]}]",
          "text=\"[contact] Ana K; 1, 2\"" },
        { "\"type\":\"edit\",\"edit\":{\"original_message_id\":\"x\"}",
          "[edited a message: look at it on the phone]" },
        { "\"type\":\"edit\",\"edit\":{\"message\":{\"type\":\"text\",\"text\":{\"body\":\"b\"}}}",
          "text=\"[edited] b\"" },
        { "\"type\":\"unsupported\",\"errors\":[{\"code\":131052,\"title\":\"Too big\"}]",
          "[unsupported message: Too big (code 131052): look at it on the phone]" },
        { "\"type\":\"media_placeholder\"", "placeholder type=\"media_placeholder\"" },
        { "\"type\":\"system\",\"system\":{\"type\":\"user_identity_changed\"}",
          "text=\"[system message `user_identity_changed`]\"" },
        { "\"type\":\"text\",\"text\":{\"body\":\"hi\"},\"group_id\":\"g\"",
          "text=\"[in the group g, from +12025550147] hi\"" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *value = g_strdup_printf(
            "{\"messages\":[{\"from\":\"12025550147\",\"id\":\"a\",%s}]}", rows[i][0]);
        g_autofree char *dump = dump_value(value);

        assert_contains(dump, rows[i][1]);
    }
}

static void
test_statuses(void)
{
    g_autofree char *unknown = dump_value(
        "{\"statuses\":[{\"id\":\"a\",\"status\":\"warped\",\"recipient_id\":\"12025550147\"}]}");
    g_autofree char *older = dump_value("{\"statuses\":[{\"id\":\"a\",\"status\":\"READ\",\"parent_"
                                        "recipient_user_id\":\"US.ENT.1\"}"
                                        "]}");
    g_autofree char *failed = dump_value(
        "{\"statuses\":[{\"id\":\"a\",\"status\":\"failed\",\"errors\":[{\"code\":\"131026\","
        "\"message\":\"Message\\nundeliverable\"}]}]}");
    g_autofree char *paid =
        dump_value("{\"statuses\":[{\"id\":\"a\",\"status\":\"sent\",\"conversation\":{"
                   "\"expiration_timestamp\":\"1795425600\",\"origin\":{\"type\":\"service\"}}}]}");

    assert_contains(unknown, "status unknown state=\"warped\"");
    assert_contains(unknown, "keep-raw");
    assert_contains(older, "status read state=\"READ\" parent_user_id=\"US.ENT.1\"");
    g_assert_null(strstr(older, "keep-raw"));
    assert_contains(failed, "error=131026 title=\"Message undeliverable\"");
    g_assert_null(strstr(paid, "free-until"));
}

/* ---- hostile --------------------------------------------------------------------------------- */

static void
parse_any(const char *bytes, gsize length)
{
    /* In a block of exactly this length, so that a sanitizer sees a byte read too far. */
    g_autofree char *exact = g_memdup2(bytes, length);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) events = coex_webhook_parse(exact, length, &error);
    g_autofree char *dump = NULL;

    g_assert_true((events == NULL) == (error != NULL));
    if (events == NULL)
        return;
    for (guint i = 0; i < events->len; i++)
        check_strings(events->pdata[i]);
    dump = dump_events(events);
    g_assert_true(g_utf8_validate(dump, -1, NULL));
}

static void
test_prefixes(void)
{
    g_autoptr(GPtrArray) names = payload_names();

    for (guint i = 0; i < names->len; i++) {
        gsize length;
        g_autofree char *text = load(names->pdata[i], &length);

        for (gsize n = 0; n <= length; n++)
            parse_any(text, n);
    }
}

static void
test_flips(void)
{
    g_autoptr(GPtrArray) names = payload_names();
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);

    for (guint i = 0; i < names->len; i++) {
        gsize length;
        g_autofree char *text = load(names->pdata[i], &length);

        for (guint n = 0; n < N_FLIPS; n++) {
            g_autofree char *flipped = g_memdup2(text, length);
            gint32 n_flips = g_rand_int_range(rand, 1, 6);

            while (n_flips-- > 0)
                flipped[g_rand_int_range(rand, 0, (gint32)length)] =
                    (char)g_rand_int_range(rand, 0, 256);
            parse_any(flipped, length);
        }
    }
}

/* Swaps whole values, which flipped bytes hardly ever do: each JSON value in turn becomes another.
 */
static void
test_other_values(void)
{
    static const char *const others[] = { "null", "[]", "{}", "7", "\"x\"", "[{}]", "true" };
    g_autoptr(GPtrArray) names = payload_names();

    for (guint i = 0; i < names->len; i++) {
        gsize length;
        g_autofree char *text = load(names->pdata[i], &length);

        for (char *colon = strchr(text, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
            gsize plain = strcspn(colon, ",}]\n");

            for (gsize o = 0; o < G_N_ELEMENTS(others); o++) {
                g_autofree char *swapped = g_strdup_printf("%.*s:%s%s", (int)(colon - text), text,
                                                           others[o], colon + plain);

                parse_any(swapped, strlen(swapped));
            }
        }
    }
}

static void *
deep_thread(void *data)
{
    static const char *const opens[] = {
        "[",
        "{\"entry\":",
        "{\"a\":[",
        "{\"edit\":{\"message\":{\"type\":\"edit\",\"edit\":",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(opens); i++) {
        for (guint n = 1; n <= 100000; n *= 10) {
            g_autoptr(GString) text = g_string_new(NULL);

            for (guint k = 0; k < n; k++)
                g_string_append(text, opens[i]);
            parse_any(text->str, text->len);
        }
    }
    return NULL;
}

/* As deep as the limit lets through: edits of edits, and an unknown type full of lists. */
static void *
deepest_thread(void *data)
{
    const char *head = "{\"messages\":[{\"id\":\"a\",\"from\":\"12025550147\",";
    g_autoptr(GString) edit = g_string_new(head);
    g_autoptr(GString) list = g_string_new(head);
    g_autoptr(GPtrArray) edits = NULL;
    g_autoptr(GPtrArray) lists = NULL;

    for (guint i = 0; i < 30; i++)
        g_string_append(edit, "\"type\":\"edit\",\"edit\":{\"message\":{");
    g_string_append(edit, TEXT);
    for (guint i = 0; i < 30; i++)
        g_string_append(edit, "}}");
    g_string_append(edit, "}]}");
    g_string_append(list, "\"type\":\"x\",\"x\":");
    for (guint i = 0; i < 61; i++)
        g_string_append_c(list, '[');
    for (guint i = 0; i < 61; i++)
        g_string_append_c(list, ']');
    g_string_append(list, "}]}");
    edits = parse(edit->str);
    lists = parse(list->str);
    g_assert_cmpuint(edits->len + lists->len, ==, 2);
    return NULL;
}

static void
run_on_small_stack(void *(*function)(void *data))
{
    pthread_attr_t attributes;
    pthread_t thread;

    g_assert_cmpint(pthread_attr_init(&attributes), ==, 0);
    g_assert_cmpint(pthread_attr_setstacksize(&attributes, SMALL_STACK), ==, 0);
    g_assert_cmpint(pthread_create(&thread, &attributes, function, NULL), ==, 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, NULL);
}

static void
test_deep(void)
{
    run_on_small_stack(deep_thread);
    run_on_small_stack(deepest_thread);
}

/* Ten thousand senders and as many contacts: looked up, not searched. */
static void
test_many_contacts(void)
{
    g_autoptr(GString) contacts = g_string_new(NULL);
    g_autoptr(GString) messages = g_string_new(NULL);
    g_autofree char *text = NULL;
    g_autoptr(GPtrArray) events = NULL;
    const CoexEvent *last;
    const guint n = 10000;

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(contacts,
                               "%s{\"profile\":{\"name\":\"N%u\"},\"wa_id\":\"1202%07u\"}",
                               i > 0 ? "," : "", i, n - i);
        g_string_append_printf(messages, "%s{\"from\":\"1202%07u\",\"id\":\"m%u\"," TEXT "}",
                               i > 0 ? "," : "", i + 1, i);
    }
    text = g_strdup_printf("{\"contacts\":[%s],\"messages\":[%s]}", contacts->str, messages->str);
    events = parse(text);
    g_assert_cmpuint(events->len, ==, n);
    last = events->pdata[n - 1];
    g_assert_cmpstr(last->message->profile_name, ==, "N0");
}

int
main(int argc, char **argv)
{
    g_autoptr(GPtrArray) names = NULL;

    g_test_init(&argc, &argv, NULL);
    names = payload_names();
    g_assert_cmpuint(names->len, >=, N_PAYLOADS);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_strdup_printf("/webhook/golden/%s", (char *)names->pdata[i]);

        g_test_add_data_func(path, names->pdata[i], test_golden);
    }
    g_test_add_func("/webhook/envelopes", test_envelopes);
    g_test_add_func("/webhook/no-value", test_no_value);
    g_test_add_func("/webhook/wrong-types", test_wrong_types);
    g_test_add_func("/webhook/one-bad-of-three", test_one_bad_of_three);
    g_test_add_func("/webhook/contacts", test_contacts);
    g_test_add_func("/webhook/blank-names", test_blank_names);
    g_test_add_func("/webhook/nobody", test_nobody);
    g_test_add_func("/webhook/standby", test_standby);
    g_test_add_func("/webhook/standby-addressee", test_standby_addressee);
    g_test_add_func("/webhook/lines", test_lines);
    g_test_add_func("/webhook/statuses", test_statuses);
    g_test_add_func("/webhook/hostile/prefixes", test_prefixes);
    g_test_add_func("/webhook/hostile/flips", test_flips);
    g_test_add_func("/webhook/hostile/other-values", test_other_values);
    g_test_add_func("/webhook/hostile/deep", test_deep);
    g_test_add_func("/webhook/hostile/many-contacts", test_many_contacts);
    return g_test_run();
}
