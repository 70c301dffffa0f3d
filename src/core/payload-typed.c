// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/payload-typed.h"

#include "core/api.h"
#include "core/error.h"
#include "core/file-name.h"
#include "core/payload.h"
#include "core/text.h"
#include "core/typed-line.h"
#include "core/words.h"
#include <string.h>

#define DEGREES_MAX 12 /* characters of a number that is no mistake */
#define URL_MAX 2000
#define ASK "ask"
#define SHOWN_MAX 30

static gboolean
is_too_long(const char *text, glong max)
{
    return g_utf8_strlen(text, -1) > max;
}

static void set_fault(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
set_fault(GError **error, const char *format, ...)
{
    va_list args;
    g_autofree char *text = NULL;

    va_start(args, format);
    text = coex_say_args(format, args);
    va_end(args);
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, text);
}

/* ---- places ---- */

/* The number at @at, as it stands there, and what follows it; NULL: there is none up to @max. */
static char *
take_degrees(const char **at, double max)
{
    const char *p = *at + strspn(*at, " \t,;");
    gsize sign = *p == '-' || *p == '+';
    gsize whole = strspn(p + sign, "0123456789");
    gsize n = sign + whole;
    g_autofree char *text = NULL;
    double value;

    if (p[n] == '.' && g_ascii_isdigit(p[n + 1]))
        n += 1 + strspn(p + n + 1, "0123456789");
    /* where a comma stands for the point, it is no place that anybody means */
    else if (p[n] == ',' && g_ascii_isdigit(p[n + 1]))
        return NULL;
    if (whole == 0 || whole > 3 || (p[n] != '\0' && strchr(" \t\n,;", p[n]) == NULL))
        return NULL;
    text = g_strndup(*p == '+' ? p + 1 : p, MIN(n - (*p == '+'), DEGREES_MAX));
    value = g_ascii_strtod(text, NULL);
    if (value < -max || value > max)
        return NULL;
    *at = p + n;
    return g_steal_pointer(&text);
}

/* What stands behind the word; NULL: it is not there. */
static const char *
find_question(const char *words)
{
    const char *at = words + strspn(words, " \t");
    gsize n = strlen(ASK);

    if (g_ascii_strncasecmp(at, ASK, n) != 0 || (at[n] != '\0' && !g_ascii_isspace(at[n])))
        return NULL;
    return at + n;
}

static CoexPayload *
parse_question(const char *words, GError **error)
{
    g_autofree char *text = g_strstrip(g_strdup(words));

    if (coex_text_is_blank(text))
        set_fault(error,

                  /* Translators: the word ask stays as it is */
                  _("The question is missing, as in: ask Where should we collect the bike?"));
    else if (is_too_long(text, COEX_PAYLOAD_BUTTONS_TEXT_MAX))
        set_fault(error,
                  COEX_PLURAL("The question has %ld character; WhatsApp takes %d. Send a part of "
                              "it as a message before.",
                              "The question has %ld characters; WhatsApp takes %d. Send a part of "
                              "it as a message before.",
                              (gulong)g_utf8_strlen(text, -1)),
                  g_utf8_strlen(text, -1), COEX_PAYLOAD_BUTTONS_TEXT_MAX);
    else
        return coex_payload_new_place_question(text);
    return NULL;
}

CoexPayload *
coex_payload_parse_location(const char *words, GError **error)
{
    const char *question = find_question(words);
    const char *at = words;
    g_autofree char *latitude = take_degrees(&at, 90);
    g_autofree char *longitude = latitude != NULL ? take_degrees(&at, 180) : NULL;
    g_auto(GStrv) rest = NULL;
    guint n;

    if (question != NULL)
        return parse_question(question, error);
    if (longitude == NULL) {
        set_fault(error, _("A place is typed as its latitude and longitude in degrees with a "
                           "point, and maybe a name: 52.5317 13.3818 Our shop | 1 Mill Lane. The "
                           "word ask and a question ask for theirs."));
        return NULL;
    }
    rest = coex_typed_line_split_values(at + strspn(at, " \t\n,;"), NULL);
    n = rest != NULL ? g_strv_length(rest) : 0;
    if (n > 2 || (n == 2 && *rest[0] == '\0' && *rest[1] != '\0')) {
        set_fault(error, _("A place has a name and maybe an address behind one bar: 52.5317 "
                           "13.3818 Our shop | 1 Mill Lane."));
        return NULL;
    }
    return coex_payload_new_location(latitude, longitude,
                                     n > 0 && *rest[0] != '\0' ? rest[0] : NULL,
                                     n > 1 && *rest[1] != '\0' ? rest[1] : NULL);
}

