// Scalars: integers mod the group order l = 2^252 + 27742317777372353535851937790883648493, 32 bytes little-endian
// outside.
#ifndef SIDOS_R255_SCALAR_H
#define SIDOS_R255_SCALAR_H

#include "secrecy.h"

/// The b_i of width 1, below, for 256 digits, of a scalar that is not halved: bit p of `out` is set where the digit at
/// position p is +1, clear where it is −1. For any 32 bytes.
void sidos_r255_scalar_signs(uint8_t out[32], const uint8_t scalar[32]);

/// out = scalar mod l, for any 32 bytes.
void sidos_r255_scalar_reduce(uint8_t out[32], const uint8_t scalar[32]);

/// out = scalar/2 mod l (times the inverse of 2), for any 32 bytes.
void sidos_r255_scalar_halve(uint8_t out[32], const uint8_t scalar[32]);

// Odd signed digits. With n digits of w bits, n·w ≥ 254, every h < 2^253 is mod l a sum Σ d_i·2^(w·i) of odd digits in
// ±1, ±3 … ±(2^w − 1): take the one of h, h + l that is odd, call it h', and the w-bit digits b_i of
// (h' + 2^(n·w) − 1)/2; then d_i = 2b_i − (2^w − 1). No digit is zero, so tables need no identity and hold 2^(w−1)
// entries. The upper bit of b_i is the sign (set: positive), and the entry of |d_i| is b_i's other bits, inverted where
// d_i is negative.

#define SIDOS_R255_DIGITS(width) ((254 + (width)-1) / (width))
#define SIDOS_R255_MAX_DIGITS 64

/// Writes the b_i of `half`, the one of least weight first, `stride` bytes apart. Constant time.
static inline void sidos_scalar_digits(uint8_t *digits, size_t stride, const uint8_t half[32], int width) {
    static const uint64_t order[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};
    const int digit_count = SIDOS_R255_DIGITS(width), top = width * digit_count - 1;
    uint64_t words[5];
    const uint64_t even = sidos_mask_of_bit(1 ^ (half[0] & 1));
    unsigned __int128 sum = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t word = 0;
        for (int j = 7; j >= 0; j--) word = word << 8 | half[8 * i + j];
        sum += (unsigned __int128)word + (order[i] & even);
        words[i] = (uint64_t)sum;
        sum >>= 64;
    }
    // (h' − 1)/2 + 2^(n·w − 1): h' < 2^254 is odd, so halving drops its lowest bit, and the addend's bit is free.
    for (int i = 0; i < 4; i++) words[i] = words[i] >> 1 | (i < 3 ? words[i + 1] << 63 : 0);
    words[4] = 0;
    words[top / 64] |= (uint64_t)1 << (top % 64);
    for (int i = 0; i < digit_count; i++) {
        const int bit = width * i, offset = bit % 64;
        uint64_t digit = words[bit / 64] >> offset;
        if (offset + width > 64) digit |= words[bit / 64 + 1] << (64 - offset);
        digits[stride * (size_t)i] = (uint8_t)(digit & (((uint64_t)1 << width) - 1));
    }
    sidos_wipe(words, sizeof words);
}

#endif
