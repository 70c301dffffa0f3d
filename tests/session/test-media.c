// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Files that messages bring: fetched, put where they belong, told of. */

#define MB (1000 * 1000)

static char *
dup_folder(const Desk *desk)
{
    return g_build_filename(desk->dir, "media", NULL);
}

/* Logged in with a folder for files. */
static void
open_desk(Desk *desk, CoexMediaAuto media_auto)
{
    static char *folder;

    g_free(folder);
    folder = dup_folder(desk);
    desk->config.media_folder = folder;
    desk->config.media_auto = media_auto;
    desk->config.media_limit = 20 * MB;
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static char *
make_file(Desk *desk, const char *mime, const char *name, gsize length)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(length, 'x'), length);

    return coex_sim_add_file(desk->sim, mime, name, NULL, bytes);
}

static void
hear_file(Desk *desk, const char *who, const char *type, const char *content)
{
    g_autofree char *line = g_strdup_printf("[%s*", type);

    g_free(coex_sim_customer_sends_type(desk->sim, who, type, content));
    desk_wait_feed(desk, COEX_FEED_INBOUND, who, line);
}

static void
hear_image(Desk *desk, const char *who, gsize length)
{
    g_autofree char *content = make_file(desk, "image/jpeg", NULL, length);

    hear_file(desk, who, "image", content);
}

/* How many files there are below @path, finished or not. */
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

static void
assert_n_files(Desk *desk, guint n)
{
    g_autofree char *folder = dup_folder(desk);

    g_assert_cmpuint(count_files(folder), ==, n);
}

/* The next line says where the file is, which has @length bytes; returns its path. */
static const char *
wait_file(Desk *desk, const char *who, const char *glob, gsize length)
{
    const DeskEvent *line = desk_wait_any_feed(desk, COEX_FEED_FILE, who, glob);
    g_autofree char *folder = dup_folder(desk);
    const char *path = line->item->detail;
    GStatBuf found;

    g_assert_true(g_str_has_prefix(path, folder));
    g_assert_null(strstr(path, "/.."));
    g_assert_cmpint(g_lstat(path, &found), ==, 0);
    g_assert_cmpuint(found.st_size, ==, length);
    g_assert_cmpuint(found.st_mode, ==, S_IFREG | 0600);
    return path;
}

static void
get_file(Desk *desk, const char *who, const char *which)
{
    coex_session_get_file(desk->session, desk_name(who), which, FALSE);
}

/* ---- it comes ---- */

static void
test_comes(Desk *desk)
{
    const char *path;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    hear_image(desk, "ada", 240000);
    path = wait_file(desk, "ada", "[image #*, 240 KB]", 240000);
    g_assert_true(g_str_has_suffix(path, ".jpg"));
    g_assert_nonnull(strstr(path, "/Ada"));
    assert_n_files(desk, 1);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "download"), ==, 1);
}

static void
test_of_the_phone(Desk *desk)
{
    g_autofree char *content = NULL;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    content = make_file(desk, "audio/ogg; codecs=opus", NULL, 12000);
    g_free(coex_sim_phone_sends_type(desk->sim, "ada", "audio", content));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "[audio*");
    g_assert_true(g_str_has_suffix(wait_file(desk, "ada", "[audio #*, 12 KB]", 12000), ".ogg"));
}

/* A voice message says how long it is, also when it is asked for again. */
static void
test_voice(Desk *desk)
{
    static const char sound[] = "OggS\0\2\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\1\x13"
                                "OpusHead\1\1\x38\1\x80\xbb\0\0\0\0"
                                "OggS\0\4\x38\x6a\x2d\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0";
    g_autoptr(GBytes) bytes = g_bytes_new_static(sound, sizeof sound - 1);
    g_autofree char *content = NULL;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    content = coex_sim_add_file(desk->sim, "audio/ogg; codecs=opus", NULL, NULL, bytes);
    hear_file(desk, "ada", "audio", content);
    wait_file(desk, "ada", "[audio #*, 1:02, * bytes]", sizeof sound - 1);
    get_file(desk, "ada", "last");
    wait_file(desk, "ada", "[audio #*, 1:02, * bytes]", sizeof sound - 1);
}

/* Three of one person, in their order, and next to one another. */
static void
test_same_names(Desk *desk)
{
    static const char *const ends[] = { "/offer.pdf", "/offer (2).pdf", "/offer (3).pdf" };

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *content = make_file(desk, "application/pdf", "offer.pdf", 100 + i);

        g_free(coex_sim_customer_sends_type(desk->sim, "ada", "document", content));
        desk_wait_any_feed(desk, COEX_FEED_INBOUND, "ada", "[document*");
    }
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
        g_assert_true(g_str_has_suffix(wait_file(desk, "ada", "[document #*", 100 + i), ends[i]));
}

