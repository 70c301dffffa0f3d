// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/inbox.h"

#include "core/api.h"
#include "core/error.h"
#include "core/json.h"
#include "core/words.h"
#include <string.h>

#define API "/api/v1"
#define ROWS_MAX 1000     /* in one page, whatever was asked for */
#define STATUSES_MAX 1000 /* in one frame */
#define COUNT_MAX (1 << 30)
#define NUMBER_MAX 15 /* digits (E.164) */
#define OPTION "inbox-url"
#define EXAMPLE "https://acme1.inbox.getchat.360dialog.io"

/* ---- addresses ---- */

char *
coex_inbox_check_url(const char *url, GError **error)
{
    g_autofree char *checked = coex_api_check_url(url, OPTION, EXAMPLE, error);
    g_autoptr(GUri) uri = NULL;

    if (checked == NULL || *checked == '\0')
        return g_steal_pointer(&checked);
    uri = g_uri_parse(checked, G_URI_FLAGS_NONE, NULL);
    return g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(uri), NULL, g_uri_get_host(uri),
                      g_uri_get_port(uri), "", NULL, NULL);
}

char *
coex_inbox_dup_host(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    return g_strdup(uri != NULL ? g_uri_get_host(uri) : url);
}

char *
coex_inbox_dup_bell(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    gboolean is_plain = g_str_equal(g_uri_get_scheme(uri), "http");
    /* this computer has one name alone */
    g_autofree char *host =
        g_strconcat(coex_api_is_loopback(g_uri_get_host(uri)) ? "" : COEX_INBOX_BELL_PREFIX,
                    g_uri_get_host(uri), NULL);

    return g_uri_join(G_URI_FLAGS_NONE, is_plain ? "ws" : "wss", NULL, host, g_uri_get_port(uri),
                      "/", NULL, NULL);
}

char *
coex_inbox_dup_greeting(const CoexInbox *inbox)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "token", inbox->token);
    return coex_json_writer_finish(writer);
}

/* ---- questions ---- */

static CoexRequest *
ask(const CoexInbox *inbox, const char *path)
{
    CoexRequest *request = g_new0(CoexRequest, 1);

    request->method = "GET";
    request->url = g_strconcat(inbox->url, API, path, NULL);
    request->auth_header = g_strdup("Authorization");
    request->auth_value = g_strconcat("Token ", inbox->token, NULL);
    return request;
}

CoexRequest *
coex_inbox_ask_user(const CoexInbox *inbox)
{
    return ask(inbox, "/users/current/");
}

CoexRequest *
coex_inbox_ask_number(const CoexInbox *inbox)
{
    return ask(inbox, "/whatsapp_accounts/?this_instance=true");
}

CoexRequest *
coex_inbox_ask_rows(const CoexInbox *inbox, const CoexInboxSpan *span)
{
    g_autofree char *before = span->before > 0 ? g_strdup_printf("&before_time=%" G_GINT64_FORMAT,
                                                                 span->before + COEX_INBOX_EDGE_S)
                                               : g_strdup("");
    g_autofree char *path =
        g_strdup_printf("/messages/?since_time=%" G_GINT64_FORMAT "%s&limit=%u&offset=%u",
                        MAX(span->since - COEX_INBOX_EDGE_S, 0), before, span->limit, span->offset);

    return ask(inbox, path);
}

CoexRequest *
coex_inbox_ask_moment(const CoexInbox *inbox, gint64 at)
{
    g_autofree char *path = g_strdup_printf("/messages/?since_time=%" G_GINT64_FORMAT
                                            "&before_time=%" G_GINT64_FORMAT "&limit=1&offset=0",
                                            at, at);

    return ask(inbox, path);
}

/* ---- answers ---- */

static CoexJson *
parse(const CoexResponse *response, GError **error)
{
    CoexJson *doc = coex_response_parse(response);

    if (doc == NULL)
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL, _("it answers with no JSON"));
    return doc;
}

gboolean
coex_inbox_read_user(const CoexResponse *response, gboolean *ret_reads_all, GError **error)
{
    g_autoptr(CoexJson) doc = parse(response, error);
    CoexJsonAt root;
    CoexJsonAt permissions;
    const char *reads;

    if (doc == NULL)
        return FALSE;
    root = coex_json_root(doc);
    if (coex_json_member_text(&root, "id") == NULL &&
        coex_json_member_text(&root, "username") == NULL) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL, _("it names no user"));
        return FALSE;
    }
    permissions = coex_json_member(&root, "permissions");
    reads = coex_json_member_text(&permissions, "can_read_chats");
    *ret_reads_all = reads == NULL || g_str_equal(reads, "all");
    return TRUE;
}

