// Scalar multiplication by signed digits of 5 bits: of an element met once, and by tables of a fixed element.
#ifndef SIDOS_R255_WINDOWS_H
#define SIDOS_R255_WINDOWS_H

#include "backend.h"
#include "edwards.h"
#include "powers.h"
#include "scalar.h"

#define WINDOW_ENTRIES 16

typedef edwards_affine table_row[WINDOW_ENTRIES];
_Static_assert(sizeof(table_row) * SIDOS_R255_DIGITS == SIDOS_R255_TABLE_BYTES, "table size");

// Constant-time look-ups: every entry is read, the wanted one is kept by mask. Digit 0 keeps the identity.

static inline uint64_t mask_if_equal(uint64_t a, uint64_t b) { return sidos_mask_of_bit(((a ^ b) - 1) >> 63); }

static inline void fe_accumulate(fe *r, uint64_t mask, const fe *a) {
    for (int i = 0; i < 5; i++) r->v[i] |= mask & a->v[i];
}

static inline void look_up_affine(edwards_affine *r, const table_row row, int8_t digit) {
    uint64_t negative;
    const uint64_t magnitude = sidos_digit_magnitude(&negative, digit);
    edwards_affine found = {{{0}}, {{0}}, {{0}}};
    for (uint64_t i = 0; i < WINDOW_ENTRIES; i++) {
        const uint64_t mask = mask_if_equal(magnitude, i + 1);
        fe_accumulate(&found.y_plus_x, mask, &row[i].y_plus_x);
        fe_accumulate(&found.y_minus_x, mask, &row[i].y_minus_x);
        fe_accumulate(&found.xy2d, mask, &row[i].xy2d);
    }
    const uint64_t zero = mask_if_equal(magnitude, 0) & 1;
    found.y_plus_x.v[0] |= zero;
    found.y_minus_x.v[0] |= zero;
    fe_select(&r->y_plus_x, negative, &found.y_minus_x, &found.y_plus_x);
    fe_select(&r->y_minus_x, negative, &found.y_plus_x, &found.y_minus_x);
    fe_negate_if(&found.xy2d, negative);
    r->xy2d = found.xy2d;
}

static inline void look_up_cached(edwards_cached *r, const edwards_cached row[WINDOW_ENTRIES], int8_t digit) {
    uint64_t negative;
    const uint64_t magnitude = sidos_digit_magnitude(&negative, digit);
    edwards_cached found = {{{0}}, {{0}}, {{0}}, {{0}}};
    for (uint64_t i = 0; i < WINDOW_ENTRIES; i++) {
        const uint64_t mask = mask_if_equal(magnitude, i + 1);
        fe_accumulate(&found.y_plus_x, mask, &row[i].y_plus_x);
        fe_accumulate(&found.y_minus_x, mask, &row[i].y_minus_x);
        fe_accumulate(&found.z2, mask, &row[i].z2);
        fe_accumulate(&found.t2d, mask, &row[i].t2d);
    }
    const uint64_t zero = mask_if_equal(magnitude, 0) & 1;
    found.y_plus_x.v[0] |= zero;
    found.y_minus_x.v[0] |= zero;
    found.z2.v[0] |= zero << 1;
    fe_select(&r->y_plus_x, negative, &found.y_minus_x, &found.y_plus_x);
    fe_select(&r->y_minus_x, negative, &found.y_plus_x, &found.y_minus_x);
    fe_negate_if(&found.t2d, negative);
    r->z2 = found.z2;
    r->t2d = found.t2d;
}

/// r[i−1] = i·p in cached form, i = 1 … 16.
static void cached_multiples(edwards_cached r[WINDOW_ENTRIES], const edwards_point *p) {
    edwards_point multiples[WINDOW_ENTRIES];
    edwards_completed sum;
    multiples[0] = *p;
    edwards_cache(&r[0], p);
    for (int i = 1; i < WINDOW_ENTRIES; i++) {
        if (i % 2 == 1) edwards_double(&sum, &multiples[i / 2]);
        else edwards_add_cached(&sum, &multiples[i - 1], &r[0]);
        edwards_to_extended(&multiples[i], &sum);
        edwards_cache(&r[i], &multiples[i]);
    }
}

