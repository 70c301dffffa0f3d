// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/message.h"

#include "core/desk-send.h"
#include "core/media.h"
#include <string.h>

/* wamid. + Base64 of: 1c 18 <n> <peer, n bytes> 15 02 00 <11|12> 18 <k> <token, k bytes> 00
 * (the layout of a wamid). */
#define WAMID_PREFIX "wamid."
#define WAMID_HEAD 3 /* bytes before the peer */
#define WAMID_MID 6  /* bytes between peer and token */
#define WAMID_TAG_STRING 0x18
#define BASE64_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

CoexMessage *
coex_message_new(void)
{
    CoexMessage *message = g_atomic_rc_box_new0(CoexMessage);

    message->past_state = COEX_STATE_UNKNOWN;
    return message;
}

CoexMessage *
coex_message_ref(const CoexMessage *message)
{
    return g_atomic_rc_box_acquire((CoexMessage *)message);
}

static void
content_clear(CoexContent *content)
{
    switch (content->kind) {
    case COEX_CONTENT_MEDIA:
        coex_media_free(content->media);
        break;
    case COEX_CONTENT_CONTACTS:
        coex_media_free(content->cards);
        break;
    case COEX_CONTENT_REACTION:
        g_free(content->reaction.target);
        g_free(content->reaction.emoji);
        break;
    case COEX_CONTENT_EDIT:
        g_free(content->edit.target);
        if (content->edit.now != NULL)
            content_clear(content->edit.now);
        g_free(content->edit.now);
        break;
    case COEX_CONTENT_REVOKE:
        g_free(content->revoke.target);
        break;
    case COEX_CONTENT_TEXT:
    case COEX_CONTENT_LOCATION:
    case COEX_CONTENT_BUTTON:
    case COEX_CONTENT_INTERACTIVE:
    case COEX_CONTENT_ORDER:
    case COEX_CONTENT_SYSTEM:
    case COEX_CONTENT_WELCOME:
    case COEX_CONTENT_PLACEHOLDER:
    case COEX_CONTENT_UNSUPPORTED:
    case COEX_CONTENT_UNKNOWN:
        break;
    }
    g_free(content->type);
    g_free(content->text);
}

static void
message_clear(gpointer data)
{
    CoexMessage *message = data;

    g_free(message->wamid);
    g_free(message->token);
    coex_peer_clear(&message->peer);
    coex_peer_clear(&message->new_peer);
    g_free(message->profile_name);
    g_free(message->ad_click);
    g_free(message->context_wamid);
    g_free(message->group_id);
    g_free(message->desk);
    g_free(message->local_id);
    g_free(message->send_id);
    g_free(message->template_name);
    content_clear(&message->content);
}

void
coex_message_unref(CoexMessage *message)
{
    if (message != NULL)
        g_atomic_rc_box_release_full(message, message_clear);
}

gboolean
coex_content_get_target(const CoexContent *content, const char **ret_wamid)
{
    const char *target;

    if (content->kind == COEX_CONTENT_REACTION)
        target = content->reaction.target;
    else if (content->kind == COEX_CONTENT_EDIT)
        target = content->edit.target;
    else if (content->kind == COEX_CONTENT_REVOKE)
        target = content->revoke.target;
    else
        return FALSE;
    if (ret_wamid != NULL)
        *ret_wamid = target;
    return TRUE;
}

gboolean
coex_content_opens_window(CoexContentKind kind)
{
    switch (kind) {
    case COEX_CONTENT_SYSTEM:
    case COEX_CONTENT_EDIT:
    case COEX_CONTENT_REVOKE:
        return FALSE;
    case COEX_CONTENT_TEXT:
    case COEX_CONTENT_MEDIA:
    case COEX_CONTENT_LOCATION:
    case COEX_CONTENT_CONTACTS:
    case COEX_CONTENT_REACTION:
    case COEX_CONTENT_BUTTON:
    case COEX_CONTENT_INTERACTIVE:
    case COEX_CONTENT_ORDER:
    case COEX_CONTENT_WELCOME:
    case COEX_CONTENT_PLACEHOLDER:
    case COEX_CONTENT_UNSUPPORTED:
    case COEX_CONTENT_UNKNOWN:
        return TRUE;
    }
    return TRUE;
}

const char *
coex_echo_get_author(const char *text)
{
    if (g_str_has_prefix(text, COEX_BY_AGENT))
        return COEX_BY_AGENT;
    return g_str_has_prefix(text, COEX_BY_BOT) ? COEX_BY_BOT : NULL;
}

/* Of a name as coex_desk_name_clean() leaves it: nobody's text is a mark by chance. */
static gsize
get_desk_mark_length(const char *text)
{
    const char *name = text + strlen(COEX_BY_DESK);
    const char *end = strpbrk(name, "[]\n");

    return end != NULL && g_str_has_prefix(end, "] ") && end > name &&
                   g_utf8_strlen(name, end - name) <= COEX_DESK_NAME_MAX
               ? (gsize)(end + strlen("] ") - text)
               : 0;
}

gsize
coex_echo_get_mark_length(const char *text)
{
    const char *author = coex_echo_get_author(text);

    if (author != NULL)
        return strlen(author);
    return g_str_has_prefix(text, COEX_BY_DESK) ? get_desk_mark_length(text) : 0;
}

