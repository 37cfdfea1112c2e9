// Fixed-base multiplication. A table holds, for each of a scalar's digit positions i, the affine odd multiples of
// 2^(w·i)·Y; a product is a look-up and an addition for each digit, and no doubling.
#ifndef SIDOS_R255_COMB_H
#define SIDOS_R255_COMB_H

#include "backend.h"
#include "edwards.h"
#include "multiply.h"
#include "powers.h"
#include "scalar.h"

#define COMB_ROWS SIDOS_R255_DIGITS(FE_COMB_BITS)
#define COMB_VECTORS ((SIDOS_R255_GROUP + FE_LANES - 1) / FE_LANES)

typedef struct {
    fe_column y_plus_x, y_minus_x, xy2d;
} comb_row;
_Static_assert(sizeof(comb_row) * COMB_ROWS <= SIDOS_R255_TABLE_BYTES, "table size");

/// A group's digits, those of one position together.
typedef uint8_t comb_digits[COMB_ROWS][SIDOS_R255_GROUP];

static inline void comb_split(comb_digits digits, const uint8_t *half_scalars, size_t count) {
    for (size_t i = 0; i < COMB_VECTORS * FE_LANES && i < (count + FE_LANES - 1) / FE_LANES * FE_LANES; i++)
        sidos_scalar_digits(&digits[0][i], SIDOS_R255_GROUP, half_scalars + 32 * (i < count ? i : count - 1),
                            FE_COMB_BITS);
}

static inline void comb_look_up(edwards_affine *r, const comb_row *row, const uint8_t *digits) {
    fe_index index = fe_index_load(digits);
    const fe_mask negative = ~fe_index_bit(index, FE_COMB_BITS - 1);
    index = fe_index_low_bits(index, negative);
    fe_column_get(&r->y_plus_x, &row->y_plus_x, index);
    fe_column_get(&r->y_minus_x, &row->y_minus_x, index);
    fe_column_get(&r->xy2d, &row->xy2d, index);
    fe_swap_if(&r->y_plus_x, &r->y_minus_x, negative);
    fe_negate_if(&r->xy2d, negative);
}

// The rows are the outer loop and the items the inner, so that the row in use stays in the first-level cache while the
// whole group passes over it.
static void comb_add_rows(edwards_point *sums, const comb_digits digits, const comb_row *table, int first_row,
                          size_t count) {
    edwards_affine addend;
    edwards_completed sum;
    for (int row = first_row; row < COMB_ROWS; row++) {
        for (size_t i = 0; i * FE_LANES < count; i++) {
            comb_look_up(&addend, &table[row], &digits[row][i * FE_LANES]);
            edwards_add_affine(&sum, &sums[i], &addend);
            edwards_to_extended(&sums[i], &sum);
        }
    }
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
}

static void comb_multiply(edwards_point *products, const comb_digits digits, const comb_row *table, size_t count) {
    edwards_affine addend;
    edwards_completed sum;
    for (size_t i = 0; i * FE_LANES < count; i++) {
        comb_look_up(&addend, &table[0], &digits[0][i * FE_LANES]);
        edwards_complete_affine(&sum, &addend);
        edwards_to_extended(&products[i], &sum);
    }
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
    comb_add_rows(products, digits, table, 1, count);
}

/// r = m·p in every lane, with m = 1 mod l and m = 0 mod 4: p without its part of 4-torsion, the same element.
///
/// A scalar ≡ 0 mod l then gives the neutral point of E, not some other point of the neutral coset.
static void comb_clear_torsion(edwards_point *r, const edwards_point *p) {
    // 1/8 mod l.
    static const uint8_t eighth[32] = {0x79, 0x2f, 0xdc, 0xe2, 0x29, 0xe5, 0x06, 0x61, 0xd0, 0xda, 0x1c,
                                       0x7d, 0xb3, 0x9d, 0xd3, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                       0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06};
    uint8_t digits[MULTIPLY_DIGITS];
    edwards_packed multiples[MULTIPLY_ENTRIES];
    edwards_completed sum;
    sidos_scalar_digits(digits, 1, eighth, MULTIPLY_BITS);
    multiply_point(r, p, digits, multiples);
    for (int i = 0; i < 3; i++) {
        edwards_double(&sum, r);
        edwards_to_extended(r, &sum);
    }
    sidos_wipe(multiples, sizeof multiples);
}

// Builds a table FE_LANES rows at a time, a row a lane: multiples in projective form, then one inversion for all their
// Z (never 0 on E).
static void comb_build(comb_row *rows, const edwards_point *y) {
    edwards_point multiples[FE_COMB_ENTRIES], base, next;
    edwards_cached twice;
    edwards_completed sum;
    fe before[FE_COMB_ENTRIES];

    comb_clear_torsion(&next, y);
    base = next;
    for (int first = 0; first < COMB_ROWS; first += FE_LANES) {
        const int row_count = COMB_ROWS - first < FE_LANES ? COMB_ROWS - first : FE_LANES;
        // `next` is the base of the next row in every lane; each lane keeps what it is when its row is reached.
        for (int lane = 0; lane < FE_LANES; lane++) {
            const fe_mask rest = fe_mask_from_lane(lane);
            fe_move_if(&base.x, rest, &next.x);
            fe_move_if(&base.y, rest, &next.y);
            fe_move_if(&base.z, rest, &next.z);
            fe_move_if(&base.t, rest, &next.t);
            for (int j = 0; j < FE_COMB_BITS; j++) {
                edwards_double(&sum, &next);
                edwards_to_extended(&next, &sum);
            }
        }
        edwards_double(&sum, &base);
        edwards_to_extended(&multiples[0], &sum);
        edwards_cache(&twice, &multiples[0]);
        multiples[0] = base;
        for (int i = 1; i < FE_COMB_ENTRIES; i++) {
            edwards_add_cached(&sum, &multiples[i - 1], &twice);
            edwards_to_extended(&multiples[i], &sum);
        }
        fe running = FE_ONE;
        for (int i = 0; i < FE_COMB_ENTRIES; i++) {
            before[i] = running;
            fe_mul(&running, &running, &multiples[i].z);
        }
        fe_invert(&running, &running);
        for (int i = FE_COMB_ENTRIES - 1; i >= 0; i--) {
            fe inverse, x, y_affine, column;
            fe_mul(&inverse, &running, &before[i]);
            fe_mul(&running, &running, &multiples[i].z);
            fe_mul(&x, &multiples[i].x, &inverse);
            fe_mul(&y_affine, &multiples[i].y, &inverse);
            fe_add(&column, &y_affine, &x);
            fe_canonical(&column, &column);
            for (int lane = 0; lane < row_count; lane++) fe_column_set(&rows[first + lane].y_plus_x, i, &column, lane);
            fe_sub(&column, &y_affine, &x);
            fe_canonical(&column, &column);
            for (int lane = 0; lane < row_count; lane++) fe_column_set(&rows[first + lane].y_minus_x, i, &column, lane);
            fe_mul(&column, &x, &y_affine);
            fe_mul(&column, &column, &FE_2D);
            fe_canonical(&column, &column);
            for (int lane = 0; lane < row_count; lane++) fe_column_set(&rows[first + lane].xy2d, i, &column, lane);
        }
    }
    sidos_wipe(multiples, sizeof multiples);
    sidos_wipe(&base, sizeof base);
    sidos_wipe(&next, sizeof next);
    sidos_wipe(&twice, sizeof twice);
    sidos_wipe(&sum, sizeof sum);
    sidos_wipe(before, sizeof before);
}

#endif
