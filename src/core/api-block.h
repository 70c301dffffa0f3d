// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the provider answers about the number's block list (Meta: block-users; 360dialog:
 * block-users). No I/O. */

typedef struct CoexResponse CoexResponse;

/* The answer to coex_api_block(): TRUE when it is done. Else FALSE and the error of that person
 * where one is told, which says more than that of the whole. */
gboolean coex_api_read_block(const CoexResponse *response, GError **error);

/* Appends to @addresses (owned char *: digits of a number, BSUID) who stands on the page; both, of
 * whom both are told. @ret_cursor: of the next page, NULL after the last; g_free(). The caller
 * bounds the number of pages. */
gboolean coex_api_read_blocked(const CoexResponse *response, GPtrArray *addresses,
                               char **ret_cursor, GError **error);
