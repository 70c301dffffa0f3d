// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* What is known of a person beside the messages, and where it shows. */

/* Has written nothing yet; no marketing reaches those whose numbers begin with +1. */
#define DORA "493023125066"
#define WARNING "*This is marketing*none from this number*"

static void
add_to_book(World *world, const char *number, const char *name)
{
    g_autofree char *value =
        g_strdup_printf("{\"state_sync\":[{\"type\":\"contact\",\"action\":\"add\",\"contact\":{"
                        "\"phone_number\":\"%s\",\"full_name\":\"%s\"},\"metadata\":{\"timestamp\":"
                        "\"%" G_GINT64_FORMAT "\"}}]}",
                        number, name, coex_sim_now(world->sim));

    coex_sim_change(world->sim, "smb_app_state_sync", value);
}

static void
stop_marketing(World *world, const char *number)
{
    g_autofree char *value = g_strdup_printf(
        "{\"user_preferences\":[{\"wa_id\":\"%s\",\"category\":\"marketing_messages\","
        "\"value\":\"stop\",\"timestamp\":%" G_GINT64_FORMAT "}]}",
        number, coex_sim_now(world->sim));

    coex_sim_change(world->sim, "user_preferences", value);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*wants no more marketing messages*");
}

/* The phone's book first, then the profile; the user's own alias before both. */
static void
book_names(World *world)
{
    host_go_online(world->host);
    add_to_book(world, NORA, "Nora <b>(bikes)</b>");
    world_customer_writes(world, "nora", NORA, "Hello");
    host_wait_for(world->host, EVENT_ALIAS, NORA, "Nora <b>(bikes)</b>*");
    if (world->bitlbee) /* where nicks stay */
        return;
    add_to_book(world, NORA, "Nora the second");
    host_wait_for(world->host, EVENT_ALIAS, NORA, "Nora the second");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*is now known as Nora the second.");
    host_touch(world->host, "alias", NORA);
    add_to_book(world, NORA, "Nora the third");
    host_type(world->host, NORA, "/hold for later");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Held until *");
    host_quit(world->host);
    g_autofree char *list = host_read_list(world->host);
    host_assert(world->host, strstr(list, "My alias") != NULL, "the user's own alias stays");
}

static gboolean
is_before(const HostEvent *list, const char *one, const char *other)
{
    const char *text = list->extra[0] != '\0' ? list->extra : list->text;
    const char *first = strstr(text, one);
    const char *second = strstr(text, other);

    return first != NULL && second != NULL && first < second;
}

/* In the tooltip; in the list of templates, where marketing stands last; and before it is sent. */
static void
no_marketing(World *world)
{
    coex_sim_add_customer(world->sim, "dora", "+" DORA, "DE.7000000000000166", "Dora");
    host_go_online(world->host);
    host_type(world->host, DORA, "/template");
    const HostEvent *list = host_wait_for(world->host, EVENT_REQUEST, DORA, NULL);
    host_check(world->host, is_before(list, "rate_us (en_US)", "table_confirmed (en_US)"));
    host_request_select(world->host, "we_miss_you (en_US)");
    host_request_ok(world->host);
    const HostEvent *question = host_wait_for(world->host, EVENT_REQUEST, DORA, "*Send this to*");
    host_check(world->host, !g_pattern_match_simple(WARNING, question->text));

    /* asked again, since it has become another question */
    stop_marketing(world, DORA);
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_REQUEST, DORA, WARNING);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, DORA, "*A template for*");

    host_type(world->host, DORA, "/template");
    list = host_wait_for(world->host, EVENT_REQUEST, DORA, NULL);
    host_check(world->host, is_before(list, "table_confirmed (en_US)", "rate_us (en_US)"));
    host_request_select(world->host, "we_miss_you (en_US)");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, DORA, WARNING);
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "we_miss_you") == 0);
    world_customer_writes(world, "dora", DORA, "I am here");
    host_wait_tooltip(world->host, DORA, "not wanted");
}

static void
no_marketing_by_dialogue(World *world)
{
    coex_sim_add_customer(world->sim, "dora", "+" DORA, "DE.7000000000000166", "Dora");
    host_go_online(world->host);
    host_type(world->host, DORA, "!template");
    host_wait_for(world->host, EVENT_MESSAGE, DORA, "*!2  autumn_bikes (en_US)*");
    stop_marketing(world, DORA);
    host_type(world->host, DORA, "!template");
    host_wait_for(world->host, EVENT_MESSAGE, DORA, "*!2  courier_on_the_way (en_GB)*");
    host_type(world->host, DORA, "!template we_miss_you");
    host_wait_for(world->host, EVENT_MESSAGE, DORA, WARNING "!send sends it*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_type(world->host, DORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "we_miss_you") == 0);
}

/* Who they are by each of their names, as text and not as markup. */
static void
info_tells(World *world)
{
    host_go_online(world->host);
    coex_sim_set_name(world->sim, "nora", "<i>Nora</i>");
    add_to_book(world, NORA, "Nora <b>(bikes)</b>");
    world_customer_writes(world, "nora", NORA, "Hello");
    host_type(world->host, NORA, "Welcome & thank you");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, sent->text != NULL);
    world_settle(world);
    host_wait_tooltip(world->host, NORA, "*elivered*");
    host_touch(world->host, "info", NORA);
    host_wait_for(world->host, EVENT_NOTICE, NORA,
                  "*Number: +" NORA "*In the phone's book: Nora <b>(bikes)</b>*By the profile: "
                  "<i>Nora</i>*1 from them, 1 from here, 0 from the phone*delivered*: Welcome & "
                  "thank you*");
}

/* In Pidgin and Finch from the account's menu, everywhere by a verb. */
static void
account_tells(World *world)
{
    const char *kind = world->bitlbee ? EVENT_NOTICE : EVENT_REQUEST;

    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Hello");
    host_type(world->host, NORA, world->bitlbee ? "!account" : "/account");
    host_wait_for(world->host, kind, NULL, "*Webhook: *Phone: last sign*Windows: 1 open*");
    if (world->bitlbee)
        return;
    host_pick_action(world->host, "Account information...");
    host_wait_for(world->host, kind, NULL, "*Webhook: *Phone: last sign*Windows: 1 open*");
}

static void
add_all(void)
{
    world_add("book-names", NULL, book_names);
    world_add("bitlbee/book-names", "BitlBee", book_names);
    world_add("info-tells", NULL, info_tells);
    world_add("bitlbee/info-tells", "BitlBee", info_tells);
    world_add("account-tells", NULL, account_tells);
    world_add("bitlbee/account-tells", "BitlBee", account_tells);
    world_add("no-marketing", NULL, no_marketing);
    world_add("bitlbee/no-marketing", "BitlBee", no_marketing_by_dialogue);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
