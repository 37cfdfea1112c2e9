/*
 * Scalar multiplication by libcrypto: the only place where it takes part.
 *
 * EC_GROUP_new_by_curve_name gives P-256 the method written in assembly for it (ecp_nistz256) on x86_64 and aarch64:
 * signed windows of fixed width, table entries gathered by reading the whole table, conditional moves; no branch or
 * address depends on the scalar but as told below. Where libcrypto was built without it, a Montgomery ladder runs
 * instead, slower and also constant time.
 *
 * Seen under valgrind with OpenSSL 3.0.19 on x86_64, what depends on the scalar there is how many 64-bit words it
 * fills, whether it exceeds 256 bits (never), and whether an addition meets two equal points (for no scalar but a few,
 * 2^-250).
 *
 * What surrounds that method is not all constant time, so this file keeps secrets away from it:
 *  - BN_bin2bn skips leading zero bytes one by one; scalars go in under a guard bit that is then cleared.
 *  - libcrypto decodes points with bignum code that compares and branches on coordinates; points are decoded here, and
 *    go in as (x l^2, y l^3, l) for a fresh random l, so its branches follow random numbers, not x and y.
 *  - libcrypto leaves copies of scalars in freed blocks and on the stack; see sidos_p256_erase_copies.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "multiplier.h"

#include <openssl/crypto.h>
#include <openssl/obj_mac.h>
#include <stdatomic.h>

/*
 * The group, made at first use and kept for the life of the process. Threads that race to make it each make one; the
 * first to store its own wins. A failure is not remembered: the next call tries again.
 */
static const EC_GROUP *shared_group(void) {
    static _Atomic(EC_GROUP *) shared = NULL;
    EC_GROUP *group = atomic_load_explicit(&shared, memory_order_acquire);
    if (group != NULL) {
        return group;
    }
    EC_GROUP *made = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    if (made == NULL) {
        return NULL;
    }
    EC_GROUP *expected = NULL;
    if (atomic_compare_exchange_strong_explicit(&shared, &expected, made, memory_order_acq_rel, memory_order_acquire)) {
        return made;
    }
    EC_GROUP_free(made);
    return expected;
}

void sidos_p256_multiplier_free(multiplier *m) {
    BN_clear_free(m->scalar);
    BN_clear_free(m->x);
    BN_clear_free(m->y);
    BN_clear_free(m->z);
    EC_POINT_clear_free(m->point);
    EC_POINT_clear_free(m->product);
    BN_CTX_free(m->context);
}

int sidos_p256_multiplier_init(multiplier *m) {
    memset(m, 0, sizeof *m);
    m->group = shared_group();
    if (m->group == NULL) {
        return 0;
    }
    m->context = BN_CTX_new();
    m->point = EC_POINT_new(m->group);
    m->product = EC_POINT_new(m->group);
    m->scalar = BN_new();
    m->x = BN_new();
    m->y = BN_new();
    m->z = BN_new();
    if (m->scalar != NULL) {
        BN_set_flags(m->scalar, BN_FLG_CONSTTIME);
    }
    return m->context != NULL && m->point != NULL && m->product != NULL && m->scalar != NULL && m->x != NULL &&
           m->y != NULL && m->z != NULL;
}

/*
 * Loads a scalar as 2^256 + scalar, so that there is no leading zero to skip, and takes the 2^256 away. What is left to
 * see is the number of leading zero 64-bit words.
 */
int sidos_p256_multiplier_set_scalar(multiplier *m, const uint8_t scalar[SCALAR_BYTE_COUNT]) {
    uint8_t guarded[1 + SCALAR_BYTE_COUNT];
    guarded[0] = 1;
    memcpy(guarded + 1, scalar, SCALAR_BYTE_COUNT);
    int loaded = BN_bin2bn(guarded, sizeof guarded, m->scalar) != NULL && BN_clear_bit(m->scalar, 256);
    wipe(guarded, sizeof guarded);
    return loaded;
}

