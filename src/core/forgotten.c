// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/forgotten.h"

#include "core/peer.h"
#include <string.h>

/* So many digits of the HMAC are kept. */
#define DIGITS 32

char *
coex_forgotten_dup_key(const char *number, const char *address)
{
    g_autofree char *digest = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)number,
                                                        strlen(number), address, -1);

    return g_strdup_printf(COEX_FORGOTTEN_LAST " %.*s", DIGITS, digest);
}

static void
add_key(GStrvBuilder *keys, const char *number, const char *address)
{
    g_autofree char *key = coex_forgotten_dup_key(number, address);

    g_strv_builder_add(keys, key);
}

char **
coex_forgotten_list_keys(const char *number, const char *address)
{
    g_autoptr(GStrvBuilder) keys = g_strv_builder_new();
    g_auto(GStrv) forms = coex_number_list_forms(address);

    add_key(keys, number, address);
    for (guint i = 0; forms[i] != NULL; i++)
        add_key(keys, number, forms[i]);
    return g_strv_builder_end(keys);
}
