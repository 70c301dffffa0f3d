// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Files that are sent, by the means that each chat program has for it. */

static char *
make_file(const char *name, const char *content)
{
    g_autofree char *folder = g_dir_make_tmp("coex-files-XXXXXX", NULL);
    char *path = g_build_filename(folder, name, NULL);

    g_assert_true(g_file_set_contents(path, content, -1, NULL));
    return path;
}

static void
drop_file(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);

    g_unlink(path);
    g_rmdir(folder);
}

static void
check_sent(World *world, const char *text)
{
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);

    host_check(world->host, g_strcmp0(sent->text, text) == 0);
    host_check(world->host, g_strcmp0(sent->who, "ada") == 0);
}

static void
open_host(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

/* Its own line stands there once, and the transfer is complete when WhatsApp has it. */
static void
transferred(World *world)
{
    g_autofree char *path = make_file("price list.txt", "bread 4");

    open_host(world);
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SEND", "[document] price list.txt");
    drop_file(path);
    check_sent(world, "document text/plain 7 name=price list.txt");
    host_wait_for(world->host, EVENT_TRANSFER, ADA, "complete price list.txt");
    host_sync(world->host);
    host_check(world->host,
               host_count_messages(world->host, ADA, "SEND", NULL, "*price list.txt") == 1);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
}

static void
refused(World *world)
{
    g_autofree char *path = make_file("none.txt", "");

    open_host(world);
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, NULL, "*Not sent: the file “none.txt”. *it is empty*");
    host_wait_for(world->host, EVENT_TRANSFER, NULL, "cancelled *");
    host_sync(world->host);
    host_assert(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "You cancel*") == 0,
                "it was not the user who cancelled it");
    drop_file(path);
    host_check(world->host, coex_sim_n_requests(world->sim, "upload") == 0);
}

static void
typed(World *world)
{
    g_autofree char *path = make_file("price list.txt", "bread 4");
    g_autofree char *line = g_strdup_printf("/send \"%s\" as of today", path);
    g_autofree char *spoken = g_strdup_printf("/voice \"%s\"", path);

    open_host(world);
    host_type(world->host, ADA, line);
    host_wait_message(world->host, ADA, "SEND", "[document] price list.txt: as of today");
    check_sent(world, "document text/plain 7 name=price list.txt caption=as of today");
    host_type(world->host, ADA, "/send photo.jpg");
    host_wait_message(world->host, ADA, "SYSTEM", "*/send ~/photo.jpg a caption*");
    host_type(world->host, ADA, spoken);
    host_wait_message(world->host, ADA, "SYSTEM", "*“price list.txt”. It is no sound that can *");
    host_type(world->host, ADA, "/voice");
    host_wait_message(world->host, ADA, "SYSTEM", "The next file * goes as a voice message.");
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SYSTEM", "*“price list.txt”. It is no sound that can *");
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SEND", "[document] price list.txt");
    drop_file(path);
}

/* What is at an address in the web leaves as one; what WhatsApp cannot fetch there is refused.
 * @mark: before a command. */
static void
linked(World *world, char mark)
{
    static const char *const refused[][2] = {
        { "http://files.example.org/a.pdf",
          "*Not sent: *only from addresses that begin with https*" },
        { "https://", "*Not sent: *no whole address*" },
        { "https://baker:secret@example.org/a.pdf", "*Not sent: *without a name and a password*" },
        { "https://127.0.0.1/a.pdf", "*Not sent: *“127.0.0.1” is not in the internet*" },
        { "https://nas/a.pdf", "*Not sent: *“nas” is not in the internet*" },
        { "https://example.org/Stra\303\237e.pdf", "*Not sent: *no link can have*" },
        { "audio https://example.org/a.mp3 as of today", "*Not sent: No words go beside *" },
    };
    g_autofree char *spoken = g_strdup_printf("%cvoice https://example.org/a.ogg", mark);
    g_autofree char *with_words = g_strconcat(spoken, " for you", NULL);
    g_autofree char *typed = g_strdup_printf("%csend https://example.org/a.pdf?x=1&y=2", mark);
    g_autofree char *caption = g_strdup_printf("%ccaption as of today", mark);
    g_autofree char *image = g_strdup_printf("%csend image https://example.org/a.jpg", mark);

    open_host(world);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *line = g_strdup_printf("%csend %s", mark, refused[i][0]);

        host_type(world->host, ADA, line);
        host_wait_message(world->host, ADA, NULL, refused[i][1]);
    }
    host_type(world->host, ADA, caption);
    host_wait_message(world->host, ADA, NULL, "*goes with: as of today");
    host_type(world->host, ADA, typed);
    check_sent(world, "document https://example.org/a.pdf?x=1&y=2 name=a.pdf caption=as of today");
    host_type(world->host, ADA, image);
    check_sent(world, "image https://example.org/a.jpg");
    host_type(world->host, ADA, with_words);
    host_wait_message(world->host, ADA, NULL, "*Not sent: No words go beside *");
    host_type(world->host, ADA, spoken);
    check_sent(world, "voice https://example.org/a.ogg");
    host_check(world->host, coex_sim_n_requests(world->sim, "upload") == 0);
}

