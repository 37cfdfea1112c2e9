// Filling the buckets of sums of many multiples (msm.h): records of points, sums that only have affine points added, a
// piece of a bucket a lane.
#ifndef SIDOS_R255_MSM_FILL_H
#define SIDOS_R255_MSM_FILL_H

#include "encoding.h"
#include "msm_plan.h"

// 1/d.
FE_CONSTANT(FE_INV_D, 0x0f276cdc9f843, 0x3084f2a85c4bc, 0x6e73d982d775a, 0x721958b108a66, 0x40907ed214d5c);

/// A sum that only has affine points added to it: Y + X, Y − X and T loose, and 2Z. The multiplications that end an
/// addition stay uncarried where the next one begins with their sum.
typedef struct {
    fe y_plus_x, y_minus_x, t;
    fe_wide z2;
} edwards_running;

/// The point (2x, 2y, 2, 2xy).
static inline __attribute__((always_inline)) void edwards_start(edwards_running *r, const edwards_affine *p) {
    fe two;
    fe_add(&r->y_plus_x, &p->y_plus_x, &p->y_plus_x);
    fe_add(&r->y_minus_x, &p->y_minus_x, &p->y_minus_x);
    fe_carry(&r->y_plus_x, &r->y_plus_x);
    fe_carry(&r->y_minus_x, &r->y_minus_x);
    fe_mul(&r->t, &p->xy2d, &FE_INV_D);
    fe_add(&two, &FE_ONE, &FE_ONE);
    fe_carry(&two, &two);
    fe_widen(&r->z2, &two);
    fe_wide_add(&r->z2, &r->z2, &r->z2);
}

/// sum += p, as in edwards_add_affine.
static inline __attribute__((always_inline)) void edwards_run(edwards_running *sum, const edwards_affine *p) {
    fe_wide a, b, c, w;
    edwards_completed r;
    fe_mul_wide(&a, &sum->y_plus_x, &p->y_plus_x);
    fe_mul_wide(&b, &sum->y_minus_x, &p->y_minus_x);
    fe_mul_wide(&c, &sum->t, &p->xy2d);
    fe_wide_sub(&w, &a, &b);
    fe_narrow(&r.x, &w);
    fe_wide_add(&w, &a, &b);
    fe_narrow(&r.y, &w);
    fe_wide_add(&w, &sum->z2, &c);
    fe_narrow(&r.z, &w);
    fe_wide_sub(&w, &sum->z2, &c);
    fe_narrow(&r.t, &w);
    fe_mul_wide(&a, &r.x, &r.t);
    fe_mul_wide(&b, &r.y, &r.z);
    fe_mul_wide(&sum->z2, &r.z, &r.t);
    fe_mul(&sum->t, &r.x, &r.y);
    fe_wide_add(&w, &b, &a);
    fe_narrow(&sum->y_plus_x, &w);
    fe_wide_sub(&w, &b, &a);
    fe_narrow(&sum->y_minus_x, &w);
    fe_wide_add(&sum->z2, &sum->z2, &sum->z2);
}

/// The sum in extended coordinates, all of them doubled.
static inline void edwards_stop(edwards_point *r, const edwards_running *sum) {
    fe z2, plus = sum->y_plus_x, minus = sum->y_minus_x;
    fe_carry(&plus, &plus);
    fe_carry(&minus, &minus);
    fe_narrow(&z2, &sum->z2);
    fe_carry(&r->z, &z2);
    fe_sub(&r->x, &plus, &minus);
    fe_carry(&r->x, &r->x);
    fe_add(&r->y, &plus, &minus);
    fe_carry(&r->y, &r->y);
    fe_add(&r->t, &sum->t, &sum->t);
    fe_carry(&r->t, &r->t);
}

static inline __attribute__((always_inline)) void msm_get_cached(edwards_cached *r, const uint64_t *records,
                                                                 const uint32_t index[FE_LANES]) {
    fe a[4];
    fe_records_get(a, 4, records, index);
    *r = (edwards_cached){a[0], a[1], a[2], a[3]};
}

static inline __attribute__((always_inline)) void msm_put_cached(uint64_t *records, const uint32_t index[FE_LANES],
                                                                 const edwards_point *p) {
    edwards_cached cached;
    edwards_cache(&cached, p);
    const fe a[4] = {cached.y_plus_x, cached.y_minus_x, cached.z2, cached.t2d};
    fe_records_put(records, index, a, 4);
}

/// Reads affine points, negated where their entry says so.
static inline __attribute__((always_inline)) void msm_get_affine(edwards_affine *r, const uint64_t *points,
                                                                 const uint32_t entries[FE_LANES]) {
    fe a[3];
    uint32_t index[FE_LANES];
    uint64_t negative = 0;
    for (int lane = 0; lane < FE_LANES; lane++) {
        index[lane] = entries[lane] >> 1;
        negative |= (uint64_t)(entries[lane] & 1) << lane;
    }
    fe_records_get(a, 3, points, index);
    const fe_mask mask = fe_mask_of_lanes(negative);
    fe_select(&r->y_plus_x, mask, &a[1], &a[0]);
    fe_select(&r->y_minus_x, mask, &a[0], &a[1]);
    r->xy2d = a[2];
    fe_negate_if(&r->xy2d, mask);
}

