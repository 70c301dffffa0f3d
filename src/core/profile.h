// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What customers see of the business (Meta: business-phone-numbers/business-profiles). A value
 * that never changes. */

#define COEX_PROFILE_WEBSITES_MAX 2

/* Strings as the provider told them, any text: clean it (core/text.h) before it is shown. None is
 * NULL; "" where there is nothing. */
typedef struct CoexProfile {
    char *about;
    char *address;
    char *description;
    char *email;
    char *vertical;    /* a word of Meta's, as in "RETAIL" */
    char *picture_url; /* anybody's address: coex_api_fetch_picture() looks at it */
    char **websites;   /* at most COEX_PROFILE_WEBSITES_MAX, NULL-terminated */
} CoexProfile;

CoexProfile *coex_profile_copy(const CoexProfile *profile);
void coex_profile_free(CoexProfile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexProfile, coex_profile_free)
