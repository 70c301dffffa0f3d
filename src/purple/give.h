// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Offers the file @path, which is here already, to a user who sits at another machine: as a file
 * transfer that comes from @who (BitlBee: DCC). It lives as long as the chat program wants it. */
void coex_give_file(PurpleAccount *account, const char *who, const char *path);
