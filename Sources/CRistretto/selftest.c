// Known answers, asked of a backend before it is used.
#include "CRistretto.h"
#include "backend.h"
#include "scalar.h"

// An odd number of items that no vector width divides, so that full and partly filled vectors are both exercised.
#define ITEMS 19

const uint8_t sidos_r255_generator[32] = {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
                                          0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
                                          0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76};

// With K the bytes 1, 2, … 64 mod l: K·G, 19K·G, 20K·G and K²·G, and the sum of 19 one-way-mapped strings; computed by
// an independent implementation of RFC 9496 in big-integer arithmetic.
// clang-format off
static const uint8_t FIRST[32] =
    {0x06, 0x58, 0x58, 0x14, 0x92, 0xfc, 0x51, 0x87, 0x00, 0x66, 0x3e, 0xf1, 0x59, 0x75, 0x32, 0x6c,
     0x4e, 0xd3, 0x45, 0x99, 0x8f, 0x4f, 0xa1, 0x62, 0x55, 0x34, 0x8b, 0xc3, 0xeb, 0xdc, 0x51, 0x11};
static const uint8_t LAST[32] =
    {0xec, 0x63, 0x49, 0x8a, 0xd1, 0xa8, 0x5a, 0x10, 0x2a, 0xe2, 0x89, 0x07, 0xba, 0xef, 0x3c, 0xf2,
     0x97, 0xb3, 0x2e, 0x3f, 0x52, 0xed, 0xb0, 0x96, 0xd4, 0x1d, 0x06, 0xec, 0x2c, 0x67, 0x12, 0x2d};
static const uint8_t TWENTIETH[32] =
    {0x3a, 0x83, 0x05, 0x49, 0x6b, 0xed, 0x81, 0x87, 0x95, 0xfb, 0x09, 0xb1, 0x48, 0x1e, 0xc7, 0xde,
     0x62, 0xcb, 0xc8, 0xa6, 0xfb, 0xe7, 0x61, 0x8c, 0xed, 0x47, 0xdc, 0x8a, 0x30, 0xc4, 0x1a, 0x61};
static const uint8_t SQUARE[32] =
    {0x46, 0xd4, 0xab, 0x2c, 0xdf, 0x23, 0x37, 0xf8, 0x3a, 0xc9, 0x48, 0x3d, 0x28, 0x3f, 0x93, 0xee,
     0xee, 0xfe, 0xce, 0x9b, 0xf2, 0x52, 0xe2, 0xf2, 0x1e, 0x46, 0x40, 0x9a, 0x90, 0xe6, 0x54, 0x22};
static const uint8_t MAP_SUM[32] =
    {0xc6, 0x2f, 0x64, 0xbb, 0xec, 0x34, 0x3a, 0xd8, 0x58, 0x58, 0x57, 0x29, 0xf6, 0xe0, 0x4d, 0x10,
     0xca, 0x80, 0x5e, 0xd1, 0xab, 0x92, 0xd7, 0x1b, 0x63, 0x23, 0xe1, 0xaa, 0x53, 0x66, 0x83, 0x25};
// clang-format on
// Encodings to refuse: the identity, p (a second zero), a negative s, an s on no point, a set bit 255.
static const uint8_t REFUSED[][32] = {
    {0},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {1},
    {0x26, 0x94, 0x8d, 0x35, 0xca, 0x62, 0xe6, 0x43, 0xe2, 0x6a, 0x83, 0x17, 0x73, 0x32, 0xe6, 0xb6,
     0xaf, 0xeb, 0x9d, 0x08, 0xe4, 0x26, 0x8b, 0x65, 0x0f, 0x1f, 0x5b, 0xbd, 0x8d, 0x81, 0xd3, 0x71},
    {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f,
     0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0xf6},
};

typedef struct {
    uint8_t scalars[ITEMS][32];  // (i + 1)·K
    uint8_t halves[ITEMS][32];
    uint8_t multiples[ITEMS][32];  // (i + 1)·K·G
    uint8_t reversed_halves[ITEMS][32];
    uint8_t capsules[ITEMS][2][32];
    uint8_t a[ITEMS][32], b[ITEMS][32];
    uint8_t uniform[ITEMS][64], affine[ITEMS][64];
} answers;

