// Sorting for sums of many multiples (msm.h): digits of the scalars, buckets of points with equal digits, pieces of
// buckets for lanes.
#ifndef SIDOS_R255_MSM_SORT_H
#define SIDOS_R255_MSM_SORT_H

#include "CRistretto.h"
#include "msm_plan.h"
#include "scalar.h"

static inline uint64_t msm_load64(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

/// Adds 2^(b−1) to every scalar at every window's position but the top's, after which the digits are bits: d + 2^(b−1).
static void msm_bias(const msm_scratch *scratch, const msm_plan *plan, const uint8_t *scalars) {
    const size_t word_count = plan->word_count;
    uint64_t bias[4] = {0};
    for (size_t w = 0; w + 1 < plan->window_count; w++) {
        const size_t bit = (size_t)plan->bits * (w + 1) - 1;
        bias[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    for (size_t i = 0; i < plan->point_count; i++) {
        const uint8_t *scalar = scalars + 8 * word_count * i;
        uint8_t reduced[32];
        if (word_count == 4 && !sidos_r255_scalar_is_canonical(scalar)) {
            sidos_r255_scalar_reduce(reduced, scalar);
            scalar = reduced;
        }
        unsigned __int128 sum = 0;
        for (size_t k = 0; k < word_count; k++) {
            sum += (unsigned __int128)msm_load64(scalar + 8 * k) + bias[k];
            scratch->words[k * plan->point_count + i] = (uint64_t)sum;
            sum >>= 64;
        }
        scratch->words[word_count * plan->point_count + i] = (uint64_t)sum;
    }
}

/// Writes the digits of one window.
static __attribute__((noinline)) void msm_split(const msm_scratch *scratch, const msm_plan *plan, size_t window,
                                                uint16_t *digits) {
    const size_t position = (size_t)plan->bits * window, offset = position % 64;
    const uint64_t *const low = scratch->words + position / 64 * plan->point_count, *const high = low +
                                                                                                  plan->point_count;
    if (window + 1 == plan->window_count) {
        // To the end of the last word, and the carry.
        for (size_t i = 0; i < plan->point_count; i++)
            digits[i] = (uint16_t)(2 * (low[i] >> offset | (offset > 0 ? high[i] << (64 - offset) : 0)));
        return;
    }
    // What is not of the window is masked off.
    if (offset + (size_t)plan->bits <= 64)
        for (size_t i = 0; i < plan->point_count; i++) digits[i] = (uint16_t)(low[i] >> offset);
    else
        for (size_t i = 0; i < plan->point_count; i++)
            digits[i] = (uint16_t)(low[i] >> offset | high[i] << (64 - offset));
    const uint16_t half = (uint16_t)(1 << (plan->bits - 1)), mask = (uint16_t)(2 * half - 1);
    for (size_t i = 0; i < plan->point_count; i++) {
        const uint16_t bits = digits[i] & mask;
        digits[i] = (uint16_t)(bits < half ? 2 * (half - bits) + 1 : 2 * (bits - half));
    }
}

/// Sorts the points of windows first … first + count − 1 by bucket, and the buckets, cut in pieces, by number of
/// points. Returns the number of pieces. A bucket's first piece, there even if empty, has the bucket's slot; it is
/// followed by the others.
static __attribute__((noinline)) size_t msm_sort(const msm_scratch *scratch, const msm_plan *plan, size_t first,
                                                 size_t count, size_t bucket_count) {
    memset(scratch->ends, 0, bucket_count * sizeof *scratch->ends);
    for (size_t k = 0; k < count; k++) {
        uint16_t *const digits = scratch->digits + k * plan->point_count;
        uint32_t *const counts = scratch->ends + k * plan->window_buckets;
        msm_split(scratch, plan, first + k, digits);
        for (size_t i = 0; i < plan->point_count; i++)
            if (digits[i] > 1) counts[digits[i] / 2 - 1]++;
    }
    size_t piece_count = 0, spare_count = 0;
    uint32_t place = 0, places[MSM_PIECE + 1] = {0};
    for (size_t bucket = 0; bucket < bucket_count; bucket++) {
        const uint32_t end = place + scratch->ends[bucket];
        scratch->ends[bucket] = place;
        size_t slot = bucket;
        do {
            const uint32_t taken = (uint32_t)msm_min(end - place, MSM_PIECE);
            scratch->pieces[piece_count++] = (msm_piece){place, taken, (uint32_t)slot};
            places[taken]++;
            place += taken;
            slot = plan->batch_buckets + spare_count;
            spare_count += place < end;
        } while (place < end);
    }
    for (size_t k = 0; k < count; k++) {
        const uint16_t *const digits = scratch->digits + k * plan->point_count;
        uint32_t *const ends = scratch->ends + k * plan->window_buckets;
        for (size_t i = 0; i < plan->point_count; i++)
            if (digits[i] > 1) scratch->entries[ends[digits[i] / 2 - 1]++] = (uint16_t)(i << 1 | (digits[i] & 1));
    }
    uint32_t before = 0;
    for (size_t length = MSM_PIECE + 1; length-- > 0;) {
        const uint32_t here = places[length];
        places[length] = before;
        before += here;
    }
    for (size_t i = 0; i < piece_count; i++) scratch->sorted[places[scratch->pieces[i].count]++] = scratch->pieces[i];
    return piece_count;
}

/// Lines up entries in the order in which lanes need them: for FE_LANES pieces at a time a row for each step, at least
/// one. Short pieces are filled up with the neutral point.
static __attribute__((noinline)) void msm_line_up(const msm_scratch *scratch, const msm_plan *plan,
                                                  size_t piece_count) {
    const uint32_t neutral = 2 * (uint32_t)plan->point_count;
    uint32_t *row = scratch->rows;
    for (size_t i = 0; i < piece_count; i += FE_LANES) {
        const uint32_t steps = scratch->sorted[i].count > 0 ? scratch->sorted[i].count : 1;
        for (size_t lane = 0; lane < FE_LANES; lane++) {
            const msm_piece piece = i + lane < piece_count ? scratch->sorted[i + lane] : (msm_piece){0, 0, 0};
            const uint16_t *const run = scratch->entries + piece.first;
            for (uint32_t step = 0; step < piece.count; step++) row[step * FE_LANES + lane] = run[step];
            for (uint32_t step = piece.count; step < steps; step++) row[step * FE_LANES + lane] = neutral;
        }
        row += steps * FE_LANES;
    }
    for (size_t i = 0; i < MSM_AHEAD * FE_LANES; i++) row[i] = neutral;
}

#endif
