#include "curve.h"

/* value = x^3 - 3x + b = x (x^2 - 3) + b. */
static void curve_equation(field *value, const field *x) {
    field three;
    field_triple(&three, &field_one);
    field_square(value, x);
    field_sub(value, value, &three);
    field_mul(value, value, x);
    field_add(value, value, &field_curve_b);
}

static uint64_t parity(const field *a) {
    limbs256 number;
    field_to_limbs(&number, a);
    uint64_t bit = number.limb[0] & 1;
    wipe(&number, sizeof number);
    return bit;
}

uint64_t sidos_p256_decode(affine_point *point, const uint8_t bytes[ELEMENT_BYTE_COUNT]) {
    limbs256 number;
    field y_squared;
    uint64_t valid = is_zero_word((uint64_t)(bytes[0] & 0xfe) ^ 2);
    limbs_load(&number, bytes + 1);
    valid &= limbs_less(&number, &field_modulus);
    field_from_limbs(&point->x, &number);
    curve_equation(&y_squared, &point->x);
    valid &= sidos_p256_field_square_root(&point->y, &y_squared);
    /* No point has y = 0, as the order of the group is odd; so exactly one of y and -y has the parity asked for. */
    field_negate_if(&point->y, mask_of_bit(parity(&point->y) ^ (bytes[0] & 1)));
    wipe(&number, sizeof number);
    wipe(&y_squared, sizeof y_squared);
    return public_verdict(valid);
}

void sidos_p256_encode(uint8_t bytes[ELEMENT_BYTE_COUNT], const affine_point *point) {
    limbs256 x;
    bytes[0] = (uint8_t)(2 | parity(&point->y));
    field_to_limbs(&x, &point->x);
    limbs_store(bytes + 1, &x);
    wipe(&x, sizeof x);
}

/*
 * The complete law of Renes, Costello and Batina (2016) for a = -3. With
 *   xx = X1 X2,  yy = Y1 Y2,  zz = Z1 Z2,
 *   xy = X1 Y2 + X2 Y1,  xz = X1 Z2 + X2 Z1,  yz = Y1 Z2 + Y2 Z1,
 *   u = 3 (xx - zz),  v = 3 (b xz - xx - 3 zz),  w = 3 (b zz - xz)
 * the sum is
 *   X3 = xy (yy - w) - yz v
 *   Y3 = (yy + w) (yy - w) + u v
 *   Z3 = yz (yy + w) + xy u.
 * It fails only for two points that differ by one of order two, and there is none. Each mixed sum costs one product, as
 * (s1 + t1) (s2 + t2) - s1 s2 - t1 t2.
 */
typedef struct {
    field xx, yy, zz, xy, xz, yz, u, v, w, plus, minus, s, t;
} addition_scratch;

static void mixed_sum(field *r, const field *s1, const field *t1, const field *s2, const field *t2, const field *ss,
                      const field *tt, addition_scratch *scratch) {
    field_add(&scratch->s, s1, t1);
    field_add(&scratch->t, s2, t2);
    field_mul(r, &scratch->s, &scratch->t);
    field_sub(r, r, ss);
    field_sub(r, r, tt);
}

void sidos_p256_projective_add(projective_point *r, const projective_point *a, const projective_point *b) {
    addition_scratch k;
    field_mul(&k.xx, &a->x, &b->x);
    field_mul(&k.yy, &a->y, &b->y);
    field_mul(&k.zz, &a->z, &b->z);
    mixed_sum(&k.xy, &a->x, &a->y, &b->x, &b->y, &k.xx, &k.yy, &k);
    mixed_sum(&k.xz, &a->x, &a->z, &b->x, &b->z, &k.xx, &k.zz, &k);
    mixed_sum(&k.yz, &a->y, &a->z, &b->y, &b->z, &k.yy, &k.zz, &k);

    field_sub(&k.u, &k.xx, &k.zz);
    field_triple(&k.u, &k.u);
    field_triple(&k.t, &k.zz);
    field_mul(&k.v, &field_curve_b, &k.xz);
    field_sub(&k.v, &k.v, &k.xx);
    field_sub(&k.v, &k.v, &k.t);
    field_triple(&k.v, &k.v);
    field_mul(&k.w, &field_curve_b, &k.zz);
    field_sub(&k.w, &k.w, &k.xz);
    field_triple(&k.w, &k.w);
    field_add(&k.plus, &k.yy, &k.w);
    field_sub(&k.minus, &k.yy, &k.w);

    field_mul(&k.s, &k.xy, &k.minus);
    field_mul(&k.t, &k.yz, &k.v);
    field_sub(&r->x, &k.s, &k.t);
    field_mul(&k.s, &k.plus, &k.minus);
    field_mul(&k.t, &k.u, &k.v);
    field_add(&r->y, &k.s, &k.t);
    field_mul(&k.s, &k.yz, &k.plus);
    field_mul(&k.t, &k.xy, &k.u);
    field_add(&r->z, &k.s, &k.t);
    wipe(&k, sizeof k);
}

size_t sidos_p256_encode_projective_group(uint8_t *out, const projective_point *points, size_t count) {
    field inverses[GROUP_ITEM_COUNT];
    affine_point affine;
    size_t first_identity = count;
    for (size_t i = 0; i < count; i++) {
        inverses[i] = points[i].z;
    }
    sidos_p256_field_invert_batch(inverses, count);
    for (size_t i = 0; i < count; i++) {
        if (public_verdict(limbs_is_zero(&inverses[i])) && first_identity == count) {
            first_identity = i;
        }
        field_mul(&affine.x, &points[i].x, &inverses[i]);
        field_mul(&affine.y, &points[i].y, &inverses[i]);
        sidos_p256_encode(out + i * ELEMENT_BYTE_COUNT, &affine);
    }
    wipe(inverses, sizeof inverses);
    wipe(&affine, sizeof affine);
    return first_identity;
}

size_t sidos_p256_encode_jacobian_group(uint8_t *out, const jacobian_point *points, size_t count) {
    projective_point projective[GROUP_ITEM_COUNT];
    for (size_t i = 0; i < count; i++) {
        /* X / Z^2 = (X Z) / Z^3, so (X Z : Y : Z^3) is the same point. */
        field_mul(&projective[i].x, &points[i].x, &points[i].z);
        projective[i].y = points[i].y;
        field_square(&projective[i].z, &points[i].z);
        field_mul(&projective[i].z, &projective[i].z, &points[i].z);
    }
    size_t done = sidos_p256_encode_projective_group(out, projective, count);
    wipe(projective, sizeof projective);
    return done;
}
