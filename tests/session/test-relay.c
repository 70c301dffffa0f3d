// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "examined.h"
#include "sim/relay.h"

#include <string.h>

#define KEY "made-up-desk-key-77aa"

/* A number whose webhooks a relay takes, and a desk that listens nowhere. */

typedef void (*RelayTest)(Desk *desk, CoexSimRelay *relay);

static void
set_up(Desk *desk, CoexSimRelay *relay)
{
    desk->config.listen = "off";
    desk->config.relay = coex_sim_relay_get_url(relay);
    desk->config.relay_key = KEY;
    coex_sim_set_webhook(desk->sim, coex_sim_relay_get_url(relay));
}

static void
let_arrive(Desk *desk)
{
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
}

static void
ada_writes(Desk *desk, const char *text)
{
    g_free(coex_sim_customer_sends(desk->sim, "ada", text));
}

/* Shown once, and nothing before it that was not waited for. */
static void
assert_once(Desk *desk, const char *text)
{
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", text), ==, 1);
}

/* ---- what comes ---- */

static void
test_comes(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Good morning");
    desk_wait_state(desk, "ada", "delivered*");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_logout(desk);
}

/* In order, with the times they have, once. */
static void
test_asleep(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);
    const DeskEvent *line;
    gint64 first;

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Before");
    desk_say(desk, "ada", "Sent before");
    desk_wait_state(desk, "ada", "delivered*");
    desk_logout(desk);
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "One", g_get_real_time() / 1000000 - 7200));
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "Two", g_get_real_time() / 1000000 - 3600));
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    coex_sim_customer_reads(desk->sim, "ada");
    let_arrive(desk);
    desk_login(desk);
    line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "One");
    first = line->item->time;
    line = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Two");
    g_assert_cmpint(line->item->time - first, ==, 3600);
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_fence(desk);
    desk_wait_catalogue(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    desk_logout(desk);
}

/* More than one answer holds. */
static void
test_many(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    for (guint i = 0; i < 600; i++) {
        g_autofree char *text = g_strdup_printf("Number %u", i);

        ada_writes(desk, text);
    }
    let_arrive(desk);
    desk_login(desk);
    for (guint i = 0; i < 600; i++) {
        g_autofree char *text = g_strdup_printf("Number %u", i);

        desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", text);
    }
    desk_fence(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 600);
    desk_logout(desk);
}

/* ---- the relay is away ---- */

static void
test_away(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Before");
    coex_sim_relay_set_mood(relay, COEX_SIM_RELAY_AWAY);
    ada_writes(desk, "One");
    ada_writes(desk, "Two");
    let_arrive(desk);
    desk_wait_notice(desk, NULL, "The relay cannot be asked: 127.0.0.1 answered with HTTP 503. *");
    coex_sim_relay_set_mood(relay, COEX_SIM_RELAY_HONEST);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "One");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Two");
    desk_wait_notice(desk, NULL,
                     "The relay answers again. 2 deliveries came meanwhile, the oldest at *");
    desk_fence(desk);
    desk_logout(desk);
}

/* One that is only started anew is not worth a line. */
static void
test_restarted(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Before");
    coex_sim_relay_kill(relay);
    coex_sim_relay_restart(relay);
    ada_writes(desk, "After");
    assert_once(desk, "After");
    desk_logout(desk);
}

/* ---- the user's mistakes ---- */

static void
test_wrong_key(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk->config.relay_key = "another-key-0000";
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_notice(desk, NULL,
                     "The relay 127.0.0.1 refuses the option relay-key, *Copy the desk-key*");
    ada_writes(desk, "Hello");
    let_arrive(desk);
    desk_logout(desk);
    desk->config.relay_key = KEY;
    desk_login(desk);
    assert_once(desk, "Hello");
    desk_wait_catalogue(desk);
    desk_logout(desk);
}

static void
test_wrong_path(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);
    g_autofree char *url = g_strconcat(coex_sim_relay_get_url(relay), "ry", NULL);

    set_up(desk, relay);
    desk->config.relay = g_intern_string(url);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_notice(desk, NULL, "The relay 127.0.0.1 has nothing at the path *");
    desk_logout(desk);
}

