// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template.h"
#include "desk.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that are sent: copied, uploaded, sent by their ids, told of; once, and in order. */

#define MB (1000 * 1000)
#define DAY_S (24 * 60 * 60)

static const char JPEG[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03";
static const char PDF[] = "%PDF-1.7\n";
static const char MP4[] = "\0\0\0\x18"
                          "ftypisom\0\0\0\0";
static const char OPUS[] = "OggS\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x13OpusHead\1\1";

/* ---- files of the user's ---- */

/* Replaces the one of that name; @head and then @length - so many other bytes. */
static char *
write_file(Desk *desk, const char *name, const char *head, gsize n_head, gsize length)
{
    char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(length, 'x');

    memcpy(bytes, head, MIN(n_head, length));
    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    return path;
}
#define FILE_OF(desk, name, head, length) write_file(desk, name, head, sizeof(head) - 1, length)

static void
give(Desk *desk, const char *who, const char *path, const char *caption, guint transfer)
{
    g_autoptr(GError) error = NULL;

    coex_session_send_file(desk->session, desk_name(who), path, caption, transfer, &error);
    g_assert_no_error(error);
}

/* The user sends a new file of that name, and deletes it. */
static void
give_pdf(Desk *desk, const char *who, const char *name)
{
    g_autofree char *path = FILE_OF(desk, name, PDF, 3000);
    g_autofree char *line = g_strdup_printf("[document] %s", name);

    give(desk, who, path, NULL, 0);
    desk_wait_feed(desk, COEX_FEED_SENT, who, line);
    g_unlink(path);
}

static void
take_pdf(Desk *desk, const char *who, const char *name)
{
    g_autofree char *sent = g_strdup_printf("document application/pdf 3000 name=%s", name);

    desk_take(desk, who, sent);
}

static char *
dup_outgoing(const Desk *desk)
{
    g_autofree char *folder = g_path_get_dirname(desk->config.database);

    return g_build_filename(folder, "outgoing", desk->config.number, NULL);
}

static guint
count_waiting(Desk *desk)
{
    g_autofree char *folder = dup_outgoing(desk);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint n = 0;

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL; n++) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        GStatBuf found;

        if (g_lstat(path, &found) != 0)
            g_assert_cmpint(errno, ==, ENOENT); /* removed between the two looks */
        else
            g_assert_cmpuint(found.st_mode, ==, S_IFREG | 0600);
    }
    return n;
}

static gboolean
nothing_waits(Desk *desk)
{
    return count_waiting(desk) == 0;
}

static void
wait_no_file(Desk *desk)
{
    desk_wait_until(desk, nothing_waits, "a copy of a file is left");
}

/* Logged in, and @who has just written. */
static void
open_desk(Desk *desk, const char *who)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, who, "Hello");
}

static void
assert_uploads(Desk *desk, guint n)
{
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "upload"), ==, n);
}

/* ---- it leaves ---- */

static void
test_leaves(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "garden.jpg", JPEG, 240000);
    g_autofree char *bytes = NULL;
    g_autoptr(GBytes) uploaded = NULL;
    gsize length = 0;

    open_desk(desk, "ada");
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    give(desk, "ada", path, "as it is *now*", 7);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[image] garden.jpg: as it is *now*");
    desk_take(desk, "ada", "image image/jpeg 240000 caption=as it is *now*");
    desk_wait_transfer(desk, "7 sent");
    desk_wait_state(desk, "ada", "*delivered*");
    uploaded = coex_sim_get_upload(desk->sim);
    g_assert_cmpmem(bytes, length, g_bytes_get_data(uploaded, NULL), g_bytes_get_size(uploaded));
    wait_no_file(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*garden.jpg*"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_TRANSFER, NULL, "7 runs"), >, 0);
    coex_session_recall(desk->session, desk_name("ada"), 10, 0, TRUE);
    desk_wait_past(desk, "ada", "*out: [image] garden.jpg: as it is *now*");
}

static void
test_kinds(Desk *desk)
{
    static const struct {
        const char *name;
        const char *line;
        const char *sent;
    } rows[] = {
        { "clip.mov", "[video] clip.mov.mp4", "video video/mp4 5000" },
        { "note.dat", "[voice message] note.dat.ogg", "voice audio/ogg 5000" },
        { "list", "[document] list.txt", "document text/plain 5000 name=list.txt" },
        { "photo.png", "[image] photo.png.jpg", "image image/jpeg 5000" },
    };
    g_autofree char *paths[] = { FILE_OF(desk, "clip.mov", MP4, 5000),
                                 FILE_OF(desk, "note.dat", OPUS, 5000),
                                 FILE_OF(desk, "list", "", 5000),
                                 FILE_OF(desk, "photo.png", JPEG, 5000) };

    open_desk(desk, "ada");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        give(desk, "ada", paths[i], NULL, 0);
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", rows[i].line);
        desk_take(desk, "ada", rows[i].sent);
        g_free(paths[i]);
        paths[i] = NULL;
    }
    desk_wait_state(desk, "ada", "*delivered*");
    wait_no_file(desk);
}

