// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"
#include "desk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What comes before the database is opened again is told as such. */
#define TRIED_AGAIN "*cannot be used after an error of its disk; it is tried again shortly."

/* A disk without room, as a limit on the size of this process's files. @desk NULL: in another
 * thread than its own. */
static void
fill_disk(Desk *desk, gboolean full)
{
    if (full && desk != NULL)
        desk_ignore(desk, TRIED_AGAIN);
    desk_limit_files(full ? 1024 : 0);
}

/* Room for the database, and not for @bytes of a file. */
static void
fill_for_files(gboolean full, gsize bytes)
{
    desk_limit_files(full ? bytes - 1 : 0);
}

#define FILE_BYTES (8 * 1000 * 1000)

static char *
write_pdf(Desk *desk)
{
    char *path = g_build_filename(desk->dir, "offer.pdf", NULL);
    g_autofree char *bytes = g_strnfill(FILE_BYTES, 'x');

    memcpy(bytes, "%PDF-1.7\n", 9);
    g_assert_true(g_file_set_contents(path, bytes, FILE_BYTES, NULL));
    return path;
}

static guint
count_files(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint n = 0;

    while (dir != NULL && g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

/* A file that finds no room is not half there, and leaves once there is some. */
static void
test_file_out(Desk *desk)
{
    g_autofree char *path = write_pdf(desk);
    g_autofree char *folder = g_path_get_dirname(desk->config.database);
    g_autofree char *outgoing = g_build_filename(folder, "outgoing", desk->config.number, NULL);
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hi");
    fill_for_files(TRUE, FILE_BYTES);
    g_assert_true(coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 0, &error));
    desk_wait_notice(desk, "ada",
                     "Not sent: the file “offer.pdf”. It could not be copied to */outgoing/*: *. "
                     "Make room there, and send it again.");
    g_assert_cmpuint(count_files(outgoing), ==, 0);
    fill_for_files(FALSE, 0);
    g_assert_true(coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 0, &error));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.pdf");
    desk_take(desk, "ada", "document application/pdf 8000000 name=offer.pdf");
    desk_wait_state(desk, "ada", "*delivered*");
}

/* One that comes is fetched once there is some, and holds up no text meanwhile. */
static void
test_file_in(Desk *desk)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(FILE_BYTES, 'x'), FILE_BYTES);
    g_autofree char *folder = g_build_filename(desk->dir, "files", NULL);
    g_autofree char *content = NULL;

    desk->config.media_folder = folder;
    desk->config.media_limit = 2 * FILE_BYTES;
    content = coex_sim_add_file(desk->sim, "application/pdf", "list.pdf", NULL, bytes);
    desk_login(desk);
    desk_wait_catalogue(desk);
    fill_for_files(TRUE, FILE_BYTES);
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "document", content));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "[document] list.pdf");
    desk_wait_notice(desk, NULL, "Files are not fetched for now*tried again by themselves. *");
    desk_wait_notice(desk, "ada", "[document #*] is not here yet*could not be written to *");
    desk_say(desk, "ada", "A moment");
    desk_take(desk, "ada", "A moment");
    fill_for_files(FALSE, 0);
    desk_wait_any_feed(desk, COEX_FEED_FILE, "ada", "*");
    desk_wait_state(desk, "ada", "*delivered*");
}

/* Not on disk, not 200: it comes again. */
static void
test_receiving(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Before");
    desk_ignore(desk, "Reading or writing *");
    fill_disk(desk, TRUE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Meanwhile"));
    g_assert_true(coex_sim_wait_refused(desk->sim, 1, DESK_PATIENCE_MS));
    desk_run_ms(desk, 50);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Meanwhile"), ==, 0);
    fill_disk(desk, FALSE);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Meanwhile");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Reading or writing *"), ==, 1);
}

