// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/past-log.h"

#include "core/feed.h"
#include "core/person-view.h"
#include "core/text.h"
#include "core/words.h"
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
    char *half; /* a buddy of whom a kill has left a part of a log; NULL */
    gint64 half_at;
    gint64 log_at; /* when the log begins, 0: not chosen yet */
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
    g_free(day->half);
    g_free(day);
}

static void plan(CoexPastDay *day, gint64 taken_us);

/* BitlBee keeps none, and whose user is another's computer's. */
static gboolean
is_any_logged(void)
{
    return !coex_host_get()->serves_others && purple_prefs_get_bool("/purple/logging/log_ims");
}

/* Pidgin keeps in the buddy list, with the contact, what was chosen for a conversation ("Enable
 * Logging"), where it is not what is chosen for all; Finch forgets it with the conversation. */
static gboolean
is_logged(PurpleAccount *account, const char *name)
{
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, name, account);
    PurpleBuddy *buddy = purple_find_buddy(account, name);
    PurpleBlistNode *contact = buddy != NULL ? purple_blist_node_get_parent(&buddy->node) : NULL;
    PurpleValue *chosen =
        contact != NULL ? g_hash_table_lookup(contact->settings, "enable-logging") : NULL;

    if (conv != NULL)
        return purple_conversation_is_logging(conv);
    return chosen == NULL || purple_value_get_type(chosen) != PURPLE_TYPE_BOOLEAN ||
           purple_value_get_boolean(chosen);
}

/* Its name may be that of no other log: it was chosen so. */
static void
remove_half(const CoexPastDay *day)
{
    GList *logs = purple_log_get_logs(PURPLE_LOG_IM, day->half, day->connection->account);

    for (GList *l = logs; l != NULL; l = l->next) {
        PurpleLog *log = l->data;

        if (log->time == (time_t)day->half_at && purple_log_is_deletable(log))
            purple_log_delete(log);
        purple_log_free(log);
    }
    g_list_free(logs);
}

static void
forget_times(CoexConnection *connection)
{
    g_clear_pointer(&connection->past_times, g_hash_table_unref);
    g_clear_pointer(&connection->past_name, g_free);
}

/* Read once for all days of a person. */
static void
read_times(CoexConnection *connection, const char *name)
{
    GList *logs;

    if (g_strcmp0(connection->past_name, name) == 0)
        return;
    forget_times(connection);
    connection->past_name = g_strdup(name);
    connection->past_times = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    logs = purple_log_get_logs(PURPLE_LOG_IM, name, connection->account);
    for (GList *l = logs; l != NULL; l = l->next) {
        gint64 time = ((PurpleLog *)l->data)->time;

        g_hash_table_add(connection->past_times, g_memdup2(&time, sizeof time));
        purple_log_free(l->data);
    }
    g_list_free(logs);
}

/* Two logs of one second are one file. */
static void
choose_time(CoexPastDay *day)
{
    GHashTable *times;

    read_times(day->connection, day->person->name);
    times = day->connection->past_times;
    day->log_at = MAX(1, ((const CoexFeedItem *)g_ptr_array_index(day->lines, 0))->time);
    while (g_hash_table_contains(times, &day->log_at))
        day->log_at++;
    g_hash_table_add(times, g_memdup2(&day->log_at, sizeof day->log_at));
}

static void
write_line(CoexPastDay *day, const CoexFeedItem *item)
{
    PurpleAccount *account = day->connection->account;
    PurpleMessageFlags flags = item->kind == COEX_FEED_INBOUND  ? PURPLE_MESSAGE_RECV
                               : item->kind == COEX_FEED_NOTICE ? PURPLE_MESSAGE_SYSTEM
                                                                : PURPLE_MESSAGE_SEND;
    const char *alias = purple_account_get_alias(account);
    g_autofree char *title = coex_connection_dup_alias(day->connection, day->person->name);
    const char *note = item->kind == COEX_FEED_FAILED        ? _("(not delivered)")
                       : item->kind == COEX_FEED_UNCONFIRMED ? _("(not confirmed)")
                                                             : NULL;
    g_autofree char *text =
        note != NULL ? g_strconcat(note, " ", item->text, NULL) : g_strdup(item->text);
    g_autofree char *html = coex_text_to_html_as(text, 0);

    if (item->kind != COEX_FEED_INBOUND) {
        g_free(title);
        title = g_strdup(alias != NULL ? alias : purple_account_get_username(account));
    }
    purple_log_write(day->log, flags, title, (time_t)item->time, html);
}

/* Nothing is written before it is known where. */
static void
prepare(CoexPastDay *day)
{
    if (day->half != NULL)
        remove_half(day);
    choose_time(day);
    coex_session_log_next(day->connection->session, COEX_LOG_BEGIN, day->log_at);
}

static gboolean
on_slice(gpointer data)
{
    CoexPastDay *day = data;
    CoexConnection *connection = day->connection;
    gint64 begun = g_get_monotonic_time();

    day->timer = 0;
    if (!is_any_logged()) {
        g_clear_pointer(&connection->past_day, day_free);
        return FALSE;
    }
    if (!is_logged(connection->account, day->person->name)) {
        g_clear_pointer(&connection->past_day, day_free);
        coex_session_log_next(connection->session, COEX_LOG_SKIP, 0);
        return FALSE;
    }
    if (day->log_at == 0) {
        prepare(day);
        return FALSE;
    }
    if (day->n_written == day->lines->len) {
        g_clear_pointer(&connection->past_day, day_free);
        coex_session_log_next(connection->session, COEX_LOG_WRITTEN, 0);
        return FALSE;
    }
    if (day->log == NULL)
        day->log = purple_log_new(PURPLE_LOG_IM, day->person->name, connection->account, NULL,
                                  (time_t)day->log_at, NULL);
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

    if (!is_any_logged() || (event->lines != NULL && connection->past_day != NULL))
        return;
    if (event->lines == NULL) {
        coex_session_log_next(connection->session, COEX_LOG_ASK, 0);
        return;
    }
    if (!is_logged(connection->account, event->person->name)) {
        coex_session_log_next(connection->session, COEX_LOG_SKIP, 0);
        return;
    }
    day = g_new0(CoexPastDay, 1);
    day->connection = connection;
    day->person = coex_person_view_ref(event->person);
    day->lines = g_ptr_array_ref(event->lines);
    day->half = g_strdup(event->detail);
    day->half_at = event->log_at;
    connection->past_day = day;
    plan(day, 0);
}

void
coex_past_log_begun(CoexConnection *connection)
{
    CoexPastDay *day = connection->past_day;

    if (day != NULL && day->log_at > 0 && day->log == NULL && day->timer == 0)
        plan(day, 0);
}

void
coex_past_log_stop(CoexConnection *connection)
{
    forget_times(connection);
    g_clear_pointer(&connection->past_day, day_free);
}
