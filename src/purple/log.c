// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/log.h"

#include <purple.h>

#define LINES_AT_ONCE 100 /* between two turns of the host's main loop */

typedef struct {
    PurpleDebugLevel level;
    char *text;
} Line;

static guint handler;
static GAsyncQueue *lines; /* of other threads than the main one */
static gint scheduled;     /* atomic: a turn for them is on its way */

static PurpleDebugLevel
debug_level(GLogLevelFlags level)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return PURPLE_DEBUG_ERROR;
    if (level & G_LOG_LEVEL_WARNING)
        return PURPLE_DEBUG_WARNING;
    return level & G_LOG_LEVEL_DEBUG ? PURPLE_DEBUG_MISC : PURPLE_DEBUG_INFO;
}

static Line *
line_new(GLogLevelFlags level, const char *text)
{
    Line *line = g_new(Line, 1);

    *line = (Line){ debug_level(level), g_strdup(text) };
    return line;
}

static void
line_free(Line *line)
{
    g_free(line->text);
    g_free(line);
}

static gboolean
on_lines(gpointer user_data)
{
    Line *line = NULL;

    g_atomic_int_set(&scheduled, 0);
    for (guint i = 0; i < LINES_AT_ONCE; i++) {
        line = g_async_queue_try_pop(lines);
        if (line == NULL)
            return G_SOURCE_REMOVE;
        purple_debug(line->level, "coex", "%s\n", line->text);
        line_free(line);
    }
    /* Whoever logs meanwhile may have asked for a turn too: then this one is over. */
    return g_atomic_int_compare_and_exchange(&scheduled, 0, 1);
}

static void
on_log(const char *domain, GLogLevelFlags level, const char *text, gpointer user_data)
{
    if (g_thread_self() == user_data) {
        purple_debug(debug_level(level), "coex", "%s\n", text);
        return;
    }
    g_async_queue_push(lines, line_new(level, text));
    if (g_atomic_int_compare_and_exchange(&scheduled, 0, 1))
        g_idle_add(on_lines, NULL);
}

void
coex_log_start(void)
{
    if (lines == NULL)
        lines = g_async_queue_new_full((GDestroyNotify)line_free);
    handler = g_log_set_handler(G_LOG_DOMAIN, G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION, on_log,
                                g_thread_self());
}

void
coex_log_stop(void)
{
    /* The lines stay: a turn for the last of them may be on its way. */
    g_log_remove_handler(G_LOG_DOMAIN, handler);
}
