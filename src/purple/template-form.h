// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The choice of a template as forms, for hosts that have them: a list with a field to search, the
 * values, a last question. Hides where Pidgin's and Finch's forms differ. */

typedef struct CoexTemplateFace CoexTemplateFace;

extern const CoexTemplateFace coex_template_form;