/* The same file again, or one that a crash left before that was written down: no second copy. */
static void
test_same_file(Desk *desk)
{
    g_autofree char *content = NULL;
    const char *path;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    content = make_file(desk, "application/pdf", "offer.pdf", 100);
    hear_file(desk, "ada", "document", content);
    path = wait_file(desk, "ada", "[document #*", 100);
    hear_file(desk, "ada", "document", content);
    g_assert_cmpstr(wait_file(desk, "ada", "[document #*", 100), ==, path);
    assert_n_files(desk, 1);
    /* what the user made of it stays his */
    g_assert_true(g_file_set_contents(path, "mine", -1, NULL));
    hear_file(desk, "ada", "document", content);
    g_assert_true(g_str_has_suffix(wait_file(desk, "ada", "[document #*", 100), "/offer (2).pdf"));
    assert_n_files(desk, 2);
}

/* Where the folder cannot be made files wait, and come by themselves; texts do not wait. */
static void
test_no_folder(Desk *desk)
{
    g_autofree char *folder = dup_folder(desk);

    g_assert_true(g_file_set_contents(folder, "in the way", -1, NULL));
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    hear_image(desk, "ada", 30);
    desk_wait_notice(desk, NULL, "Files are not fetched for now, *It could not be *");
    desk_say(desk, "ada", "Thank you");
    desk_take(desk, "ada", "Thank you");
    hear_image(desk, "ben", 31);
    g_assert_cmpint(g_unlink(folder), ==, 0);
    wait_file(desk, "ada", "*", 30);
    wait_file(desk, "ben", "*", 31);
}

static void
test_hostile_names(Desk *desk)
{
    static const char *const names[][2] = {
        { "../../../evil.pdf", "/evil.pdf" }, { "/etc/passwd", "/passwd.pdf" },
        { ".hidden.pdf", "/hidden.pdf" },     { "-rf.pdf", "/rf.pdf" },
        { "gnp.\u202efdp", "/gnp.fdp.pdf" },  { "setup.exe", "/setup.exe.pdf" },
    };

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *content = make_file(desk, "application/pdf", names[i][0], 10);

        hear_file(desk, "ada", "document", content);
        g_assert_true(g_str_has_suffix(wait_file(desk, "ada", "[document #*", 10), names[i][1]));
    }
    assert_n_files(desk, G_N_ELEMENTS(names));
}

static void
test_redirected(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_REDIRECTED);
    hear_image(desk, "ada", 5000);
    wait_file(desk, "ada", "[image #*, 5 KB]", 5000);
}

static void
test_expired_link(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_EXPIRED);
    hear_image(desk, "ada", 5000);
    wait_file(desk, "ada", "[image #*", 5000);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 2);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "download"), ==, 2);
}

/* ---- it does not ---- */

static void
test_lies(Desk *desk)
{
    static const struct {
        CoexSimFileState state;
        const char *says;
    } rows[] = {
        { COEX_SIM_FILE_SHORT, "*50 bytes came in the place of 51.*" },
        { COEX_SIM_FILE_FORGED, "*SHA-256*" },
        { COEX_SIM_FILE_ASTRAY, "*none of the provider's (files.example.invalid)*" },
        { COEX_SIM_FILE_ALWAYS_EXPIRED, "*did not hand the file out*404*" },
    };
    g_autofree char *mark = g_strdup("*/get #* tries again.");

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const DeskEvent *line;

        coex_sim_set_file_state(desk->sim, rows[i].state);
        hear_image(desk, "ada", 50);
        line = desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*was not fetched: *");
        g_assert_true(g_pattern_match_simple(rows[i].says, line->text));
        g_assert_true(g_pattern_match_simple(mark, line->text));
        assert_n_files(desk, 0);
    }
    /* nor by itself later */
    desk_fence(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
    get_file(desk, "ada", "last");
    desk_wait_notice(desk, "ada", "[image #*] is being fetched.");
    wait_file(desk, "ada", "[image #*", 50);
    assert_n_files(desk, 1);
}

static void
test_gone(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GONE);
    hear_image(desk, "ada", 50);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*] is not at WhatsApp any more*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "download"), ==, 0);
}

static void
test_too_large(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_ALL);
    hear_image(desk, "ada", 21 * MB);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*was not fetched: It has 21 MB*media-limit*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "download"), ==, 0);
}

/* ---- which, and when ---- */

