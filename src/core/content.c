// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/content.h"

#include "core/account-event.h"
#include "core/content-card.h"
#include "core/content-choice.h"
#include "core/content-media.h"
#include "core/content-order.h"
#include "core/json.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

/* 131060: "This message is unavailable", expected in coexistence; its content may follow under the
 * same id (Meta: webhooks/reference/messages). 131051: a type that the API does not know. */
#define CODE_UNAVAILABLE 131060
#define CODE_UNKNOWN_TYPE 131051

/* What a stranger can make long without writing it: lists, and our search in unknown types. */
#define CARDS_MAX 20
#define FOUND_MAX 10
#define FOUND_DEPTH 6
#define FORM_DEPTH 3
#define TYPE_SHOWN_MAX 40
#define SYSTEM_SHOWN_MAX 400

typedef struct Row Row;
typedef char *(*BuildLine)(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body);

struct Row {
    const char *type;
    const char *label; /* how people call it, for get_label() */
    CoexContentKind kind;
    BuildLine build; /* NULL from it: the line that sends to the phone; NULL: of the member */
};

/* ---- small parts of lines -------------------------------------------------------------------- */

/* Adds @text, after @separator unless it comes first; nothing for NULL and "". What stands between
 * commas keeps its direction. */
static void
add(GString *line, const char *separator, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    if (line->len > 0)
        g_string_append(line, separator);
    if (*separator == ',')
        coex_say_more(line, "%s", text);
    else
        g_string_append(line, text);
}

static void
add_member(GString *line, const char *separator, const CoexJsonAt *object, const char *name)
{
    add(line, separator, coex_json_member_text(object, name));
}

static void
add_members(GString *line, const char *separator, const CoexJsonAt *object,
            const char *const *names)
{
    for (; *names != NULL; names++)
        add_member(line, separator, object, *names);
}

/* "[label] text", or "[label]". Takes @text. */
static char *
labelled(const char *label, GString *text)
{
    g_autofree char *owned = g_string_free(text, FALSE);

    return g_strdup_printf("[%s]%s%s", label, *owned != '\0' ? " " : "", owned);
}

static void
add_more(GString *line, guint n, guint shown)
{
    if (n <= shown)
        return;
    g_string_append_c(line, ' ');
    g_string_append_printf(line, _("and %u more"), n - shown);
}

/* A name from outside for use between backquotes: short, on one line. */
static char *
name_dup(const char *name)
{
    GString *text = g_string_new(NULL);
    guint n = 0;

    for (const char *p = name; *p != '\0' && n < TYPE_SHOWN_MAX; p = g_utf8_next_char(p), n++)
        g_string_append_unichar(
            text, g_unichar_isgraph(g_utf8_get_char(p)) && *p != '`' ? g_utf8_get_char(p) : '_');
    return g_string_free(text, FALSE);
}

static const char *
get_label(const Row *row)
{
    return g_dpgettext2(GETTEXT_PACKAGE, "kind of message", row->label);
}

static char *
see_phone(const char *label)
{
    /* Translators: %s is the kind of a message, such as "image" */
    return coex_say(_("[%s: look at it on the phone]"), label);
}

/* ---- the types ------------------------------------------------------------------------------- */

static char *
build_text(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    const char *text = coex_json_member_text(body, "body");

    return text != NULL && *text != '\0' ? g_strdup(text) : NULL;
}

static char *
build_welcome(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    return g_strdup(_("[opened the chat]"));
}

/* Six decimals are a tenth of a metre. */
static void
print_degrees(double degrees, char buffer[G_ASCII_DTOSTR_BUF_SIZE])
{
    char *end;

    g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.6f", CLAMP(degrees, -999, 999));
    end = buffer + strlen(buffer);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        *--end = '\0';
}

typedef struct {
    double latitude, longitude;
    const char *name, *address, *url;
} Location;

static const CoexJsonField location_fields[] = {
    { "latitude", COEX_JSON_DOUBLE, offsetof(Location, latitude), COEX_JSON_REQUIRED },
    { "longitude", COEX_JSON_DOUBLE, offsetof(Location, longitude), COEX_JSON_REQUIRED },
    COEX_JSON_END,
};