/* What WhatsApp has nothing for goes as a document, and never silently. */
static void
test_documents(Desk *desk)
{
    static const struct {
        const char *name;
        const char *head;
        gsize n_head;
        const char *note;
        const char *sent;
    } rows[] = {
        { "all.zip", "PK\3\4zip", 7, "“all.zip” goes as a document*PDF is sure*",
          "document application/zip 500 name=all.zip" },
        { "cat.gif", "GIF89a", 6, "“cat.gif” goes as a document*must be JPEG or PNG.",
          "document image/gif 500 name=cat.gif" },
        { "a.ogg", "OggS\0vorbis", 11, "“a.ogg” goes as a document*must be MP3*",
          "document audio/ogg 500 name=a.ogg" },
        { "state.bin", "\0\1\2", 3, "“state.bin” goes as a document*",
          "document application/octet-stream 500 name=state.bin" },
        { "page.html", "<html>", 6, NULL, "document text/plain 500 name=page.html" },
    };

    open_desk(desk, "ada");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = write_file(desk, rows[i].name, rows[i].head, rows[i].n_head, 500);
        g_autofree char *line = g_strdup_printf("[document] %s", rows[i].name);

        give(desk, "ada", path, NULL, 0);
        if (rows[i].note != NULL)
            desk_wait_notice(desk, "ada", rows[i].note);
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", line);
        desk_take(desk, "ada", rows[i].sent);
    }
    desk_wait_state(desk, "ada", "*delivered*");
    wait_no_file(desk);
}

/* What nobody promised, WhatsApp may refuse: told with what helps, and what follows leaves. */
static void
test_document_refused(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "all.zip", "PK\3\4zip", 500);
    const DeskEvent *line;

    open_desk(desk, "ada");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_fail_next(desk->sim, 100);
    give(desk, "ada", path, NULL, 4);
    desk_wait_notice(desk, "ada", "“all.zip” goes as a document*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] all.zip");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "[document] all.zip");
    g_assert_true(g_pattern_match_simple("*does not take this type*PDF is sure*", line->detail));
    g_assert_cmpuint(desk_get_offers(line), ==, 0);
    desk_wait_transfer(desk, "4 failed");
    give_pdf(desk, "ada", "all.pdf");
    take_pdf(desk, "ada", "all.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    wait_no_file(desk);
    desk_assert_nothing_kept(desk, "ada");
}

/* Texts and files of one person leave as they were given, however long a copy takes. */
static void
test_order(Desk *desk)
{
    g_autofree char *large = FILE_OF(desk, "film.mp4", MP4, 3 * MB);
    g_autofree char *small = FILE_OF(desk, "price list.pdf", PDF, 100);

    open_desk(desk, "ada");
    desk_send(desk, "ada", "one");
    give(desk, "ada", large, NULL, 0);
    desk_send(desk, "ada", "two");
    give(desk, "ada", small, NULL, 0);
    desk_send(desk, "ada", "three");
    desk_take(desk, "ada", "one");
    desk_take(desk, "ada", "video video/mp4 3000000");
    desk_take(desk, "ada", "two");
    desk_take(desk, "ada", "document application/pdf 100 name=price list.pdf");
    desk_take(desk, "ada", "three");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", "[video] film.mp4");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", "[document] price list.pdf");
    for (guint i = 0; i < 3; i++)
        desk_wait_any_feed(desk, COEX_FEED_TYPED, "ada", "*");
    desk_wait_state(desk, "ada", "*delivered*");
    wait_no_file(desk);
}

/* An upload that hangs holds up nobody else. */
static void
test_beside(Desk *desk)
{
    open_desk(desk, "ada");
    desk_hear(desk, "ben", "Hello");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_delay_next(desk->sim, 3000 * TEST_SLOWNESS);
    give_pdf(desk, "ada", "offer.pdf");
    desk_wait_requests(desk, "upload", 1);
    desk_say(desk, "ben", "Yes");
    desk_take(desk, "ben", "Yes");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_state(desk, "ben", "*delivered*");
}

/* ---- what WhatsApp would not take ---- */

