// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* Files that the client uploads, and sends by their ids (Meta: business-phone-numbers/media;
 * 360dialog: messaging/media). As strict as the strictest reading of both. */

#define MB (1024 * 1024)
#define ID_LIFE_S (30 * 24 * 60 * 60)
#define CAPTION_MAX 1024
#define LINK_MAX 2000

typedef struct {
    const char *mime;
    const char *types; /* of messages that may carry it, a blank behind each */
    gsize max;
} Row;

static const Row rows[] = {
    { "audio/aac", "audio ", 16 * MB },
    { "audio/mp4", "audio ", 16 * MB },
    { "audio/mpeg", "audio ", 16 * MB },
    { "audio/amr", "audio ", 16 * MB },
    { "audio/ogg", "audio ", 16 * MB },
    { "image/jpeg", "image ", 5 * MB },
    { "image/png", "image ", 5 * MB },
    { "image/webp", "sticker ", 500 * 1024 },
    { "video/mp4", "video ", 16 * MB },
    { "video/3gpp", "video ", 16 * MB },
    { "text/plain", "document ", 100 * MB },
    { "application/pdf", "document ", 100 * MB },
    { "application/msword", "document ", 100 * MB },
    { "application/vnd.ms-excel", "document ", 100 * MB },
    { "application/vnd.ms-powerpoint", "document ", 100 * MB },
    { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document ",
      100 * MB },
    { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document ", 100 * MB },
    { "application/vnd.openxmlformats-officedocument.presentationml.presentation", "document ",
      100 * MB },
};

/* What the pages do not name is taken in practice, as a document. */
static const Row other = { NULL, "document ", 100 * MB };

typedef struct {
    char *id;
    char *mime;
    const Row *row;
    GBytes *content;
    gint64 time_s;
    gboolean gone; /* before its time */
} Upload;

void
sim_upload_free(gpointer data)
{
    Upload *upload = data;

    g_free(upload->id);
    g_free(upload->mime);
    g_bytes_unref(upload->content);
    g_free(upload);
}

static const Row *
find_row(const char *mime)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(rows[i].mime, mime) == 0)
            return &rows[i];
    return mime && g_regex_match_simple("^(application|audio|image|video)/[a-z0-9.+-]+$", mime, 0,
                                        0)
               ? &other
               : NULL;
}

static Upload *
find_upload(CoexSim *sim, const char *id)
{
    for (guint i = 0; id && i < sim->uploads->len; i++) {
        Upload *upload = g_ptr_array_index(sim->uploads, i);

        if (g_str_equal(upload->id, id))
            return upload;
    }
    return NULL;
}

#define reject(call, ...) sim_call_reject(call, "file", __VA_ARGS__)

/* --- the form (RFC 7578, 2046) --- */

typedef struct {
    const char *at;
    gsize left;
} Bytes;

static gboolean
take(Bytes *bytes, const char *text)
{
    gsize length = strlen(text);

    if (bytes->left < length || memcmp(bytes->at, text, length) != 0)
        return FALSE;
    bytes->at += length;
    bytes->left -= length;
    return TRUE;
}

/* All up to @mark, which goes too; NULL: it is not there. */
static GBytes *
take_until(Bytes *bytes, const char *mark)
{
    gsize length = strlen(mark);
    const char *end = memmem(bytes->at, bytes->left, mark, length);
    GBytes *taken;

    if (!end)
        return NULL;
    taken = g_bytes_new(bytes->at, (gsize)(end - bytes->at));
    bytes->left -= (gsize)(end - bytes->at) + length;
    bytes->at = end + length;
    return taken;
}

static char *
take_value(Bytes *bytes, const char *name, const char *mark)
{
    g_autofree char *head =
        g_strdup_printf("Content-Disposition: form-data; name=\"%s\"\r\n\r\n", name);
    g_autoptr(GBytes) value = take(bytes, head) ? take_until(bytes, mark) : NULL;

    return value ? g_strndup(g_bytes_get_data(value, NULL), g_bytes_get_size(value)) : NULL;
}

static char *
dup_mark(SimCall *call)
{
    g_autoptr(GHashTable) parameters = NULL;
    const char *type = soup_message_headers_get_content_type(
        soup_server_message_get_request_headers(call->message), &parameters);
    const char *boundary = parameters ? g_hash_table_lookup(parameters, "boundary") : NULL;

    if (g_strcmp0(type, "multipart/form-data") != 0 || !boundary || strlen(boundary) > 70)
        return NULL;
    return g_strdup_printf("\r\n--%s", boundary);
}

/* The file, and its type; NULL: it is no such form. */
static GBytes *
read_form(SimCall *call, GBytes *body, char **ret_type, char **ret_part_type)
{
    Bytes bytes = { g_bytes_get_data(body, NULL), g_bytes_get_size(body) };
    g_autofree char *mark = dup_mark(call);
    g_autofree char *product = NULL;
    g_autoptr(GBytes) part_type = NULL;
    g_autoptr(GBytes) file = NULL;

    if (!mark || !take(&bytes, mark + 2) || !take(&bytes, "\r\n"))
        return NULL;
    product = take_value(&bytes, "messaging_product", mark);
    if (g_strcmp0(product, "whatsapp") != 0 || !take(&bytes, "\r\n"))
        return NULL;
    *ret_type = take_value(&bytes, "type", mark);
    if (!*ret_type || !take(&bytes, "\r\n") ||
        !take(&bytes, "Content-Disposition: form-data; name=\"file\"; filename=\"") ||
        !(part_type = take_until(&bytes, "\"\r\nContent-Type: ")) ||
        g_bytes_get_size(part_type) == 0)
        return NULL;
    g_clear_pointer(&part_type, g_bytes_unref);
    part_type = take_until(&bytes, "\r\n\r\n");
    file = part_type ? take_until(&bytes, mark) : NULL;
    if (!file || !take(&bytes, "--\r\n") || bytes.left > 0)
        return NULL;
    *ret_part_type = g_strndup(g_bytes_get_data(part_type, NULL), g_bytes_get_size(part_type));
    return g_steal_pointer(&file);
}

