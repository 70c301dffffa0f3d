// SPDX-License-Identifier: GPL-2.0-or-later
#include "painter.h"
#include "session/preview.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pictures that stand in a conversation: made of anybody's bytes, or not at all. */

static char *dir;

static void
on_made(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static GBytes *
wait_for(GAsyncResult **result)
{
    while (*result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return coex_preview_finish(*result);
}

/* NULL: there is none. */
static GBytes *
make_of_path(const char *path)
{
    g_autoptr(GAsyncResult) result = NULL;

    coex_preview_make(path, on_made, &result);
    return wait_for(&result);
}

static GBytes *
make(GBytes *content, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(content, &length);

    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    return make_of_path(path);
}

static GBytes *
make_icon(GBytes *content)
{
    g_autoptr(GAsyncResult) result = NULL;

    coex_preview_make_icon(content, on_made, &result);
    return wait_for(&result);
}

static void
assert_is_png(GBytes *preview, guint width, guint height)
{
    PainterLook look;

    g_assert_nonnull(preview);
    g_assert_cmpmem(g_bytes_get_data(preview, NULL), 4, "\x89PNG", 4);
    look = painter_look(preview);
    g_assert_cmpuint(look.width, ==, width);
    g_assert_cmpuint(look.height, ==, height);
}

static void
test_fits(void)
{
    static const char *const types[] = { "jpeg", "png", "webp" };

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GBytes) large = painter_paint(types[i], 2400, 1800, FALSE);
        g_autoptr(GBytes) small = painter_paint(types[i], 20, 10, FALSE);
        g_autoptr(GBytes) preview = make(large, "garden.bin");
        g_autoptr(GBytes) as_it_is = make(small, "dot.bin");
        g_autoptr(GBytes) icon = make_icon(large);

        assert_is_png(preview, COEX_PREVIEW_WIDTH, COEX_PREVIEW_HEIGHT);
        assert_is_png(as_it_is, 20, 10);
        assert_is_png(icon, COEX_PREVIEW_ICON, COEX_PREVIEW_ICON * 3 / 4);
        g_assert_true(painter_look(preview).red_left);
        g_assert_false(painter_look(preview).red_right);
    }
}

/* As the camera was held. */
static void
test_upright(void)
{
    g_autoptr(GBytes) plain = painter_paint("jpeg", 400, 300, FALSE);
    g_autoptr(GBytes) picture = painter_add_notes(plain);
    g_autoptr(GBytes) preview = make(picture, "held.jpg");

    assert_is_png(preview, COEX_PREVIEW_HEIGHT, COEX_PREVIEW_WIDTH);
    g_assert_true(painter_look(preview).red_right);
}

/* ---- what is none, or would take too much ---- */

static void
assert_none(GBytes *content, const char *name)
{
    g_autoptr(GBytes) preview = make(content, name);
    g_autoptr(GBytes) icon = make_icon(content);

    g_test_message("%s", name);
    g_assert_null(preview);
    g_assert_null(icon);
}

static void
append_number(GByteArray *bytes, guint32 number)
{
    const guint32 word = GUINT32_TO_LE(number);

    g_byte_array_append(bytes, (const guint8 *)&word, sizeof word);
}

static void
append_three(GByteArray *bytes, guint32 number)
{
    const guint32 word = GUINT32_TO_LE(number);

    g_byte_array_append(bytes, (const guint8 *)&word, 3);
}

typedef struct {
    guint width; /* of the whole */
    guint height;
    guint x; /* of the frames in it, even numbers */
    guint y;
    guint frame_width;
    guint frame_height;
} Canvas;

/* A picture in WebP that moves: @n frames (WebP container specification), each of them @still,
 * which is one, too. */
static GBytes *
make_frames(GBytes *still, guint n, const Canvas *canvas)
{
    GByteArray *bytes = g_byte_array_new();
    gsize length;
    const guint8 *file = g_bytes_get_data(still, &length);
    gsize picture = length - 12; /* without the head of the file */

    g_byte_array_append(bytes, (const guint8 *)"RIFF", 4);
    append_number(bytes, (guint32)(36 + n * (24 + picture)));
    g_byte_array_append(bytes, (const guint8 *)"WEBPVP8X\x0a\0\0\0\x12\0\0\0", 16);
    append_three(bytes, canvas->width - 1);
    append_three(bytes, canvas->height - 1);
    g_byte_array_append(bytes, (const guint8 *)"ANIM\6\0\0\0\0\0\0\0\0\0", 14);
    for (guint i = 0; i < n; i++) {
        g_byte_array_append(bytes, (const guint8 *)"ANMF", 4);
        append_number(bytes, (guint32)(16 + picture));
        append_three(bytes, canvas->x / 2);
        append_three(bytes, canvas->y / 2);
        append_three(bytes, canvas->frame_width - 1);
        append_three(bytes, canvas->frame_height - 1);
        append_number(bytes, 100); /* ms, and no flag */
        g_byte_array_append(bytes, file + 12, (guint)picture);
    }
    return g_byte_array_free_to_bytes(bytes);
}

/* Of a sticker that moves its first frame, where it stands in the whole. */
static void
test_moves(void)
{
    static const Canvas whole = { 64, 64, 0, 0, 64, 64 };
    static const Canvas corner = { 1024, 1024, 0, 0, 512, 512 };
    static const Canvas middle = { 1024, 512, 512, 0, 512, 512 };
    g_autoptr(GBytes) still = painter_paint("webp", 512, 512, FALSE);
    g_autoptr(GBytes) small = painter_paint("webp", 64, 64, FALSE);
    g_autoptr(GBytes) moving = make_frames(small, 500, &whole);
    g_autoptr(GBytes) left = make_frames(still, 2, &corner);
    g_autoptr(GBytes) right = make_frames(still, 2, &middle);
    g_autoptr(GBytes) preview = make(moving, "moving.webp");
    g_autoptr(GBytes) of_left = make(left, "left.webp");
    g_autoptr(GBytes) of_right = make(right, "right.webp");

    assert_is_png(preview, 64, 64);
    g_assert_true(painter_look(preview).red_left && !painter_look(preview).red_right);
    assert_is_png(of_left, 300, 300);
    g_assert_false(painter_look(of_left).red_right);
    assert_is_png(of_right, 400, 200);
    g_assert_false(painter_look(of_right).red_left);
}

