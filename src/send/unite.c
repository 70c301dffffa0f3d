// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/window.h"
#include "core/words.h"
#include "send/queue.h"
#include "store/batch.h"

/* Who somebody is, as it turns out: two may be one, who has two buddies, and one conversation in
 * which all goes on. */

static void
put_united(CoexOutbox *outbox, CoexBatch *batch, const CoexPerson *other, const CoexPerson *person)
{
    CoexAccount *account = outbox->account;
    g_autofree char *title = coex_account_dup_title(account, person);
    g_autofree char *display = coex_peer_dup_name_display(person->name);
    g_autofree char *line = NULL;

    if (g_str_equal(title, display))
        line =
            coex_say(_("This is the same person as %s: all goes on in that conversation."), title);
    else
        line = coex_say(
            /* Translators: a person's name, and their number. */
            _("This is the same person as %s (%s): all goes on in that conversation."), title,
            display);
    coex_batch_unite_people(batch, other, person);
    coex_batch_add_line(batch, other->id, COEX_FEED_NOTICE, line, NULL, coex_account_now(account));
}

/* The other list has the same ones. */
static void
forget_numbers(const CoexOutboxQueue *queue)
{
    for (GList *link = queue != NULL ? queue->items.head : NULL; link != NULL; link = link->next)
        ((CoexOutboxItem *)link->data)->number = 0;
}

static void
unite(CoexOutbox *outbox, CoexPerson *other)
{
    CoexAccount *account = outbox->account;
    CoexPerson *person = coex_people_now(account->people, other);
    CoexBatch *batch = coex_account_batch(account);
    gboolean asked = coex_people_get_entry(account->people, other->id)->n_parked > 0;

    g_ptr_array_add(outbox->united, other);
    forget_numbers(coex_people_get_entry(account->people, other->id)->queue);
    coex_outbox_unite_queues(outbox, other);
    put_united(outbox, batch, other, person);
    coex_outbox_commit(outbox, batch, person);
    coex_views_tell(account, person);
    if (asked) {
        coex_account_tell_prompt_over(account, other);
        coex_outbox_prompt(outbox, person);
    }
    if (coex_account_window(account, person).open)
        coex_outbox_recheck_windows(outbox);
}

void
coex_outbox_unite(CoexOutbox *outbox)
{
    CoexPerson *other;

    while ((other = coex_people_next_joined(outbox->account->people)) != NULL)
        unite(outbox, other);
}

const GPtrArray *
coex_outbox_get_united(const CoexOutbox *outbox)
{
    return outbox->united;
}

void
coex_outbox_unite_again(const CoexOutbox *outbox, CoexBatch *batch, guint n)
{
    CoexPeople *people = outbox->account->people;

    for (guint i = n; i < outbox->united->len; i++)
        coex_batch_unite_people(batch, outbox->united->pdata[i],
                                coex_people_now(people, outbox->united->pdata[i]));
}

CoexPerson *
coex_outbox_learn_addressee(CoexOutbox *outbox, CoexPerson *now, const char *wa_id,
                            const char *user_id)
{
    CoexPeople *people = outbox->account->people;
    g_auto(CoexPeer) told = { 0 };

    /* Their number went to another while it was on its way. */
    if (!coex_peer_is_addressable(&now->peer))
        return NULL;
    coex_peer_copy(&told, &now->peer);
    coex_peer_set(&told, wa_id, user_id, NULL);
    if (!coex_people_link(people, now, &told, 0))
        return NULL;
    now = coex_people_now(people, now);
    coex_outbox_doubt(outbox, now);
    coex_outbox_unite(outbox);
    return now;
}
