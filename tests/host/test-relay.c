// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/rig.h"
#include "world.h"
#include <string.h>

/* A number whose webhooks the real relay takes, and a chat program that listens nowhere and sleeps,
 * is killed, or finds the relay gone: all that was acknowledged is shown, in order, once. */

typedef void (*Story)(World *world, Rig *rig);

/* ---- the relay of a number ---- */

/* @proves: whether it can tell what is genuine, or leaves that to the desk. */
static char *
dup_tenant(World *world, gboolean proves)
{
    g_autofree char *secret =
        coex_sim_get_provider(world->sim) == COEX_SIM_META
            ? g_strdup_printf("app-secret=%s\nverify-token=%s\n",
                              coex_sim_get_app_secret(world->sim),
                              coex_sim_get_verify_token(world->sim))
            : g_strdup_printf("webhook-header=%s\n", coex_sim_get_webhook_header(world->sim));

    return g_strdup_printf("[tenant bakery]\npath=/bakery\nprovider=%s\nnumber=%s\ndesk-key=%s\n%s",
                           coex_sim_get_provider_name(world->sim), coex_sim_get_number(world->sim),
                           RIG_KEY, proves ? secret : "");
}

static void
use_relay(World *world, Host *host, const char *url, const char *name)
{
    const char *own = coex_sim_get_number(world->sim);

    host_set_option(host, own, "listen", "off");
    host_set_option(host, own, "relay", url);
    host_set_option(host, own, "relay-key", RIG_KEY);
    host_set_option(host, own, "desk-name", name);
}

static void
run_story(World *world, gboolean proves, Story story)
{
    g_autofree char *tenant = dup_tenant(world, proves);
    Rig *rig = rig_new(NULL, tenant);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/bakery", rig->port);

    coex_sim_set_webhook(world->sim, url);
    use_relay(world, world->host, url, "counter");
    story(world, rig);
    host_quit(world->host);
    host_assert_kept(world->host, RIG_KEY);
    rig_free(rig);
}

static void
customer_writes(World *world, const char *text)
{
    g_free(coex_sim_customer_sends(world->sim, "ada", text));
}

static void
assert_shown(World *world, const char *text, guint n)
{
    host_assert(world->host, host_count(world->host, EVENT_MESSAGE, ADA, text) == n, text);
}

/* ---- awake ---- */

static void
tell_through(World *world, Rig *rig)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Is my order ready?");
    host_type(world->host, ADA, "It is");
    host_wait_message(world->host, ADA, "SEND", "It is");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    coex_sim_customer_reads(world->sim, "ada");
    host_wait_tooltip(world->host, ADA, "*ead*");
    g_free(coex_sim_phone_sends(world->sim, "ada", "Until six"));
    host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*Until six");

    /* who is forgotten here is known elsewhere still */
    host_type(world->host, ADA, "/forget");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*Forget Ada Lovelace?*The relay keeps*");
}

static void
comes_through(World *world)
{
    run_story(world, TRUE, tell_through);
}

/* ---- asleep ---- */

/* As it was written, whatever the order in which it came. */
static void
wait_in_order(World *world, guint n)
{
    guint last = 0;

    for (guint i = 1; i <= n; i++) {
        g_autofree char *text = g_strdup_printf("Number %u.", i);
        const HostEvent *line = host_wait_message(world->host, ADA, "RECV", text);

        host_assert(world->host, line->index > last, "the lines are in order");
        last = line->index;
    }
}

static void
sleep_over(World *world, Rig *rig)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Good evening");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_logout(world->host);
    host_quit(world->host);
    for (guint i = 1; i <= 30; i++) {
        g_autofree char *text = g_strdup_printf("Number %u.", i);

        customer_writes(world, text);
    }
    world_settle(world);
    rig_stop(rig);
    rig_start(rig);
    host_go_online(world->host);
    wait_in_order(world, 30);
    host_type(world->host, ADA, "Good morning");
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", 2, HOST_PATIENCE_MS));
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_logout(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "The end");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 2);
    for (guint i = 1; i <= 30; i++) {
        g_autofree char *text = g_strdup_printf("Number %u.", i);

        assert_shown(world, text, 1);
    }
}

static void
sleeps(World *world)
{
    run_story(world, TRUE, sleep_over);
}

/* ---- the relay is away ---- */

static void
lose_relay(World *world, Rig *rig)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Before");
    rig_kill(rig);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The relay cannot be asked: *127.0.0.1*");
    customer_writes(world, "During");
    host_type(world->host, ADA, "Without the relay");
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", 1, HOST_PATIENCE_MS));
    rig_start(rig);
    host_wait_message(world->host, ADA, "RECV", "During");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The relay answers again. *");
    world_customer_writes(world, "ada", ADA, "After");
    assert_shown(world, "Before", 1);
    assert_shown(world, "During", 1);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
    host_check(world->host, host_count(world->host, EVENT_NOTICE, NULL, "*The relay *") == 2);
}

