// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/opt-out.h"

#include "core/text.h"
#include <string.h>

#define TEXT_BYTES_MAX 200 /* one that is longer says more than that */
#define WORDS_MAX 100

/* In one spelling, without what is no letter and no digit at both ends. */
static char *
dup_bare(const char *text)
{
    g_autofree char *folded = coex_text_fold(text, TEXT_BYTES_MAX);
    char *start = folded;
    char *end = folded + strlen(folded);

    while (*start != '\0' && !g_unichar_isalnum(g_utf8_get_char(start)))
        start = g_utf8_next_char(start);
    while (end > start && !g_unichar_isalnum(g_utf8_get_char(g_utf8_prev_char(end))))
        end = g_utf8_prev_char(end);
    return g_strndup(start, (gsize)(end - start));
}

static const char *
skip_label(CoexContentKind kind, const char *text)
{
    const char *end = *text == '[' ? strstr(text, "] ") : NULL;

    return kind != COEX_CONTENT_TEXT && end != NULL ? end + strlen("] ") : text;
}

char *
coex_opt_out_find(const char *words, CoexContentKind kind, const char *text)
{
    g_auto(GStrv) list = NULL;
    g_autofree char *said = NULL;

    if (kind != COEX_CONTENT_TEXT && kind != COEX_CONTENT_BUTTON &&
        kind != COEX_CONTENT_INTERACTIVE)
        return NULL;
    text = text != NULL ? skip_label(kind, text) : "";
    if (strlen(text) > TEXT_BYTES_MAX)
        return NULL;
    said = dup_bare(text);
    list = g_strsplit(words, ",", WORDS_MAX);
    for (guint i = 0; *said != '\0' && list[i] != NULL; i++) {
        g_autofree char *word = dup_bare(list[i]);

        if (strcmp(word, said) == 0)
            return g_strstrip(g_strdup(list[i]));
    }
    return NULL;
}
