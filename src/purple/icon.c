// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/icon.h"

#include "core/words.h"
#include "purple/connection.h"
#include "purple/notice.h"
#include "session/preview.h"

/* Names of files: libpurple's setting for the icon, and ours for the last one that came from
 * here. */
#define ICON "buddy_icon"
#define OURS "own-picture"
#define GLOBAL "use-global-buddyicon" /* whether the account has the one of all accounts */

static const char *
get(CoexConnection *connection, const char *setting)
{
    return purple_account_get_string(connection->account, setting, "");
}

static gboolean
is_users(CoexConnection *connection)
{
    const char *now = get(connection, ICON);

    return *now != '\0' && g_strcmp0(now, get(connection, OURS)) != 0;
}

static void
set(CoexConnection *connection, const guchar *bytes, gsize length)
{
    connection->setting_icon = TRUE;
    purple_buddy_icons_set_account_icon(connection->account, g_memdup2(bytes, length), length);
    connection->setting_icon = FALSE;
    if (connection->over)
        return;
    purple_account_set_string(connection->account, OURS, get(connection, ICON));
    purple_account_set_bool(connection->account, GLOBAL, FALSE);
}

/* The same one again: it is there, or the user took it away. */
static gboolean
is_known(CoexConnection *connection, const guchar *bytes, gsize length)
{
    g_autofree char *name = purple_util_get_image_filename(bytes, length);

    return g_strcmp0(name, get(connection, OURS)) == 0;
}

static void
note(CoexConnection *connection, const char *what)
{
    g_debug("%s: %s", purple_account_get_username(connection->account), what);
}

static void
on_icon(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexConnection) connection = user_data;
    g_autoptr(GBytes) png = coex_preview_finish(result);
    gsize length = 0;
    const guchar *bytes = png != NULL ? g_bytes_get_data(png, &length) : NULL;

    if (connection->over)
        return;
    if (bytes == NULL) {
        note(connection, "the business's picture is of no use here");
    } else if (is_users(connection)) {
        note(connection, "an icon of the user's stays");
    } else if (!is_known(connection, bytes, length)) {
        note(connection, "the business's picture is the account's icon");
        set(connection, bytes, length);
    }
}

/* The file stays libpurple's. */
static void
drop(CoexConnection *connection)
{
    if (*get(connection, OURS) == '\0')
        return;
    if (!is_users(connection) && *get(connection, ICON) != '\0') {
        note(connection, "the account's icon is gone with the business's picture");
        connection->setting_icon = TRUE;
        purple_buddy_icons_set_account_icon(connection->account, NULL, 0);
        connection->setting_icon = FALSE;
        if (!connection->over)
            purple_account_remove_setting(connection->account, GLOBAL);
    }
    if (!connection->over)
        purple_account_remove_setting(connection->account, OURS);
}

void
coex_icon_take(CoexConnection *connection, GBytes *content)
{
    if (content != NULL)
        coex_preview_make_icon(content, on_icon, coex_connection_ref(connection));
    else
        drop(connection);
}

void
coex_icon_chosen(PurpleConnection *gc, PurpleStoredImage *icon)
{
    CoexConnection *connection = coex_connection_of(gc);

    if (connection != NULL && connection->online && icon != NULL && !connection->setting_icon)
        coex_notice_tell(connection, _("The icon is shown here alone. Customers see the picture of "
                                       "the business's profile, which is changed on the phone."));
}
