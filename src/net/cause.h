// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Why a connection or a request came to nothing, as the part of a sentence behind a colon, without
 * a URL or a header in it. Borrowed. */

/* @cause: of GIO or libsoup; NULL: the stream ended, or nobody knows. */
const char *coex_cause_explain(const GError *cause);
/* What to do about it where no proxy is between, as a sentence. Static. */
const char *coex_cause_advise(const GError *cause);
const char *coex_cause_explain_certificate(GTlsCertificateFlags flags);