/* What was not proven is read once more when the secret is another. */
static void
test_wrong_secret(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);
    const char **secret =
        desk_is_meta(desk) ? &desk->config.app_secret : &desk->config.webhook_header;
    const char *right = *secret;

    set_up(desk, relay);
    *secret = desk_is_meta(desk) ? "mistyped-secret" : "X-Coex-Secret: mistyped";
    ada_writes(desk, "Hello");
    let_arrive(desk);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_notice(desk, NULL, "The relay has a delivery that is not proven by the option *");
    desk_logout(desk);
    *secret = right;
    desk_login(desk);
    assert_once(desk, "Hello");
    desk_wait_catalogue(desk);
    desk_logout(desk);
}

/* ---- relays that lie ---- */

static const CoexSimRelayMood lies[] = {
    COEX_SIM_RELAY_PAGE,      COEX_SIM_RELAY_REDIRECTS,  COEX_SIM_RELAY_REPEATS,
    COEX_SIM_RELAY_LONG_LINE, COEX_SIM_RELAY_LONG_BODY,  COEX_SIM_RELAY_WRONG_LENGTH,
    COEX_SIM_RELAY_TOO_MANY,  COEX_SIM_RELAY_ENDLESS,    COEX_SIM_RELAY_BEYOND,
    COEX_SIM_RELAY_GOES_ON,   COEX_SIM_RELAY_BREAKS_OFF,
};

typedef struct {
    Desk *desk;
    CoexSimRelay *relay;
} Victim;

static void
begin_lie(Victim *victim, CoexSimRelayMood mood)
{
    victim->desk = desk_new(COEX_SIM_META);
    victim->relay = coex_sim_relay_new(KEY);
    set_up(victim->desk, victim->relay);
    /* Nor is any of what comes too often proven. */
    if (mood == COEX_SIM_RELAY_TOO_MANY)
        desk_ignore(victim->desk, "The relay has a delivery that is not proven *");
    desk_login(victim->desk);
    desk_wait_catalogue(victim->desk);
    desk_hear(victim->desk, "ada", "Before");
    coex_sim_relay_set_mood(victim->relay, mood);
    ada_writes(victim->desk, "During");
}

static void
end_lie(Victim *victim)
{
    desk_wait_notice(victim->desk, NULL, "What answers at the option relay is no relay, *");
    coex_sim_relay_set_mood(victim->relay, COEX_SIM_RELAY_HONEST);
    ada_writes(victim->desk, "After");
}

static void
survive(Victim *victim)
{
    Desk *desk = victim->desk;

    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "During");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "After");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 3);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "What answers*"), ==, 1);
}

static void
clear(Victim *victim)
{
    desk_free(victim->desk);
    coex_sim_relay_free(victim->relay);
}

/* To a desk each, all at one time. */
static void
test_lies(void)
{
    Victim victims[G_N_ELEMENTS(lies)];

    for (guint i = 0; i < G_N_ELEMENTS(lies); i++)
        begin_lie(&victims[i], lies[i]);
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++)
        end_lie(&victims[i]);
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++)
        survive(&victims[i]);
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++)
        clear(&victims[i]);
}

/* Who waits for nothing is not asked without end, and what it promises is not believed. */
static void
test_hasty(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);
    guint n_asked;

    set_up(desk, relay);
    coex_sim_relay_set_mood(relay, COEX_SIM_RELAY_HASTY);
    desk_login(desk);
    desk_wait_catalogue(desk);
    n_asked = coex_sim_relay_n_asked(relay);
    desk_run_ms(desk, 1500);
    g_assert_cmpuint(coex_sim_relay_n_asked(relay) - n_asked, <=, 4);
    coex_sim_relay_set_mood(relay, COEX_SIM_RELAY_HONEST);
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
}

/* Other tenants' bodies, and such as it makes up: one line, and what is genuine comes. */
static void
test_forged(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);
    const char *header = desk_is_meta(desk) ? "X-Hub-Signature-256" : "X-Coex-Secret";
    const char *value =
        desk_is_meta(desk)
            ? "sha256=1111111111111111111111111111111111111111111111111111111111111111"
            : "another-tenant's";

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    for (guint i = 0; i < 20; i++) {
        g_autofree char *text = g_strdup_printf("Forged %u", i);
        g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", text);

        coex_sim_relay_put(relay, i % 2 == 0 ? header : NULL, value, body);
    }
    desk_wait_notice(desk, NULL, "The relay has a delivery that is not proven by the option *");
    ada_writes(desk, "Genuine");
    assert_once(desk, "Genuine");
    desk_logout(desk);
}

