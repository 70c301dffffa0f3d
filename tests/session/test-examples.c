// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/media.h"
#include "example.h"
#include <string.h>

/* What leaves by itself or by a verb that has no suite of examples of its own: texts, files, read
 * marks, and what is asked of the provider. */

static const char JPEG[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03";
static const char MP4[] = "\0\0\0\x18"
                          "ftypmp42\0\0\0\0mp42isom";
static const char WEBP[] = "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\1\0\xff\1\0";
static const char OPUS[] = "OggS\0\2\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\x13OpusHead\1\1";

/* The ids are the provider's, the number and the local id our own. */
static const char *const own[] = { "id", "biz_opaque_callback_data", NULL };

static char *
write_file(Desk *desk, const char *name, const char *head, gsize n_head)
{
    char *path = g_build_filename(desk->dir, name, NULL);
    g_autofree char *bytes = g_strnfill(5000, 'x');

    memcpy(bytes, head, n_head);
    g_assert_true(g_file_set_contents(path, bytes, 5000, NULL));
    return path;
}

static void
open_desk(Desk *desk, const char *who)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, who, "Hello");
}

static void
take(Desk *desk, const char *who, const char *file, const char *part)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, who, NULL);

    example_assert_part(request, file, part, own);
}

/* ---- texts ---- */

static void
test_texts(Desk *desk)
{
    open_desk(desk, "dana");
    desk_hear(desk, "carla", "Hello");
    desk_say(desk, "dana", "Your bike is ready, see https://radhaus.example/pickup");
    take(desk, "dana", "01_send_text.request.json", NULL);
    desk_say(desk, "carla", "Hello, thanks for writing.");
    take(desk, "carla", "03_send_text_bsuid.request.json", NULL);
    desk_wait_state(desk, "carla", "delivered*");
}

/* ---- files ---- */

static void
test_files(Desk *desk)
{
    static const struct {
        const char *name;
        const char *head;
        gsize n_head;
        const char *caption;
        const char *file;
        const char *part;
    } files[] = {
        { "front.jpg", JPEG, sizeof JPEG - 1, "Front wheel, *before* repair",
          "06_send_image_by_id.request.json", NULL },
        { "note.ogg", OPUS, sizeof OPUS - 1, NULL, "07_send_voice_note.request.json", NULL },
        { "fold.mp4", MP4, sizeof MP4 - 1, "How to fold it",
          "09_send_video_and_sticker.requests.json", "0" },
        { "wave.webp", WEBP, sizeof WEBP - 1, NULL, "09_send_video_and_sticker.requests.json",
          "1" },
    };

    open_desk(desk, "dana");
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = write_file(desk, files[i].name, files[i].head, files[i].n_head);
        g_autoptr(GError) error = NULL;

        coex_session_send_file(desk->session, desk_name("dana"), path, files[i].caption, 0, &error);
        g_assert_no_error(error);
        desk_wait_feed(desk, COEX_FEED_SENT, "dana", "*");
        take(desk, "dana", files[i].file, files[i].part);
    }
    desk_wait_state(desk, "dana", "delivered*");
}

/* ---- what nobody types ---- */

static void
test_read(Desk *desk)
{
    g_autoptr(CoexSimRequest) mark = NULL;
    static const char *const any[] = { "message_id", NULL };

    open_desk(desk, "dana");
    desk_say(desk, "dana", "Hello");
    desk_take(desk, "dana", "Hello");
    desk_wait_requests(desk, "read", 1);
    mark = coex_sim_wait_request(desk->sim, "read", DESK_PATIENCE_MS);
    example_assert_part(mark, "26_mark_read_and_typing.requests.json", "0", any);
    desk_wait_state(desk, "dana", "delivered*");
}

static void
test_synchronise(Desk *desk)
{
    static const char *const parts[] = { "request_contacts", "request_history" };

    desk_login(desk);
    coex_session_synchronise(desk->session, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(CoexSimRequest) request = NULL;

        desk_wait_notice(desk, NULL, "WhatsApp was asked for *");
        request = coex_sim_wait_request(desk->sim, "sync", DESK_PATIENCE_MS);
        example_assert_part(request, "36_smb_app_data.json", parts[i], NULL);
    }
}

static void
test_webhook(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/webhook", NULL);
    g_autoptr(CoexSimRequest) request = NULL;
    static const char *const any[] = { "override_callback_uri", "verify_token", "url", "headers",
                                       NULL };

    coex_sim_set_webhook(desk->sim, NULL);
    desk->config.public_url = url;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered to come to *");
    request = coex_sim_wait_request(desk->sim, "webhook-set", DESK_PATIENCE_MS);
    example_assert_part(request,
                        desk_is_meta(desk) ? "41_webhook_overrides.meta.json"
                                           : "42_webhook_config.360dialog.json",
                        "phone_request", any);
    g_assert_nonnull(strstr(request->body, url));
    desk_logout(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/examples/texts", test_texts);
    desk_add("/examples/files", test_files);
    desk_add("/examples/read", test_read);
    desk_add_at(DESK_ONLY_META, "/examples/synchronise", test_synchronise);
    desk_add("/examples/webhook", test_webhook);
    return g_test_run();
}
