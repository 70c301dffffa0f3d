// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/verifier.h"
#include <glib.h>

/* The two ways to the Cloud API, each one constant table: Meta's Graph API and 360dialog's gateway
 * (Meta: about-the-platform). A third provider is one more table. */

typedef struct CoexBackend {
    const char *id;               /* value of the option `provider` */
    const char *label;            /* for people */
    const char *base_url;         /* without trailing slash */
    const char *version_path;     /* "/v26.0" or "" */
    const char *auth_header;      /* name of the header that carries the credentials */
    const char *auth_prefix;      /* "Bearer " or "" */
    const char *password_missing; /* sentence, for _() */
    const char *key_prefix;       /* with which each key begins; NULL: they have none in common */
    gboolean finds_ids;           /* number's and WABA's ids are found by the credentials */
    gboolean learns_number_id;    /* what a webhook calls the number is its phone_number_id */
    gboolean needs_number_id;     /* nothing can be asked without the phone_number_id */
    gboolean needs_waba;          /* templates are the WABA's: its id is needed for them */
    gboolean tells_number;        /* name, quality and limits of the number */
    gboolean has_inbox;           /* keeps messages to be asked for (core/inbox.h) */
    gboolean has_challenge;       /* GET handshake with the verify token */
    CoexProof proof;
    const char *secret_option; /* the option that holds the proof's secret */
    /* Paths after base and version; `{number}` and `{waba}` stand for the escaped ids. */
    const char *messages_path;
    const char *login_path;     /* GET */
    const char *number_path;    /* GET */
    const char *templates_path; /* GET; a page is asked for by @page_key */
    const char *page_key;       /* query key of the cursor */
    const char *first_page;     /* cursor of the first page, NULL: none */
    const char *templates_key;  /* the list in the answer */
    gboolean pages_by_offset;   /* the cursor is how many were read; else the answer tells it */
    const char *webhook_path;   /* GET */
    const char *webhook_set_path;
    gboolean webhook_is_flat; /* address and headers stand by themselves; else in an object */
    const char
        *sync_path; /* POST: asks for the phone's contacts and history; NULL: cannot be asked */
    const char *profile_path;         /* GET */
    const char *profile_set_path;     /* POST */
    const char *upload_path;          /* POST, a file in a form */
    const char *blocked_path;         /* GET, POST, DELETE: whom the number has blocked */
    const char *media_query;          /* behind a media id, GET */
    const char *const *media_hosts;   /* what may be fetched from, their subdomains too */
    const char *const *picture_hosts; /* the same of the business's own picture */
    gboolean media_through_gateway; /* the host of a file's address is replaced by our base URL's */
    guint media_failures_max;       /* an hour, before the provider lets nobody in; 0: no bound */
} CoexBackend;

/* By option value; NULL for an unknown one. Static. */
const CoexBackend *coex_backend_lookup(const char *id);

/* All, NULL-terminated: for option lists and for tests that run once per provider. Static. */
const CoexBackend *const *coex_backend_list(void);