static int coordinate_to_bignum(BIGNUM *number, const field *coordinate) {
    limbs256 limbs;
    uint8_t bytes[32];
    field_to_limbs(&limbs, coordinate);
    limbs_store(bytes, &limbs);
    int loaded = BN_bin2bn(bytes, sizeof bytes, number) != NULL;
    wipe(bytes, sizeof bytes);
    wipe(&limbs, sizeof limbs);
    return loaded;
}

static int coordinate_from_bignum(field *coordinate, const BIGNUM *number) {
    limbs256 limbs;
    uint8_t bytes[32];
    if (BN_bn2binpad(number, bytes, sizeof bytes) != sizeof bytes) {
        return 0;
    }
    limbs_load(&limbs, bytes);
    field_from_limbs(coordinate, &limbs);
    wipe(bytes, sizeof bytes);
    wipe(&limbs, sizeof limbs);
    return 1;
}

static int multiplier_get_product(multiplier *m, jacobian_point *product) {
    return EC_POINT_get_Jprojective_coordinates_GFp(m->group, m->product, m->x, m->y, m->z, m->context) &&
           coordinate_from_bignum(&product->x, m->x) && coordinate_from_bignum(&product->y, m->y) &&
           coordinate_from_bignum(&product->z, m->z);
}

int sidos_p256_multiplier_multiply(multiplier *m, jacobian_point *product, const affine_point *point,
                                   const uint8_t random[32]) {
    limbs256 number;
    jacobian_point masked;
    field power;
    limbs_load(&number, random);
    field_from_limbs(&masked.z, &number);
    limbs_select(&masked.z, &field_one, mask_of_bit(limbs_is_zero(&masked.z)));
    field_square(&power, &masked.z);
    field_mul(&masked.x, &point->x, &power);
    field_mul(&power, &power, &masked.z);
    field_mul(&masked.y, &point->y, &power);
    int done = coordinate_to_bignum(m->x, &masked.x) && coordinate_to_bignum(m->y, &masked.y) &&
               coordinate_to_bignum(m->z, &masked.z) &&
               EC_POINT_set_Jprojective_coordinates_GFp(m->group, m->point, m->x, m->y, m->z, m->context) &&
               EC_POINT_mul(m->group, m->product, NULL, m->point, m->scalar, m->context) &&
               multiplier_get_product(m, product);
    wipe(&number, sizeof number);
    wipe(&masked, sizeof masked);
    wipe(&power, sizeof power);
    return done;
}

int sidos_p256_multiplier_multiply_base(multiplier *m, jacobian_point *product) {
    return EC_POINT_mul(m->group, m->product, m->scalar, NULL, NULL, m->context) && multiplier_get_product(m, product);
}

/*
 * Erases copies of the scalar that libcrypto frees or abandons unwiped, as far as a caller can.
 *
 * EC_POINT_mul copies the scalar into a heap block of 33 bytes. Allocators serve a request from the blocks of
 * that size which the same thread freed last, so asking for a few, wiping and returning them erases the copies. The
 * window digits on the stack lie below this frame, where erase_stack now writes. Best effort in both cases.
 */
#define STALE_BLOCK_BYTE_COUNT 33
#define STALE_BLOCK_COUNT 8
#define STALE_STACK_BYTE_COUNT 16384

static __attribute__((noinline)) void erase_stack(void) {
    uint8_t area[STALE_STACK_BYTE_COUNT];
    wipe(area, sizeof area);
}

__attribute__((noinline)) void sidos_p256_erase_copies(void) {
    void *blocks[STALE_BLOCK_COUNT];
    for (int i = 0; i < STALE_BLOCK_COUNT; i++) {
        blocks[i] = OPENSSL_malloc(STALE_BLOCK_BYTE_COUNT);
        if (blocks[i] != NULL) {
            wipe(blocks[i], STALE_BLOCK_BYTE_COUNT);
        }
    }
    for (int i = 0; i < STALE_BLOCK_COUNT; i++) {
        OPENSSL_free(blocks[i]);
    }
    erase_stack();
}
