// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/media.h"
#include "core/message.h"
#include "core/peer.h"
#include "core/text.h"
#include "core/webhook.h"
#include <string.h>

#define TIME_MAX G_GINT64_CONSTANT(253402300799) /* the end of the year 9999 */

static void
check_line(const char *line)
{
    fuzz_check_utf8(line);
    g_assert_true(line == NULL || strpbrk(line, "\r\n") == NULL);
}

/* Each event has a copy: a long one would make a small delivery great. */
static void
check_short(const char *text, gsize max)
{
    fuzz_check_utf8(text);
    g_assert_true(text == NULL || strlen(text) <= max);
}

/* A peer's name becomes the name of a log's folder. */
static void
check_peer(const CoexPeer *peer)
{
    g_autofree char *name = coex_peer_dup_name(peer);
    g_autofree char *display = coex_peer_dup_display(peer);

    g_assert_true(name == NULL || (strpbrk(name, "/\\") == NULL && name[0] != '.'));
    g_assert_true((name != NULL) == coex_peer_is_addressable(peer));
    check_line(display);
    check_line(peer->username);
}

static void
check_member(const CoexContent *content)
{
    if (content->kind == COEX_CONTENT_MEDIA) {
        g_assert_cmpint(content->media->size, >=, 0);
        fuzz_check_utf8(content->media->id);
        fuzz_check_utf8(content->media->name);
        fuzz_check_utf8(content->media->caption);
    }
    if (content->kind == COEX_CONTENT_REACTION)
        fuzz_check_utf8(content->reaction.emoji);
    if (content->kind == COEX_CONTENT_EDIT && content->edit.now != NULL)
        check_member(content->edit.now);
}

static void
check_message(const CoexMessage *message)
{
    g_autofree char *html = coex_text_to_html_as(message->content.text, 0);

    g_assert_cmpstr(message->wamid, !=, "");
    g_assert_cmpuint(strlen(message->token), <=, strlen(message->wamid));
    g_assert_cmpstr(message->content.text, !=, "");
    g_assert_true(message->time >= 0 && message->time <= TIME_MAX);
    check_peer(&message->peer);
    check_line(message->profile_name);
    fuzz_check_utf8(message->wamid);
    fuzz_check_utf8(message->token);
    fuzz_check_utf8(message->context_wamid);
    fuzz_check_utf8(message->group_id);
    fuzz_check_utf8(message->content.type);
    fuzz_check_utf8(message->content.text);
    check_member(&message->content);
    fuzz_check_utf8(html);
}

static void
check_status(const CoexStatus *status)
{
    g_assert_cmpstr(status->wamid, !=, "");
    g_assert_cmpuint(strlen(status->token), <=, strlen(status->wamid));
    g_assert_true(status->time >= 0 && status->time <= TIME_MAX);
    g_assert_true(status->free_entry_until >= 0 && status->free_entry_until <= TIME_MAX);
    g_assert_cmpint(status->error_code, >=, 0);
    check_peer(&status->peer);
    check_line(status->profile_name);
    check_line(status->error_title);
    check_line(status->error_details);
    fuzz_check_utf8(status->opaque);
    fuzz_check_utf8(status->state_name);
}

static void
check_event(const CoexEvent *event)
{
    g_assert_cmpstr(event->field, !=, NULL);
    check_short(event->field, 64);
    check_short(event->waba_id, 64);
    check_short(event->phone_number_id, 64);
    check_short(event->display_phone_number, 15);
    g_assert_true(event->history_progress >= -1 && event->history_progress <= 100);
    g_assert_true((event->message != NULL) ==
                  (event->kind == COEX_EVENT_MESSAGE || event->kind == COEX_EVENT_PAST));
    g_assert_true((event->status != NULL) == (event->kind == COEX_EVENT_STATUS));
    check_line(event->line);
    check_line(event->name);
    check_peer(&event->peer);
    if (event->message != NULL)
        check_message(event->message);
    if (event->status != NULL)
        check_status(event->status);
    if ((event->kind == COEX_EVENT_CONTACT_CHANGE || event->kind == COEX_EVENT_PREFERENCE) &&
        !coex_peer_is_addressable(&event->peer))
        g_assert_true(event->keep_raw);
    /* What nobody could be shown stays. */
    if (event->message != NULL && !coex_peer_is_addressable(&event->message->peer))
        g_assert_true(event->keep_raw);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    gsize length;
    g_autofree char *body = fuzz_take_bytes(&input, &length);
    GError *error = NULL;
    g_autoptr(GPtrArray) events = coex_webhook_parse(body, length, &error);

    fuzz_check_error(events != NULL, error);
    g_assert_true(events == NULL || events->len > 0);
    for (guint i = 0; events != NULL && i < events->len; i++)
        check_event(events->pdata[i]);
    return 0;
}
