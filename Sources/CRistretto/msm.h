// Sums of many multiples of public elements: Pippenger's bucket method. Everything here takes variable time, in
// addresses too.
//
// batch.h includes this. Scalars of 128 or 252 bits are cut into windows of b bits, with signed digits −2^(b−1) …
// 2^(b−1) − 1; the top window's digit is not negative. In each window the points of equal |digit| are summed into the
// bucket of that digit, and Σ j·(bucket of j) is the window's sum, of which Horner's rule makes the result. Only the
// first step costs time for each point: an addition of an affine point (7 multiplications) for each window.
//
// Lanes are buckets. A counting sort brings the points of each bucket together, a second one the buckets of like number
// of points, and FE_LANES consecutive ones are summed side by side, in registers; lanes with fewer points add the
// neutral point at the end. Sorted numbers differ little among neighbours: over a whole batch of windows at most the
// largest number of additions is wasted. A bucket of more than MSM_PIECE points (equal scalars) is cut in pieces, so
// that it cannot hold one lane for long.
//
// The law of addition is complete, so equal points, opposite points and what else an adversary may choose need no
// attention.
//
// In the order of use: msm_plan.h has sizes and scratch, msm_sort.h the sorts, msm_fill.h the buckets' sums; here are
// the windows' sums and the result.
#ifndef SIDOS_R255_MSM_H
#define SIDOS_R255_MSM_H

#include "msm_fill.h"
#include "msm_sort.h"

static inline void msm_double(edwards_point *p) {
    edwards_completed r;
    edwards_double(&r, p);
    edwards_to_extended(p, &r);
}

/// For the strips first … first + count − 1 of a round, whose buckets B_1, B_2, … lie one strip after the other, ΣB_j
/// and Σ j·B_j; a strip a lane.
static __attribute__((noinline)) void msm_sum_strips(const msm_scratch *scratch, const msm_plan *plan, size_t first,
                                                     size_t count) {
    for (size_t i = 0; i < count; i += FE_LANES) {
        uint32_t index[FE_LANES];
        edwards_point sum, weighted;
        msm_set_neutral(&sum);
        weighted = sum;
        for (size_t j = plan->strip; j-- > 0;) {
            for (size_t lane = 0; lane < FE_LANES; lane++)
                index[lane] = (uint32_t)(msm_min(i + lane, count - 1) * plan->strip + j);
            msm_add_records(&sum, scratch->buckets, index);
            msm_add(&weighted, &sum);
        }
        for (size_t lane = 0; lane < FE_LANES; lane++)
            index[lane] = (uint32_t)(2 * (first + msm_min(i + lane, count - 1)));
        msm_put_cached(scratch->strips, index, &sum);
        for (size_t lane = 0; lane < FE_LANES; lane++) index[lane]++;
        msm_put_cached(scratch->strips, index, &weighted);
    }
}

/// From their strips, with sums S_r and T_r for r = 0, 1 …, the sums of windows first … first + count − 1, Σ T_r +
/// strip·Σ r·S_r; a window a lane.
static __attribute__((noinline)) void msm_sum_windows(const msm_scratch *scratch, const msm_plan *plan, size_t first,
                                                      size_t count) {
    const size_t last = first + count - 1, none = msm_strips(plan, first, count);
    uint32_t index[FE_LANES];
    edwards_point sum, weighted, total;
    msm_set_neutral(&sum);
    for (size_t k = 0; k < 2; k++) {
        msm_fill_index(index, 2 * none + k);
        msm_put_cached(scratch->strips, index, &sum);
    }
    for (size_t i = first; i <= last; i += FE_LANES) {
        msm_set_neutral(&sum);
        weighted = total = sum;
        for (size_t r = msm_max(FE_LANES, plan->top_strips); r-- > 0;) {
            for (size_t lane = 0; lane < FE_LANES; lane++) {
                const size_t window = msm_min(i + lane, last), strip = (window - first) * FE_LANES + r;
                index[lane] = (uint32_t)(2 * (r < msm_strips(plan, window, 1) ? strip : none) + 1);
            }
            msm_add_records(&total, scratch->strips, index);
            if (r == 0) break;
            for (size_t lane = 0; lane < FE_LANES; lane++) index[lane]--;
            msm_add_records(&sum, scratch->strips, index);
            msm_add(&weighted, &sum);
        }
        for (size_t size = plan->strip; size > 1; size /= 2) msm_double(&weighted);
        msm_add(&total, &weighted);
        for (size_t lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)msm_min(i + lane, last);
        msm_put_cached(scratch->windows, index, &total);
    }
}

