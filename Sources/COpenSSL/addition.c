/* Validation, and sums and differences of encoded elements. */
#include "COpenSSL.h"
#include "curve.h"

size_t sidos_p256_validate_batch(const uint8_t *in, size_t count) {
    affine_point point;
    size_t result = count;
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_P256_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        if (!sidos_p256_decode(&point, in + i * ELEMENT_BYTE_COUNT)) {
            result = i;
            break;
        }
    }
    wipe(&point, sizeof point);
    return result;
}

static uint64_t decode_projective(projective_point *point, const uint8_t bytes[ELEMENT_BYTE_COUNT]) {
    affine_point affine;
    uint64_t valid = sidos_p256_decode(&affine, bytes);
    point->x = affine.x;
    point->y = affine.y;
    point->z = field_one;
    wipe(&affine, sizeof affine);
    return valid;
}

/* negate_second: all ones for a - b, zero for a + b. */
static size_t combine_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count, uint64_t negate_second) {
    projective_point sums[GROUP_ITEM_COUNT];
    projective_point second;
    size_t result = count;
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_P256_FAILURE;
    }
    for (size_t first = 0; first < count && result == count; first += GROUP_ITEM_COUNT) {
        size_t items = group_item_count(first, count);
        size_t decoded = 0;
        for (; decoded < items; decoded++) {
            size_t offset = (first + decoded) * ELEMENT_BYTE_COUNT;
            if (!(decode_projective(&sums[decoded], a + offset) & decode_projective(&second, b + offset))) {
                break;
            }
            field_negate_if(&second.y, negate_second);
            sidos_p256_projective_add(&sums[decoded], &sums[decoded], &second);
        }
        /*
         * An identity before the first bad encoding is the first invalid item, so what was decoded is encoded anyway.
         */
        size_t encoded = sidos_p256_encode_projective_group(out + first * ELEMENT_BYTE_COUNT, sums, decoded);
        if (encoded != items) {
            result = first + encoded;
        }
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(sums, sizeof sums);
    wipe(&second, sizeof second);
    return result;
}

size_t sidos_p256_add_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count) {
    return combine_batch(out, a, b, count, 0);
}

size_t sidos_p256_sub_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count) {
    return combine_batch(out, a, b, count, mask_of_bit(1));
}