static char *
build_location(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    Location location = { 0 };
    GString *text = g_string_new(NULL);

    add_member(text, "", body, "name");
    add_member(text, ", ", body, "address");
    if (coex_json_read(body, location_fields, &location, NULL)) {
        char latitude[G_ASCII_DTOSTR_BUF_SIZE], longitude[G_ASCII_DTOSTR_BUF_SIZE];
        g_autofree char *place = NULL;

        print_degrees(location.latitude, latitude);
        print_degrees(location.longitude, longitude);
        place = g_strdup_printf("(%s, %s)", latitude, longitude);
        add(text, " ", place);
    }
    add_member(text, " ", body, "url");
    return labelled(get_label(row), text);
}

/* Adds the named members of each object in the array member @name of @card. */
static void
add_list(GString *line, const CoexJsonAt *card, const char *name, const char *const *members)
{
    CoexJsonAt list = coex_json_member(card, name);

    for (guint i = 0; i < MIN(coex_json_length(&list), CARDS_MAX); i++) {
        CoexJsonAt item = coex_json_element(&list, i);

        add_members(line, ", ", &item, members);
    }
}

static void
add_card_name(GString *line, const CoexJsonAt *card)
{
    static const char *const parts[] = {
        "prefix", "first_name", "middle_name", "last_name", "suffix", NULL,
    };
    CoexJsonAt name = coex_json_member(card, "name");
    g_autoptr(GString) joined = g_string_new(NULL);

    add_member(joined, "", &name, "formatted_name");
    if (joined->len == 0)
        add_members(joined, " ", &name, parts);
    add(line, ", ", joined->str);
}

static void
add_card(GString *line, const CoexJsonAt *card)
{
    static const char *const org_members[] = { "title", "department", "company", NULL };
    static const char *const address_members[] = {
        "street", "zip", "city", "state", "country", NULL,
    };
    static const char *const phone[] = { "phone", NULL };
    static const char *const email[] = { "email", NULL };
    static const char *const url[] = { "url", NULL };
    CoexJsonAt org = coex_json_member(card, "org");
    g_autoptr(GString) text = g_string_new(NULL);

    add_card_name(text, card);
    add_list(text, card, "phones", phone);
    add_list(text, card, "emails", email);
    add_members(text, ", ", &org, org_members);
    add_list(text, card, "addresses", address_members);
    add_list(text, card, "urls", url);
    add_member(text, ", ", card, "birthday");
    /* The same card once more, as one long text. */
    if (text->len == 0)
        add_member(text, "", card, "vcard");
    add(line, "; ", text->str);
}

static char *
build_contacts(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    GString *text = g_string_new(NULL);
    guint n = coex_json_length(body);

    for (guint i = 0; i < MIN(n, CARDS_MAX); i++) {
        CoexJsonAt card = coex_json_element(body, i);

        add_card(text, &card);
    }
    add_more(text, n, CARDS_MAX);
    return labelled(get_label(row), text);
}

static char *
build_reaction(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    const char *emoji = coex_json_member_text(body, "emoji");

    if (emoji == NULL || *emoji == '\0')
        return g_strdup(_("[reaction removed]"));
    /* Translators: %s is an emoji */
    return coex_say(_("[reaction %s]"), emoji);
}

static char *
build_button(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    GString *text = g_string_new(NULL);

    add_member(text, "", body, "text");
    if (text->len == 0)
        add_member(text, "", body, "payload");
    return labelled(get_label(row), text);
}

static char *
build_order(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    g_autofree char *lines = coex_content_order_dup_lines(body);

    return g_strdup_printf("[%s]%s%s", get_label(row), lines != NULL ? "\n" : "",
                           lines != NULL ? lines : "");
}

