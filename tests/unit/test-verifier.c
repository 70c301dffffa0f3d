// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/verifier.h"

#include <string.h>

/* How a delivery is proven, against a body signed with a known secret. */

#define SECRET "made-up-app-secret"
#define SIGNATURE "sha256=76b14b419919ce8679e44783465f8855ffc8265744c0dd346f037463f058231c"

static char *
load(const char *name, gsize *ret_length)
{
    g_autofree char *path = g_build_filename(g_getenv("COEX_TEST_DATA"), "webhook", name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, ret_length, &error);
    g_assert_no_error(error);
    return text;
}

static CoexVerdict
verdict_in_pieces(CoexProof proof, const char *secret, const char *value, gsize piece)
{
    g_autoptr(CoexVerifier) verifier = coex_verifier_new(proof, secret);
    g_autoptr(CoexBodyHash) hash = coex_body_hash_new(verifier);
    gsize length;
    g_autofree char *body = load("signed_body.json", &length);
    guint8 key[32];

    for (gsize at = 0; at < length; at += piece)
        coex_body_hash_update(hash, body + at, MIN(piece, length - at));
    return coex_body_hash_finish(hash, value, key);
}

static void
test_signature(void)
{
    g_autofree char *upper = g_ascii_strup(strchr(SIGNATURE, '=') + 1, -1);
    g_autofree char *upper_hex = g_strconcat("sha256=", upper, NULL);
    g_autofree char *off_by_one = g_strdup(SIGNATURE);
    const CoexProof proof = COEX_PROOF_SIGNATURE;

    off_by_one[strlen(off_by_one) - 1] = 'd';
    for (gsize piece = 1; piece < 3000; piece = piece * 3 + 1)
        g_assert_cmpint(verdict_in_pieces(proof, SECRET, SIGNATURE, piece), ==,
                        COEX_VERDICT_GENUINE);
    g_assert_cmpint(verdict_in_pieces(proof, SECRET, upper_hex, 99), ==, COEX_VERDICT_GENUINE);
    g_assert_cmpint(verdict_in_pieces(proof, SECRET, off_by_one, 99), ==, COEX_VERDICT_WRONG);
    g_assert_cmpint(verdict_in_pieces(proof, "another", SIGNATURE, 99), ==, COEX_VERDICT_WRONG);
    g_assert_cmpint(verdict_in_pieces(proof, SECRET, NULL, 99), ==, COEX_VERDICT_MISSING);
    g_assert_cmpint(verdict_in_pieces(proof, "", SIGNATURE, 99), ==, COEX_VERDICT_UNSET);
    g_assert_cmpint(verdict_in_pieces(proof, NULL, SIGNATURE, 99), ==, COEX_VERDICT_UNSET);
}

static void
test_signature_form(void)
{
    static const char *const wrong[] = {
        "",
        "sha256=",
        "sha1=76b14b419919ce8679e44783465f8855ffc8265744c0dd346f037463f058231c",
        "SHA256=76b14b419919ce8679e44783465f8855ffc8265744c0dd346f037463f058231c",
        "76b14b419919ce8679e44783465f8855ffc8265744c0dd346f037463f058231c",
        SIGNATURE "0",
        SIGNATURE " ",
        " " SIGNATURE,
        "sha256=76b14b419919ce8679e44783465f8855ffc8265744c0dd346f037463f058231",
        "sha256=76b14b419919ce8679e44783465f8855ffc8265744c0dd346f037463f058231g",
        SIGNATURE ", " SIGNATURE,
    };
    g_autoptr(CoexVerifier) verifier = coex_verifier_new(COEX_PROOF_SIGNATURE, SECRET);

    g_assert_cmpstr(coex_verifier_get_header(verifier), ==, "X-Hub-Signature-256");
    g_assert_false(coex_verifier_proves_head(verifier));
    g_assert_cmpint(coex_verifier_check_head(verifier, SIGNATURE), ==, COEX_VERDICT_GENUINE);
    g_assert_cmpint(coex_verifier_check_head(verifier, NULL), ==, COEX_VERDICT_MISSING);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_cmpint(coex_verifier_check_head(verifier, wrong[i]), ==, COEX_VERDICT_WRONG);
}

