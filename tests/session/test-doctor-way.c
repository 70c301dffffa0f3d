// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "examined.h"
#include "front.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define DAY_S (24 * 60 * 60)

/* Whatever is registered leads to the front, and so does the option. */
static void
stand_in_front(Desk *desk, const char *url)
{
    examined_settle(desk);
    desk_logout(desk);
    desk->config.public_url = url;
    if (desk_is_meta(desk))
        coex_sim_override_webhook(desk->sim, TRUE, url);
    else
        coex_sim_set_webhook(desk->sim, url);
    desk_login(desk);
    desk_ignore(desk, "*ebhook*");
    desk_wait_catalogue(desk);
}

static void
assert_in_front(Desk *desk, FrontKind kind, guint status, const char *glob)
{
    g_autofree char *behind = g_strconcat("http://", desk->listen, "/webhook", NULL);
    g_autoptr(Front) front = front_new(kind, status, status == 0 ? behind : NULL);

    stand_in_front(desk, front_get_url(front));
    examined_assert_wrong(desk, examined_run(desk), glob);
}

/* ---- the way to here ---- */

static void
test_answers_itself(Desk *desk)
{
    assert_in_front(desk, FRONT_PLAIN, 200,
                    "http://* is not answered by this program, but by somebody else (it calls "
                    "itself “tunneld/1.0*”), with HTTP 200. *messages are lost*");
}

static void
test_nobody_behind(Desk *desk)
{
    assert_in_front(desk, FRONT_PLAIN, 502, "http://*with HTTP 502. *behind it nobody listens*");
}

static void
test_headers_lost(Desk *desk)
{
    assert_in_front(desk, FRONT_DROPS_HEADERS, 0,
                    desk_is_meta(desk) ? "*on the way the header X-Hub-Signature-256 is lost*"
                                       : "*on the way the header X-* is lost*");
}

static void
test_expired(Desk *desk)
{
    assert_in_front(desk, FRONT_EXPIRED, 200, "https://*certificate (it has expired)*renew the *");
}

static void
test_self_signed(Desk *desk)
{
    assert_in_front(desk, FRONT_SELF_SIGNED, 200, "https://*(its issuer is not trusted)*");
}

/* What passes everything on is no reason for an alarm. */
static void
test_good_proxy(Desk *desk)
{
    g_autofree char *behind = g_strconcat("http://", desk->listen, "/webhook", NULL);
    g_autoptr(Front) front = front_new(FRONT_PLAIN, 0, behind);

    stand_in_front(desk, front_get_url(front));
    examined_assert_well(desk, examined_run(desk));
}

static void
test_other_path(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/hooks", NULL);

    stand_in_front(desk, g_intern_string(url));
    examined_assert_wrong(desk, examined_run(desk),
                          "*leads here, but arrives as /hooks, and webhooks are awaited at "
                          "/webhook*");
}

static void
test_listener_off(Desk *desk)
{
    desk->config.listen = "off";
    desk_login(desk);
    desk_wait_catalogue(desk);
    examined_assert_line(desk, examined_run(desk),
                         "wrong: Receiving is switched off (option listen)*");
}

static void
test_port_taken(Desk *desk)
{
    g_autoptr(GSocket) other =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    guint port = (guint)g_ascii_strtoull(strchr(desk->listen, ':') + 1, NULL, 10);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", port);

    g_assert_true(g_socket_bind(other, address, FALSE, NULL));
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_LISTEN, "*");
    desk_logout(desk);
    desk_prepare(desk);
    examined_assert_line(desk, examined_run(desk),
                         "wrong: Nothing can arrive: *uses this port*listen*");
}

/* ---- secrets ---- */

static void
test_wrong_app_secret(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    desk_logout(desk);
    desk->config.app_secret = "another-app-secret-of-ours";
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Are you there?"));
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*");
    report = examined_run(desk);
    examined_assert_line(desk, report, "wrong: The app secret is not that of the access token's*");
    examined_assert_line(desk, report,
                         "wrong: A delivery was turned away at *: it is not signed *");
    g_assert_null(strstr(report, "another-app-secret"));
}

