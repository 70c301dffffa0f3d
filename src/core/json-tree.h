// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A document's bytes as a tree: strict JSON within the limits below, read in one pass. json-glib
 * takes eight times as long and fifteen times the memory, which counts for the megabytes of a
 * phone's history, and more than JSON: comments, single quotes, hexadecimal numbers, two documents.
 * For core/json.c alone. */

#define COEX_JSON_MAX_DEPTH 64
#define COEX_JSON_MAX_NODES 400000 /* an object or array counts as three */
/* Of one object: a name is looked for among all of them. */
#define COEX_JSON_MAX_KEYS 1000

typedef enum {
    COEX_JSON_NODE_NULL,
    COEX_JSON_NODE_BOOL,
    COEX_JSON_NODE_INT,
    COEX_JSON_NODE_DOUBLE,
    COEX_JSON_NODE_STRING,
    COEX_JSON_NODE_ARRAY,
    COEX_JSON_NODE_OBJECT,
} CoexJsonNodeType;

/* A value. What is in a container stands together, in the document's order. */
typedef struct {
    guint32 key;      /* of a member: where in the text its name begins */
    guint32 type : 3; /* CoexJsonNodeType */
    guint32 n : 29;   /* of a container: so many are in it, names that come again included */
    union {
        guint32 first; /* of a container: the place of what is in it among the nodes */
        guint32 text;  /* of a string: where in the text it begins */
        gint64 integer;
        double number;
        gboolean truth;
    };
} CoexJsonNode;

typedef struct {
    char *text; /* names and strings, each valid UTF-8 that ends with NUL */
    CoexJsonNode *nodes;
    const CoexJsonNode *root; /* an object or an array */
} CoexJsonTree;

/* Reads @text, valid UTF-8, which is the tree's from then on, also where it is no JSON object or
 * array: then the result is a static phrase for what is wrong, with its byte in @ret_where, else
 * NULL. A lone half of a surrogate pair and \u0000 become U+FFFD, control characters inside strings
 * are let pass, a number out of range becomes the greatest in range. Clear with
 * coex_json_tree_clear(). 3 MB take about 10 ms. */
const char *coex_json_tree_read(char *text, CoexJsonTree *ret_tree, gsize *ret_where);
void coex_json_tree_clear(CoexJsonTree *tree);
