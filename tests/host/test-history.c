// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The phone's earlier chats: asking for them. */

static gboolean
is_meta(World *world)
{
    return coex_sim_get_provider(world->sim) == COEX_SIM_META;
}

/* Where a line for the account is. */
static void
wait_line(World *world, const char *glob)
{
    host_wait_for(world->host, EVENT_NOTICE, NULL, glob);
}

/* The question says what it means, and a no asks WhatsApp for nothing. */
static void
answer(World *world)
{
    host_wait_for(world->host, EVENT_REQUEST, NULL,
                  "*contacts and history?*once only*within 24 hours*");
    host_request_press(world->host, world->bitlbee ? "no" : "Cancel");
    wait_line(world, "WhatsApp was not asked for contacts and history.");
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 0);
    host_type(world->host, ADA, world->bitlbee ? "!synchronise" : "/synchronise");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*contacts and history?*");
    host_request_press(world->host, world->bitlbee ? "yes" : "OK");
    wait_line(world, "*asked for the phone's contacts.*sync-contacts-1*");
    wait_line(world, "*asked for the phone's earlier chats.*sync-history-1*");
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 2);
}

static void
asks(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    if (world->bitlbee)
        host_type(world->host, ADA, "!synchronise");
    else if (is_meta(world))
        host_pick_action(world->host, "Synchronise contacts and history...");
    else
        host_type(world->host, coex_sim_get_number(world->sim), "synchronise");
    if (is_meta(world))
        answer(world);
    else
        wait_line(world, "*360dialog asks for the phone's contacts *by itself*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
}

/* Over all people, where it was asked for, and as no line that somebody could write. */
static void
finds(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "plum jam\n[10:00] → Ada Lovelace: free of charge");
    world_customer_writes(world, "ada", ADA, "a Plüm cake");
    host_type(world->host, ADA, world->bitlbee ? "!search plum" : "/search plum");
    const HostEvent *found =
        host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", "*Found for “plum”*");
    g_autofree char *text = g_strdup(found->text);
    host_check(world->host, strstr(text, "← Ada Lovelace: a Plüm cake") != NULL);
    host_check(world->host, strstr(text, "← Ben Nevis: plum jam") != NULL);
    host_check(world->host, strstr(text, "\n[10:00]") == NULL);
    if (!world->bitlbee) {
        host_type(world->host, coex_sim_get_number(world->sim), "search cake");
        wait_line(world, "*Found for “cake”*← Ada Lovelace: a Plüm cake*");
    }
    host_type(world->host, ADA, world->bitlbee ? "!search" : "/search");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Nothing more was found for *");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
}

/* ---- the log ---- */

#define TIME "1760000000" /* 9 October 2025, 08:53:20 UTC */
#define HISTORY                                                                                    \
    "{\"history\":[{\"metadata\":{\"phase\":2,\"chunk_order\":1,\"progress\":100},"                \
    "\"threads\":[{\"id\":\"12025550101\",\"messages\":["                                          \
    "{\"from\":\"447700900100\",\"id\":\"wamid.H2\",\"timestamp\":\"1760000060\",\"type\":"        \
    "\"text\","                                                                                    \
    "\"text\":{\"body\":\"At nine\"},\"history_context\":{\"status\":\"read\"}},"                  \
    "{\"from\":\"12025550101\",\"id\":\"wamid.H1\",\"timestamp\":\"" TIME "\",\"type\":\"text\","  \
    "\"text\":{\"body\":\"When <b> do you "                                                        \
    "open?\"},\"history_context\":{\"status\":\"read\"}}]}]}]}"

/* All logs of that day in the folder. */
static void
read_day(const char *folder, GString *content, guint *n)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;

        read_day(path, content, n);
        if (!g_str_has_prefix(name, "2025-10-09.") || !g_file_get_contents(path, &text, NULL, NULL))
            continue;
        g_string_append(content, text);
        *n += 1;
    }
}

static char *
read_log(World *world)
{
    g_autofree char *folder = g_build_filename(host_get_profile(world->host), "logs", NULL);
    GString *content = g_string_new(NULL);
    guint n = 0;

    read_day(folder, content, &n);
    host_check(world->host, n <= 1); /* one for a day */
    return g_string_free(content, FALSE);
}

static char *
wait_log(World *world)
{
    char *content = read_log(world);

    for (guint i = 0; i < 100 && strstr(content, "At nine") == NULL; i++) {
        g_free(content);
        host_try_wait(world->host, EVENT_REQUEST, NULL, NULL, 50);
        content = read_log(world);
    }
    return content;
}

/* One log, with the lines' own times, written once; no window opens. */
static void
logs(World *world)
{
    host_go_online(world->host);
    coex_sim_change(world->sim, "history", HISTORY);
    g_autofree char *content = wait_log(world);
    const char *first = strstr(content, "do you open?");
    host_check(world->host, first != NULL && strstr(first, "At nine") != NULL);
    host_check(world->host, strstr(content, "08:53:20") != NULL);
    host_check(world->host, strstr(content, "08:54:20") != NULL);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, NULL) == 0);
    host_sync(world->host);
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "Hello");
    g_autofree char *again = wait_log(world);
    host_check(world->host, strcmp(content, again) == 0);
}

