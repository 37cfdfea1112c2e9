// The portable backend: any 64-bit processor with a 64×64→128 multiplication.
#include "backend.h"
#include "encoding.h"
#include "scalar.h"

#define WINDOW_ENTRIES 16

typedef edwards_affine table_row[WINDOW_ENTRIES];
_Static_assert(sizeof(table_row) * SIDOS_R255_DIGITS == SIDOS_R255_TABLE_BYTES, "table size");

// Constant-time look-ups: every entry is read, the wanted one is kept by mask. Digit 0 keeps the identity.

static inline uint64_t mask_if_equal(uint64_t a, uint64_t b) { return sidos_mask_of_bit(((a ^ b) - 1) >> 63); }

static inline void fe_accumulate(fe *r, uint64_t mask, const fe *a) {
    for (int i = 0; i < 5; i++) r->v[i] |= mask & a->v[i];
}

static inline void look_up_affine(edwards_affine *r, const table_row row, int8_t digit) {
    uint64_t negative;
    const uint64_t magnitude = sidos_digit_magnitude(&negative, digit);
    edwards_affine found = {{{0}}, {{0}}, {{0}}};
    for (uint64_t i = 0; i < WINDOW_ENTRIES; i++) {
        const uint64_t mask = mask_if_equal(magnitude, i + 1);
        fe_accumulate(&found.y_plus_x, mask, &row[i].y_plus_x);
        fe_accumulate(&found.y_minus_x, mask, &row[i].y_minus_x);
        fe_accumulate(&found.xy2d, mask, &row[i].xy2d);
    }
    const uint64_t zero = mask_if_equal(magnitude, 0) & 1;
    found.y_plus_x.v[0] |= zero;
    found.y_minus_x.v[0] |= zero;
    fe_select(&r->y_plus_x, negative, &found.y_minus_x, &found.y_plus_x);
    fe_select(&r->y_minus_x, negative, &found.y_plus_x, &found.y_minus_x);
    fe_negate_if(&found.xy2d, negative);
    r->xy2d = found.xy2d;
}

static inline void look_up_cached(edwards_cached *r, const edwards_cached row[WINDOW_ENTRIES], int8_t digit) {
    uint64_t negative;
    const uint64_t magnitude = sidos_digit_magnitude(&negative, digit);
    edwards_cached found = {{{0}}, {{0}}, {{0}}, {{0}}};
    for (uint64_t i = 0; i < WINDOW_ENTRIES; i++) {
        const uint64_t mask = mask_if_equal(magnitude, i + 1);
        fe_accumulate(&found.y_plus_x, mask, &row[i].y_plus_x);
        fe_accumulate(&found.y_minus_x, mask, &row[i].y_minus_x);
        fe_accumulate(&found.z2, mask, &row[i].z2);
        fe_accumulate(&found.t2d, mask, &row[i].t2d);
    }
    const uint64_t zero = mask_if_equal(magnitude, 0) & 1;
    found.y_plus_x.v[0] |= zero;
    found.y_minus_x.v[0] |= zero;
    found.z2.v[0] |= zero << 1;
    fe_select(&r->y_plus_x, negative, &found.y_minus_x, &found.y_plus_x);
    fe_select(&r->y_minus_x, negative, &found.y_plus_x, &found.y_minus_x);
    fe_negate_if(&found.t2d, negative);
    r->z2 = found.z2;
    r->t2d = found.t2d;
}

/// r[i−1] = i·p in cached form, i = 1 … 16.
static void cached_multiples(edwards_cached r[WINDOW_ENTRIES], const edwards_point *p) {
    edwards_point multiples[WINDOW_ENTRIES];
    edwards_completed sum;
    multiples[0] = *p;
    edwards_cache(&r[0], p);
    for (int i = 1; i < WINDOW_ENTRIES; i++) {
        if (i % 2 == 1) edwards_double(&sum, &multiples[i / 2]);
        else edwards_add_cached(&sum, &multiples[i - 1], &r[0]);
        edwards_to_extended(&multiples[i], &sum);
        edwards_cache(&r[i], &multiples[i]);
    }
}

/// r = Σ digits[i]·32^i · p, all but T.
static void multiply_point(edwards_point *r, const edwards_point *p, const int8_t digits[SIDOS_R255_DIGITS],
                           edwards_cached multiples[WINDOW_ENTRIES]) {
    edwards_cached addend;
    edwards_completed sum;
    cached_multiples(multiples, p);
    look_up_cached(&addend, multiples, digits[SIDOS_R255_DIGITS - 1]);
    edwards_add_cached(&sum, &EDWARDS_IDENTITY, &addend);
    for (int i = SIDOS_R255_DIGITS - 2; i >= 0; i--) {
        for (int j = 0; j < 5; j++) {
            edwards_to_projective(r, &sum);
            edwards_double(&sum, r);
        }
        edwards_to_extended(r, &sum);
        look_up_cached(&addend, multiples, digits[i]);
        edwards_add_cached(&sum, r, &addend);
    }
    edwards_to_projective(r, &sum);
    sidos_wipe(&addend, sizeof addend);
}

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

