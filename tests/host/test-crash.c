// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/look.h"
#include "world.h"
#include <glib/gstdio.h>
#include <unistd.h>

/* kill -9 while deliveries arrive and texts leave: what was acknowledged is shown, and at each kill
 * at most one line is shown a second time; what was typed is sent at most once. */

#define N_KILLS 10
#define N_MESSAGES 15 /* in each round */

/* Every round dies at another point: before the login ends, or once the n-th line is shown. */
static void
killed_while_receiving(World *world)
{
    coex_sim_set_parallel(world->sim, 4);
    for (guint round = 0; round < N_KILLS; round++)
        world_live_and_die(world, round, N_MESSAGES, round * 2);
    host_go_online(world->host);
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "the end");
    world_check_rounds(world, N_KILLS, N_MESSAGES);
}

/* The line comes after the text is on disk. A text that may have been on the wire is never repeated
 * by itself; each round has a customer of its own, since such a text holds up that person's queue.
 */
static void
killed_while_sending(World *world)
{
    host_go_online(world->host);
    for (guint round = 0; round < N_KILLS; round++) {
        g_autofree char *who = g_strdup_printf("customer-%u", round);
        g_autofree char *peer = g_strdup_printf("1202555012%u", round);
        g_autofree char *number = g_strconcat("+", peer, NULL);

        coex_sim_add_customer(world->sim, who, number, NULL, who);
        world_customer_writes(world, who, peer, "Hello");
        if (round % 3 == 1)
            coex_sim_delay_next(world->sim, 200);
        host_type(world->host, peer, "answer");
        host_wait_message(world->host, peer, "SEND", "answer");
        if (round % 3 == 2)
            host_assert(world->host, coex_sim_wait_n_sent(world->sim, who, 1, HOST_PATIENCE_MS),
                        "the text is sent");
        host_kill(world->host);
        host_go_online(world->host);
        if (coex_sim_n_sent(world->sim, who) == 1)
            host_wait_tooltip(world->host, peer, "*elivered*");
    }
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "the end");
    for (guint round = 0; round < N_KILLS; round++) {
        g_autofree char *who = g_strdup_printf("customer-%u", round);
        g_autofree char *peer = g_strdup_printf("1202555012%u", round);
        host_assert(world->host, coex_sim_n_sent(world->sim, who) <= 1, "no text is sent twice");
        guint n_shown = host_count_messages(world->host, peer, "SEND", NULL, "answer");
        host_assert(world->host, n_shown == 1 || n_shown == 2, "a line is shown at most twice");
    }
}

/* Reactions are held for a moment before they are one line. Of those that one delivery brought,
 * only the last is ever told. */
static void
killed_in_a_burst(World *world)
{
    host_go_online(world->host);
    for (guint round = 0; round < N_KILLS; round++) {
        g_autofree char *text = g_strdup_printf("offer %u.", round);
        g_autofree char *shown = g_strconcat("*", text, NULL);
        g_autofree char *wamid = coex_sim_phone_sends(world->sim, "ada", text);

        host_wait_for(world->host, EVENT_MESSAGE, ADA, shown);
        coex_sim_begin_batch(world->sim);
        g_free(coex_sim_reacts(world->sim, COEX_SIM_CUSTOMER, "ada", wamid, "👍"));
        g_free(coex_sim_reacts(world->sim, COEX_SIM_CUSTOMER, "ada", wamid, "❤️"));
        coex_sim_end_batch(world->sim);
        world_settle(world);
        if (round % 3 == 2)
            host_wait_for(world->host, EVENT_MESSAGE, ADA, "They reacted with ❤️*");
        host_kill(world->host);
        host_go_online(world->host);
    }
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "the end");
    host_assert(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*👍*") == 0,
                "what was overtaken is not told");
    for (guint round = 0; round < N_KILLS; round++) {
        g_autofree char *line =
            g_strdup_printf("They reacted with ❤️ to “offer %u.”.", round);
        guint n = host_count(world->host, EVENT_MESSAGE, ADA, line);
        host_assert(world->host, n >= 1, line);
        host_assert(world->host, n <= 1 + (round % 3 == 2), "a line is shown once");
    }
}

/* ---- files ---- */

#define LARGE (100 * 1000 * 1000)

static char *
make_large(World *world, const char *name)
{
    char *path = g_build_filename(host_get_profile(world->host), name, NULL);

    g_assert_true(g_file_set_contents(path, "%PDF-1.7\n", -1, NULL));
    g_assert_cmpint(truncate(path, LARGE), ==, 0);
    return path;
}

