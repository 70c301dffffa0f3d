// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the desks of a tenant show, while the relay runs: one that is withdrawn stays with those who
 * came with it. Counted. */

typedef struct CoexGuests CoexGuests;

/* So many connections can be there with one key. */
#define COEX_DESK_KEY_CONNECTIONS 64

typedef struct {
    char *desk;         /* "": any */
    char *text;         /* secret */
    CoexGuests *guests; /* its connections */
    gboolean withdrawn;
    gint64 asked_at; /* the last time, seconds since 1970; 0: not yet */
    gint64 after;    /* the cursor that was asked with then */
} CoexDeskKey;

CoexDeskKey *coex_desk_key_ref(CoexDeskKey *key);
void coex_desk_key_unref(CoexDeskKey *key);

/* The keys of @config (CoexRelayKey), of which those that are among @before (NULL: none) are the
 * same ones; the others of @before are withdrawn. g_ptr_array_unref(). */
GPtrArray *coex_desk_keys_new(const GPtrArray *config, const GPtrArray *before);
/* Which key is @shown, NULL: none, in a time that does not tell whether one is near. */
CoexDeskKey *coex_desk_keys_find(const GPtrArray *keys, const char *shown);
