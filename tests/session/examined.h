// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "desk.h"

/* The check of the connection, run at a desk, and what it says. */

/* Where the desk listens, as the option public-url. */
void examined_go_public(Desk *desk);
/* Online, registered, heard from, and the phone has been used: nothing is wrong. */
void examined_settle(Desk *desk);
/* Runs it to the end: all its lines. No secret and no whole number is among them. */
const char *examined_run(Desk *desk);
/* How many lines begin so. */
guint examined_count(const char *report, const char *mark);
/* One line is so. */
void examined_assert_line(const Desk *desk, const char *report, const char *glob);
/* Exactly this is wrong, and nothing else. */
void examined_assert_wrong(const Desk *desk, const char *report, const char *glob);
void examined_assert_well(const Desk *desk, const char *report);