/* The first there; NULL: there is none. */
static char *
dup_first(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = dir != NULL ? g_dir_read_name(dir) : NULL;

    return name != NULL ? g_build_filename(folder, name, NULL) : NULL;
}

/* Bytes of the copy that is being taken; 0: there is none. */
static goffset
size_of_copy(World *world)
{
    g_autofree char *folder =
        g_build_filename(host_get_profile(world->host), "coex", "outgoing", NULL);
    g_autofree char *own = dup_first(folder);
    g_autofree char *path = own != NULL ? dup_first(own) : NULL;
    GStatBuf found;

    return path != NULL && g_stat(path, &found) == 0 ? found.st_size : 0;
}

#define TRIES 20

/* A file of its own for a customer of their own. */
typedef struct {
    char *who;
    char *peer;
    char *name;
    char *line; /* that tells that it was not sent */
} Round;

static Round *
round_new(World *world, guint n)
{
    Round *round = g_new(Round, 1);
    g_autofree char *number = g_strdup_printf("+1202555%04u", 2000 + n);

    round->who = g_strdup_printf("customer-%u", n);
    round->peer = g_strdup(number + 1);
    round->name = g_strdup_printf("large-%u.pdf", n);
    round->line = g_strdup_printf("*Not sent: the file “%s”. The program ended before it was "
                                  "copied. Send it again. Its text: “as of today”",
                                  round->name);
    coex_sim_add_customer(world->sim, round->who, number, NULL, round->who);
    world_customer_writes(world, round->who, round->peer, "Hello");
    return round;
}

static void
round_free(Round *round)
{
    g_free(round->who);
    g_free(round->peer);
    g_free(round->name);
    g_free(round->line);
    g_free(round);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Round, round_free)

/* What is not on disk when the end comes, was never asked for. */
static gboolean
is_asked_for(World *world, const char *words)
{
    static const char *const names[] = { "coex.db", "coex.db-wal" };
    gboolean yes = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            g_build_filename(host_get_profile(world->host), "coex", names[i], NULL);

        yes = yes || file_has(path, words);
    }
    return yes;
}

/* Whether it died in the midst of the copy: that takes luck. Nothing is uploaded meanwhile. */
static gboolean
copy_and_die(World *world, const Round *round)
{
    const gint64 until = g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000;
    g_autofree char *path = make_large(world, round->name);
    g_autofree char *typed = g_strdup_printf("/send \"%s\" as of today", path);
    goffset size;

    coex_sim_set_down(world->sim, TRUE);
    host_type(world->host, round->peer, typed);
    while (!(is_asked_for(world, round->name) && size_of_copy(world) >= LARGE / 4) &&
           g_get_monotonic_time() < until)
        host_sync(world->host);
    host_kill(world->host);
    size = size_of_copy(world);
    host_assert(world->host, size >= LARGE / 4, "the file is being copied");
    coex_sim_set_down(world->sim, FALSE);
    host_go_online(world->host);
    return size < LARGE;
}

/* All of it was copied before the end came: it leaves, unless that was not written down yet. */
static void
wait_settled(World *world, const Round *round)
{
    const gint64 until = g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000;

    while ((coex_sim_n_sent(world->sim, round->who) == 0 &&
            host_count(world->host, EVENT_MESSAGE, round->peer, round->line) == 0) ||
           size_of_copy(world) > 0) {
        host_assert(world->host, g_get_monotonic_time() < until, "the file leaves, or is told of");
        host_sync(world->host);
    }
}

/* The user was never shown it as sent, and hears that it was not; once, and nothing is left. */
static void
killed_while_copying(World *world)
{
    g_autoptr(Round) round = NULL;
    guint n = 0;

    host_go_online(world->host);
    round = round_new(world, n);
    while (!copy_and_die(world, round)) {
        host_assert(world->host, ++n < TRIES, "it was still being copied");
        wait_settled(world, round);
        round_free(round);
        round = round_new(world, n);
    }
    host_wait_message(world->host, round->peer, NULL, round->line);
    host_sync(world->host);
    host_check(world->host, size_of_copy(world) == 0);
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, round->who, round->peer, "Are you there?");
    host_check(world->host, coex_sim_n_sent(world->sim, round->who) == 0);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, round->peer, round->line) == 1);
}

/* ---- a film that is converted ---- */