static void
refuse(Desk *desk, const char *path, const char *why)
{
    give(desk, "ada", path, NULL, 9);
    desk_wait_notice(desk, "ada", why);
    desk_wait_transfer(desk, "9 failed");
    wait_no_file(desk);
}

static void
test_refused(Desk *desk)
{
    g_autofree char *film = FILE_OF(desk, "film.mp4", MP4, 16 * MB + 1);
    g_autofree char *program = FILE_OF(desk, "price list.pdf", "MZ\x90\0", 500);
    g_autofree char *empty = FILE_OF(desk, "empty.txt", "", 0);
    g_autofree char *fifo = g_build_filename(desk->dir, "fifo", NULL);

    open_desk(desk, "ada");
    refuse(desk, film, "*“film.mp4”. WhatsApp takes up to 16 MB*Shorten it*");
    refuse(desk, program, "*“price list.pdf”. It is a program*Send a link to it.");
    refuse(desk, empty, "*“empty.txt”*it is empty*");
    refuse(desk, desk->dir, "*it is a folder*");
    refuse(desk, "/nonexistent/x.jpg", "*“x.jpg”. It cannot be read: there is no such file*");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    refuse(desk, fifo, "*it is no file*");
    assert_uploads(desk, 0);
}

/* The words beside it stand nowhere else. */
static void
test_refused_words(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "garden.jpg", JPEG, 5 * MB + 1);
    g_autoptr(GBytes) program = g_bytes_new_static("MZ\x90\0", 4);

    open_desk(desk, "ada");
    give(desk, "ada", path, "as it is 100%s now", 0);
    desk_wait_notice(desk, "ada", "*“garden.jpg”. *5 MB*Its text: “as it is 100%s now”");
    g_assert_true(coex_session_send_picture(desk->session, desk_name("ada"), "picture", program,
                                            "Look at this", NULL));
    desk_wait_notice(desk, "ada", "*“picture”. It is a program*Its text: “Look at this”");
    assert_uploads(desk, 0);
}

static void
test_hostile_names(Desk *desk)
{
    static const char *const names[][2] = {
        { "-rf\n\r\"; filename=\"evil.exe", "document text/plain 9 name=rf _; filename=_evil.exe" },
        { "\xe2\x80\xae"
          "fdp.x",
          "document text/plain 9 name=fdp.x" },
        { "\xff\xfe.txt", "document text/plain 9 name=*" },
    };

    open_desk(desk, "ada");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = FILE_OF(desk, names[i][0], "", 9);
        g_autoptr(CoexSimRequest) sent = NULL;

        give(desk, "ada", path, NULL, 0);
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] *");
        sent = desk_wait_sent(desk, "ada", NULL);
        g_assert_true(g_pattern_match_simple(names[i][1], sent->text));
    }
    desk_wait_state(desk, "ada", "*delivered*");
}

/* ---- again ---- */

/* The same file for somebody else, and after a restart, is uploaded once; after 29 days anew. */
static void
test_once(Desk *desk)
{
    open_desk(desk, "ada");
    give_pdf(desk, "ada", "offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ben", "Hello");
    give_pdf(desk, "ben", "other.pdf");
    take_pdf(desk, "ben", "other.pdf");
    desk_wait_state(desk, "ben", "*delivered*");
    assert_uploads(desk, 1);
    desk_ignore(desk, "Open the WhatsApp Business app on the phone before*");
    desk_advance(desk, 29 * DAY_S + 1);
    desk_hear(desk, "ben", "Once more, please");
    give_pdf(desk, "ben", "other.pdf");
    take_pdf(desk, "ben", "other.pdf");
    desk_wait_state(desk, "ben", "*delivered*");
    assert_uploads(desk, 2);
    wait_no_file(desk);
}

