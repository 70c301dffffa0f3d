// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

typedef struct CoexTemplate CoexTemplate;

/* What the user orders; borrowed. */
typedef struct CoexBroadcastOrder {
    const char *group;
    const CoexTemplate *template_;
    const char *const *values;  /* as typed, "{name}" stands for each one's name */
    const char *const *buddies; /* name, and what the user calls each, "" for nothing, in turn */
} CoexBroadcastOrder;
