// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The template dialogue in a host without forms and commands, as BitlBee is one: all of it in the
 * conversation, the user's part beginning with "!". */

#define TWIN "491703333333"
#define TYPED "Your parcel can be fetched"

/* The number that stands before order_update in a list: "!N" chooses it. */
static char *
choice_of(World *world, const char *list)
{
    g_autoptr(GRegex) regex = g_regex_new("!(\\d+)\\s+order_update \\(en_US\\)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    host_assert(world->host, g_regex_match(regex, list, 0, &match), "the list has numbers");
    return g_match_info_fetch(match, 1);
}

static char *
ask_for_list(World *world)
{
    host_skip(world->host);
    host_type(world->host, NORA, "!find order_update");
    const HostEvent *list = host_wait_for(world->host, EVENT_MESSAGE, NORA, "*order_update*");
    return choice_of(world, list->text);
}

static void
write_to_closed(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, TYPED);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!hold*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

static void
template_by_dialogue(World *world)
{
    write_to_closed(world);
    g_autofree char *number = ask_for_list(world);
    g_autofree char *choice = g_strdup_printf("!%s Zoe | K-42", number);
    host_type(world->host, NORA, choice);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*K-42*");
    host_assert(world->host, coex_sim_n_requests(world->sim, "messages") == 0,
                "nothing is sent before !send");
    host_type(world->host, NORA, "!send");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    host_check(world->host, g_strv_length(sent->values) == 2);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe"));
    host_check(world->host, g_str_equal(sent->values[1], "K-42"));
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
}

/* The same name in each language that it is approved in. */
static void
language_by_line(World *world)
{
    write_to_closed(world);
    host_type(world->host, NORA, "!template order_update:fr Zoe | K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*not approved*“fr”, only in: en_US, de.*");
    host_type(world->host, NORA, "!template order_update:de");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Hallo*Type !template order_update:de and*");
    host_type(world->host, NORA, "!template order_update:de Zoe | K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Hallo Zoe*(order_update, de: utility*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_language, "de") == 0);
    host_check(world->host, g_str_equal(sent->values[1], "K-42"));
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "Hallo Zoe, Ihr Auftrag K-42 ist fertig.*");
}

/* What waits and does not go with the template would come back: the user hears it in time. */
static void
waiting_text_beside_a_template(World *world)
{
    write_to_closed(world);
    g_autofree char *number = ask_for_list(world);
    g_autofree char *with = g_strdup_printf("!%s = | K-42", number);
    host_type(world->host, NORA, with);
    const HostEvent *used = host_wait_for(world->host, EVENT_MESSAGE, NORA, "*K-42*!send*");
    host_check(world->host, strstr(used->text, "come back") == NULL);
    g_autofree char *without = g_strdup_printf("!%s Zoe | K-42", number);
    host_type(world->host, NORA, without);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*come back*!hold first*!send*");

    host_type(world->host, NORA, "!hold");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Held until*" TYPED);
    host_type(world->host, NORA, "!template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    world_customer_writes(world, "nora", NORA, "Yes, please");
    g_autoptr(CoexSimRequest) released = world_next_sent(world);
    host_check(world->host, g_strcmp0(released->text, TYPED) == 0);
}

/* The numbers on the screen count until another list stands there. */
static void
numbers_outlive_a_template(World *world)
{
    write_to_closed(world);
    g_autofree char *number = ask_for_list(world);
    g_autofree char *choice = g_strdup_printf("!%s Zoe | K-42", number);
    host_type(world->host, NORA, "!template appointment");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*It needs:*");
    host_type(world->host, NORA, choice);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*K-42*!send*");
    host_type(world->host, NORA, "!hold");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Held until*" TYPED);
    host_type(world->host, NORA, choice);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*K-42*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe"));

    host_type(world->host, NORA, "!find nosuchword");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*No template has these words*");
    host_type(world->host, NORA, choice);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*no template with this number*");
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

/* A template that was shown while the window was closed is asked for once more. @waits: the last
 * text that waited, NULL; each event before the answer would ask again. */
static void
send_twice_when_the_window_opened(World *world, const char *waits)
{
    g_autofree char *end = g_strdup_printf("*Not sent yet, and kept: *“%s”*", waits);

    host_type(world->host, NORA, "!template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*K-42*!send*");
    world_customer_writes(world, "nora", NORA, "Are you there?");
    if (waits != NULL)
        host_wait_for(world->host, EVENT_MESSAGE, NORA, end);
    host_type(world->host, NORA, "!send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*window is open again*Zoe*K-42*!send*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    host_check(world->host, g_strcmp0(sent->to, "+" NORA) == 0);
}

static void
opened_window_is_told_before_a_template(World *world)
{
    host_go_online(world->host);
    send_twice_when_the_window_opened(world, NULL);

    /* The window is known to be open now: once is enough. */
    host_type(world->host, NORA, "!template order_update Zoe | K-43");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe*K-43*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_equal(sent->values[1], "K-43"));
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 2);
}

/* The same with a text that waited: it can be sent by itself, and is sent once. */
static void
opened_window_beside_a_waiting_text(World *world)
{
    write_to_closed(world);
    host_type(world->host, NORA, "and bring the slip");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*and bring the slip”*");
    send_twice_when_the_window_opened(world, "and bring the slip");
    host_type(world->host, NORA, "!resend");
    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, TYPED) == 0);
    host_check(world->host, g_strcmp0(second->text, "and bring the slip") == 0);
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 3);

    host_type(world->host, NORA, "!hold");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*There is no text to hold*");
}

