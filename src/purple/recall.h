// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Earlier lines in a conversation that opens, or on demand: read from the store, marked as lines of
 * ours, neither logged again nor counted as new. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPersonView CoexPersonView;

/* How many lines a conversation of the account begins with; 0: none. */
guint coex_recall_get_limit(PurpleAccount *account);
/* Whether the option is one of the numbers it takes, or empty; COEX_ERROR_INVALID_INPUT. */
gboolean coex_recall_check(PurpleAccount *account, GError **error);

/* From now on, asks for the earlier lines of each conversation that opens. */
void coex_recall_watch(CoexConnection *connection);

/* Earlier lines came (CoexFeedItem, oldest first; borrowed, and counted where they are kept). Not
 * @asked: the line that follows opens the conversation; they are the contact's `past` for that
 * moment. */
void coex_recall_take(CoexConnection *connection, const CoexPersonView *person, GPtrArray *lines,
                      gboolean asked);
/* What came after them was shown. Where no conversation has opened, they come again with the next.
 */
void coex_recall_end(CoexConnection *connection, const char *name);
/* @head and the lines (CoexFeedItem), one each, as plain text: no line of it can be made by who
 * wrote them. To be shown as COEX_LINES_OLD; free with g_free(). */
char *coex_recall_dup_text(CoexConnection *connection, const char *head, const char *name,
                           GPtrArray *lines);

/* The same of lines with several people, each with whom it is in its `detail`. */
char *coex_recall_dup_found(const char *head, GPtrArray *lines);

/* The verb "history": @words is a number or nothing. */
void coex_recall_run(CoexConnection *connection, const char *name, const char *words);
