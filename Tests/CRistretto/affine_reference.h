// The curve −x² + y² = 1 + d·x²·y² in GMP's integers, for points in affine form: whether bytes are one, other points of
// the same element, opposite ones.
#ifndef SIDOS_R255_AFFINE_REFERENCE_H
#define SIDOS_R255_AFFINE_REFERENCE_H

#include "awkward.h"

static mpz_t torsion_x, torsion_y;  // a point of order 8

static inline void reference_read(mpz_t x, mpz_t y, const uint8_t point[64]) {
    mpz_import(x, 32, -1, 1, 0, 0, point);
    mpz_import(y, 32, -1, 1, 0, 0, point + 32);
}

static inline void reference_write(uint8_t point[64], const mpz_t x, const mpz_t y) {
    memset(point, 0, 64);
    mpz_export(point, NULL, -1, 1, 0, 0, x);
    mpz_export(point + 32, NULL, -1, 1, 0, 0, y);
}

/// y² − x² − 1 − d·x²·y², 0 on the curve.
static inline void reference_equation(mpz_t r, const mpz_t x, const mpz_t y) {
    mpz_t xx, yy;
    mpz_inits(xx, yy, NULL);
    mpz_mul(xx, x, x);
    mpz_mul(yy, y, y);
    mpz_sub(r, yy, xx);
    mpz_sub_ui(r, r, 1);
    mpz_mul(xx, xx, yy);
    mpz_submul(r, xx, d);
    mpz_mod(r, r, p);
    mpz_clears(xx, yy, NULL);
}

static inline int reference_is_valid(const uint8_t point[64]) {
    mpz_t x, y, r;
    mpz_inits(x, y, r, NULL);
    reference_read(x, y, point);
    reference_equation(r, x, y);
    const int valid = mpz_cmp(x, p) < 0 && mpz_cmp(y, p) < 0 && mpz_sgn(r) == 0;
    mpz_clears(x, y, r, NULL);
    return valid;
}

/// x₁ += x₂, y₁ += y₂ by the law of addition.
static inline void reference_add(mpz_t x1, mpz_t y1, const mpz_t x2, const mpz_t y2) {
    mpz_t a, b, k, one;
    mpz_inits(a, b, k, NULL);
    mpz_init_set_ui(one, 1);
    mpz_mul(k, x1, x2);
    mpz_mul(k, k, y1);
    mpz_mul(k, k, y2);
    mpz_mul(k, k, d);
    mpz_mod(k, k, p);
    mpz_mul(a, x1, y2);
    mpz_addmul(a, x2, y1);
    mpz_mul(b, y1, y2);
    mpz_addmul(b, x1, x2);
    mpz_add(x1, one, k);
    mpz_invert(x1, x1, p);
    mpz_mul(x1, x1, a);
    mpz_mod(x1, x1, p);
    mpz_sub(y1, one, k);
    mpz_invert(y1, y1, p);
    mpz_mul(y1, y1, b);
    mpz_mod(y1, y1, p);
    mpz_clears(a, b, k, one, NULL);
}

/// r = √a and 1, or 0 where a is no square.
static inline int reference_root(mpz_t r, const mpz_t a) {
    mpz_t exponent, square;
    mpz_inits(exponent, square, NULL);
    mpz_add_ui(exponent, p, 3);
    mpz_fdiv_q_2exp(exponent, exponent, 3);
    mpz_powm(r, a, exponent, p);
    int found = 0;
    for (int twist = 0; twist < 2 && !found; twist++) {
        mpz_mul(square, r, r);
        found = mpz_congruent_p(square, a, p);
        if (found) break;
        mpz_mul(r, r, i_root);
        mpz_mod(r, r, p);
    }
    mpz_clears(exponent, square, NULL);
    return found;
}

/// Puts beside one coordinate (x, or y with `from_y`) another with which it is a point; returns whether there is one.
static inline int reference_complete(uint8_t point[64], int from_y) {
    mpz_t a, up, down, other;
    mpz_inits(a, up, down, other, NULL);
    mpz_import(a, 32, -1, 1, 0, 0, point + 32 * from_y);
    mpz_mod(a, a, p);
    mpz_mul(a, a, a);
    // y² = (1 + x²)/(1 − d·x²), x² = (y² − 1)/(1 + d·y²)
    mpz_set(up, a);
    if (from_y) mpz_sub_ui(up, up, 1);
    else mpz_add_ui(up, up, 1);
    mpz_mul(down, a, d);
    if (!from_y) mpz_neg(down, down);
    mpz_add_ui(down, down, 1);
    mpz_invert(down, down, p);
    mpz_mul(up, up, down);
    mpz_mod(up, up, p);
    const int found = reference_root(other, up);
    if (found) {
        uint8_t *const place = point + 32 * (1 - from_y);
        memset(place, 0, 32);
        mpz_export(place, NULL, -1, 1, 0, 0, other);
    }
    mpz_clears(a, up, down, other, NULL);
    return found;
}

/// The same coordinate in 256 bits, not canonical, where it is so small that p fits on top.
static inline void reference_add_p(uint8_t coordinate[32]) {
    mpz_t x;
    mpz_init(x);
    mpz_import(x, 32, -1, 1, 0, 0, coordinate);
    mpz_add(x, x, p);
    if (mpz_sizeinbase(x, 2) <= 256) {
        memset(coordinate, 0, 32);
        mpz_export(coordinate, NULL, -1, 1, 0, 0, x);
    }
    mpz_clear(x);
}

static inline void reference_add_torsion(uint8_t point[64], unsigned times) {
    mpz_t x, y;
    mpz_inits(x, y, NULL);
    reference_read(x, y, point);
    for (unsigned i = 0; i < times; i++) reference_add(x, y, torsion_x, torsion_y);
    reference_write(point, x, y);
    mpz_clears(x, y, NULL);
}

/// A point of order dividing 8.
static inline void reference_torsion(uint8_t point[64], unsigned times) {
    memset(point, 0, 64);
    point[32] = 1;
    reference_add_torsion(point, times);
}

static inline void reference_negate(uint8_t point[64]) {
    mpz_t x, y;
    mpz_inits(x, y, NULL);
    reference_read(x, y, point);
    mpz_sub(x, p, x);
    mpz_mod(x, x, p);
    reference_write(point, x, y);
    mpz_clears(x, y, NULL);
}

/// Finds a point of order 8: l times points until one has it.
static inline void reference_start(void) {
    mpz_inits(torsion_x, torsion_y, NULL);
    for (;;) {
        uint8_t point[64] = {0};
        random_bytes(point, 31);
        if (!reference_complete(point, 0)) continue;
        mpz_t x, y, bx, by;
        mpz_inits(x, y, bx, by, NULL);
        reference_read(bx, by, point);
        mpz_set_ui(y, 1);
        for (mp_bitcnt_t bit = 253; bit-- > 0;) {
            mpz_set(torsion_x, x), mpz_set(torsion_y, y);
            reference_add(x, y, torsion_x, torsion_y);
            if (mpz_tstbit(order, bit)) reference_add(x, y, bx, by);
        }
        mpz_set(torsion_x, x), mpz_set(torsion_y, y);
        for (int i = 0; i < 2; i++) {
            mpz_set(bx, x), mpz_set(by, y);
            reference_add(x, y, bx, by);
        }
        const int found = mpz_sgn(x) == 0 && mpz_cmp_ui(y, 1) != 0;  // 4T = (0, −1)
        mpz_clears(x, y, bx, by, NULL);
        if (found) return;
    }
}

static inline void reference_end(void) { mpz_clears(torsion_x, torsion_y, NULL); }

#endif
