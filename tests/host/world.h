// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host.h"
#include "sim/sim.h"

/* A simulated number with its people, and a chat program with an account for it, ready to log in.
 * A scenario is a function that gets one; it runs once per provider, in a process of its own. */

#define ADA "12025550101" /* wrote before or not: her window is closed until she writes */
#define BEN "12025550102"
#define CARLA "US.7000000000000103" /* known by her BSUID only: the number is withheld */
#define NORA "12025550105"          /* never wrote */

typedef struct {
    CoexSim *sim;
    Host *host;
    char *listen;  /* the account's option: a free port of 127.0.0.1 */
    char *webhook; /* its URL */
    gboolean bitlbee;
    GMutex log_lock;
    GString *log; /* what the simulator saw, for a report of failure */
} World;

typedef void (*WorldScenario)(World *world);

/* Registers "/host/PROVIDER/@name" for both providers; @ui_id as for host_new(). */
void world_add(const char *name, const char *ui_id, WorldScenario scenario);
/* For one of them. */
void world_add_at(CoexSimProvider provider, const char *name, const char *ui_id,
                  WorldScenario scenario);
/* main() of a scenario program: registers by @add_all and runs. */
int world_main(int argc, char **argv, void (*add_all)(void));

/* Another number with a simulator of its own, as an account of the same host and listener at the
 * path @path ("/second"). Free it with coex_sim_free() after the world. */
CoexSim *world_add_number(World *world, const char *number, const char *path);

/* Another chat program, with a profile of its own, for the same number: it listens nowhere. Free it
 * with host_free() before the world; what it shows is asked of it alone. */
Host *world_new_desk(World *world, const char *ui_id);

/* Customers that have written: the window is open. Waits until the text is shown. */
void world_customer_writes(World *world, const char *who, const char *peer, const char *text);
/* A delivery of last year, which WhatsApp had kept, of somebody whom nobody knows. */
void world_writes_long_ago(World *world, const char *name, const char *wa_id);
/* Waits for the line that asks what to do with @text, which was typed in a closed window. */
void world_wait_question(World *world, const char *who, const char *text);
/* Types that, sees that no window comes up under the hands of who goes on typing, and asks for the
 * templates. */
void world_type_closed(World *world, const char *who, const char *text);
/* The next send the API accepted; fails if none comes. */
CoexSimRequest *world_next_sent(World *world);
/* All deliveries are answered 200. */
void world_settle(World *world);

/* One round of dying: it logs in, @n messages of three customers come, and it is killed once
 * @n_shown lines stand there, in even rounds not before the login ends. */
void world_live_and_die(World *world, guint round, guint n, guint n_shown);
/* After all rounds of @n: each message was shown, none more than twice, and one line more for each
 * kill at most. */
void world_check_rounds(World *world, guint n_rounds, guint n);
/* An address of 127.0.0.1 nobody listens on; free with g_free(). */
char *world_free_address(void);
