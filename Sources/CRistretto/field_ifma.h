// The field of field.h, eight elements at a time: five limbs of 51 bits, a 512-bit vector each, and the 52-bit
// multiply-add instructions of AVX-512 IFMA.
//
// The instructions read the lower 52 bits of a lane, and give the lower or the upper 52 bits of the product, so that an
// operand has one bit of room:
//   tight: every limb < 2^51 + 2^18         what everything returns but wide operations
//   loose: every limb < 2^52                what multiplications accept
// Additions and subtractions carry their result, since the sum of two tight values may exceed 52 bits. A wide value, a
// sum of products before the carry, has limbs below 2^62.
#ifndef SIDOS_R255_FIELD_H
#define SIDOS_R255_FIELD_H

#include <immintrin.h>

#include "secrecy.h"

#define FE_LANES 8

typedef struct {
    __m512i v[5];
} fe;
typedef __mmask8 fe_mask;

#define FE_EIGHT(v) \
    { v, v, v, v, v, v, v, v }
#define FE_CONSTANT(name, v0, v1, v2, v3, v4) \
    static const fe name = {{FE_EIGHT(v0), FE_EIGHT(v1), FE_EIGHT(v2), FE_EIGHT(v3), FE_EIGHT(v4)}}

#define FE_LIMB_MASK 0x7ffffffffffffLL

static inline __m512i fe_all(long long value) { return _mm512_set1_epi64(value); }

typedef fe fe_wide;

// One parallel carry. With limbs below 2^63.2 a carry is below 2^12.2, and ×19 (2^255 = 19 mod p) below 2^16.5.
static inline void fe_narrow(fe *r, const fe_wide *a) {
    const __m512i mask = fe_all(FE_LIMB_MASK);
    __m512i carry[5];
    for (int i = 0; i < 5; i++) carry[i] = _mm512_srli_epi64(a->v[i], 51);
    r->v[0] = _mm512_madd52lo_epu64(_mm512_and_si512(a->v[0], mask), carry[4], fe_all(19));
    for (int i = 1; i < 5; i++) r->v[i] = _mm512_add_epi64(_mm512_and_si512(a->v[i], mask), carry[i - 1]);
}

static inline void fe_carry(fe *r, const fe *a) { fe_narrow(r, a); }

static inline void fe_wide_add(fe_wide *r, const fe_wide *a, const fe_wide *b) {
    for (int i = 0; i < 5; i++) r->v[i] = _mm512_add_epi64(a->v[i], b->v[i]);
}

/// r = a + multiple·p − b, where multiple is a power of two.
static inline void fe_subtract_below(fe *r, const fe *a, const fe *b, long long multiple) {
    r->v[0] = _mm512_add_epi64(a->v[0], _mm512_sub_epi64(fe_all(multiple * (FE_LIMB_MASK - 18)), b->v[0]));
    for (int i = 1; i < 5; i++)
        r->v[i] = _mm512_add_epi64(a->v[i], _mm512_sub_epi64(fe_all(multiple * FE_LIMB_MASK), b->v[i]));
}

// Limbs of 2^11·p are just below 2^62: above those of two products, which stay below 2^61.2.
static inline void fe_wide_sub(fe_wide *r, const fe_wide *a, const fe_wide *b) { fe_subtract_below(r, a, b, 1 << 11); }

static inline void fe_add(fe *r, const fe *a, const fe *b) {
    fe_wide_add(r, a, b);
    fe_narrow(r, r);
}

static inline void fe_sub(fe *r, const fe *a, const fe *b) {
    fe_subtract_below(r, a, b, 4);
    fe_narrow(r, r);
}

// The limbs of 2p are just below 2^52.
static inline void fe_negate(fe *r, const fe *a) {
    r->v[0] = _mm512_sub_epi64(fe_all(2 * (FE_LIMB_MASK - 18)), a->v[0]);
    for (int i = 1; i < 5; i++) r->v[i] = _mm512_sub_epi64(fe_all(2 * FE_LIMB_MASK), a->v[i]);
}

static inline void fe_sub_sum(fe *r, const fe *a, const fe *b) { fe_sub(r, a, b); }

static inline void fe_widen(fe_wide *r, const fe *a) { *r = *a; }

// The ten columns of a product to five: column k + 5 counts 19 times in column k.
static inline void fe_fold(fe_wide *r, const __m512i column[10]) {
    for (int k = 0; k < 5; k++) r->v[k] = _mm512_add_epi64(column[k], _mm512_mullo_epi64(column[k + 5], fe_all(19)));
}

