// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The option public-url: the webhook is registered at the provider, and taken from nobody without
 * a yes. */

static void
set_public_url(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "public-url", world->webhook);
}

/* Another system's address stands at the provider. */
static char *
register_other(World *world)
{
    g_autofree char *address = world_free_address();
    char *other = g_strdup_printf("http://%s/other-system", address);

    coex_sim_set_webhook(world->sim, other);
    return other;
}

static const HostEvent *
wait_for_window(World *world, const char *other)
{
    const HostEvent *question = host_wait_for(world->host, EVENT_REQUEST, NULL, NULL);
    g_autofree char *title = g_strdup_printf("Webhook of %s | ", coex_sim_get_number(world->sim));

    host_check(world->host, g_str_equal(question->detail, "action"));
    host_check(world->host, g_str_has_prefix(question->text, title));
    host_check(world->host, strstr(question->text, other) != NULL);
    host_check(world->host, strstr(question->text, world->webhook) != NULL);
    return question;
}

/* Where a window would take the keys of who types, a line says it, and the user asks for the
 * window. */
static const HostEvent *
wait_for_question(World *world, const char *other)
{
    if (!world->bitlbee) {
        g_autofree char *line = g_strdup_printf("*%s*%s*type webhook here*", other, world->webhook);
        const char *own = coex_sim_get_number(world->sim);

        host_wait_for(world->host, EVENT_NOTICE, own, line);
        host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
        host_type(world->host, own, "webhook");
    }
    return wait_for_window(world, other);
}

static void
registers_where_nothing_stands(World *world)
{
    coex_sim_set_webhook(world->sim, NULL);
    set_public_url(world);
    host_go_online(world->host);

    g_autoptr(CoexSimRequest) set =
        coex_sim_wait_request(world->sim, "webhook-set", HOST_PATIENCE_MS);
    host_assert(world->host, set != NULL, "the webhook is registered");
    world_customer_writes(world, "ada", ADA, "found you");
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
}

static void
makes_its_own_secret(World *world)
{
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;

    coex_sim_set_webhook(world->sim, NULL);
    set_public_url(world);
    host_set_option(world->host, coex_sim_get_number(world->sim),
                    meta ? "verify-token" : "webhook-header", "");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "found you");
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "and again");
}

static void
takes_over_after_a_yes(World *world)
{
    g_autofree char *other = register_other(world);

    set_public_url(world);
    host_go_online(world->host);
    wait_for_question(world, other);
    host_check(world->host, coex_sim_n_requests(world->sim, "webhook-set") == 0);
    host_request_press(world->host, world->bitlbee ? "yes" : "OK");

    g_autoptr(CoexSimRequest) set =
        coex_sim_wait_request(world->sim, "webhook-set", HOST_PATIENCE_MS);
    host_assert(world->host, set != NULL, "the webhook is registered");
    world_customer_writes(world, "ada", ADA, "found you");
}

static void
remembers_a_no(World *world)
{
    g_autofree char *other = register_other(world);

    set_public_url(world);
    host_go_online(world->host);
    wait_for_question(world, other);
    gboolean meta = coex_sim_get_provider(world->sim) == COEX_SIM_META;
    host_request_press(world->host, world->bitlbee ? "no" : "Cancel");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "The webhook was left as it is.");
    host_quit(world->host);

    coex_sim_set_webhook(world->sim, other);
    host_go_online(world->host);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(CoexSimRequest) read =
            coex_sim_wait_request(world->sim, meta ? "number" : "webhook-get", HOST_PATIENCE_MS);
        host_assert(world->host, read != NULL, "each login reads what is registered");
    }
    host_check(world->host, host_try_wait(world->host, EVENT_REQUEST, NULL, NULL, 500) == NULL);
    host_check(world->host, coex_sim_n_requests(world->sim, "webhook-set") == 0);

    if (world->bitlbee)
        return;
    host_pick_action(world->host, "Register webhook again");
    wait_for_window(world, other);
    host_request_press(world->host, "Cancel");
}

static void
open_synchronise(World *world)
{
    host_type(world->host, coex_sim_get_number(world->sim), "synchronise");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*contacts and history?*");
}

/* Another question of the account's takes none away, whichever came first. */
static void
beside_another(World *world)
{
    g_autofree char *other = register_other(world);

    if (coex_sim_get_provider(world->sim) != COEX_SIM_META)
        return; /* the other question is Meta's */
    set_public_url(world);
    host_go_online(world->host);
    wait_for_question(world, other);
    open_synchronise(world);
    host_request_press(world->host, "Cancel");
    host_request_press(world->host, "Cancel");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "webhook-set") == 0);

    open_synchronise(world);
    host_pick_action(world->host, "Register webhook again");
    wait_for_window(world, other);
    host_request_press(world->host, "OK");
    g_autoptr(CoexSimRequest) set =
        coex_sim_wait_request(world->sim, "webhook-set", HOST_PATIENCE_MS);
    host_assert(world->host, set != NULL, "the webhook is registered");
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 0);
    host_request_press(world->host, "OK");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*asked for the phone's contacts.*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*asked for the phone's earlier chats.*");
}

/* A yes that was typed closes the question: a late one would ask WhatsApp again. */
static void
typed_beside_the_question(World *world)
{
    if (coex_sim_get_provider(world->sim) != COEX_SIM_META)
        return; /* the question is Meta's */
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    open_synchronise(world);
    host_type(world->host, ADA, "/synchronise yes");
    host_wait_for(world->host, EVENT_CLOSED, NULL, NULL);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*asked for the phone's earlier chats.*");
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 2);
}

static void
add_all(void)
{
    world_add("registers-where-nothing-stands", NULL, registers_where_nothing_stands);
    world_add("makes-its-own-secret", NULL, makes_its_own_secret);
    world_add("takes-over-after-a-yes", NULL, takes_over_after_a_yes);
    world_add("remembers-a-no", NULL, remembers_a_no);
    world_add("typed-beside-the-question", NULL, typed_beside_the_question);
    world_add("beside-another", NULL, beside_another);
    world_add("bitlbee/takes-over-after-a-yes", "BitlBee", takes_over_after_a_yes);
    world_add("bitlbee/remembers-a-no", "BitlBee", remembers_a_no);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
