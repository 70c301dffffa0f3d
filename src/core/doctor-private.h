// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the readers of core/doctor.h share. */

typedef struct CoexJson CoexJson;
typedef struct CoexResponse CoexResponse;

/* The document of an answer; NULL: an error, told by @error, or no JSON, where @error is set. */
CoexJson *coex_doctor_open(const CoexResponse *response, GError **error);

/* Day, local; free with g_free(). */
char *coex_doctor_dup_day(gint64 at);

/* Where an option or the provider's own pages are, for the end of a sentence. */
#define COEX_TOKEN_PAGE                                                                            \
    "make one in Meta's Business settings, Users › System users, with the permissions "          \
    "whatsapp_business_messaging and whatsapp_business_management, and enter it as the account's " \
    "password"
#define COEX_HOOK_PAGE "the App dashboard, WhatsApp › Configuration"
