// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/past-log.h"

#include "core/feed.h"
#include "core/person-view.h"
#include "core/text.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "session/session.h"

#define SLICE_US (3 * 1000)
/* Of the time that passes a slice takes one part. */
#define PARTS 5
#define PAUSE_MS 10 /* at least */

/* A day that is being written. */
struct CoexPastDay {
    CoexConnection *connection;
    CoexPersonView *person;
    GPtrArray *lines;
    guint n_written;
    PurpleLog *log;
    guint timer;
};

static void
day_free(CoexPastDay *day)
{
    if (day->timer > 0)
        purple_timeout_remove(day->timer);
    g_clear_pointer(&day->log, purple_log_free);
    g_ptr_array_unref(day->lines);
    coex_person_view_unref(day->person);
    g_free(day);
}

static void plan(CoexPastDay *day, gint64 taken_us);

/* BitlBee keeps none, and whose user is another's computer's. */
static gboolean
is_logged(void)
{
    return !coex_host_get()->serves_others && purple_prefs_get_bool("/purple/logging/log_ims");
}

/* A kill may have left a part of it. */
static void
remove_half(PurpleAccount *account, const char *name, time_t time)
{
    GList *logs = purple_log_get_logs(PURPLE_LOG_IM, name, account);

    for (GList *l = logs; l != NULL; l = l->next) {
        PurpleLog *log = l->data;

        if (log->time == time && purple_log_is_deletable(log))
            purple_log_delete(log);
        purple_log_free(log);
    }
    g_list_free(logs);
}

static void
write_line(CoexPastDay *day, const CoexFeedItem *item)
{
    PurpleAccount *account = day->connection->account;
    PurpleMessageFlags flags = item->kind == COEX_FEED_INBOUND  ? PURPLE_MESSAGE_RECV
                               : item->kind == COEX_FEED_NOTICE ? PURPLE_MESSAGE_SYSTEM
                                                                : PURPLE_MESSAGE_SEND;
    const char *alias = purple_account_get_alias(account);
    g_autofree char *title = coex_connection_dup_title(day->connection, day->person->name);
    g_autofree char *text = g_strconcat(item->kind == COEX_FEED_FAILED        ? "(not delivered) "
                                        : item->kind == COEX_FEED_UNCONFIRMED ? "(not confirmed) "
                                                                              : "",
                                        item->text, NULL);
    g_autofree char *html = coex_text_to_html_as(text, 0);

    if (item->kind != COEX_FEED_INBOUND) {
        g_free(title);
        title = g_strdup(alias != NULL ? alias : purple_account_get_username(account));
    }
    purple_log_write(day->log, flags, title, (time_t)item->time, html);
}

static void
begin(CoexPastDay *day)
{
    CoexConnection *connection = day->connection;
    const CoexFeedItem *first = g_ptr_array_index(day->lines, 0);

    if (!connection->past_resumed)
        remove_half(connection->account, day->person->name, (time_t)first->time);
    connection->past_resumed = TRUE;
    day->log = purple_log_new(PURPLE_LOG_IM, day->person->name, connection->account, NULL,
                              (time_t)first->time, NULL);
}

static gboolean
on_slice(gpointer data)
{
    CoexPastDay *day = data;
    CoexConnection *connection = day->connection;
    gint64 begun = g_get_monotonic_time();

    day->timer = 0;
    if (!is_logged()) {
        g_clear_pointer(&connection->past_day, day_free);
        return FALSE;
    }
    if (day->n_written == day->lines->len) {
        g_clear_pointer(&connection->past_day, day_free);
        coex_session_log_next(connection->session, TRUE);
        return FALSE;
    }
    if (day->log == NULL)
        begin(day);
    while (day->n_written < day->lines->len && g_get_monotonic_time() - begun < SLICE_US)
        write_line(day, g_ptr_array_index(day->lines, day->n_written++));
    if (day->n_written == day->lines->len)
        g_clear_pointer(&day->log, purple_log_free);
    plan(day, g_get_monotonic_time() - begun);
    return FALSE;
}

static void
plan(CoexPastDay *day, gint64 taken_us)
{
    day->timer =
        purple_timeout_add((guint)MAX(PAUSE_MS, taken_us * (PARTS - 1) / 1000 + 1), on_slice, day);
}

void
coex_past_log_take(CoexConnection *connection, const CoexSessionEvent *event)
{
    CoexPastDay *day;

    if (event->lines == NULL && is_logged())
        coex_session_log_next(connection->session, FALSE);
    if (event->lines == NULL || !is_logged() || connection->past_day != NULL)
        return;
    day = g_new0(CoexPastDay, 1);
    day->connection = connection;
    day->person = coex_person_view_ref(event->person);
    day->lines = g_ptr_array_ref(event->lines);
    connection->past_day = day;
    plan(day, 0);
}

void
coex_past_log_stop(CoexConnection *connection)
{
    g_clear_pointer(&connection->past_day, day_free);
}
