// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/profile-change.h"

#include "core/error.h"
#include "core/profile.h"
#include <string.h>

static void
check(const char *word, const char *typed, const char *value, const char *fault)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *checked = coex_profile_check(coex_profile_find_part(word), typed, &error);

    g_test_message("%s: %s", typed, error != NULL ? error->message : "");
    g_assert_cmpstr(checked, ==, value);
    if (fault == NULL) {
        g_assert_no_error(error);
        return;
    }
    g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    g_assert_true(g_pattern_match_simple(fault, error->message));
}

static void
test_values(void)
{
    g_autofree char *fits = g_strnfill(139, 'x');
    g_autofree char *umlauts = g_strdup("\xc3\xa4");
    g_autofree char *long_about = g_strnfill(140, 'x');
    g_autofree char *long_address = g_strnfill(257, 'x');
    g_autofree char *long_description = g_strnfill(513, 'x');
    g_autofree char *path = g_strnfill(250, 'x');
    g_autofree char *long_web = g_strconcat("https://x.example/", path, NULL);
    g_autofree char *long_mail = g_strconcat(path, "@x.example", NULL);

    check("about", " Open  from 9 ", "Open  from 9", NULL);
    check("ABOUT", fits, fits, NULL);
    check("about", umlauts, umlauts, NULL);
    check("about", long_about, NULL, "About has 140 characters; WhatsApp takes 139.*");
    check("about", "-", NULL, "*does not take an empty About*");
    check("about", " \n", NULL, "*does not take an empty About*");
    check("address", "-", "", NULL);
    check("address", long_address, NULL, "*257*256*");
    check("description", long_description, NULL, "*513*512*");
    check("mail", "hallo@radhaus.example", "hallo@radhaus.example", NULL);
    check("email", "", "", NULL);
    check("mail", "hallo", NULL, "*hallo* is no mail address*");
    check("mail", "a@b", NULL, "*is no mail address*");
    check("mail", "a@@b.c", NULL, "*is no mail address*");
    check("mail", "a b@c.d", NULL, "*is no mail address*");
    check("mail", "@c.d", NULL, "*is no mail address*");
    check("mail", long_mail, NULL, "*260*128*");
    check("web", "https://a.example", "https://a.example", NULL);
    check("websites", "https://a.example,\thttp://b.example/x ",
          "https://a.example http://b.example/x", NULL);
    check("web", "-", "", NULL);
    check("web", "a.example", NULL, "*a.example* is no web address*https://*");
    check("web", "ftp://a.example", NULL, "*is no web address*");
    check("web", "https:///x", NULL, "*is no web address*");
    check("web", "https://a.example https://b.example https://c.example", NULL, "*takes 2*");
    check("web", long_web, NULL, "*268*256*");
    check("vertical", "prof services", "PROF_SERVICES", NULL);
    check("vertical", "Retail", "RETAIL", NULL);
    check("vertical", "-", NULL, "*a word of Meta's*");
    check("vertical", "Läden", NULL, "*a word of Meta's*");
    g_assert_null(coex_profile_find_part("photo"));
    g_assert_null(coex_profile_find_part(""));
}

static CoexProfile *
make(const char *about, const char *description, const char *mail, const char *websites)
{
    CoexProfile *profile = g_new(CoexProfile, 1);

    *profile = (CoexProfile){ .about = g_strdup(about),
                              .address = g_strdup(""),
                              .description = g_strdup(description),
                              .email = g_strdup(mail),
                              .vertical = g_strdup(""),
                              .picture_url = g_strdup(""),
                              .websites = g_strsplit(websites, " ", -1) };
    return profile;
}

/* Whatever a provider tells, a line is a line. */
static void
test_described(void)
{
    g_autoptr(CoexProfile) profile = make("Hi\n\xe2\x80\xaethere",
                                          "a\x01"
                                          "b",
                                          "x@y.z", "https://a.example https://b.example");
    g_autoptr(CoexProfile) empty = make("", "", "", "");
    g_auto(GStrv) facts = coex_profile_describe(profile);
    g_auto(GStrv) none = coex_profile_describe(empty);
    g_autofree char *all = g_strjoinv("|", facts);

    g_assert_cmpstr(all, ==,
                    "About|Hi there|Description|ab|Mail|x@y.z|Web|https://a.example "
                    "https://b.example");
    g_assert_null(none[0]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-change/values", test_values);
    g_test_add_func("/profile-change/described", test_described);
    return g_test_run();
}
