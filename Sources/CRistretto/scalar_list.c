// Lists of scalars.
#include "CRistretto.h"
#include "scalar_words.h"

static const uint64_t ZERO[4];

/// What the functions of this file leave in the stack beneath the caller's frame: products and their parts.
static __attribute__((noinline)) void wipe_traces(void) {
    unsigned char below[2048];
    sidos_wipe(below, sizeof below);
}

void sidos_r255_scalar_reduce64_batch(uint8_t *out, const uint8_t *in64, size_t count) {
    uint64_t wide[8], r[4];
    for (size_t i = 0; i < count; i++) {
        scalar_load(wide, in64 + 64 * i, 8);
        scalar_reduce(r, wide);
        scalar_store(out + 32 * i, r);
    }
    sidos_wipe(wide, sizeof wide);
    sidos_wipe(r, sizeof r);
    wipe_traces();
}

/// out[i] = a[i]·b[i] + c[i], with `a_step` 32, or a·b[i] + c[i], with `a_step` 0.
static inline __attribute__((always_inline)) void multiply_add_all(uint8_t *out, const uint8_t *a, size_t a_step,
                                                                   const uint8_t *b, const uint8_t *c, size_t count) {
    uint64_t x[4], y[4], z[4] = {0};
    for (size_t i = 0; i < count; i++) {
        scalar_load(x, a + a_step * i, 4);
        scalar_load(y, b + 32 * i, 4);
        if (c != NULL) scalar_load(z, c + 32 * i, 4);
        scalar_multiply_add(x, x, y, z);
        scalar_store(out + 32 * i, x);
    }
    sidos_wipe(x, sizeof x);
    sidos_wipe(y, sizeof y);
    sidos_wipe(z, sizeof z);
    wipe_traces();
}

void sidos_r255_scalar_mul_add_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, const uint8_t *c, size_t count) {
    multiply_add_all(out, a, 32, b, c, count);
}

void sidos_r255_scalar_scale_add_batch(uint8_t *out, const uint8_t a[32], const uint8_t *b, const uint8_t *c,
                                       size_t count) {
    uint8_t factor[32];
    memcpy(factor, a, sizeof factor);  // `out` may lie over it.
    multiply_add_all(out, factor, 0, b, c, count);
    sidos_wipe(factor, sizeof factor);
}

void sidos_r255_scalar_inner_product(uint8_t out[32], const uint8_t *a, const uint8_t *b, size_t count) {
    uint64_t sum[9] = {0}, x[4], y[4] = {1}, product[8];
    for (size_t i = 0; i < count; i++) {
        scalar_load(x, a + 32 * i, 4);
        if (b != NULL) scalar_load(y, b + 32 * i, 4);
        scalar_product(product, x, 4, y, 4);
        // Below count·2^512: never more than nine words.
        sum[8] += scalar_add_words(sum, 8, product, 8);
    }
    // c·⌊sum/2^252⌋ < 2^(324 + 124.4) < 2^197·l.
    scalar_fold(sum, 8, sum, 9, 6, 197);
    scalar_reduce(x, sum);
    scalar_store(out, x);
    sidos_wipe(sum, sizeof sum);
    sidos_wipe(x, sizeof x);
    sidos_wipe(y, sizeof y);
    sidos_wipe(product, sizeof product);
    wipe_traces();
}

void sidos_r255_scalar_recurrence(uint8_t *sums, uint8_t *products, const uint8_t *addends, const uint8_t *factors,
                                  size_t count) {
    uint64_t sum[4], product[4], factor[4], addend[4];
    scalar_load(sum, sums, 4);
    scalar_load(product, products, 4);
    for (size_t i = 0; i < count; i++) {
        scalar_load(factor, factors + 32 * i, 4);
        scalar_load(addend, addends + 32 * i, 4);
        scalar_multiply_add(sum, sum, factor, addend);
        scalar_multiply_add(product, product, factor, ZERO);
        scalar_store(sums + 32 * (i + 1), sum);
        scalar_store(products + 32 * (i + 1), product);
    }
    sidos_wipe(sum, sizeof sum);
    sidos_wipe(product, sizeof product);
    sidos_wipe(factor, sizeof factor);
    sidos_wipe(addend, sizeof addend);
    wipe_traces();
}