/* Not on disk, not sent: the text comes back. */
static void
test_sending(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_wait_catalogue(desk);
    fill_disk(desk, TRUE);
    desk_send(desk, "ada", "Lost?");
    desk_wait_notice(desk, "ada", "Not sent, since it could not be saved: Lost?\n*");
    fill_disk(desk, FALSE);
    desk_ignore(desk, "Reading or writing *");
    desk_fence(desk);
    desk_send(desk, "ada", "Found");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Found");
    desk_take(desk, "ada", "Found");
    desk_wait_state(desk, "ada", "delivered*: Found");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

/* The answer cannot be written down at once: it is, later, and nothing goes twice. */
static void
test_answered(Desk *desk)
{
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_wait_catalogue(desk);
    desk_ignore(desk, "Reading or writing *");
    coex_sim_delay_next(desk->sim, 200);
    desk_send(desk, "ada", "One");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "One");
    desk_take(desk, "ada", "One");
    fill_disk(desk, TRUE);
    desk_run_ms(desk, 400);
    fill_disk(desk, FALSE);
    desk_fence(desk);
    desk_send(desk, "ada", "Two");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Two");
    desk_take(desk, "ada", "Two");
    desk_fence(desk);
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 2);
}

/* Somebody whom the disk refused at first, and whose text it then took: both are there at the next
 * login. */
static void
test_newcomer(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_ignore(desk, "Reading or writing *");
    fill_disk(desk, TRUE);
    desk_send(desk, "dana", "Hello");
    desk_wait_prompt(desk, "dana", "Hello");
    desk_wait_notice(desk, "dana", "Not sent, since it could not be saved: Hello\n*");
    fill_disk(desk, FALSE);
    desk_fence(desk);
    g_assert_true(coex_session_hold_text(desk->session, desk_name("dana"), "For you", &error));
    g_assert_no_error(error);
    desk_wait_notice(desk, "dana", "Held until * For you");
    desk_restart(desk);
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Held for *: For you");
}

/* What the user threw away stays away, also when the disk did not hear of it at once. */
static void
test_discarded(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_ignore(desk, "Reading or writing *");
    g_assert_true(coex_session_hold_text(desk->session, desk_name("ada"), "Never mind", &error));
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Held until * Never mind");
    desk_fence(desk);
    fill_disk(desk, TRUE);
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: Never mind");
    desk_wait_notice(desk, NULL, "Reading or writing *");
    fill_disk(desk, FALSE);
    desk_fence(desk);
    desk_restart(desk);
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Nothing is held.");
}

/* A held file that a template takes is held on where the disk refuses that. */
static void
test_held_for_template(Desk *desk)
{
    static const char JPEG[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03";
    static const char *const values[] = { "=", "Jana", "17", "17", NULL };
    g_autofree char *path = g_build_filename(desk->dir, "photo.jpg", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, JPEG, sizeof JPEG - 1, NULL));
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_ignore(desk, "Reading or writing *");
    desk_ignore(desk, "It can go now in a template *");
    coex_session_send_file(desk->session, desk_name("dana"), path, NULL, 0, &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "dana", "Held until *: [image] photo.jpg");
    coex_session_hold_text(desk->session, desk_name("dana"), "And a text", NULL);
    desk_wait_notice(desk, "dana", "Held until *: And a text");
    desk_fence(desk);
    fill_disk(desk, TRUE);
    coex_session_send_template(desk->session, desk_name("dana"),
                               desk_template(desk, "pickup_ready_v2", "de"), values, &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "dana", "Not sent, since it could not be saved: *");
    fill_disk(desk, FALSE);
    desk_hear(desk, "dana", "Is it ready?");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[image] photo.jpg");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "And a text");
    desk_take(desk, "dana", "image image/jpeg 12");
    desk_take(desk, "dana", "And a text");
    desk_wait_state(desk, "dana", "*delivered*: And a text");
    desk_restart(desk);
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Nothing is held.");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 2);
}

/* ---- a status between two tries of the same text ---- */

static gint watching; /* atomic, as the next */
static gint n_tries;

/* No room any more from the moment the status has settled the text. */
static void
on_debug(const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
    if (g_atomic_int_get(&watching)) {
        if (strstr(message, ": accepted as ") != NULL)
            fill_disk(NULL, TRUE);
        else if (g_str_has_suffix(message, ": sending"))
            g_atomic_int_inc(&n_tries);
    }
    g_test_message("%s", message);
}

/* An error that was none: the text is not tried again, although the disk refuses to write its
 * status down until after that was due. */
