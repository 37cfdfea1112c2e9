/*
 * The simplified Shallue-van de Woestijne-Ulas map of RFC 9380 with Z = -10, and the sum of two of its images.
 */
#include "COpenSSL.h"
#include "curve.h"

/* -Z = 10 is a square mod p because Z is none and p = 3 mod 4. Montgomery form. */
static const field square_root_of_10 = {
    {0xa1fd38ee98a195fd, 0x78400ad7423dcf70, 0x6913c88f9ea8dfee, 0x9051d26e12a8f304}};
static const field ten = {{0x000000000000000a, 0xfffffff600000000, 0xffffffffffffffff, 0x00000009fffffff5}};
static const field thirty = {{0x000000000000001e, 0xffffffe200000000, 0xffffffffffffffff, 0x0000001dffffffe1}};

typedef struct {
    limbs256 high, low;
    field u, zu2, tail, numerator, denominator, d2, d3, g, gd3, root, check, second_x, second_y, t;
} map_scratch;

/* u = 48 big-endian bytes mod p. */
static void load_field(map_scratch *k, const uint8_t bytes[48]) {
    limbs_load_wide(&k->high, &k->low, bytes);
    field_mul(&k->u, &k->high, &field_r_cubed);
    field_mul(&k->t, &k->low, &field_r_squared);
    field_add(&k->u, &k->u, &k->t);
}

/*
 * Maps u to a point. The two candidates for x are
 *   x1 = (b / 3) (1 + 1 / (Z^2 u^4 + Z u^2))   and   x2 = Z u^2 x1,
 * the curve's a being -3; if the bracket's denominator is 0, x1 = b / (Z a) = b / 30. One of the right-hand sides
 * g(x1), g(x2) = Z^3 u^6 g(x1) is a square, since Z is none.
 *
 * Without a division, write x1 = n / d and g(x1) = G / d^3 with G = n^3 - 3 n d^2 + b d^3. Then
 *   r = G d^3 (G d^9)^((p-3)/4)   has   r^2 d^3 = G (G d^9)^((p-1)/2) = +-G,
 * as d^9 and d^3 differ by a square. With plus, r is the square root of g(x1). With minus, r^2 = -g(x1) and
 *   (Z u^3 sqrt(10) r)^2 = Z^2 u^6 10 r^2 = Z^3 u^6 g(x1) = g(x2),
 * so the same power serves both. G = 0 cannot occur: no point has y = 0.
 */
static void map_to_curve(projective_point *point, const uint8_t bytes[48], map_scratch *k) {
    load_field(k, bytes);
    field_square(&k->t, &k->u);
    field_mul(&k->t, &k->t, &ten);
    k->zu2 = k->t;
    field_negate_if(&k->zu2, mask_of_bit(1));
    field_square(&k->tail, &k->zu2);
    field_add(&k->tail, &k->tail, &k->zu2);

    /* n = b (1 + tail), d = 3 tail; where tail is 0, d = 30 and n = b. */
    field_add(&k->numerator, &k->tail, &field_one);
    field_mul(&k->numerator, &k->numerator, &field_curve_b);
    field_triple(&k->denominator, &k->tail);
    limbs_select(&k->denominator, &thirty, mask_of_bit(limbs_is_zero(&k->tail)));

    /* G = n (n^2 - 3 d^2) + b d^3. */
    field_square(&k->d2, &k->denominator);
    field_mul(&k->d3, &k->d2, &k->denominator);
    field_triple(&k->t, &k->d2);
    field_square(&k->g, &k->numerator);
    field_sub(&k->g, &k->g, &k->t);
    field_mul(&k->g, &k->g, &k->numerator);
    field_mul(&k->t, &k->d3, &field_curve_b);
    field_add(&k->g, &k->g, &k->t);

    field_mul(&k->gd3, &k->g, &k->d3);
    field_square(&k->t, &k->d3);
    field_mul(&k->t, &k->t, &k->gd3);
    sidos_p256_field_power_p3_4(&k->root, &k->t);
    field_mul(&k->root, &k->root, &k->gd3);

    field_square(&k->check, &k->root);
    field_mul(&k->check, &k->check, &k->d3);
    uint64_t use_second = mask_of_bit(limbs_equal(&k->check, &k->g) ^ 1);
    field_mul(&k->second_x, &k->zu2, &k->numerator);
    field_mul(&k->second_y, &k->zu2, &k->u);
    field_mul(&k->second_y, &k->second_y, &square_root_of_10);
    field_mul(&k->second_y, &k->second_y, &k->root);
    limbs_select(&k->numerator, &k->second_x, use_second);
    limbs_select(&k->root, &k->second_y, use_second);

    /* The sign of y is that of u: both odd or both even. */
    field_to_limbs(&k->low, &k->u);
    field_to_limbs(&k->high, &k->root);
    field_negate_if(&k->root, mask_of_bit((k->low.limb[0] ^ k->high.limb[0]) & 1));

    point->x = k->numerator;
    field_mul(&point->y, &k->root, &k->denominator);
    point->z = k->denominator;
}

size_t sidos_p256_hash_to_curve_batch(uint8_t *out, const uint8_t *in96, size_t count) {
    projective_point points[GROUP_ITEM_COUNT];
    projective_point second;
    map_scratch scratch;
    size_t result = count;
    if (count > SIZE_MAX / SIDOS_P256_UNIFORM_BYTE_COUNT) {
        return SIDOS_P256_FAILURE;
    }
    for (size_t first = 0; first < count; first += GROUP_ITEM_COUNT) {
        size_t items = group_item_count(first, count);
        for (size_t i = 0; i < items; i++) {
            const uint8_t *uniform = in96 + (first + i) * SIDOS_P256_UNIFORM_BYTE_COUNT;
            map_to_curve(&points[i], uniform, &scratch);
            map_to_curve(&second, uniform + 48, &scratch);
            sidos_p256_projective_add(&points[i], &points[i], &second);
        }
        size_t encoded = sidos_p256_encode_projective_group(out + first * ELEMENT_BYTE_COUNT, points, items);
        if (encoded != items) {
            result = first + encoded;
            wipe(out, count * ELEMENT_BYTE_COUNT);
            break;
        }
    }
    wipe(points, sizeof points);
    wipe(&second, sizeof second);
    wipe(&scratch, sizeof scratch);
    return result;
}
