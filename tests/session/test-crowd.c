// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"

/* A broadcast to more people than are ever on their way at once: its pace, what ends it early, and
 * what goes on beside it. */

#define CROWD 24
#define LARGE                                                                                      \
    300 /* half a minute: what is to happen before its end does so on a slow machine, too */

/* Customers who never wrote; and, NULL for nobody, one behind them. */
static GPtrArray *
make_crowd(Desk *desk, guint n, const char *last)
{
    GPtrArray *buddies = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < n; i++) {
        char *number = g_strdup_printf("49151%08u", 20000000 + i);
        g_autofree char *who = g_strdup_printf("p%u", i);
        g_autofree char *dialled = g_strconcat("+", number, NULL);

        if (!coex_sim_has_customer(desk->sim, who))
            coex_sim_add_customer(desk->sim, who, dialled, NULL, NULL);
        g_ptr_array_add(buddies, number);
        g_ptr_array_add(buddies, g_strdup_printf("Number %u", i));
    }
    if (last != NULL) {
        g_ptr_array_add(buddies, g_strdup(last));
        g_ptr_array_add(buddies, g_strdup(""));
    }
    g_ptr_array_add(buddies, NULL);
    return buddies;
}

static void
plan_for_many(Desk *desk, guint n, const char *code, const char *last)
{
    const char *const values[] = { "{name}", code, NULL };
    g_autoptr(GPtrArray) buddies = make_crowd(desk, n, last);

    plan_for(desk, "order_update", values, (const char *const *)buddies->pdata);
}

static void
plan_crowd(Desk *desk, const char *code, const char *last)
{
    plan_for_many(desk, CROWD, code, last);
}

static void
begin_planned(Desk *desk)
{
    desk_wait_ask(desk, "Send order_update (en_US) to * people of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
}

static void
begin_for_crowd(Desk *desk, const char *code, const char *last)
{
    plan_crowd(desk, code, last);
    begin_planned(desk);
}

static void
begin_for_many(Desk *desk, const char *code)
{
    plan_for_many(desk, LARGE, code, NULL);
    begin_planned(desk);
}

static void
take_all(Desk *desk, guint n_before)
{
    desk_fence(desk);
    take_parts(desk, coex_sim_n_sent(desk->sim, NULL) - n_before);
}

/* How many times each of the crowd has got it. */
static void
assert_crowd_got(Desk *desk, guint first, guint n)
{
    for (guint i = first; i < CROWD; i++) {
        g_autofree char *who = g_strdup_printf("p%u", i);

        g_assert_cmpuint(coex_sim_n_sent(desk->sim, who), ==, n);
    }
}

/* What would befall the rest ends it, in whichever way it is told. */
static void
test_ended_early(Desk *desk)
{
    static const struct {
        int code;
        gboolean async;
    } cases[] = {
        { 131048, FALSE }, { 131042, TRUE }, { 132016, FALSE },
        { 131064, TRUE },  { 368, FALSE },   { 132015, TRUE },
    };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = g_strdup_printf("E-%u", i);
        g_autofree char *line = g_strdup_printf(
            "The broadcast of order_update to “Bakers” has ended early: WhatsApp has taken it for "
            "* of 24 people, * not sent. *(code %d*\n/broadcast lists them. Once that is mended, "
            "the same command sends it to the others alone.",
            cases[i].code);
        guint n_before = coex_sim_n_sent(desk->sim, NULL);
        guint n_sent;

        if (cases[i].async)
            coex_sim_fail_next_async(desk->sim, cases[i].code);
        else
            coex_sim_fail_next(desk->sim, cases[i].code);
        begin_for_crowd(desk, value, NULL);
        desk_wait_notice(desk, NULL, line);
        wait_report(desk, "*: 24 people, *1 failed, * not sent. *(code *");
        take_all(desk, n_before);
        n_sent = coex_sim_n_sent(desk->sim, NULL) - n_before;
        g_assert_cmpuint(n_sent, <, CROWD);
    }
}

/* The same command is for the others alone. */
static void
test_gone_on_with(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next(desk->sim, 131048);
    begin_for_crowd(desk, "E-1", NULL);
    desk_wait_notice(desk, NULL, "* has ended early: *");
    wait_report(desk, "*: 24 people, *1 failed, * not sent. *(code 131048*");
    begin_for_crowd(desk, "E-1", NULL);
    desk_wait_notice(desk, NULL, DONE);
    take_all(desk, 0);
    assert_crowd_got(desk, 0, 1);
}

