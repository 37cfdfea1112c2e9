// The field of field.h, one element at a time: five limbs of 51 bits and 64×64→128-bit products. Value = Σ v[i]·2^(51
// i).
//
// Limbs are allowed to grow between multiplications, since 64 bits leave 13 bits of room:
//   tight: every limb < 2^51 + 2^14         what fe_mul, fe_square, fe_from_bytes and fe_carry return
//   loose: every limb < 2^54                what fe_mul, fe_square and fe_carry accept
// An addition carries nothing and adds the bounds. A subtraction adds a multiple of p large enough for each limb to
// stay positive: fe_sub (2p) subtracts a tight value and adds at most 2^52; fe_sub_sum (4p) subtracts anything with
// limbs ≤ 2^53 − 76 (two tight values summed, or one fe_sub of tight values) and adds at most 2^53.
#ifndef SIDOS_R255_FIELD_H
#define SIDOS_R255_FIELD_H

#include "secrecy.h"

typedef unsigned __int128 sidos_u128;

#define FE_LANES 1

typedef struct {
    uint64_t v[5];
} fe;
typedef uint64_t fe_mask;

#define FE_CONSTANT(name, v0, v1, v2, v3, v4) static const fe name = {{v0, v1, v2, v3, v4}}

#define FE_LIMB_MASK 0x7ffffffffffffULL

static inline void fe_add(fe *r, const fe *a, const fe *b) {
    for (int i = 0; i < 5; i++) r->v[i] = a->v[i] + b->v[i];
}

static inline void fe_sub(fe *r, const fe *a, const fe *b) {
    r->v[0] = a->v[0] + 0xfffffffffffdaULL - b->v[0];
    for (int i = 1; i < 5; i++) r->v[i] = a->v[i] + 0xffffffffffffeULL - b->v[i];
}

static inline void fe_sub_sum(fe *r, const fe *a, const fe *b) {
    r->v[0] = a->v[0] + 0x1fffffffffffb4ULL - b->v[0];
    for (int i = 1; i < 5; i++) r->v[i] = a->v[i] + 0x1ffffffffffffcULL - b->v[i];
}

static inline void fe_negate(fe *r, const fe *a) {
    const fe zero = {{0}};
    fe_sub(r, &zero, a);
}

// Carries the five 128-bit columns of a product down to tight limbs. With loose factors a column is below
// 77·2^108 < 2^115 (five products, four of them times 19) and the top column, which has no factor 19, below 2^111; so
// every carry fits 64 bits, and the last one, below 2^60, still does after ×19 (2^255 = 19 mod p).
static inline void fe_carry_columns(fe *r, sidos_u128 c0, sidos_u128 c1, sidos_u128 c2, sidos_u128 c3, sidos_u128 c4) {
    c1 += (uint64_t)(c0 >> 51);
    uint64_t r0 = (uint64_t)c0 & FE_LIMB_MASK;
    c2 += (uint64_t)(c1 >> 51);
    uint64_t r1 = (uint64_t)c1 & FE_LIMB_MASK;
    c3 += (uint64_t)(c2 >> 51);
    uint64_t r2 = (uint64_t)c2 & FE_LIMB_MASK;
    c4 += (uint64_t)(c3 >> 51);
    uint64_t r3 = (uint64_t)c3 & FE_LIMB_MASK;
    r0 += (uint64_t)(c4 >> 51) * 19;
    r->v[1] = r1 + (r0 >> 51);
    r->v[0] = r0 & FE_LIMB_MASK;
    r->v[2] = r2;
    r->v[3] = r3;
    r->v[4] = (uint64_t)c4 & FE_LIMB_MASK;
}

static inline void fe_mul(fe *r, const fe *a, const fe *b) {
    const uint64_t a0 = a->v[0], a1 = a->v[1], a2 = a->v[2], a3 = a->v[3], a4 = a->v[4];
    const uint64_t b0 = b->v[0], b1 = b->v[1], b2 = b->v[2], b3 = b->v[3], b4 = b->v[4];
    const uint64_t b1w = b1 * 19, b2w = b2 * 19, b3w = b3 * 19, b4w = b4 * 19;
    sidos_u128 c0 = (sidos_u128)a0 * b0 + (sidos_u128)a1 * b4w + (sidos_u128)a2 * b3w + (sidos_u128)a3 * b2w +
                    (sidos_u128)a4 * b1w;
    sidos_u128 c1 = (sidos_u128)a0 * b1 + (sidos_u128)a1 * b0 + (sidos_u128)a2 * b4w + (sidos_u128)a3 * b3w +
                    (sidos_u128)a4 * b2w;
    sidos_u128 c2 = (sidos_u128)a0 * b2 + (sidos_u128)a1 * b1 + (sidos_u128)a2 * b0 + (sidos_u128)a3 * b4w +
                    (sidos_u128)a4 * b3w;
    sidos_u128 c3 = (sidos_u128)a0 * b3 + (sidos_u128)a1 * b2 + (sidos_u128)a2 * b1 + (sidos_u128)a3 * b0 +
                    (sidos_u128)a4 * b4w;
    sidos_u128 c4 = (sidos_u128)a0 * b4 + (sidos_u128)a1 * b3 + (sidos_u128)a2 * b2 + (sidos_u128)a3 * b1 +
                    (sidos_u128)a4 * b0;
    fe_carry_columns(r, c0, c1, c2, c3, c4);
}

