// Scalar multiplication of elements met once, by one scalar for all lanes.
#ifndef SIDOS_R255_MULTIPLY_H
#define SIDOS_R255_MULTIPLY_H

#include "edwards.h"
#include "scalar.h"

#define MULTIPLY_BITS 4
#define MULTIPLY_DIGITS SIDOS_R255_DIGITS(MULTIPLY_BITS)
#define MULTIPLY_ENTRIES (1 << (MULTIPLY_BITS - 1))

/// An edwards_cached as a table keeps it: y_plus_x, y_minus_x, z2, t2d.
typedef struct {
    fe_packed coordinates[4];
} edwards_packed;

static inline void pack_cached(edwards_packed *r, const edwards_cached *q) {
    fe_pack(&r->coordinates[0], &q->y_plus_x);
    fe_pack(&r->coordinates[1], &q->y_minus_x);
    fe_pack(&r->coordinates[2], &q->z2);
    fe_pack(&r->coordinates[3], &q->t2d);
}

/// r[i] = (2i + 1)·p.
static inline void odd_multiples(edwards_packed r[MULTIPLY_ENTRIES], const edwards_point *p) {
    edwards_point point;
    edwards_cached twice, multiple;
    edwards_completed sum;
    edwards_cache(&multiple, p);
    pack_cached(&r[0], &multiple);
    edwards_double(&sum, p);
    edwards_to_extended(&point, &sum);
    edwards_cache(&twice, &point);
    point = *p;
    for (int i = 1; i < MULTIPLY_ENTRIES; i++) {
        edwards_add_cached(&sum, &point, &twice);
        edwards_to_extended(&point, &sum);
        edwards_cache(&multiple, &point);
        pack_cached(&r[i], &multiple);
    }
}

// The multiple of one digit in constant time: every entry is read, the wanted one is kept by mask. The digit is the
// same in every lane.
typedef struct {
    fe_mask wanted[MULTIPLY_ENTRIES];
    fe_mask negative;
} digit_masks;

static inline void split_digit(digit_masks *r, uint64_t digit) {
    const uint64_t negative = sidos_mask_if_zero(digit >> (MULTIPLY_BITS - 1));
    const uint64_t index = (digit ^ negative) & (MULTIPLY_ENTRIES - 1);
    for (uint64_t i = 0; i < MULTIPLY_ENTRIES; i++) r->wanted[i] = fe_mask_of(sidos_mask_if_zero(index ^ i));
    r->negative = fe_mask_of(negative);
}

/// Looks up words `from` to `to` − 1 of one coordinate.
static inline __attribute__((always_inline)) void look_up_words(fe *r, const edwards_packed *multiples, int coordinate,
                                                                const digit_masks *masks, int from, int to) {
    fe_packed found;
    for (int i = from; i < to; i++) found.v[i] = multiples[0].coordinates[coordinate].v[i];
    fe_keep_words_if(&found, masks->wanted[0], from, to);
    for (int entry = 1; entry < MULTIPLY_ENTRIES; entry++)
        fe_merge_words_if(&found, masks->wanted[entry], &multiples[entry].coordinates[coordinate], from, to);
    fe_unpack(r, &found, from, to);
}

/// An addend's coordinate by number: all four are `fe`, one after the other.
static inline fe *cached_coordinate(edwards_cached *p, int number) { return &p->y_plus_x + number; }

static inline void negate_cached_if(edwards_cached *r, fe_mask negative) {
    fe_swap_if(&r->y_plus_x, &r->y_minus_x, negative);
    fe_negate_if(&r->t2d, negative);
}

/// r = Σ d_i·2^(w·i) · p for the digits d_i of scalar.h, all but T. `multiples` is scratch.
///
/// A look-up only loads and waits for nothing, while products keep the multiplier busy: a coordinate of the next addend
/// is looked up at each of the first four doublings, a part of it after each product.
static __attribute__((noinline)) void multiply_point(edwards_point *r, const edwards_point *p,
                                                     const uint8_t digits[MULTIPLY_DIGITS],
                                                     edwards_packed multiples[MULTIPLY_ENTRIES]) {
    enum { FIRST_CUT = FE_PACKED_WORDS * 2 / 5, SECOND_CUT = FE_PACKED_WORDS * 4 / 5 };
    edwards_cached addend;
    edwards_completed sum;
    digit_masks masks;
    odd_multiples(multiples, p);
    split_digit(&masks, digits[MULTIPLY_DIGITS - 1]);
    for (int j = 0; j < 4; j++) look_up_words(cached_coordinate(&addend, j), multiples, j, &masks, 0, FE_PACKED_WORDS);
    negate_cached_if(&addend, masks.negative);
    edwards_complete_cached(&sum, &addend);
    for (int i = MULTIPLY_DIGITS - 2; i >= 0; i--) {
        split_digit(&masks, digits[i]);
        for (int j = 0; j < 4; j++) {
            fe *const found = cached_coordinate(&addend, j);
            fe_mul(&r->x, &sum.x, &sum.t);
            look_up_words(found, multiples, j, &masks, 0, FIRST_CUT);
            fe_mul(&r->y, &sum.y, &sum.z);
            look_up_words(found, multiples, j, &masks, FIRST_CUT, SECOND_CUT);
            fe_mul(&r->z, &sum.z, &sum.t);
            look_up_words(found, multiples, j, &masks, SECOND_CUT, FE_PACKED_WORDS);
            edwards_double(&sum, r);
        }
        for (int j = 4; j < MULTIPLY_BITS; j++) {
            edwards_to_projective(r, &sum);
            edwards_double(&sum, r);
        }
        negate_cached_if(&addend, masks.negative);
        edwards_to_extended(r, &sum);
        edwards_add_cached(&sum, r, &addend);
    }
    edwards_to_projective(r, &sum);
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
    sidos_wipe(&masks, sizeof masks);
}

#endif
