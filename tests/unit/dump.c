// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump.h"

#include "core/media.h"
#include "core/message.h"
#include "core/peer.h"

#include <string.h>

/* " name="value"" with quotes, backslashes and control characters escaped; nothing for NULL. */
static void
dump_text(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_printf(out, " %s=\"", name);
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '\n')
            g_string_append(out, "\\n");
        else if ((guchar)*p < 0x20 || *p == 0x7f)
            g_string_append_printf(out, "\\x%02x", (guint)*p);
        else if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else
            g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static void
dump_int(GString *out, const char *name, gint64 value)
{
    if (value != 0)
        g_string_append_printf(out, " %s=%" G_GINT64_FORMAT, name, value);
}

static void
dump_flag(GString *out, const char *name, gboolean value)
{
    if (value)
        g_string_append_printf(out, " %s", name);
}

static void
dump_peer(GString *out, const CoexPeer *peer)
{
    dump_text(out, "wa_id", peer->wa_id);
    dump_text(out, "user_id", peer->user_id);
    dump_text(out, "parent_user_id", peer->parent_user_id);
    dump_text(out, "username", peer->username);
}

static const char *
direction_name(CoexDirection direction)
{
    switch (direction) {
    case COEX_INBOUND:
        return "inbound";
    case COEX_OUTBOUND:
        return "outbound";
    case COEX_ECHO:
        return "echo";
    }
    return "inbound";
}

static const char *
content_name(CoexContentKind kind)
{
    switch (kind) {
    case COEX_CONTENT_TEXT:
        return "text";
    case COEX_CONTENT_MEDIA:
        return "media";
    case COEX_CONTENT_LOCATION:
        return "location";
    case COEX_CONTENT_CONTACTS:
        return "contacts";
    case COEX_CONTENT_REACTION:
        return "reaction";
    case COEX_CONTENT_BUTTON:
        return "button";
    case COEX_CONTENT_INTERACTIVE:
        return "interactive";
    case COEX_CONTENT_ORDER:
        return "order";
    case COEX_CONTENT_SYSTEM:
        return "system";
    case COEX_CONTENT_WELCOME:
        return "welcome";
    case COEX_CONTENT_EDIT:
        return "edit";
    case COEX_CONTENT_REVOKE:
        return "revoke";
    case COEX_CONTENT_PLACEHOLDER:
        return "placeholder";
    case COEX_CONTENT_UNSUPPORTED:
        return "unsupported";
    case COEX_CONTENT_UNKNOWN:
        return "unknown";
    }
    return "unknown";
}

static void
dump_media(GString *out, const CoexMedia *media)
{
    static const char *const kinds[] = { "image", "video", "audio", "document", "sticker", "card" };

    dump_text(out, "media", kinds[media->kind]);
    dump_text(out, "media-id", media->id);
    dump_text(out, "url", media->url);
    dump_text(out, "mime", media->mime);
    dump_text(out, "sha256", media->sha256);
    dump_int(out, "size", media->size);
    dump_text(out, "file", media->name);
    dump_text(out, "caption", media->caption);
    dump_flag(out, "voice", media->voice);
    dump_flag(out, "animated", media->animated);
}

static void
dump_member(GString *out, const CoexContent *content)
{
    if (content->kind == COEX_CONTENT_CONTACTS && content->cards != NULL)
        dump_media(out, content->cards);
    if (content->kind == COEX_CONTENT_MEDIA)
        dump_media(out, content->media);
    if (content->kind == COEX_CONTENT_REACTION) {
        dump_text(out, "target", content->reaction.target);
        dump_text(out, "emoji", content->reaction.emoji);
    }
    if (content->kind == COEX_CONTENT_REVOKE)
        dump_text(out, "target", content->revoke.target);
    if (content->kind == COEX_CONTENT_EDIT) {
        dump_text(out, "target", content->edit.target);
        if (content->edit.now != NULL) {
            g_string_append_printf(out, " now=%s", content_name(content->edit.now->kind));
            dump_text(out, "now-text", content->edit.now->text);
            dump_member(out, content->edit.now);
        }
    }
}