static void
test_paused_meanwhile(Desk *desk)
{
    open_shop(desk);
    begin_for_crowd(desk, "P-1", NULL);
    take_part(desk, NULL);
    coex_sim_pause_template(desk->sim, "order_update");
    desk_wait_notice(desk, NULL, "* has ended early: *");
    take_all(desk, 1);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), <, CROWD);
}

static void
refresh(Desk *desk)
{
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
}

/* Nobody gets another text than was agreed to, nor one that is gone. */
static void
test_edited_meanwhile(Desk *desk)
{
    open_shop(desk);
    begin_for_many(desk, "E-1");
    take_part(desk, NULL);
    coex_sim_add_template(desk->sim,
                          "{\"name\":\"order_update\",\"language\":\"en_US\",\"category\":"
                          "\"UTILITY\",\"status\":\"APPROVED\",\"parameter_format\":"
                          "\"POSITIONAL\",\"components\":[{\"type\":\"BODY\",\"text\":\"Hi {{1}}, "
                          "your order {{2}} is late.\"},{\"type\":\"FOOTER\",\"text\":\"Radhaus "
                          "Mitte\"}]}");
    refresh(desk);
    desk_wait_notice(desk, NULL,
                     "* has ended early: * The text of the template order_update has changed.\n*");
    begin_for_many(desk, "E-2");
    /* WhatsApp itself may be the first to say so */
    coex_sim_remove_template(desk->sim, "order_update");
    refresh(desk);
    desk_wait_notice(desk, NULL,
                     "* has ended early: * template *\n/broadcast lists them. Once that is *");
    take_all(desk, 1);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), <, 2 * LARGE);
}

/* Nobody knows whether they have it, and it would be so of all of them. */
static void
test_no_clear_answers(Desk *desk)
{
    open_shop(desk);
    for (guint i = 0; i < CROWD; i++)
        coex_sim_fail_next_http(desk->sim, 502, "Bad gateway");
    begin_for_crowd(desk, "U-1", NULL);
    desk_wait_notice(desk, NULL, "* has ended early: * of 24 people, * not sent. *");
    wait_report(desk, "*: 24 people, * not confirmed, * not sent. *");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), <, CROWD);
    assert_nothing_sent(desk);
}

/* What concerns the number, or the pair, is tried again; what concerns the person is not. */
static void
test_storm(Desk *desk)
{
    static const int codes[] = { 131049, 130429, 131056, 131056, 130429 };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        coex_sim_fail_next(desk->sim, codes[i]);
    begin_for_crowd(desk, "S-1", NULL);
    desk_wait_notice(desk, NULL,
                     "* is done: WhatsApp has taken it for 23 of 24 people, 1 failed. *");
    wait_report(desk, "*: 24 people, 23 delivered, 1 failed.\n*(code 131049*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==,
                     CROWD + G_N_ELEMENTS(codes) - 1);
    assert_crowd_got(desk, 1, 1);
    take_all(desk, 0);
    plan_crowd(desk, "S-1", NULL);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it*");
}

/* What concerns each of them alone, however many it befalls, ends nothing. */
static void
test_fails_for_many(Desk *desk)
{
    static const int codes[] = { 131049, 131050, 131026, 131026, 131050, 131049, 131049, 131050 };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        coex_sim_fail_next_async(desk->sim, codes[i]);
    begin_for_crowd(desk, "F-1", NULL);
    desk_wait_notice(desk, NULL, "* is done: WhatsApp has taken it for * of 24 people*");
    wait_report(desk, "*: 24 people, 16 delivered, 8 failed.\n*(code 1310*");
    take_all(desk, 0);
    assert_crowd_got(desk, 0, 1);
    /* what may work by now goes to those alone */
    plan_crowd(desk, "F-1", NULL);
    desk_wait_ask(desk, "Send order_update (en_US) to 2 people of “Bakers”?");
}

static void
assert_nobody_twice(Desk *desk)
{
    for (guint i = 0; i < LARGE; i++) {
        g_autofree char *who = g_strdup_printf("p%u", i);

        g_assert_cmpuint(coex_sim_n_sent(desk->sim, who), <=, 1);
    }
}

