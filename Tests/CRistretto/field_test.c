// The private field arithmetic of a backend against GMP, lane by lane: every operation of field.h on limbs drawn at
// random and at the bounds that the backend's header promises, and the bounds of the results. (Powers: field_powers.c.)
//
//   clang -O2 -ISources/CRistretto -ISources/CRistretto/include -o field_test Tests/CRistretto/field_test.c -lgmp
//   clang -O2 -DFIELD_IFMA -mavx512f -mavx512dq -mavx512vl -mavx512ifma … for AVX-512 IFMA
//   clang -O2 -DFIELD_AVX2 -mavx2 … for AVX2
//   ./field_test [ROUNDS]
#include "field_lanes.h"

static void products(void) {
    const fe a = draw(IS_LOOSE), b = draw(IS_LOOSE);
    fe r, alias;
    read_lanes(A, &a), read_lanes(B, &b);
    EACH(mpz_mul(WANT[k], A[k], B[k]));
    fe_mul(&r, &a, &b);
    expect("fe_mul", &r, WANT, IS_TIGHT);
    alias = a;
    fe_mul(&alias, &alias, &b);
    expect("fe_mul over its first factor", &alias, WANT, IS_TIGHT);
    alias = b;
    fe_mul(&alias, &a, &alias);
    expect("fe_mul over its second factor", &alias, WANT, IS_TIGHT);
    EACH(mpz_mul(WANT[k], A[k], A[k]));
    fe_square(&r, &a);
    expect("fe_square", &r, WANT, IS_TIGHT);
    alias = a;
    fe_square(&alias, &alias);
    expect("fe_square in place", &alias, WANT, IS_TIGHT);
    const uint64_t choice = random64() % 6, largest = (1 << 20) - 1;
    const uint64_t picks[6] = {0, 1, largest, QUARTIC_2A, random64() & largest, random64() & largest};
    const uint64_t small = picks[choice];
    EACH(mpz_mul_ui(WANT[k], A[k], small));
    fe_mul_small(&r, &a, small);
    expect("fe_mul_small", &r, WANT, IS_TIGHT);

    fe_wide wide;
    fe_mul_wide(&wide, &a, &b);
    EACH(mpz_mul(WANT[k], A[k], B[k]));
    fe_narrow(&r, &wide);
    expect("fe_mul_wide", &r, WANT, IS_LOOSE);
    fe_square_wide(&wide, &a);
    EACH(mpz_mul(WANT[k], A[k], A[k]));
    fe_narrow(&r, &wide);
    expect("fe_square_wide", &r, WANT, IS_LOOSE);
}

/// Products summed: four added, two less two, three less one; and two subtracted from next to nothing.
static void sums_of_products(void) {
    const fe a = draw(SUMMED), b = draw(SUMMED), c = draw(SUMMED), d = draw(SUMMED);
    fe r;
    fe_wide ab, cd, aa, bb, first, second, total;
    read_lanes(A, &a), read_lanes(B, &b), read_lanes(C, &c), read_lanes(D, &d);
    fe_mul_wide(&ab, &a, &b);
    fe_mul_wide(&cd, &c, &d);
    fe_square_wide(&aa, &a);
    fe_square_wide(&bb, &b);
    fe_wide_add(&first, &ab, &cd);
    fe_wide_add(&second, &aa, &bb);
    fe_wide_add(&total, &first, &second);
    fe_narrow(&r, &total);
    EACH(mpz_mul(WANT[k], A[k], B[k]); mpz_addmul(WANT[k], C[k], D[k]); mpz_addmul(WANT[k], A[k], A[k]);
         mpz_addmul(WANT[k], B[k], B[k]));
    expect("four products added", &r, WANT, IS_LOOSE);
    fe_wide_sub(&total, &first, &second);
    fe_narrow(&r, &total);
    EACH(mpz_mul(WANT[k], A[k], B[k]); mpz_addmul(WANT[k], C[k], D[k]); mpz_submul(WANT[k], A[k], A[k]);
         mpz_submul(WANT[k], B[k], B[k]));
    expect("two products less two", &r, WANT, IS_LOOSE);
    fe_wide_add(&total, &first, &aa);
    fe_wide_sub(&second, &total, &bb);
    fe_narrow(&r, &second);
    EACH(mpz_mul(WANT[k], A[k], B[k]); mpz_addmul(WANT[k], C[k], D[k]); mpz_addmul(WANT[k], A[k], A[k]);
         mpz_submul(WANT[k], B[k], B[k]));
    expect("three products less one", &r, WANT, IS_LOOSE);
    fe_widen(&first, &FE_ONE);
    fe_wide_add(&second, &aa, &bb);
    fe_wide_sub(&total, &first, &second);
    fe_narrow(&r, &total);
    EACH(mpz_set_ui(WANT[k], 1); mpz_submul(WANT[k], A[k], A[k]); mpz_submul(WANT[k], B[k], B[k]));
    expect("two products subtracted from one", &r, WANT, IS_LOOSE);
}

