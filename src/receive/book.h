// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What WhatsApp tells of people beside their messages. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexEvent CoexEvent;
typedef struct CoexPerson CoexPerson;

/* Applies a change of the phone's address book, made at @at. Whom it names is known from then on;
 * stores them with @batch and returns them, borrowed. NULL: it tells nothing new. */
CoexPerson *coex_book_apply(CoexAccount *account, CoexBatch *batch, const CoexEvent *event,
                            gint64 at);

/* Applies a wish about marketing messages, made at @at; stores whose it is with @batch and returns
 * them, borrowed. NULL: it tells nothing new. */
CoexPerson *coex_book_apply_wish(CoexAccount *account, CoexBatch *batch, const CoexEvent *event,
                                 gint64 at);
