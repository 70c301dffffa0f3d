// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the chat program knows of each person: the view told last. Tells differences only, and hides
 * the one timer that follows the windows of all. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;
typedef struct CoexPersonView CoexPersonView;
typedef struct CoexResult CoexResult;
typedef struct CoexSend CoexSend;
typedef struct CoexTitles CoexTitles;
typedef struct CoexViews CoexViews;
/* What the parts above do for them; static. */
typedef struct {
    /* The person's window has entered another stage. */
    void (*stage_changed)(CoexAccount *account, const CoexPerson *person);
    /* How many texts one /resend to the person would send. */
    guint (*count_resend)(CoexAccount *account, const CoexPerson *person);
    /* Whether the person is blocked at WhatsApp. */
    gboolean (*is_blocked)(const CoexAccount *account, const CoexPerson *person);
} CoexViewsAbove;

/* Takes @titles, of everybody. @listed_since: who was active since then stands in the buddy list.
 * Free with coex_views_free(). */
CoexViews *coex_views_new(CoexTitles *titles, gint64 listed_since, const CoexViewsAbove *above);
void coex_views_free(CoexViews *views);
/* No timer does anything any more. */
void coex_views_stop(CoexViews *views);

/* Tells everybody's; of those in the list first who was active last. */
void coex_views_tell_all(CoexAccount *account);
/* Tells the person's view if it differs from what was told last. Of who is forgotten nothing, but
 * who had the same name. */
void coex_views_tell(CoexAccount *account, const CoexPerson *person);
/* The view, told now if it never was. Borrowed; NULL once the account is dead. */
const CoexPersonView *coex_views_get(CoexAccount *account, const CoexPerson *person);
/* Keeps the tooltip line "delivered 14:03: TEXT" of a message of ours, unless it tells of a newer
 * one; the next coex_views_tell() tells it. Whether it is the newest and was sent here. */
gboolean coex_views_note_state(CoexAccount *account, const CoexPerson *person,
                               const CoexResult *result);
/* That message of ours was edited: the line, if it is of that one, has @text from now on. */
void coex_views_note_edit(CoexAccount *account, const CoexPerson *person, gint64 message_id,
                          const char *text);
/* Keeps such a line of what was sent before the login. */
void coex_views_note_earlier(CoexAccount *account, const CoexSend *send);
/* Keeps such a line of a text that WhatsApp did not take at all. */
void coex_views_note_refused(CoexAccount *account, const CoexPerson *person, const char *text);
/* The clock was corrected: looks at every window again. */
void coex_views_recheck(CoexAccount *account);
/* As coex_person_waits_since(), of now; who is blocked does not wait. */
gint64 coex_account_waits_since(const CoexAccount *account, const CoexPerson *person);
/* Display name: alias, with the end of the number where several have it, number or username. Free
 * with g_free(). */
char *coex_account_dup_title(const CoexAccount *account, const CoexPerson *person);
/* As the user types it: the nick where there are nicks, else the display name. Free with g_free().
 */
char *coex_account_dup_called(const CoexAccount *account, const CoexPerson *person);
