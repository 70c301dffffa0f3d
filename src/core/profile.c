// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/profile.h"

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
