// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/file-name.h"

#include <string.h>

#define ENDING_MAX 12 /* bytes, with its dot */

/* What WhatsApp carries (Meta: business-phone-numbers/media), with the usual ending first. */
static const struct {
    const char *mime;
    const char *endings[4];
} types[] = {
    { "image/jpeg", { "jpg", "jpeg", "jpe" } },
    { "image/png", { "png" } },
    { "image/webp", { "webp" } },
    { "image/gif", { "gif" } },
    { "video/mp4", { "mp4", "m4v" } },
    { "video/3gpp", { "3gp" } },
    { "audio/ogg", { "ogg", "opus", "oga" } },
    { "audio/mpeg", { "mp3" } },
    { "audio/mp4", { "m4a", "mp4" } },
    { "audio/aac", { "aac" } },
    { "audio/amr", { "amr" } },
    { "text/plain", { "txt", "csv", "log" } },
    { "text/csv", { "csv" } },
    { "text/vcard", { "vcf" } },
    { "application/pdf", { "pdf" } },
    { "application/zip", { "zip" } },
    { "application/msword", { "doc" } },
    { "application/vnd.ms-excel", { "xls", "csv" } },
    { "application/vnd.ms-powerpoint", { "ppt" } },
    { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", { "docx" } },
    { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", { "xlsx" } },
    { "application/vnd.openxmlformats-officedocument.presentationml.presentation", { "pptx" } },
};

/* What Windows and FAT take for devices, whatever ending follows. */
static const char *const devices[] = { "CON",  "PRN",  "AUX",  "NUL",  "COM0", "COM1",
                                       "COM2", "COM3", "COM4", "COM5", "COM6", "COM7",
                                       "COM8", "COM9", "LPT0", "LPT1", "LPT2", "LPT3",
                                       "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9" };

const char *
coex_file_name_get_last_part(const char *path)
{
    const char *last = path;

    for (const char *p = path; p != NULL && *p != '\0'; p++) {
        if (*p == '/' || *p == '\\')
            last = p + 1;
    }
    return last;
}

static gboolean
is_shown(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* what turns the direction of writing, and what nobody sees */
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
        return FALSE;
    default:
        return TRUE;
    }
}

/* One blank for any number of any kind; marks that have a meaning somewhere become "_". */
static char *
clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *name = g_string_new(NULL);

    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR) {
            if (name->len > 0 && name->str[name->len - 1] != ' ')
                g_string_append_c(name, ' ');
        } else if (is_shown(c)) {
            g_string_append_unichar(name, c < 0x80 && strchr("<>:\"|?*/\\", (int)c) ? '_' : c);
        }
    }
    return g_string_free(name, FALSE);
}

/* Neither hidden, nor an option, nor with an end that some systems drop. */
static void
trim(GString *name)
{
    gsize n = strspn(name->str, ".- ~");

    g_string_erase(name, 0, (gssize)n);
    while (name->len > 0 && strchr(". ", name->str[name->len - 1]) != NULL)
        g_string_truncate(name, name->len - 1);
}

static void
cut(GString *name, gsize max)
{
    if (name->len <= max)
        return;
    g_string_truncate(name,
                      (gsize)(g_utf8_find_prev_char(name->str, name->str + max + 1) - name->str));
}

static gboolean
is_device(const char *name)
{
    gsize length = strcspn(name, ". ");

    for (guint i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (strlen(devices[i]) == length && g_ascii_strncasecmp(name, devices[i], length) == 0)
            return TRUE;
    }
    return FALSE;
}

/* With its dot; "" for none. */
static const char *
get_ending(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && dot > name && strlen(dot) <= ENDING_MAX ? dot : "";
}

/* Of some type above. */
static gboolean
is_known_ending(const char *ending)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(types[i].endings) && types[i].endings[j] != NULL; j++) {
            if (g_ascii_strcasecmp(ending, types[i].endings[j]) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* The ending that a name, which ends with @ending, must have for its type; NULL: it is right, or
 * nothing is known. */
static const char *
find_ending(const char *ending, const char *mime)
{
    gsize length = mime != NULL ? strcspn(mime, "; ") : 0;

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strlen(types[i].mime) != length ||
            g_ascii_strncasecmp(types[i].mime, mime, length) != 0)
            continue;
        for (guint j = 0; j < G_N_ELEMENTS(types[i].endings) && types[i].endings[j] != NULL; j++) {
            if (*ending != '\0' && g_ascii_strcasecmp(ending + 1, types[i].endings[j]) == 0)
                return NULL;
        }
        return types[i].endings[0];
    }
    return NULL;
}

/* A part of a path with the ending it needs. */
static char *
finish(const char *text, const char *mime)
{
    g_autofree char *cleaned = clean(text);
    g_autoptr(GString) name = g_string_new(cleaned);
    g_autofree char *ending = NULL;
    const char *right;

    trim(name);
    if (name->len == 0)
        return NULL;
    ending = g_strdup(get_ending(name->str));
    right = find_ending(ending, mime);
    if (right != NULL) {
        g_free(ending);
        ending = g_strconcat(".", right, NULL);
    } else {
        g_string_truncate(name, name->len - strlen(ending));
    }
    cut(name, COEX_FILE_NAME_MAX - ENDING_MAX - 1);
    trim(name);
    if (name->len == 0)
        return NULL;
    if (is_device(name->str))
        g_string_prepend_c(name, '_');
    return g_strconcat(name->str, ending, NULL);
}

char *
coex_file_name_make(const char *told, const char *fallback, const char *mime)
{
    char *name = told != NULL ? finish(coex_file_name_get_last_part(told), mime) : NULL;

    return name != NULL ? name : finish(fallback, mime);
}

char *
coex_file_name_make_own(const char *told, const char *fallback, const char *mime)
{
    g_autofree char *name = coex_file_name_make(told, fallback, NULL);
    const char *ending = get_ending(name);

    if (*ending != '\0' && !is_known_ending(ending + 1))
        return g_steal_pointer(&name);
    return coex_file_name_make(name, fallback, mime);
}

char *
coex_file_name_make_folder(const char *title)
{
    char *name = finish(title, NULL);

    return name != NULL ? name : g_strdup("unknown");
}

char *
coex_file_name_extend(const char *name, const char *words)
{
    const char *ending = get_ending(name);

    return g_strdup_printf("%.*s%s%s", (int)(strlen(name) - strlen(ending)), name, words, ending);
}
