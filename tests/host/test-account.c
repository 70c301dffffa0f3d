// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <gio/gio.h>
#include <string.h>

/* Logging in and off: what fails and how it is told, restarts, several accounts. */

static const char *
number(World *world)
{
    return coex_sim_get_number(world->sim);
}

static void
wrong_token_is_fatal(World *world)
{
    host_set_password(world->host, number(world), "not-the-right-key");
    host_login(world->host);

    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_check(world->host, g_str_equal(end->detail, "AUTHENTICATION_FAILED"));
    host_check(world->host, *end->text != '\0');
    host_assert_silence_since(world->host, end);
}

/* Without "remember password" a mistyped key is asked for again, not tried again. */
static void
mistyped_key_is_asked_again(World *world)
{
    host_set_option(world->host, number(world), "@forget-password", "1");
    host_set_password(world->host, number(world), "not-the-right-key");
    host_login(world->host);
    host_check(world->host,
               g_str_equal(host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL)->detail,
                           "AUTHENTICATION_FAILED"));
    host_login(world->host);
    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, NULL, "*assword*");
    g_autofree char *field = host_request_field(form, 0);
    host_request_set(world->host, field, coex_sim_get_key(world->sim));
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_CONNECTED, NULL, NULL);
    world_customer_writes(world, "ada", ADA, "Hello");
}

static gboolean
is_meta(World *world)
{
    return coex_sim_get_provider(world->sim) == COEX_SIM_META;
}

/* A key that is refused and looks like the other provider's. */
static void
other_providers_key_is_told(World *world)
{
    host_set_password(world->host, number(world),
                      is_meta(world) ? "abcDEF123_AK" : "EAAGmadeUpToken");
    host_login(world->host);
    host_wait_for(
        world->host, EVENT_DISCONNECTED, NULL,
        world->bitlbee
            ? (is_meta(world)
                   ? "*The provider is Meta*? Type “account coex set provider 360dialog”, *"
                   : "*The provider is 360dialog*? Type “account coex set provider meta”, *")
            : (is_meta(world) ? "*is the provider 360dialog?" : "*is the provider Meta*?"));
}

/* Values of lists are taken in any letters; one that is none is told with what to type. */
static void
lists_in_any_letters(World *world)
{
    host_set_option(world->host, number(world), "provider",
                    is_meta(world) ? " META" : "360Dialog ");
    host_set_option(world->host, number(world), "read-receipts", "Never");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Hi");
    coex_sim_request_free(world_next_sent(world));
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_check(world->host, coex_sim_n_requests(world->sim, "read") == 0);
    host_quit(world->host);
    host_set_option(world->host, number(world), "buddies", "many");
    host_login(world->host);
    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL,
                                         "Option *uddies*: “many” is none. There are active and "
                                         "all.*");
    host_check(world->host, g_str_equal(end->detail, "INVALID_SETTINGS"));
    host_check(world->host, world->bitlbee == (strstr(end->text, "Type “account coex set buddies "
                                                                 "active”") != NULL));
}

static void
unreachable_at_the_first_login(World *world)
{
    coex_sim_set_down(world->sim, TRUE);
    host_login(world->host);

    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_check(world->host, g_str_equal(end->detail, "NETWORK_ERROR"));
    coex_sim_set_down(world->sim, FALSE);
    host_go_online(world->host);
}

static void
unreachable_at_a_later_login(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_quit(world->host);
    coex_sim_set_down(world->sim, TRUE);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Still there?");
    host_type(world->host, ADA, "Yes");
    coex_sim_set_down(world->sim, FALSE);

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Yes") == 0);
}

static void
taken_port_is_named(World *world)
{
    g_autoptr(GSocketListener) holder = g_socket_listener_new();
    g_autoptr(GError) error = NULL;
    guint16 port = g_socket_listener_add_any_inet_port(holder, NULL, &error);
    g_autofree char *address = g_strdup_printf("127.0.0.1:%u", port);
    g_autofree char *pattern = g_strdup_printf("*%u*", port);

    g_assert_no_error(error);
    host_set_option(world->host, number(world), "listen", address);
    host_login(world->host);

    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, pattern);
    host_check(world->host, g_str_equal(end->detail, "NETWORK_ERROR"));
    host_check(world->host, strstr(end->text, "listen") != NULL);
    host_check(world->host, world->bitlbee == (strstr(end->text, "Type “account coex set listen "
                                                                 "ADDRESS:PORT”") != NULL));
}

