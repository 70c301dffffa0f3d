// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/transfer.h"

#include "core/media.h"
#include "core/payload-typed.h"
#include "core/payload.h"
#include "core/typed-line.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/typed-path.h"
#include "session/session.h"

/* The transfer's own data: by what the session knows it, 0 once that is over or cancelled. */
static guint
get_id(PurpleXfer *xfer)
{
    return GPOINTER_TO_UINT(xfer->data);
}

static void
forget(CoexConnection *connection, PurpleXfer *xfer, gpointer id)
{
    xfer->data = NULL;
    if (connection->transfers != NULL)
        g_hash_table_remove(connection->transfers, id);
}

/* By the user: what is not sent yet is dropped, and what becomes of it still comes. The chat
 * program may call it twice, and when the connection has failed, too. */
static void
on_cancelled(PurpleXfer *xfer)
{
    PurpleConnection *gc = purple_account_get_connection(purple_xfer_get_account(xfer));
    const CoexConnection *connection = gc != NULL ? purple_connection_get_protocol_data(gc) : NULL;
    guint id = get_id(xfer);

    if (id == 0)
        return;
    xfer->data = NULL;
    if (connection != NULL && connection->session != NULL)
        coex_session_cancel_file(connection->session, id);
}

static void
unref_xfer(gpointer xfer)
{
    purple_xfer_unref(xfer);
}

/* @caption: what was typed with it, "" for nothing: then what was typed for the next file. */
static gboolean
send_file(CoexConnection *connection, const char *name, const char *path, const char *caption,
          guint transfer, GError **error)
{
    CoexContact *contact = coex_contact_of(connection, name);
    gboolean waits = *caption == '\0' && contact->caption != NULL;

    if (!coex_session_send_file(connection->session, name, path, waits ? contact->caption : caption,
                                transfer, error))
        return FALSE;
    if (waits)
        g_clear_pointer(&contact->caption, g_free);
    return TRUE;
}

/* By the chat program's own means. */
static gboolean
send_given(CoexConnection *connection, const char *name, const char *path, guint transfer,
           GError **error)
{
    CoexContact *contact = coex_contact_of(connection, name);

    if (!contact->speaks_next)
        return send_file(connection, name, path, "", transfer, error);
    contact->speaks_next = FALSE;
    return coex_session_send_voice(connection->session, name, path, transfer, error);
}

/* Not by the user, whom libpurple would tell so in the conversation with who has that name. */
static void
give_up(PurpleXfer *xfer)
{
    g_free(xfer->who);
    xfer->who = g_strdup("");
    purple_xfer_cancel_local(xfer);
}

/* The chat program has the file's name. */
static void
on_init(PurpleXfer *xfer)
{
    static guint last_id;
    CoexConnection *connection = coex_connection_of_account(purple_xfer_get_account(xfer));
    const char *path = purple_xfer_get_local_filename(xfer);
    g_autofree char *name = NULL;
    g_autoptr(GError) error = NULL;

    if (connection == NULL || path == NULL) {
        purple_xfer_cancel_local(xfer);
        return;
    }
    name = coex_connection_dup_name(connection, purple_xfer_get_remote_user(xfer));
    if (!send_given(connection, name, path, last_id + 1, &error)) {
        coex_lines_notice(connection, name, error->message);
        give_up(xfer);
        return;
    }
    xfer->data = GUINT_TO_POINTER(++last_id);
    if (connection->transfers == NULL)
        connection->transfers = g_hash_table_new_full(NULL, NULL, NULL, unref_xfer);
    purple_xfer_ref(xfer);
    g_hash_table_insert(connection->transfers, xfer->data, xfer);
    purple_xfer_start(xfer, -1, NULL, 0);
}

gboolean
coex_transfer_is_possible(PurpleConnection *gc, const char *who)
{
    CoexConnection *connection = coex_connection_of(gc);

    return connection != NULL && !coex_connection_is_own(connection, who);
}

PurpleXfer *
coex_transfer_new(PurpleConnection *gc, const char *who)
{
    PurpleXfer *xfer = purple_xfer_new(purple_connection_get_account(gc), PURPLE_XFER_SEND, who);

    if (xfer == NULL)
        return NULL;
    purple_xfer_set_init_fnc(xfer, on_init);
    purple_xfer_set_cancel_send_fnc(xfer, on_cancelled);
    return xfer;
}