/* ---- files by their address ---- */

static gboolean
is_address(const char *text)
{
    return g_ascii_strncasecmp(text, "https://", 8) == 0 ||
           g_ascii_strncasecmp(text, "http://", 7) == 0;
}

/* What stands behind the name of a kind, or @words; what WhatsApp shows the file as is not to be
 * known from an address. */
static const char *
take_kind(const char *words, CoexMediaKind *ret_kind)
{
    static const CoexMediaKind kinds[] = { COEX_MEDIA_IMAGE, COEX_MEDIA_VIDEO, COEX_MEDIA_AUDIO,
                                           COEX_MEDIA_STICKER, COEX_MEDIA_DOCUMENT };

    *ret_kind = COEX_MEDIA_DOCUMENT;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *type = coex_media_get_type(kinds[i]);
        gsize n = strlen(type);

        if (g_ascii_strncasecmp(words, type, n) != 0 || words[n] != ' ')
            continue;
        *ret_kind = kinds[i];
        return words + n + strspn(words + n, " ");
    }
    return words;
}

gboolean
coex_payload_is_linked(const char *words)
{
    CoexMediaKind kind;

    return is_address(take_kind(words, &kind));
}

static gboolean
check_url(const char *url, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

    if (!coex_text_is_for_address(url))
        set_fault(
            error,
            _("The address has a letter or mark that no link can have. Copy it from the browser."));
    else if (is_too_long(url, URL_MAX))
        set_fault(error,
                  COEX_PLURAL("The address has %zu character; WhatsApp takes %d.",
                              "The address has %zu characters; WhatsApp takes %d.", strlen(url)),
                  strlen(url), URL_MAX);
    else if (host == NULL || *host == '\0')
        set_fault(error, _("“%s” is no whole address. Write it as in https://example.org/a.pdf."),
                  url);
    else if (strcmp(g_uri_get_scheme(uri), "https") != 0)
        set_fault(error, _("WhatsApp fetches files only from addresses that begin with https://. "
                           "Fetch it, and send it by its path."));
    else if (g_uri_get_userinfo(uri) != NULL)
        set_fault(error, _("WhatsApp fetches the file without a name and a password. Fetch it, and "
                           "send it by its path."));
    else if (coex_api_is_loopback(host) || strpbrk(host, ".:") == NULL)
        set_fault(error,
                  _("WhatsApp fetches the file itself, and “%s” is not in the internet. Send it by "
                    "its path."),
                  host);
    else
        return TRUE;
    return FALSE;
}

/* What the file is called at its address; NULL: nothing. */
static char *
dup_file_name(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *name = coex_file_name_get_last_part(uri != NULL ? g_uri_get_path(uri) : NULL);

    return name != NULL && *name != '\0' ? coex_file_name_make_own(name, "file", NULL) : NULL;
}

CoexPayload *
coex_payload_parse_linked(const char *words, char **waiting, GError **error)
{
    CoexMedia media = { 0 };
    const char *at = take_kind(words, &media.kind);
    gsize n = strcspn(at, " \t\n");
    g_autofree char *url = g_strndup(at, n);
    g_autofree char *typed = g_strstrip(g_strdup(at + n));
    gboolean takes = coex_media_takes_caption(&media);
    g_autofree char *name = NULL;

    if (!check_url(url, error))
        return NULL;
    if (!takes && *typed != '\0') {
        set_fault(error, _("No words go beside this kind of file. Send them as a message."));
        return NULL;
    }
    if (is_too_long(typed, COEX_MEDIA_CAPTION_MAX)) {
        set_fault(error,
                  COEX_PLURAL(
                      "The words beside a file have at most %d character. Send them as a message.",
                      "The words beside a file have at most %d characters. Send them as a message.",
                      COEX_MEDIA_CAPTION_MAX),
                  COEX_MEDIA_CAPTION_MAX);
        return NULL;
    }
    if (takes && *typed == '\0' && waiting != NULL && *waiting != NULL) {
        g_free(typed);
        typed = g_steal_pointer(waiting);
    }
    name = media.kind == COEX_MEDIA_DOCUMENT ? dup_file_name(url) : NULL;
    return coex_payload_new_linked(media.kind, url, name, *typed != '\0' ? typed : NULL, FALSE);
}

CoexPayload *
coex_payload_parse_voice(const char *words, GError **error)
{
    g_autofree char *url = g_strstrip(g_strdup(words));

    if (url[strcspn(url, " \t\n")] != '\0') {
        set_fault(error, _("No words go beside this kind of file. Send them as a message."));
        return NULL;
    }
    return check_url(url, error) ? coex_payload_new_linked(COEX_MEDIA_AUDIO, url, NULL, NULL, TRUE)
                                 : NULL;
}