static void
test_small(Desk *desk)
{
    g_autofree char *small = make_file(desk, "video/mp4", NULL, 1000);
    g_autofree char *large = make_file(desk, "video/mp4", NULL, 16 * MB + 1);

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    hear_file(desk, "ada", "video", small);
    wait_file(desk, "ada", "[video #*, 1 KB]", 1000);
    hear_file(desk, "ada", "video", large);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[video #*, 16 MB]: /get #* fetches it.");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    assert_n_files(desk, 1);
    get_file(desk, "ada", "");
    desk_wait_notice(desk, "ada", "[video #*] is being fetched.");
    wait_file(desk, "ada", "[video #*, 16 MB]", 16 * MB + 1);
}

static void
test_none(Desk *desk)
{
    const DeskEvent *first;
    g_autofree char *which = NULL;

    open_desk(desk, COEX_MEDIA_AUTO_NONE);
    hear_image(desk, "ada", 10);
    first = desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*]: /get #* fetches it.");
    which = g_strdup_printf(" #%" G_GINT64_FORMAT,
                            g_ascii_strtoll(strchr(first->text, '#') + 1, NULL, 10));
    for (guint i = 0; i < 2; i++) {
        hear_image(desk, "ada", 20 + i);
        desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*]: /get #* fetches it.");
    }
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 0);
    get_file(desk, "ada", which);
    desk_wait_notice(desk, "ada", "* is being fetched.");
    wait_file(desk, "ada", "*10 bytes]", 10);
    get_file(desk, "ada", "-2");
    desk_wait_notice(desk, "ada", "* is being fetched.");
    wait_file(desk, "ada", "*20 bytes]", 20);
    get_file(desk, "ada", "LAST");
    desk_wait_notice(desk, "ada", "* is being fetched.");
    wait_file(desk, "ada", "*21 bytes]", 21);
    assert_n_files(desk, 3);
}

static void
test_which(Desk *desk)
{
    static const char *const wrong[] = {
        "bread", "#x", "-",     "-0",  "#0", "17 4", "99999999999999999999",
        "\"\"",  "\"", "24:00", "1:2",
    };
    static const char *const none[] = { "#99999", "99999", "\"bread\"" };
    const char *path;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    desk_hear(desk, "ben", "Hello");
    get_file(desk, "ben", "");
    desk_wait_notice(desk, "ben", "They have sent no such file.*");
    hear_image(desk, "ada", 10);
    path = wait_file(desk, "ada", "*", 10);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        get_file(desk, "ada", wrong[i]);
        desk_wait_notice(desk, "ada", "*names no message. It takes last, -2 *");
    }
    for (guint i = 0; i < G_N_ELEMENTS(none); i++) {
        get_file(desk, "ada", none[i]);
        desk_wait_notice(desk, "ada", "There is no such file in this conversation.");
    }
    get_file(desk, "ada", "-2");
    desk_wait_notice(desk, "ada", "They have sent no such file.*");
    /* what is here is shown, what was removed is fetched again */
    get_file(desk, "ada", "last");
    g_assert_cmpstr(wait_file(desk, "ada", "*", 10), ==, path);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 1);
    g_assert_cmpint(g_unlink(path), ==, 0);
    get_file(desk, "ada", "last");
    desk_wait_notice(desk, "ada", "* is being fetched.");
    wait_file(desk, "ada", "*", 10);
}

/* Bare, theirs is meant; ours by its name, and where theirs has another. */
static void
test_which_side(Desk *desk)
{
    g_autofree char *theirs = make_file(desk, "application/pdf", "bread.pdf", 10);
    g_autofree char *ours = make_file(desk, "application/pdf", "bread and cake.pdf", 11);

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "document", theirs));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "[document*");
    wait_file(desk, "ada", "*", 10);
    desk_advance(desk, 2 * 60);
    g_free(coex_sim_phone_sends_type(desk->sim, "ada", "document", ours));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "[document*");
    wait_file(desk, "ada", "*", 11);
    get_file(desk, "ada", "");
    wait_file(desk, "ada", "*", 10);
    get_file(desk, "ada", "\"bread\"");
    wait_file(desk, "ada", "*", 10);
    get_file(desk, "ada", "\"cake\"");
    wait_file(desk, "ada", "*", 11);
}

