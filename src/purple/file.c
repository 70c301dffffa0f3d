// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/file.h"

#include "core/error.h"
#include "core/feed.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/give.h"
#include "purple/host.h"
#include "purple/link.h"
#include "purple/lines.h"
#include "purple/options.h"
#include "purple/play.h"
#include "purple/typed-path.h"
#include "session/preview.h"
#include "session/session.h"
#include <string.h>

#define LIMIT_MAX 2000 /* MB */
#define MB (1024 * 1024)

/* The user's folder for downloads; of users who are none of this computer's, a part of theirs. */
static char *
dup_preset_folder(void)
{
    g_autofree char *own = coex_typed_path_dup_folder();
    const char *downloads = g_get_user_special_dir(G_USER_DIRECTORY_DOWNLOAD);

    if (coex_host_get()->temporary_folder)
        return g_build_filename(g_get_user_data_dir(), "coex", "media", NULL);
    if (coex_host_get()->serves_others)
        return g_build_filename(own, "coex", "media", NULL);
    if (downloads != NULL)
        return g_build_filename(downloads, "WhatsApp", NULL);
    return g_build_filename(g_get_home_dir(), "Downloads", "WhatsApp", NULL);
}

/* A link that stands there was made by whose computer this is, and may lead elsewhere. */
static gboolean
is_own(const char *folder)
{
    g_autofree char *own = coex_typed_path_dup_folder();
    g_autofree char *inside = g_strconcat(own, "/", NULL);

    return g_str_has_prefix(folder, inside);
}

static char *
read_folder(PurpleAccount *account, GError **error)
{
    g_autofree char *value = g_strstrip(g_strdup(coex_options_get(account, "media-folder")));
    g_autofree char *folder = NULL;

    if (*value == '\0')
        return dup_preset_folder();
    if (g_str_has_prefix(value, "~/"))
        folder = g_build_filename(g_get_home_dir(), value + 2, NULL);
    else if (g_path_is_absolute(value))
        folder = g_strdup(value);
    if (folder == NULL) {
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("Option {@media-folder}: “%s” is no whole path, such as ~/WhatsApp."),
                       value);
        return NULL;
    }
    g_free(value);
    value = g_canonicalize_filename(folder, NULL);
    if (coex_host_opens_files() || is_own(value))
        return g_steal_pointer(&value);
    g_autofree char *own = coex_typed_path_dup_folder();
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT,
        _("Option {@media-folder}: files can be put only below %s here. Enter such a folder, "
          "or none."),
        own);
    return NULL;
}

static gboolean
read_limit(PurpleAccount *account, gint64 *ret_limit, GError **error)
{
    g_autofree char *value = g_strstrip(g_strdup(coex_options_get(account, "media-limit")));
    guint64 limit = 0;

    if (!g_ascii_string_to_unsigned(value, 10, 1, LIMIT_MAX, &limit, NULL)) {
        coex_error_say(
            error, COEX_ERROR_INVALID_INPUT,
            _("Option {@media-limit}: “%s” is none. It takes a number of MB from 1 to %d."), value,
            LIMIT_MAX);
        return FALSE;
    }
    *ret_limit = (gint64)limit * MB;
    return TRUE;
}

static gboolean
is_address(const char *value)
{
    g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

    return (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0) && host != NULL &&
           *host != '\0' && g_uri_get_query(uri) == NULL && g_uri_get_fragment(uri) == NULL;
}

static char *
read_url(PurpleAccount *account, GError **error)
{
    char *value = g_strstrip(g_strdup(coex_options_get(account, "media-url")));

    if (*value != '\0' && !is_address(value)) {
        coex_error_say(
            error, COEX_ERROR_INVALID_INPUT,
            _("Option {@media-url}: “%s” is no address under which files are shown, such as "
              "https://files.example.org/media."),
            value);
        g_free(value);
        return NULL;
    }
    while (g_str_has_suffix(value, "/"))
        value[strlen(value) - 1] = '\0';
    return value;
}

void
coex_file_options_clear(CoexFileOptions *options)
{
    g_free(options->folder);
    g_free(options->url);
}

gboolean
coex_file_options_read(PurpleAccount *account, CoexFileOptions *ret_options, GError **error)
{
    const char *media_auto = coex_options_get(account, "media-auto");

    ret_options->media_auto = strcmp(media_auto, "all") == 0    ? COEX_MEDIA_AUTO_ALL
                              : strcmp(media_auto, "none") == 0 ? COEX_MEDIA_AUTO_NONE
                                                                : COEX_MEDIA_AUTO_SMALL;
    ret_options->for_group = strcmp(coex_options_get(account, "media-mode"), "0640") == 0;
    ret_options->folder = read_folder(account, error);
    if (ret_options->folder == NULL || !read_limit(account, &ret_options->limit, error))
        return FALSE;
    ret_options->url = read_url(account, error);
    return ret_options->url != NULL;
}

