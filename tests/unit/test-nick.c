// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/nick.h"

#include <string.h>

static void
test_letters(void)
{
    static const struct {
        const char *name, *ascii, *utf8;
    } cases[] = {
        { "Ada Lovelace", "AdaLovelace", "AdaLovelace" },
        { "  ada-lovelace!", "adalovelace", "adalovelace" },
        { "José Núñez", "JoseNunez", "JoséNúñez" },
        { "田中さくら", "", "田中さくら" },
        { "Мария", NULL, "Мария" }, /* some know how to write it */
        { "4ever Young", "_4everYoung", "_4everYoung" },
        { "😀", "", "" },
        { "+49 170 1234567", "", "" }, /* would be somebody's number */
        { "", "", "" },
        { NULL, "", "" },
        { "A Name That Is Much Longer Than A Nick", "ANameThatIsMuchLongerTh",
          "ANameThatIsMuchLongerTh" },
        { "ああああああああああああ", "", "あああああああ" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *ascii = coex_nick_letters(COEX_NICKS_NAMES, cases[i].name);
        g_autofree char *utf8 = coex_nick_letters(COEX_NICKS_NAMES_UTF8, cases[i].name);

        if (cases[i].ascii != NULL)
            g_assert_cmpstr(ascii, ==, cases[i].ascii);
        g_assert_cmpstr(utf8, ==, cases[i].utf8);
    }
}

static void
assert_given(CoexNicks *nicks, CoexNickStyle style, const char *name, const char *address,
             const char *expected)
{
    g_autofree char *nick = coex_nicks_give(nicks, address, style, name, address, "447700900177");

    g_assert_cmpstr(nick, ==, expected);
    g_assert_cmpstr(coex_nicks_get_owner(nicks, nick), ==, address);
}

static void
test_given(void)
{
    g_autoptr(CoexNicks) nicks = coex_nicks_new();
    const CoexNickStyle names = COEX_NICKS_NAMES;

    assert_given(nicks, names, "Anna Schmidt", "491701110003", "AnnaSchmidt");
    assert_given(nicks, names, "anna schmidt", "491702220003", "annaschmidt0003");
    assert_given(nicks, names, "Anna Schmidt", "491703220003", "AnnaSchmidt20003");
    assert_given(nicks, names, "田中さくら", "491705554567", "_491705554567");
    assert_given(nicks, names, "山田美咲", "491706664567", "_491706664567");
    assert_given(nicks, names, "491707770001", "491708880001", "_491708880001");
    assert_given(nicks, names, NULL, "US.70000000103", "US70000000103");
    assert_given(nicks, COEX_NICKS_NUMBERS, "Bob", "12025550101", "_12025550101");
    assert_given(nicks, COEX_NICKS_NAMES_UTF8, "山田美咲", "491706664568", "山田美咲");
    assert_given(nicks, COEX_NICKS_NAMES_UTF8, "山田美咲", "491706664569", "山田美咲4569");
}

/* The same person at another number of the business. */
/* A name that ends as ours would tell two apart carries more, before and after there are two. */
static void
test_imitated(void)
{
    g_autoptr(CoexNicks) nicks = coex_nicks_new();
    const CoexNickStyle names = COEX_NICKS_NAMES;
    const CoexNickStyle wide = COEX_NICKS_NAMES_UTF8;

    assert_given(nicks, names, "Anna Schmidt", "491701110003", "AnnaSchmidt");
    assert_given(nicks, names, "Anna Schmidt (4567)", "491705550009", "AnnaSchmidt4567_0009");
    assert_given(nicks, names, "AnnaSchmidt 4567", "491705560009", "AnnaSchmidt4567_60009");
    assert_given(nicks, names, "Anna Schmidt", "491702224567", "AnnaSchmidt4567");
    assert_given(nicks, wide, "Jürgen \xef\xbc\x94\xef\xbc\x95", "491705570009",
                 "Jürgen\xef\xbc\x94\xef\xbc\x95_0009");
    assert_given(nicks, names, "R2D2 Shop", "491705580009", "R2D2Shop");
}

static void
test_known_twice(void)
{
    g_autoptr(CoexNicks) nicks = coex_nicks_new();
    g_autofree char *one =
        coex_nicks_give(nicks, "1:1", COEX_NICKS_NUMBERS, NULL, "12025550101", "15550001111");
    g_autofree char *two =
        coex_nicks_give(nicks, "2:1", COEX_NICKS_NUMBERS, NULL, "12025550101", "447700900177");
    g_autofree char *three =
        coex_nicks_give(nicks, "3:1", COEX_NICKS_NUMBERS, NULL, "12025550101", "447700910177");

    g_assert_cmpstr(one, ==, "_12025550101");
    g_assert_cmpstr(two, ==, "_12025550101_0177");
    g_assert_cmpstr(three, ==, "_12025550101_10177");
}

static void
test_taken(void)
{
    g_autoptr(CoexNicks) nicks = coex_nicks_new();
    g_autofree char *first =
        coex_nicks_give(nicks, "a", COEX_NICKS_NAMES, "Schmidt", "491701110003", "1555");
    g_autofree char *late = NULL;

    g_assert_cmpstr(first, ==, "Schmidt");
    coex_nicks_take(nicks, "[Meier]", "a");
    g_assert_cmpstr(coex_nicks_get_owner(nicks, "{meier}"), ==, "a");
    coex_nicks_take(nicks, "schmidt", "b");
    g_assert_cmpstr(coex_nicks_get_owner(nicks, "Schmidt"), ==, "b");
    late = coex_nicks_give(nicks, "c", COEX_NICKS_NAMES, "SCHMIDT", "491702220003", "1555");
    g_assert_cmpstr(late, ==, "SCHMIDT0003");
}

/* ---- thousands of people, at three numbers, over many logins ---- */

#define N_PEOPLE 6000
#define N_LOGINS 12

typedef struct {
    char *owner;
    char *address;
    const char *name;
    const char *own_number;
    char *nick;
} Somebody;

static const char *const names[] = {
    "Anna Schmidt",
    "anna schmidt",
    "Anna Schmidt0003",
    "José",
    "Jose",
    "田中さくら",
    "Мария",
    "+491700000003",
    "😀",
    "",
    NULL,
    "A",
    "root",
    "Ünlü Öz",
    "0003",
    "_0003",
    "Anna",
    "anna0003",
    "A Name That Is Much Longer Than Any Nick",
    "あああああああああああ",
    "محمد",
    "[x]",
    "{X}",
};
static const char *const own_numbers[] = { "15550001111", "447700900177", "493023125017" };

static Somebody *
make_people(void)
{
    Somebody *people = g_new0(Somebody, N_PEOPLE);

    for (guint i = 0; i < N_PEOPLE; i++) {
        guint at = i % G_N_ELEMENTS(own_numbers);
        guint who = i / G_N_ELEMENTS(own_numbers);

        people[i].owner = g_strdup_printf("%u:%u", at, who);
        /* Each is known at all three, and only a few ends of numbers are about. */
        people[i].address = who % 9 == 0 ? g_strdup_printf("DE.%u.%04u", 900000 + who, who % 13)
                                         : g_strdup_printf("4917%u%04u", 1000 + who, who % 13);
        people[i].name = names[g_test_rand_int_range(0, G_N_ELEMENTS(names))];
        people[i].own_number = own_numbers[at];
    }
    return people;
}

/* What the chat program would take for the same. */
static char *
look(const char *nick)
{
    g_autofree char *lower = g_utf8_strdown(nick, -1);

    return g_strdelimit(g_strdup(lower), "[", '{');
}

static void
check_all(const Somebody *people, CoexNickStyle style)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < N_PEOPLE; i++) {
        if (people[i].nick == NULL)
            continue;
        g_assert_true(coex_nick_fits(style, people[i].nick));
        g_assert_cmpuint(strlen(people[i].nick), <=, COEX_NICK_MAX);
        g_assert_null(strpbrk(people[i].nick, " !@:,*?"));
        g_assert_true(g_hash_table_add(seen, look(people[i].nick)));
    }
}

