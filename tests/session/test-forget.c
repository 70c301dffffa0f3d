// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"
#include "desk.h"
#include "tools/look.h"

#include <glib/gstdio.h>
#include <string.h>

/* Somebody is forgotten: nothing of them is left, nor comes back. */

#define FORGOTTEN "The person is forgotten here, with messages, files and logs.*"

/* ---- looking for what is left ---- */

static const char *sought;

static gboolean
is_gone(Desk *desk)
{
    return !folder_has(desk->dir, sought);
}

/* The last of it goes behind what is told. */
static void
wait_gone(Desk *desk, const char *words)
{
    sought = words;
    desk_wait_until(desk, is_gone, words);
}

static gboolean
is_empty(Desk *desk)
{
    g_autoptr(GDir) dir = g_dir_open(sought, 0, NULL);

    return dir == NULL || g_dir_read_name(dir) == NULL;
}

/* The unfinished files of @folder go behind what is told, too. */
static void
wait_empty(Desk *desk, const char *folder)
{
    sought = folder;
    desk_wait_until(desk, is_empty, "an empty folder");
}

static void
forget(Desk *desk, const char *who)
{
    coex_session_forget(desk->session, desk_name(who));
    desk_wait_forget(desk, who);
    coex_session_forgotten(desk->session, desk_name(who));
    desk_wait_notice(desk, NULL, FORGOTTEN);
}

static void
wait_past(Desk *desk, const char *who, const char *lines)
{
    coex_session_recall(desk->session, desk_name(who), 20, 0, TRUE);
    desk_wait_past(desk, who, lines);
}

static void
log_in_with(Desk *desk, const char *media_folder)
{
    desk->config.media_folder = g_intern_string(media_folder);
    desk->config.media_auto = COEX_MEDIA_AUTO_ALL;
    desk->config.media_limit = 1000 * 1000;
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
log_in(Desk *desk)
{
    log_in_with(desk, desk->dir);
}

/* ---- all of it ---- */

static void
hear_file(Desk *desk, const char *who, const char *words)
{
    g_autoptr(GBytes) bytes = g_bytes_new(words, strlen(words));
    g_autofree char *content = coex_sim_add_file(desk->sim, "image/jpeg", NULL, NULL, bytes);

    g_free(coex_sim_customer_sends_type(desk->sim, who, "image", content));
    desk_wait_feed(desk, COEX_FEED_INBOUND, who, "[image*");
    desk_wait_feed(desk, COEX_FEED_FILE, who, "[image #*");
}

static void
test_nothing_is_left(Desk *desk)
{
    static const char *const words[] = { "a plum cake",   "eleven candles", "a quiet table",
                                         "the plum file", "12025550101",    "70214458810936652071",
                                         "Lovelace" };

    log_in(desk);
    desk_hear(desk, "ben", "a rye loaf");
    desk_hear(desk, "ada", "a plum cake");
    hear_file(desk, "ada", "the plum file");
    desk_say(desk, "ada", "with eleven candles?");
    desk_take(desk, "ada", "with eleven candles?");
    desk_wait_state(desk, "ada", "delivered*");
    g_assert_true(coex_session_hold_text(desk->session, desk_name("ada"), "a quiet table", NULL));
    desk_wait_notice(desk, "ada", "Held until*");
    g_assert_true(folder_has(desk->dir, "a plum cake"));
    forget(desk, "ada");
    g_assert_null(desk_view(desk, "ada"));
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        wait_gone(desk, words[i]);
    g_assert_true(folder_has(desk->dir, "a rye loaf"));
    wait_past(desk, "ben", "in: a rye loaf");

    /* who writes again is new; nothing that was held leaves */
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_recall(desk->session, desk_name("ada"), 20, 0, TRUE);
    desk_wait_notice(desk, NULL, "Nothing is known of +12025550101.");
    desk_hear(desk, "ada", "Hello again");
    wait_past(desk, "ada", "in: Hello again");
    desk_say(desk, "ada", "Hello");
    desk_take(desk, "ada", "Hello");
    desk_wait_state(desk, "ada", "delivered*: Hello");
    wait_past(desk, "ada", "in: Hello again\nout: Hello");
    g_assert_false(folder_has(desk->dir, "a plum cake"));
}

/* The folder for files is the user's: it keeps its rights when the only file in it, half there,
 * goes with its sender. */
static void
test_amid_a_download(Desk *desk)
{
    g_autofree char *folder = g_build_filename(desk->dir, "files", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("the plum file", 13);
    g_autofree char *content = coex_sim_add_file(desk->sim, "image/jpeg", NULL, NULL, bytes);
    GStatBuf found;

    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(g_chmod(folder, 02770), ==, 0);
    log_in_with(desk, folder);
    coex_sim_change_files(desk->sim, COEX_SIM_FILE_STALLED);
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "image", content));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "[image*");
    desk_wait_requests(desk, "download", 1);
    forget(desk, "ada");
    coex_sim_set_down(desk->sim, TRUE); /* which ends the download */
    coex_sim_set_down(desk->sim, FALSE);
    wait_empty(desk, folder);
    hear_file(desk, "ben", "a rye file");
    g_assert_cmpint(g_stat(folder, &found), ==, 0);
    g_assert_cmpuint(found.st_mode, ==, S_IFDIR | 02770);
    g_assert_true(folder_has(folder, "a rye file"));
}

