/* Microseconds of processor time an item, one thread, best of five; against bare mpz_powm_sec. */
#include "CGMP.h"

#include <gmp.h>
#include <stdio.h>
#include <time.h>

#define ITEM_COUNT 200

static uint8_t uniform[ITEM_COUNT * 448], elements[ITEM_COUNT * 384], out[ITEM_COUNT * 384], exponents[ITEM_COUNT * 32];
static mpz_t modulus, bases[ITEM_COUNT], exponent;

static size_t bare(void) {
    mpz_t power;
    mpz_init(power);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        mpz_powm_sec(power, bases[i], exponent, modulus);
    }
    mpz_clear(power);
    return ITEM_COUNT;
}

static size_t mul(void) { return sidos_ffdhe3072_mul_batch(out, elements, exponents, ITEM_COUNT); }
static size_t mul_wide(void) {
    return sidos_ffdhe3072_mul_wide_batch(out, elements, elements, 24) == 24 ? ITEM_COUNT : 0;
}
static size_t base_mul(void) { return sidos_ffdhe3072_base_mul_batch(out, exponents, ITEM_COUNT); }
static size_t from_uniform(void) { return sidos_ffdhe3072_from_uniform_batch(out, uniform, ITEM_COUNT); }
static size_t validate(void) { return sidos_ffdhe3072_validate_batch(elements, ITEM_COUNT); }
static size_t multiply(void) { return sidos_ffdhe3072_multiply_batch(out, elements, elements, ITEM_COUNT); }

static void measure(const char *name, size_t (*run)(void), double items) {
    double best = 1e300;
    for (int i = 0; i < 5; i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
        size_t done = run();
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
        double taken = (double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3;
        if (done != ITEM_COUNT) {
            printf("%-24s failed\n", name);
            return;
        }
        best = taken < best ? taken : best;
    }
    printf("%-24s %9.2f us\n", name, best / items);
}

int main(void) {
    uint8_t p[384];
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof uniform; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uniform[i] = (uint8_t)(seed >> 56);
    }
    for (size_t i = 0; i < sizeof exponents; i++) {
        exponents[i] = uniform[i] | 0x80;
    }
    if (sidos_ffdhe3072_from_uniform_batch(elements, uniform, ITEM_COUNT) != ITEM_COUNT) {
        return 2;
    }
    sidos_ffdhe3072_modulus(p);
    mpz_inits(modulus, exponent, NULL);
    mpz_import(modulus, sizeof p, 1, 1, 1, 0, p);
    mpz_import(exponent, 32, 1, 1, 1, 0, exponents);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        mpz_init(bases[i]);
        mpz_import(bases[i], 384, 1, 1, 1, 0, elements + 384 * i);
    }
    printf("backend: %s\n", sidos_ffdhe3072_backend());
    measure("mpz_powm_sec, 256 bits", bare, ITEM_COUNT);
    measure("mul_batch", mul, ITEM_COUNT);
    measure("mul_wide_batch", mul_wide, 24);
    measure("base_mul_batch", base_mul, ITEM_COUNT);
    measure("from_uniform_batch", from_uniform, ITEM_COUNT);
    measure("validate_batch", validate, ITEM_COUNT);
    measure("multiply_batch", multiply, ITEM_COUNT);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        mpz_clear(bases[i]);
    }
    mpz_clears(modulus, exponent, NULL);
    return 0;
}
