// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "painter.h"

#include <glib/gstdio.h>
#include <string.h>

/* Pictures that WhatsApp would not take, or not as pictures: made to fit before they leave. */

#define MB (1000 * 1000)

static char *
write_file(Desk *desk, const char *name, const void *bytes, gsize length)
{
    char *path = g_build_filename(desk->dir, name, NULL);

    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    return path;
}

static char *
write_bytes(Desk *desk, const char *name, GBytes *bytes)
{
    return write_file(desk, name, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void
give(Desk *desk, const char *path, const char *caption, guint transfer)
{
    g_autoptr(GError) error = NULL;

    coex_session_send_file(desk->session, desk_name("ada"), path, caption, transfer, &error);
    g_assert_no_error(error);
}

static void
open_desk(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_ignore(desk, "The file “*” is being converted. What you write here waits for it.");
}

/* Ada is sent the picture that was given; what she sees of it. */
static PainterLook
take_picture(Desk *desk, const char *glob)
{
    g_autoptr(CoexSimRequest) sent = desk_wait_sent(desk, "ada", NULL);
    g_autoptr(GBytes) uploaded = coex_sim_get_upload(desk->sim);

    if (!g_pattern_match_simple(glob, sent->text))
        desk_fail(desk, "%s was sent", sent->text);
    g_assert_cmpuint(g_bytes_get_size(uploaded), <=, 5 * MB);
    g_assert_null(memmem(g_bytes_get_data(uploaded, NULL), g_bytes_get_size(uploaded), "Exif", 4));
    desk_wait_state(desk, "ada", "*delivered*");
    return painter_look(uploaded);
}

/* Upright, no smaller than it must be, without the place; the user's own file stays as it is. */
static void
test_large(Desk *desk)
{
    g_autoptr(GBytes) plain = painter_paint("jpeg", 2400, 1800, FALSE);
    g_autoptr(GBytes) picture = painter_add_notes(plain);
    g_autofree char *path = write_bytes(desk, "garden.jpeg", picture);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    PainterLook look;

    g_assert_cmpuint(g_bytes_get_size(picture), >, 5 * MB);
    open_desk(desk);
    give(desk, path, "as it is", 4);
    desk_wait_notice(desk, "ada",
                     "“garden.jpeg” is too large for WhatsApp: it goes as JPEG, 1800 x 2400, "
                     "without its place data.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[image] garden.jpg: as it is");
    look = take_picture(desk, "image image/jpeg * caption=as it is");
    g_assert_true(look.width == 1800 && look.height == 2400);
    g_assert_true(look.red_right && !look.red_left);
    desk_wait_transfer(desk, "4 sent");
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpmem(bytes, length, g_bytes_get_data(picture, NULL), g_bytes_get_size(picture));
    desk_wait_no_copies(desk);
}

/* What shines through stays so. */
static void
test_through(Desk *desk)
{
    g_autoptr(GBytes) picture = painter_paint("png", 1800, 1200, TRUE);
    g_autofree char *path = write_bytes(desk, "logo.png", picture);
    PainterLook look;

    g_assert_cmpuint(g_bytes_get_size(picture), >, 5 * MB);
    open_desk(desk);
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada",
                     "“logo.png” is too large for WhatsApp: it goes as PNG, 1* x * instead of "
                     "1800 x 1200.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[image] logo.png");
    look = take_picture(desk, "image image/png *");
    g_assert_true(look.through && look.red_left);
    g_assert_cmpuint(look.width, >, 1000);
}

static void
give_as_jpeg(Desk *desk, const char *name, GBytes *picture, const char *size)
{
    g_autofree char *path = write_bytes(desk, name, picture);
    g_autofree char *told =
        g_strdup_printf("“%s” is of no type that WhatsApp shows: it goes as JPEG, %s.", name, size);

    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada", told);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[image] scan.jpg");
}

static void
test_types(Desk *desk)
{
    static const char GIF[] =
        "GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    static const char *const types[] = { "bmp", "tiff", "webp" };
    g_autoptr(GBytes) gif = g_bytes_new_static(GIF, sizeof GIF - 1);

    open_desk(desk);
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GBytes) picture = painter_paint(types[i], 300, 200, FALSE);
        g_autofree char *name = g_strconcat("scan.", types[i], NULL);
        PainterLook look;

        give_as_jpeg(desk, name, picture, "300 x 200");
        look = take_picture(desk, "image image/jpeg *");
        g_assert_true(look.width == 300 && look.height == 200);
        g_assert_true(look.red_left && !look.red_right);
    }
    give_as_jpeg(desk, "scan.gif", gif, "1 x 1");
    g_assert_cmpuint(take_picture(desk, "image image/jpeg *").width, ==, 1);
    desk_wait_no_copies(desk);
}