/* WhatsApp delivers again what it is not sure of. */
static void
test_delivered_again(Desk *desk)
{
    log_in(desk);
    desk_hear(desk, "ada", "a plum cake");
    forget(desk, "ada");
    wait_gone(desk, "a plum cake");
    coex_sim_redeliver_last(desk->sim);
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    desk_fence(desk);
    g_assert_null(desk_view(desk, "ada"));
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 1);
}

/* A delivery that tells of others, too, stays: it is not theirs alone. */
static void
test_with_others(Desk *desk)
{
    log_in(desk);
    coex_sim_begin_batch(desk->sim);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "a plum cake"));
    g_free(coex_sim_customer_sends(desk->sim, "ben", "a rye loaf"));
    coex_sim_end_batch(desk->sim);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "a plum cake");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "a rye loaf");
    desk_hear(desk, "ada", "on Monday");
    forget(desk, "ada");
    wait_gone(desk, "on Monday");
    g_assert_true(folder_has(desk->dir, "a plum cake"));
    desk_restart(desk);
    desk_fence(desk);
    g_assert_null(desk_view(desk, "ada"));
    wait_past(desk, "ben", "in: a rye loaf");
}

/* Those who were known before and after them are still who they are, also after the next login, and
 * when one of the forgotten comes back, who is known last then. */
static void
test_between_others(Desk *desk)
{
    static const char *const all[] = { "ada", "ben", "carla", "dana" };

    log_in(desk);
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        desk_hear(desk, all[i], all[i]);
    forget(desk, "ben");
    forget(desk, "carla");
    for (guint login = 0; login < 3; login++) {
        desk_restart(desk);
        desk_wait_catalogue(desk);
        wait_past(desk, "ada", "in: ada");
        wait_past(desk, "dana", "in: dana");
        if (login == 0)
            desk_hear(desk, "ben", "Ben again");
        wait_past(desk, "ben", "in: Ben again");
        g_assert_null(desk_view(desk, "carla"));
    }
    desk_say(desk, "dana", "Hello Dana");
    desk_take(desk, "dana", "Hello Dana");
    desk_wait_state(desk, "dana", "delivered*: Hello Dana");
}

/* ---- while the history comes ---- */

#define N_LINES 1200
#define IN_BOOK_BEFORE                                                                             \
    "{\"state_sync\":[{\"type\":\"contact\",\"action\":\"add\",\"contact\":{\"phone_number\":"     \
    "\"12025550101\",\"full_name\":\"Ada\"},\"metadata\":{\"timestamp\":\"1700000000\"}}]}"

/* @n lines with Ada and as many with Ben, each in some slices; the last of Ben's is @last. */
static Chunk *
dup_long_chunk(Desk *desk, const char *id, const char *words, const char *last)
{
    static const char *const names[] = { "ada", "ben" };
    Chunk *chunk = chunk_new();

    for (guint i = 0; i < 2 * N_LINES; i++) {
        g_autofree char *token = g_strdup_printf("%s%u", id, i);
        const char *who = names[i / N_LINES];
        g_autofree char *text = g_strdup_printf("%s, %s %u", words, who, i);

        if (i % N_LINES == 0)
            chunk_open_chat(chunk, who);
        chunk_theirs(desk, chunk, token, who, CHUNK_DAY_S - i, text);
    }
    chunk_theirs(desk, chunk, id, "ben", 60, last);
    return chunk;
}

static void
assert_unknown(Desk *desk, const char *who)
{
    g_assert_null(desk_view(desk, who));
    coex_session_recall(desk->session, desk_name(who), 20, 0, TRUE);
    desk_wait_notice(desk, NULL, "Nothing is known of *");
}

