// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/shown-file.h"

#include "core/words.h"
#include "media/outgoing.h"

typedef struct {
    char *name;
    CoexMediaKind kind;
    CoexShownFileLooked looked; /* NULL: it was called */
    gpointer user_data;
} Look;

static void
tell(Look *look, const char *why)
{
    CoexShownFileLooked looked = g_steal_pointer(&look->looked);

    if (looked != NULL)
        looked(why, look->user_data);
}

static gboolean
becomes(CoexMediaKind kind, CoexFit fit, CoexMediaKind wanted)
{
    return kind == wanted || (fit == COEX_FIT_PICTURE && wanted == COEX_MEDIA_IMAGE) ||
           (fit == COEX_FIT_FILM && wanted == COEX_MEDIA_VIDEO);
}

static char *
dup_other(const Look *look)
{
    if (look->kind == COEX_MEDIA_IMAGE)
        return coex_say(
            _("The template shows a picture, JPEG or PNG, and “%s” is none. Give another file."),
            look->name);
    if (look->kind == COEX_MEDIA_VIDEO)
        return coex_say(
            _("The template shows a video, MP4 or 3GP, and “%s” is none. Give another file."),
            look->name);
    return coex_say(
        _("The template shows a document, as a PDF, and “%s” is none. Give another file."),
        look->name);
}

static void
on_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Look *look = user_data;
    g_autoptr(GError) error = NULL;
    CoexFit fit;
    CoexMedia *media = coex_outgoing_take_finish(result, &fit, &error);
    g_autofree char *why = NULL;

    if (media == NULL)
        why = coex_say(_("“%s” cannot be sent. %s"), look->name, error->message);
    else if (!becomes(media->kind, fit, look->kind))
        why = dup_other(look);
    coex_media_free(media);
    tell(look, why);
    g_free(look->name);
    g_free(look);
}

static void
on_slow(gpointer user_data)
{
    tell(user_data, NULL);
}

void
coex_shown_file_look(const char *path, CoexMediaKind kind, CoexShownFileLooked looked,
                     gpointer user_data)
{
    Look *look = g_new(Look, 1);

    *look = (Look){ g_filename_display_basename(path), kind, looked, user_data };
    coex_outgoing_look_async(path, on_slow, on_found, look);
}