// Fixed-base multiplication. A table holds, for each of the 51 digit positions, the affine multiples 1 … 16 of 32^i·Y; a product is
// 51 look-ups and additions and no doubling. The rows are the outer loop and the items the inner, so that the row being scanned
// (1,920 bytes) stays in the first-level cache while the whole group passes over it.

static void table_add_rows(edwards_point *sums, const int8_t (*digits)[SIDOS_R255_DIGITS], const table_row *table,
                           int first_row, size_t count) {
    edwards_affine addend;
    edwards_completed sum;
    for (int row = first_row; row < SIDOS_R255_DIGITS; row++) {
        for (size_t i = 0; i < count; i++) {
            look_up_affine(&addend, table[row], digits[i][row]);
            edwards_add_affine(&sum, &sums[i], &addend);
            edwards_to_extended(&sums[i], &sum);
        }
    }
    sidos_wipe(&addend, sizeof addend);
    sidos_wipe(&sum, sizeof sum);
}

static void table_multiply(edwards_point *products, const int8_t (*digits)[SIDOS_R255_DIGITS], const table_row *table,
                           size_t count) {
    edwards_affine addend;
    for (size_t i = 0; i < count; i++) {
        look_up_affine(&addend, table[0], digits[i][0]);
        edwards_from_affine(&products[i], &addend);
    }
    sidos_wipe(&addend, sizeof addend);
    table_add_rows(products, digits, table, 1, count);
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

// Builds a table a few rows at a time: multiples in projective form, then one inversion for all their Z (never 0 on E).
static int table_init(void *table, const uint8_t y[32]) {
    enum { ROWS_AT_ONCE = 4, AT_ONCE = ROWS_AT_ONCE * WINDOW_ENTRIES };
    table_row *const rows = table;
    decoded_element decoded;
    edwards_point multiples[AT_ONCE], base;
    edwards_cached cached;
    edwards_completed sum;
    fe before[AT_ONCE];

    if (decode_group(&decoded, y, 1) != 1) {
        sidos_wipe(table, SIDOS_R255_TABLE_BYTES);
        return 0;
    }
    base = decoded.e;
    for (int row = 0; row < SIDOS_R255_DIGITS; row += ROWS_AT_ONCE) {
        const int row_count = row + ROWS_AT_ONCE <= SIDOS_R255_DIGITS ? ROWS_AT_ONCE : SIDOS_R255_DIGITS - row;
        const int count = row_count * WINDOW_ENTRIES;
        for (int i = 0; i < count; i += WINDOW_ENTRIES) {
            edwards_cache(&cached, &base);
            multiples[i] = base;
            for (int j = 1; j < WINDOW_ENTRIES; j++) {
                edwards_add_cached(&sum, &multiples[i + j - 1], &cached);
                edwards_to_extended(&multiples[i + j], &sum);
            }
            edwards_double(&sum, &multiples[i + WINDOW_ENTRIES - 1]);
            edwards_to_extended(&base, &sum);
        }
        fe running = FE_ONE;
        for (int i = 0; i < count; i++) {
            before[i] = running;
            fe_mul(&running, &running, &multiples[i].z);
        }
        fe_invert(&running, &running);
        for (int i = count - 1; i >= 0; i--) {
            fe inverse, x, y_affine, xy;
            edwards_affine *const entry = &rows[row + i / WINDOW_ENTRIES][i % WINDOW_ENTRIES];
            fe_mul(&inverse, &running, &before[i]);
            fe_mul(&running, &running, &multiples[i].z);
            fe_mul(&x, &multiples[i].x, &inverse);
            fe_mul(&y_affine, &multiples[i].y, &inverse);
            fe_mul(&xy, &x, &y_affine);
            fe_add(&entry->y_plus_x, &y_affine, &x);
            fe_canonical(&entry->y_plus_x, &entry->y_plus_x);
            fe_sub(&entry->y_minus_x, &y_affine, &x);
            fe_canonical(&entry->y_minus_x, &entry->y_minus_x);
            fe_mul(&entry->xy2d, &xy, &FE_2D);
            fe_canonical(&entry->xy2d, &entry->xy2d);
        }
    }
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
