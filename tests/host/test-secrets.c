// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* What is printed for debugging names steps and errors. A day in which every text holds one word,
 * and errors that quote the key: neither may stand there, nor a secret in anything that is told. */

#define WORD "Quokka"

static void
assert_steps_told(World *world)
{
    static const char *const steps[] = {
        ": Checking the access\n",
        " deliveries were refused, verdict",
        "coex: delivery 1: ",
        "not readable\n",
        "coex: POST /",
        "/messages: 200 with ",
        ": accepted as wamid.",
        ": refused, error ",
        "Graph code 131026\n",
        ": held\n",
    };

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        host_assert_logged(world->host, steps[i]);
}

static void
assert_silent(World *world)
{
    static const char *const kinds[] = { EVENT_NOTICE, EVENT_DISCONNECTED, EVENT_PROGRESS };

    host_assert_not_logged(world->host, WORD);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        host_check(world->host, host_count(world->host, kinds[i], NULL, "*" WORD "*") == 0);
}

static char *
quote_key(World *world)
{
    return g_strdup_printf("{\"error\":{\"message\":\"Malformed access token %s\",\"type\":"
                           "\"OAuthException\",\"code\":190}}",
                           coex_sim_get_key(world->sim));
}

static void
receive_all(World *world)
{
    static const char *const types[][2] = {
        { "image", "{\"id\":\"1\",\"caption\":\"" WORD " 1\",\"mime_type\":\"image/jpeg\"}" },
        { "location", "{\"latitude\":1,\"longitude\":2,\"name\":\"" WORD " 2\"}" },
        { "contacts", "[{\"name\":{\"formatted_name\":\"" WORD " 3\"}}]" },
        { "reaction", "{\"message_id\":\"wamid.x\",\"emoji\":\"" WORD " 4\"}" },
        { "hologram", "{\"text\":\"" WORD " 5\"}" },
        { "text", "[\"" WORD " 6\"]" },
    };
    g_autoptr(GBytes) garbage = g_bytes_new_static("{\"" WORD "\"", 9);
    g_autoptr(GBytes) refused = coex_sim_render_text(world->sim, "ada", WORD " refused");

    world_customer_writes(world, "ada", ADA, WORD " from Ada");
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        g_free(coex_sim_customer_sends_type(world->sim, "ada", types[i][0], types[i][1]));
    g_free(coex_sim_phone_sends(world->sim, "ada", WORD " from the phone"));
    coex_sim_change(world->sim, "crystal_ball", "{\"future\":\"" WORD "\"}");
    host_check(world->host, coex_sim_deliver_raw(world->sim, garbage, COEX_SIM_SIGN_GOOD) == 200);
    host_check(world->host, coex_sim_deliver_raw(world->sim, refused, COEX_SIM_SIGN_WRONG) == 401);
    host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*" WORD " from the phone");
    world_customer_writes(world, "ada", ADA, WORD " after all that");
}

static void
type_to_ada(World *world, const char *text, const char *outcome)
{
    host_type(world->host, ADA, text);
    host_wait_for(world->host, EVENT_MESSAGE, ADA, outcome);
}

static void
send_all(World *world)
{
    g_autofree char *quoted = quote_key(world);

    host_type(world->host, ADA, WORD " to Ada");
    coex_sim_request_free(world_next_sent(world));
    coex_sim_fail_next(world->sim, 131026);
    type_to_ada(world, WORD " refused", "*Not delivered: *" WORD " refused*");
    coex_sim_fail_next_async(world->sim, 131026);
    type_to_ada(world, WORD " refused later", "*Not delivered: *" WORD " refused later*");
    coex_sim_fail_next_http(world->sim, 400, "{\"message\":\"" WORD "\"}");
    type_to_ada(world, WORD " not liked", "*Not delivered: *" WORD " not liked*");
    /* twice: the first is forgiven when the key turns out to be good */
    coex_sim_fail_next_http(world->sim, 401, quoted);
    coex_sim_fail_next_http(world->sim, 401, quoted);
    type_to_ada(world, WORD " not allowed", "*Not delivered: *" WORD " not allowed*");
}

