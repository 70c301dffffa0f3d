// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* What speaks as nats-server does, says yes to everything, and keeps nothing. */

typedef struct Liar Liar;

Liar *liar_new(guint port);
void liar_free(Liar *liar);
/* How many entries it said that it has kept. */
guint liar_count(Liar *liar);
