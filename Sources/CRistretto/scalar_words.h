// Arithmetic mod l in 64-bit words, constant time. l = 2^252 + c, where c < 2^125: what is above bit 252 counts −c
// times.
#ifndef SIDOS_R255_SCALAR_WORDS_H
#define SIDOS_R255_SCALAR_WORDS_H

#include "secrecy.h"

typedef unsigned __int128 sidos_wide;

static const uint64_t SCALAR_ORDER[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};

static inline void scalar_load(uint64_t *words, const uint8_t *bytes, int count) {
    for (int i = 0; i < count; i++) {
        const uint8_t *const b = bytes + 8 * i;
        words[i] = (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
                   (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
    }
}

static inline void scalar_store(uint8_t bytes[32], const uint64_t words[4]) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(bytes, words, 32);
#else
    for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
#endif
}

/// r[0] … r[count] = r[0] … r[count − 1] + a·b.
static inline __attribute__((always_inline)) void scalar_row(uint64_t *r, uint64_t a, const uint64_t *b, int count) {
    uint64_t carry = 0;
    for (int j = 0; j < count; j++) {
        const sidos_wide t = (sidos_wide)a * b[j] + r[j] + carry;
        r[j] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    r[count] = carry;
}

/// r = a·b, schoolbook, for a_count ≤ 6. Row by row without a loop, which compilers leave rolled.
static inline __attribute__((always_inline)) void scalar_product(uint64_t *r, const uint64_t *a, int a_count,
                                                                 const uint64_t *b, int b_count) {
    for (int i = 0; i < b_count; i++) r[i] = 0;
    if (a_count > 0) scalar_row(r, a[0], b, b_count);
    if (a_count > 1) scalar_row(r + 1, a[1], b, b_count);
    if (a_count > 2) scalar_row(r + 2, a[2], b, b_count);
    if (a_count > 3) scalar_row(r + 3, a[3], b, b_count);
    if (a_count > 4) scalar_row(r + 4, a[4], b, b_count);
    if (a_count > 5) scalar_row(r + 5, a[5], b, b_count);
}

/// r += a, of `count` words each, `a` having `a_count`; returns the carry.
static inline __attribute__((always_inline)) uint64_t scalar_add_words(uint64_t *r, int count, const uint64_t *a,
                                                                       int a_count) {
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
        const sidos_wide t = (sidos_wide)r[i] + (i < a_count ? a[i] : 0) + carry;
        r[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    return carry;
}

/// r = a − b over `count` words; returns the borrow, 0 or 1.
static inline __attribute__((always_inline)) uint64_t scalar_subtract(uint64_t *r, const uint64_t *a, const uint64_t *b,
                                                                      int count) {
    uint64_t borrow = 0;
    for (int i = 0; i < count; i++) {
        const sidos_wide t = (sidos_wide)a[i] - b[i] - borrow;
        r[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return borrow;
}

/// Where x = low + 2^252·high, of `x_count` words, and c·high < 2^shift·l: r = low − c·high + 2^shift·l, which is x mod
/// l. `high` has `high_count` words and the result fits `r_count`. `r` may be `x`.
static inline __attribute__((always_inline)) void scalar_fold(uint64_t *r, int r_count, const uint64_t *x, int x_count,
                                                              int high_count, int shift) {
    uint64_t high[6], product[8] = {0}, multiple[8] = {0}, carry = 1;
    for (int i = 0; i < high_count; i++) high[i] = x[i + 3] >> 60 | (i + 4 < x_count ? x[i + 4] << 4 : 0);
    scalar_product(product, high, high_count, SCALAR_ORDER, 2);
    for (int i = 0; i < 4; i++) {
        multiple[i + shift / 64] |= SCALAR_ORDER[i] << shift % 64;
        if (shift % 64 > 0 && i + shift / 64 < 7) multiple[i + shift / 64 + 1] = SCALAR_ORDER[i] >> (64 - shift % 64);
    }
    for (int i = 0; i < r_count; i++) {
        const uint64_t low = i < 3 ? x[i] : i == 3 ? x[3] & 0x0fffffffffffffff : 0;
        // −product is its complement and 1.
        const sidos_wide t = (sidos_wide)low + multiple[i] + (uint64_t)~product[i] + carry;
        r[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
}

/// r = x mod l for any x < 2^512.
///
/// c < 2^124.4: from 260 bits above 252 they become 133, 6 and none; a last subtraction of l is conditional.
static inline __attribute__((always_inline)) void scalar_reduce(uint64_t r[4], const uint64_t x[8]) {
    uint64_t rest[7], less[4];
    scalar_fold(rest, 7, x, 8, 5, 133);
    scalar_fold(rest, 5, rest, 7, 3, 6);
    scalar_fold(rest, 4, rest, 5, 1, 0);
    const uint64_t keep = sidos_mask_of_bit(scalar_subtract(less, rest, SCALAR_ORDER, 4));
    for (int i = 0; i < 4; i++) r[i] = sidos_select(keep, rest[i], less[i]);
}

/// r = a·b + c mod l for any 256-bit a, b, c.
static inline __attribute__((always_inline)) void scalar_multiply_add(uint64_t r[4], const uint64_t a[4],
                                                                      const uint64_t b[4], const uint64_t c[4]) {
    uint64_t wide[8];
    scalar_product(wide, a, 4, b, 4);
    // (2^256 − 1)² + 2^256 − 1 < 2^512: no carry leaves the eighth word.
    (void)scalar_add_words(wide, 8, c, 4);
    scalar_reduce(r, wide);
}

#endif
