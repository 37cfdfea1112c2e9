// Points of the twisted Edwards curve E: −x² + y² = 1 + d·x²·y² over p = 2^255 − 19.
//
// The addition law on E is complete (−1 is a square and d is not), so no formula here has an exceptional case.
// Coordinates: projective x = X/Z, y = Y/Z; extended, also T = XY/Z.
#ifndef SIDOS_R255_EDWARDS_H
#define SIDOS_R255_EDWARDS_H

FE_CONSTANT(FE_D, 0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);
FE_CONSTANT(FE_2D, 0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

typedef struct {
    fe x, y, z, t;  // tight
} edwards_point;

/// An addend prepared for many additions. All coordinates loose and fit to be negated.
typedef struct {
    fe y_plus_x, y_minus_x, z2, t2d;  // Y + X, Y − X, 2Z, 2dT
} edwards_cached;

/// The same with Z = 1; all coordinates tight.
typedef struct {
    fe y_plus_x, y_minus_x, xy2d;  // y + x, y − x, 2dxy
} edwards_affine;

/// A sum before its last multiplications: x = X/Z, y = Y/T. All coordinates loose.
typedef struct {
    fe x, y, z, t;
} edwards_completed;

static inline void edwards_to_projective(edwards_point *r, const edwards_completed *p) {
    fe_mul(&r->x, &p->x, &p->t);
    fe_mul(&r->y, &p->y, &p->z);
    fe_mul(&r->z, &p->z, &p->t);
}

static inline void edwards_to_extended(edwards_point *r, const edwards_completed *p) {
    edwards_to_projective(r, p);
    fe_mul(&r->t, &p->x, &p->y);
}

// 2(x, y) = (2xy/(y² − x²), (y² + x²)/(2 − (y² − x²))), using 1 + dx²y² = y² − x²; 2XY = (X+Y)² − X² − Y². T is not
// read.
static inline __attribute__((always_inline)) void edwards_double(edwards_completed *r, const edwards_point *p) {
    fe sum;
    fe_wide xx, yy, zz, ss, w;
    fe_add(&sum, &p->x, &p->y);
    fe_square_wide(&xx, &p->x);
    fe_square_wide(&yy, &p->y);
    fe_square_wide(&zz, &p->z);
    fe_square_wide(&ss, &sum);
    fe_wide_sub(&w, &yy, &xx);
    fe_narrow(&r->z, &w);
    fe_wide_add(&w, &yy, &xx);
    fe_narrow(&r->y, &w);
    fe_wide_sub(&ss, &ss, &w);
    fe_narrow(&r->x, &ss);
    fe_wide_add(&zz, &zz, &zz);
    fe_wide_add(&zz, &zz, &xx);
    fe_wide_sub(&zz, &zz, &yy);
    fe_narrow(&r->t, &zz);
}

// (x1y2 + y1x2)/(1 + dx1x2y1y2), (y1y2 + x1x2)/(1 − dx1x2y1y2), the four products folded into two:
// (Y1+X1)(Y2+X2) ± (Y1−X1)(Y2−X2) are twice the numerators.
static inline __attribute__((always_inline)) void edwards_finish_addition(edwards_completed *r, const edwards_point *p,
                                                                          const fe *y_plus_x, const fe *y_minus_x,
                                                                          const fe *t2d, const fe_wide *zz2) {
    fe plus, minus;
    fe_wide a, b, c, w;
    fe_add(&plus, &p->y, &p->x);
    fe_mul_wide(&a, &plus, y_plus_x);
    fe_sub(&minus, &p->y, &p->x);
    fe_mul_wide(&b, &minus, y_minus_x);
    fe_mul_wide(&c, &p->t, t2d);
    fe_wide_sub(&w, &a, &b);
    fe_narrow(&r->x, &w);
    fe_wide_add(&w, &a, &b);
    fe_narrow(&r->y, &w);
    fe_wide_add(&w, zz2, &c);
    fe_narrow(&r->z, &w);
    fe_wide_sub(&w, zz2, &c);
    fe_narrow(&r->t, &w);
}

static inline void edwards_add_cached(edwards_completed *r, const edwards_point *p, const edwards_cached *q) {
    fe_wide zz2;
    fe_mul_wide(&zz2, &p->z, &q->z2);
    edwards_finish_addition(r, p, &q->y_plus_x, &q->y_minus_x, &q->t2d, &zz2);
}

static inline void edwards_add_affine(edwards_completed *r, const edwards_point *p, const edwards_affine *q) {
    fe_wide zz2;
    fe_widen(&zz2, &p->z);
    fe_wide_add(&zz2, &zz2, &zz2);
    edwards_finish_addition(r, p, &q->y_plus_x, &q->y_minus_x, &q->xy2d, &zz2);
}

static inline void edwards_cache(edwards_cached *r, const edwards_point *p) {
    fe_add(&r->y_plus_x, &p->y, &p->x);
    fe_sub(&r->y_minus_x, &p->y, &p->x);
    fe_add(&r->z2, &p->z, &p->z);
    fe_mul(&r->t2d, &p->t, &FE_2D);
}

/// A cached addend as a completed sum, (X/Z, Y/T): (2X, 2Z), (2Y, 2Z).
static inline void edwards_complete_cached(edwards_completed *r, const edwards_cached *q) {
    fe_sub_sum(&r->x, &q->y_plus_x, &q->y_minus_x);
    fe_carry(&r->x, &r->x);
    fe_add(&r->y, &q->y_plus_x, &q->y_minus_x);
    fe_carry(&r->y, &r->y);
    r->z = q->z2;
    r->t = q->z2;
}

/// The same of an affine addend.
static inline void edwards_complete_affine(edwards_completed *r, const edwards_affine *q) {
    fe_sub(&r->x, &q->y_plus_x, &q->y_minus_x);
    fe_add(&r->y, &q->y_plus_x, &q->y_minus_x);
    fe_add(&r->z, &FE_ONE, &FE_ONE);
    r->t = r->z;
}

#endif