static inline __attribute__((always_inline)) void msm_add_cached(edwards_point *sum, const edwards_cached *addend) {
    edwards_completed r;
    edwards_add_cached(&r, sum, addend);
    edwards_to_extended(sum, &r);
}

static inline __attribute__((always_inline)) void msm_add(edwards_point *sum, const edwards_point *p) {
    edwards_cached addend;
    edwards_cache(&addend, p);
    msm_add_cached(sum, &addend);
}

static inline __attribute__((always_inline)) void msm_add_records(edwards_point *sum, const uint64_t *records,
                                                                  const uint32_t index[FE_LANES]) {
    edwards_cached addend;
    msm_get_cached(&addend, records, index);
    msm_add_cached(sum, &addend);
}

static inline void msm_set_neutral(edwards_point *p) { *p = (edwards_point){FE_ZERO, FE_ONE, FE_ONE, FE_ZERO}; }

static inline void msm_fill_index(uint32_t index[FE_LANES], size_t value) {
    for (int lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)value;
}

/// Decodes all points to records; the neutral point follows them. Returns as decode_group.
static __attribute__((noinline)) size_t msm_decode(const msm_scratch *scratch, const uint8_t *in, size_t count) {
    uint32_t index[FE_LANES];
    const size_t vectors = (count + FE_LANES - 1) / FE_LANES;
    for (size_t i = 0; i < vectors; i += 2) {
        const size_t vector[2] = {i, i + 1 < vectors ? i + 1 : i};
        const uint8_t *const bytes[2] = {in + 32 * FE_LANES * vector[0], in + 32 * FE_LANES * vector[1]};
        const size_t used[2] = {lanes_used(count, vector[0]), lanes_used(count, vector[1])};
        decoded_element decoded[2], *const pair[2] = {&decoded[0], &decoded[1]};
        fe_mask valid[2];
        decode_pair(pair, valid, bytes, 32, used);
        for (int k = 0; k < 2; k++) {
            const size_t valid_count = first_invalid(valid[k], vector[k], count);
            if (valid_count != count) return valid_count;
            const edwards_point *const e = &decoded[k].e;
            fe a[3];
            fe_add(&a[0], &e->y, &e->x);
            fe_carry(&a[0], &a[0]);
            fe_sub(&a[1], &e->y, &e->x);
            fe_carry(&a[1], &a[1]);
            fe_mul(&a[2], &e->t, &FE_2D);
            for (int lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)(FE_LANES * vector[k]) + (uint32_t)lane;
            fe_records_put(scratch->points, index, a, 3);
        }
    }
    const fe neutral[3] = {FE_ONE, FE_ONE, FE_ZERO};
    msm_fill_index(index, count);
    fe_records_put(scratch->points, index, neutral, 3);
    return count;
}

/// Sums every piece.
static __attribute__((noinline)) void msm_fill(const msm_scratch *scratch, const msm_plan *plan, size_t piece_count) {
    const uint32_t none = (uint32_t)(plan->batch_buckets + plan->spare_count);
    const uint32_t *row = scratch->rows;
    for (size_t i = 0; i < piece_count; i += FE_LANES) {
        uint32_t slots[FE_LANES];
        edwards_affine addend;
        edwards_running sum;
        edwards_point end;
        for (size_t lane = 0; lane < FE_LANES; lane++)
            slots[lane] = i + lane < piece_count ? scratch->sorted[i + lane].slot : none;
        msm_get_affine(&addend, scratch->points, row);
        edwards_start(&sum, &addend);
        row += FE_LANES;
        for (uint32_t step = 1; step < scratch->sorted[i].count; step++, row += FE_LANES) {
            for (int lane = 0; lane < FE_LANES; lane++) {
                const uint32_t later = row[MSM_AHEAD * FE_LANES + lane] >> 1;
                const char *const record = (const char *)(scratch->points + later * MSM_AFFINE_WORDS);
                __builtin_prefetch(record);
                __builtin_prefetch(record + 64);
            }
            msm_get_affine(&addend, scratch->points, row);
            edwards_run(&sum, &addend);
        }
        edwards_stop(&end, &sum);
        msm_put_cached(scratch->buckets, slots, &end);
    }
}

/// Adds the further pieces of buckets to the first ones; all lanes do the same.
static __attribute__((noinline)) void msm_join(const msm_scratch *scratch, const msm_plan *plan, size_t piece_count) {
    uint32_t index[FE_LANES];
    edwards_point sum;
    for (size_t i = 0, next; i < piece_count; i = next) {
        for (next = i + 1; next < piece_count && scratch->pieces[next].slot >= plan->batch_buckets;) next++;
        if (next == i + 1) continue;
        msm_set_neutral(&sum);
        for (size_t k = i; k < next; k++) {
            msm_fill_index(index, scratch->pieces[k].slot);
            msm_add_records(&sum, scratch->buckets, index);
        }
        msm_fill_index(index, scratch->pieces[i].slot);
        msm_put_cached(scratch->buckets, index, &sum);
    }
}

#endif