static void
relay_is_killed(World *world)
{
    run_story(world, TRUE, lose_relay);
}

/* ---- what only the desk can prove ---- */

static void
forge(World *world, Rig *rig)
{
    g_autoptr(GBytes) forged = coex_sim_render_text(world->sim, "ada", "Forged");
    g_autofree char *url = coex_sim_dup_webhook(world->sim);

    host_go_online(world->host);
    host_check(world->host, coex_sim_deliver_raw_to(world->sim, "POST", url, forged,
                                                    COEX_SIM_SIGN_WRONG) == 200);
    host_check(world->host,
               coex_sim_deliver_raw_to(world->sim, "POST", url, forged, COEX_SIM_SIGN_NONE) == 200);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The relay has a delivery that is not proven*");
    world_customer_writes(world, "ada", ADA, "Genuine");
    host_logout(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Genuine, too");
    assert_shown(world, "Forged", 0);
    assert_shown(world, "Genuine", 1);
}

static void
desk_proves(World *world)
{
    run_story(world, FALSE, forge);
}

/* ---- both die ---- */

#define N_KILLS 6
#define N_MESSAGES 8 /* in each round */

static void
type_answer(World *world, guint round)
{
    g_autofree char *text = g_strdup_printf("answer %u.", round);

    host_type(world->host, ADA, text);
    host_wait_message(world->host, ADA, "SEND", text);
}

/* In turn the desk, the relay, and both, at another point each time. */
static void
live_and_die(World *world, Rig *rig, guint round)
{
    host_go_online(world->host);
    type_answer(world, round);
    for (guint i = 0; i < N_MESSAGES; i++) {
        g_autofree char *text = g_strdup_printf("message %u.%u.", round, i);

        customer_writes(world, text);
    }
    for (guint i = 0; i < round; i++)
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "message *");
    if (round % 3 != 0)
        rig_kill(rig);
    if (round % 3 != 1)
        host_kill(world->host);
    if (round % 3 != 0)
        rig_start(rig);
    if (round % 3 == 1)
        host_kill(world->host);
}

static void
die(World *world, Rig *rig)
{
    guint n_repeated = 0;

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_kill(world->host);
    for (guint round = 0; round < N_KILLS; round++)
        live_and_die(world, rig, round);
    host_go_online(world->host);
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "the end");
    for (guint round = 0; round < N_KILLS; round++) {
        for (guint i = 0; i < N_MESSAGES; i++) {
            g_autofree char *text = g_strdup_printf("message %u.%u.", round, i);
            guint n = host_count(world->host, EVENT_MESSAGE, ADA, text);

            host_assert(world->host, n >= 1, text);
            n_repeated += n - 1;
        }
    }
    host_assert(world->host, n_repeated <= N_KILLS + 1, "at most one repeated line for each kill");
    host_assert(world->host, coex_sim_n_sent(world->sim, "ada") <= N_KILLS,
                "no text is sent twice");
}

static void
both_are_killed(World *world)
{
    run_story(world, TRUE, die);
}

/* ---- several desks ---- */

static Host *
open_home(World *world, Rig *rig, const char *ui_id)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/bakery", rig->port);
    Host *home = world_new_desk(world, ui_id);

    use_relay(world, home, url, "home");
    host_go_online(home);
    return home;
}

static void
assert_sent_at(Host *host, const char *text, guint n)
{
    host_assert(host, host_count_messages(host, ADA, "SEND", NULL, text) == n, text);
}

/* What one writes the other shows, with its name; nothing is shown or sent again afterwards. */
static void
share(World *world, Rig *rig)
{
    g_autoptr(Host) home = open_home(world, rig, world->bitlbee ? "BitlBee" : NULL);
    Host *counter = world->host;
    guint n_own = world->bitlbee ? 0 : 1; /* there it stands in the IRC client */

    host_go_online(counter);
    world_customer_writes(world, "ada", ADA, "Is it ready?");
    host_wait_message(home, ADA, "RECV", "Is it ready?");
    host_type(counter, ADA, "It is\nand warm");
    host_wait_message(home, ADA, "SEND|REMOTE_SEND", "[desk counter] It is*and warm");
    host_wait_tooltip(counter, ADA, "*elivered*");
    host_type(home, ADA, "Until <six> & later");
    host_wait_message(counter, ADA, "SEND|REMOTE_SEND", "[desk home] Until <six> & later");
    host_wait_message(counter, ADA, "SYSTEM", "*The desk “home” and this one both *");
    host_wait_message(home, ADA, "SYSTEM", "*The desk “counter” and this one both *");
    host_wait_tooltip(home, ADA, "*elivered*");
    world_customer_writes(world, "ada", ADA, "Good");
    host_wait_message(home, ADA, "RECV", "Good");
    host_logout(home);
    host_quit(home);
    host_logout(counter);
    host_go_online(counter);
    host_go_online(home);
    world_customer_writes(world, "ada", ADA, "The end");
    host_wait_message(home, ADA, "RECV", "The end");
    if (!world->bitlbee)
        host_wait_message(home, ADA, "SYSTEM", "*→ [desk counter]: It is*");
    assert_sent_at(counter, "*It is*", n_own);
    assert_sent_at(counter, "*Until*", 1);
    assert_sent_at(home, "*It is*", 1);
    assert_sent_at(home, "*Until*", n_own);
    host_check(counter, coex_sim_n_sent(world->sim, "ada") == 2);
}

