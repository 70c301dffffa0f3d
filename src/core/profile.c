// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/profile.h"

CoexProfile *
coex_profile_copy(const CoexProfile *profile)
{
    CoexProfile *copy = g_new(CoexProfile, 1);

    *copy = (CoexProfile){
        .about = g_strdup(profile->about),
        .address = g_strdup(profile->address),
        .description = g_strdup(profile->description),
        .email = g_strdup(profile->email),
        .vertical = g_strdup(profile->vertical),
        .picture_url = g_strdup(profile->picture_url),
        .websites = g_strdupv(profile->websites),
    };
    return copy;
}

void
coex_profile_free(CoexProfile *profile)
{
    if (profile == NULL)
        return;
    g_free(profile->about);
    g_free(profile->address);
    g_free(profile->description);
    g_free(profile->email);
    g_free(profile->vertical);
    g_free(profile->picture_url);
    g_strfreev(profile->websites);
    g_free(profile);
}
