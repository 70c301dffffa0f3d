// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The buddy list belongs to the user, and to other plugins. */

#define OLGA "12025550133"
#define VERA "12025550134"

static const char *
number(World *world)
{
    return coex_sim_get_number(world->sim);
}

static void
check_list(World *world, const char *text, gboolean there)
{
    g_autofree char *list = host_read_list(world->host);

    if ((strstr(list, text) != NULL) == there)
        return;
    g_printerr("# %s\n", list);
    host_assert(world->host, FALSE, text);
}

static void
restart(World *world, const char *buddies)
{
    host_skip(world->host);
    host_quit(world->host);
    host_set_option(world->host, number(world), "buddies", buddies);
    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "the list is complete");
    host_skip(world->host);
}

/* ---- what the user made ---- */

static const struct {
    const char *gesture;
    const char *saved;
} gestures[] = {
    { "alias", "My alias" }, { "contact", "My contact" }, { "note", "pays late" },
    { "merge", ">friend<" }, { "join", ">friend<" },      { "move", "Friends" },
};

/* One day, and a year, after somebody wrote; with either value of the option, and back. */
static void
touched_stays(World *world, const char *gesture, const char *saved)
{
    host_set_option(world->host, number(world), "buddies", "all");
    host_go_online(world->host);
    world_writes_long_ago(world, "Olga", OLGA);
    world_writes_long_ago(world, "Vera", VERA);
    host_wait_for(world->host, EVENT_ALIAS, OLGA, "Olga");
    host_wait_for(world->host, EVENT_ALIAS, VERA, "Vera");
    host_touch(world->host, gesture, OLGA);

    restart(world, "active");
    host_quit(world->host);
    check_list(world, ">" OLGA "<", TRUE);
    check_list(world, saved, TRUE);
    check_list(world, ">" VERA "<", FALSE);
    host_start(world->host);
    restart(world, "all");
    restart(world, "active");
    host_quit(world->host);
    check_list(world, ">" OLGA "<", TRUE);
    check_list(world, saved, TRUE);
    check_list(world, ">" VERA "<", FALSE);
}

#define TOUCHED(name, n)                                                                           \
    static void name(World *world)                                                                 \
    {                                                                                              \
        touched_stays(world, gestures[n].gesture, gestures[n].saved);                              \
    }
TOUCHED(alias_stays, 0)
TOUCHED(contact_alias_stays, 1)
TOUCHED(note_stays, 2)
TOUCHED(merged_with_ours_stays, 3)
TOUCHED(ours_merged_stays, 4)
TOUCHED(moved_stays, 5)

/* Nobody logs off before the power goes. */
static void
merged_is_saved_at_once(World *world)
{
    host_set_option(world->host, number(world), "buddies", "all");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_touch(world->host, "merge", ADA);
    host_logout(world->host);
    host_quit(world->host);
    check_list(world, ">friend<", TRUE);
    check_list(world, ">" ADA "<", TRUE);
}

static void
group_keeps_its_new_name(World *world)
{
    static const char *const values[] = { "active", "all" };

    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        host_set_option(world->host, number(world), "buddies", values[i]);
        host_go_online(world->host);
        world_customer_writes(world, "ada", ADA, "Hello");
        if (i == 0)
            host_touch(world->host, "group", ADA);
        restart(world, values[i]);
        world_customer_writes(world, "nora", NORA, "I am new");
        host_quit(world->host);
        check_list(world, "Customers", TRUE);
        check_list(world, "WhatsApp", FALSE);
    }
}

/* ---- whom the user adds ---- */

static void
typed_number_becomes_plain(World *world)
{
    host_go_online(world->host);
    host_add_buddy(world->host, "+1 (202) 555-0105");
    if (!world->bitlbee)
        host_wait_for(world->host, EVENT_ALIAS, NORA, "+" NORA);
    world_customer_writes(world, "nora", NORA, "Hello");
    host_type(world->host, NORA, "Welcome");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->to, "+" NORA) == 0);
    host_quit(world->host);
    if (world->bitlbee)
        return;
    check_list(world, ">" NORA "<", TRUE);
    check_list(world, "555-0105", FALSE);
}

static void
own_number_is_refused(World *world)
{
    host_go_online(world->host);
    host_add_buddy(world->host, number(world));
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*+* was not added*own number*");
    world_customer_writes(world, "ada", ADA, "Hello");
    host_quit(world->host);
    g_autofree char *entry = g_strdup_printf(">%s<", number(world));
    check_list(world, entry, FALSE);
}

/* Whatever a line is about. */
static void
numbers_have_a_plus(World *world)
{
    const char *mark = world->bitlbee ? "!" : "/";
    g_autofree char *hold = g_strconcat(mark, world->bitlbee ? "hold" : "hold for later", NULL);
    g_autofree char *held = g_strconcat(mark, "held", NULL);

    host_go_online(world->host);
    host_type(world->host, NORA, "for later");
    if (world->bitlbee)
        host_wait_for(world->host, EVENT_MESSAGE, NULL, NULL);
    else
        world_wait_question(world, NORA, "for later");
    host_type(world->host, NORA, hold);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Held until +" NORA " writes*");
    host_type(world->host, NORA, held);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Held for +" NORA "*");
    world_customer_writes(world, "nora", NORA, "Here I am");
    if (!world->bitlbee)
        host_wait_for(world->host, EVENT_MESSAGE, NORA, "+" NORA " is now known as Nora North.");
}

/* ---- another plugin ---- */

static const char *const signals[] = { "buddy-added", "blist-node-added", "blist-node-aliased",
                                       "conversation-created" };

