/*
 * Montgomery multiplication mod p, eight numbers at a time: 60 limbs of 52 bits, one number a 64-bit lane, and the
 * 52-bit multiply-add instructions of AVX-512 IFMA. R = 2^3120.
 *
 * Every limb is below 2^52 between calls. Values are not reduced. A product is (a b + q p) / R with q < R: below
 * 2^3088 + p for a, b < 2^3104, below 2p again if those are multiplied, and at most p if b = 1, which ends a
 * computation. The result is p only if it stands for 0, and no power of an element does.
 *
 * p = -1 mod 2^52, so that a quotient digit q is the low limb itself, and adding q p = q (p + 1) - q clears that limb
 * by taking q away from it: no product is needed for either. With p + 1 = 2^3072 - 2^3016 + m and m < 2^3016, limbs 59
 * and 58 cost a shift, an addition and a subtraction instead of products.
 */
#ifndef SIDOS_FFDHE3072_MONTGOMERY_IFMA_H
#define SIDOS_FFDHE3072_MONTGOMERY_IFMA_H

#include <immintrin.h>

#include "limbs.h"

#define LANES 8
#define DIGIT_BITS 52
#define DIGITS 60
#define BLOCK 6
#define BLOCKS (DIGITS / BLOCK)

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

typedef struct {
    __m512i v[DIGITS];
} lanes;

/* The limbs of m, the rest zero, and of R^2 mod p. Written by montgomery_init. */
static uint64_t modulus[DIGITS], radix_squared[DIGITS];

INLINE __m512i all_lanes(uint64_t value) {
    return _mm512_set1_epi64((long long)value);
}

INLINE __m512i low_digit(__m512i column) {
    return _mm512_and_si512(column, all_lanes(((uint64_t)1 << DIGIT_BITS) - 1));
}

/* Columns may be negative while a multiple of p is being added, so carries keep their sign. */
INLINE __m512i carry_of(__m512i column) {
    return _mm512_srai_epi64(column, DIGIT_BITS);
}

/*
 * Adds a block of a by a block of b. A column gets at most 120 halves of products a b, below 2^52 each, and as many of
 * q p: all columns stay below 2^60.
 */
INLINE void add_products(__m512i column[2 * BLOCK], const __m512i a[BLOCK], const __m512i b[BLOCK]) {
    UNROLL for (int j = 0; j < BLOCK; j++) {
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i + j] = _mm512_madd52lo_epu64(column[i + j], a[i], b[j]);
        }
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], a[i], b[j]);
        }
    }
}

/* Adds q by the first `digits` limbs of a block of p + 1. */
INLINE void add_multiples(__m512i column[2 * BLOCK], const __m512i q[BLOCK], const uint64_t *p, int digits) {
    UNROLL for (int j = 0; j < digits; j++) {
        const __m512i digit = all_lanes(p[j]);
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i + j] = _mm512_madd52lo_epu64(column[i + j], q[i], digit);
        }
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], q[i], digit);
        }
    }
}

/*
 * Takes block k of the columns of a product, without carries: adds the multiples of p that the digits q so far stand
 * for, and the carries from block k - 1. Then it clears the block by six more digits, or, in the upper half, writes it
 * as a block of the result.
 */
INLINE void reduce_block(__m512i *result, __m512i q[DIGITS], __m512i column[2 * BLOCK], __m512i carry[BLOCK], int k) {
    for (int i = k < BLOCKS - 1 ? 0 : k - (BLOCKS - 2); i < (k < BLOCKS ? k : BLOCKS); i++) {
        add_multiples(column, q + BLOCK * i, modulus + BLOCK * (k - i), BLOCK);
    }
    if (k >= BLOCKS - 1 && k < 2 * BLOCKS - 1) {
        const __m512i *digit = q + BLOCK * (k - (BLOCKS - 1));
        add_multiples(column, digit, modulus + BLOCK * (BLOCKS - 1), BLOCK - 2);
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i + 4] = _mm512_sub_epi64(column[i + 4], digit[i]);
            column[i + 5] = _mm512_add_epi64(column[i + 5], _mm512_slli_epi64(digit[i], 4));
        }
    }
    UNROLL for (int i = 0; i < BLOCK; i++) {
        column[i] = _mm512_add_epi64(column[i], carry[i]);
    }
    if (k < BLOCKS) {
        __m512i digit[BLOCK];
        UNROLL for (int i = 0; i < BLOCK; i++) {
            digit[i] = low_digit(column[i]);
            column[i + 1] = _mm512_add_epi64(column[i + 1], carry_of(column[i]));
            UNROLL for (int j = 1; j < BLOCK; j++) {
                const __m512i limb = all_lanes(modulus[j]);
                column[i + j] = _mm512_madd52lo_epu64(column[i + j], digit[i], limb);
                column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], digit[i], limb);
            }
            q[BLOCK * k + i] = digit[i];
        }
    } else {
        UNROLL for (int i = 0; i < BLOCK; i++) {
            result[BLOCK * (k - BLOCKS) + i] = low_digit(column[i]);
            column[i + 1] = _mm512_add_epi64(column[i + 1], carry_of(column[i]));
        }
    }
    UNROLL for (int i = 0; i < BLOCK; i++) {
        carry[i] = column[BLOCK + i];
    }
}

