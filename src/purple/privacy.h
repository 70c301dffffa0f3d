// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The chat program's block list, which shows whom WhatsApp has blocked: what is changed in it is
 * asked of WhatsApp, and what WhatsApp refuses is taken back. It hides nothing: what WhatsApp
 * delivers is shown (purple/lines.h). */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* The protocol's `set_permit_deny`, also called at each login: rules that WhatsApp does not know
 * are put back, and a line says so. */
void coex_privacy_set_rule(PurpleConnection *gc);
/* The protocol's `add_deny` and `rem_deny`. */
void coex_privacy_block(PurpleConnection *gc, const char *who);
void coex_privacy_unblock(PurpleConnection *gc, const char *who);

/* COEX_SESSION_BLOCKS. */
void coex_privacy_take(CoexConnection *connection, const CoexSessionEvent *event);
/* Who is called so is forgotten: under the address alone WhatsApp's list may tell them again. */
void coex_privacy_forget(CoexConnection *connection, const char *name);
/* No timer does anything any more. */
void coex_privacy_stop(CoexConnection *connection);