/* A file of that name elsewhere would be sent. And a chooser that cancels after an answer, too, has
 * libpurple end a transfer that is not there any more. */
static void
tell_way(CoexConnection *connection, const char *who)
{
    g_autofree char *name = coex_connection_dup_name(connection, who);
    g_autofree char *line =
        coex_say(_("Type %ssend and the path of the file, as in %ssend ~/photo.jpg: %s does "
                   "not tell in which folder a file is that is chosen from its list."),
                 coex_host_get_mark(), coex_host_get_mark(), _(coex_host_get()->label));

    coex_lines_notice(connection, name, line);
}

void
coex_transfer_send(PurpleConnection *gc, const char *who, const char *path)
{
    CoexConnection *connection = coex_connection_of(gc);
    PurpleXfer *xfer;

    if (path == NULL && connection != NULL && coex_host_get()->chooses_badly) {
        tell_way(connection, who);
        return;
    }
    xfer = coex_transfer_new(gc, who);
    if (xfer == NULL)
        return;
    if (path != NULL)
        purple_xfer_request_accepted(xfer, path);
    else
        purple_xfer_request(xfer);
}

/* The path in @words; NULL: a line says why not. @way: what is typed, as an example. Free with
 * g_free(). */
static char *
dup_typed_path(CoexConnection *connection, const char *name, const char *words, const char *way,
               const char **ret_caption)
{
    g_autofree char *typed = coex_typed_line_dup_path(words, ret_caption);
    g_autofree char *path = typed != NULL ? coex_typed_path_dup(typed) : NULL;
    g_autofree char *folder = coex_typed_path_dup_folder();
    g_autofree char *line = NULL;

    if (path != NULL && coex_typed_path_may_read(path))
        return g_steal_pointer(&path);
    if (path == NULL)
        /* Translators: the / or ! that commands begin with, and a command, “send ~/photo.jpg” */
        line = coex_say(_("It is typed so: %s%s. The path begins with / or ~/, and stands "
                          "in quotes where it has a blank."),
                        coex_host_get_mark(), way);
    else
        line = coex_say(
            _("Not sent: by its path only a file below %s can be sent here. Send others by DCC."),
            folder);
    coex_lines_notice(connection, name, line);
    return NULL;
}

static void
tell_not_sent(CoexConnection *connection, const char *name, const GError *error)
{
    g_autofree char *line = coex_say(_("Not sent: %s"), error->message);

    coex_lines_notice(connection, name, line);
}

static void
send_linked(CoexConnection *connection, const char *name, const char *words, gboolean as_voice)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexPayload) payload =
        as_voice
            ? coex_payload_parse_voice(words, &error)
            : coex_payload_parse_linked(words, &coex_contact_of(connection, name)->caption, &error);

    if (payload == NULL || !coex_session_send_payload(connection->session, name, payload, &error))
        tell_not_sent(connection, name, error);
}

void
coex_transfer_send_typed(CoexConnection *connection, const char *name, const char *words)
{
    const char *caption = "";
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;

    if (coex_payload_is_linked(words)) {
        send_linked(connection, name, words, FALSE);
        return;
    }
    /* Translators: send is typed as it stands */
    path = dup_typed_path(connection, name, words, _("send ~/photo.jpg a caption"), &caption);
    if (path != NULL && !send_file(connection, name, path, caption, 0, &error))
        tell_not_sent(connection, name, error);
}

void
coex_transfer_send_voice(CoexConnection *connection, const char *name, const char *words)
{
    const char *rest = "";
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;

    if (*words == '\0') {
        coex_contact_of(connection, name)->speaks_next = TRUE;
        coex_lines_notice(connection, name,
                          _("The next file that you send here goes as a voice message."));
        return;
    }
    if (coex_payload_is_linked(words)) {
        send_linked(connection, name, words, TRUE);
        return;
    }
    /* Translators: voice is typed as it stands */
    path = dup_typed_path(connection, name, words, _("voice ~/hello.wav"), &rest);
    if (path != NULL && !coex_session_send_voice(connection->session, name, path, 0, &error))
        tell_not_sent(connection, name, error);
}

