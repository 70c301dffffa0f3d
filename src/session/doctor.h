// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The look at an account's whole connection (ingest/doctor.h), with what the account knows. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexExamination CoexExamination;

CoexExamination *coex_examination_new(void);
/* Nothing of it goes on. */
void coex_examination_stop(CoexExamination *examination);
void coex_examination_free(CoexExamination *examination);

/* Begins, unless one runs already. */
void coex_examination_begin(CoexAccount *account);
/* Ends one that runs, with what was found so far. */
void coex_examination_end(CoexAccount *account);
