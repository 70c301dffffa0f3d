// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include "core/nick.h"
#include "core/option-name.h"
#include "core/receipts.h"
#include <glib.h>

/* An account as the user and the chat program set it up. */

typedef struct CoexBackend CoexBackend;
typedef struct CoexProxy CoexProxy;

/* Copied by coex_session_new(); strings may be NULL for "". The meaning of each is that of the
 * account option of the same name. */
typedef struct CoexSessionConfig {
    const CoexBackend *backend;
    const char *number; /* digits */
    const char *key;    /* API key or access token */
    const char *api_url;
    const char *phone_number_id;
    const char *waba_id;
    const char *app_secret;
    const char *verify_token;
    const char *listen; /* address:port or "off" */
    const char *webhook_path;
    const char *webhook_header;
    const char *public_url;
    const char *relay;
    const char *relay_key;
    const char *inbox_url;
    const char *inbox_token;
    const char *desk_name;
    const CoexProxy *proxy; /* the way to the provider; NULL: straight */
    CoexReceipts receipts;
    CoexTicks ticks;           /* failures are told in any case: who shows them leaves them out */
    gboolean typing;           /* that the user types is shown, which marks as read, too */
    const char *rate_card;     /* absolute path; NULL or "": none */
    gboolean list_everybody;   /* `buddies` = all */
    const char *opt_out_words; /* with commas between; NULL or "": none */
    gboolean remind;
    gboolean tells_seen;      /* coex_session_mark_seen() is called; else what is shown is seen */
    gint64 run;               /* another number in each run of the chat program */
    guint recall;             /* lines told before the first message of a person, 0: none */
    const char *media_folder; /* absolute; NULL: no file is fetched */
    CoexMediaAuto media_auto;
    gint64 media_limit;       /* bytes */
    gboolean media_for_group; /* files are readable for the folder's group too */
    gboolean media_is_served; /* names cannot be guessed */
    CoexNickStyle nick_style;
    char verb_mark; /* what the user types before a verb in this host, for lines that name one: '/'
                       (also for 0) or '!' */
    CoexOptionNamer dup_option_name;      /* what sentences call an option; NULL: by its key */
    const char *database;                 /* path of coex.db */
    const char *program;                  /* name of the chat program, for the lock file */
    gint64 (*clock)(gpointer clock_data); /* seconds since 1970; NULL: the system's. Any thread,
                                             and until the last session of the program has ended */
    gpointer clock_data;
} CoexSessionConfig;
