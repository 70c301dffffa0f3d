// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The question whether WhatsApp may be asked for the phone's contacts and history. */

typedef struct CoexConnection CoexConnection;

/* Told to by the user. @words "yes": without a question. */
void coex_synchronise_run(CoexConnection *connection, const char *words);
/* COEX_SESSION_ASK_SYNC: @text says what it means. */
void coex_synchronise_ask(CoexConnection *connection, const char *text);