// a_i·b_j = hi·2^52 + lo at weight 2^(51(i+j)): lo belongs to column i + j, and hi twice to column i + j + 1. So the
// upper halves are summed first, doubled, and the lower halves added to them.
//
// Loose factors: the largest folded column is the lowest, 1 + 19·14 halves below 2^52, hence below 2^60.1.
static inline void fe_mul_wide(fe_wide *r, const fe *a, const fe *b) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i column[10];
    for (int k = 0; k < 10; k++) column[k] = zero;
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], a->v[i], b->v[j]);
    for (int k = 1; k < 10; k++) column[k] = _mm512_add_epi64(column[k], column[k]);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) column[i + j] = _mm512_madd52lo_epu64(column[i + j], a->v[i], b->v[j]);
    fe_fold(r, column);
}

// The same with each a_i·a_j, i < j, computed once: first what counts four times (upper halves of these), then what
// counts twice (their lower halves, the upper halves of squares), then the lower halves of squares.
static inline void fe_square_wide(fe_wide *r, const fe *a) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i column[10];
    for (int k = 0; k < 10; k++) column[k] = zero;
    for (int i = 0; i < 5; i++)
        for (int j = i + 1; j < 5; j++) column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], a->v[i], a->v[j]);
    for (int k = 2; k < 9; k++) column[k] = _mm512_add_epi64(column[k], column[k]);
    for (int i = 0; i < 5; i++) {
        column[2 * i + 1] = _mm512_madd52hi_epu64(column[2 * i + 1], a->v[i], a->v[i]);
        for (int j = i + 1; j < 5; j++) column[i + j] = _mm512_madd52lo_epu64(column[i + j], a->v[i], a->v[j]);
    }
    for (int k = 1; k < 10; k++) column[k] = _mm512_add_epi64(column[k], column[k]);
    for (int i = 0; i < 5; i++) column[2 * i] = _mm512_madd52lo_epu64(column[2 * i], a->v[i], a->v[i]);
    fe_fold(r, column);
}

static inline void fe_mul(fe *r, const fe *a, const fe *b) {
    fe_wide product;
    fe_mul_wide(&product, a, b);
    fe_narrow(r, &product);
}

static inline void fe_square(fe *r, const fe *a) {
    fe_wide square;
    fe_square_wide(&square, a);
    fe_narrow(r, &square);
}

static inline void fe_mul_small(fe *r, const fe *a, uint64_t small) {
    const __m512i factor = fe_all((long long)small), zero = _mm512_setzero_si512();
    __m512i column[6];
    column[0] = zero;
    for (int i = 0; i < 5; i++) {
        column[i + 1] = _mm512_madd52hi_epu64(zero, a->v[i], factor);
        column[i + 1] = _mm512_add_epi64(column[i + 1], column[i + 1]);
    }
    for (int i = 0; i < 5; i++) r->v[i] = _mm512_madd52lo_epu64(column[i], a->v[i], factor);
    r->v[0] = _mm512_madd52lo_epu64(r->v[0], column[5], fe_all(19));
    fe_narrow(r, r);
}

static inline fe_mask fe_mask_of(uint64_t mask) { return (fe_mask)mask; }
static inline fe_mask fe_mask_from_lane(int lane) { return (fe_mask)(0xff << lane); }
static inline uint64_t fe_mask_lanes(fe_mask mask) { return mask; }

static inline void fe_select(fe *r, fe_mask mask, const fe *a, const fe *b) {
    for (int i = 0; i < 5; i++) r->v[i] = _mm512_mask_blend_epi64(mask, b->v[i], a->v[i]);
}

typedef fe fe_packed;
#define FE_PACKED_WORDS 5

static inline void fe_pack(fe_packed *r, const fe *a) { *r = *a; }
static inline void fe_unpack(fe *r, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] = a->v[i];
}
static inline void fe_keep_words_if(fe_packed *r, fe_mask mask, int from, int to) {
    (void)r, (void)mask, (void)from, (void)to;  // What is not wanted is replaced when another is merged.
}
static inline void fe_merge_words_if(fe_packed *r, fe_mask mask, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] = _mm512_mask_mov_epi64(r->v[i], mask, a->v[i]);
}

