// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* A text in a closed window in a host with forms: what is asked, where, and what stays of it. */

#define TYPED "Your parcel can be fetched"

/* Who types on meanwhile writes to the person: all of it waits, and nothing has come up that would
 * take the keys. */
static void
who_types_on_is_not_caught(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, TYPED);
    host_type(world->host, NORA, "and bring the slip");
    world_wait_question(world, NORA, TYPED);
    host_wait_message(world->host, NORA, "SYSTEM",
                      "*waits for your choice too: “and bring the slip”*");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
    host_type(world->host, NORA, "/hold");
    g_free(coex_sim_customer_sends(world->sim, "nora", "Good evening"));
    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, TYPED) == 0);
    host_check(world->host, g_strcmp0(second->text, "and bring the slip") == 0);
}

/* Where nothing was chosen yet when they write, it can leave as it was typed. */
static void
they_write_before_a_choice(World *world)
{
    host_go_online(world->host);
    host_type(world->host, NORA, TYPED);
    world_wait_question(world, NORA, TYPED);
    world_customer_writes(world, "nora", NORA, "Are you there?");
    host_wait_message(world->host, NORA, "SYSTEM", "*" TYPED "*window is open again*/resend*");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_type(world->host, NORA, "/resend");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, TYPED) == 0);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
}

/* What was filled in is there again when the template did not arrive, also where no text waited. */
static void
values_outlive_a_failure(World *world)
{
    host_go_online(world->host);
    coex_sim_fail_next_async(world->sim, 131049);
    host_type(world->host, NORA, "/template order_update Zoe | K-42");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*");
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not delivered*Zoe*131049*");
    host_type(world->host, NORA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*A template for*");
    host_request_select(world->host, "order_update (en_US)");
    host_request_ok(world->host);
    const HostEvent *form =
        host_wait_for(world->host, EVENT_REQUEST, NORA, "*order_update (en_US) for*");
    host_check(world->host, strstr(form->extra, "= Zoe") != NULL);
    host_check(world->host, strstr(form->extra, "= K-42") != NULL);
}

/* The plugin believes the window open, WhatsApp does not: the answer to a text just typed. */
static void
window_closed_as_an_answer(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_close_window(world->sim, "ada");
    host_type(world->host, ADA, "too late");
    host_wait_message(world->host, ADA, "SEND", "too late");
    host_wait_message(world->host, ADA, "SYSTEM", "Not sent, since the window is closed: too late");
    world_wait_question(world, ADA, "too late");
    host_type(world->host, ADA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, ADA, NULL);
    host_request_cancel(world->host);
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*too late*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
}

/* The same told later: a line that says what to type, never a dialog out of the blue. */
static void
window_closed_as_a_status(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_close_window(world->sim, "ada");
    coex_sim_set_async_window(world->sim, TRUE);
    host_type(world->host, ADA, "too late");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*too late*131047*/resend*/template*");
    host_wait_for(world->host, EVENT_STATUS, ADA, "*closed*");
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);

    host_type(world->host, ADA, "/resend");
    world_wait_question(world, ADA, "too late");
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
    host_type(world->host, ADA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*too late*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 1);
}

static void
add_all(void)
{
    world_add("who-types-on-is-not-caught", NULL, who_types_on_is_not_caught);
    world_add("finch/who-types-on-is-not-caught", "gnt-purple", who_types_on_is_not_caught);
    world_add("they-write-before-a-choice", NULL, they_write_before_a_choice);
    world_add("values-outlive-a-failure", NULL, values_outlive_a_failure);
    world_add("window-closed-as-an-answer", NULL, window_closed_as_an_answer);
    world_add("window-closed-as-a-status", NULL, window_closed_as_a_status);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
