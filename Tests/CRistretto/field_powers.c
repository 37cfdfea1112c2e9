// The powers of a backend's private field against GMP, lane by lane: SQRT_RATIO_M1 and its vectors of RFC 9496,
// inversion; and the constants of field and curve.
//
//   clang -O2 -ISources/CRistretto -ISources/CRistretto/include -o field_powers Tests/CRistretto/field_powers.c -lgmp
//   with the same flags for AVX-512 IFMA and AVX2 as field_test.c
//   ./field_powers [ROUNDS]
#include "field_lanes.h"

/// √−1 = 2^((p−1)/4), made non-negative.
static void set_root_of_minus_one(mpz_t i_root) {
    mpz_t exponent;
    mpz_init(exponent);
    mpz_sub_ui(exponent, p, 1);
    mpz_fdiv_q_2exp(exponent, exponent, 2);
    mpz_set_ui(i_root, 2);
    mpz_powm(i_root, i_root, exponent, p);
    if (mpz_odd_p(i_root)) mpz_sub(i_root, p, i_root);
    mpz_clear(exponent);
}

static void judge_roots(const fe root[2], const fe_mask was_square[2], const fe u[2], const fe v[2]) {
    mpz_t i_root, want;
    mpz_inits(i_root, want, NULL);
    set_root_of_minus_one(i_root);
    for (int n = 0; n < 2; n++) {
        uint64_t squares = 0;
        read_lanes(A, &u[n]), read_lanes(B, &v[n]), read_lanes(C, &root[n]);
        for (int k = 0; k < FE_LANES; k++) {
            check_count++;
            mpz_mod(A[k], A[k], p), mpz_mod(B[k], B[k], p), mpz_mod(C[k], C[k], p);
            // u/v is a square where u·v is; 0/v counts as one, u/0 does not.
            mpz_mul(want, A[k], B[k]);
            const int square = mpz_sgn(A[k]) == 0 || (mpz_sgn(B[k]) != 0 && mpz_jacobi(want, p) == 1);
            squares |= (uint64_t)square << k;
            // r² v = u, or i·u; zero where u·v is; r non-negative
            mpz_mul(want, C[k], C[k]);
            mpz_mul(want, want, B[k]);
            if (!square) mpz_mul(A[k], A[k], i_root);
            const int zero = mpz_sgn(B[k]) == 0 || mpz_sgn(A[k]) == 0;
            if (mpz_odd_p(C[k]) || (zero ? mpz_sgn(C[k]) != 0 : !mpz_congruent_p(want, A[k], p)))
                fail_field("fe_sqrt_ratio_pair", k, &root[n], NULL);
        }
        expect_mask("fe_sqrt_ratio_pair, was_square", was_square[n], squares);
    }
    mpz_clears(i_root, want, NULL);
}

static void powers(void) {
    fe u[2], v[2], root[2], inverse;
    fe_mask was_square[2];
    for (int n = 0; n < 2; n++) {
        u[n] = draw(IS_TIGHT), v[n] = draw(IS_TIGHT);
        if (random64() % 4 != 0) continue;
        uint64_t bits;
        const fe_mask zero = draw_mask(&bits);
        if (bits & 1) fe_select(&u[n], zero, &FE_ZERO, &u[n]);
        else fe_select(&v[n], zero, &FE_ZERO, &v[n]);
    }
    fe_sqrt_ratio_pair(root, was_square, u, v);
    judge_roots(root, was_square, u, v);
    read_lanes(A, &u[0]);
    EACH(if (mpz_invert(WANT[k], A[k], p) == 0) mpz_set_ui(WANT[k], 0));
    fe_invert(&inverse, &u[0]);
    expect("fe_invert", &inverse, WANT, IS_TIGHT);
}