static inline void fe_square(fe *r, const fe *a) {
    const uint64_t a0 = a->v[0], a1 = a->v[1], a2 = a->v[2], a3 = a->v[3], a4 = a->v[4];
    const uint64_t a0d = a0 * 2, a1d = a1 * 2, a3w = a3 * 19, a4w = a4 * 19, a4wd = a4w * 2;
    sidos_u128 c0 = (sidos_u128)a0 * a0 + (sidos_u128)a1 * a4wd + (sidos_u128)(a2 * 2) * a3w;
    sidos_u128 c1 = (sidos_u128)a0d * a1 + (sidos_u128)a2 * a4wd + (sidos_u128)a3 * a3w;
    sidos_u128 c2 = (sidos_u128)a0d * a2 + (sidos_u128)a1 * a1 + (sidos_u128)a3 * a4wd;
    sidos_u128 c3 = (sidos_u128)a0d * a3 + (sidos_u128)a1d * a2 + (sidos_u128)a4 * a4w;
    sidos_u128 c4 = (sidos_u128)a0d * a4 + (sidos_u128)a1d * a3 + (sidos_u128)a2 * a2;
    fe_carry_columns(r, c0, c1, c2, c3, c4);
}

/// r = a·small, for small < 2^20; `a` loose, the result tight.
static inline void fe_mul_small(fe *r, const fe *a, uint64_t small) {
    fe_carry_columns(r, (sidos_u128)a->v[0] * small, (sidos_u128)a->v[1] * small, (sidos_u128)a->v[2] * small,
                     (sidos_u128)a->v[3] * small, (sidos_u128)a->v[4] * small);
}

static inline void fe_carry(fe *r, const fe *a) { fe_carry_columns(r, a->v[0], a->v[1], a->v[2], a->v[3], a->v[4]); }

// Sums of products: a product is carried at once here (nothing is gained by waiting), so a wide value is a tight one or
// a sum of them, and narrowing has nothing to do: up to three added, at most two subtracted once, stays below 2^53.7.
typedef fe fe_wide;

static inline void fe_mul_wide(fe_wide *r, const fe *a, const fe *b) { fe_mul(r, a, b); }
static inline void fe_square_wide(fe_wide *r, const fe *a) { fe_square(r, a); }
static inline void fe_widen(fe_wide *r, const fe *a) { *r = *a; }
static inline void fe_wide_add(fe_wide *r, const fe_wide *a, const fe_wide *b) { fe_add(r, a, b); }
static inline void fe_wide_sub(fe_wide *r, const fe_wide *a, const fe_wide *b) { fe_sub_sum(r, a, b); }
static inline void fe_narrow(fe *r, const fe_wide *a) { *r = *a; }

static inline fe_mask fe_mask_of(uint64_t mask) { return mask; }
static inline fe_mask fe_mask_from_lane(int lane) { return 0 - (uint64_t)(lane == 0); }
static inline uint64_t fe_mask_lanes(fe_mask mask) { return mask & 1; }

static inline void fe_select(fe *r, fe_mask mask, const fe *a, const fe *b) {
    for (int i = 0; i < 5; i++) r->v[i] = sidos_select(mask, a->v[i], b->v[i]);
}

/// Two words for look-ups, in a vector register where there are any.
typedef uint64_t fe_two __attribute__((vector_size(16)));

#define FE_PACKED_WORDS 3
typedef struct {
    fe_two v[FE_PACKED_WORDS];
} fe_packed;

static inline void fe_pack(fe_packed *r, const fe *a) {
    r->v[0] = (fe_two){a->v[0], a->v[1]};
    r->v[1] = (fe_two){a->v[2], a->v[3]};
    r->v[2] = (fe_two){a->v[4], 0};
}

static inline void fe_unpack(fe *r, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) {
        r->v[2 * i] = a->v[i][0];
        if (i < 2) r->v[2 * i + 1] = a->v[i][1];
    }
}

static inline void fe_keep_words_if(fe_packed *r, fe_mask mask, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] &= (fe_two){mask, mask};
}

static inline void fe_merge_words_if(fe_packed *r, fe_mask mask, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] |= (fe_two){mask, mask} & a->v[i];
}

static inline void fe_canonical(fe *r, const fe *a) {
    fe t;
    fe_carry(&t, a);
    // t < 2p. It is ≥ p exactly when t + 19 reaches bit 255; then adding 19 and dropping that bit subtracts p.
    uint64_t q = (t.v[0] + 19) >> 51;
    for (int i = 1; i < 5; i++) q = (t.v[i] + q) >> 51;
    uint64_t carry = q * 19;
    for (int i = 0; i < 5; i++) {
        carry += t.v[i];
        r->v[i] = carry & FE_LIMB_MASK;
        carry >>= 51;
    }
}

