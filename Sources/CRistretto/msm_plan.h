// Plan of a sum of many multiples (msm.h): the width of windows, how many are filled together, and the scratch that it
// takes.
#ifndef SIDOS_R255_MSM_PLAN_H
#define SIDOS_R255_MSM_PLAN_H

/// The most points taken at a time, which bounds the scratch; so few that an index and a sign fit 16 bits.
#define MSM_CHUNK 32768
#define MSM_MIN_BITS 4
#define MSM_MAX_BITS 13
/// Windows are filled together as long as they have no more buckets than this (a single one may have).
#define MSM_BUCKETS 2048
#define MSM_PIECE 256
/// Windows whose strips are kept until they are summed: a lane each.
#define MSM_ROUND 32
/// How many steps before its use a point is fetched to the cache.
#define MSM_AHEAD 8
/// What a bucket costs more than it saves, in additions of affine points: two additions of points and moves, but its
/// first point is not added to anything. The width of windows follows from it.
#define MSM_BUCKET_COST 2

#define MSM_AFFINE_WORDS FE_RECORD_WORDS(3)
#define MSM_CACHED_WORDS FE_RECORD_WORDS(4)

/// Sizes for a number of points.
typedef struct {
    size_t point_count;
    int scalar_bits;  // but for a carry
    size_t word_count;
    int bits;  // of a window
    size_t window_count;
    size_t window_buckets;  // 2^(bits − 1), in FE_LANES strips
    size_t strip;           // consecutive buckets summed in one lane, a power of two that divides the above
    size_t top_strips;      // strips of the top window, 1 … 2·FE_LANES
    size_t round_windows;   // windows whose strips are kept
    size_t batch_windows;   // windows filled together
    size_t batch_buckets;   // at most, in a batch of windows
    size_t spare_count;     // records for pieces beyond the first, at most
} msm_plan;

/// A part of a bucket's list of points: `count` entries from `first`; the sum goes to record `slot`.
typedef struct {
    uint32_t first, count, slot;
} msm_piece;

/// Scratch. Records of points are affine (y + x, y − x, 2dxy), all tight; of sums cached.
typedef struct {
    uint64_t *points;   // point_count, rounded up to two vectors, and the neutral point
    uint64_t *buckets;  // batch_buckets, spare_count, and one that takes what unused lanes write
    uint64_t *strips;   // for each strip of a round its sum and its weighted sum; a strip of neutral points
    uint64_t *windows;  // window_count
    uint64_t *words;    // of the biased scalars: all lowest words, …, and a word for a carry
    uint16_t *entries;  // 2·(a point's index) + (1 if it is to be subtracted); bucket after bucket
    uint32_t *rows;     // the same entries, FE_LANES buckets side by side
    uint32_t *ends;     // per bucket of a batch where its entries end
    msm_piece *pieces;
    msm_piece *sorted;  // by falling count
    uint16_t *digits;   // 2|d| + (d < 0), window after window
} msm_scratch;

static inline size_t msm_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t msm_max(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t msm_round_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

/// Bits of the top window: its largest digit is 2^bits, all its bits and a carry.
static inline int msm_top_bits(int scalar_bits, int bits) {
    return scalar_bits - bits * ((scalar_bits + bits - 1) / bits - 1);
}

/// A scalar mod l has 252 bits and a carry: where its bit 252 is set, those below are zero down to bit 125.
static msm_plan msm_make_plan(size_t scalar_byte_count, size_t point_count) {
    msm_plan plan = {.point_count = point_count, .word_count = scalar_byte_count / 8};
    plan.scalar_bits = scalar_byte_count == 16 ? 128 : 252;
    size_t least = SIZE_MAX;
    for (int bits = MSM_MIN_BITS; bits <= MSM_MAX_BITS; bits++) {
        const size_t windows = ((size_t)plan.scalar_bits + (size_t)bits - 1) / (size_t)bits;
        const size_t top = (size_t)1 << msm_top_bits(plan.scalar_bits, bits);
        const size_t buckets = ((windows - 1) << (bits - 1)) + top;
        const size_t cost = windows * point_count + MSM_BUCKET_COST * buckets;
        if (cost < least) {
            least = cost;
            plan.bits = bits;
            plan.window_count = windows;
        }
    }
    plan.window_buckets = (size_t)1 << (plan.bits - 1);
    plan.strip = plan.window_buckets / FE_LANES;
    plan.top_strips = msm_max(((size_t)1 << msm_top_bits(plan.scalar_bits, plan.bits)) / plan.strip, 1);
    plan.round_windows = msm_min(plan.window_count, MSM_ROUND);
    plan.batch_windows = msm_min(msm_max(MSM_BUCKETS / plan.window_buckets, 1), plan.round_windows);
    plan.batch_buckets = ((plan.batch_windows - 1) * FE_LANES + msm_max(plan.top_strips, FE_LANES)) * plan.strip;
    plan.spare_count = plan.batch_windows * point_count / MSM_PIECE;
    return plan;
}

/// The strips of `count` windows from `first` on.
static inline size_t msm_strips(const msm_plan *plan, size_t first, size_t count) {
    return first + count < plan->window_count ? count * FE_LANES : (count - 1) * FE_LANES + plan->top_strips;
}

/// Places the parts of the scratch, each aligned to 64 bytes, and returns its size; `base` may be NULL.
static size_t msm_place(msm_scratch *scratch, const msm_plan *plan, void *base) {
    const size_t points = msm_round_up(plan->point_count, 2 * FE_LANES) + 1;
    const size_t buckets = plan->batch_buckets + plan->spare_count;
    const size_t strips = (plan->round_windows + 1) * FE_LANES + 1;  // The top window may have twice as many.
    unsigned char *const start = base;
    size_t used = 0;
#define MSM_TAKE(part, count)                                            \
    do {                                                                 \
        if (start != NULL) scratch->part = (void *)(start + used);       \
        used = msm_round_up(used + (count) * sizeof *scratch->part, 64); \
    } while (0)
    MSM_TAKE(points, points * MSM_AFFINE_WORDS);
    MSM_TAKE(buckets, (buckets + 1) * MSM_CACHED_WORDS);
    MSM_TAKE(strips, 2 * strips * MSM_CACHED_WORDS);
    MSM_TAKE(windows, plan->window_count * MSM_CACHED_WORDS);
    MSM_TAKE(words, (plan->word_count + 1) * plan->point_count);
    MSM_TAKE(entries, plan->batch_windows * plan->point_count);
    // Rows are longer by what short pieces lack, at most MSM_PIECE steps since counts fall, an empty row for empty
    // buckets, and a look ahead.
    MSM_TAKE(rows, plan->batch_windows * plan->point_count + buckets + FE_LANES * (MSM_PIECE + 2 + MSM_AHEAD));
    MSM_TAKE(ends, plan->batch_buckets);
    MSM_TAKE(pieces, buckets);
    MSM_TAKE(sorted, buckets);
    MSM_TAKE(digits, plan->batch_windows * plan->point_count);
#undef MSM_TAKE
    return used;
}

#endif