static int equal(const uint8_t *a, const uint8_t *b) { return memcmp(a, b, 32) == 0; }

static int multiplies(const sidos_r255_backend_table *t, const void *table_g, answers *w) {
    uint8_t seed[64];
    for (int i = 0; i < 64; i++) seed[i] = (uint8_t)(i + 1);
    sidos_r255_scalar_reduce64(w->scalars[0], seed);
    static const uint8_t one[32] = {1};
    for (int i = 0; i < ITEMS; i++) {
        if (i > 0) sidos_r255_scalar_mul_add(w->scalars[i], w->scalars[0], one, w->scalars[i - 1]);
        sidos_r255_scalar_halve(w->halves[i], w->scalars[i]);
    }
    for (int i = 0; i < ITEMS; i++) memcpy(w->reversed_halves[i], w->halves[ITEMS - 1 - i], 32);
    t->table_mul(w->multiples[0], w->halves[0], table_g, ITEMS);
    if (!equal(w->multiples[0], FIRST) || !equal(w->multiples[ITEMS - 1], LAST)) return 0;

    // K·(iK·G) in place = iK·(K·G): the first is K²·G, and each is the one before plus it.
    memcpy(w->a, w->multiples, sizeof w->a);
    if (t->mul(w->a[0], w->a[0], w->halves[0], ITEMS) != ITEMS || !equal(w->a[0], SQUARE)) return 0;
    for (int i = 0; i < ITEMS; i++) memcpy(w->b[i], SQUARE, 32);
    uint8_t next[ITEMS][32];
    if (t->add(next[0], w->a[0], w->b[0], 0, ITEMS) != ITEMS) return 0;
    for (int i = 0; i + 1 < ITEMS; i++)
        if (!equal(next[i], w->a[i + 1])) return 0;
    return 1;
}

static int adds(const sidos_r255_backend_table *t, answers *w) {
    static const uint8_t identity[32];
    for (int i = 0; i < ITEMS; i++) memcpy(w->a[i], w->multiples[ITEMS - 1 - i], 32);
    if (t->add(w->b[0], w->multiples[0], w->a[0], 0, ITEMS) != ITEMS) return 0;
    for (int i = 0; i < ITEMS; i++)
        if (!equal(w->b[i], TWENTIETH)) return 0;
    if (t->add(w->a[0], w->b[0], w->multiples[0], 1, ITEMS) != ITEMS) return 0;
    for (int i = 0; i < ITEMS; i++)
        if (!equal(w->a[i], w->multiples[ITEMS - 1 - i])) return 0;
    if (t->add(w->a[0], w->multiples[0], w->multiples[0], 1, ITEMS) != ITEMS) return 0;
    for (int i = 0; i < ITEMS; i++)
        if (!equal(w->a[i], identity)) return 0;
    return 1;
}

static int seals(const sidos_r255_backend_table *t, const void *table_g, answers *w) {
    // With Y = G, ρ = (i+1)K and σ = (19−i)K the second half is 20K·G everywhere.
    t->seal(w->capsules[0][0], w->a[0], w->reversed_halves[0], w->halves[0], table_g, table_g, ITEMS);
    for (int i = 0; i < ITEMS; i++)
        if (!equal(w->capsules[i][0], w->multiples[i]) || !equal(w->capsules[i][1], TWENTIETH) ||
            !equal(w->a[i], w->multiples[ITEMS - 1 - i]))
            return 0;
    // Adding (19−i)K·G to ((i+1)K·G, (19−i)K·G) in place gives (20K·G, 2(19−i)K·G).
    for (int i = 0; i < ITEMS; i++) memcpy(w->capsules[i][1], w->a[i], 32);
    if (t->rerandomize(w->capsules[0][0], w->capsules[0][0], w->reversed_halves[0], table_g, table_g, ITEMS) != ITEMS)
        return 0;
    if (t->add(w->b[0], w->a[0], w->a[0], 0, ITEMS) != ITEMS) return 0;
    for (int i = 0; i < ITEMS; i++)
        if (!equal(w->capsules[i][0], TWENTIETH) || !equal(w->capsules[i][1], w->b[i])) return 0;
    return 1;
}

