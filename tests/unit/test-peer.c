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
    return g_test_run();
}
