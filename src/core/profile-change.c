// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/profile-change.h"

#include "core/api-word.h"
#include "core/error.h"
#include "core/profile.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define WORD_MAX 60

static const CoexProfilePart parts[] = {
    { "about", "about", N_("About"), 139 },
    { "address", "address", N_("Address"), 256 },
    { "description", "description", N_("Description"), 512 },
    { "email", "mail", N_("Mail"), 128 },
    { "websites", "web", N_("Web"), 256 },
    { "vertical", "vertical", N_("Line of business"), WORD_MAX },
    { NULL, NULL, NULL, 0 },
};

const CoexProfilePart *
coex_profile_list_parts(void)
{
    return parts;
}

const CoexProfilePart *
coex_profile_find_part(const char *word)
{
    for (const CoexProfilePart *part = parts; part->name; part++) {
        if (g_ascii_strcasecmp(word, part->name) == 0 || g_ascii_strcasecmp(word, part->typed) == 0)
            return part;
    }
    return NULL;
}

/* ---- checking ---- */

static void set_fault(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
set_fault(GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = coex_say_args(format, args);
    va_end(args);
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, text);
}

static gboolean
check_length(const CoexProfilePart *part, const char *value, GError **error)
{
    glong n = g_utf8_strlen(value, -1);

    if (n <= part->max)
        return TRUE;
    set_fault(error,
              /* Translators: a part of the profile, such as "About" */
              COEX_PLURAL("%s has %ld character; WhatsApp takes %ld. Make it shorter.",
                          "%s has %ld characters; WhatsApp takes %ld. Make it shorter.", (gulong)n),
              _(part->label), n, part->max);
    return FALSE;
}

static gboolean
check_mail(const char *value, GError **error)
{
    const char *at = strchr(value, '@');

    if (*value == '\0' || (at > value && at && strchr(at + 1, '.') > at + 1 &&
                           !strchr(at + 1, '@') && !strpbrk(value, " \t,;<>")))
        return TRUE;
    set_fault(error, _("“%s” is no mail address. Write one, as in hello@example.org."), value);
    return FALSE;
}

static gboolean
is_website(const char *value)
{
    g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    const char *host = uri ? g_uri_get_host(uri) : NULL;

    return (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0) && host && *host;
}

/* Between blanks or commas. NULL: not as WhatsApp takes them. */
static char *
check_websites(const CoexProfilePart *part, const char *value, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(value, " \t\n,", -1);
    GString *joined = g_string_new(NULL);
    guint n = 0;

    for (char **word = words; *word; word++) {
        if (**word == '\0')
            continue;
        if (++n > COEX_PROFILE_WEBSITES_MAX)
            set_fault(error,
                      COEX_PLURAL("WhatsApp takes %d website. Leave the others out.",
                                  "WhatsApp takes %d websites. Leave the others out.",
                                  COEX_PROFILE_WEBSITES_MAX),
                      COEX_PROFILE_WEBSITES_MAX);
        else if (!is_website(*word))
            set_fault(error,
                      _("“%s” is no web address. Write it in full, as in https://example.org."),
                      *word);
        else if (check_length(part, *word, error)) {
            g_string_append_printf(joined, "%s%s", joined->len > 0 ? " " : "", *word);
            continue;
        }
        g_string_free(joined, TRUE);
        return NULL;
    }
    return g_string_free(joined, FALSE);
}

/* Meta's list of them grows: it is asked, once the word has their shape. */
static char *
check_vertical(const char *value, GError **error)
{
    g_autofree char *word = g_ascii_strup(value, -1);

    g_strdelimit(word, " -", '_');
    if (*word != '\0' && word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0')
        return g_steal_pointer(&word);
    set_fault(error, _("The line of business is a word of Meta's, as RETAIL, RESTAURANT, HEALTH, "
                       "PROF_SERVICES or OTHER."));
    return NULL;
}

char *
coex_profile_check(const CoexProfilePart *part, const char *typed, GError **error)
{
    g_autofree char *clean = coex_text_clean(typed);
    g_autofree char *value = g_strdup(g_strstrip(clean));

    if (strcmp(value, "-") == 0)
        *value = '\0';
    if (strcmp(part->name, "websites") == 0)
        return check_websites(part, value, error);
    if (!check_length(part, value, error))
        return NULL;
    if (strcmp(part->name, "vertical") == 0)
        return check_vertical(value, error);
    if (strcmp(part->name, "about") == 0 && coex_text_is_blank(value)) {
        set_fault(error, _("WhatsApp does not take an empty About. Write at least one character."));
        return NULL;
    }
    if (strcmp(part->name, "email") == 0 && !check_mail(value, error))
        return NULL;
    return g_steal_pointer(&value);
}

/* ---- what stands there ---- */

char *
coex_profile_dup_value(const CoexProfile *profile, const CoexProfilePart *part)
{
    const char *values[] = { profile->about, profile->address, profile->description, profile->email,
                             NULL,           profile->vertical };
    gsize index = (gsize)(part - parts);
    g_autofree char *websites = g_strjoinv(" ", profile->websites);

    return coex_text_clean(values[index] ? values[index] : websites);
}

char **
coex_profile_describe(const CoexProfile *profile)
{
    g_autoptr(GStrvBuilder) facts = g_strv_builder_new();

    for (const CoexProfilePart *part = parts; part->name; part++) {
        g_autofree char *value = coex_profile_dup_value(profile, part);
        gboolean is_word = strcmp(part->name, "vertical") == 0;
        g_autofree char *line = is_word ? coex_api_word_dup(COEX_API_WORD_VERTICAL, value)
                                        : coex_text_excerpt(value, 2 * (gsize)part->max + 1);

        if (*line == '\0')
            continue;
        g_strv_builder_add(facts, _(part->label));
        g_strv_builder_add(facts, line);
    }
    return g_strv_builder_end(facts);
}
