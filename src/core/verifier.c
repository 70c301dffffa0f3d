// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/verifier.h"

#include "core/digest.h"
#include <string.h>

#define DIGEST_SIZE 32
#define SECRET_ID_DIGITS 32
#define SIGNATURE_HEADER "X-Hub-Signature-256"
#define SIGNATURE_PREFIX "sha256="
#define CHALLENGE_MAX 256
/* RFC 9110: what a header's name is made of. */
#define TOKEN_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"

struct CoexVerifier {
    CoexProof proof;
    char *secret; /* app secret, or the header's value; NULL: unset */
    char *header; /* NULL: unset */
    char *secret_id;
};

struct CoexBodyHash {
    CoexVerifier *verifier;
    CoexHash *hash;
    gboolean is_proof; /* COEX_PROOF_SIGNATURE: the digest is what the header must tell */
};

/* Takes the same time wherever the bytes differ. */
static gboolean
same_bytes(const guint8 *a, const guint8 *b, gsize length)
{
    volatile guint8 difference = 0;

    for (gsize i = 0; i < length; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

/* Compares hashes of the two, so that not even the secret's length shows in the time it takes. */
gboolean
coex_secret_is_same(const char *a, const char *b)
{
    g_autoptr(GChecksum) hash_a = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GChecksum) hash_b = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest_a[DIGEST_SIZE], digest_b[DIGEST_SIZE];
    gsize size = DIGEST_SIZE;

    g_checksum_update(hash_a, (const guchar *)a, -1);
    g_checksum_update(hash_b, (const guchar *)b, -1);
    g_checksum_get_digest(hash_a, digest_a, &size);
    size = DIGEST_SIZE;
    g_checksum_get_digest(hash_b, digest_b, &size);
    return same_bytes(digest_a, digest_b, DIGEST_SIZE);
}

/* "Name: value" into its parts; both stay NULL when it is none. */
static void
split_header(const char *text, char **ret_name, char **ret_value)
{
    const char *colon = strchr(text, ':');
    g_autofree char *name = NULL;
    g_autofree char *value = NULL;

    if (colon == NULL)
        return;
    name = g_strstrip(g_strndup(text, (gsize)(colon - text)));
    value = g_strstrip(g_strdup(colon + 1));
    if (*name == '\0' || *value == '\0' || strspn(name, TOKEN_CHARS) != strlen(name))
        return;
    *ret_name = g_steal_pointer(&name);
    *ret_value = g_steal_pointer(&value);
}

/* The words stand for ever: the ids are on disk. */
static char *
secret_id_dup(CoexProof proof, const char *header, const char *secret)
{
    static const char *const kinds[] = { "signature", "header", "elsewhere" };
    g_autofree char *what =
        g_strdup_printf("coex realm %s %s", kinds[proof], header != NULL ? header : "");
    g_autofree char *lower = g_ascii_strdown(what, -1);
    g_autofree char *hex =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)(secret != NULL ? secret : ""),
                                  secret != NULL ? strlen(secret) : 0, lower, -1);

    return g_strndup(hex, SECRET_ID_DIGITS);
}

CoexVerifier *
coex_verifier_new(CoexProof proof, const char *secret)
{
    CoexVerifier *verifier = g_atomic_rc_box_new0(CoexVerifier);

    verifier->proof = proof;
    if (secret != NULL && *secret != '\0') {
        switch (proof) {
        case COEX_PROOF_SIGNATURE:
            verifier->header = g_strdup(SIGNATURE_HEADER);
            verifier->secret = g_strdup(secret);
            break;
        case COEX_PROOF_HEADER:
            split_header(secret, &verifier->header, &verifier->secret);
            break;
        case COEX_PROOF_ELSEWHERE:
            break;
        }
    }
    if (proof == COEX_PROOF_ELSEWHERE)
        verifier->header = g_strdup(SIGNATURE_HEADER);
    verifier->secret_id = secret_id_dup(proof, verifier->header, verifier->secret);
    return verifier;
}

CoexVerifier *
coex_verifier_ref(CoexVerifier *verifier)
{
    return g_atomic_rc_box_acquire(verifier);
}

static void
verifier_clear(gpointer data)
{
    CoexVerifier *verifier = data;

    g_free(verifier->secret);
    g_free(verifier->header);
    g_free(verifier->secret_id);
}

void
coex_verifier_unref(CoexVerifier *verifier)
{
    if (verifier != NULL)
        g_atomic_rc_box_release_full(verifier, verifier_clear);
}

const char *
coex_verifier_get_secret_id(const CoexVerifier *verifier)
{
    return verifier->secret_id;
}

CoexProof
coex_verifier_get_proof(const CoexVerifier *verifier)
{
    return verifier->proof;
}

const char *
coex_verifier_get_signature_header(void)
{
    return SIGNATURE_HEADER;
}

