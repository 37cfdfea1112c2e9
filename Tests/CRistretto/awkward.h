// Lists of values at which a carry, a mask, a window or an exceptional case of a formula would go wrong: encodings,
// scalars, elements, halves of strings for the one-way map.
#ifndef SIDOS_R255_AWKWARD_H
#define SIDOS_R255_AWKWARD_H

#include <gmp.h>

#include "oracle.h"

typedef struct {
    uint8_t *bytes;
    size_t width, count, capacity;
} list;

static inline void append(list *values, const uint8_t *first, const uint8_t *second) {
    if (values->count == values->capacity) {
        values->capacity = 2 * values->capacity + 64;
        values->bytes = realloc(values->bytes, values->width * values->capacity);
        if (values->bytes == NULL) exit(2);
    }
    uint8_t *const end = values->bytes + values->width * values->count++;
    memcpy(end, first, 32);
    if (second != NULL) memcpy(end + 32, second, 32);
}

static inline const uint8_t *item(const list *values, size_t i) {
    return values->bytes + values->width * (i % values->count);
}

static inline void append_integer(list *values, const mpz_t x) {
    uint8_t bytes[32] = {0};
    if (mpz_sgn(x) < 0 || mpz_sizeinbase(x, 2) > 256) return;
    mpz_export(bytes, NULL, -1, 1, 0, 0, x);
    append(values, bytes, NULL);
}

static mpz_t p, order, d, i_root;  // of the field, the group and the curve; √−1

static inline void set_constants(void) {
    mpz_inits(p, order, d, i_root, NULL);
    mpz_setbit(p, 255);
    mpz_sub_ui(p, p, 19);
    mpz_set_str(order, "27742317777372353535851937790883648493", 10);
    mpz_setbit(order, 252);
    mpz_set_ui(d, 121666);
    mpz_invert(d, d, p);
    mpz_mul_ui(d, d, 121665);
    mpz_neg(d, d);
    mpz_mod(d, d, p);
    mpz_sub_ui(i_root, p, 1);  // 2^((p−1)/4)
    mpz_fdiv_q_2exp(i_root, i_root, 2);
    mpz_t two;
    mpz_init_set_ui(two, 2);
    mpz_powm(i_root, two, i_root, p);
    mpz_clear(two);
}

/// x + δ for small δ of both signs.
static inline void append_around(list *values, const mpz_t x, long distance) {
    mpz_t y;
    mpz_init(y);
    for (long delta = -distance; delta <= distance; delta++) {
        if (delta < 0) mpz_sub_ui(y, x, (unsigned long)-delta);
        else mpz_add_ui(y, x, (unsigned long)delta);
        append_integer(values, y);
    }
    mpz_clear(y);
}

/// Limbs at their ends: every set of limbs all ones, the others zero; limbs of 51, 52, and 26 and 25 bits.
static inline void append_limb_patterns(list *values) {
    static const struct {
        int limbs, bits[2];  // widths of even and odd limbs
    } FORMS[] = {{5, {51, 51}}, {5, {52, 52}}, {10, {26, 25}}};
    for (size_t f = 0; f < 3; f++)
        for (unsigned set = 0; set < 1u << FORMS[f].limbs; set++) {
            uint8_t bytes[32] = {0};
            int start = 0;
            for (int limb = 0; limb < FORMS[f].limbs; limb++) {
                const int end = start + FORMS[f].bits[limb % 2];
                for (int bit = start; bit < end && bit < 255 && (set >> limb & 1) != 0; bit++)
                    bytes[bit / 8] |= (uint8_t)(1 << bit % 8);
                start = end;
            }
            append(values, bytes, NULL);
        }
}

/// Field values at which limbs carry or p is crossed, canonical and not, with bit 255 clear and set.
static inline list field_values(void) {
    list values = {NULL, 32, 0, 0};
    mpz_t x;
    mpz_init(x);
    append_around(&values, x, 20);
    append_around(&values, p, 40);  // up to 2^255 and beyond
    mpz_mul_2exp(x, p, 1);
    append_around(&values, x, 40);
    for (mp_bitcnt_t bit = 1; bit < 256; bit++) {
        mpz_set_ui(x, 0);
        mpz_setbit(x, bit);
        append_around(&values, x, 2);
        mpz_sub(x, p, x);
        append_around(&values, x, 2);
    }
    append_limb_patterns(&values);
    for (size_t i = 0, n = values.count; i < n; i += 7) {
        uint8_t high[32];
        memcpy(high, item(&values, i), 32);
        high[31] |= 0x80;
        append(&values, high, NULL);
    }
    mpz_clear(x);
    return values;
}

