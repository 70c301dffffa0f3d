// SPDX-License-Identifier: GPL-2.0-or-later
#include "client.h"

#include <glib/gstdio.h>
#include <purple.h>

/* What others than the user hand over to be sent. */

#define REGRET_S (15 * TEST_SLOWNESS) /* less than the test waits for an answer */

static PurpleAccount *
find_online(const char *number)
{
    for (GList *a = purple_accounts_get_all(); a != NULL; a = a->next) {
        if (g_str_equal(purple_account_get_username(a->data), number) &&
            purple_account_is_connected(a->data))
            return a->data;
    }
    return NULL;
}

void
client_pounce(const char *number, const char *who, const char *text)
{
    PurpleAccount *account = find_online(number);
    PurpleBuddy *buddy = account != NULL ? purple_find_buddy(account, who) : NULL;
    if (buddy == NULL)
        return;

    g_autofree char *name = g_strdup(purple_buddy_get_name(buddy));
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, name, account);
    if (conv == NULL)
        conv = purple_conversation_new(PURPLE_CONV_TYPE_IM, account, name);
    purple_conversation_write(conv, NULL, text, PURPLE_MESSAGE_SEND, time(NULL));
    serv_send_im(purple_account_get_connection(account), name, text, 0);
}

void
client_send_file(const char *number, const char *who, const char *path)
{
    PurpleAccount *account = find_online(number);
    PurpleBuddy *buddy = account != NULL ? purple_find_buddy(account, who) : NULL;
    if (buddy != NULL)
        serv_send_file(purple_account_get_connection(account), purple_buddy_get_name(buddy),
                       *path != '\0' ? path : NULL);
}

static guint
count_copies(void)
{
    g_autofree char *folder = g_build_filename(purple_user_dir(), "coex", "outgoing", NULL);
    g_autoptr(GDir) numbers = g_dir_open(folder, 0, NULL);
    guint n = 0;

    for (const char *name; numbers != NULL && (name = g_dir_read_name(numbers)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(GDir) copies = g_dir_open(path, 0, NULL);

        while (copies != NULL && g_dir_read_name(copies) != NULL)
            n++;
    }
    return n;
}

static gboolean
on_look(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* The test says when WhatsApp has it; then the copy goes. */
static gboolean
has_left(const char *mark)
{
    return g_file_test(mark, G_FILE_TEST_EXISTS) && count_copies() == 0;
}

/* The chat program's own main loop rests, so that nothing of it is told meanwhile. */
static gboolean
wait_left(void)
{
    gint64 end = g_get_monotonic_time() + REGRET_S * G_TIME_SPAN_SECOND;
    g_autofree char *mark = g_build_filename(purple_user_dir(), FILE_LEFT, NULL);
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GSource) look = g_timeout_source_new(1);
    gboolean left;

    g_source_set_callback(look, on_look, NULL, NULL);
    g_source_attach(look, context);
    while (!has_left(mark) && g_get_monotonic_time() < end)
        g_main_context_iteration(context, TRUE);
    left = has_left(mark);
    g_source_destroy(look);
    g_unlink(mark);
    return left;
}

void
client_cancel_transfers(void)
{
    for (GList *l = purple_xfers_get_all(), *next; l != NULL; l = next) {
        next = l->next;
        purple_xfer_cancel_local(l->data);
    }
}

const char *
client_regret_file(const char *number, const char *who, const char *path)
{
    client_send_file(number, who, path);
    if (!wait_left())
        return "the file does not leave";
    client_cancel_transfers();
    return NULL;
}
