// Arithmetic mod l in four 64-bit words, constant time: products reduced by Barrett's method.
#include "scalar.h"

#include "CRistretto.h"

typedef unsigned __int128 u128;

static const uint64_t ORDER[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};
// ⌊2^512 / l⌋
static const uint64_t RECIPROCAL[5] = {0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb, 0xffffffffffffffff,
                                       0xf};
// (l + 1)/2, the inverse of 2
static const uint64_t HALF[4] = {0x2c09318d2e7ae9f7, 0x0a6f7cef517bce6b, 0, 0x0800000000000000};

static void load(uint64_t *words, const uint8_t *bytes, int count) {
    for (int i = 0; i < count; i++) {
        words[i] = 0;
        for (int j = 7; j >= 0; j--) words[i] = words[i] << 8 | bytes[8 * i + j];
    }
}

static void store(uint8_t bytes[32], const uint64_t words[4]) {
    for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
}

/// r = a·b, schoolbook.
static void multiply_wide(uint64_t *r, const uint64_t *a, int a_count, const uint64_t *b, int b_count) {
    for (int i = 0; i < a_count + b_count; i++) r[i] = 0;
    for (int i = 0; i < a_count; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < b_count; j++) {
            const u128 t = (u128)a[i] * b[j] + r[i + j] + carry;
            r[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        r[i + b_count] = carry;
    }
}

/// r = a − b over `count` words; returns the borrow, 0 or 1.
static uint64_t subtract(uint64_t *r, const uint64_t *a, const uint64_t *b, int count) {
    uint64_t borrow = 0;
    for (int i = 0; i < count; i++) {
        const u128 t = (u128)a[i] - b[i] - borrow;
        r[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return borrow;
}

/// r = x mod l for any x < 2^512.
///
/// Barrett: with q₁ = ⌊x/2^192⌋, q₃ = ⌊q₁·⌊2^512/l⌋/2^320⌋ is ⌊x/l⌋ or up to 2 below it; so x − q₃·l < 3l, which 320
/// bits hold, and two conditional subtractions finish.
static void reduce_wide(uint64_t r[4], const uint64_t x[8]) {
    uint64_t product[10], multiple[9], rest[5], reduced[5];
    const uint64_t order[5] = {ORDER[0], ORDER[1], ORDER[2], ORDER[3], 0};
    multiply_wide(product, x + 3, 5, RECIPROCAL, 5);
    multiply_wide(multiple, product + 5, 5, ORDER, 4);
    (void)subtract(rest, x, multiple, 5);
    for (int pass = 0; pass < 2; pass++) {
        const uint64_t keep = sidos_mask_of_bit(subtract(reduced, rest, order, 5));
        for (int i = 0; i < 5; i++) rest[i] = sidos_select(keep, rest[i], reduced[i]);
    }
    for (int i = 0; i < 4; i++) r[i] = rest[i];
    sidos_wipe(product, sizeof product);
    sidos_wipe(multiple, sizeof multiple);
    sidos_wipe(rest, sizeof rest);
    sidos_wipe(reduced, sizeof reduced);
}

/// r = a·b mod l for any 256-bit a, b.
static void multiply(uint64_t r[4], const uint64_t a[4], const uint64_t b[4]) {
    uint64_t wide[8];
    multiply_wide(wide, a, 4, b, 4);
    reduce_wide(r, wide);
    sidos_wipe(wide, sizeof wide);
}

void sidos_r255_scalar_halve(uint8_t out[32], const uint8_t scalar[32]) {
    uint64_t a[4];
    load(a, scalar, 4);
    multiply(a, a, HALF);
    store(out, a);
    sidos_wipe(a, sizeof a);
}

void sidos_r255_scalar_signs(uint8_t out[32], const uint8_t scalar[32]) {
    uint64_t wide[8] = {0}, h[4];
    load(wide, scalar, 4);
    reduce_wide(h, wide);
    // (h' + 2^256 − 1)/2 for the one of h, h + l that is odd; l is, so that an even h gets it.
    const uint64_t even = sidos_mask_of_bit(1 ^ (h[0] & 1));
    u128 sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (u128)h[i] + (ORDER[i] & even);
        h[i] = (uint64_t)sum;
        sum >>= 64;
    }
    for (int i = 0; i < 4; i++) h[i] = h[i] >> 1 | (i < 3 ? h[i + 1] << 63 : (uint64_t)1 << 63);
    store(out, h);
    sidos_wipe(wide, sizeof wide);
    sidos_wipe(h, sizeof h);
}

void sidos_r255_scalar_reduce64(uint8_t out[32], const uint8_t in[64]) {
    uint64_t wide[8], r[4];
    load(wide, in, 8);
    reduce_wide(r, wide);
    store(out, r);
    sidos_wipe(wide, sizeof wide);
    sidos_wipe(r, sizeof r);
}

void sidos_r255_scalar_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t b[32], const uint8_t c[32]) {
    uint64_t x[4], y[4], z[4], wide[8];
    load(x, a, 4);
    load(y, b, 4);
    load(z, c, 4);
    multiply_wide(wide, x, 4, y, 4);
    // (2^256 − 1)² + 2^256 − 1 < 2^512: no carry leaves the eighth word.
    uint64_t carry = 0;
    for (int i = 0; i < 8; i++) {
        const u128 t = (u128)wide[i] + (i < 4 ? z[i] : 0) + carry;
        wide[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    reduce_wide(x, wide);
    store(out, x);
    sidos_wipe(x, sizeof x);
    sidos_wipe(y, sizeof y);
    sidos_wipe(z, sizeof z);
    sidos_wipe(wide, sizeof wide);
}

void sidos_r255_scalar_invert(uint8_t out[32], const uint8_t a[32]) {
    // a^(l−2) in windows of 4 bits; the exponent is public, so its digits may be branched on and index the table.
    uint64_t powers[16][4] = {{1, 0, 0, 0}}, r[4] = {1, 0, 0, 0}, exponent[4];
    const uint64_t two[4] = {2, 0, 0, 0};
    (void)subtract(exponent, ORDER, two, 4);
    load(powers[1], a, 4);
    for (int i = 2; i < 16; i++) multiply(powers[i], powers[i - 1], powers[1]);
    for (int i = 63; i >= 0; i--) {
        for (int j = 0; j < 4; j++) multiply(r, r, r);
        const unsigned digit = (unsigned)(exponent[i / 16] >> (4 * (i % 16)) & 15);
        if (digit != 0) multiply(r, r, powers[digit]);
    }
    store(out, r);
    sidos_wipe(powers, sizeof powers);
    sidos_wipe(r, sizeof r);
}

void sidos_r255_scalar_negate(uint8_t out[32], const uint8_t a[32]) {
    static const uint64_t minus_one[4] = {ORDER[0] - 1, ORDER[1], ORDER[2], ORDER[3]};
    uint64_t x[4];
    load(x, a, 4);
    multiply(x, x, minus_one);
    store(out, x);
    sidos_wipe(x, sizeof x);
}

int sidos_r255_scalar_is_canonical(const uint8_t a[32]) {
    uint64_t x[4], difference[4];
    load(x, a, 4);
    const int canonical = (int)subtract(difference, x, ORDER, 4);
    sidos_wipe(x, sizeof x);
    sidos_wipe(difference, sizeof difference);
    return canonical;
}