static void sums(void) {
    const fe a = draw(IS_TIGHT), b = draw(IS_TIGHT), c = draw(IS_TIGHT), d = draw(IS_TIGHT);
    fe r, sum, other;
    fe_wide wide, zero;
    read_lanes(A, &a), read_lanes(B, &b), read_lanes(C, &c), read_lanes(D, &d);
    EACH(mpz_add(WANT[k], A[k], B[k]));
    fe_add(&sum, &a, &b);
    expect("fe_add", &sum, WANT, IS_LOOSE);
    EACH(mpz_sub(WANT[k], A[k], B[k]));
    fe_sub(&r, &a, &b);
    expect("fe_sub", &r, WANT, IS_LOOSE);
    other = b;
    fe_sub(&other, &a, &other);
    expect("fe_sub over its second argument", &other, WANT, IS_LOOSE);
    EACH(mpz_add(WANT[k], A[k], B[k]); mpz_sub(WANT[k], WANT[k], C[k]));
    fe_sub(&r, &sum, &c);
    expect("fe_sub from a sum", &r, WANT, IS_LOOSE);
    EACH(mpz_sub(WANT[k], WANT[k], D[k]));
    fe_add(&other, &c, &d);
    fe_sub_sum(&r, &sum, &other);
    expect("fe_sub_sum, a sum", &r, WANT, IS_LOOSE);
    EACH(mpz_addmul_ui(WANT[k], D[k], 2));
    fe_sub(&other, &c, &d);
    fe_sub_sum(&r, &sum, &other);
    expect("fe_sub_sum, a difference", &r, WANT, IS_LOOSE);
    EACH(mpz_neg(WANT[k], A[k]));
    fe_negate(&r, &a);
    expect("fe_negate", &r, WANT, IS_LOOSE);
    fe_widen(&wide, &a);
    fe_widen(&zero, &FE_ZERO);
    fe_wide_sub(&wide, &zero, &wide);
    fe_narrow(&r, &wide);
    expect("fe_widen, fe_wide_sub", &r, WANT, IS_LOOSE);
    const fe loose = draw(IS_LOOSE);
    read_lanes(WANT, &loose);
    fe_carry(&r, &loose);
    expect("fe_carry", &r, WANT, IS_TIGHT);
}

