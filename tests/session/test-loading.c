// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include <string.h>

/* What is said of a file that takes more than a second, while it comes. */

#define SECOND_MS 1000

static char *
dup_folder(Desk *desk)
{
    return g_build_filename(desk->dir, "media", NULL);
}

static void
open_desk(Desk *desk)
{
    static char *folder;

    g_free(folder);
    folder = dup_folder(desk);
    desk->config.media_folder = folder;
    desk->config.media_auto = COEX_MEDIA_AUTO_SMALL;
    desk->config.media_limit = 20 * 1024 * 1024;
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
hear(Desk *desk, const char *who, const char *type, const char *mime, gsize length)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(length, 'x'), length);
    g_autofree char *content = coex_sim_add_file(desk->sim, mime, NULL, "Broken part", bytes);
    g_autofree char *line = g_strdup_printf("[%s] Broken part", type);

    g_free(coex_sim_customer_sends_type(desk->sim, who, type, content));
    desk_wait_feed(desk, COEX_FEED_INBOUND, who, line);
}

static void
hear_image(Desk *desk, const char *who, gsize length)
{
    hear(desk, who, "image", "image/jpeg", length);
}

static void
wait_loading(Desk *desk, const char *who, const char *kind)
{
    g_autofree char *glob = g_strdup_printf("[%s #*, loading] kept", kind);

    desk_wait_fetch(desk, who, glob);
}

static guint
count_loading(const Desk *desk, const char *who)
{
    return desk_count(desk, DESK_FETCH, who, "*, loading] kept");
}

/* The line comes, whatever else is written meanwhile, and then the files in their order. */
static void
test_comes(Desk *desk)
{
    open_desk(desk);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
    hear_image(desk, "ada", 30);
    wait_loading(desk, "ada", "image");
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GOOD);
    desk_hear(desk, "ada", "Can you see it?");
    hear_image(desk, "ada", 31);
    hear_image(desk, "ben", 32);
    desk_wait_feed(desk, COEX_FEED_FILE, "ben", "[image #*, 32 bytes]");
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
    desk_wait_feed(desk, COEX_FEED_FILE, "ada", "[image #*, 30 bytes]");
    desk_wait_feed(desk, COEX_FEED_FILE, "ada", "[image #*, 31 bytes]");
    g_assert_cmpuint(count_loading(desk, "ada"), ==, 1);
}

/* Of many at once it is said once, and of the next ones again. */
static void
test_album(Desk *desk)
{
    open_desk(desk);
    for (guint i = 0; i < 2; i++) {
        coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
        hear_image(desk, "ada", 30);
        hear(desk, "ada", "sticker", "image/webp", 31);
        hear_image(desk, "ada", 32);
        wait_loading(desk, "ada", "image");
        coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
        desk_wait_feed(desk, COEX_FEED_FILE, "ada", "[image #*, 30 bytes]");
        desk_wait_feed(desk, COEX_FEED_FILE, "ada", "[sticker #*, 31 bytes]");
        desk_wait_feed(desk, COEX_FEED_FILE, "ada", "[image #*, 32 bytes]");
        g_assert_cmpuint(count_loading(desk, "ada"), ==, i + 1);
    }
}

static void
test_fails(Desk *desk)
{
    open_desk(desk);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
    hear_image(desk, "ada", 30);
    wait_loading(desk, "ada", "image");
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GONE);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*] is not at WhatsApp any more*");
}

/* What goes on after a restart stands there by then, and nobody looks at its message. */
static void
test_restart(Desk *desk)
{
    open_desk(desk);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
    hear_image(desk, "ada", 30);
    wait_loading(desk, "ada", "image");
    desk_logout(desk);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GOOD);
    desk_login(desk);
    desk_wait_catalogue(desk);
    hear_image(desk, "ben", 31);
    desk_wait_feed(desk, COEX_FEED_FILE, "ben", "[image #*, 31 bytes]");
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
    desk_wait_feed(desk, COEX_FEED_FILE, "ada", "[image #*, 30 bytes]");
    g_assert_cmpuint(count_loading(desk, "ada"), ==, 0);
}

/* What does not come by itself is not said to. */
static void
test_offered(Desk *desk)
{
    open_desk(desk);
    coex_sim_aim(desk->sim, "media");
    coex_sim_delay_next(desk->sim, 3 * SECOND_MS / 2);
    hear(desk, "ada", "document", "application/pdf", 17 * 1000 * 1000);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[document #*, 17 MB]: /get #* fetches it.");
    g_assert_cmpuint(count_loading(desk, "ada"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/loading/comes", test_comes);
    desk_add_at(DESK_ONLY_META, "/loading/album", test_album);
    desk_add("/loading/fails", test_fails);
    desk_add_at(DESK_ONLY_META, "/loading/restart", test_restart);
    desk_add_at(DESK_ONLY_META, "/loading/offered", test_offered);
    return g_test_run();
}
