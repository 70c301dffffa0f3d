// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Files on their way out, as the chat program's transfers: its windows, its drag and drop, its DCC.
 * The session copies a file at once; the transfer ends when WhatsApp has accepted it. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* The protocol's `can_receive_file`, `new_xfer` and `send_file`. @path NULL: the user is asked. */
gboolean coex_transfer_is_possible(PurpleConnection *gc, const char *who);
PurpleXfer *coex_transfer_new(PurpleConnection *gc, const char *who);
void coex_transfer_send(PurpleConnection *gc, const char *who, const char *path);

/* "PATH [caption]", as typed, for the person: what follows comes as lines. */
void coex_transfer_send_typed(CoexConnection *connection, const char *name, const char *words);

/* "PATH", of any sound: sent as a voice message; "": the next file that the chat program gives. */
void coex_transfer_send_voice(CoexConnection *connection, const char *name, const char *words);

/* The words beside the next file that goes to the person, whichever way; "": none. */
void coex_transfer_set_caption(CoexConnection *connection, const char *name, const char *words);

/* What the session tells of one. */
void coex_transfer_update(CoexConnection *connection, const CoexSessionEvent *event);
/* The connection ends: so do they. */
void coex_transfer_stop(CoexConnection *connection);
