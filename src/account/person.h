// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"

/* What changes a person's record (store/rows.h), apart from the addresses (account/people.h); it is
 * written nowhere else. Nothing here stores or tells. Engine thread; times in seconds since 1970.
 */

typedef struct CoexPerson CoexPerson;
typedef struct CoexPutBack CoexPutBack;

/* Puts a copy of @news in the place of a string, unless it is NULL or the same: then FALSE. */
gboolean coex_person_take_over(char **member, const char *news);

/* ---- names ---- */

/* The name in the phone's address book, else the profile's; NULL: none. Borrowed. */
const char *coex_person_get_name(const CoexPerson *person);
/* The person's profile has @name, copied; NULL: it was not told. FALSE: nothing new. */
gboolean coex_person_note_profile(CoexPerson *person, const char *name);
/* The phone's address book calls the person @name, NULL: not any more, as of @at. FALSE: something
 * newer is known, and nothing was changed. @name is copied. */
gboolean coex_person_note_book(CoexPerson *person, const char *name, gint64 at);
/* @nick is copied; NULL: none from now on. */
void coex_person_set_nick(CoexPerson *person, const char *nick);

/* ---- what the person does ---- */

/* A message in either direction. */
void coex_person_note_active(CoexPerson *person, gint64 at);
/* Whether the last commit with the person failed, so that another must have it. */
void coex_person_note_unsaved(CoexPerson *person, gboolean unsaved);
/* The person wrote, and is listed again. @newest: the message's wamid, copied, unless something
 * newer came before; then NULL. */
void coex_person_note_wrote(CoexPerson *person, const char *newest);
/* A message of this kind asks for an answer from @time on, or does not. */
void coex_person_note_inbound(CoexPerson *person, CoexContentKind kind, gint64 time);
/* The person wants no marketing messages, or takes them again, as of @at. FALSE as above. */
gboolean coex_person_note_marketing(CoexPerson *person, gboolean unwanted, gint64 at);

/* ---- the 24-hour window ---- */

/* What was written at @time opens it. A time that lies ahead of @latest is kept as it came: it may
 * be our clock that is wrong. */
void coex_person_note_window(CoexPerson *person, gint64 time, gint64 latest);
/* A time that was kept so is reached now. FALSE: there is none. */
gboolean coex_person_reach_ahead(CoexPerson *person, gint64 latest);
/* The provider says that it is closed at @now. FALSE: that is known. */
gboolean coex_person_close_window(CoexPerson *person, gint64 now);
/* A free entry point lasts until then, told by WhatsApp. FALSE: nothing new. */
gboolean coex_person_note_free(CoexPerson *person, gint64 until);
/* The window of whom @other turned out to have been known as. */
void coex_person_share_window(CoexPerson *person, const CoexPerson *other);

/* ---- who waits for an answer, and what was read ---- */

/* Since when the person waits for an answer, 0: does not, or not any more. */
gint64 coex_person_waits_since(const CoexPerson *person, gint64 now);
/* When a message to the person that is accepted at @now was sent: not before what it answers,
 * whatever the clock says. */
gint64 coex_person_get_answer_time(const CoexPerson *person, gint64 now);
/* A message to the person was sent at @time. FALSE: nothing was changed; so with the next ones. */
gboolean coex_person_note_answer(CoexPerson *person, gint64 time);
/* The phone wrote to the person at @time, by which what was there before is read; what a bot writes
 * (@is_bot) was read by nobody. */
gboolean coex_person_note_echo(CoexPerson *person, gint64 time, gboolean is_bot);
/* The same of another desk, which is no sign of the phone. */
gboolean coex_person_note_elsewhere(CoexPerson *person, gint64 time);
/* What was sent to the person at @time, and may have been told as failed, has arrived. */
gboolean coex_person_note_proof(CoexPerson *person, gint64 time);
/* What was sent at @time did not arrive. */
gboolean coex_person_note_failure(CoexPerson *person, gint64 time);
/* What the person wrote at @time is not seen yet. */
gboolean coex_person_note_unread(CoexPerson *person, gint64 time);
/* All of it was seen. */
gboolean coex_person_note_seen(CoexPerson *person);
/* All that came so far is marked as read at WhatsApp. */
void coex_person_note_marked(CoexPerson *person);

/* ---- all of it ---- */

/* Times of a clock that was ahead are put back. */
gboolean coex_person_put_back(CoexPerson *person, const CoexPutBack *back);
/* The user wants the person in the list, or not until there is something new. */
void coex_person_list(CoexPerson *person, gboolean listed);
/* The number has another BSUID than before, which was told to the user at @at. */
void coex_person_note_renewed(CoexPerson *person, gint64 at);
/* Whether the number alone says that it is the same person, who has another name now. */
void coex_person_note_renamed(CoexPerson *person, gboolean renamed);
/* @other turned out to be @person: one window, one name, who waits once. */
void coex_person_unite(CoexPerson *person, CoexPerson *other);
/* Nothing of it is stored from now on, and nobody waits. */
void coex_person_forget(CoexPerson *person);