/// Scalars at the ends of their range, powers of two, and all windows of 4 to 8 bits alike, also after halving mod l.
static inline list awkward_scalars(void) {
    list scalars = {NULL, 32, 0, 0};
    mpz_t x;
    mpz_init(x);
    append_around(&scalars, x, 33);
    for (unsigned long k = 1; k <= 15; k++) {
        mpz_mul_ui(x, order, k);
        append_around(&scalars, x, 2);
        mpz_fdiv_q_2exp(x, x, 1);
        append_around(&scalars, x, 2);
    }
    for (mp_bitcnt_t bit = 1; bit <= 256; bit++) {
        mpz_set_ui(x, 0);
        mpz_setbit(x, bit);
        append_around(&scalars, x, 1);
    }
    for (mp_bitcnt_t width = 4; width <= 8; width++)
        for (unsigned long window = 1; window < 1ul << width; window++) {
            mpz_set_ui(x, 0);
            for (mp_bitcnt_t i = 0; i < 256 / width + 1; i++) {
                mpz_mul_2exp(x, x, width);
                mpz_add_ui(x, x, window);
            }
            mpz_fdiv_r_2exp(x, x, 256);
            append_integer(&scalars, x);
            mpz_fdiv_r_2exp(x, x, 252);
            mpz_mul_2exp(x, x, 1);
            mpz_mod(x, x, order);
            append_integer(&scalars, x);
        }
    mpz_clear(x);
    return scalars;
}

/// The first element whose s is ≥ a value of `values`: valid ones near every bound.
static inline list elements_near(const list *values) {
    list elements = {NULL, 32, 0, 0};
    for (size_t i = 0; i < values->count; i++) {
        uint8_t s[32];
        memcpy(s, item(values, i), 32);
        s[0] &= 0xfe, s[31] &= 0x7f;
        for (int tries = 0; tries < 100 && !oracle_is_valid(s); tries++)
            for (int k = 0, carry = 2; k < 32; k++, carry >>= 8) s[k] = (uint8_t)(carry += s[k]);
        if (oracle_is_valid(s)) append(&elements, s, NULL);
    }
    return elements;
}

/// Roots t of i·t² = r, appended with their negatives.
static inline void append_roots(list *values, const mpz_t r) {
    mpz_t t, square, exponent;
    mpz_inits(t, square, exponent, NULL);
    mpz_invert(square, i_root, p);
    mpz_mul(square, square, r);
    mpz_mod(square, square, p);
    mpz_add_ui(exponent, p, 3);
    mpz_fdiv_q_2exp(exponent, exponent, 3);
    mpz_powm(t, square, exponent, p);
    for (int twist = 0; twist < 2; twist++) {
        mpz_mul(exponent, t, t);
        if (mpz_congruent_p(exponent, square, p)) {
            append_integer(values, t);
            mpz_sub(exponent, p, t);
            append_integer(values, exponent);
            break;
        }
        mpz_mul(t, t, i_root);
        mpz_mod(t, t, p);
    }
    mpz_clears(t, square, exponent, NULL);
}

/// Halves of uniform strings at which the map is exceptional, and families that map to one coset or its negative, so
/// that their sums meet the exceptional cases of addition.
static inline list map_halves(void) {
    list halves = {NULL, 32, 0, 0};
    mpz_t r, x;
    mpz_inits(r, x, NULL);
    append_around(&halves, x, 2);
    append_around(&halves, p, 2);
    append_integer(&halves, i_root);
    mpz_setbit(x, 255);
    append_around(&halves, x, 1);
    mpz_mul_2exp(x, x, 1);
    mpz_sub_ui(x, x, 1);
    append_integer(&halves, x);
    // r = ±d, ±1/d, ±1: v = 0 for −d and −1/d, both of which have roots
    const size_t before = halves.count;
    for (int k = 0; k < 6; k++) {
        if (k < 2) mpz_set(r, d);
        else if (k < 4) mpz_invert(r, d, p);
        else mpz_set_ui(r, 1);
        if (k % 2 == 0) mpz_neg(r, r);
        mpz_mod(r, r, p);
        append_roots(&halves, r);
    }
    oracle_require(halves.count >= before + 4, "a test without v = 0");
    for (int k = 0; k < 6; k++) {
        uint8_t bytes[32];
        random_bytes(bytes, 32);
        mpz_import(x, 32, -1, 1, 0, 0, bytes);
        mpz_mod(x, x, p);
        append_integer(&halves, x);
        mpz_mul(r, x, x);
        mpz_mul(r, r, i_root);
        mpz_mod(r, r, p);
        for (int sign = 0; sign < 2; sign++) {
            append_roots(&halves, r);
            mpz_invert(x, r, p);
            append_roots(&halves, x);
            mpz_sub(r, p, r);
        }
    }
    mpz_clears(r, x, NULL);
    return halves;
}

#endif
