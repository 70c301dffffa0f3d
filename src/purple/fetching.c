// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/fetching.h"

#include "core/words.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "session/session.h"
#include <time.h>

#define TOLD_AFTER_S 2      /* by the session */
#define LONG_S 10           /* what takes less needs no line */
#define NO_FILE "/dev/null" /* the bytes go another way */

static void
unref_xfer(gpointer xfer)
{
    purple_xfer_unref(xfer);
}

/* By the user. The transfer's own data: what the session knows it by, 0 once that is over. */
static void
on_cancelled(PurpleXfer *xfer)
{
    PurpleConnection *gc = purple_account_get_connection(purple_xfer_get_account(xfer));
    const CoexConnection *connection = gc != NULL ? purple_connection_get_protocol_data(gc) : NULL;
    guint id = GPOINTER_TO_UINT(xfer->data);

    xfer->data = NULL;
    if (id != 0 && connection != NULL && connection->session != NULL)
        coex_session_cancel_fetch(connection->session, id);
}

/* In which the user may be typing; NULL: in none. */
static PurpleConversation *
find_focused(void)
{
    for (GList *item = purple_get_conversations(); item != NULL; item = item->next) {
        if (purple_conversation_has_focus(item->data))
            return item->data;
    }
    return NULL;
}

/* The window comes to the front, and takes keys that are meant for the conversation. */
static void
add_behind(PurpleXfer *xfer)
{
    PurpleConversation *focused = find_focused();

    purple_xfer_add(xfer);
    if (focused != NULL && g_list_find(purple_get_conversations(), focused) != NULL)
        purple_conversation_present(focused);
}

/* As it stands in the window. Called by the person's title, it has no lines in the conversation
 * beside ours. */
static void
begin(CoexConnection *connection, const CoexSessionEvent *event)
{
    g_autofree char *title = coex_connection_dup_title(connection, event->person->name);
    PurpleXfer *xfer = purple_xfer_new(connection->account, PURPLE_XFER_RECEIVE, title);

    if (xfer == NULL)
        return;
    xfer->data = GUINT_TO_POINTER(event->transfer);
    purple_xfer_set_filename(xfer, event->detail);
    purple_xfer_set_local_filename(xfer, NO_FILE);
    purple_xfer_set_size(xfer, event->n_steps);
    purple_xfer_set_cancel_recv_fnc(xfer, on_cancelled);
    if (connection->fetches == NULL)
        connection->fetches = g_hash_table_new_full(NULL, NULL, NULL, unref_xfer);
    purple_xfer_ref(xfer);
    g_hash_table_insert(connection->fetches, GUINT_TO_POINTER(event->transfer), xfer);
    purple_xfer_ref(xfer);
    add_behind(xfer);
    if (!purple_xfer_is_canceled(xfer))
        purple_xfer_start(xfer, -1, NULL, 0);
    purple_xfer_unref(xfer);
}

static PurpleXfer *
find(const CoexConnection *connection, guint id)
{
    return connection->fetches != NULL
               ? g_hash_table_lookup(connection->fetches, GUINT_TO_POINTER(id))
               : NULL;
}

/* @path: where it is, NULL: it did not come. */
static void
end(CoexConnection *connection, guint id, const char *path)
{
    PurpleXfer *xfer = find(connection, id);

    if (xfer == NULL)
        return;
    purple_xfer_ref(xfer);
    xfer->data = NULL;
    g_hash_table_remove(connection->fetches, GUINT_TO_POINTER(id));
    if (path != NULL && !purple_xfer_is_canceled(xfer)) {
        purple_xfer_set_local_filename(xfer, path);
        purple_xfer_set_bytes_sent(xfer, purple_xfer_get_size(xfer));
        purple_xfer_set_completed(xfer, TRUE);
        purple_xfer_end(xfer);
    } else if (!purple_xfer_is_canceled(xfer)) {
        purple_xfer_cancel_local(xfer);
    }
    purple_xfer_unref(xfer);
}

/* @file: what it is, "image #17, 240 KB". */
static char *
dup_rest(const char *file, guint seconds)
{
    guint tens = (seconds + 5) / 10 * 10;
    guint minutes = (seconds + 30) / 60;

    /* Translators: %s is a file, such as "image #17, 240 KB" */
    if (seconds < 55)
        return coex_say(COEX_PLURAL("[%s] takes about %u second more.",
                                    "[%s] takes about %u seconds more.", tens),
                        file, tens);
    if (seconds < 90)
        return coex_say(_("[%s] takes about a minute more."), file);
    return coex_say(COEX_PLURAL("[%s] takes about %u minute more.",
                                "[%s] takes about %u minutes more.", minutes),
                    file, minutes);
}

/* Where there is no such window. */
static void
tell_time(CoexConnection *connection, const CoexSessionEvent *event)
{
    guint64 rest = event->n_steps > event->step ? event->n_steps - event->step : 0;
    guint64 seconds = event->step > 0 ? rest * TOLD_AFTER_S / event->step : 0;
    g_autofree char *line = dup_rest(event->text, (guint)MIN(seconds, G_MAXINT));

    if (seconds >= LONG_S)
        coex_lines_notice(connection, event->person->name, line);
}

void
coex_fetching_update(CoexConnection *updated, const CoexSessionEvent *event)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(updated);
    CoexContact *contact = coex_contact_of(connection, event->person->name);
    gboolean runs = event->state == COEX_TRANSFER_RUNS;
    gboolean is_new = contact->fetching == NULL;
    PurpleXfer *xfer;

    if (event->state == COEX_TRANSFER_KEPT) {
        coex_lines_whisper(connection, event->person->name, event->text);
        return;
    }
    g_free(contact->fetching);
    contact->fetching = runs ? g_strdup(event->text) : NULL;
    if (!runs) {
        end(connection, event->transfer, event->detail);
        return;
    }
    if (event->asked && coex_host_get()->shows_transfers &&
        find(connection, event->transfer) == NULL)
        begin(connection, event);
    else if (event->asked && is_new && !coex_host_get()->shows_transfers)
        tell_time(connection, event);
    xfer = find(connection, event->transfer);
    if (xfer == NULL || xfer->data == NULL)
        return;
    purple_xfer_set_bytes_sent(xfer, event->step);
    purple_xfer_update_progress(xfer);
}

void
coex_fetching_stop(CoexConnection *connection)
{
    g_autoptr(GList) ids = NULL;

    if (connection->fetches == NULL)
        return;
    ids = g_hash_table_get_keys(connection->fetches);
    for (GList *link = ids; link != NULL; link = link->next)
        end(connection, GPOINTER_TO_UINT(link->data), NULL);
    g_clear_pointer(&connection->fetches, g_hash_table_unref);
}
