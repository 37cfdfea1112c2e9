// The field of field.h, four elements at a time: ten limbs of alternately 26 and 25 bits, each in a 64-bit lane, and
// 32×32→64-bit products. Value = Σ v[i]·2^⌈25.5 i⌉.
//
// Bounds on an even limb, those on an odd one being half of them:
//   tight: below s·2^26, s = 1 + 2^−12      what fe_mul, fe_square, fe_sub, fe_sub_sum, fe_from_bytes and fe_carry return
//   loose: below 2.5·2^26                   what fe_mul, fe_square and fe_carry accept
// A multiplication reads the lower 32 bits of a lane, and takes some limbs 19-fold, since 2^255 = 19 (mod p), or twice, the odd ones,
// since 2·25.5 = 26 + 25. An addition carries nothing and adds the bounds. A subtraction adds a multiple of p large enough for
// each limb to stay positive, and carries.
//
// With factors whose even limbs are below f·2^26 and g·2^26, the even columns of a product are at most what column 0 is,
// f·g·(1 + 19·(4 + 5/2))·2^52 < f·g·124.5·2^52; odd ones at most what column 1 is, f·g·(2 + 19·8)·2^51 = f·g·77·2^52; and column 9,
// where nothing wraps around, is below f·g·10·2^51.
#ifndef SIDOS_R255_FIELD_H
#define SIDOS_R255_FIELD_H

#include <immintrin.h>

#include "secrecy.h"

#define FE_LANES 4

typedef struct {
    __m256i v[10];
} fe;
typedef __m256i fe_mask;

#define FE_EVERY_LANE(value) {(long long)(value), (long long)(value), (long long)(value), (long long)(value)}
#define FE_LIMB_PAIR(value) FE_EVERY_LANE((value) & 0x3ffffff), FE_EVERY_LANE((value) >> 26)
#define FE_CONSTANT(name, v0, v1, v2, v3, v4) \
    static const fe name = {{FE_LIMB_PAIR(v0), FE_LIMB_PAIR(v1), FE_LIMB_PAIR(v2), FE_LIMB_PAIR(v3), FE_LIMB_PAIR(v4)}}

#define FE_PRODUCT(a, b) _mm256_mul_epu32(a, b)
#define FE_SUM(a, b) _mm256_add_epi64(a, b)
#define FE_BITS(i) (26 - ((i) & 1))
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

// Columns of products, not yet carried: Σ c[i]·2^⌈25.5 i⌉. Sums of products may add up to f·g ≤ 6; fe_wide_sub takes f·g ≤ 4 from which
// to subtract f·g ≤ 2. (The formulas never ask for more.)
typedef struct {
    __m256i c[10];
} fe_wide;

// The multiplications work row by row, all products of one limb of `a` at a time: ten columns in ten registers, the other factors
// read from memory. The barrier keeps a compiler from mixing rows, which would take many more registers than there are, and from
// looking through the multiples.
#define FE_ROW_END(memory)                                                                                              \
    __asm__ __volatile__(""                                                                                             \
                         : "+x"(c0), "+x"(c1), "+x"(c2), "+x"(c3), "+x"(c4), "+x"(c5), "+x"(c6), "+x"(c7), "+x"(c8), "+x"(c9) \
                         : "r"(memory)                                                                                  \
                         : "memory")
#define FE_ADD_PRODUCT(column, a, b) column = FE_SUM(column, FE_PRODUCT(a, b))

#define FE_ROW(even, odd, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9) \
    do {                                                          \
        FE_ADD_PRODUCT(c0, even, f0);                             \
        FE_ADD_PRODUCT(c1, odd, f1);                              \
        FE_ADD_PRODUCT(c2, even, f2);                             \
        FE_ADD_PRODUCT(c3, odd, f3);                              \
        FE_ADD_PRODUCT(c4, even, f4);                             \
        FE_ADD_PRODUCT(c5, odd, f5);                              \
        FE_ADD_PRODUCT(c6, even, f6);                             \
        FE_ADD_PRODUCT(c7, odd, f7);                              \
        FE_ADD_PRODUCT(c8, even, f8);                             \
        FE_ADD_PRODUCT(c9, odd, f9);                              \
        FE_ROW_END(w);                                            \
    } while (0)

