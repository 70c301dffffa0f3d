// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* Many files that are sent at once. */

#define N_FILES 1000
#define BYTES 3000

static guint
count_descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

static void
give(Desk *desk, guint number)
{
    g_autofree char *name = g_strdup_printf("%u.txt", number);
    g_autofree char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(BYTES + number, 'x');
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, bytes, -1, NULL));
    coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 0, &error);
    g_assert_no_error(error);
}

/* Few of them are open at a time, and nobody else is held up. */
static void
test_flood(Desk *desk)
{
    guint n_open;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    desk_ignore(desk, "Waiting for WhatsApp*");
    n_open = count_descriptors();
    for (guint i = 0; i < N_FILES; i++)
        give(desk, i);
    desk_say(desk, "ben", "Yes");
    desk_wait_state(desk, "ben", "*delivered*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), <, 100);
    for (guint i = 0; i < N_FILES; i++) {
        g_autofree char *line = g_strdup_printf("[document] %u.txt", i);

        desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", line);
        if (i % 50 == 0)
            g_assert_cmpuint(count_descriptors(), <, n_open + 50);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/session/many-files/flood", test_flood);
    return g_test_run();
}
