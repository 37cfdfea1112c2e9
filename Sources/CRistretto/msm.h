// Sums of many multiples of public elements: Pippenger's bucket method. Everything here takes variable time, in addresses as well.
//
// batch.h includes this. Scalars of 128 bits are cut into windows of b bits, with signed digits −2^(b−1) … 2^(b−1) − 1; the top window's digit is not
// negative. In each window the points of equal |digit| are summed into the bucket of that digit, and Σ j·(bucket of j) is the window's
// sum, of which Horner's rule makes the result. Only the first step costs time for each point: an addition of an affine point (7
// multiplications) for each window.
//
// Lanes are buckets. A counting sort brings the points of each bucket together, a second one the buckets of like number of points,
// and FE_LANES consecutive ones are summed side by side, in registers; lanes with fewer points add the neutral point at the
// end. Sorted numbers differ little among neighbours: over a whole batch of windows at most the largest number of additions is
// wasted. A bucket of more than MSM_PIECE points (equal scalars) is cut in pieces, so that it cannot hold one lane for long.
//
// The law of addition is complete, so equal points, opposite points and what else an adversary may choose need no attention.
#ifndef SIDOS_R255_MSM_H
#define SIDOS_R255_MSM_H

#include "encoding.h"

// 1/d.
FE_CONSTANT(FE_INV_D, 0x0f276cdc9f843, 0x3084f2a85c4bc, 0x6e73d982d775a, 0x721958b108a66, 0x40907ed214d5c);

/// The most points taken at a time, which bounds the scratch; so few that an index and a sign fit 16 bits.
#define MSM_CHUNK 32768
#define MSM_MIN_BITS 4
#define MSM_MAX_BITS 13
/// Windows are filled together as long as they have no more buckets than this (a single one may have).
#define MSM_BUCKETS 2048
#define MSM_PIECE 256
/// How many steps before its use a point is fetched to the cache.
#define MSM_AHEAD 8
/// What a bucket costs more than it saves, in additions of affine points: two additions of points and moves, but its first point is
/// not added to anything. The width of windows follows from it.
#define MSM_BUCKET_COST 2

#define MSM_AFFINE_WORDS FE_RECORD_WORDS(3)
#define MSM_CACHED_WORDS FE_RECORD_WORDS(4)

/// Sizes for a number of points.
typedef struct {
    size_t point_count;
    int bits;              // of a window
    size_t window_count;
    size_t window_buckets; // 2^(bits − 1)
    size_t strip;          // consecutive buckets summed in one lane, a power of two that divides the above
    size_t window_strips;  // strips of a window, FE_LANES
    size_t top_strips;     // strips of the top window
    size_t batch_windows;  // windows filled together
    size_t batch_buckets;  // at most, in a batch of windows
    size_t spare_count;    // records for pieces beyond the first, at most
} msm_plan;

/// A part of a bucket's list of points: `count` entries from `first`; the sum goes to record `slot`.
typedef struct {
    uint32_t first, count, slot;
} msm_piece;

/// Scratch. Records of points are affine (y + x, y − x, 2dxy), all tight; of sums cached.
typedef struct {
    uint64_t *points;      // point_count, rounded up to two vectors, and the neutral point
    uint64_t *buckets;     // batch_buckets, spare_count, and one that takes what unused lanes write
    uint64_t *strips;      // for each strip of every window its sum and its weighted sum; the neutral point
    uint64_t *windows;     // window_count
    uint64_t *low, *high;  // of the biased scalars
    uint8_t *carry;
    uint16_t *entries;     // 2·(a point's index) + (1 if it is to be subtracted); bucket after bucket
    uint32_t *rows;        // the same entries, FE_LANES buckets side by side
    uint32_t *ends;        // per bucket of a batch where its entries end
    msm_piece *pieces;
    msm_piece *sorted;     // by falling count
    uint16_t *digits;      // 2|d| + (d < 0), window after window
} msm_scratch;

static inline size_t msm_round_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

/// Bits of the top window: its largest digit is 2^bits, all its bits and a carry.
static inline int msm_top_bits(int bits) { return 128 - bits * ((128 + bits - 1) / bits - 1); }

