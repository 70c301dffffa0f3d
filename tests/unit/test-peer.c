// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/peer.h"

#include <string.h>

static void
test_numbers(void)
{
    static const char *const good[][2] = {
        { "+49 30 1234567", "49301234567" },
        { "0049 (0)30/1234-567", "49301234567" },
        { "+49 (0) 30 1234567", "49301234567" },
        { "49301234567", "49301234567" },
        { " +1 (202) 555-0147 ", "12025550147" },
        { "+1.202.555.0147", "12025550147" },
        { "+1\xc2\xa0"
          "202\xe2\x80\x91"
          "555\xe2\x80\x93"
          "0147",
          "12025550147" },
        { "\xe2\x80\xaa+12025550147\xe2\x80\xac", "12025550147" },
        { "+6834000", "6834000" },
        { "+123456789012345", "123456789012345" },
    };
    static const char *const bad[] = {
        "",
        "+",
        "   ",
        "123456",
        "1234567890123456",
        "030 1234567",
        "+0301234567",
        "12025550147x",
        "Nora",
        "+1+2025550147",
        "1202555\n0147\xff",
        "12025550147@s",
        "../../x",
        "Y2FwaV9ncm91cDoxMjM0NTY3ODk",
        "+49 (0)",
        "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *number = coex_number_normalize(good[i][0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(number, ==, good[i][1]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(coex_number_normalize(bad[i], &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    }
    g_assert_null(coex_number_normalize(NULL, NULL));
}

static void
test_user_ids(void)
{
    g_autofree char *longest = g_strnfill(140, 'x');
    g_autofree char *long_id = g_strconcat("DE.", longest, NULL);
    g_autofree char *too_long = g_strconcat("DE.x", longest, NULL);

    g_assert_true(coex_user_id_is_valid("US.70214458810936652071"));
    g_assert_true(coex_user_id_is_valid("US.ENT.51180044712290365548"));
    g_assert_true(coex_user_id_is_valid("DE.aB9"));
    g_assert_true(coex_user_id_is_valid(long_id));
    g_assert_false(coex_user_id_is_valid(too_long));
    g_assert_false(coex_user_id_is_valid(NULL));
    g_assert_false(coex_user_id_is_valid(""));
    g_assert_false(coex_user_id_is_valid("D"));
    g_assert_false(coex_user_id_is_valid("DE"));
    g_assert_false(coex_user_id_is_valid("DE."));
    g_assert_false(coex_user_id_is_valid("de.1"));
    g_assert_false(coex_user_id_is_valid("DE..1"));
    g_assert_false(coex_user_id_is_valid("DE.1..2"));
    g_assert_false(coex_user_id_is_valid("DE.1/2"));
    g_assert_false(coex_user_id_is_valid("DE.1 "));
    g_assert_false(coex_user_id_is_valid("DE.\xc3\xbc"));
    g_assert_false(coex_user_id_is_valid("DEU.1"));
}

static void
test_set(void)
{
    g_auto(CoexPeer) peer = { 0 };

    g_assert_false(coex_peer_is_addressable(&peer));
    coex_peer_set(&peer, "", "us.1", "../x");
    coex_peer_set_username(&peer, "@");
    coex_peer_set_username(&peer, "a b");
    coex_peer_set_username(&peer, "a\nb");
    coex_peer_set_username(&peer, "a\xe2\x80\xae"
                                  "b");
    coex_peer_set_username(&peer, "\xff");
    coex_peer_set_username(&peer, NULL);
    g_assert_false(coex_peer_is_addressable(&peer));
    g_assert_null(peer.username);
    coex_peer_set_username(&peer, "@ana.k");
    g_assert_cmpstr(peer.username, ==, "ana.k");
    g_assert_false(coex_peer_is_addressable(&peer));
    coex_peer_set(&peer, "+12025550147", "US.1", NULL);
    /* What is missing or malformed later takes nothing away. */
    coex_peer_set(&peer, NULL, "malformed", "US.ENT.1");
    g_assert_cmpstr(peer.wa_id, ==, "12025550147");
    g_assert_cmpstr(peer.user_id, ==, "US.1");
    g_assert_cmpstr(peer.parent_user_id, ==, "US.ENT.1");
    coex_peer_set(&peer, "447700900123", "GB.2", NULL);
    g_assert_cmpstr(peer.wa_id, ==, "447700900123");
    g_assert_cmpstr(peer.user_id, ==, "GB.2");
    coex_peer_clear(&peer);
    g_assert_null(peer.wa_id);
    g_assert_null(peer.username);
}

static void
test_parse_and_names(void)
{
    static const char *const rows[][3] = {
        { "+49 30 1234567", "49301234567", "+49301234567" },
        { "49301234567", "49301234567", "+49301234567" },
        { " DE.90551127734806612945 ", "DE.90551127734806612945", "DE.90551127734806612945" },
    };
    static const char *const bad[] = { NULL, "", "@ana.k", "ana", "..", ".", "DE", "030 1234567" };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(CoexPeer) peer = { 0 };
        g_auto(CoexPeer) again = { 0 };
        g_autofree char *name = NULL;
        g_autofree char *display = NULL;

        g_assert_true(coex_peer_parse(rows[i][0], &peer, NULL));
        name = coex_peer_dup_name(&peer);
        display = coex_peer_dup_display(&peer);
        g_assert_cmpstr(name, ==, rows[i][1]);
        g_assert_cmpstr(display, ==, rows[i][2]);
        g_assert_true(coex_peer_parse(name, &again, NULL));
        g_assert_cmpstr(again.wa_id, ==, peer.wa_id);
        g_assert_cmpstr(again.user_id, ==, peer.user_id);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        CoexPeer peer;
        g_autoptr(GError) error = NULL;

        g_assert_false(coex_peer_parse(bad[i], &peer, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_false(coex_peer_is_addressable(&peer));
    }
}

static void
test_display(void)
{
    g_auto(CoexPeer) peer = { 0 };
    g_autofree char *nobody = coex_peer_dup_display(&peer);
    g_autofree char *by_parent = NULL;
    g_autofree char *by_id = NULL;
    g_autofree char *by_username = NULL;
    g_autofree char *name = NULL;

    g_assert_nonnull(nobody);
    g_assert_null(coex_peer_dup_name(&peer));
    coex_peer_set(&peer, NULL, NULL, "US.ENT.1");
    by_parent = coex_peer_dup_display(&peer);
    g_assert_cmpstr(by_parent, ==, "US.ENT.1");
    coex_peer_set(&peer, NULL, "US.1", NULL);
    by_id = coex_peer_dup_display(&peer);
    g_assert_cmpstr(by_id, ==, "US.1");
    coex_peer_set_username(&peer, "nora.f");
    by_username = coex_peer_dup_display(&peer);
    g_assert_cmpstr(by_username, ==, "@nora.f");
    name = coex_peer_dup_name(&peer);
    g_assert_cmpstr(name, ==, "US.1");
}

static void
test_copy(void)
{
    g_auto(CoexPeer) peer = { 0 };
    g_auto(CoexPeer) copy = { 0 };

    coex_peer_set(&peer, "12025550147", "US.1", NULL);
    coex_peer_set_username(&peer, "nora.f");
    coex_peer_copy(&copy, &peer);
    g_assert_cmpstr(copy.wa_id, ==, "12025550147");
    g_assert_cmpstr(copy.username, ==, "nora.f");
    g_assert_cmpstr(copy.user_id, ==, "US.1");
    g_assert_true(copy.user_id != peer.user_id);
    g_assert_null(copy.parent_user_id);
}

static void
test_name_display(void)
{
    static const char *const cases[][2] = {
        { "12025550101", "+12025550101" },
        { "+1 (202) 555-0101", "+12025550101" },
        { "US.7000000000000103", "US.7000000000000103" },
        { "Nora", "Nora" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *display = coex_peer_dup_name_display(cases[i][0]);

        g_assert_cmpstr(display, ==, cases[i][1]);
    }
}

/* ---- number plans ---- */

typedef struct {
    const char *country;
    const char *first;  /* digits with which the ten or so that follow may begin */
    guint area;         /* digits of the area's code */
    const char *begins; /* digits with which the number itself may begin */
    guint length;       /* of that */
} Plan;

static char *
make_number(const Plan *plan, guint32 seed, const char *mark, gboolean behind_area)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    GString *number = g_string_new(plan->country);

    if (!behind_area)
        g_string_append(number, mark);
    g_string_append_c(number, plan->first[g_rand_int_range(rand, 0, strlen(plan->first))]);
    for (guint i = 1; i < plan->area; i++)
        g_string_append_c(number, (char)('1' + g_rand_int_range(rand, 0, 9)));
    if (behind_area)
        g_string_append(number, mark);
    g_string_append_c(number, plan->begins[g_rand_int_range(rand, 0, strlen(plan->begins))]);
    for (guint i = 1; i < plan->length; i++)
        g_string_append_c(number, (char)('0' + g_rand_int_range(rand, 0, 10)));
    return g_string_free(number, FALSE);
}

static const Plan brazilian = { "55", "123456789", 2, "6789", 8 };
static const Plan mexican = { "52", "23456789", 2, "123456789", 8 };
static const Plan argentine = { "54", "23", 3, "23456789", 7 };

static gboolean
is_in(const char *number, char **forms)
{
    return g_strv_contains((const char *const *)forms, number);
}

static void
assert_two_forms(const char *one, const char *other)
{
    g_auto(GStrv) of_one = coex_number_list_forms(one);

    g_assert_true(coex_number_is_same(one, other));
    g_assert_true(coex_number_is_same(other, one));
    g_assert_true(is_in(other, of_one));
}

/* Each form leads to the other. */
static void
test_forms(void)
{
    for (guint32 seed = 0; seed < 2000; seed++) {
        g_autofree char *old_brazilian = make_number(&brazilian, seed, "", TRUE);
        g_autofree char *new_brazilian = make_number(&brazilian, seed, "9", TRUE);
        g_autofree char *new_mexican = make_number(&mexican, seed, "", FALSE);
        g_autofree char *old_mexican = make_number(&mexican, seed, "1", FALSE);
        g_autofree char *plain = make_number(&argentine, seed, "", FALSE);
        g_autofree char *abroad = make_number(&argentine, seed, "9", FALSE);
        g_autofree char *inside = make_number(&argentine, seed, "15", TRUE);

        assert_two_forms(old_brazilian, new_brazilian);
        assert_two_forms(new_brazilian, old_brazilian);
        assert_two_forms(new_mexican, old_mexican);
        assert_two_forms(old_mexican, new_mexican);
        assert_two_forms(plain, abroad);
        assert_two_forms(abroad, plain);
        assert_two_forms(inside, plain);
        assert_two_forms(inside, abroad);
    }
}

/* No valid number is taken for another one: numbers on land, mobiles, and other countries'. */
static void
test_other_numbers(void)
{
    static const Plan plans[] = {
        { "55", "123456789", 2, "2345", 8 }, /* on land */
        { "1", "23456789", 3, "23456789", 7 }, { "49", "23456789", 3, "123456789", 7 },
        { "49", "3", 2, "123456789", 8 },      { "44", "7", 4, "0123456789", 6 },
        { "51", "9", 1, "0123456789", 8 },     { "57", "3", 3, "0123456789", 7 },
        { "39", "3", 3, "123456789", 7 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(plans); i++) {
        for (guint32 seed = 0; seed < 500; seed++) {
            g_autofree char *number = make_number(&plans[i], seed, "", TRUE);
            g_autofree char *other = make_number(&plans[i], seed + 1, "", TRUE);
            g_autofree char *with_nine = make_number(&plans[i], seed, "9", TRUE);
            g_auto(GStrv) forms = coex_number_list_forms(number);

            g_assert_null(forms[0]);
            g_assert_true(coex_number_is_same(number, number));
            g_assert_true(coex_number_is_same(number, other) == (strcmp(number, other) == 0));
            g_assert_false(coex_number_is_same(number, with_nine));
        }
    }
}

/* Two forms are one number only where all but the marks is the same. */
static void
test_other_mobiles(void)
{
    static const Plan *const plans[] = { &brazilian, &mexican, &argentine };
    static const char *const marks[] = { "9", "1", "9" };

    for (guint i = 0; i < G_N_ELEMENTS(plans); i++) {
        for (guint32 seed = 0; seed < 2000; seed++) {
            g_autofree char *number = make_number(plans[i], seed, "", i == 0);
            g_autofree char *other = make_number(plans[i], seed + 1, marks[i], i == 0);
            g_autofree char *own = make_number(plans[i], seed + 1, "", i == 0);

            g_assert_true(coex_number_is_same(number, other) == (strcmp(number, own) == 0));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peer/numbers", test_numbers);
    g_test_add_func("/peer/user-ids", test_user_ids);
    g_test_add_func("/peer/set", test_set);
    g_test_add_func("/peer/parse-and-names", test_parse_and_names);
    g_test_add_func("/peer/display", test_display);
    g_test_add_func("/peer/copy", test_copy);
    g_test_add_func("/peer/name-display", test_name_display);
    g_test_add_func("/peer/forms", test_forms);
    g_test_add_func("/peer/other-numbers", test_other_numbers);
    g_test_add_func("/peer/other-mobiles", test_other_mobiles);
    return g_test_run();
}
