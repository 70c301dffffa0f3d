// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "tools/hang.h"

#include <glib/gstdio.h>
#include <string.h>

/* A folder for files that come, on a disk or a server that does not answer. */

#define BYTES (3 * 1000 * 1000)
#define FOLDER "/media/" /* in all paths of it */

static const char *const calls[] = { "write", "fdatasync", "renameat2" };

static char *
dup_folder(const Desk *desk)
{
    return g_build_filename(desk->dir, "media", NULL);
}

/* Logged in with such a folder. */
static void
open_desk(Desk *desk)
{
    static char *folder;

    g_free(folder);
    folder = dup_folder(desk);
    desk->config.media_folder = folder;
    desk->config.media_limit = 2 * BYTES;
    desk->disk_ms = DESK_PATIENCE_MS;
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
hear_image(Desk *desk, const char *who, gsize length)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(length, 'x'), length);
    g_autofree char *content = coex_sim_add_file(desk->sim, "image/jpeg", NULL, NULL, bytes);

    g_free(coex_sim_customer_sends_type(desk->sim, who, "image", content));
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, who, "[image*");
}

/* The next line of that person's says where the file is; it is whole. */
static void
wait_file(Desk *desk, const char *who, gsize length)
{
    const DeskEvent *line = desk_wait_any_feed(desk, COEX_FEED_FILE, who, "[image #*");
    GStatBuf found;

    g_assert_cmpint(g_stat(line->item->detail, &found), ==, 0);
    g_assert_cmpuint(found.st_size, ==, length);
}

static guint
count_files(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    guint n = 0;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);

        n += g_file_test(inside, G_FILE_TEST_IS_DIR) ? count_files(inside) : 1;
    }
    return n;
}

static guint
count(Desk *desk)
{
    g_autofree char *folder = dup_folder(desk);

    return count_files(folder);
}

static gboolean
is_hanging(Desk *desk)
{
    return hang_count() > 0;
}

static gboolean
is_answering(Desk *desk)
{
    return hang_count() == 0;
}

/* Of files: folders may stay. */
static gboolean
is_empty(Desk *desk)
{
    return count(desk) == 0;
}

static void
hear_hanging(Desk *desk, const char *who, const char *call, gsize length)
{
    hang_begin(call, FOLDER);
    hear_image(desk, who, length);
    desk_wait_until(desk, is_hanging, "the disk");
}

/* Everything else goes on, and the user is told; then the file is there. */
static void
test_goes_on(Desk *desk)
{
    open_desk(desk);
    hear_hanging(desk, "ada", "write", BYTES);
    desk_hear(desk, "ben", "Hello");
    desk_say(desk, "ben", "Good morning");
    desk_take(desk, "ben", "Good morning");
    desk_say(desk, "ada", "A moment");
    desk_take(desk, "ada", "A moment");
    hear_image(desk, "ben", 30);
    desk_wait_notice(desk, NULL, "Files that come are kept waiting: the disk that */media is on *");
    g_assert_true(is_hanging(desk));
    hang_end(0);
    wait_file(desk, "ada", BYTES);
    wait_file(desk, "ben", 30);
    g_assert_cmpuint(count(desk), ==, 2);
}

/* Who asked for it is told where they asked. */
static void
test_asked(Desk *desk)
{
    desk->config.media_auto = COEX_MEDIA_AUTO_NONE;
    open_desk(desk);
    hear_image(desk, "ada", BYTES);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*fetches it.");
    hang_begin("write", FOLDER);
    coex_session_get_file(desk->session, desk_name("ada"), "last", FALSE);
    desk_wait_notice(desk, "ada", "[image #*] is being fetched.");
    desk_wait_notice(desk, "ada", "[image #*] is kept waiting: the disk is slow*");
    desk_wait_notice(desk, NULL, "Files that come are kept waiting: *");
    hang_end(0);
    wait_file(desk, "ada", BYTES);
}

/* Logging off waits for it no longer than for others; the file comes once, later. */
static void
test_logout(Desk *desk)
{
    open_desk(desk);
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        hear_hanging(desk, "ada", calls[i], BYTES + i);
        desk_logout(desk);
        g_assert_true(is_hanging(desk));
        desk_login(desk);
        desk_wait_catalogue(desk);
        desk_hear(desk, "ben", "Hello");
        hang_end(0);
        wait_file(desk, "ada", BYTES + i);
        desk_wait_until(desk, is_answering, "the disk");
        desk_fence(desk);
        g_assert_cmpuint(count(desk), ==, i + 1);
    }
}

