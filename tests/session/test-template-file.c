// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/media.h"
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

/* Templates with a file of the user's: copied, looked at, uploaded, and then sent by its id. */

static const char JPEG[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03";
static const char PDF[] = "%PDF-1.7\n";

#define PICTURE_TEXT                                                                               \
    "[image: photo.jpg]\nHallo Jana, dein Rad (Auftrag 17) ist fertig.\nRadhaus Mitte\n*"

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
    coex_sim_add_template(
        desk->sim,
        "{\"name\":\"invoice\",\"language\":\"de\",\"category\":\"UTILITY\",\"components\":[{"
        "\"type\":\"HEADER\",\"format\":\"DOCUMENT\"},{\"type\":\"BODY\",\"text\":\"Ihre "
        "Rechnung.\"}]}");
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
send(Desk *desk, const char *name, const char *path, const char *rest)
{
    g_autofree char *joined = g_strconcat(path, rest, NULL);
    g_auto(GStrv) values = g_strsplit(joined, "|", -1);
    g_autoptr(GError) error = NULL;

    coex_session_send_template(desk->session, desk_name("dana"), desk_template(desk, name, "de"),
                               (const char *const *)values, &error);
    g_assert_no_error(error);
}

static void
send_picture(Desk *desk, const char *path)
{
    send(desk, "pickup_ready_v2", path, "|Jana|17|17");
}

/* Sent by an id, as what it is, and nothing of the path with it. */
static void
take(Desk *desk, const char *file)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, "dana", file);

    g_assert_nonnull(strstr(request->body, "\"id\":\"8812"));
    g_assert_null(strstr(request->body, "link\":\"/"));
    g_assert_null(strstr(request->body, desk->dir));
    desk_wait_state(desk, "dana", "delivered*");
}

/* The second time the id serves that is known; the user's file may be gone by then. */
static void
test_picture(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "photo.jpg", JPEG, 240000);

    open_shop(desk);
    send_picture(desk, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    g_unlink(path);
    take(desk, "image image/jpeg 240000");
    g_free(FILE_OF(desk, "photo.jpg", JPEG, 240000));
    send_picture(desk, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    take(desk, "image image/jpeg 240000");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 1);
}

static void
test_document(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "invoice 7.pdf", PDF, 3000);
    g_autoptr(CoexSimRequest) by_link = NULL;
    g_autoptr(CoexSimRequest) nameless = NULL;

    open_shop(desk);
    send(desk, "invoice", path, "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[document: invoice 7.pdf]\nIhre Rechnung.");
    take(desk, "document application/pdf 3000 name=invoice 7.pdf");
    send(desk, "invoice", "https://x.example/of/7%20a.pdf?key=1", "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[document: https://x.example/*");
    by_link = desk_wait_sent(desk, "dana", NULL);
    g_assert_nonnull(strstr(by_link->body, "\"filename\":\"7 a.pdf\""));
    desk_wait_state(desk, "dana", "delivered*");
    send(desk, "invoice", "https://x.example/", "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[document: https://x.example/*");
    nameless = desk_wait_sent(desk, "dana", NULL);
    g_assert_null(strstr(nameless->body, "filename"));
    desk_wait_state(desk, "dana", "delivered*");
}

/* The file with the words below it. */
static void
test_forward(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "invoice 7.pdf", PDF, 3000);

    open_shop(desk);
    desk_hear(desk, "ben", "Hello");
    send(desk, "invoice", path, "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[document: invoice 7.pdf]\nIhre Rechnung.");
    take(desk, "document application/pdf 3000 name=invoice 7.pdf");
    coex_session_forward(desk->session, desk_name("dana"), "\"rechnung\"", desk_name("ben"));
    desk_wait_notice(desk, "dana", "Passed on to the conversation with Ben*: *Ihre Rechnung.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "[document] invoice 7.pdf: Ihre Rechnung.");
    desk_take(desk, "ben",
              "document application/pdf 3000 name=invoice 7.pdf caption=Ihre Rechnung.");
    desk_wait_state(desk, "ben", "delivered*Ihre Rechnung.");
}

/* With more words than a file has room for: they are a text of their own. */
static void
test_forward_long(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "terms.pdf", PDF, 3000);
    g_autofree char *body = g_strnfill(COEX_MEDIA_CAPTION_MAX, 'x');
    g_autofree char *definition = g_strdup_printf(
        "{\"name\":\"terms\",\"language\":\"de\",\"category\":\"UTILITY\",\"components\":[{"
        "\"type\":\"HEADER\",\"format\":\"DOCUMENT\"},{\"type\":\"BODY\",\"text\":\"%s\"},"
        "{\"type\":\"FOOTER\",\"text\":\"Radhaus\"}]}",
        body);
    g_autofree char *words = g_strconcat(body, "\nRadhaus", NULL);

    coex_sim_add_template(desk->sim, definition);
    open_shop(desk);
    desk_hear(desk, "ben", "Hello");
    send(desk, "terms", path, "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[document: terms.pdf]\n*Radhaus");
    take(desk, "document application/pdf 3000 name=terms.pdf");
    coex_session_forward(desk->session, desk_name("dana"), "\"radhaus\"", desk_name("ben"));
    desk_wait_notice(desk, "dana", "Passed on to the conversation with Ben*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "[document] terms.pdf");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", words);
    desk_take(desk, "ben", "document application/pdf 3000 name=terms.pdf");
    desk_take(desk, "ben", words);
    desk_wait_state(desk, "ben", "delivered*xxx*");
}

