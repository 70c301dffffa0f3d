// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "desk.h"

/* Ordering broadcasts to a group “Bakers”, and looking at what came of them. Beside the desk's
 * people there are erik and frida, who never wrote. */

#define ERIK "4915112345601"
#define FRIDA "4915112345602"
#define BEGINS "The broadcast to “Bakers” begins, for *"
#define DONE "The broadcast of * to “Bakers” is done: *"
#define OVER "Nothing was sent: this question is over: *"

extern const char *const order_values[];
extern const char *const no_values[];

/* Online, and ada, ben and carla have written. */
void open_shop(Desk *desk);
/* @buddies: name and alias in turn. */
void plan_for(Desk *desk, const char *template_, const char *const *values,
              const char *const *buddies);
/* Of order_update, to ada, ben and carla. */
void plan_order(Desk *desk);
/* To erik and frida, who may be asked: of marketing. */
void plan_marketing(Desk *desk);
/* With the last question. */
void broadcast_step(Desk *desk, CoexBroadcastStep step);
void begin_order(Desk *desk);

/* What the API accepts next is of order_update, with these values, NULL: any. */
void take_part(Desk *desk, const char *values);
/* Several are on their way at once. */
void take_in_any_order(Desk *desk, const char *const *values);
void take_parts(Desk *desk, guint n);
void assert_each_got(Desk *desk, guint n); /* ada, ben and carla */
void assert_nothing_sent(Desk *desk);
/* Statuses come when they come: asked until all is as it should be. */
void wait_report(Desk *desk, const char *glob);
