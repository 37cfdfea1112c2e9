/*
 * 256-bit integers as four 64-bit limbs, least significant first, and what every modulus shares. All constant time.
 */
#ifndef SIDOS_P256_LIMBS_H
#define SIDOS_P256_LIMBS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned __int128 u128;

typedef struct {
    uint64_t limb[4];
} limbs256;

/* Hides a value from the optimiser, which could otherwise see that a mask is 0 or all ones and branch on it. */
static inline uint64_t value_barrier(uint64_t value) {
    __asm__("" : "+r"(value));
    return value;
}

/* All ones if bit is 1, zero if it is 0. */
static inline uint64_t mask_of_bit(uint64_t bit) { return value_barrier(0 - bit); }

/* 1 if value is zero, else 0: value | -value has its top bit set unless value is zero. */
static inline uint64_t is_zero_word(uint64_t value) { return 1 ^ ((value | (0 - value)) >> 63); }

/* A memset to zero that the compiler cannot drop: the assembly may read the memory, for all it knows. */
static inline void wipe(void *memory, size_t byte_count) {
    memset(memory, 0, byte_count);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

/*
 * Marks a verdict about secret data as public: callers learn which item was refused, so branching on it is sound. Only
 * the constant-time test gives this a body; it tells valgrind so.
 */
#ifdef SIDOS_CONSTANT_TIME_TEST
#include <valgrind/memcheck.h>
static inline uint64_t public_verdict(uint64_t verdict) {
    VALGRIND_MAKE_MEM_DEFINED(&verdict, sizeof verdict);
    return verdict;
}
#else
static inline uint64_t public_verdict(uint64_t verdict) { return verdict; }
#endif

/* r = mask ? a : r, for a mask of all ones or zero. */
static inline void limbs_select(limbs256 *r, const limbs256 *a, uint64_t mask) {
    for (int i = 0; i < 4; i++) {
        r->limb[i] ^= mask & (r->limb[i] ^ a->limb[i]);
    }
}

static inline uint64_t limbs_is_zero(const limbs256 *a) {
    return is_zero_word(a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3]);
}

static inline uint64_t limbs_equal(const limbs256 *a, const limbs256 *b) {
    uint64_t difference = 0;
    for (int i = 0; i < 4; i++) {
        difference |= a->limb[i] ^ b->limb[i];
    }
    return is_zero_word(difference);
}

