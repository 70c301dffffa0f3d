// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "brokers.h"
#include "rig.h"

/* Two relays with brokers between them, and desks that read at either. */

/* Relays that share what brokers have; brokers NULL: the test is skipped. */
typedef struct {
    Brokers *brokers;
    Rig *a, *b;
} World;
void world_begin(World *world, guint n_brokers, const char *tenants);
void world_end(World *world);

/* {"n":0} and so on, each of which is acknowledged. */
void deliver(Rig *rig, const char *path, guint from, guint n);
void wait_until_said(Rig *rig, const char *text);
/* A copy of a desk's at /bakery, whose answer is still to be heard; g_object_unref(). */
GIOStream *begin_copy(Rig *rig, const char *copy);

/* A desk, which goes on from its cursor. */
typedef struct {
    const char *path, *key;
    char *log;
    gint64 after;
    GPtrArray *bodies;
} Desk;
void desk_begin(Desk *desk, const char *path, const char *key);
void desk_end(Desk *desk);
gboolean desk_has(const Desk *desk, const char *body);
/* Until it has @n, and not more. */
void desk_read(Desk *desk, Rig *rig, guint n);
void desk_read_until(Desk *desk, Rig *rig, const char *body);
/* It has what deliver() says from 0 on. */
void assert_counts(const Desk *desk, guint n);
