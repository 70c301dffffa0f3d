// SPDX-License-Identifier: GPL-2.0-or-later
#include "event.h"

enum { KIND, ACCOUNT, WHO, DETAIL, TIME, TEXT, EXTRA, N_COLUMNS };

HostEvent *
host_event_new(const char *kind, const char *account, const char *who, const char *detail,
               const char *text)
{
    HostEvent *event = g_new0(HostEvent, 1);
    event->kind = g_strdup(kind);
    event->account = g_strdup(account != NULL ? account : "");
    event->who = g_strdup(who != NULL ? who : "");
    event->detail = g_strdup(detail != NULL ? detail : "");
    event->text = g_strdup(text != NULL ? text : "");
    event->extra = g_strdup("");
    return event;
}

void
host_event_free(HostEvent *event)
{
    if (event == NULL)
        return;

    g_free(event->kind);
    g_free(event->account);
    g_free(event->who);
    g_free(event->detail);
    g_free(event->text);
    g_free(event->extra);
    g_free(event);
}

char *
host_escape(const char *text)
{
    GString *out = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\')
            g_string_append(out, "\\\\");
        else if (*p == '\n')
            g_string_append(out, "\\n");
        else if (*p == '\r')
            g_string_append(out, "\\r");
        else if (*p == '\t')
            g_string_append(out, "\\t");
        else
            g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

char *
host_unescape(const char *text)
{
    GString *out = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '\\' || p[1] == '\0') {
            g_string_append_c(out, *p);
            continue;
        }
        p++;
        g_string_append_c(out, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p);
    }
    return g_string_free(out, FALSE);
}

char *
host_event_to_line(const HostEvent *event)
{
    g_autofree char *time_text = g_strdup_printf("%" G_GINT64_FORMAT, event->time);
    const char *columns[N_COLUMNS + 1] = { event->kind, event->account, event->who,  event->detail,
                                           time_text,   event->text,    event->extra };
    g_auto(GStrv) escaped = g_new0(char *, N_COLUMNS + 1);

    for (guint i = 0; i < N_COLUMNS; i++)
        escaped[i] = host_escape(columns[i]);
    return g_strjoinv("\t", escaped);
}

HostEvent *
host_event_from_line(const char *line)
{
    g_auto(GStrv) columns = g_strsplit(line, "\t", -1);

    if (g_strv_length(columns) != N_COLUMNS)
        return NULL;

    HostEvent *event = g_new0(HostEvent, 1);
    event->kind = host_unescape(columns[KIND]);
    event->account = host_unescape(columns[ACCOUNT]);
    event->who = host_unescape(columns[WHO]);
    event->detail = host_unescape(columns[DETAIL]);
    event->time = g_ascii_strtoll(columns[TIME], NULL, 10);
    event->text = host_unescape(columns[TEXT]);
    event->extra = host_unescape(columns[EXTRA]);
    return event;
}