static void
held_lock_is_named(World *world)
{
    host_go_online(world->host);
    g_autoptr(Host) second = host_new(NULL, host_get_profile(world->host));
    g_autofree char *address = world_free_address();

    host_account(second, number(world), coex_sim_get_key(world->sim), "provider",
                 coex_sim_get_provider_name(world->sim), "api-url", coex_sim_get_url(world->sim),
                 "listen", address, "phone-number-id", coex_sim_get_phone_number_id(world->sim),
                 "waba-id", coex_sim_get_waba_id(world->sim), NULL);
    host_login(second);
    const HostEvent *end = host_wait_for(second, EVENT_DISCONNECTED, NULL, NULL);
    host_check(second, g_str_equal(end->detail, "NETWORK_ERROR"));
    host_check(second, strstr(end->text, "coex-headless") != NULL);

    host_quit(world->host);
    host_go_online(second);
}

static void
missing_secret_is_told(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;
    const char *option = meta ? "app-secret" : "webhook-header";

    host_set_option(world->host, number(world), option, "");
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  world->bitlbee ? meta ? "*app-secret*" : "*webhook-header*"
                  : meta         ? "*“App secret (Meta)”*"
                                 : "*“Webhook header (360dialog)”*");

    g_autoptr(GBytes) body = coex_sim_render_text(world->sim, "ada", "anybody could say this");
    host_check(world->host, coex_sim_deliver_raw(world->sim, body, COEX_SIM_SIGN_GOOD) == 401);
    host_check(world->host, coex_sim_deliver_raw(world->sim, body, COEX_SIM_SIGN_NONE) == 401);
}

/* What concerns the account opens no window, which would take the keyboard: it is a line in a
 * conversation with the own number, and nothing that is typed there leaves. */
static void
notices_have_a_conversation(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;
    const char *own = number(world);

    host_set_option(world->host, own, meta ? "app-secret" : "webhook-header", "");
    host_go_online(world->host);
    const HostEvent *notice = host_wait_for(world->host, EVENT_NOTICE, own, "*is empty*");
    host_check(world->host, strstr(notice->detail, "SYSTEM") != NULL);
    host_assert(world->host, strstr(notice->detail, "NO_LOG") == NULL, "it can be read again");
    host_check(world->host, host_count(world->host, EVENT_NOTICE, "", NULL) == 0);

    host_type(world->host, own, "held");
    host_wait_for(world->host, EVENT_NOTICE, own, "*othing is held*");
    host_type(world->host, own, "/held");
    host_wait_for(world->host, EVENT_NOTICE, own, "*othing is held*");
    host_type(world->host, own, "refresh");
    host_wait_for(world->host, EVENT_NOTICE, own, "*approved templates*");
    host_type(world->host, own, "/template order_update");
    host_wait_for(world->host, EVENT_NOTICE, own, "Nothing was sent*template*");
    host_type(world->host, own, "hello?");
    host_wait_for(world->host, EVENT_NOTICE, own, "Nothing was sent: “hello?”*held*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_check(world->host, host_count(world->host, EVENT_BUDDY, own, NULL) == 0);

    host_quit(world->host);
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, own, "*is empty*");
    host_check(world->host, host_count(world->host, EVENT_BUDDY, NULL, NULL) == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* What was told of the account is found again, there and beside a customer, and said once. */
static void
told_again(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;
    const char *own = number(world);

    host_set_option(world->host, own, meta ? "app-secret" : "webhook-header", "");
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, own, "*is empty*");
    host_type(world->host, own, "log");
    host_wait_for(world->host, EVENT_NOTICE, own,
                  "What was told of the account:\n??:?? *is empty*");
    host_type(world->host, own, "/log 1");
    const HostEvent *again =
        host_wait_for(world->host, EVENT_NOTICE, own, "What was told of the account:*");
    host_check(world->host, strchr(strchr(again->text, '\n') + 1, '\n') == NULL);
    host_check(world->host, strstr(again->text, "What was told") == again->text);
    host_type(world->host, own, "/log 1000");
    host_wait_for(world->host, EVENT_NOTICE, own, "“1000” is no number of lines*");
    host_type(world->host, own, "logs");
    host_wait_for(world->host, EVENT_NOTICE, own, "Nothing was sent: “logs”. *");
    host_type(world->host, own, "help");
    host_wait_for(world->host, EVENT_NOTICE, own, "Here the account tells*\nlog NUMBER: *");
    host_type(world->host, ADA, "/log");
    host_wait_message(world->host, ADA, "SYSTEM", "What was told of the account:*is empty*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* Where the control channel has it among other programs' lines. */
static void
told_again_in_a_channel(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;

    host_set_option(world->host, number(world), meta ? "app-secret" : "webhook-header", "");
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*is empty*");
    host_type(world->host, ADA, "!log");
    host_wait_message(world->host, ADA, "SYSTEM", "*What was told of the account:*is empty*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* Whoever is told to be the number itself is nobody to talk to. */
static void
own_number_is_no_person(World *world)
{
    const char *own = number(world);

    coex_sim_add_customer(world->sim, "self", own, NULL, "The Shop");
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "self", "a note to self"));
    g_free(coex_sim_phone_sends(world->sim, "self", "an answer to self"));
    world_settle(world);
    world_customer_writes(world, "ben", BEN, "Hello");
    host_type(world->host, own, "hello?");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "Nothing was sent: “hello?”*");
    host_check(world->host, host_count(world->host, EVENT_BUDDY, "447700900100", NULL) == 0);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, own, NULL) == 0);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, "447700900100", NULL) == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* Anybody who finds the address can knock. */
