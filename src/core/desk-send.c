// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/desk-send.h"

#include "core/broadcast-id.h"
#include "core/json.h"
#include "core/media.h"
#include "core/verifier.h"
#include <string.h>

#define PROOF ",\"proof\":\""
#define HEX 64
#define TAIL (strlen(PROOF) + HEX + strlen("\"}"))

char *
coex_desk_name_clean(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    g_autoptr(GString) clean = g_string_new(NULL);
    glong n = 0;

    for (const char *p = valid; *p != '\0' && n < COEX_DESK_NAME_MAX; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!g_unichar_isprint(c) || c == '[' || c == ']')
            continue;
        g_string_append_unichar(clean, c);
        n++;
    }
    g_strstrip(clean->str);
    return *clean->str != '\0' ? g_strdup(clean->str) : NULL;
}

static void
write_mark(CoexJsonWriter *writer, const char *mark)
{
    g_autoptr(CoexJson) doc = mark != NULL ? coex_json_parse(mark, strlen(mark), NULL) : NULL;
    CoexJsonAt root;
    CoexJsonAt reaction;

    if (doc == NULL)
        return;
    root = coex_json_root(doc);
    reaction = coex_json_member(&root, "reaction");
    if (coex_json_at_exists(&reaction))
        coex_json_writer_value(writer, "reaction", &reaction);
}

static void
write_media(CoexJsonWriter *writer, const CoexMedia *media)
{
    if (media == NULL || media->id == NULL)
        return;
    coex_json_writer_string(writer, "media_id", media->id);
    coex_json_writer_object(writer, "media");
    coex_json_writer_string(writer, "id", media->id);
    coex_json_writer_string(writer, "mime_type", media->mime);
    coex_json_writer_string(writer, "sha256", media->sha256);
    coex_json_writer_string(writer, "filename", media->name);
    coex_json_writer_string(writer, "caption", media->caption);
    if (media->voice)
        coex_json_writer_bool(writer, "voice", TRUE);
    coex_json_writer_end(writer);
}

static char *
seal(const char *plain, gsize length, const CoexVerifier *verifier)
{
    g_autofree char *proof = coex_verifier_dup_seal(verifier, plain, length);

    return g_strdup_printf("%.*s" PROOF "%s\"}", (int)length, plain, proof);
}

char *
coex_desk_send_write(const CoexDeskSend *send, const CoexVerifier *verifier)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    g_autofree char *plain = NULL;
    gsize length;

    coex_json_writer_string(writer, "desk", send->desk);
    coex_json_writer_string(writer, "from", send->from);
    coex_json_writer_string(writer, "local_id", send->local_id);
    coex_json_writer_string(writer, "wamid", send->wamid);
    coex_json_writer_string(writer, "to", send->number);
    coex_json_writer_string(writer, "user_id", send->user_id);
    coex_json_writer_string(writer, "name", send->name);
    coex_json_writer_int(writer, "sent_at", send->sent_at);
    coex_json_writer_string(writer, "type", send->type);
    coex_json_writer_string(writer, "text", send->text);
    coex_json_writer_string(writer, "template", send->template_name);
    coex_json_writer_string(writer, "context", send->context);
    write_media(writer, send->media);
    write_mark(writer, send->mark);
    plain = coex_json_writer_finish(writer);
    length = strlen(plain) - 1;
    return length + TAIL <= COEX_DESK_SEND_MAX ? seal(plain, length, verifier) : NULL;
}

char *
coex_desk_send_renew(const char *copy, const CoexVerifier *verifier)
{
    gsize length = strlen(copy);

    return length > TAIL ? seal(copy, length - TAIL, verifier) : g_strdup(copy);
}

/* A JSON list, with each on a line of its own, which none has in it: its bytes are what is proven.
 */
char *
coex_desk_send_join(const char *const *copies)
{
    g_autofree char *lines = NULL;

    if (copies[0] != NULL && copies[1] == NULL)
        return g_strdup(copies[0]);
    lines = g_strjoinv(",\n", (char **)copies);
    return g_strconcat("[\n", lines, "\n]", NULL);
}

