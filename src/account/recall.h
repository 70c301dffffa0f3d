// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Earlier lines from the store: before the first message of a person since the login, so that a
 * conversation that opens with it begins with them, or when they are asked for. What else may be
 * first: account/lines. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexPerson CoexPerson;

/* A message with this time is about to be added to @batch. */
void coex_recall_prepare(CoexAccount *account, CoexBatch *batch, const CoexPerson *person,
                         gint64 time);
/* The batch was committed: tells what was read where a line of that person follows. */
void coex_recall_tell(CoexAccount *account, const CoexBatch *batch);

/* See coex_session_recall(); @before is a time. */
void coex_recall_ask(CoexAccount *account, const CoexPerson *person, guint limit, gint64 before,
                     gboolean on_demand);
/* The conversation is gone: its earlier lines come again with the next message. */
void coex_recall_forget(CoexAccount *account, const CoexPerson *person);
