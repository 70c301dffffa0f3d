// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* Sound and film that ffmpeg makes what WhatsApp plays. Here a script stands for it, whose trade is
 * what goes wrong; it is the only program there is. */

#define MB (1000 * 1000)
#define BOX(length, name) "\0\0\0" length name
#define FILM_HEAD BOX("\x18", "ftyp") "isom\0\0\0\0isommp41"
#define FILM_TAIL BOX("\x10", "mdat") "12345678"
#define TRACK(code) BOX("\x20", "moov") BOX("\x18", "stsd") "\0\0\0\0\0\0\0\1\0\0\0\x08" code

static const char FILM[] = FILM_HEAD TRACK("avc1") FILM_TAIL;
static const char FOREIGN[] = FILM_HEAD TRACK("hvc1") FILM_TAIL;
static const char MOV[] = BOX("\x14", "ftyp") "qt  \0\0\0\0qt  " TRACK("hvc1") FILM_TAIL;
static const char WAV[] = "RIFF\x24\0\0\0WAVEfmt ";
#define VOICE_HEAD                                                                                 \
    "OggS\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x13"                                       \
    "OpusHead\1\1\0\0\x80\xbb\0\0\0\0\0"
#define VOICE_PAGE(flags) "OggS\0" flags "\0\x77\1\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"
static const char VOICE[] = VOICE_HEAD VOICE_PAGE("\4");
static const char OPEN_VOICE[] = VOICE_HEAD VOICE_PAGE("\0");

static char *programs; /* the folder of them */

/* ---- the program ---- */

static const char SCRIPT[] =
    "#!/bin/sh\n"
    "exec 2>/dev/null\n"
    "here=${0%/*}\n"
    "echo $$ >$here/pid\n"
    "echo \"$*\" >>$here/words\n"
    "for last; do :; done\n"
    "to=${last#file:}\n"
    "case $(/bin/cat $here/mode) in\n"
    "good) /bin/cat $here/made >$to;;\n"
    "fail) echo half >$to; exit 1;;\n"
    "rubbish) echo rubbish >$to;;\n"
    "cut) /usr/bin/head -c 50 $here/made >$to;;\n"
    "large) /usr/bin/head -c 17000000 /dev/zero >>$to;;\n"
    "endless) /usr/bin/head -c 40000000 /dev/zero >$to;;\n"
    "nothing) ;;\n"

    "hang) exec 1>&-; echo half >$to; while [ ! -e $here/go ]; do /bin/sleep 0.1; done\n"
    "  /bin/cat $here/made >$to;;\n"
    "esac\n";

static void
put(const char *name, const char *content, gssize length, gint mode)
{
    g_autofree char *path = g_build_filename(programs, name, NULL);

    g_assert_true(
        g_file_set_contents_full(path, content, length, G_FILE_SET_CONTENTS_NONE, mode, NULL));
}

static void
drop(const char *name)
{
    g_autofree char *path = g_build_filename(programs, name, NULL);

    g_unlink(path);
}

static char *
get(const char *name)
{
    g_autofree char *path = g_build_filename(programs, name, NULL);
    char *content = NULL;

    g_file_get_contents(path, &content, NULL, NULL);
    return content;
}

/* From now on; @mode NULL: there is no such program. */
static void
install(const char *mode, const char *made, gsize length)
{
    static const char *const all[] = { "ffmpeg", "ffprobe", "mode", "made", "words", "pid", "go" };

    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        drop(all[i]);
    if (mode == NULL)
        return;
    put("mode", mode, -1, 0600);
    put("made", made, (gssize)length, 0600);
    put("ffprobe", "#!/bin/sh\necho 12.5\n", -1, 0700);
    put("ffmpeg", SCRIPT, -1, 0700);
}
#define INSTALL(mode, made) install(mode, made, sizeof(made) - 1)

/* ---- what the user does ---- */

static char *
write_file(Desk *desk, const char *name, const char *head, gsize n_head, gsize length)
{
    char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(length, 'x');

    memcpy(bytes, head, n_head);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    return path;
}
#define FILE_OF(desk, name, head) write_file(desk, name, head, sizeof(head) - 1, sizeof(head) - 1)

