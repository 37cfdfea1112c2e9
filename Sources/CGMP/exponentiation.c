/* Powers of elements and of the generator. */
#include "CGMP.h"
#include "backend.h"
#include "scratch.h"

static size_t group_count(size_t done, size_t count) { return count - done < GROUP_COUNT ? count - done : GROUP_COUNT; }

/*
 * Reads elements until one is invalid; returns how many are valid. Which one is invalid is public, so that no time need
 * be spent on the others of a batch that fails.
 */
static size_t load_elements(ffdhe3072_number *numbers, const uint8_t *in, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sidos_ffdhe3072_load(numbers[i], in + i * ELEMENT_BYTE_COUNT, LIMB_COUNT);
        if (!sidos_ffdhe3072_is_element(numbers[i])) {
            return i;
        }
    }
    return count;
}

static void store_elements(uint8_t *out, ffdhe3072_number *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sidos_ffdhe3072_fold(numbers[i]);
        sidos_ffdhe3072_store(out + i * ELEMENT_BYTE_COUNT, numbers[i], LIMB_COUNT);
    }
}

/*
 * out[i] = in[i]^exponent. The exponent's length is public and fixed. The result is not the identity: q is prime and
 * above the exponent, and the element is not the identity.
 */
static size_t power_batch(uint8_t *out, const uint8_t *in, const mp_limb_t *exponent, mp_size_t exponent_limb_count,
                          size_t count) {
    const ffdhe3072_backend *const backend = sidos_ffdhe3072_backend_in_use();
    ffdhe3072_number numbers[GROUP_COUNT];
    gmp_scratch scratch;
    size_t result = count;
    if (!sidos_ffdhe3072_scratch_init(&scratch, backend->scratch_limb_count(exponent_limb_count))) {
        result = SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t done = 0; done < count && result == count;) {
        const size_t n = group_count(done, count);
        const size_t valid = load_elements(numbers, in + done * ELEMENT_BYTE_COUNT, n);
        if (valid != n) {
            result = done + valid;
            break;
        }
        backend->power(numbers, n, exponent, exponent_limb_count, scratch.limbs);
        store_elements(out + done * ELEMENT_BYTE_COUNT, numbers, n);
        done += n;
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(numbers, sizeof numbers);
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

/* Reads exponents until one is zero; returns how many are not. */
static size_t load_exponents(ffdhe3072_exponent *numbers, const uint8_t *exponents, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sidos_ffdhe3072_load(numbers[i], exponents + i * SIDOS_FFDHE3072_EXPONENT_BYTE_COUNT, EXPONENT_LIMB_COUNT);
        if (!exponent_is_valid(numbers[i])) {
            return i;
        }
    }
    return count;
}

size_t sidos_ffdhe3072_base_mul_batch(uint8_t *out, const uint8_t *exponents, size_t count) {
    ffdhe3072_exponent numbers[GROUP_COUNT];
    ffdhe3072_number powers[GROUP_COUNT];
    gmp_scratch scratch;
    size_t result = count;
    if (count == 0) {
        return 0;
    }
    if (count > SIZE_MAX / ELEMENT_BYTE_COUNT) {
        return SIDOS_FFDHE3072_FAILURE;
    }
    const ffdhe3072_backend *const backend = sidos_ffdhe3072_backend_in_use();
    if (!sidos_ffdhe3072_scratch_init(&scratch, backend->scratch_limb_count(EXPONENT_LIMB_COUNT))) {
        result = SIDOS_FFDHE3072_FAILURE;
    }
    for (size_t done = 0; done < count && result == count;) {
        const size_t n = group_count(done, count);
        const size_t valid = load_exponents(numbers, exponents + done * SIDOS_FFDHE3072_EXPONENT_BYTE_COUNT, n);
        if (valid != n) {
            result = done + valid;
            break;
        }
        backend->base_power(powers, (const ffdhe3072_exponent *)numbers, n, scratch.limbs);
        store_elements(out + done * ELEMENT_BYTE_COUNT, powers, n);
        done += n;
    }
    if (result != count) {
        wipe(out, count * ELEMENT_BYTE_COUNT);
    }
    wipe(numbers, sizeof numbers);
    wipe(powers, sizeof powers);
    sidos_ffdhe3072_scratch_free(&scratch);
    return result;
}
