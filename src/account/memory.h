// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What was freed goes back to the system. The C library keeps it, for each thread apart: the
 * certificates that TLS once read, the rows of everybody known, megabytes of the phone's history,
 * in a program that stands in the background all day. */

/* Of the whole process. Milliseconds: not for the main thread, and not after each thing. */
void coex_memory_give_back(void);
