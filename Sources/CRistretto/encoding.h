// RFC 9496 encodings to and from points, and the one-way map's Elligator, all by way of the quartic.
#ifndef SIDOS_R255_ENCODING_H
#define SIDOS_R255_ENCODING_H

#include "quartic.h"

// (1 − d²) and (d − 1)², constants of the map.
FE_CONSTANT(FE_ONE_MINUS_D_SQ, 0x409c1945fc176, 0x719abc6a1fc4f, 0x1c37f90b20684, 0x06bccca55eedf, 0x029072a8b2b3e);
FE_CONSTANT(FE_D_MINUS_ONE_SQ, 0x55aaa44ed4d20, 0x59603c3332635, 0x26d3baf4a7928, 0x120a66e6997a9, 0x5968b37af66c2);

// A decoded element: its point of E (Z = 1) and the point of J above it (Z = 1).
typedef struct {
    edwards_point e;
    quartic_point j;
} decoded_element;

// Decodes two vectors of elements (RFC 9496 §4.3.1), `count[k]` strings from `in[k]`, `stride` bytes apart; valid[k]
// masks the canonical encodings of elements other than the identity. What is written for an invalid encoding is
// unspecified.
//
// With u₁ = 1 − s², u₂ = 1 + s² and w = −d·u₁² − u₂² one has w = c²t², so I = 1/√(w·u₂²) gives Dx = I·u₂ = ±1/(c·t) and
// 1/u₂ = I·Dx·w, whichever sign I has. Then x = |2s·Dx|, y = u₁/u₂, and t = ±w·Dx/c with the sign that made x
// non-negative.
static inline void decode_pair(decoded_element *const r[2], fe_mask valid[2], const uint8_t *const in[2], size_t stride,
                               const size_t count[2]) {
    fe s[2], u1[2], u2[2], w[2], ratio[2], root[2];
    fe_mask was_square[2];
    for (int k = 0; k < 2; k++) {
        fe ss;
        valid[k] = fe_decode(&s[k], in[k], stride, count[k]);
        fe_square(&ss, &s[k]);
        fe_sub(&u1[k], &FE_ONE, &ss);
        fe_add(&u2[k], &FE_ONE, &ss);
        fe_square(&w[k], &u1[k]);
        fe_mul(&w[k], &w[k], &FE_D);
        fe_square(&ratio[k], &u2[k]);
        fe_add(&w[k], &w[k], &ratio[k]);
        fe_sub_sum(&w[k], &FE_ZERO, &w[k]);
        fe_mul(&ratio[k], &ratio[k], &w[k]);
    }
    fe_inverse_sqrt_pair(root, was_square, ratio);
    for (int k = 0; k < 2; k++) {
        fe dx, dy;
        edwards_point *e = &r[k]->e;
        quartic_point *j = &r[k]->j;
        fe_mul(&dx, &root[k], &u2[k]);
        fe_mul(&j->t, &dx, &w[k]);
        fe_mul(&dy, &root[k], &j->t);
        fe_mul(&j->t, &j->t, &FE_INV_C);
        fe_mul(&e->x, &dx, &s[k]);
        fe_add(&e->x, &e->x, &e->x);
        fe_carry(&e->x, &e->x);
        const fe_mask flip = fe_mask_if_negative(&e->x);
        fe_negate_if(&e->x, flip);
        fe_negate_if(&j->t, flip);
        fe_carry(&e->x, &e->x);
        fe_mul(&e->y, &u1[k], &dy);
        fe_mul(&e->t, &e->x, &e->y);
        e->z = FE_ONE;
        j->s = s[k];
        j->z = FE_ONE;
        valid[k] &= was_square[k] & ~fe_mask_if_negative(&e->t) & ~fe_mask_if_zero(&e->y);
    }
}