/* What lies about itself is none, and nothing of it is decoded beyond what it says. */
static void
test_moves_not(void)
{
    static const Canvas whole = { 64, 64, 0, 0, 64, 64 };
    static const Canvas lies[] = {
        { 8, 8, 0, 0, 64, 64 },       /* larger than the whole */
        { 64, 64, 32, 32, 64, 64 },   /* beyond it */
        { 64, 64, 32, 32, 32, 32 },   /* it, by what is in it */
        { 6400, 6400, 0, 0, 64, 64 }, /* 41 megapixels */
    };
    g_autoptr(GBytes) still = painter_paint("webp", 64, 64, FALSE);
    g_autoptr(GBytes) many = make_frames(still, 501, &whole);
    g_autoptr(GBytes) moving = make_frames(still, 3, &whole);
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(moving, 0, g_bytes_get_size(moving) - 9);

    assert_none(many, "many.webp");
    assert_none(cut, "cut.webp");
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(GBytes) lie = make_frames(still, 2, &lies[i]);

        assert_none(lie, "lie.webp");
    }
}

/* Broken at one place after the other: each is a preview or none, and nothing else happens. */
static void
test_broken(void)
{
    static const Canvas whole = { 64, 64, 0, 0, 64, 64 };
    g_autoptr(GBytes) still = painter_paint("webp", 64, 64, TRUE);
    g_autoptr(GBytes) moving = make_frames(still, 2, &whole);
    g_autoptr(GRand) random = g_rand_new_with_seed(10);

    for (guint i = 0; i < 400; i++) {
        gsize length;
        g_autofree guint8 *bytes =
            g_bytes_unref_to_data(g_bytes_ref(i % 2 == 0 ? still : moving), &length);
        gsize head = MIN(length, 120);

        bytes[g_rand_int_range(random, 12, (gint32)(i % 4 < 2 ? head : length))] ^=
            (guint8)(1 << g_rand_int_range(random, 0, 8));

        g_autoptr(GBytes) broken = g_bytes_new_take(g_steal_pointer(&bytes), length);
        g_autoptr(GBytes) preview = make_icon(broken);

        if (preview != NULL)
            g_assert_cmpuint(painter_look(preview).width, <=, COEX_PREVIEW_ICON);
    }
}

/* The first bytes, and a megabyte of nothing. */
static GBytes *
make_padded(const char *head, gsize n_head)
{
    char *bytes = g_malloc0(1024 * 1024);

    memcpy(bytes, head, n_head);
    return g_bytes_new_take(bytes, 1024 * 1024);
}

static void
test_none(void)
{
    static const char svg[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0";
    static const char jpeg[] = "\xff\xd8\xff\xc0\0\x11\x08\x75\x30\x75\x30\x03";
    static const char webp[] = "RIFF\0\0\x10\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x2f\x75\0\x2f\x75\0";
    static const char gif[] =
        "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    g_autoptr(GBytes) drawing = g_bytes_new_static(svg, sizeof svg - 1);
    g_autoptr(GBytes) great_png = make_padded(png, sizeof png - 1);
    g_autoptr(GBytes) great_jpeg = make_padded(jpeg, sizeof jpeg - 1);
    g_autoptr(GBytes) great_webp = make_padded(webp, sizeof webp - 1);
    g_autoptr(GBytes) other = g_bytes_new_static(gif, sizeof gif - 1);
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);

    assert_none(drawing, "drawing.png");
    assert_none(great_png, "great.png");
    assert_none(great_jpeg, "great.jpg");
    assert_none(other, "other.png");
    assert_none(great_webp, "great.webp");
    assert_none(nothing, "nothing.png");
}

/* None of these is waited for. */
static void
test_no_file(void)
{
    g_autofree char *pipe = g_build_filename(dir, "pipe", NULL);
    g_autofree char *link = g_build_filename(dir, "link", NULL);
    g_autofree char *target = g_build_filename(dir, "target.png", NULL);
    g_autoptr(GBytes) picture = painter_paint("png", 20, 10, FALSE);
    g_autoptr(GBytes) shown = make(picture, "target.png");

    g_assert_nonnull(shown);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    g_assert_cmpint(symlink(target, link), ==, 0);
    g_assert_null(make_of_path(pipe));
    g_assert_null(make_of_path(link));
    g_assert_null(make_of_path(dir));
    g_assert_null(make_of_path("/no/such/file"));
}

static void
remove_all(void)
{
    g_autoptr(GDir) files = g_dir_open(dir, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(files)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        g_unlink(path);
    }
    g_rmdir(dir);
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("coex-preview-XXXXXX", NULL);
    g_assert_nonnull(dir);
    g_test_add_func("/preview/fits", test_fits);
    g_test_add_func("/preview/upright", test_upright);
    g_test_add_func("/preview/moves", test_moves);
    g_test_add_func("/preview/moves-not", test_moves_not);
    g_test_add_func("/preview/broken", test_broken);
    g_test_add_func("/preview/none", test_none);
    g_test_add_func("/preview/no-file", test_no_file);
    result = g_test_run();
    remove_all();
    g_free(dir);
    return result;
}
