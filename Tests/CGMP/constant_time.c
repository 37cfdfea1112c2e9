/*
 * Run under valgrind: secrets are marked undefined, so memcheck reports every branch and address that depends on one,
 * in this project's code and in GMP's. Built with SIDOS_CONSTANT_TIME_TEST, which declares verdicts (which item was
 * refused) public.
 */
#include "CGMP.h"

#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#define ITEM_COUNT 3
#define OUTPUT_BYTE_COUNT 384

static uint8_t uniform[ITEM_COUNT * 448], elements[ITEM_COUNT * 384], others[ITEM_COUNT * 384];
static uint8_t exponents[ITEM_COUNT * 32];

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

static void fill(uint8_t *bytes, size_t byte_count, uint64_t seed) {
    for (size_t i = 0; i < byte_count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(seed >> 56);
    }
}

int main(void) {
    uint8_t out[ITEM_COUNT * 384], scalar[384];
    int good = 1;
    if (!RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind --error-exitcode=1 constant_time\n");
        return 2;
    }
    fill(uniform, sizeof uniform, 1);
    fill(exponents, sizeof exponents, 2);
    if (sidos_ffdhe3072_from_uniform_batch(elements, uniform, ITEM_COUNT) != ITEM_COUNT ||
        sidos_ffdhe3072_base_mul_batch(others, exponents, ITEM_COUNT) != ITEM_COUNT) {
        return 2;
    }
    VALGRIND_MAKE_MEM_UNDEFINED(uniform, sizeof uniform);
    VALGRIND_MAKE_MEM_UNDEFINED(exponents, sizeof exponents);
    VALGRIND_MAKE_MEM_UNDEFINED(elements, sizeof elements);
    VALGRIND_MAKE_MEM_UNDEFINED(others, sizeof others);
    good &= expect("from_uniform", sidos_ffdhe3072_from_uniform_batch(out, uniform, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("from_uniform", out, sizeof out);
    good &= expect("validate", sidos_ffdhe3072_validate_batch(elements, ITEM_COUNT), ITEM_COUNT);
    good &= expect("mul", sidos_ffdhe3072_mul_batch(out, elements, exponents, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("mul", out, sizeof out);
    good &= expect("mul_wide", sidos_ffdhe3072_mul_wide_batch(out, elements, others, 1), 1);
    good &= is_secret("mul_wide", out, 384);
    good &= expect("base_mul", sidos_ffdhe3072_base_mul_batch(out, exponents, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("base_mul", out, sizeof out);
    good &= expect("multiply", sidos_ffdhe3072_multiply_batch(out, elements, others, ITEM_COUNT), ITEM_COUNT);
    good &= is_secret("multiply", out, sizeof out);
    good &= expect("scalar_is_valid", (size_t)sidos_ffdhe3072_scalar_is_valid(elements), 1);
    good &= expect("scalar_reduce", (size_t)sidos_ffdhe3072_scalar_reduce(scalar, uniform), 1);
    good &= is_secret("scalar_reduce", scalar, sizeof scalar);
    good &= expect("scalar_mul_add", (size_t)sidos_ffdhe3072_scalar_mul_add(scalar, uniform, elements, others), 1);
    good &= is_secret("scalar_mul_add", scalar, sizeof scalar);
    return good ? 0 : 1;
}
