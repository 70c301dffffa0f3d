// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* What is known of the account, and the profile behind it. */

static gboolean
is_meta(World *world)
{
    return coex_sim_get_provider(world->sim) == COEX_SIM_META;
}

static const HostEvent *
open_page(World *world)
{
    const HostEvent *page;

    host_pick_action(world->host, "Account information...");
    page = host_wait_for(world->host, EVENT_REQUEST, NULL, "Account: +*");
    host_check(world->host, strstr(page->text, "Health: messages can be sent") != NULL);
    host_check(world->host, strstr(page->text, "About: Bicycles and repairs") != NULL);
    host_check(world->host,
               strstr(page->text, is_meta(world) ? "Quality: high (green)"
                                                 : "360dialog does not tell them") != NULL);
    return page;
}

static void
page_and_form(World *world)
{
    const HostEvent *page;
    const HostEvent *form;

    host_go_online(world->host);
    page = open_page(world);
    host_check(world->host, strstr(page->extra, "button Edit profile...") != NULL);
    host_request_press(world->host, "Edit profile...");
    form = host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*What customers see*");
    host_check(world->host,
               strstr(form->extra, "field about string About = Bicycles and repairs") != NULL);
    host_check(world->host,
               strstr(form->extra, "field web-0 string Web (1) = https://radhaus.example/") !=
                   NULL);
    /* what WhatsApp would refuse is said before it is asked, and nothing typed is lost */
    host_request_set(world->host, "about", "Open from 9 to 19");
    host_request_set(world->host, "web-1", "radhaus.example/shop");
    host_request_ok(world->host);
    form = host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*no web address*https://*");
    host_check(world->host,
               strstr(form->extra, "field about string About = Open from 9 to 19") != NULL);
    host_check(world->host, coex_sim_n_requests(world->sim, "profile-set") == 0);
    host_request_set(world->host, "web-1", "https://radhaus.example/shop");
    host_request_set(world->host, "email", "");
    host_check(world->host, strstr(form->extra, " = Shopping and retail\n") != NULL);
    host_request_set(world->host, "vertical", "Restaurant");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "Changed in the profile, *: About, Mail, Web, Line of business.");
    /* nothing changed, nothing asked */
    host_type(world->host, ADA, "/profile");
    form = host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*What customers see*");
    host_check(world->host,
               strstr(form->extra, "field web-1 string Web (2) = https://radhaus.example/shop") !=
                   NULL);
    host_check(world->host, strstr(form->extra, "field email string Mail = \n") != NULL);
    host_request_ok(world->host);
    host_type(world->host, ADA, "/profile about");
    host_wait_message(world->host, ADA, "SYSTEM", "Nothing was changed: type what is to change*");
    host_type(world->host, ADA, "/profile about Closed today");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "Changed in the profile, *: About.");
    host_check(world->host, coex_sim_n_requests(world->sim, "profile-set") == 2);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* Twice opened, and left open over the end. */
static void
page_stays_open(World *world)
{
    host_go_online(world->host);
    open_page(world);
    open_page(world);
    host_request_press(world->host, "Edit profile...");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*");
    host_logout(world->host);
    host_go_online(world->host);
    open_page(world);
    host_request_press(world->host, "Close");
}

/* While the form is open the profile is changed on the phone, and read; then it cannot be read.
 * What the user did not touch is left alone, and what was typed is not lost. */
static void
form_beside_others(World *world)
{
    host_go_online(world->host);
    host_type(world->host, ADA, "/profile");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*What customers see*");
    coex_sim_set_profile(world->sim, "{\"about\":\"From the phone\",\"email\":\"a@b.example\"}");
    host_type(world->host, ADA, "/account");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Account: +*About: From the phone*");
    host_request_press(world->host, "Close");
    coex_sim_aim(world->sim, "profile");
    coex_sim_fail_next(world->sim, 10);
    host_type(world->host, ADA, "/account");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Account: +*Profile: cannot be asked*");
    host_request_press(world->host, "Close");
    host_request_set(world->host, "description", "Repairs while you wait.");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "Changed in the profile, *: Description.");
    host_type(world->host, ADA, "/account");
    host_wait_for(world->host, EVENT_REQUEST, NULL,
                  "Account: +*About: From the phone*Description: Repairs while*Mail: a@b.example*");
}

