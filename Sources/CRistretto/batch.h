// The functions of a backend over whatever field was included: a group of items, FE_LANES at a time.
//
// A backend's source includes its field header, this, and defines `is_supported` and the table with
// SIDOS_R255_BACKEND_TABLE.
#ifndef SIDOS_R255_BATCH_H
#define SIDOS_R255_BATCH_H

#include "affine.h"
#include "backend.h"
#include "comb.h"
#include "encoding.h"
#include "multiply.h"

#define VECTORS COMB_VECTORS

static inline size_t lanes_used(size_t count, size_t vector) {
    const size_t rest = count - FE_LANES * vector;
    return rest < FE_LANES ? rest : FE_LANES;
}

/// The first item of vector `vector` that is not valid, or `count`. Publishes validity.
static inline size_t first_invalid(fe_mask valid, size_t vector, size_t count) {
    uint64_t lanes = fe_mask_lanes(valid);
    SIDOS_R255_PUBLISH(lanes);
    const size_t used = lanes_used(count, vector);
    for (size_t lane = 0; lane < used; lane++)
        if ((lanes >> lane & 1) == 0) return FE_LANES * vector + lane;
    return count;
}

/// Wipes what the functions called before left in registers and in the stack beneath the caller's frame.
static __attribute__((noinline)) void wipe_traces(void) {
    unsigned char below[4096 + 4096 * FE_LANES];
    sidos_wipe(below, sizeof below);
    fe_wipe_registers();
}

/// Decodes vectors `vector` and `vector` + 1 of a list; returns `count` or the index of the first invalid element. A
/// last vector without a neighbour is decoded twice.
static size_t decode_next(decoded_element pair[2], const uint8_t *in, size_t vector, size_t count) {
    const size_t next = (vector + 1) * FE_LANES < count ? vector + 1 : vector;
    decoded_element *const pointers[2] = {&pair[0], &pair[1]};
    const uint8_t *const bytes[2] = {in + 32 * FE_LANES * vector, in + 32 * FE_LANES * next};
    const size_t used[2] = {lanes_used(count, vector), lanes_used(count, next)};
    fe_mask valid[2];
    decode_pair(pointers, valid, bytes, 32, used);
    const size_t first = first_invalid(valid[0], vector, count);
    return first != count ? first : first_invalid(valid[1], next, count);
}

/// Decodes vector `vector` of each of two lists, `stride` bytes between elements; as decode_group.
static size_t decode_two(decoded_element pair[2], const uint8_t *a, const uint8_t *b, size_t stride, size_t vector,
                         size_t count) {
    decoded_element *const pointers[2] = {&pair[0], &pair[1]};
    const uint8_t *const bytes[2] = {a + stride * FE_LANES * vector, b + stride * FE_LANES * vector};
    const size_t used[2] = {lanes_used(count, vector), lanes_used(count, vector)};
    fe_mask valid[2];
    decode_pair(pointers, valid, bytes, stride, used);
    return first_invalid(valid[0] & valid[1], vector, count);
}

static size_t mul(uint8_t *out, const uint8_t *in, const uint8_t half_scalar[32], size_t count) {
    decoded_element pair[2];
    quartic_point results[VECTORS];
    encoding_work work[VECTORS];
    edwards_packed multiples[MULTIPLY_ENTRIES];
    edwards_point product;
    uint8_t digits[MULTIPLY_DIGITS];

    sidos_scalar_digits(digits, 1, half_scalar, MULTIPLY_BITS);
    size_t valid_count = count;
    for (size_t i = 0; i * FE_LANES < count && valid_count == count; i += 2) {
        valid_count = decode_next(pair, in, i, count);
        for (size_t k = 0; k < 2 && (i + k) * FE_LANES < count; k++) {
            multiply_point(&product, &pair[k].e, digits, multiples);
            quartic_from_half(&results[i + k], &product);
        }
    }
    if (valid_count == count) {
        encode_group(out, 32, results, count, work);
        sidos_wipe(work, sizeof work);
    }
    sidos_wipe(digits, sizeof digits);
    sidos_wipe(multiples, sizeof multiples);
    sidos_wipe(&product, sizeof product);
    sidos_wipe(results, sizeof results);
    sidos_wipe(pair, sizeof pair);
    wipe_traces();
    return valid_count;
}

/// The one-way map of vector `vector`.
static inline void map_vector(quartic_point *r, const uint8_t *in64, size_t vector, size_t count) {
    const size_t used = lanes_used(count, vector);
    quartic_point mapped[2];
    fe t[2];
    (void)fe_from_bytes(&t[0], in64 + 64 * FE_LANES * vector, 64, used);
    (void)fe_from_bytes(&t[1], in64 + 64 * FE_LANES * vector + 32, 64, used);
    elligator_pair(mapped, t);
    quartic_add(r, &mapped[0], &mapped[1]);
    sidos_wipe(mapped, sizeof mapped);
    sidos_wipe(t, sizeof t);
}