/* r = a b / R mod p. r may be a or b: block k - 10 of r is written when only higher blocks of a and b are still read. */
static __attribute__((noinline)) void montgomery_multiply(lanes *r, const lanes *a, const lanes *b) {
    __m512i q[DIGITS], carry[BLOCK];
    UNROLL for (int i = 0; i < BLOCK; i++) {
        carry[i] = _mm512_setzero_si512();
    }
    for (int k = 0; k < 2 * BLOCKS; k++) {
        __m512i column[2 * BLOCK];
        UNROLL for (int i = 0; i < 2 * BLOCK; i++) {
            column[i] = _mm512_setzero_si512();
        }
        for (int i = k < BLOCKS ? 0 : k - (BLOCKS - 1); i < (k < BLOCKS ? k + 1 : BLOCKS); i++) {
            add_products(column, a->v + BLOCK * i, b->v + BLOCK * (k - i));
        }
        reduce_block(r->v, q, column, carry, k);
    }
}

/*
 * r = a^2 / R mod p; r may be a. Products of different limbs are computed once and doubled: a column then gets as much
 * as in a multiplication.
 */
static __attribute__((noinline)) void montgomery_square(lanes *r, const lanes *a) {
    __m512i q[DIGITS], carry[BLOCK];
    UNROLL for (int i = 0; i < BLOCK; i++) {
        carry[i] = _mm512_setzero_si512();
    }
    for (int k = 0; k < 2 * BLOCKS; k++) {
        __m512i column[2 * BLOCK];
        UNROLL for (int i = 0; i < 2 * BLOCK; i++) {
            column[i] = _mm512_setzero_si512();
        }
        for (int i = k < BLOCKS ? 0 : k - (BLOCKS - 1); 2 * i < k; i++) {
            add_products(column, a->v + BLOCK * i, a->v + BLOCK * (k - i));
        }
        const __m512i *middle = a->v + BLOCK * (k / 2);
        if (k % 2 == 0) {
            UNROLL for (int j = 1; j < BLOCK; j++) {
                UNROLL for (int i = 0; i < j; i++) {
                    column[i + j] = _mm512_madd52lo_epu64(column[i + j], middle[i], middle[j]);
                    column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], middle[i], middle[j]);
                }
            }
        }
        UNROLL for (int i = 0; i < 2 * BLOCK; i++) {
            column[i] = _mm512_add_epi64(column[i], column[i]);
        }
        if (k % 2 == 0) {
            UNROLL for (int i = 0; i < BLOCK; i++) {
                column[2 * i] = _mm512_madd52lo_epu64(column[2 * i], middle[i], middle[i]);
                column[2 * i + 1] = _mm512_madd52hi_epu64(column[2 * i + 1], middle[i], middle[i]);
            }
        }
        reduce_block(r->v, q, column, carry, k);
    }
}

static void set_digits(uint64_t *digits, const mp_limb_t number[LIMB_COUNT], unsigned bit_count) {
    for (unsigned i = 0; i < DIGITS; i++) {
        digits[i] = 0;
    }
    for (unsigned bit = 0; bit < bit_count; bit++) {
        digits[bit / DIGIT_BITS] |= (number[bit / 64] >> bit % 64 & 1) << bit % DIGIT_BITS;
    }
}

static void montgomery_init(void) {
    mp_limb_t number[2 * DIGITS * DIGIT_BITS / 64 + 1] = {0}, quotient[2 * DIGITS * DIGIT_BITS / 64 + 1];
    const mp_size_t limb_count = sizeof number / sizeof number[0];
    mpn_add_1(number, sidos_ffdhe3072_p, LIMB_COUNT, 1);
    set_digits(modulus, number, 3016);
    memset(number, 0, sizeof number);
    number[limb_count - 1] = (mp_limb_t)1 << (2 * DIGITS * DIGIT_BITS % 64);
    mpn_tdiv_qr(quotient, number, 0, number, limb_count, sidos_ffdhe3072_p, LIMB_COUNT);
    set_digits(radix_squared, number, 3072);
}

#endif