static void
test_wrong_verify_token(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen,
                                       "/webhook?hub.mode=subscribe&hub.challenge=1"
                                       "&hub.verify_token=another",
                                       NULL);
    g_autoptr(SoupSession) session = soup_session_new();
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);

    examined_settle(desk);
    g_bytes_unref(soup_session_send_and_read(session, message, NULL, NULL));
    g_assert_cmpuint(soup_message_get_status(message), ==, 403);
    examined_assert_wrong(desk, examined_run(desk),
                          "At * the address was to be verified with another verify token*");
}

static void
test_no_secret(Desk *desk)
{
    desk->config.app_secret = NULL;
    desk->config.webhook_header = NULL;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "No webhook can be accepted*");
    desk_wait_catalogue(desk);
    examined_assert_line(desk, examined_run(desk),
                         "wrong: No delivery can be accepted: the option * is empty*");
}

/* ---- what WhatsApp says ---- */

static void
test_server_errors(Desk *desk)
{
    examined_settle(desk);
    coex_sim_set_webhook_error(desk->sim, "Webhook endpoint returned HTTP 500");
    examined_assert_wrong(desk, examined_run(desk),
                          "WhatsApp could not deliver webhooks: 2 of the newest 2. The last to "
                          "http://*/webhook of the app 77…10: “Webhook endpoint returned HTTP "
                          "500” (at *");
}

static gboolean
was_accepted(Desk *desk)
{
    return coex_sim_n_sent(desk->sim, "ada") == 2;
}

/* A status that no webhook brought is asked for. */
static void
test_no_status(Desk *desk)
{
    examined_settle(desk);
    coex_sim_hold(desk->sim);
    desk_say(desk, "ada", "Did you get it?");
    desk_wait_until(desk, was_accepted, "the second text is accepted");
    desk_take(desk, "ada", "Did you get it?");
    desk_wait_state(desk, "ada", "*accepted*");
    desk_ignore(desk, "*");
    desk_advance(desk, 20 * 60);
    examined_assert_wrong(desk, examined_run(desk),
                          desk_is_meta(desk)
                              ? "Of 1 message that was sent lately, no status has come. WhatsApp "
                                "itself says: 1 delivered, 0 failed*"
                              : "Of 1 message that was sent lately, no status has come: *");
    coex_sim_release(desk->sim, COEX_SIM_IN_ORDER);
    desk_wait_state(desk, "ada", "*delivered*");
    examined_assert_well(desk, examined_run(desk));
}

static void
complain(Desk *desk, const char *state, const char *error)
{
    g_autofree char *json = g_strdup_printf(
        "{\"health_status\":{\"can_send_message\":\"%s\",\"entities\":[{\"entity_type\":\"WABA\","
        "\"id\":\"215500000000001\",\"can_send_message\":\"%s\",\"errors\":[%s]}]}}",
        state, state, error);

    coex_sim_change_number(desk->sim, json);
}

static void
test_no_payment(Desk *desk)
{
    examined_settle(desk);
    complain(desk, "LIMITED",
             "{\"error_code\":141006,\"error_description\":\"There is an error with the payment "
             "method.\",\"possible_solution\":\"Add a payment method.\"}");
    examined_assert_line(desk, examined_run(desk),
                         "wrong: WhatsApp complains of the WhatsApp account: There is an error "
                         "with the payment method. Add a payment method.*");
}

static void
test_restricted(Desk *desk)
{
    examined_settle(desk);
    complain(desk, "BLOCKED",
             "{\"error_code\":141010,\"error_description\":\"The account is restricted.\"}");
    examined_assert_line(desk, examined_run(desk), "wrong: *The account is restricted.*");
    examined_assert_line(desk, examined_run(desk),
                         "wrong: WhatsApp reports sending as BLOCKED for this number*");
}