static inline __attribute__((always_inline)) void fe_mul_columns(fe_wide *r, const fe *a, const fe *b_limbs) {
    const __m256i *const b = b_limbs->v, nineteen = _mm256_set1_epi64x(19);
    __m256i w[10], x, d, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
    for (int i = 1; i < 10; i++) w[i] = FE_PRODUCT(b[i], nineteen);
    x = a->v[0];
    c0 = FE_PRODUCT(x, b[0]);
    c1 = FE_PRODUCT(x, b[1]);
    c2 = FE_PRODUCT(x, b[2]);
    c3 = FE_PRODUCT(x, b[3]);
    c4 = FE_PRODUCT(x, b[4]);
    c5 = FE_PRODUCT(x, b[5]);
    c6 = FE_PRODUCT(x, b[6]);
    c7 = FE_PRODUCT(x, b[7]);
    c8 = FE_PRODUCT(x, b[8]);
    c9 = FE_PRODUCT(x, b[9]);
    FE_ROW_END(w);
    x = a->v[1], d = FE_SUM(x, x);
    FE_ROW(d, x, w[9], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8]);
    x = a->v[2];
    FE_ROW(x, x, w[8], w[9], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
    x = a->v[3], d = FE_SUM(x, x);
    FE_ROW(d, x, w[7], w[8], w[9], b[0], b[1], b[2], b[3], b[4], b[5], b[6]);
    x = a->v[4];
    FE_ROW(x, x, w[6], w[7], w[8], w[9], b[0], b[1], b[2], b[3], b[4], b[5]);
    x = a->v[5], d = FE_SUM(x, x);
    FE_ROW(d, x, w[5], w[6], w[7], w[8], w[9], b[0], b[1], b[2], b[3], b[4]);
    x = a->v[6];
    FE_ROW(x, x, w[4], w[5], w[6], w[7], w[8], w[9], b[0], b[1], b[2], b[3]);
    x = a->v[7], d = FE_SUM(x, x);
    FE_ROW(d, x, w[3], w[4], w[5], w[6], w[7], w[8], w[9], b[0], b[1], b[2]);
    x = a->v[8];
    FE_ROW(x, x, w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], b[0], b[1]);
    x = a->v[9], d = FE_SUM(x, x);
    FE_ROW(d, x, w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], b[0]);
    *r = (fe_wide){{c0, c1, c2, c3, c4, c5, c6, c7, c8, c9}};
}

