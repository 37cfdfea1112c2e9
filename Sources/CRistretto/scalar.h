// Scalars: integers mod the group order l = 2^252 + 27742317777372353535851937790883648493, 32 bytes little-endian outside.
#ifndef SIDOS_R255_SCALAR_H
#define SIDOS_R255_SCALAR_H

#include "secrecy.h"

/// Signed digits of 5 bits: a scalar below 2^253 is Σ digit[i]·32^i, each digit in [−16, 15], 51 digits.
#define SIDOS_R255_DIGITS 51

/// out = scalar/2 mod l (times the inverse of 2), for any 32 bytes.
void sidos_r255_scalar_halve(uint8_t out[32], const uint8_t scalar[32]);

/// Signed digits of a scalar below 2^253. Constant time.
static inline void sidos_scalar_digits(int8_t digits[SIDOS_R255_DIGITS], const uint8_t scalar[32]) {
    int carry = 0;
    for (int i = 0; i < SIDOS_R255_DIGITS; i++) {
        const int bit = 5 * i, byte = bit >> 3;
        const unsigned pair = scalar[byte] | (byte < 31 ? (unsigned)scalar[byte + 1] << 8 : 0);
        const int digit = (int)(pair >> (bit & 7) & 31) + carry;
        carry = (digit + 16) >> 5;
        digits[i] = (int8_t)(digit - 32 * carry);
    }
}

/// The magnitude of a digit, and a mask that is all ones when the digit is negative.
static inline uint64_t sidos_digit_magnitude(uint64_t *negative, int8_t digit) {
    const uint64_t wide = (uint64_t)(int64_t)digit;
    *negative = sidos_mask_of_bit(wide >> 63);
    return (wide ^ *negative) - *negative;
}

#endif