void
coex_transfer_set_caption(CoexConnection *connection, const char *name, const char *words)
{
    CoexContact *contact = coex_contact_of(connection, name);
    g_autofree char *caption = g_strstrip(g_strdup(words));
    g_autofree char *line = NULL;

    if (g_utf8_strlen(caption, -1) > COEX_MEDIA_CAPTION_MAX) {
        line = g_strdup_printf(
            COEX_PLURAL(
                "The words beside a file have at most %d character. Send them as a message.",
                "The words beside a file have at most %d characters. Send them as a message.",
                COEX_MEDIA_CAPTION_MAX),
            COEX_MEDIA_CAPTION_MAX);
    } else if (*caption == '\0') {
        line = coex_say(_("The next file goes without words. %scaption and words: with those."),
                        coex_host_get_mark());
        g_clear_pointer(&contact->caption, g_free);
    } else {
        line = coex_say(_("The next file that you send here goes with: %s"), caption);
        g_free(contact->caption);
        contact->caption = g_steal_pointer(&caption);
    }
    coex_lines_notice(connection, name, line);
}

/* A line tells why. */
static void
end(CoexConnection *connection, PurpleXfer *xfer, gpointer id, gboolean completed)
{
    purple_xfer_ref(xfer);
    forget(connection, xfer, id);
    if (completed && !purple_xfer_is_canceled(xfer)) {
        purple_xfer_set_bytes_sent(xfer, purple_xfer_get_size(xfer));
        purple_xfer_set_completed(xfer, TRUE);
        purple_xfer_end(xfer);
    } else if (!purple_xfer_is_canceled(xfer)) {
        give_up(xfer);
    }
    purple_xfer_unref(xfer);
}

/* It was on its way to the screen that it has left when the user cancelled it. The line comes last:
 * a plugin that hears of it may disable the account, and the transfer is gone. */
static void
end_sent(CoexConnection *connection, PurpleXfer *xfer, gpointer id)
{
    gboolean too_late = get_id(xfer) == 0;
    g_autofree char *name = coex_connection_dup_name(connection, purple_xfer_get_remote_user(xfer));
    g_autofree char *line =
        coex_say(_("Not cancelled, since it was sent already: %s"), purple_xfer_get_filename(xfer));

    end(connection, xfer, id, TRUE);
    if (too_late)
        coex_lines_notice(connection, name, line);
}

void
coex_transfer_update(CoexConnection *connection, const CoexSessionEvent *event)
{
    gpointer id = GUINT_TO_POINTER(event->transfer);
    PurpleXfer *xfer =
        connection->transfers != NULL ? g_hash_table_lookup(connection->transfers, id) : NULL;

    if (xfer == NULL)
        return;
    if (get_id(xfer) == 0 &&
        (event->state == COEX_TRANSFER_RUNS || event->state == COEX_TRANSFER_KEPT))
        return;
    switch (event->state) {
    case COEX_TRANSFER_RUNS:
        /* what leaves may be another size than what was given */
        purple_xfer_set_bytes_sent(xfer, (size_t)((double)purple_xfer_get_size(xfer) * event->step /
                                                  MAX(event->n_steps, 1)));
        purple_xfer_update_progress(xfer);
        break;
    case COEX_TRANSFER_SENT:
        end_sent(connection, xfer, id);
        break;
    case COEX_TRANSFER_KEPT:
        end(connection, xfer, id, TRUE);
        break;
    case COEX_TRANSFER_FAILED:
        end(connection, xfer, id, FALSE);
        break;
    }
}

/* What was taken leaves at the next login, if not before: "cancelled" would have it sent again.
 * What was not taken, a line says. */
void
coex_transfer_stop(CoexConnection *connection)
{
    g_autoptr(GList) ids = NULL;

    if (connection->transfers == NULL)
        return;
    ids = g_hash_table_get_keys(connection->transfers);
    for (GList *link = ids; link != NULL; link = link->next)
        end(connection, g_hash_table_lookup(connection->transfers, link->data), link->data, TRUE);
    g_clear_pointer(&connection->transfers, g_hash_table_unref);
}
