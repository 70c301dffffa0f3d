// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* One `value` of a webhook delivery: its people, messages, statuses and notices, each list of it a
 * row of a table. For core/webhook.c alone, which takes the values out of their envelopes. */

typedef struct CoexJsonAt CoexJsonAt;

/* Adds to @events (of CoexEvent) what the value @object tells, at least one. @field NULL: guessed.
 * @waba_id and @time, seconds since 1970: of the entry, NULL and 0 if not told. */
void coex_webhook_value_read(const CoexJsonAt *object, const char *field, const char *waba_id,
                             gint64 time, GPtrArray *events);

/* The field of a value that came without one, NULL if nothing tells it. Static. */
const char *coex_webhook_value_guess_field(const CoexJsonAt *object);
