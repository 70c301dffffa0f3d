// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/profile-change.h"
#include "example.h"

/* What customers see of the business. */

static void
test_asked_for(Desk *desk)
{
    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    desk_restart(desk);
    desk_wait_requests(desk, "profile", 2);
}

/* Whatever is wrong with it, nobody is told, and all goes on. */
static void
test_refused(Desk *desk)
{
    coex_sim_aim(desk->sim, "profile");
    coex_sim_fail_next(desk->sim, 100);
    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    coex_sim_fail_next_http(desk->sim, 200, "<html>Sign in</html>");
    desk_restart(desk);
    desk_wait_requests(desk, "profile", 2);
    coex_sim_drop_next(desk->sim, FALSE);
    desk_restart(desk);
    desk_wait_requests(desk, "profile", 3);
    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Good morning");
    desk_take(desk, "ada", "Good morning");
    desk_wait_state(desk, "ada", "delivered*");
}

/* Templates and whoever is blocked do not wait for it. */
static void
test_late(Desk *desk)
{
    coex_sim_aim(desk->sim, "profile");
    coex_sim_delay_next(desk->sim, 10 * 60 * 1000);
    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    desk_wait_catalogue(desk);
    desk_wait_requests(desk, "blocked", 1);
    desk_hear(desk, "ada", "Hello");
}

/* ---- its name ---- */

/* It is known where the provider does not answer, too, and another one comes with the next login.
 */
static void
test_name(Desk *desk)
{
    desk_login(desk);
    desk_wait_name(desk, "Radhaus Mitte");
    desk_logout(desk);
    coex_sim_set_down(desk->sim, TRUE);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "*Webhooks are received meanwhile*");
    desk_wait_name(desk, "Radhaus Mitte");
    coex_sim_set_down(desk->sim, FALSE);
    coex_sim_change_number(desk->sim, "{\"verified_name\":\"Radhaus\\u202e Mitte\\nam Markt\"}");
    desk_restart(desk);
    desk_wait_name(desk, "Radhaus Mitte am Markt");
}

/* ---- its picture ---- */

static void
set_picture(Desk *desk, gsize length)
{
    g_autoptr(GBytes) content = g_bytes_new_take(g_strnfill(length, 'x'), length);
    g_autofree char *url = coex_sim_add_picture(desk->sim, "image/jpeg", content);

    coex_sim_set_picture(desk->sim, url);
}

static void
test_picture(Desk *desk)
{
    set_picture(desk, 40);
    desk_login(desk);
    desk_wait_picture(desk, "40 bytes");
    set_picture(desk, 1024 * 1024);
    desk_restart(desk);
    desk_wait_picture(desk, "1048576 bytes");
    coex_sim_set_picture(desk->sim, "");
    desk_restart(desk);
    desk_wait_picture(desk, "none");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "cdn"), ==, 2);
}

/* Nothing of it is told, and the rest of the login is as ever. */
static void
assert_no_picture(Desk *desk)
{
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    g_assert_cmpuint(desk_count(desk, DESK_PICTURE, NULL, "*"), ==, 0);
}

static void
test_picture_elsewhere(Desk *desk)
{
    static const char *const urls[] = {
        "http://pps.whatsapp.net/x.jpg",
        "https://files.example.invalid/x.jpg",
        "https://pps.whatsapp.net:444/x",
        "https://u@pps.whatsapp.net/x.jpg",
        "https://whatsapp.net.example/x",
        "file:///etc/passwd",
        "x.jpg",
        "https://pps.whatsapp.net/x y",
    };

    desk_login(desk);
    desk_wait_picture(desk, "none");
    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        coex_sim_set_picture(desk->sim, urls[i]);
        assert_no_picture(desk);
    }
}

static void
test_picture_not_handed_out(Desk *desk)
{
    desk_login(desk);
    desk_wait_picture(desk, "none");
    set_picture(desk, 1024 * 1024 + 1);
    assert_no_picture(desk);
    desk_wait_requests(desk, "cdn", 1);
    set_picture(desk, 40);
    coex_sim_aim(desk->sim, "cdn");
    coex_sim_fail_next_http(desk->sim, 404, "");
    assert_no_picture(desk);
    desk_wait_requests(desk, "cdn", 2);
    desk_restart(desk);
    desk_wait_picture(desk, "40 bytes");
}

/* ---- on the page, and changed there ---- */

static void
change(Desk *desk, const char *part, const char *typed)
{
    const char *changes[] = { coex_profile_find_part(part)->name, NULL, NULL };
    g_autofree char *value = coex_profile_check(coex_profile_find_part(part), typed, NULL);

    g_assert_nonnull(value);
    changes[1] = value;
    coex_session_change_profile(desk->session, changes);
}

