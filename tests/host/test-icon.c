// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <glib/gstdio.h>
#include <string.h>

/* The business's own picture as the account's icon. */

/* 2 x 2 pixels, red and blue. */
#define RED                                                                                        \
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4zwAE/xkgFAAb8gP91pbyKwAAAABJRU5E" \
    "rkJggg=="

static GBytes *
decode(const char *text)
{
    gsize length = 0;
    guchar *bytes = g_base64_decode(text, &length);

    return g_bytes_new_take(bytes, length);
}

/* What the account's settings say; NULL: nothing. */
static char *
dup_setting(World *world, const char *name)
{
    g_autofree char *path = g_build_filename(host_get_profile(world->host), "accounts.xml", NULL);
    g_autofree char *start = g_strdup_printf("<setting name='%s' type='string'>", name);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    at = strstr(text, start);
    return at != NULL ? g_strndup(at + strlen(start), strcspn(at + strlen(start), "<")) : NULL;
}

static gboolean
has_icon_file(World *world, const char *name)
{
    g_autofree char *path = g_build_filename(host_get_profile(world->host), "icons", name, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;

    return g_file_get_contents(path, &bytes, &length, NULL) && length > 8 &&
           memcmp(bytes, "\x89PNG", 4) == 0;
}

static void
set_picture(World *world, GBytes *content)
{
    g_autofree char *url = coex_sim_add_picture(world->sim, "image/png", content);

    coex_sim_set_picture(world->sim, url);
}

/* Logs in with GdkPixbuf at hand, and ends once the picture was looked at. */
static void
log_in_once(World *world, const char *logged)
{
    host_start(world->host);
    host_load_library(world->host, "libgdk_pixbuf-2.0.so.0");
    host_go_online(world->host);
    host_wait_logged(world->host, logged);
    host_quit(world->host);
}

static void
becomes_icon(World *world)
{
    g_autoptr(GBytes) red = decode(RED);
    g_autofree char *name = NULL;
    g_autofree char *ours = NULL;
    g_autofree char *gone = NULL;

    set_picture(world, red);
    log_in_once(world, "the business's picture is the account's icon");
    name = dup_setting(world, "buddy_icon");
    ours = dup_setting(world, "own-picture");
    host_check(world->host, name != NULL && g_strcmp0(name, ours) == 0);
    host_check(world->host, has_icon_file(world, name));
    coex_sim_set_picture(world->sim, "");
    log_in_once(world, "the account's icon is gone with the business's picture");
    gone = dup_setting(world, "buddy_icon");
    host_check(world->host, gone == NULL);
}

/* By its first bytes, whatever it is called; and none that needs much memory. */
static void
is_no_picture(World *world)
{
    static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
    static const guint8 huge[] = { 0x89, 'P', 'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,
                                   0,    13,  'I',  'H',  'D',  'R',  0,    0,    0x75, 0x30,
                                   0,    0,   0x75, 0x30, 8,    2,    0,    0,    0 };
    g_autoptr(GBytes) drawing = g_bytes_new_static(svg, sizeof svg - 1);
    g_autoptr(GBytes) large = g_bytes_new_static(huge, sizeof huge);
    GBytes *contents[] = { drawing, large };

    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autofree char *name = NULL;

        set_picture(world, contents[i]);
        log_in_once(world, "the business's picture is of no use here");
        name = dup_setting(world, "buddy_icon");
        host_check(world->host, name == NULL);
    }
}

static void
users_own_stays(World *world)
{
    g_autoptr(GBytes) red = decode(RED);
    g_autofree char *mine = g_build_filename(host_get_profile(world->host), "mine.png", NULL);
    g_autofree char *name = NULL;
    g_autofree char *ours = NULL;

    g_assert_true(g_file_set_contents(mine, "mine", -1, NULL));
    set_picture(world, red);
    host_start(world->host);
    host_choose_icon(world->host, mine);
    host_load_library(world->host, "libgdk_pixbuf-2.0.so.0");
    host_go_online(world->host);
    host_wait_logged(world->host, "an icon of the user's stays");
    g_assert_true(g_file_set_contents(mine, "mine, too", -1, NULL));
    host_choose_icon(world->host, mine);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*icon is shown here alone. Customers see *");
    host_quit(world->host);
    name = dup_setting(world, "buddy_icon");
    ours = dup_setting(world, "own-picture");
    host_check(world->host, name != NULL && ours == NULL);
}

static void
add_all(void)
{
    world_add("icon/becomes-icon", NULL, becomes_icon);
    world_add("icon/is-no-picture", NULL, is_no_picture);
    world_add("icon/users-own-stays", NULL, users_own_stays);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