/* By words of it, and by the minute in which it came: the newest that fits. */
static void
test_which_of_many(Desk *desk)
{
    static const char *const names[] = { "Rye Bread.pdf", "offer.pdf", "rye bread, new.pdf" };
    gint64 times[G_N_ELEMENTS(names)];
    g_autoptr(GDateTime) when = NULL;
    g_autofree char *minute = NULL;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *content = make_file(desk, "application/pdf", names[i], 10 + i);

        g_free(coex_sim_customer_sends_type(desk->sim, "ada", "document", content));
        times[i] = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "[document*")->item->time;
        wait_file(desk, "ada", "*", 10 + i);
        desk_advance(desk, 2 * 60);
    }
    get_file(desk, "ada", "\"RYE bread\"");
    wait_file(desk, "ada", "*", 12);
    get_file(desk, "ada", "“Rye Bread.”");
    wait_file(desk, "ada", "*", 10);
    when = g_date_time_new_from_unix_local(times[1]);
    minute = g_date_time_format(when, "%H:%M");
    get_file(desk, "ada", minute);
    wait_file(desk, "ada", "*", 11);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 3);
}

/* ---- what comes between ---- */

static void
test_restart(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
    hear_image(desk, "ada", 30);
    desk_wait_requests(desk, "download", 1);
    assert_n_files(desk, 1);
    desk_logout(desk);
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
    desk_login(desk);
    desk_wait_catalogue(desk);
    wait_file(desk, "ada", "[image #*, 30 bytes]", 30);
    assert_n_files(desk, 1);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "download"), ==, 2);
}

/* What was asked for is still that at the next login: who sits elsewhere has it sent. */
static void
test_restart_asked(Desk *desk)
{
    const DeskEvent *line;

    open_desk(desk, COEX_MEDIA_AUTO_NONE);
    hear_image(desk, "ada", 30);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*fetches it.");
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_STALLED);
    get_file(desk, "ada", "last");
    desk_wait_notice(desk, "ada", "* is being fetched.");
    desk_wait_requests(desk, "download", 1);
    desk_logout(desk);
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
    desk_login(desk);
    desk_wait_catalogue(desk);
    line = desk_wait_any_feed(desk, COEX_FEED_FILE, "ada", "[image #*, 30 bytes]");
    g_assert_cmpuint(line->item->flags, ==, COEX_LINE_ASKED);
}

/* What a crash left is cleared away, and nothing else. */
static void
test_left_over(Desk *desk)
{
    g_autofree char *folder = dup_folder(desk);
    g_autofree char *other = g_build_filename(folder, ".coex-other-1.part", NULL);

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
    hear_image(desk, "ada", 30);
    desk_wait_requests(desk, "download", 1);
    g_assert_true(g_file_set_contents(other, "x", 1, NULL));
    desk_logout(desk);
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GONE);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "* is not at WhatsApp any more*");
    assert_n_files(desk, 1);
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

static void
test_side_by_side(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_STALLED);
    for (guint i = 0; i < 3; i++)
        hear_image(desk, "ada", 30);
    desk_wait_requests(desk, "download", 1);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GOOD);
    hear_image(desk, "ben", 40);
    wait_file(desk, "ben", "*", 40);
    /* and a text neither */
    desk_say(desk, "ada", "Thank you");
    desk_take(desk, "ada", "Thank you");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "download"), ==, 2);
}

static void
test_network(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_NONE);
    hear_image(desk, "ada", 30);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*fetches it.");
    coex_sim_set_down(desk->sim, TRUE);
    get_file(desk, "ada", "");
    desk_wait_notice(desk, "ada", "* is being fetched.");
    desk_wait_notice(desk, "ada",
                     "*is not here yet, and is tried again by itself: Could not reach *");
    coex_sim_set_down(desk->sim, FALSE);
    wait_file(desk, "ada", "*", 30);
}

/* How far it is, where it takes long. */
static void
test_progress(Desk *desk)
{
    const DeskEvent *told;
    const char *path;

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_SLOW);
    hear_image(desk, "ada", 3 * MB);
    told = desk_wait_fetch(desk, "ada", "image #*, 0.3 of 3.0 MB runs");
    g_assert_true(g_pattern_match_simple("image #?*", told->detail));
    told = desk_wait_fetch(desk, "ada", "image #*, 3.0 of 3.0 MB here");
    path = wait_file(desk, "ada", "[image #*, 3.0 MB]", 3 * MB);
    g_assert_cmpstr(told->detail, ==, path);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GOOD);
    hear_image(desk, "ada", 3 * MB + 1);
    wait_file(desk, "ada", "[image #*, 3.0 MB]", 3 * MB + 1);
    g_assert_cmpuint(desk_count(desk, DESK_FETCH, "ada", "*here"), ==, 1);
}