static void
test_settled(Desk *desk)
{
    g_autofree char *wamid = g_strdup_printf("wamid.%s", g_test_get_path());
    g_autofree char *value = NULL;
    CoexSimRequest *request;

    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_wait_catalogue(desk);
    desk_ignore(desk, "Reading or writing *");
    coex_sim_fail_next(desk->sim, 131016);
    while ((request = coex_sim_wait_request(desk->sim, NULL, 0)) != NULL)
        coex_sim_request_free(request);
    desk_send(desk, "ada", "Once");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Once");
    request = coex_sim_wait_request(desk->sim, "messages", DESK_PATIENCE_MS);
    g_assert_nonnull(request);
    g_assert_cmpint(request->code, ==, 131016);
    value =
        g_strdup_printf("{\"statuses\":[{\"id\":\"%s\",\"status\":\"delivered\","
                        "\"timestamp\":\"%" G_GINT64_FORMAT "\",\"recipient_id\":\"%s\","
                        "\"biz_opaque_callback_data\":\"%s\"}]}",
                        wamid, coex_sim_now(desk->sim), desk_name("ada"), request->callback_data);
    coex_sim_request_free(request);
    g_atomic_int_set(&watching, TRUE);
    coex_sim_change(desk->sim, "messages", value);
    desk_wait_notice(desk, NULL, "Reading or writing *");
    desk_run_ms(desk, 2000);
    fill_disk(desk, FALSE);
    desk_wait_state(desk, "ada", "delivered*: Once");
    g_atomic_int_set(&watching, FALSE);
    g_assert_cmpint(g_atomic_int_get(&n_tries), ==, 0);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
}

/* ---- a disk that does not answer ---- */

static GMutex lock;
static GCond released;
static gboolean hangs;
static gboolean database_hangs; /* and not the copies */
static guint n_hanging;
static const char *unwritable; /* no log of the database with it reaches the disk, NULL: all do */

#define OFFER "bread 4" /* the copies of such a file hang */

static gboolean
is_offer(int fd)
{
    struct stat found;

    return fstat(fd, &found) == 0 && found.st_size == (goffset)strlen(OFFER);
}

static gboolean
is_to_hang(int fd, const char *path)
{
    if (path == NULL || !hangs)
        return FALSE;
    return database_hangs ? strstr(path, ".db-wal") != NULL
                          : is_offer(fd) && strstr(path, "/outgoing/") != NULL;
}

/* Where the disk does not answer. */
static void
wait_for_disk(int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autofree char *path = g_file_read_link(link, NULL);

    g_mutex_lock(&lock);
    while (is_to_hang(fd, path)) {
        n_hanging++;
        g_cond_wait(&released, &lock);
        n_hanging--;
    }
    g_mutex_unlock(&lock);
}

static gboolean
is_to_fail(int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autofree char *path = g_file_read_link(link, NULL);
    g_autofree char *bytes = NULL;
    gboolean yes = FALSE;
    gsize length = 0;

    g_mutex_lock(&lock);
    if (unwritable != NULL && path != NULL && strstr(path, ".db-wal") != NULL &&
        g_file_get_contents(path, &bytes, &length, NULL))
        yes = memmem(bytes, length, unwritable, strlen(unwritable)) != NULL;
    g_mutex_unlock(&lock);
    return yes;
}

/* For all of this program, and SQLite. */
__attribute__((visibility("default"))) int
fdatasync(int fd)
{
    wait_for_disk(fd);
    if (!is_to_fail(fd))
        return (int)syscall(SYS_fdatasync, fd);
    errno = EIO;
    return -1;
}

static void
set_unwritable(const char *bytes)
{
    g_mutex_lock(&lock);
    unwritable = bytes;
    g_mutex_unlock(&lock);
}

static void
set_hangs(gboolean yes)
{
    g_mutex_lock(&lock);
    hangs = yes;
    database_hangs = FALSE;
    g_cond_broadcast(&released);
    g_mutex_unlock(&lock);
}

static gboolean
is_hanging(Desk *desk)
{
    gboolean yes;

    g_mutex_lock(&lock);
    yes = n_hanging > 0;
    g_mutex_unlock(&lock);
    return yes;
}

static gboolean
is_answering(Desk *desk)
{
    return !is_hanging(desk);
}

