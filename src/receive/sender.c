// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/sender.h"

#include "account/account.h"
#include "account/people.h"
#include "account/person.h"
#include "account/skew.h"
#include "core/name.h"
#include "core/window.h"
#include "store/batch.h"
#include "store/rows.h"

gboolean
coex_sender_is_self(const CoexAccount *account, const CoexPeer *peer)
{
    return coex_number_is_same(peer->wa_id, account->number) ||
           coex_number_is_same(peer->other_wa_id, account->number);
}

/* Whether only the number says that who writes now under another name is whom we know. Another
 * BSUID is noticed by itself. */
static gboolean
is_renamed(const CoexPerson *known, const CoexMessage *message, gint64 time)
{
    const char *name = message->profile_name;

    return known != NULL && name != NULL && known->alias != NULL &&
           message->direction == COEX_INBOUND && time >= known->last_inbound_at &&
           (known->peer.user_id == NULL || message->peer.user_id == NULL) &&
           !coex_name_is_alike(known->alias, name) &&
           (known->book_name == NULL || !coex_name_is_alike(known->book_name, name));
}

CoexPerson *
coex_sender_learn(CoexAccount *account, const CoexMessage *message, gint64 time)
{
    const CoexPeer *peer = &message->peer;
    gboolean renamed;
    CoexPerson *known;
    CoexPerson *person;

    if (message->content.kind == COEX_CONTENT_SYSTEM)
        time = 0;
    known = coex_people_find(account->people, peer, time);
    renamed = message->content.kind != COEX_CONTENT_SYSTEM && is_renamed(known, message, time);
    if (known == NULL && coex_peer_is_addressable(&message->new_peer))
        peer = &message->new_peer;
    /* Where the phone wrote to may have been given up long ago. */
    person =
        coex_people_learn(account->people, peer, time, message->direction == COEX_INBOUND, NULL);
    if (renamed && person != NULL && person == known)
        coex_person_note_renamed(person, TRUE);
    return person;
}

/* Who writes from a former number later is somebody else. */
static void
give_up_numbers(CoexAccount *account, CoexBatch *batch, const CoexPerson *person,
                const CoexMessage *message, gint64 time)
{
    const char *now = person->peer.wa_id;
    g_autoptr(GPtrArray) numbers = NULL;

    if (now != NULL && g_strcmp0(now, message->new_peer.wa_id) != 0)
        return;
    numbers = coex_people_give_up(account->people, person, time);
    for (guint i = 0; i < numbers->len; i++)
        coex_batch_give_up_number(batch, g_ptr_array_index(numbers, i), time);
}

void
coex_sender_note_system(CoexAccount *account, CoexBatch *batch, CoexPerson *person,
                        const CoexMessage *message, gint64 time)
{
    CoexPerson *loser = NULL;

    coex_person_note_profile(person, message->profile_name);
    if (!coex_peer_is_addressable(&message->new_peer) && !message->number_gone)
        return;
    if (time >= person->last_inbound_at)
        loser = coex_people_move(account->people, person, &message->new_peer, message->number_gone,
                                 time);
    if (loser != NULL)
        coex_batch_put_person(batch, loser);
    give_up_numbers(account, batch, person, message, time);
}

gboolean
coex_sender_note_inbound(CoexAccount *account, CoexPerson *person, const CoexMessage *message,
                         gint64 time)
{
    gint64 before = person->last_inbound_at;
    gint64 told = message->time > 0 ? message->time : time;

    coex_person_note_profile(person, message->profile_name);
    coex_person_note_wrote(person, told >= before ? message->wamid : NULL);
    if (!coex_content_opens_window(message->content.kind) || message->group_id != NULL)
        return FALSE;
    coex_person_note_inbound(person, message->content.kind, time);
    coex_person_note_window(person, told, coex_skew_get_latest(account));
    return TRUE;
}
