// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#define HOUR_S (60 * 60)

/* What somebody who proves nothing, or who proves another number, can make us say. */

static void
knock(Desk *desk, CoexSimSigning signing, guint n)
{
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "I am not Ada");

    for (guint i = 0; i < n; i++)
        g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, signing), ==, 401);
}

/* Comes with this number's secret, where it has one of its own, and is another's. */
static void
misdeliver(Desk *desk)
{
    const CoexSimIdentity identity = { .number = "+447700900199", .phone_number_id = "3188000" };
    g_autoptr(CoexSim) other = coex_sim_new_full(coex_sim_get_provider(desk->sim), &identity);
    g_autoptr(GBytes) body = NULL;

    coex_sim_add_customer(other, "ada", "+12025550101", NULL, "Ada");
    body = coex_sim_render_text(other, "ada", "Not for you");
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_GOOD), ==, 200);
}

/* Nothing is said of what came since the last look. */
static void
assert_quiet(Desk *desk)
{
    guint n = desk_count(desk, DESK_NOTICE, NULL, "A webhook*");

    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "A webhook*"), ==, n);
}

/* One line an hour, of whatever kind, however often one logs in; then it says how many came. */
static void
test_over_logins(Desk *desk)
{
    guint n = 5;

    desk_login(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_NONE, 1);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*");
    knock(desk, COEX_SIM_SIGN_WRONG, 2);
    assert_quiet(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 3);
    if (!desk_is_meta(desk)) {
        misdeliver(desk);
        n++;
    }
    assert_quiet(desk);
    desk_logout(desk);
    desk_advance(desk, HOUR_S - 60);
    desk_login(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_NONE, 4);
    assert_quiet(desk);
    desk_logout(desk);
    desk_advance(desk, 60);
    desk_login(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);

    g_autofree char *line =
        g_strdup_printf("A webhook was refused (401)* Since * %u more were refused*", n + 4);
    desk_wait_notice(desk, NULL, line);
    desk_logout(desk);
    /* what was told is not told again */
    desk_advance(desk, HOUR_S);
    desk_login(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "* Since *"), ==, 0);
    desk_hear(desk, "ada", "It is me");
}

/* The line about another's number is one of them. */
static void
test_another_number(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    misdeliver(desk);
    desk_wait_notice(desk, NULL, "A webhook for the number +447700900199 came here*");
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    assert_quiet(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    misdeliver(desk);
    assert_quiet(desk);
    desk_advance(desk, HOUR_S);
    misdeliver(desk);
    desk_wait_notice(desk, NULL, "A webhook for the number +447700900199* Since * 2 more were *");
}

/* Of one that is named by its id alone, the id is told. */
static void
test_another_id(Desk *desk)
{
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "Not for you");
    g_autoptr(GString) json =
        g_string_new_len(g_bytes_get_data(body, NULL), (gssize)g_bytes_get_size(body));
    g_autoptr(GBytes) changed = NULL;

    g_assert_cmpuint(g_string_replace(json, "display_phone_number", "unheard_of", 0), >, 0);
    g_assert_cmpuint(g_string_replace(json, coex_sim_get_phone_number_id(desk->sim), "3188000", 0),
                     >, 0);
    changed = g_bytes_new(json->str, json->len);
    desk_login(desk);
    desk_hear(desk, "ada", "For you");
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, changed, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_wait_notice(desk, NULL, "A webhook for the number with the id 3188000 came here*");
}

/* Two accounts share listener and path: each hears of what was turned away of its kind, whoever
 * logged in last, and both together once an hour. */
static void
test_over_accounts(Desk *desk)
{
    const CoexSimIdentity identity = { .number = "+447700900199", .phone_number_id = "3188000" };
    g_autoptr(Desk) other = desk_new_beside_at(
        desk, desk_is_meta(desk) ? COEX_SIM_360DIALOG : COEX_SIM_META, &identity);

    desk_login(other);
    desk_login(desk);
    knock(other, COEX_SIM_SIGN_WRONG, 1);
    desk_wait_notice(other, NULL, "A webhook was refused (401)*");
    desk_wait_catalogue(other);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    assert_quiet(desk);
    /* who is left alone knows of the other's line */
    desk_logout(desk);
    desk_logout(other);
    desk_login(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    assert_quiet(desk);
    desk_advance(desk, HOUR_S);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)* Since * 2 more were refused*");
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
}

/* Of one kind each hears of its own address. */
static void
test_of_a_path(Desk *desk)
{
    const CoexSimIdentity identity = { .number = "+447700900199", .phone_number_id = "3188000" };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);
    g_autofree char *url = g_strconcat("http://", desk->listen, "/second", NULL);
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "I am not Ada");

    other->config.webhook_path = "/second";
    desk_login(desk);
    desk_login(other);
    g_assert_cmpuint(coex_sim_deliver_raw_to(desk->sim, "POST", url, body, COEX_SIM_SIGN_WRONG), ==,
                     401);
    desk_wait_notice(other, NULL, "A webhook was refused (401)*");
    assert_quiet(desk);
    desk_wait_catalogue(other);
    desk_wait_catalogue(desk);
    desk_logout(other);
    desk_logout(desk);
    desk_advance(desk, HOUR_S);
    desk_login(other);
    desk_login(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*");
    desk_logout(desk);
}

/* Who has corrected the secret, and not well, hears of it at once: that is no stranger's doing. */
static void
test_corrected(Desk *desk)
{
    desk_login(desk);
    knock(desk, COEX_SIM_SIGN_WRONG, 1);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*");
    desk_wait_catalogue(desk);
    desk_logout(desk);
    if (desk_is_meta(desk))
        desk->config.app_secret = "0123456789abcdef0123456789abcdef";
    else
        desk->config.webhook_header = "X-Coex-Secret: one-letter-wrong";
    desk_login(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_GOOD, 1);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*");
    knock(desk, COEX_SIM_SIGN_GOOD, 1);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    knock(desk, COEX_SIM_SIGN_GOOD, 1);
    /* no webhook comes in that could be waited for */
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "A webhook*"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/strangers/over-logins", test_over_logins);
    desk_add_at(DESK_ONLY_360DIALOG, "/strangers/another-number", test_another_number);
    desk_add_at(DESK_ONLY_360DIALOG, "/strangers/another-id", test_another_id);
    desk_add("/strangers/over-accounts", test_over_accounts);
    desk_add("/strangers/of-a-path", test_of_a_path);
    desk_add("/strangers/corrected", test_corrected);
    return g_test_run();
}