static void
stranger_makes_one_line(World *world)
{
    host_go_online(world->host);
    g_autoptr(GBytes) body = coex_sim_render_text(world->sim, "ada", "anybody could say this");
    host_check(world->host, coex_sim_deliver_raw(world->sim, body, COEX_SIM_SIGN_NONE) == 401);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*webhook was refused*");
    for (guint i = 0; i < 5; i++) {
        host_check(world->host, coex_sim_deliver_raw(world->sim, body, COEX_SIM_SIGN_WRONG) == 401);
        host_check(world->host, coex_sim_deliver_raw(world->sim, body, COEX_SIM_SIGN_NONE) == 401);
    }
    world_customer_writes(world, "ben", BEN, "Hello");
    host_check(world->host,
               host_count(world->host, EVENT_NOTICE, NULL, "*webhook was refused*") == 1);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
}

/* Pidgin stores NULL for a list in which nothing is chosen: the default counts. */
static void
options_without_a_value(World *world)
{
    static const char *const keys[] = { "read-receipts", "buddies", "template-language",
                                        "public-url" };

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        host_set_option(world->host, number(world), keys[i], NULL);
    if (coex_sim_get_provider(world->sim) == COEX_SIM_360DIALOG)
        host_set_option(world->host, number(world), "provider", NULL);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

/* Where nobody can tell what was seen, "seen" is not offered, and where it stands all the same it
 * means what it always did: when answered. */
static void
seen_is_not_offered(World *world)
{
    host_set_option(world->host, number(world), "read-receipts", "often");
    host_login(world->host);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL,
                  world->bitlbee ? "*“often” is none. There are answer and never.*"
                                 : "*“often” is none. There are answer, seen and never.*");
    host_quit(world->host);
    if (!world->bitlbee)
        return;
    host_set_option(world->host, number(world), "read-receipts", "seen");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "read") == 0);
    host_type(world->host, ADA, "Hi Ada");

    g_autoptr(CoexSimRequest) read = coex_sim_wait_request(world->sim, "read", HOST_PATIENCE_MS);
    host_assert(world->host, read != NULL, "the customer's message is marked as read");
}

