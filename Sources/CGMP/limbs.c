#include "limbs.h"

/* p = 2^3072 - 2^3008 + (floor(2^2942 e) + 2625351) 2^64 - 1, RFC 7919. */
const mp_limb_t sidos_ffdhe3072_p[LIMB_COUNT] = {
    0xffffffffffffffff, 0x25e41d2b66c62e37, 0x3c1b20ee3fd59d7c, 0x0abcd06bfa53ddef, 0x1dbf9a42d5c4484e,
    0xabc521979b0deada, 0xe86d2bc522363a0d, 0x5cae82ab9c9df69e, 0x64f2e21e71f54bff, 0xf4fd4452e2d74dd3,
    0xb4130c93bc437944, 0xaefe130985139270, 0x598cb0fac186d91c, 0x7ad91d2691f7f7ee, 0x61b46fc9d6e6c907,
    0xbc34f4def99c0238, 0xde355b3b6519035b, 0x886b4238611fcfdc, 0xc6f34a26c1b2effa, 0xc58ef1837d1683b2,
    0x3bb5fcbc2ec22005, 0xc3fe3b1b4c6fad73, 0x8e4f1232eef28183, 0x9172fe9ce98583ff, 0xc03404cd28342f61,
    0x9e02fce1cdf7e2ec, 0x0b07a7c8ee0a6d70, 0xae56ede76372bb19, 0x1d4f42a3de394df4, 0xb96adab760d7f468,
    0xd108a94bb2c8e3fb, 0xbc0ab182b324fb61, 0x30acca4f483a797a, 0x1df158a136ade735, 0xe2a689daf3efe872,
    0x984f0c70e0e68b77, 0xb557135e7f57c935, 0x856365553ded1af3, 0x2433f51f5f066ed0, 0xd3df1ed5d5fd6561,
    0xf681b202aec4617a, 0x7d2fe363630c75d8, 0xcc939dce249b3ef9, 0xa9e13641146433fb, 0xd8b9c583ce2d3695,
    0xafdc5620273d3cf1, 0xadf85458a2bb4a9a, 0xffffffffffffffff,
};

const mp_limb_t sidos_ffdhe3072_q[LIMB_COUNT] = {
    0xffffffffffffffff, 0x12f20e95b363171b, 0x9e0d90771feacebe, 0x055e6835fd29eef7, 0x0edfcd216ae22427,
    0xd5e290cbcd86f56d, 0x743695e2911b1d06, 0xae574155ce4efb4f, 0xb279710f38faa5ff, 0x7a7ea229716ba6e9,
    0x5a098649de21bca2, 0x577f0984c289c938, 0x2cc6587d60c36c8e, 0xbd6c8e9348fbfbf7, 0x30da37e4eb736483,
    0xde1a7a6f7cce011c, 0x6f1aad9db28c81ad, 0x4435a11c308fe7ee, 0x6379a51360d977fd, 0xe2c778c1be8b41d9,
    0x9ddafe5e17611002, 0xe1ff1d8da637d6b9, 0xc7278919777940c1, 0xc8b97f4e74c2c1ff, 0x601a0266941a17b0,
    0x4f017e70e6fbf176, 0x8583d3e4770536b8, 0x572b76f3b1b95d8c, 0x0ea7a151ef1ca6fa, 0xdcb56d5bb06bfa34,
    0xe88454a5d96471fd, 0x5e0558c159927db0, 0x98566527a41d3cbd, 0x0ef8ac509b56f39a, 0xf15344ed79f7f439,
    0xcc278638707345bb, 0xdaab89af3fabe49a, 0x42b1b2aa9ef68d79, 0x9219fa8faf833768, 0x69ef8f6aeafeb2b0,
    0x7b40d901576230bd, 0xbe97f1b1b1863aec, 0xe649cee7124d9f7c, 0xd4f09b208a3219fd, 0xec5ce2c1e7169b4a,
    0x57ee2b10139e9e78, 0xd6fc2a2c515da54d, 0x7fffffffffffffff,
};

void sidos_ffdhe3072_load(mp_limb_t *number, const uint8_t *bytes, size_t limb_count) {
    for (size_t i = 0; i < limb_count; i++) {
        const uint8_t *word = bytes + 8 * (limb_count - 1 - i);
        mp_limb_t limb = 0;
        for (int j = 0; j < 8; j++) {
            limb = limb << 8 | word[j];
        }
        number[i] = limb;
    }
}

void sidos_ffdhe3072_store(uint8_t *bytes, const mp_limb_t *number, size_t limb_count) {
    for (size_t i = 0; i < limb_count; i++) {
        uint8_t *word = bytes + 8 * (limb_count - 1 - i);
        for (int j = 0; j < 8; j++) {
            word[j] = (uint8_t)(number[i] >> (56 - 8 * j));
        }
    }
}

/*
 * 1 if number < low, for low below 2^63: all limbs above the lowest are zero, and the lowest, with its top bit clear,
 * wraps below zero when low is taken from it.
 */
static mp_limb_t is_below(const mp_limb_t number[LIMB_COUNT], mp_limb_t low) {
    mp_limb_t rest = 0;
    for (int i = 1; i < LIMB_COUNT; i++) {
        rest |= number[i];
    }
    mp_limb_t rest_is_zero = 1 ^ ((rest | (0 - rest)) >> 63);
    return rest_is_zero & (((number[0] - low) & ~number[0]) >> 63);
}

mp_limb_t sidos_ffdhe3072_is_element(const mp_limb_t number[LIMB_COUNT]) {
    mp_limb_t difference[LIMB_COUNT];
    mp_limb_t above_q = mpn_sub_n(difference, sidos_ffdhe3072_q, number, LIMB_COUNT);
    wipe(difference, sizeof difference);
    return public_verdict((above_q | is_below(number, 2)) ^ 1);
}

mp_limb_t sidos_ffdhe3072_is_scalar(const mp_limb_t number[LIMB_COUNT]) {
    mp_limb_t difference[LIMB_COUNT];
    mp_limb_t below_q = mpn_sub_n(difference, number, sidos_ffdhe3072_q, LIMB_COUNT);
    wipe(difference, sizeof difference);
    return public_verdict(below_q & (is_below(number, 1) ^ 1));
}

void sidos_ffdhe3072_replace_trivial(mp_limb_t number[LIMB_COUNT], mp_limb_t value) {
    mp_limb_t trivial = mask_of_bit(is_below(number, 2));
    number[0] ^= trivial & (number[0] ^ value);
}

void sidos_ffdhe3072_fold(mp_limb_t number[LIMB_COUNT]) {
    mp_limb_t negated[LIMB_COUNT], difference[LIMB_COUNT];
    mpn_sub_n(negated, sidos_ffdhe3072_p, number, LIMB_COUNT);
    mp_limb_t above_q = mask_of_bit(mpn_sub_n(difference, sidos_ffdhe3072_q, number, LIMB_COUNT));
    for (int i = 0; i < LIMB_COUNT; i++) {
        number[i] ^= above_q & (number[i] ^ negated[i]);
    }
    wipe(negated, sizeof negated);
    wipe(difference, sizeof difference);
}