/* What a button leads to is asked for, checked and shown; what nobody needs is not asked. */
static void
buttons_by_dialogue(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "!template track_parcel");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*[Track: https://radhaus.example/t/{{1}}]*It needs: end of the link [Track]*");
    host_type(world->host, NORA, "!template track_parcel K 42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*[Track]” has a blank*Write %20*It needs:*");
    host_type(world->host, NORA, "!send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*No template is ready*");
    host_type(world->host, NORA, "!template track_parcel https://radhaus.example/t/K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*[Track: https://radhaus.example/t/K-42]*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) track = world_next_sent(world);
    host_check(world->host, g_str_equal(track->values[0], "K-42"));

    host_type(world->host, NORA, "!template rate_us Zoe");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe?*[Good] [Not so good]*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) rate = world_next_sent(world);
    host_check(world->host, strstr(rate->body, "quick_reply") == NULL);
    host_type(world->host, NORA, "!template rate_us Zoe | good | bad");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Zoe?*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) marked = world_next_sent(world);
    host_check(world->host, strstr(marked->body, "\"payload\":\"good\"") != NULL);

    host_type(world->host, NORA, "!template shop_window");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*shop_window cannot be sent from here: it needs products of a catalogue. "
                  "Choose another template, or write from the phone.*");
}

/* One that cannot go is named, and the list that was shown last still counts: what was chosen
 * before is not sent in its place. In an open window it is said that a text would do. */
static void
chosen_in_vain(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "!find window");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!1  shop_window*");
    host_type(world->host, NORA, "!template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*K-42*!send*");
    host_type(world->host, NORA, "!1");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*shop_window cannot be sent from here: it needs *, or write from the phone.");
    host_type(world->host, NORA, "!send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*No template is ready to be sent*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    world_customer_writes(world, "nora", NORA, "Hello?");
    host_type(world->host, NORA, "!template");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*The window is open again: a plain *!1 *");
    host_type(world->host, NORA, "!template");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*The 24-hour window is open: a plain text can be sent, too.*!1 *");
}

/* In a host that serves others a path leads to the user's own folder only; an address to anywhere.
 */
