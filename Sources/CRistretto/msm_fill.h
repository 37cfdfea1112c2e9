// Filling the buckets of sums of many multiples (msm.h): records of points, and a piece of a bucket a lane.
#ifndef SIDOS_R255_MSM_FILL_H
#define SIDOS_R255_MSM_FILL_H

#include "affine.h"
#include "msm_plan.h"
#include "running.h"

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

/// Reads `count` points from the one numbered `first` on to records, which the neutral point follows, and adds them to
/// `plain`. Returns `count`, or the index among them of the first invalid one.
static __attribute__((noinline)) size_t msm_read(const msm_scratch *scratch, edwards_running *plain,
                                                 const sidos_r255_msm_input *input, size_t first, size_t count) {
    const uint8_t *const in = input->points + input->stride * first;
    uint32_t index[FE_LANES];
    const size_t vectors = (count + FE_LANES - 1) / FE_LANES;
    for (size_t i = 0; i < vectors; i += 2) {
        const size_t vector[2] = {i, i + 1 < vectors ? i + 1 : i};
        const uint8_t *const bytes[2] = {in + input->stride * FE_LANES * vector[0],
                                         in + input->stride * FE_LANES * vector[1]};
        const size_t used[2] = {lanes_used(count, vector[0]), lanes_used(count, vector[1])};
        decoded_element decoded[2], *const pair[2] = {&decoded[0], &decoded[1]};
        fe_mask valid[2];
        if (input->form == SIDOS_R255_ENCODED) decode_pair(pair, valid, bytes, input->stride, used);
        for (size_t k = 0; k < 2 && i + k < vectors; k++) {
            if (input->form == SIDOS_R255_AFFINE)
                valid[k] = affine_decode(&decoded[k].e, bytes[k], input->stride, used[k]);
            const size_t valid_count = first_invalid(valid[k], vector[k], count);
            if (valid_count != count) return valid_count;
            edwards_affine point;
            affine_addend(&point, &decoded[k].e);
            const fe a[3] = {point.y_plus_x, point.y_minus_x, point.xy2d};
            for (int lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)(FE_LANES * vector[k]) + (uint32_t)lane;
            fe_records_put(scratch->points, index, a, 3);
            if (input->plain == NULL) continue;
            const fe_mask rest = fe_mask_from_lane((int)used[k]);
            fe_move_if(&point.y_plus_x, rest, &FE_ONE);
            fe_move_if(&point.y_minus_x, rest, &FE_ONE);
            fe_move_if(&point.xy2d, rest, &FE_ZERO);
            edwards_run(plain, &point);
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
