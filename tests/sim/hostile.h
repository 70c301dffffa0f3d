// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>
#include <microhttpd.h>

/* Requests of strangers to /webhook and beside it, of which no receiver of webhooks may take one.
 */

typedef struct {
    const char *name;
    const char *request;
    gsize length; /* 0: a string */
    guint status; /* 0: closed without an answer will do as well */
    gboolean closes;
} CoexSimHostile;

/* libmicrohttpd 0.9 cuts the value there, which harms nobody; 1.0 refuses it. */
#define COEX_SIM_NUL_STATUS (MHD_VERSION >= 0x01000000 ? 400 : 200)

extern const CoexSimHostile coex_sim_hostile[];
extern const guint coex_sim_n_hostile;