static void
picture_by_dialogue(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "!template pickup_ready_v2 /etc/passwd | Zoe | 17 | 17");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*By its path only a file below */*It needs:*");
    host_type(world->host, NORA, "!template pickup_ready_v2 photo.jpg | Zoe | 17 | 17");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*picture” is given by its path*");
    host_type(world->host, NORA,
              "!template pickup_ready_v2 https://x.example/a.jpg | Zoe | 17 | 17");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*image: https://x.example/a.jpg*!send*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, strstr(sent->body, "\"link\":\"https://x.example/a.jpg\"") != NULL);
}

/* What it costs is said before it goes; a click on an ad makes it free for a while. */
static void
cost_by_dialogue(World *world)
{
    gint64 now = coex_sim_now(world->sim);
    g_autofree char *status = g_strdup_printf(
        "{\"statuses\":[{\"id\":\"wamid.never\",\"status\":\"sent\",\"recipient_id\":\"" NORA
        "\",\"timestamp\":\"%" G_GINT64_FORMAT
        "\",\"conversation\":{\"id\":\"c\",\"expiration_timestamp\":\"%" G_GINT64_FORMAT
        "\",\"origin\":{\"type\":\"referral_conversion\"}}}]}",
        now, now + 40 * 60 * 60);

    host_go_online(world->host);
    host_type(world->host, NORA, "!template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*K-42*(order_update, en_US: utility, billed as utility)*!send*");
    host_type(world->host, NORA, "!template we_miss_you");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*(we_miss_you, en_US: marketing, billed as marketing)*!send*");
    world_customer_writes(world, "nora", NORA, "Hello");
    coex_sim_change(world->sim, "messages", status);
    world_customer_writes(world, "nora", NORA, "Is it in stock?");
    host_type(world->host, NORA, "!template we_miss_you");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*(we_miss_you, en_US: marketing, free: inside the free entry point)*!send*");
    host_type(world->host, NORA, "!cancel");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*no template was sent*");
}

/* What was typed is what a template says: that one comes first, and needs nothing more. */
static void
typed_text_finds_its_template(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "Hi Zoe, your order K-42 is ready.");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Waiting: *!1  order_update (en_US)*!hold*");
    host_type(world->host, NORA, "!1");
    const HostEvent *shown = host_wait_for(world->host, EVENT_MESSAGE, NORA,
                                           "*Hi Zoe, your order K-42 is ready.*!send*");
    host_check(world->host, strstr(shown->text, "come back") == NULL);
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe"));
    host_check(world->host, g_str_equal(sent->values[1], "K-42"));
    world_settle(world);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, NORA, "*Not sent: *") == 0);
}

/* What was sent last comes first; what cannot go comes last, and says why. */
static void
order_of_the_list(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "!template track_parcel 17");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_equal(sent->template_name, "track_parcel"));
    host_type(world->host, NORA, "!template");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!1  track_parcel (en_US)*");
    host_quit(world->host);
    host_go_online(world->host);
    host_type(world->host, NORA, "!template");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!1  track_parcel (en_US)*!more*");
    host_type(world->host, NORA, "!more");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*more: !more");
    host_type(world->host, NORA, "!more");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*spring_sale (en_US) – cannot be sent from here: it is paused by WhatsApp");

    host_type(world->host, ADA, "!find we_miss_you");
    host_wait_for(world->host, EVENT_MESSAGE, ADA,
                  "*we_miss_you (en_US) – no marketing reaches +1: *");
    host_type(world->host, ADA, "!template we_miss_you");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*begin with +1: it will not arrive.*!send*");
    host_type(world->host, ADA, "!cancel");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*no template was sent*");
}

/* What was given stays; only what is missing is asked for. */
static void
missing_values_by_dialogue(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "!fill K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!fill gives the values*");
    host_type(world->host, NORA, "!template order_update Zoe");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*Hi Zoe, your order {{2}} is ready.*It still needs: {{2}}*Type !fill *");
    host_type(world->host, NORA, "!fill K-42 | K-43");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*more values than are missing*");
    host_type(world->host, NORA, "!fill K-42");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Hi Zoe, your order K-42 is ready.*!send*");
    host_type(world->host, NORA, "!send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe"));
    host_check(world->host, g_str_equal(sent->values[1], "K-42"));
}

/* A line that was meant as a value waits like any other, and is told how a value is typed; what is
 * asked for in the header stands in the list. */
