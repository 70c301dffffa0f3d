// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/report.h"

#include "core/mask.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define NUMBER_MIN 8   /* digits */
#define SHOWN_MAX 1000 /* characters: the provider may say anything */
#define ENDS 2         /* digits left of it on each side */

struct CoexReport {
    char **secrets;
    CoexReportLine line;
    gpointer user_data;
    guint n[COEX_FINDING_UNCHECKED + 1];
};

CoexReport *
coex_report_new(const char *const *secrets, CoexReportLine line, gpointer user_data)
{
    CoexReport *report = g_new0(CoexReport, 1);

    report->secrets = g_strdupv((char **)secrets);
    report->line = line;
    report->user_data = user_data;
    return report;
}

void
coex_report_free(CoexReport *report)
{
    if (report == NULL)
        return;
    g_strfreev(report->secrets);
    g_free(report);
}

/* Bytes at @text that are one number, as "+44 7700 900100" too; how many digits it has. */
static gsize
measure_number(const char *text, guint *ret_digits)
{
    gboolean spaced = *text == '+';
    gsize length = spaced ? 1 : 0;
    gsize end = 0;

    *ret_digits = 0;
    for (;; length++) {
        if (g_ascii_isdigit(text[length])) {
            ++*ret_digits;
            end = length + 1;
        } else if (!(spaced && *ret_digits > 0 && (text[length] == ' ' || text[length] == '-') &&
                     g_ascii_isdigit(text[length + 1]))) {
            return end;
        }
    }
}

char *
coex_report_shorten(const char *text)
{
    GString *out = g_string_new(NULL);

    while (*text != '\0') {
        guint n_digits;
        gsize length = measure_number(text, &n_digits);
        gsize head = ENDS + (*text == '+' ? 1 : 0);

        if (n_digits >= NUMBER_MIN) {
            g_string_append_len(out, text, (gssize)head);
            g_string_append(out, "…");
            g_string_append_len(out, text + length - ENDS, ENDS);
        } else {
            length = MAX(length, 1);
            g_string_append_len(out, text, (gssize)length);
        }
        text += length;
    }
    return g_string_free(out, FALSE);
}

/* Bytes of @text up to the end of an address, or to one of @ends. */
static gsize
measure_address(const char *text, const char *ends)
{
    gsize length = 0;

    while ((guchar)text[length] > ' ' && (guchar)text[length] < 0x7f &&
           strchr("\",;", text[length]) == NULL && strchr(ends, text[length]) == NULL)
        length++;
    return length;
}

/* A path may be somebody's; what stands behind ? is a key, as likely as not. */
static char *
drop_queries(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *address;

    while ((address = strstr(text, "://")) != NULL) {
        gsize plain = measure_address(address, "?#");

        g_string_append_len(out, text, address - text + (gssize)plain);
        text = address + plain;
        if (*text == '?' || *text == '#') {
            g_string_append(out, "?…");
            text += measure_address(text, "");
        }
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static char *
dup_public(const CoexReport *report, const char *text)
{
    g_autofree char *masked =
        report->secrets != NULL ? coex_mask(text, (const char *const *)report->secrets) : NULL;
    g_autofree char *plain = drop_queries(masked != NULL ? masked : text);
    g_autofree char *line = coex_text_excerpt(plain, SHOWN_MAX);

    return coex_report_shorten(line);
}

/* ---- lines ---- */

static const char *
get_mark(CoexFinding finding)
{
    static const char *const marks[] = { NC_("finding", "ok"), NC_("finding", "wrong"),
                                         NC_("finding", "not checked") };

    return g_dpgettext2(GETTEXT_PACKAGE, "finding", marks[finding]);
}

char *
coex_report_dup_line(CoexFinding finding, const char *text)
{
    return g_strdup_printf("%s: %s", get_mark(finding), text);
}

gboolean
coex_report_is_wrong(const char *line)
{
    const char *mark = get_mark(COEX_FINDING_WRONG);

    return g_str_has_prefix(line, mark) && g_str_has_prefix(line + strlen(mark), ": ");
}

void
coex_report_add(CoexReport *report, CoexFinding finding, const char *format, ...)
{
    g_autofree char *text = NULL;
    g_autofree char *shown = NULL;
    g_autofree char *line = NULL;
    va_list args;

    va_start(args, format);
    text = coex_say_args(format, args);
    va_end(args);
    shown = dup_public(report, text);
    line = coex_report_dup_line(finding, shown);
    report->n[finding]++;
    report->line(line, report->user_data);
}

char *
coex_report_dup_end(const CoexReport *report)
{
    guint n_wrong = report->n[COEX_FINDING_WRONG];

    if (n_wrong == 0)
        return g_strdup_printf(_("Nothing wrong was found: %u ok, %u not checked."),
                               report->n[COEX_FINDING_OK], report->n[COEX_FINDING_UNCHECKED]);
    return g_strdup_printf(COEX_PLURAL("%u thing is wrong; %u ok, %u not checked.",
                                       "%u things are wrong; %u ok, %u not checked.", n_wrong),
                           n_wrong, report->n[COEX_FINDING_OK], report->n[COEX_FINDING_UNCHECKED]);
}
