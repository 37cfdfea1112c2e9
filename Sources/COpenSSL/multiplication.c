/* The batches that multiply by scalars. libcrypto's part is in multiplier.c. */
#include "COpenSSL.h"
#include "multiplier.h"

#include <openssl/rand.h>

/* Everything of one group of items that lies on the stack. */
typedef struct {
    affine_point points[GROUP_ITEM_COUNT];
    jacobian_point products[GROUP_ITEM_COUNT];
    uint8_t random[GROUP_ITEM_COUNT * 32];
} group_scratch;

/* Returns `items`, the index in the group of the first invalid one, or SIDOS_P256_FAILURE. */
static size_t multiply_group(multiplier *m, uint8_t *out, const uint8_t *in, size_t items, group_scratch *scratch) {
    for (size_t i = 0; i < items; i++) {
        if (!sidos_p256_decode(&scratch->points[i], in + i * ELEMENT_BYTE_COUNT)) {
            return i;
        }
    }
    if (RAND_bytes(scratch->random, (int)(items * 32)) != 1) {
        return SIDOS_P256_FAILURE;
    }
    for (size_t i = 0; i < items; i++) {
        if (!sidos_p256_multiplier_multiply(m, &scratch->products[i], &scratch->points[i], scratch->random + i * 32)) {
            return SIDOS_P256_FAILURE;
        }
    }
    /* A product is never the identity: the order is prime, the scalar not 0 and the element not the identity. */
    size_t encoded = sidos_p256_encode_jacobian_group(out, scratch->products, items);
    return encoded == items ? items : SIDOS_P256_FAILURE;
}

/* Returns as multiply_group; an invalid scalar is an invalid item. */
static size_t base_multiply_group(multiplier *m, uint8_t *out, const uint8_t *scalars, size_t items,
                                  group_scratch *scratch) {
    for (size_t i = 0; i < items; i++) {
        const uint8_t *scalar = scalars + i * SCALAR_BYTE_COUNT;
        if (!sidos_p256_scalar_is_valid(scalar)) {
            return i;
        }
        if (!sidos_p256_multiplier_set_scalar(m, scalar) ||
            !sidos_p256_multiplier_multiply_base(m, &scratch->products[i])) {
            return SIDOS_P256_FAILURE;
        }
    }
    size_t encoded = sidos_p256_encode_jacobian_group(out, scratch->products, items);
    return encoded == items ? items : SIDOS_P256_FAILURE;
}

size_t sidos_p256_mul_batch(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count) {
    multiplier m;
    group_scratch scratch;
    size_t result = count;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_P256_FAILURE;
    }
    if (!sidos_p256_multiplier_init(&m) || !sidos_p256_scalar_is_valid(scalar) ||
        !sidos_p256_multiplier_set_scalar(&m, scalar)) {
        result = SIDOS_P256_FAILURE;
    }
    for (size_t first = 0; first < count && result == count; first += GROUP_ITEM_COUNT) {
        size_t items = group_item_count(first, count);
        size_t offset = first * ELEMENT_BYTE_COUNT;
        size_t done = multiply_group(&m, out + offset, in + offset, items, &scratch);
        if (done != items) {
            result = done == SIDOS_P256_FAILURE ? done : first + done;
        }
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    sidos_p256_multiplier_free(&m);
    wipe(&scratch, sizeof scratch);
    sidos_p256_erase_copies();
    return result;
}

size_t sidos_p256_base_mul_batch(uint8_t *out, const uint8_t *scalars, size_t count) {
    multiplier m;
    group_scratch scratch;
    size_t result = count;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_P256_FAILURE;
    }
    if (!sidos_p256_multiplier_init(&m)) {
        result = SIDOS_P256_FAILURE;
    }
    for (size_t first = 0; first < count && result == count; first += GROUP_ITEM_COUNT) {
        size_t items = group_item_count(first, count);
        size_t done = base_multiply_group(&m, out + first * ELEMENT_BYTE_COUNT, scalars + first * SCALAR_BYTE_COUNT,
                                          items, &scratch);
        if (done != items) {
            result = done == SIDOS_P256_FAILURE ? done : first + done;
        }
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    sidos_p256_multiplier_free(&m);
    wipe(&scratch, sizeof scratch);
    sidos_p256_erase_copies();
    return result;
}
