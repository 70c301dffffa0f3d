// SPDX-License-Identifier: GPL-2.0-or-later
#include "certificate.h"

#include <gnutls/x509.h>
#include <time.h>

static char *
print_pem(const gnutls_datum_t *pem)
{
    char *text = g_strndup((const char *)pem->data, pem->size);

    gnutls_free(pem->data);
    return text;
}

void
coex_sim_make_certificate_for(const char *name, const guint8 *address, gint64 left_s,
                              char **ret_key, char **ret_certificate)
{
    g_autofree char *dn = g_strdup_printf("CN=%s", name);
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t pem;

    gnutls_x509_privkey_init(&key);
    gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_serial(certificate, "\1", 1);
    gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 7200);
    gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + left_s);
    gnutls_x509_crt_set_dn(certificate, dn, NULL);
    gnutls_x509_crt_set_key(certificate, key);
    gnutls_x509_crt_set_basic_constraints(certificate, 1, -1);
    gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, 4,
                                         GNUTLS_FSAN_SET);
    if (gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0) < 0 ||
        gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) < 0)
        g_error("no certificate could be made");
    *ret_key = print_pem(&pem);
    gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem);
    *ret_certificate = print_pem(&pem);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

void
coex_sim_make_certificate(const char *name, char **ret_key, char **ret_certificate)
{
    static const guint8 address[] = { 127, 0, 0, 1 };

    coex_sim_make_certificate_for(name, address, 86400, ret_key, ret_certificate);
}
