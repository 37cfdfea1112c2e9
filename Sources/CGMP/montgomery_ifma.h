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
#define HALF (DIGITS / 2)
#define QUARTER (DIGITS / 4)
#define PIECE 5
#define PIECES (QUARTER / PIECE)

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

INLINE void clear(__m512i *column, int count) {
    UNROLL for (int i = 0; i < count; i++) {
        column[i] = _mm512_setzero_si512();
    }
}

/* Adds a by b. The order keeps additions to one column apart, since the next waits for the last. */
INLINE void add_products(__m512i column[2 * PIECE], const __m512i a[PIECE], const __m512i b[PIECE]) {
    UNROLL for (int j = 0; j < PIECE; j++) {
        UNROLL for (int i = 0; i < PIECE; i++) {
            column[i + j] = _mm512_madd52lo_epu64(column[i + j], a[i], b[j]);
        }
        UNROLL for (int i = 0; i < PIECE; i++) {
            column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], a[i], b[j]);
        }
    }
}

/* Columns, without carries, of a product of two quarters: at most 30 halves of products in each. */
static __attribute__((noinline)) void multiply_quarters(__m512i columns[2 * QUARTER], const __m512i a[QUARTER],
                                                        const __m512i b[QUARTER]) {
    __m512i column[2 * PIECE];
    clear(column, 2 * PIECE);
    UNROLL for (int k = 0; k < 2 * PIECES; k++) {
        UNROLL for (int i = k < PIECES ? 0 : k - (PIECES - 1); i < (k < PIECES ? k + 1 : PIECES); i++) {
            const __m512i *x = a + PIECE * i, *y = b + PIECE * (k - i);
            add_products(column, x, y);
        }
        UNROLL for (int i = 0; i < PIECE; i++) {
            columns[PIECE * k + i] = column[i];
            column[i] = column[PIECE + i];
        }
        clear(column + PIECE, PIECE);
    }
}

/* The same of a square: products of different limbs are computed once and doubled. */
static __attribute__((noinline)) void square_quarter(__m512i columns[2 * QUARTER], const __m512i a[QUARTER]) {
    __m512i column[2 * PIECE];
    clear(column, 2 * PIECE);
    UNROLL for (int k = 0; k < 2 * PIECES; k++) {
        UNROLL for (int i = k < PIECES ? 0 : k - (PIECES - 1); 2 * i < k; i++) {
            const __m512i *x = a + PIECE * i, *y = a + PIECE * (k - i);
            add_products(column, x, y);
        }
        if (k % 2 == 0 && k < 2 * PIECES - 1) {
            const __m512i *x = a + PIECE * (k / 2);
            UNROLL for (int n = 1; n < PIECE; n++) {
                UNROLL for (int m = 0; m < n; m++) {
                    column[m + n] = _mm512_madd52lo_epu64(column[m + n], x[m], x[n]);
                    column[m + n + 1] = _mm512_madd52hi_epu64(column[m + n + 1], x[m], x[n]);
                }
            }
        }
        UNROLL for (int i = 0; i < PIECE; i++) {
            const int at = PIECE * k + i;
            const __m512i twice = _mm512_add_epi64(column[i], column[i]), limb = a[at / 2];
            columns[at] = at % 2 == 0 ? _mm512_madd52lo_epu64(twice, limb, limb) : _mm512_madd52hi_epu64(twice, limb, limb);
            column[i] = column[PIECE + i];
        }
        clear(column + PIECE, PIECE);
    }
}

/*
 * What a multiplication works on, for Karatsuba's method: the columns of three products of halves, the differences of
 * halves, and which of these are negative; the same of quarters, where the first two products are in place; and the
 * digits q.
 */
typedef struct {
    __m512i low[DIGITS], high[DIGITS], middle[DIGITS], a[HALF], b[HALF], a_negative, b_negative;
    __m512i quarters_middle[HALF], quarters_a[QUARTER], quarters_b[QUARTER];
    __m512i q[DIGITS];
} product_space;

/* d = a0 - a1 mod S for a = a0 + a1 S, S = 2^(52 count); returns -1 in lanes where that is below 0, else 0. */
INLINE __m512i subtract_parts(__m512i *d, const __m512i *a, int count) {
    __m512i carry = _mm512_setzero_si512();
    UNROLL for (int i = 0; i < count; i++) {
        const __m512i digit = _mm512_add_epi64(_mm512_sub_epi64(a[i], a[count + i]), carry);
        d[i] = low_digit(digit);
        carry = carry_of(digit);
    }
    return carry;
}

/*
 * Karatsuba's method: a0 b1 + a1 b0 = a0 b0 + a1 b1 - d_a d_b. A negative d_a is d_a mod S less S: then S (d_b mod S)
 * is to be taken from the product of what is positive, S (d_a mod S) for a negative d_b, and S^2 added if both are.
 */
INLINE __m512i excess(__m512i a, __m512i a_negative, __m512i b, __m512i b_negative) {
    return _mm512_add_epi64(_mm512_and_si512(b, a_negative), _mm512_and_si512(a, b_negative));
}

