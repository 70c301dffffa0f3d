// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that messages bring, as each chat program shows them. */

static void
hear_image(World *world, const char *caption)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(240000, 'x'), 240000);
    g_autofree char *content = coex_sim_add_file(world->sim, "image/jpeg", NULL, caption, bytes);
    g_autofree char *words = g_strdup_printf("*%s*", caption);

    g_free(coex_sim_customer_sends_type(world->sim, "ada", "image", content));
    host_wait_message(world->host, ADA, "RECV", words);
}

/* The file that @line names behind @before is there, for its owner alone. */
static void
check_file(World *world, const char *line, const char *before)
{
    const char *start = strstr(line, before);
    g_autofree char *path = NULL;
    g_autofree char *content = NULL;
    gsize length = 0;

    host_check(world->host, start != NULL);
    path = g_str_equal(before, "file://") ? g_filename_from_uri(start, NULL, NULL)
                                          : g_strdup(start + strlen(before));
    host_check(world->host, path != NULL && strstr(path, "/Ada Lovelace/image ") != NULL);
    host_check(world->host, g_file_get_contents(path, &content, &length, NULL));
    host_check(world->host, length == 240000);
}

static void
link_to_it(World *world)
{
    host_go_online(world->host);
    hear_image(world, "Broken part");
    const HostEvent *line =
        host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    host_check(world->host, strstr(line->text, "/Downloads/WhatsApp/Ada%20Lovelace/") != NULL);
    check_file(world, line->text, "file://");

    /* once, and again when asked for */
    host_quit(world->host);
    host_go_online(world->host);
    host_type(world->host, ADA, "/history 5");
    host_wait_message(world->host, ADA, "SYSTEM", "*(#1) *Broken part*");
    host_type(world->host, ADA, "/get last");
    line = host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    check_file(world, line->text, "file://");
    host_check(world->host,
               host_count_messages(world->host, ADA, "SYSTEM", NULL, "*file://*") == 2);
}

static void
check_sent(World *world, const HostEvent *sent)
{
    g_autofree char *content = NULL;
    gsize length = 0;

    host_check(world->host, strchr(sent->text, ' ') == NULL);
    host_check(world->host, g_file_get_contents(sent->detail, &content, &length, NULL));
    host_check(world->host, length == 240000);
}

static void
path_of_it(World *world)
{
    host_go_online(world->host);
    hear_image(world, "Broken part");
    const HostEvent *line = host_wait_message(world->host, ADA, "SYSTEM",
                                              "*[image #1, 240 KB] “Broken part” (!get 1) /*.jpg");
    host_check(world->host, strstr(line->text, "/coex/media/Ada Lovelace/") != NULL);
    host_check(world->host, strstr(line->text, host_get_profile(world->host)) != NULL);
    check_file(world, line->text, "(!get 1) ");
    host_type(world->host, ADA, "!get last");
    host_wait_message(world->host, ADA, "SYSTEM", "*[image #*, 240 KB] “Broken part” /*.jpg");
    /* and who sits elsewhere has it sent, but never what he did not ask for */
    check_sent(world, host_wait_for(world->host, EVENT_FILE, ADA, "image_*.jpg"));
    hear_image(world, "Another part");
    host_wait_message(world->host, ADA, "SYSTEM",
                      "*[image #2, 240 KB] “Another part” (!get 2) /*.jpg");
    host_type(world->host, ADA, "!get 1");
    check_sent(world, host_wait_for(world->host, EVENT_FILE, ADA, "image_*.jpg"));
    host_check(world->host, host_count(world->host, EVENT_FILE, ADA, NULL) == 2);
}

/* On a disk that does not answer any more: the conversation goes on. */
static void
not_readable(World *world)
{
    host_go_online(world->host);
    hear_image(world, "Broken part");
    host_wait_message(world->host, ADA, "SYSTEM",
                      "*[image #*, 240 KB] “Broken part” (!get 1) /*.jpg");
    host_hang(world->host, "/coex/media/");
    host_type(world->host, ADA, "!get last");
    host_wait_message(world->host, ADA, "SYSTEM", "*[image #*, 240 KB] “Broken part” /*.jpg");
    world_customer_writes(world, "ada", ADA, "Is it there?");
    host_type(world->host, ADA, "A moment");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "A moment") == 0);
    host_check(world->host, host_count(world->host, EVENT_FILE, ADA, NULL) == 0);
    host_hang(world->host, "");
    check_sent(world, host_wait_for(world->host, EVENT_FILE, ADA, "image_*.jpg"));
}

