/*
 * The field of p = 2^256 - 2^224 + 2^192 + 2^96 - 1, constant time.
 *
 * An element a is kept as a * R mod p with R = 2^256 (Montgomery form), always fully reduced, so equal values have
 * equal limbs.
 */
#ifndef SIDOS_P256_FIELD_H
#define SIDOS_P256_FIELD_H

#include "limbs.h"

typedef limbs256 field;

static const limbs256 field_modulus = {
    {0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}};
static const field field_one = {{0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe}};
/* The curve's b, in Montgomery form. */
static const field field_curve_b = {{0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834}};
/* R^2 mod p and R^3 mod p: multiplying by them brings x, or x * 2^256, into Montgomery form. */
static const limbs256 field_r_squared = {
    {0x0000000000000003, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd}};
static const limbs256 field_r_cubed = {
    {0xfffffffd0000000a, 0xffffffedfffffff7, 0x00000005fffffffc, 0x0000001800000001}};

/*
 * r = t / R mod p, for t < p * R.
 *
 * p = -1 mod 2^64, so the multiple of p that clears the lowest limb m is m itself. Adding m * p
 *   = m * 2^96 + m * (2^64 - 2^32 + 1) * 2^192 - m
 * erases that limb, adds m << 32 from limb 1 on, and one 64 x 64 product at limb 3. Four such steps leave t / R below
 * 2p.
 */
static inline void field_reduce(field *r, uint64_t t[8]) {
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t m = t[i];
        u128 sum = (u128)t[i + 1] + (m << 32);
        t[i + 1] = (uint64_t)sum;
        sum = (sum >> 64) + t[i + 2] + (m >> 32);
        t[i + 2] = (uint64_t)sum;
        sum = (sum >> 64) + t[i + 3] + (u128)m * 0xffffffff00000001;
        t[i + 3] = (uint64_t)sum;
        sum = (sum >> 64) + t[i + 4] + carry;
        t[i + 4] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    for (int i = 0; i < 4; i++) {
        r->limb[i] = t[i + 4];
    }
    limbs_reduce_once(r, carry, &field_modulus);
}

/* r = a * b. One of the two may be any 256-bit number. */
static inline void field_mul(field *r, const field *a, const field *b) {
    uint64_t t[8];
    limbs_mul_wide(t, a, b);
    field_reduce(r, t);
}

static inline void field_square(field *r, const field *a) {
    uint64_t t[8];
    limbs_square_wide(t, a);
    field_reduce(r, t);
}

static inline void field_add(field *r, const field *a, const field *b) { limbs_add_mod(r, a, b, &field_modulus); }

static inline void field_sub(field *r, const field *a, const field *b) { limbs_sub_mod(r, a, b, &field_modulus); }

static inline void field_triple(field *r, const field *a) {
    field twice;
    field_add(&twice, a, a);
    field_add(r, &twice, a);
}

/* r = mask ? -r : r. */
static inline void field_negate_if(field *r, uint64_t mask) {
    const field zero = {{0, 0, 0, 0}};
    field negated;
    field_sub(&negated, &zero, r);
    limbs_select(r, &negated, mask);
}

/* r = the 256-bit number in Montgomery form; numbers of p and above are reduced. */
static inline void field_from_limbs(field *r, const limbs256 *number) { field_mul(r, number, &field_r_squared); }

/* Out of Montgomery form: multiplying by 1 divides by R. */
static inline void field_to_limbs(limbs256 *number, const field *a) {
    const limbs256 one = {{1, 0, 0, 0}};
    field_mul(number, a, &one);
}

/* r = a^((p - 3) / 4). */
void sidos_p256_field_power_p3_4(field *r, const field *a);

/* r = a^((p + 1) / 4), a square root of a if there is one. r may equal a. Returns 1 if r^2 = a, else 0. */
uint64_t sidos_p256_field_square_root(field *r, const field *a);

/*
 * Inverts `count` elements, at most FIELD_BATCH, in place, for the price of one inversion and three multiplications
 * each. A zero stays zero and does not disturb the others.
 */
#define FIELD_BATCH 64
void sidos_p256_field_invert_batch(field *elements, size_t count);

#endif
