// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What is kept of the last broadcast, in a setting of the account: what it says, and to whom. What
 * became of each message is the store's to tell, by their local ids (core/broadcast-id.h). Whether
 * it may go on after a restart says a small file beside the database, which can be removed also
 * where the disk is full: a broadcast without it has ended. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexTemplate CoexTemplate;

typedef struct CoexBroadcastRecord {
    char *id;
    gint64 at; /* seconds since 1970: when it was asked about */
    char *group;
    char *template_name;
    char *template_language;
    char *category;
    char *text;       /* the template's wording, as it was agreed to: another is not sent */
    char **values;    /* as typed */
    GArray *people;   /* gint64, ids of those to whom it goes, as they were then */
    GPtrArray *names; /* char *, what each is called where a value says so, "" */
    char *end;        /* why not all of them get it, a sentence; "": nothing is left to do; NULL: it
                         goes on */
} CoexBroadcastRecord;

/* In @values "{name}" is what each is called. Of nobody yet. */
#define COEX_BROADCAST_NAME "{name}"
CoexBroadcastRecord *coex_broadcast_record_new(const char *group, const CoexTemplate *template_,
                                               const char *const *values, gint64 now);
void coex_broadcast_record_free(CoexBroadcastRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBroadcastRecord, coex_broadcast_record_free)
void coex_broadcast_record_add(CoexBroadcastRecord *record, gint64 person_id, const char *name);

/* Why the template cannot be sent (any more) as it was agreed to, a sentence; NULL: it can. @ret:
 * the catalogue's, borrowed, may be NULL. Free with g_free(). */
char *coex_broadcast_record_dup_objection(const CoexBroadcastRecord *record,
                                          const CoexAccount *account,
                                          const CoexTemplate **ret_template);
/* The values for who is called @name, unchecked; free with g_strfreev(). NULL: there is no name,
 * and a value says it. */
char **coex_broadcast_record_fill(const CoexBroadcastRecord *record, const char *name);

/* The last one; NULL: none is kept. */
CoexBroadcastRecord *coex_broadcast_record_load(CoexAccount *account);
/* Whether one is, or another desk has sent one. */
gboolean coex_broadcast_was_any(const CoexAccount *account);
/* The latter, on disk with @batch. */
void coex_broadcast_note_copied(CoexAccount *account, CoexBatch *batch);
/* It is the last one from now on; on disk with @batch. */
void coex_broadcast_record_put(const CoexBroadcastRecord *record, CoexAccount *account,
                               CoexBatch *batch);

/* It may go on after a restart. FALSE and COEX_ERROR_STORE, a sentence, where that cannot be
 * written. */
gboolean coex_broadcast_record_permit(const CoexBroadcastRecord *record, const CoexAccount *account,
                                      GError **error);
/* No broadcast of the account may. */
void coex_broadcast_forbid(const CoexAccount *account);
gboolean coex_broadcast_record_is_permitted(const CoexBroadcastRecord *record,
                                            const CoexAccount *account);
