// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "tools/hang.h"

#include <glib/gstdio.h>
#include <string.h>

/* Carousels whose cards have pictures of the user's: each is copied, uploaded, and sent by its id;
 * all of them or none. */

static const char JPEG[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03";
static const char PDF[] = "%PDF-1.7\n";

#define SHOWN                                                                                      \
    "New this autumn, Jana:\n– 1 –\n[image: gravel.jpg]\n*gravel-2]\n– 2 –\n"              \
    "[image: cargo.jpg]\n*cargo-9]"
#define GRAVEL "image image/jpeg 24000"
#define CARGO "image image/jpeg 5000"
#define BOTH GRAVEL " + " CARGO

static char *
write_file(Desk *desk, const char *name, const char *head, gsize n_head, gsize length)
{
    char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(length, 'x');

    memcpy(bytes, head, n_head);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    return path;
}
#define FILE_OF(desk, name, head, length) write_file(desk, name, head, sizeof(head) - 1, length)

static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
}

/* With these files, paths or links, in its cards. */
static void
send(Desk *desk, const char *first, const char *second)
{
    const char *const values[] = { "Jana", first, "gravel-2", second, "cargo-9", NULL };
    g_autoptr(GError) error = NULL;

    coex_session_send_template(desk->session, desk_name("dana"),
                               desk_template(desk, "autumn_bikes", "en_US"), values, &error);
    g_assert_no_error(error);
}

/* The two pictures, which are gone once they are taken in. */
static void
send_both(Desk *desk)
{
    g_autofree char *first = FILE_OF(desk, "gravel.jpg", JPEG, 24000);
    g_autofree char *second = FILE_OF(desk, "cargo.jpg", JPEG, 5000);

    send(desk, first, second);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", SHOWN);
    g_unlink(first);
    g_unlink(second);
}

static void
take(Desk *desk, const char *text)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, "dana", text);

    g_assert_null(strstr(request->body, "link\":\"/"));
    g_assert_null(strstr(request->body, desk->dir));
}

/* Each by its own id, which serves again. */
static void
test_pictures(Desk *desk)
{
    open_shop(desk);
    for (guint i = 0; i < 2; i++) {
        send_both(desk);
        take(desk, BOTH);
        desk_wait_state(desk, "dana", "delivered*");
    }
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 2);
    desk_wait_no_copies(desk);
}

/* A path in one card, a link in the other; the same picture in both. */
static void
test_mixed(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "gravel.jpg", JPEG, 24000);
    g_autoptr(CoexSimRequest) request = NULL;

    open_shop(desk);
    send(desk, "https://x.example/1.jpg", path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana",
                   "*[image: https://x.example/1.jpg]*[image: gravel.jpg]*");
    request = desk_wait_sent(desk, "dana", GRAVEL);
    g_assert_nonnull(strstr(request->body, "\"link\":\"https://x.example/1.jpg\""));
    desk_wait_state(desk, "dana", "delivered*");
    send(desk, path, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "*[image: gravel.jpg]*[image: gravel.jpg]*");
    take(desk, GRAVEL " + " GRAVEL);
    desk_wait_state(desk, "dana", "delivered*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 1);
    desk_wait_no_copies(desk);
}

/* One that cannot go keeps all of it here, and the line says which. */
static void
test_wrong(Desk *desk)
{
    g_autofree char *good = FILE_OF(desk, "gravel.jpg", JPEG, 24000);
    g_autofree char *pdf = FILE_OF(desk, "terms.pdf", PDF, 3000);
    g_autofree char *nothing = g_build_filename(desk->dir, "nothing.jpg", NULL);
    const struct {
        const char *first;
        const char *second;
        const char *why;
    } cases[] = {
        { good, pdf,
          "Not sent: the file “terms.pdf” of card 2. The template autumn_bikes shows a "
          "picture, JPEG or PNG, and this is none: it is sent as document. *" },
        { pdf, good, "Not sent: the file “terms.pdf” of card 1. The template *" },
        { good, nothing, "Not sent: the file “nothing.jpg” of card 2. It cannot be read: *" },
        { nothing, pdf, "Not sent: the file “nothing.jpg” of card 1. It cannot be read: *" },
    };

    open_shop(desk);
    desk_send(desk, "dana", "Look at these");
    desk_wait_prompt(desk, "dana", "Look at these");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        send(desk, cases[i].first, cases[i].second);
        desk_wait_notice(desk, "dana", cases[i].why);
        desk_wait_prompt(desk, "dana", "Look at these");
    }
    desk_fence(desk);
    desk_wait_no_copies(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 0);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    g_assert_cmpuint(desk_view(desk, "dana")->n_parked, ==, 1);
}

