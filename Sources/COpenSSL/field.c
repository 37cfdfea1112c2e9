#include "field.h"

static void square_times(field *r, const field *a, int count) {
    field_square(r, a);
    for (int i = 1; i < count; i++) {
        field_square(r, r);
    }
}

/* The powers a^(2^k - 1), k ones in binary, from which the fixed exponents below are put together. */
typedef struct {
    field ones1, ones2, ones4, ones8, ones16, ones32;
} runs_of_ones;

static void runs_init(runs_of_ones *run, const field *a) {
    run->ones1 = *a;
    field_square(&run->ones2, a);
    field_mul(&run->ones2, &run->ones2, a);
    square_times(&run->ones4, &run->ones2, 2);
    field_mul(&run->ones4, &run->ones4, &run->ones2);
    square_times(&run->ones8, &run->ones4, 4);
    field_mul(&run->ones8, &run->ones8, &run->ones4);
    square_times(&run->ones16, &run->ones8, 8);
    field_mul(&run->ones16, &run->ones16, &run->ones8);
    square_times(&run->ones32, &run->ones16, 16);
    field_mul(&run->ones32, &run->ones32, &run->ones16);
}

/* Shifts the exponent of r left by `count` bits and fills the low end with the run `ones`. */
static void append(field *r, int count, const field *ones) {
    square_times(r, r, count);
    field_mul(r, r, ones);
}

/* (p - 3) / 4 in binary, from the top: 32 ones, 31 zeros, a one, 96 zeros, 94 ones. */
void sidos_p256_field_power_p3_4(field *r, const field *a) {
    runs_of_ones run;
    runs_init(&run, a);
    *r = run.ones32;
    append(r, 32, &run.ones1);
    append(r, 96 + 32, &run.ones32);
    append(r, 32, &run.ones32);
    append(r, 16, &run.ones16);
    append(r, 8, &run.ones8);
    append(r, 4, &run.ones4);
    append(r, 2, &run.ones2);
    wipe(&run, sizeof run);
}

/*
 * p = 3 mod 4, so if a is a square then a^((p+1)/4) squared is a * a^((p-1)/2) = a.
 * (p + 1) / 4 in binary: 32 ones, 31 zeros, a one, 95 zeros, a one, 94 zeros.
 */
uint64_t sidos_p256_field_square_root(field *r, const field *a) {
    runs_of_ones run;
    field root, square;
    runs_init(&run, a);
    root = run.ones32;
    append(&root, 32, &run.ones1);
    append(&root, 96, &run.ones1);
    square_times(&root, &root, 94);
    field_square(&square, &root);
    uint64_t found = limbs_equal(&square, &run.ones1);
    *r = root;
    wipe(&run, sizeof run);
    wipe(&root, sizeof root);
    wipe(&square, sizeof square);
    return found;
}

/* 1 / a = a^(p - 2), and p - 2 = 4 (p - 3) / 4 + 1. */
static void invert(field *r, const field *a) {
    field power;
    sidos_p256_field_power_p3_4(&power, a);
    square_times(&power, &power, 2);
    field_mul(r, &power, a);
    wipe(&power, sizeof power);
}

/*
 * Montgomery's trick: invert the product of all, then peel the elements off from the last. A zero takes part as one.
 */
void sidos_p256_field_invert_batch(field *elements, size_t count) {
    field products[FIELD_BATCH];
    uint64_t zero_masks[FIELD_BATCH];
    field inverse, next;
    const field zero = {{0, 0, 0, 0}};
    if (count == 0 || count > FIELD_BATCH) {
        return;
    }
    field product = field_one;
    for (size_t i = 0; i < count; i++) {
        zero_masks[i] = mask_of_bit(limbs_is_zero(&elements[i]));
        limbs_select(&elements[i], &field_one, zero_masks[i]);
        products[i] = product;
        field_mul(&product, &product, &elements[i]);
    }
    invert(&inverse, &product);
    for (size_t i = count; i-- > 0;) {
        field_mul(&next, &inverse, &elements[i]);
        field_mul(&elements[i], &inverse, &products[i]);
        limbs_select(&elements[i], &zero, zero_masks[i]);
        inverse = next;
    }
    wipe(products, sizeof products);
    wipe(zero_masks, sizeof zero_masks);
    wipe(&inverse, sizeof inverse);
    wipe(&next, sizeof next);
    wipe(&product, sizeof product);
}