const char *
coex_verifier_get_header(const CoexVerifier *verifier)
{
    return verifier->header;
}

/* The digest in a signature header; FALSE when it is anything but sha256= and 64 hex digits. */
static gboolean
parse_signature(const char *value, CoexDigest *ret_digest)
{
    const char *hex = value + strlen(SIGNATURE_PREFIX);

    return g_str_has_prefix(value, SIGNATURE_PREFIX) && strlen(hex) == DIGEST_SIZE * 2 &&
           coex_digest_read(hex, ret_digest);
}

CoexVerdict
coex_verifier_check_head(const CoexVerifier *verifier, const char *value)
{
    CoexDigest digest;
    gboolean good = FALSE;

    if (verifier->proof == COEX_PROOF_ELSEWHERE)
        return COEX_VERDICT_GENUINE;
    if (verifier->secret == NULL)
        return COEX_VERDICT_UNSET;
    if (value == NULL)
        return COEX_VERDICT_MISSING;
    switch (verifier->proof) {
    case COEX_PROOF_SIGNATURE:
        good = parse_signature(value, &digest);
        break;
    case COEX_PROOF_HEADER:
        good = coex_secret_is_same(value, verifier->secret);
        break;
    case COEX_PROOF_ELSEWHERE:
        break;
    }
    return good ? COEX_VERDICT_GENUINE : COEX_VERDICT_WRONG;
}

gboolean
coex_verifier_proves_head(const CoexVerifier *verifier)
{
    return verifier->proof == COEX_PROOF_HEADER;
}

CoexBodyHash *
coex_body_hash_new(const CoexVerifier *verifier)
{
    CoexBodyHash *hash = g_new0(CoexBodyHash, 1);

    hash->verifier = coex_verifier_ref((CoexVerifier *)verifier);
    hash->is_proof = verifier->proof == COEX_PROOF_SIGNATURE && verifier->secret != NULL;
    hash->hash = coex_hash_new(hash->is_proof ? verifier->secret : NULL);
    if (!hash->is_proof)
        coex_hash_update(hash->hash, verifier->secret_id, strlen(verifier->secret_id));
    return hash;
}

void
coex_body_hash_update(CoexBodyHash *hash, const void *bytes, gsize length)
{
    coex_hash_update(hash->hash, bytes, length);
}

CoexVerdict
coex_body_hash_finish(CoexBodyHash *hash, const char *value, guint8 ret_key[32])
{
    CoexVerdict verdict = coex_verifier_check_head(hash->verifier, value);
    CoexDigest signature;
    CoexDigest digest;

    if (!coex_hash_finish(hash->hash, &digest))
        return COEX_VERDICT_WRONG; /* it is repeated */
    memcpy(ret_key, digest.bytes, DIGEST_SIZE);
    if (!hash->is_proof || verdict != COEX_VERDICT_GENUINE)
        return verdict;
    parse_signature(value, &signature);
    return same_bytes(signature.bytes, ret_key, DIGEST_SIZE) ? COEX_VERDICT_GENUINE
                                                             : COEX_VERDICT_WRONG;
}

void
coex_body_hash_free(CoexBodyHash *hash)
{
    if (hash == NULL)
        return;
    coex_verifier_unref(hash->verifier);
    coex_hash_free(hash->hash);
    g_free(hash);
}

static gboolean
make_seal(const CoexVerifier *verifier, const void *bytes, gsize length, CoexDigest *ret_seal)
{
    g_autofree char *key = g_strconcat("coex desks ", verifier->secret, NULL);
    g_autoptr(CoexHash) hash = coex_hash_new(key);

    coex_hash_update(hash, bytes, length);
    return coex_hash_finish(hash, ret_seal);
}

char *
coex_verifier_dup_seal(const CoexVerifier *verifier, const void *bytes, gsize length)
{
    CoexDigest seal = { 0 };

    make_seal(verifier, bytes, length, &seal);
    return coex_digest_dup_hex(&seal);
}

gboolean
coex_verifier_check_seal(const CoexVerifier *verifier, const void *bytes, gsize length,
                         const char *seal)
{
    CoexDigest given;
    CoexDigest own;

    return verifier->secret != NULL && coex_digest_read(seal, &given) &&
           make_seal(verifier, bytes, length, &own) &&
           same_bytes(given.bytes, own.bytes, DIGEST_SIZE);
}

gboolean
coex_webhook_challenge(const char *mode, const char *token, const char *challenge,
                       const char *verify_token)
{
    gsize length = challenge != NULL ? strlen(challenge) : 0;

    if (mode == NULL || token == NULL || strcmp(mode, "subscribe") != 0)
        return FALSE;
    if (verify_token == NULL || *verify_token == '\0' || length == 0 || length > CHALLENGE_MAX)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isprint(challenge[i]))
            return FALSE;
    }
    return coex_secret_is_same(token, verify_token);
}