/* What was not paid shows in what failed, too. */
static void
test_failed_unpaid(Desk *desk)
{
    examined_settle(desk);
    desk_say_in_vain(desk, "ada", "For nothing", 131042);
    examined_assert_wrong(desk, examined_run(desk), "A message failed at * (code 131042): *");
}

/* ---- this computer and the phone ---- */

static void
test_clock_off(Desk *desk)
{
    examined_settle(desk);
    desk_ignore(desk, "This computer's clock *");
    desk_set_clock_ahead(desk, 3600);
    examined_assert_line(desk, examined_run(desk),
                         "wrong: This computer's clock is 60 minutes ahead: set it*");
}

static void
test_disk_full(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    desk_ignore(desk, "Reading or writing *");
    desk_limit_files(1024);
    report = examined_run(desk);
    desk_limit_files(0);
    examined_assert_wrong(desk, report, "The disk of the database cannot be written to*");
    examined_assert_well(desk, examined_run(desk));
}

/* The folder for files, which a web server's group is to read. */
static void
test_files(Desk *desk)
{
    g_autofree char *folder = g_build_filename(desk->dir, "media", NULL);
    g_autofree char *closed = g_strdup_printf("*nobody of it gets through %s: *", desk->dir);
    g_autofree char *missing = g_strdup_printf("*nobody of it gets through %s: make it*", folder);
    const char *report;

    desk->config.media_folder = folder;
    examined_settle(desk);
    examined_assert_line(desk, examined_run(desk), "ok: Files that come can be put into *");
    desk_logout(desk);
    desk->config.media_for_group = TRUE;
    examined_settle(desk);
    examined_assert_wrong(desk, examined_run(desk), missing);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(g_chmod(folder, 0750), ==, 0);
    g_assert_cmpint(g_chmod(desk->dir, 0700), ==, 0);
    examined_assert_wrong(desk, examined_run(desk), closed);
    g_assert_cmpint(g_chmod(desk->dir, 0711), ==, 0);
    report = examined_run(desk);
    g_assert_false(g_pattern_match_simple(closed, report));
    g_assert_cmpint(g_chmod(folder, 0700), ==, 0);
    examined_assert_wrong(desk, examined_run(desk), missing);
}

static void
test_files_in_vain(Desk *desk)
{
    g_autofree char *folder = g_build_filename(desk->dir, "media", NULL);

    g_assert_true(g_file_set_contents(folder, "", 0, NULL));
    desk->config.media_folder = folder;
    examined_settle(desk);
    examined_assert_wrong(desk, examined_run(desk), "Files that come cannot be put into *");
}

static void
test_phone_asleep(Desk *desk)
{
    examined_settle(desk);
    desk_advance(desk, 12 * DAY_S);
    desk_hear(desk, "ada", "Two weeks later");
    desk_ignore(desk, "Open the WhatsApp Business app *");
    examined_assert_wrong(desk, examined_run(desk),
                          "The phone gave its last sign 12 days ago, on * (a message written on "
                          "it): open the WhatsApp Business app*");
}

/* ---- who is not logged in ---- */

static void
test_not_logged_in(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    desk_logout(desk);
    desk_prepare(desk);
    report = examined_run(desk);
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "ok: A delivery, proved as *");
    examined_assert_line(desk, report, "not checked: What came last*");
    desk_logout(desk);
    desk_login(desk);
    desk_hear(desk, "ada", "All the same");
}

/* A secret that the account made for itself is missed by nobody. */
static void
test_own_secret(Desk *desk)
{
    const char *report;

    desk->config.webhook_header = NULL;
    coex_sim_set_webhook(desk->sim, NULL);
    examined_settle(desk);
    examined_assert_well(desk, examined_run(desk));
    desk_logout(desk);
    desk_prepare(desk);
    report = examined_run(desk);
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "not checked: A delivery to the listener: *");
}