static void
linked_in_pidgin(World *world)
{
    linked(world, '/');
}

static void
linked_in_bitlbee(World *world)
{
    linked(world, '!');
}

/* The words typed before go with the next file, and with no other. */
static void
captioned(World *world, const char *line)
{
    g_autofree char *path = make_file("offer.txt", "bread 4");

    open_host(world);
    host_type(world->host, ADA, line);
    host_wait_message(world->host, ADA, NULL, "*The next file that you send here goes with: *");
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SEND", "[document] offer.txt: as of today");
    check_sent(world, "document text/plain 7 name=offer.txt caption=as of today");
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SEND", "[document] offer.txt");
    check_sent(world, "document text/plain 7 name=offer.txt");
    drop_file(path);
}

static void
captioned_in_pidgin(World *world)
{
    captioned(world, "/caption as of today");
    host_type(world->host, ADA, "/caption no more");
    host_wait_message(world->host, ADA, "SYSTEM", "*goes with: no more");
    host_type(world->host, ADA, "/caption");
    host_wait_message(world->host, ADA, "SYSTEM", "The next file goes without words. */caption*");
}

static void
captioned_in_bitlbee(World *world)
{
    captioned(world, "!caption as of today");
}

/* Whose chooser tells a name without its folder: another file of that name must not leave. */
static void
not_chosen(World *world)
{
    open_host(world);
    host_send_file(world->host, ADA, "");
    host_wait_message(world->host, ADA, "SYSTEM", "Type /send and the path*Finch does not tell*");
}

/* Whose server it is has files that are none of the user's. */
static void
not_the_servers(World *world)
{
    g_autofree char *path = make_file("accounts.xml", "secret");
    g_autofree char *line = g_strdup_printf("!send %s", path);

    open_host(world);
    host_type(world->host, ADA, line);
    host_wait_message(world->host, ADA, NULL,
                      "*Not sent: by its path only a file below */*by DCC*");
    drop_file(path);
    host_check(world->host, coex_sim_n_requests(world->sim, "upload") == 0);
}

/* By what its path says, before anything is looked up: a disk that is gone would hold up all. */
static void
below_by_name(World *world)
{
    g_autofree char *inside = NULL;
    g_autofree char *outside = make_file("accounts.xml", "secret");
    g_autofree char *folder = g_path_get_dirname(outside);
    g_autofree char *in = g_build_filename(folder, "in", NULL);
    g_autofree char *out = NULL;
    const char *paths[2];

    open_host(world);
    inside = g_build_filename(host_get_profile(world->host), "list.txt", NULL);
    out = g_build_filename(host_get_profile(world->host), "out", NULL);
    g_assert_true(g_file_set_contents(inside, "bread 4", -1, NULL));
    g_assert_cmpint(symlink(inside, in), ==, 0);
    g_assert_cmpint(symlink(outside, out), ==, 0);
    paths[0] = in;
    paths[1] = out;
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *line = g_strdup_printf("!send %s", paths[i]);

        host_type(world->host, ADA, line);
        host_wait_message(world->host, ADA, NULL, "*Not sent: by its path only a file below */*");
    }
    host_check(world->host, coex_sim_n_requests(world->sim, "upload") == 0);
    /* the folder may have been given as a relative one */
    host_type(world->host, ADA, "!send ~/gone.txt");
    host_wait_message(world->host, ADA, NULL, "*“gone.txt”. *there is no such file*");
    host_type(world->host, ADA, "!send ~/../accounts.xml");
    host_wait_message(world->host, ADA, NULL, "*Not sent: by its path only a file below */*");
    host_type(world->host, ADA, "!send ~/list.txt");
    check_sent(world, "document text/plain 7 name=list.txt");
    g_unlink(in);
    drop_file(outside);
}