char *
coex_echo_dup_desk(const char *text)
{
    gsize length = g_str_has_prefix(text, COEX_BY_DESK) ? get_desk_mark_length(text) : 0;

    return length > 0 ? g_strndup(text + strlen(COEX_BY_DESK),
                                  length - strlen(COEX_BY_DESK) - strlen("] "))
                      : NULL;
}

CoexLack
coex_content_get_lack(const CoexContent *content)
{
    if (content->kind == COEX_CONTENT_PLACEHOLDER || content->kind == COEX_CONTENT_UNSUPPORTED)
        return COEX_LACKS_CONTENT;
    if (content->kind == COEX_CONTENT_UNKNOWN)
        return MAX(content->lacks, COEX_LACKS_MEANING);
    return content->lacks;
}

const char *
coex_state_get_name(CoexState state)
{
    switch (state) {
    case COEX_STATE_PENDING:
        return "accepted";
    case COEX_STATE_SENT:
        return "sent";
    case COEX_STATE_DELIVERED:
        return "delivered";
    case COEX_STATE_READ:
        return "read";
    case COEX_STATE_PLAYED:
        return "played";
    case COEX_STATE_FAILED:
        return "failed";
    case COEX_STATE_UNCONFIRMED:
        return "not confirmed";
    case COEX_STATE_UNKNOWN:
        break;
    }
    return "unknown";
}

gboolean
coex_state_advances(CoexState current, CoexState next)
{
    if (next == COEX_STATE_UNKNOWN)
        return FALSE;
    if (current == COEX_STATE_UNKNOWN || current == COEX_STATE_UNCONFIRMED)
        return next != COEX_STATE_PENDING;
    if (current == COEX_STATE_FAILED)
        return next == COEX_STATE_DELIVERED || next == COEX_STATE_READ || next == COEX_STATE_PLAYED;
    if (next == COEX_STATE_FAILED)
        return current == COEX_STATE_PENDING || current == COEX_STATE_SENT;
    return next > current;
}

CoexStatus *
coex_status_new(void)
{
    return g_atomic_rc_box_new0(CoexStatus);
}

CoexStatus *
coex_status_ref(const CoexStatus *status)
{
    return g_atomic_rc_box_acquire((CoexStatus *)status);
}

static void
status_clear(gpointer data)
{
    CoexStatus *status = data;

    g_free(status->wamid);
    g_free(status->token);
    g_free(status->state_name);
    coex_peer_clear(&status->peer);
    g_free(status->profile_name);
    g_free(status->opaque);
    g_free(status->error_title);
    g_free(status->error_details);
    g_free(status->category);
    g_free(status->pricing_type);
}

void
coex_status_unref(CoexStatus *status)
{
    if (status != NULL)
        g_atomic_rc_box_release_full(status, status_clear);
}

/* The token inside the decoded bytes, or NULL when they are laid out otherwise. */
static char *
token_dup(const guint8 *bytes, gsize length)
{
    const guint8 *mid, *token;
    gsize n_token;

    if (length < WAMID_HEAD || bytes[0] != 0x1c || bytes[1] != WAMID_TAG_STRING)
        return NULL;
    if (length < (gsize)WAMID_HEAD + bytes[2] + WAMID_MID)
        return NULL;
    mid = bytes + WAMID_HEAD + bytes[2];
    if (memcmp(mid, "\x15\x02\x00", 3) != 0 || mid[4] != WAMID_TAG_STRING)
        return NULL;
    token = mid + WAMID_MID;
    n_token = mid[5];
    if (n_token == 0 || (gsize)(token - bytes) + n_token > length)
        return NULL;
    for (gsize i = 0; i < n_token; i++) {
        if (!g_ascii_isgraph((char)token[i]))
            return NULL;
    }
    return g_strndup((const char *)token, n_token);
}

char *
coex_wamid_dup_token(const char *wamid)
{
    g_autofree guint8 *bytes = NULL;
    static const char *const padding[] = { "", NULL, "==", "=" };
    g_autofree char *padded = NULL;
    const char *base64;
    char *token = NULL;
    gsize length, n_chars;

    if (wamid == NULL)
        return NULL;
    if (!g_str_has_prefix(wamid, WAMID_PREFIX))
        return g_strdup(wamid);
    base64 = wamid + strlen(WAMID_PREFIX);
    /* g_base64_decode() skips what is no Base64, so that different ids would become alike; and it
     * needs the padding that an id may come without. */
    n_chars = strspn(base64, BASE64_CHARS);
    if (padding[n_chars % 4] != NULL && strspn(base64 + n_chars, "=") == strlen(base64 + n_chars)) {
        padded = g_strdup_printf("%.*s%s", (int)n_chars, base64, padding[n_chars % 4]);
        bytes = g_base64_decode(padded, &length);
        token = token_dup(bytes, length);
    }
    return token != NULL ? token : g_strdup(wamid);
}

CoexEvent *
coex_event_new(CoexEventKind kind)
{
    CoexEvent *event = g_new0(CoexEvent, 1);

    event->kind = kind;
    event->history_progress = -1;
    return event;
}

void
coex_event_free(CoexEvent *event)
{
    if (event == NULL)
        return;
    g_clear_pointer(&event->field, g_ref_string_release);
    g_clear_pointer(&event->waba_id, g_ref_string_release);
    g_clear_pointer(&event->phone_number_id, g_ref_string_release);
    g_clear_pointer(&event->display_phone_number, g_ref_string_release);
    g_free(event->line);
    coex_peer_clear(&event->peer);
    g_free(event->name);
    coex_message_unref(event->message);
    coex_status_unref(event->status);
    g_free(event);
}
