// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/window.h"
#include "core/words.h"

#include <string.h>

#define HOUR_S (60 * 60)
#define YEAR_S (365 * 24 * HOUR_S)

/* How long before the end the stage changes, nearest to the opening first. */
static const gint64 notice_s[] = { 6 * HOUR_S, 1 * HOUR_S, 0 };

CoexWindow
coex_window_at(gint64 last_inbound, gint64 free_until, gint64 now)
{
    CoexWindow window = { .free_until = MAX(free_until, 0) };

    if (last_inbound <= 0 || last_inbound > G_MAXINT64 - COEX_WINDOW_S)
        return window;
    window.expires_at = last_inbound + COEX_WINDOW_S;
    window.open = last_inbound - COEX_WINDOW_AHEAD_S <= now && now < window.expires_at;
    return window;
}

gint64
coex_window_extend(gint64 last_inbound, gint64 message_time, gint64 now)
{
    if (message_time <= 0 || message_time - COEX_WINDOW_AHEAD_S > now)
        return last_inbound;
    return MAX(last_inbound, message_time);
}

gint64
coex_window_next_change(CoexWindow window, gint64 now)
{
    if (!window.open)
        return window.free_until > now ? window.free_until : 0;
    for (gsize i = 0; i < G_N_ELEMENTS(notice_s); i++) {
        if (now < window.expires_at - notice_s[i])
            return window.expires_at - notice_s[i];
    }
    return 0;
}

CoexWindowStage
coex_window_get_stage(CoexWindow window, gint64 now)
{
    gint64 left_s = window.expires_at - now;

    if (window.expires_at == 0)
        return COEX_WINDOW_NEVER;
    if (!window.open || left_s <= 0)
        return window.free_until > now ? COEX_WINDOW_FREE : COEX_WINDOW_CLOSED;
    if (left_s <= 1 * HOUR_S)
        return COEX_WINDOW_CLOSES_SOON;
    return left_s <= 6 * HOUR_S ? COEX_WINDOW_CLOSES : COEX_WINDOW_OPEN;
}

/* The day of the week tells today from tomorrow: it is never more than a day ahead. */
static char *
format_time(gint64 time_s, const char *format)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_s);

    return time != NULL ? g_date_time_format(time, format) : NULL;
}

static char *
format_end(gint64 end_s, const char *format)
{
    char *text = format_time(end_s, format);

    return text != NULL ? text : g_strdup(_("Window open"));
}

/* Whether the day says which one is meant, without the year. */
static gboolean
is_near(gint64 end_s, gint64 now)
{
    return now - end_s < YEAR_S / 2;
}

/* With the day: the text stands as long as nobody writes. */
static char *
format_closed(gint64 end_s, gint64 now)
{
    /* Translators: strftime: a day, and a time or the year */
    const char *format =
        is_near(end_s, now) ? _("Closed since %d %b %H:%M") : _("Closed since %d %b %Y");
    char *text = end_s <= now ? format_time(end_s, format) : NULL; /* else not by that */

    return text != NULL ? text : g_strdup(_("Window closed"));
}

char *
coex_window_dup_label(CoexWindow window, gint64 now)
{
    switch (coex_window_get_stage(window, now)) {
    case COEX_WINDOW_NEVER:
        return g_strdup(_("Has not written yet"));
    case COEX_WINDOW_CLOSED:
        return format_closed(window.expires_at, now);
    case COEX_WINDOW_FREE:
        /* Translators: strftime: a day of the week, and a time */
        return format_end(window.free_until, _("Free templates to %a %H:%M"));
    case COEX_WINDOW_CLOSES_SOON:
        /* Translators: strftime: a time */
        return format_end(window.expires_at, _("Closes at %H:%M"));
    case COEX_WINDOW_CLOSES:
    case COEX_WINDOW_OPEN:
        /* Translators: strftime: a day of the week, and a time */
        return format_end(window.expires_at, _("Open until %a %H:%M"));
    }
    return g_strdup(_("Window closed"));
}

