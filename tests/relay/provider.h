// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "rig.h"

/* A provider under load: some threads that deliver to the tenant "/bakery" one after the other,
 * each until it is acknowledged, by whichever relay is there, as long as it is not over. */

#define PROVIDER_THREADS_MAX 8

typedef struct {
    Rig *const *relays; /* borrowed */
    guint n_relays;
    guint n_threads;
    guint pause_ms; /* of each thread, after each delivery */
} ProviderSpec;

typedef struct Provider Provider;

/* It delivers at once. */
Provider *provider_new(const ProviderSpec *spec);
/* After its end. */
void provider_free(Provider *provider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Provider, provider_free)

/* Waits until so many more are acknowledged. */
void provider_wait(Provider *provider, guint count);
/* It delivers nothing more, and none is on its way. */
void provider_end(Provider *provider);

/* Any thread. */
gboolean provider_is_over(Provider *provider);
guint provider_count(Provider *provider);
/* Whether the set of ids has all that were acknowledged. */
gboolean provider_has_all(Provider *provider, GHashTable *seen);

/* By which a delivery of its is known. Free with g_free(). */
char *provider_dup_id(const Entry *entry);
