// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* An account's templates as a whole: what may be offered to the user, in which order, and how the
 * list is kept. */

typedef struct CoexTemplate CoexTemplate;

/* Immutable, counted; any thread may hold one. */
typedef struct CoexCatalogue CoexCatalogue;

/* @templates: transfer full, of CoexTemplate, freed by its own free function (coex_template_unref).
 * @fetched_at: seconds since 1970. */
CoexCatalogue *coex_catalogue_new(GPtrArray *templates, gint64 fetched_at);
CoexCatalogue *coex_catalogue_ref(CoexCatalogue *catalogue);
void coex_catalogue_unref(CoexCatalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexCatalogue, coex_catalogue_unref)
gint64 coex_catalogue_get_fetched_at(const CoexCatalogue *catalogue);

/* Templates that may be offered and match @query (words found in name or texts, without regard to
 * case; NULL or "" for all): those with an obstacle last, then preferred @language (exact, then
 * same base language; may be NULL), then best match, then name. Array of borrowed CoexTemplate;
 * free with g_ptr_array_unref(). */
GPtrArray *coex_catalogue_search(const CoexCatalogue *catalogue, const char *query,
                                 const char *language);

/* Puts what was found into the order for somebody who typed @text (NULL: nothing) and lately sent
 * @recent ("NAME/LANGUAGE", the newest first; NULL: nothing): first those that say the text, best
 * first, then the recent ones; the others stay as they are, and those with an obstacle last. */
void coex_catalogue_rank(GPtrArray *found, const char *text, const char *const *recent);

/* What was sent lately, as for coex_catalogue_rank(); of a catalogue that nobody else has yet. */
void coex_catalogue_set_recent(CoexCatalogue *catalogue, const char *const *recent);
const char *const *coex_catalogue_get_recent(const CoexCatalogue *catalogue); /* never NULL */
/* That one's name in the list; free with g_free(). */
char *coex_catalogue_dup_recent_name(const CoexTemplate *template_);
/* @recent (NULL: none) with @name in front, once, and not longer than is of use. Free with
 * g_strfreev(). */
char **coex_catalogue_add_recent(const char *const *recent, const char *name);

/* One approved template by exact name, preferred @language first; NULL if there is none. Borrowed.
 */
const CoexTemplate *coex_catalogue_find(const CoexCatalogue *catalogue, const char *name,
                                        const char *language);

/* One approved template as it is typed at the beginning of @words: "name" for the preferred
 * @language, or "name:language", where "en" is "en_US" if that is the one English there is. NULL:
 * there is no such name, without an error; or not in that language, COEX_ERROR_INVALID_INPUT with a
 * sentence that lists what there is. Borrowed. @ret_rest: what follows in @words. */
const CoexTemplate *coex_catalogue_find_typed(const CoexCatalogue *catalogue, const char *words,
                                              const char *language, const char **ret_rest,
                                              GError **error);

/* The catalogue as JSON for keeping (the definitions as they came), and back: a later version reads
 * more out of them. dup: free with g_free(). parse: NULL with COEX_ERROR_PROTOCOL. */
char *coex_catalogue_dup_json(const CoexCatalogue *catalogue);
CoexCatalogue *coex_catalogue_parse(const char *json, gsize length, GError **error);
