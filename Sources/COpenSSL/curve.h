/*
 * Points of y^2 = x^3 - 3x + b: encodings and the complete addition. All constant time.
 */
#ifndef SIDOS_P256_CURVE_H
#define SIDOS_P256_CURVE_H

#include "field.h"

#define ELEMENT_BYTE_COUNT 33
#define SCALAR_BYTE_COUNT 32

/* Items handled together, with shared inversions; bounds the scratch on the stack. */
#define GROUP_ITEM_COUNT FIELD_BATCH

typedef struct {
    field x, y;
} affine_point;

/* x = X / Z, y = Y / Z; the identity is (0 : 1 : 0). */
typedef struct {
    field x, y, z;
} projective_point;

/* x = X / Z^2, y = Y / Z^3: how libcrypto keeps points. */
typedef struct {
    field x, y, z;
} jacobian_point;

/* Returns 1 and the point if `bytes` is a valid element, else 0; `point` is then on no account to be used. */
uint64_t sidos_p256_decode(affine_point *point, const uint8_t bytes[ELEMENT_BYTE_COUNT]);

void sidos_p256_encode(uint8_t bytes[ELEMENT_BYTE_COUNT], const affine_point *point);

/* r = a + b for any two points, equal, opposite or identity. r may equal a or b. */
void sidos_p256_projective_add(projective_point *r, const projective_point *a, const projective_point *b);

/*
 * Encodes at most GROUP_ITEM_COUNT points. Returns `count`, or the index of the first identity; then what was written
 * is to be thrown away.
 */
size_t sidos_p256_encode_projective_group(uint8_t *out, const projective_point *points, size_t count);
size_t sidos_p256_encode_jacobian_group(uint8_t *out, const jacobian_point *points, size_t count);

/* The number of items in the group that starts at `first`. */
static inline size_t group_item_count(size_t first, size_t count) {
    return count - first < GROUP_ITEM_COUNT ? count - first : GROUP_ITEM_COUNT;
}

#endif