static char **
split(const char *text, gsize length)
{
    g_autofree char *copies = g_strndup(text, length);

    length = strlen(copies);
    if (!g_str_has_prefix(copies, "[\n") || !g_str_has_suffix(copies, "\n]"))
        return g_strsplit(copies, "\n", 1);
    copies[length - strlen("\n]")] = '\0';
    return g_strsplit(copies + strlen("[\n"), ",\n", -1);
}

static gboolean
is_sealed(const char *text, gsize length, const CoexVerifier *verifier)
{
    g_autofree char *proof = NULL;
    gsize plain;

    if (length <= TAIL || length > COEX_DESK_SEND_MAX)
        return FALSE;
    plain = length - TAIL;
    if (memcmp(text + plain, PROOF, strlen(PROOF)) != 0)
        return FALSE;
    proof = g_strndup(text + plain + strlen(PROOF), HEX);
    return coex_verifier_check_seal(verifier, text, plain, proof);
}

typedef struct {
    const char *desk;
    char *clean_desk; /* as it may stand in a mark */
    const char *from;
    const char *local_id;
    const char *wamid;
    const char *number;
    const char *user_id;
    const char *name;
    gint64 sent_at;
    const char *type;
    const char *text;
    const char *template_name;
    const char *context;
    CoexJsonAt media;
    CoexJsonAt reaction;
} Copy;

static const CoexJsonField fields[] = {
    { "desk", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, desk), COEX_JSON_REQUIRED },
    { "from", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, from), COEX_JSON_REQUIRED },
    { "local_id", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, local_id), COEX_JSON_OPTIONAL },
    { "wamid", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, wamid), COEX_JSON_REQUIRED },
    { "to", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, number), COEX_JSON_OPTIONAL },
    { "user_id", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, user_id), COEX_JSON_OPTIONAL },
    { "name", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, name), COEX_JSON_OPTIONAL },
    { "sent_at", COEX_JSON_INT, G_STRUCT_OFFSET(Copy, sent_at), COEX_JSON_REQUIRED },
    { "type", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, type), COEX_JSON_REQUIRED },
    { "text", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, text), COEX_JSON_REQUIRED },
    { "template", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, template_name), COEX_JSON_OPTIONAL },
    { "context", COEX_JSON_STRING, G_STRUCT_OFFSET(Copy, context), COEX_JSON_OPTIONAL },
    { "media", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Copy, media), COEX_JSON_OPTIONAL },
    { "reaction", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Copy, reaction), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
free_doc(gpointer doc)
{
    coex_json_free(doc);
}

static gboolean
is_file(const Copy *copy)
{
    if (!coex_json_at_exists(&copy->media))
        return FALSE;
    for (CoexMediaKind kind = COEX_MEDIA_IMAGE; kind <= COEX_MEDIA_STICKER; kind++)
        if (g_str_equal(copy->type, coex_media_get_type(kind)))
            return TRUE;
    return FALSE;
}

/* All but a mark and a file is told in words. */
static void
write_body(CoexJsonWriter *writer, const Copy *copy)
{
    if (coex_json_at_exists(&copy->reaction)) {
        coex_json_writer_string(writer, "type", "reaction");
        coex_json_writer_value(writer, "reaction", &copy->reaction);
    } else if (is_file(copy)) {
        coex_json_writer_string(writer, "type", copy->type);
        coex_json_writer_value(writer, copy->type, &copy->media);
    } else {
        coex_json_writer_string(writer, "type", "text");
        coex_json_writer_object(writer, "text");
        coex_json_writer_string(writer, "body", copy->text);
        coex_json_writer_end(writer);
    }
}

/* An element of `message_echoes`. */
static void
write_echo(CoexJsonWriter *writer, const Copy *copy)
{
    g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT, copy->sent_at);

    coex_json_writer_string(writer, "from", copy->from);
    coex_json_writer_string(writer, "to", copy->number);
    coex_json_writer_string(writer, "to_user_id", copy->user_id);
    coex_json_writer_string(writer, "id", copy->wamid);
    coex_json_writer_string(writer, "timestamp", time);
    coex_json_writer_string(writer, COEX_DESK_MEMBER, copy->clean_desk);
    coex_json_writer_string(
        writer, coex_broadcast_owns(copy->local_id) ? COEX_DESK_ID_MEMBER : COEX_DESK_SEND_MEMBER,
        copy->local_id);
    coex_json_writer_string(writer, COEX_DESK_TEMPLATE_MEMBER, copy->template_name);
    if (copy->context != NULL && !coex_json_at_exists(&copy->reaction)) {
        coex_json_writer_object(writer, "context");
        coex_json_writer_string(writer, "id", copy->context);
        coex_json_writer_end(writer);
    }
    write_body(writer, copy);
}

