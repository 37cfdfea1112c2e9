// Elements kept in affine form: 64 bytes x‖y of a point of E, twice which is the element.
//
// Why twice. Results come to J by φ, which doubles (quartic.h), so a half is what the formulas want: (k/2)·G plus the
// half of an element costs one addition of an affine point and no square root. And 2P of any point P of E is one
// element, whereas P itself represents one only if it is in 2E, which would have to be checked.
//
// Halving. For a point (s, t) of J a P = (x, y) is wanted of which φ(P) is (s, t), up to what θ takes to 4-torsion.
// From the formula of φ follows x² = 2(1 − t)/((1 − d)(1 + t) + (1 + d)s²). Where that is no square, (−s, −t), which is
// (s, t) + (0, −1), has the other value, −1/(d·x²), which is one since −d is none. Then y = s(1 + x²)/(c·x). Hence with
// r = √x², or √(i·x²) where x² is no square, and K = 1/√(i·d):
//   x² a square:  x = r     y = s·(1 + r²)/(c·r)
//   otherwise:    x = K/r   y = −s·(r² + K²)/(c·K·r)
// r is 0 or ∞ exactly for s = 0, the identity: s² = −2A would be another case, but −2A is no square.
#ifndef SIDOS_R255_AFFINE_H
#define SIDOS_R255_AFFINE_H

#include "backend.h"
#include "encoding.h"

#define AFFINE_BYTES 64

// 1 − d and 1 + d; K, K² and −1/(c·K).
FE_CONSTANT(FE_ONE_MINUS_D, 0x4b235eca6874b, 0x657d7c4ea9142, 0x2185d9ffe3fd6, 0x0c6399c5fc344, 0x2dfc9311d4900);
FE_CONSTANT(FE_ONE_PLUS_D, 0x34dca135978a4, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);
FE_CONSTANT(FE_K, 0x75abf60aecffe, 0x45fd53926199e, 0x7045c1c2aa5c4, 0x1a1b551f5d93e, 0x0d998df37290d);
FE_CONSTANT(FE_K_SQUARED, 0x6a65bfa2c0a0e, 0x64f57cdf08ced, 0x6e337d1ac6efa, 0x2536e71f98e37, 0x79638ef5dcc67);
FE_CONSTANT(FE_MINUS_INV_CK, 0x67aac5afb6e09, 0x75d3e233668b5, 0x145b6143a3d5a, 0x2f04a98191c57, 0x09fe57b0740a9);

/// Reads `count` ≤ FE_LANES points, `stride` bytes apart, with Z = 1; masks those that are in the form.
static inline fe_mask affine_decode(edwards_point *r, const uint8_t *in, size_t stride, size_t count) {
    fe canonical, xx, yy, left, right;
    fe_mask valid = ~fe_from_bytes(&r->x, in, stride, count) & ~fe_from_bytes(&r->y, in + 32, stride, count);
    fe_canonical(&canonical, &r->x);
    valid &= fe_mask_if_same_limbs(&canonical, &r->x);
    fe_canonical(&canonical, &r->y);
    valid &= fe_mask_if_same_limbs(&canonical, &r->y);
    r->z = FE_ONE;
    fe_mul(&r->t, &r->x, &r->y);
    // −x² + y² = 1 + d·(xy)²
    fe_square(&xx, &r->x);
    fe_square(&yy, &r->y);
    fe_sub(&left, &yy, &xx);
    fe_carry(&left, &left);
    fe_square(&right, &r->t);
    fe_mul(&right, &right, &FE_D);
    fe_add(&right, &right, &FE_ONE);
    fe_carry(&right, &right);
    return valid & fe_mask_if_equal(&left, &right);
}

/// A point with Z = 1 as an addend.
static inline void affine_addend(edwards_affine *r, const edwards_point *p) {
    fe_add(&r->y_plus_x, &p->y, &p->x);
    fe_carry(&r->y_plus_x, &r->y_plus_x);
    fe_sub(&r->y_minus_x, &p->y, &p->x);
    fe_carry(&r->y_minus_x, &r->y_minus_x);
    fe_mul(&r->xy2d, &p->t, &FE_2D);
}