/* What the user does not want any more is offered again. */
static void
test_cancelled(Desk *desk)
{
    const DeskEvent *told;
    guint id;

    open_desk(desk, COEX_MEDIA_AUTO_NONE);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_SLOW);
    hear_image(desk, "ada", 3 * MB);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*]: /get #* fetches it.");
    get_file(desk, "ada", "last");
    desk_wait_notice(desk, "ada", "[image #*] is being fetched.");
    told = desk_wait_fetch(desk, "ada", "image #* runs asked");
    id = (guint)g_ascii_strtoull(strchr(told->text, '#') + 1, NULL, 10);
    coex_session_cancel_fetch(desk->session, id);
    desk_wait_fetch(desk, "ada", "image #* failed asked");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "[image #*, 3.0 MB]: /get #* fetches it.");
    assert_n_files(desk, 0);
    coex_session_cancel_fetch(desk->session, id);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_fence(desk);
    assert_n_files(desk, 0);
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_GOOD);
    get_file(desk, "ada", "last");
    desk_wait_notice(desk, "ada", "[image #*] is being fetched.");
    wait_file(desk, "ada", "[image #*, 3.0 MB]", 3 * MB);
}

static guint
count_descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

/* More than one look at what waits brings, and each file once, few at a time; a text does not wait
 * behind them. */
static void
test_flood(Desk *desk)
{
    const guint n = 2050;
    guint n_open;
    g_autofree char *content = NULL;
    guint n_files = 0;

    desk_login(desk);
    desk_wait_catalogue(desk);
    content = make_file(desk, "image/jpeg", NULL, 10);
    for (guint i = 0; i < n; i++)
        g_free(
            coex_sim_customer_sends_type(desk->sim, i % 2 == 0 ? "ada" : "ben", "image", content));
    for (guint i = 0; i < n; i++)
        desk_wait_any_feed(desk, COEX_FEED_INBOUND, i % 2 == 0 ? "ada" : "ben", "[image*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 0);
    n_open = count_descriptors();
    desk_logout(desk);

    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    wait_file(desk, "ada", "*", 10);
    desk_hear(desk, "carla", "Good morning");
    desk_say(desk, "carla", "And to you");
    desk_take(desk, "carla", "And to you");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), <, n);
    for (n_files = 1; n_files < n; n_files++) {
        desk_wait_any_feed(desk, COEX_FEED_FILE, n_files < n / 2 ? "ada" : "ben", "*");
        g_assert_cmpuint(count_descriptors(), <, n_open + 100);
    }
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, n);
}

/* 360dialog shuts a number out that asks in vain twenty times in an hour. */
static void
test_refused_often(Desk *desk)
{
    open_desk(desk, COEX_MEDIA_AUTO_SMALL);
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GONE);
    for (guint i = 0; i < 18; i++) {
        hear_image(desk, "ada", 30);
        desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "* is not at WhatsApp any more*");
    }
    coex_sim_set_file_state(desk->sim, COEX_SIM_FILE_GOOD);
    hear_image(desk, "ada", 31);
    desk_wait_notice(desk, NULL, "360dialog has refused 18 requests for files within an hour.*");
    hear_image(desk, "ben", 32);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 18);
    desk_advance(desk, 61 * 60);
    hear_image(desk, "carla", 33);
    wait_file(desk, "carla", "*", 33);
    wait_file(desk, "ada", "*", 31);
    wait_file(desk, "ben", "*", 32);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/media/comes", test_comes);
    desk_add("/media/of-the-phone", test_of_the_phone);
    desk_add("/media/voice", test_voice);
    desk_add("/media/same-names", test_same_names);
    desk_add("/media/same-file", test_same_file);
    desk_add("/media/no-folder", test_no_folder);
    desk_add("/media/hostile-names", test_hostile_names);
    desk_add("/media/redirected", test_redirected);
    desk_add("/media/expired-link", test_expired_link);
    desk_add("/media/lies", test_lies);
    desk_add("/media/gone", test_gone);
    desk_add("/media/too-large", test_too_large);
    desk_add("/media/small", test_small);
    desk_add("/media/none", test_none);
    desk_add("/media/which", test_which);
    desk_add("/media/which-side", test_which_side);
    desk_add("/media/which-of-many", test_which_of_many);
    desk_add("/media/restart", test_restart);
    desk_add("/media/restart-asked", test_restart_asked);
    desk_add("/media/left-over", test_left_over);
    desk_add("/media/side-by-side", test_side_by_side);
    desk_add("/media/network", test_network);
    desk_add("/media/progress", test_progress);
    desk_add("/media/cancelled", test_cancelled);
    desk_add_at(DESK_ONLY_META, "/media/flood", test_flood);
    desk_add_at(DESK_ONLY_360DIALOG, "/media/refused-often", test_refused_often);
    return g_test_run();
}
