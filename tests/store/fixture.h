// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/store.h"
#include <sqlite3.h>

/* A store in a folder of its own, and its calls as verbs that wait for their answer. */

typedef struct {
    char *folder;
    char *path;
    CoexStore *store;
} Fixture;

#define TEST_NOW G_GINT64_CONSTANT(1795339200) /* 2026-11-22 08:00 UTC */

Fixture *fixture_new(void);
void fixture_free(Fixture *f); /* closes, and removes the folder */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)
void fixture_open(Fixture *f);
void fixture_close(Fixture *f);
void fixture_reopen(Fixture *f);

/* Whether it was committed. The key is made from @name. */
gboolean fixture_deliver(Fixture *f, const char *name, const char *body, gint64 received_at);
void fixture_fill_delivery(CoexDelivery *delivery, const char *name, GBytes *body);

/* Arrays of CoexDeliveryRow. */
GPtrArray *fixture_read(Fixture *f, gint64 after);
GPtrArray *fixture_read_waiting(Fixture *f, const char *phone_number_id, const char *number,
                                gint64 after);

CoexSnapshot *fixture_load(Fixture *f, const char *number);
CoexSnapshot *fixture_load_at(Fixture *f, const char *provider, const char *number);
/* Whose it is; 0: nobody's. */
gint64 snapshot_get_address(const CoexSnapshot *snapshot, const char *address);

/* What a commit gave. */
typedef struct {
    GError *error;
    GArray *outcomes; /* CoexOutcome by change */
    GArray *people;   /* gint64 by change */
    GPtrArray *texts; /* char *, NULL, by change */
    GPtrArray *feed;  /* CoexFeedItem */
} Committed;
void committed_free(Committed *committed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Committed, committed_free)
/* Takes the batch; @n_changes: how many changes it has that give an outcome. */
Committed *fixture_commit(Fixture *f, CoexBatch *batch, guint n_changes);
#define committed_outcome(c, i) g_array_index((c)->outcomes, CoexOutcome, (i))
void committed_assert_feed(const Committed *committed, guint i, CoexFeedKind kind,
                           const char *text);

CoexBatch *test_batch(gint64 account_id);
/* Its wamid holds @peer and @token as real ones do. */
CoexMessage *test_message(CoexDirection direction, const char *peer, const char *token,
                          const char *text);
CoexStatus *test_status(const char *peer, const char *token, CoexState state);
char *test_wamid(const char *peer, const char *token);
CoexPerson *test_person(gint64 id, const char *wa_id, const char *user_id);
CoexOutboxRow *test_outbox_row(gint64 position, gint64 person_id, const char *local_id,
                               const char *text);

/* The closed database, for a look inside or for damage. */
sqlite3 *fixture_open_raw(Fixture *f);
void fixture_exec_raw(Fixture *f, const char *sql);
gint64 fixture_query_raw(Fixture *f, const char *sql);

/* Makes the database anew from the dump @name of tests/data/store. */
void fixture_restore(Fixture *f, const char *name);
/* No file may grow beyond so many bytes; 0: as before. */
void fixture_limit_files(guint64 bytes);
/* It cannot be opened: COEX_ERROR_STORE. */
void fixture_assert_refused(Fixture *f);