/// Encodes the element of a sum of points of one form, in lane 0.
static void encode_sum(uint8_t out[32], const edwards_point *sum, sidos_r255_point_form form) {
    quartic_point result;
    encoding_work work;
    if (form == SIDOS_R255_ENCODED) {
        encode_edwards(out, sum);
        return;
    }
    quartic_from_half(&result, sum);
    encode_group(out, 32, &result, 1, &work);
    sidos_wipe(&result, sizeof result);
    sidos_wipe(&work, sizeof work);
}

/// One point on its way from J to its half.
typedef struct {
    fe s, z, root, product, before;
    fe_mask square, identity;
} affine_work;

/// Takes the square roots of two vectors of points of J.
static inline void affine_halve_pair(affine_work *const work[2], const quartic_point points[2]) {
    fe u[2], v[2], root[2];
    fe_mask square[2];
    for (int k = 0; k < 2; k++) {
        fe ss, zz, t;
        fe_square(&ss, &points[k].s);
        fe_square(&zz, &points[k].z);
        fe_carry(&t, &points[k].t);
        fe_sub(&u[k], &zz, &t);
        fe_carry(&u[k], &u[k]);
        fe_add(&u[k], &u[k], &u[k]);
        fe_carry(&u[k], &u[k]);
        fe_add(&t, &zz, &t);
        fe_mul(&t, &t, &FE_ONE_MINUS_D);
        fe_mul(&ss, &ss, &FE_ONE_PLUS_D);
        fe_add(&v[k], &t, &ss);
        fe_carry(&v[k], &v[k]);
    }
    fe_sqrt_ratio_pair(root, square, u, v);
    for (int k = 0; k < 2; k++) {
        affine_work *const r = work[k];
        r->s = points[k].s;
        r->z = points[k].z;
        r->root = root[k];
        r->square = square[k];
        fe_mul(&r->product, &r->z, &r->root);
        r->identity = fe_mask_if_zero(&r->product);
        fe_move_if(&r->product, r->identity, &FE_ONE);
    }
}

/// Writes `count` ≤ `SIDOS_R255_GROUP` points with one inversion in each lane; of the identity (0, 1).
static inline void affine_encode_group(uint8_t *out, affine_work *work, size_t count) {
    const size_t vector_count = (count + FE_LANES - 1) / FE_LANES;
    fe running = FE_ONE;
    for (size_t i = 0; i < vector_count; i++) {
        work[i].before = running;
        fe_mul(&running, &running, &work[i].product);
    }
    fe_invert(&running, &running);
    for (size_t i = vector_count; i-- > 0;) {
        affine_work *const k = &work[i];
        const size_t first = FE_LANES * i, used = count - first < FE_LANES ? count - first : FE_LANES;
        fe inverse, rr, x, y, factor;
        fe_mul(&inverse, &running, &k->before);
        fe_mul(&running, &running, &k->product);
        fe_mul(&x, &k->z, &inverse);
        fe_mul(&x, &x, &FE_K);
        fe_select(&x, k->square, &k->root, &x);
        fe_square(&rr, &k->root);
        fe_select(&factor, k->square, &FE_ONE, &FE_K_SQUARED);
        fe_add(&rr, &rr, &factor);
        fe_select(&factor, k->square, &FE_INV_C, &FE_MINUS_INV_CK);
        fe_mul(&y, &k->s, &inverse);
        fe_mul(&y, &y, &rr);
        fe_mul(&y, &y, &factor);
        fe_move_if(&x, k->identity, &FE_ZERO);
        fe_move_if(&y, k->identity, &FE_ONE);
        fe_to_bytes(out + AFFINE_BYTES * first, AFFINE_BYTES, used, &x);
        fe_to_bytes(out + AFFINE_BYTES * first + 32, AFFINE_BYTES, used, &y);
    }
}

#endif
