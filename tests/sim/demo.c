// SPDX-License-Identifier: GPL-2.0-or-later
#include "console.h"

#define TICK_MS 250
#define SCRIPT_END_MS 14000
#define CALM_MIN_MS 25000
#define CALM_MAX_MS 70000

typedef struct {
    guint at_ms;
    const char *who;
    gboolean by_phone;
    const char *text;
} Line;

/* How it begins; afterwards people write now and then. */
static const Line script[] = {
    { 800, "ada", FALSE, "Hello! Are you open on Sunday?" },
    { 3500, "ben", FALSE, "Is my bike ready? The one with the *red* basket \360\237\232\262" },
    { 6500, "carla", FALSE, "Hi, I saw your shop window. Do you repair cargo bikes too?" },
    { 9500, "ben", TRUE, "Almost. The brake pads arrive at noon." },
    { 12500, "ben", FALSE, "Great, then I come after work." },
};

static const Line calm[] = {
    { 0, "ada", FALSE, "By the way, do you have kids' helmets?" },
    { 0, "ben", FALSE, "One more thing: could you look at the rear light as well?" },
    { 0, "carla", FALSE, "What does an inspection cost?" },
    { 0, "ada", TRUE, "We just got new helmets, come and have a look." },
    { 0, "ada", FALSE, "Thank you so much _again_!" },
    { 0, "ben", TRUE, "Your bike is ready for pick-up." },
    { 0, "carla", FALSE, "https://maps.example/bike-lane looks like a nice route" },
};

static const char *const answers[] = {
    "Thanks, that helps!",          "Perfect \360\237\221\215", "Ok, see you then.",
    "Good to know. And on Monday?", "Wonderful, thank you.",
};

typedef struct {
    char *who;
    gint64 at_us;
    gboolean reads; /* else answers */
} Plan;

typedef struct {
    CoexSim *sim;
    guint timer;
    gint64 began_us; /* 0: nothing was delivered yet */
    gint64 next_calm_us;
    guint n_script;
    GQueue plans;
} Demo;

static Demo demo;

void
coex_sim_add_demo_people(CoexSim *sim)
{
    coex_sim_add_customer(sim, "ada", "+12025550101", "US.70214458810936652071", "Ada Lovelace");
    coex_sim_add_customer(sim, "ben", "+447700900112", "GB.31877200459163380254", "Ben Whitaker");
    coex_sim_add_customer(sim, "carla", NULL, "DE.40817263549081726354", "Carla");
    coex_sim_set_username(sim, "carla", "carla.k");
    coex_sim_add_customer(sim, "dana", "+493023125017", "DE.90551127734806612945", "Dana Weber");
    coex_sim_close_window(sim, "dana");
}

static void
speak(const Line *line)
{
    if (line->by_phone)
        g_free(coex_sim_phone_sends(demo.sim, line->who, line->text));
    else
        g_free(coex_sim_customer_sends(demo.sim, line->who, line->text));
}

static void
plan(const char *who, guint after_ms, gboolean reads)
{
    Plan *next = g_new0(Plan, 1);

    next->who = g_strdup(who);
    next->at_us = g_get_monotonic_time() + after_ms * G_TIME_SPAN_MILLISECOND;
    next->reads = reads;
    g_queue_push_tail(&demo.plans, next);
}

static void
plan_free(Plan *old)
{
    g_free(old->who);
    g_free(old);
}

static void
react_to_sends(void)
{
    g_autoptr(CoexSimRequest) sent = NULL;

    while ((sent = coex_sim_next_sent(demo.sim, 0)) != NULL) {
        gboolean likely = sent->template_name || g_random_int_range(0, 10) < 6;

        if (sent->who)
            plan(sent->who, (guint)g_random_int_range(900, 2000), TRUE);
        if (sent->who && likely)
            plan(sent->who, (guint)g_random_int_range(3000, 6000), FALSE);
        g_clear_pointer(&sent, coex_sim_request_free);
    }
}

static void
carry_out(gint64 now_us)
{
    for (GList *link = demo.plans.head, *next; link; link = next) {
        Plan *due = link->data;
        g_autofree char *wamid = NULL;

        next = link->next;
        if (due->at_us > now_us)
            continue;
        if (due->reads)
            coex_sim_customer_reads(demo.sim, due->who);
        else
            wamid = coex_sim_customer_sends(demo.sim, due->who,
                                            answers[g_random_int_range(0, G_N_ELEMENTS(answers))]);
        g_queue_delete_link(&demo.plans, link);
        plan_free(due);
    }
}

static gboolean
on_tick(gpointer user_data)
{
    gint64 now_us = g_get_monotonic_time();
    gint64 since_ms;

    if (demo.began_us == 0 && coex_sim_n_delivered(demo.sim) == 0)
        return G_SOURCE_CONTINUE;
    if (demo.began_us == 0)
        demo.began_us = now_us;
    since_ms = (now_us - demo.began_us) / G_TIME_SPAN_MILLISECOND;
    while (demo.n_script < G_N_ELEMENTS(script) && since_ms >= script[demo.n_script].at_ms)
        speak(&script[demo.n_script++]);
    react_to_sends();
    carry_out(now_us);
    if (since_ms > SCRIPT_END_MS && now_us >= demo.next_calm_us) {
        if (demo.next_calm_us)
            speak(&calm[g_random_int_range(0, G_N_ELEMENTS(calm))]);
        demo.next_calm_us =
            now_us + g_random_int_range(CALM_MIN_MS, CALM_MAX_MS) * (gint64)G_TIME_SPAN_MILLISECOND;
    }
    return G_SOURCE_CONTINUE;
}

void
coex_sim_demo_start(CoexSim *sim)
{
    demo.sim = sim;
    g_queue_init(&demo.plans);
    demo.timer = g_timeout_add(TICK_MS, on_tick, NULL);
    /* Delivered as soon as somebody listens: her window is known to the client, and closed. */
    g_free(coex_sim_customer_sends_at(sim, "dana", "Could you tell me when my order is ready?",
                                      coex_sim_now(sim) - 26 * 60 * 60));
}

void
coex_sim_demo_stop(void)
{
    if (!demo.timer)
        return;
    g_source_remove(demo.timer);
    g_queue_clear_full(&demo.plans, (GDestroyNotify)plan_free);
    demo = (Demo){ 0 };
}
