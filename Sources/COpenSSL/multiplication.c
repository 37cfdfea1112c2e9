/*
 * Scalar multiplication by libcrypto: the only place where it takes part.
 *
 * EC_GROUP_new_by_curve_name gives P-256 the method written in assembly for it (ecp_nistz256) on x86_64 and aarch64:
 * signed windows of fixed width, table entries gathered by reading the whole table, conditional moves; no branch or
 * address depends on the scalar. Where libcrypto was built without it, a Montgomery ladder runs instead, slower and
 * also constant time.
 *
 * Seen under valgrind with OpenSSL 3.0.19 on x86_64, what depends on the scalar there is how many 64-bit words it fills,
 * whether it exceeds 256 bits (never), and whether an addition meets two equal points (for no scalar but a few, 2^-250).
 *
 * What surrounds that method is not all constant time, so this file keeps secrets away from it:
 *  - BN_bin2bn skips leading zero bytes one by one; scalars go in under a guard bit that is then cleared.
 *  - libcrypto decodes points with bignum code that compares and branches on coordinates; points are decoded here, and
 *    go in as (x l^2, y l^3, l) for a fresh random l, so what libcrypto handles tells nothing about x and y.
 *  - libcrypto leaves copies of scalars in freed blocks and on the stack; see erase_copies.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"
#include "curve.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <stdatomic.h>

/* What one batch needs from libcrypto, made once a batch. */
typedef struct {
    const EC_GROUP *group;
    BN_CTX *context;
    EC_POINT *point, *product;
    BIGNUM *scalar, *x, *y, *z;
} multiplier;

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

static void multiplier_free(multiplier *m) {
    BN_clear_free(m->scalar);
    BN_clear_free(m->x);
    BN_clear_free(m->y);
    BN_clear_free(m->z);
    EC_POINT_clear_free(m->point);
    EC_POINT_clear_free(m->product);
    BN_CTX_free(m->context);
}

/* Returns 1, or 0 if an allocation failed. To be freed in either case. */
static int multiplier_init(multiplier *m) {
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
static int multiplier_set_scalar(multiplier *m, const uint8_t scalar[SCALAR_BYTE_COUNT]) {
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

/* product = scalar * point; `random` is 32 uniform bytes, from which l comes. */
static int multiply(multiplier *m, jacobian_point *product, const affine_point *point, const uint8_t random[32]) {
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

/*
 * Erases copies of the scalar that libcrypto frees or abandons unwiped, as far as a caller can.
 *
 * EC_POINT_mul copies the scalar into a heap block of 33 bytes. Allocators serve a request from the blocks of
 * that size which the same thread freed last, so asking for a few, wiping and returning them erases the copies. The window
 * digits on the stack lie below this frame, where erase_stack now writes. Best effort in both cases.
 */
#define STALE_BLOCK_BYTE_COUNT 33
#define STALE_BLOCK_COUNT 8
#define STALE_STACK_BYTE_COUNT 16384

static __attribute__((noinline)) void erase_stack(void) {
    uint8_t area[STALE_STACK_BYTE_COUNT];
    wipe(area, sizeof area);
}

static __attribute__((noinline)) void erase_copies(void) {
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
        if (!multiply(m, &scratch->products[i], &scratch->points[i], scratch->random + i * 32)) {
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
        if (!multiplier_set_scalar(m, scalar) ||
            !EC_POINT_mul(m->group, m->product, m->scalar, NULL, NULL, m->context) ||
            !multiplier_get_product(m, &scratch->products[i])) {
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
    if (!multiplier_init(&m) || !sidos_p256_scalar_is_valid(scalar) || !multiplier_set_scalar(&m, scalar)) {
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
    multiplier_free(&m);
    wipe(&scratch, sizeof scratch);
    erase_copies();
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
    if (!multiplier_init(&m)) {
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
    multiplier_free(&m);
    wipe(&scratch, sizeof scratch);
    erase_copies();
    return result;
}