/* An option that keeps files where they are, until somebody asks. */
static void
on_request(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "media-auto", "none");
    host_set_option(world->host, coex_sim_get_number(world->sim), "media-folder", "~/Files");
    host_go_online(world->host);
    hear_image(world, "Broken part");
    host_wait_message(world->host, ADA, "SYSTEM", "[image #*]: /get #* fetches it.");
    host_check(world->host, coex_sim_n_requests(world->sim, "media") == 0);
    host_type(world->host, ADA, "/get");
    host_wait_message(world->host, ADA, "SYSTEM", "*is being fetched.");
    const HostEvent *line =
        host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    host_check(world->host, strstr(line->text, "/Files/Ada%20Lovelace/") != NULL);
    check_file(world, line->text, "file://");
}

/* A line says that it comes, and what is written meanwhile does not wait for it. */
static void
loading(World *world)
{
    host_go_online(world->host);
    coex_sim_set_file_state(world->sim, COEX_SIM_FILE_STALLED);
    hear_image(world, "Broken part");
    host_wait_message(world->host, ADA, "SYSTEM", "*[image #*, loading]");
    world_customer_writes(world, "ada", ADA, "Can you see it?");
    coex_sim_change_files(world->sim, COEX_SIM_FILE_GOOD);
    host_wait_message(world->host, ADA, "SYSTEM", "*[image #*, 240 KB] *");
}

/* One that takes long: how far it is stands in the tooltip, and what was asked for, never what
 * comes by itself, in the window of transfers. */
static void
slow(World *world)
{
    host_go_online(world->host);
    coex_sim_set_file_state(world->sim, COEX_SIM_FILE_SLOW);
    hear_image(world, "Broken part");
    host_wait_tooltip(world->host, ADA, "image #*, * of 240 KB");
    host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    host_check(world->host, host_count(world->host, EVENT_TRANSFER, NULL, NULL) == 0);
    host_quit(world->host);

    host_set_option(world->host, coex_sim_get_number(world->sim), "media-auto", "none");
    host_go_online(world->host);
    hear_image(world, "Another part");
    host_type(world->host, ADA, "/get");
    host_wait_for(world->host, EVENT_TRANSFER, NULL, "started image #*");
    host_wait_for(world->host, EVENT_TRANSFER, NULL, "complete image #*");
    host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    host_check(world->host,
               host_count_messages(world->host, ADA, "SYSTEM", NULL, "*ransfer*") == 0);
    hear_image(world, "A third part");
    host_type(world->host, ADA, "/get");
    host_wait_for(world->host, EVENT_TRANSFER, NULL, "started image #*");
    host_cancel_transfers(world->host);
    host_wait_for(world->host, EVENT_TRANSFER, NULL, "cancelled image #*");
    host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB]: /get #* fetches it.");
    host_type(world->host, ADA, "/get");
    host_wait_for(world->host, EVENT_TRANSFER, NULL, "started image #*");
    host_quit(world->host);
}

/* Where there is no such window a line tells how long it takes. */
static void
slow_line(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "media-auto", "none");
    host_go_online(world->host);
    coex_sim_set_file_state(world->sim, COEX_SIM_FILE_SLOW);
    hear_image(world, "Broken part");
    host_type(world->host, ADA, "!get");
    host_wait_message(world->host, ADA, "SYSTEM",
                      "*[image #*, 24 of 240 KB] takes about 20 seconds more.");
    host_wait_message(world->host, ADA, "SYSTEM", "*[image #*, 240 KB] “Broken part” /*.jpg");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*seconds more*") == 1);
}

/* Where the user's own web server shows the folder, a line carries that link. */
static void
served(World *world)
{
    const char *own = coex_sim_get_number(world->sim);
    g_autofree char *folder = g_build_filename(host_get_profile(world->host), "served", NULL);
    g_autofree char *path = NULL;
    g_autofree char *name = NULL;
    const HostEvent *line;
    GStatBuf found;

    host_set_option(world->host, own, "media-folder", folder);
    host_set_option(world->host, own, "media-mode", "0640");
    host_set_option(world->host, own, "media-url", "https://files.example.org/m/");
    host_go_online(world->host);
    hear_image(world, "Broken part");
    line = host_wait_message(world->host, ADA, "SYSTEM",
                             "*240 KB]* https://files.example.org/m/Ada%20Lovelace/image%20*.jpg");
    name = g_uri_unescape_string(strstr(line->text, "/m/") + 3, NULL);
    path = g_build_filename(folder, name, NULL);
    host_check(world->host, g_stat(path, &found) == 0 && found.st_mode == (S_IFREG | 0640));
    host_check(world->host, g_regex_match_simple(" [0-9a-f]{20}\\.jpg$", name, 0, 0));
}