/// Canonical forms and bytes, both ways, by lanes and strides.
static void bytes(void) {
    const fe a = draw(IS_LOOSE);
    fe canonical, read;
    uint8_t written[FE_LANES * 40], given[FE_LANES * 40], exported[32];
    const size_t stride = random64() % 2 == 0 ? 32 : 40, count = 1 + random_below(FE_LANES);
    read_lanes(A, &a);
    EACH(mpz_mod(A[k], A[k], p));
    fe_canonical(&canonical, &a);
    read_lanes(B, &canonical);
    EACH(if (mpz_cmp(A[k], B[k]) != 0) fail_field("fe_canonical", k, &canonical, A[k]);
         for (int i = 0; i < LIMBS; i++) if (limb_of(&canonical, i, k) >> (WEIGHT(i + 1) - WEIGHT(i)) != 0)
             fail_field("fe_canonical, limbs", k, &canonical, A[k]));
    uint64_t odd = 0;
    EACH(odd |= (uint64_t)mpz_odd_p(A[k]) << k);
    expect_mask("fe_mask_if_odd", fe_mask_if_odd(&canonical), odd);
    expect_mask("fe_mask_if_negative", fe_mask_if_negative(&a), odd);
    memset(written, 0xa5, sizeof written);
    fe_to_bytes(written, stride, count, &a);
    for (int k = 0; k < FE_LANES; k++) {
        memset(exported, (size_t)k < count ? 0 : 0xa5, 32);
        if ((size_t)k < count) mpz_export(exported, NULL, -1, 1, 0, 0, A[k]);
        else if (stride * (size_t)k + 32 > sizeof written) continue;
        if (memcmp(written + stride * (size_t)k, exported, 32) != 0) fail_field("fe_to_bytes", k, &a, A[k]);
    }
    uint64_t beyond = 0, decodes = 0;
    random_bytes(given, sizeof given);
    for (int k = 0; k < FE_LANES; k++) {
        uint8_t *const string = given + stride * ((size_t)k < count ? (size_t)k : count - 1);
        const uint64_t kind = random64() % 4;
        if ((size_t)k < count && kind < 2) memset(string, kind == 0 ? 0 : 0xff, 32);
        if ((size_t)k < count && kind < 3) string[0] = (uint8_t)random64(), string[31] &= random64() % 2 ? 0x7f : 0xff;
        beyond |= (uint64_t)(string[31] >> 7) << k;
        mpz_import(A[k], 32, -1, 1, 0, 0, string);
        decodes |= (uint64_t)(mpz_cmp(A[k], p) < 0 && mpz_even_p(A[k]) && mpz_sgn(A[k]) != 0) << k;
        mpz_clrbit(A[k], 255);
    }
    expect_mask("fe_from_bytes", fe_from_bytes(&read, given, stride, count), beyond);
    expect("fe_from_bytes", &read, A, IS_TIGHT);
    expect_mask("fe_decode", fe_decode(&read, given, stride, count), decodes);
}

static void masks(void) {
    fe a = draw(IS_TIGHT), b = draw(IS_TIGHT), r, s;
    uint64_t bits, zero = 0, equal = 0;
    const fe_mask mask = draw_mask(&bits);
    const uint64_t every = FE_LANES == 64 ? UINT64_MAX : (1ULL << FE_LANES) - 1;
    read_lanes(A, &a), read_lanes(B, &b);
    expect_mask("a mask", mask, bits);
    expect_mask("the inverse of a mask", fe_mask_of(UINT64_MAX) & ~mask, every & ~bits);
    expect_mask("fe_mask_of, none", fe_mask_of(0), 0);
    EACH(expect_mask("fe_mask_from_lane", fe_mask_from_lane(k), every & ~((1ULL << k) - 1)));
    EACH(mpz_set(WANT[k], bits >> k & 1 ? A[k] : B[k]));
    fe_select(&r, mask, &a, &b);
    expect("fe_select", &r, WANT, IS_TIGHT);
    r = b;
    fe_move_if(&r, mask, &a);
    expect("fe_move_if", &r, WANT, IS_TIGHT);
    r = b, s = a;
    fe_swap_if(&r, &s, mask);
    expect("fe_swap_if", &r, WANT, IS_TIGHT);
    EACH(mpz_set(WANT[k], bits >> k & 1 ? B[k] : A[k]));
    expect("fe_swap_if, the other", &s, WANT, IS_TIGHT);
    EACH(mpz_set(WANT[k], A[k]); if (bits >> k & 1) mpz_neg(WANT[k], A[k]));
    r = a;
    fe_negate_if(&r, mask);
    expect("fe_negate_if", &r, WANT, IS_LOOSE);
    EACH(mpz_mod(WANT[k], A[k], p); if (mpz_odd_p(WANT[k])) mpz_neg(WANT[k], A[k]));
    r = a;
    fe_absolute(&r);
    expect("fe_absolute", &r, WANT, IS_LOOSE);
    // Some lanes made equal, some zero (as 0 or p).
    fe_select(&b, mask, &a, &b);
    const fe_mask others = draw_mask(&bits);
    fe_sub(&r, &b, &b);
    fe_select(&r, others, &FE_ZERO, &r);
    const fe_mask zeros = draw_mask(&bits);
    fe_carry(&r, &r);
    fe_select(&r, zeros, &r, &a);
    read_lanes(A, &a), read_lanes(B, &b), read_lanes(C, &r);
    EACH(equal |= (uint64_t)mpz_congruent_p(A[k], B[k], p) << k; zero |= (uint64_t)mpz_divisible_p(C[k], p) << k);
    expect_mask("fe_mask_if_equal", fe_mask_if_equal(&a, &b), equal);
    expect_mask("fe_mask_if_zero", fe_mask_if_zero(&r), zero);
}

