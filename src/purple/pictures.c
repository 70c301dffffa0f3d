// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/pictures.h"

#include "core/media.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/lines.h"
#include "session/session.h"
#include <string.h>

/* A text, or a picture. */
typedef struct {
    char *markup;
    PurpleStoredImage *picture;
} Part;

static void
part_free(gpointer data)
{
    Part *part = data;

    if (part->picture != NULL)
        purple_imgstore_unref(part->picture);
    g_free(part->markup);
    g_free(part);
}

static void
add_text(GPtrArray *parts, const char *markup, gsize length)
{
    g_autofree char *piece = g_strndup(markup, length);
    g_autofree char *text = coex_text_from_markup(piece);
    Part *part;

    if (coex_text_is_blank(text))
        return;
    part = g_new0(Part, 1);
    part->markup = g_steal_pointer(&piece);
    g_ptr_array_add(parts, part);
}

/* FALSE: it is none of the chat program's any more. */
static gboolean
add_picture(GPtrArray *parts, const char *id)
{
    PurpleStoredImage *picture = purple_imgstore_find_by_id((int)g_ascii_strtoll(id, NULL, 10));
    Part *part;

    if (picture == NULL || purple_imgstore_get_size(picture) == 0)
        return FALSE;
    part = g_new0(Part, 1);
    part->picture = purple_imgstore_ref(picture);
    g_ptr_array_add(parts, part);
    return TRUE;
}

/* The next picture from @markup on, with the tag's place; NULL: no more. Free with g_free(). */
static char *
find_picture(const char *markup, const char **ret_start, const char **ret_end)
{
    GData *attributes;

    while (purple_markup_find_tag("img", markup, ret_start, ret_end, &attributes)) {
        g_autofree char *id = g_strdup(g_datalist_get_data(&attributes, "id"));

        g_datalist_clear(&attributes);
        if (id != NULL)
            return g_steal_pointer(&id);
        markup = *ret_end + 1;
    }
    return NULL;
}

/* Part; NULL: a picture is gone. */
static GPtrArray *
split(const char *markup)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
    const char *start;
    const char *end;

    for (;;) {
        g_autofree char *id = find_picture(markup, &start, &end);

        if (id == NULL)
            break;
        add_text(parts, markup, (gsize)(start - markup));
        if (!add_picture(parts, id))
            return NULL;
        markup = end + 1;
    }
    add_text(parts, markup, strlen(markup));
    return g_steal_pointer(&parts);
}

static gboolean
send_picture(CoexConnection *connection, const char *name, PurpleStoredImage *picture,
             const char *caption, CoexPicturesWay way, GError **error)
{
    static gboolean (*const sends[])(CoexSession * session, const char *name, const char *file_name,
                                     GBytes *content, const char *caption, GError **error) = {
        [COEX_PICTURES_TYPED] = coex_session_send_picture,
        [COEX_PICTURES_SHOWN] = coex_session_send_picture_shown,
        [COEX_PICTURES_HELD] = coex_session_hold_picture,
    };
    const char *called = purple_imgstore_get_filename(picture);
    g_autoptr(GBytes) content =
        g_bytes_new(purple_imgstore_get_data(picture), purple_imgstore_get_size(picture));

    if (called == NULL || *called == '\0')
        called = "picture";
    return sends[way](connection->session, name, called, content, caption, error);
}

static gboolean
send_parts(CoexConnection *connection, const char *name, GPtrArray *parts, CoexPicturesWay way,
           GError **error)
{
    static gboolean (*const sends[])(CoexSession * session, const char *name, const char *markup,
                                     GError **error) = {
        [COEX_PICTURES_TYPED] = coex_session_send,
        [COEX_PICTURES_SHOWN] = coex_session_send_shown,
        [COEX_PICTURES_HELD] = coex_session_hold_text,
    };
    gboolean sent = TRUE;

    for (guint i = 0; sent && i < parts->len; i++) {
        const Part *part = g_ptr_array_index(parts, i);

        if (part->picture != NULL)
            sent = send_picture(connection, name, part->picture, NULL, way, error);
        else
            sent = sends[way](connection->session, name, part->markup, error);
    }
    return sent;
}

/* The only picture; NULL: there are more. */
static PurpleStoredImage *
get_only(const GPtrArray *parts)
{
    PurpleStoredImage *only = NULL;

    for (guint i = 0; i < parts->len; i++) {
        const Part *part = g_ptr_array_index(parts, i);

        if (part->picture != NULL && only != NULL)
            return NULL;
        if (part->picture != NULL)
            only = part->picture;
    }
    return only;
}

gboolean
coex_pictures_are_in(const char *markup)
{
    const char *start;
    const char *end;
    g_autofree char *id = find_picture(markup, &start, &end);

    return id != NULL;
}

gboolean
coex_pictures_send(CoexConnection *connection, const char *name, const char *markup,
                   CoexPicturesWay way)
{
    const char *start;
    const char *end;
    g_autofree char *first = find_picture(markup, &start, &end);
    g_autoptr(GPtrArray) parts = first != NULL ? split(markup) : NULL;
    g_autofree char *text = g_strstrip(coex_text_from_markup(markup));
    PurpleStoredImage *only = parts != NULL ? get_only(parts) : NULL;
    const char *why = _("A picture in it is not there any more. Insert it again.");
    g_autoptr(GError) error = NULL;
    g_autofree char *line = NULL;

    if (first == NULL)
        return FALSE;
    if (only != NULL && g_utf8_strlen(text, -1) <= COEX_MEDIA_CAPTION_MAX)
        send_picture(connection, name, only, text, way, &error);
    else if (parts != NULL)
        send_parts(connection, name, parts, way, &error);
    if (parts != NULL && error == NULL)
        return TRUE;
    line = coex_say(_("Not sent: “%s”. %s"), text, error != NULL ? error->message : why);
    coex_lines_notice(connection, name, line);
    return TRUE;
}