static void
dump_message(GString *out, const CoexMessage *message)
{
    g_string_append_printf(out, " %s %s", direction_name(message->direction),
                           content_name(message->content.kind));
    dump_text(out, "type", message->content.type);
    dump_peer(out, &message->peer);
    dump_text(out, "new-wa_id", message->new_peer.wa_id);
    dump_text(out, "new-user_id", message->new_peer.user_id);
    dump_text(out, "new-parent_user_id", message->new_peer.parent_user_id);
    dump_flag(out, "number-gone", message->number_gone);
    dump_text(out, "name", message->profile_name);
    dump_text(out, "other-wa_id", message->peer.other_wa_id);
    dump_int(out, "time", message->time);
    dump_text(out, "wamid", message->wamid);
    dump_text(out, "token", message->token);
    dump_text(out, "context", message->context_wamid);
    dump_text(out, "group", message->group_id);
    dump_flag(out, "from-ad", message->from_ad);
    dump_text(out, "ad-click", message->ad_click);
    dump_flag(out, "in-standby", message->in_standby);
    if (message->past_state != COEX_STATE_UNKNOWN)
        dump_text(out, "was", coex_state_get_name(message->past_state));
    dump_member(out, &message->content);
    dump_text(out, "text", message->content.text);
}

static void
dump_status(GString *out, const CoexStatus *status)
{
    g_string_append_printf(out, " %s", coex_state_get_name(status->state));
    dump_text(out, "state", status->state_name);
    dump_peer(out, &status->peer);
    dump_text(out, "name", status->profile_name);
    dump_text(out, "other-wa_id", status->peer.other_wa_id);
    dump_int(out, "time", status->time);
    dump_text(out, "wamid", status->wamid);
    dump_text(out, "token", status->token);
    dump_text(out, "opaque", status->opaque);
    dump_int(out, "error", status->error_code);
    dump_text(out, "title", status->error_title);
    dump_text(out, "details", status->error_details);
    dump_int(out, "free-until", status->free_entry_until);
}

static const char *
kind_name(CoexEventKind kind)
{
    switch (kind) {
    case COEX_EVENT_MESSAGE:
        return "message";
    case COEX_EVENT_STATUS:
        return "status";
    case COEX_EVENT_HISTORY:
        return "history";
    case COEX_EVENT_CONTACT_CHANGE:
        return "contact-change";
    case COEX_EVENT_TEMPLATE:
        return "template";
    case COEX_EVENT_ACCOUNT:
        return "account";
    case COEX_EVENT_PREFERENCE:
        return "preference";
    case COEX_EVENT_PAST:
        return "past";
    case COEX_EVENT_UNKNOWN:
        return "unknown";
    }
    return "unknown";
}

static void
dump_event(GString *out, const CoexEvent *event)
{
    g_string_append(out, kind_name(event->kind));
    if (event->message != NULL)
        dump_message(out, event->message);
    if (event->status != NULL)
        dump_status(out, event->status);
    if (event->history_progress >= 0)
        g_string_append_printf(out, " progress=%d", event->history_progress);
    dump_peer(out, &event->peer);
    dump_text(out, "name", event->name);
    dump_text(out, "line", event->line);
    dump_text(out, "field", event->field);
    dump_text(out, "waba", event->waba_id);
    dump_text(out, "phone", event->phone_number_id);
    dump_text(out, "display", event->display_phone_number);
    dump_flag(out, "lost", event->link == COEX_LINK_LOST);
    dump_flag(out, "back", event->link == COEX_LINK_BACK);
    dump_flag(out, "no-marketing", event->no_marketing);
    dump_flag(out, "keep-raw", event->keep_raw);
    g_string_append_c(out, '\n');
}

char *
dump_events(GPtrArray *events)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < events->len; i++)
        dump_event(out, events->pdata[i]);
    return g_string_free(out, FALSE);
}