/* The list of lines of business grows: one that is not known yet stays. */
static void
vertical_of_tomorrow(World *world)
{
    const HostEvent *form;

    coex_sim_set_profile(world->sim, "{\"about\":\"Open\",\"vertical\":\"SPACE_TRAVEL\"}");
    host_go_online(world->host);
    host_type(world->host, ADA, "/account");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Account: +*Line of business: SPACE_TRAVEL*");
    host_request_press(world->host, "Edit profile...");
    form = host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*What customers see*");
    host_check(world->host, strstr(form->extra, " = SPACE_TRAVEL\n") != NULL);
    host_request_set(world->host, "about", "Closed");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "Changed in the profile, *: About.");
}

/* Where pages come up behind the conversation a line tells of them. */
static void
page_behind(World *world)
{
    host_go_online(world->host);
    host_type(world->host, ADA, "/account");
    host_wait_message(world->host, ADA, "SYSTEM", "*a window of its own, “Account: +*” (Alt+w*");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Account: +*");
    host_request_press(world->host, "Close");
    host_type(world->host, ADA, "/profile");
    host_wait_message(world->host, ADA, "SYSTEM", "*a window of its own, “Profile: +*” (Alt+w*");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Profile: +*");
}

static void
no_profile(World *world)
{
    const HostEvent *page;

    /* the login asks for it, too */
    coex_sim_aim(world->sim, "profile");
    coex_sim_fail_next(world->sim, 10);
    coex_sim_fail_next(world->sim, 10);
    host_go_online(world->host);
    host_type(world->host, ADA, "/account");
    page = host_wait_for(world->host, EVENT_REQUEST, NULL, "Account: +*Profile: cannot be asked*");
    host_check(world->host, strstr(page->extra, "Edit profile") == NULL);
    host_request_press(world->host, "Close");
}

static void
lines(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "!account");
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "*Health: messages can be sent*About: Bicycles *");
    host_type(world->host, ADA, "!profile web radhaus.example");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing was changed: *no web address*");
    host_type(world->host, ADA, "!profile mood Fine");
    host_wait_for(world->host, EVENT_MESSAGE, ADA,
                  "*Nothing was changed: type what *!profile about*");
    host_type(world->host, ADA, "!profile about Open <from> 9 & later");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Changed in the profile, *: About.*");
    host_type(world->host, ADA, "!profile");
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "*About: Open <from> 9 & later*Mail: *business: Shopping and retail*");
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* From the person's menu, with each letter as it was typed; a blank text does nothing. */
static void
hold_and_reply_by_menu(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Is it ready?");
    host_pick_menu(world->host, ADA, "Hold a text...");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "Hold: Ada Lovelace*");
    host_request_set(world->host, "text", "  ");
    host_request_ok(world->host);
    host_pick_menu(world->host, ADA, "Hold a text...");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "Hold: Ada Lovelace*");
    host_request_set(world->host, "text", "2 < 3 & <b>here</b>");
    host_request_ok(world->host);
    host_wait_message(world->host, ADA, "SYSTEM", "Held until *: 2 < 3 & <b>here</b>");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 0);

    host_pick_menu(world->host, ADA, "Reply...");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "Reply: Ada Lovelace*");
    host_request_cancel(world->host);
    host_pick_menu(world->host, ADA, "Reply...");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "Reply: Ada Lovelace*");
    host_request_set(world->host, "text", "At four");
    host_request_ok(world->host);
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "At four") == 0 && sent->message_id != NULL);
    world_customer_writes(world, "ada", ADA, "Thank you");
    g_autoptr(CoexSimRequest) held = world_next_sent(world);
    host_check(world->host, g_strcmp0(held->text, "2 < 3 & <b>here</b>") == 0);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 2);
}

static void
add_all(void)
{
    world_add("hold-and-reply-by-menu", NULL, hold_and_reply_by_menu);
    world_add("finch/hold-and-reply-by-menu", "gnt-purple", hold_and_reply_by_menu);
    world_add("page-and-form", NULL, page_and_form);
    world_add("page-stays-open", NULL, page_stays_open);
    world_add("form-beside-others", NULL, form_beside_others);
    world_add("vertical-of-tomorrow", NULL, vertical_of_tomorrow);
    world_add("no-profile", NULL, no_profile);
    world_add("finch/page-behind", "gnt-purple", page_behind);
    world_add("bitlbee/page-as-lines", "BitlBee", lines);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
