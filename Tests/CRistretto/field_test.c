// The private field arithmetic of a backend against GMP, lane by lane: every operation of field.h on limbs drawn at random and
// at the bounds that the backend's header promises, the bounds of the results, SQRT_RATIO_M1 of RFC 9496, the constants.
//
//   clang -O2 -ISources/CRistretto -ISources/CRistretto/include -o field_test Tests/CRistretto/field_test.c -lgmp
//   clang -O2 -DFIELD_IFMA -mavx512f -mavx512dq -mavx512vl -mavx512ifma … for AVX-512 IFMA
//   clang -O2 -DFIELD_AVX2 -mavx2 … for AVX2
//   ./field_test [ROUNDS]
#include <stdio.h>

#include <gmp.h>

#include "support.h"

// What the header says of limbs: limb i is below TIGHT(i), or LOOSE(i), and it counts 2^WEIGHT(i) times; and of the factors
// of products that are summed before they are carried: their bound is SUMMED.
#if defined(FIELD_IFMA)
#include "field_ifma.h"
#define FIELD_NAME "ifma"
#define TIGHT(i) ((void)(i), (1ULL << 51) + (1ULL << 18))
#define LOOSE(i) ((void)(i), 1ULL << 52)
#elif defined(FIELD_AVX2)
#include "field_avx2.h"
#define FIELD_NAME "avx2"
#define TIGHT(i) (((1ULL << 26) + (1ULL << 14)) >> ((i) & 1))
#define LOOSE(i) ((5ULL << 25) >> ((i) & 1))
#define SUMMED IS_TIGHT
#else
#include "field_portable.h"
#define FIELD_NAME "portable"
#define TIGHT(i) ((void)(i), (1ULL << 51) + (1ULL << 14))
#define LOOSE(i) ((void)(i), 1ULL << 54)
#endif

#ifndef SUMMED
#define SUMMED IS_LOOSE
#endif

#include "encoding.h"

#define LIMBS ((int)(sizeof((fe *)0)->v / sizeof((fe *)0)->v[0]))
#define WEIGHT(i) ((510 / LIMBS * (i) + 1) / 2)  // 51·i, or 25.5·i rounded up
_Static_assert(sizeof(((fe *)0)->v[0]) == 8 * FE_LANES, "a limb is a word of 64 bits in every lane");

typedef mpz_t lanes[FE_LANES];  // one integer for each lane

static mpz_t p;

// MARK: Lanes

static uint64_t limb_of(const fe *a, int i, int lane) {
    uint64_t limb;
    memcpy(&limb, (const char *)&a->v[i] + 8 * lane, 8);
    return limb;
}

static void set_limb(fe *a, int i, int lane, uint64_t limb) { memcpy((char *)&a->v[i] + 8 * lane, &limb, 8); }

/// The integers that the limbs stand for, not reduced.
static void read_lanes(lanes out, const fe *a) {
    mpz_t limb;
    mpz_init(limb);
    for (int lane = 0; lane < FE_LANES; lane++) {
        mpz_set_ui(out[lane], 0);
        for (int i = 0; i < LIMBS; i++) {
            mpz_set_ui(limb, limb_of(a, i, lane));
            mpz_mul_2exp(limb, limb, (mp_bitcnt_t)WEIGHT(i));
            mpz_add(out[lane], out[lane], limb);
        }
    }
    mpz_clear(limb);
}

typedef enum { IS_TIGHT, IS_LOOSE, IS_ANY } bound;

static uint64_t bound_of(bound b, int i) { return b == IS_TIGHT ? TIGHT(i) : b == IS_LOOSE ? LOOSE(i) : UINT64_MAX; }

/// Limbs at 0, 1, 2^w − 1, 2^w, the largest allowed, or random; sometimes all alike, sometimes p or nearly.
static fe draw(bound b) {
    fe r;
    for (int lane = 0; lane < FE_LANES; lane++) {
        const uint64_t alike = random64() % 32;
        for (int i = 0; i < LIMBS; i++) {
            const uint64_t end = bound_of(b, i), full = 1ULL << (WEIGHT(i + 1) - WEIGHT(i));
            const uint64_t pick = alike < 6 ? alike : random64() % 7;
            uint64_t limb = pick == 0   ? 0
                            : pick == 1 ? 1
                            : pick == 2 ? full - 1
                            : pick == 3 ? full
                            : pick == 4 ? end - 1
                                        : random64() % end;
            if (alike == 6) limb = i == 0 ? full - 20 + random64() % 20 : full - 1;
            set_limb(&r, i, lane, limb);
        }
    }
    return r;
}

