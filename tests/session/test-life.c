// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "flood.h"

#include "core/proxy.h"

#include <string.h>

static gboolean
has_ended(Desk *desk)
{
    return desk->session == NULL;
}

static gboolean
is_online_or_ended(Desk *desk)
{
    return desk->session == NULL || desk_count(desk, DESK_ONLINE, NULL, "*") > 0;
}

/* Ended from within each of the first observer calls. */
static void
test_end_in_login(Desk *desk)
{
    for (guint n = 1; n <= 5; n++) {
        desk->quit_after = n;
        desk_start(desk);
        desk_wait_until(desk, is_online_or_ended, "the login's end");
        desk_logout(desk);
    }
    desk->quit_after = 0;
    desk_login(desk);
    desk_hear(desk, "ada", "Welcome back");
}

/* Ended after so many milliseconds, whatever is under way. */
static void
test_end_soon(Desk *desk)
{
    for (guint ms = 0; ms < 24; ms++) {
        gint64 end;

        desk_start(desk);
        end = g_get_monotonic_time() + ms * 1000;
        while (g_get_monotonic_time() < end)
            if (!g_main_context_iteration(NULL, FALSE))
                g_thread_yield();
        desk_logout(desk);
    }
    desk_login(desk);
    desk_hear(desk, "ada", "Welcome back");
}

/* Ended while the API does not answer. */
static void
test_end_while_waiting(Desk *desk)
{
    coex_sim_aim(desk->sim, NULL);
    coex_sim_delay_next(desk->sim, 3000);
    desk_start(desk);
    desk_wait_requests(desk, desk_is_meta(desk) ? "number" : "health", 1);
    desk_logout(desk);
    desk_login(desk);
    desk_wait_catalogue(desk);
    coex_sim_aim(desk->sim, "templates");
    coex_sim_delay_next(desk->sim, 3000);
    coex_session_refresh_templates(desk->session);
    desk_wait_requests(desk, "templates", 2);
}

static guint
count_texts(GPtrArray *texts, const char *text)
{
    guint n = 0;

    for (guint i = 0; i < texts->len; i++)
        n += g_str_equal(g_ptr_array_index(texts, i), text);
    return n;
}

static void
keep_feed(const Desk *desk, GPtrArray *texts)
{
    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        if (event->kind == DESK_FEED)
            g_ptr_array_add(texts, g_strdup(event->text));
    }
}

/* Ended from within each call while messages arrive: every one is shown exactly once. */
static void
test_end_in_delivery(Desk *desk)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

    desk->strict = 0;
    for (guint n = 1; n <= 20; n++) {
        g_autofree char *one = g_strdup_printf("Message %u", 2 * n);
        g_autofree char *two = g_strdup_printf("Message %u", 2 * n + 1);

        desk->quit_after = n;
        desk_start(desk);
        g_free(coex_sim_customer_sends(desk->sim, "ada", one));
        g_free(coex_sim_phone_sends(desk->sim, "ada", two));
        if (n <= 8)
            desk_wait_until(desk, has_ended, "the end from within");
        else
            desk_wait_until(desk, is_online_or_ended, "the login");
        desk_logout(desk);
        keep_feed(desk, texts);
    }
    desk->quit_after = 0;
    desk_login(desk);
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Last"));
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "Last");
    keep_feed(desk, texts);
    for (guint i = 2; i < 42; i++) {
        g_autofree char *text = g_strdup_printf("Message %u", i);

        g_assert_cmpuint(count_texts(texts, text), ==, 1);
    }
}

/* Ended at any moment of a send: shown exactly once, and never sent twice. */
static void
test_end_in_send(Desk *desk)
{
    g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
    CoexSimRequest *request;

    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_hear(desk, "ben", "Hi");
    desk->strict = 0;
    for (guint i = 0; i < 16; i++) {
        g_autofree char *text = g_strdup_printf("Text %u", i);
        gint64 end = g_get_monotonic_time() + i * 500;

        desk_send(desk, i % 2 == 0 ? "ada" : "ben", text);
        while (g_get_monotonic_time() < end)
            g_main_context_iteration(NULL, FALSE);
        desk_logout(desk);
        keep_feed(desk, shown);
        desk_login(desk);
    }
    desk_fence(desk);
    desk_logout(desk);
    keep_feed(desk, shown);
    while ((request = coex_sim_next_sent(desk->sim, 0)) != NULL) {
        g_ptr_array_add(sent, g_strdup(request->text));
        coex_sim_request_free(request);
    }
    for (guint i = 0; i < 16; i++) {
        g_autofree char *text = g_strdup_printf("Text %u", i);

        g_assert_cmpuint(count_texts(shown, text), ==, 1);
        g_assert_cmpuint(count_texts(sent, text), <=, 1);
    }
}

