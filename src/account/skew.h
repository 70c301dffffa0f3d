// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the provider's clock and ours differ by. Hides how that is found: each answer carries a
 * date, but one proxy, portal or machine with a wrong clock may not close every customer service
 * window. A difference counts when two witnesses agree on it: two answers, an answer and the time
 * of a message that just came, or an answer or such a message and our own clock. While one counts
 * it is looked at again, because with closed windows nothing would be sent that could correct it.
 * Once both clocks agree, what was written by one that was ahead is put back: it would hide what
 * comes after. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexSkew CoexSkew;

/* Free with g_free(), stopped. */
CoexSkew *coex_skew_new(void);
/* No timer does anything any more. */
void coex_skew_stop(CoexSkew *skew);

/* An answer's Date, seconds since 1970 (0 is none), to what was asked at @asked_at by our own
 * clock: it tells nothing where that is long ago, as it is after a suspend. */
void coex_skew_note_answer(CoexAccount *account, gint64 date, gint64 asked_at);
/* The time of a message that was delivered now; it may have waited. One that lies ahead is a reason
 * to look at the clocks. */
void coex_skew_note_message(CoexAccount *account, gint64 time);
/* Something depends on it: a difference that counts is looked at again. */
void coex_skew_doubt(CoexAccount *account);
/* The latest time that it may be now, seconds since 1970: nothing up to then lies ahead. */
gint64 coex_skew_get_latest(const CoexAccount *account);
/* Times of messages that lay ahead and do not any more count from now on. */
void coex_account_take_times(CoexAccount *account);
