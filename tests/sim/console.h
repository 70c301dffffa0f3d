// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program's two faces: a small language of one-line commands, and people who write on their
 * own. Both use the public verbs only.
 */
#pragma once

#include "sim.h"

G_BEGIN_DECLS

/* Ada, Ben, Carla (number withheld) and Dana (wrote more than a day ago). */
void coex_sim_add_demo_people(CoexSim *sim);
/* Runs one line and prints its answer, if it has one; FALSE after "quit". */
gboolean coex_sim_console_run(CoexSim *sim, const char *line);
/* Lets the people write from the default main context's timers, from the first delivery on; until
 * stopped. */
void coex_sim_demo_start(CoexSim *sim);
void coex_sim_demo_stop(void);

G_END_DECLS