/* Between texts, with one picture uploaded and the other not when the session ends. */
static void
test_restart(Desk *desk)
{
    open_shop(desk);
    desk_hear(desk, "dana", "What is new?");
    desk_say(desk, "dana", "A moment");
    desk_take(desk, "dana", "A moment");
    desk_wait_state(desk, "dana", "delivered*A moment");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_delay_next(desk->sim, 0);
    coex_sim_delay_next(desk->sim, 60 * 1000);
    send_both(desk);
    desk_send(desk, "dana", "Do you like one?");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "Do you like one?");
    desk_wait_requests(desk, "upload", 2);
    desk_restart(desk);
    take(desk, BOTH);
    desk_take(desk, "dana", "Do you like one?");
    desk_wait_state(desk, "dana", "delivered*Do you*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 3);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 3);
    desk_wait_no_copies(desk);
}

/* WhatsApp refuses one: nothing is sent, and the line says which. */
static void
test_refused(Desk *desk)
{
    const DeskEvent *failed;

    open_shop(desk);
    coex_sim_aim(desk->sim, "upload");
    coex_sim_delay_next(desk->sim, 0);
    coex_sim_fail_next(desk->sim, 131009);
    send_both(desk);
    failed = desk_wait_feed(desk, COEX_FEED_FAILED, "dana", SHOWN);
    g_assert_nonnull(strstr(failed->item->detail, "“cargo.jpg” of card 2"));
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    coex_sim_aim(desk->sim, NULL);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", SHOWN);
    take(desk, BOTH);
    desk_wait_state(desk, "dana", "delivered*");
    desk_wait_no_copies(desk);
}

/* What failed late goes again by the same ids, also after a restart; those that WhatsApp knows no
 * more are uploaded anew as long as the copies are there. */
static void
test_resend(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    send_both(desk);
    take(desk, BOTH);
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", SHOWN);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", SHOWN);
    take(desk, BOTH);
    desk_wait_state(desk, "dana", "delivered*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 2);
    coex_sim_forget_uploads(desk->sim);
    send_both(desk);
    take(desk, BOTH);
    desk_wait_state(desk, "dana", "delivered*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 4);
    desk_wait_no_copies(desk);
}

/* The files are gone at both ends. */
static void
test_gone(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    send_both(desk);
    take(desk, BOTH);
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", SHOWN);
    coex_sim_forget_uploads(desk->sim);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", SHOWN);
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", SHOWN);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 1);
}

static gboolean
is_hanging(Desk *desk)
{
    return hang_count() > 0;
}

/* The account goes off while one is being copied: said at the next login, once. */
static void
test_offline(Desk *desk)
{
    g_autofree char *first = FILE_OF(desk, "gravel.jpg", JPEG, 24000);
    g_autofree char *second = FILE_OF(desk, "cargo.jpg", JPEG, 5000);

    desk->disk_ms = DESK_PATIENCE_MS;
    open_shop(desk);
    hang_begin("fdatasync", "/outgoing/");
    send(desk, first, second);
    desk_wait_until(desk, is_hanging, "the disk");
    desk_ignore(desk, "The file “gravel.jpg” of card 1 is still being copied*");
    desk_logout(desk);
    hang_end(0);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana",
                   "Not sent: the template with the files “gravel.jpg”, “cargo.jpg”. The account "
                   "went offline before all of them were copied. Send it again.");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 0);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    desk_wait_no_copies(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/carousel/pictures", test_pictures);
    desk_add("/carousel/mixed", test_mixed);
    desk_add("/carousel/wrong", test_wrong);
    desk_add("/carousel/restart", test_restart);
    desk_add("/carousel/refused", test_refused);
    desk_add("/carousel/resend", test_resend);
    desk_add("/carousel/gone", test_gone);
    desk_add("/carousel/offline", test_offline);
    return g_test_run();
}
