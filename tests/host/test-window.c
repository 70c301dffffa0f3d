// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* A closed customer service window in a host with forms: the template prompt, and holding. */

#define TYPED "Your parcel can be fetched"

/* The user writes to somebody who never wrote, and is led to the list of templates. */
static const HostEvent *
open_prompt(World *world)
{
    host_go_online(world->host);
    world_type_closed(world, NORA, TYPED);

    const HostEvent *list = host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_check(world->host, g_str_equal(list->detail, "fields"));
    host_check(world->host, host_request_n_rows(list, "Hold") == 1);
    host_check(world->host, host_request_n_rows(list, "order_update") >= 1);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    return list;
}

/* Chooses order_update and answers the form of its two variables. */
static const HostEvent *
fill_in(World *world, const char *first, const char *second)
{
    host_request_select(world->host, "order_update (en_US)");
    host_request_ok(world->host);

    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    g_autofree char *first_field = host_request_field(form, 0);
    g_autofree char *second_field = host_request_field(form, 1);
    host_assert(world->host, first_field != NULL && second_field != NULL,
                "the form has a field for each variable");
    host_request_set(world->host, first_field, first);
    host_request_set(world->host, second_field, second);
    host_request_ok(world->host);
    return form;
}

static void
template_in_three_steps(World *world)
{
    open_prompt(world);
    const HostEvent *form = fill_in(world, "Zoe", "K-42");
    host_assert(world->host, strstr(form->extra, TYPED) == NULL,
                "the typed text is not put where a name belongs");
    host_check(world->host, strstr(form->text, "Waiting: “" TYPED "”") != NULL);
    host_check(world->host, strstr(form->text, "order_update (en_US) for +" NORA) != NULL);

    const HostEvent *last = host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    /* of one with buttons alone Pidgin does not tell that its window was closed */
    host_check(world->host, g_str_equal(last->detail, "fields"));
    host_check(world->host, strstr(last->text, "Send this to +" NORA "?") != NULL);
    host_check(world->host, strstr(last->text, "Zoe") != NULL);
    host_check(world->host, strstr(last->text, "K-42") != NULL);
    host_assert(world->host, coex_sim_n_requests(world->sim, "messages") == 0,
                "nothing is sent before the last step");
    host_request_press(world->host, "Send");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->type, "template") == 0);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    host_check(world->host, g_strcmp0(sent->to, "+" NORA) == 0);
    host_check(world->host, g_strv_length(sent->values) == 2);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe"));
    host_check(world->host, g_str_equal(sent->values[1], "K-42"));
    host_wait_message(world->host, NORA, "SEND", "*Zoe*K-42*");
    host_wait_tooltip(world->host, NORA, "*elivered*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 3);
}

static void
values_are_cleaned(World *world)
{
    open_prompt(world);
    fill_in(world, "Zoe\nMeier", "K\t42     b");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Zoe Meier*K 42 b*");
    host_request_press(world->host, "Send");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe Meier"));
    host_check(world->host, g_str_equal(sent->values[1], "K 42 b"));
}

/* A number that stands in the header and in the body asks for two values. */
static void
fields_are_told_apart(World *world)
{
    open_prompt(world);
    host_request_select(world->host, "appointment (en_US)");
    host_request_ok(world->host);

    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, NORA, "*appointment*");
    host_check(world->host, strstr(form->extra, "string {{1}} of the header = ") != NULL);
    host_check(world->host, strstr(form->extra, "string {{1}} = ") != NULL);
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_cancel(world->host);
}

#define NEWS                                                                                       \
    "{\"name\":\"news\",\"language\":\"en_US\",\"category\":\"UTILITY\",\"status\":\"APPROVED\","  \
    "\"parameter_format\":\"NAMED\",\"components\":[{\"type\":\"HEADER\",\"format\":\"TEXT\","     \
    "\"text\":\"For {{guest_name}}\"},{\"type\":\"BODY\",\"text\":\"Hi {{guest_name}}, "           \
    "{{reason}}\","                                                                                \
    "\"example\":{\"body_text_named_params\":[{\"param_name\":\"guest_name\",\"example\":\"Bob\"}" \
    ","                                                                                            \
    "{\"param_name\":\"reason\",\"example\":\"we are closed today.\"}]}}]}"

