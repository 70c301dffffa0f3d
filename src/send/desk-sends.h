// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Several desks on one number, by their relay: a copy of each accepted send goes there for the
 * others, and waits on disk until the relay has it. None leaves before the acceptance is on disk:
 * the relay hands it to this desk, too, which must know its own. Two who answer one person at once
 * are told. Nothing of it without the option relay. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexDeskSends CoexDeskSends;
typedef struct CoexOutboxRow CoexOutboxRow;
typedef struct CoexPerson CoexPerson;
typedef struct CoexResult CoexResult;

CoexDeskSends *coex_desk_sends_new(void);
void coex_desk_sends_stop(CoexDeskSends *sends);
void coex_desk_sends_free(CoexDeskSends *sends);

/* Online: what an earlier session left goes. */
void coex_desk_sends_start(CoexAccount *account);
/* WhatsApp has @row since @at, seconds since 1970, known as @wamid: the copy is on disk with
 * @batch. Then coex_desk_sends_go(). */
void coex_desk_sends_note(CoexAccount *account, CoexBatch *batch, const CoexOutboxRow *row,
                          const char *wamid, gint64 at);
/* After the commit of that @batch, where it went to @person; nothing if none was noted. */
void coex_desk_sends_go(CoexAccount *account, const CoexBatch *batch, const CoexPerson *person,
                        const char *local_id);
/* What waits of the person's leaves this desk no more. */
void coex_desk_sends_forget(CoexAccount *account, const CoexPerson *person);
/* What this desk did not know came from @desk: it is told once where that is its own name. */
void coex_desk_sends_note_name(CoexAccount *account, const char *desk);
/* Another desk and this one may have answered @person at once, as coex_batch_read_answers() found:
 * said once for as long as it goes on. */
void coex_desk_sends_tell_both(CoexAccount *account, const CoexPerson *person,
                               const CoexResult *answers);
