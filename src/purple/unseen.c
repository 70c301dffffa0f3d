// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/unseen.h"

#include "core/feed.h"
#include "core/window.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/notice.h"
#include "purple/recall.h"
#include "session/session.h"
#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>

#define CHECK_S 2
#define LINES_MAX 5000

/* ---- BitlBee's end of the line ---- */

/* The first members of BitlBee's irc_t (irc.h of all 3.x). */
typedef struct {
    int fd;
    int status;
    double last_pong; /* seconds since 1970: when the client was last heard */
} IrcHead;

#define IRC_SHUTDOWN 8 /* USTATUS_SHUTDOWN */

typedef struct {
    gboolean known;
    gboolean ending; /* the process is about to leave its client */
    guint64 socket;  /* another one after a takeover */
    gint64 alive_us; /* since 1970: what was shown before has arrived */
} Link;

static gboolean
read_head(const IrcHead *head, Link *link)
{
    struct stat status;
    double now = (double)g_get_real_time() / G_USEC_PER_SEC;

    if (head->fd < 0 || fstat(head->fd, &status) != 0 || !S_ISSOCK(status.st_mode) ||
        head->last_pong > now + 60 || head->last_pong < now - 30 * 24 * 3600)
        return FALSE;
    link->socket = (guint64)status.st_ino;
    link->alive_us = (gint64)(head->last_pong * G_USEC_PER_SEC);
    link->ending = (head->status & IRC_SHUTDOWN) != 0;
    return TRUE;
}

/* One process has one client; with several nothing is known. */
static Link
read_link(void)
{
    GSList *const *list = dlsym(RTLD_DEFAULT, "irc_connection_list");
    Link link = { 0 };

    if (list == NULL)
        return link;
    if (*list == NULL)
        link.ending = TRUE;
    else if ((*list)->next == NULL && (*list)->data != NULL)
        link.known = read_head((*list)->data, &link);
    return link;
}

/* ---- what was shown ---- */

typedef struct {
    char *name; /* the account's own number: a line of the account */
    CoexFeedItem *item;
    gint64 shown_us;
} Line;

struct CoexUnseen {
    GQueue lines;   /* Line */
    guint64 socket; /* on which they were shown, 0: not known */
    guint timer;
};

static void
line_free(gpointer data)
{
    Line *line = data;

    g_free(line->name);
    coex_feed_item_unref(line->item);
    g_free(line);
}

/* ---- shown again ---- */

/* By person, in the order in which they came up: name -> GPtrArray of borrowed CoexFeedItem. */
static GPtrArray *
sort_lines(const GQueue *lines, GHashTable *by_name)
{
    GPtrArray *names = g_ptr_array_new();

    for (const GList *l = lines->head; l != NULL; l = l->next) {
        const Line *line = l->data;
        GPtrArray *own = g_hash_table_lookup(by_name, line->name);

        if (own == NULL) {
            own = g_ptr_array_new();
            g_hash_table_insert(by_name, line->name, own);
            g_ptr_array_add(names, line->name);
        }
        g_ptr_array_add(own, line->item);
    }
    return names;
}

static char *
dup_count(const char *clock, guint n, guint n_people)
{
    /* Translators: “%u message” and “of %u person” stand in “While you were away …” only */
    g_autofree char *messages = g_strdup_printf(COEX_PLURAL("%u message", "%u messages", n), n);
    g_autofree char *people =
        g_strdup_printf(COEX_PLURAL("of %u person", "of %u people", n_people), n_people);

    /* Translators: a time, “2 messages”, “of 2 people” */
    return coex_say(_("While you were away (since %s): %s %s. What may not have reached you "
                      "is shown once more."),
                    clock, messages, people);
}

/* Where no customer's line is among them, nothing is said of customers. */
static void
tell_count(CoexConnection *connection, const GQueue *lines)
{
    g_autoptr(GHashTable) people = g_hash_table_new(g_str_hash, g_str_equal);
    const Line *first = g_queue_peek_head((GQueue *)lines);
    g_autofree char *clock = coex_window_describe_time(first->shown_us / G_USEC_PER_SEC,
                                                       g_get_real_time() / G_USEC_PER_SEC);
    g_autofree char *text = NULL;
    guint n = 0;

    for (const GList *l = lines->head; l != NULL; l = l->next) {
        const Line *line = l->data;

        if (line->item->kind != COEX_FEED_INBOUND)
            continue;
        g_hash_table_add(people, line->name);
        n++;
    }
    if (n > 0)
        text = dup_count(clock, n, g_hash_table_size(people));
    else
        text = coex_say(
            _("What was shown since %s may not have reached you, and is shown once more."), clock);
    coex_notice_tell(connection, text);
}

static void
show_text(CoexConnection *connection, const char *name, const char *text)
{
    if (coex_connection_is_own(connection, name))
        coex_notice_tell(connection, text);
    else
        coex_lines_write(connection, name, text, COEX_LINES_OLD);
}

/* They are as unseen as before, on the other connection. */
static void
take_back(CoexConnection *connection, GQueue *lines)
{
    for (GList *l = lines->head; l != NULL; l = l->next)
        ((Line *)l->data)->shown_us = g_get_real_time();
    if (connection->over) {
        g_queue_clear_full(lines, line_free);
        return;
    }
    g_queue_clear_full(&connection->unseen->lines, line_free);
    connection->unseen->lines = *lines;
}

