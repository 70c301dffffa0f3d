// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whether two names can be one person's: they share a word, or the beginning of one, whatever its
 * case and accents. So, too, where one of them has no word to go by. */
gboolean coex_name_is_alike(const char *one, const char *other);