static void
give(Desk *desk, const char *path, const char *caption, guint transfer)
{
    g_autoptr(GError) error = NULL;

    coex_session_send_file(desk->session, desk_name("ada"), path, caption, transfer, &error);
    g_assert_no_error(error);
}

static void
give_to(Desk *desk, const char *who, const char *path)
{
    g_autoptr(GError) error = NULL;

    coex_session_send_file(desk->session, desk_name(who), path, NULL, 0, &error);
    g_assert_no_error(error);
}

static void
speak(Desk *desk, const char *path)
{
    g_autoptr(GError) error = NULL;

    coex_session_send_voice(desk->session, desk_name("ada"), path, 0, &error);
    g_assert_no_error(error);
}

static void
open_desk(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
}

static void
take(Desk *desk, const char *text, const char *bytes, gsize length)
{
    g_autoptr(GBytes) uploaded = NULL;

    desk_take(desk, "ada", text);
    desk_wait_state(desk, "ada", "*delivered*");
    uploaded = coex_sim_get_upload(desk->sim);
    g_assert_cmpmem(g_bytes_get_data(uploaded, NULL), g_bytes_get_size(uploaded), bytes, length);
    desk_wait_no_copies(desk);
}

/* ---- films ---- */

static void
test_film(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "clip.mov", MOV);
    g_autofree char *words = NULL;

    INSTALL("good", FILM);
    open_desk(desk);
    give(desk, path, "Look", 3);
    desk_wait_notice(desk, "ada",
                     "“clip.mov” is of no type that WhatsApp plays: it goes as MP4, 72 bytes.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] clip.mp4: Look");
    take(desk, "video video/mp4 72 caption=Look", FILM, sizeof FILM - 1);
    desk_wait_transfer(desk, "3 sent");
    words = get("words");
    g_assert_true(g_pattern_match_simple("* -f mov -i file:/*libx264*faststart*", words));
    g_assert_null(strstr(words, "clip"));
}

static void
test_large(Desk *desk)
{
    g_autofree char *path = write_file(desk, "film.mp4", FILM, sizeof FILM - 1, 16 * MB + 1);

    INSTALL("good", FILM);
    open_desk(desk);
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada",
                     "“film.mp4” is too large for WhatsApp: it goes as MP4 of 72 bytes instead of "
                     "16 MB.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] film.mp4");
    take(desk, "video video/mp4 72", FILM, sizeof FILM - 1);
}

/* A GIF that moves, too. */
static void
test_moving(Desk *desk)
{
    static const char GIF[] = "GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
                              ",\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    static const char CUT[] =
        "GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0";
    g_autofree char *path = FILE_OF(desk, "cat.gif", GIF);
    g_autofree char *cut = FILE_OF(desk, "one.gif", CUT);
    g_autofree char *words = NULL;

    INSTALL("good", FILM);
    open_desk(desk);
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada",
                     "“cat.gif” is of no type that WhatsApp plays: it goes as MP4, 72 bytes.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] cat.mp4");
    take(desk, "video video/mp4 72", FILM, sizeof FILM - 1);
    words = get("words");
    g_assert_nonnull(strstr(words, " -f gif -i file:/"));
    /* one image is no film, whatever else is wrong with it */
    give(desk, cut, NULL, 0);
    desk_wait_notice(desk, "ada", "“one.gif” goes as a document*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] one.gif");
    take(desk, "document image/gif 34 name=one.gif", CUT, sizeof CUT - 1);
    INSTALL("fail", FILM);
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada", "“cat.gif” goes as a document*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] cat.gif");
    take(desk, "document image/gif 50 name=cat.gif", GIF, sizeof GIF - 1);
}

