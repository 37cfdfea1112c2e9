// What a backend is: one translation unit that offers this table. dispatch.c alone chooses among them.
#ifndef SIDOS_SHA2_BACKEND_H
#define SIDOS_SHA2_BACKEND_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// The most messages that one backend call is given: whole vectors of every backend.
#define SIDOS_SHA2_GROUP 64

/// The compression functions of one instruction set, for `count` ≤ `SIDOS_SHA2_GROUP` messages. NULL where it has none.
///
/// `states` are changed. Message i is the `block_counts[i]` blocks at slots + i·slot_byte_count; it may have none.
/// Nothing else of a slot is read. A backend's scratch is on the stack; dispatch wipes it.
typedef struct {
    const char *name;
    /// 1 when this processor can run the backend.
    int (*is_supported)(void);
    void (*sha256)(uint32_t (*states)[8], const uint8_t *slots, size_t slot_byte_count, const size_t *block_counts,
                   size_t count);
    void (*sha512)(uint64_t (*states)[8], const uint8_t *slots, size_t slot_byte_count, const size_t *block_counts,
                   size_t count);
} sidos_sha2_backend_table;

#if defined(__x86_64__)
extern const sidos_sha2_backend_table sidos_sha2_shani;
extern const sidos_sha2_backend_table sidos_sha2_avx512;
extern const sidos_sha2_backend_table sidos_sha2_avx2;
#endif
extern const sidos_sha2_backend_table sidos_sha2_portable;

/// Round constants: fractional parts of the cube roots of the first 80 primes. SHA-256 uses the upper halves of 64.
extern const uint32_t sidos_sha256_constants[64];
extern const uint64_t sidos_sha512_constants[80];

/// Zeroes memory; the empty asm claims to read it, so the store cannot be removed as dead.
static inline void sidos_sha2_wipe(void *memory, size_t byte_count) {
    memset(memory, 0, byte_count);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}

#endif