static int maps(const sidos_r255_backend_table *t, answers *w) {
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < 64; j++) w->uniform[i][j] = (uint8_t)((7 * (64 * i + j) + 1) ^ (29 * i));
    t->from_uniform(w->a[0], w->uniform[0], ITEMS);
    memcpy(w->b[0], w->a[0], 32);
    for (int i = 1; i < ITEMS; i++)
        if (t->add(w->b[i], w->b[i - 1], w->a[i], 0, 1) != 1) return 0;
    if (!equal(w->b[ITEMS - 1], MAP_SUM)) return 0;
    // Mapping and multiplying at once gives the multiples of the mapped.
    if (t->mul(w->a[0], w->a[0], w->halves[0], ITEMS) != ITEMS) return 0;
    t->from_uniform_mul(w->b[0], w->uniform[0], w->halves[0], ITEMS);
    return memcmp(w->a, w->b, sizeof w->a) == 0;
}

static int refuses(const sidos_r255_backend_table *t, answers *w) {
    if (t->validate(w->multiples[0], ITEMS) != ITEMS) return 0;
    const size_t refused_count = sizeof REFUSED / sizeof REFUSED[0];
    for (size_t k = 0; k < refused_count; k++) {
        const size_t i = k * (ITEMS - 1) / (refused_count - 1);
        memcpy(w->a, w->multiples, sizeof w->a);
        memcpy(w->a[i], REFUSED[k], 32);
        if (i < ITEMS - 1) memcpy(w->a[ITEMS - 1], REFUSED[0], 32);
        if (t->validate(w->a[0], ITEMS) != i || t->mul(w->b[0], w->a[0], w->halves[0], ITEMS) != i) return 0;
        if (t->add(w->b[0], w->multiples[0], w->a[0], 0, ITEMS) != i) return 0;
    }
    return 1;
}

/// A public sum; apart from its caller, so that no other function stands on so much stack.
static __attribute__((noinline)) size_t sum_publicly(const sidos_r255_backend_table *t, uint8_t out[32],
                                                     const sidos_r255_msm_input *input) {
    _Alignas(64) unsigned char scratch[SIDOS_R255_MSM_LEAST];
    return t->msm(out, input, scratch, sizeof scratch);
}

// Σ a_i·(i+1)K·G = (Σ a_i·(i+1)K)·G; a_0 = 0, a_1 = 2^128 − 1, the others of all sizes. Then with an invalid element.
static int sums(const sidos_r255_backend_table *t, const void *table_g, answers *w) {
    uint8_t scalars[ITEMS][16], scalar[32] = {0}, sum[32] = {0}, half[32], out[32];
    for (int i = 0; i < ITEMS; i++) {
        for (int j = 0; j < 16; j++)
            scalars[i][j] = i == 0 || j > 20 - i ? 0 : i == 1 ? 0xff : (uint8_t)((11 * (16 * i + j) + 3) ^ (37 * i));
        memcpy(scalar, scalars[i], 16);
        sidos_r255_scalar_mul_add(sum, scalar, w->scalars[i], sum);
    }
    sidos_r255_scalar_halve(half, sum);
    t->table_mul(w->a[0], half, table_g, 1);
    sidos_r255_msm_input input = {scalars[0], w->multiples[0], 16, 32, SIDOS_R255_ENCODED, ITEMS, NULL};
    if (sum_publicly(t, out, &input) != ITEMS || !equal(out, w->a[0])) return 0;
    memcpy(w->a, w->multiples, sizeof w->a);
    memcpy(w->a[ITEMS - 2], REFUSED[0], 32);
    input.points = w->a[0];
    return sum_publicly(t, out, &input) == ITEMS - 2;
}