/* WhatsApp has forgotten it earlier than it says. */
static void
test_id_gone(Desk *desk)
{
    open_desk(desk, "ada");
    give_pdf(desk, "ada", "offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    coex_sim_forget_uploads(desk->sim);
    give_pdf(desk, "ada", "offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    assert_uploads(desk, 2);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    wait_no_file(desk);
}

/* The answer to an upload is lost: uploaded again, sent once. */
static void
test_upload_cut(Desk *desk)
{
    open_desk(desk, "ada");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_drop_next(desk->sim, TRUE);
    give_pdf(desk, "ada", "offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    assert_uploads(desk, 2);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    wait_no_file(desk);
}

static void
test_upload_refused(Desk *desk)
{
    const DeskEvent *line;

    open_desk(desk, "ada");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_fail_next(desk->sim, 131053);
    give_pdf(desk, "ada", "offer.pdf");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "[document] offer.pdf");
    g_assert_true(
        g_pattern_match_simple("*does not accept this kind of file*Convert it*", line->detail));
    g_assert_cmpuint(desk_get_offers(line), ==, 0);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    wait_no_file(desk);
    desk_assert_nothing_kept(desk, "ada");
}

/* Accepted, and then told as failed: sent again by the id, for the copy is gone. */
static void
test_failed_later(Desk *desk)
{
    const DeskEvent *line;

    open_desk(desk, "ada");
    coex_sim_fail_next_async(desk->sim, 131026);
    give_pdf(desk, "ada", "offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "[document] offer.pdf");
    g_assert_cmpuint(desk_get_offers(line) & COEX_LINE_RESEND, !=, 0);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    assert_uploads(desk, 1);
}

/* ---- nobody knows ---- */

static void
test_uncertain(Desk *desk)
{
    open_desk(desk, "ada");
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_aim(desk->sim, "messages");
    coex_sim_drop_next(desk->sim, TRUE);
    give_pdf(desk, "ada", "offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: [document] offer.pdf*");
    g_assert_cmpuint(count_waiting(desk), ==, 1);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    {
        g_autofree char *wamid = coex_sim_dup_last_sent(desk->sim, "ada");

        coex_sim_status(desk->sim, wamid, "delivered");
    }
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: [document] offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    wait_no_file(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    assert_uploads(desk, 1);
}

/* ---- the window ---- */

static void
test_held(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "offer.pdf", PDF, 3000);

    open_desk(desk, "ada");
    desk_advance(desk, DAY_S + 60);
    give(desk, "ada", path, NULL, 5);
    desk_wait_notice(desk, "ada", "Held until Ada Lovelace writes*[document] offer.pdf");
    desk_wait_transfer(desk, "5 kept");
    g_unlink(path);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(count_waiting(desk), ==, 1);
    assert_uploads(desk, 0);
    desk_hear(desk, "ada", "I am back");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.pdf");
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
    wait_no_file(desk);
}

/* ---- the user thinks better of it ---- */

static void
test_cancel(Desk *desk)
{
    open_desk(desk, "ada");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_delay_next(desk->sim, 60 * 1000);
    {
        g_autofree char *path = FILE_OF(desk, "offer.pdf", PDF, 3000);

        give(desk, "ada", path, NULL, 3);
        desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.pdf");
    }
    desk_wait_requests(desk, "upload", 1);
    coex_session_cancel_file(desk->session, 3);
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, and discarded: [document] offer.pdf");
    wait_no_file(desk);
    desk_say(desk, "ada", "Forget it");
    desk_take(desk, "ada", "Forget it");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_assert_nothing_kept(desk, "ada");
}

/* What waits for the customer was complete for who gave it, and can be cancelled all the same. */
static void
test_cancel_kept(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "offer.pdf", PDF, 3000);

    open_desk(desk, "ada");
    desk_advance(desk, DAY_S + 60);
    give(desk, "ada", path, NULL, 5);
    desk_wait_notice(desk, "ada", "Held until Ada Lovelace writes*[document] offer.pdf");
    desk_wait_transfer(desk, "5 kept");
    coex_session_cancel_file(desk->session, 5);
    desk_wait_notice(desk, "ada", "Discarded: [document] offer.pdf");
    wait_no_file(desk);
    desk_hear(desk, "ada", "I am back");
    desk_say(desk, "ada", "Hello");
    desk_take(desk, "ada", "Hello");
    desk_wait_state(desk, "ada", "*delivered*");
    assert_uploads(desk, 0);
}

/* ---- the end of the program in between ---- */

/* The account has failed, and the screen does not know yet: at the next login what was given in
 * that moment leaves, or a line says that it does not. */
static void
test_too_late(Desk *desk)
{
    static const char *const values[] = { "Ada", "A-17", NULL };
    g_autofree char *path = FILE_OF(desk, "offer.pdf", PDF, 3000);
    const char *key = desk->config.key;
    CoexTemplate *template_;
    g_autoptr(GError) error = NULL;

    open_desk(desk, "ada");
    template_ = coex_template_ref(desk_template(desk, "order_update", "en_US"));
    desk_logout(desk);
    desk->config.key = "not-the-key";
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_AUTH, "*password*");
    desk_send(desk, "ada", "A text");
    give(desk, "ada", path, "as of today", 5);
    coex_session_send_template(desk->session, desk_name("ada"), template_, values, &error);
    g_assert_no_error(error);
    coex_template_unref(template_);
    desk_logout(desk);
    desk->config.key = key;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_any_feed(desk, COEX_FEED_TYPED, "ada", "A text");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada",
                       "Not sent: the file “offer.pdf”. The account went offline*Send it again. "
                       "Its text: “as of today”");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", "Hi Ada, your order*");
    desk_take(desk, "ada", "A text");
    desk_wait_state(desk, "ada", "delivered*Hi Ada*");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    wait_no_file(desk);
}

