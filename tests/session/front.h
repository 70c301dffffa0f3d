// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <libsoup/soup.h>

/* What stands between the internet and the listener: a proxy or tunnel on 127.0.0.1, in a thread of
 * its own. */

typedef struct Front Front;

typedef enum {
    FRONT_PLAIN,
    FRONT_DROPS_HEADERS,
    FRONT_EXPIRED, /* over TLS, with a certificate that has expired */
    FRONT_SELF_SIGNED,
} FrontKind;

/* Passes on to the address @behind; NULL: answers @status by itself. */
Front *front_new(FrontKind kind, guint status, const char *behind);
void front_free(Front *front);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Front, front_free)

/* Its address, with the path /webhook; lives for ever. */
const char *front_get_url(const Front *front);