/* Nothing leaves, and the text that waited for the choice waits again. */
static void
test_wrong_file(Desk *desk)
{
    static const char *const whys[] = { "*shows a picture*document*", "*cannot be read*" };
    g_autofree char *pdf = FILE_OF(desk, "invoice.pdf", PDF, 3000);
    g_autofree char *nothing = g_build_filename(desk->dir, "nothing.jpg", NULL);
    const char *const paths[] = { pdf, nothing };

    open_shop(desk);
    desk_send(desk, "dana", "Your bike is ready");
    desk_wait_prompt(desk, "dana", "Your bike is ready");
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *line = g_strconcat("Not sent: the file “", whys[i], NULL);

        send_picture(desk, paths[i]);
        desk_wait_notice(desk, "dana", line);
        desk_wait_prompt(desk, "dana", "Your bike is ready");
    }
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 0);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    g_assert_cmpuint(desk_view(desk, "dana")->n_parked, ==, 1);
}

/* It waits over a restart, and what the customer writes meanwhile changes nothing. */
static void
test_restart(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "photo.jpg", JPEG, 5000);

    open_shop(desk);
    coex_sim_aim(desk->sim, "upload");
    coex_sim_fail_next(desk->sim, 131016);
    send_picture(desk, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    desk_wait_requests(desk, "upload", 1);
    g_unlink(path);
    desk_restart(desk);
    desk_hear(desk, "dana", "Is it ready?");
    take(desk, "image image/jpeg 5000");
}

static void
run_sql(const Desk *desk, const char *sql)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(desk->config.database, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

/* What waits was shown in the language of then: it goes all the same, and is not said to be another
 * template. */
static void
test_other_language(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "photo.jpg", JPEG, 5000);

    open_shop(desk);
    coex_sim_aim(desk->sim, "upload");
    coex_sim_fail_next(desk->sim, 131016);
    send_picture(desk, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    desk_wait_requests(desk, "upload", 1);
    desk_logout(desk);
    run_sql(desk, "UPDATE outbox SET text = replace(text, '[image:', '[Bild:')");
    desk_login(desk);
    take(desk, "image image/jpeg 5000");
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "dana", "*not offered any more*"), ==, 0);
}

/* What failed late goes again as it was, with the same id; one that WhatsApp knows no more is
 * uploaded anew as long as the copy is there. */
static void
test_resend(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "photo.jpg", JPEG, 5000);

    open_shop(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    send_picture(desk, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    desk_take(desk, "dana", "image image/jpeg 5000");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", PICTURE_TEXT);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    take(desk, "image image/jpeg 5000");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 1);
    coex_sim_forget_uploads(desk->sim);
    send_picture(desk, path);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    take(desk, "image image/jpeg 5000");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 2);
}

/* A picture given in a closed window can go at once: in the place of the file = stands for it. */
static void
test_held(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "photo.jpg", JPEG, 5000);
    g_autoptr(GError) error = NULL;

    open_shop(desk);
    coex_session_send_file(desk->session, desk_name("dana"), path, "Your bike", 0, &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "dana", "Held until *: [image] photo.jpg: Your bike");
    desk_wait_notice(desk, "dana",
                     "It can go now in a template that shows one: "
                     "/template pickup_ready_v2. There = *");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->held_kinds, ==, 1 << COEX_MEDIA_IMAGE);
    send_picture(desk, "=");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: Your bike");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", PICTURE_TEXT);
    take(desk, "image image/jpeg 5000");
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 0);
    g_assert_cmpuint(desk_view(desk, "dana")->held_kinds, ==, 0);
    send_picture(desk, "=");
    desk_wait_notice(desk, "dana", "Nothing was sent: no file that the template shows is held*");
    desk_hear(desk, "dana", "Thank you");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/template-file/picture", test_picture);
    desk_add("/template-file/document", test_document);
    desk_add("/template-file/forward", test_forward);
    desk_add("/template-file/forward/long", test_forward_long);
    desk_add("/template-file/wrong-file", test_wrong_file);
    desk_add("/template-file/restart", test_restart);
    desk_add("/template-file/other-language", test_other_language);
    desk_add("/template-file/resend", test_resend);
    desk_add("/template-file/held", test_held);
    return g_test_run();
}