/* The name goes where a name belongs, the text where it fits, and a name is asked for once. */
static void
values_are_offered(World *world)
{
    coex_sim_add_template(world->sim, NEWS);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_close_window(world->sim, "ada");
    world_type_closed(world, ADA, TYPED);
    host_wait_for(world->host, EVENT_REQUEST, ADA, NULL);
    host_request_select(world->host, "news (en_US)");
    host_request_ok(world->host);

    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, ADA, "*news*Ada*");
    host_check(world->host,
               strstr(form->extra, "string {{guest_name}} (e.g. Bob) = Ada Lovelace\n") != NULL);
    host_check(world->host, strstr(form->extra, " = " TYPED "\n") != NULL);
    g_autofree char *third = host_request_field(form, 2);
    host_check(world->host, third == NULL);
    host_check(world->host, strstr(form->text, "Waiting") == NULL);
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*For Ada Lovelace*Hi Ada Lovelace, " TYPED "*");
    host_request_press(world->host, "Send");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strv_length(sent->values) == 3);
    host_wait_message(world->host, ADA, "SEND", "*Hi Ada*" TYPED "*");
    host_sync(world->host);
    host_check(world->host,
               host_count(world->host, EVENT_MESSAGE, ADA, "*not sent*" TYPED "*") == 0);
}

/* Back leads from the values to the list, and what was filled in stays with its template. */
static void
back_keeps_the_values(World *world)
{
    open_prompt(world);
    host_request_select(world->host, "order_update (en_US)");
    host_request_ok(world->host);
    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    g_autofree char *field = host_request_field(form, 1);
    host_request_set(world->host, field, "K-42");
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Choose a template*");
    host_request_select(world->host, "order_update (en_US)");
    host_request_ok(world->host);
    form = host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_check(world->host, strstr(form->extra, " = K-42\n") != NULL);
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_cancel(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" TYPED "*");
}

/* The next line of who goes on typing stands in Find: it can join the text that waits. */
static void
typed_line_in_find_joins(World *world)
{
    open_prompt(world);
    host_request_set(world->host, "find", "and bring <the> slip");
    host_request_ok(world->host);
    const HostEvent *none = host_wait_for(world->host, EVENT_REQUEST, NORA, "*No template has*");
    host_check(world->host, strstr(none->extra, "= and bring <the> slip") != NULL);
    host_request_select(world->host, "The words under Find are a text");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Waiting*" TYPED "*and bring <the>*slip*");
    host_request_select(world->host, "Hold");
    host_request_ok(world->host);
    host_sync(world->host);
    g_free(coex_sim_customer_sends(world->sim, "nora", "Good evening"));
    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, TYPED) == 0);
    host_check(world->host, g_strcmp0(second->text, "and bring <the> slip") == 0);
}

/* OK is "Show all" there, not "Hold"; what was typed comes back as a line, whatever is chosen. */
static void
typed_line_in_find_comes_back(World *world)
{
    open_prompt(world);
    host_request_set(world->host, "find", "and bring the slip");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*No template has*");
    host_request_ok(world->host);
    const HostEvent *all = host_wait_for(world->host, EVENT_REQUEST, NORA, "*" TYPED "*");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*“and bring the slip”*");
    host_check(world->host, host_request_n_rows(all, "order_update") >= 1);

    host_request_set(world->host, "find", "one");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_set(world->host, "find", "two more lines");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*No template has*");
    host_request_set(world->host, "find", "order");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*“two more lines”*");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_select(world->host, "Hold");
    host_request_set(world->host, "find", "three");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*“three”*");
    host_sync(world->host);
    world_type_closed(world, NORA, "again");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_set(world->host, "find", "four");
    host_request_cancel(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*“four”*");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*again*");
}

