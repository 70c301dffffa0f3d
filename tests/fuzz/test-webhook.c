// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/text.h"
#include "core/webhook.h"
#include <string.h>

static void
check_line(const char *line)
{
    fuzz_check_utf8(line);
    g_assert_true(line == NULL || strpbrk(line, "\r\n") == NULL);
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
}

static void
check_message(const CoexMessage *message)
{
    g_autofree char *html = coex_text_to_html(message->content.text);

    g_assert_cmpstr(message->wamid, !=, "");
    g_assert_nonnull(message->token);
    g_assert_nonnull(message->content.text);
    g_assert_cmpint(message->time, >=, 0);
    check_peer(&message->peer);
    check_line(message->profile_name);
    fuzz_check_utf8(html);
}

static void
check_event(const CoexEvent *event)
{
    g_assert_nonnull(event->field);
    g_assert_true((event->message != NULL) == (event->kind == COEX_EVENT_MESSAGE));
    g_assert_true((event->status != NULL) == (event->kind == COEX_EVENT_STATUS));
    check_line(event->line);
    if (event->message != NULL)
        check_message(event->message);
    if (event->status != NULL)
        check_peer(&event->status->peer);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    gsize length, n_lines = 0;
    g_autofree char *body = fuzz_take_bytes(&input, &length);
    GError *error = NULL;
    g_autoptr(GPtrArray) events = coex_webhook_parse(body, length, &error);
    g_autofree char *dump = events != NULL ? coex_webhook_dump(events) : NULL;

    fuzz_check_error(events != NULL, error);
    fuzz_check_utf8(dump);
    for (guint i = 0; events != NULL && i < events->len; i++)
        check_event(events->pdata[i]);
    for (const char *p = dump; p != NULL && *p != '\0'; p++)
        n_lines += *p == '\n';
    g_assert_cmpuint(n_lines, ==, events != NULL ? events->len : 0);
    return 0;
}
