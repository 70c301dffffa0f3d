// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What is known of the account, and the profile that customers see: as a page with a form behind it
 * where the chat program has forms of its own, else as lines. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* The verb: without @words the profile alone follows, in the form where there is one; else they
 * are a part's name and what it is to hold, @markup the same in the host's. What is wrong is told
 * in the conversation with @name. */
void coex_page_run_profile(CoexConnection *connection, const char *name, const char *words,
                           const char *markup);

/* COEX_SESSION_FACTS of the account came. */
void coex_page_take(CoexConnection *connection, const CoexSessionEvent *event);
