// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include <glib.h>

/* An approved message template: what values it needs, whether they fit, how the message will look,
 * and the components of the request. Hides the definitions of both providers (Meta:
 * templates/components). */

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexJsonWriter CoexJsonWriter;

typedef enum {
    COEX_VALUE_TEXT, /* of header or body */
    COEX_VALUE_CODE, /* one-time password: in the body and behind a button */
    COEX_VALUE_FILE, /* of a picture, video or document header: its https address, its path,
                        which begins with /, or, of the message itself, COEX_VALUE_HELD */
    COEX_VALUE_LATITUDE,
    COEX_VALUE_LONGITUDE,
    COEX_VALUE_PLACE, /* its name */
    COEX_VALUE_ADDRESS,
    COEX_VALUE_EXPIRATION, /* of an offer: day and time */
    COEX_VALUE_LINK,       /* how a button's address ends */
    COEX_VALUE_COUPON,
    COEX_VALUE_PAYLOAD, /* what the tap on a quick reply carries beside its label */
    COEX_VALUE_FLOW_TOKEN,
    COEX_VALUE_FLOW_DATA, /* "name=value, name=value" */
} CoexTemplateValue;

#define COEX_VALUE_HELD "=" /* the file that is held for the person */

typedef struct CoexTemplateVariable {
    CoexTemplateValue kind;
    char *name;    /* TEXT: parameter_name of a NAMED template, "1", "2" … of a positional one */
    char *label;   /* what it is for people: "{{1}}", "end of the link [Track]" */
    char *example; /* from the definition, NULL */
    gboolean in_header; /* its text's */
    gboolean in_body;
    gboolean optional; /* may stay empty */
    gboolean unasked;  /* optional, and seldom wanted: nobody is asked for it */
    int card;          /* of a carousel, from 0; -1: of the message itself */
    int button;        /* among all of its buttons, from 0; -1: of none */
} CoexTemplateVariable;

typedef struct CoexTemplate {
    char *name;
    char *language;     /* "de", "en_US" */
    char *category;     /* upper case: MARKETING, UTILITY, AUTHENTICATION; "" when not told */
    char *status;       /* upper case: APPROVED …; "" when not told */
    char *quality;      /* upper case: GREEN, YELLOW, RED …; "" when not told */
    gboolean named;     /* NAMED parameters */
    const char *header; /* text of a text header, NULL */
    const char *body;
    const char *footer;   /* NULL */
    char **buttons;       /* labels, NULL-terminated, never NULL */
    GPtrArray *variables; /* CoexTemplateVariable, in the order of the message: header, offer, body
                             in order of first appearance (positional: by number), buttons, cards;
                             then those that nobody is asked for. Never NULL. A name that stands in
                             header and body is there once, a number counts in each by itself */
    char *obstacle;       /* why it cannot be sent from here, and what to do; NULL if it can */
} CoexTemplate;

/* Immutable after parsing, counted; any thread may hold one. */
CoexTemplate *coex_template_ref(const CoexTemplate *template_);
void coex_template_unref(CoexTemplate *template_);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexTemplate, coex_template_unref)

/* Reads one definition in either provider's shape (case of status, type and format varies). NULL
 * and COEX_ERROR_PROTOCOL when it has no name, language or body. */
CoexTemplate *coex_template_parse(const CoexJsonAt *definition, GError **error);

/* Whether it may be sent: APPROVED (in any case) and not AUTO_GENERATED. */
gboolean coex_template_is_approved(const CoexTemplate *template_);
/* Whether it is listed: such, also PAUSED and DISABLED, which is then its obstacle. Unsendable ones
 * with an obstacle are listed with the reason. */
gboolean coex_template_is_listed(const CoexTemplate *template_);

/* One value per variable, in the variables' order, "" for what is optional and was left out; those
 * at the end may be missing. Cleaned: newlines and tabs to one blank, runs of blanks to one (code
 * 132018), ends trimmed; numbers with a point, times with their zone, of a button's address what
 * follows the part that is fixed. @ret_cleaned tells whether a text changed more than at its ends
 * (may be NULL). @now: seconds since 1970, for what must not have passed.
 * COEX_ERROR_INVALID_INPUT, with a sentence, when one is missing or not what it must be, when there
 * are too many, or when the text gets too long with them (132005). Free with g_strfreev(). */
char **coex_template_check_values(const CoexTemplate *template_, const char *const *values,
                                  gint64 now, gboolean *ret_cleaned, GError **error);

/* How many of the variables the user is asked for: the first ones. */
guint coex_template_count_asked(const CoexTemplate *template_);

/* Whether there are as many values (kept from an earlier check) as the template takes. */
gboolean coex_template_takes(const CoexTemplate *template_, const char *const *values);

/* Whether @text is sent with the template: one of @values (NULL: none) is it, as it stands or on
 * one line, or the body with the values in it. */
gboolean coex_template_carries(const CoexTemplate *template_, const char *const *values,
                               const char *text);

/* The finished message as plain text with line breaks: header, offer, body, footer, "[button]"s
 * with what is behind those that take a value, cards, with the values cleaned as they will be sent.
 * Missing and blank values stay as {{name}}. @values may be NULL or shorter. Free with g_free(). */
char *coex_template_preview(const CoexTemplate *template_, const char *const *values);
/* The same whatever the user's language is: to be kept, and compared with what is said later. Free
 * with g_free(). */
char *coex_template_dup_wording(const CoexTemplate *template_, const char *const *values);

/* The definition as it came, as JSON text: for keeping. Borrowed. */
const char *coex_template_get_definition(const CoexTemplate *template_);

/* The cost class (Meta: pricing): "billed as utility"; @is_free: the person's free entry point goes
 * on, which covers every category. Static. */
const char *coex_template_get_cost(const CoexTemplate *template_, gboolean is_free);

/* The index of the value of @card (-1: the message itself) that is a path or COEX_VALUE_HELD; -1:
 * none is. */
int coex_template_find_file(const CoexTemplate *template_, int card, const char *const *values);
/* Whether the header of @card (-1: the message itself) shows a file; @ret_kind: what it must be. */
gboolean coex_template_shows_file(const CoexTemplate *template_, int card, CoexMediaKind *ret_kind);
/* Of its carousel; 0: it has none. */
guint coex_template_count_cards(const CoexTemplate *template_);

/* Writes the member "template" of a send (name, language, components) with checked values. @media:
 * the uploaded files of the message's header and of each card's, NULL where there is none, or one
 * with an address; NULL: there are none at all. */
void coex_template_write(const CoexTemplate *template_, const char *const *values,
                         const CoexMedia *const *media, CoexJsonWriter *writer);
