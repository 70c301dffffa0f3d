// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* Many files that are sent at once. */

#define N_FILES 1000
#define BYTES 3000
#define N_AT_ONCE 40               /* to one person, of whom nothing is known */
#define FIRST_MAX (N_AT_ONCE + 10) /* of Ada's, before Ben's: a minute */

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
give(Desk *desk, const char *who, guint number)
{
    g_autofree char *name = g_strdup_printf("%u.txt", number);
    g_autofree char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(BYTES + number, 'x');
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, bytes, -1, NULL));
    coex_session_send_file(desk->session, desk_name(who), path, NULL, 0, &error);
    g_assert_no_error(error);
}

/* What is next on the wire is Ada's file @number, or else Ben's @text; FALSE: it is Ben's. */
static gboolean
is_of_ada(Desk *desk, guint number, const char *text)
{
    g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(desk->sim, 2 * DESK_PATIENCE_MS);
    g_autofree char *file =
        g_strdup_printf("document text/plain %u name=%u.txt", BYTES + number, number);
    gboolean yes;

    g_assert_nonnull(sent);
    yes = g_str_equal(sent->who, "ada");
    g_assert_cmpstr(sent->text, ==, yes ? file : text);
    return yes;
}

/* @n_sent: of Ada's. */
static guint
take_up_to(Desk *desk, guint n_sent, const char *text)
{
    while (is_of_ada(desk, n_sent, text))
        g_assert_cmpuint(++n_sent, <, FIRST_MAX);
    return n_sent;
}

/* Few of them are open at a time, they leave in their order, and nobody else is held up: of hers
 * WhatsApp takes some 45 at once, and then one in 6 seconds. */
static void
test_flood(Desk *desk)
{
    guint n_open;
    guint n_sent;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    desk_ignore(desk, "Waiting for WhatsApp*");
    desk_ignore(desk, "The last * messages wait for their turn: *");
    n_open = count_descriptors();
    for (guint i = 0; i < N_FILES; i++)
        give(desk, "ada", i);
    desk_say(desk, "ben", "Yes");
    give(desk, "ben", N_FILES);
    n_sent = take_up_to(desk, 0, "Yes");
    n_sent = take_up_to(desk, n_sent, "document text/plain 4000 name=1000.txt");
    for (; n_sent < N_AT_ONCE; n_sent++)
        g_assert_true(is_of_ada(desk, n_sent, NULL));
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ben", "[document] 1000.txt");
    desk_wait_state(desk, "ben", "*delivered*");
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