static void
unknown_provider_is_told(World *world)
{
    host_set_option(world->host, number(world), "provider", "aol");
    host_login(world->host);

    const HostEvent *end =
        host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "*“aol”*360dialog and meta.");
    host_check(world->host, g_str_equal(end->detail, "INVALID_SETTINGS"));
}

/* A token that belongs to another number. */
static void
missing_ids_are_told(World *world)
{
    if (coex_sim_get_provider(world->sim) != COEX_SIM_META)
        return;

    host_set_option(world->host, number(world), "phone-number-id", "");
    host_set_option(world->host, number(world), "waba-id", "");
    host_account(world->host, "+447700900188", coex_sim_get_key(world->sim), "provider", "meta",
                 "api-url", coex_sim_get_url(world->sim), "listen", world->listen, NULL);
    host_use(world->host, "+447700900188");
    host_login(world->host);
    const HostEvent *end =
        host_wait_for(world->host, EVENT_DISCONNECTED, NULL,
                      "*The id of +447700900188 could not be found*hone?number?id*");
    host_check(world->host, g_str_equal(end->detail, "INVALID_SETTINGS"));
}

static void
everybody_or_who_was_active(World *world)
{
    host_go_online(world->host);
    world_writes_long_ago(world, "Olga", "12025550133");
    host_check(world->host, host_count(world->host, EVENT_BUDDY, "12025550133", NULL) == 0);
    host_quit(world->host);

    host_set_option(world->host, number(world), "buddies", "all");
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_BUDDY, "12025550133", NULL);
    host_wait_for(world->host, EVENT_ALIAS, "12025550133", "Olga");
    host_quit(world->host);

    host_set_option(world->host, number(world), "buddies", "active");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello again");
    host_check(world->host,
               host_try_wait(world->host, EVENT_BUDDY, "12025550133", NULL, 0) == NULL);
}

static void
ids_come_from_the_token(World *world)
{
    if (coex_sim_get_provider(world->sim) != COEX_SIM_META)
        return;

    host_set_option(world->host, number(world), "phone-number-id", "");
    host_set_option(world->host, number(world), "waba-id", "");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Hi");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Hi") == 0);
}

static void
restart_shows_nothing_twice(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "before the restart");
    g_free(coex_sim_phone_sends(world->sim, "ada", "echo before"));
    host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*echo before");
    world_settle(world);
    host_quit(world->host);

    host_go_online(world->host);
    coex_sim_redeliver_last(world->sim);
    host_type(world->host, ADA, "the window is still open");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->type, "text") == 0);
    world_settle(world);
    world_customer_writes(world, "ben", BEN, "after the restart");

    /* beside the earlier lines with which the conversation begins, and which are not logged */
    host_check(world->host,
               host_count_messages(world->host, ADA, "RECV", "NO_LOG", "before the restart") == 1);
    host_check(world->host,
               host_count_messages(world->host, ADA, "SEND", "NO_LOG", "*echo before") == 1);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
}

static void
written_while_away(World *world)
{
    host_go_online(world->host);
    host_quit(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", "nobody home?"));
    g_free(coex_sim_customer_sends(world->sim, "ada", "well, later"));
    host_go_online(world->host);

    /* in either order: each is delivered again by itself */
    host_wait_message(world->host, ADA, "RECV", "nobody home?");
    host_wait_message(world->host, ADA, "RECV", "well, later");
}

static void
logged_off_but_running(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_logout(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", "while you were off"));
    host_go_online(world->host);
    host_wait_message(world->host, ADA, "RECV", "while you were off");
    world_settle(world);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, NULL) == 2);
}

/* What is typed stands under the name that customers see, where the provider tells it. */
static void
is_named_after_the_business(World *world)
{
    gboolean told = coex_sim_get_provider(world->sim) == COEX_SIM_META;

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Hi");
    host_wait_message(world->host, ADA, "SEND", "Hi");
    host_check(world->host, host_count(world->host, EVENT_NAME, NULL,
                                       told ? "Radhaus Mitte" : number(world)) == 1);
}