/* Every line is shown once, whatever became of buddy and login meanwhile. */
static void
spoilt(World *world, const char *act)
{
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autofree char *who = g_strdup_printf("who%u", i);
        g_autofree char *peer = g_strdup_printf("1202555020%u", i);
        g_autofree char *address = g_strconcat("+", peer, NULL);

        coex_sim_add_customer(world->sim, who, address, NULL, "Somebody New");
        host_go_online(world->host);
        host_spoil(world->host, signals[i], act);
        g_free(coex_sim_customer_sends(world->sim, who, "first"));
        if (g_str_equal(act, "disable")) {
            host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
            host_go_online(world->host);
        }
        world_customer_writes(world, who, peer, "second");
        host_check(world->host, host_count(world->host, EVENT_MESSAGE, peer, "second") == 1);
        host_check(world->host, host_count(world->host, EVENT_MESSAGE, peer, "first") <= 1);
        host_type(world->host, peer, "an answer");
        g_autoptr(CoexSimRequest) sent = world_next_sent(world);
        host_check(world->host, g_strcmp0(sent->to, address) == 0);
        host_logout(world->host);
    }
}

static void
buddy_goes_meanwhile(World *world)
{
    spoilt(world, "remove");
}

static void
account_goes_off_meanwhile(World *world)
{
    spoilt(world, "disable");
}

static void
conversation_goes_meanwhile(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_spoil(world->host, "conversation-created", "close");
    g_free(coex_sim_phone_sends(world->sim, "nora", "from the phone"));
    world_settle(world);
    world_customer_writes(world, "nora", NORA, "and back");
}

/* The account's own one, in which nobody is written to. */
static void
own_conversation_goes_meanwhile(World *world)
{
    /* what a new account says of itself opens it, and who waits for an answer */
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "the first");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "The first message has arrived*");
    host_type(world->host, ADA, "and its answer");
    coex_sim_request_free(world_next_sent(world));
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_quit(world->host);
    host_go_online(world->host);
    host_spoil(world->host, "conversation-created", "close");
    coex_sim_change(world->sim, "security", "{\"event\":\"PIN_CHANGED\"}");
    world_settle(world);
    coex_sim_change(world->sim, "security", "{\"event\":\"PIN_RESET_REQUEST\"}");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*asked to switch off*");
    world_customer_writes(world, "ada", ADA, "and a customer");
}

/* In the middle of what a line of ours is about. */
static void
account_goes_off_with_a_line(World *world)
{
    static const char *const typed[] = { "to a closed window", "/template", "/hold it", "/held" };

    for (guint i = 0; i < G_N_ELEMENTS(typed); i++) {
        host_go_online(world->host);
        host_spoil(world->host, "wrote-im-msg", "disable");
        host_type(world->host, NORA, typed[i]);
        if (i == 0 || i == 1) /* a form, and no line before it where the templates are known */
            host_type(world->host, NORA, "/window");
        host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
        host_sync(world->host);
    }
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "still here");
}

/* No account any more: nothing but to survive. */
static void
account_is_deleted_meanwhile(World *world)
{
    host_go_online(world->host);
    host_spoil(world->host, "buddy-added", "delete");
    g_free(coex_sim_customer_sends(world->sim, "ada", "Hello"));
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    host_sync(world->host);
}

/* Two rows of one name carry the ends of the numbers; the user's own name wins. */
static void
namesakes_are_told_apart(World *world)
{
    host_go_online(world->host);
    coex_sim_set_name(world->sim, "ada", "Anna Maier");
    coex_sim_set_name(world->sim, "ben", "Anna Maier");
    world_customer_writes(world, "ada", ADA, "I am Anna");
    world_customer_writes(world, "ben", BEN, "So am I");
    host_wait_for(world->host, EVENT_ALIAS, ADA, "Anna Maier (0101)");
    host_wait_for(world->host, EVENT_ALIAS, BEN, "Anna Maier (0102)");
    host_type(world->host, BEN, "/hold a minute");
    host_wait_for(world->host, EVENT_MESSAGE, BEN, "*Held until Anna Maier (0102) writes*");
    host_touch(world->host, "alias", ADA);
    host_skip(world->host);
    host_quit(world->host);
    check_list(world, "My alias", TRUE);
}

static void
add_all(void)
{
    world_add("own-conversation-goes-meanwhile", NULL, own_conversation_goes_meanwhile);
    world_add("alias-stays", NULL, alias_stays);
    world_add("contact-alias-stays", NULL, contact_alias_stays);
    world_add("note-stays", NULL, note_stays);
    world_add("merged-with-ours-stays", NULL, merged_with_ours_stays);
    world_add("ours-merged-stays", NULL, ours_merged_stays);
    world_add("moved-stays", NULL, moved_stays);
    world_add("merged-is-saved-at-once", NULL, merged_is_saved_at_once);
    world_add("group-keeps-its-new-name", NULL, group_keeps_its_new_name);
    world_add("typed-number-becomes-plain", NULL, typed_number_becomes_plain);
    world_add("bitlbee/typed-number-becomes-plain", "BitlBee", typed_number_becomes_plain);
    world_add("own-number-is-refused", NULL, own_number_is_refused);
    world_add("numbers-have-a-plus", NULL, numbers_have_a_plus);
    world_add("bitlbee/numbers-have-a-plus", "BitlBee", numbers_have_a_plus);
    world_add("buddy-goes-meanwhile", NULL, buddy_goes_meanwhile);
    world_add("account-goes-off-meanwhile", NULL, account_goes_off_meanwhile);
    world_add("account-goes-off-with-a-line", NULL, account_goes_off_with_a_line);
    world_add("conversation-goes-meanwhile", NULL, conversation_goes_meanwhile);
    world_add("namesakes-are-told-apart", NULL, namesakes_are_told_apart);
    world_add("account-is-deleted-meanwhile", NULL, account_is_deleted_meanwhile);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
