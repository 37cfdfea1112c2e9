// The multi-scalar multiplication: Σ scalars[i]·points[i] against the multiple of G known from the points' logarithms,
// and against products and sums of libsodium's; awkward scalars, equal and opposite points, invalid points at every
// position.
//
//   clang -O2 -DSIDOS_R255_HAS_MSM -ISources/CRistretto/include -o msm Sources/CRistretto/*.c Tests/CRistretto/msm.c \
//         -lsodium -lpthread
//   SIDOS_R255_BACKEND=portable ./msm
#include "backend.h"
#include "oracle.h"

#ifndef SIDOS_R255_HAS_MSM

int main(void) {
    puts("msm: the kernel has no multi-scalar multiplication");
    return 0;
}

#else

// More than are taken at a time.
#define MOST 40000
#define GUARD_BYTE 0xa5

static uint8_t logarithms[MOST][32], points[MOST][32], scalars[MOST][16];

/// Runs the function on copies that end where their memory ends, and judges all but the sum.
static void run(uint8_t out[32], const char *what, size_t count, size_t want) {
    const size_t shift = random_below(9);
    uint8_t *const scalar_memory = allocate(shift + 16 * count), *const point_memory = allocate(shift + 32 * count);
    uint8_t guarded[96];
    memcpy(scalar_memory + shift, scalars, 16 * count);
    memcpy(point_memory + shift, points, 32 * count);
    memset(guarded, GUARD_BYTE, sizeof guarded);
    const size_t returned = sidos_r255_msm_vartime(guarded + 31, scalar_memory + shift, point_memory + shift, count);
    require_returned("msm_vartime", what, count, returned, want);
    for (size_t i = 0; i < sizeof guarded; i++)
        if ((i < 31 || i >= 63) && guarded[i] != GUARD_BYTE)
            fail("msm_vartime", "bytes beside the output changed", count, i);
    if (memcmp(scalar_memory + shift, scalars, 16 * count) != 0 ||
        memcmp(point_memory + shift, points, 32 * count) != 0)
        fail("msm_vartime", "an input changed", count, 0);
    memcpy(out, guarded + 31, 32);
    free(scalar_memory);
    free(point_memory);
}

/// The sum as (Σ scalar·logarithm)·G.
static void check_by_logarithms(const char *what, size_t count) {
    uint8_t sum[32] = {0}, got[32], want[32];
    for (size_t i = 0; i < count; i++) {
        uint8_t wide[32] = {0};
        memcpy(wide, scalars[i], 16);
        sidos_r255_scalar_mul_add(sum, wide, logarithms[i], sum);
    }
    oracle_base_mul(want, sum);
    run(got, what, count, count);
    require_same("msm_vartime", what, count, 0, got, want, 32);
}

/// The sum by libsodium's products and sums, of points whatever their logarithms.
static void check_by_sums(const char *what, size_t count) {
    uint8_t sum[32] = {0}, got[32];
    for (size_t i = 0; i < count; i++) {
        uint8_t wide[32] = {0}, product[32];
        memcpy(wide, scalars[i], 16);
        oracle_mul(product, points[i], wide);
        oracle_add(sum, sum, product);
    }
    run(got, what, count, count);
    require_same("msm_vartime", what, count, 0, got, sum, 32);
}

static void draw_points(size_t count) {
    for (size_t i = 0; i < count; i++) {
        random_scalar(logarithms[i]);
        oracle_base_mul(points[i], logarithms[i]);
    }
}

/// kind 0: random; 1: all 0; 2: all 1; 3: all 2^128 − 1; 4: any of these, 2^127, 5 and 6; 5: small; 6: single bits;
/// above: one hexadecimal digit over and over.
static void draw_scalars(size_t count, unsigned kind) {
    for (size_t i = 0; i < count; i++) {
        const unsigned pick = kind == 4 ? (unsigned)random_below(7) : kind;
        random_bytes(scalars[i], 16);
        if (pick == 0) continue;
        memset(scalars[i], pick == 3 ? 0xff : pick > 6 ? (int)(kind * 0x11) & 0xff : 0, 16);
        if (pick == 2) scalars[i][0] = 1;
        if (pick == 4) scalars[i][15] = 0x80;
        if (pick == 5) scalars[i][0] = (uint8_t)random64();
        if (pick == 6) scalars[i][random_below(16)] = (uint8_t)(1 << random_below(8));
    }
}

