// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How a user comes from a closed window to a sent template: find one, give its values, see the
 * finished message, send. Hides the order of the steps and what may change under them (the
 * catalogue, the texts that wait); the steps are shown by a face, of which there are two, a form
 * (template-form.h) and a chat (template-chat.h): they look at the fields below and call back in
 * here. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPicker CoexPicker;
typedef struct CoexTemplate CoexTemplate;
typedef struct CoexTemplateVariable CoexTemplateVariable;

typedef enum {
    COEX_STAGE_IDLE,
    COEX_STAGE_LIST,    /* which template? */
    COEX_STAGE_VALUES,  /* with which values? */
    COEX_STAGE_CONFIRM, /* send this? */
} CoexStage;

/* How the steps are shown; static. */
typedef struct CoexTemplateFace {
    /* Shows the picker at this stage, in the place of the one before; NULL for IDLE. */
    void (*show[COEX_STAGE_CONFIRM + 1])(CoexPicker *picker);
    /* Says in the conversation where it is shown, if it was shown without a key of the user's and
     * may not be seen. NULL: it is seen. */
    void (*point_at)(CoexPicker *picker);
    /* Whether the user is being asked what to do with a text that waits. */
    gboolean (*is_asked)(const CoexPicker *picker);
    /* At VALUES: what is typed before a value that is asked for, to be freed. NULL: nothing, a
     * value goes into its field. */
    char *(*dup_verb)(const CoexPicker *picker);
    gboolean takes_keys;      /* what is typed just then goes into it: it is shown on demand only */
    gboolean is_closed_after; /* once the picker is idle nothing of it stands on the screen */
} CoexTemplateFace;

struct CoexPicker {
    CoexConnection *connection;
    const char *name; /* the contact's */
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
    guint look;              /* at VALUES: number of the files' check that goes on, 0: none does */
    CoexTemplate *left;      /* the template that was last gone back from, or sent, NULL */
    char **left_values;      /* what was filled in then, NULL */
    gboolean failed;         /* the one left was sent for what waits, and did not go */
    CoexTemplate *sent;      /* the template sent last, NULL */
    char **sent_values;
    gboolean warned;    /* at CONFIRM: it was said that they want no marketing */
    gboolean cleaned;   /* at CONFIRM: line breaks and the like were taken out of the values */
    GPtrArray *shown;   /* CoexTemplate in the order of the rows of the last list shown */
    gint default_row;   /* of the form */
    guint confirm_row;  /* at CONFIRM: the first of the lines that the form shows */
    gconstpointer form; /* the fields of the open form: an address to compare with */
    gboolean reopens;   /* once the text typed there waits with the others */
    gboolean awaits_catalogue;
    char *awaited_words; /* coex_picker_start() goes on with them then, NULL */
};

/* For one contact, whose @name outlives it. */
CoexPicker *coex_picker_new(CoexConnection *connection, const char *name);
void coex_picker_free(CoexPicker *picker);

/* Whether texts wait for the user's choice. */
gboolean coex_picker_has_parked(CoexPicker *picker);

/* A send met the closed window: asks, or joins @text to the question that is open. A form is not
 * opened for it, since who goes on typing would type into that: a line says how to choose. */
void coex_picker_park(CoexPicker *picker, const char *text, const char *reason);
/* Nothing waits any more. A question that is open stays: what is typed into it just then would go
 * where the keys go next, to another person. What is pressed in it is judged then. */
void coex_picker_unpark(CoexPicker *picker);
/* What was sent to them, @text, did not go: of a template its values are offered again. */
void coex_picker_note_failed(CoexPicker *picker, const char *text);
/* A catalogue came, or did not: goes on if one is awaited. */
void coex_picker_take_catalogue(CoexPicker *picker, const GError *error);

/* Starts anew with "[name] [value | value …]" or words to search for; NULL or "" lists all. */
void coex_picker_start(CoexPicker *picker, const char *words);
/* Lists again, what matches @query. */
void coex_picker_search(CoexPicker *picker, const char *query);
/* Asks the provider for the templates and lists them when they are there. */
void coex_picker_refresh(CoexPicker *picker);
/* Takes a template (borrowed), with values if they are given. */
void coex_picker_pick(CoexPicker *picker, CoexTemplate *template_, const char *const *values);
/* Takes the template's values. */
void coex_picker_fill(CoexPicker *picker, const char *const *typed);
/* @text, typed where words to search for were asked, waits with the others. */
void coex_picker_join(CoexPicker *picker, const char *text);
/* One step back from VALUES or CONFIRM; what was filled in stays with the template. */
void coex_picker_back(CoexPicker *picker);
/* Sends what stands at CONFIRM; asks once more if meanwhile the window opened, what waits changed,
 * or they have come to want no marketing. */
void coex_picker_send(CoexPicker *picker);
/* The texts wait until the person writes. */
void coex_picker_hold(CoexPicker *picker);
/* Drops the question; the texts come back as a line. Returns whether there was anything to drop. */
gboolean coex_picker_cancel(CoexPicker *picker);

/* The templates that match the query, best first; without one, those that say what waits, then
 * those that were sent lately. Marketing last for whom it cannot reach. Borrowed elements; free
 * with g_ptr_array_unref().
 */
GPtrArray *coex_picker_find(CoexPicker *picker);

/* In a few words, why the template should not be sent to them, marketing to who wants none or
 * cannot get it; NULL: it may. Static. */
const char *coex_picker_get_reservation(const CoexPicker *picker, const CoexTemplate *template_);

/* At CONFIRM: what speaks against sending the chosen template, NULL: nothing. Static. */
const char *coex_picker_get_objection(const CoexPicker *picker);

/* At CONFIRM: the category of the chosen template, and what it costs: "utility, billed as utility:
 * EUR 0.0456". Free with g_free(). */
char *coex_picker_dup_cost(const CoexPicker *picker);
/* At CONFIRM: that the phone is free, once nothing from here is; NULL: nothing. Static. */
const char *coex_picker_get_cost_hint(const CoexPicker *picker);

/* Whether a file is held for them that the chosen template shows. */
gboolean coex_picker_has_held_file(const CoexPicker *picker);

/* Why a template with an obstacle is not chosen, as a sentence. Free with g_free(). */
char *coex_picker_dup_refusal(const CoexTemplate *template_);

/* One row: name, language, first words (at most @max_chars characters of them) and category; or why
 * it cannot be sent. Free with g_free(). */
char *coex_picker_describe(const CoexPicker *picker, const CoexTemplate *template_,
                           gsize max_chars);

/* What a value is for, "{{1}}", "end of the link [Track]", and an example. Free with g_free(). */
char *coex_picker_describe_variable(const CoexPicker *picker, const CoexTemplateVariable *variable);

/* A line that asks what to do with the text that waits, of which @before waited already (NULL:
 * nothing did), after @reason, which may be NULL. What was typed has gone from the entry box, so it
 * is repeated. */
void coex_picker_tell_waiting(CoexPicker *picker, const char *before, const char *reason);
/* A line: the templates could not be fetched. */
void coex_picker_tell_no_catalogue(CoexPicker *picker, const GError *error);
