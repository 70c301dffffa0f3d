// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* What is typed about a message, by "/" and "!". */

static void
type(World *world, const char *words)
{
    g_autofree char *line = g_strconcat(world->bitlbee ? "!" : "/", words, NULL);

    host_type_html(world->host, ADA, line);
}

static void
replies_quote(World *world)
{
    host_go_online(world->host);
    g_autofree char *rye = coex_sim_customer_sends(world->sim, "ada", "Do you have rye bread?");
    host_wait_message(world->host, ADA, "RECV", "*rye bread?");
    g_autofree char *white = coex_sim_customer_sends(world->sim, "ada", "And white?");
    host_wait_message(world->host, ADA, "RECV", "*white?");
    type(world, "reply Yes, <b>both</b> &amp; more");

    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, "Yes, *both* & more") == 0);
    host_check(world->host, g_strcmp0(first->message_id, white) == 0);
    host_wait_message(world->host, ADA, world->bitlbee ? "SEND|REMOTE_SEND" : "SEND",
                      "*And white?*Yes, *both*");

    type(world, "reply &quot;rye&quot; Until noon");
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(second->text, "Until noon") == 0);
    host_check(world->host, g_strcmp0(second->message_id, rye) == 0);
    host_wait_message(world->host, ADA, "SEND", "*rye bread?*Until noon");

    type(world, "reply #99999 What?");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Not sent: “What?”. There is no such message*");
    type(world, "reply");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing was sent: ?reply and a text *");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 2);
}

static void
reactions_are_told(World *world)
{
    host_go_online(world->host);
    g_autofree char *wamid = coex_sim_customer_sends(world->sim, "ada", "It fits");
    host_wait_message(world->host, ADA, "RECV", "It fits");
    type(world, "react :thumbsup:");

    g_autoptr(CoexSimRequest) reaction = world_next_sent(world);
    host_check(world->host, g_strcmp0(reaction->text, "reaction 👍") == 0);
    host_check(world->host, g_strcmp0(reaction->message_id, wamid) == 0);
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*You reacted with 👍 to “It fits”.");
    type(world, "react &quot;fits&quot; 🎉");
    coex_sim_request_free(world_next_sent(world));
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*You reacted with 🎉 to “It fits”.");
    type(world, "unreact");
    g_autoptr(CoexSimRequest) removal = world_next_sent(world);
    host_check(world->host, g_strcmp0(removal->text, "reaction none") == 0);
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*You took back your reaction 🎉 to “It fits”.");
    type(world, "react nope");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*“nope” is no emoji.*such as thumbsup*");
}

/* What has no file is named by the number that a search shows. */
static void
search_shows_numbers(World *world)
{
    host_go_online(world->host);
    g_autofree char *wamid = coex_sim_customer_sends(world->sim, "ada", "A plum cake");
    host_wait_message(world->host, ADA, "RECV", "A plum cake");
    world_customer_writes(world, "ada", ADA, "And coffee");
    type(world, "search plum");

    const HostEvent *found = host_wait_for(world->host, EVENT_MESSAGE, ADA, "*(#*plum cake*");
    guint64 number = g_ascii_strtoull(strstr(found->text, "(#") + 2, NULL, 10);
    g_autofree char *words = g_strdup_printf("reply #%" G_GUINT64_FORMAT " With cream", number);
    type(world, words);
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->message_id, wamid) == 0);
    host_check(world->host, g_strcmp0(sent->text, "With cream") == 0);
}

/* By number, by what the chat program calls somebody, and with what nobody is. */
static void
others_are_found(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "Hi");
    world_customer_writes(world, "ada", ADA, "Who repairs bikes?");
    type(world, "contact ben nevis");
    g_autoptr(CoexSimRequest) card = world_next_sent(world);
    host_check(world->host, g_strcmp0(card->text, "contacts Ben Nevis +" BEN) == 0);
    host_wait_message(world->host, ADA, "SEND", "*contact] Ben Nevis*");
    type(world, "contact +49 30 23125 444 Ines Krüger");
    g_autoptr(CoexSimRequest) typed = world_next_sent(world);
    host_check(world->host, g_strcmp0(typed->text, "contacts Ines Krüger +493023125444") == 0);
    type(world, "contact nobody");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*“nobody” is nobody here and no number. Type*");
    type(world, "forward");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nobody is named. Type*");
    type(world, "contact nev");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*no number. Did you mean “Ben Nevis”? Type*");
    type(world, "location 52.5 13.4 Our shop");
    g_autoptr(CoexSimRequest) place = world_next_sent(world);
    host_check(world->host, g_strcmp0(place->text, "location 52.5 13.4 Our shop") == 0);
    type(world, "location here");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing was sent: A place is typed as *");
    type(world, "forward &quot;bikes&quot; +" BEN);
    g_autoptr(CoexSimRequest) passed = world_next_sent(world);
    host_check(world->host, g_strcmp0(passed->who, "ben") == 0);
    host_check(world->host, g_strcmp0(passed->text, "Who repairs bikes?") == 0);
    host_wait_message(world->host, BEN, "SEND", "Who repairs bikes?");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Passed on to the conversation with Ben*");
}

