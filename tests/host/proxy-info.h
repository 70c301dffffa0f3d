// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* As the Proxy tab of an account, or of the program's preferences, would have it, from
 * "TYPE://[USER:PASSWORD@]HOST:PORT". The caller's. */
PurpleProxyInfo *proxy_info_new(const char *text);