/* Its address at the user's own web server; NULL: it is not there. */
static char *
dup_address(PurpleAccount *account, const char *path)
{
    g_auto(CoexFileOptions) options = { 0 };
    g_autofree char *part = NULL;
    gsize length;

    if (!coex_file_options_read(account, &options, NULL) || *options.url == '\0')
        return NULL;
    length = strlen(options.folder);
    if (strncmp(path, options.folder, length) != 0 || path[length] != '/')
        return NULL;
    part = g_uri_escape_string(path + length, "/", FALSE);
    return g_strconcat(options.url, part, NULL);
}

/* Of the message whose file the line @text names first, "[image #17, 240 KB]"; 0: of none. */
static guint64
read_id(const char *text)
{
    const char *number = strchr(text, '#');

    return number != NULL ? g_ascii_strtoull(number + 1, NULL, 10) : 0;
}

/* What is typed to have the file that the line @text names, where its path may lead nowhere; "":
 * nothing. */
static char *
dup_way(const char *text)
{
    guint64 id = read_id(text);

    if (!coex_host_get()->serves_others || id == 0)
        return g_strdup("");
    return g_strdup_printf(" (%sget %" G_GUINT64_FORMAT ")", coex_host_get_mark(), id);
}

/* Where lines are copied out of a terminal somewhere else, a path is of more use than a link. */
char *
coex_file_dup_line(PurpleAccount *account, const CoexFeedItem *item)
{
    g_autofree char *address = dup_address(account, item->detail);
    g_autofree char *path = g_filename_display_name(item->detail);
    g_autofree char *way =
        address == NULL && !(item->flags & COEX_LINE_ASKED) ? dup_way(item->text) : g_strdup("");

    if (address == NULL && coex_host_get()->notice == COEX_NOTICE_SYSTEM)
        address = g_filename_to_uri(item->detail, NULL, NULL);
    return g_strconcat(item->text, way, " ", address != NULL ? address : path, NULL);
}

typedef struct {
    CoexConnection *connection;
    char *name;
} Picture;

static void
on_preview(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Picture *picture = user_data;
    g_autoptr(CoexConnection) connection = picture->connection;
    g_autofree char *name = picture->name;
    g_autoptr(GBytes) png = coex_preview_finish(result);

    if (png != NULL && !connection->over)
        coex_lines_write_picture(connection, name, png);
}

/* ---- what the user asks for ---- */

void
coex_file_get(CoexConnection *connection, const char *name, const char *which)
{
    coex_session_get_file(connection->session, name, which, FALSE);
}

void
coex_file_play(CoexConnection *connection, const char *name, const char *which)
{
    const char *program = coex_options_get(connection->account, "media-open");

    if (coex_host_get()->serves_others) {
        coex_lines_notice(
            connection, name,
            _("It would be played at the machine that BitlBee runs on. !get sends it to you."));
        return;
    }
    if (*program == '\0') {
        g_autofree char *line = coex_options_dup_named(
            _("The account's option {@media-open} names no program yet, such as mpv or xdg-open."));

        coex_lines_notice(connection, name, line);
        return;
    }
    coex_session_get_file(connection->session, name, which, TRUE);
}

static void
play(CoexConnection *connection, const char *path, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sentence = NULL;
    g_autofree char *line = NULL;

    if (coex_play_file(coex_options_get(connection->account, "media-open"), path, &error))
        return;
    sentence =
        coex_say(_("It could not be opened: %s. See the option {@media-open}."), error->message);
    line = coex_options_dup_named(sentence);
    coex_lines_notice(connection, name, line);
}

/* The file that was asked for is here. Who asks in BitlBee may sit at another machine, where its
 * path leads nowhere. */
static void
hand_over(CoexConnection *connection, const CoexFeedItem *item, const char *name)
{
    g_autofree char *address = dup_address(connection->account, item->detail);

    if (item->flags & COEX_LINE_PLAY)
        play(connection, item->detail, name);
    else if (coex_host_get()->serves_others && address == NULL)
        coex_give_file(connection, name, item->detail);
}

void
coex_file_offer(CoexConnection *connection, const CoexFeedItem *item, const char *name)
{
    const char *who = coex_connection_get_buddy_name(connection, name);
    guint64 id = read_id(item->text);
    g_autofree char *command = g_strdup_printf("get #%" G_GUINT64_FORMAT, id);
    g_autofree char *words = g_strconcat(coex_host_get_mark(), command, NULL);
    g_autofree char *target = coex_link_dup_command(connection->account, who, command);

    coex_lines_notice_linked(connection, name, item->text, words, target);
}

void
coex_file_show(CoexConnection *shown_in, const CoexFeedItem *item, const char *name)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(shown_in);
    g_autofree char *line = coex_file_dup_line(connection->account, item);
    Picture *picture;

    coex_lines_write(connection, name, line, PURPLE_MESSAGE_SYSTEM);
    if (!connection->over && item->flags & COEX_LINE_ASKED)
        hand_over(connection, item, name);
    if (connection->over || !coex_host_get()->shows_pictures)
        return;
    picture = g_new(Picture, 1);
    *picture = (Picture){ coex_connection_ref(connection), g_strdup(name) };
    coex_preview_make(item->detail, on_preview, picture);
}
