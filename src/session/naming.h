// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/option-name.h"

/* Options in what is told, by the names that the user knows them by. */

typedef struct CoexSessionEvent CoexSessionEvent;

/* Replaces the marks (core/option-name.h) in the sentences of @event that are ours alone, before it
 * is told. What people wrote stays as it is. Main thread. */
void coex_naming_write(CoexSessionEvent *event, CoexOptionNamer dup_name);