static void from_uniform(uint8_t *out, const uint8_t *in64, size_t count) {
    quartic_point results[VECTORS];
    encoding_work work[VECTORS];
    for (size_t i = 0; i * FE_LANES < count; i++) map_vector(&results[i], in64, i, count);
    encode_group(out, 32, results, count, work);
    sidos_wipe(results, sizeof results);
    sidos_wipe(work, sizeof work);
    wipe_traces();
}

static void from_uniform_mul(uint8_t *out, const uint8_t *in64, const uint8_t half_scalar[32], size_t count) {
    quartic_point mapped, results[VECTORS];
    encoding_work work[VECTORS];
    edwards_packed multiples[MULTIPLY_ENTRIES];
    edwards_point point, product;
    uint8_t digits[MULTIPLY_DIGITS];

    sidos_scalar_digits(digits, 1, half_scalar, MULTIPLY_BITS);
    for (size_t i = 0; i * FE_LANES < count; i++) {
        map_vector(&mapped, in64, i, count);
        quartic_to_edwards(&point, &mapped);
        multiply_point(&product, &point, digits, multiples);
        quartic_from_half(&results[i], &product);
    }
    encode_group(out, 32, results, count, work);
    sidos_wipe(digits, sizeof digits);
    sidos_wipe(multiples, sizeof multiples);
    sidos_wipe(&mapped, sizeof mapped);
    sidos_wipe(&point, sizeof point);
    sidos_wipe(&product, sizeof product);
    sidos_wipe(results, sizeof results);
    sidos_wipe(work, sizeof work);
    wipe_traces();
}

static void from_uniform_affine(uint8_t *out64, const uint8_t *in64, size_t count) {
    quartic_point mapped[2];
    affine_work work[VECTORS + 1];
    for (size_t i = 0; i * FE_LANES < count; i += 2) {
        // A last vector without a neighbour is mapped twice.
        map_vector(&mapped[0], in64, i, count);
        map_vector(&mapped[1], in64, (i + 1) * FE_LANES < count ? i + 1 : i, count);
        affine_work *const pair[2] = {&work[i], &work[i + 1]};
        affine_halve_pair(pair, mapped);
    }
    affine_encode_group(out64, work, count);
    sidos_wipe(mapped, sizeof mapped);
    sidos_wipe(work, sizeof work);
    wipe_traces();
}

/// Encodes 2·products[i].
static void encode_doubled(uint8_t *out, size_t stride, const edwards_point *products, size_t count) {
    quartic_point results[VECTORS];
    encoding_work work[VECTORS];
    for (size_t i = 0; i * FE_LANES < count; i++) quartic_from_half(&results[i], &products[i]);
    encode_group(out, stride, results, count, work);
    sidos_wipe(results, sizeof results);
    sidos_wipe(work, sizeof work);
}

static void table_mul(uint8_t *out, const uint8_t *half_scalars, const void *table, size_t count) {
    comb_digits digits;
    edwards_point products[VECTORS];
    comb_split(digits, half_scalars, count);
    comb_multiply(products, digits, table, count);
    encode_doubled(out, 32, products, count);
    sidos_wipe(digits, sizeof digits);
    sidos_wipe(products, sizeof products);
    wipe_traces();
}

static void double_table_mul(uint8_t *out, const uint8_t *half_a, const uint8_t *half_b, const void *table_g,
                             const void *table_h, size_t count) {
    comb_digits digits;
    edwards_point products[VECTORS];
    comb_split(digits, half_a, count);
    comb_multiply(products, digits, table_g, count);
    comb_split(digits, half_b, count);
    comb_add_rows(products, digits, table_h, 0, count);
    encode_doubled(out, 32, products, count);
    sidos_wipe(digits, sizeof digits);
    sidos_wipe(products, sizeof products);
    wipe_traces();
}

static size_t table_mul_add_affine(uint8_t *out, const uint8_t *half_scalars, const uint8_t *affine64,
                                   const void *table, size_t count) {
    comb_digits digits;
    edwards_point products[VECTORS], point;
    edwards_affine addend;
    edwards_completed sum;
    size_t valid_count = count;
    comb_split(digits, half_scalars, count);
    comb_multiply(products, digits, table, count);
    for (size_t i = 0; i * FE_LANES < count && valid_count == count; i++) {
        const uint8_t *const bytes = affine64 + AFFINE_BYTES * FE_LANES * i;
        valid_count = first_invalid(affine_decode(&point, bytes, AFFINE_BYTES, lanes_used(count, i)), i, count);
        affine_addend(&addend, &point);
        edwards_add_affine(&sum, &products[i], &addend);
        edwards_to_projective(&products[i], &sum);
    }
    if (valid_count == count) encode_doubled(out, 32, products, count);
    sidos_wipe(digits, sizeof digits);
    sidos_wipe(products, sizeof products);
    sidos_wipe(&point, sizeof point);
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
    wipe_traces();
    return valid_count;
}

