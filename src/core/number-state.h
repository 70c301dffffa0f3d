// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the provider tells of the business's number beside what a login needs: its name, how well it
 * is thought of, how much it may send, and its health (Meta: business-phone-numbers,
 * support/health-status). Hides the words of the API; what is new there is shown as it came. */

typedef struct CoexResponse CoexResponse;

/* Sentences for people, each on one line; NULL: not told. */
typedef struct {
    char *name;
    char *quality;
    char *limit;
    char *throughput;
    char *state;  /* unless it is connected */
    char *health; /* with what Meta proposes */
} CoexNumberState;

void coex_number_state_clear(CoexNumberState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexNumberState, coex_number_state_clear)

/* Reads the answer to coex_api_ask_number(). FALSE and the error where it is none. */
gboolean coex_number_state_read(const CoexResponse *response, CoexNumberState *ret_state,
                                GError **error);
