// The portable backend: any 64-bit processor with a 64×64→128 multiplication.
#include "backend.h"
#include "encoding.h"
#include "windows.h"

/// Decodes `count` elements, returning `count` or the index of the first invalid one. Validity is published.
static size_t decode_group(decoded_element *r, const uint8_t *in, size_t count) {
    size_t first_invalid = count;
    decoded_element spare;
    for (size_t i = 0; i < count; i += 2) {
        const size_t next = i + 1 < count ? i + 1 : i;
        decoded_element *const pair[2] = {&r[i], next == i ? &spare : &r[next]};
        const uint8_t *const bytes[2] = {in + 32 * i, in + 32 * next};
        uint64_t valid[2];
        decode_pair(pair, valid, bytes);
        SIDOS_R255_PUBLISH(valid);
        if (first_invalid == count && !valid[0]) first_invalid = i;
        if (first_invalid == count && !valid[1]) first_invalid = next;
    }
    sidos_wipe(&spare, sizeof spare);
    return first_invalid;
}

static int is_supported(void) { return 1; }

static size_t mul(uint8_t *out, const uint8_t *in, const uint8_t half_scalar[32], size_t count) {
    decoded_element elements[SIDOS_R255_GROUP];
    quartic_point results[SIDOS_R255_GROUP];
    encoding_work work[SIDOS_R255_GROUP];
    edwards_cached multiples[WINDOW_ENTRIES];
    edwards_point product;
    int8_t digits[SIDOS_R255_DIGITS];

    const size_t valid_count = decode_group(elements, in, count);
    if (valid_count == count) {
        sidos_scalar_digits(digits, half_scalar);
        for (size_t i = 0; i < count; i++) {
            multiply_point(&product, &elements[i].e, digits, multiples);
            quartic_from_half(&results[i], &product);
        }
        encode_group(out, 32, results, count, work);
        sidos_wipe(digits, sizeof digits);
        sidos_wipe(multiples, sizeof multiples);
        sidos_wipe(&product, sizeof product);
        sidos_wipe(results, count * sizeof results[0]);
        sidos_wipe(work, count * sizeof work[0]);
    }
    sidos_wipe(elements, count * sizeof elements[0]);
    sidos_wipe_stack_below();
    return valid_count;
}

static void from_uniform(uint8_t *out, const uint8_t *in64, size_t count) {
    quartic_point results[SIDOS_R255_GROUP], mapped[2];
    encoding_work work[SIDOS_R255_GROUP];
    fe t[2];
    for (size_t i = 0; i < count; i++) {
        fe_from_bytes(&t[0], in64 + 64 * i);
        fe_from_bytes(&t[1], in64 + 64 * i + 32);
        elligator_pair(mapped, t);
        quartic_add(&results[i], &mapped[0], &mapped[1]);
    }
    encode_group(out, 32, results, count, work);
    sidos_wipe(t, sizeof t);
    sidos_wipe(mapped, sizeof mapped);
    sidos_wipe(results, count * sizeof results[0]);
    sidos_wipe(work, count * sizeof work[0]);
    sidos_wipe_stack_below();
}

static void table_mul(uint8_t *out, const uint8_t *half_scalars, const void *table, size_t count) {
    int8_t digits[SIDOS_R255_GROUP][SIDOS_R255_DIGITS];
    edwards_point products[SIDOS_R255_GROUP];
    quartic_point results[SIDOS_R255_GROUP];
    encoding_work work[SIDOS_R255_GROUP];
    for (size_t i = 0; i < count; i++) sidos_scalar_digits(digits[i], half_scalars + 32 * i);
    table_multiply(products, digits, table, count);
    for (size_t i = 0; i < count; i++) quartic_from_half(&results[i], &products[i]);
    encode_group(out, 32, results, count, work);
    sidos_wipe(digits, sizeof digits);
    sidos_wipe(products, count * sizeof products[0]);
    sidos_wipe(results, count * sizeof results[0]);
    sidos_wipe(work, count * sizeof work[0]);
    sidos_wipe_stack_below();
}

