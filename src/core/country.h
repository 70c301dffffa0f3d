// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Which country a person's number is of, by which WhatsApp bills (Meta: pricing). */

typedef struct CoexPeer CoexPeer;

/* Two letters of ISO 3166, "DE"; NULL: none, or not known. Static. */
const char *coex_country_of_peer(const CoexPeer *peer);
/* Whether @code can be one, in capitals. */
gboolean coex_country_is_known(const char *code);