/* Another account stays: what was being written goes when the disk answers, and comes again. */
static void
test_beside(Desk *desk)
{
    const CoexSimIdentity identity = { .number = "+447700900200",
                                       .phone_number_id = "318800000000200",
                                       .key = "made-up-other-key",
                                       .waba_id = "215500000000200" };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);

    desk_login(other);
    desk_wait_catalogue(other);
    open_desk(desk);
    hear_hanging(desk, "ada", "write", BYTES);
    desk_logout(desk);
    g_assert_cmpuint(count(desk), ==, 1);
    hang_end(0);
    desk_wait_until(desk, is_empty, "the folder");
    desk_hear(other, "ben", "Hello");
    desk_login(desk);
    desk_wait_catalogue(desk);
    wait_file(desk, "ada", BYTES);
    g_assert_cmpuint(count(desk), ==, 1);
}

/* Of who is forgotten meanwhile nothing is left. */
static void
test_forgotten(Desk *desk)
{
    open_desk(desk);
    hear_hanging(desk, "ada", "write", BYTES);
    coex_session_forget(desk->session, desk_name("ada"));
    desk_wait_forget(desk, "ada");
    coex_session_forgotten(desk->session, desk_name("ada"));
    desk_wait_notice(desk, NULL, "The person is forgotten here, with messages, files and logs.*");
    hang_end(0);
    desk_wait_until(desk, is_empty, "the folder");
}

/* ---- on the way out ---- */

#define OUTGOING "/outgoing/" /* in all paths of the copies */

/* The copy is there, and cannot be read. */
static void
give_hanging(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "plan.pdf", NULL);
    g_autofree char *bytes = g_strnfill(BYTES, 'x');
    g_autoptr(GError) error = NULL;

    memcpy(bytes, "%PDF-1.7\n", 9);
    g_assert_true(g_file_set_contents(path, bytes, BYTES, NULL));
    desk_hear(desk, "ada", "Hello");
    hang_begin("pread", OUTGOING);
    coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 7, &error);
    g_assert_no_error(error);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] plan.pdf");
    desk_wait_until(desk, is_hanging, "the disk");
}

static void
take_file(Desk *desk)
{
    g_autofree char *content = g_strnfill(BYTES - 9, 'x');
    g_autoptr(GBytes) uploaded = NULL;
    const char *bytes;
    gsize length = 0;

    desk_take(desk, "ada", "document application/pdf 3000000 name=plan.pdf");
    uploaded = coex_sim_get_upload(desk->sim);
    bytes = g_bytes_get_data(uploaded, &length);
    g_assert_cmpuint(length, ==, BYTES);
    g_assert_cmpmem(bytes + 9, length - 9, content, BYTES - 9);
}

/* Nobody else is kept waiting. */
static void
test_goes_out(Desk *desk)
{
    open_desk(desk);
    give_hanging(desk);
    desk_hear(desk, "ben", "Hello");
    desk_say(desk, "ben", "Good morning");
    desk_take(desk, "ben", "Good morning");
    g_assert_true(is_hanging(desk));
    hang_end(0);
    take_file(desk);
    desk_wait_transfer(desk, "7 sent");
}

static void
test_goes_out_later(Desk *desk)
{
    open_desk(desk);
    give_hanging(desk);
    desk_logout(desk);
    g_assert_true(is_hanging(desk));
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ben", "Hello");
    hang_end(0);
    take_file(desk);
    desk_wait_until(desk, is_answering, "the disk");
    desk_wait_no_copies(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

/* What could not be read is read once more, and what follows leaves behind it. */
static void
test_goes_out_at_last(Desk *desk)
{
    open_desk(desk);
    give_hanging(desk);
    desk_say(desk, "ada", "The plan");
    hang_end(EIO);
    take_file(desk);
    desk_take(desk, "ada", "The plan");
    desk_wait_transfer(desk, "7 sent");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/slow-folder/goes-on", test_goes_on);
    desk_add("/slow-folder/asked", test_asked);
    desk_add("/slow-folder/logout", test_logout);
    desk_add("/slow-folder/beside", test_beside);
    desk_add("/slow-folder/forgotten", test_forgotten);
    desk_add("/slow-folder/goes-out", test_goes_out);
    desk_add("/slow-folder/goes-out-later", test_goes_out_later);
    desk_add("/slow-folder/goes-out-at-last", test_goes_out_at_last);
    return g_test_run();
}