static void
value_without_its_verb(World *world)
{
    coex_sim_add_template(world->sim,
                          "{\"name\":\"appointment\",\"language\":\"en_US\",\"status\":"
                          "\"APPROVED\",\"category\":\"UTILITY\",\"components\":[{\"type\":"
                          "\"HEADER\",\"format\":\"TEXT\",\"text\":\"On {{1}}\"},{\"type\":"
                          "\"BODY\",\"text\":\"Dear {{1}}, we expect you.\"}]}");
    host_go_online(world->host);
    host_type(world->host, NORA, "Until tomorrow");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!hold*");
    host_type(world->host, NORA, "!find expect you");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*!1  appointment (en_US): On {{1}} / Dear {{1}}, we expect you.*");
    host_type(world->host, NORA, "!1");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*It needs: *Type !1 and the values*");
    host_type(world->host, NORA, "Monday");
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*waits for your choice too: “Monday”*!cancel. A value of the template is typed "
                  "behind !1.");
    host_type(world->host, NORA, "!1 Monday");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*It still needs: *Type !fill *");
    host_type(world->host, NORA, "Zoe");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*too: “Zoe”*is typed behind !fill.");
    host_type(world->host, NORA, "!fill Zoe");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Dear Zoe, we expect you.*");
    host_type(world->host, NORA, "!send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent: Until tomorrow");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Sent in the template: Monday");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Sent in the template: Zoe");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_equal(sent->values[0], "Monday"));
    host_check(world->host, g_str_equal(sent->values[1], "Zoe"));
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

/* A template made since the login is found after a refresh, which asks the provider. */
static void
refresh_by_dialogue(World *world)
{
    write_to_closed(world);
    host_type(world->host, NORA, "!find bulb_sale");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*No template has these words*");
    coex_sim_add_template(world->sim,
                          "{\"name\":\"bulb_sale\",\"language\":\"en_US\",\"status\":"
                          "\"APPROVED\",\"category\":\"MARKETING\",\"components\":[{\"type\":"
                          "\"BODY\",\"text\":\"All bulbs at half price\"}]}");
    host_type(world->host, NORA, "!refresh");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*being fetched*");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*!1 *");
    host_type(world->host, NORA, "!find bulb_sale");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*bulb_sale*half price*");
}

static void
hold_by_dialogue(World *world)
{
    write_to_closed(world);
    host_type(world->host, NORA, "!held");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Waits for your choice (!template, !hold *");
    host_type(world->host, NORA, "!hold");
    host_type(world->host, NORA, "!held");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" TYPED "*");
    world_customer_writes(world, "nora", NORA, "Hello?");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, TYPED) == 0);
}

/* "=" is the text that waits, and no value where none does. */
static void
nothing_stands_for_none(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "!template order_update = | A-17");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*= stands for the text that waits, and none*");
    host_type(world->host, ADA, "!cancel");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*no template was sent*");
    host_type(world->host, ADA, "!template order_update Ada | A-17");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*A-17*!send*");
}

static void
cancel_by_dialogue(World *world)
{
    write_to_closed(world);
    host_type(world->host, NORA, "!cancel");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" TYPED "*");
    world_customer_writes(world, "nora", NORA, "Hello?");
    host_type(world->host, NORA, "Hi");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Hi") == 0);
}

/* What looks like an order to the plugin never reaches a customer by mistake. */
static void
mistyped_verbs_stay_here(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "!tempalte");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*tempalte*");
    host_type(world->host, ADA, "!9 Zoe");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*");
    host_type(world->host, ADA, "/template order_update");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*");
    host_type(world->host, ADA, "!help");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*!template*");
    host_type(world->host, ADA, "!help get");
    const HostEvent *one =
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "*!get ?which]: fetch a file*");
    host_check(world->host, strstr(one->text, "!send") == NULL);
    host_type(world->host, ADA, "!help !FILE");
    const HostEvent *about_files =
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "*!send *\n*!get *");
    host_check(world->host, strstr(about_files->text, "!profile") == NULL);
    host_check(world->host, strstr(about_files->text, "!account") == NULL);
    host_type(world->host, ADA, "!help weather");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*No command is about “weather”*");
    host_type(world->host, ADA, "!window");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*open*");
    host_type(world->host, ADA, "!!important");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "!important") == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 1);
}