void
sim_handle_upload(SimCall *call)
{
    CoexSim *sim = call->sim;
    g_autoptr(GBytes) body =
        soup_message_body_flatten(soup_server_message_get_request_body(call->message));
    g_autofree char *type = NULL;
    g_autofree char *part_type = NULL;
    g_autoptr(GBytes) file = read_form(call, body, &type, &part_type);
    const Row *row;
    Upload *upload;

    if (!file || g_strcmp0(type, part_type) != 0) {
        reject(call, 100, "The upload is not the form that the API takes.");
        return;
    }
    row = find_row(type);
    if (!row || g_bytes_get_size(file) > row->max || g_bytes_get_size(file) == 0) {
        reject(call, 100, "Param file must be a file of a known type and size, not %s.", type);
        return;
    }
    upload = g_new0(Upload, 1);
    upload->id = g_strdup_printf("88120000%07u", sim->uploads->len + 1);
    upload->mime = g_strdup(type);
    upload->row = row;
    upload->content = g_bytes_ref(file);
    upload->time_s = sim_now_s(sim);
    g_ptr_array_add(sim->uploads, upload);
    sim_file_add(sim, upload->id, type, file);
    sim_call_answer(call, 200, sim_strings("id", upload->id, NULL));
}

/* --- sends of it --- */

static char *
describe(const Upload *upload, const char *type, JsonObject *content)
{
    const char *name = sim_member(content, "filename");
    const char *caption = sim_member(content, "caption");

    return g_strdup_printf("%s %s %" G_GSIZE_FORMAT "%s%s%s%s",
                           sim_member_true(content, "voice") ? "voice" : type, upload->mime,
                           g_bytes_get_size(upload->content), name ? " name=" : "",
                           name ? name : "", caption ? " caption=" : "", caption ? caption : "");
}

/* WhatsApp fetches it, and tells later what it is not (Meta: messages/send-messages). */
static gboolean
check_link(SimCall *call, const char *type, JsonObject *content)
{
    const char *link = sim_member(content, "link");
    const char *name = sim_member(content, "filename");
    const char *caption = sim_member(content, "caption");

    if (sim_member(content, "id"))
        return reject(call, 100, "Param %s has an id and a link.", type);
    if (!link || !g_str_has_prefix(link, "https://") || strpbrk(link, " \n") ||
        strlen(link) > LINK_MAX)
        return reject(call, 131009, "Param link is no address: %s", link ? link : "missing");
    g_free(call->request->text);
    call->request->text = g_strconcat(sim_member_true(content, "voice") ? "voice" : type, " ", link,
                                      name ? " name=" : "", name ? name : "",
                                      caption ? " caption=" : "", caption ? caption : "", NULL);
    return TRUE;
}

gboolean
sim_check_upload_as(SimCall *call, const char *type, JsonObject *content)
{
    const char *caption = sim_member(content, "caption");
    const char *name = sim_member(content, "filename");
    Upload *upload = find_upload(call->sim, sim_member(content, "id"));
    g_autofree char *word = g_strconcat(type, " ", NULL);

    if (caption && (!*caption || g_utf8_strlen(caption, -1) > CAPTION_MAX))
        return reject(call, 100, "Param caption has no length that is allowed.");
    if (name && (!*name || strpbrk(name, "/\\\n")))
        return reject(call, 100, "Param filename is no name.");
    if (json_object_has_member(content, "link"))
        return check_link(call, type, content);
    if (!upload)
        return reject(call, 131009, "The media id is none of this number's.");
    if (sim_now_s(call->sim) - upload->time_s > ID_LIFE_S || upload->gone) {
        sim_call_fail(call, 131009, "The media id is not known any more.");
        return FALSE;
    }
    if (!strstr(upload->row->types, word) && !g_str_equal(type, "document"))
        return reject(call, 131053, "%s is no %s.", upload->mime, type);
    if (json_object_has_member(content, "voice") && !g_str_equal(upload->mime, "audio/ogg"))
        return reject(call, 100, "A voice message is OGG with Opus.");
    g_free(call->request->text);
    call->request->text = describe(upload, type, content);
    return TRUE;
}

gboolean
sim_check_upload(SimCall *call, JsonObject *content)
{
    return sim_check_upload_as(call, call->request->type, content);
}

GBytes *
coex_sim_get_upload(CoexSim *sim)
{
    SIM_LOCK(sim);
    Upload *upload;

    if (sim->uploads->len == 0)
        return NULL;
    upload = g_ptr_array_index(sim->uploads, sim->uploads->len - 1);
    return g_bytes_ref(upload->content);
}

void
coex_sim_forget_uploads(CoexSim *sim)
{
    SIM_LOCK(sim);

    for (guint i = 0; i < sim->uploads->len; i++)
        ((Upload *)g_ptr_array_index(sim->uploads, i))->gone = TRUE;
}
