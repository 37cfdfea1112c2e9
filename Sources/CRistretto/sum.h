// Sums of many multiples by secret scalars, in constant time: no buckets, and no table that is met only once.
//
// batch.h includes this. FE_SUM_BITS points P_0 … P_(w−1) make a *bunch*, of which a table holds the 2^(w−1) points
// P_(w−1) ± P_(w−2) … ± P_0. A scalar is written with 256 digits ±1 (scalar.h), so that at each of the 256 positions
// the scalars of a bunch want one entry of its table or the negative of one: an addition for w points. Lanes are
// positions: lane j of step s is position FE_LANES·s + j, and all lanes look into the same table, as in a comb
// (comb.h). There is a sum for each position to which all bunches add; at the end the 256 sums are joined by Horner's
// rule, so that doublings cost nothing for a point.
//
// Tables are made FE_LANES at a time, a bunch a lane.
//
// The law of addition is complete: equal points, opposite points and the neutral point, which fills the last bunch,
// need no attention.
#ifndef SIDOS_R255_SUM_H
#define SIDOS_R255_SUM_H

#include "affine.h"
#include "comb.h"
#include "msm_fill.h"
#include "running.h"
#include "scalar.h"

#define SUM_BITS FE_SUM_BITS
#define SUM_ENTRIES (1 << (SUM_BITS - 1))
#define SUM_POSITIONS 256
#define SUM_STEPS (SUM_POSITIONS / FE_LANES)
/// The points whose tables are made together.
#define SUM_PASS (SUM_BITS * FE_LANES)

/// The table of a bunch.
typedef struct {
    fe_sum_column y_plus_x, y_minus_x, z2, t2d;
} sum_table;
#define SUM_COLUMNS (sizeof(sum_table) / sizeof(fe_sum_column))

/// A sum under way. All of it is secret.
typedef struct {
    edwards_running_cached sums[SUM_STEPS];
    sum_table tables[FE_LANES];
    edwards_point points[2][SUM_BITS];  // of two passes, a bunch a lane
    uint8_t digits[SUM_POSITIONS];
    _Alignas(64) uint64_t lanes[FE_LANES * FE_RECORD_WORDS(4)];
} sum_work;

static inline size_t sum_least(size_t a, size_t b) { return a < b ? a : b; }

/// The digits of `count` ≤ SUM_BITS scalars: bit i of digits[p] is set where that of scalar i at position p is +1.
static void sum_split(uint8_t digits[SUM_POSITIONS], const uint8_t *scalars, size_t count) {
    uint8_t signs[SUM_BITS][32] = {{0}};
    for (size_t i = 0; i < count; i++) sidos_r255_scalar_signs(signs[i], scalars + 32 * i);
    for (size_t byte = 0; byte < 32; byte++) {
        // A matrix of eight by eight bits, transposed.
        uint64_t x = 0, t;
        for (int i = 0; i < SUM_BITS; i++) x |= (uint64_t)signs[i][byte] << (8 * i);
        t = (x ^ x >> 7) & 0x00aa00aa00aa00aa;
        x ^= t ^ t << 7;
        t = (x ^ x >> 14) & 0x0000cccc0000cccc;
        x ^= t ^ t << 14;
        t = (x ^ x >> 28) & 0x00000000f0f0f0f0;
        x ^= t ^ t << 28;
        for (int i = 0; i < 8; i++) digits[8 * byte + (size_t)i] = (uint8_t)(x >> (8 * i));
    }
    sidos_wipe(signs, sizeof signs);
}

/// Where the vector of points number `number` of pass `pass` begins, and how many of its lanes are used.
typedef struct {
    size_t pass, number, start, used;
} sum_place;

static inline sum_place sum_find(size_t vector, size_t count) {
    sum_place r = {vector / SUM_BITS, vector % SUM_BITS, 0, 0};
    const size_t start = r.pass * SUM_PASS + r.number;
    if (start >= count) return r;
    r.start = start;
    r.used = sum_least((count - start + SUM_BITS - 1) / SUM_BITS, FE_LANES);
    return r;
}