static void
choices_are_offered(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "When?");
    type(world, "buttons <b>When</b> do you come? | Today | Tomorrow");
    g_autoptr(CoexSimRequest) buttons = world_next_sent(world);
    host_check(world->host,
               g_strcmp0(buttons->text, "button *When* do you come? | Today | Tomorrow") == 0);
    host_wait_message(world->host, ADA, "SEND", "*do you come?*Today*Tomorrow*");
    type(world, "list Size? | Choose | S: small | M");
    g_autoptr(CoexSimRequest) list = world_next_sent(world);
    host_check(world->host, g_strcmp0(list->text, "list Size? [Choose] | S: small | M") == 0);
    type(world, "buttons Which? | 1 | 2 | 3 | 4");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing was sent: These are 4 buttons;*");
    type(world, "buttons Pay online: | Pay now https://shop.example/pay?a=1&amp;b=2");
    g_autoptr(CoexSimRequest) link = world_next_sent(world);
    host_check(world->host, g_strcmp0(link->text, "cta_url Pay online: | Pay now "
                                                  "https://shop.example/pay?a=1&b=2") == 0);
    host_wait_message(world->host, ADA, "SEND", "*Pay online:*Pay now: *https://shop.example/pay*");
    type(world, "buttons Pay | Now https://shop.example | Later");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing was sent: A button with a link *");
    type(world, "location ask Where <b>exactly</b>?");
    g_autoptr(CoexSimRequest) question = world_next_sent(world);
    host_check(world->host,
               g_strcmp0(question->text, "location_request_message Where *exactly*?") == 0);
    host_wait_message(world->host, ADA, "SEND", "*Where *exactly*send a place*");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 4);
}

static void
held_is_changed(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    type(world, "hold For later");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Held until *: For later");
    type(world, "held");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Held for * (1): For later");
    type(world, "held 1 edit For <b>now</b>");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Held until *: For *now*");
    type(world, "held 2 send");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing is held under the number 2.*");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Held for * (1): For *now*");
    type(world, "held 1 send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "For *now*") == 0);
    host_wait_message(world->host, ADA, "SEND", "*now*");
}

static void
add_all(void)
{
    world_add("replies-quote", NULL, replies_quote);
    world_add("reactions-are-told", NULL, reactions_are_told);
    world_add("search-shows-numbers", NULL, search_shows_numbers);
    world_add("bitlbee/replies-quote", "BitlBee", replies_quote);
    world_add("bitlbee/reactions-are-told", "BitlBee", reactions_are_told);
    world_add("bitlbee/search-shows-numbers", "BitlBee", search_shows_numbers);
    world_add("others-are-found", NULL, others_are_found);
    world_add("bitlbee/others-are-found", "BitlBee", others_are_found);
    world_add("choices-are-offered", NULL, choices_are_offered);
    world_add("held-is-changed", NULL, held_is_changed);
    world_add("bitlbee/held-is-changed", "BitlBee", held_is_changed);
    world_add("bitlbee/choices-are-offered", "BitlBee", choices_are_offered);
    world_add("finch/replies-quote", "gnt-purple", replies_quote);
    world_add("finch/reactions-are-told", "gnt-purple", reactions_are_told);
    world_add("finch/search-shows-numbers", "gnt-purple", search_shows_numbers);
    world_add("finch/others-are-found", "gnt-purple", others_are_found);
    world_add("finch/choices-are-offered", "gnt-purple", choices_are_offered);
    world_add("finch/held-is-changed", "gnt-purple", held_is_changed);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