/* A program of that name that the chat program finds before any other. */
static void
install(World *world, const char *name, const char *script)
{
    g_autofree char *path = g_build_filename(host_get_profile(world->host), name, NULL);

    g_assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

/* The number of the process; 0: it has not begun. */
static gint64
get_converter(World *world)
{
    g_autofree char *path = g_build_filename(host_get_profile(world->host), "pid", NULL);
    g_autofree char *number = NULL;

    return g_file_get_contents(path, &number, NULL, NULL) && strchr(number, '\n') != NULL
               ? g_ascii_strtoll(number, NULL, 10)
               : 0;
}

static gboolean
is_running(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/stat", pid);
    g_autofree char *stat = NULL;

    return g_file_get_contents(path, &stat, NULL, NULL) && strstr(stat, ") Z ") == NULL;
}

static void
convert_and_die(World *world, const char *typed)
{
    const gint64 until = g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000;
    gint64 pid;

    host_type(world->host, ADA, typed);
    while ((pid = get_converter(world)) == 0) {
        host_assert(world->host, g_get_monotonic_time() < until, "the program begins");
        host_sync(world->host);
    }
    host_kill(world->host);
    while (is_running(pid)) {
        host_assert(world->host, g_get_monotonic_time() < until, "the program ends, too");
        g_thread_yield();
    }
}

/* The program that is at it dies as well, nothing is left, and given again the file leaves once. */
static void
killed_while_converting(World *world)
{
    const char *profile = host_get_profile(world->host);
    g_autofree char *path = g_build_filename(profile, "clip.mov", NULL);
    g_autofree char *typed = g_strdup_printf("/send \"%s\" as of today", path);
    g_autofree char *before = g_strdup(g_getenv("PATH"));
    g_autofree char *programs = g_strconcat(profile, ":", before, NULL);

    g_assert_true(g_file_set_contents(path,
                                      "\0\0\0\x14"
                                      "ftypqt  \0\0\0\0qt  ",
                                      20, NULL));
    install(world, "ffprobe", "#!/bin/sh\necho 12.5\n");
    install(world, "ffmpeg", "#!/bin/sh\necho $$ >${0%/*}/pid\nexec sleep 600\n");
    g_setenv("PATH", programs, TRUE);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    convert_and_die(world, typed);
    install(world, "ffmpeg", "#!/bin/sh\nexit 1\n");
    host_go_online(world->host);
    g_setenv("PATH", before, TRUE);
    host_wait_message(world->host, ADA, NULL,
                      "*Not sent: the file “clip.mov”. The program ended before it was copied. "
                      "Send it again. Its text: “as of today”");
    host_sync(world->host);
    host_check(world->host, size_of_copy(world) == 0);
    host_type(world->host, ADA, typed);
    host_wait_message(world->host, ADA, "SEND", "[document] clip.mov: as of today");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_str_has_prefix(sent->text, "document video/quicktime 20 "));
    host_sync(world->host);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
}

/* In which step a round dies; of a carousel, in that of its second file. */
typedef enum {
    FILE_ACCEPTED,
    FILE_UPLOADING,
    FILE_UPLOADED,   /* and the answer to that is not there */
    FILE_UNANSWERED, /* sent */
    FILE_SENT,
    N_FILE_STEPS,
} FileStep;

static void
wait_upload(World *world, guint n)
{
    const gint64 until = g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000;

    while (coex_sim_n_requests(world->sim, "upload") < n) {
        host_assert(world->host, g_get_monotonic_time() < until, "the file is being uploaded");
        host_sync(world->host);
    }
}

/* @n_before: uploads that go well before the step's own. */
static void
prepare(World *world, FileStep step, guint n_before)
{
    gboolean uploads = step == FILE_UPLOADING || step == FILE_UPLOADED;

    coex_sim_aim(world->sim, uploads ? "upload" : "messages");
    for (guint i = 0; uploads && i < n_before; i++)
        coex_sim_delay_next(world->sim, 0);
    if (step == FILE_UPLOADING)
        coex_sim_delay_next(world->sim, 60 * 1000);
    if (step == FILE_UNANSWERED)
        coex_sim_delay_next(world->sim, 2000 * TEST_SLOWNESS);
    if (step == FILE_UPLOADED)
        coex_sim_drop_next(world->sim, TRUE);
}

/* Right before it is accepted: else it could be under way before the end comes. */
static void
hold_back(World *world, FileStep step)
{
    coex_sim_set_down(world->sim, step == FILE_ACCEPTED);
}

/* The step is there after so many uploads; then it lives again, and it arrives. */
static void
die_in(World *world, const char *who, const char *peer, FileStep step, guint n_uploads)
{
    if (step == FILE_UPLOADING || step == FILE_UPLOADED)
        wait_upload(world, n_uploads);
    if (step == FILE_UNANSWERED || step == FILE_SENT)
        host_assert(world->host, coex_sim_wait_n_sent(world->sim, who, 1, HOST_PATIENCE_MS),
                    "the file is sent");
    host_kill(world->host);
    coex_sim_aim(world->sim, NULL);
    coex_sim_set_down(world->sim, FALSE);
    host_go_online(world->host);
    host_assert(world->host, coex_sim_wait_n_sent(world->sim, who, 1, HOST_PATIENCE_MS),
                "the file is sent after all");
    host_wait_tooltip(world->host, peer, "*elivered*");
}

