// Points of the Jacobi quartic J: t² = s⁴ + 2A·s² + 1, A = (1 − d)/(1 + d), where ristretto255 encodings live.
//
// Why a second curve. J and E are joined by two isogenies of degree 2 whose composition is doubling. With c = √(−1−d):
//   θ: J → E,  (s, t) ↦ (2s/(c·t), (1 − s²)/(1 + s²))
//   φ: E → J,  (x, y) ↦ (c·xy/(1 + x²), (y² − x²)/(1 + x²)),   θ(φ(P)) = 2P
// (φ: from (1−y²)(1+x²) = −(1+d)x²y² = (c·xy)² one gets (1−y')/(1+y') = (1−y²)/(1+x²) for 2P = (x', y'), a square.)
// An encoding is a value s, and its element is θ(s, t) up to 4-torsion. So the s of an element known as a point of E
// costs an inverse square root (254 squarings), but the s of a point already on J is a fraction: it costs an inversion,
// and a batch of inversions costs three multiplications each. We therefore bring every result to J:
//   · k·P: compute (k/2)·P on E and apply φ, since θ(φ((k/2)P)) = kP;
//   · the one-way map: Elligator's outputs are points of J; add them there;
//   · P + Q of decoded elements: decoding yields the point of J for nothing; add there;
//   · P + ρ·G: P on J from decoding, φ((ρ/2)·G), add there.
//
// Coordinates: s = S/Z, t = T/Z². On J itself T ≠ 0 wherever Z ≠ 0, since A² − 1 = −4d/(1+d)² is not a square. The two
// points at infinity have Z = 0, S ≠ 0, T = ±S². (0 : 0 : 0) is not a point.
#ifndef SIDOS_R255_QUARTIC_H
#define SIDOS_R255_QUARTIC_H

#include "edwards.h"
#include "powers.h"

// c = √(−1−d) (RFC 9496's SQRT_AD_MINUS_ONE) and fractions of it; 2A = 486662, the coefficient of curve25519.
FE_CONSTANT(FE_C, 0x7f6a0497b2e1b, 0x1836f0a97afd2, 0x7d747f6be7638, 0x456079e7e6498, 0x376931bf2b834);
FE_CONSTANT(FE_INV_C, 0x702557fa2bf03, 0x514b7d1a82cc6, 0x7f89efd8b43a7, 0x1aef49ec23700, 0x079376fa30500);
FE_CONSTANT(FE_2_OVER_C, 0x604aaff457e06, 0x2296fa350598d, 0x7f13dfb16874f, 0x35de93d846e01, 0x0f26edf460a00);
FE_CONSTANT(FE_2I_OVER_C, 0x5b7106377bbd8, 0x71af6ad9382cb, 0x02d64427297b8, 0x6a81ef02c4294, 0x141b0b6806563);
#define QUARTIC_2A 486662

typedef struct {
    fe s, t, z;  // loose
} quartic_point;

/// φ(P); T of `p` is not read. Twice P is not a multiple of it: θ of the result is 2P. `p` must not be (±i, 0), whose
/// double is the point (0, −1); the result is then (0 : 0 : 0). A multiple k·Q of a decoded element other than the
/// identity can be that only for k ≡ 0 mod l, and encode_group answers to it with the identity, as is right.
static inline void quartic_from_half(quartic_point *r, const edwards_point *p) {
    fe xx, yy, zz, u;
    fe_square(&xx, &p->x);
    fe_square(&yy, &p->y);
    fe_square(&zz, &p->z);
    fe_add(&r->z, &zz, &xx);
    fe_sub(&u, &yy, &xx);
    fe_mul(&r->t, &u, &r->z);
    fe_mul(&u, &p->x, &p->y);
    fe_mul(&r->s, &u, &FE_C);
}

/// θ(p), the element's point of E: x = 2SZ/(c·T), y = (Z² − S²)/(Z² + S²).
static inline void quartic_to_edwards(edwards_point *r, const quartic_point *p) {
    edwards_completed sum;
    fe ss, zz, sz;
    fe_square(&ss, &p->s);
    fe_square(&zz, &p->z);
    fe_mul(&sz, &p->s, &p->z);
    fe_add(&sum.x, &sz, &sz);
    fe_mul(&sum.z, &p->t, &FE_C);
    fe_sub(&sum.y, &zz, &ss);
    fe_add(&sum.t, &zz, &ss);
    edwards_to_extended(r, &sum);
}

