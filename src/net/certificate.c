// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/certificate.h"

#include "core/error.h"
#include "net/certificate-private.h"
#include <gnutls/x509.h>
#include <string.h>

#define KEY_ID_MAX 64 /* bytes */

void
coex_certificate_free(CoexCertificate *certificate)
{
    for (guint i = 0; i < certificate->n_chain; i++)
        gnutls_pcert_deinit(&certificate->chain[i]);
    if (certificate->key != NULL)
        gnutls_privkey_deinit(certificate->key);
    g_free(certificate);
}

gint64
coex_certificate_get_end(const CoexCertificate *certificate)
{
    return certificate->end;
}

static gboolean
fail(const char *file, const char *why, GError **error)
{
    g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, "%s %s", file, why);
    return FALSE;
}

static gboolean
read_file(const char *file, gnutls_datum_t *ret_text, GError **error)
{
    g_autoptr(GError) own_error = NULL;
    char *text;
    gsize length;

    if (!g_file_get_contents(file, &text, &length, &own_error)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "%s. Name another file, or let this user read it.", own_error->message);
        return FALSE;
    }
    *ret_text = (gnutls_datum_t){ (unsigned char *)text, (unsigned)length };
    return TRUE;
}

/* @text may hold a key. */
static void
wipe(gnutls_datum_t *text)
{
    gnutls_memset(text->data, 0, text->size);
    g_free(text->data);
}

static gboolean
import_chain(CoexCertificate *certificate, const gnutls_datum_t *text, const char *file,
             GError **error)
{
    unsigned n_chain = COEX_CERTIFICATE_CHAIN_MAX;
    int rc = gnutls_pcert_list_import_x509_raw(certificate->chain, &n_chain, text,
                                               GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);

    if (rc < 0)
        return fail(
            file,
            "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----, or far "
            "more than a server shows. Name the file that does, fullchain.pem of most tools.",
            error);
    certificate->n_chain = n_chain;
    return TRUE;
}

static gboolean
import_key(CoexCertificate *certificate, const gnutls_datum_t *text, const char *file,
           GError **error)
{
    int rc;

    gnutls_privkey_init(&certificate->key);
    rc = gnutls_privkey_import_x509_raw(certificate->key, text, GNUTLS_X509_FMT_PEM, NULL, 0);
    return rc >= 0 || fail(file,
                           "holds no key in PEM that opens without a password. Name the file "
                           "that does, privkey.pem of most tools.",
                           error);
}

static gboolean
is_of_key(const CoexCertificate *certificate)
{
    unsigned char of_key[KEY_ID_MAX], shown[KEY_ID_MAX];
    size_t n_of_key = sizeof of_key, n_shown = sizeof shown;
    gnutls_pubkey_t public_key;
    gboolean ok;

    gnutls_pubkey_init(&public_key);
    ok = gnutls_pubkey_import_privkey(public_key, certificate->key, 0, 0) >= 0 &&
         gnutls_pubkey_get_key_id(public_key, 0, of_key, &n_of_key) >= 0 &&
         gnutls_pubkey_get_key_id(certificate->chain[0].pubkey, 0, shown, &n_shown) >= 0 &&
         n_of_key == n_shown && memcmp(of_key, shown, n_shown) == 0;
    gnutls_pubkey_deinit(public_key);
    return ok;
}

static void
find_end(CoexCertificate *certificate)
{
    gnutls_x509_crt_t own;

    gnutls_x509_crt_init(&own);
    if (gnutls_x509_crt_import(own, &certificate->chain[0].cert, GNUTLS_X509_FMT_DER) >= 0)
        certificate->end = gnutls_x509_crt_get_expiration_time(own);
    gnutls_x509_crt_deinit(own);
}

CoexCertificate *
coex_certificate_read(const char *file, const char *key_file, GError **error)
{
    g_autoptr(CoexCertificate) certificate = g_new0(CoexCertificate, 1);
    gnutls_datum_t text;
    gboolean ok;

    if (!read_file(file, &text, error))
        return NULL;
    ok = import_chain(certificate, &text, file, error);
    wipe(&text);
    if (!ok || !read_file(key_file, &text, error))
        return NULL;
    ok = import_key(certificate, &text, key_file, error);
    wipe(&text);
    if (!ok)
        return NULL;
    if (!is_of_key(certificate)) {
        fail(key_file,
             "is the key of another certificate. Name the one that was made with the "
             "certificate.",
             error);
        return NULL;
    }
    find_end(certificate);
    return g_steal_pointer(&certificate);
}
