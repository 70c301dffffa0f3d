// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/found.h"

#include "core/person-view.h"
#include "purple/lines.h"
#include "purple/recall.h"
#include "purple/unseen.h"
#include "session/session.h"

void
coex_found_show(CoexConnection *connection, const CoexSessionEvent *event)
{
    g_autofree char *lines = coex_recall_dup_found(event->text, event->lines);
    g_autofree char *text =
        event->detail != NULL ? g_strconcat(lines, "\n", event->detail, NULL) : g_strdup(lines);

    if (event->person != NULL)
        coex_lines_write(connection, event->person->name, text, COEX_LINES_OLD);
    else
        coex_unseen_tell(connection, text);
}