/* A login: what was kept is loaded, then some come, in any order, and some have other names now. */
static void
log_in(Somebody *people, CoexNickStyle style)
{
    g_autoptr(CoexNicks) nicks = coex_nicks_new();

    for (guint i = 0; i < N_PEOPLE; i++)
        if (people[i].nick != NULL)
            coex_nicks_take(nicks, people[i].nick, people[i].owner);
    for (guint n = 0; n < N_PEOPLE / 4; n++) {
        Somebody *one = &people[g_test_rand_int_range(0, N_PEOPLE)];
        g_autofree char *before = g_strdup(one->nick);

        if (g_test_rand_int_range(0, 4) == 0)
            one->name = names[g_test_rand_int_range(0, G_N_ELEMENTS(names))];
        if (one->nick == NULL)
            one->nick =
                coex_nicks_give(nicks, one->owner, style, one->name, one->address, one->own_number);
        else
            g_assert_cmpstr(coex_nicks_get_owner(nicks, before), ==, one->owner);
    }
    check_all(people, style);
}

static void
test_thousands(gconstpointer data)
{
    CoexNickStyle style = (CoexNickStyle)GPOINTER_TO_UINT(data);
    Somebody *people = make_people();

    for (guint i = 0; i < N_LOGINS; i++)
        log_in(people, style);
    for (guint i = 0; i < N_PEOPLE; i++) {
        g_free(people[i].owner);
        g_free(people[i].address);
        g_free(people[i].nick);
    }
    g_free(people);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nick/letters", test_letters);
    g_test_add_func("/nick/given", test_given);
    g_test_add_func("/nick/imitated", test_imitated);
    g_test_add_func("/nick/known-twice", test_known_twice);
    g_test_add_func("/nick/taken", test_taken);
    g_test_add_data_func("/nick/thousands/numbers", GUINT_TO_POINTER(COEX_NICKS_NUMBERS),
                         test_thousands);
    g_test_add_data_func("/nick/thousands/names", GUINT_TO_POINTER(COEX_NICKS_NAMES),
                         test_thousands);
    g_test_add_data_func("/nick/thousands/utf8", GUINT_TO_POINTER(COEX_NICKS_NAMES_UTF8),
                         test_thousands);
    return g_test_run();
}
