// The field of field.h, four elements at a time: ten limbs of alternately 26 and 25 bits, each in a 64-bit lane, and
// 32×32→64-bit products. Value = Σ v[i]·2^⌈25.5 i⌉.
//
// Bounds on an even limb, those on an odd one being half of them:
//   tight: below s·2^26, s = 1 + 2^−12   what fe_mul, fe_square, fe_sub, fe_sub_sum, fe_from_bytes and fe_carry return
//   loose: below 2.5·2^26                what fe_mul, fe_square and fe_carry accept
// A multiplication reads the lower 32 bits of a lane, and takes some limbs 19-fold, since 2^255 = 19 (mod p), or twice,
// the odd ones, since 2·25.5 = 26 + 25. An addition carries nothing and adds the bounds. A subtraction adds a multiple
// of p large enough for each limb to stay positive, and carries.
#ifndef SIDOS_R255_FIELD_H
#define SIDOS_R255_FIELD_H

#include <immintrin.h>

#include "secrecy.h"

#define FE_LANES 4

typedef struct {
    __m256i v[10];
} fe;
typedef __m256i fe_mask;

#define FE_EVERY_LANE(value) \
    { (long long)(value), (long long)(value), (long long)(value), (long long)(value) }
#define FE_LIMB_PAIR(value) FE_EVERY_LANE(0x3ffffff & (value)), FE_EVERY_LANE((value) >> 26)
#define FE_CONSTANT(name, v0, v1, v2, v3, v4) \
    static const fe name = {{FE_LIMB_PAIR(v0), FE_LIMB_PAIR(v1), FE_LIMB_PAIR(v2), FE_LIMB_PAIR(v3), FE_LIMB_PAIR(v4)}}

#define FE_PRODUCT(a, b) _mm256_mul_epu32(a, b)
#define FE_SUM(a, b) _mm256_add_epi64(a, b)
#define FE_BITS(i) (26 - (1 & (i)))
#define FE_LOW(a, i) _mm256_and_si256(a, _mm256_set1_epi64x((1 << FE_BITS(i)) - 1))
#define FE_HIGH(a, i) _mm256_srli_epi64(a, FE_BITS(i))
#define FE_TIMES_19(a) FE_PRODUCT(a, _mm256_set1_epi64x(19))

static inline void fe_add(fe *r, const fe *a, const fe *b) {
    for (int i = 0; i < 10; i++) r->v[i] = FE_SUM(a->v[i], b->v[i]);
}

/// Carries each limb once, all at a time: with limbs < 2^31 the result is tight.
static inline void fe_carry(fe *r, const fe *a) {
    const __m256i top = FE_HIGH(a->v[9], 9);
    for (int i = 9; i > 0; i--) r->v[i] = FE_SUM(FE_LOW(a->v[i], i), FE_HIGH(a->v[i - 1], i - 1));
    r->v[0] = FE_SUM(FE_LOW(a->v[0], 0), FE_TIMES_19(top));
}

// a + multiple·p − b, carried.
static inline void fe_sub_from(fe *r, const fe *a, const fe *b, long long multiple) {
    for (int i = 0; i < 10; i++) {
        const long long limb = (1LL << FE_BITS(i)) - (i == 0 ? 19 : 1);
        r->v[i] = _mm256_sub_epi64(FE_SUM(a->v[i], _mm256_set1_epi64x(multiple * limb)), b->v[i]);
    }
    fe_carry(r, r);
}

static inline void fe_sub(fe *r, const fe *a, const fe *b) { fe_sub_from(r, a, b, 2); }
static inline void fe_sub_sum(fe *r, const fe *a, const fe *b) { fe_sub_from(r, a, b, 4); }

static inline void fe_negate(fe *r, const fe *a) {
    const fe zero = {{{0}}};
    fe_sub(r, &zero, a);
}

static inline fe_mask fe_mask_of(uint64_t mask) { return _mm256_set1_epi64x((long long)mask); }
static inline fe_mask fe_mask_from_lane(int lane) {
    return _mm256_cmpgt_epi64(_mm256_set_epi64x(4, 3, 2, 1), _mm256_set1_epi64x(lane));
}
static inline uint64_t fe_mask_lanes(fe_mask mask) { return (uint64_t)_mm256_movemask_pd(_mm256_castsi256_pd(mask)); }
static inline fe_mask fe_mask_of_lanes(uint64_t lanes) {
    const __m256i bits = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x((long long)lanes), bits), bits);
}

static inline void fe_select(fe *r, fe_mask mask, const fe *a, const fe *b) {
    for (int i = 0; i < 10; i++) r->v[i] = _mm256_blendv_epi8(b->v[i], a->v[i], mask);
}

