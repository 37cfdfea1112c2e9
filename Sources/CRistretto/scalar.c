// Scalars one at a time.
#include "scalar.h"

#include "CRistretto.h"
#include "scalar_words.h"

// (l + 1)/2, the inverse of 2
static const uint64_t HALF[4] = {0x2c09318d2e7ae9f7, 0x0a6f7cef517bce6b, 0, 0x0800000000000000};

static void reduce_wide(uint64_t r[4], const uint64_t x[8]) { scalar_reduce(r, x); }

/// r = a·b mod l for any 256-bit a, b.
static void multiply(uint64_t r[4], const uint64_t a[4], const uint64_t b[4]) {
    static const uint64_t zero[4];
    scalar_multiply_add(r, a, b, zero);
}

void sidos_r255_scalar_halve(uint8_t out[32], const uint8_t scalar[32]) {
    uint64_t a[4];
    scalar_load(a, scalar, 4);
    multiply(a, a, HALF);
    scalar_store(out, a);
    sidos_wipe(a, sizeof a);
}

void sidos_r255_scalar_reduce(uint8_t out[32], const uint8_t scalar[32]) {
    uint64_t wide[8] = {0}, r[4];
    scalar_load(wide, scalar, 4);
    reduce_wide(r, wide);
    scalar_store(out, r);
    sidos_wipe(wide, sizeof wide);
    sidos_wipe(r, sizeof r);
}

void sidos_r255_scalar_signs(uint8_t out[32], const uint8_t scalar[32]) {
    uint64_t wide[8] = {0}, h[4];
    scalar_load(wide, scalar, 4);
    reduce_wide(h, wide);
    // (h' + 2^256 − 1)/2 for the one of h, h + l that is odd; l is, so that an even h gets it.
    const uint64_t even = sidos_mask_of_bit(1 ^ (h[0] & 1));
    sidos_wide sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (sidos_wide)h[i] + (SCALAR_ORDER[i] & even);
        h[i] = (uint64_t)sum;
        sum >>= 64;
    }
    for (int i = 0; i < 4; i++) h[i] = h[i] >> 1 | (i < 3 ? h[i + 1] << 63 : (uint64_t)1 << 63);
    scalar_store(out, h);
    sidos_wipe(wide, sizeof wide);
    sidos_wipe(h, sizeof h);
}

void sidos_r255_scalar_reduce64(uint8_t out[32], const uint8_t in[64]) {
    uint64_t wide[8], r[4];
    scalar_load(wide, in, 8);
    reduce_wide(r, wide);
    scalar_store(out, r);
    sidos_wipe(wide, sizeof wide);
    sidos_wipe(r, sizeof r);
}

void sidos_r255_scalar_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t b[32], const uint8_t c[32]) {
    uint64_t x[4], y[4], z[4];
    scalar_load(x, a, 4);
    scalar_load(y, b, 4);
    scalar_load(z, c, 4);
    scalar_multiply_add(x, x, y, z);
    scalar_store(out, x);
    sidos_wipe(x, sizeof x);
    sidos_wipe(y, sizeof y);
    sidos_wipe(z, sizeof z);
}

void sidos_r255_scalar_invert(uint8_t out[32], const uint8_t a[32]) {
    // a^(l−2) in windows of 4 bits; the exponent is public, so its digits may be branched on and index the table.
    uint64_t powers[16][4] = {{1, 0, 0, 0}}, r[4] = {1, 0, 0, 0}, exponent[4];
    const uint64_t two[4] = {2, 0, 0, 0};
    (void)scalar_subtract(exponent, SCALAR_ORDER, two, 4);
    scalar_load(powers[1], a, 4);
    for (int i = 2; i < 16; i++) multiply(powers[i], powers[i - 1], powers[1]);
    for (int i = 63; i >= 0; i--) {
        for (int j = 0; j < 4; j++) multiply(r, r, r);
        const unsigned digit = (unsigned)(exponent[i / 16] >> (4 * (i % 16)) & 15);
        if (digit != 0) multiply(r, r, powers[digit]);
    }
    scalar_store(out, r);
    sidos_wipe(powers, sizeof powers);
    sidos_wipe(r, sizeof r);
}

void sidos_r255_scalar_negate(uint8_t out[32], const uint8_t a[32]) {
    static const uint64_t minus_one[4] = {SCALAR_ORDER[0] - 1, SCALAR_ORDER[1], SCALAR_ORDER[2], SCALAR_ORDER[3]};
    uint64_t x[4];
    scalar_load(x, a, 4);
    multiply(x, x, minus_one);
    scalar_store(out, x);
    sidos_wipe(x, sizeof x);
}

int sidos_r255_scalar_is_canonical(const uint8_t a[32]) {
    uint64_t x[4], difference[4];
    scalar_load(x, a, 4);
    const int canonical = (int)scalar_subtract(difference, x, SCALAR_ORDER, 4);
    sidos_wipe(x, sizeof x);
    sidos_wipe(difference, sizeof difference);
    return canonical;
}
