// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The 24-hour customer service window (Meta: messages/send-messages) as a pure function of the
 * customer's own timestamps and the time. All times in seconds since 1970. */

#define COEX_WINDOW_S (24 * 60 * 60)
#define COEX_WINDOW_AHEAD_S (5 * 60) /* a timestamp further ahead than this opens nothing */

typedef struct CoexWindow {
    gboolean open;
    gint64 expires_at; /* 0 when the customer never wrote */
    gint64 free_until; /* end of a free entry point, 0 if none */
} CoexWindow;

/* @last_inbound: the newest timestamp of a message that opens it, 0 for none. */
CoexWindow coex_window_at(gint64 last_inbound, gint64 free_until, gint64 now);

/* The newer of @last_inbound and @message_time, ignoring a @message_time over five minutes ahead of
 * @now or not positive. */
gint64 coex_window_extend(gint64 last_inbound, gint64 message_time, gint64 now);

typedef enum {
    COEX_WINDOW_NEVER, /* the customer has not written yet */
    COEX_WINDOW_CLOSED,
    COEX_WINDOW_FREE, /* closed, but a free entry point goes on: templates cost nothing */
    COEX_WINDOW_OPEN,
    COEX_WINDOW_CLOSES,      /* within 6 hours */
    COEX_WINDOW_CLOSES_SOON, /* within an hour */
} CoexWindowStage;

CoexWindowStage coex_window_get_stage(CoexWindow window, gint64 now);

/* When the stage changes next by itself, 0 for never. */
gint64 coex_window_next_change(CoexWindow window, gint64 now);

/* Presence text with the end in local time: "Open until Sun 22:49", in the last hour "Closes at
 * 22:49"; "Closed since 30 Nov 22:49", after half a year "Closed since 30 Nov 2026"; "Window
 * closed" where its end lies ahead; "Free templates to Sun 22:49", "Has not written yet". Pidgin's
 * list shows some 27 characters. Free with g_free(). */
char *coex_window_dup_label(CoexWindow window, gint64 now);

/* Whether that text of one window at one time is that of another at another. */
gboolean coex_window_is_label_same(CoexWindow one, gint64 now, CoexWindow other, gint64 other_now);

/* The same behind another mark, so that both can be seen in 200 pixels: "to Sun 22:49", in the last
 * hour "to 22:49!"; "closed", "free to Sun 22:49", "never wrote". @end_s: the end that the stage
 * has, if any. Free with g_free(). */
char *coex_window_dup_short_label(CoexWindowStage stage, gint64 end_s);

/* Day and time of day, local; NULL for what is none. Free with g_free(). */
char *coex_window_dup_time(gint64 time_s);

/* The same, with words for what is none. */
char *coex_window_dup_known_time(gint64 time_s);

/* The time of day, with the day where it is not that of @now. Local time. Free with g_free(). */
char *coex_window_describe_time(gint64 time_s, gint64 now);

/* One exact line for /window: open or closed, until or since when in local time, hours and minutes
 * left. Free with g_free(). */
char *coex_window_describe(CoexWindow window, gint64 now);