static char *
dup_digits(const char *text)
{
    GString *digits = g_string_new(NULL);

    for (; text != NULL && *text != '\0'; text++)
        if (g_ascii_isdigit(*text))
            g_string_append_c(digits, *text);
    return g_string_free(digits, FALSE);
}

char *
coex_inbox_read_number(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = parse(response, error);
    g_autofree char *digits = NULL;
    CoexJsonAt root;
    CoexJsonAt results;
    CoexJsonAt first;

    if (doc == NULL)
        return NULL;
    root = coex_json_root(doc);
    results = coex_json_member(&root, "results");
    first = coex_json_element(&results, 0);
    digits = dup_digits(coex_json_member_text(&first, "phone_number"));
    if (*digits != '\0' && strlen(digits) <= NUMBER_MAX)
        return g_steal_pointer(&digits);
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL, _("it does not name its number"));
    return NULL;
}

/* ---- as a webhook would bring it ---- */

/* Opens a value of @field with an array @list in it, which is left open. */
static CoexJsonWriter *
begin_value(const CoexInboxOwner *owner, const char *field)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "object", "whatsapp_business_account");
    coex_json_writer_array(writer, "entry");
    coex_json_writer_object(writer, NULL);
    coex_json_writer_array(writer, "changes");
    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "field", field);
    coex_json_writer_object(writer, "value");
    coex_json_writer_string(writer, "messaging_product", "whatsapp");
    coex_json_writer_object(writer, "metadata");
    coex_json_writer_string(writer, "display_phone_number", owner->number);
    if (owner->phone_number_id != NULL && *owner->phone_number_id != '\0')
        coex_json_writer_string(writer, "phone_number_id", owner->phone_number_id);
    coex_json_writer_end(writer);
    return writer;
}

static GBytes *
finish(CoexJsonWriter *writer)
{
    char *text = coex_json_writer_finish(writer);

    return g_bytes_new_take(text, strlen(text));
}

typedef struct {
    gboolean from_us;
    const char *customer; /* wa_id */
    CoexJsonAt contact, payload, statuses;
} Row;

static const CoexJsonField row_fields[] = {
    { "from_us", COEX_JSON_BOOL, G_STRUCT_OFFSET(Row, from_us), COEX_JSON_OPTIONAL },
    { "customer_wa_id", COEX_JSON_TEXT, G_STRUCT_OFFSET(Row, customer), COEX_JSON_OPTIONAL },
    { "contact", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Row, contact), COEX_JSON_OPTIONAL },
    { "waba_payload", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Row, payload), COEX_JSON_OPTIONAL },
    { "waba_statuses", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Row, statuses), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static gboolean
