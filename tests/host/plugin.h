// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Puts the plugin and the catalogues beside it into the profile, as `make install-user` does.
 * Returns the folder that they are in, to be freed with g_free(); NULL with @error. */
char *plugin_link(const char *profile, const char *plugin, GError **error);
