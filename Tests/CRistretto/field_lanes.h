// What the tests of the private field arithmetic share: a backend's field with the bounds that its header promises,
// lanes as GMP's integers, limbs drawn at random and at those bounds, and judging results.
#ifndef SIDOS_R255_FIELD_LANES_H
#define SIDOS_R255_FIELD_LANES_H

#include <stdio.h>

#include <gmp.h>  // gmp_fprintf needs stdio.h before it

#include "support.h"

// What the header says of limbs: limb i is below TIGHT(i), or LOOSE(i), and it counts 2^WEIGHT(i) times; and of the
// factors of products that are summed before they are carried: their bound is SUMMED.
#if defined(FIELD_IFMA)
#include "field_ifma.h"
#define FIELD_NAME "ifma"
#define TIGHT(i) ((void)(i), (1ULL << 51) + (1ULL << 18))
#define LOOSE(i) ((void)(i), 1ULL << 52)
#elif defined(FIELD_AVX2)
#include "field_avx2.h"
#define FIELD_NAME "avx2"
#define TIGHT(i) (((1ULL << 26) + (1ULL << 14)) >> (1 & (i)))
#define LOOSE(i) ((5ULL << 25) >> (1 & (i)))
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

#include "affine.h"
#include "encoding.h"

#define LIMBS ((int)(sizeof((fe *)0)->v / sizeof((fe *)0)->v[0]))
#define WEIGHT(i) ((510 / LIMBS * (i) + 1) / 2)  // 51·i, or 25.5·i rounded up
_Static_assert(sizeof(((fe *)0)->v[0]) == 8 * FE_LANES, "a limb is a word of 64 bits in every lane");

typedef mpz_t lanes[FE_LANES];  // one integer for each lane

static mpz_t p;

static inline uint64_t limb_of(const fe *a, int i, int lane) {
    uint64_t limb;
    memcpy(&limb, (const char *)&a->v[i] + 8 * lane, 8);
    return limb;
}

static inline void set_limb(fe *a, int i, int lane, uint64_t limb) { memcpy((char *)&a->v[i] + 8 * lane, &limb, 8); }

/// The integers that the limbs stand for, not reduced.
static inline void read_lanes(lanes out, const fe *a) {
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

static inline uint64_t bound_of(bound b, int i) {
    return b == IS_TIGHT ? TIGHT(i) : b == IS_LOOSE ? LOOSE(i) : UINT64_MAX;
}

/// Limbs at 0, 1, 2^w − 1, 2^w, the largest allowed, or random; sometimes all alike, sometimes p or nearly.
static inline fe draw(bound b) {
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

static inline void print_limbs(const char *label, const fe *a, int lane) {
    fprintf(stderr, "  %s", label);
    for (int i = 0; i < LIMBS; i++) fprintf(stderr, " %llx", (unsigned long long)limb_of(a, i, lane));
    fputc('\n', stderr);
}

_Noreturn static inline void fail_field(const char *what, int lane, const fe *got, const mpz_t want) {
    if (got != NULL) print_limbs("got, limbs", got, lane);
    if (want != NULL) gmp_fprintf(stderr, "  want mod p %Zx\n", want);
    fprintf(stderr, "FAILED: %s; field %s, lane %d of %d\n", what, FIELD_NAME, lane, FE_LANES);
    exit(1);
}

/// Every lane of `got` is `want` mod p, and its limbs keep the bound.
static inline void expect(const char *what, const fe *got, lanes want, bound b) {
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
static inline void expect_mask(const char *what, fe_mask got, uint64_t want) {
    const uint64_t bits = fe_mask_lanes(got);
    check_count++;
    if (bits == want) return;
    fprintf(stderr, "  got %llx, want %llx\n", (unsigned long long)bits, (unsigned long long)want);
    fail_field(what, __builtin_ctzll(bits ^ want), NULL, NULL);
}

/// A mask of random lanes, and its bits.
static inline fe_mask draw_mask(uint64_t *bits) {
    fe r;
    for (int i = 0; i < LIMBS; i++)
        for (int lane = 0; lane < FE_LANES; lane++) set_limb(&r, i, lane, random64() & 1);
    *bits = 0;
    for (int lane = 0; lane < FE_LANES; lane++) *bits |= limb_of(&r, 0, lane) << lane;
    return fe_mask_if_odd(&r);
}

static inline void set_lane(fe *a, int lane, const mpz_t x) {
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

// Operands and the result wanted.
static lanes A, B, C, D, WANT;

#define EACH(statement)                  \
    for (int k = 0; k < FE_LANES; k++) { \
        statement;                       \
    }

/// What to do before any check. Ends the program where the processor lacks the instructions.
static inline void field_start(void) {
    if (!processor_supports(FIELD_NAME)) {
        printf("field %s: not supported here\n", FIELD_NAME);
        exit(EXIT_UNSUPPORTED);
    }
    mpz_init(p);
    mpz_setbit(p, 255);
    mpz_sub_ui(p, p, 19);
    EACH(mpz_inits(A[k], B[k], C[k], D[k], WANT[k], NULL));
}

static inline void field_end(void) {
    EACH(mpz_clears(A[k], B[k], C[k], D[k], WANT[k], NULL));
    mpz_clear(p);
}

#endif