static inline __attribute__((always_inline)) void fe_square_columns(fe_wide *r, const fe *limbs) {
    const __m256i *const a = limbs->v, nineteen = _mm256_set1_epi64x(19), twice_nineteen = _mm256_set1_epi64x(38);
    // w: 19-fold and, the odd ones, 38-fold. d: twice.
    __m256i w[10], d[8], x, y, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
    for (int i = 5; i < 10; i++) w[i] = FE_PRODUCT(a[i], i % 2 ? twice_nineteen : nineteen);
    for (int i = 3; i < 8; i += 2) d[i] = FE_SUM(a[i], a[i]);
    x = a[0], y = FE_SUM(x, x);
    c0 = FE_PRODUCT(x, x);
    c1 = FE_PRODUCT(y, a[1]);
    c2 = FE_PRODUCT(y, a[2]);
    c3 = FE_PRODUCT(y, a[3]);
    c4 = FE_PRODUCT(y, a[4]);
    c5 = FE_PRODUCT(y, a[5]);
    c6 = FE_PRODUCT(y, a[6]);
    c7 = FE_PRODUCT(y, a[7]);
    c8 = FE_PRODUCT(y, a[8]);
    c9 = FE_PRODUCT(y, a[9]);
    __asm__ __volatile__("" : : "r"(d) : "memory");
    FE_ROW_END(w);
    x = a[1], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c2, y, x);
    FE_ADD_PRODUCT(c3, y, a[2]);
    FE_ADD_PRODUCT(c4, y, d[3]);
    FE_ADD_PRODUCT(c5, y, a[4]);
    FE_ADD_PRODUCT(c6, y, d[5]);
    FE_ADD_PRODUCT(c7, y, a[6]);
    FE_ADD_PRODUCT(c8, y, d[7]);
    FE_ADD_PRODUCT(c9, y, a[8]);
    FE_ADD_PRODUCT(c0, y, w[9]);
    FE_ROW_END(w);
    x = a[2], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c4, x, x);
    FE_ADD_PRODUCT(c5, y, a[3]);
    FE_ADD_PRODUCT(c6, y, a[4]);
    FE_ADD_PRODUCT(c7, y, a[5]);
    FE_ADD_PRODUCT(c8, y, a[6]);
    FE_ADD_PRODUCT(c9, y, a[7]);
    FE_ADD_PRODUCT(c0, y, w[8]);
    FE_ADD_PRODUCT(c1, x, w[9]);
    FE_ROW_END(w);
    x = a[3], y = d[3];
    FE_ADD_PRODUCT(c6, y, x);
    FE_ADD_PRODUCT(c7, y, a[4]);
    FE_ADD_PRODUCT(c8, y, d[5]);
    FE_ADD_PRODUCT(c9, y, a[6]);
    FE_ADD_PRODUCT(c0, y, w[7]);
    FE_ADD_PRODUCT(c1, y, w[8]);
    FE_ADD_PRODUCT(c2, y, w[9]);
    FE_ROW_END(w);
    x = a[4], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c8, x, x);
    FE_ADD_PRODUCT(c9, y, a[5]);
    FE_ADD_PRODUCT(c0, y, w[6]);
    FE_ADD_PRODUCT(c1, x, w[7]);
    FE_ADD_PRODUCT(c2, y, w[8]);
    FE_ADD_PRODUCT(c3, x, w[9]);
    FE_ROW_END(w);
    x = a[5], y = d[5];
    FE_ADD_PRODUCT(c0, x, w[5]);
    FE_ADD_PRODUCT(c1, y, w[6]);
    FE_ADD_PRODUCT(c2, y, w[7]);
    FE_ADD_PRODUCT(c3, y, w[8]);
    FE_ADD_PRODUCT(c4, y, w[9]);
    FE_ROW_END(w);
    x = a[6], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c2, x, w[6]);
    FE_ADD_PRODUCT(c3, x, w[7]);
    FE_ADD_PRODUCT(c4, y, w[8]);
    FE_ADD_PRODUCT(c5, x, w[9]);
    FE_ROW_END(w);
    x = a[7], y = d[7];
    FE_ADD_PRODUCT(c4, x, w[7]);
    FE_ADD_PRODUCT(c5, y, w[8]);
    FE_ADD_PRODUCT(c6, y, w[9]);
    x = a[8], y = a[9];
    FE_ADD_PRODUCT(c6, x, w[8]);
    FE_ADD_PRODUCT(c7, x, w[9]);
    FE_ADD_PRODUCT(c8, y, w[9]);
    *r = (fe_wide){{c0, c1, c2, c3, c4, c5, c6, c7, c8, c9}};
}

// Two chains of carries, from limb 0 and from limb 5, go round to each other's second limb. Columns are below 2^63 and column 9 is
// below 2^57, so that its carry fits 32 bits. In the end limb 1 receives at most 2^11 and limb 6 at most 2^13.
static inline __attribute__((always_inline)) void fe_narrow(fe *r, const fe_wide *a) {
    __m256i c[10];
    for (int i = 0; i < 10; i++) c[i] = a->c[i];
#define FE_PASS(i)                                      \
    c[(i) + 1] = FE_SUM(c[(i) + 1], FE_HIGH(c[i], i)); \
    c[i] = FE_LOW(c[i], i)
    FE_PASS(0);
    FE_PASS(5);
    FE_PASS(1);
    FE_PASS(6);
    FE_PASS(2);
    FE_PASS(7);
    FE_PASS(3);
    FE_PASS(8);
    FE_PASS(4);
    c[0] = FE_SUM(c[0], FE_TIMES_19(FE_HIGH(c[9], 9)));
    c[9] = FE_LOW(c[9], 9);
    FE_PASS(5);
    FE_PASS(0);
    for (int i = 0; i < 10; i++) r->v[i] = c[i];
}