/* What WhatsApp plays is left alone; of what it would refuse later it is known before. */
static void
test_codes(Desk *desk)
{
    g_autofree char *good = FILE_OF(desk, "good.mp4", FILM);
    g_autofree char *foreign = FILE_OF(desk, "phone.mp4", FOREIGN);

    INSTALL("good", FILM);
    open_desk(desk);
    give(desk, good, NULL, 0);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] good.mp4");
    take(desk, "video video/mp4 72", FILM, sizeof FILM - 1);
    g_assert_null(get("words"));
    install(NULL, NULL, 0);
    give(desk, foreign, NULL, 0);
    desk_wait_notice(desk, "ada", "“phone.mp4” goes as a document*must be MP4 (H.264*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] phone.mp4");
    take(desk, "document video/mp4 72 name=phone.mp4", FOREIGN, sizeof FOREIGN - 1);
}

/* Whatever comes of it is no film of 16 MB: the file goes as it would have gone without, or stays.
 */
static void
test_in_vain(Desk *desk)
{
    static const char *const modes[] = { "fail", "rubbish", "cut", "large", "nothing" };
    g_autofree char *path = FILE_OF(desk, "clip.mov", MOV);
    g_autofree char *large = write_file(desk, "film.mp4", FILM, sizeof FILM - 1, 16 * MB + 1);

    open_desk(desk);
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        INSTALL(modes[i], FILM);
        give(desk, path, NULL, 0);
        desk_wait_notice(desk, "ada", "“clip.mov” goes as a document*must be MP4*");
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] clip.mov");
        take(desk, "document video/quicktime 68 name=clip.mov", MOV, sizeof MOV - 1);
        give(desk, large, NULL, 0);
        desk_wait_notice(desk, "ada", "Not sent: the file “film.mp4”. *up to 16 MB*Shorten it*");
        desk_wait_no_copies(desk);
    }
}

/* ---- what takes long ---- */

static gboolean
has_begun(Desk *desk)
{
    g_autofree char *pid = get("pid");

    return pid != NULL && strchr(pid, '\n') != NULL;
}

static gboolean
has_ended(Desk *desk)
{
    g_autofree char *pid = get("pid");

    return kill((pid_t)g_ascii_strtoll(pid, NULL, 10), 0) != 0 && errno == ESRCH;
}

static void
hang(Desk *desk, const char *path, guint transfer)
{
    INSTALL("hang", FILM);
    give(desk, path, NULL, transfer);
    desk_wait_until(desk, has_begun, "the program");
}

/* A line says what is waited for, and the others' files do not. */
static void
test_slow(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "clip.mov", MOV);
    g_autofree char *text = FILE_OF(desk, "list.txt", "bread 4");

    open_desk(desk);
    desk_hear(desk, "ben", "Hello");
    hang(desk, path, 0);
    desk_wait_notice(desk, "ada", "The file “clip.mov” is being converted. *");
    give_to(desk, "ben", text);
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "[document] list.txt");
    desk_take(desk, "ben", "document text/plain 7 name=list.txt");
    desk_wait_state(desk, "ben", "*delivered*");
    put("go", "", 0, 0600);
    desk_wait_notice(desk, "ada", "“clip.mov” is of no type*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] clip.mp4");
    take(desk, "video video/mp4 72", FILM, sizeof FILM - 1);
}

/* What is regretted holds up none of those behind it. */
/* They wait for each other, and nobody else waits for them. */
static void
test_many(Desk *desk)
{
    static const char *const names[] = { "1.mov", "2.mov", "3.mov", "4.mov", "5.mov",
                                         "6.mov", "7.mov", "8.mov", "9.mov" };
    g_autofree char *text = FILE_OF(desk, "list.txt", "bread 4");

    open_desk(desk);
    desk_hear(desk, "ben", "Hello");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = FILE_OF(desk, names[i], MOV);

        if (i == 0)
            hang(desk, path, 0);
        else
            give(desk, path, NULL, i == 4 ? 4 : 0);
    }
    desk_wait_notice(desk, "ada", "The file “1.mov” is being converted. *");
    give_to(desk, "ben", text);
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "[document] list.txt");
    desk_take(desk, "ben", "document text/plain 7 name=list.txt");
    desk_wait_state(desk, "ben", "*delivered*");
    coex_session_cancel_file(desk->session, 4);
    desk_wait_notice(desk, "ada", "Discarded: 5.mov");
    desk_wait_transfer(desk, "4 failed");
    put("mode", "good", -1, 0600);
    put("go", "", 0, 0600);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *notice = g_strdup_printf("“%u.mov” is of no type*", i + 1);
        g_autofree char *line = g_strdup_printf("[video] %u.mp4", i + 1);

        if (i == 4)
            continue;
        desk_wait_notice(desk, "ada", notice);
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", line);
        desk_take(desk, "ada", "video video/mp4 72");
    }
    desk_wait_state(desk, "ada", "*delivered*9.mp4");
    desk_wait_no_copies(desk);
}

