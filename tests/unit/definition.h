// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/template.h"

/* Definitions of templates as tests write them: with ' for ". */

/* NULL and the error of coex_template_parse(). Free with coex_template_unref(). */
CoexTemplate *definition_parse(const char *quoted, GError **error);

/* A sound one, with these components and, unless "", other members. */
CoexTemplate *definition_parse_parts(const char *components, const char *members);
