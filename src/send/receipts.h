// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Read marks for customers' messages. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* Marks the newest message of the person read, and with it all before it, if that is news (Meta:
 * messages/mark-message-as-read). A failure is harmless and not told. */
void coex_receipts_mark_read(CoexAccount *account, CoexPerson *person);
/* Shows the person that the user types, where the option says so, at most once in 20 seconds, while
 * the window is open and there is a message of theirs to name: WhatsApp takes it only with the mark
 * that this was read (Meta: typing-indicators). Nothing where nobody wants marks. A failure is
 * harmless and not told. */
void coex_receipts_show_typing(CoexAccount *account, CoexPerson *person);
