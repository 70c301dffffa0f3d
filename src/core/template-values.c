// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-private.h"

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

/* Characters (Meta: templates/components, templates/authentication-templates). */
#define HEADER_MAX 60
#define BODY_MAX 1024
#define LONE_BODY_MAX 32768
#define CARD_BODY_MAX 160
#define URL_MAX 2000
#define COUPON_MAX 20
#define CODE_MAX 15
#define PAYLOAD_MAX 128
#define PLACE_MAX 256

/* ---- cleaning ---- */

/* White space that WhatsApp refuses in a value or counts as a run; a no-break space stays. */
static gboolean
is_value_blank(gunichar c)
{
    return c == 0x00a0 || c == 0x202f ? FALSE : g_unichar_isspace(c) || g_unichar_iscntrl(c);
}

char *
coex_template_clean(CoexTemplateValue kind, const char *value, gboolean *ret_cleaned)
{
    g_autofree char *valid = g_utf8_make_valid(value ? value : "", -1);
    GString *clean;
    const char *start = valid;

    if (kind == COEX_VALUE_FILE)
        return g_strstrip(g_steal_pointer(&valid));
    clean = g_string_new(NULL);
    while (*start && is_value_blank(g_utf8_get_char(start)))
        start = g_utf8_next_char(start);
    for (const char *p = start; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!is_value_blank(c))
            g_string_append_unichar(clean, c);
        else if (clean->len > 0 && clean->str[clean->len - 1] != ' ')
            g_string_append_c(clean, ' ');
    }
    g_strchomp(clean->str);
    clean->len = strlen(clean->str);
    if (!g_str_has_prefix(start, clean->str))
        *ret_cleaned = TRUE;
    return g_string_free(clean, FALSE);
}

/* ---- times ---- */

/* Digits at @at, at most @max of them, which are passed over; -1: there are none. */
static int
read_number(const char **at, guint max)
{
    int number = g_ascii_isdigit(**at) ? 0 : -1;

    for (guint i = 0; i < max && g_ascii_isdigit(**at); i++)
        number = number * 10 + *(*at)++ - '0';
    return number;
}

/* "2026-12-24" or "24.12.2026" at @at; FALSE: neither. */
static gboolean
read_day(const char **at, int parts[5])
{
    int first = read_number(at, 4);
    char separator = **at;
    gboolean year_first = separator == '-';

    if (first < 0 || (separator != '-' && separator != '.'))
        return FALSE;
    (*at)++;
    parts[1] = read_number(at, 2);
    if (**at != separator)
        return FALSE;
    (*at)++;
    parts[0] = year_first ? first : read_number(at, 4);
    parts[2] = year_first ? read_number(at, 2) : first;
    return TRUE;
}

/* " 18:00" at @at, else the end of the day. */
static void
read_clock(const char **at, int parts[5])
{
    const char *start = *at + (**at == ' ' || **at == 'T');
    const char *end = start;
    int hour = read_number(&end, 2);

    parts[3] = 23;
    parts[4] = 59;
    if (hour < 0 || *end++ != ':')
        return;
    parts[3] = hour;
    parts[4] = read_number(&end, 2);
    *at = end;
}

static GDateTime *
read_time(const char *text)
{
    g_autoptr(GTimeZone) zone = NULL;
    int parts[5] = { 0 };
    const char *at = text;

    if (!read_day(&at, parts))
        return NULL;
    read_clock(&at, parts);
    at += strspn(at, " ");
    zone = *at != '\0' ? g_time_zone_new_identifier(at) : g_time_zone_new_local();
    return zone != NULL ? g_date_time_new(zone, parts[0], parts[1], parts[2], parts[3], parts[4], 0)
                        : NULL;
}

gint64
coex_template_read_time(const char *text)
{
    g_autoptr(GDateTime) time = read_time(text);

    return time != NULL ? g_date_time_to_unix(time) : 0;
}

/* ---- one value ---- */

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error != NULL)
        *error = g_error_new_valist(COEX_ERROR, COEX_ERROR_INVALID_INPUT, format, args);
    va_end(args);
    return FALSE;
}