static void
held(World *world)
{
    g_autofree char *path = make_file("offer.txt", "bread 4");

    open_host(world);
    coex_sim_close_window(world->sim, "ada");
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SEND", "[document] offer.txt");
    host_wait_message(world->host, ADA, NULL,
                      "*window is closed*It is held until they write*offer.txt");
    host_wait_for(world->host, EVENT_TRANSFER, ADA, "complete *");
    drop_file(path);
    world_customer_writes(world, "ada", ADA, "Back again");
    check_sent(world, "document text/plain 7 name=offer.txt");
}

/* What waits for the network when the user logs off leaves at the next login: that it was cancelled
 * would have it sent again. */
static void
logged_off(World *world)
{
    g_autofree char *path = make_file("offer.txt", "bread 4");

    open_host(world);
    coex_sim_set_down(world->sim, TRUE);
    host_send_file(world->host, ADA, path);
    host_wait_message(world->host, ADA, "SEND", "[document] offer.txt");
    host_logout(world->host);
    host_wait_for(world->host, EVENT_TRANSFER, ADA, "complete offer.txt");
    drop_file(path);
    coex_sim_set_down(world->sim, FALSE);
    host_go_online(world->host);
    check_sent(world, "document text/plain 7 name=offer.txt");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_TRANSFER, ADA, "cancelled *") == 0);
}

/* The user cancels what has left a moment ago: a line says so, and it left once. */
static void
cancelled_too_late(World *world)
{
    g_autofree char *path = make_file("offer.txt", "bread 4");

    open_host(world);
    host_regret_file(world->host, ADA, path);
    check_sent(world, "document text/plain 7 name=offer.txt");
    host_has_left(world->host);
    host_wait_message(world->host, ADA, "SEND", "[document] offer.txt");
    host_wait_message(world->host, ADA, NULL,
                      "*Not cancelled, since it was sent already: offer.txt*");
    drop_file(path);
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_TRANSFER, ADA, "complete *") == 0);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
}

/* Who hears of that line disables the account: the transfer goes with it. */
static void
cancelled_and_disabled(World *world)
{
    g_autofree char *path = make_file("offer.txt", "bread 4");

    open_host(world);
    host_spoil(world->host, "notice", "disable");
    host_regret_file(world->host, ADA, path);
    check_sent(world, "document text/plain 7 name=offer.txt");
    host_has_left(world->host);
    host_wait_message(world->host, ADA, NULL,
                      "*Not cancelled, since it was sent already: offer.txt*");
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, NULL);
    drop_file(path);
    host_sync(world->host);
}

/* ---- pictures in a text ---- */

#define JPEG_HEAD "\xff\xd8\xff\xc0\x01\x11\x08\x01\x10\x01\x10\x03" /* 272 x 272 */

/* In the chat program's memory only. */
static void
store_picture(World *world, const char *name)
{
    g_autofree char *path = make_file(name, JPEG_HEAD);

    host_store_picture(world->host, path);
    host_sync(world->host);
    drop_file(path);
}

/* All the text is the caption of the only one. */
static void
picture(World *world)
{
    open_host(world);
    store_picture(world, "garden.jpg");
    host_type_html(world->host, ADA, "Now <b>this</b>:<br><IMG ID=\"1\"> &amp; more");
    host_wait_message(world->host, ADA, "SEND", "[image] garden.jpg: Now *this*:*& more");
    check_sent(world, "image image/jpeg 12 caption=Now *this*:\n & more");
    host_type_html(world->host, ADA, "<img id='1'>");
    host_wait_message(world->host, ADA, "SEND", "[image] garden.jpg");
    check_sent(world, "image image/jpeg 12");
}

