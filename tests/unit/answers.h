// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/api.h"

/* An endpoint of @provider with made-up ids and @key; free its members with coex_endpoint_clear().
 */
CoexEndpoint endpoint_make(const char *provider, const char *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexEndpoint, coex_endpoint_clear)

/* Answers of the API, written here or taken from tests/data/api. */

/* Free with coex_response_free(). */
CoexResponse *answer_new(guint status, const char *body);

/* The same with every ' of @quoted for a ". */
CoexResponse *answer_new_quoted(guint status, const char *quoted);

/* The text of a file of tests/data/api. Free with g_free(). */
char *answer_load(const char *file);

/* One of several bodies in such a file: member @key, or element @index when @key is NULL. Free with
 * g_free(). */
char *answer_load_part(const char *file, const char *key, guint index);
