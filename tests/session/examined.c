// SPDX-License-Identifier: GPL-2.0-or-later
#include "examined.h"

#include <string.h>

/* The address the desk listens at, given as public-url and registered. */
void
examined_go_public(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/webhook", NULL);

    desk->config.public_url = g_intern_string(url);
}

/* Online, heard from, and the phone has been used. */
void
examined_settle(Desk *desk)
{
    examined_go_public(desk);
    desk_login(desk);
    desk_ignore(desk, "Webhooks are registered*");
    desk_hear(desk, "ada", "Hello");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_say(desk, "ada", "Hello, too");
    desk_take(desk, "ada", "Hello, too");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_catalogue(desk);
}

/* What may be shown to anybody. */
static void
assert_public(const Desk *desk, const char *report)
{
    const char *const secrets[] = { desk->config.key,
                                    desk->config.app_secret,
                                    desk->config.verify_token,
                                    desk->config.number,
                                    coex_sim_get_phone_number_id(desk->sim),
                                    coex_sim_get_waba_id(desk->sim) };

    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        if (secrets[i] != NULL)
            g_assert_null(strstr(report, secrets[i]));
    if (desk->config.webhook_header != NULL)
        g_assert_null(strstr(report, strchr(desk->config.webhook_header, ':') + 2));
}

/* Runs it to the end; all its lines. */
const char *
examined_run(Desk *desk)
{
    const DeskEvent *end;

    coex_session_examine(desk->session, TRUE);
    end = desk_wait_examined(desk, "This was checked for +*…*");
    g_assert_nonnull(end->detail);
    assert_public(desk, end->detail);
    return end->detail;
}

guint
examined_count(const char *report, const char *mark)
{
    guint n = 0;

    for (const char *p = report; (p = strstr(p, mark)) != NULL; p++)
        n += p == report || p[-1] == '\n';
    return n;
}

/* One line of @report must match. */
void
examined_assert_line(const Desk *desk, const char *report, const char *glob)
{
    g_auto(GStrv) lines = g_strsplit(report, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        if (g_pattern_match_simple(glob, lines[i]))
            return;
    desk_fail(desk, "no line of the report is \"%s\":\n%s", glob, report);
}

/* Exactly this is wrong, and nothing else. */
void
examined_assert_wrong(const Desk *desk, const char *report, const char *glob)
{
    g_autofree char *whole = g_strconcat("wrong: ", glob, NULL);

    examined_assert_line(desk, report, whole);
    if (examined_count(report, "wrong: ") != 1)
        desk_fail(desk, "more is told as wrong than \"%s\":\n%s", glob, report);
}

void
examined_assert_well(const Desk *desk, const char *report)
{
    if (examined_count(report, "wrong: ") != 0)
        desk_fail(desk, "a false alarm:\n%s", report);
}
