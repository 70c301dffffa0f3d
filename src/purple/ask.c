// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/ask.h"

#include "core/words.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/notice.h"
#include <string.h>

typedef struct {
    CoexConnection *connection;
    CoexAskTopic topic;
    char *name;
    PurpleRequestType type;
    void *ui_handle;
    PurpleRequestActionCb answer; /* of a yes or a no; NULL of other questions */
} Ask;

static GHashTable *asks; /* token -> Ask; exists while a question is open */
static guint last_token;

static void
ask_free(Ask *ask)
{
    g_free(ask->name);
    g_free(ask);
}

static Ask *
steal(gpointer token)
{
    Ask *ask = NULL;

    if (asks == NULL || !g_hash_table_steal_extended(asks, token, NULL, (gpointer *)&ask))
        return NULL;
    if (g_hash_table_size(asks) == 0)
        g_clear_pointer(&asks, g_hash_table_unref);
    return ask;
}

static gboolean
has_handle(gpointer token, gpointer value, gpointer ui_handle)
{
    return ((Ask *)value)->ui_handle == ui_handle;
}

/* Pidgin tells nobody when a question with buttons is closed by the window's own: when its address
 * comes again, it is gone. */
static void
forget_handle(void *ui_handle)
{
    g_hash_table_foreach_remove(asks, has_handle, ui_handle);
}

gpointer
coex_ask_new(CoexConnection *connection, CoexAskTopic topic, const char *name,
             PurpleRequestType type)
{
    Ask *ask = g_new0(Ask, 1);

    if (asks == NULL)
        asks = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)ask_free);
    last_token++;
    ask->connection = connection;
    ask->topic = topic;
    ask->name = g_strdup(name);
    ask->type = type;
    g_hash_table_insert(asks, GUINT_TO_POINTER(last_token), ask);
    return GUINT_TO_POINTER(last_token);
}

gboolean
coex_ask_opened(gpointer token, void *ui_handle)
{
    Ask *ask = asks != NULL ? g_hash_table_lookup(asks, token) : NULL;

    if (ui_handle == NULL) {
        ask = steal(token);
        g_clear_pointer(&ask, ask_free);
        return FALSE;
    }
    if (ask != NULL) {
        forget_handle(ui_handle);
        ask->ui_handle = ui_handle;
    }
    return TRUE;
}

static void
answer_with(gpointer token, int button)
{
    const Ask *ask = asks != NULL ? g_hash_table_lookup(asks, token) : NULL;

    if (ask != NULL)
        ask->answer(token, button);
}

/* Which button it is says the callback: Pidgin counts them from the other end. */
static void
on_yes(gpointer token, int button)
{
    answer_with(token, COEX_ASK_YES);
}

static void
on_no(gpointer token, int button)
{
    answer_with(token, COEX_ASK_NO);
}

gboolean
coex_ask_yes_no(CoexConnection *connection, const CoexQuestion *question,
                PurpleRequestActionCb answer)
{
    const char *who = *question->name != '\0' ? question->name : NULL;
    gpointer token;

    void *ui;

    coex_ask_close(connection, question->topic, question->name);
    token = coex_ask_new(connection, question->topic, question->name, PURPLE_REQUEST_ACTION);
    ((Ask *)g_hash_table_lookup(asks, token))->answer = answer;
    gboolean reads = coex_host_get()->reads_buttons;
    ui = purple_request_action(connection->gc, question->title, question->primary,
                               question->secondary, COEX_ASK_NO, connection->account, who, NULL,
                               token, 2, reads ? "OK" : _("OK"), on_yes,
                               reads ? "Cancel" : _("Cancel"), on_no);
    if (!coex_ask_opened(token, ui))
        return FALSE;
    coex_ask_point_at(connection, question->title);
    return TRUE;
}

/* ---- where it stands ---- */

void
coex_ask_note_typed(CoexConnection *connection, const char *who)
{
    g_free(connection->asked_in);
    connection->asked_in = g_strdup(who);
}

void
coex_ask_point_at(CoexConnection *connection, const char *title)
{
    g_autofree char *who = g_steal_pointer(&connection->asked_in);
    g_autofree char *line = NULL;

    if (who == NULL || !coex_host_get()->opens_behind)
        return;
    /* Translators: %s is the title of a window; Alt+w is a key of Finch's */
    line = coex_say(_("It stands in a window of its own, “%s” (Alt+w lists the windows)."), title);
    if (coex_connection_is_own(connection, who))
        coex_notice_tell(connection, line);
    else
        coex_lines_notice(connection, who, line);
}

CoexConnection *
coex_ask_take(gpointer token, char **ret_name)
{
    Ask *ask = steal(token);
    CoexConnection *connection;

    if (ask == NULL)
        return NULL;

    connection = ask->connection;
    if (ret_name != NULL)
        *ret_name = g_steal_pointer(&ask->name);
    ask_free(ask);
    return connection;
}

/* The token of an open question that fits; NULL for none. @name NULL: any. */
static gpointer
find(CoexConnection *connection, CoexAskTopic topic, const char *name)
{
    GHashTableIter iter;
    gpointer token;
    gpointer value;

    if (asks == NULL)
        return NULL;

    g_hash_table_iter_init(&iter, asks);
    while (g_hash_table_iter_next(&iter, &token, &value)) {
        const Ask *ask = value;

        if (ask->connection == connection && (topic == COEX_ASK_ANYTHING || ask->topic == topic) &&
            (name == NULL || strcmp(ask->name, name) == 0))
            return token;
    }
    return NULL;
}

gboolean
coex_ask_is_open(CoexConnection *connection, CoexAskTopic topic, const char *name)
{
    return find(connection, topic, name) != NULL;
}

void
coex_ask_close(CoexConnection *connection, CoexAskTopic topic, const char *name)
{
    gpointer token;

    while ((token = find(connection, topic, name)) != NULL) {
        /* Taken first: some hosts call the cancel callback from within the close. */
        Ask *ask = steal(token);
        if (ask->ui_handle != NULL)
            purple_request_close(ask->type, ask->ui_handle);
        ask_free(ask);
    }
}