/* Only when asked for, as one argument of a program that the user named. */
static void
played(World *world)
{
    const char *own = coex_sim_get_number(world->sim);
    g_autofree char *folder = g_build_filename(host_get_profile(world->host), "pl$(x)'ay", NULL);
    g_autofree char *pipe = g_build_filename(host_get_profile(world->host), "pipe", NULL);
    g_autofree char *command = g_strdup_printf("sh -c 'printf %%s \"$1\" >%s' sh", pipe);
    char path[4096] = "";
    const HostEvent *line;
    int fd;

    host_set_option(world->host, own, "media-folder", folder);
    host_go_online(world->host);
    hear_image(world, "Broken part");
    host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    host_type(world->host, ADA, "/play");
    host_wait_message(world->host, ADA, "SYSTEM",
                      "*option “Media open: program of /play” names no program yet*");
    host_quit(world->host);

    host_set_option(world->host, own, "media-open", command);
    host_check(world->host, mkfifo(pipe, 0600) == 0);
    host_go_online(world->host);
    host_type(world->host, ADA, "/play last");
    line = host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    fd = g_open(pipe, O_RDONLY | O_CLOEXEC, 0);
    host_check(world->host, fd >= 0 && read(fd, path, sizeof path - 1) > 0);
    host_check(world->host, g_str_has_prefix(path, folder) && g_str_has_suffix(path, ".jpg"));
    host_check(world->host, line->text != NULL);
    close(fd);

    /* only what is asked to be played */
    host_set_option(world->host, own, "media-open", "/no/such/program");
    host_type(world->host, ADA, "/play \"no such words\"");
    host_wait_message(world->host, ADA, "SYSTEM", "There is no such file*");
    host_type(world->host, ADA, "/get last");
    host_wait_message(world->host, ADA, "SYSTEM", "[image #*, 240 KB] file:///*.jpg");
    host_sync(world->host);
    host_check(world->host,
               host_count_messages(world->host, ADA, "SYSTEM", NULL, "*could not be opened*") == 0);

    host_quit(world->host);
    host_set_option(world->host, own, "media-open", "/no/such/program");
    host_go_online(world->host);
    host_type(world->host, ADA, "/play last");
    host_wait_message(world->host, ADA, "SYSTEM", "*could not be opened: *Media open*");
}

static void
bad_options(World *world)
{
    static const char *const bad[][4] = {
        { "media-folder", "Files", "*Media folder*no whole path*", "" },
        { "media-limit", "many", "*Media limit*It takes a number of MB*", "100" },
        { "media-url", "files.example.org", "*Media URL*is no address*", "" },
        { "media-url", "ftp://files.example.org/", "*Media URL*is no address*", "" },
        { "media-mode", "0777", "*Media mode*“0777” is none*", "0600" },
        { "media-auto", "some", "*Media auto*“some” is none*", "small" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        host_set_option(world->host, coex_sim_get_number(world->sim), bad[i][0], bad[i][1]);
        host_login(world->host);
        host_wait_for(world->host, EVENT_DISCONNECTED, NULL, bad[i][2]);
        host_quit(world->host);
        host_set_option(world->host, coex_sim_get_number(world->sim), bad[i][0], bad[i][3]);
    }
}

/* Whose server it is has folders that are none of the user's. */
static void
not_the_servers(World *world)
{
    const char *own = coex_sim_get_number(world->sim);
    const char *profile = host_get_profile(world->host);
    g_autofree char *beside = g_strconcat(profile, "-of-another", NULL);
    g_autofree char *above = g_strconcat(profile, "/media/../../x", NULL);
    const char *const folders[] = { "/var/www", "~/Files", beside, above, profile };

    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        host_set_option(world->host, own, "media-folder", folders[i]);
        host_login(world->host);
        host_wait_for(
            world->host, EVENT_DISCONNECTED, NULL,
            "*media-folder: files can be put only below /*Enter such a folder, or none.*");
        host_quit(world->host);
    }
    host_check(world->host, !g_file_test(beside, G_FILE_TEST_EXISTS));
}

static void
add_all(void)
{
    world_add("media/link-to-it", NULL, link_to_it);
    world_add("media/finch/link-to-it", "gnt-purple", link_to_it);
    world_add("media/bitlbee/path-of-it", "BitlBee", path_of_it);
    world_add("media/bitlbee/not-readable", "BitlBee", not_readable);
    world_add("media/on-request", NULL, on_request);
    /* by its name only: there is nothing to click */
    world_add("media/pidgin/on-request", "gtk-gaim", on_request);
    world_add("media/loading", NULL, loading);
    world_add("media/finch/loading", "gnt-purple", loading);
    world_add("media/bitlbee/loading", "BitlBee", loading);
    world_add("media/slow", NULL, slow);
    world_add("media/finch/slow", "gnt-purple", slow);
    world_add("media/bitlbee/slow", "BitlBee", slow_line);
    world_add("media/served", NULL, served);
    world_add("media/bitlbee/served", "BitlBee", served);
    world_add("media/bitlbee/not-the-servers", "BitlBee", not_the_servers);
    world_add("media/played", NULL, played);
    world_add("media/bad-options", NULL, bad_options);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
