/*
 * Integers mod n, the order of the group, constant time. Montgomery form with R = 2^256, as in the field, but n has no
 * special shape.
 */
#include "COpenSSL.h"
#include "limbs.h"

static const limbs256 order = {{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};
static const limbs256 order_minus_two = {
    {0xf3b9cac2fc63254f, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};
/* R mod n, R^2 mod n, R^3 mod n, and -1 / n mod 2^64. */
static const limbs256 order_r = {{0x0c46353d039cdaaf, 0x4319055258e8617b, 0x0000000000000000, 0x00000000ffffffff}};
static const limbs256 order_r_squared = {
    {0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620}};
static const limbs256 order_r_cubed = {
    {0xac8ebec90b65a624, 0x111f28ae0c0555c9, 0x2543b9246ba5e93f, 0x503a54e76407be65}};
static const uint64_t order_factor = 0xccd1c8aaee00bc4f;

/* r = a * b / R mod n, below n. One of the two may be any 256-bit number, the other is below n. */
static void order_mul(limbs256 *r, const limbs256 *a, const limbs256 *b) {
    uint64_t t[8];
    uint64_t carry = 0;
    limbs_mul_wide(t, a, b);
    for (int i = 0; i < 4; i++) {
        uint64_t m = t[i] * order_factor;
        u128 sum = 0;
        for (int j = 0; j < 4; j++) {
            sum += (u128)m * order.limb[j] + t[i + j];
            t[i + j] = (uint64_t)sum;
            sum >>= 64;
        }
        sum += (u128)t[i + 4] + carry;
        t[i + 4] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    for (int i = 0; i < 4; i++) {
        r->limb[i] = t[i + 4];
    }
    limbs_reduce_once(r, carry, &order);
    wipe(t, sizeof t);
}

static void store_from_montgomery(uint8_t out[32], limbs256 *a) {
    const limbs256 one = {{1, 0, 0, 0}};
    order_mul(a, a, &one);
    limbs_store(out, a);
}

int sidos_p256_scalar_is_valid(const uint8_t scalar[32]) {
    limbs256 number;
    limbs_load(&number, scalar);
    uint64_t valid = limbs_less(&number, &order) & (limbs_is_zero(&number) ^ 1);
    wipe(&number, sizeof number);
    return (int)public_verdict(valid);
}

void sidos_p256_scalar_reduce(uint8_t out[32], const uint8_t in48[48]) {
    limbs256 high, low;
    limbs_load_wide(&high, &low, in48);
    order_mul(&high, &high, &order_r_cubed);
    order_mul(&low, &low, &order_r_squared);
    limbs_add_mod(&low, &low, &high, &order);
    store_from_montgomery(out, &low);
    wipe(&high, sizeof high);
    wipe(&low, sizeof low);
}

void sidos_p256_scalar_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t b[32], const uint8_t c[32]) {
    limbs256 x, y, z;
    limbs_load(&x, a);
    limbs_load(&y, b);
    limbs_load(&z, c);
    order_mul(&x, &x, &order_r_squared);
    order_mul(&y, &y, &order_r_squared);
    order_mul(&z, &z, &order_r_squared);
    order_mul(&x, &x, &y);
    limbs_add_mod(&x, &x, &z, &order);
    store_from_montgomery(out, &x);
    wipe(&x, sizeof x);
    wipe(&y, sizeof y);
    wipe(&z, sizeof z);
}

/* 1 / a = a^(n - 2). The exponent is public, so branching on its bits tells nothing. */
void sidos_p256_scalar_invert(uint8_t out[32], const uint8_t a[32]) {
    limbs256 x;
    limbs256 power = order_r;
    limbs_load(&x, a);
    order_mul(&x, &x, &order_r_squared);
    for (int i = 255; i >= 0; i--) {
        order_mul(&power, &power, &power);
        if (order_minus_two.limb[i / 64] >> (i % 64) & 1) {
            order_mul(&power, &power, &x);
        }
    }
    store_from_montgomery(out, &power);
    wipe(&x, sizeof x);
    wipe(&power, sizeof power);
}
