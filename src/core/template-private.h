// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/template.h"

/* A template's inside, shared by template.c (definitions), template-variables.c (which values),
 * template-fill.c (texts with their
 * values), template-values.c (whether values fit) and template-write.c (what is sent). */

typedef struct {
    const char *type; /* upper case, static: "URL" …; "OTP" also of a URL that carries the code */
    char *label;      /* NULL */
    char *url;        /* NULL */
} CoexTemplateButton;

/* The message itself, or a card of a carousel. */
typedef struct {
    int card;           /* -1: the message */
    char *header;       /* text, NULL */
    const char *file;   /* "image", "video", "document": what the header shows; NULL */
    gboolean place;     /* the header shows a place */
    char *offer;        /* text of a limited-time offer, NULL */
    gboolean expires;   /* the offer does */
    char *body;         /* NULL only of a card */
    char *footer;       /* NULL */
    GPtrArray *buttons; /* CoexTemplateButton */
} CoexTemplatePart;

/* The public part first, so that one pointer serves as both. */
typedef struct {
    CoexTemplate public;
    char *definition; /* JSON as it came */
    gboolean auto_generated;
    GPtrArray *obstacles; /* static strings, while parsing */
    GPtrArray *parts;     /* CoexTemplatePart: the message, then its cards */
} CoexTemplateInside;

typedef struct CoexJsonAt CoexJsonAt;

/* @needs: static, why it cannot be sent. */
void coex_template_add_obstacle(CoexTemplateInside *self, const char *needs);

/* What is done with the message, then with each card of its carousel, and their components. */
typedef void (*CoexTemplateVisitor)(CoexTemplateInside *self, CoexTemplatePart *part,
                                    const CoexJsonAt *components);
void coex_template_visit_parts(CoexTemplateInside *self, const CoexJsonAt *components,
                               CoexTemplateVisitor visit);

/* Once all texts are known: which variables, with what examples. @parameter_format: NULL: not told.
 */
void coex_template_read_variables(CoexTemplateInside *self, const char *parameter_format,
                                  const CoexJsonAt *components);

/* Finds the next `{{name}}`, blanks around the name allowed, in @text. @ret_start and @ret_end: its
 * place; FALSE when there is none. Free @ret_name with g_free(). */
gboolean coex_template_find_placeholder(const char *text, const char **ret_start,
                                        const char **ret_end, char **ret_name);
/* Whether @name is one of a positional template. */
gboolean coex_template_is_number(const char *name);
/* The index of the variable of a text of @card, -1 if there is none. */
int coex_template_find_variable(const CoexTemplate *template_, int card, const char *name,
                                gboolean in_header);

/* The value of that kind of a part and its button (-1: of none), "" when there is none. @values
 * may be NULL. Borrowed. */
const char *coex_template_get_value(const CoexTemplate *template_, const CoexTemplatePart *part,
                                    CoexTemplateValue kind, int button, const char *const *values);

/* Whether a file is given by its path. */
gboolean coex_template_is_path(const char *value);

/* One text of @part with the values in their places; of those that are missing the names. Free
 * with g_free(). */
char *coex_template_fill(const CoexTemplate *template_, const CoexTemplatePart *part,
                         gboolean in_header, const char *const *values);

/* @value as it is sent: on one line with single blanks and nothing at its ends; a file's only
 * without those. @ret_cleaned is set to TRUE if more than the ends changed. Free with g_free(). */
char *coex_template_clean(CoexTemplateValue kind, const char *value, gboolean *ret_cleaned);
/* An offer's end as coex_template_check_values() gave it, or as typed: "2026-12-24 18:00", local
 * time, also with a zone, "+01:00", behind; a day alone ends with it; also "24.12.2026 18:00".
 * Seconds since 1970, 0: it is none. */
gint64 coex_template_read_time(const char *text);
