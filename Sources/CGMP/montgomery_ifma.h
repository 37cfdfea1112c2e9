/*
 * Montgomery multiplication mod p, eight numbers at a time, R = 2^3120.
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

#include "products_ifma.h"

#define BLOCK 6
#define BLOCKS (DIGITS / BLOCK)

/* The limbs of m, the rest zero, and of R^2 mod p. Written by montgomery_init. */
static uint64_t modulus[DIGITS], radix_squared[DIGITS];

/*
 * Adds to block k what the products of halves come to, `b` being what the differences `s->a` were multiplied by: four
 * columns and two limbs, below 2^61 on either side of zero. The multiples of p add less than 2^59.
 */
INLINE void add_columns(__m512i column[BLOCK], const product_space *s, const __m512i b[HALF], int k) {
    const int blocks = BLOCKS / 2;
    const __m512i *outer = k < BLOCKS ? s->low + BLOCK * k : s->high + BLOCK * (k - BLOCKS);
    UNROLL for (int i = 0; i < BLOCK; i++) { column[i] = _mm512_add_epi64(column[i], outer[i]); }
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

/* Adds q by the first `limb_count` limbs of a block of m. */
INLINE void add_multiples(__m512i column[2 * BLOCK], const __m512i q[BLOCK], const uint64_t *limbs, int limb_count) {
    UNROLL for (int j = 0; j < limb_count; j++) {
        const __m512i limb = all_lanes(limbs[j]);
        UNROLL for (int i = 0; i < BLOCK; i++) { column[i + j] = _mm512_madd52lo_epu64(column[i + j], q[i], limb); }
        UNROLL for (int i = 0; i < BLOCK; i++) {
            column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], q[i], limb);
        }
    }
}

/*
 * A look-up in a table of powers: reads all of it and keeps what the masks select. It waits for memory where products
 * wait for the multiplier, so a squaring may do a look-up on the side, three limbs for each of its blocks.
 */
#define ENTRIES 16
#define LIMBS_AT_ONCE (DIGITS / (2 * BLOCKS))

typedef struct {
    lanes found;
    __m512i mask[ENTRIES];
    const lanes *table;
} look_up;

INLINE void look_up_limbs(look_up *l, int k) {
    __m512i *const found = l->found.v + LIMBS_AT_ONCE * k;
    __m512i f[LIMBS_AT_ONCE];
    UNROLL for (int j = 0; j < LIMBS_AT_ONCE; j++) { f[j] = found[j]; }
    UNROLL for (int e = 0; e < ENTRIES; e++) {
        const __m512i *entry = l->table[e].v + LIMBS_AT_ONCE * k;
        UNROLL for (int j = 0; j < LIMBS_AT_ONCE; j++) {
            f[j] = _mm512_ternarylogic_epi64(f[j], l->mask[e], entry[j], 0xf8); /* f | mask & entry */
        }
    }
    UNROLL for (int j = 0; j < LIMBS_AT_ONCE; j++) { found[j] = f[j]; }
}

/*
 * r = product / R mod p. Block by block it adds the multiples of p that the digits q so far stand for, the product, and
 * the carries from the block before; then it clears the block by six more digits, or, in the upper half, writes it as a
 * block of r.
 */
static __attribute__((noinline)) void reduce(lanes *r, product_space *s, const __m512i b[HALF], look_up *l) {
    __m512i carry[BLOCK], *const q = s->q;
    clear(carry, BLOCK);
    for (int k = 0; k < 2 * BLOCKS; k++) {
        __m512i column[2 * BLOCK];
        if (l != NULL) {
            look_up_limbs(l, k);
        }
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
        UNROLL for (int i = 0; i < BLOCK; i++) { column[i] = _mm512_add_epi64(column[i], carry[i]); }
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
        UNROLL for (int i = 0; i < BLOCK; i++) { carry[i] = column[BLOCK + i]; }
    }
}

/* r = a b / R mod p; r may be a or b. */
static void montgomery_multiply(lanes *r, const lanes *a, const lanes *b, product_space *s) {
    s->a_negative = subtract_parts(s->a, a->v, HALF);
    s->b_negative = subtract_parts(s->b, b->v, HALF);
    multiply_halves(s->low, a->v, b->v, s);
    multiply_halves(s->high, a->v + HALF, b->v + HALF, s);
    multiply_halves(s->middle, s->a, s->b, s);
    reduce(r, s, s->b, NULL);
}

/* r = a^2 / R mod p; r may be a. `l`: a look-up to do on the side, or NULL. */
static void montgomery_square(lanes *r, const lanes *a, product_space *s, look_up *l) {
    s->a_negative = s->b_negative = subtract_parts(s->a, a->v, HALF);
    square_half(s->low, a->v, s);
    square_half(s->high, a->v + HALF, s);
    square_half(s->middle, s->a, s);
    reduce(r, s, s->a, l);
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
