// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The proxy that libpurple would use for an account: its own, or else that of the chat program, of
 * the desktop or of the environment. */

typedef struct CoexProxy CoexProxy;

/* Into @ret_proxy, which is cleared by the caller. FALSE and COEX_ERROR_INVALID_INPUT when one is
 * chosen and its host or port is missing. */
gboolean coex_proxy_read(PurpleAccount *account, CoexProxy *ret_proxy, GError **error);
