// The group operations by libsodium's ristretto255, one item at a time, in the kernel's terms.
#ifndef SIDOS_R255_ORACLE_H
#define SIDOS_R255_ORACLE_H

#include <sodium.h>

#include "support.h"

static inline void oracle_start(void) {
    if (sodium_init() >= 0) return;
    fprintf(stderr, "libsodium does not start\n");
    exit(2);
}

static inline void oracle_require(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "the test itself is wrong: libsodium refuses %s\n", what);
    exit(2);
}

/// libsodium takes the identity for valid and, before 1.0.19, overlooks bit 255.
static inline int oracle_is_valid(const uint8_t element[32]) {
    return (element[31] & 0x80) == 0 && !sodium_is_zero(element, 32) &&
           crypto_core_ristretto255_is_valid_point(element);
}

/// Any 32 bytes mod l.
static inline void oracle_reduce(uint8_t out[32], const uint8_t scalar[32]) {
    uint8_t wide[64] = {0};
    memcpy(wide, scalar, 32);
    crypto_core_ristretto255_scalar_reduce(out, wide);
}

// libsodium's multiplications answer −1 for the identity; the kernel writes its encoding.

static inline void oracle_mul(uint8_t out[32], const uint8_t element[32], const uint8_t scalar[32]) {
    uint8_t reduced[32];
    oracle_reduce(reduced, scalar);
    const int identity = sodium_is_zero(reduced, 32);
    oracle_require((crypto_scalarmult_ristretto255(out, reduced, element) == 0) == !identity, "a factor");
    if (identity) memset(out, 0, 32);
}

static inline void oracle_base_mul(uint8_t out[32], const uint8_t scalar[32]) {
    uint8_t reduced[32];
    oracle_reduce(reduced, scalar);
    if (crypto_scalarmult_ristretto255_base(out, reduced) != 0) memset(out, 0, 32);
}

static inline void oracle_map(uint8_t out[32], const uint8_t uniform[64]) {
    oracle_require(crypto_core_ristretto255_from_hash(out, uniform) == 0, "a uniform string");
}

static inline void oracle_add(uint8_t out[32], const uint8_t a[32], const uint8_t b[32]) {
    oracle_require(crypto_core_ristretto255_add(out, a, b) == 0, "a summand");
}

static inline void oracle_sub(uint8_t out[32], const uint8_t a[32], const uint8_t b[32]) {
    oracle_require(crypto_core_ristretto255_sub(out, a, b) == 0, "an operand of a difference");
}

/// out = `addend` + scalar·Y, for Y = G where `y` is NULL.
static inline void oracle_shift(uint8_t out[32], const uint8_t addend[32], const uint8_t scalar[32], const uint8_t *y) {
    uint8_t product[32];
    if (y != NULL) oracle_mul(product, y, scalar);
    else oracle_base_mul(product, scalar);
    oracle_add(out, addend, product);
}

static inline void oracle_rerandomize(uint8_t out[64], const uint8_t capsule[64], const uint8_t scalar[32],
                                      const uint8_t y[32]) {
    oracle_shift(out, capsule, scalar, NULL);
    oracle_shift(out + 32, capsule + 32, scalar, y);
}

static inline void oracle_seal(uint8_t capsule[64], uint8_t secret[32], const uint8_t sigma[32], const uint8_t rho[32],
                               const uint8_t y[32]) {
    oracle_base_mul(secret, sigma);
    oracle_base_mul(capsule, rho);
    oracle_shift(capsule + 32, secret, rho, y);
}

/// A random element, and a random scalar mod l.
static inline void random_element(uint8_t out[32]) {
    uint8_t uniform[64];
    random_bytes(uniform, sizeof uniform);
    oracle_map(out, uniform);
}

static inline void random_scalar(uint8_t out[32]) {
    uint8_t wide[64];
    random_bytes(wide, sizeof wide);
    crypto_core_ristretto255_scalar_reduce(out, wide);
}

#endif
