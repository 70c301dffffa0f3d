// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A new key and its certificate for 127.0.0.1, in PEM, that nobody will trust tomorrow; @name tells
 * it from others. Free both with g_free(). */
void coex_sim_make_certificate(const char *name, char **ret_key, char **ret_certificate);
/* Likewise, for another address (4 bytes), until so many seconds from now. */
void coex_sim_make_certificate_for(const char *name, const guint8 *address, gint64 left_s,
                                   char **ret_key, char **ret_certificate);