/* r = a - b mod 2^256; returns the borrow. */
static inline uint64_t limbs_sub(limbs256 *r, const limbs256 *a, const limbs256 *b) {
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        u128 t = (u128)a->limb[i] - b->limb[i] - borrow;
        r->limb[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return borrow;
}

/* r = a + b mod 2^256; returns the carry. */
static inline uint64_t limbs_add(limbs256 *r, const limbs256 *a, const limbs256 *b) {
    u128 t = 0;
    for (int i = 0; i < 4; i++) {
        t += (u128)a->limb[i] + b->limb[i];
        r->limb[i] = (uint64_t)t;
        t >>= 64;
    }
    return (uint64_t)t;
}

/* 1 if a < b, else 0. */
static inline uint64_t limbs_less(const limbs256 *a, const limbs256 *b) {
    limbs256 unused;
    return limbs_sub(&unused, a, b);
}

/* Brings carry * 2^256 + r, which is below twice the modulus, below the modulus. */
static inline void limbs_reduce_once(limbs256 *r, uint64_t carry, const limbs256 *modulus) {
    limbs256 reduced;
    uint64_t borrow = limbs_sub(&reduced, r, modulus);
    limbs_select(r, &reduced, mask_of_bit(carry | (borrow ^ 1)));
}

/* r = a + b mod modulus; a and b are below it. */
static inline void limbs_add_mod(limbs256 *r, const limbs256 *a, const limbs256 *b, const limbs256 *modulus) {
    uint64_t carry = limbs_add(r, a, b);
    limbs_reduce_once(r, carry, modulus);
}

/* r = a - b mod modulus; a and b are below it. */
static inline void limbs_sub_mod(limbs256 *r, const limbs256 *a, const limbs256 *b, const limbs256 *modulus) {
    uint64_t mask = mask_of_bit(limbs_sub(r, a, b));
    limbs256 correction;
    for (int i = 0; i < 4; i++) {
        correction.limb[i] = modulus->limb[i] & mask;
    }
    limbs_add(r, r, &correction);
}

/* t = a * b, eight limbs. No sum overflows: (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1. */
static inline void limbs_mul_wide(uint64_t t[8], const limbs256 *a, const limbs256 *b) {
    u128 sum = 0;
    for (int j = 0; j < 4; j++) {
        sum += (u128)a->limb[0] * b->limb[j];
        t[j] = (uint64_t)sum;
        sum >>= 64;
    }
    t[4] = (uint64_t)sum;
    for (int i = 1; i < 4; i++) {
        sum = 0;
        for (int j = 0; j < 4; j++) {
            sum += (u128)a->limb[i] * b->limb[j] + t[i + j];
            t[i + j] = (uint64_t)sum;
            sum >>= 64;
        }
        t[i + 4] = (uint64_t)sum;
    }
}

/* t = a * a: the six products of unlike limbs once, doubled, then the four squares. */
static inline void limbs_square_wide(uint64_t t[8], const limbs256 *a) {
    const uint64_t *x = a->limb;
    u128 sum = (u128)x[0] * x[1];
    t[1] = (uint64_t)sum;
    sum = (sum >> 64) + (u128)x[0] * x[2];
    t[2] = (uint64_t)sum;
    sum = (sum >> 64) + (u128)x[0] * x[3];
    t[3] = (uint64_t)sum;
    t[4] = (uint64_t)(sum >> 64);
    sum = (u128)x[1] * x[2] + t[3];
    t[3] = (uint64_t)sum;
    sum = (sum >> 64) + (u128)x[1] * x[3] + t[4];
    t[4] = (uint64_t)sum;
    sum = (sum >> 64) + (u128)x[2] * x[3];
    t[5] = (uint64_t)sum;
    t[6] = (uint64_t)(sum >> 64);
    t[7] = t[6] >> 63;
    for (int i = 6; i > 1; i--) {
        t[i] = t[i] << 1 | t[i - 1] >> 63;
    }
    t[1] <<= 1;
    t[0] = 0;
    sum = 0;
    for (int i = 0; i < 4; i++) {
        u128 square = (u128)x[i] * x[i];
        sum += (u128)t[2 * i] + (uint64_t)square;
        t[2 * i] = (uint64_t)sum;
        sum = (sum >> 64) + t[2 * i + 1] + (uint64_t)(square >> 64);
        t[2 * i + 1] = (uint64_t)sum;
        sum >>= 64;
    }
}

static inline uint64_t load_big_endian_word(const uint8_t bytes[8]) {
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) {
        word = word << 8 | bytes[i];
    }
    return word;
}

static inline void limbs_load(limbs256 *r, const uint8_t bytes[32]) {
    for (int i = 0; i < 4; i++) {
        r->limb[i] = load_big_endian_word(bytes + 24 - 8 * i);
    }
}

/* Loads 48 bytes as high * 2^256 + low. */
static inline void limbs_load_wide(limbs256 *high, limbs256 *low, const uint8_t bytes[48]) {
    high->limb[0] = load_big_endian_word(bytes + 8);
    high->limb[1] = load_big_endian_word(bytes);
    high->limb[2] = 0;
    high->limb[3] = 0;
    limbs_load(low, bytes + 16);
}

static inline void limbs_store(uint8_t bytes[32], const limbs256 *a) {
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 8; j++) {
            bytes[24 - 8 * i + j] = (uint8_t)(a->limb[i] >> (56 - 8 * j));
        }
    }
}

#endif
