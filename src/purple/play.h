// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Starts @program, a command line of the user's own, with @path as one argument more, and does not
 * wait for it. No shell reads the path. FALSE on error, of GLib's shell and spawn domains. The only
 * place where another program is started. */
gboolean coex_play_file(const char *program, const char *path, GError **error);