static inline void fe_widen(fe_wide *r, const fe *a) {
    for (int i = 0; i < 10; i++) r->c[i] = a->v[i];
}

static inline void fe_wide_add(fe_wide *r, const fe_wide *a, const fe_wide *b) {
    for (int i = 0; i < 10; i++) r->c[i] = FE_SUM(a->c[i], b->c[i]);
}

// Adds 21·2^26·p, of which every limb but limb 0 lends 5·2^32 to the one below: 5·2^58 and more in even columns, half of that in
// odd ones, but less than 21·2^51 in column 9.
static inline void fe_wide_sub(fe_wide *r, const fe_wide *a, const fe_wide *b) {
    const long long multiple = 21LL << 26, lent = 5LL << 32;
    for (int i = 0; i < 10; i++) {
        const long long limb = (1LL << FE_BITS(i)) - (i == 0 ? 19 : 1);
        const long long column = multiple * limb + (i < 9 ? lent << FE_BITS(i) : 0) - (i > 0 ? lent : 0);
        r->c[i] = FE_SUM(a->c[i], _mm256_sub_epi64(_mm256_set1_epi64x(column), b->c[i]));
    }
}

// Not inlined: each is more than a kilobyte of code.
#define FE_CALLED static __attribute__((noinline, unused))

FE_CALLED void fe_mul_wide(fe_wide *r, const fe *a, const fe *b) { fe_mul_columns(r, a, b); }
FE_CALLED void fe_square_wide(fe_wide *r, const fe *a) { fe_square_columns(r, a); }

FE_CALLED void fe_mul(fe *r, const fe *a, const fe *b) {
    fe_wide product;
    fe_mul_columns(&product, a, b);
    fe_narrow(r, &product);
}

FE_CALLED void fe_square(fe *r, const fe *a) {
    fe_wide product;
    fe_square_columns(&product, a);
    fe_narrow(r, &product);
}

/// r = a·small, for small < 2^20; `a` loose, the result tight.
static inline void fe_mul_small(fe *r, const fe *a, uint64_t small) {
    const __m256i factor = _mm256_set1_epi64x((long long)small);
    fe_wide product;
    for (int i = 0; i < 10; i++) product.c[i] = FE_PRODUCT(a->v[i], factor);
    fe_narrow(r, &product);
}

static inline fe_mask fe_mask_of(uint64_t mask) { return _mm256_set1_epi64x((long long)mask); }
static inline fe_mask fe_mask_from_lane(int lane) {
    return _mm256_cmpgt_epi64(_mm256_set_epi64x(4, 3, 2, 1), _mm256_set1_epi64x(lane));
}
static inline uint64_t fe_mask_lanes(fe_mask mask) { return (uint64_t)_mm256_movemask_pd(_mm256_castsi256_pd(mask)); }

static inline void fe_select(fe *r, fe_mask mask, const fe *a, const fe *b) {
    for (int i = 0; i < 10; i++) r->v[i] = _mm256_blendv_epi8(b->v[i], a->v[i], mask);
}

// Two limbs to a 64-bit lane, for half the loads in a look-up.
#define FE_PACKED_WORDS 5
typedef struct {
    __m256i v[FE_PACKED_WORDS];
} fe_packed;

static inline void fe_pack(fe_packed *r, const fe *a) {
    for (int i = 0; i < 5; i++) r->v[i] = _mm256_or_si256(a->v[2 * i], _mm256_slli_epi64(a->v[2 * i + 1], 32));
}

static inline void fe_unpack(fe *r, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) {
        r->v[2 * i] = _mm256_and_si256(a->v[i], _mm256_set1_epi64x(0xffffffff));
        r->v[2 * i + 1] = _mm256_srli_epi64(a->v[i], 32);
    }
}

static inline void fe_keep_words_if(fe_packed *r, fe_mask mask, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] = _mm256_and_si256(r->v[i], mask);
}

static inline void fe_merge_words_if(fe_packed *r, fe_mask mask, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] = _mm256_or_si256(r->v[i], _mm256_and_si256(mask, a->v[i]));
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

