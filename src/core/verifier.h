// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whether a webhook delivery is genuine. Hides how each provider proves it, and compares secrets in
 * constant time. Needs nothing but bytes and headers, so that any carrier may bring a delivery. */

/* How a provider proves a delivery. */
typedef enum {
    COEX_PROOF_SIGNATURE, /* Meta: X-Hub-Signature-256 = HMAC-SHA256 of the raw body with the app
                             secret (Meta: graph-api/webhooks/getting-started) */
    COEX_PROOF_HEADER,    /* 360dialog: a secret header of the user's choice on each POST
                             (360dialog: messaging/webhook) */
    COEX_PROOF_ELSEWHERE, /* Meta's, by whoever reads the delivery later: all is GENUINE here */
} CoexProof;

typedef enum {
    COEX_VERDICT_GENUINE,
    COEX_VERDICT_MISSING, /* no signature or secret header */
    COEX_VERDICT_WRONG,   /* there, but not the right one */
    COEX_VERDICT_UNSET,   /* no secret configured: nothing can be genuine */
} CoexVerdict;

/* What an account expects of its deliveries. Immutable after creation, counted, usable from any
 * thread. */
typedef struct CoexVerifier CoexVerifier;

/* @secret: the app secret, or for COEX_PROOF_HEADER the whole "Name: value"; none for
 * COEX_PROOF_ELSEWHERE. NULL, empty or
 * (HEADER) without a name and a value: every verdict is UNSET. */
CoexVerifier *coex_verifier_new(CoexProof proof, const char *secret);
CoexVerifier *coex_verifier_ref(CoexVerifier *verifier);
void coex_verifier_unref(CoexVerifier *verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexVerifier, coex_verifier_unref)

/* 32 hex digits naming kind and secret without revealing it: deliveries proven by one secret never
 * feed an account of another. Borrowed. */
const char *coex_verifier_get_secret_id(const CoexVerifier *verifier);

/* Which proof it looks for, also while unset. */
CoexProof coex_verifier_get_proof(const CoexVerifier *verifier);

/* The header in which a provider that signs puts its signature. Static. */
const char *coex_verifier_get_signature_header(void);

/* The header to look up in a delivery ("X-Hub-Signature-256" or the configured name), NULL when
 * unset. Borrowed. */
const char *coex_verifier_get_header(const CoexVerifier *verifier);

/* Before the body: GENUINE means "may go on". For a signature only its presence and form (sha256=
 * and 64 hex digits) are checked; a header secret is compared in constant time. @value NULL: the
 * header is missing. */
CoexVerdict coex_verifier_check_head(const CoexVerifier *verifier, const char *value);

/* Whether GENUINE of the head alone is the proof, and not only "may go on". */
gboolean coex_verifier_proves_head(const CoexVerifier *verifier);

/* Hash of a body that arrives in pieces: the delivery's key, and where the body is signed the proof
 * too. */
typedef struct CoexBodyHash CoexBodyHash;
CoexBodyHash *coex_body_hash_new(const CoexVerifier *verifier);
void coex_body_hash_update(CoexBodyHash *hash, const void *bytes, gsize length);
/* Ends the hash: the verdict on the whole delivery, and in @ret_key (32 bytes, caller's) the
 * delivery's key: the HMAC itself, else the SHA-256 of secret id and raw body. @value as in
 * coex_verifier_check_head(); compared in constant time. */
CoexVerdict coex_body_hash_finish(CoexBodyHash *hash, const char *value, guint8 ret_key[32]);
void coex_body_hash_free(CoexBodyHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBodyHash, coex_body_hash_free)

/* What whoever has the same secret can tell to be ours, of bytes that no provider sends: 64 hex
 * digits. Free with g_free(). */
char *coex_verifier_dup_seal(const CoexVerifier *verifier, const void *bytes, gsize length);
/* FALSE while unset. */
gboolean coex_verifier_check_seal(const CoexVerifier *verifier, const void *bytes, gsize length,
                                  const char *seal);

/* Whether two secrets are the same, in a time that tells nothing of them. */
gboolean coex_secret_is_same(const char *a, const char *b);

/* Meta's GET handshake (Meta: graph-api/webhooks/getting-started): whether to answer 200 with
 * @challenge. Each argument may be NULL; an empty verify token never matches; constant time;
 * challenges over 256 bytes or with other than printable ASCII are refused. */
gboolean coex_webhook_challenge(const char *mode, const char *token, const char *challenge,
                                const char *verify_token);
