// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/certificate.h"
#include <gnutls/abstract.h>

/* How the listener hands a certificate to GnuTLS. */

#define COEX_CERTIFICATE_CHAIN_MAX 16

struct CoexCertificate {
    gnutls_pcert_st chain[COEX_CERTIFICATE_CHAIN_MAX]; /* the server's own first */
    unsigned n_chain;
    gnutls_privkey_t key;
    gint64 end;
};