/* Logging off does not wait for it, nor does what comes then: the file is told as not sent. */
static void
test_hangs(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "offer.txt", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, OFFER, -1, NULL));
    desk->disk_ms = DESK_PATIENCE_MS;
    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_wait_catalogue(desk);
    set_hangs(TRUE);
    coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 0, &error);
    g_assert_no_error(error);
    desk_wait_until(desk, is_hanging, "the disk");
    desk_logout(desk);
    g_assert_true(is_hanging(desk));
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent: the file “offer.txt”.*Send it again.");
    desk_say(desk, "ada", "Hello");
    desk_take(desk, "ada", "Hello");
    desk_wait_state(desk, "ada", "delivered*: Hello");
    set_hangs(FALSE);
    desk_wait_until(desk, is_answering, "the disk's answer");
    desk_logout(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

/* Four of Ada's hang: that is told, the others' files leave, and hers once the disk answers. */
static void
test_others_leave(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "offer.txt", NULL);
    g_autofree char *other = g_build_filename(desk->dir, "list.txt", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, OFFER, -1, NULL));
    g_assert_true(g_file_set_contents(other, "flour, salt", -1, NULL));
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hi");
    desk_hear(desk, "ben", "Hi");
    desk->strict &= ~(1u << DESK_FEED);
    set_hangs(TRUE);
    for (guint i = 0; i < 4; i++)
        coex_session_send_file(desk->session, desk_name("ada"), path, NULL, i + 1, &error);
    coex_session_send_file(desk->session, desk_name("ben"), other, NULL, 0, &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "The file “offer.txt” is still being copied*");
    desk_ignore(desk, "The file “offer.txt” is still being copied*"); /* each */
    desk_take(desk, "ben", "document text/plain 11 name=list.txt");
    coex_session_cancel_file(desk->session, 1);
    desk_wait_notice(desk, "ada", "Discarded: offer.txt");
    set_hangs(FALSE);
    for (guint i = 0; i < 3; i++)
        desk_take(desk, "ada", "document text/plain 7 name=offer.txt");
    desk_wait_state(desk, "ada", "delivered*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 3);
}

/* ---- a disk that fails in the middle of a history ---- */

/* A history reached the disk, and what became of it did not. Once it can, all of it has somebody
 * whom it is with, and who comes after the next start is somebody else. */
static void
test_history(Desk *desk)
{
    Chunk *chunk = chunk_new();

    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_fence(desk);
    chunk_open_chat(chunk, "ben");
    chunk_theirs(desk, chunk, "H1", "ben", CHUNK_DAY_S, "How is my bike?");
    desk_ignore(desk, TRIED_AGAIN);
    set_unwritable("textHow is my bike?"); /* type and text, as in the row */
    chunk_deliver(desk, chunk, 100);
    desk_wait_notice(desk, NULL, "Reading or writing *");
    desk_ignore(desk, "Reading or writing *");
    set_unwritable(NULL);
    desk_wait_notice(desk, NULL, "All of this number's earlier chats have arrived. *");
    desk_restart(desk);
    desk_hear(desk, "carla", "Good morning");
    coex_session_recall(desk->session, desk_name("ben"), 20, 0, TRUE);
    desk_wait_past(desk, "ben", "in: How is my bike?");
    coex_session_recall(desk->session, desk_name("carla"), 20, 0, TRUE);
    desk_wait_past(desk, "carla", "in: Good morning");
}

/* ---- a program that ends meanwhile ---- */

/* All of the account's folder, as a crash at this moment would leave it. */
static GHashTable *
keep_files(Desk *desk)
{
    GHashTable *files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    g_autofree char *folder = g_path_get_dirname(desk->config.database);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        char *path = g_build_filename(folder, name, NULL);
        char *content = NULL;
        gsize length = 0;

        if (g_file_get_contents(path, &content, &length, NULL))
            g_hash_table_insert(files, path, g_bytes_new_take(content, length));
        else
            g_free(path);
    }
    return files;
}

static void
put_back(GHashTable *files)
{
    GHashTableIter iter;
    gpointer path;
    gpointer content;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &path, &content))
        g_assert_true(g_file_set_contents(path, g_bytes_get_data(content, NULL),
                                          (gssize)g_bytes_get_size(content), NULL));
}