/* Several, and what stands around them, in their order. */
static void
pictures(World *world)
{
    g_autofree char *text = g_strnfill(1025, 'x');
    g_autofree char *beside = g_strdup_printf("<IMG ID=\"1\">%s", text);

    open_host(world);
    store_picture(world, "one.jpg");
    store_picture(world, "two.jpg");
    host_type_html(world->host, ADA, "First <IMG ID=\"1\"> <IMG ID=\"2\">then<img src=\"x.png\">");
    host_wait_message(world->host, ADA, "SEND", "First");
    host_wait_message(world->host, ADA, "SEND", "[image] one.jpg");
    host_wait_message(world->host, ADA, "SEND", "[image] two.jpg");
    host_wait_message(world->host, ADA, "SEND", "then");
    check_sent(world, "First");
    check_sent(world, "image image/jpeg 12");
    check_sent(world, "image image/jpeg 12");
    check_sent(world, "then");
    /* too long for a caption */
    host_type_html(world->host, ADA, beside);
    host_wait_message(world->host, ADA, "SEND", "[image] one.jpg");
    host_wait_message(world->host, ADA, "SEND", text);
    check_sent(world, "image image/jpeg 12");
    check_sent(world, text);
}

/* Who hands them over has written them, as with a text: no second line, and the end is told. */
static void
pictures_of_others(World *world)
{
    open_host(world);
    store_picture(world, "one.jpg");
    store_picture(world, "two.jpg");
    host_pounce(world->host, ADA, "Look: <IMG ID=\"1\">");
    host_wait_message(world->host, ADA, "SEND", "Look:*");
    check_sent(world, "image image/jpeg 12 caption=Look:");
    host_pounce(world->host, ADA, "<IMG ID=\"1\"> and <IMG ID=\"2\">");
    host_wait_message(world->host, ADA, "SEND", "*and*");
    check_sent(world, "image image/jpeg 12");
    check_sent(world, "and");
    check_sent(world, "image image/jpeg 12");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*one.jpg*") == 0);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*two.jpg*") == 0);
}

/* Nothing leaves of what is not whole, and the text comes back. */
static void
picture_gone(World *world)
{
    open_host(world);
    host_type_html(world->host, ADA, "Look: <IMG ID=\"7\">");
    host_wait_message(world->host, ADA, "SYSTEM",
                      "Not sent: “Look:”. A picture in it is not there any more. Insert it again.");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 0);
}

/* In its place among the texts. */
static void
picture_held(World *world)
{
    open_host(world);
    store_picture(world, "garden.jpg");
    host_type_html(world->host, ADA, "/hold <b>Look:</b> <IMG ID=\"1\">");
    host_wait_message(world->host, ADA, "SYSTEM", "Held until *: [image] garden.jpg: *Look:*");
    host_type(world->host, ADA, "/hold And a text");
    host_wait_message(world->host, ADA, "SYSTEM", "Held until *: And a text");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 0);
    world_customer_writes(world, "ada", ADA, "Back again");
    check_sent(world, "image image/jpeg 12 caption=*Look:*");
    check_sent(world, "And a text");
}

static void
add_all(void)
{
    world_add("files/pidgin", NULL, transferred);
    world_add("files/finch", "gnt-purple", transferred);
    world_add("files/bitlbee", "BitlBee", transferred);
    world_add("files/refused", NULL, refused);
    world_add("files/typed", NULL, typed);
    world_add("files/linked", NULL, linked_in_pidgin);
    world_add("files/bitlbee/linked", "BitlBee", linked_in_bitlbee);
    world_add("files/finch/linked", "gnt-purple", linked_in_pidgin);
    world_add("files/captioned", NULL, captioned_in_pidgin);
    world_add("files/bitlbee/captioned", "BitlBee", captioned_in_bitlbee);
    world_add("files/finch/captioned", "gnt-purple", captioned_in_pidgin);
    world_add("files/not-the-servers", "BitlBee", not_the_servers);
    world_add("files/below-by-name", "BitlBee", below_by_name);
    world_add("files/not-chosen", "gnt-purple", not_chosen);
    world_add("files/logged-off", NULL, logged_off);
    world_add("files/held", NULL, held);
    world_add("files/picture", NULL, picture);
    world_add("files/pictures", NULL, pictures);
    world_add("files/pictures-of-others", NULL, pictures_of_others);
    world_add("files/picture-gone", NULL, picture_gone);
    world_add("files/picture-held", NULL, picture_held);
    world_add("files/cancelled-too-late", NULL, cancelled_too_late);
    world_add("files/cancelled-and-disabled", NULL, cancelled_and_disabled);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