static void
test_nothing_twice(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_send(desk, "ada", "Hello");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Hello");
    desk_wait_state(desk, "ada", "delivered*");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "By phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "By phone");
    for (guint i = 0; i < 3; i++) {
        desk_restart(desk);
        coex_sim_redeliver_last(desk->sim);
        desk_fence(desk);
        g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
        g_assert_true(desk_view(desk, "ada")->window.open);
    }
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

/* Arrived, committed, but the main loop never turned before the logout. */
static void
test_unshown_comes_later(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "One");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Two"));
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Three"));
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    desk_logout(desk);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Two");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Three");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "One"), ==, 0);
}

/* Typed, and logged out before anything else happened. */
static void
test_typed_goes_later(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    coex_sim_set_down(desk->sim, TRUE);
    desk_send(desk, "ada", "One");
    desk_send(desk, "ada", "Two");
    desk_logout(desk);
    coex_sim_set_down(desk->sim, FALSE);
    desk->strict &= ~(1u << DESK_NOTICE);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "One");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Two");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), <=, 2);
}

static const CoexSimIdentity second = {
    .number = "+447700900200",
    .phone_number_id = "318800000000200",
    .key = "made-up-other-key",
};

static void
test_two_accounts(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = second.number,
        .phone_number_id = second.phone_number_id,
        .key = second.key,
        .webhook_header = "X-Coex-Secret: made-up-second-secret-5d",
    };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);

    desk_login(desk);
    desk_login(other);
    desk_hear(desk, "ada", "To the first");
    desk_hear(other, "ada", "To the second");
    desk_send(desk, "ada", "From the first");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "From the first");
    desk_take(desk, "ada", "From the first");
    desk_wait_state(desk, "ada", "delivered*");
    desk_logout(desk);
    desk_hear(other, "ada", "Still there?");
    desk_login(desk);
    desk_hear(desk, "ada", "Back again");
    desk_logout(other);
    desk_hear(desk, "ada", "Alone");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 2);
}

/* The inside of a webhook's list of entries. */
static char *
dup_entries(GBytes *webhook)
{
    g_autofree char *text = g_strndup(g_bytes_get_data(webhook, NULL), g_bytes_get_size(webhook));
    const char *list = strstr(text, "\"entry\":[");
    const char *end = strrchr(text, ']');

    g_assert_nonnull(list);
    g_assert_nonnull(end);
    list += strlen("\"entry\":[");
    return g_strndup(list, (gsize)(end - list));
}

static char *
dup_failure(Desk *desk, const char *who, const char *wamid)
{
    return g_strdup_printf(
        "{\"id\":\"%s\",\"changes\":[{\"field\":\"messages\",\"value\":{"
        "\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"%s\","
        "\"phone_number_id\":\"%s\"},\"statuses\":[{\"id\":\"%s\",\"status\":\"failed\","
        "\"timestamp\":\"%" G_GINT64_FORMAT "\",\"recipient_id\":\"%s\",\"errors\":"
        "[{\"code\":131026,\"title\":\"Message undeliverable\"}]}]}}]}",
        coex_sim_get_waba_id(desk->sim), coex_sim_get_number(desk->sim) + 1,
        coex_sim_get_phone_number_id(desk->sim), wamid, coex_sim_now(desk->sim),
        desk_name(who) + 1);
}

/* What comes for two numbers at once stays apart, though each one's first customer has the same
 * place in its list. */
static void
test_one_delivery(Desk *desk)
{
    g_autoptr(Desk) other = desk_new_beside(desk, &second);
    g_autofree char *wamid = NULL;

    desk->config.recall = other->config.recall = 4;
    desk_login(desk);
    desk_login(other);
    desk_hear(desk, "ada", "To the first");
    desk_hear(other, "ben", "To the second");
    coex_sim_set_auto_status(other->sim, FALSE);
    desk_send(other, "ben", "For Ben alone");
    desk_wait_feed(other, COEX_FEED_TYPED, "ben", "For Ben alone");
    desk_take(other, "ben", "For Ben alone");
    wamid = coex_sim_dup_last_sent(other->sim, "ben");
    desk_wait_state(other, "ben", "accepted*");
    desk_restart(desk);
    desk_restart(other);
    coex_sim_set_auto_status(other->sim, TRUE);

    g_autoptr(GBytes) one = coex_sim_render_text(desk->sim, "ada", "Once more to the first");
    g_autoptr(GBytes) two = coex_sim_render_text(other->sim, "ben", "Once more to the second");
    g_autofree char *entries_one = dup_entries(one);
    g_autofree char *entries_two = dup_entries(two);
    g_autofree char *failure = dup_failure(other, "ben", wamid);
    g_autofree char *body =
        g_strdup_printf("{\"object\":\"whatsapp_business_account\",\"entry\":[%s,%s,%s]}",
                        entries_two, failure, entries_one);
    g_autoptr(GBytes) both = g_bytes_new(body, strlen(body));
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, both, COEX_SIM_SIGN_GOOD), ==, 200);

    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Once more to the first");
    desk_wait_feed(other, COEX_FEED_INBOUND, "ben", "Once more to the second");
    desk_wait_feed(other, COEX_FEED_FAILED, "ben", "For Ben alone");
    desk_wait_past(desk, "ada", "in: To the first");
    desk_wait_past(other, "ben", "in: To the second\nout: For Ben alone");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to send again.");
    coex_session_resend(other->session, desk_name("ben"));
    desk_wait_feed(other, COEX_FEED_SENT, "ben", "For Ben alone");
    desk_take(other, "ben", "For Ben alone");
    desk_wait_state(other, "ben", "delivered*");
    desk_logout(other);
    desk_hear(desk, "ada", "Alone"); /* the other one has ended */
}