static void
write_to_closed(World *world)
{
    if (world->bitlbee) {
        host_type(world->host, NORA, WORD " to Nora");
        host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!hold*");
        host_type(world->host, NORA, "!template order_update " WORD " | K-42");
        host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" WORD "*K-42*");
        host_type(world->host, NORA, "!" WORD);
    } else {
        world_type_closed(world, NORA, WORD " to Nora");
        host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
        host_request_select(world->host, "order_update (en_US)");
        host_request_ok(world->host);
        host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
        host_request_ok(world->host);
        host_type(world->host, NORA, "/" WORD);
    }
    host_type(world->host, NORA, world->bitlbee ? "!hold " WORD : "/hold " WORD);
    host_sync(world->host);
}

static void
a_day_in_silence(World *world)
{
    host_go_online(world->host);
    receive_all(world);
    send_all(world);
    write_to_closed(world);
    host_logout(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", WORD " while you are off"));
    host_go_online(world->host);
    host_wait_message(world->host, ADA, "RECV", WORD " while you are off");
    host_quit(world->host);
    assert_steps_told(world);
    assert_silent(world);
}

static void
quoted_key_at_the_login(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;
    g_autofree char *quoted = quote_key(world);

    coex_sim_aim(world->sim, meta ? "number" : "health");
    coex_sim_fail_next_http(world->sim, 401, quoted);
    host_login(world->host);

    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_check(world->host, g_str_equal(end->detail, "AUTHENTICATION_FAILED"));
    host_check(world->host, strstr(end->text, "Malformed access token") != NULL);
    host_quit(world->host);
}

/* As they are typed behind BitlBee's /oper, which no client logs; options that say otherwise are
 * those of before. */
static void
secrets_behind_the_key(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;
    const char *number = coex_sim_get_number(world->sim);
    g_auto(GStrv) header = g_strsplit(coex_sim_get_webhook_header(world->sim), " ", 2);
    g_autofree char *secret =
        meta ? g_strdup_printf("APP-SECRET=%s,verify-token=%s", coex_sim_get_app_secret(world->sim),
                               coex_sim_get_verify_token(world->sim))
             : g_strdup_printf("webhook-header=%s%s", header[0], header[1]);
    g_autofree char *all = g_strdup_printf(" %s,%s\n", coex_sim_get_key(world->sim), secret);

    host_set_option(world->host, number, "app-secret", "an-older-one");
    host_set_option(world->host, number, "verify-token", "");
    host_set_option(world->host, number, "webhook-header", "X-Older: one");
    host_set_password(world->host, number, all);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Good morning");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Good morning") == 0);
    host_quit(world->host);
    host_assert_kept(world->host, meta ? coex_sim_get_app_secret(world->sim) : header[1]);
}

/* What is none of them makes no key of its first half. */
static void
blank_in_the_key_is_told(World *world)
{
    g_autofree char *all = g_strconcat(coex_sim_get_key(world->sim), ",listen=off", NULL);

    host_set_password(world->host, coex_sim_get_number(world->sim), all);
    host_login(world->host);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
    host_quit(world->host);
}

static void
add_all(void)
{
    world_add("a-day-in-silence", NULL, a_day_in_silence);
    world_add("secrets-behind-the-key", NULL, secrets_behind_the_key);
    world_add("bitlbee/secrets-behind-the-key", "BitlBee", secrets_behind_the_key);
    world_add("blank-in-the-key-is-told", NULL, blank_in_the_key_is_told);
    world_add("quoted-key-at-the-login", NULL, quoted_key_at_the_login);
    world_add("bitlbee/a-day-in-silence", "BitlBee", a_day_in_silence);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
