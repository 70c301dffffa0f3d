// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <glib/gstdio.h>
#include <string.h>

/* Templates with more than text in the forms of Pidgin and Finch. */

static void
set_field(World *world, const HostEvent *form, guint index, const char *value)
{
    g_autofree char *field = host_request_field(form, index);

    host_assert(world->host, field != NULL, "the form has a field for each value");
    host_request_set(world->host, field, value);
}

/* What a place needs is asked for in its order, checked, and shown. */
static void
place(World *world)
{
    static const char *const values[] = { "520", "13.4", "Radhaus", "Hof 1", "12", "Friday" };
    const HostEvent *form;

    host_go_online(world->host);
    host_type(world->host, NORA, "/template courier_on_the_way");
    form =
        host_wait_for(world->host, EVENT_REQUEST, NORA, "*[place: {{latitude}}, {{longitude}}]*");
    host_check(world->host, g_pattern_match_simple(
                                "*latitude (e.g. 52.531677) = *longitude *name of the place (may "
                                "stay empty) = *address of the place *{{1}} = *{{2}} = *",
                                form->extra));
    for (guint i = 0; i < G_N_ELEMENTS(values); i++)
        set_field(world, form, i, values[i]);
    host_request_ok(world->host);
    form = host_wait_for(world->host, EVENT_REQUEST, NORA, "*“latitude” is a number*not “520”*");
    set_field(world, form, 0, "52,5");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA,
                  "*[place: Radhaus, Hof 1, 52.5, 13.4]*We collect 12 on Friday*Kind: utility, "
                  "billed as utility.*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, strstr(sent->body, "\"latitude\":\"52.5\"") != NULL);
}

/* Where a window does not scroll, a long message comes in pages, and goes after the last only. */
static void
pages(World *world)
{
    g_autoptr(GString) line = g_string_new("/template appointment today | Zoe | noon |");
    const HostEvent *page;

    for (guint i = 0; i < 180; i++)
        g_string_append(line, " book");
    host_go_online(world->host);
    host_type(world->host, NORA, line->str);
    page = host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*Dear Zoe*");
    host_check(world->host, strstr(page->extra, "button Send") == NULL);
    host_check(world->host, strstr(page->text, "Kind:") == NULL);
    host_request_press(world->host, "Next");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*Kind: utility*");
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->template_name, "appointment") == 0);
}