static inline fe_mask fe_mask_if_same_limbs(const fe *a, const fe *b) {
    uint64_t difference = 0;
    for (int i = 0; i < 5; i++) difference |= a->v[i] ^ b->v[i];
    return sidos_mask_if_zero(difference);
}

static inline fe_mask fe_mask_if_odd(const fe *a) { return sidos_mask_of_bit(a->v[0] & 1); }

static inline uint64_t sidos_load64(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

static inline void sidos_store64(uint8_t *bytes, uint64_t value) {
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

static inline fe_mask fe_from_bytes(fe *r, const uint8_t *bytes, size_t stride, size_t count) {
    (void)stride;
    (void)count;
    const uint64_t w0 = sidos_load64(bytes), w1 = sidos_load64(bytes + 8), w2 = sidos_load64(bytes + 16),
                   w3 = sidos_load64(bytes + 24);
    r->v[0] = w0 & FE_LIMB_MASK;
    r->v[1] = (w0 >> 51 | w1 << 13) & FE_LIMB_MASK;
    r->v[2] = (w1 >> 38 | w2 << 26) & FE_LIMB_MASK;
    r->v[3] = (w2 >> 25 | w3 << 39) & FE_LIMB_MASK;
    r->v[4] = w3 >> 12 & FE_LIMB_MASK;
    return sidos_mask_of_bit(w3 >> 63);
}

static inline void fe_to_bytes(uint8_t *bytes, size_t stride, size_t count, const fe *a) {
    fe t;
    (void)stride;
    (void)count;
    fe_canonical(&t, a);
    sidos_store64(bytes, t.v[0] | t.v[1] << 51);
    sidos_store64(bytes + 8, t.v[1] >> 13 | t.v[2] << 38);
    sidos_store64(bytes + 16, t.v[2] >> 26 | t.v[3] << 25);
    sidos_store64(bytes + 24, t.v[3] >> 39 | t.v[4] << 12);
}

// Tables: every entry is read and the wanted one kept by mask, two entries at a time. The masks are made once for an
// index.
#define FE_COMB_BITS 5
#define FE_COMB_ENTRIES (1 << (FE_COMB_BITS - 1))

typedef struct {
    fe_two limbs[5][FE_COMB_ENTRIES / 2];
} fe_column;
typedef struct {
    uint64_t bits;
    fe_two wanted[FE_COMB_ENTRIES / 2];
} fe_index;

static inline fe_index fe_index_load(const uint8_t *indices) { return (fe_index){.bits = *indices}; }
static inline fe_mask fe_index_bit(fe_index index, int bit) { return sidos_mask_of_bit(index.bits >> bit & 1); }
static inline fe_index fe_index_low_bits(fe_index index, fe_mask inverted) {
    const uint64_t entry = (index.bits ^ inverted) & (FE_COMB_ENTRIES - 1);
    for (uint64_t i = 0; i < FE_COMB_ENTRIES; i += 2)
        index.wanted[i / 2] = (fe_two){sidos_mask_if_zero(entry ^ i), sidos_mask_if_zero(entry ^ (i + 1))};
    return index;
}

static inline void fe_column_set(fe_column *column, int entry, const fe *a, int lane) {
    (void)lane;
    for (int i = 0; i < 5; i++) column->limbs[i][entry / 2][entry % 2] = a->v[i];
}

static inline void fe_column_get(fe *r, const fe_column *column, fe_index index) {
    for (int i = 0; i < 5; i++) {
        fe_two limb = {0};
        for (int k = 0; k < FE_COMB_ENTRIES / 2; k++) limb |= index.wanted[k] & column->limbs[i][k];
        r->v[i] = limb[0] | limb[1];
    }
}

#define FE_SUM_BITS FE_COMB_BITS
typedef fe_column fe_sum_column;

static inline void fe_sum_column_get(fe *r, const fe_sum_column *column, fe_index index) {
    fe_column_get(r, column, index);
}

static inline void fe_sum_columns_set(fe_sum_column *columns, size_t distance, int first, const fe a[FE_LANES]) {
    (void)distance;
    fe_column_set(columns, first, a, 0);
}

static inline fe_mask fe_mask_of_lanes(uint64_t lanes) { return 0 - (lanes & 1); }

#define FE_RECORD_WORDS(n) ((size_t)5 * (n))

static inline __attribute__((always_inline)) void fe_records_get(fe *r, int n, const uint64_t *records,
                                                                 const uint32_t *index) {
    for (int k = 0; k < n; k++)
        for (int i = 0; i < 5; i++) r[k].v[i] = records[*index * FE_RECORD_WORDS(n) + 5 * k + i];
}

static inline __attribute__((always_inline)) void fe_records_put(uint64_t *records, const uint32_t *index, const fe *a,
                                                                 int n) {
    for (int k = 0; k < n; k++)
        for (int i = 0; i < 5; i++) records[*index * FE_RECORD_WORDS(n) + 5 * k + i] = a[k].v[i];
}

static inline void fe_wipe_registers(void) {}

#include "field.h"

#endif
