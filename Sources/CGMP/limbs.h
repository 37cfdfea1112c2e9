/*
 * 3072-bit numbers as GMP limbs, least significant first: what the group's files share. All constant time.
 */
#ifndef SIDOS_FFDHE3072_LIMBS_H
#define SIDOS_FFDHE3072_LIMBS_H

#include <gmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if GMP_NUMB_BITS != 64
#error "sidos: GMP must be built with 64-bit limbs"
#endif

#define LIMB_COUNT 48
#define UNIFORM_LIMB_COUNT 56
#define ELEMENT_BYTE_COUNT 384

/* The modulus p and the order q = (p - 1) / 2. */
extern const mp_limb_t sidos_ffdhe3072_p[LIMB_COUNT];
extern const mp_limb_t sidos_ffdhe3072_q[LIMB_COUNT];

/* Hides a value from the optimiser, which could otherwise see that a mask is 0 or all ones and branch on it. */
static inline mp_limb_t value_barrier(mp_limb_t value) {
    __asm__("" : "+r"(value));
    return value;
}

/* All ones if bit is 1, zero if it is 0. */
static inline mp_limb_t mask_of_bit(mp_limb_t bit) { return value_barrier(0 - bit); }

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
static inline mp_limb_t public_verdict(mp_limb_t verdict) {
    VALGRIND_MAKE_MEM_DEFINED(&verdict, sizeof verdict);
    return verdict;
}
#else
static inline mp_limb_t public_verdict(mp_limb_t verdict) { return verdict; }
#endif

/* Big-endian bytes, eight a limb. */
void sidos_ffdhe3072_load(mp_limb_t *number, const uint8_t *bytes, size_t limb_count);
void sidos_ffdhe3072_store(uint8_t *bytes, const mp_limb_t *number, size_t limb_count);

/* 1 if 2 <= number <= q, else 0. */
mp_limb_t sidos_ffdhe3072_is_element(const mp_limb_t number[LIMB_COUNT]);

/* 1 if 1 <= number <= q - 1, else 0. */
mp_limb_t sidos_ffdhe3072_is_scalar(const mp_limb_t number[LIMB_COUNT]);

/* Replaces 0 and 1 by a small value and leaves every other number alone. */
void sidos_ffdhe3072_replace_trivial(mp_limb_t number[LIMB_COUNT], mp_limb_t value);

/* number = min(number, p - number), for a number below p. */
void sidos_ffdhe3072_fold(mp_limb_t number[LIMB_COUNT]);

#endif