// Tables: limb i of all entries is FE_COMB_ENTRIES 32-bit words. A permutation of the words within a register looks up eight of
// them, and the upper bits of the index choose among registers.
#define FE_COMB_BITS 6
#define FE_COMB_ENTRIES (1 << (FE_COMB_BITS - 1))

typedef struct {
    _Alignas(32) uint32_t limbs[10][FE_COMB_ENTRIES];
} fe_column;
typedef __m256i fe_index;

static inline fe_index fe_index_load(const uint8_t *indices) {
    int word;
    memcpy(&word, indices, sizeof word);
    return _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(word));
}
static inline fe_mask fe_index_bit(fe_index index, int bit) {
    return _mm256_sub_epi64(_mm256_setzero_si256(), _mm256_and_si256(_mm256_srli_epi64(index, bit), _mm256_set1_epi64x(1)));
}
static inline fe_index fe_index_low_bits(fe_index index, fe_mask inverted) {
    return _mm256_and_si256(_mm256_xor_si256(index, inverted), _mm256_set1_epi64x(FE_COMB_ENTRIES - 1));
}

static inline void fe_column_set(fe_column *column, int entry, const fe *a, int lane) {
    for (int i = 0; i < 10; i++) {
        uint64_t lanes[FE_LANES];
        memcpy(lanes, &a->v[i], sizeof lanes);
        column->limbs[i][entry] = (uint32_t)lanes[lane];
    }
}

static inline void fe_column_get(fe *r, const fe_column *column, fe_index index) {
    fe_mask upper[FE_COMB_BITS];
    for (int bit = 3; bit < FE_COMB_BITS - 1; bit++) upper[bit] = fe_index_bit(index, bit);
    for (int i = 0; i < 10; i++) {
        __m256i found[FE_COMB_ENTRIES / 8];
        for (int k = 0; k < FE_COMB_ENTRIES / 8; k++)
            found[k] = _mm256_permutevar8x32_epi32(_mm256_load_si256((const __m256i *)&column->limbs[i][8 * k]), index);
        for (int bit = 3; bit < FE_COMB_BITS - 1; bit++)
            for (int k = 0; k < FE_COMB_ENTRIES >> (bit + 1); k++)
                found[k] = _mm256_blendv_epi8(found[2 * k], found[2 * k + 1], upper[bit]);
        r->v[i] = FE_LOW(found[0], i);
    }
}

static inline fe_mask fe_mask_of_lanes(uint64_t lanes) {
    const __m256i bits = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x((long long)lanes), bits), bits);
}

// A record is packed words, in whole rows of four. Four rows, a lane's each, are transposed into vectors, a word's each.
#define FE_RECORD_WORDS(n) (((size_t)5 * (n) + 3) / 4 * 4)

static inline __attribute__((always_inline)) void fe_records_get(fe *r, int n, const uint64_t *records, const uint32_t *index) {
    fe_packed packed;
    for (int first = 0; first < 5 * n; first += 4) {
        __m256i w[4];
        for (int i = 0; i < 4; i++)
            w[i] = _mm256_load_si256((const __m256i *)(const void *)(records + index[i] * FE_RECORD_WORDS(n) + first));
        fe_transpose(w);
        for (int i = 0; i < 4 && first + i < 5 * n; i++) {
            const int word = (first + i) % 5;
            packed.v[word] = w[i];
            fe_unpack(&r[(first + i) / 5], &packed, word, word + 1);
        }
    }
}

static inline __attribute__((always_inline)) void fe_records_put(uint64_t *records, const uint32_t *index, const fe *a, int n) {
    fe_packed packed[4];
    for (int k = 0; k < n; k++) fe_pack(&packed[k], &a[k]);
    for (int first = 0; first < 5 * n; first += 4) {
        __m256i w[4];
        for (int i = 0; i < 4; i++)
            w[i] = first + i < 5 * n ? packed[(first + i) / 5].v[(first + i) % 5] : _mm256_setzero_si256();
        fe_transpose(w);
        for (int i = 0; i < 4; i++)
            _mm256_store_si256((__m256i *)(void *)(records + index[i] * FE_RECORD_WORDS(n) + first), w[i]);
    }
}

static inline void fe_wipe_registers(void) {
    __asm__ __volatile__("vzeroall" : : : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                         "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

#include "field.h"

#endif