static size_t rerandomize(uint8_t *out, const uint8_t *in, const uint8_t *half_scalars, const void *table_g,
                          const void *table_y, size_t count) {
    decoded_element pair[2];
    decoded_element *const pair_pointers[2] = {&pair[0], &pair[1]};
    quartic_point results[2][SIDOS_R255_GROUP], shift;
    int8_t digits[SIDOS_R255_GROUP][SIDOS_R255_DIGITS];
    edwards_point products[SIDOS_R255_GROUP];
    encoding_work work[SIDOS_R255_GROUP];
    const void *const tables[2] = {table_g, table_y};

    size_t valid_count = count;
    for (size_t i = 0; i < count && valid_count == count; i++) {
        const uint8_t *const bytes[2] = {in + 64 * i, in + 64 * i + 32};
        uint64_t valid[2];
        decode_pair(pair_pointers, valid, bytes);
        SIDOS_R255_PUBLISH(valid);
        if (!(valid[0] & valid[1])) valid_count = i;
        results[0][i] = pair[0].j;
        results[1][i] = pair[1].j;
    }
    if (valid_count == count) {
        for (size_t i = 0; i < count; i++) sidos_scalar_digits(digits[i], half_scalars + 32 * i);
        for (int half = 0; half < 2; half++) {
            table_multiply(products, digits, tables[half], count);
            for (size_t i = 0; i < count; i++) {
                quartic_from_half(&shift, &products[i]);
                quartic_add(&results[half][i], &results[half][i], &shift);
            }
            encode_group(out + 32 * half, 64, results[half], count, work);
        }
        sidos_wipe(digits, sizeof digits);
        sidos_wipe(products, count * sizeof products[0]);
        sidos_wipe(work, count * sizeof work[0]);
        sidos_wipe(&shift, sizeof shift);
    }
    sidos_wipe(pair, sizeof pair);
    sidos_wipe(results, sizeof results);
    sidos_wipe_stack_below();
    return valid_count;
}

static void seal(uint8_t *capsules, uint8_t *secrets, const uint8_t *half_sigmas, const uint8_t *half_rhos,
                 const void *table_g, const void *table_y, size_t count) {
    int8_t digits[SIDOS_R255_GROUP][SIDOS_R255_DIGITS];
    edwards_point products[SIDOS_R255_GROUP];
    quartic_point results[SIDOS_R255_GROUP];
    encoding_work work[SIDOS_R255_GROUP];

    for (size_t i = 0; i < count; i++) sidos_scalar_digits(digits[i], half_rhos + 32 * i);
    table_multiply(products, digits, table_g, count);
    for (size_t i = 0; i < count; i++) quartic_from_half(&results[i], &products[i]);
    encode_group(capsules, 64, results, count, work);

    for (size_t i = 0; i < count; i++) sidos_scalar_digits(digits[i], half_sigmas + 32 * i);
    table_multiply(products, digits, table_g, count);
    for (size_t i = 0; i < count; i++) quartic_from_half(&results[i], &products[i]);
    encode_group(secrets, 32, results, count, work);

    // (σ/2)·G is in `products`: go on from there with (ρ/2)·Y.
    for (size_t i = 0; i < count; i++) sidos_scalar_digits(digits[i], half_rhos + 32 * i);
    table_add_rows(products, digits, table_y, 0, count);
    for (size_t i = 0; i < count; i++) quartic_from_half(&results[i], &products[i]);
    encode_group(capsules + 32, 64, results, count, work);

    sidos_wipe(digits, sizeof digits);
    sidos_wipe(products, count * sizeof products[0]);
    sidos_wipe(results, count * sizeof results[0]);
    sidos_wipe(work, count * sizeof work[0]);
    sidos_wipe_stack_below();
}

static size_t add(uint8_t *out, const uint8_t *a, const uint8_t *b, int subtract, size_t count) {
    decoded_element pair[2];
    decoded_element *const pair_pointers[2] = {&pair[0], &pair[1]};
    quartic_point results[SIDOS_R255_GROUP];
    encoding_work work[SIDOS_R255_GROUP];
    size_t valid_count = count;
    for (size_t i = 0; i < count && valid_count == count; i++) {
        const uint8_t *const bytes[2] = {a + 32 * i, b + 32 * i};
        uint64_t valid[2];
        decode_pair(pair_pointers, valid, bytes);
        SIDOS_R255_PUBLISH(valid);
        if (!(valid[0] & valid[1])) valid_count = i;
        if (subtract) quartic_negate(&pair[1].j, &pair[1].j);
        quartic_add(&results[i], &pair[0].j, &pair[1].j);
    }
    if (valid_count == count) {
        encode_group(out, 32, results, count, work);
        sidos_wipe(work, count * sizeof work[0]);
    }
    sidos_wipe(pair, sizeof pair);
    sidos_wipe(results, count * sizeof results[0]);
    sidos_wipe_stack_below();
    return valid_count;
}

static size_t validate(const uint8_t *in, size_t count) {
    decoded_element elements[SIDOS_R255_GROUP];
    const size_t valid_count = decode_group(elements, in, count);
    sidos_wipe(elements, count * sizeof elements[0]);
    sidos_wipe_stack_below();
    return valid_count;
}

static int table_init(void *table, const uint8_t y[32]) {
    decoded_element decoded;
    if (decode_group(&decoded, y, 1) != 1) {
        sidos_wipe(table, SIDOS_R255_TABLE_BYTES);
        return 0;
    }
    table_build(table, &decoded.e);
    sidos_wipe(&decoded, sizeof decoded);
    sidos_wipe_stack_below();
    return 1;
}

const sidos_r255_backend_table sidos_r255_portable = {
    .name = "portable",
    .is_supported = is_supported,
    .table_init = table_init,
    .mul = mul,
    .from_uniform = from_uniform,
    .table_mul = table_mul,
    .rerandomize = rerandomize,
    .seal = seal,
    .add = add,
    .validate = validate,
};