static inline void fe_canonical(fe *r, const fe *a) {
    const __m512i mask = fe_all(FE_LIMB_MASK), nineteen = fe_all(19);
    fe t;
    fe_carry(&t, a);
    // t < 2p. It is ≥ p exactly when t + 19 reaches bit 255; then adding 19 and dropping that bit subtracts p.
    __m512i q = nineteen;
    for (int i = 0; i < 5; i++) q = _mm512_srli_epi64(_mm512_add_epi64(t.v[i], q), 51);
    __m512i carry = _mm512_madd52lo_epu64(_mm512_setzero_si512(), q, nineteen);
    for (int i = 0; i < 5; i++) {
        carry = _mm512_add_epi64(carry, t.v[i]);
        r->v[i] = _mm512_and_si512(carry, mask);
        carry = _mm512_srli_epi64(carry, 51);
    }
}

static inline fe_mask fe_mask_if_same_limbs(const fe *a, const fe *b) {
    __m512i difference = _mm512_setzero_si512();
    for (int i = 0; i < 5; i++) difference = _mm512_or_si512(difference, _mm512_xor_si512(a->v[i], b->v[i]));
    return _mm512_testn_epi64_mask(difference, difference);
}

static inline fe_mask fe_mask_if_odd(const fe *a) { return _mm512_test_epi64_mask(a->v[0], fe_all(1)); }

static inline fe_mask fe_from_bytes(fe *r, const uint8_t *bytes, size_t stride, size_t count) {
    const __m512i mask = fe_all(FE_LIMB_MASK);
    _Alignas(64) uint64_t words[4][8];
    __m512i w[4];
    for (size_t lane = 0; lane < 8; lane++)
        for (int i = 0; i < 4; i++)
            memcpy(&words[i][lane], bytes + stride * (lane < count ? lane : count - 1) + 8 * i, 8);
    for (int i = 0; i < 4; i++) w[i] = _mm512_load_si512(words[i]);
    sidos_wipe(words, sizeof words);
    r->v[0] = _mm512_and_si512(w[0], mask);
    for (int i = 1; i < 4; i++) {
        const __m512i low = _mm512_srli_epi64(w[i - 1], (unsigned)(64 - 13 * i)),
                      high = _mm512_slli_epi64(w[i], (unsigned)(13 * i));
        r->v[i] = _mm512_and_si512(_mm512_or_si512(low, high), mask);
    }
    r->v[4] = _mm512_and_si512(_mm512_srli_epi64(w[3], 12), mask);
    return _mm512_movepi64_mask(w[3]);
}

static inline void fe_to_bytes(uint8_t *bytes, size_t stride, size_t count, const fe *a) {
    _Alignas(64) uint64_t words[4][8];
    fe t;
    fe_canonical(&t, a);
    for (int i = 0; i < 4; i++) {
        const __m512i low = _mm512_srli_epi64(t.v[i], (unsigned)(13 * i)),
                      high = _mm512_slli_epi64(t.v[i + 1], (unsigned)(51 - 13 * i));
        _mm512_store_si512(words[i], _mm512_or_si512(low, high));
    }
    for (size_t lane = 0; lane < count; lane++)
        for (int i = 0; i < 4; i++) memcpy(bytes + stride * lane + 8 * i, &words[i][lane], 8);
    sidos_wipe(words, sizeof words);
}

static inline void fe_wipe_registers(void) {
    __asm__ __volatile__(
        "vzeroall\n\t"
        "vpxorq %%zmm16, %%zmm16, %%zmm16\n\tvpxorq %%zmm17, %%zmm17, %%zmm17\n\t"
        "vpxorq %%zmm18, %%zmm18, %%zmm18\n\tvpxorq %%zmm19, %%zmm19, %%zmm19\n\t"
        "vpxorq %%zmm20, %%zmm20, %%zmm20\n\tvpxorq %%zmm21, %%zmm21, %%zmm21\n\t"
        "vpxorq %%zmm22, %%zmm22, %%zmm22\n\tvpxorq %%zmm23, %%zmm23, %%zmm23\n\t"
        "vpxorq %%zmm24, %%zmm24, %%zmm24\n\tvpxorq %%zmm25, %%zmm25, %%zmm25\n\t"
        "vpxorq %%zmm26, %%zmm26, %%zmm26\n\tvpxorq %%zmm27, %%zmm27, %%zmm27\n\t"
        "vpxorq %%zmm28, %%zmm28, %%zmm28\n\tvpxorq %%zmm29, %%zmm29, %%zmm29\n\t"
        "vpxorq %%zmm30, %%zmm30, %%zmm30\n\tvpxorq %%zmm31, %%zmm31, %%zmm31"
        :
        :
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
          "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24",
          "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
}

#include "field_ifma_tables.h"

#include "field.h"

#endif
