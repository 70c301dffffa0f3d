// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What libpurple tells its user interface, as one value and as one line of text. The line has seven
 * columns parted by tabs; a tab, line break or backslash inside a column is written \t, \n, \\. */

#define EVENT_READY "ready"               /* the plugin is loaded; text: its name */
#define EVENT_PROGRESS "progress"         /* text: the step of the login */
#define EVENT_CONNECTED "connected"       /* the account is online */
#define EVENT_DISCONNECTED "disconnected" /* detail: reason such as NETWORK_ERROR or ""; text */
#define EVENT_MESSAGE "message"           /* a line shown in who's conversation; detail: flags */
#define EVENT_BUDDY "buddy"               /* detail: added, removed or listed; text: alias */
#define EVENT_STATUS "status"             /* detail: available, away, offline; text: its message */
#define EVENT_ALIAS "alias"               /* text: the alias now shown */
#define EVENT_REQUEST "request"           /* a form opened; detail: fields, action, input; text */
#define EVENT_CLOSED "closed"             /* a form went; detail and time as when it opened */
#define EVENT_NOTICE "notice"             /* detail: error, warning, info, connection and so on; */
                                          /* or who: own number, detail: flags of the line there */
#define EVENT_FILE "file"       /* one came by a transfer; detail: its path; text: its name */
#define EVENT_COMMAND "command" /* text: what a host says of a mistyped command */
#define EVENT_NAME "name"       /* text: under which lines of ours stand, when it is another one */
#define EVENT_TOOLTIP "tooltip" /* detail: label of a pair; text: its value */
#define EVENT_MENU "menu"       /* text: the entries of a menu in which none was found */
#define EVENT_DENIED "denied"   /* who: on the block list or off it; detail: added or removed */
#define EVENT_CRITICAL "critical" /* a warning of GLib's, or a host that would have crashed */
#define EVENT_TRANSFER                                                                             \
    "transfer"            /* text: started, complete or cancelled, and the name of the file */
#define EVENT_SYNC "sync" /* answer to a `sync` command; text: its token */
#define EVENT_LEFT "left" /* the last one; text: what was not given back */

#define FILE_LEFT "left" /* in the profile: WhatsApp has the file that is regretted */

typedef struct {
    char *kind;
    char *account; /* own number, "" where none is meant */
    char *who;     /* the other side, "" */
    char *detail;
    gint64 time; /* message: the line's own time in Unix seconds; request: its handle; else 0 */
    char *text;  /* without markup */
    char *extra; /* message: the markup; request: fields and buttons, see forms.h */
    guint index; /* counted by who reads them: earlier is less */
    gboolean taken;
} HostEvent;

/* Any string may be NULL for "". Free with host_event_free(). */
HostEvent *host_event_new(const char *kind, const char *account, const char *who,
                          const char *detail, const char *text);
void host_event_free(HostEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostEvent, host_event_free)

/* Without the line break; free with g_free(). */
char *host_event_to_line(const HostEvent *event);
/* NULL if it is no such line: a library may have printed something. */
HostEvent *host_event_from_line(const char *line);

/* The writing of \t, \n, \r and \\ and back; free with g_free(). */
char *host_escape(const char *text);
char *host_unescape(const char *text);