static void relations(size_t count) {
    for (size_t i = 0; i < count; i++) {  // all equal
        memcpy(points[i], points[0], 32);
        memcpy(logarithms[i], logarithms[0], 32);
    }
    for (unsigned kind = 0; kind < 7; kind++) {
        draw_scalars(count, kind);
        check_by_logarithms("equal points", count);
    }
    for (size_t i = 1; i < count; i += 2) {  // P, −P, P, −P …
        crypto_core_ristretto255_scalar_negate(logarithms[i], logarithms[0]);
        oracle_base_mul(points[i], logarithms[i]);
    }
    for (unsigned kind = 0; kind < 7; kind++) {
        draw_scalars(count, kind);
        check_by_logarithms("opposite points", count);
        for (size_t i = 1; i < count; i += 2) memcpy(scalars[i], scalars[i - 1], 16);
        check_by_logarithms("opposite points of equal scalars", count);
    }
}

static void faults(size_t count) {
    static const uint8_t zero[32];
    uint8_t got[32], invalid[3][32] = {{0}, {1}, {0}};
    memcpy(invalid[2], points[0], 32);
    invalid[2][31] |= 0x80;
    for (size_t index = 0; index < count; index++) {
        const size_t later = index + random_below(count - index);
        uint8_t saved[2][32];
        memcpy(saved[0], points[index], 32);
        memcpy(saved[1], points[later], 32);
        memcpy(points[later], invalid[random_below(3)], 32);
        memcpy(points[index], invalid[random_below(3)], 32);
        run(got, "invalid point", count, index);
        require_same("msm_vartime", "invalid point, output zeroed", count, index, got, zero, 32);
        memcpy(points[later], saved[1], 32);
        memcpy(points[index], saved[0], 32);
    }
}

/// The same sum with the least scratch, as when memory is short.
static void little_scratch(const sidos_r255_backend_table *backend, size_t count) {
    static _Alignas(64) unsigned char scratch[SIDOS_R255_MSM_LEAST];
    uint8_t got[32], want[32];
    if (!backend->is_supported()) return;
    draw_scalars(count, 4);
    run(want, "ample scratch", count, count);
    const sidos_r255_msm_input input = {scalars[0], points[0], 16, 32, SIDOS_R255_ENCODED, count, NULL};
    if (backend->msm(got, &input, scratch, sizeof scratch) != count)
        fail("msm", "the least scratch does not suffice", count, 0);
    require_same("msm", "the least scratch", count, 0, got, want, 32);
}

int main(void) {
    const char *const backend = require_backend();
    static const size_t COUNTS[] = {0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 257, 1000, 8192, MOST};
    oracle_start();
    for (size_t c = 0; c < sizeof COUNTS / sizeof COUNTS[0]; c++) {
        const size_t count = COUNTS[c];
        draw_points(count);
        for (unsigned kind = 0; kind < 16; kind++) {
            if (count > 1000 && kind > 4) break;
            draw_scalars(count, kind);
            check_by_logarithms("points of known logarithms", count);
        }
        if (count > 1000) continue;
        for (size_t i = 0; i < count; i++) random_element(points[i]);
        draw_scalars(count, 4);
        check_by_sums("random points", count);
        if (count <= 130) faults(count);
        draw_points(count);
        relations(count);
    }
    little_scratch(&sidos_r255_portable, 3000);
#if defined(__x86_64__)
    little_scratch(&sidos_r255_ifma, 3000);
    little_scratch(&sidos_r255_avx2, 3000);
#endif
    printf("msm: %zu checks, backend %s\n", check_count, backend);
    return 0;
}

#endif