static inline void fe_canonical(fe *r, const fe *a) {
    fe t;
    fe_carry(&t, a);
    // t < 2p. It is ≥ p exactly when t + 19 reaches bit 255; then adding 19 and dropping that bit subtracts p.
    __m256i q = _mm256_set1_epi64x(19);
    for (int i = 0; i < 10; i++) q = FE_HIGH(FE_SUM(t.v[i], q), i);
    __m256i carry = FE_TIMES_19(q);
    for (int i = 0; i < 10; i++) {
        carry = FE_SUM(carry, t.v[i]);
        r->v[i] = FE_LOW(carry, i);
        carry = FE_HIGH(carry, i);
    }
}

static inline fe_mask fe_mask_if_same_limbs(const fe *a, const fe *b) {
    __m256i difference = _mm256_setzero_si256();
    for (int i = 0; i < 10; i++) difference = _mm256_or_si256(difference, _mm256_xor_si256(a->v[i], b->v[i]));
    return _mm256_cmpeq_epi64(difference, _mm256_setzero_si256());
}

static inline fe_mask fe_mask_if_odd(const fe *a) {
    const __m256i one = _mm256_set1_epi64x(1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(a->v[0], one), one);
}

// Four rows of four words to four columns, and back.
static inline void fe_transpose(__m256i w[4]) {
    const __m256i t0 = _mm256_unpacklo_epi64(w[0], w[1]), t1 = _mm256_unpackhi_epi64(w[0], w[1]),
                  t2 = _mm256_unpacklo_epi64(w[2], w[3]), t3 = _mm256_unpackhi_epi64(w[2], w[3]);
    w[0] = _mm256_permute2x128_si256(t0, t2, 0x20);
    w[1] = _mm256_permute2x128_si256(t1, t3, 0x20);
    w[2] = _mm256_permute2x128_si256(t0, t2, 0x31);
    w[3] = _mm256_permute2x128_si256(t1, t3, 0x31);
}

static inline fe_mask fe_from_bytes(fe *r, const uint8_t *bytes, size_t stride, size_t count) {
    __m256i w[4];
    for (size_t lane = 0; lane < FE_LANES; lane++)
        w[lane] = _mm256_loadu_si256((const __m256i_u *)(bytes + stride * (lane < count ? lane : count - 1)));
    fe_transpose(w);
    r->v[0] = FE_LOW(w[0], 0);
    r->v[1] = FE_LOW(_mm256_srli_epi64(w[0], 26), 1);
    r->v[2] = FE_LOW(_mm256_or_si256(_mm256_srli_epi64(w[0], 51), _mm256_slli_epi64(w[1], 13)), 2);
    r->v[3] = FE_LOW(_mm256_srli_epi64(w[1], 13), 3);
    r->v[4] = _mm256_srli_epi64(w[1], 38);
    r->v[5] = FE_LOW(w[2], 5);
    r->v[6] = FE_LOW(_mm256_srli_epi64(w[2], 25), 6);
    r->v[7] = FE_LOW(_mm256_or_si256(_mm256_srli_epi64(w[2], 51), _mm256_slli_epi64(w[3], 13)), 7);
    r->v[8] = FE_LOW(_mm256_srli_epi64(w[3], 12), 8);
    r->v[9] = FE_LOW(_mm256_srli_epi64(w[3], 38), 9);
    return _mm256_cmpgt_epi64(_mm256_setzero_si256(), w[3]);
}

static inline void fe_to_bytes(uint8_t *bytes, size_t stride, size_t count, const fe *a) {
    fe t;
    __m256i w[4];
    fe_canonical(&t, a);
    w[0] = _mm256_or_si256(_mm256_or_si256(t.v[0], _mm256_slli_epi64(t.v[1], 26)), _mm256_slli_epi64(t.v[2], 51));
    w[1] = _mm256_or_si256(_mm256_or_si256(_mm256_srli_epi64(t.v[2], 13), _mm256_slli_epi64(t.v[3], 13)),
                           _mm256_slli_epi64(t.v[4], 38));
    w[2] = _mm256_or_si256(_mm256_or_si256(t.v[5], _mm256_slli_epi64(t.v[6], 25)), _mm256_slli_epi64(t.v[7], 51));
    w[3] = _mm256_or_si256(_mm256_or_si256(_mm256_srli_epi64(t.v[7], 13), _mm256_slli_epi64(t.v[8], 12)),
                           _mm256_slli_epi64(t.v[9], 38));
    fe_transpose(w);
    for (size_t lane = 0; lane < FE_LANES && lane < count; lane++)
        _mm256_storeu_si256((__m256i_u *)(bytes + stride * lane), w[lane]);
}

static inline void fe_wipe_registers(void) {
    __asm__ __volatile__("vzeroall"
                         :
                         :
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                           "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

#include "field_avx2_products.h"
#include "field_avx2_tables.h"

#include "field.h"

#endif