/* Logged in, gives @who a file whose copy hangs. */
static void
give_hanging(Desk *desk, const char *who)
{
    g_autofree char *path = g_build_filename(desk->dir, "offer.txt", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, OFFER, -1, NULL));
    set_hangs(TRUE);
    coex_session_send_file(desk->session, desk_name(who), path, "as of today", 7, &error);
    g_assert_no_error(error);
    desk_wait_until(desk, is_hanging, "the disk");
}

/* What is on disk by now; then the program ends, and starts with that. */
static void
crash(Desk *desk)
{
    g_autoptr(GHashTable) files = NULL;

    desk_hear(desk, "ben", "Hi"); /* and all before it */
    files = keep_files(desk);
    desk_logout(desk);
    set_hangs(FALSE);
    put_back(files);
    desk_login(desk);
}

/* A file for somebody new is told of after a crash, with its words, and whoever comes then is
 * somebody else. */
static void
test_crash_for_new(Desk *desk)
{
    static const char line[] = "Not sent: the file “offer.txt”. The program ended before it was "
                               "copied. Send it again. Its text: “as of today”";

    desk_login(desk);
    desk_wait_catalogue(desk);
    give_hanging(desk, "ada");
    crash(desk);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", line);
    desk_hear(desk, "carla", "Hello");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, NULL, "*offer.txt*"), ==, 0);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
}

/* Nothing of a file is copied before it is on disk that it was given: whenever the program ends, a
 * line tells of it. */
static void
test_noted_first(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "offer.txt", NULL);
    g_autofree char *folder = g_path_get_dirname(desk->config.database);
    g_autofree char *outgoing = g_build_filename(folder, "outgoing", desk->config.number, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, OFFER, -1, NULL));
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    g_mutex_lock(&lock);
    hangs = database_hangs = TRUE;
    g_mutex_unlock(&lock);
    coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 7, &error);
    g_assert_no_error(error);
    desk_wait_until(desk, is_hanging, "the disk");
    desk_run_ms(desk, 200);
    g_assert_cmpuint(count_files(outgoing), ==, 0);
    set_hangs(FALSE);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.txt");
    desk_take(desk, "ada", "document text/plain 7 name=offer.txt");
    desk_wait_state(desk, "ada", "delivered*");
}

/* What was cancelled is not asked for again. */
static void
test_crash_after_cancel(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    give_hanging(desk, "ada");
    coex_session_cancel_file(desk->session, 7);
    desk_wait_notice(desk, "ada", "Discarded: offer.txt");
    crash(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, NULL, "*offer.txt*"), ==, 0);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
}

/* A copy that is begun while the account comes up is no stray one when it is online. */
static void
test_copied_over_login(Desk *desk)
{
    const char *check = desk_is_meta(desk) ? "number" : "health";
    guint n_checks;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
    n_checks = coex_sim_n_requests(desk->sim, check);
    coex_sim_aim(desk->sim, check);
    coex_sim_delay_next(desk->sim, 1000);
    desk_start(desk);
    desk_wait_requests(desk, check, n_checks + 1);
    give_hanging(desk, "ada");
    desk_wait_catalogue(desk);
    set_hangs(FALSE);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[document] offer.txt: as of today");
    desk_take(desk, "ada", "document text/plain 7 name=offer.txt caption=as of today");
    desk_wait_state(desk, "ada", "delivered*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_handler("coex", G_LOG_LEVEL_DEBUG, on_debug, NULL);
    desk_add("/disk/receiving", test_receiving);
    desk_add("/disk/sending", test_sending);
    desk_add("/disk/answered", test_answered);
    desk_add("/disk/newcomer", test_newcomer);
    desk_add("/disk/discarded", test_discarded);
    desk_add("/disk/held-for-template", test_held_for_template);
    desk_add("/disk/settled", test_settled);
    desk_add("/disk/file-out", test_file_out);
    desk_add("/disk/file-in", test_file_in);
    desk_add("/disk/hangs", test_hangs);
    desk_add("/disk/others-leave", test_others_leave);
    desk_add("/disk/history", test_history);
    desk_add("/disk/copied-over-login", test_copied_over_login);
    desk_add("/disk/crash-for-new", test_crash_for_new);
    desk_add("/disk/noted-first", test_noted_first);
    desk_add("/disk/crash-after-cancel", test_crash_after_cancel);
    return g_test_run();
}