/* Another login in its middle, and it is stopped, while statuses tell of those before. */
static void
test_stopped_after_a_relogin(Desk *desk)
{
    static const int codes[] = { 131049, 131050, 131049 };
    guint n_before;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    begin_for_many(desk, "R-1");
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS);

        g_assert_nonnull(sent);
        if (i == 1)
            desk_restart(desk);
        coex_sim_status_failed(desk->sim, sent->wamid, codes[i], "Not delivered", "Not delivered.");
    }
    desk_wait_notice(desk, NULL, "The broadcast * goes on, with * to go.*");
    broadcast_step(desk, COEX_BROADCAST_STOP);
    desk_wait_notice(desk, NULL, "* was stopped: WhatsApp has taken it for * of 300 people*");
    wait_report(desk, "*: 300 people,* 3 failed, * not sent. It was stopped.\n*");
    desk_wait_catalogue(desk);
    n_before = coex_sim_n_sent(desk->sim, NULL);
    plan_for_many(desk, LARGE, "R-1", NULL);
    desk_wait_ask(desk, "Send order_update (en_US) to * people of “Bakers”?");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, n_before);
    g_assert_cmpuint(n_before, <, LARGE);
    assert_nobody_twice(desk);
    take_all(desk, G_N_ELEMENTS(codes));
}

/* In the middle: the rest waits, what customers write is shown, and with a good one it goes on. */
static void
test_token_dies(Desk *desk)
{
    open_shop(desk);
    begin_for_crowd(desk, "K-1", NULL);
    take_parts(desk, 3);
    coex_sim_revoke_token(desk->sim);
    desk_wait_notice(desk, NULL, "Nothing can be sent: *");
    desk_hear(desk, "ada", "Are you there?");
    wait_report(desk, "*: 24 people, * still to go. It still runs.\n*");
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The broadcast * goes on, with * to go.*");
    desk_wait_notice(desk, NULL, "* is done: WhatsApp has taken it for 24 of 24 people. *");
    wait_report(desk, "*: 24 people, 24 delivered.\n*");
    assert_crowd_got(desk, 0, 1);
    take_all(desk, 3);
}

/* What is typed meanwhile, also to one of them, does not wait for the others' turns. */
static void
test_text_between(Desk *desk)
{
    gint64 first_us = 0, last_us = 0;
    guint n_before_text = G_MAXUINT;

    open_shop(desk);
    begin_for_crowd(desk, "T-1", desk_name("ada"));
    desk_say(desk, "ada", "A question");
    for (guint i = 0; i < CROWD + 2; i++) {
        g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS);

        g_assert_nonnull(sent);
        first_us = i == 0 ? sent->time_us : first_us;
        last_us = sent->time_us;
        if (sent->template_name == NULL)
            n_before_text = i;
        else if (g_strcmp0(sent->who, "ada") == 0)
            g_assert_cmpuint(n_before_text, <, i);
    }
    g_assert_cmpuint(n_before_text, <, CROWD);
    /* ten a second */
    g_assert_cmpint(last_us - first_us, >=, (gint64)(CROWD - 2) * G_USEC_PER_SEC / 10);
    desk_wait_notice(desk, NULL, DONE);
    desk_wait_state(desk, "ada", "delivered*");
}

static void
test_too_many(Desk *desk)
{
    g_autoptr(GPtrArray) most = NULL;

    open_shop(desk);
    most = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < 2 * 10000; i++)
        g_ptr_array_add(most, i % 2 == 0 ? g_strdup_printf("49152%08u", i) : g_strdup("Somebody"));
    g_ptr_array_add(most, NULL);
    plan_for(desk, "order_update", order_values, (const char *const *)most->pdata);
    desk_wait_ask(desk, "Send order_update (en_US) to 10000 people of “Bakers”?");
    g_ptr_array_insert(most, 0, g_strdup("4915512345678"));
    g_ptr_array_insert(most, 1, g_strdup(""));
    plan_for(desk, "order_update", order_values, (const char *const *)most->pdata);
    desk_wait_notice(desk, NULL, "Nothing was sent: “Bakers” has more than 10000 people, *");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, OVER);
    assert_nothing_sent(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/crowd/ended-early", test_ended_early);
    desk_add_at(DESK_ONLY_META, "/crowd/gone-on-with", test_gone_on_with);
    desk_add("/crowd/paused-meanwhile", test_paused_meanwhile);
    desk_add_at(DESK_ONLY_360DIALOG, "/crowd/edited-meanwhile", test_edited_meanwhile);
    desk_add_at(DESK_ONLY_META, "/crowd/fails-for-many", test_fails_for_many);
    desk_add_at(DESK_ONLY_META, "/crowd/stopped-after-a-relogin", test_stopped_after_a_relogin);
    desk_add_at(DESK_ONLY_360DIALOG, "/crowd/no-clear-answers", test_no_clear_answers);
    desk_add_at(DESK_ONLY_META, "/crowd/storm", test_storm);
    desk_add_at(DESK_ONLY_360DIALOG, "/crowd/token-dies", test_token_dies);
    desk_add_at(DESK_ONLY_360DIALOG, "/crowd/text-between", test_text_between);
    desk_add_at(DESK_ONLY_META, "/crowd/too-many", test_too_many);
    return g_test_run();
}
