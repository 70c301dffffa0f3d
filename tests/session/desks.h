// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "desk.h"
#include "sim/relay.h"

/* One number, its relay, and two desks that know of each other by it alone. */

#define SHOP_KEY "made-up-desk-key-77aa"

typedef struct {
    CoexSimRelay *relay;
    Desk *counter;
    Desk *home;
} Shop;

/* Webhooks go to the relay, and the desk is called @name. */
void shop_set_up(Desk *desk, CoexSimRelay *relay, const char *name);
void shop_log_in(Desk *desk);
/* Both are there. */
void shop_open(Shop *shop, Desk *counter);
void shop_close(Shop *shop);
/* All that came before has been told at both. */
void shop_fence(Shop *shop);
/* Ada writes, and both show it. */
void shop_hear(Shop *shop, const char *text);
/* The desk shows what another one sent, and whose it is. */
void shop_wait_copy(Desk *desk, const char *who, const char *text);
/* The counter or the desk at home writes to ada, who gets it, and the other of the two shows it. */
void shop_say(const Shop *shop, Desk *desk, const char *text);
/* That two answered at once is no matter here. */
void shop_ignore_haste(Shop *shop);
