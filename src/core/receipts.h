// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* When customers' messages are marked as read; a value, for all who speak of it. */
typedef enum {
    COEX_RECEIPTS_ANSWER, /* the customer's messages are marked read when one replies */
    COEX_RECEIPTS_SEEN,   /* when one looks at them */
    COEX_RECEIPTS_NEVER,
} CoexReceipts;