// (i+1)K·G + (19−i)K·G is 20K·G everywhere, and a generator in affine form is what the map gives, with nothing or with
// (i+1)K·G added; `maps` has filled `uniform`.
static int joins(const sidos_r255_backend_table *t, const void *table_g, answers *w) {
    static const uint8_t zeros[ITEMS][32];
    t->double_table_mul(w->a[0], w->halves[0], w->reversed_halves[0], table_g, table_g, ITEMS);
    for (int i = 0; i < ITEMS; i++)
        if (!equal(w->a[i], TWENTIETH)) return 0;
    t->from_uniform(w->b[0], w->uniform[0], ITEMS);
    t->from_uniform_affine(w->affine[0], w->uniform[0], ITEMS);
    if (t->table_mul_add_affine(w->a[0], zeros[0], w->affine[0], table_g, ITEMS) != ITEMS ||
        memcmp(w->a, w->b, sizeof w->a) != 0)
        return 0;
    if (t->add(w->b[0], w->b[0], w->multiples[0], 0, ITEMS) != ITEMS) return 0;
    if (t->table_mul_add_affine(w->a[0], w->halves[0], w->affine[0], table_g, ITEMS) != ITEMS ||
        memcmp(w->a, w->b, sizeof w->a) != 0)
        return 0;
    w->affine[ITEMS - 2][0] ^= 1;
    const size_t valid = t->table_mul_add_affine(w->a[0], w->halves[0], w->affine[0], table_g, ITEMS);
    w->affine[ITEMS - 2][0] ^= 1;
    return valid == ITEMS - 2;
}

// Σ (i+1)K·(i+1)K·G by secret and by public scalars, with the plain sum 190K·G; the same of affine points as of their
// encodings; then with an invalid element.
static int wide_sums(const sidos_r255_backend_table *t, const void *table_g, answers *w) {
    static const uint8_t number[32] = {ITEMS * (ITEMS + 1) / 2}, zero[32];
    uint8_t sum[32] = {0}, half[2][32], want[2][32], out[32], plain[32];
    for (int i = 0; i < ITEMS; i++) sidos_r255_scalar_mul_add(sum, w->scalars[i], w->scalars[i], sum);
    sidos_r255_scalar_halve(half[0], sum);
    sidos_r255_scalar_mul_add(sum, number, w->scalars[0], zero);
    sidos_r255_scalar_halve(half[1], sum);
    t->table_mul(want[0], half[0], table_g, 2);
    sidos_r255_msm_input input = {w->scalars[0], w->multiples[0], 32, 32, SIDOS_R255_ENCODED, ITEMS, plain};
    if (t->sum(out, w->scalars[0], w->multiples[0], 32, SIDOS_R255_ENCODED, ITEMS) != ITEMS || !equal(out, want[0]))
        return 0;
    if (sum_publicly(t, out, &input) != ITEMS || !equal(out, want[0]) || !equal(plain, want[1])) return 0;

    t->from_uniform(w->a[0], w->uniform[0], ITEMS);
    if (t->sum(want[0], w->scalars[0], w->a[0], 32, SIDOS_R255_ENCODED, ITEMS) != ITEMS ||
        t->sum(out, w->scalars[0], w->affine[0], 64, SIDOS_R255_AFFINE, ITEMS) != ITEMS || !equal(out, want[0]))
        return 0;
    input.points = w->affine[0], input.stride = 64, input.form = SIDOS_R255_AFFINE;
    if (sum_publicly(t, out, &input) != ITEMS || !equal(out, want[0]) || !equal(plain, MAP_SUM)) return 0;
    memcpy(w->a[ITEMS - 2], REFUSED[0], 32);
    w->affine[ITEMS - 2][63] |= 0x80;
    return t->sum(out, w->scalars[0], w->a[0], 32, SIDOS_R255_ENCODED, ITEMS) == ITEMS - 2 &&
           t->sum(out, w->scalars[0], w->affine[0], 64, SIDOS_R255_AFFINE, ITEMS) == ITEMS - 2 &&
           sum_publicly(t, out, &input) == ITEMS - 2;
}

int sidos_r255_backend_passes(const sidos_r255_backend_table *backend, const void *table_g) {
    answers work;
    return multiplies(backend, table_g, &work) && adds(backend, &work) && seals(backend, table_g, &work) &&
           maps(backend, &work) && refuses(backend, &work) && sums(backend, table_g, &work) &&
           joins(backend, table_g, &work) && wide_sums(backend, table_g, &work);
}