/* The row says it where a narrow list still shows it, and choosing it leads back to the list. */
static void
unsendable_template_is_told(World *world)
{
    open_prompt(world);
    host_request_select(world->host, "shop_window (en_US) – cannot be sent from here: it needs ");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*cannot be sent from here*" TYPED "*");
    host_request_cancel(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

static void
back_leads_to_the_values(World *world)
{
    open_prompt(world);
    fill_in(world, "Zoe", "K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_cancel(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" TYPED "*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

static void
cancel_gives_the_text_back(World *world)
{
    open_prompt(world);
    host_request_cancel(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" TYPED "*");

    /* The next text asks again: nothing was left half done. */
    world_type_closed(world, NORA, "once more");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    host_request_cancel(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

static void
further_texts_join(World *world)
{
    open_prompt(world);
    host_type(world->host, NORA, "and bring the slip");
    host_sync(world->host);
    host_request_select(world->host, "Hold");
    host_request_ok(world->host);
    g_free(coex_sim_customer_sends(world->sim, "nora", "Good evening"));

    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, TYPED) == 0);
    host_check(world->host, g_strcmp0(second->text, "and bring the slip") == 0);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NORA, NULL) == 1);
}

static void
held_text_leaves_when_they_write(World *world)
{
    open_prompt(world);
    host_request_select(world->host, "Hold");
    host_request_ok(world->host);
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);

    world_customer_writes(world, "nora", NORA, "Hello?");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->type, "text") == 0);
    host_check(world->host, g_strcmp0(sent->text, TYPED) == 0);
    host_check(world->host, g_strcmp0(sent->to, "+" NORA) == 0);
    host_wait_message(world->host, NORA, "SEND", TYPED);
    host_wait_tooltip(world->host, NORA, "*elivered*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

static void
held_text_survives_a_restart(World *world)
{
    open_prompt(world);
    host_request_select(world->host, "Hold");
    host_request_ok(world->host);
    host_sync(world->host);
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Hello?");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, TYPED) == 0);
}

/* Nora writes while a question about her is open: it stays, with the @n_closed before it gone. */
static void
nora_writes(World *world, guint n_closed)
{
    world_customer_writes(world, "nora", NORA, "Are you there?");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*" TYPED "*window is open again*");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_CLOSED, NULL, NULL) == n_closed);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* The template leaves once, to her; then what waited, when the user says so. */
static void
send_after_all(World *world)
{
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    host_check(world->host, g_strcmp0(sent->to, "+" NORA) == 0);
    host_check(world->host, g_str_equal(sent->values[0], "Zoe"));
    host_check(world->host, g_str_equal(sent->values[1], "K-42"));
    host_wait_message(world->host, NORA, "SEND", "*Zoe*K-42*");
    host_type(world->host, NORA, "/resend");
    g_autoptr(CoexSimRequest) text = world_next_sent(world);
    host_check(world->host, g_strcmp0(text->text, TYPED) == 0);
    host_check(world->host, g_strcmp0(text->to, "+" NORA) == 0);
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 2);
}

static void
values_stay_open_when_they_write(World *world)
{
    open_prompt(world);
    host_request_select(world->host, "order_update (en_US)");
    host_request_ok(world->host);
    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    g_autofree char *first = host_request_field(form, 0);
    g_autofree char *second = host_request_field(form, 1);
    host_request_set(world->host, first, "Zoe");
    nora_writes(world, 1);
    host_request_set(world->host, second, "K-42");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*window is open again*Zoe*K-42*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    send_after_all(world);
}

/* What was asked before they wrote is asked once more. */
static void
last_question_stays_open_when_they_write(World *world)
{
    open_prompt(world);
    fill_in(world, "Zoe", "K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*");
    nora_writes(world, 2);
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*window is open again*Zoe*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    send_after_all(world);
}

static void
nothing_waits_for_a_late_hold(World *world)
{
    open_prompt(world);
    nora_writes(world, 0);
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*nothing to hold*window is open again*");
    host_type(world->host, NORA, "Hi");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Hi") == 0);
    host_check(world->host, g_strcmp0(sent->to, "+" NORA) == 0);
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

/* A line that was to wait with others that wait no more comes back, and does not leave instead. */
static void
nothing_waits_for_a_late_line(World *world)
{
    open_prompt(world);
    host_request_set(world->host, "find", "and bring the slip");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*No template has*");
    nora_writes(world, 1);
    host_request_select(world->host, "The words under Find are a text");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*“and bring the slip”*");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*nothing to hold*");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* With no text that waits: the template would be paid for, and a plain text would do. */
static void
opened_window_is_told_before_a_template(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, "/template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*");
    world_customer_writes(world, "nora", NORA, "Are you there?");
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*window is open again*Zoe*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    world_settle(world);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

/* A further text leaves the last question open, but that is asked once more. */
static void
further_text_at_the_last_question(World *world)
{
    open_prompt(world);
    fill_in(world, "Zoe", "K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*");
    host_type(world->host, NORA, "and bring the slip");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*waits*too: “and bring the slip”*");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_CLOSED, NULL, NULL) == 2);
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Another text waits*not in it*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "order_update") == 0);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*" TYPED "*");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent*and bring the slip*");
}