/* Combines quarters: the columns of a0 b0 and a1 b1 stand side by side, and become those of the product. */
INLINE void combine(__m512i columns[DIGITS], const product_space *s, const __m512i b[QUARTER], __m512i a_negative,
                    __m512i b_negative) {
    UNROLL for (int i = 0; i < QUARTER; i++) {
        const __m512i common = _mm512_add_epi64(columns[QUARTER + i], columns[2 * QUARTER + i]);
        const __m512i left = _mm512_sub_epi64(columns[i], s->quarters_middle[i]);
        const __m512i right = _mm512_sub_epi64(columns[3 * QUARTER + i], s->quarters_middle[QUARTER + i]);
        const __m512i more = _mm512_add_epi64(right, excess(s->quarters_a[i], a_negative, b[i], b_negative));
        columns[QUARTER + i] = _mm512_add_epi64(common, left);
        columns[2 * QUARTER + i] = _mm512_add_epi64(common, more);
    }
    columns[3 * QUARTER] = _mm512_add_epi64(columns[3 * QUARTER], _mm512_and_si512(a_negative, b_negative));
}

static __attribute__((noinline)) void multiply_halves(__m512i columns[DIGITS], const __m512i a[HALF],
                                                      const __m512i b[HALF], product_space *s) {
    const __m512i a_negative = subtract_parts(s->quarters_a, a, QUARTER);
    const __m512i b_negative = subtract_parts(s->quarters_b, b, QUARTER);
    multiply_quarters(columns, a, b);
    multiply_quarters(columns + HALF, a + QUARTER, b + QUARTER);
    multiply_quarters(s->quarters_middle, s->quarters_a, s->quarters_b);
    combine(columns, s, s->quarters_b, a_negative, b_negative);
}

static __attribute__((noinline)) void square_half(__m512i columns[DIGITS], const __m512i a[HALF], product_space *s) {
    const __m512i negative = subtract_parts(s->quarters_a, a, QUARTER);
    square_quarter(columns, a);
    square_quarter(columns + HALF, a + QUARTER);
    square_quarter(s->quarters_middle, s->quarters_a);
    combine(columns, s, s->quarters_a, negative, negative);
}

/* Adds to block k what the products of halves come to. */
INLINE void add_columns(__m512i column[BLOCK], const product_space *s, const __m512i b[HALF], int k) {
    const int blocks = BLOCKS / 2;
    const __m512i *outer = k < BLOCKS ? s->low + BLOCK * k : s->high + BLOCK * (k - BLOCKS);
    UNROLL for (int i = 0; i < BLOCK; i++) {
        column[i] = _mm512_add_epi64(column[i], outer[i]);
    }
    if (k >= blocks && k < 3 * blocks) {
        const int at = BLOCK * (k - blocks);
        UNROLL for (int i = 0; i < BLOCK; i++) {
            const __m512i sum = _mm512_add_epi64(s->low[at + i], s->high[at + i]);
            column[i] = _mm512_add_epi64(column[i], _mm512_sub_epi64(sum, s->middle[at + i]));
        }
    }
    if (k >= 2 * blocks && k < 3 * blocks) {
        const int at = BLOCK * (k - 2 * blocks);
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i] = _mm512_add_epi64(column[i], excess(s->a[at + i], s->a_negative, b[at + i], s->b_negative));
        }
    }
    if (k == 3 * blocks) {
        column[0] = _mm512_add_epi64(column[0], _mm512_and_si512(s->a_negative, s->b_negative));
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
 * r = product / R mod p, b being what the differences a were multiplied by. Block by block it adds the multiples of p that the digits q so far stand for, and the carries
 * from the block before; then clears the block by six more digits, or, in the upper half, writes it as a block of r.
 */
static __attribute__((noinline)) void reduce(lanes *r, product_space *s, const __m512i b[HALF]) {
    __m512i carry[BLOCK], *const q = s->q;
    clear(carry, BLOCK);
    for (int k = 0; k < 2 * BLOCKS; k++) {
        __m512i column[2 * BLOCK];
        clear(column, 2 * BLOCK);
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
        add_columns(column, s, b, k);
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i] = _mm512_add_epi64(column[i], carry[i]);
        }
        if (k < BLOCKS) {
            UNROLL for (int i = 0; i < BLOCK; i++) {
                const __m512i digit = low_digit(column[i]);
                column[i + 1] = _mm512_add_epi64(column[i + 1], carry_of(column[i]));
                UNROLL for (int j = 1; j < BLOCK; j++) {
                    const __m512i limb = all_lanes(modulus[j]);
                    column[i + j] = _mm512_madd52lo_epu64(column[i + j], digit, limb);
                    column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], digit, limb);
                }
                q[BLOCK * k + i] = digit;
            }
        } else {
            UNROLL for (int i = 0; i < BLOCK; i++) {
                r->v[BLOCK * (k - BLOCKS) + i] = low_digit(column[i]);
                column[i + 1] = _mm512_add_epi64(column[i + 1], carry_of(column[i]));
            }
        }
        UNROLL for (int i = 0; i < BLOCK; i++) {
            carry[i] = column[BLOCK + i];
        }
    }
}

/* r = a b / R mod p; r may be a or b. */
static void montgomery_multiply(lanes *r, const lanes *a, const lanes *b, product_space *s) {
    s->a_negative = subtract_parts(s->a, a->v, HALF);
    s->b_negative = subtract_parts(s->b, b->v, HALF);
    multiply_halves(s->low, a->v, b->v, s);
    multiply_halves(s->high, a->v + HALF, b->v + HALF, s);
    multiply_halves(s->middle, s->a, s->b, s);
    reduce(r, s, s->b);
}

/* r = a^2 / R mod p; r may be a. */
static void montgomery_square(lanes *r, const lanes *a, product_space *s) {
    s->a_negative = s->b_negative = subtract_parts(s->a, a->v, HALF);
    square_half(s->low, a->v, s);
    square_half(s->high, a->v + HALF, s);
    square_half(s->middle, s->a, s);
    reduce(r, s, s->a);
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
