/* Powers of elements and of the generator. */
#include "CGMP.h"
#include "scratch.h"

#define EXPONENT_LIMB_COUNT 4
#define LIMB_BIT_COUNT 64

static const mp_limb_t ffdhe3072_generator[1] = {2};

/*
 * out[i] = in[i]^exponent. The exponent's length is public and fixed, and mpn_sec_powm runs through all its bits,
 * leading zeros included. The result is not the identity: q is prime and above the exponent, and the element is not the
 * identity.
 */
static size_t power_batch(uint8_t *out, const uint8_t *in, const mp_limb_t *exponent, mp_size_t exponent_limb_count,
                          size_t count) {
    mp_limb_t element[LIMB_COUNT], power[LIMB_COUNT];
    gmp_scratch scratch;
    mp_bitcnt_t bit_count = (mp_bitcnt_t)exponent_limb_count * LIMB_BIT_COUNT;
    size_t result = count;
    if (!sidos_ffdhe3072_scratch_init(&scratch, mpn_sec_powm_itch(LIMB_COUNT, bit_count, LIMB_COUNT))) {
        result = SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t i = 0; i < count && result == count; i++) {
        sidos_ffdhe3072_load(element, in + i * ELEMENT_BYTE_COUNT, LIMB_COUNT);
        if (!sidos_ffdhe3072_is_element(element)) {
            result = i;
            break;
        }
        mpn_sec_powm(power, element, LIMB_COUNT, exponent, bit_count, sidos_ffdhe3072_p, LIMB_COUNT, scratch.limbs);
        sidos_ffdhe3072_fold(power);
        sidos_ffdhe3072_store(out + i * ELEMENT_BYTE_COUNT, power, LIMB_COUNT);
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(element, sizeof element);
    wipe(power, sizeof power);
    sidos_ffdhe3072_scratch_free(&scratch);
    return result;
}

/* 1 if the exponent is not zero. */
static mp_limb_t exponent_is_valid(const mp_limb_t exponent[EXPONENT_LIMB_COUNT]) {
    mp_limb_t any = exponent[0] | exponent[1] | exponent[2] | exponent[3];
    return public_verdict((any | (0 - any)) >> 63);
}

size_t sidos_ffdhe3072_mul_batch(uint8_t *out, const uint8_t *in, const uint8_t exponent[32], size_t count) {
    mp_limb_t limbs[EXPONENT_LIMB_COUNT];
    size_t result = SIDOS_FFDHE3072_FAILURE;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    sidos_ffdhe3072_load(limbs, exponent, EXPONENT_LIMB_COUNT);
    if (exponent_is_valid(limbs)) {
        result = power_batch(out, in, limbs, EXPONENT_LIMB_COUNT, count);
    } else {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(limbs, sizeof limbs);
    return result;
}

size_t sidos_ffdhe3072_mul_wide_batch(uint8_t *out, const uint8_t *in, const uint8_t exponent[384], size_t count) {
    mp_limb_t limbs[LIMB_COUNT];
    size_t result = SIDOS_FFDHE3072_FAILURE;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    sidos_ffdhe3072_load(limbs, exponent, LIMB_COUNT);
    if (sidos_ffdhe3072_is_scalar(limbs)) {
        result = power_batch(out, in, limbs, LIMB_COUNT, count);
    } else {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(limbs, sizeof limbs);
    return result;
}

size_t sidos_ffdhe3072_base_mul_batch(uint8_t *out, const uint8_t *exponents, size_t count) {
    mp_limb_t exponent[EXPONENT_LIMB_COUNT], power[LIMB_COUNT];
    gmp_scratch scratch;
    size_t result = count;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    mp_bitcnt_t bit_count = EXPONENT_LIMB_COUNT * LIMB_BIT_COUNT;
    if (!sidos_ffdhe3072_scratch_init(&scratch, mpn_sec_powm_itch(1, bit_count, LIMB_COUNT))) {
        result = SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t i = 0; i < count && result == count; i++) {
        sidos_ffdhe3072_load(exponent, exponents + i * SIDOS_FFDHE3072_EXPONENT_BYTE_COUNT, EXPONENT_LIMB_COUNT);
        if (!exponent_is_valid(exponent)) {
            result = i;
            break;
        }
        mpn_sec_powm(power, ffdhe3072_generator, 1, exponent, bit_count, sidos_ffdhe3072_p, LIMB_COUNT, scratch.limbs);
        sidos_ffdhe3072_fold(power);
        sidos_ffdhe3072_store(out + i * ELEMENT_BYTE_COUNT, power, LIMB_COUNT);
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(exponent, sizeof exponent);
    wipe(power, sizeof power);
    sidos_ffdhe3072_scratch_free(&scratch);
    return result;
}
