// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Who a message is from or went to, and what it says of that person. Hides what a change of
 * addresses means for those who had them. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexMessage CoexMessage;
typedef struct CoexPeer CoexPeer;
typedef struct CoexPerson CoexPerson;

/* Whether @peer is the number itself: nobody has a conversation with oneself. */
gboolean coex_sender_is_self(const CoexAccount *account, const CoexPeer *peer);

/* Whose conversation it is in, made when new: of a change of addresses whom the former ones lead
 * to, whenever that is told. @time: of the message. NULL without an address. Borrowed. */
CoexPerson *coex_sender_learn(CoexAccount *account, const CoexMessage *message, gint64 time);

/* What WhatsApp itself says of a person; it is not their word, and opens nothing. The person goes
 * on in the same conversation, but not by an old message that comes again. What is to be stored of
 * others is added to @batch. */
void coex_sender_note_system(CoexAccount *account, CoexBatch *batch, CoexPerson *person,
                             const CoexMessage *message, gint64 time);

/* TRUE when the message opens or prolongs the customer service window. */
gboolean coex_sender_note_inbound(CoexAccount *account, CoexPerson *person,
                                  const CoexMessage *message, gint64 time);
