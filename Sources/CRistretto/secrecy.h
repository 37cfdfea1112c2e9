// What keeps secrets secret: masks the optimiser cannot see through, wiping it cannot drop.
#ifndef SIDOS_R255_SECRECY_H
#define SIDOS_R255_SECRECY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The constant-time test program builds these sources with SIDOS_R255_MEMCHECK: memcheck then watches every branch and
// address for undefined (= secret) data, and a fact we publish on purpose is declared public where it is published.
#ifdef SIDOS_R255_MEMCHECK
#include <valgrind/memcheck.h>
#define SIDOS_R255_PUBLISH(object) ((void)VALGRIND_MAKE_MEM_DEFINED(&(object), sizeof(object)))
#else
#define SIDOS_R255_PUBLISH(object) ((void)0)
#endif

/// Hides a value's origin from the optimiser, so that a mask stays a mask and never becomes a branch.
static inline uint64_t sidos_opaque(uint64_t value) {
    __asm__("" : "+r"(value));
    return value;
}

/// All ones when `bit` is 1, zero when it is 0.
static inline uint64_t sidos_mask_of_bit(uint64_t bit) { return sidos_opaque(0 - bit); }

/// All ones when `value` is zero, else zero.
static inline uint64_t sidos_mask_if_zero(uint64_t value) {
    return sidos_mask_of_bit(1 ^ ((value | (0 - value)) >> 63));
}

/// `a` where the mask is all ones, `b` where it is zero.
static inline uint64_t sidos_select(uint64_t mask, uint64_t a, uint64_t b) { return b ^ (mask & (a ^ b)); }

/// Zeroes memory; the empty asm claims to read it, so the store cannot be removed as dead.
static inline void sidos_wipe(void *memory, size_t byte_count) {
    memset(memory, 0, byte_count);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}

#endif