static void
test_cancel(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "clip.mov", MOV);
    g_autofree char *text = FILE_OF(desk, "list.txt", "bread 4");

    open_desk(desk);
    desk_ignore(desk, "*is being converted*");
    hang(desk, path, 6);
    give(desk, text, NULL, 7);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*list.txt"), ==, 0);
    coex_session_cancel_file(desk->session, 6);
    desk_wait_notice(desk, "ada", "Discarded: clip.mov");
    desk_wait_transfer(desk, "6 failed");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] list.txt");
    desk_take(desk, "ada", "document text/plain 7 name=list.txt");
    desk_wait_transfer(desk, "7 sent");
    desk_wait_until(desk, has_ended, "the program's end");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_no_copies(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 1);
}

/* What lies behind it is ready by then, and leaves. */
static void
test_cancel_before_others(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "clip.mov", MOV);
    g_autofree char *text = FILE_OF(desk, "list.txt", "bread 4");

    open_desk(desk);
    desk_hear(desk, "ben", "Hello");
    desk_ignore(desk, "*is being converted*");
    hang(desk, path, 6);
    give(desk, text, NULL, 0);
    give_to(desk, "ben", text); /* its turn comes later */
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "[document] list.txt");
    desk_take(desk, "ben", "document text/plain 7 name=list.txt");
    desk_wait_state(desk, "ben", "*delivered*");
    coex_session_cancel_file(desk->session, 6);
    desk_wait_notice(desk, "ada", "Discarded: clip.mov");
    desk_wait_transfer(desk, "6 failed");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] list.txt");
    desk_take(desk, "ada", "document text/plain 7 name=list.txt");
    desk_say(desk, "ada", "Here it is");
    desk_take(desk, "ada", "Here it is");
    desk_wait_state(desk, "ada", "*delivered*: Here it is");
    desk_wait_no_copies(desk);
}

/* The next one has its turn at once, and a restart finds nothing of either. */
static void
test_cancel_before_film(Desk *desk)
{
    g_autofree char *first = FILE_OF(desk, "1.mov", MOV);
    g_autofree char *second = FILE_OF(desk, "2.mov", MOV);

    open_desk(desk);
    desk_ignore(desk, "*is being converted*");
    hang(desk, first, 6);
    give(desk, second, NULL, 7);
    desk_fence(desk);
    put("mode", "good", -1, 0600);
    coex_session_cancel_file(desk->session, 6);
    desk_wait_notice(desk, "ada", "Discarded: 1.mov");
    desk_wait_transfer(desk, "6 failed");
    desk_wait_notice(desk, "ada", "“2.mov” is of no type*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] 2.mp4");
    take(desk, "video video/mp4 72", FILM, sizeof FILM - 1);
    desk_wait_transfer(desk, "7 sent");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_say(desk, "ada", "Here it is");
    desk_take(desk, "ada", "Here it is");
    desk_wait_state(desk, "ada", "*delivered*: Here it is");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, 1);
}

