// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"
#include "core/error.h"
#include "core/inbox.h"

#include <string.h>

static const CoexInboxOwner owner = { "447700900100", "318800000000042" };

static CoexResponse *
respond(const char *text)
{
    CoexResponse *response = g_new0(CoexResponse, 1);

    response->status = 200;
    response->body = g_bytes_new(text, strlen(text));
    return response;
}

/* ---- addresses ---- */

static void
test_url(void)
{
    static const struct {
        const char *typed;
        const char *url;
        const char *bell;
    } cases[] = {
        { "https://acme1.inbox.getchat.360dialog.io", "https://acme1.inbox.getchat.360dialog.io",
          "wss://websockets-acme1.inbox.getchat.360dialog.io/" },
        { "https://acme1.inbox.getchat.360dialog.io/main/chat/4915223456789",
          "https://acme1.inbox.getchat.360dialog.io",
          "wss://websockets-acme1.inbox.getchat.360dialog.io/" },
        { " https://acme1.example.org:8443/api/v1/ ", "https://acme1.example.org:8443",
          "wss://websockets-acme1.example.org:8443/" },
        { "http://127.0.0.1:4000", "http://127.0.0.1:4000", "ws://127.0.0.1:4000/" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *url = coex_inbox_check_url(cases[i].typed, &error);
        g_autofree char *bell = NULL;

        g_assert_no_error(error);
        g_assert_cmpstr(url, ==, cases[i].url);
        bell = coex_inbox_dup_bell(url);
        g_assert_cmpstr(bell, ==, cases[i].bell);
    }
}

static void
test_no_url(void)
{
    static const char *const typed[] = { "acme1", "http://acme1.example.org", "ftp://127.0.0.1",
                                         "https://user@acme1.example.org" };

    for (guint i = 0; i < G_N_ELEMENTS(typed); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(coex_inbox_check_url(typed[i], &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_nonnull(strstr(error->message, "inbox-url"));
    }
}

/* ---- rows as webhooks ---- */

/* Both bodies of a page, the older row first. */
static void
test_rows(void)
{
    static const char answer[] =
        "{\"count\":9,\"results\":["
        "{\"id\":\"b\",\"from_us\":true,\"customer_wa_id\":\"US.70\",\"waba_payload\":{\"id\":"
        "\"wamid.2\",\"from\":\"447700900100\",\"timestamp\":\"20\",\"type\":\"text\",\"is_echo\":"
        "true},\"waba_statuses\":{\"sent\":21,\"delivered\":null}},"
        "{\"id\":\"a\",\"from_us\":false,\"contact\":{\"wa_id\":\"12025550101\",\"bsuid\":\"US.1\","
        "\"waba_payload\":{\"profile\":{\"name\":\"Ada\"}}},\"waba_payload\":{\"id\":\"wamid.1\","
        "\"from\":\"12025550101\",\"timestamp\":\"10\",\"type\":\"text\",\"text\":{\"body\":\"Hi\"}"
        "}"
        "},"
        "{\"from_us\":true,\"waba_payload\":{\"type\":\"text\"}},"
        "{\"from_us\":false,\"waba_payload\":{\"type\":\"text\"}},"
        "{\"from_us\":false,\"waba_payload\":{\"id\":\"wamid.3\",\"to\":\"4915550001111\"}}]}";
#define VALUE(field)                                                                               \
    "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"" field       \
    "\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":"     \
    "\"447700900100\",\"phone_number_id\":\"318800000000042\"},"
#define END "]}}]}]}"
    static const char *const bodies[] = {
        VALUE("messages") "\"contacts\":[{\"wa_id\":\"12025550101\",\"user_id\":\"US.1\","
                          "\"profile\":{\"name\":\"Ada\"}}],\"messages\":[{\"id\":\"wamid.1\","
                          "\"from\":\"12025550101\",\"timestamp\":\"10\",\"type\":\"text\","
                          "\"text\":{\"body\":\"Hi\"}}" END,
        VALUE("smb_message_echoes") "\"message_echoes\":[{\"id\":\"wamid.2\",\"timestamp\":\"20\","
                                    "\"type\":\"text\",\"from\":\"447700900100\",\"to_user_id\":"
                                    "\"US.70\"}" END,
        VALUE("messages") "\"statuses\":[{\"id\":\"wamid.2\",\"status\":\"sent\",\"timestamp\":"
                          "\"21\",\"recipient_user_id\":\"US.70\"}" END,
    };
    g_autoptr(CoexResponse) response = respond(answer);
    g_auto(CoexInboxPage) page = { 0 };
    g_autoptr(GError) error = NULL;

    g_assert_true(coex_inbox_read_page(response, &owner, &page, &error));
    g_assert_cmpint(page.count, ==, 9);
    g_assert_cmpuint(page.n_rows, ==, 5);
    g_assert_cmpuint(page.n_unreadable, ==, 1);
    g_assert_cmpuint(page.n_foreign, ==, 1);
    g_assert_cmpint(page.newest, ==, 20);
    g_assert_cmpuint(page.bodies->len, ==, G_N_ELEMENTS(bodies));
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
        GBytes *body = g_ptr_array_index(page.bodies, i);

        g_assert_cmpmem(g_bytes_get_data(body, NULL), g_bytes_get_size(body), bodies[i],
                        strlen(bodies[i]));
    }
}

static void
test_no_page(void)
{
    static const char *const answers[] = {
        "", "[]", "{}", "{\"results\":{}}", "{\"results\":[", "<html>"
    };

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(CoexResponse) response = respond(answers[i]);
        g_auto(CoexInboxPage) page = { 0 };
        g_autoptr(GError) error = NULL;

        g_assert_false(coex_inbox_read_page(response, &owner, &page, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    }
}

/* ---- frames ---- */

#define STATUSES "\"statuses\":[{\"id\":\"wamid.2\",\"status\":\"read\"}]"

static void
test_frames(void)
{
    static const struct {
        const char *frame;
        gboolean has_statuses;
    } cases[] = {
        { "{\"waba_payload\":{\"entry\":[{\"changes\":[{\"value\":{" STATUSES "}}]}]}}", TRUE },
        { "{\"waba_payload\":{" STATUSES "}}", TRUE },
        { "{\"waba_payload\":{\"entry\":[{\"changes\":[{\"value\":{\"metadata\":{\"display_phone_"
          "number\":\"+44 7700 900100\"}," STATUSES "}}]}]}}",
          TRUE },
        { "{\"waba_payload\":{\"entry\":[{\"changes\":[{\"value\":{\"metadata\":{\"display_phone_"
          "number\":\"4915550001111\"}," STATUSES "}}]}]}}",
          FALSE },
        { "{\"type\":\"getchat_webhook\",\"waba_payload\":{\"outgoing_messages\":[{}]}}", FALSE },
        { "[[[", FALSE },
        { "", FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) body =
            coex_inbox_read_frame(cases[i].frame, strlen(cases[i].frame), &owner);

        g_assert_cmpint(body != NULL, ==, cases[i].has_statuses);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inbox/url", test_url);
    g_test_add_func("/inbox/no-url", test_no_url);
    g_test_add_func("/inbox/rows", test_rows);
    g_test_add_func("/inbox/no-page", test_no_page);
    g_test_add_func("/inbox/frames", test_frames);
    return g_test_run();
}