static void
test_secret_header(void)
{
    static const char *const unset[] = { "", "Authorization", "Authorization:", ": x", "A B: x" };
    g_autoptr(CoexVerifier) verifier =
        coex_verifier_new(COEX_PROOF_HEADER, " Authorization :  Basic dTpw ");
    const CoexProof proof = COEX_PROOF_HEADER;

    g_assert_cmpstr(coex_verifier_get_header(verifier), ==, "Authorization");
    g_assert_true(coex_verifier_proves_head(verifier));
    g_assert_cmpint(coex_verifier_check_head(verifier, "Basic dTpw"), ==, COEX_VERDICT_GENUINE);
    g_assert_cmpint(coex_verifier_check_head(verifier, "Basic dTpx"), ==, COEX_VERDICT_WRONG);
    g_assert_cmpint(coex_verifier_check_head(verifier, "Basic dTpw2"), ==, COEX_VERDICT_WRONG);
    g_assert_cmpint(coex_verifier_check_head(verifier, ""), ==, COEX_VERDICT_WRONG);
    g_assert_cmpint(coex_verifier_check_head(verifier, NULL), ==, COEX_VERDICT_MISSING);
    g_assert_cmpint(verdict_in_pieces(proof, "X: y", "y", 99), ==, COEX_VERDICT_GENUINE);
    g_assert_cmpint(verdict_in_pieces(proof, "X: y", "z", 99), ==, COEX_VERDICT_WRONG);
    for (gsize i = 0; i < G_N_ELEMENTS(unset); i++) {
        g_autoptr(CoexVerifier) without = coex_verifier_new(proof, unset[i]);

        g_assert_cmpint(coex_verifier_check_head(without, "x"), ==, COEX_VERDICT_UNSET);
        g_assert_null(coex_verifier_get_header(without));
    }
}

static void
key_of(CoexVerifier *verifier, const char *body, guint8 ret_key[32])
{
    g_autoptr(CoexBodyHash) hash = coex_body_hash_new(verifier);

    coex_body_hash_update(hash, body, strlen(body));
    coex_body_hash_finish(hash, NULL, ret_key);
}

static void
test_keys_and_secret_ids(void)
{
    g_autoptr(CoexVerifier) one = coex_verifier_new(COEX_PROOF_HEADER, "X-Key: one");
    g_autoptr(CoexVerifier) same = coex_verifier_new(COEX_PROOF_HEADER, "x-key:one");
    g_autoptr(CoexVerifier) two = coex_verifier_new(COEX_PROOF_HEADER, "X-Key: two");
    g_autoptr(CoexVerifier) signature = coex_verifier_new(COEX_PROOF_SIGNATURE, "one");
    CoexVerifier *all[] = { one, two, signature };
    guint8 key[32], other[32];

    g_assert_cmpuint(strlen(coex_verifier_get_secret_id(one)), ==, 32);
    g_assert_cmpstr(coex_verifier_get_secret_id(one), ==, coex_verifier_get_secret_id(same));
    key_of(one, "body", key);
    key_of(same, "body", other);
    g_assert_cmpmem(key, 32, other, 32);
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_assert_null(strstr(coex_verifier_get_secret_id(all[i]), "one"));
        key_of(all[i], "body", key);
        key_of(all[i], "bodz", other);
        g_assert_true(memcmp(key, other, 32) != 0);
        for (gsize k = i + 1; k < G_N_ELEMENTS(all); k++) {
            g_assert_cmpstr(coex_verifier_get_secret_id(all[i]), !=,
                            coex_verifier_get_secret_id(all[k]));
            key_of(all[k], "body", other);
            g_assert_true(memcmp(key, other, 32) != 0);
        }
    }
}

static void
test_challenge(void)
{
    g_autofree char *longest = g_strnfill(256, '1');
    g_autofree char *too_long = g_strnfill(257, '1');

    g_assert_true(coex_webhook_challenge("subscribe", "t", "730114422", "t"));
    g_assert_true(coex_webhook_challenge("subscribe", "t", longest, "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "t", too_long, "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "u", "1", "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "", "1", ""));
    g_assert_false(coex_webhook_challenge("subscribe", "", "1", NULL));
    g_assert_false(coex_webhook_challenge("subscribe", NULL, "1", "t"));
    g_assert_false(coex_webhook_challenge("unsubscribe", "t", "1", "t"));
    g_assert_false(coex_webhook_challenge(NULL, "t", "1", "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "t", NULL, "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "t", "", "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "t", "1\r\n2", "t"));
    g_assert_false(coex_webhook_challenge("subscribe", "t", "gr\xc3\xbc\xc3\x9f", "t"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/webhook/proof/signature", test_signature);
    g_test_add_func("/webhook/proof/signature-form", test_signature_form);
    g_test_add_func("/webhook/proof/secret-header", test_secret_header);
    g_test_add_func("/webhook/proof/keys-and-secret-ids", test_keys_and_secret_ids);
    g_test_add_func("/webhook/challenge", test_challenge);
    return g_test_run();
}
