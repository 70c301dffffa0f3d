// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the relay's file says. Hides the notation, the defaults, and every check that can be made
 * before anything is opened. */

typedef struct CoexBackend CoexBackend;

/* What one desk shows, or each that has no key of its own. */
typedef struct {
    char *desk; /* "": any */
    char *key;  /* secret */
} CoexRelayKey;

/* One number. */
typedef struct {
    char *name;
    char *path;
    const CoexBackend *backend;
    char *number;         /* digits */
    char *app_secret;     /* NULL: the desk alone proves */
    char *webhook_header; /* "Name: value", secret; NULL */
    char *verify_token;   /* secret; NULL: no handshake */
    char *token;          /* for the check alone, secret; NULL: none */
    char *api_url;        /* likewise; NULL: the provider's own */
    GPtrArray *keys;      /* CoexRelayKey, one at least */
    guint line;           /* where it begins in the file */
    guint place;          /* among the tenants */
} CoexRelayTenant;

/* Whether the relay has what proves a delivery. */
gboolean coex_relay_tenant_proves(const CoexRelayTenant *tenant);

typedef struct CoexRelayConfig {
    char *listen;
    guint listen_line;
    char *certificate; /* a file; NULL: HTTP */
    char *key;         /* likewise */
    char *metrics;     /* NULL: tells nobody how it stands */
    char *database;
    guint keep_days;
    guint disk_limit_mb;
    guint nats_line;
    char *nats;             /* addresses of brokers, with commas between them; NULL: it is alone */
    char *nats_credentials; /* a file; NULL: none */
    char *nats_user;        /* NULL: none */
    char *nats_password;    /* secret; NULL: none */
    char *nats_ca;          /* a file; NULL: those that the system trusts */
    guint replicas;         /* of the brokers' log */
    GPtrArray *tenants;     /* CoexRelayTenant, one at least */
    GHashTable *by_path;    /* likewise */
} CoexRelayConfig;

/* COEX_ERROR_INVALID_INPUT: file, line, what is wrong and what to do; no secret is in it. */
CoexRelayConfig *coex_relay_config_read(const char *file, GError **error);
void coex_relay_config_free(CoexRelayConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexRelayConfig, coex_relay_config_free)