static void
assert_not_found(Desk *desk, const char *words)
{
    coex_session_search(desk->session, NULL, words);
    desk_wait_notice(desk, NULL, "Nothing was found for *");
}

/* In the middle of a chunk, and more come: who is forgotten is new when they write again, and the
 * rest of the history does not join them. */
static void
test_history_goes_on(Desk *desk)
{
    Chunk *alone = chunk_new();

    log_in(desk);
    desk_ignore(desk, "WhatsApp is sending *");
    chunk_deliver(desk, dup_long_chunk(desk, "A", "a plum cake", "a rye loaf"), 30);
    chunk_deliver(desk, dup_long_chunk(desk, "B", "eleven candles", "a rye bun"), 50);
    desk_hear(desk, "ada", "and a quiet table");
    forget(desk, "ada");
    chunk_open_chat(alone, "ada");
    chunk_theirs(desk, alone, "C1", "ada", CHUNK_DAY_S, "a marzipan pig");
    chunk_ours(desk, alone, "C2", CHUNK_DAY_S / 2, "a marzipan hat");
    chunk_deliver(desk, alone, 60);
    coex_sim_change(desk->sim, "smb_app_state_sync", IN_BOOK_BEFORE);
    desk_restart(desk);
    chunk_deliver(desk, dup_long_chunk(desk, "D", "with icing", "a rye roll"), 80);
    desk_wait_notice(desk, NULL, "*: 80 % have arrived.");
    assert_unknown(desk, "ada");
    assert_not_found(desk, "ada candles");
    assert_not_found(desk, "quiet");
    wait_gone(desk, "a marzipan pig");

    desk_hear(desk, "ada", "Hello again");
    desk_say(desk, "ada", "Good day");
    desk_take(desk, "ada", "Good day");
    desk_wait_state(desk, "ada", "delivered*");
    desk_restart(desk);
    alone = dup_long_chunk(desk, "E", "for a birthday", "a rye crumb");
    chunk_open_chat(alone, "ada");
    chunk_theirs(desk, alone, "L", "ada", -1, "Later");
    chunk_deliver_last(desk, alone);
    wait_past(desk, "ben", "*in: a rye crumb");
    wait_past(desk, "ada", "in: Hello again\nout: Good day\nin: Later");
    assert_not_found(desk, "ada birthday");
}

/* It was kept while the account was off. */
static void
test_history_was_kept(Desk *desk)
{
    const CoexSimIdentity identity = { .number = "+447700900199",
                                       .phone_number_id = "318800000000199" };
    g_autoptr(Desk) other = NULL;

    log_in(desk);
    desk_hear(desk, "ada", "a plum cake");
    other = desk_new_beside(desk, &identity);
    desk_login(other);
    desk_logout(desk);
    chunk_deliver(desk, dup_long_chunk(desk, "A", "eleven candles", "a rye loaf"), 100);
    desk_fence(other);
    desk_login(desk);
    forget(desk, "ada");
    desk_wait_notice(desk, NULL, "All of this number's earlier chats have arrived. *");
    assert_unknown(desk, "ada");
    wait_past(desk, "ben", "*in: a rye loaf");
    desk_restart(desk);
    assert_unknown(desk, "ada");
}

/* ---- in between ---- */

/* The program ends before the chat program has done its part. */
static void
test_goes_on(Desk *desk)
{
    log_in(desk);
    desk_hear(desk, "ada", "a plum cake");
    coex_session_forget(desk->session, desk_name("ada"));
    desk_wait_forget(desk, "ada");
    desk_restart(desk);
    desk_wait_forget(desk, "ada");
    g_assert_null(desk_view(desk, "ada"));
    /* somebody new, who is not forgotten with the old one */
    desk_hear(desk, "ada", "Hello again");
    coex_session_forgotten(desk->session, desk_name("ada"));
    desk_wait_notice(desk, NULL, FORGOTTEN);
    wait_gone(desk, "a plum cake");
    wait_past(desk, "ada", "in: Hello again");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FORGET, "ada", "*"), ==, 0);
    wait_past(desk, "ada", "in: Hello again");
}