/// r = −p; `p->s` tight.
static inline void quartic_negate(quartic_point *r, const quartic_point *p) {
    *r = *p;
    fe_negate(&r->s, &p->s);
}

// The sum on J, for all inputs. Two laws give it:
//   I   s₃ = (s₁t₂ + s₂t₁)/(1 − s₁²s₂²)   t₃ = ((1 + s₁²s₂²)(t₁t₂ + 2A·s₁s₂) + 2s₁s₂(s₁² + s₂²))/(1 − s₁²s₂²)²
//   II  s₃ = (s₁² − s₂²)/(s₁t₂ − s₂t₁)    t₃ = ((s₁² + s₂²)(t₁t₂ − 2A·s₁s₂) − 2s₁s₂(1 + s₁²s₂²))/(s₁t₂ − s₂t₁)²
// They agree because (s₁t₂ + s₂t₁)(s₁t₂ − s₂t₁) = (s₁² − s₂²)(1 − s₁²s₂²). Law I degenerates to 0/0 exactly when the
// operands differ by a point at infinity (then s₂ = ±1/s₁ and s₁t₂ = −s₂t₁); there law II's denominator is −2s₂t₁ ≠ 0.
// Honest inputs meet that case with probability 2^−250, but two halves of a crafted 64-byte string can, so it is
// computed always and selected by mask. Over the common denominator Z₁²Z₂² the fractions become the products below.
static inline void quartic_add(quartic_point *r, const quartic_point *p, const quartic_point *q) {
    fe a, b, c, e, ab, ce, st, ts, tt, pp, pp2a, cross, plus, s1z1, s2z2, u, w;
    quartic_point second;
    fe_square(&a, &p->s);
    fe_square(&c, &p->z);
    fe_square(&b, &q->s);
    fe_square(&e, &q->z);
    fe_mul(&s1z1, &p->s, &p->z);
    fe_mul(&s2z2, &q->s, &q->z);
    fe_mul(&st, &s1z1, &q->t);
    fe_mul(&ts, &s2z2, &p->t);
    fe_mul(&ab, &a, &b);
    fe_mul(&ce, &c, &e);
    fe_mul(&tt, &p->t, &q->t);
    fe_mul(&pp, &s1z1, &s2z2);
    fe_mul_small(&pp2a, &pp, QUARTIC_2A);
    fe_add(&pp, &pp, &pp);
    fe_add(&plus, &ce, &ab);
    // cross = S₁²Z₂² + S₂²Z₁² = (a + c)(b + e) − ab − ce
    fe_add(&u, &a, &c);
    fe_add(&w, &b, &e);
    fe_mul(&cross, &u, &w);
    fe_sub_sum(&cross, &cross, &plus);
    // law I
    fe_add(&r->s, &st, &ts);
    fe_sub(&r->z, &ce, &ab);
    fe_add(&u, &tt, &pp2a);
    fe_mul(&u, &u, &plus);
    fe_mul(&second.t, &pp, &cross);
    fe_add(&r->t, &u, &second.t);
    // law II: S₁²Z₂² − S₂²Z₁² = (a − c)(b + e) − ab + ce
    fe_sub(&u, &a, &c);
    fe_mul(&second.s, &u, &w);
    fe_sub(&second.s, &second.s, &ab);
    fe_add(&second.s, &second.s, &ce);
    fe_sub(&second.z, &st, &ts);
    fe_sub(&u, &tt, &pp2a);
    fe_mul(&u, &u, &cross);
    fe_mul(&w, &pp, &plus);
    fe_sub(&second.t, &u, &w);
    const fe_mask degenerate = fe_mask_if_zero(&r->s) & fe_mask_if_zero(&r->z);
    fe_select(&r->s, degenerate, &second.s, &r->s);
    fe_select(&r->t, degenerate, &second.t, &r->t);
    fe_select(&r->z, degenerate, &second.z, &r->z);
}

#endif
