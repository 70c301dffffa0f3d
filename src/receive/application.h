// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What one delivery changes, from its bytes to the commit of the last change. Messages of the
 * phone's history go in slices, before all else: what comes meanwhile is applied between two of
 * them, and a delivery that ends halfway is there again at the next start. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexApplication CoexApplication;
typedef struct CoexDeliveryRow CoexDeliveryRow;
typedef struct CoexEvent CoexEvent;
typedef struct CoexStore CoexStore;

/* Whether @row has a large part of the phone's history, which is many times as large when it is
 * read: one at a time. */
gboolean coex_application_is_part(const CoexDeliveryRow *row);

/* Reads the delivery @row, which it takes. Free with coex_application_free(), or run it. */
CoexApplication *coex_application_new(CoexDeliveryRow *row);
void coex_application_free(CoexApplication *application);

const CoexDeliveryRow *coex_application_get_row(const CoexApplication *application);
/* The caller's from now on. */
CoexDeliveryRow *coex_application_steal_row(CoexApplication *application);
/* Why it cannot be read, NULL: it can. */
const GError *coex_application_get_error(const CoexApplication *application);
/* Borrowed CoexEvent; empty when it cannot be read. */
GPtrArray *coex_application_get_events(const CoexApplication *application);
gboolean coex_application_has_past(const CoexApplication *application);

/* One of the events is for @account, or for a number that nobody here has. */
void coex_application_add(CoexApplication *application, CoexAccount *account, CoexEvent *event);
void coex_application_add_unclaimed(CoexApplication *application, CoexEvent *event);
/* The account that all of it is for, when nothing stands against one transaction for it and others:
 * it can be read, and has no history. NULL otherwise. Borrowed. */
CoexAccount *coex_application_get_only_account(const CoexApplication *application);
/* Adds @application to @others (CoexApplication), where possible to the one with the same only
 * account, which takes it: they are one transaction then, and their messages are in the order of
 * their own times, then as they came. For those of messages alone. */
void coex_application_add_to(CoexApplication *application, GPtrArray *others);
/* The lowest id among the deliveries. */
gint64 coex_application_get_first_id(const CoexApplication *application);
/* Nothing was added for anybody here. */
gboolean coex_application_is_empty(const CoexApplication *application);
/* It is what was kept for one account: arguments as in coex_store_read_waiting(). */
void coex_application_set_kept_for(CoexApplication *application, const char *phone_number_id,
                                   const char *number);
gboolean coex_application_was_kept(const CoexApplication *application);

typedef enum {
    COEX_APPLICATION_DONE,
    COEX_APPLICATION_FAILED, /* the disk, which was told */
    COEX_APPLICATION_WAITS,  /* an echo may be a send of ours that is still unanswered */
    COEX_APPLICATION_LEFT,   /* an account it is for has ended meanwhile */
} CoexApplicationEnd;

/* @any_status: statuses came for which echoes may have waited. */
typedef void (*CoexApplicationDone)(CoexApplication *application, CoexApplicationEnd end,
                                    gboolean any_status, gpointer data);
/* Half of the history in it is on disk. */
typedef void (*CoexApplicationHalfway)(CoexApplication *application, gpointer data);

/* Calls @done once, at once or later; @application is freed after it. Before it @halfway may be
 * called, once. */
void coex_application_run(CoexApplication *application, CoexStore *store,
                          CoexApplicationHalfway halfway, CoexApplicationDone done, gpointer data);
