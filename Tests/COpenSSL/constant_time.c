/*
 * Run under valgrind: secrets are marked undefined, so memcheck reports every branch and address that depends on one.
 * Built with SIDOS_CONSTANT_TIME_TEST, which declares verdicts (which item was refused) public.
 *
 * With the argument "own", runs what is this project's code from end to end: it must report nothing. With "libcrypto",
 * runs the multiplications, where libcrypto may report only what libcrypto.supp lists.
 */
#include "COpenSSL.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#define ITEM_COUNT 70
#define OUTPUT_BYTE_COUNT 33

static uint8_t uniform[ITEM_COUNT * 96], elements[ITEM_COUNT * 33], others[ITEM_COUNT * 33], scalars[ITEM_COUNT * 32];
static uint8_t opposite[96];

static void hide(void *memory, size_t byte_count) { VALGRIND_MAKE_MEM_UNDEFINED(memory, byte_count); }

static int expect(const char *what, size_t result, size_t wanted) {
    if (result != wanted) {
        fprintf(stderr, "%s returned %zu, not %zu\n", what, result, wanted);
        return 0;
    }
    return 1;
}

/*
 * Outputs must depend on the secret: one that is wholly defined was not computed from it, and the test would test
 * nothing.
 */
static int is_secret(const char *what, void *memory, size_t byte_count) {
    uint8_t undefined_bits[ITEM_COUNT * OUTPUT_BYTE_COUNT];
    uint8_t any = 0;
    if (byte_count > sizeof undefined_bits || VALGRIND_GET_VBITS(memory, undefined_bits, byte_count) != 1) {
        fprintf(stderr, "%s: cannot read what valgrind knows\n", what);
        return 0;
    }
    for (size_t i = 0; i < byte_count; i++) {
        any |= undefined_bits[i];
    }
    VALGRIND_MAKE_MEM_DEFINED(memory, byte_count);
    if (any == 0) {
        fprintf(stderr, "%s: the output does not depend on the secret\n", what);
        return 0;
    }
    return 1;
}

static int own_code(void) {
    uint8_t out[ITEM_COUNT * 33], scalar[32];
    int good = 1;
    hide(uniform, sizeof uniform);
    good &= expect("hash_to_curve", sidos_p256_hash_to_curve_batch(out, uniform, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("hash_to_curve", out, sizeof out);
    hide(opposite, sizeof opposite);
    good &= expect("hash_to_curve, identity", sidos_p256_hash_to_curve_batch(out, opposite, 1), 0);
    hide(elements, sizeof elements);
    hide(others, sizeof others);
    good &= expect("validate", sidos_p256_validate_batch(elements, ITEM_COUNT), ITEM_COUNT);
    good &= expect("add", sidos_p256_add_batch(out, elements, others, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("add", out, sizeof out);
    good &= expect("sub", sidos_p256_sub_batch(out, elements, others, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("sub", out, sizeof out);
    good &= expect("sub, identity", sidos_p256_sub_batch(out, elements, elements, ITEM_COUNT), 0);
    hide(scalars, sizeof scalars);
    sidos_p256_scalar_mul_add(scalar, scalars, scalars + 32, scalars + 64);
    good &= is_secret("scalar_mul_add", scalar, sizeof scalar);
    sidos_p256_scalar_reduce(scalar, scalars);
    good &= is_secret("scalar_reduce", scalar, sizeof scalar);
    sidos_p256_scalar_invert(scalar, scalars);
    good &= is_secret("scalar_invert", scalar, sizeof scalar);
    good &= expect("scalar_is_valid", (size_t)sidos_p256_scalar_is_valid(scalars), 1);
    return good;
}

static int libcrypto_code(void) {
    uint8_t out[ITEM_COUNT * 33];
    int good = 1;
    hide(scalars, sizeof scalars);
    good &= expect("mul", sidos_p256_mul_batch(out, others, scalars, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("mul", out, sizeof out);
    good &= expect("base_mul", sidos_p256_base_mul_batch(out, scalars, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("base_mul", out, sizeof out);
    return good;
}

int main(int argument_count, char **arguments) {
    if (argument_count != 2 || !RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind --error-exitcode=1 %s own|libcrypto\n", arguments[0]);
        return 2;
    }
    if (RAND_bytes(uniform, sizeof uniform) != 1) {
        return 2;
    }
    /* 48 bytes of u and of p - u, for a u below 2^64, give opposite points. */
    static const uint8_t modulus[32] = {0xff, 0xff, 0xff, 0xff, 0,    0,    0,    1,    0,    0,    0,
                                        0,    0,    0,    0,    0,    0,    0,    0,    0,    0xff, 0xff,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    memcpy(opposite + 48 + 16, modulus, sizeof modulus);
    opposite[47] = 0x35;
    opposite[95] = (uint8_t)(opposite[95] - 0x35);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        sidos_p256_scalar_reduce(scalars + 32 * i, uniform + 96 * i);
    }
    if (sidos_p256_base_mul_batch(elements, scalars, ITEM_COUNT) != ITEM_COUNT ||
        sidos_p256_hash_to_curve_batch(others, uniform, ITEM_COUNT) != ITEM_COUNT) {
        return 2;
    }
    if (strcmp(arguments[1], "own") == 0) {
        return own_code() ? 0 : 1;
    }
    return strcmp(arguments[1], "libcrypto") == 0 && libcrypto_code() ? 0 : 1;
}