/* WhatsApp shows that type, but not every picture of it. */
static void
test_colours(Desk *desk)
{
    static const char DEEP[] =
        "\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\001\020\002\0\0\0\300\347\217\235"
        "\0\0\0\rIDATx\234c\370\377\237\001\010\0\012\374\001\377\023\311\205\011"
        "\0\0\0\0IEND\256B`\202";
    g_autoptr(GBytes) deep = g_bytes_new_static(DEEP, sizeof DEEP - 1);
    g_autofree char *path = write_bytes(desk, "dawn.png", deep);

    open_desk(desk);
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada",
                     "“dawn.png” has other colours than 8-bit RGB, which WhatsApp asks for: it "
                     "goes as JPEG, 1 x 1.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[image] dawn.jpg");
    g_assert_cmpuint(take_picture(desk, "image image/jpeg *").width, ==, 1);
    desk_wait_no_copies(desk);
}

/* Of what would lose something, or cannot be read, nothing is made. */
static void
test_kept(Desk *desk)
{
    static const char MOVES[] =
        "GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
        ",\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    static const char HUGE[] =
        "BMxxxx\0\0\0\0\x36\0\0\0\x28\0\0\0\x30\x75\0\0\x30\x75\0\0\1\0\x18\0";
    g_autoptr(GBytes) tiff = painter_paint("tiff", 30, 20, FALSE);
    g_autofree char *cut = write_file(desk, "cut.tif", g_bytes_get_data(tiff, NULL), 200);
    g_autofree char *moves = write_file(desk, "moves.gif", MOVES, sizeof MOVES - 1);
    g_autofree char *huge = write_file(desk, "huge.bmp", HUGE, sizeof HUGE - 1);
    const char *const paths[] = { cut, moves, huge };

    open_desk(desk);
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *name = g_path_get_basename(paths[i]);
        g_autofree char *told = g_strdup_printf("“%s” goes as a document*JPEG or PNG.", name);
        g_autofree char *line = g_strdup_printf("[document] %s", name);
        g_autofree char *sent = g_strdup_printf("document image/* name=%s", name);
        g_autoptr(CoexSimRequest) request = NULL;

        give(desk, paths[i], NULL, 0);
        desk_wait_notice(desk, "ada", told);
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", line);
        request = desk_wait_sent(desk, "ada", NULL);
        g_assert_true(g_pattern_match_simple(sent, request->text));
    }
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_no_copies(desk);
}

/* Too large, and of no use to make it smaller: refused as ever, and gone. */
static void
test_hopeless(Desk *desk)
{
    static const char HUGE[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\x75\x30\x08\x02";
    g_autofree char *bytes = g_strnfill(6 * MB, 'x');
    g_autofree char *path = NULL;

    memcpy(bytes, HUGE, sizeof HUGE - 1);
    path = write_file(desk, "huge.png", bytes, 6 * MB);
    open_desk(desk);
    give(desk, path, "Look", 3);
    desk_wait_notice(desk, "ada",
                     "Not sent: the file “huge.png”. *up to 5 MB*Make it smaller*text: “Look”");
    desk_wait_transfer(desk, "3 failed");
    desk_wait_no_copies(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 0);
}

/* The lines stand in the order in which the files were given, however long one takes. */
static void
test_order(Desk *desk)
{
    g_autoptr(GBytes) picture = painter_paint("bmp", 3000, 2000, FALSE);
    g_autofree char *path = write_bytes(desk, "scan.bmp", picture);
    g_autofree char *text = write_file(desk, "list.txt", "bread 4", 7);
    g_autoptr(CoexSimRequest) first = NULL;

    open_desk(desk);
    give(desk, path, NULL, 0);
    give(desk, text, NULL, 0);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[image] scan.jpg");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] list.txt");
    desk_wait_notice(desk, "ada", "“scan.bmp” is of no type*");
    first = desk_wait_sent(desk, "ada", NULL);
    g_assert_true(g_str_has_prefix(first->text, "image "));
    desk_take(desk, "ada", "document text/plain 7 name=list.txt");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_no_copies(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/session/fit/large", test_large);
    desk_add_at(DESK_ONLY_META, "/session/fit/through", test_through);
    desk_add("/session/fit/types", test_types);
    desk_add("/session/fit/colours", test_colours);
    desk_add("/session/fit/kept", test_kept);
    desk_add("/session/fit/hopeless", test_hopeless);
    desk_add_at(DESK_ONLY_META, "/session/fit/order", test_order);
    return g_test_run();
}
