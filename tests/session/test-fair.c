// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "tools/hang.h"

#include <string.h>
#include <sys/stat.h>

/* Somebody's single file does not wait for all of others' floods. */

#define CROWD 8 /* as many as are served side by side, at least */
#define EACH 20
#define BYTES 1000

static gboolean
is_hanging(Desk *desk)
{
    return hang_count() > 0;
}

/* ---- files that come ---- */

static void
set_folder(Desk *desk)
{
    static char *folder;

    g_free(folder);
    folder = g_build_filename(desk->dir, "media", NULL);
    desk->config.media_folder = folder;
    desk->config.media_limit = 1000 * 1000;
}

static void
deliver_image(Desk *desk, const char *who)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(BYTES, 'x'), BYTES);
    g_autofree char *content = coex_sim_add_file(desk->sim, "image/jpeg", NULL, NULL, bytes);

    g_free(coex_sim_customer_sends_type(desk->sim, who, "image", content));
}

/* How many files of others came before @who's. */
static guint
count_before(Desk *desk, const char *who)
{
    const DeskEvent *own = desk_wait_any_feed(desk, COEX_FEED_FILE, who, "[image #*");
    guint n = 0;

    for (guint i = 0; desk->events->pdata[i] != own; i++) {
        const DeskEvent *event = desk->events->pdata[i];

        n += event->kind == DESK_FEED && event->item->kind == COEX_FEED_FILE;
    }
    return n;
}

static gboolean
is_all_hanging(Desk *desk)
{
    return hang_count() == CROWD;
}

/* Of many people, whose next would always be older. */
static void
test_crowd(Desk *desk)
{
    set_folder(desk);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk->strict &= ~(1u << DESK_FEED);
    desk_ignore(desk, "Files that come are kept waiting: *");
    hang_begin("write", "/media/");
    for (guint i = 0; i < CROWD * EACH; i++) {
        g_autofree char *who = g_strdup_printf("crowd%u", i % CROWD);
        g_autofree char *number = g_strdup_printf("+120255501%02u", 50 + i % CROWD);

        if (i < CROWD)
            coex_sim_add_customer(desk->sim, who, number, NULL, who);
        deliver_image(desk, who);
    }
    desk_wait_until(desk, is_all_hanging, "the disk");
    deliver_image(desk, "ada");
    desk_fence(desk);
    hang_end(0);
    g_assert_cmpuint(count_before(desk, "ada"), <, 4 * CROWD);
}

/* What an earlier login left: more than is looked at at once. */
static void
test_left(Desk *desk)
{
    const guint n = 2010;

    desk_login(desk);
    desk_wait_catalogue(desk);
    for (guint i = 0; i < n; i++)
        deliver_image(desk, "ben");
    deliver_image(desk, "ada");
    for (guint i = 0; i < n; i++)
        desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ben", "[image*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "[image*");
    desk_logout(desk);
    set_folder(desk);
    desk_login(desk);
    desk->strict &= ~(1u << DESK_FEED);
    g_assert_cmpuint(count_before(desk, "ada"), <, 200);
}

/* ---- files that leave ---- */

#define SINGLE 7     /* bytes of it */
#define LARGE 400000 /* more than the message that names it */

static GArray *copied; /* guint: the sizes of what was copied, in that order */

static void
note_copy(const char *call, int fd)
{
    struct stat found;
    guint size = fstat(fd, &found) == 0 ? (guint)found.st_size : 0;

    g_array_append_val(copied, size);
}

static void
give(Desk *desk, const char *who, gsize length)
{
    g_autofree char *name = g_strdup_printf("%" G_GSIZE_FORMAT ".txt", length);
    g_autofree char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(length, 'x');
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, bytes, -1, NULL));
    coex_session_send_file(desk->session, desk_name(who), path, NULL, 0, &error);
    g_assert_no_error(error);
}

static void
test_copies(Desk *desk)
{
    guint before = 0;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    desk->strict &= ~(1u << DESK_FEED);
    desk_ignore(desk, "The file * is still being copied*");
    desk_ignore(desk, "Waiting for WhatsApp*");
    copied = g_array_new(FALSE, FALSE, sizeof(guint));
    hang_watch = note_copy;
    hang_begin("fdatasync", "/outgoing/");
    for (guint i = 0; i < 100; i++)
        give(desk, "ada", BYTES + i);
    give(desk, "ben", SINGLE);
    desk_wait_until(desk, is_hanging, "the disk");
    desk_fence(desk);
    hang_end(0);
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ben", "[document] 7.txt");
    g_mutex_lock(&hang_lock);
    hang_watch = NULL;
    while (before < copied->len && g_array_index(copied, guint, before) != SINGLE)
        before++;
    g_assert_cmpuint(before, <, copied->len);
    g_mutex_unlock(&hang_lock);
    g_assert_cmpuint(before, <, 20);
    g_array_unref(copied);
}

/* Somebody new writes. */
static void
make_customer(Desk *desk, guint n)
{
    g_autofree char *number = g_strdup_printf("+120255501%02u", 50 + n);

    coex_sim_add_customer(desk->sim, number, number, NULL, number);
    g_free(coex_sim_customer_sends(desk->sim, number, "Hello"));
    desk_fence(desk);
}

static void
give_new(Desk *desk, guint n, gsize length)
{
    g_autofree char *number = g_strdup_printf("120255501%02u", 50 + n);
    g_autofree char *name = g_strdup_printf("%" G_GSIZE_FORMAT ".txt", length);
    g_autofree char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(length, 'x');

    g_assert_true(g_file_set_contents(path, bytes, -1, NULL));
    g_assert_true(coex_session_send_file(desk->session, number, path, NULL, 0, NULL));
}

/* Places for uploads are fewer than people with many files. */
static void
test_uploads(Desk *desk)
{
    const guint each = 8;
    guint before = 0;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk->strict &= ~(1u << DESK_FEED);
    desk_ignore(desk, "The file * is still being copied*");
    desk_ignore(desk, "Waiting for WhatsApp*");
    hang_begin("pread", "/outgoing/");
    for (guint i = 0; i < CROWD * each; i++) {
        if (i < CROWD)
            make_customer(desk, i);
        give_new(desk, i % CROWD, LARGE + i);
    }
    desk_wait_until(desk, is_hanging, "the disk");
    make_customer(desk, CROWD);
    give_new(desk, CROWD, SINGLE);
    desk_fence(desk);
    hang_end(0);
    for (;; before++) {
        g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS);

        g_assert_nonnull(sent);
        if (strstr(sent->text, " 7 name=") != NULL)
            break;
    }
    g_assert_cmpuint(before, <, 3 * CROWD);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add_at(DESK_ONLY_META, "/fair/crowd", test_crowd);
    desk_add_at(DESK_ONLY_META, "/fair/left", test_left);
    desk_add("/fair/copies", test_copies);
    desk_add("/fair/uploads", test_uploads);
    return g_test_run();
}