static void
test_changed(Desk *desk)
{
    static const char *const two[] = { "description", "Bicycles.", "websites",
                                       "https://radhaus.example/ https://b.example/x", NULL };
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL,
                    "*\nToday: *\nAbout: Bicycles and repairs\nAddress: Invalidenstr. 117, 10115 "
                    "Berlin\nDescription: Workshop in Berlin.\nMail: hallo@radhaus.example\nWeb: "
                    "https://radhaus.example/\nLine of business: Shopping and retail\n");
    change(desk, "about", "Open Mon-Sat 9-19");
    desk_wait_notice(desk, NULL, "Changed in the profile, as customers see it now: About.");
    request = coex_sim_wait_request(desk->sim, "profile-set", DESK_PATIENCE_MS);
    example_assert_part(request, "39_business_profile.json", "update_request", NULL);
    coex_session_change_profile(desk->session, two);
    desk_wait_notice(desk, NULL, "Changed in the profile, *: Description, Web.");
    change(desk, "mail", "-");
    desk_wait_notice(desk, NULL, "Changed in the profile, *: Mail.");
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(
        desk, NULL,
        "*\nAbout: Open Mon-Sat 9-19\nAddress: *\nDescription: Bicycles.\nWeb: "
        "https://radhaus.example/ https://b.example/x\nLine of business: Shopping and retail\n");
}

/* It is said why, and nothing is thought to have changed. */
static void
test_not_changed(Desk *desk)
{
    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    coex_sim_aim(desk->sim, "profile-set");
    coex_sim_fail_next(desk->sim, 100);
    change(desk, "about", "Closed");
    desk_wait_notice(desk, NULL,
                     "Not changed in the profile: About. WhatsApp does not accept *Settings, "
                     "Business profile.");
    coex_sim_fail_next(desk->sim, 131005);
    change(desk, "about", "Closed");
    desk_wait_notice(desk, NULL, "Not changed in the profile: About. WhatsApp denied access*)");
    coex_sim_set_down(desk->sim, TRUE);
    change(desk, "about", "Closed");
    desk_wait_notice(desk, NULL, "Not changed in the profile: About. *");
    coex_sim_set_down(desk->sim, FALSE);
    coex_sim_aim(desk->sim, "profile-set");
    coex_sim_drop_next(desk->sim, TRUE);
    change(desk, "about", "Closed");
    desk_wait_notice(desk, NULL, "Changed in the profile, as customers see it now: About.");
    coex_sim_drop_next(desk->sim, FALSE);
    change(desk, "about", "Closed for good");
    desk_wait_notice(desk, NULL, "Not changed in the profile: About. *");
    coex_sim_aim(desk->sim, "profile");
    coex_sim_fail_next(desk->sim, 100);
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL, "*\nProfile: cannot be asked: *");
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL, "*\nAbout: Closed\n*");
}

/* Taken, and not made: only the phone can. What of it stands there is told apart. */
static void
test_taken_in_vain(Desk *desk)
{
    static const char *const both[] = { "about",       "Closed",
                                        "description", "Workshop in Berlin.",
                                        "websites",    "https://radhaus.example",
                                        NULL };

    desk_login(desk);
    desk_wait_requests(desk, "profile", 1);
    coex_sim_leave_profile(desk->sim);
    coex_session_change_profile(desk->session, both);
    desk_wait_notice(desk, NULL,
                     "Changed in the profile, as customers see it now: Description, Web.");
    desk_wait_notice(desk, NULL,
                     "WhatsApp took the change, but the profile does not show it: About. A number "
                     "that is used on the phone, *: Settings, Business profile.");
    coex_sim_aim(desk->sim, "profile");
    coex_sim_fail_next(desk->sim, 100);
    change(desk, "about", "Closed");
    desk_wait_notice(desk, NULL, "It is not known whether the profile was changed: About. *");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/profile/asked-for", test_asked_for);
    desk_add("/profile/refused", test_refused);
    desk_add("/profile/late", test_late);
    desk_add_at(DESK_ONLY_META, "/profile/name", test_name);
    desk_add("/profile/picture", test_picture);
    desk_add("/profile/picture-elsewhere", test_picture_elsewhere);
    desk_add("/profile/picture-not-handed-out", test_picture_not_handed_out);
    desk_add("/profile/changed", test_changed);
    desk_add("/profile/not-changed", test_not_changed);
    desk_add("/profile/taken-in-vain", test_taken_in_vain);
    return g_test_run();
}
