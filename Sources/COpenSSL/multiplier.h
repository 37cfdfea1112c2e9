/* What libcrypto does for this target: scalar multiplication. Why it is wrapped so is told in multiplier.c. */
#ifndef SIDOS_P256_MULTIPLIER_H
#define SIDOS_P256_MULTIPLIER_H

#include "curve.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

/* What one batch needs from libcrypto, made once a batch. */
typedef struct {
    const EC_GROUP *group;
    BN_CTX *context;
    EC_POINT *point, *product;
    BIGNUM *scalar, *x, *y, *z;
} multiplier;

/* Returns 1, or 0 if an allocation failed. To be freed in either case. */
int sidos_p256_multiplier_init(multiplier *m);
void sidos_p256_multiplier_free(multiplier *m);

/* The functions below return 1, or 0 if libcrypto failed. The scalar is secret, 1 ... n - 1. */
int sidos_p256_multiplier_set_scalar(multiplier *m, const uint8_t scalar[SCALAR_BYTE_COUNT]);

/* product = scalar * point; `random` is 32 uniform bytes, from which the mask of the point is made. */
int sidos_p256_multiplier_multiply(multiplier *m, jacobian_point *product, const affine_point *point,
                                   const uint8_t random[32]);

/* product = scalar * generator. */
int sidos_p256_multiplier_multiply_base(multiplier *m, jacobian_point *product);

/* To be called at the end of every batch, when the multiplier is freed. */
void sidos_p256_erase_copies(void);

#endif
