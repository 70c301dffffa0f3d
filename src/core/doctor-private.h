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