static void
commands_reach_the_same(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "/window");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*open*");
    host_type(world->host, ADA, "/nonsense x");
    host_wait_for(world->host, EVENT_COMMAND, ADA, NULL);
    host_type(world->host, ADA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, ADA, NULL);
    host_request_cancel(world->host);
    host_pick_menu(world->host, ADA, "template");
    host_wait_for(world->host, EVENT_REQUEST, ADA, NULL);
    host_request_cancel(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* Of two people of one name, the number tells who gets it. */
static void
recipient_is_told(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "/template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*Send this to Ada * (+" ADA ")?*");
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*order_update (en_US) for Ada*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* Two people's forms are open at once. */
static void
windows_name_the_person(World *world)
{
    host_go_online(world->host);
    coex_sim_set_name(world->sim, "ada", "Ada\nLovelace");
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, NORA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "Template: +" NORA " | A template for*");
    host_type(world->host, ADA, "/template order_update");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "Template: Ada Lovelace | order_update*");
    host_type(world->host, ADA, "/template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "Template: Ada Lovelace | Send this*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* As Pidgin takes the Escape key there: the second button of each step, until the text that waits
 * comes back; and what is typed then is asked about anew. */
static void
escape_is_no_dead_end(World *world)
{
    open_prompt(world);
    fill_in(world, "Zoe", "K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*");
    host_request_press(world->host, "Back");
    const HostEvent *form =
        host_wait_for(world->host, EVENT_REQUEST, NORA, "*order_update (en_US) for*");
    host_check(world->host, strstr(form->extra, "= Zoe") != NULL);
    host_check(world->host, strstr(form->extra, "= K-42") != NULL);
    host_type(world->host, NORA, "Hello?");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*This waits for your choice too: “Hello?”*");
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*A template for*" TYPED "*Hello?*");
    host_request_press(world->host, "Cancel");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent: " TYPED "*");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent: Hello?*");
    world_type_closed(world, NORA, "Once more");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*A template for*Once more*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

static void
vanished_template_is_told(World *world)
{
    open_prompt(world);
    fill_in(world, "Zoe", "K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, NULL);
    coex_sim_remove_template(world->sim, "order_update");
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*order_update*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
}

/* An open form does not outlive the account's connection. */
static void
logging_off_closes_the_prompt(World *world)
{
    open_prompt(world);
    host_logout(world->host);
    host_wait_for(world->host, EVENT_CLOSED, NULL, NULL);
    host_go_online(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
}

/* A form is answered, a line comes of it, and another plugin does its worst with that. */
static void
answer_a_form(World *world, const char *act, const char *row, const char *find, const char *button)
{
    if (row == NULL || g_str_equal(row, "Hold")) {
        host_request_set(world->host, "find", "zebra");
        host_request_ok(world->host);
        host_wait_for(world->host, EVENT_REQUEST, NORA, "*No template has*");
    }
    host_request_set(world->host, "find", find);
    if (row != NULL)
        host_request_select(world->host, row);
    host_spoil(world->host, "wrote-im-msg", act);
    host_request_press(world->host, button);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_sync(world->host);
}

static void
account_goes_off_in_a_form(World *world)
{
    static const struct {
        const char *row;
        const char *find;
        const char *button;
    } answers[] = {
        { NULL, "order", "OK" }, /* the words before are given back */
        { "Hold", "to hold", "OK" },
        { "order_update (en_US)", "to send", "OK" },
        { NULL, "to cancel", "Cancel" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        open_prompt(world);
        answer_a_form(world, "disable", answers[i].row, answers[i].find, answers[i].button);
    }
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Here I am");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
}

static void
account_is_deleted_in_a_form(World *world)
{
    open_prompt(world);
    answer_a_form(world, "delete", NULL, "order", "OK");
}

/* The line that says that there are none. */
static void
account_goes_off_without_templates(World *world)
{
    coex_sim_clear_templates(world->sim);
    host_go_online(world->host);
    host_type(world->host, NORA, "/template");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*no approved template*");
    host_spoil(world->host, "wrote-im-msg", "disable");
    host_type(world->host, NORA, "/template");
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Here I am");
}

static void
add_all(void)
{
    world_add("template-in-three-steps", NULL, template_in_three_steps);
    world_add("values-are-cleaned", NULL, values_are_cleaned);
    world_add("fields-are-told-apart", NULL, fields_are_told_apart);
    world_add("values-are-offered", NULL, values_are_offered);
    world_add("back-keeps-the-values", NULL, back_keeps_the_values);
    world_add("typed-line-in-find-joins", NULL, typed_line_in_find_joins);
    world_add("typed-line-in-find-comes-back", NULL, typed_line_in_find_comes_back);
    world_add("unsendable-template-is-told", NULL, unsendable_template_is_told);
    world_add("back-leads-to-the-values", NULL, back_leads_to_the_values);
    world_add("cancel-gives-the-text-back", NULL, cancel_gives_the_text_back);
    world_add("further-texts-join", NULL, further_texts_join);
    world_add("held-text-leaves-when-they-write", NULL, held_text_leaves_when_they_write);
    world_add("held-text-survives-a-restart", NULL, held_text_survives_a_restart);
    world_add("values-stay-open-when-they-write", NULL, values_stay_open_when_they_write);
    world_add("last-question-stays-open-when-they-write", NULL,
              last_question_stays_open_when_they_write);
    world_add("nothing-waits-for-a-late-hold", NULL, nothing_waits_for_a_late_hold);
    world_add("nothing-waits-for-a-late-line", NULL, nothing_waits_for_a_late_line);
    world_add("opened-window-is-told-before-a-template", NULL,
              opened_window_is_told_before_a_template);
    world_add("further-text-at-the-last-question", NULL, further_text_at_the_last_question);
    world_add("commands-reach-the-same", NULL, commands_reach_the_same);
    world_add("recipient-is-told", NULL, recipient_is_told);
    world_add("windows-name-the-person", NULL, windows_name_the_person);
    world_add("escape-is-no-dead-end", NULL, escape_is_no_dead_end);
    world_add("vanished-template-is-told", NULL, vanished_template_is_told);
    world_add("account-goes-off-in-a-form", NULL, account_goes_off_in_a_form);
    world_add("account-is-deleted-in-a-form", NULL, account_is_deleted_in_a_form);
    world_add("account-goes-off-without-templates", NULL, account_goes_off_without_templates);
    world_add("logging-off-closes-the-prompt", NULL, logging_off_closes_the_prompt);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
