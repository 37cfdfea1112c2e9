/* The map from uniform bytes, validation, and the group operation. */
#include "CGMP.h"
#include "scratch.h"

size_t sidos_ffdhe3072_from_uniform_batch(uint8_t *out, const uint8_t *in448, size_t count) {
    mp_limb_t number[UNIFORM_LIMB_COUNT];
    gmp_scratch scratch;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / SIDOS_FFDHE3072_UNIFORM_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    if (!sidos_ffdhe3072_scratch_init(&scratch, mpn_sec_div_r_itch(UNIFORM_LIMB_COUNT, LIMB_COUNT))) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
        return SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        sidos_ffdhe3072_load(number, in448 + i * SIDOS_FFDHE3072_UNIFORM_BYTE_COUNT, UNIFORM_LIMB_COUNT);
        mpn_sec_div_r(number, UNIFORM_LIMB_COUNT, sidos_ffdhe3072_p, LIMB_COUNT, scratch.limbs);
        sidos_ffdhe3072_fold(number);
        sidos_ffdhe3072_replace_trivial(number, 4);
        sidos_ffdhe3072_store(out + i * ELEMENT_BYTE_COUNT, number, LIMB_COUNT);
    }
    wipe(number, sizeof number);
    sidos_ffdhe3072_scratch_free(&scratch);
    return count;
}

size_t sidos_ffdhe3072_validate_batch(const uint8_t *in, size_t count) {
    mp_limb_t element[LIMB_COUNT];
    size_t result = count;
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        sidos_ffdhe3072_load(element, in + i * ELEMENT_BYTE_COUNT, LIMB_COUNT);
        if (!sidos_ffdhe3072_is_element(element)) {
            result = i;
            break;
        }
    }
    wipe(element, sizeof element);
    return result;
}

size_t sidos_ffdhe3072_multiply_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count) {
    mp_limb_t x[LIMB_COUNT], y[LIMB_COUNT], product[2 * LIMB_COUNT];
    gmp_scratch scratch;
    size_t result = count;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    mp_size_t for_product = mpn_sec_mul_itch(LIMB_COUNT, LIMB_COUNT);
    mp_size_t for_remainder = mpn_sec_div_r_itch(2 * LIMB_COUNT, LIMB_COUNT);
    if (!sidos_ffdhe3072_scratch_init(&scratch, for_product > for_remainder ? for_product : for_remainder)) {
        result = SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t i = 0; i < count && result == count; i++) {
        sidos_ffdhe3072_load(x, a + i * ELEMENT_BYTE_COUNT, LIMB_COUNT);
        sidos_ffdhe3072_load(y, b + i * ELEMENT_BYTE_COUNT, LIMB_COUNT);
        if (!(sidos_ffdhe3072_is_element(x) & sidos_ffdhe3072_is_element(y))) {
            result = i;
            break;
        }
        mpn_sec_mul(product, x, LIMB_COUNT, y, LIMB_COUNT, scratch.limbs);
        mpn_sec_div_r(product, 2 * LIMB_COUNT, sidos_ffdhe3072_p, LIMB_COUNT, scratch.limbs);
        sidos_ffdhe3072_fold(product);
        /* A product of elements is below p, not zero and folded, so it is an element unless it is 1, the identity. */
        if (!sidos_ffdhe3072_is_element(product)) {
            result = i;
            break;
        }
        sidos_ffdhe3072_store(out + i * ELEMENT_BYTE_COUNT, product, LIMB_COUNT);
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(x, sizeof x);
    wipe(y, sizeof y);
    wipe(product, sizeof product);
    sidos_ffdhe3072_scratch_free(&scratch);
    return result;
}

void sidos_ffdhe3072_modulus(uint8_t out[384]) { sidos_ffdhe3072_store(out, sidos_ffdhe3072_p, LIMB_COUNT); }
