// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"

const char *const order_values[] = { "{name}", "A-17", NULL };
const char *const no_values[] = { NULL };

void
open_shop(Desk *desk)
{
    coex_sim_add_customer(desk->sim, "erik", "+" ERIK, NULL, "Erik");
    coex_sim_add_customer(desk->sim, "frida", "+" FRIDA, NULL, "Frida");
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    desk_hear(desk, "carla", "Hello");
}

void
plan_for(Desk *desk, const char *template_, const char *const *values, const char *const *buddies)
{
    coex_session_plan_broadcast(desk->session, NULL, "Bakers",
                                desk_template(desk, template_, "en_US"), values,
                                g_strdupv((char **)buddies));
}

void
plan_order(Desk *desk)
{
    const char *const buddies[] = {
        desk_name("ada"), "", desk_name("ben"), "Benny", desk_name("carla"), "", NULL,
    };

    plan_for(desk, "order_update", order_values, buddies);
}

void
plan_marketing(Desk *desk)
{
    const char *const buddies[] = { ERIK, "", FRIDA, "", NULL };

    plan_for(desk, "we_miss_you", no_values, buddies);
    desk_wait_ask(desk, "Send we_miss_you (en_US) to 2 people of “Bakers”?");
}

void
broadcast_step(Desk *desk, CoexBroadcastStep step)
{
    coex_session_broadcast(desk->session, NULL, step, desk->asked_id);
}

void
begin_order(Desk *desk)
{
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, "The broadcast to “Bakers” begins, for 3 people.*");
}

static char *
dup_part(Desk *desk)
{
    g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS);

    if (sent == NULL)
        desk_fail(desk, "nothing was sent");
    return g_strjoinv("|", sent->values);
}

void
take_part(Desk *desk, const char *values)
{
    g_autofree char *part = dup_part(desk);

    if (values != NULL)
        g_assert_cmpstr(part, ==, values);
}

void
take_in_any_order(Desk *desk, const char *const *values)
{
    g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
    g_auto(GStrv) taken = NULL;

    for (guint i = 0; values[i] != NULL; i++) {
        g_autofree char *part = dup_part(desk);

        g_strv_builder_add(parts, part);
    }
    taken = g_strv_builder_end(parts);
    for (guint i = 0; values[i] != NULL; i++)
        g_assert_true(g_strv_contains((const char *const *)taken, values[i]));
}

void
take_parts(Desk *desk, guint n)
{
    for (guint i = 0; i < n; i++)
        take_part(desk, NULL);
}

void
assert_each_got(Desk *desk, guint n)
{
    static const char *const people[] = { "ada", "ben", "carla" };

    for (guint i = 0; i < G_N_ELEMENTS(people); i++)
        g_assert_cmpuint(coex_sim_n_sent(desk->sim, people[i]), ==, n);
}

void
assert_nothing_sent(Desk *desk)
{
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
}

void
wait_report(Desk *desk, const char *glob)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    const DeskEvent *event;

    do {
        broadcast_step(desk, COEX_BROADCAST_REPORT);
        event = desk_wait_facts(desk, NULL, "Broadcast of *");
        desk_fence(desk);
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "“%s”, not “%s”", event->text, glob);
    } while (!g_pattern_match_simple(glob, event->text));
}