static char *
build_system(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    const char *text = coex_json_member_text(body, "body");
    const char *type = coex_json_member_text(body, "type");
    const char *new_number = coex_json_member_text(body, "new_wa_id");
    const char *number = new_number != NULL ? new_number : coex_json_member_text(body, "wa_id");
    g_autofree char *said = NULL;

    if (text != NULL && *text != '\0') {
        said = coex_text_excerpt(text, SYSTEM_SHOWN_MAX);
        return coex_account_event_flatten(coex_say(_("WhatsApp reports: “%s”"), said));
    }
    if (type == NULL)
        return NULL;
    if (number != NULL && *number != '\0') {
        said = coex_text_excerpt(number, TYPE_SHOWN_MAX);
        return coex_account_event_flatten(
            coex_say(_("WhatsApp reports that the number is %s now."), said));
    }
    said = name_dup(type);
    return coex_say(_("[system message `%s`]"), said);
}

static char *
build_revoke(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    return g_strdup(_("[deleted a message]"));
}

static gint64
error_code(const CoexJsonAt *message)
{
    CoexJsonAt errors = coex_json_member(message, "errors");
    CoexJsonAt first = coex_json_element(&errors, 0);
    CoexJsonAt code = coex_json_member(&first, "code");

    return coex_json_int(&code, 0);
}

static char *
build_unsupported(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    CoexJsonAt errors = coex_json_member(message, "errors");
    CoexJsonAt first = coex_json_element(&errors, 0);
    const char *type = coex_json_member_text(body, "type");
    g_autoptr(GString) text = g_string_new(get_label(row));
    g_autofree char *coded = NULL;
    gint64 code = error_code(message);

    if (type != NULL && strcmp(type, "unknown") != 0) {
        g_autofree char *name = name_dup(type);

        g_string_append_printf(text, " `%s`", name);
    }
    if (code == 0 || code == CODE_UNKNOWN_TYPE)
        return see_phone(text->str);
    add_member(text, ": ", &first, "title");
    /* Translators: what it is, and a number of WhatsApp's */
    coded = coex_say(_("%s (code %" PRId64 ")"), text->str, code);
    return see_phone(coded);
}

static char *
build_placeholder(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    return see_phone(_("message not available here"));
}

static char *
build_media_placeholder(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    return see_phone(_("file not available here"));
}

/* ---- interactive: types within a type -------------------------------------------------------- */

static char *
build_reply(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    GString *text = g_string_new(NULL);

    add_member(text, "", body, "title");
    add_member(text, ": ", body, "description");
    if (text->len == 0)
        add_member(text, "", body, "id");
    return labelled(get_label(row), text);
}

/* Adds a line "name: value" for each that a form's answer holds; of what stands within another,
 * "outer.inner: value". */
static void
add_answers(GString *lines, const char *outer, const CoexJsonAt *object, guint depth)
{
    g_autofree const char **keys = coex_json_keys(object);

    for (const char **key = keys; *key != NULL; key++) {
        CoexJsonAt value = coex_json_member(object, *key);
        g_autofree char *name = g_strdup_printf("%s%s%s", outer, *outer != '\0' ? "." : "", *key);
        const char *text = coex_json_text(&value);
        g_autofree char *json = text == NULL ? coex_json_dup(&value) : NULL;
        g_autofree char *line = NULL;

        if (strcmp(*key, "flow_token") == 0 || !coex_json_at_exists(&value))
            continue;
        if (coex_json_at_is_object(&value) && depth < FORM_DEPTH) {
            add_answers(lines, name, &value, depth + 1);
            continue;
        }
        line = g_strdup_printf("%s: %s", name, text != NULL ? text : json);
        add(lines, "\n", line);
    }
}

/* A string with JSON as a rule, but it may be that JSON itself, or no object. */
static char *
build_form(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    CoexJsonAt root = coex_json_member(body, "response_json");
    const char *answer = coex_json_text(&root);
    GString *text = g_string_new(NULL);
    g_autoptr(CoexJson) doc = NULL;

    add_member(text, "", body, "body");
    if (answer != NULL)
        doc = coex_json_parse(answer, strlen(answer), NULL);
    if (doc != NULL)
        root = coex_json_root(doc);
    if (coex_json_at_is_object(&root)) {
        add_answers(text, "", &root, 0);
    } else if (coex_json_at_exists(&root)) {
        g_autofree char *json = answer != NULL ? g_strdup(answer) : coex_json_dup(&root);

        add(text, "\n", json);
    }
    return labelled(get_label(row), text);
}