is_number(const char *text)
{
    return text != NULL && *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Names and addresses of the customer. */
static void
write_contact(CoexJsonWriter *writer, const Row *row)
{
    CoexJsonAt told = coex_json_member(&row->contact, "waba_payload");
    CoexJsonAt profile = coex_json_member(&told, "profile");
    const char *number = coex_json_member_text(&row->contact, "phone_number");
    const char *user_id = coex_json_member_text(&row->contact, "bsuid");

    if (number == NULL)
        number = coex_json_member_text(&row->contact, "wa_id");
    coex_json_writer_array(writer, "contacts");
    coex_json_writer_object(writer, NULL);
    if (is_number(number))
        coex_json_writer_string(writer, "wa_id", number);
    coex_json_writer_string(writer, "user_id", user_id);
    coex_json_writer_value(writer, "profile", &profile);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

/* What is the Inbox's own addition to the message goes, and where the recipient is missing it is
 * the conversation's. */
static void
write_echo(CoexJsonWriter *writer, const Row *row, const CoexInboxOwner *owner)
{
    g_autofree const char **keys = coex_json_keys(&row->payload);
    gboolean has_to = coex_json_member_text(&row->payload, "to") != NULL ||
                      coex_json_member_text(&row->payload, "to_user_id") != NULL;

    coex_json_writer_object(writer, NULL);
    for (guint i = 0; keys[i] != NULL; i++) {
        CoexJsonAt member = coex_json_member(&row->payload, keys[i]);

        if (!g_str_equal(keys[i], "from") && !g_str_equal(keys[i], "is_echo"))
            coex_json_writer_value(writer, keys[i], &member);
    }
    coex_json_writer_string(writer, "from", owner->number);
    if (!has_to)
        coex_json_writer_string(writer, is_number(row->customer) ? "to" : "to_user_id",
                                row->customer);
    coex_json_writer_end(writer);
}

static GBytes *
render_message(const Row *row, const CoexInboxOwner *owner)
{
    CoexJsonWriter *writer = begin_value(owner, row->from_us ? "smb_message_echoes" : "messages");

    if (coex_json_at_exists(&row->contact))
        write_contact(writer, row);
    coex_json_writer_array(writer, row->from_us ? "message_echoes" : "messages");
    if (row->from_us)
        write_echo(writer, row, owner);
    else
        coex_json_writer_value(writer, NULL, &row->payload);
    return finish(writer);
}

static const char *const status_names[] = { "sent", "delivered", "read" };

static gint64
read_status(const Row *row, guint i)
{
    CoexJsonAt told = coex_json_member(&row->statuses, status_names[i]);

    return coex_json_int(&told, 0);
}

static void
write_status(CoexJsonWriter *writer, const Row *row, const char *status, gint64 time)
{
    g_autofree char *timestamp = g_strdup_printf("%" G_GINT64_FORMAT, time);
    CoexJsonAt errors = coex_json_member(&row->payload, "errors");

    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "id", coex_json_member_text(&row->payload, "id"));
    coex_json_writer_string(writer, "status", status);
    coex_json_writer_string(writer, "timestamp", timestamp);
    coex_json_writer_string(writer, is_number(row->customer) ? "recipient_id" : "recipient_user_id",
                            row->customer);
    if (g_str_equal(status, "failed"))
        coex_json_writer_value(writer, "errors", &errors);
    coex_json_writer_end(writer);
}

/* How far one of ours has come; NULL: nothing is told. */
static GBytes *
render_statuses(const Row *row, const CoexInboxOwner *owner)
{
    CoexJsonAt errors = coex_json_member(&row->payload, "errors");
    CoexJsonAt sent_at = coex_json_member(&row->payload, "timestamp");
    gboolean failed = coex_json_length(&errors) > 0;
    CoexJsonWriter *writer;

    if (!row->from_us ||
        (!failed && read_status(row, 0) + read_status(row, 1) + read_status(row, 2) <= 0))
        return NULL;
    writer = begin_value(owner, "messages");
    coex_json_writer_array(writer, "statuses");
    for (guint i = 0; i < G_N_ELEMENTS(status_names); i++)
        if (read_status(row, i) > 0)
            write_status(writer, row, status_names[i], read_status(row, i));
    if (failed)
        write_status(writer, row, "failed", coex_json_int(&sent_at, 0));
    return finish(writer);
}

/* ---- a page ---- */

void
coex_inbox_page_clear(CoexInboxPage *page)
{
    g_clear_pointer(&page->bodies, g_ptr_array_unref);
}

static gboolean
is_foreign(const Row *row, const CoexInboxOwner *owner)
{
    const char *from = coex_json_member_text(&row->payload, "from");
    const char *to = coex_json_member_text(&row->payload, "to");
    g_autofree char *digits = dup_digits(row->from_us ? from : to);

    return *digits != '\0' && !g_str_equal(digits, owner->number);
}

static void
note_time(CoexInboxPage *page, gint64 time)
{
    if (time <= 0)
        return;
    page->newest = MAX(page->newest, time);
    page->oldest = page->oldest == 0 ? time : MIN(page->oldest, time);
}

/* The page's order is turned round: what is of the row comes in at the front, or in its own time's
 * place. */
typedef struct {
    gint64 time;
    guint place;
    GBytes *message;
    GBytes *statuses; /* NULL */
} Piece;

static int
compare_pieces(gconstpointer a, gconstpointer b)
{
    const Piece *left = a;
    const Piece *right = b;

    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return left->place > right->place ? -1 : 1;
}

static void
read_row(CoexInboxPage *page, const CoexJsonAt *at, const CoexInboxOwner *owner, GArray *pieces)
{
    Row row = { 0 };
    CoexJsonAt told;
    const char *id;
    Piece piece;
    Piece *kept;

    coex_json_read(at, row_fields, &row, NULL);
    told = coex_json_member(&row.payload, "timestamp");
    id = coex_json_member_text(&row.payload, "id");
    piece = (Piece){ coex_json_int(&told, 0), pieces->len, NULL, NULL };
    note_time(page, piece.time);
    /* what a user of the Inbox has sent gets its id later */
    if (id == NULL || *id == '\0') {
        page->n_unreadable += row.from_us ? 0 : 1;
        return;
    }
    if (is_foreign(&row, owner)) {
        page->n_foreign++;
        return;
    }
    g_array_append_val(pieces, piece);
    kept = &g_array_index(pieces, Piece, pieces->len - 1);
    kept->message = render_message(&row, owner);
    kept->statuses = render_statuses(&row, owner);
}

static void
take_pieces(CoexInboxPage *page, GArray *pieces)
{
    g_array_sort(pieces, compare_pieces);
    for (guint i = 0; i < pieces->len; i++) {
        Piece *piece = &g_array_index(pieces, Piece, i);

        g_ptr_array_add(page->bodies, piece->message);
        if (piece->statuses != NULL)
            g_ptr_array_add(page->bodies, piece->statuses);
    }
}

gboolean
coex_inbox_read_page(const CoexResponse *response, const CoexInboxOwner *owner,
                     CoexInboxPage *ret_page, GError **error)
{
    g_autoptr(CoexJson) doc = parse(response, error);
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    CoexJsonAt root, results, count;

    if (doc == NULL)
        return FALSE;
    root = coex_json_root(doc);
    results = coex_json_member(&root, "results");
    count = coex_json_member(&root, "count");
    if (!coex_json_at_is_array(&results)) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                            _("it has no list of messages"));
        return FALSE;
    }
    if (coex_json_length(&results) > ROWS_MAX) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                            _("it hands out more at once than was asked for"));
        return FALSE;
    }
    *ret_page = (CoexInboxPage){ .n_rows = coex_json_length(&results) };
    ret_page->count = CLAMP(coex_json_int(&count, ret_page->n_rows), ret_page->n_rows, COUNT_MAX);
    ret_page->bodies = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < ret_page->n_rows; i++) {
        CoexJsonAt at = coex_json_element(&results, i);

        read_row(ret_page, &at, owner, pieces);
    }
    take_pieces(ret_page, pieces);
    return TRUE;
}

