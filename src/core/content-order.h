// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What somebody orders, as lines that stay a table in any chat program (Meta:
 * webhooks/reference/messages/order). */

typedef struct CoexJsonAt CoexJsonAt;

/* "2 x sku-0042 at 30.00 GBP = 60.00 GBP", a line each, the total of each currency, and the words
 * that came with it. Where no price can be read nothing is summed. NULL for an order of nothing.
 * Free with g_free(). */
char *coex_content_order_dup_lines(const CoexJsonAt *order);