/// Reads the points of two passes, `count` ≤ 2·SUM_PASS of them; the rest are neutral. Returns `count`, or the index of
/// the first invalid one.
static size_t sum_read(sum_work *work, const uint8_t *in, size_t stride, sidos_r255_point_form form, size_t count) {
    size_t first = count;
    decoded_element decoded[2], *const pair[2] = {&decoded[0], &decoded[1]};
    for (size_t vector = 0; vector < 2 * SUM_BITS; vector += 2) {
        const sum_place places[2] = {sum_find(vector, count), sum_find(vector + 1, count)};
        if (places[0].used + places[1].used == 0) continue;
        const uint8_t *const bytes[2] = {in + stride * places[0].start, in + stride * places[1].start};
        // A vector of no point is read as one of the first.
        const size_t lanes[2] = {places[0].used + (places[0].used == 0), places[1].used + (places[1].used == 0)};
        fe_mask valid[2];
        if (form == SIDOS_R255_ENCODED) decode_pair(pair, valid, bytes, SUM_BITS * stride, lanes);
        for (int k = 0; k < 2; k++) {
            const sum_place *const place = &places[k];
            if (form == SIDOS_R255_AFFINE)
                valid[k] = affine_decode(&decoded[k].e, bytes[k], SUM_BITS * stride, lanes[k]);
            const size_t lane = first_invalid(valid[k], 0, place->used);
            if (lane < place->used) first = sum_least(first, place->start + SUM_BITS * lane);
        }
        for (int k = 0; k < 2; k++) {
            const fe_mask rest = fe_mask_from_lane((int)places[k].used);
            edwards_point *const point = &work->points[places[k].pass][places[k].number];
            *point = decoded[k].e;
            fe_move_if(&point->x, rest, &FE_ZERO);
            fe_move_if(&point->y, rest, &FE_ONE);
            fe_move_if(&point->t, rest, &FE_ZERO);
        }
    }
    for (size_t vector = 0; vector < 2 * SUM_BITS; vector++) {
        const sum_place place = sum_find(vector, count);
        if (place.used == 0) msm_set_neutral(&work->points[place.pass][place.number]);
    }
    sidos_wipe(decoded, sizeof decoded);
    return first;
}

/// Writes FE_LANES entries of the tables of a pass.
static inline void sum_keep(sum_table *tables, int first, const edwards_cached entries[FE_LANES]) {
    fe coordinate[FE_LANES];
    for (int i = 0; i < FE_LANES; i++) coordinate[i] = entries[i].y_plus_x;
    fe_sum_columns_set(&tables->y_plus_x, SUM_COLUMNS, first, coordinate);
    for (int i = 0; i < FE_LANES; i++) coordinate[i] = entries[i].y_minus_x;
    fe_sum_columns_set(&tables->y_minus_x, SUM_COLUMNS, first, coordinate);
    for (int i = 0; i < FE_LANES; i++) coordinate[i] = entries[i].z2;
    fe_sum_columns_set(&tables->z2, SUM_COLUMNS, first, coordinate);
    for (int i = 0; i < FE_LANES; i++) coordinate[i] = entries[i].t2d;
    fe_sum_columns_set(&tables->t2d, SUM_COLUMNS, first, coordinate);
    sidos_wipe(coordinate, sizeof coordinate);
}

/// Makes the tables of one pass. Bit i of an entry's number is set where P_i is added; entries come in the order of
/// Gray's code, so that from one to the next a single sign changes.
static __attribute__((noinline)) void sum_tabulate(sum_table *tables, const edwards_point points[SUM_BITS]) {
    const fe_mask all = fe_mask_of(UINT64_MAX);
    edwards_point point = points[SUM_BITS - 1], other;
    edwards_cached twice[SUM_BITS - 1], entries[FE_LANES], addend;
    edwards_completed sum;
    for (int i = 0; i < SUM_BITS - 1; i++) {
        edwards_double(&sum, &points[i]);
        edwards_to_extended(&other, &sum);
        edwards_cache(&twice[i], &other);
        edwards_cache(&addend, &points[i]);
        negate_cached_if(&addend, all);
        edwards_add_cached(&sum, &point, &addend);
        edwards_to_extended(&point, &sum);
    }
    for (int step = 0, entry = 0; step < SUM_ENTRIES; step++) {
        if (step > 0) {
            const int bit = __builtin_ctz((unsigned)step);
            entry ^= 1 << bit;
            addend = twice[bit];
            if ((entry >> bit & 1) == 0) negate_cached_if(&addend, all);
            edwards_add_cached(&sum, &point, &addend);
            edwards_to_extended(&point, &sum);
        }
        edwards_cache(&entries[entry % FE_LANES], &point);
        if (step % FE_LANES == FE_LANES - 1) sum_keep(tables, entry / FE_LANES * FE_LANES, entries);
    }
    sidos_wipe(&point, sizeof point);
    sidos_wipe(&other, sizeof other);
    sidos_wipe(twice, sizeof twice);
    sidos_wipe(entries, sizeof entries);
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
}

