// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whose a delivery is, and what is told of one that is nobody's. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexEvent CoexEvent;
typedef struct CoexMatcher CoexMatcher;
CoexMatcher *coex_matcher_new(void);
void coex_matcher_free(CoexMatcher *matcher);

typedef enum {
    COEX_MATCH_NONE,
    COEX_MATCH_OURS,
    COEX_MATCH_MISMATCH, /* proven by our secret, but for another number */
    COEX_MATCH_OTHER,    /* proven by a secret that others have too, and for one of those */
} CoexMatch;

/* Whether an event proven by the secret @secret_id is for this account: by its number, or where it
 * names none by its WABA. Learns the phone_number_id and the WABA;
 * @ret_learned is set where that lets what was kept under them be applied. */
CoexMatch coex_match_event(CoexAccount *account, const char *secret_id, const CoexEvent *event,
                           gboolean *ret_learned);
/* The provider told the account's WABA, NULL: did not. */
void coex_match_learn_waba(CoexAccount *account, const char *waba_id);
/* The WABAs this account is known to stand in, NULL-terminated. Free with g_strfreev(). */
char **coex_match_dup_wabas(const CoexAccount *account);
/* What stands in a number's place for what names none; of @account, NULL: of whose WABA it will be.
 * Free with g_free(). */
char *coex_match_dup_waba_key(const char *waba_id, const CoexAccount *account);
gboolean coex_match_names_number(const CoexEvent *event);
/* A delivery with a secret that others have too is for nobody here: no news, unless it was said
 * that none comes. */
void coex_match_note_other(CoexAccount *account, const CoexEvent *event);
/* To who never had a webhook: for whom they come instead, after @symptom. FALSE otherwise. */
gboolean coex_match_tell_other(CoexAccount *account, const char *symptom);
/* A genuine delivery of the secret @secret_id could not be read; it is kept. */
void coex_match_tell_unreadable(CoexAccount *account, const char *secret_id, const GError *error);
