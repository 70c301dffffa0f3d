// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/display.h"

#include "core/message.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/host.h"
#include <string.h>
#include <util.h>

/* ---- addresses become links: by libpurple, which at times spoils what stands around them ---- */

#define LINK "<A HREF=\""

/* Whether a link goes where it says. The chat program decodes its target once more. */
static gboolean
is_honest(const char *target, const char *label)
{
    static const char *const prefixes[] = { "", "http://", "ftp://", "mailto:" };
    g_autofree char *shown = purple_unescape_html(label);
    g_autofree char *opened = purple_unescape_html(target);

    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        gsize length = strlen(prefixes[i]);

        if (strncmp(opened, prefixes[i], length) == 0 && strcmp(opened + length, shown) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Reads a link that stands at @linked for an address at *@html, and goes on behind both; FALSE when
 * it is none. */
static gboolean
read_link(const char **html, const char **linked)
{
    const char *target = *linked + strlen(LINK);
    const char *target_end = strstr(target, "\">");
    const char *label = target_end != NULL ? target_end + 2 : NULL;
    const char *label_end = label != NULL ? strstr(label, "</A>") : NULL;

    if (label_end == NULL)
        return FALSE;

    g_autofree char *to = g_strndup(target, (gsize)(target_end - target));
    g_autofree char *says = g_strndup(label, (gsize)(label_end - label));
    if (!g_str_has_prefix(*html, says) || !is_honest(to, says))
        return FALSE;
    *html += strlen(says);
    *linked = label_end + strlen("</A>");
    return TRUE;
}

/* Whether @linked is @html but for honest links around addresses. */
static gboolean
is_faithful(const char *html, const char *linked)
{
    while (*linked != '\0') {
        if (strncmp(linked, LINK, strlen(LINK)) == 0) {
            if (!read_link(&html, &linked))
                return FALSE;
        } else if (*html++ != *linked++) {
            return FALSE;
        }
    }
    return *html == '\0';
}

static guint
count_tags(const char *html)
{
    guint n = 0;

    for (const char *p = strchr(html, '<'); p != NULL; p = strchr(p + 1, '<'))
        n++;
    return n;
}

/* ---- one line of HTML ---- */

/* As much as the chat program takes: first the links go that libpurple would make (it makes those
 * it knows by itself), then line breaks come without tags, the marks last. */
static char *
fit(const CoexHost *host, const char *text, CoexTextFlags base, gsize max_bytes,
    PurpleMessageFlags *flags)
{
    static const struct {
        CoexTextFlags flags;
        gboolean links;

    } ways[] = {
        { 0, TRUE },
        { 0, FALSE },
        { COEX_TEXT_RAW_BREAKS, TRUE },
        { COEX_TEXT_RAW_BREAKS, FALSE },
        { COEX_TEXT_RAW_BREAKS | COEX_TEXT_NO_MARKS, FALSE },
    };
    g_autofree char *html = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_free(html);
        html = coex_text_to_html_as(text, base | ways[i].flags);
        g_autofree char *linked = ways[i].links ? purple_markup_linkify(html) : g_strdup(html);

        if (count_tags(linked) > host->max_tags || strlen(linked) > max_bytes ||
            !is_faithful(html, linked))
            continue;
        if (!ways[i].links)
            *flags |= PURPLE_MESSAGE_NO_LINKIFY;
        break;
    }
    return g_steal_pointer(&html);
}

/* ---- lines that stand alone ---- */

#define IRC_LINE 509 /* bytes of a line with all that IRC puts before the text */
/* Time, two nicks, the number's account and the words between them; the name comes beside. */
#define IRC_OVERHEAD 150
#define BITLBEE_LINE 400 /* it breaks lines at 425 by itself */

static gsize
measure_room(const char *name)
{
    return (gsize)CLAMP(IRC_LINE - IRC_OVERHEAD - (int)strlen(name), 100, BITLBEE_LINE);
}

/* ---- whose line it is ---- */

char *
coex_display_dup_author(const char *text, gsize *ret_length)
{
    const char *author = coex_echo_get_author(text);
    g_autofree char *desk = coex_echo_dup_desk(text);

    *ret_length = coex_echo_get_mark_length(text);
    if (*ret_length == 0)
        return NULL;
    if (desk != NULL)
        /* Translators: %s is the name of another desk, whose user wrote the message */
        return coex_say(_("[desk %s]"), desk);
    return strcmp(author, COEX_BY_AGENT) == 0 ? g_strdup(_("[by the Business Agent]"))
                                              : g_strdup(_("[by a bot]"));
}

/* ---- the two kinds ---- */

char *
coex_display_text(const CoexHost *host, const char *name, const char *text,
                  PurpleMessageFlags *flags)
{
    CoexTextFlags base = host->strikes ? 0 : COEX_TEXT_NO_STRIKE;

    if (host->notice != COEX_NOTICE_SYSTEM)
        return coex_text_to_html_lines(
            text, base, host->notice == COEX_NOTICE_IM ? measure_room(name) : G_MAXINT);
    if (host->max_tags > 0)
        return fit(host, text, base, G_MAXSIZE, flags);
    return coex_text_to_html_as(text, base);
}

static gboolean
all_fit(const CoexHost *host, char **parts)
{
    for (char **part = parts; *part != NULL; part++) {
        g_autofree char *html = coex_text_escape(*part);

        if (strlen(html) > host->max_line)
            return FALSE;
    }
    return TRUE;
}

/* In as few parts as the chat program takes whole: a character is at most six bytes of HTML. */
static char **
split_line(const CoexHost *host, const char *text)
{
    g_autofree char *clean = coex_text_clean(text);
    g_autofree char *html = coex_text_escape(clean);
    char **parts;

    if (strlen(html) <= host->max_line)
        return g_strsplit(clean, "\v", 1); /* no such character in it: one part */
    parts = coex_text_split(clean, host->max_line);
    for (guint share = 2; share <= 6 && !all_fit(host, parts); share++) {
        g_strfreev(parts);
        parts = coex_text_split(clean, host->max_line / share);
    }
    return parts;
}

GPtrArray *
coex_display_line(const CoexHost *host, const char *name, const char *text,
                  PurpleMessageFlags *flags)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = NULL;

    if (host->notice != COEX_NOTICE_SYSTEM) {
        gsize room = host->notice == COEX_NOTICE_IM ? measure_room(name) : G_MAXINT;
        g_autofree char *marked = coex_text_mark_lines(text, room);

        g_ptr_array_add(lines, coex_text_escape(marked));
        return lines;
    }
    if (host->max_tags == 0) {
        g_ptr_array_add(lines, coex_text_escape(text));
        return lines;
    }
    parts = split_line(host, text);
    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(lines, fit(host, *part, COEX_TEXT_NO_MARKS, host->max_line, flags));
    return lines;
}
