// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include "core/message.h"
#include <glib.h>

/* Everybody an account knows, in the engine's memory: several addresses, one person (Meta:
 * business-scoped-user-ids). Hides the index and the rule by which a newcomer is recognised. */

typedef struct CoexPeople CoexPeople;
typedef struct CoexPerson CoexPerson;
typedef struct CoexPersonView CoexPersonView;

/* All that there is of one person; each part hangs its own in here. What is small stands last:
 * there are tens of thousands of them. */
typedef struct CoexPersonEntry {
    CoexPerson *person;   /* as it is stored; never NULL */
    GPtrArray *others;    /* borrowed CoexPerson who turned out to be this one; NULL for none */
    CoexPersonView *told; /* views: as told last; NULL */
    char *last_clock;     /* views: when the last message of ours was; NULL: there is none */
    char *last_text;      /* views: how it begins, NULL with that */
    gint64 last_message;  /* views: its place in the store, or behind all that are there */
    gint64 tick_at;       /* ticker: since when tick_state is, seconds since 1970 */
    gint64 reminded_of;   /* waiting: end of the window that was told of; 0 */
    gint64 typing_at;     /* send/receipts: when typing was shown last, 0 */
    struct CoexOutboxQueue *queue; /* send/queue: what waits for this person; borrowed, NULL */
    CoexState last_state;          /* views: what became of the last message of ours */
    CoexState tick_state; /* ticker: how far that has come, PENDING: not known, or they wrote */
    CoexState tick_told;  /* ticker: the furthest that was told in this turn, PENDING: nothing */
    gboolean recalled;    /* recall: earlier lines were told */
    gboolean is_open;     /* send/broadcast: a conversation with them is, now */
    guint n_parked;       /* send/queue: texts that wait for the user's choice */
    guint n_held;         /* send/queue: texts that wait for the person */
    guint n_held_files[COEX_MEDIA_CARD + 1]; /* of them, by their kind */
} CoexPersonEntry;

/* Nobody yet: what the store has comes in parts. Free with coex_people_free(). */
CoexPeople *coex_people_new(void);
/* Takes the contents of @persons, with ids behind all that are there; it is empty then. */
void coex_people_take(CoexPeople *people, GPtrArray *persons);
/* All of them are here: takes the contents of @addresses likewise, and joins who is known to be
 * one. Returns whose names or numbers became others by that, borrowed, some of them twice; free
 * with g_ptr_array_unref(). */
GPtrArray *coex_people_settle(CoexPeople *people, GPtrArray *addresses);
void coex_people_free(CoexPeople *people);

/* Borrowed; NULL if unknown. */
CoexPersonEntry *coex_people_get_entry(CoexPeople *people, gint64 id);
CoexPerson *coex_people_by_id(CoexPeople *people, gint64 id);
/* @at: when that was told, seconds since 1970, 0: not known. A number that was given up before does
 * not lead to who had it. */
CoexPerson *coex_people_find(CoexPeople *people, const CoexPeer *peer, gint64 at);
/* By what a user typed or a buddy's name. The name first: it stays with whom it was given to, even
 * when the number goes to another. Who that is now: coex_people_now(). */
CoexPerson *coex_people_find_named(CoexPeople *people, const char *text);

/* The person behind @peer as of @at (as above), made when new; addresses and username that are news
 * are taken over. A former address becomes the present one again only when it comes with what is
 * @theirs, later than all that came from this person: deliveries overtake one another.
 * @ret_changed (may be NULL): the person must be stored. NULL when the peer has no address.
 * Borrowed. */
CoexPerson *coex_people_learn(CoexPeople *people, const CoexPeer *peer, gint64 at, gboolean theirs,
                              gboolean *ret_changed);

/* Takes over what is news for a @person already known, whatever address @peer has: WhatsApp answers
 * some numbers with another one (Meta: messages/send-messages). @at: 0 where it is not @theirs.
 * Another BSUID than before puts the person in_doubt; it may also show that @person is somebody
 * else who is known better (coex_people_now()). TRUE: that one must be stored. */
gboolean coex_people_link(CoexPeople *people, CoexPerson *person, const CoexPeer *peer, gint64 at);

/* WhatsApp says that @peer are the addresses of @person from now on (Meta:
 * webhooks/reference/messages/system); with @number_gone the number is no longer theirs, and there
 * is none in @peer. A BSUID makes one person of two; a number does not: who had it loses it, is
 * returned, borrowed, and must be stored. Whoever wrote from it after @at keeps it. @at as above.
 * NULL: nobody lost a number. */
CoexPerson *coex_people_move(CoexPeople *people, CoexPerson *person, const CoexPeer *peer,
                             gboolean number_gone, gint64 at);

/* All numbers that lead to @person but are not the present one were given up at @at: from then on
 * they are another's. Returns those of that time (borrowed; free with g_ptr_array_unref()), for
 * coex_batch_give_up_number(). */
GPtrArray *coex_people_give_up(CoexPeople *people, const CoexPerson *person, gint64 at);

/* The next of those who turned out to be somebody else, and of whom the store does not know it yet;
 * NULL for none. Borrowed. */
CoexPerson *coex_people_next_joined(CoexPeople *people);

/* All addresses that lead to @person. Array of borrowed CoexAddress; free with
 * g_ptr_array_unref(). */
GPtrArray *coex_people_list_addresses(CoexPeople *people, const CoexPerson *person);

/* Nothing leads to @person any more, nor to those who turned out to be this one: whoever writes
 * from the addresses is new. Until the end the id leads to what is left, which is `forgotten`.
 * Returns the names and addresses that led there; free with g_strfreev(). */
char **coex_people_forget(CoexPeople *people, CoexPerson *person);

/* Who @person turned out to be; mostly itself. Borrowed. */
CoexPerson *coex_people_now(CoexPeople *people, CoexPerson *person);

/* All but who is forgotten, by id. Array of borrowed CoexPerson; free with
 * g_ptr_array_unref(). */
GPtrArray *coex_people_list(CoexPeople *people);
/* Of those an array with the most recently active first; free with g_ptr_array_unref(). */
GPtrArray *coex_people_by_activity(CoexPeople *people);
/* The same of any of them, in place. */
void coex_people_sort_by_activity(GPtrArray *people);
