// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a listener shows to those who come over HTTPS: a certificate with those that vouch for it,
 * and its key. Hides GnuTLS and the many ways in which two files can be wrong. */

typedef struct CoexCertificate CoexCertificate;

/* Both files hold PEM and may be the same one; @file has the server's own certificate and those
 * between it and an authority, in any order. Free with coex_certificate_free().
 * COEX_ERROR_INVALID_INPUT: a sentence that names the file and says what to do. Blocks. */
CoexCertificate *coex_certificate_read(const char *file, const char *key_file, GError **error);
void coex_certificate_free(CoexCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexCertificate, coex_certificate_free)

/* When it ends, seconds since 1970. */
gint64 coex_certificate_get_end(const CoexCertificate *certificate);
