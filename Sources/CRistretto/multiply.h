// Scalar multiplication of elements met once, by one scalar for all lanes.
#ifndef SIDOS_R255_MULTIPLY_H
#define SIDOS_R255_MULTIPLY_H

#include "edwards.h"
#include "scalar.h"

#define MULTIPLY_BITS 4
#define MULTIPLY_DIGITS SIDOS_R255_DIGITS(MULTIPLY_BITS)
#define MULTIPLY_ENTRIES (1 << (MULTIPLY_BITS - 1))

/// r[i] = (2i + 1)·p.
static inline void odd_multiples(edwards_cached r[MULTIPLY_ENTRIES], const edwards_point *p) {
    edwards_point point;
    edwards_cached twice;
    edwards_completed sum;
    edwards_cache(&r[0], p);
    edwards_double(&sum, p);
    edwards_to_extended(&point, &sum);
    edwards_cache(&twice, &point);
    point = *p;
    for (int i = 1; i < MULTIPLY_ENTRIES; i++) {
        edwards_add_cached(&sum, &point, &twice);
        edwards_to_extended(&point, &sum);
        edwards_cache(&r[i], &point);
    }
}

// The multiple of one digit in constant time: every entry is read, the wanted one is kept by mask. The digit is the same in
// every lane.
static inline void look_up_multiple(edwards_cached *r, const edwards_cached multiples[MULTIPLY_ENTRIES], uint64_t digit) {
    const uint64_t negative = sidos_mask_if_zero(digit >> (MULTIPLY_BITS - 1));
    const uint64_t index = (digit ^ negative) & (MULTIPLY_ENTRIES - 1);
    *r = multiples[0];
    for (uint64_t i = 1; i < MULTIPLY_ENTRIES; i++) {
        const fe_mask wanted = fe_mask_of(sidos_mask_if_zero(index ^ i));
        fe_move_if(&r->y_plus_x, wanted, &multiples[i].y_plus_x);
        fe_move_if(&r->y_minus_x, wanted, &multiples[i].y_minus_x);
        fe_move_if(&r->z2, wanted, &multiples[i].z2);
        fe_move_if(&r->t2d, wanted, &multiples[i].t2d);
    }
    const fe_mask flip = fe_mask_of(negative);
    fe_swap_if(&r->y_plus_x, &r->y_minus_x, flip);
    fe_negate_if(&r->t2d, flip);
}

/// r = Σ d_i·2^(w·i) · p for the digits d_i of scalar.h, all but T. `multiples` is scratch.
static inline void multiply_point(edwards_point *r, const edwards_point *p, const uint8_t digits[MULTIPLY_DIGITS],
                                  edwards_cached multiples[MULTIPLY_ENTRIES]) {
    edwards_cached addend;
    edwards_completed sum;
    odd_multiples(multiples, p);
    look_up_multiple(&addend, multiples, digits[MULTIPLY_DIGITS - 1]);
    edwards_complete_cached(&sum, &addend);
    for (int i = MULTIPLY_DIGITS - 2; i >= 0; i--) {
        for (int j = 0; j < MULTIPLY_BITS; j++) {
            edwards_to_projective(r, &sum);
            edwards_double(&sum, r);
        }
        edwards_to_extended(r, &sum);
        look_up_multiple(&addend, multiples, digits[i]);
        edwards_add_cached(&sum, r, &addend);
    }
    edwards_to_projective(r, &sum);
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
}

#endif