static void
two_accounts_share_a_port(World *world)
{
    CoexSim *other = world_add_number(world, "+447700900177", "/second");

    host_go_online(world->host);
    host_use(world->host, "+447700900177");
    host_go_online(world->host);

    g_free(coex_sim_customer_sends(world->sim, "ada", "to the first"));
    g_free(coex_sim_customer_sends(other, "ada", "to the second"));
    const HostEvent *first = host_wait_message(world->host, ADA, "RECV", "to the first");
    const HostEvent *second = host_wait_message(world->host, ADA, "RECV", "to the second");
    host_check(world->host, g_str_equal(first->account, number(world)));
    host_check(world->host, g_str_equal(second->account, "+447700900177"));

    host_type(world->host, ADA, "from the second");
    g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(other, HOST_PATIENCE_MS);
    host_assert(world->host, sent != NULL, "the second number's API gets it");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);

    /* One goes, the other stays. */
    host_logout(world->host);
    world_customer_writes(world, "ada", ADA, "still received");
    coex_sim_assert_no_complaints(other);
    host_quit(world->host);
    coex_sim_free(other);
}

static void
revoked_in_the_middle(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_revoke_token(world->sim);
    host_type(world->host, ADA, "kept for later");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "Not sent yet*kept for later");
    world_customer_writes(world, "ada", ADA, "Are you there?");
    host_check(world->host, host_count(world->host, EVENT_DISCONNECTED, NULL, NULL) == 0);

    /* Only a login can ask for another password. */
    host_logout(world->host);
    host_login(world->host);
    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "*password*");
    host_check(world->host, g_str_equal(end->detail, "AUTHENTICATION_FAILED"));
    coex_sim_restore_token(world->sim);
    host_go_online(world->host);
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "kept for later") == 0);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

/* Answers outstanding, deliveries coming in, a form open: off, silent, and on again. */
static void
log_off_in_the_middle(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_set_parallel(world->sim, 4);
    for (guint round = 0; round < 5; round++) {
        g_autofree char *answer = g_strdup_printf("answer %u", round);
        coex_sim_delay_next(world->sim, 300 * round);
        host_type(world->host, NORA, "to a closed window");
        host_type(world->host, ADA, answer);
        /* cut in the middle of leaving it would be uncertain, and hold up those behind it */
        g_autoptr(CoexSimRequest) request =
            coex_sim_wait_request(world->sim, "messages", HOST_PATIENCE_MS);
        host_assert(world->host, request != NULL, "the answer leaves");
        for (guint i = 0; i < 10; i++) {
            g_autofree char *text = g_strdup_printf("message %u-%u", round, i);
            g_free(coex_sim_customer_sends(world->sim, i % 2 == 0 ? "ada" : "ben", text));
        }
        host_assert_silence_since(world->host, host_logout(world->host));
        host_go_online(world->host);
    }
    world_settle(world);
    world_customer_writes(world, "ben", BEN, "the end");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, NULL, "message ?-?") == 50);
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", 5, HOST_PATIENCE_MS));
    host_check(world->host, coex_sim_n_sent(world->sim, "nora") == 0);
}

static void
off_while_logging_in(World *world)
{
    for (guint round = 0; round < 5; round++) {
        coex_sim_aim(world->sim, NULL);
        coex_sim_delay_next(world->sim, 100 * round);
        host_login(world->host);
        host_logout(world->host);
    }
    coex_sim_aim(world->sim, "messages");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

static void
removed_buddy_comes_back_by_writing(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_wait_for(world->host, EVENT_BUDDY, ADA, NULL);
    /* what is on its way would bring the buddy back for a moment */
    host_wait_for(world->host, EVENT_STATUS, ADA, "Unread*");
    host_remove_buddy(world->host, ADA);
    host_wait_for(world->host, EVENT_BUDDY, ADA, NULL);
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "Hello");
    host_check(world->host, host_try_wait(world->host, EVENT_BUDDY, ADA, NULL, 0) == NULL);
    world_customer_writes(world, "ada", ADA, "me again");
    host_wait_for(world->host, EVENT_BUDDY, ADA, NULL);
}