static msm_plan msm_make_plan(size_t point_count) {
    msm_plan plan = {.point_count = point_count};
    size_t least = SIZE_MAX;
    for (int bits = MSM_MIN_BITS; bits <= MSM_MAX_BITS; bits++) {
        const size_t windows = (128 + (size_t)bits - 1) / (size_t)bits;
        const size_t buckets = ((windows - 1) << (bits - 1)) + ((size_t)1 << msm_top_bits(bits));
        const size_t cost = windows * point_count + MSM_BUCKET_COST * buckets;
        if (cost < least) {
            least = cost;
            plan.bits = bits;
            plan.window_count = windows;
        }
    }
    plan.window_buckets = (size_t)1 << (plan.bits - 1);
    plan.window_strips = FE_LANES;
    plan.strip = plan.window_buckets / plan.window_strips;
    const size_t top_buckets = (size_t)1 << msm_top_bits(plan.bits);
    plan.top_strips = top_buckets > plan.strip ? top_buckets / plan.strip : 1;
    const size_t most = plan.window_strips > plan.top_strips ? plan.window_strips : plan.top_strips;
    plan.batch_windows = MSM_BUCKETS >> (plan.bits - 1);
    if (plan.batch_windows == 0) plan.batch_windows = 1;
    if (plan.batch_windows > plan.window_count) plan.batch_windows = plan.window_count;
    plan.batch_buckets = ((plan.batch_windows - 1) * plan.window_strips + most) * plan.strip;
    plan.spare_count = plan.batch_windows * point_count / MSM_PIECE;
    return plan;
}

/// Places the parts of the scratch, each aligned to 64 bytes, and returns its size; `base` may be NULL.
static size_t msm_place(msm_scratch *scratch, const msm_plan *plan, void *base) {
    const size_t points = msm_round_up(plan->point_count, 2 * FE_LANES) + 1;
    const size_t buckets = plan->batch_buckets + plan->spare_count;
    const size_t strips = 2 * ((plan->window_count - 1) * plan->window_strips + plan->top_strips) + 1;
    unsigned char *const start = base;
    size_t used = 0;
#define MSM_TAKE(part, count)                                               \
    do {                                                                    \
        if (start != NULL) scratch->part = (void *)(start + used);          \
        used = msm_round_up(used + (count) * sizeof *scratch->part, 64);    \
    } while (0)
    MSM_TAKE(points, points * MSM_AFFINE_WORDS);
    MSM_TAKE(buckets, (buckets + 1) * MSM_CACHED_WORDS);
    MSM_TAKE(strips, strips * MSM_CACHED_WORDS);
    MSM_TAKE(windows, plan->window_count * MSM_CACHED_WORDS);
    MSM_TAKE(low, plan->point_count);
    MSM_TAKE(high, plan->point_count);
    MSM_TAKE(carry, plan->point_count);
    MSM_TAKE(entries, plan->batch_windows * plan->point_count);
    // Rows are longer by what short pieces lack, at most MSM_PIECE steps since counts fall, an empty row for empty buckets, and
    // a look ahead.
    MSM_TAKE(rows, plan->batch_windows * plan->point_count + buckets + FE_LANES * (MSM_PIECE + 2 + MSM_AHEAD));
    MSM_TAKE(ends, plan->batch_buckets);
    MSM_TAKE(pieces, buckets);
    MSM_TAKE(sorted, buckets);
    MSM_TAKE(digits, plan->batch_windows * plan->point_count);
#undef MSM_TAKE
    return used;
}