static void
test_on_its_way(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    log_in(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_hear(desk, "ada", "a plum cake");
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "For how many?");
    request = desk_wait_sent(desk, "ada", "For how many?");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent*");
    coex_session_forget(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Ada Lovelace was not forgotten: a text is on its way*");
    wait_past(desk, "ada",
              "in: a plum cake\n"
              "out (may have been sent, its confirmation is awaited): For how many?");
    coex_sim_status(desk->sim, request->wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at*");
    forget(desk, "ada");
    wait_gone(desk, "For how many?");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_null(desk_view(desk, "ada"));
}

/* What waits, in whatever way, does not leave afterwards. */
static void
test_what_waits(Desk *desk)
{
    log_in(desk);
    desk_hear(desk, "ada", "a plum cake");
    desk_say_in_vain(desk, "ada", "It did not arrive", 131026);
    desk_send(desk, "dana", "It waits for a choice");
    desk_wait_prompt(desk, "dana", "It waits for a choice");
    g_assert_true(coex_session_hold_text(desk->session, desk_name("dana"), "It is held", NULL));
    desk_wait_notice(desk, "dana", "Held until*");
    forget(desk, "ada");
    forget(desk, "dana");
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "*othing*");
    desk_hear(desk, "ada", "Hello again");
    desk_hear(desk, "dana", "Hello");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "*othing*");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 0);
}

/* ---- who it is ---- */

/* Two buddies that turned out to be one go together. */
static void
test_two_buddies(Desk *desk)
{
    const DeskEvent *told;

    log_in(desk);
    coex_sim_hide_number(desk->sim, "ben", TRUE);
    g_free(coex_sim_customer_sends(desk->sim, "ben", "a rye loaf"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "GB.31877200459163380254", "a rye loaf");
    coex_session_pin(desk->session, desk_name("ben"));
    coex_sim_hide_number(desk->sim, "ben", FALSE);
    g_free(coex_sim_customer_sends(desk->sim, "ben", "or two"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "GB.31877200459163380254", "or two");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ben", "This is the same person*");
    coex_session_forget(desk->session, desk_name("GB.31877200459163380254"));
    told = desk_wait_forget(desk, "GB.31877200459163380254");
    g_assert_nonnull(strstr(told->detail, desk_name("ben")));
    coex_session_forgotten(desk->session, desk_name("GB.31877200459163380254"));
    desk_wait_notice(desk, NULL, FORGOTTEN);
    wait_gone(desk, "a rye loaf");
    wait_gone(desk, desk_name("ben"));
    desk_restart(desk);
    desk_fence(desk);
    g_assert_null(desk_view(desk, "ben"));
    g_assert_null(desk_view(desk, "GB.31877200459163380254"));
}

/* Another number of the same desk keeps what it has of the same person. */
static void
test_of_one_number(Desk *desk)
{
    static const CoexSimIdentity identity = { .number = "+447700900199",
                                              .phone_number_id = "318800000000199",
                                              .waba_id = "215500000000199" };
    g_autoptr(Desk) other = NULL;

    log_in(desk);
    desk_hear(desk, "ada", "a plum cake");
    other = desk_new_beside(desk, &identity);
    desk_login(other);
    desk_hear(other, "ada", "a pear tart");
    forget(desk, "ada");
    wait_gone(desk, "a plum cake");
    g_assert_nonnull(desk_view(other, "ada"));
    g_assert_true(folder_has(desk->dir, "a pear tart"));
    wait_past(other, "ada", "in: a pear tart");
}

/* What waits for more of its kind came before the wish. */
static void
test_held_back(Desk *desk)
{
    log_in(desk);
    desk_hear(desk, "ada", "a plum cake");
    desk->strict &= ~(1u << DESK_FEED);
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "reaction",
                                        "{\"message_id\":\"wamid.never\",\"emoji\":\"\\u2764\"}"));
    desk_hear(desk, "ben", "a rye loaf"); /* behind it, and held up by nothing */
    forget(desk, "ada");
    desk_fence(desk);
    g_assert_null(desk_view(desk, "ada"));
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_null(desk_view(desk, "ada"));
    desk_hear(desk, "ada", "Hello again");
    wait_past(desk, "ada", "in: Hello again");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/forget/nothing-is-left", test_nothing_is_left);
    desk_add("/forget/amid-a-download", test_amid_a_download);
    desk_add("/forget/delivered-again", test_delivered_again);
    desk_add("/forget/with-others", test_with_others);
    desk_add("/forget/between-others", test_between_others);
    desk_add("/forget/history-goes-on", test_history_goes_on);
    desk_add_at(DESK_ONLY_META, "/forget/history-was-kept", test_history_was_kept);
    desk_add("/forget/goes-on", test_goes_on);
    desk_add("/forget/on-its-way", test_on_its_way);
    desk_add("/forget/what-waits", test_what_waits);
    desk_add("/forget/two-buddies", test_two_buddies);
    desk_add("/forget/of-one-number", test_of_one_number);
    desk_add("/forget/held-back", test_held_back);
    return g_test_run();
}
