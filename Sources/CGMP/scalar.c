/* Scalars of proofs: integers mod q. */
#include "CGMP.h"
#include "scratch.h"

int sidos_ffdhe3072_scalar_is_valid(const uint8_t scalar[384]) {
    mp_limb_t number[LIMB_COUNT];
    sidos_ffdhe3072_load(number, scalar, LIMB_COUNT);
    int valid = (int)sidos_ffdhe3072_is_scalar(number);
    wipe(number, sizeof number);
    return valid;
}

int sidos_ffdhe3072_scalar_reduce(uint8_t out[384], const uint8_t in448[448]) {
    mp_limb_t number[UNIFORM_LIMB_COUNT];
    gmp_scratch scratch;
    int done = sidos_ffdhe3072_scratch_init(&scratch, mpn_sec_div_r_itch(UNIFORM_LIMB_COUNT, LIMB_COUNT));
    if (done) {
        sidos_ffdhe3072_load(number, in448, UNIFORM_LIMB_COUNT);
        mpn_sec_div_r(number, UNIFORM_LIMB_COUNT, sidos_ffdhe3072_q, LIMB_COUNT, scratch.limbs);
        sidos_ffdhe3072_store(out, number, LIMB_COUNT);
    } else {
        wipe(out, ELEMENT_BYTE_COUNT);
    }
    wipe(number, sizeof number);
    sidos_ffdhe3072_scratch_free(&scratch);
    return done;
}

/* (2^3072 - 1)^2 + 2^3072 - 1 < 2^6144: the sum fits in twice the limbs whatever the inputs. */
int sidos_ffdhe3072_scalar_mul_add(uint8_t out[384], const uint8_t a[384], const uint8_t b[384], const uint8_t c[384]) {
    mp_limb_t x[LIMB_COUNT], y[LIMB_COUNT], addend[2 * LIMB_COUNT], sum[2 * LIMB_COUNT];
    gmp_scratch scratch;
    mp_size_t for_product = mpn_sec_mul_itch(LIMB_COUNT, LIMB_COUNT);
    mp_size_t for_remainder = mpn_sec_div_r_itch(2 * LIMB_COUNT, LIMB_COUNT);
    int done = sidos_ffdhe3072_scratch_init(&scratch, for_product > for_remainder ? for_product : for_remainder);
    if (done) {
        sidos_ffdhe3072_load(x, a, LIMB_COUNT);
        sidos_ffdhe3072_load(y, b, LIMB_COUNT);
        sidos_ffdhe3072_load(addend, c, LIMB_COUNT);
        memset(addend + LIMB_COUNT, 0, LIMB_COUNT * sizeof(mp_limb_t));
        mpn_sec_mul(sum, x, LIMB_COUNT, y, LIMB_COUNT, scratch.limbs);
        mpn_add_n(sum, sum, addend, 2 * LIMB_COUNT);
        mpn_sec_div_r(sum, 2 * LIMB_COUNT, sidos_ffdhe3072_q, LIMB_COUNT, scratch.limbs);
        sidos_ffdhe3072_store(out, sum, LIMB_COUNT);
    } else {
        wipe(out, ELEMENT_BYTE_COUNT);
    }
    wipe(x, sizeof x);
    wipe(y, sizeof y);
    wipe(addend, sizeof addend);
    wipe(sum, sizeof sum);
    sidos_ffdhe3072_scratch_free(&scratch);
    return done;
}
