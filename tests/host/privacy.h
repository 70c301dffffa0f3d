// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "screen.h"

/* The chat program's block list: what it tells, as EVENT_DENIED. What a user does to it is in
 * client.h. */

void privacy_init(ScreenTell tell);