/* A picture that was given in a closed window stands in the form of a template that shows one. */
static void
held_picture(World *world)
{
    static const char jpeg[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03xxxxxxxxxxxxxxxx";
    g_autofree char *folder = g_dir_make_tmp("coex-files-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "photo.jpg", NULL);
    g_autofree char *line = g_strdup_printf("/send %s", path);
    const HostEvent *form;

    g_assert_true(g_file_set_contents(path, jpeg, sizeof jpeg, NULL));
    host_go_online(world->host);
    /* Once the list comes up, the templates are known. */
    host_type(world->host, NORA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Choose a template*");
    host_request_cancel(world->host);
    host_type(world->host, NORA, line);
    host_wait_for(world->host, EVENT_MESSAGE, NORA,
                  "*It can go now in a template that shows one: /template pickup_ready_v2.*");
    g_unlink(path);
    g_rmdir(folder);
    host_type(world->host, NORA, "/template pickup_ready_v2");
    form = host_wait_for(world->host, EVENT_REQUEST, NORA, "*[image]*Hallo {{1}}*");
    host_check(world->host,
               strstr(form->extra, "picture (a path or link, or = for the held one) = =\n") !=
                   NULL);
    for (guint i = 1; i < 4; i++)
        set_field(world, form, i, "17");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*[image: the file that is held]*");
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, strstr(sent->body, "\"image\":{\"id\":") != NULL);
    host_wait_message(world->host, NORA, "SEND", "[image: photo.jpg]*Hallo 17*");
}

static void
write_file(const char *path, const char *content, gssize length)
{
    g_assert_true(g_file_set_contents(path, content, length, NULL));
}

static void
assert_kept(World *world, const HostEvent *form, const char *path)
{
    g_auto(GStrv) sixteens = g_strsplit(form->extra, " = 16\n", -1);

    host_check(world->host, strstr(form->extra, path) != NULL);
    host_check(world->host, g_strv_length(sixteens) == 4);
}

/* A file that the template cannot show is told before it is sent, and what was filled in stays;
 * also where it turns out later. */
static void
wrong_file(World *world)
{
    static const char jpeg[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03xxxxxxxxxxxxxxxx";
    g_autofree char *folder = g_dir_make_tmp("coex-files-XXXXXX", NULL);
    g_autofree char *note = g_build_filename(folder, "note.txt", NULL);
    g_autofree char *picture = g_build_filename(folder, "photo.jpg", NULL);
    const HostEvent *form;

    write_file(note, "Buy flour\n", -1);
    host_go_online(world->host);
    host_type(world->host, NORA, "It is ready");
    host_wait_message(world->host, NORA, "SYSTEM", "*waits for your choice*“It is ready”*");
    host_type(world->host, NORA, "/template pickup_ready_v2");
    form = host_wait_for(world->host, EVENT_REQUEST, NORA, "*[image]*Hallo {{1}}*");
    set_field(world, form, 0, note);
    for (guint i = 1; i < 4; i++)
        set_field(world, form, i, "16");
    host_request_ok(world->host);
    form = host_wait_for(world->host, EVENT_REQUEST, NORA,
                         "*The template shows a picture, JPEG or PNG, and*“note.txt” is none. *");
    assert_kept(world, form, note);
    set_field(world, form, 0, picture);
    host_request_ok(world->host);
    form = host_wait_for(world->host, EVENT_REQUEST, NORA,
                         "*“photo.jpg” cannot be sent.*no such file*");
    assert_kept(world, form, picture);
    write_file(picture, jpeg, sizeof jpeg);
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*[image: photo.jpg]*");

    write_file(picture, "Buy flour\n", -1);
    host_request_press(world->host, "Send");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent: the file “photo.jpg”. *");
    host_wait_message(world->host, NORA, "SYSTEM", "*waits for your choice*“It is ready”*");
    host_type(world->host, NORA, "/template");
    form = host_wait_for(world->host, EVENT_REQUEST, NORA, "*[image]*Hallo {{1}}*It is ready*");
    assert_kept(world, form, picture);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);
    write_file(picture, jpeg, sizeof jpeg);
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*Send this to*[image: photo.jpg]*");
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, strstr(sent->body, "\"image\":{\"id\":") != NULL);
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "*Not sent: It is ready*");
    g_unlink(note);
    g_unlink(picture);
    g_rmdir(folder);
}

/* Each card's picture is asked for, checked by its turn, and shown in the finished message. */
static void
carousel(World *world)
{
    static const char jpeg[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03xxxxxxxxxxxxxxxx";
    g_autofree char *folder = g_dir_make_tmp("coex-files-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "gravel.jpg", NULL);
    const char *const values[] = { "Zoe", path, "gravel-2", "=", "cargo-9" };
    const HostEvent *form;

    g_assert_true(g_file_set_contents(path, jpeg, sizeof jpeg, NULL));
    host_go_online(world->host);
    host_type(world->host, NORA, "/template autumn_bikes");
    form = host_wait_for(world->host, EVENT_REQUEST, NORA, "*New this autumn, {{1}}:*[image]*");
    host_check(world->host, strstr(form->extra, "picture of card 1 (a path or link) = \n") != NULL);
    for (guint i = 0; i < G_N_ELEMENTS(values); i++)
        set_field(world, form, i, values[i]);
    host_request_ok(world->host);
    form = host_wait_for(world->host, EVENT_REQUEST, NORA,
                         "*“picture of card 2” is given by its path, *not as “=”.*");
    set_field(world, form, 3, path);
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_REQUEST, NORA, "*[image: gravel.jpg]*[image: gravel.jpg]*");
    host_check(world->host, coex_sim_n_requests(world->sim, "upload") == 0);
    host_request_press(world->host, "Send");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, strstr(sent->body, "\"image\":{\"id\":") != NULL);
    host_check(world->host, strstr(sent->body, "\"link\"") == NULL);
    host_wait_message(world->host, NORA, "SEND", "New this autumn, Zoe:*gravel.jpg*");
    g_unlink(path);
    g_rmdir(folder);
}

static void
add_all(void)
{
    world_add("template-form/place", NULL, place);
    world_add("template-form/pages", "gnt-purple", pages);
    world_add("template-form/held-picture", NULL, held_picture);
    world_add("template-form/wrong-file", NULL, wrong_file);
    world_add("template-form/carousel", NULL, carousel);
    world_add("template-form/held-picture-in-finch", "gnt-purple", held_picture);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
