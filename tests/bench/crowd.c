// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"

/* A template to as many as one broadcast takes, who are in a group of the buddy list and never
 * wrote: how long the question takes, and what the chat program notices of it. */

#define N_PEOPLE 10000
#define N_SENT 100 /* ten a second */
#define PATIENCE_US (60 * (gint64)G_USEC_PER_SEC)
#define ORDER "broadcast " SCREEN_GROUP " order_update {name} | A-17"

/* The first of them leave. */
static void
add_customers(CoexSim *sim)
{
    for (guint i = 0; i < 2 * N_SENT; i++) {
        g_autofree char *who = g_strdup_printf("p%u", i);
        g_autofree char *number = g_strdup_printf("+" SCREEN_BUDDY, i);

        coex_sim_add_customer(sim, who, number, NULL, NULL);
    }
}

/* In the account's own conversation. */
static void
type(Rig *rig, const char *text)
{
    g_autofree char *command = g_strconcat("say ", text, NULL);

    child_ask(rig->host, command, "memory ");
}

/* When it was asked. */
static gint64
wait_asked(Rig *rig)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while (rig->screen->asked_at == 0) {
        if (g_get_monotonic_time() > end)
            g_error("nothing was asked");
        g_poll(NULL, 0, 2);
    }
    return rig->screen->asked_at;
}

/* For one alone, who is there before the others. */
static void
wait_templates(Rig *rig)
{
    child_ask(rig->host, "crowd 1", "memory ");
    while (rig->screen->asked_at == 0) {
        type(rig, ORDER);
        g_poll(NULL, 0, 100);
    }
    rig->screen->asked_at = 0;
}

static void
print_turn(const char *what, Rig *rig)
{
    bench_figure(&(Figure){ what, "ms", (double)rig->screen->gap_us / 1000, DEMAND_AT_MOST, 10 });
    bench_figure(&(Figure){ "processor time of the costliest", "ms",
                            (double)rig->screen->gap_cpu_us / 1000, DEMAND_NONE, 0 });
    rig->screen->gap_us = rig->screen->gap_cpu_us = 0;
}

void
bench_crowd(void)
{
    Rig *rig = rig_new();
    g_autofree char *crowd = g_strdup_printf("crowd %u", N_PEOPLE);
    gint64 base, began, asked, memory;

    bench_section("a broadcast to 10,000 people");
    add_customers(rig->sim);
    rig_start(rig, 0);
    rig_login(rig);
    wait_templates(rig);
    child_ask(rig->host, crowd, "memory ");
    base = rig_get_memory(rig);
    rig->screen->gap_us = rig->screen->gap_cpu_us = 0;
    began = g_get_monotonic_time();
    type(rig, ORDER);
    asked = wait_asked(rig);
    memory = rig_get_memory(rig);
    bench_figure(
        &(Figure){ "asked after", "ms", (double)(asked - began) / 1000, DEMAND_AT_MOST, 2000 });
    print_turn("longest turn of the main loop until then", rig);
    bench_figure(
        &(Figure){ "memory for it", "MB", (double)(memory - base) / 1024, DEMAND_AT_MOST, 20 });
    type(rig, "broadcast yes");
    if (!coex_sim_wait_n_sent(rig->sim, NULL, N_SENT, (guint)(PATIENCE_US / 1000)))
        g_error("it does not leave");
    print_turn("longest turn while 100 leave", rig);
    type(rig, "broadcast stop");
    rig_free(rig);
}