static void
two_desks(World *world)
{
    run_story(world, TRUE, share);
}

#define N_CUTS 4

/* The relay is gone when WhatsApp has it; then the desk dies, too, a little later each time. The
 * copy goes when both are back, as soon as it is sure that WhatsApp has it. */
static void
cut_off(World *world, Rig *rig, Host *home, guint round)
{
    g_autofree char *text = g_strdup_printf("answer %u.", round);
    g_autofree char *line = g_strdup_printf("[desk counter] answer %u.", round);

    rig_kill(rig);
    host_type(world->host, ADA, text);
    if (round > 0)
        host_wait_message(world->host, ADA, "SEND", text);
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", round + 1, HOST_PATIENCE_MS));
    if (round > 1)
        host_wait_tooltip(world->host, ADA, "*ccepted*");
    host_kill(world->host);
    rig_start(rig);
    host_go_online(world->host);
    host_wait_message(home, ADA, "SEND|REMOTE_SEND", line);
}

static void
cut_all_off(World *world, Rig *rig)
{
    g_autoptr(Host) home = open_home(world, rig, NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    for (guint round = 0; round < N_CUTS; round++)
        cut_off(world, rig, home, round);
    world_customer_writes(world, "ada", ADA, "the end");
    host_wait_message(home, ADA, "RECV", "the end");
    for (guint round = 0; round < N_CUTS; round++) {
        g_autofree char *text = g_strdup_printf("*answer %u.", round);

        assert_sent_at(home, text, 1);
    }
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == N_CUTS);
}

static void
copies_outlive_kills(World *world)
{
    run_story(world, TRUE, cut_all_off);
}

#define N_MISSED 3

/* What was sent while the relay was away goes to the others all the same. */
static void
miss_several(World *world, Rig *rig)
{
    g_autoptr(Host) home = open_home(world, rig, NULL);
    Host *counter = world->host;

    host_go_online(counter);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_wait_message(home, ADA, "RECV", "Hello");
    rig_kill(rig);
    for (guint i = 0; i < N_MISSED; i++) {
        g_autofree char *text = g_strdup_printf("answer %u.", i);

        host_type(counter, ADA, text);
        host_wait_message(counter, ADA, "SEND", text);
        host_check(counter, coex_sim_wait_n_sent(world->sim, "ada", i + 1, HOST_PATIENCE_MS));
    }
    host_wait_tooltip(counter, ADA, "*ccepted*");
    rig_start(rig);
    for (guint i = 0; i < N_MISSED; i++) {
        g_autofree char *line = g_strdup_printf("[desk counter] answer %u.", i);

        host_wait_message(home, ADA, "SEND|REMOTE_SEND", line);
    }
    host_type(counter, ADA, "the end");
    host_wait_message(home, ADA, "SEND|REMOTE_SEND", "[desk counter] the end");
    for (guint i = 0; i < N_MISSED; i++) {
        g_autofree char *text = g_strdup_printf("*answer %u.", i);

        assert_sent_at(home, text, 1);
        assert_sent_at(counter, text, 1);
    }
    host_check(counter, host_count(counter, EVENT_NOTICE, NULL, "*does not take the copy*") == 0);
    host_check(counter, coex_sim_n_sent(world->sim, "ada") == N_MISSED + 1);
}

static void
copies_wait(World *world)
{
    run_story(world, TRUE, miss_several);
}

static void
add_all(void)
{
    world_add("comes-through", NULL, comes_through);
    world_add("sleeps", NULL, sleeps);
    world_add_at(COEX_SIM_META, "sleeps-bitlbee", "BitlBee", sleeps);
    world_add_at(COEX_SIM_META, "relay-is-killed", NULL, relay_is_killed);
    world_add_at(COEX_SIM_META, "desk-proves", NULL, desk_proves);
    world_add_at(COEX_SIM_360DIALOG, "both-are-killed", NULL, both_are_killed);
    world_add("two-desks", NULL, two_desks);
    world_add_at(COEX_SIM_META, "two-desks-bitlbee", "BitlBee", two_desks);
    world_add_at(COEX_SIM_META, "copies-outlive-kills", NULL, copies_outlive_kills);
    world_add_at(COEX_SIM_META, "copies-wait", NULL, copies_wait);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