/* ---- its log ---- */

static void
test_new_log(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Before");
    desk_hear(desk, "ada", "Before that");
    coex_sim_relay_begin_anew(relay);
    desk_wait_notice(desk, NULL, "The relay began a new log, *");
    coex_sim_redeliver_last(desk->sim);
    ada_writes(desk, "After");
    assert_once(desk, "After");
    desk_logout(desk);
}

static void
test_gap(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    set_up(desk, relay);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Before");
    desk_logout(desk);
    ada_writes(desk, "Too old");
    ada_writes(desk, "Young enough");
    let_arrive(desk);
    coex_sim_relay_drop(relay, 2);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The relay keeps deliveries for a while only, *");
    assert_once(desk, "Young enough");
    desk_wait_catalogue(desk);
    desk_logout(desk);
}

/* ---- the check of the connection ---- */

static void
settle_with_relay(Desk *desk, CoexSimRelay *relay)
{
    examined_settle(desk);
    desk_logout(desk);
    set_up(desk, relay);
    desk->config.public_url = coex_sim_relay_get_url(relay);
    if (desk_is_meta(desk))
        coex_sim_override_webhook(desk->sim, TRUE, coex_sim_relay_get_url(relay));
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "By the relay");
}

static void
test_examined(Desk *desk)
{
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);
    const char *report;

    settle_with_relay(desk, relay);
    report = examined_run(desk);
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "ok: Nothing listens on this computer*: the relay does.");
    examined_assert_line(desk, report,
                         "ok: The relay 127.0.0.1 answers, and takes the option relay-key. All "
                         "that it has is here; the last delivery came at *");
    coex_sim_relay_set_mood(relay, COEX_SIM_RELAY_HASTY);
    examined_assert_line(desk, examined_run(desk),
                         "ok: The relay 127.0.0.1 answers, and takes the option relay-key. It has "
                         "deliveries that are not here yet.");
    desk_logout(desk);
}

static void
test_examined_ill(Desk *desk)
{
    static const struct {
        CoexSimRelayMood mood;
        const char *glob;
    } cases[] = {
        { COEX_SIM_RELAY_REFUSES, "*The relay refuses the option relay-key: *" },
        { COEX_SIM_RELAY_LOST, "*The relay has nothing at the path of the option relay*" },
        { COEX_SIM_RELAY_AWAY, "*The relay answers with HTTP 503 *" },
        { COEX_SIM_RELAY_PAGE, "*What answers at * is no relay: a line of it is no JSON*" },
    };
    g_autoptr(CoexSimRelay) relay = coex_sim_relay_new(KEY);

    settle_with_relay(desk, relay);
    desk_ignore(desk, "The relay *");
    desk_ignore(desk, "What answers at the option relay *");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        coex_sim_relay_set_mood(relay, cases[i].mood);
        examined_assert_wrong(desk, examined_run(desk), cases[i].glob);
    }
    desk_logout(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/relay/comes", test_comes);
    desk_add("/relay/asleep", test_asleep);
    desk_add_at(DESK_ONLY_META, "/relay/many", test_many);
    desk_add_at(DESK_ONLY_META, "/relay/away", test_away);
    desk_add_at(DESK_ONLY_META, "/relay/restarted", test_restarted);
    desk_add_at(DESK_ONLY_META, "/relay/wrong-key", test_wrong_key);
    desk_add_at(DESK_ONLY_META, "/relay/wrong-path", test_wrong_path);
    desk_add("/relay/wrong-secret", test_wrong_secret);
    g_test_add_func("/relay/lies", test_lies);
    desk_add_at(DESK_ONLY_META, "/relay/hasty", test_hasty);
    desk_add("/relay/forged", test_forged);
    desk_add_at(DESK_ONLY_META, "/relay/new-log", test_new_log);
    desk_add_at(DESK_ONLY_META, "/relay/gap", test_gap);
    desk_add("/relay/examined", test_examined);
    desk_add_at(DESK_ONLY_META, "/relay/examined-ill", test_examined_ill);
    return g_test_run();
}
