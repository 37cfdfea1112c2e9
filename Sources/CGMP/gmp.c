/* The portable backend. */
#include "backend.h"

static const mp_limb_t generator[1] = {2};

static int prepare(void) { return 1; }

/* A number to read while its power is written, and what mpn_sec_powm asks for; least for a base of one limb. */
static mp_size_t scratch_limb_count(mp_size_t exponent_limb_count) {
    return LIMB_COUNT + mpn_sec_powm_itch(LIMB_COUNT, (mp_bitcnt_t)exponent_limb_count * GMP_NUMB_BITS, LIMB_COUNT);
}

/* The exponent's length is public and fixed, and mpn_sec_powm runs through all its bits, leading zeros included. */
static void power(ffdhe3072_number *numbers, size_t count, const mp_limb_t *exponent, mp_size_t exponent_limb_count,
                  mp_limb_t *scratch) {
    for (size_t i = 0; i < count; i++) {
        mpn_copyi(scratch, numbers[i], LIMB_COUNT);
        mpn_sec_powm(numbers[i], scratch, LIMB_COUNT, exponent, (mp_bitcnt_t)exponent_limb_count * GMP_NUMB_BITS,
                     sidos_ffdhe3072_p, LIMB_COUNT, scratch + LIMB_COUNT);
    }
}

static void base_power(ffdhe3072_number *powers, const ffdhe3072_exponent *exponents, size_t count,
                       mp_limb_t *scratch) {
    for (size_t i = 0; i < count; i++) {
        mpn_sec_powm(powers[i], generator, 1, exponents[i], EXPONENT_LIMB_COUNT * GMP_NUMB_BITS, sidos_ffdhe3072_p,
                     LIMB_COUNT, scratch);
    }
}

const ffdhe3072_backend sidos_ffdhe3072_gmp = {"gmp", prepare, scratch_limb_count, power, base_power};
