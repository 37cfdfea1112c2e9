/* The multiplication of the "ifma" backend against mpz_*, up to the bounds it states: awkward limbs, in place too. */
#include "CGMP.h"

#include <stdio.h>
#include <stdlib.h>

#if !defined(__x86_64__)
int main(void) { return 0; }
#else

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512ifma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512ifma")
#endif

#include "montgomery_ifma.h"

#define ROUND_COUNT 3000
#define LARGEST_BIT_COUNT 3104

static gmp_randstate_t randomness;
static mpz_t p, inverse_of_radix;

static void set_lane(lanes *x, int lane, const mpz_t number) {
    mpz_t rest;
    mpz_init_set(rest, number);
    for (int i = 0; i < DIGITS; i++) {
        ((uint64_t *)&x->v[i])[lane] = mpz_get_ui(rest) & (((uint64_t)1 << DIGIT_BITS) - 1);
        mpz_tdiv_q_2exp(rest, rest, DIGIT_BITS);
    }
    mpz_clear(rest);
}

/* 0 if a limb has more than 52 bits. */
static int get_lane(mpz_t number, const lanes *x, int lane) {
    mpz_set_ui(number, 0);
    for (int i = DIGITS - 1; i >= 0; i--) {
        const uint64_t digit = ((const uint64_t *)&x->v[i])[lane];
        if (digit >> DIGIT_BITS != 0) {
            return 0;
        }
        mpz_mul_2exp(number, number, DIGIT_BITS);
        mpz_add_ui(number, number, digit);
    }
    return 1;
}

/* Below 2^3104: anything, below 2p, runs of ones and zeros, ones only, zero, close to multiples of p, one limb. */
static void choose(mpz_t number, unsigned kind) {
    mpz_set_ui(number, 1);
    switch (kind) {
    case 0: mpz_urandomb(number, randomness, LARGEST_BIT_COUNT); break;
    case 1: mpz_urandomb(number, randomness, 3072); break;
    case 2: mpz_rrandomb(number, randomness, LARGEST_BIT_COUNT); break;
    case 3: mpz_rrandomb(number, randomness, 3072); break;
    case 4:
        mpz_mul_2exp(number, number, LARGEST_BIT_COUNT);
        mpz_sub_ui(number, number, 1);
        break;
    case 5: mpz_set_ui(number, 0); break;
    case 6: mpz_mul_ui(number, p, gmp_urandomb_ui(randomness, 2)); break;
    case 7:
        mpz_mul_2exp(number, p, gmp_urandomb_ui(randomness, 5));
        mpz_sub_ui(number, number, 1);
        break;
    default:
        mpz_mul_2exp(number, number, DIGIT_BITS);
        mpz_sub_ui(number, number, 1);
        mpz_mul_2exp(number, number, DIGIT_BITS * gmp_urandomm_ui(randomness, DIGITS - 1));
    }
}

/* The bound holds of factors below 2^3104; the congruence must, too. */
static int is_product(const lanes *r, int lane, const mpz_t a, const mpz_t b) {
    mpz_t number, bound, product;
    mpz_inits(number, bound, product, NULL);
    mpz_mul(product, a, b);
    mpz_tdiv_q_2exp(bound, product, DIGITS * DIGIT_BITS);
    mpz_add(bound, bound, p);
    mpz_mul(product, product, inverse_of_radix);
    int good = get_lane(number, r, lane) && mpz_cmp(number, bound) <= 0 && mpz_congruent_p(number, product, p);
    mpz_clears(number, bound, product, NULL);
    return good;
}

int main(void) {
    mpz_t a[LANES], b[LANES];
    lanes x, y, r;
    static product_space products;
    int bad = 0;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512ifma")) {
        puts("montgomery: not run, the processor has no AVX-512 IFMA");
        return 0;
    }
    montgomery_init();
    gmp_randinit_default(randomness);
    mpz_inits(p, inverse_of_radix, NULL);
    mpz_import(p, LIMB_COUNT, -1, sizeof(mp_limb_t), 0, 0, sidos_ffdhe3072_p);
    mpz_setbit(inverse_of_radix, DIGITS * DIGIT_BITS);
    mpz_invert(inverse_of_radix, inverse_of_radix, p);
    for (int lane = 0; lane < LANES; lane++) {
        mpz_inits(a[lane], b[lane], NULL);
    }
    for (unsigned round = 0; round < ROUND_COUNT && bad == 0; round++) {
        for (int lane = 0; lane < LANES; lane++) {
            choose(a[lane], (round + (unsigned)lane) % 9);
            choose(b[lane], (round / 9 + (unsigned)lane) % 9);
            set_lane(&x, lane, a[lane]);
            set_lane(&y, lane, b[lane]);
        }
        for (int way = 0; way < 6; way++) {
            lanes left = x, right = y;
            lanes *const to = way % 3 == 0 ? &r : way % 3 == 1 ? &left : &right;
            if (way < 3) {
                montgomery_multiply(to, &left, &right, &products);
            } else {
                montgomery_square(to, way == 5 ? &right : &left, &products, NULL);
            }
            for (int lane = 0; lane < LANES; lane++) {
                bad += !is_product(to, lane, way == 5 ? b[lane] : a[lane], way == 3 || way == 4 ? a[lane] : b[lane]);
            }
        }
    }
    printf("montgomery: %s\n", bad == 0 ? "ok" : "FAILED");
    for (int lane = 0; lane < LANES; lane++) {
        mpz_clears(a[lane], b[lane], NULL);
    }
    mpz_clears(p, inverse_of_radix, NULL);
    gmp_randclear(randomness);
    return bad == 0 ? 0 : 1;
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