// RFC 9496, appendix A.4, big-endian.
static void sqrt_ratio_vectors(void) {
    static const struct {
        unsigned u, v;
        const char *r;
        uint64_t was_square;
    } VECTORS[] = {
        {0, 0, "0", 1},
        {1, 0, "0", 0},
        {2, 1, "547cdb7fb03e20f4d4b2ff66c2042858d0bce7f952d01b873b11e4d8b5f15f3c", 0},
        {4, 1, "2", 1},
        {1, 4, "3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff6", 1},
    };
    enum { COUNT = sizeof VECTORS / sizeof VECTORS[0] };
    for (int start = 0; start < COUNT; start++) {
        fe u[2], v[2], root[2];
        fe_mask was_square[2];
        uint64_t squares[2] = {0, 0};
        for (int n = 0; n < 2; n++)
            for (int k = 0; k < FE_LANES; k++) {
                const int vector = (start + n + k) % COUNT;
                mpz_set_ui(A[k], VECTORS[vector].u);
                set_lane(&u[n], k, A[k]);
                mpz_set_ui(A[k], VECTORS[vector].v);
                set_lane(&v[n], k, A[k]);
                squares[n] |= VECTORS[vector].was_square << k;
            }
        fe_sqrt_ratio_pair(root, was_square, u, v);
        judge_roots(root, was_square, u, v);
        for (int n = 0; n < 2; n++) {
            EACH(mpz_set_str(WANT[k], VECTORS[(start + n + k) % COUNT].r, 16));
            expect("SQRT_RATIO_M1 of RFC 9496", &root[n], WANT, IS_LOOSE);
            expect_mask("SQRT_RATIO_M1 of RFC 9496, was_square", was_square[n], squares[n]);
        }
    }
}

static void expect_constant(const char *what, const fe *got, const mpz_t want) {
    EACH(mpz_set(WANT[k], want));
    expect(what, got, WANT, IS_TIGHT);
}

static void constants(void) {
    mpz_t d, i_root, x, c;
    mpz_inits(d, i_root, x, c, NULL);
    set_root_of_minus_one(i_root);
    mpz_set_ui(d, 121666);
    mpz_invert(d, d, p);
    mpz_mul_si(d, d, -121665);
    expect_constant("0", &FE_ZERO, x);
    mpz_set_ui(x, 1);
    expect_constant("1", &FE_ONE, x);
    expect_constant("√−1", &FE_I, i_root);
    expect_constant("d", &FE_D, d);
    mpz_mul_ui(x, d, 2);
    expect_constant("2d", &FE_2D, x);
    mpz_mul(x, d, d);
    mpz_ui_sub(x, 1, x);
    expect_constant("1 − d²", &FE_ONE_MINUS_D_SQ, x);
    mpz_sub_ui(x, d, 1);
    mpz_mul(x, x, x);
    expect_constant("(d − 1)²", &FE_D_MINUS_ONE_SQ, x);
    read_lanes(A, &FE_C);
    mpz_set(c, A[0]);
    expect_constant("c in every lane", &FE_C, c);
    mpz_mul(x, c, c);
    mpz_add(x, x, d);
    mpz_add_ui(x, x, 1);
    if (!mpz_divisible_p(x, p)) fail_field("c² = −1 − d", 0, &FE_C, x);
    mpz_invert(x, c, p);
    expect_constant("1/c", &FE_INV_C, x);
    mpz_mul_ui(x, x, 2);
    expect_constant("2/c", &FE_2_OVER_C, x);
    mpz_mul(x, x, i_root);
    expect_constant("2i/c", &FE_2I_OVER_C, x);
    mpz_ui_sub(x, 1, d);
    expect_constant("1 − d", &FE_ONE_MINUS_D, x);
    mpz_add_ui(x, d, 1);
    expect_constant("1 + d", &FE_ONE_PLUS_D, x);
    mpz_mul(x, i_root, d);
    mpz_invert(x, x, p);
    expect_constant("1/(i·d)", &FE_K_SQUARED, x);
    read_lanes(B, &FE_K);
    expect_constant("K in every lane", &FE_K, B[0]);
    mpz_submul(x, B[0], B[0]);
    if (!mpz_divisible_p(x, p)) fail_field("K² = 1/(i·d)", 0, &FE_K, x);
    mpz_mul(x, c, B[0]);
    mpz_neg(x, x);
    mpz_invert(x, x, p);
    expect_constant("−1/(c·K)", &FE_MINUS_INV_CK, x);
    mpz_add_ui(x, d, 1);  // 2A·(1 + d) = 2·(1 − d)
    mpz_mul_ui(x, x, QUARTIC_2A);
    mpz_addmul_ui(x, d, 2);
    mpz_sub_ui(x, x, 2);
    if (!mpz_divisible_p(x, p)) fail_field("2A", 0, NULL, x);
    mpz_clears(d, i_root, x, c, NULL);
}

int main(int argc, char **argv) {
    const size_t rounds = count_argument(argc, argv, 1, 6000 / FE_LANES);
    field_start();
    constants();
    sqrt_ratio_vectors();
    for (size_t round = 0; round < rounds; round++) powers();
    field_end();
    printf("field_powers: %zu checks, field %s, %d lanes\n", check_count, FIELD_NAME, FE_LANES);
    return 0;
}
