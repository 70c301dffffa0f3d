// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/doctor.h"

#include "core/text.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/notice.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <string.h>

#define TITLE "Check of the connection"

void
coex_doctor_run(CoexConnection *connection, const char *words)
{
    gboolean goes_on = strcmp(words, "stop") != 0;
    g_autofree char *line = g_strdup_printf("Checking the whole connection; nothing is changed by "
                                            "it. %sdoctor stop ends it.",
                                            coex_host_get_mark());

    if (goes_on)
        coex_unseen_tell(connection, line);
    if (!connection->over)
        coex_session_examine(connection->session, goes_on);
}

/* A window of its own, from which it can be copied. */
static void
show_page(CoexConnection *connection, const char *report)
{
    g_auto(GStrv) lines = g_strsplit(report, "\n", -1);
    g_autoptr(GString) html = g_string_new(NULL);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = coex_text_escape(lines[i]);
        gboolean wrong = g_str_has_prefix(line, "wrong: ");

        g_string_append_printf(html, "%s%s%s%s", i > 0 ? "<br>" : "", wrong ? "<b>" : "", line,
                               wrong ? "</b>" : "");
    }
    purple_notify_formatted(connection->gc, TITLE, TITLE,
                            purple_account_get_username(connection->account), html->str, NULL,
                            NULL);
}

void
coex_doctor_show(CoexConnection *connection, const CoexSessionEvent *event)
{
    const CoexHost *host = coex_host_get();

    if (host->has_account_line) {
        coex_unseen_tell(connection, event->text);
    } else if (event->detail != NULL && host->has_own_conversation && host->clips_forms) {
        coex_unseen_tell(connection, event->detail);
        if (!connection->over)
            coex_notice_open(connection);
    } else if (event->detail != NULL) {
        show_page(connection, event->detail);
    }
}
