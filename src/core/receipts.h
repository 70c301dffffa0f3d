// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* When customers' messages are marked as read; a value, for all who speak of it. */
typedef enum {
    COEX_RECEIPTS_ANSWER, /* the customer's messages are marked read when one replies */
    COEX_RECEIPTS_SEEN,   /* when one looks at them */
    COEX_RECEIPTS_NEVER,
} CoexReceipts;

/* What is said in a conversation of how far a message of ours has come; as above. */
typedef enum {
    COEX_TICKS_OFF,      /* nothing, not even that it failed */
    COEX_TICKS_FAILURES, /* that it failed */
    COEX_TICKS_READ,     /* and that it was read */
    COEX_TICKS_ALL,      /* and that it was sent, delivered, played */
} CoexTicks;
