// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-private.h"

#include "core/json.h"
#include <string.h>

#define MS_PER_S 1000

/* ---- amounts and dates ---- */

/* Symbols that stand for one currency only, and codes. */
static const char *const currencies[][2] = {
    { "€", "EUR" },   { "£", "GBP" },   { "₹", "INR" },   { "₺", "TRY" },   { "₪", "ILS" },
    { "₦", "NGN" },   { "R$", "BRL" },  { "EUR", "EUR" }, { "USD", "USD" }, { "GBP", "GBP" },
    { "CHF", "CHF" }, { "INR", "INR" }, { "BRL", "BRL" }, { "MXN", "MXN" }, { "TRY", "TRY" },
    { "PLN", "PLN" }, { "CZK", "CZK" }, { "SEK", "SEK" }, { "NOK", "NOK" }, { "DKK", "DKK" },
    { "AED", "AED" }, { "SAR", "SAR" }, { "ILS", "ILS" }, { "ZAR", "ZAR" }, { "NGN", "NGN" },
    { "KES", "KES" }, { "EGP", "EGP" }, { "IDR", "IDR" }, { "MYR", "MYR" }, { "SGD", "SGD" },
    { "AUD", "AUD" }, { "CAD", "CAD" }, { "NZD", "NZD" }, { "ARS", "ARS" }, { "COP", "COP" },
    { "CLP", "CLP" }, { "PEN", "PEN" },
};

/* Groups of three digits behind the first. */
static gboolean
is_grouped(const char *text, gsize length, char separator)
{
    gsize n_digits = 0;
    gboolean any = FALSE;

    for (gsize i = 0; i < length; i++) {
        if (g_ascii_isdigit(text[i])) {
            n_digits++;
            continue;
        }
        if (text[i] != separator || n_digits == 0 || n_digits > 3 || (any && n_digits != 3))
            return FALSE;
        any = TRUE;
        n_digits = 0;
    }
    return any ? n_digits == 3 : n_digits > 0 && n_digits <= 9;
}

/* "49.90", "1.234,50", "7": only what can mean one number. */
static gboolean
read_amount(const char *text, gint64 *ret_amount_1000)
{
    gsize length = strlen(text);
    const char *point = length > 0 ? strrchr(text, '.') : NULL;
    const char *comma = length > 0 ? strrchr(text, ',') : NULL;
    const char *last = point > comma ? point : comma;
    gsize n_whole = last != NULL ? (gsize)(last - text) : length;
    gsize n_part = last != NULL ? length - n_whole - 1 : 0;
    gint64 amount = 0;

    if (length == 0 || length > 15 || strspn(text, "0123456789.,") != length || n_part > 2 ||
        (last != NULL && n_part == 0) ||
        !is_grouped(text, n_whole, last != NULL && *last == '.' ? ',' : '.'))
        return FALSE;
    if (last == NULL && memchr(text, '.', n_whole) != NULL)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        amount = g_ascii_isdigit(text[i]) ? amount * 10 + (text[i] - '0') : amount;
    *ret_amount_1000 = amount * (n_part == 0 ? 1000 : n_part == 1 ? 100 : 10);
    return TRUE;
}

static gboolean
read_money(const char *text, const char **ret_code, gint64 *ret_amount_1000)
{
    for (gsize i = 0; i < G_N_ELEMENTS(currencies); i++) {
        const char *sign = currencies[i][0];
        g_autofree char *number = NULL;

        if (g_str_has_prefix(text, sign))
            number = g_strdup(text + strlen(sign));
        else if (g_str_has_suffix(text, sign))
            number = g_strndup(text, strlen(text) - strlen(sign));
        if (number == NULL || !read_amount(g_strstrip(number), ret_amount_1000))
            continue;
        *ret_code = currencies[i][1];
        return TRUE;
    }
    return FALSE;
}

/* Of the examples that say that a variable takes a date: "27 November 2026, 14:00", "2026-11-27",
 * "27.11.2026". */