static size_t rerandomize(uint8_t *out, const uint8_t *in, const uint8_t *half_scalars, const void *table_g,
                          const void *table_y, size_t count) {
    decoded_element pair[2];
    quartic_point results[2][VECTORS], shift;
    comb_digits digits;
    edwards_point products[VECTORS];
    encoding_work work[VECTORS];
    const void *const tables[2] = {table_g, table_y};

    size_t valid_count = count;
    for (size_t i = 0; i * FE_LANES < count && valid_count == count; i++) {
        valid_count = decode_two(pair, in, in + 32, 64, i, count);
        results[0][i] = pair[0].j;
        results[1][i] = pair[1].j;
    }
    if (valid_count == count) {
        comb_split(digits, half_scalars, count);
        for (int half = 0; half < 2; half++) {
            comb_multiply(products, digits, tables[half], count);
            for (size_t i = 0; i * FE_LANES < count; i++) {
                quartic_from_half(&shift, &products[i]);
                quartic_add(&results[half][i], &results[half][i], &shift);
            }
            encode_group(out + 32 * half, 64, results[half], count, work);
        }
        sidos_wipe(digits, sizeof digits);
        sidos_wipe(products, sizeof products);
        sidos_wipe(work, sizeof work);
        sidos_wipe(&shift, sizeof shift);
    }
    sidos_wipe(pair, sizeof pair);
    sidos_wipe(results, sizeof results);
    wipe_traces();
    return valid_count;
}

static void seal(uint8_t *capsules, uint8_t *secrets, const uint8_t *half_sigmas, const uint8_t *half_rhos,
                 const void *table_g, const void *table_y, size_t count) {
    comb_digits sigma_digits, rho_digits;
    edwards_point products[VECTORS];

    comb_split(sigma_digits, half_sigmas, count);
    comb_split(rho_digits, half_rhos, count);
    comb_multiply(products, rho_digits, table_g, count);
    encode_doubled(capsules, 64, products, count);
    comb_multiply(products, sigma_digits, table_g, count);
    encode_doubled(secrets, 32, products, count);
    // (σ/2)·G is in `products`: go on from there with (ρ/2)·Y.
    comb_add_rows(products, rho_digits, table_y, 0, count);
    encode_doubled(capsules + 32, 64, products, count);

    sidos_wipe(sigma_digits, sizeof sigma_digits);
    sidos_wipe(rho_digits, sizeof rho_digits);
    sidos_wipe(products, sizeof products);
    wipe_traces();
}

static size_t add(uint8_t *out, const uint8_t *a, const uint8_t *b, int subtract, size_t count) {
    decoded_element pair[2];
    quartic_point results[VECTORS];
    encoding_work work[VECTORS];
    size_t valid_count = count;
    for (size_t i = 0; i * FE_LANES < count && valid_count == count; i++) {
        valid_count = decode_two(pair, a, b, 32, i, count);
        if (subtract) quartic_negate(&pair[1].j, &pair[1].j);
        quartic_add(&results[i], &pair[0].j, &pair[1].j);
    }
    if (valid_count == count) {
        encode_group(out, 32, results, count, work);
        sidos_wipe(work, sizeof work);
    }
    sidos_wipe(pair, sizeof pair);
    sidos_wipe(results, sizeof results);
    wipe_traces();
    return valid_count;
}

static size_t validate(const uint8_t *in, size_t count) {
    decoded_element pair[2];
    size_t valid_count = count;
    for (size_t i = 0; i * FE_LANES < count && valid_count == count; i += 2)
        valid_count = decode_next(pair, in, i, count);
    sidos_wipe(pair, sizeof pair);
    wipe_traces();
    return valid_count;
}

#include "msm.h"
#include "sum.h"

static int table_init(void *table, const uint8_t y[32]) {
    decoded_element pair[2];
    sidos_wipe(table, sizeof(comb_row) * COMB_ROWS);
    const int valid = decode_next(pair, y, 0, 1) == 1;
    if (valid) comb_build(table, &pair[0].e);
    sidos_wipe(pair, sizeof pair);
    wipe_traces();
    return valid;
}

// clang-format off
#define SIDOS_R255_BACKEND_TABLE(backend_name)            \
    {                                                     \
        .name = backend_name,                             \
        .table_byte_count = sizeof(comb_row) * COMB_ROWS, \
        .is_supported = is_supported,                     \
        .table_init = table_init,                         \
        .mul = mul,                                       \
        .from_uniform = from_uniform,                     \
        .from_uniform_mul = from_uniform_mul,             \
        .from_uniform_affine = from_uniform_affine,       \
        .table_mul = table_mul,                           \
        .double_table_mul = double_table_mul,             \
        .table_mul_add_affine = table_mul_add_affine,     \
        .rerandomize = rerandomize,                       \
        .seal = seal,                                     \
        .add = add,                                       \
        .validate = validate,                             \
        .sum = sum_secret,                                \
        .msm_scratch_size = msm_scratch_size,             \
        .msm = msm,                                       \
    }
// clang-format on

#endif
