// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "purple/account.h"

/* How a user comes from a closed window to a sent template: find one, give its values, see the
 * finished message, send. Hides the order of the steps and what may change under them (the
 * catalogue, the texts that wait); the steps themselves are shown by a form (prompt.h) or by a
 * dialogue in the conversation (dialogue.h), which look at the fields below and call back in here.
 */

typedef enum {
    COEX_STAGE_IDLE,
    COEX_STAGE_LIST,    /* which template? */
    COEX_STAGE_VALUES,  /* with which values? */
    COEX_STAGE_CONFIRM, /* send this? */
} CoexStage;

typedef struct CoexChoice {
    CoexConnection *login;
    char *name; /* the person */
    CoexStage stage;
    char *parked;            /* the texts that wait for this choice, NULL */
    gboolean decided;        /* the user chose; the session has yet to say that nothing waits */
    gboolean lost;           /* what waited waits no more, and the user did not choose that */
    gboolean seen_closed;    /* the window was closed when the last step was shown */
    gboolean has_news;       /* what waits is not what it was then */
    char *sentence;          /* to say with the next step, NULL; whoever shows it takes it */
    char *query;             /* what is searched for, NULL: everything */
    CoexTemplate *template_; /* from VALUES on */
    char **values;           /* from VALUES on: what is known of them, NULL; at CONFIRM checked */
    CoexTemplate *left;      /* the template that was last gone back from, NULL */
    char **left_values;      /* what was filled in then, NULL */
    gboolean cleaned;        /* at CONFIRM: line breaks and the like were taken out of the values */
    GPtrArray *shown;        /* CoexTemplate in the order of the rows of the last list shown */
    gint default_row;        /* of the form */
    gconstpointer form;      /* the fields of the open form: an address to compare with */
    gboolean awaits_catalogue;
    char *awaited_words; /* coex_choice_start() goes on with them then, NULL */
} CoexChoice;

void coex_choice_free(CoexChoice *choice);

/* The person's choice, idle if there was none. Lives as long as the login. */
CoexChoice *coex_choice_of(CoexConnection *login, const char *name);

/* Whether texts wait for the user's choice. */
gboolean coex_choice_has_parked(CoexChoice *choice);

/* A send met the closed window: asks, or joins @text to the question that is open. */
void coex_choice_park(CoexConnection *login, const char *name, const char *text,
                      const char *reason);
/* Nothing waits any more. A question that is open stays: what is typed into it just then would go
 * where the keys go next, to another person. What is pressed in it is judged then. */
void coex_choice_unpark(CoexConnection *login, const char *name);
/* A catalogue came, or did not: goes on where one was awaited. */
void coex_choice_take_catalogue(CoexConnection *login, const GError *error);

/* Starts anew with "[name] [value | value …]" or words to search for; NULL or "" lists all. */
void coex_choice_start(CoexChoice *choice, const char *words);
/* Lists again, what matches @query. */
void coex_choice_search(CoexChoice *choice, const char *query);
/* Asks the provider for the templates and lists them when they are there. */
void coex_choice_refresh(CoexChoice *choice);
/* Takes a template (borrowed), with values if they are given. */
void coex_choice_pick(CoexChoice *choice, CoexTemplate *template_, const char *const *values);
/* Takes the template's values. */
void coex_choice_fill(CoexChoice *choice, const char *const *values);
/* @text, typed where words to search for were asked, waits with the others. */
void coex_choice_join(CoexChoice *choice, const char *text);
/* One step back from VALUES or CONFIRM; what was filled in stays with the template. */
void coex_choice_back(CoexChoice *choice);
/* Sends what stands at CONFIRM; asks once more if meanwhile the window opened or what waits
 * changed.
 */
void coex_choice_send(CoexChoice *choice);
/* The texts wait until the person writes. */
void coex_choice_hold(CoexChoice *choice);
/* Drops the question; the texts come back as a line. Returns whether there was anything to drop. */
gboolean coex_choice_cancel(CoexChoice *choice);

/* Values as typed, "one | two"; "=" stands for the texts that wait. NULL for none. Free with
 * g_strfreev(). */
char **coex_choice_split(CoexChoice *choice, const char *text);

/* The templates that match the query, best first. Borrowed elements; free with g_ptr_array_unref().
 */
GPtrArray *coex_choice_find(CoexChoice *choice);

/* One row: name, language, first words (at most @max_chars characters of them) and category; or why
 * it cannot be sent. Free with g_free(). */
char *coex_choice_describe(const CoexTemplate *template_, gsize max_chars);

/* A variable as the preview has it, "{{1}}", where it stands, and an example. Free with g_free().
 */
char *coex_choice_describe_variable(const CoexTemplateVariable *variable);
