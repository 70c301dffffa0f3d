// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

/* More than fit into one part. */
#define N_PEOPLE 4500

typedef struct {
    gint64 last_id;
    guint n_parts;
    gboolean loaded;
} Parts;

static void
check_order(GPtrArray *people, Parts *parts)
{
    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(people, i);

        g_assert_cmpint(person->id, ==, parts->last_id + 1);
        parts->last_id = person->id;
    }
}

static void
on_part(GPtrArray *people, gpointer data)
{
    Parts *parts = data;

    g_assert_false(parts->loaded);
    g_assert_cmpuint(people->len, >, 0);
    check_order(people, parts);
    parts->n_parts++;
}

static void
on_all(CoexSnapshot *snapshot, const GError *error, gpointer data)
{
    Parts *parts = data;

    g_assert_no_error(error);
    g_assert_cmpuint(snapshot->people->len, >, 0);
    check_order(snapshot->people, parts);
    g_assert_cmpuint(snapshot->addresses->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->sends->len, ==, 1);
    g_assert_cmpint(((CoexSend *)g_ptr_array_index(snapshot->sends, 0))->person_id, ==, 1);
    parts->loaded = TRUE;
    coex_snapshot_free(snapshot);
}

/* Everybody comes once, in order, however many there are; who was written to is found among all. */
static void
test_people_in_parts(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Parts parts = { 0 };

    fixture_open(f);
    g_autoptr(CoexSnapshot) before = fixture_load(f, "4930");
    CoexBatch *batch = test_batch(before->account_id);
    for (guint i = 1; i <= N_PEOPLE; i++) {
        g_autofree char *number = g_strdup_printf("4930%07u", i);
        g_autoptr(CoexPerson) person = test_person(i, number, NULL);

        person->answered_at = i == 1 ? 1000 : 0;
        coex_batch_put_person(batch, person);
    }
    g_autoptr(CoexMessage) message = test_message(COEX_ECHO, "49300000001", "A", "Hello");
    coex_batch_add_message(batch, 1, message, TEST_NOW);
    committed_free(fixture_commit(f, batch, N_PEOPLE + 1));

    coex_store_load_account(f->store, "meta", "4930", on_part, on_all, &parts);
    while (!parts.loaded)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(parts.n_parts, >, 1);
    g_assert_cmpint(parts.last_id, ==, N_PEOPLE);

    /* without the parts it is all in the snapshot */
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/loading/people-in-parts", test_people_in_parts);
    return g_test_run();
}