static inline __attribute__((always_inline)) void sum_look_up(edwards_cached *r, const sum_table *table,
                                                              const uint8_t *digits) {
    fe_index index = fe_index_load(digits);
    const fe_mask negative = ~fe_index_bit(index, SUM_BITS - 1);
    index = fe_index_low_bits(index, negative);
    fe_sum_column_get(&r->y_plus_x, &table->y_plus_x, index);
    fe_sum_column_get(&r->y_minus_x, &table->y_minus_x, index);
    fe_sum_column_get(&r->z2, &table->z2, index);
    fe_sum_column_get(&r->t2d, &table->t2d, index);
    negate_cached_if(r, negative);
}

/// Adds one bunch to the sums of all positions.
static __attribute__((noinline)) void sum_add_bunch(sum_work *work, const sum_table *table) {
    edwards_cached addend;
    for (size_t step = 0; step < SUM_STEPS; step++) {
        sum_look_up(&addend, table, work->digits + FE_LANES * step);
        edwards_run_cached(&work->sums[step], &addend);
    }
    sidos_wipe(&addend, sizeof addend);
}

/// r = Σ 2^p·(the sum of position p), in every lane.
static __attribute__((noinline)) void sum_join(edwards_point *r, sum_work *work) {
    uint32_t index[FE_LANES];
    edwards_point sum;
    msm_set_neutral(r);
    for (size_t step = SUM_STEPS; step-- > 0;) {
        for (int i = 0; i < FE_LANES; i++) msm_double(r);
        edwards_stop_cached(&sum, &work->sums[step]);
        msm_add(r, &sum);
    }
    for (int lane = 0; lane < FE_LANES; lane++) index[lane] = (uint32_t)lane;
    msm_put_cached(work->lanes, index, r);
    msm_set_neutral(r);
    for (size_t lane = FE_LANES; lane-- > 0;) {
        msm_double(r);
        msm_fill_index(index, lane);
        msm_add_records(r, work->lanes, index);
    }
    sidos_wipe(&sum, sizeof sum);
}

/// out = Σ scalars[i]·points[i]. Returns `count`, or the index of the first invalid point.
static size_t sum_secret(uint8_t out[32], const uint8_t *scalars, const uint8_t *points, size_t stride,
                         sidos_r255_point_form form, size_t count) {
    sum_work work;
    edwards_point total;
    size_t valid_count = count;
    for (size_t step = 0; step < SUM_STEPS; step++) edwards_start_cached(&work.sums[step]);
    for (size_t done = 0; done < count && valid_count == count;) {
        const size_t n = sum_least(2 * SUM_PASS, count - done);
        const size_t first = sum_read(&work, points + stride * done, stride, form, n);
        if (first != n) valid_count = done + first;
        for (size_t i = 0; i < n && valid_count == count; i += SUM_BITS) {
            if (i % SUM_PASS == 0) sum_tabulate(work.tables, work.points[i / SUM_PASS]);
            sum_split(work.digits, scalars + 32 * (done + i), sum_least(SUM_BITS, n - i));
            sum_add_bunch(&work, &work.tables[i % SUM_PASS / SUM_BITS]);
        }
        done += n;
    }
    if (valid_count == count) {
        sum_join(&total, &work);
        encode_sum(out, &total, form);
        sidos_wipe(&total, sizeof total);
    }
    sidos_wipe(&work, sizeof work);
    wipe_traces();
    return valid_count;
}

#endif
