// The two long exponentiations: inversion, and the square root of a ratio. Both are chains of some 250 dependent
// squarings, bound by the latency of one squaring and not by the multiplier. Two independent chains run side by side in
// about the time of one and a half, so the square root takes its arguments in pairs.
#ifndef SIDOS_R255_POWERS_H
#define SIDOS_R255_POWERS_H

// √−1, the root that is non-negative.
FE_CONSTANT(FE_I, 0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);
FE_CONSTANT(FE_MINUS_ONE, 0x7ffffffffffec, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff);

static inline __attribute__((always_inline)) void fe_square_times(fe *r, const fe *a, int times, int chains) {
    for (int chain = 0; chain < chains; chain++) fe_square(&r[chain], &a[chain]);
    for (int i = 1; i < times; i++)
        for (int chain = 0; chain < chains; chain++) fe_square(&r[chain], &r[chain]);
}

static inline __attribute__((always_inline)) void fe_mul_each(fe *r, const fe *a, const fe *b, int chains) {
    for (int chain = 0; chain < chains; chain++) fe_mul(&r[chain], &a[chain], &b[chain]);
}

// r = a^(2^250 − 1), and a11 = a^11. Writing e(k) for 2^k − 1, a^e(j+k) = (a^e(j))^(2^k) · a^e(k); the chain of k is
// 5, 10, 20, 40, 50, 100, 200, 250.
static inline __attribute__((always_inline)) void fe_power_250(fe *r, fe *a11, const fe *a, int chains) {
    fe t[2], e5[2], e10[2], e50[2];
    fe_square_times(t, a, 1, chains);    // 2
    fe_square_times(e5, t, 2, chains);   // 8
    fe_mul_each(e5, e5, a, chains);      // 9
    fe_mul_each(a11, e5, t, chains);     // 11
    fe_square_times(t, a11, 1, chains);  // 22
    fe_mul_each(e5, e5, t, chains);      // 31 = e(5)
    fe_square_times(t, e5, 5, chains);
    fe_mul_each(e10, t, e5, chains);
    fe_square_times(t, e10, 10, chains);
    fe_mul_each(r, t, e10, chains);  // e(20)
    fe_square_times(t, r, 20, chains);
    fe_mul_each(t, t, r, chains);  // e(40)
    fe_square_times(t, t, 10, chains);
    fe_mul_each(e50, t, e10, chains);
    fe_square_times(t, e50, 50, chains);
    fe_mul_each(r, t, e50, chains);  // e(100)
    fe_square_times(t, r, 100, chains);
    fe_mul_each(t, t, r, chains);  // e(200)
    fe_square_times(t, t, 50, chains);
    fe_mul_each(r, t, e50, chains);
}

/// r = 1/a, and 0 for a = 0: a^(p−2), with p − 2 = 2^5·(2^250 − 1) + 11.
static __attribute__((noinline)) void fe_invert(fe *r, const fe *a) {
    fe t, a11;
    fe_power_250(&t, &a11, a, 1);
    fe_square_times(&t, &t, 5, 1);
    fe_mul(r, &t, &a11);
}

// SQRT_RATIO_M1 of RFC 9496 for two independent pairs u[k], v[k] (tight): r[k] = √(u/v), the non-negative root, where
// u/v is a square, else √(i·u/v); was_square[k] a mask. r = 0 when u or v is 0.
//
// With q = u·v³·(u·v⁷)^((p−5)/8), v·q²/u is a fourth root of one: 1 (q is the root), −1 (i·q is), or ±i (u/v is not a
// square). (p − 5)/8 = 2^252 − 3 = 4·(2^250 − 1) + 1.
static __attribute__((noinline)) void fe_sqrt_ratio_pair(fe r[2], fe_mask was_square[2], const fe u[2], const fe v[2]) {
    fe v3[2], t[2], a11[2], base[2];
    fe_square_times(t, v, 1, 2);
    fe_mul_each(v3, t, v, 2);
    fe_square_times(t, v3, 1, 2);
    fe_mul_each(t, t, v, 2);
    fe_mul_each(base, t, u, 2);
    fe_power_250(t, a11, base, 2);
    fe_square_times(t, t, 2, 2);
    fe_mul_each(t, t, base, 2);
    fe_mul_each(t, t, v3, 2);
    fe_mul_each(r, t, u, 2);
    for (int k = 0; k < 2; k++) {
        fe check, sum, iu, ir;
        fe_square(&check, &r[k]);
        fe_mul(&check, &check, &v[k]);
        fe_mul(&iu, &u[k], &FE_I);
        fe_mul(&ir, &r[k], &FE_I);
        const fe_mask is_u = fe_mask_if_equal(&check, &u[k]);
        fe_add(&sum, &check, &u[k]);
        const fe_mask is_minus_u = fe_mask_if_zero(&sum);
        fe_add(&sum, &check, &iu);
        const fe_mask is_minus_iu = fe_mask_if_zero(&sum);
        fe_select(&r[k], is_minus_u | is_minus_iu, &ir, &r[k]);
        fe_absolute(&r[k]);
        was_square[k] = is_u | is_minus_u;
    }
}

// r[k] = ±1/√v[k] for two independent v[k] (tight), where it is a square other than 0, which was_square[k] masks;
// elsewhere r is unspecified, but 0 for v = 0. Less work than fe_sqrt_ratio_pair with u = 1: with
// r = v³·(v⁷)^((p−5)/8), v·r² is 1 (r is a root), −1 (i·r is), or ±i, or 0.
static __attribute__((noinline)) void fe_inverse_sqrt_pair(fe r[2], fe_mask was_square[2], const fe v[2]) {
    fe v3[2], t[2], a11[2], base[2];
    fe_square_times(t, v, 1, 2);
    fe_mul_each(v3, t, v, 2);
    fe_square_times(t, v3, 1, 2);
    fe_mul_each(base, t, v, 2);
    fe_power_250(t, a11, base, 2);
    fe_square_times(t, t, 2, 2);
    fe_mul_each(t, t, base, 2);
    fe_mul_each(r, t, v3, 2);
    for (int k = 0; k < 2; k++) {
        fe check, ir;
        fe_square(&check, &r[k]);
        fe_mul(&check, &check, &v[k]);
        fe_canonical(&check, &check);
        const fe_mask is_one = fe_mask_if_same_limbs(&check, &FE_ONE);
        const fe_mask is_minus_one = fe_mask_if_same_limbs(&check, &FE_MINUS_ONE);
        fe_mul(&ir, &r[k], &FE_I);
        fe_select(&r[k], is_minus_one, &ir, &r[k]);
        was_square[k] = is_one | is_minus_one;
    }
}

#endif
