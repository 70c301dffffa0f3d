// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The business's profile as it is typed and read by people: what its parts are called, what each
 * may hold (Meta: business-phone-numbers/business-profiles), and what stands in it. */

typedef struct CoexProfile CoexProfile;

typedef struct {
    const char *name;  /* in the API */
    const char *typed; /* as a word of a verb */
    const char *label; /* for people */
    glong max;         /* characters, of each website */
} CoexProfilePart;

/* All of them, the last has no name. Static. */
const CoexProfilePart *coex_profile_list_parts(void);
/* The one that @word names, as typed or as in the API, in any case; NULL: none. Static. */
const CoexProfilePart *coex_profile_find_part(const char *word);

/* What is to be sent of a typed value: trimmed, "" to take it away, which "-" stands for; websites
 * with a blank between. NULL and COEX_ERROR_INVALID_INPUT for what WhatsApp would refuse. Free with
 * g_free(). */
char *coex_profile_check(const CoexProfilePart *part, const char *typed, GError **error);

/* What the part holds now, as it is typed; "" for nothing. Free with g_free(). */
char *coex_profile_dup_value(const CoexProfile *profile, const CoexProfilePart *part);

/* Labels and texts in turn, each text on one line, of what there is. Free with g_strfreev(). */
char **coex_profile_describe(const CoexProfile *profile);