static char *
build_call_permission(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    const char *response = coex_json_member_text(body, "response");

    if (response == NULL)
        return NULL;
    return g_strdup(strcmp(response, "accept") == 0 ? _("[calls allowed]")
                                                    : _("[calls not allowed]"));
}

static const Row interactive_rows[] = {
    { "button_reply", NC_("kind of message", "button"), COEX_CONTENT_INTERACTIVE, build_reply },
    { "list_reply", NC_("kind of message", "list choice"), COEX_CONTENT_INTERACTIVE, build_reply },
    { "nfm_reply", NC_("kind of message", "form"), COEX_CONTENT_INTERACTIVE, build_form },
    { "call_permission_reply", NC_("kind of message", "call permission"), COEX_CONTENT_INTERACTIVE,
      build_call_permission },
};

/* ---- what this version does not know --------------------------------------------------------- */

static gboolean
is_text_key(const char *key)
{
    static const char *const keys[] = {
        "text",     "body",     "caption", "title", "description", "name",  "header",
        "filename", "question", "label",   "emoji", "address",     "phone", "url",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(keys[i], key) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Adds what looks like meant for people's eyes, from anywhere inside. */
static void
add_found(GString *line, const CoexJsonAt *at, guint depth, guint *n_found)
{
    g_autofree const char **keys = coex_json_keys(at);

    if (depth > FOUND_DEPTH)
        return;
    for (guint i = 0; i < coex_json_length(at) && *n_found < FOUND_MAX; i++) {
        CoexJsonAt element = coex_json_element(at, i);

        add_found(line, &element, depth + 1, n_found);
    }
    for (const char **key = keys; *key != NULL && *n_found < FOUND_MAX; key++) {
        CoexJsonAt value = coex_json_member(at, *key);

        add_found(line, &value, depth + 1, n_found);
        if (is_text_key(*key) && coex_json_text(&value) != NULL) {
            add(line, ", ", coex_json_text(&value));
            (*n_found)++;
        }
    }
}

/* "[what `name`: look at it on the phone] texts" */
static char *
unknown_line(const char *what, const char *type, const CoexJsonAt *body)
{
    g_autofree char *name = name_dup(type);
    /* Translators: "unknown type" or "unknown answer", and a word of WhatsApp's for it */
    g_autofree char *label = coex_say(_("%s `%s`: look at it on the phone"), what, name);
    GString *text = g_string_new(NULL);
    guint n_found = 0;

    add(text, "", coex_json_text(body));
    add_found(text, body, 0, &n_found);
    return labelled(label, text);
}

/* The row of what stands in an `interactive`, and that object in @ret_inner. NULL for none known.
 */
static const Row *
find_interactive(const CoexJsonAt *body, const char *type, CoexJsonAt *ret_inner)
{
    for (gsize i = 0; i < G_N_ELEMENTS(interactive_rows); i++) {
        const Row *row = &interactive_rows[i];

        *ret_inner = coex_json_member(body, row->type);
        if (coex_json_at_exists(ret_inner) && (type == NULL || strcmp(row->type, type) == 0))
            return row;
    }
    return NULL;
}

static char *
build_interactive(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    const char *type = coex_json_member_text(body, "type");
    CoexJsonAt inner;
    const Row *found = find_interactive(body, type, &inner);

    if (coex_content_choice_is(body))
        return coex_content_choice_dup_line(body);
    if (found == NULL)
        return type != NULL ? unknown_line(_("unknown answer"), type, body) : NULL;
    /* cppcheck-suppress returnDanglingLifetime ; the line is a new string */
    return found->build(found, message, &inner);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const Row rows[] = {
    { "text", NC_("kind of message", "message"), COEX_CONTENT_TEXT, build_text },
    { "image", NC_("kind of message", "image"), COEX_CONTENT_MEDIA, NULL },
    { "video", NC_("kind of message", "video"), COEX_CONTENT_MEDIA, NULL },
    { "audio", NC_("kind of message", "audio"), COEX_CONTENT_MEDIA, NULL },
    { "voice", NC_("kind of message", "voice message"), COEX_CONTENT_MEDIA, NULL },
    { "document", NC_("kind of message", "document"), COEX_CONTENT_MEDIA, NULL },
    { "sticker", NC_("kind of message", "sticker"), COEX_CONTENT_MEDIA, NULL },
    { "location", NC_("kind of message", "location"), COEX_CONTENT_LOCATION, build_location },
    { "contacts", NC_("kind of message", "contact"), COEX_CONTENT_CONTACTS, build_contacts },
    { "reaction", NC_("kind of message", "reaction"), COEX_CONTENT_REACTION, build_reaction },
    { "button", NC_("kind of message", "button"), COEX_CONTENT_BUTTON, build_button },
    { "interactive", NC_("kind of message", "answer"), COEX_CONTENT_INTERACTIVE,
      build_interactive },
    { "order", NC_("kind of message", "order"), COEX_CONTENT_ORDER, build_order },
    { "system", NC_("kind of message", "system message"), COEX_CONTENT_SYSTEM, build_system },
    { "edit", NC_("kind of message", "edited a message"), COEX_CONTENT_EDIT, NULL },
    { "revoke", NC_("kind of message", "deleted a message"), COEX_CONTENT_REVOKE, build_revoke },
};

/* Types without an object of their name; nothing but `type` tells them. */
static const Row bare_rows[] = {
    { "request_welcome", NC_("kind of message", "opened the chat"), COEX_CONTENT_WELCOME,
      build_welcome },
    { "unsupported", NC_("kind of message", "unsupported message"), COEX_CONTENT_UNSUPPORTED,
      build_unsupported },
    { "media_placeholder", NC_("kind of message", "file"), COEX_CONTENT_PLACEHOLDER,
      build_media_placeholder },
};

/* So edits came for a while in 2026 (Meta: webhooks/reference/messages): an edit all the same,
 * which opens no window.
 */
static const Row hidden_edit_row = { "unsupported", NC_("kind of message", "edited a message"),
                                     COEX_CONTENT_EDIT, NULL };

static const Row placeholder_row = {
    "unsupported",
    NC_("kind of message", "message"),
    COEX_CONTENT_PLACEHOLDER,
    build_placeholder,
};

static const Row *
find_row(const Row *table, gsize n, const char *type)
{
    for (gsize i = 0; i < n; i++) {
        if (strcmp(table[i].type, type) == 0)
            return &table[i];
    }
    return NULL;
}

/* The type of a message that does not tell it (Meta: webhooks/reference/messages,
 * call_permission_reply), or NULL. */
static const char *
guess_type(const CoexJsonAt *message)
{
    CoexJsonAt errors = coex_json_member(message, "errors");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexJsonAt body = coex_json_member(message, rows[i].type);

        if (coex_json_at_exists(&body))
            return rows[i].type;
    }
    return coex_json_length(&errors) > 0 ? "unsupported" : NULL;
}

/* What stands behind "unsupported", as far as it is told. */
static const Row *
find_unsupported(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body)
{
    const char *type = coex_json_member_text(body, "type");

    if (error_code(message) == CODE_UNAVAILABLE)
        return &placeholder_row;
    return type != NULL && strcmp(type, "edit") == 0 ? &hidden_edit_row : row;
}

/* What a message with that @row and @body does not tell. */
static CoexLack
judge(const Row *row, const CoexJsonAt *body)
{
    CoexJsonAt inner;

    switch (row->kind) {
    case COEX_CONTENT_PLACEHOLDER:
    case COEX_CONTENT_UNSUPPORTED:
        return COEX_LACKS_CONTENT;
    case COEX_CONTENT_WELCOME:
        return COEX_LACKS_NOTHING;
    case COEX_CONTENT_EDIT:
        inner = coex_json_member(body, "message");
        return coex_json_at_is_empty(&inner) ? COEX_LACKS_CONTENT : COEX_LACKS_NOTHING;
    case COEX_CONTENT_INTERACTIVE:
        if (!coex_json_at_is_empty(body) && !coex_content_choice_is(body) &&
            find_interactive(body, coex_json_member_text(body, "type"), &inner) == NULL)
            return COEX_LACKS_MEANING;
        break;
    case COEX_CONTENT_TEXT:
    case COEX_CONTENT_MEDIA:
    case COEX_CONTENT_LOCATION:
    case COEX_CONTENT_CONTACTS:
    case COEX_CONTENT_REACTION:
    case COEX_CONTENT_BUTTON:
    case COEX_CONTENT_ORDER:
    case COEX_CONTENT_SYSTEM:
    case COEX_CONTENT_REVOKE:
    case COEX_CONTENT_UNKNOWN:
        break;
    }
    return coex_json_at_is_empty(body) ? COEX_LACKS_CONTENT : COEX_LACKS_NOTHING;
}

/* ---- what a message is ----------------------------------------------------------------------- */

static char *
dup_told(const CoexJsonAt *body, const char *name)
{
    const char *text = coex_json_member_text(body, name);

    return text != NULL && *text != '\0' ? g_strdup(text) : NULL;
}

static void
read_edit(const CoexJsonAt *body, CoexContent *content)
{
    CoexJsonAt inner = coex_json_member(body, "message");

    content->edit.target = dup_told(body, "original_message_id");
    if (coex_json_at_is_empty(&inner))
        return;
    content->edit.now = g_new0(CoexContent, 1);
    coex_content_read(&inner, content->edit.now);
}

/* The member of the union. */
static void
read_member(const CoexJsonAt *body, CoexContent *content)
{
    if (content->kind == COEX_CONTENT_MEDIA) {
        content->media = coex_content_media_read(content->type, body);
    } else if (content->kind == COEX_CONTENT_CONTACTS) {
        content->cards = coex_content_card_read(body);
    } else if (content->kind == COEX_CONTENT_REACTION) {
        content->reaction.target = dup_told(body, "message_id");
        content->reaction.emoji = dup_told(body, "emoji");
    } else if (content->kind == COEX_CONTENT_EDIT) {
        read_edit(body, content);
    } else if (content->kind == COEX_CONTENT_REVOKE) {
        content->revoke.target = dup_told(body, "original_message_id");
    }
}

/* NULL: the line that sends to the phone. */
static char *
build_line(const Row *row, const CoexJsonAt *message, const CoexJsonAt *body,
           const CoexContent *content)
{
    if (content->kind == COEX_CONTENT_MEDIA)
        return coex_content_media_dup_line(content->media);
    if (content->kind == COEX_CONTENT_EDIT)
        /* Translators: %s is the message as it is now */
        return content->edit.now != NULL ? coex_say(_("[edited] %s"), content->edit.now->text)
                                         : NULL;
    return row->build != NULL ? row->build(row, message, body) : NULL;
}

void
coex_content_read(const CoexJsonAt *message, CoexContent *ret_content)
{
    const char *type = coex_json_member_text(message, "type");
    const Row *row, *bare = NULL;
    CoexJsonAt body;

    if (type == NULL || *type == '\0')
        type = guess_type(message);
    if (type == NULL)
        type = "none";
    ret_content->type = g_strdup(type);
    body = coex_json_member(message, type);
    row = find_row(rows, G_N_ELEMENTS(rows), type);
    if (row == NULL)
        bare = find_row(bare_rows, G_N_ELEMENTS(bare_rows), type);
    if (row == NULL && bare == NULL) {
        ret_content->kind = COEX_CONTENT_UNKNOWN;
        ret_content->lacks = coex_json_at_is_empty(&body) && coex_json_text(&body) == NULL
                                 ? COEX_LACKS_CONTENT
                                 : COEX_LACKS_MEANING;
        ret_content->text = unknown_line(_("unknown type"), type, &body);
        return;
    }
    if (bare != NULL)
        row = bare;
    if (row->kind == COEX_CONTENT_UNSUPPORTED)
        row = find_unsupported(row, message, &body);
    ret_content->kind = row->kind;
    ret_content->lacks = judge(row, &body);
    read_member(&body, ret_content);
    if (bare != NULL || coex_json_at_is_object(&body) || coex_json_at_is_array(&body))
        ret_content->text = build_line(row, message, &body, ret_content);
    if (ret_content->text != NULL)
        return;
    ret_content->lacks = COEX_LACKS_CONTENT;
    ret_content->text = see_phone(get_label(row));
    if (row->kind == COEX_CONTENT_TEXT)
        ret_content->kind = COEX_CONTENT_UNSUPPORTED;
}
