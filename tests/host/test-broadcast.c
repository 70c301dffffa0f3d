// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <string.h>

/* A template to a group of the buddy list, typed in a conversation. Those who wrote are in the
 * group for new people. */

#define N_PEOPLE 3

static void
type_verb(World *world, const char *words)
{
    g_autofree char *line = g_strconcat(world->bitlbee ? "!" : "/", words, NULL);

    host_type(world->host, ADA, line);
}

static void
begin(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    world_customer_writes(world, "ben", BEN, "Hello");
    world_customer_writes(world, "carla", CARLA, "Hello");
    host_wait_for(world->host, EVENT_BUDDY, CARLA, NULL);
    world_settle(world);
    host_pick_action(world->host, "Refresh templates");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*approved templates*");
}

static void
order(World *world, const char *words)
{
    type_verb(world, words);
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Broadcast from +*to 3 people of “WhatsApp”?*");
}

static void
say_yes(World *world)
{
    host_request_press(world->host, world->bitlbee ? "yes" : "OK");
}

static void
check_each(World *world, guint n)
{
    host_check(world->host, coex_sim_wait_n_sent(world->sim, NULL, N_PEOPLE * n, HOST_PATIENCE_MS));
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == n);
    host_check(world->host, coex_sim_n_sent(world->sim, "ben") == n);
    host_check(world->host, coex_sim_n_sent(world->sim, "carla") == n);
}

static void
take_sends(World *world)
{
    g_autoptr(CoexSimRequest) sent = NULL;

    while ((sent = coex_sim_next_sent(world->sim, 0)) != NULL)
        g_clear_pointer(&sent, coex_sim_request_free);
}

/* A page where there are some, else lines. */
static const HostEvent *
wait_report(World *world, const char *pattern)
{
    return world->bitlbee ? host_wait_message(world->host, ADA, NULL, pattern)
                          : host_wait_for(world->host, EVENT_NOTICE, NULL, pattern);
}

static void
refused(World *world)
{
    type_verb(world, "broadcast");
    host_wait_message(world->host, ADA, NULL, "*No broadcast was sent yet*");
    type_verb(world, "broadcast Nobody order_update a | b");
    host_wait_message(world->host, ADA, NULL, "*begins with no group*“WhatsApp”*");
    type_verb(world, "broadcast \"Whats\" order_update a | b");
    host_wait_message(world->host, ADA, NULL, "*begins with no group*");
    type_verb(world, "broadcast WhatsAppX order_update a | b");
    host_wait_message(world->host, ADA, NULL, "*begins with no group*");
    /* a capital that is shorter in bytes than its small letter */
    type_verb(world, "broadcast \xe1\xba\x9e");
    host_wait_message(world->host, ADA, NULL, "*begins with no group*");
    type_verb(world, "broadcast \"whatsapp\" no_such_thing a | b");
    host_wait_message(world->host, ADA, NULL, "*there is no template “no_such_thing”*");
    type_verb(world, "broadcast WhatsApp order_update:fr a | b");
    host_wait_message(world->host, ADA, NULL, "*Nothing was sent: *“fr”, only in: en_US, de.*");
}

/* Asked; no sends nothing; told at the end, and no conversation opens for it. */
static void
asked(World *world)
{
    begin(world);
    refused(world);
    type_verb(world, "broadcast WhatsApp order_update {name} | A-17");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*Hi Carla Lane, your order A-17*");
    host_request_press(world->host, world->bitlbee ? "no" : "Cancel");
    host_wait_message(world->host, ADA, NULL,
                      "*The broadcast of order_update to “WhatsApp” was not sent.*");
    type_verb(world, "broadcast WhatsApp order_update:de {name} | A-17");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*order_update (de)*Hallo Carla Lane, Ihr*");
    host_request_press(world->host, world->bitlbee ? "no" : "Cancel");
    type_verb(world, "broadcast");
    host_wait_message(world->host, ADA, NULL, "*No broadcast was sent yet*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);

    order(world, "broadcast \"whatsapp\" order_update {name} | A-17");
    say_yes(world);
    host_wait_message(world->host, ADA, NULL, "*begins, for 3 people*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The broadcast of order_update to *is done*");
    check_each(world, 1);
    take_sends(world);
    world_settle(world);
    type_verb(world, "broadcast");
    wait_report(world, "*Broadcast of order_update to*3 people*Carla Lane*");
    type_verb(world, "broadcast WhatsApp order_update {name} | A-17");
    host_wait_message(world->host, ADA, NULL, "*nobody of “WhatsApp” would get it*");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, NULL, "Hi *A-17*") == 0);
}