static void
test_restart(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "clip.mov", MOV);

    open_desk(desk);
    desk_ignore(desk, "*is being converted*");
    desk->disk_ms = 1000;
    hang(desk, path, 0);
    desk_logout(desk);
    desk_wait_until(desk, has_ended, "the program's end");
    INSTALL("good", FILM);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada",
                       "Not sent: the file “clip.mov”. The account went offline*Send it again.");
    desk_wait_no_copies(desk);
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada", "“clip.mov” is of no type*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[video] clip.mp4");
    take(desk, "video video/mp4 72", FILM, sizeof FILM - 1);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

/* ---- voice ---- */

static void
test_voice(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "hello.wav", WAV);
    g_autofree char *ready = FILE_OF(desk, "note.opus", VOICE);
    g_autofree char *words = NULL;

    INSTALL("good", VOICE);
    open_desk(desk);
    speak(desk, path);
    desk_wait_notice(desk, "ada", "“hello.wav” goes as a voice message: Opus in mono.");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[voice message] hello.ogg");
    take(desk, "voice audio/ogg 74", VOICE, sizeof VOICE - 1);
    words = get("words");
    g_assert_true(g_pattern_match_simple("* -f wav -i *-ac 1 -c:a libopus*", words));
    /* and what is one takes no program */
    install(NULL, NULL, 0);
    speak(desk, ready);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[voice message] note.opus*");
    desk_take(desk, "ada", "voice audio/ogg 74");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_no_copies(desk);
}

static void
test_no_voice(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "hello.wav", WAV);
    g_autofree char *text = FILE_OF(desk, "list.txt", "bread 4");

    install(NULL, NULL, 0);
    open_desk(desk);
    speak(desk, text);
    desk_wait_notice(desk, "ada", "Not sent: the file “list.txt”. It is no sound*");
    speak(desk, path);
    desk_wait_notice(desk, "ada", "Not sent: the file “hello.wav”. *takes ffmpeg*Install it*");
    INSTALL("rubbish", VOICE);
    speak(desk, path);
    desk_wait_notice(desk, "ada", "Not sent: the file “hello.wav”. ffmpeg has made nothing of it.");
    INSTALL("fail", VOICE);
    speak(desk, path);
    desk_wait_notice(desk, "ada", "Not sent: the file “hello.wav”. ffmpeg cannot read it.");
    /* it ends before its last page */
    INSTALL("good", OPEN_VOICE);
    speak(desk, path);
    desk_wait_notice(desk, "ada", "Not sent: the file “hello.wav”. ffmpeg has made nothing of it.");
    INSTALL("endless", VOICE);
    speak(desk, path);
    desk_wait_notice(desk, "ada",
                     "Not sent: the file “hello.wav”. What ffmpeg makes of it is too*");
    desk_wait_no_copies(desk);
    /* as a file it says what would be better */
    give(desk, path, NULL, 0);
    desk_wait_notice(desk, "ada",
                     "“hello.wav” goes as a document*/voice makes it a voice message*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] hello.wav");
    take(desk, "document audio/wav 16 name=hello.wav", WAV, sizeof WAV - 1);
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    programs = g_dir_make_tmp("coex-programs-XXXXXX", NULL);
    g_setenv("PATH", programs, TRUE);
    desk_add("/session/convert/film", test_film);
    desk_add_at(DESK_ONLY_META, "/session/convert/large", test_large);
    desk_add_at(DESK_ONLY_META, "/session/convert/moving", test_moving);
    desk_add_at(DESK_ONLY_META, "/session/convert/codes", test_codes);
    desk_add_at(DESK_ONLY_META, "/session/convert/in-vain", test_in_vain);
    desk_add("/session/convert/slow", test_slow);
    desk_add("/session/convert/many", test_many);
    desk_add("/session/convert/cancel", test_cancel);
    desk_add("/session/convert/cancel-before-others", test_cancel_before_others);
    desk_add("/session/convert/cancel-before-film", test_cancel_before_film);
    desk_add("/session/convert/restart", test_restart);
    desk_add("/session/convert/voice", test_voice);
    desk_add("/session/convert/no-voice", test_no_voice);
    status = g_test_run();
    install(NULL, NULL, 0);
    g_rmdir(programs);
    g_free(programs);
    return status;
}