/// r = Σ digits[i]·32^i · p, all but T.
static void multiply_point(edwards_point *r, const edwards_point *p, const int8_t digits[SIDOS_R255_DIGITS],
                           edwards_cached multiples[WINDOW_ENTRIES]) {
    edwards_cached addend;
    edwards_completed sum;
    cached_multiples(multiples, p);
    look_up_cached(&addend, multiples, digits[SIDOS_R255_DIGITS - 1]);
    edwards_add_cached(&sum, &EDWARDS_IDENTITY, &addend);
    for (int i = SIDOS_R255_DIGITS - 2; i >= 0; i--) {
        for (int j = 0; j < 5; j++) {
            edwards_to_projective(r, &sum);
            edwards_double(&sum, r);
        }
        edwards_to_extended(r, &sum);
        look_up_cached(&addend, multiples, digits[i]);
        edwards_add_cached(&sum, r, &addend);
    }
    edwards_to_projective(r, &sum);
    sidos_wipe(&addend, sizeof addend);
}

// Fixed-base multiplication. A table holds, for each of the 51 digit positions, the affine multiples 1 … 16 of 32^i·Y; a product is
// 51 look-ups and additions and no doubling. The rows are the outer loop and the items the inner, so that the row being scanned
// (1,920 bytes) stays in the first-level cache while the whole group passes over it.

static void table_add_rows(edwards_point *sums, const int8_t (*digits)[SIDOS_R255_DIGITS], const table_row *table,
                           int first_row, size_t count) {
    edwards_affine addend;
    edwards_completed sum;
    for (int row = first_row; row < SIDOS_R255_DIGITS; row++) {
        for (size_t i = 0; i < count; i++) {
            look_up_affine(&addend, table[row], digits[i][row]);
            edwards_add_affine(&sum, &sums[i], &addend);
            edwards_to_extended(&sums[i], &sum);
        }
    }
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
}

static void table_multiply(edwards_point *products, const int8_t (*digits)[SIDOS_R255_DIGITS], const table_row *table,
                           size_t count) {
    edwards_affine addend;
    for (size_t i = 0; i < count; i++) {
        look_up_affine(&addend, table[0], digits[i][0]);
        edwards_from_affine(&products[i], &addend);
    }
    sidos_wipe(&addend, sizeof addend);
    table_add_rows(products, digits, table, 1, count);
}

// Builds a table a few rows at a time: multiples in projective form, then one inversion for all their Z (never 0 on E).
static void table_build(table_row *rows, const edwards_point *y) {
    enum { ROWS_AT_ONCE = 4, AT_ONCE = ROWS_AT_ONCE * WINDOW_ENTRIES };
    edwards_point multiples[AT_ONCE], base = *y;
    edwards_cached cached;
    edwards_completed sum;
    fe before[AT_ONCE];

    for (int row = 0; row < SIDOS_R255_DIGITS; row += ROWS_AT_ONCE) {
        const int row_count = row + ROWS_AT_ONCE <= SIDOS_R255_DIGITS ? ROWS_AT_ONCE : SIDOS_R255_DIGITS - row;
        const int count = row_count * WINDOW_ENTRIES;
        for (int i = 0; i < count; i += WINDOW_ENTRIES) {
            edwards_cache(&cached, &base);
            multiples[i] = base;
            for (int j = 1; j < WINDOW_ENTRIES; j++) {
                edwards_add_cached(&sum, &multiples[i + j - 1], &cached);
                edwards_to_extended(&multiples[i + j], &sum);
            }
            edwards_double(&sum, &multiples[i + WINDOW_ENTRIES - 1]);
            edwards_to_extended(&base, &sum);
        }
        fe running = FE_ONE;
        for (int i = 0; i < count; i++) {
            before[i] = running;
            fe_mul(&running, &running, &multiples[i].z);
        }
        fe_invert(&running, &running);
        for (int i = count - 1; i >= 0; i--) {
            fe inverse, x, y_affine, xy;
            edwards_affine *const entry = &rows[row + i / WINDOW_ENTRIES][i % WINDOW_ENTRIES];
            fe_mul(&inverse, &running, &before[i]);
            fe_mul(&running, &running, &multiples[i].z);
            fe_mul(&x, &multiples[i].x, &inverse);
            fe_mul(&y_affine, &multiples[i].y, &inverse);
            fe_mul(&xy, &x, &y_affine);
            fe_add(&entry->y_plus_x, &y_affine, &x);
            fe_canonical(&entry->y_plus_x, &entry->y_plus_x);
            fe_sub(&entry->y_minus_x, &y_affine, &x);
            fe_canonical(&entry->y_minus_x, &entry->y_minus_x);
            fe_mul(&entry->xy2d, &xy, &FE_2D);
            fe_canonical(&entry->xy2d, &entry->xy2d);
        }
    }
    sidos_wipe(multiples, sizeof multiples);
    sidos_wipe(&base, sizeof base);
    sidos_wipe(&cached, sizeof cached);
    sidos_wipe(&sum, sizeof sum);
    sidos_wipe(before, sizeof before);
}

#endif
