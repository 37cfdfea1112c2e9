// Sums to which one point after the other is added, and nothing else is done with them until the end. The
// multiplications that end an addition stay uncarried where the next one begins with their sum.
#ifndef SIDOS_R255_RUNNING_H
#define SIDOS_R255_RUNNING_H

#include "edwards.h"

// 1/d.
FE_CONSTANT(FE_INV_D, 0x0f276cdc9f843, 0x3084f2a85c4bc, 0x6e73d982d775a, 0x721958b108a66, 0x40907ed214d5c);

/// A sum that only has affine points added to it: Y + X, Y − X and T loose, and 2Z.
typedef struct {
    fe y_plus_x, y_minus_x, t;
    fe_wide z2;
} edwards_running;

/// A sum that has any points added to it: Y + X, Y − X, T and Z, all loose.
typedef struct {
    fe y_plus_x, y_minus_x, t, z;
} edwards_running_cached;

/// An addition as in edwards.h, of which the Z remains wide; zz2 = 2·Z₁·Z₂.
static inline __attribute__((always_inline)) void edwards_run_on(fe *y_plus_x, fe *y_minus_x, fe *t, fe_wide *z,
                                                                 const fe *p_plus, const fe *p_minus, const fe *p_t2d,
                                                                 const fe_wide *zz2) {
    fe_wide a, b, c, w;
    edwards_completed r;
    fe_mul_wide(&a, y_plus_x, p_plus);
    fe_mul_wide(&b, y_minus_x, p_minus);
    fe_mul_wide(&c, t, p_t2d);
    fe_wide_sub(&w, &a, &b);
    fe_narrow(&r.x, &w);
    fe_wide_add(&w, &a, &b);
    fe_narrow(&r.y, &w);
    fe_wide_add(&w, zz2, &c);
    fe_narrow(&r.z, &w);
    fe_wide_sub(&w, zz2, &c);
    fe_narrow(&r.t, &w);
    fe_mul_wide(&a, &r.x, &r.t);
    fe_mul_wide(&b, &r.y, &r.z);
    fe_mul_wide(z, &r.z, &r.t);
    fe_mul(t, &r.x, &r.y);
    fe_wide_add(&w, &b, &a);
    fe_narrow(y_plus_x, &w);
    fe_wide_sub(&w, &b, &a);
    fe_narrow(y_minus_x, &w);
}

/// The point (2x, 2y, 2, 2xy).
static inline __attribute__((always_inline)) void edwards_start(edwards_running *r, const edwards_affine *p) {
    fe two;
    fe_add(&r->y_plus_x, &p->y_plus_x, &p->y_plus_x);
    fe_add(&r->y_minus_x, &p->y_minus_x, &p->y_minus_x);
    fe_carry(&r->y_plus_x, &r->y_plus_x);
    fe_carry(&r->y_minus_x, &r->y_minus_x);
    fe_mul(&r->t, &p->xy2d, &FE_INV_D);
    fe_add(&two, &FE_ONE, &FE_ONE);
    fe_carry(&two, &two);
    fe_widen(&r->z2, &two);
    fe_wide_add(&r->z2, &r->z2, &r->z2);
}

/// sum += p, as in edwards_add_affine.
static inline __attribute__((always_inline)) void edwards_run(edwards_running *sum, const edwards_affine *p) {
    fe_wide z, z2 = sum->z2;
    edwards_run_on(&sum->y_plus_x, &sum->y_minus_x, &sum->t, &z, &p->y_plus_x, &p->y_minus_x, &p->xy2d, &z2);
    fe_wide_add(&sum->z2, &z, &z);
}

/// The neutral point.
static inline void edwards_start_cached(edwards_running_cached *r) {
    *r = (edwards_running_cached){FE_ONE, FE_ONE, FE_ZERO, FE_ONE};
}

/// sum += p, as in edwards_add_cached.
static inline __attribute__((always_inline)) void edwards_run_cached(edwards_running_cached *sum,
                                                                     const edwards_cached *p) {
    fe_wide z, zz2;
    fe_mul_wide(&zz2, &sum->z, &p->z2);
    edwards_run_on(&sum->y_plus_x, &sum->y_minus_x, &sum->t, &z, &p->y_plus_x, &p->y_minus_x, &p->t2d, &zz2);
    fe_narrow(&sum->z, &z);
}

/// A sum's coordinates in full, all of them doubled, from Y + X, Y − X, T and 2Z.
static inline void edwards_stop_with(edwards_point *r, const fe *y_plus_x, const fe *y_minus_x, const fe *t,
                                     const fe *z2) {
    fe plus, minus, half;
    fe_carry(&plus, y_plus_x);
    fe_carry(&minus, y_minus_x);
    fe_carry(&r->z, z2);
    fe_sub(&r->x, &plus, &minus);
    fe_carry(&r->x, &r->x);
    fe_add(&r->y, &plus, &minus);
    fe_carry(&r->y, &r->y);
    fe_carry(&half, t);
    fe_add(&r->t, &half, &half);
    fe_carry(&r->t, &r->t);
}

static inline void edwards_stop(edwards_point *r, const edwards_running *sum) {
    fe z2;
    fe_narrow(&z2, &sum->z2);
    edwards_stop_with(r, &sum->y_plus_x, &sum->y_minus_x, &sum->t, &z2);
}

static inline void edwards_stop_cached(edwards_point *r, const edwards_running_cached *sum) {
    fe z2;
    fe_carry(&z2, &sum->z);
    fe_add(&z2, &z2, &z2);
    edwards_stop_with(r, &sum->y_plus_x, &sum->y_minus_x, &sum->t, &z2);
}

#endif
