// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the layers below log goes to the chat program's debug output, from any thread, and nowhere
 * else: in BitlBee the standard streams can be the IRC connection. */

/* Main thread, once for all accounts. */
void coex_log_start(void);
void coex_log_stop(void);
