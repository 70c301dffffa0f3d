// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "purple/choice.h"

/* The choice of a template as forms, for hosts that have them: a list with a field to search, the
 * values, a last question. Hides where Pidgin's and Finch's forms differ. */

/* Opens the form of the choice's stage in the place of the one before. */
void coex_prompt_show(CoexChoice *choice);

/* Says in the conversation where the form is, if it was opened without a key of the user's and the
 * host leaves such a one behind the window in front. */
void coex_prompt_point_at(CoexChoice *choice);
