// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/rows.h"

#include "core/error.h"
#include "core/feed.h"
#include "core/payload.h"
#include "core/words.h"
#include <string.h>

/* ---- people ---- */

CoexPerson *
coex_person_new(void)
{
    return g_new0(CoexPerson, 1);
}

CoexPerson *
coex_person_copy(const CoexPerson *person)
{
    CoexPerson *copy = g_memdup2(person, sizeof *person);
    copy->name = g_strdup(person->name);
    copy->alias = g_strdup(person->alias);
    copy->book_name = g_strdup(person->book_name);
    copy->nick = g_strdup(person->nick);
    copy->last_inbound_wamid = g_strdup(person->last_inbound_wamid);
    copy->peer = (CoexPeer){ 0 };
    coex_peer_copy(&copy->peer, &person->peer);
    return copy;
}

void
coex_person_free(CoexPerson *person)
{
    if (person == NULL)
        return;
    g_free(person->name);
    g_free(person->alias);
    g_free(person->book_name);
    g_free(person->nick);
    g_free(person->last_inbound_wamid);
    coex_peer_clear(&person->peer);
    g_free(person);
}

CoexAddress *
coex_address_new(const char *address, gint64 person_id, gint64 gone_at)
{
    gsize size = strlen(address) + 1;
    CoexAddress *row = g_malloc(sizeof *row + size);
    row->person_id = person_id;
    row->gone_at = gone_at;
    memcpy(row->address, address, size);
    return row;
}

gboolean
coex_put_back(const CoexPutBack *back, gint64 *time)
{
    if (*time <= back->after)
        return FALSE;
    *time = MIN(*time - back->by, back->now);
    return TRUE;
}

/* ---- the outbox ---- */

const char *
coex_outbox_state_describe(CoexOutboxState state)
{
    switch (state) {
    case COEX_OUTBOX_QUEUED:
    case COEX_OUTBOX_SENDING:
    case COEX_OUTBOX_TAKING:
        /* Translators: how a message of ours stands; so the next ones */
        return _("waits to be sent");
    case COEX_OUTBOX_UNCERTAIN:
        return _("may have been sent, its confirmation is awaited");
    case COEX_OUTBOX_PARKED:
        return _("waits for your choice");
    case COEX_OUTBOX_HELD:
        return _("held until they write");
    case COEX_OUTBOX_FAILED:
    case COEX_OUTBOX_UNCONFIRMED:
        break;
    }
    return NULL;
}

CoexOutboxRow *
coex_outbox_row_new(void)
{
    return g_new0(CoexOutboxRow, 1);
}

CoexOutboxRow *
coex_outbox_row_copy(const CoexOutboxRow *row)
{
    CoexOutboxRow *copy = g_memdup2(row, sizeof *row);
    copy->local_id = g_strdup(row->local_id);
    copy->text = g_strdup(row->text);
    copy->template_name = g_strdup(row->template_name);
    copy->template_language = g_strdup(row->template_language);
    copy->template_values = g_strdup(row->template_values);
    copy->origin = g_strdup(row->origin);
    copy->media = coex_media_copy(row->media);
    copy->file = g_strdup(row->file);
    copy->payload = coex_payload_copy(row->payload);
    copy->context = g_strdup(row->context);
    return copy;
}

void
coex_outbox_row_free(CoexOutboxRow *row)
{
    if (row == NULL)
        return;
    g_free(row->local_id);
    g_free(row->text);
    g_free(row->template_name);
    g_free(row->template_language);
    g_free(row->template_values);
    g_free(row->origin);
    coex_media_free(row->media);
    g_free(row->file);
    coex_payload_free(row->payload);
    g_free(row->context);
    g_free(row);
}

gboolean
coex_outbox_row_is_text(const CoexOutboxRow *row)
{
    return row->template_name == NULL && row->media == NULL && row->payload == NULL;
}

int
coex_outbox_row_get_offer(const CoexOutboxRow *row, int error_code)
{
    gboolean wants_template = coex_graph_code_wants_template(error_code);
    int flags = wants_template ? COEX_LINE_TEMPLATE : 0;
    if (row == NULL || coex_graph_code_get_wait_s(error_code) == COEX_WAIT_FOR_EVER)
        return flags;
    flags |= COEX_LINE_KEPT;
    /* Where only a template helps, the same would fail again; a closed window asks which. */
    if (coex_graph_code_get_wait_s(error_code) == 0 &&
        (!wants_template || error_code == COEX_GRAPH_WINDOW_CLOSED))
        flags |= COEX_LINE_RESEND;
    return flags;
}

/* ---- what reads give ---- */

void
coex_delivery_row_free(CoexDeliveryRow *row)
{
    if (row == NULL)
        return;
    g_free(row->secret_id);
    g_clear_pointer(&row->body, g_bytes_unref);
    g_free(row);
}

void
coex_send_free(CoexSend *send)
{
    if (send == NULL)
        return;
    g_free(send->text);
    g_free(send->why);
    g_free(send->local_id);
    g_free(send->desk);
    g_free(send);
}

void
coex_snapshot_free(CoexSnapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    g_ptr_array_unref(snapshot->people);
    g_ptr_array_unref(snapshot->addresses);
    g_ptr_array_unref(snapshot->outbox);
    g_ptr_array_unref(snapshot->feed);
    g_ptr_array_unref(snapshot->sends);
    g_ptr_array_unref(snapshot->nicks);
    g_hash_table_unref(snapshot->settings);
    g_free(snapshot->strangers);
    g_free(snapshot->stray_secret_ids);
    g_free(snapshot);
}