/* ---- where it stands ---- */

static void
send_to_all(World *world, const char *words)
{
    host_pick_action(world->host, "Refresh templates");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*approved templates*");
    order(world, words);
    say_yes(world);
    host_wait_message(world->host, ADA, NULL, "*begins, for 3 people*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The broadcast of order_update to *is done*");
    world_settle(world);
}

static guint
count_lines(World *world, const char *who, const char *number)
{
    g_autofree char *glob = g_strdup_printf("[broadcast] Hi *, your order %s is ready*", number);

    return host_count_messages(world->host, who, "SEND", NULL, glob);
}

/* Right before it, and only once. */
static void
check_before_answer(World *world, const char *name, const char *who, const char *number)
{
    g_autofree char *glob = g_strdup_printf("[broadcast] Hi *, your order %s is ready*", number);
    const HostEvent *line;
    const HostEvent *answer;

    g_free(coex_sim_customer_sends(world->sim, name, "Perfect"));
    line = host_wait_message(world->host, who, "SEND", glob);
    answer = host_wait_message(world->host, who, "RECV", "Perfect");
    host_check(world->host, line->index < answer->index);
    world_customer_writes(world, name, who, "See you");
    host_sync(world->host);
    host_check(world->host, count_lines(world, who, number) == 1);
}

/* In each conversation that is open, where it opens later, and after another login. */
static void
stands_where_it_is_open(World *world)
{
    begin(world);
    send_to_all(world, "broadcast WhatsApp order_update {name} | A-17");
    host_wait_message(world->host, ADA, "SEND", "[broadcast] Hi Ada *A-17*");
    host_wait_message(world->host, BEN, "SEND", "[broadcast] Hi Ben *A-17*");
    host_wait_message(world->host, CARLA, "SEND", "[broadcast] Hi Carla *A-17*");
    world_customer_writes(world, "carla", CARLA, "Perfect");
    host_logout(world->host);
    host_go_online(world->host);
    host_check(world->host, count_lines(world, CARLA, "A-17") == 1);
    send_to_all(world, "broadcast WhatsApp order_update {name} | A-18");
    host_wait_message(world->host, BEN, "SEND", "[broadcast] Hi Ben *A-18*");
    host_skip(world->host);
    host_quit(world->host);

    host_go_online(world->host);
    send_to_all(world, "broadcast WhatsApp order_update {name} | A-19");
    host_wait_message(world->host, ADA, "SEND", "[broadcast] Hi Ada *A-19*");
    host_check(world->host, count_lines(world, BEN, "A-19") == 0);
    check_before_answer(world, "carla", CARLA, "A-19");
    host_skip(world->host);
    host_quit(world->host);
    host_go_online(world->host);
    host_type(world->host, BEN, "/window");
    host_wait_message(world->host, BEN, "SEND", "[broadcast] Hi Ben *A-19*");
    host_skip(world->host);
}

/* Nothing is spoken to those who do not answer. */
static void
stands_before_the_answer(World *world)
{
    begin(world);
    send_to_all(world, "broadcast WhatsApp order_update {name} | A-17");
    host_sync(world->host);
    host_check(world->host, count_lines(world, NULL, "A-17") == 0);
    check_before_answer(world, "carla", CARLA, "A-17");
    host_logout(world->host);
    host_go_online(world->host);
    check_before_answer(world, "ben", BEN, "A-17");
    host_check(world->host, count_lines(world, ADA, "A-17") == 0);
    host_skip(world->host);
}

/* Typed: the question goes with it. */
static void
answered_by_a_verb(World *world)
{
    begin(world);
    order(world, "broadcast WhatsApp order_update {name} | A-17");
    type_verb(world, "broadcast yes");
    host_wait_for(world->host, EVENT_CLOSED, NULL, NULL);
    host_wait_message(world->host, ADA, NULL, "*begins, for 3 people*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The broadcast of order_update to *is done*");
    check_each(world, 1);
    take_sends(world);
    type_verb(world, "broadcast yes");
    host_wait_message(world->host, ADA, NULL, "*this question is over*");
    host_skip(world->host);
}

