// SHA-256 by the processor's own instructions, two messages at a time: one waits for its last result while the other
// works. Of the whole hash nothing is a vector of messages here; it is still faster than sixteen lanes.
#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include "backend.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sha,sse4.1"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sha,sse4.1")
#endif

#define LOAD(from) _mm_loadu_si128((const __m128i *)(const void *)(from))
#define STORE(to, value) _mm_storeu_si128((__m128i *)(void *)(to), value)
#define BLOCK_BYTES 64

/// Four rounds, the t-th four of a block, of each message. The instructions want the state as ABEF and CDGH.
#define FOUR_ROUNDS(t)                                                                                           \
    do {                                                                                                         \
        for (int k = 0; k < ways; k++) {                                                                         \
            if ((t) >= 4) {                                                                                      \
                const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[k][(t)&3], w[k][((t) + 1) & 3]),        \
                                                  _mm_alignr_epi8(w[k][((t) + 3) & 3], w[k][((t) + 2) & 3], 4)); \
                w[k][(t)&3] = _mm_sha256msg2_epu32(sum, w[k][((t) + 3) & 3]);                                    \
            }                                                                                                    \
            const __m128i words = _mm_add_epi32(w[k][(t)&3], LOAD(sidos_sha256_constants + 4 * (t)));            \
            cdgh[k] = _mm_sha256rnds2_epu32(cdgh[k], abef[k], words);                                            \
            abef[k] = _mm_sha256rnds2_epu32(abef[k], cdgh[k], _mm_shuffle_epi32(words, 0x0e));                   \
        }                                                                                                        \
    } while (0)

/// `block_count` blocks of one message or of two; `ways` is a constant where this is inlined.
static inline __attribute__((always_inline)) void take(uint32_t (*states)[8], const uint8_t *blocks, size_t apart,
                                                       size_t block_count, const int ways) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i abef[2], cdgh[2], w[2][4];
    for (int k = 0; k < ways; k++) {
        const __m128i badc = _mm_shuffle_epi32(LOAD(states[k]), 0xb1),
                      hgfe = _mm_shuffle_epi32(LOAD(states[k] + 4), 0x1b);
        abef[k] = _mm_alignr_epi8(badc, hgfe, 8);
        cdgh[k] = _mm_blend_epi16(hgfe, badc, 0xf0);
    }
    for (size_t block = 0; block < block_count; block++) {
        __m128i abef_before[2], cdgh_before[2];
        for (int k = 0; k < ways; k++) {
            abef_before[k] = abef[k];
            cdgh_before[k] = cdgh[k];
            for (size_t i = 0; i < 4; i++)
                w[k][i] = _mm_shuffle_epi8(LOAD(blocks + (size_t)k * apart + block * BLOCK_BYTES + 16 * i), big_endian);
        }
        FOUR_ROUNDS(0);
        FOUR_ROUNDS(1);
        FOUR_ROUNDS(2);
        FOUR_ROUNDS(3);
        FOUR_ROUNDS(4);
        FOUR_ROUNDS(5);
        FOUR_ROUNDS(6);
        FOUR_ROUNDS(7);
        FOUR_ROUNDS(8);
        FOUR_ROUNDS(9);
        FOUR_ROUNDS(10);
        FOUR_ROUNDS(11);
        FOUR_ROUNDS(12);
        FOUR_ROUNDS(13);
        FOUR_ROUNDS(14);
        FOUR_ROUNDS(15);
        for (int k = 0; k < ways; k++) {
            abef[k] = _mm_add_epi32(abef[k], abef_before[k]);
            cdgh[k] = _mm_add_epi32(cdgh[k], cdgh_before[k]);
        }
    }
    for (int k = 0; k < ways; k++) {
        const __m128i feba = _mm_shuffle_epi32(abef[k], 0x1b), dchg = _mm_shuffle_epi32(cdgh[k], 0xb1);
        STORE(states[k], _mm_blend_epi16(feba, dchg, 0xf0));
        STORE(states[k] + 4, _mm_alignr_epi8(dchg, feba, 8));
    }
}

static void group(uint32_t (*states)[8], const uint8_t *slots, size_t slot_byte_count, const size_t *block_counts,
                  size_t count) {
    size_t done = 0;
    for (; done + 2 <= count; done += 2) {
        const uint8_t *const first = slots + done * slot_byte_count;
        const size_t *const blocks = block_counts + done;
        const size_t both = blocks[0] < blocks[1] ? blocks[0] : blocks[1];
        take(states + done, first, slot_byte_count, both, 2);
        for (size_t k = 0; k < 2; k++)
            take(states + done + k, first + k * slot_byte_count + both * BLOCK_BYTES, 0, blocks[k] - both, 1);
    }
    if (done < count) take(states + done, slots + done * slot_byte_count, 0, block_counts[done], 1);
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

static int is_supported(void) {
    // Leaf 7 of CPUID, bit 29 of EBX: compilers of Debian 12 have no name for it in __builtin_cpu_supports.
    uint32_t a = 7, b = 0, c = 0, d = 0;
    if (__builtin_cpu_supports("sse4.1") == 0 || __builtin_cpu_supports("ssse3") == 0) return 0;
    if (__get_cpuid_max(0, NULL) < 7) return 0;
    __cpuid_count(7, 0, a, b, c, d);
    return (b >> 29 & 1) != 0;
}

const sidos_sha2_backend_table sidos_sha2_shani = {"shani", is_supported, group, NULL};

#endif
