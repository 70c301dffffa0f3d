// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What was found, a line for each: "ok: …", "wrong: …" with what to do, "not checked: …" with the
 * reason, the marks in the user's language. Made to be shown to anybody: secrets are masked,
 * numbers shortened to their ends, of web addresses nothing behind a ? stands. */

typedef enum {
    COEX_FINDING_OK,
    COEX_FINDING_WRONG,
    COEX_FINDING_UNCHECKED,
} CoexFinding;

typedef struct CoexReport CoexReport;

/* Called with each line, which is borrowed. */
typedef void (*CoexReportLine)(const char *line, gpointer user_data);

/* @secrets: NULL-terminated, copied; NULL or empty ones are none. Free with coex_report_free(). */
CoexReport *coex_report_new(const char *const *secrets, CoexReportLine line, gpointer user_data);
void coex_report_free(CoexReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexReport, coex_report_free)

/* Whole sentences. */
void coex_report_add(CoexReport *report, CoexFinding finding, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* A line as coex_report_add() makes it, of what needs no cleaning. Free with g_free(). */
char *coex_report_dup_line(CoexFinding finding, const char *text);

/* Whether a line is of what is wrong. */
gboolean coex_report_is_wrong(const char *line);

/* How many of each, as a sentence. Free with g_free(). */
char *coex_report_dup_end(const CoexReport *report);

/* @text, which is valid UTF-8, with each number of eight or more digits cut to "44…00". Free with
 * g_free(). */
char *coex_report_shorten(const char *text);