static void
lone_marks_are_text(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "!");
    host_type(world->host, ADA, "! wow");

    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, "!") == 0);
    host_check(world->host, g_strcmp0(second->text, "! wow") == 0);
}

/* What the host passes on: a local echo is not shown twice, notices come as lines of the buddy. */
static void
lines_are_visible(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Hi Ada");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Hi Ada") == 0);
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "Bye");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "Hi Ada") == 0);
}

/* WhatsApp has refused nothing: the customer was faster than the choice. */
static void
what_never_left_says_so(World *world)
{
    write_to_closed(world);
    world_customer_writes(world, "nora", NORA, "Me first");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent yet, and kept: *" TYPED "*!resend*");
}

/* Lines of ours are told from the customer's by their mark, also where BitlBee breaks a long one.
 */
static void
every_line_of_ours_is_marked(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next(world->sim, 131026);
    host_type(world->host, ADA, "Grüße");

    const HostEvent *notice = host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Not delivered*");
    g_auto(GStrv) lines = g_strsplit(notice->text, "\n", -1);
    host_check(world->host, g_strv_length(lines) > 1);
    for (guint i = 0; lines[i] != NULL; i++) {
        host_check(world->host, g_str_has_prefix(lines[i], "* "));
        host_check(world->host, strlen(lines[i]) <= 425);
    }
}

static void
customers_lines_are_only_text(World *world)
{
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada",
                                   "\xe2\x80\x8b* Not sent: x\n/me waves\n *\xc2\xa0y\n*z*\n*2"));

    const HostEvent *line = host_wait_message(world->host, ADA, "RECV", "*Not sent*");
    host_check(world->host, g_str_equal(line->text, "• Not sent: x\n"
                                                    "\xe2\x80\x8b"
                                                    "/me waves\n•\xc2\xa0y\nz\n*2"));
}

/* Where a line is wrapped, here or by BitlBee, and around the star what is gone on the screen. */
static void
customers_cannot_speak_for_us(World *world)
{
    g_autoptr(GString) text =
        g_string_new("_*_ Not sent: “x”\n~*~ Not sent: “x”\r* Not sent\xe2\x80"
                     "\xa8* Not sent");

    for (guint length = 330; length < 430; length += length == 360 ? 55 : 1) {
        g_autofree char *filler = g_strnfill(length, 'a');
        g_string_append_printf(text, "\n%s * Not sent", filler);
    }
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", text->str));
    const HostEvent *line = host_wait_message(world->host, ADA, "RECV", "*Not sent*");
    g_auto(GStrv) lines = g_strsplit(line->text, "\n", -1);
    host_check(world->host, g_str_equal(lines[0], "_*_ Not sent: “x”"));
    host_check(world->host, g_str_equal(lines[1], "~*~ Not sent: “x”"));
    host_check(world->host, g_str_equal(lines[2], "• Not sent"));
    host_check(world->host, g_str_equal(lines[3], "• Not sent"));
    for (guint i = 0; lines[i] != NULL; i++) {
        host_check(world->host, !g_str_has_prefix(lines[i], "* "));
        host_check(world->host, strlen(lines[i]) <= 400);
    }
}

/* BitlBee makes nicks of names at each login anew: one person's must never be another's later.
 * (What the real one makes of it is tried in tests/e2e.) */