static gboolean
is_date(const char *text)
{
    static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
                                          "sep", "oct", "nov", "dec", "mai", "okt", "dez", "mär" };
    g_autofree char *lower = g_utf8_strdown(text, -1);

    if (coex_template_read_time(text) != 0)
        return TRUE;
    if (strpbrk(text, "0123456789") == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(months); i++) {
        const char *at = strstr(lower, months[i]);

        if (at != NULL && (at == lower || at[-1] == ' '))
            return TRUE;
    }
    return FALSE;
}

/* ---- parameters ---- */

static void
open_typed(CoexJsonWriter *writer, const char *type)
{
    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "type", type);
}

static void
write_money(CoexJsonWriter *writer, const char *value, const char *code, gint64 amount_1000)
{
    coex_json_writer_object(writer, "currency");
    coex_json_writer_string(writer, "fallback_value", value);
    coex_json_writer_string(writer, "code", code);
    coex_json_writer_int(writer, "amount_1000", amount_1000);
    coex_json_writer_end(writer);
}

/* An amount and a date where the definition's example is one (Meta: templates/components); what
 * may mean two things stays a text. */
static void
write_text(const CoexTemplate *self, const CoexTemplateVariable *variable, const char *value,
           CoexJsonWriter *writer)
{
    const char *example = variable->example != NULL ? variable->example : "";
    const char *code, *other;
    gint64 amount_1000, n;
    gboolean money = variable->in_body && !variable->in_header && read_money(example, &other, &n) &&
                     read_money(value, &code, &amount_1000);
    gboolean date = variable->in_body && !variable->in_header && is_date(example) &&
                    strpbrk(value, "0123456789") != NULL;

    open_typed(writer, money ? "currency" : date ? "date_time" : "text");
    if (self->named)
        coex_json_writer_string(writer, "parameter_name", variable->name);
    if (money) {
        write_money(writer, value, code, amount_1000);
    } else if (date) {
        coex_json_writer_object(writer, "date_time");
        coex_json_writer_string(writer, "fallback_value", value);
        coex_json_writer_end(writer);
    } else {
        coex_json_writer_string(writer, "text", value);
    }
    coex_json_writer_end(writer);
}