/* The token was refused at the login: that is what is found, and the rest all the same. */
static void
test_login_refused(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    desk_logout(desk);
    coex_sim_revoke_token(desk->sim);
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_AUTH, "*");
    desk_logout(desk);
    desk_prepare(desk);
    report = examined_run(desk);
    examined_assert_wrong(desk, report, "The * is not accepted*");
    examined_assert_line(desk, report, "ok: http://* leads here: *");
}

/* Neither is one from when there was a public address. */
static void
test_old_secret(Desk *desk)
{
    const char *report;

    desk->config.webhook_header = NULL;
    coex_sim_set_webhook(desk->sim, NULL);
    examined_settle(desk);
    desk_logout(desk);
    desk->config.public_url = NULL;
    desk_prepare(desk);
    report = examined_run(desk);
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "not checked: A delivery to the listener: *");
    desk_logout(desk);
    desk_login(desk);
    desk_hear(desk, "ada", "All the same");
    desk_wait_catalogue(desk);
}

/* Before the first login of all there is no database, nor its folder, and none is made. */
static void
test_never_logged_in(Desk *desk)
{
    g_autofree char *folder = g_build_filename(desk->dir, "coex", NULL);
    const char *report;

    desk_prepare(desk);
    report = examined_run(desk);
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "ok: The database's disk takes *");
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    desk_logout(desk);
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_wait_catalogue(desk);
}

/* What is no address is told, and nobody else is asked in its place. */
static void
test_bad_api_url(Desk *desk)
{
    const char *report;

    desk->config.api_url = "http://example.org/plain";
    desk_prepare(desk);
    report = examined_run(desk);
    examined_assert_wrong(desk, report, "The account option api-url cannot be used: *");
    g_assert_null(strstr(report, " is reached"));
    desk_logout(desk);
    desk->config.api_url = coex_sim_get_url(desk->sim);
    desk_login(desk);
    desk_hear(desk, "ada", "All the same");
    desk_wait_catalogue(desk);
}

static const CoexSimIdentity second = { .number = "+447700900199", .phone_number_id = "3188000" };

/* Two accounts have one listener. It goes with the other one, in the middle of the look. */
static void
test_other_leaves(Desk *desk)
{
    g_autoptr(Desk) other = desk_new_beside(desk, &second);
    const DeskEvent *end;

    examined_go_public(desk);
    desk_login(other);
    desk_wait_catalogue(other);
    desk_prepare(desk);
    coex_sim_aim(desk->sim, NULL);
    coex_sim_delay_next(desk->sim, 1000);
    coex_session_examine(desk->session, TRUE);
    desk_logout(other);
    end = desk_wait_examined(desk, "This was checked for +*…*");
    examined_assert_line(desk, end->detail, "ok: A delivery, proved as *");
    desk_logout(desk);
    desk_login(other);
    desk_hear(other, "ada", "All the same");
    desk_wait_catalogue(other);
}

/* Neither is it tried as long as the other one has it. */
static void
test_other_listens(Desk *desk)
{
    g_autoptr(Desk) other = desk_new_beside(desk, &second);

    examined_go_public(desk);
    desk_login(other);
    desk_wait_catalogue(other);
    desk_prepare(desk);
    examined_assert_line(desk, examined_run(desk), "not checked: The listener at *: another *");
    desk_hear(other, "ada", "Hello");
}

/* An address that leads to somebody who never answers. */
static GSocket *
go_public_in_vain(Desk *desk)
{
    GSocket *silent =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) address = NULL;
    g_autofree char *url = NULL;

    g_assert_true(g_socket_bind(silent, any, FALSE, NULL));
    g_assert_true(g_socket_listen(silent, NULL));
    address = g_socket_get_local_address(silent, NULL);
    url = g_strdup_printf("http://127.0.0.1:%u/webhook",
                          g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address)));
    desk->config.public_url = g_intern_string(url);
    coex_sim_set_webhook(desk->sim, url);
    return silent;
}

