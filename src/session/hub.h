// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the accounts of one process and one database share: the engine thread, the store, the
 * listeners and the intake of what these stored. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexEngine CoexEngine;
typedef struct CoexHub CoexHub;
typedef struct CoexIntake CoexIntake;
typedef struct CoexNicks CoexNicks;
typedef struct CoexReceiver CoexReceiver;
typedef struct CoexReceiverSpec CoexReceiverSpec;
typedef struct CoexStore CoexStore;
typedef struct CoexStrangers CoexStrangers;

/* ---- main thread ---- */

/* The hub of @database, started when it is the first; leave it with coex_hub_leave(). */
CoexHub *coex_hub_join(const char *database, const char *program);
/* The last one to leave ends the listeners, the store and the thread, and waits for that. */
void coex_hub_leave(CoexHub *hub);
CoexEngine *coex_hub_get_engine(CoexHub *hub);

/* Notes how far an account's feed was shown. */
void coex_hub_mark_shown(CoexHub *hub, gint64 account_id, gint64 seq);
/* What a rescue had to tell was shown. */
void coex_hub_forget_report(CoexHub *hub);
/* Deliveries may be applied again after a full mailbox was emptied. */
void coex_hub_wake(CoexHub *hub);

/* ---- engine thread ---- */

/* Opens the database when nobody did; COEX_ERROR_LOCKED, COEX_ERROR_STORE. Borrowed. */
CoexStore *coex_hub_open_store(CoexHub *hub, GError **error);

/* Who has which nick, over all accounts of the database. Borrowed. */
CoexNicks *coex_hub_get_nicks(CoexHub *hub);
/* What was last said of strangers, for all accounts of the database. Borrowed. */
CoexStrangers *coex_hub_get_strangers(CoexHub *hub);
/* The way from what the listeners stored to the accounts. Borrowed. */
CoexIntake *coex_hub_get_intake(CoexHub *hub);

/* Receives at @address ("address:port"), sharing the listener of an address, until
 * coex_hub_detach() of the account that is @spec's data. COEX_ERROR_LISTEN,
 * COEX_ERROR_INVALID_INPUT. */
gboolean coex_hub_listen(CoexHub *hub, const char *address, const CoexReceiverSpec *spec,
                         GError **error);

/* Somebody listens on their own, for a trial, one at a time: before an account listens, @leave is
 * called, and ends that. @leave NULL: it is over. */
void coex_hub_set_trial(CoexHub *hub, void (*leave)(gpointer data), gpointer data);
gboolean coex_hub_has_trial(const CoexHub *hub);

/* What listens at @address, NULL: nobody. Borrowed. */
CoexReceiver *coex_hub_find_receiver(CoexHub *hub, const char *address);
/* "…/coex": where the database is. Free with g_free(). */
char *coex_hub_dup_folder(const CoexHub *hub);

/* Takes the account out of listeners and routing. */
void coex_hub_detach(CoexHub *hub, CoexAccount *account);
