// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Why a connection or a request came to nothing, as the part of a sentence behind a colon, without
 * a URL or a header in it. Borrowed. */

/* @cause: of GIO or libsoup; NULL: the stream ended. */
const char *coex_cause_explain(const GError *cause);
const char *coex_cause_explain_certificate(GTlsCertificateFlags flags);