static inline uint64_t msm_load64(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

/// Adds 2^(b−1) to every scalar at every window's position but the top's, after which the digits are bits: d + 2^(b−1).
static void msm_bias(const msm_scratch *scratch, const msm_plan *plan, const uint8_t *scalars) {
    unsigned __int128 bias = 0;
    for (size_t w = 0; w + 1 < plan->window_count; w++) bias |= (unsigned __int128)1 << ((size_t)plan->bits * (w + 1) - 1);
    for (size_t i = 0; i < plan->point_count; i++) {
        const unsigned __int128 scalar =
            (unsigned __int128)msm_load64(scalars + 16 * i + 8) << 64 | msm_load64(scalars + 16 * i);
        const unsigned __int128 biased = scalar + bias;
        scratch->low[i] = (uint64_t)biased;
        scratch->high[i] = (uint64_t)(biased >> 64);
        scratch->carry[i] = biased < scalar;
    }
}

/// Writes the digits of one window.
static __attribute__((noinline)) void msm_split(const msm_scratch *scratch, const msm_plan *plan, size_t window, uint16_t *digits) {
    const int position = plan->bits * (int)window;
    const uint64_t *const low = scratch->low, *const high = scratch->high;
    if (window + 1 == plan->window_count) {
        for (size_t i = 0; i < plan->point_count; i++)
            digits[i] = (uint16_t)(2 * (high[i] >> (position - 64) | (uint64_t)scratch->carry[i] << (128 - position)));
        return;
    }
    for (size_t i = 0; i < plan->point_count; i++) {
        // What is not of these words is masked off.
        if (position >= 64)
            digits[i] = (uint16_t)(high[i] >> (position - 64));
        else if (position + plan->bits <= 64)
            digits[i] = (uint16_t)(low[i] >> position);
        else
            digits[i] = (uint16_t)(low[i] >> position | high[i] << (64 - position));
    }
    const uint16_t half = (uint16_t)(1 << (plan->bits - 1)), mask = (uint16_t)(2 * half - 1);
    for (size_t i = 0; i < plan->point_count; i++) {
        const uint16_t bits = digits[i] & mask;
        digits[i] = (uint16_t)(bits < half ? 2 * (half - bits) + 1 : 2 * (bits - half));
    }
}

/// Sorts the points of windows first … first + count − 1 by bucket, and the buckets, cut in pieces, by number of points. Returns the
/// number of pieces. A bucket's first piece, there even if empty, has the bucket's slot; it is followed by the others.
static __attribute__((noinline)) size_t msm_sort(const msm_scratch *scratch, const msm_plan *plan, size_t first, size_t count,
                                                 size_t bucket_count) {
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
            const uint32_t taken = end - place < MSM_PIECE ? end - place : MSM_PIECE;
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

/// A sum that only has affine points added to it: Y + X, Y − X and T loose, and 2Z. The multiplications that end an addition stay
/// uncarried where the next one begins with their sum.
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

static inline void msm_add(edwards_point *sum, const edwards_cached *addend) {
    edwards_completed r;
    edwards_add_cached(&r, sum, addend);
    edwards_to_extended(sum, &r);
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

/// Lines up entries in the order in which lanes need them: for FE_LANES pieces at a time a row for each step, at least one. Short
/// pieces are filled up with the neutral point.
static __attribute__((noinline)) void msm_line_up(const msm_scratch *scratch, const msm_plan *plan, size_t piece_count) {
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

/// Sums every piece.
static __attribute__((noinline)) void msm_fill(const msm_scratch *scratch, const msm_plan *plan, size_t piece_count) {
    const uint32_t none = (uint32_t)(plan->batch_buckets + plan->spare_count);
    const uint32_t *row = scratch->rows;
    for (size_t i = 0; i < piece_count; i += FE_LANES) {
        uint32_t slots[FE_LANES];
        edwards_affine addend;
        edwards_running sum;
        edwards_point end;
        for (size_t lane = 0; lane < FE_LANES; lane++) slots[lane] = i + lane < piece_count ? scratch->sorted[i + lane].slot : none;
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

/// Adds the further pieces of buckets to the first ones.
static __attribute__((noinline)) void msm_join(const msm_scratch *scratch, const msm_plan *plan, size_t piece_count) {
    uint32_t from[FE_LANES], to[FE_LANES];
    edwards_point sum;
    edwards_cached addend;
    edwards_completed completed;
    msm_fill_index(to, plan->batch_buckets + plan->spare_count);
    for (size_t i = 0; i + 1 < piece_count; i++) {
        if (scratch->pieces[i + 1].slot < plan->batch_buckets) continue;
        to[0] = scratch->pieces[i].slot;
        msm_fill_index(from, to[0]);
        msm_get_cached(&addend, scratch->buckets, from);
        edwards_complete_cached(&completed, &addend);
        edwards_to_extended(&sum, &completed);
        for (; i + 1 < piece_count && scratch->pieces[i + 1].slot >= plan->batch_buckets; i++) {
            msm_fill_index(from, scratch->pieces[i + 1].slot);
            msm_get_cached(&addend, scratch->buckets, from);
            msm_add(&sum, &addend);
        }
        msm_put_cached(scratch->buckets, to, &sum);
    }
}

/// For the strips first … first + count − 1, whose buckets B_1, B_2, … lie one strip after the other, ΣB_j and Σ j·B_j; a strip a lane.
static __attribute__((noinline)) void msm_sum_strips(const msm_scratch *scratch, const msm_plan *plan, size_t first, size_t count) {
    for (size_t i = 0; i < count; i += FE_LANES) {
        uint32_t index[FE_LANES];
        edwards_point sum, weighted;
        edwards_cached addend;
        msm_set_neutral(&sum);
        weighted = sum;
        for (size_t j = plan->strip; j-- > 0;) {
            for (size_t lane = 0; lane < FE_LANES; lane++)
                index[lane] = (uint32_t)((i + lane < count ? i + lane : count - 1) * plan->strip + j);
            msm_get_cached(&addend, scratch->buckets, index);
            msm_add(&sum, &addend);
            edwards_cache(&addend, &sum);
            msm_add(&weighted, &addend);
        }
        for (size_t lane = 0; lane < FE_LANES; lane++)
            index[lane] = (uint32_t)(2 * (first + (i + lane < count ? i + lane : count - 1)));
        msm_put_cached(scratch->strips, index, &sum);
        for (size_t lane = 0; lane < FE_LANES; lane++) index[lane]++;
        msm_put_cached(scratch->strips, index, &weighted);
    }
}

/// From their strips, with sums S_r and T_r for r = 0, 1 …, the sums of all windows, Σ T_r + strip·Σ r·S_r; a window a lane.
static __attribute__((noinline)) void msm_sum_windows(const msm_scratch *scratch, const msm_plan *plan) {
    const size_t top = plan->window_count - 1, neutral = 2 * (top * plan->window_strips + plan->top_strips);
    const size_t most = plan->window_strips > plan->top_strips ? plan->window_strips : plan->top_strips;
    uint32_t index[FE_LANES];
    edwards_point sum, weighted, total;
    edwards_cached addend;
    edwards_completed completed;
    msm_set_neutral(&sum);
    msm_fill_index(index, neutral);
    msm_put_cached(scratch->strips, index, &sum);
    for (size_t i = 0; i < plan->window_count; i += FE_LANES) {
        msm_set_neutral(&sum);
        weighted = total = sum;
        for (size_t r = most; r-- > 0;) {
            for (size_t lane = 0; lane < FE_LANES; lane++) {
                const size_t window = i + lane < top ? i + lane : top;
                const size_t strips = window < top ? plan->window_strips : plan->top_strips;
                index[lane] = (uint32_t)(r < strips ? 2 * (window * plan->window_strips + r) + 1 : neutral);
            }
            msm_get_cached(&addend, scratch->strips, index);
            msm_add(&total, &addend);
            if (r == 0) break;
            for (int lane = 0; lane < FE_LANES; lane++) index[lane] -= index[lane] != neutral;
            msm_get_cached(&addend, scratch->strips, index);
            msm_add(&sum, &addend);
            edwards_cache(&addend, &sum);
            msm_add(&weighted, &addend);
        }
        for (size_t size = plan->strip; size > 1; size /= 2) {
            edwards_double(&completed, &weighted);
            edwards_to_extended(&weighted, &completed);
        }
        edwards_cache(&addend, &weighted);
        msm_add(&total, &addend);
        for (size_t lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)(i + lane < top ? i + lane : top);
        msm_put_cached(scratch->windows, index, &total);
    }
}

/// total += Σ scalar·point over one chunk's points, in every lane; they are decoded.
static void msm_add_chunk(edwards_point *total, const msm_scratch *scratch, const msm_plan *plan, const uint8_t *scalars) {
    msm_bias(scratch, plan, scalars);
    for (size_t first = 0, count; first < plan->window_count; first += count) {
        count = plan->window_count - first < plan->batch_windows ? plan->window_count - first : plan->batch_windows;
        const int with_top = first + count == plan->window_count;
        const size_t strips = (count - 1) * plan->window_strips + (with_top ? plan->top_strips : plan->window_strips);
        const size_t piece_count = msm_sort(scratch, plan, first, count, strips * plan->strip);
        msm_line_up(scratch, plan, piece_count);
        msm_fill(scratch, plan, piece_count);
        msm_join(scratch, plan, piece_count);
        msm_sum_strips(scratch, plan, first * plan->window_strips, strips);
    }
    msm_sum_windows(scratch, plan);
    uint32_t index[FE_LANES];
    edwards_point sum;
    edwards_cached addend;
    edwards_completed completed;
    msm_set_neutral(&sum);
    for (size_t window = plan->window_count; window-- > 0;) {
        for (int j = 0; j < plan->bits; j++) {
            edwards_double(&completed, &sum);
            edwards_to_extended(&sum, &completed);
        }
        msm_fill_index(index, window);
        msm_get_cached(&addend, scratch->windows, index);
        msm_add(&sum, &addend);
    }
    edwards_cache(&addend, &sum);
    msm_add(total, &addend);
}

/// Bytes of scratch, aligned to 64, with which `count` points are summed fastest. Less will do, down to SIDOS_R255_MSM_LEAST.
static size_t msm_scratch_size(size_t count) {
    const msm_plan plan = msm_make_plan(count < MSM_CHUNK ? count : MSM_CHUNK);
    return msm_place(NULL, &plan, NULL);
}

/// out = Σ scalars[i]·points[i]. Returns `count`, or the index of the first invalid point.
static size_t msm(uint8_t out[32], const uint8_t *scalars, const uint8_t *points, size_t count, void *memory, size_t size) {
    size_t chunk = MSM_CHUNK;
    edwards_point total;
    msm_set_neutral(&total);
    for (size_t done = 0; done < count;) {
        if (chunk > count - done) chunk = count - done;
        const msm_plan plan = msm_make_plan(chunk);
        if (msm_place(NULL, &plan, NULL) > size) {
            chunk = (chunk + 1) / 2;
            continue;
        }
        msm_scratch scratch;
        (void)msm_place(&scratch, &plan, memory);
        const size_t valid_count = msm_decode(&scratch, points + 32 * done, chunk);
        if (valid_count != chunk) return done + valid_count;
        msm_add_chunk(&total, &scratch, &plan, scalars + 16 * done);
        done += chunk;
    }
    encode_edwards(out, &total);
    return count;
}

#endif
