// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* Files that messages bring: where they are (Meta: business-phone-numbers/media; 360dialog:
 * messaging/media), and their bytes. */

#define ATTACHMENTS "/whatsapp_business/attachments/"

typedef struct {
    char *id;
    char *mime;
    char *sha256; /* base64 */
    GBytes *content;
    CoexSimFileState state;
    guint n_links; /* given out so far */
} SimFile;

void
sim_file_free(gpointer data)
{
    SimFile *file = data;

    g_free(file->id);
    g_free(file->mime);
    g_free(file->sha256);
    g_bytes_unref(file->content);
    g_free(file);
}

static SimFile *
find_file(CoexSim *sim, const char *id)
{
    for (guint i = 0; id && i < sim->files->len; i++) {
        SimFile *file = g_ptr_array_index(sim->files, i);

        if (g_str_equal(file->id, id))
            return file;
    }
    return NULL;
}

static char *
dup_sha256(GBytes *content)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;

    g_checksum_update(checksum, g_bytes_get_data(content, NULL), (gssize)g_bytes_get_size(content));
    g_checksum_get_digest(checksum, digest, &length);
    return g_base64_encode(digest, length);
}

static SimFile *
add_file(CoexSim *sim, const char *id, const char *mime, GBytes *content)
{
    SimFile *file = g_new0(SimFile, 1);

    file->id = g_strdup(id);
    file->mime = g_strdup(mime);
    file->state = sim->file_state;
    file->content = g_bytes_ref(content);
    file->sha256 = file->state == COEX_SIM_FILE_FORGED
                       ? g_strdup("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                       : dup_sha256(content);
    g_ptr_array_add(sim->files, file);
    return file;
}

void
sim_file_add(CoexSim *sim, const char *id, const char *mime, GBytes *content)
{
    add_file(sim, id, mime, content);
}

char *
coex_sim_add_file(CoexSim *sim, const char *mime, const char *filename, const char *caption,
                  GBytes *content)
{
    SIM_LOCK(sim);
    g_autofree char *id = g_strdup_printf("99120000%07u", sim->files->len + 1);
    const SimFile *file = add_file(sim, id, mime, content);

    return sim_print(sim_strings("id", file->id, "mime_type", mime, "sha256", file->sha256,
                                 "filename", filename, "caption", caption, NULL));
}

void
coex_sim_set_file_state(CoexSim *sim, CoexSimFileState state)
{
    SIM_LOCK(sim);

    sim->file_state = state;
}

void
coex_sim_change_files(CoexSim *sim, CoexSimFileState state)
{
    SIM_LOCK(sim);

    for (guint i = 0; i < sim->files->len; i++)
        ((SimFile *)g_ptr_array_index(sim->files, i))->state = state;
}

/* --- where it is --- */

/* Meta's own host, which 360dialog's customers must replace; on loopback Meta is where the API is.
 */
static char *
dup_link(CoexSim *sim, SimFile *file)
{
    gboolean meta = sim->provider == COEX_SIM_META;
    const char *host = meta ? sim->url : "https://lookaside.fbsbx.com";

    if (meta && file->state == COEX_SIM_FILE_ASTRAY)
        host = "https://files.example.invalid";
    return g_strdup_printf("%s" ATTACHMENTS "?mid=%s&source=getMedia&ext=%u&hash=AR%%2Bx", host,
                           file->id, ++file->n_links);
}

void
sim_handle_file(SimCall *call)
{
    CoexSim *sim = call->sim;
    const char *id = strrchr(call->request->path, '/') + 1;
    SimFile *file = find_file(sim, id);
    g_autofree char *link = NULL;
    JsonObject *answer;
    gint64 size;

    if (!file || file->state == COEX_SIM_FILE_GONE) {
        sim_call_fail(call, 100,
                      "Object with this ID does not exist, cannot be loaded due to missing "
                      "permissions, or does not support this operation.");
        return;
    }
    if (sim->provider == COEX_SIM_META &&
        g_strcmp0(call->query ? g_hash_table_lookup(call->query, "phone_number_id") : NULL,
                  sim->phone_number_id) != 0)
        sim_complain(sim, "media %s: asked for without this number's id", id);
    link = dup_link(sim, file);
    size = (gint64)g_bytes_get_size(file->content);
    answer = sim_strings("messaging_product", "whatsapp", "url", link, "mime_type", file->mime,
                         "sha256", file->sha256, "id", file->id, NULL);
    json_object_set_int_member(answer, "file_size",
                               file->state == COEX_SIM_FILE_SHORT ? size + 1 : size);
    sim_call_answer(call, 200, answer);
}

/* --- its bytes --- */

static void
redirect(SimCall *call, const char *target)
{
    soup_message_headers_replace(soup_server_message_get_response_headers(call->message),
                                 "Location", target);
    call->status = 302;
}

static void
hand_out(SimCall *call, SimFile *file)
{
    call->status = 200;
    call->type = file->mime;
    call->bytes = g_bytes_ref(file->content);
}

void
sim_handle_download(SimCall *call)
{
    CoexSim *sim = call->sim;
    SimFile *file = find_file(sim, call->query ? g_hash_table_lookup(call->query, "mid") : NULL);
    const char *link = call->query ? g_hash_table_lookup(call->query, "ext") : NULL;
    g_autofree char *target = file ? g_strdup_printf("/cdn/%s", file->id) : NULL;

    if (!file || (file->state == COEX_SIM_FILE_EXPIRED && g_strcmp0(link, "1") == 0) ||
        file->state == COEX_SIM_FILE_ALWAYS_EXPIRED) {
        call->status = 404;
        return;
    }
    if (!strstr(call->request->query, "&hash=AR%2Bx"))
        sim_complain(sim, "download: the query is not the link's: %s", call->request->query);
    if (file->state == COEX_SIM_FILE_REDIRECTED)
        redirect(call, target);
    else if (file->state == COEX_SIM_FILE_ASTRAY)
        redirect(call, "https://files.example.invalid/x");
    else
        hand_out(call, file);
}

/* Whoever has the address gets it, and needs no key. */
void
sim_handle_cdn(SimCall *call)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(call->message);
    SimFile *file = find_file(call->sim, strrchr(call->request->path, '/') + 1);

    if (soup_message_headers_get_one(headers, "Authorization") ||
        soup_message_headers_get_one(headers, "D360-API-KEY"))
        sim_complain(call->sim, "%s: the key came along a redirect", call->request->path);
    if (file)
        hand_out(call, file);
    else
        call->status = 404;
}

static gboolean
is_in_state(SimCall *call, CoexSimFileState state)
{
    SimFile *file =
        find_file(call->sim, call->query ? g_hash_table_lookup(call->query, "mid") : NULL);

    return file && file->state == state;
}

gboolean
sim_file_is_stalled(SimCall *call)
{
    return is_in_state(call, COEX_SIM_FILE_STALLED);
}

gboolean
sim_file_is_gone(SimCall *call)
{
    return is_in_state(call, COEX_SIM_FILE_GONE);
}

gboolean
sim_file_is_slow(SimCall *call)
{
    return is_in_state(call, COEX_SIM_FILE_SLOW);
}
