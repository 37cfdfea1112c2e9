/* Nanoseconds of processor time an item, one thread, best of five; against libcrypto's own decode, multiply, encode. */
#include "COpenSSL.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <time.h>

#define ITEM_COUNT 4096

static uint8_t uniform[ITEM_COUNT * 96], elements[ITEM_COUNT * 33], others[ITEM_COUNT * 33], out[ITEM_COUNT * 33];
static uint8_t scalars[ITEM_COUNT * 32];

static size_t bare(void) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BN_CTX *context = BN_CTX_new();
    EC_POINT *point = EC_POINT_new(group), *product = EC_POINT_new(group);
    BIGNUM *scalar = BN_bin2bn(scalars, 32, NULL);
    size_t done = 0;
    for (; done < ITEM_COUNT; done++) {
        if (!EC_POINT_oct2point(group, point, elements + 33 * done, 33, context) ||
            !EC_POINT_mul(group, product, NULL, point, scalar, context) ||
            EC_POINT_point2oct(group, product, POINT_CONVERSION_COMPRESSED, out + 33 * done, 33, context) != 33) {
            break;
        }
    }
    BN_clear_free(scalar);
    EC_POINT_free(point);
    EC_POINT_free(product);
    BN_CTX_free(context);
    EC_GROUP_free(group);
    return done;
}

static size_t mul(void) { return sidos_p256_mul_batch(out, elements, scalars, ITEM_COUNT); }
static size_t mul_one_by_one(void) {
    size_t done = 0;
    while (done < ITEM_COUNT && sidos_p256_mul_batch(out + 33 * done, elements + 33 * done, scalars, 1) == 1) {
        done++;
    }
    return done;
}
static size_t base_mul(void) { return sidos_p256_base_mul_batch(out, scalars, ITEM_COUNT); }
static size_t hash(void) { return sidos_p256_hash_to_curve_batch(out, uniform, ITEM_COUNT); }
static size_t validate(void) { return sidos_p256_validate_batch(elements, ITEM_COUNT); }
static size_t add(void) { return sidos_p256_add_batch(out, elements, others, ITEM_COUNT); }

static void measure(const char *name, size_t (*run)(void)) {
    double best = 1e300;
    for (int i = 0; i < 5; i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
        size_t done = run();
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
        double taken = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
        if (done != ITEM_COUNT) {
            printf("%-34s failed\n", name);
            return;
        }
        best = taken < best ? taken : best;
    }
    printf("%-34s %9.0f ns\n", name, best / ITEM_COUNT);
}

int main(void) {
    if (RAND_bytes(uniform, sizeof uniform) != 1) {
        return 2;
    }
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        sidos_p256_scalar_reduce(scalars + 32 * i, uniform + 96 * i);
    }
    if (sidos_p256_hash_to_curve_batch(elements, uniform, ITEM_COUNT) != ITEM_COUNT ||
        sidos_p256_base_mul_batch(others, scalars, ITEM_COUNT) != ITEM_COUNT) {
        return 2;
    }
    measure("libcrypto decode, multiply, encode", bare);
    measure("mul_batch", mul);
    measure("mul_batch, one item a call", mul_one_by_one);
    measure("base_mul_batch", base_mul);
    measure("hash_to_curve_batch", hash);
    measure("validate_batch", validate);
    measure("add_batch", add);
    return 0;
}