/* ---- choices ---- */

/* The parts between bars; those of which nothing is left are left out. */
static GPtrArray *
split(const char *words, char ***ret_values)
{
    GPtrArray *parts = g_ptr_array_new();

    *ret_values = coex_typed_line_split_values(words, NULL);
    for (char **value = *ret_values; value != NULL && *value != NULL; value++)
        if (!coex_text_is_blank(*value))
            g_ptr_array_add(parts, *value);
    return parts;
}

static gboolean
check_body(const char *text, glong max, GError **error)
{
    if (!is_too_long(text, max))
        return TRUE;
    set_fault(error,
              COEX_PLURAL("The text above the choices has %ld character; WhatsApp takes %ld. Send "
                          "a part of it as a message before.",
                          "The text above the choices has %ld characters; WhatsApp takes %ld. Send "
                          "a part of it as a message before.",
                          (gulong)g_utf8_strlen(text, -1)),
              g_utf8_strlen(text, -1), max);
    return FALSE;
}

/* Nobody could tell two of a name apart. */
static gboolean
check_title(const char *title, glong max, GHashTable *titles, GError **error)
{
    g_autofree char *shown = coex_text_excerpt(title, SHOWN_MAX);

    if (is_too_long(title, max))
        set_fault(error,
                  COEX_PLURAL("“%s” has %ld character; WhatsApp takes %ld. Make it shorter.",
                              "“%s” has %ld characters; WhatsApp takes %ld. Make it shorter.",
                              (gulong)g_utf8_strlen(title, -1)),
                  shown, g_utf8_strlen(title, -1), max);
    else if (titles != NULL && !g_hash_table_add(titles, (char *)title))
        set_fault(error, _("“%s” stands there twice. Call each choice differently."), shown);
    else
        return TRUE;
    return FALSE;
}

/* The link at the end of an answer; NULL: it has none. */
static char *
find_link(char *answer)
{
    char *last = answer + strlen(answer);

    while (last > answer && !g_ascii_isspace(last[-1]))
        last--;
    return is_address(last) ? last : NULL;
}

/* WhatsApp has one button with a link, or answers, and not both. */
static CoexPayload *
parse_link(const GPtrArray *parts, char *url, GError **error)
{
    char *label = parts->pdata[1];

    if (parts->len > 2) {
        set_fault(error,
                  _("A button with a link stands alone: Pay online: | Pay now %s. Others go in a "
                    "message of their own."),
                  url);
        return NULL;
    }
    if (url == label) {
        set_fault(error, _("The words on the button are missing, as in: Pay online: | Pay now %s."),
                  url);
        return NULL;
    }
    url[-1] = '\0';
    g_strchomp(label);
    if (is_too_long(url, URL_MAX)) {
        set_fault(error,
                  COEX_PLURAL("The link has %ld character; WhatsApp takes %d.",
                              "The link has %ld characters; WhatsApp takes %d.",
                              (gulong)g_utf8_strlen(url, -1)),
                  g_utf8_strlen(url, -1), URL_MAX);
        return NULL;
    }
    if (!check_body(parts->pdata[0], COEX_PAYLOAD_BUTTONS_TEXT_MAX, error) ||
        !check_title(label, COEX_PAYLOAD_BUTTON_MAX, NULL, error))
        return NULL;
    return coex_payload_new_link(parts->pdata[0], label, url);
}

CoexPayload *
coex_payload_parse_buttons(const char *words, GError **error)
{
    g_auto(GStrv) values = NULL;
    g_autoptr(GPtrArray) parts = split(words, &values);
    g_autoptr(GHashTable) titles = g_hash_table_new(g_str_hash, g_str_equal);

    if (parts->len < 2) {
        set_fault(error,
                  _("Buttons are typed as a text and up to %d answers, with bars between: When do "
                    "you come? | Today | Tomorrow. Or with one that opens a link: Pay online: | "
                    "Pay now https://example.org."),
                  COEX_PAYLOAD_BUTTONS_MAX);
        return NULL;
    }
    for (guint i = 1; i < parts->len; i++) {
        char *url = find_link(parts->pdata[i]);

        if (url != NULL)
            return parse_link(parts, url, error);
    }
    if (parts->len - 1 > COEX_PAYLOAD_BUTTONS_MAX) {
        set_fault(
            error,
            COEX_PLURAL("This is %u button; WhatsApp takes %d. A list takes up to %d choices.",
                        "These are %u buttons; WhatsApp takes %d. A list takes up to %d choices.",
                        parts->len - 1),
            parts->len - 1, COEX_PAYLOAD_BUTTONS_MAX, COEX_PAYLOAD_ROWS_MAX);
        return NULL;
    }
    if (!check_body(parts->pdata[0], COEX_PAYLOAD_BUTTONS_TEXT_MAX, error))
        return NULL;
    for (guint i = 1; i < parts->len; i++) {
        if (!check_title(parts->pdata[i], COEX_PAYLOAD_BUTTON_MAX, titles, error))
            return NULL;
    }
    return coex_payload_new_buttons(parts);
}