/* What is no number is told as a wrong value of a list is; a good one, or none, is taken. */
static void
recall_takes_a_number(World *world)
{
    static const char *const wrong[] = { "abc", "201", "-1", "10 lines" };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *line = g_strdup_printf(
            "Option *ecall*: “%s” is none. It takes a number from 0 to 200*", wrong[i]);

        host_set_option(world->host, number(world), "recall", wrong[i]);
        host_login(world->host);
        const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, line);
        host_check(world->host, g_str_equal(end->detail, "INVALID_SETTINGS"));
        host_check(world->host, world->bitlbee == (strstr(end->text, "Type “account coex set "
                                                                     "recall 10”") != NULL));
        host_quit(world->host);
    }
    host_set_option(world->host, number(world), "recall", " 5 ");
    host_go_online(world->host);
    host_quit(world->host);
    host_set_option(world->host, number(world), "recall", "");
    host_go_online(world->host);
}

static void
add_all(void)
{
    world_add("mistyped-key-is-asked-again", NULL, mistyped_key_is_asked_again);
    world_add("other-providers-key-is-told", NULL, other_providers_key_is_told);
    world_add("bitlbee/other-providers-key-is-told", "BitlBee", other_providers_key_is_told);
    world_add("lists-in-any-letters", NULL, lists_in_any_letters);
    world_add("bitlbee/lists-in-any-letters", "BitlBee", lists_in_any_letters);
    world_add("recall-takes-a-number", NULL, recall_takes_a_number);
    world_add("bitlbee/recall-takes-a-number", "BitlBee", recall_takes_a_number);
    world_add("wrong-token-is-fatal", NULL, wrong_token_is_fatal);
    world_add("unreachable-at-the-first-login", NULL, unreachable_at_the_first_login);
    world_add("unreachable-at-a-later-login", NULL, unreachable_at_a_later_login);
    world_add("taken-port-is-named", NULL, taken_port_is_named);
    world_add("held-lock-is-named", NULL, held_lock_is_named);
    world_add("missing-secret-is-told", NULL, missing_secret_is_told);
    world_add("notices-have-a-conversation", NULL, notices_have_a_conversation);
    world_add("told-again", NULL, told_again);
    world_add("finch/told-again", "gnt-purple", told_again);
    world_add("bitlbee/told-again", "BitlBee", told_again_in_a_channel);
    world_add("pidgin/notices-have-a-conversation", "gtk-gaim", notices_have_a_conversation);
    world_add("finch/notices-have-a-conversation", "gnt-purple", notices_have_a_conversation);
    world_add("own-number-is-no-person", NULL, own_number_is_no_person);
    world_add("bitlbee/own-number-is-no-person", "BitlBee", own_number_is_no_person);
    world_add("stranger-makes-one-line", NULL, stranger_makes_one_line);
    world_add("bitlbee/stranger-makes-one-line", "BitlBee", stranger_makes_one_line);
    world_add("options-without-a-value", NULL, options_without_a_value);
    world_add("seen-is-not-offered", NULL, seen_is_not_offered);
    world_add("bitlbee/seen-is-not-offered", "BitlBee", seen_is_not_offered);
    world_add("unknown-provider-is-told", NULL, unknown_provider_is_told);
    world_add("missing-ids-are-told", NULL, missing_ids_are_told);
    world_add("everybody-or-who-was-active", NULL, everybody_or_who_was_active);
    world_add("ids-come-from-the-token", NULL, ids_come_from_the_token);
    world_add("restart-shows-nothing-twice", NULL, restart_shows_nothing_twice);
    world_add("written-while-away", NULL, written_while_away);
    world_add("logged-off-but-running", NULL, logged_off_but_running);
    world_add("is-named-after-the-business", NULL, is_named_after_the_business);
    world_add("two-accounts-share-a-port", NULL, two_accounts_share_a_port);
    world_add("revoked-in-the-middle", NULL, revoked_in_the_middle);
    world_add("log-off-in-the-middle", NULL, log_off_in_the_middle);
    world_add("off-while-logging-in", NULL, off_while_logging_in);
    world_add("removed-buddy-comes-back-by-writing", NULL, removed_buddy_comes_back_by_writing);
    world_add("bitlbee/restart-shows-nothing-twice", "BitlBee", restart_shows_nothing_twice);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
