// Points of the twisted Edwards curve E: −x² + y² = 1 + d·x²·y² over p = 2^255 − 19.
//
// The addition law on E is complete (−1 is a square and d is not), so no formula here has an exceptional case.
// Coordinates: projective x = X/Z, y = Y/Z; extended, also T = XY/Z.
#ifndef SIDOS_R255_EDWARDS_H
#define SIDOS_R255_EDWARDS_H

#include "field.h"

static const fe FE_D = {{0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
static const fe FE_2D = {{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
static const fe FE_INV_D = {{0x0f276cdc9f843, 0x3084f2a85c4bc, 0x6e73d982d775a, 0x721958b108a66, 0x40907ed214d5c}};

typedef struct {
    fe x, y, z, t;  // tight
} edwards_point;

/// An addend prepared for many additions. All coordinates loose, below 2^53.
typedef struct {
    fe y_plus_x, y_minus_x, z2, t2d;  // Y + X, Y − X, 2Z, 2dT
} edwards_cached;

/// The same with Z = 1; all coordinates below 2^52.
typedef struct {
    fe y_plus_x, y_minus_x, xy2d;  // y + x, y − x, 2dxy
} edwards_affine;

/// A sum before its last multiplications: x = X/Z, y = Y/T. All coordinates loose.
typedef struct {
    fe x, y, z, t;
} edwards_completed;

static const edwards_point EDWARDS_IDENTITY = {{{0}}, {{1}}, {{1}}, {{0}}};

static inline void edwards_to_projective(edwards_point *r, const edwards_completed *p) {
    fe_mul(&r->x, &p->x, &p->t);
    fe_mul(&r->y, &p->y, &p->z);
    fe_mul(&r->z, &p->z, &p->t);
}

static inline void edwards_to_extended(edwards_point *r, const edwards_completed *p) {
    edwards_to_projective(r, p);
    fe_mul(&r->t, &p->x, &p->y);
}

// 2(x, y) = (2xy/(y² − x²), (y² + x²)/(2 − (y² − x²))), using 1 + dx²y² = y² − x²; 2XY = (X+Y)² − X² − Y². T is not read.
static inline void edwards_double(edwards_completed *r, const edwards_point *p) {
    fe xx, yy, zz2, sum;
    fe_square(&xx, &p->x);
    fe_square(&yy, &p->y);
    fe_square(&zz2, &p->z);
    fe_add(&zz2, &zz2, &zz2);
    fe_add(&sum, &p->x, &p->y);
    fe_square(&sum, &sum);
    fe_add(&r->y, &yy, &xx);
    fe_sub(&r->z, &yy, &xx);            // < 2^52.6
    fe_sub_wide(&r->x, &sum, &r->y);    // < 2^53.4
    fe_sub_wide(&r->t, &zz2, &r->z);    // < 2^53.6
}

// (x1y2 + y1x2)/(1 + dx1x2y1y2), (y1y2 + x1x2)/(1 − dx1x2y1y2), the four products folded into two:
// (Y1+X1)(Y2+X2) ± (Y1−X1)(Y2−X2) are twice the numerators.
static inline void edwards_finish_addition(edwards_completed *r, const edwards_point *p, const fe *y_plus_x,
                                           const fe *y_minus_x, const fe *t2d, const fe *zz2) {
    fe a, b, c;
    fe_add(&a, &p->y, &p->x);
    fe_mul(&a, &a, y_plus_x);
    fe_sub(&b, &p->y, &p->x);
    fe_mul(&b, &b, y_minus_x);
    fe_mul(&c, &p->t, t2d);
    fe_sub(&r->x, &a, &b);
    fe_add(&r->y, &a, &b);
    fe_add(&r->z, zz2, &c);
    fe_sub(&r->t, zz2, &c);
}

static inline void edwards_add_cached(edwards_completed *r, const edwards_point *p, const edwards_cached *q) {
    fe zz2;
    fe_mul(&zz2, &p->z, &q->z2);
    edwards_finish_addition(r, p, &q->y_plus_x, &q->y_minus_x, &q->t2d, &zz2);
}

static inline void edwards_add_affine(edwards_completed *r, const edwards_point *p, const edwards_affine *q) {
    fe zz2;
    fe_add(&zz2, &p->z, &p->z);
    edwards_finish_addition(r, p, &q->y_plus_x, &q->y_minus_x, &q->xy2d, &zz2);
}

static inline void edwards_cache(edwards_cached *r, const edwards_point *p) {
    fe_add(&r->y_plus_x, &p->y, &p->x);
    fe_sub(&r->y_minus_x, &p->y, &p->x);
    fe_add(&r->z2, &p->z, &p->z);
    fe_mul(&r->t2d, &p->t, &FE_2D);
}

/// An affine addend as a point: (2x, 2y, 2, 2xy).
static inline void edwards_from_affine(edwards_point *r, const edwards_affine *q) {
    fe_sub_wide(&r->x, &q->y_plus_x, &q->y_minus_x);
    fe_carry(&r->x, &r->x);
    fe_add(&r->y, &q->y_plus_x, &q->y_minus_x);
    fe_carry(&r->y, &r->y);
    fe_add(&r->z, &FE_ONE, &FE_ONE);
    fe_mul(&r->t, &q->xy2d, &FE_INV_D);
}

#endif
