// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/book.h"

#include "account/account.h"
#include "account/forgotten.h"
#include "account/people.h"
#include "account/person.h"
#include "send/outbox.h"
#include "store/batch.h"

static CoexPerson *
learn(CoexAccount *account, const CoexEvent *event, gint64 at, gboolean *ret_changed)
{
    CoexPerson *person = NULL;

    if (coex_forgotten_covers(account, &event->peer, at))
        return NULL;
    person = coex_people_learn(account->people, &event->peer, at, FALSE, ret_changed);
    if (person != NULL)
        coex_outbox_doubt(account->outbox, person);
    coex_outbox_unite(account->outbox);
    return person;
}

CoexPerson *
coex_book_apply(CoexAccount *account, CoexBatch *batch, const CoexEvent *event, gint64 at)
{
    gboolean changed = FALSE;
    CoexPerson *person = learn(account, event, at, &changed);

    if (person == NULL)
        return NULL;
    changed |= coex_person_note_book(person, event->name, at);
    if (!changed)
        return NULL;
    coex_batch_put_person(batch, person);
    return person;
}

CoexPerson *
coex_book_apply_wish(CoexAccount *account, CoexBatch *batch, const CoexEvent *event, gint64 at)
{
    gboolean changed = FALSE;
    CoexPerson *person = learn(account, event, at, &changed);
    gboolean before;

    if (person == NULL)
        return NULL;
    before = person->no_marketing;
    changed |= coex_person_note_marketing(person, event->no_marketing, at);
    if (changed)
        coex_batch_put_person(batch, person);
    return person->no_marketing != before ? person : NULL;
}