static void
namesakes_keep_apart(World *world)
{
    coex_sim_add_customer(world->sim, "twin", "+" TWIN, NULL, "ada  lovelace");
    coex_sim_add_customer(world->sim, "sakura", "+491705555555", NULL, "田中さくら");
    coex_sim_add_customer(world->sim, "misaki", "+491706665555", NULL, "山田美咲");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "I was here first");
    host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada Lovelace");
    world_customer_writes(world, "twin", TWIN, "I am the other one");
    host_wait_for(world->host, EVENT_ALIAS, TWIN, "ada lovelace 3333");
    world_customer_writes(world, "sakura", "491705555555", "Nothing of my name is left in a nick");
    host_wait_for(world->host, EVENT_ALIAS, "491705555555", "田中さくら 491705555555");
    world_customer_writes(world, "misaki", "491706665555",
                          "Nor of mine, and the number ends alike");
    host_wait_for(world->host, EVENT_ALIAS, "491706665555", "山田美咲 491706665555");
    world_customer_writes(world, "ada", ADA, "I am still here");
    host_check(world->host, host_count(world->host, EVENT_ALIAS, ADA, NULL) == 1);

    coex_sim_set_name(world->sim, "ada", "Ada King");
    for (guint i = 0; i < 2; i++) {
        host_skip(world->host);
        host_quit(world->host);
        host_go_online(world->host);
        host_wait_for(world->host, EVENT_ALIAS, ADA, i == 0 ? "Ada Lovelace" : "AdaLovelace");
        host_wait_for(world->host, EVENT_ALIAS, TWIN, "ada lovelace 3333");
        host_wait_for(world->host, EVENT_ALIAS, "491706665555", "山田美咲 491706665555");
        world_customer_writes(world, "ada", ADA, "I am called otherwise now");
    }
    host_check(world->host, host_count(world->host, EVENT_ALIAS, TWIN, "ada lovelace") == 0);
}

static void
add_all(void)
{
    world_add("bitlbee/what-never-left-says-so", "BitlBee", what_never_left_says_so);
    world_add("bitlbee/template-by-dialogue", "BitlBee", template_by_dialogue);
    world_add("bitlbee/language-by-line", "BitlBee", language_by_line);
    world_add("bitlbee/waiting-text-beside-a-template", "BitlBee", waiting_text_beside_a_template);
    world_add("bitlbee/numbers-outlive-a-template", "BitlBee", numbers_outlive_a_template);
    world_add("bitlbee/opened-window-is-told-before-a-template", "BitlBee",
              opened_window_is_told_before_a_template);
    world_add("bitlbee/opened-window-beside-a-waiting-text", "BitlBee",
              opened_window_beside_a_waiting_text);
    world_add("bitlbee/buttons-by-dialogue", "BitlBee", buttons_by_dialogue);
    world_add("bitlbee/picture-by-dialogue", "BitlBee", picture_by_dialogue);
    world_add("bitlbee/cost-by-dialogue", "BitlBee", cost_by_dialogue);
    world_add("bitlbee/chosen-in-vain", "BitlBee", chosen_in_vain);
    world_add("bitlbee/typed-text-finds-its-template", "BitlBee", typed_text_finds_its_template);
    world_add("bitlbee/order-of-the-list", "BitlBee", order_of_the_list);
    world_add("bitlbee/value-without-its-verb", "BitlBee", value_without_its_verb);
    world_add("bitlbee/missing-values-by-dialogue", "BitlBee", missing_values_by_dialogue);
    world_add("bitlbee/refresh-by-dialogue", "BitlBee", refresh_by_dialogue);
    world_add("bitlbee/hold-by-dialogue", "BitlBee", hold_by_dialogue);
    world_add("bitlbee/nothing-stands-for-none", "BitlBee", nothing_stands_for_none);
    world_add("bitlbee/cancel-by-dialogue", "BitlBee", cancel_by_dialogue);
    world_add("bitlbee/mistyped-verbs-stay-here", "BitlBee", mistyped_verbs_stay_here);
    world_add("bitlbee/lone-marks-are-text", "BitlBee", lone_marks_are_text);
    world_add("bitlbee/lines-are-visible", "BitlBee", lines_are_visible);
    world_add("bitlbee/every-line-of-ours-is-marked", "BitlBee", every_line_of_ours_is_marked);
    world_add("bitlbee/customers-lines-are-only-text", "BitlBee", customers_lines_are_only_text);
    world_add("bitlbee/customers-cannot-speak-for-us", "BitlBee", customers_cannot_speak_for_us);
    world_add("bitlbee/namesakes-keep-apart", "BitlBee", namesakes_keep_apart);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
