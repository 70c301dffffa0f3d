// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/overtaken.h"

#include "store/batch-private.h"
#include "store/job.h"

static guint
hash_person(gconstpointer data)
{
    const CoexChange *change = data;

    return g_int64_hash(&change->person->id) ^ g_int64_hash(&change->account_id);
}

static gboolean
is_same_person(gconstpointer one, gconstpointer other)
{
    const CoexChange *a = one;
    const CoexChange *b = other;

    return a->person->id == b->person->id && a->account_id == b->account_id;
}

/* An address that only the earlier one has stays theirs. */
static gboolean
has_all_of(const CoexPerson *later, const CoexPerson *earlier)
{
    return g_strcmp0(earlier->peer.wa_id, later->peer.wa_id) == 0 &&
           g_strcmp0(earlier->peer.other_wa_id, later->peer.other_wa_id) == 0 &&
           g_strcmp0(earlier->peer.user_id, later->peer.user_id) == 0 &&
           g_strcmp0(earlier->peer.parent_user_id, later->peer.parent_user_id) == 0 &&
           earlier->same_as == later->same_as;
}

/* What neither reads people nor moves what is theirs: it does not matter whether it comes before
 * them. */
static gboolean
minds_no_person(CoexChangeKind kind)
{
    return kind == COEX_CHANGE_PERSON || kind == COEX_CHANGE_MESSAGE ||
           kind == COEX_CHANGE_STATUS || kind == COEX_CHANGE_LINE || kind == COEX_CHANGE_SETTING ||
           kind == COEX_CHANGE_DELIVERY_APPLIED;
}

/* @later: of each person the next change after this one. */
static void
mark(CoexChange *change, GHashTable *later)
{
    const CoexChange *next;

    if (!minds_no_person(change->kind)) {
        g_hash_table_remove_all(later);
        return;
    }
    if (change->kind != COEX_CHANGE_PERSON)
        return;
    next = g_hash_table_lookup(later, change);
    change->overtaken = next != NULL && has_all_of(next->person, change->person);
    g_hash_table_replace(later, change, change);
}

void
coex_overtaken_mark(const GPtrArray *group, gboolean overtake)
{
    g_autoptr(GHashTable) later = g_hash_table_new(hash_person, is_same_person);

    for (guint i = group->len; i-- > 0;) {
        const CoexJob *job = g_ptr_array_index(group, i);

        for (guint k = job->kind == COEX_JOB_BATCH ? job->batch->changes->len : 0; k-- > 0;) {
            CoexChange *change = g_ptr_array_index(job->batch->changes, k);

            change->overtaken = FALSE;
            if (overtake)
                mark(change, later);
        }
    }
}