static gboolean
check_length(const CoexTemplateVariable *variable, const char *value, glong max, GError **error)
{
    glong n_chars = g_utf8_strlen(value, -1);

    if (n_chars <= max)
        return TRUE;
    /* Translators: here and in the next, “%s” is a value of a template, such as “latitude” */
    return refuse(error,
                  COEX_PLURAL("“%s” has at most %ld character, not %ld.",
                              "“%s” has at most %ld characters, not %ld.", (gulong)max),
                  variable->label, max, n_chars);
}

static gboolean
check_degrees(const CoexTemplateVariable *variable, char *value, double max, GError **error)
{
    char *end = NULL;
    double degrees;

    g_strdelimit(value, ",", '.');
    degrees = g_ascii_strtod(value, &end);
    if (strspn(value, "+-.0123456789") == strlen(value) && end != value && *end == '\0' &&
        degrees >= -max && degrees <= max)
        return TRUE;
    return refuse(error, _("“%s” is a number from -%.0f to %.0f, as in 52.531677, not “%s”."),
                  variable->label, max, max, value);
}

static gboolean
check_time(char **value, gint64 now, GError **error)
{
    g_autoptr(GDateTime) time = read_time(*value);

    if (time == NULL)
        return refuse(
            error, _("The end of the offer is a day and a time, as in 2026-12-24 18:00, not “%s”."),
            *value);
    if (g_date_time_to_unix(time) <= now)
        return refuse(error, _("The end of the offer has passed: %s."), *value);
    g_free(*value);
    *value = g_date_time_format(time, "%Y-%m-%d %H:%M %:z");
    return TRUE;
}

static gboolean
refuse_address(const CoexTemplateVariable *variable, const char *value, GError **error)
{
    return refuse(error,
                  _("“%s” has a blank, or a letter or mark that no link can have: “%s”. Write "
                    "%%20 for a blank."),
                  variable->label, value);
}

static gboolean
is_address(const char *value)
{
    return g_ascii_strncasecmp(value, "https://", 8) == 0 ||
           g_ascii_strncasecmp(value, "http://", 7) == 0;
}

static gboolean
check_link(const CoexTemplateVariable *variable, const CoexTemplateButton *button, char **value,
           GError **error)
{
    const char *fixed_end = strstr(button->url, "{{");
    gsize n_fixed = (gsize)(fixed_end - button->url);

    /* The whole link was given. */
    if (strncmp(*value, button->url, n_fixed) == 0 && (*value)[n_fixed] != '\0')
        memmove(*value, *value + n_fixed, strlen(*value + n_fixed) + 1);
    else if (n_fixed > 0 && fixed_end[-1] == '/' && is_address(*value))
        return refuse(
            error, _("“%s” is what stands behind %.*s, or a whole link that begins so, not “%s”."),
            variable->label, (int)n_fixed, button->url, *value);
    if (!coex_text_is_for_address(*value))
        return refuse_address(variable, *value, error);
    return check_length(variable, *value, URL_MAX - (glong)n_fixed, error);
}

static gboolean
check_code(const CoexTemplateVariable *variable, const char *value, glong max, GError **error)
{
    for (const char *p = value; *p; p++) {
        if (!g_ascii_isalnum(*p) && (variable->kind == COEX_VALUE_CODE || !g_ascii_isgraph(*p)))
            return refuse(error,
                          variable->kind == COEX_VALUE_CODE
                              ? _("“%s” has digits and letters only, not “%s”.")
                              : _("“%s” has no blanks, and letters from a to z only, not “%s”."),
                          variable->label, value);
    }
    return check_length(variable, value, max, error);
}

gboolean
coex_template_is_path(const char *value)
{
    return value[0] == '/';
}

static gboolean
is_held(const char *value)
{
    return strcmp(value, COEX_VALUE_HELD) == 0;
}