gboolean
coex_window_is_label_same(CoexWindow one, gint64 now, CoexWindow other, gint64 other_now)
{
    CoexWindowStage stage = coex_window_get_stage(one, now);

    if (stage != coex_window_get_stage(other, other_now))
        return FALSE;
    if (stage == COEX_WINDOW_FREE)
        return one.free_until == other.free_until;
    if (stage == COEX_WINDOW_CLOSED &&
        (is_near(one.expires_at, now) != is_near(other.expires_at, other_now) ||
         (one.expires_at <= now) != (other.expires_at <= other_now)))
        return FALSE;
    return one.expires_at == other.expires_at;
}

char *
coex_window_dup_short_label(CoexWindowStage stage, gint64 end_s)
{
    switch (stage) {
    case COEX_WINDOW_NEVER:
        return g_strdup(_("never wrote"));
    case COEX_WINDOW_CLOSED:
        return g_strdup(C_("window", "closed"));
    case COEX_WINDOW_FREE:
        /* Translators: strftime: until when templates are free; short, for the end of a nick */
        return format_end(end_s, _("free to %a %H:%M"));
    case COEX_WINDOW_CLOSES_SOON:
        /* Translators: strftime: until when the window is open, which is soon; short */
        return format_end(end_s, _("to %H:%M!"));
    case COEX_WINDOW_CLOSES:
    case COEX_WINDOW_OPEN:
        /* Translators: strftime: until when the window is open; short */
        return format_end(end_s, _("to %a %H:%M"));
    }
    return g_strdup(C_("window", "closed"));
}

char *
coex_window_dup_time(gint64 time_s)
{
    /* Translators: strftime: a day and a time, with digits only */
    return format_time(time_s, _("%Y-%m-%d %H:%M"));
}

char *
coex_window_dup_known_time(gint64 time_s)
{
    char *time = coex_window_dup_time(time_s);

    return time != NULL ? time : g_strdup(_("an unknown time"));
}

char *
coex_window_describe_time(gint64 time_s, gint64 now)
{
    g_autofree char *day = format_time(time_s, "%F");
    g_autofree char *today = format_time(now, "%F");

    if (day == NULL || g_strcmp0(day, today) != 0)
        return coex_window_dup_known_time(time_s);
    /* Translators: strftime: a time */
    return format_time(time_s, _("%H:%M"));
}

static char *
dup_left(gint64 left_s)
{
    int minutes = (int)(left_s / 60);

    if (minutes < 1)
        return g_strdup(_("less than a minute"));
    if (minutes < 60)
        /* Translators: so many minutes */
        return g_strdup_printf(_("%d min"), minutes);
    /* Translators: so many hours and minutes */
    return g_strdup_printf(_("%d h %d min"), minutes / 60, minutes % 60);
}

char *
coex_window_describe(CoexWindow window, gint64 now)
{
    g_autofree char *end = coex_window_dup_known_time(window.expires_at);
    g_autofree char *free_end = coex_window_dup_known_time(window.free_until);
    GString *line = g_string_new(NULL);

    if (window.open && now < window.expires_at) {
        g_autofree char *left = dup_left(window.expires_at - now);

        coex_say_more(line, _("The window is open until %s (%s left)."), end, left);
    } else if (window.expires_at == 0) {
        g_string_assign(line, _("Has not written yet: only templates can be sent."));
    } else if (window.expires_at > now) {
        g_string_assign(line, _("The window is closed, because the last message carries a time "
                                "that lies ahead: only templates can be sent."));
    } else {
        coex_say_more(line, _("The window has been closed since %s: only templates can be sent."),
                      end);
    }
    if (window.free_until > now) {
        g_string_append_c(line, ' ');
        coex_say_more(line, _("Messages are free of charge until %s."), free_end);
    }
    return g_string_free(line, FALSE);
}