/* The lines are out of the way of whoever ends the login meanwhile. */
static void
show_again(CoexConnection *connection)
{
    GQueue lines = connection->unseen->lines;
    g_autoptr(GHashTable) by_name =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GPtrArray) names = sort_lines(&lines, by_name);

    g_queue_init(&connection->unseen->lines);
    if (lines.length > 0)
        tell_count(connection, &lines);
    for (guint i = 0; i < names->len && !connection->over; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *text =
            coex_recall_dup_text(connection, _("Once more, since it may not have reached you:"),
                                 name, g_hash_table_lookup(by_name, name));

        show_text(connection, name, text);
    }
    take_back(connection, &lines);
}

void
coex_unseen_check(CoexConnection *connection)
{
    CoexUnseen *unseen = connection->unseen;
    const Link link = read_link();
    Line *line;

    if (unseen == NULL || connection->over || !connection->online || !link.known)
        return;
    if (unseen->socket != 0 && unseen->socket != link.socket) {
        unseen->socket = link.socket;
        show_again(connection);
        return;
    }
    unseen->socket = link.socket;
    while ((line = g_queue_peek_head(&unseen->lines)) != NULL && line->shown_us < link.alive_us)
        line_free(g_queue_pop_head(&unseen->lines));
}

static gboolean
on_check(gpointer user_data)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(user_data);

    coex_unseen_check(connection);
    return G_SOURCE_CONTINUE;
}

void
coex_unseen_note(CoexConnection *connection, const CoexFeedItem *item, const char *name)
{
    CoexUnseen *unseen = connection->unseen;
    Line *line;

    if (unseen == NULL || connection->over)
        return;
    line = g_new(Line, 1);
    *line = (Line){ g_strdup(name), coex_feed_item_ref(item), g_get_real_time() };
    g_queue_push_tail(&unseen->lines, line);
    if (unseen->lines.length > LINES_MAX)
        line_free(g_queue_pop_head(&unseen->lines));
}

void
coex_unseen_forget(CoexConnection *connection, const char *name)
{
    GList *next;

    for (GList *l = connection->unseen != NULL ? connection->unseen->lines.head : NULL; l != NULL;
         l = next) {
        Line *line = l->data;

        next = l->next;
        if (strcmp(line->name, name) != 0)
            continue;
        g_queue_delete_link(&connection->unseen->lines, l);
        line_free(line);
    }
}

static void
note_of_account(CoexConnection *connection, const char *text)
{
    const CoexFeedItem line = { .seq = 1,
                                .kind = COEX_FEED_NOTICE,
                                .time = g_get_real_time() / G_USEC_PER_SEC,
                                .text = (char *)text };
    g_autoptr(CoexFeedItem) item = NULL;

    if (connection->unseen == NULL || connection->over)
        return;
    item = coex_feed_item_copy(&line, NULL);
    coex_unseen_note(connection, item, purple_account_get_username(connection->account));
}

void
coex_unseen_tell(CoexConnection *told_in, const char *text)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(told_in);

    coex_unseen_check(connection);
    if (connection->over)
        return;
    coex_notice_tell(connection, text);
    note_of_account(connection, text);
}

void
coex_unseen_note_typed(CoexConnection *connection)
{
    if (connection->unseen == NULL)
        return;
    coex_unseen_check(connection);
    if (!connection->over)
        g_queue_clear_full(&connection->unseen->lines, line_free);
}

/* ---- from login to logoff ---- */

/* Username -> CoexUnseen, between two logins in one process. */
static GHashTable *between;

static void
unseen_free(gpointer data)
{
    CoexUnseen *unseen = data;

    g_queue_clear_full(&unseen->lines, line_free);
    g_free(unseen);
}

static CoexUnseen *
take_earlier(CoexConnection *connection)
{
    const char *number = coex_connection_normalize(
        connection->account, purple_account_get_username(connection->account));
    CoexUnseen *unseen = NULL;
    char *key = NULL;

    if (between != NULL &&
        g_hash_table_steal_extended(between, number, (gpointer *)&key, (gpointer *)&unseen))
        g_free(key);
    return unseen != NULL ? unseen : g_new0(CoexUnseen, 1);
}

void
coex_unseen_start(CoexConnection *connection)
{
    if (!coex_host_get()->loses_lines)
        return;
    connection->unseen = take_earlier(connection);
    connection->unseen->timer = purple_timeout_add_seconds(CHECK_S, on_check, connection);
    coex_unseen_check(connection);
}

static void
keep_lines(CoexConnection *connection)
{
    g_autoptr(GHashTable) by_name =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GPtrArray) names = sort_lines(&connection->unseen->lines, by_name);

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *text = coex_recall_dup_text(
            connection, _("Once more, since the connection ended and it may not have reached you:"),
            name, g_hash_table_lookup(by_name, name));

        coex_session_keep_line(connection->session,
                               coex_connection_is_own(connection, name) ? NULL : name, text);
    }
    g_queue_clear_full(&connection->unseen->lines, line_free);
}

void
coex_unseen_stop(CoexConnection *connection)
{
    CoexUnseen *unseen = connection->unseen;

    if (unseen == NULL)
        return;
    purple_timeout_remove(unseen->timer);
    if (connection->session != NULL && read_link().ending)
        keep_lines(connection);
    connection->unseen = NULL;
    if (between == NULL)
        between = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unseen_free);
    g_hash_table_replace(between, g_strdup(purple_account_get_username(connection->account)),
                         unseen);
}