static gboolean
is_told_or_sent(Desk *desk)
{
    return desk_count(desk, DESK_NOTICE, NULL,
                      "Not sent, since the account was not online yet: *") +
               desk_count(desk, DESK_FEED, "ada", "*") >=
           2;
}

/* Nothing is known of the account yet. */
static void
test_too_early(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "offer.pdf", PDF, 3000);

    open_desk(desk, "ada");
    desk_logout(desk);
    desk_start(desk);
    desk_send(desk, "ada", "A text");
    give(desk, "ada", path, "as of today", 0);
    desk_wait_until(desk, is_told_or_sent, "what became of them");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*offer.pdf*"), ==,
                     desk_count(desk, DESK_NOTICE, NULL, "*: offer.pdf: as of today"));
    desk_ignore(desk, "Not sent, since *");
}

/* While it is uploaded: nothing has left, and it goes on. */
static void
test_restart(Desk *desk)
{
    open_desk(desk, "ada");
    coex_sim_aim(desk->sim, "upload");
    coex_sim_delay_next(desk->sim, 60 * 1000);
    give_pdf(desk, "ada", "offer.pdf");
    desk_wait_requests(desk, "upload", 1);
    desk_restart(desk);
    take_pdf(desk, "ada", "offer.pdf");
    desk_wait_catalogue(desk);
    desk_wait_state(desk, "ada", "*delivered*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    wait_no_file(desk);
}

/* What a crash left behind is no file of anybody's. */
static void
test_strays(Desk *desk)
{
    g_autofree char *folder = dup_outgoing(desk);
    g_autofree char *stray = g_build_filename(folder, "0c3f", NULL);

    open_desk(desk, "ada");
    g_mkdir_with_parents(folder, 0700);
    g_assert_true(g_file_set_contents_full(stray, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    desk_restart(desk);
    desk_wait_catalogue(desk);
    wait_no_file(desk);
}

/* Somebody tidied up. */
static void
test_copy_gone(Desk *desk)
{
    g_autofree char *path = FILE_OF(desk, "offer.pdf", PDF, 3000);
    g_autofree char *folder = dup_outgoing(desk);
    g_autoptr(GDir) dir = NULL;
    g_autofree char *copy = NULL;
    const DeskEvent *line;

    open_desk(desk, "ada");
    desk_advance(desk, DAY_S + 60);
    give(desk, "ada", path, NULL, 0);
    desk_wait_notice(desk, "ada", "Held until*");
    dir = g_dir_open(folder, 0, NULL);
    copy = g_build_filename(folder, g_dir_read_name(dir), NULL);
    g_unlink(copy);
    desk_hear(desk, "ada", "I am back");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.pdf");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "[document] offer.pdf");
    g_assert_true(
        g_pattern_match_simple("The copy of it cannot be read*Send the file again.", line->detail));
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/session/files/leaves", test_leaves);
    desk_add("/session/files/kinds", test_kinds);
    desk_add("/session/files/documents", test_documents);
    desk_add("/session/files/document-refused", test_document_refused);
    desk_add("/session/files/order", test_order);
    desk_add("/session/files/beside", test_beside);
    desk_add("/session/files/refused", test_refused);
    desk_add("/session/files/refused-words", test_refused_words);
    desk_add("/session/files/hostile-names", test_hostile_names);
    desk_add("/session/files/once", test_once);
    desk_add("/session/files/id-gone", test_id_gone);
    desk_add("/session/files/upload-cut", test_upload_cut);
    desk_add("/session/files/upload-refused", test_upload_refused);
    desk_add("/session/files/failed-later", test_failed_later);
    desk_add("/session/files/uncertain", test_uncertain);
    desk_add("/session/files/held", test_held);
    desk_add("/session/files/cancel", test_cancel);
    desk_add("/session/files/cancel-kept", test_cancel_kept);
    desk_add("/session/files/too-late", test_too_late);
    desk_add("/session/files/too-early", test_too_early);
    desk_add("/session/files/restart", test_restart);
    desk_add("/session/files/strays", test_strays);
    desk_add("/session/files/copy-gone", test_copy_gone);
    return g_test_run();
}
