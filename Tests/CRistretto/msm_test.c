// Sums of multiples by buckets against sums made one by one, for the backend that SIDOS_R255_BACKEND names:
//
//   clang -O1 -g -fsanitize=address,undefined -ISources/CRistretto/include -ISources/CRistretto -o msm_test
//         Sources/CRistretto/*.c Tests/CRistretto/msm_test.c -lpthread && ./msm_test
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CRistretto.h"
#include "backend.h"

#define MOST 20000

static int failures = 0, checks = 0;
static uint8_t logarithms[MOST][32], points[MOST][32], scalars[MOST][16];

static void check(int condition, const char *what, size_t count) {
    checks++;
    if (condition) return;
    failures++;
    fprintf(stderr, "msm_test: %s, %zu points\n", what, count);
}

static uint64_t state = 0x9e3779b97f4a7c15ULL;
static uint64_t next_random(void) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

// points[i] = logarithms[i]·G, so the sum is (Σ scalars[i]·logarithms[i])·G.
static void expect(const char *what, size_t count) {
    uint8_t sum[32] = {0}, scalar[32] = {0}, want[32], got[32];
    for (size_t i = 0; i < count; i++) {
        memcpy(scalar, scalars[i], 16);
        sidos_r255_scalar_mul_add(sum, scalar, logarithms[i], sum);
    }
    (void)sidos_r255_base_mul_batch(want, sum, 1);
    memset(got, 0xff, 32);
    check(sidos_r255_msm_vartime(got, scalars[0], points[0], count) == count && memcmp(got, want, 32) == 0, what, count);
}

static void make_points(void) {
    for (size_t i = 0; i < MOST; i++) {
        uint64_t wide[8];
        for (int j = 0; j < 8; j++) wide[j] = next_random();
        sidos_r255_scalar_reduce64(logarithms[i], (const uint8_t *)wide);
    }
    (void)sidos_r255_base_mul_batch(points[0], logarithms[0], MOST);
}

static void set_all(const uint8_t scalar[16], size_t count) {
    for (size_t i = 0; i < count; i++) memcpy(scalars[i], scalar, 16);
}

static void all_kinds(size_t count) {
    static const uint8_t zero[16], one[16] = {1}, top[16] = {[15] = 0x80};
    uint8_t ones[16];
    memset(ones, 0xff, 16);
    set_all(zero, count);
    expect("scalars 0", count);
    set_all(one, count);
    expect("scalars 1", count);
    set_all(top, count);
    expect("scalars 2^127", count);
    set_all(ones, count);
    expect("scalars 2^128 − 1", count);
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < 16; j++) scalars[i][j] = (uint8_t)next_random();
    expect("random scalars", count);
    for (size_t i = 0; i < count; i++)
        if (next_random() % 16 != 0) memset(scalars[i], 0, 16);
    expect("sparse scalars", count);
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < 16; j++) scalars[i][j] = (uint8_t)(next_random() & next_random() & next_random());
    expect("scalars with few bits", count);
    for (size_t i = 0; i < count; i++) memcpy(scalars[i], i % 3 == 0 ? zero : i % 3 == 1 ? ones : top, 16);
    expect("awkward scalars", count);
}

// The list of points P, P, −P, −P, Q, Q … : sums within buckets meet equal points, opposite points, and the neutral one.
static void repeated(size_t count) {
    static uint8_t kept[2][MOST][32];
    memcpy(kept[0], logarithms, sizeof logarithms);
    memcpy(kept[1], points, sizeof points);
    for (size_t i = 0; i < count; i++) {
        memcpy(logarithms[i], kept[0][i / 4], 32);
        if (i % 4 >= 2) sidos_r255_scalar_negate(logarithms[i], logarithms[i]);
    }
    (void)sidos_r255_base_mul_batch(points[0], logarithms[0], count);
    all_kinds(count);
    for (size_t i = 0; i < count; i++) memcpy(scalars[i], scalars[0], 16);
    expect("cancelling sum", count);
    static const uint8_t identity[32];
    uint8_t got[32];
    check(sidos_r255_msm_vartime(got, scalars[0], points[0], count / 4 * 4) == count / 4 * 4 && memcmp(got, identity, 32) == 0,
          "identity", count / 4 * 4);
    for (size_t i = 0; i < count; i++) {
        memcpy(logarithms[i], kept[0][0], 32);
        memcpy(points[i], kept[1][0], 32);
    }
    all_kinds(count);
    memcpy(logarithms, kept[0], sizeof logarithms);
    memcpy(points, kept[1], sizeof points);
}

static void invalid(size_t count) {
    static const uint8_t zero[32];
    const size_t at[] = {0, 1, count / 2, count - 2, count - 1};
    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++)
        for (int bytes = 0; bytes < 3; bytes++) {
            uint8_t kept[32], last[32], out[32];
            const size_t i = at[k] < count ? at[k] : 0;
            memcpy(last, points[count - 1], 32);
            memcpy(kept, points[i], 32);
            memset(points[count - 1], 0, 32);
            // The identity; a negative or too large s; bytes that are no point, or by chance are.
            if (bytes == 0) memset(points[i], 0, 32);
            if (bytes == 1) points[i][0] |= 1;
            if (bytes == 2) points[i][31] |= 0x80;
            memset(out, 0xff, 32);
            check(sidos_r255_msm_vartime(out, scalars[0], points[0], count) == i && memcmp(out, zero, 32) == 0, "invalid point", count);
            memcpy(points[i], kept, 32);
            memcpy(points[count - 1], last, 32);
        }
}

// The same sum with little scratch, as when memory is short.
static void little_scratch(const sidos_r255_backend_table *backend, size_t count) {
    static _Alignas(64) unsigned char scratch[SIDOS_R255_MSM_LEAST];
    uint8_t a[32], b[32];
    if (!backend->is_supported()) return;
    (void)sidos_r255_msm_vartime(a, scalars[0], points[0], count);
    check(backend->msm(b, scalars[0], points[0], count, scratch, sizeof scratch) == count && memcmp(a, b, 32) == 0, "little scratch",
          count);
}

int main(void) {
    static const size_t counts[] = {0, 1, 2, 7, 8, 9, 31, 32, 33, 100, 1000, 8192, MOST};
    make_points();
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        all_kinds(counts[i]);
        if (counts[i] != 0) repeated(counts[i]), invalid(counts[i]);
    }
    for (size_t count = 0; count < 300; count++) all_kinds(count);
    for (size_t i = 0; i < MOST; i++)
        for (int j = 0; j < 16; j++) scalars[i][j] = (uint8_t)next_random();
    little_scratch(&sidos_r255_portable, 3000);
#if defined(__x86_64__)
    little_scratch(&sidos_r255_ifma, 3000);
    little_scratch(&sidos_r255_avx2, 3000);
#endif
    printf("msm_test: %s, %d checks, %d failures\n", sidos_r255_backend(), checks, failures);
    return failures == 0 ? 0 : 1;
}