// Elligator (RFC 9496 §4.3.4, MAP) of two vectors of field elements, stopping on J: the RFC's (w0, w1, w2, w3) are
// (2s·v, N·c, 1 − s², 1 + s²), which is θ(s, N/v).
//
// v = 0 (r = −d or −1/d, both reached) makes s = 0 and the RFC's result the identity; here (0 : 1 : 1) is put for
// (0 : 0 : 0).
static inline void elligator_pair(quartic_point r[2], const fe t[2]) {
    fe rr[2], u[2], v[2], s[2];
    fe_mask was_square[2];
    for (int k = 0; k < 2; k++) {
        fe a, b;
        fe_square(&rr[k], &t[k]);
        fe_mul(&rr[k], &rr[k], &FE_I);
        fe_add(&a, &rr[k], &FE_ONE);
        fe_mul(&u[k], &a, &FE_ONE_MINUS_D_SQ);
        fe_mul(&a, &rr[k], &FE_D);
        fe_add(&a, &a, &FE_ONE);
        fe_add(&b, &rr[k], &FE_D);
        fe_mul(&a, &a, &b);
        fe_negate(&a, &a);
        fe_carry(&v[k], &a);
    }
    fe_sqrt_ratio_pair(s, was_square, u, v);
    for (int k = 0; k < 2; k++) {
        fe other, c, n, minus_one;
        fe_mul(&other, &s[k], &t[k]);
        fe_absolute(&other);
        fe_carry(&other, &other);
        fe_negate(&other, &other);
        fe_select(&s[k], was_square[k], &s[k], &other);
        fe_negate(&minus_one, &FE_ONE);
        fe_select(&c, was_square[k], &minus_one, &rr[k]);
        fe_sub(&n, &rr[k], &FE_ONE);
        fe_mul(&n, &n, &c);
        fe_mul(&n, &n, &FE_D_MINUS_ONE_SQ);
        fe_sub(&n, &n, &v[k]);
        const fe_mask exceptional = fe_mask_if_zero(&v[k]);
        fe_mul(&r[k].s, &s[k], &v[k]);
        fe_mul(&r[k].t, &n, &v[k]);
        fe_select(&r[k].t, exceptional, &FE_ONE, &r[k].t);
        fe_select(&r[k].z, exceptional, &FE_ONE, &v[k]);
    }
}

// One element on its way from J to bytes.
typedef struct {
    fe ss, zz, p, t, m, tr, w, before;
    fe_mask identity;
} encoding_work;

// Encodes `count` ≤ `SIDOS_R255_GROUP` points of J, FE_LANES in each of `points`, with one inversion in each lane.
// Encodings are written to `out`, `stride` bytes apart.
//
// An element is a coset of E's 4-torsion; its image point (x, y) may be any of (x, y), (−x, −y), (iy, ix), (−iy, −ix),
// and the values of s above these are ±s, ±1/s, ±(t − 2is/c)/(1 − s²), ±(t + 2is/c)/(1 − s²). (The last two: with
// y' = ix, s'² = (1 − ix)/(1 + ix) = (1 − ix)²/(1 + x²), and 1 + x² = (1 − s²)²/t² on J.) RFC 9496 encodes the one with
// xy and x non-negative, so: rotate to (iy, ix) if xy is negative, then negate (x, y), which inverts s, if x is
// negative.
//
// With p = SZ, q = Z² − S², r = Z² + S², m = pq:
//   xy = (2/c)·m/(T·r)
//   not rotated: x = (2/c)·p·r/(T·r)   s = S²·q/m, or its inverse Z²·q/m
//   rotated:     x = i·q·T/(T·r)       s = (T − (2i/c)p)·p/m, or its inverse (T + (2i/c)p)·p/m
// so 1/(T·r·m) serves for all. r ≠ 0 and T ≠ 0 on J; m = 0 exactly for the identity (s = 0, ∞ or ±1), whose encoding is
// zero: 1 stands in for it in the product, so that it spoils nobody else's inverse, and zero is selected at the end.
static inline void encode_group(uint8_t *out, size_t stride, const quartic_point *points, size_t count,
                                encoding_work *work) {
    const size_t vector_count = (count + FE_LANES - 1) / FE_LANES;
    fe running = FE_ONE;
    for (size_t i = 0; i < vector_count; i++) {
        encoding_work *const k = &work[i];
        const quartic_point *const j = &points[i];
        fe q, r;
        fe_square(&k->ss, &j->s);
        fe_square(&k->zz, &j->z);
        fe_mul(&k->p, &j->s, &j->z);
        fe_carry(&k->t, &j->t);
        fe_sub(&q, &k->zz, &k->ss);
        fe_add(&r, &k->zz, &k->ss);
        fe_mul(&k->m, &k->p, &q);
        fe_mul(&k->tr, &k->t, &r);
        fe_mul(&k->w, &k->m, &k->tr);
        k->identity = fe_mask_if_zero(&k->w);
        fe_select(&k->w, k->identity, &FE_ONE, &k->w);
        k->before = running;
        fe_mul(&running, &running, &k->w);
    }
    fe_invert(&running, &running);
    for (size_t i = vector_count; i-- > 0;) {
        encoding_work *const k = &work[i];
        fe inverse, inv_m, inv_tr, q, r, xy, kp, x, s, other, factor;
        fe_mul(&inverse, &running, &k->before);
        fe_mul(&running, &running, &k->w);
        fe_mul(&inv_m, &inverse, &k->tr);
        fe_mul(&inv_tr, &inverse, &k->m);
        fe_mul(&xy, &k->m, &inv_tr);
        fe_mul(&xy, &xy, &FE_2_OVER_C);
        const fe_mask rotated = fe_mask_if_negative(&xy);

        fe_sub(&q, &k->zz, &k->ss);
        fe_add(&r, &k->zz, &k->ss);
        fe_select(&x, rotated, &q, &k->p);
        fe_select(&factor, rotated, &k->t, &r);
        fe_mul(&x, &x, &factor);
        fe_mul(&x, &x, &inv_tr);
        fe_select(&factor, rotated, &FE_I, &FE_2_OVER_C);
        fe_mul(&x, &x, &factor);
        const fe_mask inverted = fe_mask_if_negative(&x);

        fe_mul(&kp, &k->p, &FE_2I_OVER_C);
        fe_sub(&s, &k->t, &kp);
        fe_add(&other, &k->t, &kp);
        fe_select(&s, rotated, &s, &k->ss);
        fe_select(&other, rotated, &other, &k->zz);
        fe_select(&s, inverted, &other, &s);
        fe_select(&factor, rotated, &k->p, &q);
        fe_mul(&s, &s, &factor);
        fe_mul(&s, &s, &inv_m);
        fe_absolute(&s);
        fe_select(&s, k->identity, &FE_ZERO, &s);
        const size_t first = FE_LANES * i, rest = count - first;
        fe_to_bytes(out + first * stride, stride, rest < FE_LANES ? rest : FE_LANES, &s);
    }
}