/* ---- a frame ---- */

static gboolean
is_anothers(const CoexJsonAt *value, const CoexInboxOwner *owner)
{
    CoexJsonAt metadata = coex_json_member(value, "metadata");
    g_autofree char *digits = dup_digits(coex_json_member_text(&metadata, "display_phone_number"));

    return *digits != '\0' && !g_str_equal(digits, owner->number);
}

static guint
write_statuses(CoexJsonWriter *writer, const CoexJsonAt *statuses, guint n)
{
    for (guint i = 0; i < coex_json_length(statuses) && n < STATUSES_MAX; i++, n++) {
        CoexJsonAt status = coex_json_element(statuses, i);

        coex_json_writer_value(writer, NULL, &status);
    }
    return n;
}

GBytes *
coex_inbox_read_frame(const char *bytes, gsize length, const CoexInboxOwner *owner)
{
    g_autoptr(CoexJson) doc = coex_json_parse(bytes, length, NULL);
    CoexJsonWriter *writer = begin_value(owner, "messages");
    g_autoptr(GBytes) body = NULL;
    CoexJsonAt root, payload, entries, flat;
    guint n = 0;

    coex_json_writer_array(writer, "statuses");
    if (doc != NULL) {
        root = coex_json_root(doc);
        payload = coex_json_member(&root, "waba_payload");
        /* some stacks sent them without an envelope before April 2026 */
        flat = coex_json_member(&payload, "statuses");
        entries = coex_json_member(&payload, "entry");
        n = write_statuses(writer, &flat, n);
        for (guint i = 0; i < coex_json_length(&entries); i++) {
            CoexJsonAt entry = coex_json_element(&entries, i);
            CoexJsonAt changes = coex_json_member(&entry, "changes");

            for (guint j = 0; j < coex_json_length(&changes); j++) {
                CoexJsonAt change = coex_json_element(&changes, j);
                CoexJsonAt value = coex_json_member(&change, "value");
                CoexJsonAt statuses = coex_json_member(&value, "statuses");

                if (is_anothers(&value, owner))
                    continue;
                n = write_statuses(writer, &statuses, n);
            }
        }
    }
    body = finish(writer);
    return n > 0 ? g_steal_pointer(&body) : NULL;
}