/// Sums windows first … first + count − 1.
static void msm_sum_round(const msm_scratch *scratch, const msm_plan *plan, size_t first, size_t count) {
    for (size_t done = 0, n; done < count; done += n) {
        n = msm_min(count - done, plan->batch_windows);
        const size_t strips = msm_strips(plan, first + done, n);
        const size_t piece_count = msm_sort(scratch, plan, first + done, n, strips * plan->strip);
        msm_line_up(scratch, plan, piece_count);
        msm_fill(scratch, plan, piece_count);
        msm_join(scratch, plan, piece_count);
        msm_sum_strips(scratch, plan, done * FE_LANES, strips);
    }
    msm_sum_windows(scratch, plan, first, count);
}

/// total += Σ scalar·point over one chunk's points, in every lane; they are read.
static void msm_add_chunk(edwards_point *total, const msm_scratch *scratch, const msm_plan *plan,
                          const uint8_t *scalars) {
    msm_bias(scratch, plan, scalars);
    for (size_t first = 0; first < plan->window_count; first += MSM_ROUND)
        msm_sum_round(scratch, plan, first, msm_min(plan->window_count - first, MSM_ROUND));
    uint32_t index[FE_LANES];
    edwards_point sum;
    msm_set_neutral(&sum);
    for (size_t window = plan->window_count; window-- > 0;) {
        for (int j = 0; j < plan->bits; j++) msm_double(&sum);
        msm_fill_index(index, window);
        msm_add_records(&sum, scratch->windows, index);
    }
    msm_add(total, &sum);
}

/// The sum of all lanes' sums, in every lane.
static void msm_join_lanes(edwards_point *r, const edwards_running *lanes) {
    _Alignas(64) uint64_t records[FE_LANES * MSM_CACHED_WORDS];
    uint32_t index[FE_LANES];
    for (int lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)lane;
    edwards_stop(r, lanes);
    msm_put_cached(records, index, r);
    msm_set_neutral(r);
    for (size_t lane = 0; lane < FE_LANES; lane++) {
        msm_fill_index(index, lane);
        msm_add_records(r, records, index);
    }
}

/// Bytes of scratch, aligned to 64, with which `count` points are summed fastest. Less will do, down to
/// SIDOS_R255_MSM_LEAST.
static size_t msm_scratch_size(size_t scalar_byte_count, size_t count) {
    const msm_plan plan = msm_make_plan(scalar_byte_count, msm_min(count, MSM_CHUNK));
    return msm_place(NULL, &plan, NULL);
}

/// out = Σ scalars[i]·points[i]. Returns the count, or the index of the first invalid point.
static size_t msm(uint8_t out[32], const sidos_r255_msm_input *input, void *memory, size_t size) {
    const size_t count = input->count;
    const edwards_affine neutral = {FE_ONE, FE_ONE, FE_ZERO};
    size_t chunk = MSM_CHUNK;
    edwards_point total;
    edwards_running plain;
    msm_set_neutral(&total);
    edwards_start(&plain, &neutral);
    for (size_t done = 0; done < count;) {
        chunk = msm_min(chunk, count - done);
        const msm_plan plan = msm_make_plan(input->scalar_byte_count, chunk);
        if (msm_place(NULL, &plan, NULL) > size) {
            chunk = (chunk + 1) / 2;
            continue;
        }
        msm_scratch scratch;
        (void)msm_place(&scratch, &plan, memory);
        const size_t valid_count = msm_read(&scratch, &plain, input, done, chunk);
        if (valid_count != chunk) return done + valid_count;
        msm_add_chunk(&total, &scratch, &plan, input->scalars + input->scalar_byte_count * done);
        done += chunk;
    }
    encode_sum(out, &total, input->form);
    if (input->plain != NULL) {
        msm_join_lanes(&total, &plain);
        encode_sum(input->plain, &total, input->form);
    }
    return count;
}

#endif
