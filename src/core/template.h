// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* An approved message template: what values it needs, whether they fit, how the message will look,
 * and the components of the request. Hides the definitions of both providers (Meta:
 * templates/components). */

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexJsonWriter CoexJsonWriter;

typedef struct CoexTemplateVariable {
    char *name;    /* parameter_name of a NAMED template, "1", "2" … of a positional one */
    char *example; /* from the definition, NULL */
    gboolean in_header;
    gboolean in_body;
} CoexTemplateVariable;

typedef struct CoexTemplate {
    char *name;
    char *language; /* "de", "en_US" */
    char *category; /* upper case: MARKETING, UTILITY, AUTHENTICATION; "" when not told */
    char *status;   /* upper case: APPROVED …; "" when not told */
    gboolean named; /* NAMED parameters */
    char *header;   /* text of a text header, NULL */
    char *body;
    char *footer;         /* NULL */
    char **buttons;       /* labels, NULL-terminated, never NULL */
    GPtrArray *variables; /* CoexTemplateVariable, header first, then body in order of first
                             appearance (positional: by number); never NULL. A name that stands in
                             both is there once, a number counts in each by itself */
    char *obstacle; /* why this version cannot send it ("needs a picture", "needs a link address"
                       …), NULL if it can */
} CoexTemplate;

/* Immutable after parsing, counted; any thread may hold one. */
CoexTemplate *coex_template_ref(const CoexTemplate *template_);
void coex_template_unref(CoexTemplate *template_);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexTemplate, coex_template_unref)

/* Reads one definition in either provider's shape (case of status, type and format varies). NULL
 * and COEX_ERROR_PROTOCOL when it has no name, language or body. */
CoexTemplate *coex_template_parse(const CoexJsonAt *definition, GError **error);

/* Whether it may be offered: APPROVED (in any case) and not AUTO_GENERATED. Unsendable ones with an
 * obstacle are offered with the reason. */
gboolean coex_template_is_approved(const CoexTemplate *template_);

/* One value per variable, in the variables' order, cleaned (newlines and tabs to one blank, runs of
 * blanks to one: code 132018, ends trimmed). @ret_cleaned tells whether a value changed more than
 * at its ends (may be NULL). COEX_ERROR_INVALID_INPUT naming the variable when one is missing or
 * empty, or there are too many. Free with g_strfreev(). */
char **coex_template_check_values(const CoexTemplate *template_, const char *const *values,
                                  gboolean *ret_cleaned, GError **error);

/* Whether one of @values (NULL: none) is @text, as it stands or on one line. */
gboolean coex_template_values_have(const char *const *values, const char *text);

/* The finished message as plain text with line breaks: header, body, footer, "[button]"s, with the
 * values cleaned as they will be sent. Missing and blank values stay as {{name}}. @values may be
 * NULL or shorter. Free with g_free(). */
char *coex_template_preview(const CoexTemplate *template_, const char *const *values);

/* The definition as it came, as JSON text: for keeping. Borrowed. */
const char *coex_template_get_definition(const CoexTemplate *template_);

/* "marketing, billed" and so on: category and cost class (Meta: pricing). Static. */
const char *coex_template_get_cost(const CoexTemplate *template_);

/* Writes the member "template" of a send (name, language, components) with checked values. */
void coex_template_write(const CoexTemplate *template_, const char *const *values,
                         CoexJsonWriter *writer);