/* Two apps, one address and path: the secret tells them apart. */
static void
test_two_secrets(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = second.number,
        .phone_number_id = second.phone_number_id,
        .key = second.key,
        .app_secret = "made-up-second-app-secret",
        .verify_token = "made-up-second-token",
        .webhook_header = "X-Other-Name: made-up-second-secret-5d",
    };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "Nobody's");

    desk_login(desk);
    desk_login(other);
    desk_hear(desk, "ada", "To the first");
    desk_hear(other, "ada", "To the second");
    desk_fence(desk);
    desk_fence(other);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*refused*"), ==, 0);
    g_assert_cmpuint(desk_count(other, DESK_NOTICE, NULL, "*refused*"), ==, 0);
    desk_ignore(desk, "A webhook was refused*");
    desk_ignore(other, "A webhook was refused*");
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_WRONG), ==, 401);
}

/* Another's secret proves nothing about our number. */
static void
test_foreign_secret(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = second.number,
        .phone_number_id = second.phone_number_id,
        .key = second.key,
        .app_secret = "made-up-second-app-secret",
        .webhook_header = "X-Coex-Secret: made-up-second-secret-5d",
    };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);
    g_autoptr(GBytes) forged = coex_sim_render_text(desk->sim, "ada", "Forged");

    desk_login(desk);
    desk_login(other);
    /* of the first number, but signed by the second's system */
    g_assert_cmpuint(coex_sim_deliver_raw(other->sim, forged, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_ignore(other, "A webhook for the number*");
    desk_fence(other);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    g_assert_cmpuint(desk_count(other, DESK_FEED, "ada", "*"), ==, 0);
}

/* The engine reads on and on and cannot hear of the end; the chat window does not wait for it. */
static void
test_end_in_flood(Desk *desk)
{
    g_autoptr(Flood) flood = flood_new();

    desk->config.api_url = flood->url;
    for (guint i = 0; i < 3; i++) {
        gint n_before = g_atomic_int_get(&flood->n_blocks);

        desk_start(desk);
        while (g_atomic_int_get(&flood->n_blocks) < n_before + 32)
            g_main_context_iteration(NULL, FALSE);
        desk_logout(desk);
    }
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_NETWORK, "*");
}

/* The proxy takes the connection and says nothing; each kind is waited for in another way. */
static void
test_end_in_tunnel(Desk *desk)
{
    static const CoexProxyKind kinds[] = { COEX_PROXY_HTTP, COEX_PROXY_SOCKS5 };
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocket) deaf =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) bound = NULL;
    CoexProxy proxy = { .host = (char *)"127.0.0.1" };

    g_assert_true(g_socket_bind(deaf, any, TRUE, NULL));
    g_assert_true(g_socket_listen(deaf, NULL));
    bound = g_socket_get_local_address(deaf, NULL);
    proxy.port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    desk->config.proxy = &proxy;
    for (guint i = 0; i < 20; i++) {
        g_autoptr(GSocket) taken = NULL;

        proxy.kind = kinds[i % 2];
        desk_start(desk);
        while (!(g_socket_condition_check(deaf, G_IO_IN) & G_IO_IN))
            g_main_context_iteration(NULL, FALSE);
        taken = g_socket_accept(deaf, NULL, NULL);
        desk_logout(desk);
    }
    desk->config.proxy = NULL;
    desk_login(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/life/end-in-login", test_end_in_login);
    desk_add("/life/end-soon", test_end_soon);
    desk_add("/life/end-while-waiting", test_end_while_waiting);
    desk_add("/life/end-in-delivery", test_end_in_delivery);
    desk_add("/life/end-in-send", test_end_in_send);
    desk_add("/life/end-in-flood", test_end_in_flood);
    desk_add("/life/end-in-tunnel", test_end_in_tunnel);
    desk_add("/life/nothing-twice", test_nothing_twice);
    desk_add("/life/unshown-comes-later", test_unshown_comes_later);
    desk_add("/life/typed-goes-later", test_typed_goes_later);
    desk_add("/life/two-accounts", test_two_accounts);
    desk_add_at(DESK_ONLY_META, "/life/one-delivery", test_one_delivery);
    desk_add("/life/two-secrets", test_two_secrets);
    desk_add("/life/foreign-secret", test_foreign_secret);
    return g_test_run();
}
