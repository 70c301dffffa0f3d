// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "sim/sim.h"

/* What a send must look like: the examples of tests/data/api. */

/* All of the example @file stands in the request's body, but for the members named in @without
 * (NULL: none); that may have more, such as our own tag. */
void example_assert(const CoexSimRequest *request, const char *file, const char *const *without);
/* The same with one of several examples in a file: @part is its key, or its place in a list. */
void example_assert_part(const CoexSimRequest *request, const char *file, const char *part,
                         const char *const *without);