/* An element of `contacts`. */
static void
write_contact(CoexJsonWriter *writer, const Copy *copy)
{
    coex_json_writer_string(writer, "wa_id", copy->number);
    coex_json_writer_string(writer, "user_id", copy->user_id);
    if (copy->name == NULL)
        return;
    coex_json_writer_object(writer, "profile");
    coex_json_writer_string(writer, "name", copy->name);
    coex_json_writer_end(writer);
}

/* One copy, which borrows @doc. FALSE: it is not proven, or not of @number. */
static gboolean
read_copy(const char *text, const CoexVerifier *verifier, const char *number, CoexJson **ret_doc,
          Copy *ret_copy)
{
    CoexJsonAt root;

    if (!is_sealed(text, strlen(text), verifier))
        return FALSE;
    *ret_doc = coex_json_parse(text, strlen(text), NULL);
    if (*ret_doc == NULL)
        return FALSE;
    root = coex_json_root(*ret_doc);
    if (!coex_json_read(&root, fields, ret_copy, NULL))
        return FALSE;
    ret_copy->clean_desk = coex_desk_name_clean(ret_copy->desk);
    return ret_copy->clean_desk != NULL && g_str_equal(ret_copy->from, number) &&
           (ret_copy->number != NULL || ret_copy->user_id != NULL);
}

typedef void (*WriteCopy)(CoexJsonWriter *writer, const Copy *copy);

static void
write_list(CoexJsonWriter *writer, const char *name, const Copy *copies, guint n,
           WriteCopy write_one)
{
    coex_json_writer_array(writer, name);
    for (guint i = 0; i < n; i++) {
        coex_json_writer_object(writer, NULL);
        write_one(writer, &copies[i]);
        coex_json_writer_end(writer);
    }
    coex_json_writer_end(writer);
}

/* As Meta tells of echoes (Meta: webhooks/reference/smb_message_echoes). */
static GBytes *
make_webhook(const Copy *copies, guint n)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    char *text;

    coex_json_writer_string(writer, "object", "whatsapp_business_account");
    coex_json_writer_array(writer, "entry");
    coex_json_writer_object(writer, NULL);
    coex_json_writer_array(writer, "changes");
    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "field", "smb_message_echoes");
    coex_json_writer_object(writer, "value");
    coex_json_writer_object(writer, "metadata");
    coex_json_writer_string(writer, "display_phone_number", copies->from);
    coex_json_writer_end(writer);
    write_list(writer, "contacts", copies, n, write_contact);
    write_list(writer, "message_echoes", copies, n, write_echo);
    text = coex_json_writer_finish(writer);
    return g_bytes_new_take(text, strlen(text));
}

GBytes *
coex_desk_send_read(GBytes *bytes, const CoexVerifier *verifier, const char *number)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    g_auto(GStrv) texts = length > 0 && length <= COEX_DESK_SEND_MAX ? split(text, length) : NULL;
    guint n = texts != NULL ? g_strv_length(texts) : 0;
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func(free_doc);
    g_autofree Copy *copies = g_new0(Copy, n);
    GBytes *webhook = NULL;
    guint n_read = 0;

    for (gboolean proven = TRUE; proven && n_read < n; n_read++) {
        CoexJson *doc = NULL;

        proven = read_copy(texts[n_read], verifier, number, &doc, &copies[n_read]);
        if (doc != NULL)
            g_ptr_array_add(docs, doc);
        if (proven && n_read + 1 == n)
            webhook = make_webhook(copies, n);
    }
    for (guint i = 0; i < n_read; i++)
        g_free(copies[i].clean_desk);
    return webhook;
}