/* In the account's own conversation, where its end is told. */
static void
in_own_conversation(World *world)
{
    const char *own = coex_sim_get_number(world->sim);
    const HostEvent *report;

    begin(world);
    coex_sim_set_down(world->sim, TRUE);
    host_type(world->host, own, "broadcast WhatsApp order_update {name} | A-17");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*to 3 people of “WhatsApp”?*");
    say_yes(world);
    host_wait_for(world->host, EVENT_NOTICE, own, "*begins, for 3 people*");
    host_type(world->host, own, "/broadcast stop");
    host_wait_for(world->host, EVENT_NOTICE, own, "*was stopped: *");
    /* of the one that was just being sent it is not clear at once */
    do {
        host_type(world->host, own, "broadcast");
        report = host_wait_for(world->host, EVENT_NOTICE, NULL, "*It?was?stopped*Carla Lane*");
    } while (!g_pattern_match_simple("*3?not?sent*", report->text));
    coex_sim_set_down(world->sim, FALSE);
    host_logout(world->host);
    host_go_online(world->host);
    host_type(world->host, own, "broadcast stop");
    host_wait_for(world->host, EVENT_NOTICE, own, "*No broadcast runs.*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
    host_skip(world->host);
}

/* ---- kill -9 ---- */

/* How many of the last one may have arrived, and no status will tell. */
static guint
count_unconfirmed(const HostEvent *report)
{
    const char *words = strstr(report->text, " not confirmed");

    while (words != NULL && words > report->text && g_ascii_isdigit(words[-1]))
        words--;
    return words != NULL ? (guint)g_ascii_strtoull(words, NULL, 10) : 0;
}

/* Until it has come to its end, and each has got it, or may have. */
static void
wait_end(World *world, guint n_before)
{
    const HostEvent *report;

    do {
        type_verb(world, "broadcast");
        report = wait_report(world, "*Broadcast of order_update to*");
        world_settle(world);
    } while (g_pattern_match_simple("*It*still*runs*", report->text) ||
             coex_sim_n_sent(world->sim, NULL) - n_before + count_unconfirmed(report) < N_PEOPLE);
}

static void
check_nobody_twice(World *world, guint round, guint *ret_n)
{
    static const char *const people[] = { "ada", "ben", "carla" };

    for (guint i = 0; i < G_N_ELEMENTS(people); i++)
        host_check(world->host, coex_sim_n_sent(world->sim, people[i]) <= round);
    *ret_n = coex_sim_n_sent(world->sim, NULL);
}

/* Killed when it has just begun, and after each of its sends in turn: it goes on, and nobody gets
 * it twice. */
static void
killed(World *world)
{
    guint n_before = 0;

    begin(world);
    for (guint round = 1; round <= N_PEOPLE + 1; round++) {
        g_autofree char *line =
            g_strdup_printf("broadcast WhatsApp order_update {name} | A-%u", round);

        order(world, line);
        say_yes(world);
        host_wait_message(world->host, ADA, NULL, "*begins, for 3 people*");
        host_check(world->host,
                   coex_sim_wait_n_sent(world->sim, NULL, n_before + round - 1, HOST_PATIENCE_MS));
        host_kill(world->host);
        host_go_online(world->host);
        wait_end(world, n_before);
        check_nobody_twice(world, round, &n_before);
        type_verb(world, line);
        host_wait_message(world->host, ADA, NULL, "*nobody of “WhatsApp” would get it*");
        host_check(world->host, coex_sim_n_sent(world->sim, NULL) == n_before);
    }
    take_sends(world);
    host_skip(world->host);
}

static void
add_all(void)
{
    world_add("broadcast/asked", NULL, asked);
    world_add("broadcast/finch/asked", "gnt-purple", asked);
    world_add("broadcast/bitlbee/asked", "BitlBee", asked);
    world_add("broadcast/stands-where-it-is-open", NULL, stands_where_it_is_open);
    world_add("broadcast/finch/stands-where-it-is-open", "gnt-purple", stands_where_it_is_open);
    world_add("broadcast/bitlbee/stands-before-the-answer", "BitlBee", stands_before_the_answer);
    world_add("broadcast/answered-by-a-verb", NULL, answered_by_a_verb);
    world_add("broadcast/bitlbee/answered-by-a-verb", "BitlBee", answered_by_a_verb);
    world_add("broadcast/in-own-conversation", NULL, in_own_conversation);
    world_add("broadcast/killed", NULL, killed);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