static void print_limbs(const char *label, const fe *a, int lane) {
    fprintf(stderr, "  %s", label);
    for (int i = 0; i < LIMBS; i++) fprintf(stderr, " %llx", (unsigned long long)limb_of(a, i, lane));
    fputc('\n', stderr);
}

_Noreturn static void fail_field(const char *what, int lane, const fe *got, const mpz_t want) {
    if (got != NULL) print_limbs("got, limbs", got, lane);
    if (want != NULL) gmp_fprintf(stderr, "  want mod p %Zx\n", want);
    fprintf(stderr, "FAILED: field_test, %s; field %s, lane %d of %d\n", what, FIELD_NAME, lane, FE_LANES);
    exit(1);
}

/// Every lane of `got` is `want` mod p, and its limbs keep the bound.
static void expect(const char *what, const fe *got, lanes want, bound b) {
    lanes values;
    for (int lane = 0; lane < FE_LANES; lane++) mpz_init(values[lane]);
    read_lanes(values, got);
    for (int lane = 0; lane < FE_LANES; lane++) {
        check_count++;
        if (!mpz_congruent_p(values[lane], want[lane], p)) fail_field(what, lane, got, want[lane]);
        for (int i = 0; i < LIMBS; i++)
            if (limb_of(got, i, lane) >= bound_of(b, i)) fail_field(what, lane, got, want[lane]);
        mpz_clear(values[lane]);
    }
}

/// Bit `lane` of `want` for every lane.
static void expect_mask(const char *what, fe_mask got, uint64_t want) {
    const uint64_t bits = fe_mask_lanes(got);
    check_count++;
    if (bits == want) return;
    fprintf(stderr, "  got %llx, want %llx\n", (unsigned long long)bits, (unsigned long long)want);
    fail_field(what, __builtin_ctzll(bits ^ want), NULL, NULL);
}

/// A mask of random lanes, and its bits.
static fe_mask draw_mask(uint64_t *bits) {
    fe r;
    for (int i = 0; i < LIMBS; i++)
        for (int lane = 0; lane < FE_LANES; lane++) set_limb(&r, i, lane, random64() & 1);
    *bits = 0;
    for (int lane = 0; lane < FE_LANES; lane++) *bits |= limb_of(&r, 0, lane) << lane;
    return fe_mask_if_odd(&r);
}

// MARK: Operations

static lanes A, B, C, D, WANT;

#define EACH(statement) \
    for (int k = 0; k < FE_LANES; k++) { \
        statement; \
    }

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
        fe entry = draw(IS_TIGHT);
        fe_canonical(&entry, &entry);
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

// MARK: Powers

static void set_lane(fe *a, int lane, const mpz_t x) {
    mpz_t rest, limb;
    mpz_inits(rest, limb, NULL);
    mpz_mod(rest, x, p);
    for (int i = 0; i < LIMBS; i++) {
        const mp_bitcnt_t bits = (mp_bitcnt_t)(WEIGHT(i + 1) - WEIGHT(i));
        mpz_fdiv_r_2exp(limb, rest, bits);
        mpz_fdiv_q_2exp(rest, rest, bits);
        set_limb(a, i, lane, mpz_get_ui(limb));
    }
    mpz_clears(rest, limb, NULL);
}

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
    mpz_add_ui(x, d, 1);  // 2A·(1 + d) = 2·(1 − d)
    mpz_mul_ui(x, x, QUARTIC_2A);
    mpz_addmul_ui(x, d, 2);
    mpz_sub_ui(x, x, 2);
    if (!mpz_divisible_p(x, p)) fail_field("2A", 0, NULL, x);
    mpz_clears(d, i_root, x, c, NULL);
}

int main(int argc, char **argv) {
    const size_t rounds = count_argument(argc, argv, 1, 300000 / FE_LANES);
    if (!processor_supports(FIELD_NAME)) {
        printf("field %s: not supported here\n", FIELD_NAME);
        return EXIT_UNSUPPORTED;
    }
    mpz_init(p);
    mpz_setbit(p, 255);
    mpz_sub_ui(p, p, 19);
    EACH(mpz_inits(A[k], B[k], C[k], D[k], WANT[k], NULL));
    constants();
    sqrt_ratio_vectors();
    table_columns();
    for (size_t round = 0; round < rounds; round++) {
        products();
        sums_of_products();
        sums();
        bytes();
        masks();
        if (round % 50 == 0) powers();
    }
    EACH(mpz_clears(A[k], B[k], C[k], D[k], WANT[k], NULL));
    mpz_clear(p);
    printf("field_test: %zu checks, field %s, %d lanes\n", check_count, FIELD_NAME, FE_LANES);
    return 0;
}