/* A file of its own for a customer of his own. */
static void
send_and_die(World *world, const char *who, FileStep step)
{
    g_autofree char *peer = g_strdup_printf("1202555013%u", step);
    g_autofree char *number = g_strconcat("+", peer, NULL);
    g_autofree char *name = g_strdup_printf("offer %u.txt", step);
    g_autofree char *path = g_build_filename(host_get_profile(world->host), name, NULL);
    g_autofree char *line = g_strconcat("[document] ", name, NULL);
    guint n_uploads = coex_sim_n_requests(world->sim, "upload");

    g_assert_true(g_file_set_contents(path, name, -1, NULL));
    coex_sim_add_customer(world->sim, who, number, NULL, who);
    world_customer_writes(world, who, peer, "Hello");
    prepare(world, step, 0);
    hold_back(world, step);
    host_send_file(world->host, peer, path);
    host_wait_message(world->host, peer, "SEND", line);
    unlink(path);
    die_in(world, who, peer, step, n_uploads + 1);
}

/* Each arrived once, and nothing is left. */
static void
check_all_sent(World *world)
{
    world_settle(world);
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "the end");
    for (guint step = 0; step < N_FILE_STEPS; step++) {
        g_autofree char *who = g_strdup_printf("customer-%u", step);

        host_assert(world->host, coex_sim_n_sent(world->sim, who) == 1, "no file is sent twice");
    }
    host_check(world->host, size_of_copy(world) == 0);
}

/* Whatever step it dies in, it arrives once, and nothing of it is left. */
static void
killed_while_sending_files(World *world)
{
    host_go_online(world->host);
    for (guint step = 0; step < N_FILE_STEPS; step++) {
        g_autofree char *who = g_strdup_printf("customer-%u", step);

        send_and_die(world, who, step);
    }
    check_all_sent(world);
}

static char *
make_picture(World *world, const char *name, guint length)
{
    static const char jpeg[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03";
    char *path = g_build_filename(host_get_profile(world->host), name, NULL);

    g_assert_true(g_file_set_contents(path, jpeg, sizeof jpeg, NULL));
    g_assert_cmpint(truncate(path, length), ==, 0);
    return path;
}

/* A carousel with two pictures of its own, to somebody who never wrote. */
static void
send_carousel_and_die(World *world, const char *who, FileStep step)
{
    g_autofree char *peer = g_strdup_printf("4930231260%u", step);
    g_autofree char *number = g_strconcat("+", peer, NULL);
    g_autofree char *first = make_picture(world, "gravel.jpg", 1000 + step);
    g_autofree char *second = make_picture(world, "cargo.jpg", 2000 + step);
    g_autofree char *line =
        g_strdup_printf("!template autumn_bikes Zoe | %s | g | %s | c", first, second);
    guint n_uploads = coex_sim_n_requests(world->sim, "upload");

    coex_sim_add_customer(world->sim, who, number, NULL, who);
    prepare(world, step, 1);
    host_type(world->host, peer, line);
    host_wait_for(world->host, EVENT_MESSAGE, peer, "*gravel.jpg*cargo.jpg*!send*");
    hold_back(world, step);
    host_type(world->host, peer, "!send");
    host_wait_message(world->host, peer, "SEND", "New this autumn, Zoe:*cargo.jpg*");
    unlink(first);
    unlink(second);
    die_in(world, who, peer, step, n_uploads + 2);
}

static void
killed_while_sending_carousels(World *world)
{
    host_go_online(world->host);
    for (guint step = 0; step < N_FILE_STEPS; step++) {
        g_autofree char *who = g_strdup_printf("customer-%u", step);

        send_carousel_and_die(world, who, step);
    }
    check_all_sent(world);
}

static void
add_all(void)
{
    world_add("killed-while-receiving", NULL, killed_while_receiving);
    world_add("killed-while-sending", NULL, killed_while_sending);
    world_add("killed-in-a-burst", NULL, killed_in_a_burst);
    world_add("killed-while-copying", NULL, killed_while_copying);
    world_add("killed-while-converting", NULL, killed_while_converting);
    world_add("killed-while-sending-files", NULL, killed_while_sending_files);
    world_add("bitlbee/killed-while-sending-carousels", "BitlBee", killed_while_sending_carousels);
    world_add("bitlbee/killed-while-receiving", "BitlBee", killed_while_receiving);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