/* A login is served first: the look goes on without the listener. */
static void
assert_login_first(Desk *desk, Desk *other)
{
    g_autoptr(GSocket) silent = go_public_in_vain(desk);
    const DeskEvent *end;

    desk_prepare(desk);
    coex_session_examine(desk->session, TRUE);
    desk_wait_examined(desk, "ok: A delivery, proved as *");
    desk_login(other);
    desk_hear(other, "ada", "Hello");
    desk_wait_examined(desk, "not checked: The listener at *: an account logs in*");
    g_assert_true(g_socket_close(silent, NULL));
    end = desk_wait_examined(desk, "This was checked for +*…*");
    examined_assert_well(desk, end->detail);
    desk_wait_catalogue(other);
}

static void
test_other_logs_in(Desk *desk)
{
    g_autoptr(Desk) other = desk_new_beside(desk, &second);

    assert_login_first(desk, other);
}

/* Neither is the first one's listener a fault to the second. */
static void
test_both_examined(Desk *desk)
{
    g_autoptr(Desk) other = desk_new_beside(desk, &second);
    g_autoptr(GSocket) silent = go_public_in_vain(desk);
    const char *report;

    desk_prepare(desk);
    coex_session_examine(desk->session, TRUE);
    desk_wait_examined(desk, "ok: A delivery, proved as *");
    desk_prepare(other);
    report = examined_run(other);
    examined_assert_line(other, report, "not checked: The listener at *: another *");
    g_assert_null(strstr(report, "Nothing can arrive"));
    g_assert_true(g_socket_close(silent, NULL));
    desk_wait_examined(desk, "This was checked for +*…*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/doctor/way/answers-itself", test_answers_itself);
    desk_add("/doctor/way/nobody-behind", test_nobody_behind);
    desk_add("/doctor/way/headers-lost", test_headers_lost);
    desk_add("/doctor/way/expired", test_expired);
    desk_add("/doctor/way/self-signed", test_self_signed);
    desk_add("/doctor/way/good-proxy", test_good_proxy);
    desk_add("/doctor/way/other-path", test_other_path);
    desk_add("/doctor/way/listener-off", test_listener_off);
    desk_add("/doctor/way/port-taken", test_port_taken);
    desk_add_at(DESK_ONLY_META, "/doctor/secrets/app", test_wrong_app_secret);
    desk_add_at(DESK_ONLY_META, "/doctor/secrets/verify-token", test_wrong_verify_token);
    desk_add("/doctor/secrets/none", test_no_secret);
    desk_add_at(DESK_ONLY_META, "/doctor/told/server-errors", test_server_errors);
    desk_add("/doctor/told/no-status", test_no_status);
    desk_add("/doctor/told/no-payment", test_no_payment);
    desk_add("/doctor/told/restricted", test_restricted);
    desk_add("/doctor/told/failed-unpaid", test_failed_unpaid);
    desk_add("/doctor/here/clock-off", test_clock_off);
    desk_add("/doctor/here/disk-full", test_disk_full);
    desk_add_at(DESK_ONLY_META, "/doctor/here/files", test_files);
    desk_add_at(DESK_ONLY_META, "/doctor/here/files-in-vain", test_files_in_vain);
    desk_add("/doctor/here/phone-asleep", test_phone_asleep);
    desk_add("/doctor/here/not-logged-in", test_not_logged_in);
    desk_add_at(DESK_ONLY_360DIALOG, "/doctor/here/own-secret", test_own_secret);
    desk_add("/doctor/here/login-refused", test_login_refused);
    desk_add_at(DESK_ONLY_360DIALOG, "/doctor/here/old-secret", test_old_secret);
    desk_add("/doctor/here/never-logged-in", test_never_logged_in);
    desk_add("/doctor/here/bad-api-url", test_bad_api_url);
    desk_add("/doctor/beside/other-leaves", test_other_leaves);
    desk_add("/doctor/beside/other-listens", test_other_listens);
    desk_add("/doctor/beside/other-logs-in", test_other_logs_in);
    desk_add("/doctor/beside/both-examined", test_both_examined);
    return g_test_run();
}