/* Splits "row: what it is" in place. */
static char *
cut_description(char *row)
{
    char *colon = strstr(row, ": ");

    if (colon == NULL)
        return NULL;
    *colon = '\0';
    g_strchomp(row);
    return g_strstrip(colon + 2);
}

typedef struct {
    GArray *rows; /* CoexPayloadRow, with strings of the parts */
    GHashTable *titles;
    guint n_sections;
    guint n_choices;
} List;

static gboolean
add_section(List *list, char *title, GError **error)
{
    const CoexPayloadRow row = { .section = g_strstrip(title) };

    list->n_sections++;
    g_array_append_val(list->rows, row);
    return check_title(title, COEX_PAYLOAD_ROW_MAX, NULL, error);
}

static gboolean
add_row(List *list, char *part, GError **error)
{
    CoexPayloadRow row = { .description = cut_description(part), .title = part };

    list->n_choices++;
    if (!check_title(row.title, COEX_PAYLOAD_ROW_MAX, list->titles, error) ||
        (row.description != NULL &&
         !check_title(row.description, COEX_PAYLOAD_DESCRIPTION_MAX, NULL, error)))
        return FALSE;
    g_array_append_val(list->rows, row);
    return TRUE;
}

/* Each heading has choices, and where there are several, all choices have one. */
static gboolean
check_sections(const List *list, GError **error)
{
    const CoexPayloadRow *before = NULL;

    for (guint i = 0; i < list->rows->len; i++) {
        const CoexPayloadRow *row = &g_array_index(list->rows, CoexPayloadRow, i);
        const CoexPayloadRow *next =
            i + 1 < list->rows->len ? &g_array_index(list->rows, CoexPayloadRow, i + 1) : NULL;

        if (row->section != NULL && (next == NULL || next->section != NULL)) {
            set_fault(error, _("There is nothing below the heading “%s”."), row->section);
            return FALSE;
        }
        if (row->section == NULL && before == NULL && list->n_sections > 0) {
            set_fault(error,
                      _("“%s” stands below no heading, and others do. Begin with one: # Heading."),
                      row->title);
            return FALSE;
        }
        before = row;
    }
    return TRUE;
}

static gboolean
check_list(const List *list, GError **error)
{
    if (list->n_choices == 0)
        set_fault(error,
                  _("A list is typed as a text, the word on its button and up to %d choices, with "
                    "bars between: Pick a service | Services | Tyre: new or mended | Brakes. A "
                    "part that begins with # is a heading."),
                  COEX_PAYLOAD_ROWS_MAX);
    else if (list->n_choices > COEX_PAYLOAD_ROWS_MAX)
        set_fault(error,
                  COEX_PLURAL("This is %u choice; WhatsApp takes %d. Send two lists.",
                              "These are %u choices; WhatsApp takes %d. Send two lists.",
                              list->n_choices),
                  list->n_choices, COEX_PAYLOAD_ROWS_MAX);
    else
        return check_sections(list, error);
    return FALSE;
}

CoexPayload *
coex_payload_parse_list(const char *words, GError **error)
{
    g_auto(GStrv) values = NULL;
    g_autoptr(GPtrArray) parts = split(words, &values);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(CoexPayloadRow));
    g_autoptr(GHashTable) titles = g_hash_table_new(g_str_hash, g_str_equal);
    List list = { .rows = rows, .titles = titles };

    for (guint i = 2; i < parts->len; i++) {
        char *part = parts->pdata[i];

        if (!(*part == '#' ? add_section(&list, part + 1, error) : add_row(&list, part, error)))
            return NULL;
    }
    if (!check_list(&list, error) ||
        !check_body(parts->pdata[0], COEX_PAYLOAD_LIST_TEXT_MAX, error) ||
        !check_title(parts->pdata[1], COEX_PAYLOAD_BUTTON_MAX, NULL, error))
        return NULL;
    return coex_payload_new_list(parts->pdata[0], parts->pdata[1], rows);
}