static void table_columns(void) {
    _Alignas(64) static fe_column column;
    fe entries[FE_COMB_ENTRIES];
    for (int e = 0; e < FE_COMB_ENTRIES; e++) {
        const int lane = (int)random_below(FE_LANES);
        const fe entry = draw(IS_LOOSE);
        fe_column_set(&column, e, &entry, lane);
        for (int i = 0; i < LIMBS; i++) EACH(set_limb(&entries[e], i, k, limb_of(&entry, i, lane)));
    }
    for (int round = 0; round < 2 * FE_COMB_ENTRIES; round++) {
        uint8_t indices[FE_LANES < 8 ? 8 : FE_LANES] = {0};
        uint64_t bits, want = 0;
        fe r;
        EACH(indices[k] = (uint8_t)random_below(1 << FE_COMB_BITS));
        const fe_mask inverted = draw_mask(&bits);
        const fe_index index = fe_index_load(indices);
        for (int bit = 0; bit < FE_COMB_BITS; bit++) {
            want = 0;
            EACH(want |= (uint64_t)(indices[k] >> bit & 1) << k);
            expect_mask("fe_index_bit", fe_index_bit(index, bit), want);
        }
        fe_column_get(&r, &column, fe_index_low_bits(index, inverted));
        for (int k = 0; k < FE_LANES; k++) {
            const int e = (bits >> k & 1 ? ~indices[k] : indices[k]) & (FE_COMB_ENTRIES - 1);
            check_count++;
            for (int i = 0; i < LIMBS; i++)
                if (limb_of(&r, i, k) != limb_of(&entries[e], i, k)) fail_field("fe_column_get", k, &r, NULL);
        }
    }
}

/// Columns of sums, an entry of all lanes' columns at a time.
static void sum_columns(void) {
    enum { ENTRIES = 1 << (FE_SUM_BITS - 1), DISTANCE = 3 };
    _Alignas(64) static fe_sum_column columns[FE_LANES * DISTANCE];
    fe entries[ENTRIES];
    for (int e = 0; e < ENTRIES; e++) entries[e] = draw(IS_LOOSE);
    for (int e = 0; e < ENTRIES; e += FE_LANES) fe_sum_columns_set(columns, DISTANCE, e, entries + e);
    for (size_t lane = 0; lane < FE_LANES; lane++)
        for (int round = 0; round < 2 * ENTRIES; round++) {
            uint8_t indices[FE_LANES < 8 ? 8 : FE_LANES] = {0};
            uint64_t bits;
            fe r;
            EACH(indices[k] = (uint8_t)random_below(1 << FE_SUM_BITS));
            const fe_mask inverted = draw_mask(&bits);
            fe_sum_column_get(&r, &columns[lane * DISTANCE], fe_index_low_bits(fe_index_load(indices), inverted));
            for (int k = 0; k < FE_LANES; k++) {
                const int e = (bits >> k & 1 ? ~indices[k] : indices[k]) & (ENTRIES - 1);
                check_count++;
                for (int i = 0; i < LIMBS; i++)
                    if (limb_of(&r, i, k) != limb_of(&entries[e], i, (int)lane))
                        fail_field("fe_sum_column_get", k, &r, NULL);
            }
        }
}

int main(int argc, char **argv) {
    const size_t rounds = count_argument(argc, argv, 1, 300000 / FE_LANES);
    field_start();
    table_columns();
    sum_columns();
    for (size_t round = 0; round < rounds; round++) {
        products();
        sums_of_products();
        sums();
        bytes();
        masks();
    }
    field_end();
    printf("field_test: %zu checks, field %s, %d lanes\n", check_count, FIELD_NAME, FE_LANES);
    return 0;
}