// Encodes the element of one point of E, in lane 0, as RFC 9496 §4.3.2 does, by an inverse square root; for a single
// point this costs less than halving it so as to encode from J. With I = 1/√((Z+Y)(Z−Y)·(XY)²): a = I·(Z+Y)(Z−Y),
// b = I·XY, and 1/Z = a·b·T. The point is rotated to (iY, iX) when T/Z is negative, the denominator b becoming
// a/√(−1−d); then s = |b·(Z − Y)|, Y negated when X/Z is negative. The identity's coset has XY = 0 and so s = 0.
static inline void encode_edwards(uint8_t out[32], const edwards_point *p) {
    fe squares[2], root[2], u1, u2, a, b, z_inverse, x, y, t, other;
    fe_mask was_square[2];
    fe_add(&u1, &p->z, &p->y);
    fe_sub(&t, &p->z, &p->y);
    fe_mul(&u1, &u1, &t);
    fe_mul(&u2, &p->x, &p->y);
    fe_square(&t, &u2);
    fe_mul(&squares[0], &u1, &t);
    squares[1] = squares[0];
    fe_inverse_sqrt_pair(root, was_square, squares);
    fe_mul(&a, &root[0], &u1);
    fe_mul(&b, &root[0], &u2);
    fe_mul(&z_inverse, &a, &b);
    fe_mul(&z_inverse, &z_inverse, &p->t);
    fe_mul(&t, &p->t, &z_inverse);
    const fe_mask rotated = fe_mask_if_negative(&t);
    fe_mul(&other, &p->y, &FE_I);
    fe_select(&x, rotated, &other, &p->x);
    fe_mul(&other, &p->x, &FE_I);
    fe_select(&y, rotated, &other, &p->y);
    fe_mul(&other, &a, &FE_INV_C);
    fe_select(&b, rotated, &other, &b);
    fe_mul(&x, &x, &z_inverse);
    fe_negate_if(&y, fe_mask_if_negative(&x));
    fe_carry(&y, &y);
    fe_sub(&t, &p->z, &y);
    fe_mul(&t, &t, &b);
    fe_absolute(&t);
    fe_to_bytes(out, 32, 1, &t);
}

#endif
