// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* JSON from strangers, read through field tables; and a writer. Depth, nodes and keys are counted
 * (core/json-tree.h), lone surrogates are repaired, each string is valid UTF-8 without NUL, numbers
 * are bounded, and an empty document is an error, not NULL. Hides json-glib, which writes; nothing
 * else in the project calls it.
 *
 * A value is looked at through a CoexJsonAt, a cursor that lives on the caller's stack and borrows
 * the document. Its chain of parents gives an error its path, as in
 * `entry[0].changes[2].value.metadata: missing`. */

typedef struct CoexJson CoexJson;

typedef struct CoexJsonAt CoexJsonAt;
struct CoexJsonAt {
    const CoexJsonAt *parent; /* NULL at the root */
    const char *name;         /* key in the parent, NULL for an array element */
    guint index;              /* position in the parent array */
    CoexJson *doc;            /* borrowed */
    gconstpointer node;       /* of the document's tree, borrowed; NULL: absent */
};

/* Parses @length bytes. Free with coex_json_free(). COEX_ERROR_PROTOCOL for anything that is not
 * one JSON object or array within the limits. Invalid bytes, lone surrogates and \u0000 become
 * U+FFFD, numbers out of range the greatest in range. Not for the main thread: 3 MB take 10 ms. */
CoexJson *coex_json_parse(const char *bytes, gsize length, GError **error);
void coex_json_free(CoexJson *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexJson, coex_json_free)

/* The cursor of the root; @doc must outlive it. */
CoexJsonAt coex_json_root(CoexJson *doc);

typedef enum {
    COEX_JSON_STRING, /* const char *, borrowed from the document */
    COEX_JSON_TEXT,   /* const char *: a string, or a number or boolean as its text (ids that come
                         either way) */
    COEX_JSON_INT,    /* gint64: an integer, or a string that is one (timestamps come either way) */
    COEX_JSON_DOUBLE, /* double: any number, or a string that is one */
    COEX_JSON_BOOL,   /* gboolean */
    COEX_JSON_OBJECT, /* CoexJsonAt */
    COEX_JSON_ARRAY,  /* CoexJsonAt */
    COEX_JSON_ANY,    /* CoexJsonAt, whatever it is */
} CoexJsonType;

typedef enum {
    COEX_JSON_OPTIONAL, /* absent, null or of a wrong type: the member keeps what it had, a cursor
                           !exists */
    COEX_JSON_STRICT,   /* may be absent or null, but of another type is an error */
    COEX_JSON_REQUIRED,
} CoexJsonNeed;

typedef struct {
    const char *name;
    CoexJsonType type;
    gsize offset; /* of the member in the struct */
    CoexJsonNeed need;
} CoexJsonField;

/* Ends a field table. */
#define COEX_JSON_END                                                                              \
    {                                                                                              \
        NULL, COEX_JSON_ANY, 0, COEX_JSON_OPTIONAL                                                 \
    }

/* Fills @out (the caller zeroed it or set defaults) from the object at @at by @fields. A missing
 * object reads like an empty one. FALSE and COEX_ERROR_PROTOCOL with the path when a required
 * member is absent or of a wrong type. Strings and cursors borrow the document. The cursors point
 * at @at as parent, so @at must outlive them. */
gboolean coex_json_read(const CoexJsonAt *at, const CoexJsonField *fields, gpointer out,
                        GError **error);

gboolean coex_json_at_exists(const CoexJsonAt *at);
gboolean coex_json_at_is_object(const CoexJsonAt *at);
gboolean coex_json_at_is_array(const CoexJsonAt *at);

/* Whether nothing is in it: also TRUE for what is neither object nor array. */
gboolean coex_json_at_is_empty(const CoexJsonAt *at);

/* Number of elements of an array, 0 for anything else. */
guint coex_json_length(const CoexJsonAt *at);

/* The element @index of an array (a cursor that !exists when out of range or no array). */
CoexJsonAt coex_json_element(const CoexJsonAt *array, guint index);

/* The member @name of an object; it !exists when absent. For open sets of keys; else use a table.
 */
CoexJsonAt coex_json_member(const CoexJsonAt *object, const char *name);

/* The keys of an object, in the document's order, borrowed from the document. Free the array with
 * g_free(); NULL-terminated. */
const char **coex_json_keys(const CoexJsonAt *object);

/* The value itself as text: a string as it is, numbers and booleans printed; NULL for null,
 * objects, arrays and absent. Borrowed. */
const char *coex_json_text(const CoexJsonAt *at);

/* The member @name of an object as text, as coex_json_text() gives it. Borrowed. */
const char *coex_json_member_text(const CoexJsonAt *object, const char *name);

/* The value as an integer (also of a string that is one), or @fallback. */
gint64 coex_json_int(const CoexJsonAt *at, gint64 fallback);

/* Compact JSON text of the value, for keeping it; "null" for nothing. Free with g_free(). */
char *coex_json_dup(const CoexJsonAt *at);

/* Writer: names are NULL inside arrays; misuse (unbalanced) is a programming error. Free with
 * coex_json_writer_finish(). */
typedef struct CoexJsonWriter CoexJsonWriter;

CoexJsonWriter *coex_json_writer_new(void); /* opens the root object */
void coex_json_writer_object(CoexJsonWriter *writer, const char *name);
void coex_json_writer_array(CoexJsonWriter *writer, const char *name);
void coex_json_writer_end(CoexJsonWriter *writer); /* closes the innermost object or array */
void coex_json_writer_string(CoexJsonWriter *writer, const char *name,
                             const char *value); /* nothing for NULL @value */
void coex_json_writer_int(CoexJsonWriter *writer, const char *name, gint64 value);
void coex_json_writer_bool(CoexJsonWriter *writer, const char *name, gboolean value);
/* Copies what stands at @value; nothing where there is nothing. */
void coex_json_writer_value(CoexJsonWriter *writer, const char *name, const CoexJsonAt *value);
/* Closes what is open and returns the text; frees the writer. Free with g_free(). */
char *coex_json_writer_finish(CoexJsonWriter *writer);

/* Where a document is written by hand: @value in quotes, each byte that is no UTF-8 as U+FFFD. */
void coex_json_append_string(GString *text, const char *value);
