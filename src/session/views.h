// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include "session/hub.h"
#include "session/session.h"
#include "account/titles.h"

/* What the chat program knows of each person: the view told last. Tells differences only, and hides
 * the one timer that follows the windows of all. Engine thread. */

typedef struct {
    GHashTable *told;     /* gint64 person id -> CoexPersonView */
    GHashTable *states;   /* gint64 person id -> the last message of ours and what became of it */
    GHashTable *recalled; /* set of gint64 person ids whose earlier lines were told */
    GHashTable *reminded; /* gint64 person id -> gint64 end of the window that was told */
    CoexTitles *titles;   /* who is called how */
    gint64 listed_since;  /* who was active since then stands in the buddy list */
    GSource *timer;       /* the nearest change of a window */
    gint64 timer_at;
} CoexViews;

void coex_views_init(CoexViews *views, gint64 listed_since);
/* The timer is cleared before: coex_views_stop(). */
void coex_views_clear(CoexViews *views);
void coex_views_stop(CoexViews *views);

/* Takes in all names at once, before the first view is told. */
void coex_views_name_all(CoexAccount *account);
/* Tells the person's view if it differs from what was told last. */
void coex_views_tell(CoexAccount *account, const CoexPerson *person);
/* The view, told now if it never was. Borrowed; NULL once the account is dead. */
const CoexPersonView *coex_views_get(CoexAccount *account, const CoexPerson *person);
/* Keeps the tooltip line "delivered 14:03: TEXT" of a message of ours, unless it tells of a newer
 * one; the next coex_views_tell() tells it. @message_id: coex_batch_get_message(). */
void coex_views_note_state(CoexAccount *account, const CoexPerson *person, gint64 message_id,
                           CoexState state, const char *text);
/* The same for a text that WhatsApp did not take at all. */
void coex_views_note_refused(CoexAccount *account, const CoexPerson *person, const char *text);
/* The clock was corrected: looks at every window again. */
void coex_views_recheck(CoexAccount *account);