/* Of a text; nothing when it has no variable. */
static void
write_texts(const CoexTemplate *self, int card, gboolean in_header, const char *const *values,
            CoexJsonWriter *writer)
{
    gboolean any = FALSE;

    for (guint i = 0; i < self->variables->len; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(self->variables, i);

        if (variable->card != card || !(in_header ? variable->in_header : variable->in_body))
            continue;
        if (!any) {
            open_typed(writer, in_header ? "header" : "body");
            coex_json_writer_array(writer, "parameters");
        }
        any = TRUE;
        write_text(self, variable, values[i], writer);
    }
    if (!any)
        return;
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

/* ---- components ---- */

/* What the customer sees as a document's name, NULL: the address tells none. Free with g_free(). */
static char *
dup_file_name(const char *link)
{
    gsize length = strcspn(link, "?#");
    g_autofree char *path = g_strndup(link, length);
    const char *slash = strrchr(path, '/');
    g_autofree char *name = slash != NULL ? g_uri_unescape_string(slash + 1, "/\\") : NULL;

    return name != NULL && strchr(name, '.') > name && g_utf8_validate(name, -1, NULL)
               ? g_steal_pointer(&name)
               : NULL;
}

static void
write_file(const CoexTemplate *self, const CoexTemplatePart *part, const char *const *values,
           const CoexMedia *media, CoexJsonWriter *writer)
{
    const char *file = coex_template_get_value(self, part, COEX_VALUE_FILE, -1, values);
    gboolean is_document = strcmp(part->file, "document") == 0;
    g_autofree char *name = media == NULL ? dup_file_name(file) : g_strdup(media->name);

    open_typed(writer, part->file);
    coex_json_writer_object(writer, part->file);
    coex_json_writer_string(writer, "id", media != NULL ? media->id : NULL);
    coex_json_writer_string(writer, "link", media == NULL ? file : NULL);
    coex_json_writer_string(writer, "filename", is_document ? name : NULL);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

static void
write_place(const CoexTemplate *self, const CoexTemplatePart *part, const char *const *values,
            CoexJsonWriter *writer)
{
    static const struct {
        const char *name;
        CoexTemplateValue kind;
    } members[] = {
        { "latitude", COEX_VALUE_LATITUDE },
        { "longitude", COEX_VALUE_LONGITUDE },
        { "name", COEX_VALUE_PLACE },
        { "address", COEX_VALUE_ADDRESS },
    };

    open_typed(writer, "location");
    coex_json_writer_object(writer, "location");
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        const char *value = coex_template_get_value(self, part, members[i].kind, -1, values);

        coex_json_writer_string(writer, members[i].name, *value != '\0' ? value : NULL);
    }
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

static void
write_header(const CoexTemplate *self, const CoexTemplatePart *part, const char *const *values,
             const CoexMedia *media, CoexJsonWriter *writer)
{
    if (part->file == NULL && !part->place) {
        write_texts(self, part->card, TRUE, values, writer);
        return;
    }
    open_typed(writer, "header");
    coex_json_writer_array(writer, "parameters");
    if (part->place)
        write_place(self, part, values, writer);
    else
        write_file(self, part, values, media, writer);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

static void
write_offer(const CoexTemplate *self, const CoexTemplatePart *part, const char *const *values,
            CoexJsonWriter *writer)
{
    const char *end = coex_template_get_value(self, part, COEX_VALUE_EXPIRATION, -1, values);
    gint64 end_s = coex_template_read_time(end);

    if (!part->expires)
        return;
    open_typed(writer, "limited_time_offer");
    coex_json_writer_array(writer, "parameters");
    open_typed(writer, "limited_time_offer");
    coex_json_writer_object(writer, "limited_time_offer");
    coex_json_writer_int(writer, "expiration_time_ms", end_s * MS_PER_S);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

/* ---- buttons ---- */

typedef struct {
    const CoexTemplate *self;
    const CoexTemplatePart *part;
    int button;
    const char *const *values;
} Place;

static const char *
get_value(const Place *at, CoexTemplateValue kind)
{
    return coex_template_get_value(at->self, at->part, kind, at->button, at->values);
}

static void
open_button(const Place *at, const char *sub_type, const char *parameter, CoexJsonWriter *writer)
{
    g_autofree char *index = g_strdup_printf("%d", at->button);

    open_typed(writer, "button");
    coex_json_writer_string(writer, "sub_type", sub_type);
    coex_json_writer_string(writer, "index", index);
    coex_json_writer_array(writer, "parameters");
    open_typed(writer, parameter);
}

static void
close_button(CoexJsonWriter *writer)
{
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

static void
write_simple(const Place *at, const char *sub_type, const char *parameter, CoexTemplateValue kind,
             CoexJsonWriter *writer)
{
    gboolean is_text = strcmp(parameter, "text") == 0;
    const char *value = get_value(at, kind);

    if (*value == '\0')
        return;
    open_button(at, sub_type, parameter, writer);
    coex_json_writer_string(writer, is_text ? "text" : parameter, value);
    close_button(writer);
}

static void
write_flow_data(const char *data, CoexJsonWriter *writer)
{
    g_auto(GStrv) pairs = g_strsplit(data, ",", -1);

    coex_json_writer_object(writer, "flow_action_data");
    for (char **pair = pairs; *pair != NULL; pair++) {
        g_auto(GStrv) sides = g_strsplit(*pair, "=", 2);

        if (g_strv_length(sides) == 2)
            coex_json_writer_string(writer, g_strstrip(sides[0]), g_strstrip(sides[1]));
    }
    coex_json_writer_end(writer);
}

/* WhatsApp wants one even where there is nothing to say; "unused" is its own word for that (Meta:
 * flows). */
static void
write_flow(const Place *at, CoexJsonWriter *writer)
{
    const char *token = get_value(at, COEX_VALUE_FLOW_TOKEN);
    const char *data = get_value(at, COEX_VALUE_FLOW_DATA);

    open_button(at, "flow", "action", writer);
    coex_json_writer_object(writer, "action");
    coex_json_writer_string(writer, "flow_token", *token != '\0' ? token : "unused");
    if (*data != '\0')
        write_flow_data(data, writer);
    coex_json_writer_end(writer);
    close_button(writer);
}

static void
write_button(const Place *at, CoexJsonWriter *writer)
{
    const CoexTemplateButton *button = g_ptr_array_index(at->part->buttons, (guint)at->button);

    if (strcmp(button->type, "URL") == 0)
        write_simple(at, "url", "text", COEX_VALUE_LINK, writer);
    else if (strcmp(button->type, "OTP") == 0)
        write_simple(at, "url", "text", COEX_VALUE_CODE, writer);
    else if (strcmp(button->type, "COPY_CODE") == 0)
        write_simple(at, "copy_code", "coupon_code", COEX_VALUE_COUPON, writer);
    else if (strcmp(button->type, "QUICK_REPLY") == 0)
        write_simple(at, "quick_reply", "payload", COEX_VALUE_PAYLOAD, writer);
    else if (strcmp(button->type, "FLOW") == 0)
        write_flow(at, writer);
}

/* ---- the whole ---- */

static void
write_part(const CoexTemplate *self, const CoexTemplatePart *part, const char *const *values,
           const CoexMedia *media, CoexJsonWriter *writer)
{
    write_header(self, part, values, media, writer);
    write_texts(self, part->card, FALSE, values, writer);
    write_offer(self, part, values, writer);
    for (guint i = 0; i < part->buttons->len; i++) {
        const Place at = { self, part, (int)i, values };

        write_button(&at, writer);
    }
}

static void
write_cards(const CoexTemplate *self, const char *const *values, const CoexMedia *const *media,
            CoexJsonWriter *writer)
{
    const GPtrArray *parts = ((const CoexTemplateInside *)self)->parts;

    if (parts->len < 2)
        return;
    open_typed(writer, "carousel");
    coex_json_writer_array(writer, "cards");
    for (guint i = 1; i < parts->len; i++) {
        const CoexTemplatePart *part = g_ptr_array_index(parts, i);

        coex_json_writer_object(writer, NULL);
        coex_json_writer_int(writer, "card_index", part->card);
        coex_json_writer_array(writer, "components");
        write_part(self, part, values, media != NULL ? media[i] : NULL, writer);
        coex_json_writer_end(writer);
        coex_json_writer_end(writer);
    }
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

static gboolean
has_components(const CoexTemplate *self, const char *const *values)
{
    const GPtrArray *parts = ((const CoexTemplateInside *)self)->parts;
    const CoexTemplatePart *message = g_ptr_array_index(parts, 0);

    for (guint i = 0; values != NULL && values[i] != NULL; i++) {
        if (*values[i] != '\0')
            return TRUE;
    }
    for (guint i = 0; i < message->buttons->len; i++) {
        const CoexTemplateButton *button = g_ptr_array_index(message->buttons, i);

        if (strcmp(button->type, "FLOW") == 0)
            return TRUE;
    }
    return parts->len > 1;
}

void
coex_template_write(const CoexTemplate *template_, const char *const *values,
                    const CoexMedia *const *media, CoexJsonWriter *writer)
{
    const GPtrArray *parts = ((const CoexTemplateInside *)template_)->parts;

    coex_json_writer_object(writer, "template");
    coex_json_writer_string(writer, "name", template_->name);
    coex_json_writer_object(writer, "language");
    coex_json_writer_string(writer, "code", template_->language);
    coex_json_writer_end(writer);
    if (has_components(template_, values)) {
        coex_json_writer_array(writer, "components");
        write_part(template_, g_ptr_array_index(parts, 0), values, media != NULL ? media[0] : NULL,
                   writer);
        write_cards(template_, values, media, writer);
        coex_json_writer_end(writer);
    }
    coex_json_writer_end(writer);
}
