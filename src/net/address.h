// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Opens the socket behind `listen`. Hides the notation of addresses and the causes for
 * which one cannot be bound. */

/* Whether @address, as below, is one that only this computer can reach. COEX_ERROR_INVALID_INPUT.
 */
gboolean coex_address_check(const char *address, gboolean *ret_loopback, GError **error);

/* Whether @address, as below, is of this computer or of a network that the internet does not reach
 * (RFC 1918, 4193, 6598). FALSE for what is none. */
gboolean coex_address_check_private(const char *address, gboolean *ret_private);

/* A listening, non-blocking socket on @address: an IP address or localhost, and a port, 0 for any
 * free one; close() it. -1 and COEX_ERROR_INVALID_INPUT for an address that is none,
 * COEX_ERROR_LISTEN when it cannot be bound; the text names address, port, cause and `listen`. */
int coex_address_listen(const char *address, guint *ret_port, GError **error);