/* A carousel has its files in its cards, and one file that is held is none of all. */
static gboolean
check_file(const CoexTemplate *self, const CoexTemplateVariable *variable, const char *value,
           GError **error)
{
    gboolean is_link = g_ascii_strncasecmp(value, "https://", 8) == 0 && value[8] != '\0';

    if (coex_template_is_path(value) || (coex_template_count_cards(self) == 0 && is_held(value)))
        return TRUE;
    if (!is_link)
        return refuse(error,
                      _("“%s” is given by its path, as in ~/photo.jpg, or by its address in the "
                        "web, which begins with https://, not as “%s”."),
                      variable->label, value);
    if (!coex_text_is_for_address(value))
        return refuse_address(variable, value, error);
    return check_length(variable, value, URL_MAX, error);
}

static gboolean
check_flow_data(const char *value, GError **error)
{
    g_auto(GStrv) pairs = g_strsplit(value, ",", -1);

    for (char **pair = pairs; *pair != NULL; pair++) {
        const char *sign = strchr(*pair, '=');

        if (sign == NULL || sign == *pair + strspn(*pair, " "))
            return refuse(
                error, _("The data of a form are pairs, as in shop=mitte, day=friday, not “%s”."),
                value);
    }
    return TRUE;
}

static const CoexTemplateButton *
get_button(const CoexTemplate *self, const CoexTemplateVariable *variable)
{
    const GPtrArray *parts = ((const CoexTemplateInside *)self)->parts;
    const CoexTemplatePart *part = g_ptr_array_index(parts, (guint)(variable->card + 1));

    return g_ptr_array_index(part->buttons, (guint)variable->button);
}

/* One that is there; it may be rewritten. */
static gboolean
check_value(const CoexTemplate *self, const CoexTemplateVariable *variable, char **value,
            gint64 now, GError **error)
{
    switch (variable->kind) {
    case COEX_VALUE_TEXT:
    case COEX_VALUE_FLOW_TOKEN:
        return TRUE;
    case COEX_VALUE_CODE:
        return check_code(variable, *value, CODE_MAX, error);
    case COEX_VALUE_FILE:
        return check_file(self, variable, *value, error);
    case COEX_VALUE_LATITUDE:
        return check_degrees(variable, *value, 90, error);
    case COEX_VALUE_LONGITUDE:
        return check_degrees(variable, *value, 180, error);
    case COEX_VALUE_PLACE:
    case COEX_VALUE_ADDRESS:
        return check_length(variable, *value, PLACE_MAX, error);
    case COEX_VALUE_EXPIRATION:
        return check_time(value, now, error);
    case COEX_VALUE_LINK:
        return check_link(variable, get_button(self, variable), value, error);
    case COEX_VALUE_COUPON:
        return check_code(variable, *value, COUPON_MAX, error);
    case COEX_VALUE_PAYLOAD:
        return check_length(variable, *value, PAYLOAD_MAX, error);
    case COEX_VALUE_FLOW_DATA:
        return check_flow_data(*value, error);
    }
    return TRUE;
}

static gboolean
refuse_missing(const CoexTemplateVariable *variable, GError **error)
{
    if (variable->in_header || variable->in_body)
        /* Translators: %s is such as {{1}} */
        return refuse(error, _("A value for %s is missing. Every variable needs one."),
                      variable->label);
    return refuse(error, _("“%s” is missing."), variable->label);
}

/* WhatsApp shows an address beside a name only. */
static gboolean
check_place(const CoexTemplate *self, const char *const *values, GError **error)
{
    const CoexTemplatePart *part = g_ptr_array_index(((const CoexTemplateInside *)self)->parts, 0);

    return *coex_template_get_value(self, part, COEX_VALUE_ADDRESS, -1, values) == '\0' ||
           *coex_template_get_value(self, part, COEX_VALUE_PLACE, -1, values) != '\0' ||
           refuse(
               error,
               _("WhatsApp shows the address of a place only below its name: give a name, too."));
}

/* ---- the filled texts ---- */