/* Of @n lines with whom, a second apart. */
static char *
dup_thread(const char *who, guint n)
{
    GString *thread = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(thread,
                               "%s{\"from\":\"%s\",\"id\":\"wamid.%s%u\",\"timestamp\":\"%u\","
                               "\"type\":\"text\",\"text\":{\"body\":\"Line %u, %s\"}}",
                               i > 0 ? "," : "", who, who, i, 1760000000 + i, i, who);
    return g_string_free(thread, FALSE);
}

static void
bring_history(World *world, guint n)
{
    g_autofree char *ada = dup_thread(ADA, n);
    g_autofree char *ben = dup_thread(BEN, 2);
    g_autofree char *value =
        g_strdup_printf("{\"history\":[{\"metadata\":{\"progress\":100},\"threads\":["
                        "{\"id\":\"" ADA "\",\"messages\":[%s]},"
                        "{\"id\":\"" BEN "\",\"messages\":[%s]}]}]}",
                        ada, ben);

    coex_sim_change(world->sim, "history", value);
}

/* What the logs of that day have, but for the one named @but. */
static void
read_logs(const char *folder, const char *but, GString *content)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;

        read_logs(path, but, content);
        if (g_str_has_prefix(name, "2025-10-09.") && g_strcmp0(path, but) != 0 &&
            g_file_get_contents(path, &text, NULL, NULL))
            g_string_append(content, text);
    }
}

static guint
count_logged(World *world, const char *but, const char *words)
{
    g_autofree char *folder = g_build_filename(host_get_profile(world->host), "logs", NULL);
    g_autoptr(GString) content = g_string_new(NULL);
    guint n = 0;

    read_logs(folder, but, content);
    for (const char *at = content->str; (at = strstr(at, words)) != NULL; at++)
        n++;
    return n;
}

static void
wait_logged(World *world, const char *but, const char *words)
{
    for (guint i = 0; i < 4000 && count_logged(world, but, words) == 0; i++)
        host_try_wait(world->host, EVENT_REQUEST, NULL, NULL, 5);
    host_check(world->host, count_logged(world, but, words) > 0);
}

#define N_LINES 3000
#define SAME_SECOND "2025-10-09.085320+0000UTC.html"

/* Killed while it writes a day: that is there afterwards, once, and another log that begins with
 * the same second is what it was. */
static void
logs_after_a_kill(World *world)
{
    host_go_online(world->host);
    g_autofree char *account = g_strconcat("%2b", coex_sim_get_number(world->sim) + 1, NULL);
    g_autofree char *folder =
        g_build_filename(host_get_profile(world->host), "logs", "coex", account, "%2b" ADA, NULL);
    host_check(world->host, g_mkdir_with_parents(folder, 0700) == 0);
    g_autofree char *other = g_build_filename(folder, SAME_SECOND, NULL);
    host_check(world->host, g_file_set_contents(other, "<html>Of somebody else", -1, NULL));
    bring_history(world, N_LINES);
    wait_logged(world, other, "Line 1, " ADA);
    host_kill(world->host);
    host_go_online(world->host);
    wait_logged(world, other, "Line 1, " BEN);
    host_check(world->host, count_logged(world, other, "Line 1, " ADA) == 1);
    host_check(world->host, count_logged(world, other, "Line 2999, " ADA) == 1);
    g_autofree char *content = NULL;
    host_check(world->host, g_file_get_contents(other, &content, NULL, NULL));
    host_check(world->host, g_str_equal(content, "<html>Of somebody else"));
}

/* "Enable Logging" is off in Ada's window in Pidgin. */
static void
logs_not(World *world)
{
    g_autofree char *path = g_build_filename(host_get_profile(world->host), "blist.xml", NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_sync(world->host);
    host_quit(world->host);
    g_autofree char *list = host_read_list(world->host);
    g_auto(GStrv) parts = g_strsplit(list, "<contact>", 2);
    g_autofree char *changed =
        g_strjoinv("<contact><setting name='enable-logging' type='bool'>0</setting>", parts);
    host_check(world->host, g_strv_length(parts) == 2);
    host_check(world->host, g_file_set_contents(path, changed, -1, NULL));
    host_go_online(world->host);
    bring_history(world, 2);
    wait_logged(world, NULL, "Line 1, " BEN);
    host_check(world->host, count_logged(world, NULL, "Line 1, " ADA) == 0);
}

/* It is switched off in the middle of Ada's day, unless the machine stood still meanwhile: no half
 * of it stays, and Ben's is written all the same. */
static void
logs_no_more(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    bring_history(world, N_LINES);
    wait_logged(world, NULL, "Line 1, " ADA);
    host_touch(world->host, "unlog", ADA);
    wait_logged(world, NULL, "Line 1, " BEN);
    host_check(world->host, count_logged(world, NULL, "Line 1, " ADA) ==
                                count_logged(world, NULL, "Line 2999, " ADA));
    host_check(world->host, count_logged(world, NULL, "Line 0, " BEN) == 1);
}

static void
add_all(void)
{
    world_add("history/asks", NULL, asks);
    world_add("history/finch/asks", "gnt-purple", asks);
    world_add("history/bitlbee/asks", "BitlBee", asks);
    world_add("history/logs", NULL, logs);
    world_add("history/finch/logs", "gnt-purple", logs);
    world_add("history/logs-after-a-kill", NULL, logs_after_a_kill);
    world_add("history/logs-not", NULL, logs_not);
    world_add("history/logs-no-more", NULL, logs_no_more);
    world_add("history/finds", NULL, finds);
    world_add("history/finch/finds", "gnt-purple", finds);
    world_add("history/bitlbee/finds", "BitlBee", finds);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
