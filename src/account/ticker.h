// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Lines that say how far what was sent here has come: each state once at most in a turn, which is
 * what was sent since the person's last message, and only once the last of it has come so far.
 * Statuses that follow one another at once make one line. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;
typedef struct CoexResult CoexResult;
typedef struct CoexTicker CoexTicker;

CoexTicker *coex_ticker_new(void);
void coex_ticker_free(CoexTicker *ticker);
/* Nothing that is due is told any more. */
void coex_ticker_stop(CoexTicker *ticker);

/* A message of ours has come as far as @result says; it is the newest to the person. */
void coex_ticker_note(CoexAccount *account, const CoexPerson *person, const CoexResult *result);
/* The person wrote: a turn is over. */
void coex_ticker_end_turn(CoexAccount *account, const CoexPerson *person);