static gboolean
check_filled(const CoexTemplate *self, const CoexTemplatePart *part, gboolean in_header,
             const char *const *values, GError **error)
{
    gboolean alone = part->header == NULL && part->file == NULL && !part->place &&
                     part->footer == NULL && part->offer == NULL && part->buttons->len == 0 &&
                     ((const CoexTemplateInside *)self)->parts->len == 1;
    glong max = in_header         ? HEADER_MAX
                : part->card >= 0 ? CARD_BODY_MAX
                : alone           ? LONE_BODY_MAX
                                  : BODY_MAX;
    g_autofree char *text = NULL;
    glong n_chars;

    if ((in_header ? part->header : part->body) == NULL)
        return TRUE;
    text = coex_template_fill(self, part, in_header, values);
    n_chars = g_utf8_strlen(text, -1);
    return n_chars <= max ||
           refuse(error,
                  in_header ? COEX_PLURAL("The header is too long with its value: %ld "
                                          "character of %ld. Shorten the value.",
                                          "The header is too long with its value: %ld "
                                          "characters of %ld. Shorten the value.",
                                          (gulong)n_chars)
                            : COEX_PLURAL("The text is too long with its values: %ld "
                                          "character of %ld. Shorten the values.",
                                          "The text is too long with its values: %ld "
                                          "characters of %ld. Shorten the values.",
                                          (gulong)n_chars),
                  n_chars, max);
}

static gboolean
check_texts(const CoexTemplate *self, const char *const *values, GError **error)
{
    const GPtrArray *parts = ((const CoexTemplateInside *)self)->parts;

    for (guint i = 0; i < parts->len; i++) {
        const CoexTemplatePart *part = g_ptr_array_index(parts, i);

        if (!check_filled(self, part, TRUE, values, error) ||
            !check_filled(self, part, FALSE, values, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- all of them ---- */

char **
coex_template_check_values(const CoexTemplate *template_, const char *const *values, gint64 now,
                           gboolean *ret_cleaned, GError **error)
{
    guint n_values = values ? g_strv_length((char **)values) : 0;
    guint n_variables = template_->variables->len;
    g_auto(GStrv) clean = g_new0(char *, n_variables + 1);
    gboolean cleaned = FALSE;

    if (n_values > n_variables) {
        refuse(error, _("Too many values: the template “%s” takes %u, not %u."), template_->name,
               n_variables, n_values);
        return NULL;
    }
    for (guint i = 0; i < n_variables; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        clean[i] = coex_template_clean(variable->kind, i < n_values ? values[i] : NULL, &cleaned);
        if (*clean[i] == '\0' && !variable->optional) {
            refuse_missing(variable, error);
            return NULL;
        }
        if (*clean[i] != '\0' && !check_value(template_, variable, &clean[i], now, error))
            return NULL;
    }
    if (!check_place(template_, (const char *const *)clean, error) ||
        !check_texts(template_, (const char *const *)clean, error))
        return NULL;
    if (ret_cleaned)
        *ret_cleaned = cleaned;
    return g_steal_pointer(&clean);
}

gboolean
coex_template_takes(const CoexTemplate *template_, const char *const *values)
{
    guint n_values = g_strv_length((char **)values);

    for (guint i = n_values; i < template_->variables->len; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (!variable->optional)
            return FALSE;
    }
    return n_values <= template_->variables->len;
}

guint
coex_template_count_asked(const CoexTemplate *template_)
{
    guint n = 0;

    for (guint i = 0; i < template_->variables->len; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        n += !variable->unasked;
    }
    return n;
}

int
coex_template_find_file(const CoexTemplate *template_, int card, const char *const *values)
{
    for (guint i = 0; i < template_->variables->len && values[i] != NULL; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (variable->kind == COEX_VALUE_FILE && variable->card == card &&
            (coex_template_is_path(values[i]) || is_held(values[i])))
            return (int)i;
    }
    return -1;
}

gboolean
coex_template_shows_file(const CoexTemplate *template_, int card, CoexMediaKind *ret_kind)
{
    const CoexTemplatePart *part =
        g_ptr_array_index(((const CoexTemplateInside *)template_)->parts, card + 1);

    if (part->file == NULL)
        return FALSE;
    *ret_kind = strcmp(part->file, "image") == 0   ? COEX_MEDIA_IMAGE
                : strcmp(part->file, "video") == 0 ? COEX_MEDIA_VIDEO
                                                   : COEX_MEDIA_DOCUMENT;
    return TRUE;
}

guint
coex_template_count_cards(const CoexTemplate *template_)
{
    return ((const CoexTemplateInside *)template_)->parts->len - 1;
}
